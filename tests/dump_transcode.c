/*
 * dump_transcode: JSON and MessagePack for an oracle in another language: each line of stdin is `w HEX` (MessagePack becomes JSON), `j HEX`
 * (JSON becomes MessagePack) or `q HEX` (a query string becomes MessagePack); for each a line, `HEX` or `error NAME`.
 */
#include "http/query.h"
#include "http/transcode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t read_hex(const char *text, char *bytes)
{
    size_t size = 0;
    for (unsigned byte; sscanf(text, "%2x", &byte) == 1; text += 2)
        bytes[size++] = (char)byte;
    return size;
}

static const char *read_query(char *bytes, size_t size, ss_buffer *out)
{
    static ss_query query;
    ss_fault fault;
    bool read = ss_query_read(bytes, size, &query, &fault) && ss_query_params(&query, out, &fault);
    return read ? NULL : ss_fault_name(fault.code);
}

static const char *transcode(char kind, char *bytes, size_t size, ss_buffer *out)
{
    ss_slice from = {bytes, size};
    if (kind == 'q')
        return read_query(bytes, size, out);
    ss_status status = kind == 'w' ? ss_wire_to_json(from, out, NULL) : ss_json_to_wire(from, out, NULL);
    return status == SS_OK ? NULL : ss_status_name(status);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    ss_buffer out;
    ss_buffer_init(&out, 64u << 20);
    for (ssize_t length; (length = getline(&line, &room, stdin)) > 2;) {
        char *bytes = malloc((size_t)length);
        if (!bytes)
            return 1;
        size_t size = read_hex(line + 2, bytes);
        ss_buffer_clear(&out);
        const char *fault = transcode(line[0], bytes, size, &out);
        if (fault)
            printf("error %s", fault);
        for (size_t i = 0; i < out.size && !fault; i++)
            printf("%02x", (unsigned)(uint8_t)out.data[i]);
        puts("");
        free(bytes);
    }
    ss_buffer_release(&out);
    free(line);
    return 0;
}

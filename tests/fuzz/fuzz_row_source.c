/*
 * fuzz_row_source.c: any bytes as a log. The first byte says in what pieces they are read, and whether they are packed
 * first, so that the text behind a decoder is reached too. Read in pieces and read whole, the rows must be the same.
 */
#include "base/hash.h"
#include "log/row_source.h"
#include "require.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct summary {
    ss_status status;
    uint64_t rows, digest;
} summary;

static void mix(summary *all, const void *data, size_t size)
{
    const uint64_t parts[] = {all->digest, size, size ? ss_hash(data, size) : 0};
    all->digest = ss_hash(parts, sizeof parts);
}

static void take_row(summary *all, const ss_row_source *source, const ss_row *row)
{
    size_t size = 0;
    all->rows++;
    mix(all, &row->line, sizeof row->line);
    REQUIRE((row->kind == SS_ROW_BROKEN) == (row->problem != NULL));
    if (row->kind == SS_ROW_BROKEN) {
        mix(all, row->problem, strlen(row->problem));
        return;
    }
    REQUIRE(row->field_count == source->column_count && row->field_count <= SS_COLUMNS_MAX);
    for (size_t i = 0; i < row->field_count; i++) {
        mix(all, row->fields[i].data, row->fields[i].size);
        mix(all, source->columns[i].data, source->columns[i].size);
        size += row->fields[i].size;
    }
    REQUIRE(size <= SS_ROW_MAX + 32 * SS_COLUMNS_MAX);
}

static summary read_all(ss_slice bytes, size_t chunk)
{
    summary all = {0};
    ss_error error = {0};
    ss_row_source *source = NULL;
    ss_row row = {.kind = SS_ROW_FIELDS};
    all.status = ss_row_source_open_memory(bytes, "log", chunk, &source, &error);
    while (all.status == SS_OK && row.kind != SS_ROW_END) {
        all.status = source->next(source, &row, &error);
        if (all.status == SS_OK && row.kind != SS_ROW_END)
            take_row(&all, source, &row);
    }
    REQUIRE(all.status == error.status);
    REQUIRE(all.status == SS_OK || error.message[0]);
    ss_row_source_close(&source);
    return all;
}

static ss_slice pack_gzip(const uint8_t *data, size_t size, char *out, size_t room)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    REQUIRE(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)room;
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&stream);
    return (ss_slice){out, stream.total_out};
}

static ss_slice pack(unsigned how, const uint8_t *data, size_t size, char *out, size_t room)
{
    if (how == 2)
        return pack_gzip(data, size, out, room);
    if (how == 3)
        return (ss_slice){out, ZSTD_compress(out, room, data, size, 1)};
    return (ss_slice){(const char *)data, size};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    unsigned how = data[0] >> 6;
    size_t chunk = 1 + (data[0] & 63u);
    size_t room = size + size / 10 + 1000;
    char *packed = malloc(room);
    REQUIRE(packed);
    ss_slice bytes = pack(how, data + 1, size - 1, packed, room);
    summary whole = read_all(bytes, 0), pieces = read_all(bytes, chunk);
    REQUIRE((whole.status == SS_OK) == (pieces.status == SS_OK));
    /* After an error the rows before it may be more or fewer. */
    REQUIRE(whole.status != SS_OK || (whole.rows == pieces.rows && whole.digest == pieces.digest));
    free(packed);
    return 0;
}

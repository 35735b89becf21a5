/*
 * dump_session_knn: scores sessions under way, for an oracle in another language: `dump_session_knn FOLDER`, with the
 * folder of a generation; each line of stdin is a session, item numbers separated by blanks, newest first. For each
 * writes u32 count and so many pairs of u32 item and f32 score, little-endian, to stdout.
 */
#include "models/session_knn_query.h"

#include <stdio.h>
#include <stdlib.h>

#define ITEMS_MAX 1024

static size_t read_items(char *line, uint32_t *items)
{
    size_t count = 0;
    char *end;
    for (char *at = line; count < ITEMS_MAX; at = end) {
        unsigned long item = strtoul(at, &end, 10);
        if (end == at)
            break;
        items[count++] = (uint32_t)item;
    }
    return count;
}

static void write_found(const ss_scored *found, uint32_t count)
{
    fwrite(&count, sizeof count, 1, stdout);
    for (uint32_t i = 0; i < count; i++) {
        fwrite(&found[i].id, sizeof found[i].id, 1, stdout);
        fwrite(&found[i].score, sizeof found[i].score, 1, stdout);
    }
}

int main(int argc, char **argv)
{
    static char line[1 << 16];
    uint32_t items[ITEMS_MAX];
    char text[1024];
    ss_session_knn model;
    ss_error error = {0};
    if (argc != 2)
        return 2;
    if (ss_session_knn_open(argv[1], &model, &error) != SS_OK) {
        ss_error_format(&error, text, sizeof text);
        fprintf(stderr, "dump_session_knn: %s\n", text);
        return 1;
    }
    ss_session_knn_scratch *scratch = ss_session_knn_scratch_new(&model);
    while (scratch && fgets(line, sizeof line, stdin)) {
        const ss_scored *found;
        size_t count = ss_session_knn_score(&model, items, read_items(line, items), scratch, &found);
        write_found(found, (uint32_t)count);
    }
    int failed = !scratch || fflush(stdout) != 0;
    ss_session_knn_scratch_free(&scratch);
    ss_session_knn_close(&model);
    return failed;
}

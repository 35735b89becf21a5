/*
 * dump_alternatives: what is like items that a generation does not know, for an oracle in another language:
 * `dump_alternatives FOLDER MAX`, with the folder of a generation; each line of stdin is an item: price in minor units
 * (or -), category, name, separated by tabs. For each writes u32 count and so many pairs of u32 item and f32 score,
 * little-endian, to stdout.
 */
#include "models/alternatives_query.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct dump {
    ss_items items;
    ss_alternatives model;
    ss_alternatives_scratch *scratch;
    ss_scored *found;
    size_t max;
} dump;

static ss_slice field(char **at)
{
    char *from = *at;
    size_t size = strcspn(from, "\t\n");
    *at += size + (from[size] != '\0');
    return (ss_slice){from, size};
}

static void answer(dump *of, char *line)
{
    long long number;
    ss_alternatives_question question = {.group = SS_NONE, .price = SS_ITEM_NO_MONEY};
    if (ss_slice_to_i64(field(&line), &number))
        question.price = number;
    question.category = ss_strings_find(&of->items.categories, field(&line));
    question.name = field(&line);
    uint32_t count =
        (uint32_t)ss_alternatives_similar(&of->model, &of->items, of->scratch, &question, of->found, of->max);
    fwrite(&count, sizeof count, 1, stdout);
    for (uint32_t i = 0; i < count; i++) {
        fwrite(&of->found[i].id, sizeof of->found[i].id, 1, stdout);
        fwrite(&of->found[i].score, sizeof of->found[i].score, 1, stdout);
    }
}

int main(int argc, char **argv)
{
    static char line[1 << 16];
    char text[1024];
    dump of = {0};
    ss_error error = {0};
    if (argc != 3)
        return 2;
    if (ss_items_open(argv[1], &of.items, &error) != SS_OK ||
        ss_alternatives_open(argv[1], &of.model, &error) != SS_OK) {
        ss_error_format(&error, text, sizeof text);
        fprintf(stderr, "dump_alternatives: %s\n", text);
        return 1;
    }
    of.max = strtoul(argv[2], NULL, 10);
    of.scratch = ss_alternatives_scratch_new(&of.model);
    of.found = calloc(of.max, sizeof *of.found);
    while (of.scratch && of.found && fgets(line, sizeof line, stdin))
        answer(&of, line);
    int failed = !of.scratch || !of.found || fflush(stdout) != 0;
    free(of.found);
    ss_alternatives_scratch_free(&of.scratch);
    ss_alternatives_close(&of.model);
    ss_items_close(&of.items);
    return failed;
}

/*
 * bench_cooccurrence: top-K co-occurrence with ids, scores and evidence, beside peer_cooccurrence_scipy.py and
 * peer_cooccurrence_graphblas.c, which read the same file.
 *
 *   bench_cooccurrence [--score cosine] [--list-length 50] [--threads 1,2] [--rounds 3] [--kernel groups] FILE
 *
 * FILE: raw little-endian CSR of customers x items: u64 groups, u64 items, u64 entries; u64 offsets[groups + 1];
 * u32 items[entries], distinct and ascending in each group. Prints lines `name value unit`; seconds are the least of
 * all rounds and hold everything from the CSR to the finished lists.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/options.h"
#include "models/cooccurrence_train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct settings {
    ss_relation_options relation;
    int64_t threads, rounds;
} settings;

#define OPTION(MEMBER) offsetof(settings, MEMBER)
static const ss_option option_table[] = {
    {"score", SS_OPTION_CHOICE, OPTION(relation.score), 0, 0, "cosine", "count|cosine|jaccard|lift|llr|normalised",
     NULL, "What orders the neighbours."},
    {"list-length", SS_OPTION_INT, OPTION(relation.list_length), 1, SS_LIST_LENGTH_MAX, "50", NULL, NULL,
     "Neighbours kept per item."},
    {"min-customers", SS_OPTION_INT, OPTION(relation.min_customers), 1, 1000000, "1", NULL, NULL, "Least support."},
    {"a", SS_OPTION_REAL, OPTION(relation.a), 0, 2, "0.5", NULL, NULL, "Normalised: exponent of the group's size."},
    {"b", SS_OPTION_REAL, OPTION(relation.b), 0, 2, "0.5", NULL, NULL, "Normalised: exponent of the item asked from."},
    {"c", SS_OPTION_REAL, OPTION(relation.c), 0, 2, "0.5", NULL, NULL, "Normalised: exponent of the candidate."},
    {"threads", SS_OPTION_INT, OPTION(threads), 1, 1024, "2", NULL, NULL, "Measured with 1 and with as many threads."},
    {"rounds", SS_OPTION_INT, OPTION(rounds), 1, 1000, "3", NULL, NULL, "Repetitions of each; the least counts."},
    {.name = NULL}};

static bool read_exactly(FILE *file, void *to, size_t count, size_t size)
{
    return fread(to, size, count, file) == count;
}

/* False when the file is not one of ours. */
static bool read_groups(const char *path, ss_groups *groups, uint32_t *item_count)
{
    uint64_t header[3];
    FILE *file = fopen(path, "rb");
    bool good = file && read_exactly(file, header, 3, sizeof *header) && header[1] < UINT32_MAX;
    if (good) {
        groups->group_count = header[0];
        *item_count = (uint32_t)header[1];
        groups->offsets = ss_array_new(header[0] + 1, sizeof *groups->offsets);
        groups->items = ss_array_new(header[2], sizeof *groups->items);
        good = groups->offsets && groups->items &&
               read_exactly(file, groups->offsets, header[0] + 1, sizeof *groups->offsets) &&
               read_exactly(file, groups->items, header[2], sizeof *groups->items) &&
               groups->offsets[header[0]] == header[2];
    }
    if (file)
        fclose(file);
    return good;
}

static double increments(const ss_groups *groups)
{
    double sum = 0;
    for (size_t g = 0; g < groups->group_count; g++) {
        double size = (double)(groups->offsets[g + 1] - groups->offsets[g]);
        sum += size * (size - 1);
    }
    return sum;
}

static uint64_t digest(const ss_pair_lists *lists)
{
    uint64_t entries = lists->offsets[lists->item_count];
    uint64_t parts[] = {ss_hash(lists->offsets, (lists->item_count + 1ull) * sizeof *lists->offsets),
                        ss_hash(lists->neighbours, entries * sizeof *lists->neighbours),
                        ss_hash(lists->scores, entries * sizeof *lists->scores),
                        ss_hash(lists->pairs, entries * sizeof *lists->pairs),
                        ss_hash(lists->customers, entries * sizeof *lists->customers)};
    return ss_hash(parts, sizeof parts);
}

static bool measure(const ss_groups *groups, uint32_t item_count, const settings *set, int threads)
{
    double least = 1e300;
    uint64_t found = 0, entries = 0;
    for (int64_t round = 0; round < set->rounds; round++) {
        ss_error error;
        ss_pair_lists lists;
        int64_t start = ss_clock_monotonic();
        if (ss_pairs_count(groups, item_count, SS_NO_TIME, NULL, &set->relation, threads, NULL, &lists, &error)) {
            fprintf(stderr, "bench_cooccurrence: %s\n", error.message);
            return false;
        }
        double seconds = (double)(ss_clock_monotonic() - start) / 1e9;
        least = seconds < least ? seconds : least;
        found = digest(&lists);
        entries = lists.offsets[item_count];
        ss_pair_lists_free(&lists);
    }
    printf("cooccurrence_seconds_threads_%d %.3f s\n", threads, least);
    printf("cooccurrence_digest_threads_%d %016llx xxh3\n", threads, (unsigned long long)found);
    printf("cooccurrence_entries %llu entries\n", (unsigned long long)entries);
    return true;
}

int main(int argc, char **argv)
{
    settings set = {0};
    ss_texts operands = {.count = 0};
    ss_error error;
    ss_option_group group = {.options = option_table, .target = &set};
    ss_groups groups = {0};
    uint32_t item_count = 0;
    ss_options_defaults(&group, 1);
    if (ss_options_parse(&group, 1, argc, argv, &operands, &error) != SS_OK || operands.count != 1) {
        fprintf(stderr, "bench_cooccurrence: %s; expected options and one FILE, see the top of bench_cooccurrence.c\n",
                operands.count == 1 ? error.message : "no file");
        return 2;
    }
    if (!read_groups(operands.text[0], &groups, &item_count)) {
        fprintf(stderr, "bench_cooccurrence: cannot read %s\n", operands.text[0]);
        return 1;
    }
    printf("cooccurrence_increments %.0f count\n", increments(&groups));
    bool good = measure(&groups, item_count, &set, 1);
    if (good && set.threads > 1)
        good = measure(&groups, item_count, &set, (int)set.threads);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("cooccurrence_peak_rss %.1f MB\n", (double)usage.ru_maxrss / 1024);
    ss_groups_free(&groups);
    return good ? 0 : 1;
}

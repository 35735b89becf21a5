/*
 * bench_cooccurrence FOLDER [--score cosine] [--list-length 50] [--threads 2] [--rounds 3] …: top-K co-occurrence
 * with ids, scores and evidence over what `bench_clusters FOLDER` has made, beside peer_cooccurrence_scipy.py and
 * peer_cooccurrence_graphblas.c on the same files. Prints lines `name value unit`; seconds are the least of all
 * rounds, and hold everything from the CSR in memory to the finished lists.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/options.h"
#include "models/cooccurrence_train.h"
#include "read_clusters.h"

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

static double sum_of_scores(const ss_pair_lists *lists)
{
    double sum = 0;
    for (uint64_t e = 0; e < lists->offsets[lists->item_count]; e++)
        sum += (double)lists->scores[e];
    return sum;
}

static bool measure(const ss_groups *groups, uint32_t item_count, const settings *set, int threads)
{
    double least = 1e300;
    uint64_t found = 0, entries = 0;
    double sum = 0;
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
        sum = sum_of_scores(&lists);
        ss_pair_lists_free(&lists);
    }
    printf("cooccurrence_seconds_threads_%d %.3f s\n", threads, least);
    printf("cooccurrence_digest_threads_%d %016llx xxh3\n", threads, (unsigned long long)found);
    printf("cooccurrence_entries %llu entries\n", (unsigned long long)entries);
    printf("cooccurrence_score_sum %.6g score\n", sum);
    return true;
}

int main(int argc, char **argv)
{
    settings set = {0};
    ss_texts operands = {.count = 0};
    ss_error error;
    ss_option_group group = {.options = option_table, .target = &set};
    csr matrix = {0};
    ss_options_defaults(&group, 1);
    ss_status status = ss_options_parse(&group, 1, argc, argv, &operands, &error);
    if (status != SS_OK || operands.count != 1) {
        fprintf(stderr, "bench_cooccurrence: %s\n",
                status ? error.message : "usage: bench_cooccurrence FOLDER [OPTIONS]");
        return 2;
    }
    if (!read_clusters(operands.text[0], &matrix)) {
        fprintf(stderr, "bench_cooccurrence: %s holds no offsets.npy and items.npy of bench_clusters\n",
                operands.text[0]);
        return 1;
    }
    ss_groups groups = {.group_count = matrix.customers, .offsets = matrix.offsets, .items = matrix.items};
    printf("cooccurrence_increments %.0f count\n", increments(&groups));
    bool good = measure(&groups, matrix.item_count, &set, 1);
    if (good && set.threads > 1)
        good = measure(&groups, matrix.item_count, &set, (int)set.threads);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("cooccurrence_peak_rss %.1f MB\n", (double)usage.ru_maxrss / 1024);
    ss_groups_free(&groups);
    return good ? 0 : 1;
}

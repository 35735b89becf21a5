/*
 * simulate_clusters.h: customers × items for benchmarks: clusters of taste, Zipf–Mandelbrot popularity, a given share
 * of all interactions on the most popular items; in memory as CSR, and as files that numpy and any CSV reader open, so
 * that peers work on the same data.
 *
 * Every customer belongs to one cluster, as does every item. A customer draws items with weight 1 / (rank + q), most of
 * the time among those of the own cluster, until the customer has the number of distinct items that an exponential
 * activity gives; q is solved for such that, after that, the top 1 % of the items hold `head_share` of the
 * interactions. Item numbers do not follow popularity. Deterministic from the options. Thread-safe.
 */
#ifndef SS_JOB_SIMULATE_CLUSTERS_H
#define SS_JOB_SIMULATE_CLUSTERS_H

#include "base/options.h"
#include "base/status.h"

typedef struct ss_cluster_options {
    int64_t customers;    /* 1 .. 100,000,000; 200,000 */
    int64_t items;        /* 100 .. 10,000,000; 50,000 */
    int64_t clusters;     /* 1 .. 10,000, at most items / 20; 100 */
    int64_t interactions; /* 1 .. 10^10; 10,000,000: exactly so many distinct pairs */
    double head_share;    /* of the interactions, on the top 1 % of the items; .02 .. .9; .23 */
    double own_cluster;   /* share of draws from the own cluster, 0 .. 1; .7 */
    int64_t seed;         /* 1 */
} ss_cluster_options;

/* The rows of --help for the above. Target: ss_cluster_options. */
extern const ss_option ss_cluster_option_table[];

/* Customer c has items[offsets[c] .. offsets[c + 1]), distinct and ascending. */
typedef struct ss_clusters {
    uint64_t *offsets; /* customer_count + 1. Owned */
    uint32_t *items;   /* offsets[customer_count]. Owned */
    uint32_t customer_count, item_count;
} ss_clusters;

/* Caller owns what is in *clusters and releases it. Errors: SS_E_RANGE (names the option; also where a customer would
 * need more than half of all items, or where no popularity gives the head its share), SS_E_NOMEM. */
ss_status ss_simulate_clusters(const ss_cluster_options *options, ss_clusters *clusters, ss_error *error);
void ss_clusters_release(ss_clusters *clusters); /* a zeroed one is fine */

/* Share of the interactions that falls on the `count` most popular items. -1 when out of memory. */
double ss_clusters_head_share(const ss_clusters *clusters, uint32_t count);

/*
 * Writes offsets.npy (uint64), items.npy (uint32) and interactions.csv (customer_id,item_id) into a folder, aside
 * first; those of an earlier run are replaced. Errors: SS_E_IO, SS_E_NOMEM, SS_E_LIMIT.
 */
ss_status ss_clusters_write(const ss_clusters *clusters, const char *folder, ss_error *error);

#endif

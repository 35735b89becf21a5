/*
 * bench_clusters FOLDER [--customers N …]: the interactions that the benchmarks share, as files for the peers:
 * offsets.npy and items.npy (CSR), interactions.csv. Prints what they hold.
 */
#include "base/clock.h"
#include "job/simulate_clusters.h"

#include <inttypes.h>
#include <stdio.h>

static ss_status make(const char *folder, const ss_cluster_options *options, ss_error *error)
{
    ss_clusters clusters = {0};
    int64_t begin = ss_clock_monotonic();
    ss_status status = ss_simulate_clusters(options, &clusters, error);
    if (status != SS_OK)
        return status;
    int64_t made = ss_clock_monotonic();
    status = ss_clusters_write(&clusters, folder, error);
    if (status == SS_OK)
        printf("customers %u items %u interactions %" PRIu64
               " head_share %.4f made_seconds %.2f written_seconds %.2f\n",
               clusters.customer_count, clusters.item_count, clusters.offsets[clusters.customer_count],
               ss_clusters_head_share(&clusters, clusters.item_count / 100), (double)(made - begin) * 1e-9,
               (double)(ss_clock_monotonic() - made) * 1e-9);
    ss_clusters_release(&clusters);
    return status;
}

int main(int argc, char **argv)
{
    ss_cluster_options options;
    ss_option_group group = {NULL, NULL, ss_cluster_option_table, &options};
    ss_texts operands = {0};
    ss_error error = {0};
    char text[1024];
    ss_options_defaults(&group, 1);
    ss_status status = ss_options_parse(&group, 1, argc, argv, &operands, &error);
    if (status == SS_OK && operands.count != 1)
        status = ss_error_set(&error, SS_E_ARGUMENT, "usage: bench_clusters FOLDER [OPTIONS]");
    if (status == SS_OK)
        status = make(operands.text[0], &options, &error);
    if (status == SS_OK)
        return 0;
    ss_error_format(&error, text, sizeof text);
    fprintf(stderr, "bench_clusters: %s\n", text);
    return status == SS_E_ARGUMENT || status == SS_E_RANGE ? 2 : 1;
}

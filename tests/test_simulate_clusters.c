#include "check.h"

#include "failing_malloc.h"
#include "job/simulate_clusters.h"
#include "temporary_folder.h"

#include <math.h>
#include <string.h>

static ss_cluster_options defaults(void)
{
    ss_cluster_options options;
    ss_option_group group = {NULL, NULL, ss_cluster_option_table, &options};
    ss_options_defaults(&group, 1);
    return options;
}

/* A fiftieth of the benchmark's rows. */
static ss_cluster_options small(void)
{
    ss_cluster_options options = defaults();
    options.customers = 10000;
    options.items = 20000;
    options.clusters = 40;
    options.interactions = 200000;
    return options;
}

static ss_clusters make(const ss_cluster_options *options)
{
    ss_clusters clusters;
    ss_error error = {0};
    expect_ok(ss_simulate_clusters(options, &clusters, &error), &error);
    return clusters;
}

static void the_defaults_are_the_benchmark(void **state)
{
    (void)state;
    ss_cluster_options options = defaults();
    assert_int_equal(options.customers, 200000);
    assert_int_equal(options.items, 50000);
    assert_int_equal(options.clusters, 100);
    assert_int_equal(options.interactions, 10000000);
    assert_true(fabs(options.head_share - .23) < 1e-12);
}

static void rows_are_sets(void **state)
{
    (void)state;
    ss_cluster_options options = small();
    ss_clusters clusters = make(&options);
    assert_int_equal(clusters.customer_count, 10000);
    assert_int_equal(clusters.offsets[0], 0);
    assert_int_equal(clusters.offsets[10000], 200000);
    for (uint32_t c = 0; c < clusters.customer_count; c++) {
        assert_true(clusters.offsets[c] < clusters.offsets[c + 1]); /* nobody without an item */
        for (uint64_t i = clusters.offsets[c]; i < clusters.offsets[c + 1]; i++) {
            assert_true(clusters.items[i] < 20000);
            if (i > clusters.offsets[c])
                assert_true(clusters.items[i - 1] < clusters.items[i]);
        }
    }
    ss_clusters_release(&clusters);
}

static void the_head_holds_its_share(void **state)
{
    (void)state;
    static const double shares[] = {.10, .23, .30};
    for (size_t s = 0; s < 3; s++) {
        ss_cluster_options options = small();
        options.head_share = shares[s];
        options.seed = (int64_t)s;
        ss_clusters clusters = make(&options);
        assert_true(fabs(ss_clusters_head_share(&clusters, 200) - shares[s]) < .01);
        assert_true(fabs(ss_clusters_head_share(&clusters, 20000) - 1) < 1e-12);
        ss_clusters_release(&clusters);
    }
}

static uint32_t count_common(const ss_clusters *clusters, uint32_t c, uint32_t other)
{
    uint64_t i = clusters->offsets[c], j = clusters->offsets[other];
    uint32_t common = 0;
    while (i < clusters->offsets[c + 1] && j < clusters->offsets[other + 1]) {
        uint32_t x = clusters->items[i], y = clusters->items[j];
        common += x == y;
        i += x <= y;
        j += y <= x;
    }
    return common;
}

static int compare_counts(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* One pair of customers in 40 is of one cluster and shares far more items than the others do. */
static void clusters_show(void **state)
{
    (void)state;
    enum { PAIRS = 4000 };
    double excess[2];
    for (int clustered = 0; clustered < 2; clustered++) {
        static uint32_t common[PAIRS];
        double sum = 0, top = 0;
        ss_cluster_options options = small();
        options.own_cluster = clustered ? .9 : 0;
        ss_clusters clusters = make(&options);
        for (uint32_t pair = 0; pair < PAIRS; pair++)
            sum += common[pair] = count_common(&clusters, 2 * pair, 2 * pair + 1);
        qsort(common, PAIRS, sizeof *common, compare_counts);
        for (uint32_t pair = PAIRS - PAIRS / 40; pair < PAIRS; pair++)
            top += common[pair];
        excess[clustered] = top / sum;
        ss_clusters_release(&clusters);
    }
    print_message("share of the common items in the top 1/40 of the pairs: %.2f, without clusters %.2f\n", excess[1],
                  excess[0]);
    assert_true(excess[1] > 1.4 * excess[0]);
}

static void the_seed_decides(void **state)
{
    (void)state;
    ss_cluster_options options = small();
    ss_clusters one = make(&options), same = make(&options);
    options.seed = 2;
    ss_clusters other = make(&options);
    assert_memory_equal(one.items, same.items, 200000 * sizeof *one.items);
    assert_memory_equal(one.offsets, same.offsets, 10001 * sizeof *one.offsets);
    assert_true(memcmp(one.items, other.items, 200000 * sizeof *one.items) != 0);
    ss_clusters_release(&one);
    ss_clusters_release(&same);
    ss_clusters_release(&other);
}

static void impossible_wishes(void **state)
{
    (void)state;
    ss_clusters clusters = {.item_count = 5};
    ss_error error = {0};
    ss_cluster_options options = small();
    options.interactions = 10000 * 4000;
    assert_status(ss_simulate_clusters(&options, &clusters, &error), SS_E_RANGE);
    assert_string_equal(error.field, "interactions");
    options = small();
    options.clusters = 1001;
    assert_status(ss_simulate_clusters(&options, &clusters, &error), SS_E_RANGE);
    assert_string_equal(error.field, "clusters");
    options = small();
    options.items = 99;
    assert_status(ss_simulate_clusters(&options, &clusters, &error), SS_E_RANGE);
    assert_string_equal(error.where, "--items");
    options = small();
    options.customers = 2000;
    options.head_share = .5;
    assert_status(ss_simulate_clusters(&options, &clusters, &error), SS_E_RANGE);
    assert_string_equal(error.field, "head-share");
    assert_int_equal(clusters.item_count, 5);
}

/* One customer per taste and hardly any items: the draws alone would never find the last ones. */
static void the_last_items_are_found(void **state)
{
    (void)state;
    ss_cluster_options options = small();
    options.customers = 1;
    options.items = 100;
    options.clusters = 1;
    options.interactions = 50;
    options.head_share = .02;
    ss_clusters clusters = make(&options);
    assert_int_equal(clusters.offsets[1], 50);
    ss_clusters_release(&clusters);
}

static void files(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    ss_cluster_options options = small();
    options.customers = 300;
    options.interactions = 6000;
    ss_clusters clusters = make(&options);
    ss_buffer data;
    temporary_folder_make(folder);
    ss_buffer_init(&data, 1 << 20);
    expect_ok(ss_clusters_write(&clusters, folder, &error), &error);
    expect_ok(ss_clusters_write(&clusters, folder, &error), &error); /* again: replaced */
    assert_status(ss_file_read(temporary_path(path, folder, "items.npy"), 1 << 20, &data, NULL), SS_OK);
    assert_int_equal(data.size, 128 + 6000 * 4);
    assert_memory_equal(data.data, "\x93NUMPY\x01\0\x76\0{'descr': '<u4', 'fortran_order': False, 'shape': (6000,), }",
                        68);
    assert_int_equal(data.data[127], '\n');
    assert_memory_equal(data.data + 128, clusters.items, 6000 * 4);
    assert_status(ss_file_read(temporary_path(path, folder, "offsets.npy"), 1 << 20, &data, NULL), SS_OK);
    assert_memory_equal(data.data + 128, clusters.offsets, 301 * 8);
    assert_status(ss_file_read(temporary_path(path, folder, "interactions.csv"), 1 << 20, &data, NULL), SS_OK);
    char expected[64];
    snprintf(expected, sizeof expected, "customer_id,item_id\n0,%u\n", clusters.items[0]);
    assert_memory_equal(data.data, expected, strlen(expected));
    ss_buffer_release(&data);
    temporary_folder_remove(folder);
    ss_clusters_release(&clusters);
}

static bool attempt(void *context)
{
    ss_cluster_options options = small();
    ss_clusters clusters = {.item_count = 5};
    ss_error error = {0};
    (void)context;
    options.customers = 10;
    options.items = 100;
    options.clusters = 2;
    options.interactions = 50;
    options.head_share = .05;
    if (ss_simulate_clusters(&options, &clusters, &error) != SS_OK) {
        assert_status(error.status, SS_E_NOMEM);
        assert_int_equal(clusters.item_count, 5);
        return false;
    }
    ss_clusters_release(&clusters);
    return true;
}

static void without_memory(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(attempt, NULL) >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_the_benchmark),
        cmocka_unit_test(rows_are_sets),
        cmocka_unit_test(the_head_holds_its_share),
        cmocka_unit_test(clusters_show),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(impossible_wishes),
        cmocka_unit_test(the_last_items_are_found),
        cmocka_unit_test(files),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

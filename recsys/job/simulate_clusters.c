#include "job/simulate_clusters.h"

#include "base/memory.h"
#include "job/alias.h"
#include "job/simulate_write.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD_PART    100u /* the head is one item in so many */
#define LEAST_ACTIVE 0.1  /* activity of a customer in units of the mean: this + (1 - this) × exponential */
#define BANDS        256u /* of ranks, for solving */
#define QUANTILES    8u   /* of activity, for solving */
#define HALVINGS     48
#define TRIES        64u /* draws per item wanted before the customer takes the next best number */

#define MEMBER(NAME) offsetof(ss_cluster_options, NAME)

const ss_option ss_cluster_option_table[] = {
    {"customers", SS_OPTION_INT, MEMBER(customers), 1, 1e8, "200000", NULL, NULL, "Customers."},
    {"items", SS_OPTION_INT, MEMBER(items), 100, 1e7, "50000", NULL, NULL, "Items."},
    {"clusters", SS_OPTION_INT, MEMBER(clusters), 1, 1e4, "100", NULL, NULL, "Clusters of taste."},
    {"interactions", SS_OPTION_INT, MEMBER(interactions), 1, 1e10, "10000000", NULL, NULL,
     "Distinct pairs of customer and item."},
    {"head-share", SS_OPTION_REAL, MEMBER(head_share), .02, .9, "0.23", NULL, "SHARE",
     "Share of the interactions on the most popular 1 % of the items."},
    {"own-cluster", SS_OPTION_REAL, MEMBER(own_cluster), 0, 1, "0.7", NULL, "SHARE",
     "Share of draws from the customer's own cluster."},
    {"seed", SS_OPTION_INT, MEMBER(seed), 0, 9007199254740992.0, "1", NULL, NULL, "Another seed makes other data."},
    {0},
};

/* ---- how flat the popularity must be ---- */

/* Ranks in bands of about equal width on a logarithmic scale; the head ends with a band. */
typedef struct bands {
    double rank[BANDS];  /* of its middle */
    double width[BANDS]; /* items in it */
    size_t count, head;  /* bands in all, and in the head */
} bands;

static bands make_bands(double items)
{
    bands b = {0};
    double begin = 0, head = floor(items / HEAD_PART);
    while (begin < items && b.count < BANDS) {
        double end = floor(begin * 1.06) + 1;
        if (begin < head && end >= head)
            end = head;
        if (end > items || b.count + 1 == BANDS)
            end = items;
        b.rank[b.count] = (begin + end - 1) / 2;
        b.width[b.count++] = end - begin;
        if (end == head)
            b.head = b.count;
        begin = end;
    }
    return b;
}

/* Expected distinct items of one customer after `draws`; those of the head in *head. */
static double distinct_after(const bands *b, const ss_cluster_options *o, double q, double draws, double *head)
{
    double total = 0, sum = 0, clusters = (double)o->clusters;
    for (size_t i = 0; i < b->count; i++)
        total += b->width[i] / (b->rank[i] + q);
    for (size_t i = 0; i < b->count; i++) {
        double p = 1 / (b->rank[i] + q) / total;
        double other = (1 - o->own_cluster) * p, own = o->own_cluster * clusters * p + other;
        double seen = -expm1(-draws * own) / clusters - expm1(-draws * other) * (1 - 1 / clusters);
        sum += b->width[i] * seen;
        if (i + 1 == b->head)
            *head = sum;
    }
    return sum;
}

static double head_of(const bands *b, const ss_cluster_options *o, double q, double wanted)
{
    double low = wanted, high = wanted * TRIES, head = 0;
    for (int i = 0; i < HALVINGS / 2; i++) {
        double middle = (low + high) / 2;
        if (distinct_after(b, o, q, middle, &head) < wanted)
            low = middle;
        else
            high = middle;
    }
    return head;
}

static double expected_head_share(const bands *b, const ss_cluster_options *o, double q)
{
    double mean = (double)o->interactions / (double)o->customers, head = 0, all = 0;
    for (uint32_t i = 0; i < QUANTILES; i++) {
        double activity = LEAST_ACTIVE - (1 - LEAST_ACTIVE) * log(1 - (i + .5) / QUANTILES);
        head += head_of(b, o, q, mean * activity);
        all += mean * activity;
    }
    return head / all;
}

/*
 * The larger the shift q, the flatter. Below 1 the few items at the very top take the draws, but each customer only
 * once.
 */
static ss_status solve_shift(const ss_cluster_options *o, double *q, ss_error *error)
{
    bands b = make_bands((double)o->items);
    double low = 0, high = log((double)o->items * 10);
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (expected_head_share(&b, o, exp(middle)) > o->head_share)
            low = middle;
        else
            high = middle;
    }
    *q = exp((low + high) / 2);
    double reached = expected_head_share(&b, o, *q);
    if (fabs(reached - o->head_share) < .005)
        return SS_OK;
    ss_status status = ss_error_set(error, SS_E_RANGE, "out of reach with so many distinct items per customer");
    char found[32], expected[32];
    snprintf(found, sizeof found, "%g", o->head_share);
    snprintf(expected, sizeof expected, "about %.3f", reached);
    ss_error_field(error, "head-share");
    ss_error_found(error, found, strlen(found), expected);
    return status;
}

/* ---- drawing ---- */

typedef struct maker {
    const ss_cluster_options *options;
    ss_random random;
    uint32_t *order;   /* item_count: numbers of the items, cluster after cluster */
    uint32_t *starts;  /* cluster_count + 1: where a cluster's items begin in `order` */
    ss_alias *own;     /* item_count: per cluster, which of its items */
    ss_alias *any;     /* item_count: which position of `order` */
    uint32_t *seen_by; /* item_count: 1 + the last customer who has it */
    ss_clusters made;
} maker;

/* Cluster k takes the ranks k, k + clusters, …, so that clusters are alike; the numbers of the items are shuffled. */
static void lay_out(maker *m, double q, double *weights)
{
    uint32_t items = m->made.item_count, clusters = (uint32_t)m->options->clusters, at = 0;
    for (uint32_t i = 0; i < items; i++) { /* seen_by serves as the list of numbers here */
        uint32_t other = ss_random_below(&m->random, i + 1);
        m->seen_by[i] = m->seen_by[other];
        m->seen_by[other] = i;
    }
    for (uint32_t k = 0; k < clusters; k++) {
        m->starts[k] = at;
        for (uint32_t rank = k; rank < items; rank += clusters, at++) {
            m->order[at] = m->seen_by[rank];
            weights[at] = 1 / (rank + q);
        }
    }
    m->starts[clusters] = at;
    memset(m->seen_by, 0, items * sizeof *m->seen_by);
}

static ss_status build_draws(maker *m, ss_error *error)
{
    ss_status status = SS_OK;
    double q;
    uint32_t items = m->made.item_count;
    double *weights = ss_array_new(items, sizeof *weights), *scratch = ss_array_new(items, sizeof *scratch);
    if (!weights || !scratch) {
        status = ss_error_nomem(error);
        goto out;
    }
    SS_TRY(solve_shift(m->options, &q, error));
    lay_out(m, q, weights);
    memcpy(scratch, weights, items * sizeof *scratch);
    SS_TRY(ss_alias_build(m->any, scratch, items, error));
    for (int64_t k = 0; k < m->options->clusters; k++)
        SS_TRY(ss_alias_build(m->own + m->starts[k], weights + m->starts[k], m->starts[k + 1] - m->starts[k], error));
out:
    free(weights);
    free(scratch);
    return status;
}

/* Exactly `interactions` in all: the running sum of the activities, rounded. */
static ss_status share_out(maker *m, ss_error *error)
{
    uint32_t customers = m->made.customer_count;
    double sum = 0, *sums = ss_array_new(customers, sizeof *sums);
    if (!sums)
        return ss_error_nomem(error);
    for (uint32_t c = 0; c < customers; c++)
        sums[c] = sum += LEAST_ACTIVE - (1 - LEAST_ACTIVE) * log(1 - ss_random_unit(&m->random));
    m->made.offsets[0] = 0;
    uint64_t most = 0;
    for (uint32_t c = 0; c < customers; c++) {
        m->made.offsets[c + 1] = (uint64_t)llround((double)m->options->interactions * (sums[c] / sum));
        uint64_t count = m->made.offsets[c + 1] - m->made.offsets[c];
        most = count > most ? count : most;
    }
    free(sums);
    if (most <= m->made.item_count / 2)
        return SS_OK;
    ss_status status = ss_error_set(error, SS_E_RANGE, "a customer would need more than half of all items");
    ss_error_field(error, "interactions");
    return status;
}

static uint32_t draw_item(maker *m, uint32_t cluster)
{
    uint32_t begin = m->starts[cluster], count = m->starts[cluster + 1] - begin;
    if (ss_random_unit(&m->random) < m->options->own_cluster)
        return m->order[begin + ss_alias_draw(m->own + begin, count, &m->random)];
    return m->order[ss_alias_draw(m->any, m->made.item_count, &m->random)];
}

static int compare_items(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void fill_customer(maker *m, uint32_t customer)
{
    uint32_t cluster = ss_random_below(&m->random, (uint32_t)m->options->clusters);
    uint32_t *list = m->made.items + m->made.offsets[customer];
    uint64_t wanted = m->made.offsets[customer + 1] - m->made.offsets[customer];
    uint64_t tries = wanted * TRIES;
    for (uint64_t have = 0; have < wanted;) {
        uint32_t item = draw_item(m, cluster);
        while (tries == 0 && m->seen_by[item] == customer + 1)
            item = (item + 1) % m->made.item_count;
        tries -= tries > 0;
        if (m->seen_by[item] == customer + 1)
            continue;
        m->seen_by[item] = customer + 1;
        list[have++] = item;
    }
    qsort(list, wanted, sizeof *list, compare_items);
}

static ss_status allocate(maker *m, ss_error *error)
{
    size_t items = m->made.item_count;
    m->order = ss_array_new(items, sizeof *m->order);
    m->starts = ss_array_new((size_t)m->options->clusters + 1, sizeof *m->starts);
    m->own = ss_array_huge(items, sizeof *m->own);
    m->any = ss_array_huge(items, sizeof *m->any);
    m->seen_by = ss_array_zeroed(items, sizeof *m->seen_by);
    m->made.offsets = ss_array_new((size_t)m->made.customer_count + 1, sizeof *m->made.offsets);
    m->made.items = ss_array_new((size_t)m->options->interactions, sizeof *m->made.items);
    if (!m->order || !m->starts || !m->own || !m->any || !m->seen_by || !m->made.offsets || !m->made.items)
        return ss_error_nomem(error);
    return SS_OK;
}

static ss_status check_clusters(const ss_cluster_options *options, ss_error *error)
{
    if (options->clusters <= options->items / 20)
        return SS_OK;
    ss_status status = ss_error_set(error, SS_E_RANGE, "more than one cluster for every 20 items");
    ss_error_field(error, "clusters");
    return status;
}

ss_status ss_simulate_clusters(const ss_cluster_options *options, ss_clusters *clusters, ss_error *error)
{
    ss_status status = SS_OK;
    maker m = {.options = options};
    SS_TRY(ss_options_check(ss_cluster_option_table, options, error));
    SS_TRY(check_clusters(options, error));
    m.made.customer_count = (uint32_t)options->customers;
    m.made.item_count = (uint32_t)options->items;
    ss_random_seed(&m.random, ss_random_mix((uint64_t)options->seed ^ 0x636c757374657273u));
    SS_TRY(allocate(&m, error));
    SS_TRY(share_out(&m, error));
    SS_TRY(build_draws(&m, error));
    for (uint32_t c = 0; c < m.made.customer_count; c++)
        fill_customer(&m, c);
    *clusters = m.made;
    m.made = (ss_clusters){0};
out:
    free(m.order);
    free(m.starts);
    free(m.own);
    free(m.any);
    free(m.seen_by);
    ss_clusters_release(&m.made);
    return status;
}

void ss_clusters_release(ss_clusters *clusters)
{
    free(clusters->offsets);
    free(clusters->items);
    *clusters = (ss_clusters){0};
}

static int compare_down(const void *a, const void *b)
{
    return compare_items(b, a);
}

double ss_clusters_head_share(const ss_clusters *clusters, uint32_t count)
{
    uint64_t all = clusters->offsets[clusters->customer_count], head = 0;
    uint32_t *counts = ss_array_zeroed(clusters->item_count, sizeof *counts);
    if (!counts)
        return -1;
    for (uint64_t i = 0; i < all; i++)
        counts[clusters->items[i]]++;
    qsort(counts, clusters->item_count, sizeof *counts, compare_down);
    for (uint32_t i = 0; i < count && i < clusters->item_count; i++)
        head += counts[i];
    free(counts);
    return (double)head / (double)all;
}

/* ---- files ---- */

/* The header of numpy's format 1.0: its length is a multiple of 64. */
static void put_npy_header(ss_sim_file *file, const char *type, uint64_t count)
{
    char text[128 + 1];
    int size =
        snprintf(text, sizeof text, "\x93NUMPY\x01%c%c%c{'descr': '%s', 'fortran_order': False, 'shape': (%llu,), }", 0,
                 128 - 10, 0, type, (unsigned long long)count);
    memset(text + size, ' ', 127 - (size_t)size);
    text[127] = '\n';
    ss_sim_put(file, text, 128);
}

static void put_array(ss_sim_file *file, const void *array, uint64_t size)
{
    const char *data = array;
    for (uint64_t done = 0; done < size;) {
        uint64_t part = size - done < SS_SIM_ROW_MAX ? size - done : SS_SIM_ROW_MAX;
        ss_sim_file_row(file);
        ss_sim_put(file, data + done, part);
        done += part;
    }
}

static void put_rows(ss_sim_file *file, const ss_clusters *clusters)
{
    ss_sim_put_text(file, "customer_id,item_id\n");
    for (uint32_t c = 0; c < clusters->customer_count; c++)
        for (uint64_t i = clusters->offsets[c]; i < clusters->offsets[c + 1]; i++) {
            ss_sim_file_row(file);
            ss_sim_put_number(file, c);
            ss_sim_put_char(file, ',');
            ss_sim_put_number(file, clusters->items[i]);
            ss_sim_put_char(file, '\n');
        }
}

ss_status ss_clusters_write(const ss_clusters *clusters, const char *path, ss_error *error)
{
    static const char *const names[] = {"offsets.npy", "items.npy", "interactions.csv"};
    ss_status status = SS_OK;
    uint64_t offsets = (uint64_t)clusters->customer_count + 1, items = clusters->offsets[clusters->customer_count];
    ss_sim_folder folder = {0};
    SS_TRY(ss_sim_folder_open(&folder, path, names, 3, true, error));
    put_npy_header(&folder.files[0], "<u8", offsets);
    put_array(&folder.files[0], clusters->offsets, offsets * sizeof *clusters->offsets);
    put_npy_header(&folder.files[1], "<u4", items);
    put_array(&folder.files[1], clusters->items, items * sizeof *clusters->items);
    put_rows(&folder.files[2], clusters);
    SS_TRY(ss_sim_folder_publish(&folder, error));
out:
    ss_sim_folder_abandon(&folder);
    return status;
}

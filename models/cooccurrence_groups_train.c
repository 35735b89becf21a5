/* Unordered pairs inside groups: ss_pairs_count. */
#include "base/memory.h"
#include "models/cooccurrence_rows_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The groups as CSR by item, beside the caller's CSR by group. */
typedef struct group_index {
    const ss_groups *groups; /* borrowed */
    uint32_t *degrees;
    uint64_t *starts;     /* item_count + 1: where an item's members begin */
    uint32_t *members;    /* groups of an item: rising, or for baskets by (customer, number) */
    uint32_t *order;      /* baskets: the groups by (customer, number); NULL: as they are */
    float *group_weights; /* NULL: all 1 */
    float *entry_weights; /* beside groups->items; NULL: all 1 */
    uint64_t group_count; /* groups that count */
    double pairs_per_group;
} group_index;

static void index_release(group_index *of)
{
    free(of->degrees);
    free(of->starts);
    free(of->members);
    free(of->order);
    free(of->group_weights);
    free(of->entry_weights);
}

static size_t group_size(const ss_groups *groups, size_t g)
{
    return (size_t)(groups->offsets[g + 1] - groups->offsets[g]);
}

static bool counts(const ss_groups *groups, size_t g, int64_t max_group)
{
    size_t size = group_size(groups, g);
    return size > 0 && (max_group <= 0 || size <= (uint64_t)max_group);
}

/* Groups by (customer, number), those without a customer last: a counting sort would need the number of customers. */
typedef struct owned_group {
    uint32_t customer, group;
} owned_group;

static int by_owner(const void *a, const void *b)
{
    const owned_group *x = a, *y = b;
    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    return x->group < y->group ? -1 : x->group > y->group;
}

static ss_status order_groups(group_index *of, ss_error *error)
{
    const ss_groups *groups = of->groups;
    if (!groups->group_customer)
        return SS_OK;
    owned_group *owned = ss_array_new(groups->group_count, sizeof *owned);
    of->order = ss_array_new(groups->group_count, sizeof *of->order);
    if (!owned || !of->order) {
        free(owned);
        return ss_error_nomem(error);
    }
    for (size_t g = 0; g < groups->group_count; g++)
        owned[g] = (owned_group){groups->group_customer[g], (uint32_t)g};
    qsort(owned, groups->group_count, sizeof *owned, by_owner);
    for (size_t g = 0; g < groups->group_count; g++)
        of->order[g] = owned[g].group;
    free(owned);
    return SS_OK;
}

static ss_status count_degrees(group_index *of, uint32_t item_count, int64_t max_group, ss_error *error)
{
    const ss_groups *groups = of->groups;
    of->degrees = ss_array_zeroed(item_count, sizeof *of->degrees);
    of->starts = ss_array_zeroed((size_t)item_count + 1, sizeof *of->starts);
    if (!of->degrees || !of->starts)
        return ss_error_nomem(error);
    double squares = 0;
    for (size_t g = 0; g < groups->group_count; g++) {
        if (!counts(groups, g, max_group))
            continue;
        of->group_count++;
        squares += (double)group_size(groups, g) * (double)group_size(groups, g);
        for (uint64_t e = groups->offsets[g]; e < groups->offsets[g + 1]; e++)
            of->degrees[groups->items[e]]++;
    }
    for (uint32_t i = 0; i < item_count; i++)
        of->starts[i + 1] = of->starts[i] + of->degrees[i];
    if (of->starts[item_count] > 0)
        of->pairs_per_group = squares / (double)of->starts[item_count];
    return SS_OK;
}

static ss_status list_members(group_index *of, uint32_t item_count, int64_t max_group, ss_error *error)
{
    const ss_groups *groups = of->groups;
    uint64_t *next = ss_array_new(item_count, sizeof *next);
    of->members = ss_array_new(of->starts[item_count], sizeof *of->members);
    if (!next || !of->members) {
        free(next);
        return ss_error_nomem(error);
    }
    if (item_count > 0)
        memcpy(next, of->starts, item_count * sizeof *next);
    for (size_t k = 0; k < groups->group_count; k++) {
        size_t g = of->order ? of->order[k] : k;
        if (!counts(groups, g, max_group))
            continue;
        for (uint64_t e = groups->offsets[g]; e < groups->offsets[g + 1]; e++)
            of->members[next[groups->items[e]]++] = (uint32_t)g;
    }
    free(next);
    return SS_OK;
}

static ss_status weigh(group_index *of, int64_t newest, const ss_relation_options *options, ss_error *error)
{
    const ss_groups *groups = of->groups;
    bool baskets = groups->group_customer != NULL;
    bool decay = options->half_life_days > 0 && newest != SS_NO_TIME;
    bool decay_groups = decay && baskets && groups->group_time, decay_entries = decay && !baskets && groups->times;
    if (!ss_pair_scorer_weighted(options))
        return SS_OK;
    if (options->a > 0 || decay_groups) {
        of->group_weights = ss_array_new(groups->group_count, sizeof *of->group_weights);
        if (!of->group_weights)
            return ss_error_nomem(error);
        for (size_t g = 0; g < groups->group_count; g++) {
            double size = (double)group_size(groups, g), weight = size > 0 ? pow(size, -options->a) : 0;
            if (decay_groups)
                weight *= ss_pair_age_weight(newest, groups->group_time[g], options->half_life_days);
            of->group_weights[g] = (float)weight;
        }
    }
    if (decay_entries) {
        uint64_t entries = groups->offsets[groups->group_count];
        of->entry_weights = ss_array_new(entries, sizeof *of->entry_weights);
        if (!of->entry_weights)
            return ss_error_nomem(error);
        for (uint64_t e = 0; e < entries; e++)
            of->entry_weights[e] = (float)ss_pair_age_weight(newest, groups->times[e], 2 * options->half_life_days);
    }
    return SS_OK;
}

/* ---- counting one item ---- */

/* The flags are constants where this is called: each combination becomes a loop of its own. */
static inline __attribute__((always_inline)) void add_group(ss_pair_scratch *scratch, const uint32_t *items,
                                                            size_t count, const float *entry_weights, float weight,
                                                            uint32_t token, bool weigh_pairs, bool weigh_entries,
                                                            bool sparse)
{
    uint32_t *restrict pairs = scratch->pairs;
    float *restrict sums = scratch->sums;
    for (size_t k = 0; k < count; k++) {
        uint32_t j = items[k];
        if (sparse) {
            scratch->touched[scratch->touched_count] = j;
            scratch->touched_count += pairs[j] == 0;
        }
        pairs[j]++;
        if (weigh_pairs)
            sums[j] += weigh_entries ? weight * entry_weights[k] : weight;
        if (token && scratch->last[j] != token) {
            scratch->last[j] = token;
            scratch->customers[j]++;
        }
    }
}

static void add_any_group(ss_pair_scratch *scratch, const uint32_t *items, size_t count, const float *entry_weights,
                          float weight, uint32_t token)
{
    bool sparse = scratch->sparse;
    if (token)
        add_group(scratch, items, count, NULL, weight, token, scratch->sums != NULL, false, sparse);
    else if (!scratch->sums)
        add_group(scratch, items, count, NULL, weight, 0, false, false, sparse);
    else
        add_group(scratch, items, count, entry_weights, weight, 0, true, entry_weights != NULL, sparse);
}

static float weight_of_item(const group_index *of, size_t group, uint32_t item)
{
    const ss_groups *groups = of->groups;
    uint64_t low = groups->offsets[group], high = groups->offsets[group + 1];
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (groups->items[middle] <= item)
            low = middle;
        else
            high = middle;
    }
    return of->entry_weights[low];
}

static void fill(const void *data, uint32_t item, ss_pair_scratch *scratch)
{
    const group_index *of = data;
    const ss_groups *groups = of->groups;
    uint32_t token = 0, owner = SS_NONE;
    for (uint64_t m = of->starts[item]; m < of->starts[item + 1]; m++) {
        uint32_t g = of->members[m];
        uint64_t from = groups->offsets[g];
        float weight = of->group_weights ? of->group_weights[g] : 1;
        if (of->entry_weights)
            weight *= weight_of_item(of, g, item);
        if (groups->group_customer && (token == 0 || owner == SS_NONE || groups->group_customer[g] != owner)) {
            token = ss_pair_scratch_token(scratch);
            owner = groups->group_customer[g];
        }
        add_any_group(scratch, groups->items + from, group_size(groups, g),
                      of->entry_weights ? of->entry_weights + from : NULL, weight, token);
    }
}

ss_status ss_pairs_count(const ss_groups *groups, uint32_t item_count, int64_t newest_time, const float *recency,
                         const ss_relation_options *options, int threads, ss_progress_sink *progress,
                         ss_pair_lists *out, ss_error *error)
{
    ss_status status = SS_OK;
    group_index of = {.groups = groups};
    ss_pair_lists lists;

    SS_TRY(ss_pair_check_arguments(options, threads, error));
    SS_TRY(order_groups(&of, error));
    SS_TRY(count_degrees(&of, item_count, options->max_group, error));
    SS_TRY(list_members(&of, item_count, options->max_group, error));
    SS_TRY(weigh(&of, newest_time, options, error));
    ss_pair_source source = {.data = &of,
                             .fill = fill,
                             .phase = groups->group_customer ? "pairs in baskets" : "pairs of customers",
                             .item_count = item_count,
                             .degrees = of.degrees,
                             .group_count = of.group_count,
                             .pairs_per_group = of.pairs_per_group,
                             .groups_are_customers = !groups->group_customer,
                             .tokens = groups->group_customer != NULL};
    SS_TRY(ss_pair_rows(&source, recency, options, threads, progress, &lists, error));
    lists.item_count = item_count;
    lists.degrees = of.degrees;
    of.degrees = NULL;
    lists.group_count = of.group_count;
    *out = lists;
out:
    index_release(&of);
    return status;
}

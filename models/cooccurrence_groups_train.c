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
    uint64_t *starts;       /* item_count + 1: where an item's members begin */
    uint32_t *members;      /* groups of an item: rising, or for baskets by (customer, number) */
    uint16_t *narrow_items; /* groups->items in half the bytes where they fit; else NULL */
    uint32_t *order;        /* baskets: the groups by (customer, number); NULL: as they are */
    float *group_weights;   /* NULL: all 1 */
    float *entry_weights;   /* beside groups->items; NULL: all 1 */
    float *member_weights;  /* with entry_weights: beside members, that of the item in the group times the group's */
    uint64_t group_count;   /* groups that count */
    uint64_t member_count;
    double pairs_per_group;
} group_index;

static void index_release(group_index *of)
{
    free(of->degrees);
    free(of->starts);
    free(of->members);
    free(of->narrow_items);
    free(of->order);
    free(of->group_weights);
    free(of->entry_weights);
    free(of->member_weights);
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
    of->member_count = of->starts[item_count];
    if (of->member_count > 0)
        of->pairs_per_group = squares / (double)of->member_count;
    return SS_OK;
}

static ss_status list_members(group_index *of, uint32_t item_count, int64_t max_group, ss_error *error)
{
    const ss_groups *groups = of->groups;
    uint64_t *next = ss_array_new(item_count, sizeof *next);
    of->members = ss_array_new(of->member_count, sizeof *of->members);
    if (of->entry_weights)
        of->member_weights = ss_array_new(of->member_count, sizeof *of->member_weights);
    if (!next || !of->members || (of->entry_weights && !of->member_weights)) {
        free(next);
        return ss_error_nomem(error);
    }
    if (item_count > 0)
        memcpy(next, of->starts, item_count * sizeof *next);
    for (size_t k = 0; k < groups->group_count; k++) {
        size_t g = of->order ? of->order[k] : k;
        if (!counts(groups, g, max_group))
            continue;
        for (uint64_t e = groups->offsets[g]; e < groups->offsets[g + 1]; e++) {
            uint64_t m = next[groups->items[e]]++;
            of->members[m] = (uint32_t)g;
            if (of->member_weights)
                of->member_weights[m] = of->entry_weights[e] * (of->group_weights ? of->group_weights[g] : 1);
        }
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

/* The items of all groups are read once for each of a group's items: half the bytes are half the cache misses. */
static ss_status narrow_items(group_index *of, uint32_t item_count, ss_error *error)
{
    uint64_t entries = of->groups->offsets[of->groups->group_count];
    if (item_count > UINT16_MAX + 1u)
        return SS_OK;
    of->narrow_items = ss_array_new(entries, sizeof *of->narrow_items);
    if (!of->narrow_items)
        return ss_error_nomem(error);
    for (uint64_t e = 0; e < entries; e++)
        of->narrow_items[e] = (uint16_t)of->groups->items[e];
    return SS_OK;
}

/* ---- counting one item ---- */

#define PREFETCH_AHEAD 8u /* groups: about what one cache miss costs */
#define PREFETCH_BYTES 192u

/* The flags are constants where this is called, so that each combination becomes a loop of its own. */
typedef struct how {
    bool narrow;  /* items of 16 bits */
    bool sparse;  /* keep `touched` */
    bool weigh;   /* sums too */
    bool entries; /* with a weight for each entry */
    bool owners;  /* count distinct customers */
} how;

static inline __attribute__((always_inline)) void prefetch_group(const group_index *of, uint32_t group, how flags)
{
    uint64_t from = of->groups->offsets[group];
    const char *at = flags.narrow ? (const char *)(of->narrow_items + from) : (const char *)(of->groups->items + from);
    for (unsigned k = 0; k < PREFETCH_BYTES; k += 64)
        __builtin_prefetch(at + k, 0, 2);
}

static inline __attribute__((always_inline)) void add_group(const group_index *of, ss_pair_scratch *scratch,
                                                            uint32_t group, float weight, uint32_t token, how flags)
{
    const ss_groups *groups = of->groups;
    uint32_t *pairs = scratch->pairs, *touched = scratch->touched;
    float *sums = scratch->sums;
    size_t touched_count = scratch->touched_count;
    for (uint64_t e = groups->offsets[group], end = groups->offsets[group + 1]; e < end; e++) {
        uint32_t j = flags.narrow ? of->narrow_items[e] : groups->items[e];
        uint32_t before = pairs[j];
        pairs[j] = before + 1;
        if (flags.sparse) {
            touched[touched_count] = j;
            touched_count += before == 0;
        }
        if (flags.weigh)
            sums[j] += flags.entries ? weight * of->entry_weights[e] : weight;
        if (flags.owners && scratch->last[j] != token) {
            scratch->last[j] = token;
            scratch->customers[j]++;
        }
    }
    scratch->touched_count = touched_count;
}

static inline __attribute__((always_inline)) void add_members(const group_index *of, ss_pair_scratch *scratch,
                                                              uint32_t item, how flags)
{
    const uint32_t *customers = of->groups->group_customer;
    uint32_t token = 0, owner = SS_NONE;
    uint64_t end = of->starts[item + 1];
    for (uint64_t m = of->starts[item]; m < end; m++) {
        uint32_t group = of->members[m];
        if (m + PREFETCH_AHEAD < of->member_count)
            prefetch_group(of, of->members[m + PREFETCH_AHEAD], flags);
        float weight = 1;
        if (flags.entries)
            weight = of->member_weights[m];
        else if (flags.weigh && of->group_weights)
            weight = of->group_weights[group];
        if (flags.owners && (token == 0 || owner == SS_NONE || customers[group] != owner)) {
            token = ss_pair_scratch_token(scratch);
            owner = customers[group];
        }
        add_group(of, scratch, group, weight, token, flags);
    }
}

static inline __attribute__((always_inline)) void fill_kind(const group_index *of, ss_pair_scratch *scratch,
                                                            uint32_t item, bool narrow, bool sparse)
{
    bool weigh = scratch->sums != NULL;
    if (of->groups->group_customer && weigh)
        add_members(of, scratch, item, (how){narrow, sparse, .weigh = true, .owners = true});
    else if (of->groups->group_customer)
        add_members(of, scratch, item, (how){narrow, sparse, .owners = true});
    else if (of->entry_weights)
        add_members(of, scratch, item, (how){narrow, sparse, .weigh = true, .entries = true});
    else if (weigh)
        add_members(of, scratch, item, (how){narrow, sparse, .weigh = true});
    else
        add_members(of, scratch, item, (how){narrow, sparse, .weigh = false});
}

static void fill(const void *data, uint32_t item, ss_pair_scratch *scratch)
{
    const group_index *of = data;
    if (of->narrow_items && scratch->sparse)
        fill_kind(of, scratch, item, true, true);
    else if (of->narrow_items)
        fill_kind(of, scratch, item, true, false);
    else if (scratch->sparse)
        fill_kind(of, scratch, item, false, true);
    else
        fill_kind(of, scratch, item, false, false);
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
    SS_TRY(weigh(&of, newest_time, options, error));
    SS_TRY(list_members(&of, item_count, options->max_group, error));
    SS_TRY(narrow_items(&of, item_count, error));
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

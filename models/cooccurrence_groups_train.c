/* Unordered pairs inside groups: ss_pairs_count. */
#include "base/memory.h"
#include "models/cooccurrence_rows_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A group as the inner loop reads it, from one place: this head; then the items, of 16 bits where all fit (half the
 * bytes are half the cache misses), padded to a multiple of 4 bytes; then, where entries have weights, a float for
 * each.
 */
typedef struct record {
    uint32_t count;
    uint32_t owner; /* customer of a basket, or SS_NONE */
    float weight;   /* w(age) / |h|^a */
} record;

#define RECORD_UNIT 4u /* bytes: what positions count in */
_Static_assert(sizeof(record) % RECORD_UNIT == 0, "records follow one another without gaps");

/* The groups as records, and as CSR by item. */
typedef struct group_index {
    const ss_groups *groups; /* borrowed */
    int64_t max_group;
    uint32_t item_count;
    bool narrow;              /* items of 16 bits */
    bool baskets;             /* groups have owners */
    double half_life_groups;  /* days; 0: groups do not age */
    double half_life_entries; /* days; 0: entries do not age */
    int64_t newest;
    double size_exponent; /* a */
    uint32_t *order;      /* baskets: the groups by (customer, number); NULL: as they are */
    unsigned char *records;
    uint32_t *degrees;
    uint64_t *starts;      /* item_count + 1: where an item's members begin */
    uint32_t *members;     /* positions of the records that hold the item, rising */
    float *member_weights; /* with entry weights: beside members, that of the item in the group times the group's */
    uint64_t member_count;
    uint64_t group_count; /* groups that count */
    double pairs_per_group;
} group_index;

static void index_release(group_index *of)
{
    free(of->order);
    free(of->records);
    free(of->degrees);
    free(of->starts);
    free(of->members);
    free(of->member_weights);
}

static size_t group_size(const ss_groups *groups, size_t g)
{
    return (size_t)(groups->offsets[g + 1] - groups->offsets[g]);
}

static bool counts(const group_index *of, size_t g)
{
    size_t size = group_size(of->groups, g);
    return size > 0 && (of->max_group <= 0 || size <= (uint64_t)of->max_group);
}

static size_t item_bytes(const group_index *of, size_t count)
{
    size_t bytes = count * (of->narrow ? sizeof(uint16_t) : sizeof(uint32_t));
    return (bytes + RECORD_UNIT - 1) / RECORD_UNIT * RECORD_UNIT;
}

static size_t record_bytes(const group_index *of, size_t count)
{
    return sizeof(record) + item_bytes(of, count) + (of->half_life_entries > 0 ? count * sizeof(float) : 0);
}

/* Which weights the options and the groups ask for. */
static group_index index_of(const ss_groups *groups, uint32_t item_count, int64_t newest,
                            const ss_relation_options *options)
{
    bool weighted = ss_pair_scorer_weighted(options), baskets = groups->group_customer != NULL;
    bool decay = weighted && options->half_life_days > 0 && newest != SS_NO_TIME;
    return (group_index){.groups = groups,
                         .max_group = options->max_group,
                         .item_count = item_count,
                         .narrow = item_count <= UINT16_MAX + 1u,
                         .baskets = baskets,
                         .half_life_groups = decay && baskets && groups->group_time ? options->half_life_days : 0,
                         .half_life_entries = decay && !baskets && groups->times ? options->half_life_days : 0,
                         .newest = newest,
                         .size_exponent = weighted ? options->a : 0};
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

static ss_status count_degrees(group_index *of, ss_error *error)
{
    const ss_groups *groups = of->groups;
    of->degrees = ss_array_zeroed(of->item_count, sizeof *of->degrees);
    of->starts = ss_array_zeroed((size_t)of->item_count + 1, sizeof *of->starts);
    if (!of->degrees || !of->starts)
        return ss_error_nomem(error);
    double squares = 0;
    for (size_t g = 0; g < groups->group_count; g++) {
        if (!counts(of, g))
            continue;
        of->group_count++;
        squares += (double)group_size(groups, g) * (double)group_size(groups, g);
        for (uint64_t e = groups->offsets[g]; e < groups->offsets[g + 1]; e++)
            of->degrees[groups->items[e]]++;
    }
    for (uint32_t i = 0; i < of->item_count; i++)
        of->starts[i + 1] = of->starts[i] + of->degrees[i];
    of->member_count = of->starts[of->item_count];
    if (of->member_count > 0)
        of->pairs_per_group = squares / (double)of->member_count;
    return SS_OK;
}

static ss_status make_room(group_index *of, ss_error *error)
{
    uint64_t bytes = 0;
    for (size_t g = 0; g < of->groups->group_count; g++)
        bytes += counts(of, g) ? record_bytes(of, group_size(of->groups, g)) : 0;
    if (bytes / RECORD_UNIT > UINT32_MAX)
        return ss_error_set(error, SS_E_LIMIT, "%llu interactions are too many for one relation",
                            (unsigned long long)of->member_count);
    of->records = ss_array_huge(bytes, 1);
    of->members = ss_array_huge(of->member_count, sizeof *of->members);
    if (of->half_life_entries > 0)
        of->member_weights = ss_array_new(of->member_count, sizeof *of->member_weights);
    if (!of->records || !of->members || (of->half_life_entries > 0 && !of->member_weights))
        return ss_error_nomem(error);
    return SS_OK;
}

static float weight_of_group(const group_index *of, size_t g)
{
    double weight = pow((double)group_size(of->groups, g), -of->size_exponent);
    if (of->half_life_groups > 0)
        weight *= ss_pair_age_weight(of->newest, of->groups->group_time[g], of->half_life_groups);
    return (float)weight;
}

/* Writes the record of group g and enters it with each of its items; `next`: where an item's next member goes. */
static void write_record(group_index *of, size_t g, uint64_t position, uint64_t *next)
{
    const ss_groups *groups = of->groups;
    size_t count = group_size(groups, g);
    const uint32_t *items = groups->items + groups->offsets[g];
    record *head = (record *)(of->records + position * RECORD_UNIT);
    uint16_t *narrow = (uint16_t *)(head + 1);
    uint32_t *wide = (uint32_t *)(head + 1);
    float *weights = (float *)((unsigned char *)(head + 1) + item_bytes(of, count));

    *head = (record){(uint32_t)count, of->baskets ? groups->group_customer[g] : SS_NONE, weight_of_group(of, g)};
    for (size_t k = 0; k < count; k++) {
        uint64_t m = next[items[k]]++;
        of->members[m] = (uint32_t)position;
        if (of->narrow)
            narrow[k] = (uint16_t)items[k];
        else
            wide[k] = items[k];
        if (of->half_life_entries > 0) {
            int64_t time = groups->times[groups->offsets[g] + k];
            weights[k] = (float)ss_pair_age_weight(of->newest, time, 2 * of->half_life_entries);
            of->member_weights[m] = weights[k] * head->weight;
        }
    }
}

static ss_status write_records(group_index *of, ss_error *error)
{
    uint64_t *next = ss_array_new(of->item_count, sizeof *next), position = 0;
    if (!next)
        return ss_error_nomem(error);
    if (of->item_count > 0)
        memcpy(next, of->starts, of->item_count * sizeof *next);
    for (size_t k = 0; k < of->groups->group_count; k++) {
        size_t g = of->order ? of->order[k] : k;
        if (!counts(of, g))
            continue;
        write_record(of, g, position, next);
        position += record_bytes(of, group_size(of->groups, g)) / RECORD_UNIT;
    }
    free(next);
    return SS_OK;
}

/* ---- counting one item ---- */

#define PREFETCH_AHEAD 12u /* groups: about what one cache miss costs */
#define PREFETCH_BYTES 192u

/* The flags are constants where this is called, so that each combination becomes a loop of its own. */
typedef struct how {
    bool narrow;  /* items of 16 bits */
    bool sparse;  /* keep `touched` */
    bool weigh;   /* sums too */
    bool entries; /* with a weight for each entry */
    bool owners;  /* count distinct customers */
} how;

static inline __attribute__((always_inline)) void
add_record(const group_index *of, ss_pair_scratch *scratch, const record *head, float weight, uint32_t token, how flags)
{
    const uint16_t *narrow = (const uint16_t *)(head + 1);
    const uint32_t *wide = (const uint32_t *)(head + 1);
    const float *weights = NULL;
    uint32_t *pairs = scratch->pairs, *touched = scratch->touched;
    float *sums = scratch->sums;
    size_t touched_count = scratch->touched_count;
    if (flags.entries)
        weights = (const float *)((const unsigned char *)(head + 1) + item_bytes(of, head->count));
    for (size_t k = 0, count = head->count; k < count; k++) {
        uint32_t j = flags.narrow ? narrow[k] : wide[k];
        uint32_t before = pairs[j];
        pairs[j] = before + 1;
        if (flags.sparse) {
            touched[touched_count] = j;
            touched_count += before == 0;
        }
        if (flags.weigh)
            sums[j] += flags.entries ? weight * weights[k] : weight;
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
    uint32_t token = 0, owner = SS_NONE;
    uint64_t end = of->starts[item + 1];
    for (uint64_t m = of->starts[item]; m < end; m++) {
        if (m + PREFETCH_AHEAD < of->member_count) {
            const unsigned char *soon = of->records + (size_t)of->members[m + PREFETCH_AHEAD] * RECORD_UNIT;
            for (unsigned k = 0; k < PREFETCH_BYTES; k += 64)
                __builtin_prefetch(soon + k, 0, 2);
        }
        const record *head = (const record *)(of->records + (size_t)of->members[m] * RECORD_UNIT);
        if (flags.owners && (token == 0 || owner == SS_NONE || head->owner != owner)) {
            token = ss_pair_scratch_token(scratch);
            owner = head->owner;
        }
        add_record(of, scratch, head, flags.entries ? of->member_weights[m] : head->weight, token, flags);
    }
}

static inline __attribute__((always_inline)) void fill_kind(const group_index *of, ss_pair_scratch *scratch,
                                                            uint32_t item, bool narrow, bool sparse)
{
    bool weigh = scratch->sums != NULL;
    if (of->baskets && weigh)
        add_members(of, scratch, item, (how){narrow, sparse, .weigh = true, .owners = true});
    else if (of->baskets)
        add_members(of, scratch, item, (how){narrow, sparse, .owners = true});
    else if (of->half_life_entries > 0)
        add_members(of, scratch, item, (how){narrow, sparse, .weigh = true, .entries = true});
    else if (weigh)
        add_members(of, scratch, item, (how){narrow, sparse, .weigh = true});
    else
        add_members(of, scratch, item, (how){narrow, sparse, .weigh = false});
}

static void fill(const void *data, uint32_t item, ss_pair_scratch *scratch)
{
    const group_index *of = data;
    if (of->narrow && scratch->sparse)
        fill_kind(of, scratch, item, true, true);
    else if (of->narrow)
        fill_kind(of, scratch, item, true, false);
    else if (scratch->sparse)
        fill_kind(of, scratch, item, false, true);
    else
        fill_kind(of, scratch, item, false, false);
}

ss_status ss_pairs_recount(const ss_groups *groups, uint32_t item_count, int64_t newest_time, const float *recency,
                           const uint8_t *only, const ss_relation_options *options, int threads,
                           ss_progress_sink *progress, ss_pair_lists *out, ss_error *error)
{
    ss_status status = SS_OK;
    group_index of = index_of(groups, item_count, newest_time, options);
    ss_pair_lists lists;

    SS_TRY(ss_pair_check_arguments(options, threads, error));
    SS_TRY(order_groups(&of, error));
    SS_TRY(count_degrees(&of, error));
    SS_TRY(make_room(&of, error));
    SS_TRY(write_records(&of, error));
    ss_pair_source source = {.data = &of,
                             .fill = fill,
                             .phase = of.baskets ? "pairs in baskets" : "pairs of customers",
                             .item_count = item_count,
                             .only = only,
                             .degrees = of.degrees,
                             .group_count = of.group_count,
                             .pairs_per_group = of.pairs_per_group,
                             .groups_are_customers = !of.baskets,
                             .tokens = of.baskets};
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

ss_status ss_pairs_count(const ss_groups *groups, uint32_t item_count, int64_t newest_time, const float *recency,
                         const ss_relation_options *options, int threads, ss_progress_sink *progress,
                         ss_pair_lists *out, ss_error *error)
{
    return ss_pairs_recount(groups, item_count, newest_time, recency, NULL, options, threads, progress, out, error);
}

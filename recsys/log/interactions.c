#include "log/interactions.h"

#include "base/hash.h"
#include "base/memory.h"
#include "log/gone.h"
#include "log/sort_rows.h"

#include <stdlib.h>

const char *ss_event_name(ss_event event)
{
    static const char *const names[SS_EVENT_COUNT] = {
        [SS_EVENT_PURCHASE] = "purchase",     [SS_EVENT_VIEW] = "view",
        [SS_EVENT_CART_ADD] = "cart_add",     [SS_EVENT_CART_REMOVE] = "cart_remove",
        [SS_EVENT_IMPRESSION] = "impression", [SS_EVENT_CLICK] = "click",
        [SS_EVENT_DISMISS] = "dismiss",       [SS_EVENT_ACCEPT] = "accept",
    };
    return (unsigned)event < SS_EVENT_COUNT ? names[event] : NULL;
}

uint64_t ss_basket_key(bool is_session, ss_slice id)
{
    return ss_hash(id.data, id.size) ^ (is_session ? UINT64_C(0x9E3779B97F4A7C15) : 0);
}

void ss_interactions_free(ss_interactions *interactions)
{
    if (!interactions)
        return;
    free(interactions->rows);
    free(interactions->spent);
    free(interactions->basket_keys);
    free(interactions->origins);
    ss_gone_free(&interactions->gone);
    ss_dictionary_free(&interactions->items);
    ss_dictionary_free(&interactions->set_aside);
    ss_dictionary_free(&interactions->customers);
    *interactions = (ss_interactions){0};
}

unsigned ss_interactions_learning_events(const ss_interactions *interactions)
{
    unsigned all = (1u << SS_EVENT_COUNT) - 1;
    return interactions->has_purchases ? 1u << SS_EVENT_PURCHASE
                                       : all & ~(1u << SS_EVENT_DISMISS | 1u << SS_EVENT_CART_REMOVE |
                                                 1u << SS_EVENT_IMPRESSION | 1u << SS_EVENT_ACCEPT);
}

/* One bit a row, so that the filter is asked once for each and the rows are allocated at their size. */
static size_t mark_kept(const ss_interactions *source, ss_interaction_filter keep, void *context, uint64_t *marks)
{
    size_t kept = 0;
    for (size_t i = 0; i < source->count; i++) {
        if (keep(context, &source->rows[i], i)) {
            marks[i / 64] |= UINT64_C(1) << (i % 64);
            kept++;
        }
    }
    return kept;
}

static void copy_kept(const ss_interactions *source, const uint64_t *marks, ss_interactions *out)
{
    for (size_t i = 0; i < source->count; i++) {
        if (!(marks[i / 64] >> (i % 64) & 1))
            continue;
        int64_t time = source->rows[i].time;
        if (source->has_times && (out->count == 0 || time < out->first_time))
            out->first_time = time;
        if (source->has_times && (out->count == 0 || time > out->last_time))
            out->last_time = time;
        out->rows[out->count++] = source->rows[i];
    }
}

ss_status ss_interactions_subset(const ss_interactions *source, ss_interaction_filter keep, void *context,
                                 ss_interactions *out, ss_error *error)
{
    uint64_t *marks = ss_array_zeroed(source->count / 64 + 1, sizeof *marks);
    if (!marks)
        return ss_error_nomem(error);
    size_t kept = mark_kept(source, keep, context, marks);
    ss_interactions subset = *source;
    subset.items = subset.customers = subset.set_aside = NULL;
    subset.spent = NULL;
    subset.gone = NULL;
    subset.basket_keys = NULL;
    subset.origins = NULL;
    subset.origin_count = subset.key_count = 0;
    subset.count = 0;
    subset.first_time = subset.last_time = SS_NO_TIME;
    subset.rows = ss_array_new(kept, sizeof *subset.rows);
    if (!subset.rows) {
        free(marks);
        return ss_error_nomem(error);
    }
    copy_kept(source, marks, &subset);
    free(marks);
    *out = subset;
    return SS_OK;
}

/* One row of a group on its way to the result. */
typedef struct member {
    uint32_t item;
    float quantity;
    int64_t time;
} member;

static uint32_t group_of(const ss_interaction *row, ss_grouping grouping, unsigned events)
{
    if (!(events >> row->event & 1))
        return SS_NONE;
    return grouping == SS_BY_CUSTOMER ? row->customer : row->basket;
}

/* Leaves the rows of group g at members[offsets[g] ..] in their order in the log. */
static void scatter(const ss_interactions *interactions, ss_grouping grouping, unsigned events, ss_groups *groups,
                    member *members)
{
    for (size_t i = 0; i < interactions->count; i++) {
        const ss_interaction *row = &interactions->rows[i];
        uint32_t group = group_of(row, grouping, events);
        if (group == SS_NONE)
            continue;
        members[groups->offsets[group]++] = (member){row->item, row->quantity, row->time};
        if (groups->group_time[group] == SS_NO_TIME || row->time > groups->group_time[group])
            groups->group_time[group] = row->time;
        if (groups->group_customer && groups->group_customer[group] == SS_NONE)
            groups->group_customer[group] = row->customer;
    }
    /* Each offset has moved to the end of its group, which is where the next one begins. */
    memmove(groups->offsets + 1, groups->offsets, groups->group_count * sizeof *groups->offsets);
    groups->offsets[0] = 0;
}

static bool is_ascending(const member *members, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (members[i].item < members[i - 1].item)
            return false;
    return true;
}

/* By item, and by the order in the log for one item: sums of floats then never depend on the sort. */
static void sort_members(member *members, size_t count, uint64_t *keys, member *copy)
{
    if (is_ascending(members, count))
        return;
    for (size_t i = 0; i < count; i++)
        keys[i] = (uint64_t)members[i].item << 32 | i;
    ss_sort_u64(keys, count);
    memcpy(copy, members, count * sizeof *copy);
    for (size_t i = 0; i < count; i++)
        members[i] = copy[(uint32_t)keys[i]];
}

/* Moves the distinct items of one group down to `to`, each with its latest time and summed quantity; says how many. */
static size_t merge_members(const member *members, size_t count, member *to)
{
    size_t distinct = 0;
    for (size_t i = 0; i < count;) {
        member sum = members[i];
        double quantity = 0;
        for (; i < count && members[i].item == sum.item; i++) {
            quantity += (double)members[i].quantity;
            sum.time = members[i].time > sum.time ? members[i].time : sum.time;
        }
        sum.quantity = (float)quantity;
        to[distinct++] = sum;
    }
    return distinct;
}

/* Sorts and merges group by group; the offsets and the members close up. */
static ss_status gather(ss_groups *groups, member *members, uint64_t largest)
{
    uint64_t *keys = ss_array_new(largest, sizeof *keys);
    member *copy = ss_array_new(largest, sizeof *copy);
    ss_status status = keys && copy ? SS_OK : SS_E_NOMEM;
    uint64_t start = 0, end = 0;
    for (size_t group = 0; status == SS_OK && group < groups->group_count; group++) {
        uint64_t next = groups->offsets[group + 1];
        sort_members(members + start, next - start, keys, copy);
        end += merge_members(members + start, next - start, members + end);
        groups->offsets[group + 1] = end;
        start = next;
    }
    free(keys);
    free(copy);
    return status;
}

/* Turns counts of rows a group, offsets[g], into where each begins; returns the number of rows and the largest group.
 */
static uint64_t begin_offsets(ss_groups *groups, uint64_t *largest)
{
    uint64_t total = 0;
    *largest = 0;
    for (size_t group = 0; group <= groups->group_count; group++) {
        uint64_t size = groups->offsets[group];
        groups->offsets[group] = total;
        total += size;
        if (size > *largest)
            *largest = size;
    }
    return total;
}

static bool allocate_groups(ss_groups *groups, ss_grouping grouping)
{
    groups->offsets = ss_array_zeroed(groups->group_count + 1, sizeof *groups->offsets);
    groups->group_time = ss_array_new(groups->group_count, sizeof *groups->group_time);
    if (!groups->offsets || !groups->group_time)
        return false;
    for (size_t group = 0; group < groups->group_count; group++)
        groups->group_time[group] = SS_NO_TIME;
    if (grouping == SS_BY_CUSTOMER)
        return true;
    groups->group_customer = ss_array_new(groups->group_count, sizeof *groups->group_customer);
    if (!groups->group_customer)
        return false;
    memset(groups->group_customer, 0xFF, groups->group_count * sizeof *groups->group_customer);
    return true;
}

static ss_status copy_members(ss_groups *groups, const member *members, bool want_times, bool want_quantities)
{
    uint64_t total = groups->offsets[groups->group_count];
    groups->items = ss_array_new(total, sizeof *groups->items);
    if (want_times)
        groups->times = ss_array_new(total, sizeof *groups->times);
    if (want_quantities)
        groups->quantities = ss_array_new(total, sizeof *groups->quantities);
    if (!groups->items || (want_times && !groups->times) || (want_quantities && !groups->quantities))
        return SS_E_NOMEM;
    for (uint64_t i = 0; i < total; i++) {
        groups->items[i] = members[i].item;
        if (want_times)
            groups->times[i] = members[i].time;
        if (want_quantities)
            groups->quantities[i] = members[i].quantity;
    }
    return SS_OK;
}

static void count_rows(const ss_interactions *interactions, ss_grouping grouping, unsigned events, uint64_t *counts)
{
    for (size_t i = 0; i < interactions->count; i++) {
        uint32_t group = group_of(&interactions->rows[i], grouping, events);
        if (group != SS_NONE)
            counts[group]++;
    }
}

ss_status ss_groups_make(const ss_interactions *interactions, ss_grouping grouping, unsigned events, bool want_times,
                         bool want_quantities, ss_groups *out, ss_error *error)
{
    ss_groups groups = {.group_count =
                            grouping == SS_BY_CUSTOMER ? interactions->customer_count : interactions->basket_count};
    member *members = NULL;
    ss_status status = SS_E_NOMEM;
    if (!allocate_groups(&groups, grouping))
        goto out;
    count_rows(interactions, grouping, events, groups.offsets);
    uint64_t largest, total = begin_offsets(&groups, &largest);
    members = ss_array_new(total, sizeof *members);
    if (!members)
        goto out;
    scatter(interactions, grouping, events, &groups, members);
    SS_TRY(gather(&groups, members, largest));
    SS_TRY(copy_members(&groups, members, want_times, want_quantities));
    *out = groups;
out:
    free(members);
    if (status == SS_OK)
        return SS_OK;
    ss_groups_free(&groups);
    return ss_error_nomem(error);
}

void ss_groups_free(ss_groups *groups)
{
    if (!groups)
        return;
    free(groups->offsets);
    free(groups->items);
    free(groups->times);
    free(groups->quantities);
    free(groups->group_time);
    free(groups->group_customer);
    *groups = (ss_groups){0};
}

#include "shelf/catalogue.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdlib.h>

/* ---- reading ---- */

static bool is_set(const ss_catalogue_entry *entry, ss_live_field field)
{
    return entry && ss_item_record_has(&entry->record->item, field);
}

/* What the generation says; hidden is a bit of its flags. */
static int64_t snapshot_number(const ss_items *items, uint32_t item, ss_live_field field)
{
    const int64_t *const columns[SS_LIVE_NUMBERS] = {[SS_LIVE_STOCK] = items->stock,
                                                     [SS_LIVE_PRICE] = items->price,
                                                     [SS_LIVE_COST] = items->cost,
                                                     [SS_LIVE_AVAILABLE_FROM] = items->available_from,
                                                     [SS_LIVE_AVAILABLE_UNTIL] = items->available_until};
    if (item >= items->count)
        return INT64_MIN;
    return columns[field] ? columns[field][item] : (items->flags[item] & SS_ITEM_HIDDEN) != 0;
}

static int64_t merged_number(const ss_catalogue *catalogue, const ss_catalogue_entry *entry, uint32_t item,
                             ss_live_field field)
{
    return is_set(entry, field) ? entry->record->item.numbers[field]
                                : snapshot_number(&catalogue->snapshot->items, item, field);
}

int64_t ss_catalogue_number(const ss_catalogue *catalogue, uint32_t item, ss_live_field field)
{
    return merged_number(catalogue, ss_catalogue_entry_of(catalogue, item), item, field);
}

void ss_catalogue_fetch_prices(const ss_catalogue *catalogue, uint32_t item)
{
    const ss_items *items = &catalogue->snapshot->items;
    if (catalogue->places)
        __builtin_prefetch(&catalogue->places[item]);
    if (item >= items->count)
        return;
    __builtin_prefetch(&items->price[item]);
    __builtin_prefetch(&items->cost[item]);
}

ss_slice ss_catalogue_text(const ss_catalogue *catalogue, uint32_t item, ss_live_field field)
{
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item);
    return is_set(entry, field) ? ss_item_record_text(&entry->record->item, field)
                                : ss_catalogue_text_before(catalogue, item, field);
}

unsigned ss_catalogue_overridden(const ss_catalogue *catalogue, uint32_t item)
{
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item);
    return entry && entry->record ? entry->record->item.set : 0;
}

int64_t ss_catalogue_number_before(const ss_catalogue *catalogue, uint32_t item, ss_live_field field)
{
    return snapshot_number(&catalogue->snapshot->items, item, field);
}

ss_slice ss_catalogue_text_before(const ss_catalogue *catalogue, uint32_t item, ss_live_field field)
{
    const ss_items *items = &catalogue->snapshot->items;
    if (item >= items->count)
        return (ss_slice){"", 0};
    if (field == SS_LIVE_CATEGORY)
        return ss_strings_at(&items->categories, items->category[item]);
    if (field == SS_LIVE_GROUP)
        return ss_strings_at(&items->groups, items->group[item]);
    return ss_strings_at(field == SS_LIVE_NAME  ? &items->names
                         : field == SS_LIVE_URL ? &items->urls
                                                : &items->images,
                         item);
}

bool ss_catalogue_out_of_dates(const ss_catalogue *catalogue, uint32_t item, int64_t now)
{
    int64_t from = ss_catalogue_number(catalogue, item, SS_LIVE_AVAILABLE_FROM),
            until = ss_catalogue_number(catalogue, item, SS_LIVE_AVAILABLE_UNTIL);
    return now != INT64_MIN && ((from != INT64_MIN && now < from) || (until != INT64_MIN && now >= until));
}

uint8_t ss_catalogue_show(const ss_catalogue *catalogue, uint32_t item)
{
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item);
    return entry ? entry->show : item < catalogue->known ? catalogue->snapshot->show[item] : SS_SHOW_UNLISTED;
}

int64_t ss_catalogue_lowest_price(const ss_catalogue *catalogue, uint32_t item, int64_t now)
{
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item);
    if (!entry || (entry->record->item.price_count == 0 && !is_set(entry, SS_LIVE_PRICE)))
        return SS_ITEM_NO_MONEY;
    return ss_price_history_lowest(entry->record->item.prices, entry->record->item.price_count,
                                   merged_number(catalogue, entry, item, SS_LIVE_PRICE), now);
}

ss_slice ss_catalogue_id(const ss_catalogue *catalogue, uint32_t item)
{
    if (item < catalogue->known)
        return ss_strings_at(&catalogue->snapshot->items.ids, item);
    const ss_catalogue_entry *entry = item < catalogue->count ? ss_catalogue_entry_of(catalogue, item) : NULL;
    return entry ? entry->record->item.item_id : (ss_slice){"", 0};
}

uint32_t ss_catalogue_find_category(const ss_catalogue *catalogue, ss_slice category)
{
    uint32_t found = ss_strings_find(&catalogue->snapshot->items.categories, category);
    if (found != SS_NONE || !catalogue->categories)
        return found;
    found = ss_dictionary_find(catalogue->categories, category);
    return found == SS_NONE ? SS_NONE : catalogue->snapshot->items.categories.count + found;
}

uint32_t ss_catalogue_category_count(const ss_catalogue *catalogue)
{
    uint32_t named = catalogue->categories ? ss_dictionary_count(catalogue->categories) : 0;
    return catalogue->snapshot->items.categories.count + named;
}

ss_slice ss_catalogue_category_name(const ss_catalogue *catalogue, uint32_t category)
{
    uint32_t known = catalogue->snapshot->items.categories.count;
    if (category < known)
        return ss_strings_at(&catalogue->snapshot->items.categories, category);
    return category < ss_catalogue_category_count(catalogue) ? ss_dictionary_id(catalogue->categories, category - known)
                                                             : (ss_slice){"", 0};
}

uint32_t ss_catalogue_group_count(const ss_catalogue *catalogue)
{
    uint32_t named = catalogue->groups ? ss_dictionary_count(catalogue->groups) : 0;
    return named > catalogue->snapshot->items.groups.count ? named : catalogue->snapshot->items.groups.count;
}

/* ---- ids of new items ---- */

static const ss_catalogue_entry *new_entry(const ss_catalogue *catalogue, uint32_t slot)
{
    return ss_catalogue_entry_of(catalogue, catalogue->known + catalogue->slots[slot] - 1);
}

static uint32_t home_of(const ss_catalogue *catalogue, ss_slice id)
{
    return (uint32_t)ss_hash(id.data, id.size) & catalogue->slot_mask;
}

/* The slot of `id`, or the empty one where it belongs. */
static uint32_t find_slot(const ss_catalogue *catalogue, ss_slice id)
{
    uint32_t slot = home_of(catalogue, id);
    while (catalogue->slots[slot] && !ss_slice_equal(new_entry(catalogue, slot)->record->item.item_id, id))
        slot = (slot + 1) & catalogue->slot_mask;
    return slot;
}

/* Closes the hole, so that no chain of the table is cut. */
static void empty_slot(ss_catalogue *catalogue, uint32_t hole)
{
    uint32_t mask = catalogue->slot_mask;
    for (uint32_t next = (hole + 1) & mask; catalogue->slots[next]; next = (next + 1) & mask) {
        uint32_t home = home_of(catalogue, new_entry(catalogue, next)->record->item.item_id);
        if (((next - home) & mask) < ((next - hole) & mask))
            continue;
        catalogue->slots[hole] = catalogue->slots[next];
        hole = next;
    }
    catalogue->slots[hole] = 0;
}

uint32_t ss_catalogue_find(const ss_catalogue *catalogue, ss_slice item_id)
{
    uint32_t item = ss_strings_find(&catalogue->snapshot->items.ids, item_id);
    if (item != SS_NONE || !catalogue->slots)
        return item;
    uint32_t slot = find_slot(catalogue, item_id);
    return catalogue->slots[slot] ? catalogue->known + catalogue->slots[slot] - 1 : SS_NONE;
}

/* Gives a new item a number, as long as there are any. */
static void take_number(ss_catalogue *catalogue, uint32_t place)
{
    ss_catalogue_entry *entry = &catalogue->entries[place];
    if (catalogue->free_count == 0) {
        catalogue->waiting = true;
        return;
    }
    uint32_t slot = find_slot(catalogue, entry->record->item.item_id);
    entry->item = catalogue->free_numbers[--catalogue->free_count];
    catalogue->places[entry->item] = place + 1;
    catalogue->slots[slot] = entry->item - catalogue->known + 1;
}

static void give_number_back(ss_catalogue *catalogue, ss_catalogue_entry *entry)
{
    empty_slot(catalogue, find_slot(catalogue, entry->record->item.item_id));
    catalogue->places[entry->item] = 0;
    catalogue->free_numbers[catalogue->free_count++] = entry->item;
    entry->item = SS_NONE;
}

/* ---- names that have numbers ---- */

static ss_status number_category(ss_catalogue *catalogue, ss_slice name, uint32_t *number)
{
    ss_status status = SS_OK;
    *number = name.size ? ss_catalogue_find_category(catalogue, name) : SS_NONE;
    if (name.size == 0 || *number != SS_NONE)
        return SS_OK;
    if (!catalogue->categories)
        catalogue->categories = ss_dictionary_new();
    SS_TRY(catalogue->categories ? SS_OK : SS_E_NOMEM);
    SS_TRY(ss_dictionary_intern(catalogue->categories, name, number));
    *number += catalogue->snapshot->items.categories.count;
out:
    return status;
}

/* The generation has no table that leads from the names of groups to their numbers. */
static ss_status name_groups(ss_catalogue *catalogue)
{
    uint32_t number;
    const ss_strings *groups = &catalogue->snapshot->items.groups;
    ss_status status = SS_OK;
    ss_dictionary *names = ss_dictionary_new();
    SS_TRY(names ? SS_OK : SS_E_NOMEM);
    for (uint32_t group = 0; group < groups->count; group++)
        SS_TRY(ss_dictionary_intern(names, ss_strings_at(groups, group), &number));
    catalogue->groups = names;
    names = NULL;
out:
    ss_dictionary_free(&names);
    return status;
}

static ss_status number_group(ss_catalogue *catalogue, ss_slice name, uint32_t *number)
{
    *number = SS_NONE;
    ss_status status = name.size && !catalogue->groups ? name_groups(catalogue) : SS_OK;
    return status == SS_OK && name.size ? ss_dictionary_intern(catalogue->groups, name, number) : status;
}

static ss_status make_room_for_category(ss_catalogue *catalogue, uint32_t category)
{
    size_t before = catalogue->moved_room;
    if (category == SS_NONE)
        return SS_OK;
    if (category >= before &&
        !ss_array_grow(&catalogue->moved, &catalogue->moved_room, (size_t)category + 1, sizeof *catalogue->moved))
        return SS_E_NOMEM;
    memset(catalogue->moved + before, 0, (catalogue->moved_room - before) * sizeof *catalogue->moved);
    return ss_moved_reserve(&catalogue->moved[category]);
}

/* ---- merging ---- */

static uint8_t merged_show(const ss_catalogue *catalogue, const ss_catalogue_entry *entry, uint32_t item)
{
    unsigned bits = item < catalogue->known ? catalogue->snapshot->show[item] & SS_SHOW_UNLISTED : SS_SHOW_UNLISTED;
    int64_t stock = merged_number(catalogue, entry, item, SS_LIVE_STOCK);
    if (ss_item_record_text(&entry->record->item, SS_LIVE_NAME).size > 0)
        bits = 0;
    if (merged_number(catalogue, entry, item, SS_LIVE_HIDDEN) > 0)
        bits |= SS_SHOW_HIDDEN;
    if (stock != SS_ITEM_NO_STOCK && stock <= 0)
        bits |= SS_SHOW_NO_STOCK;
    if (merged_number(catalogue, entry, item, SS_LIVE_AVAILABLE_FROM) != INT64_MIN ||
        merged_number(catalogue, entry, item, SS_LIVE_AVAILABLE_UNTIL) != INT64_MIN)
        bits |= SS_SHOW_DATED;
    if (entry->group < ss_catalogue_group_count(catalogue))
        bits |= SS_SHOW_GROUPED;
    if (entry->reserved_by)
        bits |= SS_SHOW_RESERVED;
    return (uint8_t)bits;
}

static uint32_t merged_access(const ss_catalogue *catalogue, const ss_catalogue_entry *entry)
{
    const ss_reserved *access = catalogue->snapshot->reserved;
    if (!access)
        return 0;
    return ss_reserved_of_item(access, entry->record->item.item_id) |
           ss_reserved_of_category(access, ss_catalogue_text(catalogue, entry->item, SS_LIVE_CATEGORY));
}

static bool counts_as_unsold(const ss_catalogue *catalogue, uint32_t item, uint8_t show)
{
    bool sold = item < catalogue->known && catalogue->snapshot->has_popularity &&
                catalogue->snapshot->popularity.scores[item] > 0;
    return !sold && !(show & SS_SHOW_BLOCKED);
}

/* Is it in a category that the generation's list for that category does not have it in? */
static bool is_moved(const ss_catalogue *catalogue, const ss_catalogue_entry *entry)
{
    return entry->category != SS_NONE && entry->item < catalogue->known &&
           entry->category != catalogue->snapshot->items.category[entry->item];
}

/* Does the generation's own list have it where it is to stand? So it is with most of what only the stock changes of: a
 * list of all of those would be moved about with each change. */
static bool stands_in_snapshot(const ss_catalogue *catalogue, const ss_catalogue_entry *entry)
{
    return entry->item < catalogue->known && entry->arrival == catalogue->snapshot->items.available_from[entry->item];
}

/* Takes out of the sums what an entry with a number has put there, or (`in`) puts it in. */
static void account(ss_catalogue *catalogue, const ss_catalogue_entry *entry, bool in)
{
    uint32_t one = in ? 1 : UINT32_MAX;
    if (counts_as_unsold(catalogue, entry->item, entry->show))
        catalogue->unsold += one;
    if (is_moved(catalogue, entry))
        (in ? ss_moved_in : ss_moved_out)(&catalogue->moved[entry->category], &catalogue->snapshot->popularity,
                                          entry->item);
    if (entry->arrival == SS_NO_TIME || stands_in_snapshot(catalogue, entry))
        return;
    ss_arrival arrival = {entry->arrival, entry->item};
    if (in)
        ss_arrivals_insert(&catalogue->recent, arrival);
    else
        ss_arrivals_remove(&catalogue->recent, arrival);
}

static uint32_t bounded(uint32_t number, uint32_t count)
{
    return number < count ? number : SS_NONE;
}

/* What of a record may fail for want of memory, before anything changes. */
static ss_status prepare(ss_catalogue *catalogue, const ss_live_record *record, uint32_t item, uint32_t *category,
                         uint32_t *group)
{
    const ss_item_record *live = &record->item;
    const ss_items *items = &catalogue->snapshot->items;
    size_t before = catalogue->entry_room;
    ss_status status = SS_OK;
    *category = item < items->count ? bounded(items->category[item], items->categories.count) : SS_NONE;
    *group = item < items->count ? bounded(items->group[item], items->groups.count) : SS_NONE;
    if (ss_item_record_has(live, SS_LIVE_CATEGORY))
        SS_TRY(number_category(catalogue, ss_item_record_text(live, SS_LIVE_CATEGORY), category));
    if (ss_item_record_has(live, SS_LIVE_GROUP))
        SS_TRY(number_group(catalogue, ss_item_record_text(live, SS_LIVE_GROUP), group));
    SS_TRY(make_room_for_category(catalogue, *category));
    SS_TRY(ss_arrivals_reserve(&catalogue->recent, 1));
    if (record->number >= before && !ss_array_grow(&catalogue->entries, &catalogue->entry_room,
                                                   (size_t)record->number + 1, sizeof *catalogue->entries))
        return SS_E_NOMEM;
    for (size_t i = before; i < catalogue->entry_room; i++)
        catalogue->entries[i] = (ss_catalogue_entry){.item = SS_NONE};
out:
    return status;
}

/* Takes the record's place: ids, bits and dates from now on are those of `record`, which the entry owns. */
static void merge(ss_catalogue *catalogue, ss_live_record *record, uint32_t known, uint32_t category, uint32_t group)
{
    ss_catalogue_entry *entry = &catalogue->entries[record->number];
    bool named = ss_item_record_text(&record->item, SS_LIVE_NAME).size > 0;
    ss_live_record_release(&entry->record);
    entry->record = record;
    catalogue->stamp = catalogue->stamp == UINT32_MAX ? 1 : catalogue->stamp + 1;
    entry->stamp = catalogue->stamp;
    entry->category = category;
    entry->group = group;
    if (known != SS_NONE) {
        entry->item = known;
        catalogue->places[known] = record->number + 1;
    } else if (named && entry->item == SS_NONE) {
        take_number(catalogue, record->number);
    } else if (!named && entry->item != SS_NONE) {
        give_number_back(catalogue, entry);
    }
    if (entry->item == SS_NONE)
        return;
    int64_t from = merged_number(catalogue, entry, entry->item, SS_LIVE_AVAILABLE_FROM);
    entry->arrival = from == INT64_MIN ? record->item.first_seen : from;
    entry->reserved_by = merged_access(catalogue, entry);
    entry->show = merged_show(catalogue, entry, entry->item);
    account(catalogue, entry, true);
}

/* Takes ownership of the record. */
static ss_status apply(ss_catalogue *catalogue, ss_live_record *record, ss_catalogue_changed changed, void *context)
{
    uint32_t known = ss_strings_find(&catalogue->snapshot->items.ids, record->item.item_id), category, group;
    ss_status status = prepare(catalogue, record, known, &category, &group);
    if (status != SS_OK) {
        ss_live_record_release(&record);
        return status;
    }
    ss_catalogue_entry *entry = &catalogue->entries[record->number];
    uint32_t before = entry->item;
    if (before != SS_NONE)
        account(catalogue, entry, false);
    else if (known != SS_NONE)
        catalogue->unsold -= counts_as_unsold(catalogue, known, catalogue->snapshot->show[known]);
    merge(catalogue, record, known, category, group);
    if (before != SS_NONE && before != entry->item)
        changed(context, before, SS_SHOW_UNLISTED);
    if (entry->item != SS_NONE)
        changed(context, entry->item, entry->show);
    return SS_OK;
}

#define PIECE 64u /* records taken at a time, while others may publish */

static ss_status take_over(ss_catalogue *catalogue, ss_catalogue_changed changed, void *context)
{
    ss_live_record *records[PIECE];
    ss_status status = SS_OK;
    for (size_t count; (count = ss_live_items_take(catalogue->live, &catalogue->cursor, records, PIECE)) > 0;) {
        for (size_t i = 0; i < count; i++) {
            if (status == SS_OK)
                status = apply(catalogue, records[i], changed, context);
            else
                ss_live_record_release(&records[i]);
        }
        if (status != SS_OK)
            break;
    }
    return status;
}

/* New items for which there was no number when their turn came, where others have given theirs back since: who takes
 * all items anew does not see them in the order of their changes. */
static ss_status number_the_rest(ss_catalogue *catalogue, ss_catalogue_changed changed, void *context)
{
    ss_status status = SS_OK;
    if (!catalogue->waiting || catalogue->free_count == 0)
        return SS_OK;
    catalogue->waiting = false;
    for (size_t place = 0; place < catalogue->entry_room && status == SS_OK; place++) {
        const ss_catalogue_entry *entry = &catalogue->entries[place];
        if (entry->record && entry->item == SS_NONE && ss_item_record_text(&entry->record->item, SS_LIVE_NAME).size > 0)
            status = apply(catalogue, ss_live_record_retain(entry->record), changed, context);
    }
    return status;
}

ss_status ss_catalogue_catch_up(ss_catalogue *catalogue, ss_catalogue_changed changed, void *context, ss_error *error)
{
    if (ss_catalogue_current(catalogue))
        return SS_OK;
    ss_status status = take_over(catalogue, changed, context);
    if (status == SS_OK)
        status = number_the_rest(catalogue, changed, context);
    if (status == SS_OK)
        return SS_OK;
    ss_catalogue_forget(catalogue);
    return ss_error_set(error, status, "no room for the changes of items");
}

void ss_catalogue_forget(ss_catalogue *catalogue)
{
    catalogue->cursor = (ss_live_cursor){0};
}

/* ---- what came last ---- */

/* The next of the generation's own that no live record says otherwise of. */
static bool next_of_snapshot(const ss_catalogue *catalogue, size_t *at, ss_arrival *arrival)
{
    const ss_arrivals *arrivals = &catalogue->snapshot->arrivals;
    for (; *at < arrivals->count; ++*at) {
        *arrival = arrivals->list[*at];
        const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, arrival->item);
        if (!entry || entry->arrival == arrival->time)
            return true;
    }
    return false;
}

bool ss_catalogue_next_arrival(const ss_catalogue *catalogue, ss_arrival_walk *walk, ss_arrival *arrival)
{
    ss_arrival own;
    bool has_own = next_of_snapshot(catalogue, &walk->snapshot_at, &own);
    bool has_recent = walk->recent_at < catalogue->recent.count;
    if (!has_own && !has_recent)
        return false;
    if (has_recent && (!has_own || ss_arrival_before(catalogue->recent.list[walk->recent_at], own))) {
        *arrival = catalogue->recent.list[walk->recent_at++];
        return true;
    }
    *arrival = own;
    walk->snapshot_at++;
    return true;
}

void ss_catalogue_skip_dated(const ss_catalogue *catalogue, ss_arrival_walk *walk)
{
    walk->snapshot_at = ss_arrivals_find(&catalogue->snapshot->arrivals, (ss_arrival){SS_NO_TIME, 0});
    walk->recent_at = catalogue->recent.count; /* all of them have one */
}

/* ---- making and freeing ---- */

static ss_status make_new_items(ss_catalogue *catalogue, uint32_t capacity)
{
    size_t slots = 2;
    while (slots < 2 * (size_t)capacity)
        slots *= 2;
    catalogue->places = ss_array_zeroed(catalogue->count, sizeof *catalogue->places);
    catalogue->slots = ss_array_zeroed(slots, sizeof *catalogue->slots);
    catalogue->free_numbers = ss_array_new(capacity, sizeof *catalogue->free_numbers);
    if (!catalogue->places || !catalogue->slots || !catalogue->free_numbers)
        return SS_E_NOMEM;
    catalogue->slot_mask = (uint32_t)(slots - 1);
    for (uint32_t number = capacity; number-- > 0;)
        catalogue->free_numbers[catalogue->free_count++] = catalogue->known + number;
    return SS_OK;
}

ss_status ss_catalogue_init(ss_catalogue *catalogue, const ss_snapshot *snapshot, ss_live_items *live, ss_error *error)
{
    uint32_t known = snapshot->items.count, room = SS_NONE - known;
    uint32_t capacity = live ? ss_live_items_capacity(live) : 0;
    capacity = capacity < room ? capacity : room;
    *catalogue = (ss_catalogue){
        .snapshot = snapshot, .live = live, .known = known, .count = known + capacity, .unsold = snapshot->never_sold};
    if (!live || make_new_items(catalogue, capacity) == SS_OK)
        return SS_OK;
    ss_catalogue_release(catalogue);
    return ss_error_nomem(error);
}

void ss_catalogue_release(ss_catalogue *catalogue)
{
    for (size_t place = 0; place < catalogue->entry_room; place++)
        ss_live_record_release(&catalogue->entries[place].record);
    free(catalogue->entries);
    free(catalogue->places);
    free(catalogue->slots);
    free(catalogue->free_numbers);
    for (size_t category = 0; category < catalogue->moved_room; category++)
        ss_moved_release(&catalogue->moved[category]);
    free(catalogue->moved);
    ss_dictionary_free(&catalogue->categories);
    ss_dictionary_free(&catalogue->groups);
    ss_arrivals_release(&catalogue->recent);
    *catalogue = (ss_catalogue){0};
}

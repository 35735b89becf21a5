#include "state/live_items.h"

#include "base/dictionary.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>

const ss_option ss_live_items_option_table[] = {
    {"new-capacity", SS_OPTION_INT, offsetof(ss_live_items_options, new_capacity), 0, 1000000, "16384", NULL, "ITEMS",
     "How many items that the generation does not know there may be at once."},
    {0},
};

struct ss_live_items {
    uint32_t new_capacity;
    ss_dictionary *ids;       /* item_id → number; the writer's */
    pthread_mutex_t lock;     /* over what follows; the writer may read it without */
    ss_live_record **records; /* ids; NULL: not published yet */
    size_t room;
    uint32_t published; /* no number from here on has been published */
    uint32_t ring[SS_LIVE_RING];
    _Atomic uint64_t version; /* changes published; the last SS_LIVE_RING are in the ring */
};

/* ---- records ---- */

static ss_slice copy_text(char **at, ss_slice text)
{
    ss_slice copy = {*at, text.size};
    if (text.size)
        memcpy(*at, text.data, text.size);
    *at += text.size;
    return copy;
}

ss_live_record *ss_live_record_new(const ss_item_record *item)
{
    size_t steps = item->price_count * sizeof *item->prices, size = sizeof(ss_live_record) + steps + item->item_id.size;
    for (unsigned text = 0; text < SS_LIVE_TEXTS; text++)
        size += item->texts[text].size;
    ss_live_record *record = ss_array_new(1, size);
    if (!record)
        return NULL;
    char *at = (char *)(record + 1);
    atomic_init(&record->references, 1);
    record->number = SS_NONE;
    record->item = *item;
    record->item.prices = (const ss_price_step *)(record + 1);
    if (steps)
        memcpy(at, item->prices, steps);
    at += steps;
    record->item.item_id = copy_text(&at, item->item_id);
    for (unsigned text = 0; text < SS_LIVE_TEXTS; text++)
        record->item.texts[text] = copy_text(&at, item->texts[text]);
    return record;
}

_Static_assert(sizeof(ss_live_record) % _Alignof(ss_price_step) == 0, "the price steps stand behind a record");

ss_live_record *ss_live_record_retain(ss_live_record *record)
{
    atomic_fetch_add_explicit(&record->references, 1, memory_order_relaxed);
    return record;
}

void ss_live_record_release(ss_live_record **record)
{
    ss_live_record *old = *record;
    *record = NULL;
    if (old && atomic_fetch_sub_explicit(&old->references, 1, memory_order_acq_rel) == 1)
        free(old);
}

/* ---- the items ---- */

ss_live_items *ss_live_items_new(const ss_live_items_options *options)
{
    ss_live_items *items = ss_array_zeroed(1, sizeof *items);
    if (!items)
        return NULL;
    items->new_capacity = (uint32_t)options->new_capacity;
    items->ids = ss_dictionary_new();
    if (!items->ids) {
        free(items);
        return NULL;
    }
    pthread_mutex_init(&items->lock, NULL);
    atomic_init(&items->version, 0);
    return items;
}

void ss_live_items_free(ss_live_items **items)
{
    ss_live_items *old = *items;
    *items = NULL;
    if (!old)
        return;
    for (uint32_t number = 0; number < old->published; number++)
        ss_live_record_release(&old->records[number]);
    free(old->records);
    ss_dictionary_free(&old->ids);
    pthread_mutex_destroy(&old->lock);
    free(old);
}

uint32_t ss_live_items_capacity(const ss_live_items *items)
{
    return items->new_capacity;
}

static bool make_room(ss_live_items *items, size_t need)
{
    size_t before = items->room;
    pthread_mutex_lock(&items->lock);
    bool grown = need <= before || ss_array_grow(&items->records, &items->room, need, sizeof *items->records);
    for (size_t i = before; grown && i < items->room; i++)
        items->records[i] = NULL;
    pthread_mutex_unlock(&items->lock);
    return grown;
}

ss_status ss_live_items_prepare(ss_live_items *items, ss_live_record *record, ss_error *error)
{
    if (!make_room(items, (size_t)ss_dictionary_count(items->ids) + 1))
        return ss_error_nomem(error);
    ss_status status = ss_dictionary_intern(items->ids, record->item.item_id, &record->number);
    return status == SS_OK ? SS_OK : ss_error_set(error, status, "no room for another item");
}

uint32_t ss_live_items_find(const ss_live_items *items, ss_slice item_id)
{
    return ss_dictionary_find(items->ids, item_id);
}

const ss_live_record *ss_live_items_at(const ss_live_items *items, uint32_t number)
{
    return number < items->published ? items->records[number] : NULL;
}

uint32_t ss_live_items_count(const ss_live_items *items)
{
    return ss_dictionary_count(items->ids);
}

void ss_live_items_publish(ss_live_items *items, ss_live_record *const *records, size_t count)
{
    pthread_mutex_lock(&items->lock);
    uint64_t version = atomic_load_explicit(&items->version, memory_order_relaxed);
    for (size_t i = 0; i < count; i++) {
        uint32_t number = records[i]->number;
        ss_live_record_release(&items->records[number]);
        items->records[number] = records[i];
        items->published = number >= items->published ? number + 1 : items->published;
        items->ring[version++ % SS_LIVE_RING] = number;
    }
    atomic_store_explicit(&items->version, version, memory_order_release);
    pthread_mutex_unlock(&items->lock);
}

/* ---- readers ---- */

bool ss_live_items_seen(const ss_live_items *items, const ss_live_cursor *cursor)
{
    return atomic_load_explicit(&items->version, memory_order_acquire) == cursor->version && !cursor->sweeping;
}

static size_t take_swept(const ss_live_items *items, ss_live_cursor *cursor, ss_live_record **records, size_t most)
{
    size_t count = 0;
    for (; cursor->sweep < items->published && count < most; cursor->sweep++)
        if (items->records[cursor->sweep])
            records[count++] = ss_live_record_retain(items->records[cursor->sweep]);
    if (cursor->sweep < items->published)
        return count;
    cursor->sweeping = false;
    cursor->version = cursor->sweep_version;
    return count;
}

static size_t take_changed(const ss_live_items *items, uint64_t version, ss_live_cursor *cursor,
                           ss_live_record **records, size_t most)
{
    size_t count = 0;
    for (; cursor->version < version && count < most; cursor->version++)
        records[count++] = ss_live_record_retain(items->records[items->ring[cursor->version % SS_LIVE_RING]]);
    return count;
}

size_t ss_live_items_take(ss_live_items *items, ss_live_cursor *cursor, ss_live_record **records, size_t most)
{
    if (ss_live_items_seen(items, cursor))
        return 0;
    pthread_mutex_lock(&items->lock);
    uint64_t version = atomic_load_explicit(&items->version, memory_order_relaxed);
    if (!cursor->sweeping && version - cursor->version > SS_LIVE_RING) {
        cursor->sweeping = true;
        cursor->sweep = 0;
        cursor->sweep_version = version;
    }
    size_t count = cursor->sweeping ? take_swept(items, cursor, records, most) : 0;
    if (!cursor->sweeping && version - cursor->version <= SS_LIVE_RING)
        count += take_changed(items, version, cursor, records + count, most - count);
    pthread_mutex_unlock(&items->lock);
    return count;
}

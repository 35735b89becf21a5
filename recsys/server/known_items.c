#include "server/known_items.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>

struct ss_known_items {
    pthread_mutex_t lock;
    ss_snapshot *snapshot; /* a reference, or NULL */
    uint64_t serial;
};

ss_known_items *ss_known_items_new(void)
{
    ss_known_items *known = ss_array_zeroed(1, sizeof *known);
    if (known)
        pthread_mutex_init(&known->lock, NULL);
    return known;
}

void ss_known_items_free(ss_known_items **known)
{
    ss_known_items *old = *known;
    *known = NULL;
    if (!old)
        return;
    ss_snapshot_release(&old->snapshot);
    pthread_mutex_destroy(&old->lock);
    free(old);
}

void ss_known_items_use(ss_known_items *known, ss_snapshot *snapshot)
{
    pthread_mutex_lock(&known->lock);
    ss_snapshot *old = known->snapshot;
    known->snapshot = ss_snapshot_retain(snapshot);
    known->serial++;
    pthread_mutex_unlock(&known->lock);
    ss_snapshot_release(&old);
}

static ss_item_base find(void *context, ss_slice item_id)
{
    ss_known_items *known = context;
    ss_item_base base = {false, SS_ITEM_NO_MONEY};
    pthread_mutex_lock(&known->lock);
    const ss_items *items = known->snapshot ? &known->snapshot->items : NULL;
    uint32_t item = items ? ss_strings_find(&items->ids, item_id) : SS_NONE;
    if (item != SS_NONE)
        base = (ss_item_base){true, items->price[item]};
    pthread_mutex_unlock(&known->lock);
    return base;
}

static uint64_t serial(void *context)
{
    ss_known_items *known = context;
    pthread_mutex_lock(&known->lock);
    uint64_t now = known->serial;
    pthread_mutex_unlock(&known->lock);
    return now;
}

ss_item_bases ss_known_items_bases(ss_known_items *known)
{
    return (ss_item_bases){find, serial, known};
}

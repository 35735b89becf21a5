#include "state/item_ledger.h"

#include "base/dictionary.h"
#include "base/memory.h"

#include <stdlib.h>

struct ss_item_ledger {
    ss_environment *environment; /* borrowed, as are the next two */
    ss_live_items *items;
    ss_item_bases bases;
    ss_item_store *store;        /* owned */
    ss_live_record **staged;     /* owned; not yet published, in their order */
    const ss_live_record **last; /* by number: the latest of each item, staged or published */
    size_t staged_count, staged_room, last_room;
    uint64_t fresh, fresh_serial; /* new items; counted for the generation of this serial */
    bool recount;
    uint64_t changed, refused;
};

/* ---- new items ---- */

static bool is_named(const ss_item_record *record)
{
    return ss_item_record_text(record, SS_LIVE_NAME).size > 0;
}

static const ss_live_record *latest(const ss_item_ledger *ledger, uint32_t number)
{
    return number < ledger->last_room ? ledger->last[number] : NULL;
}

/* Another generation knows other items. */
static void count_fresh(ss_item_ledger *ledger)
{
    uint64_t serial = ledger->bases.serial(ledger->bases.context);
    if (serial == ledger->fresh_serial && !ledger->recount)
        return;
    ledger->fresh = 0;
    ledger->fresh_serial = serial;
    ledger->recount = false;
    for (uint32_t number = 0; number < ss_live_items_count(ledger->items); number++) {
        const ss_live_record *record = latest(ledger, number);
        ledger->fresh +=
            record && is_named(&record->item) && !ledger->bases.find(ledger->bases.context, record->item.item_id).known;
    }
}

/* ---- staging ---- */

static bool make_room(ss_item_ledger *ledger, uint32_t number)
{
    size_t before = ledger->last_room;
    if (!ss_array_grow(&ledger->staged, &ledger->staged_room, ledger->staged_count + 1, sizeof *ledger->staged) ||
        (number >= before &&
         !ss_array_grow(&ledger->last, &ledger->last_room, (size_t)number + 1, sizeof *ledger->last)))
        return false;
    for (size_t i = before; i < ledger->last_room; i++)
        ledger->last[i] = NULL;
    return true;
}

/* Into the list of what the next sync publishes. */
static ss_status stage(ss_item_ledger *ledger, const ss_item_record *item, ss_error *error)
{
    ss_status status;
    ss_live_record *record = ss_live_record_new(item);
    if (!record)
        return ss_error_nomem(error);
    SS_TRY(ss_live_items_prepare(ledger->items, record, error));
    if (!make_room(ledger, record->number)) {
        status = ss_error_nomem(error);
        goto out;
    }
    ledger->last[record->number] = record;
    ledger->staged[ledger->staged_count++] = record;
    record = NULL;
out:
    ss_live_record_release(&record);
    return status;
}

/* As if what was staged from `from` on had never been. */
static void unstage(ss_item_ledger *ledger, size_t from)
{
    while (ledger->staged_count > from) {
        ss_live_record **dropped = &ledger->staged[--ledger->staged_count];
        ledger->last[(*dropped)->number] = ss_live_items_at(ledger->items, (*dropped)->number);
        ss_live_record_release(dropped);
    }
    for (size_t i = 0; i < from; i++) /* of an item staged before, that is the latest */
        ledger->last[ledger->staged[i]->number] = ledger->staged[i];
    ledger->recount = true;
}

static void settle(void *context, bool kept)
{
    ss_item_ledger *ledger = context;
    if (!kept) {
        unstage(ledger, 0);
        return;
    }
    if (ledger->staged_count > 0)
        ss_live_items_publish(ledger->items, ledger->staged, ledger->staged_count);
    ledger->staged_count = 0;
}

/* ---- applying ---- */

/* Nothing of it is overridden and its price was never another: as if the shop had never named it. */
static bool says_nothing(const ss_item_record *record)
{
    return record->set == 0 && record->price_count == 0;
}

/* Would it be one new item more than there is room for? */
static bool takes_room(ss_item_ledger *ledger, const ss_item_record *before, const ss_item_record *after,
                       const ss_item_base *base)
{
    bool was = before && is_named(before), is = is_named(after);
    if (base->known || was == is)
        return false;
    if (is && ledger->fresh >= ss_live_items_capacity(ledger->items))
        return true;
    ledger->fresh += is ? 1 : UINT64_MAX;
    return false;
}

static ss_status apply_one(ss_item_ledger *ledger, MDB_txn *txn, ss_item_change *change, int64_t now,
                           ss_item_result *result, ss_error *error)
{
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    ss_item_record after;
    *result = (ss_item_result){0};
    result->refused = ss_item_admit(change, &result->mended);
    if (result->refused != SS_ITEM_CHECK_FINE)
        return SS_OK;
    const ss_live_record *last = latest(ledger, ss_live_items_find(ledger->items, change->item_id));
    const ss_item_record *before = last && !says_nothing(&last->item) ? &last->item : NULL;
    ss_item_base base = ledger->bases.find(ledger->bases.context, change->item_id);
    result->is_new = !base.known;
    result->refused = ss_item_merge(before, change, &base, now, steps, &after);
    if (result->refused == SS_ITEM_CHECK_FINE && takes_room(ledger, before, &after, &base))
        result->refused = SS_ITEM_CHECK_CAPACITY;
    if (result->refused != SS_ITEM_CHECK_FINE)
        return SS_OK;
    ss_status status = says_nothing(&after) ? ss_item_store_remove(ledger->store, txn, after.item_id, error)
                                            : ss_item_store_put(ledger->store, txn, &after, error);
    return status == SS_OK ? stage(ledger, &after, error) : status;
}

static void count_results(ss_item_ledger *ledger, const ss_item_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ledger->refused += results[i].refused != SS_ITEM_CHECK_FINE;
        ledger->changed += results[i].refused == SS_ITEM_CHECK_FINE;
    }
}

ss_status ss_item_ledger_apply(ss_item_ledger *ledger, ss_item_change *changes, size_t count, int64_t now,
                               ss_item_result *results, ss_error *error)
{
    MDB_txn *txn = NULL;
    size_t staged = ledger->staged_count;
    if (now < 0 || now >= SS_LIVE_INSTANT_MAX)
        return ss_error_set(error, SS_E_ARGUMENT, "the time of arrival is out of range");
    ss_status status = ss_environment_begin(ledger->environment, &txn, error);
    if (status != SS_OK)
        return status;
    count_fresh(ledger);
    for (size_t i = 0; i < count && status == SS_OK; i++)
        status = apply_one(ledger, txn, &changes[i], now, &results[i], error);
    ss_status ended = ss_environment_end(ledger->environment, txn, status == SS_OK, error);
    status = status == SS_OK ? ended : status;
    if (status == SS_OK)
        count_results(ledger, results, count);
    else
        unstage(ledger, staged);
    return status;
}

ss_item_counts ss_item_ledger_counts(const ss_item_ledger *ledger)
{
    ss_item_counts counts = {.changed = ledger->changed, .refused = ledger->refused, .fresh = ledger->fresh};
    for (uint32_t number = 0; number < ss_live_items_count(ledger->items); number++) {
        const ss_live_record *record = latest(ledger, number);
        counts.live += record && !says_nothing(&record->item);
    }
    return counts;
}

/* ---- opening ---- */

typedef struct item_loading {
    ss_item_ledger *ledger;
    MDB_txn *txn; /* removes what says nothing any more */
    int64_t now;
} item_loading;

static ss_status load_one(void *context, const ss_item_record *record, ss_error *error)
{
    item_loading *loading = context;
    bool old =
        record->price_count == 0 || record->prices[record->price_count - 1].since < loading->now - SS_PRICE_WINDOW;
    if (record->set == 0 && old)
        return ss_item_store_remove(loading->ledger->store, loading->txn, record->item_id, error);
    return stage(loading->ledger, record, error);
}

static ss_status load(ss_item_ledger *ledger, int64_t now, ss_error *error)
{
    item_loading loading = {ledger, NULL, now};
    ss_status status = ss_environment_begin(ledger->environment, &loading.txn, error);
    if (status != SS_OK)
        return status;
    status = ss_item_store_each(ledger->store, load_one, &loading, error);
    ss_status ended = ss_environment_end(ledger->environment, loading.txn, status == SS_OK, error);
    status = status == SS_OK ? ended : status;
    return status == SS_OK ? ss_environment_sync(ledger->environment, error) : status;
}

ss_status ss_item_ledger_open(ss_environment *environment, ss_live_items *items, const ss_item_bases *bases,
                              int64_t now, ss_item_ledger **ledger, ss_error *error)
{
    ss_status status;
    ss_item_ledger *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    *opened = (ss_item_ledger){.environment = environment, .items = items, .bases = *bases, .recount = true};
    SS_TRY(ss_item_store_open(environment, &opened->store, error));
    SS_TRY(ss_environment_follow(environment, settle, opened, error));
    SS_TRY(load(opened, now, error));
    *ledger = opened;
    opened = NULL;
out:
    ss_item_ledger_close(&opened);
    return status;
}

void ss_item_ledger_close(ss_item_ledger **ledger)
{
    ss_item_ledger *old = *ledger;
    *ledger = NULL;
    if (!old)
        return;
    ss_environment_sync(old->environment, NULL);
    ss_environment_unfollow(old->environment, old);
    unstage(old, 0);
    ss_item_store_close(&old->store);
    free(old->staged);
    free(old->last);
    free(old);
}

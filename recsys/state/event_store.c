#include "state/event_store.h"

#include "base/memory.h"
#include "log/values.h"
#include "state/event_reader.h"
#include "state/event_window.h"

#include <stdlib.h>

#define HOUR        (INT64_C(3600) * SS_SECOND)
#define FETCH_AHEAD 12u /* events */

_Static_assert(sizeof(size_t) == sizeof(uint64_t), "sequence numbers are integer keys of LMDB");

static const char EVENTS[] = "events", ABOUT[] = "about", NEXT[] = "next_event";

struct ss_event_store {
    ss_environment *environment; /* borrowed */
    MDB_env *lmdb;               /* of the environment */
    MDB_dbi events, about;
    ss_event_store_options options;
    ss_event_window *window; /* owned; NULL: open to read */
    uint64_t next, synced_next;
    ss_event_counts counts, synced_counts;
};

#define RULE(MEMBER) offsetof(ss_event_store_options, rules.MEMBER)
const ss_option ss_event_store_option_table[] = {
    {"repeat-window", SS_OPTION_INT, offsetof(ss_event_store_options, repeat_window), 0, 100000000, "1000000", NULL,
     "EVENTS", "Among how many events a repeated event_id counts once."},
    {"repeat-hours", SS_OPTION_INT, offsetof(ss_event_store_options, repeat_hours), 0, 8760, "168", NULL, "HOURS",
     "For how long a repeated event_id counts once."},
    {"ahead-seconds", SS_OPTION_INT, RULE(ahead_seconds), 0, 86400, "300", NULL, "SECONDS",
     "How far ahead an event's clock may be before the answer says that its time was put right."},
    {"late-days", SS_OPTION_INT, RULE(late_days), 1, 3650, "7", NULL, "DAYS", "Events older than this are refused."},
    {"quantity-max", SS_OPTION_REAL, RULE(quantity_max), 1, SS_QUANTITY_MAX, "10000", NULL, "PIECES",
     "Larger quantities of an event become this."},
    {NULL, SS_OPTION_FLAG, 0, 0, 0, NULL, NULL, NULL, NULL},
};

ss_event_store_options ss_event_store_defaults(void)
{
    ss_event_store_options options = {0};
    ss_option_group group = {.options = ss_event_store_option_table, .target = &options};
    ss_options_defaults(&group, 1);
    return options;
}

static ss_status lmdb_failed(const ss_event_store *store, int code, const char *doing, ss_error *error)
{
    return ss_environment_error(store->environment, code, doing, error);
}

/* ---- reading ---- */

static bool read_sequence(MDB_val key, uint64_t *sequence)
{
    if (key.mv_size == sizeof *sequence)
        memcpy(sequence, key.mv_data, sizeof *sequence);
    return key.mv_size == sizeof *sequence;
}

static ss_numbered_table table_of(const ss_event_store *store)
{
    return (ss_numbered_table){store->environment, store->events, SS_EVENT_RECORD_MAX, "cannot read events"};
}

ss_status ss_event_store_fetch(const ss_event_store *events, uint64_t from, uint64_t last, size_t most, ss_buffer *out,
                               ss_error *error)
{
    const ss_numbered_table table = table_of(events);
    return ss_numbered_fetch(&table, from, last, most, out, error);
}

ss_status ss_event_store_decode(const ss_event_store *events, uint64_t sequence, ss_slice record, ss_live_event *event,
                                ss_error *error)
{
    ss_status status = ss_live_event_decode(record, event, error);
    event->sequence = sequence;
    if (status != SS_OK)
        ss_error_place(error, ss_environment_path(events->environment), sequence);
    return status;
}

ss_status ss_event_store_extent(const ss_event_store *events, ss_event_extent *extent, ss_error *error)
{
    ss_event_extent found = {0};
    MDB_txn *txn = NULL;
    MDB_stat sizes = {0};
    MDB_envinfo info = {0};
    const ss_numbered_table table = table_of(events);
    int code = mdb_txn_begin(events->lmdb, NULL, MDB_RDONLY, &txn);
    if (code != 0)
        return lmdb_failed(events, code, "cannot read events", error);
    code = ss_numbered_end(&table, txn, MDB_FIRST, &found.first);
    if (code == 0)
        code = ss_numbered_end(&table, txn, MDB_LAST, &found.last);
    if (code == 0)
        code = mdb_stat(txn, events->events, &sizes);
    if (code == 0)
        code = mdb_env_info(events->lmdb, &info);
    mdb_txn_abort(txn);
    if (code != 0)
        return lmdb_failed(events, code, "cannot read events", error);
    found.count = sizes.ms_entries;
    found.bytes_used = ((uint64_t)info.me_last_pgno + 1) * sizes.ms_psize;
    found.bytes_most = info.me_mapsize;
    *extent = found;
    return SS_OK;
}

/* ---- opening ---- */

/* The oldest number that an event repeated as number `next` may have. */
static uint64_t window_start(const ss_event_store *store, uint64_t next)
{
    uint64_t size = (uint64_t)store->options.repeat_window;
    return next > size ? next - size : 1;
}

static ss_status fill_window(ss_event_store *store, ss_error *error)
{
    ss_event_reader *reader = NULL;
    ss_live_event event;
    bool found = true;
    ss_status status;
    SS_TRY(ss_event_reader_new(store, window_start(store, store->next), SS_EVENTS_ALL, &reader, error));
    for (;;) {
        SS_TRY(ss_event_reader_next(reader, &event, &found, error));
        if (!found)
            break;
        ss_slice id = event.texts[SS_TEXT_EVENT_ID];
        if (id.size && ss_event_window_push(store->window, id, event.sequence, event.received) != SS_OK) {
            status = ss_error_nomem(error);
            goto out;
        }
    }
out:
    ss_event_reader_free(&reader);
    return status;
}

/* The number after the last one ever given: pruning may have taken the event that had it. */
static ss_status find_next(ss_event_store *store, ss_error *error)
{
    MDB_txn *txn = NULL;
    MDB_val key = {sizeof NEXT - 1, (void *)(uintptr_t)NEXT}, value;
    const ss_numbered_table table = table_of(store);
    uint64_t last = 0, kept = 1;
    int code = mdb_txn_begin(store->lmdb, NULL, MDB_RDONLY, &txn);
    if (code != 0)
        return lmdb_failed(store, code, "cannot read events", error);
    code = ss_numbered_end(&table, txn, MDB_LAST, &last);
    if (code == 0) {
        code = mdb_get(txn, store->about, &key, &value);
        if (code == 0 && !read_sequence(value, &kept))
            code = MDB_CORRUPTED;
        code = code == MDB_NOTFOUND ? 0 : code;
    }
    mdb_txn_abort(txn);
    if (code == 0 && (last == UINT64_MAX || kept == 0))
        code = MDB_CORRUPTED;
    if (code != 0)
        return lmdb_failed(store, code, "cannot read events", error);
    store->next = store->synced_next = last + 1 > kept ? last + 1 : kept;
    return SS_OK;
}

/* As if the events numbered from `next` on had never been taken. */
static void take_back(ss_event_store *store, uint64_t next)
{
    ss_event_window_take_back(store->window, next);
    store->next = next;
}

static void settle(void *context, bool kept)
{
    ss_event_store *store = context;
    if (!kept) {
        take_back(store, store->synced_next);
        store->counts = store->synced_counts;
        return;
    }
    store->synced_counts = store->counts;
    store->synced_next = store->next;
    ss_event_window_trim(store->window, window_start(store, store->next));
}

static ss_status open_tables(ss_event_store *opened, ss_error *error)
{
    ss_status status;
    SS_TRY(ss_environment_table(opened->environment, EVENTS, MDB_INTEGERKEY, &opened->events, error));
    SS_TRY(ss_environment_table(opened->environment, ABOUT, 0, &opened->about, error));
out:
    return status;
}

static ss_status open_to_write(ss_event_store *opened, ss_error *error)
{
    ss_status status;
    SS_TRY(open_tables(opened, error));
    opened->window = ss_event_window_new();
    if (!opened->window)
        return ss_error_nomem(error);
    SS_TRY(find_next(opened, error));
    SS_TRY(fill_window(opened, error));
    SS_TRY(ss_environment_follow(opened->environment, settle, opened, error));
out:
    return status;
}

static ss_event_store *new_store(ss_environment *environment, const ss_event_store_options *options)
{
    ss_event_store *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return NULL;
    made->environment = environment;
    made->lmdb = ss_environment_lmdb(environment);
    made->options = *options;
    return made;
}

ss_status ss_event_store_open(ss_environment *environment, const ss_event_store_options *options,
                              ss_event_store **events, ss_error *error)
{
    ss_status status = ss_options_check(ss_event_store_option_table, options, error);
    if (status != SS_OK)
        return status;
    if (!ss_environment_writes(environment))
        return ss_error_set(error, SS_E_ARGUMENT, "the state is open to read only");
    ss_event_store *opened = new_store(environment, options);
    status = opened ? open_to_write(opened, error) : ss_error_nomem(error);
    if (status == SS_OK)
        *events = opened;
    else
        ss_event_store_close(&opened);
    return status;
}

ss_status ss_event_store_open_reader(ss_environment *environment, ss_event_store **events, ss_error *error)
{
    const ss_event_store_options none = {0};
    ss_event_store *opened = new_store(environment, &none);
    ss_status status = opened ? open_tables(opened, error) : ss_error_nomem(error);
    if (status == SS_OK)
        *events = opened;
    else
        ss_event_store_close(&opened);
    return status;
}

void ss_event_store_close(ss_event_store **events)
{
    ss_event_store *store = *events;
    if (!store)
        return;
    if (store->window) {
        ss_environment_sync(store->environment, NULL);
        ss_environment_unfollow(store->environment, store);
    }
    ss_event_window_free(&store->window);
    free(store);
    *events = NULL;
}

ss_environment *ss_event_store_environment(const ss_event_store *events)
{
    return events->environment;
}

/* ---- appending ---- */

static ss_status put_event(ss_event_store *store, MDB_txn *txn, const ss_live_event *event, ss_error *error)
{
    uint64_t sequence = event->sequence;
    MDB_val key = {sizeof sequence, &sequence}, value = {ss_live_event_size(event), NULL};
    int code = mdb_put(txn, store->events, &key, &value, MDB_APPEND | MDB_RESERVE);
    if (code != 0)
        return lmdb_failed(store, code, "cannot append events", error);
    ss_live_event_encode(event, value.mv_data);
    return SS_OK;
}

static bool is_repeated(const ss_event_store *store, ss_slice id, int64_t now, uint64_t *sequence)
{
    return id.size && ss_event_window_find(store->window, id, window_start(store, store->next),
                                           now - store->options.repeat_hours * HOUR, sequence);
}

static ss_status take_event(ss_event_store *store, MDB_txn *txn, ss_live_event *event, int64_t now,
                            ss_event_result *result, ss_error *error)
{
    ss_slice *id = &event->texts[SS_TEXT_EVENT_ID];
    *result = (ss_event_result){0};
    result->refused = ss_event_admit(&store->options.rules, now, event, &result->mended);
    if (result->refused != SS_CHECK_FINE)
        return SS_OK;
    result->repeated = is_repeated(store, *id, now, &result->sequence);
    if (result->repeated)
        return SS_OK;
    result->sequence = event->sequence = store->next;
    store->next++;
    if (id->size)
        ss_event_window_push(store->window, *id, event->sequence, now); /* there is room */
    return put_event(store, txn, event, error);
}

static void count_result(ss_event_counts *counts, const ss_event_result *result)
{
    if (result->refused != SS_CHECK_FINE) {
        counts->refused++;
        counts->checks[result->refused]++;
        return;
    }
    counts->repeated += result->repeated;
    counts->stored += !result->repeated;
    for (unsigned check = 0; check < SS_CHECK_COUNT; check++)
        counts->checks[check] += !result->repeated && (result->mended >> check & 1u);
}

static ss_status append_batch(ss_event_store *store, ss_live_event *batch, size_t count, int64_t now,
                              ss_event_result *results, ss_error *error)
{
    MDB_txn *txn = NULL;
    bool alone;
    uint64_t start = store->next;
    ss_status status = ss_event_window_reserve(store->window, count);
    if (status != SS_OK)
        return ss_error_set(error, status, "no room in the window of repeated events");
    status = ss_environment_join(store->environment, &txn, &alone, error);
    if (status != SS_OK)
        return status;
    for (size_t i = 0; i < count && status == SS_OK; i++) {
        if (i + FETCH_AHEAD < count)
            ss_event_window_fetch(store->window, batch[i + FETCH_AHEAD].texts[SS_TEXT_EVENT_ID]);
        status = take_event(store, txn, &batch[i], now, &results[i], error);
    }
    ss_status ended = ss_environment_end(store->environment, txn, status == SS_OK, error);
    status = status == SS_OK ? ended : status;
    if (status != SS_OK && store->next > start) /* else all that waits was taken back already */
        take_back(store, start);
    return status;
}

ss_status ss_event_store_append(ss_event_store *events, ss_live_event *batch, size_t count, int64_t now,
                                ss_durability durability, ss_event_result *results, ss_error *error)
{
    if (!events->window)
        return ss_error_set(error, SS_E_ARGUMENT, "the events are open to read only");
    if (now < 0 || now >= SS_EVENT_INSTANT_MAX)
        return ss_error_set(error, SS_E_ARGUMENT, "the time of arrival is out of range");
    if (count > SS_EVENT_BATCH_MAX)
        return ss_error_set(error, SS_E_LIMIT, "more than %u events at once", SS_EVENT_BATCH_MAX);
    ss_status status = append_batch(events, batch, count, now, results, error);
    if (status != SS_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        count_result(&events->counts, &results[i]);
    bool waiting = events->next > events->synced_next;
    if (durability == SS_DURABLE || !waiting || events->next - events->synced_next >= SS_EVENT_PENDING_MAX)
        status = ss_environment_sync(events->environment, error);
    return status;
}

/* ---- pruning ---- */

/* The numbers of events that are removed are not given again. */
static ss_status keep_next(ss_event_store *store, MDB_txn *txn, ss_error *error)
{
    MDB_val key = {sizeof NEXT - 1, (void *)(uintptr_t)NEXT}, value = {sizeof store->next, &store->next};
    int code = mdb_put(txn, store->about, &key, &value, 0);
    return code == 0 ? SS_OK : lmdb_failed(store, code, "cannot remove events", error);
}

/* What a cursor stands on. */
static ss_status decode_at(const ss_event_store *store, MDB_val key, MDB_val value, ss_live_event *event,
                           ss_error *error)
{
    uint64_t sequence = 0;
    if (!read_sequence(key, &sequence) || value.mv_size > SS_EVENT_RECORD_MAX)
        return ss_environment_corrupt(store->environment, "an event that is none", error);
    return ss_event_store_decode(store, sequence, (ss_slice){value.mv_data, value.mv_size}, event, error);
}

static ss_status is_old(const ss_event_store *store, MDB_val key, MDB_val value, int64_t before, bool *old,
                        ss_error *error)
{
    ss_live_event event;
    ss_status status = decode_at(store, key, value, &event, error);
    *old = status == SS_OK && event.received < before;
    return status;
}

static ss_status remove_old(ss_event_store *store, MDB_cursor *cursor, int64_t before, uint64_t surplus, size_t step,
                            size_t *removed, ss_error *error)
{
    MDB_val key, value;
    for (*removed = 0; *removed < step; ++*removed) {
        bool old = true;
        int code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
        if (code == MDB_NOTFOUND)
            return SS_OK;
        if (code != 0)
            return lmdb_failed(store, code, "cannot prune events", error);
        ss_status status = *removed < surplus ? SS_OK : is_old(store, key, value, before, &old, error);
        if (status != SS_OK || !old)
            return status;
        code = mdb_cursor_del(cursor, 0);
        if (code != 0)
            return lmdb_failed(store, code, "cannot prune events", error);
    }
    return SS_OK;
}

static ss_status prune_in(ss_event_store *store, MDB_txn *txn, int64_t before, uint64_t keep, size_t step,
                          size_t *removed, ss_error *error)
{
    MDB_cursor *cursor = NULL;
    MDB_stat sizes;
    int code = mdb_stat(txn, store->events, &sizes);
    if (code == 0)
        code = mdb_cursor_open(txn, store->events, &cursor);
    if (code != 0)
        return lmdb_failed(store, code, "cannot prune events", error);
    uint64_t surplus = sizes.ms_entries > keep ? sizes.ms_entries - keep : 0;
    ss_status status = remove_old(store, cursor, before, surplus, step, removed, error);
    mdb_cursor_close(cursor);
    if (status != SS_OK || *removed == 0)
        return status;
    return keep_next(store, txn, error);
}

ss_status ss_event_store_prune(ss_event_store *events, int64_t before, uint64_t keep, size_t step, size_t *removed,
                               ss_error *error)
{
    MDB_txn *txn = NULL;
    size_t count = 0;
    int dead = 0;
    ss_status status;
    if (!events->window)
        return ss_error_set(error, SS_E_ARGUMENT, "the events are open to read only");
    SS_TRY(ss_environment_sync(events->environment, error));
    mdb_reader_check(events->lmdb, &dead); /* what a killed reader holds could not be used again */
    SS_TRY(ss_environment_begin(events->environment, &txn, error));
    status = prune_in(events, txn, before, keep, step, &count, error);
    ss_status ended = ss_environment_end(events->environment, txn, status == SS_OK && count > 0, error);
    status = status == SS_OK ? ended : status;
    SS_TRY(status);
    SS_TRY(ss_environment_sync(events->environment, error));
    events->counts.pruned += count;
    *removed = count;
out:
    return status;
}

/* ---- removing one here and there ---- */

typedef struct sieve {
    bool (*goes)(void *context, const ss_live_event *event);
    void *context;
    uint64_t from, last;
    size_t step, removed;
} sieve;

/* The event that the cursor finds next; *found is false at the end. */
static ss_status sift_one(ss_event_store *store, MDB_cursor *cursor, sieve *sift, bool *found, ss_error *error)
{
    MDB_val key = {sizeof sift->from, &sift->from}, value;
    ss_live_event event;
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    *found = false;
    if (code != 0)
        return code == MDB_NOTFOUND ? SS_OK : lmdb_failed(store, code, "cannot read events", error);
    ss_status status = decode_at(store, key, value, &event, error);
    if (status != SS_OK || event.sequence > sift->last)
        return status;
    if (event.sequence < sift->from)
        return ss_environment_corrupt(store->environment, "the events are out of order", error);
    if (sift->goes(sift->context, &event)) {
        code = mdb_cursor_del(cursor, 0);
        if (code != 0)
            return lmdb_failed(store, code, "cannot remove events", error);
        sift->removed++;
    }
    *found = true;
    sift->from = event.sequence + 1;
    return SS_OK;
}

static ss_status sift_in(ss_event_store *store, MDB_txn *txn, sieve *sift, ss_error *error)
{
    MDB_cursor *cursor = NULL;
    bool found = true;
    ss_status status = SS_OK;
    int code = mdb_cursor_open(txn, store->events, &cursor);
    if (code != 0)
        return lmdb_failed(store, code, "cannot read events", error);
    for (size_t i = 0; i < sift->step && found && status == SS_OK; i++)
        status = sift_one(store, cursor, sift, &found, error);
    mdb_cursor_close(cursor);
    if (!found)
        sift->from = sift->last + 1;
    return status == SS_OK && sift->removed > 0 ? keep_next(store, txn, error) : status;
}

ss_status ss_event_store_sift(ss_event_store *events, uint64_t *from, uint64_t last, size_t step,
                              bool (*goes)(void *context, const ss_live_event *event), void *context, ss_error *error)
{
    MDB_txn *txn = NULL;
    sieve sift = {goes, context, *from, last < UINT64_MAX ? last : UINT64_MAX - 1, step, 0};
    ss_status status = ss_environment_begin(events->environment, &txn, error);
    if (status != SS_OK)
        return status;
    status = sift_in(events, txn, &sift, error);
    ss_status ended = ss_environment_end(events->environment, txn, status == SS_OK && sift.removed > 0, error);
    status = status == SS_OK ? ended : status;
    if (status == SS_OK)
        *from = sift.from;
    return status;
}

ss_event_counts ss_event_store_counts(const ss_event_store *events)
{
    return events->counts;
}

uint64_t ss_event_store_last(const ss_event_store *events)
{
    return events->next - 1;
}

uint64_t ss_event_store_waiting(const ss_event_store *events)
{
    return events->next - events->synced_next;
}

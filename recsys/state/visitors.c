/*
 * visitors.c: hashes lead to visitors through chained buckets whose number is fixed; a bucket has one of LOCKS locks,
 * which guards its chain and what its visitors hold. The lists by latest arrival, one a kind, are looked at and changed
 * by the changing thread alone, without a lock.
 */
#include "state/visitors.h"

#include "base/dictionary.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "state/live_ids.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define MEGABYTE         UINT64_C(1048576)
#define BYTES_PER_BUCKET 256u
#define LOCKS            64u
#define ITEMS_STEP       4u
#define EXPIRED_AT_ONCE  2u /* dropped with one event, of each kind: more than can come with it */
#define CACHE_LINE       64u

typedef struct visitor {
    struct visitor *next;          /* in its bucket */
    struct visitor *older, *newer; /* of its kind, by latest arrival */
    ss_hash128 key;                /* of its id */
    uint64_t customer;             /* of a session: whom it belongs to, half of their key; 0: nobody */
    uint64_t arrival;              /* number of its latest event here */
    uint64_t stamp;                /* of the numbers of its items; 0: none has one */
    uint32_t last;                 /* seconds: its latest event */
    uint8_t kind, count, capacity;
    ss_visitor_item items[];
} visitor;

_Static_assert(sizeof(visitor) == 72, "what is said of a visitor's memory");

typedef struct padded_lock {
    _Alignas(CACHE_LINE) pthread_mutex_t mutex;
} padded_lock;

typedef struct recency {
    visitor *oldest, *newest;
} recency;

struct ss_visitors {
    padded_lock locks[LOCKS];
    _Atomic(visitor *) *buckets;
    uint64_t bucket_mask;
    uint64_t seconds[SS_VISITOR_KINDS]; /* how long each kind lives */
    ss_visitors_options options;
    /* of the changing thread: */
    ss_live_ids *ids; /* texts are read by others too */
    recency lists[SS_VISITOR_KINDS];
    uint64_t bytes;    /* of visitors and buckets */
    uint64_t arrivals; /* events that have happened */
    /* for everybody: */
    _Atomic uint64_t counts[SS_VISITOR_KINDS], all_bytes, evicted, expired, forgotten, failed;
};

#define AT(MEMBER) offsetof(ss_visitors_options, MEMBER)
const ss_option ss_visitors_option_table[] = {
    {"memory-megabytes", SS_OPTION_INT, AT(memory_megabytes), 1, 1048576, "256", NULL, "MEGABYTES",
     "Most memory for sessions and customers; the least recently active go first."},
    {"hours", SS_OPTION_REAL, AT(hours), 0.0001, 8760, "24", NULL, "HOURS",
     "How long a session lives after its latest event."},
    {"customer-days", SS_OPTION_REAL, AT(customer_days), 0.0001, 3650, "30", NULL, "DAYS",
     "How long what a customer did is known beside the generation's history."},
    {"replay-events", SS_OPTION_INT, AT(replay_events), 0, 1e12, "20000000", NULL, "EVENTS",
     "Most events that are read again at start to know sessions and customers."},
    {NULL, SS_OPTION_FLAG, 0, 0, 0, NULL, NULL, NULL, NULL},
};

ss_visitors_options ss_visitors_defaults(void)
{
    ss_visitors_options options = {0};
    ss_option_group group = {.options = ss_visitors_option_table, .target = &options};
    ss_options_defaults(&group, 1);
    return options;
}

/* ---- finding ---- */

static ss_hash128 key_of(ss_visitor_kind kind, ss_slice id)
{
    ss_hash128 key = ss_hash_128(id.data, id.size);
    key.high ^= (uint64_t)kind; /* a session and a customer of one name are two */
    key.low += (uint64_t)kind;
    return key;
}

static padded_lock *lock_of(ss_visitors *visitors, uint64_t bucket)
{
    return &visitors->locks[bucket % LOCKS];
}

static visitor *first_of(const ss_visitors *visitors, uint64_t bucket)
{
    return atomic_load_explicit(&visitors->buckets[bucket], memory_order_relaxed);
}

static visitor *find(const ss_visitors *visitors, ss_hash128 key)
{
    visitor *at = first_of(visitors, key.low & visitors->bucket_mask);
    while (at && (at->key.low != key.low || at->key.high != key.high))
        at = at->next;
    return at;
}

/* Puts `by` (NULL: nothing) in the place of `old` in its chain; under the lock. */
static void replace_in_bucket(ss_visitors *visitors, const visitor *old, ss_hash128 key, visitor *by)
{
    uint64_t bucket = key.low & visitors->bucket_mask;
    visitor *at = first_of(visitors, bucket);
    if (at == old) {
        atomic_store_explicit(&visitors->buckets[bucket], by, memory_order_relaxed);
        return;
    }
    while (at->next != old)
        at = at->next;
    at->next = by;
}

/* ---- memory ---- */

static uint64_t size_of(unsigned capacity)
{
    return (sizeof(visitor) + capacity * sizeof(ss_visitor_item) + 8 + 15) & ~UINT64_C(15); /* as malloc does */
}

static uint64_t all_bytes(const ss_visitors *visitors)
{
    return visitors->bytes + ss_live_ids_bytes(visitors->ids);
}

static void link_newest(ss_visitors *visitors, visitor *at)
{
    recency *list = &visitors->lists[at->kind];
    at->older = list->newest;
    at->newer = NULL;
    *(list->newest ? &list->newest->newer : &list->oldest) = at;
    list->newest = at;
}

static void unlink_from_list(ss_visitors *visitors, const visitor *at)
{
    recency *list = &visitors->lists[at->kind];
    *(at->older ? &at->older->newer : &list->oldest) = at->newer;
    *(at->newer ? &at->newer->older : &list->newest) = at->older;
}

static void drop_items(ss_visitors *visitors, visitor *of)
{
    for (unsigned i = 0; i < of->count; i++)
        ss_live_ids_drop(visitors->ids, of->items[i].id);
    of->count = 0;
}

static void drop(ss_visitors *visitors, visitor *old, _Atomic uint64_t *counter)
{
    padded_lock *lock = lock_of(visitors, old->key.low & visitors->bucket_mask);
    unlink_from_list(visitors, old);
    pthread_mutex_lock(&lock->mutex);
    replace_in_bucket(visitors, old, old->key, old->next);
    pthread_mutex_unlock(&lock->mutex);
    drop_items(visitors, old);
    visitors->bytes -= size_of(old->capacity);
    atomic_fetch_sub_explicit(&visitors->counts[old->kind], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    free(old);
}

static visitor *add(ss_visitors *visitors, ss_visitor_kind kind, ss_hash128 key)
{
    visitor *made = malloc(sizeof *made + ITEMS_STEP * sizeof *made->items);
    uint64_t bucket = key.low & visitors->bucket_mask;
    if (!made)
        return NULL;
    *made = (visitor){.key = key, .kind = (uint8_t)kind, .capacity = ITEMS_STEP};
    link_newest(visitors, made);
    visitors->bytes += size_of(ITEMS_STEP);
    atomic_fetch_add_explicit(&visitors->counts[kind], 1, memory_order_relaxed);
    padded_lock *lock = lock_of(visitors, bucket);
    pthread_mutex_lock(&lock->mutex);
    made->next = first_of(visitors, bucket);
    atomic_store_explicit(&visitors->buckets[bucket], made, memory_order_relaxed);
    pthread_mutex_unlock(&lock->mutex);
    return made;
}

/* Room for one item more; under the lock. */
static bool grow(ss_visitors *visitors, visitor **at)
{
    visitor *old = *at;
    unsigned capacity = old->capacity + ITEMS_STEP;
    ss_hash128 key = old->key;
    if (old->count < old->capacity)
        return true;
    visitor *made = malloc(sizeof *made + capacity * sizeof *made->items);
    if (!made)
        return false;
    memcpy(made, old, sizeof *old + old->count * sizeof *old->items);
    made->capacity = (uint8_t)capacity;
    replace_in_bucket(visitors, old, key, made);
    recency *list = &visitors->lists[made->kind];
    *(made->older ? &made->older->newer : &list->oldest) = made;
    *(made->newer ? &made->newer->older : &list->newest) = made;
    visitors->bytes += size_of(capacity) - size_of(old->capacity);
    free(old);
    *at = made;
    return true;
}

/* ---- what has no place any more ---- */

static bool is_over(const ss_visitors *visitors, unsigned kind, uint32_t last, uint32_t now)
{
    return now > last && now - last > visitors->seconds[kind];
}

static void drop_expired(ss_visitors *visitors, uint32_t now)
{
    for (unsigned kind = 0; kind < SS_VISITOR_KINDS; kind++)
        for (unsigned i = 0; i < EXPIRED_AT_ONCE; i++) {
            visitor *oldest = visitors->lists[kind].oldest;
            if (!oldest || !is_over(visitors, kind, oldest->last, now))
                break;
            drop(visitors, oldest, &visitors->expired);
        }
}

static visitor *least_recent(const ss_visitors *visitors)
{
    visitor *session = visitors->lists[SS_VISITOR_SESSION].oldest;
    visitor *customer = visitors->lists[SS_VISITOR_CUSTOMER].oldest;
    if (!session || !customer)
        return session ? session : customer;
    return customer->arrival < session->arrival ? customer : session;
}

/* Never what was touched just now: the rest goes first. */
static void keep_below_ceiling(ss_visitors *visitors)
{
    uint64_t most = (uint64_t)visitors->options.memory_megabytes * MEGABYTE;
    while (all_bytes(visitors) > most) {
        visitor *oldest = least_recent(visitors);
        if (!oldest || oldest->arrival == visitors->arrivals)
            break;
        drop(visitors, oldest, &visitors->evicted);
    }
    atomic_store_explicit(&visitors->all_bytes, all_bytes(visitors), memory_order_relaxed);
}

/* ---- an event ---- */

typedef struct happening {
    const ss_live_event *event;
    uint32_t time, received; /* seconds */
    uint64_t customer;       /* half of their key; 0: nobody */
} happening;

static ss_status enter_item(ss_visitors *visitors, visitor **of, uint32_t id, ss_event event)
{
    if ((*of)->count == SS_VISITOR_ITEMS_MAX) {
        unsigned victim = ss_visitor_items_victim((*of)->items, (*of)->count, event);
        if (victim == (*of)->count)
            return SS_E_NOT_FOUND;
        ss_live_ids_drop(visitors->ids, (*of)->items[victim].id);
        ss_visitor_items_remove((*of)->items, (*of)->count--, victim);
    } else if (!grow(visitors, of))
        return SS_E_NOMEM;
    (*of)->items[(*of)->count++] = (ss_visitor_item){.id = id, .item = SS_NONE};
    return SS_OK;
}

/* The item's place on the visitor's list, which it enters if need be; `count`: it does not. Under the lock. */
static ss_status place_of(ss_visitors *visitors, visitor **of, const ss_live_event *event, unsigned *place)
{
    uint32_t id;
    ss_status status = ss_live_ids_take(visitors->ids, event->texts[SS_TEXT_ITEM_ID], &id);
    if (status != SS_OK)
        return status;
    *place = ss_visitor_items_find((*of)->items, (*of)->count, id);
    if (*place == (*of)->count && ss_visitor_event_enters(event->event, event->quantity)) {
        status = enter_item(visitors, of, id, event->event);
        if (status == SS_OK) {
            *place = (*of)->count - 1;
            return SS_OK; /* it holds the id now */
        }
        *place = (*of)->count;
    }
    ss_live_ids_drop(visitors->ids, id);
    return status == SS_E_NOT_FOUND ? SS_OK : status;
}

/* What was, is over, or was somebody else's. Under the lock. */
static void begin_anew(ss_visitors *visitors, visitor *of)
{
    drop_items(visitors, of);
    of->customer = 0;
    of->last = 0;
}

static ss_status happen(ss_visitors *visitors, visitor **of, const happening *what)
{
    visitor *at = *of;
    unsigned place;
    bool others = at->customer && what->customer && at->customer != what->customer;
    if (others || is_over(visitors, at->kind, at->last, what->time))
        begin_anew(visitors, at);
    at->customer = what->customer ? what->customer : at->customer;
    at->last = what->time > at->last ? what->time : at->last;
    ss_status status = place_of(visitors, of, what->event, &place);
    at = *of;
    if (status == SS_OK && place < at->count)
        ss_visitor_items_happen(at->items, at->count, place, what->event->event, what->event->quantity, what->time);
    return status;
}

static visitor *find_or_add(ss_visitors *visitors, ss_visitor_kind kind, ss_hash128 key)
{
    visitor *found = find(visitors, key);
    return found ? found : add(visitors, kind, key);
}

static ss_status apply_to(ss_visitors *visitors, ss_visitor_kind kind, ss_slice id, const happening *what)
{
    ss_hash128 key = key_of(kind, id);
    if (id.size == 0 || is_over(visitors, kind, what->time, what->received))
        return SS_OK;
    visitor *of = find_or_add(visitors, kind, key);
    if (!of)
        return SS_E_NOMEM;
    if (is_over(visitors, kind, what->time, of->last))
        return SS_OK;
    unlink_from_list(visitors, of);
    of->arrival = visitors->arrivals;
    link_newest(visitors, of);
    padded_lock *lock = lock_of(visitors, key.low & visitors->bucket_mask);
    pthread_mutex_lock(&lock->mutex);
    ss_status status = happen(visitors, &of, what);
    pthread_mutex_unlock(&lock->mutex);
    return status;
}

static happening happening_of(const ss_live_event *event)
{
    ss_slice customer = event->texts[SS_TEXT_CUSTOMER_ID];
    int64_t time = event->time == SS_NO_TIME || event->time > event->received ? event->received : event->time;
    return (happening){.event = event,
                       .time = ss_visitor_seconds(time),
                       .received = ss_visitor_seconds(event->received),
                       .customer = customer.size ? key_of(SS_VISITOR_CUSTOMER, customer).high : 0};
}

ss_status ss_visitors_apply(ss_visitors *visitors, const ss_live_event *event)
{
    happening what = happening_of(event);
    if (event->texts[SS_TEXT_ITEM_ID].size == 0)
        return SS_OK;
    visitors->arrivals++;
    drop_expired(visitors, what.received);
    ss_status status = apply_to(visitors, SS_VISITOR_SESSION, event->texts[SS_TEXT_SESSION_ID], &what);
    if (status == SS_OK && event->event != SS_EVENT_IMPRESSION)
        status = apply_to(visitors, SS_VISITOR_CUSTOMER, event->texts[SS_TEXT_CUSTOMER_ID], &what);
    keep_below_ceiling(visitors);
    if (status != SS_OK)
        atomic_fetch_add_explicit(&visitors->failed, 1, memory_order_relaxed);
    return status;
}

/* ---- forgetting ---- */

typedef struct leaver {
    uint64_t customer; /* half of their key */
    size_t place;      /* among those asked for */
} leaver;

static int compare_leavers(const void *left, const void *right)
{
    const leaver *a = left, *b = right;
    return a->customer < b->customer ? -1 : a->customer > b->customer;
}

/* Their sessions. */
static void forget_sessions(ss_visitors *visitors, const leaver *leavers, size_t count, size_t *forgotten)
{
    for (visitor *at = visitors->lists[SS_VISITOR_SESSION].oldest, *newer; at; at = newer) {
        newer = at->newer;
        leaver wanted = {at->customer, 0};
        const leaver *owner = at->customer ? bsearch(&wanted, leavers, count, sizeof *leavers, compare_leavers) : NULL;
        if (!owner)
            continue;
        drop(visitors, at, &visitors->forgotten);
        forgotten[owner->place]++;
    }
}

void ss_visitors_forget_all(ss_visitors *visitors, const ss_slice *customer_ids, size_t count, size_t *forgotten)
{
    leaver leavers[SS_VISITORS_FORGOTTEN_MAX];
    assert(count <= SS_VISITORS_FORGOTTEN_MAX);
    for (size_t i = 0; i < count; i++) {
        ss_hash128 key = key_of(SS_VISITOR_CUSTOMER, customer_ids[i]);
        visitor *customer = find(visitors, key);
        leavers[i] = (leaver){key.high, i};
        forgotten[i] = customer != NULL;
        if (customer)
            drop(visitors, customer, &visitors->forgotten);
    }
    qsort(leavers, count, sizeof *leavers, compare_leavers);
    forget_sessions(visitors, leavers, count, forgotten);
    atomic_store_explicit(&visitors->all_bytes, all_bytes(visitors), memory_order_relaxed);
}

size_t ss_visitors_forget(ss_visitors *visitors, ss_slice customer_id)
{
    size_t forgotten;
    ss_visitors_forget_all(visitors, &customer_id, 1, &forgotten);
    return forgotten;
}

/* ---- reading ---- */

/* Under another numbering than that of the last reader nothing is known yet. Under the lock. */
static void take_stamp(visitor *of, uint64_t stamp)
{
    if (of->stamp == stamp)
        return;
    for (unsigned i = 0; i < of->count; i++)
        of->items[i].item = SS_NONE;
    of->stamp = stamp;
}

/* Whoever asked first for an item, of whatever visitor, has found it for all. */
static uint32_t number_of(const ss_visitors *visitors, uint32_t id, const ss_item_numbers *numbers)
{
    uint32_t item = ss_live_ids_noted(visitors->ids, id, numbers->stamp);
    if (item != SS_NONE)
        return item;
    item = numbers->find(numbers->context, ss_live_ids_at(visitors->ids, id));
    if (item < numbers->settled)
        ss_live_ids_note(visitors->ids, id, numbers->stamp, item);
    return item;
}

/*
 * Gives the copied items from `from` on their numbers, and keeps those that are settled; writes nothing that is there
 * already, so that readers share the memory. Under the lock.
 */
static void number_items(const ss_visitors *visitors, visitor *of, unsigned from, const ss_item_numbers *numbers,
                         ss_visitor_view *view)
{
    for (unsigned i = 0; i < view->count; i++)
        if (view->items[i].item == SS_NONE)
            ss_live_ids_fetch(visitors->ids, view->items[i].id);
    for (unsigned i = 0; i < view->count; i++) {
        if (view->items[i].item != SS_NONE)
            continue;
        uint32_t item = number_of(visitors, view->items[i].id, numbers);
        if (item < numbers->settled)
            of->items[from + i].item = item;
        view->items[i].item = item;
    }
}

/* The first item on the list that is young enough to be given. */
static unsigned first_given(const ss_visitors *visitors, const visitor *of, int64_t now)
{
    unsigned from = 0;
    while (now != SS_NO_TIME && from < of->count &&
           is_over(visitors, of->kind, of->items[from].time, ss_visitor_seconds(now)))
        from++;
    return from;
}

bool ss_visitors_read(ss_visitors *visitors, ss_visitor_kind kind, ss_slice id, int64_t now,
                      const ss_item_numbers *numbers, ss_visitor_view *view)
{
    ss_hash128 key = key_of(kind, id);
    padded_lock *lock = lock_of(visitors, key.low & visitors->bucket_mask);
    view->count = view->last = 0;
    if (id.size == 0)
        return false;
    pthread_mutex_lock(&lock->mutex);
    visitor *of = find(visitors, key);
    bool known = of && (now == SS_NO_TIME || !is_over(visitors, kind, of->last, ss_visitor_seconds(now)));
    if (known) {
        unsigned from = first_given(visitors, of, now);
        take_stamp(of, numbers->stamp);
        view->count = of->count - from;
        view->last = of->last;
        memcpy(view->items, &of->items[from], view->count * sizeof *view->items);
        number_items(visitors, of, from, numbers, view);
    }
    pthread_mutex_unlock(&lock->mutex);
    return known;
}

ss_slice ss_visitors_item_id(const ss_visitors *visitors, const ss_visitor_item *item)
{
    return ss_live_ids_at(visitors->ids, item->id);
}

uint64_t ss_visitors_fetch(const ss_visitors *visitors, ss_visitor_kind kind, ss_slice id)
{
    uint64_t bucket = key_of(kind, id).low & visitors->bucket_mask;
    __builtin_prefetch(&visitors->buckets[bucket]);
    return bucket;
}

void ss_visitors_fetch_items(const ss_visitors *visitors, uint64_t fetched)
{
    enum { LINES = 5 }; /* of a visitor with ten items */
    const char *first = (const char *)first_of(visitors, fetched);
    for (size_t line = 0; first && line < LINES; line++)
        __builtin_prefetch(first + line * CACHE_LINE);
}

ss_visitors_counts ss_visitors_count(const ss_visitors *visitors)
{
    ss_visitors_counts counts = {
        .bytes = atomic_load_explicit(&visitors->all_bytes, memory_order_relaxed),
        .evicted = atomic_load_explicit(&visitors->evicted, memory_order_relaxed),
        .expired = atomic_load_explicit(&visitors->expired, memory_order_relaxed),
        .forgotten = atomic_load_explicit(&visitors->forgotten, memory_order_relaxed),
        .failed = atomic_load_explicit(&visitors->failed, memory_order_relaxed),
    };
    for (unsigned kind = 0; kind < SS_VISITOR_KINDS; kind++)
        counts.visitors[kind] = atomic_load_explicit(&visitors->counts[kind], memory_order_relaxed);
    return counts;
}

/* ---- making ---- */

static uint64_t bucket_count(uint64_t bytes)
{
    uint64_t count = LOCKS;
    while (count * BYTES_PER_BUCKET < bytes)
        count *= 2;
    return count;
}

ss_status ss_visitors_new(const ss_visitors_options *options, ss_visitors **visitors, ss_error *error)
{
    ss_status status = ss_options_check(ss_visitors_option_table, options, error);
    if (status != SS_OK)
        return status;
    ss_visitors *made = ss_array_aligned(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    uint64_t buckets = bucket_count((uint64_t)options->memory_megabytes * MEGABYTE);
    *made = (ss_visitors){.options = *options,
                          .bucket_mask = buckets - 1,
                          .buckets = ss_array_zeroed(buckets, sizeof *made->buckets),
                          .ids = ss_live_ids_new(),
                          .bytes = buckets * sizeof *made->buckets};
    made->seconds[SS_VISITOR_SESSION] = (uint64_t)(options->hours * 3600);
    made->seconds[SS_VISITOR_CUSTOMER] = (uint64_t)(options->customer_days * 86400);
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_init(&made->locks[i].mutex, NULL);
    if (!made->buckets || !made->ids) {
        ss_visitors_free(&made);
        return ss_error_nomem(error);
    }
    made->all_bytes = all_bytes(made);
    *visitors = made;
    return SS_OK;
}

void ss_visitors_free(ss_visitors **visitors)
{
    ss_visitors *old = *visitors;
    *visitors = NULL;
    if (!old)
        return;
    for (unsigned kind = 0; kind < SS_VISITOR_KINDS; kind++)
        for (visitor *at = old->lists[kind].oldest, *newer; at; at = newer) {
            newer = at->newer;
            free(at);
        }
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&old->locks[i].mutex);
    ss_live_ids_free(&old->ids);
    free((void *)old->buckets);
    free(old);
}

const ss_visitors_options *ss_visitors_settings(const ss_visitors *visitors)
{
    return &visitors->options;
}

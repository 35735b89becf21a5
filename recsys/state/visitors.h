/*
 * visitors.h: the sessions and customers of these days, in memory: what each did with the last items
 * (visitor_items.h), shared by all who answer.
 *
 * An event counts for its session and for its customer; impressions for the session only. It is the event as it is
 * stored (event_rules.h has put it right), and events come in the order in which they are stored, so that the same
 * events give the same memory: what is lost with the process is read again (visitors_replay.h).
 *
 * A session lives `hours` from its latest event, a customer `customer_days`: what comes later under the same id begins
 * anew. An event that is older than that when it arrives, or than that against the visitor's latest, is passed over.
 * Of a visitor that lives, items not touched for so long are no longer given. A session belongs to the customer whom
 * its events named last; when they name another, it begins anew: another person has sat down.
 *
 * Memory stays below `memory_megabytes`: those whose latest event arrived longest ago go first, of whichever kind.
 * What has outlived its time costs nobody who asks: it goes when events arrive. A visitor takes 72 bytes and 24 for an
 * item, in steps of four items; an item id is kept once for all (live_ids.h); and 8 bytes are taken for every 256 of
 * the most that is allowed. A session of ten items: some 370 bytes, 700,000 of them in 256 MB.
 *
 * One thread at a time changes visitors (apply, forget, replay); any number read meanwhile. Neither waits for more than
 * one visitor's list to be copied or changed. Reading allocates nothing.
 */
#ifndef SS_STATE_VISITORS_H
#define SS_STATE_VISITORS_H

#include "base/options.h"
#include "state/live_event.h"
#include "state/visitor_items.h"

typedef enum ss_visitor_kind { SS_VISITOR_SESSION, SS_VISITOR_CUSTOMER, SS_VISITOR_KINDS } ss_visitor_kind;

typedef struct ss_visitors_options {
    int64_t memory_megabytes;
    double hours;         /* sessions */
    double customer_days; /* customers */
    int64_t replay_events;
} ss_visitors_options;

/* The rows of --help for the above, for the prefix "sessions". Target: ss_visitors_options. */
extern const ss_option ss_visitors_option_table[];
ss_visitors_options ss_visitors_defaults(void); /* what the table says where nothing is set */

typedef struct ss_visitors ss_visitors;

/* SS_E_RANGE (options), SS_E_NOMEM. Caller owns the result. */
ss_status ss_visitors_new(const ss_visitors_options *options, ss_visitors **visitors, ss_error *error);
void ss_visitors_free(ss_visitors **visitors); /* nobody may read any more */
const ss_visitors_options *ss_visitors_settings(const ss_visitors *visitors);

/* ---- changing: one thread at a time ---- */

/*
 * The event happens (one that names no item, as of an offer, changes nothing): `received`, `time`, `event`, `quantity`, item, session and customer are looked at; a time that is
 * not given or ahead of `received` is `received`. SS_E_NOMEM, SS_E_LIMIT (16 million distinct items): it has not
 * happened for the customer, and perhaps not for the session; what was there before still is.
 */
ss_status ss_visitors_apply(ss_visitors *visitors, const ss_live_event *event);

/* Forgets the customer and the sessions that belong to them; how many visitors that were. Looks at every session. */
size_t ss_visitors_forget(ss_visitors *visitors, ss_slice customer_id);

/* The same of several, at most SS_VISITORS_FORGOTTEN_MAX, with one look: of each, how many visitors. Who is named twice
 * was forgotten by one of them. */
#define SS_VISITORS_FORGOTTEN_MAX 256u
void ss_visitors_forget_all(ss_visitors *visitors, const ss_slice *customer_ids, size_t count, size_t *forgotten);

/* ---- reading: any thread ---- */

/*
 * How a reader numbers items. Numbers below `settled` are the same for all readers with that stamp: they are kept
 * beside the item, so that the next reader need not look for the id.
 */
typedef struct ss_item_numbers {
    uint64_t stamp; /* not 0 */
    uint32_t settled;
    uint32_t (*find)(const void *context, ss_slice id); /* SS_NONE: has none. Called under a lock: must not wait */
    const void *context;
} ss_item_numbers;

/* What is known of a visitor; the reader's own. */
typedef struct ss_visitor_view {
    unsigned count;
    uint32_t last;                               /* seconds: the latest event; 0: not known */
    ss_visitor_item items[SS_VISITOR_ITEMS_MAX]; /* oldest first */
} ss_visitor_view;

/*
 * Copies what is known of a visitor at `now` (microseconds UTC; SS_NO_TIME: whatever there is); `item` of what has no
 * number is SS_NONE. False, with count and last 0: not known, or its time is over. `id` may be empty: not known.
 */
bool ss_visitors_read(ss_visitors *visitors, ss_visitor_kind kind, ss_slice id, int64_t now,
                      const ss_item_numbers *numbers, ss_visitor_view *view);

/* The id of an item of a view. For the thread that changes visitors alone: borrowed until the next change. */
ss_slice ss_visitors_item_id(const ss_visitors *visitors, const ss_visitor_item *item);

/*
 * Reading in steps, for many at once: fetches from memory what leads to a visitor, and then the visitor. They say
 * nothing and change nothing but the time that ss_visitors_read takes.
 */
uint64_t ss_visitors_fetch(const ss_visitors *visitors, ss_visitor_kind kind, ss_slice id);
void ss_visitors_fetch_items(const ss_visitors *visitors, uint64_t fetched);

typedef struct ss_visitors_counts {
    uint64_t visitors[SS_VISITOR_KINDS]; /* now, those whose time is over among them as long as they are kept */
    uint64_t bytes;                      /* now */
    uint64_t evicted;                    /* for want of memory */
    uint64_t expired;                    /* their time was over */
    uint64_t forgotten;
    uint64_t failed; /* events that could not happen to their session or customer */
} ss_visitors_counts;
ss_visitors_counts ss_visitors_count(const ss_visitors *visitors);

#endif

/*
 * live_state.h: what a server keeps of the shop's life, opened together: the environment in STORE/state, its tables, and
 * what is in memory of them. One process at a time has it open to write.
 */
#ifndef SS_SERVER_LIVE_STATE_H
#define SS_SERVER_LIVE_STATE_H

#include "server/event_writer.h"
#include "server/forget_writer.h"
#include "server/item_writer.h"
#include "server/known_items.h"
#include "server/offers_writer.h"
#include "server/page_writer.h"
#include "server/recorder.h"
#include "server/redeem_writer.h"
#include "server/visitor_writer.h"
#include "shelf/live.h"

typedef struct ss_live_options {
    bool state;            /* keep live state at all */
    int64_t map_megabytes; /* the most that STORE/state may grow to; addresses, not memory */
    ss_event_store_options events;
    ss_recorder_options recorder;
    ss_live_items_options items;
    ss_visitors_options visitors;
} ss_live_options;

/* The groups of all live state for a command line; at most SS_LIVE_GROUPS. Returns how many. */
#define SS_LIVE_GROUPS 5u
size_t ss_live_groups(ss_live_options *options, ss_option_group *groups);

typedef struct ss_live_state {
    ss_environment *environment;
    ss_event_store *events;
    ss_forgotten *forgotten;
    ss_eraser *eraser;
    ss_visitors *visitors;
    ss_event_writer *event_writer;
    ss_forget_writer *forget_writer;
    ss_known_items *known; /* is to be told which generation is served */
    ss_live_items *items;
    ss_item_ledger *ledger;
    ss_item_writer *item_writer;
    ss_offer_ledger *offer_ledger;
    ss_offers *offers; /* NULL until it is started, as are the next four */
    ss_offers_writer *offers_writer;
    ss_redeem_writer *redeem_writer;
    ss_page_writer *page_writer;
    ss_visitor_writer *visitor_writer;
    ss_offer_counts offer_counts;
    ss_offers_swap offers_swap;
    ss_live live; /* for answerers */
    ss_writer writers[SS_WRITERS_MAX];
    size_t writer_count;
} ss_live_state;

/*
 * Opens what there is in STORE/state and makes what is missing. Errors as ss_environment_open and ss_event_store_open;
 * where another process writes, or the folder cannot be written, the message says what to do.
 */
ss_status ss_live_state_open(const char *store, const ss_live_options *options, ss_live_state **state, ss_error *error);

/*
 * Starts deciding about offers, from `snapshot` by `policy` (a reference is taken of each), before the recorder starts;
 * `known` must have been told of the snapshot. stats, options: of the recorder; borrowed. SS_E_NOMEM, SS_E_IO, SS_E_CORRUPT.
 */
ss_status ss_live_state_start_offers(ss_live_state *state, ss_snapshot *snapshot, ss_policy *policy,
                                     const ss_recorder_options *options, ss_stats *stats, ss_error *error);

/* The recorder must be gone, and every answerer. Syncs what waits. */
void ss_live_state_close(ss_live_state **state);

#endif

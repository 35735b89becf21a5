/*
 * mail_world.h: all that lists are made from, read once: a generation, what the store's live state knows of items and
 * customers, who asked to be forgotten, and who there is to write to.
 *
 * Customers are numbered: those of the generation as it has them; then whom only the customers file knows; then whom only
 * live events know, by their first event. Live state is read in short transactions beside a running server; without any
 * it is as if nothing had happened since the training.
 *
 * Read-only once open: safe from any thread.
 */
#ifndef SS_JOB_MAIL_WORLD_H
#define SS_JOB_MAIL_WORLD_H

#include "base/progress.h"
#include "job/mail_options.h"
#include "log/left_out.h"
#include "shelf/answer.h"
#include "state/environment.h"

typedef struct ss_mail_world {
    ss_snapshot *snapshot; /* owned, as is all of it */
    ss_live_items *items;
    ss_visitors *visitors;
    ss_left_out *forgotten;
    ss_dictionary *strangers; /* only live events know them */
    ss_live live, without_visitors;
    int64_t now;
    uint64_t customers; /* numbers are below */
    uint64_t events;    /* of customers, that were read */
    uint64_t evicted;   /* customers whose events found no room in memory */
    bool has_state;
} ss_mail_world;

/*
 * Opens the store's current generation as `settings` (NULL: none; borrowed) configure its shelves, and its live state,
 * as of `now` (microseconds UTC). Errors as ss_snapshot_open_configured, ss_environment_open, ss_event_reader_next,
 * ss_item_store_each; SS_E_CANCELLED. On an error nothing is open.
 */
ss_status ss_mail_world_open(const char *store, ss_shelf_settings *settings, const ss_mail_options *options,
                             int64_t now, ss_progress_sink *progress, ss_mail_world *world, ss_error *error);
void ss_mail_world_close(ss_mail_world *world); /* one that is all zero is fine */

/* Borrowed; `number` below `customers`. */
ss_slice ss_mail_world_customer(const ss_mail_world *world, uint64_t number);

/* Did they ask to be forgotten, at whatever time? */
bool ss_mail_world_forgot(const ss_mail_world *world, ss_slice customer_id);

#endif

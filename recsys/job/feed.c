#include "job/feed.h"

#include "base/file.h"
#include "base/memory.h"
#include "state/event_source.h"
#include "state/forgotten.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ss_feed {
    ss_environment *environment; /* owned */
    ss_event_store *events;      /* owned; NULL: not read */
    ss_left_out *forgotten;      /* owned */
    uint64_t last;               /* event when it was opened; 0: none */
};

/* The store of "STORE/state", or of STORE. */
static ss_status find_store(const char *place, char store[PATH_MAX], ss_error *error)
{
    char inside[PATH_MAX];
    ss_status status = ss_file_join(inside, sizeof inside, place, "data.mdb", error);
    if (status == SS_OK && access(inside, F_OK) == 0)
        return ss_file_join(store, PATH_MAX, place, "..", error);
    if (status == SS_OK)
        strcpy(store, place); /* shorter than what has just been joined */
    return status;
}

static ss_status take_forgotten(void *context, const ss_forgotten_customer *customer, ss_error *error)
{
    ss_status status = ss_left_out_add(context, customer->customer_id, customer->time);
    return status == SS_OK ? SS_OK : ss_error_set(error, status, "no room for the customers to be forgotten");
}

/* Nobody ever asked: there is no table. */
static ss_status read_forgotten(ss_feed *feed, ss_error *error)
{
    ss_forgotten *forgotten = NULL;
    feed->forgotten = ss_left_out_new();
    if (!feed->forgotten)
        return ss_error_nomem(error);
    ss_status status = ss_forgotten_open(feed->environment, &forgotten, error);
    if (status == SS_E_NOT_FOUND)
        return SS_OK;
    if (status == SS_OK)
        status = ss_forgotten_each(forgotten, take_forgotten, feed->forgotten, error);
    ss_forgotten_close(&forgotten);
    return status;
}

static ss_status open_state(ss_feed *feed, const char *place, ss_error *error)
{
    char store[PATH_MAX];
    ss_status status;
    SS_TRY(find_store(place, store, error));
    SS_TRY(ss_environment_open(store, 0, &feed->environment, error));
    SS_TRY(read_forgotten(feed, error));
out:
    return status;
}

static ss_status open_events(ss_feed *feed, ss_error *error)
{
    ss_event_extent extent = {0};
    ss_status status;
    SS_TRY(ss_event_store_open_reader(feed->environment, &feed->events, error));
    SS_TRY(ss_event_store_extent(feed->events, &extent, error));
    feed->last = extent.last;
out:
    return status;
}

ss_status ss_feed_open(const char *place, ss_feed **feed, ss_error *error)
{
    ss_feed *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    ss_status status = open_state(opened, place, error);
    if (status == SS_OK)
        status = open_events(opened, error);
    if (status == SS_OK)
        *feed = opened;
    else
        ss_feed_close(&opened);
    return status;
}

ss_status ss_feed_open_forgotten(const char *place, ss_feed **feed, ss_error *error)
{
    ss_feed *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    ss_status status = open_state(opened, place, error);
    if (status == SS_OK || status == SS_E_NOT_FOUND) {
        *feed = opened;
        return SS_OK;
    }
    ss_feed_close(&opened);
    return status;
}

void ss_feed_close(ss_feed **feed)
{
    if (!*feed)
        return;
    ss_left_out_free(&(*feed)->forgotten);
    ss_event_store_close(&(*feed)->events);
    ss_environment_close(&(*feed)->environment);
    free(*feed);
    *feed = NULL;
}

const ss_event_store *ss_feed_events(const ss_feed *feed)
{
    return feed->events;
}

uint64_t ss_feed_last(const ss_feed *feed)
{
    return feed->last;
}

const ss_left_out *ss_feed_forgotten(const ss_feed *feed)
{
    return feed->forgotten;
}

ss_status ss_feed_source(const ss_feed *feed, int64_t decimals, ss_row_source **source, ss_error *error)
{
    return ss_event_source_open(feed->events, 1, feed->last, decimals, source, error);
}

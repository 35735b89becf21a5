/*
 * top_watch.h: servers that are asked for their `stats` again and again, each by itself: one that is gone, or slow, holds
 * up no other, and one that comes back is found again. One thread.
 */
#ifndef SS_CLI_TOP_WATCH_H
#define SS_CLI_TOP_WATCH_H

#include "cli/connection.h"
#include "job/server_figures.h"

typedef enum ss_watched_state { SS_WATCHED_WAITING, SS_WATCHED_HERE, SS_WATCHED_GONE } ss_watched_state;

typedef struct ss_watched {
    const char *endpoint; /* borrowed */
    ss_watched_state state;
    int64_t since;             /* when that state began, microseconds UTC */
    char trouble[256];         /* why it counts as gone */
    ss_server_figures figures; /* once it is here; as they were last when it is gone */
    size_t readings;           /* taken of this server without a gap */
    /* the watch's own: */
    ss_connection connection;
    enum { SS_QUESTION_NONE, SS_QUESTION_UNSENT, SS_QUESTION_SENT } question;
    uint32_t msgid;
    int64_t asked_at; /* ss_clock_monotonic() */
    json_t *reading;
} ss_watched;

typedef struct ss_watch {
    ss_watched *servers;
    size_t count;
    int64_t timeout; /* nanoseconds without an answer after which a server is gone */
} ss_watch;

/* What `settings` points to is borrowed. Errors as of ss_connection_open; what is open by then is to be closed. */
ss_status ss_watch_open(const ss_connection_settings *settings, ss_watch *watch, ss_error *error);
void ss_watch_close(ss_watch *watch); /* also of a zeroed one */

/* Asks all that do not owe an answer. Never waits; what cannot be sent yet is sent by ss_watch_collect. */
void ss_watch_ask(ss_watch *watch);

/* Takes what has come; who was asked too long ago is gone. Never waits. Says whether no answer is owed now. */
bool ss_watch_collect(ss_watch *watch);

#endif

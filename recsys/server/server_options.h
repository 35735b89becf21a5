/*
 * server_options.h: what can be set of a server: the table of its options, and which of them do not go together. Pure: safe from any
 * thread.
 */
#ifndef SS_SERVER_SERVER_OPTIONS_H
#define SS_SERVER_SERVER_OPTIONS_H

#include "base/options.h"
#include "server/configuration.h"
#include "server/live_state.h"

#define SS_ENDPOINT_DEFAULT "tcp://127.0.0.1:5555"

/* How the system lets the server's threads take turns: batch is SCHED_BATCH (sched(7)), also for the calling thread. */
typedef enum ss_scheduling { SS_SCHEDULING_NORMAL, SS_SCHEDULING_BATCH } ss_scheduling;

typedef struct ss_server_options {
    const char *store;
    ss_texts binds; /* SS_ENDPOINT_DEFAULT by the table; none: only threads of this process can ask */
    int64_t workers, io_threads, queue, drain_ms;
    int64_t scheduling;    /* ss_scheduling */
    const char *curve_key; /* file of the server's secret key (keys.h); NULL: no access control */
    const char *allow;     /* file of the allow-list (access.h); needed with a key */
    const char *metrics;   /* HOST:PORT of metrics_port.h; NULL: none */
    bool insecure_public_bind;
    ss_live_options live;
    ss_configuration configuration; /* no option: the shelves' settings, and where a reload reads them anew */
    bool supervised;                /* no option: systemd is told how it goes (supervisor.h) */
    size_t seats;                   /* no option: for how many threads of others (seat.h), at most SS_SEATS_MAX */
    bool signals;                   /* no option: SIGTERM, SIGINT and SIGHUP are for this server (signals.h) */
} ss_server_options;

extern const ss_option ss_server_option_table[]; /* target: ss_server_options; without those of `live` */

/*
 * What ss_server_new refuses of the options, found without starting: SS_E_ARGUMENT (no store, an address that is none, a key without an
 * allow-list), SS_E_ACCESS (public without access control). All of them, and each alone.
 */
ss_status ss_server_check_options(const ss_server_options *options, ss_error *error);
ss_status ss_server_check_bind(const ss_server_options *options, const char *endpoint, ss_error *error);
ss_status ss_server_check_access(const ss_server_options *options, ss_error *error);
ss_status ss_server_check_metrics(const ss_server_options *options, ss_error *error);

#endif

/*
 * nightly_servers.h: the servers of a store, asked what they serve and told to swap in what is current.
 *
 * One client for each question, as nothing here is in a hurry; a server that does not answer costs its time-out and is
 * reported, never an error. Safe from any thread.
 */
#ifndef SS_JOB_NIGHTLY_SERVERS_H
#define SS_JOB_NIGHTLY_SERVERS_H

#include "base/status.h"
#include "store/generation.h"

#define SS_SERVERS_MAX 64u

typedef struct ss_servers {       /* borrowed for the calls */
    const char *const *endpoints; /* "tcp://…", "ipc://…"; at most SS_SERVERS_MAX */
    size_t count;
    int timeout_ms;                                   /* of a question that is answered at once */
    int reload_ms;                                    /* of a reload, which reads every byte of the generation */
    const char *server_key, *public_key, *secret_key; /* CURVE keys in Z85, all three or none; role `admin` */
} ss_servers;

typedef enum ss_server_state {
    SS_SERVER_UNASKED,  /* it was not its turn any more */
    SS_SERVER_SERVES,   /* it answers: `generation` is what it serves */
    SS_SERVER_SILENT,   /* no answer in time */
    SS_SERVER_REFUSED,  /* it could not swap in the generation, or its configuration, and serves what it did */
    SS_SERVER_UNWILLING /* it answers, but not this: access denied, shutting down */
} ss_server_state;
const char *ss_server_state_name(ss_server_state state); /* "serves"; NULL outside */

typedef struct ss_server_report {
    const char *endpoint; /* borrowed from ss_servers */
    ss_server_state state;
    char generation[SS_GENERATION_NAME_MAX]; /* empty: not known */
    char words[SS_ERROR_TEXT_MAX];           /* what is wrong; empty: nothing */
} ss_server_report;

/* What each serves: reports[count]. SS_E_NOMEM; SS_E_NETWORK: an endpoint or key that cannot be used. */
ss_status ss_servers_ask(const ss_servers *servers, ss_server_report *reports, ss_error *error);

/*
 * One after another reloads and is then asked what it serves. The first that refuses ends it, as the others would
 * refuse too: those behind it stay SS_SERVER_UNASKED. Errors as above.
 */
ss_status ss_servers_reload(const ss_servers *servers, ss_server_report *reports, ss_error *error);

/* How many of the reports say that `generation` is served; whether one refused. Pure. */
size_t ss_servers_serving(const ss_server_report *reports, size_t count, const char *generation);
const ss_server_report *ss_servers_refusal(const ss_server_report *reports, size_t count); /* NULL: none */

#endif

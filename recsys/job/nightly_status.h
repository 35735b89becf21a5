/*
 * nightly_status.h: how far a night is and what became of it: STORE/nightly.json for people and machines, and
 * STORE/nightly.prom in Prometheus' text form, for the node exporter's textfile collector. Both appear whole or not at all.
 * One thread.
 */
#ifndef SS_JOB_NIGHTLY_STATUS_H
#define SS_JOB_NIGHTLY_STATUS_H

#include "job/nightly_kept.h"
#include "job/nightly_servers.h"
#include "job/prove.h"

#define SS_NIGHTLY_STATUS  "nightly.json"
#define SS_NIGHTLY_METRICS "nightly.prom"

/* What the program exits with (sysexits.h where it has a word for it). */
typedef enum ss_nightly_outcome {
    SS_NIGHTLY_PUBLISHED = 0, /* or, of a dry run: would be */
    SS_NIGHTLY_FAILED = 1,    /* an error, or stopped: the words say which */
    SS_NIGHTLY_REFUSED = 65,  /* EX_DATAERR: a check refused; what was served is served on */
    SS_NIGHTLY_SERVERS = 69,  /* EX_UNAVAILABLE: published, but a server does not answer or does not serve it */
    SS_NIGHTLY_BUSY = 75      /* EX_TEMPFAIL: another run holds the lock */
} ss_nightly_outcome;
const char *ss_nightly_outcome_name(ss_nightly_outcome outcome); /* "published"; NULL for what is none */

typedef enum ss_night_phase {
    SS_NIGHT_CLEAN_UP,
    SS_NIGHT_READ,
    SS_NIGHT_CHECK_INPUT,
    SS_NIGHT_PROVE,
    SS_NIGHT_TRAIN,
    SS_NIGHT_CHECK,
    SS_NIGHT_PUBLISH,
    SS_NIGHT_WARM,
    SS_NIGHT_SERVERS,
    SS_NIGHT_PRUNE,
    SS_NIGHT_PHASE_COUNT
} ss_night_phase;
const char *ss_night_phase_name(ss_night_phase phase); /* "clean-up"; NULL outside */

#define SS_NIGHT_WORDS_MAX 1024

typedef struct ss_night {
    int64_t started, ended; /* microseconds UTC; ended SS_NO_TIME: it is at work, or was killed */
    ss_night_phase phase;   /* the one it is in, or ended in */
    bool dry_run;
    ss_nightly_outcome outcome;
    char words[SS_NIGHT_WORDS_MAX];   /* what became of it, in a sentence */
    char trouble[SS_NIGHT_WORDS_MAX]; /* what went wrong beside that, such as pruning; empty: nothing */
    char served[SS_GENERATION_NAME_MAX],
        generation[SS_GENERATION_NAME_MAX];   /* at its begin; the new one; empty: none */
    uint64_t rows, bytes;                     /* learned from; of the new generation */
    double seconds[SS_NIGHT_PHASE_COUNT];     /* NaN: it was not come to */
    ss_checks checks;                         /* owned */
    ss_server_report servers[SS_SERVERS_MAX]; /* as they were last told; endpoints are borrowed */
    size_t server_count;
    ss_kept_names removed; /* owned: what was cleaned up and pruned */
    int64_t last_success;  /* microseconds UTC of the last night that published; SS_NO_TIME: never */
} ss_night;

void ss_night_init(ss_night *night, int64_t started, size_t server_count);
void ss_night_release(ss_night *night);

/* The whole as indented JSON: what nightly.json holds. SS_E_NOMEM. */
ss_status ss_night_render(const ss_night *night, ss_buffer *out, ss_error *error);

/* Both write in STORE. SS_E_IO, SS_E_NOMEM. */
ss_status ss_night_write(const char *store, const ss_night *night, ss_error *error);
ss_status ss_night_write_metrics(const char *store, const ss_night *night, ss_error *error);

/* What the file says of the run before: all empty where there is none, or it cannot be read. */
typedef struct ss_night_before {
    bool unfinished;                 /* it was killed */
    char started[SS_TIMESTAMP_TEXT]; /* as its manifest has it */
    int64_t last_success;            /* SS_NO_TIME: never */
} ss_night_before;
void ss_night_read_before(const char *store, ss_night_before *before);

#endif

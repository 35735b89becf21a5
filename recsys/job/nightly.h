/*
 * nightly.h: the job of every night: read, prove, train, hold against the last, publish, warm, swap, prune.
 *
 * lock → clean up → read → check the input (sanity.h) → prove (prove.h) → train a draft → check it against the served
 * generation → make it current → warm → every server reloads and is asked what it serves → prune; and the status at each step.
 *
 * Killed at any moment it leaves the served generation as it was, or the new one, whole, in its place; the next run removes
 * what was left behind. Nothing is made current that a check refused. What a person made current stays so: after a
 * rollback (nightly_rollback.h) nothing is published without `release`, nor where somebody publishes or goes back while
 * the night is at work (a delta of what is served is no such change). A server that refuses the new generation has the old one
 * made current again, for all of them. One run at a time holds STORE/nightly.lock.
 *
 * STORE/nightly.json is written anew at each phase, STORE/nightly.prom at the end, but for a dry run (nightly_status.h). What later nights
 * compare with stands in the manifests, under "night.…": started, seconds, rows, bytes, checks, prove.
 */
#ifndef SS_JOB_NIGHTLY_H
#define SS_JOB_NIGHTLY_H

#include "job/nightly_lock.h"
#include "job/nightly_status.h"
#include "job/sanity.h"

typedef struct ss_nightly_options {
    int64_t keep;       /* the newest generations that stay */
    bool warm;          /* read the new one into memory before servers map it */
    double disk_factor; /* room that must be free, in generations of the served one's size */
    ss_prove_options prove;
    ss_sanity_options sanity;
} ss_nightly_options;
extern const ss_option
    ss_nightly_option_table[]; /* without those of prove and sanity, which have tables of their own */

typedef struct ss_nightly_job { /* borrowed for the call */
    const char *store;          /* made when missing */
    const ss_input_options *input;
    const ss_model_options *candidate;
    const ss_nightly_options *options;
    ss_servers servers;
    int threads;
    bool dry_run; /* all but making it current: the draft is removed */
    bool release; /* publish even after a rollback by hand */
} ss_nightly_job;

/*
 * The whole night, from `now` (microseconds UTC). `night` is filled whatever comes (release it): outcome and words too.
 * SS_OK also where a check refused or a server does not follow, which `night->outcome` tells; errors are those of what
 * it does, SS_E_BUSY that another run is at work, SS_E_CANCELLED that it was stopped.
 */
ss_status ss_nightly(const ss_nightly_job *job, int64_t now, ss_progress_sink *progress, ss_night *night,
                     ss_error *error);

#endif

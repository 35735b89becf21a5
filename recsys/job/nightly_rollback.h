/*
 * nightly_rollback.h: back to a generation of before, and forth again.
 *
 * The generation is validated fully, made current, and the servers are told. One that is left for an older one is marked as
 * rejected by a person (nightly_kept.h): no night replaces what was chosen until somebody says so; a mark on the one
 * that is gone to is taken away. Without a name the way goes on past generations that are broken to the next older whole
 * one: going back must not fail because of a file that nobody serves. Those passed over are told and stay as they are.
 */
#ifndef SS_JOB_NIGHTLY_ROLLBACK_H
#define SS_JOB_NIGHTLY_ROLLBACK_H

#include "job/nightly_servers.h"

#define SS_ROLLBACK_PASSED_MAX 16u /* that are told by name */

typedef struct ss_rollback_passed {
    char name[SS_GENERATION_NAME_MAX];
    char why[SS_ERROR_TEXT_MAX]; /* the first file that is broken, and how */
} ss_rollback_passed;

typedef struct ss_rollback_report {
    char left[SS_GENERATION_NAME_MAX], now[SS_GENERATION_NAME_MAX];
    bool rejected;                                     /* `left` was marked */
    ss_server_report servers[SS_SERVERS_MAX];          /* as many as there are endpoints */
    ss_rollback_passed passed[SS_ROLLBACK_PASSED_MAX]; /* newest first; of an error, too */
    size_t passed_count;                               /* may be more */
} ss_rollback_report;

/*
 * `name`: the generation to go to; NULL: the newest whole one older than the current one that nobody rejected. `reason` goes
 * to the mark. `now`: microseconds UTC. Servers that are silent or refuse are no error: see the report. SS_E_NOT_FOUND: no
 * such, or nothing to go back to (nothing whole); SS_E_ARGUMENT: it is current; as ss_generation_verify: the one that was
 * named is broken. In all of these what was current still is. SS_E_BUSY: somebody made another one current meanwhile.
 * SS_E_IO, SS_E_NOMEM, SS_E_NETWORK.
 */
ss_status ss_rollback(const char *store, const char *name, const char *reason, int64_t now, const ss_servers *servers,
                      ss_rollback_report *report, ss_error *error);

#endif

/*
 * console_jobs.h: what the console shows that takes longer than a request may: reports, what a generation holds. They are runs
 * of the program itself (`smartshelf report …`) in a child process, or files that are read, one after the other on a thread of
 * their own with the lowest priority; what came out is kept for a while. A child, because LMDB must not be open twice in a
 * process, and because what it takes of memory and time ends with it: it is killed when its time is over or it says too much.
 *
 * Asking is for any thread and waits for nobody.
 */
#ifndef SS_HTTP_CONSOLE_JOBS_H
#define SS_HTTP_CONSOLE_JOBS_H

#include "base/buffer.h"
#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_JOB_WORDS_MAX    12u
#define SS_JOB_ARGUMENT_MAX 4096u              /* bytes */
#define SS_JOB_OUTPUT_MAX   ((size_t)8u << 20) /* of one job; more is a failure */
#define SS_JOBS_KEPT        16u                /* jobs whose output is kept, or which wait */

extern const char ss_job_argument[]; /* among the words: in its place stands what is asked for */

typedef struct ss_job_kind {
    const char *words
        [SS_JOB_WORDS_MAX]; /* what the program is run with, NULL behind the last; none: `argument` is a file to read ("null" where there is none) */
    unsigned seconds;       /* most time that it may take */
    unsigned fresh_seconds; /* what came out is shown for so long before it is made anew */
} ss_job_kind;

typedef struct ss_jobs ss_jobs;

/* Starts the thread. `kinds` is borrowed for its life. program: what is run; NULL: this program itself. SS_E_NOMEM, SS_E_IO. */
ss_status ss_jobs_new(const ss_job_kind *kinds, size_t count, const char *program, ss_jobs **jobs, ss_error *error);
void ss_jobs_free(ss_jobs **jobs); /* kills what is under way */

typedef enum ss_job_state {
    SS_JOB_WORKING, /* it waits or is under way: ask again */
    SS_JOB_DONE,
    SS_JOB_FAILED, /* `out` says why, for people */
    SS_JOB_BUSY    /* too many others wait */
} ss_job_state;

/*
 * What came out of a job, appended to `out`; has it made where there is none that is fresh. `argument`: at most SS_JOB_ARGUMENT_MAX bytes. SS_E_NOMEM;
 * SS_E_LIMIT: `out` may not hold it, the argument is too long, or there is no such kind: *state is not set then.
 */
ss_status ss_jobs_ask(ss_jobs *jobs, size_t kind, ss_slice argument, ss_job_state *state, ss_buffer *out);

#endif

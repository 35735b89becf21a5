#include "http/console_jobs.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/wake.h"
#include "http/console_child.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SECOND  INT64_C(1000000000) /* in nanoseconds */
#define LOWEST  19                  /* of priorities */
#define PROGRAM "/proc/self/exe"

const char ss_job_argument[] = "<argument>";

/* A job: free as long as nobody asked for it. */
typedef struct job {
    bool used, waiting, running;
    size_t kind;
    char argument[SS_JOB_ARGUMENT_MAX + 1];
    int64_t ended; /* ss_clock_monotonic(); 0: not yet */
    int64_t asked; /* the last time */
    ss_job_state state;
    ss_buffer output;
} job;

struct ss_jobs {
    const ss_job_kind *kinds; /* borrowed */
    size_t kind_count;
    const char *program;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    int stop; /* wake.h: the run under way is to end */
    bool stopping, started;
    job kept[SS_JOBS_KEPT]; /* under the lock; `running` belongs to the thread, but for `asked` */
};

/* ---- the thread ---- */

static ss_status run_program(const ss_jobs *jobs, const job *of, ss_buffer *out, ss_error *error)
{
    const char *words[SS_JOB_WORDS_MAX + 2] = {"smartshelf"};
    const ss_job_kind *kind = &jobs->kinds[of->kind];
    for (size_t i = 0; i < SS_JOB_WORDS_MAX && kind->words[i]; i++)
        words[i + 1] = kind->words[i] == ss_job_argument ? of->argument : kind->words[i];
    const ss_child child = {jobs->program, words, (int64_t)kind->seconds * 1000, jobs->stop};
    return ss_child_run(&child, out, error);
}

/* The output, or what went wrong. */
static ss_job_state perform(const ss_jobs *jobs, const job *of, ss_buffer *out)
{
    ss_error error = {0};
    char text[SS_ERROR_TEXT_MAX];
    ss_status status = jobs->kinds[of->kind].words[0] ? run_program(jobs, of, out, &error)
                                                      : ss_file_read(of->argument, SS_JOB_OUTPUT_MAX, out, &error);
    if (status == SS_E_NOT_FOUND && !jobs->kinds[of->kind].words[0])
        status = ss_buffer_append_text(out, "null");
    if (status == SS_OK)
        return SS_JOB_DONE;
    ss_error_format(&error, text, sizeof text);
    ss_buffer_clear(out);
    (void)ss_buffer_append(out, text, strlen(text));
    return SS_JOB_FAILED;
}

static job *next_waiting(ss_jobs *jobs)
{
    job *next = NULL;
    for (size_t i = 0; i < SS_JOBS_KEPT; i++)
        if (jobs->kept[i].waiting && (!next || jobs->kept[i].asked < next->asked))
            next = &jobs->kept[i];
    return next;
}

/* Takes the lock off while it works. */
static void run_job(ss_jobs *jobs, job *of)
{
    ss_buffer made, old;
    ss_buffer_init(&made, SS_JOB_OUTPUT_MAX);
    of->waiting = false;
    of->running = true;
    pthread_mutex_unlock(&jobs->lock);
    ss_job_state state = perform(jobs, of, &made);
    pthread_mutex_lock(&jobs->lock);
    old = of->output;
    of->output = made;
    of->state = state;
    of->running = false;
    of->ended = ss_clock_monotonic();
    ss_buffer_release(&old);
}

static void *work(void *argument)
{
    ss_jobs *jobs = argument;
    pthread_setname_np(pthread_self(), "console");
    setpriority(PRIO_PROCESS, (id_t)gettid(), LOWEST); /* of this thread, and of the children that it begins */
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->stopping) {
        job *next = next_waiting(jobs);
        if (next)
            run_job(jobs, next);
        else
            pthread_cond_wait(&jobs->wanted, &jobs->lock);
    }
    pthread_mutex_unlock(&jobs->lock);
    return NULL;
}

/* ---- asking ---- */

static job *find(ss_jobs *jobs, size_t kind, ss_slice argument)
{
    for (size_t i = 0; i < SS_JOBS_KEPT; i++) {
        job *of = &jobs->kept[i];
        if (of->used && of->kind == kind && ss_slice_equal(argument, ss_slice_of(of->argument)))
            return of;
    }
    return NULL;
}

/* In the place of the one that nobody has asked for the longest; NULL: all are at work. */
static job *add(ss_jobs *jobs, size_t kind, ss_slice argument)
{
    job *place = NULL;
    for (size_t i = 0; i < SS_JOBS_KEPT; i++) {
        job *of = &jobs->kept[i];
        if (!of->waiting && !of->running && (!place || of->asked < place->asked))
            place = of;
    }
    if (!place)
        return NULL;
    ss_buffer_release(&place->output);
    place->used = true;
    place->kind = kind;
    place->ended = 0;
    memcpy(place->argument, argument.data, argument.size);
    place->argument[argument.size] = '\0';
    return place;
}

static bool is_fresh(const ss_jobs *jobs, const job *of, int64_t now)
{
    return of->ended > 0 && now - of->ended < (int64_t)jobs->kinds[of->kind].fresh_seconds * SECOND;
}

static ss_status answer(ss_jobs *jobs, job *of, int64_t now, ss_job_state *state, ss_buffer *out)
{
    of->asked = now;
    if (of->waiting || of->running || !is_fresh(jobs, of, now)) {
        of->waiting = !of->running;
        pthread_cond_signal(&jobs->wanted);
        *state = SS_JOB_WORKING;
        return SS_OK;
    }
    ss_status status = ss_buffer_append(out, of->output.data, of->output.size);
    if (status == SS_OK)
        *state = of->state;
    return status;
}

ss_status ss_jobs_ask(ss_jobs *jobs, size_t kind, ss_slice argument, ss_job_state *state, ss_buffer *out)
{
    ss_status status = SS_OK;
    if (kind >= jobs->kind_count || argument.size > SS_JOB_ARGUMENT_MAX)
        return SS_E_LIMIT;
    pthread_mutex_lock(&jobs->lock);
    job *of = find(jobs, kind, argument);
    of = of ? of : add(jobs, kind, argument);
    if (of)
        status = answer(jobs, of, ss_clock_monotonic(), state, out);
    else
        *state = SS_JOB_BUSY;
    pthread_mutex_unlock(&jobs->lock);
    return status;
}

/* ---- the whole ---- */

static ss_status start_thread(ss_jobs *jobs, ss_error *error)
{
    ss_status status = ss_wake_open(&jobs->stop, error);
    if (status != SS_OK)
        return status;
    errno = pthread_create(&jobs->thread, NULL, work, jobs);
    jobs->started = errno == 0;
    return jobs->started ? SS_OK : ss_error_io(error, "console", "cannot start a thread");
}

ss_status ss_jobs_new(const ss_job_kind *kinds, size_t count, const char *program, ss_jobs **jobs, ss_error *error)
{
    ss_jobs *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->kinds = kinds;
    made->kind_count = count;
    made->program = program ? program : PROGRAM;
    for (size_t i = 0; i < SS_JOBS_KEPT; i++)
        ss_buffer_init(&made->kept[i].output, SS_JOB_OUTPUT_MAX);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->wanted, NULL);
    ss_status status = start_thread(made, error);
    if (status == SS_OK)
        *jobs = made;
    else
        ss_jobs_free(&made);
    return status;
}

static void stop_thread(ss_jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = true;
    pthread_cond_signal(&jobs->wanted);
    pthread_mutex_unlock(&jobs->lock);
    ss_wake(jobs->stop);
    pthread_join(jobs->thread, NULL);
}

void ss_jobs_free(ss_jobs **jobs)
{
    ss_jobs *old = *jobs;
    *jobs = NULL;
    if (!old)
        return;
    if (old->started)
        stop_thread(old);
    ss_wake_close(&old->stop);
    for (size_t i = 0; i < SS_JOBS_KEPT; i++)
        ss_buffer_release(&old->kept[i].output);
    pthread_cond_destroy(&old->wanted);
    pthread_mutex_destroy(&old->lock);
    free(old);
}

#include "server/quiet_verify.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of two: the last who lets go of it frees it. */
typedef struct quiet_job {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    const ss_schema *const *schemas;
    char path[SS_PATH_MAX];
    /* under the lock: */
    unsigned owners;
    bool done;
    ss_status status;
    ss_error error;
} quiet_job;

static void let_go(quiet_job *job)
{
    pthread_mutex_lock(&job->lock);
    bool last = --job->owners == 0;
    pthread_mutex_unlock(&job->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&job->lock);
    pthread_cond_destroy(&job->ended);
    free(job);
}

static void *run_quietly(void *argument)
{
    const struct sched_param none = {0};
    quiet_job *job = argument;
    ss_error error = {0};
    sched_setscheduler(0, SCHED_IDLE, &none); /* of this thread; where it is not allowed, it is as loud as before */
    ss_status status = ss_generation_verify(job->path, job->schemas, &error);
    pthread_mutex_lock(&job->lock);
    job->done = true;
    job->status = status;
    job->error = error;
    pthread_cond_signal(&job->ended);
    pthread_mutex_unlock(&job->lock);
    let_go(job);
    return NULL;
}

/* Starts the thread; NULL: there is none. */
static quiet_job *start(const char *path, const ss_schema *const *schemas)
{
    pthread_attr_t detached;
    pthread_t thread;
    quiet_job *job = calloc(1, sizeof *job);
    if (!job || strlen(path) >= sizeof job->path || pthread_attr_init(&detached) != 0) {
        free(job);
        return NULL;
    }
    memcpy(job->path, path, strlen(path) + 1);
    job->schemas = schemas;
    job->owners = 2;
    pthread_mutex_init(&job->lock, NULL);
    pthread_cond_init(&job->ended, NULL);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &detached, run_quietly, job) != 0) {
        job->owners = 1;
        let_go(job);
        job = NULL;
    }
    pthread_attr_destroy(&detached);
    return job;
}

/* False: it was not done in time. */
static bool await(quiet_job *job, unsigned patience, ss_status *status, ss_error *error)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += patience;
    pthread_mutex_lock(&job->lock);
    while (!job->done && pthread_cond_timedwait(&job->ended, &job->lock, &until) != ETIMEDOUT)
        continue;
    bool done = job->done;
    if (done)
        *status = job->status;
    if (done && job->status != SS_OK && error)
        *error = job->error;
    pthread_mutex_unlock(&job->lock);
    return done;
}

ss_status ss_quiet_verify(const char *path, uint64_t bytes, const ss_schema *const *schemas, unsigned patience,
                          ss_error *error)
{
    ss_status status = SS_OK;
    quiet_job *job = bytes >= SS_QUIET_BYTES_MIN ? start(path, schemas) : NULL;
    bool done = job && await(job, patience, &status, error);
    if (job)
        let_go(job);
    return done ? status : ss_generation_verify(path, schemas, error);
}

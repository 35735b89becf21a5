/* killed_child.h: a child process that is killed at a random moment, and what it had said by then. */
#ifndef SS_TESTS_KILLED_CHILD_H
#define SS_TESTS_KILLED_CHILD_H

#include "testing.h"
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>

/* What the child reports: all things numbered below `below` are acknowledged as durable, none from `sent` on is begun. */
typedef struct killed_report {
    uint64_t below, sent;
} killed_report;

static inline bool killed_tell(int pipe_end, uint64_t below, uint64_t sent)
{
    killed_report told = {below, sent};
    return write(pipe_end, &told, sizeof told) == sizeof told;
}

/* Reads what is there already, so that the child does not wait for the pipe, until it is time to kill. */
static inline void killed_listen(int pipe_end, int64_t microseconds, killed_report *last)
{
    struct timespec begin, now;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        killed_report told;
        const struct timespec nap = {0, 100000};
        if (read(pipe_end, &told, sizeof told) == sizeof told)
            *last = told;
        else
            nanosleep(&nap, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - begin.tv_sec) * 1000000 + (now.tv_nsec - begin.tv_nsec) / 1000 < microseconds);
}

/*
 * Runs `live`, which never returns but by an error, in a child with random numbers of its own and the end of a pipe to
 * tell through, and kills it after 2 milliseconds to `longest` microseconds. *last becomes what it told last, if anything.
 */
static inline void killed_run(int (*live)(void *context, ss_random *random, int pipe_end), void *context,
                              uint32_t longest, ss_random *random, killed_report *last)
{
    int ends[2], code;
    int64_t lifetime = 2000 + ss_random_below(random, longest - 2000);
    uint64_t seed = ss_random_u64(random);
    killed_report told;
    assert_int_equal(pipe2(ends, 0), 0);
    pid_t process = fork();
    if (process == 0) {
        ss_random own;
        ss_random_seed(&own, seed);
        close(ends[0]);
        _exit(live(context, &own, ends[1]));
    }
    assert_true(process > 0);
    close(ends[1]);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    killed_listen(ends[0], lifetime, last);
    kill(process, SIGKILL);
    assert_int_equal(waitpid(process, &code, 0), process);
    assert_true(WIFSIGNALED(code));
    while (read(ends[0], &told, sizeof told) == sizeof told)
        *last = told;
    close(ends[0]);
}

#endif

#include "http/console_child.h"

#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MILLISECOND INT64_C(1000000) /* in nanoseconds */
#define PIECE       16384u           /* bytes read at once */
#define GOING_MAX   5000             /* milliseconds between its last word and its end */
#define WORDS_KEPT  512u             /* bytes of the last that was said on standard error */

typedef struct run {
    pid_t process;
    int out, err;           /* our ends of the pipes; -1: over */
    char words[WORDS_KEPT]; /* the last that it said on standard error */
    size_t words_size;
} run;

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

/* ---- beginning ---- */

static int set_up(posix_spawn_file_actions_t *files, posix_spawnattr_t *how, int out, int err)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    code = code ? code : posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO);
    code = code ? code : posix_spawn_file_actions_adddup2(files, err, STDERR_FILENO);
    code = code ? code : posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
    code = code ? code : posix_spawnattr_setsigmask(how, &none);
    code = code ? code : posix_spawnattr_setsigdefault(how, &all);
    return code ? code
                : posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

static ss_status spawn(const ss_child *child, int out, int err, pid_t *process, ss_error *error)
{
    extern char **environ;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    if (posix_spawn_file_actions_init(&files) != 0)
        return ss_error_nomem(error);
    if (posix_spawnattr_init(&how) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ss_error_nomem(error);
    }
    int code = set_up(&files, &how, out, err);
    if (code == 0)
        code = posix_spawn(process, child->program, &files, &how, (char *const *)(uintptr_t)child->words, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    errno = code;
    return code == 0 ? SS_OK : ss_error_io(error, child->program, "cannot run it");
}

static ss_status begin(const ss_child *child, run *of, ss_error *error)
{
    int out[2] = {-1, -1}, err[2] = {-1, -1};
    ss_status status;
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
        SS_TRY(ss_error_io(error, "a report", "cannot make a pipe"));
    SS_TRY(spawn(child, out[1], err[1], &of->process, error));
    of->out = out[0];
    of->err = err[0];
    out[0] = err[0] = -1;
out:
    for (int i = 0; i < 2; i++) {
        close_end(&out[i]);
        close_end(&err[i]);
    }
    return status;
}

/* ---- listening ---- */

/* Keeps the last of it. */
static void keep_words(run *of, const char *piece, size_t size)
{
    if (size >= WORDS_KEPT) {
        piece += size - (WORDS_KEPT - 1);
        size = WORDS_KEPT - 1;
    }
    size_t kept = of->words_size + size < WORDS_KEPT ? of->words_size : WORDS_KEPT - 1 - size;
    memmove(of->words, of->words + of->words_size - kept, kept);
    memcpy(of->words + kept, piece, size);
    of->words_size = kept + size;
    of->words[of->words_size] = '\0';
}

/* What there is to read at one end; over: it is closed. */
static ss_status hear(run *of, int *end, ss_buffer *out)
{
    char piece[PIECE];
    ssize_t size = read(*end, piece, sizeof piece);
    if (size < 0 && errno == EINTR)
        return SS_OK;
    if (size <= 0) {
        close_end(end);
        return SS_OK;
    }
    if (end == &of->out)
        return ss_buffer_append(out, piece, (size_t)size);
    keep_words(of, piece, (size_t)size);
    return SS_OK;
}

static ss_status too_long(const ss_child *child, ss_error *error)
{
    return ss_error_set(error, SS_E_BUSY, "it was not done after %lld s", (long long)(child->milliseconds / 1000));
}

static ss_status listen_to(const ss_child *child, run *of, ss_buffer *out, ss_error *error)
{
    int64_t end = ss_clock_monotonic() + child->milliseconds * MILLISECOND;
    while (of->out >= 0 || of->err >= 0) {
        struct pollfd ends[] = {{of->out, POLLIN, 0}, {of->err, POLLIN, 0}, {child->stop, POLLIN, 0}};
        int64_t left = (end - ss_clock_monotonic()) / MILLISECOND;
        if (left <= 0)
            return too_long(child, error);
        if (poll(ends, 3, left > 1000 ? 1000 : (int)left) < 0 && errno != EINTR)
            return ss_error_io(error, "a report", "cannot wait for it");
        if (ends[2].revents)
            return ss_error_set(error, SS_E_BUSY, "it was stopped");
        ss_status status = ends[0].revents ? hear(of, &of->out, out) : SS_OK;
        if (status == SS_OK && ends[1].revents)
            status = hear(of, &of->err, out);
        if (status == SS_E_LIMIT)
            return ss_error_set(error, status, "it says more than %zu bytes", out->ceiling);
        if (status != SS_OK)
            return ss_error_nomem(error);
    }
    return SS_OK;
}

/* ---- its end ---- */

/* Waits until it is gone; `willing`: it has said all, and is expected to go by itself. */
static int reap(const run *of, bool willing)
{
    int how = 0;
    for (int waited = 0; willing && waited < GOING_MAX; waited++) {
        if (waitpid(of->process, &how, WNOHANG) == of->process)
            return how;
        usleep(1000);
    }
    kill(-of->process, SIGKILL);
    while (waitpid(of->process, &how, 0) < 0 && errno == EINTR)
        continue;
    return how;
}

static const char *last_line(run *of)
{
    while (of->words_size > 0 && strchr("\n\r ", of->words[of->words_size - 1]))
        of->words[--of->words_size] = '\0';
    char *line = strrchr(of->words, '\n');
    return line ? line + 1 : of->words;
}

ss_status ss_child_run(const ss_child *child, ss_buffer *out, ss_error *error)
{
    run of = {.process = -1, .out = -1, .err = -1};
    ss_buffer_clear(out);
    ss_status status = begin(child, &of, error);
    if (status != SS_OK)
        return status;
    status = listen_to(child, &of, out, error);
    int how = reap(&of, status == SS_OK);
    close_end(&of.out);
    close_end(&of.err);
    if (status != SS_OK || (WIFEXITED(how) && WEXITSTATUS(how) == 0))
        return status;
    const char *line = last_line(&of);
    return ss_error_set(error, SS_E_CORRUPT, "%s", line[0] ? line : "it ended without a word");
}

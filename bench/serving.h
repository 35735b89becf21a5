/*
 * serving.h: what the benchmarks of the server share: processes pinned to cores, a store of a simulated shop, sockets.
 */
#ifndef SS_BENCH_SERVING_H
#define SS_BENCH_SERVING_H

#include "base/file.h"
#include "store/generation.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#define SERVER_CORE 0
#define CLIENT_CORE 1
#define QUEUE       1000

static inline void die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static inline void check(bool fine, const char *what)
{
    if (!fine)
        die(what);
}

static inline void pin(int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)core, &set);
    if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
        check(sched_setaffinity(0, sizeof set, &set) == 0, "cannot pin to a core");
}

/* As fork, of a child that ends with its parent; core: -1 for any. */
static inline pid_t begin_child(int core)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (core >= 0)
        pin(core);
    return 0;
}

static inline pid_t spawn(char *const *arguments, int core)
{
    pid_t child = begin_child(core);
    if (child != 0)
        return child;
    execvp(arguments[0], arguments);
    _exit(127);
}

static inline void run_program(char *const *arguments)
{
    int code = 1;
    pid_t child = spawn(arguments, -1);
    check(child > 0 && waitpid(child, &code, 0) == child && code == 0, arguments[0]);
}

static inline void set_queue(void *socket)
{
    int queue = QUEUE;
    zmq_setsockopt(socket, ZMQ_SNDHWM, &queue, sizeof queue);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &queue, sizeof queue);
}

static inline void address(char *text, size_t size, int port)
{
    snprintf(text, size, "tcp://127.0.0.1:%d", port);
}

/* 20,000 items, their co-occurrence and popularity. `folder` receives the temporary folder's name, `store` that of the store. */
static inline void make_store(char folder[64], char store[SS_PATH_MAX], char *program)
{
    char shop[128], log[160], catalog[160];
    snprintf(folder, 64, "/tmp/smartshelf-bench-XXXXXX");
    check(mkdtemp(folder) != NULL, "cannot make a temporary folder");
    snprintf(shop, sizeof shop, "%s/shop", folder);
    snprintf(log, sizeof log, "%s/log.csv", shop);
    snprintf(catalog, sizeof catalog, "%s/catalog.csv", shop);
    snprintf(store, SS_PATH_MAX, "%s/store", folder);
    fflush(stdout);
    int out = dup(1);
    check(dup2(2, 1) == 1, "dup2");
    char *simulate[] = {program,       "simulate", "--out",    shop,     "--items", "20000",
                        "--customers", "40000",    "--orders", "600000", "--quiet", NULL};
    char *train[] = {program,   "train",   "--log", log,        "--catalog",
                     catalog,   "--store", store,   "--models", "popularity,cooccurrence",
                     "--quiet", NULL};
    run_program(simulate);
    run_program(train);
    dup2(out, 1);
    close(out);
}

#endif

/*
 * bench_events: how many `event` requests of one event each a server takes over tcp, 256 in flight: durable, and relaxed;
 * beside a bare loop over LMDB that appends records of the same size, in as many synced transactions as the server has
 * made of as many events in the same turn. Server and loop take turns, and medians over the turns count.
 *
 * Usage: bench_events SMARTSHELF [TURNS [EVENTS]]. State lies in a temporary folder ($TMPDIR): its disk is what is
 * measured. Prints "name value unit" lines.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "client/wire.h"
#include "log/catalog.h"
#include "measure.h"
#include "state/live_event.h"

#include <arpa/inet.h>
#include <lmdb.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#define PORT_FIRST  47000 /* and up to 999 more, by the process */
#define WINDOW      256u
#define REQUEST_MAX 192u
#define TURNS_MAX   32u
#define EVENTS      100000u
#define TURNS       5u
#define MAP         (UINT64_C(1) << 34)
#define MSGID_FIRST 0x80000000u /* so that every msgid takes four bytes */

typedef enum promise_kind { DURABLE, RELAXED, PROMISES } promise_kind;
static const char *const names[PROMISES] = {"durable", "relaxed"};

typedef struct bench {
    char folder[128], store[192], loop[192];
    pid_t server;
    void *context, *socket;
    uint8_t (*requests)[REQUEST_MAX];
    size_t *sizes;
    size_t events, record_size;
    uint64_t number; /* of the next event, so that none is a repetition */
    size_t turns;
    double rates[PROMISES][TURNS_MAX], batches[PROMISES][TURNS_MAX];
    double loop_rates[TURNS_MAX], ratios[TURNS_MAX];
} bench;

static void check(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "bench_events: %s\n", what);
    exit(1);
}

/* ---- the server ---- */

static pid_t spawn(char *const *arguments)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(2, 1);
    execv(arguments[0], arguments);
    _exit(127);
}

static void run_program(char *const *arguments)
{
    int code = 1;
    pid_t child = spawn(arguments);
    check(child > 0 && waitpid(child, &code, 0) == child && code == 0, arguments[0]);
}

static void make_store(bench *all, char *program)
{
    const char *root = getenv("TMPDIR");
    char shop[192], log[224];
    snprintf(all->folder, sizeof all->folder, "%s/smartshelf-bench-XXXXXX", root && root[0] ? root : "/tmp");
    check(mkdtemp(all->folder) != NULL, "cannot make a temporary folder");
    snprintf(all->store, sizeof all->store, "%s/store", all->folder);
    snprintf(all->loop, sizeof all->loop, "%s/loop", all->folder);
    snprintf(shop, sizeof shop, "%s/shop", all->folder);
    snprintf(log, sizeof log, "%s/log.csv", shop);
    char *simulate[] = {program,       "simulate", "--out",    shop,   "--items", "500",
                        "--customers", "500",      "--orders", "3000", "--quiet", NULL};
    char *train[] = {program, "train", "--log", log, "--store", all->store, "--models", "popularity", "--quiet", NULL};
    run_program(simulate);
    run_program(train);
    check(mkdir(all->loop, 0755) == 0, "cannot make the loop's folder");
}

static void start_server(bench *all, char *program)
{
    char endpoint[64];
    int queue = 2 * WINDOW;
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", PORT_FIRST + (int)getpid() % 1000);
    char *arguments[] = {program, "serve", "--store", all->store, "--bind", endpoint, "--log-level", "warn", NULL};
    all->server = spawn(arguments);
    all->context = zmq_ctx_new();
    all->socket = zmq_socket(all->context, ZMQ_DEALER);
    zmq_setsockopt(all->socket, ZMQ_SNDHWM, &queue, sizeof queue);
    zmq_setsockopt(all->socket, ZMQ_RCVHWM, &queue, sizeof queue);
    check(zmq_connect(all->socket, endpoint) == 0, "cannot connect");
}

/* A counter of `stats`. */
static uint64_t counter(bench *all, const char *name)
{
    uint8_t request[64], *at = request;
    zmq_msg_t reply;
    ss_wire_token token = {0};
    at = ss_wire_put_uint(ss_wire_put_uint(ss_wire_put_array(at, 4), 0), 1);
    at = ss_wire_put_map(ss_wire_put_text(at, "stats", 5), 0);
    zmq_msg_init(&reply);
    check(zmq_send(all->socket, request, (size_t)(at - request), 0) >= 0 && zmq_msg_recv(&reply, all->socket, 0) >= 0,
          "no stats");
    ss_wire_reader reader = {zmq_msg_data(&reply), (uint8_t *)zmq_msg_data(&reply) + zmq_msg_size(&reply)};
    while (ss_wire_next(&reader, &token))
        if (token.kind == SS_WIRE_TEXT && token.size == strlen(name) && memcmp(token.bytes, name, token.size) == 0)
            break;
    check(ss_wire_next(&reader, &token), "stats without the counter");
    zmq_msg_close(&reply);
    return token.number;
}

/* ---- requests ---- */

static uint8_t *put_pair(uint8_t *at, const char *name, const char *value)
{
    at = ss_wire_put_text(at, name, strlen(name));
    return ss_wire_put_text(at, value, strlen(value));
}

static size_t write_event(uint8_t *request, uint32_t index, uint64_t number, promise_kind promise, size_t *record)
{
    char id[32], item[32], session[32];
    ss_live_event event = {.event = SS_EVENT_VIEW, .quantity = 1, .unit_price = SS_NO_MONEY};
    uint32_t msgid = htonl(MSGID_FIRST + index);
    uint8_t *at = ss_wire_put_uint(ss_wire_put_array(request, 4), 0);
    snprintf(id, sizeof id, "01HF7YAT%012llu", (unsigned long long)number);
    snprintf(item, sizeof item, "item-%05llu", (unsigned long long)(number * 7919 % 20000));
    snprintf(session, sizeof session, "session-%010llu", (unsigned long long)(number / 7 % 100000));
    *at++ = 0xce;
    memcpy(at, &msgid, sizeof msgid);
    at = ss_wire_put_text(at + sizeof msgid, "event", 5);
    at = put_pair(ss_wire_put_map(at, promise == RELAXED ? 5 : 4), "event", "view");
    at = put_pair(put_pair(put_pair(at, "item_id", item), "session_id", session), "event_id", id);
    if (promise == RELAXED)
        at = put_pair(at, "durability", "relaxed");
    event.texts[SS_TEXT_ITEM_ID] = ss_slice_of(item);
    event.texts[SS_TEXT_SESSION_ID] = ss_slice_of(session);
    event.texts[SS_TEXT_EVENT_ID] = ss_slice_of(id);
    *record = ss_live_event_size(&event);
    return (size_t)(at - request);
}

static void write_events(bench *all, promise_kind promise)
{
    for (size_t i = 0; i < all->events; i++)
        all->sizes[i] = write_event(all->requests[i], (uint32_t)i, all->number++, promise, &all->record_size);
}

/* Keeps WINDOW requests in flight; events a second. */
static double run_server(bench *all)
{
    static const uint8_t fine = 0xc0; /* nil in the place of an error */
    size_t sent = 0, done = 0;
    zmq_msg_t reply;
    zmq_msg_init(&reply);
    int64_t begun = ss_clock_monotonic();
    while (done < all->events) {
        for (; sent < all->events && sent - done < WINDOW; sent++)
            check(zmq_send(all->socket, all->requests[sent], all->sizes[sent], 0) >= 0, "cannot send");
        check(zmq_msg_recv(&reply, all->socket, 0) >= 0, "cannot receive");
        do {
            check(zmq_msg_size(&reply) > 8 && ((uint8_t *)zmq_msg_data(&reply))[7] == fine, "an event was refused");
            done++;
        } while (zmq_msg_recv(&reply, all->socket, ZMQ_DONTWAIT) >= 0);
    }
    double seconds = (double)(ss_clock_monotonic() - begun) * 1e-9;
    zmq_msg_close(&reply);
    return (double)all->events / seconds;
}

/* ---- the bare loop ---- */

static void loop_check(int code)
{
    check(code == 0, mdb_strerror(code));
}

/* One synced transaction of the records from..to. */
static void append_records(MDB_env *lmdb, MDB_dbi table, uint64_t from, uint64_t to, const void *record, size_t size)
{
    MDB_txn *txn;
    loop_check(mdb_txn_begin(lmdb, NULL, 0, &txn));
    for (uint64_t number = from; number < to; number++) {
        MDB_val key = {sizeof number, &number}, value = {size, NULL};
        loop_check(mdb_put(txn, table, &key, &value, MDB_APPEND | MDB_RESERVE));
        memcpy(value.mv_data, record, size);
    }
    loop_check(mdb_txn_commit(txn));
}

static double run_loop(bench *all, MDB_env *lmdb, MDB_dbi table, uint64_t syncs, uint64_t *next)
{
    uint8_t record[SS_EVENT_RECORD_MAX];
    uint64_t first = *next, count = all->events;
    memset(record, 'x', sizeof record);
    int64_t begun = ss_clock_monotonic();
    for (uint64_t sync = 0; sync < syncs; sync++)
        append_records(lmdb, table, first + count * sync / syncs, first + count * (sync + 1) / syncs, record,
                       all->record_size);
    double seconds = (double)(ss_clock_monotonic() - begun) * 1e-9;
    *next = first + count;
    return (double)count / seconds;
}

static MDB_env *open_loop(const char *folder, MDB_dbi *table)
{
    MDB_env *lmdb;
    MDB_txn *txn;
    loop_check(mdb_env_create(&lmdb));
    loop_check(mdb_env_set_maxdbs(lmdb, 4));
    loop_check(mdb_env_set_mapsize(lmdb, MAP));
    loop_check(mdb_env_open(lmdb, folder, MDB_NOTLS, 0644));
    loop_check(mdb_txn_begin(lmdb, NULL, 0, &txn));
    loop_check(mdb_dbi_open(txn, "events", MDB_CREATE | MDB_INTEGERKEY, table));
    loop_check(mdb_txn_commit(txn));
    return lmdb;
}

/* ---- taking turns ---- */

static uint64_t measure_server(bench *all, promise_kind promise, size_t turn)
{
    write_events(all, promise);
    uint64_t before = counter(all, "syncs");
    all->rates[promise][turn] = run_server(all);
    uint64_t syncs = counter(all, "syncs") - before;
    all->batches[promise][turn] = (double)all->events / (double)(syncs ? syncs : 1);
    return syncs ? syncs : 1;
}

static void measure(bench *all)
{
    MDB_dbi table = 0;
    MDB_env *lmdb = open_loop(all->loop, &table);
    uint64_t next = 1;
    for (size_t turn = 0; turn < all->turns; turn++) {
        uint64_t syncs = measure_server(all, DURABLE, turn);
        all->loop_rates[turn] = run_loop(all, lmdb, table, syncs, &next);
        all->ratios[turn] = all->rates[DURABLE][turn] / all->loop_rates[turn];
        measure_server(all, RELAXED, turn);
    }
    mdb_env_close(lmdb);
}

static void report(bench *all)
{
    for (promise_kind d = DURABLE; d < PROMISES; d++) {
        printf("events_%s_rate %.0f events/s\n", names[d], bench_median(all->rates[d], all->turns));
        printf("events_%s_batch %.1f events\n", names[d], bench_median(all->batches[d], all->turns));
    }
    printf("events_loop_rate %.0f events/s\n", bench_median(all->loop_rates, all->turns));
    printf("events_over_loop %.3f\n", bench_median(all->ratios, all->turns));
    printf("events_record_size %zu bytes\n", all->record_size);
}

int main(int argc, char **argv)
{
    static bench all;
    if (argc < 2)
        return fputs("usage: bench_events SMARTSHELF [TURNS [EVENTS]]\n", stderr), 2;
    all.turns = argc > 2 ? strtoul(argv[2], NULL, 10) : TURNS;
    all.events = argc > 3 ? strtoul(argv[3], NULL, 10) : EVENTS;
    check(all.turns >= 1 && all.turns <= TURNS_MAX && all.events >= WINDOW, "turns are 1 to 32, events 256 and more");
    all.requests = ss_array_new(all.events, sizeof *all.requests);
    all.sizes = ss_array_new(all.events, sizeof *all.sizes);
    check(all.requests && all.sizes, "out of memory");
    make_store(&all, argv[1]);
    start_server(&all, argv[1]);
    measure(&all);
    report(&all);
    kill(all.server, SIGTERM);
    waitpid(all.server, NULL, 0);
    zmq_close(all.socket);
    zmq_ctx_term(all.context);
    ss_file_remove_tree(all.folder, NULL);
    free(all.requests);
    free(all.sizes);
    return 0;
}

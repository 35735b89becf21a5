/*
 * bench_live: what live state costs an answer: `related` requests (limit 10, one worker, tcp) with 64 in flight, of a
 * server that keeps no live state beside one that knows 20,000 sessions of ten events and the shop's changes of every
 * tenth item:
 *   plain          item_id, without live state
 *   live           item_id
 *   session        item_id and session_id: the session sets rules
 *   items          ten items, without live state: what a session saw, named in the request
 *   session_items  session_id alone: the same ten items come from the session
 * The servers run on core 0 with --scheduling batch and take turns with their peers; the client runs on core 1. Medians
 * over the turns, and ratios as medians of each turn's own: of rates, and of the processor time that the server took
 * for a request, which other work on the machine shifts less.
 *
 * Usage: bench_live SMARTSHELF [STORE [TURNS]]. Without a store it makes one of 20,000 items in a temporary folder; the
 * live state is made in STORE/state. Prints "name value unit" lines.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "client/wire.h"
#include "measure.h"
#include "serving.h"
#include "shelf/snapshot.h"
#include <time.h>

#define SESSIONS     20000u
#define SESSION_SEEN 10u
#define WINDOW       64u
#define REQUESTS     60000u
#define REQUEST_MAX  1024u
#define BATCH        500u /* events or items of one message */
#define BATCH_MAX    (128u << 10)
#define TURNS        7u
#define PLAIN_PORT   47811
#define LIVE_PORT    47812

enum kind { PLAIN, LIVE, SESSION, ITEMS, SESSION_ITEMS, KINDS };
static const char *const kind_names[KINDS] = {"plain", "live", "session", "items", "session_items"};

typedef struct bench {
    char folder[64], store[SS_PATH_MAX];
    pid_t plain, live;
    ss_snapshot *snapshot;
    void *context, *plain_socket, *live_socket;
    uint32_t (*seen)[SESSION_SEEN];
    uint8_t (*requests)[SESSIONS][REQUEST_MAX]; /* KINDS */
    size_t (*sizes)[SESSIONS];
    double rates[KINDS][64], costs[KINDS][64]; /* requests/s; microseconds of processor time a request */
    size_t turns;
} bench;

/* ---- what is asked ---- */

static uint8_t *put_id(uint8_t *at, const bench *all, uint32_t item)
{
    ss_slice id = ss_strings_at(&all->snapshot->items.ids, item);
    return ss_wire_put_text(at, id.data, id.size);
}

static uint8_t *put_name(uint8_t *at, const char *name)
{
    return ss_wire_put_text(at, name, strlen(name));
}

static uint8_t *put_session(uint8_t *at, uint32_t session)
{
    char text[40];
    return ss_wire_put_text(at, text, (size_t)snprintf(text, sizeof text, "session-%024x", session * 2654435761u));
}

static uint8_t *put_head(uint8_t *at, uint32_t msgid, const char *method)
{
    at = ss_wire_put_uint(ss_wire_put_uint(ss_wire_put_array(at, 4), 0), msgid);
    return put_name(at, method);
}

static void encode_request(bench *all, enum kind kind, uint32_t session)
{
    bool page = kind == PLAIN || kind == LIVE || kind == SESSION, named = kind == SESSION || kind == SESSION_ITEMS;
    uint8_t *first = all->requests[kind][session];
    uint8_t *at = ss_wire_put_map(put_head(first, session, "related"), 1u + page + named + (kind == ITEMS));
    at = ss_wire_put_uint(put_name(at, "limit"), 10);
    if (page)
        at = put_id(put_name(at, "item_id"), all, (session * 7919u) % all->snapshot->items.count);
    if (named)
        at = put_session(put_name(at, "session_id"), session);
    if (kind == ITEMS) {
        at = ss_wire_put_array(put_name(at, "items"), SESSION_SEEN);
        for (unsigned i = 0; i < SESSION_SEEN; i++)
            at = put_id(at, all, all->seen[session][i]);
    }
    all->sizes[kind][session] = (size_t)(at - first);
}

/* Sessions look at items as they sell: mostly at the popular ones. */
static void choose(bench *all)
{
    ss_error error = {0};
    ss_random random;
    ss_random_seed(&random, 7);
    check(ss_snapshot_open(all->store, NULL, false, &all->snapshot, &error) == SS_OK, error.message);
    all->seen = ss_array_new(SESSIONS, sizeof *all->seen);
    all->requests = ss_array_new(KINDS, sizeof *all->requests);
    all->sizes = ss_array_new(KINDS, sizeof *all->sizes);
    check(all->seen && all->requests && all->sizes, "out of memory");
    for (uint32_t session = 0; session < SESSIONS; session++) {
        for (unsigned i = 0; i < SESSION_SEEN; i++)
            all->seen[session][i] = ss_random_below(&random, 1 + ss_random_below(&random, all->snapshot->items.count));
        for (unsigned kind = 0; kind < KINDS; kind++)
            encode_request(all, (enum kind)kind, session);
    }
}

/* ---- clients ---- */

static void *connect_to(bench *all, int port)
{
    char endpoint[64];
    void *socket = zmq_socket(all->context, ZMQ_DEALER);
    set_queue(socket);
    address(endpoint, sizeof endpoint, port);
    check(zmq_connect(socket, endpoint) == 0, "cannot connect");
    return socket;
}

static void exchange(void *socket, const uint8_t *bytes, size_t size)
{
    zmq_msg_t reply;
    ss_wire_reader reader;
    ss_wire_token token;
    zmq_msg_init(&reply);
    check(zmq_send(socket, bytes, size, 0) >= 0 && zmq_msg_recv(&reply, socket, 0) >= 0, "no answer");
    const uint8_t *data = zmq_msg_data(&reply);
    reader = (ss_wire_reader){data, data + zmq_msg_size(&reply)};
    for (int i = 0; i < 4; i++)
        check(ss_wire_next(&reader, &token), "no reply");
    check(token.kind == SS_WIRE_NIL, "the server refuses");
    zmq_msg_close(&reply);
}

/* Seconds that a process has had of all processors. */
static double processor_time(pid_t process)
{
    clockid_t clock;
    struct timespec time;
    check(clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &time) == 0, "no processor time");
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void measure(bench *all, enum kind kind, size_t count, double *rate, double *cost)
{
    bool plain = kind == PLAIN || kind == ITEMS;
    void *socket = plain ? all->plain_socket : all->live_socket;
    double taken = processor_time(plain ? all->plain : all->live);
    zmq_msg_t reply;
    size_t sent = 0, done = 0;
    zmq_msg_init(&reply);
    int64_t begun = ss_clock_monotonic();
    while (done < count) {
        for (; sent < count && sent - done < WINDOW; sent++) {
            size_t session = sent * 7 % SESSIONS;
            check(zmq_send(socket, all->requests[kind][session], all->sizes[kind][session], 0) >= 0, "cannot send");
        }
        check(zmq_msg_recv(&reply, socket, 0) >= 0, "cannot receive");
        do
            done++;
        while (zmq_msg_recv(&reply, socket, ZMQ_DONTWAIT) >= 0);
    }
    zmq_msg_close(&reply);
    *rate = (double)count / ((double)(ss_clock_monotonic() - begun) * 1e-9);
    *cost = (processor_time(plain ? all->plain : all->live) - taken) / (double)count * 1e6;
}

/* ---- the live state ---- */

static uint8_t *put_event(uint8_t *at, const bench *all, uint32_t session, unsigned i)
{
    static const char *const kinds[SESSION_SEEN] = {"view", "view", "view",     "view", "view",
                                                    "view", "view", "cart_add", "view", "view"};
    at = put_name(put_name(ss_wire_put_map(at, 3), "event"), kinds[i]);
    at = put_id(put_name(at, "item_id"), all, all->seen[session][i]);
    return put_session(put_name(at, "session_id"), session);
}

static void tell_events(const bench *all, uint8_t *bytes)
{
    for (uint32_t event = 0; event < SESSIONS * SESSION_SEEN; event += BATCH) {
        uint8_t *at = ss_wire_put_map(put_head(bytes, event, "event"), 2);
        at = put_name(put_name(at, "durability"), "relaxed");
        at = ss_wire_put_array(put_name(at, "events"), BATCH);
        for (uint32_t i = event; i < event + BATCH; i++)
            at = put_event(at, all, i / SESSION_SEEN, i % SESSION_SEEN);
        exchange(all->live_socket, bytes, (size_t)(at - bytes));
    }
}

static void tell_items(const bench *all, uint8_t *bytes)
{
    uint32_t changed = all->snapshot->items.count / 10 / BATCH * BATCH;
    for (uint32_t first = 0; first < changed; first += BATCH) {
        uint8_t *at = ss_wire_put_map(put_head(bytes, first, "items"), 1);
        at = ss_wire_put_array(put_name(at, "items"), BATCH);
        for (uint32_t i = first; i < first + BATCH; i++) {
            at = put_id(put_name(ss_wire_put_map(at, 3), "item_id"), all, i * 10);
            at = ss_wire_put_uint(put_name(at, "stock"), i % 50 ? 5 : 0);
            at = ss_wire_put_uint(put_name(at, "price"), 100 + i);
        }
        exchange(all->live_socket, bytes, (size_t)(at - bytes));
    }
}

static pid_t start_shelf(const bench *all, char *program, int port, char *state)
{
    char endpoint[64], store[SS_PATH_MAX];
    address(endpoint, sizeof endpoint, port);
    snprintf(store, sizeof store, "%s", all->store);
    char *arguments[] = {program,        "serve", "--store",     store,  "--bind", endpoint,
                         "--scheduling", "batch", "--log-level", "warn", state,    NULL};
    return spawn(arguments, SERVER_CORE);
}

static void start_all(bench *all, char *program)
{
    char live[] = "--state=true", none[] = "--state=false";
    all->plain = start_shelf(all, program, PLAIN_PORT, none);
    all->live = start_shelf(all, program, LIVE_PORT, live);
    pin(CLIENT_CORE);
    all->context = zmq_ctx_new();
    all->plain_socket = connect_to(all, PLAIN_PORT);
    all->live_socket = connect_to(all, LIVE_PORT);
    uint8_t *bytes = ss_array_new(BATCH_MAX, 1);
    check(bytes != NULL, "out of memory");
    tell_events(all, bytes);
    tell_items(all, bytes);
    free(bytes);
}

static void stop_all(bench *all)
{
    kill(all->plain, SIGTERM);
    kill(all->live, SIGTERM);
    waitpid(all->plain, NULL, 0);
    waitpid(all->live, NULL, 0);
    ss_snapshot_release(&all->snapshot);
    if (all->folder[0])
        ss_file_remove_tree(all->folder, NULL);
}

/* ---- figures ---- */

static void print_ratio(const bench *all, enum kind kind, enum kind beside)
{
    double rates[64], costs[64];
    for (size_t turn = 0; turn < all->turns; turn++) {
        rates[turn] = all->rates[kind][turn] / all->rates[beside][turn];
        costs[turn] = all->costs[beside][turn] / all->costs[kind][turn];
    }
    printf("live_%s_over_%s %.3f ratio\n", kind_names[kind], kind_names[beside], bench_median(rates, all->turns));
    printf("live_%s_over_%s_by_cost %.3f ratio\n", kind_names[kind], kind_names[beside],
           bench_median(costs, all->turns));
}

static void run_turns(bench *all)
{
    for (unsigned kind = 0; kind < KINDS; kind++)
        measure(all, (enum kind)kind, SESSIONS, &all->rates[kind][0], &all->costs[kind][0]);
    for (size_t turn = 0; turn < all->turns; turn++)
        for (unsigned i = 0; i < KINDS; i++) { /* back and forth, so that none is always behind the same */
            unsigned kind = turn % 2 ? KINDS - 1 - i : i;
            measure(all, (enum kind)kind, REQUESTS, &all->rates[kind][turn], &all->costs[kind][turn]);
        }
}

int main(int argc, char **argv)
{
    static bench all;
    if (argc < 2)
        die("usage: bench_live SMARTSHELF [STORE [TURNS]]");
    all.turns = argc > 3 ? (size_t)atoi(argv[3]) : TURNS;
    check(all.turns >= 1 && all.turns <= 64, "TURNS is 1 to 64");
    if (argc > 2 && argv[2][0])
        snprintf(all.store, sizeof all.store, "%s", argv[2]);
    else
        make_store(all.folder, all.store, argv[1]);
    choose(&all);
    start_all(&all, argv[1]);
    run_turns(&all);
    print_ratio(&all, LIVE, PLAIN);
    print_ratio(&all, SESSION, PLAIN);
    print_ratio(&all, SESSION_ITEMS, ITEMS);
    for (unsigned kind = 0; kind < KINDS; kind++)
        printf("live_%s_rate %.0f /s\nlive_%s_cost %.2f us\n", kind_names[kind],
               bench_median(all.rates[kind], all.turns), kind_names[kind], bench_median(all.costs[kind], all.turns));
    stop_all(&all);
    return 0;
}

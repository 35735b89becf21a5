/*
 * bench_offers_server: decisions about leaving visitors over tcp, one worker, 64 in flight: `offers` on each page, for
 * visitors of whom a session of ten events is known, with the default campaigns and budgets that never end: `relaxed`
 * (answered before the sync, which is put off to the end) and durable by group commit. Each question is about a visitor
 * who has not been decided about before. Server and client share all cores as the system places them: one worker has a
 * thread beside it that decides and one that moves bytes. Requests/s and latencies as the client sees them, all 64 in flight
 * all the time, the first 64 at once; medians over the turns.
 *
 * Usage: bench_offers_server SMARTSHELF [STORE [TURNS]]. Without a store (with prices and costs) it makes one of 20,000
 * items in a temporary folder; the live state is made in STORE/state. Prints "name value unit" lines.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "client/wire.h"
#include "measure.h"
#include "serving.h"
#include "shelf/snapshot.h"
#include <time.h>

#define VISITORS     25600u /* most of one measurement */
#define SESSION_SEEN 10u
#define WINDOW       64u
#define REQUEST_MAX  256u
#define BATCH        500u /* events of one message */
#define BATCH_MAX    (128u << 10)
#define TURNS        5u
#define PORT         47813
#define PAGES        3u

enum promise { RELAXED, DURABLE, PROMISES };
static const char *const promises[PROMISES] = {"relaxed", "durable"};
static const uint32_t visitors[PROMISES] = {VISITORS, VISITORS / 4}; /* of a measurement: what takes about as long */
static const char *const pages[PAGES] = {"home", "product", "cart"};

typedef struct figures {
    double rate, cost, p50, p99; /* requests/s; microseconds: of processor time a request, of latency */
} figures;

typedef struct bench {
    char folder[64], store[SS_PATH_MAX], policy[SS_PATH_MAX];
    pid_t server;
    ss_snapshot *snapshot;
    void *context, *socket;
    ss_random random;
    uint32_t visitor; /* the first of the next measurement */
    uint8_t (*requests)[REQUEST_MAX];
    size_t *sizes;
    int64_t *sent;
    double *latencies;
    uint8_t *events;
    figures all[PROMISES][PAGES][64];
    size_t turns;
} bench;

/* ---- what is sent ---- */

static uint8_t *put_name(uint8_t *at, const char *name)
{
    return ss_wire_put_text(at, name, strlen(name));
}

static uint8_t *put_item(uint8_t *at, bench *of)
{
    uint32_t count = of->snapshot->items.count; /* mostly popular ones */
    uint32_t item = ss_random_below(&of->random, 1 + ss_random_below(&of->random, count));
    ss_slice id = ss_strings_at(&of->snapshot->items.ids, item);
    return ss_wire_put_text(put_name(at, "item_id"), id.data, id.size);
}

static uint8_t *put_session(uint8_t *at, uint32_t visitor)
{
    char text[40];
    int size = snprintf(text, sizeof text, "session-%024x", visitor * 2654435761u);
    return ss_wire_put_text(put_name(at, "session_id"), text, (size_t)size);
}

static uint8_t *put_head(uint8_t *at, uint32_t msgid, const char *method, uint32_t params)
{
    at = ss_wire_put_number(ss_wire_put_uint(ss_wire_put_array(at, 4), 0), 0xce, msgid, 4);
    return ss_wire_put_map(put_name(at, method), params);
}

static void exchange(bench *of, const uint8_t *bytes, size_t size)
{
    check(zmq_send(of->socket, bytes, size, 0) >= 0 && zmq_recv(of->socket, of->events, BATCH_MAX, 0) > 8, "no answer");
}

/* Ten events for each visitor of the measurement; the eighth is put into the cart. */
static void tell_events(bench *of, uint32_t count)
{
    for (uint32_t event = 0; event < count * SESSION_SEEN; event += BATCH) {
        uint8_t *at = put_name(put_name(put_head(of->events, event, "event", 2), "durability"), "relaxed");
        at = ss_wire_put_array(put_name(at, "events"), BATCH);
        for (uint32_t i = event; i < event + BATCH; i++) {
            at = put_name(put_name(ss_wire_put_map(at, 3), "event"), i % SESSION_SEEN == 7 ? "cart_add" : "view");
            at = put_session(put_item(at, of), of->visitor + i / SESSION_SEEN);
        }
        exchange(of, of->events, (size_t)(at - of->events));
    }
}

static void write_requests(bench *of, enum promise promise, unsigned page)
{
    for (uint32_t i = 0; i < visitors[promise]; i++) {
        uint8_t *at = put_head(of->requests[i], i, "offers", 2u + (promise == RELAXED) + (page == 1));
        at = put_name(put_name(at, "page"), pages[page]);
        at = put_session(at, of->visitor + i);
        if (page == 1)
            at = put_item(at, of);
        if (promise == RELAXED)
            at = put_name(put_name(at, "durability"), "relaxed");
        of->sizes[i] = (size_t)(at - of->requests[i]);
    }
}

/* ---- measuring ---- */

/* Seconds that the server has had of all processors. */
static double processor_time(const bench *of)
{
    clockid_t clock;
    struct timespec time;
    check(clock_getcpuclockid(of->server, &clock) == 0 && clock_gettime(clock, &time) == 0, "no processor time");
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* [1, msgid in one, two, three or five bytes, nil, … */
static uint32_t msgid_of(zmq_msg_t *reply)
{
    const uint8_t *data = zmq_msg_data(reply);
    ss_wire_reader reader = {data, data + zmq_msg_size(reply)};
    ss_wire_token token, error;
    check(ss_wire_next(&reader, &token) && ss_wire_next(&reader, &token) && ss_wire_next(&reader, &token) &&
              ss_wire_next(&reader, &error) && error.kind == SS_WIRE_NIL && token.number < VISITORS,
          "a question was refused");
    return (uint32_t)token.number;
}

/* Keeps WINDOW requests in flight. */
static void ask_all(bench *of, size_t count)
{
    size_t sent = 0, done = 0;
    zmq_msg_t reply;
    zmq_msg_init(&reply);
    while (done < count) {
        for (; sent < count && sent - done < WINDOW; sent++) {
            of->sent[sent] = ss_clock_monotonic();
            check(zmq_send(of->socket, of->requests[sent], of->sizes[sent], 0) >= 0, "cannot send");
        }
        check(zmq_msg_recv(&reply, of->socket, 0) >= 0, "cannot receive");
        do {
            uint32_t number = msgid_of(&reply);
            of->latencies[number] = (double)(ss_clock_monotonic() - of->sent[number]) * 1e-3;
            done++;
        } while (zmq_msg_recv(&reply, of->socket, ZMQ_DONTWAIT) >= 0);
    }
    zmq_msg_close(&reply);
}

static figures measure(bench *of, enum promise promise, unsigned page)
{
    uint32_t count = visitors[promise];
    tell_events(of, count);
    write_requests(of, promise, page);
    double taken = processor_time(of);
    int64_t begun = ss_clock_monotonic();
    ask_all(of, count);
    double seconds = (double)(ss_clock_monotonic() - begun) * 1e-9;
    of->visitor += count;
    qsort(of->latencies, count, sizeof *of->latencies, bench_ascending);
    return (figures){.rate = count / seconds,
                     .cost = (processor_time(of) - taken) / count * 1e6,
                     .p50 = of->latencies[count / 2],
                     .p99 = of->latencies[count * 99 / 100]};
}

static void print_median(const bench *of, enum promise promise, unsigned page, const char *name, size_t offset,
                         const char *unit)
{
    double values[64];
    for (size_t turn = 0; turn < of->turns; turn++)
        memcpy(&values[turn], (const char *)&of->all[promise][page][turn] + offset, sizeof *values);
    printf("offers_%s_%s_%s %.1f %s\n", promises[promise], pages[page], name, bench_median(values, of->turns), unit);
}

static void print_all(const bench *of)
{
    for (unsigned promise = 0; promise < PROMISES; promise++)
        for (unsigned page = 0; page < PAGES; page++) {
            print_median(of, (enum promise)promise, page, "rate", offsetof(figures, rate), "1/s");
            print_median(of, (enum promise)promise, page, "cost", offsetof(figures, cost), "us");
            print_median(of, (enum promise)promise, page, "p50", offsetof(figures, p50), "us");
            print_median(of, (enum promise)promise, page, "p99", offsetof(figures, p99), "us");
        }
}

/* ---- around it ---- */

static void write_policy(bench *of)
{
    snprintf(of->policy, sizeof of->policy, "%s.yaml", of->store);
    FILE *file = fopen(of->policy, "w");
    check(file != NULL, "cannot write the policy");
    fputs("offers:\n  guards: {tax: 19, budget: unlimited, budget-per-day: unlimited, shows-max: 0, stacking: true}\n",
          file);
    check(fclose(file) == 0, "cannot write the policy");
}

static void start(bench *of, char *program)
{
    char endpoint[64];
    ss_error error = {0};
    check(ss_snapshot_open(of->store, NULL, false, &of->snapshot, &error) == SS_OK, error.message);
    write_policy(of);
    address(endpoint, sizeof endpoint, PORT);
    char *arguments[] = {program,  "serve",       "--store", of->store,          "--config", of->policy, "--bind",
                         endpoint, "--log-level", "warn",    "--events.sync-ms", "60000",    NULL};
    of->server = spawn(arguments, -1);
    of->context = zmq_ctx_new();
    of->socket = zmq_socket(of->context, ZMQ_DEALER);
    set_queue(of->socket);
    check(zmq_connect(of->socket, endpoint) == 0, "cannot connect");
    of->requests = ss_array_new(VISITORS, sizeof *of->requests);
    of->sizes = ss_array_new(VISITORS, sizeof *of->sizes);
    of->sent = ss_array_new(VISITORS, sizeof *of->sent);
    of->latencies = ss_array_new(VISITORS, sizeof *of->latencies);
    of->events = ss_array_new(BATCH_MAX, 1);
    check(of->requests && of->sizes && of->sent && of->latencies && of->events, "out of memory");
    ss_random_seed(&of->random, 7);
}

static void stop(bench *of)
{
    kill(of->server, SIGTERM);
    waitpid(of->server, NULL, 0);
    zmq_close(of->socket);
    zmq_ctx_term(of->context);
    ss_snapshot_release(&of->snapshot);
    unlink(of->policy);
    free(of->requests);
    free(of->sizes);
    free(of->sent);
    free(of->latencies);
    free(of->events);
    if (of->folder[0])
        ss_file_remove_tree(of->folder, NULL);
}

int main(int argc, char **argv)
{
    static bench of;
    if (argc < 2)
        die("usage: bench_offers_server SMARTSHELF [STORE [TURNS]]");
    of.turns = argc > 3 ? (size_t)atoi(argv[3]) : TURNS;
    check(of.turns >= 1 && of.turns <= 64, "TURNS is 1 to 64");
    if (argc > 2 && argv[2][0])
        snprintf(of.store, sizeof of.store, "%s", argv[2]);
    else
        make_store(of.folder, of.store, argv[1]);
    start(&of, argv[1]);
    measure(&of, RELAXED, 0); /* warms up */
    for (size_t turn = 0; turn < of.turns; turn++)
        for (unsigned promise = 0; promise < PROMISES; promise++)
            for (unsigned page = 0; page < PAGES; page++)
                of.all[promise][page][turn] = measure(&of, (enum promise)promise, page);
    print_all(&of);
    stop(&of);
    return 0;
}

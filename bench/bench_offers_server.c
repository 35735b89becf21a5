/*
 * bench_offers_server: decisions about leaving visitors over tcp, one worker, 64 in flight: `offers` on each page, for
 * visitors of whom a session of ten events is known, with the default campaigns and budgets that never end: `relaxed`
 * (answered before the sync, which is put off to the end) and durable by group commit. Each question is about a visitor
 * who has not been decided about before. Server and client share all cores as the system places them: one worker has a
 * thread beside it that decides and one that moves bytes. The client is one thread that reads and writes a socket itself
 * (zmtp.h). Requests/s and latencies as the client sees them, all 64 in flight all the time, the first 64 at once; medians
 * over the turns. Beside it, in the same turns, `echo`: the same requests, and replies of the size of the home page's,
 * from a bare ROUTER: what ZeroMQ and the machine cost by themselves.
 *
 * Usage: bench_offers_server SMARTSHELF [STORE [TURNS]]. Without a store (with prices and costs) it makes one of 20,000
 * items in a temporary folder; the live state is made in STORE/state. Prints "name value unit" lines.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "client/wire.h"
#include "echo.h"
#include "measure.h"
#include "shelf/snapshot.h"
#include "zmtp.h"
#include <time.h>

#define VISITORS     25600u /* most of one measurement */
#define SESSION_SEEN 10u
#define WINDOW       64u
#define REQUEST_MAX  256u
#define BATCH        500u /* events of one message */
#define BATCH_MAX    (128u << 10)
#define TURNS        5u
#define PORT         47813
#define ECHO_PORT    47814
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
    pid_t server, echoing;
    ss_snapshot *snapshot;
    zmtp *peer, *echo;
    ss_random random;
    uint32_t visitor; /* the first of the next measurement */
    uint8_t (*requests)[REQUEST_MAX];
    size_t *sizes;
    int64_t *sent;
    double *latencies;
    uint8_t *events;
    size_t reply_bytes; /* of the latest measurement */
    figures all[PROMISES][PAGES][64], echoed[64];
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
    const uint8_t *reply = NULL;
    size_t reply_size = 0;
    zmtp_put(of->peer, bytes, size);
    zmtp_flush(of->peer);
    while (!zmtp_next(of->peer, &reply, &reply_size))
        zmtp_read(of->peer);
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

/* Seconds that a process has had of all processors. */
static double processor_time(pid_t process)
{
    clockid_t clock;
    struct timespec time;
    check(clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &time) == 0, "no processor time");
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* [1, msgid in one, two, three or five bytes, nil, … */
static uint32_t msgid_of(const uint8_t *data, size_t size)
{
    ss_wire_reader reader = {data, data + size};
    ss_wire_token token, error;
    check(ss_wire_next(&reader, &token) && ss_wire_next(&reader, &token) && ss_wire_next(&reader, &token) &&
              ss_wire_next(&reader, &error) && error.kind == SS_WIRE_NIL && token.number < VISITORS,
          "a question was refused");
    return (uint32_t)token.number;
}

/* Keeps WINDOW requests in flight. */
static void ask_all(bench *of, zmtp *peer, size_t count)
{
    const uint8_t *reply = NULL;
    size_t sent = 0, done = 0, size = 0;
    of->reply_bytes = 0;
    while (done < count) {
        for (; sent < count && sent - done < WINDOW; sent++) {
            of->sent[sent] = ss_clock_monotonic();
            zmtp_put(peer, of->requests[sent], of->sizes[sent]);
        }
        zmtp_flush(peer);
        zmtp_read(peer);
        for (; zmtp_next(peer, &reply, &size); done++) {
            uint32_t number = msgid_of(reply, size);
            of->latencies[number] = (double)(ss_clock_monotonic() - of->sent[number]) * 1e-3;
            of->reply_bytes += size;
        }
    }
}

static figures time_all(bench *of, zmtp *peer, pid_t process, uint32_t count)
{
    double taken = processor_time(process);
    int64_t begun = ss_clock_monotonic();
    ask_all(of, peer, count);
    double seconds = (double)(ss_clock_monotonic() - begun) * 1e-9;
    qsort(of->latencies, count, sizeof *of->latencies, bench_ascending);
    return (figures){.rate = count / seconds,
                     .cost = (processor_time(process) - taken) / count * 1e6,
                     .p50 = of->latencies[count / 2],
                     .p99 = of->latencies[count * 99 / 100]};
}

static figures measure(bench *of, enum promise promise, unsigned page)
{
    uint32_t count = visitors[promise];
    tell_events(of, count);
    write_requests(of, promise, page);
    figures measured = time_all(of, of->peer, of->server, count);
    of->visitor += count;
    return measured;
}

static figures measure_echo(bench *of)
{
    write_requests(of, RELAXED, 0);
    return time_all(of, of->echo, of->echoing, VISITORS);
}

static void print_median(const bench *of, const figures *turns, const char *what, const char *name, size_t offset,
                         const char *unit)
{
    double values[64];
    for (size_t turn = 0; turn < of->turns; turn++)
        memcpy(&values[turn], (const char *)&turns[turn] + offset, sizeof *values);
    printf("offers_%s_%s %.1f %s\n", what, name, bench_median(values, of->turns), unit);
}

static void print_figures(const bench *of, const figures *turns, const char *what)
{
    print_median(of, turns, what, "rate", offsetof(figures, rate), "1/s");
    print_median(of, turns, what, "cost", offsetof(figures, cost), "us");
    print_median(of, turns, what, "p50", offsetof(figures, p50), "us");
    print_median(of, turns, what, "p99", offsetof(figures, p99), "us");
}

static void print_all(const bench *of)
{
    char what[32];
    print_figures(of, of->echoed, "echo");
    for (unsigned promise = 0; promise < PROMISES; promise++)
        for (unsigned page = 0; page < PAGES; page++) {
            snprintf(what, sizeof what, "%s_%s", promises[promise], pages[page]);
            print_figures(of, of->all[promise][page], what);
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
    of->peer = zmtp_connect(PORT);
    of->requests = ss_array_new(VISITORS, sizeof *of->requests);
    of->sizes = ss_array_new(VISITORS, sizeof *of->sizes);
    of->sent = ss_array_new(VISITORS, sizeof *of->sent);
    of->latencies = ss_array_new(VISITORS, sizeof *of->latencies);
    of->events = ss_array_new(BATCH_MAX, 1);
    check(of->requests && of->sizes && of->sent && of->latencies && of->events, "out of memory");
    ss_random_seed(&of->random, 7);
}

/* Warms the server up, and learns how long its replies are. */
static void start_beside(bench *of)
{
    measure(of, RELAXED, 0);
    of->echoing = start_echo(ECHO_PORT, of->reply_bytes / VISITORS, -1);
    of->echo = zmtp_connect(ECHO_PORT);
}

static void stop(bench *of)
{
    const pid_t children[] = {of->server, of->echoing};
    for (size_t i = 0; i < 2; i++) {
        kill(children[i], SIGTERM);
        waitpid(children[i], NULL, 0);
    }
    zmtp_close(of->peer);
    zmtp_close(of->echo);
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
    start_beside(&of);
    for (size_t turn = 0; turn < of.turns; turn++) {
        of.echoed[turn] = measure_echo(&of);
        for (unsigned promise = 0; promise < PROMISES; promise++)
            for (unsigned page = 0; page < PAGES; page++)
                of.all[promise][page][turn] = measure(&of, (enum promise)promise, page);
    }
    print_all(&of);
    stop(&of);
    return 0;
}

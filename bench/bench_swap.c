/*
 * bench_swap: what visitors notice when a server swaps in another generation: `related` requests (limit 10, one worker, tcp),
 * 64 in flight, while the server is told again and again to go from one generation to another of the same size. Before: the
 * requests answered between two swaps. During: those that were under way at any time between the reload's request and its
 * reply. Medians over the turns, and the median of each turn's own ratio of the 99th percentiles.
 *
 * The server runs on core 0, the client on core 1; so what validates the new generation has no core of its own.
 *
 * Usage: bench_swap SMARTSHELF [STORE [TURNS]]. Without a store it makes one of 20,000 items in a temporary folder. The
 * store's current generation is copied. Prints "name value unit" lines.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "client/wire.h"
#include "measure.h"
#include "serving.h"
#include "shelf/snapshot.h"

#define WINDOW      64u
#define SWAPS       10u /* of a turn */
#define TURNS       7u
#define TURNS_MAX   64u
#define PAUSE       200000000 /* nanoseconds between two swaps */
#define LATENCY_MAX 8000000u  /* kept of a turn */
#define REQUEST_MAX 512u
#define PORT        47821
#define OTHER       "29990101T000000.000Z" /* the copy's name */

enum span { BEFORE, DURING, SPANS };
static const char *const span_names[SPANS] = {"before", "during"};

typedef struct samples {
    double *microseconds; /* LATENCY_MAX */
    size_t count;
} samples;

typedef struct bench {
    char folder[64], store[SS_PATH_MAX], name[SS_GENERATION_NAME_MAX];
    ss_snapshot *snapshot;
    pid_t server;
    void *context, *visitors, *shop;
    int64_t sent_at[WINDOW]; /* of the requests in flight, by msgid modulo WINDOW */
    uint32_t sent, answered, errors;
    samples of[SPANS];
    double p50[SPANS][TURNS_MAX], p99[SPANS][TURNS_MAX], milliseconds[TURNS_MAX];
} bench;

/* ---- requests ---- */

static uint8_t *put_head(uint8_t *at, uint32_t msgid, const char *method, uint32_t params)
{
    at = ss_wire_put_uint(ss_wire_put_uint(ss_wire_put_array(at, 4), 0), msgid);
    return ss_wire_put_map(ss_wire_put_text(at, method, strlen(method)), params);
}

static void send_question(bench *all)
{
    uint8_t bytes[REQUEST_MAX];
    ss_slice id = ss_strings_at(&all->snapshot->items.ids, all->sent * 7919u % all->snapshot->items.count);
    uint8_t *at = put_head(bytes, all->sent, "related", 2);
    at = ss_wire_put_uint(ss_wire_put_text(at, "limit", 5), 10);
    at = ss_wire_put_text(ss_wire_put_text(at, "item_id", 7), id.data, id.size);
    all->sent_at[all->sent++ % WINDOW] = ss_clock_monotonic();
    check(zmq_send(all->visitors, bytes, (size_t)(at - bytes), 0) >= 0, "cannot send");
}

/* The reply's msgid; whether it is an error is counted. */
static uint32_t read_reply(bench *all, zmq_msg_t *reply)
{
    const uint8_t *data = zmq_msg_data(reply);
    ss_wire_reader reader = {data, data + zmq_msg_size(reply)};
    ss_wire_token token = {0};
    uint64_t msgid = 0;
    for (int i = 0; i < 4; i++) {
        check(ss_wire_next(&reader, &token), "no reply");
        msgid = i == 2 ? token.number : msgid;
    }
    all->errors += token.kind != SS_WIRE_NIL;
    return (uint32_t)msgid;
}

static void keep(bench *all, enum span span, double microseconds)
{
    samples *of = &all->of[span];
    if (of->count < LATENCY_MAX)
        of->microseconds[of->count++] = microseconds;
}

/* Takes what has come, and asks as many questions more. */
static void step(bench *all, enum span span)
{
    zmq_msg_t reply;
    zmq_msg_init(&reply);
    check(zmq_msg_recv(&reply, all->visitors, 0) >= 0, "no answer");
    do {
        int64_t asked = all->sent_at[read_reply(all, &reply) % WINDOW];
        keep(all, span, (double)(ss_clock_monotonic() - asked) * 1e-3);
        all->answered++;
    } while (zmq_msg_recv(&reply, all->visitors, ZMQ_DONTWAIT) >= 0);
    zmq_msg_close(&reply);
    while (all->sent - all->answered < WINDOW)
        send_question(all);
}

/* ---- swaps ---- */

static void ask_for_swap(bench *all, const char *name)
{
    uint8_t bytes[REQUEST_MAX];
    ss_error error;
    check(ss_generation_make_current(all->store, name, &error) == SS_OK, "cannot make it current");
    uint8_t *at = put_head(bytes, 1, "reload", 0);
    check(zmq_send(all->shop, bytes, (size_t)(at - bytes), 0) >= 0, "cannot send");
}

static bool is_swapped(bench *all)
{
    zmq_msg_t reply;
    zmq_msg_init(&reply);
    bool came = zmq_msg_recv(&reply, all->shop, ZMQ_DONTWAIT) >= 0;
    if (came)
        read_reply(all, &reply);
    zmq_msg_close(&reply);
    return came;
}

/* Questions until a swap is due; then one, and what was asked before its end. */
static double swap_once(bench *all, const char *name)
{
    for (int64_t begun = ss_clock_monotonic(); ss_clock_monotonic() - begun < PAUSE;)
        step(all, BEFORE);
    int64_t begun = ss_clock_monotonic();
    ask_for_swap(all, name);
    while (!is_swapped(all))
        step(all, DURING);
    double milliseconds = (double)(ss_clock_monotonic() - begun) * 1e-6;
    for (uint32_t last = all->sent; all->answered < last;)
        step(all, DURING);
    return milliseconds;
}

static double percentile(const samples *of, double share)
{
    return of->microseconds[(size_t)((double)(of->count - 1) * share)];
}

static void run_turn(bench *all, size_t turn)
{
    double milliseconds[SWAPS];
    all->of[BEFORE].count = all->of[DURING].count = 0;
    for (size_t i = 0; i < SWAPS; i++)
        milliseconds[i] = swap_once(all, i % 2 ? all->name : OTHER);
    all->milliseconds[turn] = bench_median(milliseconds, SWAPS);
    for (unsigned span = 0; span < SPANS; span++) {
        qsort(all->of[span].microseconds, all->of[span].count, sizeof(double), bench_ascending);
        all->p50[span][turn] = percentile(&all->of[span], 0.5);
        all->p99[span][turn] = percentile(&all->of[span], 0.99);
    }
}

/* ---- the server ---- */

static void copy_generation(bench *all)
{
    char from[SS_PATH_MAX], to[SS_PATH_MAX + 64];
    ss_error error = {0};
    check(ss_generation_resolve(all->store, NULL, from, all->name, &error) == SS_OK, error.message);
    snprintf(to, sizeof to, "%s/generations/" OTHER, all->store);
    char *copy[] = {"cp", "-r", from, to, NULL};
    run_program(copy);
    check(ss_snapshot_open(all->store, NULL, false, &all->snapshot, &error) == SS_OK, error.message);
}

static void *connect_to(bench *all)
{
    char endpoint[64];
    void *socket = zmq_socket(all->context, ZMQ_DEALER);
    set_queue(socket);
    address(endpoint, sizeof endpoint, PORT);
    check(zmq_connect(socket, endpoint) == 0, "cannot connect");
    return socket;
}

static void start(bench *all, char *program)
{
    char endpoint[64];
    address(endpoint, sizeof endpoint, PORT);
    char *arguments[] = {program,  "serve",       "--store", all->store,      "--bind",
                         endpoint, "--log-level", "warn",    "--state=false", NULL};
    all->server = spawn(arguments, SERVER_CORE);
    pin(CLIENT_CORE);
    all->context = zmq_ctx_new();
    all->visitors = connect_to(all);
    all->shop = connect_to(all);
    for (unsigned span = 0; span < SPANS; span++)
        check((all->of[span].microseconds = ss_array_new(LATENCY_MAX, sizeof(double))) != NULL, "out of memory");
    while (all->sent < WINDOW)
        send_question(all);
}

static void stop(bench *all)
{
    char other[SS_PATH_MAX + 64];
    kill(all->server, SIGTERM);
    waitpid(all->server, NULL, 0);
    ss_generation_make_current(all->store, all->name, NULL);
    snprintf(other, sizeof other, "%s/generations/" OTHER, all->store);
    ss_file_remove_tree(other, NULL);
    ss_snapshot_release(&all->snapshot);
    if (all->folder[0])
        ss_file_remove_tree(all->folder, NULL);
}

static void print_figures(bench *all, size_t turns)
{
    double ratios[TURNS_MAX];
    for (size_t turn = 0; turn < turns; turn++)
        ratios[turn] = all->p99[DURING][turn] / all->p99[BEFORE][turn];
    printf("swap_p99_ratio %.3f ratio\n", bench_median(ratios, turns));
    for (unsigned span = 0; span < SPANS; span++)
        printf("swap_%s_p50 %.0f us\nswap_%s_p99 %.0f us\n", span_names[span], bench_median(all->p50[span], turns),
               span_names[span], bench_median(all->p99[span], turns));
    printf("swap_milliseconds %.1f ms\nswap_errors %u errors\n", bench_median(all->milliseconds, turns), all->errors);
}

int main(int argc, char **argv)
{
    static bench all;
    if (argc < 2)
        die("usage: bench_swap SMARTSHELF [STORE [TURNS]]");
    size_t turns = argc > 3 ? (size_t)atoi(argv[3]) : TURNS;
    check(turns >= 1 && turns <= TURNS_MAX, "TURNS is 1 to 64");
    if (argc > 2 && argv[2][0])
        snprintf(all.store, sizeof all.store, "%s", argv[2]);
    else
        make_store(all.folder, all.store, argv[1]);
    copy_generation(&all);
    start(&all, argv[1]);
    for (size_t turn = 0; turn < turns; turn++)
        run_turn(&all, turn);
    print_figures(&all, turns);
    stop(&all);
    return 0;
}

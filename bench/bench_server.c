/*
 * bench_server: how many `related` requests (limit 10, no answer cache) one worker answers over tcp, beside
 *   echo       a bare libzmq ROUTER that replies with as many bytes, in the same kind of loop
 *   get        redis-server, GET of the ready-made reply
 *   zrevrange  redis-server, ZREVRANGE 0 9 WITHSCORES of a sorted set of each item
 * with 1, 8, 64 and 256 requests in flight. Server processes run on core 0, which is theirs, so ours with --scheduling
 * batch; the client runs on core 1. The peers take turns, and medians over the turns count.
 *
 * Usage: bench_server SMARTSHELF [STORE [TURNS]]. Without a store it makes one of 20,000 items in a temporary folder.
 * Needs redis-server. Prints "name value unit" lines.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "client/wire.h"
#include "echo.h"
#include "shelf/snapshot.h"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <math.h>

#define ASKED_MAX   20000u /* distinct items asked */
#define ASKED_LEAST 10000u
#define LIMIT       10u
#define SET_SIZE    50u /* members of a sorted set */
#define REQUEST_MAX 96u
#define WARM_UP     2000u
#define TURNS       7u
#define MSGID_FIRST 0x80000000u /* so that every msgid takes four bytes */
#define SHELF_PORT  47801
#define ECHO_PORT   47802
#define REDIS_PORT  47803

static const size_t windows[] = {1, 8, 64, 256};
static const size_t counts[] = {10000, 40000, 120000, 160000};
#define WINDOWS (sizeof windows / sizeof *windows)

enum peer { SHELF, ECHO, GET, ZREVRANGE, PEERS };
static const char *const peer_names[PEERS] = {"smartshelf", "echo", "get", "zrevrange"};

typedef struct bench {
    char folder[64], store[SS_PATH_MAX];
    pid_t children[3];
    void *context, *shelf, *echo;
    redisContext *redis;
    size_t asked;
    uint8_t (*requests)[REQUEST_MAX];
    size_t *request_sizes;
    char *commands[PEERS][ASKED_MAX]; /* of redis, ready-made */
    int command_sizes[PEERS][ASKED_MAX];
    size_t reply_size; /* the mean */
    uint32_t *order;   /* of asking: item by item, shuffled */
    double rates[PEERS][WINDOWS][64];
    uint32_t *latencies[PEERS][WINDOWS]; /* nanoseconds, of all turns */
    size_t latency_counts[PEERS][WINDOWS];
    size_t turns;
} bench;

/* ---- server processes ---- */

static pid_t start_shelf(const bench *all, char *program)
{
    char endpoint[64], store[SS_PATH_MAX];
    address(endpoint, sizeof endpoint, SHELF_PORT);
    snprintf(store, sizeof store, "%s", all->store);
    char *arguments[] = {program,        "serve", "--store",     store,  "--bind", endpoint,
                         "--scheduling", "batch", "--log-level", "warn", NULL};
    return spawn(arguments, SERVER_CORE);
}

static pid_t start_redis(void)
{
    char port[16];
    snprintf(port, sizeof port, "%d", REDIS_PORT);
    char *arguments[] = {"redis-server", "--port", port,         "--bind",  "127.0.0.1",   "--save", "",
                         "--appendonly", "no",     "--loglevel", "warning", "--daemonize", "no",     NULL};
    return spawn(arguments, SERVER_CORE);
}

/* ---- what is asked ---- */

static void encode_request(bench *all, size_t index, ss_slice id)
{
    uint8_t *at = all->requests[index];
    at = ss_wire_put_array(at, 4);
    at = ss_wire_put_uint(at, 0);
    *at++ = 0xce; /* the msgid goes here: four bytes at 3 */
    at += 4;
    at = ss_wire_put_text(at, "related", 7);
    at = ss_wire_put_map(at, 2);
    at = ss_wire_put_text(at, "item_id", 7);
    at = ss_wire_put_text(at, id.data, id.size);
    at = ss_wire_put_text(at, "limit", 5);
    at = ss_wire_put_uint(at, LIMIT);
    all->request_sizes[index] = (size_t)(at - all->requests[index]);
}

/* The items that have enough neighbours that a set of them and an answer without fallback are what is compared. */
static void choose_items(bench *all)
{
    ss_snapshot *snapshot;
    ss_error error = {0};
    check(ss_snapshot_open(all->store, NULL, false, &snapshot, &error) == SS_OK, error.message);
    all->requests = ss_array_new(ASKED_MAX, sizeof *all->requests);
    all->request_sizes = ss_array_new(ASKED_MAX, sizeof *all->request_sizes);
    all->order = ss_array_new(ASKED_MAX, sizeof *all->order);
    check(all->requests && all->request_sizes && all->order, "out of memory");
    for (uint32_t item = 0; item < snapshot->items.count && all->asked < ASKED_MAX; item++) {
        ss_slice id = ss_strings_at(&snapshot->items.ids, item);
        if (ss_cooccurrence_neighbours(&snapshot->cooccurrence, SS_RELATED, item).count >= LIMIT && id.size < 32)
            encode_request(all, all->asked++, id);
    }
    check(all->asked >= ASKED_LEAST, "the store has fewer than 10000 items with related products");
    ss_random random;
    ss_random_seed(&random, 7);
    for (size_t i = 0; i < all->asked; i++)
        all->order[i] = (uint32_t)i;
    for (size_t i = all->asked - 1; i > 0; i--) {
        size_t other = (size_t)ss_random_below(&random, (uint32_t)i + 1);
        uint32_t kept = all->order[i];
        all->order[i] = all->order[other];
        all->order[other] = kept;
    }
    ss_snapshot_release(&snapshot);
}

/* ---- clients: each keeps `window` requests in flight ---- */

static void *connect_zmq(bench *all, int port)
{
    char endpoint[64];
    void *socket = zmq_socket(all->context, ZMQ_DEALER);
    set_queue(socket);
    address(endpoint, sizeof endpoint, port);
    check(zmq_connect(socket, endpoint) == 0, "cannot connect");
    return socket;
}

static uint32_t item_of(const bench *all, size_t number)
{
    return all->order[number % all->asked];
}

static void send_zmq(bench *all, void *socket, size_t number)
{
    uint32_t item = item_of(all, number), msgid = htonl(MSGID_FIRST + (uint32_t)number);
    uint8_t *request = all->requests[item];
    memcpy(request + 3, &msgid, sizeof msgid);
    check(zmq_send(socket, request, all->request_sizes[item], 0) >= 0, "cannot send");
}

/* The msgid stands in the same four bytes of the reply. */
static uint32_t receive_zmq(void *socket, zmq_msg_t *reply, int flags, bool *received)
{
    uint32_t msgid = htonl(MSGID_FIRST);
    *received = zmq_msg_recv(reply, socket, flags) >= 0;
    if (*received)
        memcpy(&msgid, (uint8_t *)zmq_msg_data(reply) + 3, sizeof msgid);
    return ntohl(msgid) - MSGID_FIRST;
}

typedef struct request_times {
    int64_t *sent;
    uint32_t *latency; /* NULL while warming up */
} request_times;

static void note(request_times *times, size_t number, int64_t now)
{
    if (times->latency)
        times->latency[number] = (uint32_t)(now - times->sent[number]);
}

static void run_zmq(bench *all, void *socket, size_t window, size_t count, request_times *times)
{
    zmq_msg_t reply;
    size_t sent = 0, done = 0;
    zmq_msg_init(&reply);
    while (done < count) {
        for (; sent < count && sent - done < window; sent++) {
            times->sent[sent] = ss_clock_monotonic();
            send_zmq(all, socket, sent);
        }
        bool received;
        uint32_t number = receive_zmq(socket, &reply, 0, &received);
        check(received, "cannot receive");
        do {
            note(times, number, ss_clock_monotonic());
            done++;
            number = receive_zmq(socket, &reply, ZMQ_DONTWAIT, &received);
        } while (received);
    }
    zmq_msg_close(&reply);
}

static void take_redis(void *reply, request_times *times, size_t number)
{
    check(reply && ((redisReply *)reply)->type != REDIS_REPLY_ERROR, "redis replied with an error");
    note(times, number, ss_clock_monotonic());
    freeReplyObject(reply);
}

static void run_redis(bench *all, enum peer peer, size_t window, size_t count, request_times *times)
{
    size_t sent = 0, done = 0;
    void *reply;
    while (done < count) {
        for (; sent < count && sent - done < window; sent++) {
            uint32_t item = item_of(all, sent);
            times->sent[sent] = ss_clock_monotonic();
            redisAppendFormattedCommand(all->redis, all->commands[peer][item], (size_t)all->command_sizes[peer][item]);
        }
        check(redisGetReply(all->redis, &reply) == REDIS_OK, "redis is gone");
        do {
            take_redis(reply, times, done++);
            check(redisGetReplyFromReader(all->redis, &reply) == REDIS_OK, "redis is gone");
        } while (reply);
    }
}

static void run_peer(bench *all, enum peer peer, size_t window, size_t count, request_times *times)
{
    if (peer == SHELF || peer == ECHO)
        run_zmq(all, peer == SHELF ? all->shelf : all->echo, window, count, times);
    else
        run_redis(all, peer, window, count, times);
}

/* ---- redis is given what we reply ---- */

static void store_reply(bench *all, size_t item, const void *reply, size_t size)
{
    redisReply *stored = redisCommand(all->redis, "SET b:%lu %b", (unsigned long)item, reply, size);
    check(stored && stored->type != REDIS_REPLY_ERROR, "redis does not store");
    freeReplyObject(stored);
    all->command_sizes[GET][item] = redisFormatCommand(&all->commands[GET][item], "GET b:%lu", (unsigned long)item);
}

/* A sorted set with ids as members and scores of the same kind. */
static void store_set(bench *all, size_t item)
{
    for (unsigned member = 0; member < SET_SIZE; member++)
        redisAppendCommand(all->redis, "ZADD z:%lu %.9g item%05lu", (unsigned long)item, 0.05 / (member + 1),
                           (unsigned long)((item * 31 + member * 977) % 20000));
    for (unsigned member = 0; member < SET_SIZE; member++) {
        void *reply;
        check(redisGetReply(all->redis, &reply) == REDIS_OK, "redis does not store");
        freeReplyObject(reply);
    }
    all->command_sizes[ZREVRANGE][item] = redisFormatCommand(
        &all->commands[ZREVRANGE][item], "ZREVRANGE z:%lu 0 %u WITHSCORES", (unsigned long)item, LIMIT - 1);
}

static redisContext *connect_redis(void)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        redisContext *redis = redisConnect("127.0.0.1", REDIS_PORT);
        if (redis && !redis->err)
            return redis;
        redisFree(redis);
        usleep(50000);
    }
    die("cannot connect to redis");
    return NULL;
}

/* Asks our server for every item once: what redis is to store, and how long replies are. */
static void collect_replies(bench *all)
{
    zmq_msg_t reply;
    bool received;
    size_t total = 0;
    zmq_msg_init(&reply);
    for (size_t i = 0; i < all->asked; i++) {
        send_zmq(all, all->shelf, i);
        receive_zmq(all->shelf, &reply, 0, &received);
        check(received && zmq_msg_size(&reply) > 100, "the server does not answer");
        total += zmq_msg_size(&reply);
        store_reply(all, item_of(all, i), zmq_msg_data(&reply), zmq_msg_size(&reply));
        store_set(all, i);
    }
    all->reply_size = total / all->asked;
    zmq_msg_close(&reply);
}

/* ---- measuring ---- */

static void measure(bench *all, enum peer peer, size_t w, size_t turn)
{
    size_t count = counts[w];
    int64_t *sent = ss_array_new(count, sizeof *sent);
    check(sent != NULL, "out of memory");
    request_times warm = {sent, NULL}, timed = {sent, all->latencies[peer][w] + all->latency_counts[peer][w]};
    run_peer(all, peer, windows[w], WARM_UP, &warm);
    int64_t begun = ss_clock_monotonic();
    run_peer(all, peer, windows[w], count, &timed);
    all->rates[peer][w][turn] = (double)count * 1e9 / (double)(ss_clock_monotonic() - begun);
    all->latency_counts[peer][w] += count;
    free(sent);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int by_latency(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double median_rate(bench *all, enum peer peer, size_t w)
{
    qsort(all->rates[peer][w], all->turns, sizeof(double), by_value);
    return all->rates[peer][w][all->turns / 2];
}

static double percentile(const uint32_t *sorted, size_t count, double share)
{
    size_t index = (size_t)(share * (double)count);
    return (double)sorted[index < count ? index : count - 1] * 1e-3;
}

/* Of each turn by itself, so that a slow second of the machine counts for both. */
static double median_ratio(const bench *all, enum peer peer, size_t w)
{
    double ratios[64];
    for (size_t turn = 0; turn < all->turns; turn++)
        ratios[turn] = all->rates[SHELF][w][turn] / all->rates[peer][w][turn];
    qsort(ratios, all->turns, sizeof *ratios, by_value);
    return ratios[all->turns / 2];
}

static void print_window(bench *all, size_t w)
{
    for (unsigned peer = ECHO; peer < PEERS; peer++)
        printf("server_window_%zu_over_%s %.3f ratio\n", windows[w], peer_names[peer],
               median_ratio(all, (enum peer)peer, w));
    for (unsigned peer = 0; peer < PEERS; peer++) {
        uint32_t *latency = all->latencies[peer][w];
        size_t count = all->latency_counts[peer][w];
        qsort(latency, count, sizeof *latency, by_latency);
        printf("server_window_%zu_%s_rate %.0f requests/s\n", windows[w], peer_names[peer],
               median_rate(all, (enum peer)peer, w));
        printf("server_window_%zu_%s_p50 %.1f us\n", windows[w], peer_names[peer], percentile(latency, count, 0.5));
        printf("server_window_%zu_%s_p99 %.1f us\n", windows[w], peer_names[peer], percentile(latency, count, 0.99));
        printf("server_window_%zu_%s_p999 %.1f us\n", windows[w], peer_names[peer], percentile(latency, count, 0.999));
    }
}

static void run_turns(bench *all)
{
    for (unsigned peer = 0; peer < PEERS; peer++)
        for (size_t w = 0; w < WINDOWS; w++) {
            all->latencies[peer][w] = ss_array_new(counts[w] * all->turns, sizeof(uint32_t));
            check(all->latencies[peer][w] != NULL, "out of memory");
        }
    for (size_t turn = 0; turn < all->turns; turn++)
        for (size_t w = 0; w < WINDOWS; w++)
            for (unsigned peer = 0; peer < PEERS; peer++)
                measure(all, (enum peer)peer, w, turn);
}

static void stop_all(bench *all)
{
    for (size_t i = 0; i < sizeof all->children / sizeof *all->children; i++) {
        kill(all->children[i], SIGTERM);
        waitpid(all->children[i], NULL, 0);
    }
    if (all->folder[0])
        ss_file_remove_tree(all->folder, NULL);
}

int main(int argc, char **argv)
{
    static bench all;
    if (argc < 2)
        die("usage: bench_server SMARTSHELF [STORE [TURNS]]");
    all.turns = argc > 3 ? (size_t)atoi(argv[3]) : TURNS;
    check(all.turns >= 1 && all.turns <= 64, "TURNS is 1 to 64");
    if (argc > 2 && argv[2][0])
        snprintf(all.store, sizeof all.store, "%s", argv[2]);
    else
        make_store(all.folder, all.store, argv[1]);
    choose_items(&all);
    all.children[0] = start_shelf(&all, argv[1]);
    all.children[1] = start_redis();
    pin(CLIENT_CORE);
    all.context = zmq_ctx_new();
    all.shelf = connect_zmq(&all, SHELF_PORT);
    all.redis = connect_redis();
    collect_replies(&all);
    all.children[2] = start_echo(ECHO_PORT, all.reply_size, SERVER_CORE);
    all.echo = connect_zmq(&all, ECHO_PORT);
    run_turns(&all);
    printf("server_items_asked %zu items\n", all.asked);
    printf("server_reply_size %zu bytes\n", all.reply_size);
    for (size_t w = 0; w < WINDOWS; w++)
        print_window(&all, w);
    stop_all(&all);
    return 0;
}

/*
 * test_client.c: the client library: against the real server, on a thread of this program, and against a peer that
 * this test plays itself, so that it can be silent, late or wrong at will.
 *
 * The peer needs no thread: message numbers are known beforehand, so what it has to say is sent before the question
 * is asked.
 */
#include "check.h"
#include "client/codec.h"
#include "failing_malloc.h"
#include "fixed_store.h"
#include "peer.h"
#include "server/call.h"
#include "server/keys.h"
#include "server/server.h"
#include "temporary_folder.h"
#include "wire_text.h"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <zmq.h>

#define PATIENCE_MS PEER_PATIENCE_MS
#define SHORT_MS    300 /* for what must not */
#define PIPELINED   500u

static const char *const fallback[] = {"f1", "f2", "f3"};

#define assert_client(EXPR, WANTED) assert_string_equal(smartshelf_status_name(EXPR), smartshelf_status_name(WANTED))

static smartshelf_client *open_client(const char *const *endpoints, size_t count, int timeout_ms)
{
    smartshelf_options options = smartshelf_options_default();
    smartshelf_client *client = NULL;
    options.endpoints = endpoints;
    options.endpoint_count = count;
    options.timeout_ms = timeout_ms;
    options.fallback = fallback;
    options.fallback_count = 3;
    assert_client(smartshelf_open(&options, &client), SMARTSHELF_OK);
    return client;
}

static smartshelf_status ask_once(smartshelf_client *client)
{
    smartshelf_query query = smartshelf_query_of("trending");
    smartshelf_answer answer;
    smartshelf_status status = smartshelf_ask(client, &query, &answer);
    smartshelf_answer_release(&answer);
    return status;
}

static void assert_fallback(const smartshelf_answer *answer, size_t count)
{
    assert_true(answer->from_fallback);
    assert_int_equal(answer->product_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(answer->products[i].item_id, fallback[i]);
        assert_string_equal(answer->products[i].model, "fallback");
    }
}

/* ---- the real server ---- */

typedef struct real_server {
    char folder[TEMPORARY_PATH_MAX], store[TEMPORARY_PATH_MAX], endpoint[TEMPORARY_PATH_MAX + 8];
    char key[TEMPORARY_PATH_MAX], allow[TEMPORARY_PATH_MAX];
    const char *endpoints[1];
    ss_server_options options;
    ss_server *server;
    pthread_t thread;
} real_server;

static void *run_server(void *argument)
{
    ss_server_run(argument);
    return NULL;
}

static void start_server(real_server *real)
{
    ss_error error = {0};
    expect_ok(ss_server_new(&real->options, NULL, &real->server, &error), &error);
    assert_int_equal(pthread_create(&real->thread, NULL, run_server, real->server), 0);
}

static void stop_server(real_server *real)
{
    ss_server_stop(real->server);
    pthread_join(real->thread, NULL);
    ss_server_free(&real->server);
}

static int set_up_server(void **state)
{
    static real_server real;
    char name[SS_GENERATION_NAME_MAX];
    ss_error error = {0};
    real = (real_server){0};
    temporary_folder_make(real.folder);
    temporary_path(real.store, real.folder, "store");
    expect_ok(fixed_store_publish(real.store, FIXED_TIME, 0, name, &error), &error);
    snprintf(real.endpoint, sizeof real.endpoint, "ipc://%s/shelf.ipc", real.folder);
    real.endpoints[0] = real.endpoint;
    ss_option_group groups[1 + SS_LIVE_GROUPS] = {{NULL, NULL, ss_server_option_table, &real.options}};
    ss_options_defaults(groups, 1 + ss_live_groups(&real.options.live, groups + 1));
    real.options.store = real.store;
    real.options.binds = (ss_texts){{real.endpoint}, 1};
    real.options.workers = 2;
    start_server(&real);
    *state = &real;
    return 0;
}

static int tear_down_server(void **state)
{
    real_server *real = *state;
    if (real->server)
        stop_server(real);
    temporary_folder_remove(real->folder);
    return 0;
}

static void test_an_answer_with_all_its_members(void **state)
{
    real_server *real = *state;
    smartshelf_client *client = open_client(real->endpoints, 1, PATIENCE_MS);
    smartshelf_query query = smartshelf_query_of("related");
    const char *const fields[] = {"name", "price", "category", "stock"};
    smartshelf_answer answer;
    query.item_id = "85123A";
    query.limit = 4;
    query.fields = fields;
    query.field_count = 4;
    query.explain = true;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_OK);
    assert_false(answer.from_fallback);
    assert_int_equal(answer.msgid, 1);
    assert_string_equal(answer.generation, "20260101T000000.000Z");
    assert_int_equal(answer.product_count, 4);
    assert_int_equal(answer.decimals, 2);
    assert_null(answer.short_code);
    assert_int_equal(answer.error_code, 0);
    assert_int_equal(answer.removed_count, 1);
    assert_string_equal(answer.removed[0].name, "in_context");
    assert_int_equal(answer.removed[0].count, 2);
    const smartshelf_product *first = &answer.products[0], *last = &answer.products[3];
    assert_string_equal(first->item_id, "22423");
    assert_string_equal(first->name, "Cake stand");
    assert_string_equal(first->category, "Kitchen");
    assert_string_equal(first->model, "related");
    assert_null(first->because);
    assert_null(first->url);
    assert_true(first->score == 0.5 && first->has_evidence && first->pairs == 214 && first->customers == 214);
    assert_true(first->lift > 2.67 && first->lift < 2.68);
    assert_true(first->has_price && first->price == 1275 && first->has_stock && first->stock == 3);
    assert_string_equal(last->model, "popular");
    assert_int_equal(last->stage, 4);
    assert_false(last->has_evidence);
    assert_true(answer.reply_size > 0 && answer.reply);
    smartshelf_answer_release(&answer);
    assert_null(answer.products);
    smartshelf_close(&client);
    assert_null(client);
}

static void test_short_answers_and_errors(void **state)
{
    real_server *real = *state;
    smartshelf_client *client = open_client(real->endpoints, 1, PATIENCE_MS);
    smartshelf_query query = smartshelf_query_of("popular");
    smartshelf_answer answer;
    query.price_min = 300;
    query.price_max = 500;
    query.limit = 5;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_OK);
    assert_int_equal(answer.product_count, 2);
    assert_string_equal(answer.short_code, "filtered");
    assert_int_equal(answer.missing, 3);
    smartshelf_answer_release(&answer);
    query.limit = 501;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_ERROR);
    assert_string_equal(answer.error_name, "out_of_range");
    assert_string_equal(answer.error_field, "limit");
    assert_true(answer.error_code != 0 && strlen(answer.error_message) > 0);
    assert_fallback(&answer, 3);
    smartshelf_answer_release(&answer);
    query = smartshelf_query_of("populr");
    query.limit = 2;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_ERROR);
    assert_string_equal(answer.error_name, "unknown_method");
    assert_fallback(&answer, 2);
    smartshelf_answer_release(&answer);
    query.method = NULL;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_ARGUMENT);
    assert_fallback(&answer, 2);
    smartshelf_answer_release(&answer);
    query.method = "health";
    query.limit = 0;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_OK);
    assert_int_equal(answer.product_count, 0);
    assert_non_null(answer.generation);
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
}

static void test_a_page_of_shelves(void **state)
{
    real_server *real = *state;
    static const smartshelf_wish wishes[] = {{"bought_together", 2}, {"related", 0}, {"popular", 5}};
    smartshelf_client *client = open_client(real->endpoints, 1, PATIENCE_MS);
    smartshelf_query query = smartshelf_query_of(NULL);
    smartshelf_answer answer;
    query.item_id = "85123A";
    query.limit = 1;
    assert_client(smartshelf_page(client, &query, wishes, 3, &answer), SMARTSHELF_OK);
    assert_int_equal(answer.shelf_count, 3);
    assert_string_equal(answer.shelves[0].products[1].item_id, "47566");
    assert_string_equal(answer.shelves[1].products[0].item_id, "20725");
    assert_true(answer.shelves[1].product_count == 1 && !answer.shelves[1].short_code);
    assert_true(answer.shelves[2].products[0].rank == 5 && answer.shelves[2].missing == 4);
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
}

static void test_products_are_found(void **state)
{
    real_server *real = *state;
    smartshelf_client *client = open_client(real->endpoints, 1, PATIENCE_MS);
    smartshelf_query query = smartshelf_query_of("find");
    smartshelf_answer answer;
    query.text = "KRUG gr\xc3\xbcn";
    query.all = true;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_OK);
    assert_true(answer.product_count == 1 && answer.products[0].no_stock && !answer.products[0].hidden);
    assert_true(!answer.more && !answer.after && answer.category_count == 0);
    smartshelf_answer_release(&answer);
    query = smartshelf_query_of("find");
    query.category = "Kitchen";
    query.limit = 1;
    query.categories = true;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_OK);
    assert_true(answer.more && answer.category_count == 2 && answer.categories[0].count == 3);
    assert_string_equal(answer.categories[0].name, "Kitchen");
    assert_string_equal(answer.after, "22423");
    query.after = answer.after;
    smartshelf_answer next;
    assert_client(smartshelf_ask(client, &query, &next), SMARTSHELF_OK);
    assert_string_equal(next.products[0].item_id, "20725");
    smartshelf_answer_release(&next);
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
}

static void test_events_are_kept_once(void **state)
{
    real_server *real = *state;
    smartshelf_client *client = open_client(real->endpoints, 1, PATIENCE_MS);
    const smartshelf_event_row rows[] = {{.event = "view", .item_id = "85123A", .session_id = "s", .event_id = "e-1"},
                                         {.event = "click", .item_id = "22423", .session_id = "s"},
                                         {.event = "view", .item_id = "22423"}};
    smartshelf_answer answer;
    assert_client(smartshelf_events(client, rows, 3, 0, &answer), SMARTSHELF_OK);
    assert_true(answer.stored == 2 && answer.repeated == 0 && answer.refused == 1 && answer.result_count == 3);
    assert_string_equal(answer.durability, "durable");
    assert_true(answer.results[0].sequence == 1 && answer.results[1].sequence == 2);
    assert_string_equal(answer.results[2].refused, "no_group");
    smartshelf_answer_release(&answer);
    assert_client(smartshelf_events(client, rows, 2, SMARTSHELF_RELAXED, &answer), SMARTSHELF_OK);
    assert_true(answer.stored == 1 && answer.repeated == 1); /* the click had no id of its own: it is another one */
    assert_true(answer.results[0].sequence == 1 && answer.results[0].repeated);
    assert_string_equal(answer.durability, "relaxed");
    smartshelf_answer_release(&answer);
    assert_client(smartshelf_event(client, &rows[0], SMARTSHELF_NO_CONSENT, &answer), SMARTSHELF_OK);
    assert_true(answer.stored == 0 && answer.repeated == 0);
    assert_string_equal(answer.durability, "none");
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
}

static void test_many_questions_at_once(void **state)
{
    real_server *real = *state;
    smartshelf_client *client = open_client(real->endpoints, 1, PATIENCE_MS);
    smartshelf_query query = smartshelf_query_of("trending");
    smartshelf_answer answer;
    bool seen[PIPELINED + 1] = {false};
    uint32_t msgid;
    for (uint32_t i = 1; i <= PIPELINED; i++) {
        assert_client(smartshelf_send(client, &query, &msgid), SMARTSHELF_OK);
        assert_int_equal(msgid, i);
    }
    for (uint32_t i = 1; i <= PIPELINED; i++) {
        assert_client(smartshelf_receive(client, PATIENCE_MS, &answer), SMARTSHELF_OK);
        assert_true(answer.msgid >= 1 && answer.msgid <= PIPELINED && !seen[answer.msgid]);
        seen[answer.msgid] = true;
        smartshelf_answer_release(&answer);
    }
    assert_client(smartshelf_receive(client, 0, &answer), SMARTSHELF_TIMEOUT);
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
}

/* What was under way when the server went may be lost; what is asked later is not. */
static void test_a_server_that_comes_back(void **state)
{
    real_server *real = *state;
    smartshelf_client *client = open_client(real->endpoints, 1, 1000);
    smartshelf_query query = smartshelf_query_of("trending");
    smartshelf_answer answer;
    for (int round = 0; round < 3; round++) {
        smartshelf_status status = SMARTSHELF_TIMEOUT;
        for (int attempt = 0; attempt < 30 && status != SMARTSHELF_OK; attempt++) {
            status = smartshelf_ask(client, &query, &answer);
            assert_int_equal(answer.from_fallback, status != SMARTSHELF_OK);
            smartshelf_answer_release(&answer);
        }
        assert_client(status, SMARTSHELF_OK);
        stop_server(real);
        if (round == 0) {
            assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_TIMEOUT);
            assert_fallback(&answer, 3);
            smartshelf_answer_release(&answer);
        }
        start_server(real);
    }
    smartshelf_close(&client);
}

static void test_requests_go_only_to_servers_that_are_there(void **state)
{
    real_server *real = *state;
    char nobody[TEMPORARY_PATH_MAX + 8];
    snprintf(nobody, sizeof nobody, "ipc://%s/nobody.ipc", real->folder);
    const char *const endpoints[] = {nobody, real->endpoint};
    smartshelf_client *client = open_client(endpoints, 2, PATIENCE_MS);
    smartshelf_query query = smartshelf_query_of("trending");
    smartshelf_answer answer;
    for (int i = 0; i < 20; i++) {
        assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_OK);
        smartshelf_answer_release(&answer);
    }
    smartshelf_close(&client);
}

static void test_clients_share_a_context(void **state)
{
    real_server *real = *state;
    void *context = zmq_ctx_new();
    smartshelf_options options = smartshelf_options_default();
    smartshelf_client *clients[2];
    smartshelf_query query = smartshelf_query_of("trending");
    smartshelf_answer answer;
    options.zmq_context = context;
    options.endpoints = real->endpoints;
    options.endpoint_count = 1;
    options.timeout_ms = PATIENCE_MS;
    for (int i = 0; i < 2; i++)
        assert_client(smartshelf_open(&options, &clients[i]), SMARTSHELF_OK);
    for (int i = 0; i < 2; i++) {
        assert_client(smartshelf_ask(clients[i], &query, &answer), SMARTSHELF_OK);
        assert_int_equal(answer.msgid, 1);
        smartshelf_answer_release(&answer);
        smartshelf_close(&clients[i]);
    }
    zmq_ctx_term(context);
}

/* ---- a server that is a process of its own, and hangs ---- */

static pid_t spawn_server(const real_server *real, const char *endpoint)
{
    const char *program = getenv("SMARTSHELF");
    char *const arguments[] = {"smartshelf",    "serve",
                               "--store",       (char *)(uintptr_t)real->store,
                               "--bind",        (char *)(uintptr_t)endpoint,
                               "--log-level",   "error",
                               "--state=false", NULL};
    pid_t pid = 0;
    if (!program)
        skip();
    assert_int_equal(posix_spawn(&pid, program, NULL, NULL, arguments, environ), 0);
    return pid;
}

/* Asks until so many answers came one after the other; says whether they did. */
static bool answers_in_a_row(smartshelf_client *client, unsigned wanted)
{
    unsigned row = 0;
    for (int attempt = 0; attempt < 200 && row < wanted; attempt++)
        row = ask_once(client) == SMARTSHELF_OK ? row + 1 : 0;
    return row == wanted;
}

static void test_a_server_that_hangs_is_left_out(void **state)
{
    real_server *real = *state;
    char hanging[TEMPORARY_PATH_MAX + 16];
    snprintf(hanging, sizeof hanging, "ipc://%s/hanging.ipc", real->folder);
    const char *const endpoints[] = {hanging, real->endpoint};
    pid_t pid = spawn_server(real, hanging);
    smartshelf_client *client = open_client(endpoints, 1, SHORT_MS);
    bool alone = answers_in_a_row(client, 1);
    smartshelf_close(&client);
    client = open_client(endpoints, 2, SHORT_MS);
    bool both = answers_in_a_row(client, 20);
    kill(pid, SIGSTOP);
    bool one = answers_in_a_row(client, 20);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    smartshelf_close(&client);
    assert_true(alone && both && one);
}

/* ---- access control ---- */

static void write_allow_list(const char *path, const ss_keys *keys)
{
    char text[128];
    ss_error error = {0};
    snprintf(text, sizeof text, "%s read test\n", keys->public_key);
    expect_ok(ss_file_write_atomic(path, text, strlen(text), &error), &error);
}

static smartshelf_client *open_with_keys(const real_server *real, const ss_keys *server, const ss_keys *own,
                                         int timeout_ms)
{
    smartshelf_options options = smartshelf_options_default();
    smartshelf_client *client = NULL;
    options.endpoints = real->endpoints;
    options.endpoint_count = 1;
    options.timeout_ms = timeout_ms;
    options.server_key = server->public_key;
    options.public_key = own->public_key;
    options.secret_key = own->secret_key;
    assert_client(smartshelf_open(&options, &client), SMARTSHELF_OK);
    return client;
}

static smartshelf_status ask_with_keys(const real_server *real, const ss_keys *server, const ss_keys *own,
                                       int timeout_ms)
{
    smartshelf_client *client = open_with_keys(real, server, own, timeout_ms);
    smartshelf_status status = ask_once(client);
    smartshelf_close(&client);
    return status;
}

static void restart_with_keys(real_server *real, const ss_keys *allowed)
{
    stop_server(real);
    write_allow_list(temporary_path(real->allow, real->folder, "allow"), allowed);
    real->options.curve_key = real->key;
    real->options.allow = real->allow;
    start_server(real);
}

static void test_keys_open_the_door(void **state)
{
    real_server *real = *state;
    ss_keys server, friend, stranger;
    ss_error error = {0};
    expect_ok(ss_keys_generate(&server, &error), &error);
    expect_ok(ss_keys_generate(&friend, &error), &error);
    expect_ok(ss_keys_generate(&stranger, &error), &error);
    expect_ok(ss_keys_write(&server, temporary_path(real->key, real->folder, "server.key"), true, &error), &error);
    restart_with_keys(real, &friend);
    assert_client(ask_with_keys(real, &server, &friend, PATIENCE_MS), SMARTSHELF_OK);
    assert_client(ask_with_keys(real, &stranger, &friend, SHORT_MS), SMARTSHELF_TIMEOUT);
    smartshelf_client *client = open_with_keys(real, &server, &stranger, SHORT_MS);
    assert_client(ask_once(client), SMARTSHELF_TIMEOUT);
    restart_with_keys(real, &stranger); /* no stranger any more */
    smartshelf_status status = SMARTSHELF_TIMEOUT;
    for (int attempt = 0; attempt < 100 && status == SMARTSHELF_TIMEOUT; attempt++)
        status = ask_once(client);
    assert_client(status, SMARTSHELF_OK);
    smartshelf_close(&client);
}

/* ---- a peer played by the test ---- */

/* Takes a request in and learns whom it is from; returns its message number. */
static uint32_t hear(peer *other)
{
    static ss_call call;
    static char bytes[PEER_MESSAGE_MAX];
    ss_fault fault;
    size_t size = peer_hear(other, bytes);
    assert_true(ss_call_decode((ss_slice){bytes, size}, &call, &fault));
    return call.msgid;
}

/* [1, msgid, nil, {"items": [{"item_id": "p<msgid>"}]}] */
static size_t write_reply(uint32_t msgid, uint8_t *bytes)
{
    char id[16];
    uint8_t *at = ss_wire_put_array(bytes, 4);
    at = ss_wire_put_uint(at, 1);
    at = ss_wire_put_uint(at, msgid);
    at = ss_wire_put_nil(at);
    at = ss_wire_put_map(at, 1);
    at = ss_wire_put_text(at, "items", 5);
    at = ss_wire_put_array(at, 1);
    at = ss_wire_put_map(at, 1);
    at = ss_wire_put_text(at, "item_id", 7);
    snprintf(id, sizeof id, "p%u", msgid);
    at = ss_wire_put_text(at, id, strlen(id));
    return (size_t)(at - bytes);
}

static void reply_to(peer *other, uint32_t msgid)
{
    uint8_t bytes[64];
    peer_say(other, bytes, write_reply(msgid, bytes));
}

static void assert_answers(const smartshelf_answer *answer, uint32_t msgid)
{
    char id[16];
    snprintf(id, sizeof id, "p%u", msgid);
    assert_int_equal(answer->msgid, msgid);
    assert_int_equal(answer->product_count, 1);
    assert_string_equal(answer->products[0].item_id, id);
    assert_false(answer->from_fallback);
}

static void ask_and_expect(smartshelf_client *client, uint32_t msgid)
{
    smartshelf_query query = smartshelf_query_of("popular");
    smartshelf_answer answer;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_OK);
    assert_answers(&answer, msgid);
    smartshelf_answer_release(&answer);
}

/* Asks and is left without a reply: the status, after a look at the fallback list. */
static smartshelf_status ask_in_vain(smartshelf_client *client)
{
    smartshelf_query query = smartshelf_query_of("popular");
    smartshelf_answer answer;
    smartshelf_status status = smartshelf_ask(client, &query, &answer);
    assert_fallback(&answer, 3);
    smartshelf_answer_release(&answer);
    return status;
}

static void send_and_hear(smartshelf_client *client, peer *other, uint32_t wanted)
{
    assert_int_equal(peer_await_sending(client), wanted);
    assert_int_equal(hear(other), wanted);
}

static void test_late_replies_answer_no_other_question(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other->endpoints, 1, SHORT_MS);
    send_and_hear(client, other, 1);
    assert_client(ask_in_vain(client), SMARTSHELF_TIMEOUT);
    assert_int_equal(hear(other), 2);
    smartshelf_close(&client);

    client = open_client(other->endpoints, 1, PATIENCE_MS);
    send_and_hear(client, other, 1); /* a question that is given up */
    reply_to(other, 1);              /* late */
    reply_to(other, 1);              /* and again */
    reply_to(other, 4711);           /* to nobody's question */
    reply_to(other, 0);
    reply_to(other, 2);
    reply_to(other, 3); /* before its question */
    ask_and_expect(client, 2);
    assert_int_equal(hear(other), 2);
    ask_and_expect(client, 3);
    smartshelf_close(&client);
}

static void test_a_delimiter_is_passed_over(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other->endpoints, 1, PATIENCE_MS);
    send_and_hear(client, other, 1);
    assert_true(zmq_send(other->router, other->identity, other->identity_size, ZMQ_SNDMORE) >= 0);
    assert_int_equal(zmq_send(other->router, "", 0, ZMQ_SNDMORE), 0);
    uint8_t bytes[64];
    size_t size = write_reply(2, bytes);
    assert_int_equal(zmq_send(other->router, bytes, size, 0), size);
    ask_and_expect(client, 2);
    smartshelf_close(&client);
}

/* Bytes that are no reply: as wire_text.h writes them. */
static const char *const no_replies[] = {
    "",                                                 /* nothing */
    "c0",                                               /* nil */
    "c1",                                               /* no MessagePack */
    "94 01",                                            /* cut */
    "dd 7f ff ff ff c0 c0 c0",                          /* a huge array */
    "94 01 01 c0 df ff ff ff ff",                       /* a huge map */
    "94 01 01 c0 db ff ff ff ff",                       /* a huge text */
    "91 ~40 c0",                                        /* deep */
    "93 01 01 c0",                                      /* three parts */
    "95 01 01 c0 80 c0",                                /* five */
    "94 00 01 <popular> 80",                            /* a request */
    "94 02 01 c0 80",                                   /* no kind of message */
    "94 01 cf 00 00 00 01 00 00 00 00 c0 80",           /* a number of 33 bits */
    "94 01 01 c0 c0",                                   /* neither error nor result */
    "94 01 01 c0 90",                                   /* an array for a result */
    "94 01 01 c0 81 <items> 80",                        /* a map of products */
    "94 01 01 c0 81 <items> 91 80",                     /* a product without an id */
    "94 01 01 c0 81 <items> 91 81 <item_id> 05",        /* a number for an id */
    "94 01 01 c0 81 <items> dc 03 e8 c0 ~999",          /* a thousand products in a thousand bytes */
    "94 01 01 80 c0",                                   /* an error without a code */
    "94 01 01 81 <code> cf 00 00 00 01 00 00 00 00 c0", /* a code of 33 bits */
    "94 01 01 c0 80 c0",                                /* a byte too many */
};

static void test_bytes_that_are_no_reply(void **state)
{
    static uint8_t bytes[WIRE_TEXT_MAX];
    smartshelf_answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof no_replies / sizeof *no_replies; i++) {
        size_t size = wire_text(no_replies[i], bytes);
        if (smartshelf_answer_decode(bytes, size, &answer) != SMARTSHELF_BAD_REPLY)
            fail_msg("taken for a reply: %s", no_replies[i]);
        assert_null(answer.memory);
        assert_int_equal(answer.product_count, 0);
    }
    uint8_t *long_reply = malloc(SMARTSHELF_REPLY_MAX + 1u);
    memset(long_reply, 0xc0, SMARTSHELF_REPLY_MAX + 1u);
    assert_client(smartshelf_answer_decode(long_reply, SMARTSHELF_REPLY_MAX + 1u, &answer), SMARTSHELF_BAD_REPLY);
    free(long_reply);
}

static void say_garbage(peer *other)
{
    static uint8_t bytes[WIRE_TEXT_MAX];
    for (size_t i = 0; i < sizeof no_replies / sizeof *no_replies; i++)
        peer_say(other, bytes, wire_text(no_replies[i], bytes));
}

static void test_garbage_before_the_reply_is_passed_over(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other->endpoints, 1, PATIENCE_MS);
    smartshelf_answer answer;
    send_and_hear(client, other, 1);
    say_garbage(other);
    reply_to(other, 2);
    ask_and_expect(client, 2);
    peer_say(other, "\xc1", 1); /* to those who take what comes it is reported */
    assert_client(smartshelf_receive(client, PATIENCE_MS, &answer), SMARTSHELF_BAD_REPLY);
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
}

static void test_nothing_but_garbage(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other->endpoints, 1, 2000);
    send_and_hear(client, other, 1);
    say_garbage(other);
    assert_client(ask_in_vain(client), SMARTSHELF_BAD_REPLY);
    assert_int_equal(hear(other), 2);
    smartshelf_close(&client);
}

/* A peer that does not stop talking before it is told to: that does not keep a question from ending. */
typedef struct talker {
    peer *other;
    atomic_bool stop;
} talker;

static void *talk(void *argument)
{
    talker *by = argument;
    uint8_t bytes[64];
    size_t size = write_reply(4711, bytes);
    while (!atomic_load(&by->stop)) /* whoever does not take it in misses it */
        if (zmq_send(by->other->router, by->other->identity, by->other->identity_size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
            zmq_send(by->other->router, bytes, size, ZMQ_DONTWAIT);
    return NULL;
}

static void test_a_flood_ends_in_time(void **state)
{
    talker by = {.other = *state};
    pthread_t thread;
    smartshelf_client *client = open_client(by.other->endpoints, 1, SHORT_MS);
    send_and_hear(client, by.other, 1);
    assert_int_equal(pthread_create(&thread, NULL, talk, &by), 0);
    assert_client(ask_in_vain(client), SMARTSHELF_TIMEOUT);
    atomic_store(&by.stop, true);
    pthread_join(thread, NULL);
    smartshelf_close(&client);
}

/* What is sent while a connection ends may be lost, and is sent again. */
static void assert_alive(smartshelf_client *client, peer *other)
{
    smartshelf_answer answer;
    unsigned attempts = 0;
    do
        peer_await_sending(client);
    while (!peer_hears_more(other) && ++attempts < 100);
    uint32_t msgid = hear(other);
    reply_to(other, msgid);
    assert_client(smartshelf_receive(client, PATIENCE_MS, &answer), SMARTSHELF_OK);
    assert_answers(&answer, msgid);
    smartshelf_answer_release(&answer);
}

static void test_a_reply_too_large_ends_the_connection_only(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other->endpoints, 1, SHORT_MS);
    smartshelf_answer answer;
    size_t size = SMARTSHELF_REPLY_MAX + 1u;
    char *large = calloc(1, size);
    assert_alive(client, other);
    peer_say(other, large, size);
    free(large);
    assert_client(smartshelf_receive(client, SHORT_MS, &answer), SMARTSHELF_TIMEOUT);
    smartshelf_answer_release(&answer);
    assert_alive(client, other);
    smartshelf_close(&client);
}

/* For a while something else has the server's address, and speaks another protocol. */
static void test_a_stranger_at_the_address(void **state)
{
    static const char greeting[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    peer *other = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/later.ipc", other->folder);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 8), 0);
    snprintf(other->endpoint, sizeof other->endpoint, "ipc://%s", address.sun_path);
    smartshelf_client *client = open_client(other->endpoints, 1, SHORT_MS);
    int stranger = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_int_equal(send(stranger, greeting, sizeof greeting - 1, MSG_NOSIGNAL), sizeof greeting - 1);
    close(stranger);
    assert_client(ask_in_vain(client), SMARTSHELF_TIMEOUT);
    close(listener);
    unlink(address.sun_path);
    assert_int_equal(zmq_bind(other->router, other->endpoint), 0);
    assert_alive(client, other);
    smartshelf_close(&client);
}

/* More than the queue holds is not sent, and not waited for without end. */
static void test_a_full_queue(void **state)
{
    peer *other = *state;
    smartshelf_options options = smartshelf_options_default();
    smartshelf_query query = smartshelf_query_of("related");
    smartshelf_client *client;
    char item[256];
    uint32_t msgid = 0, sent = 0;
    memset(item, 'x', 255);
    item[255] = '\0';
    query.item_id = item;
    options.endpoints = other->endpoints;
    options.endpoint_count = 1;
    options.queue = 10;
    options.timeout_ms = SHORT_MS;
    assert_client(smartshelf_open(&options, &client), SMARTSHELF_OK);
    smartshelf_status status = SMARTSHELF_OK;
    while (status == SMARTSHELF_OK && sent < 100000) {
        status = smartshelf_send(client, &query, &msgid);
        sent += status == SMARTSHELF_OK;
    }
    assert_client(status, SMARTSHELF_TIMEOUT);
    assert_int_equal(msgid, sent); /* what was not sent took no number */
    smartshelf_close(&client);
}

/* ---- nobody ---- */

static void test_nobody_listens(void **state)
{
    char endpoint[TEMPORARY_PATH_MAX + 16];
    snprintf(endpoint, sizeof endpoint, "ipc://%s/nobody.ipc", (const char *)*state);
    const char *const endpoints[] = {endpoint};
    smartshelf_client *client = open_client(endpoints, 1, 50);
    smartshelf_query query = smartshelf_query_of("popular");
    smartshelf_answer answer;
    uint32_t msgid = 77;
    assert_client(ask_in_vain(client), SMARTSHELF_TIMEOUT);
    query.limit = 2;
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_TIMEOUT);
    assert_fallback(&answer, 2);
    smartshelf_answer_release(&answer);
    assert_client(smartshelf_send(client, &query, &msgid), SMARTSHELF_TIMEOUT);
    assert_int_equal(msgid, 77);
    assert_client(smartshelf_receive(client, 20, &answer), SMARTSHELF_TIMEOUT);
    assert_null(answer.products);
    smartshelf_answer_release(&answer);
    assert_client(smartshelf_receive(client, -5, &answer), SMARTSHELF_TIMEOUT);
    smartshelf_close(&client);

    smartshelf_options options = smartshelf_options_default(); /* without a list to fall back on, and without waiting */
    options.endpoints = endpoints;
    options.endpoint_count = 1;
    options.timeout_ms = 0;
    assert_client(smartshelf_open(&options, &client), SMARTSHELF_OK);
    assert_client(smartshelf_ask(client, &query, &answer), SMARTSHELF_TIMEOUT);
    assert_false(answer.from_fallback);
    assert_int_equal(answer.product_count, 0);
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
    smartshelf_close(&client); /* closed already */
}

/* ---- options, names ---- */

static smartshelf_status refuse(const smartshelf_options *options)
{
    smartshelf_client *client = NULL;
    smartshelf_status status = smartshelf_open(options, &client);
    assert_null(client);
    return status;
}

static void test_wrong_options(void **state)
{
    static const char *const good[] = {"tcp://127.0.0.1:1"}, *const bad[] = {"tcp://127.0.0.1:1", "nowhere"};
    static const char key[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
    smartshelf_options options = smartshelf_options_default();
    (void)state;
    assert_int_equal(options.timeout_ms, 50);
    assert_client(refuse(&options), SMARTSHELF_ARGUMENT); /* no endpoint */
    options.endpoints = good;
    options.endpoint_count = 1;
    options.timeout_ms = -1;
    assert_client(refuse(&options), SMARTSHELF_ARGUMENT);
    options.timeout_ms = 0;
    options.queue = 0;
    assert_client(refuse(&options), SMARTSHELF_ARGUMENT);
    options.queue = 1;
    options.server_key = key;
    options.secret_key = key;
    assert_client(refuse(&options), SMARTSHELF_ARGUMENT); /* two keys of three */
    options.public_key = "short";
    assert_client(refuse(&options), SMARTSHELF_NETWORK);
    options.server_key = options.public_key = options.secret_key = NULL;
    options.endpoints = bad;
    options.endpoint_count = 2;
    assert_client(refuse(&options), SMARTSHELF_NETWORK);
}

static void test_every_status_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < SMARTSHELF_STATUS_COUNT; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(smartshelf_status_name((smartshelf_status)i),
                                    smartshelf_status_name((smartshelf_status)j));
    assert_string_equal(smartshelf_status_name(SMARTSHELF_TIMEOUT), "timeout");
    assert_string_equal(smartshelf_status_name((smartshelf_status)99), "unknown");
    assert_string_equal(smartshelf_status_name((smartshelf_status)-1), "unknown");
}

/* ---- bytes ---- */

static smartshelf_query full_query(void)
{
    static const char *const items[] = {"i1", "i2"}, *const cart[] = {"c1"}, *const exclude[] = {"e1", "e2", "e3"};
    static const char *const fields[] = {"name", "price"};
    smartshelf_query query = smartshelf_query_of("related");
    query.item_id = "item";
    query.customer_id = "customer";
    query.session_id = "session";
    query.request_id = "request";
    query.items = items;
    query.item_count = 2;
    query.cart = cart;
    query.cart_count = 1;
    query.exclude = exclude;
    query.exclude_count = 3;
    query.fields = fields;
    query.field_count = 2;
    query.limit = 7;
    query.category = "Kitchen";
    query.price_min = 0;
    query.price_max = 500;
    query.bought = "allow";
    query.consent = "none";
    query.explain = true;
    query.timestamp = FIXED_TIME;
    return query;
}

static void test_every_member_of_a_query_is_sent(void **state)
{
    static ss_call call;
    smartshelf_query query = full_query();
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    ss_fault fault = {0};
    (void)state;
    assert_client(smartshelf_query_encode(&query, 0xffffffffu, &bytes, &capacity, &size), SMARTSHELF_OK);
    if (!ss_call_decode((ss_slice){bytes, size}, &call, &fault))
        fail_msg("%s: %s", ss_fault_name(fault.code), fault.message);
    assert_int_equal(call.msgid, 0xffffffffu);
    assert_int_equal(call.method, SS_SHELF_RELATED);
    assert_slice_equal(call.request.item_id, "item");
    assert_slice_equal(call.request.customer_id, "customer");
    assert_slice_equal(call.request.session_id, "session");
    assert_true(call.request.no_consent);
    assert_int_equal(call.request.item_count, 2);
    assert_slice_equal(call.request.items[1], "i2");
    assert_int_equal(call.request.cart_count, 1);
    assert_slice_equal(call.request.cart[0], "c1");
    assert_int_equal(call.request.exclude_count, 3);
    assert_slice_equal(call.request.exclude[2], "e3");
    assert_int_equal(call.request.limit, 7);
    assert_true(call.has_timestamp && call.request.now == FIXED_TIME);
    assert_true(call.request.filter.price_min == 0 && call.request.filter.price_max == 500);
    assert_slice_equal(call.request.filter.category, "Kitchen");
    assert_true(call.request.explain);
    assert_true(call.fields != 0);
    free(bytes);
}

static bool encode_and_decode(void *context)
{
    static uint8_t reply[WIRE_TEXT_MAX];
    smartshelf_query query = full_query();
    smartshelf_answer answer = {0};
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    (void)context;
    smartshelf_status status = smartshelf_query_encode(&query, 1, &bytes, &capacity, &size);
    if (status == SMARTSHELF_OK)
        status = smartshelf_answer_decode(reply, write_reply(1, reply), &answer);
    if (status == SMARTSHELF_OK)
        assert_answers(&answer, 1);
    smartshelf_answer_release(&answer);
    if (status == SMARTSHELF_OK)
        status = smartshelf_answer_fall_back(&answer, fallback, 3, 2);
    if (status == SMARTSHELF_OK)
        assert_fallback(&answer, 2);
    smartshelf_answer_release(&answer);
    free(bytes);
    if (status != SMARTSHELF_OK)
        assert_client(status, SMARTSHELF_NOMEM);
    return status == SMARTSHELF_OK;
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(encode_and_decode, NULL) > 0);
}

/* Whatever bytes come, they are a reply or not, and what is read of them can be looked at to the last character. */
static void test_changed_bytes(void **state)
{
    static uint8_t good[WIRE_TEXT_MAX];
    ss_random random = test_random();
    uint8_t bad[256];
    smartshelf_answer answer;
    size_t length = 0;
    size_t size =
        wire_text("94 01 01 c0 83 <items> 91 83 <item_id> <p1> <score> ca 3f 00 00 00 <reason> 88 <model> <related> "
                  "<pairs> cc d6 <supported_by> 02 <of> 03 <sessions> 07 <rank> 08 <bought> 09 <last_bought> 0a "
                  "<short> 82 <code> <filtered> <missing> 03 <removed> 81 <in_cart> 02",
                  good);
    (void)state;
    assert_true(size <= sizeof bad);
    assert_client(smartshelf_answer_decode(good, size, &answer), SMARTSHELF_OK);
    const smartshelf_product *product = &answer.products[0];
    assert_true(product->pairs == 214 && answer.missing == 3 && answer.removed[0].count == 2);
    assert_true(product->supported_by == 2 && product->of == 3 && product->sessions == 7);
    assert_true(product->rank == 8 && product->bought == 9 && product->last_bought == 10);
    smartshelf_answer_release(&answer);
    for (int run = 0; run < 20000; run++) {
        memcpy(bad, good, size);
        for (uint32_t left = ss_random_below(&random, 4); left > 0; left--)
            bad[ss_random_below(&random, (uint32_t)size)] = (uint8_t)ss_random_below(&random, 256);
        size_t kept = run % 2 ? size : ss_random_below(&random, (uint32_t)size + 1);
        smartshelf_status status = smartshelf_answer_decode(bad, kept, &answer);
        assert_true(status == SMARTSHELF_OK || status == SMARTSHELF_ERROR || status == SMARTSHELF_BAD_REPLY);
        for (size_t i = 0; i < answer.product_count; i++)
            length += strlen(answer.products[i].item_id);
        smartshelf_answer_release(&answer);
    }
    assert_true(length > 0);
}

#define WITH_SERVER(TEST) cmocka_unit_test_setup_teardown(TEST, set_up_server, tear_down_server)
#define WITH_PEER(TEST)   cmocka_unit_test_setup_teardown(TEST, peer_set_up, peer_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_an_answer_with_all_its_members),
        WITH_SERVER(test_short_answers_and_errors),
        WITH_SERVER(test_a_page_of_shelves),
        WITH_SERVER(test_products_are_found),
        WITH_SERVER(test_events_are_kept_once),
        WITH_SERVER(test_many_questions_at_once),
        WITH_SERVER(test_a_server_that_comes_back),
        WITH_SERVER(test_requests_go_only_to_servers_that_are_there),
        WITH_SERVER(test_a_server_that_hangs_is_left_out),
        WITH_SERVER(test_clients_share_a_context),
        WITH_SERVER(test_keys_open_the_door),
        WITH_PEER(test_late_replies_answer_no_other_question),
        WITH_PEER(test_a_delimiter_is_passed_over),
        WITH_PEER(test_garbage_before_the_reply_is_passed_over),
        WITH_PEER(test_nothing_but_garbage),
        WITH_PEER(test_a_flood_ends_in_time),
        WITH_PEER(test_a_reply_too_large_ends_the_connection_only),
        WITH_PEER(test_a_stranger_at_the_address),
        WITH_PEER(test_a_full_queue),
        cmocka_unit_test_setup_teardown(test_nobody_listens, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test(test_bytes_that_are_no_reply),
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_every_status_has_a_name),
        cmocka_unit_test(test_every_member_of_a_query_is_sent),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

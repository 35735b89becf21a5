/* router.h: bound to several endpoints, each with its real address; what libzmq refuses is told of at its place. */
#include "check.h"
#include "server/protocol.h"
#include "server/router.h"
#include "temporary_folder.h"
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

static void it_is_asked_at_each_of_its_endpoints(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], local[TEMPORARY_PATH_MAX + 16], text[8];
    void *context = zmq_ctx_new();
    ss_router router = {0};
    ss_error error;
    temporary_folder_make(folder);
    snprintf(local, sizeof local, "ipc://%s/router.ipc", folder);
    expect_ok(ss_router_open(context, 10, &router, &error), &error);
    expect_ok(ss_router_bind(&router, "tcp://127.0.0.1:*", &error), &error);
    expect_ok(ss_router_bind(&router, local, &error), &error);
    expect_ok(ss_router_bind_inside(&router, "inproc://router", &error), &error);
    assert_int_equal(router.endpoint_count, 2);
    assert_null(strchr(router.endpoints[0], '*'));
    assert_string_equal(router.endpoints[1], local);
    const char *const endpoints[] = {router.endpoints[0], local, "inproc://router"};
    for (unsigned i = 0; i < 3; i++) {
        void *caller = zmq_socket(context, ZMQ_DEALER);
        int none = 0;
        zmq_setsockopt(caller, ZMQ_LINGER, &none, sizeof none);
        assert_int_equal(zmq_connect(caller, endpoints[i]), 0);
        assert_int_equal(zmq_send(caller, "?", 1, 0), 1);
        assert_true(zmq_recv(router.socket, text, sizeof text, 0) > 0);
        assert_int_equal(zmq_recv(router.socket, text, sizeof text, 0), 1);
        zmq_close(caller);
    }
    ss_router_close(&router, 0);
    ss_router_close(&router, 0);
    zmq_ctx_term(context);
    temporary_folder_remove(folder);
}

static void who_is_not_there_is_told_of(void **state)
{
    (void)state;
    void *context = zmq_ctx_new();
    ss_router router = {0};
    ss_error error;
    expect_ok(ss_router_open(context, 10, &router, &error), &error);
    assert_int_equal(zmq_send(router.socket, "nobody", 6, ZMQ_SNDMORE), -1);
    assert_int_equal(zmq_errno(), EHOSTUNREACH);
    ss_router_close(&router, 0);
    zmq_ctx_term(context);
}

static void what_cannot_be_bound_is_named(void **state)
{
    (void)state;
    void *context = zmq_ctx_new();
    ss_router router = {0}, other = {0};
    ss_error error;
    expect_ok(ss_router_open(context, 10, &router, &error), &error);
    expect_ok(ss_router_open(context, 10, &other, &error), &error);
    expect_ok(ss_router_bind(&router, "tcp://127.0.0.1:*", &error), &error);
    assert_status(ss_router_bind(&other, router.endpoints[0], &error), SS_E_NETWORK);
    assert_string_equal(error.where, router.endpoints[0]);
    assert_int_equal(other.endpoint_count, 0);
    expect_ok(ss_router_bind_inside(&router, "inproc://router", &error), &error);
    assert_status(ss_router_bind_inside(&other, "inproc://router", &error), SS_E_NETWORK);
    assert_string_equal(error.where, "inproc://router");
    ss_router_close(&router, 0);
    ss_router_close(&other, 0);
    zmq_ctx_term(context);
}

static void what_is_taken_shows_without_binding(void **state)
{
    (void)state;
    static const char *const none[] = {"ipc:///nowhere/router.ipc", "tcp://127.0.0.1:*", "tcp://127.0.0.1:0",
                                       "tcp://*:0", "tcp://eth0:5555"};
    char real[SS_ROUTER_ENDPOINT_MAX], all[SS_ROUTER_ENDPOINT_MAX];
    void *context = zmq_ctx_new();
    ss_router router = {0};
    ss_error error;
    for (unsigned i = 0; i < sizeof none / sizeof *none; i++)
        expect_ok(ss_router_try(none[i], &error), &error);
    expect_ok(ss_router_open(context, 10, &router, &error), &error);
    expect_ok(ss_router_bind(&router, "tcp://127.0.0.1:*", &error), &error);
    snprintf(real, sizeof real, "%s", router.endpoints[0]);
    snprintf(all, sizeof all, "tcp://*%s", strrchr(real, ':'));
    assert_status(ss_router_try(real, &error), SS_E_NETWORK);
    assert_non_null(strstr(error.message, real + strlen("tcp://")));
    assert_status(ss_router_try(all, &error), SS_E_NETWORK);
    assert_status(ss_router_try("tcp://1.2.3.4.5:5555", &error), SS_E_ARGUMENT);
    ss_router_close(&router, 0);
    zmq_ctx_term(context); /* which waits until it is closed */
    expect_ok(ss_router_try(real, &error), &error);
}

static void a_path_stays_with_who_answers_there(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], local[TEMPORARY_PATH_MAX + 16];
    void *context = zmq_ctx_new();
    ss_router router = {0}, other = {0};
    ss_error error;
    temporary_folder_make(folder);
    snprintf(local, sizeof local, "ipc://%s/router.ipc", folder);
    expect_ok(ss_router_open(context, 10, &router, &error), &error);
    expect_ok(ss_router_open(context, 10, &other, &error), &error);
    expect_ok(ss_router_bind(&router, local, &error), &error);
    assert_status(ss_router_try(local, &error), SS_E_NETWORK);
    assert_non_null(strstr(error.message, local));
    assert_status(ss_router_bind(&other, local, &error), SS_E_NETWORK);
    assert_status(ss_router_bind(&router, local, &error), SS_E_NETWORK);
    assert_int_equal(other.endpoint_count, 0);
    ss_router_close(&router, 0);
    ss_router_close(&other, 0);
    zmq_ctx_term(context);
    temporary_folder_remove(folder);
}

static void a_path_that_was_left_behind_is_taken(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[TEMPORARY_PATH_MAX], local[sizeof address.sun_path + 8];
    void *context = zmq_ctx_new();
    ss_router router = {0};
    ss_error error;
    temporary_folder_make(folder);
    assert_true(snprintf(address.sun_path, sizeof address.sun_path, "%s/router.ipc", folder) <
                (int)sizeof address.sun_path);
    snprintf(local, sizeof local, "ipc://%s", address.sun_path);
    int gone = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(gone, (const struct sockaddr *)&address, sizeof address), 0);
    close(gone);
    assert_int_equal(access(address.sun_path, F_OK), 0);
    expect_ok(ss_router_try(local, &error), &error);
    expect_ok(ss_router_open(context, 10, &router, &error), &error);
    expect_ok(ss_router_bind(&router, local, &error), &error);
    ss_router_close(&router, 0);
    zmq_ctx_term(context);
    temporary_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_asked_at_each_of_its_endpoints), cmocka_unit_test(who_is_not_there_is_told_of),
        cmocka_unit_test(what_cannot_be_bound_is_named),        cmocka_unit_test(what_is_taken_shows_without_binding),
        cmocka_unit_test(a_path_stays_with_who_answers_there),  cmocka_unit_test(a_path_that_was_left_behind_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* upstream.h: a connection that is renewed brings nothing of what it had, there or back. */
#include "check.h"
#include "http/upstream.h"
#include "temporary_folder.h"

#define PATIENCE_MS 20000

typedef struct ends {
    char folder[TEMPORARY_PATH_MAX], endpoint[TEMPORARY_PATH_MAX + 8];
    void *context, *router;
    ss_upstream *upstream;
} ends;

static void listen_at(ends *self)
{
    int patience = PATIENCE_MS, none = 0;
    self->router = zmq_socket(self->context, ZMQ_ROUTER);
    zmq_setsockopt(self->router, ZMQ_RCVTIMEO, &patience, sizeof patience);
    zmq_setsockopt(self->router, ZMQ_LINGER, &none, sizeof none);
    assert_int_equal(zmq_bind(self->router, self->endpoint), 0);
}

static int set_up(void **state)
{
    ends *self = calloc(1, sizeof *self);
    ss_error error;
    temporary_folder_make(self->folder);
    snprintf(self->endpoint, sizeof self->endpoint, "ipc://%s/up.ipc", self->folder);
    self->context = zmq_ctx_new();
    const ss_upstream_options options = {.endpoint = self->endpoint, .queue = 4};
    expect_ok(ss_upstream_open(self->context, &options, &self->upstream, &error), &error);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    ends *self = *state;
    ss_upstream_close(&self->upstream);
    ss_upstream_close(&self->upstream);
    if (self->router)
        zmq_close(self->router);
    zmq_ctx_term(self->context);
    temporary_folder_remove(self->folder);
    free(self);
    return 0;
}

static void send_at_last(ends *self, const char *text)
{
    for (unsigned i = 0; i < PATIENCE_MS && !ss_upstream_send(self->upstream, ss_slice_of(text)); i++)
        usleep(1000);
}

static void expect_message(ends *self, const char *wanted, char identity[64], int *identity_size)
{
    char text[64];
    *identity_size = zmq_recv(self->router, identity, 64, 0);
    assert_true(*identity_size > 0);
    int size = zmq_recv(self->router, text, sizeof text, 0);
    assert_slice_equal(((ss_slice){text, (size_t)size}), wanted);
}

static ss_upstream_received receive(ends *self, ss_slice *message)
{
    zmq_pollitem_t item = {ss_upstream_socket(self->upstream), 0, ZMQ_POLLIN, 0};
    zmq_poll(&item, 1, PATIENCE_MS);
    return ss_upstream_receive(self->upstream, message);
}

static void messages_go_there_and_back(void **state)
{
    ends *self = *state;
    char identity[64];
    int size;
    ss_slice message;
    listen_at(self);
    send_at_last(self, "ask");
    expect_message(self, "ask", identity, &size);
    assert_int_equal(ss_upstream_receive(self->upstream, &message), SS_UPSTREAM_NOTHING);
    zmq_send(self->router, identity, (size_t)size, ZMQ_SNDMORE);
    zmq_send(self->router, "one", 3, 0);
    assert_int_equal(receive(self, &message), SS_UPSTREAM_MESSAGE);
    assert_slice_equal(message, "one");
    zmq_send(self->router, identity, (size_t)size, ZMQ_SNDMORE);
    zmq_send(self->router, "a", 1, ZMQ_SNDMORE);
    zmq_send(self->router, "b", 1, 0);
    assert_int_equal(receive(self, &message), SS_UPSTREAM_GARBAGE);
    assert_int_equal(ss_upstream_receive(self->upstream, &message), SS_UPSTREAM_NOTHING);
}

static void nothing_is_sent_to_nobody(void **state)
{
    ends *self = *state;
    char identity[64];
    int size;
    for (unsigned i = 0; i < 5; i++) {
        assert_false(ss_upstream_send(self->upstream, SS_SLICE_LITERAL("nobody")));
        usleep(2000);
    }
    listen_at(self);
    send_at_last(self, "somebody");
    expect_message(self, "somebody", identity, &size);
}

static void what_waits_for_who_does_not_read_has_an_end(void **state)
{
    ends *self = *state;
    unsigned sent = 0;
    char big[60000];
    memset(big, 'x', sizeof big);
    listen_at(self);
    send_at_last(self, "first");
    for (unsigned idle = 0; idle < 50 && sent < 100000;)
        if (ss_upstream_send(self->upstream, (ss_slice){big, sizeof big})) {
            sent++;
            idle = 0;
        } else {
            idle++;
            usleep(1000);
        }
    assert_true(sent > 0 && sent < 2000);
}

static void renewed_it_has_nothing_of_before(void **state)
{
    ends *self = *state;
    char identity[64];
    int size;
    ss_slice message;
    listen_at(self);
    send_at_last(self, "before");
    expect_message(self, "before", identity, &size);
    ss_upstream_renew(self->upstream);
    assert_non_null(ss_upstream_socket(self->upstream));
    zmq_send(self->router, identity, (size_t)size, ZMQ_SNDMORE);
    zmq_send(self->router, "too late", 8, 0);
    send_at_last(self, "after");
    expect_message(self, "after", identity, &size);
    zmq_send(self->router, identity, (size_t)size, ZMQ_SNDMORE);
    zmq_send(self->router, "in time", 7, 0);
    assert_int_equal(receive(self, &message), SS_UPSTREAM_MESSAGE);
    assert_slice_equal(message, "in time");
}

static void what_cannot_be_used_is_refused(void **state)
{
    ends *self = *state;
    ss_upstream *upstream = NULL;
    ss_error error;
    const ss_upstream_options nowhere = {.endpoint = "nowhere", .queue = 4};
    assert_status(ss_upstream_open(self->context, &nowhere, &upstream, &error), SS_E_NETWORK);
    assert_null(upstream);
    assert_string_equal(error.where, "nowhere");
    const ss_upstream_options no_key = {
        .endpoint = self->endpoint, .server_key = "x", .public_key = "y", .secret_key = "z", .queue = 4};
    assert_status(ss_upstream_open(self->context, &no_key, &upstream, NULL), SS_E_NETWORK);
    assert_null(upstream);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages_go_there_and_back),
        TEST(nothing_is_sent_to_nobody),
        TEST(what_waits_for_who_does_not_read_has_an_end),
        TEST(renewed_it_has_nothing_of_before),
        TEST(what_cannot_be_used_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The port before a backend of ours: whose reply goes to whom, at once, later, too late, never. */
#include "testing.h"

#include "base/clock.h"
#include "http/port.h"
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define CALLERS 40u
#define SECOND  INT64_C(1000000000)

/* What the backend does with questions. */
typedef enum manner { AT_ONCE, LATER, NEVER } manner;

typedef struct question {
    uint64_t ticket;
    char reply[256];
    size_t size;
} question;

/* It gives back the params as the result. Owned by the port's thread, but for the atomic ones. */
static struct {
    _Atomic(manner) manner;
    atomic_size_t wanted; /* questions before it answers any, the last one first */
    atomic_size_t asked, forgotten;
    question questions[CALLERS];
    size_t count;
    uint64_t late; /* a ticket that nobody has: a reply to it comes with the others; 0: none */
} backend;

static bool ask(void *self, const ss_backend_request *asked, ss_slice *reply)
{
    static const char head[] = {(char)0x94, 1, 0, (char)0xc0};
    question *new = &backend.questions[backend.count];
    (void)self;
    new->ticket = asked->ticket;
    new->size = sizeof head + asked->params.size;
    assert_true(new->size <= sizeof new->reply);
    memcpy(new->reply, head, sizeof head);
    memcpy(new->reply + sizeof head, asked->params.data, asked->params.size);
    *reply = (ss_slice){new->reply, new->size};
    bool at_once = backend.manner == AT_ONCE;
    backend.count += !at_once;
    backend.asked++;
    return at_once;
}

static void forget(void *self, uint64_t ticket)
{
    (void)self;
    for (size_t i = 0; i < backend.count; i++)
        if (backend.questions[i].ticket == ticket)
            backend.questions[i] = backend.questions[--backend.count];
    backend.forgotten++;
}

static size_t poll_nothing(void *self, zmq_pollitem_t *items, long *wait_ms)
{
    (void)self, (void)items;
    *wait_ms = 1;
    return 0;
}

static void run(void *self, ss_backend_answered answered, void *port)
{
    (void)self;
    if (backend.manner != LATER || backend.count == 0 || backend.count < backend.wanted)
        return;
    if (backend.late)
        answered(port, backend.late, SS_SLICE_LITERAL("\x94\x01\x00\xc0\xa5" "wrong"));
    while (backend.count > 0) {
        const question *last = &backend.questions[--backend.count];
        answered(port, last->ticket, (ss_slice){last->reply, last->size});
        answered(port, last->ticket, SS_SLICE_LITERAL("\x94\x01\x00\xc0\xa5" "again"));
    }
}

static void free_nothing(void *self)
{
    (void)self;
}

static ss_status make_backend(void *context, unsigned thread, ss_backend *made, ss_error *error)
{
    (void)context, (void)thread, (void)error;
    *made = (ss_backend){NULL, ask, forget, poll_nothing, run, free_nothing};
    return SS_OK;
}

/* ---- the port ---- */

static ss_http_options options;
static ss_http_counts counts;
static ss_http_port *port;

static int begin(void **state)
{
    ss_error error;
    const ss_option_group group = {NULL, NULL, ss_http_option_table, &options};
    (void)state;
    memset(&backend, 0, sizeof backend);
    memset(&counts, 0, sizeof counts);
    ss_options_defaults(&group, 1);
    options.http = "127.0.0.1:0";
    const ss_http_setting setting = {.options = &options, .backend = make_backend, .counts = {&counts}};
    expect_ok(ss_http_port_open(&setting, &port, &error), &error);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ss_http_port_close(&port, ss_clock_monotonic() + 5 * SECOND);
    return 0;
}

/* ---- callers ---- */

static int connect_to_port(void)
{
    const struct timeval patience = {.tv_sec = 20};
    const char *colon = strchr(ss_http_port_address(port), ':');
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void send_request(int fd, unsigned number)
{
    char text[128];
    int size =
        snprintf(text, sizeof text, "GET /v1/related?item_id=item-%u HTTP/1.1\r\nHost: localhost\r\n\r\n", number);
    assert_int_equal(send(fd, text, (size_t)size, 0), size);
}

static const char *receive_reply(int fd)
{
    static char text[4096];
    size_t used = 0;
    for (;;) {
        ssize_t size = recv(fd, text + used, sizeof text - 1 - used, 0);
        if (size < 0 && errno == EINTR) /* it was stopped, and goes on */
            continue;
        assert_true(size > 0);
        text[used += (size_t)size] = '\0';
        const char *body = strstr(text, "\r\n\r\n"), *length = strstr(text, "Content-Length: ");
        if (body && length && text + used >= body + 4 + atoi(length + 16))
            return text;
    }
}

static void expect_own(int fd, unsigned number)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "{\"item_id\":\"item-%u\"}", number);
    const char *reply = receive_reply(fd);
    assert_non_null(strstr(reply, "HTTP/1.1 200"));
    assert_non_null(strstr(reply, wanted));
}

static void wait_until(atomic_size_t *count, size_t wanted)
{
    for (unsigned i = 0; i < 10000 && *count < wanted; i++)
        usleep(2000);
    assert_true(*count >= wanted);
}

/* ---- tests ---- */

static void answers_at_once(void **state)
{
    (void)state;
    int fd = connect_to_port();
    for (unsigned i = 0; i < 3; i++) {
        send_request(fd, i);
        expect_own(fd, i);
    }
    close(fd);
}

/* Whoever asked first is answered last, and several times on the same connections. */
static void later_answers_find_who_asked(void **state)
{
    int callers[CALLERS];
    (void)state;
    backend.manner = LATER;
    backend.wanted = CALLERS;
    for (unsigned i = 0; i < CALLERS; i++)
        callers[i] = connect_to_port();
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < CALLERS; i++)
            send_request(callers[i], round * CALLERS + i);
        for (unsigned i = 0; i < CALLERS; i++)
            expect_own(callers[i], round * CALLERS + i);
    }
    for (unsigned i = 0; i < CALLERS; i++)
        close(callers[i]);
    assert_int_equal(backend.asked, 3 * CALLERS);
    assert_int_equal(backend.forgotten, 0);
}

/* When the port closes, who waits is told so, and the backend need not answer any more. */
static void who_waits_at_the_end_is_told(void **state)
{
    (void)state;
    backend.manner = NEVER;
    int fd = connect_to_port();
    send_request(fd, 1);
    wait_until(&backend.asked, 1);
    ss_http_port_close(&port, ss_clock_monotonic());
    const char *reply = receive_reply(fd);
    assert_non_null(strstr(reply, "HTTP/1.1 504"));
    assert_non_null(strstr(reply, "\"code\":\"busy\""));
    assert_int_equal(backend.forgotten, 1);
    assert_int_equal(recv(fd, (char[1]){0}, 1, 0), 0);
    close(fd);
}

/* A question of the backend's that nobody has asked, or has an answer already, is nobody's; `run` has one of each beside every right one. */
static void other_tickets_are_nobodys(void **state)
{
    (void)state;
    backend.late = UINT64_MAX;
    backend.manner = LATER;
    backend.wanted = 1;
    int fd = connect_to_port();
    for (unsigned i = 0; i < 20; i++) {
        send_request(fd, i);
        expect_own(fd, i);
    }
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_at_once, begin, end),
        cmocka_unit_test_setup_teardown(later_answers_find_who_asked, begin, end),
        cmocka_unit_test_setup_teardown(who_waits_at_the_end_is_told, begin, end),
        cmocka_unit_test_setup_teardown(other_tickets_are_nobodys, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

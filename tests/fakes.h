/*
 * fakes.h: servers that the test plays itself, each in a thread of its own, which answer well, late, twice, wrong or not
 * at all, as they are told at any moment, and count what they were asked; and a port that asks a backend and counts what
 * it is answered.
 *
 * A fake knows what it has done: an effect (`offers`, `event`, …) with a request_id is done once and answered the same each
 * time, as a server does; one without is done each time that it is asked.
 */
#ifndef SS_TESTS_FAKES_H
#define SS_TESTS_FAKES_H

#include "check.h"
#include "temporary_folder.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "client/wire.h"
#include "http/backend.h"
#include <pthread.h>
#include <stdatomic.h>

typedef enum fake_mood {
    FAKE_WELL,
    FAKE_SILENT,   /* takes requests and answers none */
    FAKE_FROZEN,   /* takes none: they wait, and are answered when it thaws */
    FAKE_SLOW,     /* answers after 60 ms */
    FAKE_TWICE,    /* answers each request two times */
    FAKE_GARBAGE,  /* bytes that are no reply */
    FAKE_CUT,      /* half of a reply */
    FAKE_STRANGER, /* the msgid of another request */
    FAKE_FRAMES,   /* a reply in two frames */
    FAKE_STOPPING, /* shutting_down */
    FAKE_BROKEN,   /* internal */
    FAKE_GONE,     /* nobody listens */
    FAKE_MOODS
} fake_mood;

#define FAKE_EFFECTS_MAX 65536u
#define FAKE_MESSAGE_MAX 4096u
#define FAKE_LATE_MS     60

typedef struct fake {
    char folder[TEMPORARY_PATH_MAX], endpoint[TEMPORARY_PATH_MAX + 8];
    unsigned number;
    void *context, *router;
    pthread_t thread;
    atomic_int mood, listening;
    atomic_bool stop;
    atomic_uint rounds; /* that its thread has begun */
    atomic_uint asked, effects, probes,
        named[FAKE_EFFECTS_MAX]; /* requests but probes; done, in all and by request_id */
} fake;

/* ---- a fake's thread: cmocka's checks are for the test's own ---- */

static inline void fake_must(bool fine)
{
    if (!fine)
        abort();
}

typedef struct fake_request {
    uint32_t msgid;
    char method[32];
    unsigned name; /* number in request_id, event_id or the customer's: "r17" is 17; 0: none */
} fake_request;

static inline void fake_read(const uint8_t *bytes, size_t size, fake_request *request)
{
    ss_wire_reader reader = {bytes, bytes + size};
    ss_wire_token token, value;
    *request = (fake_request){0};
    fake_must(ss_wire_check(bytes, size, size, 16));
    fake_must(ss_wire_next(&reader, &token) && token.kind == SS_WIRE_ARRAY && token.number == 4);
    fake_must(ss_wire_next(&reader, &token) && token.kind == SS_WIRE_UINT && token.number == 0);
    fake_must(ss_wire_next(&reader, &token) && token.kind == SS_WIRE_UINT);
    request->msgid = (uint32_t)token.number;
    fake_must(ss_wire_next(&reader, &token) && token.kind == SS_WIRE_TEXT);
    snprintf(request->method, sizeof request->method, "%.*s", (int)token.size, token.bytes);
    fake_must(ss_wire_next(&reader, &token) && token.kind == SS_WIRE_MAP);
    for (uint64_t left = token.number; left > 0; left--) {
        fake_must(ss_wire_next(&reader, &token) && ss_wire_next(&reader, &value));
        long long name;
        if (value.kind == SS_WIRE_TEXT && value.size > 1 && value.bytes[0] == 'r' &&
            ss_slice_to_i64((ss_slice){value.bytes + 1, value.size - 1}, &name))
            request->name = (unsigned)name % FAKE_EFFECTS_MAX;
    }
}

static inline size_t fake_write(const fake *self, uint32_t msgid, unsigned code, uint8_t *bytes)
{
    uint8_t *at = ss_wire_put_uint(ss_wire_put_uint(ss_wire_put_array(bytes, 4), 1), msgid);
    if (code) {
        at = ss_wire_put_uint(ss_wire_put_text(ss_wire_put_map(at, 1), "code", 4), code);
        return (size_t)(ss_wire_put_nil(at) - bytes);
    }
    at = ss_wire_put_text(ss_wire_put_map(ss_wire_put_nil(at), 2), "generation", 10);
    at = ss_wire_put_text(at, "20260101T000000.000Z", 20);
    at = ss_wire_put_uint(ss_wire_put_text(at, "from", 4), self->number);
    return (size_t)(at - bytes);
}

static inline void fake_send(fake *self, const void *identity, size_t identity_size, const void *bytes, size_t size)
{
    zmq_send(self->router, identity, identity_size, ZMQ_SNDMORE);
    zmq_send(self->router, bytes, size, 0);
}

static inline void fake_count(fake *self, const fake_request *request)
{
    if (strcmp(request->method, "health") == 0) {
        self->probes++;
        return;
    }
    self->asked++;
    static const char *const effects[] = {"offers", "event", "redeem", "items", "forget"};
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        if (strcmp(request->method, effects[i]) == 0 && (request->name == 0 || self->named[request->name]++ == 0))
            self->effects++;
}

static inline void fake_reply(fake *self, fake_mood mood, const void *identity, size_t identity_size,
                              const fake_request *request)
{
    uint8_t bytes[256];
    unsigned code = mood == FAKE_STOPPING ? SS_FAULT_SHUTTING_DOWN : mood == FAKE_BROKEN ? SS_FAULT_INTERNAL : 0;
    size_t size = fake_write(self, request->msgid + (mood == FAKE_STRANGER ? 1000000u : 0), code, bytes);
    if (mood == FAKE_GARBAGE)
        memset(bytes, 0xc1, size);
    if (mood == FAKE_CUT)
        size /= 2;
    if (mood == FAKE_FRAMES) {
        zmq_send(self->router, identity, identity_size, ZMQ_SNDMORE);
        zmq_send(self->router, "", 0, ZMQ_SNDMORE);
        zmq_send(self->router, bytes, size, 0);
        return;
    }
    fake_send(self, identity, identity_size, bytes, size);
    if (mood == FAKE_TWICE)
        fake_send(self, identity, identity_size, bytes, size);
}

static inline void fake_serve(fake *self)
{
    uint8_t identity[256], bytes[FAKE_MESSAGE_MAX];
    fake_mood mood = (fake_mood)atomic_load(&self->mood);
    int identity_size = zmq_recv(self->router, identity, sizeof identity, 0);
    if (identity_size < 0)
        return;
    int size = zmq_recv(self->router, bytes, sizeof bytes, 0);
    fake_request request;
    fake_read(bytes, (size_t)size, &request);
    if (mood == FAKE_SLOW)
        usleep(FAKE_LATE_MS * 1000);
    if (mood != FAKE_STOPPING && mood != FAKE_BROKEN)
        fake_count(self, &request);
    if (mood != FAKE_SILENT)
        fake_reply(self, mood, identity, (size_t)identity_size, &request);
}

static inline void fake_listen(fake *self)
{
    int none = 0, patience = 5;
    self->router = zmq_socket(self->context, ZMQ_ROUTER);
    zmq_setsockopt(self->router, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(self->router, ZMQ_RCVTIMEO, &patience, sizeof patience);
    fake_must(zmq_bind(self->router, self->endpoint) == 0);
    self->listening = 1;
}

static inline void fake_hush(fake *self)
{
    if (self->router)
        zmq_close(self->router);
    self->router = NULL;
    self->listening = 0;
}

static inline void *fake_run(void *argument)
{
    fake *self = argument;
    while (!self->stop) {
        self->rounds++;
        bool gone = self->mood == FAKE_GONE;
        if (gone && self->router)
            fake_hush(self);
        if (!gone && !self->router)
            fake_listen(self);
        if (gone || self->mood == FAKE_FROZEN)
            usleep(1000);
        else
            fake_serve(self);
    }
    fake_hush(self);
    return NULL;
}

/* ---- fakes ---- */

static inline void fake_start(fake *self, unsigned number, fake_mood mood)
{
    self->number = number;
    self->mood = (int)mood;
    self->stop = false;
    self->asked = self->effects = self->probes = 0;
    memset((void *)self->named, 0, sizeof self->named);
    temporary_folder_make(self->folder);
    snprintf(self->endpoint, sizeof self->endpoint, "ipc://%s/fake.ipc", self->folder);
    self->context = zmq_ctx_new();
    self->router = NULL;
    if (mood != FAKE_GONE)
        fake_listen(self);
    assert_int_equal(pthread_create(&self->thread, NULL, fake_run, self), 0);
}

static inline void fake_stop(fake *self)
{
    self->stop = true;
    pthread_join(self->thread, NULL);
    zmq_ctx_term(self->context);
    temporary_folder_remove(self->folder);
}

/* ---- a port ---- */

#define PORT_TICKETS_MAX 65536u

typedef struct fake_answer {
    unsigned count, code, from;
} fake_answer;

typedef struct fake_port {
    ss_backend backend;
    fake_answer *answers; /* by ticket */
    uint64_t asked, answered;
} fake_port;

static inline void fake_port_take(void *context, uint64_t ticket, ss_slice reply)
{
    fake_port *port = context;
    ss_wire_reader reader = {(const uint8_t *)reply.data, (const uint8_t *)reply.data + reply.size};
    ss_wire_token token;
    fake_answer *answer = &port->answers[ticket];
    assert_true(ss_wire_check(reply.data, reply.size, reply.size, 16));
    for (int i = 0; i < 4; i++)
        assert_true(ss_wire_next(&reader, &token)); /* the head and the error */
    if (token.kind == SS_WIRE_MAP)
        assert_true(ss_wire_next(&reader, &token) && ss_wire_next(&reader, &token));
    else
        assert_true(ss_wire_next(&reader, &token));
    if (token.kind == SS_WIRE_UINT)
        answer->code = (unsigned)token.number;
    else if (token.kind == SS_WIRE_MAP)
        for (uint64_t left = token.number; left > 0; left--) {
            ss_wire_token value;
            assert_true(ss_wire_next(&reader, &token) && ss_wire_next(&reader, &value));
            if (token.size == 4 && memcmp(token.bytes, "from", 4) == 0)
                answer->from = (unsigned)value.number;
        }
    answer->count++;
    port->answered++;
}

/* Waits a while, at most `most_ms`, for what is under way. */
static inline void fake_port_wait(fake_port *port, long most_ms)
{
    zmq_pollitem_t items[SS_BACKEND_POLL_MAX];
    long wait;
    size_t count = port->backend.poll(port->backend.self, items, &wait);
    zmq_poll(items, (int)count, wait >= 0 && wait < most_ms ? wait : most_ms);
    port->backend.run(port->backend.self, fake_port_take, port);
}

/*
 * How long a test waits for what must come: a minute of rounds, of which each counts for as long as it may take. So time in
 * which the test itself stood still, with all the machine, is not taken for one of those that it waits for.
 */
typedef struct fake_patience {
    long left_ms;
} fake_patience;
#define FAKE_PATIENCE ((fake_patience){60000})

/* One more round; false: enough. */
static inline bool fake_port_waits(fake_port *port, fake_patience *patience)
{
    int64_t began = ss_clock_monotonic();
    if (patience->left_ms <= 0)
        return false;
    fake_port_wait(port, 5);
    int64_t took = (ss_clock_monotonic() - began) / INT64_C(1000000);
    patience->left_ms -= took < 5 ? took : 5;
    return true;
}

static inline void fake_port_wait_all(fake_port *port)
{
    fake_patience patience = FAKE_PATIENCE;
    while (port->answered < port->asked && fake_port_waits(port, &patience))
        continue;
    assert_int_equal(port->answered, port->asked);
}

static inline void fake_port_pass(fake_port *port, long ms)
{
    int64_t end = ss_clock_monotonic() + ms * INT64_C(1000000);
    while (ss_clock_monotonic() < end)
        fake_port_wait(port, 5);
}

/* Asks a method with {} or {name: "r<number>"}, for a visitor or nobody (NULL). Returns the ticket. */
static inline uint64_t fake_port_ask(fake_port *port, ss_method method, const char *visitor, const char *name,
                                     unsigned number)
{
    uint8_t params[64], *at = ss_wire_put_map(params, name != NULL);
    char value[16];
    snprintf(value, sizeof value, "r%u", number);
    if (name)
        at = ss_wire_put_text(ss_wire_put_text(at, name, strlen(name)), value, strlen(value));
    bool is_request_id = name && strcmp(name, "request_id") == 0;
    ss_backend_request question = {
        .ticket = port->asked++,
        .method = method,
        .params = {(const char *)params, (size_t)(at - params)},
        .visitor = ss_slice_of(visitor),
        .request_id = is_request_id ? ss_slice_of(value) : (ss_slice){0},
        .recorded = ss_method_is_recorded(method),
    };
    ss_slice reply;
    assert_true(question.ticket < PORT_TICKETS_MAX);
    if (port->backend.ask(port->backend.self, &question, &reply))
        fake_port_take(port, question.ticket, reply);
    return question.ticket;
}

#endif

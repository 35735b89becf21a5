#include "server/zap.h"

#include "base/clock.h"
#include "base/wake.h"
#include "server/keys.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#define ZAP_ENDPOINT  "inproc://zeromq.zap.01"
#define ZAP_FRAME_MAX 256u
#define ZAP_FRAMES    7u
#define KEY_BYTES     32u
#define LOG_INTERVAL  1000000000 /* at most one line a second about those turned away */

struct ss_zap {
    void *socket;
    const ss_access *access;
    const ss_logger *logger;
    int wake;
    pthread_t thread;
    int64_t last_logged;
    unsigned long unlogged;
};

enum zap_frame { ZAP_VERSION, ZAP_ID, ZAP_DOMAIN, ZAP_ADDRESS, ZAP_IDENTITY, ZAP_MECHANISM, ZAP_CREDENTIALS };

typedef struct question {
    char frame[ZAP_FRAMES][ZAP_FRAME_MAX];
    size_t size[ZAP_FRAMES];
    size_t count; /* of frames received, those beyond ZAP_FRAMES too */
} question;

static bool receive(void *socket, question *asked)
{
    int more = 1;
    size_t size = sizeof more;
    char rest[ZAP_FRAME_MAX];
    for (asked->count = 0; more; asked->count++) {
        bool kept = asked->count < ZAP_FRAMES;
        int length = zmq_recv(socket, kept ? asked->frame[asked->count] : rest, ZAP_FRAME_MAX, 0);
        if (length < 0 || zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) != 0)
            return false;
        if (kept)
            asked->size[asked->count] = (size_t)length < ZAP_FRAME_MAX ? (size_t)length : ZAP_FRAME_MAX;
    }
    return true;
}

static ss_slice frame_of(const question *asked, enum zap_frame frame)
{
    return frame < asked->count ? (ss_slice){asked->frame[frame], asked->size[frame]} : (ss_slice){NULL, 0};
}

/* `key` receives the public key in Z85, empty when there is none. */
static ss_role role_of(const ss_zap *zap, const question *asked, char key[SS_KEY_SIZE])
{
    key[0] = '\0';
    if (asked->count != ZAP_FRAMES || asked->size[ZAP_CREDENTIALS] != KEY_BYTES ||
        !ss_slice_equal(frame_of(asked, ZAP_VERSION), SS_SLICE_LITERAL("1.0")) ||
        !ss_slice_equal(frame_of(asked, ZAP_MECHANISM), SS_SLICE_LITERAL("CURVE")) ||
        !zmq_z85_encode(key, (const uint8_t *)asked->frame[ZAP_CREDENTIALS], KEY_BYTES))
        return SS_ROLE_NONE;
    return ss_access_role(zap->access, key);
}

static void log_refusal(ss_zap *zap, const question *asked, const char *key)
{
    char address[128];
    int64_t now = ss_clock_monotonic();
    if (zap->last_logged != 0 && now - zap->last_logged < LOG_INTERVAL) {
        zap->unlogged++;
        return;
    }
    ss_log_quote(frame_of(asked, ZAP_ADDRESS), address, sizeof address);
    ss_log(zap->logger, SS_LOG_WARN,
           "connection refused: its key is not on the allow-list address=%s key=%s unlogged=%lu", address,
           key[0] ? key : "none", zap->unlogged);
    zap->last_logged = now;
    zap->unlogged = 0;
}

static void reply(void *socket, ss_slice id, ss_role role)
{
    bool allowed = role != SS_ROLE_NONE;
    const char *user = allowed ? ss_role_name(role) : "";
    zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(socket, id.data, id.size, ZMQ_SNDMORE);
    zmq_send(socket, allowed ? "200" : "400", 3, ZMQ_SNDMORE);
    zmq_send(socket, allowed ? "OK" : "No", 2, ZMQ_SNDMORE);
    zmq_send(socket, user, strlen(user), ZMQ_SNDMORE);
    zmq_send(socket, "", 0, 0);
}

static void *run(void *argument)
{
    ss_zap *zap = argument;
    pthread_setname_np(pthread_self(), "access");
    for (;;) {
        zmq_pollitem_t items[] = {{zap->socket, 0, ZMQ_POLLIN, 0}, {NULL, zap->wake, ZMQ_POLLIN, 0}};
        question asked;
        char key[SS_KEY_SIZE];
        zmq_poll(items, 2, -1);
        if (items[1].revents)
            return NULL;
        if (!items[0].revents || !receive(zap->socket, &asked))
            continue;
        ss_role role = role_of(zap, &asked, key);
        if (role == SS_ROLE_NONE)
            log_refusal(zap, &asked, key);
        reply(zap->socket, frame_of(&asked, ZAP_ID), role);
    }
}

static ss_status start(ss_zap *zap, void *context, ss_error *error)
{
    zap->socket = zmq_socket(context, ZMQ_REP);
    if (!zap->socket || zmq_bind(zap->socket, ZAP_ENDPOINT) != 0)
        return ss_error_set(error, SS_E_NETWORK, ZAP_ENDPOINT ": %s", zmq_strerror(zmq_errno()));
    ss_status status = ss_wake_open(&zap->wake, error);
    if (status != SS_OK)
        return status;
    errno = pthread_create(&zap->thread, NULL, run, zap);
    return errno ? ss_error_io(error, "access control", "cannot start a thread") : SS_OK;
}

static void close_all(ss_zap *zap)
{
    if (zap->socket)
        zmq_close(zap->socket);
    ss_wake_close(&zap->wake);
    free(zap);
}

ss_status ss_zap_start(void *zmq_context, const ss_access *access, const ss_logger *logger, ss_zap **zap,
                       ss_error *error)
{
    ss_zap *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->access = access;
    new->logger = logger;
    new->wake = -1;
    ss_status status = start(new, zmq_context, error);
    if (status == SS_OK)
        *zap = new;
    else
        close_all(new);
    return status;
}

void ss_zap_stop(ss_zap **zap)
{
    ss_zap *old = *zap;
    *zap = NULL;
    if (!old)
        return;
    ss_wake(old->wake);
    pthread_join(old->thread, NULL);
    close_all(old);
}

#include "http/key_ring.h"

#include <pthread.h>
#include <stdlib.h>

struct ss_key_ring {
    const char *path;
    const ss_logger *logger;
    ss_api_keys *keys;
    pthread_rwlock_t lock; /* of `keys` */
};

/* Readers who follow each other without end must not keep new keys out. */
static void init_lock(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
}

ss_status ss_key_ring_open(const char *path, const ss_logger *logger, ss_key_ring **ring, ss_error *error)
{
    ss_key_ring *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    *new = (ss_key_ring){.path = path, .logger = logger};
    init_lock(&new->lock);
    ss_status status = ss_api_keys_read(path, &new->keys, error);
    if (status == SS_OK)
        *ring = new;
    else
        ss_key_ring_close(&new);
    return status;
}

void ss_key_ring_close(ss_key_ring **ring)
{
    ss_key_ring *old = *ring;
    *ring = NULL;
    if (!old)
        return;
    ss_api_keys_free(&old->keys);
    pthread_rwlock_destroy(&old->lock);
    free(old);
}

const ss_api_keys *ss_key_ring_hold(ss_key_ring *ring)
{
    if (!ring)
        return NULL;
    pthread_rwlock_rdlock(&ring->lock);
    return ring->keys;
}

void ss_key_ring_let_go(ss_key_ring *ring)
{
    if (ring)
        pthread_rwlock_unlock(&ring->lock);
}

static void log_refusal(const ss_key_ring *ring, const ss_error *error)
{
    char text[SS_ERROR_TEXT_MAX], reason[SS_ERROR_TEXT_MAX + 8];
    ss_error_format(error, text, sizeof text);
    ss_log(ring->logger, SS_LOG_ERROR, "keys of HTTP refused, the old ones stay reason=%s",
           ss_log_quote(ss_slice_of(text), reason, sizeof reason));
}

void ss_key_ring_read_anew(ss_key_ring *ring)
{
    ss_error error = {0};
    ss_api_keys *keys = NULL;
    if (ss_api_keys_read(ring->path, &keys, &error) != SS_OK) {
        log_refusal(ring, &error);
        return;
    }
    size_t count = ss_api_keys_count(keys);
    pthread_rwlock_wrlock(&ring->lock);
    ss_api_keys *old = ring->keys;
    ring->keys = keys;
    pthread_rwlock_unlock(&ring->lock);
    ss_api_keys_free(&old);
    ss_log(ring->logger, SS_LOG_INFO, "keys of HTTP read anew keys=%zu", count);
}

/*
 * key_ring.h: the keys of --http-keys (api_keys.h) as they are now: their file may be read anew while requests come in, so that keys come
 * and go without a restart.
 *
 * Who looks something up holds the ring meanwhile, for no longer than the look-up takes. Reading anew waits for those who hold it, and
 * whoever comes after finds the new keys: one whose line is gone is none from then on. Safe from any thread.
 */
#ifndef SS_HTTP_KEY_RING_H
#define SS_HTTP_KEY_RING_H

#include "base/logline.h"
#include "http/api_keys.h"

typedef struct ss_key_ring ss_key_ring;

/* `path` and `logger` are borrowed for the ring's life. Errors as ss_api_keys_read. Caller owns the result. */
ss_status ss_key_ring_open(const char *path, const ss_logger *logger, ss_key_ring **ring, ss_error *error);
void ss_key_ring_close(ss_key_ring **ring); /* when nobody holds it */

/* The keys, until ss_key_ring_let_go by the same thread, which must not hold it twice. NULL of a NULL ring, which need not be let go. */
const ss_api_keys *ss_key_ring_hold(ss_key_ring *ring);
void ss_key_ring_let_go(ss_key_ring *ring);

/* Reads the file again. A broken one changes nothing: the old keys stay, and a log line says what is wrong with which line. */
void ss_key_ring_read_anew(ss_key_ring *ring);

#endif

/*
 * keys.h: CURVE key pairs (https://rfc.zeromq.org/spec/26/) and their files. Keys are written in Z85 (40 characters).
 *
 * A secret file holds lines "public KEY" and "secret KEY" and is readable by its owner alone; a public file holds the
 * line "public KEY". Lines that begin with # are comments. Secrets are wiped from memory by ss_keys_wipe.
 */
#ifndef SS_SERVER_KEYS_H
#define SS_SERVER_KEYS_H

#include "base/status.h"
#include <stdbool.h>

#define SS_KEY_SIZE 41u /* with the terminating zero */

typedef struct ss_keys {
    char public_key[SS_KEY_SIZE];
    char secret_key[SS_KEY_SIZE]; /* empty: not known */
} ss_keys;

/* A new pair. SS_E_UNSUPPORTED when libzmq was built without CURVE. */
ss_status ss_keys_generate(ss_keys *keys, ss_error *error);
void ss_keys_wipe(ss_keys *keys);

/* Writes a file that must not be there yet; with `secret` both keys, mode 0600, else the public one, 0644. SS_E_IO. */
ss_status ss_keys_write(const ss_keys *keys, const char *path, bool secret, ss_error *error);

/*
 * Reads a file; with `secret` it must hold the secret key and be closed to group and others (else SS_E_ACCESS); a
 * public key that does not belong to it is an error. SS_E_NOT_FOUND, SS_E_IO, SS_E_NOMEM, SS_E_LIMIT (longer than any such file is),
 * SS_E_UNSUPPORTED as above; SS_E_FORMAT with file and line.
 */
ss_status ss_keys_read(const char *path, bool secret, ss_keys *keys, ss_error *error);

/* Is it 40 characters of Z85? */
bool ss_key_is_valid(const char *text, size_t size);

#endif

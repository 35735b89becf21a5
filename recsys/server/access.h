/*
 * access.h: who may call what: a list of client public keys with roles.
 *
 * A file of lines `KEY ROLE [NAME]`, separated by blanks: KEY is a CURVE public key in Z85, ROLE is read, event or
 * admin, NAME is for people. Empty lines and those that begin with # are skipped. Read-only once read: safe from any
 * thread.
 */
#ifndef SS_SERVER_ACCESS_H
#define SS_SERVER_ACCESS_H

#include "base/status.h"
#include "server/protocol.h"

#define SS_ALLOW_MAX 65536u /* most keys of a list */

typedef struct ss_access ss_access;

/* SS_E_NOT_FOUND, SS_E_IO, SS_E_NOMEM, SS_E_LIMIT; SS_E_FORMAT with file, line and what was expected; an empty list is
 * SS_E_FORMAT. */
ss_status ss_access_read(const char *path, ss_access **access, ss_error *error);
void ss_access_free(ss_access **access);

/* The role of a public key (40 characters of Z85); SS_ROLE_NONE for one not listed. */
ss_role ss_access_role(const ss_access *access, const char *key);
size_t ss_access_count(const ss_access *access);

/* Makes a socket, not bound yet, a CURVE server with the secret key of the file. Errors of ss_keys_read,
 * SS_E_UNSUPPORTED. */
ss_status ss_access_secure(void *socket, const char *key_path, ss_error *error);

#endif

/*
 * visitor_token.h: how a browser shows that its visitor is signed in, and as whom. The shop's back end, which knows, asks for a token
 * (POST /v1/token, with a secret key) and writes it into the page; the page sends it as `customer_token` beside its `session_id`, and is
 * answered as if it had said `customer_id`, which a public key may not.
 *
 * A token binds a customer_id to a session_id until a time. It is base64url (RFC 4648, no padding) of a version (1 byte), a nonce (24) and
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) of the time (8 bytes, microseconds UTC, high byte first) and the customer_id, with the
 * session_id as what is authenticated beside it; the key is derived from the key file's secret. So who reads a page or a proxy's log
 * learns no customer's name from it, who changes a bit has nothing, and who steals it needs the session's id too.
 * Safe from any thread.
 */
#ifndef SS_HTTP_VISITOR_TOKEN_H
#define SS_HTTP_VISITOR_TOKEN_H

#include "base/dictionary.h"
#include "base/slice.h"
#include "http/api_keys.h"

#define SS_VISITOR_TOKEN_SIZE  408u   /* bytes that hold any, with the terminator */
#define SS_VISITOR_MINUTES_MAX 10080u /* a week */
#define SS_VISITOR_MINUTES     1440u  /* a day, unless said otherwise */
#define SS_PUBLIC_SESSION_LENGTH                                                                                       \
    16u /* least bytes of a session_id that a public key may name: see ss_session_is_public */

/*
 * Whoever names a session is shown what follows from what it did, so its id is as good as a password: a public key may name only those
 * that could have been made to be guessed by nobody, at least SS_PUBLIC_SESSION_LENGTH and at most 255 bytes of visible ASCII (no blanks,
 * which the server would trim: "s-1" with blanks is no long id). It cannot be seen whether they are random; crypto.randomUUID() is.
 */
bool ss_session_is_public(ss_slice session_id);

/* customer_id: 1 to 255 bytes; session_id as above; expires: microseconds UTC. SS_E_ARGUMENT, SS_E_UNSUPPORTED: the keys have no secret
 * for tokens. */
ss_status ss_visitor_token_make(const ss_api_keys *keys, ss_slice customer_id, ss_slice session_id, int64_t expires,
                                char token[SS_VISITOR_TOKEN_SIZE], ss_error *error);

typedef enum ss_visitor_token_state { SS_TOKEN_GOOD, SS_TOKEN_EXPIRED, SS_TOKEN_FALSE } ss_visitor_token_state;

/* Whose token is it? SS_TOKEN_GOOD: customer[0 .. *size). Any other: untouched. */
ss_visitor_token_state ss_visitor_token_read(const ss_api_keys *keys, ss_slice token, ss_slice session_id, int64_t now,
                                             char customer[SS_ID_MAX], size_t *size);

#endif

/*
 * api_keys.h: who may call what over HTTP.
 *
 * A key is a text of SS_API_KEY_SIZE characters that a caller sends as `Authorization: Bearer KEY`, or a browser's page, for which
 * nothing else works with sendBeacon, as `?key=KEY`. A public key stands in the page's source for all to see: what it allows must harm nobody.
 * A secret key is the shop's back end's. What a public key may ask is in http/public_call.h, what it is shown in http/public_reply.h:
 *
 * | | public | secret |
 * |---|---|---|
 * | shelves, `page` | of the page and of its own session: no `customer_id` but by a token, no `explain`, no `timestamp` | all |
 * | columns | name, price, lowest price, category, url, image, stock as in or out; never cost | all |
 * | reasons | model, because, because_name; never counts of other customers | all |
 * | `event` | view, cart_add, cart_remove, impression, click, dismiss, accept of its own session; no price, no order | all |
 * | `offers` | of its own session | all |
 * | everything else | no | all |
 *
 * The file of `--http-keys` has a line for each, its words separated by blanks; empty lines and those that begin with # are skipped:
 *
 *     HASH public [NAME] [ORIGIN…]     the pages that may use it, as browsers name them: "https://shop.example", no path, no default port
 *     HASH secret [NAME]
 *     SECRET tokens [NAME]             what visitor tokens (http/visitor_token.h) are made with; of several the last, and all are taken
 *
 * HASH is the key's BLAKE2b-256 (RFC 7693) in 64 hexadecimal digits, so that who reads the file has no key; a key has 200 random bits, so the
 * hash needs no salt. SECRET is 64 random hexadecimal digits: a file that has one must be closed to others than its owner and group.
 */
#ifndef SS_HTTP_API_KEYS_H
#define SS_HTTP_API_KEYS_H

#include "base/options.h"
#include "base/slice.h"
#include "base/status.h"

#define SS_API_KEY_SIZE     43u /* characters: "pk_" or "sk_" and 40 of 200 random bits in Crockford's base 32 */
#define SS_API_KEYS_MAX     256u
#define SS_API_ORIGINS_MAX  32u /* of one key */
#define SS_API_TOKENS_MAX   4u  /* secrets for tokens */
#define SS_API_TOKEN_SECRET 32u /* bytes of one */
#define SS_API_NAME_MAX     63u

typedef enum ss_api_kind { SS_API_NONE, SS_API_PUBLIC, SS_API_SECRET } ss_api_kind;

typedef struct ss_api_keys ss_api_keys;
typedef struct ss_api_key ss_api_key; /* one of them; borrowed from the keys */

/*
 * SS_E_NOT_FOUND, SS_E_IO, SS_E_NOMEM; SS_E_FORMAT with file, line, what was found and expected, also of a file without a key; SS_E_LIMIT;
 * SS_E_ACCESS: others than the owner may change it, or others than owner and group read secrets of tokens; SS_E_UNSUPPORTED: libsodium cannot start.
 */
ss_status ss_api_keys_read(const char *path, ss_api_keys **keys, ss_error *error);
void ss_api_keys_free(ss_api_keys **keys);

/* ---- looking one up: safe from any thread ---- */

/* The time it takes tells nothing about which keys there are: every one is compared, in constant time. NULL: none of these. */
const ss_api_key *ss_api_keys_find(const ss_api_keys *keys, ss_slice key);

ss_api_kind ss_api_key_kind(const ss_api_key *key); /* SS_API_NONE of NULL */
const char *ss_api_key_name(const ss_api_key *key); /* what log lines call it; "" where the file gives none */
size_t ss_api_keys_count(const ss_api_keys *keys);

/* A number of its own, the same wherever in the file its line stands; never 0. */
uint64_t ss_api_key_number(const ss_api_key *key);

/* Is it listed? Secret keys are for no page. "null", which any sandboxed frame sends, never is. */
bool ss_api_key_allows_origin(const ss_api_key *key, ss_slice origin);
/* Of any public key: may a page of it read why it is refused? */
bool ss_api_keys_allow_origin(const ss_api_keys *keys, ss_slice origin);

/* The `index`-th newest secret for tokens, SS_API_TOKEN_SECRET bytes, borrowed; NULL: there are no more. NULL keys have none. */
const unsigned char *ss_api_keys_token_secret(const ss_api_keys *keys, size_t index);

/* ---- making one ---- */

/*
 * Makes a key, appends its line to the file and gives it: it is kept nowhere. A file that is not there yet is made with mode 0600 and a
 * secret for tokens. SS_E_ARGUMENT: a name or origin that could not stand there, too many origins, or origins of a secret key. SS_E_LIMIT: there are
 * SS_API_KEYS_MAX. SS_E_IO; errors of reading the file, so that a broken one is not added to.
 */
ss_status ss_api_key_add(const char *path, ss_api_kind kind, const char *name, const ss_texts *origins,
                         char key[SS_API_KEY_SIZE + 1], ss_error *error);

/* Appends a new secret for tokens. As above; SS_E_LIMIT: there are SS_API_TOKENS_MAX. */
ss_status ss_api_tokens_add(const char *path, const char *name, ss_error *error);

#endif

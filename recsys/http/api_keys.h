/*
 * api_keys.h: who may call what over HTTP.
 *
 * A key is a text of SS_API_KEY_SIZE characters that a caller sends as `Authorization: Bearer KEY`, or a browser's page, for which
 * nothing else works with sendBeacon, as `?key=KEY`. A public key stands in the page's source for all to see: what it allows must harm nobody.
 * A secret key is the shop's back end's. The file of `--http-keys` has lines `HASH KIND [NAME] [ORIGIN…]`: HASH is the key's BLAKE2b-256 in
 * hexadecimal (so that who reads the file has no key), KIND is public or secret, ORIGIN, of public keys, are the pages' origins ("https://shop.example").
 *
 * | | public | secret |
 * |---|---|---|
 * | shelves, `page` | of the page and of its own session: no `customer_id` but by a token, no `explain`, no `stats` | all |
 * | columns | name, price, category, url, image, stock as in or out; never cost | all |
 * | reasons | model, because, because_name; never counts of other customers | all |
 * | `event` | view, cart_add, cart_remove, impression, click, dismiss, accept of its own session; no price, no order | all |
 * | `offers` | of its own session | all |
 * | everything else | no | all |
 *
 * A visitor who is signed in is shown what is theirs when the shop's back end has said so: a *visitor token* (ss_visitor_token_make) binds a
 * customer_id to a session_id until a time, by a keyed BLAKE2b.
 */
#ifndef SS_HTTP_API_KEYS_H
#define SS_HTTP_API_KEYS_H

#include "base/buffer.h"
#include "base/slice.h"
#include "base/status.h"
#include "server/protocol.h"

#define SS_API_KEY_SIZE 43u /* characters: "pk_" or "sk_" and 40 of 200 random bits in Crockford's base 32 */

typedef enum ss_api_kind { SS_API_NONE, SS_API_PUBLIC, SS_API_SECRET } ss_api_kind;

typedef struct ss_api_keys ss_api_keys;
typedef struct ss_api_key ss_api_key; /* one of them; borrowed from the keys */

/* SS_E_NOT_FOUND, SS_E_IO, SS_E_NOMEM; SS_E_FORMAT with file, line, what was found and expected. */
ss_status ss_api_keys_read(const char *path, ss_api_keys **keys, ss_error *error);
void ss_api_keys_free(ss_api_keys **keys);

/* Takes as long whichever keys there are. NULL: none of these. Safe from any thread, as all below. */
const ss_api_key *ss_api_keys_find(const ss_api_keys *keys, ss_slice key);
ss_api_kind ss_api_key_kind(const ss_api_key *key); /* SS_API_NONE of NULL */
bool ss_api_key_allows_origin(const ss_api_key *key,
                              ss_slice origin); /* of a public key: is it listed? secret keys are for no page */

/*
 * Are the params (a whole MessagePack map) of a call such as a public key may send? If so they are appended to `out` as they are to be asked
 * (a token turned into its customer_id). False: `fault` says what is not allowed, with its field.
 */
bool ss_public_params(const ss_api_keys *keys, ss_method method, ss_slice params, ss_buffer *out, ss_fault *fault);

/* A result as a public key may see it, appended to `out`. SS_E_NOMEM, SS_E_FORMAT. */
ss_status ss_public_result(ss_method method, ss_slice result, ss_buffer *out, ss_error *error);

#endif

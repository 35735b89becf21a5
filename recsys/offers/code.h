/*
 * code.h: the codes of offers: 16 characters of Crockford's base 32 (no I, L, O, U) in four groups,
 * "7KQ2-M4X9-0TBD-8ZVH": 40 bits of identity and 40 bits of tag, each in eight characters.
 *
 * The identity is the offer's number under a keyed permutation of 40 bits, so that codes do not tell how many there are:
 * a Feistel network of SS_CODE_ROUNDS rounds upon two halves of 20 bits (Luby and Rackoff 1988), whose round function is
 * SipHash-2-4 of the half and the round. The tag is the first 40 bits of keyed BLAKE2b (RFC 7693, 16 bytes long) over the
 * five bytes of the identity, high byte first: a code that was made up is refused without a look-up, but for one in 2^40.
 * Both keys are derived from one secret (crypto_kdf of libsodium, context "ssoffers"), so that neither tells the other.
 *
 * Reading takes small letters, blanks and hyphens anywhere, and O for 0, I and L for 1. Tags are compared in constant
 * time. Writing or reading one takes less than a microsecond. Safe from any thread.
 */
#ifndef SS_OFFERS_CODE_H
#define SS_OFFERS_CODE_H

#include "base/slice.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_CODE_SECRET     32u
#define SS_CODE_TEXT       20u                       /* with hyphens and the terminator */
#define SS_CODE_TYPED_MAX  64u                       /* longer texts are no codes, whatever they hold */
#define SS_OFFER_ID_TEXT   9u                        /* the identity alone: 8 characters and the terminator */
#define SS_OFFER_NUMBERMAX ((UINT64_C(1) << 40) - 1) /* offers are numbered 1 .. this */
#define SS_CODE_ROUNDS     10u

typedef struct ss_code_keys {
    unsigned char permute[16], tag[32];
} ss_code_keys;

void ss_code_keys_derive(const unsigned char secret[SS_CODE_SECRET], ss_code_keys *keys);

/* number: 1 .. SS_OFFER_NUMBERMAX. */
void ss_code_write(const ss_code_keys *keys, uint64_t number, char text[SS_CODE_TEXT]);
/* False, with *number untouched: not a code, or not of this shop. */
bool ss_code_read(const ss_code_keys *keys, ss_slice text, uint64_t *number);

/* In steps, for who writes both of one offer: its identity, most of the work; the code, the name that go with it. */
uint64_t ss_code_identity(const ss_code_keys *keys, uint64_t number);
void ss_code_write_of(const ss_code_keys *keys, uint64_t identity, char text[SS_CODE_TEXT]);
void ss_offer_id_write_of(uint64_t identity, char text[SS_OFFER_ID_TEXT]);

/* The public name of an offer, the first half of its code: no secret, and no proof of anything. */
void ss_offer_id_write(const ss_code_keys *keys, uint64_t number, char text[SS_OFFER_ID_TEXT]);
bool ss_offer_id_read(const ss_code_keys *keys, ss_slice text, uint64_t *number);

#endif

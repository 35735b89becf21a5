/*
 * code.h: the codes of offers: 16 characters of Crockford's base 32 (no I, L, O, U) in four groups,
 * "7KQ2-M4X9-0TBD-8ZVH": 40 bits of identity and 40 bits of tag.
 *
 * The identity is the offer's number under a keyed permutation of 40 bits (a Feistel network of keyed BLAKE2b), so that
 * codes do not tell how many there are; the tag is keyed BLAKE2b over it: one that was made up is refused without a
 * look-up, but for one in 2^40. Both keys are derived from one secret of 32 bytes. Reading takes small letters, blanks
 * and hyphens anywhere, and O for 0, I and L for 1. Tags are compared in constant time. Safe from any thread.
 */
#ifndef SS_OFFERS_CODE_H
#define SS_OFFERS_CODE_H

#include "base/slice.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_CODE_SECRET     32u
#define SS_CODE_TEXT       20u                       /* with hyphens and the terminator */
#define SS_OFFER_ID_TEXT   9u                        /* the identity alone: 8 characters and the terminator */
#define SS_OFFER_NUMBERMAX ((UINT64_C(1) << 40) - 1) /* offers are numbered 1 .. this */

typedef struct ss_code_keys {
    unsigned char permute[32], tag[32];
} ss_code_keys;

void ss_code_keys_derive(const unsigned char secret[SS_CODE_SECRET], ss_code_keys *keys);

void ss_code_write(const ss_code_keys *keys, uint64_t number, char text[SS_CODE_TEXT]);
/* False: not a code, or not of this shop. */
bool ss_code_read(const ss_code_keys *keys, ss_slice text, uint64_t *number);

/* The public name of an offer: no secret, and no proof of anything. */
void ss_offer_id_write(const ss_code_keys *keys, uint64_t number, char text[SS_OFFER_ID_TEXT]);
bool ss_offer_id_read(const ss_code_keys *keys, ss_slice text, uint64_t *number);

#endif

#include "offers/code.h"

#include <sodium.h>

#define CONTEXT    "ssoffers" /* of the derivation: 8 bytes */
#define HALF       20u
#define HALF_MASK  ((UINT32_C(1) << HALF) - 1)
#define CHARACTERS 8u /* 40 bits */
#define TAG_BYTES  5u
#define HASH_BYTES 16u /* the shortest that libsodium makes; its beginning is the tag */

_Static_assert(sizeof CONTEXT - 1 == crypto_kdf_CONTEXTBYTES, "context of the derivation");
_Static_assert(SS_CODE_SECRET == crypto_kdf_KEYBYTES, "the secret is the master key");
_Static_assert(sizeof((ss_code_keys *)0)->permute == crypto_shorthash_KEYBYTES, "key of SipHash");
_Static_assert(HASH_BYTES == crypto_generichash_BYTES_MIN, "hash of the tag");
_Static_assert(SS_CODE_ROUNDS % 2 == 0, "halves come out where they went in");

void ss_code_keys_derive(const unsigned char secret[SS_CODE_SECRET], ss_code_keys *keys)
{
    /* Takes the fastest BLAKE2b of this machine; where it fails, the portable one stays. */
    (void)!sodium_init();
    crypto_kdf_derive_from_key(keys->permute, sizeof keys->permute, 1, CONTEXT, secret);
    crypto_kdf_derive_from_key(keys->tag, sizeof keys->tag, 2, CONTEXT, secret);
}

/* ---- identity ---- */

static uint32_t round_of(const ss_code_keys *keys, uint32_t round, uint32_t half)
{
    const unsigned char in[4] = {(unsigned char)round, (unsigned char)(half >> 16), (unsigned char)(half >> 8),
                                 (unsigned char)half};
    unsigned char out[crypto_shorthash_BYTES];
    crypto_shorthash(out, in, sizeof in, keys->permute);
    return ((uint32_t)out[0] | (uint32_t)out[1] << 8 | (uint32_t)out[2] << 16) & HALF_MASK;
}

uint64_t ss_code_identity(const ss_code_keys *keys, uint64_t number)
{
    uint32_t left = (uint32_t)(number >> HALF) & HALF_MASK, right = (uint32_t)number & HALF_MASK;
    for (uint32_t round = 0; round < SS_CODE_ROUNDS; round += 2) {
        left ^= round_of(keys, round, right);
        right ^= round_of(keys, round + 1, left);
    }
    return (uint64_t)left << HALF | right;
}

static uint64_t number_of(const ss_code_keys *keys, uint64_t identity)
{
    uint32_t left = (uint32_t)(identity >> HALF) & HALF_MASK, right = (uint32_t)identity & HALF_MASK;
    for (uint32_t round = SS_CODE_ROUNDS; round > 0; round -= 2) {
        right ^= round_of(keys, round - 1, left);
        left ^= round_of(keys, round - 2, right);
    }
    return (uint64_t)left << HALF | right;
}

/* ---- tag ---- */

static void to_bytes(uint64_t bits, unsigned char bytes[TAG_BYTES])
{
    for (unsigned i = 0; i < TAG_BYTES; i++)
        bytes[i] = (unsigned char)(bits >> (8 * (TAG_BYTES - 1 - i)));
}

static uint64_t from_bytes(const unsigned char bytes[TAG_BYTES])
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < TAG_BYTES; i++)
        bits = bits << 8 | bytes[i];
    return bits;
}

static void tag_of(const ss_code_keys *keys, uint64_t identity, unsigned char hash[HASH_BYTES])
{
    unsigned char bytes[TAG_BYTES];
    to_bytes(identity, bytes);
    crypto_generichash(hash, HASH_BYTES, bytes, sizeof bytes, keys->tag, sizeof keys->tag);
}

/* ---- text ---- */

static void write_bits(uint64_t bits, char text[CHARACTERS])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (unsigned i = 0; i < CHARACTERS; i++)
        text[i] = digits[bits >> (5 * (CHARACTERS - 1 - i)) & 31];
}

/* What a character stands for: Crockford's base 32 by rows of 16 ASCII characters from '0'; -1: nothing. */
static int digit_of(char character)
{
    static const signed char values['Z' - '0' + 1] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  -1, -1, -1, -1, -1, -1, /* 0-9 */
        -1, 10, 11, 12, 13, 14, 15, 16, 17, 1,  18, 19, 1,  20, 21, 0,  /* A-O: I and L are 1, O is 0 */
        22, 23, 24, 25, 26, -1, 27, 28, 29, 30, 31,                     /* P-Z without U */
    };
    if (character >= 'a' && character <= 'z')
        character = (char)(character - 'a' + 'A');
    return character >= '0' && character <= 'Z' ? values[character - '0'] : -1;
}

static bool between_digits(char character)
{
    return character == '-' || character == ' ' || character == '\t';
}

/* Exactly `count` digits, five bits each, in groups of eight. */
static bool read_bits(ss_slice text, uint64_t *groups, size_t count)
{
    size_t seen = 0;
    if (text.size > SS_CODE_TYPED_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        int digit = digit_of(text.data[i]);
        if (digit < 0 && between_digits(text.data[i]))
            continue;
        if (digit < 0 || seen == count)
            return false;
        uint64_t *group = &groups[seen / CHARACTERS];
        *group = (seen % CHARACTERS == 0 ? 0 : *group << 5) | (uint64_t)digit;
        seen++;
    }
    return seen == count;
}

void ss_code_write_of(const ss_code_keys *keys, uint64_t identity, char text[SS_CODE_TEXT])
{
    unsigned char hash[HASH_BYTES];
    char digits[2 * CHARACTERS];
    tag_of(keys, identity, hash);
    write_bits(identity, digits);
    write_bits(from_bytes(hash), digits + CHARACTERS);
    size_t length = 0;
    for (size_t i = 0; i < sizeof digits; i++) {
        if (i > 0 && i % 4 == 0)
            text[length++] = '-';
        text[length++] = digits[i];
    }
    text[length] = '\0';
}

void ss_code_write(const ss_code_keys *keys, uint64_t number, char text[SS_CODE_TEXT])
{
    ss_code_write_of(keys, ss_code_identity(keys, number), text);
}

bool ss_code_read(const ss_code_keys *keys, ss_slice text, uint64_t *number)
{
    uint64_t typed[2];
    unsigned char hash[HASH_BYTES], tag[TAG_BYTES];
    if (!read_bits(text, typed, 2 * CHARACTERS))
        return false;
    tag_of(keys, typed[0], hash);
    to_bytes(typed[1], tag);
    if (sodium_memcmp(hash, tag, TAG_BYTES) != 0)
        return false;
    uint64_t found = number_of(keys, typed[0]);
    if (found == 0)
        return false;
    *number = found;
    return true;
}

void ss_offer_id_write_of(uint64_t identity, char text[SS_OFFER_ID_TEXT])
{
    write_bits(identity, text);
    text[CHARACTERS] = '\0';
}

void ss_offer_id_write(const ss_code_keys *keys, uint64_t number, char text[SS_OFFER_ID_TEXT])
{
    ss_offer_id_write_of(ss_code_identity(keys, number), text);
}

bool ss_offer_id_read(const ss_code_keys *keys, ss_slice text, uint64_t *number)
{
    uint64_t identity;
    if (!read_bits(text, &identity, CHARACTERS))
        return false;
    uint64_t found = number_of(keys, identity);
    if (found == 0)
        return false;
    *number = found;
    return true;
}

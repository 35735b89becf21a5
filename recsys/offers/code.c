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
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bytes are hashed as they lie in a number");
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

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32) + v[3];
    v[2] += v[1];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 (Aumasson and Bernstein 2012) of four bytes. Here, for a call of libsodium's takes half as long again, and an identity ten. */
static inline uint64_t siphash(const unsigned char key[16], uint32_t bytes)
{
    const uint64_t block = UINT64_C(4) << 56 | bytes;
    uint64_t k[2];
    memcpy(k, key, sizeof k);
    uint64_t v[4] = {k[0] ^ UINT64_C(0x736f6d6570736575), k[1] ^ UINT64_C(0x646f72616e646f6d),
                     k[0] ^ UINT64_C(0x6c7967656e657261), k[1] ^ UINT64_C(0x7465646279746573) ^ block};
    sip_round(v);
    sip_round(v);
    v[0] ^= block;
    v[2] ^= 0xff;
    for (unsigned i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Of four bytes: the round, and the half, its high byte first. */
static inline uint32_t round_of(const ss_code_keys *keys, uint32_t round, uint32_t half)
{
    return (uint32_t)siphash(keys->permute, round | __builtin_bswap32(half)) & HALF_MASK;
}

/* One number after the other in each round: what one waits for is no wait for the next. */
void ss_code_identities(const ss_code_keys *keys, const uint64_t *numbers, size_t count, uint64_t *identities)
{
    memmove(identities, numbers, count * sizeof *identities);
    for (uint32_t round = 0; round < SS_CODE_ROUNDS; round++)
        for (size_t i = 0; i < count; i++) {
            uint32_t left = (uint32_t)(identities[i] >> HALF) & HALF_MASK, right = (uint32_t)identities[i] & HALF_MASK;
            identities[i] = (uint64_t)right << HALF | (left ^ round_of(keys, round, right));
        }
}

uint64_t ss_code_identity(const ss_code_keys *keys, uint64_t number)
{
    uint64_t identity;
    ss_code_identities(keys, &number, 1, &identity);
    return identity;
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

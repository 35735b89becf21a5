#include "http/visitor_token.h"

#include <sodium.h>

#define VERSION    1u
#define CONTEXT    "ss_token" /* of the derivation: 8 bytes */
#define NONCE      crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG        crypto_aead_xchacha20poly1305_ietf_ABYTES
#define TIME_BYTES 8u
#define PLAIN_MAX  (TIME_BYTES + SS_ID_MAX)
#define SEALED_MAX (1u + NONCE + PLAIN_MAX + TAG)
#define SEALED_MIN (1u + NONCE + TIME_BYTES + 1u + TAG)

_Static_assert(sizeof CONTEXT - 1 == crypto_kdf_CONTEXTBYTES, "context of the derivation");
_Static_assert(SS_API_TOKEN_SECRET == crypto_kdf_KEYBYTES, "the secret is the master key");
_Static_assert(sodium_base64_ENCODED_LEN(SEALED_MAX, sodium_base64_VARIANT_URLSAFE_NO_PADDING) <= SS_VISITOR_TOKEN_SIZE,
               "room for the longest");

bool ss_session_is_public(ss_slice session_id)
{
    if (session_id.size < SS_PUBLIC_SESSION_LENGTH || session_id.size > SS_ID_MAX)
        return false;
    for (size_t i = 0; i < session_id.size; i++)
        if (session_id.data[i] <= ' ' || session_id.data[i] > '~')
            return false;
    return true;
}

typedef struct token_key {
    unsigned char bytes[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
} token_key;

static bool derive(const ss_api_keys *keys, size_t index, token_key *key)
{
    const unsigned char *secret = ss_api_keys_token_secret(keys, index);
    return secret && crypto_kdf_derive_from_key(key->bytes, sizeof key->bytes, 1, CONTEXT, secret) == 0;
}

static void put_time(unsigned char at[TIME_BYTES], int64_t time)
{
    uint64_t swapped = __builtin_bswap64((uint64_t)time);
    memcpy(at, &swapped, sizeof swapped);
}

static int64_t time_at(const unsigned char at[TIME_BYTES])
{
    uint64_t swapped;
    memcpy(&swapped, at, sizeof swapped);
    return (int64_t)__builtin_bswap64(swapped);
}

ss_status ss_visitor_token_make(const ss_api_keys *keys, ss_slice customer_id, ss_slice session_id, int64_t expires,
                                char token[SS_VISITOR_TOKEN_SIZE], ss_error *error)
{
    unsigned char plain[PLAIN_MAX], sealed[SEALED_MAX] = {VERSION}, *nonce = sealed + 1;
    unsigned long long size = 0;
    token_key key;
    if (customer_id.size < 1 || customer_id.size > SS_ID_MAX || !ss_session_is_public(session_id))
        return ss_error_set(error, SS_E_ARGUMENT,
                            "a token is for a customer_id of 1 to 255 bytes and a session_id of %u to "
                            "255 visible characters of ASCII",
                            SS_PUBLIC_SESSION_LENGTH);
    if (!derive(keys, 0, &key))
        return ss_error_set(error, SS_E_UNSUPPORTED,
                            "the key file has no secret for tokens: smartshelf keygen --http tokens");
    put_time(plain, expires);
    memcpy(plain + TIME_BYTES, customer_id.data, customer_id.size);
    randombytes_buf(nonce, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + 1 + NONCE, &size, plain, TIME_BYTES + customer_id.size,
                                               (const unsigned char *)session_id.data, session_id.size, NULL, nonce,
                                               key.bytes);
    sodium_bin2base64(token, SS_VISITOR_TOKEN_SIZE, sealed, 1 + NONCE + (size_t)size,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(&key, sizeof key);
    sodium_memzero(plain, sizeof plain);
    return SS_OK;
}

/* With any of the secrets: those before the newest are taken until they are no longer in the file. */
static bool unseal(const ss_api_keys *keys, const unsigned char *sealed, size_t sealed_size, ss_slice session_id,
                   unsigned char plain[PLAIN_MAX], size_t *plain_size)
{
    bool good = false;
    token_key key;
    for (size_t i = 0; !good && derive(keys, i, &key); i++) {
        unsigned long long size = 0;
        good = crypto_aead_xchacha20poly1305_ietf_decrypt(
                   plain, &size, NULL, sealed + 1 + NONCE, sealed_size - 1 - NONCE,
                   (const unsigned char *)session_id.data, session_id.size, sealed + 1, key.bytes) == 0;
        *plain_size = (size_t)size;
    }
    sodium_memzero(&key, sizeof key);
    return good;
}

ss_visitor_token_state ss_visitor_token_read(const ss_api_keys *keys, ss_slice token, ss_slice session_id, int64_t now,
                                             char customer[SS_ID_MAX], size_t *size)
{
    unsigned char sealed[SEALED_MAX], plain[PLAIN_MAX];
    size_t sealed_size = 0, plain_size = 0;
    if (sodium_base642bin(sealed, sizeof sealed, token.data, token.size, NULL, &sealed_size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        sealed_size < SEALED_MIN || sealed[0] != VERSION)
        return SS_TOKEN_FALSE;
    if (!unseal(keys, sealed, sealed_size, session_id, plain, &plain_size))
        return SS_TOKEN_FALSE;
    if (time_at(plain) <= now)
        return SS_TOKEN_EXPIRED;
    *size = plain_size - TIME_BYTES;
    memcpy(customer, plain + TIME_BYTES, *size);
    return SS_TOKEN_GOOD;
}

#include "http/api_keys.h"

#include "base/file.h"
#include "http/origin.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_CEILING (1u << 20)
#define LINES_MAX    (16u << 10) /* bytes of what is added at once */
#define HASH_SIZE    32u
#define HEX_SIZE     (2 * HASH_SIZE)
#define RANDOM_BYTES 25u /* of a key: 200 bits are 40 characters of 5 */
#define PREFIX_SIZE  3u  /* "pk_" */

_Static_assert(HASH_SIZE == crypto_generichash_BYTES, "BLAKE2b-256");
_Static_assert(SS_API_TOKEN_SECRET == HASH_SIZE, "both are 64 digits in the file");
_Static_assert(PREFIX_SIZE + RANDOM_BYTES * 8 / 5 == SS_API_KEY_SIZE, "a key's characters");

struct ss_api_key {
    unsigned char hash[HASH_SIZE];
    ss_api_kind kind;
    char name[SS_API_NAME_MAX + 1];
    size_t origin_count;
    ss_slice origins[SS_API_ORIGINS_MAX]; /* in `text` */
};

struct ss_api_keys {
    ss_buffer text; /* the file, which origins point into */
    size_t count, token_count;
    unsigned char token_secrets[SS_API_TOKENS_MAX][SS_API_TOKEN_SECRET]; /* oldest first */
    ss_api_key keys[SS_API_KEYS_MAX];
};

/* ---- reading ---- */

typedef struct file_line {
    const char *path;
    uint64_t number;
} file_line;

static ss_status wrong(ss_error *error, const file_line *line, ss_slice found, const char *expected)
{
    ss_error_set(error, SS_E_FORMAT, "not a line of HTTP keys");
    ss_error_place(error, line->path, line->number);
    ss_error_found(error, found.data, found.size, expected);
    return SS_E_FORMAT;
}

static ss_status too_many(ss_error *error, const file_line *line, unsigned most, const char *what)
{
    ss_error_set(error, SS_E_LIMIT, "more than %u %s", most, what);
    ss_error_place(error, line->path, line->number);
    return SS_E_LIMIT;
}

static bool read_hex(ss_slice text, unsigned char bytes[HASH_SIZE])
{
    size_t size = 0;
    return text.size == HEX_SIZE && sodium_hex2bin(bytes, HASH_SIZE, text.data, text.size, NULL, &size, NULL) == 0 &&
           size == HASH_SIZE;
}

static bool is_origin_word(ss_slice word)
{
    return memmem(word.data, word.size, "://", 3) != NULL;
}

static bool is_key_name(ss_slice word)
{
    return word.size <= SS_API_NAME_MAX && ss_slice_is_utf8(word);
}

static ss_status add_origin(ss_api_key *key, ss_slice word, const file_line *line, ss_error *error)
{
    if (key->kind != SS_API_PUBLIC)
        return wrong(error, line, word, "no origin: a secret key is for no page");
    if (!ss_origin_is_valid(word))
        return wrong(error, line, word,
                     "an origin such as https://shop.example, without a path or its scheme's own port");
    if (key->origin_count == SS_API_ORIGINS_MAX)
        return too_many(error, line, SS_API_ORIGINS_MAX, "origins of one key");
    key->origins[key->origin_count++] = word;
    return SS_OK;
}

/* [NAME] [ORIGIN…] */
static ss_status read_rest(ss_api_key *key, ss_slice rest, const file_line *line, ss_error *error)
{
    ss_status status = SS_OK;
    ss_slice word = ss_slice_take_word(&rest);
    if (word.size > 0 && !is_origin_word(word)) {
        if (!is_key_name(word))
            return wrong(error, line, word, "a name of at most 63 bytes of UTF-8");
        memcpy(key->name, word.data, word.size);
        word = ss_slice_take_word(&rest);
    }
    for (; word.size > 0 && status == SS_OK; word = ss_slice_take_word(&rest))
        status = add_origin(key, word, line, error);
    return status;
}

static ss_status add_key(ss_api_keys *keys, const ss_api_key *key, const file_line *line, ss_error *error)
{
    for (size_t i = 0; i < keys->count; i++)
        if (memcmp(keys->keys[i].hash, key->hash, HASH_SIZE) == 0)
            return wrong(error, line, ss_slice_of(key->name), "a key that is not listed before");
    if (keys->count == SS_API_KEYS_MAX)
        return too_many(error, line, SS_API_KEYS_MAX, "keys");
    keys->keys[keys->count++] = *key;
    return SS_OK;
}

static ss_status add_token_secret(ss_api_keys *keys, const unsigned char *secret, const file_line *line,
                                  ss_error *error)
{
    if (keys->token_count == SS_API_TOKENS_MAX)
        return too_many(error, line, SS_API_TOKENS_MAX, "secrets for tokens");
    memcpy(keys->token_secrets[keys->token_count++], secret, SS_API_TOKEN_SECRET);
    return SS_OK;
}

static ss_status read_line(ss_api_keys *keys, ss_slice rest, const file_line *line, ss_error *error)
{
    ss_api_key key = {0};
    ss_slice hash = ss_slice_take_word(&rest);
    if (hash.size == 0 || hash.data[0] == '#')
        return SS_OK;
    if (!read_hex(hash, key.hash)) /* what stands there may be a key that was pasted: it is not repeated */
        return wrong(error, line, (ss_slice){"", 0},
                     "64 hexadecimal digits first; smartshelf keygen --http writes such a line");
    ss_slice kind = ss_slice_take_word(&rest);
    if (ss_slice_equal(kind, SS_SLICE_LITERAL("tokens"))) {
        ss_status status = add_token_secret(keys, key.hash, line, error);
        sodium_memzero(&key, sizeof key);
        return status;
    }
    key.kind = ss_slice_equal(kind, SS_SLICE_LITERAL("public"))   ? SS_API_PUBLIC
               : ss_slice_equal(kind, SS_SLICE_LITERAL("secret")) ? SS_API_SECRET
                                                                  : SS_API_NONE;
    if (key.kind == SS_API_NONE)
        return wrong(error, line, kind, "public, secret or tokens");
    ss_status status = read_rest(&key, rest, line, error);
    return status == SS_OK ? add_key(keys, &key, line, error) : status;
}

static ss_status read_lines(ss_api_keys *keys, const char *path, ss_error *error)
{
    ss_slice text = {keys->text.data, keys->text.size}, rest;
    ss_status status = SS_OK;
    for (uint64_t number = 1; status == SS_OK && ss_slice_take_line(&text, &rest); number++) {
        const file_line line = {path, number};
        status = read_line(keys, rest, &line, error);
    }
    return status;
}

/* Who may change the file may let themselves in; who reads the secret of tokens may be any customer. */
static ss_status check_mode(const ss_api_keys *keys, const char *path, ss_error *error)
{
    struct stat about;
    mode_t closed = keys->token_count > 0 ? 027 : 022;
    if (stat(path, &about) != 0)
        return ss_error_io(error, path, "cannot look at the file");
    if ((about.st_mode & closed) == 0)
        return SS_OK;
    ss_error_set(error, SS_E_ACCESS, "others may change the file%s: chmod 600 (or 640)",
                 keys->token_count > 0 ? ", or read its secret of tokens" : "");
    ss_error_place(error, path, 0);
    return SS_E_ACCESS;
}

/* A file that may have no key yet. */
static ss_status read_any(const char *path, ss_api_keys **keys, ss_error *error)
{
    ss_status status = sodium_init() < 0 ? ss_error_set(error, SS_E_UNSUPPORTED, "libsodium cannot start") : SS_OK;
    ss_api_keys *new = status == SS_OK ? calloc(1, sizeof *new) : NULL;
    if (status != SS_OK)
        return status;
    if (!new)
        return ss_error_nomem(error);
    ss_buffer_init(&new->text, FILE_CEILING);
    SS_TRY(ss_file_read(path, FILE_CEILING, &new->text, error));
    SS_TRY(read_lines(new, path, error));
    SS_TRY(check_mode(new, path, error));
    *keys = new;
    new = NULL;
out:
    ss_api_keys_free(&new);
    return status;
}

ss_status ss_api_keys_read(const char *path, ss_api_keys **keys, ss_error *error)
{
    ss_api_keys *new = NULL;
    ss_status status = read_any(path, &new, error);
    if (status == SS_OK && new->count == 0) {
        ss_api_keys_free(&new);
        status =
            ss_error_set(error, SS_E_FORMAT, "no key: smartshelf keygen --http public|secret --keys FILE adds one");
        ss_error_place(error, path, 0);
    }
    if (status == SS_OK)
        *keys = new;
    return status;
}

void ss_api_keys_free(ss_api_keys **keys)
{
    ss_api_keys *old = *keys;
    *keys = NULL;
    if (!old)
        return;
    if (old->text.capacity)
        sodium_memzero(old->text.data, old->text.capacity);
    ss_buffer_release(&old->text);
    sodium_memzero(old, sizeof *old);
    free(old);
}

/* ---- looking one up ---- */

static void hash_of(ss_slice key, unsigned char hash[HASH_SIZE])
{
    crypto_generichash(hash, HASH_SIZE, (const unsigned char *)key.data, key.size, NULL, 0);
}

const ss_api_key *ss_api_keys_find(const ss_api_keys *keys, ss_slice key)
{
    unsigned char hash[HASH_SIZE];
    const ss_api_key *found = NULL;
    if (key.size != SS_API_KEY_SIZE)
        return NULL;
    hash_of(key, hash);
    for (size_t i = 0; i < keys->count; i++)
        if (sodium_memcmp(keys->keys[i].hash, hash, HASH_SIZE) == 0)
            found = &keys->keys[i];
    return found;
}

ss_api_kind ss_api_key_kind(const ss_api_key *key)
{
    return key ? key->kind : SS_API_NONE;
}

const char *ss_api_key_name(const ss_api_key *key)
{
    return key->name;
}

size_t ss_api_keys_count(const ss_api_keys *keys)
{
    return keys->count;
}

uint64_t ss_api_key_number(const ss_api_key *key)
{
    uint64_t number;
    memcpy(&number, key->hash, sizeof number);
    return number | 1;
}

bool ss_api_key_allows_origin(const ss_api_key *key, ss_slice origin)
{
    for (size_t i = 0; i < key->origin_count; i++)
        if (ss_slice_equal(key->origins[i], origin))
            return true;
    return false;
}

bool ss_api_keys_allow_origin(const ss_api_keys *keys, ss_slice origin)
{
    for (size_t i = 0; i < keys->count; i++)
        if (ss_api_key_allows_origin(&keys->keys[i], origin))
            return true;
    return false;
}

const unsigned char *ss_api_keys_token_secret(const ss_api_keys *keys, size_t index)
{
    return keys && index < keys->token_count ? keys->token_secrets[keys->token_count - 1 - index] : NULL;
}

/* ---- making one ---- */

static void make_key(ss_api_kind kind, char text[SS_API_KEY_SIZE + 1])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char random[RANDOM_BYTES];
    unsigned bits = 0, held = 0;
    char *at = text + PREFIX_SIZE;
    memcpy(text, kind == SS_API_PUBLIC ? "pk_" : "sk_", PREFIX_SIZE);
    randombytes_buf(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) {
        bits = (bits << 8 | random[i]) & 0xfff; /* at most 4 bits are left from before */
        for (held += 8; held >= 5; held -= 5)
            *at++ = digits[bits >> (held - 5) & 31];
    }
    *at = '\0';
    sodium_memzero(random, sizeof random);
}

static ss_status append_hex(ss_buffer *out, const unsigned char bytes[HASH_SIZE])
{
    char text[HEX_SIZE + 1];
    sodium_bin2hex(text, sizeof text, bytes, HASH_SIZE);
    ss_status status = ss_buffer_append_text(out, text);
    sodium_memzero(text, sizeof text);
    return status;
}

static ss_status append_tokens(ss_buffer *out, const char *name)
{
    unsigned char secret[SS_API_TOKEN_SECRET];
    randombytes_buf(secret, sizeof secret);
    ss_status status = append_hex(out, secret);
    sodium_memzero(secret, sizeof secret);
    return status == SS_OK ? ss_buffer_printf(out, " tokens%s%s\n", name ? " " : "", name ? name : "") : status;
}

static ss_status append_key(ss_buffer *out, const char *key, ss_api_kind kind, const char *name,
                            const ss_texts *origins)
{
    unsigned char hash[HASH_SIZE];
    hash_of(ss_slice_of(key), hash);
    ss_status status = append_hex(out, hash);
    if (status == SS_OK)
        status = ss_buffer_printf(out, " %s%s%s", kind == SS_API_PUBLIC ? "public" : "secret", name ? " " : "",
                                  name ? name : "");
    for (size_t i = 0; i < origins->count && status == SS_OK; i++)
        status = ss_buffer_printf(out, " %s", origins->text[i]);
    return status == SS_OK ? ss_buffer_append_text(out, "\n") : status;
}

static ss_status check_name(const char *name, ss_error *error)
{
    ss_slice rest = ss_slice_of(name), word = ss_slice_take_word(&rest);
    if (!name || (word.size == strlen(name) && word.size > 0 && is_key_name(word) && !is_origin_word(word)))
        return SS_OK;
    ss_error_set(error, SS_E_ARGUMENT, "not a name for a key");
    ss_error_found(error, name, strlen(name), "1 to 63 bytes of UTF-8 without blanks and ://");
    return SS_E_ARGUMENT;
}

static ss_status check_origins(ss_api_kind kind, const ss_texts *origins, ss_error *error)
{
    if (origins->count > (kind == SS_API_PUBLIC ? SS_API_ORIGINS_MAX : 0))
        return ss_error_set(error, SS_E_ARGUMENT,
                            kind == SS_API_PUBLIC ? "a key has at most 32 origins"
                                                  : "a secret key is for no page: no --origin");
    for (size_t i = 0; i < origins->count; i++)
        if (!ss_origin_is_valid(ss_slice_of(origins->text[i]))) {
            ss_error_set(error, SS_E_ARGUMENT, "not an origin");
            ss_error_found(error, origins->text[i], strlen(origins->text[i]),
                           "https://shop.example, without a path or its scheme's own port");
            return SS_E_ARGUMENT;
        }
    return SS_OK;
}

static ss_status write_behind(const char *path, const ss_buffer *lines, ss_error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return ss_error_io(error, path, "cannot write");
    ss_status status = ss_file_write_all(fd, path, lines->data, lines->size, error);
    if (status == SS_OK && fsync(fd) != 0)
        status = ss_error_io(error, path, "cannot write");
    if (close(fd) != 0 && status == SS_OK)
        status = ss_error_io(error, path, "cannot write");
    return status;
}

/* How many a file holds. */
typedef struct holding {
    size_t keys, tokens;
} holding;

/* What is to stand before the new lines: the end of an unfinished one, or the beginning of a file. */
static ss_status begin_lines(const char *path, bool with_tokens, holding *held, ss_buffer *lines, ss_error *error)
{
    ss_api_keys *keys = NULL;
    ss_status status = read_any(path, &keys, error);
    *held = status == SS_OK ? (holding){keys->count, keys->token_count} : (holding){0, 0};
    if (status == SS_E_NOT_FOUND) {
        status = ss_buffer_append_text(
            lines, "# Keys of HTTP: hashes of keys, and what visitor tokens are made with. For the server alone.\n");
        return status == SS_OK && with_tokens ? append_tokens(lines, NULL) : status;
    }
    if (status == SS_OK && keys->text.size > 0 && keys->text.data[keys->text.size - 1] != '\n')
        status = ss_buffer_append_text(lines, "\n");
    ss_api_keys_free(&keys);
    return status;
}

static void wipe(ss_buffer *lines)
{
    if (lines->capacity)
        sodium_memzero(lines->data, lines->capacity);
    ss_buffer_release(lines);
}

ss_status ss_api_key_add(const char *path, ss_api_kind kind, const char *name, const ss_texts *origins,
                         char key[SS_API_KEY_SIZE + 1], ss_error *error)
{
    ss_status status;
    holding held;
    ss_buffer lines;
    char made[SS_API_KEY_SIZE + 1] = "";
    ss_buffer_init(&lines, FILE_CEILING);
    SS_TRY(check_name(name, error));
    SS_TRY(check_origins(kind, origins, error));
    SS_TRY(ss_buffer_reserve(&lines, LINES_MAX)); /* at once: a growing buffer would leave copies of a secret behind */
    SS_TRY(begin_lines(path, true, &held, &lines, error));
    if (held.keys == SS_API_KEYS_MAX) /* with one more nobody could read the file */
        SS_TRY(
            ss_error_set(error, SS_E_LIMIT, "%s: %u keys already: take out what is not used", path, SS_API_KEYS_MAX));
    make_key(kind, made);
    SS_TRY(append_key(&lines, made, kind, name, origins));
    SS_TRY(write_behind(path, &lines, error));
    memcpy(key, made, sizeof made);
out:
    sodium_memzero(made, sizeof made);
    wipe(&lines);
    return status;
}

ss_status ss_api_tokens_add(const char *path, const char *name, ss_error *error)
{
    ss_status status;
    holding held;
    ss_buffer lines;
    ss_buffer_init(&lines, FILE_CEILING);
    SS_TRY(check_name(name, error));
    SS_TRY(ss_buffer_reserve(&lines, LINES_MAX));
    SS_TRY(begin_lines(path, false, &held, &lines, error));
    if (held.tokens == SS_API_TOKENS_MAX)
        SS_TRY(ss_error_set(error, SS_E_LIMIT, "%s: %u secrets for tokens already: take out the oldest", path,
                            SS_API_TOKENS_MAX));
    SS_TRY(append_tokens(&lines, name));
    SS_TRY(write_behind(path, &lines, error));
out:
    wipe(&lines);
    return status;
}

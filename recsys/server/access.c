#include "server/access.h"

#include "base/file.h"
#include "base/memory.h"
#include "server/keys.h"
#include <stdlib.h>
#include <zmq.h>

#define ALLOW_FILE_MAX (16u << 20)

typedef struct permit {
    char key[SS_KEY_SIZE];
    ss_role role;
    uint64_t line;
} permit;

struct ss_access {
    permit *permits; /* by key */
    size_t count, capacity;
};

static ss_status line_error(ss_error *error, const char *path, uint64_t line, ss_slice found, const char *expected)
{
    ss_error_set(error, SS_E_FORMAT, "not a line of an allow-list");
    ss_error_place(error, path, line);
    ss_error_found(error, found.data, found.size, expected);
    return SS_E_FORMAT;
}

static ss_status add_line(ss_access *access, ss_slice line, const char *path, uint64_t number, ss_error *error)
{
    ss_slice key = ss_slice_take_word(&line);
    if (key.size == 0 || key.data[0] == '#')
        return SS_OK;
    if (!ss_key_is_valid(key.data, key.size))
        return line_error(error, path, number, key, "a public key of 40 characters of Z85");
    ss_slice name = ss_slice_take_word(&line);
    ss_role role = ss_role_find(name);
    if (role == SS_ROLE_NONE)
        return line_error(error, path, number, name, "read, event or admin");
    if (access->count == SS_ALLOW_MAX)
        return ss_error_set(error, SS_E_LIMIT, "%s: more than %u keys", path, SS_ALLOW_MAX);
    if (!ss_array_grow(&access->permits, &access->capacity, access->count + 1, sizeof *access->permits))
        return ss_error_nomem(error);
    permit *added = &access->permits[access->count++];
    *added = (permit){.role = role, .line = number};
    memcpy(added->key, key.data, key.size);
    return SS_OK;
}

static ss_status add_lines(ss_access *access, const ss_buffer *file, const char *path, ss_error *error)
{
    ss_slice text = {file->data, file->size}, line;
    ss_status status = SS_OK;
    for (uint64_t number = 1; status == SS_OK && ss_slice_take_line(&text, &line); number++)
        status = add_line(access, line, path, number, error);
    return status;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const permit *)a)->key, ((const permit *)b)->key);
}

/* Sorted; a key that is listed twice could have two roles. */
static ss_status settle(ss_access *access, const char *path, ss_error *error)
{
    if (access->count == 0)
        return ss_error_set(error, SS_E_FORMAT, "%s: no key is allowed", path);
    qsort(access->permits, access->count, sizeof *access->permits, by_key);
    for (size_t i = 1; i < access->count; i++) {
        const permit *first = &access->permits[i - 1], *second = &access->permits[i];
        if (strcmp(first->key, second->key) != 0)
            continue;
        uint64_t line = first->line > second->line ? first->line : second->line;
        return line_error(error, path, line, ss_slice_of(second->key), "a key that is not listed before");
    }
    return SS_OK;
}

ss_status ss_access_read(const char *path, ss_access **access, ss_error *error)
{
    ss_status status = SS_OK;
    ss_buffer text;
    ss_buffer_init(&text, ALLOW_FILE_MAX);
    ss_access *new = calloc(1, sizeof *new);
    if (!new)
        SS_TRY(ss_error_nomem(error));
    SS_TRY(ss_file_read(path, ALLOW_FILE_MAX, &text, error));
    SS_TRY(add_lines(new, &text, path, error));
    SS_TRY(settle(new, path, error));
    *access = new;
    new = NULL;
out:
    ss_access_free(&new);
    ss_buffer_release(&text);
    return status;
}

void ss_access_free(ss_access **access)
{
    ss_access *old = *access;
    *access = NULL;
    if (!old)
        return;
    free(old->permits);
    free(old);
}

ss_role ss_access_role(const ss_access *access, const char *key)
{
    permit wanted = {.role = SS_ROLE_NONE};
    if (strlen(key) >= sizeof wanted.key)
        return SS_ROLE_NONE;
    memcpy(wanted.key, key, strlen(key) + 1);
    const permit *found = bsearch(&wanted, access->permits, access->count, sizeof wanted, by_key);
    return found ? found->role : SS_ROLE_NONE;
}

size_t ss_access_count(const ss_access *access)
{
    return access->count;
}

ss_status ss_access_secure(void *socket, const char *key_path, ss_error *error)
{
    ss_keys keys;
    int on = 1;
    ss_status status = ss_keys_read(key_path, true, &keys, error);
    if (status != SS_OK)
        return status;
    if (zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &on, sizeof on) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys.secret_key, SS_KEY_SIZE) != 0 ||
        zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "smartshelf", strlen("smartshelf")) != 0)
        status = ss_error_set(error, SS_E_UNSUPPORTED, "libzmq has no CURVE: %s", zmq_strerror(zmq_errno()));
    ss_keys_wipe(&keys);
    return status;
}

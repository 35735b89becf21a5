#include "server/keys.h"

#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define KEY_FILE_MAX 4096u

ss_status ss_keys_generate(ss_keys *keys, ss_error *error)
{
    if (zmq_curve_keypair(keys->public_key, keys->secret_key) != 0)
        return ss_error_set(error, SS_E_UNSUPPORTED, "libzmq has no CURVE: %s", zmq_strerror(zmq_errno()));
    return SS_OK;
}

void ss_keys_wipe(ss_keys *keys)
{
    sodium_memzero(keys, sizeof *keys);
}

bool ss_key_is_valid(const char *text, size_t size)
{
    char copy[SS_KEY_SIZE];
    uint8_t bytes[32];
    if (size != SS_KEY_SIZE - 1 || memchr(text, '\0', size))
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    bool valid = zmq_z85_decode(bytes, copy) != NULL;
    sodium_memzero(copy, sizeof copy);
    sodium_memzero(bytes, sizeof bytes);
    return valid;
}

/* ---- writing ---- */

static ss_status write_and_close(int fd, const char *path, const char *text, size_t size, ss_error *error)
{
    ss_status status = ss_file_write_all(fd, path, text, size, error);
    if (status == SS_OK && fsync(fd) != 0)
        status = ss_error_io(error, path, "cannot write");
    if (close(fd) != 0 && status == SS_OK)
        status = ss_error_io(error, path, "cannot write");
    if (status != SS_OK)
        unlink(path);
    return status;
}

ss_status ss_keys_write(const ss_keys *keys, const char *path, bool secret, ss_error *error)
{
    char text[512];
    int size = secret ? snprintf(text, sizeof text, "# Secret: for this machine only.\npublic %s\nsecret %s\n",
                                 keys->public_key, keys->secret_key)
                      : snprintf(text, sizeof text, "public %s\n", keys->public_key);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, secret ? 0600 : 0644);
    ss_status status = fd < 0 ? ss_error_io(error, path, "cannot make the file")
                              : write_and_close(fd, path, text, (size_t)size, error);
    sodium_memzero(text, sizeof text);
    return status;
}

/* ---- reading ---- */

static ss_status line_error(ss_error *error, const char *path, uint64_t line, const char *message)
{
    ss_error_set(error, SS_E_FORMAT, "%s", message);
    ss_error_place(error, path, line);
    return SS_E_FORMAT;
}

static ss_status read_line(ss_slice line, ss_keys *keys, const char *path, uint64_t number, ss_error *error)
{
    static const char heads[2][8] = {"public ", "secret "};
    char *targets[2] = {keys->public_key, keys->secret_key};
    if (line.size == 0 || line.data[0] == '#')
        return SS_OK;
    for (size_t i = 0; i < 2; i++) {
        size_t head = strlen(heads[i]);
        if (line.size <= head || memcmp(line.data, heads[i], head) != 0)
            continue;
        ss_slice key = ss_slice_trim((ss_slice){line.data + head, line.size - head});
        if (!ss_key_is_valid(key.data, key.size))
            return line_error(error, path, number, "not a key: 40 characters of Z85 are expected");
        memcpy(targets[i], key.data, key.size);
        targets[i][key.size] = '\0';
        return SS_OK;
    }
    return line_error(error, path, number, "neither \"public KEY\" nor \"secret KEY\"");
}

static ss_status read_lines(const ss_buffer *file, const char *path, ss_keys *keys, ss_error *error)
{
    ss_slice text = {file->data, file->size}, line;
    ss_status status = SS_OK;
    for (uint64_t number = 1; status == SS_OK && ss_slice_take_line(&text, &line); number++)
        status = read_line(ss_slice_trim(line), keys, path, number, error);
    return status;
}

static ss_status check_mode(const char *path, ss_error *error)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return errno == ENOENT ? ss_error_set(error, SS_E_NOT_FOUND, "%s: no such file", path)
                               : ss_error_io(error, path, "cannot look at the file");
    if ((about.st_mode & 077) == 0)
        return SS_OK;
    ss_error_set(error, SS_E_ACCESS, "others than the owner may read or change the secret key: chmod 600");
    ss_error_place(error, path, 0);
    return SS_E_ACCESS;
}

static ss_status check_keys(const char *path, bool secret, ss_keys *keys, ss_error *error)
{
    char derived[SS_KEY_SIZE];
    if (!secret)
        return keys->public_key[0] ? SS_OK : line_error(error, path, 0, "no public key");
    if (!keys->secret_key[0])
        return line_error(error, path, 0, "no secret key");
    if (zmq_curve_public(derived, keys->secret_key) != 0)
        return ss_error_set(error, SS_E_UNSUPPORTED, "libzmq has no CURVE: %s", zmq_strerror(zmq_errno()));
    if (keys->public_key[0] && strcmp(keys->public_key, derived) != 0)
        return line_error(error, path, 0, "the public key does not belong to the secret one");
    memcpy(keys->public_key, derived, sizeof derived);
    return SS_OK;
}

ss_status ss_keys_read(const char *path, bool secret, ss_keys *keys, ss_error *error)
{
    ss_status status = SS_OK;
    ss_buffer text;
    ss_keys found = {0};
    ss_buffer_init(&text, KEY_FILE_MAX);
    if (secret)
        SS_TRY(check_mode(path, error));
    SS_TRY(
        ss_buffer_reserve(&text, KEY_FILE_MAX)); /* at once: a growing buffer would leave copies of the secret behind */
    SS_TRY(ss_file_read(path, KEY_FILE_MAX, &text, error));
    SS_TRY(read_lines(&text, path, &found, error));
    SS_TRY(check_keys(path, secret, &found, error));
    *keys = found;
out:
    if (text.capacity)
        sodium_memzero(text.data, text.capacity);
    ss_buffer_release(&text);
    ss_keys_wipe(&found);
    return status;
}

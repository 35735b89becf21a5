#include "log/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define RAW_SIZE   ((size_t)128 << 10)
#define MAGIC_SIZE 4u

typedef enum codec { CODEC_UNKNOWN, CODEC_PLAIN, CODEC_GZIP, CODEC_ZSTD } codec;

struct ss_input {
    char *name;
    int fd; /* -1: memory */
    ss_slice memory;
    size_t read_max;
    uint64_t size, taken;
    codec codec;
    /* Bytes taken and not yet used: [raw_at, raw_end) of raw. */
    unsigned char *raw;
    size_t raw_at, raw_end;
    bool exhausted; /* nothing is left to take */
    bool inside;    /* in a gzip member or zstd frame that has not ended */
    z_stream gzip;
    ZSTD_DStream *zstd;
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static ss_input *input_new(const char *name)
{
    ss_input *input = calloc(1, sizeof *input);
    if (!input)
        return NULL;
    input->fd = -1;
    input->name = strdup(name);
    if (!input->name) {
        free(input);
        return NULL;
    }
    return input;
}

void ss_input_close(ss_input **input)
{
    ss_input *it = *input;
    *input = NULL;
    if (!it)
        return;
    if (it->codec == CODEC_GZIP)
        inflateEnd(&it->gzip);
    ZSTD_freeDStream(it->zstd);
    if (it->fd > STDIN_FILENO)
        close(it->fd);
    free(it->raw);
    free(it->name);
    free(it);
}

static ss_status open_failed(ss_error *error, const char *path)
{
    if (errno != ENOENT && errno != ENOTDIR)
        return ss_error_io(error, path, "cannot open the file");
    ss_error_set(error, SS_E_NOT_FOUND, "no such file");
    ss_error_place(error, path, 0);
    return SS_E_NOT_FOUND;
}

/* Refuses folders and learns the size of what is left of a regular file. */
static ss_status measure(ss_input *input, ss_error *error)
{
    struct stat about;
    if (fstat(input->fd, &about) != 0)
        return ss_error_io(error, input->name, "cannot look at the file");
    if (S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        return ss_error_io(error, input->name, "cannot read the file");
    }
    if (!S_ISREG(about.st_mode))
        return SS_OK;
    off_t at = lseek(input->fd, 0, SEEK_CUR);
    if (at >= 0 && at < about.st_size)
        input->size = (uint64_t)(about.st_size - at);
    (void)posix_fadvise(input->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return SS_OK;
}

ss_status ss_input_open(const char *path, ss_input **input, ss_error *error)
{
    ss_status status = SS_OK;
    ss_input *made = input_new(path);
    if (!made)
        return ss_error_nomem(error);
    made->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (made->fd < 0)
        SS_TRY(open_failed(error, path));
    SS_TRY(measure(made, error));
    *input = made;
    made = NULL;
out:
    ss_input_close(&made);
    return status;
}

ss_status ss_input_open_memory(ss_slice bytes, const char *name, size_t read_max, ss_input **input, ss_error *error)
{
    ss_input *made = input_new(name);
    if (!made)
        return ss_error_nomem(error);
    made->memory = bytes;
    made->read_max = read_max;
    made->size = bytes.size;
    *input = made;
    return SS_OK;
}

static size_t take_memory(ss_input *input, void *into, size_t size)
{
    size_t got = smaller(size, input->memory.size);
    if (input->read_max)
        got = smaller(got, input->read_max);
    if (got == 0)
        return 0;
    memcpy(into, input->memory.data, got);
    input->memory.data += got;
    input->memory.size -= got;
    return got;
}

/* At least one byte of the file as it is, or *got = 0 at its end. */
static ss_status take(ss_input *input, void *into, size_t size, size_t *got, ss_error *error)
{
    ssize_t count;
    if (input->fd < 0) {
        count = (ssize_t)take_memory(input, into, size);
    } else {
        do
            count = read(input->fd, into, size);
        while (count < 0 && errno == EINTR);
        if (count < 0) {
            ss_error_io(error, input->name, "cannot read the file");
            ss_error_offset(error, input->taken);
            return SS_E_IO;
        }
    }
    input->exhausted = count == 0;
    input->taken += (uint64_t)count;
    *got = (size_t)count;
    return SS_OK;
}

/* Fills the raw buffer again; call it only when all of it is used. */
static ss_status take_raw(ss_input *input, ss_error *error)
{
    size_t got = 0;
    ss_status status = take(input, input->raw, RAW_SIZE, &got, error);
    input->raw_at = 0;
    input->raw_end = got;
    return status;
}

/* Something is wrong with the compressed bytes at the place reached. */
static ss_status damaged(const ss_input *input, ss_status status, const char *what, ss_error *error)
{
    ss_error_set(error, status, "%s data: %s", input->codec == CODEC_GZIP ? "gzip" : "zstd", what);
    ss_error_place(error, input->name, 0);
    ss_error_offset(error, input->taken - (input->raw_end - input->raw_at));
    return status;
}

static bool is_gzip(const unsigned char *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static bool is_zstd(const unsigned char *bytes, size_t size)
{
    static const unsigned char frame[] = {0x28, 0xb5, 0x2f, 0xfd}, skippable[] = {0x2a, 0x4d, 0x18};
    if (size < MAGIC_SIZE)
        return false;
    return memcmp(bytes, frame, 4) == 0 || ((bytes[0] & 0xf0) == 0x50 && memcmp(bytes + 1, skippable, 3) == 0);
}

static ss_status start_gzip(ss_input *input, ss_error *error)
{
    if (inflateInit2(&input->gzip, 15 + 16) != Z_OK)
        return ss_error_nomem(error);
    input->codec = CODEC_GZIP;
    return SS_OK;
}

static ss_status start_zstd(ss_input *input, ss_error *error)
{
    input->zstd = ZSTD_createDStream();
    if (!input->zstd || ZSTD_isError(ZSTD_DCtx_setParameter(input->zstd, ZSTD_d_windowLogMax, SS_ZSTD_WINDOW_LOG_MAX)))
        return ss_error_nomem(error);
    input->codec = CODEC_ZSTD;
    return SS_OK;
}

/* Takes enough bytes to know the compression. */
static ss_status recognise(ss_input *input, ss_error *error)
{
    if (!input->raw)
        input->raw = malloc(RAW_SIZE);
    if (!input->raw)
        return ss_error_nomem(error);
    while (input->raw_end < MAGIC_SIZE && !input->exhausted) {
        size_t got = 0;
        ss_status status = take(input, input->raw + input->raw_end, RAW_SIZE - input->raw_end, &got, error);
        if (status != SS_OK)
            return status;
        input->raw_end += got;
    }
    if (is_gzip(input->raw, input->raw_end))
        return start_gzip(input, error);
    if (is_zstd(input->raw, input->raw_end))
        return start_zstd(input, error);
    input->codec = CODEC_PLAIN;
    return SS_OK;
}

static ss_status read_plain(ss_input *input, char *into, size_t size, size_t *got, ss_error *error)
{
    if (input->raw_at == input->raw_end)
        return take(input, into, size, got, error);
    *got = smaller(size, input->raw_end - input->raw_at);
    memcpy(into, input->raw + input->raw_at, *got);
    input->raw_at += *got;
    return SS_OK;
}

/* One call of zlib: uses raw bytes, yields *got bytes (perhaps none). */
static ss_status step_gzip(ss_input *input, char *into, size_t size, size_t *got, ss_error *error)
{
    z_stream *gzip = &input->gzip;
    gzip->next_in = input->raw + input->raw_at;
    gzip->avail_in = (uInt)(input->raw_end - input->raw_at);
    gzip->next_out = (Bytef *)into;
    gzip->avail_out = (uInt)smaller(size, RAW_SIZE);
    uInt room = gzip->avail_out;
    int result = inflate(gzip, Z_NO_FLUSH);
    *got = room - gzip->avail_out;
    input->raw_at = input->raw_end - gzip->avail_in;
    input->inside = result != Z_STREAM_END;
    if (result == Z_MEM_ERROR)
        return ss_error_nomem(error);
    if (result == Z_STREAM_END)
        inflateReset(gzip);
    else if (result != Z_OK && result != Z_BUF_ERROR)
        return damaged(input, SS_E_FORMAT, gzip->msg ? gzip->msg : "damaged", error);
    return SS_OK;
}

/* The same with zstd. */
static ss_status step_zstd(ss_input *input, char *into, size_t size, size_t *got, ss_error *error)
{
    ZSTD_inBuffer in = {input->raw, input->raw_end, input->raw_at};
    ZSTD_outBuffer out = {into, size, 0};
    size_t result = ZSTD_decompressStream(input->zstd, &out, &in);
    *got = out.pos;
    input->raw_at = in.pos;
    input->inside = result != 0;
    if (!ZSTD_isError(result))
        return SS_OK;
    ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
    if (code == ZSTD_error_memory_allocation)
        return ss_error_nomem(error);
    return damaged(input, code == ZSTD_error_frameParameter_windowTooLarge ? SS_E_LIMIT : SS_E_FORMAT,
                   ZSTD_getErrorName(result), error);
}

/* Between two gzip members: zero bytes are the padding of tapes and block devices. */
static void skip_padding(ss_input *input)
{
    while (input->raw_at < input->raw_end && input->raw[input->raw_at] == 0)
        input->raw_at++;
}

static ss_status read_packed(ss_input *input, char *into, size_t size, size_t *got, ss_error *error)
{
    bool gzip = input->codec == CODEC_GZIP;
    ss_status status = SS_OK;
    *got = 0;
    while (status == SS_OK && *got == 0) {
        if (gzip && !input->inside)
            skip_padding(input);
        if (input->inside || input->raw_at < input->raw_end)
            status = gzip ? step_gzip(input, into, size, got, error) : step_zstd(input, into, size, got, error);
        if (status != SS_OK || *got > 0 || input->raw_at < input->raw_end)
            continue;
        if (!input->exhausted)
            status = take_raw(input, error);
        else if (input->inside)
            status = damaged(input, SS_E_FORMAT, "ends early", error);
        else
            break;
    }
    return status;
}

ss_status ss_input_read(ss_input *input, char *into, size_t size, size_t *got, ss_error *error)
{
    if (input->codec == CODEC_UNKNOWN) {
        ss_status status = recognise(input, error);
        if (status != SS_OK)
            return status;
    }
    if (input->codec == CODEC_PLAIN)
        return read_plain(input, into, size, got, error);
    return read_packed(input, into, size, got, error);
}

const char *ss_input_name(const ss_input *input)
{
    return input->name;
}

uint64_t ss_input_taken(const ss_input *input)
{
    return input->taken;
}

uint64_t ss_input_size(const ss_input *input)
{
    return input->size;
}

/* model_writer.c: tensors and metadata to a file in the form that model_file.h describes. */
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "store/safetensors.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct ss_model_writer {
    json_t *metadata; /* owned */
    ss_tensor tensors[SS_TENSORS_MAX];
    size_t count;
};

ss_model_writer *ss_model_writer_new(const ss_schema *schema)
{
    ss_model_writer *writer = ss_array_zeroed(1, sizeof *writer);
    if (!writer)
        return NULL;
    writer->metadata = json_pack("{s:s, s:o}", "kind", schema->kind, "version", json_sprintf("%u", schema->version));
    if (!writer->metadata)
        ss_model_writer_free(&writer);
    return writer;
}

void ss_model_writer_free(ss_model_writer **writer)
{
    if (!*writer)
        return;
    json_decref((*writer)->metadata);
    free(*writer);
    *writer = NULL;
}

static ss_status bad_argument(ss_error *error, const char *field, const char *message)
{
    ss_error_set(error, SS_E_ARGUMENT, "%s", message);
    ss_error_field(error, field);
    return SS_E_ARGUMENT;
}

ss_status ss_model_writer_add(ss_model_writer *writer, const char *name, ss_dtype dtype, const void *data,
                              uint64_t rows, uint64_t columns, ss_error *error)
{
    uint64_t count = rows, bytes;
    unsigned rank = columns ? 2 : 1;
    if (!ss_tensor_name_allowed(name) || strncmp(name, SS_PADDING_PREFIX, strlen(SS_PADDING_PREFIX)) == 0)
        return bad_argument(error, name, "tensor name not allowed");
    if (ss_tensor_find(writer->tensors, writer->count, name))
        return bad_argument(error, name, "tensor added twice");
    if ((unsigned)dtype >= SS_DTYPE_COUNT)
        return bad_argument(error, name, "unknown dtype");
    if (writer->count == SS_TENSORS_MAX)
        return ss_error_set(error, SS_E_LIMIT, "more than %u tensors", SS_TENSORS_MAX);
    if ((rank == 2 && __builtin_mul_overflow(rows, columns, &count)) ||
        __builtin_mul_overflow(count, (uint64_t)ss_dtype_size(dtype), &bytes) || bytes > INT64_MAX / 2)
        return ss_error_set(error, SS_E_LIMIT, "the tensor '%s' is too large", name);
    ss_tensor *tensor = &writer->tensors[writer->count++];
    *tensor = (ss_tensor){.dtype = dtype, .rank = rank, .shape = {rows, columns}, .count = count, .data = data};
    memcpy(tensor->name, name, strlen(name) + 1);
    return SS_OK;
}

ss_status ss_model_writer_metadata(ss_model_writer *writer, const char *key, const char *value, ss_error *error)
{
    if (strncmp(key, SS_CHECKSUM_PREFIX, strlen(SS_CHECKSUM_PREFIX)) == 0 || json_object_get(writer->metadata, key))
        return bad_argument(error, key, "metadata key taken");
    if (!ss_slice_is_utf8(ss_slice_of(key)) || !ss_slice_is_utf8(ss_slice_of(value)))
        return bad_argument(error, key, "metadata is not valid UTF-8");
    return json_object_set_new(writer->metadata, key, json_string(value)) == 0 ? SS_OK : ss_error_nomem(error);
}

ss_status ss_model_writer_metadata_f64(ss_model_writer *writer, const char *key, double value, ss_error *error)
{
    char text[32];
    snprintf(text, sizeof text, "%.17g", value);
    return ss_model_writer_metadata(writer, key, text, error);
}

ss_status ss_model_writer_dimension(ss_model_writer *writer, const char *name, uint64_t size, ss_error *error)
{
    char key[sizeof SS_DIMENSION_PREFIX + SS_TENSOR_NAME_MAX], text[24];
    if (!ss_tensor_name_allowed(name))
        return bad_argument(error, name, "dimension name not allowed");
    snprintf(key, sizeof key, "%s%s", SS_DIMENSION_PREFIX, name);
    snprintf(text, sizeof text, "%llu", (unsigned long long)size);
    return ss_model_writer_metadata(writer, key, text, error);
}

/* ---- the header ---- */

static uint64_t padding_after(uint64_t end)
{
    return (SS_TENSOR_ALIGN - end % SS_TENSOR_ALIGN) % SS_TENSOR_ALIGN;
}

static bool set_checksum(json_t *metadata, const char *name, uint64_t sum)
{
    char key[sizeof SS_CHECKSUM_PREFIX + SS_TENSOR_NAME_MAX], text[SS_CHECKSUM_TEXT];
    snprintf(key, sizeof key, "%s%s", SS_CHECKSUM_PREFIX, name);
    snprintf(text, sizeof text, "%016llx", (unsigned long long)sum);
    return json_object_set_new(metadata, key, json_string(text)) == 0;
}

static bool describe_metadata(const ss_model_writer *writer, json_t *header)
{
    json_t *metadata = json_object(); /* not json_copy, which leaves out what it finds no memory for */
    if (json_object_set_new(header, SS_METADATA_KEY, metadata) != 0 ||
        json_object_update(metadata, writer->metadata) != 0 ||
        !set_checksum(metadata, SS_METADATA_KEY, ss_metadata_checksum(metadata)))
        return false;
    for (size_t i = 0; i < writer->count; i++) {
        const ss_tensor *tensor = &writer->tensors[i];
        if (!set_checksum(metadata, tensor->name, ss_hash(tensor->data, (size_t)ss_tensor_bytes(tensor))))
            return false;
    }
    return true;
}

static bool describe_tensor(json_t *header, const ss_tensor *tensor, uint64_t begin)
{
    json_t *shape = tensor->rank == 2 ? json_pack("[I, I]", (json_int_t)tensor->shape[0], (json_int_t)tensor->shape[1])
                                      : json_pack("[I]", (json_int_t)tensor->shape[0]);
    json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", ss_dtype_name(tensor->dtype), "shape", shape,
                              "data_offsets", (json_int_t)begin, (json_int_t)(begin + ss_tensor_bytes(tensor)));
    return json_object_set_new(header, tensor->name, entry) == 0;
}

static bool describe_padding(json_t *header, size_t number, uint64_t begin, uint64_t size)
{
    ss_tensor padding = {.dtype = SS_U8, .rank = 1, .shape = {size}, .count = size};
    snprintf(padding.name, sizeof padding.name, "%s%zu", SS_PADDING_PREFIX, number);
    return size == 0 || describe_tensor(header, &padding, begin);
}

static bool describe(const ss_model_writer *writer, json_t *header)
{
    uint64_t at = 0;
    if (!describe_metadata(writer, header))
        return false;
    for (size_t i = 0; i < writer->count; i++) {
        uint64_t end = at + ss_tensor_bytes(&writer->tensors[i]);
        if (!describe_tensor(header, &writer->tensors[i], at) || !describe_padding(header, i, end, padding_after(end)))
            return false;
        at = end + padding_after(end);
    }
    return true;
}

/* Length and header as the file begins with them, filled up with blanks to a boundary. Caller owns *bytes. */
static ss_status render_header(const ss_model_writer *writer, char **bytes, size_t *size, ss_error *error)
{
    json_t *header = json_object();
    ss_status status = SS_OK;
    size_t length = header && describe(writer, header) ? json_dumpb(header, NULL, 0, JSON_COMPACT) : 0;
    uint64_t padded = length + padding_after(sizeof(uint64_t) + length);
    char *text = length ? ss_array_new(1, sizeof(uint64_t) + (size_t)padded) : NULL;
    if (!text || json_dumpb(header, text + sizeof(uint64_t), length, JSON_COMPACT) != length) {
        status = ss_error_nomem(error);
    } else if (padded > SS_MODEL_HEADER_MAX) {
        status = ss_error_set(error, SS_E_LIMIT, "the header is longer than %u bytes", SS_MODEL_HEADER_MAX);
    } else {
        memcpy(text, &padded, sizeof padded);
        memset(text + sizeof(uint64_t) + length, ' ', (size_t)padded - length);
        *bytes = text;
        *size = sizeof(uint64_t) + (size_t)padded;
        text = NULL;
    }
    free(text);
    json_decref(header);
    return status;
}

/* ---- the file ---- */

static ss_status write_tensors(const ss_model_writer *writer, int fd, const char *path, ss_error *error)
{
    static const char zeros[SS_TENSOR_ALIGN];
    ss_status status = SS_OK;
    for (size_t i = 0; i < writer->count; i++) {
        uint64_t bytes = ss_tensor_bytes(&writer->tensors[i]);
        SS_TRY(ss_file_write_all(fd, path, writer->tensors[i].data, bytes, error));
        SS_TRY(ss_file_write_all(fd, path, zeros, padding_after(bytes), error));
    }
out:
    return status;
}

static ss_status close_file(int fd, const char *path, ss_status status, ss_error *error)
{
    if (status == SS_OK && fsync(fd) != 0)
        status = ss_error_io(error, path, "cannot flush the model file to disk");
    if (close(fd) != 0 && status == SS_OK)
        status = ss_error_io(error, path, "cannot close the model file");
    if (status != SS_OK)
        unlink(path);
    return status;
}

ss_status ss_model_writer_finish(ss_model_writer *writer, const char *path, ss_error *error)
{
    char *header = NULL;
    size_t size = 0;
    ss_status status = render_header(writer, &header, &size, error);
    if (status != SS_OK)
        return status;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        status = ss_error_io(error, path, "cannot create the model file");
    } else {
        status = ss_file_write_all(fd, path, header, size, error);
        if (status == SS_OK)
            status = write_tensors(writer, fd, path, error);
        status = close_file(fd, path, status, error);
    }
    free(header);
    return status;
}

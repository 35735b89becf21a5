/* model_file.c: the validator's front, and files mapped into memory. */
#include "store/model_file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "store/safetensors.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct ss_model_file {
    void *mapping; /* owned */
    size_t size;
    char *path;              /* owned; for errors */
    const ss_schema *schema; /* borrowed; may be NULL */
    ss_safetensors parsed;   /* owned; points into the mapping */
};

static ss_status parse_and_match(const void *data, size_t size, const ss_schema *schema, ss_safetensors *parsed,
                                 ss_error *error)
{
    ss_status status = ss_safetensors_parse(data, size, parsed, error);
    return status == SS_OK && schema ? ss_schema_match(parsed, schema, error) : status;
}

ss_status ss_model_check_header(const void *data, size_t size, const ss_schema *schema, ss_tensor *tensors,
                                size_t *tensor_count, ss_error *error)
{
    ss_safetensors *parsed = ss_array_zeroed(1, sizeof *parsed);
    if (!parsed)
        return ss_error_nomem(error);
    ss_status status = parse_and_match(data, size, schema, parsed, error);
    if (status == SS_OK) {
        memcpy(tensors, parsed->tensors, parsed->count * sizeof *tensors);
        *tensor_count = parsed->count;
    }
    ss_safetensors_release(parsed);
    free(parsed);
    return status;
}

ss_status ss_model_validate(const void *data, size_t size, const ss_schema *schema, ss_error *error)
{
    ss_safetensors *parsed = ss_array_zeroed(1, sizeof *parsed);
    if (!parsed)
        return ss_error_nomem(error);
    ss_status status = parse_and_match(data, size, schema, parsed, error);
    if (status == SS_OK)
        status = ss_contents_check(parsed, schema, error);
    ss_safetensors_release(parsed);
    free(parsed);
    return status;
}

/* ---- mapping ---- */

/* Maps the regular file behind `fd`. */
static ss_status map_file(int fd, ss_model_file *file, const char *path, ss_error *error)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return ss_error_io(error, path, "cannot read the size of the model file");
    if (!S_ISREG(info.st_mode))
        return ss_error_set(error, SS_E_CORRUPT, "a model file must be a regular file");
    if (info.st_size < (off_t)sizeof(uint64_t))
        return ss_corrupt_number(error, NULL, 0, "file too short for the header's length", (uint64_t)info.st_size,
                                 sizeof(uint64_t));
    void *mapping = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (mapping == MAP_FAILED)
        return ss_error_io(error, path, "cannot map the model file");
    file->mapping = mapping;
    file->size = (size_t)info.st_size;
    return SS_OK;
}

static ss_status open_file(const char *path, int *fd, ss_error *error)
{
    /* O_NONBLOCK: a pipe in the place of a model file must not hang; it is refused as no regular file. */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd >= 0)
        return SS_OK;
    ss_status status = errno == ENOENT ? SS_E_NOT_FOUND : SS_E_IO;
    ss_error_io(error, path, "cannot open the model file");
    if (error)
        error->status = status;
    return status;
}

ss_status ss_model_file_open(const char *path, const ss_schema *schema, ss_model_file **file, ss_error *error)
{
    int fd = -1;
    ss_status status;
    ss_model_file *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened || !(opened->path = strdup(path))) {
        free(opened);
        return ss_error_nomem(error);
    }
    opened->schema = schema;
    SS_TRY(open_file(path, &fd, error));
    SS_TRY(map_file(fd, opened, path, error));
    SS_TRY(parse_and_match(opened->mapping, opened->size, schema, &opened->parsed, error));
    *file = opened;
    opened = NULL;
out:
    if (fd >= 0)
        close(fd);
    ss_model_file_close(&opened);
    if (status != SS_OK)
        ss_error_place(error, path, 0);
    return status;
}

void ss_model_file_close(ss_model_file **file)
{
    if (!*file)
        return;
    ss_safetensors_release(&(*file)->parsed);
    if ((*file)->mapping)
        munmap((*file)->mapping, (*file)->size);
    free((*file)->path);
    free(*file);
    *file = NULL;
}

ss_status ss_model_file_verify(const ss_model_file *file, ss_error *error)
{
    ss_status status = ss_contents_check(&file->parsed, file->schema, error);
    if (status != SS_OK)
        ss_error_place(error, file->path, 0);
    return status;
}

const ss_tensor *ss_model_file_tensor(const ss_model_file *file, const char *name)
{
    return ss_tensor_find(file->parsed.tensors, file->parsed.count, name);
}

size_t ss_model_file_tensor_count(const ss_model_file *file)
{
    return file->parsed.count;
}

const ss_tensor *ss_model_file_tensor_at(const ss_model_file *file, size_t index)
{
    return index < file->parsed.count ? &file->parsed.tensors[index] : NULL;
}

const char *ss_model_file_metadata(const ss_model_file *file, const char *key)
{
    return ss_safetensors_metadata(&file->parsed, key);
}

bool ss_model_file_metadata_f64(const ss_model_file *file, const char *key, double *value)
{
    const char *text = ss_model_file_metadata(file, key);
    return text && ss_slice_to_f64(ss_slice_of(text), value);
}

ss_status ss_model_file_each_metadata(const ss_model_file *file, ss_metadata_visit visit, void *context)
{
    return ss_safetensors_each_metadata(&file->parsed, visit, context);
}

bool ss_model_file_dimension(const ss_model_file *file, const char *name, uint64_t *size)
{
    return ss_schema_dimension(&file->parsed, ss_slice_of(name), size);
}

uint64_t ss_model_file_size(const ss_model_file *file)
{
    return file->size;
}

uint64_t ss_model_file_digest(const ss_model_file *file)
{
    uint64_t length; /* checked at open */
    memcpy(&length, file->mapping, sizeof length);
    return ss_hash(file->mapping, sizeof length + (size_t)length);
}

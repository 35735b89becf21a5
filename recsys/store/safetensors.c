/* safetensors.c: from bytes to tensors: the format of model_file.h, and nothing a schema says. */
#include "store/safetensors.h"
#include "base/hash.h"
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors are mapped as they are: little-endian");
_Static_assert(sizeof(float) == 4 && sizeof(double) == 8, "F32 and F64 are IEEE 754");

static const struct {
    const char *name;
    size_t size;
} dtypes[SS_DTYPE_COUNT] = {
    [SS_U8] = {"U8", 1},   [SS_I8] = {"I8", 1},   [SS_U16] = {"U16", 2}, [SS_I16] = {"I16", 2}, [SS_U32] = {"U32", 4},
    [SS_I32] = {"I32", 4}, [SS_U64] = {"U64", 8}, [SS_I64] = {"I64", 8}, [SS_F32] = {"F32", 4}, [SS_F64] = {"F64", 8},
};

size_t ss_dtype_size(ss_dtype dtype)
{
    return (unsigned)dtype < SS_DTYPE_COUNT ? dtypes[dtype].size : 0;
}

const char *ss_dtype_name(ss_dtype dtype)
{
    return (unsigned)dtype < SS_DTYPE_COUNT ? dtypes[dtype].name : "unknown";
}

uint64_t ss_tensor_bytes(const ss_tensor *tensor)
{
    return tensor->count * ss_dtype_size(tensor->dtype);
}

const ss_tensor *ss_tensor_find(const ss_tensor *tensors, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tensors[i].name, name) == 0)
            return &tensors[i];
    return NULL;
}

bool ss_tensor_name_allowed(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > SS_TENSOR_NAME_MAX || strcmp(name, SS_METADATA_KEY) == 0)
        return false;
    for (size_t i = 0; i < size; i++)
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '"' || name[i] == '\\')
            return false;
    return true;
}

ss_status ss_corrupt(ss_error *error, const char *tensor, uint64_t offset, const char *format, ...)
{
    char text[SS_ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ss_error_set(error, SS_E_CORRUPT, "%s", text);
    ss_error_field(error, tensor);
    ss_error_offset(error, offset);
    return SS_E_CORRUPT;
}

ss_status ss_corrupt_number(ss_error *error, const char *tensor, uint64_t offset, const char *message, uint64_t found,
                            uint64_t expected)
{
    char has[24], wants[24];
    int size = snprintf(has, sizeof has, "%llu", (unsigned long long)found);
    snprintf(wants, sizeof wants, "%llu", (unsigned long long)expected);
    ss_corrupt(error, tensor, offset, "%s", message);
    ss_error_found(error, has, (size_t)size, wants);
    return SS_E_CORRUPT;
}

ss_status ss_tensor_corrupt(const ss_tensor *tensor, uint64_t entry, const char *message, ss_error *error)
{
    return ss_corrupt(error, tensor->name, tensor->offset + entry * ss_dtype_size(tensor->dtype), "entry %llu: %s",
                      (unsigned long long)entry, message);
}

/* ---- the header's bytes ---- */

static ss_status locate_header(const uint8_t *data, size_t size, size_t *length, ss_error *error)
{
    uint64_t claimed;
    if (size < sizeof claimed)
        return ss_corrupt_number(error, NULL, 0, "file too short for the header's length", size, sizeof claimed);
    memcpy(&claimed, data, sizeof claimed);
    if (claimed > SS_MODEL_HEADER_MAX)
        return ss_corrupt_number(error, NULL, 0, "header longer than allowed", claimed, SS_MODEL_HEADER_MAX);
    if (claimed > size - sizeof claimed)
        return ss_corrupt_number(error, NULL, 0, "header longer than the file", claimed, size - sizeof claimed);
    if (claimed == 0 || data[sizeof claimed] != '{')
        return ss_corrupt(error, NULL, sizeof claimed, "header is not a JSON object");
    *length = (size_t)claimed;
    return SS_OK;
}

/* Bounds depth and number of values before a parser may allocate for them. */
static ss_status scan_header(const char *text, size_t size, ss_error *error)
{
    size_t depth = 0, values = 1;
    bool in_string = false;
    for (size_t i = 0; i < size; i++) {
        bool opens = !in_string && (text[i] == '{' || text[i] == '[');
        bool closes = !in_string && (text[i] == '}' || text[i] == ']');
        values += opens || (!in_string && text[i] == ',');
        depth += opens;
        depth -= closes && depth > 0;
        in_string ^= text[i] == '"';
        i += in_string && text[i] == '\\';
        if (depth > SS_HEADER_DEPTH_MAX)
            return ss_corrupt(error, NULL, 8 + i, "header nested deeper than %u levels", SS_HEADER_DEPTH_MAX);
        if (values > SS_HEADER_VALUES_MAX)
            return ss_corrupt(error, NULL, 8 + i, "header holds more than %u values", SS_HEADER_VALUES_MAX);
    }
    return SS_OK;
}

static ss_status load_header(const char *text, size_t size, json_t **header, ss_error *error)
{
    json_error_t reason;
    ss_status status = scan_header(text, size, error);
    if (status != SS_OK)
        return status;
    *header = json_loadb(text, size, JSON_REJECT_DUPLICATES, &reason);
    if (*header)
        return SS_OK;
    if (reason.text[0] == 0 || json_error_code(&reason) == json_error_out_of_memory)
        return ss_error_nomem(error);
    return ss_corrupt(error, NULL, 8 + (uint64_t)(reason.position > 0 ? reason.position : 0), "header: %s",
                      reason.text);
}

/* ---- entries ---- */

static ss_status parse_dtype(const json_t *value, const char *name, ss_dtype *dtype, ss_error *error)
{
    const char *text = json_string_value(value);
    for (unsigned i = 0; text && i < SS_DTYPE_COUNT; i++) {
        if (strcmp(text, dtypes[i].name) == 0) {
            *dtype = (ss_dtype)i;
            return SS_OK;
        }
    }
    ss_corrupt(error, name, 8, "unknown dtype");
    ss_error_found(error, text ? text : "no text", strlen(text ? text : "no text"), "U8, I8, …, F32, F64");
    return SS_E_CORRUPT;
}

/* An array of at most `most` whole numbers from 0 on. */
static ss_status parse_numbers(const json_t *array, const char *name, const char *what, size_t most, uint64_t *numbers,
                               size_t *count, ss_error *error)
{
    if (!json_is_array(array))
        return ss_corrupt(error, name, 8, "%s is not an array", what);
    if (json_array_size(array) > most)
        return ss_corrupt(error, name, 8, "%s holds %zu numbers, at most %zu are allowed", what, json_array_size(array),
                          most);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *value = json_array_get(array, i);
        if (!json_is_integer(value) || json_integer_value(value) < 0)
            return ss_corrupt(error, name, 8, "%s holds something that is not a whole number from 0 on", what);
        numbers[i] = (uint64_t)json_integer_value(value);
    }
    *count = json_array_size(array);
    return SS_OK;
}

static ss_status multiply_shape(ss_tensor *tensor, uint64_t *bytes, ss_error *error)
{
    tensor->count = 1;
    for (unsigned i = 0; i < tensor->rank; i++)
        if (__builtin_mul_overflow(tensor->count, tensor->shape[i], &tensor->count))
            return ss_corrupt(error, tensor->name, 8, "the shape's product overflows");
    if (__builtin_mul_overflow(tensor->count, (uint64_t)ss_dtype_size(tensor->dtype), bytes))
        return ss_corrupt(error, tensor->name, 8, "the shape's size in bytes overflows");
    return SS_OK;
}

static ss_status check_name(const char *name, ss_error *error)
{
    if (ss_tensor_name_allowed(name))
        return SS_OK;
    ss_corrupt(error, NULL, 8, "tensor name not allowed");
    ss_error_found(error, name, strlen(name), "1 to 63 printable ASCII characters");
    return SS_E_CORRUPT;
}

static ss_status parse_shape(const json_t *shape, ss_tensor *tensor, uint64_t *bytes, ss_error *error)
{
    size_t rank = 0;
    ss_status status = parse_numbers(shape, tensor->name, "shape", SS_TENSOR_RANK_MAX, tensor->shape, &rank, error);
    tensor->rank = (unsigned)rank;
    return status == SS_OK ? multiply_shape(tensor, bytes, error) : status;
}

static ss_status parse_extent(const json_t *array, const char *name, uint64_t begin, uint64_t bytes, uint64_t *end,
                              ss_error *error)
{
    uint64_t offsets[2] = {0};
    size_t count = 0;
    ss_status status = parse_numbers(array, name, "data_offsets", 2, offsets, &count, error);
    if (status != SS_OK)
        return status;
    if (count != 2)
        return ss_corrupt(error, name, 8, "data_offsets must hold two numbers");
    if (offsets[0] != begin)
        return ss_corrupt_number(error, name, 8, "the tensor does not begin where the one before it ends", offsets[0],
                                 begin);
    if (offsets[1] < begin || offsets[1] - begin != bytes)
        return ss_corrupt_number(error, name, 8, "data_offsets and shape disagree about the end", offsets[1],
                                 begin + bytes);
    *end = offsets[1];
    return SS_OK;
}

/* Reads one entry of the header; the tensor must begin at `begin` of the body. `end` receives where it ends. */
static ss_status parse_entry(const char *name, const json_t *entry, uint64_t begin, ss_tensor *tensor, uint64_t *end,
                             ss_error *error)
{
    uint64_t bytes = 0;
    ss_status status;
    SS_TRY(check_name(name, error));
    memcpy(tensor->name, name, strlen(name) + 1);
    if (!json_is_object(entry) || json_object_size(entry) != 3)
        SS_TRY(ss_corrupt(error, name, 8, "the entry must hold dtype, shape and data_offsets and nothing else"));
    SS_TRY(parse_dtype(json_object_get(entry, "dtype"), name, &tensor->dtype, error));
    SS_TRY(parse_shape(json_object_get(entry, "shape"), tensor, &bytes, error));
    SS_TRY(parse_extent(json_object_get(entry, "data_offsets"), name, begin, bytes, end, error));
out:
    return status;
}

static bool is_padding(const char *name)
{
    return strncmp(name, SS_PADDING_PREFIX, strlen(SS_PADDING_PREFIX)) == 0;
}

/* Padding only ever fills up to the next boundary; so no two of them can follow each other. */
static ss_status check_padding(const ss_tensor *padding, uint64_t end, ss_error *error)
{
    if (padding->dtype != SS_U8 || padding->rank != 1 || padding->count == 0 || padding->count >= SS_TENSOR_ALIGN ||
        end % SS_TENSOR_ALIGN != 0)
        return ss_corrupt(error, padding->name, padding->offset,
                          "padding must be U8 and end at the next boundary of %u", SS_TENSOR_ALIGN);
    return SS_OK;
}

static ss_status take_entry(ss_safetensors *parsed, const char *name, const json_t *entry, uint64_t *at,
                            ss_error *error)
{
    uint64_t end = *at;
    ss_tensor tensor = {0};
    ss_status status = parse_entry(name, entry, *at, &tensor, &end, error);
    if (status != SS_OK)
        return status;
    if (end > parsed->size - parsed->body)
        return ss_corrupt_number(error, name, parsed->body, "the tensor ends after the file", end,
                                 parsed->size - parsed->body);
    tensor.offset = parsed->body + *at;
    tensor.data = parsed->data + tensor.offset;
    *at = end;
    if (is_padding(name))
        return check_padding(&tensor, parsed->body + end, error);
    if (tensor.offset % SS_TENSOR_ALIGN != 0)
        return ss_corrupt(error, name, tensor.offset, "the tensor does not begin on a boundary of %u", SS_TENSOR_ALIGN);
    if (parsed->count == SS_TENSORS_MAX)
        return ss_corrupt(error, name, 8, "more than %u tensors", SS_TENSORS_MAX);
    parsed->tensors[parsed->count++] = tensor;
    return SS_OK;
}

static ss_status take_entries(ss_safetensors *parsed, ss_error *error)
{
    const char *name;
    json_t *entry;
    uint64_t at = 0;
    json_object_foreach(parsed->header, name, entry)
    {
        if (strcmp(name, SS_METADATA_KEY) == 0)
            continue;
        ss_status status = take_entry(parsed, name, entry, &at, error);
        if (status != SS_OK)
            return status;
    }
    if (at != parsed->size - parsed->body)
        return ss_corrupt_number(error, NULL, parsed->body + at, "bytes after the last tensor", parsed->size,
                                 parsed->body + at);
    return SS_OK;
}

/* ---- metadata ---- */

const char *ss_safetensors_metadata(const ss_safetensors *parsed, const char *key)
{
    return json_string_value(json_object_get(parsed->metadata, key));
}

static bool parse_checksum(const char *text, uint64_t *checksum)
{
    if (strlen(text) != SS_CHECKSUM_TEXT - 1 || strspn(text, "0123456789abcdef") != SS_CHECKSUM_TEXT - 1)
        return false;
    *checksum = strtoull(text, NULL, 16);
    return true;
}

static bool is_checksum(const char *key)
{
    return strncmp(key, SS_CHECKSUM_PREFIX, strlen(SS_CHECKSUM_PREFIX)) == 0;
}

uint64_t ss_metadata_checksum(const json_t *metadata)
{
    const char *key;
    json_t *value;
    uint64_t sum = 0;
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value)
    {
        if (is_checksum(key))
            continue;
        uint64_t parts[3] = {sum, ss_hash(key, strlen(key)),
                             ss_hash(json_string_value(value), json_string_length(value))};
        sum = ss_hash(parts, sizeof parts);
    }
    return sum;
}

ss_status ss_safetensors_each_metadata(const ss_safetensors *parsed, ss_metadata_visit visit, void *context)
{
    const char *key;
    json_t *value;
    ss_status status = SS_OK;
    json_object_foreach((json_t *)(uintptr_t)parsed->metadata, key, value)
    {
        if (!is_checksum(key))
            SS_TRY(visit(context, key, json_string_value(value)));
    }
out:
    return status;
}

/* The checksum of `name` as the metadata has it. */
static ss_status find_checksum(const ss_safetensors *parsed, const char *name, uint64_t *checksum, ss_error *error)
{
    char key[sizeof SS_CHECKSUM_PREFIX + SS_TENSOR_NAME_MAX];
    snprintf(key, sizeof key, "%s%s", SS_CHECKSUM_PREFIX, name);
    const char *text = ss_safetensors_metadata(parsed, key);
    if (!text)
        return ss_corrupt(error, name, 8, "the metadata has no checksum of it");
    if (!parse_checksum(text, checksum)) {
        ss_corrupt(error, name, 8, "bad checksum in the metadata");
        ss_error_found(error, text, strlen(text), "16 hexadecimal digits");
        return SS_E_CORRUPT;
    }
    return SS_OK;
}

static ss_status check_metadata(const ss_safetensors *parsed, ss_error *error)
{
    const char *key;
    json_t *value;
    size_t checksums = 0;
    uint64_t expected;
    if (!json_is_object(parsed->metadata))
        return ss_corrupt(error, SS_METADATA_KEY, 8, "the header has no metadata");
    json_object_foreach((json_t *)(uintptr_t)parsed->metadata, key, value)
    {
        if (!json_is_string(value))
            return ss_corrupt(error, SS_METADATA_KEY, 8, "metadata that is not text");
        checksums += is_checksum(key);
    }
    if (checksums != parsed->count + 1)
        return ss_corrupt_number(error, SS_METADATA_KEY, 8, "wrong number of checksums in the metadata", checksums,
                                 parsed->count + 1);
    ss_status status = find_checksum(parsed, SS_METADATA_KEY, &expected, error);
    if (status == SS_OK && expected != ss_metadata_checksum(parsed->metadata))
        status = ss_corrupt(error, SS_METADATA_KEY, 8, "checksum mismatch");
    return status;
}

ss_status ss_safetensors_parse(const void *data, size_t size, ss_safetensors *parsed, ss_error *error)
{
    size_t length = 0;
    ss_status status;
    *parsed = (ss_safetensors){.data = data, .size = size};
    if ((uintptr_t)data % SS_TENSOR_ALIGN != 0)
        return ss_error_set(error, SS_E_ARGUMENT, "the bytes do not begin on a boundary of %u", SS_TENSOR_ALIGN);
    SS_TRY(locate_header(data, size, &length, error));
    SS_TRY(load_header((const char *)data + sizeof(uint64_t), length, &parsed->header, error));
    parsed->body = sizeof(uint64_t) + length;
    parsed->metadata = json_object_get(parsed->header, SS_METADATA_KEY);
    SS_TRY(take_entries(parsed, error));
    SS_TRY(check_metadata(parsed, error));
    for (size_t i = 0; i < parsed->count; i++)
        SS_TRY(find_checksum(parsed, parsed->tensors[i].name, &parsed->tensors[i].checksum, error));
out:
    return status;
}

void ss_safetensors_release(ss_safetensors *parsed)
{
    json_decref(parsed->header);
    parsed->header = NULL;
    parsed->metadata = NULL;
}

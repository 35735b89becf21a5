/*
 * sample_model.h: a small model file whose schema has every rule, and the tools that break it on purpose: for the tests
 * and the fuzzer of the validator. The rows: 3; entries 5; the dimension "items" (10) stands in the metadata.
 */
#ifndef SS_TESTS_SAMPLE_MODEL_H
#define SS_TESTS_SAMPLE_MODEL_H

#include "base/dictionary.h"
#include "base/hash.h"
#include "base/memory.h"
#include "store/model_file.h"
#include "store/safetensors.h"
#include "store/strings.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline ss_status sample_check(const ss_tensor *tensors, size_t count, ss_error *error)
{
    return ss_strings_check_ids(tensors, count, "names", error);
}

static const ss_tensor_rule sample_rules[] = {
    {"offsets", SS_U64, 1, {"rows+1"}, SS_RULE_OFFSETS, "neighbours", true},
    {"neighbours", SS_U32, 1, {"entries"}, SS_RULE_INDEX, "items", true},
    {"parents", SS_U32, 1, {"rows"}, SS_RULE_INDEX_OR_NONE, "rows", true},
    {"scores", SS_F32, 1, {"entries"}, SS_RULE_FINITE, NULL, true},
    {"factors", SS_F32, 2, {"rows", "4"}, SS_RULE_FINITE, NULL, true},
    {"weights", SS_F64, 1, {"entries"}, SS_RULE_FINITE, NULL, true},
    {"extra", SS_I16, 1, {"*"}, SS_RULE_ANY, NULL, false},
    SS_STRINGS_RULES("names", "rows", true),
    SS_LOOKUP_RULE("names", true),
    {.name = NULL},
};
static const ss_schema sample_schema = {"sample", 3, sample_rules, sample_check};

/* A whole file in memory, on a 64-byte boundary. */
typedef struct sample_bytes {
    uint8_t *data;
    size_t size;
} sample_bytes;

static inline void sample_must(ss_status status)
{
    if (status != SS_OK)
        abort();
}

static inline sample_bytes sample_copy(const void *data, size_t size)
{
    sample_bytes copy = {ss_array_aligned(size, 1), size};
    if (!copy.data)
        abort();
    memcpy(copy.data, data, size);
    return copy;
}

static inline sample_bytes sample_load(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        abort();
    size_t size = (size_t)ftell(file);
    sample_bytes bytes = {ss_array_aligned(size, 1), size};
    rewind(file);
    if (fread(bytes.data, 1, size, file) != size)
        abort();
    fclose(file);
    return bytes;
}

/* Fills a writer; `names` must live until its finish. */
static inline ss_status sample_fill(ss_model_writer *writer, ss_strings_builder *names, ss_error *error)
{
    static const uint64_t offsets[] = {0, 2, 2, 5};
    static const uint32_t neighbours[] = {9, 0, 3, 4, 5}, parents[] = {2, SS_NONE, 0};
    static const float scores[] = {1.5f, -2, 0, 3, 4}, factors[12] = {0.25f, -1, 2, 3};
    static const double weights[] = {1, 2, 3, 4, 5e300};
    static const int16_t extra[] = {-1, 2, -3};
    ss_status status;
    SS_TRY(ss_strings_builder_push(names, SS_SLICE_LITERAL("tea \xe2\x98\x95")));
    SS_TRY(ss_strings_builder_push(names, SS_SLICE_LITERAL("cup")));
    SS_TRY(ss_strings_builder_push(names, SS_SLICE_LITERAL("spoon")));
    SS_TRY(ss_model_writer_dimension(writer, "items", 10, error));
    SS_TRY(ss_model_writer_metadata(writer, "note", "a \"quoted\"\n\x01 note of more than sixteen bytes", error));
    SS_TRY(ss_model_writer_metadata_f64(writer, "alpha", 0.1, error));
    SS_TRY(ss_model_writer_add(writer, "offsets", SS_U64, offsets, 4, 0, error));
    SS_TRY(ss_model_writer_add(writer, "neighbours", SS_U32, neighbours, 5, 0, error));
    SS_TRY(ss_model_writer_add(writer, "parents", SS_U32, parents, 3, 0, error));
    SS_TRY(ss_model_writer_add(writer, "scores", SS_F32, scores, 5, 0, error));
    SS_TRY(ss_model_writer_add(writer, "factors", SS_F32, factors, 3, 4, error));
    SS_TRY(ss_model_writer_add(writer, "weights", SS_F64, weights, 5, 0, error));
    SS_TRY(ss_model_writer_add(writer, "extra", SS_I16, extra, 3, 0, error));
    SS_TRY(ss_strings_builder_add(names, writer, "names", true, error));
out:
    return status;
}

static inline ss_status sample_write(const char *path, ss_error *error)
{
    ss_status status = SS_E_NOMEM;
    ss_strings_builder *names = ss_strings_builder_new();
    ss_model_writer *writer = ss_model_writer_new(&sample_schema);
    if (!names || !writer)
        goto out;
    SS_TRY(sample_fill(writer, names, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    ss_strings_builder_free(&names);
    return status;
}

/* ---- breaking it ---- */

static inline uint64_t sample_header_size(const sample_bytes *bytes)
{
    uint64_t size;
    memcpy(&size, bytes->data, sizeof size);
    return size;
}

/* Puts `header` in the place of the header, blanks up to the next boundary behind it. */
static inline void sample_set_header(sample_bytes *bytes, const char *header, size_t size)
{
    uint64_t body = 8 + sample_header_size(bytes), padded = (size + 8 + 63) / 64 * 64 - 8;
    sample_bytes changed = {ss_array_aligned(8 + (size_t)padded + bytes->size - (size_t)body, 1), 0};
    changed.size = 8 + (size_t)padded + bytes->size - (size_t)body;
    memcpy(changed.data, &padded, 8);
    memcpy(changed.data + 8, header, size);
    memset(changed.data + 8 + size, ' ', (size_t)padded - size);
    memcpy(changed.data + 8 + padded, bytes->data + body, bytes->size - (size_t)body);
    free(bytes->data);
    *bytes = changed;
}

/* Replaces the first `old` in the header, which must be there. */
static inline void sample_replace(sample_bytes *bytes, const char *old, const char *new)
{
    size_t size = (size_t)sample_header_size(bytes);
    char *at = memmem(bytes->data + 8, size, old, strlen(old));
    if (!at) {
        fprintf(stderr, "the header does not hold %s\n", old);
        abort();
    }
    size_t before = (size_t)(at - (char *)bytes->data) - 8, after = size - before - strlen(old);
    while (after > 0 && at[strlen(old) + after - 1] == ' ')
        after--;
    char *header = malloc(before + strlen(new) + after);
    memcpy(header, bytes->data + 8, before);
    memcpy(header + before, new, strlen(new));
    memcpy(header + before + strlen(new), at + strlen(old), after);
    sample_set_header(bytes, header, before + strlen(new) + after);
    free(header);
}

static inline ss_tensor sample_tensor(const sample_bytes *bytes, const char *name)
{
    ss_tensor tensors[SS_TENSORS_MAX];
    size_t count;
    sample_must(ss_model_check_header(bytes->data, bytes->size, NULL, tensors, &count, NULL));
    for (size_t i = 0; i < count; i++)
        if (strcmp(tensors[i].name, name) == 0)
            return tensors[i];
    abort();
}

/* Makes the checksum of the metadata agree. */
static inline void sample_seal_metadata(sample_bytes *bytes)
{
    char old[64], new[64];
    json_t *header = json_loadb((char *)bytes->data + 8, (size_t)sample_header_size(bytes), 0, NULL);
    const json_t *metadata = json_object_get(header, SS_METADATA_KEY);
    snprintf(old, sizeof old, "\"xxh3.__metadata__\":\"%s\"",
             json_string_value(json_object_get(metadata, "xxh3.__metadata__")));
    snprintf(new, sizeof new, "\"xxh3.__metadata__\":\"%016llx\"", (unsigned long long)ss_metadata_checksum(metadata));
    json_decref(header);
    sample_replace(bytes, old, new);
}

/* Writes `size` bytes at byte `at` of a tensor and, with `seal`, makes the checksum agree. */
static inline void sample_poke(sample_bytes *bytes, const char *name, size_t at, const void *data, size_t size,
                               bool seal)
{
    char old[96], new[96];
    ss_tensor tensor = sample_tensor(bytes, name);
    memcpy(bytes->data + tensor.offset + at, data, size);
    if (!seal)
        return;
    uint64_t sum = ss_hash(tensor.data, (size_t)(tensor.count * ss_dtype_size(tensor.dtype)));
    snprintf(old, sizeof old, "\"xxh3.%s\":\"%016llx\"", name, (unsigned long long)tensor.checksum);
    snprintf(new, sizeof new, "\"xxh3.%s\":\"%016llx\"", name, (unsigned long long)sum);
    sample_replace(bytes, old, new);
}

#endif

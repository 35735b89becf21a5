/*
 * sealed_model.h: the input of a fuzzer as a model file. So that the fuzzer gets past the checksums, the lowest bit of the first byte says
 * whether they are made to agree before.
 */
#ifndef SS_FUZZ_SEALED_MODEL_H
#define SS_FUZZ_SEALED_MODEL_H

#include "../sample_model.h"

/* Overwrites the 16 digits behind "xxh3.NAME":" in the header; false when they are not there. */
static inline bool sealed_set(sample_bytes *bytes, uint64_t header_size, const char *name, uint64_t sum)
{
    char key[SS_TENSOR_NAME_MAX + 16], digits[SS_CHECKSUM_TEXT];
    snprintf(key, sizeof key, "\"%s%s\":\"", SS_CHECKSUM_PREFIX, name);
    snprintf(digits, sizeof digits, "%016llx", (unsigned long long)sum);
    char *at = memmem(bytes->data + 8, (size_t)header_size, key, strlen(key));
    if (!at || at + strlen(key) + 16 > (char *)bytes->data + 8 + header_size)
        return false;
    memcpy(at + strlen(key), digits, 16);
    return true;
}

static inline void sealed_set_metadata(sample_bytes *bytes, uint64_t header_size)
{
    json_t *header = json_loadb((char *)bytes->data + 8, (size_t)header_size, 0, NULL);
    const json_t *metadata = json_object_get(header, SS_METADATA_KEY), *value;
    const char *key;
    bool texts = json_is_object(metadata);
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value) texts = texts && json_is_string(value);
    if (texts)
        sealed_set(bytes, header_size, SS_METADATA_KEY, ss_metadata_checksum(metadata));
    json_decref(header);
}

/* Makes every checksum agree with what it is of. */
static inline void sealed_seal_all(sample_bytes *bytes)
{
    ss_tensor tensors[SS_TENSORS_MAX];
    size_t count = 0;
    uint64_t header_size = bytes->size >= 8 ? sample_header_size(bytes) : 0;
    if (bytes->size < 8 || header_size > bytes->size - 8 || header_size > SS_MODEL_HEADER_MAX)
        return;
    sealed_set_metadata(bytes, header_size);
    if (ss_model_check_header(bytes->data, bytes->size, NULL, tensors, &count, NULL) != SS_OK)
        return;
    for (size_t i = 0; i < count; i++)
        sealed_set(bytes, header_size, tensors[i].name,
                   ss_hash(tensors[i].data, (size_t)(tensors[i].count * ss_dtype_size(tensors[i].dtype))));
}

/* The bytes behind the first of at least one, on a 64-byte boundary. The caller owns its data. */
static inline sample_bytes sealed_copy(const uint8_t *data, size_t size)
{
    sample_bytes bytes = sample_copy(data + 1, size - 1);
    if (data[0] & 1)
        sealed_seal_all(&bytes);
    return bytes;
}

#endif

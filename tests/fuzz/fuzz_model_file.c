/*
 * fuzz_model_file.c: whatever the bytes, the validator answers; and what it lets pass, or only opens, can be read within
 * its bounds. So that the fuzzer gets past the checksums, the first byte of the input says whether they are made to
 * agree before.
 */
#include "../sample_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Overwrites the 16 digits behind "xxh3.NAME":" in the header; false when they are not there. */
static bool seal(sample_bytes *bytes, uint64_t header_size, const char *name, uint64_t sum)
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

static void seal_metadata(sample_bytes *bytes, uint64_t header_size)
{
    json_t *header = json_loadb((char *)bytes->data + 8, (size_t)header_size, 0, NULL);
    const json_t *metadata = json_object_get(header, SS_METADATA_KEY), *value;
    const char *key;
    bool texts = json_is_object(metadata);
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value) texts = texts && json_is_string(value);
    if (texts)
        seal(bytes, header_size, SS_METADATA_KEY, ss_metadata_checksum(metadata));
    json_decref(header);
}

/* Makes every checksum agree with what it is of. */
static void seal_all(sample_bytes *bytes)
{
    ss_tensor tensors[SS_TENSORS_MAX];
    size_t count = 0;
    uint64_t header_size = bytes->size >= 8 ? sample_header_size(bytes) : 0;
    if (bytes->size < 8 || header_size > bytes->size - 8 || header_size > SS_MODEL_HEADER_MAX)
        return;
    seal_metadata(bytes, header_size);
    if (ss_model_check_header(bytes->data, bytes->size, NULL, tensors, &count, NULL) != SS_OK)
        return;
    for (size_t i = 0; i < count; i++)
        seal(bytes, header_size, tensors[i].name,
             ss_hash(tensors[i].data, (size_t)(tensors[i].count * ss_dtype_size(tensors[i].dtype))));
}

static uint64_t read_every_tensor(const ss_tensor *tensors, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += ss_hash(tensors[i].data, (size_t)(tensors[i].count * ss_dtype_size(tensors[i].dtype)));
    return sum;
}

/* What query code does with a file that has passed. */
static uint64_t follow_every_index(const ss_tensor *tensors, size_t count)
{
    const uint64_t *offsets = ss_tensor_find(tensors, count, "offsets")->data;
    const uint32_t *neighbours = ss_tensor_find(tensors, count, "neighbours")->data;
    uint64_t rows = ss_tensor_find(tensors, count, "offsets")->count - 1;
    uint64_t sum = 0;
    for (uint64_t row = 0; row < rows; row++)
        for (uint64_t i = offsets[row]; i < offsets[row + 1]; i++)
            sum += neighbours[i];
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ss_tensor tensors[SS_TENSORS_MAX];
    size_t count = 0;
    volatile uint64_t sum = 0; /* so that nothing of the reading is left out */
    ss_error error;
    char text[512];
    if (size == 0)
        return 0;
    sample_bytes bytes = sample_copy(data + 1, size - 1);
    if (data[0] & 1)
        seal_all(&bytes);
    if (ss_model_check_header(bytes.data, bytes.size, &sample_schema, tensors, &count, &error) == SS_OK)
        sum = read_every_tensor(tensors, count);
    ss_status status = ss_model_validate(bytes.data, bytes.size, &sample_schema, &error);
    if (status == SS_OK)
        sum = follow_every_index(tensors, count);
    else
        ss_error_format(&error, text, sizeof text);
    (void)sum;
    free(bytes.data);
    return 0;
}

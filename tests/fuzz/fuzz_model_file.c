/*
 * fuzz_model_file.c: whatever the bytes, the validator answers; and what it lets pass, or only opens, can be read within
 * its bounds.
 */
#include "sealed_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    sample_bytes bytes = sealed_copy(data, size);
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

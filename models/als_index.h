/*
 * als_index.h: the item factors once more, rounded to bytes and laid out in blocks for exact search: the tensors order,
 * quantized, scales, block_errors, block_norms of als.h.
 */
#ifndef SS_MODELS_ALS_INDEX_H
#define SS_MODELS_ALS_INDEX_H

#include "base/status.h"
#include <stdint.h>

typedef struct ss_als_index { /* owned arrays */
    uint32_t blocks, stride;
    uint32_t *order;
    uint8_t *quantized; /* 64-byte aligned */
    float *scales, *block_errors, *block_norms;
} ss_als_index;

/* `factors`: `items` rows of `stride` floats (a multiple of 16), finite. SS_E_NOMEM. Caller owns the result. */
ss_status ss_als_index_make(const float *factors, uint32_t items, uint32_t stride, ss_als_index *out, ss_error *error);
void ss_als_index_free(ss_als_index *index); /* releases what it owns and zeroes it; NULL is fine */

#endif

/* als_matrix_train.h: the interactions seen from the items' side. */
#ifndef SS_MODELS_ALS_MATRIX_TRAIN_H
#define SS_MODELS_ALS_MATRIX_TRAIN_H

#include "models/als_train.h"

typedef struct ss_als_transposed {
    ss_als_matrix matrix; /* its users are the items; columns of a row ascend. Borrows the owned arrays: */
    uint64_t *offsets;
    uint32_t *columns;
    float *weights; /* NULL where the source has none */
} ss_als_transposed;

/* SS_E_NOMEM. Caller owns the result. */
ss_status ss_als_transpose(const ss_als_matrix *matrix, ss_als_transposed *out, ss_error *error);
void ss_als_transposed_free(ss_als_transposed *transposed); /* releases what it owns and zeroes it */

#endif

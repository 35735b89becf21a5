#include "models/als_matrix_train.h"

#include "base/memory.h"
#include <stdlib.h>

static void count_columns(const ss_als_matrix *m, uint64_t *offsets)
{
    for (uint64_t k = 0; k < m->offsets[m->users]; k++)
        offsets[m->columns[k] + 2]++;
    for (size_t item = 0; item < m->items; item++)
        offsets[item + 2] += offsets[item + 1];
}

/* offsets[i + 1] starts as the place of row i's first entry and ends behind its last. */
static void deal_out(const ss_als_matrix *m, ss_als_transposed *to)
{
    for (uint32_t user = 0; user < m->users; user++)
        for (uint64_t k = m->offsets[user]; k < m->offsets[user + 1]; k++) {
            uint64_t place = to->offsets[m->columns[k] + 1]++;
            to->columns[place] = user;
            if (to->weights)
                to->weights[place] = m->weights[k];
        }
}

ss_status ss_als_transpose(const ss_als_matrix *matrix, ss_als_transposed *out, ss_error *error)
{
    uint64_t total = matrix->offsets[matrix->users];
    ss_als_transposed to = {.offsets = ss_array_zeroed((size_t)matrix->items + 2, sizeof *to.offsets),
                            .columns = ss_array_new(total, sizeof *to.columns),
                            .weights = matrix->weights ? ss_array_new(total, sizeof *to.weights) : NULL};
    if (!to.offsets || !to.columns || (matrix->weights && !to.weights)) {
        ss_als_transposed_free(&to);
        return ss_error_nomem(error);
    }
    count_columns(matrix, to.offsets);
    deal_out(matrix, &to);
    to.matrix = (ss_als_matrix){matrix->items, matrix->users, to.offsets, to.columns, to.weights};
    *out = to;
    return SS_OK;
}

void ss_als_transposed_free(ss_als_transposed *transposed)
{
    free(transposed->offsets);
    free(transposed->columns);
    free(transposed->weights);
    *transposed = (ss_als_transposed){0};
}

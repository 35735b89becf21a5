#include "job/alias.h"

#include "base/memory.h"
#include <stdlib.h>

#define WHOLE 4294967296.0

static uint32_t threshold(double share)
{
    double scaled = share * WHOLE;
    return scaled >= WHOLE - 1 ? UINT32_MAX : (uint32_t)scaled;
}

/* Pairs each entry below the mean with one above it. `stack` holds the poor from the left and the rich from the right.
 */
static void pair_up(ss_alias *table, double *weights, uint32_t *stack, size_t count)
{
    size_t poor = 0, rich = count;
    for (size_t i = 0; i < count; i++)
        if (weights[i] < 1)
            stack[poor++] = (uint32_t)i;
        else
            stack[--rich] = (uint32_t)i;
    while (poor > 0 && rich < count) {
        uint32_t low = stack[--poor], high = stack[rich];
        table[low] = (ss_alias){threshold(weights[low]), high};
        weights[high] -= 1 - weights[low];
        if (weights[high] < 1) {
            rich++;
            stack[poor++] = high;
        }
    }
    while (poor > 0) { /* left over by rounding alone */
        uint32_t low = stack[--poor];
        table[low] = (ss_alias){UINT32_MAX, low};
    }
    for (; rich < count; rich++)
        table[stack[rich]] = (ss_alias){UINT32_MAX, stack[rich]};
}

ss_status ss_alias_build(ss_alias *table, double *weights, size_t count, ss_error *error)
{
    uint32_t *stack = ss_array_new(count, sizeof *stack);
    if (!stack)
        return ss_error_nomem(error);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    for (size_t i = 0; i < count; i++)
        weights[i] *= (double)count / sum;
    pair_up(table, weights, stack, count);
    free(stack);
    return SS_OK;
}

/*
 * alias.h: drawing from a fixed discrete distribution in constant time (Walker 1977, built as in Vose 1991).
 * A table is an array of `count` entries, built once and then read-only: safe to draw from any thread with its own
 * random state.
 */
#ifndef SS_JOB_ALIAS_H
#define SS_JOB_ALIAS_H

#include "base/random.h"
#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

typedef struct ss_alias {
    uint32_t keep;  /* of 2^32: how often a draw of this entry stays with it */
    uint32_t other; /* where it goes otherwise */
} ss_alias;

/*
 * table[0 .. count) from weights[0 .. count), all >= 0 and their sum > 0; 0 < count < 2^32. The weights are scaled in
 * place. Errors: SS_E_NOMEM (4 bytes an entry while building), with the table untouched.
 */
ss_status ss_alias_build(ss_alias *table, double *weights, size_t count, ss_error *error);

static inline uint32_t ss_alias_draw(const ss_alias *table, uint32_t count, ss_random *random)
{
    uint64_t bits = ss_random_u64(random);
    uint32_t index = (uint32_t)(((bits >> 32) * count) >> 32);
    return (uint32_t)bits < table[index].keep ? index : table[index].other;
}

#endif

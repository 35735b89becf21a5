/*
 * returns.h: returns take back the latest earlier purchases of the same customer and item, as far as they go.
 * A purchase at the very time of the return counts as earlier. Pure: safe from any thread on disjoint rows.
 */
#ifndef SS_LOG_RETURNS_H
#define SS_LOG_RETURNS_H

#include "log/interactions.h"

typedef struct ss_returns {
    uint64_t rows;       /* rows that return */
    uint64_t matched;    /* of them, that took back something */
    uint64_t unmatched;  /* of them, that found no partner for all or part of their quantity */
    uint64_t taken_back; /* purchases removed or reduced */
    uint64_t removed;    /* of them, removed */
} ss_returns;

/*
 * `rows`: all rows of one customer (or of one basket without a customer), in any order; purchases with a negative
 * quantity are returns. Afterwards the purchases that are left, and all other events, stand at the front in some
 * order, and their number is returned; what happened is added to `tally`. O(n log n) time, O(1) memory.
 */
size_t ss_returns_apply(ss_interaction *rows, size_t count, ss_returns *tally);

#endif

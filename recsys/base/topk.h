/*
 * topk.h: the k best of a stream of (score, id) pairs. Not thread-safe; storage is the caller's.
 *
 * The order is total: higher score first, then lower id; so the result does not depend on the order of arrival.
 * Scores must not be NaN.
 */
#ifndef SS_BASE_TOPK_H
#define SS_BASE_TOPK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ss_scored {
    float score;
    uint32_t id;
} ss_scored;

typedef struct ss_topk {
    ss_scored *heap; /* borrowed, room for `limit`; worst at the root */
    size_t count, limit;
} ss_topk;

static inline bool ss_scored_before(ss_scored a, ss_scored b)
{
    return a.score > b.score || (a.score == b.score && a.id < b.id);
}

static inline void ss_topk_init(ss_topk *top, ss_scored *storage, size_t limit)
{
    *top = (ss_topk){storage, 0, limit};
}

/* Would an entry be kept? The cheap test of inner loops. */
static inline bool ss_topk_admits(const ss_topk *top, ss_scored entry)
{
    return top->count < top->limit || (top->limit > 0 && ss_scored_before(entry, top->heap[0]));
}

void ss_topk_push(ss_topk *top, ss_scored entry); /* keeps it if it is among the k best */
void ss_topk_sort(ss_topk *top);                  /* best first; ends the heap: no push after it */

#endif

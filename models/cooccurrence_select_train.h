/*
 * cooccurrence_select_train.h: one item's accumulators, and the best K of what they hold.
 *
 * Exact: the lists are those of scoring every candidate. To score few, a wide row is swept twice by vectors: first for
 * a value that at least K candidates reach (the K-th largest of many strided maxima), then for the candidates that
 * reach it. The baseline kernel does without the first sweep; both give the same lists.
 */
#ifndef SS_MODELS_COOCCURRENCE_SELECT_TRAIN_H
#define SS_MODELS_COOCCURRENCE_SELECT_TRAIN_H

#include "base/cpu.h"
#include "base/topk.h"
#include "models/cooccurrence_score_train.h"

/* One thread's accumulators: arrays of a number per item (padded to SS_PAIR_STRIP), all zero between rows. */
typedef struct ss_pair_scratch {
    uint32_t *pairs;     /* groups that hold the row's item and this one */
    float *sums;         /* their summed weights; NULL when the score needs none */
    uint32_t *customers; /* distinct customers among them; the same array as `pairs` where each group is a customer */
    uint32_t *last;      /* token of the last group (or customer) that counted here; NULL when not asked for */
    uint32_t token;      /* the last token handed out */
    uint32_t *touched;   /* sparse rows: the items whose `pairs` became 1, room for item_count + 1 */
    size_t touched_count;
    bool sparse; /* this row keeps `touched`; else all items are looked at */
    void *extra; /* of the source, `extra_size` bytes per item */
    size_t item_count;
} ss_pair_scratch;

typedef struct ss_pair_selector {
    ss_cpu_kernel kernel;
    ss_scored *heap;  /* owned: room for list_length */
    ss_scored *peaks; /* owned: room for list_length */
    float *strips;    /* owned: a vector of maxima per strip */
    float *slots;     /* owned: `stride` vectors of maxima, each over many strips */
    size_t list_length, strip_count, stride;
} ss_pair_selector;

/* False when out of memory; release it in either case. */
bool ss_pair_selector_init(ss_pair_selector *selector, size_t item_count, size_t list_length);
void ss_pair_selector_release(ss_pair_selector *selector);

/*
 * The best candidates of `item` among those with at least `support` (>= 1) customers and a score above 0, best first;
 * the item's own accumulators must be 0. Borrowed from the selector until its next use.
 */
ss_topk ss_pair_select(ss_pair_selector *selector, const ss_pair_scorer *scorer, const ss_pair_scratch *scratch,
                       uint32_t item, uint32_t support);

#endif

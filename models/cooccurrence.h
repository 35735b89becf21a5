/*
 * cooccurrence.h: item-item co-occurrence: what the file cooccurrence.safetensors holds.
 *
 * Three relations, each a list of at most `list_length` neighbours per item, best first (ties: lower item number):
 *   bought_together  pairs inside one basket
 *   related          pairs across one customer's history, at most `window` apart
 *   bought_next      ordered pairs (i, then later j) of one customer (or of one session in logs without customers), at
 * most `window` apart
 *
 * Tensors of relation R over the items that were bought (CSR; entry e belongs to item i when R.offsets[i] <= e <
 * R.offsets[i+1]):
 *   R.offsets     U64 [bought+1]
 *   R.neighbours  U32 [entries]   item numbers
 *   R.scores      F32 [entries]   >= 0, finite, falling within a list
 *   R.pairs       U32 [entries]   groups (baskets or customers) that hold both: the pair count
 *   R.customers   U32 [entries]   distinct customers among them (a basket without a customer counts as one)
 *   R.degrees     U32 [bought]     groups that hold the item
 * Metadata: R.groups = number of groups. A relation a log cannot give (no baskets, no customers) has empty lists.
 */
#ifndef SS_MODELS_COOCCURRENCE_H
#define SS_MODELS_COOCCURRENCE_H

#include "store/model_file.h"

#define SS_COOCCURRENCE_FILE "cooccurrence.safetensors"
extern const ss_schema ss_cooccurrence_schema;

typedef enum ss_relation { SS_BOUGHT_TOGETHER, SS_RELATED, SS_BOUGHT_NEXT, SS_RELATION_COUNT } ss_relation;
const char *ss_relation_name(ss_relation relation); /* "bought_together", …; NULL outside */

/*
 * Evidence of a pair from its counts: `groups` in all, ni and nj that hold the one and the other, nij that hold both.
 * Pure. Lift: nij groups / (ni nj), 0 where a degree is 0. LLR: Dunning's log-likelihood ratio (1993), in nats x 2, >=
 * 0; 0 where the pair is no more frequent than chance, and for counts that contradict each other.
 */
static inline double ss_pair_lift(double groups, uint32_t ni, uint32_t nj, uint32_t nij)
{
    return ni == 0 || nj == 0 ? 0 : nij * groups / ((double)ni * nj);
}

double ss_pair_llr(double groups, uint32_t ni, uint32_t nj, uint32_t nij);

#endif

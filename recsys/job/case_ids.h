/*
 * case_ids.h: the ids in a file of cases, brought to the spelling that a generation knows, so that what was wanted
 * and what was learned are the same product: where training joined `85123a` and `85123A`, the cases' `85123a` is
 * `85123A` too.
 *
 * Stateless; the cases belong to one thread.
 */
#ifndef SS_JOB_CASE_IDS_H
#define SS_JOB_CASE_IDS_H

#include "job/cases.h"
#include "shelf/snapshot.h"

/* Distinct ids of all cases. */
typedef struct ss_case_ids {
    size_t items;
    size_t items_folded;  /* of them, known under another spelling */
    size_t items_unknown; /* of them, not known to the generation at all: asked for, but never found */
    size_t customers;
    size_t customers_unknown; /* of them: answered as strangers */
} ss_case_ids;

/*
 * Exact spellings stay. Others become the generation's, where it joined ids that differ only by case or blanks; the
 * wanted items of a case stay distinct. SS_E_NOMEM: some cases may have been settled.
 */
ss_status ss_case_ids_settle(ss_cases *cases, const ss_snapshot *snapshot, ss_case_ids *found, ss_error *error);

#endif

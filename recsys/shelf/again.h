/*
 * again.h: what the customer bought, and whether they want it again: the generation's history and what is known live,
 * put together, and asked of the model of buying again (models/repurchase_query.h).
 *
 * One thread; nothing allocates.
 */
#ifndef SS_SHELF_AGAIN_H
#define SS_SHELF_AGAIN_H

#include "models/repurchase_query.h"
#include "shelf/visit.h"

/*
 * Calls `visit` once for each item that the history or one of the live views has bought: a live purchase later than the
 * history's last is one more. `now` is handed on. Without live views: in the history's order; items that are only known
 * live come after it.
 */
typedef void (*ss_again_visitor)(void *context, const ss_own_purchases *own);
void ss_again_each(const ss_history *history, const ss_visit *visit, int64_t now, ss_again_visitor visitor,
                   void *context);

/* What a shelf makes of purchases when the request says nothing else. */
typedef struct ss_again_rules {
    bool exclude;  /* what was bought is not shown … */
    bool show_due; /* … but for consumables that are due */
    bool settled;  /* durables bought so lately that another is not wanted are held back */
    int64_t now;   /* as in a request */
} ss_again_rules;

/* Marks what was bought, and holds back. Without a model (NULL) nothing is due and nothing settled. */
void ss_again_mark(const ss_repurchase *model, const ss_history *history, const ss_visit *visit,
                   const ss_again_rules *what, ss_rules *rules);

#endif

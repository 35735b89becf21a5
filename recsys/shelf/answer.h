/*
 * answer.h: the query path: context → candidates → rules → rank → fill → explain.
 *
 * An answerer belongs to one thread and holds its working memory; after warm-up no call allocates. Rules are applied
 * while products are selected, so an answer is short only when nothing more may be shown. Deterministic: ties by
 * lower item number.
 */
#ifndef SS_SHELF_ANSWER_H
#define SS_SHELF_ANSWER_H

#include "shelf/catalogue.h"
#include "shelf/foresight.h"
#include "shelf/live.h"
#include "shelf/visit.h"

typedef struct ss_answerer ss_answerer;

/* Keeps a reference to the snapshot. `live`: NULL for what no generation knows; borrowed: must outlive the answerer.
 * SS_E_NOMEM. */
ss_status ss_answerer_new(ss_snapshot *snapshot, const ss_live *live, ss_answerer **answerer, ss_error *error);
void ss_answerer_free(ss_answerer **answerer);
const ss_snapshot *ss_answerer_snapshot(const ss_answerer *answerer);   /* borrowed */
const ss_catalogue *ss_answerer_catalogue(const ss_answerer *answerer); /* borrowed; items of answers are its numbers */

/*
 * Takes over what the shop has changed of its items by now; a new answerer has done so. To be called after a request
 * has been received and before it is answered: then the answer knows every change that was acknowledged before. One
 * load when there is nothing new. Between answers only: it ends what the last one lent. SS_E_NOMEM: it is not up to
 * date; no answer may be given before another call succeeds.
 */
ss_status ss_answerer_catch_up(ss_answerer *answerer, ss_error *error);

/* Has memory fetched for the answers to these questions, which are going to be asked for (foresight.h). */
void ss_answerer_foresee(const ss_answerer *answerer, const ss_question *questions, size_t count);

/*
 * Answers `request` for `shelf` (usually &snapshot->shelves[kind]). Unknown ids are no error: they are context that
 * says nothing. SS_E_RANGE: limit outside 1..SS_LIMIT_MAX, or more ids than the maxima.
 */
ss_status ss_answer_shelf(ss_answerer *answerer, const ss_shelf *shelf, const ss_request *request, ss_answer *answer,
                          ss_error *error);

/*
 * Those of `items` (numbers) that may be shown, in their order: products that the caller has reasons of its own for,
 * held against every rule of the request and of `shelf`, whose sources are not asked. Their scores are 0, their reason
 * SS_SOURCE_PINNED. Errors as above.
 */
ss_status ss_answer_chosen(ss_answerer *answerer, const ss_shelf *shelf, const ss_request *request,
                           const uint32_t *items, size_t count, ss_answer *answer, ss_error *error);

/*
 * The visitor's factors as `shelf` has them for the request: what it would search with. Borrowed until the next call;
 * NULL: the generation has no factorization, or nothing is known that it was trained on. Errors as ss_answer_shelf.
 */
ss_status ss_answerer_fold_in(ss_answerer *answerer, const ss_shelf *shelf, const ss_request *request,
                              const float **vector, ss_error *error);

/*
 * Looks up whom the request names, once for all that is asked about them next with `same_visitor`. Borrowed: until
 * another visitor is asked about.
 */
const ss_visit *ss_answerer_meet(ss_answerer *answerer, const ss_request *request);

#endif

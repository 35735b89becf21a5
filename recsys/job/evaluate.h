/*
 * evaluate.h: how good the answers are, asked through the same code that serves them.
 */
#ifndef SS_JOB_EVALUATE_H
#define SS_JOB_EVALUATE_H

#include "base/progress.h"
#include "job/case_ids.h"
#include "job/metrics.h"
#include "shelf/answer.h"

#define SS_CUTOFFS_MAX 8u

/* A row of the table: one model at one cutoff. */
typedef struct ss_evaluation_row {
    const char *model; /* "popularity", "cooccurrence", "als", "session_knn", "repurchase", "blend" */
    ss_task task;
    size_t k;
    double recall, ndcg, hr, mrr;                         /* means over the cases */
    double recall_error, ndcg_error, hr_error, mrr_error; /* standard errors */
    double coverage;                                      /* distinct items among all top k / items with purchases */
    double median_rank; /* median popularity rank (1 = most bought) of what is shown at k */
    double filled;      /* mean share of k that was answered */
    uint64_t customers; /* cases */
    double train_seconds;
} ss_evaluation_row;

/* Called once per case and model, in order, with the ranked external ids: --answers. */
typedef void (*ss_answers_sink)(void *context, const char *model, size_t case_index, const ss_slice *ids, size_t count);

typedef struct ss_evaluation {
    ss_evaluation_row rows[6 * SS_CUTOFFS_MAX];
    size_t count;
    ss_case_ids ids; /* of cases from a file; else zeros */
} ss_evaluation;

/* How good the first k of a ranked answer are for a case. Pure. */
ss_metrics ss_case_metrics(const ss_case *question, const ss_slice *ids, size_t count, size_t k);

/* The shelf that answers a task, as the generation sets it. */
ss_shelf_kind ss_task_shelf(ss_task task);

/* What is measured under which name: the shelf reduced to one model's sources without fallbacks, or ("blend") whole. */
ss_shelf ss_shelf_of_model(const ss_shelf *shelf, const char *model);

/*
 * Asks all cases of `shelf` and appends one row per cutoff. `known_items`: items with purchases (for coverage).
 * threads >= 1; the result does not depend on it. SS_E_NOMEM, SS_E_CANCELLED.
 */
ss_status ss_evaluate_shelf(ss_snapshot *snapshot, const ss_shelf *shelf, const char *model, ss_task task,
                            const ss_cases *cases, const size_t *cutoffs, size_t cutoff_count, int threads,
                            ss_answers_sink sink, void *sink_context, ss_progress_sink *progress,
                            ss_evaluation *evaluation, ss_error *error);

#endif

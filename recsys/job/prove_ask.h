/*
 * prove_ask.h: two configurations trained on the log up to one cut and asked the same questions: the scores that prove.h
 * compares. Stateless.
 */
#ifndef SS_JOB_PROVE_ASK_H
#define SS_JOB_PROVE_ASK_H

#include "job/prove.h"

/* What was answered to one task's questions. */
typedef struct ss_task_scores {
    size_t count;      /* cases; 0: the log has none */
    uint64_t *owners;  /* count; as in ss_case. Owned */
    double *candidate; /* count: mean of recall and NDCG. Owned */
    double *served;    /* likewise; NULL where only the candidate was asked. Owned */
    double coverage;   /* of the candidate */
} ss_task_scores;
void ss_task_scores_free(ss_task_scores *scores);

typedef struct ss_prove_question {
    bool tasks
        [SS_TASK_COUNT]; /* to ask; they must learn from the same rows: any with a split by time, else see ss_prove_alike */
    ss_split_options split;
    ss_shelf_settings *settings; /* or NULL */
    const char *folder;          /* exists; what is made in it is removed */
    int threads;
    ss_progress_sink *progress;
} ss_prove_question;

/*
 * Fills scores[task] of the tasks asked (the others stay as they are). `served` NULL: only the candidate. Models of which
 * the options are the same are trained once. As ss_prove.
 */
ss_status ss_prove_ask(const ss_training_data *data, const ss_model_options *served, const ss_model_options *candidate,
                       const ss_prove_question *question, ss_task_scores scores[SS_TASK_COUNT], ss_error *error);

/* How many cases a task has with a split, at most split->max_cases. */
ss_status ss_prove_count(const ss_interactions *log, ss_task task, const ss_split_options *split, size_t *count,
                         ss_error *error);

/* Can the log ask this at all? Sessions are asked of logs that have no purchases: of orders the order within is not
 * known. */
bool ss_prove_can_ask(const ss_interactions *log, ss_task task);

#endif

/*
 * measure.h: the whole of an evaluation: a log, where its questions come from, training on what may be learned, and a
 * table with a row per model and one named "blend".
 */
#ifndef SS_JOB_MEASURE_H
#define SS_JOB_MEASURE_H

#include "job/evaluate.h"
#include "job/train.h"
#include "job/tune.h"

typedef struct ss_measure_options {
    ss_task task;
    const char *test_path, *cases_path; /* a fixed split: at most one of them; both NULL: split the log */
    const char *columns;                /* mapping, as for the log */
    ss_split_options split;
    size_t cutoffs[SS_CUTOFFS_MAX];
    size_t cutoff_count;
    const char *store;           /* ask this store instead of training; NULL: train in a temporary folder */
    ss_shelf_settings *settings; /* of the shelves, above what is trained; NULL: none */
    ss_answers_sink answers;     /* may be NULL */
    void *answers_context;
} ss_measure_options;

/*
 * The questions of `data`, and in *train what may be learned from: a subset of the log, or all of it (*train is left
 * empty) with a fixed split, for which `data` is not looked at.
 */
ss_status ss_measure_cases(const ss_training_data *data, const ss_measure_options *options, ss_interactions *train,
                           ss_cases *cases, ss_error *error);

/*
 * Trains with `model_options` on the log or the subset and asks. `train` may be empty (all of the log). Item ids of
 * cases from a file are brought to the spelling that training knows (see case_ids.h).
 */
ss_status ss_measure(const ss_training_data *data, const ss_interactions *train, ss_cases *cases,
                     const ss_measure_options *options, const ss_model_options *model_options, int threads,
                     ss_progress_sink *progress, ss_evaluation *evaluation, ss_error *error);

#endif

/*
 * tune.h: options chosen on the shop's own past: part of the log is held out, each setting is trained on the rest and
 * asked through the serving code, and the best is kept. Coordinate search within a time budget; reproducible but for
 * where the budget ends it.
 *
 * Held out: the last days of a log with times; else a random share of each customer's items (or of the baskets).
 */
#ifndef SS_JOB_TUNE_H
#define SS_JOB_TUNE_H

#include "job/cases.h"
#include "job/train.h"

typedef struct ss_tune_options {
    bool tasks[SS_TASK_COUNT]; /* what to tune for: each task has its own shelf and models */
    double budget_seconds;     /* over all tasks */
    double days;               /* held out of a log with times; 0: 90, or a fifth of the log where it is shorter */
    double share;              /* held out of a log without times */
    int64_t max_cases;         /* asked per setting */
    int64_t seed;
} ss_tune_options;

/* One setting tried. */
typedef struct ss_tune_step {
    ss_task task;
    const char *model;  /* "cooccurrence", "als", "blend" */
    const char *option; /* the one changed, or "start" */
    double value;
    double score; /* mean of recall and ndcg at 20 (rest-of-basket: at 10), with a small reward for coverage */
    bool kept;
} ss_tune_step;

typedef void (*ss_tune_sink)(void *context, const ss_tune_step *step);

typedef struct ss_tune_report {
    double start[SS_TASK_COUNT], best[SS_TASK_COUNT]; /* of the blend */
    uint64_t settings_tried;
    double seconds;
    bool out_of_time;
} ss_tune_report;

/*
 * Improves `options` in place: per task, what is found stands only where the blend of it beats the blend of what was
 * given; else the given options stay. The budget ends the search after the setting that is being tried. `sink` may be
 * NULL. SS_E_ARGUMENT when the log has nothing to hold out for a task; SS_E_CANCELLED when the progress sink asks to
 * stop: the best so far stands then too.
 */
ss_status ss_tune(const ss_interactions *log, const ss_catalog *catalog, int64_t decimals, const ss_tune_options *tune,
                  int threads, ss_progress_sink *progress, ss_tune_sink sink, void *context, ss_model_options *options,
                  ss_tune_report *report, ss_error *error);

#endif

/*
 * prove.h: is the candidate's configuration not worse than the one that is served?
 *
 * The served generation has learned from everything up to the last night, so no recent holdout is new to it. Therefore
 * both *configurations* are trained on the log up to one cut and asked the same questions about what came after it,
 * through the code that serves. Per task, over the same cases: d_k = metric(candidate) - metric(served) of case k.
 *
 * - Non-inferiority: with L the lower end of the one-sided interval of mean d at `level`, by the paired bootstrap of
 *   customers (Efron and Tibshirani 1993; ss_random, seeded), passed when L > -margin x mean(served).
 * - Power: the standard error of d over the cases found tells how many cases would see a loss of the margin with the
 *   wanted power (n = ((z_level + z_power) sd / margin)^2). Where the first cut gives fewer, the cut moves back, at most
 *   to `days_max`. What could not be had is said in the words of the check; a proof without power is no refusal by
 *   itself, for L is then low and refuses.
 * - Where both configurations are equal there is nothing to compare: one training, d = 0.
 * - The served configuration's own figure on the cut is held against that of earlier nights (`before`): a log that has
 *   been shuffled or broken makes both configurations equally bad, and only this sees it.
 *
 * Deterministic for any number of threads.
 */
#ifndef SS_JOB_PROVE_H
#define SS_JOB_PROVE_H

#include "base/options.h"
#include "job/checks.h"
#include "job/measure.h"

typedef struct ss_prove_options {
    double days, days_max; /* the cut lies at least, at most so many before the newest row; defaults 14, 90 */
    double margin;         /* relative loss that is borne, 0..1; default 0.05 */
    double level, power;   /* of the interval, of the test; defaults 0.95, 0.8 */
    double drop;           /* most relative loss of the served configuration against earlier nights; default 0.3 */
    int64_t resamples;     /* default 2000 */
    int64_t cases_max;     /* asked per task; default 20000 */
    int64_t seed;
    bool tasks[SS_TASK_COUNT]; /* default: those that the log can ask */
} ss_prove_options;
extern const ss_option ss_prove_option_table[];

/* What one task showed: written to the manifest of the generation under "night.prove.TASK.…" and read by later nights. */
typedef struct ss_proof_task {
    ss_task task;
    bool asked; /* false: the log has no questions of this kind; the rest is 0 */
    uint64_t cases;
    double served, candidate; /* mean of recall and NDCG at 20 (rest-of-basket: at 10), as tune.h scores */
    double difference, low;   /* mean d and L, in the same unit */
    double detectable;        /* the relative loss that these cases see with the wanted power */
    double coverage;          /* of the candidate: distinct items among all top 20 / items with purchases */
    double before;            /* the served configuration's figure of the last night; NaN: not known */
} ss_proof_task;

typedef struct ss_proof {
    ss_proof_task tasks[SS_TASK_COUNT];
    int64_t cut; /* microseconds UTC: learned from what was before it; SS_NO_TIME: a log without times, random split */
    double days; /* that were asked about */
    bool same;   /* the configurations are equal */
    double seconds;
} ss_proof;

/*
 * `before`: figures of earlier nights per task (NaN: none). Findings go to `checks` as "prove.TASK" and
 * "quality.TASK"; *proof has the figures. A refusal is no error: the return value is SS_OK and checks->refused counts
 * it. `served` NULL: nothing is served yet; only the candidate is measured. threads >= 1. SS_E_ARGUMENT, SS_E_NOMEM,
 * SS_E_IO, SS_E_CANCELLED.
 */
ss_status ss_prove(const ss_training_data *data, const ss_model_options *served, const ss_model_options *candidate,
                   const double before[SS_TASK_COUNT], const ss_prove_options *options, int threads,
                   ss_progress_sink *progress, ss_proof *proof, ss_checks *checks, ss_error *error);

/* The options a manifest holds ("options.…"), over the defaults: unknown ones (of another version) are left out and
 * counted. SS_E_CORRUPT names an option whose value cannot be read. */
struct ss_manifest;
ss_status ss_model_options_of_manifest(const struct ss_manifest *manifest, ss_model_options *options, size_t *unknown,
                                       ss_error *error);

#endif

/*
 * prove.h: is the candidate's configuration not worse than the one that is served?
 *
 * The served generation has learned from everything up to the last night, so no recent holdout is new to it. Therefore
 * both *configurations* are trained on the log up to one cut and asked the same questions about what came after it,
 * through the code that serves. Per task, over the same cases: d_k = score(candidate) - score(served) of case k, the score
 * being the mean of recall and NDCG at 20 (rest-of-basket: at 10), as tune.h scores.
 *
 * - Non-inferiority: with L the lower end of the one-sided interval of mean d at `level`, by the paired bootstrap of
 *   customers (bootstrap.h), passed when L >= -margin x mean(served). Every task that can be asked must pass; so the level
 *   needs no correction for their number (an intersection-union test, Berger 1982).
 * - Power: the standard error of d tells which loss these cases would see (ss_detectable_loss), the power being spread
 *   over the k tasks in which the configurations answer differently, power^(1/k) each, so that candidates which are
 *   equal in truth pass all of them with that chance. Where the first cut, `days` back, sees no loss as small as the margin, the
 *   cut moves back once, as far as the cases that are needed ask for, at most to `days_max` and a third of the log.
 * - Where even that gives too few cases (a small shop), the test keeps its power and gives up sharpness: it bears what these
 *   cases can see instead of the margin, L >= -detectable, or else chance would refuse equal options every other night.
 *   But a measured loss of twice the margin is refused however few the cases are, so a shop of 40 cases is not blind; with
 *   as few as these, other options that are as good may need another night. The words say how sharp the test was.
 * - Where both configurations are equal there is nothing to compare: one training, d = 0, and no cut moves.
 * - The served configuration's own figure on the first cut is held against that of earlier nights (`before`): a log that
 *   has been shuffled or broken makes both configurations equally bad. Refused when the upper end
 *   of its interval lies below (1 - drop) x before.
 *
 * Models of which no option differs are trained once and shared by both. Deterministic for any number of threads.
 */
#ifndef SS_JOB_PROVE_H
#define SS_JOB_PROVE_H

#include "base/options.h"
#include "job/checks.h"
#include "job/measure.h"
#include "job/model_options.h"

/* A measured loss of so many margins is refused whatever the number of cases. */
#define SS_PROVE_FLOOR 2.0

typedef struct ss_prove_options {
    double days, days_max; /* the cut lies at least, at most so many before the newest row; defaults 14, 90 */
    double margin;         /* relative loss that is borne, 0..1; default 0.05 */
    double level, power;   /* of the interval, of the test; defaults 0.95, 0.98 */
    double drop;           /* most relative loss of the served configuration against earlier nights; default 0.3 */
    int64_t resamples;     /* default 2000 */
    int64_t cases_max;     /* asked per task; default 20000 */
    int64_t seed;
    bool tasks[SS_TASK_COUNT]; /* default: all; asked are those of them that the log can ask */
    /* Not in the table, and NULL by default. Borrowed. */
    ss_shelf_settings *settings; /* what the server's file says of the shelves, over either configuration */
    const char *folder;          /* where to train, made when missing, emptied again: who names it can clean up behind a
                                    run that was killed. NULL: a temporary one */
} ss_prove_options;
extern const ss_option ss_prove_option_table[];

/* What one task showed: written to the manifest of the generation under "night.prove.TASK.…" and read by later nights. */
typedef struct ss_proof_task {
    ss_task task;
    bool asked;               /* false: the log has no questions of this kind; the rest is 0 */
    uint64_t cases;           /* on the cut that was judged */
    uint64_t owners;          /* customers (and guests' baskets) they are of */
    double served, candidate; /* mean scores; served is NaN where nothing is */
    double difference, low;   /* mean d and L, in the same unit */
    double detectable;        /* the relative loss that these cases see with the wanted power; NaN where served is 0 */
    double borne;             /* the relative loss that was borne: the margin, or `detectable` */
    double coverage;          /* of the candidate: distinct items among all top 20 (10) / items with purchases */
    double quality;           /* the candidate's score on the first cut: what the next nights' `before` comes from */
    double before;            /* that of the nights before; NaN: not known */
} ss_proof_task;

typedef struct ss_proof {
    ss_proof_task tasks[SS_TASK_COUNT];
    int64_t cut; /* microseconds UTC: learned from what was before it; SS_NO_TIME: a log without times, random split */
    double days; /* that were asked about */
    bool same;   /* the configurations are equal */
    double seconds;
} ss_proof;

/*
 * `before`: figures of earlier nights per task (NaN: none). Findings go to `checks` as "prove.options", "prove.TASK" and
 * "quality.TASK"; *proof has the figures. A refusal is no error: the return value is SS_OK and checks->refused counts
 * it. `served` NULL: nothing is served yet; only the candidate is measured. threads >= 1. Trains up to two times, and as
 * often again where the cut moves. SS_E_ARGUMENT, SS_E_NOMEM, SS_E_IO, SS_E_CANCELLED.
 */
ss_status ss_prove(const ss_training_data *data, const ss_model_options *served, const ss_model_options *candidate,
                   const double before[SS_TASK_COUNT], const ss_prove_options *options, int threads,
                   ss_progress_sink *progress, ss_proof *proof, ss_checks *checks, ss_error *error);

/* Writes the figures into a manifest: "night.prove.{cut,days,same,seconds}" and "night.prove.TASK.{cases,served,…}" of the
 * tasks that were asked; what is no number is left out. SS_E_NOMEM. */
struct ss_manifest;
ss_status ss_proof_to_manifest(const ss_proof *proof, struct ss_manifest *manifest, ss_error *error);

/* What the nights before found, from their manifests (entries may be NULL): per task the median of their `quality`, of at
 * most SS_PROVE_NIGHTS of them, in the order given; NaN where none has it. */
#define SS_PROVE_NIGHTS 7
void ss_proof_before(const struct ss_manifest *const *nights, size_t count, double before[SS_TASK_COUNT]);

#endif

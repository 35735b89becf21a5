/*
 * sanity.h: is the new generation like the ones before it? A log that shrank, a catalogue with half the items gone,
 * timestamps of next year: a person would see it at a glance, so the job must.
 *
 * Two looks: at the input, before anything is trained (cheap, and the words can name the file), and at two *full*
 * generations, the served one and the new one, before it is published.
 */
#ifndef SS_JOB_SANITY_H
#define SS_JOB_SANITY_H

#include "base/options.h"
#include "job/checks.h"
#include "job/train.h"

/* Shares are 0..1; 1 switches a check off where it is the most that can be lost. */
typedef struct ss_sanity_options {
    double rows_lost;   /* most rows fewer than the served generation's; default 0.1 */
    double rows_gained; /* most growth over the median growth of the nights kept, as a factor; default 10 */
    double items_lost;  /* most bought items, and most catalogue items that may be shown, that are gone; default 0.2 */
    double customers_lost; /* default 0.1 */
    double lists_changed;  /* most share of top-10 lists of `related` whose overlap is below a half; default 0.5 */
    double coverage_lost;  /* items with a list of `related`; items on any list; default 0.2 */
    double fees;           /* most share of rows left out as likely fees, above the served one's; default 0.05 */
    double size_changed;   /* factor between the sizes on disk either way; default 3 */
    double age_days;       /* the newest purchase may be so old at `now`; default 3 */
    double future_hours;   /* … and so far in the future; default 24 */
    int64_t rows_min;      /* fewest rows to learn from at all; default 1000 */
} ss_sanity_options;
extern const ss_option ss_sanity_option_table[];

/* Of the input alone, against the manifest of what is served (NULL: nothing is). `now`: microseconds UTC. Names:
 * "rows", "age", "future", "bad-rows", "catalog", "span". A refusal is no error. SS_E_NOMEM. */
struct ss_manifest;
ss_status ss_sanity_input(const ss_training_data *data, const struct ss_manifest *served,
                          const ss_sanity_options *options, int64_t now, ss_checks *checks, ss_error *error);

/*
 * Of two published generations' folders; `served` NULL: nothing is served. Names: "items-lost", "customers-lost",
 * "lists-changed", "coverage", "fees", "size", "models". SS_E_NOT_FOUND, SS_E_CORRUPT, SS_E_NOMEM, SS_E_IO.
 */
ss_status ss_sanity_generations(const char *served, const char *candidate, const ss_sanity_options *options,
                                ss_checks *checks, ss_error *error);

#endif

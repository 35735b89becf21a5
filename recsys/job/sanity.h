/*
 * sanity.h: is the new generation like the one before it? A log that shrank, a catalogue with half the items gone,
 * timestamps of next year: a person would see it at a glance, so the job must.
 *
 * Two looks: at the input, before anything is trained (cheap, and the words can name what was read), and at two *full*
 * generations, the served one and the new one, before it is made current. What is compared with the served generation is
 * `skipped` where nothing is served, or where it was made by a program that did not write it down.
 */
#ifndef SS_JOB_SANITY_H
#define SS_JOB_SANITY_H

#include "base/options.h"
#include "job/checks.h"
#include "job/train.h"

/* Shares are 0..1: of a share that may be lost or changed, 1 switches the check off. */
typedef struct ss_sanity_options {
    int64_t rows_min;   /* fewest rows to learn from at all; default 1000 */
    double rows_lost;   /* most share of the served generation's rows that is gone; default 0.1 */
    double rows_gained; /* most rows a day since the served one's newest, as a multiple of its rows a day; default 10 */
    double repeats;     /* most share of rows that repeat others, above the served one's; default 0.2 */
    double bad_rows;    /* most share of rows that cannot be parsed, above the served one's; default 0.01 */
    double fees;        /* most share of rows left out as likely fees, above the served one's; default 0.05 */
    double age_days;    /* the newest row may be so old at `now`; 0: any age; default 3 */
    double future_hours; /* … and so far in the future; default 24 */
    double span_changed; /* factor between the time spans of the logs, either way; default 3 */
    double items_lost; /* most share of catalogue rows, of items bought, and of items that may be shown; default 0.2 */
    double customers_lost; /* default 0.1 */
    double history_lost;   /* most share of what customers had bought that they have not any longer; default 0.2 */
    double times_changed;  /* most share of it of which the time is another, with nothing newer bought; default 0.2 */
    double lists_changed;  /* most share of top-10 lists of `related` whose overlap is below a half; default 0.5 */
    double coverage_lost;  /* most share of the items with a list that have none any longer; default 0.2 */
    double size_changed;   /* factor between the sizes on disk either way; default 3 */
    int64_t models_lost;   /* models that may be missing; default 0 */
} ss_sanity_options;
extern const ss_option ss_sanity_option_table[];

/*
 * Of the input alone, against the manifest of what is served (NULL: nothing is). `now`: microseconds UTC. Names:
 * "rows", "volume", "repeats", "bad-rows", "fees", "age", "future", "span", "catalog". A refusal is no error. SS_E_NOMEM.
 */
struct ss_manifest;
ss_status ss_sanity_input(const ss_training_data *data, const struct ss_manifest *served,
                          const ss_sanity_options *options, int64_t now, ss_checks *checks, ss_error *error);

/*
 * Of the folders of two generations; `served` NULL: nothing is served. Names: "models", "items-lost", "customers-lost",
 * "history", "times", "lists-changed", "coverage", "size".
 *
 * "history" and "times" know a broken log whatever the options are: what a customer had bought by the last night stays
 * bought, at the same time, in a log that only grew. "lists-changed" and "size" are not judged where options that decide
 * them differ: then change is what was asked for, and the proof (prove.h) judges it.
 * SS_E_NOT_FOUND, SS_E_CORRUPT, SS_E_NOMEM, SS_E_IO.
 */
ss_status ss_sanity_generations(const char *served, const char *candidate, const ss_sanity_options *options,
                                ss_checks *checks, ss_error *error);

#endif

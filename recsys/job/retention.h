/*
 * retention.h: who comes back to a shop, who leaves, and what they are worth: every figure of the report on retention, from
 * the orders of a log. Holds no customer's name: numbers alone.
 *
 * Days are those of the shop's calendar, in its time zone. The end is the day before which everything was seen: that of
 * --to, or the day after the last order. The period runs from --from to the end; without --from it is the year before the
 * end, or as much of it as leaves `window` days of the log before it.
 *
 * What each figure is stands at the module that makes it: activity.h, returning.h, cohorts.h, movement.h, lifetime.h.
 */
#ifndef SS_JOB_RETENTION_H
#define SS_JOB_RETENTION_H

#include "base/options.h"
#include "base/progress.h"
#include "job/activity.h"
#include "job/cohorts.h"
#include "job/lifetime.h"
#include "job/movement.h"
#include "job/returning.h"

typedef struct ss_retention_options {
    int64_t window_days, horizon_days, holdout_days, months;
    double margin, discount, warn_share;
    int64_t returns;       /* ss_returns_rule */
    const char *time_zone; /* NULL: the caller's */
} ss_retention_options;
extern const ss_option ss_retention_option_table[];

typedef struct ss_retention_input {
    const ss_orders *orders;
    const ss_zone *zone;                 /* NULL: UTC */
    int32_t from, until;                 /* days; INT32_MIN, INT32_MAX: not given */
    int decimals;                        /* digits of the currency */
    const ss_segments_options *segments; /* models/segments_train.h */
} ss_retention_input;

#define SS_VALUE_PARTS 10u /* customers by falling value, in so many parts */

/* What customers have paid until the end, minor units. */
typedef struct ss_value {
    uint64_t customers; /* who ever bought */
    uint64_t repeaters; /* of them, on two days at least */
    uint64_t purchases; /* days on which they did */
    int64_t total, median, highest;
    int64_t parts[SS_VALUE_PARTS]; /* sums: of the tenth that paid most, the next, … */
    uint64_t part_customers[SS_VALUE_PARTS];
} ss_value;

/* What is foreseen of a segment's customers, over the horizon. */
typedef struct ss_outlook_sums {
    double alive, purchases, value; /* sums; minor units, NAN without prices */
} ss_outlook_sums;

typedef struct ss_retention {
    ss_retention_options options;
    int decimals;
    bool priced;
    uint64_t unpriced;       /* lines whose price is not known */
    int64_t gross, returned; /* minor units, of the whole log (log/orders.h) */
    int32_t first, from, end;
    uint64_t orders, rest_orders; /* until the end, of customers and of nobody known */
    ss_activity period;
    ss_activity *months; /* of the calendar, rising; the first and last may be parts. Owned */
    size_t month_count;
    ss_returning returning;
    ss_cohorts cohorts;
    ss_movement movement;
    ss_lifetime lifetime;
    ss_value value;
    ss_outlook_sums outlook[SS_LIFECYCLE_COUNT], outlook_all;
} ss_retention;

/*
 * SS_E_ARGUMENT: the period is empty; SS_E_RANGE: an option; SS_E_BAD_INPUT: no order before
 * the end, or none of a known customer; SS_E_CANCELLED, SS_E_NOMEM. *retention is the caller's.
 */
ss_status ss_retention_make(const ss_retention_input *input, const ss_retention_options *options,
                            ss_progress_sink *progress, ss_retention *retention, ss_error *error);
void ss_retention_release(ss_retention *retention);

/* Of a purchase that was foreseen to one that came: 0.76 where it was 24 % low; NAN: cannot be told. */
double ss_calibration_ratio(const ss_calibration *calibration, bool of_revenue);

#endif

/*
 * repurchase.h: when a customer buys an item again: what the file repurchase.safetensors holds.
 *
 * Each purchase of an item begins a spell, which ends when the same customer buys it again (a return) or, still open,
 * with the log (censored). A spell is a mixture with a cured share (Boag, Maximum likelihood estimates of the
 * proportion of patients cured by cancer therapy, 1949; Farewell 1982): with probability `repeat` the item is ever
 * bought again, and then after T days, where ln T = location + shape * E: E standard normal (log-normal) or the
 * logarithm of a standard exponential (Weibull, with 1 / shape as its usual exponent). An open spell of c days has the
 * likelihood 1 - repeat + repeat * P(T > c).
 *
 * Tensors over all items of the generation (one that nobody bought has its category's law, or the shop's):
 *   items.repeat       F32  0 < repeat < 1
 *   items.median_days  F32  > 0: median of T
 *   items.shape        F32  > 0: spread of ln T
 *   items.spells       U32  purchases counted, those nearer than the training's `least-days` to the last one left out
 *   items.returns      U32  of them, those with a return
 *   items.followed     F32  spells that were watched long enough to count: returns, and each open one by the chance
 *                           that a return would have come by now
 *   items.class        U8   ss_repurchase_class
 * Metadata: family (ss_interval_family by name), newest (time of the log's last row, microseconds UTC),
 * prior_spells, prior_intervals, prior_purchases, durable_days (repurchase_train.h says what they are); repeat,
 * median_days and shape of the whole shop.
 */
#ifndef SS_MODELS_REPURCHASE_H
#define SS_MODELS_REPURCHASE_H

#include "store/model_file.h"

#define SS_REPURCHASE_FILE "repurchase.safetensors"
extern const ss_schema ss_repurchase_schema;

/* Values are stored by name. */
typedef enum ss_interval_family {
    SS_INTERVAL_LOG_NORMAL,
    SS_INTERVAL_WEIBULL,
    SS_INTERVAL_FAMILY_COUNT
} ss_interval_family;
const char *ss_interval_family_name(ss_interval_family family); /* "log-normal", …; NULL outside */

/* One item's law of coming back. */
typedef struct ss_interval {
    double repeat;      /* P(ever bought again), 0..1 */
    double median_days; /* of the interval, where it is */
    double shape;       /* spread of its logarithm */
} ss_interval;

/* P(T > days | bought again), 1 for days <= 0; and the days after which the share `p` (0..1, both excluded) of those
 * who come back has come. Pure. */
double ss_interval_survival(ss_interval_family family, const ss_interval *interval, double days);
double ss_interval_quantile(ss_interval_family family, const ss_interval *interval, double p);

/*
 * What kind of thing it is. Durable: watched in SS_DURABLE_FOLLOWED spells at least, and fewer than SS_DURABLE_BELOW
 * come back within a year. Consumable: SS_CONSUMABLE_RETURNS returns at least, SS_CONSUMABLE_FROM or more come back
 * within a year, and regularly: three quarters of the intervals are at most SS_CONSUMABLE_SPREAD times as long as one
 * quarter. Unknown: too little evidence, or neither. Stored; never renumbered.
 */
typedef enum ss_repurchase_class {
    SS_REPURCHASE_UNKNOWN = 0,
    SS_REPURCHASE_DURABLE = 1,
    SS_REPURCHASE_CONSUMABLE = 2,
    SS_REPURCHASE_CLASS_COUNT
} ss_repurchase_class;
const char *ss_repurchase_class_name(ss_repurchase_class kind); /* "unknown", …; NULL outside */

#define SS_DURABLE_FOLLOWED   20.0
#define SS_DURABLE_BELOW      0.1
#define SS_CONSUMABLE_RETURNS 10u
#define SS_CONSUMABLE_FROM    0.25
#define SS_CONSUMABLE_SPREAD  3.5
ss_repurchase_class ss_repurchase_classify(ss_interval_family family, const ss_interval *interval, uint32_t returns,
                                           double followed); /* pure */

#endif

/*
 * segments_train.h: what customers' purchases say of them, and where the shop's own lines between them run.
 *
 * What is not set is learned:
 *   loyal_frequency, loyal_value          the least that at most a fifth of the customers who bought reach
 *   at_risk_frequency, at_risk_value      the same of two fifths
 *   at_risk_intervals, lapsed_intervals   of all gaps between two orders of a customer, each as a multiple of the
 *                                         interval that the customer had until then (segments.h): the multiple that 9 of
 *                                         10, and that 49 of 50 do not pass; not below 1. With no gap at all: 2, and 4
 * The p-quantile of n numbers is the one at place ceil(p n) in rising order. Lines of frequency and value lie just above
 * a customer's: of whole numbers x that too many reach, x + 1.
 *
 * Affinity is the category of which the customer bought most (products per order; ties: the lower number), where that is
 * `affinity_purchases` at least, and `affinity_share` of what they bought of any category.
 */
#ifndef SS_MODELS_SEGMENTS_TRAIN_H
#define SS_MODELS_SEGMENTS_TRAIN_H

#include "base/options.h"
#include "log/interactions.h"
#include "log/profiles.h"
#include "models/segments.h"

typedef struct ss_segments_options { /* 0: learned, but for the last three */
    int64_t loyal_frequency, at_risk_frequency;
    double loyal_value, at_risk_value;
    double at_risk_intervals, lapsed_intervals;
    int64_t birthday_days;
    int64_t affinity_purchases;
    double affinity_share;
} ss_segments_options;
extern const ss_option ss_segments_option_table[];

typedef struct ss_segments_input {
    const ss_interactions *log;
    const ss_dictionary *customers; /* of the log's numbers; NULL: it has none */
    const ss_profiles *profiles;    /* NULL: none */
    const uint32_t *category;       /* per item of the log its category, below category_count, or SS_NONE; NULL: none */
    uint32_t category_count;
} ss_segments_input;

typedef struct ss_segments_summary {
    bool trained;
    uint32_t lifecycle[SS_LIFECYCLE_COUNT];    /* customers at the log's end; those who never bought are new */
    uint32_t birthdays, referrals, affinities; /* of them: birthday known, referred, a category preferred */
    ss_segment_rules rules;                    /* as set or learned */
    double interval_days;                      /* the shop's; 0: not known */
} ss_segments_summary;

/* Does the log have purchases of customers, or the shop a customers file? */
bool ss_segments_learns(const ss_interactions *log, const ss_profiles *profiles);

/*
 * The lines alone: as set, or learned from those customers. The values of their gaps are sorted. SS_E_RANGE, SS_E_NOMEM.
 */
struct ss_customer_table;
ss_status ss_segment_rules_learn(struct ss_customer_table *customers, const ss_segments_options *options, bool priced,
                                 ss_segment_rules *rules, ss_error *error);

/* Writes segments.safetensors into the folder. SS_E_RANGE (lapsed_intervals below at_risk_intervals too), SS_E_NOMEM,
 * SS_E_IO. */
ss_status ss_segments_train(const ss_segments_input *input, const ss_segments_options *options,
                            const char *generation_path, ss_segments_summary *summary, ss_error *error);

#endif

/*
 * segments.h: what kind of customer each is, from their purchases: recency, frequency and monetary value (RFM; Hughes,
 * Strategic Database Marketing, 1994), and what the shop says of them in its customers file: what the file
 * segments.safetensors holds.
 *
 * An order is what was bought in one basket, or without baskets at one moment. Of a customer with orders at t_1 <= … <=
 * t_n: recency is how long ago t_n is when it is asked; frequency n; value what they paid less what returns gave back,
 * 0 at least; and the typical interval (S + t_n - t_1) / n, where S is the shop's own, the median over customers with
 * two orders or more of (t_n - t_1) / (n - 1): one of the shop's intervals counts beside the customer's own.
 *
 * What stage of life a customer is in follows, with `away` the time since t_n, in this order:
 *
 *   new         n = 0
 *   lapsed      away > lapsed_intervals * interval
 *   at risk     away > at_risk_intervals * interval, and n >= at_risk_frequency or value >= at_risk_value
 *   loyal       away <= at_risk_intervals * interval, n >= loyal_frequency and value >= loyal_value
 *   returning   else
 *
 * Value is not asked in a shop without prices, and `away` not where there are no times or nobody ever ordered twice.
 * Frequency and value are scored as Hughes does, by fifths of the shop's own customers: loyal are those of the highest
 * fifth in both, at risk can be those of the two highest in either. Recency is held against the customer's own interval
 * instead, because a fifth of the customers is always the one that was here longest ago.
 *
 * Tensors, over all customers of the generation:
 *   newest    I64 [customers]  t_n, microseconds UTC; INT64_MIN: never bought, or a log without times
 *   orders    U32 [customers]
 *   value     I64 [customers]  minor units, >= 0
 *   interval  F32 [customers]  days, >= 0; 0: not known
 *   affinity  U32 [customers]  category that they buy most of, or UINT32_MAX (segments_train.h)
 *   birthday  U16 [customers]  day of a year with a February 29, 1 to 366; 0: not known
 *   referral  U8  [customers]  0 or 1
 * and over those whom only the customers file knows, who never bought:
 *   others.ids (text column with lookup), others.birthday, others.referral
 * Metadata: end (time of the log's newest row, microseconds; only with times), priced (0 or 1), interval_days (S; 0: not
 * known), birthday_days, and the rules: loyal_frequency, loyal_value, at_risk_frequency, at_risk_value,
 * at_risk_intervals, lapsed_intervals.
 */
#ifndef SS_MODELS_SEGMENTS_H
#define SS_MODELS_SEGMENTS_H

#include "base/slice.h"
#include "store/model_file.h"
#include <stdint.h>

#define SS_SEGMENTS_FILE "segments.safetensors"
extern const ss_schema ss_segments_schema;

/* First what stage of life a visitor is in, exactly one of these; then what may be so beside. Values are in model files
 * and never renumbered. */
typedef enum ss_segment {
    SS_SEGMENT_NEW = 0,       /* never bought */
    SS_SEGMENT_RETURNING = 1, /* bought, and none of the next */
    SS_SEGMENT_LOYAL = 2,     /* VIP: buys often, much, and lately */
    SS_SEGMENT_AT_RISK = 3,   /* bought often or much, and stays away longer than they used to */
    SS_SEGMENT_LAPSED = 4,    /* has stayed away for so long that they are likely gone */
    SS_LIFECYCLE_COUNT = 5,
    SS_SEGMENT_CART_ABANDONER = 5, /* left something in a cart, some time ago */
    SS_SEGMENT_BIRTHDAY = 6,       /* around it */
    SS_SEGMENT_REFERRAL = 7,       /* came by recommendation */
    SS_SEGMENT_COUNT = 8
} ss_segment;

const char *ss_segment_name(ss_segment segment); /* "new", "at_risk", …; NULL outside */
ss_segment ss_segment_find(ss_slice name);       /* SS_SEGMENT_COUNT for an unknown name */

typedef struct ss_segment_rules {
    double loyal_frequency, at_risk_frequency;  /* orders */
    double loyal_value, at_risk_value;          /* minor units; without prices not asked */
    double at_risk_intervals, lapsed_intervals; /* typical intervals of the customer's, > 0 */
    bool priced;
} ss_segment_rules;

typedef struct ss_customer_facts {
    int64_t newest; /* microseconds UTC; INT64_MIN: not known */
    uint32_t orders;
    int64_t value;
    double interval; /* days; 0: not known */
} ss_customer_facts;

/* The stage of life at `now`, microseconds UTC; earlier than `newest`: they are not away. Pure. */
ss_segment ss_segment_lifecycle(const ss_segment_rules *rules, const ss_customer_facts *facts, int64_t now);

/*
 * Is a birthday (1 to 366 as above; February 29 is March 1 in a year without one) at most `within` days (>= 0) before or
 * after the day of `now`, both in UTC? Pure.
 */
bool ss_birthday_is_near(unsigned birthday, int64_t now, int64_t within);

#endif

/*
 * segments.h: segments.safetensors: what kind of customer each is, from their purchases: recency, frequency and monetary
 * value (RFM), and what the shop says of them in its customers file.
 */
#ifndef SS_MODELS_SEGMENTS_H
#define SS_MODELS_SEGMENTS_H

#include "base/slice.h"
#include <stdint.h>

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

#endif

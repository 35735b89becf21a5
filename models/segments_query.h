/*
 * segments_query.h: reading segments.safetensors: what is known of this customer? Read-only once open; safe from any
 * thread; nothing allocates but open.
 */
#ifndef SS_MODELS_SEGMENTS_QUERY_H
#define SS_MODELS_SEGMENTS_QUERY_H

#include "models/segments.h"
#include "store/strings.h"

typedef struct ss_segments {
    ss_model_file *file; /* owned */
    uint32_t customer_count;
    const int64_t *newest, *value;
    const uint32_t *orders, *affinity;
    const float *interval;
    const uint16_t *birthday, *others_birthday;
    const uint8_t *referral, *others_referral;
    ss_strings others; /* with lookup: who never bought */
    ss_segment_rules rules;
    int64_t birthday_days; /* so many days around a birthday count as it */
    double interval_days;  /* the shop's; 0: not known */
    int64_t end;           /* of the log, microseconds UTC; INT64_MAX: it has no times */
} ss_segments;

/* SS_E_NOT_FOUND, SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM. */
ss_status ss_segments_open(const char *generation_path, ss_segments *model, ss_error *error);
void ss_segments_close(ss_segments *model);

/* What a customer of that number bought; nothing for one out of range, as SS_NONE is. */
ss_customer_facts ss_segments_facts(const ss_segments *model, uint32_t customer);
uint32_t ss_segments_affinity(const ss_segments *model, uint32_t customer); /* category or SS_NONE */

/*
 * The facts once a purchase at `time` (microseconds UTC) is added that is known live: one order more, at that time, whose
 * value is not known. Of a customer with orders, those up to the log's end are in the log: nothing changes; in a log
 * without times all are.
 */
ss_customer_facts ss_segments_add(const ss_segments *model, ss_customer_facts facts, int64_t time);

/* Bits of SS_SEGMENT_BIRTHDAY and SS_SEGMENT_REFERRAL at `now`. customer: number, or SS_NONE: looked up by the id among
 * those who never bought. */
uint32_t ss_segments_of_profile(const ss_segments *model, uint32_t customer, ss_slice customer_id, int64_t now);

#endif

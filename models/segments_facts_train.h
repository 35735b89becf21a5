/*
 * segments_facts_train.h: what a log says of each customer: orders, value, intervals, preferred category; and the gaps
 * between their orders. Not thread-safe; one owner.
 */
#ifndef SS_MODELS_SEGMENTS_FACTS_TRAIN_H
#define SS_MODELS_SEGMENTS_FACTS_TRAIN_H

#include "log/interactions.h"

typedef struct ss_customer_table {
    uint32_t count;          /* customers of the log */
    int64_t *newest, *first; /* times of the orders; SS_NO_TIME: none, or a log without times */
    uint32_t *orders;
    int64_t *value;     /* >= 0 */
    float *interval;    /* days, as segments.h has it; 0: not known */
    uint32_t *affinity; /* or SS_NONE */
    uint16_t *birthday; /* 0, to be filled in */
    uint8_t *referral;  /* likewise */
    double *gaps;       /* each between two orders of a customer, in intervals until then */
    size_t gap_count;
    double interval_days; /* the shop's; 0: not known */
} ss_customer_table;

typedef struct ss_affinity_least {
    uint32_t purchases;
    double share;
} ss_affinity_least;

/* `category` as in segments_train.h. SS_E_NOMEM. */
ss_status ss_customer_table_make(const ss_interactions *log, const uint32_t *category, uint32_t category_count,
                                 const ss_affinity_least *least, ss_customer_table *table, ss_error *error);
void ss_customer_table_release(ss_customer_table *table);

void ss_numbers_sort(double *numbers, size_t count); /* rising */

#endif

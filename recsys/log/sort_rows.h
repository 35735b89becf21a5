/*
 * sort_rows.h: sorting in place, for rows of a log and for 64-bit keys. Pure: safe from any thread on disjoint data.
 *
 * Rows are first split by customer with an in-place most-significant-digit radix sort ("American flag": McIlroy, Bostic
 * and McIlroy 1993), then each small part is finished by introsort (Musser 1997). Extra memory: O(1). The orders are
 * total on what the row holds, so the result does not depend on the order of arrival.
 */
#ifndef SS_LOG_SORT_ROWS_H
#define SS_LOG_SORT_ROWS_H

#include "log/interactions.h"

/*
 * By (customer, time, basket, item, event, quantity); rows without a customer stand last, by (basket, time, item,
 * event, quantity).
 */
void ss_rows_sort(ss_interaction *rows, size_t count);

/* The two orders inside one group of rows (one customer, or one basket without a customer). */
void ss_rows_sort_by_time(ss_interaction *rows, size_t count);   /* (time, basket, item, event, quantity) */
void ss_rows_sort_by_basket(ss_interaction *rows, size_t count); /* (basket, item, event, time, quantity) */

/* Do two rows belong to the same customer or, both without one, to the same basket? */
static inline bool ss_rows_same_group(const ss_interaction *a, const ss_interaction *b)
{
    return a->customer == b->customer && (a->customer != SS_NONE || a->basket == b->basket);
}

/* The end of the group that begins at `start`: the first row from there on that belongs to another. */
size_t ss_rows_group_end(const ss_interaction *rows, size_t count, size_t start);

void ss_sort_u64(uint64_t *keys, size_t count); /* ascending */

#endif

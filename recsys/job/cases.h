/*
 * cases.h: questions with known answers: what evaluate asks. Owned by one thread while built; then read-only.
 *
 * A case is a request's context (a customer, or a list of items) and the items that were really bought.
 */
#ifndef SS_JOB_CASES_H
#define SS_JOB_CASES_H

#include "base/arena.h"
#include "base/slice.h"
#include "log/interactions.h"
#include "log/read_log.h"

typedef enum ss_task {
    SS_TASK_NEW_ITEMS,      /* customer → items they buy for the first time: shelf for_you, bought items excluded */
    SS_TASK_NEXT_BASKET,    /* customer → their next order, repeats allowed: shelf buy_again, bought items allowed */
    SS_TASK_REST_OF_BASKET, /* items of a basket → another item of it: shelf cart */
    SS_TASK_SESSION,        /* items of a session so far → the next one: shelf bought_next */
    SS_TASK_COUNT
} ss_task;
const char *ss_task_name(ss_task task); /* "new-items", …; NULL outside */

typedef struct ss_case {
    ss_slice customer_id;    /* or empty */
    const ss_slice *context; /* items, oldest first */
    size_t context_count;
    const ss_slice *wanted; /* at least one, distinct */
    size_t wanted_count;
    uint64_t
        owner; /* of a split's cases: those with one number are one customer's (or one guest's basket's), stand next
                       to each other and are not independent; else 0 */
} ss_case;

typedef struct ss_cases {
    ss_arena *arena; /* owns everything below */
    ss_case *cases;
    size_t count;
} ss_cases;

void ss_cases_free(ss_cases *cases);

/*
 * --test FILE: rows (customer_id, item_id), one case a customer, in order of first appearance. `mapping` as --columns
 * of the log. SS_E_FORMAT names the row that has an empty field: a test file has no bad rows.
 */
ss_status ss_cases_from_test(const char *path, const char *mapping, ss_cases *cases, ss_error *error);

/* --cases FILE: rows (case_id, prefix = item ids separated by blanks, target); one case a row. */
ss_status ss_cases_from_file(const char *path, const char *mapping, ss_cases *cases, ss_error *error);

/*
 * Splits a log: what may be learned from stays in *train (see ss_interactions_subset), the rest becomes cases of the
 * task.
 *
 * time: the cut lies `days` before the newest row. new-items: customers known before it → what they bought after it for
 *   the first time. next-basket: the first basket after it. rest-of-basket: from each basket after the cut with two items or more
 *   known before the cut, one item drawn as the context and another as the wanted one. session: the same baskets, each item after the first from those before it.
 * last-order: each customer's last basket is held out instead (those with two baskets at least). random: a share of
 * each customer's items is held out (for logs without times); for the tasks about baskets, a share of the baskets. A
 * basket is a run of rows with the same basket in the log's order. The ids are borrowed: the log must outlive the
 * cases.
 */
typedef enum ss_split { SS_SPLIT_TIME, SS_SPLIT_LAST_ORDER, SS_SPLIT_RANDOM } ss_split;
typedef struct ss_split_options {
    ss_split split;
    double days;  /* time */
    double share; /* random, 0..1 */
    uint64_t seed;
    size_t max_cases; /* 0: all; else as many, drawn evenly */
} ss_split_options;
ss_status ss_cases_split(const ss_interactions *log, ss_task task, const ss_split_options *options,
                         ss_interactions *train, ss_cases *cases, ss_error *error);

#endif

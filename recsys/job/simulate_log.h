/*
 * simulate_log.h: the rows of a simulated log: what an order, a return, a session and their dirt look like as CSV. Not
 * thread-safe; one owner.
 */
#ifndef SS_JOB_SIMULATE_LOG_H
#define SS_JOB_SIMULATE_LOG_H

#include "job/simulate.h"
#include "job/simulate_orders.h"
#include "job/simulate_write.h"

typedef struct ss_sim_log {
    const ss_sim_catalog *catalog; /* borrowed */
    ss_sim_file *file;             /* borrowed */
    ss_simulate_report *report;    /* borrowed: counts its rows */
    bool sessions;                 /* write the columns event and session_id */
    double dirt;
    ss_random random; /* for dirt alone */
    char stamp[20];   /* "2026-01-31T10:00:00Z" */
    char head[48];    /* "order_id,customer_id," of the rows to come */
    size_t head_size;
    uint64_t session; /* number of the session of the rows to come */
} ss_sim_log;

void ss_sim_log_begin(ss_sim_log *log); /* the header row */
void ss_sim_log_set_day(ss_sim_log *log, int64_t midnight);
void ss_sim_log_set_second(ss_sim_log *log, uint32_t second_of_day);

/* Who the next rows belong to. order 0: no order; customer SS_NONE: no customer; `back`: the order takes goods back. */
void ss_sim_log_set_head(ss_sim_log *log, uint64_t order, bool back, uint32_t customer);

void ss_sim_log_purchase(ss_sim_log *log, const ss_sim_line *line, uint32_t price);
void ss_sim_log_return(ss_sim_log *log, const ss_sim_line *line, uint32_t price);
void ss_sim_log_view(ss_sim_log *log, uint32_t item, uint32_t price);
void ss_sim_log_cart(ss_sim_log *log, const ss_sim_line *line, uint32_t price);

#endif

/*
 * patience.h: how long to wait for a server before another one is asked the same, and how often that may be.
 *
 * The wait follows the answers: half as long again as what 99 in 100 of them took, as a running estimate that moves a little
 * with each (stochastic approximation of a quantile: Robbins and Monro, A Stochastic Approximation Method, 1951; in steps
 * in proportion to the estimate). A second question on mere suspicion is work that the servers do twice: it is paid from a
 * purse into which every question puts a tenth of one, so that servers that are slow all together are not asked twice as much
 * for it (a retry budget: Dean and Barroso, The Tail at Scale, 2013, "hedged requests").
 *
 * Times are nanoseconds. A plain value; one thread.
 */
#ifndef SS_HTTP_PATIENCE_H
#define SS_HTTP_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ss_patience {
    double estimate; /* what 99 in 100 answers take at most */
    double purse;    /* second questions that may be asked */
    int64_t shortest, longest;
} ss_patience;

/* What ss_patience_wait gives at least and at most (where they cross, the longest); the estimate begins with the longest. */
void ss_patience_init(ss_patience *patience, int64_t shortest, int64_t longest);

void ss_patience_answered(ss_patience *patience, int64_t took); /* an answer came */
void ss_patience_exceeded(ss_patience *patience);               /* one did not come within ss_patience_wait */

/* How long to wait. */
int64_t ss_patience_wait(const ss_patience *patience);

void ss_patience_earn(ss_patience *patience);  /* a question was asked */
bool ss_patience_spend(ss_patience *patience); /* may a second one be asked? It is paid for then */

#endif

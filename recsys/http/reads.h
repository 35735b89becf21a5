/*
 * reads.h: how a gateway's thread asks what only reads: whom, how long it waits for the answer, and when it asks somebody else too.
 *
 * It is asked where there is least to do, a visitor's at home (homes.h). Without an answer in the time that nearly all take (patience.h)
 * another server is asked too, paid from a purse; when half of the errand's time has passed it is asked without paying. A visitor's is asked
 * elsewhere when home has said nothing to anybody for longer than its answers take, at least five milliseconds, or `second_try`
 * has passed; until it is heard again home is passed over. When none is fit the least bad is asked. Belongs to the thread
 * that uses it. Times are nanoseconds of ss_clock_monotonic().
 */
#ifndef SS_HTTP_READS_H
#define SS_HTTP_READS_H

#include "http/patience.h"
#include "http/peers.h"

typedef struct ss_reads {
    ss_peers *peers;
    ss_errands *errands;
    ss_gateway_counts *counts;
    int64_t second_try;
    ss_patience patience, home_patience; /* with answers in general, and with those of visitors' homes */
} ss_reads;

/* All borrowed for the life of `reads`. `second_try`: longest wait before another server is asked. */
void ss_reads_init(ss_reads *reads, ss_peers *peers, ss_errands *errands, ss_gateway_counts *counts,
                   int64_t second_try);

/* The first asking. */
void ss_reads_begin(ss_reads *reads, ss_errand *errand, int64_t now);

/* It goes to one more server, or waits: for who has it, or for a server's return. */
void ss_reads_ask(ss_reads *reads, ss_errand *errand, int64_t now);

/* Its time has come (ss_errands_due), and its deadline has not. */
void ss_reads_look_after(ss_reads *reads, ss_errand *errand, int64_t now);

/* A reply came from that server, of whatever kind, also to an errand that has ended. */
void ss_reads_heard(ss_reads *reads, const ss_errand *errand, uint32_t number, int64_t now);

/* And: it is the one that is passed on. */
void ss_reads_answered(ss_reads *reads, const ss_errand *errand, uint32_t number, int64_t now);

#endif

/*
 * changes.h: how a gateway's thread sends what changes live state to its home, and to no other server: what may be repeated
 * (ss_way.again) is sent there again when no answer comes, after an eighth of its time and then twice as long each time; what
 * may not be is sent once. While the home is away it waits. Belongs to the thread that uses it. Times are nanoseconds of
 * ss_clock_monotonic().
 */
#ifndef SS_HTTP_CHANGES_H
#define SS_HTTP_CHANGES_H

#include "http/peers.h"

typedef struct ss_changes { /* all borrowed */
    ss_peers *peers;
    ss_errands *errands;
    ss_gateway_counts *counts;
    int64_t time; /* that a change has */
} ss_changes;

/* It goes home, or waits until it can. */
void ss_changes_ask(ss_changes *changes, ss_errand *errand, int64_t now);

/* It waits for the return of its home. */
void ss_changes_wait(ss_changes *changes, ss_errand *errand);

/* Its time has come (ss_errands_due), and its deadline has not: its home is doubted, and asked again. */
void ss_changes_look_after(ss_changes *changes, ss_errand *errand, int64_t now);

#endif

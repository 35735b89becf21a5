/*
 * delivery.h: how an errand ends: a reply goes to who asked, if they still wait for it, once, and is tallied; it is a server's,
 * or says why there is none. Belongs to the thread that uses it.
 */
#ifndef SS_HTTP_DELIVERY_H
#define SS_HTTP_DELIVERY_H

#include "http/errands.h"
#include "http/gateway_counts.h"

typedef struct ss_delivery {
    ss_errands *errands;          /* borrowed */
    const char *const *endpoints; /* borrowed: how servers are named in errors */
    ss_gateway_counts *counts;    /* borrowed */
    ss_backend_answered answered; /* whom replies go to, */
    void *port;                   /* and its first argument */
    int64_t now;                  /* ss_clock_monotonic(): when the round began */
    ss_buffer own;                /* a reply of the gateway's own; owned */
} ss_delivery;

void ss_delivery_init(ss_delivery *delivery, ss_errands *errands, const char *const *endpoints,
                      ss_gateway_counts *counts);
void ss_delivery_release(ss_delivery *delivery);

/* The errand ends with that reply, which may be its own. */
void ss_delivery_reply(ss_delivery *delivery, ss_errand *errand, ss_slice reply);

/* It ends unanswered: busy, with that message. */
void ss_delivery_fail(ss_delivery *delivery, ss_errand *errand, const char *message);

/* It was for all servers, and ends with what they have said (ss_roll_end). */
void ss_delivery_roll(ss_delivery *delivery, ss_errand *errand);

/* Its deadline has come. */
void ss_delivery_give_up(ss_delivery *delivery, ss_errand *errand);

#endif

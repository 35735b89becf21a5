/*
 * audience.h: which segments a visitor is of, now: what the generation knows of the customer (models/segments.h) and
 * what is known live of them and their session. Pure but for what it reads; one thread with its answerer.
 *
 * Live purchases count beside those that the generation was trained on: who never bought and does so is returning at
 * once. Where the generation has no segments, whoever it has a history of is returning.
 *
 * Cart abandoner: something that the session or the customer put into a cart is still in it, was left there, and
 * neither of them has bought anything since. Left is what was last touched more than SS_CART_LEFT_SECONDS ago, and what
 * the customer touched before everything that is known of the session: it is in the cart of an earlier one.
 */
#ifndef SS_SHELF_AUDIENCE_H
#define SS_SHELF_AUDIENCE_H

#include "models/segments.h"
#include "shelf/snapshot.h"
#include "state/visitors.h"

#define SS_CART_LEFT_SECONDS 3600u

typedef struct ss_audience {
    uint32_t segments; /* bits 1u << ss_segment: exactly one of the life cycle, and those that are so beside */
    uint32_t affinity; /* category of the generation that the customer buys most of, or SS_NONE */
} ss_audience;

/* session, customer: what is known live, empty views where nothing is. customer_id may be empty. now: microseconds UTC. */
ss_audience ss_audience_of(const ss_snapshot *snapshot, ss_slice customer_id, const ss_visitor_view *session,
                           const ss_visitor_view *customer, int64_t now);

ss_segment ss_audience_lifecycle(const ss_audience *audience);
/* Name of the category that they buy most of: borrowed from the generation's snapshot; empty: none. */
ss_slice ss_audience_liked(const ss_audience *audience, const ss_snapshot *snapshot);

#endif

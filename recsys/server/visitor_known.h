/*
 * visitor_known.h: all that is known of one session, one customer, or both: what they did live (state/visitors.h), what the
 * generation's log holds of the customer, which segments they are of, and what was decided about offers to them.
 *
 * Who has asked to be forgotten is told of no more, although the generation in service may still have learned from them:
 * what they bought until then is passed over.
 *
 * The recorder's thread, inside of a step of the ledger of offers.
 */
#ifndef SS_SERVER_VISITOR_KNOWN_H
#define SS_SERVER_VISITOR_KNOWN_H

#include "offers/parties.h"
#include "server/call_visitor.h"
#include "shelf/audience.h"
#include "shelf/visit.h"
#include "state/forgotten.h"

/* Where it is kept; borrowed. */
typedef struct ss_visitor_sources {
    const ss_catalogue *catalogue;
    ss_visitors *visitors;
    const ss_forgotten *forgotten;
    ss_offer_ledger *ledger;
} ss_visitor_sources;

typedef struct ss_visitor_known {
    ss_visit visit;              /* what they did live */
    ss_parties parties;          /* what the guards of offers remember, by ss_offer_party */
    ss_history history;          /* the customer's, whole; borrowed from the snapshot */
    uint32_t told[SS_LIMIT_MAX]; /* places in it that are told, newest first */
    size_t told_count;
    size_t history_count; /* of those that may be told */
    uint32_t segments;    /* bits 1u << ss_segment */
    uint32_t affinity;    /* category, or SS_NONE */
    bool has_facts;
    ss_customer_facts facts;
} ss_visitor_known;

/* now: microseconds UTC. SS_E_CORRUPT, SS_E_IO, SS_E_NOMEM: the step must be given up. */
ss_status ss_visitor_known_gather(const ss_visitor_sources *from, const ss_visitor_call *call, int64_t now,
                                  ss_visitor_known *known, ss_error *error);

#endif

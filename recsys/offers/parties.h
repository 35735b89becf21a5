/*
 * parties.h: who a decision is about: a session and a customer, either or both; what the ledger knows of each, whether
 * something may be shown to them now, and which decisions about them are open. One thread, inside of a step.
 *
 * Shows are counted by session. Where no session is named the customer stands for one: their shows count from the last
 * time that nothing was known of them for a day. A visitor has at most SS_PARTY_OPEN_MAX open decisions: who has as
 * many is shown nothing more until a window closes.
 */
#ifndef SS_OFFERS_PARTIES_H
#define SS_OFFERS_PARTIES_H

#include "offers/policy.h"
#include "state/offer_ledger.h"

#define SS_PARTIES 2u /* by ss_offer_party */

typedef struct ss_parties {
    ss_slice ids[SS_PARTIES]; /* empty: not named; borrowed */
    ss_party known[SS_PARTIES];
} ss_parties;

ss_status ss_parties_read(ss_offer_ledger *ledger, ss_slice session_id, ss_slice customer_id, ss_parties *parties,
                          ss_error *error);

/* SS_VERDICT_SHOWN: go on; SS_VERDICT_SHOWS, SS_VERDICT_COOLING: not now. */
ss_verdict ss_parties_ask(const ss_parties *parties, const ss_guards *guards, int64_t now);

/* Has one of them redeemed as often as is allowed? */
bool ss_parties_used_up(const ss_parties *parties, const ss_guards *guards, int64_t now);

/* The numbers of the open decisions of both, each once; how many. */
#define SS_PARTIES_OPEN_MAX (SS_PARTIES * SS_PARTY_OPEN_MAX)
size_t ss_parties_open(const ss_parties *parties, uint64_t numbers[SS_PARTIES_OPEN_MAX]);

/* A decision is open no more. */
void ss_parties_close(ss_parties *parties, uint64_t number);

/* Has one of them as many open decisions as there may be? */
bool ss_parties_full(const ss_parties *parties);

/* A decision was made about them; `showed`: it shows something, or would have. Neither is full. */
void ss_parties_decided(ss_parties *parties, uint64_t number, bool showed, int64_t now);

/* Writes both back. */
ss_status ss_parties_keep(ss_offer_ledger *ledger, ss_parties *parties, int64_t now, ss_error *error);

#endif

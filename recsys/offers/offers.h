/*
 * offers.h: a visitor moves to leave: what do we offer? One decision: show or not and why, which campaign, which
 * products at which price or with which incentive, until when; and what becomes of it.
 *
 *   parties (shows, cooling-off) → campaign (page, schedule, segments, cart) → products (page, session, related, cart,
 *   due again) → incentives that guards and budgets allow → value of each, of none, and of showing nothing (learner.h)
 *   → holdout → lease
 *
 * Prices and costs are the catalogue's, never the caller's. The eligible campaign of highest priority decides alone
 * (eligibility.h). The holdout is decided after everything else, by the visitor alone (assignment.h), so that ghosts are
 * what would have been shown: they count for shows and stand in the way like the offers they are the ghosts of.
 *
 * Kept is what was decided for or against a visitor (shown, held out, not worth), which teaches when its window is over;
 * and, so that it can be told again, whatever else a request with a request_id was answered with. That nothing is worth
 * showing stands for as long as an offer of the campaign would be good; who asks again meanwhile is not drawn for anew.
 * Who has redeemed as often as is allowed is given nothing, but may be shown products at their price.
 *
 * One thread, the one that owns the ledger. Requests are decided one after the other inside of ss_offers_begin … _end;
 * each sees what those before it leased. Decisions are reproducible: the same ledger, policy, generation and requests
 * give the same decisions (random numbers come from the policy's seed and the decision's number). Nothing allocates
 * once warm, but LMDB.
 */
#ifndef SS_OFFERS_OFFERS_H
#define SS_OFFERS_OFFERS_H

#include "offers/code.h"
#include "offers/policy.h"
#include "offers/pricing.h"
#include "shelf/answer.h"
#include "state/live_event.h"
#include "state/offer_ledger.h"

typedef struct ss_offers ss_offers;

/* Takes ownership of the answerer and of the caller's reference of the policy, where it succeeds; the ledger is borrowed,
 * and told whom to tell of losses. SS_E_NOMEM. Caller owns the result. */
ss_status ss_offers_new(ss_offer_ledger *ledger, ss_policy *policy, ss_answerer *answerer, ss_offers **offers,
                        ss_error *error);
void ss_offers_free(ss_offers **offers);

/* Another generation, another policy (a reference of its own), between steps. The caller owns the result, the old answerer. */
ss_answerer *ss_offers_exchange(ss_offers *offers, ss_answerer *answerer, ss_policy *policy);

ss_answerer *ss_offers_answerer(const ss_offers *offers);    /* borrowed: for the shelves of a page with offers */
const ss_code_keys *ss_offers_keys(const ss_offers *offers); /* borrowed */

/* ---- a step ---- */

/* Begins: takes over changed items, settles at most 64 decisions of what is due. `now`: microseconds UTC. After an error
 * there is no step. */
ss_status ss_offers_begin(ss_offers *offers, int64_t now, ss_error *error);
/* Ends: as ss_offer_ledger_end; what was learned in it is kept or dropped with it. */
ss_status ss_offers_end(ss_offers *offers, bool keep, ss_error *error);
/* The last step settled as many as one does, and was kept: more may be due. */
bool ss_offers_behind(const ss_offers *offers);

#define SS_CART_PIECES_MAX 10000 /* of a line */

typedef struct ss_cart_line {
    ss_slice item_id;
    int64_t quantity; /* 1 .. SS_CART_PIECES_MAX */
} ss_cart_line;

typedef struct ss_offer_request {
    ss_offer_page page;
    ss_slice item_id;                 /* the product on the page; needed on a product page */
    const ss_cart_line *cart;         /* NULL: what is known live of the session's, else of the customer's */
    size_t cart_count;                /* at most SS_CONTEXT_MAX */
    ss_slice customer_id, session_id; /* one of them is there */
    ss_slice request_id;              /* empty: none */
    const ss_slice *exclude;          /* products that stand on the page already */
    size_t exclude_count;
    uint32_t limit; /* most products, 1 .. SS_OFFERS_MAX; 0: the campaign's */
    bool no_consent;
    bool preview; /* decides without leasing, keeping or learning anything */
} ss_offer_request;

typedef struct ss_offer_answer {
    const ss_decision
        *decision; /* borrowed until the next call; its number is 0 for a preview, or where nothing is kept */
    const ss_campaign *campaign; /* of the policy as it is now; NULL: none, or it is gone */
    bool repeated;               /* this is what the same request_id was answered with */
} ss_offer_answer;

/* SS_E_RANGE: the request (nothing has changed); SS_E_CORRUPT: an offer would break a guard that it was priced by;
 * SS_E_NOMEM, SS_E_IO, …: the step must be given up. */
ss_status ss_offers_decide(ss_offers *offers, const ss_offer_request *request, ss_offer_answer *answer,
                           ss_error *error);

/* Fetches from memory what deciding these requests is going to read, of as many as are of use (shelf/foresight.h); changes
 * nothing. Between begin and end. */
void ss_offers_foresee(const ss_offers *offers, const ss_offer_request *const *requests, size_t count);

/* ---- redeeming (redeem.h has the reasons) ---- */

struct ss_redeem_request;
struct ss_redeem_answer;
ss_status ss_offers_redeem(ss_offers *offers, const struct ss_redeem_request *request, struct ss_redeem_answer *answer,
                           ss_error *error);

/* ---- what visitors did ---- */

/*
 * An event that was stored: with offer_id it is told of that offer (impression, accept, dismiss), if it was shown to that
 * visitor; such a dismissal begins a cooling-off of session and customer, those that it names or else those that the offer
 * was made to. A purchase does, of those that it names, and is the outcome of the visitor's open decisions: at
 * the event's price or the catalogue's, whichever is higher (the event may give what an offer has lowered already), and
 * the catalogue's cost. Other events are passed over. Errors as ss_offers_decide.
 */
ss_status ss_offers_event(ss_offers *offers, const ss_live_event *event, ss_error *error);

#endif

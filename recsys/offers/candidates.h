/*
 * candidates.h: the products that may be offered to a visitor, with how likely each is wanted: the page's own, those
 * seen in the session, what goes with them, what is due again, and where that is little what many buy now; through the shelves, so that every
 * rule of theirs holds (hidden, sold out, dates, dismissed, settled, variants once). What is in the cart is not offered
 * again, nor what cannot earn anything.
 *
 * One thread with its answerer. Nothing allocates.
 */
#ifndef SS_OFFERS_CANDIDATES_H
#define SS_OFFERS_CANDIDATES_H

#include "offers/cart.h"
#include "shelf/page.h"

#define SS_CANDIDATES_MAX 24u

/* ss_offer_reason, but that the item it goes with is a number, or SS_NONE. */
typedef struct ss_candidate_reason {
    uint8_t source;
    uint32_t because, pairs, customers;
} ss_candidate_reason;

typedef struct ss_candidate {
    uint32_t item;
    ss_candidate_reason reason;
    double affinity;    /* how likely it is wanted, beside others of the same decision: > 0 */
    int64_t margin;     /* what a piece leaves before anything is given, net; guessed where the cost is not known */
    ss_price_line line; /* one piece; its price is known */
} ss_candidate;

typedef enum ss_candidate_shelf { /* what is asked, with what makes it different from the shelf of that name */
                                  SS_OFFERED_CHOSEN, /* `related`'s rules for chosen products */
                                  SS_OFFERED_TOGETHER,
                                  SS_OFFERED_RELATED,
                                  SS_OFFERED_AGAIN,
                                  SS_OFFERED_TRENDING,
                                  SS_OFFERED_CART,
                                  SS_OFFERED_COUNT
} ss_candidate_shelf;

typedef struct ss_candidates { /* some 50 kB: one for each engine, reused */
    ss_shelf shelves[SS_OFFERED_COUNT];
    ss_page page;
    uint32_t cart[SS_CART_LINES_MAX]; /* what of it the shop knows */
    size_t count;
    ss_candidate list[SS_CANDIDATES_MAX]; /* the page's own product, where it may be offered, is the first */
} ss_candidates;

/* Takes the shelves of a generation. */
void ss_candidates_init(ss_candidates *candidates, const ss_snapshot *snapshot);

/* What they are gathered for. */
typedef struct ss_candidates_for {
    const ss_offer_request *request;
    const ss_visit *visit; /* the visitor, whom the answerer has met (ss_answerer_meet) */
    const ss_cart *cart;
    const ss_campaign *campaign;
    const ss_guards *guards;
    int64_t now;
} ss_candidates_for;

/* The request as the shelves see it: who asks and when, without page and cart. */
ss_request ss_candidates_request(const ss_offer_request *request, int64_t now);

/* Gathers at most SS_CANDIDATES_MAX, each product once; of equal affinity the first speaks more. Errors as
 * ss_answer_shelf. */
ss_status ss_candidates_gather(ss_candidates *candidates, ss_answerer *answerer, const ss_candidates_for *of,
                               ss_error *error);

#endif

/*
 * redeem.h: an order comes with a code: everything is checked again, and the code is used, exactly once. The answer to
 * the same code and order is the same however often it is asked, by whomever, before and after a crash.
 *
 * Checks come in this order, and the first that fails is the answer:
 *   1. rate limit (guesses.h), but for who asks again about an order that has the code, and for undoing it: those
 *      answers tell nothing that was not known
 *   2. the code's tag, before any look-up, and that the offer was given out; else unknown. A wrong try
 *   3. what became of it: used, cancelled, expired (a code is good until the microsecond before `expires`)
 *   4. whose it is: foreign. A wrong try
 *   5. items: an offer of an item needs a piece of it in the cart, a bundle one of both
 *   6. uses: of the customer and of the session, within the policy's period; those undone do not count
 *   7. stacking: has the order taken another code, and may it? Never more than 16
 *   8. what it comes to at today's prices and costs, and whether the guards as they are now hold (redeem_cart.h)
 *
 * Uses count for the customer and the session that were offered the code, and for those that redeem it. Undoing takes
 * them out again where it can know them: it is to be told the same customer_id as redeeming was. What is given is part of
 * the outcome of every decision about them whose window is open, as what they buy is.
 *
 * One thread: the ledger's, inside of a step.
 */
#ifndef SS_OFFERS_REDEEM_H
#define SS_OFFERS_REDEEM_H

#include "offers/guesses.h"
#include "offers/offers.h"

/* What became of a code. Values are in no record; names are the protocol's `reason`. */
typedef enum ss_redeemed {
    SS_REDEEMED,       /* "redeemed" */
    SS_REDEEM_UNDONE,  /* "undone": the order is cancelled, the cost is back in the budgets */
    SS_REDEEM_UNKNOWN, /* "unknown_code": no code of this shop, or none that was given out */
    SS_REDEEM_EXPIRED,
    SS_REDEEM_USED,         /* by another order */
    SS_REDEEM_CANCELLED,    /* used, and the order was cancelled: codes do not come back */
    SS_REDEEM_FOREIGN,      /* another customer's or session's */
    SS_REDEEM_ITEMS,        /* the cart does not hold what was offered, too little of it, or
                                   is below the campaign's cart_min */
    SS_REDEEM_BELOW_MARGIN, /* at today's prices and costs */
    SS_REDEEM_USES,         /* the customer has used as many as are allowed */
    SS_REDEEM_STACKED, /* the order has taken a code already; of several that are allowed, all there is to give on */
    SS_REDEEM_RATE_LIMITED, /* too many wrong codes */
    SS_REDEEM_NOT_REDEEMED, /* undo: this order has not redeemed it */
    SS_REDEEM_NO_GIFT,      /* the gift is sold out, or costs more by now than was leased */
    SS_REDEEM_OUTCOMES
} ss_redeemed;
const char *ss_redeemed_name(ss_redeemed outcome); /* NULL outside */

typedef struct ss_redeem_request {
    ss_slice code, order_id;
    ss_slice customer_id, session_id; /* one of them (of undo: or none); an offer to a customer is redeemed by that
                                         customer, one to a session without customer by that session */
    const ss_cart_line *cart;         /* the order's lines; not looked at by undo */
    size_t cart_count;                /* 1 .. SS_CART_LINES_MAX */
    ss_slice request_id;              /* accepted; code and order already make a repeat harmless */
    bool undo;
} ss_redeem_request;

typedef struct ss_redeem_answer {
    ss_redeemed outcome;
    bool repeated;               /* this had been done before */
    const ss_decision *decision; /* borrowed until the next call; NULL: unknown, or not to be told */
    const ss_offer *offer;
    /* Of SS_REDEEMED and SS_REDEEM_UNDONE, the same when told again; else 0: */
    int64_t list, charged; /* what the pieces it is about come to, before and after */
    int64_t given;         /* cost to the shop, <= the lease */
} ss_redeem_answer;

/* All that redeeming stands on. Borrowed. */
typedef struct ss_redeem_parts {
    ss_offer_ledger *ledger; /* inside of a step */
    const ss_code_keys *keys;
    const ss_policy *policy;
    const ss_catalogue *catalogue;
    ss_guesses *guesses;
    int64_t now;           /* microseconds UTC */
    ss_decision *decision; /* room for what the answer is about */
} ss_redeem_parts;

/* SS_E_RANGE: ids or cart of the request, or what it comes to; nothing changed. SS_E_NOMEM, SS_E_IO, …: of the ledger; the step must be
 * given up. */
ss_status ss_redeem(const ss_redeem_parts *parts, const ss_redeem_request *request, ss_redeem_answer *answer,
                    ss_error *error);

#endif

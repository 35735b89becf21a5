/*
 * redeem.h: an order comes with a code: everything is checked again, and the code is used, exactly once. The answer to
 * the same code and order is the same however often it is asked, by whomever, before and after a crash.
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
    SS_REDEEM_ITEMS,        /* the cart does not hold what was offered, or too little of it */
    SS_REDEEM_BELOW_MARGIN, /* at today's prices and costs */
    SS_REDEEM_USES,         /* the customer has used as many as are allowed */
    SS_REDEEM_STACKED,      /* the order has taken a code already */
    SS_REDEEM_RATE_LIMITED, /* too many wrong codes */
    SS_REDEEM_NOT_REDEEMED, /* undo: this order has not redeemed it */
    SS_REDEEM_OUTCOMES
} ss_redeemed;
const char *ss_redeemed_name(ss_redeemed outcome); /* NULL outside */

typedef struct ss_redeem_request {
    ss_slice code, order_id;
    ss_slice customer_id, session_id; /* one of them; an offer to a customer is redeemed by that customer, one to a
                                         session without customer by that session */
    const ss_cart_line *cart;         /* the order's lines; not looked at by undo */
    size_t cart_count;                /* 1 .. SS_CART_LINES_MAX */
    ss_slice request_id;              /* accepted; code and order already make a repeat harmless */
    bool undo;
} ss_redeem_request;

typedef struct ss_redeem_answer {
    ss_redeemed outcome;
    bool repeated;               /* this had been done before */
    const ss_decision *decision; /* borrowed until the next call; NULL: unknown */
    const ss_offer *offer;
    /* of SS_REDEEMED that is not repeated, and as told again from the record: */
    int64_t list, charged; /* what the lines it is about come to, before and after */
    int64_t given;         /* cost to the shop, <= the lease */
} ss_redeem_answer;

#endif

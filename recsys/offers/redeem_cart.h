/*
 * redeem_cart.h: what a code is worth to an order: its promise at today's prices and costs, beside what other codes of
 * the same order give. Pure but for the catalogue it reads; one thread with it.
 *
 * - An offer of an item is for one piece of it, a bundle for one of each. The price that was promised holds, or the
 *   catalogue's, where that is lower by now; a price that has risen counts as it was promised. What is given beside the
 *   price is given on that price.
 * - An offer of the cart is what its incentive is to the cart as it is now (ss_price_cart), never more than was leased.
 * - Where anything is given, every guard on margin and depth holds for the sum of what all codes of the order give: on
 *   each line, and, if one of them is of the cart, on the cart as a whole. A line that another code gives something on is
 *   not lowered by one of the cart, too.
 */
#ifndef SS_OFFERS_REDEEM_CART_H
#define SS_OFFERS_REDEEM_CART_H

#include "offers/offers.h"
#include "offers/redeem.h"
#include "shelf/catalogue.h"

typedef struct ss_redeem_cart {
    const ss_catalogue *catalogue; /* borrowed, as all the others */
    const ss_policy *policy;
    const ss_cart_line *lines;
    size_t count; /* 1 .. SS_CART_LINES_MAX */
    int64_t now;
    /* What other codes give: on each line, off its price or beside it; on the cart as a whole. */
    int64_t lowered[SS_CART_LINES_MAX], beside[SS_CART_LINES_MAX], beside_all;
    bool others; /* there are any */
    bool shared; /* one of them is of the cart */
} ss_redeem_cart;

void ss_redeem_cart_init(ss_redeem_cart *cart, const ss_catalogue *catalogue, const ss_policy *policy,
                         const ss_redeem_request *request, int64_t now);

/* Does it hold what is offered? */
bool ss_redeem_cart_holds(const ss_redeem_cart *cart, const ss_offer *offer);

/*
 * Another offer that the order has redeemed; they come in the order in which they were. False: what it gives on which
 * line cannot be told any more, as prices or cart are others by now.
 */
bool ss_redeem_cart_share(ss_redeem_cart *cart, const ss_decision *decision, const ss_offer *offer);

/* SS_REDEEMED with *priced, or SS_REDEEM_ITEMS, SS_REDEEM_STACKED (other codes leave too little of the cart),
 * SS_REDEEM_BELOW_MARGIN, SS_REDEEM_NO_GIFT. The cart holds it. */
ss_redeemed ss_redeem_cart_price(const ss_redeem_cart *cart, const ss_decision *decision, const ss_offer *offer,
                                 ss_priced *priced);

/* Does the incentive lower the price, or is it given beside it? */
bool ss_redeem_lowers(const ss_decision *decision);

#endif

/*
 * demo_refusal.h: why an order of the demo shop cannot be taken as it is, for the cart's page to put into words: what of it is gone, sold out, too
 * little or at another price than the page said, and why its code is not taken. Pure.
 *
 * The reply (409): {error, refused: [{item_id, name, reason, left or price}], redemption: nil or the result of `redeem`}; `reason` is "gone",
 * "sold_out", "few" (`left`: so many are there) or "price" (`price`: what it costs now, minor units).
 */
#ifndef SS_HTTP_DEMO_REFUSAL_H
#define SS_HTTP_DEMO_REFUSAL_H

#include "http/demo_reply.h"
#include "offers/offers.h"

typedef struct ss_demo_cart {
    const ss_cart_line *lines; /* each product once */
    const int64_t *prices;     /* of each, as the page said; NULL: it said nothing */
    size_t count;
} ss_demo_cart;

/* `found`: the result of `find` for the lines; `redeemed`: of `redeem`, empty where there is no code or it was not asked yet. True: the order is
 * refused, and the reply says why. */
bool ss_demo_refuses(const ss_demo_cart *cart, ss_slice found, ss_slice redeemed, ss_http_reply *reply);

#endif

/*
 * cart.h: the cart that a decision is about: what the request says is in it, or else what is known live; at the
 * catalogue's prices. Pure but for what it reads; one thread with its catalogue.
 */
#ifndef SS_OFFERS_CART_H
#define SS_OFFERS_CART_H

#include "offers/lines.h"
#include "offers/offers.h"
#include "shelf/visit.h"

typedef struct ss_cart { /* some 13 kB: one for each engine, reused */
    size_t count;
    uint32_t items[SS_CART_LINES_MAX]; /* SS_NONE: the shop does not know it */
    ss_price_line lines[SS_CART_LINES_MAX];
    int64_t value; /* of the lines whose price is known */
} ss_cart;

/* Of given lines; at most SS_CART_LINES_MAX. */
void ss_cart_take(ss_cart *cart, const ss_catalogue *catalogue, const ss_cart_line *lines, size_t count, int64_t now);

/* Of what is known live: the session's cart, else the customer's. */
void ss_cart_take_live(ss_cart *cart, const ss_catalogue *catalogue, const ss_visit *visit, int64_t now);

/* Says of each line whether it is of the campaign's categories. */
void ss_cart_restrict(ss_cart *cart, const ss_catalogue *catalogue, const ss_campaign *campaign);

/* What the lines of known price and cost leave, net of tax. */
int64_t ss_cart_margin(const ss_cart *cart, int64_t tax);
bool ss_cart_has_costs(const ss_cart *cart); /* of any line */

/* Do the lines of known price and cost keep the cart's margin, together, at what they were priced at? */
bool ss_cart_keeps_margin(const ss_cart *cart, const ss_priced *priced, const ss_guards *guards);

#endif

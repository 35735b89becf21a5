/*
 * pricing.h: what an incentive makes of a price, and whether the guards allow it. Integers only: minor units and basis
 * points; products in 128 bits. Prices and costs are at most SS_LIVE_MONEY_MAX (state/item_record.h); what comes to more
 * than an int64_t holds has no price. Pure: safe from any thread.
 *
 * Rounding. A share of an amount is rounded half up to the minor unit: ss_share_of(20000, 1500) = 3000, a cashback of
 * 15 % on 200.00 is 30.00. It is taken once, of what all pieces (of a cart: of a line; a cashback: of all lines that it
 * is given on) come to together. A share within discount_max that is beyond it only by its rounding is rounded down. Sums
 * are split by largest remainder, ties by position. No price falls below 0: what would give away more than there is, is
 * too deep.
 *
 * Guards. What is held against a guard is the rounded result, exactly: a price p with cost c and gift g (all that is
 * given beside a lower price, in money) keeps the margin m with tax t when
 *     (p / (1 + t) - c - g) >= m * p / (1 + t),      that is, in whole numbers,
 *     p * 10000 * (10000 - m) >= (c + g) * 10000 * (10000 + t),
 * and all that is given is at most floor(list * discount_max / 10000). A cart's sum is held against cart_margin_min the
 * same way, over all of its lines, those without discount too; a line whose cost is not known counts as one that earns
 * nothing, one whose price is not known as none.
 *
 * Of several reasons against, the first is told: no price, no cost, reduced, too small for value_min, no gift, nothing
 * given, too deep, below margin, above lowest.
 */
#ifndef SS_OFFERS_PRICING_H
#define SS_OFFERS_PRICING_H

#include "offers/policy.h"

/* Why not. In records and replies by name. */
typedef enum ss_price_check {
    SS_PRICE_FINE,
    SS_PRICE_NO_PRICE,     /* not known, or 0 */
    SS_PRICE_NO_COST,      /* not known: no discount */
    SS_PRICE_BELOW_MARGIN, /* of the item */
    SS_PRICE_BELOW_CART_MARGIN,
    SS_PRICE_TOO_DEEP,     /* discount_max */
    SS_PRICE_REDUCED,      /* it carries a reduction already */
    SS_PRICE_ABOVE_LOWEST, /* a cut that is none: above the lowest price of the last 30 days */
    SS_PRICE_TOO_SMALL,    /* below the incentive's value_min, or the discount would be 0 */
    SS_PRICE_GIFT,         /* the gift is not to be had, or its cost is not known */
    SS_PRICE_CHECKS
} ss_price_check;
const char *ss_price_check_name(ss_price_check check); /* "below_margin", …; NULL outside */

/* A product, or a line of a cart, as the server knows it now. */
typedef struct ss_price_line {
    int64_t price, cost; /* of a piece; SS_NO_MONEY (log/catalog.h): not known */
    int64_t lowest;      /* of the last 30 days; SS_NO_MONEY: not known, the price is taken */
    int64_t quantity;    /* 1 .. 10,000 */
    bool reduced;        /* carries a reduction already */
    bool eligible;       /* by the campaign's categories */
} ss_price_line;

typedef struct ss_priced {
    int64_t list, offer; /* sums over all pieces, before and after; offer <= list */
    int64_t given;       /* cost of the incentive to the shop, at worst: list - offer + benefit */
    int64_t benefit;     /* what is given beside a lower price, in money: cashback, points, gift, shipping */
} ss_priced;

/* share (0 .. SS_BASIS_POINTS) of `amount` (>= 0), rounded half up. */
int64_t ss_share_of(int64_t amount, int64_t share);

/* Both together; what is more than can be told, of either sign, is the most that can. */
int64_t ss_money_sum(int64_t a, int64_t b);

/* Does a sum of pieces sold at `price` in all, costing the shop `cost` (what is given beside included), keep `margin`? */
bool ss_margin_holds(int64_t price, int64_t cost, int64_t margin, int64_t tax);

/*
 * The incentive on one product (`line->quantity` pieces of it; usually 1; whether it is eligible is not looked at). NONE
 * is always fine where the price is known; a bundle is not: it has no price alone. gift_cost: what the gift costs the
 * shop, looked at where the incentive is one; SS_NO_MONEY: not to be had. *priced is set when SS_PRICE_FINE is returned.
 */
ss_price_check ss_price_item(const ss_guards *guards, const ss_campaign *campaign, const ss_incentive *incentive,
                             const ss_price_line *line, int64_t gift_cost, ss_priced *priced);

/*
 * Two products, one piece of each, at a joint price (SS_INCENTIVE_BUNDLE): the discount is a share of both prices
 * together, split in proportion to them; offers[0..1] are what each comes to, and keeps its margin (and, as a price cut,
 * is not above its lowest price) by itself. Both outputs are set when SS_PRICE_FINE is returned.
 */
ss_price_check ss_price_bundle(const ss_guards *guards, const ss_campaign *campaign, const ss_incentive *incentive,
                               const ss_price_line lines[2], int64_t offers[2], ss_priced *priced);

#define SS_CART_LINES_MAX 256u

/*
 * The incentive on a cart. Lines take part in it that are eligible, have a price and a cost and are not reduced (unless
 * that is allowed).
 * - A percentage lowers each line that takes part and keeps its guards then; other lines stay at their price.
 * - An amount is spread over the lines that take part, in proportion to their value, each within what its guards bear (in
 *   a price cut a line whose price is above its lowest bears nothing); below margin where they cannot bear all of it.
 * - Cashback is given on what those lines come to that take part and keep their guards with their share of it.
 * - Points, gift and shipping are given on the cart as a whole.
 * value_min is held against the sum of the lines that take part; for points, gift and shipping against the cart's. What
 * is given in all is held against discount_max and the cart's margin. Where nothing can be lowered, the reason is that of
 * the first line against it; TOO_SMALL when none is eligible.
 *
 * most: never give more than this (what was leased); INT64_MAX: no such limit. Percentage, amount and cashback are cut
 * down to it (each line in proportion); points and shipping beyond it are too deep, a gift is not to be had. offers[i]:
 * what line i comes to, all pieces; 0 where its price is not known. count: 1 .. SS_CART_LINES_MAX. Both outputs are set
 * when SS_PRICE_FINE is returned; `offers` may be overwritten else, too.
 */
ss_price_check ss_price_cart(const ss_guards *guards, const ss_campaign *campaign, const ss_incentive *incentive,
                             const ss_price_line *lines, size_t count, int64_t gift_cost, int64_t most, int64_t *offers,
                             ss_priced *priced);

#endif

/*
 * pricing.h: what an incentive makes of a price, and whether the guards allow it. Integers only: minor units and basis
 * points; products in 128 bits. Pure: safe from any thread.
 *
 * Rounding. A share of an amount is rounded half up to the minor unit: share_of(20000, 1500) = 3000. What is held
 * against a guard is the rounded result, exactly: a price p with cost c and gift g (all that is given beside a lower
 * price, in money) keeps the margin m with tax t when
 *     (p / (1 + t) - c - g) >= m * p / (1 + t),      that is, in whole numbers,
 *     p * 10000 * (10000 - m) >= (c + g) * 10000 * (10000 + t).
 * A cart's sum is held against cart_margin_min the same way, over all of its lines, those without discount too.
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

/* What a gift costs the shop; SS_NO_MONEY: it is not to be had. Set where the incentive is a gift. */
typedef struct ss_priced {
    int64_t list, offer; /* sums over all pieces, before and after; offer <= list */
    int64_t
        given; /* worst-case cost of the incentive to the shop: list - offer, and gift, points, cashback, shipping */
    int64_t
        benefit; /* what the visitor has of it, beside the lower price: cashback in money, points, … as `given` counts it */
} ss_priced;

/* share of `amount` (>= 0), rounded half up. */
int64_t ss_share_of(int64_t amount, int64_t share);

/* Does a sum of pieces sold at `price` in all, costing the shop `cost`, keep `margin`? As above. */
bool ss_margin_holds(int64_t price, int64_t cost, int64_t margin, int64_t tax);

/*
 * The incentive on one product (`line->quantity` pieces of it; usually 1). NONE is always fine where the price is known.
 * `gift_cost` as above. *priced is set when SS_PRICE_FINE is returned.
 */
ss_price_check ss_price_item(const ss_guards *guards, const ss_campaign *campaign, const ss_incentive *incentive,
                             const ss_price_line *line, int64_t gift_cost, ss_priced *priced);

/* Two products, one piece of each, at a joint price (SS_INCENTIVE_BUNDLE): offers[0..1] are what each comes to. */
ss_price_check ss_price_bundle(const ss_guards *guards, const ss_campaign *campaign, const ss_incentive *incentive,
                               const ss_price_line lines[2], int64_t offers[2], ss_priced *priced);

#define SS_CART_LINES_MAX 256u

/*
 * The incentive on a cart. A percentage lowers each line that is eligible, has a cost, is not reduced (unless allowed)
 * and keeps its floor; other lines stay at their price. An amount is spread over such lines in proportion to their value
 * (largest remainder, ties by position), each within what it can bear; not fine where they cannot bear all of it. What
 * is given beside a lower price (cashback on what those lines come to, points, gift, shipping) is held against the
 * cart's margin. `most`: never give more than this (what was leased); INT64_MAX: no such limit. offers[i]: what line i
 * comes to, all pieces. count: 1 .. SS_CART_LINES_MAX.
 */
ss_price_check ss_price_cart(const ss_guards *guards, const ss_campaign *campaign, const ss_incentive *incentive,
                             const ss_price_line *lines, size_t count, int64_t gift_cost, int64_t most, int64_t *offers,
                             ss_priced *priced);

#endif

/*
 * simulate_response.h: a simulated shop whose visitors' response to offers is known: who is about to leave, with what in
 * their hands, how likely they buy all the same, and what each incentive changes about it. An oracle knows the expected
 * profit of every arm for every visitor; what a policy earns can be held against it.
 *
 *     P(buys | page, segment, arm) = base(page, segment) * (1 + scale * lift(arm, segment) * touch)
 *
 * The shop has SS_RESPONSE_ITEMS products: prices log-normal (median 50.00, log sd 0.6), costs 35 to 50 % of the price,
 * no tax. A visitor leaves home (15 %) or a product page (30 %) with one product in mind, or a cart (55 %) of one to
 * three. Who buys takes what was offered and, in two of five cases, one more product at its price; so margins vary, and
 * are not proportional to what was at stake. Every buyer uses the incentive: it is paid for those who would have
 * bought anyway.
 *
 * Base rates are 3 to 15 %, as of visitors who are about to leave; lifts are 10 to 50 % of them (60 % for the deepest discount) for those who care for an
 * incentive, and 0 to 10 % for the others. Published field experiments have larger ones too (Gopalakrishnan and Park
 * 2021: +57 % and +157 % for a first coupon, +41 % for a better one; Hillstrom 2008: +54 % and +119 %) and smaller ones
 * (popups without incentive: a few percent, losses among them). `touch` is of each shop (seed), page, arm and segment,
 * uniform in 0.8 .. 1.2: no two shops are alike.
 *
 * Deterministic, and each visitor is a function of (seed, number) alone; the luck of a visitor is the same whatever is
 * shown. Pure: safe from any thread.
 */
#ifndef SS_JOB_SIMULATE_RESPONSE_H
#define SS_JOB_SIMULATE_RESPONSE_H

#include "models/segments.h"
#include "offers/policy.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_RESPONSE_ITEMS 200u
#define SS_RESPONSE_CART  3u /* most products of a visitor */

typedef enum ss_response_arm {
    SS_RESPONSE_NOTHING,
    SS_RESPONSE_NONE,     /* products without incentive */
    SS_RESPONSE_PERCENT,  /* 10 % off */
    SS_RESPONSE_DEEPEST,  /* 20 % off */
    SS_RESPONSE_SHIPPING, /* free shipping, which costs 4.90 */
    SS_RESPONSE_ARMS
} ss_response_arm;

/* "nothing", "none", "percent-10", "percent-20", "free-shipping": as an incentive of a policy is called. */
const char *ss_response_arm_name(ss_response_arm arm);

typedef struct ss_response_item {
    int64_t price, cost; /* minor units */
} ss_response_item;

typedef struct ss_response_shop {
    uint64_t seed;
    ss_response_item items[SS_RESPONSE_ITEMS];
    double chance[SS_PAGE_COUNT][SS_RESPONSE_ARMS][SS_LIFECYCLE_COUNT]; /* that a visitor buys */
    double more;                                                        /* margin expected of one more product */
} ss_response_shop;

/* scale: of all lifts; 1: as above. */
void ss_response_shop_make(uint64_t seed, double scale, ss_response_shop *shop);

typedef struct ss_response_visitor {
    uint64_t number;
    ss_offer_page page;
    ss_segment segment; /* of the life cycle */
    uint32_t items[SS_RESPONSE_CART];
    size_t item_count;               /* 1 but for carts */
    int64_t value, stake;            /* of them: at their prices; less their costs */
    int64_t given[SS_RESPONSE_ARMS]; /* what each arm costs if they buy */
} ss_response_visitor;

void ss_response_visitor_at(const ss_response_shop *shop, uint64_t number, ss_response_visitor *visitor);

/* Expected profit: P(buys) * (margin expected of a purchase - given). Minor units. */
double ss_response_profit(const ss_response_shop *shop, const ss_response_visitor *visitor, ss_response_arm arm);

typedef struct ss_response_outcome {
    bool bought;
    bool one_more;  /* and so was */
    uint32_t more;  /* this one, beside what the visitor came with */
    int64_t margin; /* of all that was bought, before the incentive; 0: nothing was */
} ss_response_outcome;

ss_response_outcome ss_response_outcome_of(const ss_response_shop *shop, const ss_response_visitor *visitor,
                                           ss_response_arm arm);

#endif

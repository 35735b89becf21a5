/*
 * arms.h: what a decision can do, and what each of it is worth: an incentive on products, or on the cart, that guards
 * and budgets allow; products without any; nothing at all.
 *
 * Products of an arm are those with the highest expected profit: how likely they are wanted (of two that are wanted as
 * much the dearer one is bought less often) times the margin that is left after what is given. A share of a cart is an
 * arm when at least half of it can be given. The value of an arm is the learner's: one draw each.
 */
#ifndef SS_OFFERS_ARMS_H
#define SS_OFFERS_ARMS_H

#include "offers/candidates.h"
#include "offers/learner.h"

typedef struct ss_arm_offer {
    const ss_candidate *candidate; /* NULL: the cart itself */
    ss_priced priced;              /* of a bundle: of both */
} ss_arm_offer;

typedef struct ss_arm {
    const ss_incentive *incentive; /* NULL: nothing is shown */
    double value;                  /* minor units */
    size_t count;
    ss_arm_offer offers[SS_OFFERS_MAX];
} ss_arm;

/* What arms are made of. Borrowed, all of it. */
typedef struct ss_arms_for {
    const ss_policy *policy;
    const ss_campaign *campaign;
    const ss_catalogue *catalogue;
    const ss_candidates *candidates;
    const ss_cart *cart;
    const ss_candidate *page; /* the page's product, for bundles; NULL: it may not be offered */
    ss_slice segment;         /* name of the life cycle */
    int64_t room;             /* in the budgets */
    size_t limit;             /* most offers, 1 .. SS_OFFERS_MAX */
    int64_t now;
    bool incentives; /* may anything be given at all? */
} ss_arms_for;

/*
 * The best of all arms, into *best; ties go to the first of: products without incentive, incentives in the policy's
 * order, nothing. *stake: margin expected of a purchase without incentive, at least 1: the cart's, or the mean of the
 * products offered without; where no cost is known, what they cost without tax. random: NULL: means are compared.
 * False: there is nothing that could be shown, and nothing to be decided.
 */
bool ss_arms_choose(const ss_arms_for *of, ss_learner *learner, ss_random *random, ss_arm *best, int64_t *stake);

/* Once more, apart from how it was priced: does an arm keep the guards' floors and the room in the budgets? */
bool ss_arm_is_sound(const ss_arms_for *of, const ss_arm *arm);

#endif

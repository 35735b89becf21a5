#include "offers/arms.h"

#include "log/catalog.h"
#include <math.h>

__extension__ typedef __int128 wide;

/* ---- products ---- */

/* What a product brings at most, whatever is given. */
typedef struct prospect {
    const ss_candidate *candidate;
    double most; /* expected profit without incentive, up to a factor that all have in common */
} prospect;

/* The products of a decision, the most promising first: most incentives need to be priced for a few of them only. */
typedef struct prospects {
    prospect list[SS_CANDIDATES_MAX];
    size_t count;
} prospects;

typedef struct ranked {
    ss_arm_offer offer;
    double profit; /* expected, in the unit of prospects */
} ranked;

static bool price_of(const ss_arms_for *of, const ss_incentive *incentive, const ss_candidate *candidate,
                     int64_t gift_cost, ss_priced *priced)
{
    const ss_guards *guards = &of->policy->guards;
    if (incentive->kind != SS_INCENTIVE_BUNDLE)
        return ss_price_item(guards, of->campaign, incentive, &candidate->line, gift_cost, priced) == SS_PRICE_FINE;
    if (!of->page || candidate->reason.source == SS_OFFER_FROM_PAGE)
        return false;
    const ss_price_line both[2] = {of->page->line, candidate->line};
    int64_t offers[2];
    return ss_price_bundle(guards, of->campaign, incentive, both, offers, priced) == SS_PRICE_FINE;
}

/* Of two products that are wanted as much the dearer one is bought less often: as the root of its price. */
static double profit_of(const ss_arms_for *of, const ss_incentive *incentive, const ss_candidate *candidate,
                        const ss_priced *priced)
{
    int64_t margin = candidate->margin + (incentive->kind == SS_INCENTIVE_BUNDLE ? of->page->margin : 0);
    return candidate->affinity * (double)(margin - priced->given) / sqrt((double)priced->list);
}

static void list_prospects(const ss_arms_for *of, prospects *all)
{
    all->count = of->candidates->count;
    for (size_t i = 0; i < all->count; i++) {
        const ss_candidate *candidate = &of->candidates->list[i];
        double price = (double)(candidate->line.price > 0 ? candidate->line.price : 1);
        const prospect one = {candidate, candidate->affinity * (double)candidate->margin / sqrt(price)};
        size_t place = i;
        for (; place > 0 && all->list[place - 1].most < one.most; place--)
            all->list[place] = all->list[place - 1];
        all->list[place] = one;
    }
}

/* Ties by the order of the candidates. */
static bool is_before(const ranked *a, const ranked *b)
{
    return a->profit > b->profit || (a->profit == b->profit && a->offer.candidate < b->offer.candidate);
}

/* The best `most` so far; what falls off the end of them is forgotten. */
static size_t insert(ranked *list, size_t count, size_t most, const ranked *one)
{
    size_t place = count < most ? count : most - 1;
    if (count == most && !is_before(one, &list[most - 1]))
        return count;
    for (; place > 0 && is_before(one, &list[place - 1]); place--)
        list[place] = list[place - 1];
    list[place] = *one;
    return count < most ? count + 1 : count;
}

/* The best `most`. With a product beside it, one may bring more than by itself: all are priced. */
static size_t rank_products(const ss_arms_for *of, const prospects *all, const ss_incentive *incentive, size_t most,
                            ranked list[SS_CANDIDATES_MAX])
{
    bool alone = incentive->kind != SS_INCENTIVE_BUNDLE;
    int64_t gift_cost =
        incentive->kind == SS_INCENTIVE_GIFT ? ss_gift_cost(of->catalogue, incentive->gift_item, of->now) : SS_NO_MONEY;
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        ranked one;
        one.offer.candidate = all->list[i].candidate;
        if (alone && count == most && list[most - 1].profit > all->list[i].most)
            break;
        if (!price_of(of, incentive, one.offer.candidate, gift_cost, &one.offer.priced))
            continue;
        one.profit = profit_of(of, incentive, one.offer.candidate, &one.offer.priced);
        if (one.profit > 0)
            count = insert(list, count, most, &one);
    }
    return count;
}

static void take_products(const ss_arms_for *of, const ranked *list, size_t count, ss_arm *arm)
{
    int64_t room = of->room;
    for (size_t i = 0; i < count && arm->count < of->limit; i++) {
        if (list[i].offer.priced.given > room)
            continue;
        room -= list[i].offer.priced.given;
        arm->offers[arm->count++] = list[i].offer;
    }
}

/* Nothing is given: what a product brings at most is what it brings. */
static void add_plain(const ss_arms_for *of, const prospects *all, const ss_incentive *none, ss_arm *arm)
{
    for (size_t i = 0; i < all->count && arm->count < of->limit && all->list[i].most > 0; i++) {
        ss_arm_offer *offer = &arm->offers[arm->count];
        offer->candidate = all->list[i].candidate;
        arm->count += price_of(of, none, offer->candidate, SS_NO_MONEY, &offer->priced);
    }
}

/* The best, as far as the budgets go: where they do not go for the best, others may stand in. */
static void add_products(const ss_arms_for *of, const prospects *all, const ss_incentive *incentive, ss_arm *arm)
{
    ranked list[SS_CANDIDATES_MAX];
    size_t count = rank_products(of, all, incentive, of->limit, list);
    take_products(of, list, count, arm);
    if (count < of->limit || arm->count == of->limit)
        return;
    arm->count = 0;
    take_products(of, list, rank_products(of, all, incentive, SS_CANDIDATES_MAX, list), arm);
}

/* ---- carts ---- */

/* Ten per cent that hardly a line of those it is meant for can bear are none. */
static bool is_as_promised(const ss_cart *cart, const ss_incentive *incentive, const ss_priced *priced)
{
    int64_t meant = 0;
    if (incentive->kind != SS_INCENTIVE_PERCENT && incentive->kind != SS_INCENTIVE_CASHBACK)
        return true;
    for (size_t i = 0; i < cart->count; i++)
        if (cart->lines[i].eligible && cart->lines[i].price > 0)
            meant += ss_share_of(cart->lines[i].price * cart->lines[i].quantity, incentive->share);
    return priced->given >= meant / 2;
}

static bool add_cart(const ss_arms_for *of, const ss_incentive *incentive, ss_arm *arm)
{
    int64_t gift_cost =
        incentive->kind == SS_INCENTIVE_GIFT ? ss_gift_cost(of->catalogue, incentive->gift_item, of->now) : SS_NO_MONEY;
    int64_t offers[SS_CART_LINES_MAX];
    ss_arm_offer offer = {.candidate = NULL};
    if (of->cart->count == 0 ||
        ss_price_cart(&of->policy->guards, of->campaign, incentive, of->cart->lines, of->cart->count, gift_cost,
                      INT64_MAX, offers, &offer.priced) != SS_PRICE_FINE ||
        offer.priced.given > of->room || offer.priced.list > SS_OFFER_MONEY_MAX ||
        !is_as_promised(of->cart, incentive, &offer.priced))
        return false;
    arm->offers[arm->count++] = offer;
    return true;
}

/* ---- arms ---- */

/* What goes with a cart is shown at its price: what is given is given on the cart. */
static void make_arm(const ss_arms_for *of, const prospects *all, const ss_incentive *incentive, ss_arm *arm)
{
    arm->incentive = incentive;
    arm->count = 0;
    bool gives = incentive->kind != SS_INCENTIVE_NONE, products = of->campaign->page != SS_PAGE_CART;
    if (products && gives)
        add_products(of, all, incentive, arm);
    else if (products || add_cart(of, incentive, arm))
        add_plain(of, all, &of->policy->incentives[0], arm);
}

static double mean_given(const ss_arm *arm)
{
    double given = 0;
    size_t count = 0;
    for (size_t i = 0; i < arm->count; i++) {
        given += (double)arm->offers[i].priced.given;
        count += arm->offers[i].priced.given > 0;
    }
    return count > 0 ? given / (double)count : 0;
}

static int64_t mean(int64_t sum, size_t count)
{
    return count > 0 ? sum / (int64_t)count : 0;
}

/* Of products shown without incentive. */
static int64_t products_stake(const ss_arm *plain, int64_t tax)
{
    int64_t margin = 0, price = 0;
    size_t known = 0;
    for (size_t i = 0; i < plain->count; i++) {
        const ss_price_line *line = &plain->offers[i].candidate->line;
        price += ss_net_of(line->price, tax);
        if (line->cost == SS_NO_MONEY)
            continue;
        margin += plain->offers[i].candidate->margin;
        known++;
    }
    return known > 0 ? mean(margin, known) : mean(price, plain->count);
}

static int64_t stake_of(const ss_arms_for *of, const ss_arm *plain)
{
    int64_t tax = of->policy->guards.tax, stake;
    if (of->campaign->page != SS_PAGE_CART)
        stake = products_stake(plain, tax);
    else
        stake = ss_cart_has_costs(of->cart) ? ss_cart_margin(of->cart, tax) : ss_net_of(of->cart->value, tax);
    return stake > 0 ? stake : 1;
}

static double value_of(const ss_arms_for *of, ss_learner *learner, ss_random *random, const ss_arm *arm, int64_t stake)
{
    ss_cell cell = {of->campaign->name, arm->incentive ? arm->incentive->name : SS_SLICE_LITERAL(SS_ARM_NOTHING),
                    of->segment};
    return ss_learner_value(learner, &cell, (double)stake, mean_given(arm), random);
}

bool ss_arms_choose(const ss_arms_for *of, ss_learner *learner, ss_random *random, ss_arm *best, int64_t *stake)
{
    prospects all;
    ss_arm arm;
    list_prospects(of, &all);
    make_arm(of, &all, &of->policy->incentives[0], best);
    if (best->count == 0)
        return false;
    *stake = stake_of(of, best);
    best->value = value_of(of, learner, random, best, *stake);
    for (size_t i = 1; of->incentives && i < of->policy->incentive_count; i++) {
        if (!(of->campaign->incentives >> i & 1))
            continue;
        make_arm(of, &all, &of->policy->incentives[i], &arm);
        if (arm.count > 0 && (arm.value = value_of(of, learner, random, &arm, *stake)) > best->value)
            *best = arm;
    }
    arm.incentive = NULL;
    arm.count = 0;
    arm.value = value_of(of, learner, random, &arm, *stake);
    if (arm.value > best->value)
        *best = arm;
    return true;
}

/* ---- once more ---- */

static bool is_too_deep(const ss_priced *priced, const ss_guards *guards)
{
    return (wide)priced->given * SS_BASIS_POINTS > (wide)priced->list * guards->discount_max;
}

/* A product's own floor, or a cart's; what is shown at its price has none. */
static bool keeps_floor(const ss_arms_for *of, const ss_incentive *incentive, const ss_arm_offer *offer)
{
    const ss_guards *guards = &of->policy->guards;
    const ss_priced *priced = &offer->priced;
    bool bundle = incentive->kind == SS_INCENTIVE_BUNDLE;
    if (priced->given == 0)
        return priced->offer == priced->list;
    if (priced->given != priced->list - priced->offer + priced->benefit || is_too_deep(priced, guards))
        return false;
    if (!offer->candidate)
        return ss_cart_keeps_margin(of->cart, priced, guards);
    if (offer->candidate->line.cost == SS_NO_MONEY || (bundle && of->page->line.cost == SS_NO_MONEY))
        return false;
    int64_t cost = offer->candidate->line.cost + (bundle ? of->page->line.cost : 0);
    return ss_margin_holds(priced->offer, cost + priced->benefit, guards->margin_min, guards->tax);
}

bool ss_arm_is_sound(const ss_arms_for *of, const ss_arm *arm)
{
    int64_t room = of->room;
    for (size_t i = 0; i < arm->count; i++) {
        if (!keeps_floor(of, arm->incentive, &arm->offers[i]) || arm->offers[i].priced.given > room)
            return false;
        room -= arm->offers[i].priced.given;
    }
    return true;
}

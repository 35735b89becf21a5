#include "offers/redeem_cart.h"

#include "log/catalog.h"
#include "offers/lines.h"

/* Of a campaign that the policy does not have any more: it says nothing of categories and price cuts. */
static const ss_campaign any_campaign = {.price_cut = false};

void ss_redeem_cart_init(ss_redeem_cart *cart, const ss_catalogue *catalogue, const ss_policy *policy,
                         const ss_redeem_request *request, int64_t now)
{
    *cart = (ss_redeem_cart){
        .catalogue = catalogue, .policy = policy, .lines = request->cart, .count = request->cart_count, .now = now};
}

/* ---- what was promised ---- */

bool ss_redeem_lowers(const ss_decision *decision)
{
    return decision->terms.kind == SS_INCENTIVE_PERCENT || decision->terms.kind == SS_INCENTIVE_AMOUNT ||
           decision->terms.kind == SS_INCENTIVE_BUNDLE;
}

static bool is_of_cart(const ss_offer *offer)
{
    return offer->item_id.size == 0;
}

static ss_incentive promised(const ss_decision *decision)
{
    const ss_offer_terms *terms = &decision->terms;
    return (ss_incentive){decision->incentive, (ss_incentive_kind)terms->kind,
                          terms->share,        terms->amount,
                          terms->points,       terms->gift_item,
                          terms->value_min};
}

static const ss_campaign *campaign_of(const ss_redeem_cart *cart, const ss_decision *decision)
{
    const ss_campaign *campaign = ss_policy_campaign(cart->policy, decision->campaign);
    return campaign ? campaign : &any_campaign;
}

static int64_t gift_cost_of(const ss_redeem_cart *cart, const ss_decision *decision)
{
    bool gift = decision->terms.kind == SS_INCENTIVE_GIFT;
    return gift ? ss_gift_cost(cart->catalogue, decision->terms.gift_item, cart->now) : SS_NO_MONEY;
}

/* ---- lines ---- */

static ss_price_line line_of(const ss_redeem_cart *cart, const ss_campaign *campaign, ss_slice item_id,
                             int64_t quantity)
{
    uint32_t item = ss_catalogue_find(cart->catalogue, item_id);
    return ss_line_of(cart->catalogue, campaign, item, quantity, cart->now);
}

/* The line of the item; the cart's count: there is none. */
static size_t find_line(const ss_redeem_cart *cart, ss_slice item_id)
{
    size_t at = 0;
    while (at < cart->count && !ss_slice_equal(cart->lines[at].item_id, item_id))
        at++;
    return at;
}

bool ss_redeem_cart_holds(const ss_redeem_cart *cart, const ss_offer *offer)
{
    if (is_of_cart(offer))
        return true;
    return find_line(cart, offer->item_id) < cart->count &&
           (offer->with_item.size == 0 || find_line(cart, offer->with_item) < cart->count);
}

/* The line as other codes leave it: as one piece. False: they give more than it comes to. */
static bool take_off(ss_price_line *line, int64_t lowered, int64_t beside)
{
    if (line->price > 0) {
        line->price = line->price * line->quantity - lowered;
        if (line->price <= 0)
            return false;
    }
    if (line->cost >= 0)
        line->cost = ss_money_sum(line->cost * line->quantity, beside);
    line->quantity = 1;
    return true;
}

/* The whole cart, with what other codes give; nothing more is given on those lines. */
static bool all_lines(const ss_redeem_cart *cart, const ss_campaign *campaign, ss_price_line *lines)
{
    for (size_t i = 0; i < cart->count; i++) {
        lines[i] = line_of(cart, campaign, cart->lines[i].item_id, cart->lines[i].quantity);
        if (cart->lowered[i] == 0 && cart->beside[i] == 0)
            continue;
        lines[i].eligible = false;
        if (!take_off(&lines[i], cart->lowered[i], cart->beside[i]))
            return false;
    }
    return true;
}

/* ---- other codes of the order ---- */

static void share_item(ss_redeem_cart *cart, const ss_decision *decision, ss_slice item_id, int64_t cost)
{
    size_t at = find_line(cart, item_id);
    if (at == cart->count)
        return;
    if (ss_redeem_lowers(decision))
        cart->lowered[at] += cost;
    else
        cart->beside[at] += cost;
}

static bool share_lowered(ss_redeem_cart *cart, const ss_decision *decision, const ss_offer *offer)
{
    ss_price_line lines[SS_CART_LINES_MAX];
    int64_t offers[SS_CART_LINES_MAX];
    ss_priced priced;
    ss_incentive incentive = promised(decision);
    const ss_campaign *campaign = campaign_of(cart, decision);
    if (!all_lines(cart, campaign, lines) ||
        ss_price_cart(&cart->policy->guards, campaign, &incentive, lines, cart->count, SS_NO_MONEY,
                      offer->redeemed_cost, offers, &priced) != SS_PRICE_FINE ||
        priced.given != offer->redeemed_cost)
        return false;
    for (size_t i = 0; i < cart->count; i++)
        if (lines[i].price > 0)
            cart->lowered[i] += lines[i].price * lines[i].quantity - offers[i];
    return true;
}

/* Cashback is given on each line by itself; rounded up: which of them it was rounded on is not known. */
static void share_cashback(ss_redeem_cart *cart, const ss_decision *decision)
{
    for (size_t i = 0; i < cart->count; i++) {
        ss_price_line line = line_of(cart, NULL, cart->lines[i].item_id, cart->lines[i].quantity);
        if (line.price > 0)
            cart->beside[i] =
                ss_money_sum(cart->beside[i], ss_share_of(line.price * line.quantity, decision->terms.share) + 1);
    }
}

bool ss_redeem_cart_share(ss_redeem_cart *cart, const ss_decision *decision, const ss_offer *offer)
{
    cart->others = true;
    if (!is_of_cart(offer)) {
        share_item(cart, decision, offer->item_id, offer->redeemed_cost);
        if (offer->with_item.size > 0)
            share_item(cart, decision, offer->with_item, offer->redeemed_cost);
        return true;
    }
    cart->shared = true;
    if (ss_redeem_lowers(decision))
        return share_lowered(cart, decision, offer);
    if (decision->terms.kind == SS_INCENTIVE_CASHBACK)
        share_cashback(cart, decision);
    else
        cart->beside_all += offer->redeemed_cost;
    return true;
}

/* Does the cart as a whole keep its margin with `given` and what all other codes give? Held beside the prices, all of
 * it is a cost: which asks a little more than lowered prices would. */
static bool cart_keeps_margin(const ss_redeem_cart *cart, int64_t given)
{
    ss_price_line lines[SS_CART_LINES_MAX];
    int64_t offers[SS_CART_LINES_MAX];
    ss_priced priced;
    ss_incentive all = {.kind = SS_INCENTIVE_FREE_SHIPPING, .amount = given + cart->beside_all};
    return all_lines(cart, &any_campaign, lines) &&
           ss_price_cart(&cart->policy->guards, &any_campaign, &all, lines, cart->count, SS_NO_MONEY, INT64_MAX, offers,
                         &priced) == SS_PRICE_FINE;
}

/* ---- an offer of an item, or of two ---- */

typedef struct pieces {
    ss_price_line lines[2];
    size_t at[2], count;
    int64_t sum;    /* today's prices */
    int64_t others; /* what other codes give on them */
} pieces;

static bool find_pieces(const ss_redeem_cart *cart, const ss_offer *offer, pieces *of)
{
    const ss_slice items[2] = {offer->item_id, offer->with_item};
    *of = (pieces){.count = offer->with_item.size > 0 ? 2 : 1};
    for (size_t i = 0; i < of->count; i++) {
        of->at[i] = find_line(cart, items[i]);
        of->lines[i] = line_of(cart, NULL, items[i], 1);
        if (of->lines[i].price <= 0)
            return false;
        of->sum += of->lines[i].price;
        of->others = ss_money_sum(of->others, ss_money_sum(cart->lowered[of->at[i]], cart->beside[of->at[i]]));
    }
    return true;
}

/* What is given beside the price of one piece. */
static ss_redeemed price_beside(const ss_redeem_cart *cart, const ss_decision *decision, const ss_offer *offer,
                                const ss_price_line *line, int64_t price, int64_t *beside)
{
    ss_incentive incentive = promised(decision);
    ss_price_line piece = {price, line->cost, SS_NO_MONEY, 1, false, true};
    ss_priced priced;
    incentive.value_min = 0;
    ss_price_check check =
        ss_price_item(&cart->policy->guards, &any_campaign, &incentive, &piece, gift_cost_of(cart, decision), &priced);
    *beside = check == SS_PRICE_FINE ? priced.benefit : 0;
    if (check == SS_PRICE_GIFT)
        return SS_REDEEM_NO_GIFT;
    if (check != SS_PRICE_FINE)
        return check == SS_PRICE_TOO_SMALL ? SS_REDEEMED : SS_REDEEM_BELOW_MARGIN;
    if (*beside > offer->lease && incentive.kind == SS_INCENTIVE_GIFT)
        return SS_REDEEM_NO_GIFT;
    *beside = *beside < offer->lease ? *beside : offer->lease;
    return SS_REDEEMED;
}

/* Do the pieces keep their margin with what all codes give, and these `lower` off their prices together? */
static bool pieces_keep_margin(const ss_redeem_cart *cart, const pieces *of, int64_t lower, int64_t beside)
{
    ss_guards guards = cart->policy->guards;
    ss_incentive off = {.kind = SS_INCENTIVE_AMOUNT, .amount = lower};
    ss_price_line lines[2];
    int64_t offers[2];
    ss_priced priced;
    for (size_t i = 0; i < of->count; i++) {
        lines[i] = of->lines[i];
        lines[i].eligible = true;
        if (lines[i].cost < 0 ||
            !take_off(&lines[i], cart->lowered[of->at[i]], ss_money_sum(cart->beside[of->at[i]], beside)))
            return false;
    }
    if (lower == 0)
        return ss_margin_holds(lines[0].price, lines[0].cost, guards.margin_min, guards.tax);
    guards.cart_margin_min = guards.margin_min;
    guards.discount_max = SS_BASIS_POINTS; /* is held against what was promised */
    guards.discount_reduced = true;
    return ss_price_cart(&guards, &any_campaign, &off, lines, of->count, SS_NO_MONEY, INT64_MAX, offers, &priced) ==
           SS_PRICE_FINE;
}

static int64_t lower_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static ss_redeemed price_pieces(const ss_redeem_cart *cart, const ss_decision *decision, const ss_offer *offer,
                                ss_priced *priced)
{
    pieces of;
    int64_t beside = 0;
    if (!find_pieces(cart, offer, &of))
        return SS_REDEEM_BELOW_MARGIN;
    int64_t list = lower_of(of.sum, offer->list), charged = lower_of(offer->offer, list);
    if (!ss_redeem_lowers(decision)) {
        ss_redeemed outcome = price_beside(cart, decision, offer, &of.lines[0], charged, &beside);
        if (outcome != SS_REDEEMED)
            return outcome;
    }
    int64_t given = list - charged + beside;
    *priced = (ss_priced){list, charged, given, beside};
    if (given == 0)
        return SS_REDEEMED;
    bool fine = given <= offer->lease &&
                ss_money_sum(given, of.others) <= list * cart->policy->guards.discount_max / SS_BASIS_POINTS &&
                pieces_keep_margin(cart, &of, of.sum - charged, beside) &&
                (!cart->shared || cart_keeps_margin(cart, given));
    return fine ? SS_REDEEMED : SS_REDEEM_BELOW_MARGIN;
}

/* ---- an offer of the cart ---- */

/* Is it still as large as the campaign's carts must be, at today's prices? */
static bool is_large_enough(const ss_redeem_cart *cart, const ss_campaign *campaign)
{
    int64_t missing = campaign->cart_min;
    for (size_t i = 0; i < cart->count && missing > 0; i++) {
        ss_price_line line = line_of(cart, NULL, cart->lines[i].item_id, cart->lines[i].quantity);
        missing -= line.price > 0 ? line.price * line.quantity : 0;
    }
    return missing <= 0;
}

static ss_redeemed price_whole(const ss_redeem_cart *cart, const ss_decision *decision, const ss_offer *offer,
                               ss_priced *priced)
{
    ss_price_line lines[SS_CART_LINES_MAX];
    int64_t offers[SS_CART_LINES_MAX];
    ss_incentive incentive = promised(decision);
    const ss_campaign *campaign = campaign_of(cart, decision);
    if (!all_lines(cart, campaign, lines))
        return SS_REDEEM_BELOW_MARGIN;
    if (!is_large_enough(cart, campaign))
        return SS_REDEEM_ITEMS;
    ss_price_check check = ss_price_cart(&cart->policy->guards, campaign, &incentive, lines, cart->count,
                                         gift_cost_of(cart, decision), offer->lease, offers, priced);
    if (check == SS_PRICE_FINE)
        return cart->beside_all == 0 || cart_keeps_margin(cart, priced->given) ? SS_REDEEMED : SS_REDEEM_BELOW_MARGIN;
    if (check == SS_PRICE_TOO_SMALL)
        return cart->others ? SS_REDEEM_STACKED : SS_REDEEM_ITEMS;
    return check == SS_PRICE_GIFT ? SS_REDEEM_NO_GIFT : SS_REDEEM_BELOW_MARGIN;
}

ss_redeemed ss_redeem_cart_price(const ss_redeem_cart *cart, const ss_decision *decision, const ss_offer *offer,
                                 ss_priced *priced)
{
    return is_of_cart(offer) ? price_whole(cart, decision, offer, priced) : price_pieces(cart, decision, offer, priced);
}

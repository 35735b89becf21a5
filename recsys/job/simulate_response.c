#include "job/simulate_response.h"

#include "base/random.h"
#include "offers/pricing.h"
#include <math.h>
#include <stddef.h>

#define MEDIAN_PRICE 5000
#define PRICE_SPREAD 0.6
#define COST_LEAST   0.35 /* share of the price */
#define COST_SPREAD  0.15
#define SHIPPING     490
#define MORE_CHANCE  0.4
#define TOUCH_LEAST  0.8
#define TOUCH_SPREAD 0.4
#define NEVER_SURE   0.9 /* nobody buys for certain, whatever the scale */
#define SHOP_STREAM  UINT64_C(0x73686f70)
#define VISIT_STREAM UINT64_C(0x7669736974)

static const double page_shares[SS_PAGE_COUNT] = {.15, .30, .55};
/* new, returning, loyal, at risk, lapsed */
static const double segment_shares[SS_LIFECYCLE_COUNT] = {.35, .20, .15, .18, .12};
static const double base_rates[SS_PAGE_COUNT][SS_LIFECYCLE_COUNT] = {
    {.03, .05, .08, .04, .03},
    {.07, .09, .12, .08, .07},
    {.12, .14, .15, .13, .12},
};
static const double lifts[SS_RESPONSE_ARMS][SS_LIFECYCLE_COUNT] = {
    {0, 0, 0, 0, 0},            /* nothing */
    {.03, .02, -.03, .02, .03}, /* none: who knows the shop is disturbed */
    {.20, .05, 0, .50, .50},    /* percent-10: for those who have not come for long */
    {.30, .10, .02, .60, .60},  /* percent-20 */
    {.50, .05, 0, .10, .10},    /* free-shipping: for those who do not know the shop */
};
static const int64_t shares_off[SS_RESPONSE_ARMS] = {0, 0, 1000, 2000, 0};

const char *ss_response_arm_name(ss_response_arm arm)
{
    static const char *const names[SS_RESPONSE_ARMS] = {"nothing", "none", "percent-10", "percent-20", "free-shipping"};
    return arm < SS_RESPONSE_ARMS ? names[arm] : NULL;
}

static size_t draw_share(const double *shares, size_t count, ss_random *random)
{
    double left = ss_random_unit(random);
    size_t i = 0;
    for (; i + 1 < count && left >= shares[i]; i++)
        left -= shares[i];
    return i;
}

void ss_response_shop_make(uint64_t seed, double scale, ss_response_shop *shop)
{
    ss_random random;
    ss_random_seed(&random, ss_random_mix(seed ^ SHOP_STREAM));
    *shop = (ss_response_shop){.seed = seed};
    for (size_t i = 0; i < SS_RESPONSE_ITEMS; i++) {
        int64_t price = (int64_t)(MEDIAN_PRICE * exp(PRICE_SPREAD * ss_random_normal(&random)));
        int64_t cost = (int64_t)((double)price * (COST_LEAST + COST_SPREAD * ss_random_unit(&random)));
        shop->items[i] = (ss_response_item){price, cost};
        shop->more += (double)(price - cost) / SS_RESPONSE_ITEMS;
    }
    for (size_t p = 0; p < SS_PAGE_COUNT; p++)
        for (size_t a = 0; a < SS_RESPONSE_ARMS; a++)
            for (size_t s = 0; s < SS_LIFECYCLE_COUNT; s++) {
                double touch = TOUCH_LEAST + TOUCH_SPREAD * ss_random_unit(&random);
                shop->chance[p][a][s] = fmin(base_rates[p][s] * (1 + scale * lifts[a][s] * touch), NEVER_SURE);
            }
}

static ss_random stream_of(const ss_response_shop *shop, uint64_t number, uint64_t stream)
{
    ss_random random;
    ss_random_seed(&random, ss_random_mix(ss_random_mix(shop->seed ^ stream) + number));
    return random;
}

void ss_response_visitor_at(const ss_response_shop *shop, uint64_t number, ss_response_visitor *visitor)
{
    ss_random random = stream_of(shop, number, VISIT_STREAM);
    *visitor = (ss_response_visitor){.number = number};
    visitor->page = (ss_offer_page)draw_share(page_shares, SS_PAGE_COUNT, &random);
    visitor->segment = (ss_segment)draw_share(segment_shares, SS_LIFECYCLE_COUNT, &random);
    visitor->item_count = visitor->page == SS_PAGE_CART ? 1 + ss_random_below(&random, SS_RESPONSE_CART) : 1;
    for (size_t i = 0; i < visitor->item_count; i++) {
        uint32_t item = visitor->items[i] = ss_random_below(&random, SS_RESPONSE_ITEMS);
        visitor->value += shop->items[item].price;
        visitor->stake += shop->items[item].price - shop->items[item].cost;
    }
    for (size_t a = 0; a < SS_RESPONSE_ARMS; a++)
        visitor->given[a] = ss_share_of(visitor->value, shares_off[a]);
    visitor->given[SS_RESPONSE_SHIPPING] = SHIPPING;
}

double ss_response_profit(const ss_response_shop *shop, const ss_response_visitor *visitor, ss_response_arm arm)
{
    double margin = (double)visitor->stake + MORE_CHANCE * shop->more;
    return shop->chance[visitor->page][arm][visitor->segment] * (margin - (double)visitor->given[arm]);
}

ss_response_outcome ss_response_outcome_of(const ss_response_shop *shop, const ss_response_visitor *visitor,
                                           ss_response_arm arm)
{
    ss_random luck = stream_of(shop, visitor->number, ~VISIT_STREAM);
    ss_response_outcome outcome = {0};
    outcome.bought = ss_random_unit(&luck) < shop->chance[visitor->page][arm][visitor->segment];
    outcome.one_more = outcome.bought && ss_random_unit(&luck) < MORE_CHANCE;
    if (outcome.bought)
        outcome.margin = visitor->stake;
    if (outcome.one_more) {
        outcome.more = ss_random_below(&luck, SS_RESPONSE_ITEMS);
        outcome.margin += shop->items[outcome.more].price - shop->items[outcome.more].cost;
    }
    return outcome;
}

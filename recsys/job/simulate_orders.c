#include "job/simulate_orders.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include <math.h>
#include <stdlib.h>

#define NEED_SHARE     0.6  /* of the orders, that needs may cause */
#define TAKES_UP_NEED  0.9  /* of first purchases of a consumable */
#define ON_IMPULSE     0.25 /* chance to take a consumable that will not be kept up */
#define LAPSES         0.06 /* of repeat purchases: the last one */
#define JITTER         0.06 /* standard deviation of the log of an interval */
#define STYLE_STRAY    0.30 /* how much less pleases what is not of one's style */
#define PICK_ATTEMPTS  6
#define BROADEST_SEEDS 9u

#define LOOKS_ON      0.5  /* of those who mean to buy: to look at one more beside it */
#define BESIDE_SHARE  0.5  /* of those who look around: to go on from what they saw last */
#define RIVAL_SHARE   0.4  /* of the substitutes looked at: a planted one, not one by popularity */
#define PARTNER_SHARE 0.15 /* of what is looked at beside an item: what goes with it */
#define STRAY_SHARE   0.15 /* and what has nothing to do with it */

/* Where a customer goes: to the favourites in this order, else anywhere. */
static const double favourite_share[SS_SIM_FAVOURITES] = {.32, .22, .14, .10};
#define ELSEWHERE 0.22

static unsigned day_of_year(const ss_sim_orders *orders, int32_t day)
{
    /* The year's length is 365.2425 days; that a bell of the seasons is off by a day does no harm. */
    double days = (double)orders->catalog->start / (double)SS_DAY + day;
    return (unsigned)fmod(days, 365.2425);
}

static double type_sales(const ss_sim_orders *orders, size_t type, unsigned day)
{
    if (!orders->catalog->types[type].item_count)
        return 0;
    return (double)ss_shop_types[type].weight * ss_shop_season_factor(ss_shop_types[type].season, day);
}

static void sum_year(ss_sim_orders *orders)
{
    for (size_t t = 0; t < ss_shop_type_count; t++) {
        uint16_t category = orders->catalog->types[t].category;
        for (unsigned day = 0; day < SS_SHOP_DAYS_OF_YEAR; day += 3)
            orders->yearly[category] += type_sales(orders, t, day) * 3 / SS_SHOP_DAYS_OF_YEAR;
        if (t == 0 || category != orders->catalog->types[t - 1].category)
            orders->first_type[category] = (uint16_t)t;
    }
    orders->first_type[ss_shop_category_count] = (uint16_t)ss_shop_type_count;
}

ss_status ss_sim_orders_make(const ss_sim_catalog *catalog, ss_sim_customers *customers, double orders_a_day,
                             double appetite, ss_sim_orders *orders, ss_error *error)
{
    ss_sim_orders made = {
        .catalog = catalog, .customers = customers, .appetite = appetite, .load_limit = NEED_SHARE * orders_a_day};
    made.type_sums = ss_array_zeroed(ss_shop_type_count, sizeof *made.type_sums);
    made.mood = ss_array_zeroed(ss_shop_category_count, sizeof *made.mood);
    made.yearly = ss_array_zeroed(ss_shop_category_count, sizeof *made.yearly);
    made.aisles = ss_array_zeroed(ss_shop_category_count, sizeof *made.aisles);
    made.first_type = ss_array_zeroed(ss_shop_category_count + 1, sizeof *made.first_type);
    if (!made.type_sums || !made.mood || !made.yearly || !made.aisles || !made.first_type) {
        ss_sim_orders_release(&made);
        return ss_error_nomem(error);
    }
    ss_random_seed(&made.random, ss_random_mix(catalog->seed ^ 0x6f7264657273u));
    sum_year(&made);
    *orders = made;
    return SS_OK;
}

void ss_sim_orders_release(ss_sim_orders *orders)
{
    free(orders->type_sums);
    free(orders->mood);
    free(orders->yearly);
    free(orders->aisles);
    free(orders->first_type);
    *orders = (ss_sim_orders){0};
}

ss_status ss_sim_orders_begin_day(ss_sim_orders *orders, int32_t day, ss_error *error)
{
    double *today = ss_array_zeroed(ss_shop_category_count, sizeof *today);
    if (!today)
        return ss_error_nomem(error);
    unsigned date = day_of_year(orders, day);
    for (size_t t = 0; t < ss_shop_type_count; t++) {
        uint16_t category = orders->catalog->types[t].category;
        today[category] += type_sales(orders, t, date);
        orders->type_sums[t] = (float)today[category];
    }
    for (size_t c = 0; c < ss_shop_category_count; c++)
        orders->mood[c] = orders->yearly[c] > 0 ? (float)(today[c] / orders->yearly[c]) : 0;
    orders->day = day;
    ss_status status = ss_alias_build(orders->aisles, today, ss_shop_category_count, error);
    free(today);
    return status;
}

/* ---- choosing ---- */

static uint32_t pick_category(ss_sim_orders *orders, const ss_sim_customer *customer)
{
    double sums[SS_SIM_FAVOURITES], sum = 0;
    for (uint32_t f = 0; f < SS_SIM_FAVOURITES; f++) {
        sum += favourite_share[f] * (double)orders->mood[customer->favourites[f]];
        sums[f] = sum;
    }
    double at = ss_random_unit(&orders->random) * (sum + ELSEWHERE);
    for (uint32_t f = 0; f < SS_SIM_FAVOURITES; f++)
        if (at < sums[f])
            return customer->favourites[f];
    return ss_alias_draw(orders->aisles, (uint32_t)ss_shop_category_count, &orders->random);
}

static uint32_t pick_type(ss_sim_orders *orders, uint32_t category)
{
    uint32_t type = orders->first_type[category], last = orders->first_type[category + 1] - 1u;
    double at = ss_random_unit(&orders->random) * (double)orders->type_sums[last];
    while (type < last && at >= (double)orders->type_sums[type])
        type++;
    return type;
}

static bool is_on_sale(const ss_sim_orders *orders, const ss_sim_item *item)
{
    return ss_sim_item_demand(item, orders->day) > 0;
}

static bool coin(ss_sim_orders *orders, double chance)
{
    return ss_random_unit(&orders->random) < chance;
}

/* A style by its weight, the customer's own the likeliest. `own` = SS_SIM_STYLES: no preference. */
static uint32_t pick_style(ss_sim_orders *orders, const ss_sim_type *range, uint32_t own)
{
    double sums[SS_SIM_STYLES], sum = 0;
    for (uint32_t style = 0; style < SS_SIM_STYLES; style++) {
        sum += (double)range->style_weight[style] * (style == own ? 1 : STYLE_STRAY);
        sums[style] = sum;
    }
    double at = ss_random_unit(&orders->random) * sum;
    uint32_t style = 0;
    while (at >= sums[style]) /* ends: at < sum */
        style++;
    return style;
}

static uint32_t draw_item(ss_sim_orders *orders, const ss_sim_type *range, uint32_t own_style)
{
    uint32_t style = pick_style(orders, range, own_style);
    uint32_t first = range->style_first[style], count = range->style_first[style + 1] - first;
    return first + ss_alias_draw(orders->catalog->draws + first, count, &orders->random);
}

/* An item of the type that this customer likes and that sells on this day, or, after a few tries, SS_NONE. */
static uint32_t pick_item(ss_sim_orders *orders, const ss_sim_customer *customer, uint32_t type)
{
    const ss_sim_type *range = &orders->catalog->types[type];
    for (int attempt = 0; attempt < PICK_ATTEMPTS && range->item_count; attempt++) {
        uint32_t number = draw_item(orders, range, customer->style);
        const ss_sim_item *item = &orders->catalog->items[number];
        if (item->life == SS_SIM_STEADY || coin(orders, ss_sim_item_demand(item, orders->day)))
            return number;
    }
    return SS_NONE;
}

/* ---- the basket ---- */

static bool owns(const ss_sim_customer *customer, uint16_t durable)
{
    return durable && (customer->owned[(durable - 1u) / 64] >> ((durable - 1u) % 64) & 1);
}

static bool holds_type(const ss_sim_orders *orders, const ss_sim_basket *basket, uint16_t type)
{
    for (uint32_t i = 0; i < basket->count; i++)
        if (orders->catalog->items[basket->lines[i].item].type == type)
            return true;
    return false;
}

static double orders_a_day(const ss_sim_item *item)
{
    return 1.0 / item->interval;
}

/* A free place for one more need, or NULL: the customer keeps up enough, or all of them together do. */
static ss_sim_need *room_for_need(const ss_sim_orders *orders, ss_sim_customer *customer, const ss_sim_item *item)
{
    if (orders->customers->load + orders_a_day(item) > orders->load_limit)
        return NULL;
    for (uint32_t n = 0; n < SS_SIM_NEEDS; n++)
        if (customer->needs[n].item == SS_NONE)
            return &customer->needs[n];
    return NULL;
}

/* What it takes to buy a consumable. */
typedef enum readiness {
    KEEPS_IT_UP, /* none left, and but for impulses the intention to stay with it */
    NONE_LEFT,
    ANY_TIME
} readiness;

static bool wants_consumable(ss_sim_orders *orders, ss_sim_customer *customer, const ss_sim_item *item, readiness how)
{
    if (how == ANY_TIME)
        return true;
    if (ss_sim_customer_need(customer, item->type))
        return false;
    return how == NONE_LEFT || room_for_need(orders, customer, item) || coin(orders, ON_IMPULSE);
}

/* Would the customer take it today? */
static bool wants(ss_sim_orders *orders, ss_sim_customer *customer, const ss_sim_basket *basket, uint32_t number,
                  readiness how)
{
    const ss_sim_item *item = &orders->catalog->items[number];
    return basket->count < SS_SIM_LINES_MAX && is_on_sale(orders, item) && !owns(customer, item->durable) &&
           !holds_type(orders, basket, item->type) &&
           (!item->interval || wants_consumable(orders, customer, item, how));
}

static uint32_t draw_quantity(ss_sim_orders *orders, const ss_sim_item *item)
{
    static const uint8_t of_32[32] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                      1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 4, 4, 6};
    if (item->durable || item->price > 3000)
        return 1;
    return of_32[ss_random_u64(&orders->random) >> 59];
}

static uint16_t next_due(ss_sim_orders *orders, const ss_sim_customer *customer, const ss_sim_item *item)
{
    double days = item->interval * (customer->pace / 128.0) * exp(JITTER * ss_random_normal(&orders->random));
    int64_t due = orders->day + (int64_t)lround(days < 2 ? 2 : days);
    return (uint16_t)(due < SS_SIM_NEVER ? due : SS_SIM_NEVER - 1);
}

static void take_up_need(ss_sim_orders *orders, ss_sim_customer *customer, uint32_t number, uint16_t due)
{
    const ss_sim_item *item = &orders->catalog->items[number];
    ss_sim_need *need = room_for_need(orders, customer, item);
    if (!need)
        return;
    *need = (ss_sim_need){number, item->type, due};
    orders->customers->load += orders_a_day(item);
}

static void drop_need(ss_sim_orders *orders, ss_sim_need *need)
{
    orders->customers->load -= orders_a_day(&orders->catalog->items[need->item]);
    need->item = SS_NONE;
}

static void add_line(ss_sim_orders *orders, ss_sim_customer *customer, ss_sim_basket *basket, uint32_t number)
{
    const ss_sim_item *item = &orders->catalog->items[number];
    basket->lines[basket->count++] = (ss_sim_line){number, draw_quantity(orders, item)};
    if (item->durable)
        customer->owned[(item->durable - 1u) / 64] |= UINT64_C(1) << ((item->durable - 1u) % 64);
    if (item->interval && !ss_sim_customer_need(customer, item->type) && coin(orders, TAKES_UP_NEED))
        take_up_need(orders, customer, number, next_due(orders, customer, item));
}

/* Runs out today, or so soon that one takes it along. */
static bool is_due(const ss_sim_orders *orders, const ss_sim_need *need)
{
    if (need->item == SS_NONE)
        return false;
    return need->due <= orders->day + ss_shop_types[need->type].interval / 12;
}

static void buy_needs(ss_sim_orders *orders, ss_sim_customer *customer, ss_sim_basket *basket)
{
    for (uint32_t n = 0; n < SS_SIM_NEEDS; n++) {
        ss_sim_need *need = &customer->needs[n];
        if (!is_due(orders, need))
            continue;
        const ss_sim_item *item = &orders->catalog->items[need->item];
        if (!is_on_sale(orders, item)) {
            drop_need(orders, need);
            continue;
        }
        basket->lines[basket->count++] = (ss_sim_line){need->item, 1};
        need->due = next_due(orders, customer, item);
        if (coin(orders, LAPSES))
            drop_need(orders, need);
    }
}

static void buy_seed(ss_sim_orders *orders, ss_sim_customer *customer, ss_sim_basket *basket, readiness how)
{
    for (int attempt = 0; attempt < PICK_ATTEMPTS; attempt++) {
        uint32_t number = pick_item(orders, customer, pick_type(orders, pick_category(orders, customer)));
        if (number == SS_NONE || !wants(orders, customer, basket, number, how))
            continue;
        add_line(orders, customer, basket, number);
        return;
    }
}

/* One look at the partners of each line that was not itself a complement. */
static void buy_complements(ss_sim_orders *orders, ss_sim_customer *customer, ss_sim_basket *basket)
{
    for (uint32_t line = 0, seeds = basket->count; line < seeds; line++) {
        const ss_sim_item *item = &orders->catalog->items[basket->lines[line].item];
        for (uint32_t p = 0; p < SS_SIM_PARTNERS_MAX && item->partners[p].chance; p++) {
            const ss_sim_partner *partner = &item->partners[p];
            if ((ss_random_u64(&orders->random) >> 48) >= partner->chance)
                continue;
            if (!partner->follows) {
                if (wants(orders, customer, basket, partner->item, NONE_LEFT))
                    add_line(orders, customer, basket, partner->item);
            } else if (!ss_sim_customer_need(customer, orders->catalog->items[partner->item].type)) {
                uint32_t later = 5 + ss_random_below(&orders->random, 20);
                take_up_need(orders, customer, partner->item, (uint16_t)((uint32_t)orders->day + later));
            }
        }
    }
}

/* 0, 1, 2, … with a geometric tail: at an appetite of .58 in the mean about 1.4 on top of needs, 2.4 without. */
static uint32_t draw_seeds(ss_sim_orders *orders, bool any_need)
{
    uint32_t seeds = any_need ? 0 : 1;
    while (seeds < BROADEST_SEEDS && coin(orders, orders->appetite))
        seeds++;
    return seeds;
}

static void fill(ss_sim_orders *orders, ss_sim_customer *customer, ss_sim_basket *basket)
{
    basket->count = 0;
    buy_needs(orders, customer, basket);
    for (uint32_t seeds = draw_seeds(orders, basket->count > 0); seeds; seeds--)
        buy_seed(orders, customer, basket, KEEPS_IT_UP);
    buy_complements(orders, customer, basket);
    for (int attempt = 0; attempt < PICK_ATTEMPTS && !basket->count; attempt++)
        buy_seed(orders, customer, basket, ANY_TIME);
}

void ss_sim_orders_fill(ss_sim_orders *orders, uint32_t number, ss_sim_basket *basket)
{
    fill(orders, &orders->customers->all[number], basket);
    ss_sim_customers_schedule(orders->customers, number, orders->day + 1);
}

void ss_sim_orders_fill_guest(ss_sim_orders *orders, ss_sim_basket *basket)
{
    ss_sim_customer guest;
    double load = orders->customers->load;
    ss_sim_customers_stranger(orders->customers, &orders->random, &guest);
    fill(orders, &guest, basket);
    orders->customers->load = load; /* a guest's needs never come due */
}

/* ---- looking ---- */

/* One of the planted substitutes, in the same variant where it has that many; the item itself where there is none. */
static uint32_t pick_rival(ss_sim_orders *orders, uint32_t number)
{
    const ss_sim_catalog *catalog = orders->catalog;
    const ss_sim_item *item = &catalog->items[number];
    uint32_t steps = 1 + ss_random_below(&orders->random, SS_SIM_RIVALS),
             count = catalog->types[item->type].group_count;
    bool back = coin(orders, .5); /* who is compared with whom goes both ways */
    uint32_t group = ss_sim_group_rival(catalog, item->group, back ? count - steps % count : steps);
    const ss_sim_group *rival = &catalog->groups[group];
    uint32_t variant = item->variant < rival->variants ? item->variant : rival->variants - 1u;
    return group == item->group ? number : rival->first + variant;
}

/* Another product of the same type: a planted substitute, or one by popularity; the item itself where there is none. */
static uint32_t pick_substitute(ss_sim_orders *orders, uint32_t number)
{
    const ss_sim_catalog *catalog = orders->catalog;
    const ss_sim_type *range = &catalog->types[catalog->items[number].type];
    bool planted = coin(orders, RIVAL_SHARE);
    for (int attempt = 0; attempt < PICK_ATTEMPTS; attempt++) {
        uint32_t other = planted ? pick_rival(orders, number) : draw_item(orders, range, SS_SIM_STYLES);
        if (catalog->items[other].group != catalog->items[number].group && is_on_sale(orders, &catalog->items[other]))
            return other;
    }
    return number;
}

/* What is looked at beside an item: what goes with it, something of any type, or else a substitute. */
static uint32_t pick_beside(ss_sim_orders *orders, uint32_t number)
{
    const ss_sim_partner *partner = &orders->catalog->items[number].partners[0];
    double lot = ss_random_unit(&orders->random);
    if (lot < PARTNER_SHARE && partner->chance)
        return partner->item;
    if (lot >= 1 - STRAY_SHARE) {
        uint32_t aisle = ss_alias_draw(orders->aisles, (uint32_t)ss_shop_category_count, &orders->random);
        const ss_sim_type *range = &orders->catalog->types[pick_type(orders, aisle)];
        return range->item_count ? draw_item(orders, range, SS_SIM_STYLES) : number;
    }
    return pick_substitute(orders, number);
}

static bool add_look(uint32_t *items, uint32_t count, uint32_t number)
{
    for (uint32_t i = 0; i < count; i++)
        if (items[i] == number)
            return false;
    items[count] = number;
    return true;
}

uint32_t ss_sim_orders_compare(ss_sim_orders *orders, uint32_t item, uint32_t *items, uint32_t limit)
{
    uint32_t count = 0;
    while (count < limit && coin(orders, LOOKS_ON)) {
        uint32_t number = pick_beside(orders, item);
        if (number != item && is_on_sale(orders, &orders->catalog->items[number]))
            count += add_look(items, count, number);
    }
    return count;
}

uint32_t ss_sim_orders_browse(ss_sim_orders *orders, const ss_sim_customer *customer, uint32_t *items, uint32_t limit)
{
    uint32_t count = 0;
    uint32_t type = pick_type(orders, pick_category(orders, customer));
    for (uint32_t look = 0; look < limit; look++) {
        bool on = coin(orders, .35); /* goes on to something else */
        if (on)
            type = pick_type(orders, pick_category(orders, customer));
        uint32_t number = count && !on && coin(orders, BESIDE_SHARE) ? pick_beside(orders, items[count - 1])
                                                                     : pick_item(orders, customer, type);
        if (number != SS_NONE && is_on_sale(orders, &orders->catalog->items[number]))
            count += add_look(items, count, number);
    }
    return count;
}

uint32_t ss_sim_orders_price(const ss_sim_orders *orders, uint32_t number)
{
    const ss_sim_item *item = &orders->catalog->items[number];
    uint64_t week = (uint64_t)orders->day / 7;
    bool sale = ss_random_mix(orders->catalog->seed + item->group * UINT64_C(4096) + week) % 24 == 0;
    return sale ? item->price - item->price * 3 / 20 : item->price;
}

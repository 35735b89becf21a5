/*
 * offers_oracle.h: what offers may be, worked out once more and apart from recsys/offers: a calendar of three zones,
 * prices in exact fractions over 128 bits, the history of each price, and the books of money, parties and codes, kept
 * from the answers alone. For test_offers_property.c.
 */
#ifndef SS_TESTS_OFFERS_ORACLE_H
#define SS_TESTS_OFFERS_ORACLE_H

#include "log/catalog.h"
#include "offers/policy.h"
#include "testing.h"

__extension__ typedef __int128 oracle_wide;

#define ORACLE_SECOND INT64_C(1000000)
#define ORACLE_HOUR   (3600 * ORACLE_SECOND)
#define ORACLE_DAY    (24 * ORACLE_HOUR)

/* ---- the shop's clock ---- */

typedef enum oracle_zone { ORACLE_UTC, ORACLE_EAST, ORACLE_BERLIN, ORACLE_ZONES } oracle_zone;
static const char *const oracle_zone_names[ORACLE_ZONES] = {"UTC", "+05:30", "Europe/Berlin"};

static inline int64_t oracle_floor(int64_t value, int64_t by)
{
    int64_t down = value / by;
    return down * by > value ? down - 1 : down;
}

/* The day since 1970 of a date: years begin in March here, so that leap days are at their ends. */
static inline int64_t oracle_date(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month > 2 ? year : year - 1, months = month > 2 ? month - 3 : month + 9;
    return shifted * 365 + oracle_floor(shifted, 4) - oracle_floor(shifted, 100) + oracle_floor(shifted, 400) +
           (months * 153 + 2) / 5 + day - 1 - 719468;
}

/* 01:00 UTC of the last Sunday of a month that has 31 days. */
static inline int64_t oracle_last_sunday(int64_t year, int64_t month)
{
    int64_t last = oracle_date(year, month, 31), weekday = (last + 4) % 7; /* 0: Sunday */
    return (last - weekday) * 86400 + 3600;
}

/* The European Union's summer time. */
static inline int64_t oracle_offset(oracle_zone zone, int64_t second)
{
    if (zone != ORACLE_BERLIN)
        return zone == ORACLE_EAST ? 19800 : 0;
    int64_t year = 1970;
    while (oracle_date(year + 1, 1, 1) * 86400 <= second)
        year++;
    return second >= oracle_last_sunday(year, 3) && second < oracle_last_sunday(year, 10) ? 7200 : 3600;
}

static inline int64_t oracle_local(oracle_zone zone, int64_t now)
{
    int64_t second = oracle_floor(now, ORACLE_SECOND);
    return second + oracle_offset(zone, second);
}

static inline int32_t oracle_day(oracle_zone zone, int64_t now)
{
    return (int32_t)oracle_floor(oracle_local(zone, now), 86400);
}

static inline bool oracle_runs(const ss_schedule *schedule, oracle_zone zone, int64_t now)
{
    int64_t local = oracle_local(zone, now), day = oracle_floor(local, 86400), clock = local - day * 86400;
    bool fine = false;
    if (now < schedule->from || now >= schedule->until)
        return false;
    if (schedule->begins == schedule->ends)
        return schedule->weekdays == 0 || (schedule->weekdays >> ((day + 3) % 7) & 1);
    for (int64_t began = day - 1; began <= day; began++) { /* yesterday's may last until today */
        int64_t length = schedule->ends - schedule->begins + (schedule->ends < schedule->begins ? 86400 : 0);
        int64_t since = (day - began) * 86400 + clock - schedule->begins;
        bool on_day = schedule->weekdays == 0 || (schedule->weekdays >> ((began + 3) % 7) & 1);
        fine = fine || (on_day && since >= 0 && since < length);
    }
    return fine;
}

/* ---- prices and their history ---- */

typedef struct oracle_step {
    int64_t since, price;
} oracle_step;

typedef struct oracle_item {
    char id[8], category[8]; /* category: "": none */
    int64_t price, cost;     /* SS_NO_MONEY: not known */
    int64_t stock;           /* below 0: not told */
    bool hidden;
    oracle_step *steps; /* all prices that there ever were */
    size_t step_count, step_capacity;
} oracle_item;

static inline void oracle_set_price(oracle_item *item, int64_t now, int64_t price)
{
    if (item->step_count > 0 && item->steps[item->step_count - 1].price == price)
        return;
    if (item->step_count == item->step_capacity) {
        item->step_capacity = 2 * item->step_capacity + 8;
        item->steps = realloc(item->steps, item->step_capacity * sizeof *item->steps);
        assert_non_null(item->steps);
    }
    item->steps[item->step_count++] = (oracle_step){now, price};
    item->price = price;
}

/* Lowered by its latest step, within 30 days. */
static inline bool oracle_reduced(const oracle_item *item, int64_t now)
{
    const oracle_step *last = &item->steps[item->step_count - 1];
    return item->step_count > 1 && last[-1].price != SS_NO_MONEY && last->price < last[-1].price &&
           now - last->since <= 30 * ORACLE_DAY;
}

static inline int64_t oracle_lowest_in(const oracle_item *item, int64_t from, size_t count)
{
    int64_t lowest = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        bool over = i + 1 < item->step_count && item->steps[i + 1].since <= from;
        if (!over && item->steps[i].price != SS_NO_MONEY && item->steps[i].price < lowest)
            lowest = item->steps[i].price;
    }
    return lowest;
}

/* Of the 30 days before a reduction, else of the last 30 days. */
static inline int64_t oracle_lowest(const oracle_item *item, int64_t now)
{
    size_t count = item->step_count;
    const oracle_step *last = &item->steps[count - 1];
    bool lowered = count > 1 && last[-1].price != SS_NO_MONEY && last->price < last[-1].price;
    return lowered ? oracle_lowest_in(item, last->since - 30 * ORACLE_DAY, count - 1)
                   : oracle_lowest_in(item, now - 30 * ORACLE_DAY, count);
}

static inline bool oracle_to_be_had(const oracle_item *item)
{
    return !item->hidden && item->stock != 0;
}

static inline bool oracle_in(const ss_slice *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].size == strlen(name) && memcmp(names[i].data, name, names[i].size) == 0)
            return true;
    return false;
}

static inline bool oracle_takes(const ss_campaign *campaign, const oracle_item *item)
{
    return (campaign->category_count == 0 ||
            oracle_in(campaign->categories, campaign->category_count, item->category)) &&
           !oracle_in(campaign->not_categories, campaign->not_category_count, item->category);
}

/* ---- money ---- */

/* The part of `price` without tax that is left after cost and what is given, held against the least share of it: both
 * sides multiplied by (1 + tax) and by 10,000 twice. `idle`: of the price, what stands for things of unknown cost. */
static inline bool oracle_keeps(oracle_wide price, oracle_wide cost, oracle_wide idle, int64_t margin, int64_t tax)
{
    oracle_wide net = price * 10000, costs = cost * (10000 + tax) + idle * 10000;
    return (net - costs) * 10000 >= net * margin;
}

static inline int64_t oracle_deepest(const ss_guards *guards, oracle_wide list)
{
    return (int64_t)(list * guards->discount_max / 10000);
}

/* Half a unit and more is a unit; but rounding alone makes nothing deeper than the deepest. */
static inline int64_t oracle_share(const ss_guards *guards, int64_t list, int64_t share)
{
    oracle_wide exact = (oracle_wide)list * share, units = exact / 10000;
    int64_t rounded = (int64_t)(exact % 10000 >= 5000 ? units + 1 : units);
    return rounded > oracle_deepest(guards, list) && share <= guards->discount_max ? (int64_t)units : rounded;
}

typedef struct oracle_price {
    int64_t list, offer, given;
} oracle_price;

/* What an incentive gives on a sum, as a lower price or beside it. */
static inline int64_t oracle_given(const ss_guards *guards, const ss_incentive *incentive, int64_t list, int64_t gift)
{
    switch (incentive->kind) {
    case SS_INCENTIVE_PERCENT:
    case SS_INCENTIVE_CASHBACK:
    case SS_INCENTIVE_BUNDLE:
        return oracle_share(guards, list, incentive->share);
    case SS_INCENTIVE_AMOUNT:
    case SS_INCENTIVE_FREE_SHIPPING:
        return incentive->amount;
    case SS_INCENTIVE_POINTS:
        return incentive->amount * incentive->points;
    case SS_INCENTIVE_GIFT:
        return gift;
    default:
        return 0;
    }
}

static inline bool oracle_lowers(int kind)
{
    return kind == SS_INCENTIVE_PERCENT || kind == SS_INCENTIVE_AMOUNT || kind == SS_INCENTIVE_BUNDLE;
}

/* Nothing may be given on it at all: no price, no cost, reduced. */
static inline bool oracle_bare(const ss_guards *guards, const oracle_item *item, int64_t now)
{
    return item->price == SS_NO_MONEY || item->price <= 0 || item->cost == SS_NO_MONEY ||
           (!guards->discount_reduced && oracle_reduced(item, now));
}

/* One line of `pieces` at `lower` less, with `beside` given: its margin, and that a cut is one. */
static inline bool oracle_line_keeps(const ss_guards *guards, const ss_campaign *campaign, const oracle_item *item,
                                     int64_t pieces, int64_t lower, int64_t beside, int64_t now)
{
    oracle_wide offer = (oracle_wide)item->price * pieces - lower;
    if (!oracle_keeps(offer, (oracle_wide)item->cost * pieces + beside, 0, guards->margin_min, guards->tax))
        return false;
    return lower == 0 || !campaign->price_cut || offer <= (oracle_wide)oracle_lowest(item, now) * pieces;
}

/* gift: its cost; negative: not to be had. False: it must not be given on one piece of the item. */
static inline bool oracle_price_item(const ss_guards *guards, const ss_campaign *campaign,
                                     const ss_incentive *incentive, const oracle_item *item, int64_t gift, int64_t now,
                                     oracle_price *price)
{
    *price = (oracle_price){item->price, item->price, 0};
    if (incentive->kind == SS_INCENTIVE_NONE)
        return item->price != SS_NO_MONEY && item->price > 0;
    if (oracle_bare(guards, item, now) || item->price < incentive->value_min)
        return false;
    int64_t given = oracle_given(guards, incentive, item->price, gift);
    int64_t lower = oracle_lowers(incentive->kind) ? given : 0;
    *price = (oracle_price){item->price, item->price - lower, given};
    return given > 0 && given <= oracle_deepest(guards, item->price) &&
           oracle_line_keeps(guards, campaign, item, 1, lower, given - lower, now);
}

static inline bool oracle_price_bundle(const ss_guards *guards, const ss_campaign *campaign,
                                       const ss_incentive *incentive, const oracle_item *const items[2], int64_t now,
                                       oracle_price *price)
{
    if (oracle_bare(guards, items[0], now) || oracle_bare(guards, items[1], now))
        return false;
    int64_t list = items[0]->price + items[1]->price, given = oracle_share(guards, list, incentive->share);
    *price = (oracle_price){list, list - given, given};
    if (list < incentive->value_min || given <= 0 || given > oracle_deepest(guards, list))
        return false;
    /* In proportion; the unit that is left over to the larger remainder, to the first of equal ones. */
    oracle_wide first = (oracle_wide)given * items[0]->price, second = (oracle_wide)given * items[1]->price;
    int64_t parts[2] = {(int64_t)(first / list), (int64_t)(second / list)};
    if (parts[0] + parts[1] < given)
        parts[second % list > first % list]++;
    return oracle_line_keeps(guards, campaign, items[0], 1, parts[0], 0, now) &&
           oracle_line_keeps(guards, campaign, items[1], 1, parts[1], 0, now);
}

/* ---- carts ---- */

#define ORACLE_LINES 64u

typedef struct oracle_cart {
    const oracle_item *items[ORACLE_LINES]; /* NULL: the shop does not know it */
    int64_t pieces[ORACLE_LINES];
    size_t count;
} oracle_cart;

static inline int64_t oracle_line_list(const oracle_cart *cart, size_t line)
{
    const oracle_item *item = cart->items[line];
    return item && item->price != SS_NO_MONEY ? item->price * cart->pieces[line] : 0;
}

static inline int64_t oracle_cart_value(const oracle_cart *cart)
{
    int64_t value = 0;
    for (size_t i = 0; i < cart->count; i++)
        value += oracle_line_list(cart, i);
    return value;
}

static inline bool oracle_takes_part(const ss_guards *guards, const ss_campaign *campaign, const oracle_cart *cart,
                                     size_t line, int64_t now)
{
    const oracle_item *item = cart->items[line];
    return item && oracle_takes(campaign, item) && !oracle_bare(guards, item, now);
}

/* The most that a line can be lowered by: tried out by halves. */
static inline int64_t oracle_bears(const ss_guards *guards, const ss_campaign *campaign, const oracle_cart *cart,
                                   size_t line, int64_t now)
{
    const oracle_item *item = cart->items[line];
    int64_t low = 0, high = oracle_deepest(guards, oracle_line_list(cart, line));
    if (campaign->price_cut && item->price > oracle_lowest(item, now))
        return 0;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        if (oracle_line_keeps(guards, campaign, item, cart->pieces[line], middle, 0, now))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* Does the cart as a whole keep its margin? */
static inline bool oracle_cart_keeps(const ss_guards *guards, const oracle_cart *cart, int64_t lower, int64_t beside)
{
    oracle_wide cost = beside, idle = 0, value = oracle_cart_value(cart);
    for (size_t i = 0; i < cart->count; i++) {
        const oracle_item *item = cart->items[i];
        if (item && item->cost == SS_NO_MONEY)
            idle += oracle_line_list(cart, i);
        else if (item && oracle_line_list(cart, i) > 0)
            cost += (oracle_wide)item->cost * cart->pieces[i];
    }
    return oracle_keeps(value - lower, cost, idle, guards->cart_margin_min, guards->tax);
}

/* What a share comes to over the lines that keep their guards with it; a cashback is of their sum. */
static inline int64_t oracle_cart_share(const ss_guards *guards, const ss_campaign *campaign,
                                        const ss_incentive *incentive, const oracle_cart *cart, int64_t now)
{
    bool cashback = incentive->kind == SS_INCENTIVE_CASHBACK;
    int64_t lowered = 0, sum = 0;
    for (size_t i = 0; i < cart->count; i++) {
        if (!oracle_takes_part(guards, campaign, cart, i, now))
            continue;
        int64_t list = oracle_line_list(cart, i), part = oracle_share(guards, list, incentive->share);
        if (part > oracle_deepest(guards, list) || !oracle_line_keeps(guards, campaign, cart->items[i], cart->pieces[i],
                                                                      cashback ? 0 : part, cashback ? part : 0, now))
            continue;
        lowered += part;
        sum += list;
    }
    return cashback ? oracle_share(guards, sum, incentive->share) : lowered;
}

static inline bool oracle_bears_amount(const ss_guards *guards, const ss_campaign *campaign, const oracle_cart *cart,
                                       int64_t amount, int64_t now)
{
    int64_t borne = 0;
    for (size_t i = 0; i < cart->count; i++)
        if (oracle_takes_part(guards, campaign, cart, i, now))
            borne += oracle_bears(guards, campaign, cart, i, now);
    return borne >= amount;
}

static inline bool oracle_is_of_lines(int kind)
{
    return kind == SS_INCENTIVE_PERCENT || kind == SS_INCENTIVE_AMOUNT || kind == SS_INCENTIVE_CASHBACK;
}

static inline bool oracle_price_cart(const ss_guards *guards, const ss_campaign *campaign,
                                     const ss_incentive *incentive, const oracle_cart *cart, int64_t gift, int64_t now,
                                     oracle_price *price)
{
    int64_t value = oracle_cart_value(cart), part = 0, given;
    for (size_t i = 0; i < cart->count; i++)
        part += oracle_takes_part(guards, campaign, cart, i, now) ? oracle_line_list(cart, i) : 0;
    *price = (oracle_price){value, value, 0};
    if (incentive->kind == SS_INCENTIVE_NONE)
        return true;
    if ((oracle_is_of_lines(incentive->kind) ? part : value) < incentive->value_min)
        return false;
    if (incentive->kind == SS_INCENTIVE_PERCENT || incentive->kind == SS_INCENTIVE_CASHBACK)
        given = oracle_cart_share(guards, campaign, incentive, cart, now);
    else
        given = oracle_given(guards, incentive, value, gift);
    if (incentive->kind == SS_INCENTIVE_AMOUNT && !oracle_bears_amount(guards, campaign, cart, given, now))
        return false;
    int64_t lower = oracle_lowers(incentive->kind) ? given : 0;
    *price = (oracle_price){value, value - lower, given};
    return given > 0 && given <= oracle_deepest(guards, value) && oracle_cart_keeps(guards, cart, lower, given - lower);
}

#endif

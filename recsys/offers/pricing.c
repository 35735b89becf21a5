#include "offers/pricing.h"

#include "log/catalog.h"

#include <assert.h>
#include <string.h>

typedef __int128 wide;

static const char *const check_names[SS_PRICE_CHECKS] = {
    [SS_PRICE_FINE] = "fine",
    [SS_PRICE_NO_PRICE] = "no_price",
    [SS_PRICE_NO_COST] = "no_cost",
    [SS_PRICE_BELOW_MARGIN] = "below_margin",
    [SS_PRICE_BELOW_CART_MARGIN] = "below_cart_margin",
    [SS_PRICE_TOO_DEEP] = "too_deep",
    [SS_PRICE_REDUCED] = "reduced",
    [SS_PRICE_ABOVE_LOWEST] = "above_lowest",
    [SS_PRICE_TOO_SMALL] = "too_small",
    [SS_PRICE_GIFT] = "gift",
};

const char *ss_price_check_name(ss_price_check check)
{
    return (unsigned)check < SS_PRICE_CHECKS ? check_names[check] : NULL;
}

/* ---- shares and guards ---- */

/* So much of `amount`, with so many basis points more, rounded down. Nearly always it is little enough: a division of
 * 128 bits takes ten times as long. */
static int64_t part_of(int64_t amount, int64_t share, int64_t more)
{
    if (amount < INT64_MAX / SS_BASIS_POINTS - 1)
        return (amount * share + more) / SS_BASIS_POINTS;
    return (int64_t)(((wide)amount * share + more) / SS_BASIS_POINTS);
}

int64_t ss_share_of(int64_t amount, int64_t share)
{
    return part_of(amount, share, SS_BASIS_POINTS / 2);
}

int64_t ss_money_sum(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

static bool margin_holds(wide price, wide cost, int64_t margin, int64_t tax)
{
    return price * (SS_BASIS_POINTS - margin) >= cost * (SS_BASIS_POINTS + tax);
}

bool ss_margin_holds(int64_t price, int64_t cost, int64_t margin, int64_t tax)
{
    return margin_holds(price, cost, margin, tax);
}

/* The most that may be given on what is listed at `list`. */
static int64_t deepest(const ss_guards *guards, int64_t list)
{
    return part_of(list, guards->discount_max, 0);
}

/* A share as above that rounding alone does not take beyond the deepest discount. */
static int64_t given_share(const ss_guards *guards, int64_t list, int64_t share)
{
    int64_t given = ss_share_of(list, share), most = deepest(guards, list);
    return share <= guards->discount_max && given > most ? most : given;
}

static bool lowers_price(const ss_incentive *incentive)
{
    return incentive->kind == SS_INCENTIVE_PERCENT || incentive->kind == SS_INCENTIVE_AMOUNT ||
           incentive->kind == SS_INCENTIVE_BUNDLE;
}

/* What is given on `list`: off the price, or beside it, as lowers_price says. */
static wide given_on(const ss_guards *guards, const ss_incentive *incentive, int64_t list, int64_t gift_cost)
{
    switch (incentive->kind) {
    case SS_INCENTIVE_PERCENT:
    case SS_INCENTIVE_CASHBACK:
    case SS_INCENTIVE_BUNDLE:
        return given_share(guards, list, incentive->share);
    case SS_INCENTIVE_AMOUNT:
    case SS_INCENTIVE_FREE_SHIPPING:
        return incentive->amount;
    case SS_INCENTIVE_POINTS:
        return (wide)incentive->points * incentive->amount;
    case SS_INCENTIVE_GIFT:
        return gift_cost;
    case SS_INCENTIVE_NONE:
    case SS_INCENTIVE_KINDS:
        break;
    }
    return 0;
}

/* What all pieces come to; 0: their price is not known, or more than can be told. */
static int64_t line_list(const ss_price_line *line)
{
    wide list = line->price > 0 ? (wide)line->price * line->quantity : 0;
    return list <= INT64_MAX ? (int64_t)list : 0;
}

static wide line_cost(const ss_price_line *line)
{
    return (wide)line->cost * line->quantity;
}

/* The lowest of 30 days, of all pieces. */
static wide line_lowest(const ss_price_line *line)
{
    return (wide)(line->lowest == SS_NO_MONEY ? line->price : line->lowest) * line->quantity;
}

/* Whether anything may be given on it at all. */
static ss_price_check check_line(const ss_guards *guards, const ss_price_line *line)
{
    if (line_list(line) == 0)
        return SS_PRICE_NO_PRICE;
    if (line->cost < 0)
        return SS_PRICE_NO_COST;
    return line->reduced && !guards->discount_reduced ? SS_PRICE_REDUCED : SS_PRICE_FINE;
}

/* What a line comes to lowered by `lower`, with `beside` given: its margin, and that a price cut is one. */
static ss_price_check check_lowered(const ss_guards *guards, const ss_campaign *campaign, const ss_price_line *line,
                                    int64_t lower, int64_t beside)
{
    int64_t offer = line_list(line) - lower;
    if (!margin_holds(offer, line_cost(line) + beside, guards->margin_min, guards->tax))
        return SS_PRICE_BELOW_MARGIN;
    return campaign->price_cut && lower > 0 && offer > line_lowest(line) ? SS_PRICE_ABOVE_LOWEST : SS_PRICE_FINE;
}

static ss_price_check check_given(const ss_guards *guards, int64_t list, wide given)
{
    if (given <= 0)
        return SS_PRICE_TOO_SMALL;
    return given > deepest(guards, list) ? SS_PRICE_TOO_DEEP : SS_PRICE_FINE;
}

static ss_priced priced_as(int64_t list, int64_t lower, int64_t beside)
{
    return (ss_priced){list, list - lower, lower + beside, beside};
}

static bool gift_is_missing(const ss_incentive *incentive, int64_t gift_cost)
{
    return incentive->kind == SS_INCENTIVE_GIFT && gift_cost < 0;
}

/* ---- one product ---- */

ss_price_check ss_price_item(const ss_guards *guards, const ss_campaign *campaign, const ss_incentive *incentive,
                             const ss_price_line *line, int64_t gift_cost, ss_priced *priced)
{
    int64_t list = line_list(line);
    if (list == 0 || incentive->kind == SS_INCENTIVE_BUNDLE)
        return SS_PRICE_NO_PRICE;
    if (incentive->kind == SS_INCENTIVE_NONE) {
        *priced = priced_as(list, 0, 0);
        return SS_PRICE_FINE;
    }
    ss_price_check check = check_line(guards, line);
    if (check != SS_PRICE_FINE)
        return check;
    if (list < incentive->value_min)
        return SS_PRICE_TOO_SMALL;
    if (gift_is_missing(incentive, gift_cost))
        return SS_PRICE_GIFT;
    wide given = given_on(guards, incentive, list, gift_cost);
    check = check_given(guards, list, given);
    if (check != SS_PRICE_FINE)
        return check;
    int64_t lower = lowers_price(incentive) ? (int64_t)given : 0, beside = (int64_t)given - lower;
    check = check_lowered(guards, campaign, line, lower, beside);
    if (check == SS_PRICE_FINE)
        *priced = priced_as(list, lower, beside);
    return check;
}

/* ---- splitting sums ---- */

/* Gives `left` units more, one each, to those with the largest remainders; ties by position. */
static void give_remainders(wide left, wide *remainders, size_t count, int64_t *parts)
{
    for (; left > 0; left--) {
        size_t largest = 0;
        for (size_t i = 1; i < count; i++)
            if (remainders[i] > remainders[largest])
                largest = i;
        parts[largest]++;
        remainders[largest] = -1;
    }
}

/* Whose share reaches what they bear get that; returns how much. They leave the others' `weights`. */
static wide fill_to_the_brim(wide amount, wide sum, int64_t *weights, const int64_t *bear, size_t count, int64_t *parts)
{
    wide filled = 0;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] == 0 || amount * weights[i] < sum * bear[i])
            continue;
        parts[i] = bear[i];
        weights[i] = 0;
        filled += bear[i];
    }
    return filled;
}

static wide sum_of(const int64_t *values, size_t count)
{
    wide sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

/*
 * Splits `amount`, at most what all bear together, in proportion to `weights` (whose sum is within an int64_t, and which
 * are used up), none beyond what it bears. Whoever is full leaves a larger share to the others, so this goes in rounds.
 */
static void split(wide amount, int64_t *weights, const int64_t *bear, size_t count, int64_t *parts)
{
    wide remainders[SS_CART_LINES_MAX];
    wide sum, filled;
    memset(parts, 0, count * sizeof *parts);
    do {
        sum = sum_of(weights, count);
        filled = fill_to_the_brim(amount, sum, weights, bear, count, parts);
        amount -= filled;
    } while (filled > 0);
    sum = sum_of(weights, count);
    wide left = amount;
    for (size_t i = 0; i < count; i++) {
        remainders[i] = weights[i] ? amount * weights[i] % sum : -1;
        if (weights[i] == 0)
            continue;
        parts[i] = (int64_t)(amount * weights[i] / sum);
        left -= parts[i];
    }
    give_remainders(left, remainders, count, parts);
}

/* ---- two together ---- */

ss_price_check ss_price_bundle(const ss_guards *guards, const ss_campaign *campaign, const ss_incentive *incentive,
                               const ss_price_line lines[2], int64_t offers[2], ss_priced *priced)
{
    ss_price_line pieces[2] = {lines[0], lines[1]};
    int64_t lists[2], weights[2], parts[2];
    ss_price_check check = SS_PRICE_FINE;
    for (size_t i = 0; i < 2; i++) {
        pieces[i].quantity = 1;
        lists[i] = weights[i] = line_list(&pieces[i]);
        ss_price_check line = check_line(guards, &pieces[i]);
        check = check == SS_PRICE_FINE || line == SS_PRICE_NO_PRICE ? line : check;
    }
    if (check != SS_PRICE_FINE)
        return check;
    int64_t list;
    if (__builtin_add_overflow(lists[0], lists[1], &list))
        return SS_PRICE_NO_PRICE;
    if (list < incentive->value_min)
        return SS_PRICE_TOO_SMALL;
    int64_t given = given_share(guards, list, incentive->share);
    check = check_given(guards, list, given);
    if (check != SS_PRICE_FINE)
        return check;
    split(given, weights, lists, 2, parts);
    for (size_t i = 0; i < 2 && check == SS_PRICE_FINE; i++)
        check = check_lowered(guards, campaign, &pieces[i], parts[i], 0);
    if (check != SS_PRICE_FINE)
        return check;
    for (size_t i = 0; i < 2; i++)
        offers[i] = lists[i] - parts[i];
    *priced = priced_as(list, given, 0);
    return SS_PRICE_FINE;
}

/* ---- a cart ---- */

typedef struct cart {
    const ss_guards *guards;
    const ss_campaign *campaign;
    const ss_incentive *incentive;
    const ss_price_line *lines;
    size_t count;
    int64_t most;
    wide list, taking_part; /* sums: of all lines, of those that take part; within an int64_t once they are summed up */
    wide cost, unknown;     /* of lines with cost; list prices of those without */
    ss_price_check against; /* of the first line that nothing can be given on */
} cart;

static bool takes_part(const cart *of, const ss_price_line *line)
{
    return line->eligible && check_line(of->guards, line) == SS_PRICE_FINE;
}

static void note_against(cart *of, ss_price_check check)
{
    if (of->against == SS_PRICE_FINE)
        of->against = check;
}

/* Why nothing is given on any line. */
static ss_price_check no_line(const cart *of)
{
    return of->against == SS_PRICE_FINE ? SS_PRICE_TOO_SMALL : of->against;
}

static void sum_up(cart *of)
{
    for (size_t i = 0; i < of->count; i++) {
        const ss_price_line *line = &of->lines[i];
        int64_t list = line_list(line);
        of->list += list;
        if (line->cost < 0)
            of->unknown += list;
        else if (list > 0)
            of->cost += line_cost(line);
        if (takes_part(of, line))
            of->taking_part += list;
        else if (line->eligible)
            note_against(of, check_line(of->guards, line));
    }
}

/* Over all lines, of which those without a known cost earn nothing. */
static bool cart_margin_holds(const cart *of, wide lower, wide beside)
{
    const ss_guards *guards = of->guards;
    wide known = of->list - of->unknown - lower;
    wide idle = of->unknown * guards->cart_margin_min; /* the margin that they should have earned, too */
    return known * (SS_BASIS_POINTS - guards->cart_margin_min) - idle >=
           (of->cost + beside) * (SS_BASIS_POINTS + guards->tax);
}

/* What each line is lowered by a percentage, into `parts`; returns the sum. */
static wide lower_by_share(cart *of, int64_t *parts)
{
    for (size_t i = 0; i < of->count; i++) {
        const ss_price_line *line = &of->lines[i];
        parts[i] = 0;
        if (!takes_part(of, line))
            continue;
        int64_t lower = given_share(of->guards, line_list(line), of->incentive->share);
        ss_price_check check = check_given(of->guards, line_list(line), lower);
        if (check == SS_PRICE_FINE)
            check = check_lowered(of->guards, of->campaign, line, lower, 0);
        if (check == SS_PRICE_FINE)
            parts[i] = lower;
        else
            note_against(of, check);
    }
    return sum_of(parts, of->count);
}

static ss_price_check cut_down(const cart *of, int64_t *parts)
{
    int64_t weights[SS_CART_LINES_MAX], bear[SS_CART_LINES_MAX];
    memcpy(weights, parts, of->count * sizeof *parts);
    memcpy(bear, parts, of->count * sizeof *parts);
    split(of->most, weights, bear, of->count, parts);
    for (size_t i = 0; i < of->count; i++)
        if (parts[i] > 0 && check_lowered(of->guards, of->campaign, &of->lines[i], parts[i], 0) != SS_PRICE_FINE)
            return SS_PRICE_ABOVE_LOWEST; /* the margin is only better */
    return SS_PRICE_FINE;
}

static ss_price_check price_share(cart *of, int64_t *parts)
{
    wide lower = lower_by_share(of, parts);
    if (lower == 0)
        return no_line(of);
    return lower > of->most ? cut_down(of, parts) : SS_PRICE_FINE;
}

/* The most that a line can be lowered. */
static int64_t line_bears(const cart *of, const ss_price_line *line)
{
    const ss_guards *guards = of->guards;
    int64_t list = line_list(line);
    if (!takes_part(of, line) || (of->campaign->price_cut && line_lowest(line) < list))
        return 0;
    if (guards->margin_min >= SS_BASIS_POINTS && line->cost > 0)
        return 0;
    wide kept = guards->margin_min >= SS_BASIS_POINTS ? 1 : SS_BASIS_POINTS - guards->margin_min;
    wide floor = (line_cost(line) * (SS_BASIS_POINTS + guards->tax) + kept - 1) / kept;
    int64_t most = deepest(guards, list);
    wide bears = most < list - floor ? most : list - floor;
    return bears > 0 ? (int64_t)bears : 0;
}

static ss_price_check price_amount(cart *of, int64_t *parts)
{
    int64_t weights[SS_CART_LINES_MAX], bear[SS_CART_LINES_MAX];
    int64_t amount = of->incentive->amount < of->most ? of->incentive->amount : of->most;
    for (size_t i = 0; i < of->count; i++) {
        bear[i] = line_bears(of, &of->lines[i]);
        weights[i] = bear[i] > 0 ? line_list(&of->lines[i]) : 0;
    }
    if (of->taking_part == 0)
        return no_line(of);
    if (amount > deepest(of->guards, (int64_t)of->taking_part))
        return SS_PRICE_TOO_DEEP;
    if (amount > sum_of(bear, of->count))
        return SS_PRICE_BELOW_MARGIN;
    split(amount, weights, bear, of->count, parts);
    return SS_PRICE_FINE;
}

/* What the lines come to on which cashback is given. */
static wide cashback_base(cart *of)
{
    wide base = 0;
    for (size_t i = 0; i < of->count; i++) {
        const ss_price_line *line = &of->lines[i];
        if (!takes_part(of, line))
            continue;
        int64_t beside = given_share(of->guards, line_list(line), of->incentive->share);
        ss_price_check check = check_lowered(of->guards, of->campaign, line, 0, beside);
        if (beside > deepest(of->guards, line_list(line)))
            check = SS_PRICE_TOO_DEEP;
        if (check == SS_PRICE_FINE)
            base += line_list(line);
        else
            note_against(of, check);
    }
    return base;
}

static ss_price_check price_beside(cart *of, int64_t gift_cost, wide *beside)
{
    bool cashback = of->incentive->kind == SS_INCENTIVE_CASHBACK;
    wide base = cashback ? cashback_base(of) : of->list;
    if (base == 0)
        return no_line(of);
    *beside = given_on(of->guards, of->incentive, (int64_t)base, gift_cost);
    if (*beside <= of->most)
        return SS_PRICE_FINE;
    if (!cashback)
        return of->incentive->kind == SS_INCENTIVE_GIFT ? SS_PRICE_GIFT : SS_PRICE_TOO_DEEP;
    *beside = of->most;
    return SS_PRICE_FINE;
}

/* What is given, before it is held against the whole cart: off each line's price, in `parts`, or beside. */
static ss_price_check give(cart *of, int64_t gift_cost, int64_t *parts, wide *beside)
{
    ss_incentive_kind kind = of->incentive->kind;
    bool in_part = lowers_price(of->incentive) || kind == SS_INCENTIVE_CASHBACK;
    if (in_part && of->taking_part == 0)
        return no_line(of);
    if ((in_part ? of->taking_part : of->list) < of->incentive->value_min)
        return SS_PRICE_TOO_SMALL;
    if (gift_is_missing(of->incentive, gift_cost))
        return SS_PRICE_GIFT;
    if (kind == SS_INCENTIVE_PERCENT)
        return price_share(of, parts);
    return kind == SS_INCENTIVE_AMOUNT ? price_amount(of, parts) : price_beside(of, gift_cost, beside);
}

ss_price_check ss_price_cart(const ss_guards *guards, const ss_campaign *campaign, const ss_incentive *incentive,
                             const ss_price_line *lines, size_t count, int64_t gift_cost, int64_t most, int64_t *offers,
                             ss_priced *priced)
{
    assert(count > 0 && count <= SS_CART_LINES_MAX);
    cart of = {guards, campaign, incentive, lines, count, most, .against = SS_PRICE_FINE};
    ss_price_check check = SS_PRICE_FINE;
    wide beside = 0;
    sum_up(&of);
    if (of.list == 0 || of.list > INT64_MAX || incentive->kind == SS_INCENTIVE_BUNDLE)
        return SS_PRICE_NO_PRICE;
    memset(offers, 0, count * sizeof *offers); /* what each line is lowered by, until the end */
    if (incentive->kind != SS_INCENTIVE_NONE)
        check = give(&of, gift_cost, offers, &beside);
    wide lower = sum_of(offers, count);
    if (check == SS_PRICE_FINE && incentive->kind != SS_INCENTIVE_NONE)
        check = check_given(guards, (int64_t)of.list, lower + beside);
    if (check == SS_PRICE_FINE && incentive->kind != SS_INCENTIVE_NONE && !cart_margin_holds(&of, lower, beside))
        check = SS_PRICE_BELOW_CART_MARGIN;
    if (check != SS_PRICE_FINE)
        return check;
    for (size_t i = 0; i < count; i++)
        offers[i] = line_list(&lines[i]) - offers[i];
    *priced = priced_as((int64_t)of.list, (int64_t)lower, (int64_t)beside);
    return SS_PRICE_FINE;
}

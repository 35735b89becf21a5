/*
 * price_history.h: what an item cost when, as far back as a shop must know it: the steps of its price, of which the
 * lowest of the last 30 days can be told. Pure functions: safe from any thread.
 *
 * The European rule (Directive 98/6/EC, article 6a, as amended by 2019/2161): whoever announces a reduction states the
 * lowest price of the 30 days before it. So: if the price now is lower than the one right before it, the lowest price
 * that held at any moment of the 30 days before it began; otherwise the lowest that held at any moment of the last 30
 * days, the price now included.
 *
 * At most SS_PRICE_STEPS_MAX steps are kept. Adding one drops those that ended more than 30 days before it. When there
 * are still too many, the two neighbouring steps that together last the shortest become one with the lower of their
 * prices (never the newest): so a price may count up to a day too long, the lower one always, never a higher one.
 */
#ifndef SS_STATE_PRICE_HISTORY_H
#define SS_STATE_PRICE_HISTORY_H

#include "base/timestamp.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SS_PRICE_STEPS_MAX 64u
#define SS_PRICE_WINDOW    (30 * SS_DAY)

typedef struct ss_price_step {
    int64_t since; /* microseconds UTC; until the next step */
    int64_t price; /* minor units, or SS_NO_MONEY (log/catalog.h): none */
} ss_price_step;

/*
 * The price is `price` from `since` (at least 0) on. Steps in order of time; returns their new count. What is not later than the
 * newest step takes its place; a price that is the newest step's adds nothing. `steps` has room for SS_PRICE_STEPS_MAX.
 */
size_t ss_price_history_add(ss_price_step *steps, size_t count, int64_t since, int64_t price);

/*
 * The lowest price as above, at `now`, of an item that costs `current` now (SS_NO_MONEY: nothing known); a price other
 * than the newest step's is taken to begin now. SS_NO_MONEY: no price is known.
 */
int64_t ss_price_history_lowest(const ss_price_step *steps, size_t count, int64_t current, int64_t now);

/*
 * Does the item carry a reduction: is its price now lower than the one right before it, and has it been so for at most
 * 30 days? What is older is the item's price. `current` and `now` as above.
 */
bool ss_price_reduced(const ss_price_step *steps, size_t count, int64_t current, int64_t now);

#endif

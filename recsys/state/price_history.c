#include "state/price_history.h"

#include "log/catalog.h"

#include <string.h>

/* The first step that still holds at `since` or later. */
static size_t first_after(const ss_price_step *steps, size_t count, int64_t since)
{
    size_t first = 0;
    while (first + 1 < count && steps[first + 1].since <= since)
        first++;
    return first;
}

static int64_t lower(int64_t a, int64_t b)
{
    if (a == SS_NO_MONEY || b == SS_NO_MONEY)
        return a == SS_NO_MONEY ? b : a;
    return a < b ? a : b;
}

static void remove_steps(ss_price_step *steps, size_t *count, size_t at, size_t removed)
{
    *count -= removed;
    memmove(steps + at, steps + at + removed, (*count - at) * sizeof *steps);
}

/* Makes one of the two neighbours that last the shortest together; the newest step stays as it is. */
static void join_shortest(ss_price_step *steps, size_t *count)
{
    size_t shortest = 0;
    for (size_t i = 1; i + 2 < *count; i++)
        if (steps[i + 2].since - steps[i].since < steps[shortest + 2].since - steps[shortest].since)
            shortest = i;
    steps[shortest].price = lower(steps[shortest].price, steps[shortest + 1].price);
    remove_steps(steps, count, shortest + 1, 1);
}

size_t ss_price_history_add(ss_price_step *steps, size_t count, int64_t since, int64_t price)
{
    if (count > 0 && steps[count - 1].since >= since) {
        since = steps[count - 1].since;
        count--;
    }
    if (count > 0 && steps[count - 1].price == price)
        return count;
    remove_steps(steps, &count, 0, first_after(steps, count, since - SS_PRICE_WINDOW));
    if (count == SS_PRICE_STEPS_MAX)
        join_shortest(steps, &count);
    steps[count] = (ss_price_step){since, price};
    return count + 1;
}

/* The lowest price that held at any moment from `from` on. */
static int64_t lowest_since(const ss_price_step *steps, size_t count, int64_t from)
{
    int64_t lowest = SS_NO_MONEY;
    for (size_t i = first_after(steps, count, from); i < count; i++)
        lowest = lower(lowest, steps[i].price);
    return lowest;
}

/* The price as it is at some moment, and what was before it. */
typedef struct moment {
    bool begins_now; /* the price is none of the steps' */
    size_t before;   /* steps before the one that holds */
    int64_t since;
    bool reduced; /* lower than the one right before */
} moment;

static moment moment_of(const ss_price_step *steps, size_t count, int64_t current, int64_t now)
{
    moment of = {.begins_now = count == 0 || steps[count - 1].price != current};
    of.before = of.begins_now ? count : count - 1;
    of.since = of.begins_now ? now : steps[count - 1].since;
    of.reduced = of.before > 0 && current != SS_NO_MONEY && steps[of.before - 1].price != SS_NO_MONEY &&
                 current < steps[of.before - 1].price;
    return of;
}

static int64_t window_before(int64_t time)
{
    return time < INT64_MIN + SS_PRICE_WINDOW ? INT64_MIN : time - SS_PRICE_WINDOW;
}

int64_t ss_price_history_lowest(const ss_price_step *steps, size_t count, int64_t current, int64_t now)
{
    moment of = moment_of(steps, count, current, now);
    if (of.reduced)
        return lowest_since(steps, of.before, window_before(of.since));
    return lower(lowest_since(steps, count, window_before(now)), current);
}

bool ss_price_reduced(const ss_price_step *steps, size_t count, int64_t current, int64_t now)
{
    moment of = moment_of(steps, count, current, now);
    return of.reduced && of.since >= window_before(now);
}

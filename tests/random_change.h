/* random_change.h: random changes of the items of a random shop, and of some that it does not know. */
#ifndef SS_TESTS_RANDOM_CHANGE_H
#define SS_TESTS_RANDOM_CHANGE_H

#include "item_sample.h"
#include "random_shop.h"

#define CHANGED_ITEMS (RANDOM_ITEMS + 6u) /* "i0", "i1", …; the last six are in no catalogue */

/* The id is written to `id`. */
static inline ss_item_change random_change(ss_random *random, char id[8])
{
    static const char *const categories[] = {"cat0", "cat1", "cat2", "cat9", ""}, *const groups[] = {"g1", "g2", "g9",
                                                                                                     ""};
    ss_item_change made = {0};
    unsigned item = ss_random_below(random, CHANGED_ITEMS);
    snprintf(id, 8, "i%u", item);
    made.item_id = ss_slice_of(id);
    for (unsigned field = 0; field < SS_LIVE_FIELDS; field++)
        if (ss_random_below(random, 6) == 0)
            *(ss_random_below(random, 3) ? &made.set : &made.clear) |= SS_LIVE_BIT(field);
    made.set |= made.set | made.clear ? 0 : SS_LIVE_BIT(SS_LIVE_STOCK);
    made.numbers[SS_LIVE_STOCK] = ss_random_below(random, 2);
    made.numbers[SS_LIVE_PRICE] = ss_random_below(random, 3000);
    made.numbers[SS_LIVE_HIDDEN] = ss_random_below(random, 2);
    made.numbers[SS_LIVE_AVAILABLE_FROM] = INT64_C(1709000000) * SS_SECOND + ss_random_below(random, 5);
    made.numbers[SS_LIVE_AVAILABLE_UNTIL] = INT64_C(1711000000) * SS_SECOND + ss_random_below(random, 5);
    made.texts[0] = ss_slice_of("Name");
    made.texts[SS_LIVE_CATEGORY - SS_LIVE_NUMBERS] = ss_slice_of(categories[ss_random_below(random, 5)]);
    made.texts[SS_LIVE_GROUP - SS_LIVE_NUMBERS] = ss_slice_of(groups[ss_random_below(random, 4)]);
    return made;
}

#endif

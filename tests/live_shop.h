/* live_shop.h: live items without a disk, for tests of what answers make of them. */
#ifndef SS_TESTS_LIVE_SHOP_H
#define SS_TESTS_LIVE_SHOP_H

#include "item_sample.h"
#include "shelf/catalogue.h"

/* Merges a change into what is known of its item and publishes it; no rule of room is held. */
static inline void live_change(ss_live_items *items, const ss_snapshot *snapshot, ss_item_change change, int64_t now)
{
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    ss_item_record after;
    ss_error error;
    unsigned mended;
    uint32_t item = ss_strings_find(&snapshot->items.ids, change.item_id);
    ss_item_base base = {item != SS_NONE, item != SS_NONE ? snapshot->items.price[item] : SS_NO_MONEY};
    const ss_live_record *before = ss_live_items_at(items, ss_live_items_find(items, change.item_id));
    assert_int_equal(ss_item_admit(&change, &mended), SS_ITEM_CHECK_FINE);
    assert_int_equal(ss_item_merge(before ? &before->item : NULL, &change, &base, now, steps, &after),
                     SS_ITEM_CHECK_FINE);
    ss_live_record *record = ss_live_record_new(&after);
    assert_non_null(record);
    expect_ok(ss_live_items_prepare(items, record, &error), &error);
    ss_live_items_publish(items, &record, 1);
}

#endif

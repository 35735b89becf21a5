/* item_sample.h: the shop's changes of items for tests. */
#ifndef SS_TESTS_ITEM_SAMPLE_H
#define SS_TESTS_ITEM_SAMPLE_H

#include "base/dictionary.h"
#include "check.h"
#include "log/catalog.h"
#include "state/item_ledger.h"

#define ITEM_NOW INT64_C(1700000000000000)

static inline ss_item_change item_change(const char *id)
{
    return (ss_item_change){.item_id = ss_slice_of(id)};
}

static inline ss_item_change item_number(const char *id, ss_live_field field, int64_t number)
{
    ss_item_change change = {.item_id = ss_slice_of(id), .set = SS_LIVE_BIT(field)};
    change.numbers[field] = number;
    return change;
}

static inline ss_item_change item_text(const char *id, ss_live_field field, const char *text)
{
    ss_item_change change = {.item_id = ss_slice_of(id), .set = SS_LIVE_BIT(field)};
    change.texts[field - SS_LIVE_NUMBERS] = ss_slice_of(text);
    return change;
}

static inline ss_item_change item_clear(const char *id, unsigned clear)
{
    return (ss_item_change){.item_id = ss_slice_of(id), .clear = clear};
}

static inline void assert_item_records_equal(const ss_item_record *a, const ss_item_record *b)
{
    assert_true(ss_slice_equal(a->item_id, b->item_id));
    assert_int_equal(a->set, b->set);
    assert_memory_equal(a->numbers, b->numbers, sizeof a->numbers);
    for (unsigned text = 0; text < SS_LIVE_TEXTS; text++)
        assert_true(ss_slice_equal(a->texts[text], b->texts[text]));
    assert_true(a->first_seen == b->first_seen && a->changed == b->changed && a->price_count == b->price_count);
    if (a->price_count)
        assert_memory_equal(a->prices, b->prices, a->price_count * sizeof *a->prices);
}

/* A generation that knows the items "0" to "known - 1" (as decimal numbers), each at a price of 1000 and its number. */
typedef struct item_bases {
    uint64_t serial;
    long known;
} item_bases;

static inline ss_item_base item_base_find(void *context, ss_slice id)
{
    const item_bases *bases = context;
    long long number;
    bool known = ss_slice_to_i64(id, &number) && number >= 0 && number < bases->known;
    return (ss_item_base){known, known ? 1000 + number : SS_NO_MONEY};
}

static inline uint64_t item_base_serial(void *context)
{
    return ((const item_bases *)context)->serial;
}

static inline ss_item_bases item_bases_of(item_bases *bases)
{
    return (ss_item_bases){item_base_find, item_base_serial, bases};
}

#endif

/*
 * delta_same.h: a delta against a full training on everything: what was counted is compared by ids, to the bit.
 */
#ifndef SS_TESTS_DELTA_SAME_H
#define SS_TESTS_DELTA_SAME_H

#include "delta_shop.h"

typedef struct same_totals {
    uint64_t lists, pairs, otherwise;
} same_totals;

static inline void assert_same_list(const ss_snapshot *a, const ss_snapshot *b, ss_relation relation, uint32_t of_a,
                                    uint32_t of_b, same_totals *sum)
{
    ss_neighbours x = ss_cooccurrence_neighbours(&a->cooccurrence, relation, of_a),
                  y = ss_cooccurrence_neighbours(&b->cooccurrence, relation, of_b);
    assert_int_equal(x.count, y.count);
    for (size_t i = 0; i < x.count; i++) {
        uint32_t wanted = delta_shop_same_item(a, x.items[i], b);
        size_t k = 0;
        while (k < y.count && y.items[k] != wanted)
            k++;
        assert_true(k < y.count);
        assert_int_equal(x.pairs[i], y.pairs[k]);
        assert_int_equal(x.customers[i], y.customers[k]);
        sum->pairs++;
    }
    sum->lists += x.count > 0;
}

/* Every list of every item: lists are longer than the shop has items. */
static inline void assert_same_counts(const ss_snapshot *full, const ss_snapshot *delta, same_totals *sum)
{
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++) {
        const struct ss_relation_view *x = &full->cooccurrence.relations[r], *y = &delta->cooccurrence.relations[r];
        assert_true(fabs(x->groups - y->groups) <= 0);
        for (uint32_t item = 0; item < full->cooccurrence.item_count; item++) {
            uint32_t other = delta_shop_same_item(full, item, delta);
            assert_true(other < delta->cooccurrence.item_count);
            assert_int_equal(x->degrees[item], y->degrees[other]);
            assert_same_list(full, delta, (ss_relation)r, item, other, sum);
        }
    }
}

static inline void assert_same_histories(const ss_snapshot *full, const ss_snapshot *delta)
{
    assert_int_equal(full->has_customers, delta->has_customers);
    assert_int_equal(full->customers.count, delta->customers.count);
    for (uint32_t c = 0; c < full->customers.count; c++) {
        uint32_t other = ss_strings_find(&delta->customers.ids, ss_strings_at(&full->customers.ids, c));
        ss_history x = ss_customers_history(&full->customers, c), y = ss_customers_history(&delta->customers, other);
        assert_int_equal(x.count, y.count);
        for (size_t i = 0; i < x.count; i++) {
            uint32_t wanted = delta_shop_same_item(full, x.items[i], delta);
            size_t k = 0;
            while (k < y.count && y.items[k] != wanted)
                k++;
            assert_true(k < y.count);
            assert_int_equal(x.times[i], y.times[k]);
            assert_int_equal(x.purchases[i], y.purchases[k]);
            assert_true(fabsf(x.quantities[i] - y.quantities[k]) <= 1e-5f * x.quantities[i]);
        }
        if (full->has_segments)
            assert_int_equal(full->segments.value[c], delta->segments.value[other]);
    }
}

static inline void assert_same_popularity(const ss_snapshot *full, const ss_snapshot *delta)
{
    for (uint32_t item = 0; item < full->items.count; item++) {
        uint32_t other = delta_shop_same_item(full, item, delta);
        assert_true(other < delta->items.count);
        assert_int_equal(full->items.purchases[item], delta->items.purchases[other]);
        assert_int_equal(full->items.customers[item], delta->items.customers[other]);
        assert_true(fabsf(full->popularity.scores[item] - delta->popularity.scores[other]) < 1e-5f);
        assert_true(fabsf(full->popularity.trending_scores[item] - delta->popularity.trending_scores[other]) < 1e-4f);
    }
}

#endif

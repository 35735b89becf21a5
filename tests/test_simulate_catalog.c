#include "check.h"

#include "base/dictionary.h"
#include "base/timestamp.h"
#include "failing_malloc.h"
#include "job/simulate_catalog.h"

#define DAYS 365

static ss_sim_catalog make(uint32_t items, uint64_t seed)
{
    ss_sim_catalog catalog;
    ss_error error = {0};
    expect_ok(ss_sim_catalog_make(items, 0, DAYS, seed, &catalog, &error), &error);
    assert_int_equal(catalog.item_count, items);
    return catalog;
}

static void assert_new(ss_dictionary *seen, ss_slice text)
{
    uint32_t count = ss_dictionary_count(seen), number;
    assert_status(ss_dictionary_intern(seen, text, &number), SS_OK);
    if (ss_dictionary_count(seen) == count)
        fail_msg("twice: %.*s", (int)text.size, text.data);
}

static void names_and_ids_are_distinct(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {10, 11, 57, 300, 2000, 150000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        ss_sim_catalog catalog = make(sizes[s], s);
        ss_dictionary *names = ss_dictionary_new(), *ids = ss_dictionary_new();
        ss_buffer name;
        ss_buffer_init(&name, 512);
        for (uint32_t i = 0; i < catalog.item_count; i++) {
            assert_status(ss_sim_item_name(&catalog, i, &name), SS_OK);
            assert_true(name.size > 10 && name.size < 120);
            assert_true(ss_slice_is_utf8((ss_slice){name.data, name.size}));
            assert_new(names, (ss_slice){name.data, name.size});
            assert_new(ids, (ss_slice){catalog.items[i].id, catalog.items[i].id_size});
        }
        ss_buffer_release(&name);
        ss_dictionary_free(&names);
        ss_dictionary_free(&ids);
        ss_sim_catalog_release(&catalog);
    }
}

static void money_and_stock(void **state)
{
    (void)state;
    ss_sim_catalog catalog = make(20000, 3);
    uint32_t empty = 0;
    for (uint32_t i = 0; i < catalog.item_count; i++) {
        uint32_t price = catalog.items[i].price, cost = ss_sim_item_cost(&catalog, i);
        assert_true(cost >= price * 44 / 100 && cost <= price * 3 / 4);
        assert_true(price % 10 == 9 || (price % 100 == 0 && price / 100 % 5 == 4));
        empty += ss_sim_item_stock(&catalog, i) == 0;
    }
    assert_in_range(empty, 400, 800);
    ss_sim_catalog_release(&catalog);
}

static void a_product_and_its_variants(void **state)
{
    (void)state;
    ss_sim_catalog catalog = make(20000, 4);
    uint32_t several = 0;
    for (uint32_t g = 0; g < catalog.group_count; g++) {
        const ss_sim_group *group = &catalog.groups[g];
        several += group->variants > 1;
        for (uint32_t v = 0; v < group->variants; v++) {
            const ss_sim_item *item = &catalog.items[group->first + v], *first = &catalog.items[group->first];
            assert_int_equal(item->group, g);
            assert_int_equal(item->type, group->type);
            assert_int_equal(item->life, first->life);
            assert_int_equal(item->id_size, first->id_size);
            assert_memory_equal(item->id, first->id, item->id_size - 1); /* all but the variant's letter */
            assert_int_equal(item->id[item->id_size - 1], 'A' + v);
        }
    }
    assert_true(several > catalog.group_count / 4);
    ss_sim_catalog_release(&catalog);
}

static void every_life_occurs_and_has_its_dates(void **state)
{
    (void)state;
    ss_sim_catalog catalog = make(20000, 5);
    uint32_t lives[SS_SIM_SOON + 1] = {0};
    for (uint32_t i = 0; i < catalog.item_count; i++) {
        const ss_sim_item *item = &catalog.items[i];
        int64_t from = ss_sim_item_from(&catalog, i), until = ss_sim_item_until(&catalog, i);
        lives[item->life]++;
        assert_int_equal(from != SS_NO_TIME, item->life == SS_SIM_NEW || item->life == SS_SIM_SOON);
        assert_int_equal(until != SS_NO_TIME, item->life == SS_SIM_GONE);
        for (int32_t day = 0; day < DAYS; day++) {
            bool there = (from == SS_NO_TIME || day * SS_DAY >= from) && (until == SS_NO_TIME || day * SS_DAY < until);
            assert_int_equal(ss_sim_item_demand(item, day) > 0, there);
        }
    }
    for (int life = 0; life <= SS_SIM_SOON; life++)
        assert_true(lives[life] > 50);
    assert_true(lives[SS_SIM_STEADY] > catalog.item_count * 8 / 10);
    ss_sim_catalog_release(&catalog);
}

static void every_type_has_something_that_stays(void **state)
{
    (void)state;
    ss_sim_catalog catalog = make(3000, 6);
    for (size_t t = 0; t < ss_shop_type_count; t++) {
        assert_true(catalog.types[t].item_count > 0);
        assert_int_equal(catalog.items[catalog.types[t].first_item].life, SS_SIM_STEADY);
    }
    ss_sim_catalog_release(&catalog);
}

/*
 * Partners lead along an edge, to something that is there all the time; of the same size where both have the same
 * sizes.
 */
static void partners_follow_the_edges(void **state)
{
    (void)state;
    ss_sim_catalog catalog = make(20000, 7);
    size_t lids = 0, fitting = 0, pan = ss_shop_type_find("Frying Pan"), lid = ss_shop_type_find("Pan Lid");
    for (uint32_t i = 0; i < catalog.item_count; i++)
        for (uint32_t p = 0; p < SS_SIM_PARTNERS_MAX && catalog.items[i].partners[p].chance; p++) {
            const ss_sim_item *item = &catalog.items[i], *other = &catalog.items[item->partners[p].item];
            size_t edges = 0;
            for (size_t e = 0; e < ss_shop_edge_count; e++)
                edges += strcmp(ss_shop_edges[e].from, ss_shop_types[item->type].name) == 0 &&
                         strcmp(ss_shop_edges[e].to, ss_shop_types[other->type].name) == 0;
            assert_int_equal(edges, 1);
            assert_int_equal(other->life, SS_SIM_STEADY);
            if (item->type != pan || other->type != lid || item->variant >= catalog.groups[other->group].variants)
                continue;
            lids++;
            fitting += other->variant == item->variant; /* pans and lids have sizes and no colours */
        }
    assert_true(lids > 10);
    assert_int_equal(fitting, lids);
    ss_sim_catalog_release(&catalog);
}

static void the_seed_decides(void **state)
{
    (void)state;
    ss_sim_catalog one = make(500, 8), same = make(500, 8), other = make(500, 9);
    assert_memory_equal(one.items, same.items, 500 * sizeof *one.items);
    assert_memory_equal(one.draws, same.draws, 500 * sizeof *one.draws);
    assert_true(memcmp(one.items, other.items, 500 * sizeof *one.items) != 0);
    ss_sim_catalog_release(&one);
    ss_sim_catalog_release(&same);
    ss_sim_catalog_release(&other);
}

static bool attempt(void *context)
{
    ss_sim_catalog catalog = {.item_count = 77};
    ss_error error = {0};
    (void)context;
    if (ss_sim_catalog_make(10, 0, 1, 1, &catalog, &error) != SS_OK) {
        assert_status(error.status, SS_E_NOMEM);
        assert_int_equal(catalog.item_count, 77);
        return false;
    }
    ss_sim_catalog_release(&catalog);
    return true;
}

static void without_memory(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(attempt, NULL) >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_ids_are_distinct),
        cmocka_unit_test(money_and_stock),
        cmocka_unit_test(a_product_and_its_variants),
        cmocka_unit_test(every_life_occurs_and_has_its_dates),
        cmocka_unit_test(every_type_has_something_that_stays),
        cmocka_unit_test(partners_follow_the_edges),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"

#include "job/simulate_catalog.h"
#include "job/simulate_customers.h"

static void lists(void **state)
{
    (void)state;
    assert_int_equal(ss_shop_list_count(""), 0);
    assert_int_equal(ss_shop_list_count("one"), 1);
    assert_int_equal(ss_shop_list_count("one|two|three"), 3);
    assert_slice_equal(ss_shop_list_at("one|two|three", 0), "one");
    assert_slice_equal(ss_shop_list_at("one|two|three", 1), "two");
    assert_slice_equal(ss_shop_list_at("one|two|three", 2), "three");
}

static void assert_distinct_entries(const char *list)
{
    for (size_t i = 0; i < ss_shop_list_count(list); i++) {
        assert_true(ss_shop_list_at(list, i).size > 0);
        for (size_t j = 0; j < i; j++)
            assert_false(ss_slice_equal(ss_shop_list_at(list, i), ss_shop_list_at(list, j)));
    }
}

/* That the names of products never meet rests on these: see words_of in simulate_catalog.c. */
static void words_never_meet(void **state)
{
    (void)state;
    assert_distinct_entries(ss_shop_ranges);
    assert_true(ss_shop_list_count(ss_shop_ranges) <= UINT8_MAX);
    for (size_t c = 0; c < ss_shop_category_count; c++) {
        const ss_shop_category *category = &ss_shop_categories[c];
        assert_int_equal(ss_shop_list_count(category->brands), 10);
        assert_distinct_entries(category->brands);
        assert_int_equal(strlen(category->code), 2);
        assert_int_equal(ss_shop_category_find(category->name), c);
        for (size_t other = 0; other < c; other++)
            assert_string_not_equal(category->code, ss_shop_categories[other].code);
    }
}

static void types_are_whole(void **state)
{
    (void)state;
    size_t durables = 0;
    for (size_t t = 0; t < ss_shop_type_count; t++) {
        const ss_shop_type *type = &ss_shop_types[t];
        size_t features = ss_shop_list_count(type->features);
        assert_int_equal(ss_shop_type_find(type->name), t);
        assert_true(features >= 2 && features < 11);
        assert_distinct_entries(type->features);
        assert_distinct_entries(type->sizes);
        assert_distinct_entries(type->colours);
        assert_true(type->low > 0 && type->high > type->low);
        assert_true(type->weight > 0);
        assert_int_equal(type->kind == SS_SHOP_CONSUMABLE, type->interval > 0);
        durables += type->kind == SS_SHOP_DURABLE;
    }
    assert_true(durables <= SS_SIM_DURABLES);
    assert_int_equal(ss_shop_type_find("Perpetuum Mobile"), SIZE_MAX);
}

static void categories_stand_together(void **state)
{
    (void)state;
    for (size_t t = 1, last = 0; t < ss_shop_type_count; t++) {
        size_t category = ss_shop_category_find(ss_shop_types[t].category);
        assert_true(category == last || category == last + 1);
        last = category;
    }
}

static void edges_lead_somewhere(void **state)
{
    (void)state;
    for (size_t e = 0; e < ss_shop_edge_count; e++) {
        const ss_shop_edge *edge = &ss_shop_edges[e];
        size_t from = ss_shop_type_find(edge->from), to = ss_shop_type_find(edge->to), same = 0;
        if (from == SIZE_MAX || to == SIZE_MAX || from == to)
            fail_msg("edge %s -> %s", edge->from, edge->to);
        assert_true(edge->probability > 0 && edge->probability < 1);
        if (edge->follows)
            assert_int_equal(ss_shop_types[to].kind, SS_SHOP_CONSUMABLE);
        for (size_t other = 0; other < ss_shop_edge_count; other++)
            same += strcmp(ss_shop_edges[other].from, edge->from) == 0;
        assert_true(same <= SS_SIM_PARTNERS_MAX);
    }
}

static void seasons_go_round(void **state)
{
    (void)state;
    for (ss_shop_season s = 0; s < SS_SHOP_SEASON_COUNT; s++) {
        double least = 2;
        for (unsigned day = 0; day < SS_SHOP_DAYS_OF_YEAR; day++) {
            double factor = ss_shop_season_factor(s, day);
            assert_true(factor > 0 && factor <= 1);
            least = factor < least ? factor : least;
        }
        assert_true(ss_shop_season_factor(s, ss_shop_season_peak(s)) > .999);
        assert_true(s == SS_SHOP_ALL_YEAR ? least > .999 : least < .2);
        assert_non_null(ss_shop_season_name(s));
    }
    double before = ss_shop_season_factor(SS_SHOP_WINTER, 365), after = ss_shop_season_factor(SS_SHOP_WINTER, 0);
    assert_true(before - after < .05 && after - before < .05); /* no jump at New Year */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),
        cmocka_unit_test(words_never_meet),
        cmocka_unit_test(types_are_whole),
        cmocka_unit_test(categories_stand_together),
        cmocka_unit_test(edges_lead_somewhere),
        cmocka_unit_test(seasons_go_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

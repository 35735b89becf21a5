/*
 * Pages of several shelves: held against shelves asked for one by one with everything shown before them, and all
 * variants of that, excluded.
 */
#include "check.h"
#include "failing_malloc.h"
#include "random_shop.h"
#include "shelf/page.h"

#define PAGES    3000
#define EXCLUDED 128 /* most ids that a page of the random shop can exclude */

static const char small_log[] = "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                                "1,ann,tea,1,3,2024-01-01\n1,ann,pot,1,9,2024-01-01\n"
                                "2,bob,tea,1,3,2024-01-02\n2,bob,pot,1,9,2024-01-02\n"
                                "3,cid,tea,1,3,2024-01-03\n3,cid,cup,1,4,2024-01-03\n"
                                "4,dan,soap,1,2,2024-01-04\n4,dan,towel,1,8,2024-01-04\n"
                                "5,eve,soap,1,2,2024-01-05\n5,eve,towel,1,8,2024-01-05\n"
                                "6,ann,cup,1,4,2024-01-06\n";

static ss_page page; /* large */

static ss_answer next_shelf(const shop *of, const ss_shelf *shelf, uint32_t limit)
{
    ss_answer answer;
    ss_error error = {0};
    expect_ok(ss_page_answer(&page, of->answerer, shelf, limit, &answer, &error), &error);
    return answer;
}

static void no_product_stands_on_two_shelves(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    const ss_shelf *shelves = of.snapshot->shelves;
    ss_request request = ss_request_empty();
    request.item_id = ss_slice_of("tea");
    ss_page_begin(&page, &request);
    ss_answer answer = next_shelf(&of, &shelves[SS_SHELF_BOUGHT_TOGETHER], 2);
    assert_string_equal(shop_id(&of, answer.items[0].item), "pot");
    assert_string_equal(shop_id(&of, answer.items[1].item), "cup");
    answer = next_shelf(&of, &shelves[SS_SHELF_POPULAR], 1);
    assert_int_equal(answer.count, 1);
    assert_string_equal(shop_id(&of, answer.items[0].item), "soap");
    assert_true(answer.removed[SS_REMOVED_CONTEXT] > 0);
    answer = next_shelf(&of, &shelves[SS_SHELF_POPULAR], 5);
    assert_int_equal(answer.count, 1);
    assert_string_equal(shop_id(&of, answer.items[0].item), "towel");
    assert_int_equal(answer.short_code, SS_SHORT_CATALOGUE);
    assert_int_equal(answer.missing, 4);
    ss_page_begin(&page, &request); /* a new page knows nothing of the last */
    assert_string_equal(shop_id(&of, next_shelf(&of, &shelves[SS_SHELF_BOUGHT_TOGETHER], 1).items[0].item), "pot");
    shop_close(&of);
}

static void a_variant_is_shown_once(void **state)
{
    (void)state;
    static const char catalog[] = "item_id,group\ntea,\npot,ware\ncup,ware\nsoap,\ntowel,\n";
    shop of;
    shop_open(&of, small_log, catalog);
    const ss_shelf *shelves = of.snapshot->shelves;
    ss_request request = ss_request_empty();
    request.item_id = ss_slice_of("tea");
    ss_page_begin(&page, &request);
    assert_string_equal(shop_id(&of, next_shelf(&of, &shelves[SS_SHELF_BOUGHT_TOGETHER], 1).items[0].item), "pot");
    ss_answer answer = next_shelf(&of, &shelves[SS_SHELF_POPULAR], 5);
    assert_int_equal(answer.count, 2);
    assert_int_equal(answer.removed[SS_REMOVED_VARIANT], 1); /* the cup */
    shop_close(&of);
}

static void chosen_products_are_held_against_the_rules(void **state)
{
    (void)state;
    static const char catalog[] = "item_id,group,stock\ntea,,\npot,ware,\ncup,ware,\nsoap,,0\ntowel,,\n";
    shop of;
    shop_open(&of, small_log, catalog);
    const char *const wanted[] = {"soap", "cup", "pot", "towel", "tea"};
    uint32_t items[sizeof wanted / sizeof *wanted + 1] = {[5] = UINT32_MAX};
    for (size_t i = 0; i < 5; i++)
        items[i] = ss_strings_find(&of.snapshot->items.ids, ss_slice_of(wanted[i]));
    const ss_slice exclude = SS_SLICE_LITERAL("towel");
    ss_request request = ss_request_empty();
    request.exclude = &exclude;
    request.exclude_count = 1;
    ss_error error = {0};
    ss_answer answer;
    assert_int_equal(ss_answerer_meet(of.answerer, &request)->session.count, 0);
    ss_page_begin(&page, &request);
    expect_ok(ss_page_choose(&page, of.answerer, &of.snapshot->shelves[SS_SHELF_POPULAR], items, 6, 5, &answer, &error),
              &error);
    assert_int_equal(answer.count, 2); /* not the soap, the cup's variant, what is excluded */
    assert_string_equal(shop_id(&of, answer.items[0].item), "cup");
    assert_string_equal(shop_id(&of, answer.items[1].item), "tea");
    assert_int_equal(next_shelf(&of, &of.snapshot->shelves[SS_SHELF_POPULAR], 5).count, 0);
    shop_close(&of);
}

static void a_shelf_that_hides_itself_frees_its_products(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    ss_shelf thin = of.snapshot->shelves[SS_SHELF_BOUGHT_TOGETHER];
    thin.fallback_count = 0;
    thin.min_items = 3;
    ss_request request = ss_request_empty();
    request.item_id = ss_slice_of("tea");
    ss_page_begin(&page, &request);
    ss_answer answer = next_shelf(&of, &thin, 4);
    assert_int_equal(answer.count, 0);
    assert_int_equal(answer.short_code, SS_SHORT_HIDDEN);
    answer = next_shelf(&of, &of.snapshot->shelves[SS_SHELF_BOUGHT_TOGETHER], 1);
    assert_string_equal(shop_id(&of, answer.items[0].item), "pot");
    shop_close(&of);
}

static void maxima_are_kept(void **state)
{
    (void)state;
    shop of;
    ss_error error;
    ss_answer answer;
    shop_open(&of, small_log, NULL);
    const ss_shelf *shelf = &of.snapshot->shelves[SS_SHELF_POPULAR];
    ss_request request = ss_request_empty();
    ss_page_begin(&page, &request);
    assert_status(ss_page_answer(&page, of.answerer, shelf, 0, &answer, &error), SS_E_RANGE);
    assert_status(ss_page_answer(&page, of.answerer, shelf, SS_LIMIT_MAX + 1, &answer, &error), SS_E_RANGE);
    for (unsigned i = 0; i < SS_SHELVES_MAX; i++)
        next_shelf(&of, shelf, SS_LIMIT_MAX);
    assert_status(ss_page_answer(&page, of.answerer, shelf, 1, &answer, &error), SS_E_LIMIT);
    shop_close(&of);
}

/* ---- the property test ---- */

/* A request that excludes what the page shows, and all variants of it. */
typedef struct excluding {
    ss_request request;
    ss_slice ids[EXCLUDED];
    bool out[RANDOM_ITEMS];
} excluding;

static void exclude(excluding *of, const shop *from, uint32_t item)
{
    const ss_items *items = &from->snapshot->items;
    for (uint32_t other = 0; other < items->count; other++) {
        bool variant = items->group[item] != SS_NONE && items->group[other] == items->group[item];
        if ((other != item && !variant) || of->out[other])
            continue;
        of->out[other] = true;
        of->ids[of->request.exclude_count++] = ss_strings_at(&items->ids, other);
    }
}

static void begin_excluding(excluding *of, const ss_request *request)
{
    *of = (excluding){.request = *request};
    memcpy(of->ids, request->exclude, request->exclude_count * sizeof *of->ids);
    of->request.exclude = of->ids;
}

static void assert_same_products(const ss_answer_item *found, const ss_answer *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        assert_int_equal(found[i].item, wanted->items[i].item);
        assert_true(found[i].score == wanted->items[i].score);
        assert_int_equal(found[i].reason.model, wanted->items[i].reason.model);
        assert_int_equal(found[i].reason.stage, wanted->items[i].reason.stage);
        assert_int_equal(found[i].reason.because, wanted->items[i].reason.because);
    }
}

/* What a configuration may add: pins, bounds, caps, diversity. */
static void random_configuration(ss_shelf *shelf, const shop *of, ss_random *random)
{
    static ss_pin pins[2];
    static const ss_listed listed;
    static ss_shelf_lists lists;
    for (uint32_t i = 0; i < 2; i++)
        pins[i] = (ss_pin){ss_random_below(random, of->snapshot->items.count), 1 + i + ss_random_below(random, 3) * i,
                           (ss_slice){0}};
    lists = (ss_shelf_lists){.listed = &listed, .pins = pins, .pin_count = pins[0].item == pins[1].item ? 1 : 2};
    shelf->lists = ss_random_below(random, 2) ? &lists : NULL;
    shelf->max_items = ss_random_below(random, 3) ? 0 : 1 + ss_random_below(random, 6);
    shelf->max_per_category = ss_random_below(random, 3);
    shelf->diversity = ss_random_below(random, 3) ? 0 : 0.3;
    shelf->price_ratio_max = ss_random_below(random, 3) ? 0 : 2;
    shelf->price_min = ss_random_below(random, 4) ? 0 : 300;
}

static ss_shelf random_shelf(const shop *of, ss_random *random)
{
    ss_shelf shelf = of->snapshot->shelves[ss_random_below(random, SS_SHELF_COUNT)];
    if (ss_random_below(random, 3) == 0)
        shelf.fallback_count = ss_random_below(random, (uint32_t)shelf.fallback_count + 1);
    if (ss_random_below(random, 3) == 0)
        shelf.min_items = 1 + ss_random_below(random, 8);
    shelf.show_seen = ss_random_below(random, 3) == 0;
    if (ss_random_below(random, 3) == 0)
        shelf.exclude_bought = !shelf.exclude_bought;
    if (ss_random_below(random, 2))
        random_configuration(&shelf, of, random);
    return shelf;
}

static void check_page(const shop *of, ss_random *random, const ss_request *request)
{
    static excluding others;
    size_t shelves = 1 + ss_random_below(random, ss_random_below(random, 8) ? 5 : SS_SHELVES_MAX);
    begin_excluding(&others, request);
    ss_page_begin(&page, request);
    for (size_t i = 0; i < shelves; i++) {
        ss_answer_item found[SS_LIMIT_MAX];
        ss_shelf shelf = random_shelf(of, random);
        others.request.limit = 1 + ss_random_below(random, 12);
        ss_answer answer = next_shelf(of, &shelf, others.request.limit), wanted;
        memcpy(found, answer.items, answer.count * sizeof *found);
        expect_ok(ss_answer_shelf(of->answerer, &shelf, &others.request, &wanted, NULL), NULL);
        assert_int_equal(answer.count, wanted.count);
        assert_int_equal(answer.missing, wanted.missing);
        assert_int_equal(answer.short_code == SS_SHORT_HIDDEN, wanted.short_code == SS_SHORT_HIDDEN);
        assert_same_products(found, &wanted);
        for (size_t n = 0; n < answer.count; n++) {
            assert_false(others.out[found[n].item]);
            exclude(&others, of, found[n].item);
        }
    }
}

static void a_page_is_its_shelves_without_what_stands_above(void **state)
{
    (void)state;
    shop of;
    ss_random random = test_random();
    random_shop_open(&of, &random);
    for (size_t n = 0; n < PAGES; n++) {
        random_question asked;
        random_question_make(&asked, &random);
        check_page(&of, &random, &asked.request);
    }
    shop_close(&of);
}

static void nothing_is_allocated(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    ss_request request = ss_request_empty();
    request.item_id = ss_slice_of("tea");
    request.customer_id = ss_slice_of("ann");
    failing_malloc_start(0);
    ss_page_begin(&page, &request);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        next_shelf(&of, &of.snapshot->shelves[kind], 2);
    size_t count = failing_malloc_count();
    failing_malloc_stop();
    assert_int_equal(count, 0);
    shop_close(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_product_stands_on_two_shelves),
        cmocka_unit_test(a_variant_is_shown_once),
        cmocka_unit_test(chosen_products_are_held_against_the_rules),
        cmocka_unit_test(a_shelf_that_hides_itself_frees_its_products),
        cmocka_unit_test(maxima_are_kept),
        cmocka_unit_test(a_page_is_its_shelves_without_what_stands_above),
        cmocka_unit_test(nothing_is_allocated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

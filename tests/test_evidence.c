/* The numbers behind a product's place: of pairs, sessions, the customer's own purchases, ready-made orders. */
#include "check.h"
#include "shop.h"

static const char log_text[] =
    "order_id,customer_id,item_id,timestamp\n"
    "1,ann,tea,2024-01-01\n1,ann,pot,2024-01-01\n2,bob,tea,2024-01-02\n2,bob,pot,2024-01-02\n"
    "3,cid,cup,2024-01-03\n3,cid,pot,2024-01-03\n4,dan,cup,2024-01-04\n4,dan,pot,2024-01-04\n"
    "5,eve,soap,2024-01-05\n5,eve,cup,2024-01-05\n6,ann,tea,2024-01-06\n";

static const ss_answer_item *item_called(const shop *of, const ss_answer *answer, const char *id)
{
    for (size_t i = 0; i < answer->count; i++)
        if (strcmp(shop_id(of, answer->items[i].item), id) == 0)
            return &answer->items[i];
    fail_msg("no %s", id);
    return NULL;
}

static ss_answer ask_with(const shop *of, const ss_shelf *shelf, const ss_request *request)
{
    ss_answer answer;
    ss_error error = {0};
    expect_ok(ss_answer_shelf(of->answerer, shelf, request, &answer, &error), &error);
    return answer;
}

static void items_of_the_context_that_agree_are_counted(void **state)
{
    (void)state;
    static const ss_slice seen[] = {SS_SLICE_LITERAL("soap"), SS_SLICE_LITERAL("tea"), SS_SLICE_LITERAL("cup"),
                                    SS_SLICE_LITERAL("nothing")};
    shop of;
    shop_open(&of, log_text, NULL);
    ss_request request = ss_request_empty();
    request.items = seen;
    request.item_count = 4;
    ss_answer answer = shop_ask(&of, SS_SHELF_BOUGHT_TOGETHER, &request);
    const ss_reason *reason = &item_called(&of, &answer, "pot")->reason;
    assert_int_equal(reason->supported_by, 2); /* tea and cup; soap never with it */
    assert_int_equal(reason->of, 3);           /* known items */
    assert_int_equal(reason->pairs, 2);
    request.item_count = 2;
    request.items = seen + 2;
    answer = shop_ask(&of, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_int_equal(item_called(&of, &answer, "pot")->reason.of, 0); /* one item: nothing to count */
    shop_close(&of);
}

static void numbers_of_too_few_customers_are_not_shown(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, log_text, NULL);
    ss_request request = ss_request_empty();
    request.item_id = SS_SLICE_LITERAL("cup");
    ss_shelf shelf = of.snapshot->shelves[SS_SHELF_BOUGHT_TOGETHER];
    assert_int_equal(shelf.evidence_customers, 2);
    ss_answer answer = ask_with(&of, &shelf, &request);
    const ss_reason *pot = &item_called(&of, &answer, "pot")->reason,
                    *soap = &item_called(&of, &answer, "soap")->reason;
    assert_true(pot->pairs == 2 && pot->customers == 2 && pot->lift > 0);
    assert_true(soap->pairs == 0 && soap->customers == 0 && soap->lift == 0); /* eve alone */
    assert_int_equal(soap->model, SS_SOURCE_BOUGHT_TOGETHER);
    assert_string_equal(shop_id(&of, soap->because), "cup");
    shelf.evidence_customers = 1;
    answer = ask_with(&of, &shelf, &request);
    assert_int_equal(item_called(&of, &answer, "soap")->reason.pairs, 1);
    shelf.evidence_customers = 3;
    answer = ask_with(&of, &shelf, &request);
    assert_int_equal(item_called(&of, &answer, "pot")->reason.pairs, 0);
    shop_close(&of);
}

static void own_purchases_are_counted_and_dated(void **state)
{
    (void)state;
    shop of;
    int64_t day = 0;
    shop_open(&of, log_text, NULL);
    ss_request request = ss_request_empty();
    request.customer_id = SS_SLICE_LITERAL("ann");
    ss_shelf shelf = {.context = SS_CONTEXT_HISTORY, .weights = {[SS_SOURCE_HISTORY] = 1}, .candidates = 10};
    ss_answer answer = ask_with(&of, &shelf, &request);
    const ss_reason *tea = &item_called(&of, &answer, "tea")->reason;
    assert_true(ss_timestamp_parse(SS_SLICE_LITERAL("2024-01-06"), &day));
    assert_true(tea->bought == 2 && tea->last_bought == day && tea->because == SS_NONE);
    assert_int_equal(item_called(&of, &answer, "pot")->reason.bought, 1);
    shop_close(&of);
}

/* Whether they are a shelf's own or what it falls back on. */
static void sources_that_start_from_items_start_from_the_history(void **state)
{
    (void)state;
    static const ss_source sources[] = {SS_SOURCE_BOUGHT_TOGETHER, SS_SOURCE_RELATED, SS_SOURCE_ALTERNATIVES,
                                        SS_SOURCE_ALS, SS_SOURCE_POPULAR_IN_CATEGORY};
    shop of;
    shop_open(&of, log_text,
              "item_id,name,category\ntea,green tea,drinks\ncup,tea cup,drinks\npot,tea pot,drinks\nsoap,soap,bath\n");
    ss_request request = ss_request_empty();
    request.customer_id = SS_SLICE_LITERAL("ann");
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        ss_shelf own = {.context = SS_CONTEXT_HISTORY, .candidates = 10};
        ss_shelf fallback = own;
        own.weights[sources[i]] = 1;
        fallback.fallbacks[fallback.fallback_count++] = sources[i];
        assert_true(ask_with(&of, &own, &request).count > 0);
        assert_true(ask_with(&of, &fallback, &request).count > 0);
    }
    shop_close(&of);
}

static void a_log_without_times_gives_no_dates(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, "order_id,customer_id,item_id\n1,ann,tea\n1,ann,pot\n2,bob,tea\n2,bob,pot\n", NULL);
    ss_request request = ss_request_empty();
    request.customer_id = SS_SLICE_LITERAL("ann");
    ss_shelf shelf = {.context = SS_CONTEXT_HISTORY, .weights = {[SS_SOURCE_HISTORY] = 1}, .candidates = 10};
    ss_answer answer = ask_with(&of, &shelf, &request);
    assert_int_equal(item_called(&of, &answer, "tea")->reason.bought, 1);
    assert_int_equal(item_called(&of, &answer, "tea")->reason.last_bought, 0);
    shop_close(&of);
}

static void ranks_are_places_in_the_whole_list(void **state)
{
    (void)state;
    static const ss_slice seen[] = {SS_SLICE_LITERAL("tea"), SS_SLICE_LITERAL("cup")};
    shop of;
    shop_open(&of, log_text, NULL);
    ss_request request = ss_request_empty();
    ss_answer answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_int_equal(answer.count, 4);
    uint32_t second = answer.items[1].item, third = answer.items[2].item;
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(answer.items[i].reason.rank, i + 1);
    ss_slice first = ss_strings_at(&of.snapshot->items.ids, answer.items[0].item);
    request.exclude = &first;
    request.exclude_count = 1;
    answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_true(answer.items[0].item == second && answer.items[0].reason.rank == 2);
    request.items = seen;
    request.item_count = 2;
    ss_shelf blend = {.context = SS_CONTEXT_ITEMS,
                      .weights = {[SS_SOURCE_POPULAR] = 1, [SS_SOURCE_TRENDING] = 0.001},
                      .candidates = 10,
                      .show_seen = true};
    answer = ask_with(&of, &blend, &request);
    assert_true(answer.items[1].item == third && answer.items[1].reason.rank == 3);
    shop_close(&of);
}

static void similar_sessions_are_counted(void **state)
{
    (void)state;
    static const char views[] = "session_id,event,item_id\n"
                                "1,view,tea\n1,view,pot\n1,view,cup\n2,view,tea\n2,view,pot\n2,view,cup\n"
                                "3,view,soap\n3,view,towel\n4,view,tea\n4,view,towel\n";
    static const ss_slice seen[] = {SS_SLICE_LITERAL("pot"), SS_SLICE_LITERAL("tea")};
    shop of;
    shop_open(&of, views, NULL);
    ss_request request = ss_request_empty();
    request.items = seen;
    request.item_count = 2;
    ss_shelf shelf = {.context = SS_CONTEXT_ITEMS,
                      .weights = {[SS_SOURCE_SESSION_KNN] = 1},
                      .position_decay = 1,
                      .evidence_customers = 2};
    ss_answer answer = ask_with(&of, &shelf, &request);
    assert_int_equal(item_called(&of, &answer, "cup")->reason.model, SS_SOURCE_SESSION_KNN);
    assert_int_equal(item_called(&of, &answer, "cup")->reason.sessions, 2);
    assert_int_equal(item_called(&of, &answer, "towel")->reason.sessions, 0); /* one alone is not told */
    shelf.evidence_customers = 1;
    answer = ask_with(&of, &shelf, &request);
    assert_int_equal(item_called(&of, &answer, "towel")->reason.sessions, 1);
    shop_close(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_of_the_context_that_agree_are_counted),
        cmocka_unit_test(numbers_of_too_few_customers_are_not_shown),
        cmocka_unit_test(own_purchases_are_counted_and_dated),
        cmocka_unit_test(sources_that_start_from_items_start_from_the_history),
        cmocka_unit_test(a_log_without_times_gives_no_dates),
        cmocka_unit_test(ranks_are_places_in_the_whole_list),
        cmocka_unit_test(similar_sessions_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_visit.c: what sessions and customers did live, in the next answer: as context, beside the same question asked with
 * lists; as rules, one by one and beside a brute-force check; and that it allocates nothing.
 */
#include "check.h"
#include "failing_malloc.h"
#include "random_shop.h"
#include "shelf/page.h"

#include "state/visitors.h"
#include <math.h>

#define NOW INT64_C(1709000000000000)

static const char small_log[] = "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                                "1,ann,tea,1,3,2024-01-01\n1,ann,pot,1,9,2024-01-01\n"
                                "2,bob,tea,1,3,2024-01-02\n2,bob,pot,1,9,2024-01-02\n"
                                "3,cid,tea,1,3,2024-01-03\n3,cid,cup,1,4,2024-01-03\n"
                                "4,dan,soap,1,2,2024-01-04\n4,dan,towel,1,8,2024-01-04\n"
                                "5,eve,soap,1,2,2024-01-05\n5,eve,towel,1,8,2024-01-05\n"
                                "6,ann,cup,1,4,2024-01-06\n";

typedef struct live_shop {
    shop shop;
    ss_visitors *visitors;
    ss_live live;
    int64_t now;
} live_shop;

/* Makes the shop's answerer one that knows visitors. */
static void make_live(live_shop *of)
{
    ss_visitors_options options = ss_visitors_defaults();
    ss_error error;
    of->visitors = NULL;
    of->now = NOW;
    expect_ok(ss_visitors_new(&options, &of->visitors, &error), &error);
    of->live = (ss_live){.visitors = of->visitors};
    ss_answerer_free(&of->shop.answerer);
    expect_ok(ss_answerer_new(of->shop.snapshot, &of->live, &of->shop.answerer, &error), &error);
}

static void open_small(live_shop *of)
{
    shop_open(&of->shop, small_log, NULL);
    make_live(of);
}

static void close_live(live_shop *of)
{
    shop_close(&of->shop);
    ss_visitors_free(&of->visitors);
}

static void happens(live_shop *of, ss_event event, const char *item, const char *session, const char *customer)
{
    ss_live_event happening = {.received = of->now, .time = of->now, .event = event, .quantity = 1};
    for (int i = 0; i < SS_EVENT_TEXTS; i++)
        happening.texts[i] = (ss_slice){"", 0};
    happening.texts[SS_TEXT_ITEM_ID] = ss_slice_of(item);
    happening.texts[SS_TEXT_SESSION_ID] = ss_slice_of(session ? session : "");
    happening.texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(customer ? customer : "");
    assert_status(ss_visitors_apply(of->visitors, &happening), SS_OK);
    of->now += SS_SECOND;
}

static ss_request of_session(const live_shop *of, const char *session)
{
    ss_request request = ss_request_empty();
    request.session_id = ss_slice_of(session);
    request.now = of->now;
    return request;
}

static bool shows(const live_shop *of, const ss_answer *answer, const char *id)
{
    for (size_t i = 0; i < answer->count; i++)
        if (strcmp(shop_id(&of->shop, answer->items[i].item), id) == 0)
            return true;
    return false;
}

static void assert_same_answers(const ss_answer *a, const ss_answer_item *items, size_t count)
{
    assert_int_equal(a->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(a->items[i].item, items[i].item);
        assert_true(fabsf(a->items[i].score - items[i].score) <= 0);
        assert_int_equal(a->items[i].reason.because, items[i].reason.because);
        assert_int_equal(a->items[i].reason.stage, items[i].reason.stage);
    }
}

/* ---- context ---- */

static void what_was_seen_is_the_context_of_the_next_answer(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    ss_request request = of_session(&of, "s");
    ss_answer answer = shop_ask(&of.shop, SS_SHELF_RELATED, &request);
    assert_true(answer.unknown_session);
    assert_int_equal(answer.items[0].reason.because, SS_NONE);
    happens(&of, SS_EVENT_VIEW, "soap", "s", NULL);
    answer = shop_ask(&of.shop, SS_SHELF_RELATED, &request);
    assert_false(answer.unknown_session);
    assert_string_equal(shop_id(&of.shop, answer.items[0].item), "towel");
    assert_string_equal(shop_id(&of.shop, answer.items[0].reason.because), "soap");
    assert_false(shows(&of, &answer, "soap"));
    request.item_id = ss_slice_of("tea"); /* the page's item stays the one that the answer starts from */
    answer = shop_ask(&of.shop, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_string_equal(shop_id(&of.shop, answer.items[0].reason.because), "tea");
    assert_true(shows(&of, &answer, "soap"));
    close_live(&of);
}

static void without_consent_nobody_is_looked_up(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    happens(&of, SS_EVENT_DISMISS, "tea", "s", "ann");
    happens(&of, SS_EVENT_VIEW, "soap", "s", "ann");
    ss_request request = of_session(&of, "s");
    request.customer_id = ss_slice_of("ann");
    request.no_consent = true;
    ss_answer answer = shop_ask(&of.shop, SS_SHELF_FOR_YOU, &request);
    assert_int_equal(answer.count, 5);
    assert_false(answer.unknown_session);
    for (size_t i = 0; i < answer.count; i++)
        assert_int_equal(answer.items[i].reason.because, SS_NONE);
    close_live(&of);
}

static void a_session_that_is_over_says_nothing(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    happens(&of, SS_EVENT_VIEW, "soap", "s", NULL);
    ss_request request = of_session(&of, "s");
    request.now += 25 * 3600 * SS_SECOND;
    ss_answer answer = shop_ask(&of.shop, SS_SHELF_RELATED, &request);
    assert_true(answer.unknown_session);
    assert_int_equal(answer.items[0].reason.because, SS_NONE);
    request.now = SS_NO_TIME; /* who has no clock is told what there is */
    answer = shop_ask(&of.shop, SS_SHELF_RELATED, &request);
    assert_string_equal(shop_id(&of.shop, answer.items[0].reason.because), "soap");
    close_live(&of);
}

static void what_the_customer_did_is_context_where_no_session_is(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    happens(&of, SS_EVENT_VIEW, "soap", "another", "new");
    ss_request request = of_session(&of, "s");
    request.customer_id = ss_slice_of("new");
    request.limit = 5;
    ss_answer answer = shop_ask(&of.shop, SS_SHELF_FOR_YOU, &request);
    assert_true(answer.unknown_customer); /* the generation does not know them */
    assert_int_equal(answer.count, 5);    /* what was seen that day may be shown */
    assert_string_equal(shop_id(&of.shop, answer.items[0].item), "towel");
    happens(&of, SS_EVENT_VIEW, "tea", "s", "new");
    answer = shop_ask(&of.shop, SS_SHELF_RELATED, &request);
    assert_string_equal(shop_id(&of.shop, answer.items[0].reason.because), "tea");
    close_live(&of);
}

/* ---- rules ---- */

static void the_cart_is_never_shown(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    happens(&of, SS_EVENT_CART_ADD, "pot", "s", NULL);
    ss_request request = of_session(&of, "s");
    request.item_id = ss_slice_of("tea");
    ss_answer answer = shop_ask(&of.shop, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_false(shows(&of, &answer, "pot"));
    assert_true(answer.removed[SS_REMOVED_CONTEXT] > 0);
    happens(&of, SS_EVENT_CART_REMOVE, "pot", "s", NULL);
    answer = shop_ask(&of.shop, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_true(shows(&of, &answer, "pot"));
    close_live(&of);
}

static void what_was_dismissed_stays_away_in_this_session(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    happens(&of, SS_EVENT_DISMISS, "pot", "s", NULL);
    ss_request request = of_session(&of, "s");
    request.item_id = ss_slice_of("tea");
    request.limit = 5;
    ss_answer answer = shop_ask(&of.shop, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_false(shows(&of, &answer, "pot"));
    assert_int_equal(answer.count, 3);
    assert_int_equal(answer.short_code, SS_SHORT_FILTERED);
    assert_true(answer.removed[SS_REMOVED_DISMISSED] > 0);
    request.session_id = ss_slice_of("another");
    answer = shop_ask(&of.shop, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_true(shows(&of, &answer, "pot"));
    close_live(&of);
}

static void what_was_shown_in_vain_gives_way(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    ss_shelf shelf = of.shop.snapshot->shelves[SS_SHELF_BOUGHT_TOGETHER];
    ss_request request = of_session(&of, "s");
    ss_answer answer;
    request.item_id = ss_slice_of("tea");
    request.limit = 5;
    assert_int_equal(shelf.max_shown, 6);
    for (int i = 0; i < 7; i++) {
        assert_status(ss_answer_shelf(of.shop.answerer, &shelf, &request, &answer, NULL), SS_OK);
        assert_true(shows(&of, &answer, "pot"));
        happens(&of, SS_EVENT_IMPRESSION, "pot", "s", NULL);
    }
    assert_status(ss_answer_shelf(of.shop.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_false(shows(&of, &answer, "pot"));
    assert_true(answer.removed[SS_REMOVED_SHOWN] > 0);
    assert_int_equal(answer.short_code, SS_SHORT_FILTERED);
    shelf.max_shown = 0;
    assert_status(ss_answer_shelf(of.shop.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_true(shows(&of, &answer, "pot"));
    shelf.max_shown = 6;
    happens(&of, SS_EVENT_CLICK, "pot", "s", NULL);
    assert_status(ss_answer_shelf(of.shop.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_true(shows(&of, &answer, "pot"));
    close_live(&of);
}

static void what_was_bought_today_counts_as_bought(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    happens(&of, SS_EVENT_PURCHASE, "soap", "s", "bob");
    ss_request request = ss_request_empty();
    request.customer_id = ss_slice_of("bob");
    request.limit = 5;
    request.now = of.now;
    ss_answer answer = shop_ask(&of.shop, SS_SHELF_FOR_YOU, &request);
    assert_false(shows(&of, &answer, "soap") || shows(&of, &answer, "tea")); /* live, and of the generation */
    assert_true(shows(&of, &answer, "towel"));
    ss_shelf own = {.weights = {[SS_SOURCE_HISTORY] = 1}, .candidates = 10};
    assert_status(ss_answer_shelf(of.shop.answerer, &own, &request, &answer, NULL), SS_OK);
    assert_int_equal(answer.count, 3); /* tea, pot, and soap */
    assert_true(shows(&of, &answer, "soap"));
    close_live(&of);
}

static void live_items_fold_into_the_factors(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    ss_shelf shelf = {
        .context = SS_CONTEXT_ITEM | SS_CONTEXT_HISTORY, .weights = {[SS_SOURCE_ALS] = 1}, .candidates = 10};
    ss_request request = of_session(&of, "s");
    request.item_id = ss_slice_of("unheard of");
    request.limit = 1;
    ss_answer answer;
    assert_status(ss_answer_shelf(of.shop.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_int_equal(answer.count, 0);
    happens(&of, SS_EVENT_PURCHASE, "soap", "s", NULL);
    shelf.exclude_bought = true;
    assert_status(ss_answer_shelf(of.shop.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_string_equal(shop_id(&of.shop, answer.items[0].item), "towel");
    close_live(&of);
}

/* ---- beside lists ---- */

typedef struct view_lists {
    ss_slice items[SS_VISITOR_ITEMS_MAX], cart[SS_VISITOR_ITEMS_MAX], excluded[SS_VISITOR_ITEMS_MAX + 24];
    size_t item_count, cart_count, excluded_count;
} view_lists;

static uint32_t number_of(const void *context, ss_slice id)
{
    return ss_strings_find(&((const ss_snapshot *)context)->items.ids, id);
}

/* What a session did, as lists for a request that names them itself. */
static void list_view(const live_shop *of, const ss_visitor_view *view, view_lists *lists)
{
    *lists = (view_lists){.item_count = 0};
    for (unsigned i = 0; i < view->count; i++) {
        const ss_visitor_item *item = &view->items[i];
        if (item->item == SS_NONE)
            continue;
        ss_slice id = ss_strings_at(&of->shop.snapshot->items.ids, item->item);
        if (item->cart > 0)
            lists->cart[lists->cart_count++] = id;
        if (item->flags & SS_VISITOR_DISMISSED)
            lists->excluded[lists->excluded_count++] = id;
        else if (item->flags & SS_VISITOR_SEEN)
            lists->items[lists->item_count++] = id;
    }
}

static void random_event(live_shop *of, ss_random *random)
{
    static const ss_event kinds[] = {SS_EVENT_VIEW,        SS_EVENT_VIEW,  SS_EVENT_VIEW,   SS_EVENT_CART_ADD,
                                     SS_EVENT_CART_REMOVE, SS_EVENT_CLICK, SS_EVENT_DISMISS};
    char item[8], session[8];
    snprintf(item, sizeof item, "i%u", ss_random_below(random, RANDOM_ITEMS + 3));
    snprintf(session, sizeof session, "s%u", ss_random_below(random, 20));
    happens(of, kinds[ss_random_below(random, 7)], item, session, NULL);
}

/* The question that says with lists what the session says. */
static void say_with_lists(const live_shop *of, random_question *asked, view_lists *lists)
{
    ss_visitor_view view;
    ss_request *request = &asked->request;
    ss_item_numbers numbers = {77, UINT32_MAX, number_of, of->shop.snapshot};
    ss_visitors_read(of->visitors, SS_VISITOR_SESSION, request->session_id, of->now, &numbers, &view);
    list_view(of, &view, lists);
    for (size_t i = 0; i < request->exclude_count; i++)
        lists->excluded[lists->excluded_count++] = request->exclude[i];
    request->session_id = (ss_slice){NULL, 0};
    request->items = lists->items, request->item_count = lists->item_count;
    request->cart = lists->cart, request->cart_count = lists->cart_count;
    request->exclude = lists->excluded, request->exclude_count = lists->excluded_count;
}

static void the_same_is_answered_as_for_lists(void **state)
{
    (void)state;
    ss_random random = test_random();
    live_shop of;
    random_shop_open(&of.shop, &random);
    make_live(&of);
    for (int n = 0; n < 1500; n++) {
        random_question asked;
        view_lists lists;
        char session[8];
        ss_answer_item items[SS_LIMIT_MAX];
        random_event(&of, &random);
        random_question_make(&asked, &random);
        snprintf(session, sizeof session, "s%u", ss_random_below(&random, 20));
        asked.request.item_id = asked.request.customer_id = (ss_slice){NULL, 0};
        asked.request.item_count = asked.request.cart_count = 0;
        asked.request.now = of.now;
        asked.request.session_id = ss_slice_of(session);
        ss_shelf_kind kind = (ss_shelf_kind)ss_random_below(&random, SS_SHELF_COUNT);
        ss_answer answer = shop_ask(&of.shop, kind, &asked.request);
        size_t count = answer.count;
        memcpy(items, answer.items, count * sizeof *items);
        say_with_lists(&of, &asked, &lists);
        answer = shop_ask(&of.shop, kind, &asked.request);
        assert_same_answers(&answer, items, count);
    }
    close_live(&of);
}

static void nothing_is_allocated_once_warm(void **state)
{
    (void)state;
    live_shop of;
    open_small(&of);
    for (int i = 0; i < 12; i++)
        happens(&of, i % 2 ? SS_EVENT_VIEW : SS_EVENT_CART_ADD, i % 3 ? "soap" : "pot", "s", "ann");
    ss_request request = of_session(&of, "s");
    request.customer_id = ss_slice_of("ann");
    size_t shown = shop_ask(&of.shop, SS_SHELF_FOR_YOU, &request).count;
    happens(&of, SS_EVENT_VIEW, "tea", "s", "ann");
    failing_malloc_start(0);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) {
        ss_question question = {&of.shop.snapshot->shelves[kind], &request};
        ss_answerer_foresee(of.shop.answerer, &question, 1);
        shown += shop_ask(&of.shop, (ss_shelf_kind)kind, &request).count;
    }
    size_t count = failing_malloc_count();
    failing_malloc_stop();
    assert_int_equal(count, 0);
    assert_true(shown > SS_SHELF_COUNT);
    close_live(&of);
}

/* What happens between two shelves counts on the next page. */
static void a_page_is_of_one_moment(void **state)
{
    (void)state;
    static ss_page page;
    live_shop of;
    ss_answer answer;
    open_small(&of);
    happens(&of, SS_EVENT_VIEW, "tea", "s", NULL);
    const ss_shelf *shelves = of.shop.snapshot->shelves;
    ss_request request = of_session(&of, "s");
    for (int again = 0; again < 2; again++) {
        ss_page_begin(&page, &request);
        assert_status(ss_page_answer(&page, of.shop.answerer, &shelves[SS_SHELF_BOUGHT_TOGETHER], 1, &answer, NULL),
                      SS_OK);
        assert_true(shows(&of, &answer, "pot"));
        happens(&of, SS_EVENT_DISMISS, "soap", "s", NULL);
        assert_status(ss_page_answer(&page, of.shop.answerer, &shelves[SS_SHELF_POPULAR], 9, &answer, NULL), SS_OK);
        assert_int_equal(shows(&of, &answer, "soap"), again == 0);
    }
    close_live(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_of_one_moment),
        cmocka_unit_test(what_was_seen_is_the_context_of_the_next_answer),
        cmocka_unit_test(without_consent_nobody_is_looked_up),
        cmocka_unit_test(a_session_that_is_over_says_nothing),
        cmocka_unit_test(what_the_customer_did_is_context_where_no_session_is),
        cmocka_unit_test(the_cart_is_never_shown),
        cmocka_unit_test(what_was_dismissed_stays_away_in_this_session),
        cmocka_unit_test(what_was_shown_in_vain_gives_way),
        cmocka_unit_test(what_was_bought_today_counts_as_bought),
        cmocka_unit_test(live_items_fold_into_the_factors),
        cmocka_unit_test(the_same_is_answered_as_for_lists),
        cmocka_unit_test(nothing_is_allocated_once_warm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

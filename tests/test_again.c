/*
 * test_again.c: what the customer bought, again: history and live purchases put together, the shelf buy_again, durables
 * held back and consumables let through when they are due.
 */
#include "check.h"
#include "failing_malloc.h"
#include "shop.h"

#include "base/buffer.h"
#include "shelf/again.h"
#include "state/visitors.h"
#include <math.h>

#define CUSTOMERS 60
#define BEGIN     INT64_C(1704067200) /* 2024-01-01 */
#define DAYS      120
#define AT(DAY)   ((BEGIN + (int64_t)((DAY)*86400.0)) * INT64_C(1000000))

static void add_row(ss_buffer *log, int customer, const char *item, double day)
{
    char row[96];
    snprintf(row, sizeof row, "c%d,%s,%lld\n", customer, item, (long long)(BEGIN + (int64_t)(day * 86400)));
    assert_int_equal(ss_buffer_append(log, row, strlen(row)), SS_OK);
}

/*
 * Everybody buys coffee every 20 days, from the day that is their number / 3 on; a grinder on day 10, once; and
 * customers 0 to 5 a card too. Nobody but customer 100 ever bought a kettle, and nobody else bought the tea.
 */
static void open_shop(shop *of)
{
    ss_buffer log;
    ss_buffer_init(&log, 1 << 20);
    assert_int_equal(ss_buffer_append(&log, "customer_id,item_id,timestamp\n", 30), SS_OK);
    for (int c = 0; c < CUSTOMERS; c++) {
        for (double day = c / 3.0; day < DAYS; day += 19 + c % 3)
            add_row(&log, c, "coffee", day);
        add_row(&log, c, "grinder", 10);
        if (c < 6)
            add_row(&log, c, "card", 50);
    }
    add_row(&log, 100, "kettle", 3);
    add_row(&log, 100, "tea", DAYS);
    assert_int_equal(ss_buffer_append(&log, "", 1), SS_OK);
    shop_open(of, log.data, NULL);
    ss_buffer_release(&log);
    assert_true(of->snapshot->has_repurchase);
}

static ss_request asking(const char *customer, double day)
{
    ss_request request = ss_request_empty();
    request.customer_id = ss_slice_of(customer);
    request.now = AT(day);
    request.explain = true;
    return request;
}

static const ss_answer_item *find(const shop *of, const ss_answer *answer, const char *id)
{
    for (size_t i = 0; i < answer->count; i++)
        if (strcmp(shop_id(of, answer->items[i].item), id) == 0)
            return &answer->items[i];
    return NULL;
}

static void the_shelf_shows_what_is_due(void **state)
{
    (void)state;
    shop of;
    open_shop(&of);
    ss_request request = asking("c3", DAYS + 10); /* coffee last on day 115; card on day 50; grinder on day 10 */
    failing_malloc_start(0);
    ss_answer answer = shop_ask(&of, SS_SHELF_BUY_AGAIN, &request);
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    assert_int_equal(answer.count, 2);
    assert_string_equal(shop_id(&of, answer.items[0].item), "coffee");
    assert_string_equal(shop_id(&of, answer.items[1].item), "card");
    assert_int_equal(answer.items[0].reason.model, SS_SOURCE_REPURCHASE);
    assert_int_equal(answer.items[0].reason.bought, 7);
    assert_int_equal(answer.items[0].reason.last_bought, AT(115));
    assert_int_equal(answer.removed[SS_REMOVED_SETTLED], 2); /* of either stage */
    assert_int_equal(answer.short_code, SS_SHORT_FILTERED);
    request.filter.bought = SS_BOUGHT_ALLOW; /* the grinder too */
    answer = shop_ask(&of, SS_SHELF_BUY_AGAIN, &request);
    assert_int_equal(answer.count, 3);
    assert_non_null(find(&of, &answer, "grinder"));
    assert_string_equal(shop_id(&of, answer.items[0].item), "coffee");
    request.filter.bought = SS_BOUGHT_EXCLUDE;
    assert_int_equal(shop_ask(&of, SS_SHELF_BUY_AGAIN, &request).count, 0);
    request = asking("nobody", DAYS);
    answer = shop_ask(&of, SS_SHELF_BUY_AGAIN, &request);
    assert_int_equal(answer.count, 0);
    assert_int_equal(answer.short_code, SS_SHORT_NO_EVIDENCE);
    shop_close(&of);
}

/* The score is what the formula of shelf.h says, from the model's own probability. */
static void scores_agree_with_the_formula(void **state)
{
    (void)state;
    shop of;
    open_shop(&of);
    ss_request request = asking("c3", DAYS + 10);
    const ss_shelf *shelf = &of.snapshot->shelves[SS_SHELF_BUY_AGAIN];
    ss_answer answer = shop_ask(&of, SS_SHELF_BUY_AGAIN, &request);
    const uint32_t bought[] = {7, 1};
    const double last[] = {115, 50};
    double scores[2];
    for (size_t i = 0; i < 2; i++) {
        ss_own_purchases own = {answer.items[i].item, bought[i], AT(last[i]), request.now};
        scores[i] = ss_repurchase_due(&of.snapshot->repurchase, &own, 30) * sqrt(bought[i]) *
                    pow((double)of.snapshot->popularity.scores[own.item], 0.3);
    }
    assert_true(shelf->repeat_exponent == 0.5 && shelf->popularity_exponent == 0.3 && shelf->repurchase_days == 30);
    assert_true(fabs((double)answer.items[1].score - scores[1] / scores[0]) < 1e-5);
    shop_close(&of);
}

static void durables_are_held_back_on_every_shelf(void **state)
{
    (void)state;
    shop of;
    open_shop(&of);
    ss_request request = asking("c3", DAYS);
    ss_answer answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_null(find(&of, &answer, "grinder"));
    assert_non_null(find(&of, &answer, "coffee"));
    assert_int_equal(answer.removed[SS_REMOVED_SETTLED], 1);
    request = asking("c100", DAYS); /* has none */
    answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_non_null(find(&of, &answer, "grinder"));
    request = asking("c3", 10 + 366); /* worn out */
    answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_non_null(find(&of, &answer, "grinder"));
    ss_shelf shelf = of.snapshot->shelves[SS_SHELF_POPULAR];
    shelf.suppress_durables = false;
    request = asking("c3", DAYS);
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_non_null(find(&of, &answer, "grinder"));
    request.no_consent = true; /* nobody is looked up */
    answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_non_null(find(&of, &answer, "grinder"));
    shop_close(&of);
}

static void consumables_are_let_through_when_due(void **state)
{
    (void)state;
    shop of;
    open_shop(&of);
    ss_answer answer;
    ss_shelf shelf = {.weights = {[SS_SOURCE_POPULAR] = 1}, .candidates = 10, .exclude_bought = true, .show_due = true};
    ss_request request = asking("c3", 115 + 3); /* three days after the last */
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_null(find(&of, &answer, "coffee"));
    assert_int_equal(answer.removed[SS_REMOVED_BOUGHT], 3);
    request = asking("c3", 115 + 20);
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_non_null(find(&of, &answer, "coffee"));
    assert_null(find(&of, &answer, "card"));
    request.filter.bought = SS_BOUGHT_EXCLUDE; /* the request's word is the last */
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_null(find(&of, &answer, "coffee"));
    request.filter.bought = SS_BOUGHT_BY_SHELF;
    shelf.show_due = false;
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_null(find(&of, &answer, "coffee"));
    shop_close(&of);
}

/* Other sources have their say in the order of what was bought, and bring nothing of their own. */
static void only_what_was_bought_is_shown(void **state)
{
    (void)state;
    shop of;
    open_shop(&of);
    ss_answer answer;
    ss_request request = asking("c3", DAYS + 10);
    ss_shelf shelf = of.snapshot->shelves[SS_SHELF_BUY_AGAIN];
    shelf.suppress_durables = false;
    shelf.weights[SS_SOURCE_POPULAR] = 5; /* the grinder sells better than cards */
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_int_equal(answer.count, 3);
    assert_null(find(&of, &answer, "tea"));
    shelf.only_bought = false;
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_non_null(find(&of, &answer, "tea"));
    shop_close(&of);
}

/* Without times there is no model: the shelf falls back on how often things were bought. */
static void logs_without_times_fall_back_on_the_history(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, "order_id,customer_id,item_id\n1,ann,tea\n2,ann,pot\n3,ann,pot\n4,bob,cup\n", NULL);
    assert_false(of.snapshot->has_repurchase);
    ss_request request = ss_request_empty();
    request.customer_id = ss_slice_of("ann");
    ss_answer answer = shop_ask(&of, SS_SHELF_BUY_AGAIN, &request);
    assert_int_equal(answer.count, 2);
    assert_string_equal(shop_id(&of, answer.items[0].item), "pot");
    assert_int_equal(answer.items[0].reason.model, SS_SOURCE_HISTORY);
    assert_int_equal(answer.items[0].reason.stage, 1);
    shop_close(&of);
}

/* ---- live ---- */

typedef struct gathered {
    ss_own_purchases list[16];
    size_t count;
} gathered;

static void gather(void *context, const ss_own_purchases *own)
{
    gathered *of = context;
    of->list[of->count++] = *own;
}

static void history_and_live_purchases_are_put_together(void **state)
{
    (void)state;
    const uint32_t items[] = {2, 5, 9}, purchases[] = {1, 3, 2};
    const float quantities[] = {1, 1, 1};
    const int64_t times[] = {10 * SS_SECOND, 20 * SS_SECOND, 30 * SS_SECOND};
    const ss_history history = {items, quantities, purchases, times, 3};
    static ss_visit visit;
    visit.customer.count = 4;
    visit.customer.items[0] = (ss_visitor_item){.item = 5, .bought = 1, .bought_time = 20}; /* the history's own last */
    visit.customer.items[1] = (ss_visitor_item){.item = 9, .bought = 2, .bought_time = 50};
    visit.customer.items[2] = (ss_visitor_item){.item = 7, .bought = 1, .bought_time = 60};
    visit.customer.items[3] = (ss_visitor_item){.item = 2, .cart = 1};
    visit.session.count = 3;
    visit.session.items[0] = (ss_visitor_item){.item = 7, .bought = 1, .bought_time = 60};
    visit.session.items[1] = (ss_visitor_item){.item = 8, .bought = 1, .bought_time = 70};
    visit.session.items[2] = (ss_visitor_item){.item = SS_NONE, .bought = 1, .bought_time = 70};
    const ss_own_purchases wanted[] = {{2, 1, 10 * SS_SECOND, 99},
                                       {5, 3, 20 * SS_SECOND, 99},
                                       {9, 3, 50 * SS_SECOND, 99},
                                       {7, 1, 60 * SS_SECOND, 99},
                                       {8, 1, 70 * SS_SECOND, 99}};
    gathered found = {.count = 0};
    ss_again_each(&history, &visit, 99, gather, &found);
    assert_int_equal(found.count, 5);
    for (size_t i = 0; i < found.count; i++) {
        assert_int_equal(found.list[i].item, wanted[i].item);
        assert_int_equal(found.list[i].purchases, wanted[i].purchases);
        assert_int_equal(found.list[i].last, wanted[i].last);
        assert_int_equal(found.list[i].now, 99);
    }
}

static void buys(ss_visitors *visitors, const char *customer, const char *item, double day)
{
    ss_live_event happening = {.received = AT(day), .time = AT(day), .event = SS_EVENT_PURCHASE, .quantity = 1};
    for (int i = 0; i < SS_EVENT_TEXTS; i++)
        happening.texts[i] = (ss_slice){"", 0};
    happening.texts[SS_TEXT_ITEM_ID] = ss_slice_of(item);
    happening.texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(customer);
    assert_status(ss_visitors_apply(visitors, &happening), SS_OK);
}

static void live_purchases_count(void **state)
{
    (void)state;
    shop of;
    ss_visitors_options options = ss_visitors_defaults();
    ss_visitors *visitors = NULL;
    ss_error error;
    open_shop(&of);
    expect_ok(ss_visitors_new(&options, &visitors, &error), &error);
    const ss_live live = {.visitors = visitors};
    ss_answerer_free(&of.answerer);
    expect_ok(ss_answerer_new(of.snapshot, &live, &of.answerer, &error), &error);

    ss_request request = asking("c100", DAYS + 1);
    ss_answer answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_non_null(find(&of, &answer, "grinder"));
    buys(visitors, "c100", "grinder", DAYS + 1);
    answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_null(find(&of, &answer, "grinder"));
    assert_int_equal(answer.removed[SS_REMOVED_SETTLED], 1);

    buys(visitors, "new", "coffee", DAYS); /* a customer the generation does not know */
    request = asking("new", DAYS + 20);
    answer = shop_ask(&of, SS_SHELF_BUY_AGAIN, &request);
    assert_int_equal(answer.count, 1);
    assert_string_equal(shop_id(&of, answer.items[0].item), "coffee");
    shop_close(&of);
    ss_visitors_free(&visitors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shelf_shows_what_is_due),
        cmocka_unit_test(scores_agree_with_the_formula),
        cmocka_unit_test(durables_are_held_back_on_every_shelf),
        cmocka_unit_test(consumables_are_let_through_when_due),
        cmocka_unit_test(only_what_was_bought_is_shown),
        cmocka_unit_test(logs_without_times_fall_back_on_the_history),
        cmocka_unit_test(history_and_live_purchases_are_put_together),
        cmocka_unit_test(live_purchases_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The query path: order and evidence of single lists, fallbacks, every rule, and a property test that holds every
 * answer against rules written out once more, and against the promise of exactly `limit` products where the shop has
 * them.
 */
#include "check.h"
#include "failing_malloc.h"
#include "random_shop.h"

static const char small_log[] = "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                                "1,ann,tea,1,3,2024-01-01\n1,ann,pot,1,9,2024-01-01\n"
                                "2,bob,tea,1,3,2024-01-02\n2,bob,pot,1,9,2024-01-02\n"
                                "3,cid,tea,1,3,2024-01-03\n3,cid,cup,1,4,2024-01-03\n"
                                "4,dan,soap,1,2,2024-01-04\n4,dan,towel,1,8,2024-01-04\n"
                                "5,eve,soap,1,2,2024-01-05\n5,eve,towel,1,8,2024-01-05\n"
                                "6,ann,cup,1,4,2024-01-06\n";

static ss_request asking(const char *item, uint32_t limit)
{
    ss_request request = ss_request_empty();
    request.item_id = ss_slice_of(item);
    request.limit = limit;
    return request;
}

static void pairs_come_first_with_their_evidence(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    ss_request request = asking("tea", 2);
    ss_answer answer = shop_ask(&of, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_int_equal(answer.count, 2);
    assert_string_equal(shop_id(&of, answer.items[0].item), "pot");
    assert_int_equal(answer.items[0].reason.model, SS_SOURCE_BOUGHT_TOGETHER);
    assert_int_equal(answer.items[0].reason.stage, 0);
    assert_int_equal(answer.items[0].reason.pairs, 2);
    assert_int_equal(answer.items[0].reason.customers, 2);
    assert_true(answer.items[0].reason.lift > 1.9 && answer.items[0].reason.lift < 2.1); /* 2 * 6 / (3 * 2) */
    assert_string_equal(shop_id(&of, answer.items[0].reason.because), "tea");
    assert_string_equal(shop_id(&of, answer.items[1].item), "cup");
    assert_int_equal(answer.short_code, SS_SHORT_NOT);
    shop_close(&of);
}

static void fallbacks_fill_up_and_say_so(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    ss_request request = asking("tea", 4);
    ss_answer answer = shop_ask(&of, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_int_equal(answer.count, 4);
    assert_true(answer.items[2].reason.stage > 0);
    assert_int_equal(answer.items[3].reason.model, SS_SOURCE_POPULAR);
    assert_int_equal(answer.items[3].reason.because, SS_NONE);
    request.limit = 5;
    answer = shop_ask(&of, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_int_equal(answer.count, 4);
    assert_int_equal(answer.missing, 1);
    assert_int_equal(answer.short_code, SS_SHORT_CATALOGUE);
    shop_close(&of);
}

static void what_nobody_bought_is_no_exhausted_catalogue(void **state)
{
    (void)state;
    static const char sold[] = "item_id,stock\ntea,1\npot,1\ncup,1\nsoap,1\ntowel,1\nspoon,0\n",
                      unsold[] = "item_id,stock\ntea,1\npot,1\ncup,1\nsoap,1\ntowel,1\nspoon,1\n";
    ss_request request = asking("tea", 5);
    shop of;
    shop_open(&of, small_log, sold);
    assert_int_equal(shop_ask(&of, SS_SHELF_BOUGHT_TOGETHER, &request).short_code, SS_SHORT_CATALOGUE);
    shop_close(&of);
    shop_open(&of, small_log, unsold);
    ss_answer answer = shop_ask(&of, SS_SHELF_BOUGHT_TOGETHER, &request);
    assert_int_equal(answer.count, 4);
    assert_int_equal(answer.short_code, SS_SHORT_NO_EVIDENCE);
    shop_close(&of);
}

static void bounds_of_price_and_dates_are_where_the_page_says(void **state)
{
    (void)state;
    static const char catalog[] = "item_id,price,available_from,available_until\n"
                                  "tea,3.00,,\npot,9.00,2024-03-01,2024-06-01\ncup,4.00,,\n";
    shop of;
    int64_t from = 0, until = 0;
    shop_open(&of, small_log, catalog);
    assert_true(ss_timestamp_parse(ss_slice_of("2024-03-01"), &from) &&
                ss_timestamp_parse(ss_slice_of("2024-06-01"), &until));
    ss_request request = ss_request_empty();
    request.filter.price_min = 400;
    request.filter.price_max = 900;
    const struct {
        int64_t now;
        size_t shown;
    } moments[] = {{from - 1, 1}, {from, 2}, {until - 1, 2}, {until, 1}};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        request.now = moments[i].now;
        assert_int_equal(shop_ask(&of, SS_SHELF_POPULAR, &request).count, moments[i].shown);
    }
    request.now = from;
    request.filter.price_min = 401;
    assert_int_equal(shop_ask(&of, SS_SHELF_POPULAR, &request).count, 1);
    request.filter.price_max = 899;
    assert_int_equal(shop_ask(&of, SS_SHELF_POPULAR, &request).count, 0);
    shop_close(&of);
}

/* Of two items that each go with one other product, the newest (the last) decides as soon as older ones weigh less. */
static void older_items_of_a_session_weigh_less(void **state)
{
    (void)state;
    static const char log[] = "order_id,customer_id,item_id\n1,a,tea\n1,a,pot\n2,b,tea\n2,b,pot\n3,c,soap\n3,c,towel\n"
                              "4,d,soap\n4,d,towel\n";
    static const ss_slice tea_last[] = {SS_SLICE_LITERAL("soap"), SS_SLICE_LITERAL("tea")},
                          soap_last[] = {SS_SLICE_LITERAL("tea"), SS_SLICE_LITERAL("soap")};
    shop of;
    ss_answer answer;
    shop_open(&of, log, NULL);
    ss_shelf shelf = of.snapshot->shelves[SS_SHELF_BOUGHT_TOGETHER];
    ss_request request = ss_request_empty();
    shelf.position_decay = 0.5;
    request.item_count = 2;
    request.items = tea_last;
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_string_equal(shop_id(&of, answer.items[0].item), "pot");
    assert_true(answer.items[1].score < answer.items[0].score * 0.51f);
    request.items = soap_last;
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_string_equal(shop_id(&of, answer.items[0].item), "towel");
    shop_close(&of);
}

/* Files of two generations, each sound by itself, make no third one. */
static void files_that_disagree_are_refused(void **state)
{
    (void)state;
    static const char *const files[] = {SS_POPULARITY_FILE, SS_COOCCURRENCE_FILE, SS_ALS_FILE};
    static const char tiny[] = "order_id,customer_id,item_id\n1,a,tea\n1,a,pot\n2,b,tea\n2,b,pot\n";
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        shop large, small;
        char from[SS_PATH_MAX], to[SS_PATH_MAX];
        ss_snapshot *snapshot = NULL;
        ss_error error;
        shop_open(&large, small_log, NULL);
        shop_open(&small, tiny, NULL);
        expect_ok(ss_file_join(from, sizeof from, large.snapshot->path, files[i], &error), &error);
        expect_ok(ss_file_join(to, sizeof to, small.snapshot->path, files[i], &error), &error);
        assert_int_equal(rename(from, to), 0);
        assert_status(ss_snapshot_open(small.store, NULL, false, &snapshot, &error), SS_E_CORRUPT);
        assert_null(snapshot);
        shop_close(&large);
        shop_close(&small);
    }
}

/* A file opens whatever its contents: a history of any times is answered, and without overflow. */
static void any_times_of_a_history_are_answered(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    ss_request request = ss_request_empty();
    request.customer_id = ss_slice_of("ann");
    uint32_t ann = ss_strings_find(&of.snapshot->customers.ids, request.customer_id);
    int64_t wild[16] = {INT64_MAX, INT64_MIN, 0, INT64_MIN, INT64_MAX};
    ss_history history = ss_customers_history(&of.snapshot->customers, ann);
    assert_true(history.count >= 2 && of.snapshot->customers.row_count <= sizeof wild / sizeof *wild);
    of.snapshot->customers.times = wild;
    assert_true(shop_ask(&of, SS_SHELF_FOR_YOU, &request).count > 0);
    shop_close(&of);
}

static void strangers_get_an_answer_too(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    ss_request request = asking("never heard of", 3);
    request.customer_id = ss_slice_of("nobody");
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) {
        ss_answer answer = shop_ask(&of, (ss_shelf_kind)kind, &request);
        bool none = kind == SS_SHELF_ALTERNATIVES || kind == SS_SHELF_BUY_AGAIN || /* of what nobody knows */
                    kind == SS_SHELF_NEW_ARRIVALS;                                 /* nor when it came */
        assert_int_equal(answer.count, none ? 0 : 3);
        assert_true(answer.unknown_customer);
    }
    shop_close(&of);
}

static void for_you_leaves_out_what_was_bought_unless_asked(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    ss_request request = ss_request_empty();
    request.customer_id = ss_slice_of("ann");
    ss_answer answer = shop_ask(&of, SS_SHELF_FOR_YOU, &request);
    assert_int_equal(answer.count, 2); /* soap and towel: she has the rest */
    assert_int_equal(answer.short_code, SS_SHORT_FILTERED);
    assert_true(answer.removed[SS_REMOVED_BOUGHT] > 0);
    request.filter.bought = SS_BOUGHT_ALLOW;
    answer = shop_ask(&of, SS_SHELF_FOR_YOU, &request);
    assert_int_equal(answer.count, 5);
    shop_close(&of);
}

static void without_consent_the_customer_is_a_stranger(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    ss_request request = ss_request_empty();
    request.customer_id = ss_slice_of("ann");
    request.no_consent = true;
    ss_answer answer = shop_ask(&of, SS_SHELF_FOR_YOU, &request);
    assert_int_equal(answer.count, 5);
    assert_int_equal(answer.removed[SS_REMOVED_BOUGHT], 0);
    assert_false(answer.unknown_customer);
    for (size_t i = 0; i < answer.count; i++)
        assert_int_equal(answer.items[i].reason.because, SS_NONE);
    shop_close(&of);
}

static void a_thin_shelf_hides_itself(void **state)
{
    (void)state;
    shop of;
    ss_answer answer;
    shop_open(&of, small_log, NULL);
    ss_shelf shelf = of.snapshot->shelves[SS_SHELF_BOUGHT_TOGETHER];
    ss_request request = asking("tea", 4);
    shelf.fallback_count = 0;
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_int_equal(answer.count, 2);
    assert_int_equal(answer.short_code, SS_SHORT_NO_EVIDENCE);
    shelf.min_items = 3;
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_int_equal(answer.count, 0);
    assert_int_equal(answer.missing, 4);
    assert_int_equal(answer.short_code, SS_SHORT_HIDDEN);
    shelf.min_items = 0;
    shelf.min_customers = 2;
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_int_equal(answer.count, 1);
    assert_int_equal(answer.removed[SS_REMOVED_EVIDENCE], 1);
    shop_close(&of);
}

static void limits_are_kept(void **state)
{
    (void)state;
    shop of;
    ss_answer answer;
    ss_error error;
    shop_open(&of, small_log, NULL);
    ss_request request = asking("tea", 0);
    assert_status(ss_answer_shelf(of.answerer, &of.snapshot->shelves[0], &request, &answer, &error), SS_E_RANGE);
    assert_string_equal(error.field, "limit");
    request.limit = SS_LIMIT_MAX + 1;
    assert_status(ss_answer_shelf(of.answerer, &of.snapshot->shelves[0], &request, &answer, NULL), SS_E_RANGE);
    request.limit = 1;
    request.cart_count = SS_CONTEXT_MAX + 1;
    assert_status(ss_answer_shelf(of.answerer, &of.snapshot->shelves[0], &request, &answer, &error), SS_E_RANGE);
    assert_string_equal(error.field, "cart");
    shop_close(&of);
}

/* ---- the property test: a random shop and random questions (random_shop.h) ---- */

#define QUESTIONS 5000

static bool listed(const shop *of, const ss_slice *ids, size_t count, uint32_t item)
{
    for (size_t i = 0; i < count; i++)
        if (ss_slice_equal(ids[i], ss_strings_at(&of->snapshot->items.ids, item)))
            return true;
    return false;
}

static bool in_context(const shop *of, const ss_request *request, uint32_t item)
{
    return listed(of, &request->item_id, 1, item) || listed(of, request->items, request->item_count, item) ||
           listed(of, request->cart, request->cart_count, item);
}

static bool bought(const shop *of, ss_slice customer_id, uint32_t item)
{
    uint32_t customer = ss_strings_find(&of->snapshot->customers.ids, customer_id);
    ss_history history =
        customer == SS_NONE ? (ss_history){0} : ss_customers_history(&of->snapshot->customers, customer);
    for (size_t i = 0; i < history.count; i++)
        if (history.items[i] == item)
            return true;
    return false;
}

/* The rules, once more, one item by itself: everything but what else is shown. */
static bool allowed(const shop *of, ss_shelf_kind kind, const ss_request *request, uint32_t item)
{
    const ss_items *items = &of->snapshot->items;
    const ss_filter *filter = &request->filter;
    bool exclude_bought =
        filter->bought == SS_BOUGHT_BY_SHELF ? kind == SS_SHELF_FOR_YOU : filter->bought == SS_BOUGHT_EXCLUDE;
    if ((items->flags[item] & (SS_ITEM_HIDDEN | SS_ITEM_IN_CATALOG)) != SS_ITEM_IN_CATALOG || items->stock[item] == 0)
        return false;
    if (request->now != INT64_MIN &&
        ((items->available_from[item] != INT64_MIN && request->now < items->available_from[item]) ||
         (items->available_until[item] != INT64_MIN && request->now >= items->available_until[item])))
        return false;
    if (in_context(of, request, item) || listed(of, request->exclude, request->exclude_count, item))
        return false;
    if (kind == SS_SHELF_BUY_AGAIN && !bought(of, request->customer_id, item))
        return false;
    if (exclude_bought && bought(of, request->customer_id, item))
        return false;
    if (filter->category.size &&
        (items->category[item] == SS_NONE ||
         !ss_slice_equal(ss_strings_at(&items->categories, items->category[item]), filter->category)))
        return false;
    for (uint32_t other = 0; other < items->count; other++)
        if (items->group[item] != SS_NONE && items->group[other] == items->group[item] &&
            in_context(of, request, other))
            return false;
    return items->price[item] >= filter->price_min && items->price[item] <= filter->price_max;
}

/* How many may be shown at once: of a variant group, one. Only what was ever bought is in the lists. */
static size_t showable(const shop *of, ss_shelf_kind kind, const ss_request *request)
{
    const ss_items *items = &of->snapshot->items;
    size_t count = 0;
    bool group_counted[64] = {false};
    for (uint32_t item = 0; item < items->count; item++) {
        if (items->purchases[item] == 0 || !allowed(of, kind, request, item))
            continue;
        if (items->group[item] != SS_NONE) {
            if (group_counted[items->group[item]])
                continue;
            group_counted[items->group[item]] = true;
        }
        count++;
    }
    return count;
}

/* Does the shelf end with what sells best? Then it is as full as the rules allow. */
static bool falls_back_on_all(const ss_shelf *shelf)
{
    bool all = shelf->weights[SS_SOURCE_POPULAR] > 0;
    for (size_t i = 0; i < shelf->fallback_count; i++)
        all |= shelf->fallbacks[i] == SS_SOURCE_POPULAR;
    return all;
}

static void check_answer(const shop *of, ss_shelf_kind kind, const ss_request *request, const ss_answer *answer)
{
    const ss_items *items = &of->snapshot->items;
    for (size_t i = 0; i < answer->count; i++) {
        uint32_t item = answer->items[i].item;
        if (!allowed(of, kind, request, item))
            fail_msg("%s shows %s against the rules", ss_shelf_name(kind), shop_id(of, item));
        for (size_t j = 0; j < i; j++) {
            uint32_t other = answer->items[j].item;
            assert_int_not_equal(other, item);
            if (items->group[item] != SS_NONE)
                assert_int_not_equal(items->group[other], items->group[item]);
        }
        assert_true(i == 0 || answer->items[i - 1].reason.stage <= answer->items[i].reason.stage);
        assert_true(i == 0 || answer->items[i - 1].reason.stage < answer->items[i].reason.stage ||
                    answer->items[i - 1].score >= answer->items[i].score);
    }
    size_t most = showable(of, kind, request), wanted = most < request->limit ? most : request->limit;
    if (answer->count != wanted && falls_back_on_all(&of->snapshot->shelves[kind]))
        fail_msg("%s shows %zu of %zu", ss_shelf_name(kind), answer->count, wanted);
    assert_int_equal(answer->missing, request->limit - answer->count);
    assert_int_equal(answer->short_code == SS_SHORT_NOT, answer->missing == 0);
}

static void answers_keep_every_rule_and_are_full(void **state)
{
    (void)state;
    shop of;
    ss_random random = test_random();
    random_shop_open(&of, &random);
    for (size_t n = 0; n < QUESTIONS; n++) {
        random_question asked;
        random_question_make(&asked, &random);
        ss_shelf_kind kind = (ss_shelf_kind)ss_random_below(&random, SS_SHELF_COUNT);
        ss_answer answer = shop_ask(&of, kind, &asked.request);
        check_answer(&of, kind, &asked.request, &answer);
    }
    shop_close(&of);
}

/* Three sessions of views: those who looked at tea and pot went on to the cup, and back to the tea. */
static const char views[] = "session_id,event,item_id\n"
                            "1,view,tea\n1,view,pot\n1,view,cup\n"
                            "2,view,tea\n2,view,pot\n2,view,cup\n"
                            "3,view,soap\n3,view,towel\n"
                            "4,view,pot\n4,view,soap\n";

static void similar_sessions_are_a_source(void **state)
{
    (void)state;
    shop of;
    const ss_slice seen[] = {ss_slice_of("tea"), ss_slice_of("pot")};
    ss_request request = ss_request_empty();
    request.items = seen;
    request.item_count = 2;
    shop_open(&of, views, NULL);
    assert_true(of.snapshot->has_session_knn);
    ss_shelf shelf = {.context = SS_CONTEXT_ITEM | SS_CONTEXT_ITEMS,
                      .weights = {[SS_SOURCE_SESSION_KNN] = 1},
                      .position_decay = 1,
                      .candidates = 10};
    ss_answer answer;
    failing_malloc_start(0);
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    assert_int_equal(answer.count, 2);
    assert_string_equal(shop_id(&of, answer.items[0].item), "cup");
    assert_string_equal(shop_id(&of, answer.items[1].item), "soap");
    assert_int_equal(answer.items[0].reason.model, SS_SOURCE_SESSION_KNN);
    assert_int_equal(answer.items[0].reason.because, SS_NONE);
    assert_int_equal(answer.removed[SS_REMOVED_CONTEXT], 2);
    shop_close(&of);
    shop_open(&of, small_log, NULL); /* orders are no sessions: no model, and the source gives nothing */
    assert_false(of.snapshot->has_session_knn);
    assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
    assert_int_equal(answer.count, 0);
    shop_close(&of);
}

/* Two mugs in two colours each, a lamp, and the saucer that is bought with the mug. */
static const char mugs[] = "order_id,customer_id,session_id,event,item_id\n"
                           "1,ann,,purchase,m1\n1,ann,,purchase,saucer\n2,bob,,purchase,m1\n2,bob,,purchase,saucer\n"
                           "3,cid,,purchase,lamp\n4,dan,,purchase,m3\n"
                           ",ann,1,view,m1\n,ann,1,view,m3\n,bob,2,view,m1\n,bob,2,view,m3\n"
                           ",cid,3,view,m1\n,cid,3,view,saucer\n,dan,4,view,lamp\n";
static const char mug_names[] = "item_id,name,category,price,group\n"
                                "m1,Spotty mug red,mugs,3.00,spotty\nm2,Spotty mug blue,mugs,3.00,spotty\n"
                                "m3,Striped mug red,mugs,3.10,striped\nm4,Striped mug blue,mugs,3.10,striped\n"
                                "saucer,Saucer of porcelain,mugs,2.00,\nlamp,Striped lamp,lamps,40.00,\n";

static void alternatives_are_of_one_kind_and_no_variants(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, mugs, mug_names);
    ss_request request = asking("m1", 1);
    ss_answer answer = shop_ask(&of, SS_SHELF_ALTERNATIVES, &request);
    assert_int_equal(answer.count, 1);
    assert_string_equal(shop_id(&of, answer.items[0].item), "m3"); /* not m2, its variant; not the saucer */
    assert_int_equal(answer.items[0].reason.model, SS_SOURCE_ALTERNATIVES);
    assert_int_equal(answer.items[0].reason.because, answer.page_item);
    assert_int_equal(answer.items[0].reason.sessions, 2);
    assert_true(answer.items[0].reason.similarity > 0.3f && answer.items[0].reason.similarity < 1);
    request.exclude = (const ss_slice[]){ss_slice_of("m3")}; /* sold out, say: the other colour stands in */
    request.exclude_count = 1;
    answer = shop_ask(&of, SS_SHELF_ALTERNATIVES, &request);
    assert_string_equal(shop_id(&of, answer.items[0].item), "m4");
    assert_int_equal(answer.items[0].reason.sessions, 0);

    ss_shelf blend = {.context = SS_CONTEXT_ITEM | SS_CONTEXT_ITEMS,
                      .weights = {[SS_SOURCE_ALTERNATIVES] = 1, [SS_SOURCE_POPULAR] = .1},
                      .position_decay = 1,
                      .candidates = 10,
                      .min_customers = 1,
                      .evidence_customers = 1};
    request = asking("m1", 5);
    ss_error error = {0};
    expect_ok(ss_answer_shelf(of.answerer, &blend, &request, &answer, &error), &error);
    assert_string_equal(shop_id(&of, answer.items[0].item), "m3");
    assert_int_equal(answer.items[0].reason.model, SS_SOURCE_ALTERNATIVES);
    assert_int_equal(answer.items[0].reason.sessions, 2);
    shop_close(&of);
}

static void what_was_seen_is_shown_again_where_the_shelf_says_so(void **state)
{
    (void)state;
    shop of;
    const ss_slice seen[] = {ss_slice_of("tea"), ss_slice_of("pot"), ss_slice_of("cup")}, cart[] = {ss_slice_of("cup")};
    ss_request request = asking("pot", 10);
    request.items = seen;
    request.item_count = 3;
    request.cart = cart;
    request.cart_count = 1;
    shop_open(&of, views, NULL);
    ss_shelf shelf = of.snapshot->shelves[SS_SHELF_BOUGHT_NEXT];
    ss_answer answer;
    for (int again = 0; again < 2; again++) {
        bool shown = false;
        shelf.show_seen = again;
        assert_int_equal(ss_answer_shelf(of.answerer, &shelf, &request, &answer, NULL), SS_OK);
        for (size_t i = 0; i < answer.count; i++) {
            const char *id = shop_id(&of, answer.items[i].item);
            shown = shown || strcmp(id, "tea") == 0;
            assert_string_not_equal(id, "pot"); /* on the page */
            assert_string_not_equal(id, "cup"); /* in the cart */
        }
        assert_int_equal(shown, again);
    }
    shop_close(&of);
}

static void nothing_is_allocated_once_warm(void **state)
{
    (void)state;
    shop of;
    shop_open(&of, small_log, NULL);
    ss_request request = asking("tea", 5);
    request.customer_id = ss_slice_of("ann");
    failing_malloc_start(0);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        shop_ask(&of, (ss_shelf_kind)kind, &request);
    size_t count = failing_malloc_count();
    failing_malloc_stop();
    assert_int_equal(count, 0);
    shop_close(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_come_first_with_their_evidence),
        cmocka_unit_test(fallbacks_fill_up_and_say_so),
        cmocka_unit_test(what_nobody_bought_is_no_exhausted_catalogue),
        cmocka_unit_test(bounds_of_price_and_dates_are_where_the_page_says),
        cmocka_unit_test(older_items_of_a_session_weigh_less),
        cmocka_unit_test(files_that_disagree_are_refused),
        cmocka_unit_test(any_times_of_a_history_are_answered),
        cmocka_unit_test(strangers_get_an_answer_too),
        cmocka_unit_test(for_you_leaves_out_what_was_bought_unless_asked),
        cmocka_unit_test(without_consent_the_customer_is_a_stranger),
        cmocka_unit_test(a_thin_shelf_hides_itself),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(answers_keep_every_rule_and_are_full),
        cmocka_unit_test(similar_sessions_are_a_source),
        cmocka_unit_test(alternatives_are_of_one_kind_and_no_variants),
        cmocka_unit_test(what_was_seen_is_shown_again_where_the_shelf_says_so),
        cmocka_unit_test(nothing_is_allocated_once_warm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

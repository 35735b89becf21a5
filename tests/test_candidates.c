/*
 * test_candidates.c: the products that may be offered: held against every rule of shelves, one by one, over random
 * shops and visitors; what speaks for each; what it is worth.
 */
#include "check.h"
#include "failing_malloc.h"
#include "log/catalog.h"
#include "offers/candidates.h"
#include "random_shop.h"

#include <stdio.h>

#define NOW       INT64_C(1709500000000000)
#define QUESTIONS 1500

static ss_candidates candidates; /* large */
static char session[16];
static ss_cart cart;

typedef struct question {
    ss_offer_request request;
    ss_campaign campaign;
    ss_cart_line lines[4];
    char ids[8][8];
    ss_slice exclude[4], category;
} question;

static ss_slice some_item(ss_random *random, char id[8])
{
    snprintf(id, 8, "i%u", ss_random_below(random, RANDOM_ITEMS + 3));
    return ss_slice_of(id);
}

static void make_question(question *of, ss_random *random)
{
    static const char *const categories[] = {"cat0", "cat1", "cat2"};
    *of = (question){.request = {.page = (ss_offer_page)ss_random_below(random, 3),
                                 .session_id = ss_slice_of(session),
                                 .cart = of->lines,
                                 .exclude = of->exclude}};
    size_t used = 0;
    of->request.item_id = some_item(random, of->ids[used++]);
    of->request.cart_count = ss_random_below(random, 4);
    of->request.exclude_count = ss_random_below(random, 4);
    for (size_t i = 0; i < of->request.cart_count; i++)
        of->lines[i] = (ss_cart_line){some_item(random, of->ids[used++]), 1};
    for (size_t i = 0; i < of->request.exclude_count; i++)
        of->exclude[i] = some_item(random, of->ids[used++]);
    of->category = ss_slice_of(categories[ss_random_below(random, 3)]);
    of->campaign.categories = of->campaign.not_categories = &of->category;
    of->campaign.category_count = ss_random_below(random, 3) == 0;
    of->campaign.not_category_count = ss_random_below(random, 4) == 0;
}

static void look_around(ss_visitors *visitors, ss_random *random)
{
    static const ss_event kinds[] = {SS_EVENT_VIEW, SS_EVENT_VIEW, SS_EVENT_CART_ADD, SS_EVENT_PURCHASE,
                                     SS_EVENT_DISMISS};
    char id[8];
    ss_live_event event = {.received = NOW, .time = NOW, .quantity = 1, .unit_price = SS_NO_MONEY};
    event.event = kinds[ss_random_below(random, 5)];
    event.texts[SS_TEXT_ITEM_ID] = some_item(random, id);
    event.texts[SS_TEXT_SESSION_ID] = ss_slice_of(session);
    assert_int_equal(ss_visitors_apply(visitors, &event), SS_OK);
}

static bool is_named(const ss_slice *ids, size_t count, ss_slice id)
{
    for (size_t i = 0; i < count; i++)
        if (ss_slice_equal(ids[i], id))
            return true;
    return false;
}

static bool is_in_cart(const question *of, ss_slice id)
{
    for (size_t i = 0; i < of->request.cart_count; i++)
        if (ss_slice_equal(of->lines[i].item_id, id))
            return true;
    return false;
}

static const ss_visitor_item *touched(const ss_visit *visit, uint32_t item)
{
    for (unsigned i = 0; i < visit->session.count; i++)
        if (visit->session.items[i].item == item)
            return &visit->session.items[i];
    return NULL;
}

/* Every rule, written down once more. */
static void check_candidate(const question *of, const ss_catalogue *catalogue, const ss_visit *visit,
                            const ss_candidate *candidate)
{
    uint32_t item = candidate->item;
    ss_slice id = ss_catalogue_id(catalogue, item);
    const ss_visitor_item *known = touched(visit, item);
    assert_false(ss_catalogue_show(catalogue, item) & SS_SHOW_BLOCKED);
    assert_false(ss_catalogue_out_of_dates(catalogue, item, NOW));
    assert_false(is_named(of->exclude, of->request.exclude_count, id) || is_in_cart(of, id));
    assert_false(known && (known->cart > 0 || (known->flags & SS_VISITOR_DISMISSED)));
    assert_true(ss_campaign_takes(&of->campaign, catalogue, item));
    assert_true(candidate->line.price > 0 && candidate->margin > 0 && candidate->affinity > 0);
    if (candidate->reason.source == SS_OFFER_FROM_PAGE)
        assert_true(ss_slice_equal(id, of->request.item_id) && of->request.page == SS_PAGE_PRODUCT);
    if (candidate->reason.source == SS_OFFER_FROM_SEEN)
        assert_true(known && ss_visit_seen(known) && of->request.page == SS_PAGE_HOME);
}

static void check_distinct(const ss_catalogue *catalogue)
{
    for (size_t i = 0; i < candidates.count; i++)
        for (size_t k = 0; k < i; k++) {
            uint32_t a = candidates.list[i].item, b = candidates.list[k].item;
            uint32_t group = ss_catalogue_group(catalogue, a);
            assert_true(a != b);
            assert_true(group == SS_NONE || group != ss_catalogue_group(catalogue, b)); /* variants once */
        }
}

static void gather(ss_answerer *answerer, const question *of, const ss_guards *guards)
{
    const ss_catalogue *catalogue = ss_answerer_catalogue(answerer);
    ss_request asked = ss_candidates_request(&of->request, NOW);
    ss_error error = {0};
    ss_cart_take(&cart, catalogue, of->lines, of->request.cart_count, NOW);
    const ss_candidates_for with = {&of->request, ss_answerer_meet(answerer, &asked), &cart, &of->campaign, guards,
                                    NOW};
    expect_ok(ss_candidates_gather(&candidates, answerer, &with, &error), &error);
    assert_true(candidates.count <= SS_CANDIDATES_MAX);
    for (size_t i = 0; i < candidates.count; i++)
        check_candidate(of, catalogue, with.visit, &candidates.list[i]);
    check_distinct(catalogue);
}

static void every_rule_holds(void **state)
{
    (void)state;
    shop of;
    ss_random random = test_random();
    ss_visitors *visitors = NULL;
    ss_visitors_options options = ss_visitors_defaults();
    ss_answerer *answerer = NULL;
    ss_error error = {0};
    question asked;
    const ss_guards guards = {.tax = 1900};
    uint64_t found = 0;
    random_shop_open(&of, &random);
    expect_ok(ss_visitors_new(&options, &visitors, &error), &error);
    expect_ok(ss_answerer_new(of.snapshot, &(ss_live){.visitors = visitors}, &answerer, &error), &error);
    ss_candidates_init(&candidates, of.snapshot);
    for (unsigned i = 0; i < QUESTIONS; i++) {
        if (i % 50 == 0)
            snprintf(session, sizeof session, "s%u", i);
        look_around(visitors, &random);
        make_question(&asked, &random);
        gather(answerer, &asked, &guards);
        found += candidates.count;
    }
    assert_true(found > QUESTIONS); /* there are some */
    ss_answerer_free(&answerer);
    ss_visitors_free(&visitors);
    shop_close(&of);
}

/* Cup and tray are in 30 orders together. The hit is in 60 of 90, as often with the cup (20 of 30) as with anything. */
static void write_log_with_a_hit(char *log, size_t size)
{
    size_t used = (size_t)snprintf(log, size, "order_id,customer_id,item_id,timestamp\n");
    for (unsigned order = 0; order < 90; order++) {
        const char *others[] = {"cup", "rug", "lamp"};
        char head[32], tail[32];
        snprintf(head, sizeof head, "%u,c%u,", order, order);
        snprintf(tail, sizeof tail, ",2023-10-%02u\n", 1 + order % 28);
        used += (size_t)snprintf(log + used, size - used, "%s%s%s", head, others[order % 3], tail);
        if (order % 3 == 0)
            used += (size_t)snprintf(log + used, size - used, "%stray%s", head, tail);
        if (order / 3 % 3 != 0)
            used += (size_t)snprintf(log + used, size - used, "%shit%s", head, tail);
    }
    assert_true(used < size);
}

static double affinity_of(const ss_catalogue *catalogue, const char *id)
{
    for (size_t i = 0; i < candidates.count; i++)
        if (ss_slice_equal(ss_catalogue_id(catalogue, candidates.list[i].item), ss_slice_of(id)))
            return candidates.list[i].affinity;
    return 0;
}

/* What sells to everybody is no reason to offer it on every page. */
static void a_best_seller_stands_behind_what_belongs_to_the_product(void **state)
{
    static char log[16384];
    shop of;
    ss_answerer *answerer = NULL;
    ss_error error = {0};
    const ss_guards guards = {.tax = 0};
    const question asked = {.request = {.page = SS_PAGE_PRODUCT,
                                        .item_id = SS_SLICE_LITERAL("cup"),
                                        .session_id = SS_SLICE_LITERAL("s"),
                                        .cart = asked.lines}};
    (void)state;
    write_log_with_a_hit(log, sizeof log);
    shop_open(&of, log,
              "item_id,name,price,cost\ncup,Cup,8.00,3.00\ntray,Tray,8.00,3.00\nhit,Hit,8.00,3.00\n"
              "rug,Rug,8.00,3.00\nlamp,Lamp,8.00,3.00\n");
    expect_ok(ss_answerer_new(of.snapshot, &(ss_live){0}, &answerer, &error), &error);
    ss_candidates_init(&candidates, of.snapshot);
    gather(answerer, &asked, &guards);
    const ss_catalogue *catalogue = ss_answerer_catalogue(answerer);
    assert_true(affinity_of(catalogue, "tray") > 4 * affinity_of(catalogue, "hit"));
    assert_true(affinity_of(catalogue, "hit") > 0); /* and yet it may be offered */
    assert_true(affinity_of(catalogue, "cup") > affinity_of(catalogue, "tray"));
    ss_answerer_free(&answerer);
    shop_close(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_holds),
        cmocka_unit_test(a_best_seller_stands_behind_what_belongs_to_the_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

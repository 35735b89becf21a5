/* Who is one for which list, at the edges of hours, days and shares, and what they are shown; in words, rows and with what incentive. */
#include "offers_shop.h"

#include "job/mail_rows.h"

#define NOW  OFFERS_NOW
#define HOUR (3600 * SS_SECOND)

/* The shop of offers_shop.h as a world, with a memory of its own and nothing on the disk. */
typedef struct mail_shop {
    const shop *of;
    ss_mail_world world;
    ss_mail_memory *memory;
    ss_mail_options options;
    ss_mail_picker *picker;
    ss_mail mail;
} mail_shop;

static void set_defaults(ss_mail_options *options)
{
    ss_option_group group = {.options = ss_mail_option_table, .target = options};
    ss_options_defaults(&group, 1);
}

static void shop_begin(mail_shop *its)
{
    ss_visitors_options visitors = ss_visitors_defaults();
    ss_error error = {0};
    memset(its, 0, sizeof *its);
    its->of = offers_train(offers_log, offers_catalog);
    set_defaults(&its->options);
    visitors.customer_days = 90;
    its->world = (ss_mail_world){.snapshot = its->of->snapshot,
                                 .items = ss_live_items_new(&(ss_live_items_options){16}),
                                 .forgotten = ss_left_out_new(),
                                 .strangers = ss_dictionary_new(),
                                 .now = NOW};
    expect_ok(ss_visitors_new(&visitors, &its->world.visitors, &error), &error);
    its->world.live = (ss_live){its->world.items, its->world.visitors};
    its->world.without_visitors = (ss_live){its->world.items, NULL};
    expect_ok(ss_mail_memory_open("/nonexistent", false, 0, &its->memory, &error), &error);
}

static void shop_end(mail_shop *its)
{
    ss_mail_picker_free(&its->picker);
    ss_mail_memory_close(&its->memory);
    its->world.snapshot = NULL; /* the group's */
    ss_mail_world_close(&its->world);
}

/* A stranger, or one of the log, does something so many hours before now. */
static void did_pieces(mail_shop *its, const char *who, ss_event kind, const char *item, double hours, float pieces)
{
    uint32_t number;
    ss_live_event event = {.event = kind, .quantity = pieces, .unit_price = SS_NO_MONEY};
    event.time = event.received = NOW - (int64_t)(hours * (double)HOUR);
    for (int i = 0; i < SS_EVENT_TEXTS; i++)
        event.texts[i] = (ss_slice){"", 0};
    event.texts[SS_TEXT_ITEM_ID] = ss_slice_of(item);
    event.texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(who);
    assert_status(ss_visitors_apply(its->world.visitors, &event), SS_OK);
    if (ss_strings_find(&its->of->snapshot->customers.ids, ss_slice_of(who)) == SS_NONE)
        assert_status(ss_dictionary_intern(its->world.strangers, ss_slice_of(who), &number), SS_OK);
    its->world.customers = its->of->snapshot->customers.count + its->of->snapshot->segments.others.count +
                           (uint64_t)ss_dictionary_count(its->world.strangers);
}

static void did(mail_shop *its, const char *who, ss_event kind, const char *item, double hours)
{
    did_pieces(its, who, kind, item, hours, 1);
}

static void changed(mail_shop *its, ss_item_change change, double hours)
{
    live_change(its->world.items, its->of->snapshot, change, NOW - (int64_t)(hours * (double)HOUR));
}

static uint64_t number_of(const mail_shop *its, const char *who)
{
    uint64_t customer = 0;
    while (!ss_slice_equal(ss_mail_world_customer(&its->world, customer), ss_slice_of(who)))
        customer++;
    return customer;
}

static ss_mail_pick pick(mail_shop *its, const char *who, ss_mail_kind kind)
{
    ss_mail_pick result = SS_MAIL_NOT_FOR;
    ss_error error = {0};
    ss_mail_picker_free(&its->picker);
    expect_ok(ss_mail_picker_new(&its->world, its->memory, &its->options, &its->picker, &error), &error);
    ss_mail_picker_meet(its->picker, number_of(its, who), &its->mail);
    expect_ok(ss_mail_picker_pick(its->picker, kind, &its->mail, &result, &error), &error);
    return result;
}

/* "tea pot " */
static void expect_items(const mail_shop *its, const char *wanted)
{
    char text[256] = "";
    for (size_t i = 0; i < its->mail.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", shop_id(its->of, its->mail.products[i].item));
    assert_string_equal(text, wanted);
}

static const char *words_of(const mail_shop *its, size_t product)
{
    static char text[SS_MAIL_WORDS_MAX];
    const ss_mail_language language = {ss_mail_picker_catalogue(its->picker), NOW, 2, NULL};
    ss_mail_words_product(&language, &its->mail.products[product], text, sizeof text);
    return text;
}

/* ---- lists ---- */

static void a_cart_is_abandoned_for_a_while(void **state)
{
    (void)state;
    mail_shop its;
    shop_begin(&its);
    did_pieces(&its, "v", SS_EVENT_CART_ADD, "pot", 30, 2);
    did(&its, "v", SS_EVENT_CART_ADD, "cup", 4);
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_PICKED);
    expect_items(&its, "cup pot ");
    assert_true(its.mail.value == 2 * 3000 + 800 && its.mail.when == NOW - 4 * HOUR);
    assert_string_equal(words_of(&its, 0), "left in the cart today, 1 piece");
    assert_string_equal(words_of(&its, 1), "left in the cart yesterday, 2 pieces");
    its.options.cart_hours = 4.01;
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_NOT_FOR);
    its.options.cart_hours = 1;
    its.options.cart_days = 1;
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_PICKED);
    expect_items(&its, "cup ");
    its.options.cart_days = 0.1;
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_NOT_FOR);
    shop_end(&its);
}

static void who_bought_since_has_left_no_cart(void **state)
{
    (void)state;
    mail_shop its;
    shop_begin(&its);
    did(&its, "v", SS_EVENT_CART_ADD, "pot", 30);
    did(&its, "v", SS_EVENT_PURCHASE, "tea", 20);
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_NOT_FOR);
    did(&its, "v", SS_EVENT_CART_ADD, "cup", 10);
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_PICKED);
    expect_items(&its, "cup ");
    did(&its, "v", SS_EVENT_CART_REMOVE, "cup", 9);
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_NOT_FOR);
    shop_end(&its);
}

static void what_may_not_be_shown_is_on_no_list(void **state)
{
    (void)state;
    mail_shop its;
    shop_begin(&its);
    did(&its, "v", SS_EVENT_CART_ADD, "pot", 9);
    did(&its, "v", SS_EVENT_CART_ADD, "cup", 8);
    did(&its, "v", SS_EVENT_CART_ADD, "gone", 7);
    changed(&its, item_number("cup", SS_LIVE_HIDDEN, 1), 1);
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_PICKED);
    expect_items(&its, "pot ");
    changed(&its, item_number("pot", SS_LIVE_STOCK, 0), 1);
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_NO_PRODUCTS);
    assert_int_equal(ss_mail_picker_removed(its.picker)[SS_REMOVED_STOCK], 2);
    assert_int_equal(ss_mail_picker_removed(its.picker)[SS_REMOVED_HIDDEN], 1);
    its.options.min_products = 2;
    changed(&its, item_number("pot", SS_LIVE_STOCK, 1), 0.5);
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_NO_PRODUCTS);
    shop_end(&its);
}

static void a_price_has_dropped_by_enough_and_truly(void **state)
{
    (void)state;
    mail_shop its;
    shop_begin(&its);
    did(&its, "v", SS_EVENT_VIEW, "pot", 100);
    did(&its, "v", SS_EVENT_VIEW, "cup", 100);
    did(&its, "v", SS_EVENT_VIEW, "rug", 2);
    changed(&its, item_number("pot", SS_LIVE_PRICE, 2850), 10); /* 5 % */
    changed(&its, item_number("cup", SS_LIVE_PRICE, 761), 10);  /* a little less */
    changed(&its, item_number("rug", SS_LIVE_PRICE, 5000), 10); /* looked at since */
    assert_int_equal(pick(&its, "v", SS_MAIL_PRICE_DROPPED), SS_MAIL_PICKED);
    expect_items(&its, "pot ");
    assert_string_equal(words_of(&its, 0),
                        "looked at 4 days ago at 30.00, now 28.50; the lowest of the 30 days before was 30.00");
    its.options.price_drop = 5.1;
    assert_int_equal(pick(&its, "v", SS_MAIL_PRICE_DROPPED), SS_MAIL_NOT_FOR);
    its.options.price_drop = 5;
    its.options.viewed_days = 4;
    assert_int_equal(pick(&its, "v", SS_MAIL_PRICE_DROPPED), SS_MAIL_NOT_FOR);
    shop_end(&its);
}

/* Raised first and lowered then, it is no cheaper than it was. */
static void a_price_that_was_raised_first_has_not_dropped(void **state)
{
    (void)state;
    mail_shop its;
    shop_begin(&its);
    changed(&its, item_number("pot", SS_LIVE_PRICE, 4000), 60);
    did(&its, "v", SS_EVENT_VIEW, "pot", 50);
    changed(&its, item_number("pot", SS_LIVE_PRICE, 3100), 10);
    assert_int_equal(pick(&its, "v", SS_MAIL_PRICE_DROPPED), SS_MAIL_NOT_FOR);
    changed(&its, item_number("pot", SS_LIVE_PRICE, 2900), 5);
    assert_int_equal(pick(&its, "v", SS_MAIL_PRICE_DROPPED), SS_MAIL_PICKED);
    did(&its, "v", SS_EVENT_PURCHASE, "pot", 4);
    assert_int_equal(pick(&its, "v", SS_MAIL_PRICE_DROPPED), SS_MAIL_NOT_FOR);
    shop_end(&its);
}

static void an_item_is_back_for_who_looked_before(void **state)
{
    (void)state;
    mail_shop its;
    shop_begin(&its);
    did(&its, "v", SS_EVENT_VIEW, "gone", 72);
    did(&its, "w", SS_EVENT_VIEW, "gone", 20);
    changed(&its, item_number("gone", SS_LIVE_STOCK, 5), 24);
    assert_int_equal(pick(&its, "v", SS_MAIL_BACK_IN_STOCK), SS_MAIL_NOT_FOR); /* nobody knows that it was sold out */
    assert_status(ss_mail_memory_restock(its.memory, ss_slice_of("gone"), NOW - 24 * HOUR), SS_OK);
    assert_int_equal(pick(&its, "v", SS_MAIL_BACK_IN_STOCK), SS_MAIL_PICKED);
    expect_items(&its, "gone ");
    assert_string_equal(words_of(&its, 0), "looked at 3 days ago, sold out since, back in stock since 2023-11-13");
    assert_int_equal(pick(&its, "w", SS_MAIL_BACK_IN_STOCK), SS_MAIL_NOT_FOR);
    its.options.restocked_days = 0.9;
    assert_int_equal(pick(&its, "v", SS_MAIL_BACK_IN_STOCK), SS_MAIL_NOT_FOR);
    shop_end(&its);
}

static void for_you_is_for_whom_something_is_known(void **state)
{
    (void)state;
    mail_shop its;
    shop_begin(&its);
    did(&its, "v", SS_EVENT_VIEW, "tea", 72);
    assert_int_equal(pick(&its, "ann", SS_MAIL_FOR_YOU), SS_MAIL_PICKED);
    assert_true(its.mail.count > 0);
    for (size_t i = 0; i < its.mail.count; i++) {
        assert_int_equal(its.mail.products[i].reason.stage, 0);
        assert_true(strcmp(shop_id(its.of, its.mail.products[i].item), "tea") != 0); /* bought */
    }
    assert_int_equal(pick(&its, "v", SS_MAIL_FOR_YOU), SS_MAIL_PICKED);
    assert_int_equal(pick(&its, "v", SS_MAIL_BIRTHDAY), SS_MAIL_NOT_FOR);
    assert_int_equal(pick(&its, "v", SS_MAIL_EARLY_ACCESS), SS_MAIL_NOT_FOR);
    assert_int_equal(pick(&its, "v", SS_MAIL_WIN_BACK), SS_MAIL_NOT_FOR);
    shop_end(&its);
}

/* Filled together, everybody has what the factorization alone would show them one by one. */
static void together_is_one_by_one(void **state)
{
    (void)state;
    mail_shop its;
    ss_error error = {0};
    shop_begin(&its);
    did(&its, "ann", SS_EVENT_CART_ADD, "cup", 7);
    did(&its, "bob", SS_EVENT_PURCHASE, "rug", 7);
    changed(&its, item_number("lamp", SS_LIVE_HIDDEN, 1), 1);
    its.options.for_you = SS_MAIL_FACTORS;
    ss_mail mails[8], *places[8];
    ss_mail_pick picks[8];
    size_t count = its.of->snapshot->customers.count;
    assert_int_equal(count, 8);
    assert_int_equal(pick(&its, "ann", SS_MAIL_FOR_YOU), SS_MAIL_LATER);
    for (size_t i = 0; i < count; i++) {
        ss_mail_pick result;
        places[i] = &mails[i];
        ss_mail_picker_meet(its.picker, i, &mails[i]);
        expect_ok(ss_mail_picker_pick(its.picker, SS_MAIL_FOR_YOU, &mails[i], &result, &error), &error);
    }
    expect_ok(ss_mail_picker_fill(its.picker, places, count, picks, &error), &error);
    ss_shelf shelf = its.of->snapshot->shelves[SS_SHELF_FOR_YOU];
    memset(shelf.weights, 0, sizeof shelf.weights);
    shelf.weights[SS_SOURCE_ALS] = 1;
    shelf.freshness_exponent = 0;
    shelf.fallback_count = 0;
    ss_answerer *answerer = NULL;
    expect_ok(ss_answerer_new(its.of->snapshot, &its.world.live, &answerer, &error), &error);
    for (size_t i = 0; i < count; i++) {
        ss_request request = ss_request_empty();
        ss_answer answer;
        request.customer_id = mails[i].customer_id;
        request.limit = 6;
        request.now = NOW;
        expect_ok(ss_answer_shelf(answerer, &shelf, &request, &answer, &error), &error);
        assert_int_equal(picks[i], answer.count > 0 ? SS_MAIL_PICKED : SS_MAIL_NO_PRODUCTS);
        assert_int_equal(mails[i].count, answer.count);
        for (size_t k = 0; k < answer.count; k++)
            assert_int_equal(mails[i].products[k].item, answer.items[k].item);
    }
    ss_answerer_free(&answerer);
    shop_end(&its);
}

/* ---- incentives ---- */

#define POLICY                                                                                                         \
    "offers:\n  guards: {budget-per-day: 10000, budget: 100000, margin-min: 10, discount-max: 20}\n"                   \
    "  incentives: {half: {percent: 50}, ten: {percent: 10}, ship: {free-shipping: 100}}\n"                            \
    "  campaigns:\n    last_chance: {incentives: [half, ten], cart-min: 1000, holdout: 0}\n"                           \
    "    dont_go: {incentives: [ship, ten], holdout: 0}\n"

#define LIKED_POLICY                                                                                                   \
    "offers:\n  guards: {budget-per-day: 10000, budget: 100000}\n  incentives: {ten: {percent: 10}}\n"                 \
    "  campaigns: {last_chance: {incentives: [ten], liked-categories: [Bath, Drinks], holdout: 0}}\n"

static const char *incentive_of(const mail_shop *its, const char *policy_text)
{
    static char text[80];
    ss_policy *policy = offers_policy(policy_text);
    ss_mail_incentive of =
        ss_mail_incentive_of(policy, ss_mail_picker_catalogue(its->picker), &its->mail, its->world.now);
    snprintf(text, sizeof text, "none");
    if (of.incentive)
        snprintf(text, sizeof text, "%.*s", (int)of.incentive->name.size, of.incentive->name.data);
    ss_policy_release(&policy);
    return text;
}

static void an_incentive_is_the_first_that_all_guards_allow(void **state)
{
    (void)state;
    mail_shop its;
    shop_begin(&its);
    did(&its, "v", SS_EVENT_CART_ADD, "pot", 9);
    did(&its, "w", SS_EVENT_CART_ADD, "cup", 9);
    did(&its, "x", SS_EVENT_CART_ADD, "towel", 9);
    assert_int_equal(pick(&its, "v", SS_MAIL_ABANDONED_CART), SS_MAIL_PICKED);
    assert_string_equal(incentive_of(&its, POLICY), "ten");        /* half is too deep */
    assert_string_equal(incentive_of(&its, "offers: {}"), "none"); /* no budget */
    assert_string_equal(incentive_of(&its, LIKED_POLICY), "none");
    its.mail.liked = SS_SLICE_LITERAL("Drinks");
    assert_string_equal(incentive_of(&its, LIKED_POLICY), "ten");
    assert_int_equal(pick(&its, "w", SS_MAIL_ABANDONED_CART), SS_MAIL_PICKED);
    assert_string_equal(incentive_of(&its, POLICY), "none"); /* below cart-min */
    assert_int_equal(pick(&its, "x", SS_MAIL_ABANDONED_CART), SS_MAIL_PICKED);
    assert_string_equal(incentive_of(&its, POLICY), "none"); /* below the margin */
    did(&its, "y", SS_EVENT_VIEW, "pot", 100);
    changed(&its, item_number("pot", SS_LIVE_PRICE, 2000), 10);
    assert_int_equal(pick(&its, "y", SS_MAIL_PRICE_DROPPED), SS_MAIL_PICKED);
    assert_string_equal(incentive_of(&its, POLICY), "none"); /* reduced already */
    shop_end(&its);
}

/* ---- rows ---- */

static void rows_are_csv_or_ndjson(void **state)
{
    (void)state;
    mail_shop its;
    ss_buffer out;
    ss_buffer_init(&out, 1u << 16);
    shop_begin(&its);
    did(&its, "a,\"b", SS_EVENT_CART_ADD, "pot", 30);
    assert_int_equal(pick(&its, "a,\"b", SS_MAIL_ABANDONED_CART), SS_MAIL_PICKED);
    const ss_mail_language language = {ss_mail_picker_catalogue(its.picker), NOW, 2, NULL};
    const ss_mail_incentive none = {NULL, NULL};
    its.mail.products[0].score = 0.5f;
    assert_status(ss_mail_rows_header(SS_MAIL_CSV, 2, &out), SS_OK);
    assert_status(ss_mail_rows_append(SS_MAIL_CSV, 2, &language, &its.mail, &none, &out), SS_OK);
    assert_string_equal(out.data,
                        "customer_id,list,segment,why,campaign,incentive,product_1_id,product_1_name,product_1_price,"
                        "product_1_score,product_1_why,product_2_id,product_2_name,product_2_price,product_2_score,"
                        "product_2_why\n"
                        "\"a,\"\"b\",abandoned_cart,new,\"a cart of 30.00, left yesterday\",,,pot,Teapot,30.00,0.5,"
                        "\"left in the cart yesterday, 1 piece\",,,,,\n");
    ss_buffer_clear(&out);
    assert_status(ss_mail_rows_header(SS_MAIL_NDJSON, 2, &out), SS_OK);
    assert_status(ss_mail_rows_append(SS_MAIL_NDJSON, 2, &language, &its.mail, &none, &out), SS_OK);
    assert_string_equal(out.data,
                        "{\"customer_id\":\"a,\\\"b\",\"list\":\"abandoned_cart\",\"segment\":\"new\",\"why\":"
                        "\"a cart of 30.00, left yesterday\",\"incentive\":null,\"products\":[{\"item_id\":"
                        "\"pot\",\"name\":\"Teapot\",\"price\":3000,\"score\":0.5,\"why\":\"left in the cart "
                        "yesterday, 1 piece\"}]}\n");
    shop_end(&its);
    ss_buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cart_is_abandoned_for_a_while),
        cmocka_unit_test(who_bought_since_has_left_no_cart),
        cmocka_unit_test(what_may_not_be_shown_is_on_no_list),
        cmocka_unit_test(a_price_has_dropped_by_enough_and_truly),
        cmocka_unit_test(a_price_that_was_raised_first_has_not_dropped),
        cmocka_unit_test(an_item_is_back_for_who_looked_before),
        cmocka_unit_test(for_you_is_for_whom_something_is_known),
        cmocka_unit_test(together_is_one_by_one),
        cmocka_unit_test(an_incentive_is_the_first_that_all_guards_allow),
        cmocka_unit_test(rows_are_csv_or_ndjson),
    };
    return cmocka_run_group_tests(tests, NULL, offers_close_trained);
}

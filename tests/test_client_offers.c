/*
 * Offers through the client library: the bytes of questions and codes, decisions and redemptions as they are read, and
 * what a page shows when no answer comes.
 */
#include "check.h"
#include "client/codec.h"
#include "failing_malloc.h"
#include "peer.h"
#include "wire_text.h"

#define SHORT_MS 200 /* for what must not come */

#define assert_client(EXPR, WANTED) assert_string_equal(smartshelf_status_name(EXPR), smartshelf_status_name(WANTED))

static uint8_t written[WIRE_TEXT_MAX]; /* by wire_text */

static const smartshelf_cart_line cart[] = {{"a", 0}, {"b", 2}};

#define ONE_OFFER                                                                                                      \
    "86 <offer_id> <7KQ2M4X9> <item_id> <a> <list_price> cd 01 2c <offer_price> cd 01 0e "                             \
    "<incentive> 83 <name> <ten> <kind> <percent> <percent> cb 40 24 00 00 00 00 00 00 <code> <7KQ2-M4X9>"

static const char decision[] = "94 01 01 c0 89 <show> c3 <reason> <offer> <campaign> <dont_go> <message_key> <stay> "
                               "<variant> <b> <expires_at> 07 <decimals> 02 "
                               "<triggers> 83 <mouse_out> c3 <idle_seconds> 3c <back_button> c2 <offers> 91 " ONE_OFFER;

static const char redemption[] = "94 01 01 c0 89 <redeemed> c3 <reason> <redeemed> <repeated> c3 <offer_id> <7KQ2M4X9> "
                                 "<campaign> <c> <incentive> c0 <list> cd 01 2c <charged> cd 01 0e <given> 1e";

static void assert_bytes(const char *bytes, size_t size, const char *text)
{
    assert_int_equal(size, wire_text(text, written));
    assert_memory_equal(bytes, written, size);
}

/* ---- bytes ---- */

static void questions_are_written_as_the_page_says(void **state)
{
    static const char *const fields[] = {"name"}, *const exclude[] = {"x"};
    const smartshelf_offers_query full = {.page = "product",
                                          .item_id = "i",
                                          .customer_id = "c",
                                          .session_id = "s",
                                          .request_id = "r",
                                          .cart = cart,
                                          .cart_count = 2,
                                          .exclude = exclude,
                                          .exclude_count = 1,
                                          .fields = fields,
                                          .field_count = 1,
                                          .limit = 3,
                                          .consent = "granted",
                                          .relaxed = true,
                                          .preview = true};
    const smartshelf_offers_query empty = {.page = "cart", .session_id = "s", .cart = cart};
    const smartshelf_offers_query nowhere = {.session_id = "s"};
    const smartshelf_cart_line nothing = {NULL, 1};
    const smartshelf_offers_query of_nothing = {.page = "home", .cart = &nothing, .cart_count = 1};
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    (void)state;
    assert_client(smartshelf_offers_encode(&full, 7, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size,
                 "94 00 07 <preview> 8b <page> <product> <session_id> <s> <item_id> <i> <customer_id> <c> "
                 "<request_id> <r> <cart> 92 <a> 82 <item_id> <b> <quantity> 02 <fields> 91 <name> <exclude> 91 <x> "
                 "<limit> 03 <durability> <relaxed> <consent> <granted>");
    assert_client(smartshelf_offers_encode(&empty, 7, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size, "94 00 07 <offers> 83 <page> <cart> <session_id> <s> <cart> 90");
    assert_client(smartshelf_offers_encode(&nowhere, 7, &bytes, &capacity, &size), SMARTSHELF_ARGUMENT);
    assert_client(smartshelf_offers_encode(&of_nothing, 7, &bytes, &capacity, &size), SMARTSHELF_ARGUMENT);
    free(bytes);
}

static void codes_are_written_as_the_page_says(void **state)
{
    const smartshelf_code code = {.code = "x", .order_id = "o", .session_id = "s", .cart = cart, .cart_count = 2};
    const smartshelf_code undo = {.code = "x", .order_id = "o", .undo = true}, nobody = {.code = "x"};
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    (void)state;
    assert_client(smartshelf_code_encode(&code, 7, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size,
                 "94 00 07 <redeem> 84 <code> <x> <order_id> <o> <cart> 92 <a> 82 <item_id> <b> <quantity> 02 "
                 "<session_id> <s>");
    assert_client(smartshelf_code_encode(&undo, 7, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size, "94 00 07 <redeem> 83 <code> <x> <order_id> <o> <undo> c3");
    assert_client(smartshelf_code_encode(&nobody, 7, &bytes, &capacity, &size), SMARTSHELF_ARGUMENT);
    free(bytes);
}

static void pages_ask_for_offers(void **state)
{
    static const smartshelf_wish wishes[] = {{"popular", 0}};
    const smartshelf_offers_query offers = {
        .page = "cart", .cart = cart, .cart_count = 1, .limit = 2, .relaxed = true, .session_id = "of no account"};
    const smartshelf_offers_query plain = {0};
    smartshelf_query query = smartshelf_query_of("page");
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    (void)state;
    query.shelves = wishes;
    query.shelf_count = 1;
    query.session_id = "s";
    query.offers = &offers;
    assert_client(smartshelf_query_encode(&query, 7, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size,
                 "94 00 07 <page> 83 <shelves> 91 <popular> <session_id> <s> "
                 "<offers> 84 <page> <cart> <limit> 02 <cart> 91 <a> <durability> <relaxed>");
    query.offers = &plain;
    assert_client(smartshelf_query_encode(&query, 7, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size, "94 00 07 <page> 83 <shelves> 91 <popular> <session_id> <s> <offers> 80");
    free(bytes);
}

/* ---- answers ---- */

static void decisions_are_read(void **state)
{
    smartshelf_answer answer;
    (void)state;
    assert_client(smartshelf_answer_decode(written, wire_text(decision, written), &answer), SMARTSHELF_OK);
    const smartshelf_decision *read = answer.decision;
    assert_non_null(read);
    assert_true(read->show && !read->repeated && read->expires_at == 7 && answer.decimals == 2);
    assert_string_equal(read->reason, "offer");
    assert_string_equal(read->campaign, "dont_go");
    assert_string_equal(read->message_key, "stay");
    assert_string_equal(read->variant, "b");
    assert_true(read->has_triggers && read->mouse_out && !read->back_button && read->idle_seconds == 60);
    assert_int_equal(read->offer_count, 1);
    const smartshelf_offer *offer = &read->offers[0];
    assert_string_equal(offer->offer_id, "7KQ2M4X9");
    assert_string_equal(offer->code, "7KQ2-M4X9");
    assert_string_equal(offer->product.item_id, "a");
    assert_true(offer->list_price == 300 && offer->offer_price == 270);
    assert_string_equal(offer->incentive->name, "ten");
    assert_true(offer->incentive->percent == 10);
    smartshelf_answer_release(&answer);
}

static void decisions_of_pages_are_read(void **state)
{
    smartshelf_answer answer;
    (void)state;
    size_t size = wire_text("94 01 01 c0 83 <generation> <g> <shelves> 90 "
                            "<offers> 83 <show> c2 <reason> <held_out> <offers> 90",
                            written);
    assert_client(smartshelf_answer_decode(written, size, &answer), SMARTSHELF_OK);
    assert_true(answer.decision && !answer.decision->show && answer.decision->offer_count == 0);
    assert_string_equal(answer.decision->reason, "held_out");
    smartshelf_answer_release(&answer);
    size = wire_text("94 01 01 c0 81 <offers> 81 <decisions> 80", written); /* of stats: no decision */
    assert_client(smartshelf_answer_decode(written, size, &answer), SMARTSHELF_OK);
    assert_null(answer.decision);
    smartshelf_answer_release(&answer);
}

static void redemptions_are_read(void **state)
{
    smartshelf_answer answer;
    (void)state;
    assert_client(smartshelf_answer_decode(written, wire_text(redemption, written), &answer), SMARTSHELF_OK);
    const smartshelf_redemption *read = answer.redemption;
    assert_true(read->redeemed && read->repeated && !read->incentive);
    assert_true(read->list == 300 && read->charged == 270 && read->given == 30);
    assert_string_equal(read->offer_id, "7KQ2M4X9");
    smartshelf_answer_release(&answer);
}

static void what_is_none_is_refused(void **state)
{
    static const char *const none[] = {
        "94 01 01 c0 81 <show> c3",
        "94 01 01 c0 82 <show> c3 <reason> <offer>",
        "94 01 01 c0 83 <show> c3 <reason> <offer> <offers> 07",
        "94 01 01 c0 83 <show> c3 <reason> <offer> <offers> 9f c0 ~14", /* more than the bytes can hold */
        "94 01 01 c0 81 <redeemed> c3",
    };
    smartshelf_answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_client(smartshelf_answer_decode(written, wire_text(none[i], written), &answer), SMARTSHELF_BAD_REPLY);
        smartshelf_answer_release(&answer);
    }
}

static bool read_once(void *context)
{
    smartshelf_answer answer;
    (void)context;
    smartshelf_status status = smartshelf_answer_decode(written, wire_text(decision, written), &answer);
    smartshelf_answer_release(&answer);
    if (status != SMARTSHELF_OK)
        assert_client(status, SMARTSHELF_NOMEM);
    return status == SMARTSHELF_OK;
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(read_once, NULL) > 0);
}

/* ---- over a connection ---- */

static smartshelf_client *open_client(const peer *other, int timeout_ms)
{
    smartshelf_options options = smartshelf_options_default();
    smartshelf_client *client = NULL;
    options.endpoints = other->endpoints;
    options.endpoint_count = 1;
    options.timeout_ms = options.change_timeout_ms = timeout_ms;
    options.change_attempts = 2;
    assert_client(smartshelf_open(&options, &client), SMARTSHELF_OK);
    return client;
}

static void without_an_answer_nothing_is_shown(void **state)
{
    static const smartshelf_wish wishes[] = {{"popular", 0}};
    const smartshelf_offers_query query = {.page = "home", .session_id = "s"};
    smartshelf_query page = smartshelf_query_of("page");
    smartshelf_client *client = open_client(*state, SHORT_MS);
    smartshelf_answer answer;
    page.offers = &query;
    assert_client(smartshelf_offers(client, &query, &answer), SMARTSHELF_TIMEOUT);
    assert_true(answer.from_fallback && !answer.decision->show);
    assert_string_equal(answer.decision->reason, "no_answer");
    smartshelf_answer_release(&answer);
    assert_client(smartshelf_page(client, &page, wishes, 1, &answer), SMARTSHELF_TIMEOUT);
    assert_true(!answer.decision->show);
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
}

static void a_code_is_told_again(void **state)
{
    const smartshelf_code code = {.code = "x", .order_id = "o", .undo = true};
    char first[PEER_MESSAGE_MAX], again[PEER_MESSAGE_MAX];
    peer *other = *state;
    smartshelf_client *client = open_client(other, SHORT_MS);
    smartshelf_answer answer;
    peer_introduce(other, client);
    assert_client(smartshelf_redeem(client, &code, &answer), SMARTSHELF_TIMEOUT);
    smartshelf_answer_release(&answer);
    size_t size = peer_hear(other, first);
    assert_int_equal(peer_hear(other, again), size);
    assert_memory_equal(first, again, size);
    smartshelf_close(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_written_as_the_page_says),
        cmocka_unit_test(codes_are_written_as_the_page_says),
        cmocka_unit_test(pages_ask_for_offers),
        cmocka_unit_test(decisions_are_read),
        cmocka_unit_test(decisions_of_pages_are_read),
        cmocka_unit_test(redemptions_are_read),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(want_of_memory_is_told),
        cmocka_unit_test_setup_teardown(without_an_answer_nothing_is_shown, peer_set_up, peer_tear_down),
        cmocka_unit_test_setup_teardown(a_code_is_told_again, peer_set_up, peer_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

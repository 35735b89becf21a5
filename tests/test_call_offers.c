/*
 * test_call_offers.c: the params of `offers`, of a page with `offers` and of `redeem`: every field, every wrong type,
 * range and name, any bytes at all.
 */
#include "check.h"
#include "server/call.h"
#include "server/call_offers.h"
#include "server/call_redeem.h"
#include "wire_text.h"

static uint8_t message[WIRE_TEXT_MAX];
static ss_offers_call offers;
static ss_redeem_call redeem;
static ss_call page;

static ss_slice written(const char *text)
{
    return (ss_slice){(const char *)message, wire_text(text, message)};
}

typedef struct wrong_call {
    const char *text;
    ss_fault_code code;
    const char *field;
} wrong_call;

static void expect_fault(const wrong_call *wrong, bool decoded, const ss_fault *fault)
{
    if (decoded)
        fail_msg("%s is accepted", wrong->text);
    if (fault->code != wrong->code || strcmp(fault->field, wrong->field) != 0)
        fail_msg("%s: %s '%s': %s", wrong->text, ss_fault_name(fault->code), fault->field, fault->message);
    assert_true(fault->message[0] != '\0');
}

static void expect_decoded(const char *text, bool decoded, const ss_fault *fault)
{
    if (!decoded)
        fail_msg("%s: %s: %s", text, fault->field, fault->message);
}

/* ---- offers ---- */

static void decode_offers(const char *text)
{
    ss_fault fault = {0};
    expect_decoded(text, ss_offers_call_decode(written(text), &offers, &fault), &fault);
}

static void every_field_of_offers_is_read(void **state)
{
    (void)state;
    decode_offers("8b <page> <product> <item_id> <tea> <session_id> <s> <customer_id> a3 20 63 20 <request_id> <r> "
                  "<cart> 93 <pot> 82 <item_id> <cup> <quantity> cd 27 10 81 <item_id> <pot> "
                  "<exclude> 92 <a> <b> <limit> 08 <fields> 92 <name> <price> <consent> <granted> "
                  "<durability> <relaxed>");
    const ss_offer_request *request = &offers.request;
    assert_int_equal(request->page, SS_PAGE_PRODUCT);
    assert_slice_equal(request->item_id, "tea");
    assert_slice_equal(request->session_id, "s");
    assert_slice_equal(request->customer_id, "c"); /* blanks around what is kept go */
    assert_slice_equal(request->request_id, "r");
    assert_int_equal(request->cart_count, 3);
    assert_slice_equal(request->cart[0].item_id, "pot");
    assert_int_equal(request->cart[0].quantity, 1);
    assert_slice_equal(request->cart[1].item_id, "cup");
    assert_int_equal(request->cart[1].quantity, 10000);
    assert_int_equal(request->cart[2].quantity, 1);
    assert_int_equal(request->exclude_count, 2);
    assert_slice_equal(request->exclude[1], "b");
    assert_int_equal(request->limit, 8);
    assert_int_equal(offers.fields, 1u << SS_FIELD_NAME | 1u << SS_FIELD_PRICE);
    assert_true(offers.relaxed && !request->no_consent && !request->preview);
}

static void what_is_not_given_is_empty(void **state)
{
    (void)state;
    decode_offers("82 <page> <home> <session_id> <s>");
    assert_true(!offers.request.cart && offers.request.cart_count == 0 && offers.request.limit == 0);
    assert_true(offers.request.exclude_count == 0 && offers.request.item_id.size == 0 && offers.fields == 0);
    assert_true(!offers.relaxed && offers.request.request_id.size == 0 && offers.request.customer_id.size == 0);
    decode_offers("83 <page> <cart> <customer_id> <c> <cart> 90"); /* an empty cart is one that was given */
    assert_true(offers.request.cart && offers.request.cart_count == 0);
    decode_offers("82 <page> <home> <consent> <none>"); /* who allows nothing need not say who they are */
    assert_true(offers.request.no_consent);
}

static void wrong_offers_are_refused(void **state)
{
    static const wrong_call wrong[] = {
        {"80", SS_FAULT_MISSING_PARAM, "page"},
        {"90", SS_FAULT_WRONG_TYPE, ""},
        {"81 <page> <home>", SS_FAULT_MISSING_PARAM, "session_id"},
        {"81 <session_id> <s>", SS_FAULT_MISSING_PARAM, "page"},
        {"82 <page> <product> <session_id> <s>", SS_FAULT_MISSING_PARAM, "item_id"},
        {"82 <page> <checkout> <session_id> <s>", SS_FAULT_OUT_OF_RANGE, "page"},
        {"82 <page> 01 <session_id> <s>", SS_FAULT_WRONG_TYPE, "page"},
        {"82 <page> <home> <session_id> 01", SS_FAULT_WRONG_TYPE, "session_id"},
        {"82 <page> <home> <session_id> a0", SS_FAULT_OUT_OF_RANGE, "session_id"},
        {"82 <page> <home> <session_id> (256)", SS_FAULT_OUT_OF_RANGE, "session_id"},
        {"82 <page> <home> <session_id> a1 0a", SS_FAULT_OUT_OF_RANGE, "session_id"},
        {"82 <page> <home> <customer_id> a1 ff", SS_FAULT_OUT_OF_RANGE, "customer_id"},
        {"83 <page> <home> <session_id> <s> <request_id> a2 61 07", SS_FAULT_OUT_OF_RANGE, "request_id"},
        {"83 <page> <home> <session_id> <s> <limit> 00", SS_FAULT_OUT_OF_RANGE, "limit"},
        {"83 <page> <home> <session_id> <s> <limit> 09", SS_FAULT_OUT_OF_RANGE, "limit"},
        {"83 <page> <home> <session_id> <s> <limit> ca 40 00 00 00", SS_FAULT_WRONG_TYPE, "limit"},
        {"83 <page> <home> <session_id> <s> <cart> [257]", SS_FAULT_OUT_OF_RANGE, "cart"},
        {"83 <page> <home> <session_id> <s> <cart> 80", SS_FAULT_WRONG_TYPE, "cart"},
        {"83 <page> <home> <session_id> <s> <cart> 92 <a> 05", SS_FAULT_WRONG_TYPE, "cart[1]"},
        {"83 <page> <home> <session_id> <s> <cart> 91 80", SS_FAULT_MISSING_PARAM, "cart[0].item_id"},
        {"83 <page> <home> <session_id> <s> <cart> 91 82 <item_id> <a> <quantity> 00", SS_FAULT_OUT_OF_RANGE,
         "cart[0].quantity"},
        {"83 <page> <home> <session_id> <s> <cart> 91 82 <item_id> <a> <quantity> cd 27 11", SS_FAULT_OUT_OF_RANGE,
         "cart[0].quantity"},
        {"83 <page> <home> <session_id> <s> <cart> 91 82 <item_id> <a> <quantity> ff", SS_FAULT_OUT_OF_RANGE,
         "cart[0].quantity"},
        {"83 <page> <home> <session_id> <s> <cart> 91 82 <item_id> <a> <price> 01", SS_FAULT_UNKNOWN_PARAM,
         "cart[0].price"},
        {"83 <page> <home> <session_id> <s> <exclude> [1025]", SS_FAULT_OUT_OF_RANGE, "exclude"},
        {"83 <page> <home> <session_id> <s> <fields> 91 <colour>", SS_FAULT_OUT_OF_RANGE, "fields"},
        {"83 <page> <home> <session_id> <s> <consent> <maybe>", SS_FAULT_OUT_OF_RANGE, "consent"},
        {"83 <page> <home> <session_id> <s> <durability> <none>", SS_FAULT_OUT_OF_RANGE, "durability"},
        {"83 <page> <home> <session_id> <s> <timestamp> 01", SS_FAULT_UNKNOWN_PARAM, "timestamp"},
        {"83 <page> <home> <session_id> <s> <price> 01", SS_FAULT_UNKNOWN_PARAM, "price"},
        {"83 <page> <home> <session_id> <s> <page> <home>", SS_FAULT_REPEATED_PARAM, "page"},
        {"83 <page> <home> <session_id> <s> <cart> dd ff ff ff ff", SS_FAULT_MALFORMED, ""},
        {"82 <page> <home> <session_id> <s> c0", SS_FAULT_MALFORMED, ""},
        {"82 <page> <home> <session_id>", SS_FAULT_MALFORMED, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ss_fault fault = {0};
        bool decoded = ss_offers_call_decode(written(wrong[i].text), &offers, &fault);
        expect_fault(&wrong[i], decoded, &fault);
    }
}

/* ---- a page with offers ---- */

static void decode_page(const char *params)
{
    ss_fault fault = {0};
    char text[1024];
    snprintf(text, sizeof text, "94 00 07 <page> %s", params);
    expect_decoded(text, ss_call_decode(written(text), &page, &fault), &fault);
}

static void a_page_may_have_offers(void **state)
{
    (void)state;
    decode_page("81 <shelves> 91 <popular>");
    assert_true(!page.offers.wanted && !ss_call_is_recorded(&page) && ss_call_role(&page) == SS_ROLE_READ);
    decode_page("82 <offers> c2 <shelves> 91 <popular>");
    assert_false(page.offers.wanted);
    decode_page("83 <shelves> 91 <popular> <offers> c3 <session_id> <s>");
    assert_true(page.offers.wanted && ss_call_is_recorded(&page) && ss_call_role(&page) == SS_ROLE_EVENT);
    assert_int_equal(page.offers.request.page, SS_PAGE_HOME);
    assert_slice_equal(page.offers.request.session_id, "s");
    assert_null(page.offers.request.cart);
    decode_page("84 <shelves> 91 <popular> <offers> c3 <session_id> <s> <cart> 92 <a> <b>");
    assert_int_equal(page.offers.request.page, SS_PAGE_CART);
    assert_int_equal(page.offers.request.cart_count, 2);
    assert_slice_equal(page.offers.request.cart[1].item_id, "b");
    assert_int_equal(page.offers.request.cart[1].quantity, 1);
    decode_page(
        "87 <shelves> 91 <popular> <offers> 84 <page> <cart> <limit> 02 <cart> 91 82 <item_id> <x> <quantity> 03 "
        "<durability> <relaxed> <customer_id> <c> <item_id> <tea> <request_id> <r> <exclude> 91 <e> "
        "<consent> <granted>");
    const ss_offer_request *request = &page.offers.request;
    assert_true(request->page == SS_PAGE_CART && request->limit == 2 && page.offers.relaxed && !request->no_consent);
    assert_slice_equal(request->item_id, "tea");
    assert_slice_equal(request->customer_id, "c");
    assert_slice_equal(request->request_id, "r");
    assert_slice_equal(request->exclude[0], "e");
    assert_int_equal(request->cart[0].quantity, 3);
    decode_page("84 <shelves> 91 <popular> <offers> c3 <item_id> <tea> <customer_id> <c>");
    assert_int_equal(page.offers.request.page, SS_PAGE_PRODUCT);
}

static void wrong_offers_of_a_page_are_refused(void **state)
{
    static const wrong_call wrong[] = {
        {"94 00 07 <page> 82 <shelves> 91 <popular> <offers> c3", SS_FAULT_MISSING_PARAM, "session_id"},
        {"94 00 07 <page> 82 <offers> c3 <session_id> <s>", SS_FAULT_MISSING_PARAM, "shelves"},
        {"94 00 07 <page> 83 <shelves> 91 <popular> <session_id> <s> <offers> 01", SS_FAULT_WRONG_TYPE, "offers"},
        {"94 00 07 <page> 83 <shelves> 91 <popular> <session_id> <s> <offers> <home>", SS_FAULT_WRONG_TYPE, "offers"},
        {"94 00 07 <page> 83 <shelves> 91 <popular> <session_id> <s> <offers> 81 <page> <x>", SS_FAULT_OUT_OF_RANGE,
         "offers.page"},
        {"94 00 07 <page> 83 <shelves> 91 <popular> <session_id> <s> <offers> 81 <page> <product>",
         SS_FAULT_MISSING_PARAM, "item_id"},
        {"94 00 07 <page> 83 <shelves> 91 <popular> <session_id> <s> <offers> 81 <limit> 09", SS_FAULT_OUT_OF_RANGE,
         "offers.limit"},
        {"94 00 07 <page> 83 <shelves> 91 <popular> <session_id> <s> <offers> 81 <cart> 91 81 <quantity> 01",
         SS_FAULT_MISSING_PARAM, "offers.cart[0].item_id"},
        {"94 00 07 <page> 83 <shelves> 91 <popular> <session_id> <s> <offers> 81 <when> 09", SS_FAULT_UNKNOWN_PARAM,
         "offers.when"},
        {"94 00 07 <page> 83 <shelves> 91 <popular> <session_id> a1 01 <offers> c3", SS_FAULT_OUT_OF_RANGE,
         "session_id"},
        {"94 00 07 <popular> 81 <offers> c3", SS_FAULT_UNKNOWN_PARAM, "offers"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ss_fault fault = {0};
        bool decoded = ss_call_decode(written(wrong[i].text), &page, &fault);
        expect_fault(&wrong[i], decoded, &fault);
    }
}

/* ---- redeem ---- */

static void decode_redeem(const char *text)
{
    ss_fault fault = {0};
    expect_decoded(text, ss_redeem_call_decode(written(text), &redeem, &fault), &fault);
}

static void every_field_of_redeem_is_read(void **state)
{
    (void)state;
    decode_redeem(
        "87 <code> a9 37 6b 71 32 20 6d 34 78 39 <order_id> <o-1> <customer_id> <c> <session_id> <s> <request_id> <r> "
        "<cart> 92 82 <item_id> <tea> <quantity> 02 <cup> <undo> c2");
    const ss_redeem_request *request = &redeem.request;
    assert_slice_equal(request->code, "7kq2 m4x9");
    assert_slice_equal(request->order_id, "o-1");
    assert_slice_equal(request->customer_id, "c");
    assert_slice_equal(request->session_id, "s");
    assert_slice_equal(request->request_id, "r");
    assert_true(request->cart_count == 2 && request->cart[0].quantity == 2 && !request->undo);
    decode_redeem("83 <code> <x> <order_id> <o> <undo> c3"); /* what is undone needs no cart, and nobody */
    assert_true(request->undo && request->cart_count == 0);
}

static void wrong_redemptions_are_refused(void **state)
{
    static const wrong_call wrong[] = {
        {"80", SS_FAULT_MISSING_PARAM, "code"},
        {"81 <code> <x>", SS_FAULT_MISSING_PARAM, "order_id"},
        {"82 <code> <x> <order_id> <o>", SS_FAULT_MISSING_PARAM, "cart"},
        {"83 <code> <x> <order_id> <o> <cart> 91 <a>", SS_FAULT_MISSING_PARAM, "session_id"},
        {"84 <code> <x> <order_id> <o> <cart> 90 <session_id> <s>", SS_FAULT_OUT_OF_RANGE, "cart"},
        {"84 <code> <x> <order_id> <o> <cart> [257] <session_id> <s>", SS_FAULT_OUT_OF_RANGE, "cart"},
        {"84 <code> (65) <order_id> <o> <cart> 91 <a> <session_id> <s>", SS_FAULT_OUT_OF_RANGE, "code"},
        {"84 <code> 07 <order_id> <o> <cart> 91 <a> <session_id> <s>", SS_FAULT_WRONG_TYPE, "code"},
        {"84 <code> <x> <order_id> a1 09 <cart> 91 <a> <session_id> <s>", SS_FAULT_OUT_OF_RANGE, "order_id"},
        {"83 <code> <x> <order_id> <o> <undo> 01", SS_FAULT_WRONG_TYPE, "undo"},
        {"83 <code> <x> <order_id> <o> <given> 01", SS_FAULT_UNKNOWN_PARAM, "given"},
        {"83 <code> <x> <order_id> <o> <undo> c3 c0", SS_FAULT_MALFORMED, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ss_fault fault = {0};
        bool decoded = ss_redeem_call_decode(written(wrong[i].text), &redeem, &fault);
        expect_fault(&wrong[i], decoded, &fault);
    }
}

/* ---- any bytes ---- */

static void any_changed_byte_is_survived(void **state)
{
    static uint8_t whole[WIRE_TEXT_MAX];
    ss_fault fault;
    (void)state;
    size_t size = wire_text("86 <page> <product> <item_id> <tea> <session_id> <s> <cart> 92 <a> 82 <item_id> <b> "
                            "<quantity> 02 <limit> 03 <fields> 91 <name>",
                            whole);
    for (size_t at = 0; at < size; at++)
        for (unsigned byte = 0; byte < 256; byte++) {
            memcpy(message, whole, size);
            message[at] = (uint8_t)byte;
            if (ss_offers_call_decode((ss_slice){(const char *)message, size}, &offers, &fault))
                assert_true(offers.request.page < SS_PAGE_COUNT && offers.request.limit <= SS_OFFERS_MAX);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_offers_is_read),      cmocka_unit_test(what_is_not_given_is_empty),
        cmocka_unit_test(wrong_offers_are_refused),           cmocka_unit_test(a_page_may_have_offers),
        cmocka_unit_test(wrong_offers_of_a_page_are_refused), cmocka_unit_test(every_field_of_redeem_is_read),
        cmocka_unit_test(wrong_redemptions_are_refused),      cmocka_unit_test(any_changed_byte_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

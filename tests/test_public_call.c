/* test_public_call.c: what a public key may ask goes through as it was; everything else is refused, and the fault names it. */
#include "check.h"

#include "client/wire.h"
#include "http/public_call.h"
#include "http/visitor_token.h"
#include "json_wire.h"
#include "temporary_folder.h"

#include <stdlib.h>
#include <string.h>

#define NOW     INT64_C(1795413476820019)
#define SESSION "8f14e45f-ceea-467f-a0e6"

typedef struct public_desk {
    ss_api_keys *keys;
    char token[SS_VISITOR_TOKEN_SIZE], stale[SS_VISITOR_TOKEN_SIZE]; /* of 17850 and SESSION */
} public_desk;

static int set_up(void **state)
{
    static const ss_texts none = {.count = 0};
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX], key[SS_API_KEY_SIZE + 1];
    ss_slice session = SS_SLICE_LITERAL(SESSION), customer = SS_SLICE_LITERAL("17850");
    public_desk *new = calloc(1, sizeof *new);
    temporary_folder_make(folder);
    temporary_path(path, folder, "keys");
    assert_status(ss_api_key_add(path, SS_API_PUBLIC, NULL, &none, key, NULL), SS_OK);
    assert_status(ss_api_keys_read(path, &new->keys, NULL), SS_OK);
    assert_status(ss_visitor_token_make(new->keys, customer, session, NOW + 1, new->token, NULL), SS_OK);
    assert_status(ss_visitor_token_make(new->keys, customer, session, NOW, new->stale, NULL), SS_OK);
    temporary_folder_remove(folder);
    *state = new;
    return 0;
}

static int tear_down(void **state)
{
    public_desk *old = *state;
    ss_api_keys_free(&old->keys);
    free(old);
    return 0;
}

/* TOKEN and STALE in `text` stand for the desk's, SESSION for its session. */
static ss_slice wire_of(const public_desk *desk, const char *text)
{
    char filled[8192];
    size_t used = 0;
    while (*text) {
        const char *piece = strncmp(text, "TOKEN", 5) == 0     ? desk->token
                            : strncmp(text, "STALE", 5) == 0   ? desk->stale
                            : strncmp(text, "SESSION", 7) == 0 ? SESSION
                                                               : NULL;
        used += (size_t)snprintf(filled + used, sizeof filled - used, "%.*s", piece ? 999 : 1, piece ? piece : text);
        text += !piece ? 1 : *text == 'S' && text[1] == 'E' ? 7 : 5;
        assert_true(used < sizeof filled);
    }
    return json_wire(filled);
}

/* What is asked in the end, as JSON. */
static char *asked(const public_desk *desk, const char *method, const char *text)
{
    ss_fault fault;
    ss_buffer out;
    ss_slice wire = wire_of(desk, text);
    ss_buffer_init(&out, JSON_WIRE_MAX);
    if (!ss_public_params(desk->keys, ss_method_find(ss_slice_of(method)), wire, NOW, &out, &fault))
        fail_msg("%s %s: %s", method, text, fault.message);
    assert_true(ss_wire_check(out.data, out.size, 10000, SS_WIRE_DEPTH_MAX));
    char *json = json_wire_text((ss_slice){out.data, out.size});
    ss_buffer_release(&out);
    free((char *)(uintptr_t)wire.data);
    return json;
}

static void what_pages_send_goes_through_as_it_was(void **state)
{
    static const struct {
        const char *method, *params; /* in the order of their names */
    } rows[] = {
        {"related", "{}"},
        {"popular", "{'limit': 50}"},
        {"related", "{'cart': ['a', 'b'], 'consent': 'none', 'exclude': ['x'], 'fields': ['name', 'price', 'stock'], "
                    "'filter': {'bought': "
                    "'exclude', 'category': 'Hats', 'price_max': 2, 'price_min': 1}, 'item_id': '85123A', 'items': "
                    "['a'], 'limit': 8, "
                    "'request_id': 'r', 'session_id': '8f14e45f-ceea-467f-a0e6'}"},
        {"page", "{'offers': true, 'shelves': ['popular', {'limit': 4, 'shelf': 'related'}]}"},
        {"page", "{'offers': {'cart': ['a', {'item_id': 'b', 'quantity': 99}], 'durability': 'relaxed', 'limit': 2, "
                 "'page': 'cart'}, "
                 "'shelves': []}"},
        {"offers", "{'cart': [{'item_id': 'a'}], 'consent': 'granted', 'durability': 'durable', 'exclude': [], "
                   "'fields': [], 'item_id': 'a', "
                   "'limit': 8, 'page': 'product', 'request_id': 'r-1', 'session_id': '8f14e45f-ceea-467f-a0e6'}"},
        {"event",
         "{'consent': 'granted', 'durability': 'relaxed', 'event': 'view', 'event_id': 7, 'generation': 'g', "
         "'item_id': 'a', "
         "'offer_id': 'o', 'quantity': 0.5, 'request_id': 'r', 'session_id': '8f14e45f-ceea-467f-a0e6', 'shelf': 's'}"},
        {"event", "{'events': [{'event': 'cart_add', 'item_id': 'a', 'session_id': '8f14e45f-ceea-467f-a0e6'}, "
                  "{'event': 'accept', "
                  "'offer_id': 'o', 'session_id': '8f14e45f-ceea-467f-a0e6'}]}"},
        /* of another type than the server's, which will say so */
        {"related", "{'item_id': [1], 'limit': 'x'}"},
        {"event", "{'event': 7}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *json = asked(*state, rows[i].method, rows[i].params);
        assert_string_equal(json, rows[i].params);
        free(json);
    }
}

static void a_token_becomes_its_customer(void **state)
{
    static const struct {
        const char *method, *params, *asked;
    } rows[] = {
        {"for_you", "{'customer_token': 'TOKEN', 'session_id': 'SESSION'}",
         "{'customer_id': '17850', 'session_id': '" SESSION "'}"},
        {"for_you", "{'session_id': 'SESSION', 'customer_token': 'TOKEN', 'limit': 3}",
         "{'customer_id': '17850', 'limit': 3, 'session_id': '" SESSION "'}"},
        {"offers", "{'customer_token': 'TOKEN', 'session_id': 'SESSION', 'page': 'home'}",
         "{'customer_id': '17850', 'page': 'home', 'session_id': '" SESSION "'}"},
        {"page",
         "{'offers': {'page': 'home'}, 'customer_token': 'TOKEN', 'shelves': [{'shelf': 'for_you'}], 'session_id': "
         "'SESSION'}",
         "{'customer_id': '17850', 'offers': {'page': 'home'}, 'session_id': '" SESSION
         "', 'shelves': [{'shelf': 'for_you'}]}"},
        {"event", "{'customer_token': 'TOKEN', 'event': 'view', 'session_id': 'SESSION', 'item_id': 'a'}",
         "{'customer_id': '17850', 'event': 'view', 'item_id': 'a', 'session_id': '" SESSION "'}"},
        {"event",
         "{'events': [{'event': 'view', 'session_id': 'SESSION'}, {'session_id': 'SESSION', 'event': 'click'}], "
         "'customer_token': 'TOKEN'}",
         "{'events': [{'customer_id': '17850', 'event': 'view', 'session_id': '" SESSION
         "'}, {'customer_id': '17850', 'event': 'click', "
         "'session_id': '" SESSION "'}]}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *json = asked(*state, rows[i].method, rows[i].params);
        assert_string_equal(json, rows[i].asked);
        free(json);
    }
}

/* Or a page could tell of the purchase `order-1001` before the shop does, which would be taken for a repetition. */
static void names_of_events_are_apart_from_the_shops(void **state)
{
    char text[512], longest[SS_ID_MAX + 1];
    char *json = asked(*state, "event", "{'events': [{'event': 'view', 'event_id': 'order-1001'}]}");
    assert_string_equal(json, "{'events': [{'event': 'view', 'event_id': 'public:order-1001'}]}");
    free(json);
    json = asked(*state, "event", "{'event': 'view', 'event_id': ''}"); /* the server says that it is none */
    assert_string_equal(json, "{'event': 'view', 'event_id': ''}");
    free(json);
    memset(longest, 'e', sizeof longest);
    for (size_t size = SS_ID_MAX - strlen(SS_PUBLIC_EVENT_ID); size <= SS_ID_MAX; size += strlen(SS_PUBLIC_EVENT_ID)) {
        const public_desk *desk = *state;
        ss_fault fault;
        ss_buffer out;
        snprintf(text, sizeof text, "{'event_id': '%.*s'}", (int)size, longest);
        ss_slice wire = json_wire(text);
        ss_buffer_init(&out, JSON_WIRE_MAX);
        assert_int_equal(ss_public_params(desk->keys, SS_METHOD_EVENT, wire, NOW, &out, &fault), size < SS_ID_MAX);
        if (size == SS_ID_MAX)
            assert_int_equal(fault.code, SS_FAULT_OUT_OF_RANGE);
        ss_buffer_release(&out);
        free((char *)(uintptr_t)wire.data);
    }
}

static void the_rest_is_refused_and_named(void **state)
{
    static const struct {
        const char *method, *params;
        ss_fault_code code;
        const char *field;
    } rows[] = {
        /* another customer's history */
        {"for_you", "{'customer_id': '17850'}", SS_FAULT_ACCESS_DENIED, "customer_id"},
        {"offers", "{'page': 'home', 'customer_id': '17850'}", SS_FAULT_ACCESS_DENIED, "customer_id"},
        {"event", "{'event': 'view', 'item_id': 'a', 'customer_id': '1'}", SS_FAULT_ACCESS_DENIED, "customer_id"},
        {"for_you", "{'customer_token': 'STALE', 'session_id': 'SESSION'}", SS_FAULT_ACCESS_DENIED, "customer_token"},
        {"for_you", "{'customer_token': 'made-up', 'session_id': 'SESSION'}", SS_FAULT_ACCESS_DENIED, "customer_token"},
        {"for_you", "{'customer_token': 'TOKEN', 'session_id': 'another-session-1234'}", SS_FAULT_ACCESS_DENIED,
         "customer_token"},
        {"for_you", "{'customer_token': 'TOKEN'}", SS_FAULT_MISSING_PARAM, "session_id"},
        {"for_you", "{'customer_token': 7}", SS_FAULT_WRONG_TYPE, "customer_token"},
        {"event", "{'customer_token': 'TOKEN', 'events': [{'event': 'view', 'item_id': 'a'}]}", SS_FAULT_MISSING_PARAM,
         "events[0].session_id"},
        {"event", "{'customer_token': 'TOKEN', 'events': []}", SS_FAULT_MISSING_PARAM, "session_id"},
        {"event", "{'customer_token': 'TOKEN', 'events': [{'session_id': 'another-session-1234'}]}",
         SS_FAULT_ACCESS_DENIED, "customer_token"},
        /* sessions that can be guessed, also when blanks make them longer */
        {"related", "{'session_id': 's-4711'}", SS_FAULT_OUT_OF_RANGE, "session_id"},
        {"related", "{'session_id': 's-4711              '}", SS_FAULT_OUT_OF_RANGE, "session_id"},
        {"related", "{'session_id': 's-4711\\u00a0\\u00a0\\u00a0\\u00a0\\u00a0\\u00a0'}", SS_FAULT_OUT_OF_RANGE,
         "session_id"},
        {"related", "{'session_id': ''}", SS_FAULT_OUT_OF_RANGE, "session_id"},
        {"related", "{'session_id': 4711}", SS_FAULT_WRONG_TYPE, "session_id"},
        {"offers", "{'page': 'home', 'session_id': '123456789012345'}", SS_FAULT_OUT_OF_RANGE, "session_id"},
        {"event", "{'events': [{'event': 'view', 'session_id': 's'}]}", SS_FAULT_OUT_OF_RANGE, "events[0].session_id"},
        {"event", "{'events': [{'session_id': 'SESSION'}, {'session_id': 'another-session-1234'}]}",
         SS_FAULT_ACCESS_DENIED, "events[1].session_id"},
        /* what was not bought, and not now */
        {"event", "{'event': 'purchase', 'item_id': 'a'}", SS_FAULT_ACCESS_DENIED, "event"},
        {"event", "{'event': 'PURCHASE', 'item_id': 'a'}", SS_FAULT_ACCESS_DENIED, "event"},
        {"event", "{'events': [{'event': 'view'}, {'event': 'purchase'}]}", SS_FAULT_ACCESS_DENIED, "events[1].event"},
        {"event", "{'event': 'view', 'unit_price': 1}", SS_FAULT_ACCESS_DENIED, "unit_price"},
        {"event", "{'event': 'view', 'order_id': '1'}", SS_FAULT_ACCESS_DENIED, "order_id"},
        {"event", "{'events': [{'event': 'view', 'timestamp': 1}]}", SS_FAULT_ACCESS_DENIED, "events[0].timestamp"},
        {"event", "{'event': 'cart_add', 'quantity': 100}", SS_FAULT_OUT_OF_RANGE, "quantity"},
        {"event", "{'event': 'cart_add', 'quantity': -1}", SS_FAULT_OUT_OF_RANGE, "quantity"},
        {"event", "{'event': 'cart_add', 'quantity': -0.5}", SS_FAULT_OUT_OF_RANGE, "quantity"},
        {"event", "{'event': 'cart_add', 'quantity': 1e300}", SS_FAULT_OUT_OF_RANGE, "quantity"},
        /* what is not out yet, or about others */
        {"popular", "{'timestamp': 1}", SS_FAULT_ACCESS_DENIED, "timestamp"},
        {"popular", "{'explain': true}", SS_FAULT_ACCESS_DENIED, "explain"},
        {"popular", "{'limit': 51}", SS_FAULT_OUT_OF_RANGE, "limit"},
        {"page", "{'shelves': [{'shelf': 'popular', 'limit': 51}]}", SS_FAULT_OUT_OF_RANGE, "shelves[0].limit"},
        {"page", "{'shelves': [{'shelf': 'popular', 'explain': true}]}", SS_FAULT_UNKNOWN_PARAM, "shelves[0].explain"},
        /* carts that nobody fills */
        {"offers", "{'cart': [{'item_id': 'a', 'quantity': 100}]}", SS_FAULT_OUT_OF_RANGE, "cart[0].quantity"},
        {"page", "{'offers': {'cart': ['a', {'item_id': 'a', 'quantity': 10000}]}}", SS_FAULT_OUT_OF_RANGE,
         "offers.cart[1].quantity"},
        {"page", "{'offers': {'customer_id': 'a'}}", SS_FAULT_UNKNOWN_PARAM, "offers.customer_id"},
        /* what nobody may say, or twice */
        {"related", "{'limti': 8}", SS_FAULT_UNKNOWN_PARAM, "limti"},
        {"event", "{'buckets': true}", SS_FAULT_UNKNOWN_PARAM, "buckets"},
        {"related", "[]", SS_FAULT_WRONG_TYPE, ""},
        {"related", "'x'", SS_FAULT_WRONG_TYPE, ""},
        {"event", "{'events': 7}", SS_FAULT_WRONG_TYPE, "events"},
        {"event", "{'events': [7]}", SS_FAULT_WRONG_TYPE, "events[0]"},
    };
    const public_desk *desk = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ss_fault fault;
        ss_buffer out;
        ss_slice wire = wire_of(desk, rows[i].params);
        ss_buffer_init(&out, JSON_WIRE_MAX);
        assert_status(ss_buffer_append_text(&out, "before"), SS_OK);
        if (ss_public_params(desk->keys, ss_method_find(ss_slice_of(rows[i].method)), wire, NOW, &out, &fault))
            fail_msg("taken: %s %s", rows[i].method, rows[i].params);
        if (fault.code != rows[i].code || strcmp(fault.field, rows[i].field) != 0)
            fail_msg("%s %s: %s of '%s': %s", rows[i].method, rows[i].params, ss_fault_name(fault.code), fault.field,
                     fault.message);
        assert_true(fault.message[0]);
        assert_slice_equal(((ss_slice){out.data, out.size}), "before");
        ss_buffer_release(&out);
        free((char *)(uintptr_t)wire.data);
    }
}

/* A name twice, once as a text and once as bytes: no two readers may see different ones. */
static void a_name_twice_is_refused(void **state)
{
    static const char *const names[] = {"session_id", "customer_token", "limit"};
    const public_desk *desk = *state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint8_t bytes[2048], *at = ss_wire_put_map(bytes, 2);
        const char *value = i == 1 ? desk->token : SESSION;
        ss_fault fault;
        ss_buffer out;
        at = ss_wire_put_text(ss_wire_put_text(at, names[i], strlen(names[i])), value, strlen(value));
        *at++ = 0xc4; /* bin 8 */
        *at++ = (uint8_t)strlen(names[i]);
        memcpy(at, names[i], strlen(names[i]));
        at = ss_wire_put_text(at + strlen(names[i]), value, strlen(value));
        ss_buffer_init(&out, sizeof bytes);
        assert_false(ss_public_params(desk->keys, SS_METHOD_OFFERS, (ss_slice){(char *)bytes, (size_t)(at - bytes)},
                                      NOW, &out, &fault));
        assert_int_equal(fault.code, SS_FAULT_REPEATED_PARAM);
        ss_buffer_release(&out);
    }
}

static void lists_have_their_ends(void **state)
{
    static const struct {
        const char *method, *list, *element;
        unsigned most;
    } rows[] = {{"event", "events", "{'event': 'view'}", SS_PUBLIC_EVENTS_MAX},
                {"offers", "cart", "'a'", SS_PUBLIC_CART_MAX}};
    const public_desk *desk = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned more = 0; more < 2; more++) {
            char text[4096];
            ss_fault fault;
            ss_buffer out;
            size_t used = (size_t)snprintf(text, sizeof text, "{'%s': [%s", rows[i].list, rows[i].element);
            for (unsigned j = 1; j < rows[i].most + more; j++)
                used += (size_t)snprintf(text + used, sizeof text - used, ", %s", rows[i].element);
            snprintf(text + used, sizeof text - used, "]}");
            ss_slice wire = json_wire(text);
            ss_buffer_init(&out, JSON_WIRE_MAX);
            assert_int_equal(
                ss_public_params(desk->keys, ss_method_find(ss_slice_of(rows[i].method)), wire, NOW, &out, &fault),
                more == 0);
            if (more)
                assert_int_equal(fault.code, SS_FAULT_OUT_OF_RANGE);
            ss_buffer_release(&out);
            free((char *)(uintptr_t)wire.data);
        }
}

static void only_four_kinds_of_methods_are_for_the_public(void **state)
{
    const public_desk *desk = *state;
    ss_slice wire = json_wire("{}");
    for (unsigned method = 0; method < SS_METHOD_COUNT; method++) {
        bool public = method < SS_SHELF_COUNT || method == SS_METHOD_PAGE || method == SS_METHOD_EVENT ||
                      method == SS_METHOD_OFFERS;
        ss_fault fault;
        ss_buffer out;
        ss_buffer_init(&out, JSON_WIRE_MAX);
        assert_int_equal(ss_public_params(desk->keys, (ss_method)method, wire, NOW, &out, &fault), public);
        if (!public)
            assert_int_equal(fault.code, SS_FAULT_ACCESS_DENIED);
        ss_buffer_release(&out);
    }
    free((char *)(uintptr_t)wire.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_pages_send_goes_through_as_it_was),
        cmocka_unit_test(a_token_becomes_its_customer),
        cmocka_unit_test(names_of_events_are_apart_from_the_shops),
        cmocka_unit_test(the_rest_is_refused_and_named),
        cmocka_unit_test(a_name_twice_is_refused),
        cmocka_unit_test(lists_have_their_ends),
        cmocka_unit_test(only_four_kinds_of_methods_are_for_the_public),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

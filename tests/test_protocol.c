/*
 * test_protocol.c: requests and replies, without sockets: the protocol page's examples and tables, bad messages, what
 * any bytes at all get, and that nothing is allocated for a request.
 */
#include "check.h"
#include "failing_malloc.h"
#include "fixed_handler.h"
#include "offers/redeem.h"
#include "server/call.h"
#include "server/reply.h"
#include "wire_text.h"

#include <msgpack.h>

#define PAGE_MAX (1u << 20)

static uint8_t message[WIRE_TEXT_MAX];

static int open_fixed(void **state)
{
    static fixed_handler fixed;
    fixed_handler_open(&fixed);
    *state = &fixed;
    return 0;
}

static int close_fixed(void **state)
{
    fixed_handler_close(*state);
    return 0;
}

static ss_slice ask_text(fixed_handler *fixed, const char *text)
{
    size_t size = wire_text(text, message);
    return fixed_ask(fixed, (ss_slice){(const char *)message, size});
}

/* ---- the page ---- */

static void read_page(ss_buffer *page)
{
    const char *source = getenv("SMARTSHELF_SOURCE");
    char path[4096];
    ss_error error = {0};
    snprintf(path, sizeof path, "%s/recsys/server/PROTOCOL.md", source ? source : "..");
    ss_buffer_init(page, PAGE_MAX);
    expect_ok(ss_file_read(path, PAGE_MAX, page, &error), &error);
}

/* Hexadecimal digits up to something that is none; returns behind them. */
static const char *take_hex(const char *at, uint8_t *bytes, size_t *size)
{
    char *end;
    *size = 0;
    for (;;) {
        at += strspn(at, " \n");
        unsigned long value = strtoul(at, &end, 16);
        if (end != at + 2)
            return at;
        bytes[(*size)++] = (uint8_t)value;
        at = end;
    }
}

static void examples_of_the_page_are_answered_so(void **state)
{
    ss_buffer page;
    uint8_t wanted[4096];
    size_t size, wanted_size, count = 0;
    read_page(&page);
    const char *at = page.data;
    while ((at = strstr(at, "```example\n")) != NULL) {
        at = take_hex(strstr(at, "\nbytes ") + 7, message, &size);
        at = take_hex(strstr(at, "\nbytes ") + 7, wanted, &wanted_size);
        ss_slice reply = fixed_ask(*state, (ss_slice){(const char *)message, size});
        assert_int_equal(reply.size, wanted_size);
        assert_memory_equal(reply.data, wanted, wanted_size);
        count++;
    }
    assert_true(count >= 13);
    ss_buffer_release(&page);
}

/* Every name of the protocol stands in a table of the page. */
static void assert_named(const ss_buffer *page, const char *format, const char *name)
{
    char row[128];
    snprintf(row, sizeof row, format, name);
    if (!strstr(page->data, row))
        fail_msg("the page does not hold \"%s\"", row);
}

static void tables_of_the_page_are_complete(void **state)
{
    (void)state;
    ss_buffer page;
    char row[128];
    read_page(&page);
    for (unsigned method = 0; method < SS_METHOD_COUNT; method++)
        assert_named(&page, "\n| `%s` | ", ss_method_name((ss_method)method));
    for (unsigned code = 1; code < SS_FAULT_COUNT; code++) {
        snprintf(row, sizeof row, "\n| %u | `%%s` |", code);
        assert_named(&page, row, ss_fault_name((ss_fault_code)code));
    }
    for (unsigned code = 1; code < SS_SHORT_COUNT; code++)
        assert_named(&page, "\n| `%s` | ", ss_short_name((ss_short)code));
    for (unsigned rule = 0; rule < SS_REMOVED_COUNT; rule++)
        assert_named(&page, "`%s`", ss_rule_kind_name((ss_rule_kind)rule));
    for (unsigned source = 0; source < SS_SOURCE_COUNT; source++)
        if (ss_source_name((ss_source)source)) /* not every number is taken */
            assert_named(&page, "`%s`", ss_source_name((ss_source)source));
    for (unsigned field = 0; field < SS_FIELD_COUNT; field++)
        assert_named(&page, "`%s`", ss_field_name((ss_field)field));
    for (unsigned verdict = 0; verdict < SS_VERDICTS; verdict++)
        assert_named(&page, "\n| `%s` | ", ss_verdict_name((ss_verdict)verdict));
    for (unsigned outcome = 0; outcome < SS_REDEEM_OUTCOMES; outcome++)
        assert_named(&page, "\n| `%s` | ", ss_redeemed_name((ss_redeemed)outcome));
    for (unsigned kind = SS_INCENTIVE_PERCENT; kind < SS_INCENTIVE_KINDS; kind++)
        assert_named(&page, "\n| `%s` | ", ss_incentive_kind_name((ss_incentive_kind)kind));
    for (unsigned role = SS_ROLE_READ; role < SS_ROLE_COUNT; role++)
        assert_named(&page, "\n| `%s` | ", ss_role_name((ss_role)role));
    ss_buffer_release(&page);
}

/* Every param of the page's table is known, and none but those. */
static void params_of_the_page_are_known(void **state)
{
    ss_buffer page;
    char name[64];
    size_t count = 0;
    read_page(&page);
    const char *at = strstr(page.data, "## Params of the shelves"), *end = strstr(at, "## Result of the shelves");
    while ((at = strstr(at, "\n| `")) != NULL && at < end) {
        at += 4;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, "`"), at);
        uint8_t *to = message + wire_text("94 00 07 <popular> 81", message);
        const char *dot = strchr(name, '.'), *inner = dot ? dot + 1 : NULL;
        to = ss_wire_put_text(to, name, dot ? (size_t)(dot - name) : strlen(name));
        if (inner) {
            to = ss_wire_put_map(to, 1);
            to = ss_wire_put_text(to, inner, strlen(inner));
        }
        to = ss_wire_put_nil(to); /* nil is no value of any param: known, but of the wrong type */
        ss_call call;
        ss_fault fault = {0};
        assert_false(ss_call_decode((ss_slice){(char *)message, (size_t)(to - message)}, &call, &fault));
        assert_int_equal(fault.code, SS_FAULT_WRONG_TYPE);
        assert_string_equal(fault.field, name);
        count++;
    }
    assert_int_equal(count, 17);
    ss_buffer_release(&page);
    (void)state;
}

/* ---- bad messages ---- */

static const struct {
    const char *text;
    ss_fault_code code;
    const char *field;
    bool has_msgid;
} bad[] = {
    /* no MessagePack, or cut off, or claiming what is not there */
    {"", SS_FAULT_MALFORMED, "", false},
    {"c1", SS_FAULT_MALFORMED, "", false},
    {"00", SS_FAULT_MALFORMED, "", false},
    {"c0", SS_FAULT_MALFORMED, "", false},
    {"<GET>", SS_FAULT_MALFORMED, "", false},
    {"47 45 54 20 2f 20 48 54 54 50", SS_FAULT_MALFORMED, "", false},
    {"dd 77 35 94 00 c0 c0 c0", SS_FAULT_MALFORMED, "", false}, /* eight bytes that claim a huge array */
    {"dd ff ff ff ff 00 00 00", SS_FAULT_MALFORMED, "", false},
    {"df ff ff ff ff 00 00 00", SS_FAULT_MALFORMED, "", false},
    {"db ff ff ff ff 00 00 00", SS_FAULT_MALFORMED, "", false},
    {"c6 ff ff ff ff 00 00 00", SS_FAULT_MALFORMED, "", false},
    {"c9 ff ff ff ff 00 00 00", SS_FAULT_MALFORMED, "", false},
    {"91 ~5000", SS_FAULT_MALFORMED, "", false}, /* an array in an array in an array … */
    {"81 ~5000", SS_FAULT_MALFORMED, "", false},
    {"94", SS_FAULT_MALFORMED, "", false},
    {"94 00", SS_FAULT_MALFORMED, "", false},
    {"94 00 07", SS_FAULT_MALFORMED, "", false}, /* claims two values more than bytes */
    {"94 00 07 a7 72 65", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <related>", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <related> 81", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <related> 81 <item_id>", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <related> 81 <item_id> a5 38 35", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <related> 8f <item_id> <a>", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <related> de ff ff <item_id> <a>", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <cart> 81 <cart> dd 77 35 94 00", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <popular> 80 00", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <popular> 80 94 00 07 <popular> 80", SS_FAULT_MALFORMED, "", true},
    /* no request */
    {"90", SS_FAULT_MALFORMED, "", false},
    {"93 00 07 <popular>", SS_FAULT_MALFORMED, "", false},
    {"95 00 07 <popular> 80 c0", SS_FAULT_MALFORMED, "", false},
    {"84 00 07 00 07 00 07 00 07", SS_FAULT_MALFORMED, "", false},
    {"94 01 07 c0 80", SS_FAULT_MALFORMED, "", false},     /* a reply */
    {"93 02 <popular> 80", SS_FAULT_MALFORMED, "", false}, /* a notification */
    {"94 c0 07 <popular> 80", SS_FAULT_MALFORMED, "", false},
    {"94 00 ff <popular> 80", SS_FAULT_MALFORMED, "", false}, /* msgid below 0 */
    {"94 00 cf 00 00 00 01 00 00 00 00 <popular> 80", SS_FAULT_MALFORMED, "", false},
    {"94 00 (7) <popular> 80", SS_FAULT_MALFORMED, "", false},
    {"94 00 ca 40 e0 00 00 <popular> 80", SS_FAULT_MALFORMED, "", false},
    {"94 00 07 07 80", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 c0 80", SS_FAULT_MALFORMED, "", true},
    {"94 00 07 <popular> 81 07 07", SS_FAULT_MALFORMED, "", true}, /* a param's name that is no text */
    {"94 00 07 <popular> 81 80 07", SS_FAULT_MALFORMED, "", true},
    /* methods */
    {"94 00 07 a0 80", SS_FAULT_UNKNOWN_METHOD, "", true},
    {"94 00 07 <Related> 80", SS_FAULT_UNKNOWN_METHOD, "", true},
    {"94 00 07 <related_> 80", SS_FAULT_UNKNOWN_METHOD, "", true},
    {"94 00 07 (60000) 80", SS_FAULT_UNKNOWN_METHOD, "", true},
    {"94 00 07 <ofers> 80", SS_FAULT_UNKNOWN_METHOD, "", true},
    /* params as a whole */
    {"94 00 07 <popular> c0", SS_FAULT_WRONG_TYPE, "", true},
    {"94 00 07 <popular> 90", SS_FAULT_WRONG_TYPE, "", true},
    {"94 00 07 <popular> <x>", SS_FAULT_WRONG_TYPE, "", true},
    {"94 00 07 <popular> 81 a0 07", SS_FAULT_UNKNOWN_PARAM, "", true},
    {"94 00 07 <popular> 81 <limt> 07", SS_FAULT_UNKNOWN_PARAM, "limt", true},
    {"94 00 07 <popular> 81 (60000) 07", SS_FAULT_UNKNOWN_PARAM, NULL, true},
    {"94 00 07 <popular> 81 a3 0a 1b ff 07", SS_FAULT_UNKNOWN_PARAM, "\\n\\x1b\\xff", true},
    {"94 00 07 <health> 81 <limit> 07", SS_FAULT_UNKNOWN_PARAM, "limit", true},
    {"94 00 07 <reload> 81 <item_id> <a>", SS_FAULT_UNKNOWN_PARAM, "item_id", true},
    {"94 00 07 <popular> 82 <limit> 07 <limit> 07", SS_FAULT_REPEATED_PARAM, "limit", true},
    {"94 00 07 <popular> 81 <filter> 82 <category> <a> <category> <a>", SS_FAULT_REPEATED_PARAM, "filter.category",
     true},
    {"94 00 07 <related> 80", SS_FAULT_MISSING_PARAM, "item_id", true},
    {"94 00 07 <related> 81 <items> 90", SS_FAULT_MISSING_PARAM, "item_id", true},
    {"94 00 07 <bought_together> 81 <customer_id> <a>", SS_FAULT_MISSING_PARAM, "item_id", true},
    {"94 00 07 <bought_next> 80", SS_FAULT_MISSING_PARAM, "item_id", true},
    /* texts */
    {"94 00 07 <related> 81 <item_id> 07", SS_FAULT_WRONG_TYPE, "item_id", true},
    {"94 00 07 <related> 81 <item_id> c0", SS_FAULT_WRONG_TYPE, "item_id", true},
    {"94 00 07 <related> 81 <item_id> 91 <a>", SS_FAULT_WRONG_TYPE, "item_id", true},
    {"94 00 07 <related> 81 <item_id> d4 01 61", SS_FAULT_WRONG_TYPE, "item_id", true},
    {"94 00 07 <related> 81 <item_id> a0", SS_FAULT_OUT_OF_RANGE, "item_id", true},
    {"94 00 07 <related> 81 <item_id> (256)", SS_FAULT_OUT_OF_RANGE, "item_id", true},
    {"94 00 07 <related> 81 <item_id> a2 c3 28", SS_FAULT_OUT_OF_RANGE, "item_id", true},
    {"94 00 07 <related> 81 <item_id> a3 ed a0 80", SS_FAULT_OUT_OF_RANGE, "item_id", true}, /* a surrogate */
    {"94 00 07 <for_you> 81 <customer_id> (256)", SS_FAULT_OUT_OF_RANGE, "customer_id", true},
    {"94 00 07 <for_you> 81 <session_id> a0", SS_FAULT_OUT_OF_RANGE, "session_id", true},
    {"94 00 07 <for_you> 81 <request_id> 07", SS_FAULT_WRONG_TYPE, "request_id", true},
    /* lists */
    {"94 00 07 <cart> 81 <cart> <a>", SS_FAULT_WRONG_TYPE, "cart", true},
    {"94 00 07 <cart> 81 <cart> 81 <a> <a>", SS_FAULT_WRONG_TYPE, "cart", true},
    {"94 00 07 <cart> 81 <cart> 92 <a> 07", SS_FAULT_WRONG_TYPE, "cart", true},
    {"94 00 07 <cart> 81 <cart> 91 91 <a>", SS_FAULT_WRONG_TYPE, "cart", true},
    {"94 00 07 <cart> 81 <cart> [257]", SS_FAULT_OUT_OF_RANGE, "cart", true},
    {"94 00 07 <cart> 81 <items> [257]", SS_FAULT_OUT_OF_RANGE, "items", true},
    {"94 00 07 <cart> 81 <exclude> [1025]", SS_FAULT_OUT_OF_RANGE, "exclude", true},
    {"94 00 07 <cart> 81 <exclude> 91 a0", SS_FAULT_OUT_OF_RANGE, "exclude", true},
    {"94 00 07 <popular> 81 <fields> 91 <nam>", SS_FAULT_OUT_OF_RANGE, "fields", true},
    {"94 00 07 <popular> 81 <fields> [7]", SS_FAULT_OUT_OF_RANGE, "fields", true},
    {"94 00 07 <popular> 81 <fields> <name>", SS_FAULT_WRONG_TYPE, "fields", true},
    /* the shelves of a page */
    {"94 00 07 <popular> 81 <shelves> 91 <popular>", SS_FAULT_UNKNOWN_PARAM, "shelves", true},
    {"94 00 07 <page> 80", SS_FAULT_MISSING_PARAM, "shelves", true},
    {"94 00 07 <page> 81 <shelves> c0", SS_FAULT_WRONG_TYPE, "shelves", true},
    {"94 00 07 <page> 81 <shelves> <popular>", SS_FAULT_WRONG_TYPE, "shelves", true},
    {"94 00 07 <page> 81 <shelves> 90", SS_FAULT_OUT_OF_RANGE, "shelves", true},
    {"94 00 07 <page> 81 <shelves> [17]", SS_FAULT_OUT_OF_RANGE, "shelves", true},
    {"94 00 07 <page> 81 <shelves> 91 <populr>", SS_FAULT_OUT_OF_RANGE, "shelves[0]", true},
    {"94 00 07 <page> 81 <shelves> 92 <popular> 07", SS_FAULT_WRONG_TYPE, "shelves[1]", true},
    {"94 00 07 <page> 81 <shelves> 91 91 <popular>", SS_FAULT_WRONG_TYPE, "shelves[0]", true},
    {"94 00 07 <page> 81 <shelves> 91 80", SS_FAULT_MISSING_PARAM, "shelves[0].shelf", true},
    {"94 00 07 <page> 81 <shelves> 91 81 <limit> 05", SS_FAULT_MISSING_PARAM, "shelves[0].shelf", true},
    {"94 00 07 <page> 81 <shelves> 91 81 <shelf> <health>", SS_FAULT_OUT_OF_RANGE, "shelves[0].shelf", true},
    {"94 00 07 <page> 81 <shelves> 92 <popular> 82 <shelf> <cart> <limit> 00", SS_FAULT_OUT_OF_RANGE,
     "shelves[1].limit", true},
    {"94 00 07 <page> 81 <shelves> 91 82 <shelf> <cart> <colour> 00", SS_FAULT_UNKNOWN_PARAM, "shelves[0].colour",
     true},
    {"94 00 07 <page> 81 <shelves> 91 82 <shelf> <cart> <shelf> <cart>", SS_FAULT_REPEATED_PARAM, "shelves[0].shelf",
     true},
    {"94 00 07 <page> 81 <shelves> 92 <popular> <related>", SS_FAULT_MISSING_PARAM, "item_id", true},
    {"94 00 07 <page> 82 <shelves> 91 <popular> <limit> 00", SS_FAULT_OUT_OF_RANGE, "limit", true},
    {"94 00 07 <page> 81 <shelves> 92 <popular>", SS_FAULT_MALFORMED, "", true},
    /* numbers and flags */
    {"94 00 07 <popular> 81 <limit> 00", SS_FAULT_OUT_OF_RANGE, "limit", true},
    {"94 00 07 <popular> 81 <limit> ff", SS_FAULT_OUT_OF_RANGE, "limit", true},
    {"94 00 07 <popular> 81 <limit> cd 01 f5", SS_FAULT_OUT_OF_RANGE, "limit", true},
    {"94 00 07 <popular> 81 <limit> cf ff ff ff ff ff ff ff ff", SS_FAULT_OUT_OF_RANGE, "limit", true},
    {"94 00 07 <popular> 81 <limit> d3 80 00 00 00 00 00 00 00", SS_FAULT_OUT_OF_RANGE, "limit", true},
    {"94 00 07 <popular> 81 <limit> (10)", SS_FAULT_WRONG_TYPE, "limit", true},
    {"94 00 07 <popular> 81 <limit> cb 40 24 00 00 00 00 00 00", SS_FAULT_WRONG_TYPE, "limit", true},
    {"94 00 07 <popular> 81 <limit> c3", SS_FAULT_WRONG_TYPE, "limit", true},
    {"94 00 07 <popular> 81 <explain> 01", SS_FAULT_WRONG_TYPE, "explain", true},
    {"94 00 07 <popular> 81 <consent> <yes>", SS_FAULT_OUT_OF_RANGE, "consent", true},
    {"94 00 07 <popular> 81 <consent> c3", SS_FAULT_WRONG_TYPE, "consent", true},
    {"94 00 07 <popular> 81 <timestamp> ff", SS_FAULT_OUT_OF_RANGE, "timestamp", true},
    {"94 00 07 <popular> 81 <timestamp> <now>", SS_FAULT_WRONG_TYPE, "timestamp", true},
    /* the filter */
    {"94 00 07 <popular> 81 <filter> <Home>", SS_FAULT_WRONG_TYPE, "filter", true},
    {"94 00 07 <popular> 81 <filter> 81 <colour> <red>", SS_FAULT_UNKNOWN_PARAM, "filter.colour", true},
    {"94 00 07 <popular> 81 <filter> 81 <category> (256)", SS_FAULT_OUT_OF_RANGE, "filter.category", true},
    {"94 00 07 <popular> 81 <filter> 81 <price_min> ff", SS_FAULT_OUT_OF_RANGE, "filter.price_min", true},
    {"94 00 07 <popular> 81 <filter> 81 <price_max> ca 3f 80 00 00", SS_FAULT_WRONG_TYPE, "filter.price_max", true},
    {"94 00 07 <popular> 81 <filter> 82 <price_min> 05 <price_max> 04", SS_FAULT_OUT_OF_RANGE, "filter.price_max",
     true},
    {"94 00 07 <popular> 81 <filter> 81 <bought> <never>", SS_FAULT_OUT_OF_RANGE, "filter.bought", true},
    {"94 00 07 <popular> 81 <filter> 81 <bought> c2", SS_FAULT_WRONG_TYPE, "filter.bought", true},
    /* find */
    {"94 00 07 <find> 81 <text> a0", SS_FAULT_OUT_OF_RANGE, "text", true},
    {"94 00 07 <find> 81 <text> (256)", SS_FAULT_OUT_OF_RANGE, "text", true},
    {"94 00 07 <find> 81 <text> a1 ff", SS_FAULT_OUT_OF_RANGE, "text", true},
    {"94 00 07 <find> 81 <text> 07", SS_FAULT_WRONG_TYPE, "text", true},
    {"94 00 07 <find> 81 <items> [257]", SS_FAULT_OUT_OF_RANGE, "items", true},
    {"94 00 07 <find> 81 <after> c0", SS_FAULT_WRONG_TYPE, "after", true},
    {"94 00 07 <find> 81 <all> 01", SS_FAULT_WRONG_TYPE, "all", true},
    {"94 00 07 <find> 81 <categories> <yes>", SS_FAULT_WRONG_TYPE, "categories", true},
    {"94 00 07 <find> 81 <customer_id> <17850>", SS_FAULT_UNKNOWN_PARAM, "customer_id", true},
    {"94 00 07 <popular> 81 <text> <tea>", SS_FAULT_UNKNOWN_PARAM, "text", true},
};

static void bad_messages_get_the_right_error(void **state)
{
    fixed_handler *fixed = *state;
    static ss_call call;
    assert_true(sizeof bad / sizeof *bad >= 60);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ss_fault fault = {0};
        ss_buffer wanted;
        size_t size = wire_text(bad[i].text, message);
        ss_slice request = {(const char *)message, size};
        if (ss_call_decode(request, &call, &fault))
            fail_msg("accepted: %s", bad[i].text);
        if (fault.code != bad[i].code || call.has_msgid != bad[i].has_msgid)
            fail_msg("%s: %s, msgid %d: %s", bad[i].text, ss_fault_name(fault.code), call.has_msgid, fault.message);
        if (bad[i].field)
            assert_string_equal(fault.field, bad[i].field);
        assert_int_equal(call.has_msgid ? call.msgid : 7, 7);
        assert_true(fault.message[0] != '\0');
        ss_buffer_init(&wanted, SS_REPLY_MAX);
        assert_status(ss_reply_fault(call.has_msgid, call.msgid, &fault, &wanted), SS_OK);
        ss_slice reply = fixed_ask(fixed, request);
        assert_int_equal(reply.size, wanted.size);
        assert_memory_equal(reply.data, wanted.data, wanted.size);
        ss_buffer_release(&wanted);
    }
}

/* ---- any bytes at all ---- */

static const char whole[] =
    "94 00 07 <page> 8b <item_id> <85123A> <cart> 92 <22423> <47566> <items> 91 <20725> <customer_id> <17850> "
    "<limit> 05 <exclude> 91 <22720> <filter> 84 <category> <Kitchen> <price_min> 0a <price_max> cd 07 d0 "
    "<bought> <allow> <fields> 92 <name> <price> <explain> c3 <timestamp> cf 00 06 47 48 46 20 40 00 "
    "<shelves> 92 82 <shelf> <cart> <limit> 03 <popular>";

static void assert_is_reply(ss_slice reply)
{
    ss_wire_reader reader = {(const uint8_t *)reply.data, (const uint8_t *)reply.data + reply.size};
    ss_wire_token array, type;
    assert_true(ss_wire_check(reply.data, reply.size, 1u << 16, 8));
    assert_true(ss_wire_next(&reader, &array) && array.kind == SS_WIRE_ARRAY && array.number == 4);
    assert_true(ss_wire_next(&reader, &type) && type.number == SS_PROTOCOL_REPLY);
}

/* Of exactly the size, so that a sanitizer sees a byte read too many. */
static ss_slice ask_copy(fixed_handler *fixed, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    ss_slice reply = fixed_ask(fixed, (ss_slice){(const char *)copy, size});
    free(copy);
    assert_is_reply(reply);
    return reply;
}

static void every_prefix_is_malformed(void **state)
{
    size_t size = wire_text(whole, message);
    static ss_call call;
    ss_fault fault;
    assert_true(ss_call_decode((ss_slice){(const char *)message, size}, &call, &fault));
    for (size_t cut = 0; cut < size; cut++) {
        ask_copy(*state, message, cut);
        assert_false(ss_call_decode((ss_slice){(const char *)message, cut}, &call, &fault));
        assert_int_equal(fault.code, SS_FAULT_MALFORMED);
    }
}

static void any_changed_byte_gets_a_reply(void **state)
{
    size_t size = wire_text(whole, message);
    for (size_t at = 0; at < size; at++) {
        uint8_t kept = message[at];
        for (unsigned value = 0; value < 256; value++) {
            message[at] = (uint8_t)value;
            ask_copy(*state, message, size);
        }
        message[at] = kept;
    }
}

static void random_bytes_get_a_reply(void **state)
{
    ss_random random = test_random();
    for (int round = 0; round < 20000; round++) {
        size_t size = ss_random_below(&random, 64);
        for (size_t i = 0; i < size; i++)
            message[i] = (uint8_t)ss_random_below(&random, 256);
        if (round % 2 && size > 4)
            memcpy(message, "\x94\x00\x07\xa4", 4);
        ask_copy(*state, message, size);
    }
}

/* ---- answers ---- */

static void the_whole_request_is_decoded(void **state)
{
    (void)state;
    static ss_call call;
    ss_fault fault;
    size_t size = wire_text(whole, message);
    assert_true(ss_call_decode((ss_slice){(const char *)message, size}, &call, &fault));
    const ss_request *request = &call.request;
    assert_int_equal(call.method, SS_METHOD_PAGE);
    assert_int_equal(call.shelf_count, 2);
    assert_true(call.shelves[0].kind == SS_SHELF_CART && call.shelves[0].limit == 3);
    assert_true(call.shelves[1].kind == SS_SHELF_POPULAR && call.shelves[1].limit == 0);
    assert_slice_equal(request->item_id, "85123A");
    assert_int_equal(request->cart_count, 2);
    assert_slice_equal(request->cart[1], "47566");
    assert_int_equal(request->item_count, 1);
    assert_slice_equal(request->items[0], "20725");
    assert_slice_equal(request->customer_id, "17850");
    assert_int_equal(request->limit, 5);
    assert_int_equal(request->exclude_count, 1);
    assert_slice_equal(request->exclude[0], "22720");
    assert_slice_equal(request->filter.category, "Kitchen");
    assert_int_equal(request->filter.price_min, 10);
    assert_int_equal(request->filter.price_max, 2000);
    assert_int_equal(request->filter.bought, SS_BOUGHT_ALLOW);
    assert_int_equal(call.fields, 1u << SS_FIELD_NAME | 1u << SS_FIELD_PRICE);
    assert_true(request->explain && call.has_timestamp);
    assert_int_equal(request->now, FIXED_TIME);
}

static void the_largest_lists_are_accepted(void **state)
{
    (void)state;
    static ss_call call;
    ss_fault fault;
    size_t size = wire_text("94 00 07 <cart> 84 <cart> [256] <items> [256] <exclude> [1024] <limit> cd 01 f4", message);
    assert_true(ss_call_decode((ss_slice){(const char *)message, size}, &call, &fault));
    assert_int_equal(call.request.exclude_count, SS_EXCLUDE_MAX);
    assert_true(size < SS_MESSAGE_MAX);
    assert_is_reply(ask_copy(*state, message, size));
}

/* Catalogue columns that are missing are left out; a text may be as long as it likes. */
static void an_answer_of_any_size_is_whole(void **state)
{
    assert_is_reply(ask_text(*state,
                             "94 00 07 <popular> 82 <limit> cd 01 f4 <fields> 96 <name> <price> <category> <url> "
                             "<image> <stock>"));
}

static void no_request_allocates(void **state)
{
    static const char *const texts[] = {
        "94 00 07 <related> 82 <item_id> <85123A> <limit> 05",
        "94 00 07 <for_you> 81 <customer_id> <17850>",
        "94 00 07 <popular> 81 <fields> 92 <name> <price>",
        "94 00 07 <trending> 80",
        "94 00 07 <find> 82 <text> <LANT> <fields> 92 <name> <price>",
        "94 00 07 <find> 82 <categories> c3 <all> c3",
        "94 00 07 <page> 81 <shelves> 92 <popular> <trending>",
        "94 00 07 <stats> 80",
        "94 00 07 <stats> 81 <buckets> c3",
        "94 00 07 <nothing> 80",
        "c1",
        whole,
    };
    for (int warm = 1; warm >= 0; warm--) {
        failing_malloc_start(0);
        for (int round = 0; round < 100; round++)
            for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
                assert_true(ask_text(*state, texts[i]).size > 0);
        size_t count = failing_malloc_count();
        failing_malloc_stop();
        if (!warm)
            assert_int_equal(count, 0);
    }
}

/* ---- roles, draining, counting ---- */

static ss_role role_given(void *context)
{
    return *(ss_role *)context;
}

static unsigned fault_of(ss_handler *handler, const char *text, ss_role role)
{
    ss_slice reply;
    uint32_t msgid;
    size_t size = wire_text(text, message);
    ss_handled handled =
        ss_handler_handle(handler, (ss_slice){(const char *)message, size}, role_given, &role, &reply, &msgid);
    if (handled == SS_HANDLED_RELOAD)
        return 0;
    ss_wire_reader reader = {(const uint8_t *)reply.data, (const uint8_t *)reply.data + reply.size};
    ss_wire_token token;
    for (int i = 0; i < 4; i++)
        assert_true(ss_wire_next(&reader, &token));
    if (token.kind == SS_WIRE_NIL)
        return 0;
    assert_true(ss_wire_next(&reader, &token) && ss_wire_next(&reader, &token));
    return (unsigned)token.number;
}

static void roles_allow_what_the_page_says(void **state)
{
    fixed_handler *fixed = *state;
    static const struct {
        const char *text;
        ss_role least;
    } cases[] = {
        {"94 00 07 <popular> 80", SS_ROLE_READ},
        {"94 00 07 <health> 80", SS_ROLE_READ},
        {"94 00 07 <stats> 80", SS_ROLE_ADMIN},
        {"94 00 07 <reload> 80", SS_ROLE_ADMIN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (unsigned role = SS_ROLE_READ; role < SS_ROLE_COUNT; role++)
            assert_int_equal(fault_of(fixed->handler, cases[i].text, (ss_role)role),
                             role >= cases[i].least ? 0 : SS_FAULT_ACCESS_DENIED);
}

static void a_draining_server_says_so(void **state)
{
    fixed_handler *fixed = *state;
    atomic_store(&fixed->service.draining, true);
    assert_int_equal(fault_of(fixed->handler, "94 00 07 <popular> 80", SS_ROLE_ADMIN), SS_FAULT_SHUTTING_DOWN);
    assert_int_equal(fault_of(fixed->handler, "94 00 07 <health> 80", SS_ROLE_ADMIN), SS_FAULT_SHUTTING_DOWN);
    assert_int_equal(fault_of(fixed->handler, "c1", SS_ROLE_ADMIN), SS_FAULT_MALFORMED);
    atomic_store(&fixed->service.draining, false);
    assert_int_equal(fault_of(fixed->handler, "94 00 07 <popular> 80", SS_ROLE_ADMIN), 0);
}

static void what_is_answered_is_counted(void **state)
{
    fixed_handler *fixed = *state;
    const ss_stats *stats = &fixed->stats;
    uint64_t related = ss_counted(&stats->requests[SS_SHELF_RELATED]), products = ss_counted(&stats->products),
             fallback = ss_counted(&stats->fallback_products), answers = ss_counted(&stats->answers),
             missing = ss_counted(&stats->missing), malformed = ss_counted(&stats->faults[SS_FAULT_MALFORMED]),
             shorts = ss_counted(&stats->shorts[SS_SHORT_CATALOGUE]);
    ask_text(fixed, "94 00 07 <related> 81 <item_id> <85123A>"); /* three neighbours, one more of a fallback */
    ask_text(fixed, "c1");
    assert_int_equal(ss_counted(&stats->requests[SS_SHELF_RELATED]), related + 1);
    assert_int_equal(ss_counted(&stats->answers), answers + 1);
    assert_int_equal(ss_counted(&stats->products), products + 4);
    assert_int_equal(ss_counted(&stats->missing), missing + 6);
    assert_int_equal(ss_counted(&stats->fallback_products), fallback + 1);
    assert_int_equal(ss_counted(&stats->faults[SS_FAULT_MALFORMED]), malformed + 1);
    assert_int_equal(ss_counted(&stats->shorts[SS_SHORT_CATALOGUE]), shorts + 1);
    assert_true(ss_stats_percentile(stats, (ss_method)SS_SHELF_RELATED, 0.5) > 0);
}

/* The text in a reply's bytes, with its head. */
static bool says(ss_slice reply, const char *name)
{
    uint8_t wanted[64];
    size_t size = (size_t)(ss_wire_put_text(wanted, name, strlen(name)) - wanted);
    return memmem(reply.data, reply.size, wanted, size) != NULL;
}

static void latencies_are_told_when_asked_for(void **state)
{
    assert_int_equal(fault_of(((fixed_handler *)*state)->handler, "94 00 07 <stats> 81 <buckets> 01", SS_ROLE_ADMIN),
                     SS_FAULT_WRONG_TYPE);
    assert_int_equal(fault_of(((fixed_handler *)*state)->handler, "94 00 07 <health> 81 <buckets> c3", SS_ROLE_ADMIN),
                     SS_FAULT_UNKNOWN_PARAM);
    assert_true(says(ask_text(*state, "94 00 07 <stats> 81 <buckets> c3"), "buckets"));
    assert_false(says(ask_text(*state, "94 00 07 <stats> 81 <buckets> c2"), "buckets"));
    assert_false(says(ask_text(*state, "94 00 07 <stats> 80"), "buckets"));
}

/* ---- memory that is not there ---- */

static bool ask_torture(void *context)
{
    fixed_handler *fixed = context;
    ss_error error;
    ss_answerer *answerer = NULL;
    ss_handler *handler = NULL;
    ss_slice reply;
    uint32_t msgid;
    if (ss_answerer_new(fixed->snapshot, NULL, &answerer, &error) != SS_OK)
        return false;
    if (ss_handler_new(answerer, &fixed->service, &fixed->stats, &handler, &error) != SS_OK) {
        assert_null(handler);
        return false;
    }
    size_t size = wire_text("94 00 07 <related> 82 <item_id> <85123A> <limit> cd 01 f4", message);
    ss_handled handled =
        ss_handler_handle(handler, (ss_slice){(const char *)message, size}, NULL, NULL, &reply, &msgid);
    bool whole_answer = handled == SS_HANDLED_REPLY && reply.size > 200;
    ss_handler_free(&handler);
    return whole_answer;
}

static void running_out_of_memory_is_survived(void **state)
{
    assert_true(failing_malloc_torture(ask_torture, *state) > 5);
}

/* ---- requests read together ---- */

/* All kinds of starts: items, carts, unknown ids, none, other methods, bad messages. */
static const char *const together[SS_HANDLER_PLACES] = {
    "94 00 01 <related> 81 <item_id> <85123A>",
    "94 00 02 <related> 82 <item_id> <22423> <limit> 01",
    "94 00 03 <cart> 81 <cart> 92 <22423> <85123A>",
    "94 00 04 <bought_together> 81 <items> 91 <85123A>",
    "94 00 05 <related> 81 <item_id> <nobody>",
    "94 00 06 <popular> 80",
    "c1",
    "94 00 07 <page> 81 <shelves> 92 <popular> <trending>",
    "94 00 08 <related> 80",
    "94 00 09 <for_you> 81 <items> 91 <22423>",
    "94 00 0a <trending> 80",
    "94 00 0b <no_method> 80",
    "94 00 0c <bought_next> 82 <item_id> <85123A> <limit> cd 01f4",
    "94 00 0d <related> 82 <item_id> <85123A> <explain> c3",
    "94 00 0e <related> 81 <item_id> <22423>",
    "94 00 0f <related> 81 <item_id> <85123A>",
};

static void requests_read_together_get_the_same_replies(void **state)
{
    fixed_handler *fixed = *state;
    static uint8_t requests[SS_HANDLER_PLACES][256];
    size_t sizes[SS_HANDLER_PLACES];
    for (size_t i = 0; i < SS_HANDLER_PLACES; i++) {
        sizes[i] = wire_text(together[i], requests[i]);
        ss_handler_read(fixed->handler, i, (ss_slice){(const char *)requests[i], sizes[i]});
    }
    ss_buffer replies[SS_HANDLER_PLACES];
    ss_handler_foresee(fixed->handler, SS_HANDLER_PLACES);
    for (size_t i = SS_HANDLER_PLACES; i-- > 0;) {
        ss_slice reply;
        uint32_t msgid;
        assert_int_equal(ss_handler_answer(fixed->handler, i, NULL, NULL, &reply, &msgid), SS_HANDLED_REPLY);
        ss_buffer_init(&replies[i], SS_REPLY_MAX);
        assert_int_equal(ss_buffer_append(&replies[i], reply.data, reply.size), SS_OK);
    }
    for (size_t i = 0; i < SS_HANDLER_PLACES; i++) {
        ss_slice alone = fixed_ask(fixed, (ss_slice){(const char *)requests[i], sizes[i]});
        assert_int_equal(alone.size, replies[i].size);
        assert_memory_equal(alone.data, replies[i].data, alone.size);
        ss_buffer_release(&replies[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_page_are_answered_so),
        cmocka_unit_test(tables_of_the_page_are_complete),
        cmocka_unit_test(params_of_the_page_are_known),
        cmocka_unit_test(bad_messages_get_the_right_error),
        cmocka_unit_test(every_prefix_is_malformed),
        cmocka_unit_test(any_changed_byte_gets_a_reply),
        cmocka_unit_test(random_bytes_get_a_reply),
        cmocka_unit_test(the_whole_request_is_decoded),
        cmocka_unit_test(the_largest_lists_are_accepted),
        cmocka_unit_test(an_answer_of_any_size_is_whole),
        cmocka_unit_test(no_request_allocates),
        cmocka_unit_test(roles_allow_what_the_page_says),
        cmocka_unit_test(a_draining_server_says_so),
        cmocka_unit_test(what_is_answered_is_counted),
        cmocka_unit_test(latencies_are_told_when_asked_for),
        cmocka_unit_test(requests_read_together_get_the_same_replies),
        cmocka_unit_test(running_out_of_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, open_fixed, close_fixed);
}

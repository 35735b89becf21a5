#include "testing.h"

#include "http/query.h"
#include "wire_text.h"

static bool read_query(const char *text, size_t size, ss_query *query, ss_buffer *out, ss_fault *fault)
{
    static char bytes[65536];
    memcpy(bytes, text, size);
    *fault = (ss_fault){0};
    ss_buffer_clear(out);
    return ss_query_read(bytes, size, query, fault) && ss_query_params(query, out, fault);
}

static void expect(const char *text, const char *wire)
{
    static uint8_t bytes[WIRE_TEXT_MAX];
    static ss_query query;
    ss_buffer out;
    ss_fault fault;
    ss_buffer_init(&out, 1u << 20);
    assert_true(read_query(text, strlen(text), &query, &out, &fault));
    size_t size = wire_text(wire, bytes);
    assert_int_equal(out.size, size);
    assert_memory_equal(out.data, bytes, size);
    ss_buffer_release(&out);
}

static void pairs_become_params(void **state)
{
    (void)state;
    expect("", "80");
    expect("&&", "80");
    expect("item_id=a&limit=8", "82 <item_id> <a> <limit> 08");
    expect("item_id=a%20b%2Bc+d&", "81 <item_id> <a b+c d>");
    expect("item_id=%c3%a9", "81 <item_id> a2 c3 a9");
    expect("item_id", "81 <item_id> a0");
    expect("item_id=a=b", "81 <item_id> <a=b>");
    expect("=x", "81 a0 <x>");
    expect("limit=x&limit2=3", "82 <limit> <x> <limit2> <3>");
    expect("limit=-1&timestamp=1700000000000000", "82 <limit> ff <timestamp> cf 00 06 0a 24 18 1e 40 00");
    expect("explain=true&buckets=false", "82 <explain> c3 <buckets> c2");
    expect("explain=1", "81 <explain> <1>");
    expect("key=pk_x&limit=2", "81 <limit> 02");
}

static void lists_and_maps(void **state)
{
    (void)state;
    expect("items=a&items=b&limit=2&items=c,d", "82 <items> 93 <a> <b> <c,d> <limit> 02");
    expect("cart=a", "81 <cart> 91 <a>");
    expect("fields=name,price&fields=url", "81 <fields> 93 <name> <price> <url>");
    expect("fields=", "81 <fields> 91 a0");
    expect("fields=,", "81 <fields> 92 a0 a0");
    expect("shelves=related:8,popular", "81 <shelves> 92 82 <shelf> <related> <limit> 08 <popular>");
    expect("shelves=related:x", "81 <shelves> 91 82 <shelf> <related> <limit> <x>");
    expect("filter.category=a&limit=1&filter.price_min=5", "82 <filter> 82 <category> <a> <price_min> 05 <limit> 01");
    expect("filter.=a", "81 <filter> 81 a0 <a>");
    expect("a.b.c=d", "81 <a> 81 <b.c> <d>");
}

static void wrong_queries_are_refused(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        ss_fault_code code;
        const char *field;
    } rows[] = {
        {"a=%", 3, SS_FAULT_MALFORMED, "a"},
        {"a=%4", 4, SS_FAULT_MALFORMED, "a"},
        {"a=%4g", 5, SS_FAULT_MALFORMED, "a"},
        {"a=%00", 5, SS_FAULT_MALFORMED, "a"},
        {"a=\0", 3, SS_FAULT_MALFORMED, "a"},
        {"a=%c0%80", 8, SS_FAULT_MALFORMED, "a"},
        {"a=%ff", 5, SS_FAULT_MALFORMED, "a"},
        {"a=%ed%a0%80", 11, SS_FAULT_MALFORMED, "a"},
        {"%ff=a", 5, SS_FAULT_MALFORMED, ""},
        {"limit=1&limit=2", 15, SS_FAULT_REPEATED_PARAM, "limit"},
        {"filter.a=1&filter.a=2", 21, SS_FAULT_REPEATED_PARAM, "filter.a"},
        {"item_id=a&item_id=a", 19, SS_FAULT_REPEATED_PARAM, "item_id"},
    };
    static ss_query query;
    ss_buffer out;
    ss_fault fault;
    (void)state;
    ss_buffer_init(&out, 1u << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_false(read_query(rows[i].text, rows[i].size, &query, &out, &fault));
        assert_int_equal(fault.code, rows[i].code);
        assert_string_equal(fault.field, rows[i].field);
        assert_true(fault.message[0] != '\0');
    }
    ss_buffer_release(&out);
}

static void pairs_are_bounded(void **state)
{
    static char text[2 * (SS_QUERY_MAX + 1)];
    static ss_query query;
    ss_buffer out;
    ss_fault fault;
    (void)state;
    ss_buffer_init(&out, 1u << 20);
    for (size_t i = 0; i <= SS_QUERY_MAX; i++)
        memcpy(text + 2 * i, "a&", 2);
    assert_false(read_query(text, sizeof text, &query, &out, &fault));
    assert_int_equal(fault.code, SS_FAULT_OUT_OF_RANGE);
    ss_buffer_release(&out);
}

static void values_are_found(void **state)
{
    static ss_query query;
    char text[] = "a=1&b=%41&a=2";
    ss_fault fault;
    (void)state;
    assert_true(ss_query_read(text, strlen(text), &query, &fault));
    assert_true(ss_slice_equal(ss_query_find(&query, "a"), SS_SLICE_LITERAL("1")));
    assert_true(ss_slice_equal(ss_query_find(&query, "b"), SS_SLICE_LITERAL("A")));
    assert_null(ss_query_find(&query, "c").data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_become_params),       cmocka_unit_test(lists_and_maps),
        cmocka_unit_test(wrong_queries_are_refused), cmocka_unit_test(pairs_are_bounded),
        cmocka_unit_test(values_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

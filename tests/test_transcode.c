#include "testing.h"

#include "client/wire.h"
#include "failing_malloc.h"
#include "http/transcode.h"
#include "wire_text.h"

static void expect_json(const char *wire, const char *json)
{
    static uint8_t bytes[WIRE_TEXT_MAX];
    ss_buffer out;
    ss_error error;
    ss_buffer_init(&out, 8u * WIRE_TEXT_MAX);
    ss_slice from = {(const char *)bytes, wire_text(wire, bytes)};
    ss_status status = ss_wire_to_json(from, &out, &error);
    if (json) {
        assert_int_equal(status, SS_OK);
        assert_string_equal(out.data, json);
    } else {
        assert_int_equal(status, SS_E_FORMAT);
        assert_int_equal(out.size, 0);
    }
    ss_buffer_release(&out);
}

static void values_become_json(void **state)
{
    (void)state;
    expect_json("c0", "null");
    expect_json("c2", "false");
    expect_json("c3", "true");
    expect_json("00", "0");
    expect_json("7f", "127");
    expect_json("ff", "-1");
    expect_json("cf ff ff ff ff ff ff ff ff", "18446744073709551615");
    expect_json("d3 80 00 00 00 00 00 00 00", "-9223372036854775808");
    expect_json("ca 3d cc cc cd", "0.1");
    expect_json("cb 3f b9 99 99 99 99 99 9a", "0.1");
    expect_json("cb 80 00 00 00 00 00 00 00", "-0.0");
    expect_json("cb 40 28 00 00 00 00 00 00", "12.0");
    expect_json("cb 7f f0 00 00 00 00 00 00", "null");
    expect_json("ca 7f c0 00 00", "null");
    expect_json("a0", "\"\"");
    expect_json("c4 02 41 42", "\"AB\"");
    expect_json("90", "[]");
    expect_json("80", "{}");
    expect_json("93 01 91 c0 82 <a> 02 <b> 90", "[1,[null],{\"a\":2,\"b\":[]}]");
}

static void text_is_safe_in_html(void **state)
{
    (void)state;
    expect_json("a9 3c 2f 26 3e 22 5c 0a 00 7f", "\"\\u003c/\\u0026\\u003e\\\"\\\\\\n\\u0000\\u007f\"");
    expect_json("a6 e2 80 a8 e2 80 a9", "\"\\u2028\\u2029\"");
    expect_json("a6 e2 80 a7 e2 80 aa", "\"\xe2\x80\xa7\xe2\x80\xaa\"");
    /* no UTF-8: alone, overlong, a surrogate, cut off; what follows is kept */
    expect_json("a2 ff 41", "\"\xef\xbf\xbd"
                            "A\"");
    expect_json("a3 c0 80 41", "\"\xef\xbf\xbd\xef\xbf\xbd"
                               "A\"");
    expect_json("a4 ed a0 80 41", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                  "A\"");
    expect_json("a2 e2 80", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    /* around the blocks that are looked at together */
    expect_json("(16)", "\"xxxxxxxxxxxxxxxx\"");
    expect_json("b1 78 ~15 22", "\"xxxxxxxxxxxxxxxx\\\"\"");
    expect_json("b0 78 ~14 3c", "\"xxxxxxxxxxxxxxx\\u003c\"");
    expect_json("92 a1 78 a1 22", "[\"x\",\"\\\"\"]");
}

#define LONGEST 40u /* two blocks and more; a head of one byte and of two */

/* A text of `size` letters, in which `odd` stands at `place`, and `behind` letters in a text behind it. */
static void expect_odd_byte(char odd, const char *escaped, size_t size, size_t place, size_t behind)
{
    char text[LONGEST], rest[LONGEST], json[256];
    uint8_t wire[128], *at = ss_wire_put_array(wire, 2);
    ss_buffer out;
    memset(text, 'x', sizeof text);
    memset(rest, 'y', sizeof rest);
    text[place] = odd;
    at = ss_wire_put_text(ss_wire_put_text(at, text, size), rest, behind);
    snprintf(json, sizeof json, "[\"%.*s%s%.*s\",\"%.*s\"]", (int)place, text, escaped, (int)(size - place - 1),
             text + place + 1, (int)behind, rest);
    ss_buffer_init(&out, 4096);
    assert_int_equal(ss_wire_to_json((ss_slice){(const char *)wire, (size_t)(at - wire)}, &out, NULL), SS_OK);
    assert_string_equal(out.data, json);
    ss_buffer_release(&out);
}

static void an_odd_byte_is_found_wherever_it_stands(void **state)
{
    static const struct {
        char byte;
        const char *escaped;
    } odd[] = {{1, "\\u0001"},
               {'\n', "\\n"},
               {31, "\\u001f"},
               {' ', " "},
               {'!', "!"},
               {'"', "\\\""},
               {'#', "#"},
               {'%', "%"},
               {'&', "\\u0026"},
               {'\'', "'"},
               {'<', "\\u003c"},
               {'=', "="},
               {'>', "\\u003e"},
               {'?', "?"},
               {'[', "["},
               {'\\', "\\\\"},
               {']', "]"},
               {'~', "~"},
               {127, "\\u007f"},
               {(char)0x80, "\xef\xbf\xbd"},
               {(char)0xff, "\xef\xbf\xbd"}};
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (size_t size = 1; size <= LONGEST; size++)
            for (size_t place = 0; place < size; place++)
                expect_odd_byte(odd[i].byte, odd[i].escaped, size, place, place % 2 ? LONGEST : size % 3);
}

static void what_is_no_message_is_refused(void **state)
{
    (void)state;
    expect_json("", NULL);
    expect_json("c1", NULL);
    expect_json("a3 41 42", NULL);
    expect_json("92 01", NULL);
    expect_json("00 00", NULL);
    expect_json("81 01 02", NULL);
    expect_json("81 90 02", NULL);
    expect_json("d4 01 02", NULL);
    expect_json("91 ~31 00", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    expect_json("91 ~32 00", NULL);
}

/* ---- from JSON ---- */

static ss_status read_json(ss_slice json, ss_buffer *out, ss_error *error)
{
    *error = (ss_error){0};
    ss_buffer_clear(out);
    ss_status status = ss_json_to_wire(json, out, error);
    if (status == SS_OK)
        assert_true(ss_wire_check(out->data, out->size, SS_JSON_VALUES_MAX * 2, SS_JSON_DEPTH_MAX + 1));
    else {
        assert_int_equal(out->size, 0);
        assert_int_equal(error->status, status);
        assert_true(error->message[0] != '\0');
    }
    return status;
}

static void expect_wire(const char *json, const char *wire)
{
    static uint8_t bytes[WIRE_TEXT_MAX];
    ss_buffer out;
    ss_error error;
    ss_buffer_init(&out, 1u << 20);
    assert_int_equal(read_json(ss_slice_of(json), &out, &error), SS_OK);
    size_t size = wire_text(wire, bytes);
    assert_int_equal(out.size, size);
    assert_memory_equal(out.data, bytes, size);
    ss_buffer_release(&out);
}

static void objects_become_maps(void **state)
{
    (void)state;
    expect_wire("{}", "de 00 00");
    expect_wire(" {\"a\": 1, \"b\": [true, null, -1, 1.5]}\n",
                "de 00 02 <a> 01 <b> dc 00 04 c3 c0 ff cb 3f f8 00 00 00 00 00 00");
    expect_wire("{\"a\":9223372036854775807}", "de 00 01 <a> cf 7f ff ff ff ff ff ff ff");
    expect_wire("{\"a\":9223372036854775808}", "de 00 01 <a> cb 43 e0 00 00 00 00 00 00");
    expect_wire("{\"\\u0061\\n\":\"\\ud834\\udd1e\"}", "de 00 01 a2 61 0a a4 f0 9d 84 9e");
    expect_wire("{\"a\":[3.0,3e2,-0.0]}", "de 00 01 <a> dc 00 03 03 cd 01 2c 00");
    expect_wire("{\"a\":9007199254740992.0}", "de 00 01 <a> cb 43 40 00 00 00 00 00 00");
    expect_wire("{\"a\":{\"a\":{\"a\":\"a\"}}}", "de 00 01 <a> de 00 01 <a> de 00 01 <a> <a>");
}

static void bad_json_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "[]",
        "1",
        "null",
        "\"a\"",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":1e400}",
        "{\"a\":1}{}",
        "{\"a\":1} x",
        "{\"a\":1 /* */}",
        "{\"a\":\"\x01\"}",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\\ud800\\u0041\"}",
        "{\"a\":\"\xc0\x80\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":tru}",
        "{\"a\":[1,2}",
        "\xef\xbb\xbf{}",
    };
    ss_buffer out;
    ss_error error;
    (void)state;
    ss_buffer_init(&out, 1u << 20);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (read_json(ss_slice_of(texts[i]), &out, &error) != SS_E_FORMAT)
            fail_msg("taken: %s", texts[i]);
    }
    assert_int_equal(read_json((ss_slice){"{\"a\":\"\0\"}", 9}, &out, &error), SS_E_FORMAT);
    assert_int_equal(read_json((ss_slice){NULL, 0}, &out, &error), SS_E_FORMAT);
    assert_int_equal(read_json(SS_SLICE_LITERAL("{\"a\":1,\"b\":2,\"\\u0061\":3}"), &out, &error), SS_E_ARGUMENT);
    assert_string_equal(error.field, "a");
    assert_int_equal(read_json(SS_SLICE_LITERAL("{\"a\":1 x"), &out, &error), SS_E_FORMAT);
    assert_true(error.has_offset);
    ss_buffer_release(&out);
}

/* `begin`, `count` times `part`, `end`. */
static ss_status read_long(const char *begin, const char *part, size_t count, const char *end, ss_error *error)
{
    ss_buffer text, out;
    ss_buffer_init(&text, 4u << 20);
    ss_buffer_init(&out, 4u << 20);
    ss_buffer_append_text(&text, begin);
    for (size_t i = 0; i < count; i++)
        ss_buffer_append_text(&text, part);
    ss_buffer_append_text(&text, end);
    ss_status status = read_json((ss_slice){text.data, text.size}, &out, error);
    ss_buffer_release(&text);
    ss_buffer_release(&out);
    return status;
}

static void sizes_are_bounded(void **state)
{
    char names[4096] = "{", part[32];
    ss_buffer out;
    ss_error error;
    (void)state;
    assert_int_equal(read_long("{\"a\":", "[", SS_JSON_DEPTH_MAX - 1, "1]]]]]]]]]]]]]]]}", &error), SS_OK);
    assert_int_equal(read_long("{\"a\":", "[", SS_JSON_DEPTH_MAX, "1]]]]]]]]]]]]]]]]}", &error), SS_E_LIMIT);
    assert_int_equal(read_long("{\"a\":", "[", 300000, "", &error), SS_E_LIMIT);
    assert_int_equal(read_long("{\"a\":", "{\"a\":", 100000, "", &error), SS_E_LIMIT);
    assert_int_equal(read_long("{\"a\":[0", ",0", SS_JSON_VALUES_MAX - 2, "]}", &error), SS_OK);
    assert_int_equal(read_long("{\"a\":[0", ",0", SS_JSON_VALUES_MAX - 1, "]}", &error), SS_E_LIMIT);
    for (unsigned i = 0; i <= SS_JSON_NAMES_MAX; i++) {
        snprintf(part, sizeof part, "%s\"%u\":1", i ? "," : "", i);
        strcat(names, part);
    }
    strcat(names, "}");
    ss_buffer_init(&out, 1u << 20);
    assert_int_equal(read_json(ss_slice_of(names), &out, &error), SS_E_LIMIT);
    ss_buffer_release(&out);
}

static bool attempt(void *json)
{
    ss_buffer out;
    ss_error error = {0};
    ss_buffer_init(&out, 1u << 20);
    ss_status status = read_json(ss_slice_of(json), &out, &error);
    ss_buffer_release(&out);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void out_of_memory_leaves_nothing(void **state)
{
    char text[8192] = "{\"a\": [1, 2.5], \"b\": {\"c\": null}, \"long\": \"\\n";
    (void)state;
    memset(text + strlen(text), 'x', 6000);
    strcat(text, "\"}");
    assert_true(failing_malloc_torture(attempt, text) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_json),
        cmocka_unit_test(text_is_safe_in_html),
        cmocka_unit_test(an_odd_byte_is_found_wherever_it_stands),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(objects_become_maps),
        cmocka_unit_test(bad_json_is_refused),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(out_of_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

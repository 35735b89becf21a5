/* test_ndjson.c: JSON objects, one a line, as rows. */
#include "rows_text.h"

#define LITERAL(TEXT)                                                                                                  \
    {                                                                                                                  \
        TEXT, sizeof(TEXT) - 1                                                                                         \
    }

static const struct {
    ss_slice text;
    const char *rows;
} examples[] = {
    {LITERAL("{\"a\":\"x\",\"b\":\"y\"}\n"), "[a|b]\n1:x|y\n.\n"},
    {LITERAL("{\"a\":\"x\"}"), "[a]\n1:x\n.\n"},
    {LITERAL("\xef\xbb\xbf{\"a\":\"x\"}\r\n\r\n \t\n{\"a\":\"y\"}\r\n"), "[a]\n1:x\n4:y\n.\n"},
    {LITERAL("\n  {\"a\" : \"x\"} \n"), "[a]\n2:x\n.\n"},
    {LITERAL("{\"a\":1,\"b\":2}\n{\"b\":4,\"a\":3}\n"), "[a|b]\n1:1|2\n2:3|4\n.\n"},
    {LITERAL("{\"a\":1,\"b\":2}\n{\"b\":4}\n{}\n"), "[a|b]\n1:1|2\n2:|4\n3:|\n.\n"},
    {LITERAL("{\"a\":1}\n{\"c\":3,\"a\":2}\n{\"a\":4}\n"), "[a]\n1:1\n[a|c]\n2:2|3\n3:4|\n.\n"},
    {LITERAL("{\"a\":true,\"b\":false,\"c\":null}\n"), "[a|b|c]\n1:true|false|\n.\n"},
    {LITERAL("{\"a\":0,\"b\":-7,\"c\":9223372036854775807}\n"), "[a|b|c]\n1:0|-7|9223372036854775807\n.\n"},
    {LITERAL("{\"a\":2.55,\"b\":-0.1,\"c\":13085.0}\n"), "[a|b|c]\n1:2.55|-0.1|13085\n.\n"},
    {LITERAL("{\"a\":1e3,\"b\":1E-7,\"c\":1.5e300}\n"), "[a|b|c]\n1:1000|1e-07|1.5e+300\n.\n"},
    {LITERAL("{\"a\":0.1234567890123456789}\n"), "[a]\n1:0.12345678901234568\n.\n"},
    {LITERAL("{\"a\":1322478.123456}\n"), "[a]\n1:1322478.123456\n.\n"},
    {LITERAL("{\"a\":\"\\u00e4\\n\\\"\\\\\\/\\ud83d\\ude00\"}\n"), "[a]\n1:\xc3\xa4\\n\"\\/\xf0\x9f\x98\x80\n.\n"},
    {LITERAL("{\" a \":1}\n{\"a\":2}\n"), "[a]\n1:1\n2:2\n.\n"},
    {LITERAL("{\"\":1,\"a\":2}\n{\"a\":4,\"\":3}\n"), "[|a]\n1:1|2\n2:3|4\n.\n"},
    {LITERAL("{}\n{\"a\":1}\n"), "[]\n1:\n[a]\n2:1\n.\n"},

    {LITERAL("{\"a\":1}\n{\"a\":\n2}\n{\"a\":3}\n"),
     "[a]\n1:1\n2!not one JSON object\n3!not one JSON object\n4:3\n.\n"},
    {LITERAL("{\"a\":1\n{\"a\":3}\n"), "[]\n1!not one JSON object\n[a]\n2:3\n.\n"},
    {LITERAL("{\"a\":1}\n[1]\n\"x\"\n7\nnull\nx\n"),
     "[a]\n1:1\n2!not one JSON object\n3!not one JSON object\n4!not one JSON object\n5!not one JSON object\n"
     "6!not one JSON object\n.\n"},
    {LITERAL("{\"a\":1}\n{\"a\":1}{\"a\":2}\n{\"a\":1},\n"),
     "[a]\n1:1\n2!not one JSON object\n3!not one JSON object\n.\n"},
    {LITERAL("{\"a\":1}\n{\"a\":2,}\n{'a':2}\n{a:2}\n{\"a\":01}\n"),
     "[a]\n1:1\n2!not one JSON object\n3!not one JSON object\n4!not one JSON object\n5!not one JSON object\n.\n"},
    {LITERAL("{\"a\":1}\n{\"a\":2,\"a\":3}\n"), "[a]\n1:1\n2!a key stands twice in the object\n.\n"},
    {LITERAL("{\"a\":1}\n{\"a\":{\"b\":1}}\n{\"c\":3,\"b\":[]}\n"),
     "[a]\n1:1\n2!a value that is an object or an array\n3!a value that is an object or an array\n.\n"},
    {LITERAL("{\"a\":1}\n{\"a\":9223372036854775808}\n{\"a\":1e999}\n"),
     "[a]\n1:1\n2!a number out of range\n3!a number out of range\n.\n"},
    {LITERAL("{\"a\":1}\n{\"a\":\"\xff\"}\n{\"a\":\"\\ud83d\"}\n"),
     "[a]\n1:1\n2!not UTF-8\n3!not one JSON object\n.\n"},
    {LITERAL("{\"a\":1}\n{\"a\":\"\\u0000\"}\n{\"a\":\"\0\"}\n{\"a\0\":1}\n"),
     "[a]\n1:1\n2!a NUL character\n3!not one JSON object\n4!not one JSON object\n.\n"},
    {LITERAL("{\"a\":1}\n{\"a\":NaN}\n{\"a\":Infinity}\n"),
     "[a]\n1:1\n2!not one JSON object\n3!not one JSON object\n.\n"},
    {LITERAL("[{\"a\":1},\n{\"a\":2}]\n"),
     "error unsupported at log: a JSON array: write one object a line (NDJSON)\n"},
    {LITERAL("[\n  {\"a\":1}\n]\n"), "error unsupported at log: a JSON array: write one object a line (NDJSON)\n"},
};

static void expect_rows(ss_slice text, size_t chunk, const char *rows)
{
    ss_buffer got = rows_text_of(text, chunk);
    if (strcmp(got.data, rows) != 0)
        fail_msg("chunk %zu of:\n%.*s\nread as:\n%s\nexpected:\n%s", chunk, (int)text.size, text.data, got.data, rows);
    ss_buffer_release(&got);
}

static void objects_are_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        for (size_t chunk = 0; chunk < 20; chunk++)
            expect_rows(examples[i].text, chunk, examples[i].rows);
}

static void columns_are_limited(void **state)
{
    (void)state;
    ss_buffer text, rows;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    ss_buffer_init(&rows, ROWS_TEXT_MAX);
    for (unsigned i = 0; i < SS_COLUMNS_MAX; i++) {
        ss_buffer_printf(&text, "%s\"c%u\":%u", i ? "," : "{", i, i);
        ss_buffer_printf(&rows, "%sc%u", i ? "|" : "[", i);
    }
    ss_buffer_append_text(&text, "}\n{\"more\":1}\n{\"c0\":2}\n");
    ss_buffer_append_text(&rows, "]\n1:0");
    for (unsigned i = 1; i < SS_COLUMNS_MAX; i++)
        ss_buffer_printf(&rows, "|%u", i);
    ss_buffer_append_text(&rows, "\n2!too many different keys, or a key that is too long\n3:2");
    for (unsigned i = 1; i < SS_COLUMNS_MAX; i++)
        ss_buffer_append_text(&rows, "|");
    ss_buffer_append_text(&rows, "\n.\n");
    expect_rows((ss_slice){text.data, text.size}, 0, rows.data);
    ss_buffer_release(&text);
    ss_buffer_release(&rows);
}

static void lines_are_limited(void **state)
{
    (void)state;
    static const size_t chunks[] = {0, 1, 1000, SS_ROW_MAX, 3 * SS_ROW_MAX};
    ss_buffer text;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        for (size_t size = SS_ROW_MAX - 1; size <= SS_ROW_MAX + 1; size++) {
            ss_buffer_clear(&text);
            ss_buffer_append_text(&text, "{\"a\":1}\n{\"a\":2}");
            while (text.size < 8 + size)
                ss_buffer_append_text(&text, " ");
            ss_buffer_append_text(&text, "\n{\"a\":3}\n");
            expect_rows((ss_slice){text.data, text.size}, chunks[i],
                        size > SS_ROW_MAX ? "[a]\n1:1\n2!longer than 1 MiB\n3:3\n.\n" : "[a]\n1:1\n2:2\n3:3\n.\n");
        }
    }
    ss_buffer_release(&text);
}

static void deep_nesting_is_a_broken_row(void **state)
{
    (void)state;
    ss_buffer text;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    ss_buffer_append_text(&text, "{\"a\":");
    for (int i = 0; i < 500000; i++)
        ss_buffer_append_text(&text, "[");
    ss_buffer_append_text(&text, "\n{\"a\":3}\n");
    expect_rows((ss_slice){text.data, text.size}, 0, "[]\n1!not one JSON object\n[a]\n2:3\n.\n");
    ss_buffer_release(&text);
}

static void any_cut_gives_the_same_rows(void **state)
{
    (void)state;
    static const char *const pieces[] = {"{\"a\":", "{\"b\":1}\n", "\"x\"", "}", "\n",
                                         "{}",      ",\"c\":2.5",  "\r\n",  " ", "[1]"};
    ss_random random = test_random();
    ss_buffer text;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    for (int round = 0; round < 1000; round++) {
        ss_buffer_clear(&text);
        ss_buffer_append_text(&text, "{");
        for (uint32_t count = ss_random_below(&random, 60); count > 0; count--)
            ss_buffer_append_text(&text, pieces[ss_random_below(&random, sizeof pieces / sizeof *pieces)]);
        ss_slice slice = {text.data, text.size};
        ss_buffer whole = rows_text_of(slice, 0);
        expect_rows(slice, 1, whole.data);
        expect_rows(slice, 1 + ss_random_below(&random, 40), whole.data);
        ss_buffer_release(&whole);
    }
    ss_buffer_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_rows),
        cmocka_unit_test(columns_are_limited),
        cmocka_unit_test(lines_are_limited),
        cmocka_unit_test(deep_nesting_is_a_broken_row),
        cmocka_unit_test(any_cut_gives_the_same_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

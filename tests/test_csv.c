/* test_csv.c: what CSV texts are read as, however they are cut into reads; what they are not. */
#include "check.h"
#include "rows_text.h"

#include "log/csv.h"

#define LITERAL(TEXT)                                                                                                  \
    {                                                                                                                  \
        TEXT, sizeof(TEXT) - 1                                                                                         \
    }

typedef struct example {
    ss_slice text;
    const char *rows; /* as rows_text.h writes them */
} example;

static void expect_rows(ss_slice text, size_t chunk, const char *rows)
{
    ss_buffer got = rows_text_of(text, chunk);
    if (strcmp(got.data, rows) != 0)
        fail_msg("chunk %zu of:\n%.*s\nread as:\n%s\nexpected:\n%s", chunk, (int)text.size, text.data, got.data, rows);
    ss_buffer_release(&got);
}

static void expect_examples(const example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t chunk = 0; chunk < 40; chunk++)
            expect_rows(examples[i].text, chunk, examples[i].rows);
}
#define EXPECT_EXAMPLES(EXAMPLES) expect_examples(EXAMPLES, sizeof EXAMPLES / sizeof *EXAMPLES)

static void reads_good_text(void **state)
{
    (void)state;
    static const example examples[] = {
        {LITERAL("a,b\n1,2\n"), "[a|b]\n2:1|2\n.\n"},
        {LITERAL("a,b\n1,2"), "[a|b]\n2:1|2\n.\n"},
        {LITERAL("a,b\r\n1,2\r\n"), "[a|b]\n2:1|2\n.\n"},
        {LITERAL("a,b\r\n1,2\r"), "[a|b]\n2:1|2\n.\n"},
        {LITERAL("a,b\n1,2\r\n3,4\n"), "[a|b]\n2:1|2\n3:3|4\n.\n"},
        {LITERAL("\xef\xbb\xbf"
                 "a,b\n1,2\n"),
         "[a|b]\n2:1|2\n.\n"},
        {LITERAL("\xef\xbb\xbf\"a\",b\n1,2\n"), "[a|b]\n2:1|2\n.\n"},
        {LITERAL("a\tb\n1,5\t2\n"), "[a|b]\n2:1,5|2\n.\n"},
        {LITERAL("a;b\n1,5;2\n"), "[a|b]\n2:1,5|2\n.\n"},
        {LITERAL("a;b,c;d\n1;2;3\n"), "[a|b,c|d]\n2:1|2|3\n.\n"},
        {LITERAL("\"a,b,c\";d\n1;2\n"), "[a,b,c|d]\n2:1|2\n.\n"},
        {LITERAL("a|b\n1,5|2;\n"), "[a|b]\n2:1,5|2;\n.\n"},
        {LITERAL("a,b\n,\n"), "[a|b]\n2:|\n.\n"},
        {LITERAL("a,b\n\"\",\"\"\n"), "[a|b]\n2:|\n.\n"},
        {LITERAL("a,b\n\"x,y\",2\n"), "[a|b]\n2:x,y|2\n.\n"},
        {LITERAL("a,b\n\"x\ny\",2\n3,4\n"), "[a|b]\n2:x\\ny|2\n4:3|4\n.\n"},
        {LITERAL("a,b\n1,\"x\r\ny\r\n\"\r\n3,4\r\n"), "[a|b]\n2:1|x\r\\ny\r\\n\n5:3|4\n.\n"},
        {LITERAL("a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n"), "[a|b]\n2:say \"hi\"|\"\n.\n"},
        {LITERAL("a,b\n\"\"\"\"\"\",\"a\"\"\"\"b\"\n"), "[a|b]\n2:\"\"|a\"\"b\n.\n"},
        {LITERAL("a,b\n3.5\" disk,a\"\"b\"\n"), "[a|b]\n2:3.5\" disk|a\"\"b\"\n.\n"},
        {LITERAL("a,b\n x , \"y\" \n"), "[a|b]\n2: x | \"y\" \n.\n"},
        {LITERAL("a,b\n1\r2,\r\n"), "[a|b]\n2:1\r2|\n.\n"},
        {LITERAL("\n\r\na,b\n\n\n1,2\n\r\n3,4\n\n"), "[a|b]\n6:1|2\n8:3|4\n.\n"},
        {LITERAL("id\n1\n\n\"\"\n3\n"), "[id]\n2:1\n4:\n5:3\n.\n"},
        {LITERAL(" a , \"b \"\n1,2\n"), "[a|\"b \"]\n2:1|2\n.\n"},
        {LITERAL(",a,,\n0,1,2,3\n"), "[|a||]\n2:0|1|2|3\n.\n"},
        {LITERAL("a,b\n"), "[a|b]\n.\n"},
        {LITERAL("a,b"), "[a|b]\n.\n"},
        {LITERAL("\"a\nb\",c\n1,2\n"), "[a\\nb|c]\n3:1|2\n.\n"},
        {LITERAL("n\xc3\xa4me,b\n\xff,2\n"), "[n\xc3\xa4me|b]\n2:\xff|2\n.\n"},
    };
    EXPECT_EXAMPLES(examples);
}

static void tells_broken_rows_and_goes_on(void **state)
{
    (void)state;
    static const example examples[] = {
        {LITERAL("a,b\n1\n3,4\n"), "[a|b]\n2!not as many fields as the header has\n3:3|4\n.\n"},
        {LITERAL("a,b\n1,2,3\n3,4\n"), "[a|b]\n2!not as many fields as the header has\n3:3|4\n.\n"},
        {LITERAL("a\n1,2\n3\n"), "[a]\n2!not as many fields as the header has\n3:3\n.\n"},
        {LITERAL("a,b\n1,\"x\ny\",3\n5,6\n"), "[a|b]\n2!not as many fields as the header has\n4:5|6\n.\n"},
        {LITERAL("a,b\n1,\"2\n3,4\n5,6\n"), "[a|b]\n2!a quote that is not closed\n3:3|4\n4:5|6\n.\n"},
        {LITERAL("a,b\n1,\""), "[a|b]\n2!a quote that is not closed\n.\n"},
        {LITERAL("a,b\n1,\"2\n3,\"4\"\n5,6\n"), "[a|b]\n2!text behind a closing quote\n3:3|4\n4:5|6\n.\n"},
        {LITERAL("a,b\n\"1\"x,2\n3,4\n"), "[a|b]\n2!text behind a closing quote\n3:3|4\n.\n"},
        {LITERAL("a,b\n\"1\" ,2\n3,4\n"), "[a|b]\n2!text behind a closing quote\n3:3|4\n.\n"},
        {LITERAL("a,b\n\"1\"\r,2\n3,4\n"), "[a|b]\n2!text behind a closing quote\n3:3|4\n.\n"},
        {LITERAL("a,b\n1,\"2\"\0\n3,4\n"), "[a|b]\n2!text behind a closing quote\n3:3|4\n.\n"},
        {LITERAL("a,b\n1,2\0\n3,4\n"), "[a|b]\n2!a NUL byte\n3:3|4\n.\n"},
        {LITERAL("a,b\n1,\"\0\n\"\n3,4\n"), "[a|b]\n2!a NUL byte\n4:3|4\n.\n"},
        {LITERAL("a,b\n\0\0\0\n3,4\n"), "[a|b]\n2!a NUL byte\n3:3|4\n.\n"},
        {LITERAL("a,b\n \n3,4\n"), "[a|b]\n2!not as many fields as the header has\n3:3|4\n.\n"},
        {LITERAL("a,b\n1,2\n\x1a"), "[a|b]\n2:1|2\n3!not as many fields as the header has\n.\n"},
    };
    EXPECT_EXAMPLES(examples);
}

/* The fields before the fault of a broken row follow its problem. */
static ss_buffer read_as_lines(ss_slice text, size_t chunk)
{
    ss_buffer out;
    ss_row row;
    ss_error error;
    ss_row_source *source = NULL;
    ss_buffer_init(&out, ROWS_TEXT_MAX);
    expect_ok(ss_row_source_open_memory(text, "log", chunk, &source, &error), &error);
    ss_row_source_rows_are_lines(source);
    for (;;) {
        expect_ok(source->next(source, &row, &error), &error);
        if (row.kind == SS_ROW_END)
            break;
        ss_buffer_printf(&out, "%llu%s", (unsigned long long)row.line, row.kind == SS_ROW_BROKEN ? "!" : ":");
        if (row.kind == SS_ROW_BROKEN)
            ss_buffer_printf(&out, "%s:", row.problem);
        rows_text_fields(row.fields, row.field_count, &out);
        ss_buffer_append_text(&out, "\n");
    }
    ss_row_source_close(&source);
    return out;
}

static void a_row_may_be_one_line(void **state)
{
    (void)state;
    static const example examples[] = {
        {LITERAL("a,b\n1,\"x\ny\",2\n3,4\n"), "2!a quote that is not closed in its line:1\n3:y\"|2\n4:3|4\n"},
        {LITERAL("a,b\n\"1,2\n3,4\n\"5,6\n"),
         "2!a quote that is not closed in its line:\n3:3|4\n4!a quote that is not closed in its line:\n"},
        {LITERAL("a,b,c\n1,\"2\"\"\",\"x\"\"\n4,5,6"), "2!a quote that is not closed in its line:1|2\"\n3:4|5|6\n"},
        {LITERAL("a,b\n1,\"2\"x\"\n3,\"4\"\n"), "2!text behind a closing quote:1\n3:3|4\n"},
        {LITERAL("a,b\n1,\""), "2!a quote that is not closed in its line:1\n"},
        {LITERAL("a,b\r\n1,\"2\r\n\"3\",4\r\n"), "2!a quote that is not closed in its line:1\n3:3|4\n"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        for (size_t chunk = 0; chunk < 40; chunk++) {
            ss_buffer got = read_as_lines(examples[i].text, chunk);
            assert_string_equal(got.data, examples[i].rows);
            ss_buffer_release(&got);
        }
    }
}

static void refuses_broken_headers(void **state)
{
    (void)state;
    static const example examples[] = {
        {LITERAL(""), "error format at log: the file is empty: there is no header\n"},
        {LITERAL("\xef\xbb\xbf"), "error format at log: the file is empty: there is no header\n"},
        {LITERAL("\n\r\n\n"), "error format at log: the file is empty: there is no header\n"},
        {LITERAL("a,b,a\n1,2,3\n"), "error format at log:1: two columns have one name (a)\n"},
        {LITERAL("a,b, a \n1,2,3\n"), "error format at log:1: two columns have one name (a)\n"},
        {LITERAL("\na,b,\"a\"\n1,2,3\n"), "error format at log:2: two columns have one name (a)\n"},
        {LITERAL("a,\"b\n1,2\n"), "error format at log:1: a quote that is not closed\n"},
        {LITERAL("a,\"b\"c\n1,2\n"), "error format at log:1: text behind a closing quote\n"},
        {LITERAL("a\0,\0b\0\n\0"), "error format at log:1: a NUL byte\n"},
        {LITERAL("a,b\r1,2\r3,4\r"),
         "error format at log:1: a carriage return in the header: lines must end in LF or CR LF\n"},
        {LITERAL("a,\xe4\n1,2\n"), "error format at log:1: the name of a column is not UTF-8 (\\xe4)\n"},
    };
    EXPECT_EXAMPLES(examples);
}

/* `count` copies of `unit` into `text`. */
static void repeat(ss_buffer *text, const char *unit, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(ss_buffer_append_text(text, unit), SS_OK);
}

static void limits_the_width(void **state)
{
    (void)state;
    ss_buffer text, rows;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    ss_buffer_init(&rows, ROWS_TEXT_MAX);
    repeat(&text, ",", SS_COLUMNS_MAX - 1);
    ss_buffer_append_text(&text, "\n");
    repeat(&text, ",", SS_COLUMNS_MAX - 1);
    ss_buffer_append_text(&text, "\n");
    repeat(&text, "\"\",", SS_COLUMNS_MAX);
    ss_buffer_append_text(&text, "\n1,2\n");
    ss_buffer_append_text(&rows, "[");
    repeat(&rows, "|", SS_COLUMNS_MAX - 1);
    ss_buffer_append_text(&rows, "]\n2:");
    repeat(&rows, "|", SS_COLUMNS_MAX - 1);
    ss_buffer_append_text(&rows, "\n3!more than 256 fields\n4!not as many fields as the header has\n.\n");
    expect_rows((ss_slice){text.data, text.size}, 0, rows.data);
    expect_rows((ss_slice){text.data, text.size}, 1, rows.data);
    ss_buffer_clear(&text);
    repeat(&text, ",", SS_COLUMNS_MAX);
    expect_rows((ss_slice){text.data, text.size}, 0, "error format at log:1: more than 256 fields\n");
    ss_buffer_release(&text);
    ss_buffer_release(&rows);
}

/* How many rows of each kind there are, and the line of the last. */
typedef struct row_counts {
    size_t good, broken;
    uint64_t last_line;
    const char *problem;
} row_counts;

static row_counts count_rows(ss_slice text, size_t chunk)
{
    row_counts counts = {0};
    ss_error error = {0};
    ss_row_source *source = NULL;
    expect_ok(ss_row_source_open_memory(text, "log", chunk, &source, &error), &error);
    ss_row row = {0};
    for (;;) {
        expect_ok(source->next(source, &row, &error), &error);
        if (row.kind == SS_ROW_END)
            break;
        counts.good += row.kind == SS_ROW_FIELDS;
        counts.broken += row.kind == SS_ROW_BROKEN;
        counts.problem = row.kind == SS_ROW_BROKEN ? row.problem : counts.problem;
        counts.last_line = row.line;
    }
    ss_row_source_close(&source);
    return counts;
}

/* "a,b\n", a row of `size` bytes that is `filling` between `before` and `after`, "\n3,4\n". */
static void long_row(ss_buffer *text, size_t size, const char *before, char filling, const char *after)
{
    ss_buffer_clear(text);
    ss_buffer_append_text(text, "a,b\n");
    size_t end = text->size + size;
    ss_buffer_append_text(text, before);
    while (text->size < end - strlen(after))
        ss_buffer_append(text, &filling, 1);
    ss_buffer_append_text(text, after);
    ss_buffer_append_text(text, "\n3,4\n");
}

static void limits_the_length(void **state)
{
    (void)state;
    static const size_t chunks[] = {0, 1, 1000, SS_ROW_MAX, 2 * SS_ROW_MAX};
    ss_buffer text;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        for (size_t size = SS_ROW_MAX - 1; size <= SS_ROW_MAX + 1; size++) {
            size_t bad = size > SS_ROW_MAX;
            long_row(&text, size, "1,", 'x', "");
            row_counts plain = count_rows((ss_slice){text.data, text.size}, chunks[i]);
            assert_true(plain.good == 2 - bad && plain.broken == bad && plain.last_line == 3);
            long_row(&text, size, "1,\"", '"', "\"");
            row_counts quoted = count_rows((ss_slice){text.data, text.size - 5}, chunks[i]);
            assert_int_equal(quoted.good + quoted.broken, 1);
            if (bad)
                assert_string_equal(quoted.problem, "longer than 1 MiB");
        }
        long_row(&text, 3 * SS_ROW_MAX, "1,\"", 'x', "");
        row_counts far = count_rows((ss_slice){text.data, text.size}, chunks[i]);
        assert_true(far.good == 1 && far.broken == 1 && far.last_line == 3);
        assert_string_equal(far.problem, "longer than 1 MiB");
        long_row(&text, 3 * SS_ROW_MAX, "1,\"\n", '\n', "\"");
        row_counts lines = count_rows((ss_slice){text.data, text.size}, chunks[i]);
        assert_true(lines.good == 1 && lines.broken == 2 && lines.last_line == 3 * SS_ROW_MAX - 1);
    }
    ss_buffer_release(&text);
}

static void refuses_an_endless_header(void **state)
{
    (void)state;
    ss_buffer text;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    repeat(&text, "0123456789abcdef", SS_ROW_MAX / 8);
    expect_rows((ss_slice){text.data, text.size}, 0, "error format at log:1: longer than 1 MiB\n");
    expect_rows((ss_slice){text.data, text.size}, 5000, "error format at log:1: longer than 1 MiB\n");
    ss_buffer_release(&text);
}

/* Text that is nearly CSV: every byte that means something is frequent. */
static size_t random_text(ss_random *random, char *text, size_t most)
{
    static const char bytes[] = "aab,,,\n\n\"\"\r;1\xc3\xa4{ }";
    size_t size = ss_random_below(random, (uint32_t)most);
    uint32_t kinds = sizeof bytes; /* with the NUL at its end */
    if (ss_random_below(random, 2))
        kinds = 9; /* a, b, comma, newline, quote */
    for (size_t i = 0; i < size; i++)
        text[i] = bytes[ss_random_below(random, kinds)];
    return size;
}

static void any_cut_gives_the_same_rows(void **state)
{
    (void)state;
    ss_random random = test_random();
    char text[400];
    for (int round = 0; round < 2000; round++) {
        ss_slice slice = {text, random_text(&random, text, sizeof text)};
        ss_buffer whole = rows_text_of(slice, 0);
        expect_rows(slice, 1, whole.data);
        expect_rows(slice, 1 + ss_random_below(&random, 100), whole.data);
        expect_rows(slice, 1 + ss_random_below(&random, 10), whole.data);
        ss_buffer_release(&whole);
    }
}

static void any_kernel_gives_the_same_rows(void **state)
{
    (void)state;
    ss_random random = test_random();
    char text[2000];
    for (int round = 0; round < 1000; round++) {
        ss_slice slice = {text, random_text(&random, text, sizeof text)};
        ss_buffer rows = rows_text_of(slice, 0);
        setenv("SMARTSHELF_CPU", "generic", 1);
        expect_rows(slice, 0, rows.data);
        unsetenv("SMARTSHELF_CPU");
        ss_buffer_release(&rows);
    }
}

/* A field as a careful writer puts it down: in quotes when it must be, and now and then when it need not. */
static void write_field(ss_random *random, ss_slice field, ss_buffer *text)
{
    bool quotes = field.size == 0 || ss_random_below(random, 4) == 0;
    for (size_t i = 0; i < field.size; i++)
        quotes |= field.data[i] == ',' || field.data[i] == '\n' || field.data[i] == '"' || field.data[i] == '\r';
    if (!quotes) {
        ss_buffer_append(text, field.data, field.size);
        return;
    }
    ss_buffer_append_text(text, "\"");
    for (size_t i = 0; i < field.size; i++)
        ss_buffer_append(text, field.data[i] == '"' ? "\"\"" : field.data + i, field.data[i] == '"' ? 2 : 1);
    ss_buffer_append_text(text, "\"");
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const char bytes[] = "abc,;\t\n\r\"\"  1";
    ss_random random = test_random();
    ss_buffer text, rows;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    ss_buffer_init(&rows, ROWS_TEXT_MAX);
    for (int round = 0; round < 300; round++) {
        ss_buffer_clear(&text);
        ss_buffer_clear(&rows);
        ss_buffer_append_text(&text, "x,y,z\r\n");
        ss_buffer_append_text(&rows, "[x|y|z]\n");
        uint64_t line = 2;
        for (uint32_t row = ss_random_below(&random, 50); row > 0; row--) {
            ss_buffer_printf(&rows, "%llu:", (unsigned long long)line);
            for (int column = 0; column < 3; column++) {
                char field[20];
                size_t size = ss_random_below(&random, sizeof field);
                for (size_t i = 0; i < size; i++) {
                    field[i] = bytes[ss_random_below(&random, sizeof bytes - 1)];
                    line += field[i] == '\n';
                }
                write_field(&random, (ss_slice){field, size}, &text);
                ss_buffer_append_text(&text, column < 2 ? "," : ss_random_below(&random, 2) ? "\n" : "\r\n");
                ss_buffer_append_text(&rows, column ? "|" : "");
                rows_text_fields(&(ss_slice){field, size}, 1, &rows);
            }
            line++;
            ss_buffer_append_text(&rows, "\n");
        }
        ss_buffer_append_text(&rows, ".\n");
        expect_rows((ss_slice){text.data, text.size}, ss_random_below(&random, 64), rows.data);
    }
    ss_buffer_release(&text);
    ss_buffer_release(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_good_text),
        cmocka_unit_test(tells_broken_rows_and_goes_on),
        cmocka_unit_test(a_row_may_be_one_line),
        cmocka_unit_test(refuses_broken_headers),
        cmocka_unit_test(limits_the_width),
        cmocka_unit_test(limits_the_length),
        cmocka_unit_test(refuses_an_endless_header),
        cmocka_unit_test(any_cut_gives_the_same_rows),
        cmocka_unit_test(any_kernel_gives_the_same_rows),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

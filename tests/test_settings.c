/* Option tables from a file: nested and dotted names, kinds, mistakes, applying to other targets, writing and back. */
#include "check.h"
#include "failing_malloc.h"

#include "base/settings.h"
#include <string.h>

typedef struct target {
    bool flag;
    int64_t count, choice;
    double share;
    const char *text;
    ss_texts texts;
} target;

static const ss_option table[] = {
    {"flag", SS_OPTION_FLAG, offsetof(target, flag), 0, 0, "true", NULL, NULL, "On or off."},
    {"max-count", SS_OPTION_INT, offsetof(target, count), -5, 10, "3", NULL, NULL, "How many."},
    {"weight.share", SS_OPTION_REAL, offsetof(target, share), 0, 1, "0.1", NULL, NULL, "How much."},
    {"which", SS_OPTION_CHOICE, offsetof(target, choice), 0, 0, "two", "one|two|three", NULL, "Which."},
    {"text", SS_OPTION_TEXT, offsetof(target, text), 0, 0, NULL, NULL, NULL, "A text."},
    {"texts", SS_OPTION_TEXTS, offsetof(target, texts), 0, 0, "first", NULL, NULL, "Texts."},
    {0},
};

typedef struct reading {
    target first, second; /* under "" and under "sub" */
    ss_settings_part parts[2];
    ss_arena *arena;
    ss_mistakes *mistakes;
    ss_settings settings;
    char extra[64];
} reading;

static void set_up(reading *of)
{
    memset(of, 0, sizeof *of);
    of->parts[0] = (ss_settings_part){"", {NULL, NULL, table, &of->first}};
    of->parts[1] = (ss_settings_part){"sub", {"The other", "sub", table, &of->second}};
    ss_options_defaults(&of->parts[0].group, 1);
    ss_options_defaults(&of->parts[1].group, 1);
    of->arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    of->mistakes = ss_mistakes_new("f");
}

static void take_extra(void *context, const ss_yaml_node *node, const char *path)
{
    (void)node;
    snprintf(context, 64, "%s", path);
}

static void read_text(reading *of, const char *text)
{
    static const ss_settings_extra extras[] = {{"lists", take_extra, "Lists."}, {0}};
    const ss_settings_schema schema = {of->parts, 2, extras, of->extra};
    ss_yaml_node *root;
    ss_error error = {0};
    set_up(of);
    expect_ok(ss_yaml_read(ss_slice_of(text), of->arena, of->mistakes, &root, &error), &error);
    expect_ok(ss_settings_read(root, "top", &schema, of->arena, of->mistakes, &of->settings, &error), &error);
}

static void done(reading *of)
{
    ss_settings_release(&of->settings);
    ss_arena_free(&of->arena);
    ss_mistakes_free(&of->mistakes);
}

static void every_kind_is_read_and_applied(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "flag: false\nmax_count: -4\nweight: {share: 0.5}\nwhich: three\ntext: x y\ntexts: [a, 'b']\nlists: []\n"
        "sub: {max-count: 7, weight.share: 1, texts: alone}\n",
        "flag: false\nmax-count: -4\nweight.share: 5e-1\nwhich: 'three'\ntext: \"x y\"\ntexts:\n- a\n- b\nlists: 1\n"
        "sub.max_count: 7\nsub:\n  weight:\n    share: 1.0\n  texts: [alone]\n"};
    for (size_t i = 0; i < 2; i++) {
        reading of;
        read_text(&of, texts[i]);
        assert_int_equal(ss_mistakes_kept(of.mistakes), 0);
        target first = {0}, second = {0};
        const ss_option_group groups[] = {{NULL, NULL, table, &first}, {NULL, "sub", table, &second}};
        ss_options_defaults(groups, 2);
        ss_settings_apply(&of.settings, groups, 2);
        assert_false(first.flag);
        assert_true(second.flag);
        assert_int_equal(first.count, -4);
        assert_int_equal(second.count, 7);
        assert_true(first.share > 0.49 && first.share < 0.51 && second.share > 0.99);
        assert_int_equal(first.choice, 2);
        assert_string_equal(first.text, "x y");
        assert_int_equal(first.texts.count, 2);
        assert_string_equal(first.texts.text[1], "b");
        assert_int_equal(second.texts.count, 1);
        assert_string_equal(second.texts.text[0], "alone");
        assert_string_equal(of.extra, "top.lists");
        done(&of);
    }
}

static void an_empty_list_is_empty(void **state)
{
    (void)state;
    reading of;
    read_text(&of, "texts: []\n");
    ss_settings_apply(&of.settings, &of.parts[0].group, 1);
    assert_int_equal(of.first.texts.count, 0);
    done(&of);
    read_text(&of, "sub:\n");
    assert_int_equal(ss_mistakes_kept(of.mistakes), 0);
    assert_int_equal(of.settings.count, 0);
    done(&of);
}

static void mistakes_name_path_found_and_expected(void **state)
{
    (void)state;
    static const struct {
        const char *text, *mistake;
    } cases[] = {
        {"flga: true\n", "f:1:1: top.flga: there is no such setting (did you mean flag?)"},
        {"weight: {sahre: 1}\n", "f:1:10: top.weight.sahre: there is no such setting (did you mean share?)"},
        {"weights: {share: 1}\n", "top.weights: there is no such setting (did you mean weight?)"},
        {"sub: {whcih: one}\n", "top.sub.whcih: there is no such setting (did you mean which?)"},
        {"sub.whcih: one\n", "top.sub.whcih: there is no such setting (did you mean sub.which?)"},
        {"zzzzzzzz: 1\n", "f:1:1: top.zzzzzzzz: there is no such setting"},
        {"list: 1\n", "top.list: there is no such setting (did you mean lists?)"},
        {"flag: yes\n", "f:1:7: top.flag: neither true nor false: found 'yes', expected true or false"},
        {"flag: 'true'\n", "top.flag: found the quoted text 'true', expected true or false"},
        {"flag:\n", "top.flag: found nothing, expected true or false"},
        {"max-count: 11\n", "f:1:12: top.max-count: out of range: found '11', expected a whole number, -5 to 10"},
        {"max-count: 1.5\n", "top.max-count: not a whole number: found '1.5', expected a whole number, -5 to 10"},
        {"max-count: [1]\n", "top.max-count: found a list, expected a whole number, -5 to 10"},
        {"weight: 1\n", "f:1:9: top.weight: found '1', expected a map of settings"},
        {"weight: {share: nan}\n", "top.weight.share: not a number: found 'nan', expected a number, 0 to 1"},
        {"which: four\n", "top.which: no such choice: found 'four', expected one, two or three"},
        {"text: {a: 1}\n", "top.text: found a map, expected a text"},
        {"text: ~\n", "top.text: found nothing, expected a text"},
        {"texts: [a, [b]]\n", "f:1:12: top.texts: found a list, expected a text or a list of texts"},
        {"max-count: 1\nmax_count: 2\n", "f:2:1: top.max_count: given twice, first on line 1 as top.max-count"},
        {"sub: [1]\n", "f:1:6: top.sub: found a list, expected a map of settings"},
        {"3\n", "f:1:1: top: found '3', expected a map of settings"},
    };
    char line[SS_MISTAKE_LINE_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reading of;
        read_text(&of, cases[i].text);
        if (ss_mistakes_kept(of.mistakes) != 1)
            fail_msg("case %zu: %zu mistakes", i, ss_mistakes_kept(of.mistakes));
        ss_mistakes_format(of.mistakes, 0, line, sizeof line);
        if (!strstr(line, cases[i].mistake))
            fail_msg("case %zu: '%s' without '%s'", i, line, cases[i].mistake);
        done(&of);
    }
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    reading written, of;
    ss_buffer out;
    ss_buffer_init(&out, 1u << 16);
    set_up(&written);
    written.first = (target){false, -5, 0, 0.1 + 0.2, "a: \"b\"\\\n\x7f", {{"- x", "true", "#", "null"}, 4}};
    written.second.texts.count = 0;
    written.second.text = "plain-1.x";
    for (unsigned comments = 0; comments < 2; comments++) {
        ss_buffer_clear(&out);
        assert_status(ss_settings_write(written.parts, 2, 0, comments, &out), SS_OK);
        read_text(&of, out.data);
        assert_int_equal(ss_mistakes_kept(of.mistakes), 0);
        ss_settings_apply(&of.settings, (const ss_option_group[]){of.parts[0].group, of.parts[1].group}, 2);
        assert_false(of.first.flag);
        assert_int_equal(of.first.count, -5);
        assert_true(of.first.share >= written.first.share && of.first.share <= written.first.share);
        assert_string_equal(of.first.text, written.first.text);
        assert_int_equal(of.first.texts.count, 4);
        for (size_t i = 0; i < 4; i++)
            assert_string_equal(of.first.texts.text[i], written.first.texts.text[i]);
        assert_int_equal(of.second.texts.count, 0);
        assert_string_equal(of.second.text, "plain-1.x");
        done(&of);
    }
    assert_non_null(strstr(out.data, "# How many. [a whole number, -5 to 10; default 3]"));
    done(&written);
    ss_buffer_release(&out);
}

static bool read_all(void *context)
{
    const ss_settings_schema schema = {((reading *)context)->parts, 2, NULL, NULL};
    ss_yaml_node *root;
    ss_arena *arena = ss_arena_new(64, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    ss_settings settings = {0};
    bool good = arena && mistakes &&
                ss_yaml_read(ss_slice_of("max-count: 4\ntexts: [a, b]\n"), arena, mistakes, &root, NULL) == SS_OK &&
                ss_settings_read(root, "", &schema, arena, mistakes, &settings, NULL) == SS_OK;
    ss_settings_release(&settings);
    ss_arena_free(&arena);
    ss_mistakes_free(&mistakes);
    return good;
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    reading of;
    set_up(&of);
    assert_true(failing_malloc_torture(read_all, &of) > 0);
    done(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read_and_applied),        cmocka_unit_test(an_empty_list_is_empty),
        cmocka_unit_test(mistakes_name_path_found_and_expected), cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

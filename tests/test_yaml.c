/* YAML as a tree: kinds, places, what is refused and where, limits, memory. */
#include "check.h"
#include "failing_malloc.h"

#include "base/buffer.h"
#include "base/yaml.h"
#include <string.h>

typedef struct reading {
    ss_arena *arena;
    ss_mistakes *mistakes;
    ss_yaml_node *root;
} reading;

static reading read_slice(ss_slice text)
{
    reading of = {ss_arena_new(4096, SS_YAML_ARENA_MAX), ss_mistakes_new("f"), NULL};
    ss_error error = {0};
    expect_ok(ss_yaml_read(text, of.arena, of.mistakes, &of.root, &error), &error);
    return of;
}

static void done(reading *of)
{
    ss_arena_free(&of->arena);
    ss_mistakes_free(&of->mistakes);
}

static void assert_at(ss_mark mark, unsigned line, unsigned column)
{
    assert_int_equal(mark.line, line);
    assert_int_equal(mark.column, column);
}

static void trees_have_kinds_and_places(void **state)
{
    (void)state;
    reading of =
        read_slice(ss_slice_of("# a comment\na: 1\nb:\n  - x\n  - 'y z'\n  - {k: \"\xc3\xbc\", l: [ ]}\nc:\n"));
    assert_int_equal(ss_mistakes_kept(of.mistakes), 0);
    assert_int_equal(of.root->kind, SS_YAML_MAP);
    assert_int_equal(of.root->count, 3);
    const ss_yaml_node *a = ss_yaml_entry(of.root, "a"), *b = ss_yaml_entry(of.root, "b");
    assert_slice_equal(a->text, "1");
    assert_true(a->plain);
    assert_at(a->key_at, 2, 1);
    assert_at(a->at, 2, 4);
    assert_int_equal(b->kind, SS_YAML_LIST);
    assert_int_equal(b->count, 3);
    const ss_yaml_node *quoted = b->first->next, *map = quoted->next;
    assert_false(quoted->plain);
    assert_slice_equal(quoted->text, "y z");
    assert_at(quoted->at, 5, 5);
    assert_slice_equal(ss_yaml_entry(map, "k")->text, "\xc3\xbc");
    assert_at(ss_yaml_entry(map, "l")->at, 6, 17); /* columns are characters */
    assert_null(map->next);
    assert_true(ss_yaml_is_nothing(ss_yaml_entry(of.root, "c")));
    assert_false(ss_yaml_is_nothing(a));
    assert_null(ss_yaml_entry(of.root, "d"));
    done(&of);
}

static void files_without_content_have_no_tree(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n\n", "# nothing\n", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        reading of = read_slice(ss_slice_of(texts[i]));
        assert_null(of.root);
        assert_int_equal(ss_mistakes_kept(of.mistakes), 0);
        done(&of);
    }
}

static void what_is_refused_has_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *mistake;
    } cases[] = {
        {"a: &x 1\n", "f:1:4: a: found an anchor (&)"},
        {"a: *x\n", "f:1:4: a: found an alias (*)"},
        {"a: !!int 1\n", "f:1:4: a: found a tag (!)"},
        {"a:\n  b: &m {c: 1}\n", "f:2:6: a.b: found an anchor (&)"},
        {"a: 1\n---\nb: 2\n", "f:2:1: found a second document (---), expected one"},
        {"a: 1\nb: 2\na: 3\n", "f:3:1: a: given twice, first on line 1"},
        {"a:\n  b: {c: 1, c: 2}\n", "f:2:13: a.b.c: given twice, first on line 2"},
        {"a: [{b: 1, b: 1}]\n", "f:1:12: a.b: given twice"},
        {"[1]: 2\n", "f:1:1: found a list as a key, expected a name"},
        {"? {a: 1}\n: 2\n", "f:1:3: found a map as a key, expected a name"},
        {"a: [1, 2\nb: 3\n", "f:2:2: no YAML: did not find expected ',' or ']'"},
        {"a: 'x\n", "f:2:1: no YAML: found unexpected end of stream"},
        {"a:\n\tb: 1\n", "found a tab, expected blanks before a key"},
        {"a: b: c\n", "f:1:5: no YAML: mapping values are not allowed in this context"},
        {"a: \"\\q\"\n", "no YAML: found unknown escape character"},
        {"a: \x01\n", "f:1:4: no YAML: control characters are not allowed"},
        {"a: 1\nb: \xff\n", "f:2:4: found the byte 0xff, expected UTF-8"},
        {"\xc3\xbc: \xc3(\n", "f:1:4: found the byte 0xc3, expected UTF-8"},
        {"a: \"\\0\"\n", "f:1:4: a: a text with a zero byte"},
        {"a: [[[[[[[[[[[[1]]]]]]]]]]]]\n", "f:1:15: a: too many maps and lists within each other: at most 12"},
    };
    char line[SS_MISTAKE_LINE_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reading of = read_slice(ss_slice_of(cases[i].text));
        if (ss_mistakes_kept(of.mistakes) != 1)
            fail_msg("case %zu: %zu mistakes", i, ss_mistakes_kept(of.mistakes));
        ss_mistakes_format(of.mistakes, 0, line, sizeof line);
        if (!strstr(line, cases[i].mistake))
            fail_msg("case %zu: '%s' without '%s'", i, line, cases[i].mistake);
        done(&of);
    }
}

static void what_was_read_before_a_mistake_is_there(void **state)
{
    (void)state;
    reading of = read_slice(ss_slice_of("a: 1\nb: [x, y\nc: 2\n"));
    assert_slice_equal(ss_yaml_entry(of.root, "a")->text, "1");
    assert_int_equal(ss_yaml_entry(of.root, "b")->first->text.size, 1);
    done(&of);
}

/* `count` times `piece` between `before` and `behind`. */
static void too_much(const char *before, const char *piece, size_t count, const char *behind, const char *mistake)
{
    ss_buffer text;
    char line[SS_MISTAKE_LINE_MAX];
    ss_buffer_init(&text, 64u << 20);
    ss_buffer_append_text(&text, before);
    for (size_t i = 0; i < count; i++)
        ss_buffer_printf(&text, piece, i);
    ss_buffer_append_text(&text, behind);
    reading of = read_slice((ss_slice){text.data, text.size});
    assert_int_equal(ss_mistakes_kept(of.mistakes), 1);
    ss_mistakes_format(of.mistakes, 0, line, sizeof line);
    if (!strstr(line, mistake))
        fail_msg("'%s' without '%s'", line, mistake);
    done(&of);
    ss_buffer_release(&text);
}

static void everything_is_bounded(void **state)
{
    (void)state;
    too_much("", "# %zu\n", SS_YAML_BYTES_MAX / 4, "", "bytes, expected at most 4194304");
    too_much("a: [", "%zu,", SS_YAML_NODES_MAX + 5, "]", "too many texts, lists and maps: at most 300000");
    too_much("", "k%zu: 1\n", SS_YAML_KEYS_MAX + 1, "", "f:1001:1: too many keys in one map: at most 1000");
    too_much("a: ", "%05zu", SS_YAML_TEXT_MAX / 5 + 1, "\n", "a: a text of more than 4096 bytes");
}

static bool read_all(void *context)
{
    ss_yaml_node *root;
    (void)context;
    ss_arena *arena = ss_arena_new(64, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    bool good = arena && mistakes &&
                ss_yaml_read(ss_slice_of("a: {b: [1, 2], c: x}\nd: e\n"), arena, mistakes, &root, NULL) == SS_OK;
    ss_arena_free(&arena);
    ss_mistakes_free(&mistakes);
    return good;
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(read_all, NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_have_kinds_and_places),   cmocka_unit_test(files_without_content_have_no_tree),
        cmocka_unit_test(what_is_refused_has_its_place), cmocka_unit_test(what_was_read_before_a_mistake_is_there),
        cmocka_unit_test(everything_is_bounded),         cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The map `shelves`: what is set and what stays, mistakes with their places, what counts as a change, defaults. */
#include "check.h"
#include "failing_malloc.h"

#include "shelf/shelf_settings.h"
#include <string.h>

typedef struct reading {
    ss_arena *arena;
    ss_mistakes *mistakes;
    ss_shelf_settings *settings;
} reading;

static reading read_text(const char *text)
{
    reading of = {ss_arena_new(4096, SS_YAML_ARENA_MAX), ss_mistakes_new("f"), NULL};
    ss_yaml_node *root;
    ss_error error = {0};
    expect_ok(ss_yaml_read(ss_slice_of(text), of.arena, of.mistakes, &root, &error), &error);
    expect_ok(ss_shelf_settings_read(root, of.mistakes, &of.settings, &error), &error);
    return of;
}

static void done(reading *of)
{
    ss_shelf_settings_release(&of->settings);
    ss_arena_free(&of->arena);
    ss_mistakes_free(&of->mistakes);
}

static void what_is_not_mentioned_stays(void **state)
{
    (void)state;
    ss_shelf shelves[SS_SHELF_COUNT];
    reading of = read_text("related:\n  weight: {related: 0.5, als: 2}\n  fallbacks: [trending, popular-in-category]\n"
                           "  min_items: 4\npopular: {fallbacks: []}\nbought-next:\n");
    assert_int_equal(ss_mistakes_kept(of.mistakes), 0);
    ss_shelves_default(shelves);
    shelves[SS_SHELF_RELATED].min_customers = 7; /* as a manifest may have it */
    ss_shelf_settings_apply(of.settings, shelves);
    const ss_shelf *related = &shelves[SS_SHELF_RELATED];
    assert_true(related->weights[SS_SOURCE_RELATED] < 0.51 && related->weights[SS_SOURCE_ALS] > 1.9);
    assert_int_equal(related->fallback_count, 2);
    assert_int_equal(related->fallbacks[0], SS_SOURCE_TRENDING);
    assert_int_equal(related->fallbacks[1], SS_SOURCE_POPULAR_IN_CATEGORY);
    assert_int_equal(related->min_items, 4);
    assert_int_equal(related->min_customers, 7);
    assert_int_equal(shelves[SS_SHELF_TRENDING].fallback_count, 1);
    assert_int_equal(shelves[SS_SHELF_POPULAR].fallback_count, 0);
    done(&of);
}

static void mistakes_have_their_places(void **state)
{
    (void)state;
    static const struct {
        const char *text, *mistake;
    } cases[] = {
        {"relatd: {}\n", "f:1:1: shelves.relatd: there is no such shelf, and a file sets shelves but does not make new "
                         "ones (did you mean related?)"},
        {"related: {}\nfor-you: {}\nfor_you: {}\n", "f:3:1: shelves: 'for_you' is given twice, first on line 2"},
        {"- related\n", "f:1:1: shelves: found a list, expected a map from names of shelves to their settings"},
        {"related: [1]\n", "f:1:10: shelves.related: found a list, expected a map of settings"},
        {"cart: {min-itmes: 3}\n", "shelves.cart.min-itmes: there is no such setting (did you mean min-items?)"},
        {"cart: {fallback: [popular]}\n", "shelves.cart.fallback: there is no such setting (did you mean fallbacks?)"},
        {"cart: {weight: {alz: 3}}\n", "shelves.cart.weight.alz: there is no such setting (did you mean als?)"},
        {"cart: {fallbacks: popular}\n", "f:1:19: shelves.cart.fallbacks: found 'popular', expected a list of sources"},
        {"cart: {fallbacks: [poplar]}\n", "f:1:20: shelves.cart.fallbacks: found 'poplar', expected a source such as "
                                          "related or popular (did you mean popular?)"},
        {"cart: {fallbacks: [{a: b}]}\n", "shelves.cart.fallbacks: found a map, expected the name of a source"},
        {"cart: {fallbacks: [als, als]}\n", "shelves.cart.fallbacks: 'als' stands here twice"},
        {"cart: {deny: tea}\n", "f:1:14: shelves.cart.deny: found 'tea', expected a list of ids of products"},
        {"cart: {categories: {a: b}}\n",
         "shelves.cart.categories: found a map, expected a list of names of categories"},
        {"cart: {allow: [[a]]}\n", "f:1:16: shelves.cart.allow: found a list, expected a text"},
        {"cart: {allow: ['']}\n", "shelves.cart.allow: found a text of 0 bytes, expected 1 to 255"},
        {"cart: {allow: [a, b], deny: [b]}\n", "f:1:19: shelves.cart: 'b' stands in allow, and on line 1 in deny"},
        {"cart: {categories: [a], not_categories: [a]}\n", "'a' stands in categories, and on line 1 in not-categories"},
        {"cart: {pins: [tea]}\n", "shelves.cart.pins: found 'tea', expected a map such as {item: ID, position: 1}"},
        {"cart: {pins: [{item: tea}]}\n", "f:1:15: shelves.cart.pins: there is no position"},
        {"cart: {pins: [{position: 1}]}\n", "shelves.cart.pins: there is no item"},
        {"cart: {pins: [{item: tea, position: 0}]}\n",
         "pins.position: out of range: found '0', expected a whole number"},
        {"cart: {pins: [{item: tea, place: 1, position: 1}]}\n", "shelves.cart.pins.place: there is no such setting"},
        {"cart: {pins: [{item: a, position: 1}, {item: b, position: 1}]}\n", "position 1 is taken by 'a' on line 1"},
        {"cart: {pins: [{item: a, position: 1}, {item: a, position: 2}]}\n", "'a' has a position already, on line 1"},
        {"cart: {pins: [{item: a, position: 1}], deny: [a]}\n",
         "f:1:15: shelves.cart.pins: 'a' is to be shown, and on line 1 stands in deny"},
        {"cart: {pins: [{item: a, position: 1}], allow: [b]}\n", "'a' is to be shown, but does not stand in allow"},
        {"cart: {pins: [{item: a, position: 9}], max-items: 8}\n", "found position 9, expected at most max-items: 8"},
        {"cart: {boosts: [{factor: 2}]}\n", "shelves.cart.boosts: found neither, expected an item or a category"},
        {"cart: {boosts: [{item: a, category: b, factor: 2}]}\n", "found both, expected an item or a category"},
        {"cart: {boosts: [{item: a}]}\n", "shelves.cart.boosts: there is no factor"},
        {"cart: {boosts: [{item: a, factor: 0}]}\n",
         "boosts.factor: out of range: found '0', expected a number, 0.01 to 100"},
        {"cart: {boosts: [{item: a, factor: 2}, {item: a, factor: 3}]}\n", "'a' has a factor already, on line 1"},
        {"cart: {min-items: 9, max-items: 8}\n",
         "f:1:19: shelves.cart: found min-items: 9, expected at most max-items: 8"},
        {"cart: {price-min: 900, price-max: 800}\n", "found price-min: 900, expected at most price-max: 800"},
        {"cart: {price-ratio-max: 0.5, price-ratio-min: 1}\n",
         "found price-ratio-min: 1, expected at most price-ratio-max: 0.5"},
        {"popular: {weight: {popular: 0}}\n",
         "f:1:1: shelves.popular: no source has a weight and there is no fallback"},
    };
    char line[SS_MISTAKE_LINE_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reading of = read_text(cases[i].text);
        if (ss_mistakes_kept(of.mistakes) != 1)
            fail_msg("case %zu: %zu mistakes", i, ss_mistakes_kept(of.mistakes));
        ss_mistakes_format(of.mistakes, 0, line, sizeof line);
        if (!strstr(line, cases[i].mistake))
            fail_msg("case %zu: '%s' without '%s'", i, line, cases[i].mistake);
        done(&of);
    }
}

static void lists_are_sorted_and_each_text_stands_once(void **state)
{
    (void)state;
    char line[SS_MISTAKE_LINE_MAX];
    reading of =
        read_text("cart:\n  deny: [tea, 007, tea, pot]\n  pins: [{item: b, position: 7}, {item: a, position: 2}]\n");
    const ss_listed *listed = ss_shelf_settings_listed(of.settings, SS_SHELF_CART);
    assert_null(ss_shelf_settings_listed(of.settings, SS_SHELF_RELATED));
    assert_int_equal(listed->texts[SS_LIST_DENY].count, 3);
    assert_slice_equal(listed->texts[SS_LIST_DENY].list[0].text, "007");
    assert_slice_equal(listed->texts[SS_LIST_DENY].list[1].text, "pot");
    assert_int_equal(ss_listed_find(&listed->texts[SS_LIST_DENY], SS_SLICE_LITERAL("tea"))->at.column, 10);
    assert_null(ss_listed_find(&listed->texts[SS_LIST_DENY], SS_SLICE_LITERAL("te")));
    assert_true(ss_listed_deny(listed, SS_LIST_ALLOW, SS_LIST_DENY, SS_SLICE_LITERAL("pot")));
    assert_false(ss_listed_deny(listed, SS_LIST_ALLOW, SS_LIST_DENY, SS_SLICE_LITERAL("cup")));
    assert_slice_equal(listed->pins[0].item.text, "a");
    assert_int_equal(ss_mistakes_errors(of.mistakes), 0);
    ss_mistakes_format(of.mistakes, 0, line, sizeof line);
    assert_string_equal(line, "f:2:20: warning: shelves.cart.deny: 'tea' stands here already, on line 2");
    done(&of);
}

static void only_what_is_said_counts_as_a_change(void **state)
{
    (void)state;
    static const char *const texts[] = {"related:\n  min-items: 4\n  fallbacks: [popular]\n",
                                        "# other blanks\nrelated: {min-items: 4, fallbacks: [popular]}",
                                        "related: {min-items: 5, fallbacks: [popular]}",
                                        "related: {min-items: 4, fallbacks: [trending]}",
                                        "cart: {min-items: 4, fallbacks: [popular]}",
                                        "related: {min-items: 4}\n"};
    uint64_t digests[sizeof texts / sizeof *texts];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        reading of = read_text(texts[i]);
        digests[i] = ss_shelf_settings_digest(of.settings);
        assert_int_equal(digests[i] == digests[0], i < 2);
        done(&of);
    }
    assert_int_equal(ss_shelf_settings_digest(NULL), 0);
}

static void a_command_line_outranks_the_file(void **state)
{
    (void)state;
    ss_shelf shelves[SS_SHELF_COUNT];
    ss_option_group groups[SS_SHELF_COUNT];
    reading of = read_text("cart: {min-items: 4}\n");
    const ss_option *option = ss_shelf_option_table;
    while (strcmp(option->name, "min-items") != 0)
        option++;
    assert_status(ss_shelf_settings_override(of.settings, "shelf.cart.min-items", option, "6"), SS_OK);
    assert_status(ss_shelf_settings_override(of.settings, "als.factors", option, "6"), SS_E_ARGUMENT);
    ss_shelves_default(shelves);
    ss_shelf_option_groups(shelves, groups);
    ss_shelf_settings_apply_options(of.settings, groups, SS_SHELF_COUNT);
    assert_int_equal(shelves[SS_SHELF_CART].min_items, 6);
    assert_int_equal(shelves[SS_SHELF_RELATED].min_items, 0);
    done(&of);
}

static void the_defaults_read_back(void **state)
{
    (void)state;
    ss_shelf defaults[SS_SHELF_COUNT], read[SS_SHELF_COUNT];
    ss_yaml_node *root;
    ss_error error = {0};
    ss_buffer out;
    ss_buffer_init(&out, 1u << 20);
    assert_status(ss_shelf_settings_write_defaults(&out), SS_OK);
    reading of = {ss_arena_new(4096, SS_YAML_ARENA_MAX), ss_mistakes_new("f"), NULL};
    expect_ok(ss_yaml_read((ss_slice){out.data, out.size}, of.arena, of.mistakes, &root, &error), &error);
    expect_ok(ss_shelf_settings_read(ss_yaml_entry(root, "shelves"), of.mistakes, &of.settings, &error), &error);
    assert_int_equal(ss_mistakes_kept(of.mistakes), 0);
    ss_shelves_default(defaults);
    memset(read, 0, sizeof read);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) /* what no file sets */
        read[kind].context = defaults[kind].context;
    ss_shelf_settings_apply(of.settings, read);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        assert_memory_equal(&read[kind], &defaults[kind], sizeof read[kind]);
    done(&of);
    ss_buffer_release(&out);
}

static bool read_all(void *context)
{
    ss_shelf_settings *settings = NULL;
    bool good = ss_shelf_settings_read(context, NULL, &settings, NULL) == SS_OK;
    ss_shelf_settings_release(&settings);
    return good;
}

static bool read_root(void *context)
{
    ss_mistakes *mistakes = ss_mistakes_new("f");
    ss_shelf_settings *settings = NULL;
    bool good = mistakes && ss_shelf_settings_read(context, mistakes, &settings, NULL) == SS_OK;
    ss_shelf_settings_release(&settings);
    ss_mistakes_free(&mistakes);
    return good;
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    ss_yaml_node *root;
    ss_arena *arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    assert_status(ss_yaml_read(ss_slice_of("cart: {min-items: 4, fallbacks: [popular], deny: [a, b], pins: [{item: "
                                           "c, position: 1}], boosts: [{category: d, factor: 2}]}\n"),
                               arena, mistakes, &root, NULL),
                  SS_OK);
    assert_true(failing_malloc_torture(read_root, root) > 0);
    assert_true(failing_malloc_torture(read_all, NULL) > 0);
    ss_arena_free(&arena);
    ss_mistakes_free(&mistakes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_mentioned_stays),
        cmocka_unit_test(mistakes_have_their_places),
        cmocka_unit_test(lists_are_sorted_and_each_text_stands_once),
        cmocka_unit_test(only_what_is_said_counts_as_a_change),
        cmocka_unit_test(a_command_line_outranks_the_file),
        cmocka_unit_test(the_defaults_read_back),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

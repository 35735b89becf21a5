/* test_demo_picture.c: drawn products: well-formed whatever they are called, the same again, of their kind and colour. test_demo.py has
 * an XML parser read them. */
#include "check.h"
#include "failing_malloc.h"
#include "http/demo_picture.h"

#include <ctype.h>

static void draw(const char *id, const char *category, ss_slice name, ss_buffer *out)
{
    ss_buffer_clear(out);
    assert_status(ss_demo_picture(ss_slice_of(id), ss_slice_of(category), name, out), SS_OK);
}

/* Behind a tag that begins at `at`; `depth` counts those that are open. */
static const char *take_tag(const char *at, int *depth)
{
    bool closing = at[1] == '/';
    for (at += 1 + closing; *at != '>' && *at; at++) {
        assert_int_not_equal(*at, '<');
        if (*at == '\'')
            at = strchr(at + 1, '\'');
        assert_non_null(at);
    }
    assert_int_equal(*at, '>');
    *depth += closing ? -1 : at[-1] == '/' ? 0 : 1;
    assert_true(*depth >= 0);
    return at + 1;
}

static const char *take_reference(const char *at)
{
    assert_int_equal(at[1], '#');
    for (at += 2; isdigit((unsigned char)*at); at++)
        continue;
    assert_int_equal(*at, ';');
    return at + 1;
}

static void assert_well_formed(const ss_buffer *svg)
{
    int depth = 0;
    assert_true(ss_slice_is_utf8((ss_slice){svg->data, svg->size}));
    assert_int_equal(strlen(svg->data), svg->size);
    for (const char *at = svg->data; *at;) {
        if (*at == '<')
            at = take_tag(at, &depth);
        else if (*at == '&')
            at = take_reference(at);
        else {
            assert_true((unsigned char)*at >= 0x20 || strchr("\t\r\n", *at));
            at++;
        }
    }
    assert_int_equal(depth, 0);
}

static void any_name_makes_a_whole_picture(void **state)
{
    (void)state;
    static const char *const names[] = {"",
                                        "<script>alert(1)</script>",
                                        "</title><image href='x' onerror='y'/>",
                                        "]]>&amp;\"'$a$z%s%n",
                                        "\x01\x02\x7f\x1b[31m",
                                        "\xff\xfe\xc3",
                                        "\xef\xbf\xbe\xef\xbf\xbf",
                                        "\xe2\x80\xae"
                                        "gum",
                                        "Mug"};
    ss_buffer svg;
    ss_buffer_init(&svg, 1u << 16);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        draw(names[i], names[i], ss_slice_of(names[i]), &svg);
        assert_well_formed(&svg);
    }
    char byte;
    for (int value = 0; value < 256; value++) {
        byte = (char)value;
        draw("a", "b", (ss_slice){&byte, 1}, &svg);
        assert_well_formed(&svg);
    }
    static char lots[10000];
    memset(lots, '<', sizeof lots);
    draw("a", "b", (ss_slice){lots, sizeof lots}, &svg);
    assert_well_formed(&svg);
    assert_true(svg.size < 8192);
    ss_buffer_release(&svg);
}

static bool same(const ss_buffer *a, const ss_buffer *b)
{
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* The drawing without what is around it. */
static const char *thing(const ss_buffer *svg)
{
    return strstr(svg->data, "<g");
}

static void the_same_words_give_the_same_picture(void **state)
{
    (void)state;
    ss_buffer one, other;
    ss_buffer_init(&one, 1u << 16);
    ss_buffer_init(&other, 1u << 16);
    draw("i1", "Tea", SS_SLICE_LITERAL("Blue Mug"), &one);
    draw("i1", "Tea", SS_SLICE_LITERAL("Blue Mug"), &other);
    assert_true(same(&one, &other));
    draw("i2", "Tea", SS_SLICE_LITERAL("Blue Mug"), &other);
    assert_false(same(&one, &other));
    ss_buffer_release(&one);
    ss_buffer_release(&other);
}

static void the_last_word_says_what_it_is(void **state)
{
    (void)state;
    ss_buffer one, other;
    ss_buffer_init(&one, 1u << 16);
    ss_buffer_init(&other, 1u << 16);
    draw("i", "c", SS_SLICE_LITERAL("Paint Brush"), &one);
    draw("i", "c", SS_SLICE_LITERAL("Tea-towel Brush"), &other);
    assert_string_equal(thing(&one), thing(&other));
    draw("i", "c", SS_SLICE_LITERAL("Brush Paint"), &other);
    assert_string_not_equal(thing(&one), thing(&other));
    draw("i", "c", SS_SLICE_LITERAL("Marigold Mug"), &one); /* no gold in it */
    draw("i", "c", SS_SLICE_LITERAL("Daisy Mug"), &other);
    assert_string_equal(thing(&one), thing(&other));
    draw("i", "c", SS_SLICE_LITERAL("Daisy Mug, Gold"), &other);
    assert_string_not_equal(thing(&one), thing(&other));
    draw("i", "c", SS_SLICE_LITERAL("Green Tea Bags, 20 Bags"), &one); /* how much there is of it is no thing */
    draw("i", "c", SS_SLICE_LITERAL("Green Tea Bags"), &other);
    assert_string_equal(thing(&one), thing(&other));
    draw("i", "c", SS_SLICE_LITERAL("No such thing, 20 Bags"), &one);
    draw("i", "c", SS_SLICE_LITERAL("20 Bags"), &other);
    assert_string_equal(thing(&one), thing(&other));
    ss_buffer_release(&one);
    ss_buffer_release(&other);
}

static bool try_to_draw(void *context)
{
    ss_buffer svg;
    (void)context;
    ss_buffer_init(&svg, 1u << 16);
    ss_status status = ss_demo_picture(ss_slice_of("i"), ss_slice_of("c"), ss_slice_of("Mug & more"), &svg);
    ss_buffer_release(&svg);
    return status == SS_OK;
}

static void no_memory_is_told(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(try_to_draw, NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_name_makes_a_whole_picture),
        cmocka_unit_test(the_same_words_give_the_same_picture),
        cmocka_unit_test(the_last_word_says_what_it_is),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

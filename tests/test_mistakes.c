/* Lists of mistakes: order, counting beyond the room, one line each, the status of all. */
#include "check.h"

#include "base/mistakes.h"
#include <string.h>

static void mistakes_stand_in_the_order_of_their_places(void **state)
{
    (void)state;
    char line[SS_MISTAKE_LINE_MAX];
    static const char *const wanted[] = {"shop.yaml: too long", "shop.yaml:2:5: warning: a.b: odd",
                                         "shop.yaml:3:1: first", "shop.yaml:3:1: second", "shop.yaml:3:9: x: bad"};
    ss_mistakes *mistakes = ss_mistakes_new("shop.yaml");
    ss_mistakes_add(mistakes, (ss_mark){3, 1}, "", "first");
    ss_mistakes_add(mistakes, (ss_mark){3, 9}, "x", "b%s", "ad");
    ss_mistakes_warn(mistakes, (ss_mark){2, 5}, "a.b", "odd");
    ss_mistakes_add(mistakes, (ss_mark){3, 1}, "", "second");
    ss_mistakes_add(mistakes, (ss_mark){0, 0}, "", "too long");
    ss_mistakes_sort(mistakes);
    assert_int_equal(ss_mistakes_kept(mistakes), 5);
    assert_int_equal(ss_mistakes_errors(mistakes), 4);
    assert_int_equal(ss_mistakes_warnings(mistakes), 1);
    for (size_t i = 0; i < 5; i++) {
        ss_mistakes_format(mistakes, i, line, sizeof line);
        assert_string_equal(line, wanted[i]);
    }
    ss_mistakes_free(&mistakes);
    assert_null(mistakes);
}

static void warnings_alone_are_no_error(void **state)
{
    (void)state;
    ss_error error = {0};
    ss_mistakes *mistakes = ss_mistakes_new("f");
    assert_status(ss_mistakes_status(mistakes, &error), SS_OK);
    ss_mistakes_warn(mistakes, (ss_mark){1, 1}, "", "odd");
    assert_status(ss_mistakes_status(mistakes, &error), SS_OK);
    ss_mistakes_add(mistakes, (ss_mark){7, 2}, "a", "later");
    ss_mistakes_add(mistakes, (ss_mark){4, 2}, "b", "sooner");
    assert_status(ss_mistakes_status(mistakes, &error), SS_E_FORMAT);
    assert_error_text(error, "f:4:2: b: sooner (and 1 more)");
    ss_mistakes_free(&mistakes);
}

static void what_has_no_room_is_counted(void **state)
{
    (void)state;
    ss_mistakes *mistakes = ss_mistakes_new("f");
    for (size_t i = 0; i < SS_MISTAKES_MAX + 7; i++)
        ss_mistakes_add(mistakes, (ss_mark){1, 1}, "", "again");
    assert_int_equal(ss_mistakes_kept(mistakes), SS_MISTAKES_MAX);
    assert_int_equal(ss_mistakes_errors(mistakes), SS_MISTAKES_MAX + 7);
    ss_mistakes_free(&mistakes);
}

static void texts_from_outside_are_cut_and_made_printable(void **state)
{
    (void)state;
    char line[SS_MISTAKE_LINE_MAX], huge[4000];
    memset(huge, 'x', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    ss_mistakes *mistakes = ss_mistakes_new(huge);
    ss_mistakes_add(mistakes, (ss_mark){1, 1}, "a\nb", "found '%s'", "\x1b[31m\xff");
    ss_mistakes_add(mistakes, (ss_mark){1, 1}, huge, "never seen");
    assert_string_equal(ss_mistakes_at(mistakes, 0)->text, "a\\nb: found '\\x1b[31m\\xff'");
    ss_mistakes_format(mistakes, 1, line, sizeof line);
    assert_true(strlen(line) < sizeof line);
    ss_mistakes_free(&mistakes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_stand_in_the_order_of_their_places),
        cmocka_unit_test(warnings_alone_are_no_error),
        cmocka_unit_test(what_has_no_room_is_counted),
        cmocka_unit_test(texts_from_outside_are_cut_and_made_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

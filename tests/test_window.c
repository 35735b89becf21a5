/* test_window.c: text slides through the window whole, in pieces of any size. */
#include "testing.h"

#include "log/row_source.h"
#include "log/window.h"
#include <string.h>

static ss_input *open_input(ss_window *window, ss_slice bytes, size_t chunk)
{
    ss_error error = {0};
    ss_input *input = NULL;
    expect_ok(ss_input_open_memory(bytes, "text", chunk, &input, &error), &error);
    expect_ok(ss_window_start(window, input, chunk, &error), &error);
    return input;
}

/* Uses `step` bytes at a time; the rest must stay where it was in the text. */
static void what_is_kept_stays(void **state)
{
    (void)state;
    char text[2000];
    ss_error error = {0};
    ss_window window = {0};
    ss_random random = test_random();
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + ss_random_below(&random, 26));
    for (size_t chunk = 1; chunk < 300; chunk += 13) {
        ss_input *input = open_input(&window, (ss_slice){text, sizeof text}, chunk);
        size_t used = 0;
        while (!window.finished) {
            size_t kept = window.end - window.at;
            assert_memory_equal(window.data + window.at, text + used, kept);
            size_t step = ss_random_below(&random, (uint32_t)kept + 1);
            window.at += step;
            used += step;
            kept -= step;
            expect_ok(ss_window_more(&window, &error), &error);
            assert_int_equal(window.at, 0);
            assert_true(window.finished || window.end >= 2 * kept);
        }
        assert_int_equal(window.end, sizeof text - used + 1);
        assert_memory_equal(window.data, text + used, sizeof text - used);
        assert_int_equal(window.data[window.end - 1], '\n');
        assert_int_equal(window.taken, sizeof text);
        size_t end = window.end;
        expect_ok(ss_window_more(&window, &error), &error);
        assert_int_equal(window.end, end);
        ss_input_close(&input);
    }
    ss_window_release(&window);
}

static void expect_first(ss_slice bytes, const char *text)
{
    for (size_t chunk = 1; chunk < 6; chunk++) {
        ss_window window = {0};
        ss_error error = {0};
        ss_input *input = open_input(&window, bytes, chunk);
        while (!window.finished)
            expect_ok(ss_window_more(&window, &error), &error);
        assert_int_equal(window.end - window.at, strlen(text));
        assert_memory_equal(window.data + window.at, text, strlen(text));
        ss_input_close(&input);
        ss_window_release(&window);
    }
}

static void the_byte_order_mark_is_dropped(void **state)
{
    (void)state;
    expect_first(SS_SLICE_LITERAL("\xef\xbb\xbf"
                                  "ab"),
                 "ab\n");
    expect_first(SS_SLICE_LITERAL("\xef\xbb\xbf\xef\xbb\xbf"), "\xef\xbb\xbf\n");
    expect_first(SS_SLICE_LITERAL("\xef\xbb"), "\xef\xbb\n");
    expect_first(SS_SLICE_LITERAL("a\xef\xbb\xbf\n"), "a\xef\xbb\xbf\n");
    expect_first(SS_SLICE_LITERAL("a\n\n"), "a\n\n");
}

static void lines_are_skipped(void **state)
{
    (void)state;
    static char text[3 * SS_ROW_MAX];
    ss_error error = {0};
    memset(text, 'x', sizeof text);
    memcpy(text + 2 * SS_ROW_MAX, "\nafter\n", 7);
    for (size_t chunk = 1000; chunk < 3 * SS_ROW_MAX; chunk *= 10) {
        ss_window window = {0};
        ss_input *input = open_input(&window, (ss_slice){text, sizeof text}, chunk);
        expect_ok(ss_window_skip_line(&window, &error), &error);
        while (window.end - window.at < 6)
            expect_ok(ss_window_more(&window, &error), &error);
        assert_memory_equal(window.data + window.at, "after\n", 6);
        expect_ok(ss_window_skip_line(&window, &error), &error);
        expect_ok(ss_window_skip_line(&window, &error), &error);
        assert_true(window.finished && window.at == window.end);
        expect_ok(ss_window_skip_line(&window, &error), &error);
        assert_true(window.capacity < 3 * SS_ROW_MAX + 2 * chunk);
        ss_input_close(&input);
        ss_window_release(&window);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_stays),
        cmocka_unit_test(the_byte_order_mark_is_dropped),
        cmocka_unit_test(lines_are_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"

#include "base/logline.h"
#include "base/timestamp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What one call writes, behind the time, which is checked to be one. */
typedef struct pipe_pair {
    int ends[2];
    char text[3 * SS_LOG_LINE_MAX];
} pipe_pair;

static int open_pipe(void **state)
{
    pipe_pair *pair = calloc(1, sizeof *pair);
    *state = pair;
    return pipe(pair->ends);
}

static int close_pipe(void **state)
{
    pipe_pair *pair = *state;
    close(pair->ends[0]);
    close(pair->ends[1]);
    free(pair);
    return 0;
}

static const char *written(pipe_pair *pair)
{
    ssize_t size = read(pair->ends[0], pair->text, sizeof pair->text - 1);
    int64_t time;
    assert_true(size > SS_TIMESTAMP_TEXT);
    pair->text[size] = '\0';
    assert_true(ss_timestamp_parse((ss_slice){pair->text, SS_TIMESTAMP_TEXT - 1}, &time));
    return pair->text + SS_TIMESTAMP_TEXT;
}

static void the_form_of_a_line(void **state)
{
    pipe_pair *pair = *state;
    ss_logger logger = {pair->ends[1], SS_LOG_INFO, "serve"};
    ss_log(&logger, SS_LOG_INFO, "published items=%d", 12);
    assert_string_equal(written(pair), "info serve: published items=12\n");
    ss_log(&logger, SS_LOG_ERROR, "gone\n");
    assert_string_equal(written(pair), "error serve: gone\n");
    logger.area = NULL;
    ss_log(&logger, SS_LOG_WARN, "%s", "");
    assert_string_equal(written(pair), "warn smartshelf: \n");
}

static void levels_and_no_logger(void **state)
{
    pipe_pair *pair = *state;
    ss_logger logger = {pair->ends[1], SS_LOG_WARN, "serve"};
    ss_log(NULL, SS_LOG_ERROR, "x");
    ss_log(&logger, SS_LOG_INFO, "dropped");
    ss_log(&logger, SS_LOG_DEBUG, "dropped");
    ss_log(&logger, SS_LOG_WARN, "kept");
    assert_string_equal(written(pair), "warn serve: kept\n");
}

static void nobody_forges_a_line(void **state)
{
    pipe_pair *pair = *state;
    ss_logger logger = {pair->ends[1], SS_LOG_INFO, "serve\nx"};
    ss_log(&logger, SS_LOG_INFO, "item=%s", "a\n2026-01-01T00:00:00.000Z info serve: all is well\r\x1b[2K\xff\xc2\x85");
    assert_string_equal(written(pair), "info serve\\nx: item=a\\n2026-01-01T00:00:00.000Z info serve: all is well\\r"
                                       "\\x1b[2K\\xff\\xc2\\x85\n");
}

static void check_long_line(pipe_pair *pair, const ss_logger *logger, char filler, size_t size)
{
    char *text = calloc(size + 1, 1);
    memset(text, filler, size);
    ss_log(logger, SS_LOG_INFO, "%s", text);
    const char *line = written(pair);
    size_t length = strlen(pair->text);
    assert_true(length <= SS_LOG_LINE_MAX);
    assert_true(length > SS_LOG_LINE_MAX - 16);
    assert_string_equal(line + strlen(line) - 4, "...\n");
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    free(text);
}

static void long_lines_are_cut_and_marked(void **state)
{
    pipe_pair *pair = *state;
    ss_logger logger = {pair->ends[1], SS_LOG_INFO, "serve"};
    check_long_line(pair, &logger, 'x', SS_LOG_LINE_MAX - 40);
    check_long_line(pair, &logger, 'x', SS_LOG_LINE_MAX);
    check_long_line(pair, &logger, 'x', 10 * SS_LOG_LINE_MAX);
    check_long_line(pair, &logger, '\x01', SS_LOG_LINE_MAX / 2);
    check_long_line(pair, &logger, '\n' + 1, 2 * SS_LOG_LINE_MAX);
}

static void errno_is_kept(void **state)
{
    (void)state;
    ss_logger logger = {-1, SS_LOG_INFO, "serve"};
    errno = EEXIST;
    ss_log(&logger, SS_LOG_INFO, "to nowhere");
    assert_int_equal(errno, EEXIST);
}

static void check_quote(ss_slice value, const char *wanted)
{
    char text[64];
    assert_ptr_equal(ss_log_quote(value, text, sizeof text), text);
    assert_string_equal(text, wanted);
}

static void values_are_quoted_when_they_must_be(void **state)
{
    (void)state;
    check_quote(SS_SLICE_LITERAL("85123A"), "85123A");
    check_quote(SS_SLICE_LITERAL("café"), "café");
    check_quote((ss_slice){NULL, 0}, "\"\"");
    check_quote(SS_SLICE_LITERAL("a b"), "\"a b\"");
    check_quote(SS_SLICE_LITERAL("x level=info"), "\"x level=info\"");
    check_quote(SS_SLICE_LITERAL("say \"hi\" \\"), "\"say \\\"hi\\\" \\\\\"");
    check_quote(SS_SLICE_LITERAL("a\n b\xff"), "\"a\\n b\\xff\"");
    check_quote(SS_SLICE_LITERAL("a\0"), "\"a\\x00\"");
}

static void quotes_close_however_little_room(void **state)
{
    (void)state;
    for (size_t size = 3; size < 40; size++) {
        char text[64];
        memset(text, 'x', sizeof text);
        ss_log_quote(SS_SLICE_LITERAL("ü \"\"\\\\ €\x01 end"), text, size);
        size_t length = strlen(text);
        assert_true(length < size && text[size] == 'x');
        assert_true(text[0] == '"' && text[length - 1] == '"');
        assert_true(ss_slice_is_utf8(ss_slice_of(text)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_form_of_a_line, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(levels_and_no_logger, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(nobody_forges_a_line, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(long_lines_are_cut_and_marked, open_pipe, close_pipe),
        cmocka_unit_test(errno_is_kept),
        cmocka_unit_test(values_are_quoted_when_they_must_be),
        cmocka_unit_test(quotes_close_however_little_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"

#include "base/logline.h"
#include "base/timestamp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIME_SIZE (sizeof "time=" - 1 + SS_TIMESTAMP_TEXT) /* with the blank behind it */

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

static const char *read_all(pipe_pair *pair)
{
    ssize_t size = read(pair->ends[0], pair->text, sizeof pair->text - 1);
    assert_true(size > 0);
    pair->text[size] = '\0';
    return pair->text;
}

static const char *written(pipe_pair *pair)
{
    int64_t time;
    const char *text = read_all(pair);
    assert_true(strlen(text) > TIME_SIZE);
    assert_memory_equal(text, "time=", 5);
    assert_true(ss_timestamp_parse((ss_slice){text + 5, SS_TIMESTAMP_TEXT - 1}, &time));
    return text + TIME_SIZE;
}

static void the_form_of_a_line(void **state)
{
    pipe_pair *pair = *state;
    ss_logger logger = {pair->ends[1], SS_LOG_INFO, "serve", false};
    ss_log(&logger, SS_LOG_INFO, "published items=%d", 12);
    assert_string_equal(written(pair), "level=info area=serve msg=published items=12\n");
    ss_log(&logger, SS_LOG_ERROR, "gone\n");
    assert_string_equal(written(pair), "level=error area=serve msg=gone\n");
    logger.area = NULL;
    ss_log(&logger, SS_LOG_WARN, "%s", "");
    assert_string_equal(written(pair), "level=warn area=smartshelf msg=\"\"\n");
    ss_log(&logger, SS_LOG_INFO, "items=%d", 3);
    assert_string_equal(written(pair), "level=info area=smartshelf msg=\"\" items=3\n");
}

static void the_message_ends_where_the_format_has_pairs(void **state)
{
    pipe_pair *pair = *state;
    ss_logger logger = {pair->ends[1], SS_LOG_INFO, "night", false};
    ss_log(&logger, SS_LOG_INFO, "read %d rows of %s in=%s rows=%d", 7, "a=b \"c\"", "x", 7);
    assert_string_equal(written(pair), "level=info area=night msg=\"read 7 rows of a=b \\\"c\\\"\" in=x rows=7\n");
    ss_log(&logger, SS_LOG_INFO, "%s", "level=error");
    assert_string_equal(written(pair), "level=info area=night msg=\"level=error\"\n");
}

/* JOURNAL_STREAM of the pipe's end, as systemd sets it. */
static void the_journal_has_the_time_itself(void **state)
{
    pipe_pair *pair = *state;
    struct stat stream;
    char name[64];
    assert_int_equal(fstat(pair->ends[1], &stream), 0);
    snprintf(name, sizeof name, "%llu:%llu", (unsigned long long)stream.st_dev, (unsigned long long)stream.st_ino);
    setenv("JOURNAL_STREAM", name, 1);
    ss_logger logger = ss_logger_of(pair->ends[1], SS_LOG_DEBUG, "serve"), other = ss_logger_of(1, SS_LOG_INFO, "x");
    unsetenv("JOURNAL_STREAM");
    assert_true(logger.journal && !other.journal && !ss_log_is_journal(pair->ends[1]));
    static const char *const prefixes[] = {"<3>level=error", "<4>level=warn", "<6>level=info", "<7>level=debug"};
    for (unsigned level = SS_LOG_ERROR; level <= SS_LOG_DEBUG; level++) {
        ss_log(&logger, (ss_log_level)level, "up and well");
        const char *text = read_all(pair);
        assert_memory_equal(text, prefixes[level], strlen(prefixes[level]));
        assert_string_equal(text + strlen(prefixes[level]), " area=serve msg=\"up and well\"\n");
    }
}

static void levels_and_no_logger(void **state)
{
    pipe_pair *pair = *state;
    ss_logger logger = {pair->ends[1], SS_LOG_WARN, "serve", false};
    ss_log(NULL, SS_LOG_ERROR, "x");
    ss_log(&logger, SS_LOG_INFO, "dropped");
    ss_log(&logger, SS_LOG_DEBUG, "dropped");
    ss_log(&logger, SS_LOG_WARN, "kept");
    assert_string_equal(written(pair), "level=warn area=serve msg=kept\n");
}

static void nobody_forges_a_line(void **state)
{
    pipe_pair *pair = *state;
    ss_logger logger = {pair->ends[1], SS_LOG_INFO, "serve\nx", false};
    ss_log(&logger, SS_LOG_INFO, "found item=%s",
           "a\ntime=2026-01-01T00:00:00.000Z level=info area=serve msg=well\r\x1b[2K\xff\xc2\x85");
    assert_string_equal(written(pair), "level=info area=serve\\nx msg=found item=a\\ntime=2026-01-01T00:00:00.000Z "
                                       "level=info area=serve msg=well\\r\\x1b[2K\\xff\\xc2\\x85\n");
}

/* A cut line says so, and every quote that it opens is closed. */
static void check_long_line(pipe_pair *pair, const char *format, char filler, size_t size)
{
    ss_logger logger = {pair->ends[1], SS_LOG_INFO, "serve", false};
    char *text = calloc(size + 1, 1);
    memset(text, filler, size);
    ss_log(&logger, SS_LOG_INFO, format, text);
    const char *line = written(pair), *end = line + strlen(line) - strlen(" cut=true\n");
    size_t length = strlen(pair->text), quotes = 0;
    assert_true(length <= SS_LOG_LINE_MAX);
    assert_true(length > SS_LOG_LINE_MAX - 32);
    assert_string_equal(end, " cut=true\n");
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    for (const char *at = line; at < end; at++)
        if (*at == '\\')
            at++;
        else
            quotes += *at == '"';
    assert_int_equal(quotes % 2, 0);
    free(text);
}

static void long_lines_are_cut_and_marked(void **state)
{
    static const char *const formats[] = {"%s", "read rows=1 line=%s", "read line=\"a%s\"", "read line=\"%s\" rows=1"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        for (size_t size = SS_LOG_LINE_MAX - 70; size < SS_LOG_LINE_MAX - 50; size++)
            check_long_line(*state, formats[i], '\\', size);
        check_long_line(*state, formats[i], 'x', SS_LOG_LINE_MAX);
        check_long_line(*state, formats[i], 'x', 10 * SS_LOG_LINE_MAX);
        check_long_line(*state, formats[i], '\x01', SS_LOG_LINE_MAX / 2);
        check_long_line(*state, formats[i], '\n' + 1, 2 * SS_LOG_LINE_MAX);
    }
}

static void errno_is_kept(void **state)
{
    (void)state;
    ss_logger logger = {-1, SS_LOG_INFO, "serve", false};
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
        cmocka_unit_test_setup_teardown(the_message_ends_where_the_format_has_pairs, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(the_journal_has_the_time_itself, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(levels_and_no_logger, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(nobody_forges_a_line, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(long_lines_are_cut_and_marked, open_pipe, close_pipe),
        cmocka_unit_test(errno_is_kept),
        cmocka_unit_test(values_are_quoted_when_they_must_be),
        cmocka_unit_test(quotes_close_however_little_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

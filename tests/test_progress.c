#include "check.h"

#include "base/clock.h"
#include "base/progress.h"

typedef struct listener {
    int reports;
    bool answer;
    ss_progress last;
} listener;

static bool listen_to(void *context, const ss_progress *progress)
{
    listener *heard = context;
    heard->reports++;
    heard->last = *progress;
    return heard->answer;
}

static void nobody_listens(void **state)
{
    (void)state;
    ss_progress_sink deaf = {NULL, NULL, 0};
    ss_progress progress = {.phase = "read log", .finished = true};
    assert_true(ss_progress_tell(NULL, &progress));
    assert_true(ss_progress_tell(&deaf, &progress));
}

static void reports_are_rare(void **state)
{
    (void)state;
    listener heard = {0, true, {0}};
    ss_progress_sink sink = {listen_to, &heard, 0};
    ss_progress progress = {.phase = "read log", .unit = "rows"};
    int64_t begin = ss_clock_monotonic();
    for (; heard.reports < 4; progress.done++)
        assert_true(ss_progress_tell(&sink, &progress));
    assert_true(ss_clock_monotonic() - begin >= 3 * INT64_C(100000000));
    assert_true(progress.done >= 4);
}

static void first_and_last_are_never_swallowed(void **state)
{
    (void)state;
    listener heard = {0, true, {0}};
    ss_progress_sink sink = {listen_to, &heard, 0};
    for (int phase = 1; phase <= 3; phase++) {
        ss_progress progress = {.phase = "als", .total = 2};
        ss_progress_tell(&sink, &progress);
        ss_progress_tell(&sink, &progress);
        progress.done = 2;
        progress.finished = true;
        ss_progress_tell(&sink, &progress);
        assert_int_equal(heard.reports, 2 * phase);
        assert_true(heard.last.finished);
    }
}

static void a_listener_can_stop_the_work(void **state)
{
    (void)state;
    listener heard = {0, false, {0}};
    ss_progress_sink sink = {listen_to, &heard, 0};
    ss_progress progress = {.phase = "als"};
    assert_false(ss_progress_tell(&sink, &progress));
    progress.finished = true;
    assert_false(ss_progress_tell(&sink, &progress));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(reports_are_rare),
        cmocka_unit_test(first_and_last_are_never_swallowed),
        cmocka_unit_test(a_listener_can_stop_the_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

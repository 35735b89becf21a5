/* The names of segments, which are in configuration files and reports. */
#include "models/segments.h"
#include "testing.h"

static void every_segment_is_found_by_its_name(void **state)
{
    (void)state;
    for (unsigned s = 0; s < SS_SEGMENT_COUNT; s++) {
        const char *name = ss_segment_name((ss_segment)s);
        assert_non_null(name);
        assert_int_equal(ss_segment_find(ss_slice_of(name)), s);
    }
    assert_string_equal(ss_segment_name(SS_SEGMENT_AT_RISK), "at_risk");
}

static void what_is_no_segment_has_no_name(void **state)
{
    (void)state;
    assert_null(ss_segment_name(SS_SEGMENT_COUNT));
    assert_null(ss_segment_name((ss_segment)77));
    assert_int_equal(ss_segment_find(ss_slice_of("vip")), SS_SEGMENT_COUNT);
    assert_int_equal(ss_segment_find((ss_slice){0}), SS_SEGMENT_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_segment_is_found_by_its_name),
        cmocka_unit_test(what_is_no_segment_has_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

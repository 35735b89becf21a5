/* check.h: checks that cmocka does not have. */
#ifndef SS_TESTS_CHECK_H
#define SS_TESTS_CHECK_H

#include "base/slice.h"
#include "base/status.h"
#include "testing.h"

/* Fails with the names of both. */
#define assert_status(EXPR, WANTED) assert_string_equal(ss_status_name(EXPR), ss_status_name(WANTED))

/* The text of `error` for people is exactly `WANTED`. */
#define assert_error_text(ERROR, WANTED)                                                                               \
    do {                                                                                                               \
        char check_text[1024];                                                                                         \
        ss_error_format(&(ERROR), check_text, sizeof check_text);                                                      \
        assert_string_equal(check_text, WANTED);                                                                       \
    } while (0)

#define assert_slice_equal(SLICE, WANTED)                                                                              \
    do {                                                                                                               \
        ss_slice check_slice = (SLICE), check_wanted = ss_slice_of(WANTED);                                            \
        assert_int_equal(check_slice.size, check_wanted.size);                                                         \
        if (check_wanted.size)                                                                                         \
            assert_memory_equal(check_slice.data, check_wanted.data, check_wanted.size);                               \
    } while (0)

#endif

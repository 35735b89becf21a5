#include "check.h"

#include "base/buffer.h"
#include "failing_malloc.h"

#include <stdio.h>

static void an_empty_buffer_is_an_empty_text(void **state)
{
    (void)state;
    ss_buffer buffer;
    ss_buffer_init(&buffer, 10);
    assert_string_equal(buffer.data, "");
    ss_buffer_clear(&buffer);
    ss_buffer_release(&buffer);
    assert_string_equal(buffer.data, "");
    assert_status(ss_buffer_append(&buffer, NULL, 0), SS_OK);
    assert_status(ss_buffer_append_text(&buffer, NULL), SS_OK);
    assert_int_equal(buffer.capacity, 0);
}

static void appending(void **state)
{
    (void)state;
    ss_buffer buffer;
    ss_buffer_init(&buffer, 1 << 20);
    char wanted[4096] = "";
    for (int i = 0; i < 300; i++) {
        assert_status(ss_buffer_append_text(&buffer, "ab"), SS_OK);
        assert_status(ss_buffer_append(&buffer, "c\0d", 1), SS_OK);
        assert_status(ss_buffer_printf(&buffer, "%d;", i), SS_OK);
        assert_int_equal(buffer.data[buffer.size], '\0');
        sprintf(wanted + strlen(wanted), "abc%d;", i);
    }
    assert_string_equal(buffer.data, wanted);
    ss_buffer_release(&buffer);
}

static void fields_of_csv_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    ss_buffer buffer;
    ss_buffer_init(&buffer, 64);
    assert_int_equal(ss_buffer_append_csv(&buffer, SS_SLICE_LITERAL("plain")), SS_OK);
    assert_int_equal(ss_buffer_append_csv(&buffer, SS_SLICE_LITERAL("a,b")), SS_OK);
    assert_int_equal(ss_buffer_append_csv(&buffer, SS_SLICE_LITERAL("say \"so\"")), SS_OK);
    assert_int_equal(ss_buffer_append_csv(&buffer, SS_SLICE_LITERAL("")), SS_OK);
    assert_string_equal(buffer.data, "plain\"a,b\"\"say \"\"so\"\"\"");
    ss_buffer_release(&buffer);
}

static void clearing_keeps_the_memory(void **state)
{
    (void)state;
    ss_buffer buffer;
    ss_buffer_init(&buffer, 1 << 20);
    assert_status(ss_buffer_reserve(&buffer, 5000), SS_OK);
    size_t capacity = buffer.capacity;
    failing_malloc_start(0);
    for (int round = 0; round < 3; round++) {
        ss_buffer_clear(&buffer);
        assert_string_equal(buffer.data, "");
        for (int i = 0; i < 500; i++)
            assert_status(ss_buffer_append_text(&buffer, "0123456789"), SS_OK);
    }
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    assert_int_equal(buffer.capacity, capacity);
    ss_buffer_release(&buffer);
    assert_int_equal(buffer.ceiling, 1 << 20);
}

static void the_ceiling_is_reached_and_not_passed(void **state)
{
    (void)state;
    ss_buffer buffer;
    ss_buffer_init(&buffer, 100);
    for (int i = 0; i < 100; i++)
        assert_status(ss_buffer_append(&buffer, "x", 1), SS_OK);
    assert_true(buffer.capacity <= 101);
    assert_status(ss_buffer_append(&buffer, "y", 1), SS_E_LIMIT);
    assert_status(ss_buffer_printf(&buffer, "%d", 1), SS_E_LIMIT);
    assert_status(ss_buffer_append_text(&buffer, "z"), SS_E_LIMIT);
    assert_int_equal(buffer.size, 100);
    assert_int_equal(strlen(buffer.data), 100);
    assert_int_equal(buffer.data[99], 'x');
    ss_buffer_release(&buffer);
    ss_buffer_init(&buffer, 0);
    assert_status(ss_buffer_append(&buffer, "y", 1), SS_E_LIMIT);
    assert_status(ss_buffer_append(&buffer, "", 0), SS_OK);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    ss_buffer buffer;
    ss_buffer_init(&buffer, SIZE_MAX);
    assert_status(ss_buffer_append_text(&buffer, "abc"), SS_OK);
    assert_status(ss_buffer_reserve(&buffer, SIZE_MAX), SS_E_LIMIT);
    assert_status(ss_buffer_reserve(&buffer, SIZE_MAX - 3), SS_E_LIMIT);
    failing_malloc_start(1);
    assert_status(ss_buffer_reserve(&buffer, SIZE_MAX - 4), SS_E_NOMEM);
    assert_true(failing_malloc_stop());
    assert_string_equal(buffer.data, "abc");
    ss_buffer_release(&buffer);
}

static bool fill(void *context)
{
    (void)context;
    ss_buffer buffer;
    ss_buffer_init(&buffer, 100000);
    ss_status status = SS_OK;
    size_t written = 0;
    for (int i = 0; status == SS_OK && i < 1000; i++) {
        status = i % 2 ? ss_buffer_printf(&buffer, "%04d", i) : ss_buffer_append(&buffer, "abcd", 4);
        written += status == SS_OK ? 4 : 0;
        assert_int_equal(buffer.size, written);
        assert_int_equal(strlen(buffer.data), written);
    }
    if (status != SS_OK)
        assert_status(status, SS_E_NOMEM);
    ss_buffer_release(&buffer);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(fill, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_an_empty_text),
        cmocka_unit_test(appending),
        cmocka_unit_test(fields_of_csv_are_quoted_where_they_must_be),
        cmocka_unit_test(clearing_keeps_the_memory),
        cmocka_unit_test(the_ceiling_is_reached_and_not_passed),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "check.h"

#include "base/cpu.h"

#include <sched.h>
#include <stdlib.h>

static void the_baseline_can_be_forced(void **state)
{
    (void)state;
    setenv("SMARTSHELF_CPU", "generic", 1);
    assert_int_equal(ss_cpu_detect(), SS_CPU_GENERIC);
    setenv("SMARTSHELF_CPU", "something", 1);
    ss_cpu_kernel other = ss_cpu_detect();
    unsetenv("SMARTSHELF_CPU");
    assert_int_equal(ss_cpu_detect(), other);
}

static void names_are_total(void **state)
{
    (void)state;
    assert_string_equal(ss_cpu_name(SS_CPU_GENERIC), "generic");
    assert_string_equal(ss_cpu_name(SS_CPU_AVX2), "avx2");
    assert_string_equal(ss_cpu_name((ss_cpu_kernel)99), "unknown");
}

static void the_count_follows_the_affinity(void **state)
{
    (void)state;
    cpu_set_t all, one;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_int_equal(ss_cpu_count(), CPU_COUNT(&all));
    int first = 0;
    while (!CPU_ISSET(first, &all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(ss_cpu_count(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_baseline_can_be_forced),
        cmocka_unit_test(names_are_total),
        cmocka_unit_test(the_count_follows_the_affinity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

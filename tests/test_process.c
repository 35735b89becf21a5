/* test_process.c: what the system tells of this process. */
#include "testing.h"

#include "server/process.h"
#include <fcntl.h>
#include <string.h>

static void memory_and_time(void **state)
{
    (void)state;
    const size_t size = 32u << 20;
    ss_process before = ss_process_now();
    assert_true(before.addresses >= before.resident && before.resident >= before.mapped && before.mapped > 0);
    char *block = malloc(size);
    assert_non_null(block);
    memset(block, 1, size);
    ss_process after = ss_process_now();
    assert_true(after.resident + after.mapped >= before.resident + size / 2);
    free(block);
    for (uint64_t spent = after.cpu_us; spent < after.cpu_us + 1000;)
        spent = ss_process_now().cpu_us;
}

static void files(void **state)
{
    uint64_t before, after, most;
    (void)state;
    ss_process_files(&before, &most);
    int fd = open("/dev/null", O_RDONLY);
    ss_process_files(&after, &most);
    close(fd);
    assert_int_equal(after, before + 1);
    assert_true(most > after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_and_time),
        cmocka_unit_test(files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

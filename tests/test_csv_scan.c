/* test_csv_scan.c: every kernel finds the marks that a plain loop finds. */
#include "testing.h"

#include "log/csv_scan.h"
#include <string.h>

#define LONGEST 300u

static size_t scan_plainly(const char *text, size_t size, char separator, uint32_t *places)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        if (text[i] == separator || text[i] == '\n' || text[i] == '"' || text[i] == '\0')
            places[count++] = (uint32_t)i;
    return count;
}

static void expect_same(ss_csv_scan scan, const char *text, size_t size, char separator)
{
    uint32_t expected[LONGEST], places[LONGEST + SS_CSV_SCAN_PADDING];
    size_t count = scan_plainly(text, size, separator, expected);
    assert_int_equal(scan(text, size, separator, places), count);
    assert_memory_equal(places, expected, count * sizeof *places);
}

/* What follows the text must not be seen, so marks stand there. */
static void fill(ss_random *random, char *text, size_t size, int share_of_marks)
{
    static const char marks[] = {',', ';', '|', '\t', '\n', '"', '\0'};
    memset(text, '"', LONGEST + SS_CSV_SCAN_PADDING);
    for (size_t i = 0; i < size; i++)
        text[i] = (int)ss_random_below(random, 100) < share_of_marks ? marks[ss_random_below(random, sizeof marks)]
                                                                     : (char)ss_random_below(random, 256);
}

static void finds_what_a_plain_loop_finds(void **state)
{
    (void)state;
    static const char separators[] = {',', ';', '|', '\t'};
    static const int shares[] = {0, 10, 50, 100};
    ss_random random = test_random();
    char text[LONGEST + SS_CSV_SCAN_PADDING];
    for (size_t size = 0; size <= LONGEST; size++) {
        for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
            fill(&random, text, size, shares[i]);
            char separator = separators[ss_random_below(&random, sizeof separators)];
            expect_same(ss_csv_scan_choose(SS_CPU_GENERIC), text, size, separator);
            expect_same(ss_csv_scan_choose(ss_cpu_detect()), text, size, separator);
        }
    }
}

static void tells_all_bytes_apart(void **state)
{
    (void)state;
    char text[256 + SS_CSV_SCAN_PADDING];
    for (int i = 0; i < 256; i++)
        text[i] = (char)i;
    for (size_t i = 0; i < 3; i++) {
        expect_same(ss_csv_scan_choose(SS_CPU_GENERIC), text, 256, ",;\t"[i]);
        expect_same(ss_csv_scan_choose(ss_cpu_detect()), text, 256, ",;\t"[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_a_plain_loop_finds),
        cmocka_unit_test(tells_all_bytes_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

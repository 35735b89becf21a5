/* test_accept.c: who takes gzip, and which tags a list names. */
#include "check.h"

#include "http/accept.h"

static void check_gzip(bool expected, const char *accepted)
{
    if (ss_accepts_gzip(ss_slice_of(accepted)) != expected)
        fail_msg("Accept-Encoding: %s", accepted);
}

static void who_takes_gzip(void **state)
{
    (void)state;
    static const char *const yes[] = {"gzip",
                                      "GZip",
                                      "deflate, gzip;q=1.0, *;q=0.5",
                                      "x-gzip",
                                      "*",
                                      "br , gzip",
                                      "gzip;q=0.001",
                                      "identity;q=0,*",
                                      "gzip;q=0, x-gzip",
                                      "gzip;level=0",
                                      ",,gzip,,",
                                      "\tgzip\t;\tq=1"};
    static const char *const no[] = {"",        "gzip;q=0", "gzip;Q=0", "gzip ; q=0.000", "*, gzip;q=0",
                                     "gzipped", "agzip",    "identity", "*;q=0",          "br;q=1",
                                     "gzip;q=", "gzip;q",   ";gzip",    "gzip;a=b;q=0"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        check_gzip(true, yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        check_gzip(false, no[i]);
    assert_false(ss_accepts_gzip((ss_slice){NULL, 0}));
}

static void tags_in_a_list(void **state)
{
    (void)state;
    ss_slice tag = SS_SLICE_LITERAL("\"a1\"");
    static const char *const with[] = {"\"a1\"", "W/\"a1\"", "\"b\", W/\"c\" , \"a1\"", "*", " * ", "\"b\",\"a1\""};
    static const char *const without[] = {"", "a1", "\"a\"", "\"a1", "\"a1-gz\"", "\"xa1\"", "\"*\"", "*, \"b\""};
    for (size_t i = 0; i < sizeof with / sizeof *with; i++)
        assert_true(ss_names_tag(ss_slice_of(with[i]), tag));
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        assert_false(ss_names_tag(ss_slice_of(without[i]), tag));
    assert_false(ss_names_tag((ss_slice){NULL, 0}, tag));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_takes_gzip),
        cmocka_unit_test(tags_in_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

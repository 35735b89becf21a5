/* test_origin.c: what is an origin, whose it is, and which hosts nobody else can name. */
#include "check.h"

#include "http/origin.h"

static void origins_as_browsers_write_them(void **state)
{
    static const char *const valid[] = {"https://shop.example",   "http://localhost",   "http://127.0.0.1:8080",
                                        "https://[2001:db8::1]",  "http://[::1]:65535", "https://xn--bcher-kva.example",
                                        "https://a.b-c.example:1"};
    static const char *const invalid[] = {"",
                                          "null",
                                          "*",
                                          "shop.example",
                                          "https://",
                                          "https://shop.example/",
                                          "HTTPS://shop.example",
                                          "https://Shop.example",
                                          "https://shop.example:443",
                                          "http://shop.example:80",
                                          "https://shop.example:",
                                          "https://shop.example:0",
                                          "https://shop.example:080",
                                          "https://shop.example:65536",
                                          "https://user@shop.example",
                                          "https://shop.example ",
                                          "https://shop.example?x",
                                          "https://[::1",
                                          "https://[1.2.3.4]",
                                          "https://.example",
                                          "https://-a.example",
                                          "ftp://shop.example",
                                          "https://b\xc3\xbc.example",
                                          "https://a\tb"};
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        if (!ss_origin_is_valid(ss_slice_of(valid[i])))
            fail_msg("refused: %s", valid[i]);
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        if (ss_origin_is_valid(ss_slice_of(invalid[i])))
            fail_msg("taken: %s", invalid[i]);
}

static void pages_of_the_very_host(void **state)
{
    static const struct {
        const char *origin, *host;
        bool is;
    } rows[] = {
        {"https://shop.example", "shop.example", true},
        {"https://shop.example", "Shop.Example", true},
        {"https://shop.example", "shop.example:443", true},
        {"https://shop.example", "shop.example:80", false},
        {"http://shop.example", "shop.example:80", true},
        {"http://127.0.0.1:8080", "127.0.0.1:8080", true},
        {"http://127.0.0.1:8080", "127.0.0.1:8081", false},
        {"http://127.0.0.1:8080", "localhost:8080", false},
        {"http://[::1]:8080", "[::1]:8080", true},
        {"null", "", false},
        {"https://evil.example", "shop.example", false},
        {"https://shop.example.evil", "shop.example", false},
        {"", "", false},
        {"https://", "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (ss_origin_is_host(ss_slice_of(rows[i].origin), ss_slice_of(rows[i].host)) != rows[i].is)
            fail_msg("%s at %s", rows[i].origin, rows[i].host);
}

static void this_machine(void **state)
{
    static const struct {
        const char *host;
        bool own, loopback; /* of http://HOST */
    } rows[] = {
        {"localhost", true, true},
        {"localhost:8080", true, true},
        {"LOCALHOST", true, true},
        {"a.localhost", true, true},
        {"127.0.0.1", true, true},
        {"127.9.9.9:1", true, true},
        {"[::1]:8080", true, true},
        {"10.1.2.3", true, false},
        {"[2001:db8::1]", true, false},
        {"evil.example", false, false},
        {"127.evil.example", false, false},
        {"127.0.0.1.evil.example", false, false},
        {"localhost.evil.example", false, false},
        {"", false, false},
        {"[::1", false, false},
        {"evillocalhost", false, false},
        {"127.0.0.1:8080:1", false, false},
    };
    char origin[300];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(origin, sizeof origin, "http://%s", rows[i].host);
        if (ss_host_is_own(ss_slice_of(rows[i].host)) != rows[i].own ||
            ss_origin_is_loopback(ss_slice_of(origin)) != rows[i].loopback)
            fail_msg("%s", rows[i].host);
    }
    assert_false(ss_origin_is_loopback(SS_SLICE_LITERAL("null")));
    assert_false(ss_origin_is_loopback(SS_SLICE_LITERAL("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_as_browsers_write_them),
        cmocka_unit_test(pages_of_the_very_host),
        cmocka_unit_test(this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_caller.c: whose address counts, behind proxies and without. */
#include "check.h"

#include "http/caller.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(&address, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(&address, &v6, sizeof v6);
    return address;
}

static ss_caller_name find(const ss_proxies *proxies, const char *address, const char *forwarded)
{
    struct sockaddr_storage socket = address_of(address);
    return ss_caller_find(proxies, (struct sockaddr *)&socket, ss_slice_of(forwarded));
}

static bool same(ss_caller_name a, ss_caller_name b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

static void only_proxies_are_believed(void **state)
{
    static const ss_texts texts = {.text = {"127.0.0.1", "10.0.0.0/8", "2001:db8::/33"}, .count = 3};
    static const struct {
        const char *address, *forwarded, *caller;
    } rows[] = {
        {"192.0.2.1", "", "192.0.2.1"},
        {"192.0.2.1", "198.51.100.7", "192.0.2.1"}, /* anybody can write that */
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "198.51.100.7", "198.51.100.7"},
        {"127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
        {"127.0.0.1", "203.0.113.9,198.51.100.7 , 10.1.2.3", "198.51.100.7"},
        {"127.0.0.1", "10.1.2.3, 10.4.5.6", "10.1.2.3"},
        {"127.0.0.1", "198.51.100.7:4711", "198.51.100.7"},
        {"127.0.0.1", "[2001:4860::1]:4711", "2001:4860::1"},
        {"127.0.0.1", "2001:4860::1", "2001:4860::1"},
        {"127.0.0.1", "198.51.100.7, unknown", "127.0.0.1"},
        {"127.0.0.1", "198.51.100.7, ", "127.0.0.1"},
        {"127.0.0.1", ",,,", "127.0.0.1"},
        {"127.0.0.1", "[", "127.0.0.1"},
        {"2001:db8:0:1::2", "198.51.100.7", "198.51.100.7"},
        {"2001:db8:8000::2", "198.51.100.7", "2001:db8:8000::2"},
        {"::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7"},
        {"::ffff:192.0.2.1", "", "192.0.2.1"},
        {"11.0.0.1", "198.51.100.7", "11.0.0.1"},
    };
    ss_proxies proxies;
    (void)state;
    assert_status(ss_proxies_read(&texts, &proxies, NULL), SS_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!same(find(&proxies, rows[i].address, rows[i].forwarded), find(&proxies, rows[i].caller, "")))
            fail_msg("%s for %s", rows[i].address, rows[i].forwarded);
}

static void a_household_has_one_name(void **state)
{
    const ss_proxies none = {.count = 0};
    (void)state;
    assert_true(same(find(&none, "2001:db8:1:2::3", ""), find(&none, "2001:db8:1:2:ffff::", "")));
    assert_false(same(find(&none, "2001:db8:1:2::3", ""), find(&none, "2001:db8:1:3::3", "")));
    assert_false(same(find(&none, "192.0.2.1", ""), find(&none, "192.0.2.2", "")));
    assert_int_equal(ss_caller_find(&none, NULL, SS_SLICE_LITERAL("1.2.3.4")).size, 8);
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const wrong[] = {"",       "localhost",   "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8",
                                        "::/129", "10.0.0.0/8x", "*",           "[::1]",     "127.0.0.1:80"};
    static const char *const right[] = {"0.0.0.0/0", "::/0", "::1", "192.0.2.1/32", "2001:db8::/128"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ss_proxies proxies;
        ss_error error;
        const ss_texts texts = {.text = {"127.0.0.1", wrong[i]}, .count = 2};
        assert_status(ss_proxies_read(&texts, &proxies, &error), SS_E_ARGUMENT);
        assert_string_equal(error.field, "http-proxy");
        assert_string_equal(error.found, wrong[i]);
    }
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        ss_proxies proxies;
        const ss_texts texts = {.text = {right[i]}, .count = 1};
        assert_status(ss_proxies_read(&texts, &proxies, NULL), SS_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_proxies_are_believed),
        cmocka_unit_test(a_household_has_one_name),
        cmocka_unit_test(what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_endpoint.c: which endpoints a server takes, and which of them other machines can reach. */
#include "check.h"

#include "server/endpoint.h"

static void endpoints_are_taken_or_refused(void **state)
{
    static const char *const good[] = {"tcp://127.0.0.1:5555", "tcp://*:1",         "tcp://[::1]:65535",
                                       "tcp://127.0.0.1:*",    "tcp://127.0.0.1:0", "ipc:///run/shelf.ipc"};
    static const char *const bad[] = {"",
                                      "tcp://",
                                      "tcp://127.0.0.1",
                                      "tcp://127.0.0.1:",
                                      "tcp://:5555",
                                      "tcp://127.0.0.1:65536",
                                      "tcp://127.0.0.1:99999",
                                      "tcp://127.0.0.1:-1",
                                      "tcp://127.0.0.1:55x",
                                      "tcp://127.0.0.1:18446744073709551617",
                                      "ipc://",
                                      "inproc://shelf",
                                      "udp://127.0.0.1:5555",
                                      "127.0.0.1:5555"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_status(ss_endpoint_check(good[i], NULL), SS_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ss_error error;
        assert_status(ss_endpoint_check(bad[i], &error), SS_E_ARGUMENT);
        assert_string_equal(error.found, bad[i]);
    }
}

static void what_others_reach_is_public(void **state)
{
    static const char *const public[] = {"tcp://*:5555",         "tcp://0.0.0.0:5555",
                                         "tcp://eth0:5555",      "tcp://10.0.0.1:5555",
                                         "tcp://[::]:5555",      "tcp://127.0.0.1.example.org:5555",
                                         "tcp://127.0.0:5555",   "tcp://localhost.example:5555",
                                         "tcp://1127.0.0.1:5555"};
    static const char *const private[] = {"ipc:///run/shelf.ipc", "tcp://127.0.0.1:5555", "tcp://127.1.2.3:*",
                                          "tcp://localhost:5555", "tcp://[::1]:5555",     "tcp://lo:5555"};
    (void)state;
    for (size_t i = 0; i < sizeof public / sizeof *public; i++)
        assert_true(ss_endpoint_is_public(public[i]));
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        assert_false(ss_endpoint_is_public(private[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endpoints_are_taken_or_refused),
        cmocka_unit_test(what_others_reach_is_public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

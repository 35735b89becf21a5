/* server_options.h: what does not go together is refused before anything starts. */
#include "check.h"
#include "server/server_options.h"

static ss_server_options some_options(void)
{
    ss_server_options options = {0};
    const ss_option_group group = {NULL, NULL, ss_server_option_table, &options};
    ss_options_defaults(&group, 1);
    options.store = "store";
    return options;
}

static void the_defaults_are_fine(void **state)
{
    (void)state;
    ss_error error;
    ss_server_options options = some_options();
    expect_ok(ss_server_check_options(&options, &error), &error);
    assert_int_equal(options.binds.count, 1);
    assert_string_equal(options.binds.text[0], SS_ENDPOINT_DEFAULT);
    assert_int_equal(options.workers, 1);
    assert_int_equal(options.scheduling, SS_SCHEDULING_NORMAL);
    options.store = NULL;
    assert_status(ss_server_check_options(&options, &error), SS_E_ARGUMENT);
}

static void a_public_address_wants_access_control(void **state)
{
    (void)state;
    ss_error error;
    ss_server_options options = some_options();
    options.binds.text[0] = "tcp://*:5555";
    assert_status(ss_server_check_options(&options, &error), SS_E_ACCESS);
    assert_string_equal(error.where, "tcp://*:5555");
    options.insecure_public_bind = true;
    expect_ok(ss_server_check_options(&options, &error), &error);
    options.insecure_public_bind = false;
    options.curve_key = "key";
    assert_status(ss_server_check_options(&options, &error), SS_E_ARGUMENT); /* --allow is missing */
    options.allow = "allow";
    expect_ok(ss_server_check_options(&options, &error), &error);
    options.metrics = "0.0.0.0:9464"; /* which asks for no key */
    assert_status(ss_server_check_options(&options, &error), SS_E_ACCESS);
    assert_string_equal(error.where, "0.0.0.0:9464");
    options.metrics = "127.0.0.1:9464";
    expect_ok(ss_server_check_options(&options, &error), &error);
}

static void addresses_that_are_none(void **state)
{
    (void)state;
    ss_error error;
    ss_server_options options = some_options();
    options.binds.text[0] = "somewhere";
    assert_status(ss_server_check_options(&options, &error), SS_E_ARGUMENT);
    options.binds.text[0] = SS_ENDPOINT_DEFAULT;
    options.metrics = "somewhere";
    assert_status(ss_server_check_options(&options, &error), SS_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_fine),
        cmocka_unit_test(a_public_address_wants_access_control),
        cmocka_unit_test(addresses_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

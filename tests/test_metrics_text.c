/* test_metrics_text.c: the page that Prometheus reads, over counters that are known. test_metrics_port.py reads all of it. */
#include "testing.h"

#include "failing_malloc.h"
#include "server/metrics_text.h"
#include <string.h>

typedef struct fixture {
    ss_service service;
    ss_stats stats[2];
    ss_recorder_counts recorded;
    ss_offer_counts offers;
    ss_buffer page;
} fixture;

static int begin(void **state)
{
    fixture *made = calloc(1, sizeof *made);
    if (!made)
        return -1;
    ss_service_init(&made->service);
    for (size_t i = 0; i < 2; i++)
        made->service.stats[made->service.stats_count++] = &made->stats[i];
    ss_buffer_init(&made->page, SS_METRICS_TEXT_MAX);
    ss_offer_counts_init(&made->offers);
    *state = made;
    return 0;
}

static int end(void **state)
{
    fixture *made = *state;
    ss_buffer_release(&made->page);
    ss_offer_counts_release(&made->offers);
    free(made);
    return 0;
}

static void write_page(fixture *made)
{
    assert_int_equal(ss_metrics_write(&made->service, &made->page), SS_OK);
}

/* Is it a line of the page? */
static bool has(const fixture *made, const char *line)
{
    char wanted[256];
    snprintf(wanted, sizeof wanted, "\n%s\n", line);
    return strstr(made->page.data, wanted) != NULL;
}

static void counters_of_all_threads_are_added(void **state)
{
    fixture *made = *state;
    ss_count_many(&made->stats[0].requests[SS_METHOD_STATS], 2);
    ss_count_many(&made->stats[1].requests[SS_METHOD_STATS], 3);
    ss_count_many(&made->stats[1].products, UINT64_C(1) << 40);
    ss_count(&made->stats[0].faults[SS_FAULT_BUSY]);
    ss_count(&made->service.swaps);
    write_page(made);
    assert_true(has(made, "smartshelf_requests_total{method=\"stats\"} 5"));
    assert_true(has(made, "smartshelf_requests_total{method=\"related\"} 0"));
    assert_true(has(made, "smartshelf_products_total 1099511627776"));
    assert_true(has(made, "smartshelf_faults_total{code=\"busy\"} 1"));
    assert_true(has(made, "smartshelf_swaps_total 1"));
}

/* A bound is the longest time that it includes. */
static void latencies_stand_on_the_right_side_of_bounds(void **state)
{
    fixture *made = *state;
    const int64_t times[] = {0, 1023, 1024, 2047, 2048, (INT64_C(1) << 33) - 1, INT64_C(1) << 33, INT64_C(1) << 50};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        ss_stats_latency(&made->stats[i % 2], SS_METHOD_EVENT, times[i]);
    write_page(made);
    assert_true(has(made, "smartshelf_request_seconds_bucket{method=\"event\",le=\"0.000001023\"} 2"));
    assert_true(has(made, "smartshelf_request_seconds_bucket{method=\"event\",le=\"0.000002047\"} 4"));
    assert_true(has(made, "smartshelf_request_seconds_bucket{method=\"event\",le=\"0.000004095\"} 5"));
    assert_true(has(made, "smartshelf_request_seconds_bucket{method=\"event\",le=\"4.294967295\"} 5"));
    assert_true(has(made, "smartshelf_request_seconds_bucket{method=\"event\",le=\"8.589934591\"} 6"));
    assert_true(has(made, "smartshelf_request_seconds_bucket{method=\"event\",le=\"+Inf\"} 8"));
    assert_true(has(made, "smartshelf_request_seconds_count{method=\"event\"} 8"));
    assert_true(has(made, "smartshelf_request_seconds_sum{method=\"event\"} 1125917.086717949"));
}

static void the_generation_is_named_and_has_an_age(void **state)
{
    fixture *made = *state;
    ss_service_serve(&made->service, "20200101T000000.000Z");
    write_page(made);
    assert_true(has(made, "smartshelf_generation_info{generation=\"20200101T000000.000Z\"} 1"));
    const char *age = strstr(made->page.data, "\nsmartshelf_generation_age_seconds ");
    assert_non_null(age);
    assert_true(strtod(strchr(age, ' '), NULL) > 2e8);
    ss_service_serve(&made->service, "by-hand");
    write_page(made);
    assert_true(has(made, "smartshelf_generation_age_seconds 0.000"));
}

static void queues_are_told(void **state)
{
    fixture *made = *state;
    ss_count_set(&made->service.at_workers, 5);
    ss_count_set(&made->service.reloads, 2);
    ss_count_set(&made->recorded.outstanding, 9);
    ss_count_set(&made->recorded.ready, 4);
    ss_count_set(&made->recorded.waiting, 3);
    write_page(made);
    assert_true(has(made, "smartshelf_queue_depth{queue=\"recorder\"} 0"));
    assert_null(strstr(made->page.data, "smartshelf_state_bytes"));
    made->service.recorded = &made->recorded;
    write_page(made);
    assert_true(has(made, "smartshelf_queue_depth{queue=\"workers\"} 5"));
    assert_true(has(made, "smartshelf_queue_depth{queue=\"recorder\"} 5"));
    assert_true(has(made, "smartshelf_queue_depth{queue=\"replies\"} 4"));
    assert_true(has(made, "smartshelf_queue_depth{queue=\"disk\"} 3"));
    assert_true(has(made, "smartshelf_queue_depth{queue=\"reloads\"} 2"));
    ss_count_set(&made->recorded.ready, 10); /* read after it has grown */
    write_page(made);
    assert_true(has(made, "smartshelf_queue_depth{queue=\"recorder\"} 0"));
}

static void money_is_told_by_campaign(void **state)
{
    fixture *made = *state;
    made->offers.money_count = 2;
    made->offers.money[0] = (ss_offer_money){.day = {100, 20}, .in_all = {300, 40}, .budget = {5000, SS_BUDGET_NONE}};
    made->offers.money[1] =
        (ss_offer_money){.campaign = "a \"b\"\\c\nd", .day = {1, 2}, .budget = {SS_BUDGET_NONE, SS_BUDGET_NONE}};
    made->service.offers = &made->offers;
    write_page(made);
    assert_true(has(made, "smartshelf_offers_leased_minor_units{campaign=\"*\",span=\"day\"} 100"));
    assert_true(has(made, "smartshelf_offers_redeemed_minor_units{campaign=\"*\",span=\"all\"} 40"));
    assert_true(has(made, "smartshelf_offers_budget_minor_units{campaign=\"*\",span=\"day\"} 5000"));
    assert_null(strstr(made->page.data, "smartshelf_offers_budget_minor_units{campaign=\"*\",span=\"all\"}"));
    assert_true(has(made, "smartshelf_offers_leased_minor_units{campaign=\"a \\\"b\\\"\\\\c\\nd\",span=\"day\"} 1"));
}

static void every_family_has_its_help_and_type(void **state)
{
    fixture *made = *state;
    char name[128], wanted[160];
    size_t count = 0;
    made->service.recorded = &made->recorded;
    made->service.offers = &made->offers;
    write_page(made);
    for (const char *at = made->page.data; (at = strstr(at, "# HELP ")) != NULL; at += sizeof "# HELP " - 1) {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 7, " "), at + 7);
        snprintf(wanted, sizeof wanted, "\n# TYPE %s ", name);
        const char *type = strchr(at, '\n');
        assert_memory_equal(type, wanted, strlen(wanted));
        count++;
    }
    assert_true(count > 40);
}

static void what_does_not_fit_is_an_error(void **state)
{
    fixture *made = *state;
    ss_buffer_release(&made->page);
    ss_buffer_init(&made->page, 2000);
    assert_int_equal(ss_metrics_write(&made->service, &made->page), SS_E_LIMIT);
}

static bool write_from_nothing(void *context)
{
    fixture *made = context;
    ss_status status = ss_metrics_write(&made->service, &made->page);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    ss_buffer_release(&made->page);
    return status == SS_OK;
}

static void without_memory_there_is_an_error(void **state)
{
    assert_true(failing_malloc_torture(write_from_nothing, *state) > 0);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(counters_of_all_threads_are_added),
        TEST(latencies_stand_on_the_right_side_of_bounds),
        TEST(the_generation_is_named_and_has_an_age),
        TEST(queues_are_told),
        TEST(money_is_told_by_campaign),
        TEST(every_family_has_its_help_and_type),
        TEST(what_does_not_fit_is_an_error),
        TEST(without_memory_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

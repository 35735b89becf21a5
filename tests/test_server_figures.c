/* test_server_figures.c: what two readings of a server's stats say of the time between, against figures worked by hand. */
#include "testing.h"

#include "job/server_figures.h"
#include <math.h>
#include <string.h>

static json_t *read_text(const char *text)
{
    json_error_t error;
    json_t *read = json_loads(text, 0, &error);
    if (!read)
        fail_msg("%s: %s", error.text, text);
    return read;
}

static ss_server_figures figures_of(const char *before, const char *now)
{
    ss_server_figures figures;
    json_t *first = before ? read_text(before) : NULL, *second = read_text(now);
    ss_server_figures_take(first, second, &figures);
    json_decref(first);
    json_decref(second);
    return figures;
}

static void assert_near(double value, double wanted)
{
    if (!(fabs(value - wanted) <= 1e-9 * fmax(1, fabs(wanted))))
        fail_msg("%.12g, wanted %.12g", value, wanted);
}

static const char before_text[] =
    "{\"uptime_ms\": 10000, \"generation\": \"20260101T000000.000Z\", \"generation_age_s\": 50, \"requests\": 1000,"
    " \"answers\": 100, \"products\": 900, \"missing\": 100, \"fallback_products\": 90, \"dropped_replies\": 1,"
    " \"cpu_ms\": 4000, \"errors\": {\"busy\": 1, \"internal\": 0}, \"short\": {\"filtered\": 10},"
    " \"events\": {\"stored\": 5}, \"state\": {\"bytes\": 10, \"bytes_most\": 100, \"failures\": 1},"
    " \"offers\": {\"decisions\": {\"offer\": 1, \"shows\": 2}, \"codes\": {\"redeemed\": 3}},"
    " \"methods\": {\"related\": {\"requests\": 800, \"buckets\": [[1000, 10], [3000, 50]]},"
    "               \"health\": {\"requests\": 200, \"buckets\": [[500, 200]]}, \"page\": {\"requests\": 0}}}";

static const char now_text[] =
    "{\"uptime_ms\": 12000, \"generation\": \"20260102T000000.000Z\", \"generation_age_s\": 7, \"requests\": 3000,"
    " \"answers\": 300, \"products\": 2700, \"missing\": 300, \"fallback_products\": 990, \"dropped_replies\": 3,"
    " \"dropped_messages\": 4, \"swaps\": 2, \"refused_swaps\": 1, \"refused_configurations\": 3, \"cpu_ms\": 5000,"
    " \"resident_bytes\": 123, \"mapped_bytes\": 45, \"errors\": {\"busy\": 4, \"internal\": 1},"
    " \"short\": {\"filtered\": 20, \"no_evidence\": 40}, \"queues\": {\"workers\": 6, \"disk\": 0},"
    " \"events\": {\"stored\": 25}, \"state\": {\"bytes\": 20, \"bytes_most\": 100, \"failures\": 1},"
    " \"offers\": {\"decisions\": {\"offer\": 11, \"shows\": 4}, \"codes\": {\"redeemed\": 5}},"
    " \"methods\": {\"related\": {\"requests\": 2400, \"buckets\": [[1000, 10], [2000, 98], [3000, 51], [9000, 1]]},"
    "               \"health\": {\"requests\": 200, \"buckets\": [[500, 200]]},"
    "               \"event\": {\"requests\": 400, \"buckets\": [[70000, 400]]}, \"page\": {\"requests\": 0}}}";

static void differences_over_the_time_between(void **state)
{
    const ss_server_figures figures = figures_of(before_text, now_text);
    (void)state;
    assert_string_equal(figures.generation, "20260102T000000.000Z");
    assert_near(figures.age, 7);
    assert_near(figures.uptime, 12);
    assert_near(figures.seconds, 2);
    assert_near(figures.requests, 1000);
    assert_near(figures.faults, 2);
    assert_near(figures.dropped, 3);
    assert_near(figures.events, 10);
    assert_near(figures.decisions, 6);
    assert_near(figures.offers, 5);
    assert_near(figures.codes, 1);
    assert_true(figures.has_products);
    assert_near(figures.fill, 0.9);
    assert_near(figures.fallback, 0.5);
    assert_near(figures.short_share, 0.25);
    assert_near(figures.swaps, 2);
    assert_near(figures.refused, 4);
    assert_near(figures.cores, 0.5);
    assert_near(figures.resident, 123);
    assert_near(figures.mapped, 45);
    assert_true(figures.has_state && !figures.failing);
    assert_near(figures.state_bytes, 20);
    assert_int_equal(figures.queue_count, 2);
    assert_string_equal(figures.queues[0].name, "workers");
    assert_near(figures.queues[0].depth, 6);
}

static void latencies_are_those_of_the_time_between(void **state)
{
    const ss_server_figures figures = figures_of(before_text, now_text);
    (void)state;
    assert_int_equal(figures.method_count, 3); /* the page was never asked for */
    const ss_method_figures *related = &figures.methods[0], *health = &figures.methods[1], *event = &figures.methods[2];
    assert_string_equal(related->name, "related");
    assert_near(related->rate, 800);
    assert_near(related->total, 2400);
    assert_near(related->latency.p50, 2); /* 98 of 2 us, one of 3, one of 9 */
    assert_near(related->latency.p99, 3);
    assert_near(related->latency.p999, 9);
    assert_near(health->rate, 0);
    assert_near(health->latency.p99, 0);
    assert_near(event->latency.p50, 70);
}

/* 1600 of related, of which a sixteenth is timed, and 400 events, of which each is. */
static void over_all_methods_each_request_counts_once(void **state)
{
    const ss_server_figures figures = figures_of(before_text, now_text);
    (void)state;
    assert_near(figures.latency.p50, 2);
    assert_near(figures.latency.p99, 70);
}

static void a_server_that_started_anew_is_read_from_its_start(void **state)
{
    static const char anew[] =
        "{\"uptime_ms\": 500, \"requests\": 2000, \"methods\": {\"related\": {\"requests\": 2000,"
        " \"buckets\": [[1000, 5]]}}}";
    const ss_server_figures figures = figures_of(before_text, anew), alone = figures_of(NULL, anew);
    (void)state;
    assert_near(figures.seconds, 0.5);
    assert_near(figures.requests, 4000);
    assert_near(figures.methods[0].rate, 4000);
    assert_near(figures.methods[0].latency.p50, 1);
    assert_memory_equal(&figures, &alone, sizeof figures);
    assert_false(figures.has_products || figures.has_state);
}

static void nonsense_counts_as_nothing(void **state)
{
    static const char *const texts[] = {"{}", "[]",
                                        "{\"methods\": 5, \"queues\": [], \"errors\": \"x\", \"uptime_ms\": \"long\"}",
                                        "{\"uptime_ms\": 1000, \"methods\": {\"related\": {\"requests\": 1, "
                                        "\"buckets\": [1, [], [2], [\"a\", 3], {}]}}}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++) {
            const ss_server_figures figures = figures_of(texts[i], texts[j]);
            assert_true(figures.requests == 0 && figures.fill == 0);
        }
}

/* More methods, queues, longer names and more different buckets than there is room for. */
static void what_is_too_much_is_left_out(void **state)
{
    char name[SS_FIGURES_NAME_MAX * 3];
    json_t *now = json_object(), *methods = json_object(), *queues = json_object();
    (void)state;
    memset(name, 'm', sizeof name);
    for (unsigned i = 0; i < 200; i++) {
        json_t *buckets = json_array();
        for (unsigned j = 0; j < 30; j++)
            json_array_append_new(buckets, json_pack("[i, i]", i + 200 * j, 1));
        snprintf(name + sizeof name - 10, 10, "%u", i);
        json_object_set_new(methods, name, json_pack("{s:i, s:o}", "requests", 30, "buckets", buckets));
        json_object_set_new(queues, name, json_integer(i));
    }
    json_object_set_new(now, "methods", methods);
    json_object_set_new(now, "queues", queues);
    ss_server_figures figures;
    ss_server_figures_take(NULL, now, &figures);
    assert_int_equal(figures.method_count, SS_FIGURES_METHODS);
    assert_int_equal(figures.queue_count, SS_FIGURES_QUEUES);
    assert_int_equal(strlen(figures.methods[0].name), SS_FIGURES_NAME_MAX - 1);
    json_decref(now);
}

static void machines_read_the_same(void **state)
{
    const ss_server_figures figures = figures_of(before_text, now_text),
                            without = figures_of(NULL, "{\"uptime_ms\": 1}");
    json_t *json = ss_server_figures_json(&figures), *other = ss_server_figures_json(&without);
    (void)state;
    assert_near(json_number_value(json_object_get(json, "requests_per_second")), 1000);
    assert_near(json_number_value(json_object_get(json, "fill_rate")), 0.9);
    json_t *related = json_object_get(json_object_get(json, "methods"), "related");
    assert_near(json_number_value(json_object_get(related, "p999_us")), 9);
    assert_near(json_number_value(json_object_get(related, "requests")), 2400);
    assert_near(json_number_value(json_object_get(json_object_get(json, "queues"), "workers")), 6);
    assert_true(json_is_null(json_object_get(other, "fill_rate")));
    assert_true(json_is_null(json_object_get(other, "state_bytes")));
    json_decref(json);
    json_decref(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_over_the_time_between),
        cmocka_unit_test(latencies_are_those_of_the_time_between),
        cmocka_unit_test(over_all_methods_each_request_counts_once),
        cmocka_unit_test(a_server_that_started_anew_is_read_from_its_start),
        cmocka_unit_test(nonsense_counts_as_nothing),
        cmocka_unit_test(what_is_too_much_is_left_out),
        cmocka_unit_test(machines_read_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

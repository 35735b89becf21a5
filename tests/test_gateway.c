/* gateway.h: its settings, and what it tells about itself and its servers over all its threads. */
#include "fakes.h"
#include "http/fitness.h"
#include "http/gateway.h"
#include "http/gateway_report.h"
#include "http/gateway_sites.h"

/* Options at their defaults, with these endpoints. */
static ss_gateway_options options_of(const char *const *endpoints, size_t count)
{
    ss_gateway_options options = {0};
    ss_option_group group = {NULL, NULL, ss_gateway_option_table, &options};
    ss_options_defaults(&group, 1);
    for (size_t i = 0; i < count; i++)
        options.endpoints.text[i] = endpoints[i];
    options.endpoints.count = count;
    return options;
}

static ss_status open_gateway(const ss_gateway_options *options, ss_gateway **gateway, ss_error *error)
{
    const ss_gateway_setting setting = {.options = options, .threads = 2, .under_way = 64, .seed = 1};
    return ss_gateway_new(&setting, gateway, error);
}

static void expect_refused(const ss_gateway_options *options, const char *field)
{
    ss_gateway *gateway = NULL;
    ss_error error;
    ss_status status = open_gateway(options, &gateway, &error);
    assert_true(status == SS_E_ARGUMENT || status == SS_E_RANGE);
    assert_null(gateway);
    assert_string_equal(error.field, field);
}

static void wrong_settings_are_refused(void **state)
{
    (void)state;
    static const char *const twice[] = {"tcp://a:1", "tcp://b:1", "tcp://a:1"}, *const none[] = {"a:1"};
    const char *many[SS_HOMES_MAX + 1];
    char names[SS_HOMES_MAX + 1][32];
    ss_gateway_options options = options_of(twice, 0);
    expect_refused(&options, "connect");
    options = options_of(twice, 3);
    expect_refused(&options, "connect");
    options = options_of(none, 1);
    expect_refused(&options, "connect");
    for (unsigned i = 0; i <= SS_HOMES_MAX; i++) {
        snprintf(names[i], sizeof names[i], "tcp://s%u:1", i);
        many[i] = names[i];
    }
    options = options_of(many, SS_HOMES_MAX + 1);
    expect_refused(&options, "connect");
    options = options_of(many, 2);
    options.second_try_ms = options.read_ms + 1;
    expect_refused(&options, "second-try");
    options = options_of(many, 2);
    options.probe_ms = options.probe_most_ms + 1;
    expect_refused(&options, "probe");
    options = options_of(many, 2);
    options.eject_after = 0;
    expect_refused(&options, "");
}

/* ---- what it tells ---- */

/* The value behind a name in MessagePack, however deep; the first one. */
static ss_wire_token value_of(const ss_buffer *reply, const char *name)
{
    ss_wire_reader reader = {(const uint8_t *)reply->data, (const uint8_t *)reply->data + reply->size};
    ss_wire_token token, value = {0};
    assert_true(ss_wire_check(reply->data, reply->size, reply->size, 16));
    while (reader.at < reader.end && ss_wire_next(&reader, &token))
        if (token.kind == SS_WIRE_TEXT && token.size == strlen(name) && memcmp(token.bytes, name, token.size) == 0) {
            assert_true(ss_wire_next(&reader, &value));
            return value;
        }
    fail_msg("no %s", name);
    return value;
}

static void expect_text(const ss_buffer *reply, const char *name, const char *wanted)
{
    ss_wire_token value = value_of(reply, name);
    assert_slice_equal(((ss_slice){value.bytes, value.size}), wanted);
}

static void threads_are_told_of_together(void **state)
{
    (void)state;
    static const char *const endpoints[] = {"tcp://a:1", "ipc:///tmp/\"b\\\n.ipc"};
    static const char generations[2][SS_GENERATION_NAME_MAX] = {"20260101T000000.000Z", ""};
    static ss_gateway_counts counts[2];
    ss_gateway_view view = {endpoints, 2, counts, 2, generations, 1234};
    ss_buffer out;
    ss_buffer_init(&out, 1u << 20);
    for (unsigned i = 0; i < 2; i++) {
        counts[i].requests = 10 + i;
        counts[i].stats.requests[SS_METHOD_PAGE] = 3;
        counts[i].stats.products = 6;
        counts[i].stats.missing = 2;
        counts[i].servers[0].asked = 3;
        counts[i].servers[0].state = i == 0 ? SS_FITNESS_EJECTED : SS_FITNESS_RETURNING;
        counts[i].servers[1].state = SS_FITNESS_EJECTED;
    }
    assert_int_equal(ss_gateway_view_fit(&view), 1);
    assert_status(ss_gateway_reply_health(&view, &out), SS_OK);
    expect_text(&out, "status", "degraded");
    expect_text(&out, "generation", "20260101T000000.000Z");
    expect_text(&out, "state", "returning");
    assert_int_equal(value_of(&out, "servers").number, 2);
    assert_status(ss_gateway_reply_stats(&view, false, &out), SS_OK);
    assert_int_equal(value_of(&out, "requests").number, 6); /* that were answered */
    assert_int_equal(value_of(&out, "products").number, 12);
    assert_true(value_of(&out, "fill_rate").real == 0.75);
    assert_int_equal(value_of(&out, "asked").number, 6);
    assert_int_equal(value_of(&out, "uptime_ms").number, 1234);
    ss_buffer_clear(&out);
    assert_status(ss_gateway_write_metrics(&view, &out), SS_OK);
    assert_non_null(strstr(out.data, "\nsmartshelf_gateway_requests_total 21\n"));
    assert_non_null(strstr(out.data, "\nsmartshelf_gateway_server_up{endpoint=\"tcp://a:1\"} 1\n"));
    assert_non_null(strstr(out.data, "\nsmartshelf_gateway_server_up{endpoint=\"ipc:///tmp/\\\"b\\\\\\n.ipc\"} 0\n"));
    assert_non_null(strstr(out.data, "\nsmartshelf_gateway_server_asked_total{endpoint=\"tcp://a:1\"} 6\n"));
    counts[1].servers[0].state = SS_FITNESS_EJECTED;
    assert_status(ss_gateway_reply_health(&view, &out), SS_OK);
    expect_text(&out, "status", "down");
    ss_buffer_release(&out);
}

/* ---- the whole ---- */

static void expect_site(const ss_http_site *site, unsigned status, const char *text)
{
    ss_buffer buffer;
    ss_buffer_init(&buffer, 1u << 20);
    ss_http_request request = {.verb = SS_HTTP_GET, .path = ss_slice_of(site->prefix)};
    ss_http_reply reply = {.status = 200, .buffer = &buffer};
    site->answer(site->context, &request, &reply);
    assert_int_equal(reply.status, status);
    assert_true(reply.no_store && reply.body.size >= strlen(text));
    assert_non_null(memmem(reply.body.data, reply.body.size, text, strlen(text)));
    ss_buffer_release(&buffer);
}

static void it_answers_and_tells_who_did(void **state)
{
    (void)state;
    static fake one;
    static fake_port port;
    ss_gateway *gateway = NULL;
    ss_error error;
    atomic_bool draining = false;
    ss_http_site sites[SS_SITES_GATEWAY];
    fake_start(&one, 0, FAKE_WELL);
    const char *endpoints[] = {one.endpoint, "ipc:///nonexistent/smartshelf.ipc"};
    ss_gateway_options options = options_of(endpoints, 2);
    options.read_ms = 9000;
    expect_ok(open_gateway(&options, &gateway, &error), &error);
    expect_ok(ss_gateway_backend(gateway, 1, &port.backend, &error), &error);
    const ss_gateway_seen seen = {gateway, &draining};
    assert_int_equal(ss_sites_gateway(&seen, sites), 2);
    expect_site(&sites[0], 503, "no server answers");
    assert_true(sites[1].secret);
    port.answers = calloc(16, sizeof *port.answers);
    for (unsigned i = 0; i < 5; i++)
        fake_port_ask(&port, SS_METHOD_PAGE, NULL, NULL, 0);
    fake_port_wait_all(&port);
    for (unsigned i = 0; i < 5; i++)
        assert_true(port.answers[i].count == 1 && port.answers[i].code == 0);
    fake_port_ask(&port, SS_METHOD_HEALTH, NULL, NULL, 0);
    assert_int_equal(port.answered, 6);
    assert_true(ss_gateway_is_well(gateway));
    expect_site(&sites[0], 200, "ok");
    expect_site(&sites[1], 200, "smartshelf_gateway_requests_total 6\n");
    draining = true;
    expect_site(&sites[0], 503, "stopping");
    port.backend.free(port.backend.self);
    ss_gateway_free(&gateway);
    ss_gateway_free(&gateway);
    free(port.answers);
    fake_stop(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_settings_are_refused),
        cmocka_unit_test(threads_are_told_of_together),
        cmocka_unit_test(it_answers_and_tells_who_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

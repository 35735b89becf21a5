/* test_metrics_port.c: where the metrics' port may be, and that it opens and closes. test_metrics_port.py speaks with it. */
#include "check.h"

#include "server/metrics_port.h"
#include "server/metrics_text.h"
#include <arpa/inet.h>
#include <string.h>

static void addresses(void **state)
{
    static const struct {
        const char *text;
        bool good, public;
    } rows[] = {
        {"127.0.0.1:9464", true, false},
        {"127.9.9.9:0", true, false},
        {"[::1]:9464", true, false},
        {"0.0.0.0:9464", true, true},
        {"*:9464", true, true},
        {"10.1.2.3:65535", true, true},
        {"[::]:1", true, true},
        {"", false, false},
        {":", false, false},
        {":9464", false, false},
        {"127.0.0.1", false, false},
        {"127.0.0.1:", false, false},
        {"127.0.0.1:x", false, false},
        {"127.0.0.1:65536", false, false},
        {"127.0.0.1:-1", false, false},
        {"::1:9464", false, false},
        {"[]:9464", false, false},
        {"[::1:9464", false, false},
        {"256.0.0.1:1", false, false},
        {"tcp://127.0.0.1:1", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ss_address address;
        ss_error error = {0};
        ss_status status = ss_address_read(rows[i].text, "metrics", &address, &error);
        assert_int_equal(status, rows[i].good ? SS_OK : SS_E_ARGUMENT);
        if (rows[i].good)
            assert_int_equal(address.public, rows[i].public);
    }
}

static void long_hosts_are_refused(void **state)
{
    char text[400];
    ss_address address;
    ss_error error;
    (void)state;
    memset(text, 'a', 300);
    snprintf(text + 300, sizeof text - 300, ":1");
    assert_int_equal(ss_address_read(text, "metrics", &address, &error), SS_E_ARGUMENT);
}

/* Connects, sends, reads until the port closes. */
static size_t exchange(const char *address, const char *request, char *reply, size_t size)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1))};
    size_t used = 0;
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(write(fd, request, strlen(request)), (ssize_t)strlen(request));
    for (ssize_t count; used + 1 < size && (count = read(fd, reply + used, size - used - 1)) > 0;)
        used += (size_t)count;
    reply[used] = '\0';
    close(fd);
    return used;
}

static void it_answers_until_it_is_closed(void **state)
{
    static char reply[SS_METRICS_TEXT_MAX];
    static ss_stats stats;
    ss_service service;
    ss_address address, taken;
    ss_metrics_port *port = NULL, *second = NULL;
    ss_error error;
    (void)state;
    ss_service_init(&service);
    service.stats[service.stats_count++] = &stats;
    assert_int_equal(ss_address_read("127.0.0.1:0", "metrics", &address, &error), SS_OK);
    assert_int_equal(ss_metrics_port_open(&address, &service, &port, &error), SS_OK);
    exchange(ss_metrics_port_address(port), "GET /metrics HTTP/1.0\r\n\r\n", reply, sizeof reply);
    assert_non_null(strstr(reply, " 200 OK\r\n"));
    assert_non_null(strstr(reply, "\nsmartshelf_requests_total{method=\"related\"} 0\n"));
    exchange(ss_metrics_port_address(port), "GET /healthz HTTP/1.0\r\n\r\n", reply, sizeof reply);
    assert_non_null(strstr(reply, " 200 OK\r\n"));
    atomic_store(&service.draining, true);
    exchange(ss_metrics_port_address(port), "GET /healthz HTTP/1.0\r\n\r\n", reply, sizeof reply);
    assert_non_null(strstr(reply, " 503 "));
    assert_int_equal(ss_address_read(ss_metrics_port_address(port), "metrics", &taken, &error), SS_OK);
    assert_status(ss_address_try(&taken, "metrics", &error), SS_E_NETWORK);
    assert_non_null(strstr(error.message, ss_metrics_port_address(port)));
    assert_int_equal(ss_metrics_port_open(&taken, &service, &second, &error), SS_E_NETWORK);
    assert_non_null(strstr(error.message, ss_metrics_port_address(port))); /* which one is taken */
    assert_non_null(strstr(error.message, "port 0"));
    assert_null(second);
    ss_metrics_port_close(&port);
    assert_null(port);
    expect_ok(ss_address_try(&taken, "metrics", &error), &error); /* which takes nothing: */
    assert_int_equal(ss_metrics_port_open(&taken, &service, &second, &error), SS_OK);
    ss_metrics_port_close(&second);
    ss_metrics_port_close(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(long_hosts_are_refused),
        cmocka_unit_test(it_answers_until_it_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

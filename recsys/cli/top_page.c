#include "cli/top_page.h"

#include "base/clock.h"
#include "base/timestamp.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 512
#define NUMBER_TEXT    24

const char *ss_top_order_name(ss_top_order order)
{
    static const char *const names[SS_TOP_ORDERS] = {"requests", "latency", "name"};
    return (unsigned)order < SS_TOP_ORDERS ? names[order] : NULL;
}

/* Where lines go. */
typedef struct page {
    ss_line_sink sink;
    void *context;
} page;

static void __attribute__((format(printf, 3, 4))) put(const page *to, ss_line_style style, const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    to->sink(to->context, style, text);
}

/* ---- numbers as people read them ---- */

/* 12345.6 as "12,346", below a hundred with one digit behind the point. */
static const char *count_text(double value, char text[NUMBER_TEXT])
{
    char digits[NUMBER_TEXT];
    if (value < 100 && value != (double)(int)value) {
        snprintf(text, NUMBER_TEXT, "%.1f", value);
        return text;
    }
    size_t length = (size_t)snprintf(digits, sizeof digits, "%.0f", value < 1e15 ? value : 1e15), used = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}

/* A value in the largest unit that it has one of; each unit is so many of the one before. */
static const char *unit_text(double value, const char *const *units, const double *steps, char text[NUMBER_TEXT])
{
    size_t unit = 0;
    while (steps[unit] > 0 && value >= steps[unit])
        value /= steps[unit++];
    snprintf(text, NUMBER_TEXT, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return text;
}

static const char *bytes_text(double bytes, char text[NUMBER_TEXT])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    static const double steps[] = {1e3, 1e3, 1e3, 1e3, 0};
    return unit_text(bytes, units, steps, text);
}

static const char *span_text(double seconds, char text[NUMBER_TEXT])
{
    static const char *const units[] = {"s", "min", "h", "d"};
    static const double steps[] = {60, 60, 24, 0};
    return unit_text(seconds, units, steps, text);
}

static const char *latency_text(double microseconds, char text[NUMBER_TEXT])
{
    static const char *const units[] = {"us", "ms", "s"};
    static const double steps[] = {1e3, 1e3, 0};
    if (microseconds <= 0)
        return strcpy(text, "-");
    if (microseconds < 10) {
        snprintf(text, NUMBER_TEXT, "%.1f us", microseconds);
        return text;
    }
    return unit_text(microseconds, units, steps, text);
}

/* ---- one server ---- */

static void put_requests(const page *to, const ss_server_figures *figures)
{
    char requests[NUMBER_TEXT], p50[NUMBER_TEXT], p99[NUMBER_TEXT], p999[NUMBER_TEXT], resident[NUMBER_TEXT],
        mapped[NUMBER_TEXT];
    put(to, SS_LINE_PLAIN, "  requests  %s/s  p50 %s  p99 %s  p999 %s  cpu %.0f %%  memory %s (files %s)",
        count_text(figures->requests, requests), latency_text(figures->latency.p50, p50),
        latency_text(figures->latency.p99, p99), latency_text(figures->latency.p999, p999), 100 * figures->cores,
        bytes_text(figures->resident, resident), bytes_text(figures->mapped, mapped));
}

static void put_products(const page *to, const ss_server_figures *figures)
{
    char faults[NUMBER_TEXT], dropped[NUMBER_TEXT], shares[96] = "no lists asked for";
    bool trouble = figures->faults > 0 || figures->dropped > 0;
    if (figures->has_products)
        snprintf(shares, sizeof shares, "fill %.1f %%  fallback %.1f %%  short %.1f %%", 100 * figures->fill,
                 100 * figures->fallback, 100 * figures->short_share);
    put(to, trouble ? SS_LINE_TROUBLE : SS_LINE_PLAIN, "  products  %s  errors %s/s  dropped %s/s", shares,
        count_text(figures->faults, faults), count_text(figures->dropped, dropped));
}

static void put_queues(const page *to, const ss_server_figures *figures)
{
    char line[LINE_MAX_BYTES] = "", depth[NUMBER_TEXT];
    for (size_t i = 0, used = 0; i < figures->queue_count && used < sizeof line; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "  %s %s", figures->queues[i].name,
                                 count_text(figures->queues[i].depth, depth));
    put(to, SS_LINE_PLAIN, "  waiting %s  swaps %.0f, refused %.0f", line, figures->swaps, figures->refused);
}

static void put_state(const page *to, const ss_server_figures *figures)
{
    char events[NUMBER_TEXT], taken[NUMBER_TEXT], most[NUMBER_TEXT], decisions[NUMBER_TEXT], offers[NUMBER_TEXT],
        codes[NUMBER_TEXT];
    if (!figures->has_state)
        return;
    put(to, figures->failing ? SS_LINE_TROUBLE : SS_LINE_PLAIN, "  events    %s/s  state %s of %s%s",
        count_text(figures->events, events), bytes_text(figures->state_bytes, taken),
        bytes_text(figures->state_most, most), figures->failing ? "  CHANGES ARE NOT KEPT: see the server's log" : "");
    put(to, SS_LINE_PLAIN, "  offers    decisions %s/s  shown %s/s  codes redeemed %s/s",
        count_text(figures->decisions, decisions), count_text(figures->offers, offers),
        count_text(figures->codes, codes));
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(((const ss_method_figures *)left)->name, ((const ss_method_figures *)right)->name);
}

static int fall(double left, double right)
{
    return (left < right) - (left > right);
}

static int compare_requests(const void *left, const void *right)
{
    const ss_method_figures *one = left, *other = right;
    int order = fall(one->rate, other->rate);
    order = order ? order : fall(one->total, other->total);
    return order ? order : compare_names(left, right);
}

static int compare_latencies(const void *left, const void *right)
{
    const ss_method_figures *one = left, *other = right;
    int order = fall(one->latency.p99, other->latency.p99);
    return order ? order : compare_requests(left, right);
}

static void put_methods(const page *to, const ss_server_figures *figures, ss_top_order order)
{
    static int (*const orders[SS_TOP_ORDERS])(const void *, const void *) = {compare_requests, compare_latencies,
                                                                             compare_names};
    ss_method_figures methods[SS_FIGURES_METHODS];
    char rate[NUMBER_TEXT], p50[NUMBER_TEXT], p99[NUMBER_TEXT], p999[NUMBER_TEXT], total[NUMBER_TEXT];
    memcpy(methods, figures->methods, figures->method_count * sizeof *methods);
    qsort(methods, figures->method_count, sizeof *methods, orders[order]);
    put(to, SS_LINE_HEADING, "  %-18s%14s%10s%10s%10s%18s", "method", "requests/s", "p50", "p99", "p999",
        "since start");
    for (size_t i = 0; i < figures->method_count; i++) {
        const ss_method_figures *method = &methods[i];
        put(to, SS_LINE_PLAIN, "  %-18s%14s%10s%10s%10s%18s", method->name, count_text(method->rate, rate),
            latency_text(method->latency.p50, p50), latency_text(method->latency.p99, p99),
            latency_text(method->latency.p999, p999), count_text(method->total, total));
    }
}

static void put_gone(const page *to, const ss_watched *server)
{
    char since[NUMBER_TEXT];
    if (server->state == SS_WATCHED_WAITING)
        put(to, SS_LINE_TITLE, "%s  waiting for its first answer", server->endpoint);
    else
        put(to, SS_LINE_TROUBLE, "%s  GONE for %s: %s", server->endpoint,
            span_text((double)(ss_clock_now() - server->since) * 1e-6, since), server->trouble);
}

static void put_server(const page *to, const ss_watched *server, ss_top_order order)
{
    char age[NUMBER_TEXT], uptime[NUMBER_TEXT];
    const ss_server_figures *figures = &server->figures;
    if (server->state != SS_WATCHED_HERE) {
        put_gone(to, server);
        return;
    }
    put(to, SS_LINE_TITLE, "%s  generation %s, %s old  up %s", server->endpoint, figures->generation,
        span_text(figures->age, age), span_text(figures->uptime, uptime));
    put_requests(to, figures);
    put_products(to, figures);
    put_state(to, figures);
    put_queues(to, figures);
    put_methods(to, figures, order);
}

void ss_top_page(const ss_watch *watch, ss_top_order order, ss_line_sink sink, void *context)
{
    const page to = {sink, context};
    for (size_t i = 0; i < watch->count; i++) {
        if (i > 0)
            put(&to, SS_LINE_PLAIN, "%s", "");
        put_server(&to, &watch->servers[i], order);
    }
}

/* ---- for machines ---- */

static json_t *server_json(const ss_watched *server)
{
    bool here = server->state == SS_WATCHED_HERE;
    json_t *entry = here ? ss_server_figures_json(&server->figures) : json_object();
    json_object_set_new(entry, "server", json_string(server->endpoint));
    json_object_set_new(entry, "here", json_boolean(here));
    if (!here)
        json_object_set_new(entry, "trouble", json_string(server->trouble));
    return entry;
}

json_t *ss_top_json(const ss_watch *watch)
{
    char now[SS_TIMESTAMP_TEXT];
    json_t *servers = json_array();
    ss_timestamp_format(ss_clock_now(), now);
    for (size_t i = 0; i < watch->count; i++)
        json_array_append_new(servers, server_json(&watch->servers[i]));
    return json_pack("{s:s, s:o}", "time", now, "servers", servers);
}

#include "http/gateway_report.h"

#include "http/fitness.h"
#include "server/reply.h"
#include "server/reply_writer.h"
#include "server/service.h"
#include "server/stats_reply.h"
#include <inttypes.h>

/* What stands about each server, and about all. */
typedef struct family {
    const char *name, *metric, *type, *help;
    size_t offset;
} family;

#define OF_SERVER(MEMBER) offsetof(ss_gateway_server_counts, MEMBER)
static const family server_families[] = {
    {"outstanding", "gateway_server_outstanding", "gauge", "Requests that the server may still answer.",
     OF_SERVER(outstanding)},
    {"asked", "gateway_server_asked_total", "counter", "Requests sent to the server, with those sent again.",
     OF_SERVER(asked)},
    {"answered", "gateway_server_answered_total", "counter", "Of them answered in time.", OF_SERVER(answered)},
    {"failed", "gateway_server_failed_total", "counter", "Replies that are none, or say that the server cannot.",
     OF_SERVER(failed)},
    {"late", "gateway_server_late_total", "counter", "Replies that nobody waited for any more.", OF_SERVER(late)},
    {"ejections", "gateway_server_ejections_total", "counter", "How often the server was ejected.",
     OF_SERVER(ejections)},
};

#define OF_ALL(MEMBER) offsetof(ss_gateway_counts, MEMBER)
static const family families[] = {
    {"requests", "gateway_requests_total", "counter", "Requests that came over HTTP.", OF_ALL(requests)},
    {"second_tries", "gateway_second_tries_total", "counter", "Asked another server too, for want of an answer.",
     OF_ALL(second_tries)},
    {"repeats", "gateway_repeats_total", "counter", "Sent once more to the same server.", OF_ALL(repeats)},
    {"waited", "gateway_waited_total", "counter", "Waited for the return of a server.", OF_ALL(waited)},
    {"overdue", "gateway_overdue_total", "counter", "Ended without an answer.", OF_ALL(overdue)},
    {"refused", "gateway_refused_total", "counter", "Not taken: too many were under way.", OF_ALL(refused)},
};
#define COUNT_OF(TABLE) (sizeof(TABLE) / sizeof *(TABLE))
#define FIRST_TOLD      1u /* of them in `stats`, where `requests` are those that were answered, as a server's */
#define SECOND          INT64_C(1000000)

static uint64_t sum_of(const ss_gateway_view *view, const family *of)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < view->threads; i++)
        sum += ss_counted((const ss_counter *)(const void *)((const char *)&view->counts[i] + of->offset));
    return sum;
}

static uint64_t server_sum_of(const ss_gateway_view *view, uint32_t server, const family *of)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < view->threads; i++)
        sum +=
            ss_counted((const ss_counter *)(const void *)((const char *)&view->counts[i].servers[server] + of->offset));
    return sum;
}

/* The best that a thread has it in: their values go from up to ejected. */
static ss_fitness_state state_of(const ss_gateway_view *view, uint32_t server)
{
    uint64_t best = SS_FITNESS_EJECTED;
    for (unsigned i = 0; i < view->threads; i++) {
        uint64_t state = ss_counted(&view->counts[i].servers[server].state);
        best = state < best ? state : best;
    }
    return (ss_fitness_state)best;
}

uint32_t ss_gateway_view_fit(const ss_gateway_view *view)
{
    uint32_t fit = 0;
    for (uint32_t i = 0; i < view->servers; i++)
        fit += state_of(view, i) != SS_FITNESS_EJECTED;
    return fit;
}

/* ---- replies ---- */

/* "servers" and the head of an array, or the head of a map in it. */
static ss_status begin_servers(const ss_gateway_view *view, ss_buffer *out)
{
    uint8_t *at;
    ss_status status = ss_reply_reserve(out, sizeof "servers" + 2 * SS_WIRE_NUMBER_MAX, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_array(ss_reply_put_name(at, "servers"), view->servers));
    return status;
}

static ss_status begin_server(uint32_t entries, ss_buffer *out)
{
    uint8_t *at;
    ss_status status = ss_reply_reserve(out, SS_WIRE_NUMBER_MAX, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_map(at, entries));
    return status;
}

/* endpoint, state, generation */
#define SERVER_ENTRIES 3u
static ss_status reply_server(const ss_gateway_view *view, uint32_t server, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_text(out, "endpoint", view->endpoints[server]));
    SS_TRY(ss_reply_text(out, "state", ss_fitness_state_name(state_of(view, server))));
    SS_TRY(ss_reply_text(out, "generation", view->generations[server]));
out:
    return status;
}

ss_status ss_gateway_reply_health(const ss_gateway_view *view, ss_buffer *out)
{
    ss_status status;
    uint32_t fit = ss_gateway_view_fit(view);
    SS_TRY(ss_reply_begin(0, 5, out));
    SS_TRY(ss_reply_text(out, "status", fit == view->servers ? "ok" : fit > 0 ? "degraded" : "down"));
    SS_TRY(ss_reply_text(out, "generation", view->generations[0]));
    SS_TRY(ss_reply_uint(out, "uptime_ms", (uint64_t)view->uptime_ms));
    SS_TRY(ss_reply_text(out, "version", SS_VERSION));
    SS_TRY(begin_servers(view, out));
    for (uint32_t i = 0; i < view->servers; i++) {
        SS_TRY(begin_server(SERVER_ENTRIES, out));
        SS_TRY(reply_server(view, i, out));
    }
out:
    return status;
}

/* generation, generation_age_s, uptime_ms, requests, servers */
#define STATS_ENTRIES (5u + SS_STATS_PROCESS_ENTRIES + SS_STATS_PRODUCT_ENTRIES + SS_STATS_METHOD_ENTRIES)

/* What a server tells too. */
static ss_status reply_served(const ss_gateway_view *view, bool buckets, ss_buffer *out)
{
    ss_status status;
    ss_stats sum = {0};
    for (unsigned i = 0; i < view->threads; i++)
        ss_stats_add(&sum, &view->counts[i].stats);
    SS_TRY(ss_reply_text(out, "generation", view->generations[0]));
    SS_TRY(ss_reply_uint(out, "generation_age_s", (uint64_t)(ss_service_age(view->generations[0]) / SECOND)));
    SS_TRY(ss_reply_uint(out, "uptime_ms", (uint64_t)view->uptime_ms));
    SS_TRY(ss_reply_uint(out, "requests", ss_stats_requests(&sum)));
    SS_TRY(ss_stats_reply_process(out));
    SS_TRY(ss_stats_reply_products(&sum, out));
    SS_TRY(ss_stats_reply_methods(&sum, buckets, out));
out:
    return status;
}

ss_status ss_gateway_reply_stats(const ss_gateway_view *view, bool buckets, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_begin(0, STATS_ENTRIES + COUNT_OF(families) - FIRST_TOLD, out));
    SS_TRY(reply_served(view, buckets, out));
    for (size_t i = FIRST_TOLD; i < COUNT_OF(families); i++)
        SS_TRY(ss_reply_uint(out, families[i].name, sum_of(view, &families[i])));
    SS_TRY(begin_servers(view, out));
    for (uint32_t server = 0; server < view->servers; server++) {
        SS_TRY(begin_server(SERVER_ENTRIES + COUNT_OF(server_families), out));
        SS_TRY(reply_server(view, server, out));
        for (size_t i = 0; i < COUNT_OF(server_families); i++)
            SS_TRY(ss_reply_uint(out, server_families[i].name, server_sum_of(view, server, &server_families[i])));
    }
out:
    return status;
}

/* ---- metrics ---- */

static ss_status begin_family(const char *metric, const char *type, const char *help, ss_buffer *out)
{
    return ss_buffer_printf(out, "# HELP smartshelf_%s %s\n# TYPE smartshelf_%s %s\n", metric, help, metric, type);
}

static ss_status put_server(const char *metric, const char *endpoint, uint64_t value, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_buffer_printf(out, "smartshelf_%s{endpoint=\"", metric));
    for (; *endpoint; endpoint++)
        if (*endpoint == '\n')
            SS_TRY(ss_buffer_append_text(out, "\\n"));
        else
            SS_TRY(ss_buffer_printf(out, "%s%c", *endpoint == '"' || *endpoint == '\\' ? "\\" : "", *endpoint));
    SS_TRY(ss_buffer_printf(out, "\"} %" PRIu64 "\n", value));
out:
    return status;
}

static ss_status put_server_family(const ss_gateway_view *view, const family *of, ss_buffer *out)
{
    ss_status status;
    SS_TRY(begin_family(of->metric, of->type, of->help, out));
    for (uint32_t i = 0; i < view->servers; i++)
        SS_TRY(put_server(of->metric, view->endpoints[i], server_sum_of(view, i, of), out));
out:
    return status;
}

ss_status ss_gateway_write_metrics(const ss_gateway_view *view, ss_buffer *out)
{
    ss_status status;
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        SS_TRY(begin_family(families[i].metric, families[i].type, families[i].help, out));
        SS_TRY(ss_buffer_printf(out, "smartshelf_%s %" PRIu64 "\n", families[i].metric, sum_of(view, &families[i])));
    }
    SS_TRY(begin_family("gateway_server_up", "gauge", "Is the server asked (1), or ejected (0)?", out));
    for (uint32_t i = 0; i < view->servers; i++)
        SS_TRY(put_server("gateway_server_up", view->endpoints[i], state_of(view, i) != SS_FITNESS_EJECTED, out));
    for (size_t i = 0; i < COUNT_OF(server_families); i++)
        SS_TRY(put_server_family(view, &server_families[i], out));
out:
    return status;
}

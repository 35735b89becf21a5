#include "http/gateway.h"

#include "base/clock.h"
#include "base/memory.h"
#include "client/wire.h"
#include "http/carrier.h"
#include "http/fitness.h"
#include "http/gateway_report.h"
#include "server/endpoint.h"
#include <pthread.h>
#include <stdlib.h>

#define QUEUES      2 /* of what may be under way: places in a connection */
#define MS          INT64_C(1000000)
#define PATIENCE_MS 250  /* for the answer to a probe */
#define TIME_MS_MAX 9000 /* the port waits for ten seconds */

#define AT(MEMBER) offsetof(ss_gateway_options, MEMBER)

const ss_option ss_gateway_option_table[] = {
    {"connect", SS_OPTION_TEXTS, AT(endpoints), 0, 0, NULL, NULL, "ENDPOINT",
     "A server to ask; may be given several times. The first keeps what visitors do."},
    {"visitors", SS_OPTION_CHOICE, AT(visitors), 0, 0, "keeper", "keeper|spread", NULL,
     "Who keeps what visitors do, and decides on their offers: the first server, or each server for some of them, "
     "with budgets of its own."},
    {"second-try", SS_OPTION_INT, AT(second_try_ms), 1, TIME_MS_MAX, "20", NULL, "MS",
     "Longest wait for an answer before another server is asked too. It follows what answers take."},
    {"read-timeout", SS_OPTION_INT, AT(read_ms), 1, TIME_MS_MAX, "500", NULL, "MS", "Longest wait for a shelf."},
    {"change-timeout", SS_OPTION_INT, AT(change_ms), 1, TIME_MS_MAX, "2000", NULL, "MS",
     "Longest wait for events, offers, and changes."},
    {"reload-timeout", SS_OPTION_INT, AT(reload_ms), 1, 600000, "120000", NULL, "MS",
     "Longest wait for all servers to take a new generation."},
    {"eject-after", SS_OPTION_INT, AT(eject_after), 1, 1000, "3", NULL, NULL,
     "A server is ejected after so many requests without an answer, or failures, in a row."},
    {"eject-silence", SS_OPTION_INT, AT(eject_silence_ms), 1, TIME_MS_MAX, "50", NULL, "MS",
     "But not before it has been silent for so long."},
    {"probe", SS_OPTION_INT, AT(probe_ms), 1, TIME_MS_MAX, "100", NULL, "MS",
     "First interval at which an ejected server is probed; it doubles."},
    {"probe-most", SS_OPTION_INT, AT(probe_most_ms), 1, TIME_MS_MAX, "2000", NULL, "MS", "Longest such interval."},
    {0},
};

struct ss_gateway {
    ss_gateway_setting setting;
    ss_homes homes;
    void *zmq_context;
    int64_t started; /* ss_clock_monotonic() */
    ss_upstream_options upstreams[SS_HOMES_MAX];
    ss_gateway_counts *counts; /* of each thread */
    pthread_mutex_t naming;    /* of what follows */
    char generations[SS_HOMES_MAX][SS_GENERATION_NAME_MAX];
};

/* ---- the settings ---- */

static ss_status wrong(const char *option, const char *message, ss_error *error)
{
    ss_error_set(error, SS_E_ARGUMENT, "%s", message);
    ss_error_field(error, option);
    return SS_E_ARGUMENT;
}

static ss_status check_endpoints(const ss_texts *endpoints, ss_error *error)
{
    if (endpoints->count == 0)
        return wrong("connect", "name at least one server", error);
    if (endpoints->count > SS_HOMES_MAX)
        return wrong("connect", "at most 32 servers can be named", error);
    for (size_t i = 0; i < endpoints->count; i++) {
        ss_status status = ss_endpoint_check(endpoints->text[i], error);
        if (status != SS_OK) {
            ss_error_field(error, "connect");
            return status;
        }
        for (size_t other = 0; other < i; other++)
            if (strcmp(endpoints->text[i], endpoints->text[other]) == 0)
                return wrong("connect", "a server is named twice", error);
    }
    return SS_OK;
}

static ss_status check(const ss_gateway_options *options, ss_error *error)
{
    ss_status status = ss_options_check(ss_gateway_option_table, options, error);
    if (status == SS_OK)
        status = check_endpoints(&options->endpoints, error);
    if (status == SS_OK && options->second_try_ms > options->read_ms)
        return wrong("second-try", "must not be longer than --read-timeout", error);
    if (status == SS_OK && options->probe_ms > options->probe_most_ms)
        return wrong("probe", "must not be longer than --probe-most", error);
    return status;
}

static void set_upstreams(ss_gateway *gateway)
{
    const ss_gateway_setting *setting = &gateway->setting;
    for (size_t i = 0; i < setting->options->endpoints.count; i++) {
        ss_upstream_options *upstream = &gateway->upstreams[i];
        *upstream = (ss_upstream_options){.endpoint = setting->options->endpoints.text[i],
                                          .queue = QUEUES * (int)setting->under_way};
        if (!setting->own)
            continue;
        upstream->server_key = setting->servers[i].public_key;
        upstream->public_key = setting->own->public_key;
        upstream->secret_key = setting->own->secret_key;
    }
}

ss_status ss_gateway_new(const ss_gateway_setting *setting, ss_gateway **gateway, ss_error *error)
{
    ss_status status = check(setting->options, error);
    if (status != SS_OK)
        return status;
    ss_gateway *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->setting = *setting;
    new->started = ss_clock_monotonic();
    pthread_mutex_init(&new->naming, NULL);
    ss_homes_init(&new->homes, setting->options->endpoints.text, setting->options->endpoints.count,
                  setting->options->visitors != 0);
    set_upstreams(new);
    new->counts = ss_array_zeroed(setting->threads, sizeof *new->counts);
    new->zmq_context = zmq_ctx_new();
    if (!new->counts || !new->zmq_context) {
        ss_gateway_free(&new);
        return ss_error_nomem(error);
    }
    for (unsigned thread = 0; thread < setting->threads; thread++)
        for (unsigned server = 0; server < SS_HOMES_MAX; server++) /* until a thread knows better */
            ss_count_set(&new->counts[thread].servers[server].state, SS_FITNESS_EJECTED);
    *gateway = new;
    return SS_OK;
}

void ss_gateway_free(ss_gateway **gateway)
{
    ss_gateway *old = *gateway;
    *gateway = NULL;
    if (!old)
        return;
    if (old->zmq_context)
        zmq_ctx_term(old->zmq_context);
    pthread_mutex_destroy(&old->naming);
    free(old->counts);
    free(old);
}

/* ---- what is told of it ---- */

/* `names` holds what the view points to. */
static ss_gateway_view view_of(const ss_gateway *gateway, char names[SS_HOMES_MAX][SS_GENERATION_NAME_MAX])
{
    pthread_mutex_t *naming = (pthread_mutex_t *)(uintptr_t)&gateway->naming;
    pthread_mutex_lock(naming);
    memcpy(names, gateway->generations, sizeof gateway->generations);
    pthread_mutex_unlock(naming);
    return (ss_gateway_view){.endpoints = gateway->setting.options->endpoints.text,
                             .servers = gateway->homes.count,
                             .counts = gateway->counts,
                             .threads = gateway->setting.threads,
                             .generations = (const char(*)[SS_GENERATION_NAME_MAX])names,
                             .uptime_ms = (ss_clock_monotonic() - gateway->started) / MS};
}

const ss_counter *ss_gateway_rounds(const ss_gateway *gateway, unsigned thread)
{
    return &gateway->counts[thread].rounds;
}

bool ss_gateway_is_well(const ss_gateway *gateway)
{
    char names[SS_HOMES_MAX][SS_GENERATION_NAME_MAX];
    ss_gateway_view view = view_of(gateway, names);
    return ss_gateway_view_fit(&view) > 0;
}

ss_status ss_gateway_metrics(const ss_gateway *gateway, ss_buffer *out)
{
    char names[SS_HOMES_MAX][SS_GENERATION_NAME_MAX];
    ss_gateway_view view = view_of(gateway, names);
    return ss_gateway_write_metrics(&view, out);
}

/* Does `stats` ask for all latencies? Other params change nothing. */
static bool wants_buckets(ss_slice params)
{
    ss_wire_reader reader = {(const uint8_t *)params.data, (const uint8_t *)params.data + params.size};
    ss_wire_token token, value;
    if (!ss_wire_next(&reader, &token) || token.kind != SS_WIRE_MAP)
        return false;
    for (uint64_t left = token.number; left > 0 && ss_wire_next(&reader, &token); left--) {
        ss_wire_reader at = reader;
        if (ss_slice_equal((ss_slice){token.bytes, token.size}, SS_SLICE_LITERAL("buckets")))
            return ss_wire_next(&at, &value) && value.kind == SS_WIRE_BOOL && value.number;
        if (!ss_wire_skip(&reader, SS_MESSAGE_MAX))
            return false;
    }
    return false;
}

static ss_status own(void *context, const ss_backend_request *request, ss_buffer *out)
{
    char names[SS_HOMES_MAX][SS_GENERATION_NAME_MAX];
    ss_gateway_view view = view_of(context, names);
    return request->method == SS_METHOD_HEALTH ? ss_gateway_reply_health(&view, out)
                                               : ss_gateway_reply_stats(&view, wants_buckets(request->params), out);
}

static void serves(void *context, uint32_t server, ss_slice generation)
{
    ss_gateway *gateway = context;
    if (generation.size >= SS_GENERATION_NAME_MAX)
        return;
    pthread_mutex_lock(&gateway->naming);
    memcpy(gateway->generations[server], generation.data, generation.size);
    gateway->generations[server][generation.size] = '\0';
    pthread_mutex_unlock(&gateway->naming);
}

/* ---- its threads ---- */

ss_status ss_gateway_backend(void *gateway, unsigned thread, ss_backend *backend, ss_error *error)
{
    ss_gateway *self = gateway;
    const ss_gateway_options *options = self->setting.options;
    ss_carrier_setting setting = {
        .zmq_context = self->zmq_context,
        .upstreams = self->upstreams,
        .endpoints = options->endpoints.text,
        .homes = &self->homes,
        .logger = self->setting.logger,
        .rules = {.silent = options->eject_silence_ms * MS,
                  .eject_after = (unsigned)options->eject_after,
                  .probe = options->probe_ms * MS,
                  .probe_most = options->probe_most_ms * MS,
                  .probe_patience = PATIENCE_MS * MS},
        .second_try = options->second_try_ms * MS,
        .read = options->read_ms * MS,
        .change = options->change_ms * MS,
        .reload = options->reload_ms * MS,
        .most = self->setting.under_way,
        .seed = ss_random_mix(self->setting.seed + thread),
        .counts = &self->counts[thread],
        .own = own,
        .serves = serves,
        .context = self,
    };
    return ss_carrier_open(&setting, backend, error);
}

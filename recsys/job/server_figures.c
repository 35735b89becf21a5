#include "job/server_figures.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BUCKETS_MAX 512u /* most different ones over all methods */

/* ---- reading ---- */

/* The number at "state.bytes" or the like. */
static double number_at(const json_t *reading, const char *path)
{
    for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        char name[SS_FIGURES_NAME_MAX];
        snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
        reading = json_object_get(reading, name);
    }
    return json_number_value(json_object_get(reading, path));
}

/* Of all entries of a map. */
static double sum_of(const json_t *map)
{
    const char *name;
    json_t *value;
    double sum = 0;
    json_object_foreach((json_t *)(uintptr_t)map, name, value) sum += json_number_value(value);
    return sum;
}

/* Two readings, and the seconds between them. */
typedef struct span {
    const json_t *before, *now; /* before: NULL: the server's start */
    double seconds;
} span;

static span span_of(const json_t *before, const json_t *now)
{
    double end = number_at(now, "uptime_ms"), begin = before ? number_at(before, "uptime_ms") : 0;
    span of = {end > begin ? before : NULL, now, 1e-3 * (end > begin ? end - begin : end)};
    return of;
}

/* By how much a counter has grown. One that fell was somebody else's. */
static double growth(double before, double now)
{
    return now > before ? now - before : 0;
}

static double grown(const span *of, const char *path)
{
    return growth(of->before ? number_at(of->before, path) : 0, number_at(of->now, path));
}

static double grown_sum(const span *of, const char *map)
{
    return growth(sum_of(json_object_get(of->before, map)), sum_of(json_object_get(of->now, map)));
}

static double a_second(const span *of, double count)
{
    return of->seconds > 0 ? count / of->seconds : 0;
}

static double share(double part, double all)
{
    return all > 0 ? part / all : 0;
}

/* ---- latencies ---- */

typedef struct bucket {
    double end, count; /* nanoseconds; requests */
} bucket;

typedef struct histogram {
    bucket buckets[BUCKETS_MAX]; /* rising */
    size_t count;
    double total;
} histogram;

/* In its place. */
static void add_bucket(histogram *to, double end, double count)
{
    size_t at = to->count;
    while (at > 0 && to->buckets[at - 1].end >= end)
        at--;
    bool there = at < to->count && to->buckets[at].end <= end;
    if (!there && to->count == BUCKETS_MAX)
        return;
    if (!there) {
        memmove(&to->buckets[at + 1], &to->buckets[at], (to->count++ - at) * sizeof *to->buckets);
        to->buckets[at] = (bucket){end, 0};
    }
    to->buckets[at].count += count;
    to->total += count;
}

/* [[nanoseconds, requests], …] */
static void add_buckets(histogram *to, const json_t *pairs, double weight)
{
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        add_bucket(to, json_number_value(json_array_get(pair, 0)), weight * json_number_value(json_array_get(pair, 1)));
    }
}

/* The end of the bucket that holds the one on that place, in microseconds. */
static double percentile(const histogram *of, double part)
{
    double seen = 0;
    for (size_t i = 0; i < of->count && of->total > 0; i++) {
        seen += of->buckets[i].count;
        if (of->buckets[i].count > 0 && seen >= part * of->total)
            return of->buckets[i].end * 1e-3;
    }
    return 0;
}

static ss_latency_figures latency_of(const histogram *of)
{
    return (ss_latency_figures){percentile(of, 0.5), percentile(of, 0.99), percentile(of, 0.999)};
}

/* As if all `requests` had been timed that `of` has a part of: of some methods each is, of others one in sixteen. */
static void add_weighted(histogram *to, const histogram *of, double requests)
{
    for (size_t i = 0; i < of->count; i++)
        add_bucket(to, of->buckets[i].end, of->buckets[i].count * share(requests, of->total));
}

/* ---- methods and queues ---- */

static void take_method(const span *of, const char *name, const json_t *now, histogram *all, ss_method_figures *figures)
{
    histogram own = {.count = 0};
    const json_t *before = json_object_get(json_object_get(of->before, "methods"), name);
    *figures = (ss_method_figures){.total = number_at(now, "requests")};
    snprintf(figures->name, sizeof figures->name, "%s", name);
    figures->rate = a_second(of, growth(number_at(before, "requests"), figures->total));
    add_buckets(&own, json_object_get(now, "buckets"), 1);
    add_buckets(&own, json_object_get(before, "buckets"), -1);
    figures->latency = latency_of(&own);
    add_weighted(all, &own, growth(number_at(before, "requests"), figures->total));
}

static void take_methods(const span *of, ss_server_figures *figures)
{
    histogram all = {.count = 0};
    const char *name;
    json_t *method;
    json_object_foreach(json_object_get(of->now, "methods"), name, method)
    {
        if (number_at(method, "requests") > 0 && figures->method_count < SS_FIGURES_METHODS)
            take_method(of, name, method, &all, &figures->methods[figures->method_count++]);
    }
    figures->latency = latency_of(&all);
}

static void take_queues(const json_t *queues, ss_server_figures *figures)
{
    const char *name;
    json_t *depth;
    json_object_foreach((json_t *)(uintptr_t)queues, name, depth)
    {
        if (figures->queue_count == SS_FIGURES_QUEUES)
            return;
        ss_queue_figures *queue = &figures->queues[figures->queue_count++];
        snprintf(queue->name, sizeof queue->name, "%s", name);
        queue->depth = json_number_value(depth);
    }
}

/* ---- all of it ---- */

static void take_products(const span *of, ss_server_figures *figures)
{
    double products = grown(of, "products"), missing = grown(of, "missing"), answers = grown(of, "answers");
    figures->has_products = answers > 0;
    figures->fill = share(products, products + missing);
    figures->fallback = share(grown(of, "fallback_products"), products);
    figures->short_share = share(grown_sum(of, "short"), answers);
}

static void take_rates(const span *of, ss_server_figures *figures)
{
    figures->requests = a_second(of, grown(of, "requests"));
    figures->faults = a_second(of, grown_sum(of, "errors"));
    figures->dropped = a_second(of, grown(of, "dropped_messages") + grown(of, "dropped_replies"));
    figures->events = a_second(of, grown(of, "events.stored"));
    figures->offers = a_second(of, grown(of, "offers.decisions.offer"));
    figures->codes = a_second(of, grown(of, "offers.codes.redeemed"));
    figures->decisions =
        a_second(of, growth(sum_of(json_object_get(json_object_get(of->before, "offers"), "decisions")),
                            sum_of(json_object_get(json_object_get(of->now, "offers"), "decisions"))));
    figures->cores = a_second(of, grown(of, "cpu_ms") * 1e-3);
}

void ss_server_figures_take(const json_t *before, const json_t *now, ss_server_figures *figures)
{
    const span of = span_of(before, now);
    const char *generation = json_string_value(json_object_get(now, "generation"));
    *figures = (ss_server_figures){
        .age = number_at(now, "generation_age_s"),
        .uptime = number_at(now, "uptime_ms") * 1e-3,
        .seconds = of.seconds,
        .swaps = number_at(now, "swaps"),
        .refused = number_at(now, "refused_swaps") + number_at(now, "refused_configurations"),
        .resident = number_at(now, "resident_bytes"),
        .mapped = number_at(now, "mapped_bytes"),
        .has_state = json_is_object(json_object_get(now, "state")),
        .state_bytes = number_at(now, "state.bytes"),
        .state_most = number_at(now, "state.bytes_most"),
        .failing = grown(&of, "state.failures") > 0,
    };
    snprintf(figures->generation, sizeof figures->generation, "%s", generation ? generation : "");
    take_products(&of, figures);
    take_rates(&of, figures);
    take_methods(&of, figures);
    take_queues(json_object_get(now, "queues"), figures);
}

/* ---- for machines ---- */

static json_t *latency_json(const ss_latency_figures *latency)
{
    return json_pack("{s:f, s:f, s:f}", "p50_us", latency->p50, "p99_us", latency->p99, "p999_us", latency->p999);
}

static json_t *methods_json(const ss_server_figures *figures)
{
    json_t *methods = json_object();
    for (size_t i = 0; i < figures->method_count; i++) {
        const ss_method_figures *method = &figures->methods[i];
        json_t *entry = latency_json(&method->latency);
        json_object_set_new(entry, "requests_per_second", json_real(method->rate));
        json_object_set_new(entry, "requests", json_real(method->total));
        json_object_set_new(methods, method->name, entry);
    }
    return methods;
}

static json_t *queues_json(const ss_server_figures *figures)
{
    json_t *queues = json_object();
    for (size_t i = 0; i < figures->queue_count; i++)
        json_object_set_new(queues, figures->queues[i].name, json_real(figures->queues[i].depth));
    return queues;
}

json_t *ss_server_figures_json(const ss_server_figures *figures)
{
    const struct {
        const char *name;
        double value;
        bool given;
    } rows[] = {
        {"generation_age_s", figures->age, true},
        {"uptime_s", figures->uptime, true},
        {"seconds", figures->seconds, true},
        {"requests_per_second", figures->requests, true},
        {"faults_per_second", figures->faults, true},
        {"dropped_per_second", figures->dropped, true},
        {"fill_rate", figures->fill, figures->has_products},
        {"fallback_share", figures->fallback, figures->has_products},
        {"short_share", figures->short_share, figures->has_products},
        {"events_per_second", figures->events, figures->has_state},
        {"decisions_per_second", figures->decisions, figures->has_state},
        {"offers_per_second", figures->offers, figures->has_state},
        {"codes_per_second", figures->codes, figures->has_state},
        {"state_bytes", figures->state_bytes, figures->has_state},
        {"state_bytes_most", figures->state_most, figures->has_state},
        {"swaps", figures->swaps, true},
        {"refused", figures->refused, true},
        {"cores", figures->cores, true},
        {"resident_bytes", figures->resident, true},
        {"mapped_bytes", figures->mapped, true},
    };
    json_t *out =
        json_pack("{s:s, s:o, s:o, s:o}", "generation", figures->generation, "latency", latency_json(&figures->latency),
                  "queues", queues_json(figures), "methods", methods_json(figures));
    for (size_t i = 0; i < sizeof rows / sizeof *rows && out; i++)
        json_object_set_new(out, rows[i].name, rows[i].given ? json_real(rows[i].value) : json_null());
    return out;
}

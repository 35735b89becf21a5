#include "server/metrics_text.h"

#include "server/process.h"
#include <inttypes.h>
#include <stdio.h>

/* Bounds of latencies: the ends of these buckets, 2^10 - 1 to 2^33 - 1 nanoseconds. */
#define FIRST_BOUND (SS_LATENCY_PER_DOUBLING * (10u - 2u) - 1u)
#define LAST_BOUND  (SS_LATENCY_PER_DOUBLING * (33u - 2u) - 1u)

/* ---- the form ---- */

/* What is written, and whether it could be. */
typedef struct page {
    ss_buffer *out;
    ss_status status;
} page;

#define PRINT(PAGE, ...)                                                                                               \
    ((PAGE)->status = (PAGE)->status == SS_OK ? ss_buffer_printf((PAGE)->out, __VA_ARGS__) : (PAGE)->status)

static void begin(page *to, const char *name, const char *type, const char *help)
{
    PRINT(to, "# HELP smartshelf_%s %s\n# TYPE smartshelf_%s %s\n", name, help, name, type);
}

static void put(page *to, const char *name, uint64_t value)
{
    PRINT(to, "smartshelf_%s %" PRIu64 "\n", name, value);
}

static void put_labelled(page *to, const char *name, const char *label, const char *text, uint64_t value)
{
    PRINT(to, "smartshelf_%s{%s=\"%s\"} %" PRIu64 "\n", name, label, text, value);
}

/* A name from outside: what would end or break its quotes is escaped. */
static void put_quoted(page *to, const char *text)
{
    for (; *text; text++)
        if (*text == '\n')
            PRINT(to, "\\n");
        else
            PRINT(to, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
}

/* ---- families of one number ---- */

typedef struct number {
    const char *name, *type, *help;
    uint64_t value;
} number;

static void put_numbers(page *to, const number *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        begin(to, numbers[i].name, numbers[i].type, numbers[i].help);
        put(to, numbers[i].name, numbers[i].value);
    }
}

#define PUT_NUMBERS(TO, NUMBERS) put_numbers((TO), (NUMBERS), sizeof(NUMBERS) / sizeof *(NUMBERS))

/* ---- requests ---- */

static void put_requests(page *to, const ss_stats *sum)
{
    begin(to, "requests_total", "counter", "Requests of known methods, answered with an error or not.");
    for (unsigned i = 0; i < SS_METHOD_COUNT; i++)
        put_labelled(to, "requests_total", "method", ss_method_name((ss_method)i), ss_counted(&sum->requests[i]));
}

/* Nanoseconds as seconds, exactly. */
#define SECONDS            "%" PRIu64 ".%09" PRIu64
#define SECONDS_OF(NUMBER) (NUMBER) / 1000000000u, (NUMBER) % 1000000000u

static void put_latency(page *to, const char *method, const ss_counter *latency, uint64_t sum)
{
    uint64_t seen = 0;
    for (unsigned i = 0; i < SS_LATENCY_BUCKETS; i++) {
        seen += ss_counted(&latency[i]);
        if (i >= FIRST_BOUND && i <= LAST_BOUND && (i + 1) % SS_LATENCY_PER_DOUBLING == 0)
            PRINT(to, "smartshelf_request_seconds_bucket{method=\"%s\",le=\"" SECONDS "\"} %" PRIu64 "\n", method,
                  SECONDS_OF(ss_latency_bucket_end(i)), seen);
    }
    PRINT(to, "smartshelf_request_seconds_bucket{method=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", method, seen);
    PRINT(to, "smartshelf_request_seconds_sum{method=\"%s\"} " SECONDS "\n", method, SECONDS_OF(sum));
    put_labelled(to, "request_seconds_count", "method", method, seen);
}

static void put_latencies(page *to, const ss_stats *sum)
{
    begin(
        to, "request_seconds", "histogram",
        "From a request's bytes to its reply's; of what is recorded with the wait for the disk. Of requests that wait "
        "together the first and every sixteenth after it is timed.");
    for (unsigned i = 0; i < SS_METHOD_COUNT; i++)
        put_latency(to, ss_method_name((ss_method)i), sum->latency[i], ss_counted(&sum->latency_sum[i]));
}

static void put_faults(page *to, const ss_stats *sum)
{
    begin(to, "faults_total", "counter", "Error replies.");
    for (unsigned code = 1; code < SS_FAULT_COUNT; code++)
        put_labelled(to, "faults_total", "code", ss_fault_name((ss_fault_code)code), ss_counted(&sum->faults[code]));
    begin(to, "short_answers_total", "counter", "Lists with fewer products than asked for.");
    for (unsigned code = 1; code < SS_SHORT_COUNT; code++)
        put_labelled(to, "short_answers_total", "code", ss_short_name((ss_short)code), ss_counted(&sum->shorts[code]));
}

static void put_answers(page *to, const ss_stats *sum)
{
    const number numbers[] = {
        {"answers_total", "counter", "Lists of products given: of a shelf, or of each shelf of a page.",
         ss_counted(&sum->answers)},
        {"products_total", "counter", "Products given in all lists.", ss_counted(&sum->products)},
        {"missing_products_total", "counter",
         "Products asked for that no list had: the fill rate is products / (products + missing).",
         ss_counted(&sum->missing)},
        {"fallback_products_total", "counter", "Products that a later stage than the shelf's first gave.",
         ss_counted(&sum->fallback_products)},
        {"dropped_messages_total", "counter", "Frames that were no request.", ss_counted(&sum->dropped_messages)},
        {"dropped_replies_total", "counter", "Replies whose caller was gone or did not read.",
         ss_counted(&sum->dropped_replies)},
    };
    PUT_NUMBERS(to, numbers);
}

/* ---- the generation ---- */

static void put_generation(page *to, ss_service *service)
{
    char name[SS_GENERATION_NAME_MAX];
    ss_service_generation(service, name);
    begin(to, "generation_info", "gauge", "The generation that is served; always 1.");
    put_labelled(to, "generation_info", "generation", name, 1);
    begin(to, "generation_age_seconds", "gauge", "Since it was made.");
    PRINT(to, "smartshelf_generation_age_seconds %.3f\n", (double)ss_service_age(name) * 1e-6);
    const number broken = {"generation_broken", "gauge",
                           "1: a file of the generation served has failed its check; see the server's log.",
                           atomic_load(&service->verified) == SS_VERIFIED_BROKEN};
    put_numbers(to, &broken, 1);
    begin(to, "swaps_total", "counter", "Generations, or settings of shelves and offers, swapped in.");
    put(to, "swaps_total", ss_counted(&service->swaps));
    begin(to, "swap_failures_total", "counter", "Reloads refused; the old one stayed.");
    put_labelled(to, "swap_failures_total", "reason", "generation", ss_counted(&service->refused_swaps));
    put_labelled(to, "swap_failures_total", "reason", "configuration", ss_counted(&service->refused_configurations));
}

static void put_queues(page *to, const ss_service *service)
{
    begin(
        to, "queue_depth", "gauge",
        "What waits: requests at the workers, of the recorder, whose replies the socket's owner has not taken; relaxed "
        "events for the disk; callers for a reload.");
    for (unsigned i = 0; i < SS_QUEUES; i++)
        put_labelled(to, "queue_depth", "queue", ss_queue_name((ss_queue)i), ss_service_waiting(service, (ss_queue)i));
}

/* ---- HTTP ---- */

static uint64_t counted_over_http(const ss_service *service, size_t member)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < service->http_count; i++)
        sum += ss_counted((const ss_counter *)(const void *)((const char *)service->http[i] + member));
    return sum;
}

#define OVER_HTTP(SERVICE, MEMBER) counted_over_http((SERVICE), offsetof(ss_http_counts, MEMBER))

/* Statuses that came up: there are too many to show them all. */
static void put_http(page *to, const ss_service *service)
{
    char text[8];
    begin(to, "http_requests_total", "counter", "Requests over HTTP, by the status of the reply.");
    for (unsigned status = SS_HTTP_STATUS_LEAST; status <= SS_HTTP_STATUS_MOST; status++) {
        uint64_t count = OVER_HTTP(service, requests[status - SS_HTTP_STATUS_LEAST]);
        snprintf(text, sizeof text, "%u", status);
        if (count > 0 || status == 200)
            put_labelled(to, "http_requests_total", "status", text, count);
    }
    const number numbers[] = {
        {"http_connections", "gauge", "Connections over HTTP that are open.", OVER_HTTP(service, connections)},
        {"http_connections_total", "counter", "Connections over HTTP taken.", OVER_HTTP(service, accepted)},
        {"http_connections_cut_total", "counter", "Of them, those that waited too long or gave way to others.",
         OVER_HTTP(service, cut)},
    };
    PUT_NUMBERS(to, numbers);
}

/* ---- live state ---- */

static void put_state(page *to, const ss_recorder_counts *counts)
{
    const number numbers[] = {
        {"events_total", "counter", "Events kept.", ss_counted(&counts->stored)},
        {"events_repeated_total", "counter", "Events that were there already.", ss_counted(&counts->repeated)},
        {"events_refused_total", "counter", "Events that a rule refused.", ss_counted(&counts->refused)},
        {"events_removed_total", "counter", "Events too old, or too many, to be kept any longer.",
         ss_counted(&counts->pruned)},
        {"events_kept", "gauge", "Events on the disk.", ss_counted(&counts->kept)},
        {"state_bytes", "gauge", "Taken of the live state's file.", ss_counted(&counts->bytes)},
        {"state_bytes_max", "gauge", "What it may take.", ss_counted(&counts->bytes_most)},
        {"state_cycles_total", "counter", "Group commits.", ss_counted(&counts->cycles)},
        {"state_syncs_total", "counter", "Of them that reached the disk.", ss_counted(&counts->syncs)},
        {"state_failures_total", "counter", "Changes or syncs that failed.", ss_counted(&counts->failures)},
        {"state_failing", "gauge", "1: the last change could not be kept.", ss_counted(&counts->failing)},
    };
    PUT_NUMBERS(to, numbers);
}

static void put_visitors(page *to, const ss_visitors *visitors)
{
    const ss_visitors_counts counts = ss_visitors_count(visitors);
    begin(to, "visitors", "gauge", "Visitors known in memory.");
    put_labelled(to, "visitors", "kind", "session", counts.visitors[SS_VISITOR_SESSION]);
    put_labelled(to, "visitors", "kind", "customer", counts.visitors[SS_VISITOR_CUSTOMER]);
    const number numbers[] = {
        {"visitors_bytes", "gauge", "Memory that they take.", counts.bytes},
        {"visitors_evicted_total", "counter", "Visitors forgotten for want of memory.", counts.evicted},
        {"visitors_expired_total", "counter", "Visitors forgotten because their time was over.", counts.expired},
        {"visitors_failed_total", "counter", "Events that memory had no room for.", counts.failed},
    };
    PUT_NUMBERS(to, numbers);
}

/* ---- offers ---- */

static void put_decisions(page *to, const ss_offer_counts *counts)
{
    begin(to, "offers_decisions_total", "counter", "Decisions about visitors who leave; verdict offer: one was shown.");
    for (unsigned i = 0; i < SS_VERDICTS; i++)
        put_labelled(to, "offers_decisions_total", "verdict", ss_verdict_name((ss_verdict)i),
                     ss_counted(&counts->verdicts[i]));
    begin(to, "offers_codes_total", "counter", "Codes that came with an order, by what became of them.");
    for (unsigned i = 0; i < SS_REDEEM_OUTCOMES; i++)
        put_labelled(to, "offers_codes_total", "outcome", ss_redeemed_name((ss_redeemed)i),
                     ss_counted(&counts->outcomes[i]));
    const number numbers[] = {
        {"offers_previews_total", "counter", "Decisions of which nothing is kept.", ss_counted(&counts->previews)},
        {"offers_repeated_total", "counter", "Decisions asked for again.", ss_counted(&counts->repeated)},
        {"offers_products_total", "counter", "Products offered.", ss_counted(&counts->products)},
        {"offers_leases_total", "counter", "Of them with a code.", ss_counted(&counts->leases)},
        {"offers_events_total", "counter", "Events told about offers.", ss_counted(&counts->events)},
        {"offers_lost_events_total", "counter", "Of them that failed to count.", ss_counted(&counts->lost_events)},
    };
    PUT_NUMBERS(to, numbers);
}

static void put_amount(page *to, const char *name, const ss_offer_money *money, const char *span, int64_t amount)
{
    PRINT(to, "smartshelf_%s{campaign=\"", name);
    put_quoted(to, money->campaign[0] ? money->campaign : "*");
    PRINT(to, "\",span=\"%s\"} %" PRId64 "\n", span, amount);
}

static void put_money(page *to, const ss_offer_money *money, size_t count)
{
    begin(to, "offers_leased_minor_units", "gauge", "Money held for codes that are out; campaign *: over all.");
    for (size_t i = 0; i < count; i++) {
        put_amount(to, "offers_leased_minor_units", &money[i], "day", money[i].day.leased);
        put_amount(to, "offers_leased_minor_units", &money[i], "all", money[i].in_all.leased);
    }
    begin(to, "offers_redeemed_minor_units", "gauge", "Money given with codes that were redeemed.");
    for (size_t i = 0; i < count; i++) {
        put_amount(to, "offers_redeemed_minor_units", &money[i], "day", money[i].day.redeemed);
        put_amount(to, "offers_redeemed_minor_units", &money[i], "all", money[i].in_all.redeemed);
    }
    begin(to, "offers_budget_minor_units", "gauge", "What both may come to; not there: unlimited.");
    for (size_t i = 0; i < count; i++) {
        if (money[i].budget.per_day != SS_BUDGET_NONE)
            put_amount(to, "offers_budget_minor_units", &money[i], "day", money[i].budget.per_day);
        if (money[i].budget.in_all != SS_BUDGET_NONE)
            put_amount(to, "offers_budget_minor_units", &money[i], "all", money[i].budget.in_all);
    }
}

static void put_offers(page *to, ss_offer_counts *counts)
{
    ss_offer_money money[SS_CAMPAIGNS_MAX + 1];
    put_decisions(to, counts);
    put_money(to, money, ss_offer_counts_copy_money(counts, money));
}

/* ---- the process: under the names that all programs use ---- */

static void put_process(page *to, const ss_service *service)
{
    uint64_t files, files_most;
    const ss_process process = ss_process_now();
    ss_process_files(&files, &files_most);
    const struct {
        const char *name, *type, *help;
        double value;
    } rows[] = {
        {"cpu_seconds_total", "counter", "Time that all threads have run.", (double)process.cpu_us * 1e-6},
        {"resident_memory_bytes", "gauge", "Memory in use.", (double)process.resident},
        {"virtual_memory_bytes", "gauge", "Addresses in use.", (double)process.addresses},
        {"open_fds", "gauge", "Open files and sockets.", (double)files},
        {"max_fds", "gauge", "How many there may be.", (double)files_most},
        {"start_time_seconds", "gauge", "When it started, Unix time.", (double)service->started_at * 1e-6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        PRINT(to, "# HELP process_%s %s\n# TYPE process_%s %s\nprocess_%s %.17g\n", rows[i].name, rows[i].help,
              rows[i].name, rows[i].type, rows[i].name, rows[i].value);
    begin(to, "mapped_bytes", "gauge", "Of the memory in use: files, shared with other servers of the machine.");
    put(to, "mapped_bytes", process.mapped);
    begin(to, "build_info", "gauge", "The program's version; always 1.");
    put_labelled(to, "build_info", "version", SS_VERSION, 1);
}

ss_status ss_metrics_write(ss_service *service, ss_buffer *out)
{
    page to = {out, SS_OK};
    ss_stats sum;
    ss_service_sum(service, &sum);
    ss_buffer_clear(out);
    put_requests(&to, &sum);
    put_latencies(&to, &sum);
    put_faults(&to, &sum);
    put_answers(&to, &sum);
    put_generation(&to, service);
    put_queues(&to, service);
    if (service->http_count > 0)
        put_http(&to, service);
    if (service->recorded)
        put_state(&to, service->recorded);
    if (service->visitors)
        put_visitors(&to, service->visitors);
    if (service->offers)
        put_offers(&to, service->offers);
    put_process(&to, service);
    return to.status;
}

#include "cli/command.h"
#include "cli/print_json.h"
#include "cli/server_settings.h"
#include "cli/stop.h"
#include "cli/top_page.h"
#include "cli/top_screen.h"

#include "base/clock.h"
#include "base/timestamp.h"
#include "server/server.h"
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STEP_MS 20 /* between two looks for answers, keys and signals */

typedef struct top_settings {
    double interval;
    bool once;
    int64_t sort;
    ss_texts connect;
    ss_server_settings servers;
} top_settings;

#define AT(MEMBER) offsetof(top_settings, MEMBER)

static const ss_option top_options[] = {
    {"connect", SS_OPTION_TEXTS, AT(connect), 0, 0, NULL, NULL, "ENDPOINT",
     "A server to watch; may be given several times. Without it the list `servers` of --config, or " SS_ENDPOINT_DEFAULT
     "."},
    {"interval", SS_OPTION_REAL, AT(interval), 0.1, 3600, "1", NULL, "SECONDS", "How often to look."},
    {"once", SS_OPTION_FLAG, AT(once), 0, 0, NULL, NULL, NULL, "Show one interval, as text, and leave."},
    {"sort", SS_OPTION_CHOICE, AT(sort), 0, 0, "requests", "requests|latency|name", NULL,
     "The order of methods: the busiest, the slowest (p99), or by name, first."},
    {0},
};

static size_t top_groups(void *memory, ss_option_group *groups)
{
    top_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, top_options, settings};
    groups[1] = (ss_option_group){"Servers", NULL, ss_server_list_table, &settings->servers};
    groups[2] = (ss_option_group){NULL, NULL, ss_server_speak_table, &settings->servers};
    return 3;
}

static ss_connection_settings connections(const top_settings *settings)
{
    const ss_server_settings *servers = &settings->servers;
    ss_connection_settings all = {.timeout_ms = servers->timeout_ms,
                                  .curve_key = servers->curve_key,
                                  .server_key = servers->server_key,
                                  .endpoints = settings->connect.count > 0 ? settings->connect : servers->endpoints};
    if (all.endpoints.count == 0)
        all.endpoints = (ss_texts){.text = {SS_ENDPOINT_DEFAULT}, .count = 1};
    return all;
}

/* One run. */
typedef struct top {
    const top_settings *settings;
    ss_watch watch;
    ss_top_screen *screen; /* NULL: text, or JSON */
    bool json, paused, quit;
    ss_top_order order;
} top;

/* ---- showing ---- */

static void print_line(void *context, ss_line_style style, const char *text)
{
    (void)context;
    (void)style;
    puts(text);
}

static ss_status print_json(const ss_watch *watch, ss_error *error)
{
    return ss_print_json(ss_top_json(watch), JSON_COMPACT | JSON_REAL_PRECISION(9), error);
}

static size_t count_gone(const ss_watch *watch)
{
    size_t gone = 0;
    for (size_t i = 0; i < watch->count; i++)
        gone += watch->servers[i].state == SS_WATCHED_GONE;
    return gone;
}

static void write_head(const top *run, char *text, size_t size)
{
    char now[SS_TIMESTAMP_TEXT], gone[32] = "";
    size_t missing = count_gone(&run->watch);
    ss_timestamp_format(ss_clock_now(), now);
    if (missing > 0)
        snprintf(gone, sizeof gone, ", %zu gone", missing);
    snprintf(text, size, "smartshelf top  %.19sZ  %zu server%s%s%s   q quit  p pause  s sort: %s", now,
             run->watch.count, run->watch.count == 1 ? "" : "s", gone, run->paused ? "  PAUSED" : "",
             ss_top_order_name(run->order));
}

static void draw(const top *run)
{
    char head[256];
    write_head(run, head, sizeof head);
    ss_top_screen_begin(run->screen, head);
    ss_top_page(&run->watch, run->order, ss_top_screen_line, run->screen);
    ss_top_screen_end(run->screen);
}

static ss_status show(const top *run, ss_error *error)
{
    char head[256];
    if (run->screen) {
        draw(run);
        return SS_OK;
    }
    if (run->json)
        return print_json(&run->watch, error);
    write_head(run, head, sizeof head);
    printf("%.*s\n", (int)(strstr(head, "   q quit") - head), head);
    ss_top_page(&run->watch, run->order, print_line, NULL);
    putchar('\n');
    return fflush(stdout) == 0 ? SS_OK : ss_error_io(error, "standard output", "cannot write");
}

/* ---- waiting ---- */

static void take_key(top *run, ss_top_key key)
{
    if (key == SS_TOP_KEY_NONE)
        return;
    run->quit = run->quit || key == SS_TOP_KEY_QUIT;
    run->paused = run->paused != (key == SS_TOP_KEY_PAUSE);
    if (key == SS_TOP_KEY_SORT)
        run->order = (ss_top_order)((run->order + 1) % SS_TOP_ORDERS);
    draw(run);
}

static void step(top *run)
{
    const struct timespec pause = {0, STEP_MS * 1000000};
    if (run->screen)
        take_key(run, ss_top_screen_key(run->screen, STEP_MS));
    else
        nanosleep(&pause, NULL);
    run->quit = run->quit || ss_stop_wanted();
}

/* Asks at the beginning of each interval; shows when all have answered, or most of the interval is over. */
typedef struct rounds {
    int64_t interval, next, show_by; /* ss_clock_monotonic() */
    size_t count;
    bool shown;
} rounds;

static void begin_when_due(top *run, rounds *at)
{
    int64_t now = ss_clock_monotonic();
    if (now < at->next)
        return;
    ss_watch_ask(&run->watch);
    at->next = at->next + at->interval > now ? at->next + at->interval : now + at->interval;
    at->show_by = run->settings->once ? INT64_MAX : now + at->interval / 10 * 9;
    at->shown = false;
    at->count++;
}

/* Text begins with the first interval; before that there are only sums since a server's start. */
static ss_status show_when_ready(top *run, rounds *at, ss_error *error)
{
    if (at->shown || (!ss_watch_collect(&run->watch) && ss_clock_monotonic() < at->show_by))
        return SS_OK;
    at->shown = true;
    if (run->paused || (!run->screen && at->count == 1))
        return SS_OK;
    run->quit = run->settings->once;
    return show(run, error);
}

static ss_status watch_all(top *run, ss_error *error)
{
    ss_status status = SS_OK;
    rounds at = {.interval = (int64_t)(run->settings->interval * 1e9), .next = ss_clock_monotonic()};
    while (!run->quit && status == SS_OK) {
        begin_when_due(run, &at);
        status = show_when_ready(run, &at, error);
        if (!run->quit)
            step(run);
    }
    return status;
}

static ss_status run_top(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    const top_settings *settings = memory;
    bool text = cli->json || settings->once || !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO);
    top run = {.settings = settings, .json = cli->json, .order = (ss_top_order)settings->sort};
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    const ss_connection_settings servers = connections(settings);
    SS_TRY(ss_watch_open(&servers, &run.watch, error));
    if (!text)
        SS_TRY(ss_top_screen_open(&run.screen, error));
    SS_TRY(watch_all(&run, error));
    if (settings->once && count_gone(&run.watch) == run.watch.count)
        SS_TRY(ss_error_set(error, SS_E_NETWORK, "no server answers"));
out:
    ss_top_screen_close(&run.screen);
    ss_watch_close(&run.watch);
    return status;
}

const ss_command ss_command_top = {
    .name = "top",
    .operands = "",
    .summary = "Watch servers: requests, latencies, fill, queues, offers, live.",
    .description = "What happened in the last interval, by `stats` (role admin): of each server requests and latencies "
                   "by method,\n"
                   "shares of products filled and fallen back on, errors, generation and its age, events, what waits, "
                   "offers. A server\n"
                   "that is gone is shown so and found again. Keys: q quits, p pauses, s sorts, arrows scroll. Where "
                   "the output is no\n"
                   "terminal, a table for each interval; --json: a line of JSON for each.\n\n"
                   "  smartshelf top\n"
                   "  smartshelf top --connect tcp://127.0.0.1:5555 --connect ipc:///run/shelf.ipc --interval 5\n"
                   "  smartshelf top --config smartshelf.yaml\n"
                   "  smartshelf top --once --json",
    .takes_config = true,
    .is_job = true,
    .settings_size = sizeof(top_settings),
    .groups = top_groups,
    .run = run_top,
};

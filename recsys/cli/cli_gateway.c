#include "cli/command.h"
#include "cli/connection.h"

#include "base/clock.h"
#include "base/memory.h"
#include "http/console.h"
#include "http/gateway.h"
#include "http/gateway_sites.h"
#include "http/port.h"
#include "http/sites.h"
#include "server/http_counts.h"
#include "server/signals.h"
#include "server/supervisor.h"
#include "server/watchdog.h"
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define MS INT64_C(1000000)

typedef struct gateway_settings {
    ss_gateway_options gateway;
    ss_http_options http;
    const char *curve_key;
    ss_texts server_keys;
    bool insecure_public_bind;
    int64_t drain_ms, log_level;
} gateway_settings;

#define AT(MEMBER) offsetof(gateway_settings, MEMBER)

static const ss_option key_options[] = {
    {"curve-key", SS_OPTION_TEXT, AT(curve_key), 0, 0, NULL, NULL, "FILE", "Our own secret key (smartshelf keygen)."},
    {"server-key", SS_OPTION_TEXTS, AT(server_keys), 0, 0, NULL, NULL, "FILE|KEY",
     "The servers' public key; given several times, that of each --connect in their order."},
    {"insecure-public-bind", SS_OPTION_FLAG, AT(insecure_public_bind), 0, 0, NULL, NULL, NULL,
     "Let --http be an address that other machines reach without --http-keys."},
    {0},
};

static const ss_option running_options[] = {
    {"drain-ms", SS_OPTION_INT, AT(drain_ms), 0, 3600000, "2000", NULL, "MS",
     "When stopping: how long requests that are under way may take."},
    {"log-level", SS_OPTION_CHOICE, AT(log_level), 0, 0, "info", "error|warn|info|debug", NULL,
     "Log lines of this importance and above, on standard error."},
    {0},
};

static size_t gateway_groups(void *memory, ss_option_group *groups)
{
    gateway_settings *settings = memory;
    groups[0] = (ss_option_group){"Servers", NULL, ss_gateway_option_table, &settings->gateway};
    groups[1] = (ss_option_group){"HTTP", NULL, ss_http_option_table, &settings->http};
    groups[2] = (ss_option_group){"Access", NULL, key_options, settings};
    groups[3] = (ss_option_group){"Running", NULL, running_options, settings};
    return 4;
}

static void gateway_defaults(void *memory)
{
    gateway_settings *settings = memory;
    settings->http.http = "127.0.0.1:8080";
}

/* ---- keys ---- */

typedef struct gateway_keys {
    ss_keys own, servers[SS_HOMES_MAX];
} gateway_keys;

/* One --server-key is that of all. */
static ss_status read_keys(const gateway_settings *settings, gateway_keys *keys, ss_error *error)
{
    ss_status status = SS_OK;
    size_t servers = settings->gateway.endpoints.count, given = settings->server_keys.count;
    if (given > 1 && given != servers)
        return ss_error_set(error, SS_E_ARGUMENT, "%zu --server-key for %zu --connect: give one, or one for each",
                            given, servers);
    for (size_t i = 0; i < servers && i < SS_HOMES_MAX && status == SS_OK; i++) {
        const ss_connection_settings one = {
            .curve_key = settings->curve_key,
            .server_key = given > 1    ? settings->server_keys.text[i]
                          : given == 1 ? settings->server_keys.text[0]
                                       : NULL,
        };
        status = ss_connection_keys(&one, &keys->own, &keys->servers[i], error);
    }
    return status;
}

/* ---- running ---- */

typedef struct gateway_run {
    const gateway_settings *settings;
    const ss_logger *logger;
    ss_gateway *gateway;
    ss_key_ring *keys;      /* NULL: none are needed */
    ss_http_counts *counts; /* of each thread */
    ss_console *console;
    ss_http_port *port;
    ss_signals signals;
    ss_supervisor supervisor;
    ss_watchdog watchdog;
    atomic_bool draining;
} gateway_run;

static void tell_ready(gateway_run *run)
{
    char status[64];
    size_t servers = run->settings->gateway.endpoints.count;
    snprintf(status, sizeof status, "answering from %zu server%s", servers, servers > 1 ? "s" : "");
    ss_supervisor_answering(&run->supervisor, status);
}

/* The keys are all that can change; `reload` of the protocol is what the servers do. */
static void read_anew(gateway_run *run)
{
    ss_supervisor_reloading(&run->supervisor);
    if (run->keys)
        ss_key_ring_read_anew(run->keys);
    tell_ready(run);
}

/* Each thread makes a round a second at least, for it probes its servers. */
static void show_life(gateway_run *run)
{
    int64_t now = ss_clock_monotonic();
    if (ss_watchdog_is_due(&run->watchdog, now) && ss_watchdog_look(&run->watchdog, now))
        ss_supervisor_alive(&run->supervisor);
}

/* Until the signal to stop. */
static void wait_for_stop(gateway_run *run)
{
    struct pollfd waiting = {run->signals.read_end, POLLIN, 0};
    for (;;) {
        poll(&waiting, 1, (int)ss_watchdog_timeout(&run->watchdog, -1));
        show_life(run);
        for (int signal; (signal = ss_signals_next(&run->signals)) != 0;) {
            if (signal != SIGHUP)
                return;
            read_anew(run);
        }
    }
}

static void start_watchdog(gateway_run *run)
{
    ss_watchdog_init(&run->watchdog, ss_supervisor_patience(&run->supervisor), ss_clock_monotonic());
    for (unsigned i = 0; i < run->settings->http.threads; i++)
        ss_watchdog_follow(&run->watchdog, ss_gateway_rounds(run->gateway, i));
}

static ss_status open_port(gateway_run *run, const ss_gateway_seen *seen, ss_error *error)
{
    const gateway_settings *settings = run->settings;
    ss_status status;
    ss_http_setting setting = {.options = &settings->http,
                               .keys = run->keys,
                               .logger = run->logger,
                               .backend = ss_gateway_backend,
                               .context = run->gateway,
                               .draining = &run->draining};
    for (unsigned i = 0; i < settings->http.threads; i++)
        setting.counts[i] = &run->counts[i];
    setting.site_count = ss_sites_gateway(seen, setting.sites);
    setting.site_count += ss_sites_common(&run->draining, setting.sites + setting.site_count);
    SS_TRY(ss_console_new(&(ss_console_setting){.keys = run->keys != NULL}, &run->console, error));
    setting.site_count += ss_console_sites(run->console, setting.sites + setting.site_count);
    SS_TRY(ss_signals_open(&run->signals, error));
    SS_TRY(ss_http_port_open(&setting, &run->port, error));
out:
    return status;
}

/* Answers until it is told to stop. */
static ss_status serve(gateway_run *run, ss_error *error)
{
    const ss_gateway_seen seen = {run->gateway, &run->draining};
    ss_status status = open_port(run, &seen, error);
    if (status == SS_OK) {
        start_watchdog(run);
        tell_ready(run);
        wait_for_stop(run);
        ss_supervisor_stopping(&run->supervisor);
        ss_log(run->logger, SS_LOG_INFO, "stopping");
        atomic_store(&run->draining, true);
    }
    ss_signals_close(&run->signals); /* a second signal ends the program at once */
    ss_http_port_close(&run->port, ss_clock_monotonic() + run->settings->drain_ms * MS);
    ss_console_free(&run->console);
    return status;
}

static ss_status open_gateway(gateway_run *run, const gateway_keys *keys, ss_error *error)
{
    const gateway_settings *settings = run->settings;
    uint32_t connections = (uint32_t)(settings->http.connections / settings->http.threads);
    const ss_gateway_setting setting = {.options = &settings->gateway,
                                        .own = keys->own.secret_key[0] ? &keys->own : NULL,
                                        .servers = keys->servers,
                                        .logger = run->logger,
                                        .threads = (unsigned)settings->http.threads,
                                        .under_way = 2 * connections, /* changes go on without their callers */
                                        .seed = (uint64_t)ss_clock_now() ^ (uint64_t)getpid()};
    return ss_gateway_new(&setting, &run->gateway, error);
}

static ss_status run_gateway(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    gateway_settings *settings = memory;
    ss_logger logger = ss_logger_of(STDERR_FILENO, (ss_log_level)settings->log_level, "gateway");
    gateway_keys keys = {0};
    gateway_run run = {.settings = settings, .logger = &logger, .signals = {-1, -1}};
    ss_status status;
    (void)cli;
    ss_supervisor_init(&run.supervisor, true);
    settings->http.insecure_public_bind = settings->insecure_public_bind;
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    run.counts = ss_array_zeroed((size_t)settings->http.threads, sizeof *run.counts);
    if (!run.counts)
        SS_TRY(ss_error_nomem(error));
    SS_TRY(read_keys(settings, &keys, error));
    if (settings->http.keys)
        SS_TRY(ss_key_ring_open(settings->http.keys, &logger, &run.keys, error));
    SS_TRY(open_gateway(&run, &keys, error));
    SS_TRY(serve(&run, error));
out:
    ss_gateway_free(&run.gateway);
    ss_key_ring_close(&run.keys);
    ss_keys_wipe(&keys.own);
    free(run.counts);
    ss_supervisor_release(&run.supervisor);
    return status;
}

const ss_command ss_command_gateway = {
    .name = "gateway",
    .operands = "",
    .summary = "Answer over HTTP from several servers.",
    .description =
        "Shelves are answered by the server that has least to do, and by another one when that fails or takes too "
        "long; servers\n"
        "that do not answer are left out until they do. What visitors do, and what is decided about offers, is kept by "
        "the\n"
        "first server alone. It listens at 127.0.0.1:8080 unless --http says where. SIGHUP reads --http-keys anew, "
        "SIGTERM\n"
        "stops after what was asked is answered. A file's section for it is `gateway`.\n\n"
        "  smartshelf gateway --connect tcp://a:5555 --connect tcp://b:5555 --connect tcp://c:5555\n"
        "  smartshelf gateway --config smartshelf.yaml",
    .takes_config = true,
    .section = "gateway",
    .settings_size = sizeof(gateway_settings),
    .groups = gateway_groups,
    .defaults = gateway_defaults,
    .run = run_gateway,
};

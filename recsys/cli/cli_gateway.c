#include "cli/command.h"
#include "cli/connection.h"

#include "base/clock.h"
#include "http/console.h"
#include "http/gateway.h"
#include "http/gateway_sites.h"
#include "http/port.h"
#include "http/sites.h"
#include "server/http_counts.h"
#include "server/signals.h"
#include <errno.h>
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

/* Until the signal to stop. SIGHUP changes nothing here: `reload` is what the servers do. */
static void wait_for_stop(const ss_signals *signals)
{
    struct pollfd waiting = {signals->read_end, POLLIN, 0};
    for (;;) {
        poll(&waiting, 1, -1);
        for (int signal; (signal = ss_signals_next(signals)) != 0;)
            if (signal != SIGHUP)
                return;
    }
}

/* Answers until it is told to stop. `counts`: of each thread. */
static ss_status serve(const gateway_settings *settings, ss_gateway *gateway, const ss_logger *logger,
                       ss_http_counts *counts, ss_error *error)
{
    ss_signals signals;
    ss_http_port *port = NULL;
    atomic_bool draining = false;
    const ss_gateway_seen seen = {gateway, &draining};
    ss_http_setting setting = {.options = &settings->http,
                               .logger = logger,
                               .backend = ss_gateway_backend,
                               .context = gateway,
                               .draining = &draining};
    for (unsigned i = 0; i < settings->http.threads; i++)
        setting.counts[i] = &counts[i];
    setting.site_count = ss_sites_gateway(&seen, setting.sites);
    setting.site_count += ss_sites_common(&draining, setting.sites + setting.site_count);
    ss_console *console = NULL;
    ss_status status = ss_console_new(&(ss_console_setting){.keys = settings->http.keys != NULL}, &console, error);
    if (status == SS_OK)
        setting.site_count += ss_console_sites(console, setting.sites + setting.site_count);
    if (status == SS_OK)
        status = ss_signals_open(&signals, error);
    if (status != SS_OK) {
        ss_console_free(&console);
        return status;
    }
    status = ss_http_port_open(&setting, &port, error);
    if (status == SS_OK) {
        wait_for_stop(&signals);
        ss_log(logger, SS_LOG_INFO, "stopping");
        atomic_store(&draining, true);
    }
    ss_signals_close(&signals); /* a second signal ends the program at once */
    ss_http_port_close(&port, ss_clock_monotonic() + settings->drain_ms * MS);
    ss_console_free(&console);
    return status;
}

static ss_status run_gateway(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    gateway_settings *settings = memory;
    ss_logger logger = ss_logger_of(STDERR_FILENO, (ss_log_level)settings->log_level, "gateway");
    gateway_keys keys = {0};
    ss_gateway *gateway = NULL;
    ss_http_counts *counts = calloc((size_t)settings->http.threads, sizeof *counts);
    ss_status status = counts ? SS_OK : ss_error_nomem(error);
    (void)cli;
    if (status != SS_OK)
        goto out;
    settings->http.insecure_public_bind = settings->insecure_public_bind;
    uint32_t connections = (uint32_t)(settings->http.connections / settings->http.threads);
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    SS_TRY(read_keys(settings, &keys, error));
    ss_gateway_setting setting = {.options = &settings->gateway,
                                  .own = keys.own.secret_key[0] ? &keys.own : NULL,
                                  .servers = keys.servers,
                                  .logger = &logger,
                                  .threads = (unsigned)settings->http.threads,
                                  .under_way = 2 * connections, /* changes go on without their callers */
                                  .seed = (uint64_t)ss_clock_now() ^ (uint64_t)getpid()};
    SS_TRY(ss_gateway_new(&setting, &gateway, error));
    SS_TRY(serve(settings, gateway, &logger, counts, error));
out:
    ss_gateway_free(&gateway);
    ss_keys_wipe(&keys.own);
    free(counts);
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
        "first server alone. It listens at 127.0.0.1:8080 unless --http says where.\n\n"
        "  smartshelf gateway --connect tcp://a:5555 --connect tcp://b:5555 --connect tcp://c:5555",
    .settings_size = sizeof(gateway_settings),
    .groups = gateway_groups,
    .defaults = gateway_defaults,
    .run = run_gateway,
};

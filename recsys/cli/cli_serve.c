#include "cli/command.h"
#include "cli/server_check.h"

#include "http/console.h"
#include "http/demo.h"
#include "http/local.h"
#include "http/port.h"
#include "http/sites.h"
#include "server/server.h"
#include <malloc.h>
#include <unistd.h>

#define LARGE_BLOCK (1 << 17) /* bytes, as glibc begins */

typedef struct serve_settings {
    ss_server_options server;
    ss_http_options http;
    int64_t log_level;
    bool demo;
    const char *config;
} serve_settings;

static const ss_option serve_options[] = {
    {"log-level", SS_OPTION_CHOICE, offsetof(serve_settings, log_level), 0, 0, "info", "error|warn|info|debug", NULL,
     "Log lines of this importance and above, on standard error."},
    {"demo", SS_OPTION_FLAG, offsetof(serve_settings, demo), 0, 0, NULL, NULL, NULL,
     "With --http on an address of this machine alone: a shop to try it in, at /shop/; whoever comes may change "
     "prices."},
    {0},
};

static size_t serve_groups(void *memory, ss_option_group *groups)
{
    serve_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, ss_server_option_table, &settings->server};
    groups[1] = (ss_option_group){"Logging", NULL, serve_options, settings};
    groups[2] = (ss_option_group){"HTTP", NULL, ss_http_option_table, &settings->http};
    return 3 + ss_live_groups(&settings->server.live, groups + 3);
}

/* What a reload reads: all of the file is checked, the shelves and the policy of offers are taken. */
static ss_status read_configuration(const char *path, ss_mistakes *mistakes, ss_shelf_settings **shelves,
                                    ss_policy **policy, ss_error *error)
{
    ss_config_file *file = NULL;
    ss_status status = ss_config_file_read(path, mistakes, &file, error);
    if (status == SS_OK) {
        *shelves = ss_shelf_settings_retain(ss_config_file_shelves(file));
        *policy = ss_policy_retain(ss_config_file_policy(file));
    }
    ss_config_file_free(&file);
    return status;
}

/*
 * Each generation has arrays of its own. By itself glibc takes the first such array that is freed as a reason to keep
 * later ones in its heap, which then holds what the largest generations needed together; set, the limit stays, and a
 * swap gives back what the old generation had.
 */
static void return_large_blocks(void)
{
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
}

static ss_status open_backend(void *server, unsigned thread, ss_backend *backend, ss_error *error)
{
    return ss_local_open(server, thread, backend, error);
}

static void read_keys_anew(void *keys)
{
    ss_key_ring_read_anew(keys);
}

/* They outlive the server, whose reloads read them anew. */
static ss_status open_keys(serve_settings *settings, const ss_logger *logger, ss_key_ring **keys, ss_error *error)
{
    if (!settings->http.http || !settings->http.keys)
        return SS_OK;
    ss_status status = ss_key_ring_open(settings->http.keys, logger, keys, error);
    settings->server.configuration.also = status == SS_OK ? read_keys_anew : NULL;
    settings->server.configuration.context = *keys;
    return status;
}

static ss_status open_http(serve_settings *settings, const ss_logger *logger, ss_server *server, ss_key_ring *keys,
                           ss_demo *demo, ss_console **console, ss_http_port **port, ss_error *error)
{
    const ss_console_setting shown = {
        .store = settings->server.store, .config = settings->config, .keys = keys != NULL};
    ss_http_setting setting = {.options = &settings->http,
                               .keys = keys,
                               .logger = logger,
                               .backend = open_backend,
                               .context = server,
                               .draining = ss_server_draining(server)};
    if (!settings->http.http)
        return SS_OK;
    for (unsigned i = 0; i < settings->http.threads; i++)
        setting.counts[i] = &ss_server_seat(server, i)->counts;
    setting.site_count = ss_sites_common(setting.draining, setting.sites);
    if (demo)
        setting.site_count = ss_demo_sites(demo, setting.sites, setting.site_count);
    ss_status status = ss_console_new(&shown, console, error);
    if (status != SS_OK)
        return status;
    setting.site_count += ss_console_sites(*console, setting.sites + setting.site_count);
    return ss_http_port_open(&setting, port, error);
}

static ss_status serve(serve_settings *settings, const ss_logger *logger, ss_error *error)
{
    ss_server *server = NULL;
    ss_http_port *port = NULL;
    ss_demo *demo = NULL;
    ss_console *console = NULL;
    ss_key_ring *keys = NULL;
    settings->http.insecure_public_bind = settings->server.insecure_public_bind;
    settings->server.seats = settings->http.http ? (size_t)settings->http.threads : 0;
    ss_status status = ss_demo_options_check(&settings->http, settings->demo, error);
    if (status == SS_OK)
        status =
            ss_http_options_check(&settings->http, error); /* before live state is read, which may take half a minute */
    if (status == SS_OK)
        status = open_keys(settings, logger, &keys, error);
    if (status == SS_OK)
        status = ss_server_new(&settings->server, logger, &server, error);
    if (status == SS_OK && settings->demo)
        status = ss_demo_open(settings->server.store, &demo, error);
    if (status == SS_OK)
        status = open_http(settings, logger, server, keys, demo, &console, &port, error);
    if (status == SS_OK)
        ss_server_run(server);
    ss_http_port_close(&port, server ? ss_server_deadline(server) : 0);
    ss_console_free(&console);
    ss_demo_free(&demo);
    ss_server_free(&server);
    ss_key_ring_close(&keys);
    return status;
}

static ss_status run_serve(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    serve_settings *settings = memory;
    ss_logger logger = ss_logger_of(STDERR_FILENO, (ss_log_level)settings->log_level, "serve");
    if (cli->file)
        settings->server.configuration = (ss_configuration){.path = cli->config,
                                                            .read = read_configuration,
                                                            .shelves = ss_config_file_shelves(cli->file),
                                                            .policy = ss_config_file_policy(cli->file)};
    settings->config = cli->config;
    settings->server.signals = settings->server.supervised = true;
    return_large_blocks();
    ss_status status = ss_command_operands(operands, 0, 0, error);
    return status == SS_OK ? serve(settings, &logger, error) : status;
}

const ss_command ss_command_serve = {
    .name = "serve",
    .operands = "",
    .summary = "Answer requests from a store's current generation, over ZeroMQ and HTTP.",
    .description =
        "The protocol is MessagePack-RPC; recsys/server/PROTOCOL.md tells all of it. SIGHUP swaps in the store's\n"
        "current generation, what --config says of shelves and offers and --http-keys of keys now, SIGTERM stops after "
        "what was asked is "
        "answered.\n\n"
        "  smartshelf serve --store /srv/shelf\n"
        "  smartshelf serve --store /srv/shelf --bind ipc:///run/shelf.ipc --bind tcp://0.0.0.0:5555 \\\n"
        "      --curve-key server.key --allow clients.txt\n"
        "  smartshelf serve --store /srv/shelf --http 127.0.0.1:8080\n"
        "      and then: curl 'http://127.0.0.1:8080/v1/popular?limit=8&fields=name,price'\n"
        "  smartshelf serve --store /srv/shelf --http 127.0.0.1:8080 --demo\n"
        "      and then a shop at http://127.0.0.1:8080/shop/",
    .takes_config = true,
    .settings_size = sizeof(serve_settings),
    .groups = serve_groups,
    .run = run_serve,
};

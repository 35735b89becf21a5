#include "cli/server_check.h"

#include "http/caller.h"
#include "http/gate.h"
#include "server/access.h"
#include "server/address.h"
#include "server/keys.h"
#include "server/server.h"
#include <string.h>

/* A section's values, as the command would have them. */
typedef struct served {
    ss_server_options server;
    ss_http_options http;
} served;

ss_status ss_demo_options_check(const ss_http_options *http, bool demo, ss_error *error)
{
    ss_address address;
    if (!demo)
        return SS_OK;
    if (!http->http)
        return ss_error_set(error, SS_E_ARGUMENT, "--demo goes with --http ADDRESS:PORT");
    ss_status status = ss_address_read(http->http, "http", &address, error);
    if (status == SS_OK && address.public)
        status =
            ss_error_set(error, SS_E_ARGUMENT,
                         "--demo lets whoever comes change prices: --http must be an address of this machine alone, "
                         "such as 127.0.0.1:8080");
    return status;
}

ss_status ss_http_options_check(const ss_http_options *http, ss_error *error)
{
    ss_address address;
    ss_proxies proxies;
    if (!http->http)
        return SS_OK;
    ss_status status = ss_address_read(http->http, "http", &address, error);
    if (status == SS_OK)
        status = ss_gate_check(http, http->keys != NULL, address.public, error);
    if (status == SS_OK)
        status = ss_proxies_read(&http->proxies, &proxies, error);
    return status == SS_OK ? ss_address_try(&address, "http", error) : status;
}

/* ---- one value ---- */

static ss_status check_http(const served *all, const char *value, ss_error *error)
{
    ss_address address;
    ss_status status = ss_address_read(value, "http", &address, error);
    return status == SS_OK ? ss_gate_check(&all->http, all->http.keys != NULL, address.public, error) : status;
}

static ss_status check_http_keys(const served *all, const char *value, ss_error *error)
{
    ss_api_keys *keys = NULL;
    (void)all;
    ss_status status = ss_api_keys_read(value, &keys, error);
    ss_api_keys_free(&keys);
    return status;
}

static ss_status check_http_proxy(const served *all, const char *value, ss_error *error)
{
    ss_proxies proxies;
    const ss_texts one = {.text = {value}, .count = 1};
    (void)all;
    return ss_proxies_read(&one, &proxies, error);
}

static ss_status check_demo(const served *all, const char *value, ss_error *error)
{
    return ss_demo_options_check(&all->http, strcmp(value, "true") == 0, error);
}

static ss_status check_bind(const served *all, const char *value, ss_error *error)
{
    return ss_server_check_bind(&all->server, value, error);
}

static ss_status check_metrics(const served *all, const char *value, ss_error *error)
{
    (void)value;
    return ss_server_check_metrics(&all->server, error);
}

static ss_status check_curve_key(const served *all, const char *value, ss_error *error)
{
    ss_keys keys;
    ss_status status = ss_server_check_access(&all->server, error);
    if (status == SS_OK)
        status = ss_keys_read(value, true, &keys, error);
    if (status == SS_OK)
        ss_keys_wipe(&keys);
    return status;
}

static ss_status check_allow(const served *all, const char *value, ss_error *error)
{
    ss_access *access = NULL;
    ss_status status = ss_server_check_access(&all->server, error);
    if (status == SS_OK)
        status = ss_access_read(value, &access, error);
    ss_access_free(&access);
    return status;
}

/* ---- all ---- */

static const struct {
    const char *name; /* in the section */
    ss_status (*check)(const served *all, const char *value, ss_error *error);
} rows[] = {
    {"bind", check_bind}, {"metrics", check_metrics},     {"curve-key", check_curve_key},   {"allow", check_allow},
    {"http", check_http}, {"http-keys", check_http_keys}, {"http-proxy", check_http_proxy}, {"demo", check_demo},
};

/* What is wrong with a value stands with the value; what is wrong with a file has its place in the text already. */
static void tell(const ss_setting *setting, const ss_error *error, ss_mistakes *mistakes)
{
    char text[2 * SS_ERROR_TEXT_MAX];
    if (error->expected[0] && !error->line) {
        ss_mistakes_add(mistakes, setting->at, setting->path, "found '%s', expected %s", error->found, error->expected);
        return;
    }
    ss_error_format(error, text, sizeof text);
    ss_mistakes_add(mistakes, setting->at, setting->path, "%s", text);
}

/* What is about HTTP stands in both sections; of `gateway` nothing else is looked at. */
static bool is_meant(const ss_setting *setting, const char *name)
{
    static const char section[] = "server.";
    return setting->value && strcmp(setting->option->name, name) == 0 &&
           (setting->table == ss_http_option_table || strncmp(setting->path, section, sizeof section - 1) == 0);
}

static void check_setting(const served *all, const ss_setting *setting, ss_mistakes *mistakes)
{
    ss_error error = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_meant(setting, rows[i].name) && rows[i].check(all, setting->value, &error) != SS_OK)
            tell(setting, &error, mistakes);
}

static bool is_insecure(const ss_settings *settings)
{
    bool insecure = false;
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->list[i].option->name, "insecure-public-bind") == 0)
            insecure = settings->list[i].value && strcmp(settings->list[i].value, "true") == 0;
    return insecure;
}

void ss_server_check(const ss_settings *settings, ss_mistakes *mistakes)
{
    served all = {.server.store = NULL};
    const ss_option_group groups[] = {{NULL, NULL, ss_server_option_table, &all.server},
                                      {NULL, NULL, ss_http_option_table, &all.http}};
    ss_options_defaults(groups, 2);
    ss_settings_apply(settings, groups, 2);
    all.http.insecure_public_bind = is_insecure(settings);
    for (size_t i = 0; i < settings->count; i++)
        check_setting(&all, &settings->list[i], mistakes);
}

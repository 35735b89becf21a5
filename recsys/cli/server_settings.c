#include "cli/server_settings.h"

#include "cli/connection.h"
#include "server/endpoint.h"
#include <string.h>

#define AT(MEMBER) offsetof(ss_server_settings, MEMBER)

const ss_option ss_server_list_table[] = {
    {"server", SS_OPTION_TEXTS, AT(endpoints), 0, 0, NULL, NULL, "ENDPOINT",
     "A server of the store; in a file the list `servers`."},
    {0},
};

const ss_option ss_server_speak_table[] = {
    {"timeout", SS_OPTION_INT, AT(timeout_ms), 10, 600000, "1000", NULL, "MS",
     "How long a server may take to say what it serves."},
    {"reload-timeout", SS_OPTION_INT, AT(reload_seconds), 1, 86400, "120", NULL, "SECONDS",
     "How long a server may take to check a generation and swap it in."},
    {"curve-key", SS_OPTION_TEXT, AT(curve_key), 0, 0, NULL, NULL, "FILE",
     "Our own secret key (smartshelf keygen), which the servers allow as admin."},
    {"server-key", SS_OPTION_TEXT, AT(server_key), 0, 0, NULL, NULL, "FILE|KEY", "The servers' public key."},
    {0},
};

/* ---- the list of a file ---- */

static ss_status read_one(const ss_yaml_node *node, ss_arena *arena, ss_mistakes *mistakes, ss_settings *settings,
                          ss_error *error)
{
    char found[96];
    ss_error wrong;
    if (node->kind != SS_YAML_TEXT || ss_yaml_is_nothing(node)) {
        ss_yaml_describe(node, found, sizeof found);
        ss_mistakes_add(mistakes, node->at, "servers", "found %s, expected an endpoint such as tcp://127.0.0.1:5555",
                        found);
        return SS_OK;
    }
    if (ss_endpoint_check(node->text.data, &wrong) != SS_OK) {
        ss_mistakes_add(mistakes, node->at, "servers", "found '%s', expected %s", wrong.found, wrong.expected);
        return SS_OK;
    }
    const ss_setting setting = {ss_server_list_table, NULL, ss_server_list_table, node->text.data, "servers", node->at};
    return ss_settings_add(settings, &setting, arena) == SS_OK ? SS_OK : ss_error_nomem(error);
}

ss_status ss_server_settings_read(const ss_yaml_node *list, ss_arena *arena, ss_mistakes *mistakes,
                                  ss_settings *settings, ss_error *error)
{
    char found[96];
    ss_status status = SS_OK;
    if (!list || ss_yaml_is_nothing(list))
        return SS_OK;
    if (list->kind != SS_YAML_LIST || list->count > SS_SERVERS_MAX) {
        ss_yaml_describe(list, found, sizeof found);
        ss_mistakes_add(mistakes, list->at, "servers", "found %s, expected a list of at most %u endpoints",
                        list->kind == SS_YAML_LIST ? "more" : found, SS_SERVERS_MAX);
        return SS_OK;
    }
    for (const ss_yaml_node *node = list->first; node && status == SS_OK; node = node->next)
        status = read_one(node, arena, mistakes, settings, error);
    return status;
}

/* ---- speaking to them ---- */

ss_status ss_server_settings_open(const ss_server_settings *settings, ss_server_keys *keys, ss_servers *servers,
                                  ss_error *error)
{
    ss_status status = SS_OK;
    const ss_connection_settings connection = {.curve_key = settings->curve_key, .server_key = settings->server_key};
    *servers = (ss_servers){.endpoints = settings->endpoints.text,
                            .count = settings->endpoints.count,
                            .timeout_ms = (int)settings->timeout_ms,
                            .reload_ms = (int)settings->reload_seconds * 1000};
    for (size_t i = 0; i < servers->count && status == SS_OK; i++)
        status = ss_endpoint_check(servers->endpoints[i], error);
    if (status == SS_OK)
        status = ss_connection_keys(&connection, &keys->own, &keys->server, error);
    if (status == SS_OK && keys->own.secret_key[0]) {
        servers->server_key = keys->server.public_key;
        servers->public_key = keys->own.public_key;
        servers->secret_key = keys->own.secret_key;
    }
    return status;
}

void ss_server_keys_close(ss_server_keys *keys)
{
    ss_keys_wipe(&keys->own);
}

/* ---- what they said ---- */

void ss_server_reports_print(FILE *out, const ss_server_report *reports, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const ss_server_report *of = &reports[i];
        fprintf(out, "  %s ", of->endpoint);
        if (of->state == SS_SERVER_SERVES)
            fprintf(out, "serves %s\n", of->generation);
        else
            fprintf(out, "%s%s%s\n", of->state == SS_SERVER_UNASKED ? "was not asked" : ss_server_state_name(of->state),
                    of->words[0] ? ": " : "", of->words);
    }
}

json_t *ss_server_reports_json(const ss_server_report *reports, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s*, s:s*}", "endpoint", reports[i].endpoint, "state",
                                              ss_server_state_name(reports[i].state), "generation",
                                              reports[i].generation[0] ? reports[i].generation : NULL, "words",
                                              reports[i].words[0] ? reports[i].words : NULL));
    return list;
}

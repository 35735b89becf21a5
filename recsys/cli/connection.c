#include "cli/connection.h"

#include "server/protocol.h"
#include "server/server.h"
#include <string.h>

#define AT(MEMBER) offsetof(ss_connection_settings, MEMBER)

const ss_option ss_connection_option_table[] = {
    {"connect", SS_OPTION_TEXTS, AT(endpoints), 0, 0, SS_ENDPOINT_DEFAULT, NULL, "ENDPOINT", "The server to ask."},
    {"timeout", SS_OPTION_INT, AT(timeout_ms), 0, 600000, "2000", NULL, "MS", "How long to wait for the server."},
    {"curve-key", SS_OPTION_TEXT, AT(curve_key), 0, 0, NULL, NULL, "FILE", "Our own secret key (smartshelf keygen)."},
    {"server-key", SS_OPTION_TEXT, AT(server_key), 0, 0, NULL, NULL, "FILE|KEY", "The server's public key."},
    {0},
};

ss_status ss_connection_keys(const ss_connection_settings *settings, ss_keys *own, ss_keys *server, ss_error *error)
{
    if (!settings->curve_key && !settings->server_key)
        return SS_OK;
    if (!settings->curve_key || !settings->server_key)
        return ss_error_set(error, SS_E_ARGUMENT, "--curve-key and --server-key go together: one is missing");
    ss_status status = ss_keys_read(settings->curve_key, true, own, error);
    if (status != SS_OK)
        return status;
    if (!ss_key_is_valid(settings->server_key, strlen(settings->server_key)))
        return ss_keys_read(settings->server_key, false, server, error);
    memcpy(server->public_key, settings->server_key, SS_KEY_SIZE);
    return SS_OK;
}

ss_status ss_connection_open(const ss_connection_settings *settings, ss_connection *connection, ss_error *error)
{
    ss_status status = ss_connection_keys(settings, &connection->own, &connection->server, error);
    if (status != SS_OK)
        return status;
    smartshelf_options options = smartshelf_options_default();
    options.endpoints = settings->endpoints.text;
    options.endpoint_count = settings->endpoints.count;
    options.timeout_ms = options.change_timeout_ms = (int)settings->timeout_ms;
    if (connection->own.secret_key[0]) {
        options.server_key = connection->server.public_key;
        options.public_key = connection->own.public_key;
        options.secret_key = connection->own.secret_key;
    }
    return ss_connection_check(smartshelf_open(&options, &connection->client), NULL, settings->endpoints.text[0],
                               error);
}

void ss_connection_close(ss_connection *connection)
{
    smartshelf_close(&connection->client);
    ss_keys_wipe(&connection->own);
}

/* The server's own error. */
static ss_status server_error(const smartshelf_answer *answer, ss_error *error)
{
    static const ss_status statuses[SS_FAULT_COUNT] = {
        [SS_FAULT_ACCESS_DENIED] = SS_E_ACCESS, [SS_FAULT_BUSY] = SS_E_BUSY,
        [SS_FAULT_REFUSED] = SS_E_CORRUPT,      [SS_FAULT_SHUTTING_DOWN] = SS_E_SHUTTING_DOWN,
        [SS_FAULT_INTERNAL] = SS_E_NETWORK,     [SS_FAULT_NOT_STORED] = SS_E_IO,
    }; /* the others blame the question */
    ss_status status = answer->error_code < SS_FAULT_COUNT ? statuses[answer->error_code] : SS_E_NETWORK;
    return ss_error_set(error, status ? status : SS_E_ARGUMENT, "%s (error %u, %s)",
                        answer->error_message ? answer->error_message : "", answer->error_code,
                        answer->error_name ? answer->error_name : "?");
}

ss_status ss_connection_check(smartshelf_status status, const smartshelf_answer *answer, const char *place,
                              ss_error *error)
{
    static const char *const texts[SMARTSHELF_STATUS_COUNT] = {
        [SMARTSHELF_TIMEOUT] = "no reply in time: is a server there, and are the keys right?",
        [SMARTSHELF_BAD_REPLY] = "what came is no reply",
        [SMARTSHELF_ARGUMENT] = "not an endpoint, or not a question",
        [SMARTSHELF_NETWORK] = "not an endpoint or key that can be used",
    };
    if (status == SMARTSHELF_OK)
        return SS_OK;
    if (status == SMARTSHELF_ERROR)
        return server_error(answer, error);
    if (status == SMARTSHELF_NOMEM)
        return ss_error_nomem(error);
    ss_error_set(error, SS_E_NETWORK, "%s", texts[status] ? texts[status] : smartshelf_status_name(status));
    ss_error_place(error, place, 0);
    return SS_E_NETWORK;
}

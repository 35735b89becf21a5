/*
 * connection.h: the connection to a server that the subcommands which speak to one have in common: its options, opening
 * it, and what the client library and the server have to say as errors. One thread.
 */
#ifndef SS_CLI_CONNECTION_H
#define SS_CLI_CONNECTION_H

#include "base/options.h"
#include "client/smartshelf.h"
#include "server/keys.h"

typedef struct ss_connection_settings {
    ss_texts endpoints;
    int64_t timeout_ms;
    const char *curve_key, *server_key;
} ss_connection_settings;

extern const ss_option ss_connection_option_table[]; /* target: ss_connection_settings */

typedef struct ss_connection {
    smartshelf_client *client;
    ss_keys own, server;
} ss_connection;

/* The keys that the settings name; both stay as they are where they name none. SS_E_ARGUMENT: one without the other;
 * errors of key files. */
ss_status ss_connection_keys(const ss_connection_settings *settings, ss_keys *own, ss_keys *server, ss_error *error);

/* Connects in the background; `connection` zeroed before. SS_E_ARGUMENT, errors of key files, SS_E_NETWORK, SS_E_NOMEM. */
ss_status ss_connection_open(const ss_connection_settings *settings, ss_connection *connection, ss_error *error);
void ss_connection_close(ss_connection *connection); /* also of one that was never opened */

/* SS_OK, or what went wrong with a question or a change; `place`: whom it was sent to. */
ss_status ss_connection_check(smartshelf_status status, const smartshelf_answer *answer, const char *place,
                              ss_error *error);

#endif

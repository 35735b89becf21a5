/*
 * server_settings.h: the servers of a store, as the commands that look after it take them: the list `servers` of a
 * configuration file (or --server), and how they are spoken to. One thread.
 */
#ifndef SS_CLI_SERVER_SETTINGS_H
#define SS_CLI_SERVER_SETTINGS_H

#include "base/settings.h"
#include "job/nightly_servers.h"
#include "server/keys.h"
#include <jansson.h>
#include <stdio.h>

typedef struct ss_server_settings {
    ss_texts endpoints;
    int64_t timeout_ms, reload_seconds;
    const char *curve_key, *server_key;
} ss_server_settings;

extern const ss_option ss_server_list_table[];  /* --server; in a file the list `servers` */
extern const ss_option ss_server_speak_table[]; /* time-outs and keys; in a file part of `nightly` */

/* The list `servers` of a file, into `settings`; its mistakes are told. SS_E_NOMEM. */
ss_status ss_server_settings_read(const ss_yaml_node *list, ss_arena *arena, ss_mistakes *mistakes,
                                  ss_settings *settings, ss_error *error);

/* What the job takes; it points into the settings and the keys, which are to be closed. Errors of key files,
 * SS_E_ARGUMENT. */
typedef struct ss_server_keys {
    ss_keys own, server;
} ss_server_keys;
ss_status ss_server_settings_open(const ss_server_settings *settings, ss_server_keys *keys, ss_servers *servers,
                                  ss_error *error);
void ss_server_keys_close(ss_server_keys *keys);

/* One line for each, and the same as JSON (caller owns it; NULL when out of memory). */
void ss_server_reports_print(FILE *out, const ss_server_report *reports, size_t count);
json_t *ss_server_reports_json(const ss_server_report *reports, size_t count);

#endif

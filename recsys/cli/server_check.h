/*
 * server_check.h: what of a file's section `server`, and of HTTP in `gateway`, only shows when these are started: addresses, endpoints, keys. Found here without
 * starting them, by the functions that they call themselves. Files are looked for, and names resolved, on this machine. One thread.
 */
#ifndef SS_CLI_SERVER_CHECK_H
#define SS_CLI_SERVER_CHECK_H

#include "base/settings.h"
#include "http/options.h"

/* Adds what is wrong in one of the two sections to `mistakes`, each at its line. */
void ss_server_check(const ss_settings *settings, ss_mistakes *mistakes);

/* What the options of HTTP say, before any of it is started: address, whether it needs keys and is free, proxies. As ss_http_port_open. */
ss_status ss_http_options_check(const ss_http_options *http, ss_error *error);

/* The demo shop lets everybody change prices: --demo goes with --http on an address of this machine alone. SS_E_ARGUMENT. */
ss_status ss_demo_options_check(const ss_http_options *http, bool demo, ss_error *error);

#endif

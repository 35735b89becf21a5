/*
 * console.h: the console for the shop's merchandiser, below /console/: pages of recsys/web/console, and what they ask for:
 *
 *   /console/NAME                the pages' files, for everybody
 *   /console/entry               {entered}: came a secret key with this request, or is none needed? For everybody
 *   /console/api/login           POST with a secret key as Authorization: it becomes a cookie of these paths alone, that no script reads
 *   /console/api/logout          POST
 *   /console/api/about           where this is: {mode, version, store, config, keys, charts}
 *   /console/api/ask/METHOD      POST {params}: a method of the protocol, as an admin; the same JSON as of /v1/METHOD
 *   /console/api/generations     what `smartshelf generations --json` says; …/NAME: what `smartshelf inspect --json` says of one
 *   /console/api/night           STORE/nightly.json
 *   /console/api/reports/…       offers.html, offers.json, retention.html
 *
 * All below /console/api/ takes a secret key (where the port asks for keys), and of POST also that it comes from the console's own
 * pages: the header X-Smartshelf-Console, which no page of another origin may send, and what browsers say of the origin.
 * What takes longer than a request may (the last three) is made aside (console_jobs.h): 202 until it is there.
 */
#ifndef SS_HTTP_CONSOLE_H
#define SS_HTTP_CONSOLE_H

#include "http/site.h"

typedef struct ss_console_setting { /* texts are borrowed for the console's life */
    const char *store;              /* NULL: a gateway's, which has none */
    const char *config;             /* the configuration file, NULL: none */
    bool keys;                      /* the port asks for keys */
    const char *program;            /* what reports are made with; NULL: this program */
} ss_console_setting;

typedef struct ss_console ss_console;

/* SS_E_NOMEM, SS_E_IO. Caller owns the result, which must outlive the port. */
ss_status ss_console_new(const ss_console_setting *setting, ss_console **console, ss_error *error);
void ss_console_free(ss_console **console);

/* Fills `sites` (room for SS_CONSOLE_SITES) and returns how many. */
#define SS_CONSOLE_SITES 3u
size_t ss_console_sites(ss_console *console, ss_http_site *sites);

#endif

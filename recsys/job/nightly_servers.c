#include "job/nightly_servers.h"

#include "client/smartshelf.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUSY_ATTEMPTS 5
#define BUSY_PAUSE_US 200000

const char *ss_server_state_name(ss_server_state state)
{
    static const char *const names[] = {
        [SS_SERVER_UNASKED] = "unasked", [SS_SERVER_SERVES] = "serves",       [SS_SERVER_SILENT] = "silent",
        [SS_SERVER_REFUSED] = "refused", [SS_SERVER_UNWILLING] = "unwilling",
    };
    return (size_t)state < sizeof names / sizeof *names ? names[state] : NULL;
}

static ss_status open_client(const ss_servers *servers, const char *endpoint, int timeout_ms,
                             smartshelf_client **client, ss_error *error)
{
    smartshelf_options options = smartshelf_options_default();
    options.endpoints = &endpoint;
    options.endpoint_count = 1;
    options.timeout_ms = timeout_ms;
    options.server_key = servers->server_key;
    options.public_key = servers->public_key;
    options.secret_key = servers->secret_key;
    smartshelf_status status = smartshelf_open(&options, client);
    if (status == SMARTSHELF_OK)
        return SS_OK;
    if (status == SMARTSHELF_NOMEM)
        return ss_error_nomem(error);
    ss_error_set(error, SS_E_NETWORK, "not an endpoint or key that can be used");
    ss_error_place(error, endpoint, 0);
    return SS_E_NETWORK;
}

static bool is_error(const smartshelf_answer *answer, const char *name)
{
    return answer->error_name && strcmp(answer->error_name, name) == 0;
}

static void take_answer(smartshelf_status status, const smartshelf_answer *answer, ss_server_report *report)
{
    if (status == SMARTSHELF_OK) {
        report->state = SS_SERVER_SERVES;
        snprintf(report->generation, sizeof report->generation, "%s", answer->generation ? answer->generation : "");
    } else if (status == SMARTSHELF_ERROR) {
        report->state = is_error(answer, "refused") ? SS_SERVER_REFUSED : SS_SERVER_UNWILLING;
        snprintf(report->words, sizeof report->words, "%s: %s", answer->error_name ? answer->error_name : "error",
                 answer->error_message ? answer->error_message : "");
    } else {
        report->state = SS_SERVER_SILENT;
        snprintf(report->words, sizeof report->words, "no answer in time: is it there, and are the keys right?");
    }
}

/* One question to one server. NOMEM and what cannot be opened are errors, all else is in the report. */
static ss_status ask(const ss_servers *servers, const char *method, int timeout_ms, ss_server_report *report,
                     ss_error *error)
{
    smartshelf_client *client = NULL;
    smartshelf_query query = smartshelf_query_of(method);
    ss_status status = open_client(servers, report->endpoint, timeout_ms, &client, error);
    for (int attempt = 1; status == SS_OK; attempt++) {
        smartshelf_answer answer;
        report->words[0] = '\0';
        smartshelf_status asked = smartshelf_ask(client, &query, &answer);
        bool again = asked == SMARTSHELF_ERROR && is_error(&answer, "busy") && attempt < BUSY_ATTEMPTS;
        if (asked == SMARTSHELF_NOMEM)
            status = ss_error_nomem(error);
        else
            take_answer(asked, &answer, report);
        smartshelf_answer_release(&answer);
        if (!again)
            break;
        usleep(BUSY_PAUSE_US);
    }
    smartshelf_close(&client);
    return status;
}

static void begin_reports(const ss_servers *servers, ss_server_report *reports)
{
    for (size_t i = 0; i < servers->count; i++)
        reports[i] = (ss_server_report){.endpoint = servers->endpoints[i]};
}

ss_status ss_servers_ask(const ss_servers *servers, ss_server_report *reports, ss_error *error)
{
    ss_status status = SS_OK;
    begin_reports(servers, reports);
    for (size_t i = 0; i < servers->count && status == SS_OK; i++)
        status = ask(servers, "health", servers->timeout_ms, &reports[i], error);
    return status;
}

ss_status ss_servers_reload(const ss_servers *servers, ss_server_report *reports, ss_error *error)
{
    ss_status status = SS_OK;
    begin_reports(servers, reports);
    for (size_t i = 0; i < servers->count && status == SS_OK; i++) {
        status = ask(servers, "health", servers->timeout_ms, &reports[i], error); /* who is not there costs little */
        if (status == SS_OK && reports[i].state == SS_SERVER_SERVES)
            status = ask(servers, "reload", servers->reload_ms, &reports[i], error);
        if (status == SS_OK && reports[i].state == SS_SERVER_SERVES)
            status = ask(servers, "health", servers->timeout_ms, &reports[i], error);
        if (reports[i].state == SS_SERVER_REFUSED)
            break;
    }
    return status;
}

size_t ss_servers_serving(const ss_server_report *reports, size_t count, const char *generation)
{
    size_t serving = 0;
    for (size_t i = 0; i < count; i++)
        serving += reports[i].state == SS_SERVER_SERVES && strcmp(reports[i].generation, generation) == 0;
    return serving;
}

const ss_server_report *ss_servers_refusal(const ss_server_report *reports, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (reports[i].state == SS_SERVER_REFUSED)
            return &reports[i];
    return NULL;
}

#include "cli/top_watch.h"

#include "base/clock.h"
#include "base/memory.h"
#include "cli/wire_json.h"
#include <stdio.h>
#include <stdlib.h>

ss_status ss_watch_open(const ss_connection_settings *settings, ss_watch *watch, ss_error *error)
{
    ss_status status = SS_OK;
    watch->timeout = settings->timeout_ms * 1000000;
    watch->servers = ss_array_zeroed(settings->endpoints.count, sizeof *watch->servers);
    if (!watch->servers)
        return ss_error_nomem(error);
    for (size_t i = 0; i < settings->endpoints.count && status == SS_OK; i++) {
        ss_watched *server = &watch->servers[watch->count++];
        ss_connection_settings own = *settings;
        own.endpoints = (ss_texts){.text = {settings->endpoints.text[i]}, .count = 1};
        own.timeout_ms = 0; /* nothing here waits */
        *server = (ss_watched){.endpoint = settings->endpoints.text[i], .since = ss_clock_now()};
        status = ss_connection_open(&own, &server->connection, error);
    }
    return status;
}

void ss_watch_close(ss_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        ss_connection_close(&watch->servers[i].connection);
        json_decref(watch->servers[i].reading);
    }
    free(watch->servers);
    *watch = (ss_watch){0};
}

static void turn(ss_watched *server, ss_watched_state state)
{
    if (server->state == state)
        return;
    server->state = state;
    server->since = ss_clock_now();
}

/* What it counts next may be another process's. */
static void lose(ss_watched *server, const char *trouble)
{
    json_decref(server->reading);
    server->reading = NULL;
    server->readings = 0;
    server->question = SS_QUESTION_NONE;
    snprintf(server->trouble, sizeof server->trouble, "%s", trouble);
    turn(server, SS_WATCHED_GONE);
}

void ss_watch_ask(ss_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->servers[i].question != SS_QUESTION_NONE)
            continue;
        watch->servers[i].question = SS_QUESTION_UNSENT;
        watch->servers[i].asked_at = ss_clock_monotonic();
    }
}

static void take_reading(ss_watched *server, const smartshelf_answer *answer)
{
    ss_wire_reader reader = {answer->reply, (const uint8_t *)answer->reply + answer->reply_size};
    json_t *reply = ss_wire_json(&reader);
    json_t *reading = json_incref(json_array_get(reply, 3));
    json_decref(reply);
    if (!reading) {
        lose(server, "what came is no reply");
        return;
    }
    ss_server_figures_take(server->reading, reading, &server->figures);
    json_decref(server->reading);
    server->reading = reading;
    server->readings++;
    server->question = SS_QUESTION_NONE;
    turn(server, SS_WATCHED_HERE);
}

static void send_question(ss_watched *server)
{
    smartshelf_query query = smartshelf_query_of("stats");
    query.buckets = true;
    if (smartshelf_send(server->connection.client, &query, &server->msgid) == SMARTSHELF_OK)
        server->question = SS_QUESTION_SENT;
}

/* False: nothing has come. Answers to questions that were given up are passed over. */
static bool receive(ss_watched *server)
{
    ss_error error;
    char text[sizeof server->trouble];
    smartshelf_answer answer;
    smartshelf_status status = smartshelf_receive(server->connection.client, 0, &answer);
    bool ours = status == SMARTSHELF_OK || status == SMARTSHELF_ERROR ? answer.msgid == server->msgid : false;
    if (ours && status == SMARTSHELF_OK)
        take_reading(server, &answer);
    else if (ours) {
        ss_connection_check(status, &answer, server->endpoint, &error);
        ss_error_format(&error, text, sizeof text);
        lose(server, text);
    }
    smartshelf_answer_release(&answer);
    return status != SMARTSHELF_TIMEOUT;
}

static void go_on(ss_watched *server, int64_t timeout)
{
    if (server->question == SS_QUESTION_UNSENT)
        send_question(server);
    while (server->question == SS_QUESTION_SENT && receive(server))
        continue;
    if (server->question != SS_QUESTION_NONE && ss_clock_monotonic() - server->asked_at > timeout)
        lose(server, "no answer");
}

bool ss_watch_collect(ss_watch *watch)
{
    bool settled = true;
    for (size_t i = 0; i < watch->count; i++) {
        go_on(&watch->servers[i], watch->timeout);
        settled = settled && watch->servers[i].question == SS_QUESTION_NONE;
    }
    return settled;
}

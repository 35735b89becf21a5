#include "http/console.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include "http/api_keys.h"
#include "http/console_jobs.h"
#include "http/fault_status.h"
#include "http/json_reply.h"
#include "http/question.h"
#include "http/sites.h"
#include "http/transcode.h"
#include "server/reply_writer.h"
#include "store/generation.h"
#include "web/assets.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX     "/console/"
#define API_PREFIX "/console/api/"
#define CHARTS     "console/vendor/uplot.js" /* where it was installed when this was built */
#define COOKIE     "smartshelf_key"
#define COOKIE_S   43200 /* seconds until the key is asked for again */

/* A report holds its style and is shown in a frame of the console, in which nothing runs. */
#define REPORT_POLICY "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"

typedef enum kind {
    KIND_GENERATIONS,
    KIND_GENERATION,
    KIND_NIGHT,
    KIND_OFFERS_PAGE,
    KIND_OFFERS,
    KIND_RETENTION_PAGE,
    KINDS
} kind;

struct ss_console {
    ss_console_setting setting;
    ss_job_kind kinds[KINDS];
    ss_jobs *quick, *slow; /* NULL: there is no store. What a page waits for does not wait for a report */
};

/* ---- replies ---- */

static void answer_words(ss_http_reply *reply, unsigned status, const char *words)
{
    ss_buffer_clear(reply->buffer);
    reply->body = (ss_slice){"", 0};
    if (ss_buffer_append_text(reply->buffer, words) == SS_OK)
        ss_json_reply(reply, status);
    reply->status = status;
    reply->no_store = true;
}

/* ---- does it come from a page of the console? ---- */

static bool begins_with(ss_slice text, const char *prefix)
{
    size_t size = strlen(prefix);
    return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

static ss_slice behind(ss_slice text, const char *prefix)
{
    size_t size = strlen(prefix);
    return (ss_slice){text.data + size, text.size - size};
}

/* "https://shop.example:8443" of "shop.example:8443". */
static bool is_origin_of(ss_slice origin, ss_slice host)
{
    const char *scheme = begins_with(origin, "https://") ? "https://" : "http://";
    return begins_with(origin, scheme) && host.size > 0 && ss_slice_equal(behind(origin, scheme), host);
}

static bool comes_from_here(const ss_http_request *request)
{
    ss_slice site = request->header(request, "Sec-Fetch-Site"), origin = request->header(request, "Origin");
    if (request->header(request, "X-Smartshelf-Console").size == 0)
        return false;
    if (site.size > 0)
        return ss_slice_equal(site, SS_SLICE_LITERAL("same-origin"));
    return origin.size == 0 || is_origin_of(origin, request->header(request, "Host"));
}

/* ---- logging in and out ---- */

static bool is_key(ss_slice key)
{
    for (size_t i = 0; i < key.size; i++) {
        char c = key.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return key.size == SS_API_KEY_SIZE;
}

static void set_cookie(const ss_http_request *request, ss_http_reply *reply, ss_slice key, int seconds)
{
    bool https = begins_with(request->header(request, "Origin"), "https://");
    ss_buffer *text = reply->buffer;
    ss_buffer_clear(text);
    if (ss_buffer_printf(text, COOKIE "=%.*s; Path=" PREFIX "; Max-Age=%d; HttpOnly; SameSite=Strict%s", (int)key.size,
                         key.data, seconds, https ? "; Secure" : "") != SS_OK) {
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
        return;
    }
    reply->status = 200;
    reply->type = "application/json";
    reply->body = SS_SLICE_LITERAL("{}");
    reply->set_cookie = text->data;
    reply->no_store = true;
}

static void answer_login(const ss_http_request *request, ss_http_reply *reply)
{
    ss_slice bearer = request->header(request, "Authorization");
    ss_slice key = begins_with(bearer, "Bearer ") ? behind(bearer, "Bearer ") : (ss_slice){"", 0};
    if (is_key(key))
        set_cookie(request, reply, key, COOKIE_S);
    else
        ss_json_reply_refuse(reply, 400, SS_FAULT_MISSING_PARAM, "give the secret key as Authorization: Bearer KEY");
}

static void answer_logout(const ss_http_request *request, ss_http_reply *reply)
{
    set_cookie(request, reply, SS_SLICE_LITERAL(""), 0);
}

/* ---- methods of the protocol ---- */

/* An empty reply: nobody answered. */
static void finish_method(void *site, ss_slice message, ss_http_reply *reply)
{
    ss_slice result;
    ss_fault fault;
    (void)site;
    ss_buffer_clear(reply->buffer);
    if (message.size == 0)
        ss_json_reply_refuse(reply, 504, SS_FAULT_BUSY, "no answer came in time");
    else if (!ss_reply_result(message, &result, &fault))
        ss_json_reply_fault(reply, ss_fault_status(fault.code), &fault);
    else if (ss_wire_to_json(result, reply->buffer, NULL) == SS_OK)
        ss_json_reply(reply, 200);
    else
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "the reply cannot be said in JSON");
}

static void ask_method(const ss_http_request *request, ss_method method, ss_http_reply *reply)
{
    ss_fault fault;
    ss_buffer_clear(reply->buffer);
    if (!ss_body_params(request->body, reply->buffer, &fault)) {
        ss_json_reply_fault(reply, ss_fault_status(fault.code), &fault);
        return;
    }
    reply->question = ss_question_of(method, (ss_slice){reply->buffer->data, reply->buffer->size});
    reply->finish = finish_method;
    reply->later = true;
}

static void answer_ask(const ss_http_request *request, ss_slice name, ss_http_reply *reply)
{
    ss_method method = ss_method_find(name);
    if (method == SS_METHOD_COUNT)
        ss_json_reply_refuse(reply, 404, SS_FAULT_UNKNOWN_METHOD, "there is no such method");
    else
        ask_method(request, method, reply);
}

/* ---- what is made aside ---- */

static void answer_made(ss_job_state state, const ss_http_reply *made, ss_http_reply *reply)
{
    ss_buffer *text = reply->buffer;
    char words[SS_ERROR_TEXT_MAX];
    switch (state) {
    case SS_JOB_DONE:
        ss_json_reply(reply, 200);
        reply->type = made->type;
        reply->policy = made->policy;
        return;
    case SS_JOB_WORKING:
        answer_words(reply, 202, "{\"state\":\"working\"}");
        return;
    case SS_JOB_BUSY:
        ss_json_reply_refuse(reply, 503, SS_FAULT_BUSY, "too many others wait for reports");
        return;
    case SS_JOB_FAILED:
        snprintf(words, sizeof words, "%s", text->data);
        ss_json_reply_refuse(reply, 502, SS_FAULT_REFUSED, words);
        return;
    }
}

static void answer_job(ss_console *console, kind of, ss_slice argument, ss_http_reply *reply)
{
    static const ss_http_reply page = {.type = "text/html; charset=utf-8", .policy = REPORT_POLICY},
                               data = {.type = "application/json"};
    bool is_page = of == KIND_OFFERS_PAGE || of == KIND_RETENTION_PAGE;
    ss_job_state state;
    ss_buffer_clear(reply->buffer);
    if (!console->quick) {
        ss_json_reply_refuse(reply, 404, SS_FAULT_REFUSED, "a gateway has no store: ask the console of a server");
        return;
    }
    ss_jobs *jobs = of >= KIND_OFFERS_PAGE ? console->slow : console->quick;
    if (ss_jobs_ask(jobs, of, argument, &state, reply->buffer) == SS_OK)
        answer_made(state, is_page ? &page : &data, reply);
    else
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
}

/* A name that is none of a generation leads nowhere. */
static void answer_generation(ss_console *console, ss_slice name, ss_http_reply *reply)
{
    int64_t made;
    char path[SS_PATH_MAX];
    const char *store = console->setting.store ? console->setting.store : "";
    int size = ss_timestamp_of_compact(name, &made)
                   ? snprintf(path, sizeof path, "%s/generations/%.*s", store, (int)name.size, name.data)
                   : -1;
    if (size < 0 || (size_t)size >= sizeof path)
        ss_json_reply_refuse(reply, 404, SS_FAULT_OUT_OF_RANGE, "that is no generation's name");
    else
        answer_job(console, KIND_GENERATION, (ss_slice){path, (size_t)size}, reply);
}

static void answer_night(ss_console *console, ss_http_reply *reply)
{
    char path[SS_PATH_MAX];
    const char *store = console->setting.store ? console->setting.store : "";
    int size = snprintf(path, sizeof path, "%s/nightly.json", store);
    if (size > 0 && (size_t)size < sizeof path)
        answer_job(console, KIND_NIGHT, (ss_slice){path, (size_t)size}, reply);
    else
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "the store's path is too long");
}

/* name: nil where there is none. */
static uint8_t *put_text(uint8_t *at, const char *name, const char *value)
{
    at = ss_reply_put_name(at, name);
    return value ? ss_reply_put_name(at, value) : ss_wire_put_nil(at);
}

static void answer_about(const ss_console *console, ss_http_reply *reply)
{
    const ss_console_setting *setting = &console->setting;
    uint8_t wire[2 * SS_PATH_MAX + 256], *at = ss_wire_put_map(wire, 6);
    bool fits = strlen(setting->store ? setting->store : "") < SS_PATH_MAX &&
                strlen(setting->config ? setting->config : "") < SS_PATH_MAX;
    at = put_text(at, "mode", setting->store ? "serve" : "gateway");
    at = put_text(at, "version", SS_VERSION);
    at = put_text(at, "store", fits ? setting->store : NULL);
    at = put_text(at, "config", fits ? setting->config : NULL);
    at = ss_wire_put_bool(ss_reply_put_name(at, "keys"), setting->keys);
    at = ss_wire_put_bool(ss_reply_put_name(at, "charts"), ss_asset_find(SS_SLICE_LITERAL(CHARTS)) != NULL);
    ss_buffer_clear(reply->buffer);
    if (ss_wire_to_json((ss_slice){(const char *)wire, (size_t)(at - wire)}, reply->buffer, NULL) == SS_OK)
        ss_json_reply(reply, 200);
    else
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
}

/* ---- paths ---- */

static const struct {
    const char *path;
    kind kind;
} jobs[] = {
    {"generations", KIND_GENERATIONS},
    {"reports/offers.html", KIND_OFFERS_PAGE},
    {"reports/offers.json", KIND_OFFERS},
    {"reports/retention.html", KIND_RETENTION_PAGE},
};

static void answer_get(ss_console *console, ss_slice path, ss_http_reply *reply)
{
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        if (ss_slice_equal(path, ss_slice_of(jobs[i].path))) {
            answer_job(console, jobs[i].kind, (ss_slice){"", 0}, reply);
            return;
        }
    if (ss_slice_equal(path, SS_SLICE_LITERAL("about")))
        answer_about(console, reply);
    else if (ss_slice_equal(path, SS_SLICE_LITERAL("night")))
        answer_night(console, reply);
    else if (begins_with(path, "generations/"))
        answer_generation(console, behind(path, "generations/"), reply);
    else
        ss_json_reply_refuse(reply, 404, SS_FAULT_UNKNOWN_METHOD, "there is nothing at this path");
}

static void answer_post(const ss_http_request *request, ss_slice path, ss_http_reply *reply)
{
    if (!comes_from_here(request))
        ss_json_reply_refuse(reply, 403, SS_FAULT_ACCESS_DENIED, "this is for the console's own pages");
    else if (ss_slice_equal(path, SS_SLICE_LITERAL("login")))
        answer_login(request, reply);
    else if (ss_slice_equal(path, SS_SLICE_LITERAL("logout")))
        answer_logout(request, reply);
    else if (begins_with(path, "ask/"))
        answer_ask(request, behind(path, "ask/"), reply);
    else
        ss_json_reply_refuse(reply, 404, SS_FAULT_UNKNOWN_METHOD, "there is nothing at this path");
}

static void answer_api(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    ss_slice path = behind(request->path, API_PREFIX);
    if (request->verb == SS_HTTP_POST)
        answer_post(request, path, reply);
    else
        answer_get(context, path, reply);
}

/* The pages themselves hold nothing of the shop's. */
static void answer_page(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    char name[256];
    ss_slice path = behind(request->path, PREFIX);
    (void)context;
    if (ss_slice_equal(path, SS_SLICE_LITERAL("entry"))) {
        answer_words(reply, 200, request->secret ? "{\"entered\":true}" : "{\"entered\":false}");
        return;
    }
    int size = path.size == 0 ? snprintf(name, sizeof name, "console/index.html")
                              : snprintf(name, sizeof name, "console/%.*s", (int)path.size, path.data);
    bool whole = request->verb == SS_HTTP_GET && path.size < sizeof name && (size_t)size < sizeof name;
    ss_site_asset(whole ? (ss_slice){name, (size_t)size} : (ss_slice){"", 0}, reply);
    reply->max_age = 0;
}

static void answer_root(void *context, const ss_http_request *request, ss_http_reply *reply)
{
    (void)context;
    (void)request;
    reply->status = 303;
    reply->location = PREFIX;
    reply->no_store = true;
}

size_t ss_console_sites(ss_console *console, ss_http_site *sites)
{
    sites[0] = (ss_http_site){.prefix = "/console", .context = console, .answer = answer_root};
    sites[1] = (ss_http_site){.prefix = PREFIX, .context = console, .answer = answer_page};
    sites[2] = (ss_http_site){.prefix = API_PREFIX, .secret = true, .context = console, .answer = answer_api};
    return SS_CONSOLE_SITES;
}

/* ---- the console ---- */

static void describe_jobs(ss_console *console)
{
    const char *store = console->setting.store, *config = console->setting.config;
    const char *from = config ? "--config" : "--state", *what = config ? config : store;
    ss_job_kind *of = console->kinds;
    of[KIND_GENERATIONS] =
        (ss_job_kind){{"generations", "--json", "--store", store, config ? "--config" : NULL, config}, 30, 2};
    of[KIND_GENERATION] = (ss_job_kind){{"inspect", "--json", ss_job_argument}, 30, 300};
    of[KIND_NIGHT] = (ss_job_kind){{NULL}, 10, 2};
    of[KIND_OFFERS_PAGE] = (ss_job_kind){{"report", "offers", "--store", store, "--format", "html"}, 300, 60};
    of[KIND_OFFERS] = (ss_job_kind){{"report", "offers", "--store", store, "--json"}, 300, 60};
    of[KIND_RETENTION_PAGE] =
        (ss_job_kind){{"report", "retention", "--quiet", "--store", store, from, what, "--format", "html"}, 1800, 1800};
}

ss_status ss_console_new(const ss_console_setting *setting, ss_console **console, ss_error *error)
{
    ss_console *made = ss_array_zeroed(1, sizeof *made);
    ss_status status;
    SS_TRY(made ? SS_OK : ss_error_nomem(error));
    made->setting = *setting;
    if (setting->store) {
        describe_jobs(made);
        SS_TRY(ss_jobs_new(made->kinds, KINDS, setting->program, &made->quick, error));
        SS_TRY(ss_jobs_new(made->kinds, KINDS, setting->program, &made->slow, error));
    }
    *console = made;
    made = NULL;
out:
    ss_console_free(&made);
    return status;
}

void ss_console_free(ss_console **console)
{
    ss_console *old = *console;
    *console = NULL;
    if (!old)
        return;
    ss_jobs_free(&old->quick);
    ss_jobs_free(&old->slow);
    free(old);
}

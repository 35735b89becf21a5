#include "http/gate.h"

#include "base/clock.h"
#include "client/wire.h"
#include "http/api_sites.h"
#include "http/caller.h"
#include "http/fault_status.h"
#include "http/origin.h"
#include "http/public_call.h"
#include "http/public_reply.h"
#include "http/rate_limit.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ADDRESSES 65536u /* that are told apart at once */
#define BURST_SECONDS                                                                                                  \
    4.0 /* of what an address may ask in a row: a page with all its shelves, some visitors behind one address */
#define BURST_LEAST  20.0
#define OFFERS_BURST 10.0 /* seconds' worth of offers */

#define TOKENS       1u /* what a request counts for */
#define TOKENS_PAGE  3u
#define TOKENS_OFFER 5u

#define COOKIE "smartshelf_key"

struct ss_gate {
    const ss_http_options *options; /* borrowed */
    bool public_address;
    ss_key_ring *ring; /* borrowed; NULL: no keys are needed */
    ss_proxies proxies;
    ss_rate_limit *addresses, *offers; /* NULL: no limit */
};

/* ---- making one ---- */

static ss_status new_limit(size_t entries, int64_t rate, double seconds, ss_rate_limit **limit, ss_error *error)
{
    if (rate <= 0)
        return SS_OK;
    return ss_rate_limit_new(entries, (double)rate, fmax((double)rate * seconds, BURST_LEAST), limit, error);
}

ss_status ss_gate_check(const ss_http_options *options, bool keys, bool public_address, ss_error *error)
{
    if (!public_address || keys || options->insecure_public_bind)
        return SS_OK;
    ss_error_set(error, SS_E_ACCESS,
                 "HTTP at a public address without keys: give --http-keys, or say --insecure-public-bind too");
    ss_error_place(error, options->http, 0);
    return SS_E_ACCESS;
}

ss_status ss_gate_new(const ss_http_options *options, ss_key_ring *keys, bool public_address, ss_gate **gate,
                      ss_error *error)
{
    ss_status status = ss_gate_check(options, keys != NULL, public_address, error);
    if (status != SS_OK)
        return status;
    ss_gate *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->options = options;
    new->public_address = public_address;
    new->ring = keys;
    SS_TRY(ss_proxies_read(&options->proxies, &new->proxies, error));
    SS_TRY(new_limit(ADDRESSES, options->rate, BURST_SECONDS, &new->addresses, error));
    SS_TRY(new_limit(SS_API_KEYS_MAX, options->offers_rate, OFFERS_BURST, &new->offers, error));
    *gate = new;
    new = NULL;
out:
    ss_gate_free(&new);
    return status;
}

void ss_gate_free(ss_gate **gate)
{
    ss_gate *old = *gate;
    *gate = NULL;
    if (!old)
        return;
    ss_rate_limit_free(&old->addresses);
    ss_rate_limit_free(&old->offers);
    free(old);
}

/* ---- refusing ---- */

static bool refuse(ss_refusal *refusal, unsigned status, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static bool refuse(ss_refusal *refusal, unsigned status, const char *field, const char *format, ...)
{
    va_list arguments;
    *refusal = (ss_refusal){.status = status, .fault.code = status == 429 ? SS_FAULT_BUSY : SS_FAULT_ACCESS_DENIED};
    snprintf(refusal->fault.field, sizeof refusal->fault.field, "%s", field);
    va_start(arguments, format);
    vsnprintf(refusal->fault.message, sizeof refusal->fault.message, format, arguments);
    va_end(arguments);
    return false;
}

static bool refuse_rate(ss_refusal *refusal, int64_t wait, const char *whose)
{
    refuse(refusal, 429, "", "too many requests %s", whose);
    refusal->retry_s = (unsigned)(wait / 1000000000) + 1;
    return false;
}

/* ---- who asks ---- */

/* One request at the gate. */
typedef struct gate_visit {
    ss_gate *gate;
    const ss_api_keys *keys; /* held for the visit; NULL: none are needed */
    const ss_api_key *key;   /* NULL: none was given, or none of these */
    const ss_http_request *request;
    ss_method wanted;
    bool secret_site, foreign; /* foreign: a page of another origin asks */
    ss_slice origin, host;     /* NULL bytes: there is none */
    ss_guest *guest;
    ss_refusal *refusal;
} gate_visit;

static void take_origin(const gate_visit *visit)
{
    if (visit->origin.size > SS_GATE_ORIGIN_MAX)
        return;
    memcpy(visit->guest->origin, visit->origin.data, visit->origin.size);
    visit->guest->origin[visit->origin.size] = '\0';
}

static bool is_site(const gate_visit *visit)
{
    return visit->wanted == SS_METHOD_COUNT;
}

/* A page of elsewhere that has something done, by a form or a script: nobody may but by a key of theirs. */
static bool is_forged(const gate_visit *visit)
{
    return visit->foreign && visit->request->verb == SS_HTTP_POST;
}

/* Without keys: who reaches the port, but no page of elsewhere. */
static bool admit_anybody(const gate_visit *visit)
{
    if (!visit->gate->public_address && visit->host.data && !ss_host_is_own(visit->host))
        return refuse(visit->refusal, 403, "Host", "without keys this port is asked as localhost, or by its address");
    if (visit->foreign && (!is_site(visit) || is_forged(visit)) && !ss_origin_is_loopback(visit->origin))
        return refuse(visit->refusal, 403, "Origin", "without keys only pages of this machine may ask");
    visit->guest->kind = SS_API_SECRET;
    if (visit->foreign && !is_site(visit))
        take_origin(visit);
    return true;
}

static ss_slice bearer_of(const ss_http_request *request)
{
    static const ss_slice scheme = SS_SLICE_LITERAL("Bearer ");
    ss_slice value = request->header(request, "Authorization");
    if (value.size <= scheme.size || !ss_slice_equal_nocase((ss_slice){value.data, scheme.size}, scheme))
        return (ss_slice){NULL, 0};
    return ss_slice_trim((ss_slice){value.data + scheme.size, value.size - scheme.size});
}

/* A cookie comes along with whatever a browser is made to send: it is a key to sites alone, and to read only, unless one of their
 * own pages asks. */
static ss_slice cookie_of(const gate_visit *visit)
{
    const ss_http_request *request = visit->request;
    bool own = visit->origin.data && !visit->foreign;
    if (!is_site(visit) || (request->verb == SS_HTTP_POST && !own))
        return (ss_slice){NULL, 0};
    return request->cookie(request, COOKIE);
}

/* What stands in an address stands in logs and histories: nothing secret may. False: refused. */
static bool find_key(gate_visit *visit)
{
    const ss_http_request *request = visit->request;
    ss_guest *guest = visit->guest;
    ss_slice key = bearer_of(request);
    bool in_address = false;
    if (!key.data && !is_site(visit)) {
        key = request->query(request, "key");
        in_address = key.data != NULL;
    }
    if (!key.data)
        key = cookie_of(visit);
    visit->key = key.data ? ss_api_keys_find(visit->keys, key) : NULL;
    guest->key = visit->key ? ss_api_key_number(visit->key) : 0;
    guest->kind = ss_api_key_kind(visit->key);
    if (guest->kind != SS_API_SECRET || !in_address)
        return true;
    guest->kind = SS_API_NONE;
    return refuse(visit->refusal, 401, "key", "a secret key is sent as Authorization: Bearer, never in an address");
}

static unsigned tokens_of(ss_method wanted)
{
    if (wanted == SS_METHOD_OFFERS)
        return TOKENS_OFFER;
    return wanted == SS_METHOD_PAGE ? TOKENS_PAGE : TOKENS;
}

static bool check_rate(const gate_visit *visit, const struct sockaddr *address, int64_t now)
{
    const ss_http_request *request = visit->request;
    ss_caller_name name =
        ss_caller_find(&visit->gate->proxies, address, request->last_header(request, "X-Forwarded-For"));
    int64_t wait = ss_rate_limit_take(visit->gate->addresses, (ss_slice){(const char *)name.bytes, name.size},
                                      tokens_of(visit->wanted), now);
    return wait == 0 || refuse_rate(visit->refusal, wait, "from this address");
}

static bool check_public_key(const gate_visit *visit)
{
    if (visit->foreign && !ss_api_key_allows_origin(visit->key, visit->origin))
        return refuse(visit->refusal, 403, "Origin", "this key is not for pages of that origin");
    return ss_public_method(visit->wanted) ||
           refuse(visit->refusal, 403, "", "%s is not for a public key", ss_method_name(visit->wanted));
}

/* What only a secret key opens. */
static bool check_secret_site(const gate_visit *visit)
{
    if (visit->guest->kind == SS_API_PUBLIC)
        return refuse(visit->refusal, 403, "", "this is not for a public key");
    return visit->guest->kind == SS_API_SECRET || refuse(visit->refusal, 401, "", "a secret key is needed");
}

static bool check_key(const gate_visit *visit)
{
    if (visit->secret_site)
        return check_secret_site(visit);
    if (visit->guest->kind == SS_API_NONE)
        return refuse(visit->refusal, 401, "", "a key is needed, and one that is good here");
    return visit->guest->kind == SS_API_SECRET || check_public_key(visit);
}

static bool admit_by_key(gate_visit *visit, const struct sockaddr *address, int64_t now)
{
    bool open = is_site(visit) && !visit->secret_site, known = find_key(visit);
    if (open && is_forged(visit))
        return refuse(visit->refusal, 403, "Origin", "a page of another origin may not do this");
    if (open)
        return true;
    if (visit->foreign && !is_site(visit) && ss_api_keys_allow_origin(visit->keys, visit->origin))
        take_origin(visit); /* so that the page may read why it is refused, or has to wait */
    if (visit->guest->kind == SS_API_SECRET && visit->foreign)
        return refuse(visit->refusal, 403, "Origin", "a secret key is for no page");
    if (visit->guest->kind != SS_API_SECRET && !check_rate(visit, address, now))
        return false;
    return known && check_key(visit);
}

/* A browser asks beforehand whether a page of this origin may ask. What it is told is no secret; whether the key is good is said to what follows. */
static void take_preflight(const gate_visit *visit)
{
    const ss_api_keys *keys = visit->keys;
    bool may = keys ? ss_api_keys_allow_origin(keys, visit->origin) : ss_origin_is_loopback(visit->origin);
    if (may && !is_site(visit))
        take_origin(visit);
}

static bool admit(gate_visit *visit, const struct sockaddr *address, int64_t now)
{
    if (visit->request->verb == SS_HTTP_OPTIONS) {
        take_preflight(visit);
        return true;
    }
    return visit->keys ? admit_by_key(visit, address, now) : admit_anybody(visit);
}

bool ss_gate_admit(ss_gate *gate, const ss_http_request *request, ss_method wanted, bool secret_site,
                   const struct sockaddr *address, int64_t now, ss_guest *guest, ss_refusal *refusal)
{
    gate_visit visit = {.gate = gate,
                        .request = request,
                        .wanted = wanted,
                        .secret_site = secret_site,
                        .origin = request->header(request, "Origin"),
                        .host = request->header(request, "Host"),
                        .guest = guest,
                        .refusal = refusal};
    visit.foreign = visit.origin.data && !ss_origin_is_host(visit.origin, visit.host);
    *guest = (ss_guest){.kind = SS_API_NONE};
    visit.keys = ss_key_ring_hold(gate->ring);
    bool in = admit(&visit, address, now);
    ss_key_ring_let_go(gate->ring);
    return in;
}

/* ---- what is asked and answered ---- */

/* Of a page that may go with offers: does it? */
static bool has_offers(ss_slice params)
{
    const uint8_t *bytes = (const uint8_t *)params.data;
    ss_wire_reader in = {bytes, bytes + params.size};
    ss_wire_token token;
    if (!ss_wire_next(&in, &token) || token.kind != SS_WIRE_MAP)
        return false;
    for (uint64_t left = token.number; left > 0 && ss_wire_next(&in, &token); left--) {
        if (ss_slice_equal((ss_slice){token.bytes, token.size}, SS_SLICE_LITERAL("offers")))
            return ss_wire_next(&in, &token) && !(token.kind == SS_WIRE_BOOL && !token.number);
        if (!ss_wire_skip(&in, SIZE_MAX))
            return false;
    }
    return false;
}

/* Each decision may set aside a part of the shop's budget: a flood of made-up sessions, from wherever, must not drain it. */
static bool check_offers_rate(ss_gate *gate, const ss_guest *guest, ss_refusal *refusal)
{
    ss_slice name = {(const char *)&guest->key, sizeof guest->key};
    int64_t wait = ss_rate_limit_take(gate->offers, name, 1, ss_clock_monotonic());
    return wait == 0 || refuse_rate(refusal, wait, "for offers with this key");
}

bool ss_gate_params(ss_gate *gate, const ss_guest *guest, ss_method method, ss_slice params, ss_buffer *out,
                    ss_slice *asked, ss_refusal *refusal)
{
    *asked = params;
    if (guest->kind != SS_API_PUBLIC)
        return true;
    *refusal = (ss_refusal){0};
    ss_buffer_clear(out);
    const ss_api_keys *keys = ss_key_ring_hold(gate->ring);
    bool good = ss_public_params(keys, method, params, ss_clock_now(), out, &refusal->fault);
    ss_key_ring_let_go(gate->ring);
    if (!good) {
        refusal->status = ss_fault_status(refusal->fault.code);
        return false;
    }
    *asked = (ss_slice){out->data, out->size};
    bool offers = method == SS_METHOD_OFFERS || (method == SS_METHOD_PAGE && has_offers(*asked));
    return !offers || check_offers_rate(gate, guest, refusal);
}

ss_status ss_gate_result(ss_gate *gate, const ss_guest *guest, ss_method method, ss_slice result, ss_buffer *out,
                         ss_slice *shown, ss_error *error)
{
    (void)gate;
    *shown = result;
    if (guest->kind != SS_API_PUBLIC)
        return SS_OK;
    ss_buffer_clear(out);
    ss_status status = ss_public_result(method, result, out, error);
    *shown = (ss_slice){out->data, out->size};
    return status;
}

/* ---- headers ---- */

typedef struct header_list {
    ss_gate_header *headers;
    size_t count;
} header_list;

static void add(header_list *list, const char *name, const char *value)
{
    list->headers[list->count++] = (ss_gate_header){name, value};
}

static bool is_api(ss_slice path)
{
    static const ss_slice prefix = SS_SLICE_LITERAL("/v1/");
    return path.size >= prefix.size && memcmp(path.data, prefix.data, prefix.size) == 0;
}

bool ss_gate_varies(const ss_http_request *request)
{
    return is_api(request->path);
}

size_t ss_gate_headers(const ss_gate *gate, const ss_guest *guest, const ss_http_request *request, bool preflight,
                       ss_gate_header *headers)
{
    header_list list = {headers, 0};
    if (!is_api(request->path))
        return 0;
    if (guest->origin[0])
        add(&list, "Access-Control-Allow-Origin", guest->origin);
    if (guest->origin[0] && preflight) {
        add(&list, "Access-Control-Allow-Methods", "GET, POST");
        add(&list, "Access-Control-Allow-Headers", "Authorization, Content-Type");
        add(&list, "Access-Control-Max-Age", "7200");
    } else if (guest->origin[0])
        add(&list, "Access-Control-Expose-Headers", "Date, Retry-After");
    if (gate->ring && guest->kind == SS_API_NONE && !preflight)
        add(&list, "WWW-Authenticate", "Bearer");
    return list.count;
}

size_t ss_gate_sites(ss_gate *gate, ss_http_site *sites)
{
    return ss_api_sites(gate->ring, sites);
}

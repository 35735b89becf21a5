/* test_gate.c: who is let in, by key, page, host and rate; what a page of another origin is told. */
#include "check.h"

#include "base/file.h"
#include "http/gate.h"
#include "json_wire.h"
#include "temporary_folder.h"

#include <netinet/in.h>
#include <string.h>

#define OWN     "127.0.0.1:8080"
#define SHOP    "https://shop.example"
#define EVIL    "https://evil.example"
#define NO_KEY  "pk_0123456789ABCDEFGHJKMNPQRSTVWXYZ01234567" /* well formed */
#define SECOND  INT64_C(1000000000)
#define SESSION "8f14e45f-ceea-467f-a0e6"

typedef struct gate_pair {
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    char public[SS_API_KEY_SIZE + 1], other[SS_API_KEY_SIZE + 1], secret[SS_API_KEY_SIZE + 1];
    ss_http_options options, open_options;
    ss_key_ring *keys;
    ss_gate *keyed, *open;
} gate_pair;

/* A request as a test writes it; NULL: not there. */
typedef struct asked_request {
    ss_http_request request; /* first */
    const char *key, *bearer, *cookie, *origin, *host, *forwarded;
} asked_request;

static ss_slice query_of(const ss_http_request *request, const char *name)
{
    const asked_request *one = (const asked_request *)request;
    return ss_slice_of(strcmp(name, "key") == 0 ? one->key : NULL);
}

static ss_slice header_of(const ss_http_request *request, const char *name)
{
    const asked_request *one = (const asked_request *)request;
    const char *value = strcmp(name, "Authorization") == 0     ? one->bearer
                        : strcmp(name, "Origin") == 0          ? one->origin
                        : strcmp(name, "Host") == 0            ? one->host
                        : strcmp(name, "X-Forwarded-For") == 0 ? one->forwarded
                                                               : NULL;
    return ss_slice_of(value);
}

static ss_slice cookie_of(const ss_http_request *request, const char *name)
{
    const asked_request *one = (const asked_request *)request;
    return ss_slice_of(strcmp(name, "smartshelf_key") == 0 ? one->cookie : NULL);
}

static int set_up(void **state)
{
    static const ss_texts none = {.count = 0}, shop = {.text = {SHOP}, .count = 1};
    gate_pair *new = calloc(1, sizeof *new);
    temporary_folder_make(new->folder);
    temporary_path(new->path, new->folder, "keys");
    assert_status(ss_api_key_add(new->path, SS_API_PUBLIC, NULL, &shop, new->public, NULL), SS_OK);
    assert_status(ss_api_key_add(new->path, SS_API_PUBLIC, NULL, &none, new->other, NULL), SS_OK);
    assert_status(ss_api_key_add(new->path, SS_API_SECRET, NULL, &none, new->secret, NULL), SS_OK);
    new->options = (ss_http_options){.http = OWN, .keys = new->path, .rate = 10, .offers_rate = 2};
    new->options.proxies = (ss_texts){.text = {"10.0.0.0/8"}, .count = 1};
    new->open_options = (ss_http_options){.http = OWN, .rate = 1};
    assert_status(ss_key_ring_open(new->path, NULL, &new->keys, NULL), SS_OK);
    assert_status(ss_gate_new(&new->options, new->keys, true, &new->keyed, NULL), SS_OK);
    assert_status(ss_gate_new(&new->open_options, NULL, false, &new->open, NULL), SS_OK);
    *state = new;
    return 0;
}

static int tear_down(void **state)
{
    gate_pair *old = *state;
    ss_gate_free(&old->keyed);
    ss_gate_free(&old->open);
    ss_key_ring_close(&old->keys);
    temporary_folder_remove(old->folder);
    free(old);
    return 0;
}

static struct sockaddr_in address_of(uint32_t number)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(number)};
}

/* The status it would be refused with; 200: let in. */
static unsigned admit_from(ss_gate *gate, uint32_t address, int64_t now, asked_request one, ss_http_verb verb,
                           const char *method, ss_guest *guest, ss_refusal *refusal)
{
    struct sockaddr_in from = address_of(address);
    bool secret_site = strcmp(method, "secret site") == 0;
    one.request.verb = verb;
    one.request.query = query_of;
    one.request.header = header_of;
    one.request.last_header = header_of;
    one.request.cookie = cookie_of;
    bool in = ss_gate_admit(gate, &one.request, ss_method_find(ss_slice_of(method)), secret_site,
                            (struct sockaddr *)&from, now, guest, refusal);
    return in ? 200 : refusal->status;
}

static unsigned admit(ss_gate *gate, asked_request one, ss_http_verb verb, const char *method, ss_guest *guest)
{
    static uint32_t address = 1; /* each from another: rates are no matter */
    ss_refusal refusal = {0};
    unsigned status = admit_from(gate, address++ << 8, SECOND, one, verb, method, guest, &refusal);
    assert_true(status == 200 || (refusal.fault.code == SS_FAULT_ACCESS_DENIED && refusal.fault.message[0]));
    return status;
}

/* "Bearer " before a key. */
static const char *bearer(const char *key)
{
    static char texts[16][64];
    static unsigned next;
    char *text = texts[next++ % 16];
    snprintf(text, sizeof texts[0], "Bearer %s", key);
    return text;
}

static void keys_let_in(void **state)
{
    const gate_pair *gates = *state;
    const char *public = gates->public, *other = gates->other, *secret = gates->secret;
    const struct {
        asked_request asked;
        ss_http_verb verb;
        const char *method;
        unsigned status;
        ss_api_kind kind;
        const char *origin; /* that is told it may */
    } rows[] = {
        {{.host = OWN}, SS_HTTP_GET, "related", 401, SS_API_NONE, ""},
        {{.host = OWN, .key = NO_KEY}, SS_HTTP_GET, "related", 401, SS_API_NONE, ""},
        {{.host = OWN, .key = public}, SS_HTTP_GET, "related", 200, SS_API_PUBLIC, ""},
        {{.host = OWN, .bearer = bearer(public)}, SS_HTTP_GET, "related", 200, SS_API_PUBLIC, ""},
        {{.host = OWN, .key = public, .origin = SHOP}, SS_HTTP_POST, "event", 200, SS_API_PUBLIC, SHOP},
        {{.host = OWN, .key = public, .origin = "http://" OWN}, SS_HTTP_POST, "event", 200, SS_API_PUBLIC, ""},
        {{.host = OWN, .key = other, .origin = "http://" OWN}, SS_HTTP_POST, "event", 200, SS_API_PUBLIC, ""},
        {{.host = OWN, .key = public, .origin = EVIL}, SS_HTTP_GET, "related", 403, SS_API_PUBLIC, ""},
        {{.host = OWN, .key = public, .origin = "null"}, SS_HTTP_GET, "related", 403, SS_API_PUBLIC, ""},
        {{.host = OWN, .key = public, .origin = ""}, SS_HTTP_GET, "related", 403, SS_API_PUBLIC, ""},
        /* a page that some key lists may read why it is refused, and no other */
        {{.host = OWN, .key = NO_KEY, .origin = SHOP}, SS_HTTP_GET, "related", 401, SS_API_NONE, SHOP},
        {{.host = OWN, .bearer = bearer(NO_KEY), .origin = SHOP}, SS_HTTP_POST, "event", 401, SS_API_NONE, SHOP},
        {{.host = OWN, .origin = SHOP}, SS_HTTP_GET, "related", 401, SS_API_NONE, SHOP},
        {{.host = OWN, .key = other, .origin = SHOP}, SS_HTTP_POST, "event", 403, SS_API_PUBLIC, SHOP},
        {{.host = OWN, .key = secret, .origin = SHOP}, SS_HTTP_GET, "stats", 401, SS_API_NONE, SHOP},
        {{.host = OWN, .bearer = bearer(secret), .origin = SHOP}, SS_HTTP_GET, "stats", 403, SS_API_SECRET, SHOP},
        {{.host = OWN, .key = NO_KEY, .origin = EVIL}, SS_HTTP_GET, "related", 401, SS_API_NONE, ""},
        {{.host = OWN, .key = NO_KEY, .origin = SHOP ".evil.example"}, SS_HTTP_GET, "related", 401, SS_API_NONE, ""},
        {{.host = OWN, .key = NO_KEY, .origin = "null"}, SS_HTTP_GET, "related", 401, SS_API_NONE, ""},
        {{.host = OWN, .bearer = bearer(secret), .origin = EVIL}, SS_HTTP_GET, "stats", 403, SS_API_SECRET, ""},
        {{.host = OWN, .key = NO_KEY, .origin = SHOP}, SS_HTTP_POST, "secret site", 401, SS_API_NONE, ""},
        /* what a public key may not */
        {{.host = OWN, .key = public, .origin = SHOP}, SS_HTTP_GET, "stats", 403, SS_API_PUBLIC, SHOP},
        {{.host = OWN, .key = public}, SS_HTTP_POST, "items", 403, SS_API_PUBLIC, ""},
        {{.host = OWN, .key = public}, SS_HTTP_POST, "redeem", 403, SS_API_PUBLIC, ""},
        {{.host = OWN, .key = public}, SS_HTTP_GET, "find", 403, SS_API_PUBLIC, ""},
        {{.host = OWN, .bearer = bearer(public)}, SS_HTTP_POST, "secret site", 403, SS_API_PUBLIC, ""},
        /* secret keys: in a header alone, and for no page of elsewhere */
        {{.host = OWN, .bearer = bearer(secret)}, SS_HTTP_POST, "items", 200, SS_API_SECRET, ""},
        {{.host = "shop-internal", .bearer = bearer(secret)}, SS_HTTP_GET, "stats", 200, SS_API_SECRET, ""},
        {{.host = OWN, .bearer = bearer(secret)}, SS_HTTP_POST, "secret site", 200, SS_API_SECRET, ""},
        {{.host = OWN, .key = secret}, SS_HTTP_GET, "stats", 401, SS_API_NONE, ""},
        {{.host = OWN, .bearer = secret}, SS_HTTP_GET, "stats", 401, SS_API_NONE, ""},
        {{.host = OWN, .bearer = bearer(secret), .origin = "http://" OWN},
         SS_HTTP_GET,
         "stats",
         200,
         SS_API_SECRET,
         ""},
        {{.host = OWN, .bearer = bearer(""), .key = public}, SS_HTTP_GET, "related", 200, SS_API_PUBLIC, ""},
        /* cookies: for sites, and to change something only from their own pages */
        {{.host = OWN, .cookie = secret}, SS_HTTP_GET, "stats", 401, SS_API_NONE, ""},
        {{.host = OWN, .cookie = secret, .origin = "http://" OWN}, SS_HTTP_POST, "items", 401, SS_API_NONE, ""},
        {{.host = OWN, .cookie = secret}, SS_HTTP_GET, "secret site", 200, SS_API_SECRET, ""},
        {{.host = OWN, .cookie = secret, .origin = "http://" OWN}, SS_HTTP_POST, "secret site", 200, SS_API_SECRET, ""},
        {{.host = OWN, .cookie = secret}, SS_HTTP_POST, "secret site", 401, SS_API_NONE, ""},
        {{.host = OWN, .cookie = secret, .origin = "http://127.0.0.1:8081"},
         SS_HTTP_POST,
         "secret site",
         401,
         SS_API_NONE,
         ""},
        {{.host = OWN, .key = secret}, SS_HTTP_GET, "secret site", 401, SS_API_NONE, ""},
        {{.host = OWN}, SS_HTTP_GET, "secret site", 401, SS_API_NONE, ""},
        /* open sites */
        {{.host = OWN}, SS_HTTP_GET, "site", 200, SS_API_NONE, ""},
        {{.host = OWN, .origin = EVIL}, SS_HTTP_GET, "site", 200, SS_API_NONE, ""},
        {{.host = OWN, .origin = EVIL}, SS_HTTP_POST, "site", 403, SS_API_NONE, ""},
        {{.host = OWN, .cookie = secret}, SS_HTTP_GET, "site", 200, SS_API_SECRET, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ss_guest guest;
        unsigned status = admit(gates->keyed, rows[i].asked, rows[i].verb, rows[i].method, &guest);
        if (status != rows[i].status || (status == 200 && guest.kind != rows[i].kind) ||
            strcmp(guest.origin, rows[i].origin) != 0)
            fail_msg("row %zu: %s: %u, kind %d, origin '%s'", i, rows[i].method, status, guest.kind, guest.origin);
    }
}

static void without_keys_no_page_of_elsewhere_gets_in(void **state)
{
    static const struct {
        asked_request asked;
        ss_http_verb verb;
        const char *method;
        unsigned status;
    } rows[] = {
        {{.host = OWN}, SS_HTTP_POST, "items", 200},
        {{.host = "localhost:8080"}, SS_HTTP_GET, "stats", 200},
        {{.host = NULL}, SS_HTTP_GET, "stats", 200}, /* HTTP/1.0: no browser */
        {{.host = OWN, .key = "pk_whatever"}, SS_HTTP_GET, "related", 200},
        {{.host = OWN, .origin = "http://" OWN}, SS_HTTP_POST, "event", 200},
        {{.host = OWN, .origin = "http://localhost:8000"}, SS_HTTP_POST, "event", 200},
        {{.host = OWN, .origin = EVIL}, SS_HTTP_POST, "items", 403},
        {{.host = OWN, .origin = EVIL}, SS_HTTP_GET, "related", 403},
        {{.host = OWN, .origin = "null"}, SS_HTTP_POST, "event", 403},
        {{.host = OWN, .origin = EVIL}, SS_HTTP_POST, "site", 403},
        {{.host = OWN, .origin = EVIL}, SS_HTTP_POST, "secret site", 403},
        {{.host = OWN, .origin = EVIL}, SS_HTTP_GET, "site", 200}, /* a module that the page loads */
        {{.host = "evil.example:8080"}, SS_HTTP_GET, "stats", 403},
        {{.host = "evil.example:8080", .origin = "http://evil.example:8080"}, SS_HTTP_POST, "items", 403},
        {{.host = "evil.example"}, SS_HTTP_GET, "site", 403},
    };
    const gate_pair *gates = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned again = 0; again < 3; again++) { /* and no limit */
            ss_guest guest;
            unsigned status = admit(gates->open, rows[i].asked, rows[i].verb, rows[i].method, &guest);
            if (status != rows[i].status || (status == 200 && guest.kind != SS_API_SECRET))
                fail_msg("row %zu: %s: %u", i, rows[i].method, status);
        }
}

static void a_public_address_wants_keys(void **state)
{
    const gate_pair *gates = *state;
    ss_http_options options = {.http = "0.0.0.0:8080"};
    ss_guest guest;
    ss_gate *gate = NULL;
    assert_status(ss_gate_new(&options, NULL, true, &gate, NULL), SS_E_ACCESS);
    options.insecure_public_bind = true;
    assert_status(ss_gate_new(&options, NULL, true, &gate, NULL), SS_OK);
    assert_int_equal(admit(gate, (asked_request){.host = "shelf.internal"}, SS_HTTP_GET, "stats", &guest), 200);
    assert_int_equal(
        admit(gate, (asked_request){.host = "shelf.internal", .origin = EVIL}, SS_HTTP_POST, "items", &guest), 403);
    ss_gate_free(&gate);
    options = gates->options;
    options.proxies.text[0] = "nobody";
    assert_status(ss_gate_new(&options, gates->keys, true, &gate, NULL), SS_E_ARGUMENT);
    assert_null(gate);
}

static void who_asks_too_often_waits(void **state)
{
    const gate_pair *gates = *state;
    asked_request public = {.host = OWN, .key = gates->public, .origin = SHOP},
                  secret = {.host = OWN, .bearer = bearer(gates->secret)};
    asked_request proxied = {.host = OWN, .key = gates->public, .forwarded = "198.51.100.7"};
    asked_request stranger = {.host = OWN, .key = NO_KEY};
    ss_guest guest;
    ss_refusal refusal = {0};
    int64_t now = 100 * SECOND;
    for (unsigned i = 0; i < 40; i++)
        assert_int_equal(admit_from(gates->keyed, 7, now, public, SS_HTTP_GET, "related", &guest, &refusal), 200);
    assert_int_equal(admit_from(gates->keyed, 7, now, public, SS_HTTP_GET, "related", &guest, &refusal), 429);
    assert_int_equal(refusal.retry_s, 1);
    assert_int_equal(refusal.fault.code, SS_FAULT_BUSY);
    assert_string_equal(guest.origin, SHOP); /* the page may read it */
    assert_int_equal(admit_from(gates->keyed, 7, now, secret, SS_HTTP_GET, "related", &guest, &refusal), 200);
    assert_int_equal(admit_from(gates->keyed, 8, now, public, SS_HTTP_GET, "related", &guest, &refusal), 200);
    assert_int_equal(admit_from(gates->keyed, 7, now + SECOND, public, SS_HTTP_GET, "related", &guest, &refusal), 200);
    for (unsigned i = 0; i < 8; i++) /* offers count for more */
        assert_int_equal(admit_from(gates->keyed, 9, now, public, SS_HTTP_POST, "offers", &guest, &refusal), 200);
    assert_int_equal(admit_from(gates->keyed, 9, now, public, SS_HTTP_POST, "offers", &guest, &refusal), 429);
    for (unsigned i = 0; i < 40; i++) /* keys that are none, too */
        assert_int_equal(admit_from(gates->keyed, 10, now, stranger, SS_HTTP_GET, "related", &guest, &refusal), 401);
    assert_int_equal(admit_from(gates->keyed, 10, now, stranger, SS_HTTP_GET, "related", &guest, &refusal), 429);
    for (unsigned i = 0; i < 40; i++) /* behind our proxy each for themselves, elsewhere not */
        assert_int_equal(admit_from(gates->keyed, 0x0a000001, now, proxied, SS_HTTP_GET, "related", &guest, &refusal),
                         200);
    proxied.forwarded = "198.51.100.8";
    assert_int_equal(admit_from(gates->keyed, 0x0a000001, now, proxied, SS_HTTP_GET, "related", &guest, &refusal), 200);
    proxied.forwarded = "203.0.113.1, 198.51.100.7";
    assert_int_equal(admit_from(gates->keyed, 0x0a000001, now, proxied, SS_HTTP_GET, "related", &guest, &refusal), 429);
    assert_int_equal(admit_from(gates->keyed, 7, now + SECOND, proxied, SS_HTTP_GET, "related", &guest, &refusal), 200);
}

/* Sessions can be made up without end; what a key's visitors may be promised a second cannot. */
static void offers_of_a_key_have_a_rate(void **state)
{
    const gate_pair *gates = *state;
    ss_slice offers = json_wire("{'page': 'home', 'session_id': '" SESSION "'}");
    ss_slice with = json_wire("{'shelves': ['popular'], 'offers': {}, 'session_id': '" SESSION "'}");
    ss_slice without = json_wire("{'shelves': ['popular'], 'offers': false, 'session_id': '" SESSION "'}"),
             asked_params;
    ss_buffer out;
    ss_guest guest;
    ss_refusal refusal;
    unsigned taken = 0;
    ss_buffer_init(&out, JSON_WIRE_MAX);
    assert_int_equal(
        admit(gates->keyed, (asked_request){.host = OWN, .key = gates->public}, SS_HTTP_POST, "offers", &guest), 200);
    while (taken < 1000 && ss_gate_params(gates->keyed, &guest, taken % 2 ? SS_METHOD_PAGE : SS_METHOD_OFFERS,
                                          taken % 2 ? with : offers, &out, &asked_params, &refusal))
        taken++;
    assert_in_range(taken, 20, 25);
    assert_int_equal(refusal.status, 429);
    assert_true(refusal.retry_s > 0);
    assert_true(ss_gate_params(gates->keyed, &guest, SS_METHOD_PAGE, without, &out, &asked_params, &refusal));
    assert_int_equal(
        admit(gates->keyed, (asked_request){.host = OWN, .key = gates->other}, SS_HTTP_POST, "offers", &guest), 200);
    assert_true(ss_gate_params(gates->keyed, &guest, SS_METHOD_OFFERS, offers, &out, &asked_params, &refusal));
    ss_buffer_release(&out);
    free((char *)(uintptr_t)offers.data);
    free((char *)(uintptr_t)with.data);
    free((char *)(uintptr_t)without.data);
}

static void params_and_results_of_public_keys_alone_are_changed(void **state)
{
    const gate_pair *gates = *state;
    ss_slice params = json_wire("{'customer_id': '1'}"),
             result = json_wire("{'items': [{'item_id': 'a', 'score': 1}]}"), got;
    ss_buffer out;
    ss_refusal refusal;
    ss_guest guest = {.kind = SS_API_SECRET};
    ss_buffer_init(&out, JSON_WIRE_MAX);
    assert_true(ss_gate_params(gates->keyed, &guest, SS_METHOD_COUNT - 1, params, &out, &got, &refusal));
    assert_ptr_equal(got.data, params.data);
    assert_status(ss_gate_result(gates->keyed, &guest, 0, result, &out, &got, NULL), SS_OK);
    assert_ptr_equal(got.data, result.data);
    assert_int_equal(
        admit(gates->keyed, (asked_request){.host = OWN, .key = gates->public}, SS_HTTP_GET, "for_you", &guest), 200);
    assert_false(ss_gate_params(gates->keyed, &guest, 0, params, &out, &got, &refusal));
    assert_int_equal(refusal.status, 403);
    assert_string_equal(refusal.fault.field, "customer_id");
    assert_status(ss_gate_result(gates->keyed, &guest, 0, result, &out, &got, NULL), SS_OK);
    char *text = json_wire_text(got);
    assert_string_equal(text, "{'items': [{'item_id': 'a'}]}");
    free(text);
    ss_buffer_release(&out);
    free((char *)(uintptr_t)params.data);
    free((char *)(uintptr_t)result.data);
}

static const char *told(ss_gate *gate, const ss_guest *guest, const char *path, bool preflight, const char *name)
{
    static char value[300];
    ss_gate_header headers[SS_GATE_HEADERS];
    const ss_http_request request = {.path = ss_slice_of(path)};
    size_t count = ss_gate_headers(gate, guest, &request, preflight, headers);
    assert_in_range(count, 0, SS_GATE_HEADERS);
    for (size_t i = 0; i < count; i++)
        if (strcmp(headers[i].name, name) == 0) {
            snprintf(value, sizeof value, "%s", headers[i].value);
            return value;
        }
    return "";
}

static void preflights_are_answered_to_listed_origins_alone(void **state)
{
    const gate_pair *gates = *state;
    const struct {
        ss_gate *gate;
        asked_request asked;
        const char *method;
        bool allowed;
    } rows[] = {
        {gates->keyed, {.host = OWN, .origin = SHOP}, "related", true},
        {gates->keyed, {.host = OWN, .origin = SHOP, .key = gates->public}, "event", true},
        {gates->keyed, {.host = OWN, .origin = SHOP, .key = gates->other}, "event", true}, /* which is then refused */
        {gates->keyed, {.host = OWN, .origin = SHOP, .key = NO_KEY}, "event", true},
        {gates->keyed, {.host = OWN, .origin = EVIL, .key = gates->public}, "event", false},
        {gates->keyed, {.host = OWN, .origin = EVIL}, "related", false},
        {gates->keyed, {.host = OWN, .origin = "null"}, "related", false},
        {gates->keyed, {.host = OWN}, "related", false},
        {gates->keyed, {.host = OWN, .origin = SHOP}, "secret site", false},
        {gates->open, {.host = OWN, .origin = "http://localhost:3000"}, "related", true},
        {gates->open, {.host = OWN, .origin = EVIL}, "related", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ss_guest guest;
        assert_int_equal(admit(rows[i].gate, rows[i].asked, SS_HTTP_OPTIONS, rows[i].method, &guest), 200);
        assert_string_equal(told(rows[i].gate, &guest, "/v1/related", true, "Access-Control-Allow-Origin"),
                            rows[i].allowed ? rows[i].asked.origin : "");
        assert_string_equal(told(rows[i].gate, &guest, "/v1/related", true, "Access-Control-Allow-Methods"),
                            rows[i].allowed ? "GET, POST" : "");
    }
}

static void what_replies_carry(void **state)
{
    const gate_pair *gates = *state;
    const ss_guest nobody = {.kind = SS_API_NONE}, page = {.kind = SS_API_PUBLIC, .origin = SHOP};
    assert_string_equal(told(gates->keyed, &page, "/v1/related", false, "Access-Control-Allow-Origin"), SHOP);
    assert_string_equal(told(gates->keyed, &page, "/v1/related", false, "Access-Control-Allow-Credentials"), "");
    assert_string_equal(told(gates->keyed, &page, "/v1/related", false, "Access-Control-Expose-Headers"),
                        "Date, Retry-After");
    assert_string_equal(told(gates->keyed, &page, "/v1/related", false, "WWW-Authenticate"), "");
    assert_string_equal(told(gates->keyed, &nobody, "/v1/related", false, "WWW-Authenticate"), "Bearer");
    assert_string_equal(told(gates->open, &nobody, "/v1/related", false, "WWW-Authenticate"), "");
}

static bool varies(const char *path)
{
    const ss_http_request request = {.path = ss_slice_of(path)};
    return ss_gate_varies(&request);
}

static void methods_vary_by_who_asks_and_sites_do_not(void **state)
{
    (void)state;
    assert_true(varies("/v1/related"));
    assert_true(varies("/v1/"));
    assert_false(varies("/web/smart-shelf.js"));
    assert_false(varies("/v1"));
    assert_false(varies(""));
}

int main(void)
{
#define GATES(TEST) cmocka_unit_test_setup_teardown(TEST, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        GATES(keys_let_in),
        GATES(without_keys_no_page_of_elsewhere_gets_in),
        GATES(a_public_address_wants_keys),
        GATES(who_asks_too_often_waits),
        GATES(offers_of_a_key_have_a_rate),
        GATES(params_and_results_of_public_keys_alone_are_changed),
        GATES(preflights_are_answered_to_listed_origins_alone),
        GATES(what_replies_carry),
        cmocka_unit_test(methods_vary_by_who_asks_and_sites_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "http/demo_visitors.h"

#include "base/clock.h"
#include "base/dictionary.h"
#include "base/file.h"
#include "http/demo_reply.h"
#include "http/transcode.h"
#include "http/visitor_token.h"
#include "store/customers.h"
#include "store/generation.h"
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CUSTOMERS    5u
#define COOKIE_MAX   160u
#define TOKEN_LIFE   INT64_C(86400000000) /* microseconds */
#define ME_MAX       8192u                /* bytes of what is told of a visitor */
#define CUSTOMER_MAX (SS_ID_MAX + 64u)    /* of one that they may be */

typedef struct customer {
    char id[SS_ID_MAX];
    size_t size;
    size_t products; /* different ones that they bought */
} customer;

struct ss_demo_visitors {
    ss_api_keys *keys;
    customer customers[CUSTOMERS];
    size_t count;
};

static const char *const names[CUSTOMERS] = {"Ada", "Ben", "Chloe", "Dario", "Eleni"};
static const size_t wanted[CUSTOMERS] = {40, 20, 10, 4, 1}; /* products, about */

/* ---- making ---- */

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

static bool is_chosen(const ss_demo_visitors *visitors, ss_slice id)
{
    for (size_t i = 0; i < visitors->count; i++)
        if (ss_slice_equal((ss_slice){visitors->customers[i].id, visitors->customers[i].size}, id))
            return true;
    return false;
}

/* The first whose history is nearest to so many products. */
static uint32_t nearest(const ss_demo_visitors *visitors, const ss_customers *customers, size_t products)
{
    uint32_t best = SS_NONE;
    size_t off = SIZE_MAX;
    for (uint32_t i = 0; i < customers->count && off > 0; i++) {
        size_t count = ss_customers_history(customers, i).count;
        if (count == 0 || distance(count, products) >= off || is_chosen(visitors, ss_strings_at(&customers->ids, i)))
            continue;
        off = distance(count, products);
        best = i;
    }
    return best;
}

static void choose(ss_demo_visitors *visitors, const ss_customers *customers)
{
    for (size_t i = 0; i < CUSTOMERS; i++) {
        uint32_t number = nearest(visitors, customers, wanted[i]);
        if (number == SS_NONE)
            return;
        ss_slice id = ss_strings_at(&customers->ids, number);
        customer *to = &visitors->customers[visitors->count++];
        memcpy(to->id, id.data, id.size);
        to->size = id.size;
        to->products = ss_customers_history(customers, number).count;
    }
}

/* A shop without customers has strangers only. */
static ss_status choose_from(const char *store, ss_demo_visitors *visitors, ss_error *error)
{
    char path[SS_PATH_MAX], name[SS_GENERATION_NAME_MAX];
    ss_customers customers = {0};
    ss_status status = ss_generation_resolve(store, NULL, path, name, error);
    if (status == SS_OK)
        status = ss_customers_open(path, &customers, error);
    if (status == SS_OK)
        choose(visitors, &customers);
    ss_customers_close(&customers);
    return status == SS_E_NOT_FOUND ? SS_OK : status;
}

/* Keys are read from files: one that is there for that long only. */
static ss_status make_keys(ss_api_keys **keys, ss_error *error)
{
    char folder[] = "/tmp/smartshelf-demo-XXXXXX", path[sizeof folder + 8], key[SS_API_KEY_SIZE + 1];
    const ss_texts origins = {.count = 0};
    if (!mkdtemp(folder))
        return ss_error_io(error, folder, "cannot make a folder");
    snprintf(path, sizeof path, "%s/keys", folder);
    ss_status status = ss_api_key_add(path, SS_API_PUBLIC, "demo", &origins, key, error);
    if (status == SS_OK)
        status = ss_api_keys_read(path, keys, error);
    unlink(path);
    rmdir(folder);
    return status;
}

ss_status ss_demo_visitors_open(const char *store, ss_demo_visitors **visitors, ss_error *error)
{
    ss_status status;
    ss_demo_visitors *new = calloc(1, sizeof *new);
    SS_TRY(new ? SS_OK : ss_error_nomem(error));
    SS_TRY(make_keys(&new->keys, error));
    SS_TRY(choose_from(store, new, error));
    *visitors = new;
    new = NULL;
out:
    ss_demo_visitors_free(&new);
    return status;
}

void ss_demo_visitors_free(ss_demo_visitors **visitors)
{
    ss_demo_visitors *old = *visitors;
    *visitors = NULL;
    if (!old)
        return;
    ss_api_keys_free(&old->keys);
    free(old);
}

const ss_api_keys *ss_demo_visitors_keys(const ss_demo_visitors *visitors)
{
    return visitors->keys;
}

/* ---- who it is ---- */

static void take_customer(const ss_demo_visitors *visitors, size_t number, ss_demo_visitor *visitor)
{
    visitor->number = number <= visitors->count ? number : 0;
    visitor->customer = (ss_slice){"", 0};
    if (visitor->number > 0)
        visitor->customer = (ss_slice){visitors->customers[number - 1].id, visitors->customers[number - 1].size};
}

static void make_session(ss_demo_visitor *visitor)
{
    unsigned char random[SS_DEMO_SESSION_SIZE / 2];
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(visitor->session, sizeof visitor->session, random, sizeof random);
}

/* "0123…cdef.2" */
static bool read_cookie(ss_slice cookie, ss_demo_visitor *visitor, size_t *number)
{
    if (cookie.size != SS_DEMO_SESSION_SIZE + 2 || cookie.data[SS_DEMO_SESSION_SIZE] != '.')
        return false;
    for (size_t i = 0; i < SS_DEMO_SESSION_SIZE; i++)
        if (!strchr("0123456789abcdef", cookie.data[i]) || !cookie.data[i])
            return false;
    memcpy(visitor->session, cookie.data, SS_DEMO_SESSION_SIZE);
    visitor->session[SS_DEMO_SESSION_SIZE] = '\0';
    *number = (size_t)(cookie.data[SS_DEMO_SESSION_SIZE + 1] - '0');
    return *number <= CUSTOMERS;
}

bool ss_demo_visitor_of(const ss_demo_visitors *visitors, const ss_http_request *request, ss_demo_visitor *visitor)
{
    size_t number = 0;
    bool known = read_cookie(request->cookie(request, "shop"), visitor, &number);
    if (!known)
        make_session(visitor);
    take_customer(visitors, known ? number : 0, visitor);
    return known;
}

/* ---- telling ---- */

static uint8_t *put_named(uint8_t *at, const char *name, ss_slice text)
{
    at = ss_wire_put_text(at, name, strlen(name));
    return text.size ? ss_wire_put_text(at, text.data, text.size) : ss_wire_put_nil(at);
}

static uint8_t *put_customers(uint8_t *at, const ss_demo_visitors *visitors)
{
    at = ss_wire_put_text(at, "customers", 9);
    at = ss_wire_put_array(at, (uint32_t)visitors->count);
    for (size_t i = 0; i < visitors->count; i++) {
        const customer *one = &visitors->customers[i];
        at = ss_wire_put_map(at, 4);
        at = ss_wire_put_uint(ss_wire_put_text(at, "visitor", 7), i + 1);
        at = put_named(at, "name", ss_slice_of(names[i]));
        at = put_named(at, "customer_id", (ss_slice){one->id, one->size});
        at = ss_wire_put_uint(ss_wire_put_text(at, "products", 8), one->products);
    }
    return at;
}

static void tell(const ss_demo_visitors *visitors, const ss_demo_visitor *visitor, ss_http_reply *reply)
{
    uint8_t wire[ME_MAX], *at = wire;
    char token[SS_VISITOR_TOKEN_SIZE] = "";
    _Static_assert(CUSTOMERS * CUSTOMER_MAX + SS_VISITOR_TOKEN_SIZE + SS_ID_MAX + 256 < ME_MAX, "it has room");
    if (visitor->number > 0)
        ss_visitor_token_make(visitors->keys, visitor->customer, ss_slice_of(visitor->session),
                              ss_clock_now() + TOKEN_LIFE, token, NULL);
    at = ss_wire_put_map(at, 5);
    at = put_named(at, "session_id", ss_slice_of(visitor->session));
    at = ss_wire_put_uint(ss_wire_put_text(at, "visitor", 7), visitor->number);
    at = put_named(at, "customer_id", visitor->customer);
    at = put_named(at, "customer_token", ss_slice_of(token));
    at = put_customers(at, visitors);
    ss_demo_value(reply, 200, (ss_slice){(char *)wire, (size_t)(at - wire)});
}

/* Behind the body in the reply's buffer. */
static void set_cookie(const ss_demo_visitor *visitor, ss_http_reply *reply)
{
    size_t body = reply->body.size, at = body + 1;
    if (ss_buffer_append(reply->buffer, "", 1) != SS_OK ||
        ss_buffer_printf(reply->buffer, "shop=%s.%zu; Path=/shop/; SameSite=Strict; HttpOnly", visitor->session,
                         visitor->number) != SS_OK)
        return;
    reply->body = (ss_slice){reply->buffer->data, body};
    reply->set_cookie = reply->buffer->data + at;
}

void ss_demo_answer_me(const ss_demo_visitors *visitors, const ss_http_request *request, ss_http_reply *reply)
{
    ss_demo_visitor visitor;
    bool known = ss_demo_visitor_of(visitors, request, &visitor);
    if (request->verb == SS_HTTP_POST) {
        ss_buffer wire;
        ss_buffer_init(&wire, COOKIE_MAX);
        bool read = ss_demo_read(reply, &wire);
        int64_t number = ss_demo_integer(ss_demo_entry((ss_slice){wire.data, wire.size}, "visitor"), 0);
        ss_buffer_release(&wire);
        if (!read)
            return;
        make_session(&visitor);
        take_customer(visitors, number > 0 ? (size_t)number : 0, &visitor);
        known = false;
    }
    tell(visitors, &visitor, reply);
    if (!known)
        set_cookie(&visitor, reply);
}

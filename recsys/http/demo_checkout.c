#include "http/demo_checkout.h"

#include "http/demo_refusal.h"
#include "http/fault_status.h"
#include "http/json_reply.h"
#include "server/call_cart.h"
#include <sodium.h>
#include <stdio.h>

#define LINES_MAX    50u
#define CODE_MAX     64u
#define BODY_MAX     (64u << 10)
#define ORDER_ID     14u /* bytes, with the terminator */
#define LINE_ROOM    (2u * SS_ID_MAX + 256u)
#define REQUEST_ROOM (2u * SS_ID_MAX + 512u) /* bytes of params beside the lines */

typedef struct order {
    ss_cart_line lines[LINES_MAX];
    int64_t prices[LINES_MAX]; /* as the page said */
    size_t count, price_count; /* of prices: 0 or as many as there are lines */
    ss_slice code;             /* empty: none */
} order;

typedef struct span {
    size_t begin, end;
} span;

/*
 * What is known of an order from one question to the next: at the beginning of the reply's buffer, and behind it what was answered. What the
 * page sent is in the request's body all the while.
 */
typedef struct progress {
    char order_id[ORDER_ID];
    ss_demo_visitor visitor;
    size_t asked;         /* the question that is under way */
    size_t kept;          /* the end of what is kept in the buffer */
    span found, redeemed; /* the results of find and redeem in it; empty: there is none */
} progress;

/* ---- what the page sent ---- */

static bool read_cart(ss_call_reader *reader)
{
    order *to = reader->target;
    return ss_call_read_cart(reader, "cart", 1, LINES_MAX, to->lines, &to->count);
}

static bool read_code(ss_call_reader *reader)
{
    order *to = reader->target;
    return ss_call_read_text(reader, CODE_MAX, &to->code);
}

static bool read_prices(ss_call_reader *reader)
{
    order *to = reader->target;
    if (!ss_call_read_count(reader, 1, LINES_MAX, &to->price_count))
        return false;
    for (size_t i = 0; i < to->price_count; i++)
        if (!ss_call_read_integer(reader, 0, INT64_MAX, &to->prices[i]))
            return false;
    return true;
}

/* What only all params together tell. */
static bool is_whole(const order *of, ss_fault *fault)
{
    *fault = (ss_fault){.code = SS_FAULT_MISSING_PARAM, .field = "cart", .message = "cart is missing"};
    if (of->count == 0)
        return false;
    *fault = (ss_fault){.code = SS_FAULT_OUT_OF_RANGE, .field = "prices", .message = "prices: one for each line"};
    if (of->price_count > 0 && of->price_count != of->count)
        return false;
    *fault = (ss_fault){.code = SS_FAULT_OUT_OF_RANGE, .field = "cart", .message = "cart: each product once"};
    for (size_t i = 0; i < of->count; i++)
        for (size_t other = 0; other < i; other++)
            if (ss_slice_equal(of->lines[i].item_id, of->lines[other].item_id))
                return false;
    return true;
}

/* Into `to`, which points into `wire`. False: the reply says why not. */
static bool read_order(ss_http_reply *reply, ss_buffer *wire, order *to)
{
    static const ss_param params[] = {{SS_SLICE_LITERAL("cart"), read_cart},
                                      {SS_SLICE_LITERAL("prices"), read_prices},
                                      {SS_SLICE_LITERAL("code"), read_code},
                                      {{NULL, 0}, NULL}};
    ss_fault fault = {0};
    *to = (order){.code = {"", 0}};
    if (!ss_demo_read(reply, wire))
        return false;
    ss_call_reader reader = ss_call_reader_over((ss_slice){wire->data, wire->size}, to, &fault);
    if (ss_call_read_params(&reader, params, "") && is_whole(to, &fault))
        return true;
    ss_json_reply_fault(reply, ss_fault_status(fault.code), &fault);
    return false;
}

/* ---- params of the questions ---- */

static uint8_t *put_visitor(uint8_t *at, const ss_demo_visitor *visitor)
{
    at = ss_demo_put_text(at, "session_id", ss_slice_of(visitor->session));
    return visitor->number > 0 ? ss_demo_put_text(at, "customer_id", visitor->customer) : at;
}

static uint8_t *put_find(uint8_t *at, const progress *so_far, const order *of, ss_slice found)
{
    static const char *const fields[] = {"name", "price", "stock"};
    (void)so_far;
    (void)found;
    at = ss_wire_put_array(ss_demo_put_name(ss_wire_put_map(at, 2), "items"), (uint32_t)of->count);
    for (size_t i = 0; i < of->count; i++)
        at = ss_wire_put_text(at, of->lines[i].item_id.data, of->lines[i].item_id.size);
    at = ss_wire_put_array(ss_demo_put_name(at, "fields"), 3);
    for (size_t i = 0; i < 3; i++)
        at = ss_demo_put_name(at, fields[i]);
    return at;
}

static uint8_t *put_redeem(uint8_t *at, const progress *so_far, const order *of, ss_slice found)
{
    (void)found;
    at = ss_wire_put_map(at, 4u + (so_far->visitor.number > 0));
    at = ss_demo_put_text(at, "code", of->code);
    at = ss_demo_put_text(at, "order_id", ss_slice_of(so_far->order_id));
    at = put_visitor(at, &so_far->visitor);
    at = ss_wire_put_array(ss_demo_put_name(at, "cart"), (uint32_t)of->count);
    for (size_t i = 0; i < of->count; i++) {
        at = ss_demo_put_text(ss_wire_put_map(at, 2), "item_id", of->lines[i].item_id);
        at = ss_demo_put_integer(at, "quantity", of->lines[i].quantity);
    }
    return at;
}

static uint8_t *put_purchases(uint8_t *at, const progress *so_far, const order *of, ss_slice found)
{
    char event_id[ORDER_ID + 8];
    ss_slice items = ss_demo_entry(found, "items");
    at = ss_wire_put_array(ss_demo_put_name(ss_wire_put_map(at, 1), "events"), (uint32_t)of->count);
    for (size_t i = 0; i < of->count; i++) {
        snprintf(event_id, sizeof event_id, "%s-%zu", so_far->order_id, i);
        at = ss_wire_put_map(at, 7u + (so_far->visitor.number > 0));
        at = ss_demo_put_text(at, "event", SS_SLICE_LITERAL("purchase"));
        at = ss_demo_put_text(at, "item_id", of->lines[i].item_id);
        at = ss_demo_put_text(at, "order_id", ss_slice_of(so_far->order_id));
        at = ss_demo_put_text(at, "event_id", ss_slice_of(event_id));
        at = ss_demo_put_integer(at, "quantity", of->lines[i].quantity);
        at = ss_demo_put_integer(at, "unit_price",
                                 ss_demo_integer(ss_demo_entry(ss_demo_element(items, i), "price"), 0));
        at = put_visitor(at, &so_far->visitor);
    }
    return at;
}

static int64_t stock_of(ss_slice found, size_t line)
{
    return ss_demo_integer(ss_demo_entry(ss_demo_element(ss_demo_entry(found, "items"), line), "stock"), INT64_MAX);
}

static size_t count_stocked(const order *of, ss_slice found)
{
    size_t counted = 0;
    for (size_t i = 0; i < of->count; i++)
        counted += stock_of(found, i) != INT64_MAX;
    return counted;
}

/* What is left of those whose stock is known. */
static uint8_t *put_stocks(uint8_t *at, const progress *so_far, const order *of, ss_slice found)
{
    (void)so_far;
    at = ss_wire_put_array(ss_demo_put_name(ss_wire_put_map(at, 1), "items"), (uint32_t)count_stocked(of, found));
    for (size_t i = 0; i < of->count; i++) {
        int64_t stock = stock_of(found, i), left = stock - of->lines[i].quantity;
        if (stock == INT64_MAX)
            continue;
        at = ss_demo_put_text(ss_wire_put_map(at, 2), "item_id", of->lines[i].item_id);
        at = ss_demo_put_integer(at, "stock", left > 0 ? left : 0);
    }
    return at;
}

/* ---- the questions, in their order ---- */

static bool has_code(const order *of, ss_slice found)
{
    (void)found;
    return of->code.size > 0;
}

static bool has_stocked(const order *of, ss_slice found)
{
    return count_stocked(of, found) > 0;
}

static const struct {
    ss_method method;
    bool (*needed)(const order *of, ss_slice found); /* NULL: always */
    uint8_t *(*put)(uint8_t *at, const progress *so_far, const order *of, ss_slice found);
    size_t keeps; /* the member of `progress` for the place of its result; 0: the result is not kept */
} questions[] = {{SS_METHOD_FIND, NULL, put_find, offsetof(progress, found)},
                 {SS_METHOD_REDEEM, has_code, put_redeem, offsetof(progress, redeemed)},
                 {SS_METHOD_EVENT, NULL, put_purchases, 0},
                 {SS_METHOD_ITEMS, has_stocked, put_stocks, 0}};

#define QUESTIONS (sizeof questions / sizeof *questions)

/* ---- the confirmation ---- */

static uint8_t *put_line(uint8_t *at, const ss_cart_line *line, ss_slice item)
{
    at = ss_wire_put_map(at, 4);
    at = ss_demo_put_text(at, "item_id", line->item_id);
    at = ss_demo_put_text(at, "name", ss_demo_text(ss_demo_entry(item, "name")));
    at = ss_demo_put_integer(at, "price", ss_demo_integer(ss_demo_entry(item, "price"), 0));
    return ss_demo_put_integer(at, "quantity", line->quantity);
}

static uint8_t *put_confirmation(uint8_t *at, const progress *so_far, const order *of, ss_slice found,
                                 ss_slice redeemed)
{
    int64_t total = 0, saved = 0;
    ss_slice items = ss_demo_entry(found, "items");
    if (redeemed.size > 0)
        saved = ss_demo_integer(ss_demo_entry(redeemed, "list"), 0) -
                ss_demo_integer(ss_demo_entry(redeemed, "charged"), 0);
    at = ss_demo_put_text(ss_wire_put_map(at, 7), "order_id", ss_slice_of(so_far->order_id));
    at = ss_demo_put_integer(at, "decimals", ss_demo_integer(ss_demo_entry(found, "decimals"), 0));
    at = ss_wire_put_array(ss_demo_put_name(at, "lines"), (uint32_t)of->count);
    for (size_t i = 0; i < of->count; i++) {
        ss_slice item = ss_demo_element(items, i);
        int64_t line = ss_demo_integer(ss_demo_entry(item, "price"), 0) * of->lines[i].quantity;
        if (__builtin_add_overflow(total, line, &total))
            total = INT64_MAX; /* of the dearest products that there may be */
        at = put_line(at, &of->lines[i], item);
    }
    at = ss_demo_put_integer(at, "total", total);
    at = ss_demo_put_integer(at, "saved", saved);
    at = ss_demo_put_integer(at, "to_pay", total - saved);
    at = ss_demo_put_name(at, "redemption");
    if (redeemed.size == 0)
        return ss_wire_put_nil(at);
    memcpy(at, redeemed.data, redeemed.size);
    return at + redeemed.size;
}

static ss_slice kept_slice(const ss_http_reply *reply, span of)
{
    return (ss_slice){reply->buffer->data + of.begin, of.end - of.begin};
}

static void confirm(ss_http_reply *reply, const progress *so_far, const order *of)
{
    ss_buffer wire;
    ss_slice found = kept_slice(reply, so_far->found), redeemed = kept_slice(reply, so_far->redeemed);
    ss_buffer_init(&wire, SS_REPLY_MAX);
    if (ss_buffer_reserve(&wire, REQUEST_ROOM + of->count * LINE_ROOM + found.size + redeemed.size) == SS_OK) {
        const uint8_t *end = put_confirmation((uint8_t *)wire.data, so_far, of, found, redeemed);
        ss_demo_value(reply, 200, (ss_slice){wire.data, (size_t)((const char *)end - wire.data)});
    } else {
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
    }
    ss_buffer_release(&wire);
}

/* ---- one question after the other ---- */

static void finish_question(void *site, ss_slice message, ss_http_reply *reply);

/* Asks the question so_far->asked, with its params behind what is kept. */
static void ask(ss_http_reply *reply, const progress *so_far, const order *of)
{
    ss_buffer *buffer = reply->buffer;
    buffer->size = so_far->kept;
    if (ss_buffer_reserve(buffer, REQUEST_ROOM + of->count * 2 * LINE_ROOM) != SS_OK) {
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
        return;
    }
    const uint8_t *end = questions[so_far->asked].put((uint8_t *)buffer->data + so_far->kept, so_far, of,
                                                      kept_slice(reply, so_far->found));
    memcpy(buffer->data, so_far, sizeof *so_far);
    buffer->size = (size_t)((const char *)end - buffer->data);
    ss_demo_ask(reply, questions[so_far->asked].method, so_far->kept, (ss_slice){"", 0}, finish_question);
}

/* Asks the next question from so_far->asked on that is needed, or answers. What the page sent is read again. */
static void go_on(ss_http_reply *reply, progress *so_far)
{
    order of;
    ss_buffer wire;
    ss_slice found = kept_slice(reply, so_far->found);
    ss_buffer_init(&wire, BODY_MAX);
    if (read_order(reply, &wire, &of)) {
        while (so_far->asked < QUESTIONS && questions[so_far->asked].needed &&
               !questions[so_far->asked].needed(&of, found))
            so_far->asked++;
        const ss_demo_cart cart = {of.lines, of.price_count > 0 ? of.prices : NULL, of.count};
        bool refused = found.size > 0 && ss_demo_refuses(&cart, found, kept_slice(reply, so_far->redeemed), reply);
        if (!refused && so_far->asked < QUESTIONS)
            ask(reply, so_far, &of);
        else if (!refused)
            confirm(reply, so_far, &of);
    }
    ss_buffer_release(&wire);
}

/* Keeps a result behind what is known already, in the place of the question. */
static bool keep(ss_http_reply *reply, progress *so_far, ss_slice result, span *place)
{
    reply->buffer->size = so_far->kept;
    if (ss_buffer_append(reply->buffer, result.data, result.size) != SS_OK) {
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
        return false;
    }
    *place = (span){so_far->kept, reply->buffer->size};
    so_far->kept = reply->buffer->size;
    return true;
}

static void finish_question(void *site, ss_slice message, ss_http_reply *reply)
{
    progress so_far;
    ss_slice result;
    (void)site;
    memcpy(&so_far, reply->buffer->data, sizeof so_far);
    size_t keeps = questions[so_far.asked].keeps;
    if (!ss_demo_result(reply, message, &result) ||
        (keeps > 0 && !keep(reply, &so_far, result, (span *)((char *)&so_far + keeps))))
        return;
    so_far.asked++;
    go_on(reply, &so_far);
}

static void make_order_id(char order_id[ORDER_ID])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    snprintf(order_id, ORDER_ID, "D-");
    for (size_t i = 2; i < ORDER_ID - 1; i++)
        order_id[i] = letters[randombytes_uniform(32)];
    order_id[ORDER_ID - 1] = '\0';
}

void ss_demo_answer_checkout(const ss_demo_visitors *visitors, const ss_http_request *request, ss_http_reply *reply)
{
    progress so_far = {.kept = sizeof so_far};
    ss_demo_visitor_of(visitors, request, &so_far.visitor);
    make_order_id(so_far.order_id);
    if (ss_buffer_append(reply->buffer, (const char *)&so_far, sizeof so_far) == SS_OK)
        go_on(reply, &so_far);
    else
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
}

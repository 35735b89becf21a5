#include "http/demo_checkout.h"

#include "http/demo_reply.h"
#include "http/fault_status.h"
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
    size_t count;
    ss_slice code; /* empty: none */
} order;

/*
 * What is known of an order from one question to the next: at the beginning of the reply's buffer, and behind it what was answered. What the
 * page sent is in the request's body all the while.
 */
typedef struct progress {
    char order_id[ORDER_ID];
    ss_demo_visitor visitor;
    size_t found, found_end;       /* where the result of find stands in the buffer */
    size_t redeemed, redeemed_end; /* of redeem; both 0: there is none */
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

/* Into `to`, which points into `wire`. False: the reply says why not. */
static bool read_order(ss_http_reply *reply, ss_buffer *wire, order *to)
{
    static const ss_param params[] = {
        {SS_SLICE_LITERAL("cart"), read_cart}, {SS_SLICE_LITERAL("code"), read_code}, {{NULL, 0}, NULL}};
    ss_fault fault = {0};
    *to = (order){.code = {"", 0}};
    if (!ss_demo_read(reply, wire))
        return false;
    ss_call_reader reader = ss_call_reader_over((ss_slice){wire->data, wire->size}, to, &fault);
    bool read = ss_call_read_params(&reader, params, "");
    if (read && to->count == 0)
        fault = (ss_fault){.code = SS_FAULT_MISSING_PARAM, .field = "cart", .message = "cart is missing"};
    if (read && to->count > 0)
        return true;
    ss_demo_fault(reply, ss_fault_status(fault.code), &fault);
    return false;
}

/* ---- params of the questions ---- */

static uint8_t *put_name(uint8_t *at, const char *name)
{
    return ss_wire_put_text(at, name, strlen(name));
}

static uint8_t *put_text(uint8_t *at, const char *name, ss_slice text)
{
    return ss_wire_put_text(put_name(at, name), text.data, text.size);
}

static uint8_t *put_integer(uint8_t *at, const char *name, int64_t value)
{
    return ss_wire_put_int(put_name(at, name), value);
}

static uint8_t *put_visitor(uint8_t *at, const ss_demo_visitor *visitor)
{
    at = put_text(at, "session_id", ss_slice_of(visitor->session));
    return visitor->number > 0 ? put_text(at, "customer_id", visitor->customer) : at;
}

static uint8_t *put_find(uint8_t *at, const order *of)
{
    static const char *const fields[] = {"name", "price", "stock"};
    at = ss_wire_put_array(put_name(ss_wire_put_map(at, 2), "items"), (uint32_t)of->count);
    for (size_t i = 0; i < of->count; i++)
        at = ss_wire_put_text(at, of->lines[i].item_id.data, of->lines[i].item_id.size);
    at = ss_wire_put_array(put_name(at, "fields"), 3);
    for (size_t i = 0; i < 3; i++)
        at = put_name(at, fields[i]);
    return at;
}

static uint8_t *put_redeem(uint8_t *at, const progress *so_far, const order *of)
{
    at = ss_wire_put_map(at, 4u + (so_far->visitor.number > 0));
    at = put_text(at, "code", of->code);
    at = put_text(at, "order_id", ss_slice_of(so_far->order_id));
    at = put_visitor(at, &so_far->visitor);
    at = ss_wire_put_array(put_name(at, "cart"), (uint32_t)of->count);
    for (size_t i = 0; i < of->count; i++) {
        at = put_text(ss_wire_put_map(at, 2), "item_id", of->lines[i].item_id);
        at = put_integer(at, "quantity", of->lines[i].quantity);
    }
    return at;
}

static uint8_t *put_purchases(uint8_t *at, const progress *so_far, const order *of, ss_slice found)
{
    char event_id[ORDER_ID + 8];
    ss_slice items = ss_demo_entry(found, "items");
    at = ss_wire_put_array(put_name(ss_wire_put_map(at, 1), "events"), (uint32_t)of->count);
    for (size_t i = 0; i < of->count; i++) {
        snprintf(event_id, sizeof event_id, "%s-%zu", so_far->order_id, i);
        at = ss_wire_put_map(at, 7u + (so_far->visitor.number > 0));
        at = put_text(at, "event", SS_SLICE_LITERAL("purchase"));
        at = put_text(at, "item_id", of->lines[i].item_id);
        at = put_text(at, "order_id", ss_slice_of(so_far->order_id));
        at = put_text(at, "event_id", ss_slice_of(event_id));
        at = put_integer(at, "quantity", of->lines[i].quantity);
        at = put_integer(at, "unit_price", ss_demo_integer(ss_demo_entry(ss_demo_element(items, i), "price"), 0));
        at = put_visitor(at, &so_far->visitor);
    }
    return at;
}

static int64_t stock_of(ss_slice found, size_t line)
{
    return ss_demo_integer(ss_demo_entry(ss_demo_element(ss_demo_entry(found, "items"), line), "stock"), INT64_MAX);
}

/* What is left of those whose stock is known; `counted`: how many those are. */
static uint8_t *put_stocks(uint8_t *at, const order *of, ss_slice found, size_t counted)
{
    at = ss_wire_put_array(put_name(ss_wire_put_map(at, 1), "items"), (uint32_t)counted);
    for (size_t i = 0; i < of->count; i++) {
        int64_t stock = stock_of(found, i), left = stock - of->lines[i].quantity;
        if (stock == INT64_MAX)
            continue;
        at = put_text(ss_wire_put_map(at, 2), "item_id", of->lines[i].item_id);
        at = put_integer(at, "stock", left > 0 ? left : 0);
    }
    return at;
}

static size_t count_stocked(const order *of, ss_slice found)
{
    size_t counted = 0;
    for (size_t i = 0; i < of->count; i++)
        counted += stock_of(found, i) != INT64_MAX;
    return counted;
}

/* ---- one step after the other ---- */

static progress so_far_of(const ss_http_reply *reply)
{
    progress so_far;
    memcpy(&so_far, reply->buffer->data, sizeof so_far);
    return so_far;
}

static ss_slice found_of(const ss_http_reply *reply, const progress *so_far)
{
    return (ss_slice){reply->buffer->data + so_far->found, so_far->found_end - so_far->found};
}

/* Keeps an answer behind what is known already. */
static bool keep(ss_http_reply *reply, size_t at, ss_slice result, size_t *begin, size_t *end)
{
    reply->buffer->size = at; /* the question before it is no longer needed */
    if (ss_buffer_append(reply->buffer, result.data, result.size) != SS_OK) {
        ss_demo_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
        return false;
    }
    *begin = at;
    *end = reply->buffer->size;
    return true;
}

/* Room for the params of a question of all lines, behind what is kept; NULL: the reply says that there is none. */
static uint8_t *begin_question(ss_http_reply *reply, const order *of)
{
    if (ss_buffer_reserve(reply->buffer, REQUEST_ROOM + of->count * 2 * LINE_ROOM) == SS_OK)
        return (uint8_t *)reply->buffer->data + reply->buffer->size;
    ss_demo_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
    return NULL;
}

static void ask(ss_http_reply *reply, const progress *so_far, ss_method method, const uint8_t *end,
                void (*finish)(void *site, ss_slice result, ss_http_reply *reply))
{
    size_t from = reply->buffer->size;
    memcpy(reply->buffer->data, so_far, sizeof *so_far);
    reply->buffer->size = (size_t)((const char *)end - reply->buffer->data);
    ss_demo_ask(reply, method, from, (ss_slice){"", 0}, finish);
}

static uint8_t *put_line(uint8_t *at, const ss_cart_line *line, ss_slice item)
{
    at = ss_wire_put_map(at, 4);
    at = put_text(at, "item_id", line->item_id);
    at = put_text(at, "name", ss_demo_text(ss_demo_entry(item, "name")));
    at = put_integer(at, "price", ss_demo_integer(ss_demo_entry(item, "price"), 0));
    return put_integer(at, "quantity", line->quantity);
}

static uint8_t *put_confirmation(uint8_t *at, const progress *so_far, const order *of, ss_slice found,
                                 ss_slice redeemed)
{
    int64_t total = 0, saved = 0;
    ss_slice items = ss_demo_entry(found, "items");
    if (ss_demo_is_true(ss_demo_entry(redeemed, "redeemed")))
        saved = ss_demo_integer(ss_demo_entry(redeemed, "list"), 0) -
                ss_demo_integer(ss_demo_entry(redeemed, "charged"), 0);
    at = put_text(ss_wire_put_map(at, 7), "order_id", ss_slice_of(so_far->order_id));
    at = put_integer(at, "decimals", ss_demo_integer(ss_demo_entry(found, "decimals"), 0));
    at = ss_wire_put_array(put_name(at, "lines"), (uint32_t)of->count);
    for (size_t i = 0; i < of->count; i++) {
        ss_slice item = ss_demo_element(items, i);
        total += ss_demo_integer(ss_demo_entry(item, "price"), 0) * of->lines[i].quantity;
        at = put_line(at, &of->lines[i], item);
    }
    at = put_integer(at, "total", total);
    at = put_integer(at, "saved", saved);
    at = put_integer(at, "to_pay", total - saved);
    at = put_name(at, "redemption");
    if (redeemed.size == 0)
        return ss_wire_put_nil(at);
    memcpy(at, redeemed.data, redeemed.size);
    return at + redeemed.size;
}

static void confirm(ss_http_reply *reply, const progress *so_far, const order *of)
{
    ss_buffer wire;
    ss_slice found = found_of(reply, so_far),
             redeemed = {reply->buffer->data + so_far->redeemed, so_far->redeemed_end - so_far->redeemed};
    ss_buffer_init(&wire, SS_REPLY_MAX);
    if (ss_buffer_reserve(&wire, REQUEST_ROOM + of->count * LINE_ROOM + found.size + redeemed.size) == SS_OK) {
        const uint8_t *end = put_confirmation((uint8_t *)wire.data, so_far, of, found, redeemed);
        ss_demo_value(reply, 200, (ss_slice){wire.data, (size_t)((const char *)end - wire.data)});
    } else {
        ss_demo_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
    }
    ss_buffer_release(&wire);
}

/* Runs one step with what the page sent at hand. */
static void step(ss_http_reply *reply, void (*act)(ss_http_reply *reply, progress *so_far, const order *of))
{
    order of;
    ss_buffer wire;
    progress so_far = so_far_of(reply);
    ss_buffer_init(&wire, BODY_MAX);
    if (read_order(reply, &wire, &of))
        act(reply, &so_far, &of);
    ss_buffer_release(&wire);
}

static void end_order(ss_http_reply *reply, progress *so_far, const order *of)
{
    confirm(reply, so_far, of);
}

static void finish_stocks(void *site, ss_slice message, ss_http_reply *reply)
{
    ss_slice result;
    progress so_far = so_far_of(reply);
    (void)site;
    reply->buffer->size = so_far.redeemed_end ? so_far.redeemed_end : so_far.found_end;
    if (ss_demo_result(reply, message, &result))
        step(reply, end_order);
}

static void tell_stocks(ss_http_reply *reply, progress *so_far, const order *of)
{
    ss_slice found = found_of(reply, so_far);
    size_t counted = count_stocked(of, found);
    uint8_t *at = counted > 0 ? begin_question(reply, of) : NULL;
    if (counted == 0)
        confirm(reply, so_far, of);
    else if (at)
        ask(reply, so_far, SS_METHOD_ITEMS, put_stocks(at, of, found_of(reply, so_far), counted), finish_stocks);
}

static void finish_purchases(void *site, ss_slice message, ss_http_reply *reply)
{
    ss_slice result;
    progress so_far = so_far_of(reply);
    (void)site;
    reply->buffer->size = so_far.redeemed_end ? so_far.redeemed_end : so_far.found_end;
    if (ss_demo_result(reply, message, &result))
        step(reply, tell_stocks);
}

static void tell_purchases(ss_http_reply *reply, progress *so_far, const order *of)
{
    uint8_t *at = begin_question(reply, of);
    if (at)
        ask(reply, so_far, SS_METHOD_EVENT, put_purchases(at, so_far, of, found_of(reply, so_far)), finish_purchases);
}

static void finish_redeem(void *site, ss_slice message, ss_http_reply *reply)
{
    ss_slice result;
    progress so_far = so_far_of(reply);
    (void)site;
    if (!ss_demo_result(reply, message, &result) ||
        !keep(reply, so_far.found_end, result, &so_far.redeemed, &so_far.redeemed_end))
        return;
    memcpy(reply->buffer->data, &so_far, sizeof so_far);
    step(reply, tell_purchases);
}

static void redeem(ss_http_reply *reply, progress *so_far, const order *of)
{
    uint8_t *at;
    if (of->code.size == 0)
        tell_purchases(reply, so_far, of);
    else if ((at = begin_question(reply, of)) != NULL)
        ask(reply, so_far, SS_METHOD_REDEEM, put_redeem(at, so_far, of), finish_redeem);
}

/* Is each line there, with as many as are wanted? */
static bool can_deliver(const order *of, ss_slice found)
{
    ss_slice items = ss_demo_entry(found, "items");
    if (ss_demo_count(items) != of->count)
        return false;
    for (size_t i = 0; i < of->count; i++)
        if (stock_of(found, i) < of->lines[i].quantity)
            return false;
    return true;
}

static void check_and_redeem(ss_http_reply *reply, progress *so_far, const order *of)
{
    if (can_deliver(of, found_of(reply, so_far)))
        redeem(reply, so_far, of);
    else
        ss_demo_refuse(reply, 409, SS_FAULT_REFUSED,
                       "something in the cart is sold out, or there are not so many of it");
}

static void finish_find(void *site, ss_slice message, ss_http_reply *reply)
{
    ss_slice result;
    progress so_far = so_far_of(reply);
    (void)site;
    if (!ss_demo_result(reply, message, &result) ||
        !keep(reply, sizeof so_far, result, &so_far.found, &so_far.found_end))
        return;
    memcpy(reply->buffer->data, &so_far, sizeof so_far);
    step(reply, check_and_redeem);
}

static void find(ss_http_reply *reply, progress *so_far, const order *of)
{
    uint8_t *at = begin_question(reply, of);
    if (at)
        ask(reply, so_far, SS_METHOD_FIND, put_find(at, of), finish_find);
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
    progress so_far = {.found = 0};
    ss_demo_visitor_of(visitors, request, &so_far.visitor);
    make_order_id(so_far.order_id);
    if (ss_buffer_append(reply->buffer, (const char *)&so_far, sizeof so_far) == SS_OK)
        step(reply, find);
    else
        ss_demo_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
}

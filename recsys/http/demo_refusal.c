#include "http/demo_refusal.h"

#include "http/json_reply.h"

#define LINE_ROOM (2u * SS_ID_MAX + 128u) /* bytes of a line beside its name */
#define HEAD_ROOM 256u

typedef struct refusal {
    const char *reason; /* NULL: there is nothing against it */
    const char *field;  /* of `number`; NULL: there is none */
    int64_t number;
} refusal;

/* Of the products that were found the one of that id; NULL bytes: it is not there. */
static ss_slice product_of(ss_slice found, ss_slice item_id)
{
    ss_slice items = ss_demo_entry(found, "items");
    for (size_t i = 0; i < ss_demo_count(items); i++) {
        ss_slice item = ss_demo_element(items, i);
        if (ss_slice_equal(ss_demo_text(ss_demo_entry(item, "item_id")), item_id))
            return item;
    }
    return (ss_slice){NULL, 0};
}

static refusal refusal_of(const ss_demo_cart *cart, size_t line, ss_slice product)
{
    int64_t stock = ss_demo_integer(ss_demo_entry(product, "stock"), INT64_MAX);
    int64_t price = ss_demo_integer(ss_demo_entry(product, "price"), 0);
    if (!product.data)
        return (refusal){.reason = "gone"};
    if (stock <= 0)
        return (refusal){.reason = "sold_out"};
    if (stock < cart->lines[line].quantity)
        return (refusal){"few", "left", stock};
    if (cart->prices && cart->prices[line] != price)
        return (refusal){"price", "price", price};
    return (refusal){.reason = NULL};
}

static uint8_t *put_refusal(uint8_t *at, const refusal *why, ss_slice item_id, ss_slice name)
{
    at = ss_wire_put_map(at, 3u + (why->field != NULL));
    at = ss_demo_put_text(at, "item_id", item_id);
    at = ss_demo_put_text(at, "name", name);
    at = ss_demo_put_text(at, "reason", ss_slice_of(why->reason));
    return why->field ? ss_demo_put_integer(at, why->field, why->number) : at;
}

static size_t count_refused(const ss_demo_cart *cart, ss_slice found)
{
    size_t refused = 0;
    for (size_t i = 0; i < cart->count; i++)
        refused += refusal_of(cart, i, product_of(found, cart->lines[i].item_id)).reason != NULL;
    return refused;
}

static uint8_t *put_lines(uint8_t *at, const ss_demo_cart *cart, ss_slice found, size_t refused)
{
    at = ss_wire_put_array(ss_demo_put_name(at, "refused"), (uint32_t)refused);
    for (size_t i = 0; i < cart->count; i++) {
        ss_slice product = product_of(found, cart->lines[i].item_id);
        refusal why = refusal_of(cart, i, product);
        if (why.reason)
            at = put_refusal(at, &why, cart->lines[i].item_id, ss_demo_text(ss_demo_entry(product, "name")));
    }
    return at;
}

static uint8_t *put_error(uint8_t *at)
{
    at = ss_wire_put_map(ss_demo_put_name(at, "error"), 2);
    at = ss_demo_put_text(at, "code", SS_SLICE_LITERAL("refused"));
    return ss_demo_put_text(at, "message", SS_SLICE_LITERAL("the order cannot be taken as it is"));
}

bool ss_demo_refuses(const ss_demo_cart *cart, ss_slice found, ss_slice redeemed, ss_http_reply *reply)
{
    size_t refused = count_refused(cart, found);
    bool no_code = redeemed.size > 0 && !ss_demo_is_true(ss_demo_entry(redeemed, "redeemed"));
    if (refused == 0 && !no_code)
        return false;
    ss_buffer wire;
    ss_buffer_init(&wire, SS_REPLY_MAX);
    if (ss_buffer_reserve(&wire, HEAD_ROOM + cart->count * LINE_ROOM + found.size + redeemed.size) == SS_OK) {
        uint8_t *at = put_error(ss_wire_put_map((uint8_t *)wire.data, 3));
        at = ss_demo_put_name(put_lines(at, cart, found, refused), "redemption");
        at = no_code ? (uint8_t *)memcpy(at, redeemed.data, redeemed.size) + redeemed.size : ss_wire_put_nil(at);
        ss_demo_value(reply, 409, (ss_slice){wire.data, (size_t)((char *)at - wire.data)});
    } else {
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "out of memory");
    }
    ss_buffer_release(&wire);
    return true;
}

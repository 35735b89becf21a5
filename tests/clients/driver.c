/*
 * driver: the C client at the end of a pipe: a command a line in, a line out (see shared.py), and one more, which the other
 * languages have no use for:
 *
 *     {"do": "encode typed", "msgid": 1, "method": …, "params": …}    {"bytes"}, or {} where the typed interface has no such param
 */
#include "client/codec.h"
#include "client/home.h"
#include "client/servers.h"

#include <jansson.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS_MAX 200
#define LIST_MAX    64
#define ROWS_MAX    16

/* ---- params as bytes ---- */

static void pack(msgpack_packer *out, json_t *value);

static void pack_text(msgpack_packer *out, const char *text, size_t size)
{
    msgpack_pack_str(out, size);
    msgpack_pack_str_body(out, text, size);
}

static void pack_bytes(msgpack_packer *out, const char *digits)
{
    size_t size = strlen(digits) / 2;
    msgpack_pack_bin(out, size);
    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;
        sscanf(digits + 2 * i, "%2x", &byte);
        char one = (char)byte;
        msgpack_pack_bin_body(out, &one, 1);
    }
}

/* What stands for values that JSON has not. */
static bool pack_special(msgpack_packer *out, json_t *map)
{
    json_t *digits = json_object_get(map, "$integer"), *bytes = json_object_get(map, "$bytes");
    json_t *real = json_object_get(map, "$float");
    if (digits && json_string_value(digits)[0] == '-')
        msgpack_pack_int64(out, strtoll(json_string_value(digits), NULL, 10));
    else if (digits)
        msgpack_pack_uint64(out, strtoull(json_string_value(digits), NULL, 10));
    else if (bytes)
        pack_bytes(out, json_string_value(bytes));
    else if (real)
        msgpack_pack_double(out, json_number_value(real));
    return digits || bytes || real;
}

static void pack_map(msgpack_packer *out, json_t *map)
{
    const char *name;
    json_t *value;
    msgpack_pack_map(out, json_object_size(map));
    json_object_foreach(map, name, value)
    {
        pack_text(out, name, strlen(name));
        pack(out, value);
    }
}

static void pack(msgpack_packer *out, json_t *value)
{
    size_t i;
    json_t *element;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        if (!pack_special(out, value))
            pack_map(out, value);
        break;
    case JSON_ARRAY:
        msgpack_pack_array(out, json_array_size(value));
        json_array_foreach(value, i, element) pack(out, element);
        break;
    case JSON_STRING:
        pack_text(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        msgpack_pack_int64(out, json_integer_value(value));
        break;
    case JSON_REAL:
        msgpack_pack_double(out, json_real_value(value));
        break;
    case JSON_TRUE:
        msgpack_pack_true(out);
        break;
    case JSON_FALSE:
        msgpack_pack_false(out);
        break;
    case JSON_NULL:
        msgpack_pack_nil(out);
        break;
    }
}

static msgpack_sbuffer packed(json_t *params)
{
    msgpack_sbuffer buffer;
    msgpack_packer packer;
    msgpack_sbuffer_init(&buffer);
    msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
    pack(&packer, params);
    return buffer;
}

/* ---- params as the members of a struct ---- */

typedef enum kind { TEXT, LIST, COUNT, NUMBER, FLAG, REAL } kind;

typedef struct struct_member {
    const char *name;
    kind kind;
    size_t offset, beside; /* of the list's count, of whether the number is given; 0: none */
} struct_member;

#define AT(type, name) offsetof(type, name)
#define TEXT_OF(type, name)                                                                                            \
    {                                                                                                                  \
#name, TEXT, AT(type, name), 0                                                                                 \
    }
#define LIST_OF(type, name, count)                                                                                     \
    {                                                                                                                  \
#name, LIST, AT(type, name), AT(type, count)                                                                   \
    }
#define NUMBER_OF(type, name, given)                                                                                   \
    {                                                                                                                  \
#name, NUMBER, AT(type, name), AT(type, given)                                                                 \
    }

static const struct_member query_members[] = {
    TEXT_OF(smartshelf_query, item_id),
    TEXT_OF(smartshelf_query, customer_id),
    TEXT_OF(smartshelf_query, session_id),
    TEXT_OF(smartshelf_query, request_id),
    TEXT_OF(smartshelf_query, consent),
    LIST_OF(smartshelf_query, items, item_count),
    LIST_OF(smartshelf_query, cart, cart_count),
    LIST_OF(smartshelf_query, exclude, exclude_count),
    LIST_OF(smartshelf_query, fields, field_count),
    {"limit", COUNT, AT(smartshelf_query, limit), 0},
    {"explain", FLAG, AT(smartshelf_query, explain), 0},
    {"buckets", FLAG, AT(smartshelf_query, buckets), 0},
    {"timestamp", NUMBER, AT(smartshelf_query, timestamp), 0},
    {NULL, 0, 0, 0},
};
static const struct_member filter_members[] = {
    TEXT_OF(smartshelf_query, category),
    TEXT_OF(smartshelf_query, bought),
    {"price_min", NUMBER, AT(smartshelf_query, price_min), 0},
    {"price_max", NUMBER, AT(smartshelf_query, price_max), 0},
    {NULL, 0, 0, 0},
};
static const struct_member offers_members[] = {
    TEXT_OF(smartshelf_offers_query, page),
    TEXT_OF(smartshelf_offers_query, item_id),
    TEXT_OF(smartshelf_offers_query, customer_id),
    TEXT_OF(smartshelf_offers_query, session_id),
    TEXT_OF(smartshelf_offers_query, request_id),
    TEXT_OF(smartshelf_offers_query, consent),
    LIST_OF(smartshelf_offers_query, exclude, exclude_count),
    LIST_OF(smartshelf_offers_query, fields, field_count),
    {"limit", COUNT, AT(smartshelf_offers_query, limit), 0},
    {NULL, 0, 0, 0},
};
static const struct_member code_members[] = {
    TEXT_OF(smartshelf_code, code),
    TEXT_OF(smartshelf_code, order_id),
    TEXT_OF(smartshelf_code, customer_id),
    TEXT_OF(smartshelf_code, session_id),
    {"undo", FLAG, AT(smartshelf_code, undo), 0},
    {NULL, 0, 0, 0},
};
static const struct_member event_members[] = {
    TEXT_OF(smartshelf_event_row, event),
    TEXT_OF(smartshelf_event_row, item_id),
    TEXT_OF(smartshelf_event_row, session_id),
    TEXT_OF(smartshelf_event_row, customer_id),
    TEXT_OF(smartshelf_event_row, order_id),
    TEXT_OF(smartshelf_event_row, event_id),
    TEXT_OF(smartshelf_event_row, shelf),
    TEXT_OF(smartshelf_event_row, generation),
    TEXT_OF(smartshelf_event_row, offer_id),
    {"quantity", REAL, AT(smartshelf_event_row, quantity), 0},
    NUMBER_OF(smartshelf_event_row, unit_price, has_price),
    {"timestamp", NUMBER, AT(smartshelf_event_row, timestamp), 0},
    {NULL, 0, 0, 0},
};
static const struct_member item_members[] = {
    TEXT_OF(smartshelf_item_row, item_id),
    TEXT_OF(smartshelf_item_row, name),
    TEXT_OF(smartshelf_item_row, category),
    TEXT_OF(smartshelf_item_row, group),
    TEXT_OF(smartshelf_item_row, url),
    TEXT_OF(smartshelf_item_row, image),
    NUMBER_OF(smartshelf_item_row, stock, has_stock),
    NUMBER_OF(smartshelf_item_row, price, has_price),
    NUMBER_OF(smartshelf_item_row, cost, has_cost),
    NUMBER_OF(smartshelf_item_row, available_from, has_available_from),
    NUMBER_OF(smartshelf_item_row, available_until, has_available_until),
    {"hidden", FLAG, AT(smartshelf_item_row, hidden), AT(smartshelf_item_row, has_hidden)},
    LIST_OF(smartshelf_item_row, clear, clear_count),
    {NULL, 0, 0, 0},
};

/* Lists that are borrowed until the next command. */
static const char *lists[4 * ROWS_MAX][LIST_MAX];
static size_t list_count;

static bool set_list(json_t *value, char *at, size_t *count)
{
    size_t i;
    json_t *element;
    const char **list = lists[list_count++ % (4 * ROWS_MAX)];
    if (!json_is_array(value) || json_array_size(value) > LIST_MAX)
        return false;
    json_array_foreach(value, i, element)
    {
        if (!(list[i] = json_string_value(element)))
            return false;
    }
    *(const char *const **)at = list;
    *count = i;
    return i > 0;
}

static bool set_integer(json_t *value, int64_t *number)
{
    json_t *digits = json_object_get(value, "$integer");
    *number = digits ? strtoll(json_string_value(digits), NULL, 10) : json_integer_value(value);
    return digits || json_is_integer(value);
}

/* False: this member cannot say that. */
static bool set_member(const struct_member *member, json_t *value, char *struct_)
{
    char *at = struct_ + member->offset;
    int64_t number = 0;
    if (member->beside && member->kind != LIST)
        *(bool *)(struct_ + member->beside) = true;
    switch (member->kind) {
    case TEXT:
        *(const char **)at = json_string_value(value);
        return json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value);
    case LIST:
        return set_list(value, at, (size_t *)(struct_ + member->beside));
    case COUNT:
        *(unsigned *)at = (unsigned)json_integer_value(value);
        return json_is_integer(value) && json_integer_value(value) > 0;
    case NUMBER:
        if (!set_integer(value, &number))
            return false;
        *(int64_t *)at = number;
        return member->beside || (number != 0 && number != SMARTSHELF_PRICE_OPEN);
    case FLAG:
        *(bool *)at = json_is_true(value);
        return json_is_true(value) || (member->beside && json_is_false(value));
    case REAL:
        *(double *)at = json_number_value(value);
        return json_is_number(value) && json_number_value(value) != 0;
    }
    return false;
}

/* False: one of the params is not among the members, and not `other`, or cannot be said by it. */
static bool set_members(const struct_member *members, json_t *params, void *struct_, const char *other)
{
    const char *name;
    json_t *value;
    json_object_foreach(params, name, value)
    {
        const struct_member *member = members;
        while (member->name && strcmp(member->name, name) != 0)
            member++;
        bool is_other = other && strstr(other, name);
        if (!is_other && (!member->name || !set_member(member, value, struct_)))
            return false;
    }
    return true;
}

static bool set_cart(json_t *params, const smartshelf_cart_line **cart, size_t *count)
{
    static smartshelf_cart_line lines[LIST_MAX];
    json_t *array = json_object_get(params, "cart"), *element;
    size_t i;
    if (!array || json_array_size(array) > LIST_MAX)
        return !array;
    json_array_foreach(array, i, element)
    {
        json_t *item_id = json_is_object(element) ? json_object_get(element, "item_id") : element;
        lines[i] = (smartshelf_cart_line){json_string_value(item_id),
                                          (unsigned)json_integer_value(json_object_get(element, "quantity"))};
    }
    *cart = lines;
    *count = i;
    return true;
}

static bool set_wishes(json_t *params, smartshelf_query *query)
{
    static smartshelf_wish wishes[LIST_MAX];
    json_t *array = json_object_get(params, "shelves"), *element;
    size_t i;
    json_array_foreach(array, i, element)
    {
        json_t *shelf = json_is_object(element) ? json_object_get(element, "shelf") : element;
        wishes[i] = (smartshelf_wish){json_string_value(shelf),
                                      (unsigned)json_integer_value(json_object_get(element, "limit"))};
    }
    query->shelves = wishes;
    query->shelf_count = i;
    return true;
}

static bool set_query(json_t *params, smartshelf_query *query, smartshelf_offers_query *offers)
{
    json_t *filter = json_object_get(params, "filter"), *wanted = json_object_get(params, "offers");
    bool set = set_members(query_members, params, query, "filter shelves offers") &&
               (!filter || set_members(filter_members, filter, query, NULL)) && set_wishes(params, query);
    if (wanted)
        query->offers = offers;
    return set && (!wanted || json_is_true(wanted) ||
                   (set_members(offers_members, wanted, offers, "cart") &&
                    set_cart(wanted, &offers->cart, &offers->cart_count)));
}

static bool set_offers(json_t *params, const char *method, smartshelf_offers_query *query)
{
    json_t *durability = json_object_get(params, "durability");
    query->preview = strcmp(method, "preview") == 0;
    query->relaxed = durability && strcmp(json_string_value(durability), "relaxed") == 0;
    return set_members(offers_members, params, query, "cart durability") &&
           set_cart(params, &query->cart, &query->cart_count);
}

/* The rows of `events` or `items`, or the one event that the params are; 0: one of them cannot be said. */
static size_t set_rows(json_t *params, const char *name, const struct_member *members, size_t row_size, void *rows)
{
    json_t *array = json_object_get(params, name), *element;
    size_t i;
    if (!array)
        return set_members(members, params, rows, "durability consent request_id") ? 1 : 0;
    if (json_array_size(array) > ROWS_MAX)
        return 0;
    json_array_foreach(array, i, element)
    {
        if (!set_members(members, element, (char *)rows + i * row_size, NULL))
            return 0;
    }
    return i;
}

static unsigned how_of(json_t *params)
{
    const char *durability = json_string_value(json_object_get(params, "durability"));
    const char *consent = json_string_value(json_object_get(params, "consent"));
    return (durability && strcmp(durability, "relaxed") == 0 ? SMARTSHELF_RELAXED : 0) |
           (consent && strcmp(consent, "none") == 0 ? SMARTSHELF_NO_CONSENT : 0);
}

typedef struct typed_request { /* what of it the method needs */
    smartshelf_query query;
    smartshelf_offers_query offers;
    smartshelf_code code;
    smartshelf_event_row events[ROWS_MAX];
    smartshelf_item_row items[ROWS_MAX];
    size_t count;
    const char *customer_id;
} typed_request;

static bool is(const char *one, const char *other)
{
    return strcmp(one, other) == 0;
}

/* False: the typed interface cannot say that. */
static bool set_request(const char *method, json_t *params, typed_request *request)
{
    *request = (typed_request){.query = smartshelf_query_of(method)};
    list_count = 0;
    if (is(method, "event"))
        return (request->count =
                    set_rows(params, "events", event_members, sizeof request->events[0], request->events)) > 0;
    if (is(method, "items"))
        return (request->count = set_rows(params, "items", item_members, sizeof request->items[0], request->items)) > 0;
    if (is(method, "offers") || is(method, "preview"))
        return set_offers(params, method, &request->offers);
    if (is(method, "redeem"))
        return set_members(code_members, params, &request->code, "cart") &&
               set_cart(params, &request->code.cart, &request->code.cart_count);
    request->customer_id = json_string_value(json_object_get(params, "customer_id"));
    if (is(method, "forget"))
        return json_object_size(params) == 1 && request->customer_id;
    return set_query(params, &request->query, &request->offers);
}

static smartshelf_status encode_request(const char *method, json_t *params, const typed_request *request,
                                        uint32_t msgid, char **bytes, size_t *capacity, size_t *size)
{
    if (is(method, "event"))
        return smartshelf_events_encode(request->events, request->count, how_of(params), "prefix", msgid, bytes,
                                        capacity, size);
    if (is(method, "items"))
        return smartshelf_items_encode(request->items, request->count, msgid, bytes, capacity, size);
    if (is(method, "offers") || is(method, "preview"))
        return smartshelf_offers_encode(&request->offers, msgid, bytes, capacity, size);
    if (is(method, "redeem"))
        return smartshelf_code_encode(&request->code, msgid, bytes, capacity, size);
    if (is(method, "forget"))
        return smartshelf_forget_encode(request->customer_id, msgid, bytes, capacity, size);
    return smartshelf_query_encode(&request->query, msgid, bytes, capacity, size);
}

/* ---- an answer as JSON: what is set, by the protocol's names ---- */

static void tell_text(json_t *map, const char *name, const char *text)
{
    if (text)
        json_object_set_new(map, name, json_string(text));
}

static void tell_number(json_t *map, const char *name, int64_t number)
{
    if (number)
        json_object_set_new(map, name, json_integer(number));
}

static void tell_real(json_t *map, const char *name, double number)
{
    if (number != 0)
        json_object_set_new(map, name, json_real(number));
}

static void tell_flag(json_t *map, const char *name, bool flag)
{
    if (flag)
        json_object_set_new(map, name, json_true());
}

static json_t *texts_of(const char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(texts[i]));
    return array;
}

static json_t *reason_of(const smartshelf_product *product)
{
    json_t *reason = json_object();
    tell_text(reason, "model", product->model);
    tell_number(reason, "stage", product->stage);
    tell_text(reason, "because", product->because);
    tell_text(reason, "because_name", product->because_name);
    tell_number(reason, "pairs", (int64_t)product->pairs);
    tell_number(reason, "customers", (int64_t)product->customers);
    tell_real(reason, "lift", product->lift);
    tell_number(reason, "supported_by", (int64_t)product->supported_by);
    tell_number(reason, "of", (int64_t)product->of);
    tell_number(reason, "sessions", (int64_t)product->sessions);
    tell_real(reason, "similarity", product->similarity);
    tell_number(reason, "rank", (int64_t)product->rank);
    tell_number(reason, "bought", (int64_t)product->bought);
    tell_number(reason, "last_bought", product->last_bought);
    return reason;
}

static json_t *product_of(const smartshelf_product *product)
{
    json_t *map = json_object();
    tell_text(map, "item_id", product->item_id);
    tell_real(map, "score", product->score);
    tell_text(map, "name", product->name);
    tell_text(map, "category", product->category);
    tell_text(map, "url", product->url);
    tell_text(map, "image", product->image);
    tell_number(map, "price", product->price);
    tell_number(map, "stock", product->stock);
    json_object_set_new(map, "reason", reason_of(product));
    return map;
}

static json_t *products_of(const smartshelf_product *products, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, product_of(&products[i]));
    return array;
}

static json_t *incentive_of(const smartshelf_incentive *incentive)
{
    json_t *map = json_object();
    tell_text(map, "name", incentive->name);
    tell_text(map, "kind", incentive->kind);
    tell_real(map, "percent", incentive->percent);
    tell_number(map, "amount", incentive->amount);
    tell_number(map, "points", incentive->points);
    tell_text(map, "gift_item", incentive->gift_item);
    return map;
}

static json_t *offer_of(const smartshelf_offer *offer)
{
    json_t *map = product_of(&offer->product);
    tell_text(map, "offer_id", offer->offer_id);
    tell_text(map, "with_item", offer->with_item);
    tell_text(map, "with_name", offer->with_name);
    tell_number(map, "list_price", offer->list_price);
    tell_number(map, "offer_price", offer->offer_price);
    tell_text(map, "code", offer->code);
    if (offer->incentive)
        json_object_set_new(map, "incentive", incentive_of(offer->incentive));
    return map;
}

static void tell_decision(json_t *map, const smartshelf_decision *decision)
{
    json_t *offers = json_array(), *triggers = json_object();
    tell_flag(map, "show", decision->show);
    tell_text(map, "reason", decision->reason);
    tell_text(map, "campaign", decision->campaign);
    tell_text(map, "message_key", decision->message_key);
    tell_text(map, "variant", decision->variant);
    tell_number(map, "expires_at", decision->expires_at);
    tell_flag(map, "repeated", decision->repeated);
    tell_flag(triggers, "mouse_out", decision->mouse_out);
    tell_flag(triggers, "back_button", decision->back_button);
    tell_number(triggers, "idle_seconds", decision->idle_seconds);
    json_object_set_new(map, "triggers", triggers);
    for (size_t i = 0; i < decision->offer_count; i++)
        json_array_append_new(offers, offer_of(&decision->offers[i]));
    json_object_set_new(map, "offers", offers);
}

static void tell_redemption(json_t *map, const smartshelf_redemption *redemption)
{
    tell_flag(map, "redeemed", redemption->redeemed);
    tell_text(map, "reason", redemption->reason);
    tell_flag(map, "repeated", redemption->repeated);
    tell_text(map, "offer_id", redemption->offer_id);
    tell_text(map, "campaign", redemption->campaign);
    tell_number(map, "list", redemption->list);
    tell_number(map, "charged", redemption->charged);
    tell_number(map, "given", redemption->given);
    if (redemption->incentive)
        json_object_set_new(map, "incentive", incentive_of(redemption->incentive));
}

static json_t *removed_of(const smartshelf_count *counts, size_t count)
{
    json_t *map = json_object();
    for (size_t i = 0; i < count; i++)
        tell_number(map, counts[i].name, (int64_t)counts[i].count);
    return map;
}

static json_t *short_of(const char *code, unsigned missing)
{
    json_t *map = json_object();
    tell_text(map, "code", code);
    tell_number(map, "missing", missing);
    return map;
}

static json_t *shelves_of(const smartshelf_answer *answer)
{
    json_t *array = json_array();
    for (size_t i = 0; i < answer->shelf_count; i++) {
        const smartshelf_shelf *shelf = &answer->shelves[i];
        json_t *map = json_object();
        tell_text(map, "shelf", shelf->shelf);
        json_object_set_new(map, "items", products_of(shelf->products, shelf->product_count));
        json_object_set_new(map, "short", short_of(shelf->short_code, shelf->missing));
        json_object_set_new(map, "removed", removed_of(shelf->removed, shelf->removed_count));
        json_array_append_new(array, map);
    }
    return array;
}

static json_t *results_of(const smartshelf_answer *answer)
{
    json_t *array = json_array();
    for (size_t i = 0; i < answer->result_count; i++) {
        const smartshelf_result *result = &answer->results[i];
        json_t *map = json_object();
        tell_number(map, "sequence", (int64_t)result->sequence);
        tell_flag(map, "repeated", result->repeated);
        tell_text(map, "refused", result->refused);
        json_object_set_new(map, "mended", texts_of(result->mended, result->mended_count));
        json_array_append_new(array, map);
    }
    return array;
}

static json_t *result_of(const smartshelf_answer *answer, bool is_page)
{
    json_t *map = json_object();
    tell_text(map, "generation", answer->generation);
    json_object_set_new(map, "items", products_of(answer->products, answer->product_count));
    json_object_set_new(map, "short", short_of(answer->short_code, answer->missing));
    tell_number(map, "decimals", answer->decimals);
    json_object_set_new(map, "removed", removed_of(answer->removed, answer->removed_count));
    json_object_set_new(map, "unknown", texts_of(answer->unknown, answer->unknown_count));
    json_object_set_new(map, "shelves", shelves_of(answer));
    tell_number(map, "stored", (int64_t)answer->stored);
    tell_number(map, "repeated", (int64_t)answer->repeated);
    tell_number(map, "refused", (int64_t)answer->refused);
    tell_number(map, "events", (int64_t)answer->forgotten_events);
    tell_number(map, "sessions", (int64_t)answer->forgotten_sessions);
    tell_text(map, "durability", answer->durability);
    json_object_set_new(map, "results", results_of(answer));
    if (answer->decision && is_page)
        tell_decision((json_object_set_new(map, "offers", json_object()), json_object_get(map, "offers")),
                      answer->decision);
    else if (answer->decision)
        tell_decision(map, answer->decision);
    if (answer->redemption)
        tell_redemption(map, answer->redemption);
    return map;
}

/* A status of the client's own is an error of code 0, named by it. */
static json_t *told(smartshelf_status status, const smartshelf_answer *answer, bool is_page)
{
    json_t *error = status == SMARTSHELF_OK ? json_null() : json_object();
    const char *name = answer->error_name ? answer->error_name : smartshelf_status_name(status);
    if (status != SMARTSHELF_OK) {
        json_object_set_new(error, "code", json_integer(answer->error_code));
        tell_text(error, "name", name);
        tell_text(error, "message", answer->error_message ? answer->error_message : name);
        json_object_set_new(error, "field", answer->error_field ? json_string(answer->error_field) : json_null());
    }
    return json_pack("{s:s, s:o, s:o, s:I}", "source", status == SMARTSHELF_OK ? "server" : "fallback", "error", error,
                     "result", result_of(answer, is_page), "msgid", (json_int_t)answer->msgid);
}

/* ---- commands ---- */

typedef struct open_client { /* with what it borrows */
    smartshelf_client *client;
    json_t *options;
    const char *endpoints[LIST_MAX], *fallback[LIST_MAX];
} open_client;

static open_client clients[CLIENTS_MAX];

static open_client *client_of(json_t *command)
{
    return &clients[json_integer_value(json_object_get(command, "client")) % CLIENTS_MAX];
}

static int option_of(json_t *options, const char *name, int otherwise)
{
    json_t *value = json_object_get(options, name);
    return value ? (int)json_integer_value(value) : otherwise;
}

static size_t texts_in(json_t *array, const char **texts)
{
    size_t i;
    json_t *element;
    json_array_foreach(array, i, element) texts[i] = json_string_value(element);
    return json_array_size(array);
}

static json_t *do_open(json_t *command)
{
    open_client *slot = client_of(command);
    json_t *given = slot->options = json_incref(json_object_get(command, "options"));
    smartshelf_options options = smartshelf_options_default();
    options.endpoints = slot->endpoints;
    options.endpoint_count = texts_in(json_object_get(given, "endpoints"), slot->endpoints);
    options.fallback = slot->fallback;
    options.fallback_count = texts_in(json_object_get(given, "fallback"), slot->fallback);
    options.timeout_ms = option_of(given, "timeout_ms", options.timeout_ms);
    options.change_timeout_ms = option_of(given, "change_timeout_ms", options.change_timeout_ms);
    options.change_attempts = option_of(given, "change_attempts", options.change_attempts);
    options.pass_over_ms = option_of(given, "pass_over_ms", options.pass_over_ms);
    options.reconnect_ms = option_of(given, "reconnect_ms", options.reconnect_ms);
    options.server_key = json_string_value(json_object_get(given, "server_key"));
    options.public_key = json_string_value(json_object_get(given, "public_key"));
    options.secret_key = json_string_value(json_object_get(given, "secret_key"));
    smartshelf_status status = smartshelf_open(&options, &slot->client);
    if (status == SMARTSHELF_OK)
        return json_object();
    json_decref(slot->options);
    slot->options = NULL;
    return json_pack("{s:s}", "refused", smartshelf_status_name(status));
}

static json_t *do_close(json_t *command)
{
    open_client *slot = client_of(command);
    smartshelf_close(&slot->client);
    json_decref(slot->options);
    *slot = (open_client){0};
    return json_object();
}

static smartshelf_status call(smartshelf_client *client, const char *method, json_t *params, int timeout_ms,
                              smartshelf_answer *answer)
{
    msgpack_sbuffer bytes = packed(params);
    smartshelf_status status = smartshelf_call(client, method, bytes.data, bytes.size, timeout_ms, answer);
    msgpack_sbuffer_destroy(&bytes);
    return status;
}

/* By the typed interface where that can say it and no time is given. */
static smartshelf_status ask(smartshelf_client *client, const char *method, json_t *params, json_t *timeout,
                             smartshelf_answer *answer)
{
    static typed_request asked;
    if (timeout || !set_request(method, params, &asked))
        return call(client, method, params, timeout ? (int)json_integer_value(timeout) : -1, answer);
    if (is(method, "event"))
        return smartshelf_events(client, asked.events, asked.count, how_of(params), answer);
    if (is(method, "items"))
        return smartshelf_items(client, asked.items, asked.count, answer);
    if (is(method, "offers") || is(method, "preview"))
        return smartshelf_offers(client, &asked.offers, answer);
    if (is(method, "redeem"))
        return smartshelf_redeem(client, &asked.code, answer);
    if (is(method, "forget"))
        return smartshelf_forget(client, asked.customer_id, answer);
    return smartshelf_ask(client, &asked.query, answer);
}

static json_t *do_ask(json_t *command)
{
    smartshelf_answer answer = {0};
    const char *method = json_string_value(json_object_get(command, "method"));
    smartshelf_status status = ask(client_of(command)->client, method, json_object_get(command, "params"),
                                   json_object_get(command, "timeout_ms"), &answer);
    json_t *reply = told(status, &answer, is(method, "page"));
    smartshelf_answer_release(&answer);
    return reply;
}

/* Sends all, then receives until each has its answer or the time of the last is over. */
static json_t *do_many(json_t *command)
{
    static typed_request asked;
    smartshelf_client *client = client_of(command)->client;
    json_t *all = json_object_get(command, "params"), *params, *replies = json_array();
    int timeout_ms = option_of(client_of(command)->options, "timeout_ms", 50);
    uint32_t msgid = 0, first = 0;
    size_t i;
    json_array_foreach(all, i, params)
    {
        set_request(json_string_value(json_object_get(command, "method")), params, &asked);
        smartshelf_send(client, &asked.query, &msgid);
        first = i == 0 ? msgid : first;
        json_array_append_new(replies, json_pack("{s:s, s:{s:s}}", "source", "fallback", "error", "name", "timeout"));
    }
    smartshelf_answer answer;
    smartshelf_status status;
    for (size_t left = i; left > 0; left--) {
        status = smartshelf_receive(client, timeout_ms, &answer);
        if (status == SMARTSHELF_TIMEOUT)
            break;
        if (answer.msgid - first < i)
            json_array_set_new(replies, answer.msgid - first, told(status, &answer, false));
        smartshelf_answer_release(&answer);
    }
    return replies;
}

static json_t *hexadecimal(const char *bytes, size_t size)
{
    char *digits = malloc(2 * size + 1);
    for (size_t i = 0; i < size; i++)
        snprintf(digits + 2 * i, 3, "%02x", (unsigned char)bytes[i]);
    json_t *reply = json_pack("{s:s#}", "bytes", digits, (int)(2 * size));
    free(digits);
    return reply;
}

static json_t *do_encode(json_t *command, bool typed)
{
    static typed_request asked;
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    const char *method = json_string_value(json_object_get(command, "method"));
    json_t *params = json_object_get(command, "params"), *reply = json_object();
    uint32_t msgid = (uint32_t)json_integer_value(json_object_get(command, "msgid"));
    smartshelf_status status = SMARTSHELF_ARGUMENT;
    if (typed && set_request(method, params, &asked))
        status = encode_request(method, params, &asked, msgid, &bytes, &capacity, &size);
    if (!typed) {
        msgpack_sbuffer map = packed(params);
        status = smartshelf_call_encode(method, map.data, map.size, msgid, &bytes, &capacity, &size);
        msgpack_sbuffer_destroy(&map);
    }
    if (status == SMARTSHELF_OK)
        json_object_update_new(reply, hexadecimal(bytes, size));
    free(bytes);
    return reply;
}

static json_t *do_decode(json_t *command)
{
    const char *digits = json_string_value(json_object_get(command, "reply"));
    const char *method = json_string_value(json_object_get(command, "method"));
    size_t size = strlen(digits) / 2;
    char *bytes = malloc(size + 1);
    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;
        sscanf(digits + 2 * i, "%2x", &byte);
        bytes[i] = (char)byte;
    }
    smartshelf_answer answer;
    smartshelf_status status = smartshelf_answer_decode(bytes, size, &answer);
    json_t *reply = told(status, &answer, is(method, "page"));
    smartshelf_answer_release(&answer);
    free(bytes);
    return reply;
}

static json_t *do_homes(json_t *command)
{
    char *bytes = NULL;
    size_t capacity = 0, size = 0, order[LIST_MAX];
    ss_home_server servers[LIST_MAX];
    const char *endpoints[LIST_MAX];
    msgpack_sbuffer map = packed(json_object_get(command, "params"));
    smartshelf_call_encode(json_string_value(json_object_get(command, "method")), map.data, map.size, 70000, &bytes,
                           &capacity, &size);
    ss_home home = ss_request_home(bytes, size);
    msgpack_sbuffer_destroy(&map);
    free(bytes);
    size_t count = texts_in(json_object_get(command, "endpoints"), endpoints);
    json_t *told = json_array();
    for (size_t i = 0; i < count; i++)
        servers[i] = ss_home_server_of(endpoints[i]);
    ss_home_order(home.visitor, servers, count, order);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(told, json_string(endpoints[order[i]]));
    if (!home.somebody)
        json_decref(told);
    return json_pack("{s:o}", "order", home.somebody ? told : json_null());
}

static json_t *obey(json_t *command)
{
    const char *what = json_string_value(json_object_get(command, "do"));
    if (is(what, "open"))
        return do_open(command);
    if (is(what, "close"))
        return do_close(command);
    if (is(what, "ask"))
        return do_ask(command);
    if (is(what, "many"))
        return do_many(command);
    if (is(what, "decode"))
        return do_decode(command);
    if (is(what, "homes"))
        return do_homes(command);
    return do_encode(command, is(what, "encode typed"));
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        json_error_t error;
        json_t *command = json_loads(line, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
        if (!command) {
            fprintf(stderr, "driver: %s\n", error.text);
            return 1;
        }
        json_t *reply = obey(command);
        json_dumpf(reply, stdout, JSON_COMPACT);
        puts("");
        fflush(stdout);
        json_decref(reply);
        json_decref(command);
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        smartshelf_close(&clients[i].client);
        json_decref(clients[i].options);
    }
    free(line);
    return 0;
}

#include "server/call.h"

#include "base/dictionary.h"
#include "client/wire.h"
#include <stdarg.h>
#include <stdio.h>

typedef struct call_decoder {
    ss_wire_reader reader;
    ss_call *call;
    ss_fault *fault;
    const char *prefix, *field; /* what is being read: "filter." and "price_min" */
} call_decoder;

static void set_fault(call_decoder *decoder, ss_fault_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void set_fault(call_decoder *decoder, ss_fault_code code, const char *format, ...)
{
    ss_fault *fault = decoder->fault;
    va_list arguments;
    fault->code = code;
    snprintf(fault->field, sizeof fault->field, "%s%s", decoder->prefix, decoder->field);
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
}

/* A macro, so that compilers see that it is false. */
#define FAIL(...) (set_fault(__VA_ARGS__), false)

static bool malformed(call_decoder *decoder, const char *what)
{
    decoder->prefix = decoder->field = "";
    return FAIL(decoder, SS_FAULT_MALFORMED, "%s", what);
}

static bool next(call_decoder *decoder, ss_wire_token *token)
{
    return ss_wire_next(&decoder->reader, token) ||
           malformed(decoder, "the bytes end too early, claim more than they hold, or are no MessagePack");
}

static bool next_of(call_decoder *decoder, ss_wire_kind kind, const char *expected, ss_wire_token *token)
{
    if (!next(decoder, token))
        return false;
    return token->kind == kind ||
           FAIL(decoder, SS_FAULT_WRONG_TYPE, "%s%s must be %s", decoder->prefix, decoder->field, expected);
}

/* ---- values of params ---- */

static bool read_text(call_decoder *decoder, size_t longest, ss_slice *text)
{
    ss_wire_token token;
    if (!next(decoder, &token))
        return false;
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return FAIL(decoder, SS_FAULT_WRONG_TYPE, "%s%s must be text", decoder->prefix, decoder->field);
    ss_slice found = {token.bytes, token.size};
    if (found.size < 1 || found.size > longest)
        return FAIL(decoder, SS_FAULT_OUT_OF_RANGE, "%s%s: %zu bytes; 1 to %zu are allowed", decoder->prefix,
                    decoder->field, found.size, longest);
    if (!ss_slice_is_utf8(found))
        return FAIL(decoder, SS_FAULT_OUT_OF_RANGE, "%s%s is not UTF-8", decoder->prefix, decoder->field);
    *text = found;
    return true;
}

static bool read_id(call_decoder *decoder, ss_slice *id)
{
    return read_text(decoder, SS_ID_MAX, id);
}

static bool read_count(call_decoder *decoder, size_t most, size_t *count)
{
    ss_wire_token token;
    if (!next_of(decoder, SS_WIRE_ARRAY, "an array", &token))
        return false;
    if (token.number > most)
        return FAIL(decoder, SS_FAULT_OUT_OF_RANGE, "%s: %llu values; at most %zu are allowed", decoder->field,
                    (unsigned long long)token.number, most);
    *count = (size_t)token.number;
    return true;
}

static bool read_ids(call_decoder *decoder, ss_slice *ids, size_t most, const ss_slice **list, size_t *list_count)
{
    size_t count;
    if (!read_count(decoder, most, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_id(decoder, &ids[i]))
            return false;
    *list = ids;
    *list_count = count;
    return true;
}

static bool read_integer(call_decoder *decoder, int64_t low, int64_t high, int64_t *value)
{
    ss_wire_token token;
    if (!next(decoder, &token))
        return false;
    if (token.kind != SS_WIRE_UINT && token.kind != SS_WIRE_INT)
        return FAIL(decoder, SS_FAULT_WRONG_TYPE, "%s%s must be an integer", decoder->prefix, decoder->field);
    bool above = token.kind == SS_WIRE_UINT && token.number > (uint64_t)INT64_MAX;
    int64_t number = (int64_t)token.number;
    if (above || number < low || number > high)
        return FAIL(decoder, SS_FAULT_OUT_OF_RANGE, "%s%s is outside %lld to %lld", decoder->prefix, decoder->field,
                    (long long)low, (long long)high);
    *value = number;
    return true;
}

static bool read_flag(call_decoder *decoder, bool *flag)
{
    ss_wire_token token;
    if (!next_of(decoder, SS_WIRE_BOOL, "true or false", &token))
        return false;
    *flag = token.number != 0;
    return true;
}

/* ---- params ---- */

typedef struct param {
    ss_slice name;
    bool (*read)(call_decoder *decoder);
} param;

static bool read_item_id(call_decoder *decoder)
{
    return read_id(decoder, &decoder->call->request.item_id);
}

static bool read_customer_id(call_decoder *decoder)
{
    return read_id(decoder, &decoder->call->request.customer_id);
}

static bool read_session_id(call_decoder *decoder)
{
    return read_id(decoder, &decoder->call->request.session_id);
}

static bool read_consent(call_decoder *decoder)
{
    ss_slice choice;
    if (!read_id(decoder, &choice))
        return false;
    bool none = ss_slice_equal(choice, SS_SLICE_LITERAL("none"));
    decoder->call->request.no_consent = none;
    return none || ss_slice_equal(choice, SS_SLICE_LITERAL("granted")) ||
           FAIL(decoder, SS_FAULT_OUT_OF_RANGE, "consent must be 'granted' or 'none'");
}

static bool read_items(call_decoder *decoder)
{
    ss_call *call = decoder->call;
    return read_ids(decoder, call->items, SS_CONTEXT_MAX, &call->request.items, &call->request.item_count);
}

static bool read_cart(call_decoder *decoder)
{
    ss_call *call = decoder->call;
    return read_ids(decoder, call->cart, SS_CONTEXT_MAX, &call->request.cart, &call->request.cart_count);
}

static bool read_exclude(call_decoder *decoder)
{
    ss_call *call = decoder->call;
    return read_ids(decoder, call->exclude, SS_EXCLUDE_MAX, &call->request.exclude, &call->request.exclude_count);
}

static bool read_limit(call_decoder *decoder)
{
    int64_t limit;
    if (!read_integer(decoder, 1, SS_LIMIT_MAX, &limit))
        return false;
    decoder->call->request.limit = (uint32_t)limit;
    return true;
}

static bool read_explain(call_decoder *decoder)
{
    return read_flag(decoder, &decoder->call->request.explain);
}

static bool read_timestamp(call_decoder *decoder)
{
    decoder->call->has_timestamp = true;
    return read_integer(decoder, 0, INT64_MAX, &decoder->call->request.now);
}

static bool read_fields(call_decoder *decoder)
{
    size_t count;
    if (!read_count(decoder, SS_FIELD_COUNT, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        ss_slice name;
        if (!read_id(decoder, &name))
            return false;
        ss_field field = ss_field_find(name);
        if (field == SS_FIELD_COUNT)
            return FAIL(decoder, SS_FAULT_OUT_OF_RANGE, "fields: there is no such column");
        decoder->call->fields |= 1u << field;
    }
    return true;
}

/* Values of params that are checked now and have an effect later. */

static bool read_reserved_id(call_decoder *decoder)
{
    ss_slice id;
    return read_id(decoder, &id);
}

static bool read_reserved_names(call_decoder *decoder)
{
    size_t count;
    if (!read_count(decoder, SS_SHELVES_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_reserved_id(decoder))
            return false;
    return true;
}

static bool read_category(call_decoder *decoder)
{
    return read_text(decoder, SS_CATEGORY_MAX, &decoder->call->request.filter.category);
}

static bool read_price_min(call_decoder *decoder)
{
    return read_integer(decoder, 0, INT64_MAX, &decoder->call->request.filter.price_min);
}

static bool read_price_max(call_decoder *decoder)
{
    return read_integer(decoder, 0, INT64_MAX, &decoder->call->request.filter.price_max);
}

static bool read_bought(call_decoder *decoder)
{
    ss_slice choice;
    if (!read_id(decoder, &choice))
        return false;
    ss_bought *bought = &decoder->call->request.filter.bought;
    if (ss_slice_equal(choice, SS_SLICE_LITERAL("exclude")))
        *bought = SS_BOUGHT_EXCLUDE;
    else if (ss_slice_equal(choice, SS_SLICE_LITERAL("allow")))
        *bought = SS_BOUGHT_ALLOW;
    else
        return FAIL(decoder, SS_FAULT_OUT_OF_RANGE, "filter.bought must be 'exclude' or 'allow'");
    return true;
}

static bool read_params(call_decoder *decoder, const param *params, const char *prefix, const char *what);

static bool read_filter(call_decoder *decoder)
{
    static const param filters[] = {
        {SS_SLICE_LITERAL("category"), read_category},
        {SS_SLICE_LITERAL("price_min"), read_price_min},
        {SS_SLICE_LITERAL("price_max"), read_price_max},
        {SS_SLICE_LITERAL("bought"), read_bought},
        {{NULL, 0}, NULL},
    };
    const ss_filter *filter = &decoder->call->request.filter;
    if (!read_params(decoder, filters, "filter.", "filter"))
        return false;
    decoder->field = "filter.price_max";
    return filter->price_min <= filter->price_max ||
           FAIL(decoder, SS_FAULT_OUT_OF_RANGE, "filter.price_max is below filter.price_min");
}

/* In the order of how often they are sent. */
static const param shelf_params[] = {
    {SS_SLICE_LITERAL("item_id"), read_item_id},
    {SS_SLICE_LITERAL("limit"), read_limit},
    {SS_SLICE_LITERAL("customer_id"), read_customer_id},
    {SS_SLICE_LITERAL("cart"), read_cart},
    {SS_SLICE_LITERAL("items"), read_items},
    {SS_SLICE_LITERAL("exclude"), read_exclude},
    {SS_SLICE_LITERAL("filter"), read_filter},
    {SS_SLICE_LITERAL("fields"), read_fields},
    {SS_SLICE_LITERAL("explain"), read_explain},
    {SS_SLICE_LITERAL("timestamp"), read_timestamp},
    {SS_SLICE_LITERAL("session_id"), read_session_id},
    {SS_SLICE_LITERAL("request_id"), read_reserved_id},
    {SS_SLICE_LITERAL("consent"), read_consent},
    {SS_SLICE_LITERAL("shelves"), read_reserved_names},
    {{NULL, 0}, NULL},
};

static const param other_params[] = {
    {SS_SLICE_LITERAL("request_id"), read_reserved_id},
    {SS_SLICE_LITERAL("timestamp"), read_timestamp},
    {{NULL, 0}, NULL},
};

static const param *find_param(const param *params, ss_slice name, unsigned *index)
{
    for (*index = 0; params[*index].read; (*index)++)
        if (ss_slice_equal(params[*index].name, name))
            return &params[*index];
    return NULL;
}

static bool unknown_param(call_decoder *decoder, ss_slice name)
{
    char printable[48];
    ss_slice_printable(name, printable, sizeof printable);
    decoder->field = printable;
    set_fault(decoder, SS_FAULT_UNKNOWN_PARAM, "there is no param '%s%s'", decoder->prefix, printable);
    decoder->field = "";
    return false;
}

static bool read_param(call_decoder *decoder, const param *params, const char *prefix, uint32_t *seen)
{
    ss_wire_token name;
    unsigned index;
    if (!next(decoder, &name))
        return false;
    if (name.kind != SS_WIRE_TEXT && name.kind != SS_WIRE_BYTES)
        return malformed(decoder, "the name of a param must be text");
    decoder->prefix = prefix;
    const param *found = find_param(params, (ss_slice){name.bytes, name.size}, &index);
    if (!found)
        return unknown_param(decoder, (ss_slice){name.bytes, name.size});
    decoder->field = found->name.data;
    if (*seen & 1u << index)
        return FAIL(decoder, SS_FAULT_REPEATED_PARAM, "%s%s is given twice", prefix, decoder->field);
    *seen |= 1u << index;
    return found->read(decoder);
}

_Static_assert(sizeof shelf_params / sizeof *shelf_params <= SS_PARAMS_MAX, "a bit for each param");

static bool read_params(call_decoder *decoder, const param *params, const char *prefix, const char *what)
{
    ss_wire_token map;
    uint32_t seen = 0;
    if (!next(decoder, &map))
        return false;
    if (map.kind != SS_WIRE_MAP)
        return FAIL(decoder, SS_FAULT_WRONG_TYPE, "%s must be a map", what);
    for (uint64_t i = 0; i < map.number; i++) /* a name that was read before ends it: at most SS_PARAMS_MAX rounds */
        if (!read_param(decoder, params, prefix, &seen))
            return false;
    decoder->prefix = decoder->field = "";
    return true;
}

/* ---- the request around them ---- */

static bool read_head(call_decoder *decoder)
{
    ss_wire_token token;
    ss_call *call = decoder->call;
    if (!next(decoder, &token))
        return false;
    if (token.kind != SS_WIRE_ARRAY || token.number != 4)
        return malformed(decoder, "a request is an array of 4: [0, msgid, method, params]");
    if (!next(decoder, &token))
        return false;
    if (token.kind != SS_WIRE_UINT || token.number != SS_PROTOCOL_REQUEST)
        return malformed(decoder, "the first element of a request is 0");
    if (!next(decoder, &token))
        return false;
    if (token.kind != SS_WIRE_UINT || token.number > UINT32_MAX)
        return malformed(decoder, "msgid is an integer from 0 to 4294967295");
    call->msgid = (uint32_t)token.number;
    call->has_msgid = true;
    return true;
}

static bool unknown_method(call_decoder *decoder, ss_slice name)
{
    char printable[48];
    ss_slice_printable(name, printable, sizeof printable);
    return FAIL(decoder, SS_FAULT_UNKNOWN_METHOD, "there is no method '%s'", printable);
}

static bool read_method(call_decoder *decoder)
{
    ss_wire_token token;
    if (!next(decoder, &token))
        return false;
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return malformed(decoder, "the method must be text");
    ss_slice name = {token.bytes, token.size};
    decoder->call->method = ss_method_find(name);
    return decoder->call->method != SS_METHOD_COUNT || unknown_method(decoder, name);
}

/* Shelves that go with something need something to go with. */
static bool check_context(call_decoder *decoder)
{
    const ss_request *request = &decoder->call->request;
    ss_method method = decoder->call->method;
    bool needs = (unsigned)method == SS_SHELF_RELATED || (unsigned)method == SS_SHELF_BOUGHT_TOGETHER ||
                 (unsigned)method == SS_SHELF_BOUGHT_NEXT;
    if (!needs || request->item_id.size > 0 || request->item_count > 0 || request->cart_count > 0)
        return true;
    decoder->field = "item_id";
    return FAIL(decoder, SS_FAULT_MISSING_PARAM, "%s needs item_id, items or cart", ss_method_name(method));
}

bool ss_call_decode(ss_slice message, ss_call *call, ss_fault *fault)
{
    const uint8_t *bytes = (const uint8_t *)message.data;
    call_decoder decoder = {{bytes, bytes + message.size}, call, fault, "", ""};
    call->has_msgid = false;
    call->msgid = 0;
    call->method = SS_METHOD_COUNT;
    call->fields = 0;
    call->has_timestamp = false;
    call->request = ss_request_empty();
    if (!read_head(&decoder) || !read_method(&decoder))
        return false;
    bool shelf = (unsigned)call->method < SS_SHELF_COUNT;
    if (!read_params(&decoder, shelf ? shelf_params : other_params, "", "params"))
        return false;
    if (decoder.reader.at != decoder.reader.end)
        return malformed(&decoder, "bytes follow the request");
    return check_context(&decoder);
}

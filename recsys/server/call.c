#include "server/call.h"

#include "server/call_page.h"
#include "server/call_reader.h"
#include "shelf/name_match.h"

static inline ss_call *call_of(ss_call_reader *reader)
{
    return reader->target;
}

static inline ss_request *request_of(ss_call_reader *reader)
{
    return &call_of(reader)->request;
}

/* ---- params ---- */

static bool read_item_id(ss_call_reader *reader)
{
    return ss_call_read_id(reader, &request_of(reader)->item_id);
}

static bool read_customer_id(ss_call_reader *reader)
{
    return ss_call_read_id(reader, &request_of(reader)->customer_id);
}

static bool read_session_id(ss_call_reader *reader)
{
    return ss_call_read_id(reader, &request_of(reader)->session_id);
}

static bool read_request_id(ss_call_reader *reader)
{
    return ss_call_read_id(reader, &call_of(reader)->request_id);
}

static bool read_consent(ss_call_reader *reader)
{
    return ss_call_read_either(reader, "none", "granted", &request_of(reader)->no_consent);
}

static bool read_items(ss_call_reader *reader)
{
    ss_call *call = call_of(reader);
    call->request.items = call->items;
    return ss_call_read_ids(reader, call->items, SS_CONTEXT_MAX, &call->request.item_count);
}

static bool read_cart(ss_call_reader *reader)
{
    ss_call *call = call_of(reader);
    call->request.cart = call->cart;
    return ss_call_read_ids(reader, call->cart, SS_CONTEXT_MAX, &call->request.cart_count);
}

static bool read_exclude(ss_call_reader *reader)
{
    ss_call *call = call_of(reader);
    call->request.exclude = call->exclude;
    return ss_call_read_ids(reader, call->exclude, SS_EXCLUDE_MAX, &call->request.exclude_count);
}

static bool read_limit(ss_call_reader *reader)
{
    int64_t limit;
    if (!ss_call_read_integer(reader, 1, SS_LIMIT_MAX, &limit))
        return false;
    request_of(reader)->limit = (uint32_t)limit;
    return true;
}

static bool read_explain(ss_call_reader *reader)
{
    return ss_call_read_flag(reader, &request_of(reader)->explain);
}

static bool read_timestamp(ss_call_reader *reader)
{
    call_of(reader)->has_timestamp = true;
    return ss_call_read_integer(reader, 0, INT64_MAX, &request_of(reader)->now);
}

static bool read_fields(ss_call_reader *reader)
{
    return ss_call_read_fields(reader, &call_of(reader)->fields);
}

static bool read_category(ss_call_reader *reader)
{
    return ss_call_read_text(reader, SS_CATEGORY_MAX, &request_of(reader)->filter.category);
}

static bool read_price_min(ss_call_reader *reader)
{
    return ss_call_read_integer(reader, 0, INT64_MAX, &request_of(reader)->filter.price_min);
}

static bool read_price_max(ss_call_reader *reader)
{
    return ss_call_read_integer(reader, 0, INT64_MAX, &request_of(reader)->filter.price_max);
}

static bool read_bought(ss_call_reader *reader)
{
    bool allow = false;
    if (!ss_call_read_either(reader, "allow", "exclude", &allow))
        return false;
    request_of(reader)->filter.bought = allow ? SS_BOUGHT_ALLOW : SS_BOUGHT_EXCLUDE;
    return true;
}

static bool read_filter(ss_call_reader *reader)
{
    static const ss_param filters[] = {
        {SS_SLICE_LITERAL("category"), read_category},
        {SS_SLICE_LITERAL("price_min"), read_price_min},
        {SS_SLICE_LITERAL("price_max"), read_price_max},
        {SS_SLICE_LITERAL("bought"), read_bought},
        {{NULL, 0}, NULL},
    };
    const ss_filter *filter = &request_of(reader)->filter;
    if (!ss_call_read_params(reader, filters, "filter."))
        return false;
    reader->field = "filter.price_max";
    return filter->price_min <= filter->price_max ||
           SS_CALL_FAIL(reader, SS_FAULT_OUT_OF_RANGE, "filter.price_max is below filter.price_min");
}

/* In the order of how often they are sent. */
static const ss_param shelf_params[] = {
    {SS_SLICE_LITERAL("item_id"), read_item_id},
    {SS_SLICE_LITERAL("limit"), read_limit},
    {SS_SLICE_LITERAL("session_id"), read_session_id},
    {SS_SLICE_LITERAL("customer_id"), read_customer_id},
    {SS_SLICE_LITERAL("cart"), read_cart},
    {SS_SLICE_LITERAL("items"), read_items},
    {SS_SLICE_LITERAL("exclude"), read_exclude},
    {SS_SLICE_LITERAL("filter"), read_filter},
    {SS_SLICE_LITERAL("fields"), read_fields},
    {SS_SLICE_LITERAL("explain"), read_explain},
    {SS_SLICE_LITERAL("timestamp"), read_timestamp},
    {SS_SLICE_LITERAL("request_id"), read_request_id},
    {SS_SLICE_LITERAL("consent"), read_consent},
    {SS_SLICE_LITERAL("shelves"), ss_call_read_shelves},
    {SS_SLICE_LITERAL("offers"), ss_call_read_page_offers},
    {{NULL, 0}, NULL},
};

static const ss_param other_params[] = {
    {SS_SLICE_LITERAL("request_id"), ss_call_read_ignored_id},
    {SS_SLICE_LITERAL("timestamp"), read_timestamp},
    {{NULL, 0}, NULL},
};

static bool read_buckets(ss_call_reader *reader)
{
    return ss_call_read_flag(reader, &call_of(reader)->buckets);
}

static const ss_param stats_params[] = {
    {SS_SLICE_LITERAL("request_id"), ss_call_read_ignored_id},
    {SS_SLICE_LITERAL("timestamp"), read_timestamp},
    {SS_SLICE_LITERAL("buckets"), read_buckets},
    {{NULL, 0}, NULL},
};

/* ---- of find ---- */

static bool read_text(ss_call_reader *reader)
{
    return ss_call_read_text(reader, SS_NAME_TEXT_MAX, &call_of(reader)->find.text);
}

static bool read_after(ss_call_reader *reader)
{
    return ss_call_read_id(reader, &call_of(reader)->find.after);
}

static bool read_all(ss_call_reader *reader)
{
    return ss_call_read_flag(reader, &call_of(reader)->find.all);
}

static bool read_categories(ss_call_reader *reader)
{
    return ss_call_read_flag(reader, &call_of(reader)->find.categories);
}

static const ss_param find_params[] = {
    {SS_SLICE_LITERAL("text"), read_text},
    {SS_SLICE_LITERAL("items"), read_items},
    {SS_SLICE_LITERAL("filter"), read_filter},
    {SS_SLICE_LITERAL("fields"), read_fields},
    {SS_SLICE_LITERAL("limit"), read_limit},
    {SS_SLICE_LITERAL("after"), read_after},
    {SS_SLICE_LITERAL("categories"), read_categories},
    {SS_SLICE_LITERAL("all"), read_all},
    {SS_SLICE_LITERAL("timestamp"), read_timestamp},
    {SS_SLICE_LITERAL("request_id"), ss_call_read_ignored_id},
    {{NULL, 0}, NULL},
};

static const ss_param *params_of(ss_method method)
{
    if ((unsigned)method < SS_SHELF_COUNT || method == SS_METHOD_PAGE)
        return shelf_params;
    if (method == SS_METHOD_FIND)
        return find_params;
    return method == SS_METHOD_STATS ? stats_params : other_params;
}

_Static_assert(sizeof shelf_params / sizeof *shelf_params <= SS_PARAMS_MAX, "a bit for each param");

/* ---- the request around them ---- */

static bool read_head(ss_call_reader *reader)
{
    ss_wire_token token;
    ss_call *call = call_of(reader);
    if (!ss_call_next(reader, &token))
        return false;
    if (token.kind != SS_WIRE_ARRAY || token.number != 4)
        return ss_call_malformed(reader, "a request is an array of 4: [0, msgid, method, params]");
    if (!ss_call_next(reader, &token))
        return false;
    if (token.kind != SS_WIRE_UINT || token.number != SS_PROTOCOL_REQUEST)
        return ss_call_malformed(reader, "the first element of a request is 0");
    if (!ss_call_next(reader, &token))
        return false;
    if (token.kind != SS_WIRE_UINT || token.number > UINT32_MAX)
        return ss_call_malformed(reader, "msgid is an integer from 0 to 4294967295");
    call->msgid = (uint32_t)token.number;
    call->has_msgid = true;
    return true;
}

static bool unknown_method(ss_call_reader *reader, ss_slice name)
{
    char printable[48];
    ss_slice_printable(name, printable, sizeof printable);
    return SS_CALL_FAIL(reader, SS_FAULT_UNKNOWN_METHOD, "there is no method '%s'", printable);
}

static bool read_method(ss_call_reader *reader)
{
    ss_wire_token token;
    if (!ss_call_next(reader, &token))
        return false;
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return ss_call_malformed(reader, "the method must be text");
    ss_slice name = {token.bytes, token.size};
    call_of(reader)->method = ss_method_find(name);
    return call_of(reader)->method != SS_METHOD_COUNT || unknown_method(reader, name);
}

/* Shelves that go with something need something to go with; what is wanted instead is so of one product. */
static bool check_context(ss_call_reader *reader, ss_shelf_kind shelf)
{
    const ss_request *request = request_of(reader);
    bool instead = shelf == SS_SHELF_ALTERNATIVES;
    bool with = shelf == SS_SHELF_RELATED || shelf == SS_SHELF_BOUGHT_TOGETHER || shelf == SS_SHELF_BOUGHT_NEXT;
    bool given = request->item_id.size > 0 ||
                 (!instead && (request->item_count > 0 || request->cart_count > 0 || request->session_id.size > 0));
    if (given || (!with && !instead))
        return true;
    reader->field = "item_id";
    return SS_CALL_FAIL(reader, SS_FAULT_MISSING_PARAM, "%s needs item_id%s", ss_shelf_name(shelf),
                        instead ? "" : ", items, cart or session_id");
}

static bool check_contexts(ss_call_reader *reader)
{
    const ss_call *call = call_of(reader);
    if (call->method != SS_METHOD_PAGE)
        return check_context(reader, (ss_shelf_kind)call->method); /* no shelf, no need */
    for (size_t i = 0; i < call->shelf_count; i++)
        if (!check_context(reader, call->shelves[i].kind))
            return false;
    return ss_call_check_page(reader);
}

static void begin_call(ss_call *call)
{
    call->has_msgid = false;
    call->msgid = 0;
    call->method = SS_METHOD_COUNT;
    call->fields = 0;
    call->shelf_count = 0;
    call->has_timestamp = false;
    call->request_id = (ss_slice){"", 0};
    call->buckets = false;
    call->find = (ss_call_find){0};
    call->offers.wanted = false;
    call->request = ss_request_empty();
}

static bool read_all_params(ss_call_reader *reader)
{
    if (!ss_call_read_params(reader, params_of(call_of(reader)->method), ""))
        return false;
    if (reader->wire.at != reader->wire.end)
        return ss_call_malformed(reader, "bytes follow the request");
    return check_contexts(reader);
}

bool ss_call_decode(ss_slice message, ss_call *call, ss_fault *fault)
{
    ss_call_reader reader = ss_call_reader_over(message, call, fault);
    begin_call(call);
    if (!read_head(&reader) || !read_method(&reader))
        return false;
    call->params = (size_t)((const char *)reader.wire.at - message.data);
    return ss_method_is_recorded(call->method) || read_all_params(&reader);
}

bool ss_call_decode_params(ss_slice params, ss_method method, ss_call *call, ss_fault *fault)
{
    ss_call_reader reader = ss_call_reader_over(params, call, fault);
    begin_call(call);
    call->method = method;
    return read_all_params(&reader);
}

bool ss_call_is_recorded(const ss_call *call)
{
    return ss_method_is_recorded(call->method) || call->offers.wanted;
}

ss_role ss_call_role(const ss_call *call)
{
    if (call->find.all)
        return SS_ROLE_ADMIN;
    return ss_method_role(call->offers.wanted ? SS_METHOD_OFFERS : call->method);
}

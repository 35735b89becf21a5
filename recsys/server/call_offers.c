#include "server/call_offers.h"

#include "server/call_cart.h"

static inline ss_offers_call *call_of(ss_call_reader *reader)
{
    return reader->target;
}

static inline ss_offer_request *request_of(ss_call_reader *reader)
{
    return &call_of(reader)->request;
}

static bool read_page(ss_call_reader *reader)
{
    return ss_call_read_offer_page(reader, &request_of(reader)->page);
}

static bool read_item_id(ss_call_reader *reader)
{
    return ss_call_read_id(reader, &request_of(reader)->item_id);
}

static bool read_customer_id(ss_call_reader *reader)
{
    return ss_call_read_kept_id(reader, &request_of(reader)->customer_id);
}

static bool read_session_id(ss_call_reader *reader)
{
    return ss_call_read_kept_id(reader, &request_of(reader)->session_id);
}

static bool read_request_id(ss_call_reader *reader)
{
    return ss_call_read_kept_id(reader, &request_of(reader)->request_id);
}

static bool read_cart(ss_call_reader *reader)
{
    ss_offers_call *call = call_of(reader);
    call->request.cart = call->cart; /* an empty one is a cart too */
    return ss_call_read_cart(reader, "cart", 0, SS_CONTEXT_MAX, call->cart, &call->request.cart_count);
}

static bool read_exclude(ss_call_reader *reader)
{
    ss_offers_call *call = call_of(reader);
    call->request.exclude = call->exclude;
    return ss_call_read_ids(reader, call->exclude, SS_EXCLUDE_MAX, &call->request.exclude_count);
}

static bool read_limit(ss_call_reader *reader)
{
    return ss_call_read_offer_limit(reader, &request_of(reader)->limit);
}

static bool read_fields(ss_call_reader *reader)
{
    return ss_call_read_fields(reader, &call_of(reader)->fields);
}

static bool read_consent(ss_call_reader *reader)
{
    return ss_call_read_either(reader, "none", "granted", &request_of(reader)->no_consent);
}

static bool read_durability(ss_call_reader *reader)
{
    return ss_call_read_either(reader, "relaxed", "durable", &call_of(reader)->relaxed);
}

/* In the order of how often they are sent. */
static const ss_param offers_params[] = {
    {SS_SLICE_LITERAL("page"), read_page},
    {SS_SLICE_LITERAL("session_id"), read_session_id},
    {SS_SLICE_LITERAL("item_id"), read_item_id},
    {SS_SLICE_LITERAL("customer_id"), read_customer_id},
    {SS_SLICE_LITERAL("request_id"), read_request_id},
    {SS_SLICE_LITERAL("cart"), read_cart},
    {SS_SLICE_LITERAL("fields"), read_fields},
    {SS_SLICE_LITERAL("exclude"), read_exclude},
    {SS_SLICE_LITERAL("limit"), read_limit},
    {SS_SLICE_LITERAL("durability"), read_durability},
    {SS_SLICE_LITERAL("consent"), read_consent},
    {{NULL, 0}, NULL},
};

_Static_assert(sizeof offers_params / sizeof *offers_params <= SS_PARAMS_MAX, "a bit for each param");

static bool check_given(ss_call_reader *reader)
{
    const ss_offer_request *request = request_of(reader);
    reader->field = "page";
    if (request->page == SS_PAGE_COUNT)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_MISSING_PARAM, " is missing: home, product or cart");
    return ss_call_check_offers(reader, request);
}

bool ss_offers_call_decode(ss_slice params, ss_offers_call *call, ss_fault *fault)
{
    static const ss_slice none = {"", 0};
    ss_call_reader reader = ss_call_reader_over(params, call, fault);
    call->request = (ss_offer_request){
        .page = SS_PAGE_COUNT, .item_id = none, .customer_id = none, .session_id = none, .request_id = none};
    call->fields = 0;
    call->relaxed = false;
    if (!ss_call_read_params(&reader, offers_params, ""))
        return false;
    if (reader.wire.at != reader.wire.end)
        return ss_call_malformed(&reader, "bytes follow the request");
    return check_given(&reader);
}

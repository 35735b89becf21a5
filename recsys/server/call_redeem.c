#include "server/call_redeem.h"

#include "server/call_cart.h"

static inline ss_redeem_request *request_of(ss_call_reader *reader)
{
    ss_redeem_call *call = reader->target;
    return &call->request;
}

static bool read_code(ss_call_reader *reader)
{
    return ss_call_read_text(reader, SS_CODE_TYPED_MAX, &request_of(reader)->code);
}

static bool read_order_id(ss_call_reader *reader)
{
    return ss_call_read_kept_id(reader, &request_of(reader)->order_id);
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
    ss_redeem_call *call = reader->target;
    call->request.cart = call->cart;
    return ss_call_read_cart(reader, "cart", 1, SS_CART_LINES_MAX, call->cart, &call->request.cart_count);
}

static bool read_undo(ss_call_reader *reader)
{
    return ss_call_read_flag(reader, &request_of(reader)->undo);
}

static const ss_param redeem_params[] = {
    {SS_SLICE_LITERAL("code"), read_code},
    {SS_SLICE_LITERAL("order_id"), read_order_id},
    {SS_SLICE_LITERAL("cart"), read_cart},
    {SS_SLICE_LITERAL("customer_id"), read_customer_id},
    {SS_SLICE_LITERAL("session_id"), read_session_id},
    {SS_SLICE_LITERAL("request_id"), read_request_id},
    {SS_SLICE_LITERAL("undo"), read_undo},
    {{NULL, 0}, NULL},
};

_Static_assert(sizeof redeem_params / sizeof *redeem_params <= SS_PARAMS_MAX, "a bit for each param");

static bool check_given(ss_call_reader *reader)
{
    const ss_redeem_request *request = request_of(reader);
    reader->field = request->code.size == 0 ? "code" : "order_id";
    if (request->code.size == 0 || request->order_id.size == 0)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_MISSING_PARAM, " is missing");
    reader->field = "cart";
    if (!request->cart && !request->undo)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_MISSING_PARAM, " is missing: the lines of the order");
    reader->field = "session_id";
    return request->session_id.size > 0 || request->customer_id.size > 0 || request->undo ||
           SS_CALL_FAIL(reader, SS_FAULT_MISSING_PARAM, "whose order? session_id or customer_id");
}

bool ss_redeem_call_decode(ss_slice params, ss_redeem_call *call, ss_fault *fault)
{
    static const ss_slice none = {"", 0};
    ss_call_reader reader = ss_call_reader_over(params, call, fault);
    call->request = (ss_redeem_request){
        .code = none, .order_id = none, .customer_id = none, .session_id = none, .request_id = none};
    if (!ss_call_read_params(&reader, redeem_params, ""))
        return false;
    if (reader.wire.at != reader.wire.end)
        return ss_call_malformed(&reader, "bytes follow the request");
    return check_given(&reader);
}

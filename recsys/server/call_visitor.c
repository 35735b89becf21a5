#include "server/call_visitor.h"

#include "server/call_reader.h"

static inline ss_visitor_call *call_of(ss_call_reader *reader)
{
    return reader->target;
}

static bool read_session_id(ss_call_reader *reader)
{
    return ss_call_read_kept_id(reader, &call_of(reader)->session_id);
}

static bool read_customer_id(ss_call_reader *reader)
{
    return ss_call_read_kept_id(reader, &call_of(reader)->customer_id);
}

static bool read_fields(ss_call_reader *reader)
{
    return ss_call_read_fields(reader, &call_of(reader)->fields);
}

static bool read_limit(ss_call_reader *reader)
{
    int64_t limit;
    if (!ss_call_read_integer(reader, 1, SS_LIMIT_MAX, &limit))
        return false;
    call_of(reader)->limit = (uint32_t)limit;
    return true;
}

static bool read_timestamp(ss_call_reader *reader)
{
    return ss_call_read_integer(reader, 0, INT64_MAX, &call_of(reader)->timestamp);
}

static const ss_param visitor_params[] = {
    {SS_SLICE_LITERAL("session_id"), read_session_id},
    {SS_SLICE_LITERAL("customer_id"), read_customer_id},
    {SS_SLICE_LITERAL("fields"), read_fields},
    {SS_SLICE_LITERAL("limit"), read_limit},
    {SS_SLICE_LITERAL("timestamp"), read_timestamp},
    {SS_SLICE_LITERAL("request_id"), ss_call_read_ignored_id},
    {{NULL, 0}, NULL},
};

bool ss_visitor_call_decode(ss_slice params, ss_visitor_call *call, ss_fault *fault)
{
    ss_call_reader reader = ss_call_reader_over(params, call, fault);
    *call = (ss_visitor_call){
        .session_id = {"", 0}, .customer_id = {"", 0}, .limit = SS_VISITOR_LIMIT_DEFAULT, .timestamp = INT64_MIN};
    if (!ss_call_read_params(&reader, visitor_params, ""))
        return false;
    if (reader.wire.at != reader.wire.end)
        return ss_call_malformed(&reader, "bytes follow the request");
    reader.field = "session_id";
    return call->session_id.size > 0 || call->customer_id.size > 0 ||
           SS_CALL_FAIL(&reader, SS_FAULT_MISSING_PARAM, "whom? session_id or customer_id");
}

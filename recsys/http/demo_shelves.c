#include "http/demo_shelves.h"

#include "base/clock.h"
#include "http/demo_reply.h"
#include "http/fault_status.h"
#include "http/json_reply.h"
#include "http/public_call.h"
#include "http/public_reply.h"
#include "http/query.h"
#include "http/question.h"
#include "http/routes.h"

static bool read_params(const ss_http_request *request, ss_buffer *params, ss_fault *fault)
{
    if (request->verb != SS_HTTP_POST)
        return ss_query_params(request->parameters, params, fault);
    return ss_body_params(request->body, params, fault);
}

/* Params as they may be asked, into the reply's buffer. */
static bool admit(const ss_demo_visitors *visitors, ss_method method, ss_slice params, ss_buffer *out, ss_fault *fault)
{
    if (method != SS_METHOD_FIND)
        return ss_public_params(ss_demo_visitors_keys(visitors), method, params, ss_clock_now(), out, fault);
    *fault = (ss_fault){.code = SS_FAULT_ACCESS_DENIED, .field = "all", .message = "all is for the shop's own people"};
    return !ss_demo_entry(params, "all").data && ss_buffer_append(out, params.data, params.size) == SS_OK;
}

static void show(ss_method method, ss_slice result, ss_http_reply *reply)
{
    ss_buffer shown;
    if (method == SS_METHOD_FIND) {
        ss_demo_value(reply, 200, result);
        return;
    }
    ss_buffer_init(&shown, SS_REPLY_MAX);
    if (ss_public_result(method, result, &shown, NULL) == SS_OK)
        ss_demo_value(reply, 200, (ss_slice){shown.data, shown.size});
    else
        ss_json_reply_refuse(reply, 500, SS_FAULT_INTERNAL, "the result is none of this method");
    ss_buffer_release(&shown);
}

static ss_method method_of(ss_slice path)
{
    const char *slash = memrchr(path.data, '/', path.size);
    size_t size = slash ? (size_t)(path.data + path.size - slash - 1) : 0;
    return ss_method_find((ss_slice){path.data + path.size - size, size});
}

static void finish(void *site, ss_slice message, ss_http_reply *reply)
{
    ss_slice result;
    (void)site;
    if (ss_demo_result(reply, message, &result))
        show(method_of(reply->request->path), result, reply);
}

void ss_demo_answer_method(const ss_demo_visitors *visitors, ss_slice name, const ss_http_request *request,
                           ss_http_reply *reply)
{
    ss_fault fault = {0};
    ss_buffer params;
    ss_method method = ss_method_find(name);
    if (method == SS_METHOD_COUNT) {
        ss_json_reply_refuse(reply, 404, SS_FAULT_UNKNOWN_METHOD, "there is no such method");
        return;
    }
    if (request->verb != SS_HTTP_POST && !ss_method_is_safe(method)) {
        reply->allow = "POST";
        ss_json_reply_refuse(reply, 405, SS_FAULT_MALFORMED, "this changes something: POST");
        return;
    }
    ss_buffer_init(&params, SS_MESSAGE_MAX);
    bool read = read_params(request, &params, &fault);
    bool admitted = read && admit(visitors, method, (ss_slice){params.data, params.size}, reply->buffer, &fault);
    ss_buffer_release(&params);
    if (admitted)
        ss_demo_ask(reply, method, 0, (ss_slice){"", 0}, finish);
    else
        ss_json_reply_fault(reply, ss_fault_status(fault.code), &fault);
}

#include "http/exchange_room.h"

#include "http/fault_status.h"
#include "http/question.h"
#include "http/transcode.h"

#define ROOM_KEPT (8u << 20) /* bytes in which replies are made that are kept */

/* ---- what was answered ---- */

/* The result as JSON, in the request's own buffer. */
static ss_status write_result(ss_exchange *one, ss_slice result)
{
    ss_slice shown;
    ss_status status;
    ss_buffer *json = &one->all->json, *own = &one->buffers[SS_USE_REPLY], *changed = &one->buffers[SS_USE_RESULT];
    ss_buffer_clear(json);
    ss_buffer_clear(own);
    ss_buffer_clear(changed);
    SS_TRY(ss_gate_result(one->all->setting.gate, &one->guest, one->route.method, result, changed, &shown, NULL));
    SS_TRY(ss_wire_to_json(shown, json, NULL));
    SS_TRY(ss_buffer_append(own, json->data, json->size));
out:
    if (json->capacity > ROOM_KEPT)
        ss_buffer_release(json);
    return status;
}

void ss_exchange_result(ss_exchange *one, ss_slice result)
{
    ss_status status = write_result(one, result);
    if (status == SS_OK)
        ss_exchange_json(one, 200);
    else if (status == SS_E_LIMIT)
        ss_exchange_refuse(one, 413, SS_FAULT_TOO_LARGE, "the reply is too long");
    else
        ss_exchange_refuse(one, 500, SS_FAULT_INTERNAL, "the reply cannot be said in JSON");
}

/* ---- what is asked ---- */

static bool read_params(ss_exchange *one, ss_buffer *params)
{
    ss_fault fault;
    ss_slice body = one->request.body;
    ss_buffer_clear(params);
    bool read = one->verb == SS_VERB_POST ? ss_body_params(body, params, &fault)
                                          : ss_query_params(&one->target.query, params, &fault);
    if (!read)
        ss_exchange_fault(one, ss_fault_status(fault.code), &fault);
    return read;
}

enum MHD_Result ss_exchange_method(ss_exchange *one)
{
    ss_slice asked;
    ss_refusal refusal = {0};
    ss_buffer *params = &one->buffers[SS_USE_PARAMS];
    if (!read_params(one, params))
        return ss_exchange_send(one);
    ss_buffer_clear(&one->buffers[SS_USE_ASKED]);
    if (!ss_gate_params(one->all->setting.gate, &one->guest, one->route.method, (ss_slice){params->data, params->size},
                        &one->buffers[SS_USE_ASKED], &asked, &refusal)) {
        ss_exchange_refuse_by(one, &refusal);
        return ss_exchange_send(one);
    }
    ss_backend_request question = ss_question_of(one->route.method, asked);
    bool shared = one->verb != SS_VERB_POST && ss_method_is_shared(one->route.method) && question.visitor.size == 0 &&
                  question.idempotent;
    if (one->verb != SS_VERB_POST && !question.idempotent) {
        one->response.allow = "POST, OPTIONS";
        ss_exchange_refuse(one, 405, SS_FAULT_MALFORMED, "this changes something: POST");
        return ss_exchange_send(one);
    }
    one->response.tagged = shared;
    /* What a secret key is shown no proxy may keep: it would have to heed Vary, and not all do. */
    bool common = shared && !(one->guest.key && one->guest.kind == SS_API_SECRET);
    one->response.reply.max_age = common ? (unsigned)one->all->setting.port->options->max_age_s : 0;
    return ss_exchange_ask(one, &question);
}

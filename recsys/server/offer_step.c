#include "server/offer_step.h"

#include "server/reply.h"
#include <stdio.h>

#define REPLIES_MAX  ((size_t)128 << 20)
#define REPLIES_KEPT ((size_t)4 << 20) /* more memory than this is given back after the cycle */

_Static_assert(SS_PAGE_WEIGHT <= SS_WRITER_COUNT_MAX, "a request has room behind a full cycle");
_Static_assert((SS_WRITER_CYCLE_MAX / SS_PAGE_WEIGHT + 1) * (size_t)SS_REPLY_MAX <= REPLIES_MAX,
               "all replies have room");

void ss_offer_step_init(ss_offer_step *step)
{
    step->count = step->staged = 0;
    ss_buffer_init(&step->reply, SS_REPLY_MAX);
    ss_buffer_init(&step->replies, REPLIES_MAX);
}

void ss_offer_step_release(ss_offer_step *step)
{
    ss_buffer_release(&step->reply);
    ss_buffer_release(&step->replies);
}

void ss_offer_step_begin(ss_offer_step *step)
{
    step->count = step->staged = 0;
    if (step->replies.capacity > REPLIES_KEPT)
        ss_buffer_release(&step->replies);
    ss_buffer_clear(&step->replies);
}

void ss_offer_step_take(ss_offer_step *step, ss_slice params, ss_recorded *request)
{
    request->first = step->count;
    request->count = step->weight;
    ss_offer_asked *asked = &step->asked[step->count++];
    asked->params = params;
    asked->msgid = request->msgid;
    asked->method = request->method;
    asked->failed = asked->repeated = false;
    asked->outcome = asked->products = asked->leases = 0;
    asked->blanks.count = 0;
}

static ss_status refuse(ss_offer_step *step, ss_offer_asked *asked, const ss_error *error)
{
    ss_fault fault = {.code = SS_FAULT_OUT_OF_RANGE};
    snprintf(fault.message, sizeof fault.message, "%s", error->message);
    asked->failed = true;
    asked->blanks.count = 0;
    ss_count(&step->stats->faults[fault.code]);
    return ss_reply_fault(true, asked->msgid, &fault, &step->reply);
}

static ss_status answer(ss_offer_step *step, ss_offer_asked *asked, int64_t now, ss_error *error)
{
    ss_buffer_clear(&step->reply);
    ss_status status = step->answer(step->context, asked, now, &step->reply, error);
    if (status == SS_E_RANGE)
        status = refuse(step, asked, error);
    asked->begins = step->replies.size;
    if (status == SS_OK)
        status = ss_buffer_append(&step->replies, step->reply.data, step->reply.size);
    asked->ends = step->replies.size;
    return status;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

ss_status ss_offer_step_stage(ss_offer_step *step, int64_t now, ss_error *error)
{
    size_t first = step->staged;
    step->staged = step->count;
    if (first == step->count)
        return SS_OK;
    ss_status status = ss_offers_begin(step->offers, now, error);
    if (status != SS_OK)
        return status;
    for (size_t i = first; i < step->count && status == SS_OK; i++) {
        if (step->foresee && (i - first) % SS_FORESEEN_MAX == 0)
            step->foresee(step->context, i, least(step->count - i, SS_FORESEEN_MAX));
        status = answer(step, &step->asked[i], now, error);
    }
    ss_status ended = ss_offers_end(step->offers, status == SS_OK, status == SS_OK ? error : NULL);
    return status == SS_OK ? ended : status;
}

ss_status ss_offer_step_finish(const ss_offer_step *step, const ss_recorded *request, ss_buffer *out)
{
    const ss_offer_asked *asked = ss_offer_step_asked(step, request);
    return ss_buffer_append(out, step->replies.data + asked->begins, asked->ends - asked->begins);
}

void ss_offer_asked_decided(ss_offer_asked *asked, const ss_offer_answer *answer)
{
    const ss_decision *decision = answer->decision;
    asked->outcome = decision->verdict;
    asked->repeated = answer->repeated;
    asked->products = decision->verdict == SS_VERDICT_SHOWN ? (uint32_t)decision->offer_count : 0;
    asked->leases = 0;
    for (size_t i = 0; i < asked->products; i++)
        asked->leases += decision->offers[i].lease > 0;
}

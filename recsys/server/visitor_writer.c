#include "server/visitor_writer.h"

#include "base/memory.h"
#include "server/offer_step.h"
#include "server/reply.h"
#include "server/visitor_reply.h"

#include <stdlib.h>

struct ss_visitor_writer {
    ss_visitor_reading from;
    ss_visitor_call call; /* the one being read */
    ss_visitor_known known;
    ss_offer_step step;
};

static void begin(void *context)
{
    ss_visitor_writer *writer = context;
    ss_offer_step_begin(&writer->step);
}

static bool decode(void *context, ss_slice params, ss_recorded *request, ss_fault *fault)
{
    ss_visitor_writer *writer = context;
    if (!ss_visitor_call_decode(params, &writer->call, fault))
        return false;
    request->relaxed = true;
    ss_offer_step_take(&writer->step, params, request);
    return true;
}

/* Nothing is lost when the reply is too long: that is told, and the step goes on. */
static ss_status refuse(ss_visitor_writer *writer, const ss_offer_asked *asked, ss_buffer *reply)
{
    const ss_fault fault = ss_reply_failure(SS_E_LIMIT);
    ss_count(&writer->step.stats->faults[fault.code]);
    return ss_reply_fault(true, asked->msgid, &fault, reply);
}

static ss_status answer(void *context, ss_offer_asked *asked, int64_t now, ss_buffer *reply, ss_error *error)
{
    ss_visitor_writer *writer = context;
    ss_visitor_call *call = &writer->call;
    ss_offers *offers = writer->from.offers;
    ss_fault fault;
    if (!ss_visitor_call_decode(asked->params, call, &fault))
        return ss_error_set(error, SS_E_RANGE, "%s", fault.message);
    const ss_visitor_sources sources = {ss_answerer_catalogue(ss_offers_answerer(offers)), writer->from.visitors,
                                        writer->from.forgotten, writer->from.ledger};
    const ss_offers_view view = {sources.catalogue, ss_offers_keys(offers), call->fields, now, NULL};
    int64_t moment = call->timestamp == INT64_MIN ? now : call->timestamp;
    ss_status status = ss_visitor_known_gather(&sources, call, moment, &writer->known, error);
    if (status == SS_OK)
        status = ss_visitor_reply(&sources, &view, &writer->known, asked->msgid, reply, error);
    return status == SS_E_LIMIT ? refuse(writer, asked, reply) : status;
}

static ss_status stage(void *context, int64_t now, ss_error *error)
{
    ss_visitor_writer *writer = context;
    return ss_offer_step_stage(&writer->step, now, error);
}

static ss_status finish(void *context, const ss_recorded *request, ss_buffer *out)
{
    const ss_visitor_writer *writer = context;
    return ss_offer_step_finish(&writer->step, request, out);
}

ss_status ss_visitor_writer_new(const ss_visitor_reading *reading, ss_visitor_writer **writer, ss_error *error)
{
    ss_visitor_writer *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->from = *reading;
    made->step.offers = reading->offers;
    made->step.stats = reading->stats;
    made->step.weight = SS_PAGE_WEIGHT; /* the reply may be long */
    made->step.answer = answer;
    made->step.context = made;
    ss_offer_step_init(&made->step);
    *writer = made;
    return SS_OK;
}

void ss_visitor_writer_free(ss_visitor_writer **writer)
{
    if (*writer)
        ss_offer_step_release(&(*writer)->step);
    free(*writer);
    *writer = NULL;
}

ss_writer ss_visitor_writer_row(ss_visitor_writer *writer)
{
    return (ss_writer){.method = SS_METHOD_VISITOR,
                       .context = writer,
                       .begin = begin,
                       .decode = decode,
                       .stage = stage,
                       .finish = finish};
}

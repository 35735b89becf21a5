#include "server/redeem_writer.h"

#include "base/memory.h"
#include "server/call_redeem.h"
#include "server/offer_step.h"
#include "server/offers_reply.h"

#include <stdlib.h>

struct ss_redeem_writer {
    ss_offer_counts *counts; /* borrowed */
    ss_redeem_call call;     /* the one being read */
    ss_offer_step step;
};

static void begin(void *context)
{
    ss_redeem_writer *writer = context;
    ss_offer_step_begin(&writer->step);
}

static bool decode(void *context, ss_slice params, ss_recorded *request, ss_fault *fault)
{
    ss_redeem_writer *writer = context;
    if (!ss_redeem_call_decode(params, &writer->call, fault))
        return false;
    ss_offer_step_take(&writer->step, params, request);
    return true;
}

static ss_status redeem(void *context, ss_offer_asked *asked, int64_t now, ss_buffer *reply, ss_error *error)
{
    ss_redeem_writer *writer = context;
    ss_offers *offers = writer->step.offers;
    ss_redeem_answer answer;
    ss_fault fault;
    if (!ss_redeem_call_decode(asked->params, &writer->call, &fault))
        return ss_error_set(error, SS_E_RANGE, "%s", fault.message);
    ss_status status = ss_offers_redeem(offers, &writer->call.request, &answer, error);
    if (status != SS_OK)
        return status;
    asked->outcome = answer.outcome;
    asked->repeated = answer.repeated;
    const ss_offers_view view = {ss_answerer_catalogue(ss_offers_answerer(offers)), ss_offers_keys(offers), 0, now,
                                 NULL};
    return ss_redeem_reply(&view, asked->msgid, &answer, reply);
}

static ss_status stage(void *context, int64_t now, ss_error *error)
{
    ss_redeem_writer *writer = context;
    return ss_offer_step_stage(&writer->step, now, error);
}

static ss_status finish(void *context, const ss_recorded *request, ss_buffer *out)
{
    const ss_redeem_writer *writer = context;
    ss_offer_counts_code(writer->counts, ss_offer_step_asked(&writer->step, request));
    return ss_offer_step_finish(&writer->step, request, out);
}

ss_status ss_redeem_writer_new(ss_offers *offers, ss_offer_counts *counts, ss_stats *stats, ss_redeem_writer **writer,
                               ss_error *error)
{
    ss_redeem_writer *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->counts = counts;
    made->step.offers = offers;
    made->step.stats = stats;
    made->step.weight = SS_OFFER_WEIGHT;
    made->step.answer = redeem;
    made->step.context = made;
    ss_offer_step_init(&made->step);
    *writer = made;
    return SS_OK;
}

void ss_redeem_writer_free(ss_redeem_writer **writer)
{
    if (*writer)
        ss_offer_step_release(&(*writer)->step);
    free(*writer);
    *writer = NULL;
}

ss_writer ss_redeem_writer_row(ss_redeem_writer *writer)
{
    return (ss_writer){.method = SS_METHOD_REDEEM,
                       .context = writer,
                       .begin = begin,
                       .decode = decode,
                       .stage = stage,
                       .finish = finish};
}

#include "server/page_writer.h"

#include "base/memory.h"
#include "server/call.h"
#include "server/offer_step.h"
#include "server/offers_reply.h"
#include "server/page_reply.h"

#include <stdlib.h>

_Static_assert(2 * SS_OFFERS_MAX <= SS_PAGE_TAKEN_MAX, "all that is offered, bundles too, has room on a page");

struct ss_page_writer {
    ss_offer_counts *counts; /* borrowed */
    ss_call call;            /* the one being read */
    ss_page page;
    ss_buffer decision; /* its part of the reply */
    ss_offer_step step;
};

static void begin(void *context)
{
    ss_page_writer *writer = context;
    ss_offer_step_begin(&writer->step);
}

static bool decode(void *context, ss_slice params, ss_recorded *request, ss_fault *fault)
{
    ss_page_writer *writer = context;
    if (!ss_call_decode_params(params, SS_METHOD_PAGE, &writer->call, fault))
        return false;
    request->relaxed = writer->call.offers.relaxed || writer->call.request.no_consent;
    ss_offer_step_take(&writer->step, params, request);
    return true;
}

static size_t offered_items(const ss_catalogue *catalogue, const ss_decision *decision,
                            uint32_t items[2 * SS_OFFERS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; decision->verdict == SS_VERDICT_SHOWN && i < decision->offer_count; i++) {
        const ss_offer *offer = &decision->offers[i];
        if (offer->item_id.size > 0)
            items[count++] = ss_catalogue_find(catalogue, offer->item_id);
        if (offer->with_item.size > 0)
            items[count++] = ss_catalogue_find(catalogue, offer->with_item);
    }
    return count;
}

/* The decision is made and kept; that the page is too long, or has no memory, is told in its place. */
static ss_status refuse(ss_page_writer *writer, const ss_offer_asked *asked, ss_status failed, ss_buffer *reply)
{
    const ss_fault fault = ss_reply_failure(failed);
    ss_count(&writer->step.stats->faults[fault.code]);
    return ss_reply_fault(true, asked->msgid, &fault, reply);
}

static ss_status answer(void *context, ss_offer_asked *asked, int64_t now, ss_buffer *reply, ss_error *error)
{
    ss_page_writer *writer = context;
    ss_call *call = &writer->call;
    ss_answerer *answerer = ss_offers_answerer(writer->step.offers);
    const ss_catalogue *catalogue = ss_answerer_catalogue(answerer);
    uint32_t items[2 * SS_OFFERS_MAX];
    ss_offer_answer decided;
    ss_fault fault;
    ss_status status;
    if (!ss_call_decode_params(asked->params, SS_METHOD_PAGE, call, &fault))
        return ss_error_set(error, SS_E_RANGE, "%s", fault.message);
    call->msgid = asked->msgid;
    if (!call->has_timestamp)
        call->request.now = now;
    SS_TRY(ss_offers_decide(writer->step.offers, &call->offers.request, &decided, error));
    ss_offer_asked_decided(asked, &decided);
    const ss_offers_view view = {catalogue, ss_offers_keys(writer->step.offers), call->fields, now, NULL};
    ss_buffer_clear(&writer->decision);
    SS_TRY(ss_offers_reply_decision(&view, &decided, &writer->decision));
    const ss_page_offers offers = {(ss_slice){writer->decision.data, writer->decision.size}, items,
                                   offered_items(catalogue, decided.decision, items)};
    status = ss_page_reply(answerer, &writer->page, call, &offers, writer->step.stats, reply);
    if (status != SS_OK)
        status = refuse(writer, asked, status, reply);
out:
    return status;
}

static ss_status stage(void *context, int64_t now, ss_error *error)
{
    ss_page_writer *writer = context;
    return ss_offer_step_stage(&writer->step, now, error);
}

static ss_status finish(void *context, const ss_recorded *request, ss_buffer *out)
{
    const ss_page_writer *writer = context;
    ss_offer_counts_decision(writer->counts, ss_offer_step_asked(&writer->step, request));
    return ss_offer_step_finish(&writer->step, request, out);
}

ss_status ss_page_writer_new(ss_offers *offers, ss_offer_counts *counts, ss_stats *stats, ss_page_writer **writer,
                             ss_error *error)
{
    ss_page_writer *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->counts = counts;
    made->step.offers = offers;
    made->step.stats = stats;
    made->step.weight = SS_PAGE_WEIGHT;
    made->step.answer = answer;
    made->step.context = made;
    ss_offer_step_init(&made->step);
    ss_buffer_init(&made->decision, SS_REPLY_MAX);
    *writer = made;
    return SS_OK;
}

void ss_page_writer_free(ss_page_writer **writer)
{
    ss_page_writer *old = *writer;
    *writer = NULL;
    if (!old)
        return;
    ss_offer_step_release(&old->step);
    ss_buffer_release(&old->decision);
    free(old);
}

ss_writer ss_page_writer_row(ss_page_writer *writer)
{
    return (ss_writer){.method = SS_METHOD_PAGE,
                       .context = writer,
                       .begin = begin,
                       .decode = decode,
                       .stage = stage,
                       .finish = finish};
}

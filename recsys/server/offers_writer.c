#include "server/offers_writer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "server/call_offers.h"
#include "server/offer_step.h"
#include "server/offers_reply.h"
#include "server/reply.h"

#include <stdlib.h>

#define SECOND      INT64_C(1000000) /* in microseconds */
#define DAY         (INT64_C(86400) * SECOND)
#define STEP_EVERY  SECOND        /* at least, between two steps that nobody asks for, but while more is due */
#define PRUNE_EVERY (60 * SECOND) /* between two looks whether something is too old */
#define PRUNE_STEP  200u          /* decisions of one step */

/* A request without lists is short enough to be kept from when it is checked to when it is answered. */
typedef struct brief_call {
    ss_offer_request request;
    unsigned fields;
    bool kept;
} brief_call;

struct ss_offers_writer {
    ss_offers_writing with;
    ss_policy *policy; /* owned: a reference */
    int64_t stepped_at, pruned_at;
    ss_offers_call call; /* the one being read */
    brief_call brief[SS_OFFER_STEP_ROOM];
    ss_offer_step step;
};

/* ---- a request ---- */

static void begin(void *context)
{
    ss_offers_writer *writer = context;
    ss_offer_step_begin(&writer->step);
}

static bool decode(void *context, ss_slice params, ss_recorded *request, ss_fault *fault)
{
    ss_offers_writer *writer = context;
    if (!ss_offers_call_decode(params, &writer->call, fault))
        return false;
    request->relaxed = writer->call.relaxed || writer->call.request.no_consent || request->method == SS_METHOD_PREVIEW;
    ss_offer_step_take(&writer->step, params, request);
    const ss_offer_request *read = &writer->call.request;
    writer->brief[request->first] = (brief_call){*read, writer->call.fields, !read->cart && read->exclude_count == 0};
    return true;
}

/* What was decoded when it was checked, again. */
static bool read_again(ss_offers_writer *writer, const ss_offer_asked *asked, ss_fault *fault)
{
    const brief_call *brief = &writer->brief[asked - writer->step.asked];
    if (!brief->kept)
        return ss_offers_call_decode(asked->params, &writer->call, fault);
    writer->call.request = brief->request;
    writer->call.fields = brief->fields;
    return true;
}

static ss_status decide(void *context, ss_offer_asked *asked, int64_t now, ss_buffer *reply, ss_error *error)
{
    ss_offers_writer *writer = context;
    ss_offers_call *call = &writer->call;
    ss_offers *offers = writer->with.offers;
    ss_offer_answer answer;
    ss_fault fault;
    ss_status status;
    if (!read_again(writer, asked, &fault))
        return ss_error_set(error, SS_E_RANGE, "%s", fault.message);
    call->request.preview = asked->method == SS_METHOD_PREVIEW;
    SS_TRY(ss_offers_decide(offers, &call->request, &answer, error));
    ss_offer_asked_decided(asked, &answer);
    const ss_offers_view view = {ss_answerer_catalogue(ss_offers_answerer(offers)), ss_offers_keys(offers),
                                 call->fields, now, &asked->blanks};
    SS_TRY(ss_reply_open(asked->msgid, reply));
    SS_TRY(ss_offers_reply_decision(&view, &answer, reply));
out:
    return status;
}

static void foresee(void *context, size_t first, size_t count)
{
    const ss_offers_writer *writer = context;
    const ss_offer_request *requests[SS_FORESEEN_MAX];
    for (size_t i = 0; i < count; i++)
        requests[i] = &writer->brief[first + i].request;
    ss_offers_foresee(writer->with.offers, requests, count);
}

static ss_status stage(void *context, int64_t now, ss_error *error)
{
    ss_offers_writer *writer = context;
    return ss_offer_step_stage(&writer->step, now, error);
}

static ss_status finish(void *context, const ss_recorded *request, ss_buffer *out)
{
    const ss_offers_writer *writer = context;
    ss_offer_counts_decision(writer->with.counts, ss_offer_step_asked(&writer->step, request));
    return ss_offer_step_finish(&writer->step, request, out);
}

static const ss_blanks *blanks(const void *context, const ss_recorded *request)
{
    const ss_offers_writer *writer = context;
    return ss_offer_step_blanks(&writer->step, request);
}

/* ---- between cycles ---- */

static void take_over(ss_offers_writer *writer)
{
    ss_offers_next *next = ss_offers_swap_offered(writer->with.swap);
    if (!next)
        return;
    ss_policy *old = writer->policy;
    next->answerer = ss_offers_exchange(writer->with.offers, next->answerer, ss_policy_retain(next->policy));
    writer->policy = next->policy; /* the reference that came with it, for the one it had */
    next->policy = old;
    ss_offers_swap_give_back(writer->with.swap, next);
}

/* Leases that expire are given back while nobody asks, too; and how the accounts are is told. */
static ss_status settle(ss_offers_writer *writer, int64_t now, bool *more, ss_error *error)
{
    bool behind = ss_offers_behind(writer->with.offers);
    if (!behind && now - writer->stepped_at < STEP_EVERY && now >= writer->stepped_at)
        return SS_OK;
    writer->stepped_at = now;
    ss_status status = ss_offers_begin(writer->with.offers, now, error);
    if (status != SS_OK)
        return status;
    ss_offer_counts_take_money(writer->with.counts, writer->with.ledger, writer->policy, now);
    status = ss_offers_end(writer->with.offers, true, error);
    *more = *more || ss_offers_behind(writer->with.offers);
    return status;
}

static ss_status prune(ss_offers_writer *writer, int64_t now, bool *more, ss_error *error)
{
    size_t removed = 0;
    if (writer->with.retention_days == 0 || (now - writer->pruned_at < PRUNE_EVERY && now >= writer->pruned_at))
        return SS_OK;
    writer->pruned_at = now;
    ss_status status = ss_offer_ledger_prune(writer->with.ledger, now - writer->with.retention_days * DAY, PRUNE_STEP,
                                             &removed, error);
    if (removed == PRUNE_STEP) { /* there may be more */
        writer->pruned_at = 0;
        *more = true;
    }
    return status;
}

static ss_status work(void *context, bool *more, ss_error *error)
{
    ss_offers_writer *writer = context;
    int64_t now = ss_clock_now();
    take_over(writer);
    ss_status status = settle(writer, now, more, error);
    return status == SS_OK ? prune(writer, now, more, error) : status;
}

/* ---- the writer ---- */

ss_status ss_offers_writer_new(const ss_offers_writing *writing, ss_policy *policy, ss_offers_writer **writer,
                               ss_error *error)
{
    ss_offers_writer *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->with = *writing;
    made->policy = ss_policy_retain(policy);
    made->step.offers = writing->offers;
    made->step.stats = writing->stats;
    made->step.weight = SS_OFFER_WEIGHT;
    made->step.answer = decide;
    made->step.foresee = foresee;
    made->step.context = made;
    ss_offer_step_init(&made->step);
    *writer = made;
    return SS_OK;
}

void ss_offers_writer_free(ss_offers_writer **writer)
{
    ss_offers_writer *old = *writer;
    *writer = NULL;
    if (!old)
        return;
    ss_offer_step_release(&old->step);
    ss_policy_release(&old->policy);
    free(old);
}

ss_writer ss_offers_writer_row(ss_offers_writer *writer)
{
    return (ss_writer){.method = SS_METHOD_OFFERS,
                       .context = writer,
                       .begin = begin,
                       .decode = decode,
                       .stage = stage,
                       .finish = finish,
                       .blanks = blanks,
                       .work = work};
}

ss_writer ss_offers_writer_preview_row(ss_offers_writer *writer)
{
    ss_writer row = ss_offers_writer_row(writer);
    row.method = SS_METHOD_PREVIEW;
    row.work = NULL;
    return row;
}

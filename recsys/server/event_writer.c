#include "server/event_writer.h"

#include "base/memory.h"
#include "server/call_event.h"
#include "server/reply.h"
#include "server/reply_writer.h"

#include <stdlib.h>

#define ROOM (SS_WRITER_CYCLE_MAX + SS_WRITER_COUNT_MAX)

_Static_assert(SS_EVENTS_MAX <= SS_WRITER_COUNT_MAX, "a request has room behind a full cycle");
_Static_assert(ROOM <= SS_EVENT_BATCH_MAX, "a cycle is one batch");

#define KEEPS_NOTHING SIZE_MAX /* as `first`: without consent */

struct ss_event_writer {
    ss_event_store *store; /* borrowed, as are the next */
    ss_visitors *visitors; /* NULL: none */
    ss_offers *offers;     /* NULL: none, nor the next */
    ss_offer_counts *counts;
    size_t count, staged; /* of this cycle's events: decoded; of them in the transaction */
    ss_live_event events[ROOM];
    ss_event_result results[ROOM];
};

ss_status ss_event_writer_new(ss_event_store *events, ss_visitors *visitors, ss_event_writer **writer, ss_error *error)
{
    ss_event_writer *made = ss_array_new(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->store = events;
    made->visitors = visitors;
    made->offers = NULL;
    made->counts = NULL;
    made->count = made->staged = 0;
    *writer = made;
    return SS_OK;
}

void ss_event_writer_free(ss_event_writer **writer)
{
    free(*writer);
    *writer = NULL;
}

void ss_event_writer_tell(ss_event_writer *writer, ss_offers *offers, ss_offer_counts *counts)
{
    writer->offers = offers;
    writer->counts = counts;
}

static void begin(void *context)
{
    ss_event_writer *writer = context;
    writer->count = writer->staged = 0;
}

static bool decode(void *context, ss_slice params, ss_recorded *request, ss_fault *fault)
{
    ss_event_writer *writer = context;
    ss_event_call call;
    if (!ss_event_call_decode(params, writer->events + writer->count, &call, fault))
        return false;
    request->relaxed = call.relaxed || call.no_consent;
    request->count = call.no_consent ? 0 : call.count;
    request->first = call.no_consent ? KEEPS_NOTHING : writer->count;
    writer->count += request->count;
    return true;
}

/* ---- what concerns offers ---- */

/* What is told of an offer; and a purchase or a dismissal without one, after which a visitor is left in peace. */
static bool concerns_offers(const ss_event_writer *writer, size_t i)
{
    const ss_live_event *event = &writer->events[i];
    const ss_event_result *result = &writer->results[i];
    bool quiet = event->event == SS_EVENT_PURCHASE || event->event == SS_EVENT_DISMISS;
    return (quiet || event->texts[SS_TEXT_OFFER_ID].size > 0) && result->refused == SS_CHECK_FINE && !result->repeated;
}

static size_t next_concerning(const ss_event_writer *writer, size_t i)
{
    while (i < writer->staged && !concerns_offers(writer, i))
        i++;
    return i;
}

/* In a step of its own, behind the events in the same transaction: those are kept whatever becomes of it. */
static void tell_offers(const ss_event_writer *writer, size_t first, int64_t now)
{
    size_t told = 0, i = next_concerning(writer, first);
    if (i == writer->staged)
        return;
    ss_status status = ss_offers_begin(writer->offers, now, NULL);
    bool begun = status == SS_OK;
    for (; i < writer->staged; i = next_concerning(writer, i + 1), told++)
        if (status == SS_OK)
            status = ss_offers_event(writer->offers, &writer->events[i], NULL);
    if (begun && ss_offers_end(writer->offers, status == SS_OK, NULL) != SS_OK)
        status = SS_E_IO;
    ss_count_many(status == SS_OK ? &writer->counts->events : &writer->counts->lost_events, told);
}

static ss_status stage(void *context, int64_t now, ss_error *error)
{
    ss_event_writer *writer = context;
    size_t first = writer->staged, count = writer->count - first;
    writer->staged = writer->count;
    if (count == 0)
        return SS_OK;
    ss_status status = ss_event_store_append(writer->store, writer->events + first, count, now, SS_RELAXED,
                                             writer->results + first, error);
    if (status == SS_OK && writer->offers)
        tell_offers(writer, first, now);
    return status;
}

/* ---- replies ---- */

#define AROUND_MAX 128u /* bytes of a reply beside its results */
#define RESULT_MAX 192u /* of a result */

static uint8_t *put_mended(uint8_t *at, unsigned mended)
{
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(6, "mended"));
    at = ss_wire_put_array(at, (uint32_t)__builtin_popcount(mended));
    for (unsigned check = 0; check < SS_CHECK_COUNT; check++)
        if (mended >> check & 1u)
            at = ss_reply_put_name(at, ss_event_check_name((ss_event_check)check));
    return at;
}

static uint8_t *put_result(uint8_t *at, const ss_event_result *result)
{
    if (result->refused != SS_CHECK_FINE) {
        at = SS_REPLY_PUT(ss_wire_put_map(at, 1), SS_REPLY_NAME(7, "refused"));
        return ss_reply_put_name(at, ss_event_check_name(result->refused));
    }
    bool mended = result->mended && !result->repeated;
    at = ss_wire_put_map(at, 1u + result->repeated + mended);
    at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(8, "sequence")), result->sequence);
    if (result->repeated)
        at = ss_wire_put_bool(SS_REPLY_PUT(at, SS_REPLY_NAME(8, "repeated")), true);
    return mended ? put_mended(at, result->mended) : at;
}

static uint8_t *put_counts(uint8_t *at, const ss_event_result *results, size_t count)
{
    size_t repeated = 0, refused = 0;
    for (size_t i = 0; i < count; i++) {
        repeated += results[i].repeated;
        refused += results[i].refused != SS_CHECK_FINE;
    }
    at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(6, "stored")), count - repeated - refused);
    at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(8, "repeated")), repeated);
    return ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "refused")), refused);
}

/* What is kept counts, once. That memory fails some is told by its counters: they are on the disk all the same. */
static void count_for_visitors(const ss_event_writer *writer, const ss_recorded *request)
{
    for (size_t i = request->first; writer->visitors && i < request->first + request->count; i++)
        if (writer->results[i].refused == SS_CHECK_FINE && !writer->results[i].repeated)
            ss_visitors_apply(writer->visitors, &writer->events[i]);
}

static ss_status finish(void *context, const ss_recorded *request, ss_buffer *out)
{
    const ss_event_writer *writer = context;
    bool kept = request->first != KEEPS_NOTHING;
    const ss_event_result *results = writer->results + (kept ? request->first : 0);
    uint8_t *at;
    if (kept)
        count_for_visitors(writer, request);
    ss_status status = ss_reply_begin(request->msgid, 5, out);
    if (status == SS_OK)
        status = ss_reply_reserve(out, AROUND_MAX + request->count * RESULT_MAX, &at);
    if (status != SS_OK)
        return status;
    at = put_counts(at, results, request->count);
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(10, "durability"));
    at = ss_reply_put_name(at, !kept ? "none" : request->relaxed ? "relaxed" : "durable");
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(7, "results"));
    at = ss_wire_put_array(at, (uint32_t)request->count);
    for (size_t i = 0; i < request->count; i++)
        at = put_result(at, &results[i]);
    ss_reply_commit(out, at);
    return SS_OK;
}

ss_writer ss_event_writer_row(ss_event_writer *writer)
{
    return (ss_writer){.method = SS_METHOD_EVENT,
                       .context = writer,
                       .begin = begin,
                       .decode = decode,
                       .stage = stage,
                       .finish = finish};
}

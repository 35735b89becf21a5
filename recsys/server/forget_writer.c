#include "server/forget_writer.h"

#include "base/memory.h"
#include "server/call_reader.h"
#include "server/reply.h"

#include <stdlib.h>

typedef enum asked_state { ASKED_FREE, ASKED_DECODED, ASKED_STAGED, ASKED_ERASING } asked_state;

/* A customer to be forgotten, from the request to its reply. */
typedef struct asked {
    asked_state state;
    char id[SS_ID_MAX];
    uint8_t id_size;
    int64_t time;
    uint64_t last;   /* event */
    uint64_t ticket; /* of the eraser */
    size_t visitors; /* forgotten */
    bool remembered; /* by the visitors, still */
} asked;

_Static_assert(SS_WRITER_DEFERRED_MAX <= SS_VISITORS_FORGOTTEN_MAX, "all can be forgotten at once");

struct ss_forget_writer {
    ss_event_store *events; /* borrowed, as are the next two */
    ss_forgotten *forgotten;
    ss_eraser *eraser;
    ss_visitors *visitors; /* borrowed, or NULL */
    asked all[SS_WRITER_DEFERRED_MAX];
};

static ss_status forget_unfinished(void *visitors, const ss_forgotten_customer *customer, ss_error *error)
{
    (void)error;
    if (!customer->erased)
        ss_visitors_forget(visitors, customer->customer_id);
    return SS_OK;
}

ss_status ss_forget_writer_new(ss_event_store *events, ss_forgotten *forgotten, ss_eraser *eraser,
                               ss_visitors *visitors, ss_forget_writer **writer, ss_error *error)
{
    ss_status status = visitors ? ss_forgotten_each(forgotten, forget_unfinished, visitors, error) : SS_OK;
    if (status != SS_OK)
        return status;
    ss_forget_writer *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->events = events;
    made->forgotten = forgotten;
    made->eraser = eraser;
    made->visitors = visitors;
    *writer = made;
    return SS_OK;
}

void ss_forget_writer_free(ss_forget_writer **writer)
{
    free(*writer);
    *writer = NULL;
}

/* Those of the last cycle that were not finished have been answered with an error. */
static void begin(void *context)
{
    ss_forget_writer *writer = context;
    for (size_t i = 0; i < SS_WRITER_DEFERRED_MAX; i++)
        if (writer->all[i].state != ASKED_ERASING)
            writer->all[i].state = ASKED_FREE;
}

/* ---- the params ---- */

static bool read_customer_id(ss_call_reader *reader)
{
    return ss_call_read_kept_id(reader, reader->target);
}

static const ss_param forget_params[] = {
    {SS_SLICE_LITERAL("customer_id"), read_customer_id},
    {SS_SLICE_LITERAL("request_id"), ss_call_read_ignored_id},
    {{NULL, 0}, NULL},
};

static bool read_forget(ss_slice params, ss_slice *customer_id, ss_fault *fault)
{
    ss_call_reader reader = ss_call_reader_over(params, customer_id, fault);
    *customer_id = (ss_slice){"", 0};
    if (!ss_call_read_params(&reader, forget_params, ""))
        return false;
    if (reader.wire.at != reader.wire.end)
        return ss_call_malformed(&reader, "bytes follow the request");
    reader.field = "customer_id";
    return customer_id->size > 0 || SS_CALL_FAIL_VALUE(&reader, SS_FAULT_MISSING_PARAM, " is missing");
}

static bool decode(void *context, ss_slice params, ss_recorded *request, ss_fault *fault)
{
    ss_forget_writer *writer = context;
    ss_slice id;
    size_t place = 0;
    if (!read_forget(params, &id, fault))
        return false;
    while (place < SS_WRITER_DEFERRED_MAX && writer->all[place].state != ASKED_FREE)
        place++;
    if (place == SS_WRITER_DEFERRED_MAX) {
        *fault = (ss_fault){SS_FAULT_BUSY, "", "too many customers are being forgotten"};
        return false;
    }
    asked *taken = &writer->all[place];
    taken->state = ASKED_DECODED;
    taken->id_size = (uint8_t)id.size;
    memcpy(taken->id, id.data, id.size);
    request->first = place;
    return true;
}

/* ---- forgetting ---- */

static ss_forgotten_customer customer_of(const asked *each)
{
    return (ss_forgotten_customer){{each->id, each->id_size}, each->time, each->last, false};
}

static ss_status stage(void *context, int64_t now, ss_error *error)
{
    ss_forget_writer *writer = context;
    ss_forgotten_customer customers[SS_WRITER_DEFERRED_MAX];
    size_t count = 0;
    for (size_t i = 0; i < SS_WRITER_DEFERRED_MAX; i++) {
        asked *each = &writer->all[i];
        if (each->state != ASKED_DECODED)
            continue;
        each->state = ASKED_STAGED;
        each->time = now;
        each->last = ss_event_store_last(writer->events);
        customers[count++] = customer_of(each);
    }
    return ss_forgotten_put(writer->forgotten, customers, count, error);
}

static ss_status begin_erasing(ss_forget_writer *writer, asked *each)
{
    ss_forgotten_customer customer = customer_of(each);
    ss_status status = ss_eraser_add(writer->eraser, &customer, &each->ticket, NULL);
    each->state = status == SS_OK ? ASKED_ERASING : ASKED_FREE;
    each->visitors = 0;
    each->remembered = status == SS_OK;
    if (status != SS_OK && writer->visitors)
        ss_visitors_forget(writer->visitors, customer.customer_id);
    return status;
}

/* All at once: to find the sessions of one or of many takes a look at each session. */
static void forget_visitors(ss_forget_writer *writer)
{
    ss_slice ids[SS_WRITER_DEFERRED_MAX];
    size_t places[SS_WRITER_DEFERRED_MAX], forgotten[SS_WRITER_DEFERRED_MAX], count = 0;
    for (size_t i = 0; i < SS_WRITER_DEFERRED_MAX; i++) {
        asked *each = &writer->all[i];
        if (each->state != ASKED_ERASING || !each->remembered)
            continue;
        each->remembered = false;
        places[count] = i;
        ids[count++] = (ss_slice){each->id, each->id_size};
    }
    if (count == 0 || !writer->visitors)
        return;
    ss_visitors_forget_all(writer->visitors, ids, count, forgotten);
    for (size_t i = 0; i < count; i++)
        writer->all[places[i]].visitors = forgotten[i];
}

static ss_status finish(void *context, const ss_recorded *request, ss_buffer *out)
{
    ss_forget_writer *writer = context;
    asked *each = &writer->all[request->first];
    ss_erased erased;
    if (each->state == ASKED_STAGED)
        return begin_erasing(writer, each);
    if (!ss_eraser_collect(writer->eraser, each->ticket, &erased))
        return SS_OK;
    each->state = ASKED_FREE;
    ss_status status;
    SS_TRY(ss_reply_begin(request->msgid, 4, out));
    SS_TRY(ss_reply_uint(out, "events", erased.events));
    SS_TRY(ss_reply_uint(out, "sessions", erased.sessions));
    SS_TRY(ss_reply_uint(out, "decisions", erased.decisions));
    SS_TRY(ss_reply_uint(out, "visitors", each->visitors));
out:
    return status;
}

static ss_status work(void *context, bool *more, ss_error *error)
{
    ss_forget_writer *writer = context;
    forget_visitors(writer); /* before any of them is answered: that takes a step at least */
    return ss_eraser_step(writer->eraser, more, error);
}

ss_writer ss_forget_writer_row(ss_forget_writer *writer)
{
    return (ss_writer){.method = SS_METHOD_FORGET,
                       .context = writer,
                       .begin = begin,
                       .decode = decode,
                       .stage = stage,
                       .finish = finish,
                       .work = work};
}

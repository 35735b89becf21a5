#include "server/item_writer.h"

#include "base/memory.h"
#include "server/call_items.h"
#include "server/reply.h"
#include "server/reply_writer.h"

#include <stdlib.h>

#define ROOM (SS_WRITER_CYCLE_MAX + SS_WRITER_COUNT_MAX)

_Static_assert(SS_ITEMS_MAX <= SS_WRITER_COUNT_MAX, "a request has room behind a full cycle");

struct ss_item_writer {
    ss_item_ledger *ledger; /* borrowed */
    size_t count, staged;   /* of this cycle's changes: decoded; of them in the transaction */
    ss_item_change changes[ROOM];
    ss_item_result results[ROOM];
};

ss_status ss_item_writer_new(ss_item_ledger *ledger, ss_item_writer **writer, ss_error *error)
{
    ss_item_writer *made = ss_array_new(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->ledger = ledger;
    made->count = made->staged = 0;
    *writer = made;
    return SS_OK;
}

void ss_item_writer_free(ss_item_writer **writer)
{
    free(*writer);
    *writer = NULL;
}

static void begin(void *context)
{
    ss_item_writer *writer = context;
    writer->count = writer->staged = 0;
}

static bool decode(void *context, ss_slice params, ss_recorded *request, ss_fault *fault)
{
    ss_item_writer *writer = context;
    size_t count = 0;
    if (!ss_items_call_decode(params, writer->changes + writer->count, &count, fault))
        return false;
    request->first = writer->count;
    request->count = count;
    writer->count += count;
    return true;
}

static ss_status stage(void *context, int64_t now, ss_error *error)
{
    ss_item_writer *writer = context;
    size_t first = writer->staged, count = writer->count - first;
    writer->staged = writer->count;
    if (count == 0)
        return SS_OK;
    return ss_item_ledger_apply(writer->ledger, writer->changes + first, count, now, writer->results + first, error);
}

/* ---- replies ---- */

#define AROUND_MAX 64u /* bytes of a reply beside its results */
#define RESULT_MAX 64u /* of a result */

static uint8_t *put_result(uint8_t *at, const ss_item_result *result)
{
    if (result->refused != SS_ITEM_CHECK_FINE) {
        at = SS_REPLY_PUT(ss_wire_put_map(at, 1), SS_REPLY_NAME(7, "refused"));
        return ss_reply_put_name(at, ss_item_check_name(result->refused));
    }
    at = ss_wire_put_map(at, 1u + (result->mended != 0));
    at = ss_wire_put_bool(SS_REPLY_PUT(at, SS_REPLY_NAME(5, "known")), !result->is_new);
    if (!result->mended)
        return at;
    at = ss_wire_put_array(SS_REPLY_PUT(at, SS_REPLY_NAME(6, "mended")), 1);
    return ss_reply_put_name(at, ss_item_check_name(SS_ITEM_CHECK_STOCK));
}

static ss_status finish(void *context, const ss_recorded *request, ss_buffer *out)
{
    const ss_item_writer *writer = context;
    const ss_item_result *results = writer->results + request->first;
    size_t refused = 0;
    uint8_t *at;
    ss_status status = ss_reply_begin(request->msgid, 3, out);
    if (status == SS_OK)
        status = ss_reply_reserve(out, AROUND_MAX + request->count * RESULT_MAX, &at);
    if (status != SS_OK)
        return status;
    for (size_t i = 0; i < request->count; i++)
        refused += results[i].refused != SS_ITEM_CHECK_FINE;
    at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "changed")), request->count - refused);
    at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "refused")), refused);
    at = ss_wire_put_array(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "results")), (uint32_t)request->count);
    for (size_t i = 0; i < request->count; i++)
        at = put_result(at, &results[i]);
    ss_reply_commit(out, at);
    return SS_OK;
}

ss_writer ss_item_writer_row(ss_item_writer *writer)
{
    return (ss_writer){.method = SS_METHOD_ITEMS,
                       .context = writer,
                       .begin = begin,
                       .decode = decode,
                       .stage = stage,
                       .finish = finish};
}

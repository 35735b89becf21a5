#include "server/reply.h"

#include "server/reply_columns.h"
#include "server/reply_writer.h"
#include <stdio.h>

#define HEAD_MAX 8u /* bytes of [1, msgid, nil, */

static uint8_t *put_head(uint8_t *at, bool has_msgid, uint32_t msgid)
{
    at = ss_wire_put_array(at, 4);
    at = ss_wire_put_uint(at, SS_PROTOCOL_REPLY);
    return has_msgid ? ss_wire_put_uint(at, msgid) : ss_wire_put_nil(at);
}

/* ---- products ---- */

#define SOURCE_NAME_MAX 31u              /* longest name of a source */
#define ID_SLACK        32u              /* see put_id */
#define ID_MAX          (2u + SS_ID_MAX) /* bytes of an id with its head */
#define EVIDENCE_MAX    112u             /* bytes of put_evidence */
#define PRODUCT_MAX     (128u + EVIDENCE_MAX + SOURCE_NAME_MAX + 2 * ID_MAX + ID_SLACK) /* of a product without columns */

/*
 * Ids are short: where the bytes behind one may be read, so many are copied at once, and what follows overwrites
 * those too many. The reply has room for them (ID_SLACK).
 */
static inline uint8_t *put_id(uint8_t *at, const ss_catalogue *catalogue, uint32_t item)
{
    const ss_strings *ids = &catalogue->snapshot->items.ids;
    bool known = item < ids->count;
    ss_slice id = known ? ss_strings_at(ids, item) : ss_catalogue_id(catalogue, item);
    at = ss_wire_put_text_head(at, id.size);
    if (known && id.size <= ID_SLACK && (size_t)(id.data - ids->bytes) + ID_SLACK <= ids->byte_count)
        memcpy(at, id.data, ID_SLACK);
    else
        memcpy(at, id.data, id.size);
    return at + id.size;
}

/* What the products of one answer have in common. */
typedef struct product_writer {
    const ss_catalogue *catalogue;
    uint32_t page_item;
    ss_source model;   /* that `piece` names: products in a row mostly rest on the same */
    uint8_t piece[48]; /* "model", its name, "stage" */
    size_t piece_size;
} product_writer;

static void take_model(product_writer *writer, ss_source model)
{
    const char *name = ss_source_name(model);
    uint8_t *at = SS_REPLY_PUT(writer->piece, SS_REPLY_NAME(5, "model"));
    at = ss_wire_put_text(at, name, strnlen(name, SOURCE_NAME_MAX));
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(5, "stage"));
    writer->piece_size = (size_t)(at - writer->piece);
    writer->model = model;
}

static product_writer begin_products(const ss_catalogue *catalogue, const ss_answer *answer)
{
    product_writer writer = {.catalogue = catalogue, .page_item = answer->page_item};
    take_model(&writer, answer->count > 0 ? answer->items[0].reason.model : 0);
    return writer;
}

/* supported_by?, of?, sessions?, similarity?, rank?, bought?, last_bought?: those that apply, added to the map's head. */
static uint8_t *put_evidence(uint8_t *at, uint8_t *head, const ss_reason *reason)
{
    unsigned entries = 0;
    if (reason->of) {
        at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(12, "supported_by")), reason->supported_by);
        at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(2, "of")), reason->of);
        entries += 2;
    }
    if (reason->sessions) {
        at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(8, "sessions")), reason->sessions);
        entries++;
    }
    if (reason->similarity > 0) {
        at = ss_wire_put_float(SS_REPLY_PUT(at, SS_REPLY_NAME(10, "similarity")), reason->similarity);
        entries++;
    }
    if (reason->rank) {
        at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(4, "rank")), reason->rank);
        entries++;
    }
    if (reason->bought) {
        at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(6, "bought")), reason->bought);
        entries++;
    }
    if (reason->last_bought) {
        at = ss_wire_put_int(SS_REPLY_PUT(at, SS_REPLY_NAME(11, "last_bought")), reason->last_bought);
        entries++;
    }
    *head = (uint8_t)(*head + entries);
    return at;
}

/* {model, stage, because?, pairs?, customers?, lift?, …} */
static inline uint8_t *put_reason(uint8_t *at, product_writer *writer, const ss_reason *reason)
{
    bool evidence = reason->pairs > 0, because = reason->because != SS_NONE && reason->because != writer->page_item;
    bool more = (reason->of | reason->sessions | reason->rank | reason->bought) != 0 || reason->similarity > 0;
    uint8_t *head = at;
    if (reason->model != writer->model)
        take_model(writer, reason->model);
    *at++ = (uint8_t)(0x82 + because + (evidence ? 3 : 0));
    memcpy(at, writer->piece, sizeof writer->piece); /* a fixed size; what follows overwrites the rest */
    at = ss_wire_put_uint(at + writer->piece_size, reason->stage);
    if (because)
        at = put_id(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "because")), writer->catalogue, reason->because);
    if (evidence) {
        at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(5, "pairs")), reason->pairs);
        at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(9, "customers")), reason->customers);
        at = ss_wire_put_float(SS_REPLY_PUT(at, SS_REPLY_NAME(4, "lift")), (float)reason->lift);
    }
    return more ? put_evidence(at, head, reason) : at;
}

/* Up to the reason's map; `columns`: how many columns of the catalogue follow that. */
static inline uint8_t *put_product_head(uint8_t *at, const product_writer *writer, const ss_answer_item *item,
                                        unsigned columns)
{
    *at++ = (uint8_t)(0x83 + columns);
    at = put_id(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "item_id")), writer->catalogue, item->item);
    at = ss_wire_put_float(SS_REPLY_PUT(at, SS_REPLY_NAME(5, "score")), item->score);
    return SS_REPLY_PUT(at, SS_REPLY_NAME(6, "reason"));
}

static inline uint8_t *put_product(uint8_t *at, product_writer *writer, const ss_answer_item *item)
{
    return put_reason(put_product_head(at, writer, item, 0), writer, &item->reason);
}

/* ---- with columns of the catalogue ---- */

#define BECAUSE_NAME_MAX (sizeof "because_name" + SS_WIRE_NUMBER_MAX) /* bytes of the entry without the name itself */

_Static_assert(SS_FIELD_COUNT + 3 < 16, "a product is a map of one byte's head");

/* The name of the item that the reason gives as `because`, where names are asked for; empty: none to give. */
static ss_slice because_name(const product_writer *writer, const ss_reason *reason, unsigned fields)
{
    if (!(fields & 1u << SS_FIELD_NAME) || reason->because == SS_NONE || reason->because == writer->page_item)
        return (ss_slice){0};
    return ss_catalogue_text(writer->catalogue, reason->because, SS_LIVE_NAME);
}

/* The reason of all answers, with one entry more where there is a name. */
static uint8_t *put_reason_named(uint8_t *at, product_writer *writer, const ss_reason *reason, ss_slice because)
{
    uint8_t *head = at;
    at = put_reason(at, writer, reason);
    if (because.size == 0)
        return at;
    ++*head;
    return ss_wire_put_text(SS_REPLY_PUT(at, SS_REPLY_NAME(12, "because_name")), because.data, because.size);
}

static ss_status append_with_columns(const ss_catalogue *catalogue, const ss_call *call, const ss_answer *answer,
                                     ss_buffer *out)
{
    uint8_t *at;
    product_writer writer = begin_products(catalogue, answer);
    for (size_t i = 0; i < answer->count; i++) {
        const ss_answer_item *item = &answer->items[i];
        ss_reply_columns columns = ss_reply_columns_of(catalogue, item->item, call->fields, call->request.now);
        ss_slice because = because_name(&writer, &item->reason, call->fields);
        ss_status status = ss_reply_reserve(
            out, PRODUCT_MAX + SS_REPLY_COLUMNS_MAX + columns.text_size + because.size + BECAUSE_NAME_MAX, &at);
        if (status != SS_OK)
            return status;
        at = put_product_head(at, &writer, item, (unsigned)__builtin_popcount(columns.given));
        at = put_reason_named(at, &writer, &item->reason, because);
        ss_reply_commit(out, ss_reply_put_columns(at, &columns));
    }
    return SS_OK;
}

static ss_status append_products(const ss_catalogue *catalogue, const ss_call *call, const ss_answer *answer,
                                 ss_buffer *out)
{
    uint8_t *at;
    if (call->fields)
        return append_with_columns(catalogue, call, answer, out);
    ss_status status = ss_reply_reserve(out, answer->count * PRODUCT_MAX, &at);
    if (status != SS_OK)
        return status;
    product_writer writer = begin_products(catalogue, answer);
    for (size_t i = 0; i < answer->count; i++)
        at = put_product(at, &writer, &answer->items[i]);
    ss_reply_commit(out, at);
    return SS_OK;
}

/* ---- what surrounds them ---- */

static uint8_t *put_short(uint8_t *at, const ss_answer *answer)
{
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(5, "short"));
    if (answer->short_code == SS_SHORT_NOT)
        return ss_wire_put_nil(at);
    at = ss_wire_put_map(at, 2);
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(4, "code"));
    at = ss_reply_put_name(at, ss_short_name(answer->short_code));
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(7, "missing"));
    return ss_wire_put_uint(at, answer->missing);
}

/* Rules that removed nothing are left out. */
static uint8_t *put_removed(uint8_t *at, const ss_answer *answer)
{
    unsigned entries = 0;
    for (unsigned rule = 0; rule < SS_REMOVED_COUNT; rule++)
        entries += answer->removed[rule] > 0;
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(7, "removed"));
    at = ss_wire_put_map(at, entries);
    for (unsigned rule = 0; rule < SS_REMOVED_COUNT; rule++) {
        if (answer->removed[rule] == 0)
            continue;
        at = ss_reply_put_name(at, ss_rule_kind_name((ss_rule_kind)rule));
        at = ss_wire_put_uint(at, answer->removed[rule]);
    }
    return at;
}

static uint8_t *put_unknown(uint8_t *at, const ss_answer *answer)
{
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(7, "unknown"));
    at = ss_wire_put_array(at, (uint32_t)answer->unknown_item + answer->unknown_customer + answer->unknown_session);
    if (answer->unknown_item)
        at = ss_reply_put_name(at, "item_id");
    if (answer->unknown_customer)
        at = ss_reply_put_name(at, "customer_id");
    return answer->unknown_session ? ss_reply_put_name(at, "session_id") : at;
}

#define AROUND_MAX (1024u + SS_GENERATION_NAME_MAX) /* bytes around the products of a shelf */

static bool gives_prices(const ss_call *call)
{
    return call->fields & 1u << SS_FIELD_PRICE;
}

/* [1, msgid, nil, {generation; `entries` in all. */
static ss_status begin_result(const ss_catalogue *catalogue, const ss_call *call, uint32_t entries, ss_buffer *out)
{
    uint8_t *at;
    ss_buffer_clear(out);
    ss_status status = ss_reply_reserve(out, AROUND_MAX, &at);
    if (status != SS_OK)
        return status;
    at = ss_wire_put_nil(put_head(at, true, call->msgid));
    at = SS_REPLY_PUT(ss_wire_put_map(at, entries), SS_REPLY_NAME(10, "generation"));
    ss_reply_commit(out, ss_reply_put_name(at, catalogue->snapshot->name));
    return SS_OK;
}

/* items, short; room is left behind them for what else there is. */
static ss_status append_answer(const ss_catalogue *catalogue, const ss_call *call, const ss_answer *answer,
                               ss_buffer *out, uint8_t **at)
{
    ss_status status = ss_reply_reserve(out, AROUND_MAX, at);
    if (status != SS_OK)
        return status;
    ss_reply_commit(out, ss_wire_put_array(SS_REPLY_PUT(*at, SS_REPLY_NAME(5, "items")), (uint32_t)answer->count));
    status = append_products(catalogue, call, answer, out);
    if (status == SS_OK)
        status = ss_reply_reserve(out, AROUND_MAX, at);
    if (status == SS_OK)
        *at = put_short(*at, answer);
    return status;
}

static uint8_t *put_decimals(uint8_t *at, const ss_catalogue *catalogue)
{
    return ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(8, "decimals")),
                            (uint64_t)catalogue->snapshot->items.decimals);
}

ss_status ss_reply_answer(const ss_catalogue *catalogue, const ss_call *call, const ss_answer *answer, ss_buffer *out)
{
    uint8_t *at = NULL;
    ss_status status = begin_result(catalogue, call, 3u + (call->request.explain ? 2u : 0u) + gives_prices(call), out);
    if (status == SS_OK)
        status = append_answer(catalogue, call, answer, out, &at);
    if (status != SS_OK)
        return status;
    if (gives_prices(call))
        at = put_decimals(at, catalogue);
    if (call->request.explain)
        at = put_unknown(put_removed(at, answer), answer);
    ss_reply_commit(out, at);
    return SS_OK;
}

ss_status ss_reply_page_begin(const ss_catalogue *catalogue, const ss_call *call, ss_buffer *out)
{
    uint8_t *at = NULL;
    ss_status status =
        begin_result(catalogue, call, 2u + call->request.explain + gives_prices(call) + call->offers.wanted, out);
    if (status == SS_OK)
        status = ss_reply_reserve(out, AROUND_MAX, &at);
    if (status == SS_OK)
        ss_reply_commit(out,
                        ss_wire_put_array(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "shelves")), (uint32_t)call->shelf_count));
    return status;
}

ss_status ss_reply_page_shelf(const ss_catalogue *catalogue, const ss_call *call, ss_shelf_kind shelf,
                              const ss_answer *answer, ss_buffer *out)
{
    uint8_t *at = NULL;
    ss_status status = ss_reply_reserve(out, AROUND_MAX, &at);
    if (status != SS_OK)
        return status;
    at = SS_REPLY_PUT(ss_wire_put_map(at, 3u + call->request.explain), SS_REPLY_NAME(5, "shelf"));
    ss_reply_commit(out, ss_reply_put_name(at, ss_shelf_name(shelf)));
    status = append_answer(catalogue, call, answer, out, &at);
    if (status == SS_OK)
        ss_reply_commit(out, call->request.explain ? put_removed(at, answer) : at);
    return status;
}

ss_status ss_reply_page_end(const ss_catalogue *catalogue, const ss_call *call, const ss_answer *last, ss_buffer *out)
{
    uint8_t *at = NULL;
    ss_status status = ss_reply_reserve(out, AROUND_MAX, &at);
    if (status != SS_OK)
        return status;
    if (gives_prices(call))
        at = put_decimals(at, catalogue);
    ss_reply_commit(out, call->request.explain ? put_unknown(at, last) : at);
    return SS_OK;
}

ss_status ss_reply_fault(bool has_msgid, uint32_t msgid, const ss_fault *fault, ss_buffer *out)
{
    uint8_t *at;
    bool field = fault->field[0] != '\0';
    ss_buffer_clear(out);
    ss_status status = ss_reply_reserve(out, sizeof *fault + 128, &at);
    if (status != SS_OK)
        return status;
    at = put_head(at, has_msgid, msgid);
    at = ss_wire_put_map(at, 3u + field);
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(4, "code"));
    at = ss_wire_put_uint(at, (uint64_t)fault->code);
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(4, "name"));
    at = ss_reply_put_name(at, ss_fault_name(fault->code));
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(7, "message"));
    at = ss_reply_put_name(at, fault->message);
    if (field) {
        at = SS_REPLY_PUT(at, SS_REPLY_NAME(5, "field"));
        at = ss_reply_put_name(at, fault->field);
    }
    ss_reply_commit(out, ss_wire_put_nil(at));
    return SS_OK;
}

ss_fault ss_reply_failure(ss_status status)
{
    ss_fault fault = {.code = status == SS_E_LIMIT ? SS_FAULT_TOO_LARGE : SS_FAULT_INTERNAL};
    snprintf(fault.message, sizeof fault.message, "%s",
             status == SS_E_LIMIT ? "the reply would be too long: ask for fewer products or fields"
                                  : ss_status_name(status));
    return fault;
}

/* ---- maps of names ---- */

ss_status ss_reply_open(uint32_t msgid, ss_buffer *out)
{
    uint8_t *at;
    ss_buffer_clear(out);
    ss_status status = ss_reply_reserve(out, HEAD_MAX, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_nil(put_head(at, true, msgid)));
    return status;
}

ss_status ss_reply_begin(uint32_t msgid, uint32_t entries, ss_buffer *out)
{
    uint8_t *at = NULL;
    ss_status status = ss_reply_open(msgid, out);
    if (status == SS_OK)
        status = ss_reply_reserve(out, SS_WIRE_NUMBER_MAX, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_map(at, entries));
    return status;
}

static ss_status reserve_entry(ss_buffer *out, const char *name, size_t value_size, uint8_t **at)
{
    size_t size = strlen(name);
    ss_status status = ss_reply_reserve(out, 2 * SS_WIRE_NUMBER_MAX + size + value_size, at);
    if (status == SS_OK)
        *at = ss_wire_put_text(*at, name, size);
    return status;
}

ss_status ss_reply_text(ss_buffer *out, const char *name, const char *value)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, strlen(value), &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_reply_put_name(at, value));
    return status;
}

ss_status ss_reply_uint(ss_buffer *out, const char *name, uint64_t value)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, 0, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_uint(at, value));
    return status;
}

ss_status ss_reply_real(ss_buffer *out, const char *name, double value)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, 0, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_double(at, value));
    return status;
}

ss_status ss_reply_flag(ss_buffer *out, const char *name, bool value)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, 0, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_bool(at, value));
    return status;
}

ss_status ss_reply_map(ss_buffer *out, const char *name, uint32_t entries)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, 0, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_map(at, entries));
    return status;
}

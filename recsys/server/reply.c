#include "server/reply.h"

#include "client/wire.h"

/* Constant pieces: a name with its head, and what surely follows it. */
#define TEXT_5(NAME) "\xa5" NAME
#define TEXT_6(NAME) "\xa6" NAME
#define TEXT_7(NAME) "\xa7" NAME

#define HEAD_MAX       8u   /* bytes of [1, msgid, */
#define ITEM_MAX       128u /* bytes of a product without the texts whose length varies */
#define PUT(AT, PIECE) put_piece((AT), (PIECE), sizeof(PIECE) - 1)

static inline uint8_t *put_piece(uint8_t *at, const char *piece, size_t size)
{
    memcpy(at, piece, size);
    return at + size;
}

static uint8_t *put_slice(uint8_t *at, ss_slice text)
{
    return ss_wire_put_text(at, text.data, text.size);
}

static uint8_t *put_name(uint8_t *at, const char *name)
{
    return ss_wire_put_text(at, name, strlen(name));
}

/* Where to write after making room; what was written up to `at` becomes part of the buffer with commit. */
static ss_status reserve(ss_buffer *out, size_t size, uint8_t **at)
{
    ss_status status = ss_buffer_reserve(out, size);
    if (status == SS_OK)
        *at = (uint8_t *)out->data + out->size;
    return status;
}

static void commit(ss_buffer *out, const uint8_t *at)
{
    out->size = (size_t)((const char *)at - out->data);
    out->data[out->size] = '\0';
}

static uint8_t *put_head(uint8_t *at, bool has_msgid, uint32_t msgid)
{
    at = ss_wire_put_array(at, 4);
    at = ss_wire_put_uint(at, SS_PROTOCOL_REPLY);
    return has_msgid ? ss_wire_put_uint(at, msgid) : ss_wire_put_nil(at);
}

/* ---- products ---- */

/* Texts of one product whose length varies. */
typedef struct product_texts {
    ss_slice id, because;
    ss_slice field[SS_FIELD_COUNT]; /* text columns asked for and given */
    unsigned fields;                /* columns to write: 1u << ss_field */
    size_t size;                    /* of all texts, with their heads */
} product_texts;

/* Columns that the catalogue does not give for this product are left out. */
static unsigned fields_given(const ss_items *items, uint32_t item, unsigned fields, ss_slice texts[SS_FIELD_COUNT])
{
    uint32_t category = items->category[item];
    texts[SS_FIELD_NAME] = ss_strings_at(&items->names, item);
    texts[SS_FIELD_CATEGORY] = ss_strings_at(&items->categories, category);
    texts[SS_FIELD_URL] = ss_strings_at(&items->urls, item);
    texts[SS_FIELD_IMAGE] = ss_strings_at(&items->images, item);
    for (unsigned field = 0; field < SS_FIELD_COUNT; field++) {
        bool given = texts[field].size > 0;
        if (field == SS_FIELD_PRICE)
            given = items->price[item] != SS_ITEM_NO_MONEY;
        else if (field == SS_FIELD_STOCK)
            given = items->stock[item] != SS_ITEM_NO_STOCK;
        if (!given)
            fields &= ~(1u << field);
    }
    return fields;
}

static void gather_texts(const ss_snapshot *snapshot, const ss_call *call, const ss_answer_item *item,
                         product_texts *texts)
{
    texts->id = ss_strings_at(&snapshot->items.ids, item->item);
    texts->because = (ss_slice){NULL, 0};
    if (item->reason.because != SS_NONE) {
        ss_slice because = ss_strings_at(&snapshot->items.ids, item->reason.because);
        if (!ss_slice_equal(because, call->request.item_id))
            texts->because = because;
    }
    texts->size = texts->id.size + texts->because.size;
    texts->fields = 0;
    if (call->fields) {
        memset(texts->field, 0, sizeof texts->field);
        texts->fields = fields_given(&snapshot->items, item->item, call->fields, texts->field);
        for (unsigned field = 0; field < SS_FIELD_COUNT; field++)
            texts->size += texts->field[field].size + 2 * SS_WIRE_NUMBER_MAX + sizeof "category";
    }
}

static uint8_t *put_fields(uint8_t *at, const ss_items *items, uint32_t item, const product_texts *texts)
{
    for (unsigned field = 0; field < SS_FIELD_COUNT; field++) {
        if (!(texts->fields & 1u << field))
            continue;
        at = put_name(at, ss_field_name((ss_field)field));
        if (field == SS_FIELD_PRICE)
            at = ss_wire_put_int(at, items->price[item]);
        else if (field == SS_FIELD_STOCK)
            at = ss_wire_put_int(at, items->stock[item]);
        else
            at = put_slice(at, texts->field[field]);
    }
    return at;
}

/* {model, stage, because?, pairs?, customers?, lift?} */
static uint8_t *put_reason(uint8_t *at, const ss_reason *reason, ss_slice because)
{
    bool evidence = reason->because != SS_NONE;
    at = ss_wire_put_map(at, 2u + (because.size > 0) + (evidence ? 3u : 0u));
    at = PUT(at, TEXT_5("model"));
    at = put_name(at, ss_source_name(reason->model));
    at = PUT(at, TEXT_5("stage"));
    at = ss_wire_put_uint(at, reason->stage);
    if (because.size > 0) {
        at = PUT(at, TEXT_7("because"));
        at = put_slice(at, because);
    }
    if (!evidence)
        return at;
    at = PUT(at, TEXT_5("pairs"));
    at = ss_wire_put_uint(at, reason->pairs);
    at = PUT(at, "\xa9"
                 "customers");
    at = ss_wire_put_uint(at, reason->customers);
    at = PUT(at, "\xa4"
                 "lift");
    return ss_wire_put_float(at, (float)reason->lift);
}

static uint8_t *put_product(uint8_t *at, const ss_items *items, const ss_answer_item *item, const product_texts *texts)
{
    at = ss_wire_put_map(at, 3u + (unsigned)__builtin_popcount(texts->fields));
    at = PUT(at, TEXT_7("item_id"));
    at = put_slice(at, texts->id);
    at = PUT(at, TEXT_5("score"));
    at = ss_wire_put_float(at, item->score);
    at = PUT(at, TEXT_6("reason"));
    at = put_reason(at, &item->reason, texts->because);
    return put_fields(at, items, item->item, texts);
}

static ss_status append_products(const ss_snapshot *snapshot, const ss_call *call, const ss_answer *answer,
                                 ss_buffer *out)
{
    uint8_t *at;
    product_texts texts;
    for (size_t i = 0; i < answer->count; i++) {
        gather_texts(snapshot, call, &answer->items[i], &texts);
        ss_status status = reserve(out, ITEM_MAX + texts.size, &at);
        if (status != SS_OK)
            return status;
        commit(out, put_product(at, &snapshot->items, &answer->items[i], &texts));
    }
    return SS_OK;
}

/* ---- what surrounds them ---- */

static uint8_t *put_short(uint8_t *at, const ss_answer *answer)
{
    at = PUT(at, TEXT_5("short"));
    if (answer->short_code == SS_SHORT_NOT)
        return ss_wire_put_nil(at);
    at = ss_wire_put_map(at, 2);
    at = PUT(at, "\xa4"
                 "code");
    at = put_name(at, ss_short_name(answer->short_code));
    at = PUT(at, TEXT_7("missing"));
    return ss_wire_put_uint(at, answer->missing);
}

/* Rules that removed nothing are left out. */
static uint8_t *put_removed(uint8_t *at, const ss_answer *answer)
{
    unsigned entries = 0;
    for (unsigned rule = 0; rule < SS_REMOVED_COUNT; rule++)
        entries += answer->removed[rule] > 0;
    at = PUT(at, TEXT_7("removed"));
    at = ss_wire_put_map(at, entries);
    for (unsigned rule = 0; rule < SS_REMOVED_COUNT; rule++) {
        if (answer->removed[rule] == 0)
            continue;
        at = put_name(at, ss_rule_kind_name((ss_rule_kind)rule));
        at = ss_wire_put_uint(at, answer->removed[rule]);
    }
    return at;
}

static uint8_t *put_unknown(uint8_t *at, const ss_answer *answer)
{
    at = PUT(at, TEXT_7("unknown"));
    at = ss_wire_put_array(at, (uint32_t)answer->unknown_item + answer->unknown_customer);
    if (answer->unknown_item)
        at = put_name(at, "item_id");
    return answer->unknown_customer ? put_name(at, "customer_id") : at;
}

#define AROUND_MAX (512u + SS_GENERATION_NAME_MAX) /* bytes of a reply that are no products */

ss_status ss_reply_answer(const ss_snapshot *snapshot, const ss_call *call, const ss_answer *answer, ss_buffer *out)
{
    uint8_t *at;
    ss_buffer_clear(out);
    ss_status status = reserve(out, AROUND_MAX, &at);
    if (status != SS_OK)
        return status;
    at = put_head(at, true, call->msgid);
    at = ss_wire_put_nil(at);
    bool priced = call->fields & 1u << SS_FIELD_PRICE;
    at = ss_wire_put_map(at, 3u + (call->request.explain ? 2u : 0u) + priced);
    at = PUT(at, "\xaa"
                 "generation");
    at = put_name(at, snapshot->name);
    at = PUT(at, TEXT_5("items"));
    commit(out, ss_wire_put_array(at, (uint32_t)answer->count));
    status = append_products(snapshot, call, answer, out);
    if (status == SS_OK)
        status = reserve(out, AROUND_MAX, &at);
    if (status != SS_OK)
        return status;
    at = put_short(at, answer);
    if (priced)
        at = ss_wire_put_uint(PUT(at, "\xa8"
                                      "decimals"),
                              (uint64_t)snapshot->items.decimals);
    if (call->request.explain)
        at = put_unknown(put_removed(at, answer), answer);
    commit(out, at);
    return SS_OK;
}

ss_status ss_reply_fault(bool has_msgid, uint32_t msgid, const ss_fault *fault, ss_buffer *out)
{
    uint8_t *at;
    bool field = fault->field[0] != '\0';
    ss_buffer_clear(out);
    ss_status status = reserve(out, sizeof *fault + 128, &at);
    if (status != SS_OK)
        return status;
    at = put_head(at, has_msgid, msgid);
    at = ss_wire_put_map(at, 3u + field);
    at = PUT(at, "\xa4"
                 "code");
    at = ss_wire_put_uint(at, (uint64_t)fault->code);
    at = PUT(at, "\xa4"
                 "name");
    at = put_name(at, ss_fault_name(fault->code));
    at = PUT(at, TEXT_7("message"));
    at = put_name(at, fault->message);
    if (field) {
        at = PUT(at, TEXT_5("field"));
        at = put_name(at, fault->field);
    }
    commit(out, ss_wire_put_nil(at));
    return SS_OK;
}

/* ---- maps of names ---- */

ss_status ss_reply_begin(uint32_t msgid, uint32_t entries, ss_buffer *out)
{
    uint8_t *at;
    ss_buffer_clear(out);
    ss_status status = reserve(out, HEAD_MAX + SS_WIRE_NUMBER_MAX, &at);
    if (status == SS_OK)
        commit(out, ss_wire_put_map(ss_wire_put_nil(put_head(at, true, msgid)), entries));
    return status;
}

static ss_status reserve_entry(ss_buffer *out, const char *name, size_t value_size, uint8_t **at)
{
    size_t size = strlen(name);
    ss_status status = reserve(out, 2 * SS_WIRE_NUMBER_MAX + size + value_size, at);
    if (status == SS_OK)
        *at = ss_wire_put_text(*at, name, size);
    return status;
}

ss_status ss_reply_text(ss_buffer *out, const char *name, const char *value)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, strlen(value), &at);
    if (status == SS_OK)
        commit(out, put_name(at, value));
    return status;
}

ss_status ss_reply_uint(ss_buffer *out, const char *name, uint64_t value)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, 0, &at);
    if (status == SS_OK)
        commit(out, ss_wire_put_uint(at, value));
    return status;
}

ss_status ss_reply_real(ss_buffer *out, const char *name, double value)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, 0, &at);
    if (status == SS_OK)
        commit(out, ss_wire_put_double(at, value));
    return status;
}

ss_status ss_reply_flag(ss_buffer *out, const char *name, bool value)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, 0, &at);
    if (status == SS_OK)
        commit(out, ss_wire_put_bool(at, value));
    return status;
}

ss_status ss_reply_map(ss_buffer *out, const char *name, uint32_t entries)
{
    uint8_t *at;
    ss_status status = reserve_entry(out, name, 0, &at);
    if (status == SS_OK)
        commit(out, ss_wire_put_map(at, entries));
    return status;
}

#include "server/find_reply.h"

#include "server/reply_columns.h"
#include "server/reply_writer.h"
#include <stdio.h>

/* Bytes of a product without its columns: its id, and the names of five rules. */
#define PRODUCT_MAX  (64u + SS_ID_MAX + 5u * 32u)
#define BEFORE_MAX   64u                             /* of a column as the catalogue has it, without its text */
#define CATEGORY_MAX (32u + 2u * SS_WIRE_NUMBER_MAX) /* of a category without its name */

_Static_assert(SS_FIELD_COUNT + 1 + 5 + 1 < 16, "a product is a map of one byte's head");

/* The rules by which a product may be withheld, each an entry of its map. */
static uint8_t *put_withheld(uint8_t *at, unsigned rules)
{
    for (unsigned rule = 0; rule < SS_REMOVED_COUNT; rule++)
        if (rules & 1u << rule)
            at = ss_wire_put_bool(ss_reply_put_name(at, ss_rule_kind_name((ss_rule_kind)rule)), true);
    return at;
}

/* One column as the generation has it; nil: it has none. */
static ss_status append_before(const ss_catalogue *catalogue, uint32_t item, ss_live_field field, ss_buffer *out)
{
    uint8_t *at = NULL;
    bool is_number = field < SS_LIVE_NUMBERS;
    int64_t number = is_number ? ss_catalogue_number_before(catalogue, item, field) : INT64_MIN;
    ss_slice text = is_number ? (ss_slice){"", 0} : ss_catalogue_text_before(catalogue, item, field);
    ss_status status = ss_reply_reserve(out, BEFORE_MAX + text.size, &at);
    if (status != SS_OK)
        return status;
    at = ss_reply_put_name(at, ss_live_field_name(field));
    if (field == SS_LIVE_HIDDEN)
        at = ss_wire_put_bool(at, number == 1);
    else if (text.size > 0)
        at = ss_wire_put_text(at, text.data, text.size);
    else
        at = number == INT64_MIN ? ss_wire_put_nil(at) : ss_wire_put_int(at, number);
    ss_reply_commit(out, at);
    return SS_OK;
}

/* catalogue: what the shop's changes outrank. */
static ss_status append_catalogue(const ss_catalogue *catalogue, uint32_t item, unsigned changed, ss_buffer *out)
{
    uint8_t *at = NULL;
    ss_status status = ss_reply_reserve(out, BEFORE_MAX, &at);
    if (status != SS_OK)
        return status;
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(9, "catalogue"));
    ss_reply_commit(out, ss_wire_put_map(at, (uint32_t)__builtin_popcount(changed)));
    for (unsigned field = 0; field < SS_LIVE_FIELDS && status == SS_OK; field++)
        if (changed & SS_LIVE_BIT(field))
            status = append_before(catalogue, item, (ss_live_field)field, out);
    return status;
}

static ss_status append_product(const ss_catalogue *catalogue, const ss_call *call, const ss_found_item *found,
                                ss_buffer *out)
{
    uint8_t *at = NULL;
    unsigned changed = call->find.all ? ss_catalogue_overridden(catalogue, found->item) : 0;
    ss_slice id = ss_catalogue_id(catalogue, found->item);
    ss_reply_columns columns = ss_reply_columns_of(catalogue, found->item, call->fields, call->request.now);
    ss_status status = ss_reply_reserve(out, PRODUCT_MAX + SS_REPLY_COLUMNS_MAX + columns.text_size, &at);
    if (status != SS_OK)
        return status;
    unsigned entries = 1u + (changed > 0) + (unsigned)__builtin_popcount(found->withheld) +
                       (unsigned)__builtin_popcount(columns.given);
    at = SS_REPLY_PUT(ss_wire_put_map(at, entries), SS_REPLY_NAME(7, "item_id"));
    at = put_withheld(ss_wire_put_text(at, id.data, id.size), found->withheld);
    ss_reply_commit(out, ss_reply_put_columns(at, &columns));
    return changed ? append_catalogue(catalogue, found->item, changed, out) : SS_OK;
}

static ss_status append_array(ss_buffer *out, const char *name, size_t count)
{
    uint8_t *at = NULL;
    ss_status status = ss_reply_reserve(out, strlen(name) + 2 * SS_WIRE_NUMBER_MAX, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_array(ss_reply_put_name(at, name), (uint32_t)count));
    return status;
}

static ss_status append_products(const ss_catalogue *catalogue, const ss_call *call, const ss_found *found,
                                 ss_buffer *out)
{
    ss_status status = append_array(out, "items", found->count);
    for (size_t i = 0; i < found->count && status == SS_OK; i++)
        status = append_product(catalogue, call, &found->items[i], out);
    return status;
}

static ss_status append_after(const ss_catalogue *catalogue, uint32_t item, ss_buffer *out)
{
    uint8_t *at = NULL;
    ss_slice id = ss_catalogue_id(catalogue, item);
    ss_status status = ss_reply_reserve(out, PRODUCT_MAX, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_text(SS_REPLY_PUT(at, SS_REPLY_NAME(5, "after")), id.data, id.size));
    return status;
}

static ss_status append_category(const ss_catalogue *catalogue, const ss_found_category *category, ss_buffer *out)
{
    uint8_t *at = NULL;
    ss_slice name = ss_catalogue_category_name(catalogue, category->category);
    ss_status status = ss_reply_reserve(out, CATEGORY_MAX + name.size, &at);
    if (status != SS_OK)
        return status;
    at = SS_REPLY_PUT(ss_wire_put_map(at, 2), SS_REPLY_NAME(8, "category"));
    at = ss_wire_put_text(at, name.data, name.size);
    ss_reply_commit(out, ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(5, "items")), category->items));
    return SS_OK;
}

static ss_status append_categories(ss_finder *finder, const ss_catalogue *catalogue, ss_buffer *out)
{
    size_t count = 0;
    const ss_found_category *categories = NULL;
    ss_status status = ss_find_categories(finder, catalogue, &categories, &count);
    if (status == SS_OK)
        status = append_array(out, "categories", count);
    for (size_t i = 0; i < count && status == SS_OK; i++)
        status = append_category(catalogue, &categories[i], out);
    return status;
}

static ss_status append_result(ss_finder *finder, const ss_catalogue *catalogue, const ss_call *call,
                               const ss_found *found, ss_buffer *out)
{
    ss_status status;
    bool more = found->stopped_at != SS_NONE, prices = call->fields & 1u << SS_FIELD_PRICE;
    SS_TRY(ss_reply_begin(call->msgid, 3u + more + prices + call->find.categories, out));
    SS_TRY(ss_reply_text(out, "generation", catalogue->snapshot->name));
    SS_TRY(append_products(catalogue, call, found, out));
    SS_TRY(ss_reply_flag(out, "more", more));
    if (more)
        SS_TRY(append_after(catalogue, found->stopped_at, out));
    if (prices)
        SS_TRY(ss_reply_uint(out, "decimals", (uint64_t)catalogue->snapshot->items.decimals));
    if (call->find.categories)
        SS_TRY(append_categories(finder, catalogue, out));
out:
    return status;
}

static bool unknown_after(ss_fault *fault)
{
    *fault = (ss_fault){.code = SS_FAULT_OUT_OF_RANGE, .field = "after"};
    snprintf(fault->message, sizeof fault->message, "after: there is no such product any more; begin anew");
    return false;
}

bool ss_find_reply(ss_finder *finder, const ss_catalogue *catalogue, const ss_call *call, ss_buffer *out,
                   ss_fault *fault)
{
    const ss_request *of = &call->request;
    const ss_find_request request = {.text = call->find.text,
                                     .items = of->items,
                                     .item_count = of->item_count,
                                     .filter = of->filter,
                                     .after = call->find.after,
                                     .limit = of->limit,
                                     .now = of->now,
                                     .all = call->find.all};
    ss_found found;
    if (!ss_find(finder, catalogue, &request, &found))
        return unknown_after(fault);
    ss_status status = append_result(finder, catalogue, call, &found, out);
    if (status != SS_OK)
        *fault = ss_reply_failure(status);
    return status == SS_OK;
}

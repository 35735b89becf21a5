#include "server/call_items.h"

#include "server/call_reader.h"

typedef struct items_target {
    ss_item_change *changes, *change; /* of the request; the one being read */
    size_t *count;
    bool listed, has_id;
} items_target;

static ss_item_change *change_of(ss_call_reader *reader)
{
    items_target *target = reader->target;
    return target->change;
}

/* nil takes the field's override back. False: there is no more of it to read, or none can be. */
static bool next_unless_nil(ss_call_reader *reader, ss_live_field field, ss_wire_token *token, bool *read)
{
    *read = ss_call_next(reader, token);
    if (!*read)
        return false;
    if (token->kind == SS_WIRE_NIL)
        change_of(reader)->clear |= SS_LIVE_BIT(field);
    else
        change_of(reader)->set |= SS_LIVE_BIT(field);
    return token->kind != SS_WIRE_NIL;
}

static bool read_number(ss_call_reader *reader, ss_live_field field)
{
    ss_wire_token token;
    bool read;
    if (!next_unless_nil(reader, field, &token, &read))
        return read;
    if (token.kind != SS_WIRE_UINT && token.kind != SS_WIRE_INT)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be an integer or nil");
    bool above = token.kind == SS_WIRE_UINT && token.number > (uint64_t)INT64_MAX;
    change_of(reader)->numbers[field] = above ? INT64_MAX : (int64_t)token.number;
    return true;
}

static bool read_text(ss_call_reader *reader, ss_live_field field)
{
    ss_wire_token token;
    bool read;
    if (!next_unless_nil(reader, field, &token, &read))
        return read;
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be text or nil");
    change_of(reader)->texts[field - SS_LIVE_NUMBERS] = (ss_slice){token.bytes, token.size};
    return true;
}

static bool read_hidden(ss_call_reader *reader)
{
    ss_wire_token token;
    bool read;
    if (!next_unless_nil(reader, SS_LIVE_HIDDEN, &token, &read))
        return read;
    if (token.kind != SS_WIRE_BOOL)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be true, false or nil");
    change_of(reader)->numbers[SS_LIVE_HIDDEN] = token.number != 0;
    return true;
}

static bool read_stock(ss_call_reader *reader)
{
    return read_number(reader, SS_LIVE_STOCK);
}

static bool read_price(ss_call_reader *reader)
{
    return read_number(reader, SS_LIVE_PRICE);
}

static bool read_cost(ss_call_reader *reader)
{
    return read_number(reader, SS_LIVE_COST);
}

static bool read_from(ss_call_reader *reader)
{
    return read_number(reader, SS_LIVE_AVAILABLE_FROM);
}

static bool read_until(ss_call_reader *reader)
{
    return read_number(reader, SS_LIVE_AVAILABLE_UNTIL);
}

static bool read_name(ss_call_reader *reader)
{
    return read_text(reader, SS_LIVE_NAME);
}

static bool read_category(ss_call_reader *reader)
{
    return read_text(reader, SS_LIVE_CATEGORY);
}

static bool read_group(ss_call_reader *reader)
{
    return read_text(reader, SS_LIVE_GROUP);
}

static bool read_url(ss_call_reader *reader)
{
    return read_text(reader, SS_LIVE_URL);
}

static bool read_image(ss_call_reader *reader)
{
    return read_text(reader, SS_LIVE_IMAGE);
}

/* Any text: what an id may be is for the rules. */
static bool read_item_id(ss_call_reader *reader)
{
    ss_wire_token token;
    items_target *target = reader->target;
    if (!ss_call_next(reader, &token))
        return false;
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be text");
    target->change->item_id = (ss_slice){token.bytes, token.size};
    target->has_id = true;
    return true;
}

/* true, or the names of fields. */
static bool read_clear(ss_call_reader *reader)
{
    ss_wire_token token;
    ss_item_change *change = change_of(reader);
    if (!ss_call_next(reader, &token))
        return false;
    if (token.kind == SS_WIRE_BOOL) {
        change->clear |= token.number ? SS_LIVE_ALL : 0;
        return true;
    }
    if (token.kind != SS_WIRE_ARRAY)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be true or an array of names");
    for (uint64_t left = token.number; left > 0; left--) { /* each takes a byte: no more than the message is long */
        ss_slice name;
        if (!ss_call_read_id(reader, &name))
            return false;
        ss_live_field field = ss_live_field_find(name);
        if (field == SS_LIVE_FIELDS)
            return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, ": there is no such field");
        change->clear |= SS_LIVE_BIT(field);
    }
    return true;
}

/* In the order of how often they are sent. */
static const ss_param item_params[] = {
    {SS_SLICE_LITERAL("item_id"), read_item_id},
    {SS_SLICE_LITERAL("stock"), read_stock},
    {SS_SLICE_LITERAL("price"), read_price},
    {SS_SLICE_LITERAL("hidden"), read_hidden},
    {SS_SLICE_LITERAL("name"), read_name},
    {SS_SLICE_LITERAL("category"), read_category},
    {SS_SLICE_LITERAL("group"), read_group},
    {SS_SLICE_LITERAL("cost"), read_cost},
    {SS_SLICE_LITERAL("url"), read_url},
    {SS_SLICE_LITERAL("image"), read_image},
    {SS_SLICE_LITERAL("available_from"), read_from},
    {SS_SLICE_LITERAL("available_until"), read_until},
    {SS_SLICE_LITERAL("clear"), read_clear},
    {{NULL, 0}, NULL},
};

static bool read_item(ss_call_reader *reader, ss_item_change *change)
{
    items_target *target = reader->target;
    *change = (ss_item_change){0};
    target->change = change;
    target->has_id = false;
    if (!ss_call_read_params(reader, item_params, ""))
        return false;
    reader->field = "item_id";
    return target->has_id || SS_CALL_FAIL_VALUE(reader, SS_FAULT_MISSING_PARAM, " is missing");
}

static bool read_items(ss_call_reader *reader)
{
    items_target *target = reader->target;
    size_t count;
    if (!ss_call_read_count(reader, 1, SS_ITEMS_MAX, &count))
        return false;
    reader->list = "items";
    reader->field = "";
    for (reader->index = 0; reader->index < count; reader->index++)
        if (!read_item(reader, &target->changes[reader->index]))
            return false;
    reader->list = NULL;
    target->listed = true;
    *target->count = count;
    return true;
}

static const ss_param params_of_the_request[] = {
    {SS_SLICE_LITERAL("items"), read_items},
    {SS_SLICE_LITERAL("request_id"), ss_call_read_ignored_id},
    {{NULL, 0}, NULL},
};

bool ss_items_call_decode(ss_slice params, ss_item_change *changes, size_t *count, ss_fault *fault)
{
    items_target target = {.changes = changes, .count = count};
    ss_call_reader reader = ss_call_reader_over(params, &target, fault);
    if (!ss_call_read_params(&reader, params_of_the_request, ""))
        return false;
    if (reader.wire.at != reader.wire.end)
        return ss_call_malformed(&reader, "bytes follow the request");
    reader.field = "items";
    return target.listed || SS_CALL_FAIL_VALUE(&reader, SS_FAULT_MISSING_PARAM, " is missing");
}

#include "server/call_page.h"

#include "server/call.h"

/* The shelf being read. */
static ss_call_shelf *shelf_of(ss_call_reader *reader)
{
    ss_call *call = reader->target;
    return &call->shelves[call->shelf_count];
}

static bool take_name(ss_call_reader *reader, ss_slice name)
{
    char printable[48];
    ss_shelf_kind kind = ss_shelf_find(name);
    ss_slice_printable(name, printable, sizeof printable);
    shelf_of(reader)->kind = kind;
    return kind != SS_SHELF_COUNT || SS_CALL_FAIL(reader, SS_FAULT_OUT_OF_RANGE, "there is no shelf '%s'", printable);
}

static bool read_shelf_name(ss_call_reader *reader)
{
    ss_slice name;
    return ss_call_read_id(reader, &name) && take_name(reader, name);
}

static bool read_shelf_limit(ss_call_reader *reader)
{
    int64_t limit;
    if (!ss_call_read_integer(reader, 1, SS_LIMIT_MAX, &limit))
        return false;
    shelf_of(reader)->limit = (uint32_t)limit;
    return true;
}

static bool read_shelf_map(ss_call_reader *reader)
{
    static const ss_param params[] = {
        {SS_SLICE_LITERAL("shelf"), read_shelf_name},
        {SS_SLICE_LITERAL("limit"), read_shelf_limit},
        {{NULL, 0}, NULL},
    };
    if (!ss_call_read_params(reader, params, ""))
        return false;
    reader->field = "shelf";
    return shelf_of(reader)->kind != SS_SHELF_COUNT || SS_CALL_FAIL(reader, SS_FAULT_MISSING_PARAM, "which shelf?");
}

static bool read_shelf(ss_call_reader *reader)
{
    ss_wire_reader before = reader->wire;
    ss_wire_token token;
    *shelf_of(reader) = (ss_call_shelf){SS_SHELF_COUNT, 0};
    reader->prefix = reader->field = "";
    if (!ss_call_next(reader, &token))
        return false;
    reader->wire = before; /* it was only looked at */
    return token.kind == SS_WIRE_MAP ? read_shelf_map(reader) : read_shelf_name(reader);
}

bool ss_call_read_shelves(ss_call_reader *reader)
{
    ss_call *call = reader->target;
    size_t count;
    if (call->method != SS_METHOD_PAGE)
        return SS_CALL_FAIL(reader, SS_FAULT_UNKNOWN_PARAM, "there is no param 'shelves' but of page");
    if (!ss_call_read_count(reader, 1, SS_SHELVES_MAX, &count))
        return false;
    reader->list = "shelves";
    for (call->shelf_count = 0; call->shelf_count < count; call->shelf_count++) {
        reader->index = call->shelf_count;
        if (!read_shelf(reader))
            return false;
    }
    reader->list = NULL;
    return true;
}

bool ss_call_check_page(ss_call_reader *reader)
{
    const ss_call *call = reader->target;
    reader->field = "shelves";
    return call->shelf_count > 0 || SS_CALL_FAIL(reader, SS_FAULT_MISSING_PARAM, "page needs shelves");
}

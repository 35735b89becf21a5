#include "server/call_cart.h"

static bool read_item_id(ss_call_reader *reader)
{
    ss_cart_line *line = reader->target;
    return ss_call_read_id(reader, &line->item_id);
}

static bool read_quantity(ss_call_reader *reader)
{
    ss_cart_line *line = reader->target;
    return ss_call_read_integer(reader, 1, SS_CART_PIECES_MAX, &line->quantity);
}

static bool read_line_map(ss_call_reader *reader, const ss_cart_line *line)
{
    static const ss_param params[] = {
        {SS_SLICE_LITERAL("item_id"), read_item_id},
        {SS_SLICE_LITERAL("quantity"), read_quantity},
        {{NULL, 0}, NULL},
    };
    if (!ss_call_read_params(reader, params, ""))
        return false;
    reader->field = "item_id";
    return line->item_id.size > 0 || SS_CALL_FAIL_VALUE(reader, SS_FAULT_MISSING_PARAM, " is missing");
}

static bool read_line(ss_call_reader *reader, ss_cart_line *line)
{
    ss_wire_reader before = reader->wire;
    ss_wire_token token;
    *line = (ss_cart_line){{"", 0}, 1};
    reader->target = line;
    reader->prefix = reader->field = "";
    if (!ss_call_next(reader, &token))
        return false;
    reader->wire = before; /* it was only looked at */
    return token.kind == SS_WIRE_MAP ? read_line_map(reader, line) : read_item_id(reader);
}

bool ss_call_read_cart(ss_call_reader *reader, const char *name, size_t least, size_t most, ss_cart_line *lines,
                       size_t *count)
{
    void *target = reader->target;
    size_t given;
    if (!ss_call_read_count(reader, least, most, &given))
        return false;
    reader->list = name;
    for (reader->index = 0; reader->index < given; reader->index++)
        if (!read_line(reader, &lines[reader->index]))
            return false;
    reader->list = NULL;
    reader->target = target;
    *count = given;
    return true;
}

bool ss_call_read_offer_page(ss_call_reader *reader, ss_offer_page *page)
{
    ss_slice name;
    if (!ss_call_read_id(reader, &name))
        return false;
    *page = ss_offer_page_find(name);
    return *page != SS_PAGE_COUNT ||
           SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, " must be 'home', 'product' or 'cart'");
}

bool ss_call_read_offer_limit(ss_call_reader *reader, uint32_t *limit)
{
    int64_t given;
    if (!ss_call_read_integer(reader, 1, SS_OFFERS_MAX, &given))
        return false;
    *limit = (uint32_t)given;
    return true;
}

bool ss_call_check_offers(ss_call_reader *reader, const ss_offer_request *request)
{
    reader->field = "item_id";
    if (request->page == SS_PAGE_PRODUCT && request->item_id.size == 0)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_MISSING_PARAM, " is missing: the product of the page");
    reader->field = "session_id";
    return request->session_id.size > 0 || request->customer_id.size > 0 || request->no_consent ||
           SS_CALL_FAIL(reader, SS_FAULT_MISSING_PARAM, "offers for whom? session_id or customer_id");
}

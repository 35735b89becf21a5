#include "server/call_page.h"

#include "log/values.h"
#include "server/call.h"
#include "server/call_cart.h"

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

/* ---- the offers beside them ---- */

static ss_call_offers *offers_of(ss_call_reader *reader)
{
    ss_call *call = reader->target;
    return &call->offers;
}

static bool read_offers_page(ss_call_reader *reader)
{
    return ss_call_read_offer_page(reader, &offers_of(reader)->request.page);
}

static bool read_offers_limit(ss_call_reader *reader)
{
    return ss_call_read_offer_limit(reader, &offers_of(reader)->request.limit);
}

static bool read_offers_cart(ss_call_reader *reader)
{
    ss_call_offers *offers = offers_of(reader);
    offers->request.cart = offers->cart;
    return ss_call_read_cart(reader, "offers.cart", 0, SS_CONTEXT_MAX, offers->cart, &offers->request.cart_count);
}

static bool read_offers_durability(ss_call_reader *reader)
{
    return ss_call_read_either(reader, "relaxed", "durable", &offers_of(reader)->relaxed);
}

static bool read_offers_map(ss_call_reader *reader)
{
    static const ss_param params[] = {
        {SS_SLICE_LITERAL("page"), read_offers_page},
        {SS_SLICE_LITERAL("limit"), read_offers_limit},
        {SS_SLICE_LITERAL("cart"), read_offers_cart},
        {SS_SLICE_LITERAL("durability"), read_offers_durability},
        {{NULL, 0}, NULL},
    };
    return ss_call_read_params(reader, params, "offers.");
}

bool ss_call_read_page_offers(ss_call_reader *reader)
{
    const ss_call *call = reader->target;
    ss_call_offers *offers = offers_of(reader);
    ss_wire_reader before = reader->wire;
    ss_wire_token token;
    if (call->method != SS_METHOD_PAGE)
        return SS_CALL_FAIL(reader, SS_FAULT_UNKNOWN_PARAM, "there is no param 'offers' but of page");
    if (!ss_call_next(reader, &token))
        return false;
    offers->relaxed = false;
    offers->request = (ss_offer_request){.page = SS_PAGE_COUNT};
    offers->wanted = token.kind == SS_WIRE_MAP || (token.kind == SS_WIRE_BOOL && token.number != 0);
    if (token.kind == SS_WIRE_BOOL)
        return true;
    if (token.kind != SS_WIRE_MAP)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be true, false or a map");
    reader->wire = before; /* it was only looked at */
    return read_offers_map(reader);
}

/* The ids of the page's cart, one piece of each. */
static void take_cart(ss_call *call)
{
    ss_call_offers *offers = &call->offers;
    if (offers->request.cart || !call->request.cart)
        return;
    for (size_t i = 0; i < call->request.cart_count; i++)
        offers->cart[i] = (ss_cart_line){call->request.cart[i], 1};
    offers->request.cart = offers->cart;
    offers->request.cart_count = call->request.cart_count;
}

/* What the shelves and the offers have in common. */
static void share_with_offers(ss_call *call)
{
    const ss_request *page = &call->request;
    ss_offer_request *request = &call->offers.request;
    take_cart(call);
    if (request->page == SS_PAGE_COUNT)
        request->page = page->item_id.size > 0 ? SS_PAGE_PRODUCT : page->cart_count > 0 ? SS_PAGE_CART : SS_PAGE_HOME;
    request->item_id = page->item_id;
    request->customer_id = page->customer_id;
    request->session_id = page->session_id;
    request->request_id = call->request_id;
    request->exclude = page->exclude;
    request->exclude_count = page->exclude_count;
    request->no_consent = page->no_consent;
}

/* What is kept with a decision must be an id; to the shelves any text will do. */
static bool keep_id(ss_call_reader *reader, const char *field, ss_slice *id)
{
    reader->field = field;
    return id->size == 0 || ss_value_id(id) == SS_ID_FINE ||
           SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, " is no id");
}

static bool check_offers(ss_call_reader *reader)
{
    ss_call *call = reader->target;
    if (!call->offers.wanted)
        return true;
    share_with_offers(call);
    return keep_id(reader, "customer_id", &call->offers.request.customer_id) &&
           keep_id(reader, "session_id", &call->offers.request.session_id) &&
           keep_id(reader, "request_id", &call->offers.request.request_id) &&
           ss_call_check_offers(reader, &call->offers.request);
}

bool ss_call_check_page(ss_call_reader *reader)
{
    const ss_call *call = reader->target;
    reader->field = "shelves";
    return (call->shelf_count > 0 || SS_CALL_FAIL(reader, SS_FAULT_MISSING_PARAM, "page needs shelves")) &&
           check_offers(reader);
}

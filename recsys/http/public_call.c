#include "http/public_call.h"

#include "http/visitor_token.h"
#include "log/interactions.h"
#include "server/call_reader.h"

#define MAP_HEAD 3u /* bytes of a map's head whose count is put in later */

/* A request's params on their way through. */
typedef struct passage {
    const ss_api_keys *keys;
    int64_t now;
    ss_buffer *out;
    ss_slice token;   /* of the request; empty: none */
    ss_slice session; /* the one whose request it is, once it was read; empty: none yet */
    char customer[SS_ID_MAX];
    size_t customer_size; /* 0: the token was not looked at yet */
    unsigned pairs;       /* of the map that is being written */
    bool session_here;    /* it has a session_id */
} passage;

static inline passage *passage_of(ss_call_reader *reader)
{
    return reader->target;
}

bool ss_public_method(ss_method method)
{
    return (unsigned)method < SS_SHELF_COUNT || method == SS_METHOD_PAGE || method == SS_METHOD_EVENT ||
           method == SS_METHOD_OFFERS;
}

/* ---- writing ---- */

static bool append(ss_call_reader *reader, const void *bytes, size_t size)
{
    return ss_buffer_append(passage_of(reader)->out, bytes, size) == SS_OK ||
           SS_CALL_FAIL(reader, SS_FAULT_INTERNAL, "out of memory");
}

static bool append_text(ss_call_reader *reader, ss_slice text)
{
    uint8_t head[SS_WIRE_NUMBER_MAX];
    uint8_t *end = ss_wire_put_text_head(head, text.size);
    return append(reader, head, (size_t)(end - head)) && append(reader, text.data, text.size);
}

/* The name of what is read, and its value's bytes, which began at `from` and were read up to now. */
static bool pass_from(ss_call_reader *reader, const uint8_t *from)
{
    passage_of(reader)->pairs++;
    return append_text(reader, ss_slice_of(reader->field)) && append(reader, from, (size_t)(reader->wire.at - from));
}

/* ---- values ---- */

static bool skip(ss_call_reader *reader)
{
    return ss_wire_skip(&reader->wire, SIZE_MAX) || ss_call_malformed(reader, "the bytes end too early");
}

/* A value that may be anything; what it must be the server knows. */
static bool pass(ss_call_reader *reader)
{
    const uint8_t *from = reader->wire.at;
    return skip(reader) && pass_from(reader, from);
}

static bool deny(ss_call_reader *reader)
{
    return SS_CALL_FAIL_VALUE(reader, SS_FAULT_ACCESS_DENIED, " is not for a public key to say");
}

static bool deny_customer(ss_call_reader *reader)
{
    return SS_CALL_FAIL_VALUE(reader, SS_FAULT_ACCESS_DENIED,
                              " is not for a public key to say: customer_token stands for it");
}

/* The next value, looked at: it is still to be read. */
static bool peek(ss_call_reader *reader, ss_wire_token *token)
{
    ss_wire_reader before = reader->wire;
    bool there = ss_call_next(reader, token);
    reader->wire = before;
    return there;
}

static bool number_is_at_most(ss_call_reader *reader, unsigned most, bool *is)
{
    ss_wire_token token;
    if (!peek(reader, &token))
        return false;
    *is = token.kind == SS_WIRE_REAL
              ? token.real >= 0 && token.real <= most
              : token.kind != SS_WIRE_INT && !(token.kind == SS_WIRE_UINT && token.number > most);
    return true;
}

static bool pass_number(ss_call_reader *reader, unsigned most)
{
    bool fine;
    if (!number_is_at_most(reader, most, &fine))
        return false;
    return fine ? pass(reader)
                : SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, ": a public key may say at most %u", most);
}

static bool pass_limit(ss_call_reader *reader)
{
    return pass_number(reader, SS_PUBLIC_LIMIT_MAX);
}

static bool pass_quantity(ss_call_reader *reader)
{
    return pass_number(reader, SS_PUBLIC_QUANTITY_MAX);
}

static bool pass_session(ss_call_reader *reader)
{
    ss_wire_token token;
    passage *way = passage_of(reader);
    if (!peek(reader, &token))
        return false;
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be text");
    ss_slice session = {token.bytes, token.size};
    if (!ss_session_is_public(session))
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE,
                                  ": of a public key it has %u to 255 visible characters of ASCII",
                                  SS_PUBLIC_SESSION_LENGTH);
    if (way->session.size > 0 && !ss_slice_equal(way->session, session))
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_ACCESS_DENIED, ": the events of a public key are of one session");
    way->session = session;
    way->session_here = true;
    return pass(reader);
}

/*
 * What a page gives its events for names is apart from what the shop gives its own: or whoever guesses the name of a purchase to come could tell
 * an event by that name first, and the purchase would be taken for its repetition.
 */
static bool pass_event_id(ss_call_reader *reader)
{
    static const ss_slice head = SS_SLICE_LITERAL(SS_PUBLIC_EVENT_ID);
    uint8_t wire[SS_WIRE_NUMBER_MAX];
    ss_wire_token token;
    if (!peek(reader, &token))
        return false;
    if ((token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES) || token.size == 0)
        return pass(reader);
    if (token.size > SS_ID_MAX - head.size)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, ": a public key may give at most %zu bytes",
                                  SS_ID_MAX - head.size);
    uint8_t *end = ss_wire_put_text_head(wire, head.size + token.size);
    passage_of(reader)->pairs++;
    return skip(reader) && append_text(reader, ss_slice_of(reader->field)) &&
           append(reader, wire, (size_t)(end - wire)) && append(reader, head.data, head.size) &&
           append(reader, token.bytes, token.size);
}

/* It was found before; customer_id takes its place when the session is known, too. */
static bool read_token(ss_call_reader *reader)
{
    return skip(reader);
}

/* ---- maps ---- */

typedef struct open_map {
    size_t head; /* offset in `out` */
    unsigned pairs;
    bool session_here;
} open_map;

/* Of the map around it, which close_map goes back to, the returned value tells. */
static bool begin_map(ss_call_reader *reader, open_map *outer)
{
    static const uint8_t head[MAP_HEAD] = {0xde};
    passage *way = passage_of(reader);
    *outer = (open_map){way->out->size, way->pairs, way->session_here};
    way->pairs = 0;
    way->session_here = false;
    return append(reader, head, sizeof head);
}

static void end_map(ss_call_reader *reader, const open_map *outer)
{
    passage *way = passage_of(reader);
    char *head = way->out->data + outer->head;
    head[1] = (char)(way->pairs >> 8);
    head[2] = (char)way->pairs;
    way->pairs = outer->pairs;
    way->session_here = outer->session_here;
}

static bool pass_map(ss_call_reader *reader, const ss_param *params, const char *prefix)
{
    open_map outer;
    if (!begin_map(reader, &outer) || !ss_call_read_params(reader, params, prefix))
        return false;
    end_map(reader, &outer);
    return true;
}

/* A param whose value is a map of its own. */
static bool pass_named_map(ss_call_reader *reader, const ss_param *params, const char *prefix)
{
    passage_of(reader)->pairs++;
    return append_text(reader, ss_slice_of(reader->field)) && pass_map(reader, params, prefix);
}

typedef bool pass_element(ss_call_reader *reader);

/* A param that is an array of at most `most` elements, each passed by `element`; `most` 0: the server says how many. */
static bool pass_array(ss_call_reader *reader, const char *name, unsigned most, pass_element *element)
{
    ss_wire_token token;
    const char *prefix = reader->prefix, *field = reader->field;
    const uint8_t *from = reader->wire.at;
    if (!ss_call_next_of(reader, SS_WIRE_ARRAY, "an array", &token))
        return false;
    if (most > 0 && token.number > most)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_OUT_OF_RANGE, ": %llu values; a public key may give at most %u",
                                  (unsigned long long)token.number, most);
    if (!pass_from(reader, from))
        return false;
    reader->list = name;
    reader->prefix = reader->field = "";
    for (reader->index = 0; reader->index < token.number; reader->index++)
        if (!element(reader))
            return false;
    reader->list = NULL;
    reader->prefix = prefix;
    reader->field = field;
    return true;
}

static bool pass_element_or_map(ss_call_reader *reader, const ss_param *params)
{
    ss_wire_token token;
    const uint8_t *from = reader->wire.at;
    if (!peek(reader, &token))
        return false;
    if (token.kind == SS_WIRE_MAP)
        return pass_map(reader, params, "");
    return skip(reader) && append(reader, from, (size_t)(reader->wire.at - from));
}

/* ---- carts, shelves, offers of a page ---- */

static bool pass_line(ss_call_reader *reader)
{
    static const ss_param params[] = {
        {SS_SLICE_LITERAL("item_id"), pass},
        {SS_SLICE_LITERAL("quantity"), pass_quantity},
        {{NULL, 0}, NULL},
    };
    return pass_element_or_map(reader, params);
}

static bool pass_cart(ss_call_reader *reader)
{
    return pass_array(reader, "cart", SS_PUBLIC_CART_MAX, pass_line);
}

static bool pass_offers_cart(ss_call_reader *reader)
{
    return pass_array(reader, "offers.cart", SS_PUBLIC_CART_MAX, pass_line);
}

static bool pass_shelf(ss_call_reader *reader)
{
    static const ss_param params[] = {
        {SS_SLICE_LITERAL("shelf"), pass},
        {SS_SLICE_LITERAL("limit"), pass_limit},
        {{NULL, 0}, NULL},
    };
    return pass_element_or_map(reader, params);
}

static bool pass_shelves(ss_call_reader *reader)
{
    return pass_array(reader, "shelves", 0, pass_shelf);
}

static bool pass_page_offers(ss_call_reader *reader)
{
    static const ss_param params[] = {
        {SS_SLICE_LITERAL("page"), pass},
        {SS_SLICE_LITERAL("limit"), pass},
        {SS_SLICE_LITERAL("cart"), pass_offers_cart},
        {SS_SLICE_LITERAL("durability"), pass},
        {{NULL, 0}, NULL},
    };
    ss_wire_token token;
    if (!peek(reader, &token))
        return false;
    return token.kind == SS_WIRE_MAP ? pass_named_map(reader, params, "offers.") : pass(reader);
}

/* ---- whose request it is ---- */

static bool deny_token(ss_call_reader *reader, const char *why)
{
    reader->list = NULL;
    reader->field = "customer_token";
    return SS_CALL_FAIL_VALUE(reader, SS_FAULT_ACCESS_DENIED, "%s", why);
}

static bool check_token(ss_call_reader *reader)
{
    passage *way = passage_of(reader);
    switch (ss_visitor_token_read(way->keys, way->token, way->session, way->now, way->customer, &way->customer_size)) {
    case SS_TOKEN_GOOD:
        return true;
    case SS_TOKEN_EXPIRED:
        return deny_token(reader, " is no longer good");
    default:
        return deny_token(reader, " is none of this shop, or of another session");
    }
}

/* Into the map that is being written, when there is a token. */
static bool append_customer(ss_call_reader *reader)
{
    passage *way = passage_of(reader);
    if (way->token.size == 0)
        return true;
    reader->prefix = "";
    if (!way->session_here || way->session.size == 0) {
        reader->field = "session_id";
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_MISSING_PARAM,
                                  " is missing: the one that the customer_token was made for");
    }
    if (way->customer_size == 0 && !check_token(reader))
        return false;
    way->pairs++;
    return append_text(reader, SS_SLICE_LITERAL("customer_id")) &&
           append_text(reader, (ss_slice){way->customer, way->customer_size});
}

/* ---- events ---- */

static bool pass_event_name(ss_call_reader *reader)
{
    static const ss_event allowed[] = {SS_EVENT_VIEW,  SS_EVENT_CART_ADD, SS_EVENT_CART_REMOVE, SS_EVENT_IMPRESSION,
                                       SS_EVENT_CLICK, SS_EVENT_DISMISS,  SS_EVENT_ACCEPT};
    ss_wire_token token;
    if (!peek(reader, &token))
        return false;
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return pass(reader);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (ss_slice_equal((ss_slice){token.bytes, token.size}, ss_slice_of(ss_event_name(allowed[i]))))
            return pass(reader);
    return SS_CALL_FAIL_VALUE(reader, SS_FAULT_ACCESS_DENIED, ": such an event is not for a public key to tell");
}

#define EVENT_PARAMS                                                                                                   \
    {SS_SLICE_LITERAL("event"), pass_event_name}, {SS_SLICE_LITERAL("item_id"), pass},                                 \
        {SS_SLICE_LITERAL("session_id"), pass_session}, {SS_SLICE_LITERAL("event_id"), pass_event_id},                 \
        {SS_SLICE_LITERAL("shelf"), pass}, {SS_SLICE_LITERAL("generation"), pass},                                     \
        {SS_SLICE_LITERAL("offer_id"), pass}, {SS_SLICE_LITERAL("quantity"), pass_quantity},                           \
        {SS_SLICE_LITERAL("customer_id"), deny_customer}, {SS_SLICE_LITERAL("order_id"), deny},                        \
        {SS_SLICE_LITERAL("unit_price"), deny},                                                                        \
    {                                                                                                                  \
        SS_SLICE_LITERAL("timestamp"), deny                                                                            \
    }

static bool pass_event(ss_call_reader *reader)
{
    static const ss_param params[] = {EVENT_PARAMS, {{NULL, 0}, NULL}};
    open_map outer;
    if (!begin_map(reader, &outer) || !ss_call_read_params(reader, params, "") || !append_customer(reader))
        return false;
    end_map(reader, &outer);
    return true;
}

static bool pass_events(ss_call_reader *reader)
{
    if (!pass_array(reader, "events", SS_PUBLIC_EVENTS_MAX, pass_event))
        return false;
    passage_of(reader)->session_here = true; /* its events have said whose they are, and have the customer */
    return true;
}

/* ---- methods ---- */

static const ss_param shelf_params[] = {
    {SS_SLICE_LITERAL("item_id"), pass},
    {SS_SLICE_LITERAL("limit"), pass_limit},
    {SS_SLICE_LITERAL("session_id"), pass_session},
    {SS_SLICE_LITERAL("fields"), pass},
    {SS_SLICE_LITERAL("cart"), pass},
    {SS_SLICE_LITERAL("items"), pass},
    {SS_SLICE_LITERAL("exclude"), pass},
    {SS_SLICE_LITERAL("filter"), pass},
    {SS_SLICE_LITERAL("customer_token"), read_token},
    {SS_SLICE_LITERAL("request_id"), pass},
    {SS_SLICE_LITERAL("consent"), pass},
    {SS_SLICE_LITERAL("shelves"), pass_shelves},
    {SS_SLICE_LITERAL("offers"), pass_page_offers},
    {SS_SLICE_LITERAL("customer_id"), deny_customer},
    {SS_SLICE_LITERAL("explain"), deny},
    {SS_SLICE_LITERAL("timestamp"), deny},
    {{NULL, 0}, NULL},
};

static const ss_param offers_params[] = {
    {SS_SLICE_LITERAL("page"), pass},
    {SS_SLICE_LITERAL("session_id"), pass_session},
    {SS_SLICE_LITERAL("item_id"), pass},
    {SS_SLICE_LITERAL("customer_token"), read_token},
    {SS_SLICE_LITERAL("request_id"), pass},
    {SS_SLICE_LITERAL("cart"), pass_cart},
    {SS_SLICE_LITERAL("fields"), pass},
    {SS_SLICE_LITERAL("exclude"), pass},
    {SS_SLICE_LITERAL("limit"), pass},
    {SS_SLICE_LITERAL("durability"), pass},
    {SS_SLICE_LITERAL("consent"), pass},
    {SS_SLICE_LITERAL("customer_id"), deny_customer},
    {{NULL, 0}, NULL},
};

static const ss_param event_params[] = {
    EVENT_PARAMS,
    {SS_SLICE_LITERAL("events"), pass_events},
    {SS_SLICE_LITERAL("durability"), pass},
    {SS_SLICE_LITERAL("consent"), pass},
    {SS_SLICE_LITERAL("request_id"), pass},
    {SS_SLICE_LITERAL("customer_token"), read_token},
    {{NULL, 0}, NULL},
};

_Static_assert(sizeof shelf_params / sizeof *shelf_params <= SS_PARAMS_MAX, "a bit for each param");
_Static_assert(sizeof event_params / sizeof *event_params <= SS_PARAMS_MAX, "a bit for each param");

static const ss_param *params_of(ss_method method)
{
    if (method == SS_METHOD_EVENT)
        return event_params;
    return method == SS_METHOD_OFFERS ? offers_params : shelf_params;
}

/* The token is wanted before what it stands for is written, wherever it stands in the map. */
static bool find_token(ss_call_reader *reader)
{
    ss_wire_token map, token;
    ss_wire_reader before = reader->wire;
    if (!ss_call_next_of(reader, SS_WIRE_MAP, "a map", &map))
        return false;
    for (uint64_t i = 0; i < map.number; i++) {
        if (!ss_call_next(reader, &token))
            return false;
        bool found = (token.kind == SS_WIRE_TEXT || token.kind == SS_WIRE_BYTES) &&
                     ss_slice_equal((ss_slice){token.bytes, token.size}, SS_SLICE_LITERAL("customer_token"));
        reader->field = found ? "customer_token" : "";
        if (found ? !ss_call_read_text(reader, SS_VISITOR_TOKEN_SIZE, &passage_of(reader)->token) : !skip(reader))
            return false;
    }
    reader->wire = before;
    return true;
}

static bool pass_params(ss_call_reader *reader, ss_method method)
{
    open_map outer;
    passage *way = passage_of(reader);
    if (!find_token(reader) || !begin_map(reader, &outer) || !ss_call_read_params(reader, params_of(method), ""))
        return false;
    if (way->customer_size == 0 && !append_customer(reader))
        return false;
    end_map(reader, &outer);
    return reader->wire.at == reader->wire.end || ss_call_malformed(reader, "bytes follow the request");
}

bool ss_public_params(const ss_api_keys *keys, ss_method method, ss_slice params, int64_t now, ss_buffer *out,
                      ss_fault *fault)
{
    passage way = {.keys = keys, .now = now, .out = out};
    ss_call_reader reader = ss_call_reader_over(params, &way, fault);
    size_t before = out->size;
    *fault = (ss_fault){0};
    if (!ss_public_method(method))
        return SS_CALL_FAIL(&reader, SS_FAULT_ACCESS_DENIED, "%s is not for a public key", ss_method_name(method));
    if (pass_params(&reader, method))
        return true;
    out->size = before;
    return false;
}

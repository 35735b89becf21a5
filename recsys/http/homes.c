#include "http/homes.h"

#include "client/wire.h"
#include <stdio.h>

#define VALUES_MAX SS_MESSAGE_MAX /* a request cannot hold more */

void ss_homes_init(ss_homes *homes, const char *const *endpoints, size_t count, bool spread)
{
    *homes = (ss_homes){.count = (uint32_t)count, .spread = spread};
    for (size_t i = 0; i < count; i++)
        homes->servers[i] = ss_home_server_of(endpoints[i]);
}

bool ss_way_reads(const ss_way *way)
{
    return way->kind == SS_WAY_ANY || way->kind == SS_WAY_PREFER;
}

static uint32_t home_of(const ss_homes *homes, ss_slice visitor)
{
    uint32_t home = 0, hash = homes->spread ? ss_home_hash(visitor.data, visitor.size) : 0;
    for (uint32_t i = 1; homes->spread && i < homes->count; i++)
        if (ss_home_is_nearer(hash, &homes->servers[i], &homes->servers[home]))
            home = i;
    return home;
}

/* ---- what the params of an `event` and a `page` say ---- */

/* The next name of a map, and the token that its value begins with. False: there is no more to be read. */
static bool next_entry(ss_wire_reader *reader, ss_slice *name, ss_wire_token *value)
{
    ss_wire_token token;
    if (!ss_wire_next(reader, &token) || (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES))
        return false;
    *name = (ss_slice){token.bytes, token.size};
    return ss_wire_next(reader, value);
}

/* Over what is in a value whose first token was read. */
static bool skip_rest(ss_wire_reader *reader, const ss_wire_token *value)
{
    uint64_t inside = value->kind == SS_WIRE_ARRAY ? value->number : value->kind == SS_WIRE_MAP ? 2 * value->number : 0;
    while (inside-- > 0)
        if (!ss_wire_skip(reader, VALUES_MAX))
            return false;
    return true;
}

static bool begin_map(ss_wire_reader *reader, uint64_t *entries)
{
    ss_wire_token token;
    if (!ss_wire_next(reader, &token) || token.kind != SS_WIRE_MAP)
        return false;
    *entries = token.number;
    return true;
}

/* Of one event, or of the first that has one. */
typedef struct event_ids {
    ss_slice session, customer, order;
    bool event_id;
} event_ids;

static void take_text(event_ids *ids, ss_slice name, const ss_wire_token *value)
{
    ss_slice text = {value->bytes, value->size};
    if ((value->kind != SS_WIRE_TEXT && value->kind != SS_WIRE_BYTES) || text.size == 0)
        return;
    if (ss_slice_equal(name, SS_SLICE_LITERAL("session_id")))
        ids->session = text;
    else if (ss_slice_equal(name, SS_SLICE_LITERAL("customer_id")))
        ids->customer = text;
    else if (ss_slice_equal(name, SS_SLICE_LITERAL("order_id")))
        ids->order = text;
    else if (ss_slice_equal(name, SS_SLICE_LITERAL("event_id")))
        ids->event_id = true;
}

static ss_slice visitor_of(const event_ids *ids)
{
    return ids->session.size > 0 ? ids->session : ids->customer.size > 0 ? ids->customer : ids->order;
}

/* What is known after some events of a request. */
typedef struct event_walk {
    const ss_homes *homes;
    uint32_t home;
    size_t events;
    bool again, apart; /* all have an event_id; they have several homes */
} event_walk;

static void take_event(event_walk *walk, const event_ids *ids)
{
    uint32_t home = home_of(walk->homes, visitor_of(ids));
    if (walk->events++ == 0)
        walk->home = home;
    walk->apart |= home != walk->home;
    walk->again &= ids->event_id;
}

static bool walk_list(event_walk *walk, ss_wire_reader *reader, uint64_t count)
{
    while (count-- > 0) {
        event_ids ids = {0};
        ss_slice name;
        ss_wire_token value;
        uint64_t entries;
        if (!begin_map(reader, &entries))
            return false;
        while (entries-- > 0) {
            if (!next_entry(reader, &name, &value) || !skip_rest(reader, &value))
                return false;
            take_text(&ids, name, &value);
        }
        take_event(walk, &ids);
    }
    return true;
}

/* False: they are no such params, which the server is going to say. */
static bool walk_events(event_walk *walk, ss_slice params)
{
    ss_wire_reader reader = {(const uint8_t *)params.data, (const uint8_t *)params.data + params.size};
    event_ids ids = {0};
    ss_slice name;
    ss_wire_token value;
    uint64_t entries;
    bool listed = false;
    if (!begin_map(&reader, &entries))
        return false;
    while (entries-- > 0) {
        if (!next_entry(&reader, &name, &value))
            return false;
        bool list = value.kind == SS_WIRE_ARRAY && ss_slice_equal(name, SS_SLICE_LITERAL("events"));
        if (list ? !walk_list(walk, &reader, value.number) : !skip_rest(&reader, &value))
            return false;
        listed |= list;
        take_text(&ids, name, &value);
    }
    if (!listed)
        take_event(walk, &ids);
    return reader.at == reader.end;
}

static bool way_of_events(const ss_homes *homes, const ss_backend_request *request, ss_way *way, ss_fault *fault)
{
    event_walk walk = {.homes = homes, .again = true};
    bool whole = walk_events(&walk, request->params);
    *way = (ss_way){SS_WAY_HOME, walk.home, whole && walk.again && walk.events > 0};
    if (!walk.apart)
        return true;
    *fault = (ss_fault){.code = SS_FAULT_OUT_OF_RANGE, .field = "events"};
    snprintf(
        fault->message, sizeof fault->message,
        "visitors are spread over servers, and these events are of visitors of several: send one visitor's at a time");
    return false;
}

/* Has a `page` offers with it? */
static bool has_offers(ss_slice params)
{
    ss_wire_reader reader = {(const uint8_t *)params.data, (const uint8_t *)params.data + params.size};
    ss_slice name;
    ss_wire_token value;
    uint64_t entries;
    if (!begin_map(&reader, &entries))
        return false;
    while (entries-- > 0 && next_entry(&reader, &name, &value)) {
        if (ss_slice_equal(name, SS_SLICE_LITERAL("offers")))
            return value.kind == SS_WIRE_MAP || (value.kind == SS_WIRE_BOOL && value.number);
        if (!skip_rest(&reader, &value))
            return false;
    }
    return false;
}

/* ---- the way ---- */

bool ss_homes_way(const ss_homes *homes, const ss_backend_request *request, ss_way *way, ss_fault *fault)
{
    uint32_t home = home_of(homes, request->visitor);
    switch (request->method) {
    case SS_METHOD_HEALTH:
    case SS_METHOD_STATS:
        *way = (ss_way){SS_WAY_OWN, 0, false};
        return true;
    case SS_METHOD_ITEMS:
    case SS_METHOD_FORGET:
    case SS_METHOD_RELOAD:
        *way = (ss_way){SS_WAY_ALL, 0, false};
        return true;
    case SS_METHOD_EVENT:
        return way_of_events(homes, request, way, fault);
    case SS_METHOD_PREVIEW:
    case SS_METHOD_REDEEM:
    case SS_METHOD_VISITOR:
        *way = (ss_way){SS_WAY_HOME, home, true};
        return true;
    default:
        break;
    }
    bool recorded = request->recorded || ss_method_is_recorded(request->method) ||
                    (request->method == SS_METHOD_PAGE && has_offers(request->params));
    bool visits = request->visitor.size > 0;
    if (recorded)
        *way = (ss_way){SS_WAY_HOME, home, request->request_id.size > 0};
    else
        *way = (ss_way){visits ? SS_WAY_PREFER : SS_WAY_ANY, home, false};
    return true;
}

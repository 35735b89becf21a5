#include "server/call_event.h"

#include "base/timestamp.h"
#include "log/catalog.h"
#include "server/call_reader.h"
#include <math.h>

#define QUANTITY_MOST 1e30 /* what a float holds, and far beyond what the rules let through */

typedef struct event_target {
    ss_event_call *call;
    ss_live_event *events, *event; /* of the request; the one being read */
    unsigned given;                /* of it: 1u << given_field */
    bool listed;                   /* the request has a list of events */
} event_target;

typedef enum given_field { GIVEN_EVENT = 1u, GIVEN_ITEM = 2u, GIVEN_OFFER = 4u, GIVEN_OTHER = 8u } given_field;

static inline ss_live_event *event_of(ss_call_reader *reader, given_field given)
{
    event_target *target = reader->target;
    target->given |= (unsigned)given;
    return target->event;
}

/* Any text: what an id may be is for the rules. */
static inline bool read_any_text(ss_call_reader *reader, ss_slice *text)
{
    ss_wire_token token;
    if (!ss_call_next(reader, &token))
        return false;
    if (token.kind != SS_WIRE_TEXT && token.kind != SS_WIRE_BYTES)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be text");
    *text = (ss_slice){token.bytes, token.size};
    return true;
}

static bool read_event(ss_call_reader *reader)
{
    ss_slice name;
    int number = 0;
    if (!read_any_text(reader, &name))
        return false;
    while (number < SS_EVENT_COUNT && !ss_slice_equal(name, ss_slice_of(ss_event_name((ss_event)number))))
        number++;
    event_of(reader, GIVEN_EVENT)->event = (ss_event)number; /* SS_EVENT_COUNT: the rules refuse it */
    return true;
}

static bool read_event_text(ss_call_reader *reader, ss_event_text text)
{
    given_field given = text == SS_TEXT_ITEM_ID ? GIVEN_ITEM : text == SS_TEXT_OFFER_ID ? GIVEN_OFFER : GIVEN_OTHER;
    return read_any_text(reader, &event_of(reader, given)->texts[text]);
}

static bool read_event_id(ss_call_reader *reader)
{
    return read_event_text(reader, SS_TEXT_EVENT_ID);
}

static bool read_item_id(ss_call_reader *reader)
{
    return read_event_text(reader, SS_TEXT_ITEM_ID);
}

static bool read_session_id(ss_call_reader *reader)
{
    return read_event_text(reader, SS_TEXT_SESSION_ID);
}

static bool read_customer_id(ss_call_reader *reader)
{
    return read_event_text(reader, SS_TEXT_CUSTOMER_ID);
}

static bool read_order_id(ss_call_reader *reader)
{
    return read_event_text(reader, SS_TEXT_ORDER_ID);
}

static bool read_shelf(ss_call_reader *reader)
{
    return read_event_text(reader, SS_TEXT_SHELF);
}

static bool read_generation(ss_call_reader *reader)
{
    return read_event_text(reader, SS_TEXT_GENERATION);
}

static bool read_offer_id(ss_call_reader *reader)
{
    return read_event_text(reader, SS_TEXT_OFFER_ID);
}

static bool read_quantity(ss_call_reader *reader)
{
    ss_wire_token token;
    if (!ss_call_next(reader, &token))
        return false;
    double quantity = token.real;
    if (token.kind == SS_WIRE_UINT)
        quantity = (double)token.number;
    else if (token.kind == SS_WIRE_INT)
        quantity = (double)(int64_t)token.number;
    else if (token.kind != SS_WIRE_REAL)
        return SS_CALL_FAIL_VALUE(reader, SS_FAULT_WRONG_TYPE, " must be a number");
    if (fabs(quantity) > QUANTITY_MOST)
        quantity = copysign(QUANTITY_MOST, quantity);
    event_of(reader, GIVEN_OTHER)->quantity = (float)quantity;
    return true;
}

static bool read_unit_price(ss_call_reader *reader)
{
    return ss_call_read_integer(reader, -INT64_MAX, INT64_MAX, &event_of(reader, GIVEN_OTHER)->unit_price);
}

static bool read_time(ss_call_reader *reader)
{
    return ss_call_read_integer(reader, -INT64_MAX, INT64_MAX, &event_of(reader, GIVEN_OTHER)->time);
}

/* In the order of how often they are sent. */
#define EVENT_PARAMS                                                                                                   \
    {SS_SLICE_LITERAL("event"), read_event}, {SS_SLICE_LITERAL("item_id"), read_item_id},                              \
        {SS_SLICE_LITERAL("session_id"), read_session_id}, {SS_SLICE_LITERAL("event_id"), read_event_id},              \
        {SS_SLICE_LITERAL("customer_id"), read_customer_id}, {SS_SLICE_LITERAL("timestamp"), read_time},               \
        {SS_SLICE_LITERAL("quantity"), read_quantity}, {SS_SLICE_LITERAL("unit_price"), read_unit_price},              \
        {SS_SLICE_LITERAL("order_id"), read_order_id}, {SS_SLICE_LITERAL("shelf"), read_shelf},                        \
        {SS_SLICE_LITERAL("generation"), read_generation},                                                             \
    {                                                                                                                  \
        SS_SLICE_LITERAL("offer_id"), read_offer_id                                                                    \
    }

static const ss_param event_params[] = {EVENT_PARAMS, {{NULL, 0}, NULL}};

static void begin_event(event_target *target, ss_live_event *event)
{
    *event = (ss_live_event){.time = SS_NO_TIME, .event = SS_EVENT_COUNT, .unit_price = SS_NO_MONEY};
    for (int text = 0; text < SS_EVENT_TEXTS; text++)
        event->texts[text] = (ss_slice){"", 0};
    target->event = event;
    target->given = 0;
}

/* Whether an offer will do for an item is for the rules, as it is up to the event. */
static bool check_given(ss_call_reader *reader)
{
    const event_target *target = reader->target;
    if ((target->given & GIVEN_EVENT) && (target->given & (GIVEN_ITEM | GIVEN_OFFER)))
        return true;
    reader->field = target->given & GIVEN_EVENT ? "item_id" : "event";
    return SS_CALL_FAIL_VALUE(reader, SS_FAULT_MISSING_PARAM, " is missing");
}

static bool read_events(ss_call_reader *reader)
{
    event_target *target = reader->target;
    unsigned single = target->given;
    size_t count;
    if (!ss_call_read_count(reader, 1, SS_EVENTS_MAX, &count))
        return false;
    reader->list = "events";
    reader->field = "";
    for (reader->index = 0; reader->index < count; reader->index++) {
        begin_event(target, &target->events[reader->index]);
        if (!ss_call_read_params(reader, event_params, "") || !check_given(reader))
            return false;
    }
    reader->list = NULL;
    target->given = single;
    target->listed = true;
    target->call->count = count;
    return true;
}

static bool read_durability(ss_call_reader *reader)
{
    event_target *target = reader->target;
    return ss_call_read_either(reader, "relaxed", "durable", &target->call->relaxed);
}

static bool read_consent(ss_call_reader *reader)
{
    event_target *target = reader->target;
    return ss_call_read_either(reader, "none", "granted", &target->call->no_consent);
}

static const ss_param params_of_the_request[] = {
    EVENT_PARAMS,
    {SS_SLICE_LITERAL("events"), read_events},
    {SS_SLICE_LITERAL("durability"), read_durability},
    {SS_SLICE_LITERAL("consent"), read_consent},
    {SS_SLICE_LITERAL("request_id"), ss_call_read_ignored_id},
    {{NULL, 0}, NULL},
};

_Static_assert(sizeof params_of_the_request / sizeof *params_of_the_request <= SS_PARAMS_MAX, "a bit for each param");

/* One form or the other. */
static bool check_form(ss_call_reader *reader)
{
    const event_target *target = reader->target;
    if (!target->listed)
        return check_given(reader);
    if (!target->given)
        return true;
    reader->field = "events";
    return SS_CALL_FAIL(reader, SS_FAULT_REPEATED_PARAM, "either `events`, or the fields of one event");
}

bool ss_event_call_decode(ss_slice params, ss_live_event *events, ss_event_call *call, ss_fault *fault)
{
    event_target target = {.call = call, .events = events};
    ss_call_reader reader = ss_call_reader_over(params, &target, fault);
    *call = (ss_event_call){.count = 1};
    begin_event(&target, &events[0]);
    if (!ss_call_read_params(&reader, params_of_the_request, ""))
        return false;
    if (reader.wire.at != reader.wire.end)
        return ss_call_malformed(&reader, "bytes follow the request");
    return check_form(&reader);
}

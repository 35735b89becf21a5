#include "state/live_event.h"

#include "base/hash.h"
#include "log/catalog.h"
#include "log/values.h"
#include "state/record_reader.h"

#include <math.h>

#define PART_TIME     1u
#define PART_QUANTITY 2u
#define PART_PRICE    4u
#define PART_TEXT(T)  (8u << (T))
#define PARTS_KNOWN   (PART_TEXT(SS_EVENT_TEXTS) - 1u)

#define HEAD_SIZE     12u
#define CHECKSUM_SIZE 4u

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are little-endian and copied as they are");
_Static_assert(sizeof(float) == 4, "a quantity takes four bytes");
_Static_assert(SS_ID_MAX == 255, "the size of a text is one byte");

static const char *const text_names[SS_EVENT_TEXTS] = {"event_id", "item_id", "session_id", "customer_id",
                                                       "order_id", "shelf",   "generation", "offer_id"};

const char *ss_event_text_name(ss_event_text text)
{
    return (unsigned)text < SS_EVENT_TEXTS ? text_names[text] : NULL;
}

bool ss_live_event_needs_item(const ss_live_event *event)
{
    bool of_an_offer =
        event->event == SS_EVENT_IMPRESSION || event->event == SS_EVENT_ACCEPT || event->event == SS_EVENT_DISMISS;
    return !of_an_offer || event->texts[SS_TEXT_OFFER_ID].size == 0;
}

/* ---- writing ---- */

static unsigned parts_of(const ss_live_event *event)
{
    unsigned parts = 0;
    parts |= event->time != event->received ? PART_TIME : 0;
    parts |= event->quantity < 1 || event->quantity > 1 ? PART_QUANTITY : 0;
    parts |= event->unit_price != SS_NO_MONEY ? PART_PRICE : 0;
    for (int t = 0; t < SS_EVENT_TEXTS; t++)
        parts |= event->texts[t].size ? PART_TEXT(t) : 0;
    return parts;
}

size_t ss_live_event_size(const ss_live_event *event)
{
    unsigned parts = parts_of(event);
    size_t size = HEAD_SIZE + CHECKSUM_SIZE;
    size += (parts & PART_TIME ? sizeof event->time : 0) + (parts & PART_QUANTITY ? sizeof event->quantity : 0) +
            (parts & PART_PRICE ? sizeof event->unit_price : 0);
    for (int t = 0; t < SS_EVENT_TEXTS; t++)
        size += event->texts[t].size ? 1 + event->texts[t].size : 0;
    return size;
}

void ss_live_event_encode(const ss_live_event *event, void *out)
{
    unsigned parts = parts_of(event);
    const unsigned char head[4] = {SS_EVENT_RECORD_VERSION, (unsigned char)event->event, (unsigned char)(parts & 0xFF),
                                   (unsigned char)(parts >> 8)};
    unsigned char *at = ss_record_put(out, head, sizeof head);
    at = ss_record_put(at, &event->received, sizeof event->received);
    if (parts & PART_TIME)
        at = ss_record_put(at, &event->time, sizeof event->time);
    if (parts & PART_QUANTITY)
        at = ss_record_put(at, &event->quantity, sizeof event->quantity);
    if (parts & PART_PRICE)
        at = ss_record_put(at, &event->unit_price, sizeof event->unit_price);
    for (int t = 0; t < SS_EVENT_TEXTS; t++) {
        if (event->texts[t].size == 0)
            continue;
        *at++ = (unsigned char)event->texts[t].size;
        at = ss_record_put(at, event->texts[t].data, event->texts[t].size);
    }
    uint32_t checksum = (uint32_t)ss_hash(out, (size_t)(at - (unsigned char *)out));
    ss_record_put(at, &checksum, sizeof checksum);
}

/* ---- reading ---- */

static ss_status take_instant(ss_record_reader *reader, const char *field, int64_t *time)
{
    ss_status status = ss_record_take(reader, field, time, sizeof *time);
    if (status == SS_OK && (*time <= -SS_EVENT_INSTANT_MAX || *time >= SS_EVENT_INSTANT_MAX))
        return ss_record_corrupt(reader, field, "an instant out of range");
    return status;
}

static ss_status check_frame(ss_record_reader *reader)
{
    uint32_t checksum;
    if (reader->size < HEAD_SIZE + CHECKSUM_SIZE || reader->size > SS_EVENT_RECORD_MAX)
        return ss_record_corrupt(reader, "size", "a size that none has");
    reader->size -= CHECKSUM_SIZE;
    memcpy(&checksum, reader->data + reader->size, sizeof checksum);
    if (checksum != (uint32_t)ss_hash(reader->data, reader->size)) {
        reader->at = reader->size;
        return ss_record_corrupt(reader, "checksum", "another checksum than its bytes have");
    }
    return SS_OK;
}

static ss_status take_head(ss_record_reader *reader, ss_live_event *event, unsigned *parts)
{
    unsigned char head[4];
    ss_status status = ss_record_take(reader, "head", head, sizeof head);
    if (status != SS_OK)
        return status;
    if (head[0] != SS_EVENT_RECORD_VERSION)
        return ss_error_set(reader->error, SS_E_UNSUPPORTED, "record of an event: version %u, known is %u", head[0],
                            SS_EVENT_RECORD_VERSION);
    if (head[1] >= SS_EVENT_COUNT)
        return ss_record_corrupt(reader, "event", "an unknown event");
    event->event = (ss_event)head[1];
    *parts = head[2] | (unsigned)head[3] << 8;
    if (*parts & ~PARTS_KNOWN)
        return ss_record_corrupt(reader, "parts", "unknown parts");
    return take_instant(reader, "received", &event->received);
}

static ss_status take_numbers(ss_record_reader *reader, ss_live_event *event, unsigned parts)
{
    ss_status status = SS_OK;
    event->time = event->received;
    event->quantity = 1;
    event->unit_price = SS_NO_MONEY;
    if (parts & PART_TIME)
        SS_TRY(take_instant(reader, "time", &event->time));
    if (parts & PART_QUANTITY)
        SS_TRY(ss_record_take(reader, "quantity", &event->quantity, sizeof event->quantity));
    if (!isfinite(event->quantity) || fpclassify(event->quantity) == FP_ZERO ||
        fabs((double)event->quantity) > SS_QUANTITY_MAX)
        return ss_record_corrupt(reader, "quantity", "a quantity out of range");
    if (parts & PART_PRICE)
        SS_TRY(ss_record_take(reader, "unit_price", &event->unit_price, sizeof event->unit_price));
    if (event->unit_price != SS_NO_MONEY &&
        (event->unit_price < -SS_EVENT_PRICE_MAX || event->unit_price > SS_EVENT_PRICE_MAX))
        return ss_record_corrupt(reader, "unit_price", "a price out of range");
out:
    return status;
}

static ss_status take_text(ss_record_reader *reader, int text, ss_slice *value)
{
    unsigned char size = 0;
    ss_status status = ss_record_take(reader, text_names[text], &size, sizeof size);
    if (status != SS_OK)
        return status;
    if (reader->size - reader->at < size)
        return ss_record_corrupt(reader, text_names[text], "ends early");
    ss_slice whole = {reader->data + reader->at, size};
    *value = whole;
    if (ss_value_id(value) != SS_ID_FINE || value->size != whole.size)
        return ss_record_corrupt(reader, text_names[text], "a text that is no id");
    reader->at += size;
    return SS_OK;
}

static ss_status take_texts(ss_record_reader *reader, ss_live_event *event, unsigned parts)
{
    for (int t = 0; t < SS_EVENT_TEXTS; t++) {
        event->texts[t] = (ss_slice){"", 0};
        ss_status status = parts & PART_TEXT(t) ? take_text(reader, t, &event->texts[t]) : SS_OK;
        if (status != SS_OK)
            return status;
    }
    if (reader->at != reader->size)
        return ss_record_corrupt(reader, "size", "bytes behind its last part");
    if (!event->texts[SS_TEXT_ITEM_ID].size && ss_live_event_needs_item(event))
        return ss_record_corrupt(reader, "item_id", "no item");
    if (!event->texts[SS_TEXT_SESSION_ID].size && !event->texts[SS_TEXT_CUSTOMER_ID].size &&
        !event->texts[SS_TEXT_ORDER_ID].size)
        return ss_record_corrupt(reader, "session_id", "neither order, customer nor session");
    return SS_OK;
}

ss_status ss_live_event_decode(ss_slice record, ss_live_event *event, ss_error *error)
{
    ss_record_reader reader = {"record of an event", record.data, record.size, 0, error};
    unsigned parts = 0;
    ss_status status;
    SS_TRY(check_frame(&reader));
    SS_TRY(take_head(&reader, event, &parts));
    SS_TRY(take_numbers(&reader, event, parts));
    SS_TRY(take_texts(&reader, event, parts));
    if (parts != parts_of(event))
        return ss_record_corrupt(&reader, "parts", "a part that says nothing");
out:
    return status;
}

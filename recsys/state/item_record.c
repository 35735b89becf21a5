#include "state/item_record.h"

#include "base/hash.h"
#include "log/catalog.h"
#include "log/values.h"
#include "state/record_reader.h"

#define RECORD_VERSION 1u
#define HEAD_SIZE      20u
#define CHECKSUM_SIZE  4u
#define SET_KNOWN      (SS_LIVE_BIT(SS_LIVE_FIELDS) - 1u)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are little-endian and copied as they are");
_Static_assert(sizeof(ss_price_step) == 16, "a price step is copied as it is");
_Static_assert(SS_LIVE_NAME == SS_LIVE_NUMBERS, "the numbers come first");
_Static_assert(SS_ID_MAX == 255, "categories and groups are as long as ids");

static const struct {
    const char *name;
    int64_t most; /* of a number; of a text: bytes */
} fields[SS_LIVE_FIELDS] = {
    [SS_LIVE_STOCK] = {"stock", SS_LIVE_STOCK_MAX},
    [SS_LIVE_PRICE] = {"price", SS_LIVE_MONEY_MAX},
    [SS_LIVE_COST] = {"cost", SS_LIVE_MONEY_MAX},
    [SS_LIVE_HIDDEN] = {"hidden", 1},
    [SS_LIVE_AVAILABLE_FROM] = {"available_from", SS_LIVE_INSTANT_MAX - 1},
    [SS_LIVE_AVAILABLE_UNTIL] = {"available_until", SS_LIVE_INSTANT_MAX - 1},
    [SS_LIVE_NAME] = {"name", 512},
    [SS_LIVE_CATEGORY] = {"category", SS_ID_MAX},
    [SS_LIVE_GROUP] = {"group", SS_ID_MAX},
    [SS_LIVE_URL] = {"url", 2048},
    [SS_LIVE_IMAGE] = {"image", 2048},
};

const char *ss_live_field_name(ss_live_field field)
{
    return (unsigned)field < SS_LIVE_FIELDS ? fields[field].name : NULL;
}

ss_live_field ss_live_field_find(ss_slice name)
{
    for (unsigned field = 0; field < SS_LIVE_FIELDS; field++)
        if (ss_slice_equal(name, ss_slice_of(fields[field].name)))
            return (ss_live_field)field;
    return SS_LIVE_FIELDS;
}

size_t ss_live_text_max(ss_live_field field)
{
    return (size_t)fields[field].most;
}

bool ss_live_number_fits(ss_live_field field, int64_t number)
{
    return number >= 0 && number <= fields[field].most;
}

bool ss_live_text_fits(ss_live_field field, ss_slice text)
{
    if (text.size > ss_live_text_max(field) || !ss_slice_is_utf8(text) || ss_slice_trim(text).size != text.size)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
            return false;
    return true;
}

/* ---- writing ---- */

size_t ss_item_record_size(const ss_item_record *record)
{
    size_t size = HEAD_SIZE + record->price_count * sizeof *record->prices + CHECKSUM_SIZE;
    for (unsigned field = 0; field < SS_LIVE_FIELDS; field++) {
        if (!ss_item_record_has(record, field))
            continue;
        size += field < SS_LIVE_NUMBERS ? sizeof *record->numbers : 2 + ss_item_record_text(record, field).size;
    }
    return size;
}

static unsigned char *put_field(unsigned char *at, const ss_item_record *record, ss_live_field field)
{
    if (field < SS_LIVE_NUMBERS)
        return ss_record_put(at, &record->numbers[field], sizeof *record->numbers);
    ss_slice text = ss_item_record_text(record, field);
    uint16_t size = (uint16_t)text.size;
    return ss_record_put(ss_record_put(at, &size, sizeof size), text.data, text.size);
}

/* Of the id and the bytes, so that no item can have the record of another. */
static uint32_t checksum_of(ss_slice item_id, const void *bytes, size_t size)
{
    unsigned char sealed[SS_ID_MAX + SS_ITEM_RECORD_MAX];
    ss_record_put(ss_record_put(sealed, item_id.data, item_id.size), bytes, size);
    return (uint32_t)ss_hash(sealed, item_id.size + size);
}

void ss_item_record_encode(const ss_item_record *record, void *out)
{
    const unsigned char head[4] = {RECORD_VERSION, (unsigned char)record->price_count,
                                   (unsigned char)(record->set & 0xFF), (unsigned char)(record->set >> 8)};
    unsigned char *at = ss_record_put(out, head, sizeof head);
    at = ss_record_put(at, &record->first_seen, sizeof record->first_seen);
    at = ss_record_put(at, &record->changed, sizeof record->changed);
    for (unsigned field = 0; field < SS_LIVE_FIELDS; field++)
        if (ss_item_record_has(record, field))
            at = put_field(at, record, field);
    at = ss_record_put(at, record->prices, record->price_count * sizeof *record->prices);
    uint32_t checksum = checksum_of(record->item_id, out, (size_t)(at - (unsigned char *)out));
    ss_record_put(at, &checksum, sizeof checksum);
}

/* ---- reading ---- */

static ss_status check_frame(ss_record_reader *reader, ss_slice item_id)
{
    uint32_t checksum;
    ss_slice id = item_id;
    if (ss_value_id(&id) != SS_ID_FINE || id.size != item_id.size)
        return ss_record_corrupt(reader, "item_id", "an id that is none");
    if (reader->size < HEAD_SIZE + CHECKSUM_SIZE || reader->size > SS_ITEM_RECORD_MAX)
        return ss_record_corrupt(reader, "size", "a size that none has");
    reader->size -= CHECKSUM_SIZE;
    memcpy(&checksum, reader->data + reader->size, sizeof checksum);
    if (checksum == checksum_of(item_id, reader->data, reader->size))
        return SS_OK;
    reader->at = reader->size;
    return ss_record_corrupt(reader, "checksum", "another checksum than its bytes have");
}

static bool is_instant(int64_t time)
{
    return time >= 0 && time < SS_LIVE_INSTANT_MAX;
}

static ss_status take_head(ss_record_reader *reader, ss_item_record *record)
{
    unsigned char head[4];
    ss_status status = SS_OK;
    SS_TRY(ss_record_take(reader, "head", head, sizeof head));
    if (head[0] != RECORD_VERSION)
        return ss_error_set(reader->error, SS_E_UNSUPPORTED, "record of an item: version %u, known is %u", head[0],
                            RECORD_VERSION);
    record->price_count = head[1];
    record->set = head[2] | (unsigned)head[3] << 8;
    if (record->price_count > SS_PRICE_STEPS_MAX)
        return ss_record_corrupt(reader, "prices", "more steps than are kept");
    if (record->set & ~SET_KNOWN)
        return ss_record_corrupt(reader, "set", "unknown fields");
    SS_TRY(ss_record_take(reader, "first_seen", &record->first_seen, sizeof record->first_seen));
    if (record->first_seen != SS_NO_TIME && !is_instant(record->first_seen))
        return ss_record_corrupt(reader, "first_seen", "an instant out of range");
    SS_TRY(ss_record_take(reader, "changed", &record->changed, sizeof record->changed));
    if (!is_instant(record->changed))
        return ss_record_corrupt(reader, "changed", "an instant out of range");
out:
    return status;
}

static ss_status take_number(ss_record_reader *reader, ss_live_field field, int64_t *number)
{
    ss_status status = ss_record_take(reader, fields[field].name, number, sizeof *number);
    if (status == SS_OK && !ss_live_number_fits(field, *number))
        return ss_record_corrupt(reader, fields[field].name, "a number out of range");
    return status;
}

static ss_status take_text(ss_record_reader *reader, ss_live_field field, ss_slice *text)
{
    uint16_t size;
    ss_status status = ss_record_take(reader, fields[field].name, &size, sizeof size);
    if (status != SS_OK)
        return status;
    if (reader->size - reader->at < size)
        return ss_record_corrupt(reader, fields[field].name, "ends early");
    *text = (ss_slice){reader->data + reader->at, size};
    if (!ss_live_text_fits(field, *text))
        return ss_record_corrupt(reader, fields[field].name, "a text that it cannot have");
    reader->at += size;
    return SS_OK;
}

static ss_status take_fields(ss_record_reader *reader, ss_item_record *record)
{
    for (unsigned field = 0; field < SS_LIVE_FIELDS; field++) {
        bool number = field < SS_LIVE_NUMBERS;
        if (number)
            record->numbers[field] = 0;
        else
            record->texts[field - SS_LIVE_NUMBERS] = (ss_slice){"", 0};
        if (!ss_item_record_has(record, field))
            continue;
        ss_status status = number ? take_number(reader, field, &record->numbers[field])
                                  : take_text(reader, field, &record->texts[field - SS_LIVE_NUMBERS]);
        if (status != SS_OK)
            return status;
    }
    bool dated =
        ss_item_record_has(record, SS_LIVE_AVAILABLE_FROM) && ss_item_record_has(record, SS_LIVE_AVAILABLE_UNTIL);
    if (dated && record->numbers[SS_LIVE_AVAILABLE_FROM] > record->numbers[SS_LIVE_AVAILABLE_UNTIL])
        return ss_record_corrupt(reader, "available_until", "before available_from");
    return SS_OK;
}

static ss_status take_prices(ss_record_reader *reader, ss_item_record *record, ss_price_step *steps)
{
    ss_status status = ss_record_take(reader, "prices", steps, record->price_count * sizeof *steps);
    record->prices = steps;
    for (size_t i = 0; i < record->price_count && status == SS_OK; i++) {
        if (!is_instant(steps[i].since) || (i > 0 && steps[i].since <= steps[i - 1].since))
            status = ss_record_corrupt(reader, "prices", "steps that are not in order of time");
        else if (steps[i].price != SS_NO_MONEY && !ss_live_number_fits(SS_LIVE_PRICE, steps[i].price))
            status = ss_record_corrupt(reader, "prices", "a price out of range");
    }
    return status;
}

ss_status ss_item_record_decode(ss_slice item_id, ss_slice bytes, ss_price_step *steps, ss_item_record *record,
                                ss_error *error)
{
    ss_record_reader reader = {"record of an item", bytes.data, bytes.size, 0, error};
    ss_status status;
    record->item_id = item_id;
    SS_TRY(check_frame(&reader, item_id));
    SS_TRY(take_head(&reader, record));
    SS_TRY(take_fields(&reader, record));
    SS_TRY(take_prices(&reader, record, steps));
    if (reader.at != reader.size)
        return ss_record_corrupt(&reader, "size", "bytes behind its last part");
out:
    return status;
}

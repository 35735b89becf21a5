/* test_item_record.c: records of items come back as they were; whatever breaks a rule of theirs is refused. */
#include "item_sample.h"

#include "base/hash.h"

static const ss_price_step sample_steps[] = {{0, 1000}, {ITEM_NOW - 5, SS_NO_MONEY}, {ITEM_NOW, 800}};

static ss_item_record full_record(void)
{
    ss_item_record record = {.item_id = SS_SLICE_LITERAL("milk"),
                             .set = SS_LIVE_ALL,
                             .numbers = {3, 800, 500, 1, ITEM_NOW, ITEM_NOW + 1},
                             .first_seen = ITEM_NOW - 7,
                             .changed = ITEM_NOW,
                             .prices = sample_steps,
                             .price_count = 3};
    for (unsigned text = 0; text < SS_LIVE_TEXTS; text++)
        record.texts[text] = ss_slice_of(ss_live_field_name(SS_LIVE_NUMBERS + text));
    return record;
}

static ss_item_record bare_record(void)
{
    return (ss_item_record){.item_id = SS_SLICE_LITERAL("m"), .first_seen = SS_NO_TIME, .changed = ITEM_NOW};
}

static size_t encode(const ss_item_record *record, unsigned char *bytes)
{
    size_t size = ss_item_record_size(record);
    assert_in_range(size, 1, SS_ITEM_RECORD_MAX);
    ss_item_record_encode(record, bytes);
    return size;
}

static ss_status decode(const char *id, const unsigned char *bytes, size_t size, ss_item_record *record,
                        ss_error *error)
{
    static ss_price_step steps[SS_PRICE_STEPS_MAX];
    return ss_item_record_decode(ss_slice_of(id), (ss_slice){(const char *)bytes, size}, steps, record, error);
}

static void comes_back(const ss_item_record *record, size_t wanted_size)
{
    unsigned char bytes[SS_ITEM_RECORD_MAX];
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    ss_item_record back;
    ss_error error;
    size_t size = encode(record, bytes);
    assert_int_equal(size, wanted_size);
    expect_ok(ss_item_record_decode(record->item_id, (ss_slice){(const char *)bytes, size}, steps, &back, &error),
              &error);
    assert_item_records_equal(record, &back);
}

static void records_come_back(void **state)
{
    (void)state;
    ss_item_record full = full_record(), bare = bare_record(), longest = full_record();
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    char text[2048];
    memset(text, 'x', sizeof text);
    for (unsigned i = 0; i < SS_PRICE_STEPS_MAX; i++)
        steps[i] = (ss_price_step){i, i};
    for (unsigned i = 0; i < SS_LIVE_TEXTS; i++)
        longest.texts[i] = (ss_slice){text, ss_live_text_max(SS_LIVE_NUMBERS + i)};
    longest.prices = steps;
    longest.price_count = SS_PRICE_STEPS_MAX;
    comes_back(&full, 20 + 6 * 8 + 5 * 2 + 4 + 8 + 5 + 3 + 5 + 3 * 16 + 4);
    comes_back(&bare, 20 + 4);
    comes_back(&longest, SS_ITEM_RECORD_MAX);
}

static void any_changed_byte_any_cut_and_another_item_is_noticed(void **state)
{
    (void)state;
    unsigned char bytes[SS_ITEM_RECORD_MAX];
    ss_item_record record = full_record(), back;
    size_t size = encode(&record, bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 0x11;
        assert_status(decode("milk", bytes, size, &back, NULL), SS_E_CORRUPT);
        bytes[i] ^= 0x11;
        assert_status(decode("milk", bytes, i, &back, NULL), SS_E_CORRUPT);
    }
    assert_status(decode("silk", bytes, size, &back, NULL), SS_E_CORRUPT);
    assert_status(decode("", bytes, size, &back, NULL), SS_E_CORRUPT);
    assert_status(decode("milk", bytes, size, &back, NULL), SS_OK);
}

static void seal(const char *id, unsigned char *bytes, size_t size)
{
    char sealed[SS_ID_MAX + SS_ITEM_RECORD_MAX];
    size_t id_size = strlen(id);
    memcpy(sealed, id, id_size);
    memcpy(sealed + id_size, bytes, size - 4);
    uint32_t checksum = (uint32_t)ss_hash(sealed, id_size + size - 4);
    memcpy(bytes + size - 4, &checksum, sizeof checksum);
}

/* The checksum agrees, the contents do not. */
static void refused(unsigned char *bytes, size_t size, ss_status status, const char *field)
{
    ss_item_record record;
    ss_error error;
    seal("milk", bytes, size);
    assert_status(decode("milk", bytes, size, &record, &error), status);
    assert_string_equal(error.field, field);
}

static void with_byte(size_t at, unsigned char value, ss_status status, const char *field)
{
    unsigned char bytes[SS_ITEM_RECORD_MAX];
    ss_item_record record = full_record();
    size_t size = encode(&record, bytes);
    bytes[at] = value;
    refused(bytes, size, status, field);
}

static void what_breaks_a_rule_is_refused(void **state)
{
    (void)state;
    with_byte(0, 2, SS_E_UNSUPPORTED, "");
    with_byte(1, SS_PRICE_STEPS_MAX + 1, SS_E_CORRUPT, "prices");
    with_byte(1, 4, SS_E_CORRUPT, "prices"); /* one step more than there are */
    with_byte(1, 2, SS_E_CORRUPT, "size");   /* one fewer */
    with_byte(3, 0xFF, SS_E_CORRUPT, "set");
    with_byte(11, 0x7F, SS_E_CORRUPT, "first_seen");
    with_byte(19, 0x80, SS_E_CORRUPT, "changed");
    with_byte(27, 0x80, SS_E_CORRUPT, "stock");
    with_byte(35, 0x7F, SS_E_CORRUPT, "price");
    with_byte(43, 0x7F, SS_E_CORRUPT, "cost");
    with_byte(44, 2, SS_E_CORRUPT, "hidden");
    with_byte(59, 0x7F, SS_E_CORRUPT, "available_from");
    with_byte(66, 0, SS_E_CORRUPT, "available_until"); /* before available_from */
    with_byte(69, 1, SS_E_CORRUPT, "name");            /* longer than what follows */
    with_byte(70, '\n', SS_E_CORRUPT, "name");
    with_byte(70, ' ', SS_E_CORRUPT, "name");
    with_byte(70, 0xFF, SS_E_CORRUPT, "name");
    with_byte(75, 1, SS_E_CORRUPT, "category");   /* longer than a category may be */
    with_byte(110, 0x80, SS_E_CORRUPT, "prices"); /* before 1970 */
    with_byte(118, 0x7F, SS_E_CORRUPT, "prices"); /* too dear */
    with_byte(125, 0xFF, SS_E_CORRUPT, "prices"); /* a step later than the one after it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(any_changed_byte_any_cut_and_another_item_is_noticed),
        cmocka_unit_test(what_breaks_a_rule_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

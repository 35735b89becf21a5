/* test_live_event.c: records of events come back as they were; whatever breaks a rule of theirs is refused. */
#include "event_sample.h"

#include "base/hash.h"

static ss_live_event full_event(void)
{
    ss_live_event event = sample_event("e-1", "milk");
    event.event = SS_EVENT_PURCHASE;
    event.received = SAMPLE_NOW + 5;
    event.quantity = -2.5f;
    event.unit_price = 1999;
    for (int t = SS_TEXT_SESSION_ID; t < SS_EVENT_TEXTS; t++)
        event.texts[t] = ss_slice_of(ss_event_text_name((ss_event_text)t));
    return event;
}

static ss_live_event plain_event(void)
{
    ss_live_event event = sample_event(NULL, "milk");
    event.received = SAMPLE_NOW;
    event.quantity = 1;
    return event;
}

static size_t encode(const ss_live_event *event, unsigned char record[SS_EVENT_RECORD_MAX])
{
    size_t size = ss_live_event_size(event);
    assert_in_range(size, 1, SS_EVENT_RECORD_MAX);
    ss_live_event_encode(event, record);
    return size;
}

static void seal(unsigned char *record, size_t size)
{
    uint32_t checksum = (uint32_t)ss_hash(record, size - sizeof checksum);
    memcpy(record + size - sizeof checksum, &checksum, sizeof checksum);
}

static ss_status decode(const unsigned char *record, size_t size, ss_live_event *event, ss_error *error)
{
    return ss_live_event_decode((ss_slice){(const char *)record, size}, event, error);
}

static void comes_back(const ss_live_event *event, size_t wanted_size)
{
    unsigned char record[SS_EVENT_RECORD_MAX];
    ss_live_event back;
    ss_error error;
    size_t size = encode(event, record);
    assert_int_equal(size, wanted_size);
    expect_ok(decode(record, size, &back, &error), &error);
    assert_events_equal(event, &back);
}

static void records_come_back(void **state)
{
    (void)state;
    ss_live_event full = full_event(), plain = plain_event(), longest = full_event();
    char text[SS_ID_MAX];
    memset(text, 'x', sizeof text);
    for (int t = 0; t < SS_EVENT_TEXTS; t++)
        longest.texts[t] = (ss_slice){text, sizeof text};
    comes_back(&full, 12 + 8 + 4 + 8 + 4 + 5 + 11 + 12 + 9 + 6 + 11 + 9 + 4);
    comes_back(&plain, 12 + 5 + 2 + 4);
    comes_back(&longest, SS_EVENT_RECORD_MAX);
}

/* The record of a program that knew of no offers. */
static void records_from_before_offers_are_read_as_they_were(void **state)
{
    (void)state;
    static const unsigned char head[] = {1, 1, 0x10 | 0x20, 0};
    unsigned char record[64], *at = record;
    int64_t received = SAMPLE_NOW;
    ss_live_event event;
    ss_error error;
    memcpy(at, head, sizeof head);
    memcpy(at + 4, &received, sizeof received);
    memcpy(at + 12, "\4milk\1s", 7);
    seal(record, 12 + 7 + 4);
    expect_ok(decode(record, 12 + 7 + 4, &event, &error), &error);
    ss_live_event wanted = plain_event();
    assert_events_equal(&event, &wanted);
}

static void what_is_told_of_an_offer_may_name_no_item(void **state)
{
    (void)state;
    static const ss_event kinds[] = {SS_EVENT_IMPRESSION, SS_EVENT_ACCEPT, SS_EVENT_DISMISS};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        ss_live_event event = plain_event();
        event.event = kinds[i];
        event.texts[SS_TEXT_OFFER_ID] = SS_SLICE_LITERAL("7KQ2M4X9");
        comes_back(&event, 12 + 5 + 2 + 9 + 4);
        event.texts[SS_TEXT_ITEM_ID].size = 0;
        comes_back(&event, 12 + 2 + 9 + 4);
    }
}

static void any_changed_byte_and_any_cut_is_noticed(void **state)
{
    (void)state;
    unsigned char record[SS_EVENT_RECORD_MAX];
    ss_live_event event = full_event(), back;
    size_t size = encode(&event, record);
    for (size_t i = 0; i < size; i++) {
        record[i] ^= 0x11;
        assert_status(decode(record, size, &back, NULL), SS_E_CORRUPT);
        record[i] ^= 0x11;
        assert_status(decode(record, i, &back, NULL), SS_E_CORRUPT);
    }
    assert_status(decode(record, size, &back, NULL), SS_OK);
}

/* The checksum agrees, the contents do not. */
static void refused(unsigned char *record, size_t size, ss_status status, const char *field)
{
    ss_live_event event;
    ss_error error;
    seal(record, size);
    assert_status(decode(record, size, &event, &error), status);
    assert_string_equal(error.field, field);
}

static void with_byte(size_t at, unsigned char value, ss_status status, const char *field)
{
    unsigned char record[SS_EVENT_RECORD_MAX];
    ss_live_event event = full_event();
    size_t size = encode(&event, record);
    record[at] = value;
    refused(record, size, status, field);
}

static void what_breaks_a_rule_is_refused(void **state)
{
    (void)state;
    with_byte(0, 2, SS_E_UNSUPPORTED, "");
    with_byte(1, SS_EVENT_COUNT, SS_E_CORRUPT, "event");
    with_byte(3, 0xFF, SS_E_CORRUPT, "parts");
    with_byte(11, 0x7F, SS_E_CORRUPT, "received");
    with_byte(19, 0x80, SS_E_CORRUPT, "time");
    with_byte(23, 0x7F, SS_E_CORRUPT, "quantity"); /* 1e38 and more */
    with_byte(31, 0x7F, SS_E_CORRUPT, "unit_price");
    with_byte(32, 200, SS_E_CORRUPT, "event_id"); /* longer than what follows */
    with_byte(33, '\n', SS_E_CORRUPT, "event_id");
    with_byte(33, ' ', SS_E_CORRUPT, "event_id");  /* not trimmed */
    with_byte(33, 0xFF, SS_E_CORRUPT, "event_id"); /* not UTF-8 */
    with_byte(32, 0, SS_E_CORRUPT, "event_id");
}

static void what_says_nothing_is_refused(void **state)
{
    (void)state;
    unsigned char record[SS_EVENT_RECORD_MAX];
    ss_live_event event = full_event();
    size_t size = encode(&event, record);
    memcpy(record + 12, record + 4, 8); /* time = received */
    refused(record, size, SS_E_CORRUPT, "parts");
    event = plain_event();
    event.texts[SS_TEXT_ITEM_ID].size = 0;
    size = encode(&event, record);
    refused(record, size, SS_E_CORRUPT, "item_id");
    event.texts[SS_TEXT_OFFER_ID] = SS_SLICE_LITERAL("7KQ2M4X9"); /* a view needs one all the same */
    size = encode(&event, record);
    refused(record, size, SS_E_CORRUPT, "item_id");
    event = plain_event();
    event.texts[SS_TEXT_SESSION_ID].size = 0;
    size = encode(&event, record);
    refused(record, size, SS_E_CORRUPT, "session_id");
    event = plain_event();
    size = encode(&event, record) + 1;
    refused(record, size, SS_E_CORRUPT, "size");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(records_from_before_offers_are_read_as_they_were),
        cmocka_unit_test(what_is_told_of_an_offer_may_name_no_item),
        cmocka_unit_test(any_changed_byte_and_any_cut_is_noticed),
        cmocka_unit_test(what_breaks_a_rule_is_refused),
        cmocka_unit_test(what_says_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

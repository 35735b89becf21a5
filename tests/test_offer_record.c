/* test_offer_record.c: records of decisions and of visitors come back as they were; whatever breaks a rule is refused. */
#include "offer_sample.h"

#include "base/hash.h"
#include "state/live_event.h"

static ss_decision full_decision(void)
{
    ss_decision decision = offer_decision();
    decision.number = SS_DECISION_MAX - 1;
    decision.closed = true;
    decision.day = -3;
    decision.terms = (ss_offer_terms){6, 1500, 490, 20, 700, SS_SLICE_LITERAL("mug")};
    decision.outcome = (ss_offer_outcome){3, 12345, -678, 9};
    decision.offers[0].with_item = SS_SLICE_LITERAL("jam");
    decision.offers[0].told = SS_OFFER_SEEN | SS_OFFER_ACCEPTED;
    decision.offers[0].state = SS_OFFER_REDEEMED;
    decision.offers[0].redeemed_at = OFFER_NOW + 7;
    decision.offers[0].redeemed_cost = 299;
    decision.offers[0].redeemed_value = 2701;
    decision.offers[0].order_id = SS_SLICE_LITERAL("order");
    decision.offers[1].state = SS_OFFER_UNDONE;
    for (size_t i = 0; i < decision.offer_count; i++)
        decision.offers[i].number = decision.number * SS_OFFERS_MAX + i;
    return decision;
}

/* Every text as long as it can be, every number as large. */
static ss_decision longest_decision(char text[SS_ID_MAX])
{
    ss_decision decision = full_decision();
    memset(text, 'x', SS_ID_MAX);
    ss_slice longest = {text, SS_ID_MAX};
    decision.time = SS_EVENT_INSTANT_MAX - 1;
    decision.expires = decision.closes = 0;
    decision.campaign = decision.incentive = decision.variant = decision.segment = longest;
    decision.customer_id = decision.session_id = decision.request_id = decision.page_item = longest;
    decision.terms =
        (ss_offer_terms){255, SS_OFFER_MONEY_MAX, SS_OFFER_MONEY_MAX, SS_OFFER_MONEY_MAX, SS_OFFER_MONEY_MAX, longest};
    decision.outcome = (ss_offer_outcome){UINT32_MAX, SS_OFFER_MONEY_MAX, -SS_OFFER_MONEY_MAX, SS_OFFER_MONEY_MAX};
    decision.stake = SS_OFFER_MONEY_MAX;
    decision.offer_count = SS_OFFERS_MAX;
    for (size_t i = 0; i < SS_OFFERS_MAX; i++)
        decision.offers[i] = (ss_offer){decision.number * SS_OFFERS_MAX + i,
                                        longest,
                                        longest,
                                        SS_OFFER_MONEY_MAX,
                                        SS_OFFER_MONEY_MAX,
                                        SS_OFFER_MONEY_MAX,
                                        SS_OFFER_REDEEMED,
                                        7,
                                        {255, longest, UINT32_MAX, UINT32_MAX},
                                        0,
                                        SS_OFFER_MONEY_MAX,
                                        SS_OFFER_MONEY_MAX,
                                        longest};
    return decision;
}

static ss_status decode(const unsigned char *bytes, size_t size, ss_decision *decision, ss_error *error)
{
    return ss_decision_decode((ss_slice){(const char *)bytes, size}, decision, error);
}

static size_t comes_back(const ss_decision *decision)
{
    unsigned char bytes[SS_DECISION_RECORD_MAX];
    ss_decision back;
    ss_error error;
    expect_ok(ss_decision_check(decision, &error), &error);
    size_t size = ss_decision_encode(decision, bytes);
    assert_in_range(size, 1, SS_DECISION_RECORD_MAX);
    expect_ok(decode(bytes, size, &back, &error), &error);
    assert_decisions_equal(decision, &back);
    return size;
}

static void decisions_come_back(void **state)
{
    (void)state;
    char text[SS_ID_MAX];
    ss_decision full = full_decision(), longest = longest_decision(text), usual = offer_decision();
    ss_decision bare = {.number = 1, .verdict = SS_VERDICT_NO_CAMPAIGN};
    usual.number = 1000;
    for (size_t i = 0; i < usual.offer_count; i++)
        usual.offers[i].number = usual.number * SS_OFFERS_MAX + i;
    comes_back(&full);
    comes_back(&longest);
    assert_int_equal(comes_back(&bare), 6 + 14 + 9 + 4);
    assert_in_range(comes_back(&usual), 100, 180);
}

static void any_changed_bit_and_any_cut_is_noticed(void **state)
{
    (void)state;
    unsigned char bytes[SS_DECISION_RECORD_MAX];
    ss_decision decision = full_decision(), back;
    size_t size = ss_decision_encode(&decision, bytes);
    for (size_t i = 0; i < size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[i] ^= (unsigned char)(1u << bit);
            assert_status(decode(bytes, size, &back, NULL), SS_E_CORRUPT);
            bytes[i] ^= (unsigned char)(1u << bit);
        }
        assert_status(decode(bytes, i, &back, NULL), SS_E_CORRUPT);
    }
    assert_status(decode(bytes, size, &back, NULL), SS_OK);
}

static void seal(unsigned char *bytes, size_t size)
{
    uint32_t checksum = (uint32_t)ss_hash(bytes, size - 4);
    memcpy(bytes + size - 4, &checksum, sizeof checksum);
}

/* With a checksum that agrees: an error, or a decision that encodes to the very bytes. */
static void refused_or_the_same(unsigned char *bytes, size_t size)
{
    unsigned char again[SS_DECISION_RECORD_MAX];
    ss_decision back;
    ss_error error;
    seal(bytes, size);
    ss_status status = decode(bytes, size, &back, &error);
    if (status != SS_OK) {
        assert_true(status == SS_E_CORRUPT || status == SS_E_UNSUPPORTED);
        return;
    }
    expect_ok(ss_decision_check(&back, &error), &error);
    assert_int_equal(ss_decision_encode(&back, again), size);
    assert_memory_equal(again, bytes, size);
}

static void what_decodes_encodes_to_the_same_bytes(void **state)
{
    (void)state;
    unsigned char bytes[SS_DECISION_RECORD_MAX], changed[SS_DECISION_RECORD_MAX];
    ss_decision decision = full_decision();
    size_t size = ss_decision_encode(&decision, bytes);
    for (size_t i = 0; i + 4 < size; i++) {
        for (unsigned value = 0; value < 256; value++) {
            memcpy(changed, bytes, size);
            changed[i] = (unsigned char)value;
            refused_or_the_same(changed, size);
        }
        memcpy(changed, bytes, size);
        if (i > 0)
            refused_or_the_same(changed, i + 4);
    }
}

static void wrong_with(ss_decision decision, const char *field)
{
    ss_error error;
    assert_status(ss_decision_check(&decision, &error), SS_E_RANGE);
    assert_string_equal(error.field, field);
}

#define WRONG(ASSIGNMENT, FIELD)                                                                                       \
    do {                                                                                                               \
        ss_decision wrong = full_decision();                                                                           \
        wrong.ASSIGNMENT;                                                                                              \
        wrong_with(wrong, FIELD);                                                                                      \
    } while (0)

static void what_is_out_of_range_is_named(void **state)
{
    (void)state;
    WRONG(number = 0, "number");
    WRONG(number = SS_DECISION_MAX, "number");
    WRONG(time = -1, "time");
    WRONG(expires = SS_EVENT_INSTANT_MAX, "time");
    WRONG(closes = INT64_MIN, "time");
    WRONG(day = SS_DAY_ALL, "day");
    WRONG(verdict = SS_VERDICTS, "verdict");
    WRONG(stake = -1, "stake");
    WRONG(terms.amount = -1, "terms");
    WRONG(terms.points = SS_OFFER_MONEY_MAX + 1, "terms");
    WRONG(outcome.margin = -SS_OFFER_MONEY_MAX - 1, "outcome");
    WRONG(offer_count = SS_OFFERS_MAX + 1, "offers");
    WRONG(campaign.size = 0, "campaign");
    WRONG(segment = SS_SLICE_LITERAL("a\nb"), "incentive");
    WRONG(customer_id = SS_SLICE_LITERAL(" ann"), "customer_id");
    WRONG(session_id = SS_SLICE_LITERAL("\xff"), "session_id");
    WRONG(request_id = SS_SLICE_LITERAL("x "), "request_id");
    WRONG(terms.gift_item = SS_SLICE_LITERAL("\t"), "page_item");
    WRONG(offers[1].state = SS_OFFER_STATES, "state");
    WRONG(offers[1].told = 8, "told");
    WRONG(offers[1].reason.because = SS_SLICE_LITERAL("\n"), "item_id");
    WRONG(offers[1].offer = 2001, "offer");
    WRONG(offers[1].lease = -1, "lease");
    WRONG(offers[0].redeemed_at = -1, "redeemed_at");
    WRONG(offers[0].redeemed_cost = 301, "redeemed_cost");
    WRONG(offers[0].redeemed_value = -1, "redeemed_value");
    WRONG(offers[0].order_id = SS_SLICE_LITERAL("\x01"), "order_id");
}

static void names_are_total(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SS_VERDICTS; i++)
        assert_non_null(ss_verdict_name((ss_verdict)i));
    for (unsigned i = 0; i < SS_OFFER_STATES; i++)
        assert_non_null(ss_offer_state_name((ss_offer_state)i));
    assert_null(ss_verdict_name(SS_VERDICTS));
    assert_null(ss_offer_state_name(SS_OFFER_STATES));
}

/* ---- visitors ---- */

static const ss_slice key = {"cann", 4};

static ss_party full_party(void)
{
    ss_party party = {.latest = OFFER_NOW,
                      .shows = UINT32_MAX,
                      .dismissed = 1,
                      .bought = SS_EVENT_INSTANT_MAX - 1,
                      .use_count = SS_PARTY_USES_MAX,
                      .open_count = SS_PARTY_OPEN_MAX};
    for (unsigned i = 0; i < SS_PARTY_USES_MAX; i++)
        party.uses[i] = i % 2 ? 0 : SS_EVENT_INSTANT_MAX - 1;
    for (unsigned i = 0; i < SS_PARTY_OPEN_MAX; i++)
        party.open[i] = i % 2 ? 1 : SS_DECISION_MAX - 1;
    return party;
}

static void visitors_come_back(void **state)
{
    (void)state;
    const ss_party all[] = {full_party(), {0}, {.latest = 5, .use_count = 1, .uses = {9}}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        unsigned char bytes[SS_PARTY_RECORD_MAX];
        ss_party back;
        ss_error error;
        size_t size = ss_party_encode(key, &all[i], bytes);
        assert_in_range(size, 11, SS_PARTY_RECORD_MAX);
        expect_ok(ss_party_decode(key, (ss_slice){(char *)bytes, size}, &back, &error), &error);
        assert_memory_equal(&back, &all[i], sizeof back);
    }
}

static void damaged_visitors_are_noticed(void **state)
{
    (void)state;
    unsigned char bytes[SS_PARTY_RECORD_MAX];
    ss_party party = full_party(), back;
    size_t size = ss_party_encode(key, &party, bytes);
    ss_slice record = {(char *)bytes, size};
    assert_status(ss_party_decode(SS_SLICE_LITERAL("cbob"), record, &back, NULL), SS_E_CORRUPT);
    for (size_t i = 0; i < size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[i] ^= (unsigned char)(1u << bit);
            assert_status(ss_party_decode(key, record, &back, NULL), SS_E_CORRUPT);
            bytes[i] ^= (unsigned char)(1u << bit);
        }
        assert_status(ss_party_decode(key, (ss_slice){(char *)bytes, i}, &back, NULL), SS_E_CORRUPT);
    }
    assert_status(ss_party_decode(key, record, &back, NULL), SS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_come_back),
        cmocka_unit_test(any_changed_bit_and_any_cut_is_noticed),
        cmocka_unit_test(what_decodes_encodes_to_the_same_bytes),
        cmocka_unit_test(what_is_out_of_range_is_named),
        cmocka_unit_test(names_are_total),
        cmocka_unit_test(visitors_come_back),
        cmocka_unit_test(damaged_visitors_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_offers_reply.c: decisions about offers, and what became of codes, as bytes: every entry, what is left out, what is
 * never told.
 */
#include "check.h"
#include "fixed_store.h"
#include "server/offers_reply.h"
#include "temporary_folder.h"
#include "wire_text.h"

typedef struct desk {
    char folder[TEMPORARY_PATH_MAX];
    ss_snapshot *snapshot;
    ss_catalogue catalogue;
    ss_code_keys keys;
    ss_buffer reply;
} desk;

static int open_desk(void **state)
{
    static desk of;
    char store[TEMPORARY_PATH_MAX], name[SS_GENERATION_NAME_MAX];
    const unsigned char secret[SS_CODE_SECRET] = "always the same codes";
    ss_error error = {0};
    temporary_folder_make(of.folder);
    temporary_path(store, of.folder, "store");
    expect_ok(fixed_store_publish(store, FIXED_TIME, 0, name, &error), &error);
    expect_ok(ss_snapshot_open(store, NULL, true, &of.snapshot, &error), &error);
    expect_ok(ss_catalogue_init(&of.catalogue, of.snapshot, NULL, &error), &error);
    ss_code_keys_derive(secret, &of.keys);
    ss_buffer_init(&of.reply, 1u << 20);
    *state = &of;
    return 0;
}

static int close_desk(void **state)
{
    desk *of = *state;
    ss_catalogue_release(&of->catalogue);
    ss_snapshot_release(&of->snapshot);
    ss_buffer_release(&of->reply);
    temporary_folder_remove(of->folder);
    return 0;
}

static ss_offers_view view_of(const desk *of, unsigned fields)
{
    return (ss_offers_view){&of->catalogue, &of->keys, fields, FIXED_TIME, NULL};
}

/* ---- reading what was written ---- */

/* The value of an entry of the map that begins at `map`; fails where there is none. */
static ss_wire_reader entry(ss_wire_reader map, const char *name)
{
    ss_wire_token token, key;
    assert_true(ss_wire_next(&map, &token));
    assert_int_equal(token.kind, SS_WIRE_MAP);
    for (uint64_t i = 0; i < token.number; i++) {
        assert_true(ss_wire_next(&map, &key));
        if (key.size == strlen(name) && memcmp(key.bytes, name, key.size) == 0)
            return map;
        assert_true(ss_wire_skip(&map, 10000));
    }
    fail_msg("there is no %s", name);
    return map;
}

static uint64_t entries(ss_wire_reader map)
{
    ss_wire_token token;
    assert_true(ss_wire_next(&map, &token));
    return token.number;
}

static ss_wire_token value(ss_wire_reader map, const char *name)
{
    ss_wire_token token;
    ss_wire_reader at = entry(map, name);
    assert_true(ss_wire_next(&at, &token));
    return token;
}

static void assert_text(ss_wire_reader map, const char *name, const char *wanted)
{
    ss_wire_token token = value(map, name);
    assert_int_equal(token.kind, SS_WIRE_TEXT);
    assert_slice_equal(((ss_slice){token.bytes, token.size}), wanted);
}

static void assert_nil(ss_wire_reader map, const char *name)
{
    assert_int_equal(value(map, name).kind, SS_WIRE_NIL);
}

static void assert_number(ss_wire_reader map, const char *name, uint64_t wanted)
{
    assert_int_equal(value(map, name).number, wanted);
}

/* Names and codes may be left blank and filled in later, behind whatever the reply begins with. */
static void assert_same_when_filled(const ss_offers_view *view, const ss_offer_answer *answer, const ss_buffer *whole)
{
    static const char head[] = "head";
    ss_blanks blanks = {.count = 0}, copy;
    ss_offers_view leaving = *view;
    ss_buffer reply;
    leaving.blanks = &blanks;
    ss_buffer_init(&reply, 1u << 20);
    assert_int_equal(ss_buffer_append(&reply, head, sizeof head), SS_OK);
    assert_int_equal(ss_offers_reply_decision(&leaving, answer, &reply), SS_OK);
    ss_blanks_copy(&copy, &blanks);
    ss_blanks_fill(&copy, reply.data);
    assert_int_equal(reply.size, sizeof head + whole->size);
    assert_memory_equal(reply.data + sizeof head, whole->data, whole->size);
    ss_buffer_release(&reply);
}

static ss_wire_reader decision_bytes(desk *of, const ss_offer_answer *answer, unsigned fields)
{
    const ss_offers_view view = view_of(of, fields);
    ss_buffer_clear(&of->reply);
    assert_int_equal(ss_offers_reply_decision(&view, answer, &of->reply), SS_OK);
    assert_same_when_filled(&view, answer, &of->reply);
    assert_true(ss_wire_check(of->reply.data, of->reply.size, 10000, 8));
    const uint8_t *bytes = (const uint8_t *)of->reply.data;
    return (ss_wire_reader){bytes, bytes + of->reply.size};
}

/* The offer at a place of the list. */
static ss_wire_reader offer_at(ss_wire_reader decision, uint64_t place, uint64_t count)
{
    ss_wire_token token;
    ss_wire_reader at = entry(decision, "offers");
    assert_true(ss_wire_next(&at, &token));
    assert_int_equal(token.number, count);
    for (uint64_t i = 0; i < place; i++)
        assert_true(ss_wire_skip(&at, 10000));
    return at;
}

/* ---- decisions ---- */

static const ss_campaign campaign = {.name = SS_SLICE_LITERAL("lightning"),
                                     .message_key = SS_SLICE_LITERAL("quick"),
                                     .mouse_out = true,
                                     .idle_seconds = 60};

static ss_decision shown(void)
{
    ss_decision decision = {.number = 5,
                            .verdict = SS_VERDICT_SHOWN,
                            .page = SS_PAGE_PRODUCT,
                            .expires = FIXED_TIME + 7,
                            .campaign = campaign.name,
                            .incentive = SS_SLICE_LITERAL("ten-off"),
                            .variant = SS_SLICE_LITERAL("a"),
                            .offer_count = 2};
    decision.terms = (ss_offer_terms){.kind = SS_INCENTIVE_PERCENT, .share = 1250};
    decision.offers[0] = (ss_offer){.number = 40,
                                    .item_id = SS_SLICE_LITERAL("85123A"),
                                    .list = 295,
                                    .offer = 258,
                                    .lease = 37,
                                    .reason = {SS_OFFER_FROM_PAGE, SS_SLICE_LITERAL(""), 0, 0}};
    decision.offers[1] = (ss_offer){.number = 41,
                                    .item_id = SS_SLICE_LITERAL("22423"),
                                    .list = 1275,
                                    .offer = 1275,
                                    .reason = {SS_SOURCE_RELATED, SS_SLICE_LITERAL("85123A"), 214, 200}};
    return decision;
}

static void what_is_shown_is_told(void **state)
{
    desk *of = *state;
    char code[SS_CODE_TEXT], id[SS_OFFER_ID_TEXT];
    const ss_decision decision = shown();
    const ss_offer_answer answer = {&decision, &campaign, false};
    ss_wire_reader all = decision_bytes(of, &answer, 1u << SS_FIELD_NAME | 1u << SS_FIELD_PRICE);
    assert_int_equal(entries(all), 10);
    assert_number(all, "show", 1);
    assert_text(all, "reason", "offer");
    assert_text(all, "campaign", "lightning");
    assert_text(all, "message_key", "quick");
    assert_text(all, "variant", "a");
    assert_number(all, "expires_at", FIXED_TIME + 7);
    assert_number(all, "decimals", 2);
    assert_number(all, "decision", 5);
    ss_wire_reader triggers = entry(all, "triggers");
    assert_number(triggers, "mouse_out", 1);
    assert_number(triggers, "back_button", 0);
    assert_number(triggers, "idle_seconds", 60);

    ss_wire_reader first = offer_at(all, 0, 2), second = offer_at(all, 1, 2);
    ss_code_write(&of->keys, 40, code);
    ss_offer_id_write(&of->keys, 40, id);
    assert_int_equal(entries(first), 9);
    assert_text(first, "offer_id", id);
    assert_text(first, "code", code);
    assert_text(first, "item_id", "85123A");
    assert_text(first, "name", "Glass lantern");
    assert_number(first, "price", 295);
    assert_number(first, "list_price", 295);
    assert_number(first, "offer_price", 258);
    assert_text(entry(first, "incentive"), "name", "ten-off");
    assert_text(entry(first, "incentive"), "kind", "percent");
    assert_true(value(entry(first, "incentive"), "percent").real == 12.5);
    assert_int_equal(entries(entry(first, "reason")), 1);
    assert_text(entry(first, "reason"), "model", "page");
    assert_nil(second, "code"); /* nothing is given */
    assert_nil(second, "incentive");
    ss_wire_reader reason = entry(second, "reason");
    assert_text(reason, "model", "related");
    assert_text(reason, "because", "85123A");
    assert_text(reason, "because_name", "Glass lantern");
    assert_number(reason, "pairs", 214);
    assert_number(reason, "customers", 200);
}

static void a_preview_has_no_ids_and_a_repetition_says_so(void **state)
{
    ss_decision decision = shown();
    const ss_offer_answer repeated = {&decision, NULL, true};
    ss_wire_reader all = decision_bytes(*state, &repeated, 0);
    assert_number(all, "repeated", 1);
    assert_nil(all, "triggers"); /* of a campaign that is gone */
    assert_nil(all, "message_key");
    assert_text(all, "campaign", "lightning");
    decision.number = decision.offers[0].number = decision.offers[1].number = 0;
    const ss_offer_answer preview = {&decision, &campaign, false};
    all = decision_bytes(*state, &preview, 0);
    assert_int_equal(entries(all), 9);
    assert_nil(offer_at(all, 0, 2), "offer_id");
    assert_nil(offer_at(all, 0, 2), "code");
    assert_text(entry(offer_at(all, 0, 2), "incentive"), "kind", "percent");
}

static void ghosts_are_not_told(void **state)
{
    ss_decision decision = shown();
    const ss_offer_answer answer = {&decision, &campaign, false};
    for (unsigned verdict = SS_VERDICT_HELD_OUT; verdict < SS_VERDICTS; verdict++) {
        decision.verdict = (ss_verdict)verdict;
        ss_wire_reader all = decision_bytes(*state, &answer, 0);
        assert_number(all, "show", 0);
        assert_text(all, "reason", ss_verdict_name((ss_verdict)verdict));
        assert_nil(all, "expires_at");
        offer_at(all, 0, 0);
    }
}

static void every_kind_is_told(void **state)
{
    static const struct {
        ss_incentive_kind kind;
        const char *entry;
        uint64_t number, entries;
    } kinds[] = {
        {SS_INCENTIVE_AMOUNT, "amount", 500, 3},  {SS_INCENTIVE_FREE_SHIPPING, NULL, 0, 2},
        {SS_INCENTIVE_CASHBACK, "amount", 37, 4}, {SS_INCENTIVE_POINTS, "points", 200, 3},
        {SS_INCENTIVE_GIFT, NULL, 0, 3},          {SS_INCENTIVE_BUNDLE, NULL, 0, 3},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        ss_decision decision = shown();
        const ss_offer_answer answer = {&decision, &campaign, false};
        decision.terms = (ss_offer_terms){.kind = (uint8_t)kinds[i].kind,
                                          .share = 1500,
                                          .amount = 500,
                                          .points = 200,
                                          .gift_item = SS_SLICE_LITERAL("20725")};
        decision.offers[0].with_item = SS_SLICE_LITERAL("22423");
        ss_wire_reader first = offer_at(decision_bytes(*state, &answer, 1u << SS_FIELD_NAME), 0, 2);
        ss_wire_reader incentive = entry(first, "incentive");
        assert_text(incentive, "kind", ss_incentive_kind_name(kinds[i].kind));
        assert_int_equal(entries(incentive), kinds[i].entries);
        if (kinds[i].entry)
            assert_number(incentive, kinds[i].entry, kinds[i].number);
        if (kinds[i].kind == SS_INCENTIVE_GIFT)
            assert_text(incentive, "gift_item", "20725");
        assert_text(first, "with_item", "22423");
        assert_text(first, "with_name", "Cake stand");
    }
}

static void the_largest_decision_is_whole(void **state)
{
    static char text[SS_ID_MAX];
    memset(text, 'x', sizeof text);
    const ss_slice longest = {text, sizeof text};
    ss_decision decision = shown();
    const ss_offer_answer answer = {&decision, &campaign, true};
    decision.campaign = decision.incentive = decision.variant = decision.terms.gift_item = longest;
    decision.terms.kind = SS_INCENTIVE_GIFT;
    decision.offer_count = SS_OFFERS_MAX;
    for (size_t i = 0; i < SS_OFFERS_MAX; i++)
        decision.offers[i] = (ss_offer){.number = SS_OFFER_NUMBERMAX - i,
                                        .item_id = longest,
                                        .with_item = longest,
                                        .list = INT64_MAX,
                                        .offer = INT64_MAX,
                                        .lease = INT64_MAX,
                                        .reason = {SS_SOURCE_NEW, longest, UINT32_MAX, UINT32_MAX}};
    ss_wire_reader last = offer_at(decision_bytes(*state, &answer, ~0u >> (32 - SS_FIELD_COUNT)), 7, 8);
    assert_number(last, "list_price", INT64_MAX);
}

/* ---- codes ---- */

static ss_wire_reader redeem_bytes(desk *of, const ss_redeem_answer *answer)
{
    ss_wire_token token;
    const ss_offers_view view = view_of(of, 0);
    assert_int_equal(ss_redeem_reply(&view, 9, answer, &of->reply), SS_OK);
    assert_true(ss_wire_check(of->reply.data, of->reply.size, 10000, 8));
    const uint8_t *bytes = (const uint8_t *)of->reply.data;
    ss_wire_reader at = {bytes, bytes + of->reply.size};
    for (int i = 0; i < 4; i++) /* [1, msgid, nil, */
        assert_true(ss_wire_next(&at, &token));
    return at;
}

static void every_outcome_is_told(void **state)
{
    const ss_decision decision = shown();
    for (unsigned outcome = 0; outcome < SS_REDEEM_OUTCOMES; outcome++) {
        ss_redeem_answer answer = {.outcome = (ss_redeemed)outcome,
                                   .repeated = outcome % 2,
                                   .decision = &decision,
                                   .offer = &decision.offers[0],
                                   .list = 590,
                                   .charged = 516,
                                   .given = 37};
        bool money = outcome == SS_REDEEMED || outcome == SS_REDEEM_UNDONE;
        ss_wire_reader all = redeem_bytes(*state, &answer);
        assert_int_equal(entries(all), money ? 10 : 6);
        assert_number(all, "redeemed", outcome == SS_REDEEMED);
        assert_number(all, "repeated", outcome % 2);
        assert_text(all, "reason", ss_redeemed_name((ss_redeemed)outcome));
        assert_text(all, "campaign", "lightning");
        assert_text(entry(all, "incentive"), "name", "ten-off");
        if (money) {
            assert_number(all, "list", 590);
            assert_number(all, "charged", 516);
            assert_number(all, "given", 37);
            assert_number(all, "decimals", 2);
        }
        answer.decision = NULL;
        answer.offer = NULL;
        assert_int_equal(entries(redeem_bytes(*state, &answer)), money ? 7 : 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shown_is_told),
        cmocka_unit_test(a_preview_has_no_ids_and_a_repetition_says_so),
        cmocka_unit_test(ghosts_are_not_told),
        cmocka_unit_test(every_kind_is_told),
        cmocka_unit_test(the_largest_decision_is_whole),
        cmocka_unit_test(every_outcome_is_told),
    };
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}

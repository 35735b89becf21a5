/*
 * What the client tells a server of: events, items' changes, a customer to forget: their bytes, the replies, and which
 * of them are sent again when none comes.
 */
#include "base/buffer.h"
#include "base/file.h"
#include "check.h"
#include "client/codec.h"
#include "failing_malloc.h"
#include "peer.h"
#include "wire_text.h"

#define SHORT_MS 200 /* for what must not come */

#define assert_client(EXPR, WANTED) assert_string_equal(smartshelf_status_name(EXPR), smartshelf_status_name(WANTED))

static const smartshelf_event_row seen = {.event = "view", .item_id = "85123A", .session_id = "s-1", .event_id = "e-1"};

static uint8_t written[WIRE_TEXT_MAX]; /* by wire_text */

static void assert_bytes(const char *bytes, size_t size, const char *text)
{
    assert_int_equal(size, wire_text(text, written));
    assert_memory_equal(bytes, written, size);
}

/* ---- bytes ---- */

static void events_are_written_as_the_page_says(void **state)
{
    (void)state;
    const smartshelf_event_row full = {.event = "purchase",
                                       .item_id = "i",
                                       .event_id = "e",
                                       .session_id = "s",
                                       .customer_id = "c",
                                       .order_id = "o",
                                       .shelf = "related",
                                       .generation = "g",
                                       .quantity = 2.5,
                                       .has_price = true,
                                       .unit_price = 0,
                                       .timestamp = 7,
                                       .offer_id = "f"};
    const smartshelf_event_row accepted = {
        .event = "accept", .offer_id = "7KQ2M4X9", .session_id = "s-1", .event_id = "e-1"};
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    assert_client(smartshelf_events_encode(&seen, 1, 0, "p", 20, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size,
                 "94 00 14 <event> 84 <event> <view> <item_id> <85123A> <session_id> <s-1> <event_id> <e-1>");
    assert_client(smartshelf_events_encode(&full, 1, SMARTSHELF_RELAXED | SMARTSHELF_NO_CONSENT, "p", 1, &bytes,
                                           &capacity, &size),
                  SMARTSHELF_OK);
    assert_bytes(
        bytes, size,
        "94 00 01 <event> 8e <event> <purchase> <item_id> <i> <session_id> <s> <event_id> <e> <customer_id> <c> "
        "<timestamp> 07 <quantity> cb 40 04 00 00 00 00 00 00 <unit_price> 00 <order_id> <o> "
        "<shelf> <related> <generation> <g> <offer_id> <f> <durability> <relaxed> <consent> <none>");
    assert_client(smartshelf_events_encode(&accepted, 1, 0, "p", 2, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size,
                 "94 00 02 <event> 84 <event> <accept> <session_id> <s-1> <event_id> <e-1> <offer_id> <7KQ2M4X9>");
    free(bytes);
}

/* The bytes of the protocol page's example with this message number. */
static size_t example_bytes(unsigned msgid, uint8_t *bytes)
{
    const char *source = getenv("SMARTSHELF_SOURCE");
    char path[4096], head[32];
    ss_buffer page_text;
    ss_error error = {0};
    size_t size = 0;
    snprintf(path, sizeof path, "%s/recsys/server/PROTOCOL.md", source ? source : "..");
    ss_buffer_init(&page_text, 1u << 20);
    expect_ok(ss_file_read(path, 1u << 20, &page_text, &error), &error);
    snprintf(head, sizeof head, "ask    [0, %u, ", msgid);
    const char *at = strstr(page_text.data, head);
    assert_non_null(at);
    at = strstr(at, "\nbytes ") + 7;
    for (char *end;; at = end) {
        unsigned long value = strtoul(at, &end, 16);
        if (end == at)
            break;
        bytes[size++] = (uint8_t)value;
    }
    ss_buffer_release(&page_text);
    return size;
}

static void assert_example(unsigned msgid, const char *bytes, size_t size)
{
    assert_int_equal(size, example_bytes(msgid, written));
    assert_memory_equal(bytes, written, size);
}

static void requests_are_the_examples_of_the_page(void **state)
{
    (void)state;
    static const smartshelf_wish wishes[] = {{"bought_together", 0}, {"related", 1}, {"popular", 0}};
    smartshelf_query query = smartshelf_query_of("page");
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    assert_client(smartshelf_events_encode(&seen, 1, 0, "p", 20, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_example(20, bytes, size);
    query.item_id = "85123A";
    query.shelves = wishes;
    query.shelf_count = 3;
    query.limit = 2;
    assert_client(smartshelf_query_encode(&query, 16, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_example(16, bytes, size);
    assert_client(smartshelf_forget_encode("12345", 24, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_example(24, bytes, size);
    free(bytes);
}

static void results_of_other_changes_are_read(void **state)
{
    (void)state;
    smartshelf_answer answer;
    assert_client(
        smartshelf_answer_decode(written,
                                 wire_text("94 01 01 c0 83 <changed> 02 <refused> 01 <results> 93 81 <known> c3 "
                                           "82 <known> c2 <mended> 91 <stock> 81 <refused> <money>",
                                           written),
                                 &answer),
        SMARTSHELF_OK);
    assert_true(answer.stored == 2 && answer.refused == 1 && answer.result_count == 3);
    assert_true(!answer.results[0].is_new && answer.results[1].is_new && !answer.results[2].is_new);
    assert_string_equal(answer.results[1].mended[0], "stock");
    assert_string_equal(answer.results[2].refused, "money");
    smartshelf_answer_release(&answer);
    assert_client(smartshelf_answer_decode(
                      written, wire_text("94 01 01 c0 83 <events> 05 <sessions> 02 <visitors> 01", written), &answer),
                  SMARTSHELF_OK);
    assert_true(answer.forgotten_events == 5 && answer.forgotten_sessions == 2);
    smartshelf_answer_release(&answer);
}

static void events_of_a_batch_have_ids_of_their_own(void **state)
{
    (void)state;
    const smartshelf_event_row rows[] = {
        {.event = "view", .item_id = "a", .session_id = "s", .quantity = 3}, seen, {.event = "click", .item_id = "b"}};
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    assert_client(smartshelf_events_encode(rows, 3, SMARTSHELF_RELAXED, "p", 2, &bytes, &capacity, &size),
                  SMARTSHELF_OK);
    assert_bytes(bytes, size,
                 "94 00 02 <event> 82 <events> 93 "
                 "85 <event> <view> <item_id> <a> <session_id> <s> <event_id> <p-0> <quantity> 03 "
                 "84 <event> <view> <item_id> <85123A> <session_id> <s-1> <event_id> <e-1> "
                 "83 <event> <click> <item_id> <b> <event_id> <p-2> <durability> <relaxed>");
    free(bytes);
}

static void items_are_written_as_the_page_says(void **state)
{
    (void)state;
    static const char *const columns[] = {"price", "name"};
    const smartshelf_item_row rows[] = {
        {.item_id = "a", .has_stock = true, .stock = 0, .has_hidden = true, .hidden = false},
        {.item_id = "b",
         .has_price = true,
         .price = 495,
         .has_cost = true,
         .cost = 200,
         .name = "n",
         .category = "c",
         .group = "g",
         .url = "u",
         .image = "m",
         .has_available_from = true,
         .available_from = 1,
         .has_available_until = true,
         .available_until = 2},
        {.item_id = "c", .clear = columns, .clear_count = 2},
        {.item_id = "d", .clear_all = true}};
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    assert_client(smartshelf_items_encode(rows, 4, 3, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size,
                 "94 00 03 <items> 81 <items> 94 83 <item_id> <a> <stock> 00 <hidden> c2 "
                 "8a <item_id> <b> <price> cd 01 ef <cost> cc c8 <name> <n> <category> <c> <group> <g> <url> <u> "
                 "<image> <m> <available_from> 01 <available_until> 02 "
                 "82 <item_id> <c> <clear> 92 <price> <name> 82 <item_id> <d> <clear> c3");
    assert_client(smartshelf_forget_encode("17850", 4, &bytes, &capacity, &size), SMARTSHELF_OK);
    assert_bytes(bytes, size, "94 00 04 <forget> 81 <customer_id> <17850>");
    free(bytes);
}

static void what_cannot_be_sent_is_refused(void **state)
{
    (void)state;
    static smartshelf_event_row rows[SMARTSHELF_CHANGES_MAX + 1];
    static char text[601];
    smartshelf_item_row item = {.name = "no id"};
    char *bytes = NULL;
    size_t capacity = 0, size = 0;
    memset(text, 'x', sizeof text - 1);
    for (size_t i = 0; i <= SMARTSHELF_CHANGES_MAX; i++)
        rows[i] = seen;
    assert_client(smartshelf_events_encode(rows, 0, 0, "p", 1, &bytes, &capacity, &size), SMARTSHELF_ARGUMENT);
    assert_client(smartshelf_events_encode(rows, SMARTSHELF_CHANGES_MAX + 1, 0, "p", 1, &bytes, &capacity, &size),
                  SMARTSHELF_ARGUMENT);
    assert_client(smartshelf_events_encode(rows, SMARTSHELF_CHANGES_MAX, 0, "p", 1, &bytes, &capacity, &size),
                  SMARTSHELF_OK);
    for (size_t i = 0; i < SMARTSHELF_CHANGES_MAX; i++)
        rows[i].item_id = text; /* together too large */
    assert_client(smartshelf_events_encode(rows, SMARTSHELF_CHANGES_MAX, 0, "p", 1, &bytes, &capacity, &size),
                  SMARTSHELF_ARGUMENT);
    rows[1].item_id = NULL;
    assert_client(smartshelf_events_encode(rows, 2, 0, "p", 1, &bytes, &capacity, &size), SMARTSHELF_ARGUMENT);
    rows[0].event = NULL;
    assert_client(smartshelf_events_encode(rows, 1, 0, "p", 1, &bytes, &capacity, &size), SMARTSHELF_ARGUMENT);
    assert_client(smartshelf_items_encode(&item, 1, 1, &bytes, &capacity, &size), SMARTSHELF_ARGUMENT);
    assert_client(smartshelf_items_encode(&item, 0, 1, &bytes, &capacity, &size), SMARTSHELF_ARGUMENT);
    assert_client(smartshelf_forget_encode(NULL, 1, &bytes, &capacity, &size), SMARTSHELF_ARGUMENT);
    free(bytes);
}

/* ---- replies ---- */

static const char receipt[] =
    "94 01 02 c0 85 <stored> 01 <repeated> 01 <refused> 01 <durability> <durable> <results> 93 "
    "82 <sequence> 07 <repeated> c3 82 <sequence> 08 <mended> 92 <time_ahead> <price> 81 <refused> <no_group>";

static void assert_receipt(const smartshelf_answer *answer)
{
    assert_true(answer->stored == 1 && answer->repeated == 1 && answer->refused == 1);
    assert_string_equal(answer->durability, "durable");
    assert_int_equal(answer->result_count, 3);
    const smartshelf_result *results = answer->results;
    assert_true(results[0].sequence == 7 && results[0].repeated && !results[0].refused);
    assert_true(results[1].sequence == 8 && !results[1].repeated && results[1].mended_count == 2);
    assert_string_equal(results[1].mended[0], "time_ahead");
    assert_string_equal(results[1].mended[1], "price");
    assert_string_equal(results[2].refused, "no_group");
    assert_int_equal(results[2].sequence, 0);
}

static void a_receipt_tells_what_became_of_each(void **state)
{
    (void)state;
    smartshelf_answer answer;
    assert_client(smartshelf_answer_decode(written, wire_text(receipt, written), &answer), SMARTSHELF_OK);
    assert_receipt(&answer);
    smartshelf_answer_release(&answer);
}

static const char page[] =
    "94 01 01 c0 83 <generation> <g> <shelves> 92 "
    "84 <shelf> <related> <items> 91 82 <item_id> <a> <score> ca 3f 00 00 00 <short> 82 <code> <filtered> <missing> 02 "
    "<removed> 81 <bought> 05 83 <shelf> <popular> <items> 90 <short> c0 <decimals> 02";

static void a_page_has_its_shelves(void **state)
{
    (void)state;
    smartshelf_answer answer;
    assert_client(smartshelf_answer_decode(written, wire_text(page, written), &answer), SMARTSHELF_OK);
    assert_true(answer.shelf_count == 2 && answer.product_count == 0 && answer.decimals == 2);
    const smartshelf_shelf *first = &answer.shelves[0], *second = &answer.shelves[1];
    assert_string_equal(first->shelf, "related");
    assert_string_equal(first->products[0].item_id, "a");
    assert_string_equal(first->short_code, "filtered");
    assert_true(first->product_count == 1 && first->missing == 2 && first->removed[0].count == 5);
    assert_string_equal(second->shelf, "popular");
    assert_true(second->product_count == 0 && !second->short_code);
    smartshelf_answer_release(&answer);
}

static const char *const no_replies[] = {
    "94 01 01 c0 81 <shelves> 07",
    "94 01 01 c0 81 <shelves> 91 07",
    "94 01 01 c0 81 <shelves> 91 81 <items> 90",
    "94 01 01 c0 81 <shelves> 91 82 <shelf> <a> <items> 91 80",
    "94 01 01 c0 81 <shelves> 9f c0 ~14", /* more shelves than the bytes can hold */
    "94 01 01 c0 81 <results> 07",
    "94 01 01 c0 81 <results> [1001]",
};

static void replies_that_are_none_are_told(void **state)
{
    (void)state;
    smartshelf_answer answer;
    for (size_t i = 0; i < sizeof no_replies / sizeof *no_replies; i++) {
        smartshelf_status status = smartshelf_answer_decode(written, wire_text(no_replies[i], written), &answer);
        if (status != SMARTSHELF_BAD_REPLY)
            fail_msg("%s: %s", no_replies[i], smartshelf_status_name(status));
        smartshelf_answer_release(&answer);
    }
}

/* Looks at all that was read, to the last character. */
static size_t look_at(const smartshelf_answer *answer)
{
    size_t length = 0;
    for (size_t i = 0; i < answer->shelf_count; i++) {
        length += strlen(answer->shelves[i].shelf);
        for (size_t n = 0; n < answer->shelves[i].product_count; n++)
            length += strlen(answer->shelves[i].products[n].item_id);
        for (size_t n = 0; n < answer->shelves[i].removed_count; n++)
            length += strlen(answer->shelves[i].removed[n].name);
    }
    for (size_t i = 0; i < answer->result_count; i++) {
        length += answer->results[i].refused ? strlen(answer->results[i].refused) : 0;
        for (size_t n = 0; n < answer->results[i].mended_count; n++)
            length += strlen(answer->results[i].mended[n]);
    }
    return length;
}

static void any_changed_bytes_are_a_reply_or_not(void **state)
{
    (void)state;
    const char *const texts[] = {receipt, page};
    ss_random random = test_random();
    smartshelf_answer answer;
    uint8_t bad[256];
    size_t length = 0;
    for (int run = 0; run < 20000; run++) {
        size_t size = wire_text(texts[run % 2], written),
               kept = run % 3 ? size : ss_random_below(&random, (uint32_t)size + 1);
        assert_true(size <= sizeof bad);
        memcpy(bad, written, size);
        for (uint32_t left = ss_random_below(&random, 4); left > 0; left--)
            bad[ss_random_below(&random, (uint32_t)size)] = (uint8_t)ss_random_below(&random, 256);
        smartshelf_status status = smartshelf_answer_decode(bad, kept, &answer);
        assert_true(status == SMARTSHELF_OK || status == SMARTSHELF_ERROR || status == SMARTSHELF_BAD_REPLY);
        length += look_at(&answer);
        smartshelf_answer_release(&answer);
    }
    assert_true(length > 0);
}

/* ---- with a peer ---- */

static smartshelf_client *open_client(const peer *other, int attempts, int timeout_ms)
{
    smartshelf_options options = smartshelf_options_default();
    smartshelf_client *client = NULL;
    options.endpoints = other->endpoints;
    options.endpoint_count = 1;
    options.timeout_ms = PEER_PATIENCE_MS;
    options.change_timeout_ms = timeout_ms;
    options.change_attempts = attempts;
    assert_client(smartshelf_open(&options, &client), SMARTSHELF_OK);
    return client;
}

static void say_text(peer *other, const char *text)
{
    peer_say(other, written, wire_text(text, written));
}

static void assert_heard_the_same(peer *other, unsigned times)
{
    char first[PEER_MESSAGE_MAX], again[PEER_MESSAGE_MAX];
    size_t size = peer_hear(other, first);
    for (unsigned i = 1; i < times; i++) {
        assert_int_equal(peer_hear(other, again), size);
        assert_memory_equal(again, first, size);
    }
    assert_false(peer_hears_more(other));
}

#define BUSY "94 01 02 83 <code> 0a <name> <busy> <message> <m> c0"

static void events_are_sent_again_to_a_busy_server(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other, 3, PEER_PATIENCE_MS);
    const smartshelf_event_row nameless = {.event = "view", .item_id = "a", .session_id = "s"};
    smartshelf_answer answer;
    peer_introduce(other, client);
    say_text(other, BUSY);
    say_text(other, receipt);
    assert_client(smartshelf_event(client, &nameless, 0, &answer), SMARTSHELF_OK);
    assert_receipt(&answer);
    smartshelf_answer_release(&answer);
    assert_heard_the_same(other, 2); /* the event_id made for it too */
    smartshelf_close(&client);
}

static void there_is_an_end_to_sending_again(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other, 2, PEER_PATIENCE_MS);
    smartshelf_answer answer;
    peer_introduce(other, client);
    for (int i = 0; i < 3; i++)
        say_text(other, BUSY);
    assert_client(smartshelf_event(client, &seen, 0, &answer), SMARTSHELF_ERROR);
    assert_string_equal(answer.error_name, "busy");
    smartshelf_answer_release(&answer);
    assert_heard_the_same(other, 2);
    smartshelf_close(&client);
}

static void other_errors_are_final(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other, 3, PEER_PATIENCE_MS);
    smartshelf_answer answer;
    peer_introduce(other, client);
    say_text(other, "94 01 02 83 <code> 04 <name> <wrong_type> <message> <m> c0");
    assert_client(smartshelf_event(client, &seen, 0, &answer), SMARTSHELF_ERROR);
    assert_string_equal(answer.error_name, "wrong_type");
    smartshelf_answer_release(&answer);
    assert_heard_the_same(other, 1);
    smartshelf_close(&client);
}

static void only_what_may_be_repeated_is(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other, 2, SHORT_MS);
    const smartshelf_item_row sold_out = {.item_id = "a", .has_stock = true};
    smartshelf_answer answer;
    peer_introduce(other, client);
    assert_client(smartshelf_event(client, &seen, 0, NULL), SMARTSHELF_TIMEOUT);
    assert_heard_the_same(other, 2);
    assert_client(smartshelf_forget(client, "17850", NULL), SMARTSHELF_TIMEOUT);
    assert_heard_the_same(other, 2);
    assert_client(smartshelf_items(client, &sold_out, 1, &answer), SMARTSHELF_TIMEOUT);
    assert_int_equal(answer.result_count, 0);
    smartshelf_answer_release(&answer);
    assert_heard_the_same(other, 1);
    smartshelf_close(&client);
}

static void two_events_never_get_one_id(void **state)
{
    peer *other = *state;
    smartshelf_client *client = open_client(other, 1, 0);
    const smartshelf_event_row nameless = {.event = "view", .item_id = "a", .session_id = "s"};
    char first[PEER_MESSAGE_MAX], second[PEER_MESSAGE_MAX];
    peer_introduce(other, client);
    smartshelf_event(client, &nameless, 0, NULL);
    smartshelf_event(client, &nameless, 0, NULL);
    size_t size = peer_hear(other, first);
    assert_int_equal(peer_hear(other, second), size);
    assert_memory_not_equal(first + 3, second + 3, size - 3); /* behind the message's number */
    smartshelf_close(&client);
}

static void a_page_falls_back_on_the_list_shelf_by_shelf(void **state)
{
    peer *other = *state;
    static const char *const list[] = {"f1", "f2", "f3", "f4", "f5"};
    static const smartshelf_wish wishes[] = {{"related", 2}, {"popular", 0}, {"trending", 9}, {"cart", 1}};
    smartshelf_options options = smartshelf_options_default();
    smartshelf_client *client = NULL;
    smartshelf_query query = smartshelf_query_of(NULL);
    smartshelf_answer answer;
    options.endpoints = other->endpoints;
    options.endpoint_count = 1;
    options.fallback = list;
    options.fallback_count = 5;
    query.limit = 1;
    assert_client(smartshelf_open(&options, &client), SMARTSHELF_OK);
    assert_client(smartshelf_page(client, &query, wishes, 4, &answer), SMARTSHELF_TIMEOUT);
    assert_true(answer.from_fallback && answer.shelf_count == 4 && answer.product_count == 0);
    static const size_t counts[] = {2, 1, 2, 0};
    for (size_t i = 0, n = 0; i < 4; i++) {
        assert_string_equal(answer.shelves[i].shelf, wishes[i].shelf);
        assert_int_equal(answer.shelves[i].product_count, counts[i]);
        for (size_t p = 0; p < counts[i]; p++)
            assert_string_equal(answer.shelves[i].products[p].item_id, list[n++]);
    }
    smartshelf_answer_release(&answer);
    assert_client(smartshelf_page(client, &query, (const smartshelf_wish[]){{NULL, 1}}, 1, &answer),
                  SMARTSHELF_ARGUMENT);
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
}

/* ---- memory ---- */

static bool encode_and_decode(void *context)
{
    smartshelf_answer answer = {0};
    char *request = NULL;
    size_t capacity = 0, size = 0;
    (void)context;
    smartshelf_status status = smartshelf_events_encode(&seen, 1, 0, "p", 1, &request, &capacity, &size);
    if (status == SMARTSHELF_OK)
        status = smartshelf_answer_decode(written, wire_text(receipt, written), &answer);
    if (status == SMARTSHELF_OK)
        assert_receipt(&answer);
    smartshelf_answer_release(&answer);
    if (status == SMARTSHELF_OK)
        status = smartshelf_answer_decode(written, wire_text(page, written), &answer);
    smartshelf_answer_release(&answer);
    free(request);
    if (status != SMARTSHELF_OK)
        assert_client(status, SMARTSHELF_NOMEM);
    return status == SMARTSHELF_OK;
}

static void out_of_memory_is_told(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(encode_and_decode, NULL) > 0);
}

#define WITH_PEER(TEST) cmocka_unit_test_setup_teardown(TEST, peer_set_up, peer_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_written_as_the_page_says),
        cmocka_unit_test(requests_are_the_examples_of_the_page),
        cmocka_unit_test(events_of_a_batch_have_ids_of_their_own),
        cmocka_unit_test(items_are_written_as_the_page_says),
        cmocka_unit_test(what_cannot_be_sent_is_refused),
        cmocka_unit_test(a_receipt_tells_what_became_of_each),
        cmocka_unit_test(results_of_other_changes_are_read),
        cmocka_unit_test(a_page_has_its_shelves),
        cmocka_unit_test(replies_that_are_none_are_told),
        cmocka_unit_test(any_changed_bytes_are_a_reply_or_not),
        WITH_PEER(events_are_sent_again_to_a_busy_server),
        WITH_PEER(there_is_an_end_to_sending_again),
        WITH_PEER(other_errors_are_final),
        WITH_PEER(only_what_may_be_repeated_is),
        WITH_PEER(two_events_never_get_one_id),
        WITH_PEER(a_page_falls_back_on_the_list_shelf_by_shelf),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

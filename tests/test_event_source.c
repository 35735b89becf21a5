/*
 * test_event_source.c: events as rows of a log: exact texts, the same interactions as from the exported files, and no
 * row that the log reader cannot use.
 */
#include "event_sample.h"

#include "failing_malloc.h"
#include "log/read_log.h"
#include "state/event_source.h"
#include "temporary_folder.h"

static void append_purchase(ss_event_store *store)
{
    ss_live_event event = sample_event("e,1", "say \"milk\"");
    event.event = SS_EVENT_PURCHASE;
    event.quantity = 2.5f;
    event.unit_price = -1999;
    event.time = SAMPLE_NOW - 1500 * INT64_C(1000);
    event.texts[SS_TEXT_CUSTOMER_ID] = SS_SLICE_LITERAL("back\\slash");
    event.texts[SS_TEXT_ORDER_ID] = SS_SLICE_LITERAL("o-7");
    event.texts[SS_TEXT_SHELF] = SS_SLICE_LITERAL("related");
    event.texts[SS_TEXT_GENERATION] = SS_SLICE_LITERAL("g");
    event.texts[SS_TEXT_OFFER_ID] = SS_SLICE_LITERAL("f");
    assert_int_equal(sample_append(store, event, SAMPLE_NOW).refused, SS_CHECK_FINE);
}

static ss_status keep(void *context, const char *bytes, size_t size, ss_error *error)
{
    (void)error;
    return ss_buffer_append(context, bytes, size);
}

static uint64_t export(const ss_event_store *store, int64_t decimals, ss_export_format format, ss_buffer *out)
{
    ss_row_source *source = NULL;
    uint64_t rows = 0;
    ss_error error;
    ss_buffer_init(out, 1u << 26);
    expect_ok(ss_event_source_open(store, 1, SS_EVENTS_ALL, decimals, &source, &error), &error);
    expect_ok(ss_event_export(source, format, keep, out, &rows, &error), &error);
    ss_row_source_close(&source);
    return rows;
}

static void exports(const ss_event_store *store, int64_t decimals, ss_export_format format, const char *wanted)
{
    ss_buffer out;
    assert_int_equal(export(store, decimals, format, &out), 2);
    assert_string_equal(out.data, wanted);
    ss_buffer_release(&out);
}

#define HEADER                                                                                                         \
    "order_id,customer_id,item_id,quantity,unit_price,timestamp,event,session_id,event_id,shelf,generation,"           \
    "offer_id\n"

static void rows_are_as_the_log_names_them(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    append_purchase(store);
    sample_append(store, sample_event(NULL, "bread"), SAMPLE_NOW);
    exports(store, 2, SS_EXPORT_CSV,
            HEADER
            "o-7,back\\slash,\"say \"\"milk\"\"\",2.5,-19.99,2023-11-14T22:13:18.500Z,purchase,s,\"e,1\",related,g,f\n"
            ",,bread,1,,2023-11-14T22:13:20.000Z,view,s,,,,\n");
    exports(
        store, 0, SS_EXPORT_NDJSON,
        "{\"order_id\":\"o-7\",\"customer_id\":\"back\\\\slash\",\"item_id\":\"say \\\"milk\\\"\",\"quantity\":2.5,"
        "\"unit_price\":-1999,\"timestamp\":\"2023-11-14T22:13:18.500Z\",\"event\":\"purchase\",\"session_id\":\"s\","
        "\"event_id\":\"e,1\",\"shelf\":\"related\",\"generation\":\"g\",\"offer_id\":\"f\"}\n"
        "{\"item_id\":\"bread\",\"quantity\":1,\"timestamp\":\"2023-11-14T22:13:20.000Z\",\"event\":\"view\","
        "\"session_id\":\"s\"}\n");
    sample_close(&store);
}

static void place_and_line_name_the_event(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_row_source *source = NULL;
    ss_row row;
    ss_error error;
    append_purchase(store);
    sample_append(store, sample_event(NULL, "bread"), SAMPLE_NOW);
    assert_status(ss_event_source_open(store, 1, 2, 5, &source, &error), SS_E_RANGE);
    expect_ok(ss_event_source_open(store, 2, 2, 2, &source, &error), &error);
    expect_ok(source->next(source, &row, &error), &error);
    assert_true(row.kind == SS_ROW_FIELDS && row.line == 2 && row.field_count == source->column_count);
    assert_string_equal(row.place, "events");
    assert_true(source->bytes_done > 0);
    expect_ok(source->next(source, &row, &error), &error);
    assert_true(row.kind == SS_ROW_END);
    ss_row_source_close(&source);
    sample_close(&store);
}

/* ---- beside the log reader ---- */

static const char *numbered(char text[16], const char *word, uint32_t number)
{
    snprintf(text, 16, "%s%u", word, number);
    return text;
}

/* Twenty days of a small shop, among them what the rules mend and refuse. */
static void append_random(ss_event_store *store, ss_random *random, int count)
{
    for (int i = 0; i < count; i++) {
        char texts[4][16];
        ss_live_event event = sample_event(NULL, numbered(texts[0], "item-", ss_random_below(random, 40)));
        event.event = (ss_event)ss_random_below(random, SS_EVENT_COUNT);
        event.quantity = (float)ss_random_below(random, 5) - (ss_random_below(random, 10) ? 0.0f : 3.0f);
        event.quantity *= ss_random_below(random, 30) ? 1.0f : 1e7f;
        event.unit_price = ss_random_below(random, 4) ? (int64_t)ss_random_below(random, 100000) : SS_NO_MONEY;
        event.texts[SS_TEXT_SESSION_ID] = ss_slice_of(numbered(texts[1], "s", ss_random_below(random, 100)));
        if (ss_random_below(random, 3))
            event.texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(numbered(texts[2], "c ", ss_random_below(random, 50)));
        if (event.event == SS_EVENT_PURCHASE)
            event.texts[SS_TEXT_ORDER_ID] = ss_slice_of(numbered(texts[3], "o\"", ss_random_below(random, 60)));
        if (ss_random_below(random, 4) == 0)
            event.texts[SS_TEXT_OFFER_ID] = SS_SLICE_LITERAL("7KQ2M4X9");
        if (!ss_live_event_needs_item(&event) && ss_random_below(random, 2))
            event.texts[SS_TEXT_ITEM_ID] = (ss_slice){"", 0};
        int64_t now = SAMPLE_NOW + i * SS_SECOND * 60;
        event.time = now - (int64_t)ss_random_below(random, 1000000000);
        ss_event_result result;
        ss_error error;
        expect_ok(ss_event_store_append(store, &event, 1, now, i % 500 ? SS_RELAXED : SS_DURABLE, &result, &error),
                  &error);
    }
    sample_sync(store);
}

static ss_log_report read_rows(ss_row_source *source, ss_interactions *out)
{
    ss_log_options options = ss_log_defaults();
    ss_log_report report = {0};
    ss_error error;
    options.max_bad_rows = 0;
    expect_ok(ss_log_read(source, &options, NULL, NULL, out, &report, &error), &error);
    ss_row_source_close(&source);
    return report;
}

static void same_interactions(const ss_interactions *wanted, ss_slice file)
{
    ss_row_source *source = NULL;
    ss_interactions got = {0};
    ss_error error;
    expect_ok(ss_row_source_open_memory(file, "export", 0, &source, &error), &error);
    read_rows(source, &got);
    assert_int_equal(got.count, wanted->count);
    assert_memory_equal(got.rows, wanted->rows, got.count * sizeof *got.rows);
    assert_int_equal(got.item_count, wanted->item_count);
    for (uint32_t i = 0; i < got.item_count; i++)
        assert_true(ss_slice_equal(ss_dictionary_id(got.items, i), ss_dictionary_id(wanted->items, i)));
    ss_interactions_free(&got);
}

static void a_log_reads_the_same_from_the_store_and_from_its_exports(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_random random = test_random();
    ss_row_source *source = NULL;
    ss_interactions wanted = {0};
    ss_buffer csv, ndjson;
    ss_error error;
    append_random(store, &random, 3000);
    expect_ok(ss_event_source_open(store, 1, SS_EVENTS_ALL, 2, &source, &error), &error);
    ss_log_report report = read_rows(source, &wanted);
    assert_int_equal(report.rows, ss_event_store_counts(store).stored);
    assert_true(report.ignored[SS_IGNORED_NO_ITEM] > 0);
    assert_int_equal(export(store, 2, SS_EXPORT_CSV, &csv), report.rows);
    assert_int_equal(export(store, 2, SS_EXPORT_NDJSON, &ndjson), report.rows);
    same_interactions(&wanted, (ss_slice){csv.data, csv.size});
    same_interactions(&wanted, (ss_slice){ndjson.data, ndjson.size});
    ss_buffer_release(&csv);
    ss_buffer_release(&ndjson);
    ss_interactions_free(&wanted);
    sample_close(&store);
}

/* ---- failures ---- */

static ss_status refuse(void *context, const char *bytes, size_t size, ss_error *error)
{
    (void)context, (void)bytes, (void)size;
    return ss_error_set(error, SS_E_CANCELLED, "enough");
}

static void what_the_writer_says_ends_an_export(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    ss_row_source *source = NULL;
    uint64_t rows = 77;
    ss_error error;
    expect_ok(ss_event_source_open(store, 1, SS_EVENTS_ALL, 2, &source, &error), &error);
    assert_status(ss_event_export(source, SS_EXPORT_CSV, refuse, NULL, &rows, &error), SS_E_CANCELLED);
    assert_int_equal(rows, 77);
    ss_row_source_close(&source);
    sample_close(&store);
}

static ss_status drop(void *context, const char *bytes, size_t size, ss_error *error)
{
    (void)context, (void)bytes, (void)size, (void)error;
    return SS_OK;
}

static bool attempt(void *store)
{
    ss_row_source *source = NULL;
    ss_status status;
    SS_TRY(ss_event_source_open(store, 1, SS_EVENTS_ALL, 2, &source, NULL));
    SS_TRY(ss_event_export(source, SS_EXPORT_NDJSON, drop, NULL, NULL, NULL));
out:
    ss_row_source_close(&source);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    ss_event_store *store = sample_open(*state, NULL);
    append_purchase(store);
    assert_in_range(failing_malloc_torture(attempt, store), 3, 100);
    sample_close(&store);
}

#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(rows_are_as_the_log_names_them),
        WITH_FOLDER(place_and_line_name_the_event),
        WITH_FOLDER(a_log_reads_the_same_from_the_store_and_from_its_exports),
        WITH_FOLDER(what_the_writer_says_ends_an_export),
        WITH_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

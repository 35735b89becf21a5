/*
 * fuzz_read_log.c: any text as a log, with or without a catalogue: the first byte chooses the options, and what stands
 * before a line "====" is a catalogue; the same text is read as a customers file, and all of it twice: written our way,
 * and with decimal commas and another form of times. What comes out must keep the promises
 * of read_log.h, interactions.h and profiles.h.
 */
#include "log/profiles.h"
#include "log/read_log.h"
#include "log/sort_rows.h"
#include "require.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BORDER "\n====\n"

static ss_log_options options_of(uint8_t choice)
{
    static const char *const prefixes[] = {NULL, "", "C", "1"};
    ss_log_options options = ss_log_defaults();
    options.max_bad_rows = choice & 1 ? 1 : 0.01;
    options.fold_ids = (choice >> 1) % 3;
    options.fees = (choice >> 3) % 3;
    options.cancel_prefix = prefixes[choice >> 5 & 3];
    options.until = choice >> 7 ? 1300000000 * SS_SECOND : SS_NO_TIME;
    options.exclude_items = (ss_texts){{"x*", "[a"}, 2};
    return options;
}

/* Of texts of different lengths all forms but our own. */
static ss_notation another_notation(ss_slice text)
{
    return (ss_notation){true, SS_TIME_ISO + 1 + (int64_t)(text.size % (SS_TIME_FORMS - 1))};
}

static ss_catalog *catalog_of(ss_slice text, ss_notation notation)
{
    ss_row_source *source = NULL;
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    ss_catalog_options options = ss_catalog_defaults();
    ss_error error = {0};
    options.max_bad_rows = 1;
    options.notation = notation;
    ss_status status = ss_row_source_open_memory(text, "items", 0, &source, &error);
    if (status == SS_OK)
        status = ss_catalog_read_rows(source, &options, NULL, &catalog, &report, &error);
    REQUIRE(status == error.status);
    REQUIRE((status == SS_OK) == (catalog != NULL));
    if (catalog)
        REQUIRE(report.rows == report.bad_rows + report.duplicates + ss_catalog_count(catalog));
    ss_row_source_close(&source);
    return catalog;
}

/* The same bytes as a customers file. */
static void read_profiles(ss_slice text, ss_notation notation)
{
    ss_row_source *source = NULL;
    ss_profiles *profiles = NULL;
    ss_table_report report;
    const ss_profiles_options options = {.max_bad_rows = 1, .notation = notation};
    ss_error error = {0};
    ss_status status = ss_row_source_open_memory(text, "customers", 0, &source, &error);
    if (status == SS_OK)
        status = ss_profiles_read_rows(source, &options, NULL, &profiles, &report, &error);
    REQUIRE(status == error.status);
    REQUIRE((status == SS_OK) == (profiles != NULL));
    if (profiles)
        REQUIRE(report.rows == report.bad_rows + report.duplicates + ss_profiles_count(profiles));
    for (uint32_t i = 0; profiles && i < ss_profiles_count(profiles); i++)
        REQUIRE(ss_profiles_at(profiles, i).birthday <= SS_YEAR_DAYS);
    ss_profiles_free(&profiles);
    ss_row_source_close(&source);
}

/* Every row is counted once. */
static void check_accounts(const ss_log_report *report)
{
    uint64_t sum = report->return_rows + report->purchases_removed + report->merged + report->kept;
    for (int i = 0; i < SS_BAD_COUNT; i++)
        sum += report->bad[i];
    for (int i = 0; i < SS_IGNORED_COUNT; i++)
        sum += i == SS_IGNORED_RETURN ? 0 : report->ignored[i];
    REQUIRE(sum == report->rows);
    REQUIRE(report->returns_matched <= report->return_rows);
    REQUIRE(report->ignored[SS_IGNORED_RETURN] <= report->return_rows);
    REQUIRE(report->purchases_removed <= report->purchases_taken_back);
}

static bool in_order(const ss_interaction *a, const ss_interaction *b)
{
    ss_interaction pair[2] = {*b, *a};
    ss_rows_sort(pair, 2);
    return memcmp(&pair[0], a, sizeof *a) == 0;
}

static void check_row(const ss_interactions *log, size_t i)
{
    const ss_interaction *row = &log->rows[i];
    REQUIRE(row->item < log->item_count && row->quantity > 0 && row->event < SS_EVENT_COUNT);
    REQUIRE(row->customer == SS_NONE || row->customer < log->customer_count);
    REQUIRE(row->basket == SS_NONE || row->basket < log->basket_count);
    REQUIRE(row->customer != SS_NONE || row->basket != SS_NONE);
    REQUIRE(i == 0 || in_order(&log->rows[i - 1], row));
    if (log->has_times)
        REQUIRE(row->time >= log->first_time && row->time <= log->last_time);
}

static void check_log(const ss_interactions *log, const ss_log_report *report)
{
    REQUIRE(log->count == report->kept && log->count > 0);
    REQUIRE(ss_dictionary_count(log->items) == log->item_count);
    REQUIRE(ss_dictionary_count(log->customers) == log->customer_count);
    for (size_t i = 0; i < log->count; i++)
        check_row(log, i);
    for (uint32_t item = 0; item < log->item_count; item++) {
        ss_slice id = ss_dictionary_id(log->items, item);
        REQUIRE(id.size > 0 && id.size <= SS_ID_MAX && ss_slice_is_utf8(id));
        REQUIRE(ss_dictionary_find(log->set_aside, id) == SS_NONE);
    }
}

static void read_log(ss_slice text, const ss_log_options *options, const ss_catalog *catalog)
{
    ss_row_source *source = NULL;
    ss_interactions log = {0};
    ss_log_report report = {0};
    ss_error error = {0};
    ss_status status = ss_row_source_open_memory(text, "log", 0, &source, &error);
    if (status == SS_OK)
        status = ss_log_read(source, options, catalog, NULL, &log, &report, &error);
    REQUIRE(status == error.status);
    REQUIRE(status == SS_OK || error.message[0]);
    if (status == SS_OK) {
        check_accounts(&report);
        check_log(&log, &report);
    }
    ss_interactions_free(&log);
    ss_row_source_close(&source);
}

static void read_all(ss_slice text, ss_log_options options, ss_notation notation)
{
    const char *border = memmem(text.data, text.size, BORDER, strlen(BORDER));
    ss_catalog *catalog = NULL;
    options.notation = notation;
    if (border) {
        size_t items = (size_t)(border - text.data) + 1, skipped = items - 1 + strlen(BORDER);
        catalog = catalog_of((ss_slice){text.data, items}, notation);
        text = (ss_slice){text.data + skipped, text.size - skipped};
    }
    read_profiles(text, notation);
    read_log(text, &options, catalog);
    ss_catalog_free(&catalog);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    ss_slice text = {(const char *)data + 1, size - 1};
    read_all(text, options_of(data[0]), (ss_notation){0});
    read_all(text, options_of(data[0]), another_notation(text));
    return 0;
}

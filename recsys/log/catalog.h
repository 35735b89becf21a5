/*
 * catalog.h: the shop's catalogue: what the items are called, cost, and whether they may be shown.
 * Read once; afterwards read-only and safe to read from any thread.
 */
#ifndef SS_LOG_CATALOG_H
#define SS_LOG_CATALOG_H

#include "base/dictionary.h"
#include "base/options.h"
#include "base/progress.h"
#include "base/status.h"
#include "log/notation.h"
#include "log/row_source.h"
#include "log/table_report.h"

#define SS_NO_MONEY         INT64_MIN /* price or cost not given */
#define SS_NO_STOCK         INT64_MIN /* stock not given: counts as available */
#define SS_CATALOG_TEXT_MAX 4096u     /* longest name, url, … in bytes; longer ones are cut at a character */

typedef struct ss_catalog_item {
    ss_slice name, category, group, url,
        image;           /* borrowed from the catalogue; empty: not given. `group` ties variants of one product */
    int64_t price, cost; /* minor units (cents) or SS_NO_MONEY */
    int64_t stock;       /* pieces or SS_NO_STOCK */
    int64_t available_from, available_until; /* microseconds UTC or SS_NO_TIME; from <= t < until */
    bool hidden;
} ss_catalog_item;

typedef struct ss_catalog ss_catalog;

typedef struct ss_catalog_options {
    const char *columns; /* "item_id=StockCode,name=Description" or NULL */
    double max_bad_rows; /* share, 0..1 */
    int64_t decimals;    /* minor-unit digits of the currency, 0..4; 2 = cents */
    ss_notation notation;
} ss_catalog_options;

ss_catalog_options ss_catalog_defaults(void); /* two decimals, one row in a hundred may be bad */

typedef ss_table_report ss_catalog_report;

/*
 * Reads a catalogue in any of the log's formats. Columns: item_id, name, category, group, url, image, price, cost,
 * stock, available_from, available_until, hidden; only item_id must be there, and of a row only its item_id.
 * SS_E_BAD_INPUT above max_bad_rows (`report` is filled then, too); SS_E_FORMAT, SS_E_ARGUMENT: columns;
 * SS_E_CANCELLED; else as the row source.
 */
ss_status ss_catalog_read(const char *const *paths, size_t path_count, const ss_catalog_options *options,
                          ss_progress_sink *progress, ss_catalog **catalog, ss_catalog_report *report, ss_error *error);

/* The same from any source of rows, which stays the caller's. */
ss_status ss_catalog_read_rows(ss_row_source *source, const ss_catalog_options *options, ss_progress_sink *progress,
                               ss_catalog **catalog, ss_catalog_report *report, ss_error *error);
void ss_catalog_free(ss_catalog **catalog);

uint32_t ss_catalog_count(const ss_catalog *catalog);
const ss_dictionary *ss_catalog_ids(const ss_catalog *catalog); /* number → item_id in order of the file */
const ss_catalog_item *ss_catalog_item_at(const ss_catalog *catalog, uint32_t number);
uint32_t ss_catalog_find(const ss_catalog *catalog, ss_slice item_id); /* number or SS_NONE */

#endif

#include "log/catalog.h"

#include "base/arena.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "log/column_map.h"
#include "log/values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BLOCK ((size_t)1 << 18)
#define TELL_EVERY  1024u /* rows between looks at the clock */
#define STOCK_MAX   1e15

enum { ID, NAME, CATEGORY, GROUP, URL, IMAGE, PRICE, COST, STOCK, FROM, UNTIL, HIDDEN, FIELD_COUNT };

static const ss_field fields[FIELD_COUNT] = {
    [ID] = {"item_id", "|item|itemid|stockcode|sku|product|productid|productcode|article|articleid|asin|ean|id|"},
    [NAME] = {"name", "|title|itemname|productname|description|"},
    [CATEGORY] = {"category", "|categories|categoryname|department|producttype|"},
    [GROUP] = {"group", "|itemgroup|itemgroupid|groupid|parent|parentid|variantof|"},
    [URL] = {"url", "|link|producturl|href|"},
    [IMAGE] = {"image", "|imagelink|imageurl|picture|"},
    [PRICE] = {"price", "|unitprice|itemprice|saleprice|"},
    [COST] = {"cost", "|unitcost|purchaseprice|costofgoodssold|"},
    [STOCK] = {"stock", "|quantity|qty|inventory|stocklevel|onhand|"},
    [FROM] = {"available_from", "|availabilitydate|validfrom|startdate|"},
    [UNTIL] = {"available_until", "|expirationdate|validuntil|enddate|"},
    [HIDDEN] = {"hidden", "|ishidden|disabled|"},
};

struct ss_catalog {
    ss_dictionary *ids;
    ss_catalog_item *items; /* as many as ids */
    size_t capacity;
    ss_arena *texts; /* what the items' slices point to */
};

const ss_option ss_catalog_option_table[] = {
    {"columns", SS_OPTION_TEXT, offsetof(ss_catalog_options, columns), 0, 0, NULL, NULL, "FIELD=COLUMN,…",
     "where the catalogue's columns have other names: item_id, name, category, group, url, image, price, cost, stock, "
     "available_from, available_until, hidden"},
    {"max-bad-rows", SS_OPTION_REAL, offsetof(ss_catalog_options, max_bad_rows), 0, 1, "0.01", NULL, "SHARE",
     "share of rows that may be unreadable before the run ends with an error"},
    {"decimals", SS_OPTION_INT, offsetof(ss_catalog_options, decimals), 0, 4, "2", NULL, "DIGITS",
     "digits after the point of the shop's currency"},
    {NULL, SS_OPTION_FLAG, 0, 0, 0, NULL, NULL, NULL, NULL},
};

ss_catalog_options ss_catalog_defaults(void)
{
    ss_catalog_options options = {0};
    ss_option_group group = {.options = ss_catalog_option_table, .target = &options};
    ss_options_defaults(&group, 1);
    return options;
}

typedef struct reader {
    ss_row_source *source;
    const ss_catalog_options *options;
    ss_progress_sink *progress;
    ss_catalog *catalog;
    ss_catalog_report *report;
    size_t map[FIELD_COUNT];
    uint64_t generation; /* of the columns in `map` */
    bool mapped;
} reader;

static ss_slice field_of(const reader *r, const ss_row *row, int field)
{
    size_t column = r->map[field];
    return column < row->field_count ? ss_slice_trim(row->fields[column]) : (ss_slice){"", 0};
}

/* Counts a bad row and, while there is room, says why. `field` FIELD_COUNT: the row as a whole. */
static bool refuse(reader *r, const ss_row *row, int field, const char *message, const char *expected)
{
    ss_catalog_report *report = r->report;
    if (report->bad_rows++ >= sizeof report->first_bad / sizeof *report->first_bad)
        return false;
    ss_error error;
    ss_error_set(&error, SS_E_FORMAT, "%s", message);
    ss_error_place(&error, row->place, row->line);
    if (field < FIELD_COUNT) {
        ss_slice found = field_of(r, row, field);
        ss_error_field(&error, fields[field].name);
        ss_error_found(&error, found.data, found.size, expected);
    }
    ss_error_format(&error, report->first_bad[report->bad_rows - 1], sizeof report->first_bad[0]);
    return false;
}

static bool read_money(reader *r, const ss_row *row, int field, int64_t *money)
{
    ss_slice text = field_of(r, row, field);
    *money = SS_NO_MONEY;
    return text.size == 0 || (ss_value_money(text, r->options->decimals, money) && *money >= 0) ||
           refuse(r, row, field, "not an amount of money", "a decimal number from 0 on, without a currency");
}

static bool read_stock(reader *r, const ss_row *row, int64_t *stock)
{
    ss_slice text = field_of(r, row, STOCK);
    double pieces;
    *stock = SS_NO_STOCK;
    if (text.size == 0)
        return true;
    if (!ss_slice_to_f64(text, &pieces) || fabs(pieces) > STOCK_MAX)
        return refuse(r, row, STOCK, "not a number of pieces", "a whole number; below 0 counts as 0");
    *stock = pieces > 0 ? (int64_t)floor(pieces) : 0;
    return true;
}

static bool read_instant(reader *r, const ss_row *row, int field, int64_t *time)
{
    ss_slice text = field_of(r, row, field);
    *time = SS_NO_TIME;
    return text.size == 0 || ss_value_time(text, time) ||
           refuse(r, row, field, "not a time", "YYYY-MM-DD, YYYY-MM-DD HH:MM:SS, ISO 8601 or Unix seconds");
}

/* At most SS_CATALOG_TEXT_MAX bytes, cut before a character that does not fit whole. */
static bool read_text(reader *r, const ss_row *row, int field, ss_slice *text)
{
    *text = field_of(r, row, field);
    if (!ss_slice_is_utf8(*text) || memchr(text->data, '\0', text->size))
        return refuse(r, row, field, "not text", "UTF-8");
    if (text->size <= SS_CATALOG_TEXT_MAX)
        return true;
    text->size = SS_CATALOG_TEXT_MAX;
    while (text->size && ((unsigned char)text->data[text->size] & 0xC0) == 0x80)
        text->size--;
    return true;
}

static bool read_id(reader *r, const ss_row *row, ss_slice *id)
{
    *id = field_of(r, row, ID);
    return ss_value_id(id) == SS_ID_FINE ||
           refuse(r, row, ID, "not an item id", "1 to 255 bytes of UTF-8 without control characters");
}

/* Slices still point into the row. */
static bool read_item(reader *r, const ss_row *row, ss_slice *id, ss_catalog_item *item)
{
    return read_id(r, row, id) && read_text(r, row, NAME, &item->name) &&
           read_text(r, row, CATEGORY, &item->category) && read_text(r, row, GROUP, &item->group) &&
           read_text(r, row, URL, &item->url) && read_text(r, row, IMAGE, &item->image) &&
           read_money(r, row, PRICE, &item->price) && read_money(r, row, COST, &item->cost) &&
           read_stock(r, row, &item->stock) && read_instant(r, row, FROM, &item->available_from) &&
           read_instant(r, row, UNTIL, &item->available_until) &&
           (ss_value_flag(field_of(r, row, HIDDEN), &item->hidden) ||
            refuse(r, row, HIDDEN, "not a yes or no", "true, false, yes, no, 1 or 0"));
}

static bool own(ss_catalog *catalog, ss_slice *text)
{
    if (text->size == 0) {
        *text = (ss_slice){"", 0};
        return true;
    }
    text->data = ss_arena_copy(catalog->texts, *text);
    return text->data != NULL;
}

static ss_status keep_item(reader *r, ss_slice id, ss_catalog_item item)
{
    ss_catalog *catalog = r->catalog;
    uint32_t number, before = ss_dictionary_count(catalog->ids);
    if (!own(catalog, &item.name) || !own(catalog, &item.category) || !own(catalog, &item.group) ||
        !own(catalog, &item.url) || !own(catalog, &item.image) ||
        !ss_array_grow(&catalog->items, &catalog->capacity, (size_t)before + 1, sizeof item))
        return SS_E_NOMEM;
    ss_status status = ss_dictionary_intern(catalog->ids, id, &number);
    if (status != SS_OK)
        return status;
    r->report->duplicates += number < before;
    catalog->items[number] = item;
    return SS_OK;
}

static ss_status map_columns(reader *r, const ss_row *row, ss_error *error)
{
    ss_status status =
        ss_column_map_make(fields, FIELD_COUNT, r->options->columns, r->source, row->place, r->map, error);
    if (status == SS_OK && r->map[ID] == SS_NO_COLUMN)
        status = ss_column_map_missing(&fields[ID], 1, r->source, row->place, error);
    if (status != SS_OK)
        return status;
    if (!r->report->hint[0])
        ss_column_map_hint(fields, FIELD_COUNT, r->map, r->source, r->report->hint, sizeof r->report->hint);
    r->generation = r->source->generation;
    r->mapped = true;
    return SS_OK;
}

static ss_status tell(reader *r, bool finished, ss_error *error)
{
    uint64_t rows = r->report->rows;
    ss_progress progress = {"read catalogue", rows, finished ? rows : 0, "rows", (double)NAN, finished};
    if (ss_progress_tell(r->progress, &progress))
        return SS_OK;
    return ss_error_set(error, SS_E_CANCELLED, "stopped on request while reading the catalogue");
}

static ss_status take_row(reader *r, const ss_row *row, ss_error *error)
{
    ss_slice id;
    ss_catalog_item item;
    ss_status status = SS_OK;
    r->report->rows++;
    if (row->kind == SS_ROW_BROKEN) {
        refuse(r, row, FIELD_COUNT, row->problem, NULL);
        return SS_OK;
    }
    if (!r->mapped || r->generation != r->source->generation)
        SS_TRY(map_columns(r, row, error));
    if (!read_item(r, row, &id, &item))
        return SS_OK;
    status = keep_item(r, id, item);
    if (status == SS_E_LIMIT)
        return ss_error_set(error, status, "too many items in one catalogue");
    if (status != SS_OK)
        return ss_error_nomem(error);
    if (r->report->rows % TELL_EVERY == 0)
        status = tell(r, false, error);
out:
    return status;
}

static ss_status read_all(reader *r, ss_error *error)
{
    for (;;) {
        ss_row row;
        ss_status status = r->source->next(r->source, &row, error);
        if (status == SS_OK && row.kind == SS_ROW_END)
            return SS_OK;
        if (status == SS_OK)
            status = take_row(r, &row, error);
        if (status != SS_OK)
            return status;
    }
}

static ss_status check_bad_rows(const reader *r, ss_error *error)
{
    const ss_catalog_report *report = r->report;
    if ((double)report->bad_rows <= r->options->max_bad_rows * (double)report->rows)
        return SS_OK;
    return ss_error_set(error, SS_E_BAD_INPUT, "%llu of %llu rows of the catalogue cannot be read; first %s",
                        (unsigned long long)report->bad_rows, (unsigned long long)report->rows, report->first_bad[0]);
}

static ss_catalog *new_catalog(void)
{
    ss_catalog *catalog = calloc(1, sizeof *catalog);
    if (!catalog)
        return NULL;
    catalog->ids = ss_dictionary_new();
    catalog->texts = ss_arena_new(ARENA_BLOCK, SIZE_MAX);
    if (!catalog->ids || !catalog->texts)
        ss_catalog_free(&catalog);
    return catalog;
}

ss_status ss_catalog_read_rows(ss_row_source *source, const ss_catalog_options *options, ss_progress_sink *progress,
                               ss_catalog **catalog, ss_catalog_report *report, ss_error *error)
{
    reader r = {source, options, progress, new_catalog(), report, {0}, 0, false};
    ss_status status;
    memset(report, 0, sizeof *report);
    if (!r.catalog)
        return ss_error_nomem(error);
    SS_TRY(read_all(&r, error));
    SS_TRY(check_bad_rows(&r, error));
    SS_TRY(tell(&r, true, error));
    *catalog = r.catalog;
    r.catalog = NULL;
out:
    ss_catalog_free(&r.catalog);
    return status;
}

ss_status ss_catalog_read(const char *const *paths, size_t path_count, const ss_catalog_options *options,
                          ss_progress_sink *progress, ss_catalog **catalog, ss_catalog_report *report, ss_error *error)
{
    ss_row_source *source = NULL;
    memset(report, 0, sizeof *report);
    ss_status status = ss_row_source_open_files(paths, path_count, &source, error);
    if (status == SS_OK)
        status = ss_catalog_read_rows(source, options, progress, catalog, report, error);
    ss_row_source_close(&source);
    return status;
}

void ss_catalog_free(ss_catalog **catalog)
{
    if (!catalog || !*catalog)
        return;
    ss_dictionary_free(&(*catalog)->ids);
    ss_arena_free(&(*catalog)->texts);
    free((*catalog)->items);
    free(*catalog);
    *catalog = NULL;
}

uint32_t ss_catalog_count(const ss_catalog *catalog)
{
    return ss_dictionary_count(catalog->ids);
}

const ss_dictionary *ss_catalog_ids(const ss_catalog *catalog)
{
    return catalog->ids;
}

const ss_catalog_item *ss_catalog_item_at(const ss_catalog *catalog, uint32_t number)
{
    return &catalog->items[number];
}

uint32_t ss_catalog_find(const ss_catalog *catalog, ss_slice item_id)
{
    return ss_dictionary_find(catalog->ids, item_id);
}

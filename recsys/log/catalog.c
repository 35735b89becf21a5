#include "log/catalog.h"

#include "base/arena.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "log/table_reader.h"
#include "log/values.h"

#include <math.h>
#include <stdlib.h>

#define ARENA_BLOCK ((size_t)1 << 18)
#define STOCK_MAX   1e15

enum { ID, NAME, CATEGORY, GROUP, URL, IMAGE, PRICE, COST, STOCK, FROM, UNTIL, HIDDEN, FIELD_COUNT };

static const ss_field fields[FIELD_COUNT] = {
    [ID] = {"item_id", "|item|itemid|stockcode|sku|product|productid|productcode|article|articleid|asin|ean|id|"
                       "idproduct|productnumber|artikelnummer|artikelnr|reference|referencia|"},
    [NAME] = {"name", "|title|itemname|productname|description|bezeichnung|artikelname|artikelbezeichnung|nombre|nom|"},
    [CATEGORY] = {"category",
                  "|categories|categoryname|department|producttype|kategorie|warengruppe|categoria|categorie|"},
    [GROUP] = {"group", "|itemgroup|itemgroupid|groupid|parent|parentid|variantof|"},
    [URL] = {"url", "|link|producturl|href|"},
    [IMAGE] = {"image", "|imagelink|imageurl|picture|"},
    [PRICE] = {"price", "|unitprice|itemprice|saleprice|preis|verkaufspreis|precio|prix|"},
    [COST] = {"cost", "|unitcost|purchaseprice|costofgoodssold|wholesaleprice|einkaufspreis|"},
    [STOCK] = {"stock", "|quantity|qty|inventory|stocklevel|onhand|bestand|lagerbestand|"},
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

ss_catalog_options ss_catalog_defaults(void)
{
    return (ss_catalog_options){.max_bad_rows = 0.01, .decimals = 2};
}

/* What is made of the rows. */
typedef struct made {
    ss_catalog *catalog;
    const ss_catalog_options *options;
} made;

static bool read_money(ss_table_reader *r, const ss_row *row, size_t field, int64_t *money)
{
    ss_slice text = ss_table_field(r, row, field);
    const ss_catalog_options *options = ((const made *)r->context)->options;
    *money = SS_NO_MONEY;
    return text.size == 0 || (ss_notation_money(&options->notation, text, options->decimals, money) && *money >= 0) ||
           ss_table_refuse(r, row, field, "not an amount of money from 0 on", ss_notation_price(&options->notation));
}

static bool read_stock(ss_table_reader *r, const ss_row *row, int64_t *stock)
{
    ss_slice text = ss_table_field(r, row, STOCK);
    const made *of = r->context;
    double pieces;
    *stock = SS_NO_STOCK;
    if (text.size == 0)
        return true;
    if (!ss_notation_f64(&of->options->notation, text, &pieces) || fabs(pieces) > STOCK_MAX)
        return ss_table_refuse(r, row, STOCK, "not a number of pieces", "a whole number; below 0 counts as 0");
    *stock = pieces > 0 ? (int64_t)floor(pieces) : 0;
    return true;
}

static bool read_instant(ss_table_reader *r, const ss_row *row, size_t field, int64_t *time)
{
    ss_slice text = ss_table_field(r, row, field);
    const ss_notation *notation = &((const made *)r->context)->options->notation;
    *time = SS_NO_TIME;
    return text.size == 0 || ss_notation_time(notation, text, time) ||
           ss_table_refuse(r, row, field, "not a time", ss_notation_instant(notation));
}

/* At most SS_CATALOG_TEXT_MAX bytes, cut before a character that does not fit whole. */
static bool read_text(ss_table_reader *r, const ss_row *row, size_t field, ss_slice *text)
{
    *text = ss_table_field(r, row, field);
    if (!ss_slice_is_utf8(*text) || memchr(text->data, '\0', text->size))
        return ss_table_refuse(r, row, field, "not text", "UTF-8; iconv converts from others");
    if (text->size <= SS_CATALOG_TEXT_MAX)
        return true;
    text->size = SS_CATALOG_TEXT_MAX;
    while (text->size && ((unsigned char)text->data[text->size] & 0xC0) == 0x80)
        text->size--;
    return true;
}

/* Slices still point into the row. */
static bool read_item(ss_table_reader *r, const ss_row *row, ss_slice *id, ss_catalog_item *item)
{
    return ss_table_id(r, row, ID, "not an item id", id) && read_text(r, row, NAME, &item->name) &&
           read_text(r, row, CATEGORY, &item->category) && read_text(r, row, GROUP, &item->group) &&
           read_text(r, row, URL, &item->url) && read_text(r, row, IMAGE, &item->image) &&
           read_money(r, row, PRICE, &item->price) && read_money(r, row, COST, &item->cost) &&
           read_stock(r, row, &item->stock) && read_instant(r, row, FROM, &item->available_from) &&
           read_instant(r, row, UNTIL, &item->available_until) && ss_table_flag(r, row, HIDDEN, &item->hidden);
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

static ss_status keep_item(ss_table_reader *r, ss_catalog *catalog, ss_slice id, ss_catalog_item item)
{
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

static ss_status take_row(ss_table_reader *r, const ss_row *row)
{
    ss_slice id;
    ss_catalog_item item;
    const made *of = r->context;
    return read_item(r, row, &id, &item) ? keep_item(r, of->catalog, id, item) : SS_OK;
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
    made of = {new_catalog(), options};
    ss_table_reader reader = {.name = "catalogue",
                              .phase = "read catalogue",
                              .fields = fields,
                              .field_count = FIELD_COUNT,
                              .columns = {"--catalog-columns", options->columns},
                              .max_bad_rows = options->max_bad_rows,
                              .source = source,
                              .progress = progress,
                              .report = report,
                              .take = take_row,
                              .context = &of};
    memset(report, 0, sizeof *report);
    ss_status status = of.catalog ? ss_table_read(&reader, error) : ss_error_nomem(error);
    if (status == SS_OK) {
        *catalog = of.catalog;
        of.catalog = NULL;
    }
    ss_catalog_free(&of.catalog);
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

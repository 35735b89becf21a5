#include "cli/command.h"
#include "cli/connection.h"
#include "cli/feed_print.h"
#include "cli/row_feed.h"

#include "base/memory.h"
#include "log/notation.h"
#include "log/values.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STOCK_MAX 1e15
#define CLEAR_MAX 12u

enum { ID, STOCK, PRICE, COST, HIDDEN, NAME, CATEGORY, GROUP, URL, IMAGE, FROM, UNTIL, CLEAR, FIELD_COUNT };

static const ss_field item_fields[FIELD_COUNT] = {
    [ID] = {"item_id", "|item|itemid|stockcode|sku|product|productid|id|"},
    [STOCK] = {"stock", "|quantity|qty|inventory|stocklevel|onhand|"},
    [PRICE] = {"price", "|unitprice|itemprice|saleprice|"},
    [COST] = {"cost", "|unitcost|purchaseprice|"},
    [HIDDEN] = {"hidden", "|ishidden|disabled|"},
    [NAME] = {"name", "|title|itemname|productname|description|"},
    [CATEGORY] = {"category", "|categories|categoryname|department|"},
    [GROUP] = {"group", "|itemgroup|groupid|parent|parentid|variantof|"},
    [URL] = {"url", "|link|producturl|href|"},
    [IMAGE] = {"image", "|imagelink|imageurl|picture|"},
    [FROM] = {"available_from", "|availabilitydate|validfrom|startdate|"},
    [UNTIL] = {"available_until", "|expirationdate|validuntil|enddate|"},
    [CLEAR] = {"clear", "|reset|"},
};

typedef struct items_settings {
    const char *texts[FIELD_COUNT];
    ss_texts files;
    const char *columns;
    int64_t decimals;
    ss_notation notation;
    ss_connection_settings connection;
} items_settings;

#define AT(MEMBER)   offsetof(items_settings, MEMBER)
#define TEXT(NUMBER) SS_OPTION_TEXT, offsetof(items_settings, texts) + (NUMBER) * sizeof(char *), 0, 0, NULL, NULL

static const ss_option items_options[] = {
    {"item", TEXT(ID), "ID", "The product."},
    {"stock", TEXT(STOCK), "PIECES", "Pieces in stock; with 0 it is not shown."},
    {"price", TEXT(PRICE), "AMOUNT", "Its price, such as 2.50."},
    {"cost", TEXT(COST), "AMOUNT", "What it costs the shop."},
    {"hidden", TEXT(HIDDEN), "true|false", "Whether it may be shown at all."},
    {"name", TEXT(NAME), "TEXT", "Its name."},
    {"category", TEXT(CATEGORY), "NAME", "Its category."},
    {"group", TEXT(GROUP), "NAME", "What it is a variant of."},
    {"url", TEXT(URL), "URL", "Its page."},
    {"image", TEXT(IMAGE), "URL", "Its picture."},
    {"available-from", TEXT(FROM), "TIME", "When it may be shown first."},
    {"available-until", TEXT(UNTIL), "TIME", "When no more."},
    {"clear", TEXT(CLEAR), "COLUMN,…|all", "Columns that are to be as in the catalogue again."},
    {"file", SS_OPTION_TEXTS, AT(files), 0, 0, NULL, NULL, "FILE|-",
     "Changes from a file with the catalogue's columns (CSV, NDJSON, gzip, zstd) or standard input; an empty field "
     "leaves what there is."},
    {"columns", SS_OPTION_TEXT, AT(columns), 0, 0, NULL, NULL, "FIELD=COLUMN,…",
     "Where the file's columns have other names: item_id, stock, price, cost, hidden, name, category, group, url, "
     "image, "
     "available_from, available_until, clear."},
    {"decimals", SS_OPTION_INT, AT(decimals), 0, 4, "2", NULL, "DIGITS",
     "Digits after the point of the shop's currency."},
    {0},
};

static size_t items_groups(void *memory, ss_option_group *groups)
{
    items_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, items_options, settings};
    groups[1] =
        (ss_option_group){"How the files write numbers and times", NULL, ss_notation_option_table, &settings->notation};
    groups[2] = (ss_option_group){"Connection", NULL, ss_connection_option_table, &settings->connection};
    return 3;
}

/* ---- a row becomes a change ---- */

typedef struct items_feed {
    const items_settings *settings;
    smartshelf_client *client;
    smartshelf_item_row *rows;              /* SMARTSHELF_CHANGES_MAX */
    const char *(*cleared)[CLEAR_MAX + 1u]; /* of each row */
} items_feed;

static bool read_money(const items_feed *of, ss_row_feed *feed, size_t field, bool *given, int64_t *money)
{
    ss_slice text = ss_row_feed_field(feed, field);
    *given = text.size > 0;
    return !*given || ss_notation_money(&of->settings->notation, text, of->settings->decimals, money) ||
           ss_row_feed_refuse(feed, field, "not an amount of money", ss_notation_price(&of->settings->notation));
}

static bool read_stock(const items_feed *of, ss_row_feed *feed, smartshelf_item_row *row)
{
    ss_slice text = ss_row_feed_field(feed, STOCK);
    double pieces = 0;
    row->has_stock = text.size > 0;
    if (row->has_stock && (!ss_notation_f64(&of->settings->notation, text, &pieces) || fabs(pieces) > STOCK_MAX))
        return ss_row_feed_refuse(feed, STOCK, "not a number of pieces", "a whole number; below 0 counts as 0");
    row->stock = pieces > 0 ? (int64_t)floor(pieces) : 0;
    return true;
}

static bool read_instant(const items_feed *of, ss_row_feed *feed, size_t field, bool *given, int64_t *time)
{
    ss_slice text = ss_row_feed_field(feed, field);
    *given = text.size > 0;
    return !*given || ss_notation_time(&of->settings->notation, text, time) ||
           ss_row_feed_refuse(feed, field, "not a time", ss_notation_instant(&of->settings->notation));
}

static bool read_hidden(ss_row_feed *feed, smartshelf_item_row *row)
{
    ss_slice text = ss_row_feed_field(feed, HIDDEN);
    row->has_hidden = text.size > 0;
    return ss_value_flag(text, &row->hidden) ||
           ss_row_feed_refuse(feed, HIDDEN, "not a yes or no", "true, false, yes, no, 1 or 0");
}

/* "price,stock" or "all". */
static bool read_clear(const items_feed *of, ss_row_feed *feed, size_t at, smartshelf_item_row *row)
{
    ss_slice rest = ss_row_feed_field(feed, CLEAR);
    row->clear_all = ss_slice_equal(rest, SS_SLICE_LITERAL("all"));
    row->clear = of->cleared[at];
    while (!row->clear_all && rest.size > 0) {
        const char *comma = memchr(rest.data, ',', rest.size);
        size_t size = comma ? (size_t)(comma - rest.data) : rest.size, step = comma ? size + 1 : size;
        if (row->clear_count == CLEAR_MAX)
            return ss_row_feed_refuse(feed, CLEAR, "too many columns", "each at most once");
        of->cleared[at][row->clear_count++] = ss_row_feed_keep(feed, ss_slice_trim((ss_slice){rest.data, size}));
        rest = (ss_slice){rest.data + step, rest.size - step};
    }
    return true;
}

static bool take_item(void *context, ss_row_feed *feed, size_t at)
{
    items_feed *of = context;
    smartshelf_item_row *row = &of->rows[at];
    *row = (smartshelf_item_row){0};
    if (ss_row_feed_field(feed, ID).size == 0)
        return ss_row_feed_refuse(feed, ID, "which item?", "its item_id");
    if (!read_stock(of, feed, row) || !read_money(of, feed, PRICE, &row->has_price, &row->price) ||
        !read_money(of, feed, COST, &row->has_cost, &row->cost) || !read_hidden(feed, row) ||
        !read_instant(of, feed, FROM, &row->has_available_from, &row->available_from) ||
        !read_instant(of, feed, UNTIL, &row->has_available_until, &row->available_until) ||
        !read_clear(of, feed, at, row))
        return false;
    row->item_id = ss_row_feed_text(feed, ID);
    row->name = ss_row_feed_text(feed, NAME);
    row->category = ss_row_feed_text(feed, CATEGORY);
    row->group = ss_row_feed_text(feed, GROUP);
    row->url = ss_row_feed_text(feed, URL);
    row->image = ss_row_feed_text(feed, IMAGE);
    return true;
}

static smartshelf_status send_items(void *context, size_t count, smartshelf_answer *answer)
{
    const items_feed *of = context;
    return smartshelf_items(of->client, of->rows, count, answer);
}

/* ---- the command ---- */

static ss_status check_settings(const items_settings *settings, ss_error *error)
{
    bool single = false;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        single |= settings->texts[i] != NULL;
    if (single && settings->files.count > 0)
        return ss_error_set(error, SS_E_ARGUMENT, "either --file, or the options of one item");
    if (settings->files.count == 0 && !settings->texts[ID])
        return ss_error_set(error, SS_E_ARGUMENT, "which item? give --item, or --file with the changes of many");
    return SS_OK;
}

static ss_status run_items(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    const items_settings *settings = memory;
    const char *place = settings->connection.endpoints.text[0];
    ss_connection connection = {0};
    ss_row_feed *feed = NULL;
    items_feed of = {.settings = settings,
                     .rows = ss_array_new(SMARTSHELF_CHANGES_MAX, sizeof *of.rows),
                     .cleared = ss_array_new(SMARTSHELF_CHANGES_MAX, sizeof *of.cleared)};
    const ss_feed_kind kind = {"send changes", item_fields, FIELD_COUNT, ID, take_item, send_items, &of};
    SS_TRY(of.rows && of.cleared ? SS_OK : ss_error_nomem(error));
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    SS_TRY(check_settings(settings, error));
    SS_TRY(ss_row_feed_new(&kind, &feed, error));
    SS_TRY(ss_connection_open(&settings->connection, &connection, error));
    of.client = connection.client;
    if (settings->files.count > 0)
        status = ss_row_feed_files(feed, &settings->files, settings->columns, place, cli, error);
    else
        status = ss_row_feed_one(feed, settings->texts, place, error);
    status = ss_feed_print(feed, "change", status, cli, error);
out:
    ss_row_feed_free(&feed);
    ss_connection_close(&connection);
    free(of.rows);
    free(of.cleared);
    return status;
}

const ss_command ss_command_items = {
    .name = "items",
    .operands = "",
    .summary = "Tell a server what is new of items: stock, price, whether they are shown.",
    .description =
        "One item by options, or many from files. What is acknowledged is on the server's disk and in the answer to\n"
        "every question asked from then on, and outranks the catalogue until it is cleared. Rows that cannot be read "
        "or\n"
        "that the server refuses are told with their line, and left out.\n\n"
        "  smartshelf items --item 85123A --stock 0\n"
        "  smartshelf items --item 85123A --price 2.95 --hidden false\n"
        "  smartshelf items --item 85123A --clear all\n"
        "  smartshelf items --file changes.csv --connect ipc:///run/shelf.ipc",
    .is_job = true,
    .settings_size = sizeof(items_settings),
    .groups = items_groups,
    .run = run_items,
};

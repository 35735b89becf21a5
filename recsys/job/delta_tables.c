#include "job/delta_tables.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include "log/values.h"

#include <stdio.h>
#include <string.h>

/* ---- items ---- */

enum { ITEM, NAME, CATEGORY, GROUP, URL, IMAGE, PRICE, COST, STOCK, FROM, UNTIL, HIDDEN, ITEM_COLUMNS };

static const ss_slice item_columns[ITEM_COLUMNS] = {
    SS_SLICE_LITERAL("item_id"),
    SS_SLICE_LITERAL("name"),
    SS_SLICE_LITERAL("category"),
    SS_SLICE_LITERAL("group"),
    SS_SLICE_LITERAL("url"),
    SS_SLICE_LITERAL("image"),
    SS_SLICE_LITERAL("price"),
    SS_SLICE_LITERAL("cost"),
    SS_SLICE_LITERAL("stock"),
    SS_SLICE_LITERAL("available_from"),
    SS_SLICE_LITERAL("available_until"),
    SS_SLICE_LITERAL("hidden"),
};

typedef struct item_rows {
    ss_row_source base;
    const ss_items *items;
    uint32_t next;
    ss_slice fields[ITEM_COLUMNS];
    char money[2][SS_MONEY_TEXT], stock[24], times[2][SS_TIMESTAMP_TEXT];
} item_rows;

static ss_slice money_text(int64_t amount, int64_t decimals, char text[SS_MONEY_TEXT])
{
    if (amount == SS_ITEM_NO_MONEY)
        return (ss_slice){"", 0};
    return (ss_slice){text, ss_value_format_money(amount, (int)decimals, text)};
}

static ss_slice time_text(int64_t time, char text[SS_TIMESTAMP_TEXT])
{
    if (time == SS_NO_TIME)
        return (ss_slice){"", 0};
    ss_timestamp_format(time, text);
    return ss_slice_of(text);
}

static ss_slice name_of(const ss_strings *names, uint32_t number)
{
    return number < names->count ? ss_strings_at(names, number) : (ss_slice){"", 0};
}

static void fill_item(item_rows *rows, uint32_t item)
{
    const ss_items *items = rows->items;
    ss_slice *fields = rows->fields;
    fields[ITEM] = ss_strings_at(&items->ids, item);
    fields[NAME] = name_of(&items->names, item);
    fields[CATEGORY] = name_of(&items->categories, items->category[item]);
    fields[GROUP] = name_of(&items->groups, items->group[item]);
    fields[URL] = name_of(&items->urls, item);
    fields[IMAGE] = name_of(&items->images, item);
    fields[PRICE] = money_text(items->price[item], items->decimals, rows->money[0]);
    fields[COST] = money_text(items->cost[item], items->decimals, rows->money[1]);
    fields[STOCK] = (ss_slice){"", 0};
    if (items->stock[item] != SS_ITEM_NO_STOCK) {
        snprintf(rows->stock, sizeof rows->stock, "%lld", (long long)items->stock[item]);
        fields[STOCK] = ss_slice_of(rows->stock);
    }
    fields[FROM] = time_text(items->available_from[item], rows->times[0]);
    fields[UNTIL] = time_text(items->available_until[item], rows->times[1]);
    fields[HIDDEN] = ss_slice_of(items->flags[item] & SS_ITEM_HIDDEN ? "1" : "0");
}

static ss_status next_item(ss_row_source *base, ss_row *row, ss_error *error)
{
    item_rows *rows = (item_rows *)base;
    (void)error;
    while (rows->next < rows->items->count && !(rows->items->flags[rows->next] & SS_ITEM_IN_CATALOG))
        rows->next++;
    *row = (ss_row){.kind = SS_ROW_END, .place = SS_ITEMS_FILE, .line = rows->next};
    if (rows->next == rows->items->count)
        return SS_OK;
    fill_item(rows, rows->next++);
    row->kind = SS_ROW_FIELDS;
    row->fields = rows->fields;
    row->field_count = ITEM_COLUMNS;
    return SS_OK;
}

ss_status ss_delta_catalog(const ss_items *items, ss_catalog **catalog, ss_error *error)
{
    item_rows rows = {
        .base = {.columns = item_columns, .column_count = ITEM_COLUMNS, .generation = 1, .next = next_item},
        .items = items};
    ss_catalog_options options = ss_catalog_defaults();
    ss_catalog_report report;
    options.decimals = items->decimals;
    return ss_catalog_read_rows(&rows.base, &options, NULL, catalog, &report, error);
}

/* ---- customers ---- */

enum { CUSTOMER, BIRTHDAY, REFERRAL, CUSTOMER_COLUMNS };

static const ss_slice customer_columns[CUSTOMER_COLUMNS] = {SS_SLICE_LITERAL("customer_id"),
                                                            SS_SLICE_LITERAL("birthday"), SS_SLICE_LITERAL("referral")};

typedef struct customer_rows {
    ss_row_source base;
    const ss_segments *segments;
    const ss_customers *customers; /* NULL: none */
    uint32_t next, next_other;
    ss_slice fields[CUSTOMER_COLUMNS];
    char birthday[8];
} customer_rows;

/* A day of a year that has a February 29, as the file gives it. */
static ss_slice birthday_text(unsigned birthday, char text[8])
{
    for (unsigned month = 1; month <= 12; month++)
        for (unsigned day = 1; day <= 31; day++)
            if (birthday != SS_NO_BIRTHDAY && ss_year_day(month, day) == birthday) {
                snprintf(text, 8, "%02u-%02u", month, day);
                return ss_slice_of(text);
            }
    return (ss_slice){"", 0};
}

static void fill_customer(customer_rows *rows, ss_row *row, ss_slice id, unsigned birthday, bool referral)
{
    rows->fields[CUSTOMER] = id;
    rows->fields[BIRTHDAY] = birthday_text(birthday, rows->birthday);
    rows->fields[REFERRAL] = ss_slice_of(referral ? "1" : "0");
    row->kind = SS_ROW_FIELDS;
    row->fields = rows->fields;
    row->field_count = CUSTOMER_COLUMNS;
}

static ss_status next_customer(ss_row_source *base, ss_row *row, ss_error *error)
{
    customer_rows *rows = (customer_rows *)base;
    const ss_segments *of = rows->segments;
    (void)error;
    *row = (ss_row){.kind = SS_ROW_END, .place = SS_SEGMENTS_FILE, .line = rows->next};
    while (rows->customers && rows->next < of->customer_count) {
        uint32_t c = rows->next++;
        if (of->birthday[c] == SS_NO_BIRTHDAY && !of->referral[c])
            continue;
        fill_customer(rows, row, ss_strings_at(&rows->customers->ids, c), of->birthday[c], of->referral[c]);
        return SS_OK;
    }
    if (rows->next_other < of->others.count) {
        uint32_t o = rows->next_other++;
        fill_customer(rows, row, ss_strings_at(&of->others, o), of->others_birthday[o], of->others_referral[o]);
    }
    return SS_OK;
}

ss_status ss_delta_profiles(const ss_segments *segments, const ss_customers *customers, const ss_left_out *forgotten,
                            ss_profiles **profiles, ss_error *error)
{
    const ss_profiles_options options = {.max_bad_rows = 1, .forgotten = forgotten};
    customer_rows rows = {
        .base = {.columns = customer_columns, .column_count = CUSTOMER_COLUMNS, .generation = 1, .next = next_customer},
        .segments = segments,
        .customers = customers};
    ss_table_report report;
    ss_profiles *found = NULL;
    ss_status status = ss_profiles_read_rows(&rows.base, &options, NULL, &found, &report, error);
    if (status == SS_OK && ss_profiles_count(found) == 0)
        ss_profiles_free(&found);
    if (status == SS_OK)
        *profiles = found;
    return status;
}

#include "job/train_items.h"

#include "base/memory.h"
#include "store/customers.h"
#include <stdlib.h>

/* ---- memory that lives as long as the table ---- */

static void *keep(ss_item_table *table, void *memory)
{
    if (memory)
        table->memory[table->memory_count++] = memory;
    return memory;
}

static void *column(ss_item_table *table, size_t count, size_t size)
{
    return keep(table, ss_array_zeroed(count, size));
}

void ss_item_table_free(ss_item_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->memory_count; i++)
        free(table->memory[i]);
    ss_dictionary_free(&table->categories);
    ss_dictionary_free(&table->groups);
    *table = (ss_item_table){0};
}

/* ---- which items there are ---- */

static int compare_ids(const void *a, const void *b)
{
    return ss_slice_compare(*(const ss_slice *)a, *(const ss_slice *)b);
}

/* Fees and other spellings stand in catalogues too: what the log set aside is no item of the generation. */
static bool is_set_aside(const ss_interactions *named, ss_slice id)
{
    return named->set_aside && ss_dictionary_find(named->set_aside, id) != SS_NONE;
}

/* The ids of the catalogue that nobody bought, by id bytes. */
static uint32_t only_in_catalog(const ss_interactions *named, const ss_catalog *catalog, ss_slice *ids)
{
    uint32_t count = 0;
    for (uint32_t number = 0; number < ss_catalog_count(catalog); number++) {
        ss_slice id = ss_dictionary_id(ss_catalog_ids(catalog), number);
        if (ss_dictionary_find(named->items, id) == SS_NONE && !is_set_aside(named, id))
            ids[count++] = id;
    }
    qsort(ids, count, sizeof *ids, compare_ids);
    return count;
}

static ss_status list_ids(ss_item_table *table, const ss_interactions *named, const ss_catalog *catalog,
                          ss_error *error)
{
    uint32_t bought = named->item_count, listed = catalog ? ss_catalog_count(catalog) : 0;
    ss_slice *ids = column(table, (size_t)bought + listed, sizeof *ids);
    if (!ids)
        return ss_error_nomem(error);
    for (uint32_t item = 0; item < bought; item++)
        ids[item] = ss_dictionary_id(named->items, item);
    uint32_t more = catalog ? only_in_catalog(named, catalog, ids + bought) : 0;
    table->content.ids = ids;
    table->content.count = bought + more;
    return SS_OK;
}

/* ---- what is known of them ---- */

typedef struct columns_of {
    ss_slice *names, *urls, *images;
    uint32_t *category, *group, *flags, *purchases, *customers;
    int64_t *price, *cost, *stock, *from, *until;
} columns_of;

static ss_status make_columns(ss_item_table *table, columns_of *columns, ss_error *error)
{
    uint32_t count = table->content.count;
    *columns = (columns_of){column(table, count, sizeof(ss_slice)), column(table, count, sizeof(ss_slice)),
                            column(table, count, sizeof(ss_slice)), column(table, count, sizeof(uint32_t)),
                            column(table, count, sizeof(uint32_t)), column(table, count, sizeof(uint32_t)),
                            column(table, count, sizeof(uint32_t)), column(table, count, sizeof(uint32_t)),
                            column(table, count, sizeof(int64_t)),  column(table, count, sizeof(int64_t)),
                            column(table, count, sizeof(int64_t)),  column(table, count, sizeof(int64_t)),
                            column(table, count, sizeof(int64_t))};
    if (table->memory_count < 14)
        return ss_error_nomem(error);
    table->content.names = columns->names;
    table->content.urls = columns->urls;
    table->content.images = columns->images;
    table->content.category = columns->category;
    table->content.group = columns->group;
    table->content.flags = columns->flags;
    table->content.purchases = columns->purchases;
    table->content.customers = columns->customers;
    table->content.price = columns->price;
    table->content.cost = columns->cost;
    table->content.stock = columns->stock;
    table->content.available_from = columns->from;
    table->content.available_until = columns->until;
    return SS_OK;
}

static ss_status number_of(ss_dictionary *dictionary, ss_slice text, uint32_t *number)
{
    *number = SS_NONE;
    return text.size > 0 ? ss_dictionary_intern(dictionary, text, number) : SS_OK;
}

static ss_status fill_from_catalog(ss_item_table *table, const columns_of *columns, uint32_t item,
                                   const ss_catalog_item *known, ss_error *error)
{
    columns->names[item] = known->name;
    columns->urls[item] = known->url;
    columns->images[item] = known->image;
    columns->flags[item] = SS_ITEM_IN_CATALOG | (known->hidden ? SS_ITEM_HIDDEN : 0);
    columns->price[item] = known->price == SS_NO_MONEY ? SS_ITEM_NO_MONEY : known->price;
    columns->cost[item] = known->cost == SS_NO_MONEY ? SS_ITEM_NO_MONEY : known->cost;
    columns->stock[item] = known->stock == SS_NO_STOCK ? SS_ITEM_NO_STOCK : known->stock;
    columns->from[item] = known->available_from;
    columns->until[item] = known->available_until;
    if (number_of(table->categories, known->category, &columns->category[item]) != SS_OK ||
        number_of(table->groups, known->group, &columns->group[item]) != SS_OK)
        return ss_error_nomem(error);
    return SS_OK;
}

static void fill_unknown(const columns_of *columns, uint32_t item, bool may_be_shown)
{
    columns->flags[item] = may_be_shown ? SS_ITEM_IN_CATALOG : 0;
    columns->category[item] = columns->group[item] = SS_NONE;
    columns->price[item] = columns->cost[item] = SS_ITEM_NO_MONEY;
    columns->stock[item] = SS_ITEM_NO_STOCK;
    columns->from[item] = columns->until[item] = SS_NO_TIME;
}

static ss_status fill_columns(ss_item_table *table, const columns_of *columns, const ss_catalog *catalog,
                              ss_error *error)
{
    ss_status status = SS_OK;
    table->categories = ss_dictionary_new();
    table->groups = ss_dictionary_new();
    if (!table->categories || !table->groups)
        return ss_error_nomem(error);
    for (uint32_t item = 0; item < table->content.count && status == SS_OK; item++) {
        uint32_t number = catalog ? ss_catalog_find(catalog, table->content.ids[item]) : SS_NONE;
        if (number == SS_NONE)
            fill_unknown(columns, item, catalog == NULL);
        else
            status = fill_from_catalog(table, columns, item, ss_catalog_item_at(catalog, number), error);
    }
    return status;
}

static ss_status list_names(ss_item_table *table, const ss_dictionary *dictionary, const ss_slice **names,
                            uint32_t *count, ss_error *error)
{
    *count = ss_dictionary_count(dictionary);
    ss_slice *array = column(table, *count, sizeof *array);
    if (!array)
        return ss_error_nomem(error);
    for (uint32_t number = 0; number < *count; number++)
        array[number] = ss_dictionary_id(dictionary, number);
    *names = array;
    return SS_OK;
}

/* Rows are sorted by customer, so a stamp per item tells a customer's first purchase of it from their repeats. */
static ss_status count_purchases(const ss_interactions *log, const columns_of *columns, ss_error *error)
{
    unsigned events = ss_interactions_learning_events(log);
    uint32_t *stamp = ss_array_zeroed(log->item_count, sizeof *stamp);
    if (!stamp)
        return ss_error_nomem(error);
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        if (!(events >> row->event & 1))
            continue;
        columns->purchases[row->item]++;
        if (row->customer != SS_NONE && stamp[row->item] != row->customer + 1) {
            stamp[row->item] = row->customer + 1;
            columns->customers[row->item]++;
        }
    }
    free(stamp);
    return SS_OK;
}

ss_status ss_item_table_make(const ss_interactions *interactions, const ss_interactions *named,
                             const ss_catalog *catalog, int64_t decimals, ss_item_table *table, ss_error *error)
{
    ss_status status = SS_OK;
    columns_of columns;
    *table = (ss_item_table){.content = {.decimals = decimals}};
    SS_TRY(list_ids(table, named, catalog, error));
    SS_TRY(make_columns(table, &columns, error));
    SS_TRY(fill_columns(table, &columns, catalog, error));
    SS_TRY(count_purchases(interactions, &columns, error));
    SS_TRY(list_names(table, table->categories, &table->content.categories, &table->content.category_count, error));
    SS_TRY(list_names(table, table->groups, &table->content.groups, &table->content.group_count, error));
    table->category_count = table->content.category_count;
out:
    if (status != SS_OK)
        ss_item_table_free(table);
    return status;
}

/* ---- histories ---- */

/* How many rows stand behind each entry of the histories. */
static uint32_t *count_repeats(const ss_interactions *log, const ss_groups *groups, unsigned events)
{
    uint32_t *repeats = ss_array_zeroed(groups->offsets[groups->group_count], sizeof *repeats);
    for (size_t i = 0; repeats && i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        if (row->customer == SS_NONE || !(events >> row->event & 1))
            continue;
        uint64_t low = groups->offsets[row->customer], high = groups->offsets[row->customer + 1];
        while (high - low > 1) {
            uint64_t middle = (low + high) / 2;
            if (groups->items[middle] <= row->item)
                low = middle;
            else
                high = middle;
        }
        repeats[low]++;
    }
    return repeats;
}

ss_status ss_histories_write(const char *generation_path, const ss_interactions *interactions,
                             const ss_interactions *named, uint32_t item_count, ss_error *error)
{
    ss_status status = SS_OK;
    unsigned events = ss_interactions_learning_events(interactions);
    ss_groups groups = {0};
    uint32_t *repeats = NULL;
    SS_TRY(ss_groups_make(interactions, SS_BY_CUSTOMER, events, true, true, &groups, error));
    repeats = count_repeats(interactions, &groups, events);
    if (!repeats)
        SS_TRY(ss_error_nomem(error));
    SS_TRY(ss_customers_write(generation_path, named->customers, groups.offsets, groups.items, groups.quantities,
                              repeats, groups.times, item_count, error));
out:
    free(repeats);
    ss_groups_free(&groups);
    return status;
}

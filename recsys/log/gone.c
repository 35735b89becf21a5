#include "log/gone.h"

#include "base/memory.h"

#include <stdlib.h>

void ss_gone_free(ss_gone **gone)
{
    if (!gone || !*gone)
        return;
    ss_dictionary_free(&(*gone)->items);
    ss_dictionary_free(&(*gone)->customers);
    free((*gone)->before);
    free((*gone)->spent);
    free((*gone)->item_rows);
    free((*gone)->set_aside_rows);
    free((*gone)->gone_rows);
    free(*gone);
    *gone = NULL;
}

/* An id that only the catalogue has was not read. */
static uint32_t rows_read(const ss_raw_log *log, uint32_t id)
{
    return id < log->item_capacity ? log->item_rows[id] : 0;
}

/* Has some spelling that the item stands for been read? */
static void mark_read(const ss_raw_log *log, const ss_item_rules *rules, uint8_t *read)
{
    for (uint32_t id = 0; id < ss_dictionary_count(log->items); id++)
        if (rows_read(log, id) > 0)
            read[rules->to[id]] = 1;
}

static ss_status number_items(const ss_raw_log *log, const ss_item_rules *rules, uint32_t left, uint32_t *numbers,
                              ss_gone *gone)
{
    uint32_t count = ss_dictionary_count(log->items), number;
    uint8_t *read = ss_array_zeroed(count, 1);
    ss_status status = read ? SS_OK : SS_E_NOMEM;
    if (read)
        mark_read(log, rules, read);
    for (uint32_t id = 0; status == SS_OK && id < count; id++) {
        if (numbers[id] != SS_NONE || !read[id] || rules->verdict[id] != SS_ITEM_KEPT)
            continue;
        status = ss_dictionary_intern(gone->items, ss_dictionary_id(log->items, id), &number);
        numbers[id] = left + number;
    }
    free(read);
    return status;
}

static ss_status number_customers(const ss_raw_log *log, uint32_t left, uint32_t *numbers, ss_gone *gone)
{
    uint32_t count = ss_dictionary_count(log->customers), most = count - left, met = 0, number;
    gone->before = ss_array_new(most, sizeof *gone->before);
    if (log->spent)
        gone->spent = ss_array_new(most, sizeof *gone->spent);
    ss_status status = gone->before && (gone->spent || !log->spent) ? SS_OK : SS_E_NOMEM;
    for (uint32_t c = 0; status == SS_OK && c < count; c++) {
        if (numbers[c] != SS_NONE) {
            met++;
            continue;
        }
        status = ss_dictionary_intern(gone->customers, ss_dictionary_id(log->customers, c), &number);
        if (status != SS_OK)
            break;
        gone->before[number] = met;
        if (gone->spent)
            gone->spent[number] = log->spent[c];
        numbers[c] = left + number;
    }
    return status;
}

/* Of the ids of a dictionary of its own. */
static uint32_t *list_rows(const ss_raw_log *log, const ss_dictionary *ids)
{
    uint32_t count = ids ? ss_dictionary_count(ids) : 0;
    uint32_t *rows = ss_array_new(count, sizeof *rows);
    for (uint32_t i = 0; rows && i < count; i++)
        rows[i] = rows_read(log, ss_dictionary_find(log->items, ss_dictionary_id(ids, i)));
    return rows;
}

ss_status ss_gone_find(const ss_raw_log *log, const ss_item_rules *rules, const ss_interactions *left, uint32_t *items,
                       uint32_t *customers, ss_gone **gone)
{
    ss_status status;
    ss_gone *made = calloc(1, sizeof *made);
    if (!made)
        return SS_E_NOMEM;
    made->items = ss_dictionary_new();
    made->customers = ss_dictionary_new();
    SS_TRY(made->items && made->customers ? SS_OK : SS_E_NOMEM);
    SS_TRY(number_items(log, rules, left->item_count, items, made));
    SS_TRY(number_customers(log, left->customer_count, customers, made));
    made->item_rows = list_rows(log, left->items);
    made->set_aside_rows = list_rows(log, rules->set_aside);
    made->gone_rows = list_rows(log, made->items);
    SS_TRY(made->item_rows && made->set_aside_rows && made->gone_rows ? SS_OK : SS_E_NOMEM);
    *gone = made;
    made = NULL;
out:
    ss_gone_free(&made);
    return status;
}

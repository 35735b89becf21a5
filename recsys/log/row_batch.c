#include "log/row_batch.h"

#include "base/memory.h"

#include <stdlib.h>

#define BASKET_LAST (SS_NONE / 2 - 1) /* highest number of an order or session */
#define NO_PLACE    255u

_Static_assert(SS_ID_BATCH < NO_PLACE, "places are bytes");

ss_status ss_row_batch_init(ss_row_batch *batch, ss_slice cancel_prefix)
{
    batch->cancel_prefix = cancel_prefix;
    for (int column = 0; column < SS_ID_COLUMNS; column++) {
        batch->dictionaries[column] = ss_dictionary_new();
        if (!batch->dictionaries[column])
            return SS_E_NOMEM;
    }
    return SS_OK;
}

void ss_row_batch_release(ss_row_batch *batch)
{
    for (int column = 0; column < SS_ID_COLUMNS; column++)
        ss_dictionary_free(&batch->dictionaries[column]);
    free(batch->cancels);
    batch->cancels = NULL;
}

static inline unsigned char place_of(ss_row_batch *batch, const ss_row_ids *ids, ss_id_column column)
{
    ss_id_batch *waiting = &batch->ids[column];
    if (ids->texts[column].size == 0)
        return NO_PLACE;
    if (!ids->repeats[column])
        ss_id_batch_add(waiting, ids->texts[column]);
    return (unsigned char)(waiting->count - 1);
}

void ss_row_batch_add(ss_row_batch *batch, const ss_row_ids *ids)
{
    unsigned char *places = batch->places[batch->count++];
    places[SS_ID_ITEM] = place_of(batch, ids, SS_ID_ITEM);
    places[SS_ID_CUSTOMER] = place_of(batch, ids, SS_ID_CUSTOMER);
    places[SS_ID_ORDER] = place_of(batch, ids, SS_ID_ORDER);
    bool by_session = places[SS_ID_ORDER] == NO_PLACE;
    places[SS_ID_SESSION] = by_session ? place_of(batch, ids, SS_ID_SESSION) : NO_PLACE;
}

/* Looks at the ids of orders that are new. */
static ss_status judge_orders(ss_row_batch *batch)
{
    const ss_id_batch *ids = &batch->ids[SS_ID_ORDER];
    ss_slice prefix = batch->cancel_prefix;
    uint32_t count = ss_dictionary_count(batch->dictionaries[SS_ID_ORDER]);
    if (!ss_array_grow(&batch->cancels, &batch->cancels_capacity, count, sizeof *batch->cancels))
        return SS_E_NOMEM;
    for (size_t i = 0; i < ids->count && batch->judged < count; i++) {
        if (ids->numbers[i] != batch->judged)
            continue;
        ss_slice id = ids->ids[i];
        batch->cancels[batch->judged++] =
            prefix.size && id.size >= prefix.size && memcmp(id.data, prefix.data, prefix.size) == 0;
    }
    return SS_OK;
}

static ss_status number_ids(ss_row_batch *batch)
{
    for (int column = 0; column < SS_ID_COLUMNS; column++) {
        ss_dictionary *dictionary = batch->dictionaries[column];
        ss_status status = ss_id_batch_number(&batch->ids[column], dictionary);
        if (status == SS_OK && ss_dictionary_count(dictionary) > BASKET_LAST)
            status = SS_E_LIMIT;
        if (status != SS_OK)
            return status;
    }
    return judge_orders(batch);
}

static inline uint32_t number_of(const ss_row_batch *batch, size_t row, ss_id_column column)
{
    unsigned char place = batch->places[row][column];
    return place == NO_PLACE ? SS_NONE : batch->ids[column].numbers[place];
}

static void number_row(ss_row_batch *batch, size_t i)
{
    ss_interaction *row = &batch->rows[i];
    uint32_t order = number_of(batch, i, SS_ID_ORDER), session = number_of(batch, i, SS_ID_SESSION);
    row->item = number_of(batch, i, SS_ID_ITEM);
    row->customer = number_of(batch, i, SS_ID_CUSTOMER);
    row->basket = order != SS_NONE ? order * 2 : session != SS_NONE ? session * 2 + 1 : SS_NONE;
    if (row->event == SS_EVENT_PURCHASE && ss_row_batch_cancels(batch, row->basket)) {
        batch->cancel_rows++;
        batch->cancel_negative += row->quantity < 0;
    }
}

/* Room in the log for the rows that wait, and for counts of all items. */
static ss_status make_room(const ss_row_batch *batch, ss_raw_log *log)
{
    size_t known = log->item_capacity;
    uint32_t items = ss_dictionary_count(batch->dictionaries[SS_ID_ITEM]);
    if (!ss_array_grow(&log->rows, &log->capacity, log->count + batch->count, sizeof *log->rows) ||
        !ss_array_grow(&log->item_rows, &log->item_capacity, items, sizeof *log->item_rows))
        return SS_E_NOMEM;
    if (log->item_capacity > known)
        memset(log->item_rows + known, 0, (log->item_capacity - known) * sizeof *log->item_rows);
    return SS_OK;
}

ss_status ss_row_batch_flush(ss_row_batch *batch, ss_raw_log *log)
{
    if (batch->count == 0)
        return SS_OK;
    ss_status status = number_ids(batch);
    if (status == SS_OK)
        status = make_room(batch, log);
    if (status != SS_OK)
        return status;
    for (size_t i = 0; i < batch->count; i++) {
        number_row(batch, i);
        const ss_interaction *row = &batch->rows[i];
        log->has_customers |= row->customer != SS_NONE;
        log->has_baskets |= row->basket != SS_NONE;
        log->has_returns |= row->quantity < 0;
        log->item_rows[row->item]++;
    }
    memcpy(log->rows + log->count, batch->rows, batch->count * sizeof *log->rows);
    log->count += batch->count;
    for (int column = 0; column < SS_ID_COLUMNS; column++)
        ss_id_batch_clear(&batch->ids[column]);
    batch->count = 0;
    return SS_OK;
}

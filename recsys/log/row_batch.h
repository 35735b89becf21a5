/*
 * row_batch.h: rows that are read and wait for the numbers of their ids: items, customers, baskets; and what the ids of
 * orders say about cancelling. Not thread-safe; one owner.
 */
#ifndef SS_LOG_ROW_BATCH_H
#define SS_LOG_ROW_BATCH_H

#include "log/id_batch.h"
#include "log/raw_log.h"

/* The columns of ids. An order comes before a session: a row's basket is its order if it has one. */
typedef enum ss_id_column { SS_ID_ITEM, SS_ID_ORDER, SS_ID_CUSTOMER, SS_ID_SESSION, SS_ID_COLUMNS } ss_id_column;

typedef struct ss_row_batch {
    ss_interaction rows[SS_ID_BATCH];
    unsigned char places[SS_ID_BATCH][SS_ID_COLUMNS]; /* of a row's ids in their batch */
    size_t count;
    ss_id_batch ids[SS_ID_COLUMNS];
    ss_dictionary *dictionaries[SS_ID_COLUMNS]; /* owned */
    ss_slice cancel_prefix;                     /* borrowed */
    bool *cancels; /* order number → its id begins with the prefix; the first `judged`. Owned */
    size_t cancels_capacity;
    uint32_t judged;
    uint64_t cancel_rows, cancel_negative; /* purchases in such orders; those with a negative quantity */
} ss_row_batch;

/* The ids of a row. */
typedef struct ss_row_ids {
    ss_slice texts[SS_ID_COLUMNS]; /* 0 to 255 bytes; empty: has none */
    bool repeats[SS_ID_COLUMNS];   /* is known to be the same as in the row added last */
} ss_row_ids;

/* Starts from a zeroed batch; on SS_E_NOMEM it is still to be released. */
ss_status ss_row_batch_init(ss_row_batch *batch, ss_slice cancel_prefix);
void ss_row_batch_release(ss_row_batch *batch);

/* Where the next row is put together. There is room while count < SS_ID_BATCH. */
static inline ss_interaction *ss_row_batch_next(ss_row_batch *batch)
{
    return &batch->rows[batch->count];
}

/* Takes that row in; its numbers come from `ids`. */
void ss_row_batch_add(ss_row_batch *batch, const ss_row_ids *ids);

/*
 * Numbers the rows that wait and appends them to the log. The basket of an order is twice its number, that of a
 * session one more. Errors: SS_E_NOMEM, SS_E_LIMIT.
 */
ss_status ss_row_batch_flush(ss_row_batch *batch, ss_raw_log *log);

/* Does the basket's order id begin with the prefix? */
static inline bool ss_row_batch_cancels(const ss_row_batch *batch, uint32_t basket)
{
    return basket != SS_NONE && basket % 2 == 0 && batch->cancels[basket / 2];
}

#endif

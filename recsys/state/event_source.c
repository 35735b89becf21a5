#include "state/event_source.h"

#include "base/memory.h"
#include "log/catalog.h"
#include "log/values.h"
#include "state/event_reader.h"

#include <stdio.h>
#include <stdlib.h>

#define NUMBER_TEXT  32u
#define EXPORT_FLUSH 65536u
#define EXPORT_MOST  (EXPORT_FLUSH + (1u << 20))

enum { ORDER, CUSTOMER, ITEM, QUANTITY, PRICE, TIME, EVENT, SESSION, EVENT_ID, SHELF, GENERATION, OFFER, COLUMN_COUNT };

static const ss_slice columns[COLUMN_COUNT] = {
    SS_SLICE_LITERAL("order_id"), SS_SLICE_LITERAL("customer_id"), SS_SLICE_LITERAL("item_id"),
    SS_SLICE_LITERAL("quantity"), SS_SLICE_LITERAL("unit_price"),  SS_SLICE_LITERAL("timestamp"),
    SS_SLICE_LITERAL("event"),    SS_SLICE_LITERAL("session_id"),  SS_SLICE_LITERAL("event_id"),
    SS_SLICE_LITERAL("shelf"),    SS_SLICE_LITERAL("generation"),  SS_SLICE_LITERAL("offer_id"),
};

/* Where the texts of an event stand among the columns. */
static const int text_columns[SS_EVENT_TEXTS] = {
    [SS_TEXT_EVENT_ID] = EVENT_ID,     [SS_TEXT_ITEM_ID] = ITEM,   [SS_TEXT_SESSION_ID] = SESSION,
    [SS_TEXT_CUSTOMER_ID] = CUSTOMER,  [SS_TEXT_ORDER_ID] = ORDER, [SS_TEXT_SHELF] = SHELF,
    [SS_TEXT_GENERATION] = GENERATION, [SS_TEXT_OFFER_ID] = OFFER,
};

typedef struct event_source {
    ss_row_source base;
    ss_event_reader *reader; /* owned */
    int decimals;
    int64_t from, until;         /* SS_NO_TIME: no bound */
    const ss_left_out *left_out; /* borrowed; may be NULL */
    ss_slice fields[COLUMN_COUNT];
    char quantity[NUMBER_TEXT], price[SS_MONEY_TEXT], time[SS_TIMESTAMP_TEXT];
} event_source;

static ss_slice format_quantity(float quantity, char text[NUMBER_TEXT])
{
    int length = snprintf(text, NUMBER_TEXT, "%.9g", (double)quantity);
    return (ss_slice){text, (size_t)length};
}

/* A price that is not known is empty. */
static ss_slice format_price(int64_t price, int decimals, char text[SS_MONEY_TEXT])
{
    if (price == SS_NO_MONEY)
        return (ss_slice){"", 0};
    return (ss_slice){text, ss_value_format_money(price, decimals, text)};
}

static void fill_row(event_source *source, const ss_live_event *event, ss_row *row)
{
    for (int t = 0; t < SS_EVENT_TEXTS; t++)
        source->fields[text_columns[t]] = event->texts[t];
    ss_timestamp_format(event->time, source->time);
    source->fields[QUANTITY] = format_quantity(event->quantity, source->quantity);
    source->fields[PRICE] = format_price(event->unit_price, source->decimals, source->price);
    source->fields[TIME] = ss_slice_of(source->time);
    source->fields[EVENT] = ss_slice_of(ss_event_name(event->event));
    for (int i = 0; i < COLUMN_COUNT; i++)
        source->base.bytes_done += source->fields[i].size;
    row->kind = SS_ROW_FIELDS;
    row->fields = source->fields;
    row->field_count = COLUMN_COUNT;
    row->line = event->sequence;
}

static bool is_wanted(const event_source *source, const ss_live_event *event)
{
    return (source->from == SS_NO_TIME || event->time >= source->from) &&
           (source->until == SS_NO_TIME || event->time < source->until) &&
           !ss_left_out_has(source->left_out, event->texts[SS_TEXT_CUSTOMER_ID], event->time);
}

void ss_event_source_limit(ss_row_source *base, int64_t from, int64_t until, const ss_left_out *left_out)
{
    event_source *source = (event_source *)base;
    source->from = from;
    source->until = until;
    source->left_out = left_out;
}

static ss_status source_next(ss_row_source *base, ss_row *row, ss_error *error)
{
    event_source *source = (event_source *)base;
    ss_live_event event;
    bool found = false;
    ss_status status;
    do {
        status = ss_event_reader_next(source->reader, &event, &found, error);
    } while (status == SS_OK && found && !is_wanted(source, &event));
    if (status != SS_OK)
        return status;
    *row = (ss_row){.kind = SS_ROW_END, .place = "events", .line = ss_event_reader_last(source->reader)};
    if (found)
        fill_row(source, &event, row);
    return SS_OK;
}

static void source_close(ss_row_source *base)
{
    event_source *source = (event_source *)base;
    ss_event_reader_free(&source->reader);
    free(source);
}

ss_status ss_event_source_open(const ss_event_store *events, uint64_t from, uint64_t last, int64_t decimals,
                               ss_row_source **source, ss_error *error)
{
    if (decimals < 0 || decimals > 4)
        return ss_error_set(error, SS_E_RANGE, "a currency has 0 to 4 digits after the point");
    event_source *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->base = (ss_row_source){.columns = columns,
                                 .column_count = COLUMN_COUNT,
                                 .generation = 1,
                                 .live = true,
                                 .next = source_next,
                                 .close = source_close};
    made->decimals = (int)decimals;
    ss_event_source_limit(&made->base, SS_NO_TIME, SS_NO_TIME, NULL);
    ss_status status = ss_event_reader_new(events, from, last, &made->reader, error);
    if (status == SS_OK)
        *source = &made->base;
    else
        source_close(&made->base);
    return status;
}

/* ---- export ---- */

static ss_status put_csv_row(ss_buffer *out, const ss_slice *fields)
{
    ss_status status = SS_OK;
    for (int i = 0; i < COLUMN_COUNT && status == SS_OK; i++) {
        if (i > 0)
            status = ss_buffer_append(out, ",", 1);
        if (status == SS_OK)
            status = ss_buffer_append_csv(out, fields[i]);
    }
    return status == SS_OK ? ss_buffer_append(out, "\n", 1) : status;
}

/* Texts of events have no control characters: quotes and backslashes are all that JSON wants escaped. */
static ss_status put_json_text(ss_buffer *out, ss_slice text)
{
    ss_status status = ss_buffer_append(out, "\"", 1);
    for (size_t i = 0; i < text.size && status == SS_OK; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            status = ss_buffer_append(out, "\\", 1);
        if (status == SS_OK)
            status = ss_buffer_append(out, &text.data[i], 1);
    }
    return status == SS_OK ? ss_buffer_append(out, "\"", 1) : status;
}

static ss_status put_json_row(ss_buffer *out, const ss_slice *fields)
{
    ss_status status;
    const char *before = "{";
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (fields[i].size == 0)
            continue;
        bool number = i == QUANTITY || i == PRICE;
        SS_TRY(ss_buffer_printf(out, "%s\"%s\":", before, columns[i].data));
        SS_TRY(number ? ss_buffer_append(out, fields[i].data, fields[i].size) : put_json_text(out, fields[i]));
        before = ",";
    }
    status = ss_buffer_append(out, "}\n", 2);
out:
    return status;
}

static ss_status flush(ss_buffer *out, ss_export_write write, void *context, ss_error *error)
{
    ss_status status = out->size ? write(context, out->data, out->size, error) : SS_OK;
    ss_buffer_clear(out);
    return status;
}

static ss_status export_rows(ss_row_source *source, ss_export_format format, ss_buffer *out, ss_export_write write,
                             void *context, uint64_t *count, ss_error *error)
{
    for (ss_row row;; ++*count) {
        ss_status status = source->next(source, &row, error);
        if (status != SS_OK || row.kind == SS_ROW_END)
            return status == SS_OK ? flush(out, write, context, error) : status;
        status = format == SS_EXPORT_CSV ? put_csv_row(out, row.fields) : put_json_row(out, row.fields);
        if (status != SS_OK)
            return ss_error_nomem(error);
        if (out->size >= EXPORT_FLUSH)
            status = flush(out, write, context, error);
        if (status != SS_OK)
            return status;
    }
}

ss_status ss_event_export(ss_row_source *source, ss_export_format format, ss_export_write write, void *context,
                          uint64_t *rows, ss_error *error)
{
    ss_buffer out;
    uint64_t count = 0;
    ss_buffer_init(&out, EXPORT_MOST);
    ss_status status = format == SS_EXPORT_CSV ? put_csv_row(&out, columns) : SS_OK;
    status = status == SS_OK ? export_rows(source, format, &out, write, context, &count, error) : ss_error_nomem(error);
    ss_buffer_release(&out);
    if (status == SS_OK && rows)
        *rows = count;
    return status;
}

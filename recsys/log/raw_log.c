#include "log/raw_log.h"

#include "base/memory.h"
#include "log/column_map.h"
#include "log/input_digest.h"
#include "log/overlap.h"
#include "log/row_batch.h"
#include "log/values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Orders whose id begins with the usual prefix cancel only where so many of their rows, of 100, are negative. */
#define CANCEL_ROWS_PERCENT 95u

#define EARLY_CHECK_ROWS 100000u /* from here on a log of which more than half is bad is given up */
#define TELL_EVERY       4096u   /* rows between looks at the clock */
#define LAST_TIME_MAX    40u

/*
 * The columns of ids, as a batch has them (order, customer and session side by side: one must be there), and of
 * values.
 */
enum {
    ITEM = SS_ID_ITEM,
    ORDER = SS_ID_ORDER,
    CUSTOMER = SS_ID_CUSTOMER,
    SESSION = SS_ID_SESSION,
    QUANTITY = SS_ID_COLUMNS,
    PRICE,
    TIME,
    EVENT,
    FIELD_COUNT
};

static const ss_field fields[FIELD_COUNT] = {
    [ITEM] = {"item_id", "|item|itemid|stockcode|sku|product|productid|productcode|article|articleid|asin|ean|iid|"
                         "idproduct|productnumber|productreference|artikelnummer|artikelnr|referencia|reference|"},
    [ORDER] = {"order_id", "|order|orderid|orderno|ordernumber|invoice|invoiceno|invoiceid|basket|basketid|transaction|"
                           "transactionid|receipt|receiptid|idorder|bestellnummer|bestellnr|auftragsnummer|commande|"},
    [CUSTOMER] = {"customer_id", "|customer|customerid|customerno|user|userid|uid|client|clientid|member|memberid|"
                                 "visitor|visitorid|buyer|buyerid|customernumber|idcustomer|kundennummer|kundennr|"},
    [SESSION] = {"session_id", "|session|sessionid|visit|visitid|"},
    [QUANTITY] = {"quantity", "|quantity|qty|units|pieces|count|productquantity|anzahl|menge|cantidad|"},
    [PRICE] = {"unit_price", "|price|unitprice|itemprice|unitpricetaxincl|einzelpreis|preis|precio|prix|"},
    [TIME] = {"timestamp",
              "|time|datetime|date|ts|invoicedate|orderdate|createdat|eventtime|purchasedat|orderdatetime|dateadd|"
              "bestelldatum|datum|zeitpunkt|fecha|"},
    [EVENT] = {"event", "|eventtype|eventname|action|behavior|behaviour|"},
};

/* Why the row at hand cannot be used. */
typedef struct problem {
    ss_bad_row reason;
    int field; /* or FIELD_COUNT: the row as a whole */
    ss_slice found;
    const char *message, *expected;
} problem;

typedef struct reader {
    ss_row_source *source;
    const ss_log_options *options;
    ss_raw_log *log;
    ss_log_report *report;
    ss_progress_sink *progress;
    size_t map[FIELD_COUNT];
    const ss_notation *notation; /* of the rows at hand */
    uint64_t generation;         /* of the columns in `map` */
    bool mapped;
    uint64_t bad;
    problem problem;
    ss_overlap overlap;
    bool live;       /* the rows at hand are events of the live store */
    ss_event event;  /* of the row at hand */
    bool above_zero; /* its price */
    int64_t price;   /* or SS_NO_MONEY */
    char last_time_text[LAST_TIME_MAX];
    size_t last_time_size;
    int64_t last_time;
    ss_row_batch batch;
    ss_input_digest digest;
} reader;

static inline ss_slice field_of(const reader *r, const ss_row *row, int field)
{
    size_t column = r->map[field];
    return column < row->field_count ? row->fields[column] : (ss_slice){"", 0};
}

static bool refuse(reader *r, ss_bad_row reason, int field, ss_slice found, const char *message, const char *expected)
{
    r->problem = (problem){reason, field, found, message, expected};
    return false;
}

static void describe_problem(reader *r, const ss_row *row)
{
    ss_error error;
    const problem *p = &r->problem;
    ss_error_set(&error, SS_E_FORMAT, "%s", p->message);
    ss_error_place(&error, row->place, row->line);
    if (p->field < FIELD_COUNT) {
        char column[64] = "";
        if (r->map[p->field] < r->source->column_count) {
            ss_slice name = r->source->columns[r->map[p->field]];
            snprintf(column, sizeof column, "%.*s", (int)name.size, name.data);
        }
        ss_error_field(&error, column[0] ? column : fields[p->field].name);
        ss_error_found(&error, p->found.data, p->found.size, p->expected);
    }
    char *text = r->report->first_bad[r->report->first_bad_count++];
    ss_error_format(&error, text, sizeof r->report->first_bad[0]);
}

static void count_bad(reader *r, const ss_row *row)
{
    r->bad++;
    r->report->bad[r->problem.reason]++;
    if (r->report->first_bad_count < sizeof r->report->first_bad / sizeof *r->report->first_bad)
        describe_problem(r, row);
}

/* Events of the live store bear our own names. */
static ss_mapping mapping_of(const reader *r)
{
    return r->source->live ? (ss_mapping){0} : (ss_mapping){"--columns", r->options->columns};
}

static ss_status missing(const reader *r, ss_field_range wanted, const ss_row *row, ss_error *error)
{
    return ss_column_map_missing(fields, FIELD_COUNT, mapping_of(r), r->map, wanted, r->source, row->place, error);
}

static ss_status check_columns(reader *r, const ss_row *row, ss_error *error)
{
    const size_t *map = r->map;
    if (map[ITEM] == SS_NO_COLUMN)
        return missing(r, (ss_field_range){ITEM, 1}, row, error);
    if (map[ORDER] == SS_NO_COLUMN && map[CUSTOMER] == SS_NO_COLUMN && map[SESSION] == SS_NO_COLUMN)
        return missing(r, (ss_field_range){ORDER, 3}, row, error);
    bool has_times = map[TIME] != SS_NO_COLUMN;
    if (r->mapped && has_times != r->log->has_times) {
        ss_error_set(error, SS_E_FORMAT,
                     r->source->live
                         ? "the log has no column timestamp: what it holds of the live events cannot be told"
                         : "some files have a column timestamp and some have none");
        ss_error_place(error, row->place, 0);
        return SS_E_FORMAT;
    }
    r->log->has_times = has_times;
    return SS_OK;
}

static ss_status explain(ss_status status, ss_error *error)
{
    return status == SS_E_LIMIT ? ss_error_set(error, status, "too many different ids in one log")
                                : ss_error_nomem(error);
}

/* The log has ended: from here on there are events. */
static ss_status begin_events(reader *r, ss_error *error)
{
    ss_status status = ss_row_batch_flush(&r->batch, r->log);
    if (status == SS_OK)
        status = ss_overlap_close(&r->overlap, r->log->rows, r->log->count);
    r->live = true;
    return status == SS_OK ? SS_OK : explain(status, error);
}

/* The columns have changed: a new file begins. Those of the live store bear our own names, and are written our way. */
static ss_status map_columns(reader *r, const ss_row *row, ss_error *error)
{
    static const ss_notation ours = {0};
    ss_status status = ss_column_map_make(fields, FIELD_COUNT, mapping_of(r), r->source, row->place, r->map, error);
    if (status == SS_OK)
        status = check_columns(r, row, error);
    if (status == SS_OK && r->source->live && !r->live)
        status = begin_events(r, error);
    if (status != SS_OK)
        return status;
    if (!r->report->hint[0] && !r->live)
        ss_column_map_hint(fields, FIELD_COUNT, r->map, r->source, r->report->hint, sizeof r->report->hint);
    ss_input_digest_row(&r->digest, r->source->columns, r->source->column_count);
    r->notation = r->source->live ? &ours : &r->options->notation;
    r->generation = r->source->generation;
    r->mapped = true;
    return SS_OK;
}

/* Rows of one order share their time to the letter. */
static bool read_time(reader *r, const ss_row *row, int64_t *time)
{
    if (!r->log->has_times) {
        *time = (int64_t)(r->report->rows - 1);
        return true;
    }
    ss_slice text = field_of(r, row, TIME);
    if (text.size && text.size == r->last_time_size && ss_id_same_bytes(text.data, r->last_time_text, text.size)) {
        *time = r->last_time;
        return true;
    }
    if (!ss_notation_time(r->notation, text, time))
        return refuse(r, SS_BAD_TIMESTAMP, TIME, text, "not a time", ss_notation_instant(r->notation));
    if (text.size <= LAST_TIME_MAX) {
        memcpy(r->last_time_text, text.data, text.size);
        r->last_time_size = text.size;
        r->last_time = *time;
    }
    return true;
}

static bool read_event(reader *r, const ss_row *row)
{
    r->event = SS_EVENT_PURCHASE;
    if (r->map[EVENT] == SS_NO_COLUMN)
        return true;
    ss_slice text = field_of(r, row, EVENT);
    return ss_value_event(text, &r->event) ||
           refuse(r, SS_BAD_EVENT, EVENT, text, "not an event",
                  "purchase, view, cart_add, cart_remove, impression, click, dismiss or accept");
}

/* What happened but a purchase may leave its quantity out, and its sign and size say nothing. */
static bool read_quantity(reader *r, const ss_row *row, float *quantity)
{
    *quantity = 1;
    if (r->map[QUANTITY] == SS_NO_COLUMN)
        return true;
    char room[SS_NOTATION_TEXT];
    ss_slice text = field_of(r, row, QUANTITY), number = text;
    if (ss_notation_number(r->notation, &number, room) && ss_value_quantity(number, quantity)) {
        if (r->event != SS_EVENT_PURCHASE)
            *quantity = *quantity == 0 ? 1 : fabsf(*quantity);
        return true;
    }
    return (r->event != SS_EVENT_PURCHASE && ss_slice_trim(text).size == 0) ||
           refuse(r, SS_BAD_QUANTITY, QUANTITY, text, "not a quantity",
                  "a decimal number up to 1e9, negative for a return");
}

/* An empty price is an unknown one. */
static bool read_price(reader *r, const ss_row *row)
{
    r->above_zero = true;
    r->price = SS_NO_MONEY;
    if (r->map[PRICE] == SS_NO_COLUMN)
        return true;
    char room[SS_NOTATION_TEXT];
    ss_slice text = field_of(r, row, PRICE), number = text;
    return (ss_notation_number(r->notation, &number, room) &&
            ss_value_price(number, r->options->decimals, &r->above_zero, &r->price)) ||
           ss_slice_trim(text).size == 0 ||
           refuse(r, SS_BAD_PRICE, PRICE, text, "not a price", ss_notation_price(r->notation));
}

static bool refuse_id(reader *r, int field, ss_slice text, ss_id_problem what)
{
    if (what == SS_ID_NOT_TEXT)
        return refuse(r, SS_BAD_FIELDS, field, text, "an id is not text",
                      "UTF-8 without control characters; iconv converts from others");
    return refuse(r, field == ITEM ? SS_BAD_ITEM : SS_BAD_ID, field, text,
                  what == SS_ID_EMPTY ? "no item id" : "an id is too long", "1 to 255 bytes of UTF-8");
}

/* What stood in the row before was checked there. */
static inline bool read_id(reader *r, const ss_row *row, int field, ss_row_ids *ids)
{
    ss_slice text = field_of(r, row, field);
    ids->texts[field] = text;
    ids->repeats[field] = ss_id_batch_repeats(&r->batch.ids[field], text);
    if (ids->repeats[field] || ss_value_is_plain_id(text))
        return true;
    ss_id_problem what = ss_value_id(&ids->texts[field]);
    return what == SS_ID_FINE || (what == SS_ID_EMPTY && field != ITEM) || refuse_id(r, field, text, what);
}

static bool read_ids(reader *r, const ss_row *row, ss_row_ids *ids)
{
    for (int field = 0; field < SS_ID_COLUMNS; field++)
        if (!read_id(r, row, field, ids))
            return false;
    return ids->texts[ORDER].size || ids->texts[CUSTOMER].size || ids->texts[SESSION].size ||
           refuse(r, SS_BAD_NO_GROUP, FIELD_COUNT, ids->texts[ITEM], "neither order, customer nor session", NULL);
}

static uint32_t find_id(const reader *r, const ss_row_ids *ids, ss_id_column column)
{
    return ids->texts[column].size ? ss_dictionary_find(r->batch.dictionaries[column], ids->texts[column]) : SS_NONE;
}

/* Is it an event that the log holds? The ids of the log have their numbers since the first event. */
static bool is_overlap(const reader *r, const ss_interaction *row, const ss_row_ids *ids)
{
    return r->live && ss_overlap_holds(&r->overlap, r->event, row->time, find_id(r, ids, SS_ID_ORDER),
                                       find_id(r, ids, SS_ID_ITEM), row->quantity);
}

static bool is_forgotten(const reader *r, const ss_interaction *row, const ss_row_ids *ids)
{
    return ss_left_out_has(r->options->forgotten, ids->texts[CUSTOMER], r->log->has_times ? row->time : SS_NO_TIME);
}

/* Whether a rule of one row alone takes it out; the rules of price and quantity are for purchases and returns only. */
static bool is_ignored(reader *r, const ss_interaction *row, const ss_row_ids *ids)
{
    uint64_t *ignored = r->report->ignored;
    bool is_purchase = r->event == SS_EVENT_PURCHASE;
    int rule = -1;
    if (is_forgotten(r, row, ids))
        rule = SS_IGNORED_FORGOTTEN;
    else if (r->log->has_times && r->options->until != SS_NO_TIME && row->time >= r->options->until)
        rule = SS_IGNORED_LATER;
    else if (is_overlap(r, row, ids))
        rule = SS_IGNORED_OVERLAP;
    else if (is_purchase && !r->above_zero)
        rule = SS_IGNORED_PRICE;
    else if (is_purchase && row->quantity == 0)
        rule = SS_IGNORED_ZERO;
    if (rule >= 0)
        ignored[rule]++;
    return rule >= 0;
}

/* What is told of an offer may name no product (state/event_rules.h): nothing is wrong with it, or learned from it. */
static bool names_no_item(reader *r, const ss_row *row)
{
    bool may = r->event == SS_EVENT_IMPRESSION || r->event == SS_EVENT_ACCEPT || r->event == SS_EVENT_DISMISS;
    bool none = may && ss_slice_trim(field_of(r, row, ITEM)).size == 0;
    r->report->ignored[SS_IGNORED_NO_ITEM] += none;
    return none;
}

static ss_status add_row(reader *r, const ss_row_ids *ids)
{
    if (r->event == SS_EVENT_PURCHASE && ss_price_tape_add(&r->log->prices, r->price) != SS_OK)
        return SS_E_NOMEM;
    ss_row_batch_add(&r->batch, ids);
    return r->batch.count < SS_ID_BATCH ? SS_OK : ss_row_batch_flush(&r->batch, r->log);
}

static ss_status take_row(reader *r, const ss_row *row)
{
    ss_interaction *values = ss_row_batch_next(&r->batch);
    ss_row_ids ids;
    int64_t time;
    if (row->kind == SS_ROW_BROKEN) {
        refuse(r, SS_BAD_FIELDS, FIELD_COUNT, (ss_slice){"", 0}, row->problem, NULL);
        count_bad(r, row);
        return SS_OK;
    }
    ss_input_digest_row(&r->digest, row->fields, row->field_count);
    bool known = read_event(r, row);
    if (known && names_no_item(r, row))
        return SS_OK;
    if (!known || !read_time(r, row, &time) || !read_quantity(r, row, &values->quantity) || !read_price(r, row) ||
        !read_ids(r, row, &ids)) {
        count_bad(r, row);
        return SS_OK;
    }
    ss_interaction_set(values, time, r->event);
    if (!r->live && r->log->has_times)
        ss_overlap_note(&r->overlap, r->event, time);
    return is_ignored(r, values, &ids) ? SS_OK : add_row(r, &ids);
}

/* Every so often: is somebody stopping us, and is the log worth going on with? */
static ss_status look_up(reader *r, bool finished, ss_error *error)
{
    const ss_row_source *source = r->source;
    uint64_t rows = r->report->rows, total = 0;
    if (finished)
        total = rows;
    else if (source->bytes_total && source->bytes_done)
        total = (uint64_t)((double)rows * (double)source->bytes_total / (double)source->bytes_done);
    ss_progress progress = {"read log", rows, total, "rows", (double)NAN, finished};
    if (!ss_progress_tell(r->progress, &progress))
        return ss_error_set(error, SS_E_CANCELLED, "stopped on request while reading the log");
    double limit = fmax(0.5, r->options->max_bad_rows);
    if (rows >= EARLY_CHECK_ROWS && (double)r->bad > limit * (double)rows)
        return ss_error_set(error, SS_E_BAD_INPUT, "%llu of the first %llu rows cannot be read; first %s",
                            (unsigned long long)r->bad, (unsigned long long)rows, r->report->first_bad[0]);
    return SS_OK;
}

/* A broken first line says nothing about columns; a log of a header alone is asked for its columns all the same. */
static bool needs_mapping(const reader *r, const ss_row *row)
{
    if (r->mapped && r->generation == r->source->generation)
        return false;
    return row->kind == SS_ROW_FIELDS || (row->kind == SS_ROW_END && !r->mapped && r->source->column_count > 0);
}

static ss_status read_rows(reader *r, ss_error *error)
{
    for (;;) {
        ss_row row;
        ss_status status = r->source->next(r->source, &row, error);
        if (status != SS_OK)
            return status;
        if (r->source->live)
            r->report->events_last = row.line;
        if (needs_mapping(r, &row))
            status = map_columns(r, &row, error);
        if (status != SS_OK || row.kind == SS_ROW_END)
            return status;
        r->report->rows++;
        r->report->events += r->source->live;
        status = take_row(r, &row);
        if (status != SS_OK)
            return explain(status, error);
        if (r->report->rows % TELL_EVERY == 0)
            status = look_up(r, false, error);
        if (status != SS_OK)
            return status;
    }
}

/* Rows of cancelling orders return, whatever their sign. */
static void turn_cancelled(reader *r)
{
    const ss_row_batch *batch = &r->batch;
    bool is_explicit = r->options->cancel_prefix != NULL;
    r->report->cancelling = batch->cancel_rows > 0;
    r->report->cancels = is_explicit || batch->cancel_negative * 100 >= batch->cancel_rows * CANCEL_ROWS_PERCENT;
    if (batch->cancel_rows == batch->cancel_negative || !r->report->cancels)
        return;
    for (size_t i = 0; i < r->log->count; i++) {
        ss_interaction *row = &r->log->rows[i];
        if (row->event != SS_EVENT_PURCHASE || !ss_row_batch_cancels(batch, row->basket))
            continue;
        row->quantity = -fabsf(row->quantity);
        r->log->has_returns = true;
    }
}

static ss_status prepare(reader *r, ss_error *error)
{
    const char *prefix = r->options->cancel_prefix;
    ss_input_digest_start(&r->digest);
    ss_overlap_init(&r->overlap, r->options->events_from);
    if (r->options->newest)
        memcpy(r->overlap.newest, r->options->newest, sizeof r->overlap.newest);
    if (ss_row_batch_init(&r->batch, ss_slice_of(prefix ? prefix : SS_USUAL_CANCEL_PREFIX)) != SS_OK)
        return ss_error_nomem(error);
    return SS_OK;
}

static ss_status keep_keys(const ss_dictionary *ids, bool sessions, uint64_t **keys)
{
    uint32_t count = ss_dictionary_count(ids);
    *keys = ss_array_new(count, sizeof **keys);
    if (!*keys)
        return SS_E_NOMEM;
    for (uint32_t i = 0; i < count; i++)
        (*keys)[i] = ss_basket_key(sessions, ss_dictionary_id(ids, i));
    return SS_OK;
}

static ss_status keep_basket_keys(reader *r)
{
    ss_dictionary *const *ids = r->batch.dictionaries;
    if (!r->options->keep)
        return SS_OK;
    ss_status status = keep_keys(ids[SS_ID_ORDER], false, &r->log->basket_keys[0]);
    return status == SS_OK ? keep_keys(ids[SS_ID_SESSION], true, &r->log->basket_keys[1]) : status;
}

static ss_dictionary *take_dictionary(reader *r, ss_id_column column)
{
    ss_dictionary *dictionary = r->batch.dictionaries[column];
    r->batch.dictionaries[column] = NULL;
    return dictionary;
}

static void finish(reader *r)
{
    uint64_t orders = ss_dictionary_count(r->batch.dictionaries[SS_ID_ORDER]);
    uint64_t sessions = ss_dictionary_count(r->batch.dictionaries[SS_ID_SESSION]);
    ss_hash128 digest = ss_input_digest_finish(&r->digest);
    turn_cancelled(r);
    r->log->basket_limit = 2 * (orders > sessions ? orders : sessions);
    r->log->items = take_dictionary(r, SS_ID_ITEM);
    r->log->customers = take_dictionary(r, SS_ID_CUSTOMER);
    r->report->newest = ss_overlap_newest(&r->overlap);
    memcpy(r->report->newest_of, r->overlap.newest, sizeof r->report->newest_of);
    r->report->digest_low = digest.low;
    r->report->digest_high = digest.high;
}

ss_status ss_raw_log_read(ss_row_source *source, const ss_log_options *options, ss_progress_sink *progress,
                          ss_raw_log *log, ss_log_report *report, ss_error *error)
{
    ss_raw_log result = {0};
    reader *r = calloc(1, sizeof *r);
    if (!r)
        return ss_error_nomem(error);
    r->source = source;
    r->options = options;
    r->progress = progress;
    r->report = report;
    r->log = &result;
    ss_status status;
    SS_TRY(prepare(r, error));
    SS_TRY(read_rows(r, error));
    SS_TRY(look_up(r, true, error));
    status = ss_row_batch_flush(&r->batch, &result);
    if (status == SS_OK)
        status = keep_basket_keys(r);
    if (status != SS_OK)
        SS_TRY(explain(status, error));
    finish(r);
    *log = result;
out:
    if (status != SS_OK)
        ss_raw_log_free(&result);
    ss_row_batch_release(&r->batch);
    ss_overlap_release(&r->overlap);
    free(r);
    return status;
}

void ss_raw_log_free(ss_raw_log *log)
{
    if (!log)
        return;
    free(log->rows);
    free(log->item_rows);
    free(log->spent);
    free(log->basket_keys[0]);
    free(log->basket_keys[1]);
    ss_price_tape_release(&log->prices);
    ss_dictionary_free(&log->items);
    ss_dictionary_free(&log->customers);
    *log = (ss_raw_log){0};
}

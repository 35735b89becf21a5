#include "cli/command.h"
#include "cli/connection.h"
#include "cli/feed_print.h"
#include "cli/row_feed.h"

#include "base/memory.h"
#include "log/notation.h"
#include "log/values.h"
#include <stdlib.h>
#include <string.h>

enum { EVENT, ITEM, SESSION, CUSTOMER, ORDER, EVENT_ID, QUANTITY, PRICE, TIME, SHELF, GENERATION, OFFER, FIELD_COUNT };

static const ss_field event_fields[FIELD_COUNT] = {
    [EVENT] = {"event", "|eventtype|eventname|type|action|"},
    [ITEM] = {"item_id", "|item|itemid|sku|product|productid|"},
    [SESSION] = {"session_id", "|session|sessionid|visit|visitid|"},
    [CUSTOMER] = {"customer_id", "|customer|customerid|user|userid|visitor|visitorid|"},
    [ORDER] = {"order_id", "|order|orderid|invoice|invoiceno|"},
    [EVENT_ID] = {"event_id", "|eventid|messageid|uuid|"},
    [QUANTITY] = {"quantity", "|qty|pieces|count|"},
    [PRICE] = {"unit_price", "|price|unitprice|itemprice|"},
    [TIME] = {"timestamp", "|time|datetime|date|ts|eventtime|"},
    [SHELF] = {"shelf", "|placement|"},
    [GENERATION] = {"generation", "|model|"},
    [OFFER] = {"offer_id", "|offer|offerid|"},
};

typedef struct event_settings {
    const char *texts[FIELD_COUNT];
    ss_texts files;
    const char *columns;
    int64_t decimals;
    ss_notation notation;
    bool relaxed, no_consent;
    ss_connection_settings connection;
} event_settings;

#define AT(MEMBER)   offsetof(event_settings, MEMBER)
#define TEXT(NUMBER) SS_OPTION_TEXT, offsetof(event_settings, texts) + (NUMBER) * sizeof(char *), 0, 0, NULL, NULL

static const ss_option event_options[] = {
    {"type", TEXT(EVENT), "EVENT", "view, cart_add, cart_remove, purchase, impression, click, dismiss or accept."},
    {"item", TEXT(ITEM), "ID", "The product."},
    {"session", TEXT(SESSION), "ID", "The visitor's session."},
    {"customer", TEXT(CUSTOMER), "ID", "The customer, where known."},
    {"order", TEXT(ORDER), "ID", "The order, of a purchase."},
    {"event-id", TEXT(EVENT_ID), "ID", "Your own number for it: however often it is sent, it counts once."},
    {"quantity", TEXT(QUANTITY), "PIECES", "Pieces; negative: a return."},
    {"unit-price", TEXT(PRICE), "AMOUNT", "Price of one piece, such as 2.50."},
    {"time", TEXT(TIME), "TIME", "When it happened; now if not given."},
    {"shelf", TEXT(SHELF), "NAME", "The shelf that showed the product."},
    {"generation", TEXT(GENERATION), "NAME", "The generation of that answer."},
    {"offer", TEXT(OFFER), "ID", "The offer that was shown, accepted or dismissed; then --item may be left out."},
    {"file", SS_OPTION_TEXTS, AT(files), 0, 0, NULL, NULL, "FILE|-",
     "Events from a file (CSV, NDJSON, gzip, zstd) or standard input, 1,000 at a time."},
    {"columns", SS_OPTION_TEXT, AT(columns), 0, 0, NULL, NULL, "FIELD=COLUMN,…",
     "Where the file's columns have other names: event, item_id, session_id, customer_id, order_id, event_id, "
     "quantity, "
     "unit_price, timestamp, shelf, generation, offer_id."},
    {"decimals", SS_OPTION_INT, AT(decimals), 0, 4, "2", NULL, "DIGITS",
     "Digits after the point of the shop's currency."},
    {"relaxed", SS_OPTION_FLAG, AT(relaxed), 0, 0, NULL, NULL, NULL,
     "Do not wait until it is on the disk: a crash of the server may lose it."},
    {"no-consent", SS_OPTION_FLAG, AT(no_consent), 0, 0, NULL, NULL, NULL, "The visitor allows nothing to be kept."},
    {0},
};

static size_t event_groups(void *memory, ss_option_group *groups)
{
    event_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, event_options, settings};
    groups[1] =
        (ss_option_group){"How the files write numbers and times", NULL, ss_notation_option_table, &settings->notation};
    groups[2] = (ss_option_group){"Connection", NULL, ss_connection_option_table, &settings->connection};
    return 3;
}

/* ---- a row becomes an event ---- */

typedef struct event_feed {
    const event_settings *settings;
    smartshelf_client *client;
    smartshelf_event_row *rows; /* SMARTSHELF_CHANGES_MAX */
} event_feed;

static bool read_numbers(const event_feed *of, ss_row_feed *feed, smartshelf_event_row *row)
{
    ss_slice quantity = ss_row_feed_field(feed, QUANTITY), price = ss_row_feed_field(feed, PRICE),
             time = ss_row_feed_field(feed, TIME);
    const ss_notation *notation = &of->settings->notation;
    if (quantity.size > 0 && !ss_notation_f64(notation, quantity, &row->quantity))
        return ss_row_feed_refuse(feed, QUANTITY, "not a quantity", "a number of pieces");
    row->has_price = price.size > 0;
    if (row->has_price && !ss_notation_money(notation, price, of->settings->decimals, &row->unit_price))
        return ss_row_feed_refuse(feed, PRICE, "not an amount of money", ss_notation_price(notation));
    if (time.size > 0 && !ss_notation_time(notation, time, &row->timestamp))
        return ss_row_feed_refuse(feed, TIME, "not a time", ss_notation_instant(notation));
    return true;
}

static bool read_event(ss_row_feed *feed, smartshelf_event_row *row)
{
    ss_event event;
    if (!ss_value_event(ss_row_feed_field(feed, EVENT), &event))
        return ss_row_feed_refuse(feed, EVENT, "no event",
                                  "view, cart_add, cart_remove, purchase, impression, click, dismiss or accept");
    if (ss_row_feed_field(feed, ITEM).size == 0 && ss_row_feed_field(feed, OFFER).size == 0)
        return ss_row_feed_refuse(feed, ITEM, "which item?", "its item_id");
    row->event = ss_event_name(event);
    return true;
}

/* So that a file which is sent again counts once. */
static const char *made_id(ss_row_feed *feed)
{
    char text[33];
    ss_row_feed_identity(feed, text);
    return ss_row_feed_keep(feed, ss_slice_of(text));
}

static bool take_event(void *context, ss_row_feed *feed, size_t at)
{
    event_feed *of = context;
    smartshelf_event_row *row = &of->rows[at];
    *row = (smartshelf_event_row){0};
    if (!read_event(feed, row) || !read_numbers(of, feed, row))
        return false;
    row->item_id = ss_row_feed_text(feed, ITEM);
    row->session_id = ss_row_feed_text(feed, SESSION);
    row->customer_id = ss_row_feed_text(feed, CUSTOMER);
    row->order_id = ss_row_feed_text(feed, ORDER);
    row->event_id = ss_row_feed_text(feed, EVENT_ID);
    if (!row->event_id && of->settings->files.count > 0)
        row->event_id = made_id(feed);
    row->shelf = ss_row_feed_text(feed, SHELF);
    row->generation = ss_row_feed_text(feed, GENERATION);
    row->offer_id = ss_row_feed_text(feed, OFFER);
    return true;
}

static smartshelf_status send_events(void *context, size_t count, smartshelf_answer *answer)
{
    const event_feed *of = context;
    unsigned how =
        (of->settings->relaxed ? SMARTSHELF_RELAXED : 0) | (of->settings->no_consent ? SMARTSHELF_NO_CONSENT : 0);
    return smartshelf_events(of->client, of->rows, count, how, answer);
}

/* ---- the command ---- */

static ss_status check_settings(const event_settings *settings, ss_error *error)
{
    bool single = false;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        single |= settings->texts[i] != NULL;
    if (single && settings->files.count > 0)
        return ss_error_set(error, SS_E_ARGUMENT, "either --file, or the options of one event");
    if (settings->files.count > 0)
        return SS_OK;
    if (!settings->texts[EVENT] || !(settings->texts[ITEM] || settings->texts[OFFER]))
        return ss_error_set(error, SS_E_ARGUMENT,
                            "--type and --item (or --offer) say what happened; or --file, where it stands");
    return SS_OK;
}

static ss_status run_event(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    const event_settings *settings = memory;
    const char *place = settings->connection.endpoints.text[0];
    ss_connection connection = {0};
    ss_row_feed *feed = NULL;
    event_feed of = {settings, NULL, ss_array_new(SMARTSHELF_CHANGES_MAX, sizeof *of.rows)};
    const ss_feed_kind kind = {"send events", event_fields, FIELD_COUNT, ITEM, take_event, send_events, &of};
    SS_TRY(of.rows ? SS_OK : ss_error_nomem(error));
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    SS_TRY(check_settings(settings, error));
    SS_TRY(ss_row_feed_new(&kind, &feed, error));
    SS_TRY(ss_connection_open(&settings->connection, &connection, error));
    of.client = connection.client;
    if (settings->files.count > 0)
        status = ss_row_feed_files(feed, &settings->files, settings->columns, place, cli, error);
    else
        status = ss_row_feed_one(feed, settings->texts, place, error);
    status = ss_feed_print(feed, "event", status, cli, error);
out:
    ss_row_feed_free(&feed);
    ss_connection_close(&connection);
    free(of.rows);
    return status;
}

const ss_command ss_command_event = {
    .name = "event",
    .operands = "",
    .summary = "Tell a server what visitors do.",
    .description =
        "One event by options, or many from files. A row without event_id gets one from its file's name, its line and\n"
        "what it says: a file that is sent again, after an error or not, counts once (among the events that the "
        "server\n"
        "remembers). Rows that cannot be read or that the server refuses are told with their line, and left out.\n\n"
        "  smartshelf event --type view --item 85123A --session s-4711\n"
        "  smartshelf event --type purchase --item 85123A --customer 17850 --order 536365 --quantity 6 --unit-price "
        "2.55\n"
        "  smartshelf event --type accept --offer 7KQ2M4X9 --session s-4711\n"
        "  smartshelf event --file events.ndjson.gz --connect ipc:///run/shelf.ipc\n"
        "  zcat clicks.csv.gz | smartshelf event --file - --relaxed",
    .is_job = true,
    .settings_size = sizeof(event_settings),
    .groups = event_groups,
    .run = run_event,
};

/* Reading logs: small ones whose outcome is written down, bad ones, and the real ones' published counts. */
#include "testing.h"

#include "failing_malloc.h"
#include "memory_rows.h"

#include "log/read_log.h"

#include <inttypes.h>
#include <math.h>

static ss_status read_text(const char *text, const ss_log_options *options, const ss_catalog *catalog,
                           ss_interactions *log, ss_log_report *report, ss_error *error)
{
    ss_row_source *source = memory_rows_open(text);
    if (!source)
        return SS_E_NOMEM;
    ss_status status = ss_log_read(source, options, catalog, NULL, log, report, error);
    ss_row_source_close(&source);
    return status;
}

static void append_id(char *text, const ss_dictionary *ids, uint32_t number)
{
    ss_slice id = number == SS_NONE ? SS_SLICE_LITERAL("-") : ss_dictionary_id(ids, number);
    strncat(text, id.data, id.size);
}

/* "customer basket item quantity[ @time][ event]; …": baskets by number, times where the log has some. */
static void render(const ss_interactions *log, char *text)
{
    text[0] = '\0';
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        char *end;
        append_id(text, log->customers, row->customer);
        end = text + strlen(text);
        end += row->basket == SS_NONE ? sprintf(end, " - ") : sprintf(end, " %" PRIu32 " ", row->basket);
        append_id(text, log->items, row->item);
        end = text + strlen(text);
        end += sprintf(end, " %g", (double)row->quantity);
        if (log->has_times)
            end += sprintf(end, " @%" PRId64, (int64_t)row->time / SS_SECOND);
        if (row->event != SS_EVENT_PURCHASE)
            end += sprintf(end, " %s", ss_event_name((ss_event)row->event));
        sprintf(end, "; ");
    }
}

static void expect_accounts_balance(const ss_log_report *report)
{
    uint64_t sum = report->return_rows + report->purchases_removed + report->merged + report->kept;
    for (int i = 0; i < SS_BAD_COUNT; i++)
        sum += report->bad[i];
    for (int i = 0; i < SS_IGNORED_COUNT; i++)
        sum += i == SS_IGNORED_RETURN ? 0 : report->ignored[i];
    assert_int_equal(sum, report->rows);
}

typedef struct log_case {
    const char *name, *text, *rows;
    const char *columns, *cancel_prefix;
} log_case;

static const log_case good_logs[] = {
    {"customers alone", "customer_id,item_id\nu,a\nv,b\nu,b\n", "u - a 1; u - b 1; v - b 1; ", NULL, NULL},
    {"no times, no baskets: one row a customer and item", "customer_id,item_id\nu,a\nv,b\nu,a\n", "u - a 2; v - b 1; ",
     NULL, NULL},
    {"times, no baskets: the moment is the basket", "customer_id,item_id,timestamp\nu,a,10\nu,a,20\nu,a,10\n",
     "u - a 2 @10; u - a 1 @20; ", NULL, NULL},
    {"baskets alone", "order_id,item_id\n1,a\n1,b\n2,a\n", "- 0 a 1; - 0 b 1; - 1 a 1; ", NULL, NULL},
    {"the position is the time", "customer_id,item_id\nu,b\nv,a\nu,a\n", "u - b 1; u - a 1; v - a 1; ", NULL, NULL},
    {"sessions where there is no order", "order_id,session_id,item_id\n,s,a\n1,s,b\n,t,a\n1,,a\n",
     "- 0 b 1; - 0 a 1; - 1 a 1; - 2 a 1; ", NULL, NULL},
    {"an order and a session of one name", "order_id,session_id,item_id\n7,,a\n,7,a\n", "- 0 a 1; - 1 a 1; ", NULL,
     NULL},
    {"rows without a customer stand last", "order_id,customer_id,item_id,timestamp\n1,,a,10\n2,u,a,20\n3,,b,5\n",
     "u 1 a 1 @20; - 0 a 1 @10; - 2 b 1 @5; ", NULL, NULL},
    {"an order whose rows lack the customer here and there", "order_id,customer_id,item_id\n1,u,a\n1,,b\n1,,b\n",
     "u 0 a 1; - 0 b 2; ", NULL, NULL},
    {"repeats are merged and the first time kept",
     "order_id,customer_id,item_id,quantity,timestamp\n"
     "1,u,a,2,30\n1,u,b,1,10\n1,u,a,3,20\n2,u,a,1,40\n",
     "u 0 b 1 @10; u 0 a 5 @20; u 1 a 1 @40; ", NULL, NULL},
    {"events are rows of their own",
     "session_id,item_id,event,timestamp\n1,a,view,1\n1,a,purchase,3\n1,a,view,2\n1,b,cart_add,2\n",
     "- 0 a 2 @1 view; - 0 b 1 @2 cart_add; - 0 a 1 @3; ", NULL, NULL},
    {"an event's quantity and price say nothing",
     "customer_id,item_id,event,quantity,unit_price\nu,a,view,0,0\nu,b,view,,\nu,c,view,-2,1\n",
     "u - a 1 view; u - b 1 view; u - c 2 view; ", NULL, NULL},
    {"popular items first, then by bytes", "order_id,item_id\n1,c\n1,b\n2,c\n3,a\n",
     "- 0 c 1; - 0 b 1; - 1 c 1; - 2 a 1; ", NULL, NULL},
    {"blanks around ids and values", "order_id,customer_id,item_id,quantity\n 1 , u, a\t, 2\n1,u ,a,1 \n", "u 0 a 3; ",
     NULL, NULL},
    {"other names", "Invoice,User,Code,n\n1,u,a,2\n", "u 0 a 2; ",
     "order_id=Invoice,customer_id=User,item_id=Code,quantity=n", NULL},
    {"two files, columns in another order", "customer_id,item_id\nu,a\n----\nitem_id,customer_id\nb,v\n",
     "u - a 1; v - b 1; ", NULL, NULL},
    {"zero and worthless", "customer_id,item_id,quantity,unit_price\nu,a,0,1\nu,b,1,0\nu,c,1,-2\nu,d,1,0.01\nu,e,1,\n",
     "u - d 1; u - e 1; ", NULL, NULL},
    {"a return takes back", "order_id,customer_id,item_id,quantity,timestamp\n1,u,a,5,10\n2,u,a,1,20\nC3,u,a,-3,30\n",
     "u 0 a 3 @10; ", NULL, NULL},
    {"another customer's return does not", "order_id,customer_id,item_id,quantity,timestamp\n1,u,a,5,10\n2,v,a,-1,20\n",
     "u 0 a 5 @10; ", NULL, NULL},
    {"without a customer only the order itself",
     "order_id,item_id,quantity,timestamp\n1,a,5,10\n2,a,-1,20\n1,a,-2,20\n", "- 0 a 3 @10; ", NULL, NULL},
    {"a positive row of a cancelling order, when told",
     "order_id,customer_id,item_id,quantity,timestamp\n1,u,a,5,10\nX2,u,a,2,20\n", "u 0 a 3 @10; ", NULL, "X"},
    {"C is no cancelling prefix where such orders buy",
     "order_id,customer_id,item_id,quantity,timestamp\nC1,u,a,5,10\nC2,u,b,2,20\nC3,u,a,-1,30\n",
     "u 0 a 4 @10; u 1 b 2 @20; ", NULL, NULL},
    {"cancelling without quantities, when told",
     "order_id,customer_id,item_id,timestamp\n1,u,a,10\n1,u,b,10\nC2,u,a,20\n", "u 0 b 1 @10; ", NULL, "C"},
    {"cancelling orders empty themselves alone", "order_id,customer_id,item_id,quantity\n1,u,a,1\nC2,u,a,-1\n3,u,b,1\n",
     "u 0 b 1; ", NULL, NULL},
    {"bad rows within the share", "customer_id,item_id,quantity\nu,a,1\nu,,1\n!unclosed quote\nu,b,x\n", "u - a 1; ",
     NULL, NULL},
    {"times before 1970", "customer_id,item_id,timestamp\nu,a,1969-12-31 23:59:50\nu,b,1901-01-01\n",
     "u - b 1 @-2177452800; u - a 1 @-10; ", NULL, NULL},
};

static void small_logs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good_logs / sizeof *good_logs; i++) {
        const log_case *c = &good_logs[i];
        ss_log_options options = ss_log_defaults();
        ss_interactions log;
        ss_log_report report;
        ss_error error;
        char text[1024];
        options.columns = c->columns;
        options.cancel_prefix = c->cancel_prefix;
        options.max_bad_rows = 1;
        ss_status status = read_text(c->text, &options, NULL, &log, &report, &error);
        if (status != SS_OK)
            fail_msg("%s: %s: %s", c->name, ss_status_name(status), error.message);
        render(&log, text);
        if (strcmp(text, c->rows) != 0)
            fail_msg("%s: '%s', not '%s'", c->name, text, c->rows);
        expect_accounts_balance(&report);
        ss_interactions_free(&log);
    }
}

static void what_a_log_has(void **state)
{
    (void)state;
    ss_log_options options = ss_log_defaults();
    ss_interactions log;
    ss_log_report report;
    assert_int_equal(read_text("customer_id,item_id,event\nu,a,view\nv,b,click\n", &options, NULL, &log, &report, NULL),
                     SS_OK);
    assert_true(log.has_customers && !log.has_baskets && !log.has_times && !log.has_purchases);
    assert_int_equal(log.first_time, SS_NO_TIME);
    assert_int_equal(log.last_time, SS_NO_TIME);
    assert_int_equal(log.customer_count, 2);
    assert_int_equal(log.basket_count, 0);
    ss_interactions_free(&log);
    assert_int_equal(read_text("order_id,item_id,timestamp\n1,a,20\n2,b,10\n", &options, NULL, &log, &report, NULL),
                     SS_OK);
    assert_true(!log.has_customers && log.has_baskets && log.has_times && log.has_purchases);
    assert_int_equal(log.first_time, 10 * SS_SECOND);
    assert_int_equal(log.last_time, 20 * SS_SECOND);
    assert_int_equal(ss_dictionary_count(log.customers), 0);
    assert_int_equal(log.basket_count, 2);
    ss_interactions_free(&log);
}

static void customers_without_rows_have_no_number(void **state)
{
    (void)state;
    ss_log_options options = ss_log_defaults();
    ss_interactions log;
    ss_log_report report;
    char text[256];
    options.exclude_items = (ss_texts){{"x*"}, 1};
    assert_int_equal(read_text("order_id,customer_id,item_id\n1,u,x1\n2,v,a\n3,w,X2\n4,u,x2\n5,t,a\n", &options, NULL,
                               &log, &report, NULL),
                     SS_OK);
    render(&log, text);
    assert_string_equal(text, "v 0 a 1; w 1 X2 1; t 2 a 1; ");
    assert_int_equal(log.customer_count, 3);
    assert_int_equal(log.basket_count, 3);
    assert_int_equal(report.ignored[SS_IGNORED_EXCLUDED], 2);
    assert_int_equal(ss_dictionary_count(log.set_aside), 2);
    assert_int_not_equal(ss_dictionary_find(log.set_aside, SS_SLICE_LITERAL("x2")), SS_NONE);
    expect_accounts_balance(&report);
    ss_interactions_free(&log);
}

static void rows_before_an_instant(void **state)
{
    (void)state;
    ss_log_options options = ss_log_defaults();
    ss_interactions log;
    ss_log_report report;
    char text[256];
    options.until = 20 * SS_SECOND;
    assert_int_equal(
        read_text("customer_id,item_id,timestamp\nu,a,10\nu,b,20\nu,c,19\n", &options, NULL, &log, &report, NULL),
        SS_OK);
    render(&log, text);
    assert_string_equal(text, "u - a 1 @10; u - c 1 @19; ");
    assert_int_equal(report.ignored[SS_IGNORED_LATER], 1);
    ss_interactions_free(&log);
}

/* 99 five-digit codes, each bought once, and some ids that fall out of their style. */
static char *shop_log(char *text, const char *more)
{
    strcpy(text, "order_id,customer_id,item_id\n");
    for (int i = 0; i < 99; i++)
        sprintf(text + strlen(text), "%d,u%d,%d\n", i, i % 7, 20000 + i);
    return strcat(text, more);
}

static void fees_go_by_option(void **state)
{
    (void)state;
    static char text[8192];
    shop_log(text, "1,u1,POST\n2,u2,POST\n3,u3,22000\n");
    for (int mode = SS_FEES_EXCLUDE; mode <= SS_FEES_IGNORE; mode++) {
        ss_log_options options = ss_log_defaults();
        ss_interactions log;
        ss_log_report report;
        options.fees = mode;
        assert_int_equal(read_text(text, &options, NULL, &log, &report, NULL), SS_OK);
        assert_int_equal(report.fee_count, mode == SS_FEES_IGNORE ? 0 : 1);
        assert_int_equal(report.ignored[SS_IGNORED_FEE], mode == SS_FEES_EXCLUDE ? 2 : 0);
        assert_int_equal(ss_dictionary_count(log.set_aside), mode == SS_FEES_EXCLUDE ? 1 : 0);
        assert_int_equal(ss_dictionary_find(log.items, SS_SLICE_LITERAL("POST")) == SS_NONE, mode == SS_FEES_EXCLUDE);
        if (report.fee_count) {
            assert_string_equal(report.fees[0].item_id, "POST");
            assert_string_equal(report.fees[0].why, "id without digits");
            assert_int_equal(report.fees[0].rows, 2);
            assert_int_equal(report.fees[0].excluded, mode == SS_FEES_EXCLUDE);
        }
        expect_accounts_balance(&report);
        ss_interactions_free(&log);
    }
}

static ss_catalog *catalog_of(const char *text)
{
    ss_row_source *source = memory_rows_open(text);
    ss_catalog_options options = ss_catalog_defaults();
    ss_catalog *catalog = NULL;
    ss_catalog_report report;
    assert_int_equal(ss_catalog_read_rows(source, &options, NULL, &catalog, &report, NULL), SS_OK);
    ss_row_source_close(&source);
    return catalog;
}

static void the_catalogue_folds_and_names(void **state)
{
    (void)state;
    ss_catalog *catalog =
        catalog_of("item_id,name\n85123A,Heart\n85123a,HEART\n15056b,Parasol\n99,Gift Voucher 5\n77,Voucher\n");
    ss_log_options options = ss_log_defaults();
    ss_interactions log;
    ss_log_report report;
    char text[512];
    assert_int_equal(read_text("order_id,item_id\n1,85123a\n1,85123A\n2,85123A\n2,15056B\n3,99\n3,new\n", &options,
                               catalog, &log, &report, NULL),
                     SS_OK);
    render(&log, text);
    assert_string_equal(text, "- 0 85123A 2; - 1 85123A 1; - 1 15056b 1; - 2 new 1; ");
    assert_true(report.folded);
    assert_int_equal(report.folded_ids, 2);
    assert_int_equal(report.merged, 1);
    assert_int_equal(report.not_in_catalog, 1);
    assert_int_equal(report.fee_count, 1);
    assert_string_equal(report.fees[0].name, "Gift Voucher 5");
    /* Never to be shown: other spellings and fees, those of the catalogue alone too. */
    static const char *const aside[] = {"85123a", "15056B", "99", "77"};
    assert_int_equal(ss_dictionary_count(log.set_aside), 4);
    for (int i = 0; i < 4; i++)
        assert_int_not_equal(ss_dictionary_find(log.set_aside, ss_slice_of(aside[i])), SS_NONE);
    expect_accounts_balance(&report);
    ss_interactions_free(&log);
    ss_catalog_free(&catalog);
}

static void columns_that_were_not_read_are_named(void **state)
{
    (void)state;
    ss_log_options options = ss_log_defaults();
    ss_interactions log;
    ss_log_report report;
    assert_int_equal(
        read_text("order_id,item_id,Quantity,InvoiceDate,Country\n1,a,1,2,3\n", &options, NULL, &log, &report, NULL),
        SS_OK);
    assert_string_equal(report.hint, "quantity=Quantity,timestamp=InvoiceDate");
    ss_interactions_free(&log);
}

static void the_digest_is_the_input_s(void **state)
{
    (void)state;
    static const char *const texts[] = {"customer_id,item_id\nu,a\nv,b\n", "customer_id,item_id\nu,a\nv,b",
                                        "customer_id,item_id\nu,a\nv,c\n", "customer_id,item_id,x\nu,a,\nv,b,\n"};
    uint64_t low[4];
    for (int i = 0; i < 4; i++) {
        ss_log_options options = ss_log_defaults();
        ss_interactions log;
        ss_log_report report;
        assert_int_equal(read_text(texts[i], &options, NULL, &log, &report, NULL), SS_OK);
        low[i] = report.digest_low;
        ss_interactions_free(&log);
    }
    assert_int_equal(low[0], low[1]);
    assert_int_not_equal(low[0], low[2]);
    assert_int_not_equal(low[0], low[3]);
}

typedef struct bad_log {
    const char *text;
    ss_status status;
    ss_bad_row reason;   /* with SS_E_BAD_INPUT; SS_BAD_COUNT: none */
    const char *message; /* part of the error */
    const char *first;   /* part of the first bad row */
    const char *columns;
} bad_log;

#define ID_MAX_AND_ONE                                                                                                 \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const bad_log bad_logs[] = {
    {"", SS_E_BAD_INPUT, SS_BAD_COUNT, "the log has no rows", NULL, NULL},
    {"customer_id,item_id\n", SS_E_BAD_INPUT, SS_BAD_COUNT, "the log has no rows", NULL, NULL},
    {"customer_id\nu\n", SS_E_FORMAT, SS_BAD_COUNT, "memory.csv: no column item_id", NULL, NULL},
    {"customer_id\n", SS_E_FORMAT, SS_BAD_COUNT, "no column item_id", NULL, NULL},
    {"user,StockCode\nu,a\n", SS_E_FORMAT, SS_BAD_COUNT, "try --columns item_id=StockCode", NULL, NULL},
    {"item_id,qty\na,1\n", SS_E_FORMAT, SS_BAD_COUNT, "no column order_id, customer_id or session_id", NULL, NULL},
    {"item_id,user_id\na,1\n", SS_E_FORMAT, SS_BAD_COUNT, "try --columns customer_id=user_id", NULL, NULL},
    {"item_id,u\na,1\n", SS_E_FORMAT, SS_BAD_COUNT, "found 'v', expected item_id, u", NULL, "customer_id=v"},
    {"item_id,u\na,1\n", SS_E_ARGUMENT, SS_BAD_COUNT, "--columns: unknown field (found 'client'", NULL, "client=u"},
    {"item_id,u\na,1\n", SS_E_ARGUMENT, SS_BAD_COUNT, "not a mapping of columns", NULL, "customer_id:u"},
    {"item_id,u\na,1\n", SS_E_ARGUMENT, SS_BAD_COUNT, "mapped twice", NULL, "customer_id=u,customer_id=u"},
    {"customer_id,item_id,timestamp\nu,a,1\n----\ncustomer_id,item_id\nu,a\n", SS_E_FORMAT, SS_BAD_COUNT,
     "some files have a column timestamp and some have none", NULL, NULL},
    {"customer_id,item_id\nu,a\n----\ncustomer,item_id\nu,a\n", SS_E_FORMAT, SS_BAD_COUNT, "no column order_id", NULL,
     NULL},
    {"customer_id,item_id\n!unclosed quote\n", SS_E_BAD_INPUT, SS_BAD_FIELDS,
     "1 of 1 rows cannot be read (1: not a row of fields)", "memory.csv:2: unclosed quote", NULL},
    {"customer_id,item_id\nu,\n", SS_E_BAD_INPUT, SS_BAD_ITEM, "1: item id",
     "memory.csv:2: no item id (item_id: expected 1 to 255", NULL},
    {"customer_id,item_id\nu\n", SS_E_BAD_INPUT, SS_BAD_ITEM, "1: item id", "no item id", NULL},
    {"customer_id,item_id\nu," ID_MAX_AND_ONE "\n", SS_E_BAD_INPUT, SS_BAD_ITEM, "1: item id", "an id is too long",
     NULL},
    {"customer_id,item_id\n" ID_MAX_AND_ONE ",a\n", SS_E_BAD_INPUT, SS_BAD_ID, "order, customer or session id",
     "customer_id: found 'aaaa", NULL},
    {"order_id,item_id\n" ID_MAX_AND_ONE ",a\n", SS_E_BAD_INPUT, SS_BAD_ID, "session id", "order_id: found 'aaaa",
     NULL},
    {"session_id,item_id\n" ID_MAX_AND_ONE ",a\n", SS_E_BAD_INPUT, SS_BAD_ID, "session id", "session_id: found 'aaaa",
     NULL},
    {"customer_id,item_id\nu,a\xff\n", SS_E_BAD_INPUT, SS_BAD_FIELDS, "1: not a row of fields",
     "an id is not text (item_id: found 'a\\xff', expected UTF-8", NULL},
    {"customer_id,item_id\nu\x01,a\n", SS_E_BAD_INPUT, SS_BAD_FIELDS, "1: not a row of fields",
     "customer_id: found 'u\\x01'", NULL},
    {"customer_id,item_id\nu,\xed\xa0\x80\n", SS_E_BAD_INPUT, SS_BAD_FIELDS, "1: not a row of fields", "not text",
     NULL},
    {"customer_id,item_id,quantity\nu,a,two\n", SS_E_BAD_INPUT, SS_BAD_QUANTITY, "1: quantity",
     "not a quantity (quantity: found 'two', expected a decimal", NULL},
    {"customer_id,item_id,quantity\nu,a,\n", SS_E_BAD_INPUT, SS_BAD_QUANTITY, "1: quantity",
     "memory.csv:2: not a quantity", NULL},
    {"customer_id,item_id,quantity\nu,a,1e10\n", SS_E_BAD_INPUT, SS_BAD_QUANTITY, "1: quantity", "found '1e10'", NULL},
    {"customer_id,item_id,n\nu,a,3 pcs\n", SS_E_BAD_INPUT, SS_BAD_QUANTITY, "1: quantity", "(n: found '3 pcs'",
     "quantity=n"},
    {"customer_id,item_id,unit_price\nu,a,£3.50\n", SS_E_BAD_INPUT, SS_BAD_PRICE, "1: price",
     "not a price (unit_price: found '£3.50'", NULL},
    {"customer_id,item_id,unit_price\nu,a,1.2.3\n", SS_E_BAD_INPUT, SS_BAD_PRICE, "1: price", "found '1.2.3'", NULL},
    {"customer_id,item_id,timestamp\nu,a,yesterday\n", SS_E_BAD_INPUT, SS_BAD_TIMESTAMP, "1: timestamp",
     "not a time (timestamp: found 'yesterday'", NULL},
    {"customer_id,item_id,timestamp\nu,a,\n", SS_E_BAD_INPUT, SS_BAD_TIMESTAMP, "1: timestamp", "not a time", NULL},
    {"customer_id,item_id,timestamp\nu,a,2011-02-29\n", SS_E_BAD_INPUT, SS_BAD_TIMESTAMP, "1: timestamp",
     "found '2011-02-29'", NULL},
    {"customer_id,item_id,timestamp\nu,a,12/09/2011 12:50\n", SS_E_BAD_INPUT, SS_BAD_TIMESTAMP, "1: timestamp",
     "found '12/09/2011 12:50'", NULL},
    {"customer_id,item_id,timestamp\nu,a,1800-01-01\n", SS_E_BAD_INPUT, SS_BAD_TIMESTAMP, "1: timestamp",
     "1900 to 2199", NULL},
    {"customer_id,item_id,event\nu,a,bought\n", SS_E_BAD_INPUT, SS_BAD_EVENT, "1: event",
     "not an event (event: found 'bought', expected purchase, view", NULL},
    {"customer_id,item_id\n ,a\n", SS_E_BAD_INPUT, SS_BAD_NO_GROUP, "1: neither order",
     "memory.csv:2: neither order, customer nor session", NULL},
    {"order_id,session_id,customer_id,item_id\n,,,a\n", SS_E_BAD_INPUT, SS_BAD_NO_GROUP, "neither", "neither", NULL},
    {"customer_id,item_id,unit_price\nu,a,0\n", SS_E_BAD_INPUT, SS_BAD_COUNT, "no row of the log", NULL, NULL},
    {"customer_id,item_id,quantity\nu,a,-1\n", SS_E_BAD_INPUT, SS_BAD_COUNT, "no row of the log", NULL, NULL},
    {"customer_id,item_id,quantity\nu,a,x\nu,,1\nu,a,1\n", SS_E_BAD_INPUT, SS_BAD_ITEM,
     "2 of 3 rows cannot be read (1: item id, 1: quantity), more than --max-bad-rows 0.01", "quantity", NULL},
};

static void bad_logs_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_logs / sizeof *bad_logs; i++) {
        const bad_log *c = &bad_logs[i];
        ss_log_options options = ss_log_defaults();
        ss_interactions log = {.count = 99};
        ss_log_report report;
        ss_error error;
        char text[1024];
        options.columns = c->columns;
        ss_status status = read_text(c->text, &options, NULL, &log, &report, &error);
        ss_error_format(&error, text, sizeof text);
        if (status != c->status || !strstr(text, c->message))
            fail_msg("case %zu: %s: '%s' without '%s'", i, ss_status_name(status), text, c->message);
        if (c->first && !strstr(report.first_bad[0], c->first))
            fail_msg("case %zu: '%s' without '%s'", i, report.first_bad[0], c->first);
        if (c->reason != SS_BAD_COUNT)
            assert_int_equal(report.bad[c->reason], 1);
        assert_int_equal(log.count, 99);
    }
}

static void reasons_and_rules_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < SS_BAD_COUNT; i++)
        assert_non_null(ss_bad_row_name((ss_bad_row)i));
    for (int i = 0; i < SS_IGNORED_COUNT; i++)
        assert_non_null(ss_ignored_row_name((ss_ignored_row)i));
    assert_null(ss_bad_row_name(SS_BAD_COUNT));
    assert_null(ss_ignored_row_name(SS_IGNORED_COUNT));
}

static void one_bad_row_in_a_hundred(void **state)
{
    (void)state;
    static char text[16384];
    ss_log_options options = ss_log_defaults();
    ss_interactions log;
    ss_log_report report;
    ss_error error;
    shop_log(text, "x,y,\n");
    assert_int_equal(read_text(text, &options, NULL, &log, &report, &error), SS_OK);
    assert_int_equal(report.bad[SS_BAD_ITEM], 1);
    assert_int_equal(report.first_bad_count, 1);
    ss_interactions_free(&log);
    shop_log(text, "x,y,\nx,y,\n");
    assert_int_equal(read_text(text, &options, NULL, &log, &report, &error), SS_E_BAD_INPUT);
}

static void a_hopeless_log_is_given_up_early(void **state)
{
    (void)state;
    enum { ROWS = 150000 };
    char *text = malloc(ROWS * 8 + 64), *end = text;
    end += sprintf(end, "customer_id,item_id\n");
    for (int i = 0; i < ROWS; i++)
        end += sprintf(end, i % 5 < 3 ? "u,\n" : "u,a\n");
    ss_log_options options = ss_log_defaults();
    ss_interactions log;
    ss_log_report report;
    ss_error error;
    assert_int_equal(read_text(text, &options, NULL, &log, &report, &error), SS_E_BAD_INPUT);
    assert_true(report.rows >= 100000 && report.rows < ROWS);
    assert_non_null(strstr(error.message, "first memory.csv:2: no item id"));
    options.max_bad_rows = 0.7; /* allowed is allowed */
    assert_int_equal(read_text(text, &options, NULL, &log, &report, &error), SS_OK);
    assert_int_equal(report.rows, ROWS);
    assert_int_equal(log.count, 1);
    ss_interactions_free(&log);
    free(text);
}

typedef struct listener {
    int calls, stop_at;
    uint64_t last, total;
    bool finished;
} listener;

static bool listen_to(void *context, const ss_progress *progress)
{
    listener *ears = context;
    ears->last = progress->done;
    ears->total = progress->total;
    ears->finished |= progress->finished && strcmp(progress->phase, "read log") == 0;
    return ++ears->calls != ears->stop_at;
}

static void progress_is_told_and_can_stop_it(void **state)
{
    (void)state;
    enum { ROWS = 10000 };
    char *text = malloc(ROWS * 16 + 64), *end = text;
    end += sprintf(end, "customer_id,item_id\n");
    for (int i = 0; i < ROWS; i++)
        end += sprintf(end, "u%d,%d\n", i % 100, i % 77);
    for (int stop_at = 0; stop_at < 3; stop_at++) {
        listener ears = {.stop_at = stop_at};
        ss_progress_sink sink = {listen_to, &ears, 0};
        ss_row_source *source = memory_rows_open(text);
        ss_log_options options = ss_log_defaults();
        ss_interactions log = {0};
        ss_log_report report;
        ss_status status = ss_log_read(source, &options, NULL, &sink, &log, &report, NULL);
        assert_int_equal(status, stop_at ? SS_E_CANCELLED : SS_OK);
        assert_true(stop_at || ears.finished);
        assert_true(stop_at != 1 || (ears.last == 4096 && ears.total > 9000 && ears.total < 11000));
        ss_row_source_close(&source);
        ss_interactions_free(&log);
    }
    free(text);
}

static void a_failing_source_is_passed_on(void **state)
{
    (void)state;
    ss_row_source *source = memory_rows_open("customer_id,item_id\nu,a\n");
    ((memory_rows *)source)->fail = SS_E_NETWORK;
    ss_log_options options = ss_log_defaults();
    ss_interactions log;
    ss_log_report report;
    ss_error error;
    assert_int_equal(ss_log_read(source, &options, NULL, NULL, &log, &report, &error), SS_E_NETWORK);
    assert_string_equal(error.message, "the source failed");
    ss_row_source_close(&source);
}

typedef struct attempt {
    const char *text;
    const ss_catalog *catalog;
} attempt;

static bool read_once(void *context)
{
    const attempt *what = context;
    ss_log_options options = ss_log_defaults();
    ss_interactions log = {.count = 99};
    ss_log_report report;
    ss_error error;
    ss_status status = read_text(what->text, &options, what->catalog, &log, &report, &error);
    if (status != SS_OK) {
        assert_int_equal(status, SS_E_NOMEM);
        assert_int_equal(log.count, 99);
        return false;
    }
    ss_interactions_free(&log);
    return true;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static char text[16384];
    ss_catalog *catalog = catalog_of("item_id,name\n20001,a\n2,b\n20003x,c\n20003X,c\n");
    attempt what = {shop_log(text, "1,v,POST\n2,w,20003X\n3,u1,20003x\n"), catalog};
    assert_true(failing_malloc_torture(read_once, &what) > 40);
    ss_catalog_free(&catalog);
}

typedef struct real_case {
    const char *file, *columns;
    uint64_t rows, items, customers, baskets;
} real_case;

static const real_case real_logs[] = {
    {"online_retail_ii/split90/train.csv.gz", NULL, 794271, 4498, 5256, 32640},
    {"online_retail_ii/transactions_clean.csv.gz", NULL, 0, 0, 5852, 36594},
    {"gowalla_lightgcn/train.csv.gz", "customer_id=user_id", 810128, 40981, 29858, 0},
    {"ml1m_ultragcn/train.csv.gz", "customer_id=user_id", 796244, 3043, 6022, 0},
    {"groceries/transactions.csv.gz", NULL, 43367, 169, 0, 9835},
    {"yoochoose_1_64_sessions/train_sessions.csv.gz", NULL, 0, 17376, 0, 116167},
};

static ss_status read_file(const char *path, const ss_log_options *options, const ss_catalog *catalog,
                           ss_interactions *log, ss_log_report *report, ss_error *error)
{
    ss_row_source *source = NULL;
    ss_status status = ss_row_source_open_files(&path, 1, &source, error);
    if (status == SS_OK)
        status = ss_log_read(source, options, catalog, NULL, log, report, error);
    ss_row_source_close(&source);
    return status;
}

static void real_logs_have_their_published_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof real_logs / sizeof *real_logs; i++) {
        const real_case *c = &real_logs[i];
        ss_log_options options = ss_log_defaults();
        ss_interactions log;
        ss_log_report report;
        ss_error error;
        char path[1024];
        if (!test_data(c->file, path, sizeof path))
            continue;
        options.columns = c->columns;
        expect_ok(read_file(path, &options, NULL, &log, &report, &error), &error);
        assert_int_equal(report.fee_count, 0);
        assert_int_equal(log.customer_count, c->customers);
        assert_int_equal(log.basket_count, c->baskets);
        if (c->rows)
            assert_int_equal(log.count, c->rows);
        if (c->items)
            assert_int_equal(log.item_count, c->items);
        expect_accounts_balance(&report);
        ss_interactions_free(&log);
    }
}

/* What looks like no product among the ids that are left, by the shop's own habits: all others begin with five digits.
 */
static void no_fee_is_left_in_the_real_log(void **state)
{
    (void)state;
    char log_path[1024], items_path[1024];
    const char *items = test_data("online_retail_ii/items.csv.gz", items_path, sizeof items_path);
    if (!items || !test_data("online_retail_ii/transactions.csv.gz", log_path, sizeof log_path))
        skip();
    static const char *const fees[] = {"ADJUST",
                                       "ADJUST2",
                                       "AMAZONFEE",
                                       "B",
                                       "BANK CHARGES",
                                       "C2",
                                       "C3",
                                       "CRUK",
                                       "D",
                                       "DOT",
                                       "GIFT",
                                       "M",
                                       "m",
                                       "PADS",
                                       "POST",
                                       "S",
                                       "TEST001",
                                       "TEST002",
                                       "22016",
                                       "23444",
                                       "23574",
                                       "gift_0001_10",
                                       "gift_0001_90"};
    static const char *const products[] = {"DCGS0003", "DCGS0076", "DCGSSBOY", "DCGSSGIRL",
                                           "SP1002",   "47503J",   "85123A"};
    ss_catalog *catalog = NULL;
    ss_catalog_options catalog_options = ss_catalog_defaults();
    ss_catalog_report catalog_report;
    ss_log_options options = ss_log_defaults();
    ss_interactions log;
    ss_log_report report;
    ss_error error;
    expect_ok(ss_catalog_read(&items, 1, &catalog_options, NULL, &catalog, &catalog_report, &error), &error);
    for (int with_catalog = 0; with_catalog < 2; with_catalog++) {
        expect_ok(read_file(log_path, &options, with_catalog ? catalog : NULL, &log, &report, &error), &error);
        /* The three with product numbers have no tell but their names. */
        for (size_t i = 0; i < sizeof fees / sizeof *fees; i++)
            if ((with_catalog || fees[i][0] != '2') && ss_dictionary_find(log.items, ss_slice_of(fees[i])) != SS_NONE)
                fail_msg("the fee %s is left", fees[i]);
        for (size_t i = 0; i < sizeof products / sizeof *products; i++)
            if (ss_dictionary_find(log.items, ss_slice_of(products[i])) == SS_NONE)
                fail_msg("the product %s is lost", products[i]);
        for (uint32_t item = 0; item < log.item_count; item++) {
            ss_slice id = ss_dictionary_id(log.items, item);
            bool usual = id.size >= 5 && strspn(id.data, "0123456789") >= 5;
            if (!usual && memcmp(id.data, "DCGS", 4) != 0 && !ss_slice_equal(id, SS_SLICE_LITERAL("SP1002")))
                fail_msg("%.*s is no product", (int)id.size, id.data);
        }
        expect_accounts_balance(&report);
        ss_interactions_free(&log);
    }
    ss_catalog_free(&catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_logs),
        cmocka_unit_test(what_a_log_has),
        cmocka_unit_test(customers_without_rows_have_no_number),
        cmocka_unit_test(rows_before_an_instant),
        cmocka_unit_test(fees_go_by_option),
        cmocka_unit_test(the_catalogue_folds_and_names),
        cmocka_unit_test(columns_that_were_not_read_are_named),
        cmocka_unit_test(the_digest_is_the_input_s),
        cmocka_unit_test(bad_logs_are_refused),
        cmocka_unit_test(reasons_and_rules_have_names),
        cmocka_unit_test(one_bad_row_in_a_hundred),
        cmocka_unit_test(a_hopeless_log_is_given_up_early),
        cmocka_unit_test(progress_is_told_and_can_stop_it),
        cmocka_unit_test(a_failing_source_is_passed_on),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(real_logs_have_their_published_counts),
        cmocka_unit_test(no_fee_is_left_in_the_real_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

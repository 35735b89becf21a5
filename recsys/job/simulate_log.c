#include "job/simulate_log.h"

#include "base/dictionary.h"
#include "base/timestamp.h"
#include "job/simulate_planted.h"

typedef enum dirt { CLEAN, FEE, OTHER_CASE, BAD_ROW } dirt;

/* How a row can be broken: which field, and what stands there instead. */
typedef struct flaw {
    const char *quantity, *price, *time;
    bool no_item, cut;
} flaw;

static const flaw flaws[] = {
    {.quantity = "two"}, {.price = "n/a"}, {.time = "2026-02-31 25:61"}, {.no_item = true}, {.cut = true},
};

void ss_sim_log_begin(ss_sim_log *log)
{
    ss_sim_put_text(log->file, "order_id,customer_id,item_id,quantity,unit_price,timestamp");
    ss_sim_put_text(log->file, log->sessions ? ",event,session_id\n" : "\n");
}

void ss_sim_log_set_day(ss_sim_log *log, int64_t midnight)
{
    char text[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(midnight, text);
    memcpy(log->stamp, text, 19);
    log->stamp[19] = 'Z';
}

static void put_two(char *at, uint32_t number)
{
    at[0] = (char)('0' + number / 10);
    at[1] = (char)('0' + number % 10);
}

void ss_sim_log_set_second(ss_sim_log *log, uint32_t second)
{
    put_two(log->stamp + 11, second / 3600);
    put_two(log->stamp + 14, second / 60 % 60);
    put_two(log->stamp + 17, second % 60);
}

static size_t print_number(char *at, uint64_t number)
{
    char digits[20];
    size_t begin = sizeof digits;
    do {
        digits[--begin] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    memcpy(at, digits + begin, sizeof digits - begin);
    return sizeof digits - begin;
}

void ss_sim_log_set_head(ss_sim_log *log, uint64_t order, bool back, uint32_t customer)
{
    char *at = log->head;
    if (back)
        *at++ = 'C';
    if (order)
        at += print_number(at, order);
    *at++ = ',';
    if (customer != SS_NONE) {
        *at++ = 'U';
        at += print_number(at, SS_SIM_FIRST_CUSTOMER + (uint64_t)customer);
    }
    *at++ = ',';
    log->head_size = (size_t)(at - log->head);
}

/* ---- rows ---- */

static void end_row(ss_sim_log *log, const char *event)
{
    if (log->sessions) {
        ss_sim_put_char(log->file, ',');
        ss_sim_put_text(log->file, event);
        ss_sim_put_text(log->file, ",S");
        ss_sim_put_number(log->file, log->session);
    }
    ss_sim_put_char(log->file, '\n');
    log->report->rows++;
}

/* Everything behind the item. */
static void put_rest(ss_sim_log *log, uint32_t quantity, bool negative, uint32_t price, const char *event)
{
    ss_sim_put_char(log->file, ',');
    if (negative)
        ss_sim_put_char(log->file, '-');
    ss_sim_put_number(log->file, quantity);
    ss_sim_put_char(log->file, ',');
    ss_sim_put_money(log->file, price);
    ss_sim_put_char(log->file, ',');
    ss_sim_put(log->file, log->stamp, sizeof log->stamp);
    end_row(log, event);
}

static void put_row(ss_sim_log *log, const ss_sim_line *line, bool negative, uint32_t price, const char *event)
{
    const ss_sim_item *item = &log->catalog->items[line->item];
    ss_sim_file_row(log->file);
    ss_sim_put(log->file, log->head, log->head_size);
    ss_sim_put(log->file, item->id, item->id_size);
    put_rest(log, line->quantity, negative, price, event);
}

static void put_other_case(ss_sim_log *log, const ss_sim_line *line, uint32_t price)
{
    const ss_sim_item *item = &log->catalog->items[line->item];
    ss_sim_file_row(log->file);
    ss_sim_put(log->file, log->head, log->head_size);
    for (uint32_t i = 0; i < item->id_size; i++) {
        char c = item->id[i];
        ss_sim_put_char(log->file, c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c);
    }
    put_rest(log, line->quantity, false, price, "purchase");
    log->report->other_case++;
}

static void put_fee(ss_sim_log *log)
{
    const ss_sim_fee *fee = &ss_sim_fees[ss_random_below(&log->random, SS_SIM_FEES)];
    ss_sim_file_row(log->file);
    ss_sim_put(log->file, log->head, log->head_size);
    ss_sim_put_text(log->file, fee->item_id);
    put_rest(log, 1, false, fee->price, "purchase");
    log->report->fees++;
}

static void put_bad_row(ss_sim_log *log, const ss_sim_line *line, uint32_t price)
{
    const ss_sim_item *item = &log->catalog->items[line->item];
    const flaw *bad = &flaws[ss_random_below(&log->random, sizeof flaws / sizeof flaws[0])];
    ss_sim_file *file = log->file;
    ss_sim_file_row(file);
    log->report->bad_rows++;
    ss_sim_put(file, log->head, log->head_size);
    if (!bad->no_item)
        ss_sim_put(file, item->id, item->id_size);
    if (bad->cut) {
        ss_sim_put_char(file, '\n');
        log->report->rows++;
        return;
    }
    ss_sim_put_char(file, ',');
    ss_sim_put_text(file, bad->quantity ? bad->quantity : "1");
    ss_sim_put_char(file, ',');
    if (bad->price)
        ss_sim_put_text(file, bad->price);
    else
        ss_sim_put_money(file, price);
    ss_sim_put_char(file, ',');
    if (bad->time)
        ss_sim_put_text(file, bad->time);
    else
        ss_sim_put(file, log->stamp, sizeof log->stamp);
    end_row(log, "purchase");
}

static dirt draw_dirt(ss_sim_log *log)
{
    if (log->dirt <= 0 || ss_random_unit(&log->random) >= log->dirt)
        return CLEAN;
    uint32_t which = ss_random_below(&log->random, 100);
    return which < 40 ? FEE : which < 75 ? OTHER_CASE : BAD_ROW;
}

void ss_sim_log_purchase(ss_sim_log *log, const ss_sim_line *line, uint32_t price)
{
    dirt what = draw_dirt(log);
    if (what == OTHER_CASE)
        put_other_case(log, line, price);
    else
        put_row(log, line, false, price, "purchase");
    log->report->purchases++;
    if (what == FEE)
        put_fee(log);
    else if (what == BAD_ROW)
        put_bad_row(log, line, price);
}

void ss_sim_log_return(ss_sim_log *log, const ss_sim_line *line, uint32_t price)
{
    put_row(log, line, true, price, "purchase");
    log->report->returned++;
}

void ss_sim_log_view(ss_sim_log *log, uint32_t item, uint32_t price)
{
    put_row(log, &(ss_sim_line){item, 1}, false, price, "view");
    log->report->views++;
}

void ss_sim_log_cart(ss_sim_log *log, const ss_sim_line *line, uint32_t price)
{
    put_row(log, line, false, price, "cart_add");
    log->report->carts++;
}

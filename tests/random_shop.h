/*
 * random_shop.h: a random shop, with items that are missing, hidden, sold out, dated and in groups, and random
 * questions to it: for property tests.
 */
#ifndef SS_TESTS_RANDOM_SHOP_H
#define SS_TESTS_RANDOM_SHOP_H

#include "shop.h"

#include "base/buffer.h"
#include "base/random.h"
#include "base/timestamp.h"

#define RANDOM_ITEMS     60
#define RANDOM_CUSTOMERS 40

static inline void random_log(ss_random *random, ss_buffer *out)
{
    ss_buffer_append_text(out, "order_id,customer_id,item_id,timestamp\n");
    for (unsigned order = 0; order < 300; order++) {
        unsigned customer = ss_random_below(random, RANDOM_CUSTOMERS), size = 1 + ss_random_below(random, 5);
        for (unsigned i = 0; i < size; i++) {
            unsigned item = ss_random_below(random, 1 + ss_random_below(random, RANDOM_ITEMS - 10));
            ss_buffer_printf(out, "o%u,c%u,i%u,%u\n", order, customer, item, 1700000000 + order * 3600);
        }
    }
}

/* Some items are missing, hidden, sold out, dated, in groups; the last ten were never bought. */
static inline void random_catalog(ss_random *random, ss_buffer *out)
{
    ss_buffer_append_text(out, "item_id,name,category,price,stock,group,hidden,available_from,available_until\n");
    for (unsigned item = 0; item < RANDOM_ITEMS; item++) {
        if (ss_random_below(random, 12) == 0)
            continue;
        ss_buffer_printf(out, "i%u,Item %u,cat%u,%u.50,", item, item, ss_random_below(random, 4),
                         1 + ss_random_below(random, 30));
        ss_buffer_printf(out, ss_random_below(random, 8) == 0 ? "0," : "5,");
        if (ss_random_below(random, 3) == 0)
            ss_buffer_printf(out, "g%u", ss_random_below(random, 8));
        ss_buffer_printf(out, ",%s,", ss_random_below(random, 10) == 0 ? "1" : "0");
        if (ss_random_below(random, 6) == 0)
            ss_buffer_printf(out, "2024-03-01,2024-06-01\n");
        else
            ss_buffer_append_text(out, ",\n");
    }
}

typedef struct random_question {
    ss_request request;
    char text[24][8];
    ss_slice ids[24];
    size_t used;
} random_question;

static inline ss_slice random_id(random_question *of, ss_random *random, char kind, unsigned below)
{
    size_t at = of->used++;
    snprintf(of->text[at], sizeof of->text[at], "%c%u", kind, ss_random_below(random, below));
    return of->ids[at] = ss_slice_of(of->text[at]);
}

static inline const ss_slice *random_ids(random_question *of, ss_random *random, size_t count)
{
    const ss_slice *first = &of->ids[of->used];
    for (size_t i = 0; i < count; i++)
        random_id(of, random, 'i', RANDOM_ITEMS + 3);
    return first;
}

static inline void random_question_make(random_question *of, ss_random *random)
{
    static const char *const categories[] = {"", "", "cat0", "cat1", "cat2", "no such"};
    of->used = 0;
    of->request = ss_request_empty();
    ss_request *request = &of->request;
    request->limit = 1 + ss_random_below(random, 25);
    if (ss_random_below(random, 2))
        request->item_id = random_id(of, random, 'i', RANDOM_ITEMS + 3);
    if (ss_random_below(random, 2))
        request->customer_id = random_id(of, random, 'c', RANDOM_CUSTOMERS + 3);
    request->items = random_ids(of, random, request->item_count = ss_random_below(random, 4));
    request->cart = random_ids(of, random, request->cart_count = ss_random_below(random, 4));
    request->exclude = random_ids(of, random, request->exclude_count = ss_random_below(random, 6));
    request->filter.category = ss_slice_of(categories[ss_random_below(random, 6)]);
    if (ss_random_below(random, 3) == 0)
        request->filter.price_min = 100 * ss_random_below(random, 20);
    if (ss_random_below(random, 3) == 0)
        request->filter.price_max = 100 * ss_random_below(random, 40);
    request->filter.bought = (ss_bought)ss_random_below(random, 3);
    int64_t times[] = {INT64_MIN, INT64_C(1709000000) * SS_SECOND, INT64_C(1711000000) * SS_SECOND};
    request->now = times[ss_random_below(random, 3)];
}

static inline void random_shop_open(shop *of, ss_random *random)
{
    ss_buffer log, catalog;
    ss_buffer_init(&log, 1u << 20);
    ss_buffer_init(&catalog, 1u << 20);
    random_log(random, &log);
    random_catalog(random, &catalog);
    shop_open(of, log.data, catalog.data);
    ss_buffer_release(&log);
    ss_buffer_release(&catalog);
}

#endif

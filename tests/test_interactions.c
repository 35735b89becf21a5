/* Interactions: names of events, subsets, and groups against a naive table of every group and item. */
#include "testing.h"

#include "failing_malloc.h"

#include "base/memory.h"
#include "log/interactions.h"
#include "log/sort_rows.h"

enum { CUSTOMERS = 7, BASKETS = 19, ITEMS = 11 };

static ss_interactions random_log(ss_random *random, size_t count)
{
    ss_interactions log = {.rows = ss_array_new(count, sizeof(ss_interaction)),
                           .count = count,
                           .item_count = ITEMS,
                           .customer_count = CUSTOMERS,
                           .basket_count = BASKETS,
                           .has_times = true,
                           .has_purchases = true};
    for (size_t i = 0; i < count; i++) {
        uint32_t basket = ss_random_below(random, BASKETS + 1);
        log.rows[i] = (ss_interaction){
            .time = ss_random_below(random, 1000),
            .event = ss_random_below(random, 3),
            .customer = basket % (CUSTOMERS + 1) < CUSTOMERS ? basket % (CUSTOMERS + 1) : SS_NONE,
            .basket = basket < BASKETS ? basket : SS_NONE,
            .item = ss_random_below(random, ITEMS),
            .quantity = (float)(1 + ss_random_below(random, 5)) / 2,
        };
    }
    ss_rows_sort(log.rows, log.count);
    return log;
}

static void events_have_names(void **state)
{
    (void)state;
    assert_string_equal(ss_event_name(SS_EVENT_PURCHASE), "purchase");
    assert_string_equal(ss_event_name(SS_EVENT_CART_REMOVE), "cart_remove");
    assert_string_equal(ss_event_name(SS_EVENT_DISMISS), "dismiss");
    assert_string_equal(ss_event_name(SS_EVENT_ACCEPT), "accept");
    for (int event = 0; event < SS_EVENT_COUNT; event++)
        assert_non_null(ss_event_name((ss_event)event));
    assert_null(ss_event_name(SS_EVENT_COUNT));
}

static void views_teach_only_where_nothing_was_bought(void **state)
{
    (void)state;
    ss_interactions log = {.has_purchases = true};
    assert_int_equal(ss_interactions_learning_events(&log), 1u << SS_EVENT_PURCHASE);
    log.has_purchases = false;
    unsigned events = ss_interactions_learning_events(&log);
    assert_true(events >> SS_EVENT_VIEW & 1);
    assert_true(events >> SS_EVENT_CLICK & 1);
    assert_false(events >> SS_EVENT_DISMISS & 1);
    assert_false(events >> SS_EVENT_ACCEPT & 1);
    assert_false(events >> SS_EVENT_CART_REMOVE & 1);
    assert_int_equal(events >> SS_EVENT_COUNT, 0);
}

static bool is_even_item(void *context, const ss_interaction *row, size_t index)
{
    size_t *next = context;
    assert_int_equal(index, (*next)++); /* asked once for each, in order */
    return row->item % 2 == 0;
}

static void a_subset_keeps_order_and_numbers(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (size_t count = 0; count < 300; count += 37) {
        ss_interactions log = random_log(&random, count), subset;
        size_t next = 0, at = 0;
        assert_int_equal(ss_interactions_subset(&log, is_even_item, &next, &subset, NULL), SS_OK);
        int64_t first = SS_NO_TIME, last = SS_NO_TIME;
        for (size_t i = 0; i < count; i++) {
            if (log.rows[i].item % 2)
                continue;
            assert_memory_equal(&subset.rows[at++], &log.rows[i], sizeof(ss_interaction));
            first = first == SS_NO_TIME || log.rows[i].time < first ? log.rows[i].time : first;
            last = log.rows[i].time > last ? log.rows[i].time : last;
        }
        assert_int_equal(subset.count, at);
        assert_int_equal(subset.first_time, first);
        assert_int_equal(subset.last_time, last);
        assert_int_equal(subset.item_count, ITEMS);
        assert_null(subset.items);
        ss_interactions_free(&subset);
        ss_interactions_free(&log);
    }
}

typedef struct cell {
    bool there;
    int64_t time;
    double quantity;
} cell;

static void check_group(const ss_groups *groups, size_t group, const cell *cells)
{
    uint64_t at = groups->offsets[group];
    int64_t latest = SS_NO_TIME;
    for (uint32_t item = 0; item < ITEMS; item++) {
        if (!cells[item].there)
            continue;
        assert_true(at < groups->offsets[group + 1]);
        assert_int_equal(groups->items[at], item);
        assert_int_equal(groups->times[at], cells[item].time);
        assert_true(groups->quantities[at] == (float)cells[item].quantity);
        latest = cells[item].time > latest ? cells[item].time : latest;
        at++;
    }
    assert_int_equal(at, groups->offsets[group + 1]);
    assert_int_equal(groups->group_time[group], latest);
}

static void check_groups(const ss_interactions *log, ss_grouping grouping, unsigned events)
{
    static cell cells[BASKETS + CUSTOMERS][ITEMS];
    uint32_t customers[BASKETS + CUSTOMERS];
    memset(cells, 0, sizeof cells);
    memset(customers, 0xFF, sizeof customers);
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        uint32_t group = grouping == SS_BY_CUSTOMER ? row->customer : row->basket;
        if (group == SS_NONE || !(events >> row->event & 1))
            continue;
        cell *sum = &cells[group][row->item];
        sum->time = sum->there && sum->time > row->time ? sum->time : row->time;
        sum->quantity += (double)row->quantity;
        sum->there = true;
        customers[group] = row->customer;
    }
    ss_groups groups;
    assert_int_equal(ss_groups_make(log, grouping, events, true, true, &groups, NULL), SS_OK);
    assert_int_equal(groups.group_count, grouping == SS_BY_CUSTOMER ? CUSTOMERS : BASKETS);
    for (size_t group = 0; group < groups.group_count; group++) {
        check_group(&groups, group, cells[group]);
        if (grouping == SS_BY_BASKET)
            assert_int_equal(groups.group_customer[group], customers[group]);
    }
    ss_groups_free(&groups);
    assert_null(groups.items);
}

static void groups_agree_with_a_table(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (size_t count = 0; count < 1500; count = count * 3 + 1) {
        ss_interactions log = random_log(&random, count);
        for (unsigned events = 1; events < 8; events++) {
            check_groups(&log, SS_BY_CUSTOMER, events);
            check_groups(&log, SS_BY_BASKET, events);
        }
        ss_interactions_free(&log);
    }
}

static void what_is_not_asked_for_is_not_made(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_interactions log = random_log(&random, 50);
    ss_groups groups;
    assert_int_equal(ss_groups_make(&log, SS_BY_CUSTOMER, 7, false, false, &groups, NULL), SS_OK);
    assert_null(groups.times);
    assert_null(groups.quantities);
    assert_null(groups.group_customer);
    ss_groups_free(&groups);
    ss_groups_free(NULL);
    ss_interactions_free(&log);
    ss_interactions_free(NULL);
}

static bool make_subset_and_groups(void *context)
{
    const ss_interactions *log = context;
    ss_groups groups = {.group_count = 99};
    ss_interactions subset = {.count = 99};
    size_t next = 0;
    if (ss_interactions_subset(log, is_even_item, &next, &subset, NULL) != SS_OK) {
        assert_int_equal(subset.count, 99);
        return false;
    }
    ss_status status = ss_groups_make(log, SS_BY_BASKET, 7, true, true, &groups, NULL);
    if (status == SS_OK)
        ss_groups_free(&groups);
    else
        assert_int_equal(groups.group_count, 99);
    ss_interactions_free(&subset);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_interactions log = random_log(&random, 200);
    assert_true(failing_malloc_torture(make_subset_and_groups, &log) >= 8);
    ss_interactions_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_have_names),
        cmocka_unit_test(views_teach_only_where_nothing_was_bought),
        cmocka_unit_test(a_subset_keeps_order_and_numbers),
        cmocka_unit_test(groups_agree_with_a_table),
        cmocka_unit_test(what_is_not_asked_for_is_not_made),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

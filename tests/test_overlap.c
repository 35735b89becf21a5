/* test_overlap.c: which events a log holds already: cases by hand, and random logs against the rule said plainly. */
#include "testing.h"

#include "base/dictionary.h"
#include "log/overlap.h"

#define ROWS 60

static ss_interaction row(ss_event event, int64_t time, uint32_t basket, uint32_t item, float quantity)
{
    ss_interaction made = {.customer = SS_NONE, .basket = basket, .item = item, .quantity = quantity};
    ss_interaction_set(&made, time, event);
    return made;
}

static void take(ss_overlap *overlap, const ss_interaction *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ss_overlap_note(overlap, (ss_event)rows[i].event, rows[i].time);
    assert_int_equal(ss_overlap_close(overlap, rows, count), SS_OK);
}

static void each_kind_of_event_has_its_own_end(void **state)
{
    (void)state;
    const ss_interaction log[] = {row(SS_EVENT_PURCHASE, 100, 0, 0, 1), row(SS_EVENT_CART_ADD, 50, SS_NONE, 0, 1)};
    ss_overlap overlap;
    ss_overlap_init(&overlap, SS_NO_TIME);
    take(&overlap, log, 2);
    assert_int_equal(ss_overlap_newest(&overlap), 100);
    assert_true(ss_overlap_holds(&overlap, SS_EVENT_PURCHASE, 100, SS_NONE, 0, 1));
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_PURCHASE, 101, SS_NONE, 0, 1));
    assert_true(ss_overlap_holds(&overlap, SS_EVENT_CART_ADD, 50, SS_NONE, 0, 1));
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_CART_ADD, 51, SS_NONE, 0, 1));
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_VIEW, 1, SS_NONE, 0, 1)); /* the log says nothing of views */
    ss_overlap_release(&overlap);
}

static void an_order_of_the_log_counts_once(void **state)
{
    (void)state;
    const ss_interaction log[] = {row(SS_EVENT_PURCHASE, 100, 2 * 7, 3, 2),
                                  row(SS_EVENT_PURCHASE, 90, 2 * 8 + 1, 4, 1)};
    ss_overlap overlap;
    ss_overlap_init(&overlap, SS_NO_TIME);
    take(&overlap, log, 2);
    assert_true(ss_overlap_holds(&overlap, SS_EVENT_PURCHASE, 200, 7, 3, 5));   /* whatever its quantity */
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_PURCHASE, 200, 7, 3, -1)); /* but a return is new */
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_PURCHASE, 200, 7, 4, 1));
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_PURCHASE, 200, 8, 4, 1)); /* 8 is a session there */
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_VIEW, 200, 7, 3, 1));
    ss_overlap_release(&overlap);
}

static void a_time_from_the_caller_goes_before_the_newest_rows(void **state)
{
    (void)state;
    const ss_interaction log[] = {row(SS_EVENT_PURCHASE, 100, 2 * 7, 3, 2)};
    ss_overlap overlap;
    ss_overlap_init(&overlap, 40);
    take(&overlap, log, 1);
    assert_true(ss_overlap_holds(&overlap, SS_EVENT_VIEW, 39, SS_NONE, 0, 1));
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_VIEW, 40, SS_NONE, 0, 1));
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_PURCHASE, 60, 9, 3, 1));
    assert_true(ss_overlap_holds(&overlap, SS_EVENT_PURCHASE, 60, 7, 3, 1));
    ss_overlap_release(&overlap);
}

static void without_a_log_all_is_new(void **state)
{
    (void)state;
    ss_overlap overlap;
    ss_overlap_init(&overlap, SS_NO_TIME);
    take(&overlap, NULL, 0);
    assert_true(ss_overlap_newest(&overlap) == SS_NO_TIME);
    assert_false(ss_overlap_holds(&overlap, SS_EVENT_PURCHASE, -5, 1, 1, 1));
    ss_overlap_release(&overlap);
}

static bool holds_plainly(const ss_interaction *log, int64_t from, const ss_interaction *asked)
{
    for (size_t i = 0; i < ROWS; i++) {
        bool same = log[i].event == SS_EVENT_PURCHASE && log[i].basket == asked->basket && log[i].basket % 2 == 0 &&
                    log[i].item == asked->item && (log[i].quantity < 0) == (asked->quantity < 0);
        bool later = log[i].event == asked->event && log[i].time >= asked->time;
        if ((asked->event == SS_EVENT_PURCHASE && same) || (from == SS_NO_TIME && later))
            return true;
    }
    return from != SS_NO_TIME && asked->time < from;
}

static ss_interaction random_row(ss_random *random, bool in_order)
{
    uint32_t basket = ss_random_below(random, 12);
    return row(ss_random_below(random, 3) ? SS_EVENT_PURCHASE : (ss_event)ss_random_below(random, SS_EVENT_COUNT),
               (int64_t)ss_random_below(random, 40) - 5, in_order ? basket / 2 * 2 : basket, ss_random_below(random, 6),
               ss_random_below(random, 5) ? 1 : -1);
}

static void as_the_rule_says(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int round = 0; round < 300; round++) {
        ss_interaction log[ROWS];
        ss_overlap overlap;
        int64_t from = ss_random_below(&random, 2) ? SS_NO_TIME : (int64_t)ss_random_below(&random, 30);
        for (size_t i = 0; i < ROWS; i++)
            log[i] = random_row(&random, false);
        ss_overlap_init(&overlap, from);
        take(&overlap, log, ROWS);
        for (int i = 0; i < 100; i++) {
            ss_interaction asked = random_row(&random, true);
            bool held = ss_overlap_holds(&overlap, (ss_event)asked.event, asked.time, asked.basket / 2, asked.item,
                                         asked.quantity);
            assert_int_equal(held, holds_plainly(log, from, &asked));
        }
        ss_overlap_release(&overlap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_event_has_its_own_end),
        cmocka_unit_test(an_order_of_the_log_counts_once),
        cmocka_unit_test(a_time_from_the_caller_goes_before_the_newest_rows),
        cmocka_unit_test(without_a_log_all_is_new),
        cmocka_unit_test(as_the_rule_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_visitor_items.c: each event's effect by hand; and random events beside a plain model of the same rules. */
#include "check.h"
#include "visitor_model.h"

#include <string.h>

#define STEPS 200000
#define IDS   100 /* more than a list holds */

typedef struct list {
    ss_visitor_item items[SS_VISITOR_ITEMS_MAX];
    unsigned count;
} list;

/* As a visitor does it. */
static void happen(list *of, unsigned id, ss_event event, float quantity, uint32_t time)
{
    unsigned place = ss_visitor_items_find(of->items, of->count, id);
    if (place == of->count) {
        if (!ss_visitor_event_enters(event, quantity))
            return;
        if (of->count == SS_VISITOR_ITEMS_MAX) {
            unsigned victim = ss_visitor_items_victim(of->items, of->count, event);
            if (victim == of->count)
                return;
            ss_visitor_items_remove(of->items, of->count--, victim);
        }
        place = of->count++;
        of->items[place] = (ss_visitor_item){.id = id};
    }
    ss_visitor_items_happen(of->items, of->count, place, event, quantity, time);
}

static const ss_visitor_item *item_of(const list *of, unsigned id)
{
    unsigned place = ss_visitor_items_find(of->items, of->count, id);
    assert_true(place < of->count);
    return &of->items[place];
}

static void a_cart_is_filled_and_emptied(void **state)
{
    (void)state;
    list of = {.count = 0};
    happen(&of, 7, SS_EVENT_CART_REMOVE, 1, 10);
    assert_int_equal(of.count, 0);
    happen(&of, 7, SS_EVENT_CART_ADD, 2, 10);
    happen(&of, 7, SS_EVENT_CART_ADD, 0.5f, 11);
    assert_int_equal(item_of(&of, 7)->cart, 3);
    assert_int_equal(item_of(&of, 7)->flags, SS_VISITOR_SEEN);
    happen(&of, 7, SS_EVENT_CART_REMOVE, 1, 12);
    assert_int_equal(item_of(&of, 7)->cart, 2);
    happen(&of, 7, SS_EVENT_CART_REMOVE, 5, 13);
    assert_int_equal(item_of(&of, 7)->cart, 0);
    happen(&of, 7, SS_EVENT_CART_ADD, 1e6f, 14);
    happen(&of, 7, SS_EVENT_CART_ADD, 1, 14);
    assert_int_equal(item_of(&of, 7)->cart, UINT16_MAX);
    happen(&of, 7, SS_EVENT_PURCHASE, 3, 15);
    assert_int_equal(item_of(&of, 7)->cart, 0);
    assert_int_equal(item_of(&of, 7)->bought, 3);
    assert_int_equal(item_of(&of, 7)->bought_time, 15);
    happen(&of, 7, SS_EVENT_PURCHASE, -1, 16);
    assert_int_equal(item_of(&of, 7)->bought, 2);
    assert_int_equal(item_of(&of, 7)->bought_time, 15);
    happen(&of, 7, SS_EVENT_PURCHASE, -9, 17);
    assert_int_equal(item_of(&of, 7)->bought, 0);
    assert_int_equal(item_of(&of, 7)->bought_time, 0);
}

static void showing_in_vain_ends_with_a_click(void **state)
{
    (void)state;
    list of = {.count = 0};
    for (uint32_t i = 0; i < 300; i++)
        happen(&of, 7, SS_EVENT_IMPRESSION, 1, i);
    assert_int_equal(item_of(&of, 7)->shown, UINT8_MAX);
    assert_int_equal(item_of(&of, 7)->flags, 0);
    happen(&of, 7, SS_EVENT_CLICK, 1, 20); /* older than the last impression: the click is what counts */
    assert_int_equal(item_of(&of, 7)->shown, 0);
    assert_int_equal(item_of(&of, 7)->time, 20);
    happen(&of, 7, SS_EVENT_IMPRESSION, 1, 900);
    assert_int_equal(item_of(&of, 7)->shown, 1);
    assert_int_equal(item_of(&of, 7)->time, 20);
}

static void what_was_dismissed_stays_so_until_it_is_wanted(void **state)
{
    (void)state;
    list of = {.count = 0};
    happen(&of, 7, SS_EVENT_DISMISS, 1, 1);
    happen(&of, 7, SS_EVENT_ACCEPT, 1, 2); /* as good as a view */
    assert_int_equal(item_of(&of, 7)->flags, SS_VISITOR_SEEN | SS_VISITOR_DISMISSED);
    happen(&of, 7, SS_EVENT_CART_ADD, 1, 3);
    assert_int_equal(item_of(&of, 7)->flags, SS_VISITOR_SEEN);
}

static void what_was_done_outlasts_what_was_shown(void **state)
{
    (void)state;
    list of = {.count = 0};
    happen(&of, 1, SS_EVENT_CART_ADD, 1, 1);
    happen(&of, 2, SS_EVENT_VIEW, 1, 2);
    for (uint32_t i = 0; i < 500; i++)
        happen(&of, 1000 + i, SS_EVENT_IMPRESSION, 1, 10 + i);
    assert_int_equal(of.count, SS_VISITOR_ITEMS_MAX);
    assert_int_equal(of.items[0].id, 1);
    assert_int_equal(of.items[1].id, 2);
    assert_int_equal(of.items[SS_VISITOR_ITEMS_MAX - 1].id, 1499);
    for (uint32_t i = 0; i < 500; i++)
        happen(&of, 2000 + i, SS_EVENT_VIEW, 1, 1000 + i);
    assert_int_equal(of.items[0].id, 1); /* in the cart */
    assert_int_equal(of.items[1].id, 2000 + 500 - (SS_VISITOR_ITEMS_MAX - 1));
    happen(&of, 9999, SS_EVENT_IMPRESSION, 1, 5000);
    assert_int_equal(ss_visitor_items_find(of.items, of.count, 9999), of.count);
}

static void numbers_that_are_none_harm_nothing(void **state)
{
    (void)state;
    assert_int_equal(ss_visitor_pieces((double)NAN), 1);
    assert_int_equal(ss_visitor_pieces(INFINITY), UINT16_MAX);
    assert_int_equal(ss_visitor_pieces(0), 1);
    assert_int_equal(ss_visitor_seconds(INT64_MIN), 0);
    assert_int_equal(ss_visitor_seconds(INT64_MAX), UINT32_MAX);
    assert_int_equal(ss_visitor_seconds(1999999), 1);
}

static void compare(const list *of, const model_list *model)
{
    model_list sorted = *model;
    model_sort(&sorted);
    assert_int_equal(of->count, sorted.count);
    for (unsigned i = 0; i < of->count; i++) {
        assert_int_equal(of->items[i].id, sorted.items[i].id);
        assert_item_is(&of->items[i], &sorted.items[i]);
    }
}

static void it_agrees_with_the_model(void **state)
{
    (void)state;
    ss_random random = test_random();
    static list of;
    static model_list model;
    for (long step = 0; step < STEPS; step++) {
        if (step % 2000 == 0)
            memset(&of, 0, sizeof of), memset(&model, 0, sizeof model);
        ss_event event = (ss_event)ss_random_below(&random, SS_EVENT_COUNT);
        unsigned id = ss_random_below(&random, step % 4000 < 2000 ? IDS : 12);
        float quantity = (float)ss_random_below(&random, 5) - 1.5f;
        uint32_t time = 1000 + (uint32_t)step / 8 + ss_random_below(&random, 20);
        happen(&of, id, event, quantity, time);
        model_happen(&model, id, event, (double)quantity, time, step);
        compare(&of, &model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cart_is_filled_and_emptied),
        cmocka_unit_test(showing_in_vain_ends_with_a_click),
        cmocka_unit_test(what_was_dismissed_stays_so_until_it_is_wanted),
        cmocka_unit_test(what_was_done_outlasts_what_was_shown),
        cmocka_unit_test(numbers_that_are_none_harm_nothing),
        cmocka_unit_test(it_agrees_with_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

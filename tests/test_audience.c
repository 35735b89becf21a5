/* test_audience.c: which segments a visitor is of: hand-made cases. */
#include "check.h"
#include "shop.h"

#include "shelf/audience.h"

#define NOW  INT64_C(1709000000) /* seconds */
#define HOUR 3600u

static const char small_log[] = "order_id,customer_id,item_id,timestamp\n"
                                "1,ann,tea,2024-01-01\n1,ann,pot,2024-01-01\n2,bob,tea,2024-01-02\n";

static const ss_visitor_view nothing;

typedef struct touch {
    unsigned ago; /* seconds */
    unsigned cart, bought_ago;
} touch;

/* A list of items that were touched so long ago, oldest first; bought_ago 0: not bought. */
static ss_visitor_view view_of(const touch *touches, unsigned count)
{
    ss_visitor_view view = {.count = count};
    for (unsigned i = 0; i < count; i++)
        view.items[i] =
            (ss_visitor_item){.id = i,
                              .item = SS_NONE,
                              .time = (uint32_t)(NOW - touches[i].ago),
                              .cart = (uint16_t)touches[i].cart,
                              .bought = touches[i].bought_ago > 0,
                              .bought_time = touches[i].bought_ago > 0 ? (uint32_t)(NOW - touches[i].bought_ago) : 0,
                              .flags = SS_VISITOR_SEEN};
    return view;
}

static ss_audience ask(const ss_snapshot *snapshot, const char *customer, const ss_visitor_view *session,
                       const ss_visitor_view *known)
{
    return ss_audience_of(snapshot, ss_slice_of(customer), session, known, NOW * SS_SECOND);
}

static bool is_in(const ss_audience *audience, ss_segment segment)
{
    return audience->segments >> segment & 1;
}

static void nobody_is_new(void **state)
{
    (void)state;
    const ss_snapshot snapshot = {.has_customers = false};
    ss_audience audience = ask(&snapshot, "", &nothing, &nothing);
    assert_int_equal(audience.segments, 1u << SS_SEGMENT_NEW);
    assert_int_equal(audience.affinity, SS_NONE);
    assert_int_equal(ss_audience_lifecycle(&audience), SS_SEGMENT_NEW);
}

static void whoever_bought_a_minute_ago_is_returning(void **state)
{
    (void)state;
    const ss_snapshot snapshot = {.has_customers = false};
    const touch bought = {60, 0, 60}, seen = {60, 0, 0};
    ss_visitor_view buyer = view_of(&bought, 1), looker = view_of(&seen, 1);
    ss_audience by_session = ask(&snapshot, "", &buyer, &nothing), by_customer = ask(&snapshot, "x", &nothing, &buyer);
    ss_audience neither = ask(&snapshot, "x", &looker, &looker);
    assert_int_equal(by_session.segments, 1u << SS_SEGMENT_RETURNING);
    assert_int_equal(by_customer.segments, 1u << SS_SEGMENT_RETURNING);
    assert_int_equal(ss_audience_lifecycle(&by_customer), SS_SEGMENT_RETURNING);
    assert_int_equal(neither.segments, 1u << SS_SEGMENT_NEW);
}

static void a_generation_without_segments_knows_who_bought(void **state)
{
    (void)state;
    shop tea;
    shop_open(&tea, small_log, NULL);
    ss_audience ann = ask(tea.snapshot, "ann", &nothing, &nothing), eve = ask(tea.snapshot, "eve", &nothing, &nothing);
    assert_int_equal(ss_audience_lifecycle(&ann), SS_SEGMENT_RETURNING);
    assert_int_equal(ss_audience_lifecycle(&eve), SS_SEGMENT_NEW);
    shop_close(&tea);
}

static bool abandons(const ss_visitor_view *session, const ss_visitor_view *customer)
{
    const ss_snapshot snapshot = {.has_customers = false};
    ss_audience audience = ask(&snapshot, "x", session, customer);
    return is_in(&audience, SS_SEGMENT_CART_ABANDONER);
}

static void a_cart_is_abandoned_after_an_hour(void **state)
{
    (void)state;
    const touch just[] = {{HOUR, 1, 0}}, long_ago[] = {{HOUR + 1, 1, 0}}, empty[] = {{9 * HOUR, 0, 0}};
    ss_visitor_view fresh = view_of(just, 1), old = view_of(long_ago, 1), without = view_of(empty, 1);
    assert_false(abandons(&fresh, &fresh));
    assert_true(abandons(&old, &nothing));
    assert_true(abandons(&nothing, &old));
    assert_false(abandons(&nothing, &fresh));
    assert_false(abandons(&without, &without));
}

static void a_cart_of_an_earlier_session_is_abandoned_at_once(void **state)
{
    (void)state;
    const touch before[] = {{600, 1, 0}, {300, 0, 0}}, now[] = {{300, 0, 0}}, same[] = {{600, 1, 0}, {300, 0, 0}};
    ss_visitor_view customer = view_of(before, 2), later = view_of(now, 1), session = view_of(same, 2);
    assert_true(abandons(&later, &customer));
    assert_false(abandons(&session, &customer));
    assert_false(abandons(&nothing, &customer));
}

static void a_purchase_settles_what_was_left_before_it(void **state)
{
    (void)state;
    const touch settled[] = {{3 * HOUR, 1, 0}, {2 * HOUR, 0, 2 * HOUR}},
                left[] = {{3 * HOUR, 0, 3 * HOUR}, {2 * HOUR, 1, 0}};
    const touch bought[] = {{60, 0, 60}};
    ss_visitor_view before = view_of(settled, 2), after = view_of(left, 2), elsewhere = view_of(bought, 1);
    assert_false(abandons(&nothing, &before));
    assert_true(abandons(&nothing, &after));
    assert_false(abandons(&elsewhere, &after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_new),
        cmocka_unit_test(whoever_bought_a_minute_ago_is_returning),
        cmocka_unit_test(a_generation_without_segments_knows_who_bought),
        cmocka_unit_test(a_cart_is_abandoned_after_an_hour),
        cmocka_unit_test(a_cart_of_an_earlier_session_is_abandoned_at_once),
        cmocka_unit_test(a_purchase_settles_what_was_left_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

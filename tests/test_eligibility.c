/*
 * test_eligibility.c: which campaign a visitor meets, who is held out of it, and which variant they get.
 */
#include "check.h"
#include "offers/assignment.h"
#include "offers/eligibility.h"

#include "base/timestamp.h"
#include <stdio.h>

#define MONDAY_NOON INT64_C(1699876800000000) /* 2023-11-13 12:00 UTC */

/* A campaign of the home page without conditions. */
static ss_campaign campaign_named(const char *name, int64_t priority)
{
    return (ss_campaign){.name = ss_slice_of(name),
                         .enabled = true,
                         .page = SS_PAGE_HOME,
                         .priority = priority,
                         .schedule = {.from = INT64_MIN, .until = INT64_MAX},
                         .cart_max = INT64_MAX};
}

static ss_zone *zone;

static const ss_campaign *eligible(ss_campaign *campaigns, size_t count, uint32_t segments, int64_t cart_value)
{
    const ss_policy policy = {.campaigns = campaigns, .campaign_count = count, .zone = zone};
    const ss_occasion occasion = {SS_PAGE_HOME, segments, {"", 0}, cart_value, MONDAY_NOON};
    return ss_eligible_campaign(&policy, &occasion);
}

static void the_highest_priority_decides_alone(void **state)
{
    (void)state;
    ss_campaign campaigns[] = {campaign_named("a", 1), campaign_named("b", 3), campaign_named("c", 3)};
    assert_slice_equal(eligible(campaigns, 3, 1, 0)->name, "b"); /* ties by the order of the file */
    campaigns[1].enabled = false;
    assert_slice_equal(eligible(campaigns, 3, 1, 0)->name, "c");
    campaigns[2].page = SS_PAGE_CART;
    assert_slice_equal(eligible(campaigns, 3, 1, 0)->name, "a");
    assert_null(eligible(campaigns, 0, 1, 0));
}

static void segments_in_and_out(void **state)
{
    (void)state;
    ss_campaign only = campaign_named("a", 1);
    only.segments = 1u << SS_SEGMENT_NEW | 1u << SS_SEGMENT_CART_ABANDONER;
    only.not_segments = 1u << SS_SEGMENT_BIRTHDAY;
    assert_non_null(eligible(&only, 1, 1u << SS_SEGMENT_NEW, 0));
    assert_non_null(eligible(&only, 1, 1u << SS_SEGMENT_LOYAL | 1u << SS_SEGMENT_CART_ABANDONER, 0));
    assert_null(eligible(&only, 1, 1u << SS_SEGMENT_LOYAL, 0));
    assert_null(eligible(&only, 1, 1u << SS_SEGMENT_NEW | 1u << SS_SEGMENT_BIRTHDAY, 0));
}

static const ss_campaign *eligible_liking(ss_campaign *campaigns, size_t count, const char *category)
{
    const ss_policy policy = {.campaigns = campaigns, .campaign_count = count, .zone = zone};
    const ss_occasion occasion = {SS_PAGE_HOME, 1, ss_slice_of(category), 0, MONDAY_NOON};
    return ss_eligible_campaign(&policy, &occasion);
}

static void liked_categories(void **state)
{
    (void)state;
    static const ss_slice liked[] = {SS_SLICE_LITERAL("Cups"), SS_SLICE_LITERAL("Tea")};
    ss_campaign campaigns[] = {campaign_named("tea", 2), campaign_named("any", 1)};
    campaigns[0].liked_categories = liked;
    campaigns[0].liked_category_count = 2;
    assert_slice_equal(eligible_liking(campaigns, 2, "Cups")->name, "tea");
    assert_slice_equal(eligible_liking(campaigns, 2, "Tea")->name, "tea");
    assert_slice_equal(eligible_liking(campaigns, 2, "Te")->name, "any");
    assert_slice_equal(eligible_liking(campaigns, 2, "tea")->name, "any"); /* by its bytes */
    assert_slice_equal(eligible_liking(campaigns, 2, "")->name, "any");
    assert_null(eligible_liking(campaigns, 1, "Hats"));
    assert_null(eligible_liking(campaigns, 1, ""));
}

static void carts_and_schedules(void **state)
{
    (void)state;
    ss_campaign one = campaign_named("a", 1);
    one.cart_min = 1000;
    one.cart_max = 2000;
    assert_null(eligible(&one, 1, 1, 999));
    assert_non_null(eligible(&one, 1, 1, 1000));
    assert_non_null(eligible(&one, 1, 1, 2000));
    assert_null(eligible(&one, 1, 1, 2001));
    one.cart_min = 0;
    one.schedule.weekdays = 1u << 1; /* Tuesdays */
    assert_null(eligible(&one, 1, 1, 0));
    one.schedule.weekdays = 1u << 0;
    assert_non_null(eligible(&one, 1, 1, 0));
    one.schedule.until = MONDAY_NOON;
    assert_null(eligible(&one, 1, 1, 0));
}

/* ---- assignment ---- */

#define VISITORS 20000u

static ss_slice visitor_named(char text[16], unsigned number)
{
    snprintf(text, 16, "v%u", number);
    return ss_slice_of(text);
}

static void holdouts_are_of_their_size_and_independent(void **state)
{
    (void)state;
    ss_campaign a = campaign_named("a", 1), b = campaign_named("b", 1);
    a.holdout = b.holdout = 2000;
    unsigned of_a = 0, of_b = 0, of_both = 0, other_seed = 0;
    char text[16];
    for (unsigned i = 0; i < VISITORS; i++) {
        ss_slice visitor = visitor_named(text, i);
        bool in_a = ss_assigned_to_holdout(&a, 1, visitor), in_b = ss_assigned_to_holdout(&b, 1, visitor);
        assert_int_equal(in_a, ss_assigned_to_holdout(&a, 1, visitor));
        of_a += in_a;
        of_b += in_b;
        of_both += in_a && in_b;
        other_seed += in_a && ss_assigned_to_holdout(&a, 2, visitor);
    }
    assert_in_range(of_a, 3750, 4250);
    assert_in_range(of_b, 3750, 4250);
    assert_in_range(of_both, 680, 920);
    assert_in_range(other_seed, 680, 920);
    a.holdout = 0;
    b.holdout = SS_BASIS_POINTS;
    for (unsigned i = 0; i < 100; i++) {
        assert_false(ss_assigned_to_holdout(&a, 1, visitor_named(text, i)));
        assert_true(ss_assigned_to_holdout(&b, 1, visitor_named(text, i)));
    }
}

static void variants_are_even_and_say_nothing_of_the_holdout(void **state)
{
    (void)state;
    ss_campaign campaign = campaign_named("a", 1);
    char text[16];
    unsigned of_a = 0, held_of_a = 0;
    assert_int_equal(ss_assigned_variant(&campaign, 1, ss_slice_of("v")).size, 0);
    campaign.variants[0] = ss_slice_of("a");
    campaign.variants[1] = ss_slice_of("b");
    campaign.variant_count = 2;
    campaign.holdout = 5000;
    for (unsigned i = 0; i < VISITORS; i++) {
        ss_slice visitor = visitor_named(text, i);
        bool is_a = ss_slice_equal(ss_assigned_variant(&campaign, 1, visitor), ss_slice_of("a"));
        of_a += is_a;
        held_of_a += is_a && ss_assigned_to_holdout(&campaign, 1, visitor);
    }
    assert_in_range(of_a, 9700, 10300);
    assert_in_range(held_of_a, 4750, 5250);
}

static int make_zone(void **state)
{
    ss_error error = {0};
    (void)state;
    expect_ok(ss_zone_new("UTC", &zone, &error), &error);
    return 0;
}

static int free_zone(void **state)
{
    (void)state;
    ss_zone_free(&zone);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_priority_decides_alone),
        cmocka_unit_test(segments_in_and_out),
        cmocka_unit_test(liked_categories),
        cmocka_unit_test(carts_and_schedules),
        cmocka_unit_test(holdouts_are_of_their_size_and_independent),
        cmocka_unit_test(variants_are_even_and_say_nothing_of_the_holdout),
    };
    return cmocka_run_group_tests(tests, make_zone, free_zone);
}

/* The map `offers`: what stands without one, what a file changes, mistakes with their places, defaults that read back. */
#include "check.h"
#include "failing_malloc.h"

#include "base/timestamp.h"
#include "offers/policy.h"
#include <string.h>

#define HOUR (3600 * SS_SECOND)

typedef struct reading {
    ss_arena *arena;
    ss_mistakes *mistakes;
    ss_policy *policy;
} reading;

static reading read_text(const char *text)
{
    reading of = {ss_arena_new(4096, SS_YAML_ARENA_MAX), ss_mistakes_new("f"), NULL};
    ss_yaml_node *root;
    ss_error error = {0};
    expect_ok(ss_yaml_read(ss_slice_of(text), of.arena, of.mistakes, &root, &error), &error);
    expect_ok(ss_policy_read(root, of.mistakes, &of.policy, &error), &error);
    ss_arena_free(&of.arena); /* the policy has copies of its own */
    return of;
}

static void done(reading *of)
{
    ss_policy_release(&of->policy);
    ss_mistakes_free(&of->mistakes);
}

static const ss_campaign *campaign_of(const reading *of, const char *name)
{
    const ss_campaign *campaign = ss_policy_campaign(of->policy, ss_slice_of(name));
    if (!campaign)
        fail_msg("no campaign %s", name);
    return campaign;
}

static reading read_good(const char *text)
{
    char line[SS_MISTAKE_LINE_MAX];
    reading of = read_text(text);
    if (ss_mistakes_kept(of.mistakes) > 0) {
        ss_mistakes_format(of.mistakes, 0, line, sizeof line);
        fail_msg("%s", line);
    }
    return of;
}

static uint64_t bit_of(const reading *of, const char *incentive)
{
    const ss_incentive *found = ss_policy_incentive(of->policy, ss_slice_of(incentive));
    if (!found)
        fail_msg("no incentive %s", incentive);
    return UINT64_C(1) << (found - of->policy->incentives);
}

static void three_campaigns_stand_ready_and_give_nothing(void **state)
{
    (void)state;
    ss_policy *policy = NULL;
    ss_error error = {0};
    expect_ok(ss_policy_read(NULL, NULL, &policy, &error), &error);
    assert_int_equal(policy->campaign_count, 3);
    const struct {
        const char *name;
        ss_offer_page page;
    } wanted[] = {{"dont_go", SS_PAGE_HOME}, {"lightning", SS_PAGE_PRODUCT}, {"last_chance", SS_PAGE_CART}};
    for (size_t i = 0; i < 3; i++) {
        const ss_campaign *campaign = &policy->campaigns[i];
        assert_slice_equal(campaign->name, wanted[i].name);
        assert_slice_equal(campaign->message_key, wanted[i].name);
        assert_int_equal(campaign->page, wanted[i].page);
        assert_true(campaign->enabled && campaign->mouse_out && campaign->incentives != 0);
        assert_int_equal(campaign->incentives & 1, 0);
        assert_int_equal(campaign->holdout, 1000);
        assert_int_equal(campaign->price_cut, campaign->page == SS_PAGE_PRODUCT);
        assert_true(campaign->budget.per_day == SS_BUDGET_NONE && campaign->cart_max == SS_BUDGET_NONE);
        assert_true(ss_schedule_runs(&campaign->schedule, policy->zone, 0));
    }
    assert_int_equal(policy->guards.budget.per_day, 0);
    assert_int_equal(policy->guards.margin_min, 1000);
    assert_int_equal(policy->guards.uses_period, 30 * SS_DAY);
    assert_int_equal(policy->guards.cool_dismissed, 24 * HOUR);
    assert_int_equal(policy->learning.window, 24 * HOUR);
    assert_slice_equal(policy->incentives[0].name, "none");
    assert_int_equal(policy->incentives[0].kind, SS_INCENTIVE_NONE);
    assert_int_equal(ss_policy_incentive(policy, SS_SLICE_LITERAL("cashback-15"))->share, 1500);
    ss_policy_release(&policy);
}

static const char full_policy[] =
    "time-zone: Europe/Berlin\n"
    "guards: {tax: 19, margin-min: 12.5, cart-margin-min: 8, discount-max: 30, budget-per-day: 50000, budget: "
    "1000000,\n"
    "  uses-max: 2, uses-days: 7, shows-max: 3, cool-dismissed-hours: 1, cool-bought-hours: 2, discount-reduced: "
    "true,\n"
    "  stacking: true}\n"
    "learning: {seed: 9, window-hours: 48, explore: false, strength: 12.5}\n"
    "incentives: {ten-off: {percent: 10}, five-off: {amount: 500, value-min: 4000}, shipping: {free-shipping: 490},\n"
    "  cashback: {cashback: 15}, points: {points: 200, worth: 2}, plain-points: {points: 30}, mug: {gift: MUG-1},\n"
    "  duo: {bundle: 8.25}, percent-5: {percent: 6}}\n"
    "campaigns:\n"
    "  welcome: {page: product, triggers: {mouse-out: false, back-button: true, idle-seconds: 45}, priority: 7,\n"
    "    schedule: {from: 2026-11-01, until: 2026-12-24, weekdays: [mon, tue], hours: \"08:00-22:00\"},\n"
    "    segments: [new, at-risk], not_segments: [loyal], cart-min: 100, cart-max: 20000, categories: [tea, cups],\n"
    "    not-categories: [gifts], liked-categories: [tea, cups, gifts], incentives: [ten-off, five-off, shipping, "
    "cashback, points, plain-points, mug, duo,\n"
    "    percent-5], price-cut: true, message-key: hello, variants: [a, b], lifetime-minutes: 45, holdout: 12.34,\n"
    "    limit: 5, budget-per-day: 20000, budget: 500000}\n"
    "  dont-go: {limit: 4}\n"
    "  last_chance: {enabled: false, incentives: []}\n";

static void check_incentives(const reading *of)
{
    const ss_incentive *all = of->policy->incentives;
    const struct {
        const char *name;
        ss_incentive_kind kind;
        int64_t share, amount, points, value_min;
    } wanted[] = {{"none", SS_INCENTIVE_NONE, 0, 0, 0, 0},
                  {"ten-off", SS_INCENTIVE_PERCENT, 1000, 0, 0, 0},
                  {"five-off", SS_INCENTIVE_AMOUNT, 0, 500, 0, 4000},
                  {"shipping", SS_INCENTIVE_FREE_SHIPPING, 0, 490, 0, 0},
                  {"cashback", SS_INCENTIVE_CASHBACK, 1500, 0, 0, 0},
                  {"points", SS_INCENTIVE_POINTS, 0, 2, 200, 0},
                  {"plain-points", SS_INCENTIVE_POINTS, 0, 1, 30, 0},
                  {"mug", SS_INCENTIVE_GIFT, 0, 0, 0, 0},
                  {"duo", SS_INCENTIVE_BUNDLE, 825, 0, 0, 0},
                  {"percent-5", SS_INCENTIVE_PERCENT, 600, 0, 0, 0},
                  {"percent-10", SS_INCENTIVE_PERCENT, 1000, 0, 0, 0}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_slice_equal(all[i].name, wanted[i].name);
        assert_int_equal(all[i].kind, wanted[i].kind);
        assert_int_equal(all[i].share, wanted[i].share);
        assert_int_equal(all[i].amount, wanted[i].amount);
        assert_int_equal(all[i].points, wanted[i].points);
        assert_int_equal(all[i].value_min, wanted[i].value_min);
    }
    assert_slice_equal(all[7].gift_item, "MUG-1");
    assert_int_equal(of->policy->incentive_count, 13);
}

static void check_welcome(const reading *of)
{
    const ss_campaign *campaign = campaign_of(of, "welcome");
    int64_t first, last;
    assert_true(ss_timestamp_parse(SS_SLICE_LITERAL("2026-11-01T00:00+01:00"), &first));
    assert_true(ss_timestamp_parse(SS_SLICE_LITERAL("2026-12-25T00:00+01:00"), &last));
    assert_ptr_equal(campaign, &of->policy->campaigns[0]);
    assert_true(!campaign->mouse_out && campaign->back_button && campaign->price_cut);
    assert_int_equal(campaign->idle_seconds, 45);
    assert_int_equal(campaign->priority, 7);
    assert_int_equal(campaign->schedule.from, first);
    assert_int_equal(campaign->schedule.until, last);
    assert_int_equal(campaign->schedule.weekdays, 3);
    assert_int_equal(campaign->schedule.begins, 8 * 3600);
    assert_int_equal(campaign->schedule.ends, 22 * 3600);
    assert_int_equal(campaign->segments, 1u << SS_SEGMENT_NEW | 1u << SS_SEGMENT_AT_RISK);
    assert_int_equal(campaign->not_segments, 1u << SS_SEGMENT_LOYAL);
    assert_int_equal(campaign->cart_min, 100);
    assert_int_equal(campaign->cart_max, 20000);
    assert_int_equal(campaign->category_count, 2);
    assert_slice_equal(campaign->categories[0], "cups");
    assert_slice_equal(campaign->categories[1], "tea");
    assert_int_equal(campaign->not_category_count, 1);
    assert_int_equal(campaign->liked_category_count, 3);
    assert_slice_equal(campaign->liked_categories[0], "cups");
    assert_slice_equal(campaign->liked_categories[2], "tea");
    assert_int_equal(campaign->incentives, 0x3fe);
    assert_slice_equal(campaign->message_key, "hello");
    assert_int_equal(campaign->variant_count, 2);
    assert_slice_equal(campaign->variants[1], "b");
    assert_int_equal(campaign->lifetime, 45 * 60 * SS_SECOND);
    assert_int_equal(campaign->holdout, 1234);
    assert_int_equal(campaign->limit, 5);
    assert_int_equal(campaign->budget.per_day, 20000);
    assert_int_equal(campaign->budget.in_all, 500000);
}

static void a_file_says_everything(void **state)
{
    (void)state;
    reading of = read_good(full_policy);
    const ss_guards *guards = &of.policy->guards;
    assert_int_equal(guards->tax, 1900);
    assert_int_equal(guards->margin_min, 1250);
    assert_int_equal(guards->cart_margin_min, 800);
    assert_int_equal(guards->discount_max, 3000);
    assert_int_equal(guards->budget.per_day, 50000);
    assert_int_equal(guards->budget.in_all, 1000000);
    assert_int_equal(guards->uses_max, 2);
    assert_int_equal(guards->uses_period, 7 * SS_DAY);
    assert_int_equal(guards->shows_max, 3);
    assert_int_equal(guards->cool_dismissed, HOUR);
    assert_int_equal(guards->cool_bought, 2 * HOUR);
    assert_true(guards->discount_reduced && guards->stacking);
    assert_int_equal(of.policy->learning.seed, 9);
    assert_int_equal(of.policy->learning.window, 48 * HOUR);
    assert_false(of.policy->learning.explore);
    assert_true(of.policy->learning.strength > 12.4 && of.policy->learning.strength < 12.6);
    check_incentives(&of);
    check_welcome(&of);
    assert_int_equal(ss_zone_local(of.policy->zone, 0).second, 3600);
    done(&of);
}

static void a_default_campaign_keeps_what_the_file_leaves_out(void **state)
{
    (void)state;
    reading of = read_good(full_policy);
    assert_int_equal(of.policy->campaign_count, 4);
    const ss_campaign *campaign = campaign_of(&of, "dont_go"); /* named dont-go there */
    assert_ptr_equal(campaign, &of.policy->campaigns[1]);
    assert_int_equal(campaign->limit, 4);
    assert_int_equal(campaign->idle_seconds, 60);
    assert_int_equal(campaign->incentives,
                     bit_of(&of, "percent-5") | bit_of(&of, "percent-10") | bit_of(&of, "cashback-15"));
    assert_false(campaign_of(&of, "last_chance")->enabled);
    assert_int_equal(campaign_of(&of, "last_chance")->incentives, 0);
    assert_int_equal(campaign_of(&of, "lightning")->lifetime, 20 * 60 * SS_SECOND);
    done(&of);
}

static void times_of_a_schedule_are_the_shops(void **state)
{
    (void)state;
    static const struct {
        const char *from, *until, *from_utc, *until_utc;
    } cases[] = {
        {"2026-03-29", "2026-03-29", "2026-03-28T23:00Z", "2026-03-29T22:00Z"}, /* 23 hours */
        {"2026-10-25", "2026-10-25", "2026-10-24T22:00Z", "2026-10-25T23:00Z"}, /* 25 */
        {"2026-03-29T02:30", "2026-07-01T12:00", "2026-03-29T01:00Z", "2026-07-01T10:00Z"},
        {"2026-10-25T02:30", "2026-11-01 12:00:30", "2026-10-25T00:30Z", "2026-11-01T11:00:30Z"},
        {"2026-01-01T00:00Z", "2026-01-02T00:00-05:00", "2026-01-01T00:00Z", "2026-01-02T05:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        int64_t from, until;
        snprintf(text, sizeof text,
                 "time-zone: Europe/Berlin\ncampaigns: {dont_go: {schedule: {from: '%s', until: '%s'}}}", cases[i].from,
                 cases[i].until);
        reading of = read_good(text);
        assert_true(ss_timestamp_parse(ss_slice_of(cases[i].from_utc), &from));
        assert_true(ss_timestamp_parse(ss_slice_of(cases[i].until_utc), &until));
        assert_int_equal(of.policy->campaigns[0].schedule.from, from);
        assert_int_equal(of.policy->campaigns[0].schedule.until, until);
        done(&of);
    }
}

typedef struct mistake_case {
    const char *text, *mistake;
} mistake_case;

static void expect_each(const mistake_case *cases, size_t count, bool warning)
{
    char line[SS_MISTAKE_LINE_MAX];
    for (size_t i = 0; i < count; i++) {
        reading of = read_text(cases[i].text);
        if (ss_mistakes_kept(of.mistakes) != 1) {
            for (size_t m = 0; m < ss_mistakes_kept(of.mistakes); m++) {
                ss_mistakes_format(of.mistakes, m, line, sizeof line);
                print_message("%s\n", line);
            }
            fail_msg("case %zu: %zu mistakes", i, ss_mistakes_kept(of.mistakes));
        }
        ss_mistakes_format(of.mistakes, 0, line, sizeof line);
        if (!strstr(line, cases[i].mistake))
            fail_msg("case %zu: '%s' without '%s'", i, line, cases[i].mistake);
        assert_int_equal(of.policy != NULL, warning);
        done(&of);
    }
}

static const mistake_case general_mistakes[] = {
    {"- a\n", "f:1:1: offers: found a list, expected a map of settings"},
    {"gaurds: {tax: 19}\n", "f:1:1: offers.gaurds: there is no such setting (did you mean guards?)"},
    {"guards: {taxes: 19}\n", "f:1:10: offers.guards.taxes: there is no such setting (did you mean tax?)"},
    {"guards: {tax: 101}\n", "f:1:15: offers.guards.tax: out of range: found '101', expected a number, 0 to 100"},
    {"guards: {tax: '19'}\n", "f:1:15: offers.guards.tax: found the quoted text '19', expected a number"},
    {"guards: {tax: 19.123}\n", "f:1:15: offers.guards.tax: found '19.123', expected at most two decimals"},
    {"guards: {budget: lots}\n", "f:1:18: offers.guards.budget: found 'lots', expected a whole number of minor "
                                 "units, 0 to 900000000000000, or unlimited"},
    {"guards: {budget-per-day: -1}\n", "offers.guards.budget-per-day: found '-1', expected a whole number of minor"},
    {"guards: {budget-per-day: 1.5}\n", "offers.guards.budget-per-day: found '1.5', expected a whole number"},
    {"guards: {uses-max: 33}\n", "offers.guards.uses-max: out of range: found '33', expected a whole number, 0 to 32"},
    {"time-zone: Europe/Brelin\n", "f:1:12: offers.time-zone: no such time zone, or the system's zone files (tzdata) "
                                   "are missing: found 'Europe/Brelin', expected a name such as Europe/Berlin"},
    {"learning: {explore: maybe}\n", "f:1:21: offers.learning.explore: neither true nor false: found 'maybe'"},
    {"learning: {strength: 0}\n", "offers.learning.strength: out of range: found '0', expected a number, 0.1 to"},
    {"incentives: [a]\n", "f:1:13: offers.incentives: found a list, expected a map from names to incentives"},
    {"incentives: {Ten: {percent: 10}}\n", "f:1:14: offers.incentives.Ten: found 'Ten', expected a name of 1 to 64 of"},
    {"incentives: {none: {percent: 10}}\n", "offers.incentives.none: 'none' is taken: it stands for giving nothing"},
    {"incentives: {a-b: {percent: 10}, a_b: {percent: 9}}\ncampaigns: {dont_go: {incentives: [a-b]}}\n",
     "f:1:34: offers.incentives.a_b: given twice, first on line 1 as a-b"},
    {"incentives: {percent-5: {}}\n", "f:1:14: offers.incentives.percent-5: it gives nothing, expected one of percent"},
    {"incentives: {percent-5: {percent: 5, gift: MUG}}\n",
     "f:1:44: offers.incentives.percent-5.gift: it gives something already, expected one of percent, amount"},
    {"incentives: {percent-5: {percent: 0}}\n", "f:1:35: offers.incentives.percent-5.percent: out of range"},
    {"incentives: {percent-5: {percnt: 5}}\n", "percnt: there is no such setting (did you mean percent?)"},
    {"incentives: {percent-5: {gift: ''}}\n", "f:1:32: offers.incentives.percent-5.gift: found a text of 0 bytes, "
                                              "expected 1 to 255"},
    {"incentives: {percent-5: {gift: }}\n", "offers.incentives.percent-5.gift: found nothing, expected a text"},
    {"incentives: {percent-5: {amount: 5, worth: 3}}\n",
     "f:1:44: offers.incentives.percent-5.worth: it is what a point "
     "is worth, and there are no points"},
};

static const mistake_case campaign_mistakes[] = {
    {"campaigns: {a: {incentives: [percent-5]}}\n",
     "f:1:13: offers.campaigns.a: there is no page, expected home, product or cart"},
    {"campaigns: {a: {page: checkout, incentives: [percent-5]}}\n",
     "f:1:23: offers.campaigns.a.page: no such choice: found 'checkout', expected home, product or cart"},
    {"campaigns: {dont_go: {}, dont-go: {}}\n",
     "f:1:26: offers.campaigns.dont-go: given twice, first on line 1 as dont_go"},
    {"campaigns: {dont_go: {incentives: [percent5]}}\n",
     "f:1:36: offers.campaigns.dont_go.incentives: found 'percent5', expected the name of an incentive (did you "
     "mean "
     "percent-5?)"},
    {"campaigns: {dont_go: {incentives: [percent-5, percent_5]}}\n",
     "f:1:47: offers.campaigns.dont_go.incentives: 'percent_5' stands here twice"},
    {"campaigns: {dont_go: {segments: [nwe]}}\n", "f:1:34: offers.campaigns.dont_go.segments: found 'nwe', "
                                                  "expected a segment such as new or at_risk (did you mean "
                                                  "new?)"},
    {"campaigns: {dont_go: {segments: [new], not-segments: [lapsed, new]}}\n",
     "f:1:55: offers.campaigns.dont_go.not-segments: 'new' stands in segments too"},
    {"campaigns: {dont_go: {cart-min: 10, cart-max: 9}}\n",
     "f:1:33: offers.campaigns.dont_go.cart-min: found cart-min: 10, expected at most cart-max: 9"},
    {"campaigns: {last_chance: {cart-max: 0}}\n",
     "f:1:37: offers.campaigns.last_chance.cart-max: found cart-min: 1, expected at most cart-max: 0"},
    {"campaigns: {dont_go: {schedule: {form: 2026-11-01}}}\n",
     "schedule.form: there is no such setting (did you mean from?)"},
    {"campaigns: {dont_go: {schedule: {from: 2026-02-30}}}\n",
     "f:1:40: offers.campaigns.dont_go.schedule.from: found '2026-02-30', expected a date such as 2026-11-01"},
    {"campaigns: {dont_go: {schedule: {from: 1767225600}}}\n", "found '1767225600', expected a date such as"},
    {"campaigns: {dont_go: {schedule: {from: 2026-11-02, until: 2026-11-01}}}\n",
     "f:1:59: offers.campaigns.dont_go.schedule.until: found until '2026-11-01', expected a time after from "
     "'2026-11-02'"},
    {"campaigns: {dont_go: {schedule: {weekdays: [mon, tuesday]}}}\n",
     "f:1:50: offers.campaigns.dont_go.schedule.weekdays: found 'tuesday', expected one of mon, tue, wed, thu, "
     "fri"},
    {"campaigns: {dont_go: {schedule: {hours: 8-22}}}\n",
     "f:1:41: offers.campaigns.dont_go.schedule.hours: found '8-22', expected two times that differ, such as"},
    {"campaigns: {dont_go: {schedule: {hours: '08:00-08:00'}}}\n",
     "found '08:00-08:00', expected two times that differ"},
    {"campaigns: {dont_go: {schedule: {hours: '24:00-08:00'}}}\n",
     "found '24:00-08:00', expected two times that differ"},
    {"campaigns: {dont_go: {schedule: {hours: '08:60-22:00'}}}\n",
     "found '08:60-22:00', expected two times that differ"},
    {"campaigns: {dont_go: {triggers: {mouseout: true}}}\n",
     "triggers.mouseout: there is no such setting (did you mean "
     "mouse-out?)"},
    {"campaigns: {dont_go: {triggers: [mouse-out]}}\n", "triggers: found a list, expected a map of settings"},
    {"campaigns: {dont_go: {variants: [a, b, a]}}\n",
     "f:1:40: offers.campaigns.dont_go.variants: 'a' stands here twice"},
    {"campaigns: {dont_go: {variants: [a, b, c, d, e, f, g, h, i]}}\n", "variants: found one more, expected at most 8"},
    {"campaigns: {dont_go: {variants: ['']}}\n", "variants: found a text of 0 bytes, expected 1 to 64"},
    {"campaigns: {dont_go: {message-key: ''}}\n", "message-key: found a text of 0 bytes, expected 1 to 64"},
    {"campaigns: {dont_go: {categories: tea}}\n", "categories: found 'tea', expected a list of names of categories"},
    {"campaigns: {dont_go: {liked-categories: tea}}\n",
     "f:1:41: offers.campaigns.dont_go.liked-categories: found 'tea', expected a list of names of categories"},
    {"campaigns: {dont_go: {liked-categories: [tea, '']}}\n",
     "f:1:47: offers.campaigns.dont_go.liked-categories: found a text of 0 bytes, expected 1 to 255"},
    {"campaigns: {dont_go: {liked-categoreis: [tea]}}\n", "(did you mean liked-categories?)"},
    {"campaigns: {dont_go: {categories: [tea], not-categories: [tea]}}\n",
     "f:1:36: offers.campaigns.dont_go: 'tea' stands in categories, and on line 1 in not-categories"},
    {"campaigns: {dont_go: {limit: 9}}\n", "limit: out of range: found '9', expected a whole number, 1 to 8"},
    {"campaigns: {dont_go: {holdout: 100.5}}\n", "holdout: out of range: found '100.5', expected a number, 0 to 100"},
    {"campaigns: {dont_go: {budget: much}}\n",
     "f:1:31: offers.campaigns.dont_go.budget: found 'much', expected a whole"},
};

static void mistakes_have_their_places(void **state)
{
    (void)state;
    expect_each(general_mistakes, sizeof general_mistakes / sizeof *general_mistakes, false);
    expect_each(campaign_mistakes, sizeof campaign_mistakes / sizeof *campaign_mistakes, false);
}

static void what_is_hardly_meant_is_warned_of(void **state)
{
    (void)state;
    static const mistake_case cases[] = {
        {"guards: {discount-max: 12}\n",
         "f:1:24: warning: offers.guards.discount-max: 'cashback-15' can never be given: its "
         "15 percent are more than discount-max: 12"},
        {"incentives: {half: {percent: 50}}\ncampaigns: {dont_go: {incentives: [half]}}\n",
         "f:1:14: warning: offers.incentives.half: it can never be given: its 50 percent are more than discount-max: "
         "30"},
        {"incentives: {ten: {percent: 10}}\n", "f:1:14: warning: offers.incentives.ten: no campaign gives it"},
        {"campaigns: {a: {page: home}}\n",
         "f:1:13: warning: offers.campaigns.a: it has no incentives: it shows products"},
        {"campaigns: {dont_go: {incentives: []}}\n",
         "f:1:35: warning: offers.campaigns.dont_go.incentives: it has no incentives"},
        {"campaigns: {dont_go: {holdout: 100}}\n", "holdout: with 100 it is never shown to anybody"},
        {"incentives: {duo: {bundle: 5}}\ncampaigns: {dont_go: {incentives: [duo]}}\n",
         "f:2:36: warning: offers.campaigns.dont_go.incentives: 'duo' is a bundle with the product on the page, and is "
         "never "
         "given on the page home"},
        {"guards: {budget: 100}\n",
         "f:1:18: warning: offers.guards.budget: with budget-per-day: 0 nothing is given away"},
        {"guards: {budget-per-day: 101, budget: 100}\n",
         "f:1:26: warning: offers.guards.budget-per-day: found 101, more than the budget in all: 100"},
        {"campaigns: {dont_go: {budget-per-day: 7}}\n",
         "f:1:39: warning: offers.campaigns.dont_go.budget-per-day: found 7, more than that of all campaigns: 0"},
        {"guards: {budget-per-day: 5, budget: 9}\ncampaigns: {dont_go: {budget: 10}}\n",
         "offers.campaigns.dont_go.budget: found 10, more than that of all campaigns: 9"},
        {"campaigns: {dont_go: {categories: [tea, tea]}}\n", "'tea' stands here already, on line 1"},
        {"campaigns: {dont_go: {liked-categories: [tea, tea]}}\n",
         "f:1:47: warning: offers.campaigns.dont_go.liked-categories: 'tea' stands here already, on line 1"},
    };
    expect_each(cases, sizeof cases / sizeof *cases, true);
}

static void all_mistakes_are_told_at_once(void **state)
{
    (void)state;
    reading of =
        read_text("time-zone: Moon\nguards: {tax: -1, budget: x}\nincentives: {a: {}, b: {percent: 7, amount: 3}}\n"
                  "campaigns:\n  x: {segments: [q], schedule: {hours: '9'}, holdout: 0.001}\n"
                  "  y: {page: home, incentives: [zzz]}\n");
    /* time-zone, tax, budget, a, b, segment, hours, holdout, page of x, zzz; and b, x and y as warnings */
    assert_int_equal(ss_mistakes_errors(of.mistakes), 10);
    assert_null(of.policy);
    done(&of);
}

static void limits_hold(void **state)
{
    (void)state;
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof text, "incentives:\n");
    for (int i = 0; i < 64; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "  i%d: {amount: 5}\n", i);
    used += (size_t)snprintf(text + used, sizeof text - used, "campaigns:\n");
    for (int i = 0; i < 33; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "  c%d: {page: home}\n", i);
    reading of = read_text(text);
    assert_int_equal(ss_mistakes_errors(of.mistakes), 2);
    assert_null(of.policy);
    done(&of);
}

static void only_what_is_said_counts_as_a_change(void **state)
{
    (void)state;
    static const char *const texts[] = {"guards: {tax: 19}\n",
                                        "guards:\n  tax: 19.00 # the usual\n",
                                        "guards.tax: 19\ncampaigns: {dont_go: {holdout: 10}}\n",
                                        "guards: {tax: 7}\n",
                                        "guards: {tax: 19}\ncampaigns: {dont_go: {holdout: 11}}\n",
                                        "guards: {tax: 19}\nincentives: {percent-5: {percent: 4}}\n",
                                        "guards: {tax: 19}\ntime-zone: Europe/Berlin\n",
                                        "guards: {tax: 19}\ncampaigns: {dont_go: {categories: [tea]}}\n",
                                        "guards: {tax: 19}\ncampaigns: {dont_go: {liked-categories: [tea]}}\n"};
    uint64_t digests[sizeof texts / sizeof *texts];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        reading of = read_text(texts[i]);
        assert_int_equal(ss_mistakes_errors(of.mistakes), 0);
        digests[i] = of.policy->digest;
        assert_int_equal(digests[i] == digests[0], i < 3);
        done(&of);
    }
}

static void the_defaults_read_back(void **state)
{
    (void)state;
    ss_policy *defaults = NULL, *read = NULL;
    ss_yaml_node *root;
    ss_error error = {0};
    ss_buffer out;
    ss_arena *arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    ss_buffer_init(&out, 1u << 20);
    assert_status(ss_policy_write_defaults(&out), SS_OK);
    expect_ok(ss_yaml_read((ss_slice){out.data, out.size}, arena, mistakes, &root, &error), &error);
    expect_ok(ss_policy_read(ss_yaml_entry(root, "offers"), mistakes, &read, &error), &error);
    if (ss_mistakes_kept(mistakes) > 0) {
        char line[SS_MISTAKE_LINE_MAX];
        ss_mistakes_format(mistakes, 0, line, sizeof line);
        fail_msg("%s\n%s", line, out.data);
    }
    expect_ok(ss_policy_read(NULL, NULL, &defaults, &error), &error);
    assert_int_equal(read->digest, defaults->digest);
    assert_true(strstr(out.data, "# Share of visitors, in percent") != NULL);
    ss_policy_release(&read);
    ss_policy_release(&defaults);
    ss_buffer_release(&out);
    ss_arena_free(&arena);
    ss_mistakes_free(&mistakes);
}

static void what_the_file_says_is_kept_for_people(void **state)
{
    (void)state;
    reading of = read_good("guards: {tax: 19}\ncampaigns: {dont_go: {limit: 2}}\n");
    assert_int_equal(of.policy->given.count, 2);
    assert_string_equal(of.policy->given.list[0].path, "offers.guards.tax");
    assert_string_equal(of.policy->given.list[0].value, "19");
    assert_null(of.policy->given.list[0].prefix);
    assert_string_equal(of.policy->given.list[1].path, "offers.campaigns.dont_go.limit");
    assert_int_equal(of.policy->given.list[1].at.column, 30);
    assert_non_null(of.policy->given.list[1].prefix);
    done(&of);
}

static void references_are_counted(void **state)
{
    (void)state;
    reading of = read_good("guards: {tax: 19}\n");
    ss_policy *other = ss_policy_retain(of.policy), *none = NULL;
    ss_policy_release(&of.policy);
    assert_null(of.policy);
    assert_int_equal(other->guards.tax, 1900);
    ss_policy_release(&other);
    ss_policy_release(&none);
    assert_null(ss_policy_retain(NULL));
    done(&of);
}

static void names_are_total(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SS_INCENTIVE_KINDS; i++)
        assert_non_null(ss_incentive_kind_name((ss_incentive_kind)i));
    assert_null(ss_incentive_kind_name(SS_INCENTIVE_KINDS));
    for (unsigned i = 0; i < SS_PAGE_COUNT; i++)
        assert_int_equal(ss_offer_page_find(ss_slice_of(ss_offer_page_name((ss_offer_page)i))), i);
    assert_null(ss_offer_page_name(SS_PAGE_COUNT));
    assert_int_equal(ss_offer_page_find(SS_SLICE_LITERAL("basket")), SS_PAGE_COUNT);
}

static bool read_root(void *context)
{
    ss_mistakes *mistakes = ss_mistakes_new("f");
    ss_policy *policy = NULL;
    bool good = mistakes && ss_policy_read(context, mistakes, &policy, NULL) == SS_OK;
    assert_true(!good || policy);
    ss_policy_release(&policy);
    ss_mistakes_free(&mistakes);
    return good;
}

static bool write_defaults(void *context)
{
    (void)context;
    ss_buffer out;
    ss_buffer_init(&out, 1u << 20);
    bool good = ss_policy_write_defaults(&out) == SS_OK;
    ss_buffer_release(&out);
    return good;
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    ss_yaml_node *root;
    ss_arena *arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    assert_status(ss_yaml_read(ss_slice_of(full_policy), arena, mistakes, &root, NULL), SS_OK);
    assert_true(failing_malloc_torture(read_root, root) > 0);
    assert_true(failing_malloc_torture(write_defaults, NULL) > 0);
    ss_arena_free(&arena);
    ss_mistakes_free(&mistakes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_campaigns_stand_ready_and_give_nothing),
        cmocka_unit_test(a_file_says_everything),
        cmocka_unit_test(a_default_campaign_keeps_what_the_file_leaves_out),
        cmocka_unit_test(times_of_a_schedule_are_the_shops),
        cmocka_unit_test(mistakes_have_their_places),
        cmocka_unit_test(what_is_hardly_meant_is_warned_of),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(only_what_is_said_counts_as_a_change),
        cmocka_unit_test(the_defaults_read_back),
        cmocka_unit_test(what_the_file_says_is_kept_for_people),
        cmocka_unit_test(references_are_counted),
        cmocka_unit_test(names_are_total),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

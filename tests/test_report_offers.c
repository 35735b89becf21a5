/*
 * test_report_offers.c: what the report of offers counts, by hand, and every way of writing it. test_report_offers.py
 * works out all numbers of random decisions once more.
 */
#include "failing_malloc.h"
#include "job/report_columns.h"
#include "job/report_offers_html.h"
#include "job/report_offers_text.h"
#include "offer_sample.h"

#include <math.h>

static ss_offers_report *report_of(const ss_decision *decisions, size_t count)
{
    const ss_report_limits limits = {SS_NO_TIME, SS_NO_TIME, NULL};
    ss_offers_report *report = NULL;
    ss_error error;
    expect_ok(ss_offers_report_new(&limits, &report, &error), &error);
    for (size_t i = 0; i < count; i++)
        expect_ok(ss_offers_report_add(report, &decisions[i], &error), &error);
    expect_ok(ss_offers_report_finish(report, &error), &error);
    return report;
}

static const ss_report_row *row_of(const ss_offers_report *report, ss_report_level level, const char *campaign,
                                   const char *name)
{
    for (size_t i = 0; i < report->row_count; i++) {
        const ss_report_row *row = &report->rows[i];
        if (row->level == level && strcmp(row->campaign, campaign) == 0 && strcmp(row->name, name) == 0)
            return row;
    }
    fail_msg("no row %s %s %s", ss_report_level_name(level), campaign, name);
    return NULL;
}

/* A closed decision of `last_chance` about a customer who left `margin`. */
static ss_decision closed(ss_verdict verdict, const char *customer, const char *incentive, int64_t margin)
{
    ss_decision decision = offer_decision();
    decision.verdict = verdict;
    decision.closed = true;
    decision.customer_id = ss_slice_of(customer);
    decision.incentive = ss_slice_of(incentive);
    decision.outcome = (ss_offer_outcome){margin > 0, 2 * margin, margin, margin / 10};
    return decision;
}

static void offers_are_counted_by_what_became_of_them(void **state)
{
    (void)state;
    ss_decision shown = offer_decision(), ghost = offer_decision(), none = offer_decision();
    shown.offers[0].told = SS_OFFER_SEEN | SS_OFFER_ACCEPTED;
    shown.offers[0].state = SS_OFFER_REDEEMED;
    shown.offers[0].redeemed_cost = 250;
    shown.offers[1].told = SS_OFFER_SEEN | SS_OFFER_DISMISSED;
    shown.outcome = (ss_offer_outcome){1, 2700, 900, 250};
    ghost.verdict = SS_VERDICT_HELD_OUT;
    ghost.outcome = shown.outcome;
    none.verdict = SS_VERDICT_NO_CAMPAIGN;
    none.campaign = none.incentive = none.segment = (ss_slice){"", 0};
    ss_offers_report *report = report_of((ss_decision[]){shown, ghost, none}, 3);
    const ss_report_row *all = row_of(report, SS_REPORT_ALL, "", "");
    const ss_report_row *row = row_of(report, SS_REPORT_CAMPAIGN, "last_chance", "");
    assert_true(all->decisions == 3 && row->decisions == 2 && row->shown == 1 && row->held_out == 1);
    assert_true(row->offers == 2 && row->codes == 2 && row->seen == 2 && row->accepted == 1 && row->dismissed == 1);
    assert_true(row->redeemed == 1 && row->expired == 0 && row->undone == 0);
    assert_true(row->revenue == 2700 && row->margin == 900 && row->cost == 250 && row->leased == 200);
    assert_int_equal(row_of(report, SS_REPORT_INCENTIVE, "last_chance", "ten-off")->decisions, 2);
    assert_int_equal(row_of(report, SS_REPORT_SEGMENT, "last_chance", "loyal")->cost, 250);
    assert_int_equal(report->row_count, 4);
    assert_true(report->day_count == 1 && report->days[0].day == OFFER_DAY && report->days[0].cost == 250 &&
                report->days[0].leased == 200);
    ss_offers_report_free(&report);
    ss_offers_report_free(&report);
}

static void a_visitor_counts_once_and_by_their_first_decision(void **state)
{
    (void)state;
    const ss_decision decisions[] = {
        closed(SS_VERDICT_NOT_WORTH, "ann", "nothing", 7000), /* on neither side */
        closed(SS_VERDICT_SHOWN, "ann", "ten-off", 1000),
        closed(SS_VERDICT_SHOWN, "ann", "mug", 5000), /* whatever followed */
        closed(SS_VERDICT_HELD_OUT, "bob", "ten-off", 400),
        closed(SS_VERDICT_SHOWN, "cid", "mug", 0),
        closed(SS_VERDICT_HELD_OUT, "dan", "mug", 0),
    };
    ss_offers_report *report = report_of(decisions, 6);
    const ss_report_row *row = row_of(report, SS_REPORT_CAMPAIGN, "last_chance", "");
    assert_true(row->visitors == 2 && row->visitors_held_out == 2);
    assert_true(fabs(row->uplift.each - (900 - 360) / 2.0) < 1e-9); /* margin less what was given */
    assert_true(fabs(row->uplift.total - (900 - 360)) < 1e-9);
    row = row_of(report, SS_REPORT_INCENTIVE, "last_chance", "ten-off");
    assert_true(row->visitors == 1 && row->visitors_held_out == 1 && fabs(row->uplift.each - 540) < 1e-9);
    row = row_of(report, SS_REPORT_INCENTIVE, "last_chance", "mug");
    assert_true(row->visitors == 1 && row->shown == 2 && fabs(row->uplift.each) < 1e-9);
    row = row_of(report, SS_REPORT_ALL, "", "");
    assert_true(row->visitors == 2 && fabs(row->uplift.total - 540) < 1e-9);
    ss_offers_report_free(&report);
}

static void who_is_not_to_be_counted_is_not(void **state)
{
    (void)state;
    ss_decision open = closed(SS_VERDICT_SHOWN, "ann", "ten-off", 1000),
                forgotten = closed(SS_VERDICT_SHOWN, "", "mug", 9);
    open.closed = false;
    forgotten.session_id = (ss_slice){"", 0};
    const ss_decision later = closed(SS_VERDICT_SHOWN, "ann", "ten-off", 1000);
    ss_offers_report *report = report_of((ss_decision[]){open, later, forgotten}, 3);
    const ss_report_row *row = row_of(report, SS_REPORT_CAMPAIGN, "last_chance", "");
    assert_true(row->shown == 3 && row->visitors == 0 && isnan(row->uplift.each));
    assert_int_equal(report->forgotten, 1);
    ss_offers_report_free(&report);
}

static void limits_leave_out(void **state)
{
    (void)state;
    const ss_report_limits limits = {OFFER_NOW, OFFER_NOW + 1, "last_chance"};
    ss_decision before = offer_decision(), after = before, other = before;
    ss_offers_report *report = NULL;
    ss_error error;
    before.time--;
    after.time++;
    other.campaign = SS_SLICE_LITERAL("last");
    const ss_decision all[] = {before, after, other, offer_decision()};
    expect_ok(ss_offers_report_new(&limits, &report, &error), &error);
    for (size_t i = 0; i < 4; i++)
        expect_ok(ss_offers_report_add(report, &all[i], &error), &error);
    expect_ok(ss_offers_report_finish(report, &error), &error);
    assert_int_equal(report->rows[0].decisions, 1);
    assert_true(report->first == OFFER_NOW && report->last == OFFER_NOW);
    ss_offers_report_free(&report);
}

static void days_come_in_order_and_sums_stay_in_range(void **state)
{
    (void)state;
    enum { MANY = 5200 };
    static ss_decision decisions[MANY];
    for (size_t i = 0; i < MANY; i++) {
        decisions[i] = offer_decision();
        decisions[i].day = OFFER_DAY + (int32_t)(i * 7 % 5);
        decisions[i].offers[0].lease = decisions[i].offers[1].lease = SS_OFFER_MONEY_MAX;
        decisions[i].outcome.margin = -SS_OFFER_MONEY_MAX * 2;
    }
    ss_offers_report *report = report_of(decisions, MANY);
    assert_int_equal(report->day_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(report->days[i].day, OFFER_DAY + (int32_t)i);
    assert_true(report->rows[0].leased == INT64_MAX && report->rows[0].margin == INT64_MIN);
    ss_offers_report_free(&report);
}

/* ---- writing ---- */

static void assert_holds(const ss_buffer *text, const char *part)
{
    if (!strstr(text->data, part))
        fail_msg("no \"%s\" in:\n%s", part, text->data);
}

static void what_cannot_be_told_is_said(void **state)
{
    (void)state;
    const ss_decision shown = closed(SS_VERDICT_SHOWN, "ann", "ten-off", 1000);
    ss_offers_report *report = report_of(&shown, 1);
    ss_buffer text;
    ss_buffer_init(&text, 1u << 20);
    assert_status(ss_offers_report_table(report, 2, &text), SS_OK);
    assert_holds(&text, "! last_chance: 1 visitors shown offers and 0 held out");
    assert_holds(&text, "too few to tell");
    ss_buffer_clear(&text);
    assert_status(ss_offers_report_csv(report, 2, &text), SS_OK);
    assert_holds(&text, "\ncampaign,last_chance,,,1,1,0,0,2,0,0,0,2,0,0,0,20.00,10.00,0.00,5.00,1,0,,,,,,,too_few\n");
    ss_buffer_clear(&text);
    assert_status(ss_offers_report_json(report, 2, &text), SS_OK);
    assert_holds(&text, "\"uplift_low\": null");
    assert_holds(&text, "\"leased\": 500");
    ss_buffer_release(&text);
    ss_offers_report_free(&report);
}

static void the_page_escapes_names(void **state)
{
    (void)state;
    ss_decision shown = offer_decision();
    ss_buffer text;
    shown.campaign = SS_SLICE_LITERAL("<b>\"x\"&y");
    ss_offers_report *report = report_of(&shown, 1);
    ss_buffer_init(&text, 1u << 20);
    assert_status(ss_offers_report_html(report, 2, &text), SS_OK);
    assert_holds(&text, "&lt;b&gt;&quot;x&quot;&amp;y");
    assert_null(strstr(text.data, "<b>\"x"));
    ss_buffer_release(&text);
    ss_offers_report_free(&report);
}

static void texts_of_values(void **state)
{
    (void)state;
    char text[SS_REPORT_CELL_TEXT], day[SS_REPORT_DAY_TEXT];
    ss_report_amount_text(-1234.5, 2, text);
    assert_string_equal(text, "-12.35");
    ss_report_amount_text(7, 0, text);
    assert_string_equal(text, "7");
    ss_report_amount_text(NAN, 2, text);
    assert_string_equal(text, "");
    ss_report_day_text(OFFER_DAY, day);
    assert_string_equal(day, "2023-11-14");
    assert_null(ss_report_level_name(SS_REPORT_LEVELS));
    assert_string_equal(ss_report_finding_text(SS_UPLIFT_FINDINGS), "");
}

/* All that needs memory, but JSON: jansson's own allocations are not wrapped. */
static bool write_report(void *context)
{
    static ss_status (*const formats[])(const ss_offers_report *, int, ss_buffer *) = {
        ss_offers_report_table, ss_offers_report_csv, ss_offers_report_html};
    const ss_report_limits limits = {SS_NO_TIME, SS_NO_TIME, NULL};
    const ss_decision *decisions = context;
    ss_offers_report *report = NULL;
    ss_buffer text;
    ss_buffer_init(&text, 1u << 20);
    ss_status status = ss_offers_report_new(&limits, &report, NULL);
    for (size_t i = 0; i < 4 && status == SS_OK; i++)
        status = ss_offers_report_add(report, &decisions[i], NULL);
    if (status == SS_OK)
        status = ss_offers_report_finish(report, NULL);
    for (size_t i = 0; i < 3 && status == SS_OK; i++)
        status = formats[i](report, 2, &text);
    if (status != SS_OK)
        assert_status(status, SS_E_NOMEM);
    ss_buffer_release(&text);
    ss_offers_report_free(&report);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    ss_decision decisions[] = {closed(SS_VERDICT_SHOWN, "ann", "ten-off", 1000),
                               closed(SS_VERDICT_HELD_OUT, "bob", "mug", 5), closed(SS_VERDICT_SHOWN, "cid", "mug", 7),
                               closed(SS_VERDICT_HELD_OUT, "dan", "ten-off", 0)};
    assert_true(failing_malloc_torture(write_report, decisions) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_are_counted_by_what_became_of_them),
        cmocka_unit_test(a_visitor_counts_once_and_by_their_first_decision),
        cmocka_unit_test(who_is_not_to_be_counted_is_not),
        cmocka_unit_test(limits_leave_out),
        cmocka_unit_test(days_come_in_order_and_sums_stay_in_range),
        cmocka_unit_test(what_cannot_be_told_is_said),
        cmocka_unit_test(the_page_escapes_names),
        cmocka_unit_test(texts_of_values),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

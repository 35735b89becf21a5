#include "job/report_offers_html.h"

#include "job/report_columns.h"
#include "job/report_html.h"
#include "log/values.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

typedef struct page {
    const ss_offers_report *report;
    int decimals;
    ss_html html;
} page;

static void put_limits(page *to)
{
    char first[SS_TIMESTAMP_TEXT], last[SS_TIMESTAMP_TEXT];
    const ss_offers_report *report = to->report;
    ss_html_printf(&to->html, "<p class=\"dim\">");
    if (report->limits.campaign) {
        ss_html_printf(&to->html, "Campaign ");
        ss_html_escaped(&to->html, report->limits.campaign);
        ss_html_printf(&to->html, ". ");
    }
    if (report->first != SS_NO_TIME) {
        ss_timestamp_format(report->first, first);
        ss_timestamp_format(report->last, last);
        ss_html_printf(&to->html, "Decisions from %.10s to %.10s (UTC). ", first, last);
    }
    ss_html_printf(&to->html, "Of persons nothing is in here but how many.</p>\n");
}

static void put_number_tile(page *to, const char *name, uint64_t value, const char *note)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    ss_html_tile(&to->html, name, text, note);
}

static void put_tiles(page *to)
{
    const ss_report_row *all = &to->report->rows[0];
    char text[SS_REPORT_CELL_TEXT], low[SS_REPORT_CELL_TEXT], high[SS_REPORT_CELL_TEXT], note[2 * SS_REPORT_CELL_TEXT];
    ss_html_printf(&to->html, "<div class=\"tiles\">\n");
    put_number_tile(to, "Decisions", all->decisions, "visitors about to leave");
    put_number_tile(to, "Offers shown", all->offers, "products, each one");
    put_number_tile(to, "Codes redeemed", all->redeemed, "and not undone");
    ss_value_format_money(all->cost, to->decimals, text);
    ss_html_tile(&to->html, "Given away", text, "by codes redeemed");
    ss_report_amount_text(all->uplift.total, to->decimals, text);
    ss_report_amount_text(all->uplift.total_low, to->decimals, low);
    ss_report_amount_text(all->uplift.total_high, to->decimals, high);
    snprintf(note, sizeof note, "%s to %s: %s", *low ? low : "?", *high ? high : "?",
             ss_report_finding_text(all->uplift.finding));
    ss_html_tile(&to->html, "Earned by offers", *text ? text : "?", note);
    ss_html_printf(&to->html, "</div>\n");
}

static ss_status put_warning(void *context, const char *text)
{
    page *to = context;
    ss_html_warning(&to->html, text);
    return to->html.status;
}

/* ---- plots ---- */

/* Of all and of each campaign. */
static const ss_report_row *next_headline(const ss_offers_report *report, size_t *at)
{
    while (*at < report->row_count && report->rows[*at].level > SS_REPORT_CAMPAIGN)
        ++*at;
    return *at < report->row_count ? &report->rows[(*at)++] : NULL;
}

static const char *headline_name(const ss_report_row *row)
{
    return row->level == SS_REPORT_ALL ? "all campaigns" : row->campaign;
}

#define UPLIFT_ROW 54.0

static void put_uplift_row(page *to, const ss_scale *across, const ss_report_row *row, double y)
{
    char each[SS_REPORT_CELL_TEXT], low[SS_REPORT_CELL_TEXT], high[SS_REPORT_CELL_TEXT], text[4 * SS_REPORT_CELL_TEXT];
    const char *class = ss_uplift_finding_name(row->uplift.finding);
    ss_report_amount_text(row->uplift.each, to->decimals, each);
    ss_report_amount_text(row->uplift.low, to->decimals, low);
    ss_report_amount_text(row->uplift.high, to->decimals, high);
    snprintf(text, sizeof text, "%s a visitor (%s to %s): %s", each, low, high,
             ss_report_finding_text(row->uplift.finding));
    ss_plot_text(&to->html, SS_PLOT_MARGIN, y + 12, "name", "start", headline_name(row));
    ss_plot_text(&to->html, SS_PLOT_MARGIN, y + 26, "dim", "start", text);
    ss_plot_line(&to->html, ss_scale_place(across, 0), y + 31, ss_scale_place(across, 0), y + 45, "zero");
    ss_plot_line(&to->html, ss_scale_place(across, row->uplift.low), y + 38, ss_scale_place(across, row->uplift.high),
                 y + 38, class);
    ss_html_printf(&to->html, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" class=\"%s\"/>\n",
                   ss_scale_place(across, row->uplift.each), y + 38, class);
}

static void put_uplift(page *to)
{
    ss_scale across = ss_scale_across(0, 0);
    size_t count = 0, at = 0;
    double y = 0;
    const ss_report_row *row;
    while ((row = next_headline(to->report, &at)) != NULL) {
        if (!isfinite(row->uplift.low))
            continue;
        across.least = fmin(across.least, row->uplift.low);
        across.most = fmax(across.most, row->uplift.high);
        count++;
    }
    ss_plot_begin(&to->html, "What offers earn", fmax(1, (double)count) * UPLIFT_ROW + 8);
    if (count == 0)
        ss_plot_text(&to->html, SS_PLOT_MARGIN, 24, "dim", "start", "Too few visitors as yet.");
    for (at = 0; (row = next_headline(to->report, &at)) != NULL;) {
        if (!isfinite(row->uplift.low))
            continue;
        put_uplift_row(to, &across, row, y);
        y += UPLIFT_ROW;
    }
    ss_plot_end(&to->html, "A visitor shown offers beside one held out (dashed): margin less what was given, with the "
                           "interval that holds the truth in 95 of 100 cases.");
    ss_plot_close(&to->html);
}

#define FUNNEL_ROW 76.0
#define FUNNEL_BAR 190.0

static void put_funnel_bar(page *to, double y, const char *name, uint64_t count, uint64_t of, const char *class)
{
    char text[96];
    double share = of ? (double)count / (double)of : 0;
    snprintf(text, sizeof text, "%" PRIu64 " %s (%.1f %%)", count, name, 100 * share);
    ss_plot_rect(&to->html, SS_PLOT_MARGIN, y, fmax(1, FUNNEL_BAR * fmin(1, share)), 14, class);
    ss_plot_text(&to->html, SS_PLOT_MARGIN + FUNNEL_BAR + 8, y + 11, "", "start", text);
}

static void put_funnel(page *to)
{
    size_t count = 0, at = 0;
    double y = 0;
    const ss_report_row *row;
    while ((row = next_headline(to->report, &at)) != NULL)
        count += row->offers > 0;
    ss_plot_begin(&to->html, "From shown to redeemed", fmax(1, (double)count) * FUNNEL_ROW);
    if (count == 0)
        ss_plot_text(&to->html, SS_PLOT_MARGIN, 24, "dim", "start", "Nothing was shown.");
    for (at = 0; (row = next_headline(to->report, &at)) != NULL;) {
        if (row->offers == 0)
            continue;
        ss_plot_text(&to->html, SS_PLOT_MARGIN, y + 12, "name", "start", headline_name(row));
        put_funnel_bar(to, y + 18, "shown", row->offers, row->offers, "soft");
        put_funnel_bar(to, y + 36, "accepted", row->accepted, row->offers, "bar");
        put_funnel_bar(to, y + 54, "redeemed", row->redeemed, row->offers, "bar");
        y += FUNNEL_ROW;
    }
    ss_plot_end(&to->html, "Of the offers shown: each product is one.");
    ss_plot_close(&to->html);
}

#define DAYS_TOP    20.0
#define DAYS_HEIGHT 120.0

static void put_day(page *to, const ss_scale *across, double width, const ss_report_day *day, double most)
{
    double cost = DAYS_HEIGHT * (double)day->cost / most, leased = DAYS_HEIGHT * (double)day->leased / most;
    double x = ss_scale_place(across, day->day), bottom = DAYS_TOP + DAYS_HEIGHT;
    if (cost > 0)
        ss_plot_rect(&to->html, x, bottom - cost, width, cost, "bar");
    if (leased > 0)
        ss_plot_rect(&to->html, x, bottom - cost - leased, width, leased, "soft");
}

static void put_days(page *to)
{
    const ss_offers_report *report = to->report;
    double most = 0, bottom = DAYS_TOP + DAYS_HEIGHT;
    char first[SS_REPORT_DAY_TEXT], last[SS_REPORT_DAY_TEXT], money[SS_REPORT_CELL_TEXT];
    for (size_t i = 0; i < report->day_count; i++)
        most = fmax(most, (double)report->days[i].cost + (double)report->days[i].leased);
    ss_plot_begin(&to->html, "Spent by day", bottom + 20);
    if (most > 0) {
        ss_scale across = ss_scale_across(report->days[0].day, (double)report->days[report->day_count - 1].day + 1);
        double width =
            fmax(1, 0.8 * (ss_scale_place(&across, across.least + 1) - ss_scale_place(&across, across.least)));
        for (size_t i = 0; i < report->day_count; i++)
            put_day(to, &across, width, &report->days[i], most);
        ss_report_day_text(report->days[0].day, first);
        ss_report_day_text(report->days[report->day_count - 1].day, last);
        ss_report_amount_text(most, to->decimals, money);
        ss_plot_text(&to->html, SS_PLOT_MARGIN, 12, "dim", "start", money);
        ss_plot_text(&to->html, SS_PLOT_MARGIN, bottom + 14, "dim", "start", first);
        ss_plot_text(&to->html, SS_PLOT_WIDTH - SS_PLOT_MARGIN, bottom + 14, "dim", "end",
                     report->day_count > 1 ? last : "");
    } else
        ss_plot_text(&to->html, SS_PLOT_MARGIN, 12, "dim", "start", "Nothing was given away.");
    ss_plot_line(&to->html, SS_PLOT_MARGIN, bottom, SS_PLOT_WIDTH - SS_PLOT_MARGIN, bottom, "axis");
    ss_plot_end(
        &to->html,
        "By the shop's day of the decision: dark what codes redeemed have cost, light what open ones may cost yet.");
    ss_plot_close(&to->html);
}

/* ---- tables ---- */

static void put_cells(page *to, const ss_report_row *row, const ss_report_section *section)
{
    char text[SS_REPORT_CELL_TEXT];
    for (size_t c = 0; c < section->count; c++) {
        ss_report_cell(row, &section->columns[c], to->decimals, text);
        ss_html_printf(&to->html, "<td>");
        ss_html_escaped(&to->html, *text ? text : "–");
        ss_html_printf(&to->html, "</td>");
    }
}

static void put_section(page *to, const ss_report_section *section)
{
    char label[SS_REPORT_LABEL_TEXT];
    ss_html_printf(&to->html, "<h2>%s</h2>\n<p class=\"dim\">%s</p>\n<div class=\"scroll\"><table>\n<tr><th></th>",
                   section->title, section->note);
    for (size_t c = 0; c < section->count; c++)
        ss_html_printf(&to->html, "<th>%s</th>", section->columns[c].name);
    ss_html_printf(&to->html, "</tr>\n");
    for (size_t i = 0; i < to->report->row_count; i++) {
        const ss_report_row *row = &to->report->rows[i];
        ss_report_label(row, label);
        ss_html_printf(&to->html, "<tr class=\"%s\"><td>", ss_report_level_name(row->level));
        ss_html_escaped(&to->html, label);
        ss_html_printf(&to->html, "</td>");
        put_cells(to, row, section);
        ss_html_printf(&to->html, "</tr>\n");
    }
    ss_html_printf(&to->html, "</table></div>\n");
}

ss_status ss_offers_report_html(const ss_offers_report *report, int decimals, ss_buffer *out)
{
    page to = {report, decimals, {out, SS_OK}};
    ss_html_begin(&to.html, "Offers");
    put_limits(&to);
    put_tiles(&to);
    if (to.html.status == SS_OK)
        to.html.status = ss_report_warnings(report, put_warning, &to);
    ss_html_printf(&to.html, "<div class=\"plots\">\n");
    put_uplift(&to);
    put_funnel(&to);
    put_days(&to);
    ss_html_printf(&to.html, "</div>\n");
    for (size_t s = 0; s < SS_REPORT_SECTIONS; s++)
        put_section(&to, &ss_report_sections[s]);
    ss_html_end(&to.html);
    return to.html.status;
}

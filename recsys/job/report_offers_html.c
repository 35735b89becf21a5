#include "job/report_offers_html.h"

#include "job/report_columns.h"
#include "log/values.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Plots are as wide as a phone, where one unit is about one pixel, and grow up to what the page allows. */
#define PLOT_WIDTH  380.0
#define PLOT_MARGIN 8.0

typedef struct page {
    const ss_offers_report *report;
    int decimals;
    ss_buffer *out;
    ss_status status; /* of the first that failed: nothing is written after it */
} page;

#define PUT(TO, ...)                                                                                                   \
    do {                                                                                                               \
        if ((TO)->status == SS_OK)                                                                                     \
            (TO)->status = ss_buffer_printf((TO)->out, __VA_ARGS__);                                                   \
    } while (0)

static void put_escaped(page *to, const char *text)
{
    for (const char *at = text; *at; at++) {
        switch (*at) {
        case '&':
            PUT(to, "&amp;");
            break;
        case '<':
            PUT(to, "&lt;");
            break;
        case '>':
            PUT(to, "&gt;");
            break;
        case '"':
            PUT(to, "&quot;");
            break;
        default:
            PUT(to, "%c", *at);
        }
    }
}

/* ---- head ---- */

static const char style[] =
    ":root{--ink:#1b2430;--dim:#5c6773;--line:#d7dde3;--back:#fff;--soft:#f3f5f7;--main:#2563a8;--light:#9dbfe3;"
    "--gain:#1d7f4e;--loss:#b3382c}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6eaee;--dim:#a3adb8;--line:#3a444f;--back:#14191f;--soft:#1d242c;"
    "--main:#6aa7e8;--light:#34597f;--gain:#55c08a;--loss:#ef7d70}}\n"
    "body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--back);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.6rem;margin:.2rem 0}h2{font-size:1.2rem;margin:1.6rem 0 .4rem}p{margin:.4rem 0}\n"
    ".dim{color:var(--dim)}.warn{border-left:4px solid var(--loss);background:var(--soft);padding:.5rem .8rem}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem;margin:1rem 0}\n"
    ".tile{background:var(--soft);border-radius:.5rem;padding:.6rem .8rem}.tile b{display:block;font-size:1.3rem}\n"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem 2rem}\n"
    "figure{margin:0}svg{width:100%;max-width:38rem;height:auto;display:block}\n"
    "svg text{fill:var(--ink);font:11px system-ui,sans-serif}svg .dim{fill:var(--dim)}svg .name{font-weight:600}\n"
    ".axis{stroke:var(--line)}.zero{stroke:var(--ink);stroke-dasharray:3 "
    "3}.bar{fill:var(--main)}.soft{fill:var(--light)}\n"
    ".gain{stroke:var(--gain);fill:var(--gain)}.loss{stroke:var(--loss);fill:var(--loss)}"
    ".unclear,.too_few{stroke:var(--dim);fill:var(--dim)}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.3rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}\n"
    "th:first-child,td:first-child{text-align:left;position:sticky;left:0;background:var(--back)}th{color:var(--dim)}\n"
    "tr.campaign td,tr.all td{font-weight:600}tr.incentive td:first-child,tr.segment "
    "td:first-child{padding-left:1.6rem}\n";

static void put_limits(page *to)
{
    char first[SS_TIMESTAMP_TEXT], last[SS_TIMESTAMP_TEXT];
    const ss_offers_report *report = to->report;
    PUT(to, "<p class=\"dim\">");
    if (report->limits.campaign) {
        PUT(to, "Campaign ");
        put_escaped(to, report->limits.campaign);
        PUT(to, ". ");
    }
    if (report->first != SS_NO_TIME) {
        ss_timestamp_format(report->first, first);
        ss_timestamp_format(report->last, last);
        PUT(to, "Decisions from %.10s to %.10s (UTC). ", first, last);
    }
    PUT(to, "Of persons nothing is in here but how many.</p>\n");
}

static void put_tile(page *to, const char *name, const char *value, const char *note)
{
    PUT(to, "<div class=\"tile\">%s<b>%s</b><span class=\"dim\">%s</span></div>\n", name, value, note);
}

static void put_number_tile(page *to, const char *name, uint64_t value, const char *note)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    put_tile(to, name, text, note);
}

static void put_tiles(page *to)
{
    const ss_report_row *all = &to->report->rows[0];
    char text[SS_REPORT_CELL_TEXT], low[SS_REPORT_CELL_TEXT], high[SS_REPORT_CELL_TEXT], note[2 * SS_REPORT_CELL_TEXT];
    PUT(to, "<div class=\"tiles\">\n");
    put_number_tile(to, "Decisions", all->decisions, "visitors about to leave");
    put_number_tile(to, "Offers shown", all->offers, "products, each one");
    put_number_tile(to, "Codes redeemed", all->redeemed, "and not undone");
    ss_value_format_money(all->cost, to->decimals, text);
    put_tile(to, "Given away", text, "by codes redeemed");
    ss_report_amount_text(all->uplift.total, to->decimals, text);
    ss_report_amount_text(all->uplift.total_low, to->decimals, low);
    ss_report_amount_text(all->uplift.total_high, to->decimals, high);
    snprintf(note, sizeof note, "%s to %s: %s", *low ? low : "?", *high ? high : "?",
             ss_report_finding_text(all->uplift.finding));
    put_tile(to, "Earned by offers", *text ? text : "?", note);
    PUT(to, "</div>\n");
}

static ss_status put_warning(void *context, const char *text)
{
    page *to = context;
    PUT(to, "<p class=\"warn\">");
    put_escaped(to, text);
    PUT(to, "</p>\n");
    return to->status;
}

/* ---- plots ---- */

static void begin_plot(page *to, const char *title, double height)
{
    PUT(to, "<figure><h2>%s</h2>\n<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"%s\"><title>%s</title>\n", title,
        PLOT_WIDTH, height, title, title);
}

static void end_plot(page *to, const char *caption)
{
    PUT(to, "</svg>\n<figcaption class=\"dim\">%s</figcaption></figure>\n", caption);
}

static void put_text(page *to, double x, double y, const char *class, const char *anchor, const char *text)
{
    PUT(to, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">", x, y, class, anchor);
    put_escaped(to, text);
    PUT(to, "</text>\n");
}

static void put_rect(page *to, double x, double y, double width, double height, const char *class)
{
    PUT(to, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>\n", x, y, width, height, class);
}

static void put_line(page *to, double x1, double y1, double x2, double y2, const char *class)
{
    PUT(to, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke-width=\"1.5\" class=\"%s\"/>\n", x1, y1, x2,
        y2, class);
}

/* From a value to a place on a plot. */
typedef struct scale {
    double least, most;
} scale;

static double place_on(const scale *of, double value)
{
    double share = of->most > of->least ? (value - of->least) / (of->most - of->least) : 0;
    return PLOT_MARGIN + share * (PLOT_WIDTH - 2 * PLOT_MARGIN);
}

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

static void put_uplift_row(page *to, const scale *across, const ss_report_row *row, double y)
{
    char each[SS_REPORT_CELL_TEXT], low[SS_REPORT_CELL_TEXT], high[SS_REPORT_CELL_TEXT], text[4 * SS_REPORT_CELL_TEXT];
    const char *class = ss_uplift_finding_name(row->uplift.finding);
    ss_report_amount_text(row->uplift.each, to->decimals, each);
    ss_report_amount_text(row->uplift.low, to->decimals, low);
    ss_report_amount_text(row->uplift.high, to->decimals, high);
    snprintf(text, sizeof text, "%s a visitor (%s to %s): %s", each, low, high,
             ss_report_finding_text(row->uplift.finding));
    put_text(to, PLOT_MARGIN, y + 12, "name", "start", headline_name(row));
    put_text(to, PLOT_MARGIN, y + 26, "dim", "start", text);
    put_line(to, place_on(across, 0), y + 31, place_on(across, 0), y + 45, "zero");
    put_line(to, place_on(across, row->uplift.low), y + 38, place_on(across, row->uplift.high), y + 38, class);
    PUT(to, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" class=\"%s\"/>\n", place_on(across, row->uplift.each), y + 38,
        class);
}

static void put_uplift(page *to)
{
    scale across = {0, 0};
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
    begin_plot(to, "What offers earn", fmax(1, (double)count) * UPLIFT_ROW + 8);
    if (count == 0)
        put_text(to, PLOT_MARGIN, 24, "dim", "start", "Too few visitors as yet.");
    for (at = 0; (row = next_headline(to->report, &at)) != NULL;) {
        if (!isfinite(row->uplift.low))
            continue;
        put_uplift_row(to, &across, row, y);
        y += UPLIFT_ROW;
    }
    end_plot(to, "A visitor shown offers beside one held out (dashed): margin less what was given, with the "
                 "interval that holds the truth in 95 of 100 cases.");
}

#define FUNNEL_ROW 76.0
#define FUNNEL_BAR 190.0

static void put_funnel_bar(page *to, double y, const char *name, uint64_t count, uint64_t of, const char *class)
{
    char text[96];
    double share = of ? (double)count / (double)of : 0;
    snprintf(text, sizeof text, "%" PRIu64 " %s (%.1f %%)", count, name, 100 * share);
    put_rect(to, PLOT_MARGIN, y, fmax(1, FUNNEL_BAR * fmin(1, share)), 14, class);
    put_text(to, PLOT_MARGIN + FUNNEL_BAR + 8, y + 11, "", "start", text);
}

static void put_funnel(page *to)
{
    size_t count = 0, at = 0;
    double y = 0;
    const ss_report_row *row;
    while ((row = next_headline(to->report, &at)) != NULL)
        count += row->offers > 0;
    begin_plot(to, "From shown to redeemed", fmax(1, (double)count) * FUNNEL_ROW);
    if (count == 0)
        put_text(to, PLOT_MARGIN, 24, "dim", "start", "Nothing was shown.");
    for (at = 0; (row = next_headline(to->report, &at)) != NULL;) {
        if (row->offers == 0)
            continue;
        put_text(to, PLOT_MARGIN, y + 12, "name", "start", headline_name(row));
        put_funnel_bar(to, y + 18, "shown", row->offers, row->offers, "soft");
        put_funnel_bar(to, y + 36, "accepted", row->accepted, row->offers, "bar");
        put_funnel_bar(to, y + 54, "redeemed", row->redeemed, row->offers, "bar");
        y += FUNNEL_ROW;
    }
    end_plot(to, "Of the offers shown: each product is one.");
}

#define DAYS_TOP    20.0
#define DAYS_HEIGHT 120.0

static void put_day(page *to, const scale *across, double width, const ss_report_day *day, double most)
{
    double cost = DAYS_HEIGHT * (double)day->cost / most, leased = DAYS_HEIGHT * (double)day->leased / most;
    double x = place_on(across, day->day), bottom = DAYS_TOP + DAYS_HEIGHT;
    if (cost > 0)
        put_rect(to, x, bottom - cost, width, cost, "bar");
    if (leased > 0)
        put_rect(to, x, bottom - cost - leased, width, leased, "soft");
}

static void put_days(page *to)
{
    const ss_offers_report *report = to->report;
    double most = 0, bottom = DAYS_TOP + DAYS_HEIGHT;
    char first[SS_REPORT_DAY_TEXT], last[SS_REPORT_DAY_TEXT], money[SS_REPORT_CELL_TEXT];
    for (size_t i = 0; i < report->day_count; i++)
        most = fmax(most, (double)report->days[i].cost + (double)report->days[i].leased);
    begin_plot(to, "Spent by day", bottom + 20);
    if (most > 0) {
        scale across = {report->days[0].day, (double)report->days[report->day_count - 1].day + 1};
        double width = fmax(1, 0.8 * (place_on(&across, across.least + 1) - place_on(&across, across.least)));
        for (size_t i = 0; i < report->day_count; i++)
            put_day(to, &across, width, &report->days[i], most);
        ss_report_day_text(report->days[0].day, first);
        ss_report_day_text(report->days[report->day_count - 1].day, last);
        ss_report_amount_text(most, to->decimals, money);
        put_text(to, PLOT_MARGIN, 12, "dim", "start", money);
        put_text(to, PLOT_MARGIN, bottom + 14, "dim", "start", first);
        put_text(to, PLOT_WIDTH - PLOT_MARGIN, bottom + 14, "dim", "end", report->day_count > 1 ? last : "");
    } else
        put_text(to, PLOT_MARGIN, 12, "dim", "start", "Nothing was given away.");
    put_line(to, PLOT_MARGIN, bottom, PLOT_WIDTH - PLOT_MARGIN, bottom, "axis");
    end_plot(
        to,
        "By the shop's day of the decision: dark what codes redeemed have cost, light what open ones may cost yet.");
}

/* ---- tables ---- */

static void put_cells(page *to, const ss_report_row *row, const ss_report_section *section)
{
    char text[SS_REPORT_CELL_TEXT];
    for (size_t c = 0; c < section->count; c++) {
        ss_report_cell(row, &section->columns[c], to->decimals, text);
        PUT(to, "<td>");
        put_escaped(to, *text ? text : "–");
        PUT(to, "</td>");
    }
}

static void put_section(page *to, const ss_report_section *section)
{
    char label[SS_REPORT_LABEL_TEXT];
    PUT(to, "<h2>%s</h2>\n<p class=\"dim\">%s</p>\n<div class=\"scroll\"><table>\n<tr><th></th>", section->title,
        section->note);
    for (size_t c = 0; c < section->count; c++)
        PUT(to, "<th>%s</th>", section->columns[c].name);
    PUT(to, "</tr>\n");
    for (size_t i = 0; i < to->report->row_count; i++) {
        const ss_report_row *row = &to->report->rows[i];
        ss_report_label(row, label);
        PUT(to, "<tr class=\"%s\"><td>", ss_report_level_name(row->level));
        put_escaped(to, label);
        PUT(to, "</td>");
        put_cells(to, row, section);
        PUT(to, "</tr>\n");
    }
    PUT(to, "</table></div>\n");
}

ss_status ss_offers_report_html(const ss_offers_report *report, int decimals, ss_buffer *out)
{
    page to = {report, decimals, out, SS_OK};
    PUT(&to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Offers</title>\n");
    PUT(&to, "<style>\n%s</style>\n</head>\n<body>\n<h1>Offers</h1>\n", style);
    put_limits(&to);
    put_tiles(&to);
    if (to.status == SS_OK)
        to.status = ss_report_warnings(report, put_warning, &to);
    PUT(&to, "<div class=\"plots\">\n");
    put_uplift(&to);
    put_funnel(&to);
    put_days(&to);
    PUT(&to, "</div>\n");
    for (size_t s = 0; s < SS_REPORT_SECTIONS; s++)
        put_section(&to, &ss_report_sections[s]);
    PUT(&to, "</body>\n</html>\n");
    return to.status;
}

#include "job/report_retention_html.h"

#include "base/memory.h"
#include "job/report_html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct page {
    const ss_retention *of;
    const ss_sheets *sheets;
    ss_html html;
} page;

#define TEXT_MAX 192u

/* ---- the tables behind ---- */

static const char *cell_text(const page *to, const ss_cell *cell, char text[SS_CELL_TEXT_MAX])
{
    if (cell->kind == SS_CELL_TEXT)
        return cell->as.text;
    ss_cell_for_people(cell, to->sheets->decimals, text);
    return cell->kind == SS_CELL_NONE ? "–" : text;
}

/* The cell of a row under the column of that key, which the sheet has. */
static const ss_cell *cell_of(const ss_sheet *sheet, size_t row, const char *key)
{
    size_t column = 0;
    while (column + 1 < sheet->column_count && strcmp(sheet->columns[column].key, key) != 0)
        column++;
    return ss_sheet_cell(sheet, row, column);
}

static void put_cell(page *to, const ss_cell *cell, const char *open)
{
    char text[SS_CELL_TEXT_MAX];
    ss_html_printf(&to->html, "%s", open);
    ss_html_escaped(&to->html, cell_text(to, cell, text));
    ss_html_printf(&to->html, "</td>");
}

static void put_head(page *to, const ss_sheet *sheet)
{
    ss_html_printf(&to->html, "<thead><tr>");
    for (size_t c = 0; c < sheet->column_count; c++)
        if (sheet->columns[c].title) {
            ss_html_printf(&to->html, "<th scope=\"col\">");
            ss_html_escaped(&to->html, sheet->columns[c].title);
            ss_html_printf(&to->html, "</th>");
        }
    ss_html_printf(&to->html, "</tr></thead>\n<tbody>\n");
}

static void put_table(page *to, const ss_sheet *sheet)
{
    ss_html_printf(&to->html, "<div class=\"scroll\"><table>");
    put_head(to, sheet);
    for (size_t r = 0; r < ss_sheet_rows(sheet); r++) {
        ss_html_printf(&to->html, "<tr>");
        for (size_t c = 0; c < sheet->column_count; c++)
            if (sheet->columns[c].title)
                put_cell(to, ss_sheet_cell(sheet, r, c),
                         strcmp(sheet->columns[c].key, "meaning") == 0 ? "<td class=\"words\">" : "<td>");
        ss_html_printf(&to->html, "</tr>\n");
    }
    ss_html_printf(&to->html, "</tbody></table></div>\n");
}

static void put_details(page *to, const char *name)
{
    const ss_sheet *sheet = ss_sheets_find(to->sheets, name);
    ss_html_printf(&to->html, "<details><summary>In numbers</summary>\n");
    if (sheet)
        put_table(to, sheet);
    ss_html_printf(&to->html, "</details>\n");
}

static void put_title(page *to, const ss_sheet *sheet)
{
    ss_html_printf(&to->html, "<h2>");
    ss_html_escaped(&to->html, sheet->title);
    ss_html_printf(&to->html, "</h2>\n<p class=\"dim\">");
    ss_html_escaped(&to->html, sheet->note);
    ss_html_printf(&to->html, "</p>\n");
}

/* Figure, value and what it is: their columns in such a sheet. */
enum { FIGURE_KEY, FIGURE_NAME, FIGURE_VALUE, FIGURE_MEANING };

static void put_figures(page *to, const char *name)
{
    const ss_sheet *sheet = ss_sheets_find(to->sheets, name);
    char text[SS_CELL_TEXT_MAX];
    if (!sheet)
        return;
    put_title(to, sheet);
    ss_html_printf(&to->html, "<dl>\n");
    for (size_t r = 0; r < ss_sheet_rows(sheet); r++) {
        ss_html_printf(&to->html, "<div><dt>");
        ss_html_escaped(&to->html, ss_sheet_cell(sheet, r, FIGURE_NAME)->as.text);
        ss_html_printf(&to->html, "</dt><dd>");
        ss_html_escaped(&to->html, cell_text(to, ss_sheet_cell(sheet, r, FIGURE_VALUE), text));
        ss_html_printf(&to->html, "</dd><dd class=\"dim\">");
        ss_html_escaped(&to->html, ss_sheet_cell(sheet, r, FIGURE_MEANING)->as.text);
        ss_html_printf(&to->html, "</dd></div>\n");
    }
    ss_html_printf(&to->html, "</dl>\n");
}

/* ---- what is seen first ---- */

static const ss_cell *figure(const page *to, const char *sheet_name, const char *key)
{
    const ss_sheet *sheet = ss_sheets_find(to->sheets, sheet_name);
    for (size_t r = 0; sheet && r < ss_sheet_rows(sheet); r++)
        if (strcmp(ss_sheet_cell(sheet, r, FIGURE_KEY)->as.text, key) == 0)
            return ss_sheet_cell(sheet, r, FIGURE_VALUE);
    return NULL;
}

/* Large amounts without what stands behind the point. */
static void put_tile(page *to, const char *sheet, const char *key, const char *name, const char *note)
{
    char text[SS_CELL_TEXT_MAX];
    const ss_cell *cell = figure(to, sheet, key);
    ss_cell whole = {.kind = SS_CELL_WHOLE};
    if (cell && cell->kind == SS_CELL_MONEY) {
        whole.as.number = (double)cell->as.money;
        cell = &whole;
    }
    ss_html_tile(&to->html, name, cell ? cell_text(to, cell, text) : "–", note);
}

static const char *grouped(uint64_t count, char text[SS_CELL_TEXT_MAX])
{
    const ss_cell cell = {.kind = SS_CELL_COUNT, .as.count = count};
    ss_cell_for_people(&cell, 0, text);
    return text;
}

static void put_tiles(page *to)
{
    char note[TEXT_MAX], number[SS_CELL_TEXT_MAX];
    const ss_activity *a = &to->of->period;
    ss_html_printf(&to->html, "<div class=\"tiles eight\">\n");
    snprintf(note, sizeof note, "of %s customers at the start", grouped(a->start, number));
    put_tile(to, "summary", "retention_rate", "Retention rate", a->seen ? note : "");
    snprintf(note, sizeof note, "%s did not buy in the last %" PRIi64 " days", grouped(a->lost, number),
             to->of->options.window_days);
    put_tile(to, "summary", "churn_rate", "Churn rate", a->seen ? note : "");
    put_tile(to, "summary", "repeat_purchase_rate", "Bought more than once", "of the customers who bought");
    put_tile(to, "summary", "purchase_frequency", "Orders a customer", "of those who bought");
    put_tile(to, "summary", "days_between", "Days between purchases", "median, where there was a next one");
    put_tile(to, "summary", "order_value", "Order value", "on average");
    put_tile(to, "summary", "revenue", "Revenue", "of the period");
    snprintf(note, sizeof note, "each customer, foretold for %" PRIi64 " days", to->of->options.horizon_days);
    put_tile(to, "forecast", "value_each", "Lifetime value", note);
    ss_html_printf(&to->html, "</div>\n");
}

static void put_lead(page *to)
{
    const char *const keys[] = {"from", "last_day", "time_zone"};
    const char *texts[3];
    for (size_t i = 0; i < 3; i++) {
        const ss_cell *cell = figure(to, "about", keys[i]);
        texts[i] = cell && cell->kind == SS_CELL_TEXT ? cell->as.text : "";
    }
    ss_html_printf(&to->html, "<p class=\"dim\">%s to %s, days of ", texts[0], texts[1]);
    ss_html_escaped(&to->html, texts[2]);
    ss_html_printf(&to->html,
                   ". A customer is active who bought in the %" PRIi64
                   " days before. Of persons nothing is in here but how many.</p>\n",
                   to->of->options.window_days);
}

/* ---- plots ---- */

#define KEY_ROW 16.0

/* A coloured square and what it stands for; says where the next one may begin. */
static double put_key(page *to, double x, double y, const char *class, const char *text)
{
    ss_plot_rect(&to->html, x, y - 9, 10, 10, class);
    ss_plot_text(&to->html, x + 14, y, "", "start", text);
    return x + 24 + 6.2 * (double)strlen(text);
}

#define MONTHS_TOP    40.0
#define MONTHS_HEIGHT 150.0
#define MONTHS_BELOW  60.0

/* Customers of a month's end, above the line from the line upwards; those lost below it. */
static void put_month(page *to, const ss_activity *a, double x, double width, double unit)
{
    const double line = MONTHS_TOP + MONTHS_HEIGHT;
    const struct {
        double count;
        const char *class;
    } parts[] = {{(double)a->kept, "bar"}, {(double)a->back, "mid"}, {(double)a->fresh, "soft"}};
    double y = line;
    for (size_t i = 0; i < 3; i++) {
        double height = parts[i].count * unit;
        if (height > 0)
            ss_plot_rect(&to->html, x, y - height, width, height, parts[i].class);
        y -= height;
    }
    if (a->lost > 0)
        ss_plot_rect(&to->html, x, line + 1, width, fmin((double)a->lost * unit, MONTHS_BELOW), "out");
}

static void put_months(page *to)
{
    const ss_retention *of = to->of;
    double most = 1, line = MONTHS_TOP + MONTHS_HEIGHT, x = SS_PLOT_MARGIN;
    ss_scale across = ss_scale_across(0, (double)of->month_count);
    double width = 0.8 * (ss_scale_place(&across, 1) - ss_scale_place(&across, 0));
    char text[TEXT_MAX], number[SS_CELL_TEXT_MAX];
    for (size_t i = 0; i < of->month_count; i++)
        most = fmax(most, of->months[i].seen ? fmax((double)of->months[i].end, 2.5 * (double)of->months[i].lost) : 0);
    ss_plot_begin(&to->html, "Active customers, month by month", line + MONTHS_BELOW + 20);
    x = put_key(to, x, 12, "bar", "kept");
    x = put_key(to, x, 12, "mid", "came back");
    x = put_key(to, x, 12, "soft", "new");
    put_key(to, x, 12, "out", "lost");
    snprintf(text, sizeof text, "%s customers", grouped((uint64_t)most, number));
    ss_plot_line(&to->html, SS_PLOT_MARGIN, MONTHS_TOP, SS_PLOT_WIDTH - SS_PLOT_MARGIN, MONTHS_TOP, "axis");
    ss_plot_text(&to->html, SS_PLOT_MARGIN, MONTHS_TOP - 4, "dim", "start", text);
    for (size_t i = 0; i < of->month_count; i++) {
        const ss_activity *a = &of->months[i];
        double place = ss_scale_place(&across, (double)i);
        int32_t month = ss_month_of(a->from);
        if (a->seen)
            put_month(to, a, place, width, MONTHS_HEIGHT / most);
        if (i == 0 || month % 12 == 0 || (of->month_count <= 12 && month % 3 == 0)) {
            snprintf(text, sizeof text, "%04d-%02d", month / 12, month % 12 + 1);
            ss_plot_text(&to->html, place, line + MONTHS_BELOW + 14, "dim", "start", text);
        }
    }
    ss_plot_line(&to->html, SS_PLOT_MARGIN, line, SS_PLOT_WIDTH - SS_PLOT_MARGIN, line, "axis");
    ss_plot_end(
        &to->html,
        "Above the line the customers active at each month's end; below it those who were active when it began and "
        "no longer at its end. Months that the log does not reach far enough before are empty.");
    put_details(to, "months");
    ss_plot_close(&to->html);
}

#define CURVE_TOP    34.0
#define CURVE_HEIGHT 190.0
#define CURVE_LEFT   46.0
#define CURVE_DAYS   366u

typedef struct curve_frame {
    ss_scale across, down;
    size_t days;
} curve_frame;

static void put_steps(page *to, const curve_frame *frame, const ss_survival_day *days)
{
    double before = 1;
    ss_html_printf(&to->html, "M%.1f %.1f", ss_scale_place(&frame->across, 0), ss_scale_place(&frame->down, 1));
    for (size_t d = 0; d < frame->days; d++) {
        if (days[d].share == before)
            continue;
        ss_html_printf(&to->html, "H%.1fV%.1f", ss_scale_place(&frame->across, (double)d),
                       ss_scale_place(&frame->down, days[d].share));
        before = days[d].share;
    }
    ss_html_printf(&to->html, "H%.1f", ss_scale_place(&frame->across, (double)frame->days - 1));
}

static void put_band(page *to, const curve_frame *frame, const ss_survival_day *days)
{
    ss_html_printf(&to->html, "<path class=\"band\" d=\"M%.1f %.1f", ss_scale_place(&frame->across, 0),
                   ss_scale_place(&frame->down, days[0].share_high));
    for (size_t d = 1; d < frame->days; d++)
        ss_html_printf(&to->html, "L%.1f %.1f", ss_scale_place(&frame->across, (double)d),
                       ss_scale_place(&frame->down, days[d].share_high));
    for (size_t d = frame->days; d-- > 0;)
        ss_html_printf(&to->html, "L%.1f %.1f", ss_scale_place(&frame->across, (double)d),
                       ss_scale_place(&frame->down, days[d].share_low));
    ss_html_printf(&to->html, "Z\"/>\n");
}

static void put_curve_frame(page *to, const curve_frame *frame)
{
    static const unsigned marks[] = {0, 90, 180, 270, 365};
    char text[32];
    for (int percent = 0; percent <= 100; percent += 25) {
        double y = ss_scale_place(&frame->down, percent / 100.0);
        ss_plot_line(&to->html, CURVE_LEFT, y, SS_PLOT_WIDTH - SS_PLOT_MARGIN, y, "axis");
        snprintf(text, sizeof text, "%d %%", percent);
        ss_plot_text(&to->html, CURVE_LEFT - 4, y + 4, "dim", "end", text);
    }
    for (size_t i = 0; i < sizeof marks / sizeof *marks && marks[i] < frame->days; i++) {
        snprintf(text, sizeof text, i == 0 ? "0 days" : "%u", marks[i]);
        ss_plot_text(&to->html, ss_scale_place(&frame->across, marks[i]), CURVE_TOP + CURVE_HEIGHT + 15, "dim",
                     i == 0 ? "start" : "middle", text);
    }
}

static void put_curves(page *to)
{
    static const struct {
        ss_after after;
        const char *class, *name;
    } curves[] = {{SS_AFTER_FIRST, "curve dashed", "after the first"},
                  {SS_AFTER_SECOND, "curve mid", "after the second"},
                  {SS_AFTER_LATER, "curve", "after later ones"}};
    const ss_returning *of = &to->of->returning;
    curve_frame frame = {.days = of->day_count < CURVE_DAYS ? of->day_count : CURVE_DAYS};
    double x = SS_PLOT_MARGIN;
    frame.across = (ss_scale){0, (double)frame.days - 1, CURVE_LEFT, SS_PLOT_WIDTH - SS_PLOT_MARGIN - 8};
    frame.down = (ss_scale){0, 1, CURVE_TOP + CURVE_HEIGHT, CURVE_TOP};
    ss_plot_begin(&to->html, "Who has not bought again yet", CURVE_TOP + CURVE_HEIGHT + 22);
    put_curve_frame(to, &frame);
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        ss_plot_line(&to->html, x, 8, x + 16, 8, curves[i].class);
        ss_plot_text(&to->html, x + 20, 12, "", "start", curves[i].name);
        x += 36 + 5.6 * (double)strlen(curves[i].name);
        if (of->waits[curves[i].after] == 0)
            continue;
        put_band(to, &frame, of->curves[curves[i].after]);
        ss_html_printf(&to->html, "<path class=\"%s\" d=\"", curves[i].class);
        put_steps(to, &frame, of->curves[curves[i].after]);
        ss_html_printf(&to->html, "\"/>\n");
    }
    ss_plot_end(
        &to->html,
        "Share of customers who are still to buy again, by days since a purchase (Kaplan-Meier survival curve; around "
        "it what 95 of 100 such logs would show). The lower, the sooner they come back. What stays up at the "
        "right are those who do not come back within a year.");
    put_details(to, "waiting");
    ss_plot_close(&to->html);
}

#define BAR_ROW   40.0
#define BAR_WIDTH 364.0

/* A name, a bar, and what it says. */
static void put_bar(page *to, double y, const char *name, double share, const char *text)
{
    ss_plot_text(&to->html, SS_PLOT_MARGIN, y + 12, "name", "start", name);
    ss_plot_text(&to->html, SS_PLOT_WIDTH - SS_PLOT_MARGIN, y + 12, "", "end", text);
    ss_plot_rect(&to->html, SS_PLOT_MARGIN, y + 18, fmax(1, BAR_WIDTH * fmin(1, fmax(0, share))), 12, "bar");
}

static void put_segments(page *to)
{
    const ss_sheet *sheet = ss_sheets_find(to->sheets, "segments");
    char customers[SS_CELL_TEXT_MAX], revenue[SS_CELL_TEXT_MAX], share[SS_CELL_TEXT_MAX], text[TEXT_MAX];
    size_t rows = sheet ? ss_sheet_rows(sheet) : 0;
    double most = 0;
    for (size_t r = 0; r < rows; r++)
        most = fmax(most, cell_of(sheet, r, "revenue_share")->as.number);
    ss_plot_begin(&to->html, "Revenue by segment", BAR_ROW * (double)rows);
    for (size_t r = 0; r < rows; r++) {
        const ss_cell *of = cell_of(sheet, r, "revenue_share");
        snprintf(text, sizeof text, "%s customers · %s · %s", cell_text(to, cell_of(sheet, r, "customers"), customers),
                 cell_text(to, cell_of(sheet, r, "revenue"), revenue), cell_text(to, of, share));
        put_bar(to, (double)r * BAR_ROW, cell_of(sheet, r, "name")->as.text, most > 0 ? of->as.number / most : 0, text);
    }
    ss_plot_end(&to->html,
                "Revenue of the period, by the segment that customers are in at its end. Regular is who is in "
                "none of the others; what each segment is stands with the numbers.");
    put_details(to, "segments");
    ss_plot_close(&to->html);
}

#define TENTH_ROW 30.0

static void put_value(page *to)
{
    const ss_value *of = &to->of->value;
    const ss_sheet *sheet = ss_sheets_find(to->sheets, "value");
    char text[TEXT_MAX], share[SS_CELL_TEXT_MAX], each[SS_CELL_TEXT_MAX];
    ss_plot_begin(&to->html, "Who the revenue comes from", SS_VALUE_PARTS * TENTH_ROW);
    for (size_t r = 0; sheet && r < ss_sheet_rows(sheet); r++) {
        double y = (double)r * TENTH_ROW, part = of->parts[0] > 0 ? (double)of->parts[r] / (double)of->parts[0] : 0;
        snprintf(text, sizeof text, "%s · %s each", cell_text(to, cell_of(sheet, r, "share"), share),
                 cell_text(to, cell_of(sheet, r, "each"), each));
        ss_plot_text(&to->html, SS_PLOT_MARGIN, y + 11, "", "start", cell_of(sheet, r, "name")->as.text);
        ss_plot_text(&to->html, SS_PLOT_WIDTH - SS_PLOT_MARGIN, y + 11, "dim", "end", text);
        ss_plot_rect(&to->html, SS_PLOT_MARGIN, y + 15, fmax(1, BAR_WIDTH * part), 8, "bar");
    }
    ss_plot_end(&to->html,
                "All customers of the log by what they have paid so far, in tenths, and the share of revenue of "
                "each.");
    put_details(to, "value");
    ss_plot_close(&to->html);
}

/* What came and what was foreseen: in words, and as two bars where there is a scale. */
static void put_truth(page *to, double y, const ss_sheet *sheet, size_t row, double most)
{
    char came[SS_CELL_TEXT_MAX], foreseen[SS_CELL_TEXT_MAX], off[SS_CELL_TEXT_MAX], text[TEXT_MAX];
    const ss_cell *purchases = cell_of(sheet, row, "purchases"), *predicted = cell_of(sheet, row, "purchases_foreseen");
    snprintf(text, sizeof text, "%s came · %s foreseen · %s", cell_text(to, purchases, came),
             cell_text(to, predicted, foreseen), cell_text(to, cell_of(sheet, row, "purchases_off"), off));
    ss_plot_text(&to->html, SS_PLOT_MARGIN, y + 11, "name", "start", cell_of(sheet, row, "name")->as.text);
    ss_plot_text(&to->html, SS_PLOT_WIDTH - SS_PLOT_MARGIN, y + 11, most > 0 ? "dim" : "name", "end", text);
    if (!(most > 0))
        return;
    ss_plot_rect(&to->html, SS_PLOT_MARGIN, y + 15, fmax(1, BAR_WIDTH * (double)purchases->as.count / most), 6, "bar");
    ss_plot_rect(&to->html, SS_PLOT_MARGIN, y + 22, fmax(1, BAR_WIDTH * predicted->as.number / most), 6, "soft");
}

#define TRUTH_ROW 36.0
#define TRUTH_TOP 18.0

/* The last row of the sheet is all of them. */
static void put_truths(page *to, const ss_sheet *sheet, size_t rows)
{
    double most = 1;
    for (size_t r = 0; r + 1 < rows; r++)
        most = fmax(most, fmax((double)cell_of(sheet, r, "purchases")->as.count,
                               cell_of(sheet, r, "purchases_foreseen")->as.number));
    put_key(to, put_key(to, SS_PLOT_MARGIN, 10, "bar", "purchases that came"), 10, "soft", "that were foreseen");
    for (size_t r = 0; r < rows; r++)
        put_truth(to, TRUTH_TOP + TRUTH_ROW * (double)r, sheet, r, r + 1 < rows ? most : 0);
}

static void put_calibration(page *to)
{
    const ss_sheet *sheet = ss_sheets_find(to->sheets, "calibration");
    size_t rows = sheet ? ss_sheet_rows(sheet) : 0;
    ss_plot_begin(&to->html, "Is the forecast to be trusted?", rows ? TRUTH_ROW * (double)rows : 30);
    if (rows > 0)
        put_truths(to, sheet, rows);
    else
        ss_plot_text(&to->html, SS_PLOT_MARGIN, 20, "dim", "start",
                     "It could not be held against the truth: the log is too short.");
    ss_plot_end(
        &to->html,
        "The same forecast made for days that have passed since, against what came; customers by how often they "
        "had bought until then.");
    put_details(to, "calibration");
    ss_plot_close(&to->html);
}

/* ---- heat maps: tables whose cells are coloured ---- */

static int by_number(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

/* What 95 of 100 cells from that column on do not pass: one great order must not make all others pale. */
static double hottest(page *to, const ss_sheet *sheet, size_t from)
{
    size_t count = 0;
    double most = 0, *numbers = ss_array_new(sheet->cell_count, sizeof *numbers);
    if (!numbers)
        to->html.status = SS_E_NOMEM;
    for (size_t r = 0; numbers && r < ss_sheet_rows(sheet); r++)
        for (size_t c = from; c < sheet->column_count; c++) {
            const ss_cell *cell = ss_sheet_cell(sheet, r, c);
            if (cell->kind != SS_CELL_NONE)
                numbers[count++] = cell->as.number;
        }
    if (count > 0) {
        qsort(numbers, count, sizeof *numbers, by_number);
        most = numbers[(count - 1) * 95 / 100];
    }
    free(numbers);
    return most;
}

#define HEAT_MOST 0.62 /* so much colour that the number stays legible on it */

static void put_heat_cell(page *to, const ss_cell *cell, double most, bool part)
{
    char open[96];
    double heat = most > 0 && cell->kind != SS_CELL_NONE ? HEAT_MOST * fmin(1, cell->as.number / most) : 0;
    if (cell->kind == SS_CELL_NONE) {
        ss_html_printf(&to->html, "<td></td>");
        return;
    }
    snprintf(open, sizeof open, "<td%s style=\"background:rgb(var(--heat)/%.2f)\">", part ? " class=\"part\"" : "",
             heat);
    put_cell(to, cell, open);
}

/* The first two columns are the cohort and its size, the third its own month: in money it is like the others. */
static void put_heat_map(page *to, const char *name)
{
    const ss_sheet *sheet = ss_sheets_find(to->sheets, name);
    if (!sheet)
        return;
    const size_t rows = ss_sheet_rows(sheet), own = 2;
    double most = hottest(to, sheet, own + 1);
    put_title(to, sheet);
    ss_html_printf(&to->html, "<div class=\"scroll\"><table class=\"heat\">");
    put_head(to, sheet);
    for (size_t r = 0; r < rows; r++) {
        ss_html_printf(&to->html, "<tr>");
        put_cell(to, ss_sheet_cell(sheet, r, 0), "<td>");
        put_cell(to, ss_sheet_cell(sheet, r, 1), "<td>");
        put_cell(to, ss_sheet_cell(sheet, r, own), "<td class=\"own\">");
        for (size_t c = own + 1; c < sheet->column_count; c++)
            put_heat_cell(to, ss_sheet_cell(sheet, r, c), most, to->of->cohorts.partial && r + c - own + 1 == rows);
        ss_html_printf(&to->html, "</tr>\n");
    }
    ss_html_printf(&to->html, "</tbody></table></div>\n");
}

/* A row's cells by their share of it. */
static void put_movement(page *to)
{
    const ss_sheet *sheet = ss_sheets_find(to->sheets, "movement");
    if (!sheet)
        return;
    put_title(to, sheet);
    ss_html_printf(&to->html, "<div class=\"scroll\"><table class=\"heat\">");
    put_head(to, sheet);
    for (size_t r = 0; r < ss_sheet_rows(sheet); r++) {
        double sum = 0;
        ss_html_printf(&to->html, "<tr>");
        put_cell(to, ss_sheet_cell(sheet, r, 1), "<td>");
        for (size_t c = 2; c < sheet->column_count; c++)
            sum += (double)ss_sheet_cell(sheet, r, c)->as.count;
        for (size_t c = 2; c < sheet->column_count; c++) {
            const ss_cell *cell = ss_sheet_cell(sheet, r, c);
            double share = sum > 0 ? (double)cell->as.count / sum : 0;
            ss_html_printf(&to->html,
                           "<td style=\"background:rgb(var(--heat)/%.2f)\">%" PRIu64
                           " <span class=\"share\">%.0f %%</span></td>",
                           HEAT_MOST * share, cell->as.count, 100 * share);
        }
        ss_html_printf(&to->html, "</tr>\n");
    }
    ss_html_printf(&to->html, "</tbody></table></div>\n");
}

ss_status ss_retention_html(const ss_retention *retention, const ss_sheets *sheets, ss_buffer *out)
{
    page to = {retention, sheets, {out, SS_OK}};
    ss_html_begin(&to.html, sheets->title);
    put_lead(&to);
    put_tiles(&to);
    for (size_t i = 0; i < sheets->warning_count; i++)
        ss_html_warning(&to.html, sheets->warnings[i]);
    ss_html_printf(&to.html, "<div class=\"plots\">\n");
    put_months(&to);
    put_curves(&to);
    put_segments(&to);
    put_calibration(&to);
    ss_html_printf(&to.html, "</div>\n");
    put_heat_map(&to, "cohorts");
    put_heat_map(&to, "cohort_revenue");
    ss_html_printf(&to.html, "<div class=\"plots\"><section>\n");
    put_movement(&to);
    put_figures(&to, "gaps");
    ss_html_printf(&to.html, "</section>\n");
    if (retention->priced)
        put_value(&to);
    ss_html_printf(&to.html, "</div>\n");
    put_figures(&to, "summary");
    put_figures(&to, "forecast");
    put_figures(&to, "about");
    ss_html_end(&to.html);
    return to.html.status;
}

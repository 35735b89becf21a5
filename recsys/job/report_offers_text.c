#include "job/report_offers_text.h"

#include "job/report_columns.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#define CELL_WIDTH  11
#define LABEL_LEAST 12

/* ---- CSV ---- */

static ss_status put_csv_field(ss_buffer *out, const ss_report_row *row, const ss_report_column *column, int decimals)
{
    char text[SS_REPORT_CELL_TEXT];
    if (column->kind == SS_COLUMN_AMOUNT) { /* a mean of cents says more than whole ones */
        double amount = ss_report_amount(row, column);
        return isnan(amount) ? SS_OK : ss_buffer_printf(out, "%.*f", decimals + 4, amount / pow(10, decimals));
    }
    if (column->kind == SS_COLUMN_FINDING)
        return ss_buffer_append_csv(out, ss_slice_of(ss_report_text(row, column)));
    ss_report_cell(row, column, decimals, text);
    return ss_buffer_append_csv(out, ss_slice_of(text));
}

ss_status ss_offers_report_csv(const ss_offers_report *report, int decimals, ss_buffer *out)
{
    ss_status status = SS_OK;
    for (size_t c = 0; c < ss_report_column_count && status == SS_OK; c++)
        status = ss_buffer_printf(out, "%s%s", c ? "," : "", ss_report_columns[c].name);
    for (size_t i = 0; i < report->row_count && status == SS_OK; i++)
        for (size_t c = 0; c < ss_report_column_count && status == SS_OK; c++) {
            status = ss_buffer_append_text(out, c ? "," : "\n");
            if (status == SS_OK)
                status = put_csv_field(out, &report->rows[i], &ss_report_columns[c], decimals);
        }
    return status == SS_OK ? ss_buffer_append_text(out, "\n") : status;
}

/* ---- JSON ---- */

static json_t *field_json(const ss_report_row *row, const ss_report_column *column)
{
    const char *text = ss_report_text(row, column);
    switch (column->kind) {
    case SS_COLUMN_COUNT:
        return json_integer((json_int_t)ss_report_count(row, column));
    case SS_COLUMN_MONEY:
        return json_integer(ss_report_money(row, column));
    case SS_COLUMN_AMOUNT:
        return isfinite(ss_report_amount(row, column)) ? json_real(ss_report_amount(row, column)) : json_null();
    default:
        return *text ? json_string(text) : json_null();
    }
}

/* NULL: out of memory, in all of these. */
static json_t *rows_json(const ss_offers_report *report)
{
    json_t *rows = json_array();
    int failed = !rows;
    for (size_t i = 0; i < report->row_count && !failed; i++) {
        json_t *row = json_object();
        for (size_t c = 0; c < ss_report_column_count; c++)
            failed |= json_object_set_new(row, ss_report_columns[c].name,
                                          field_json(&report->rows[i], &ss_report_columns[c]));
        failed |= json_array_append_new(rows, row);
    }
    if (!failed)
        return rows;
    json_decref(rows);
    return NULL;
}

static json_t *days_json(const ss_offers_report *report)
{
    json_t *days = json_array();
    int failed = !days;
    for (size_t i = 0; i < report->day_count && !failed; i++) {
        char text[SS_REPORT_DAY_TEXT];
        const ss_report_day *day = &report->days[i];
        ss_report_day_text(day->day, text);
        failed |= json_array_append_new(days, json_pack("{s:s, s:I, s:I}", "day", text, "cost", (json_int_t)day->cost,
                                                        "leased", (json_int_t)day->leased));
    }
    if (!failed)
        return days;
    json_decref(days);
    return NULL;
}

static ss_status add_warning(void *context, const char *text)
{
    return json_array_append_new(context, json_string(text)) == 0 ? SS_OK : SS_E_NOMEM;
}

static json_t *warnings_json(const ss_offers_report *report)
{
    json_t *warnings = json_array();
    if (warnings && ss_report_warnings(report, add_warning, warnings) == SS_OK)
        return warnings;
    json_decref(warnings);
    return NULL;
}

static const char *time_text(int64_t time, char text[SS_TIMESTAMP_TEXT])
{
    if (time != SS_NO_TIME)
        ss_timestamp_format(time, text);
    return time == SS_NO_TIME ? NULL : text;
}

ss_status ss_offers_report_json(const ss_offers_report *report, int decimals, ss_buffer *out)
{
    const ss_report_limits *limits = &report->limits;
    char from[SS_TIMESTAMP_TEXT], to[SS_TIMESTAMP_TEXT], first[SS_TIMESTAMP_TEXT], last[SS_TIMESTAMP_TEXT];
    json_t *root = json_pack("{s:i, s:f, s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:o, s:o}", "decimals", decimals,
                             "confidence", SS_REPORT_LEVEL, "from", time_text(limits->from, from), "to",
                             time_text(limits->until, to), "campaign", limits->campaign, "first",
                             time_text(report->first, first), "last", time_text(report->last, last), "rows",
                             rows_json(report), "days", days_json(report), "warnings", warnings_json(report));
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    ss_status status = text ? ss_buffer_append_text(out, text) : SS_E_NOMEM;
    free(text);
    json_decref(root);
    return status == SS_OK ? ss_buffer_append_text(out, "\n") : status;
}

/* ---- tables ---- */

static int label_width(const ss_offers_report *report)
{
    char label[SS_REPORT_LABEL_TEXT];
    size_t widest = LABEL_LEAST;
    for (size_t i = 0; i < report->row_count; i++) {
        ss_report_label(&report->rows[i], label);
        widest = ss_slice_of(label).size > widest ? ss_slice_of(label).size : widest;
    }
    return (int)widest;
}

static ss_status put_line(ss_buffer *out, const ss_report_row *row, const ss_report_section *section, int width,
                          int decimals)
{
    char label[SS_REPORT_LABEL_TEXT], cell[SS_REPORT_CELL_TEXT];
    ss_report_label(row, label);
    ss_status status = ss_buffer_printf(out, "%-*s", width, label);
    for (size_t c = 0; c < section->count && status == SS_OK; c++) {
        ss_report_cell(row, &section->columns[c], decimals, cell);
        const char *text = *cell ? cell : "-";
        status = section->columns[c].kind == SS_COLUMN_FINDING ? ss_buffer_printf(out, "  %s", text)
                                                               : ss_buffer_printf(out, "%*s", CELL_WIDTH, text);
    }
    return status == SS_OK ? ss_buffer_append_text(out, "\n") : status;
}

static ss_status put_section(ss_buffer *out, const ss_offers_report *report, const ss_report_section *section,
                             int width, int decimals)
{
    ss_status status = ss_buffer_printf(out, "%-*s", width, section->title);
    for (size_t c = 0; c < section->count && status == SS_OK; c++)
        status = section->columns[c].kind == SS_COLUMN_FINDING
                     ? ss_buffer_printf(out, "  %s", section->columns[c].name)
                     : ss_buffer_printf(out, "%*s", CELL_WIDTH, section->columns[c].name);
    if (status == SS_OK)
        status = ss_buffer_append_text(out, "\n");
    for (size_t i = 0; i < report->row_count && status == SS_OK; i++)
        status = put_line(out, &report->rows[i], section, width, decimals);
    return status == SS_OK ? ss_buffer_append_text(out, "\n") : status;
}

static ss_status put_warning(void *context, const char *text)
{
    return ss_buffer_printf(context, "! %s\n", text);
}

ss_status ss_offers_report_table(const ss_offers_report *report, int decimals, ss_buffer *out)
{
    ss_status status = SS_OK;
    int width = label_width(report);
    for (size_t s = 0; s < SS_REPORT_SECTIONS && status == SS_OK; s++)
        status = put_section(out, report, &ss_report_sections[s], width, decimals);
    return status == SS_OK ? ss_report_warnings(report, put_warning, out) : status;
}

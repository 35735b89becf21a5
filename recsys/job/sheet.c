#include "job/sheet.h"

#include "base/memory.h"
#include "job/report_columns.h"
#include "log/values.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXTS_BLOCK (64u << 10)
#define TEXTS_MAX   (64u << 20)

bool ss_sheets_init(ss_sheets *sheets, const char *title, int decimals)
{
    *sheets = (ss_sheets){.title = title, .decimals = decimals, .texts = ss_arena_new(TEXTS_BLOCK, TEXTS_MAX)};
    return sheets->texts != NULL;
}

void ss_sheets_release(ss_sheets *sheets)
{
    for (size_t i = 0; i < sheets->count; i++)
        free(sheets->list[i].cells);
    free(sheets->warnings);
    ss_arena_free(&sheets->texts);
    *sheets = (ss_sheets){0};
}

void ss_sheets_begin(ss_sheets *sheets, const char *name, const char *title, const char *note,
                     const ss_sheet_column *columns, size_t column_count)
{
    if (sheets->count == SS_SHEETS_MAX)
        sheets->status = SS_E_LIMIT;
    else
        sheets->list[sheets->count++] =
            (ss_sheet){.name = name, .title = title, .note = note, .columns = columns, .column_count = column_count};
}

static void put(ss_sheets *sheets, ss_cell cell)
{
    if (sheets->status != SS_OK)
        return;
    ss_sheet *sheet = &sheets->list[sheets->count - 1];
    if (!ss_array_grow(&sheet->cells, &sheet->cell_capacity, sheet->cell_count + 1, sizeof *sheet->cells))
        sheets->status = SS_E_NOMEM;
    else
        sheet->cells[sheet->cell_count++] = cell;
}

void ss_put_none(ss_sheets *sheets)
{
    put(sheets, (ss_cell){.kind = SS_CELL_NONE});
}

void ss_put_text(ss_sheets *sheets, const char *text)
{
    if (!text) {
        ss_put_none(sheets);
        return;
    }
    const char *copy = ss_arena_copy(sheets->texts, ss_slice_of(text));
    if (!copy)
        sheets->status = SS_E_NOMEM;
    put(sheets, (ss_cell){.kind = SS_CELL_TEXT, .as.text = copy});
}

void ss_put_count(ss_sheets *sheets, uint64_t count)
{
    put(sheets, (ss_cell){.kind = SS_CELL_COUNT, .as.count = count});
}

void ss_put_money(ss_sheets *sheets, int64_t minor)
{
    put(sheets, (ss_cell){.kind = SS_CELL_MONEY, .as.money = minor});
}

void ss_put_number(ss_sheets *sheets, ss_cell_kind kind, double number)
{
    put(sheets, isfinite(number) ? (ss_cell){.kind = kind, .as.number = number} : (ss_cell){.kind = SS_CELL_NONE});
}

const char *ss_sheets_printf(ss_sheets *sheets, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *copy = ss_arena_copy(sheets->texts, ss_slice_of(text));
    if (!copy)
        sheets->status = SS_E_NOMEM;
    return copy ? copy : "";
}

void ss_sheets_warn(ss_sheets *sheets, const char *text)
{
    if (!ss_array_grow(&sheets->warnings, &sheets->warning_capacity, sheets->warning_count + 1,
                       sizeof *sheets->warnings))
        sheets->status = SS_E_NOMEM;
    else
        sheets->warnings[sheets->warning_count++] = text;
}

const ss_sheet *ss_sheets_find(const ss_sheets *sheets, const char *name)
{
    for (size_t i = 0; i < sheets->count; i++)
        if (strcmp(sheets->list[i].name, name) == 0)
            return &sheets->list[i];
    return NULL;
}

const char *ss_sheets_day(ss_sheets *sheets, int32_t day)
{
    char text[SS_REPORT_DAY_TEXT];
    ss_report_day_text(day, text);
    return ss_sheets_printf(sheets, "%s", text);
}

const char *ss_sheets_month(ss_sheets *sheets, int32_t month)
{
    return ss_sheets_printf(sheets, "%04d-%02d", month / 12, month % 12 + 1);
}

/* ---- cells ---- */

/* Commas between the thousands of what stands before the point. */
static void group_digits(const char *plain, char text[SS_CELL_TEXT_MAX])
{
    size_t sign = plain[0] == '-', whole = sign, at = 0;
    while (plain[whole] >= '0' && plain[whole] <= '9')
        whole++;
    for (size_t i = 0; plain[i] && at + 2 < SS_CELL_TEXT_MAX; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = plain[i];
    }
    text[at] = '\0';
}

void ss_cell_for_people(const ss_cell *cell, int decimals, char text[SS_CELL_TEXT_MAX])
{
    char plain[SS_CELL_TEXT_MAX] = "";
    const double number = cell->as.number;
    switch (cell->kind) {
    case SS_CELL_COUNT:
        snprintf(plain, sizeof plain, "%" PRIu64, cell->as.count);
        break;
    case SS_CELL_MONEY:
        ss_value_format_money(cell->as.money, decimals, plain);
        break;
    case SS_CELL_AMOUNT:
        snprintf(plain, sizeof plain, "%.*f", decimals, number / pow(10, decimals));
        break;
    case SS_CELL_WHOLE:
        snprintf(plain, sizeof plain, "%.0f", number / pow(10, decimals));
        break;
    case SS_CELL_SHARE:
        snprintf(plain, sizeof plain, "%.1f %%", 100 * number);
        break;
    case SS_CELL_PERCENT:
        snprintf(plain, sizeof plain, "%.0f", 100 * number);
        break;
    case SS_CELL_NUMBER:
        snprintf(plain, sizeof plain, "%.3f", number);
        break;
    case SS_CELL_TENTHS:
        snprintf(plain, sizeof plain, "%.1f", number);
        break;
    default:
        break;
    }
    group_digits(plain, text);
}

void ss_cell_for_machines(const ss_cell *cell, int decimals, char text[SS_CELL_TEXT_MAX])
{
    text[0] = '\0';
    if (cell->kind == SS_CELL_COUNT)
        snprintf(text, SS_CELL_TEXT_MAX, "%" PRIu64, cell->as.count);
    else if (cell->kind == SS_CELL_MONEY)
        ss_value_format_money(cell->as.money, decimals, text);
    else if (cell->kind == SS_CELL_AMOUNT || cell->kind == SS_CELL_WHOLE)
        snprintf(text, SS_CELL_TEXT_MAX, "%.*f", decimals + 4, cell->as.number / pow(10, decimals));
    else if (cell->kind > SS_CELL_WHOLE)
        snprintf(text, SS_CELL_TEXT_MAX, "%.10g", cell->as.number);
}

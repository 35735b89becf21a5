#include "job/sheet.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#define COLUMNS_MOST 160u
#define TEXT_WIDTH   100u /* of notes */

/* ---- CSV ---- */

static ss_status put_csv_cell(const ss_sheets *sheets, const ss_sheet *sheet, size_t row, size_t column, ss_buffer *out)
{
    ss_status status;
    char text[SS_CELL_TEXT_MAX];
    const ss_cell *cell = ss_sheet_cell(sheet, row, column), *head = ss_sheet_cell(sheet, row, 0);
    ss_cell_for_machines(cell, sheets->decimals, text);
    SS_TRY(ss_buffer_printf(out, "%s,", sheet->name));
    if (head->kind == SS_CELL_TEXT)
        SS_TRY(ss_buffer_append_csv(out, ss_slice_of(head->as.text)));
    else
        SS_TRY(ss_buffer_printf(out, "%zu", row));
    SS_TRY(ss_buffer_printf(out, ",%s,", sheet->columns[column].key));
    SS_TRY(ss_buffer_append_csv(out, ss_slice_of(cell->kind == SS_CELL_TEXT ? cell->as.text : text)));
    SS_TRY(ss_buffer_append_text(out, "\n"));
out:
    return status;
}

ss_status ss_sheets_write_csv(const ss_sheets *sheets, ss_buffer *out)
{
    ss_status status = ss_buffer_append_text(out, "table,row,column,value\n");
    for (size_t s = 0; s < sheets->count; s++) {
        const ss_sheet *sheet = &sheets->list[s];
        for (size_t r = 0; r < ss_sheet_rows(sheet); r++)
            for (size_t c = 0; c < sheet->column_count && status == SS_OK; c++)
                if (c > 0 || ss_sheet_cell(sheet, r, 0)->kind != SS_CELL_TEXT)
                    status = put_csv_cell(sheets, sheet, r, c, out);
    }
    return status;
}

/* ---- JSON ---- */

static json_t *cell_json(const ss_cell *cell)
{
    switch (cell->kind) {
    case SS_CELL_NONE:
        return json_null();
    case SS_CELL_TEXT:
        return json_string(cell->as.text);
    case SS_CELL_COUNT:
        return json_integer((json_int_t)cell->as.count);
    case SS_CELL_MONEY:
        return json_integer(cell->as.money);
    default:
        return json_real(cell->as.number);
    }
}

/* NULL: out of memory, as of the next. */
static json_t *sheet_json(const ss_sheet *sheet)
{
    json_t *rows = json_array();
    int failed = !rows;
    for (size_t r = 0; r < ss_sheet_rows(sheet) && !failed; r++) {
        json_t *row = json_object();
        for (size_t c = 0; c < sheet->column_count; c++)
            failed |= json_object_set_new(row, sheet->columns[c].key, cell_json(ss_sheet_cell(sheet, r, c)));
        failed |= json_array_append_new(rows, row);
    }
    if (!failed)
        return rows;
    json_decref(rows);
    return NULL;
}

static json_t *warnings_json(const ss_sheets *sheets)
{
    json_t *list = json_array();
    int failed = !list;
    for (size_t i = 0; i < sheets->warning_count && !failed; i++)
        failed |= json_array_append_new(list, json_string(sheets->warnings[i]));
    if (!failed)
        return list;
    json_decref(list);
    return NULL;
}

ss_status ss_sheets_write_json(const ss_sheets *sheets, ss_buffer *out)
{
    json_t *root = json_object();
    int failed = json_object_set_new(root, "decimals", json_integer(sheets->decimals));
    failed |= json_object_set_new(root, "warnings", warnings_json(sheets));
    for (size_t s = 0; s < sheets->count; s++)
        failed |= json_object_set_new(root, sheets->list[s].name, sheet_json(&sheets->list[s]));
    char *text = failed ? NULL : json_dumps(root, JSON_INDENT(1));
    ss_status status = text ? ss_buffer_append_text(out, text) : SS_E_NOMEM;
    free(text);
    json_decref(root);
    return status == SS_OK ? ss_buffer_append_text(out, "\n") : status;
}

/* ---- a terminal ---- */

/* Characters, not bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static const char *cell_text(const ss_sheets *sheets, const ss_cell *cell, char text[SS_CELL_TEXT_MAX])
{
    if (cell->kind == SS_CELL_TEXT)
        return cell->as.text;
    ss_cell_for_people(cell, sheets->decimals, text);
    return cell->kind == SS_CELL_NONE ? "-" : text;
}

/* Texts stand to the left, numbers to the right; the last column is not filled up. */
static ss_status put_padded(ss_buffer *out, const char *text, size_t width, bool is_text, bool first, bool last)
{
    size_t own = width_of(text), fill = width > own ? width - own : 0;
    ss_status status = ss_buffer_append_text(out, first ? "" : "  ");
    if (status == SS_OK && is_text)
        status = ss_buffer_printf(out, "%s%*s", text, last ? 0 : (int)fill, "");
    else if (status == SS_OK)
        status = ss_buffer_printf(out, "%*s%s", (int)fill, "", text);
    return status;
}

typedef struct layout {
    size_t width[COLUMNS_MOST];
    bool is_text[COLUMNS_MOST];
    size_t first, last;
} layout;

static void lay_out(const ss_sheets *sheets, const ss_sheet *sheet, layout *to)
{
    char text[SS_CELL_TEXT_MAX];
    *to = (layout){.first = sheet->column_count};
    for (size_t c = 0; c < sheet->column_count && c < COLUMNS_MOST; c++) {
        if (!sheet->columns[c].title)
            continue;
        to->first = to->first == sheet->column_count ? c : to->first;
        to->last = c;
        to->width[c] = width_of(sheet->columns[c].title);
        to->is_text[c] = ss_sheet_rows(sheet) > 0;
        for (size_t r = 0; r < ss_sheet_rows(sheet); r++) {
            const ss_cell *cell = ss_sheet_cell(sheet, r, c);
            size_t width = width_of(cell_text(sheets, cell, text));
            to->width[c] = width > to->width[c] ? width : to->width[c];
            to->is_text[c] &= cell->kind == SS_CELL_TEXT || cell->kind == SS_CELL_NONE;
        }
    }
}

static ss_status put_row(const ss_sheets *sheets, const ss_sheet *sheet, const layout *of, size_t row, bool head,
                         ss_buffer *out)
{
    char text[SS_CELL_TEXT_MAX];
    ss_status status = SS_OK;
    for (size_t c = of->first; c <= of->last && status == SS_OK; c++) {
        if (!sheet->columns[c].title)
            continue;
        const char *shown = head ? sheet->columns[c].title : cell_text(sheets, ss_sheet_cell(sheet, row, c), text);
        status = put_padded(out, shown, of->width[c], of->is_text[c], c == of->first, c == of->last);
    }
    return status == SS_OK ? ss_buffer_append_text(out, "\n") : status;
}

/* In lines of at most TEXT_WIDTH letters, broken at blanks. */
static ss_status put_wrapped(ss_buffer *out, const char *text)
{
    ss_status status = SS_OK;
    while (*text && status == SS_OK) {
        size_t length = strlen(text), cut = length;
        if (length > TEXT_WIDTH)
            for (cut = TEXT_WIDTH; cut > 0 && text[cut] != ' '; cut--)
                continue;
        if (cut == 0)
            cut = length;
        status = ss_buffer_printf(out, "  %.*s\n", (int)cut, text);
        text += cut + (text[cut] == ' ');
    }
    return status;
}

static ss_status put_sheet(const ss_sheets *sheets, const ss_sheet *sheet, ss_buffer *out)
{
    ss_status status;
    layout of;
    lay_out(sheets, sheet, &of);
    SS_TRY(ss_buffer_printf(out, "\n%s\n", sheet->title));
    SS_TRY(put_wrapped(out, sheet->note));
    SS_TRY(ss_buffer_append_text(out, "\n"));
    SS_TRY(put_row(sheets, sheet, &of, 0, true, out));
    for (size_t r = 0; r < ss_sheet_rows(sheet); r++)
        SS_TRY(put_row(sheets, sheet, &of, r, false, out));
out:
    return status;
}

ss_status ss_sheets_write_table(const ss_sheets *sheets, ss_buffer *out)
{
    ss_status status = ss_buffer_printf(out, "%s\n", sheets->title);
    for (size_t s = 0; s < sheets->count && status == SS_OK; s++)
        if (sheets->list[s].title)
            status = put_sheet(sheets, &sheets->list[s], out);
    for (size_t i = 0; i < sheets->warning_count && status == SS_OK; i++)
        status = ss_buffer_printf(out, "%s! %s\n", i == 0 ? "\n" : "", sheets->warnings[i]);
    return status;
}

/*
 * sheet.h: a report as tables of cells that know what they are, so that every form of it (terminal, CSV, JSON, page) says
 * the same. Not thread-safe; one owner.
 */
#ifndef SS_JOB_SHEET_H
#define SS_JOB_SHEET_H

#include "base/arena.h"
#include "base/buffer.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum ss_cell_kind {
    SS_CELL_NONE, /* cannot be told */
    SS_CELL_TEXT,
    SS_CELL_COUNT,
    SS_CELL_MONEY,   /* minor units */
    SS_CELL_AMOUNT,  /* minor units that need not be whole */
    SS_CELL_WHOLE,   /* the same, of which people see no fraction of the currency */
    SS_CELL_SHARE,   /* 0 .. 1: "38.4 %" */
    SS_CELL_PERCENT, /* the same in less room: "38" */
    SS_CELL_NUMBER,  /* three digits after the point */
    SS_CELL_TENTHS,  /* one */
} ss_cell_kind;

typedef struct ss_cell {
    ss_cell_kind kind;
    union {
        const char *text;
        uint64_t count;
        int64_t money;
        double number; /* of all the others */
    } as;
} ss_cell;

typedef struct ss_sheet_column {
    const char *key;   /* for machines */
    const char *title; /* for people; NULL: they do not see it */
} ss_sheet_column;

typedef struct ss_sheet {
    const char *name;  /* for machines */
    const char *title; /* for people; NULL: they do not see it */
    const char *note;  /* what it says, in plain words */
    const ss_sheet_column *columns;
    size_t column_count;
    ss_cell *cells; /* row after row */
    size_t cell_count, cell_capacity;
} ss_sheet;

#define SS_SHEETS_MAX 24u

typedef struct ss_sheets {
    const char *title;
    int decimals; /* digits of the currency */
    ss_sheet list[SS_SHEETS_MAX];
    size_t count;
    const char **warnings; /* sentences */
    size_t warning_count, warning_capacity;
    ss_arena *texts;
    ss_status status; /* of the first thing that failed: all that follows is as if it had not been asked for */
} ss_sheets;

/* Empty ones. False: out of memory. */
bool ss_sheets_init(ss_sheets *sheets, const char *title, int decimals);
void ss_sheets_release(ss_sheets *sheets);

/* The next sheet; the texts and the columns are borrowed, or of the sheets' arena. */
void ss_sheets_begin(ss_sheets *sheets, const char *name, const char *title, const char *note,
                     const ss_sheet_column *columns, size_t column_count);

/* The next cell of that sheet. Numbers that are none, and NULL, are SS_CELL_NONE. Texts are copied. */
void ss_put_none(ss_sheets *sheets);
void ss_put_text(ss_sheets *sheets, const char *text);
void ss_put_count(ss_sheets *sheets, uint64_t count);
void ss_put_money(ss_sheets *sheets, int64_t minor);
void ss_put_number(ss_sheets *sheets, ss_cell_kind kind, double number);

/* A text of the arena; "" where something failed. */
const char *ss_sheets_printf(ss_sheets *sheets, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ss_sheets_warn(ss_sheets *sheets, const char *text); /* as a borrowed one, or of the arena */

/* The sheet of that name; NULL: there is none. */
const ss_sheet *ss_sheets_find(const ss_sheets *sheets, const char *name);

static inline size_t ss_sheet_rows(const ss_sheet *sheet)
{
    return sheet->column_count ? sheet->cell_count / sheet->column_count : 0;
}

static inline const ss_cell *ss_sheet_cell(const ss_sheet *sheet, size_t row, size_t column)
{
    return &sheet->cells[row * sheet->column_count + column];
}

/* A cell but one of text, for people ("" of none: "–" is for the caller) and for machines. */
#define SS_CELL_TEXT_MAX 48u
void ss_cell_for_people(const ss_cell *cell, int decimals, char text[SS_CELL_TEXT_MAX]);
void ss_cell_for_machines(const ss_cell *cell, int decimals, char text[SS_CELL_TEXT_MAX]);

/* "2011-12-09" and "2011-12", of days and months as job/purchases.h counts them. */
const char *ss_sheets_day(ss_sheets *sheets, int32_t day);
const char *ss_sheets_month(ss_sheets *sheets, int32_t month);

/* The whole of it. SS_E_NOMEM, SS_E_LIMIT of the buffer. */
ss_status ss_sheets_write_table(const ss_sheets *sheets, ss_buffer *out); /* for a terminal */
ss_status ss_sheets_write_csv(const ss_sheets *sheets, ss_buffer *out);   /* table,row,column,value */
ss_status ss_sheets_write_json(const ss_sheets *sheets, ss_buffer *out);

#endif

#include "log/csv.h"

#include "base/memory.h"
#include "log/csv_scan.h"
#include <stdlib.h>
#include <string.h>

_Static_assert(SS_CSV_SCAN_PADDING <= SS_WINDOW_PADDING, "the scan reads behind the text");

struct ss_csv {
    ss_window *window;
    const char *place; /* the name of the file */
    ss_csv_scan scan;
    char separator;
    bool lines;          /* a row is one line */
    size_t column_count; /* 0 while the header is read: any number of fields will do */
    uint64_t line;       /* the line at `at`, from 1 */
    /* All that follows counts from `text`, the unread part of the window when it was scanned. */
    char *text;
    uint32_t at, size;
    uint32_t *places; /* of the marks of the text */
    size_t place_capacity;
    const uint32_t *mark, *mark_end; /* the marks from `at` on */
    ss_slice fields[SS_COLUMNS_MAX];
    uint8_t doubled[SS_COLUMNS_MAX]; /* the fields of a walked row that hold doubled quotes */
};
_Static_assert(SS_COLUMNS_MAX <= UINT8_MAX + 1u, "a byte numbers a column");

/* How far a row was walked. */
typedef struct row_walk {
    const uint32_t *mark; /* the next mark */
    uint32_t at;          /* the next byte */
    size_t count;         /* of fields */
    uint64_t newlines;    /* inside quotes */
    bool nul;
    size_t doubled; /* how many fields hold doubled quotes */
    const char *problem;
} row_walk;

typedef enum outcome {
    WALKED, /* a whole row, or a whole field */
    CUT,    /* the text ends first */
    LOST    /* `problem`: where the row ends is in doubt */
} outcome;

static const char TOO_LONG[] = "longer than 1 MiB";
_Static_assert(SS_ROW_MAX == 1u << 20, "TOO_LONG says so");

ss_csv *ss_csv_new(void)
{
    ss_csv *csv = calloc(1, sizeof *csv);
    if (csv)
        csv->scan = ss_csv_scan_choose(ss_cpu_detect());
    return csv;
}

void ss_csv_set_lines(ss_csv *csv, bool lines)
{
    csv->lines = lines;
}

void ss_csv_free(ss_csv **csv)
{
    if (*csv)
        free((*csv)->places);
    free(*csv);
    *csv = NULL;
}

static ss_status scan_window(ss_csv *csv, ss_error *error)
{
    ss_window *window = csv->window;
    size_t size = window->end - window->at;
    if (!ss_array_grow(&csv->places, &csv->place_capacity, size + SS_CSV_SCAN_PADDING, sizeof *csv->places))
        return ss_error_nomem(error);
    csv->text = window->data + window->at;
    csv->at = 0;
    csv->size = (uint32_t)size;
    csv->mark = csv->places;
    csv->mark_end = csv->places + csv->scan(csv->text, csv->size, csv->separator, csv->places);
    return SS_OK;
}

/* Tells the window what is used. */
static void settle(ss_csv *csv)
{
    csv->window->at = (size_t)(csv->text - csv->window->data) + csv->at;
}

static ss_status refill(ss_csv *csv, ss_error *error)
{
    settle(csv);
    ss_status status = ss_window_more(csv->window, error);
    return status == SS_OK ? scan_window(csv, error) : status;
}

static void skip_empty_lines(ss_csv *csv)
{
    while (csv->mark < csv->mark_end) {
        uint32_t end = *csv->mark;
        bool empty = end == csv->at || (end == csv->at + 1 && csv->text[csv->at] == '\r');
        if (!empty || csv->text[end] != '\n')
            break;
        csv->at = end + 1;
        csv->mark++;
        csv->line++;
    }
}

static inline bool ends_field(const ss_csv *csv, char byte)
{
    return byte == csv->separator || byte == '\n';
}

static outcome walk_plain(const ss_csv *csv, row_walk *walk, ss_slice *field)
{
    const char *text = csv->text;
    while (walk->mark < csv->mark_end && !ends_field(csv, text[*walk->mark])) {
        walk->nul |= text[*walk->mark] == '\0';
        walk->mark++;
    }
    if (walk->mark == csv->mark_end)
        return CUT;
    uint32_t end = *walk->mark;
    bool carriage = text[end] == '\n' && end > walk->at && text[end - 1] == '\r';
    *field = (ss_slice){text + walk->at, end - walk->at - carriage};
    return WALKED;
}

/* From the closing quote to the mark behind it, over the CR of a line's end. */
static outcome leave_quotes(const ss_csv *csv, row_walk *walk)
{
    uint32_t next = *walk->mark++ + 1;
    if (csv->text[next] == '\r' && next + 1 == csv->size)
        return CUT;
    if (csv->text[next] == '\r' && csv->text[next + 1] == '\n')
        next++;
    if (ends_field(csv, csv->text[next]))
        return WALKED;
    walk->at = next;
    walk->problem = "text behind a closing quote";
    return LOST;
}

static void note_doubled(ss_csv *csv, row_walk *walk)
{
    uint8_t field = (uint8_t)walk->count;
    if (walk->doubled == 0 || csv->doubled[walk->doubled - 1] != field)
        csv->doubled[walk->doubled++] = field;
}

/* The mark is the opening quote. Doubled quotes stay as they are. */
static outcome walk_quoted(ss_csv *csv, row_walk *walk, ss_slice *field)
{
    uint32_t begin = *walk->mark + 1;
    for (walk->mark++; walk->mark < csv->mark_end; walk->mark++) {
        char byte = csv->text[*walk->mark];
        walk->newlines += byte == '\n';
        walk->nul |= byte == '\0';
        if (byte == '\n' && csv->lines) {
            walk->at = *walk->mark;
            walk->problem = "a quote that is not closed in its line";
            return LOST;
        }
        if (byte != '"')
            continue;
        uint32_t quote = *walk->mark;
        if (quote + 1 == csv->size)
            return CUT;
        if (csv->text[quote + 1] != '"') {
            *field = (ss_slice){csv->text + begin, quote - begin};
            return leave_quotes(csv, walk);
        }
        walk->mark++;
        note_doubled(csv, walk);
    }
    return CUT;
}

/* Splits the row at `at` into fields, whatever it holds. Changes nothing but the fields. */
static outcome walk_row(ss_csv *csv, row_walk *walk)
{
    for (char byte = csv->separator; byte != '\n'; walk->count++) {
        if (walk->mark == csv->mark_end)
            return CUT;
        if (walk->count == SS_COLUMNS_MAX) {
            walk->problem = "more than 256 fields";
            return LOST;
        }
        bool quoted = csv->text[walk->at] == '"';
        ss_slice *field = csv->fields + walk->count;
        outcome end = quoted ? walk_quoted(csv, walk, field) : walk_plain(csv, walk, field);
        if (end != WALKED)
            return end;
        byte = csv->text[*walk->mark];
        walk->at = *walk->mark++ + 1;
    }
    return WALKED;
}
_Static_assert(SS_COLUMNS_MAX == 256u, "walk_row says so");

/* The usual row: as many fields as there are columns and no quote. False, with nothing changed, for all others. */
static inline bool split_simple(ss_csv *csv, ss_row *row)
{
    const uint32_t *mark = csv->mark;
    size_t last = csv->column_count - 1;
    if (csv->column_count < 2 || (size_t)(csv->mark_end - mark) <= last)
        return false;
    const char *text = csv->text;
    const char separator = csv->separator;
    uint32_t at = csv->at;
    for (size_t i = 0; i < last; i++) {
        uint32_t end = mark[i];
        if (text[end] != separator)
            return false;
        csv->fields[i] = (ss_slice){text + at, end - at};
        at = end + 1;
    }
    uint32_t end = mark[last];
    if (text[end] != '\n' || end - csv->at > SS_ROW_MAX)
        return false;
    bool carriage = end > at && text[end - 1] == '\r';
    csv->fields[last] = (ss_slice){text + at, end - at - carriage};
    row->kind = SS_ROW_FIELDS;
    row->line = csv->line++;
    row->field_count = csv->column_count;
    csv->at = end + 1;
    csv->mark = mark + last + 1;
    return true;
}

/* Makes one quote of two, in place: the row is complete, and nobody looks at its bytes again. */
static void join_doubled_quotes(ss_csv *csv, ss_slice *field)
{
    char *begin = csv->text + (field->data - csv->text), *out = begin;
    for (size_t i = 0; i < field->size; i++) {
        *out++ = begin[i];
        i += begin[i] == '"';
    }
    field->size = (size_t)(out - begin);
}

static void break_row(ss_row *row, uint64_t line, const char *problem)
{
    row->kind = SS_ROW_BROKEN;
    row->line = line;
    row->field_count = 0;
    row->problem = problem;
}

/* The end of the row is known. */
static void deliver(ss_csv *csv, const row_walk *walk, ss_row *row)
{
    row->kind = SS_ROW_FIELDS;
    row->line = csv->line;
    row->field_count = walk->count;
    csv->at = walk->at;
    csv->mark = walk->mark;
    csv->line += walk->newlines + 1;
    if (walk->nul) {
        break_row(row, row->line, "a NUL byte");
        return;
    }
    for (size_t i = 0; i < walk->doubled; i++)
        join_doubled_quotes(csv, csv->fields + csv->doubled[i]);
    if (csv->column_count && walk->count != csv->column_count) {
        break_row(row, row->line, "not as many fields as the header has");
        row->field_count = walk->count;
    }
}

/* The end of the row is in doubt: goes on at the line after its first. */
static ss_status give_up(ss_csv *csv, const char *problem, ss_row *row, ss_error *error)
{
    break_row(row, csv->line++, problem);
    while (csv->mark < csv->mark_end && csv->text[*csv->mark] != '\n')
        csv->mark++;
    if (csv->mark < csv->mark_end) {
        csv->at = *csv->mark++ + 1;
        return SS_OK;
    }
    settle(csv);
    ss_status status = ss_window_skip_line(csv->window, error);
    return status == SS_OK ? scan_window(csv, error) : status;
}

/* The same where a row is one line, once all of it is there: the fields before the fault are known. */
static ss_status give_line_up(ss_csv *csv, const row_walk *walk, ss_row *row, bool *again, ss_error *error)
{
    const uint32_t *end = csv->mark;
    while (end < csv->mark_end && csv->text[*end] != '\n')
        end++;
    if (end == csv->mark_end && csv->size - csv->at > SS_ROW_MAX)
        return give_up(csv, TOO_LONG, row, error);
    if (end == csv->mark_end) {
        *again = true;
        return refill(csv, error);
    }
    for (size_t i = 0; i < walk->doubled && csv->doubled[i] < walk->count; i++)
        join_doubled_quotes(csv, csv->fields + csv->doubled[i]);
    break_row(row, csv->line++, walk->problem);
    row->field_count = walk->count;
    csv->at = *end + 1;
    csv->mark = end + 1;
    return SS_OK;
}

/* A row that is not simple. SS_ROW_END, with more text in the window, when it must be tried again. */
static ss_status split_any(ss_csv *csv, ss_row *row, bool *again, ss_error *error)
{
    skip_empty_lines(csv);
    row_walk walk = {.mark = csv->mark, .at = csv->at};
    outcome end = walk_row(csv, &walk);
    /* The length is looked at first: how much of an overlong row is there depends on how the input was cut. */
    uint32_t reached = end == CUT ? csv->size : end == LOST ? walk.at : walk.at - 1;
    if (reached - csv->at > SS_ROW_MAX)
        return give_up(csv, TOO_LONG, row, error);
    if (end == LOST)
        return csv->lines ? give_line_up(csv, &walk, row, again, error) : give_up(csv, walk.problem, row, error);
    if (end == WALKED) {
        deliver(csv, &walk, row);
        return SS_OK;
    }
    if (!csv->window->finished) {
        *again = true;
        return refill(csv, error);
    }
    if (csv->at < csv->size)
        return give_up(csv, "a quote that is not closed", row, error);
    row->kind = SS_ROW_END;
    row->line = csv->line;
    row->field_count = 0;
    return SS_OK;
}

ss_status ss_csv_next(ss_csv *csv, ss_row *row, ss_error *error)
{
    row->fields = csv->fields;
    row->place = csv->place;
    row->problem = NULL;
    bool again = true;
    ss_status status = SS_OK;
    while (again && status == SS_OK) {
        if (split_simple(csv, row))
            return SS_OK;
        again = false;
        status = split_any(csv, row, &again, error);
    }
    return status;
}

/* Which separator stands most often in the line at the start of `text`; false when the text ends before the line. */
static bool find_separator(const char *text, size_t size, char *separator)
{
    static const char separators[] = {',', '\t', ';', '|'};
    size_t counts[sizeof separators] = {0}, best = 0, at = 0;
    bool quoted = false;
    for (; at < size && (quoted || text[at] != '\n'); at++) {
        quoted ^= text[at] == '"';
        for (size_t i = 0; i < sizeof separators; i++)
            counts[i] += !quoted && text[at] == separators[i];
    }
    for (size_t i = 1; i < sizeof separators; i++)
        if (counts[i] > counts[best])
            best = i;
    *separator = separators[best];
    return at < size;
}

/* Goes on to the first line that is not empty. */
static ss_status reach_header(ss_csv *csv, ss_error *error)
{
    ss_window *window = csv->window;
    for (;;) {
        while (window->at < window->end && (window->data[window->at] == '\n' || window->data[window->at] == '\r'))
            csv->line += window->data[window->at++] == '\n';
        if (window->at < window->end || window->finished)
            return SS_OK;
        ss_status status = ss_window_more(window, error);
        if (status != SS_OK)
            return status;
    }
}

static ss_status recognise_separator(ss_csv *csv, ss_error *error)
{
    ss_window *window = csv->window;
    ss_status status = reach_header(csv, error);
    while (status == SS_OK) {
        size_t size = window->end - window->at;
        if (find_separator(window->data + window->at, size, &csv->separator) || window->finished || size > SS_ROW_MAX)
            break;
        status = ss_window_more(window, error);
    }
    return status;
}

static ss_status refuse_header(const ss_csv *csv, uint64_t line, const char *why, ss_error *error)
{
    ss_error_set(error, SS_E_FORMAT, "%s", why);
    ss_error_place(error, csv->place, line);
    return SS_E_FORMAT;
}

/* Lines that end in CR alone are one line to all others. */
static bool has_carriage(const ss_row *row)
{
    for (size_t i = 0; i < row->field_count; i++)
        if (row->fields[i].size && memchr(row->fields[i].data, '\r', row->fields[i].size))
            return true;
    return false;
}

static ss_status read_header(ss_csv *csv, ss_columns *columns, ss_error *error)
{
    ss_row row = {0};
    csv->column_count = 0;
    ss_status status = ss_csv_next(csv, &row, error);
    if (status != SS_OK)
        return status;
    if (row.kind == SS_ROW_END)
        return refuse_header(csv, 0, "the file is empty: there is no header", error);
    if (row.kind == SS_ROW_BROKEN)
        return refuse_header(csv, row.line, row.problem, error);
    if (has_carriage(&row))
        return refuse_header(csv, row.line, "a carriage return in the header: lines must end in LF or CR LF", error);
    ss_columns_clear(columns);
    for (size_t i = 0; i < row.field_count && status == SS_OK; i++)
        status = ss_columns_add(columns, row.fields[i], error);
    if (status == SS_E_FORMAT)
        ss_error_place(error, row.place, row.line);
    csv->column_count = columns->count;
    return status;
}

ss_status ss_csv_start(ss_csv *csv, ss_window *window, ss_columns *columns, ss_error *error)
{
    csv->window = window;
    csv->place = ss_input_name(window->input);
    csv->line = 1;
    ss_status status = recognise_separator(csv, error);
    if (status == SS_OK)
        status = scan_window(csv, error);
    if (status != SS_OK)
        return status;
    return read_header(csv, columns, error);
}

#include "log/table_reader.h"

#include "log/values.h"

#include <math.h>

#define TELL_EVERY 1024u /* rows between looks at the clock */

ss_slice ss_table_field(const ss_table_reader *reader, const ss_row *row, size_t field)
{
    size_t column = reader->map[field];
    return column < row->field_count ? ss_slice_trim(row->fields[column]) : (ss_slice){"", 0};
}

bool ss_table_refuse(ss_table_reader *reader, const ss_row *row, size_t field, const char *message,
                     const char *expected)
{
    ss_table_report *report = reader->report;
    if (report->bad_rows++ >= sizeof report->first_bad / sizeof *report->first_bad)
        return false;
    ss_error error;
    ss_error_set(&error, SS_E_FORMAT, "%s", message);
    ss_error_place(&error, row->place, row->line);
    if (field < reader->field_count) {
        ss_slice found = ss_table_field(reader, row, field);
        ss_error_field(&error, reader->fields[field].name);
        ss_error_found(&error, found.data, found.size, expected);
    }
    ss_error_format(&error, report->first_bad[report->bad_rows - 1], sizeof report->first_bad[0]);
    return false;
}

bool ss_table_id(ss_table_reader *reader, const ss_row *row, size_t field, const char *message, ss_slice *id)
{
    *id = ss_table_field(reader, row, field);
    return ss_value_id(id) == SS_ID_FINE ||
           ss_table_refuse(reader, row, field, message, "1 to 255 bytes of UTF-8 without control characters");
}

bool ss_table_flag(ss_table_reader *reader, const ss_row *row, size_t field, bool *flag)
{
    return ss_value_flag(ss_table_field(reader, row, field), flag) ||
           ss_table_refuse(reader, row, field, "not a yes or no", "true, false, yes, no, 1 or 0");
}

static ss_status map_columns(ss_table_reader *reader, const ss_row *row, ss_error *error)
{
    const ss_row_source *source = reader->source;
    ss_status status = ss_column_map_make(reader->fields, reader->field_count, reader->columns, source, row->place,
                                          reader->map, error);
    if (status == SS_OK && reader->map[0] == SS_NO_COLUMN)
        status = ss_column_map_missing(reader->fields, reader->field_count, reader->columns, reader->map,
                                       (ss_field_range){0, 1}, source, row->place, error);
    if (status != SS_OK)
        return status;
    if (!reader->report->hint[0])
        ss_column_map_hint(reader->fields, reader->field_count, reader->map, source, reader->report->hint,
                           sizeof reader->report->hint);
    reader->generation = source->generation;
    reader->mapped = true;
    return SS_OK;
}

static ss_status tell(ss_table_reader *reader, bool finished, ss_error *error)
{
    uint64_t rows = reader->report->rows;
    ss_progress progress = {reader->phase, rows, finished ? rows : 0, "rows", (double)NAN, finished};
    if (ss_progress_tell(reader->progress, &progress))
        return SS_OK;
    return ss_error_set(error, SS_E_CANCELLED, "stopped on request while reading the %s", reader->name);
}

static ss_status take_row(ss_table_reader *reader, const ss_row *row, ss_error *error)
{
    ss_status status = SS_OK;
    reader->report->rows++;
    bool broken = row->kind == SS_ROW_BROKEN;
    if (broken)
        ss_table_refuse(reader, row, reader->field_count, row->problem, NULL);
    if (broken && !reader->take_broken)
        return SS_OK;
    if (!reader->mapped || reader->generation != reader->source->generation)
        SS_TRY(map_columns(reader, row, error));
    status = broken ? reader->take_broken(reader, row) : reader->take(reader, row);
    if (status == SS_E_LIMIT)
        return ss_error_set(error, status, "too many different ids in one %s", reader->name);
    if (status != SS_OK)
        return ss_error_nomem(error);
    if (reader->report->rows % TELL_EVERY == 0)
        status = tell(reader, false, error);
out:
    return status;
}

static ss_status read_all(ss_table_reader *reader, ss_error *error)
{
    for (;;) {
        ss_row row;
        ss_status status = reader->source->next(reader->source, &row, error);
        if (status == SS_OK && row.kind == SS_ROW_END)
            return SS_OK;
        if (status == SS_OK)
            status = take_row(reader, &row, error);
        if (status != SS_OK)
            return status;
    }
}

static ss_status check_bad_rows(const ss_table_reader *reader, ss_error *error)
{
    const ss_table_report *report = reader->report;
    if ((double)report->bad_rows <= reader->max_bad_rows * (double)report->rows)
        return SS_OK;
    return ss_error_set(error, SS_E_BAD_INPUT, "%llu of %llu rows of the %s cannot be read; first %s",
                        (unsigned long long)report->bad_rows, (unsigned long long)report->rows, reader->name,
                        report->first_bad[0]);
}

ss_status ss_table_read(ss_table_reader *reader, ss_error *error)
{
    ss_status status;
    SS_TRY(read_all(reader, error));
    SS_TRY(check_bad_rows(reader, error));
    SS_TRY(tell(reader, true, error));
out:
    return status;
}

/*
 * table_reader.h: reading a table of the shop's (its catalogue, its customers): columns by name, rows that cannot be
 * used counted and the first of them told by place, and an end where there are too many. What a row says is its
 * reader's. Not thread-safe; one owner.
 */
#ifndef SS_LOG_TABLE_READER_H
#define SS_LOG_TABLE_READER_H

#include "base/progress.h"
#include "log/column_map.h"
#include "log/table_report.h"

#define SS_TABLE_FIELDS_MAX 16u

typedef struct ss_table_reader {
    const char *name, *phase; /* "catalogue", "read catalogue": of errors, of progress */
    const ss_field *fields;   /* the first must be there */
    size_t field_count;       /* at most SS_TABLE_FIELDS_MAX */
    ss_mapping columns;       /* names given to fields */
    double max_bad_rows;      /* share, 0..1 */
    ss_row_source *source;
    ss_progress_sink *progress;
    ss_table_report *report; /* all zero at the beginning */
    /* Told of each row that could be split. SS_E_NOMEM, SS_E_LIMIT: too many different ids. */
    ss_status (*take)(struct ss_table_reader *reader, const ss_row *row);
    /* Told of each row that could not, which is counted already; what it has of fields is there. NULL: nobody is. */
    ss_status (*take_broken)(struct ss_table_reader *reader, const ss_row *row);
    void *context;
    size_t map[SS_TABLE_FIELDS_MAX]; /* filled while reading */
    uint64_t generation;
    bool mapped;
} ss_table_reader;

/*
 * Reads `source` to its end. SS_E_BAD_INPUT above max_bad_rows; SS_E_FORMAT, SS_E_ARGUMENT: columns; SS_E_CANCELLED,
 * SS_E_LIMIT, SS_E_NOMEM; else as the source.
 */
ss_status ss_table_read(ss_table_reader *reader, ss_error *error);

/* A field of the row without the blanks around it; empty where there is no such column. */
ss_slice ss_table_field(const ss_table_reader *reader, const ss_row *row, size_t field);

/* Counts a bad row and, while there is room, says why; false. `field` field_count: the row as a whole. */
bool ss_table_refuse(ss_table_reader *reader, const ss_row *row, size_t field, const char *message,
                     const char *expected);

/* The field as an id of 1 to 255 bytes. */
bool ss_table_id(ss_table_reader *reader, const ss_row *row, size_t field, const char *message, ss_slice *id);

/* The field as a yes or no; an empty one is a no. */
bool ss_table_flag(ss_table_reader *reader, const ss_row *row, size_t field, bool *flag);

#endif

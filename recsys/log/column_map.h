/*
 * column_map.h: which column of a row source holds which of our fields: by our own name, or by `--columns
 * field=Column`. A column that merely looks like a field is never taken on trust; it is suggested. Pure: safe from any
 * thread.
 */
#ifndef SS_LOG_COLUMN_MAP_H
#define SS_LOG_COLUMN_MAP_H

#include "log/row_source.h"

#define SS_NO_COLUMN SIZE_MAX

/* A field that may be read. */
typedef struct ss_field {
    const char *name;     /* "item_id" */
    const char *synonyms; /* other shops' names for it, each between bars, lower case, letters and digits only:
                             "|sku|stockcode|" */
} ss_field;

/* What the shop says of its columns' names. */
typedef struct ss_mapping {
    const char *option; /* where it says so, for errors: "--columns"; NULL: nowhere */
    const char *text;   /* "field=Column,…" or NULL */
} ss_mapping;

/*
 * Fills map[i] with the number of the column that holds fields[i], or SS_NO_COLUMN. The mapping goes before our own
 * names. Errors: SS_E_ARGUMENT (a mapping that is no mapping, an unknown field, a field given twice), SS_E_FORMAT (a
 * mapped column is not among the source's). `place` names the source in errors; may be NULL.
 */
ss_status ss_column_map_make(const ss_field *fields, size_t field_count, ss_mapping mapping,
                             const ss_row_source *source, const char *place, size_t *map, ss_error *error);

/* Fields `first` to `first` + `count` - 1. */
typedef struct ss_field_range {
    size_t first, count;
} ss_field_range;

/*
 * SS_E_FORMAT: "no column order_id, customer_id or session_id" for fields of which one must be there: with the columns
 * that are, and, where one looks like it, the whole option that would map it, all others that look like a field, and
 * what `mapping`, by which `map` was made, says already. Of names too long for an error, only that one.
 */
ss_status ss_column_map_missing(const ss_field *fields, size_t field_count, ss_mapping mapping, const size_t *map,
                                ss_field_range wanted, const ss_row_source *source, const char *place, ss_error *error);

/*
 * Columns that are not mapped and look like a field that has none, as the option that would map them:
 * "quantity=Quantity,timestamp=InvoiceDate"; empty when there are none. Cut to fit `size`.
 */
void ss_column_map_hint(const ss_field *fields, size_t field_count, const size_t *map, const ss_row_source *source,
                        char *text, size_t size);

#endif

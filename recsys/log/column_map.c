#include "log/column_map.h"

#include "base/timestamp.h"
#include <stdarg.h>
#include <stdio.h>

#define PLAIN_NAME_MAX 64u
#define SUGGESTION_MAX 184u /* with what stands before it, an error has room for so much */

/* Letters and digits in lower case, between bars: "Customer ID" → "|customerid|". Empty when it does not fit. */
static void plain_name(ss_slice name, char out[PLAIN_NAME_MAX])
{
    size_t used = 0;
    out[used++] = '|';
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            continue;
        if (used + 2 >= PLAIN_NAME_MAX) {
            used = 0;
            break;
        }
        out[used++] = c;
    }
    if (used > 1)
        out[used++] = '|';
    else
        used = 0;
    out[used] = '\0';
}

static bool looks_like(const ss_field *field, ss_slice column)
{
    char plain[PLAIN_NAME_MAX], own[PLAIN_NAME_MAX];
    plain_name(column, plain);
    plain_name(ss_slice_of(field->name), own);
    return plain[0] && (strcmp(plain, own) == 0 || strstr(field->synonyms, plain));
}

static size_t find_column(const ss_row_source *source, ss_slice name)
{
    for (size_t i = 0; i < source->column_count; i++)
        if (ss_slice_equal(ss_slice_trim(source->columns[i]), name))
            return i;
    return SS_NO_COLUMN;
}

static size_t find_field(const ss_field *fields, size_t field_count, ss_slice name)
{
    for (size_t i = 0; i < field_count; i++)
        if (ss_slice_equal(ss_slice_of(fields[i].name), name))
            return i;
    return SS_NO_COLUMN;
}

/* Appends to a terminated text; what does not fit is cut. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

static void list_columns(const ss_row_source *source, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < source->column_count; i++) {
        if (strlen(text) + source->columns[i].size + 8 > size) {
            append(text, size, ", …");
            return;
        }
        append(text, size, "%s%.*s", i ? ", " : "", (int)source->columns[i].size, source->columns[i].data);
    }
}

static void list_fields(const ss_field *fields, size_t field_count, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < field_count; i++)
        append(text, size, "%s%s", i ? ", " : "one of ", fields[i].name);
}

static ss_status refuse_mapping(const char *option, ss_slice part, const char *why, const char *expected,
                                ss_error *error)
{
    ss_error_set(error, SS_E_ARGUMENT, "%s", why);
    ss_error_place(error, option, 0);
    ss_error_found(error, part.data, part.size, expected);
    return SS_E_ARGUMENT;
}

static ss_status refuse_column(const char *option, ss_slice name, const ss_row_source *source, const char *place,
                               ss_error *error)
{
    char columns[128];
    list_columns(source, columns, sizeof columns);
    ss_error_set(error, SS_E_FORMAT, "a column named by %s is not there", option);
    ss_error_place(error, place, 0);
    ss_error_found(error, name.data, name.size, columns);
    return SS_E_FORMAT;
}

/* One "field=Column". */
static ss_status map_part(const char *option, ss_slice part, const ss_field *fields, size_t field_count,
                          const ss_row_source *source, const char *place, size_t *map, ss_error *error)
{
    const char *equals = part.size ? memchr(part.data, '=', part.size) : NULL;
    if (!equals)
        return refuse_mapping(option, part, "not a mapping of columns", "field=Column,field=Column", error);
    size_t left = (size_t)(equals - part.data);
    ss_slice name = ss_slice_trim((ss_slice){part.data, left});
    ss_slice column = ss_slice_trim((ss_slice){equals + 1, part.size - left - 1});
    size_t field = find_field(fields, field_count, name);
    if (field == SS_NO_COLUMN) {
        char names[160];
        list_fields(fields, field_count, names, sizeof names);
        return refuse_mapping(option, name, "unknown field", names, error);
    }
    if (map[field] != SS_NO_COLUMN)
        return refuse_mapping(option, part, "a field is mapped twice", NULL, error);
    map[field] = find_column(source, column);
    return map[field] == SS_NO_COLUMN ? refuse_column(option, column, source, place, error) : SS_OK;
}

ss_status ss_column_map_make(const ss_field *fields, size_t field_count, ss_mapping mapping,
                             const ss_row_source *source, const char *place, size_t *map, ss_error *error)
{
    for (size_t i = 0; i < field_count; i++)
        map[i] = SS_NO_COLUMN;
    ss_slice rest = ss_slice_of(mapping.text);
    while (rest.size) {
        const char *comma = memchr(rest.data, ',', rest.size);
        size_t size = comma ? (size_t)(comma - rest.data) : rest.size;
        ss_slice part = {rest.data, size};
        ss_status status = map_part(mapping.option, part, fields, field_count, source, place, map, error);
        if (status != SS_OK)
            return status;
        size += comma ? 1 : 0;
        rest = (ss_slice){rest.data + size, rest.size - size};
    }
    for (size_t i = 0; i < field_count; i++)
        if (map[i] == SS_NO_COLUMN)
            map[i] = find_column(source, ss_slice_of(fields[i].name));
    return SS_OK;
}

static bool is_mapped(const size_t *map, size_t field_count, size_t column)
{
    for (size_t i = 0; i < field_count; i++)
        if (map[i] == column)
            return true;
    return false;
}

static size_t find_lookalike(const ss_field *field, const ss_row_source *source)
{
    for (size_t i = 0; i < source->column_count; i++)
        if (looks_like(field, source->columns[i]))
            return i;
    return SS_NO_COLUMN;
}

/* No column is called by a number or a time: these are values, of a file whose first row is no header. */
static bool is_header(const ss_row_source *source)
{
    int64_t time;
    for (size_t i = 0; i < source->column_count; i++)
        if (ss_timestamp_parse(source->columns[i], &time))
            return false;
    return true;
}

void ss_column_map_hint(const ss_field *fields, size_t field_count, const size_t *map, const ss_row_source *source,
                        char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < field_count; i++) {
        size_t column = map[i] == SS_NO_COLUMN ? find_lookalike(&fields[i], source) : SS_NO_COLUMN;
        if (column == SS_NO_COLUMN || is_mapped(map, field_count, column))
            continue;
        append(text, size, "%s%s=%.*s", text[0] ? "," : "", fields[i].name, (int)source->columns[column].size,
               source->columns[column].data);
    }
}

/* The mapping that would name what looks like one of those that are wanted; empty: nothing does. */
static void suggest(const ss_field *fields, size_t field_count, ss_mapping mapping, const size_t *map,
                    ss_field_range wanted, const ss_row_source *source, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = wanted.first + wanted.count; i-- > wanted.first;) {
        size_t column = find_lookalike(&fields[i], source);
        if (column != SS_NO_COLUMN)
            snprintf(text, size, "%s=%.*s", fields[i].name, (int)source->columns[column].size,
                     source->columns[column].data);
    }
    char all[SUGGESTION_MAX] = "";
    if (!text[0])
        return;
    if (mapping.text)
        append(all, sizeof all, "%s,", mapping.text);
    size_t used = strlen(all);
    ss_column_map_hint(fields, field_count, map, source, all + used, sizeof all - used);
    if (strlen(all) + 1 < sizeof all)
        snprintf(text, size, "%s", all);
}

ss_status ss_column_map_missing(const ss_field *fields, size_t field_count, ss_mapping mapping, const size_t *map,
                                ss_field_range wanted, const ss_row_source *source, const char *place, ss_error *error)
{
    const ss_field *missing = fields + wanted.first;
    char columns[96], names[96] = "", suggestion[SUGGESTION_MAX];
    list_columns(source, columns, sizeof columns);
    suggest(fields, field_count, mapping, map, wanted, source, suggestion, sizeof suggestion);
    for (size_t i = 0; i < wanted.count; i++)
        append(names, sizeof names, "%s%s", i == 0 ? "" : i + 1 < wanted.count ? ", " : " or ", missing[i].name);
    if (!mapping.option)
        ss_error_set(error, SS_E_FORMAT, "no column %s", names);
    else if (suggestion[0])
        ss_error_set(error, SS_E_FORMAT, "no column %s; try %s %s", names, mapping.option, suggestion);
    else
        ss_error_set(error, SS_E_FORMAT, "no column %s; %ssay which it is with %s %s=NAME", names,
                     is_header(source) ? "" : "is the first row a header? It must name the columns; or ",
                     mapping.option, missing->name);
    ss_error_place(error, place, 0);
    ss_error_found(error, columns, strlen(columns), names);
    return SS_E_FORMAT;
}

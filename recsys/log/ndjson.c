#include "log/ndjson.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_TEXT 32u /* -9223372036854775808, -2.2250738585072014e-308 */

struct ss_ndjson {
    ss_window *window;
    ss_columns *columns;
    uint64_t line;  /* at the window's `at`, from 1 */
    json_t *object; /* of the row handed out: its strings are lent */
    ss_slice fields[SS_COLUMNS_MAX];
    char numbers[SS_COLUMNS_MAX][NUMBER_TEXT];
};

ss_ndjson *ss_ndjson_new(void)
{
    return calloc(1, sizeof(ss_ndjson));
}

void ss_ndjson_free(ss_ndjson **ndjson)
{
    if (*ndjson)
        json_decref((*ndjson)->object);
    free(*ndjson);
    *ndjson = NULL;
}

void ss_ndjson_start(ss_ndjson *ndjson, ss_window *window, ss_columns *columns)
{
    ndjson->window = window;
    ndjson->columns = columns;
    ndjson->line = 1;
    ss_columns_clear(columns);
}

static ss_slice render_real(double value, char text[NUMBER_TEXT])
{
    int size = 0;
    for (int digits = 15; digits <= 17; digits++) {
        size = snprintf(text, NUMBER_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return (ss_slice){text, (size_t)size};
}

static ss_slice render_integer(json_int_t value, char text[NUMBER_TEXT])
{
    return (ss_slice){text, (size_t)snprintf(text, NUMBER_TEXT, "%" JSON_INTEGER_FORMAT, value)};
}

/* A value that is neither object nor array, as text. */
static ss_slice render(const json_t *value, char number[NUMBER_TEXT])
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return (ss_slice){json_string_value(value), json_string_length(value)};
    case JSON_INTEGER:
        return render_integer(json_integer_value(value), number);
    case JSON_REAL:
        return render_real(json_real_value(value), number);
    case JSON_TRUE:
        return SS_SLICE_LITERAL("true");
    case JSON_FALSE:
        return SS_SLICE_LITERAL("false");
    default:
        return SS_SLICE_LITERAL("");
    }
}

static bool is_flat(json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (json_is_object(value) || json_is_array(value))
            return false;
    }
    return true;
}

/* SS_E_FORMAT when there are too many columns, or names that cannot be one. */
static ss_status fill_fields(ss_ndjson *ndjson, ss_error *error)
{
    ss_columns *columns = ndjson->columns;
    memset(ndjson->fields, 0, columns->count * sizeof *ndjson->fields);
    size_t guess = 0;
    const char *key;
    json_t *value;
    json_object_foreach(ndjson->object, key, value)
    {
        ss_slice name = ss_slice_trim(ss_slice_of(key));
        size_t at = ss_columns_find(columns, name, guess);
        ss_status status = at == columns->count ? ss_columns_add(columns, name, error) : SS_OK;
        if (status != SS_OK)
            return status;
        ndjson->fields[at] = render(value, ndjson->numbers[at]);
        guess = at + 1;
    }
    return SS_OK;
}

static const char *why_not_json(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_duplicate_key:
        return "a key stands twice in the object";
    case json_error_invalid_utf8:
        return "not UTF-8";
    case json_error_numeric_overflow:
        return "a number out of range";
    case json_error_null_character:
        return "a NUL character";
    default:
        return "not one JSON object";
    }
}

/* What is wrong with the row, or NULL. */
static ss_status parse_line(ss_ndjson *ndjson, ss_slice line, const char **problem, ss_error *error)
{
    json_error_t json_error;
    json_decref(ndjson->object);
    ndjson->object = json_loadb(line.data, line.size, JSON_REJECT_DUPLICATES, &json_error);
    *problem = NULL;
    if (!ndjson->object && json_error_code(&json_error) == json_error_out_of_memory)
        return ss_error_nomem(error);
    if (!ndjson->object)
        *problem = why_not_json(&json_error);
    else if (!json_is_object(ndjson->object))
        *problem = "not one JSON object";
    else if (!is_flat(ndjson->object))
        *problem = "a value that is an object or an array";
    if (*problem)
        return SS_OK;
    ss_status status = fill_fields(ndjson, error);
    if (status != SS_E_FORMAT)
        return status;
    *problem = "too many different keys, or a key that is too long";
    return SS_OK;
}

/*
 * Takes the next line that is not empty, without its end. An overlong one is passed over, with *too_long set. At the
 * end *line is empty.
 */
static ss_status take_line(ss_ndjson *ndjson, ss_slice *line, bool *too_long, ss_error *error)
{
    ss_window *window = ndjson->window;
    ss_status status = SS_OK;
    *line = (ss_slice){0};
    *too_long = false;
    while (status == SS_OK && line->size == 0 && !*too_long) {
        char *begin = window->data + window->at;
        size_t size = window->end - window->at;
        char *newline = size ? memchr(begin, '\n', size) : NULL;
        if (newline)
            size = (size_t)(newline - begin);
        *too_long = size > SS_ROW_MAX;
        if (*too_long) {
            status = ss_window_skip_line(window, error);
        } else if (newline) {
            *line = ss_slice_trim((ss_slice){begin, size});
            window->at += size + 1;
        } else if (window->finished) {
            break;
        } else {
            status = ss_window_more(window, error);
        }
        ndjson->line += newline || *too_long;
    }
    return status;
}

ss_status ss_ndjson_next(ss_ndjson *ndjson, ss_row *row, ss_error *error)
{
    ss_slice line;
    bool too_long;
    *row = (ss_row){.kind = SS_ROW_END, .place = ss_input_name(ndjson->window->input)};
    ss_status status = take_line(ndjson, &line, &too_long, error);
    if (status != SS_OK || (line.size == 0 && !too_long))
        return status;
    row->line = ndjson->line - 1;
    if (too_long)
        row->problem = "longer than 1 MiB";
    else
        status = parse_line(ndjson, line, &row->problem, error);
    row->kind = row->problem ? SS_ROW_BROKEN : SS_ROW_FIELDS;
    if (row->problem)
        return status;
    row->fields = ndjson->fields;
    row->field_count = ndjson->columns->count;
    return status;
}
_Static_assert(SS_ROW_MAX == 1u << 20, "ss_ndjson_next says so");

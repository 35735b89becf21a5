#include "log/columns.h"

#include <stdlib.h>
#include <string.h>

static ss_status refuse(ss_error *error, ss_slice name, const char *why)
{
    ss_error_set(error, SS_E_FORMAT, "%s", why);
    ss_error_found(error, name.data, name.size, NULL);
    return SS_E_FORMAT;
}

ss_status ss_columns_add(ss_columns *columns, ss_slice name, ss_error *error)
{
    name = ss_slice_trim(name);
    if (columns->count == SS_COLUMNS_MAX)
        return refuse(error, name, "too many columns");
    if (name.size > SS_COLUMN_NAME_MAX)
        return refuse(error, name, "the name of a column is too long");
    if (!ss_slice_is_utf8(name))
        return refuse(error, name, "the name of a column is not UTF-8");
    if (name.size > 0 && ss_columns_find(columns, name, 0) < columns->count)
        return refuse(error, name, "two columns have one name");
    char *copy = malloc(name.size + 1);
    if (!copy)
        return ss_error_nomem(error);
    if (name.size > 0)
        memcpy(copy, name.data, name.size);
    copy[name.size] = '\0';
    columns->names[columns->count++] = (ss_slice){copy, name.size};
    return SS_OK;
}

size_t ss_columns_find(const ss_columns *columns, ss_slice name, size_t guess)
{
    if (guess < columns->count && ss_slice_equal(columns->names[guess], name))
        return guess;
    size_t at = 0;
    while (at < columns->count && !ss_slice_equal(columns->names[at], name))
        at++;
    return at;
}

void ss_columns_clear(ss_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        free((void *)(uintptr_t)columns->names[i].data);
    columns->count = 0;
}

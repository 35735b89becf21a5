#include "base/status.h"

#include "base/slice.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const STATUS_NAMES[SS_STATUS_COUNT] = {
    [SS_OK] = "ok",
    [SS_E_NOMEM] = "out_of_memory",
    [SS_E_IO] = "io",
    [SS_E_FORMAT] = "format",
    [SS_E_RANGE] = "range",
    [SS_E_ARGUMENT] = "argument",
    [SS_E_NOT_FOUND] = "not_found",
    [SS_E_CORRUPT] = "corrupt",
    [SS_E_LIMIT] = "limit",
    [SS_E_UNSUPPORTED] = "unsupported",
    [SS_E_BUSY] = "busy",
    [SS_E_NETWORK] = "network",
    [SS_E_ACCESS] = "access",
    [SS_E_CANCELLED] = "cancelled",
    [SS_E_BAD_INPUT] = "bad_input",
    [SS_E_SHUTTING_DOWN] = "shutting_down",
};

const char *ss_status_name(ss_status status)
{
    /* The comparison is unsigned: whatever a stray cast puts into a status still gets a name. */
    unsigned index = (unsigned)status;
    return index < SS_STATUS_COUNT ? STATUS_NAMES[index] : "unknown";
}

/* Through a copy, because an error may be built from its own texts: `ss_error_set(e, s, "in %s", e->message)`. */
static void set_text(char *out, size_t size, const char *text, size_t text_size)
{
    char copy[SS_ERROR_TEXT_MAX];
    size_t length = ss_slice_printable((ss_slice){text, text_size}, copy, size < sizeof copy ? size : sizeof copy);
    memcpy(out, copy, length + 1);
}

static void set_message(ss_error *error, ss_status status, int os_errno, const char *format, va_list arguments)
{
    char message[2 * SS_ERROR_TEXT_MAX];
    int length = vsnprintf(message, sizeof message, format, arguments);
    if (length < 0)
        message[0] = '\0';
    memset(error, 0, sizeof *error);
    error->status = status;
    error->os_errno = os_errno;
    set_text(error->message, sizeof error->message, message, strlen(message));
}

ss_status ss_error_set(ss_error *error, ss_status status, const char *format, ...)
{
    if (!error)
        return status;
    va_list arguments;
    va_start(arguments, format);
    set_message(error, status, 0, format, arguments);
    va_end(arguments);
    return status;
}

ss_status ss_error_io(ss_error *error, const char *where, const char *format, ...)
{
    int os_errno = errno;
    if (!error)
        return SS_E_IO;
    char place[SS_ERROR_TEXT_MAX];
    ss_slice_printable(ss_slice_of(where), place, sizeof place);
    va_list arguments;
    va_start(arguments, format);
    set_message(error, SS_E_IO, os_errno, format, arguments);
    va_end(arguments);
    memcpy(error->where, place, sizeof place);
    errno = os_errno;
    return SS_E_IO;
}

ss_status ss_error_nomem(ss_error *error)
{
    return ss_error_set(error, SS_E_NOMEM, "out of memory");
}

void ss_error_place(ss_error *error, const char *where, uint64_t line)
{
    if (!error)
        return;
    if (where)
        set_text(error->where, sizeof error->where, where, strlen(where));
    error->line = line;
}

void ss_error_offset(ss_error *error, uint64_t offset)
{
    if (!error)
        return;
    error->offset = offset;
    error->has_offset = 1;
}

void ss_error_field(ss_error *error, const char *field)
{
    if (error && field)
        set_text(error->field, sizeof error->field, field, strlen(field));
}

void ss_error_found(ss_error *error, const char *found, size_t found_size, const char *expected)
{
    if (!error)
        return;
    if (found)
        set_text(error->found, sizeof error->found, found, found_size);
    if (expected)
        set_text(error->expected, sizeof error->expected, expected, strlen(expected));
}

/* A cursor over the caller's text that stops at its end and keeps it terminated. */
typedef struct line_writer {
    char *text;
    size_t size, used;
} line_writer;

__attribute__((format(printf, 2, 3))) static void put(line_writer *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line->text + line->used, line->size - line->used, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    size_t room = line->size - line->used - 1;
    line->used += (size_t)length < room ? (size_t)length : room;
}

static void put_place(line_writer *line, const ss_error *error)
{
    put(line, "%s", error->where);
    if (error->line)
        put(line, error->where[0] ? ":%llu" : "line %llu", (unsigned long long)error->line);
    if (error->has_offset)
        put(line, "%sbyte %llu", line->used ? ", " : "", (unsigned long long)error->offset);
    if (line->used)
        put(line, ": ");
}

static void put_details(line_writer *line, const ss_error *error)
{
    if (!error->field[0] && !error->found[0] && !error->expected[0])
        return;
    put(line, " (%s", error->field);
    const char *separator = error->field[0] ? ": " : "";
    if (error->found[0]) {
        put(line, "%sfound '%s'", separator, error->found);
        separator = ", ";
    }
    if (error->expected[0])
        put(line, "%sexpected %s", separator, error->expected);
    put(line, ")");
}

void ss_error_format(const ss_error *error, char *text, size_t size)
{
    if (size == 0)
        return;
    text[0] = '\0';
    if (!error)
        return;
    line_writer line = {text, size, 0};
    put_place(&line, error);
    put(&line, "%s", error->message[0] ? error->message : ss_status_name(error->status));
    put_details(&line, error);
    char reason[128];
    if (error->os_errno)
        put(&line, ": %s", strerror_r(error->os_errno, reason, sizeof reason));
}

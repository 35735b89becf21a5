#include "base/mistakes.h"

#include "base/memory.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct ss_mistakes {
    char file[SS_ERROR_TEXT_MAX];
    ss_mistake *list;
    size_t kept, capacity, errors, warnings;
};

ss_mistakes *ss_mistakes_new(const char *file)
{
    ss_mistakes *new = calloc(1, sizeof *new);
    if (new)
        ss_slice_printable(ss_slice_of(file), new->file, sizeof new->file);
    return new;
}

void ss_mistakes_free(ss_mistakes **mistakes)
{
    ss_mistakes *old = *mistakes;
    *mistakes = NULL;
    if (!old)
        return;
    free(old->list);
    free(old);
}

static void write_text(ss_mistake *mistake, const char *path, const char *format, va_list arguments)
{
    char raw[SS_MISTAKE_TEXT_MAX];
    int used = snprintf(raw, sizeof raw, "%s%s", path, *path ? ": " : "");
    if (used >= 0 && (size_t)used < sizeof raw)
        vsnprintf(raw + used, sizeof raw - (size_t)used, format, arguments);
    ss_slice_printable(ss_slice_of(raw), mistake->text, sizeof mistake->text);
}

static void keep(ss_mistakes *mistakes, bool warning, ss_mark at, const char *path, const char *format,
                 va_list arguments)
{
    if (mistakes->kept == SS_MISTAKES_MAX ||
        !ss_array_grow(&mistakes->list, &mistakes->capacity, mistakes->kept + 1, sizeof *mistakes->list))
        return;
    ss_mistake *new = &mistakes->list[mistakes->kept++];
    new->at = at;
    new->warning = warning;
    write_text(new, path, format, arguments);
}

void ss_mistakes_add(ss_mistakes *mistakes, ss_mark at, const char *path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    mistakes->errors++;
    keep(mistakes, false, at, path, format, arguments);
    va_end(arguments);
}

void ss_mistakes_warn(ss_mistakes *mistakes, ss_mark at, const char *path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    mistakes->warnings++;
    keep(mistakes, true, at, path, format, arguments);
    va_end(arguments);
}

size_t ss_mistakes_errors(const ss_mistakes *mistakes)
{
    return mistakes->errors;
}

size_t ss_mistakes_warnings(const ss_mistakes *mistakes)
{
    return mistakes->warnings;
}

size_t ss_mistakes_kept(const ss_mistakes *mistakes)
{
    return mistakes->kept;
}

const ss_mistake *ss_mistakes_at(const ss_mistakes *mistakes, size_t index)
{
    return &mistakes->list[index];
}

static bool stands_before(ss_mark a, ss_mark b)
{
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* Insertion: they are few, and come almost in order. */
void ss_mistakes_sort(ss_mistakes *mistakes)
{
    for (size_t i = 1; i < mistakes->kept; i++) {
        size_t to = i;
        ss_mistake moving = mistakes->list[i];
        while (to > 0 && stands_before(moving.at, mistakes->list[to - 1].at))
            to--;
        memmove(&mistakes->list[to + 1], &mistakes->list[to], (i - to) * sizeof moving);
        mistakes->list[to] = moving;
    }
}

void ss_mistakes_format(const ss_mistakes *mistakes, size_t index, char *text, size_t size)
{
    const ss_mistake *mistake = &mistakes->list[index];
    char place[32] = "";
    if (mistake->at.line > 0)
        snprintf(place, sizeof place, ":%u:%u", mistake->at.line, mistake->at.column);
    snprintf(text, size, "%s%s: %s%s", mistakes->file, place, mistake->warning ? "warning: " : "", mistake->text);
}

void ss_mistakes_log(const ss_mistakes *mistakes, const ss_logger *logger)
{
    char line[SS_MISTAKE_LINE_MAX], quoted[2 * SS_MISTAKE_LINE_MAX];
    for (size_t i = 0; i < mistakes->kept; i++) {
        ss_mistakes_format(mistakes, i, line, sizeof line);
        ss_log(logger, mistakes->list[i].warning ? SS_LOG_WARN : SS_LOG_ERROR, "configuration mistake=%s",
               ss_log_quote(ss_slice_of(line), quoted, sizeof quoted));
    }
}

static const ss_mistake *first_error(const ss_mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->kept; i++)
        if (!mistakes->list[i].warning)
            return &mistakes->list[i];
    return NULL;
}

ss_status ss_mistakes_status(ss_mistakes *mistakes, ss_error *error)
{
    char more[32] = "", place[SS_ERROR_TEXT_MAX + 32];
    if (mistakes->errors == 0)
        return SS_OK;
    ss_mistakes_sort(mistakes);
    const ss_mistake *first = first_error(mistakes);
    if (!first)
        return ss_error_nomem(error);
    if (mistakes->errors > 1)
        snprintf(more, sizeof more, " (and %zu more)", mistakes->errors - 1);
    snprintf(place, sizeof place, "%s:%u:%u", mistakes->file, first->at.line, first->at.column);
    ss_error_set(error, SS_E_FORMAT, "%.200s%s", first->text, more);
    ss_error_place(error, first->at.line > 0 ? place : mistakes->file, 0);
    return SS_E_FORMAT;
}

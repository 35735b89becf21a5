#include "job/checks.h"

#include "base/memory.h"
#include "store/manifest.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK   4096u
#define ARENA_CEILING (1u << 20)

const char *ss_check_verdict_name(ss_check_verdict verdict)
{
    static const char *const names[] = {"passed", "skipped", "refused"};
    return (unsigned)verdict < sizeof names / sizeof *names ? names[verdict] : NULL;
}

static char *write_words(ss_arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *words = size >= 0 ? ss_arena_alloc(arena, (size_t)size + 1, 1) : NULL;
    if (words)
        vsnprintf(words, (size_t)size + 1, format, arguments);
    return words;
}

ss_status ss_checks_add(ss_checks *checks, const char *name, double value, double limit, ss_check_verdict verdict,
                        ss_error *error, const char *format, ...)
{
    va_list arguments;
    if (!checks->arena)
        checks->arena = ss_arena_new(ARENA_BLOCK, ARENA_CEILING);
    if (!checks->arena || !ss_array_grow(&checks->list, &checks->capacity, checks->count + 1, sizeof *checks->list))
        return ss_error_nomem(error);
    va_start(arguments, format);
    char *words = write_words(checks->arena, format, arguments);
    va_end(arguments);
    if (!words)
        return ss_error_nomem(error);
    checks->list[checks->count++] = (ss_check){name, value, limit, verdict, words};
    checks->refused += verdict == SS_CHECK_REFUSED;
    return SS_OK;
}

void ss_checks_free(ss_checks *checks)
{
    if (!checks)
        return;
    ss_arena_free(&checks->arena);
    free(checks->list);
    *checks = (ss_checks){0};
}

const ss_check *ss_checks_find(const ss_checks *checks, const char *name)
{
    for (size_t i = 0; i < checks->count; i++)
        if (strcmp(checks->list[i].name, name) == 0)
            return &checks->list[i];
    return NULL;
}

/* ---- in a manifest ---- */

/* "night.checks.NAME.FIELD", with the dots of the name escaped. */
static void check_path(const char *name, const char *field, char *path, size_t size)
{
    size_t at = (size_t)snprintf(path, size, "night.checks.");
    for (; *name && at + 3 < size; name++) {
        if (*name == '.')
            path[at++] = '\\';
        path[at++] = *name;
    }
    snprintf(path + at, size - at, ".%s", field);
}

static ss_status put_figure(ss_manifest *manifest, const char *name, const char *field, double figure)
{
    char path[192];
    if (!isfinite(figure)) /* JSON has no word for it */
        return SS_OK;
    check_path(name, field, path, sizeof path);
    return ss_manifest_set_real(manifest, path, figure);
}

ss_status ss_checks_to_manifest(const ss_checks *checks, ss_manifest *manifest, ss_error *error)
{
    ss_status status = SS_OK;
    char path[192];
    for (size_t i = 0; i < checks->count; i++) {
        const ss_check *check = &checks->list[i];
        SS_TRY(put_figure(manifest, check->name, "value", check->value));
        SS_TRY(put_figure(manifest, check->name, "limit", check->limit));
        check_path(check->name, "verdict", path, sizeof path);
        SS_TRY(ss_manifest_set_text(manifest, path, ss_check_verdict_name(check->verdict)));
        check_path(check->name, "words", path, sizeof path);
        SS_TRY(ss_manifest_set_text(manifest, path, check->words));
    }
    return SS_OK;
out:
    return ss_error_set(error, status, "the checks cannot be put into the manifest: %s", ss_status_name(status));
}

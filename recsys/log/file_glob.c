#include "log/file_glob.h"

#include "base/memory.h"
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_pattern(const char *name)
{
    return strpbrk(name, "*?[") != NULL && access(name, F_OK) != 0;
}

static ss_status add_path(ss_file_glob *found, const char *path, ss_error *error)
{
    if (!ss_array_grow(&found->paths, &found->capacity, found->count + 1, sizeof *found->paths))
        return ss_error_nomem(error);
    found->paths[found->count] = strdup(path);
    return found->paths[found->count++] ? SS_OK : ss_error_nomem(error);
}

static ss_status refuse_twice(const ss_file_glob *found, const char *path, const char *pattern, ss_error *error)
{
    for (size_t i = 0; i < found->count; i++) {
        if (strcmp(found->paths[i], path) != 0)
            continue;
        ss_error_set(error, SS_E_ARGUMENT, "the file is named twice, at last by %s: its rows would count twice",
                     pattern);
        ss_error_place(error, path, 0);
        return SS_E_ARGUMENT;
    }
    return SS_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_folder(const char *path)
{
    return path[strlen(path) - 1] == '/'; /* GLOB_MARK */
}

static ss_status add_matches(ss_file_glob *found, const char *pattern, const glob_t *matches, ss_error *error)
{
    ss_status status = SS_OK;
    size_t before = found->count;
    if (matches->gl_pathc > 0)
        qsort(matches->gl_pathv, matches->gl_pathc, sizeof *matches->gl_pathv, by_bytes);
    for (size_t i = 0; i < matches->gl_pathc; i++) {
        if (is_folder(matches->gl_pathv[i]))
            continue;
        SS_TRY(refuse_twice(found, matches->gl_pathv[i], pattern, error));
        SS_TRY(add_path(found, matches->gl_pathv[i], error));
    }
    if (found->count == before) {
        status = ss_error_set(error, SS_E_NOT_FOUND, "no file matches the pattern");
        ss_error_place(error, pattern, 0);
    }
out:
    return status;
}

static ss_status expand(ss_file_glob *found, const char *pattern, ss_error *error)
{
    glob_t matches = {0};
    int failed = glob(pattern, GLOB_ERR | GLOB_MARK | GLOB_NOSORT, NULL, &matches);
    ss_status status;
    if (failed == GLOB_NOSPACE)
        status = ss_error_nomem(error);
    else if (failed == GLOB_ABORTED)
        status = ss_error_io(error, pattern, "cannot look for files");
    else
        status = add_matches(found, pattern, &matches, error);
    globfree(&matches);
    return status;
}

ss_status ss_file_glob_expand(const char *const *names, size_t count, ss_file_glob *found, ss_error *error)
{
    ss_status status = SS_OK;
    for (size_t i = 0; i < count && status == SS_OK; i++)
        status = is_pattern(names[i]) ? expand(found, names[i], error) : add_path(found, names[i], error);
    return status;
}

void ss_file_glob_free(ss_file_glob *found)
{
    for (size_t i = 0; i < found->count; i++)
        free(found->paths[i]);
    free(found->paths);
    *found = (ss_file_glob){0};
}

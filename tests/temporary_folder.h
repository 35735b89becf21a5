/* temporary_folder.h: a folder for one test, made below $TMPDIR and removed with all that is in it. */
#ifndef SS_TESTS_TEMPORARY_FOLDER_H
#define SS_TESTS_TEMPORARY_FOLDER_H

#include "base/file.h"
#include <stdio.h>
#include <stdlib.h>

#define TEMPORARY_PATH_MAX 512

/* `path` receives its name (TEMPORARY_PATH_MAX bytes). */
static inline void temporary_folder_make(char *path)
{
    const char *root = getenv("TMPDIR");
    snprintf(path, TEMPORARY_PATH_MAX, "%s/smartshelf-test-XXXXXX", root && root[0] ? root : "/tmp");
    if (!mkdtemp(path))
        abort();
}

static inline void temporary_folder_remove(const char *path)
{
    if (ss_file_remove_tree(path, NULL) != SS_OK)
        abort();
}

/* "folder/name"; `out` has TEMPORARY_PATH_MAX bytes. */
static inline const char *temporary_path(char *out, const char *folder, const char *name)
{
    if (ss_file_join(out, TEMPORARY_PATH_MAX, folder, name, NULL) != SS_OK)
        abort();
    return out;
}

/* Fixtures of cmocka: the state of a test is the path of its folder. */
static inline int temporary_folder_set_up(void **state)
{
    *state = malloc(TEMPORARY_PATH_MAX);
    temporary_folder_make(*state);
    return 0;
}

static inline int temporary_folder_tear_down(void **state)
{
    temporary_folder_remove(*state);
    free(*state);
    return 0;
}

#endif

/*
 * generation.c: drafts, publishing, the symlink `current`.
 *
 * Whatever changes the names in STORE/generations or the symlink holds an flock on the folder STORE/generations, for as
 * long as that takes and no longer. A draft holds an flock on its own folder as long as it lives: the kernel lets go of
 * it when the process dies, however it dies, and so the next begin knows the folder for dead.
 */
#include "store/generation.h"
#include "base/memory.h"
#include "store/items.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define GENERATIONS    "generations"
#define CURRENT        "current"
#define CURRENT_ASIDE  ".current.next"
#define PARTIAL_SUFFIX ".partial"
#define MILLISECOND    INT64_C(1000)
#define NAMES_TRIED    100000 /* milliseconds to move on before giving up */

struct ss_generation_draft {
    char store[SS_PATH_MAX];
    char path[SS_PATH_MAX];
    char name[SS_GENERATION_NAME_MAX];
    int lock; /* owned: open folder, flocked */
};

/* ---- names and paths ---- */

/* YYYYMMDDTHHMMSS.mmmZ, and so nothing that could lead out of the folder. */
static bool is_generation_name(const char *name)
{
    static const char pattern[] = "ddddddddTdddddd.dddZ";
    if (strlen(name) != sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < sizeof pattern - 1; i++)
        if (pattern[i] == 'd' ? !isdigit((unsigned char)name[i]) : name[i] != pattern[i])
            return false;
    return true;
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t size = strlen(name), suffix_size = strlen(suffix);
    return size > suffix_size && strcmp(name + size - suffix_size, suffix) == 0;
}

/* STORE/generations/NAME, or without a name STORE/generations. */
static ss_status generation_path(const char *store, const char *name, char *path, ss_error *error)
{
    char folder[SS_PATH_MAX];
    ss_status status = ss_file_join(folder, sizeof folder, store, GENERATIONS, error);
    if (status != SS_OK)
        return status;
    if (name)
        return ss_file_join(path, SS_PATH_MAX, folder, name, error);
    memcpy(path, folder, sizeof folder);
    return SS_OK;
}

static ss_status not_found(ss_error *error, const char *path, const char *message)
{
    ss_error_set(error, SS_E_NOT_FOUND, "%s", message);
    ss_error_place(error, path, 0);
    return SS_E_NOT_FOUND;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Calls `visit` with the path of each entry that is `wanted`, by name. */
static ss_status each_entry(const char *folder, int (*wanted)(const struct dirent *), ss_generation_visit visit,
                            void *context, ss_error *error)
{
    char path[SS_PATH_MAX];
    struct dirent **entries = NULL;
    ss_status status = SS_OK;
    int count = scandir(folder, &entries, wanted, by_name);
    if (count < 0)
        return errno == ENOENT ? not_found(error, folder, "no such folder")
                               : ss_error_io(error, folder, "cannot read the folder");
    for (int i = 0; i < count; i++) {
        if (status == SS_OK)
            status = ss_file_join(path, sizeof path, folder, entries[i]->d_name, error);
        if (status == SS_OK)
            status = visit(context, path, entries[i]->d_name, error);
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* ---- locks ---- */

static void unlock(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Opens a folder and locks it; with `wait` until it is free. *fd is -1 when somebody else holds it. */
static ss_status lock_folder(const char *path, bool wait, int *fd, ss_error *error)
{
    int result;
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0)
        return ss_error_io(error, path, "cannot open the folder");
    do
        result = flock(*fd, LOCK_EX | (wait ? 0 : LOCK_NB));
    while (result != 0 && errno == EINTR);
    if (result == 0)
        return SS_OK;
    ss_status status = !wait && errno == EWOULDBLOCK ? SS_OK : ss_error_io(error, path, "cannot lock the folder");
    unlock(fd);
    return status;
}

static ss_status lock_store(const char *store, int *fd, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_status status = generation_path(store, NULL, path, error);
    return status == SS_OK ? lock_folder(path, true, fd, error) : status;
}

/* ---- beginning ---- */

static ss_status make_store(const char *store, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_status status = generation_path(store, NULL, path, error);
    return status == SS_OK ? ss_file_make_inside(store, path, error) : status;
}

/* .NAME.partial */
static int is_partial(const struct dirent *entry)
{
    char name[SS_GENERATION_NAME_MAX];
    size_t size = strlen(entry->d_name);
    if (entry->d_name[0] != '.' || !ends_with(entry->d_name, PARTIAL_SUFFIX) || size > sizeof name)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)(size - sizeof PARTIAL_SUFFIX), entry->d_name + 1);
    return is_generation_name(name);
}

/* Removes a partial folder unless its owner lives. */
static ss_status remove_if_dead(void *context, const char *path, const char *name, ss_error *error)
{
    int fd = -1;
    (void)context, (void)name;
    ss_status status = lock_folder(path, false, &fd, error);
    if (status == SS_OK && fd >= 0)
        status = ss_file_remove_tree(path, error);
    unlock(&fd);
    return status;
}

static ss_status remove_dead_partials(const char *store, ss_error *error)
{
    char folder[SS_PATH_MAX];
    ss_status status = generation_path(store, NULL, folder, error);
    return status == SS_OK ? each_entry(folder, is_partial, remove_if_dead, NULL, error) : status;
}

/* Makes the partial folder under the first name from `now` on that nobody has. */
static ss_status make_partial(ss_generation_draft *draft, int64_t now, ss_error *error)
{
    char partial[SS_GENERATION_NAME_MAX + 16], published[SS_PATH_MAX];
    for (int tried = 0; tried < NAMES_TRIED; tried++) {
        ss_status status;
        ss_timestamp_compact(now + tried * MILLISECOND, draft->name);
        snprintf(partial, sizeof partial, ".%s%s", draft->name, PARTIAL_SUFFIX);
        if ((status = generation_path(draft->store, draft->name, published, error)) != SS_OK ||
            (status = generation_path(draft->store, partial, draft->path, error)) != SS_OK)
            return status;
        if (is_folder(published))
            continue;
        if (mkdir(draft->path, 0755) == 0)
            return SS_OK;
        if (errno != EEXIST)
            return ss_error_io(error, draft->path, "cannot create the folder");
    }
    return ss_error_set(error, SS_E_LIMIT, "no free name for a generation near %s", draft->name);
}

static ss_status open_draft(ss_generation_draft *draft, int64_t now, ss_error *error)
{
    int store = -1;
    ss_status status;
    SS_TRY(make_store(draft->store, error));
    SS_TRY(lock_store(draft->store, &store, error));
    SS_TRY(remove_dead_partials(draft->store, error));
    SS_TRY(make_partial(draft, now, error));
    SS_TRY(lock_folder(draft->path, true, &draft->lock, error));
out:
    unlock(&store);
    return status;
}

ss_status ss_generation_begin(const char *store, int64_t now, ss_generation_draft **draft, ss_error *error)
{
    ss_generation_draft *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    opened->lock = -1;
    ss_status status = SS_OK;
    if (strlen(store) >= sizeof opened->store)
        status = ss_error_set(error, SS_E_LIMIT, "the path of the store is longer than %d bytes", SS_PATH_MAX - 1);
    else
        memcpy(opened->store, store, strlen(store) + 1);
    if (status == SS_OK)
        status = open_draft(opened, now, error);
    if (status == SS_OK)
        *draft = opened;
    else
        free(opened);
    return status;
}

const char *ss_generation_draft_path(const ss_generation_draft *draft)
{
    return draft->path;
}

const char *ss_generation_draft_name(const ss_generation_draft *draft)
{
    return draft->name;
}

/* ---- the symlink ---- */

/* The name that `current` points at. */
static ss_status read_current(const char *store, char name[SS_GENERATION_NAME_MAX], ss_error *error)
{
    char path[SS_PATH_MAX], target[SS_PATH_MAX];
    ss_status status = ss_file_join(path, sizeof path, store, CURRENT, error);
    if (status != SS_OK)
        return status;
    ssize_t size = readlink(path, target, sizeof target - 1);
    if (size < 0 && errno == ENOENT)
        return not_found(error, path, "the store has no current generation: `smartshelf train` publishes one");
    if (size < 0)
        return ss_error_io(error, path, "cannot read the link to the current generation");
    target[size] = 0;
    if (strncmp(target, GENERATIONS "/", sizeof GENERATIONS) != 0 || !is_generation_name(target + sizeof GENERATIONS)) {
        ss_error_set(error, SS_E_CORRUPT, "the link to the current generation leads elsewhere");
        ss_error_place(error, path, 0);
        ss_error_found(error, target, (size_t)size, GENERATIONS "/YYYYMMDDTHHMMSS.mmmZ");
        return SS_E_CORRUPT;
    }
    snprintf(name, SS_GENERATION_NAME_MAX, "%s", target + sizeof GENERATIONS);
    return SS_OK;
}

/* The lock on the store must be held: a link aside is then a dead one's. */
static ss_status flip_current(const char *store, const char *name, ss_error *error)
{
    char aside[SS_PATH_MAX], current[SS_PATH_MAX], target[sizeof GENERATIONS + SS_GENERATION_NAME_MAX];
    ss_status status;
    SS_TRY(ss_file_join(aside, sizeof aside, store, CURRENT_ASIDE, error));
    SS_TRY(ss_file_join(current, sizeof current, store, CURRENT, error));
    snprintf(target, sizeof target, "%s/%s", GENERATIONS, name);
    if (unlink(aside) != 0 && errno != ENOENT)
        return ss_error_io(error, aside, "cannot remove an old link");
    if (symlink(target, aside) != 0)
        return ss_error_io(error, aside, "cannot create the link to the current generation");
    if (rename(aside, current) != 0) {
        status = ss_error_io(error, current, "cannot put the link to the current generation in its place");
        unlink(aside);
        return status;
    }
    status = ss_file_sync_folder(store, error);
out:
    return status;
}

ss_status ss_generation_make_current(const char *store, const char *name, ss_error *error)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    int lock = -1;
    ss_status status;
    SS_TRY(ss_generation_resolve(store, name, path, found, error));
    SS_TRY(lock_store(store, &lock, error));
    SS_TRY(flip_current(store, found, error));
out:
    unlock(&lock);
    return status;
}

/* The lock on the store must be held. */
static ss_status expect_current(const char *store, const char *expected, ss_error *error)
{
    char found[SS_GENERATION_NAME_MAX] = "", path[SS_PATH_MAX];
    ss_status status = read_current(store, found, error);
    if (status == SS_OK)
        status = generation_path(store, found, path, error);
    if (status != SS_OK && status != SS_E_NOT_FOUND)
        return status;
    if (status == SS_OK && !is_folder(path))
        found[0] = '\0';
    if (strcmp(found, expected) == 0)
        return SS_OK;
    return ss_error_set(error, SS_E_BUSY, "somebody else has made %s current meanwhile; it was %s", found,
                        *expected ? expected : "none");
}

ss_status ss_generation_replace_current(const char *store, const char *name, const char *expected, ss_error *error)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    int lock = -1;
    ss_status status;
    SS_TRY(ss_generation_resolve(store, name, path, found, error));
    SS_TRY(lock_store(store, &lock, error));
    SS_TRY(expect_current(store, expected, error));
    SS_TRY(flip_current(store, found, error));
out:
    unlock(&lock);
    return status;
}

/* ---- removing ---- */

ss_status ss_generation_clean(const char *store, ss_error *error)
{
    char folder[SS_PATH_MAX];
    int lock = -1;
    ss_status status;
    SS_TRY(generation_path(store, NULL, folder, error));
    if (!is_folder(folder))
        goto out;
    SS_TRY(lock_store(store, &lock, error));
    SS_TRY(remove_dead_partials(store, error));
out:
    unlock(&lock);
    return status;
}

/* Under the name of a draft whose owner is dead: the next begin finishes what is interrupted here. */
static ss_status set_aside(const char *store, const char *name, char aside[SS_PATH_MAX], ss_error *error)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX], current[SS_GENERATION_NAME_MAX], partial[64];
    ss_status status;
    SS_TRY(ss_generation_resolve(store, name, path, found, error));
    if (read_current(store, current, NULL) == SS_OK && strcmp(current, found) == 0)
        return ss_error_set(error, SS_E_BUSY, "%s is the current generation and stays", found);
    snprintf(partial, sizeof partial, ".%s" PARTIAL_SUFFIX, found);
    SS_TRY(generation_path(store, partial, aside, error));
    if (rename(path, aside) != 0)
        return ss_error_io(error, path, "cannot set the generation aside");
out:
    return status;
}

ss_status ss_generation_remove(const char *store, const char *name, ss_error *error)
{
    char aside[SS_PATH_MAX];
    int lock = -1;
    ss_status status;
    SS_TRY(lock_store(store, &lock, error));
    SS_TRY(set_aside(store, name, aside, error));
    SS_TRY(ss_file_remove_tree(aside, error));
out:
    unlock(&lock);
    return status;
}

/* ---- publishing ---- */

static ss_status sync_file(void *context, const char *path, const char *name, ss_error *error)
{
    struct stat info;
    (void)context, (void)name;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return ss_error_io(error, path, "cannot open the file");
    ss_status status = SS_OK;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        status = ss_error_set(error, SS_E_ARGUMENT, "a generation holds plain files only");
        ss_error_place(error, path, 0);
    } else if (fsync(fd) != 0) {
        status = ss_error_io(error, path, "cannot flush the file to disk");
    }
    close(fd);
    return status;
}

static int is_not_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static ss_status sync_all(const char *folder, ss_error *error)
{
    ss_status status = each_entry(folder, is_not_dots, sync_file, NULL, error);
    return status == SS_OK ? ss_file_sync_folder(folder, error) : status;
}

/* The rename that makes a draft a generation. */
static ss_status give_name(ss_generation_draft *draft, ss_error *error)
{
    char path[SS_PATH_MAX], folder[SS_PATH_MAX];
    ss_status status;
    SS_TRY(generation_path(draft->store, draft->name, path, error));
    SS_TRY(generation_path(draft->store, NULL, folder, error));
    if (rename(draft->path, path) != 0)
        return ss_error_io(error, path, "cannot give the generation its name");
    memcpy(draft->path, path, sizeof path);
    status = ss_file_sync_folder(folder, error);
out:
    return status;
}

static void free_draft(ss_generation_draft **draft)
{
    unlock(&(*draft)->lock);
    free(*draft);
    *draft = NULL;
}

ss_status ss_generation_publish(ss_generation_draft **draft, const ss_schema *const *schemas, bool make_current,
                                ss_error *error)
{
    int lock = -1;
    ss_status status;
    SS_TRY(sync_all((*draft)->path, error));
    SS_TRY(ss_generation_verify_and_list((*draft)->path, schemas, error));
    SS_TRY(lock_store((*draft)->store, &lock, error));
    SS_TRY(give_name(*draft, error));
    if (make_current)
        SS_TRY(flip_current((*draft)->store, (*draft)->name, error));
    free_draft(draft);
out:
    unlock(&lock);
    return status;
}

void ss_generation_abandon(ss_generation_draft **draft)
{
    char current[SS_GENERATION_NAME_MAX];
    if (!*draft)
        return;
    /* A publish that failed after the flip, on the last flush, has made it the one in use. */
    bool in_use = read_current((*draft)->store, current, NULL) == SS_OK && strcmp(current, (*draft)->name) == 0;
    if (!in_use)
        ss_file_remove_tree((*draft)->path, NULL);
    free_draft(draft);
}

/* ---- finding ---- */

static bool holds_items(const char *path)
{
    char items[SS_PATH_MAX];
    return ss_file_join(items, sizeof items, path, SS_ITEMS_FILE, NULL) == SS_OK && access(items, F_OK) == 0;
}

/* The store's path is itself a generation, or a link to one. */
static ss_status take_as_generation(const char *store, char *path, char found[SS_GENERATION_NAME_MAX], ss_error *error)
{
    char real[SS_PATH_MAX];
    _Static_assert(SS_PATH_MAX >= PATH_MAX, "realpath writes that much");
    if (!realpath(store, real))
        return ss_error_io(error, store, "cannot resolve the path");
    memcpy(path, real, sizeof real);
    snprintf(found, SS_GENERATION_NAME_MAX, "%s", strrchr(real, '/') + 1);
    return SS_OK;
}

ss_status ss_generation_resolve(const char *store, const char *name, char *path, char found[SS_GENERATION_NAME_MAX],
                                ss_error *error)
{
    char wanted[SS_GENERATION_NAME_MAX], folder[SS_PATH_MAX];
    ss_status status;
    if (!name && holds_items(store))
        return take_as_generation(store, path, found, error);
    if (!is_folder(store))
        return not_found(error, store, "no such store: `smartshelf train` makes one");
    if (!name) {
        SS_TRY(read_current(store, wanted, error));
        name = wanted;
    }
    SS_TRY(generation_path(store, is_generation_name(name) ? name : NULL, folder, error));
    if (!is_generation_name(name) || !is_folder(folder)) {
        not_found(error, folder, "no such generation");
        ss_error_found(error, name, strlen(name), "a name of the store's list");
        return SS_E_NOT_FOUND;
    }
    memcpy(path, folder, sizeof folder);
    memmove(found, name, strlen(name) + 1);
out:
    return status;
}

static int is_listed(const struct dirent *entry)
{
    return is_generation_name(entry->d_name);
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

ss_status ss_generation_list(const char *store, char (**names)[SS_GENERATION_NAME_MAX], size_t *count, ss_error *error)
{
    char folder[SS_PATH_MAX];
    struct dirent **entries = NULL;
    ss_status status = generation_path(store, NULL, folder, error);
    if (status != SS_OK)
        return status;
    int found = scandir(folder, &entries, is_listed, newest_first);
    if (found < 0 && errno == ENOENT)
        return not_found(error, folder, "no such store");
    if (found < 0)
        return ss_error_io(error, folder, "cannot read the folder");
    char(*list)[SS_GENERATION_NAME_MAX] = ss_array_zeroed((size_t)found, sizeof *list);
    for (int i = 0; i < found; i++) {
        if (list)
            snprintf(list[i], sizeof list[i], "%.*s", SS_GENERATION_NAME_MAX - 1, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (!list)
        return ss_error_nomem(error);
    *names = list;
    *count = (size_t)found;
    return SS_OK;
}

uint64_t ss_generation_bytes(const char *folder)
{
    uint64_t bytes = 0;
    char path[SS_PATH_MAX];
    struct stat info;
    DIR *entries = opendir(folder);
    if (!entries)
        return 0;
    for (struct dirent *entry; (entry = readdir(entries));)
        if (ss_file_join(path, sizeof path, folder, entry->d_name, NULL) == SS_OK && lstat(path, &info) == 0 &&
            S_ISREG(info.st_mode))
            bytes += (uint64_t)info.st_size;
    closedir(entries);
    return bytes;
}

static int is_model_file(const struct dirent *entry)
{
    return ends_with(entry->d_name, SS_MODEL_FILE_SUFFIX);
}

ss_status ss_generation_each_file(const char *path, ss_generation_visit visit, void *context, ss_error *error)
{
    return each_entry(path, is_model_file, visit, context, error);
}

#include "base/file.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_STEP  ((size_t)64 * 1024)
#define WRITE_STEP ((size_t)1 << 30) /* Linux writes at most 2 GiB less one page at a time */

static ss_status open_failed(const char *path, ss_error *error)
{
    ss_status status = errno == ENOENT ? SS_E_NOT_FOUND : SS_E_IO;
    ss_error_io(error, path, "cannot open");
    if (error)
        error->status = status;
    return status;
}

static void close_keeping_errno(int fd)
{
    int kept_errno = errno;
    if (fd >= 0)
        close(fd);
    errno = kept_errno;
}

static ssize_t read_some(int fd, void *data, size_t size)
{
    ssize_t got;
    do
        got = read(fd, data, size);
    while (got < 0 && errno == EINTR);
    return got;
}

static ss_status too_large(const char *path, size_t ceiling, ss_error *error)
{
    ss_error_set(error, SS_E_LIMIT, "larger than %zu bytes", ceiling);
    ss_error_place(error, path, 0);
    return SS_E_LIMIT;
}

/* Room for the next read: one step, the whole file when its size is known, never above what the ceiling leaves. */
static ss_status make_room(ss_buffer *out, size_t ceiling, size_t hint, size_t *room)
{
    size_t wanted = hint > out->size ? hint - out->size : READ_STEP;
    *room = wanted < ceiling - out->size ? wanted : ceiling - out->size;
    return ss_buffer_reserve(out, *room);
}

static ss_status read_all(int fd, const char *path, size_t ceiling, size_t hint, ss_buffer *out, ss_error *error)
{
    for (;;) {
        char beyond; /* a byte that there must not be */
        size_t room = 0;
        ss_status status = make_room(out, ceiling, hint, &room);
        if (status == SS_E_NOMEM)
            return ss_error_nomem(error);
        if (status != SS_OK)
            return too_large(path, ceiling, error);
        ssize_t got = read_some(fd, room ? out->data + out->size : &beyond, room ? room : 1);
        if (got < 0)
            return ss_error_io(error, path, "cannot read");
        if (got == 0)
            return SS_OK;
        if (room == 0)
            return too_large(path, ceiling, error);
        out->size += (size_t)got;
        out->data[out->size] = '\0';
    }
}

ss_status ss_file_read(const char *path, size_t ceiling, ss_buffer *out, ss_error *error)
{
    ss_buffer_clear(out);
    if (ceiling > out->ceiling)
        ceiling = out->ceiling;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return open_failed(path, error);
    struct stat about = {0};
    size_t hint = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 ? (size_t)about.st_size : 0;
    ss_status status = hint > ceiling ? too_large(path, ceiling, error) : read_all(fd, path, ceiling, hint, out, error);
    close_keeping_errno(fd);
    if (status != SS_OK)
        ss_buffer_clear(out);
    return status;
}

ss_status ss_file_write_all(int fd, const char *path, const void *data, size_t size, ss_error *error)
{
    const char *at = data;
    while (size > 0) {
        ssize_t put = write(fd, at, size < WRITE_STEP ? size : WRITE_STEP);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return ss_error_io(error, path, "cannot write");
        at += put;
        size -= (size_t)put;
    }
    return SS_OK;
}

struct ss_file_draft {
    int fd; /* -1: closed */
    char path[PATH_MAX], aside[PATH_MAX];
};

/* A new file beside the path. Not mkstemp: that would make the file unreadable for others. */
static bool create_aside(ss_file_draft *draft)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        unsigned long long unique = (unsigned long long)ss_clock_monotonic();
        int length = snprintf(draft->aside, PATH_MAX, "%s.%ld.%llx.tmp", draft->path, (long)getpid(), unique);
        if (length < 0 || length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return false;
        }
        draft->fd = open(draft->aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (draft->fd >= 0 || errno != EEXIST)
            return draft->fd >= 0;
    }
    return false;
}

static ss_status begin_draft(const char *path, ss_file_draft *draft, ss_error *error)
{
    draft->fd = -1;
    errno = ENAMETOOLONG;
    bool fits = snprintf(draft->path, PATH_MAX, "%s", path) < PATH_MAX;
    return fits && create_aside(draft) ? SS_OK : ss_error_io(error, path, "cannot create");
}

static void remove_draft(ss_file_draft *draft)
{
    int kept_errno = errno;
    if (draft->fd >= 0)
        close(draft->fd);
    unlink(draft->aside);
    errno = kept_errno;
}

/* The folder that `path` stands in: "a/b" -> "a", "b" -> ".", "/b" -> "/". */
static void parent_of(const char *path, char parent[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    if (!slash) {
        memcpy(parent, ".", 2);
        return;
    }
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    if (length >= PATH_MAX)
        length = PATH_MAX - 1;
    memcpy(parent, path, length);
    parent[length] = '\0';
}

/* In its place, or removed. */
static ss_status publish_draft(ss_file_draft *draft, ss_error *error)
{
    char parent[PATH_MAX];
    ss_status status = fsync(draft->fd) == 0 ? SS_OK : ss_error_io(error, draft->path, "cannot write to the disk");
    if (close(draft->fd) != 0 && status == SS_OK)
        status = ss_error_io(error, draft->path, "cannot write");
    draft->fd = -1;
    if (status == SS_OK && rename(draft->aside, draft->path) != 0)
        status = ss_error_io(error, draft->path, "cannot replace");
    if (status != SS_OK) {
        remove_draft(draft);
        return status;
    }
    parent_of(draft->path, parent);
    return ss_file_sync_folder(parent, error);
}

ss_status ss_file_draft_begin(const char *path, ss_file_draft **draft, ss_error *error)
{
    ss_file_draft *made = malloc(sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    ss_status status = begin_draft(path, made, error);
    if (status == SS_OK)
        *draft = made;
    else
        free(made);
    return status;
}

ss_status ss_file_draft_write(ss_file_draft *draft, const void *data, size_t size, ss_error *error)
{
    return ss_file_write_all(draft->fd, draft->path, data, size, error);
}

ss_status ss_file_draft_publish(ss_file_draft **draft, ss_error *error)
{
    ss_status status = publish_draft(*draft, error);
    free(*draft);
    *draft = NULL;
    return status;
}

void ss_file_draft_abandon(ss_file_draft **draft)
{
    if (*draft)
        remove_draft(*draft);
    free(*draft);
    *draft = NULL;
}

ss_status ss_file_write_atomic(const char *path, const void *data, size_t size, ss_error *error)
{
    ss_file_draft draft;
    ss_status status = begin_draft(path, &draft, error);
    if (status != SS_OK)
        return status;
    status = ss_file_write_all(draft.fd, path, data, size, error);
    if (status == SS_OK)
        return publish_draft(&draft, error);
    remove_draft(&draft);
    return status;
}

ss_status ss_file_sync_folder(const char *path, ss_error *error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return open_failed(path, error);
    ss_status status = SS_OK;
    if (fsync(fd) != 0 && errno != EINVAL) /* EINVAL: a file system without anything to flush */
        status = ss_error_io(error, path, "cannot write to the disk");
    close_keeping_errno(fd);
    return status;
}

/* One folder; that it is there already is success. */
static ss_status make_folder(const char *path, ss_error *error)
{
    struct stat about;
    if (mkdir(path, 0755) == 0)
        return SS_OK;
    int reason = errno;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return SS_OK;
    errno = reason == EEXIST ? ENOTDIR : reason;
    return ss_error_io(error, path, "cannot create the folder");
}

ss_status ss_file_make_folders(const char *path, ss_error *error)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part) {
        errno = length ? ENAMETOOLONG : ENOENT;
        return ss_error_io(error, path, "cannot create the folder");
    }
    memcpy(part, path, length + 1);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        ss_status status = make_folder(part, error);
        if (status != SS_OK)
            return status;
        *slash = '/';
    }
    return make_folder(path, error);
}

ss_status ss_file_make_inside(const char *store, const char *path, ss_error *error)
{
    char parent[PATH_MAX];
    struct stat about;
    ss_status status;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return SS_OK;
    SS_TRY(ss_file_make_folders(path, error));
    SS_TRY(ss_file_sync_folder(store, error));
    SS_TRY(ss_file_join(parent, sizeof parent, store, "..", error));
    SS_TRY(ss_file_sync_folder(parent, error));
out:
    return status;
}

static bool remove_entry(int folder, const char *name);

static bool is_self_or_parent(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Removes everything in the folder that `stream` reads. Looked through again until it is empty: whether entries that
 * are removed on the way disturb readdir is left open by POSIX. */
static bool remove_contents(DIR *stream)
{
    for (bool seen = true; seen;) {
        seen = false;
        rewinddir(stream);
        errno = 0;
        for (struct dirent *entry; (entry = readdir(stream)); errno = 0) {
            if (is_self_or_parent(entry->d_name))
                continue;
            if (!remove_entry(dirfd(stream), entry->d_name))
                return false;
            seen = true;
        }
        if (errno)
            return false;
    }
    return true;
}

static bool remove_folder(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    DIR *stream = fdopendir(fd);
    if (!stream) {
        close_keeping_errno(fd);
        return false;
    }
    bool removed = remove_contents(stream);
    int kept_errno = errno;
    closedir(stream);
    errno = kept_errno;
    return removed && unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

static bool remove_entry(int folder, const char *name)
{
    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
        return true;
    return errno == EISDIR && (remove_folder(folder, name) || errno == ENOENT);
}

ss_status ss_file_remove_tree(const char *path, ss_error *error)
{
    return remove_entry(AT_FDCWD, path) ? SS_OK : ss_error_io(error, path, "cannot remove");
}

ss_status ss_file_join(char *out, size_t size, const char *folder, const char *name, ss_error *error)
{
    size_t length = strlen(folder);
    const char *slash = length == 0 || folder[length - 1] == '/' ? "" : "/";
    if (length + strlen(slash) + strlen(name) < size) {
        snprintf(out, size, "%s%s%s", folder, slash, name);
        return SS_OK;
    }
    ss_error_set(error, SS_E_LIMIT, "the path is longer than %zu bytes", size ? size - 1 : 0);
    ss_error_place(error, folder, 0);
    ss_error_field(error, name);
    return SS_E_LIMIT;
}

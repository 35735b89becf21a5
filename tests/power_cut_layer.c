/*
 * power_cut_layer.c: a layer under a program (LD_PRELOAD) that writes down what the program asks of the files of one
 * folder, so that power_cut.h can tell what a disk may hold when the power fails at any moment of it.
 *
 *   SMARTSHELF_CUT_FOLDER   the folder; its files are watched, nothing below
 *   SMARTSHELF_CUT_JOURNAL  where it is written down; made anew
 *   SMARTSHELF_CUT_LMDB     flags added to mdb_env_open: a store that does not sync must be caught (MDB_NOSYNC)
 *
 * Writes are written down before they are made, syncs where they return, in one order for all threads. Nothing is
 * synced in truth: what would be on the disk is told from the journal. What cannot be told from calls (a shared mapping
 * that is written through, another descriptor for the same file) is written down as unknown, and is a failure of the
 * test.
 */
#include "power_cut_journal.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS 4096
#define EXPORT      __attribute__((visibility("default")))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_size;
static int journal = -1;

/* What a descriptor is: its name's hash by which the journal knows it, 0: not watched. */
static struct {
    uint64_t name;
    bool synchronous, is_folder, is_lock;
} watched[DESCRIPTORS];

#define REAL(NAME) ((__typeof__(&(NAME)))real_of(#NAME))
static void *real_of(const char *name)
{
    void *address = dlsym(RTLD_NEXT, name);
    if (!address)
        abort();
    return address;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("SMARTSHELF_CUT_JOURNAL");
    folder = getenv("SMARTSHELF_CUT_FOLDER");
    if (!folder || !path)
        return;
    folder_size = strlen(folder);
    journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void record(uint32_t kind, uint64_t name, uint64_t at, const struct iovec *parts, int count)
{
    cut_record head = {.kind = kind, .name = name, .at = at};
    struct iovec all[CUT_PARTS_MAX + 1] = {{&head, sizeof head}};
    if (count > CUT_PARTS_MAX)
        abort();
    for (int i = 0; i < count; i++) {
        all[i + 1] = parts[i];
        head.size += parts[i].iov_len;
    }
    size_t wanted = sizeof head + (size_t)head.size;
    if (syscall(SYS_writev, journal, all, count + 1) != (long)wanted)
        abort(); /* no room for the journal: the test could not be believed */
}

static void record_text(uint32_t kind, uint64_t name, const char *text)
{
    struct iovec part = {(void *)(uintptr_t)text, strlen(text) + 1};
    record(kind, name, 0, &part, 1);
}

static void unknown(int fd, const char *what)
{
    if (fd >= 0 && fd < DESCRIPTORS && watched[fd].name && !watched[fd].is_lock)
        record_text(CUT_UNKNOWN, watched[fd].name, what);
}

static bool is_watched(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS && watched[fd].name && !watched[fd].is_folder && !watched[fd].is_lock;
}

/* The name within the folder, "" for the folder itself, NULL for what is elsewhere. */
static const char *name_within(const char *path)
{
    if (journal < 0 || strncmp(path, folder, folder_size) != 0)
        return NULL;
    const char *rest = path + folder_size;
    if (*rest && *rest != '/')
        return NULL;
    rest += strspn(rest, "/");
    return strchr(rest, '/') || strcmp(rest, "..") == 0 ? NULL : rest;
}

/* ---- names ---- */

static int watch(int fd, const char *path, int flags, bool was_there)
{
    const char *name = name_within(path);
    if (fd >= DESCRIPTORS)
        abort();
    if (fd >= 0)
        watched[fd].name = name ? cut_hash(name) : 0;
    if (fd < 0 || !name)
        return fd;
    watched[fd].synchronous = (flags & O_DSYNC) != 0;
    watched[fd].is_folder = *name == '\0';
    watched[fd].is_lock = cut_is_lock(name);
    if (watched[fd].is_folder || watched[fd].is_lock)
        return fd;
    record_text(was_there ? CUT_OPEN : CUT_CREATE, watched[fd].name, name);
    if (was_there && (flags & O_TRUNC))
        unknown(fd, "open with O_TRUNC");
    return fd;
}

static int open_watched(int directory, const char *path, int flags, mode_t mode)
{
    pthread_mutex_lock(&lock);
    bool was_there = syscall(SYS_faccessat, directory, path, F_OK) == 0;
    int fd = (int)syscall(SYS_openat, directory, path, flags, mode);
    watch(fd, path, flags, was_there);
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t mode_of(int flags, va_list list)
{
    return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(list, unsigned) : 0;
}

EXPORT int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return open_watched(AT_FDCWD, path, flags, mode);
}

EXPORT int openat(int directory, const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return open_watched(directory, path, flags, mode);
}

EXPORT int open64(const char *path, int flags, ...) __attribute__((alias("open")));
EXPORT int openat64(int directory, const char *path, int flags, ...) __attribute__((alias("openat")));

EXPORT int close(int fd)
{
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < DESCRIPTORS)
        watched[fd].name = 0;
    int result = (int)syscall(SYS_close, fd);
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT int rename(const char *from, const char *to)
{
    const char *old = name_within(from), *new = name_within(to);
    pthread_mutex_lock(&lock);
    int result = REAL(rename)(from, to);
    if (result == 0 && old && new &&*old &&*new) {
        record_text(CUT_RENAME, cut_hash(old), new);
    } else if (result == 0 && (old || new)) {
        record_text(CUT_UNKNOWN, 0, "rename into or out of the folder");
    }
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT int unlink(const char *path)
{
    const char *name = name_within(path);
    pthread_mutex_lock(&lock);
    int result = REAL(unlink)(path);
    if (result == 0 && name && !cut_is_lock(name))
        record(CUT_UNLINK, cut_hash(name), 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}

/* ---- writes ---- */

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t at)
{
    pthread_mutex_lock(&lock);
    uint64_t name = watched[fd].name;
    record(CUT_WRITE, name, (uint64_t)at, parts, count);
    ssize_t written = REAL(pwritev)(fd, parts, count, at);
    size_t wanted = 0;
    for (int i = 0; i < count; i++)
        wanted += parts[i].iov_len;
    if (written >= 0 && (size_t)written != wanted)
        unknown(fd, "a write of less than was asked for");
    if (written >= 0 && watched[fd].synchronous)
        record(CUT_SYNC_LAST, name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return written;
}

static ssize_t write_here(int fd, const struct iovec *parts, int count)
{
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t written = at < 0 ? -1 : write_parts(fd, parts, count, at);
    if (written > 0)
        lseek(fd, at + written, SEEK_SET);
    return written;
}

EXPORT ssize_t write(int fd, const void *data, size_t size)
{
    struct iovec part = {(void *)(uintptr_t)data, size};
    return is_watched(fd) ? write_here(fd, &part, 1) : syscall(SYS_write, fd, data, size);
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return is_watched(fd) ? write_here(fd, parts, count) : syscall(SYS_writev, fd, parts, count);
}

EXPORT ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    struct iovec part = {(void *)(uintptr_t)data, size};
    return is_watched(fd) ? write_parts(fd, &part, 1, at) : REAL(pwrite)(fd, data, size, at);
}

EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    return is_watched(fd) ? write_parts(fd, parts, count, at) : REAL(pwritev)(fd, parts, count, at);
}

EXPORT ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) __attribute__((alias("pwrite")));
EXPORT ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) __attribute__((alias("pwritev")));

EXPORT int ftruncate(int fd, off_t size)
{
    struct stat about;
    if (!is_watched(fd))
        return REAL(ftruncate)(fd, size);
    pthread_mutex_lock(&lock);
    if (fstat(fd, &about) == 0 && size < about.st_size)
        unknown(fd, "a file made smaller");
    record(CUT_GROW, watched[fd].name, (uint64_t)size, NULL, 0);
    int result = REAL(ftruncate)(fd, size);
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT int ftruncate64(int fd, off_t size) __attribute__((alias("ftruncate")));

/* ---- syncs ---- */

static int sync_file(int fd)
{
    bool of_folder = fd >= 0 && fd < DESCRIPTORS && watched[fd].name && watched[fd].is_folder;
    if (!of_folder && !is_watched(fd))
        return 0;
    pthread_mutex_lock(&lock);
    record(of_folder ? CUT_SYNC_FOLDER : CUT_SYNC, watched[fd].name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

EXPORT int fsync(int fd)
{
    return sync_file(fd);
}

EXPORT int fdatasync(int fd)
{
    return sync_file(fd);
}

/* ---- what the journal cannot tell ---- */

EXPORT void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t at)
{
    if (fd >= 0 && (protection & PROT_WRITE) && (flags & MAP_SHARED))
        unknown(fd, "a shared mapping to write");
    return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, at);
}

EXPORT void *mmap64(void *, size_t, int, int, int, off_t) __attribute__((alias("mmap")));

EXPORT int dup(int fd)
{
    unknown(fd, "dup");
    return (int)syscall(SYS_dup, fd);
}

EXPORT int fallocate(int fd, int mode, off_t at, off_t size)
{
    unknown(fd, "fallocate");
    return (int)syscall(SYS_fallocate, fd, mode, at, size);
}

/* ---- what the program adds ---- */

EXPORT void power_cut_note(unsigned which, uint64_t value);
void power_cut_note(unsigned which, uint64_t value)
{
    pthread_mutex_lock(&lock);
    if (journal >= 0)
        record(CUT_NOTE, which, value, NULL, 0);
    pthread_mutex_unlock(&lock);
}

EXPORT int mdb_env_open(void *environment, const char *path, unsigned flags, mode_t mode);
int mdb_env_open(void *environment, const char *path, unsigned flags, mode_t mode)
{
    const char *more = getenv("SMARTSHELF_CUT_LMDB");
    return REAL(mdb_env_open)(environment, path, flags | (more ? (unsigned)strtoul(more, NULL, 0) : 0), mode);
}

#include "job/nightly_lock.h"

#include "base/file.h"
#include "base/timestamp.h"
#include "store/generation.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define HOLDER_MAX 128

/* The file's text is only words for people: who holds the lock may be a moment before writing it. */
static ss_status tell_holder(int fd, const char *path, ss_error *error)
{
    char text[HOLDER_MAX] = "";
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    text[size > 0 ? strcspn(text, "\n") : 0] = '\0';
    ss_error_set(error, SS_E_BUSY, "another nightly run is at work: %s",
                 *text ? text : "it has only just begun; its process is not known yet");
    ss_error_place(error, path, 0);
    return SS_E_BUSY;
}

/* On a full disk they are missing, and the lock holds all the same. */
static void write_holder(int fd, const char *path, int64_t now)
{
    char text[HOLDER_MAX], since[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(now, since);
    int size = snprintf(text, sizeof text, "process %ld, since %s\n", (long)getpid(), since);
    if (ftruncate(fd, 0) == 0)
        (void)ss_file_write_all(fd, path, text, (size_t)size, NULL);
}

ss_status ss_nightly_lock(const char *store, int64_t now, int *lock, ss_error *error)
{
    char path[SS_PATH_MAX];
    int result, fd = -1;
    ss_status status;
    SS_TRY(ss_file_join(path, sizeof path, store, SS_NIGHTLY_LOCK, error));
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return ss_error_io(error, path, "cannot open the lock");
    do
        result = flock(fd, LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    if (result != 0)
        SS_TRY(errno == EWOULDBLOCK ? tell_holder(fd, path, error) : ss_error_io(error, path, "cannot lock"));
    write_holder(fd, path, now);
    *lock = fd;
    fd = -1;
out:
    if (fd >= 0)
        close(fd);
    return status;
}

void ss_nightly_unlock(int *lock)
{
    if (*lock >= 0)
        close(*lock);
    *lock = -1;
}

#include "job/nightly_warm.h"

#include "base/clock.h"
#include "base/memory.h"
#include "store/generation.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECE      ((size_t)4 << 20) /* bytes read at a time */
#define FROM_CACHE 4000000           /* nanoseconds within which a piece comes from memory */

typedef struct warming {
    ss_progress_sink *progress;
    char *piece; /* PIECE bytes */
    uint64_t bytes;
} warming;

static void rest(int64_t nanoseconds)
{
    if (nanoseconds > FROM_CACHE)
        usleep((useconds_t)(nanoseconds / 1000 < 1000000 ? nanoseconds / 1000 : 1000000));
}

static ss_status warm_file(void *context, const char *path, const char *name, ss_error *error)
{
    warming *run = context;
    ss_status status = SS_OK;
    ssize_t size = 1;
    (void)name;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return ss_error_io(error, path, "cannot open the file");
    while (size > 0 && status == SS_OK) {
        int64_t begun = ss_clock_monotonic();
        size = read(fd, run->piece, PIECE);
        if (size < 0 && errno == EINTR)
            size = 1;
        else if (size < 0)
            status = ss_error_io(error, path, "cannot read the file");
        else
            run->bytes += (uint64_t)size;
        const ss_progress at = {"warm", run->bytes, 0, "bytes", NAN, false};
        if (status == SS_OK && !ss_progress_tell(run->progress, &at))
            status = ss_error_set(error, SS_E_CANCELLED, "stopped on request");
        rest(ss_clock_monotonic() - begun);
    }
    close(fd);
    return status;
}

ss_status ss_warm_folder(const char *path, ss_progress_sink *progress, ss_error *error)
{
    warming run = {progress, ss_array_new(PIECE, 1), 0};
    if (!run.piece)
        return ss_error_nomem(error);
    ss_status status = ss_generation_each_file(path, warm_file, &run, error);
    free(run.piece);
    return status;
}

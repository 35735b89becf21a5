#include "base/wake.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

ss_status ss_wake_open(int *wake, ss_error *error)
{
    *wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return *wake < 0 ? ss_error_io(error, "eventfd", "cannot make one") : SS_OK;
}

void ss_wake_close(int *wake)
{
    if (*wake >= 0)
        close(*wake);
    *wake = -1;
}

void ss_wake(int wake)
{
    int reason = errno;
    uint64_t one = 1;
    while (write(wake, &one, sizeof one) < 0 && errno == EINTR)
        continue;
    errno = reason;
}

void ss_wake_clear(int wake)
{
    int reason = errno;
    uint64_t count;
    while (read(wake, &count, sizeof count) < 0 && errno == EINTR)
        continue;
    errno = reason;
}

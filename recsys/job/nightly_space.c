#include "job/nightly_space.h"

#include <sys/statvfs.h>

/* Bytes of free room; below 0: it cannot be told. */
static double room_of(const char *folder)
{
    struct statvfs info;
    return statvfs(folder, &info) == 0 ? (double)info.f_bavail * (double)info.f_frsize : -1;
}

bool ss_space_suffices(const char *folder, uint64_t bytes, double factor)
{
    double room = room_of(folder);
    return bytes == 0 || room < 0 || room >= (double)bytes * factor;
}

ss_status ss_space_check(const char *folder, uint64_t bytes, double factor, ss_checks *checks, ss_error *error)
{
    double room = room_of(folder), wanted = (double)bytes * factor;
    if (room < 0)
        return ss_error_io(error, folder, "cannot tell how much room there is");
    if (bytes == 0)
        return ss_checks_add(checks, "disk", room, 0, SS_CHECK_SKIPPED, error,
                             "%.0f MB are free for %s; there is no generation yet that tells how much is needed",
                             room / 1e6, folder);
    if (room < wanted)
        return ss_checks_add(
            checks, "disk", room, wanted, SS_CHECK_REFUSED, error,
            "the disk is full: %.0f MB are free for %s, and a generation of %.0f MB needs %.0f MB while "
            "it is made; make room, or keep fewer generations (nightly.keep)",
            room / 1e6, folder, (double)bytes / 1e6, wanted / 1e6);
    return ss_checks_add(checks, "disk", room, wanted, SS_CHECK_PASSED, error,
                         "%.0f MB are free for %s, %.0f MB are needed", room / 1e6, folder, wanted / 1e6);
}

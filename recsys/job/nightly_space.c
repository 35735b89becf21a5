#include "job/nightly_space.h"

#include <sys/statvfs.h>

ss_status ss_space_check(const char *folder, uint64_t bytes, double factor, ss_checks *checks, ss_error *error)
{
    struct statvfs info;
    if (statvfs(folder, &info) != 0)
        return ss_error_io(error, folder, "cannot tell how much room there is");
    double room = (double)info.f_bavail * (double)info.f_frsize, wanted = (double)bytes * factor;
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

/*
 * nightly_warm.h: reads a generation into the page cache before servers map it, so that the first visitors do not wait for
 * the disk. Gently: after each piece that the disk had to bring it rests as long as that took. One thread.
 */
#ifndef SS_JOB_NIGHTLY_WARM_H
#define SS_JOB_NIGHTLY_WARM_H

#include "base/progress.h"
#include "base/status.h"

/* All files of the folder `path`. SS_E_IO, SS_E_NOMEM, SS_E_CANCELLED. */
ss_status ss_warm_folder(const char *path, ss_progress_sink *progress, ss_error *error);

#endif

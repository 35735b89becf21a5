/*
 * file_glob.h: names of files by pattern ("orders-*.csv.gz", glob(7)), so that a log may grow by a file a day. Safe from
 * any thread.
 */
#ifndef SS_LOG_FILE_GLOB_H
#define SS_LOG_FILE_GLOB_H

#include "base/status.h"

typedef struct ss_file_glob {
    char **paths; /* owned, as is the array */
    size_t count, capacity;
} ss_file_glob;

/*
 * The names that `names` stand for, in their order; those of one pattern by their bytes. A name without `*`, `?` or `[`,
 * and one that a file has as it stands, is taken as it is, whether or not there is a file. Folders do not count.
 * SS_E_NOT_FOUND: nothing matches a pattern. SS_E_ARGUMENT: a pattern matches a file that is named already, whose rows
 * would count twice. SS_E_IO, SS_E_NOMEM. `found` is to be zeroed before, and freed whatever comes.
 */
ss_status ss_file_glob_expand(const char *const *names, size_t count, ss_file_glob *found, ss_error *error);
void ss_file_glob_free(ss_file_glob *found);

#endif

/*
 * environment.h: the LMDB environment in STORE/state, shared by the tables of this folder; others use the tables.
 *
 * One process at a time may write (an flock on STORE/state/writer, which the kernel lets go of however the process
 * ends); any number may read, at the same time. A process may have it open once. The map is a large range of addresses:
 * neither memory nor disk is used for what is not filled. Personal data: the files can be read by owner and group only.
 *
 * A file that something else has damaged gives SS_E_CORRUPT where that can be seen: no database, cut short, pages of
 * zeros; and the records of events have checksums. Noise over the head of a page is not seen: LMDB follows it, and may
 * end the process.
 */
#ifndef SS_STATE_ENVIRONMENT_H
#define SS_STATE_ENVIRONMENT_H

#include "base/status.h"

#include <lmdb.h>

#define SS_STATE_FOLDER "state"

typedef struct ss_environment ss_environment;

/*
 * map_bytes: to write: the most that all tables together may hold, makes what is missing. 0: to read.
 * SS_E_NOT_FOUND (read: no state), SS_E_BUSY (another process writes), SS_E_CORRUPT (no database, cut short),
 * SS_E_UNSUPPORTED (of another version), SS_E_IO, SS_E_NOMEM; the error names the path.
 */
ss_status ss_environment_open(const char *store, uint64_t map_bytes, ss_environment **environment, ss_error *error);
void ss_environment_close(ss_environment **environment);

MDB_env *ss_environment_lmdb(const ss_environment *environment);    /* borrowed: valid until close */
const char *ss_environment_path(const ss_environment *environment); /* borrowed: STORE/state */

/* The table `name` with LMDB's `flags`, made when it is missing and the environment is open to write. Errors as above.
 */
ss_status ss_environment_table(ss_environment *environment, const char *name, unsigned flags, MDB_dbi *table,
                               ss_error *error);

/*
 * What LMDB's `code` (not 0) means: SS_E_LIMIT (the map is full), SS_E_IO (the disk is full, …), SS_E_CORRUPT,
 * SS_E_BUSY (too many readers; the map of another process has grown), SS_E_NOMEM. `doing`: "cannot append events".
 */
ss_status ss_environment_error(const ss_environment *environment, int code, const char *doing, ss_error *error);

/* SS_E_CORRUPT about an entry of a table. */
ss_status ss_environment_corrupt(const ss_environment *environment, const char *message, ss_error *error);

#endif

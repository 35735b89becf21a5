/*
 * environment.h: the LMDB environment in STORE/state, opened above the tables of this folder and shared by them.
 *
 * Writing: every change of any table waits in one open transaction until ss_environment_sync puts all that waits on the
 * disk at once. A table makes its changes inside of ss_environment_begin … ss_environment_end, which fail alone. What
 * waits is seen by no reader, and is lost in a crash. (Committing without a sync would lose less to kill -9, but a
 * power cut could then leave LMDB a root that leads to pages never written, and take everything with it.) One thread
 * writes: begin, end, sync, follow and close belong to it; reading is for any thread, in transactions of its own.
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
#include <stdbool.h>

#define SS_STATE_FOLDER "state"

typedef struct ss_environment ss_environment;

/*
 * map_bytes: to write: the most that all tables together may hold, makes what is missing, and raises the version of an
 * earlier one, which programs of that time refuse then. 0: to read.
 * SS_E_NOT_FOUND (read: no state), SS_E_BUSY (another process writes), SS_E_CORRUPT (no database, cut short),
 * SS_E_UNSUPPORTED (of another version), SS_E_IO, SS_E_NOMEM; the error names the path.
 */
ss_status ss_environment_open(const char *store, uint64_t map_bytes, ss_environment **environment, ss_error *error);

/* Syncs what waits, as far as it can. The tables must be closed and readers gone. */
void ss_environment_close(ss_environment **environment);

MDB_env *ss_environment_lmdb(const ss_environment *environment);    /* borrowed: valid until close */
const char *ss_environment_path(const ss_environment *environment); /* borrowed: STORE/state */

/*
 * The table `name` with LMDB's `flags`, made when it is missing and the environment is open to write. To be opened
 * before anything waits. SS_E_NOT_FOUND: it is missing. Errors as above.
 */
ss_status ss_environment_table(ss_environment *environment, const char *name, unsigned flags, MDB_dbi *table,
                               ss_error *error);

bool ss_environment_writes(const ss_environment *environment); /* is it open to write? */

/* ---- writing ---- */

/*
 * A transaction inside of which changes are made that hold together, to be ended before the next is begun: within the
 * open one where changes wait, so that it can fail without them. SS_E_ARGUMENT (open to read), SS_E_NOMEM, SS_E_IO, …
 */
ss_status ss_environment_begin(ss_environment *environment, MDB_txn **txn, ss_error *error);

/* Ends it: its changes wait for the sync (`keep`), or have never been. On an error they have never been either. */
ss_status ss_environment_end(ss_environment *environment, MDB_txn *txn, bool keep, ss_error *error);

/*
 * The same for changes that hardly ever fail: while the map has plenty of room left they are made in the open transaction
 * itself, which saves a copy of each page that they touch. What they cost when they do fail: *alone is false, and not to
 * keep them takes with it all that waits, as a sync that fails does. That happens once: from then on until it is opened
 * again they are made as by ss_environment_begin, as they are when *alone is true.
 */
ss_status ss_environment_join(ss_environment *environment, MDB_txn **txn, bool *alone, ss_error *error);

/* Makes durable all that waits. After an error none of it is there. While something waits no other process can change
 * STORE/state. */
ss_status ss_environment_sync(ss_environment *environment, ss_error *error);

bool ss_environment_waits(const ss_environment *environment); /* is there something to sync? */

/*
 * A table that keeps more about its waiting changes than LMDB does is told what became of them: `settled` is called
 * after each sync, with `kept` false when they are lost. SS_E_LIMIT: too many followers. Followers are known by their
 * context.
 */
ss_status ss_environment_follow(ss_environment *environment, void (*settled)(void *context, bool kept), void *context,
                                ss_error *error);
void ss_environment_unfollow(ss_environment *environment, const void *context);

/* ---- errors ---- */

/*
 * What LMDB's `code` (not 0) means: SS_E_LIMIT (the map is full), SS_E_IO (the disk is full, …), SS_E_CORRUPT,
 * SS_E_BUSY (too many readers; the map of another process has grown), SS_E_NOMEM. `doing`: "cannot append events".
 */
ss_status ss_environment_error(const ss_environment *environment, int code, const char *doing, ss_error *error);

/* SS_E_CORRUPT about an entry of a table. */
ss_status ss_environment_corrupt(const ss_environment *environment, const char *message, ss_error *error);

#endif

#include "state/environment.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define WRITER_FILE   "writer"
#define DATA_FILE     "data.mdb"
#define FILE_MODE     0640
#define TABLES_MAX    16
#define READERS_MAX   126
#define FULL_BELOW    65536u /* bytes that a file system has left: less than a transaction may need */
#define FOLLOWERS_MAX TABLES_MAX
#define PLENTY        ((uint64_t)1 << 30) /* bytes of the map: more than waits for a sync in any second */

/* The end of the file may lack pages that were taken and given back within one transaction, never many. */
#define MISSING_MAX (1 << 20)

static const char ABOUT[] = "about", FORMAT[] = "format";
/* 2: decisions that are due together share an entry of the agenda (offer_agenda.h). 1 is read too. */
static const uint32_t format_version = 2, oldest_version = 1;

typedef struct follower {
    void (*settled)(void *context, bool kept);
    void *context;
} follower;

struct ss_environment {
    MDB_env *lmdb; /* owned */
    MDB_txn *open; /* owned; holds what waits for a sync; NULL: nothing does */
    int lock;      /* owned; -1: open to read */
    bool joined;   /* the changes under way are made in the open transaction, in which others wait */
    bool careful;  /* such changes have failed before */
    follower followers[FOLLOWERS_MAX];
    size_t follower_count;
    char path[PATH_MAX];
};

/* ---- errors ---- */

static ss_status status_of(int code)
{
    switch (code) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
        return SS_E_LIMIT;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_PANIC:
    case MDB_INCOMPATIBLE:
    case MDB_NOTFOUND:
        return SS_E_CORRUPT;
    case MDB_VERSION_MISMATCH:
        return SS_E_UNSUPPORTED;
    case MDB_READERS_FULL:
    case MDB_MAP_RESIZED:
    case EBUSY:
        return SS_E_BUSY;
    case ENOMEM:
        return SS_E_NOMEM;
    default:
        return SS_E_IO;
    }
}

/* LMDB calls a write that was cut short an error of input and output, where it is mostly the disk that is full. */
static int cause_of(const ss_environment *environment, int code)
{
    struct statvfs system;
    if (code != EIO || statvfs(environment->path, &system) != 0)
        return code;
    return (uint64_t)system.f_bavail * system.f_frsize < FULL_BELOW ? ENOSPC : code;
}

ss_status ss_environment_error(const ss_environment *environment, int code, const char *doing, ss_error *error)
{
    ss_status status = status_of(code);
    code = cause_of(environment, code);
    if (code > 0) {
        ss_error_set(error, status, "%s", doing);
        if (error)
            error->os_errno = code;
    } else {
        ss_error_set(error, status, "%s: %s", doing, mdb_strerror(code));
    }
    ss_error_place(error, environment->path, 0);
    return status;
}

ss_status ss_environment_corrupt(const ss_environment *environment, const char *message, ss_error *error)
{
    ss_error_set(error, SS_E_CORRUPT, "%s", message);
    ss_error_place(error, environment->path, 0);
    return SS_E_CORRUPT;
}

/* ---- opening ---- */

static ss_status lock_writer(ss_environment *environment, ss_error *error)
{
    char path[PATH_MAX];
    ss_status status = ss_file_join(path, sizeof path, environment->path, WRITER_FILE, error);
    if (status != SS_OK)
        return status;
    environment->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (environment->lock < 0)
        return ss_error_io(error, path, "cannot open");
    if (flock(environment->lock, LOCK_EX | LOCK_NB) == 0)
        return SS_OK;
    if (errno != EWOULDBLOCK)
        return ss_error_io(error, path, "cannot lock");
    ss_error_set(error, SS_E_BUSY, "another process writes to this state");
    ss_error_place(error, environment->path, 0);
    return SS_E_BUSY;
}

/*
 * What lies beyond the end of the file must not be read through the map. A few pages that were never written are made
 * up for; a file that lacks more was cut.
 */
static ss_status check_length(ss_environment *environment, ss_error *error)
{
    MDB_envinfo info;
    MDB_stat sizes;
    struct stat about;
    int fd = -1;
    int code = mdb_env_info(environment->lmdb, &info);
    if (code == 0)
        code = mdb_env_stat(environment->lmdb, &sizes);
    if (code == 0)
        code = mdb_env_get_fd(environment->lmdb, &fd);
    if (code != 0)
        return ss_environment_error(environment, code, "cannot look at the state", error);
    if (fstat(fd, &about) != 0)
        return ss_error_io(error, environment->path, "cannot look at the state");
    uint64_t needed = ((uint64_t)info.me_last_pgno + 1) * sizes.ms_psize, size = (uint64_t)about.st_size;
    if (size + MISSING_MAX < needed)
        return ss_environment_corrupt(environment, "the database is cut short", error);
    if (environment->lock >= 0 && size < needed && ftruncate(fd, (off_t)needed) != 0)
        return ss_error_io(error, environment->path, "cannot extend the database");
    return SS_OK;
}

/* LMDB puts the first pages of a new file there unsynced, and could not open what a power cut leaves of them. */
static int make_database(const char *path)
{
    MDB_env *lmdb = NULL;
    int code = mdb_env_create(&lmdb);
    if (code == 0)
        code = mdb_env_open(lmdb, path, MDB_NOSUBDIR | MDB_NOLOCK, FILE_MODE);
    if (code == 0)
        code = mdb_env_sync(lmdb, 1);
    if (lmdb)
        mdb_env_close(lmdb);
    return code;
}

/* Makes the file aside, so that what bears its name is whole. */
static ss_status make_missing(const ss_environment *environment, ss_error *error)
{
    char path[PATH_MAX], aside[PATH_MAX];
    ss_status status;
    SS_TRY(ss_file_join(path, sizeof path, environment->path, DATA_FILE, error));
    SS_TRY(ss_file_join(aside, sizeof aside, environment->path, DATA_FILE ".new", error));
    if (access(path, F_OK) == 0)
        return SS_OK;
    if (unlink(aside) != 0 && errno != ENOENT)
        SS_TRY(ss_error_io(error, aside, "cannot remove"));
    int code = make_database(aside);
    if (code != 0)
        SS_TRY(ss_environment_error(environment, code, "cannot make the state", error));
    if (rename(aside, path) != 0)
        SS_TRY(ss_error_io(error, path, "cannot rename to"));
    SS_TRY(ss_file_sync_folder(environment->path, error));
out:
    return status;
}

static ss_status open_lmdb(ss_environment *environment, uint64_t map_bytes, ss_error *error)
{
    bool writes = map_bytes > 0;
    int code = mdb_env_create(&environment->lmdb);
    if (code == 0)
        code = mdb_env_set_maxdbs(environment->lmdb, TABLES_MAX);
    if (code == 0)
        code = mdb_env_set_maxreaders(environment->lmdb, READERS_MAX);
    if (code == 0 && writes)
        code = mdb_env_set_mapsize(environment->lmdb, (size_t)map_bytes);
    if (code == 0)
        code = mdb_env_open(environment->lmdb, environment->path, MDB_NOTLS | (writes ? 0 : MDB_RDONLY), FILE_MODE);
    if (code == 0)
        return SS_OK;
    bool none = code == ENOENT && !writes;
    ss_environment_error(environment, code,
                         none ? "there is no live state: `smartshelf serve` makes it" : "cannot open the state", error);
    if (code == ENOENT && error)
        error->status = SS_E_NOT_FOUND;
    return code == ENOENT ? SS_E_NOT_FOUND : status_of(code);
}

/* The version of the tables, which who writes raises to ours, in a new environment too. *known: we can read it. */
static int settle_version(MDB_txn *txn, MDB_dbi about, bool writes, bool *known)
{
    uint32_t version = 0;
    MDB_val key = {sizeof FORMAT - 1, (void *)(uintptr_t)FORMAT}, value;
    MDB_val ours = {sizeof format_version, (void *)(uintptr_t)&format_version};
    int code = mdb_get(txn, about, &key, &value);
    bool new = code == MDB_NOTFOUND && writes;
    if (code != 0 && !new)
        return code;
    if (!new && value.mv_size == sizeof version)
        memcpy(&version, value.mv_data, sizeof version);
    *known = new || (version >= oldest_version && version <= format_version);
    return writes && *known && version < format_version ? mdb_put(txn, about, &key, &ours, 0) : 0;
}

static ss_status check_format(ss_environment *environment, ss_error *error)
{
    MDB_dbi about;
    MDB_txn *txn = NULL;
    bool writes = environment->lock >= 0, known = false;
    ss_status status = ss_environment_table(environment, ABOUT, 0, &about, error);
    if (status != SS_OK)
        return status;
    int code = mdb_txn_begin(environment->lmdb, NULL, writes ? 0 : MDB_RDONLY, &txn);
    if (code == 0)
        code = settle_version(txn, about, writes, &known);
    if (code == 0) {
        code = mdb_txn_commit(txn);
        txn = NULL;
    }
    if (txn)
        mdb_txn_abort(txn);
    if (code != 0)
        return ss_environment_error(environment, code, "cannot read the version of the state", error);
    if (!known)
        return ss_environment_error(environment, MDB_VERSION_MISMATCH, "cannot use the state", error);
    return SS_OK;
}

static ss_status open_parts(ss_environment *environment, const char *store, uint64_t map_bytes, ss_error *error)
{
    ss_status status;
    SS_TRY(ss_file_join(environment->path, sizeof environment->path, store, SS_STATE_FOLDER, error));
    if (map_bytes > 0) {
        SS_TRY(ss_file_make_inside(store, environment->path, error));
        SS_TRY(lock_writer(environment, error));
        SS_TRY(make_missing(environment, error));
    }
    SS_TRY(open_lmdb(environment, map_bytes, error));
    SS_TRY(check_length(environment, error));
    SS_TRY(check_format(environment, error));
out:
    return status;
}

ss_status ss_environment_open(const char *store, uint64_t map_bytes, ss_environment **environment, ss_error *error)
{
    ss_environment *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    opened->lock = -1;
    ss_status status = open_parts(opened, store, map_bytes, error);
    if (status == SS_OK)
        *environment = opened;
    else
        ss_environment_close(&opened);
    return status;
}

void ss_environment_close(ss_environment **environment)
{
    int kept_errno = errno;
    if (*environment)
        ss_environment_sync(*environment, NULL);
    if (*environment && (*environment)->lmdb)
        mdb_env_close((*environment)->lmdb);
    if (*environment && (*environment)->lock >= 0)
        close((*environment)->lock);
    free(*environment);
    *environment = NULL;
    errno = kept_errno;
}

MDB_env *ss_environment_lmdb(const ss_environment *environment)
{
    return environment->lmdb;
}

const char *ss_environment_path(const ss_environment *environment)
{
    return environment->path;
}

ss_status ss_environment_table(ss_environment *environment, const char *name, unsigned flags, MDB_dbi *table,
                               ss_error *error)
{
    MDB_txn *txn = NULL;
    bool writes = environment->lock >= 0;
    int code = mdb_txn_begin(environment->lmdb, NULL, writes ? 0 : MDB_RDONLY, &txn);
    if (code == 0)
        code = mdb_dbi_open(txn, name, flags | (writes ? MDB_CREATE : 0), table);
    if (code == 0) {
        code = mdb_txn_commit(txn);
        txn = NULL;
    }
    if (txn)
        mdb_txn_abort(txn);
    if (code == MDB_NOTFOUND) {
        ss_error_set(error, SS_E_NOT_FOUND, "the state has no table '%s'", name);
        ss_error_place(error, environment->path, 0);
        return SS_E_NOT_FOUND;
    }
    return code == 0 ? SS_OK : ss_environment_error(environment, code, "cannot open a table of the state", error);
}

bool ss_environment_writes(const ss_environment *environment)
{
    return environment->lock >= 0;
}

/* ---- writing ---- */

ss_status ss_environment_begin(ss_environment *environment, MDB_txn **txn, ss_error *error)
{
    if (!ss_environment_writes(environment))
        return ss_error_set(error, SS_E_ARGUMENT, "the state is open to read only");
    int code = mdb_txn_begin(environment->lmdb, environment->open, 0, txn);
    if (code != 0)
        return ss_environment_error(environment, code, "cannot change the state", error);
    if (!environment->open)
        environment->open = *txn;
    return SS_OK;
}

/* Room in the map as of the last sync. */
static bool has_plenty(const ss_environment *environment)
{
    MDB_envinfo info;
    MDB_stat sizes;
    return mdb_env_info(environment->lmdb, &info) == 0 && mdb_env_stat(environment->lmdb, &sizes) == 0 &&
           info.me_mapsize / sizes.ms_psize > info.me_last_pgno + PLENTY / sizes.ms_psize;
}

ss_status ss_environment_join(ss_environment *environment, MDB_txn **txn, bool *alone, ss_error *error)
{
    *alone = !environment->open || environment->careful || !has_plenty(environment);
    if (*alone)
        return ss_environment_begin(environment, txn, error);
    environment->joined = true;
    *txn = environment->open;
    return SS_OK;
}

static void tell_followers(const ss_environment *environment, bool kept)
{
    for (size_t i = 0; i < environment->follower_count; i++)
        environment->followers[i].settled(environment->followers[i].context, kept);
}

/* Of changes made among others', which cannot be undone alone. */
static void give_up_all(ss_environment *environment)
{
    mdb_txn_abort(environment->open);
    environment->open = NULL;
    environment->careful = true;
    tell_followers(environment, false);
}

ss_status ss_environment_end(ss_environment *environment, MDB_txn *txn, bool keep, ss_error *error)
{
    bool outermost = txn == environment->open, joined = environment->joined;
    environment->joined = false;
    if (!keep && joined) {
        give_up_all(environment);
        return SS_OK;
    }
    if (!keep) {
        mdb_txn_abort(txn);
        environment->open = outermost ? NULL : environment->open;
        return SS_OK;
    }
    int code = outermost ? 0 : mdb_txn_commit(txn);
    return code == 0 ? SS_OK : ss_environment_error(environment, code, "cannot change the state", error);
}

ss_status ss_environment_sync(ss_environment *environment, ss_error *error)
{
    if (!environment->open)
        return SS_OK;
    int code = mdb_txn_commit(environment->open);
    environment->open = NULL;
    tell_followers(environment, code == 0);
    return code == 0 ? SS_OK : ss_environment_error(environment, code, "cannot write the state to the disk", error);
}

bool ss_environment_waits(const ss_environment *environment)
{
    return environment->open != NULL;
}

ss_status ss_environment_follow(ss_environment *environment, void (*settled)(void *context, bool kept), void *context,
                                ss_error *error)
{
    if (environment->follower_count == FOLLOWERS_MAX)
        return ss_error_set(error, SS_E_LIMIT, "more than %u followers of the state", FOLLOWERS_MAX);
    environment->followers[environment->follower_count++] = (follower){settled, context};
    return SS_OK;
}

void ss_environment_unfollow(ss_environment *environment, const void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < environment->follower_count; i++)
        if (environment->followers[i].context != context)
            environment->followers[kept++] = environment->followers[i];
    environment->follower_count = kept;
}

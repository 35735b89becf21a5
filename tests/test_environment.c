/* test_environment.c: one writer, many readers; folders that hold no state, another's, or a damaged one. */
#include "event_sample.h"

#include "failing_malloc.h"
#include "state/environment.h"
#include "temporary_folder.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define MAP   (UINT64_C(16) << 20)
#define ROOMY (UINT64_C(4) << 30)

static ss_status try_open(const char *folder, uint64_t map_bytes, ss_error *error)
{
    ss_environment *environment = NULL;
    ss_status status = ss_environment_open(folder, map_bytes, &environment, error);
    assert_true((status == SS_OK) == (environment != NULL));
    ss_environment_close(&environment);
    return status;
}

static const char *data_file(const char *folder, char *path)
{
    return temporary_path(path, folder, "state/data.mdb");
}

static void opening_makes_what_is_missing(void **state)
{
    char store[TEMPORARY_PATH_MAX], data[TEMPORARY_PATH_MAX];
    struct stat about;
    ss_error error;
    temporary_path(store, *state, "a/b");
    assert_status(try_open(store, 0, &error), SS_E_NOT_FOUND);
    expect_ok(try_open(store, MAP, &error), &error);
    expect_ok(try_open(store, MAP, &error), &error);
    expect_ok(try_open(store, 0, &error), &error);
    assert_int_equal(stat(data_file(store, data), &about), 0);
    assert_int_equal(about.st_mode & 07, 0);
    assert_true(about.st_size < (1 << 20));
}

/* In a process of its own, because one process may have it open once; the status comes back as the exit code. */
static ss_status open_elsewhere(const char *folder, uint64_t map_bytes)
{
    int code = 0;
    pid_t child = fork();
    if (child == 0)
        _exit((int)try_open(folder, map_bytes, NULL));
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_true(WIFEXITED(code));
    return (ss_status)WEXITSTATUS(code);
}

static void one_process_writes(void **state)
{
    ss_environment *environment = NULL;
    ss_error error;
    expect_ok(ss_environment_open(*state, MAP, &environment, &error), &error);
    assert_status(open_elsewhere(*state, MAP), SS_E_BUSY);
    assert_status(open_elsewhere(*state, 0), SS_OK);
    ss_environment_close(&environment);
    ss_environment_close(&environment);
    assert_status(open_elsewhere(*state, MAP), SS_OK);
}

static void write_at(const char *folder, off_t at, const void *bytes, size_t size)
{
    char path[TEMPORARY_PATH_MAX];
    int fd = open(data_file(folder, path), O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, size, at), size);
    close(fd);
}

static MDB_val version_key = {6, "format"};

static void set_version(const char *folder, void *version, size_t size)
{
    ss_environment *environment = NULL;
    ss_error error;
    MDB_dbi about;
    MDB_txn *txn;
    MDB_val value = {size, version};
    expect_ok(ss_environment_open(folder, MAP, &environment, &error), &error);
    expect_ok(ss_environment_table(environment, "about", 0, &about, &error), &error);
    assert_int_equal(mdb_txn_begin(ss_environment_lmdb(environment), NULL, 0, &txn), 0);
    assert_int_equal(mdb_put(txn, about, &version_key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    ss_environment_close(&environment);
}

static uint32_t version_of(const char *folder, uint64_t map_bytes)
{
    ss_environment *environment = NULL;
    ss_error error;
    MDB_dbi about;
    MDB_txn *txn;
    MDB_val value;
    uint32_t version;
    expect_ok(ss_environment_open(folder, map_bytes, &environment, &error), &error);
    expect_ok(ss_environment_table(environment, "about", 0, &about, &error), &error);
    assert_int_equal(mdb_txn_begin(ss_environment_lmdb(environment), NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_get(txn, about, &version_key, &value), 0);
    assert_int_equal(value.mv_size, sizeof version);
    memcpy(&version, value.mv_data, sizeof version);
    mdb_txn_abort(txn);
    ss_environment_close(&environment);
    return version;
}

static void another_version_is_refused(void **state)
{
    static const uint32_t others[] = {0, 3, UINT32_MAX};
    ss_error error;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char folder[TEMPORARY_PATH_MAX];
        uint32_t version = others[i];
        snprintf(folder, sizeof folder, "%s/%zu", (const char *)*state, i);
        assert_int_equal(mkdir(folder, 0755), 0);
        set_version(folder, &version, sizeof version);
        assert_status(try_open(folder, MAP, &error), SS_E_UNSUPPORTED);
        assert_non_null(strstr(error.where, "state"));
        assert_status(try_open(folder, 0, &error), SS_E_UNSUPPORTED);
    }
    set_version(*state, "1", 1);
    assert_status(try_open(*state, MAP, &error), SS_E_UNSUPPORTED);
}

/* So that the program which wrote it refuses what it cannot read any more, and does not call it corrupt. */
static void an_earlier_version_is_raised_by_who_writes(void **state)
{
    uint32_t earlier = 1;
    set_version(*state, &earlier, sizeof earlier);
    assert_int_equal(version_of(*state, 0), 1);
    assert_int_equal(version_of(*state, MAP), 2);
    assert_int_equal(version_of(*state, 0), 2);
}

static void what_is_no_database_is_refused(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    unsigned char bytes[4096];
    ss_error error;
    expect_ok(try_open(*state, MAP, &error), &error);
    memset(bytes, 0xA5, sizeof bytes);
    write_at(*state, 0, bytes, sizeof bytes);
    assert_status(try_open(*state, MAP, &error), SS_E_CORRUPT);
    assert_status(try_open(*state, 0, &error), SS_E_CORRUPT);
    assert_int_equal(truncate(data_file(*state, path), 100), 0);
    assert_status(try_open(*state, MAP, &error), SS_E_CORRUPT);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_status(try_open(*state, MAP, &error), SS_E_IO);
}

static void a_file_in_the_folders_place_is_refused(void **state)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    close(open(temporary_path(path, *state, "state"), O_WRONLY | O_CREAT, 0600));
    assert_status(try_open(*state, MAP, &error), SS_E_IO);
    assert_true(try_open(*state, 0, &error) != SS_OK);
}

/* ---- changes that wait ---- */

typedef struct settled_counts {
    int kept, lost;
} settled_counts;

static void count_settled(void *context, bool kept)
{
    settled_counts *counts = context;
    counts->kept += kept;
    counts->lost += !kept;
}

/* Puts a number under itself in a transaction of its own that is kept or not. */
static void put_number(ss_environment *environment, MDB_dbi table, uint64_t number, bool keep)
{
    MDB_txn *txn = NULL;
    MDB_val value = {sizeof number, &number};
    ss_error error;
    expect_ok(ss_environment_begin(environment, &txn, &error), &error);
    assert_int_equal(mdb_put(txn, table, &value, &value, 0), 0);
    expect_ok(ss_environment_end(environment, txn, keep, &error), &error);
}

static size_t entries(const ss_environment *environment, MDB_dbi table)
{
    MDB_txn *txn = NULL;
    MDB_stat sizes;
    assert_int_equal(mdb_txn_begin(ss_environment_lmdb(environment), NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_stat(txn, table, &sizes), 0);
    mdb_txn_abort(txn);
    return sizes.ms_entries;
}

static void changes_of_all_tables_wait_for_one_sync(void **state)
{
    ss_environment *environment = NULL;
    MDB_dbi one, two;
    settled_counts counts = {0, 0};
    ss_error error;
    expect_ok(ss_environment_open(*state, MAP, &environment, &error), &error);
    expect_ok(ss_environment_table(environment, "one", MDB_INTEGERKEY, &one, &error), &error);
    expect_ok(ss_environment_table(environment, "two", MDB_INTEGERKEY, &two, &error), &error);
    expect_ok(ss_environment_follow(environment, count_settled, &counts, &error), &error);
    put_number(environment, one, 1, false);
    assert_false(ss_environment_waits(environment));
    put_number(environment, one, 2, true);
    put_number(environment, two, 3, true);
    put_number(environment, two, 4, false);
    assert_true(ss_environment_waits(environment));
    assert_int_equal(entries(environment, one) + entries(environment, two), 0);
    expect_ok(ss_environment_sync(environment, &error), &error);
    assert_false(ss_environment_waits(environment));
    assert_true(entries(environment, one) == 1 && entries(environment, two) == 1);
    assert_true(counts.kept == 1 && counts.lost == 0);
    expect_ok(ss_environment_sync(environment, &error), &error);
    assert_int_equal(counts.kept, 1);
    ss_environment_unfollow(environment, &counts);
    put_number(environment, one, 5, true);
    ss_environment_close(&environment); /* syncs it */
    expect_ok(ss_environment_open(*state, 0, &environment, &error), &error);
    expect_ok(ss_environment_table(environment, "one", MDB_INTEGERKEY, &one, &error), &error);
    assert_int_equal(entries(environment, one), 2);
    assert_true(counts.kept == 1 && counts.lost == 0);
    ss_environment_close(&environment);
}

/* The same of changes that hardly ever fail; were they made by themselves? */
static bool join_number(ss_environment *environment, MDB_dbi table, uint64_t number, bool keep)
{
    MDB_txn *txn = NULL;
    MDB_val value = {sizeof number, &number};
    bool alone;
    ss_error error;
    expect_ok(ss_environment_join(environment, &txn, &alone, &error), &error);
    assert_int_equal(mdb_put(txn, table, &value, &value, 0), 0);
    expect_ok(ss_environment_end(environment, txn, keep, &error), &error);
    return alone;
}

static void changes_join_those_that_wait_where_there_is_room(void **state)
{
    ss_environment *environment = NULL;
    MDB_dbi table;
    settled_counts counts = {0, 0};
    ss_error error;
    expect_ok(ss_environment_open(*state, ROOMY, &environment, &error), &error);
    expect_ok(ss_environment_table(environment, "one", MDB_INTEGERKEY, &table, &error), &error);
    expect_ok(ss_environment_follow(environment, count_settled, &counts, &error), &error);
    assert_true(join_number(environment, table, 1, false)); /* nothing waits */
    assert_true(!ss_environment_waits(environment) && counts.lost == 0);
    assert_true(join_number(environment, table, 2, true));
    assert_false(join_number(environment, table, 3, true));
    put_number(environment, table, 4, false);
    expect_ok(ss_environment_sync(environment, &error), &error);
    assert_int_equal(entries(environment, table), 2);
    put_number(environment, table, 5, true);
    assert_false(join_number(environment, table, 6, false)); /* takes what waits with it, once */
    assert_true(!ss_environment_waits(environment) && counts.lost == 1);
    put_number(environment, table, 7, true);
    assert_true(join_number(environment, table, 8, false));
    assert_true(join_number(environment, table, 9, true));
    expect_ok(ss_environment_sync(environment, &error), &error);
    assert_int_equal(entries(environment, table), 4);
    assert_true(counts.kept == 2 && counts.lost == 1);
    ss_environment_close(&environment);
}

static void changes_stay_by_themselves_where_there_is_little_room(void **state)
{
    ss_environment *environment = NULL;
    MDB_dbi table;
    ss_error error;
    expect_ok(ss_environment_open(*state, MAP, &environment, &error), &error);
    expect_ok(ss_environment_table(environment, "one", MDB_INTEGERKEY, &table, &error), &error);
    put_number(environment, table, 1, true);
    assert_true(join_number(environment, table, 2, false));
    expect_ok(ss_environment_sync(environment, &error), &error);
    assert_int_equal(entries(environment, table), 1);
    ss_environment_close(&environment);
}

static void a_reader_changes_nothing(void **state)
{
    ss_environment *environment = NULL;
    MDB_txn *txn = NULL;
    MDB_dbi table;
    ss_error error;
    expect_ok(try_open(*state, MAP, &error), &error);
    expect_ok(ss_environment_open(*state, 0, &environment, &error), &error);
    assert_false(ss_environment_writes(environment));
    assert_status(ss_environment_begin(environment, &txn, &error), SS_E_ARGUMENT);
    assert_status(ss_environment_table(environment, "missing", 0, &table, &error), SS_E_NOT_FOUND);
    ss_environment_close(&environment);
}

static void followers_are_told_what_is_lost(void **state)
{
    ss_environment *environment = NULL;
    MDB_dbi table;
    settled_counts counts = {0, 0};
    ss_error error;
    expect_ok(ss_environment_open(*state, MAP, &environment, &error), &error);
    expect_ok(ss_environment_table(environment, "one", MDB_INTEGERKEY, &table, &error), &error);
    expect_ok(ss_environment_follow(environment, count_settled, &counts, &error), &error);
    put_number(environment, table, 1, true);
    struct rlimit before, limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ss_status status = ss_environment_sync(environment, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_status(status, SS_E_IO);
    assert_true(counts.kept == 0 && counts.lost == 1);
    put_number(environment, table, 2, true);
    expect_ok(ss_environment_sync(environment, &error), &error);
    assert_int_equal(entries(environment, table), 1);
    for (int i = 0; ss_environment_follow(environment, count_settled, &counts, &error) == SS_OK; i++)
        assert_true(i < 100);
    assert_int_equal(error.status, SS_E_LIMIT);
    ss_environment_close(&environment);
}

static bool attempt(void *folder)
{
    ss_status status = try_open(folder, MAP, NULL);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    assert_in_range(failing_malloc_torture(attempt, *state), 1, 100);
}

#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(opening_makes_what_is_missing),
        WITH_FOLDER(one_process_writes),
        WITH_FOLDER(another_version_is_refused),
        WITH_FOLDER(an_earlier_version_is_raised_by_who_writes),
        WITH_FOLDER(what_is_no_database_is_refused),
        WITH_FOLDER(a_file_in_the_folders_place_is_refused),
        WITH_FOLDER(changes_of_all_tables_wait_for_one_sync),
        WITH_FOLDER(changes_join_those_that_wait_where_there_is_room),
        WITH_FOLDER(changes_stay_by_themselves_where_there_is_little_room),
        WITH_FOLDER(a_reader_changes_nothing),
        WITH_FOLDER(followers_are_told_what_is_lost),
        WITH_FOLDER(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

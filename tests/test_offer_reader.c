/* test_offer_reader.c: decisions one after another, beside a writer that adds and takes away, from another process. */
#include "offer_sample.h"

#include "state/offer_reader.h"
#include "temporary_folder.h"
#include <pthread.h>
#include <sys/wait.h>

static void add_some(offer_store *store, int count)
{
    offer_begin(store);
    for (int i = 0; i < count; i++)
        offer_add(store, offer_decision());
    offer_end(store, true);
    offer_sync(store);
}

static const ss_decision *next(ss_offer_reader *reader)
{
    const ss_decision *decision = NULL;
    ss_error error;
    expect_ok(ss_offer_reader_next(reader, &decision, &error), &error);
    return decision;
}

static void it_reads_what_was_there_when_it_was_opened(void **state)
{
    enum { COUNT = 1000 }; /* more than a chunk */
    offer_store store = offer_open(*state);
    ss_offer_reader *reader = NULL;
    ss_decision wanted = offer_decision();
    ss_error error;
    add_some(&store, COUNT);
    expect_ok(ss_offer_reader_open(store.environment, &reader, &error), &error);
    add_some(&store, 5);
    for (uint64_t number = 1; number <= COUNT; number++) {
        const ss_decision *got = next(reader);
        assert_non_null(got);
        wanted.number = number;
        for (size_t i = 0; i < wanted.offer_count; i++)
            wanted.offers[i].number = number * SS_OFFERS_MAX + i;
        assert_decisions_equal(got, &wanted);
        if (number % 100 == 0)
            add_some(&store, 1);
    }
    assert_null(next(reader));
    assert_null(next(reader));
    ss_offer_reader_close(&reader);
    ss_offer_reader_close(&reader);
    offer_close(&store);
}

static void a_store_without_decisions_says_so(void **state)
{
    ss_environment *environment = NULL;
    ss_offer_reader *reader = NULL;
    ss_error error;
    expect_ok(ss_environment_open(*state, OFFER_MAP, &environment, &error), &error);
    ss_environment_close(&environment);
    expect_ok(ss_environment_open(*state, 0, &environment, &error), &error);
    assert_status(ss_offer_reader_open(environment, &reader, &error), SS_E_NOT_FOUND);
    assert_null(reader);
    ss_environment_close(&environment);
}

/* How many there are, each whole and in order; -1: something is wrong. */
static int count_elsewhere(const char *folder)
{
    ss_environment *environment = NULL;
    ss_offer_reader *reader = NULL;
    const ss_decision *decision = NULL;
    uint64_t last = 0;
    int count = 0;
    ss_status status = ss_environment_open(folder, 0, &environment, NULL);
    if (status == SS_OK)
        status = ss_offer_reader_open(environment, &reader, NULL);
    while (status == SS_OK) {
        status = ss_offer_reader_next(reader, &decision, NULL);
        if (status != SS_OK || !decision)
            break;
        count = decision->number > last ? count + 1 : -1000;
        last = decision->number;
    }
    ss_offer_reader_close(&reader);
    ss_environment_close(&environment);
    return status == SS_OK ? count : -1;
}

static void another_process_reads_beside_the_writer(void **state)
{
    offer_store store = offer_open(*state);
    add_some(&store, 10);
    pid_t process = fork();
    if (process == 0) {
        int most = 0;
        for (int i = 0; i < 50 && most >= 0; i++) {
            int count = count_elsewhere(*state);
            most = count < most || count < 10 ? -1 : count;
        }
        _exit(most < 0);
    }
    for (int i = 0; i < 20; i++)
        add_some(&store, 20);
    int code = 0;
    assert_int_equal(waitpid(process, &code, 0), process);
    assert_int_equal(code, 0);
    offer_close(&store);
    assert_int_equal(count_elsewhere(*state), 410);
}

enum { READERS = 8 };

/* How many decisions each of them reads; -1: something is wrong. */
static void *count_in_thread(void *context)
{
    ss_offer_reader **readers = context;
    static int counts[READERS];
    for (int i = 0; i < READERS; i++) {
        const ss_decision *decision = NULL;
        for (counts[i] = 0; counts[i] >= 0; counts[i]++) {
            bool whole = ss_offer_reader_next(readers[i], &decision, NULL) == SS_OK;
            if (!whole || !decision || decision->offer_count != 2)
                counts[i] = whole && !decision ? counts[i] : -2;
            if (!decision || counts[i] < 0)
                break;
        }
    }
    return counts;
}

static void another_thread_reads_beside_the_writer(void **state)
{
    offer_store store = offer_open(*state);
    ss_offer_reader *readers[READERS] = {NULL};
    pthread_t thread;
    void *counts;
    ss_error error;
    add_some(&store, 700);
    for (int i = 0; i < READERS; i++)
        expect_ok(ss_offer_reader_open(store.environment, &readers[i], &error), &error);
    assert_int_equal(pthread_create(&thread, NULL, count_in_thread, readers), 0);
    for (int i = 0; i < 20; i++)
        add_some(&store, 20);
    assert_int_equal(pthread_join(thread, &counts), 0);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(((int *)counts)[i], 700);
        ss_offer_reader_close(&readers[i]);
    }
    offer_close(&store);
}

/* Byte by byte of a record: an error that names the decision. */
static void a_damaged_decision_is_an_error(void **state)
{
    offer_store store = offer_open(*state);
    ss_offer_reader *reader = NULL;
    const ss_decision *decision;
    MDB_txn *txn;
    MDB_dbi table;
    uint64_t number = 2;
    char bytes[1024];
    ss_error error;
    add_some(&store, 3);
    for (size_t at = 0, size = 1; at < size; at += 7) {
        MDB_val key = {sizeof number, &number}, value;
        assert_int_equal(mdb_txn_begin(ss_environment_lmdb(store.environment), NULL, 0, &txn), 0);
        assert_int_equal(mdb_dbi_open(txn, "offer_decisions", MDB_INTEGERKEY, &table), 0);
        assert_int_equal(mdb_get(txn, table, &key, &value), 0);
        size = value.mv_size;
        assert_in_range(size, 1, sizeof bytes);
        memcpy(bytes, value.mv_data, size);
        bytes[at] ^= 1;
        value.mv_data = bytes;
        assert_int_equal(mdb_put(txn, table, &key, &value, 0), 0);
        assert_int_equal(mdb_txn_commit(txn), 0);
        expect_ok(ss_offer_reader_open(store.environment, &reader, &error), &error);
        assert_non_null(next(reader));
        assert_status(ss_offer_reader_next(reader, &decision, &error), SS_E_CORRUPT);
        assert_int_equal(error.line, 2);
        assert_non_null(next(reader)); /* one may go on behind it */
        ss_offer_reader_close(&reader);
        bytes[at] ^= 1;
        assert_int_equal(mdb_txn_begin(ss_environment_lmdb(store.environment), NULL, 0, &txn), 0);
        assert_int_equal(mdb_put(txn, table, &key, &value, 0), 0);
        assert_int_equal(mdb_txn_commit(txn), 0);
    }
    offer_close(&store);
}

#define WITH_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, temporary_folder_set_up, temporary_folder_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(it_reads_what_was_there_when_it_was_opened),
        WITH_FOLDER(a_store_without_decisions_says_so),
        WITH_FOLDER(another_process_reads_beside_the_writer),
        WITH_FOLDER(another_thread_reads_beside_the_writer),
        WITH_FOLDER(a_damaged_decision_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

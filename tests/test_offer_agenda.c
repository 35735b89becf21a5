/* test_offer_agenda.c: what is put, taken out and asked of the agenda of offers, beside a plain list; entries as earlier programs wrote them. */
#include "check.h"

#include "state/offer_agenda.h"
#include "temporary_folder.h"
#include "testing.h"
#include <endian.h>

enum { TIMES = 5, NUMBERS = 300, ROUNDS = 20000 };
#define MAP  (UINT64_C(64) << 20)
#define NOON INT64_C(1700000000000000)

typedef struct list {
    bool there[TIMES][NUMBERS];
} list;

typedef struct world {
    ss_environment *environment;
    ss_offer_agenda agenda;
    MDB_txn *txn;
    list kept, step;
} world;

static void begin(world *all)
{
    ss_error error;
    expect_ok(ss_environment_begin(all->environment, &all->txn, &error), &error);
}

static void end(world *all, bool keep)
{
    ss_error error;
    if (keep)
        expect_ok(ss_offer_agenda_write(&all->agenda, all->txn, &error), &error);
    ss_offer_agenda_leave(&all->agenda);
    expect_ok(ss_environment_end(all->environment, all->txn, keep, &error), &error);
    *(keep ? &all->kept : &all->step) = keep ? all->step : all->kept;
}

static world open_world(const char *folder)
{
    world all = {.environment = NULL};
    ss_error error;
    expect_ok(ss_environment_open(folder, MAP, &all.environment, &error), &error);
    expect_ok(ss_offer_agenda_open(all.environment, &all.agenda, &error), &error);
    return all;
}

static void put(world *all, unsigned time, unsigned number)
{
    ss_error error;
    expect_ok(ss_offer_agenda_put(&all->agenda, all->txn, NOON + time, number, &error), &error);
    all->step.there[time][number] = true;
}

static void take_out(world *all, unsigned time, unsigned number)
{
    ss_error error;
    expect_ok(ss_offer_agenda_remove(&all->agenda, all->txn, NOON + time, number, &error), &error);
    all->step.there[time][number] = false;
}

static void check_first(world *all)
{
    int64_t time, due = INT64_MAX;
    uint64_t number, least = 0;
    ss_error error;
    for (unsigned i = TIMES * NUMBERS; i-- > 0;)
        if (all->step.there[i / NUMBERS][i % NUMBERS]) {
            due = NOON + i / NUMBERS;
            least = i % NUMBERS;
        }
    expect_ok(ss_offer_agenda_first(&all->agenda, all->txn, &time, &number, &error), &error);
    assert_int_equal(time, due);
    assert_int_equal(number, least);
}

static void check_has(world *all, unsigned time, unsigned number)
{
    bool has;
    ss_error error;
    expect_ok(ss_offer_agenda_has(&all->agenda, all->txn, NOON + time, number, &has, &error), &error);
    assert_int_equal(has, all->step.there[time][number]);
}

static void check_count(world *all)
{
    uint64_t count, there = 0;
    ss_error error;
    for (unsigned i = 0; i < TIMES * NUMBERS; i++)
        there += all->step.there[i / NUMBERS][i % NUMBERS];
    expect_ok(ss_offer_agenda_count(&all->agenda, all->txn, &count, &error), &error);
    assert_int_equal(count, there);
}

/* Mostly puts, so that many wait at once, and as many as have no room. */
static void do_something(world *all, ss_random *random)
{
    unsigned time = ss_random_below(random, TIMES), number = ss_random_below(random, NUMBERS);
    unsigned what = ss_random_below(random, 40);
    bool there = all->step.there[time][number];
    if (what < 26)
        put(all, time, number);
    else if (what < 34 && there)
        take_out(all, time, number);
    else if (what < 36)
        check_has(all, time, number);
    else if (what < 37)
        check_first(all);
    else if (what < 38)
        check_count(all);
    else if (what < 39) {
        end(all, ss_random_below(random, 3) > 0);
        begin(all);
    }
}

/* A decision due first is taken out when it is done, until none is left. */
static void empty(world *all)
{
    for (;;) {
        int64_t time;
        uint64_t number;
        ss_error error;
        check_first(all);
        expect_ok(ss_offer_agenda_first(&all->agenda, all->txn, &time, &number, &error), &error);
        if (time == INT64_MAX)
            return;
        take_out(all, (unsigned)(time - NOON), (unsigned)number);
    }
}

static void it_is_a_list(void **state)
{
    ss_random random = test_random();
    world all = open_world(*state);
    begin(&all);
    for (int i = 0; i < ROUNDS; i++)
        do_something(&all, &random);
    empty(&all);
    check_count(&all);
    end(&all, true);
    ss_environment_close(&all.environment);
}

/* One of a decision alone, as they once were. */
static void put_single(world *all, unsigned time, uint64_t number)
{
    uint64_t bytes[2] = {htobe64((uint64_t)NOON + time), htobe64(number)};
    MDB_val key = {sizeof bytes, bytes}, nothing = {0, NULL};
    assert_int_equal(mdb_put(all->txn, all->agenda.table, &key, &nothing, 0), 0);
    all->step.there[time][number] = true;
}

static void entries_of_earlier_programs_stay_until_they_are_due(void **state)
{
    world all = open_world(*state);
    begin(&all);
    for (unsigned number = 1; number < 10; number++)
        put_single(&all, number % 3, number);
    put(&all, 1, 70);
    put(&all, 3, 2);
    for (unsigned number = 0; number < 10; number++)
        check_has(&all, 1, number);
    check_count(&all);
    end(&all, true);
    begin(&all);
    take_out(&all, 0, 6);
    check_has(&all, 0, 6);
    check_count(&all);
    empty(&all);
    end(&all, false);
    ss_environment_close(&all.environment);
}

static void an_entry_that_is_none_is_said(void **state)
{
    static const struct {
        size_t key_size, value_size;
        char value;
    } all[] = {{12, 0, 0}, {12, 8, 0}, {12, 9, 1}, {16, 8, 1}, {7, 8, 1}};
    world of = open_world(*state);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char bytes[16] = {1}, numbers[9] = {all[i].value};
        MDB_val key = {all[i].key_size, bytes}, value = {all[i].value_size, numbers};
        int64_t time;
        uint64_t number;
        ss_error error;
        begin(&of);
        assert_int_equal(mdb_put(of.txn, of.agenda.table, &key, &value, 0), 0);
        assert_status(ss_offer_agenda_first(&of.agenda, of.txn, &time, &number, &error), SS_E_CORRUPT);
        assert_status(ss_offer_agenda_count(&of.agenda, of.txn, &number, &error), SS_E_CORRUPT);
        end(&of, false);
    }
    ss_environment_close(&of.environment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_a_list, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(entries_of_earlier_programs_stay_until_they_are_due, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(an_entry_that_is_none_is_said, temporary_folder_set_up,
                                        temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

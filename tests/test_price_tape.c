/* Prices on a tape come back as they went in, over many blocks, and every allocation may fail. */
#include "check.h"
#include "failing_malloc.h"

#include "log/price_tape.h"

#include <stdlib.h>

static void an_empty_tape_knows_nothing(void **state)
{
    (void)state;
    ss_price_tape tape = {0};
    assert_true(ss_price_tape_next(&tape) == SS_NO_MONEY);
    assert_false(tape.priced || tape.missing);
    ss_price_tape_release(&tape);
}

static int64_t random_price(ss_random *random)
{
    if (ss_random_below(random, 10) == 0)
        return SS_NO_MONEY;
    return (int64_t)(ss_random_u64(random) >> (2 + ss_random_below(random, 62)));
}

static void prices_come_back(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    ss_random random = test_random();
    int64_t *prices = malloc(COUNT * sizeof *prices);
    ss_price_tape tape = {0};
    for (size_t i = 0; i < COUNT; i++) {
        prices[i] = random_price(&random);
        assert_status(ss_price_tape_add(&tape, prices[i]), SS_OK);
    }
    assert_true(tape.priced && tape.missing);
    for (size_t i = 0; i < COUNT; i++)
        if (ss_price_tape_next(&tape) != prices[i])
            fail_msg("price %zu", i);
    for (int i = 0; i < 3; i++)
        assert_true(ss_price_tape_next(&tape) == SS_NO_MONEY);
    ss_price_tape_release(&tape);
    free(prices);
}

static bool fill(void *context)
{
    (void)context;
    ss_price_tape tape = {0};
    ss_status status = SS_OK;
    for (int i = 0; i < 20000 && status == SS_OK; i++)
        status = ss_price_tape_add(&tape, INT64_C(1) << 50);
    ss_price_tape_release(&tape);
    return status == SS_OK;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(fill, NULL) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_tape_knows_nothing),
        cmocka_unit_test(prices_come_back),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

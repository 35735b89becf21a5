/* test_lifetime.c: what the forecast is fed with, what it sums to, and the truth it is held against.
 * test_retention_oracle.py works the whole of it out once more. */
#include "failing_malloc.h"
#include "orders_sample.h"

#include "job/lifetime.h"

#include <math.h>

#define CUSTOMERS 400
#define ORDERS    (CUSTOMERS * 8)

/* Customers who come every so often for a while, from days 0 to 400. */
static size_t make_up(ss_random *random, order_sample *list)
{
    size_t count = 0;
    for (uint32_t c = 0; c < CUSTOMERS; c++) {
        int32_t day = (int32_t)ss_random_below(random, 200), every = 5 + (int32_t)ss_random_below(random, 90);
        unsigned most = 1 + ss_random_below(random, 8);
        for (unsigned i = 0; i < most && day < 400; i++, day += 1 + (int32_t)ss_random_below(random, (uint32_t)every))
            list[count++] = (order_sample){c, day, 0, 500 + ss_random_below(random, 5000)};
    }
    return count;
}

static const ss_lifetime_options options = {
    .horizon = 100, .holdout = 90, .margin = 0.5, .discount = 0, .decimals = 2, .priced = true};

static void sums_and_truth(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_error error = {0};
    static order_sample list[ORDERS];
    ss_purchases purchases = purchases_sample(list, make_up(&random, list), 400);
    ss_lifetime of, dear, late;
    ss_lifetime_options whole = options, discounted = options;
    whole.margin = 1;
    discounted.discount = 0.5;
    expect_ok(ss_lifetime_make(&purchases, &options, &of, &error), &error);
    expect_ok(ss_lifetime_make(&purchases, &whole, &dear, &error), &error);
    expect_ok(ss_lifetime_make(&purchases, &discounted, &late, &error), &error);
    assert_true(of.now.counts && of.now.values && of.checked && of.cut == 310);
    uint64_t bought = 0, customers = 0;
    for (uint32_t c = 0; c < CUSTOMERS; c++) {
        assert_true(of.alive[c] > 0 && of.alive[c] <= 1 && of.purchases[c] > 0 && of.value[c] > 0);
        assert_true(fabs(dear.value[c] - 2 * of.value[c]) < 1e-9 * dear.value[c] && late.value[c] < of.value[c]);
        size_t before = ss_purchases_before(&purchases, c, 310);
        bought += before ? ss_purchases_before(&purchases, c, 400) - before : 0;
        customers += before > 0;
    }
    assert_int_equal(of.total.customers, customers);
    assert_int_equal(of.total.purchases, bought);
    uint64_t sum = 0;
    double predicted = 0;
    for (size_t i = 0; i < SS_FREQUENCY_CLASSES; i++) {
        sum += of.classes[i].purchases;
        predicted += of.classes[i].predicted;
    }
    assert_true(sum == bought && fabs(predicted - of.total.predicted) < 1e-9 * predicted);
    ss_lifetime_release(&of);
    ss_lifetime_release(&dear);
    ss_lifetime_release(&late);
    ss_purchases_release(&purchases);
}

static void too_little_is_no_error(void **state)
{
    (void)state;
    ss_error error = {0};
    const order_sample once[] = {{0, 5, 0, 100}, {1, 6, 0, 100}};
    ss_purchases purchases = purchases_sample(once, 2, INT32_MAX);
    ss_lifetime of;
    expect_ok(ss_lifetime_make(&purchases, &options, &of, &error), &error);
    assert_true(!of.now.counts && !of.checked && isnan(of.alive[0]) && isnan(of.value[1]));
    ss_lifetime_release(&of);
    ss_purchases_release(&purchases);
}

static bool attempt(void *context)
{
    ss_lifetime of = {0};
    ss_status status = ss_lifetime_make(context, &options, &of, NULL);
    ss_lifetime_release(&of);
    return status == SS_OK;
}

static void allocations_may_fail(void **state)
{
    (void)state;
    const order_sample few[] = {{0, 5, 0, 100}, {0, 60, 0, 120}, {1, 6, 0, 100}, {1, 160, 0, 300}, {2, 200, 0, 90}};
    ss_purchases purchases = purchases_sample(few, 5, INT32_MAX);
    assert_true(failing_malloc_torture(attempt, &purchases) >= 9);
    ss_purchases_release(&purchases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_and_truth), cmocka_unit_test(too_little_is_no_error),
                                       cmocka_unit_test(allocations_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Metrics against cases worked by hand. */
#include "testing.h"

#include "job/metrics.h"
#include <math.h>

static void near(double found, double expected)
{
    if (fabs(found - expected) > 1e-9)
        fail_msg("%.12g, expected %.12g", found, expected);
}

/* Wanted 4; hits at ranks 2 and 3 of 5 answered; k = 3. */
static void a_case_by_hand(void **state)
{
    (void)state;
    const uint8_t hit[] = {0, 1, 1, 0, 1};
    ss_metrics metrics = ss_metrics_of(hit, 5, 3, 4);
    near(metrics.recall, 0.5);
    near(metrics.hr, 1);
    near(metrics.mrr, 0.5);
    near(metrics.ndcg, (1 / log2(3) + 1 / log2(4)) / (1 + 1 / log2(3) + 1 / log2(4)));
}

static void the_ideal_is_cut_at_what_is_wanted(void **state)
{
    (void)state;
    const uint8_t hit[] = {1, 0, 0};
    near(ss_metrics_of(hit, 3, 20, 1).ndcg, 1);
    near(ss_metrics_of(hit, 3, 20, 1).recall, 1);
    near(ss_metrics_of(hit, 3, 1, 2).ndcg, 1);
    near(ss_metrics_of(hit, 3, 1, 2).recall, 0.5);
}

static void nothing_answered_is_nothing_found(void **state)
{
    (void)state;
    ss_metrics metrics = ss_metrics_of(NULL, 0, 10, 3);
    near(metrics.recall + metrics.ndcg + metrics.hr + metrics.mrr, 0);
}

static void means_and_their_errors(void **state)
{
    (void)state;
    ss_mean mean = {0};
    near(ss_mean_value(&mean), 0);
    near(ss_mean_error(&mean), 0);
    const double values[] = {1, 2, 3, 6};
    for (size_t i = 0; i < 4; i++)
        ss_mean_add(&mean, values[i]);
    near(ss_mean_value(&mean), 3);
    near(ss_mean_error(&mean), sqrt(14.0 / 3 / 4)); /* squared deviations 4 + 1 + 0 + 9 = 14 over n - 1 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_by_hand),
        cmocka_unit_test(the_ideal_is_cut_at_what_is_wanted),
        cmocka_unit_test(nothing_answered_is_nothing_found),
        cmocka_unit_test(means_and_their_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

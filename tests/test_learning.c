/*
 * What a shop earns whose offers learn, beside policies that do not, on simulated shops whose visitors' response is
 * known (job/simulate_response.h); and whether the interval that reports give for the uplift holds the truth.
 *
 * SMARTSHELF_LONG: 100 shops of 50,000 visitors and 1,000 of 10,000, where it is 4 and 60 otherwise. SMARTSHELF_FIRST:
 * the seed of the first shop, else 1.
 */
#include "check.h"

#include "job/simulate_response.h"
#include "job/uplift.h"
#include "offers/learner.h"

#include <math.h>
#include <stdlib.h>

#define STRENGTH 400 /* the default of learning.strength */
#define DELAY    500 /* visitors until a window of 24 hours is over: 500 a day */
#define HOLDOUT  10  /* percent */

/* Expected profit of those not held out, whom every policy treats; the held out are shown nothing by all of them. */
typedef struct earnings {
    double never, oracle, ours, late_ours, late_oracle; /* late: of the last fifth, over never */
    double fixed[SS_PAGE_COUNT][SS_RESPONSE_ARMS];
    /* Of visitors for whom something was worth showing, as reports count them: */
    ss_sample treated, held_out; /* profit as it came */
    double truth; /* mean over the treated: expected profit of what they were shown less that of nothing */
} earnings;

typedef struct decided {
    ss_cell cell;
    ss_cell_sums lesson;
} decided;

static ss_cell cell_of(const ss_response_visitor *visitor, ss_response_arm arm)
{
    return (ss_cell){ss_slice_of(ss_offer_page_name(visitor->page)), ss_slice_of(ss_response_arm_name(arm)),
                     ss_slice_of(ss_segment_name(visitor->segment))};
}

static ss_response_arm choose(ss_learner *learner, const ss_response_visitor *visitor, ss_random *random)
{
    ss_response_arm best = SS_RESPONSE_NOTHING;
    double most = -INFINITY;
    for (ss_response_arm arm = 0; arm < SS_RESPONSE_ARMS; arm++) {
        ss_cell cell = cell_of(visitor, arm);
        double value = ss_learner_value(learner, &cell, (double)visitor->stake, (double)visitor->given[arm], random);
        if (value > most) {
            most = value;
            best = arm;
        }
    }
    return best;
}

static bool is_held_out(uint64_t seed, uint64_t visitor)
{
    return ss_random_mix(ss_random_mix(seed) + visitor) % 100 < HOLDOUT;
}

static void count_expected(const ss_response_shop *shop, const ss_response_visitor *visitor, ss_response_arm arm,
                           bool late, earnings *earned)
{
    double best = -INFINITY, profit[SS_RESPONSE_ARMS];
    for (ss_response_arm a = 0; a < SS_RESPONSE_ARMS; a++) {
        profit[a] = ss_response_profit(shop, visitor, a);
        earned->fixed[visitor->page][a] += profit[a];
        best = fmax(best, profit[a]);
    }
    earned->never += profit[SS_RESPONSE_NOTHING];
    earned->oracle += best;
    earned->ours += profit[arm];
    earned->late_ours += late ? profit[arm] - profit[SS_RESPONSE_NOTHING] : 0;
    earned->late_oracle += late ? best - profit[SS_RESPONSE_NOTHING] : 0;
}

static void run_shop(uint64_t seed, double scale, uint64_t visitors, earnings *earned)
{
    static const earnings none = {0};
    ss_response_shop shop;
    ss_random random;
    ss_learner *learner = NULL;
    ss_error error = {0};
    decided *all = calloc(visitors, sizeof *all);
    assert_non_null(all);
    *earned = none;
    ss_response_shop_make(seed, scale, &shop);
    ss_random_seed(&random, seed);
    expect_ok(ss_learner_new(STRENGTH, &learner, &error), &error);
    for (uint64_t v = 0; v < visitors; v++) {
        ss_response_visitor visitor;
        ss_response_visitor_at(&shop, v, &visitor);
        if (v >= DELAY)
            expect_ok(ss_learner_add(learner, &all[v - DELAY].cell, &all[v - DELAY].lesson, &error), &error);
        bool held_out = is_held_out(seed, v);
        ss_response_arm worth = choose(learner, &visitor, &random), arm = held_out ? SS_RESPONSE_NOTHING : worth;
        ss_response_outcome outcome = ss_response_outcome_of(&shop, &visitor, arm);
        all[v] = (decided){cell_of(&visitor, arm),
                           ss_learner_lesson(outcome.bought, (double)visitor.stake, (double)outcome.margin)};
        double came = outcome.bought ? (double)(outcome.margin - visitor.given[arm]) : 0;
        if (worth != SS_RESPONSE_NOTHING)
            ss_sample_add(held_out ? &earned->held_out : &earned->treated, came);
        if (!held_out)
            count_expected(&shop, &visitor, arm, v >= visitors / 5 * 4, earned);
    }
    /* Who is shown nothing adds nothing to the difference. */
    earned->truth = (earned->ours - earned->never) / (double)earned->treated.count;
    ss_learner_free(&learner);
    free(all);
}

/* The best arm of each page, in hindsight. */
static double best_fixed(const earnings *earned)
{
    double sum = 0;
    for (size_t p = 0; p < SS_PAGE_COUNT; p++) {
        double best = -INFINITY;
        for (size_t a = 0; a < SS_RESPONSE_ARMS; a++)
            best = fmax(best, earned->fixed[p][a]);
        sum += best;
    }
    return sum;
}

static double fixed_everywhere(const earnings *earned, size_t arm)
{
    double sum = 0;
    for (size_t p = 0; p < SS_PAGE_COUNT; p++)
        sum += earned->fixed[p][arm];
    return sum;
}

static double uniform(const earnings *earned)
{
    double sum = 0;
    for (size_t a = 0; a < SS_RESPONSE_ARMS; a++)
        sum += fixed_everywhere(earned, a) / SS_RESPONSE_ARMS;
    return sum;
}

enum { ROWS = SS_RESPONSE_ARMS + 4 };
/* Shares of what the oracle earns over never; means over shops. */
typedef struct shares {
    double mean[ROWS], least, oracle;
    int above, shops;
} shares;

static const char *row_name(size_t row)
{
    static const char *const others[] = {"uniform over all", "best of each page, in hindsight", "learning",
                                         "learning, last fifth"};
    return row < SS_RESPONSE_ARMS ? ss_response_arm_name((ss_response_arm)row) : others[row - SS_RESPONSE_ARMS];
}

/* Others than those of every day, for which nothing can have been tuned. */
static uint64_t first_seed(void)
{
    const char *text = getenv("SMARTSHELF_FIRST");
    return text ? strtoull(text, NULL, 10) : 1;
}

static void run_shops(int shops, double scale, uint64_t visitors, shares *table)
{
    for (int shop = 0; shop < shops; shop++) {
        earnings of;
        run_shop(first_seed() + (uint64_t)shop, scale, visitors, &of);
        double over = of.oracle - of.never, ours = (of.ours - of.never) / over;
        for (size_t arm = 0; arm < SS_RESPONSE_ARMS; arm++)
            table->mean[arm] += (fixed_everywhere(&of, arm) - of.never) / over / shops;
        table->mean[SS_RESPONSE_ARMS] += (uniform(&of) - of.never) / over / shops;
        table->mean[SS_RESPONSE_ARMS + 1] += (best_fixed(&of) - of.never) / over / shops;
        table->mean[SS_RESPONSE_ARMS + 2] += ours / shops;
        table->mean[SS_RESPONSE_ARMS + 3] += of.late_ours / of.late_oracle / shops;
        table->oracle += over / of.never / shops;
        table->least = shop == 0 ? ours : fmin(table->least, ours);
        table->above += of.ours > best_fixed(&of);
        table->shops++;
    }
}

static void print_table(const shares *table, double scale, uint64_t visitors)
{
    print_message("%d shops, %llu visitors, lifts times %g: the oracle earns %.1f %% more than never; of that:\n",
                  table->shops, (unsigned long long)visitors, scale, 100 * table->oracle);
    for (size_t row = 0; row < ROWS; row++)
        print_message("  %-32s %7.1f %%\n", row_name(row), 100 * table->mean[row]);
    print_message("  learning is above the best of each page in %d of %d shops; its least is %.1f %%\n", table->above,
                  table->shops, 100 * table->least);
}

static void learning_earns_more(void **state)
{
    (void)state;
    bool thorough = getenv("SMARTSHELF_LONG");
    shares of = {0};
    run_shops(thorough ? 100 : 4, 1, 50000, &of);
    print_table(&of, 1, 50000);
    double ours = of.mean[SS_RESPONSE_ARMS + 2];
    for (size_t row = 0; row <= SS_RESPONSE_ARMS; row++)
        assert_true(ours > of.mean[row]);
    assert_true(ours >= (thorough ? 0.80 : 0.70));
    assert_true(of.above * 100 >= of.shops * (thorough ? 90 : 75));
}

/* How much of it depends on how strongly visitors respond, and on how many there are. */
static void weaker_responses_take_longer(void **state)
{
    (void)state;
    static const struct {
        double scale;
        uint64_t visitors;
    } cases[] = {{0.5, 50000}, {0.5, 200000}, {1, 10000}, {1, 200000}, {1.5, 50000}};
    if (!getenv("SMARTSHELF_LONG"))
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        shares of = {0};
        run_shops(12, cases[i].scale, cases[i].visitors, &of);
        print_table(&of, cases[i].scale, cases[i].visitors);
    }
}

/*
 * What was decided changes with what was learned, but who is held out does not: the interval of the difference of the
 * means holds the effect of the policy as it ran. The band is that of the binomial: 3.3 standard deviations where seeds
 * are few, the promised 930 to 970 of 1,000 else.
 */
static void intervals_hold_the_truth(void **state)
{
    (void)state;
    bool thorough = getenv("SMARTSHELF_LONG");
    int shops = thorough ? 1000 : 60, held = 0;
    for (int shop = 0; shop < shops; shop++) {
        earnings of;
        run_shop(1000 + first_seed() + (uint64_t)shop, 1, 10000, &of);
        ss_uplift uplift = ss_uplift_between(&of.treated, &of.held_out, 0.95);
        held += uplift.low <= of.truth && of.truth <= uplift.high;
    }
    print_message("the 95 %% interval of the uplift holds the truth in %d of %d shops\n", held, shops);
    double slack = thorough ? 20 : 3.3 * sqrt(shops * 0.95 * 0.05);
    assert_true(fabs(held - 0.95 * shops) <= slack);
}

/* ---- the shop itself ---- */

static void the_shop_is_as_it_says(void **state)
{
    (void)state;
    ss_response_shop shop, again;
    ss_response_shop_make(3, 1, &shop);
    ss_response_shop_make(3, 1, &again);
    assert_memory_equal(&shop, &again, sizeof shop);
    double expected = 0, came = 0, squares = 0;
    const int visitors = 100000;
    for (int v = 0; v < visitors; v++) {
        ss_response_visitor visitor;
        ss_response_visitor_at(&shop, (uint64_t)v, &visitor);
        ss_response_arm arm = (ss_response_arm)(v % SS_RESPONSE_ARMS);
        double chance = shop.chance[visitor.page][arm][visitor.segment];
        assert_true(chance > 0.025 && chance < 0.30);
        assert_true(visitor.stake > visitor.given[SS_RESPONSE_DEEPEST]);
        ss_response_outcome outcome = ss_response_outcome_of(&shop, &visitor, arm);
        double profit = outcome.bought ? (double)(outcome.margin - visitor.given[arm]) : 0;
        expected += ss_response_profit(&shop, &visitor, arm);
        came += profit;
        squares += profit * profit;
    }
    assert_true(fabs(came - expected) < 4 * sqrt(squares));
    assert_string_equal(ss_response_arm_name(SS_RESPONSE_SHIPPING), "free-shipping");
    assert_null(ss_response_arm_name(SS_RESPONSE_ARMS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shop_is_as_it_says),
        cmocka_unit_test(learning_earns_more),
        cmocka_unit_test(weaker_responses_take_longer),
        cmocka_unit_test(intervals_hold_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

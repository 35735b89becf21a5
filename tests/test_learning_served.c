/*
 * That what is served is what was evaluated: visitors whose response is known go through the engine (decisions, events of
 * purchases, windows that end), and the same visitors through the learner alone, as in test_learning.c. Both earn the
 * same share of what an oracle earns, within noise.
 */
#include "offers_shop.h"

#include <math.h>

#define VISITORS 4000
#define RUNS     3
#define DELAY    200 /* visitors a window: 200 a day */
#define WINDOW   (24 * INT64_C(3600000000))

static const char policy_text[] =
    "offers:\n  guards: {tax: 0, margin-min: 0, shows-max: 0, cool-bought-hours: 0, budget: unlimited, "
    "budget-per-day: unlimited, discount-max: 30}\n"
    "  learning: {window-hours: 24, seed: %d}\n"
    "  incentives: {tenth: {percent: 10}, fifth: {percent: 20}, shipping: {free-shipping: 150}}\n"
    "  campaigns: {dont_go: {enabled: false}, last_chance: {enabled: false}, lightning: {holdout: 10, limit: 1, "
    "budget: "
    "unlimited, budget-per-day: unlimited, price-cut: false, incentives: [tenth, fifth, shipping]}}\n";

enum { NOTHING, NONE, TENTH, FIFTH, SHIPPING, ARMS };
static const char *const arms[ARMS] = {"nothing", "none", "tenth", "fifth", "shipping"};
static const double chances[ARMS] = {.15, .15, .17, .18, .24};

/* Prices and costs as in offers_catalog. */
static const struct {
    const char *id;
    int64_t price, cost;
} items[] = {{"tea", 1000, 400}, {"pot", 3000, 1200}, {"rug", 10000, 4000}, {"lamp", 5000, 2000}};
enum { ITEMS = sizeof items / sizeof *items };

/* The luck of a visitor is the same whoever decides. */
typedef struct one_visitor {
    size_t item;
    double luck;
} one_visitor;

static one_visitor visitor_at(int run, int number)
{
    ss_random random;
    ss_random_seed(&random, ss_random_mix((uint64_t)run * 1000000 + (uint64_t)number));
    one_visitor one = {ss_random_below(&random, ITEMS), 0};
    one.luck = ss_random_unit(&random);
    return one;
}

static size_t item_named(ss_slice id)
{
    for (size_t i = 0; i < ITEMS; i++)
        if (ss_slice_equal(id, ss_slice_of(items[i].id)))
            return i;
    fail_msg("a product that nobody asked for");
    return 0;
}

static int64_t given_of(size_t arm, size_t item)
{
    int64_t share = arm == TENTH ? 1000 : arm == FIFTH ? 2000 : 0;
    return arm == SHIPPING ? 150 : ss_share_of(items[item].price, share);
}

static double profit_of(size_t arm, size_t item)
{
    return chances[arm] * (double)(items[item].price - items[item].cost - given_of(arm, item));
}

typedef struct earnings {
    double never, oracle, ours;
} earnings;

static void count(earnings *of, size_t arm, size_t item)
{
    double best = -INFINITY;
    for (size_t a = 0; a < ARMS; a++)
        best = fmax(best, profit_of(a, item));
    of->never += profit_of(NOTHING, item);
    of->oracle += best;
    of->ours += profit_of(arm, item);
}

static double share_of(const earnings *of)
{
    return (of->ours - of->never) / (of->oracle - of->never);
}

/* ---- by the learner alone ---- */

static size_t best_arm(ss_learner *learner, size_t item, ss_random *random)
{
    size_t best = 0;
    double most = -INFINITY;
    for (size_t arm = 0; arm < ARMS; arm++) {
        ss_cell cell = {ss_slice_of("lightning"), ss_slice_of(arms[arm]), ss_slice_of("new")};
        double stake = (double)(items[item].price - items[item].cost);
        double value = ss_learner_value(learner, &cell, stake, (double)given_of(arm, item), random);
        if (value > most) {
            most = value;
            best = arm;
        }
    }
    return best;
}

static double run_learner(int run)
{
    static ss_cell_sums lessons[VISITORS];
    static size_t shown[VISITORS];
    earnings of = {0};
    ss_random random;
    ss_learner *learner = NULL;
    ss_error error = {0};
    ss_random_seed(&random, (uint64_t)run);
    expect_ok(ss_learner_new(400, &learner, &error), &error);
    for (int v = 0; v < VISITORS; v++) {
        one_visitor one = visitor_at(run, v);
        if (v >= DELAY) {
            ss_cell cell = {ss_slice_of("lightning"), ss_slice_of(arms[shown[v - DELAY]]), ss_slice_of("new")};
            expect_ok(ss_learner_add(learner, &cell, &lessons[v - DELAY], &error), &error);
        }
        bool held_out = v % 10 == 0;
        size_t arm = shown[v] = held_out ? NOTHING : best_arm(learner, one.item, &random);
        double margin = (double)(items[one.item].price - items[one.item].cost);
        lessons[v] = ss_learner_lesson(one.luck < chances[arm], margin, margin);
        if (!held_out)
            count(&of, arm, one.item);
    }
    ss_learner_free(&learner);
    return share_of(&of);
}

/* ---- by the engine ---- */

static size_t arm_of(const ss_decision *decision)
{
    if (decision->verdict != SS_VERDICT_SHOWN)
        return NOTHING;
    for (size_t arm = 0; arm < ARMS; arm++)
        if (ss_slice_equal(decision->incentive, ss_slice_of(arms[arm])))
            return arm;
    fail_msg("an incentive that the policy does not have");
    return 0;
}

static void serve_visitor(offers_shop *its, int run, int number, earnings *of)
{
    one_visitor one = visitor_at(run, number);
    char session[32];
    snprintf(session, sizeof session, "visitor %d", number);
    ss_offer_request request = offers_asking(SS_PAGE_PRODUCT, session);
    request.item_id = ss_slice_of(items[one.item].id);
    const ss_decision *decision = offers_ask(its, &request).decision;
    size_t arm = arm_of(decision), item = one.item;
    if (arm != NOTHING) {
        assert_int_equal(decision->offer_count, 1);
        item = item_named(decision->offers[0].item_id);
        assert_int_equal(decision->offers[0].lease, given_of(arm, item));
        assert_int_equal(decision->stake, items[item].price - items[item].cost);
    }
    if (decision->verdict != SS_VERDICT_HELD_OUT)
        count(of, arm, item);
    if (one.luck < chances[arm]) {
        ss_live_event bought = offers_event(its, SS_EVENT_PURCHASE, items[item].id, session, NULL);
        offers_happens(its, &bought);
    }
}

static double run_engine(int run)
{
    char text[2048];
    offers_shop its;
    earnings of = {0};
    snprintf(text, sizeof text, policy_text, run);
    offers_shop_open(&its, text);
    for (int v = 0; v < VISITORS; v++) {
        serve_visitor(&its, run, v, &of);
        its.now += WINDOW / DELAY;
    }
    offers_shop_close(&its);
    return share_of(&of);
}

static void what_is_served_is_what_was_evaluated(void **state)
{
    (void)state;
    double alone = 0, served = 0;
    for (int run = 1; run <= RUNS; run++) {
        double of_learner = run_learner(run), of_engine = run_engine(run);
        print_message("run %d: %.1f %% of the oracle's by the learner alone, %.1f %% as served\n", run,
                      100 * of_learner, 100 * of_engine);
        alone += of_learner / RUNS;
        served += of_engine / RUNS;
    }
    assert_true(alone > 0.5 && served > 0.5);
    assert_true(fabs(alone - served) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_served_is_what_was_evaluated)};
    return cmocka_run_group_tests(tests, NULL, offers_close_trained);
}

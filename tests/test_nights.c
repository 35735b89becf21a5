/*
 * test_nights.c: candidates that are worse are refused, and equal or better ones pass. Ten of each on two simulated shops;
 * with SMARTSHELF_LONG fifty of each on ten.
 */
#include "nights.h"

#include <time.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SHORT_SHOPS 1u /* each takes its time */
#else
#define SHORT_SHOPS 2u
#endif
#define LONG_SHOPS 10u
#define KINDS      5u

typedef struct trial {
    const nights *shop;
    ss_random random;
    night_log log;              /* tonight's, a copy */
    ss_model_options candidate; /* at first as served */
    unsigned variant;
} trial;

typedef struct kind {
    const char *name;
    void (*make)(trial *of);
} kind;

/* ---- worse: what was read ---- */

static void swap_texts(char *a, char *b, size_t size)
{
    char kept[64];
    memcpy(kept, a, size);
    memcpy(a, b, size);
    memcpy(b, kept, size);
}

/* Products, or customers, change their rows. */
static void shuffled_log(trial *of)
{
    for (size_t i = of->log.count; i > 1; i--) {
        size_t j = ss_random_below(&of->random, (uint32_t)i);
        night_row *a = &of->log.rows[i - 1], *b = &of->log.rows[j];
        if (of->variant % 2 == 0)
            swap_texts(a->item, b->item, sizeof a->item);
        else
            swap_texts(a->customer, b->customer, sizeof a->customer);
    }
}

/* Every other product: of the catalogue, or of the log as well. */
static void half_the_catalogue(trial *of)
{
    size_t kept = 0;
    for (size_t i = of->variant / 2 % 2; i < of->log.product_count; i += 2)
        of->log.products[kept++] = of->log.products[i];
    of->log.product_count = kept;
    if (of->variant % 2 == 0)
        return;
    kept = 0;
    for (size_t i = 0; i < of->log.count; i++)
        if (ss_random_mix((uint64_t)atoll(of->log.rows[i].item + 2) + of->variant) % 2)
            of->log.rows[kept++] = of->log.rows[i];
    of->log.count = kept;
}

/* What is left of an export that broke off, at either end. */
static void tiny_log(trial *of)
{
    static const double shares[] = {0.02, 0.2, 0.5, 0.8};
    size_t left = (size_t)(shares[of->variant % 4] * (double)of->log.count);
    if (of->variant / 4 % 2)
        memmove(of->log.rows, of->log.rows + of->log.count - left, left * sizeof *of->log.rows);
    of->log.count = left;
}

static void shuffle_times(trial *of)
{
    for (size_t i = of->log.count; i > 1; i--) {
        size_t j = ss_random_below(&of->random, (uint32_t)i);
        int64_t kept = of->log.rows[i - 1].time;
        of->log.rows[i - 1].time = of->log.rows[j].time;
        of->log.rows[j].time = kept;
    }
}

/* All equal, some of next year, in another unit, some of 1970, mixed up. */
static void broken_times(trial *of)
{
    if (of->variant % 5 == 4)
        shuffle_times(of);
    for (size_t i = 0; i < of->log.count; i++) {
        int64_t *time = &of->log.rows[i].time;
        bool some = ss_random_below(&of->random, 200) == 0;
        switch (of->variant % 5) {
        case 0:
            *time = of->shop->now;
            break;
        case 1:
            *time += some ? 365 * SS_DAY : 0;
            break;
        case 2:
            *time /= 1000;
            break;
        case 3:
            *time = some ? 0 : *time;
            break;
        }
    }
}

/* ---- worse: options ---- */

/* What the shelf asks, and nothing else. */
static void only_source(ss_shelf *shelf, ss_source source)
{
    for (unsigned each = 0; each < SS_SOURCE_COUNT; each++)
        shelf->weights[each] = 0;
    shelf->weights[source] = 1;
}

/* Each of them finds a tenth less at least, which run_trial makes sure of. */
static void worse_options(trial *of)
{
    ss_model_options *options = &of->candidate;
    switch (of->variant % 5) {
    case 0:
        only_source(&options->shelves[SS_SHELF_CART], SS_SOURCE_POPULAR);
        break;
    case 1:
        only_source(&options->shelves[SS_SHELF_BUY_AGAIN], SS_SOURCE_POPULAR);
        break;
    case 2: /* nothing below 10.00 */
        options->shelves[SS_SHELF_FOR_YOU].price_min = 1000;
        break;
    case 3: /* of each category one */
        options->shelves[SS_SHELF_FOR_YOU].max_per_category = 1;
        break;
    default:
        options->models &= ~(SS_TRAIN_ALS | SS_TRAIN_COOCCURRENCE);
        break;
    }
}

static const kind worse_kinds[KINDS] = {{"shuffled log", shuffled_log},
                                        {"half the catalogue", half_the_catalogue},
                                        {"tiny log", tiny_log},
                                        {"broken times", broken_times},
                                        {"worse options", worse_options}};

/* ---- equal or better ---- */

static void same_options(trial *of)
{
    (void)of;
}

static void another_seed(trial *of)
{
    of->candidate.als.seed = 1000 + of->variant;
}

static void nearly_the_same_regularization(trial *of)
{
    of->candidate.als.regularization *= of->variant % 2 ? 1.2 : 0.85;
}

static void longer_lists(trial *of)
{
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++)
        of->candidate.cooccurrence.relations[r].list_length = 300 + 50 * of->variant % 200;
}

/* Without the bound that what is served has: see make_shop. */
static void better_options(trial *of)
{
    of->candidate.shelves[SS_SHELF_FOR_YOU].max_per_category = of->variant % 2 ? 8 : 0;
}

static const kind equal_kinds[KINDS] = {{"same options", same_options},
                                        {"another seed", another_seed},
                                        {"nearly the same regularization", nearly_the_same_regularization},
                                        {"longer lists", longer_lists},
                                        {"better options", better_options}};

/* ---- counting ---- */

static double measured_change(const night_outcome *outcome)
{
    double worst = 0;
    for (unsigned task = 0; task < SS_TASK_COUNT; task++) {
        const ss_proof_task *of = &outcome->proof.tasks[task];
        if (of->asked && of->served > 0)
            worst = fmin(worst, of->difference / of->served);
    }
    return worst;
}

static bool run_trial(const nights *shop, const kind *of, unsigned variant)
{
    trial tonight = {.shop = shop, .log = night_copy(&shop->log), .candidate = shop->options, .variant = variant};
    ss_random_seed(&tonight.random, variant + 1);
    of->make(&tonight);
    night_outcome outcome = night_run(shop, &tonight.log, &tonight.candidate);
    const ss_check *refusal = night_refusal(&outcome);
    print_message("%-30s %2u: %-11s %+6.1f %% %4.1f s %5.0f days %s%s%s\n", of->name, variant,
                  outcome.stage ? outcome.stage : "passed", 100 * measured_change(&outcome), outcome.proof.seconds,
                  outcome.proof.days, refusal ? refusal->name : "", refusal ? ": " : "", refusal ? refusal->words : "");
    if (of->make == worse_options && measured_change(&outcome) > -0.1)
        fail_msg("the options are not a tenth worse: this is no trial");
    ss_checks_free(&outcome.checks);
    night_log_free(&tonight.log);
    return outcome.stage == NULL;
}

static void make_shop(nights *shop, unsigned number)
{
    ss_model_options options;
    ss_model_options_defaults(&options);
    options.als.factors = 24;
    options.als.iterations = 6;
    options.shelves[SS_SHELF_FOR_YOU].max_per_category = 4;
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++)
        options.cooccurrence.relations[r].min_customers = 2;
    nights_make(shop,
                &(ss_simulate_options){.items = 120 + 20 * number,
                                       .customers = 1500 + 100 * number,
                                       .orders = 7000 + 500 * number,
                                       .days = 200 + 20 * number,
                                       .seed = 100 + number},
                &options);
}

static void worse_are_refused_and_others_pass(void **state)
{
    (void)state;
    unsigned shops = getenv("SMARTSHELF_LONG") ? LONG_SHOPS : SHORT_SHOPS, refused = 0, passed = 0;
    for (unsigned number = 0; number < shops; number++) {
        nights shop;
        make_shop(&shop, number);
        for (size_t k = 0; k < KINDS; k++) {
            refused += !run_trial(&shop, &worse_kinds[k], number);
            passed += run_trial(&shop, &equal_kinds[k], number);
        }
        nights_close(&shop);
    }
    print_message("worse: %u of %u refused; equal or better: %u of %u passed\n", refused, KINDS * shops, passed,
                  KINDS * shops);
    assert_int_equal(refused, KINDS * shops);
    assert_in_range(passed, KINDS * shops - (KINDS * shops * 3) / 50, KINDS * shops);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(worse_are_refused_and_others_pass)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

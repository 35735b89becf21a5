#include "check.h"

#include "failing_malloc.h"
#include "offers/learner.h"

#include <math.h>

typedef struct observation {
    const char *campaign, *incentive, *segment;
    ss_cell_sums sums;
} observation;

static const observation shop[] = {
    {"last_chance", "nothing", "new", {400, 41, 90500, 95000}},
    {"last_chance", "nothing", "loyal", {300, 62, 163000, 170000}},
    {"last_chance", "ten-off", "new", {350, 51, 99000, 161000}},
    {"last_chance", "ten-off", "loyal", {120, 25, 54000, 30000}},
    {"dont_go", "nothing", "new", {900, 31, 30000, 44000}},
    {"dont_go", "shipping-for-free", "new", {800, 35, 36000, 47000}},
    {"dont_go", "none", "at_risk", {70, 3, 2500, 2750}},
};
enum { SHOP = sizeof shop / sizeof *shop };

static ss_cell named(const char *campaign, const char *incentive, const char *segment)
{
    return (ss_cell){ss_slice_of(campaign), ss_slice_of(incentive), ss_slice_of(segment)};
}

static ss_cell cell_of(const observation *seen)
{
    return named(seen->campaign, seen->incentive, seen->segment);
}

static ss_learner *new_learner(double strength)
{
    ss_error error;
    ss_learner *learner = NULL;
    expect_ok(ss_learner_new(strength, &learner, &error), &error);
    return learner;
}

static void add(ss_learner *learner, const ss_cell *cell, ss_cell_sums sums)
{
    ss_error error;
    expect_ok(ss_learner_add(learner, cell, &sums, &error), &error);
}

static void add_shop(ss_learner *learner)
{
    for (size_t i = 0; i < SHOP; i++) {
        ss_cell cell = cell_of(&shop[i]);
        add(learner, &cell, shop[i].sums);
    }
}

/* Draws and means of all cells, and of one that was never seen. */
enum { DRAWS = SHOP * 3 + 1 };
static void draw_all(ss_learner *learner, double drawn[DRAWS])
{
    ss_random random;
    ss_random_seed(&random, 9);
    for (size_t i = 0; i < SHOP; i++) {
        ss_cell cell = cell_of(&shop[i]);
        drawn[3 * i] = ss_learner_value(learner, &cell, 2000, 500, &random);
        drawn[3 * i + 1] = ss_learner_value(learner, &cell, 1500, 0, &random);
        drawn[3 * i + 2] = ss_learner_value(learner, &cell, 2000, 500, NULL);
    }
    ss_cell unseen = named("dont_go", "ten-off", "lapsed");
    drawn[DRAWS - 1] = ss_learner_value(learner, &unseen, 2000, 500, &random);
}

static void nothing_is_known_at_first(void **state)
{
    (void)state;
    ss_learner *learner = new_learner(50);
    ss_cell cell = named("dont_go", "ten-off", "new");
    assert_true(fabs(ss_learner_value(learner, &cell, 2000, 500, NULL) - 0.05 * 1.2 * 1500) < 1e-9);
    ss_cell_sums sums = ss_learner_sums(learner, &cell);
    assert_true(sums.trials == 0 && sums.bought == 0 && sums.stake == 0 && sums.margin == 0);
    ss_learner_free(&learner);
    assert_null(learner);
    ss_learner_free(&learner);
}

static void sums_add_up(void **state)
{
    (void)state;
    ss_learner *learner = new_learner(50);
    add_shop(learner);
    ss_cell cell = cell_of(&shop[2]);
    add(learner, &cell, ss_learner_lesson(true, 1000, 500));
    add(learner, &cell, ss_learner_lesson(false, 1000, 500));
    ss_cell_sums sums = ss_learner_sums(learner, &cell);
    assert_true(sums.trials == 352 && sums.bought == 52 && sums.stake == 100000 && sums.margin == 161500);
    ss_learner_free(&learner);
}

/* One order of a wholesaler does not make a cell. */
static void lessons_are_bounded(void **state)
{
    (void)state;
    ss_cell_sums much = ss_learner_lesson(true, 1, 30000), loss = ss_learner_lesson(true, 10, -5000);
    assert_true(much.trials == 1 && much.bought == 1 && much.stake == 1 && much.margin == 10);
    assert_true(loss.stake == 10 && loss.margin == -100);
    ss_cell_sums none = ss_learner_lesson(false, 10, 0);
    assert_true(none.trials == 1 && none.bought == 0 && none.stake == 0 && none.margin == 0);
}

/* Where all has been seen often, the mean is what was seen. */
static void many_observations_outweigh_what_is_above(void **state)
{
    (void)state;
    ss_learner *learner = new_learner(50);
    add_shop(learner);
    ss_cell cell = named("dont_go", "ten-off", "new");
    add(learner, &cell, (ss_cell_sums){1e7, 2e6, 2e9, 3e9});
    double value = ss_learner_value(learner, &cell, 1000, 400, NULL);
    assert_true(fabs(value - 0.2 * (1.5 * 1000 - 400)) < 0.5);
    ss_learner_free(&learner);
}

/* What is seen in one segment is expected in another; less so in another campaign. */
static void cells_lean_on_those_above(void **state)
{
    (void)state;
    ss_learner *learner = new_learner(50);
    ss_cell nothing = named("a", "nothing", "new"), ten = named("a", "ten-off", "new");
    add(learner, &nothing, (ss_cell_sums){2000, 100, 1e5, 1e5});
    add(learner, &ten, (ss_cell_sums){2000, 200, 2e5, 2e5});
    ss_cell there[] = {named("a", "nothing", "loyal"), named("a", "ten-off", "loyal"), named("b", "nothing", "new"),
                       named("b", "ten-off", "new")};
    double value[4];
    for (size_t i = 0; i < 4; i++)
        value[i] = ss_learner_value(learner, &there[i], 1000, 0, NULL);
    assert_true(value[1] > 1.5 * value[0] && value[1] < 2 * value[0]);
    assert_true(value[3] > 1.2 * value[2]);
    assert_true(value[3] / value[2] < value[1] / value[0]);
    ss_learner_free(&learner);
}

static void the_same_sums_give_the_same_draws(void **state)
{
    (void)state;
    double wanted[DRAWS], found[DRAWS];
    ss_learner *learner = new_learner(50), *other = new_learner(50);
    add_shop(learner);
    draw_all(learner, wanted);
    draw_all(learner, found);
    assert_memory_equal(found, wanted, sizeof wanted);

    /* Another order, with names that are not in use. */
    ss_cell unused = named("zz", "aa", "mm");
    add(other, &unused, (ss_cell_sums){0});
    for (size_t i = SHOP; i-- > 0;) {
        ss_cell cell = cell_of(&shop[i]);
        ss_cell_sums sums = ss_learner_sums(learner, &cell);
        add(other, &cell, sums);
        draw_all(other, found);
    }
    assert_memory_equal(found, wanted, sizeof wanted);

    ss_learner_clear(learner);
    ss_cell cell = cell_of(&shop[0]);
    assert_true(ss_learner_sums(learner, &cell).trials == 0);
    add_shop(learner);
    draw_all(learner, found);
    assert_memory_equal(found, wanted, sizeof wanted);
    ss_learner_free(&learner);
    ss_learner_free(&other);
}

static void a_cleared_learner_is_as_new(void **state)
{
    (void)state;
    double wanted[DRAWS], found[DRAWS];
    ss_learner *learner = new_learner(50), *fresh = new_learner(50);
    add_shop(learner);
    ss_learner_clear(learner);
    draw_all(learner, found);
    draw_all(fresh, wanted);
    assert_memory_equal(found, wanted, sizeof wanted);
    ss_learner_free(&learner);
    ss_learner_free(&fresh);
}

/* More names than there is room for at first. */
static void names_are_many(void **state)
{
    (void)state;
    ss_learner *learner = new_learner(50);
    char campaign[32], incentive[32];
    for (int i = 0; i < 40; i++) {
        snprintf(campaign, sizeof campaign, "campaign number %d", i);
        snprintf(incentive, sizeof incentive, "incentive number %d", i * 7 % 40);
        ss_cell cell = named(campaign, incentive, i % 2 ? "new" : "loyal");
        add(learner, &cell, (ss_cell_sums){i, 1, 2, 4});
    }
    for (int i = 0; i < 40; i++) {
        snprintf(campaign, sizeof campaign, "campaign number %d", i);
        snprintf(incentive, sizeof incentive, "incentive number %d", i * 7 % 40);
        ss_cell cell = named(campaign, incentive, i % 2 ? "new" : "loyal");
        assert_true(ss_learner_sums(learner, &cell).trials == i);
    }
    ss_learner_free(&learner);
}

static bool attempt(void *context)
{
    (void)context;
    ss_learner *learner = NULL;
    if (ss_learner_new(50, &learner, NULL) != SS_OK)
        return false;
    bool fine = true;
    for (int i = 0; i < 12 && fine; i++) {
        char name[32];
        snprintf(name, sizeof name, "a campaign of some length, %d", i);
        ss_cell cell = named(name, name, name);
        double before = ss_learner_value(learner, &cell, 100, 10, NULL);
        fine = ss_learner_add(learner, &cell, &(ss_cell_sums){10, 1, 1, 1}, NULL) == SS_OK;
        if (!fine)
            assert_true(ss_learner_value(learner, &cell, 100, 10, NULL) == before);
    }
    ss_learner_free(&learner);
    return fine;
}

static void out_of_memory(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(attempt, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(sums_add_up),
        cmocka_unit_test(lessons_are_bounded),
        cmocka_unit_test(many_observations_outweigh_what_is_above),
        cmocka_unit_test(cells_lean_on_those_above),
        cmocka_unit_test(the_same_sums_give_the_same_draws),
        cmocka_unit_test(a_cleared_learner_is_as_new),
        cmocka_unit_test(names_are_many),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

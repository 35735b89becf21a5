#include "offers/learner.h"

#include "base/dictionary.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define SWEEPS          2      /* of fitting rates and effects to each other */
#define FIRST_RATE      0.05   /* of visitors who buy, while nothing is known */
#define FIRST_EFFECT    1.2    /* of an incentive, while nothing is known: published lifts are mostly 10 to 50 % */
#define CHANCE_MOST     0.95   /* a product of a rate and effects need not stay below 1 by itself */
#define EFFECT_STRENGTH 4.0    /* of an incentive's effect, in units of the learner's strength */
#define CELL_STRENGTH   8.0    /* of a cell: what no effect explains is small */
#define RATIO_STRENGTH  2000.0 /* purchases that a ratio takes over from above: incentives hardly change baskets */
#define FIRST_PURCHASES 2.0    /* what a ratio of 1 is worth, while nothing is known */
#define RATIO_VARIANCE  1.0    /* of margin / stake of a purchase */
#define RATIO_MOST      10.0   /* more is no news of the cell, but a customer of another kind */
#define BOLDNESS        0.3    /* variance of a draw, in units of the posterior's */

enum { CAMPAIGN, INCENTIVE, SEGMENT, AXES };
enum { NOTHING = 1, NONE = 2 }; /* their places, which they have from the start */

/* The names along one side. Place 0 is that of every name that was never seen, and stays empty. */
typedef struct side {
    ss_dictionary *names; /* number + 1 is the place */
    size_t room;          /* for places */
    size_t latest;        /* the place that was looked up last, or 0: arms of a decision differ in one name */
} side;

typedef struct seen_cell {
    size_t places[AXES];
    ss_cell_sums sums;
} seen_cell;

/* What draws are made from: P(buys) by Beta(a, b), whose mean is `chance`, and the ratio with its standard deviation. */
typedef struct posterior {
    uint64_t fit; /* of the pools that it was worked out from */
    double chance, a, b, ratio, deviation;
} posterior;

/* What is known of a whole line or plane of cells. */
typedef struct pooled {
    double bought, exposed; /* exposed: trials, or purchases expected of them by what else is known */
    double value;           /* rate of buying, or factor on it */
    double stake, margin, ratio;
} pooled;

/* One array for all; what follows points into it. */
typedef struct pools {
    pooled *array;
    size_t count;
    pooled *campaigns, *segments, *incentives;
    pooled *bases;   /* campaign × segment: rates */
    pooled *effects; /* campaign × incentive: factors */
    pooled *tastes;  /* segment × incentive: factors */
} pools;

struct ss_learner {
    double strength;
    side axes[AXES];
    uint32_t *numbers;     /* campaign × incentive × segment: number of the cell + 1, or 0 */
    posterior *posteriors; /* likewise: each worked out when it is first asked for after sums have changed */
    seen_cell *cells;      /* in order of appearance */
    uint32_t *order;       /* their numbers by name: sums do not depend on who came first */
    size_t count, cells_room, order_room;
    pools pools;
    pooled all;
    double stake; /* mean of those that bought */
    uint64_t fit; /* how often all of the pools was derived */
    bool stale;   /* sums have changed since */
};

/* ---- places ---- */

static size_t place_of(const side *along, ss_slice name)
{
    if (ss_dictionary_count(along->names) == 0) /* a new shop's */
        return 0;
    if (along->latest > 0 && ss_slice_equal(ss_dictionary_id(along->names, (uint32_t)along->latest - 1), name))
        return along->latest;
    uint32_t number = ss_dictionary_find(along->names, name);
    return number < along->room - 1 ? number + (size_t)1 : 0; /* SS_NONE is a large number */
}

static size_t slot_of(const ss_learner *l, const size_t places[AXES])
{
    return (places[CAMPAIGN] * l->axes[INCENTIVE].room + places[INCENTIVE]) * l->axes[SEGMENT].room + places[SEGMENT];
}

static uint32_t *number_at(const ss_learner *l, const size_t places[AXES])
{
    return &l->numbers[slot_of(l, places)];
}

static void find_places(const ss_learner *l, const ss_cell *names, size_t places[AXES])
{
    places[CAMPAIGN] = place_of(&l->axes[CAMPAIGN], names->campaign);
    places[INCENTIVE] = place_of(&l->axes[INCENTIVE], names->incentive);
    places[SEGMENT] = place_of(&l->axes[SEGMENT], names->segment);
}

static pooled *base_at(const ss_learner *l, const size_t places[AXES])
{
    return &l->pools.bases[places[CAMPAIGN] * l->axes[SEGMENT].room + places[SEGMENT]];
}

static pooled *effect_at(const ss_learner *l, const size_t places[AXES])
{
    return &l->pools.effects[places[CAMPAIGN] * l->axes[INCENTIVE].room + places[INCENTIVE]];
}

static pooled *taste_at(const ss_learner *l, const size_t places[AXES])
{
    return &l->pools.tastes[places[SEGMENT] * l->axes[INCENTIVE].room + places[INCENTIVE]];
}

/* ---- what a cell takes over from above ---- */

static void sum_up(ss_learner *l)
{
    memset(l->pools.array, 0, l->pools.count * sizeof *l->pools.array);
    l->all = (pooled){0};
    for (size_t k = 0; k < l->count; k++) {
        const seen_cell *cell = &l->cells[l->order[k]];
        pooled *of[] = {&l->all,
                        &l->pools.campaigns[cell->places[CAMPAIGN]],
                        &l->pools.segments[cell->places[SEGMENT]],
                        &l->pools.incentives[cell->places[INCENTIVE]],
                        base_at(l, cell->places),
                        effect_at(l, cell->places),
                        taste_at(l, cell->places)};
        for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
            of[i]->bought += cell->sums.bought;
            of[i]->stake += cell->sums.stake;
            of[i]->margin += cell->sums.margin;
        }
    }
    l->stake = l->all.bought > 0 ? l->all.stake / l->all.bought : 1;
}

/* The mean of so many with that sum, and of `strength` more whose mean is `above`. */
static double shrunk(double sum, double count, double above, double strength)
{
    return (sum + strength * above) / (count + strength);
}

static void settle_ratio(const ss_learner *l, pooled *pool, double above, double strength)
{
    pool->ratio = shrunk(pool->margin, pool->stake, above, strength * l->stake);
}

static void pool_ratios(ss_learner *l)
{
    size_t campaigns = l->axes[CAMPAIGN].room, incentives = l->axes[INCENTIVE].room;
    settle_ratio(l, &l->all, 1, FIRST_PURCHASES);
    for (size_t c = 0; c < campaigns; c++) {
        settle_ratio(l, &l->pools.campaigns[c], l->all.ratio, RATIO_STRENGTH);
        for (size_t i = 0; i < incentives; i++)
            settle_ratio(l, &l->pools.effects[c * incentives + i], l->pools.campaigns[c].ratio, RATIO_STRENGTH);
    }
}

static void settle(pooled *pool, double above, double strength)
{
    pool->value = shrunk(pool->bought, pool->exposed, above, strength);
}

static void fit_rates(ss_learner *l)
{
    size_t campaigns = l->axes[CAMPAIGN].room, segments = l->axes[SEGMENT].room;
    l->all.exposed = 0;
    for (size_t p = 0; p < l->pools.count; p++)
        l->pools.array[p].exposed = 0;
    for (size_t k = 0; k < l->count; k++) {
        const seen_cell *cell = &l->cells[l->order[k]];
        double exposed = cell->sums.trials * effect_at(l, cell->places)->value * taste_at(l, cell->places)->value;
        l->all.exposed += exposed;
        l->pools.campaigns[cell->places[CAMPAIGN]].exposed += exposed;
        l->pools.segments[cell->places[SEGMENT]].exposed += exposed;
        base_at(l, cell->places)->exposed += exposed;
    }
    settle(&l->all, FIRST_RATE, l->strength);
    for (size_t s = 0; s < segments; s++)
        settle(&l->pools.segments[s], l->all.value, l->strength);
    for (size_t c = 0; c < campaigns; c++) {
        settle(&l->pools.campaigns[c], l->all.value, l->strength);
        for (size_t s = 0; s < segments; s++)
            settle(&l->pools.bases[c * segments + s],
                   l->pools.campaigns[c].value * l->pools.segments[s].value / l->all.value, l->strength);
    }
}

static void fit_effects(ss_learner *l)
{
    size_t campaigns = l->axes[CAMPAIGN].room, incentives = l->axes[INCENTIVE].room;
    for (size_t k = 0; k < l->count; k++) {
        const seen_cell *cell = &l->cells[l->order[k]];
        double expected = cell->sums.trials * base_at(l, cell->places)->value * taste_at(l, cell->places)->value;
        l->pools.incentives[cell->places[INCENTIVE]].exposed += expected;
        effect_at(l, cell->places)->exposed += expected;
    }
    double strength = EFFECT_STRENGTH * l->strength * l->all.value; /* in purchases */
    for (size_t i = 0; i < incentives; i++) {
        settle(&l->pools.incentives[i], i == NOTHING || i == NONE ? 1 : FIRST_EFFECT, strength);
        for (size_t c = 0; c < campaigns; c++)
            settle(&l->pools.effects[c * incentives + i], l->pools.incentives[i].value, strength);
    }
}

static void fit_tastes(ss_learner *l)
{
    for (size_t k = 0; k < l->count; k++) {
        const seen_cell *cell = &l->cells[l->order[k]];
        taste_at(l, cell->places)->exposed +=
            cell->sums.trials * base_at(l, cell->places)->value * effect_at(l, cell->places)->value;
    }
    size_t tastes = l->axes[SEGMENT].room * l->axes[INCENTIVE].room;
    for (size_t t = 0; t < tastes; t++)
        settle(&l->pools.tastes[t], 1, l->strength * l->all.value);
}

static void derive(ss_learner *l)
{
    sum_up(l);
    pool_ratios(l);
    for (size_t p = 0; p < l->pools.count; p++)
        l->pools.array[p].value = 1;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        fit_rates(l);
        fit_effects(l);
        fit_tastes(l);
    }
    l->fit++;
    l->stale = false;
}

/* ---- the value of a cell ---- */

/* How sure it is what a cell takes over from above, in trials: relative variances of its parts add up. */
static double strength_of(const ss_learner *l, const size_t places[AXES], double mean)
{
    double purchases = l->strength * l->all.value;
    double variance = 1 / (CELL_STRENGTH * purchases) +
                      1 / (EFFECT_STRENGTH * purchases + effect_at(l, places)->exposed) +
                      1 / (purchases + taste_at(l, places)->exposed);
    return (1 - mean) / (mean * variance);
}

static void settle_chance(double mean, double strength, const ss_cell_sums *sums, posterior *of)
{
    double a = strength * mean + sums->bought, b = strength * (1 - mean) + sums->trials - sums->bought;
    of->chance = a / (a + b);
    of->a = a / BOLDNESS;
    of->b = b / BOLDNESS;
}

static void work_out(const ss_learner *l, const size_t places[AXES], posterior *of)
{
    static const ss_cell_sums unseen = {0};
    uint32_t number = *number_at(l, places);
    const ss_cell_sums *sums = number ? &l->cells[number - 1].sums : &unseen;
    const pooled *base = base_at(l, places), *effect = effect_at(l, places);
    double mean = fmin(base->value * effect->value * taste_at(l, places)->value, CHANCE_MOST);
    settle_chance(mean, strength_of(l, places, mean), sums, of);
    of->ratio = shrunk(sums->margin, sums->stake, effect->ratio, RATIO_STRENGTH * l->stake);
    of->deviation = sqrt(BOLDNESS * RATIO_VARIANCE / (RATIO_STRENGTH + sums->stake / l->stake));
    of->fit = l->fit;
}

double ss_learner_value(ss_learner *learner, const ss_cell *cell, double stake, double cost, ss_random *random)
{
    if (learner->stale)
        derive(learner);
    size_t places[AXES];
    find_places(learner, cell, places);
    learner->axes[CAMPAIGN].latest = places[CAMPAIGN];
    learner->axes[SEGMENT].latest = places[SEGMENT];
    posterior *of = &learner->posteriors[slot_of(learner, places)];
    if (of->fit != learner->fit)
        work_out(learner, places, of);
    if (!random)
        return of->chance * (of->ratio * stake - cost);
    double chance = ss_random_beta(random, of->a, of->b);
    return chance * ((of->ratio + ss_random_normal_by_layers(random) * of->deviation) * stake - cost);
}

/* ---- what is observed ---- */

/* All for rooms that hold `places`, of the old cells or none; nothing of the learner changes where that fails. */
static bool make_rooms(ss_learner *l, const size_t places[AXES])
{
    size_t rooms[AXES];
    bool enough = l->numbers;
    for (size_t a = 0; a < AXES; a++) {
        rooms[a] = l->axes[a].room;
        enough = enough && places[a] < rooms[a];
        while (rooms[a] <= places[a])
            rooms[a] *= 2;
    }
    if (enough)
        return true;
    size_t c = rooms[CAMPAIGN], i = rooms[INCENTIVE], s = rooms[SEGMENT], count = c + i + s + c * s + c * i + s * i;
    uint32_t *numbers = ss_array_zeroed(c * i * s, sizeof *numbers);
    posterior *posteriors = ss_array_zeroed(c * i * s, sizeof *posteriors);
    pooled *array = ss_array_zeroed(count, sizeof *array);
    if (!numbers || !posteriors || !array) {
        free(numbers);
        free(posteriors);
        free(array);
        return false;
    }
    free(l->numbers);
    free(l->posteriors);
    free(l->pools.array);
    l->numbers = numbers;
    l->posteriors = posteriors;
    pooled *bases = array + c + s + i, *effects = bases + c * s;
    l->pools = (pools){array, count, array, array + c, array + c + s, bases, effects, effects + c * i};
    for (size_t a = 0; a < AXES; a++)
        l->axes[a].room = rooms[a];
    for (size_t k = 0; k < l->count; k++)
        *number_at(l, l->cells[k].places) = (uint32_t)k + 1;
    l->stale = true;
    return true;
}

static int compare_cells(const ss_learner *l, const seen_cell *a, const seen_cell *b)
{
    for (size_t axis = 0; axis < AXES; axis++) {
        const ss_dictionary *names = l->axes[axis].names;
        int order = ss_slice_compare(ss_dictionary_id(names, (uint32_t)a->places[axis] - 1),
                                     ss_dictionary_id(names, (uint32_t)b->places[axis] - 1));
        if (order)
            return order;
    }
    return 0;
}

static ss_status add_cell(ss_learner *l, const size_t places[AXES], uint32_t *number)
{
    if (!make_rooms(l, places) || !ss_array_grow(&l->cells, &l->cells_room, l->count + 1, sizeof *l->cells) ||
        !ss_array_grow(&l->order, &l->order_room, l->count + 1, sizeof *l->order))
        return SS_E_NOMEM;
    seen_cell *added = &l->cells[l->count];
    *added = (seen_cell){.places = {places[CAMPAIGN], places[INCENTIVE], places[SEGMENT]}};
    size_t rank = l->count;
    for (; rank > 0 && compare_cells(l, added, &l->cells[l->order[rank - 1]]) < 0; rank--)
        l->order[rank] = l->order[rank - 1];
    l->order[rank] = (uint32_t)l->count;
    *number = *number_at(l, places) = (uint32_t)++l->count;
    return SS_OK;
}

ss_cell_sums ss_learner_lesson(bool bought, double stake, double margin)
{
    if (!bought)
        return (ss_cell_sums){.trials = 1};
    return (ss_cell_sums){1, 1, stake, fmax(fmin(margin, RATIO_MOST * stake), -RATIO_MOST * stake)};
}

ss_status ss_learner_add(ss_learner *learner, const ss_cell *cell, const ss_cell_sums *sums, ss_error *error)
{
    const ss_slice names[AXES] = {cell->campaign, cell->incentive, cell->segment};
    size_t places[AXES];
    for (size_t a = 0; a < AXES; a++) {
        uint32_t number;
        if (ss_dictionary_intern(learner->axes[a].names, names[a], &number) != SS_OK)
            return ss_error_nomem(error);
        places[a] = number + (size_t)1;
    }
    uint32_t number = 0;
    if (!make_rooms(learner, places))
        return ss_error_nomem(error);
    number = *number_at(learner, places);
    if (!number && add_cell(learner, places, &number) != SS_OK)
        return ss_error_nomem(error);
    ss_cell_sums *kept = &learner->cells[number - 1].sums;
    kept->trials += sums->trials;
    kept->bought += sums->bought;
    kept->stake += sums->stake;
    kept->margin += sums->margin;
    learner->stale = true;
    return SS_OK;
}

ss_cell_sums ss_learner_sums(const ss_learner *learner, const ss_cell *cell)
{
    size_t places[AXES];
    find_places(learner, cell, places);
    uint32_t number = *number_at(learner, places);
    return number ? learner->cells[number - 1].sums : (ss_cell_sums){0};
}

/* ---- the learner ---- */

/* What gives nothing away, which is expected to change nothing. */
static bool name_free_arms(ss_learner *l)
{
    uint32_t nothing, none;
    ss_dictionary *names = l->axes[INCENTIVE].names;
    return ss_dictionary_intern(names, SS_SLICE_LITERAL(SS_ARM_NOTHING), &nothing) == SS_OK &&
           ss_dictionary_intern(names, SS_SLICE_LITERAL(SS_ARM_NONE), &none) == SS_OK && nothing + 1 == NOTHING &&
           none + 1 == NONE;
}

ss_status ss_learner_new(double strength, ss_learner **learner, ss_error *error)
{
    static const size_t first[AXES] = {0};
    ss_learner *made = calloc(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->strength = strength;
    bool fine = true;
    for (size_t a = 0; a < AXES; a++) {
        made->axes[a] = (side){ss_dictionary_new(), 8, 0};
        fine = fine && made->axes[a].names;
    }
    if (!fine || !name_free_arms(made) || !make_rooms(made, first)) {
        ss_learner_free(&made);
        return ss_error_nomem(error);
    }
    *learner = made;
    return SS_OK;
}

void ss_learner_free(ss_learner **learner)
{
    if (!learner || !*learner)
        return;
    ss_learner *l = *learner;
    for (size_t a = 0; a < AXES; a++)
        ss_dictionary_free(&l->axes[a].names);
    free(l->numbers);
    free(l->posteriors);
    free(l->cells);
    free(l->order);
    free(l->pools.array);
    free(l);
    *learner = NULL;
}

/* Names and cells stay, so that what comes back needs no memory; empty, they are as if never seen. */
void ss_learner_clear(ss_learner *learner)
{
    for (size_t k = 0; k < learner->count; k++)
        learner->cells[k].sums = (ss_cell_sums){0};
    learner->stale = true;
}

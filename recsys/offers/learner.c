#include "offers/learner.h"

#include "base/dictionary.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define SWEEPS          4    /* of fitting rates and effects to each other */
#define FIRST_RATE      0.05 /* of visitors who buy, while nothing is known */
#define CHANCE_MOST     0.95 /* a product of a rate and effects need not stay below 1 by itself */
#define RATIO_STRENGTH  50.0 /* purchases that a mean ratio takes over from above */
#define RATIO_SHAPE     2.0  /* of the prior of the ratio's variance: as if four purchases had been seen */
#define FIRST_PURCHASES 2.0  /* what a mean of 1 and a variance of 1 are worth, while nothing is known */

enum { CAMPAIGN, INCENTIVE, SEGMENT, AXES };

/* The names along one side. Place 0 is that of every name that was never seen, and stays empty. */
typedef struct side {
    ss_dictionary *names; /* number + 1 is the place */
    size_t room;          /* for places */
} side;

typedef struct seen_cell {
    size_t places[AXES];
    ss_cell_sums sums;
} seen_cell;

/* What is known of a whole line or plane of cells. */
typedef struct pooled {
    double bought, exposed; /* exposed: trials, or purchases expected of them by what else is known */
    double value;           /* rate of buying, or factor on it */
    double ratio, mean_ratio;
} pooled;

/* One array for all; what follows points into it. */
typedef struct pools {
    pooled *array;
    size_t count;
    pooled *campaigns, *segments, *incentives;
    pooled *bases;   /* campaign × segment: rates */
    pooled *effects; /* campaign × incentive: factors */
} pools;

struct ss_learner {
    double strength;
    side axes[AXES];
    uint32_t *numbers; /* campaign × incentive × segment: number of the cell + 1, or 0 */
    seen_cell *cells;  /* in order of appearance */
    uint32_t *order;   /* their numbers by name: sums do not depend on who came first */
    size_t count, cells_room, order_room;
    pools pools;
    pooled all;
    double variance; /* of the ratio, within cells */
    bool stale;      /* sums have changed since all of the pools was derived */
};

/* ---- places ---- */

static size_t place_of(const side *along, ss_slice name)
{
    uint32_t number = ss_dictionary_find(along->names, name);
    return number < along->room - 1 ? number + (size_t)1 : 0; /* SS_NONE is a large number */
}

static uint32_t *number_at(const ss_learner *l, const size_t places[AXES])
{
    return &l->numbers[(places[CAMPAIGN] * l->axes[INCENTIVE].room + places[INCENTIVE]) * l->axes[SEGMENT].room +
                       places[SEGMENT]];
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

/* ---- what a cell takes over from above ---- */

static void sum_up(ss_learner *l)
{
    memset(l->pools.array, 0, l->pools.count * sizeof *l->pools.array);
    l->all = (pooled){0};
    double squares = 0;
    for (size_t k = 0; k < l->count; k++) {
        const seen_cell *cell = &l->cells[l->order[k]];
        pooled *of[] = {&l->all,
                        &l->pools.campaigns[cell->places[CAMPAIGN]],
                        &l->pools.segments[cell->places[SEGMENT]],
                        &l->pools.incentives[cell->places[INCENTIVE]],
                        base_at(l, cell->places),
                        effect_at(l, cell->places)};
        for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
            of[i]->bought += cell->sums.bought;
            of[i]->ratio += cell->sums.ratio;
        }
        squares += cell->sums.ratio_squares;
    }
    double apart = l->all.bought > 0 ? squares - l->all.ratio * l->all.ratio / l->all.bought : 0;
    l->variance = (fmax(apart, 0) + FIRST_PURCHASES) / (l->all.bought + FIRST_PURCHASES);
}

/* The mean of so many with that sum, and of `strength` more whose mean is `above`. */
static double shrunk(double sum, double count, double above, double strength)
{
    return (sum + strength * above) / (count + strength);
}

static void pool_ratios(ss_learner *l)
{
    size_t campaigns = l->axes[CAMPAIGN].room, incentives = l->axes[INCENTIVE].room;
    double all = l->all.mean_ratio = shrunk(l->all.ratio, l->all.bought, 1, FIRST_PURCHASES);
    for (size_t c = 0; c < campaigns; c++) {
        pooled *campaign = &l->pools.campaigns[c];
        campaign->mean_ratio = shrunk(campaign->ratio, campaign->bought, all, RATIO_STRENGTH);
        for (size_t i = 0; i < incentives; i++) {
            pooled *effect = &l->pools.effects[c * incentives + i];
            effect->mean_ratio = shrunk(effect->ratio, effect->bought, campaign->mean_ratio, RATIO_STRENGTH);
        }
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
        double exposed = cell->sums.trials * effect_at(l, cell->places)->value;
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
        double expected = cell->sums.trials * base_at(l, cell->places)->value;
        l->pools.incentives[cell->places[INCENTIVE]].exposed += expected;
        effect_at(l, cell->places)->exposed += expected;
    }
    double strength = l->strength * l->all.value; /* in purchases */
    for (size_t i = 0; i < incentives; i++) {
        settle(&l->pools.incentives[i], 1, strength);
        for (size_t c = 0; c < campaigns; c++)
            settle(&l->pools.effects[c * incentives + i], l->pools.incentives[i].value, strength);
    }
}

static void derive(ss_learner *l)
{
    sum_up(l);
    pool_ratios(l);
    size_t effects = l->axes[CAMPAIGN].room * l->axes[INCENTIVE].room;
    for (size_t p = 0; p < effects; p++)
        l->pools.effects[p].value = 1;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        fit_rates(l);
        fit_effects(l);
    }
    l->stale = false;
}

/* ---- the value of a cell ---- */

static double chance_of(double mean, double strength, const ss_cell_sums *sums, ss_random *random)
{
    double a = strength * mean + sums->bought, b = strength * (1 - mean) + sums->trials - sums->bought;
    return random ? ss_random_beta(random, a, b) : a / (a + b);
}

static double ratio_of(double mean, double variance, const ss_cell_sums *sums, ss_random *random)
{
    double n = sums->bought, strength = RATIO_STRENGTH + n, located = shrunk(sums->ratio, n, mean, RATIO_STRENGTH);
    if (!random)
        return located;
    double shape = RATIO_SHAPE + n / 2, squares = (RATIO_SHAPE - 1) * variance;
    if (n > 0) {
        double off = sums->ratio / n - mean, apart = fmax(sums->ratio_squares - sums->ratio * sums->ratio / n, 0);
        squares += apart / 2 + RATIO_STRENGTH * n * off * off / (2 * strength);
    }
    double drawn = squares / ss_random_gamma(random, shape);
    return located + ss_random_normal(random) * sqrt(drawn / strength);
}

double ss_learner_value(ss_learner *learner, const ss_cell *cell, double stake, double cost, ss_random *random)
{
    static const ss_cell_sums unseen = {0};
    if (learner->stale)
        derive(learner);
    size_t places[AXES];
    find_places(learner, cell, places);
    uint32_t number = *number_at(learner, places);
    const ss_cell_sums *sums = number ? &learner->cells[number - 1].sums : &unseen;
    const pooled *base = base_at(learner, places), *effect = effect_at(learner, places);
    double mean = fmin(base->value * effect->value, CHANCE_MOST);
    double chance = chance_of(mean, learner->strength, sums, random);
    return chance * (ratio_of(effect->mean_ratio, learner->variance, sums, random) * stake - cost);
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
    size_t c = rooms[CAMPAIGN], i = rooms[INCENTIVE], s = rooms[SEGMENT], count = c + i + s + c * s + c * i;
    uint32_t *numbers = ss_array_zeroed(c * i * s, sizeof *numbers);
    pooled *array = ss_array_zeroed(count, sizeof *array);
    if (!numbers || !array) {
        free(numbers);
        free(array);
        return false;
    }
    free(l->numbers);
    free(l->pools.array);
    l->numbers = numbers;
    l->pools = (pools){array, count, array, array + c, array + c + s, array + c + s + i, array + c + s + i + c * s};
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
    kept->ratio += sums->ratio;
    kept->ratio_squares += sums->ratio_squares;
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

ss_status ss_learner_new(double strength, ss_learner **learner, ss_error *error)
{
    static const size_t first[AXES] = {0};
    ss_learner *made = calloc(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->strength = strength;
    bool fine = true;
    for (size_t a = 0; a < AXES; a++) {
        made->axes[a] = (side){ss_dictionary_new(), 8};
        fine = fine && made->axes[a].names;
    }
    if (!fine || !make_rooms(made, first)) {
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

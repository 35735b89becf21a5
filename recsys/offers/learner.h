/*
 * learner.h: what visitors do with offers, learned online: for each cell campaign × incentive × segment how many of
 * those decided so bought something within the window (Beta posterior), and what those who bought left as margin, in
 * units of what was at stake (normal posterior). Cells with little of their own lean on those above them: the
 * segment's and the incentive's own effects within the campaign.
 *
 *     value(cell) = P(buys | cell) * (ratio(cell) * stake - cost given when bought)
 *
 * and a decision takes the arm whose value, drawn from the posterior (Thompson sampling), is the highest; showing
 * nothing (SS_ARM_NOTHING, fed by the held out too) is one of the arms, so that only what an offer adds counts.
 *
 * One thread. Nothing allocates after a cell has been seen once. The same observations in the same order and the same
 * random numbers give the same draws.
 */
#ifndef SS_OFFERS_LEARNER_H
#define SS_OFFERS_LEARNER_H

#include "base/random.h"
#include "base/slice.h"
#include "base/status.h"

typedef struct ss_learner ss_learner;

#define SS_ARM_NOTHING "nothing" /* the incentive's name where nothing is shown; "none": products without incentive */

typedef struct ss_cell {
    ss_slice campaign, incentive, segment;
} ss_cell;

/* What is kept of a cell, and comes back at the start: sufficient statistics. */
typedef struct ss_cell_sums {
    double trials, bought;       /* decisions whose window is over; of them with a purchase */
    double ratio, ratio_squares; /* sums over those that bought: gross margin / stake */
} ss_cell_sums;

/* strength: > 0, in trials: how much a cell takes over from above. SS_E_NOMEM. Caller owns the result. */
ss_status ss_learner_new(double strength, ss_learner **learner, ss_error *error);
void ss_learner_free(ss_learner **learner);
void ss_learner_clear(ss_learner *learner); /* has seen nothing */

/* Adds to the cell's sums what was observed (or what was kept). SS_E_NOMEM: nothing changed. */
ss_status ss_learner_add(ss_learner *learner, const ss_cell *cell, const ss_cell_sums *sums, ss_error *error);
ss_cell_sums ss_learner_sums(const ss_learner *learner, const ss_cell *cell); /* zeros: not seen */

/*
 * The value of the cell for a visitor with `stake` (minor units, > 0) at risk and `cost` given if they buy: drawn from
 * the posterior with `random`, or its mean where `random` is NULL. Minor units. What cells take over from above is
 * worked out at the first call after sums have changed.
 */
double ss_learner_value(ss_learner *learner, const ss_cell *cell, double stake, double cost, ss_random *random);

#endif

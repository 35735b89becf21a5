/*
 * learner.h: what visitors do with offers, learned online: for each cell campaign × incentive × segment how many of
 * those decided so bought something within the window (Beta posterior), and what those who bought left as margin, in
 * units of what was at stake (normal posterior).
 *
 *     value(cell) = P(buys | cell) * (ratio(cell) * stake - cost given when bought)
 *
 * and a decision takes the arm whose value, drawn from the posterior (Thompson sampling: Chapelle and Li 2011), is the
 * highest; showing nothing (SS_ARM_NOTHING, fed by the held out too) is one of the arms, so that only what an offer adds
 * counts.
 *
 * Cells with little of their own lean on those above them (partial pooling: Gelman and Hill 2007, ch. 12). P(buys) is
 * expected to be a product, that is, a sum of logarithms,
 *
 *     m(c, i, s) = base(c, s) * effect(c, i) * taste(s, i)
 *
 * of the rate of the segment within the campaign, a factor of the incentive within the campaign and one of the segment
 * for the incentive on all pages. Each is the mean of a gamma posterior, purchases seen over purchases expected, both with
 * some of the prior's (Clayton and Kaldor 1987), with N = strength in visitors * overall rate, in purchases:
 *
 *     all          = (bought + strength * 0.05)  / (trials' + strength)         trials' = sum of trials * effect * taste
 *     rate(c)      = (bought + strength * all)   / (trials' + strength)         rate(s) likewise
 *     base(c, s)   = (bought + strength * rate(c) * rate(s) / all) / (trials' + strength)
 *     effect(i)    = (bought + 4 N * first)      / (expected + 4 N)             expected = sum of trials * base * taste
 *     effect(c, i) = (bought + 4 N * effect(i))  / (expected + 4 N)             first = 1.2, of "nothing" and "none" 1
 *     taste(s, i)  = (bought + N)                / (expected + N)               expected = sum of trials * base * effect
 *
 * fitted to each other in two sweeps from factors of 1. At rates of some percent this is the additive model on log-odds,
 * with posteriors in closed form. What a cell takes over is as sure as its parts: with the relative variance
 *
 *     v = 1 / (8 N) + 1 / (4 N + expected(c, i)) + 1 / (N + expected(s, i))
 *
 * the prior of P(buys) is the Beta of mean m worth t = (1 - m) / (m v) trials; the posterior is Beta(t m + bought,
 * t (1 - m) + trials - bought). The base rate's own variance is left out: it is common to all arms.
 *
 * The ratio of a cell is margin over stake of those who bought, shrunk by 2,000 purchases of mean stake to that of the
 * incentive in the campaign, which is shrunk so to the campaign's, and that to all: what incentives do to baskets is
 * small beside what differs between baskets. Its posterior is normal, with variance 1 / (2,000 + stake / mean stake).
 *
 * Draws have 0.3 of the posterior's variance, which explores less and earns more over some ten thousand visitors
 * (Chapelle and Li's posterior reshaping).
 *
 * One thread. Nothing allocates after a cell has been seen once. The same sums and the same random numbers give the same
 * draws, in whatever order the sums were added.
 */
#ifndef SS_OFFERS_LEARNER_H
#define SS_OFFERS_LEARNER_H

#include "base/random.h"
#include "base/slice.h"
#include "base/status.h"

typedef struct ss_learner ss_learner;

#define SS_ARM_NOTHING "nothing" /* the incentive's name where nothing is shown */
#define SS_ARM_NONE    "none"    /* products without incentive */

typedef struct ss_cell {
    ss_slice campaign, incentive, segment;
} ss_cell;

/* What is kept of a cell, and comes back at the start: sufficient statistics. */
typedef struct ss_cell_sums {
    double trials, bought; /* decisions whose window is over; of them with a purchase */
    double stake, margin;  /* sums over those that bought: minor units, margin before incentives */
} ss_cell_sums;

/* One decision as sums. A margin of more than ten times the stake (> 0), or less than -10 times, counts as that. */
ss_cell_sums ss_learner_lesson(bool bought, double stake, double margin);

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

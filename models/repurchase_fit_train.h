/*
 * repurchase_fit_train.h: the law of one item's intervals, fitted to spells by maximum a posteriori.
 *
 * Likelihood as in repurchase.h, of ln T: ln repeat + ln f(z) - ln shape for a return, ln(1 - repeat + repeat S(z)) for
 * an open spell, z = (ln days - location) / shape. The prior is worth spells and intervals of the parent's law:
 * `prior_spells` of which the parent's share came back, and `prior_intervals` spread over the parent's mid-quantiles
 * (1/18, 3/18, … 17/18), each with an equal part of their weight. Maximized over (logit repeat, location, ln shape) by
 * Newton's method with backtracking (Nocedal and Wright, Numerical Optimization, 2006, chapter 3). Pure; nothing allocates.
 */
#ifndef SS_MODELS_REPURCHASE_FIT_TRAIN_H
#define SS_MODELS_REPURCHASE_FIT_TRAIN_H

#include "models/repurchase.h"

typedef struct ss_spell {
    float log_days;   /* of its length, returned or not */
    uint8_t returned; /* else it was still open at the log's end */
    uint8_t fold;     /* of its customer: 0 .. SS_SPELL_FOLDS - 1 */
} ss_spell;
#define SS_SPELL_FOLDS 5u

typedef struct ss_spells {
    const ss_spell *at;
    size_t count, stride; /* every `stride`-th of the first `count` is read, stride >= 1 */
    uint32_t folds;       /* bit f: those of fold f */
} ss_spells;
#define SS_SPELL_ALL_FOLDS ((1u << SS_SPELL_FOLDS) - 1)

typedef struct ss_interval_prior {
    ss_interval parent;
    double spells, intervals; /* > 0 */
} ss_interval_prior;

/* The law that is most likely after the prior and the spells; the parent's own when there are no spells. */
ss_interval ss_interval_fit(ss_interval_family family, const ss_spells *spells, const ss_interval_prior *prior);

/* Logarithm of the likelihood of the spells alone; 0 for none. */
double ss_interval_likelihood(ss_interval_family family, const ss_spells *spells, const ss_interval *interval);

#endif

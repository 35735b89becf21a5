#include "offers/offers.h"

#include "offers/engine.h"
#include <stdlib.h>

/* Memory holds what is lost by now. */
static void unlearn(void *context)
{
    ss_offers *offers = context;
    offers->stale = true;
}

ss_status ss_offers_new(ss_offer_ledger *ledger, ss_policy *policy, ss_answerer *answerer, ss_offers **offers,
                        ss_error *error)
{
    ss_status status = SS_OK;
    ss_offers *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->ledger = ledger;
    new->stale = true;
    SS_TRY(ss_learner_new(policy->learning.strength, &new->learner, error));
    SS_TRY(ss_guesses_new(&new->guesses, error));
    ss_code_keys_derive(ss_offer_ledger_secret(ledger), &new->keys);
    ss_candidates_init(&new->candidates, ss_answerer_snapshot(answerer));
    ss_offer_ledger_on_loss(ledger, unlearn, new);
    new->policy = policy;
    new->answerer = answerer;
    *offers = new;
    new = NULL;
out:
    ss_offers_free(&new);
    return status;
}

void ss_offers_free(ss_offers **offers)
{
    ss_offers *old = *offers;
    *offers = NULL;
    if (!old)
        return;
    ss_offer_ledger_on_loss(old->ledger, NULL, NULL);
    ss_answerer_free(&old->answerer);
    ss_learner_free(&old->learner);
    ss_guesses_free(&old->guesses);
    ss_policy_release(&old->policy);
    free(old);
}

ss_answerer *ss_offers_exchange(ss_offers *offers, ss_answerer *answerer, ss_policy *policy)
{
    ss_answerer *old = offers->answerer;
    ss_policy *before = offers->policy;
    offers->stale = offers->stale || policy->learning.strength != before->learning.strength;
    offers->answerer = answerer;
    offers->policy = policy;
    ss_candidates_init(&offers->candidates, ss_answerer_snapshot(answerer));
    ss_policy_release(&before);
    return old;
}

ss_answerer *ss_offers_answerer(const ss_offers *offers)
{
    return offers->answerer;
}

const ss_code_keys *ss_offers_keys(const ss_offers *offers)
{
    return &offers->keys;
}

/* ---- what was learned ---- */

static ss_status add_cell(void *context, const ss_slice names[3], const double values[SS_CELL_VALUES], ss_error *error)
{
    const ss_cell cell = {names[0], names[1], names[2]};
    const ss_cell_sums sums = {values[0], values[1], values[2], values[3]};
    return ss_learner_add(context, &cell, &sums, error);
}

/* The learner is made anew: the policy's strength may be another. */
static ss_status learn_again(ss_offers *offers, ss_error *error)
{
    ss_status status = SS_OK;
    ss_learner *learner = NULL;
    SS_TRY(ss_learner_new(offers->policy->learning.strength, &learner, error));
    SS_TRY(ss_offer_ledger_cells(offers->ledger, add_cell, learner, error));
    ss_learner_free(&offers->learner);
    offers->learner = learner;
    learner = NULL;
    offers->stale = false;
out:
    ss_learner_free(&learner);
    return status;
}

/* ---- steps ---- */

ss_status ss_offers_begin(ss_offers *offers, int64_t now, ss_error *error)
{
    ss_status status = SS_OK;
    bool begun = false;
    SS_TRY(ss_answerer_catch_up(offers->answerer, error));
    SS_TRY(ss_offer_ledger_begin(offers->ledger, error));
    begun = true;
    offers->now = now;
    offers->day = ss_zone_local(offers->policy->zone, now).day;
    offers->taught = false;
    if (offers->stale)
        SS_TRY(learn_again(offers, error));
    SS_TRY(ss_offers_settle(offers, error));
out:
    if (status != SS_OK && begun)
        ss_offers_end(offers, false, NULL);
    return status;
}

ss_status ss_offers_end(ss_offers *offers, bool keep, ss_error *error)
{
    ss_status status = ss_offer_ledger_end(offers->ledger, keep, error);
    bool kept = keep && status == SS_OK;
    offers->stale = offers->stale || (offers->taught && !kept);
    offers->behind = offers->behind && kept;
    return status;
}

bool ss_offers_behind(const ss_offers *offers)
{
    return offers->behind;
}

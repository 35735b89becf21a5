/*
 * mail_incentive.h: what a mail might give, by the policy of offers: the campaign that the customer would meet now on
 * the cart page (a left cart) or the home page (all else), and the first of its incentives, in the policy's order, that
 * every guard allows on these products at their prices of now. A suggestion for people: nothing is leased, no code made.
 *
 * Nothing is suggested where a budget is 0, and to nobody whom the campaign holds out: they would be held out no more.
 * Uses of a customer and what budgets have left are not looked at. Pure but for what it reads; safe from any thread.
 */
#ifndef SS_JOB_MAIL_INCENTIVE_H
#define SS_JOB_MAIL_INCENTIVE_H

#include "job/mail_picks.h"
#include "offers/policy.h"

typedef struct ss_mail_incentive { /* of the policy; borrowed. NULL: none */
    const ss_campaign *campaign;
    const ss_incentive *incentive;
} ss_mail_incentive;

/* `mail` has a product at least. */
ss_mail_incentive ss_mail_incentive_of(const ss_policy *policy, const ss_catalogue *catalogue, const ss_mail *mail,
                                       int64_t now);

#endif

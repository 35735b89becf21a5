/* budgets.h: how much may still be promised. */
#ifndef SS_OFFERS_BUDGETS_H
#define SS_OFFERS_BUDGETS_H

#include "offers/policy.h"
#include "state/offer_ledger.h"

/*
 * The most that further leases may come to in all without any of the four accounts going beyond its budget: the
 * campaign's and the one over all, of `day` and in all; what is leased and what is redeemed counts. 0: nothing; never
 * negative. INT64_MAX: there is no budget that ends it.
 */
int64_t ss_budgets_room(const ss_offer_ledger *ledger, const ss_policy *policy, const ss_campaign *campaign,
                        int32_t day);

#endif

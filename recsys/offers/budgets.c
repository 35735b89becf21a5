#include "offers/budgets.h"

static int64_t room_in(const ss_offer_ledger *ledger, ss_slice campaign, int32_t day, int64_t budget)
{
    if (budget == SS_BUDGET_NONE)
        return INT64_MAX;
    ss_account account = ss_offer_ledger_account(ledger, campaign, day);
    int64_t left = budget - account.leased;
    return left > account.redeemed ? left - account.redeemed : 0;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t room_of(const ss_offer_ledger *ledger, ss_slice campaign, const ss_budget *budget, int32_t day)
{
    return least(room_in(ledger, campaign, day, budget->per_day),
                 room_in(ledger, campaign, SS_DAY_ALL, budget->in_all));
}

int64_t ss_budgets_room(const ss_offer_ledger *ledger, const ss_policy *policy, const ss_campaign *campaign,
                        int32_t day)
{
    return least(room_of(ledger, campaign->name, &campaign->budget, day),
                 room_of(ledger, (ss_slice){"", 0}, &policy->guards.budget, day));
}

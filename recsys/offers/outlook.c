#include "offers/outlook.h"

#include "shelf/catalogue.h"

static size_t campaigns_of(const ss_policy *policy)
{
    size_t count = 0;
    for (size_t i = 0; i < policy->campaign_count; i++)
        count += policy->campaigns[i].enabled;
    return count;
}

static void count_items(const ss_catalogue *catalogue, ss_outlook *outlook)
{
    for (uint32_t item = 0; item < catalogue->count; item++) {
        if (ss_catalogue_number(catalogue, item, SS_LIVE_PRICE) <= 0)
            continue;
        outlook->priced++;
        outlook->costed += ss_catalogue_number(catalogue, item, SS_LIVE_COST) != SS_ITEM_NO_MONEY;
    }
}

static void pass_over(void *context, uint32_t item, uint8_t show)
{
    (void)context;
    (void)item;
    (void)show;
}

static ss_status count_all(const ss_snapshot *snapshot, ss_live_items *live, ss_outlook *outlook, ss_error *error)
{
    ss_catalogue catalogue = {0};
    ss_status status = ss_catalogue_init(&catalogue, snapshot, live, error);
    if (status != SS_OK)
        return status;
    if (live)
        status = ss_catalogue_catch_up(&catalogue, pass_over, NULL, error);
    if (status == SS_OK)
        count_items(&catalogue, outlook);
    ss_catalogue_release(&catalogue);
    return status;
}

ss_status ss_outlook_take(const ss_policy *policy, const ss_snapshot *snapshot, ss_live_items *live,
                          ss_outlook *outlook, ss_error *error)
{
    ss_outlook taken = {.campaigns = campaigns_of(policy)};
    ss_status status = snapshot ? count_all(snapshot, live, &taken, error) : SS_OK;
    if (status == SS_OK)
        *outlook = taken;
    return status;
}

const char *ss_outlook_obstacle(const ss_policy *policy, const ss_outlook *outlook)
{
    const ss_budget *budget = &policy->guards.budget;
    if (outlook->campaigns == 0)
        return "no campaign is enabled: see offers.campaigns";
    if (budget->per_day == 0 || budget->in_all == 0)
        return "products are shown at their prices until offers.guards.budget-per-day (and budget) is above 0";
    if (outlook->priced > 0 && outlook->costed == 0)
        return "no item has a cost, and without a known cost nothing is discounted: give the catalogue a column cost "
               "and train, or tell the server by `smartshelf items`";
    return NULL;
}

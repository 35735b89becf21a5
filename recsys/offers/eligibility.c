#include "offers/eligibility.h"

static bool is_liked(const ss_campaign *campaign, ss_slice affinity)
{
    return campaign->liked_category_count == 0 ||
           ss_categories_name(campaign->liked_categories, campaign->liked_category_count, affinity);
}

static bool is_eligible(const ss_campaign *campaign, const ss_zone *zone, const ss_occasion *occasion)
{
    return campaign->enabled && campaign->page == occasion->page &&
           (campaign->segments == 0 || (campaign->segments & occasion->segments)) &&
           !(campaign->not_segments & occasion->segments) && occasion->cart_value >= campaign->cart_min &&
           occasion->cart_value <= campaign->cart_max && is_liked(campaign, occasion->affinity) &&
           ss_schedule_runs(&campaign->schedule, zone, occasion->now);
}

const ss_campaign *ss_eligible_campaign(const ss_policy *policy, const ss_occasion *occasion)
{
    const ss_campaign *best = NULL;
    for (size_t i = 0; i < policy->campaign_count; i++) {
        const ss_campaign *campaign = &policy->campaigns[i];
        if ((!best || campaign->priority > best->priority) && is_eligible(campaign, policy->zone, occasion))
            best = campaign;
    }
    return best;
}

#include "job/mail_incentive.h"

#include "log/catalog.h"
#include "offers/assignment.h"
#include "offers/eligibility.h"
#include "offers/lines.h"

/* All pieces of a left cart together. */
static bool fits_cart(const ss_policy *policy, const ss_catalogue *catalogue, const ss_campaign *campaign,
                      const ss_incentive *incentive, const ss_mail *mail, int64_t now)
{
    ss_price_line lines[SS_MAIL_PRODUCTS_MAX];
    int64_t offers[SS_MAIL_PRODUCTS_MAX];
    ss_priced priced;
    for (size_t i = 0; i < mail->count; i++)
        lines[i] = ss_line_of(catalogue, campaign, mail->products[i].item, mail->products[i].pieces, now);
    return ss_price_cart(&policy->guards, campaign, incentive, lines, mail->count,
                         ss_gift_cost(catalogue, incentive->gift_item, now), INT64_MAX, offers,
                         &priced) == SS_PRICE_FINE;
}

/* Each product by itself. */
static bool fits_products(const ss_policy *policy, const ss_catalogue *catalogue, const ss_campaign *campaign,
                          const ss_incentive *incentive, const ss_mail *mail, int64_t now)
{
    int64_t gift_cost = ss_gift_cost(catalogue, incentive->gift_item, now);
    ss_priced priced;
    for (size_t i = 0; i < mail->count; i++) {
        ss_price_line line = ss_line_of(catalogue, campaign, mail->products[i].item, 1, now);
        if (!line.eligible ||
            ss_price_item(&policy->guards, campaign, incentive, &line, gift_cost, &priced) != SS_PRICE_FINE)
            return false;
    }
    return true;
}

static bool may_give(const ss_budget *budget)
{
    return budget->per_day > 0 && budget->in_all > 0;
}

ss_mail_incentive ss_mail_incentive_of(const ss_policy *policy, const ss_catalogue *catalogue, const ss_mail *mail,
                                       int64_t now)
{
    bool cart = mail->kind == SS_MAIL_ABANDONED_CART;
    const ss_occasion occasion = {cart ? SS_PAGE_CART : SS_PAGE_HOME, mail->segments, mail->liked, mail->value, now};
    const ss_campaign *campaign = ss_eligible_campaign(policy, &occasion);
    if (!campaign || !may_give(&policy->guards.budget) || !may_give(&campaign->budget) ||
        ss_assigned_to_holdout(campaign, policy->learning.seed, mail->customer_id))
        return (ss_mail_incentive){NULL, NULL};
    for (size_t i = 1; i < policy->incentive_count; i++) {
        const ss_incentive *incentive = &policy->incentives[i];
        if (!(campaign->incentives >> i & 1u) || incentive->kind == SS_INCENTIVE_BUNDLE)
            continue;
        if (cart ? fits_cart(policy, catalogue, campaign, incentive, mail, now)
                 : fits_products(policy, catalogue, campaign, incentive, mail, now))
            return (ss_mail_incentive){campaign, incentive};
    }
    return (ss_mail_incentive){NULL, NULL};
}

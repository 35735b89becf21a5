#include "server/offer_counts.h"

#include "server/reply.h"
#include <stdio.h>

void ss_offer_counts_init(ss_offer_counts *counts)
{
    *counts = (ss_offer_counts){0};
    pthread_mutex_init(&counts->lock, NULL);
}

void ss_offer_counts_release(ss_offer_counts *counts)
{
    pthread_mutex_destroy(&counts->lock);
}

void ss_offer_counts_decision(ss_offer_counts *counts, const ss_offer_asked *asked)
{
    if (asked->failed)
        return;
    if (asked->method == SS_METHOD_PREVIEW || asked->repeated) {
        ss_count(asked->repeated ? &counts->repeated : &counts->previews);
        return;
    }
    ss_count(&counts->verdicts[asked->outcome]);
    ss_count_many(&counts->products, asked->products);
    ss_count_many(&counts->leases, asked->leases);
}

void ss_offer_counts_code(ss_offer_counts *counts, const ss_offer_asked *asked)
{
    if (!asked->failed)
        ss_count(asked->repeated ? &counts->repeated_codes : &counts->outcomes[asked->outcome]);
}

static ss_offer_money money_of(const ss_offer_ledger *ledger, ss_slice campaign, const ss_budget *budget, int32_t day)
{
    ss_offer_money money = {.day = ss_offer_ledger_account(ledger, campaign, day),
                            .in_all = ss_offer_ledger_account(ledger, campaign, SS_DAY_ALL),
                            .budget = *budget};
    snprintf(money.campaign, sizeof money.campaign, "%.*s", (int)campaign.size, campaign.data);
    return money;
}

void ss_offer_counts_take_money(ss_offer_counts *counts, const ss_offer_ledger *ledger, const ss_policy *policy,
                                int64_t now)
{
    int32_t day = ss_zone_local(policy->zone, now).day;
    pthread_mutex_lock(&counts->lock);
    counts->money[0] = money_of(ledger, (ss_slice){"", 0}, &policy->guards.budget, day);
    for (size_t i = 0; i < policy->campaign_count; i++)
        counts->money[i + 1] = money_of(ledger, policy->campaigns[i].name, &policy->campaigns[i].budget, day);
    counts->money_count = policy->campaign_count + 1;
    pthread_mutex_unlock(&counts->lock);
}

size_t ss_offer_counts_copy_money(ss_offer_counts *counts, ss_offer_money *money)
{
    pthread_mutex_lock(&counts->lock);
    size_t count = counts->money_count;
    memcpy(money, counts->money, count * sizeof *money);
    pthread_mutex_unlock(&counts->lock);
    return count;
}

/* ---- telling ---- */

static ss_status reply_verdicts(const ss_offer_counts *counts, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "decisions", SS_VERDICTS));
    for (unsigned i = 0; i < SS_VERDICTS; i++)
        SS_TRY(ss_reply_uint(out, ss_verdict_name((ss_verdict)i), ss_counted(&counts->verdicts[i])));
out:
    return status;
}

static ss_status reply_outcomes(const ss_offer_counts *counts, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "codes", SS_REDEEM_OUTCOMES));
    for (unsigned i = 0; i < SS_REDEEM_OUTCOMES; i++)
        SS_TRY(ss_reply_uint(out, ss_redeemed_name((ss_redeemed)i), ss_counted(&counts->outcomes[i])));
out:
    return status;
}

/* An open budget is left out. */
static ss_status reply_account(const char *name, const ss_account *account, int64_t budget, ss_buffer *out)
{
    ss_status status;
    bool bounded = budget != SS_BUDGET_NONE;
    SS_TRY(ss_reply_map(out, name, 2u + bounded));
    SS_TRY(ss_reply_uint(out, "leased", (uint64_t)account->leased));
    SS_TRY(ss_reply_uint(out, "redeemed", (uint64_t)account->redeemed));
    if (bounded)
        SS_TRY(ss_reply_uint(out, "budget", (uint64_t)budget));
out:
    return status;
}

static ss_status reply_money(const ss_offer_counts *counts, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "budgets", (uint32_t)counts->money_count));
    for (size_t i = 0; i < counts->money_count; i++) {
        const ss_offer_money *money = &counts->money[i];
        SS_TRY(ss_reply_map(out, money->campaign[0] ? money->campaign : "*", 2));
        SS_TRY(reply_account("day", &money->day, money->budget.per_day, out));
        SS_TRY(reply_account("in_all", &money->in_all, money->budget.in_all, out));
    }
out:
    return status;
}

ss_status ss_offer_counts_reply(ss_offer_counts *counts, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_reply_map(out, "offers", 10));
    SS_TRY(reply_verdicts(counts, out));
    SS_TRY(ss_reply_uint(out, "previews", ss_counted(&counts->previews)));
    SS_TRY(ss_reply_uint(out, "repeated", ss_counted(&counts->repeated)));
    SS_TRY(ss_reply_uint(out, "products", ss_counted(&counts->products)));
    SS_TRY(ss_reply_uint(out, "leases", ss_counted(&counts->leases)));
    SS_TRY(reply_outcomes(counts, out));
    SS_TRY(ss_reply_uint(out, "repeated_codes", ss_counted(&counts->repeated_codes)));
    SS_TRY(ss_reply_uint(out, "events", ss_counted(&counts->events)));
    SS_TRY(ss_reply_uint(out, "lost_events", ss_counted(&counts->lost_events)));
    pthread_mutex_lock(&counts->lock);
    status = reply_money(counts, out);
    pthread_mutex_unlock(&counts->lock);
out:
    return status;
}

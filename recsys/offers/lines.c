#include "offers/lines.h"

#include "log/catalog.h"

static bool takes_category_of(const ss_campaign *campaign, const ss_catalogue *catalogue, uint32_t item)
{
    ss_slice category = item < catalogue->count ? ss_catalogue_text(catalogue, item, SS_LIVE_CATEGORY) : (ss_slice){0};
    return (campaign->category_count == 0 ||
            ss_categories_name(campaign->categories, campaign->category_count, category)) &&
           !ss_categories_name(campaign->not_categories, campaign->not_category_count, category);
}

bool ss_campaign_takes(const ss_campaign *campaign, const ss_catalogue *catalogue, uint32_t item)
{
    return (campaign->category_count == 0 && campaign->not_category_count == 0) ||
           takes_category_of(campaign, catalogue, item);
}

static bool is_reduced(const ss_catalogue *catalogue, uint32_t item, int64_t price, int64_t now)
{
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item);
    return entry && ss_price_reduced(entry->record->item.prices, entry->record->item.price_count, price, now);
}

/* As the shop has said since. */
static __attribute__((noinline)) void take_live(const ss_catalogue *catalogue, uint32_t item, int64_t now,
                                                ss_price_line *line)
{
    line->price = ss_catalogue_number(catalogue, item, SS_LIVE_PRICE);
    line->cost = ss_catalogue_number(catalogue, item, SS_LIVE_COST);
    line->lowest = ss_catalogue_lowest_price(catalogue, item, now);
    line->reduced = is_reduced(catalogue, item, line->price, now);
}

ss_price_line ss_line_of(const ss_catalogue *catalogue, const ss_campaign *campaign, uint32_t item, int64_t quantity,
                         int64_t now)
{
    ss_price_line line = {SS_NO_MONEY, SS_NO_MONEY, SS_NO_MONEY, quantity, false, false};
    if (item >= catalogue->count)
        return line;
    if (ss_catalogue_entry_of(catalogue, item)) {
        take_live(catalogue, item, now, &line);
    } else if (item < catalogue->known) { /* most: as the generation has it */
        line.price = catalogue->snapshot->items.price[item];
        line.cost = catalogue->snapshot->items.cost[item];
    }
    line.eligible = !campaign || ss_campaign_takes(campaign, catalogue, item);
    return line;
}

int64_t ss_net_of(int64_t price, int64_t tax)
{
    __extension__ typedef __int128 wide;
    int64_t twice = 2 * SS_BASIS_POINTS, share = SS_BASIS_POINTS + tax;
    if (price < INT64_MAX / twice - share) /* nearly always: a division of 128 bits takes ten times as long */
        return (price * twice + share) / (2 * share);
    return (int64_t)(((wide)price * twice + share) / (2 * share));
}

int64_t ss_line_margin(const ss_price_line *line, int64_t tax)
{
    if (line->price == SS_NO_MONEY || line->cost == SS_NO_MONEY)
        return 0;
    return ss_net_of(line->price * line->quantity, tax) - line->cost * line->quantity;
}

int64_t ss_gift_cost(const ss_catalogue *catalogue, ss_slice gift_item, int64_t now)
{
    uint32_t item = ss_catalogue_find(catalogue, gift_item);
    if (item == SS_NONE || (ss_catalogue_show(catalogue, item) & SS_SHOW_BLOCKED) ||
        ss_catalogue_out_of_dates(catalogue, item, now))
        return SS_NO_MONEY;
    return ss_catalogue_number(catalogue, item, SS_LIVE_COST);
}

/*
 * lines.h: products as pricing.h looks at them: what the catalogue says of them now, the shop's latest changes over the
 * generation. Pure but for what it reads; one thread with its catalogue.
 */
#ifndef SS_OFFERS_LINES_H
#define SS_OFFERS_LINES_H

#include "offers/pricing.h"
#include "shelf/catalogue.h"

/* Is it of the campaign's categories? An item without one is, unless it must be of some. */
bool ss_campaign_takes(const ss_campaign *campaign, const ss_catalogue *catalogue, uint32_t item);

/*
 * `quantity` pieces of an item; SS_NONE: one that the shop does not have, whose price is not known. It carries a
 * reduction for 30 days from when its price was lowered below the lowest of the 30 days before. campaign: NULL: any
 * category will do.
 */
ss_price_line ss_line_of(const ss_catalogue *catalogue, const ss_campaign *campaign, uint32_t item, int64_t quantity,
                         int64_t now);

/* What a piece of the gift costs the shop; SS_NO_MONEY: it is not to be had now (unknown, hidden, sold out, not in its
 * dates), or its cost is not known. */
int64_t ss_gift_cost(const ss_catalogue *catalogue, ss_slice gift_item, int64_t now);

#endif

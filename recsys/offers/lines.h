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
 * `quantity` pieces of an item; SS_NONE: one that the shop does not have, whose price is not known. campaign:
 * NULL: any category will do.
 */
ss_price_line ss_line_of(const ss_catalogue *catalogue, const ss_campaign *campaign, uint32_t item, int64_t quantity,
                         int64_t now);

/* `price` without the tax it contains, rounded half up. */
int64_t ss_net_of(int64_t price, int64_t tax);

/* What the line's pieces leave at their price, net of tax and costs; 0 where either is not known. */
int64_t ss_line_margin(const ss_price_line *line, int64_t tax);

/* What a piece of the gift costs the shop; SS_NO_MONEY: it is not to be had now (unknown, hidden, sold out, not in its
 * dates), or its cost is not known. */
int64_t ss_gift_cost(const ss_catalogue *catalogue, ss_slice gift_item, int64_t now);

#endif

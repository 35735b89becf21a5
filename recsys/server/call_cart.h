/* call_cart.h: what the decoders of offers and of a page with offers have in common. As call_reader.h. */
#ifndef SS_SERVER_CALL_CART_H
#define SS_SERVER_CALL_CART_H

#include "offers/offers.h"
#include "server/call_reader.h"

/*
 * An array of `least` to `most` lines, each a map {item_id, quantity} or an item_id alone, of which there is one piece.
 * `name` is what faults call it: "cart". The reader's target is as it was afterwards.
 */
bool ss_call_read_cart(ss_call_reader *reader, const char *name, size_t least, size_t most, ss_cart_line *lines,
                       size_t *count);

/* "home", "product" or "cart". */
bool ss_call_read_offer_page(ss_call_reader *reader, ss_offer_page *page);

/* What only all params together tell: a product's page needs its item_id, and somebody must be asking. */
bool ss_call_check_offers(ss_call_reader *reader, const ss_offer_request *request);

/* 1 to SS_OFFERS_MAX. */
bool ss_call_read_offer_limit(ss_call_reader *reader, uint32_t *limit);

#endif

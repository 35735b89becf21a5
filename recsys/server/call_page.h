/* call_page.h: the shelves that `page` asks for, in the order of their priority, and the offers that go with them. */
#ifndef SS_SERVER_CALL_PAGE_H
#define SS_SERVER_CALL_PAGE_H

#include "server/call_reader.h"

/*
 * Reads `shelves` into the reader's ss_call: 1 to SS_SHELVES_MAX, each a name or a map {shelf, limit}. For the methods
 * that have no shelves there is no such param.
 */
bool ss_call_read_shelves(ss_call_reader *reader);

/* Reads `offers`: true or false, or a map {page, limit, cart, durability}. Likewise of `page` alone. */
bool ss_call_read_page_offers(ss_call_reader *reader);

/* What only all params together tell: `shelves` must be there, and with offers who it is for. */
bool ss_call_check_page(ss_call_reader *reader);

#endif

/*
 * known_items.h: which generation is served now, for the thread that takes the shop's changes of items: which items it
 * knows, and at what price. The loader says so when it swaps one in. Safe from any thread.
 */
#ifndef SS_SERVER_KNOWN_ITEMS_H
#define SS_SERVER_KNOWN_ITEMS_H

#include "shelf/snapshot.h"
#include "state/item_ledger.h"

typedef struct ss_known_items ss_known_items;

ss_known_items *ss_known_items_new(void); /* knows nothing yet; NULL when out of memory */
void ss_known_items_free(ss_known_items **known);

/* From now on this generation; keeps a reference of its own. */
void ss_known_items_use(ss_known_items *known, ss_snapshot *snapshot);

/* For the ledger; `known` is borrowed. */
ss_item_bases ss_known_items_bases(ss_known_items *known);

#endif

/*
 * alike.h: what a new item is like: its neighbours among the generation's items by name, category and price, until a
 * training learns its own. Found when they are first asked for and again when the item has changed. One thread; nothing
 * allocates but new.
 */
#ifndef SS_SHELF_ALIKE_H
#define SS_SHELF_ALIKE_H

#include "shelf/catalogue.h"

#define SS_ALIKE_MAX 32u /* neighbours of an item */

typedef struct ss_alike ss_alike;

/* For the new items of the catalogue (borrowed). *alike stays NULL where the generation has no names to compare, or no
 * new items can be. SS_E_NOMEM. */
ss_status ss_alike_new(const ss_catalogue *catalogue, ss_alike **alike, ss_error *error);
void ss_alike_free(ss_alike **alike);

/* The neighbours of a new item, best first, at most SS_ALIKE_MAX; whether they may be shown is the caller's to ask. None
 * of any other item; `alike` may be NULL. Borrowed until the catalogue catches up. */
size_t ss_alike_of(ss_alike *alike, uint32_t item, const ss_scored **found);

#endif

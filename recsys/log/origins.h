/*
 * origins.h: purchases and returns as they came, of those that cleaning has made into something else: of each customer's
 * items of which some were returned, or of which repeats at several moments became one row. Who goes on from a cleaned
 * log (models/stored_log.h) puts these in the place of what became of them. All other rows clean to the same in one go
 * or in two. Not thread-safe; one owner.
 */
#ifndef SS_LOG_ORIGINS_H
#define SS_LOG_ORIGINS_H

#include "log/interactions.h"

typedef struct ss_origins { /* all zero: empty */
    ss_interaction *rows;   /* of one group after another. Owned */
    size_t count, capacity;
    ss_interaction *group; /* the group at hand before it is cleaned. Owned */
    size_t group_count, group_capacity;
    uint32_t *items; /* of it, whose rows are kept; may repeat. Owned */
    size_t item_count, item_capacity;
    bool failed; /* out of memory: something is missing */
} ss_origins;

/* For all of these `origins` may be NULL: nothing is kept. A group begins; */
void ss_origins_begin(ss_origins *origins, const ss_interaction *rows, size_t count);
/* the purchases of an item in it are more than what becomes of them; */
void ss_origins_note(ss_origins *origins, uint32_t item);
/* and it ends: its rows of these items, and of those returned, are kept. */
void ss_origins_end(ss_origins *origins);

void ss_origins_release(ss_origins *origins);

#endif

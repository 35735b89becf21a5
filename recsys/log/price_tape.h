/*
 * price_tape.h: the prices of a log's purchases in the order in which they were read, for one pass over them later: rows
 * of 24 bytes have no room for one. A price takes 1 to 3 bytes where it is below 20,000.00 of a currency with cents.
 * Not thread-safe; one owner.
 */
#ifndef SS_LOG_PRICE_TAPE_H
#define SS_LOG_PRICE_TAPE_H

#include "log/catalog.h"

typedef struct ss_price_block ss_price_block;

typedef struct ss_price_tape {    /* all zero: empty */
    ss_price_block *first, *last; /* owned */
    const ss_price_block *at;     /* where it is read */
    size_t place;
    bool priced, missing; /* some price is known, some is not */
} ss_price_tape;

/* At its end: 0 to 2^62 minor units, or SS_NO_MONEY. SS_E_NOMEM. */
ss_status ss_price_tape_add(ss_price_tape *tape, int64_t price);

/* The next price, from the first on; SS_NO_MONEY behind the last. Nothing may be added any more. */
int64_t ss_price_tape_next(ss_price_tape *tape);

void ss_price_tape_release(ss_price_tape *tape); /* empties it */

#endif

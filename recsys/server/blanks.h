/*
 * blanks.h: places in a reply that are left blank for whoever sends it: names and codes of offers. To work them out takes a
 * tenth of a decision, and all wait for the one thread that decides; the socket's owner has time for it.
 *
 * Safe from any thread, each with its own reply.
 */
#ifndef SS_SERVER_BLANKS_H
#define SS_SERVER_BLANKS_H

#include "offers/code.h"
#include "state/offer_record.h"

typedef struct ss_blank {
    uint64_t number;       /* of the offer */
    size_t id_at, code_at; /* bytes from the reply's beginning to the texts; code_at 0: it has no code */
} ss_blank;

typedef struct ss_blanks {
    const ss_code_keys *keys; /* borrowed: as long as the server runs */
    size_t count;             /* 0: the reply is whole */
    ss_blank list[SS_OFFERS_MAX];
} ss_blanks;

/* Without terminators, as long as those of code.h. */
void ss_blanks_fill(const ss_blanks *blanks, void *reply);

/* The same blanks, of which few are there mostly. */
void ss_blanks_copy(ss_blanks *to, const ss_blanks *from);

#endif

/*
 * outlook.h: can a shop's offers give anything at all? Two things that a policy and a catalogue leave out by mistake keep
 * every incentive from every visitor, and no single decision tells the owner: a budget of 0, and items without cost.
 */
#ifndef SS_OFFERS_OUTLOOK_H
#define SS_OFFERS_OUTLOOK_H

#include "offers/policy.h"
#include "shelf/snapshot.h"
#include "state/live_items.h"

typedef struct ss_outlook {
    size_t campaigns; /* enabled */
    uint32_t priced;  /* items that have a price */
    uint32_t costed;  /* of these: a cost, too */
} ss_outlook;

/* `snapshot` and `live` may be NULL: no items are counted, or as training knew them. Reads the columns once: for a
 * thread that nobody waits for. SS_E_NOMEM. */
ss_status ss_outlook_take(const ss_policy *policy, const ss_snapshot *snapshot, ss_live_items *live,
                          ss_outlook *outlook, ss_error *error);

/* Why nothing can be given, and what to do about it; NULL: something can. A fixed text. */
const char *ss_outlook_obstacle(const ss_policy *policy, const ss_outlook *outlook);

#endif

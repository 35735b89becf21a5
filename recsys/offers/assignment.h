/*
 * assignment.h: which visitors are held out of a campaign, and which variant of its message each gets: by a hash of the
 * policy's seed, the campaign's name and the visitor, so that it is the same whenever they are asked about, and
 * independent between campaigns. Pure: safe from any thread.
 */
#ifndef SS_OFFERS_ASSIGNMENT_H
#define SS_OFFERS_ASSIGNMENT_H

#include "offers/policy.h"

/* visitor: customer_id, or session_id where there is none. */
bool ss_assigned_to_holdout(const ss_campaign *campaign, uint64_t seed, ss_slice visitor);

/* Empty: the campaign has no variants. */
ss_slice ss_assigned_variant(const ss_campaign *campaign, uint64_t seed, ss_slice visitor);

#endif

/* eligibility.h: which campaign a visitor meets. Pure: safe from any thread. */
#ifndef SS_OFFERS_ELIGIBILITY_H
#define SS_OFFERS_ELIGIBILITY_H

#include "offers/policy.h"

typedef struct ss_occasion {
    ss_offer_page page;
    uint32_t segments; /* bits 1u << ss_segment */
    ss_slice affinity; /* category that the visitor buys most of, by its name: numbers change with the generations; or
                          empty */
    int64_t cart_value;
    int64_t now; /* microseconds UTC */
} ss_occasion;

/*
 * Of the campaigns of that page that are enabled, run now, are for the visitor's segments and affinity and for a cart of
 * that value, the one of highest priority, ties by the order of the file; NULL: none. It decides alone: where it finds nothing worth
 * showing the next is not asked, so that whoever is held out of it meets no other one either.
 */
const ss_campaign *ss_eligible_campaign(const ss_policy *policy, const ss_occasion *occasion);

#endif

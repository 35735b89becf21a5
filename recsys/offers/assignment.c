#include "offers/assignment.h"

#include "base/hash.h"
#include "base/random.h"

/* What is decided by it: one hash must not tell of the other. */
enum { OF_HOLDOUT = 1, OF_VARIANT = 2 };

/* Uniform in [0, bound), but for one in 2^50. */
static uint64_t assigned(const ss_campaign *campaign, uint64_t seed, ss_slice visitor, unsigned of, uint64_t bound)
{
    uint64_t both[2] = {ss_hash(campaign->name.data, campaign->name.size), ss_hash(visitor.data, visitor.size)};
    uint64_t mixed = ss_random_mix(ss_random_mix(ss_random_mix(seed + of) ^ both[0]) ^ both[1]);
    return mixed % bound;
}

bool ss_assigned_to_holdout(const ss_campaign *campaign, uint64_t seed, ss_slice visitor)
{
    return assigned(campaign, seed, visitor, OF_HOLDOUT, SS_BASIS_POINTS) < (uint64_t)campaign->holdout;
}

ss_slice ss_assigned_variant(const ss_campaign *campaign, uint64_t seed, ss_slice visitor)
{
    if (campaign->variant_count == 0)
        return (ss_slice){"", 0};
    return campaign->variants[assigned(campaign, seed, visitor, OF_VARIANT, campaign->variant_count)];
}

#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t ss_hash(const void *data, size_t size)
{
    return XXH3_64bits(data, size);
}

ss_hash128 ss_hash_128(const void *data, size_t size)
{
    XXH128_hash_t hash = XXH3_128bits(data, size);
    return (ss_hash128){hash.low64, hash.high64};
}

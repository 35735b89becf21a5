/* hash.h: XXH3 (64 and 128 bits, seed 0) of byte strings. Pure: safe from any thread. */
#ifndef SS_BASE_HASH_H
#define SS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t ss_hash(const void *data, size_t size);

typedef struct ss_hash128 {
    uint64_t low, high;
} ss_hash128;
ss_hash128 ss_hash_128(const void *data, size_t size);

#endif

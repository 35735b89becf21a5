#include "http/rate_limit.h"

#include "base/memory.h"
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#define WAYS   8u
#define SECOND 1e9

/* Both are read and written by any thread; what two of them do to one at once is at worst a token too many. */
typedef struct entry {
    _Atomic uint64_t who;     /* a hash; 0: nobody */
    _Atomic int64_t paid_off; /* when */
} entry;

struct ss_rate_limit {
    entry *entries;
    uint64_t sets_mask;
    double token_ns, burst_ns;
    unsigned char key[crypto_shorthash_KEYBYTES];
};

ss_status ss_rate_limit_new(size_t entries, double rate, double burst, ss_rate_limit **limit, ss_error *error)
{
    size_t count = WAYS;
    while (count < entries)
        count *= 2;
    if (sodium_init() < 0)
        return ss_error_set(error, SS_E_UNSUPPORTED, "libsodium cannot start");
    ss_rate_limit *new = calloc(1, sizeof *new);
    if (!new || !(new->entries = ss_array_zeroed(count, sizeof *new->entries))) {
        free(new);
        return ss_error_nomem(error);
    }
    new->sets_mask = count / WAYS - 1;
    new->token_ns = SECOND / rate;
    new->burst_ns = new->token_ns *burst;
    randombytes_buf(new->key, sizeof new->key);
    *limit = new;
    return SS_OK;
}

void ss_rate_limit_free(ss_rate_limit **limit)
{
    if (*limit)
        free((*limit)->entries);
    free(*limit);
    *limit = NULL;
}

static uint64_t hash_of(const ss_rate_limit *limit, ss_slice name)
{
    uint64_t hash;
    _Static_assert(sizeof hash == crypto_shorthash_BYTES, "SipHash");
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)name.data, name.size, limit->key);
    return hash ? hash : 1;
}

static entry *find(entry *set, uint64_t who)
{
    for (unsigned i = 0; i < WAYS; i++)
        if (atomic_load_explicit(&set[i].who, memory_order_relaxed) == who)
            return &set[i];
    return NULL;
}

/* The place of the one that has the least to pay back. */
static entry *make_room(entry *set, uint64_t who)
{
    entry *least = set;
    for (unsigned i = 1; i < WAYS; i++)
        if (atomic_load_explicit(&set[i].paid_off, memory_order_relaxed) <
            atomic_load_explicit(&least->paid_off, memory_order_relaxed))
            least = &set[i];
    atomic_store_explicit(&least->paid_off, 0, memory_order_relaxed);
    atomic_store_explicit(&least->who, who, memory_order_relaxed);
    return least;
}

int64_t ss_rate_limit_take(ss_rate_limit *limit, ss_slice name, unsigned tokens, int64_t now)
{
    if (!limit)
        return 0;
    uint64_t who = hash_of(limit, name);
    entry *set = &limit->entries[((who >> 32) & limit->sets_mask) * WAYS], *own = find(set, who);
    if (!own)
        own = make_room(set, who);
    int64_t paid_off = atomic_load_explicit(&own->paid_off, memory_order_relaxed), next;
    do {
        next = (paid_off > now ? paid_off : now) + (int64_t)(tokens * limit->token_ns);
        int64_t wait = next - now - (int64_t)limit->burst_ns;
        if (wait > 0)
            return wait;
    } while (!atomic_compare_exchange_weak_explicit(&own->paid_off, &paid_off, next, memory_order_relaxed,
                                                    memory_order_relaxed));
    return 0;
}

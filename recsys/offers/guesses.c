#include "offers/guesses.h"

#include <sodium.h>
#include <stdlib.h>

/* A bucket of tokens is the time at which it is full again (the "virtual scheduling" of ITU-T I.371's GCRA). */
typedef struct bucket {
    uint64_t visitor; /* hash */
    int64_t full;     /* microseconds UTC; 0: nobody's */
} bucket;

struct ss_guesses {
    unsigned char key[crypto_shorthash_KEYBYTES];
    int64_t all; /* the bucket of all together */
    bucket sets[SS_GUESSES_SETS][SS_GUESSES_WAYS];
};

_Static_assert((SS_GUESSES_SETS & (SS_GUESSES_SETS - 1)) == 0, "sets are taken by a mask");

ss_status ss_guesses_new(ss_guesses **guesses, ss_error *error)
{
    ss_guesses *made = calloc(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    randombytes_buf(made->key, sizeof made->key);
    *guesses = made;
    return SS_OK;
}

void ss_guesses_free(ss_guesses **guesses)
{
    free(*guesses);
    *guesses = NULL;
}

/* How long until it is full: 0 to tries * pause, whatever became of the clock. */
static int64_t missing(int64_t full, int64_t now, int64_t tries, int64_t pause)
{
    int64_t time = full > now ? full - now : 0;
    return time < tries * pause ? time : tries * pause;
}

/* Is there a whole token of the first `tries`? */
static bool has_token(int64_t missing_time, int64_t tries, int64_t pause)
{
    return missing_time + pause <= tries * pause;
}

static int64_t take_token(int64_t full, int64_t now, int64_t tries, int64_t pause)
{
    int64_t time = missing(full, now, tries, pause) + pause;
    return now + (time < tries * pause ? time : tries * pause);
}

static uint64_t visitor_hash(const ss_guesses *guesses, ss_slice visitor)
{
    unsigned char out[crypto_shorthash_BYTES];
    uint64_t hash;
    crypto_shorthash(out, (const unsigned char *)(visitor.size ? visitor.data : ""), visitor.size, guesses->key);
    memcpy(&hash, out, sizeof hash);
    return hash;
}

static bucket *set_of(ss_guesses *guesses, uint64_t hash)
{
    return guesses->sets[hash & (SS_GUESSES_SETS - 1)];
}

static bucket *find(bucket *set, uint64_t hash)
{
    for (size_t i = 0; i < SS_GUESSES_WAYS; i++)
        if (set[i].full != 0 && set[i].visitor == hash)
            return &set[i];
    return NULL;
}

/* Nobody's, or that of whoever has the least to wait for. */
static bucket *place_for(bucket *set, uint64_t hash)
{
    bucket *least = &set[0];
    for (size_t i = 1; i < SS_GUESSES_WAYS; i++)
        if (set[i].full < least->full)
            least = &set[i];
    *least = (bucket){hash, 0};
    return least;
}

bool ss_guesses_allow(ss_guesses *guesses, ss_slice visitor, int64_t now)
{
    uint64_t hash = visitor_hash(guesses, visitor);
    const bucket *own = find(set_of(guesses, hash), hash);
    int64_t time = missing(own ? own->full : 0, now, SS_GUESSES_TRIES, SS_GUESSES_PAUSE);
    int64_t all = missing(guesses->all, now, SS_GUESSES_ALARM_TRIES, SS_GUESSES_ALARM_PAUSE);
    bool alarm = !has_token(all, SS_GUESSES_ALARM_TRIES, SS_GUESSES_ALARM_PAUSE);
    return has_token(time, alarm ? SS_GUESSES_SUSPECT_TRIES : SS_GUESSES_TRIES, SS_GUESSES_PAUSE);
}

void ss_guesses_wrong(ss_guesses *guesses, ss_slice visitor, int64_t now)
{
    uint64_t hash = visitor_hash(guesses, visitor);
    bucket *set = set_of(guesses, hash), *own = find(set, hash);
    if (!own)
        own = place_for(set, hash);
    own->full = take_token(own->full, now, SS_GUESSES_TRIES, SS_GUESSES_PAUSE);
    guesses->all = take_token(guesses->all, now, SS_GUESSES_ALARM_TRIES, SS_GUESSES_ALARM_PAUSE);
}

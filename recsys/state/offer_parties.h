/*
 * offer_parties.h: what the guards of offers must know of sessions and customers, by kind and id, kept in LMDB.
 *
 * A record, version 1; numbers as in record_reader.h: u8 version, u8 uses, u8 open decisions, numbers: latest, shows,
 * dismissed, bought, each use (less than the one before), each open decision (as a difference to the one before),
 * u32 checksum, little-endian: the lower half of XXH3-64 over the key and the bytes before it. The key is u8 kind and
 * the id. What decodes encodes to the same bytes.
 */
#ifndef SS_STATE_OFFER_PARTIES_H
#define SS_STATE_OFFER_PARTIES_H

#include "base/slice.h"
#include "state/environment.h"

#include <stdint.h>

typedef enum ss_offer_party { SS_PARTY_SESSION, SS_PARTY_CUSTOMER } ss_offer_party;

#define SS_PARTY_USES_MAX 32u
#define SS_PARTY_OPEN_MAX 8u

/* Of a session or a customer; all zero: nothing is known. Times are microseconds UTC, 0: never. */
typedef struct ss_party {
    int64_t latest;            /* change of any of it: pruned by it */
    uint32_t shows;            /* decisions that showed something, or would have */
    int64_t dismissed, bought; /* the latest time of each */
    uint32_t use_count;        /* the latest redemptions, oldest first */
    int64_t uses[SS_PARTY_USES_MAX];
    uint32_t open_count; /* decisions whose window is open, oldest first: what is bought is their outcome */
    uint64_t open[SS_PARTY_OPEN_MAX];
} ss_party;

/* ---- the record: pure functions ---- */

#define SS_PARTY_RECORD_MAX (3u + 10u * (4u + SS_PARTY_USES_MAX + SS_PARTY_OPEN_MAX) + 4u)

/* Instants from 0 to SS_EVENT_INSTANT_MAX, counts within their arrays, decisions below SS_DECISION_MAX; SS_E_RANGE names
 * the field. */
ss_status ss_party_check(const ss_party *party, ss_error *error);

/* Writes the record of one within its ranges to `out`, which has SS_PARTY_RECORD_MAX bytes; its size. */
size_t ss_party_encode(ss_slice key, const ss_party *party, void *out);

/* Whatever the bytes, everything in *party is within its range afterwards. SS_E_CORRUPT, SS_E_UNSUPPORTED. */
ss_status ss_party_decode(ss_slice key, ss_slice record, ss_party *party, ss_error *error);

/* ---- the table: within a step of the ledger, on its thread ---- */

#define SS_PARTY_KEY_MAX 256u

typedef struct ss_offer_parties {
    ss_environment *environment; /* borrowed */
    MDB_dbi table;
    MDB_cursor *latest;                /* owned, by the step: at the one that was looked up or put; NULL: none was */
    char pruned[SS_PARTY_KEY_MAX + 1]; /* the least key that the next look at them begins with */
    size_t pruned_size;
} ss_offer_parties;

/* As ss_environment_table. */
ss_status ss_offer_parties_open(ss_environment *environment, ss_offer_parties *parties, ss_error *error);

/* Of an id of 1 to SS_ID_MAX bytes; of any other nothing is known, and nothing is kept. */
ss_status ss_offer_parties_get(ss_offer_parties *parties, MDB_txn *txn, ss_offer_party kind, ss_slice id,
                               ss_party *party, ss_error *error);
ss_status ss_offer_parties_put(ss_offer_parties *parties, MDB_txn *txn, ss_offer_party kind, ss_slice id,
                               const ss_party *party, ss_error *error);
ss_status ss_offer_parties_remove(ss_offer_parties *parties, MDB_txn *txn, ss_offer_party kind, ss_slice id,
                                  ss_error *error);

/* The step ends: to be called before its transaction does. */
void ss_offer_parties_leave(ss_offer_parties *parties);

/* Looks at the next `looks` of them, round and round, and removes at most `most` whose latest change is before `before`;
 * how many in *removed. Where it stands is in memory only. */
ss_status ss_offer_parties_prune(ss_offer_parties *parties, MDB_txn *txn, int64_t before, size_t looks, size_t most,
                                 size_t *removed, ss_error *error);

#endif

/*
 * offer_index.h: numbers by a key, several to one key: which decisions requests with that hash were answered with, which
 * offers an order has taken. A table in LMDB with sorted duplicates.
 *
 * Within a step of the ledger; belongs to its thread.
 */
#ifndef SS_STATE_OFFER_INDEX_H
#define SS_STATE_OFFER_INDEX_H

#include "base/slice.h"
#include "state/environment.h"

#include <stdint.h>

typedef struct ss_offer_index {
    ss_environment *environment; /* borrowed */
    MDB_dbi table;
} ss_offer_index;

/* As ss_environment_table. */
ss_status ss_offer_index_open(ss_environment *environment, const char *table, ss_offer_index *index, ss_error *error);

/* `key`: 1 to 500 bytes. What is there already stays as it is, what is not there is no error to remove. */
ss_status ss_offer_index_put(const ss_offer_index *index, MDB_txn *txn, ss_slice key, uint64_t number, ss_error *error);
ss_status ss_offer_index_remove(const ss_offer_index *index, MDB_txn *txn, ss_slice key, uint64_t number,
                                ss_error *error);

/* At most `room` numbers of the key into numbers[], rising; *count: how many there are. */
ss_status ss_offer_index_find(const ss_offer_index *index, MDB_txn *txn, ss_slice key, uint64_t *numbers, size_t room,
                              size_t *count, ss_error *error);

/* Is that number among those of the key? How many are there of all keys? */
ss_status ss_offer_index_has(const ss_offer_index *index, MDB_txn *txn, ss_slice key, uint64_t number, bool *has,
                             ss_error *error);
ss_status ss_offer_index_count(const ss_offer_index *index, MDB_txn *txn, uint64_t *count, ss_error *error);

#endif

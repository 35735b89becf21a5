/*
 * offer_agenda.h: when a decision is to be looked at again: a table in LMDB in the order of time, one entry a decision at
 * most. The key is time and number, 8 bytes each, the highest first; there is no value.
 *
 * Within a step of the ledger; belongs to its thread. What is put keeps its place in the table until the step ends: most
 * of a step's entries stand behind each other, and need not be sought from the root.
 */
#ifndef SS_STATE_OFFER_AGENDA_H
#define SS_STATE_OFFER_AGENDA_H

#include "state/environment.h"

#include <stdint.h>

typedef struct ss_offer_agenda {
    ss_environment *environment; /* borrowed */
    MDB_dbi table;
    MDB_cursor *latest; /* owned, by the step: where something was put; NULL: nothing was */
} ss_offer_agenda;

/* As ss_environment_table. */
ss_status ss_offer_agenda_open(ss_environment *environment, ss_offer_agenda *agenda, ss_error *error);

/* `time`: microseconds UTC, not negative. Errors: as ss_environment_error. */
ss_status ss_offer_agenda_put(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, ss_error *error);
ss_status ss_offer_agenda_remove(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, ss_error *error);

/* The step ends: to be called before its transaction does. */
void ss_offer_agenda_leave(ss_offer_agenda *agenda);

/* The earliest entry; *time is INT64_MAX where there is none. */
ss_status ss_offer_agenda_first(const ss_offer_agenda *agenda, MDB_txn *txn, int64_t *time, uint64_t *number,
                                ss_error *error);

/* Is the entry there? How many are there? */
ss_status ss_offer_agenda_has(const ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, bool *has,
                              ss_error *error);
ss_status ss_offer_agenda_count(const ss_offer_agenda *agenda, MDB_txn *txn, uint64_t *count, ss_error *error);

#endif

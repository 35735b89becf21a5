/*
 * offer_agenda.h: when a decision is to be looked at again: a table in LMDB in the order of time, in which a decision has one
 * time at most. Those that are made together are due together, and share an entry: its key is the time in 8 bytes and
 * number / SS_AGENDA_BLOCK in 4, the highest first; its value 8 bytes, little-endian, with a bit for each number of the
 * block that is due then. Entries of earlier programs, each with a key of time and number in 8 bytes each and without
 * value, are taken as what they are until they are due.
 *
 * Within a step of the ledger; belongs to its thread. What is put waits in memory, for others to share its entry, until it
 * is written or anything else is asked.
 */
#ifndef SS_STATE_OFFER_AGENDA_H
#define SS_STATE_OFFER_AGENDA_H

#include "state/environment.h"

#include <stdint.h>

#define SS_AGENDA_BLOCK   64u
#define SS_AGENDA_WAITING 16u

typedef struct ss_agenda_entry {
    int64_t time;
    uint32_t block;
    uint64_t numbers; /* bits: which of the block */
} ss_agenda_entry;

typedef struct ss_offer_agenda {
    ss_environment *environment; /* borrowed */
    MDB_dbi table;
    ss_agenda_entry waiting[SS_AGENDA_WAITING]; /* of the step, not yet in the table */
    size_t waiting_count;
} ss_offer_agenda;

/* As ss_environment_table. */
ss_status ss_offer_agenda_open(ss_environment *environment, ss_offer_agenda *agenda, ss_error *error);

/* `time`: microseconds UTC, not negative; number: below SS_DECISION_MAX. Errors: as ss_environment_error. */
ss_status ss_offer_agenda_put(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, ss_error *error);
ss_status ss_offer_agenda_remove(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, ss_error *error);

/* Brings what waits into the table: to be called before the step's transaction is kept. */
ss_status ss_offer_agenda_write(ss_offer_agenda *agenda, MDB_txn *txn, ss_error *error);

/* The step ends: what waits still is forgotten. */
void ss_offer_agenda_leave(ss_offer_agenda *agenda);

/* The earliest decision, of several at one time that with the least number (but for entries of earlier programs); *time is
 * INT64_MAX where there is none. */
ss_status ss_offer_agenda_first(ss_offer_agenda *agenda, MDB_txn *txn, int64_t *time, uint64_t *number,
                                ss_error *error);

/* Is the decision there at that time? How many decisions are there? */
ss_status ss_offer_agenda_has(ss_offer_agenda *agenda, MDB_txn *txn, int64_t time, uint64_t number, bool *has,
                              ss_error *error);
ss_status ss_offer_agenda_count(ss_offer_agenda *agenda, MDB_txn *txn, uint64_t *count, ss_error *error);

#endif

/*
 * forgotten.h: who asked to be forgotten, kept durably in LMDB (STORE/state): a table by customer_id. It keeps a
 * customer out of the next trainings, whose logs may still hold them, and an erasure that a crash ended is taken up
 * again because of it.
 *
 * A record, version 1, little-endian: u8 version, u8 erased, 6 bytes of zeros, i64 time, u64 last, u32 checksum (the
 * lower half of XXH3-64 over the customer_id and the bytes before it).
 *
 * Changing belongs to the thread that writes to the environment; reading is for any thread.
 */
#ifndef SS_STATE_FORGOTTEN_H
#define SS_STATE_FORGOTTEN_H

#include "base/slice.h"
#include "state/environment.h"

typedef struct ss_forgotten_customer {
    ss_slice customer_id; /* 1 to SS_ID_MAX bytes */
    int64_t time;         /* when they asked, microseconds UTC: what they did later is not meant */
    uint64_t last;        /* number of the newest event at that time */
    bool erased;          /* their events are gone */
} ss_forgotten_customer;

typedef struct ss_forgotten ss_forgotten;

/*
 * Opens the table of an environment, before anything waits in it, and makes it when it is missing and the environment
 * is open to write. `environment` is borrowed: it must outlive the table. SS_E_NOT_FOUND (open to read: nobody ever
 * asked), SS_E_CORRUPT, SS_E_IO, SS_E_NOMEM. Caller owns the result.
 */
ss_status ss_forgotten_open(ss_environment *environment, ss_forgotten **forgotten, ss_error *error);
void ss_forgotten_close(ss_forgotten **forgotten);

/*
 * Enters customers, or changes what is said of them: all, or on an error none; waits for the environment's sync.
 * SS_E_LIMIT (the map is full), SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM.
 */
ss_status ss_forgotten_put(ss_forgotten *forgotten, const ss_forgotten_customer *customers, size_t count,
                           ss_error *error);

/* What is synced of one; its customer_id is the one given. SS_E_NOT_FOUND: they never asked, as for most: that is told by
 * the status alone, `error` stays as it was. Else as ss_forgotten_each. */
ss_status ss_forgotten_find(const ss_forgotten *forgotten, ss_slice customer_id, ss_forgotten_customer *customer,
                            ss_error *error);

/* Takes one customer, valid during the call; what it returns ends the reading unless it is SS_OK, and is returned. */
typedef ss_status (*ss_forgotten_take)(void *context, const ss_forgotten_customer *customer, ss_error *error);

/* All who are synced, in the order of their ids' bytes, in one read transaction. Errors: of `take`, SS_E_CORRUPT,
 * SS_E_UNSUPPORTED, SS_E_BUSY, SS_E_IO. */
ss_status ss_forgotten_each(const ss_forgotten *forgotten, ss_forgotten_take take, void *context, ss_error *error);

#endif

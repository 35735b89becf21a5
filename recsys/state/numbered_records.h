/*
 * numbered_records.h: the records of a table whose keys are numbers (MDB_INTEGERKEY), copied some at a time in short read
 * transactions, so that a slow reader keeps no pages from being used again. Any thread.
 */
#ifndef SS_STATE_NUMBERED_RECORDS_H
#define SS_STATE_NUMBERED_RECORDS_H

#include "base/buffer.h"
#include "state/environment.h"

typedef struct ss_numbered_table {
    ss_environment *environment; /* borrowed */
    MDB_dbi table;
    size_t largest;    /* bytes of a record */
    const char *doing; /* "cannot read events" */
} ss_numbered_table;

typedef struct ss_record_frame {
    uint64_t number;
    uint64_t size; /* of the record that follows */
} ss_record_frame;

/*
 * Copies the records numbered from `from` up to `last`, each behind an ss_record_frame, to the end of `out` until it
 * holds `most` bytes or more, in one read transaction. Nothing copied: there are no more. SS_E_CORRUPT, SS_E_IO,
 * SS_E_BUSY (too many readers), SS_E_NOMEM, SS_E_LIMIT (the ceiling of `out`).
 */
ss_status ss_numbered_fetch(const ss_numbered_table *table, uint64_t from, uint64_t last, size_t most, ss_buffer *out,
                            ss_error *error);

/* The number of the first or last record (MDB_FIRST, MDB_LAST) within `txn`; 0: there is none. A code of LMDB's. */
int ss_numbered_end(const ss_numbered_table *table, MDB_txn *txn, MDB_cursor_op which, uint64_t *number);

#endif

#include "state/offer_reader.h"

#include "base/memory.h"
#include "state/numbered_records.h"
#include "state/offer_ledger_parts.h"

#include <stdlib.h>

#define CHUNK_BYTES 65536u

struct ss_offer_reader {
    ss_numbered_table table;
    uint64_t next, last;
    ss_buffer chunk; /* frames and their records */
    size_t at;       /* of the next frame */
    ss_decision decision;
};

/* The last that is there. */
static ss_status find_last(ss_offer_reader *reader, ss_error *error)
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(ss_environment_lmdb(reader->table.environment), NULL, MDB_RDONLY, &txn);
    if (code == 0)
        code = ss_numbered_end(&reader->table, txn, MDB_LAST, &reader->last);
    if (txn)
        mdb_txn_abort(txn);
    return code == 0 ? SS_OK : ss_environment_error(reader->table.environment, code, reader->table.doing, error);
}

ss_status ss_offer_reader_open(ss_environment *environment, ss_offer_reader **reader, ss_error *error)
{
    ss_status status;
    ss_offer_reader *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    opened->table = (ss_numbered_table){environment, 0, SS_DECISION_RECORD_MAX, "cannot read decisions"};
    opened->next = 1;
    ss_buffer_init(&opened->chunk, 2 * CHUNK_BYTES);
    SS_TRY(ss_environment_table(environment, SS_LEDGER_DECISIONS, MDB_INTEGERKEY, &opened->table.table, error));
    SS_TRY(find_last(opened, error));
    *reader = opened;
    opened = NULL;
out:
    ss_offer_reader_close(&opened);
    return status;
}

void ss_offer_reader_close(ss_offer_reader **reader)
{
    if (*reader)
        ss_buffer_release(&(*reader)->chunk);
    free(*reader);
    *reader = NULL;
}

static ss_status fill(ss_offer_reader *reader, ss_error *error)
{
    ss_buffer_clear(&reader->chunk);
    reader->at = 0;
    return ss_numbered_fetch(&reader->table, reader->next, reader->last, CHUNK_BYTES, &reader->chunk, error);
}

ss_status ss_offer_reader_next(ss_offer_reader *reader, const ss_decision **decision, ss_error *error)
{
    ss_record_frame frame;
    ss_status status = reader->at == reader->chunk.size ? fill(reader, error) : SS_OK;
    *decision = NULL;
    if (status != SS_OK || reader->at == reader->chunk.size)
        return status;
    memcpy(&frame, reader->chunk.data + reader->at, sizeof frame);
    ss_slice record = {reader->chunk.data + reader->at + sizeof frame, (size_t)frame.size};
    reader->at += sizeof frame + record.size;
    reader->next = frame.number + 1;
    status = ss_decision_decode(record, &reader->decision, error);
    if (status == SS_OK && reader->decision.number != frame.number)
        status = ss_environment_corrupt(reader->table.environment, "a decision under another's number", error);
    if (status == SS_OK)
        *decision = &reader->decision;
    else
        ss_error_place(error, ss_environment_path(reader->table.environment), frame.number);
    return status;
}

/*
 * offer_reader.h: the decisions of a store, read in short transactions while a server goes on writing. Any thread, any
 * process; each with a reader of its own.
 */
#ifndef SS_STATE_OFFER_READER_H
#define SS_STATE_OFFER_READER_H

#include "state/environment.h"
#include "state/offer_record.h"

typedef struct ss_offer_reader ss_offer_reader;

/*
 * The decisions that are synced by now, whatever comes meanwhile. `environment` is borrowed; open to write, nothing must
 * wait in it, and the reader is opened by its thread. SS_E_NOT_FOUND: it has never had decisions; SS_E_IO, SS_E_BUSY (too
 * many readers), SS_E_NOMEM. Caller owns the result.
 */
ss_status ss_offer_reader_open(ss_environment *environment, ss_offer_reader **reader, ss_error *error);
void ss_offer_reader_close(ss_offer_reader **reader);

/* The next decision in order of their numbers, borrowed until the next call; what is pruned meanwhile it passes over.
 * *decision is NULL at the end. SS_E_CORRUPT and SS_E_UNSUPPORTED name the decision as their line. */
ss_status ss_offer_reader_next(ss_offer_reader *reader, const ss_decision **decision, ss_error *error);

#endif

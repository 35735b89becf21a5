/*
 * offer_reader.h: the decisions of a store, read in short transactions while a server goes on writing. Any thread, any
 * process; each with a reader of its own.
 */
#ifndef SS_STATE_OFFER_READER_H
#define SS_STATE_OFFER_READER_H

#include "state/environment.h"
#include "state/offer_record.h"

typedef struct ss_offer_reader ss_offer_reader;

/* Of an environment open either way; borrowed. SS_E_NOT_FOUND: it has never had decisions. Caller owns the result. */
ss_status ss_offer_reader_open(ss_environment *environment, ss_offer_reader **reader, ss_error *error);
void ss_offer_reader_close(ss_offer_reader **reader);

/* The next decision in order of their numbers; borrowed until the next call. *decision is NULL at the end. */
ss_status ss_offer_reader_next(ss_offer_reader *reader, const ss_decision **decision, ss_error *error);

#endif

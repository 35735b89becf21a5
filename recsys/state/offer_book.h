/*
 * offer_book.h: a table of few entries that change all the time: four numbers by name, kept in memory, of which those that
 * changed are written once at the end of a step. An entry whose numbers are all 0 is as good as none, and is not on the
 * disk.
 *
 * A record, version 1, little-endian, by the name's bytes: u32 version, four words of 8 bytes, u32 checksum (the lower
 * half of XXH3-64 over the name and the bytes before it).
 *
 * One thread, the one that writes to the environment.
 */
#ifndef SS_STATE_OFFER_BOOK_H
#define SS_STATE_OFFER_BOOK_H

#include "base/slice.h"
#include "state/environment.h"

#include <stdint.h>

#define SS_BOOK_WORDS    4u
#define SS_BOOK_NAME_MAX 500u /* bytes; at least 1 */

typedef union ss_book_word {
    int64_t whole;
    double real;
} ss_book_word;

typedef struct ss_offer_book ss_offer_book;

/* Opens the table of an environment that is open to write, before anything waits in it, and reads it. Caller owns the
 * result. SS_E_CORRUPT, SS_E_UNSUPPORTED, SS_E_IO, SS_E_NOMEM. */
ss_status ss_offer_book_open(ss_environment *environment, const char *table, ss_offer_book **book, ss_error *error);
void ss_offer_book_close(ss_offer_book **book);

/* Reads anew what is synced; nothing waits. An error leaves it unfit: to be tried again before anything else. */
ss_status ss_offer_book_load(ss_offer_book *book, ss_error *error);

/* The words of that name, borrowed until the next change; NULL: there is no such entry. */
const ss_book_word *ss_offer_book_find(const ss_offer_book *book, ss_slice name);

/* The same, to be changed, made where there is none. SS_E_NOMEM: nothing changed; SS_E_LIMIT: the name is too long. */
ss_status ss_offer_book_change(ss_offer_book *book, ss_slice name, ss_book_word **words, ss_error *error);

/* Entries are numbered 0 .. count - 1, in no order; those that are all 0 included. */
uint32_t ss_offer_book_count(const ss_offer_book *book);
ss_slice ss_offer_book_name(const ss_offer_book *book, uint32_t number); /* borrowed as above */
const ss_book_word *ss_offer_book_at(const ss_offer_book *book, uint32_t number);
bool ss_book_is_blank(const ss_book_word *words); /* all 0 */

/* Puts what changed in this step into `txn`. */
ss_status ss_offer_book_write(ss_offer_book *book, MDB_txn *txn, ss_error *error);
/* The step is over; not kept: its changes have never been. */
void ss_offer_book_settle(ss_offer_book *book, bool kept);

#endif

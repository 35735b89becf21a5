/*
 * mail_memory.h: what lists remember from one run to the next, in STORE/lists: who was on which list when (written.csv:
 * customer_id, list, time), and which items were sold out and came back (items.csv: item_id, sold_out, restocked). Plain
 * text, so that a shop can see and change it.
 *
 * A row of written.csv that cannot be read must not make anybody be written to twice: where its customer can be read they
 * count as written to now, on its list, or on every one where that cannot be read either. Where not, the row is counted
 * alone. A row is one line: a quote that is not closed costs its own row and none behind it. Saving keeps the file with such rows as written.csv.bad.
 *
 * What lies longer back than SS_MAIL_MEMORY_DAYS goes when it is saved, and so does who asked to be forgotten. One process
 * at a time has it open to save (flock on STORE/lists/lock). Reading is for any thread, changing for one.
 */
#ifndef SS_JOB_MAIL_MEMORY_H
#define SS_JOB_MAIL_MEMORY_H

#include "job/mail_options.h"
#include "log/left_out.h"
#include "log/table_report.h"

#define SS_MAIL_FOLDER      "lists"
#define SS_MAIL_MEMORY_DAYS 400

typedef struct ss_mail_memory ss_mail_memory;

/*
 * What is remembered at `now` (microseconds UTC); nothing where there is no such folder. `saves`: makes the folder, and keeps others from saving
 * until it is closed. SS_E_BUSY: another process does; SS_E_FORMAT: no header, or columns are missing; SS_E_BAD_INPUT: a
 * row of items.csv, with its place; SS_E_IO, SS_E_NOMEM. Caller owns the result.
 */
ss_status ss_mail_memory_open(const char *store, bool saves, int64_t now, ss_mail_memory **memory, ss_error *error);
void ss_mail_memory_close(ss_mail_memory **memory);

/* Rows of written.csv, and those that cannot be read. Borrowed: as long as the memory. */
const ss_table_report *ss_mail_memory_report(const ss_mail_memory *memory);

/* When the customer was on the list last, microseconds UTC in whole seconds; SS_NO_TIME: never. SS_MAIL_KINDS: on any. */
int64_t ss_mail_memory_last(const ss_mail_memory *memory, ss_slice customer_id, ss_mail_kind kind);

/* They are on it now. SS_E_NOMEM, SS_E_LIMIT. */
ss_status ss_mail_memory_wrote(ss_mail_memory *memory, ss_slice customer_id, ss_mail_kind kind, int64_t now);

/* An item is sold out now, or is not. What was sold out when it was looked at before is back then. SS_E_NOMEM, SS_E_LIMIT. */
ss_status ss_mail_memory_look(ss_mail_memory *memory, ss_slice item_id, bool sold_out, int64_t now);

/* It was sold out and is back since a time that is known better than by looking; what is known to be back already stays
 * as it is. SS_E_NOMEM, SS_E_LIMIT. */
ss_status ss_mail_memory_restock(ss_mail_memory *memory, ss_slice item_id, int64_t since);

/* Since when the item is back in stock; SS_NO_TIME: it never was sold out, or is. */
int64_t ss_mail_memory_restocked(const ss_mail_memory *memory, ss_slice item_id);

/* Writes both files, each whole or not at all, without who is in `forgotten` (NULL: nobody). SS_E_IO, SS_E_NOMEM. */
ss_status ss_mail_memory_save(const ss_mail_memory *memory, const ss_left_out *forgotten, int64_t now, ss_error *error);

#endif

/* item_writer.h: the row of the recorder's table for `items`: the shop's changes go into the ledger, and are answered
 * when they are on the disk and in memory. */
#ifndef SS_SERVER_ITEM_WRITER_H
#define SS_SERVER_ITEM_WRITER_H

#include "server/writer.h"
#include "state/item_ledger.h"

typedef struct ss_item_writer ss_item_writer;

/* `ledger` is borrowed: it must outlive the writer. SS_E_NOMEM. Caller owns the result. */
ss_status ss_item_writer_new(ss_item_ledger *ledger, ss_item_writer **writer, ss_error *error);
void ss_item_writer_free(ss_item_writer **writer);

ss_writer ss_item_writer_row(ss_item_writer *writer); /* borrows it */

#endif

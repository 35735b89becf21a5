/*
 * forget_writer.h: the method `forget` as a row of the recorder's table: who is forgotten is noted durably and gone from
 * memory at once; their events are erased in steps between cycles, and then the reply is ready.
 */
#ifndef SS_SERVER_FORGET_WRITER_H
#define SS_SERVER_FORGET_WRITER_H

#include "server/writer.h"
#include "state/eraser.h"
#include "state/visitors.h"

typedef struct ss_forget_writer ss_forget_writer;

/*
 * All are borrowed; `visitors` may be NULL. Those whose erasure was not finished are gone from `visitors` afterwards,
 * which must know by then whom they are to know after a start. SS_E_NOMEM, SS_E_CORRUPT, SS_E_IO.
 */
ss_status ss_forget_writer_new(ss_event_store *events, ss_forgotten *forgotten, ss_eraser *eraser,
                               ss_visitors *visitors, ss_forget_writer **writer, ss_error *error);
void ss_forget_writer_free(ss_forget_writer **writer);

ss_writer ss_forget_writer_row(ss_forget_writer *writer); /* its context is the writer, which must outlive it */

#endif

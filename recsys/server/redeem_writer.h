/* redeem_writer.h: the method `redeem` as a row of the recorder's table: answered when it is on the disk. */
#ifndef SS_SERVER_REDEEM_WRITER_H
#define SS_SERVER_REDEEM_WRITER_H

#include "server/offer_counts.h"
#include "server/writer.h"

typedef struct ss_redeem_writer ss_redeem_writer;

/* All are borrowed; `stats`: of the recorder's thread. SS_E_NOMEM. */
ss_status ss_redeem_writer_new(ss_offers *offers, ss_offer_counts *counts, ss_stats *stats, ss_redeem_writer **writer,
                               ss_error *error);
void ss_redeem_writer_free(ss_redeem_writer **writer);

ss_writer ss_redeem_writer_row(ss_redeem_writer *writer); /* its context is the writer, which must outlive it */

#endif

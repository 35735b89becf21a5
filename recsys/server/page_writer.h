/*
 * page_writer.h: the method `page` with `offers` as a row of the recorder's table: what is offered is decided first, then
 * the shelves are answered from the same generation without what is offered. Pages without offers are no affair of the
 * recorder's.
 */
#ifndef SS_SERVER_PAGE_WRITER_H
#define SS_SERVER_PAGE_WRITER_H

#include "server/offer_counts.h"
#include "server/writer.h"

typedef struct ss_page_writer ss_page_writer;

/* All are borrowed; `stats`: of the recorder's thread. SS_E_NOMEM. */
ss_status ss_page_writer_new(ss_offers *offers, ss_offer_counts *counts, ss_stats *stats, ss_page_writer **writer,
                             ss_error *error);
void ss_page_writer_free(ss_page_writer **writer);

ss_writer ss_page_writer_row(ss_page_writer *writer); /* its context is the writer, which must outlive it */

#endif

/*
 * visitor_writer.h: the method `visitor` as a row of the recorder's table: nothing is changed, but what is known of a
 * visitor is the recorder's thread's to read, with the books of offers.
 */
#ifndef SS_SERVER_VISITOR_WRITER_H
#define SS_SERVER_VISITOR_WRITER_H

#include "offers/offers.h"
#include "server/stats.h"
#include "server/writer.h"
#include "state/forgotten.h"
#include "state/visitors.h"

typedef struct ss_visitor_writer ss_visitor_writer;

typedef struct ss_visitor_reading { /* borrowed for the writer's life */
    ss_offers *offers;
    ss_offer_ledger *ledger;
    ss_visitors *visitors;
    const ss_forgotten *forgotten;
    ss_stats *stats; /* of the recorder's thread */
} ss_visitor_reading;

/* SS_E_NOMEM. */
ss_status ss_visitor_writer_new(const ss_visitor_reading *reading, ss_visitor_writer **writer, ss_error *error);
void ss_visitor_writer_free(ss_visitor_writer **writer);

ss_writer ss_visitor_writer_row(ss_visitor_writer *writer); /* its context is the writer, which must outlive it */

#endif

/*
 * event_writer.h: the method `event` as a row of the recorder's table.
 */
#ifndef SS_SERVER_EVENT_WRITER_H
#define SS_SERVER_EVENT_WRITER_H

#include "server/offer_counts.h"
#include "server/writer.h"
#include "state/event_store.h"
#include "state/visitors.h"

typedef struct ss_event_writer ss_event_writer;

/* Events go to `events` and then count for `visitors` (NULL: for nobody); both borrowed. SS_E_NOMEM. */
ss_status ss_event_writer_new(ss_event_store *events, ss_visitors *visitors, ss_event_writer **writer, ss_error *error);
void ss_event_writer_free(ss_event_writer **writer);

/* From now on the engine of offers is told of events that concern it; both are borrowed. Before the first request. */
void ss_event_writer_tell(ss_event_writer *writer, ss_offers *offers, ss_offer_counts *counts);

ss_writer ss_event_writer_row(ss_event_writer *writer); /* its context is the writer, which must outlive it */

#endif

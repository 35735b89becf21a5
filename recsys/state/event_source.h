/*
 * event_source.h: the events of a store as rows of a log, so that training reads them like one; and rows as a file.
 *
 * The columns are those that the log reader knows (order_id, customer_id, item_id, quantity, unit_price, timestamp,
 * event, session_id) and then event_id, shelf, generation, offer_id. Instants are ISO 8601 to the millisecond; a price that is
 * not known is empty. A row's place is "events", its line the event's number.
 */
#ifndef SS_STATE_EVENT_SOURCE_H
#define SS_STATE_EVENT_SOURCE_H

#include "log/left_out.h"
#include "log/row_source.h"
#include "state/event_store.h"

/*
 * The events numbered from `from` up to `last` (SS_EVENTS_ALL: the last one synced by now, so that what comes while it
 * is read changes nothing). decimals: digits after the point of the shop's currency, 0..4. `events` is borrowed: it
 * must outlive the source. Errors: SS_E_RANGE (decimals), as ss_event_reader_new; `next` gives those of
 * ss_event_reader_next.
 */
ss_status ss_event_source_open(const ss_event_store *events, uint64_t from, uint64_t last, int64_t decimals,
                               ss_row_source **source, ss_error *error);

/*
 * Before the first row: gives only events that happened from `from` on and before `until` (SS_NO_TIME: no bound), and
 * none that is `left_out` (borrowed; NULL: all). `source` is one of the above.
 */
void ss_event_source_limit(ss_row_source *source, int64_t from, int64_t until, const ss_left_out *left_out);

typedef enum ss_export_format { SS_EXPORT_CSV, SS_EXPORT_NDJSON } ss_export_format;

/* Takes the next bytes of the file; what it returns ends the export unless it is SS_OK, and is returned. */
typedef ss_status (*ss_export_write)(void *context, const char *bytes, size_t size, ss_error *error);

/*
 * Writes all rows of a source of events: CSV with a header (RFC 4180, lines end in LF), or one JSON object a line, in
 * which quantity and unit_price are numbers and empty fields are left out. Read as a log, either gives the rows that
 * the source gives. *rows: how many; may be NULL. Errors: of `next`, of `write`; SS_E_NOMEM.
 */
ss_status ss_event_export(ss_row_source *source, ss_export_format format, ss_export_write write, void *context,
                          uint64_t *rows, ss_error *error);

#endif

/*
 * metrics_text.h: what a server counts, as a page in the text form that Prometheus reads
 * (https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4).
 *
 * Every family has its HELP and TYPE; every method, code and queue is there from the start, so that rates know where
 * they begin. Times are in seconds, sizes in bytes, money in minor units. The latencies are the histogram of the
 * requests that were timed (handler.h): its bounds, one for each doubling from a microsecond to eight seconds, are the
 * ends of buckets of stats.h, so that no request is on the wrong side of one.
 */
#ifndef SS_SERVER_METRICS_TEXT_H
#define SS_SERVER_METRICS_TEXT_H

#include "server/service.h"

#define SS_METRICS_TEXT_MAX  (1u << 20) /* most bytes of a page */
#define SS_METRICS_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/*
 * Empties `out` and writes the page. Reads counters that others go on counting; takes no lock that answering takes.
 * Safe from any thread, each with its own buffer. SS_E_NOMEM, SS_E_LIMIT.
 */
ss_status ss_metrics_write(ss_service *service, ss_buffer *out);

#endif

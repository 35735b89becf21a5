/* http_counts.h: what one thread of the HTTP port counts. One writer; anybody may read at any time (stats.h). */
#ifndef SS_SERVER_HTTP_COUNTS_H
#define SS_SERVER_HTTP_COUNTS_H

#include "server/stats.h"

#define SS_HTTP_STATUS_LEAST 100u
#define SS_HTTP_STATUS_MOST  599u

typedef struct ss_http_counts {
    ss_counter requests[SS_HTTP_STATUS_MOST - SS_HTTP_STATUS_LEAST + 1]; /* answered, by status */
    ss_counter connections;                                              /* open now */
    ss_counter accepted;                                                 /* since the start */
    ss_counter cut; /* connections that waited too long, or gave way to others */
} ss_http_counts;

#endif

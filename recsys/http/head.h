/*
 * head.h: the header fields of a request, gone through once: are they such as RFC 9110 and 9112 allow, and do they say without doubt where the
 * body ends? What libmicrohttpd lets through here is refused, so that no proxy before us can be made to see another request than we do.
 * Belongs to the connection's thread.
 */
#ifndef SS_HTTP_HEAD_H
#define SS_HTTP_HEAD_H

#include "base/slice.h"
#include <microhttpd.h>

typedef struct ss_head {
    unsigned status;     /* what to refuse it with: 400, 417, 501; 0: nothing is wrong */
    const char *message; /* and why; static */
    bool body;           /* one follows, or who knows; */
    bool asks_first;     /* when it was told to go on (100-continue) */
    ss_slice length;     /* Content-Length; NULL bytes: there is none, as of the next. Borrowed from the connection */
    ss_slice type;       /* Content-Type */
} ss_head;

void ss_head_read(struct MHD_Connection *connection, const char *version, ss_head *head);

#endif

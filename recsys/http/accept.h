/*
 * accept.h: what a caller says of the reply that it would like: compressed, or only if it is another than the one it has. Pure: safe from any thread.
 */
#ifndef SS_HTTP_ACCEPT_H
#define SS_HTTP_ACCEPT_H

#include "base/slice.h"
#include <stdbool.h>

/* Does Accept-Encoding (RFC 9110, 12.5.3) allow gzip: by its name, its old name x-gzip, or as any other; not with a weight of 0? */
bool ss_accepts_gzip(ss_slice accepted);

/* Is the tag, with its quotes, in the list of If-None-Match, weak or not, or does the list stand for any (RFC 9110, 13.1.2)? */
bool ss_names_tag(ss_slice list, ss_slice tag);

#endif

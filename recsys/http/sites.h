/* sites.h: the sites that every port has: what it is (/), whether it answers (/healthz), the browser's files (/web/NAME). */
#ifndef SS_HTTP_SITES_H
#define SS_HTTP_SITES_H

#include "http/site.h"
#include <stdatomic.h>

#define SS_SITES_COMMON 3u

/* Fills `sites` (room for SS_SITES_COMMON) and returns how many. `draining` (NULL: never true) is borrowed for the sites' life. */
size_t ss_sites_common(const atomic_bool *draining, ss_http_site *sites);

/* A line of text that nobody keeps; static. */
void ss_site_text(unsigned status, const char *text, ss_http_reply *reply);

/* A file of the browser's side as a reply that may be kept for an hour; 404 when there is none of that name. */
void ss_site_asset(ss_slice name, ss_http_reply *reply);

#endif

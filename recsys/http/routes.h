/* routes.h: what a request is for: its target taken apart, and the method or site that it names. Pure. */
#ifndef SS_HTTP_ROUTES_H
#define SS_HTTP_ROUTES_H

#include "http/query.h"
#include "http/site.h"

/* The target of a request, decoded in place. */
typedef struct ss_target {
    ss_slice path; /* as ss_http_request says */
    ss_query query;
} ss_target;

/* `uri` ("/v1/popular?limit=8", or with "http://host" before it) is taken apart in place. False: `fault` (SS_FAULT_MALFORMED). */
bool ss_target_read(char *uri, size_t size, ss_target *target, ss_fault *fault);

typedef struct ss_route {
    ss_method method;         /* SS_METHOD_COUNT: none */
    const ss_http_site *site; /* NULL: none */
    const char *allow;        /* the verbs, as the header says them */
    bool get, post;
} ss_route;

/* The method of /v1/METHOD, or else the site with the longest prefix. False: there is neither. */
bool ss_route_find(ss_slice path, const ss_http_site *sites, size_t site_count, ss_route *route);

/* May it be asked by GET: does it change nothing? And is the answer about the shop alone, so that it may be kept, as long as no visitor
 * is named? */
bool ss_method_is_safe(ss_method method);
bool ss_method_is_shared(ss_method method);

#endif

/*
 * api_sites.h: what answers below /v1/ and about it, and is no method of the protocol:
 *
 * - POST /v1/token {customer_id, session_id, minutes}, with a secret key: a visitor token (visitor_token.h) and when it ends: {customer_token,
 *   expires_at (microseconds UTC)}. minutes: 1 to SS_VISITOR_MINUTES_MAX, SS_VISITOR_MINUTES unless given. Without keys: 409 `refused`.
 * - /openapi.json: the description of all of this, for anybody.
 * - anything else below /v1/: 404 `unknown_method`.
 */
#ifndef SS_HTTP_API_SITES_H
#define SS_HTTP_API_SITES_H

#include "http/key_ring.h"
#include "http/site.h"

#define SS_API_SITES 3u

/* Fills `sites` (room for SS_API_SITES) and returns how many. `keys` (NULL: there are none) are borrowed for the sites' life. */
size_t ss_api_sites(ss_key_ring *keys, ss_http_site *sites);

#endif

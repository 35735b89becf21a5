/*
 * origin.h: what browsers say of where a page is from (RFC 6454: "https://shop.example"), and what requests say of whom they ask (the
 * header Host: "shop.example:8080"). Pure: safe from any thread.
 */
#ifndef SS_HTTP_ORIGIN_H
#define SS_HTTP_ORIGIN_H

#include "base/slice.h"

#define SS_ORIGIN_MAX 300u /* bytes of the longest */

/* http or https, a host in small letters, a port unless it is the scheme's own; nothing behind it: as a browser writes it. */
bool ss_origin_is_valid(ss_slice origin);

/* Is the page from the very host that it asks? */
bool ss_origin_is_host(ss_slice origin, ss_slice host);

/* Is the page from this machine: localhost, 127.0.0.0/8, [::1]? */
bool ss_origin_is_loopback(ss_slice origin);

/*
 * Can nobody else have given this name to this machine: is it localhost or an address? A page of evil.example whose name is suddenly said to be
 * that of 127.0.0.1 ("DNS rebinding") asks us as its own host, but by a name that is neither.
 */
bool ss_host_is_own(ss_slice host);

#endif

/*
 * demo_shelves.h: /shop/v1/METHOD of the demo shop: what a page's components ask, answered as to a public key of the shop's (public_call.h,
 * public_reply.h), with tokens of its own visitors; and `find` for its search box and category pages, in whole but for `all`.
 */
#ifndef SS_HTTP_DEMO_SHELVES_H
#define SS_HTTP_DEMO_SHELVES_H

#include "http/demo_visitors.h"

/* `name`: what stands behind /shop/v1/. */
void ss_demo_answer_method(const ss_demo_visitors *visitors, ss_slice name, const ss_http_request *request,
                           ss_http_reply *reply);

#endif

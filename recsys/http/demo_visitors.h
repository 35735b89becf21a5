/*
 * demo_visitors.h: who comes to the demo shop: a stranger, or one of a few customers of the log whom the visitor chooses to be. The cookie `shop`
 * (HttpOnly, SameSite=Strict) holds the session's id and the number of the customer, "0" being nobody; the page is told who it is for, with
 * a visitor token (visitor_token.h) as a shop's back end makes one. Safe from any thread once made.
 */
#ifndef SS_HTTP_DEMO_VISITORS_H
#define SS_HTTP_DEMO_VISITORS_H

#include "base/status.h"
#include "http/api_keys.h"
#include "http/site.h"

#define SS_DEMO_SESSION_SIZE 32u /* characters */

typedef struct ss_demo_visitors ss_demo_visitors;

/* Some customers of the store's current generation, from who bought much to who bought once. As ss_demo_open. */
ss_status ss_demo_visitors_open(const char *store, ss_demo_visitors **visitors, ss_error *error);
void ss_demo_visitors_free(ss_demo_visitors **visitors);

/* The keys of the shop's own that its tokens are made with. */
const ss_api_keys *ss_demo_visitors_keys(const ss_demo_visitors *visitors);

typedef struct ss_demo_visitor {
    char session[SS_DEMO_SESSION_SIZE + 1];
    size_t number;     /* 0: a stranger */
    ss_slice customer; /* their id, borrowed from the visitors; empty */
} ss_demo_visitor;

/* By the cookie; false: it has none that is whole, and a session was made. */
bool ss_demo_visitor_of(const ss_demo_visitors *visitors, const ss_http_request *request, ss_demo_visitor *visitor);

/* /shop/me: GET tells who it is and who they may be; POST {"visitor": NUMBER} makes them another one, with a new session. */
void ss_demo_answer_me(const ss_demo_visitors *visitors, const ss_http_request *request, ss_http_reply *reply);

#endif

/*
 * site.h: what the port serves beside the protocol's methods: files of the browser's side, the demo shop, the console. A site
 * is a row of a table: a prefix of paths ("/console/", below which all is the site's) or one path ("/healthz"), and the function that answers
 * there. The longest that fits answers.
 *
 * A site's function is called on the port's thread that has the connection, possibly by several threads at once, and must
 * not wait: longer work goes to a thread or process of the site's own (see `later`).
 */
#ifndef SS_HTTP_SITE_H
#define SS_HTTP_SITE_H

#include "base/buffer.h"
#include "base/slice.h"
#include "http/backend.h"
#include <stdbool.h>

/* HEAD is GET whose body the port leaves out. OPTIONS, which browsers ask beforehand, only the gate sees. */
typedef enum ss_http_verb { SS_HTTP_GET, SS_HTTP_POST, SS_HTTP_OPTIONS } ss_http_verb;

/* What was asked. Borrowed for the call. */
typedef struct ss_http_request {
    ss_http_verb verb;
    ss_slice path; /* decoded, begins with '/', holds no "..", no NUL and no empty part but the last */
    ss_slice body; /* of a POST */
    bool secret;   /* it came with a secret key */
    /* The value of a query parameter, decoded, of a header or of a cookie; an empty slice with NULL bytes: not there. Borrowed for the call. */
    ss_slice (*query)(const struct ss_http_request *request, const char *name);
    ss_slice (*header)(const struct ss_http_request *request, const char *name);
    ss_slice (*cookie)(const struct ss_http_request *request, const char *name);
    /* Of a header that stands there several times, the last: what the nearest proxy has added. `header` gives the first. */
    ss_slice (*last_header)(const struct ss_http_request *request, const char *name);
    const struct ss_query *parameters; /* all of the query: query.h */
    void *connection;                  /* the port's own */
} ss_http_request;

/* What is answered. The port adds Date, Content-Length, ETag (of a body that may be cached), compression and the headers of security. */
typedef struct ss_http_reply {
    unsigned status;   /* 200, 303, 404, … */
    const char *type;  /* "text/html; charset=utf-8"; static */
    ss_slice body;     /* static, or in `buffer`; compressed already where `gzip` is set too */
    ss_buffer *buffer; /* for bodies that are made: the request's own, emptied before the call (not before `finish`) */
    ss_slice gzip;     /* the same body compressed; empty: none */
    const char *location;   /* of a 303; NULL: none. In `buffer`, or static; a path of this site only */
    const char *set_cookie; /* likewise */
    const char *allow;      /* of a 405: the verbs that may be used; static */
    const char *
        policy; /* Content-Security-Policy in the place of the port's (then without X-Frame-Options); NULL: that one; static */
    unsigned max_age;               /* seconds that a browser may keep it; 0: asks again each time (ETag) */
    bool no_store;                  /* nobody keeps it: it is about a visitor, or behind a key */
    bool any_origin;                /* pages of any origin may read it: it is the same for everybody */
    const ss_http_request *request; /* what is answered, for `finish` too, with its body */
    /* POST or GET that asks a backend: `question` below is asked, and `finish` makes the reply, or sets it again and asks another one. */
    bool later;
    ss_backend_request question;                                              /* params in `buffer` */
    void (*finish)(void *site, ss_slice result, struct ss_http_reply *reply); /* result: a reply message */
} ss_http_reply;

typedef struct ss_http_site {
    const char *prefix; /* "/console/" */
    bool secret;        /* asks for a secret key first: 401 without */
    bool read_only;     /* takes no POST: 405 */
    bool post_only;     /* takes nothing else: 405 */
    void *context;
    void (*answer)(void *context, const ss_http_request *request, ss_http_reply *reply);
} ss_http_site;

#endif

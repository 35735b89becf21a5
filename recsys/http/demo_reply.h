/* demo_reply.h: what the parts of the demo shop have in common: replies in JSON, questions to the backend, entries of maps. Pure. */
#ifndef SS_HTTP_DEMO_REPLY_H
#define SS_HTTP_DEMO_REPLY_H

#include "client/wire.h"
#include "http/site.h"

/* One MessagePack value as the reply. */
void ss_demo_value(ss_http_reply *reply, unsigned status, ss_slice wire);

/* A name, or a name and its value, of a map that is being written; after it. */
uint8_t *ss_demo_put_name(uint8_t *at, const char *name);
uint8_t *ss_demo_put_text(uint8_t *at, const char *name, ss_slice text);
uint8_t *ss_demo_put_integer(uint8_t *at, const char *name, int64_t value);

/* Has the backend asked with the params that the reply's buffer holds from `from` on; `finish` gets the reply. */
void ss_demo_ask(ss_http_reply *reply, ss_method method, size_t from, ss_slice session,
                 void (*finish)(void *site, ss_slice result, ss_http_reply *reply));

/* The result of a reply message; false: the reply is what went wrong. */
bool ss_demo_result(ss_http_reply *reply, ss_slice message, ss_slice *result);

/* A body of JSON as MessagePack, into `wire` (initialised). False: the reply says why not; anything but application/json is refused, which no page of
 * another origin can send unasked. */
bool ss_demo_read(ss_http_reply *reply, ss_buffer *wire);

/* The whole value of an entry of a map; NULL bytes: it has none of that name. Of an array the element of that number. */
ss_slice ss_demo_entry(ss_slice map, const char *name);
ss_slice ss_demo_element(ss_slice array, size_t number);
size_t ss_demo_count(ss_slice array); /* 0 of what is no array */

/* A text, an integer, true; where it is of another kind (or NULL bytes): empty, `otherwise`, false. */
ss_slice ss_demo_text(ss_slice value);
int64_t ss_demo_integer(ss_slice value, int64_t otherwise);
bool ss_demo_is_true(ss_slice value);

#endif

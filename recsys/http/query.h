/*
 * query.h: what stands behind a path's "?" : names and values, decoded, and as the params of a method.
 *
 * Pure: safe from any thread, each with its own bytes.
 */
#ifndef SS_HTTP_QUERY_H
#define SS_HTTP_QUERY_H

#include "base/buffer.h"
#include "server/protocol.h"

#define SS_QUERY_MAX 256u /* most pairs */

typedef struct ss_query_pair {
    ss_slice name, value; /* in the decoded bytes */
} ss_query_pair;

typedef struct ss_query {
    ss_query_pair pairs[SS_QUERY_MAX];
    size_t count;
} ss_query;

/*
 * Decodes %XX in `text` in place ("+" is a blank where `plus`), and returns how many bytes are left; SIZE_MAX when something behind a "%"
 * is no number, or what comes out is no UTF-8 or holds a NUL.
 */
size_t ss_percent_decode(char *text, size_t size, bool plus);

/* Splits and decodes `text` in place. False: `fault` says why (SS_FAULT_MALFORMED, SS_FAULT_OUT_OF_RANGE: too many). */
bool ss_query_read(char *text, size_t size, ss_query *query, ss_fault *fault);

/* The value of the first pair of that name; NULL bytes: there is none. */
ss_slice ss_query_find(const ss_query *query, const char *name);

/*
 * The pairs as params (a MessagePack map, appended to `out`), but for `key`, which is the caller's key. "filter.category=x" makes a map in
 * the map; names that take a list may stand several times ("items=a&items=b"), `fields` and `shelves` may have commas,
 * and "related:8" is a shelf with its limit; what takes a number, or true or false, is one when it can be read as one. What
 * else is wrong with it the server will say. False: `fault` (SS_FAULT_REPEATED_PARAM, SS_FAULT_INTERNAL: no memory).
 */
bool ss_query_params(const ss_query *query, ss_buffer *out, ss_fault *fault);

#endif

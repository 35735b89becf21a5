/*
 * request_head.h: the bytes of a request before its params: [0, msgid, "method", as a backend writes them for a server. Pure: safe
 * from any thread.
 */
#ifndef SS_HTTP_REQUEST_HEAD_H
#define SS_HTTP_REQUEST_HEAD_H

#include "server/protocol.h"

#define SS_REQUEST_HEAD_MAX 64u

/* Writes at most SS_REQUEST_HEAD_MAX bytes at `at`, and returns where they end: there the params follow, a map. */
uint8_t *ss_request_head(uint8_t *at, uint32_t msgid, ss_method method);

#endif

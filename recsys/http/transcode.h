/*
 * transcode.h: between JSON and the protocol's MessagePack, both ways, without a tree in between.
 *
 * What a method takes is not looked at here: names, types and ranges are the server's to judge, so that an error over HTTP is the
 * same as over ZeroMQ. Pure: safe from any thread. Nothing allocates but the growth of `out` and, for
 * a request of more than half a kilobyte, the memory of the JSON parser (yajl), which is given back.
 */
#ifndef SS_HTTP_TRANSCODE_H
#define SS_HTTP_TRANSCODE_H

#include "base/buffer.h"
#include "base/slice.h"
#include "base/status.h"

#define SS_JSON_DEPTH_MAX  16u    /* of a request */
#define SS_JSON_NAMES_MAX  64u    /* of one object */
#define SS_JSON_VALUES_MAX 65535u /* values of one request */

/*
 * A JSON text (RFC 8259, UTF-8, an object) becomes a MessagePack map, appended to `out`. Integers stay integers; other numbers are doubles.
 * SS_E_FORMAT with the offset, what was found and expected; SS_E_ARGUMENT: a name stands twice in one object, `field` says which ("filter.category",
 * "items[3].price"); SS_E_LIMIT; SS_E_NOMEM.
 */
ss_status ss_json_to_wire(ss_slice json, ss_buffer *out, ss_error *error);

/* One value of MessagePack, well formed, as JSON. Text is escaped so that it may stand in HTML's <script> too (<, >, &, U+2028, U+2029);
 * bytes that are no UTF-8 become U+FFFD; a real that JSON cannot say becomes null. Makes room for seven times the bytes, which `out`'s ceiling
 * must have. SS_E_NOMEM, SS_E_LIMIT, SS_E_FORMAT (with `out` as it was). */
ss_status ss_wire_to_json(ss_slice wire, ss_buffer *out, ss_error *error);

#endif

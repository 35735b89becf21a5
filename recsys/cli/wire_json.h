/* wire_json.h: MessagePack as JSON: what a reply says, whatever it says. */
#ifndef SS_CLI_WIRE_JSON_H
#define SS_CLI_WIRE_JSON_H

#include "client/wire.h"
#include <jansson.h>

/* The next value. It is as deep as the bytes, which were walked through before. Caller owns it; NULL: out of memory, or
 * the bytes end. */
json_t *ss_wire_json(ss_wire_reader *reader);

#endif

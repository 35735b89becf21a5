#include "http/request_head.h"

#include "client/wire.h"

uint8_t *ss_request_head(uint8_t *at, uint32_t msgid, ss_method method)
{
    const char *name = ss_method_name(method);
    at = ss_wire_put_array(at, 4);
    at = ss_wire_put_uint(at, SS_PROTOCOL_REQUEST);
    at = ss_wire_put_uint(at, msgid);
    return ss_wire_put_text(at, name, strlen(name));
}

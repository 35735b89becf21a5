#include "http/fault_reply.h"

#include "server/reply.h"
#include <stdio.h>

ss_slice ss_fault_reply(ss_buffer *out, uint32_t msgid, const ss_fault *fault)
{
    if (ss_reply_fault(true, msgid, fault, out) != SS_OK)
        ss_buffer_clear(out);
    return (ss_slice){out->data, out->size};
}

ss_slice ss_fault_reply_text(ss_buffer *out, uint32_t msgid, ss_fault_code code, const char *message)
{
    ss_fault fault = {.code = code};
    snprintf(fault.message, sizeof fault.message, "%s", message);
    return ss_fault_reply(out, msgid, &fault);
}

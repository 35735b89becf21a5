/* endpoint.h: where a server may be reached from. Pure. */
#ifndef SS_SERVER_ENDPOINT_H
#define SS_SERVER_ENDPOINT_H

#include "base/status.h"
#include <stdbool.h>

/* Is it one of tcp://ADDRESS:PORT (PORT 0 to 65535; 0 and * take a free one) and ipc://PATH? SS_E_ARGUMENT names it. */
ss_status ss_endpoint_check(const char *endpoint, ss_error *error);

/* Can another machine reach it? Anything but ipc and the loopback addresses. */
bool ss_endpoint_is_public(const char *endpoint);

#endif

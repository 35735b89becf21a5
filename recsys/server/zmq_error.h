/* zmq_error.h: what libzmq has just refused, as an error. */
#ifndef SS_SERVER_ZMQ_ERROR_H
#define SS_SERVER_ZMQ_ERROR_H

#include "base/status.h"

/* SS_E_NETWORK with libzmq's own words for the calling thread's zmq_errno(), at `place`: an endpoint, or what was to be made. */
ss_status ss_zmq_error(ss_error *error, const char *place);

#endif

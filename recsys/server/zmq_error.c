#include "server/zmq_error.h"

#include <zmq.h>

ss_status ss_zmq_error(ss_error *error, const char *place)
{
    ss_error_set(error, SS_E_NETWORK, "%s", zmq_strerror(zmq_errno()));
    ss_error_place(error, place, 0);
    return SS_E_NETWORK;
}

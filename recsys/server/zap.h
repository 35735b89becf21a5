/*
 * zap.h: the thread that libzmq asks, over ZAP (https://rfc.zeromq.org/spec/27/), whether a connection is let in. A key
 * of the allow-list is; its role becomes the connection's user id, which ss_envelope_role reads from each message.
 */
#ifndef SS_SERVER_ZAP_H
#define SS_SERVER_ZAP_H

#include "base/logline.h"
#include "server/access.h"

typedef struct ss_zap ss_zap;

/* To be called before any socket of the context is bound. `access` and `logger` are borrowed until stop. SS_E_NOMEM,
 * SS_E_NETWORK, SS_E_IO. */
ss_status ss_zap_start(void *zmq_context, const ss_access *access, const ss_logger *logger, ss_zap **zap,
                       ss_error *error);

/* To be called after the last socket that asks is closed. */
void ss_zap_stop(ss_zap **zap);

#endif

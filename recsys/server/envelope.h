/*
 * envelope.h: one message of the ROUTER: who sent it, whether an empty delimiter frame came with it (REQ sends one,
 * DEALER need not), and the single frame of the request or reply. Between the threads of the server it travels in the
 * same frames.
 *
 * Belongs to the thread that owns the socket. Frames are moved, never copied.
 */
#ifndef SS_SERVER_ENVELOPE_H
#define SS_SERVER_ENVELOPE_H

#include "base/slice.h"
#include "server/blanks.h"
#include "server/protocol.h"
#include <zmq.h>

typedef struct ss_envelope {
    zmq_msg_t identity, body;
    bool delimiter;
    ss_blanks blanks; /* of a reply on its way to the socket's owner, who fills them in */
} ss_envelope;

void ss_envelope_init(ss_envelope *envelope);
void ss_envelope_close(ss_envelope *envelope);

typedef enum ss_received {
    SS_RECEIVED_REQUEST,
    SS_RECEIVED_GARBAGE, /* frames that are no request, all of them taken off the socket */
    SS_RECEIVED_NOTHING  /* no message is waiting (or the socket is being closed) */
} ss_received;

/* Takes the next message off the socket without waiting. */
ss_received ss_envelope_receive(ss_envelope *envelope, void *socket);

/* Sends the envelope as it is, without waiting. False: the peer is gone or does not read; the message is dropped. */
bool ss_envelope_send(ss_envelope *envelope, void *socket);

/* The same with a copy of `body` as the single frame. */
bool ss_envelope_reply(ss_envelope *envelope, void *socket, ss_slice body);

/* The role that access control gave the sender (zap.h) when it let them in; `message` is a zmq_msg_t from their
 * connection. A message that came over no connection, from this process, is an admin's: what arrives over one has always a peer and a
 * socket's type (ZMTP 3.1). An ss_role_of (handler.h). */
ss_role ss_envelope_role(void *message);

/* An envelope's address, kept for a reply that comes later. */
#define SS_IDENTITY_MAX 255u
typedef struct ss_caller {
    uint8_t identity[SS_IDENTITY_MAX];
    uint8_t identity_size;
    bool delimiter;
    uint32_t msgid;
} ss_caller;

ss_caller ss_envelope_caller(ss_envelope *envelope, uint32_t msgid);
bool ss_caller_reply(const ss_caller *caller, void *socket, ss_slice body); /* as ss_envelope_reply */

#endif

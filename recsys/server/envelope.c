#include "server/envelope.h"

void ss_envelope_init(ss_envelope *envelope)
{
    zmq_msg_init(&envelope->identity);
    zmq_msg_init(&envelope->body);
    envelope->delimiter = false;
    envelope->blanks.count = 0;
}

void ss_envelope_close(ss_envelope *envelope)
{
    zmq_msg_close(&envelope->identity);
    zmq_msg_close(&envelope->body);
}

/* The parts of a message arrive together: what follows the first is there. */
static bool receive_part(zmq_msg_t *part, void *socket)
{
    return zmq_msg_recv(part, socket, ZMQ_DONTWAIT) >= 0;
}

static ss_received discard_rest(ss_envelope *envelope, void *socket)
{
    while (zmq_msg_more(&envelope->body) && receive_part(&envelope->body, socket))
        continue;
    return SS_RECEIVED_GARBAGE;
}

ss_received ss_envelope_receive(ss_envelope *envelope, void *socket)
{
    envelope->delimiter = false;
    if (!receive_part(&envelope->identity, socket))
        return SS_RECEIVED_NOTHING;
    if (!zmq_msg_more(&envelope->identity) || !receive_part(&envelope->body, socket))
        return SS_RECEIVED_GARBAGE;
    if (!zmq_msg_more(&envelope->body))
        return SS_RECEIVED_REQUEST;
    if (zmq_msg_size(&envelope->body) > 0)
        return discard_rest(envelope, socket);
    envelope->delimiter = true;
    if (!receive_part(&envelope->body, socket))
        return SS_RECEIVED_GARBAGE;
    return zmq_msg_more(&envelope->body) ? discard_rest(envelope, socket) : SS_RECEIVED_REQUEST;
}

/* A ROUTER fails at the identity or not at all. */
static bool send_address(ss_envelope *envelope, void *socket)
{
    if (zmq_msg_send(&envelope->identity, socket, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return false;
    return !envelope->delimiter || zmq_send_const(socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0;
}

bool ss_envelope_send(ss_envelope *envelope, void *socket)
{
    return send_address(envelope, socket) && zmq_msg_send(&envelope->body, socket, ZMQ_DONTWAIT) >= 0;
}

bool ss_envelope_reply(ss_envelope *envelope, void *socket, ss_slice body)
{
    zmq_msg_t reply;
    if (zmq_msg_init_size(&reply, body.size) != 0)
        return false;
    memcpy(zmq_msg_data(&reply), body.data, body.size);
    bool sent = send_address(envelope, socket) && zmq_msg_send(&reply, socket, ZMQ_DONTWAIT) >= 0;
    if (!sent)
        zmq_msg_close(&reply);
    return sent;
}

ss_role ss_envelope_role(void *message)
{
    const char *user = zmq_msg_gets(message, "User-Id");
    if (user)
        return ss_role_find(ss_slice_of(user));
    bool inside = !zmq_msg_gets(message, "Socket-Type") && !zmq_msg_gets(message, "Peer-Address");
    return inside ? SS_ROLE_ADMIN : SS_ROLE_NONE;
}

ss_caller ss_envelope_caller(ss_envelope *envelope, uint32_t msgid)
{
    ss_caller caller = {.delimiter = envelope->delimiter, .msgid = msgid};
    size_t size = zmq_msg_size(&envelope->identity);
    caller.identity_size = (uint8_t)(size < SS_IDENTITY_MAX ? size : SS_IDENTITY_MAX); /* longer ones do not exist */
    memcpy(caller.identity, zmq_msg_data(&envelope->identity), caller.identity_size);
    return caller;
}

bool ss_caller_reply(const ss_caller *caller, void *socket, ss_slice body)
{
    ss_envelope envelope = {.delimiter = caller->delimiter};
    zmq_msg_init(&envelope.body);
    if (zmq_msg_init_size(&envelope.identity, caller->identity_size) != 0)
        return false;
    memcpy(zmq_msg_data(&envelope.identity), caller->identity, caller->identity_size);
    bool sent = ss_envelope_reply(&envelope, socket, body);
    ss_envelope_close(&envelope);
    return sent;
}

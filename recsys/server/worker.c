#include "server/worker.h"

ss_status ss_worker_init(ss_worker *worker, ss_answerer *answerer, const ss_service *service, ss_role_of role_of,
                         ss_error *error)
{
    *worker = (ss_worker){.role_of = role_of};
    ss_envelope_init(&worker->envelope);
    ss_status status = ss_handler_new(answerer, service, &worker->stats, &worker->handler, error);
    return status == SS_OK ? ss_swap_init(&worker->swap, error) : status;
}

void ss_worker_release(ss_worker *worker)
{
    ss_handler_free(&worker->handler);
    ss_swap_release(&worker->swap);
    ss_envelope_close(&worker->envelope);
}

static bool send_reply(ss_worker *worker, ss_slice reply)
{
    return ss_envelope_reply(&worker->envelope, worker->socket, reply);
}

/* Has a reply been sent? The loader's comes later. */
static bool ask_loader(ss_worker *worker, uint32_t msgid)
{
    ss_slice reply;
    ss_caller caller = ss_envelope_caller(&worker->envelope, msgid);
    if (ss_loader_request(worker->loader, &caller))
        return false;
    return ss_handler_refuse(worker->handler, SS_FAULT_BUSY, "too many callers wait for a reload", &reply) &&
           send_reply(worker, reply);
}

/* Has a reply been sent? */
static bool answer(ss_worker *worker)
{
    zmq_msg_t *body = &worker->envelope.body;
    ss_slice request = {zmq_msg_data(body), zmq_msg_size(body)}, reply;
    uint32_t msgid;
    ss_handled handled = ss_handler_handle(worker->handler, request, worker->role_of, body, &reply, &msgid);
    if (handled == SS_HANDLED_RELOAD)
        return ask_loader(worker, msgid);
    if (handled == SS_HANDLED_REPLY && send_reply(worker, reply))
        return true;
    ss_count(&worker->stats.dropped_replies);
    return false;
}

static void take(ss_worker *worker, ss_received received)
{
    bool replied = false;
    if (received == SS_RECEIVED_REQUEST)
        replied = answer(worker);
    else
        ss_count(&worker->stats.dropped_messages);
    if (worker->paired && !replied)
        zmq_send_const(worker->socket, "", 0, ZMQ_DONTWAIT);
}

size_t ss_worker_run(ss_worker *worker, size_t most)
{
    ss_swap_take(&worker->swap, worker->handler);
    ss_handler_tick(worker->handler);
    for (size_t count = 0; count < most; count++) {
        ss_received received = ss_envelope_receive(&worker->envelope, worker->socket);
        if (received == SS_RECEIVED_NOTHING)
            return count;
        take(worker, received);
    }
    return most;
}

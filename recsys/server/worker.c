#include "server/worker.h"

#define WAKE_AT 64u /* requests for the recorder */

ss_status ss_worker_init(ss_worker *worker, ss_answerer *answerer, const ss_service *service, ss_role_of role_of,
                         ss_error *error)
{
    *worker = (ss_worker){.role_of = role_of, .swap.wake = -1};
    for (size_t place = 0; place < SS_HANDLER_PLACES; place++)
        ss_envelope_init(&worker->envelopes[place]);
    ss_status status = ss_handler_new(answerer, service, &worker->stats, &worker->handler, error);
    return status == SS_OK ? ss_swap_init(&worker->swap, error) : status;
}

void ss_worker_release(ss_worker *worker)
{
    ss_handler_free(&worker->handler);
    ss_swap_release(&worker->swap);
    for (size_t place = 0; place < SS_HANDLER_PLACES; place++)
        ss_envelope_close(&worker->envelopes[place]);
}

/* Has an error reply been sent? */
static bool refuse(ss_worker *worker, ss_envelope *envelope, ss_fault_code code, const char *message)
{
    ss_slice reply;
    return ss_handler_refuse(worker->handler, code, message, &reply) &&
           ss_envelope_reply(envelope, worker->socket, reply);
}

/* Has a reply been sent? The loader's comes later. */
static bool ask_loader(ss_worker *worker, ss_envelope *envelope, uint32_t msgid)
{
    ss_caller caller = ss_envelope_caller(envelope, msgid);
    if (ss_loader_request(worker->loader, &caller))
        return false;
    return refuse(worker, envelope, SS_FAULT_BUSY, "too many callers wait for a reload");
}

/* The same of the recorder. */
static bool ask_recorder(ss_worker *worker, ss_envelope *envelope)
{
    const ss_call *call = ss_handler_call(worker->handler);
    if (!worker->recorder)
        return refuse(worker, envelope, SS_FAULT_NOT_STORED, "the server keeps no live state");
    if (ss_recorder_submit(worker->recorder, envelope, call->method, call->msgid, call->params)) {
        worker->handed++;
        return false;
    }
    return refuse(worker, envelope, SS_FAULT_BUSY, "too many changes wait to be recorded");
}

/* Waking is dear, and what is handed over together shares a sync. */
static void wake_recorder(ss_worker *worker, size_t least)
{
    if (worker->handed < least)
        return;
    ss_recorder_wake(worker->recorder);
    worker->handed = 0;
}

/* Has a reply been sent? */
static bool answer(ss_worker *worker, size_t place)
{
    ss_envelope *envelope = &worker->envelopes[place];
    ss_slice reply;
    uint32_t msgid;
    ss_handled handled = ss_handler_answer(worker->handler, place, worker->role_of, &envelope->body, &reply, &msgid);
    if (handled == SS_HANDLED_RELOAD)
        return ask_loader(worker, envelope, msgid);
    if (handled == SS_HANDLED_RECORD)
        return ask_recorder(worker, envelope);
    if (handled == SS_HANDLED_REPLY && ss_envelope_reply(envelope, worker->socket, reply))
        return true;
    ss_count(&worker->stats.dropped_replies);
    return false;
}

/* What gets no reply is acknowledged where somebody counts. */
static void acknowledge(ss_worker *worker)
{
    if (worker->paired)
        zmq_send_const(worker->socket, "", 0, ZMQ_DONTWAIT);
}

/* Takes messages that wait, at most `most`, and reads the requests among them. Returns how many messages. */
static size_t take_group(ss_worker *worker, size_t most, size_t *requests)
{
    *requests = 0;
    for (size_t count = 0; count < most; count++) {
        ss_envelope *envelope = &worker->envelopes[*requests];
        ss_received received = ss_envelope_receive(envelope, worker->socket);
        if (received == SS_RECEIVED_NOTHING)
            return count;
        if (received == SS_RECEIVED_REQUEST) {
            ss_slice request = {zmq_msg_data(&envelope->body), zmq_msg_size(&envelope->body)};
            ss_handler_read(worker->handler, (*requests)++, request);
            continue;
        }
        ss_count(&worker->stats.dropped_messages);
        acknowledge(worker);
    }
    return most;
}

size_t ss_worker_run(ss_worker *worker, size_t most)
{
    size_t count = 0, taken = 1, requests;
    ss_swap_take(&worker->swap, worker->handler);
    ss_handler_tick(worker->handler);
    while (count < most && taken > 0) {
        taken = take_group(worker, most - count < SS_HANDLER_PLACES ? most - count : SS_HANDLER_PLACES, &requests);
        ss_handler_foresee(worker->handler, requests);
        for (size_t place = 0; place < requests; place++)
            if (!answer(worker, place))
                acknowledge(worker);
        count += taken;
        wake_recorder(worker, WAKE_AT);
    }
    wake_recorder(worker, 1);
    return count;
}

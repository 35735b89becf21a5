#include "http/exchange_room.h"

#include "base/clock.h"
#include "http/fault_status.h"

#define SECOND     INT64_C(1000000000)
#define DEADLINE   (10 * SECOND)  /* for a backend's answer */
#define OF_RELOADS (600 * SECOND) /* a generation is checked first */

/* An empty reply: nobody answered. */
static void answer_reply(ss_exchange *one, ss_slice reply)
{
    ss_slice result;
    ss_fault fault;
    if (one->route.site)
        one->response.reply.finish(one->route.site->context, reply, &one->response.reply);
    else if (reply.size == 0)
        ss_exchange_refuse(one, 504, SS_FAULT_BUSY, "no answer came in time");
    else if (ss_reply_result(reply, &result, &fault))
        ss_exchange_result(one, result);
    else
        ss_exchange_fault(one, ss_fault_status(fault.code), &fault);
}

ss_connection *ss_exchange_connection(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* Its connection does nothing until the backend has answered, and is not to blame for it. */
enum MHD_Result ss_exchange_wait(ss_exchange *one, ss_method asked)
{
    ss_connection *connection = ss_exchange_connection(one->request.connection);
    if (connection)
        connection->waits = true;
    one->stage = SS_STAGE_WAITING;
    one->deadline = ss_clock_monotonic() + (asked == SS_METHOD_RELOAD ? OF_RELOADS : DEADLINE);
    MHD_suspend_connection(one->request.connection);
    return MHD_YES;
}

static void go_on(ss_exchange *one)
{
    ss_connection *connection = ss_exchange_connection(one->request.connection);
    if (connection) {
        connection->waits = false;
        ss_connections_done(one->all->setting.connections, connection, ss_clock_monotonic());
    }
    one->stage = SS_STAGE_ANSWERED;
    MHD_resume_connection(one->request.connection);
}

/* True: it is answered. */
bool ss_exchange_question(ss_exchange *one, ss_backend_request *question)
{
    ss_exchanges *all = one->all;
    ss_slice reply = {"", 0};
    question->ticket = ss_exchange_ticket(one);
    bool answered = all->closing || all->setting.backend->ask(all->setting.backend->self, question, &reply);
    if (answered)
        answer_reply(one, reply);
    return answered;
}

enum MHD_Result ss_exchange_ask(ss_exchange *one, ss_backend_request *question)
{
    if (ss_exchange_question(one, question))
        return ss_exchange_send(one);
    return ss_exchange_wait(one, question->method);
}

void ss_exchange_answered(void *exchanges, uint64_t ticket, ss_slice reply)
{
    ss_exchange *one = ss_exchange_of(exchanges, ticket);
    if (!one)
        return;
    answer_reply(one, reply);
    go_on(one);
}

void ss_exchanges_sweep(ss_exchanges *exchanges, int64_t now)
{
    const ss_backend *backend = exchanges->setting.backend;
    for (ss_exchange *one = exchanges->in_hand.after; one != &exchanges->in_hand; one = one->after) {
        if (one->stage != SS_STAGE_WAITING || one->deadline > now)
            continue;
        backend->forget(backend->self, one->ticket);
        answer_reply(one, (ss_slice){"", 0});
        go_on(one);
    }
}

void ss_exchanges_dismiss(ss_exchanges *exchanges)
{
    exchanges->closing = true;
    ss_exchanges_sweep(exchanges, INT64_MAX);
}

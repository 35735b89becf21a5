#include "http/local.h"

#include "base/memory.h"
#include "base/wake.h"
#include "client/wire.h"
#include "http/fault_reply.h"
#include "http/request_head.h"
#include "server/zmq_error.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SLOT_BITS 10u
#define SLOT_MASK (SS_LOCAL_WAITING_MAX - 1u)
_Static_assert(SS_LOCAL_WAITING_MAX == 1u << SLOT_BITS, "a message's number holds its slot");

/* A request that waits for the ROUTER. Its message's number is its slot, and in the bits above how often the slot was used. */
typedef struct waiting {
    uint64_t ticket;
    uint32_t msgid;
    bool used, forgotten;
} waiting;

typedef struct local {
    ss_seat *seat; /* borrowed */
    void *dealer;  /* its own */
    ss_buffer message, reply;
    zmq_msg_t received;
    uint32_t count, next; /* of the used slots; where to look for a free one */
    waiting slots[SS_LOCAL_WAITING_MAX];
} local;

/* ---- asking ---- */

/* The oldest free slot, so that numbers come back late. The caller has made sure that there is one. */
static waiting *take_slot(local *to)
{
    while (to->slots[to->next & SLOT_MASK].used)
        to->next++;
    waiting *slot = &to->slots[to->next++ & SLOT_MASK];
    slot->msgid += 1u << SLOT_BITS;
    slot->used = true;
    slot->forgotten = false;
    to->count++;
    return slot;
}

static void give_back(local *to, waiting *slot)
{
    slot->used = false;
    to->count--;
}

static bool compose(local *to, const ss_backend_request *question, uint32_t msgid)
{
    ss_buffer_clear(&to->message);
    if (ss_buffer_reserve(&to->message, SS_REQUEST_HEAD_MAX + question->params.size) != SS_OK)
        return false;
    uint8_t *begin = (uint8_t *)to->message.data, *at = ss_request_head(begin, msgid, question->method);
    memcpy(at, question->params.data, question->params.size);
    to->message.size = (size_t)(at - begin) + question->params.size;
    return true;
}

/* Always true: an error is a reply. */
static bool refuse(local *to, ss_fault_code code, const char *message, ss_slice *reply)
{
    *reply = ss_fault_reply_text(&to->reply, 0, code, message);
    return true;
}

static bool send_message(local *to, ss_slice *reply)
{
    if (zmq_send(to->dealer, to->message.data, to->message.size, ZMQ_DONTWAIT) >= 0)
        return false;
    return refuse(to, SS_FAULT_BUSY, "too many requests wait", reply);
}

static bool ask(void *self, const ss_backend_request *question, ss_slice *reply)
{
    local *to = self;
    if (to->count == SS_LOCAL_WAITING_MAX)
        return refuse(to, SS_FAULT_BUSY, "too many requests wait", reply);
    waiting *slot = take_slot(to);
    slot->ticket = question->ticket;
    bool answered = !compose(to, question, slot->msgid)
                        ? refuse(to, SS_FAULT_INTERNAL, "out of memory", reply)
                        : ss_seat_answer(to->seat, (ss_slice){to->message.data, to->message.size}, reply) ||
                              send_message(to, reply);
    if (answered)
        give_back(to, slot);
    return answered;
}

/* The reply still comes, and frees the slot. */
static void forget(void *self, uint64_t ticket)
{
    local *to = self;
    for (size_t i = 0; i < SS_LOCAL_WAITING_MAX; i++)
        if (to->slots[i].used && to->slots[i].ticket == ticket)
            to->slots[i].forgotten = true;
}

/* ---- replies ---- */

static size_t poll_items(void *self, zmq_pollitem_t *items, long *wait_ms)
{
    local *to = self;
    items[0] = (zmq_pollitem_t){NULL, to->seat->swap.wake, ZMQ_POLLIN, 0};
    items[1] = (zmq_pollitem_t){to->dealer, 0, ZMQ_POLLIN, 0};
    *wait_ms = -1;
    return 2;
}

static uint32_t msgid_of(ss_slice reply)
{
    const uint8_t *bytes = (const uint8_t *)reply.data;
    ss_wire_reader wire = {bytes, bytes + reply.size};
    ss_wire_token token = {0};
    for (unsigned i = 0; i < 3; i++)
        if (!ss_wire_next(&wire, &token))
            return 0;
    return token.kind == SS_WIRE_UINT ? (uint32_t)token.number : 0;
}

static void hand_over(local *to, ss_slice reply, ss_backend_answered answered, void *port)
{
    uint32_t msgid = msgid_of(reply);
    waiting *slot = &to->slots[msgid & SLOT_MASK];
    if (!slot->used || slot->msgid != msgid)
        return;
    give_back(to, slot);
    if (!slot->forgotten)
        answered(port, slot->ticket, reply);
}

static void run(void *self, ss_backend_answered answered, void *port)
{
    local *to = self;
    ss_wake_clear(to->seat->swap.wake);
    ss_seat_round(to->seat);
    while (to->count > 0 && zmq_msg_recv(&to->received, to->dealer, ZMQ_DONTWAIT) >= 0)
        hand_over(to, (ss_slice){zmq_msg_data(&to->received), zmq_msg_size(&to->received)}, answered, port);
}

/* ---- opening ---- */

static void close_local(void *self)
{
    local *old = self;
    if (old->dealer)
        zmq_close(old->dealer);
    zmq_msg_close(&old->received);
    ss_buffer_release(&old->message);
    ss_buffer_release(&old->reply);
    free(old);
}

static ss_status connect_dealer(local *to, void *context, ss_error *error)
{
    int none = 0;
    to->dealer = zmq_socket(context, ZMQ_DEALER);
    if (to->dealer && zmq_setsockopt(to->dealer, ZMQ_LINGER, &none, sizeof none) == 0 &&
        zmq_connect(to->dealer, SS_ENDPOINT_INSIDE) == 0)
        return SS_OK;
    return ss_zmq_error(error, SS_ENDPOINT_INSIDE);
}

ss_status ss_local_open(ss_server *server, unsigned seat, ss_backend *backend, ss_error *error)
{
    local *new = ss_array_zeroed(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->seat = ss_server_seat(server, seat);
    ss_buffer_init(&new->message, SS_MESSAGE_MAX + SS_REQUEST_HEAD_MAX);
    ss_buffer_init(&new->reply, SS_REPLY_MAX);
    zmq_msg_init(&new->received);
    for (uint32_t i = 0; i < SS_LOCAL_WAITING_MAX; i++)
        new->slots[i].msgid = i;
    ss_status status = connect_dealer(new, ss_server_context(server), error);
    if (status != SS_OK) {
        close_local(new);
        return status;
    }
    *backend = (ss_backend){new, ask, forget, poll_items, run, close_local};
    return SS_OK;
}

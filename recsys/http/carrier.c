#include "http/carrier.h"

#include "base/clock.h"
#include "http/changes.h"
#include "http/delivery.h"
#include "http/fault_reply.h"
#include "http/reads.h"
#include "http/request_head.h"
#include "http/roll.h"
#include "http/tally.h"
#include "http/upstream_reply.h"
#include <stdlib.h>

#define REPLIES_MAX 1024u /* taken from one server before others are looked at */
#define MS          INT64_C(1000000)

typedef struct carrier {
    ss_carrier_setting setting;
    ss_peers peers;
    ss_errands *errands;
    ss_reads reads;
    ss_changes changes;
    ss_delivery delivery;
    ss_buffer asked; /* a reply out of `ask` */
    int64_t now;     /* when the round began */
} carrier;

/* ---- servers come and go ---- */

/* It is not going to answer the errand. */
static void drop(carrier *self, uint32_t number, ss_errand *errand)
{
    errand->awaited &= ~ss_errand_bit(number);
    if (!errand->active)
        return;
    if (errand->way.kind == SS_WAY_ALL) {
        ss_roll_missed(errand->roll, number);
        if (ss_roll_complete(errand->roll))
            ss_delivery_roll(&self->delivery, errand);
    } else if (ss_way_reads(&errand->way)) {
        if (errand->awaited == 0)
            ss_reads_ask(&self->reads, errand, self->now);
    } else if (errand->way.again) {
        ss_changes_wait(&self->changes, errand);
    } else {
        ss_delivery_fail(&self->delivery, errand, "the server was lost before its answer came; it may have been done");
    }
}

/* Nothing is to be expected of its connection any more. */
static void part_from(carrier *self, uint32_t number)
{
    ss_errand *errand;
    ss_peer_renew(&self->peers.all[number]);
    for (uint32_t i = 0; (errand = ss_errands_at(self->errands, i)); i++)
        if (ss_errand_awaits(errand, number))
            drop(self, number, errand);
}

/* It may only be slow, or answer what it has: but what only reads is asked elsewhere. */
static void ask_others(carrier *self, uint32_t number)
{
    ss_errand *errand;
    for (uint32_t i = 0; (errand = ss_errands_at(self->errands, i)); i++)
        if (errand->active && ss_way_reads(&errand->way) && errand->awaited == ss_errand_bit(number))
            ss_reads_ask(&self->reads, errand, self->now);
}

/* What has waited for a server goes there, if it was never sent or may be sent again. */
static void welcome(carrier *self, uint32_t number)
{
    ss_errand *errand;
    for (uint32_t i = 0; (errand = ss_errands_at(self->errands, i)); i++) {
        if (!errand->active)
            continue;
        if (ss_way_reads(&errand->way) && errand->awaited == 0) {
            errand->tried &= ~ss_errand_bit(number);
            ss_reads_ask(&self->reads, errand, self->now);
        } else if (errand->way.kind == SS_WAY_HOME && errand->way.home == number &&
                   (errand->tried == 0 || errand->way.again)) {
            ss_changes_ask(&self->changes, errand, self->now);
        }
    }
}

/* What is to be done about a server. */
static void tend(carrier *self, uint32_t number)
{
    ss_peer *to = &self->peers.all[number];
    ss_fitness_step step;
    bool expecting = to->fitness.state != SS_FITNESS_EJECTED || to->outstanding > 0;
    if (to->lost && expecting) {
        ss_fitness_eject(&to->fitness, self->now);
        ss_peer_note_state(to, "unreachable");
        part_from(self, number);
    }
    to->lost = false;
    while (!to->lost && (step = ss_fitness_next(&to->fitness, self->now)) != SS_FITNESS_NOTHING) {
        if (step == SS_FITNESS_PROBE) {
            ss_peer_probe(to, ss_errands_msgid(self->errands), self->now);
            continue;
        }
        ss_peer_note_state(to, "silent");
        if (step == SS_FITNESS_EJECT)
            ask_others(self, number);
        else
            part_from(self, number);
    }
    if (to->fitness.state == SS_FITNESS_EJECTED)
        to->lost = false;
    ss_peer_note_state(to, "well");
    ss_peer_note_absence(to, self->now);
}

/* ---- replies ---- */

static void take_failure(carrier *self, uint32_t number)
{
    ss_peer *from = &self->peers.all[number];
    ss_count(&from->counts->failed);
    if (ss_fitness_failed(&from->fitness, self->now)) {
        ss_peer_note_state(from, "failures");
        part_from(self, number);
    }
}

static void take_probe(carrier *self, uint32_t number, const ss_upstream_reply *reply)
{
    ss_peer *from = &self->peers.all[number];
    bool good = !reply->failed;
    if (good && reply->generation.size > 0)
        self->setting.serves(self->setting.context, number, reply->generation);
    from->probe = 0;
    if (ss_fitness_probe_answered(&from->fitness, good, self->now)) {
        ss_peer_note_state(from, "well");
        welcome(self, number);
    }
}

/* The server cannot, or is stopping: another one is asked what only reads, the same one later what may be repeated. */
static void take_refusal(carrier *self, ss_errand *errand, ss_fault_code code, ss_slice reply)
{
    bool stopping = code == SS_FAULT_SHUTTING_DOWN; /* then it was not even looked at */
    if (ss_way_reads(&errand->way) &&
        (stopping || errand->awaited != 0 || ss_peers_choose(&self->peers, errand) != SS_PEERS_NOBODY)) {
        if (errand->awaited == 0)
            ss_reads_ask(&self->reads, errand, self->now);
    } else if (errand->way.kind == SS_WAY_HOME && errand->way.again) {
        ss_changes_wait(&self->changes, errand);
    } else {
        ss_delivery_reply(&self->delivery, errand, reply);
    }
}

static void take_answer(carrier *self, uint32_t number, ss_errand *errand, const ss_upstream_reply *reply,
                        ss_slice bytes)
{
    ss_peer *from = &self->peers.all[number];
    ss_count(&from->counts->answered);
    if (reply->failed && errand->way.kind != SS_WAY_ALL &&
        (reply->code == SS_FAULT_SHUTTING_DOWN || (reply->code == SS_FAULT_INTERNAL && ss_way_reads(&errand->way)))) {
        take_refusal(self, errand, reply->code, bytes);
        return;
    }
    if (errand->way.kind == SS_WAY_ALL) {
        if (ss_roll_answered(errand->roll, number, !reply->failed, reply->code, bytes) == SS_OK &&
            !ss_roll_complete(errand->roll))
            return;
        ss_delivery_roll(&self->delivery, errand);
        return;
    }
    ss_reads_answered(&self->reads, errand, number, self->now);
    ss_delivery_reply(&self->delivery, errand, bytes);
}

/* What the reply tells of the server itself. */
static void judge(carrier *self, uint32_t number, const ss_upstream_reply *reply)
{
    ss_peer *from = &self->peers.all[number];
    if (reply->failed && reply->code == SS_FAULT_SHUTTING_DOWN) {
        ss_fitness_eject(&from->fitness, self->now);
        ss_peer_note_state(from, "stopping");
    } else if (reply->failed && reply->code == SS_FAULT_INTERNAL) {
        take_failure(self, number);
    } else {
        ss_fitness_answered(&from->fitness, self->now);
        ss_peer_note_state(from, "well");
    }
}

static void take_reply(carrier *self, uint32_t number, ss_slice bytes)
{
    ss_peer *from = &self->peers.all[number];
    ss_upstream_reply reply;
    if (!ss_upstream_reply_read(bytes, &reply)) {
        take_failure(self, number);
        return;
    }
    if (reply.number == from->probe && from->probe != 0) {
        take_probe(self, number, &reply);
        return;
    }
    ss_errand *errand = ss_errands_find(self->errands, reply.number);
    if (!errand || !ss_errand_awaits(errand, number)) {
        ss_count(&from->counts->late);
        return;
    }
    ss_peers_settle(&self->peers, number, errand);
    ss_reads_heard(&self->reads, errand, number, self->now);
    judge(self, number, &reply); /* which may answer others, whose port then asks: */
    errand = ss_errands_find(self->errands, reply.number);
    if (errand && errand->active)
        take_answer(self, number, errand, &reply, bytes);
    else
        ss_count(&from->counts->late);
}

static void receive(carrier *self, uint32_t number)
{
    ss_slice bytes;
    ss_peer *from = &self->peers.all[number];
    for (unsigned taken = 0; taken < REPLIES_MAX; taken++) {
        ss_upstream_received received = ss_upstream_receive(from->upstream, &bytes);
        if (received == SS_UPSTREAM_NOTHING)
            return;
        if (received == SS_UPSTREAM_GARBAGE)
            take_failure(self, number);
        else
            take_reply(self, number, bytes);
    }
}

static void look_after(carrier *self, ss_errand *errand)
{
    if (self->now >= errand->deadline)
        ss_delivery_give_up(&self->delivery, errand);
    else if (errand->way.kind == SS_WAY_ALL)
        ss_delivery_roll(&self->delivery, errand);
    else if (ss_way_reads(&errand->way))
        ss_reads_look_after(&self->reads, errand, self->now);
    else
        ss_changes_look_after(&self->changes, errand, self->now);
}

/* ---- the backend ---- */

static ss_status write_request(const ss_backend_request *question, ss_errand *errand)
{
    ss_status status = ss_buffer_reserve(&errand->message, SS_REQUEST_HEAD_MAX + question->params.size);
    if (status != SS_OK)
        return status;
    uint8_t *begin = (uint8_t *)errand->message.data, *at = ss_request_head(begin, errand->number, question->method);
    errand->message.size = (size_t)(at - begin);
    return ss_buffer_append(&errand->message, question->params.data, question->params.size);
}

/* An errand for the question; NULL: there can be none now. */
static ss_errand *begin(carrier *self, const ss_backend_request *question, const ss_way *way, int64_t now)
{
    const ss_carrier_setting *setting = &self->setting;
    ss_errand *errand = ss_errands_begin(self->errands, question->ticket);
    if (!errand)
        return NULL;
    ss_peers_settle_all(&self->peers, errand); /* its place was another's, whom these never answered */
    errand->way = *way;
    errand->method = question->method;
    errand->began = now;
    errand->deadline = now + (question->method == SS_METHOD_RELOAD ? setting->reload
                              : ss_way_reads(&errand->way)         ? setting->read
                                                                   : setting->change);
    if (write_request(question, errand) == SS_OK)
        return errand;
    ss_errands_end(self->errands, errand);
    return NULL;
}

static ss_slice own_reply(carrier *self, const ss_backend_request *question)
{
    ss_buffer_clear(&self->asked);
    if (self->setting.own(self->setting.context, question, &self->asked) == SS_OK)
        return (ss_slice){self->asked.data, self->asked.size};
    return ss_fault_reply_text(&self->asked, 0, SS_FAULT_INTERNAL, "out of memory");
}

static bool ask_all(carrier *self, ss_errand *errand, int64_t now)
{
    errand->roll = ss_roll_new(self->peers.count);
    if (!errand->roll)
        return false;
    for (uint32_t i = 0; i < self->peers.count; i++)
        if (self->peers.all[i].fitness.state == SS_FITNESS_EJECTED || !ss_peers_send(&self->peers, i, errand, now))
            ss_roll_missed(errand->roll, i);
    ss_errands_wake(self->errands, errand, ss_roll_complete(errand->roll) ? now : errand->deadline);
    return true;
}

/* True: *reply is there at once. */
static bool ask(carrier *self, const ss_backend_request *question, int64_t now, ss_slice *reply)
{
    ss_way way;
    ss_fault fault;
    if (!ss_homes_way(self->setting.homes, question, &way, &fault)) {
        *reply = ss_fault_reply(&self->asked, 0, &fault);
        return true;
    }
    if (way.kind == SS_WAY_OWN) {
        *reply = own_reply(self, question);
        return true;
    }
    ss_errand *errand = begin(self, question, &way, now);
    bool begun = errand != NULL;
    if (begun && ss_way_reads(&errand->way)) {
        ss_reads_begin(&self->reads, errand, now);
    } else if (begun && way.kind == SS_WAY_HOME) {
        ss_changes_ask(&self->changes, errand, now);
    } else if (begun && !ask_all(self, errand, now)) {
        ss_errands_end(self->errands, errand);
        begun = false;
    }
    if (begun)
        return false;
    ss_count(&self->setting.counts->refused);
    *reply = ss_fault_reply_text(&self->asked, 0, SS_FAULT_BUSY, "too many requests are under way");
    return true;
}

static bool carrier_ask(void *context, const ss_backend_request *question, ss_slice *reply)
{
    carrier *self = context;
    ss_gateway_counts *counts = self->setting.counts;
    int64_t now = ss_clock_monotonic();
    ss_count(&counts->requests);
    bool at_once = ask(self, question, now, reply);
    if (at_once)
        ss_tally(&counts->stats, question->method, *reply, ss_clock_monotonic() - now);
    return at_once;
}

/* A change that was asked for is still seen to, though nobody waits for the reply. */
static void carrier_forget(void *context, uint64_t ticket)
{
    carrier *self = context;
    ss_errand *errand = ss_errands_of(self->errands, ticket);
    if (!errand)
        return;
    if (ss_way_reads(&errand->way))
        ss_errands_end(self->errands, errand);
    else
        errand->orphan = true;
}

static size_t carrier_poll(void *context, zmq_pollitem_t *items, long *wait_ms)
{
    carrier *self = context;
    size_t count = 0;
    int64_t now = ss_clock_monotonic(), due = ss_errands_first(self->errands);
    for (uint32_t i = 0; i < self->peers.count; i++) {
        const ss_peer *to = &self->peers.all[i];
        void *socket = ss_upstream_socket(to->upstream);
        int64_t other = ss_peer_due(to, now);
        due = other < due ? other : due;
        if (socket)
            items[count++] = (zmq_pollitem_t){socket, 0, ZMQ_POLLIN, 0};
    }
    *wait_ms = due == SS_TIMERS_NEVER ? -1 : due <= now ? 0 : (long)((due - now + MS - 1) / MS);
    return count;
}

static void carrier_run(void *context, ss_backend_answered answered, void *port)
{
    carrier *self = context;
    ss_errand *errand;
    self->now = ss_clock_monotonic();
    self->delivery.answered = answered;
    self->delivery.port = port;
    self->delivery.now = self->now;
    ss_count(&self->setting.counts->rounds);
    for (uint32_t i = 0; i < self->peers.count; i++)
        receive(self, i);
    for (uint32_t i = 0; i < self->peers.count; i++)
        tend(self, i);
    while ((errand = ss_errands_due(self->errands, self->now)))
        look_after(self, errand);
}

static void carrier_free(void *context)
{
    carrier *self = context;
    for (uint32_t i = 0; i < self->peers.count; i++)
        ss_peer_close(&self->peers.all[i]);
    ss_errands_free(&self->errands);
    ss_buffer_release(&self->asked);
    ss_delivery_release(&self->delivery);
    free(self);
}

static ss_status open_peers(carrier *self, ss_error *error)
{
    const ss_carrier_setting *setting = &self->setting;
    ss_status status = SS_OK;
    int64_t now = ss_clock_monotonic();
    self->peers.count = setting->homes->count;
    for (uint32_t i = 0; i < self->peers.count && status == SS_OK; i++) {
        ss_peer_setting peer = {.zmq_context = setting->zmq_context,
                                .upstream = &setting->upstreams[i],
                                .logger = setting->logger,
                                .rules = setting->rules,
                                .seed = ss_random_mix(setting->seed + i),
                                .counts = &setting->counts->servers[i]};
        status = ss_peer_open(&peer, now, &self->peers.all[i], error);
    }
    return status;
}

ss_status ss_carrier_open(const ss_carrier_setting *setting, ss_backend *backend, ss_error *error)
{
    ss_status status;
    carrier *self = calloc(1, sizeof *self);
    if (!self)
        return ss_error_nomem(error);
    self->setting = *setting;
    ss_buffer_init(&self->asked, SS_REPLY_MAX);
    SS_TRY(ss_errands_new(setting->most, &self->errands, error));
    SS_TRY(open_peers(self, error));
    ss_reads_init(&self->reads, &self->peers, self->errands, setting->counts, setting->second_try);
    self->changes = (ss_changes){&self->peers, self->errands, setting->counts, setting->change};
    ss_delivery_init(&self->delivery, self->errands, setting->endpoints, setting->counts);
    *backend = (ss_backend){self, carrier_ask, carrier_forget, carrier_poll, carrier_run, carrier_free};
    return SS_OK;
out:
    carrier_free(self);
    return status;
}

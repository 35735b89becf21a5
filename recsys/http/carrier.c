#include "http/carrier.h"

#include "base/clock.h"
#include "base/memory.h"
#include "client/wire.h"
#include "http/errands.h"
#include "http/patience.h"
#include "http/roll.h"
#include "http/tally.h"
#include "http/upstream_reply.h"
#include "server/reply.h"
#include <stdio.h>
#include <stdlib.h>

#define NOBODY       UINT32_MAX
#define HEAD_MAX     64u   /* bytes of a request before its params */
#define REPLIES_MAX  1024u /* taken from one server before others are looked at */
#define UNPAID       2     /* a second try that the purse has nothing for comes after the request's time / this */
#define REPEAT_FIRST 8     /* a change is repeated after its time / this, then twice as long */
#define MS           INT64_C(1000000)
#define SHORTEST     (1 * MS)    /* wait before another server is asked too; */
#define HOME_LEAST   (5 * MS)    /* of who is known at home and not elsewhere */
#define ABSENT       (1000 * MS) /* since the opening without any answer: worth a word */

/* One of the servers, as this thread knows it. */
typedef struct server {
    ss_upstream *upstream;
    ss_fitness fitness;
    uint32_t outstanding; /* requests that it may still answer */
    uint32_t probe;       /* msgid of the last */
    bool lost;            /* nothing could be sent: to be dealt with in the next round */
    bool noted;           /* it has answered once, or it was said that it has not */
    ss_gateway_server_counts *counts;
} server;

typedef struct carrier {
    ss_carrier_setting setting;
    server *servers;
    uint32_t count, turn;
    ss_errands *errands;
    ss_patience patience, home_patience; /* with answers in general, and with those of visitors' homes */
    ss_buffer asked, ended;              /* replies of our own: out of `ask`, out of `run` */
    int64_t now;                         /* when the round began */
    ss_backend_answered answered;        /* while it lasts */
    void *port;
} carrier;

static uint32_t bit(uint32_t number)
{
    return UINT32_C(1) << number;
}

static bool is_read(const ss_errand *errand)
{
    return errand->way.kind == SS_WAY_ANY || errand->way.kind == SS_WAY_PREFER;
}

/* A visitor's, that was asked at their home. */
static bool is_at_home(const ss_errand *errand)
{
    return errand->way.kind == SS_WAY_PREFER && errand->tried != 0 && errand->first == errand->way.home;
}

static ss_patience *patience_with(carrier *self, const ss_errand *errand)
{
    return is_at_home(errand) ? &self->home_patience : &self->patience;
}

/* ---- the end of an errand ---- */

/* `reply` may be the errand's own. */
static void deliver(carrier *self, ss_errand *errand, ss_slice reply)
{
    bool wanted = !errand->orphan;
    errand->orphan = true; /* the port may forget it, and ask others, meanwhile */
    if (wanted) {
        ss_tally(&self->setting.counts->stats, errand->method, reply, self->now - errand->began);
        self->answered(self->port, errand->ticket, reply);
    }
    ss_errands_end(self->errands, errand);
}

static ss_slice fault_reply(ss_buffer *out, uint32_t msgid, ss_fault_code code, const char *message)
{
    ss_fault fault = {.code = code};
    snprintf(fault.message, sizeof fault.message, "%s", message);
    if (ss_reply_fault(true, msgid, &fault, out) != SS_OK)
        ss_buffer_clear(out);
    return (ss_slice){out->data, out->size};
}

static void fail(carrier *self, ss_errand *errand, const char *message)
{
    ss_count(&self->setting.counts->overdue);
    deliver(self, errand, fault_reply(&self->ended, errand->number, SS_FAULT_BUSY, message));
}

static void end_roll(carrier *self, ss_errand *errand)
{
    ss_slice reply;
    ss_roll_end(errand->roll, self->setting.endpoints, errand->number, &self->ended, &reply);
    deliver(self, errand, reply);
}

static void give_up(carrier *self, ss_errand *errand)
{
    if (errand->way.kind == SS_WAY_ALL)
        end_roll(self, errand);
    else if (is_read(errand))
        fail(self, errand, "no server has answered in time");
    else if (errand->tried == 0)
        fail(self, errand, "the server that keeps this cannot be reached: nothing was done, it can be asked again");
    else if (errand->way.again)
        fail(self, errand, "no answer in time; it can be asked again as it is");
    else
        fail(self, errand, "no answer in time; it may have been done");
}

/* ---- sending ---- */

static void set_outstanding(server *to, uint32_t outstanding)
{
    to->outstanding = outstanding;
    ss_count_set(&to->counts->outstanding, outstanding);
}

/* False: it could not be sent. */
static bool send_to(carrier *self, uint32_t number, ss_errand *errand, int64_t now)
{
    server *to = &self->servers[number];
    if (!ss_upstream_send(to->upstream, (ss_slice){errand->message.data, errand->message.size})) {
        to->lost = true;
        return false;
    }
    if (errand->tried == 0) {
        errand->first = number;
        errand->sent = now;
    }
    if (!(errand->awaited & bit(number)))
        set_outstanding(to, to->outstanding + 1);
    errand->awaited |= bit(number);
    errand->tried |= bit(number);
    if (is_read(errand))
        ss_fitness_asked(&to->fitness, now);
    ss_count(&to->counts->asked);
    return true;
}

static bool is_fit(const server *to)
{
    return !to->lost && to->fitness.state != SS_FITNESS_EJECTED;
}

static bool may_be_asked(const server *to)
{
    return !to->lost && ss_fitness_allows(&to->fitness, to->outstanding);
}

/* Is nobody who is fit going to answer it? Then who returns is asked more than they would be otherwise. */
static bool is_pressed(const carrier *self, const ss_errand *errand)
{
    for (uint32_t i = 0; i < self->count; i++)
        if ((errand->awaited & bit(i)) && is_fit(&self->servers[i]))
            return false;
    return true;
}

/* The fit server with the fewest outstanding that the errand was not sent to; of several, another one each time. */
static uint32_t choose_of(carrier *self, const ss_errand *errand, bool (*fits)(const server *to))
{
    uint32_t best = NOBODY, home = errand->way.home;
    if (errand->way.kind == SS_WAY_PREFER && !(errand->tried & bit(home)) && fits(&self->servers[home]))
        return home;
    self->turn++;
    for (uint32_t i = 0; i < self->count; i++) {
        uint32_t number = (self->turn + i) % self->count;
        const server *to = &self->servers[number];
        if ((errand->tried & bit(number)) || !fits(to))
            continue;
        if (best == NOBODY || to->outstanding < self->servers[best].outstanding)
            best = number;
    }
    return best;
}

static uint32_t choose(carrier *self, const ss_errand *errand)
{
    uint32_t best = choose_of(self, errand, may_be_asked);
    return best == NOBODY && is_pressed(self, errand) ? choose_of(self, errand, is_fit) : best;
}

/* When no server is fit: those that are not, the one that was heard last first. */
static bool ask_least_bad(carrier *self, ss_errand *errand, int64_t now)
{
    uint32_t refused = errand->tried;
    for (;;) {
        uint32_t best = NOBODY;
        for (uint32_t i = 0; i < self->count; i++)
            if (!(refused & bit(i)) &&
                (best == NOBODY || self->servers[i].fitness.heard > self->servers[best].fitness.heard))
                best = i;
        if (best == NOBODY)
            return false;
        if (send_to(self, best, errand, now))
            return true;
        refused |= bit(best);
    }
}

/* A read goes to one more server, or waits: for who has it, or for a server's return. */
static void ask_somebody(carrier *self, ss_errand *errand, int64_t now)
{
    int64_t due = errand->deadline;
    uint32_t number;
    bool sent = false;
    while (!sent && (number = choose(self, errand)) != NOBODY)
        sent = send_to(self, number, errand, now);
    if (!sent && errand->awaited == 0)
        sent = ask_least_bad(self, errand, now);
    int64_t wait = ss_patience_wait(patience_with(self, errand));
    if (sent && now + wait < due)
        due = now + wait;
    if (errand->awaited == 0)
        ss_count(&self->setting.counts->waited);
    ss_errands_wake(self->errands, errand, due);
}

/* What may go only there goes, or waits until it can. */
static void ask_home(carrier *self, ss_errand *errand, int64_t now)
{
    server *home = &self->servers[errand->way.home];
    int64_t due = errand->deadline;
    if (is_fit(home) && send_to(self, errand->way.home, errand, now)) {
        int64_t wait = (self->setting.change / REPEAT_FIRST) << errand->repeats;
        if (errand->way.again && now + wait < due)
            due = now + wait;
    } else {
        ss_count(&self->setting.counts->waited);
    }
    ss_errands_wake(self->errands, errand, due);
}

static bool ask_all(carrier *self, ss_errand *errand, int64_t now)
{
    errand->roll = ss_roll_new(self->count);
    if (!errand->roll)
        return false;
    for (uint32_t i = 0; i < self->count; i++)
        if (self->servers[i].fitness.state == SS_FITNESS_EJECTED || !send_to(self, i, errand, now))
            ss_roll_missed(errand->roll, i);
    ss_errands_wake(self->errands, errand, ss_roll_complete(errand->roll) ? now : errand->deadline);
    return true;
}

/* ---- servers come and go ---- */

static const char *quoted(const carrier *self, uint32_t number, char *text, size_t size)
{
    return ss_log_quote(ss_slice_of(self->setting.endpoints[number]), text, size);
}

static void note_state(carrier *self, uint32_t number, const char *why)
{
    char endpoint[256];
    server *of = &self->servers[number];
    uint64_t before = ss_counted(&of->counts->state);
    if (before == (uint64_t)of->fitness.state)
        return;
    ss_count_set(&of->counts->state, of->fitness.state);
    if (of->fitness.state == SS_FITNESS_EJECTED) {
        ss_count(&of->counts->ejections);
        ss_log(self->setting.logger, SS_LOG_WARN, "a server is ejected endpoint=%s reason=%s",
               quoted(self, number, endpoint, sizeof endpoint), why);
    } else if (before == SS_FITNESS_EJECTED) {
        of->noted = true;
        ss_log(self->setting.logger, SS_LOG_INFO, "a server answers endpoint=%s",
               quoted(self, number, endpoint, sizeof endpoint));
    }
}

/* It is not going to answer the errand. */
static void drop(carrier *self, uint32_t number, ss_errand *errand)
{
    errand->awaited &= ~bit(number);
    if (!errand->active)
        return;
    if (errand->way.kind == SS_WAY_ALL) {
        ss_roll_missed(errand->roll, number);
        if (ss_roll_complete(errand->roll))
            end_roll(self, errand);
    } else if (is_read(errand)) {
        if (errand->awaited == 0)
            ask_somebody(self, errand, self->now);
    } else if (errand->way.again) {
        ss_count(&self->setting.counts->waited);
        ss_errands_wake(self->errands, errand, errand->deadline);
    } else {
        fail(self, errand, "the server was lost before its answer came; it may have been done");
    }
}

/* Nothing is to be expected of its connection any more. */
static void part_from(carrier *self, uint32_t number)
{
    ss_errand *errand;
    ss_upstream_renew(self->servers[number].upstream);
    set_outstanding(&self->servers[number], 0);
    for (uint32_t i = 0; (errand = ss_errands_at(self->errands, i)); i++)
        if (errand->awaited & bit(number))
            drop(self, number, errand);
}

/* It may only be slow, or answer what it has: but what only reads is asked elsewhere. */
static void ask_others(carrier *self, uint32_t number)
{
    ss_errand *errand;
    for (uint32_t i = 0; (errand = ss_errands_at(self->errands, i)); i++)
        if (errand->active && is_read(errand) && errand->awaited == bit(number))
            ask_somebody(self, errand, self->now);
}

/* What has waited for a server goes there, if it was never sent or may be sent again. */
static void welcome(carrier *self, uint32_t number)
{
    ss_errand *errand;
    for (uint32_t i = 0; (errand = ss_errands_at(self->errands, i)); i++) {
        if (!errand->active)
            continue;
        if (is_read(errand) && errand->awaited == 0) {
            errand->tried &= ~bit(number);
            ask_somebody(self, errand, self->now);
        } else if (errand->way.kind == SS_WAY_HOME && errand->way.home == number &&
                   (errand->tried == 0 || errand->way.again)) {
            ask_home(self, errand, self->now);
        }
    }
}

static void send_probe(carrier *self, uint32_t number)
{
    uint8_t message[HEAD_MAX], *at = message;
    server *to = &self->servers[number];
    uint32_t msgid = ss_errands_msgid(self->errands);
    at = ss_wire_put_array(at, 4);
    at = ss_wire_put_uint(at, SS_PROTOCOL_REQUEST);
    at = ss_wire_put_uint(at, msgid);
    at = ss_wire_put_text(at, "health", strlen("health"));
    at = ss_wire_put_map(at, 0);
    if (ss_upstream_send(to->upstream, (ss_slice){(const char *)message, (size_t)(at - message)})) {
        to->probe = msgid;
        ss_fitness_probe_sent(&to->fitness, self->now);
    } else {
        to->lost = true;
    }
}

/* A server that refuses our key says nothing, just as one that is not there. */
static void note_absence(carrier *self, uint32_t number)
{
    char endpoint[256];
    server *of = &self->servers[number];
    if (of->noted || self->now - of->fitness.heard < ABSENT)
        return;
    of->noted = true;
    ss_log(self->setting.logger, SS_LOG_WARN,
           "a server has not answered yet: does it run there, and are the keys those that it expects? endpoint=%s",
           quoted(self, number, endpoint, sizeof endpoint));
}

/* What is to be done about a server. */
static void tend(carrier *self, uint32_t number)
{
    server *to = &self->servers[number];
    ss_fitness_step step;
    bool expecting = to->fitness.state != SS_FITNESS_EJECTED || to->outstanding > 0;
    if (to->lost && expecting) {
        ss_fitness_eject(&to->fitness, self->now);
        note_state(self, number, "unreachable");
        part_from(self, number);
    }
    to->lost = false;
    while (!to->lost && (step = ss_fitness_next(&to->fitness, self->now)) != SS_FITNESS_NOTHING) {
        if (step == SS_FITNESS_PROBE) {
            send_probe(self, number);
            continue;
        }
        note_state(self, number, "silent");
        if (step == SS_FITNESS_EJECT)
            ask_others(self, number);
        else
            part_from(self, number);
    }
    if (to->fitness.state == SS_FITNESS_EJECTED)
        to->lost = false;
    note_state(self, number, "well");
    note_absence(self, number);
}

/* ---- replies ---- */

static void take_failure(carrier *self, uint32_t number)
{
    server *from = &self->servers[number];
    ss_count(&from->counts->failed);
    if (ss_fitness_failed(&from->fitness, self->now)) {
        note_state(self, number, "failures");
        part_from(self, number);
    }
}

static void take_probe(carrier *self, uint32_t number, const ss_upstream_reply *reply)
{
    server *from = &self->servers[number];
    bool good = !reply->failed;
    if (good && reply->generation.size > 0)
        self->setting.serves(self->setting.context, number, reply->generation);
    from->probe = 0;
    if (ss_fitness_probe_answered(&from->fitness, good, self->now)) {
        note_state(self, number, "well");
        welcome(self, number);
    }
}

/* The server cannot, or is stopping: another one is asked what only reads, the same one later what may be repeated. */
static void take_refusal(carrier *self, ss_errand *errand, ss_fault_code code, ss_slice reply)
{
    bool stopping = code == SS_FAULT_SHUTTING_DOWN; /* then it was not even looked at */
    if (is_read(errand) && (stopping || errand->awaited != 0 || choose(self, errand) != NOBODY)) {
        if (errand->awaited == 0)
            ask_somebody(self, errand, self->now);
    } else if (errand->way.kind == SS_WAY_HOME && errand->way.again) {
        ss_count(&self->setting.counts->waited);
        ss_errands_wake(self->errands, errand, errand->deadline);
    } else {
        deliver(self, errand, reply);
    }
}

static void take_answer(carrier *self, uint32_t number, ss_errand *errand, const ss_upstream_reply *reply,
                        ss_slice bytes)
{
    server *from = &self->servers[number];
    ss_count(&from->counts->answered);
    if (reply->failed && errand->way.kind != SS_WAY_ALL &&
        (reply->code == SS_FAULT_SHUTTING_DOWN || (reply->code == SS_FAULT_INTERNAL && is_read(errand)))) {
        take_refusal(self, errand, reply->code, bytes);
        return;
    }
    if (errand->way.kind == SS_WAY_ALL) {
        if (ss_roll_answered(errand->roll, number, !reply->failed, reply->code, bytes) == SS_OK &&
            !ss_roll_complete(errand->roll))
            return;
        end_roll(self, errand);
        return;
    }
    if (errand->way.kind == SS_WAY_ANY && number == errand->first && !errand->slow)
        ss_patience_answered(&self->patience, self->now - errand->sent);
    deliver(self, errand, bytes);
}

/* What the reply tells of the server itself. */
static void judge(carrier *self, uint32_t number, const ss_upstream_reply *reply)
{
    server *from = &self->servers[number];
    if (reply->failed && reply->code == SS_FAULT_SHUTTING_DOWN) {
        ss_fitness_eject(&from->fitness, self->now);
        note_state(self, number, "stopping");
    } else if (reply->failed && reply->code == SS_FAULT_INTERNAL) {
        take_failure(self, number);
    } else {
        ss_fitness_answered(&from->fitness, self->now);
        note_state(self, number, "well");
    }
}

static void take_reply(carrier *self, uint32_t number, ss_slice bytes)
{
    server *from = &self->servers[number];
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
    if (!errand || !(errand->awaited & bit(number))) {
        ss_count(&from->counts->late);
        return;
    }
    errand->awaited &= ~bit(number);
    set_outstanding(from, from->outstanding - 1);
    judge(self, number, &reply);
    if (is_at_home(errand) && number == errand->first) /* late ones too; what never comes is no measure of what does */
        ss_patience_answered(&self->home_patience, self->now - errand->sent);
    if (errand->active)
        take_answer(self, number, errand, &reply, bytes);
    else
        ss_count(&from->counts->late);
}

static void receive(carrier *self, uint32_t number)
{
    ss_slice bytes;
    server *from = &self->servers[number];
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

/* ---- what is due ---- */

/*
 * Until when a visitor's home is waited for: until it has said nothing for longer than its answers take, at most `second_try`.
 * While it answers others it is worth the wait: elsewhere nothing is known of the visitor.
 */
static int64_t home_due(const carrier *self, const ss_errand *errand, int64_t latest)
{
    int64_t heard = self->servers[errand->first].fitness.heard;
    int64_t due = (heard > errand->sent ? heard : errand->sent) + ss_patience_wait(&self->home_patience);
    return due < latest ? due : latest;
}

/* False: another server is to be asked. */
static bool waits_for_home(carrier *self, const ss_errand *errand)
{
    server *home = &self->servers[errand->first];
    if (!is_at_home(errand) || errand->awaited != bit(errand->first) || !is_fit(home))
        return false;
    int64_t latest = errand->sent + self->setting.second_try, due = home_due(self, errand, latest);
    if (self->now < due)
        ss_errands_wake(self->errands, errand, due);
    else if (due < latest)
        ss_fitness_suspect(&home->fitness, self->now);
    return self->now < due;
}

static void look_after_read(carrier *self, ss_errand *errand)
{
    int64_t patient = errand->began + (errand->deadline - errand->began) / UNPAID;
    if (waits_for_home(self, errand))
        return;
    if (!errand->slow && errand->way.kind == SS_WAY_ANY)
        ss_patience_exceeded(&self->patience);
    errand->slow = true;
    if (self->now < patient && !ss_patience_spend(patience_with(self, errand))) {
        ss_errands_wake(self->errands, errand, patient);
        return;
    }
    uint32_t tried = errand->tried;
    ask_somebody(self, errand, self->now);
    if (errand->tried != tried)
        ss_count(&self->setting.counts->second_tries);
}

static void look_after_change(carrier *self, ss_errand *errand)
{
    server *home = &self->servers[errand->way.home];
    ss_fitness_doubt(&home->fitness, self->now);
    if (home->fitness.state == SS_FITNESS_EJECTED) {
        ss_errands_wake(self->errands, errand, errand->deadline);
        return;
    }
    errand->repeats++;
    ss_count(&self->setting.counts->repeats);
    ask_home(self, errand, self->now);
}

static void look_after(carrier *self, ss_errand *errand)
{
    if (self->now >= errand->deadline)
        give_up(self, errand);
    else if (errand->way.kind == SS_WAY_ALL)
        end_roll(self, errand);
    else if (is_read(errand))
        look_after_read(self, errand);
    else
        look_after_change(self, errand);
}

/* ---- the backend ---- */

static ss_status write_request(const ss_backend_request *question, ss_errand *errand)
{
    const char *method = ss_method_name(question->method);
    ss_status status = ss_buffer_reserve(&errand->message, HEAD_MAX + question->params.size);
    if (status != SS_OK)
        return status;
    uint8_t *at = (uint8_t *)errand->message.data;
    at = ss_wire_put_array(at, 4);
    at = ss_wire_put_uint(at, SS_PROTOCOL_REQUEST);
    at = ss_wire_put_uint(at, errand->number);
    at = ss_wire_put_text(at, method, strlen(method));
    errand->message.size = (size_t)((char *)at - errand->message.data);
    return ss_buffer_append(&errand->message, question->params.data, question->params.size);
}

/* An errand for the question; NULL: there can be none now. */
static ss_errand *begin(carrier *self, const ss_backend_request *question, const ss_way *way, int64_t now)
{
    const ss_carrier_setting *setting = &self->setting;
    ss_errand *errand = ss_errands_begin(self->errands, question->ticket);
    if (!errand)
        return NULL;
    for (uint32_t i = 0; i < self->count; i++) /* its place was another's, whom these never answered */
        if (errand->awaited & bit(i))
            set_outstanding(&self->servers[i], self->servers[i].outstanding - 1);
    errand->awaited = 0;
    errand->way = *way;
    errand->method = question->method;
    errand->began = now;
    errand->deadline = now + (question->method == SS_METHOD_RELOAD ? setting->reload
                              : is_read(errand)                    ? setting->read
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
    return fault_reply(&self->asked, 0, SS_FAULT_INTERNAL, "out of memory");
}

/* True: *reply is there at once. */
static bool ask(carrier *self, const ss_backend_request *question, int64_t now, ss_slice *reply)
{
    ss_way way;
    ss_fault fault;
    if (!ss_homes_way(self->setting.homes, question, &way, &fault)) {
        bool written = ss_reply_fault(true, 0, &fault, &self->asked) == SS_OK;
        *reply = (ss_slice){self->asked.data, written ? self->asked.size : 0};
        return true;
    }
    if (way.kind == SS_WAY_OWN) {
        *reply = own_reply(self, question);
        return true;
    }
    ss_errand *errand = begin(self, question, &way, now);
    bool begun = errand != NULL;
    if (begun && is_read(errand)) {
        ask_somebody(self, errand, now);
        ss_patience_earn(patience_with(self, errand));
    } else if (begun && way.kind == SS_WAY_HOME) {
        ask_home(self, errand, now);
    } else if (begun && !ask_all(self, errand, now)) {
        ss_errands_end(self->errands, errand);
        begun = false;
    }
    if (begun)
        return false;
    ss_count(&self->setting.counts->refused);
    *reply = fault_reply(&self->asked, 0, SS_FAULT_BUSY, "too many requests are under way");
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
    if (is_read(errand))
        ss_errands_end(self->errands, errand);
    else
        errand->orphan = true;
}

static size_t carrier_poll(void *context, zmq_pollitem_t *items, long *wait_ms)
{
    carrier *self = context;
    size_t count = 0;
    int64_t now = ss_clock_monotonic(), due = ss_errands_first(self->errands);
    for (uint32_t i = 0; i < self->count; i++) {
        const server *to = &self->servers[i];
        void *socket = ss_upstream_socket(to->upstream);
        int64_t other = to->lost ? now : ss_fitness_due(&to->fitness);
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
    self->answered = answered;
    self->port = port;
    self->now = ss_clock_monotonic();
    ss_count(&self->setting.counts->rounds);
    for (uint32_t i = 0; i < self->count; i++)
        receive(self, i);
    for (uint32_t i = 0; i < self->count; i++)
        tend(self, i);
    while ((errand = ss_errands_due(self->errands, self->now)))
        look_after(self, errand);
}

static void carrier_free(void *context)
{
    carrier *self = context;
    for (uint32_t i = 0; self->servers && i < self->count; i++)
        ss_upstream_close(&self->servers[i].upstream);
    free(self->servers);
    ss_errands_free(&self->errands);
    ss_buffer_release(&self->asked);
    ss_buffer_release(&self->ended);
    free(self);
}

static ss_status open_servers(carrier *self, ss_error *error)
{
    ss_status status = SS_OK;
    int64_t now = ss_clock_monotonic();
    self->servers = ss_array_zeroed(self->count, sizeof *self->servers);
    if (!self->servers)
        return ss_error_nomem(error);
    for (uint32_t i = 0; i < self->count && status == SS_OK; i++) {
        server *new = &self->servers[i];
        new->counts = &self->setting.counts->servers[i];
        ss_count_set(&new->counts->state, SS_FITNESS_EJECTED);
        ss_fitness_init(&new->fitness, &self->setting.rules, ss_random_mix(self->setting.seed + i), now);
        status = ss_upstream_open(self->setting.zmq_context, &self->setting.upstreams[i], &new->upstream, error);
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
    self->count = setting->homes->count;
    ss_buffer_init(&self->asked, SS_REPLY_MAX);
    ss_buffer_init(&self->ended, SS_REPLY_MAX);
    ss_patience_init(&self->patience, SHORTEST, setting->second_try);
    ss_patience_init(&self->home_patience, HOME_LEAST, setting->second_try);
    SS_TRY(ss_errands_new(setting->most, &self->errands, error));
    SS_TRY(open_servers(self, error));
    *backend = (ss_backend){self, carrier_ask, carrier_forget, carrier_poll, carrier_run, carrier_free};
    return SS_OK;
out:
    carrier_free(self);
    return status;
}

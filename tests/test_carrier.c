/*
 * carrier.h with servers that hang, lie, close, answer late, twice or garbage: what only reads is answered all the same;
 * what changes something is done once, at home and nowhere else; no reply goes to another ticket; and a random schedule of
 * all of it (SMARTSHELF_SEED).
 */
#include "fakes.h"
#include "http/carrier.h"

#define SERVERS 3u
#define MS      INT64_C(1000000)
#define LONG    (20000 * MS) /* longer than the machine may hold up what is answered */

typedef struct shop {
    fake fakes[SERVERS];
    const char *endpoints[SERVERS];
    ss_upstream_options upstreams[SERVERS];
    ss_homes homes;
    ss_gateway_counts counts;
    void *context;
    fake_port port;
    unsigned owns;
    char generation[32];
} shop;

static ss_status own(void *context, const ss_backend_request *request, ss_buffer *out)
{
    uint8_t bytes[8], *at = bytes;
    (void)request;
    ((shop *)context)->owns++;
    at = ss_wire_put_uint(ss_wire_put_uint(ss_wire_put_array(at, 4), 1), 0);
    at = ss_wire_put_map(ss_wire_put_nil(at), 0);
    return ss_buffer_append(out, bytes, (size_t)(at - bytes));
}

static void serves(void *context, uint32_t server, ss_slice generation)
{
    shop *self = context;
    (void)server;
    snprintf(self->generation, sizeof self->generation, "%.*s", (int)generation.size, generation.data);
}

static ss_carrier_setting some_setting(shop *self)
{
    return (ss_carrier_setting){
        .zmq_context = self->context,
        .upstreams = self->upstreams,
        .endpoints = self->endpoints,
        .homes = &self->homes,
        .rules = {20 * MS, 3, 20 * MS, 100 * MS, 100 * MS},
        .second_try = 20 * MS,
        .read = LONG,
        .change = LONG,
        .reload = LONG,
        .most = 4096,
        .seed = 1,
        .counts = &self->counts,
        .own = own,
        .serves = serves,
        .context = self,
    };
}

/* Nobody is ejected for silence, nor another one asked, because the machine was held up. */
static ss_carrier_setting patient_setting(shop *self)
{
    ss_carrier_setting setting = some_setting(self);
    setting.rules = (ss_fitness_rules){LONG, 1000, 20 * MS, 100 * MS, LONG};
    setting.second_try = LONG;
    return setting;
}

static void open_carrier(shop *self, bool spread, const ss_carrier_setting *setting)
{
    ss_error error;
    ss_homes_init(&self->homes, self->endpoints, SERVERS, spread);
    expect_ok(ss_carrier_open(setting, &self->port.backend, &error), &error);
}

static void close_carrier(shop *self)
{
    self->port.backend.free(self->port.backend.self);
    self->counts = (ss_gateway_counts){0};
    self->port.asked = self->port.answered = 0;
    memset(self->port.answers, 0, PORT_TICKETS_MAX * sizeof *self->port.answers);
}

static bool all_are(shop *self, ss_fitness_state wanted)
{
    for (unsigned i = 0; i < SERVERS; i++)
        if (ss_counted(&self->counts.servers[i].state) > (unsigned)wanted)
            return false;
    return true;
}

/* Until `number` is in that state or a better one. */
static void wait_state(shop *self, unsigned number, ss_fitness_state wanted)
{
    fake_patience patience = FAKE_PATIENCE;
    while (ss_counted(&self->counts.servers[number].state) != (unsigned)wanted &&
           fake_port_waits(&self->port, &patience))
        continue;
    assert_int_equal(ss_counted(&self->counts.servers[number].state), wanted);
}

static void wait_returned(shop *self)
{
    fake_patience patience = FAKE_PATIENCE;
    while (!all_are(self, SS_FITNESS_RETURNING) && fake_port_waits(&self->port, &patience))
        continue;
    assert_true(all_are(self, SS_FITNESS_RETURNING));
}

/* Until `number` has answered all that it was asked. */
static void wait_settled(shop *self, unsigned number)
{
    fake_patience patience = FAKE_PATIENCE;
    while (ss_counted(&self->counts.servers[number].outstanding) > 0 && fake_port_waits(&self->port, &patience))
        continue;
    assert_int_equal(ss_counted(&self->counts.servers[number].outstanding), 0);
}

/* Until `number` has done so much. */
static void wait_effects(shop *self, unsigned number, unsigned wanted)
{
    fake_patience patience = FAKE_PATIENCE;
    while (self->fakes[number].effects < wanted && fake_port_waits(&self->port, &patience))
        continue;
    assert_int_equal(self->fakes[number].effects, wanted);
}

/* All are up, after so many questions. */
static void warm_up(shop *self)
{
    fake_patience patience = FAKE_PATIENCE;
    wait_returned(self);
    while (!all_are(self, SS_FITNESS_UP) && fake_port_waits(&self->port, &patience)) {
        for (unsigned i = 0; i < 8; i++)
            fake_port_ask(&self->port, SS_METHOD_PAGE, NULL, NULL, 0);
        fake_port_wait_all(&self->port);
    }
    assert_true(all_are(self, SS_FITNESS_UP));
}

static int set_up(void **state)
{
    shop *self = calloc(1, sizeof *self);
    self->context = zmq_ctx_new();
    self->port.answers = calloc(PORT_TICKETS_MAX, sizeof *self->port.answers);
    for (unsigned i = 0; i < SERVERS; i++) {
        fake_start(&self->fakes[i], i, FAKE_WELL);
        self->endpoints[i] = self->fakes[i].endpoint;
        self->upstreams[i] = (ss_upstream_options){.endpoint = self->endpoints[i], .queue = 1000};
    }
    ss_carrier_setting setting = some_setting(self);
    open_carrier(self, false, &setting);
    *state = self;
    return 0;
}

/* As `setting` says, in the place of the carrier that set_up has opened. */
static void open_another(shop *self, bool spread, const ss_carrier_setting *setting)
{
    close_carrier(self);
    open_carrier(self, spread, setting);
}

static int tear_down(void **state)
{
    shop *self = *state;
    close_carrier(self);
    for (unsigned i = 0; i < SERVERS; i++)
        fake_stop(&self->fakes[i]);
    zmq_ctx_term(self->context);
    free(self->port.answers);
    free(self);
    return 0;
}

static fake_answer answer_to(const shop *self, uint64_t ticket)
{
    return self->port.answers[ticket];
}

static void set_mood(shop *self, unsigned number, fake_mood mood)
{
    fake *of = &self->fakes[number];
    of->mood = (int)mood;
    unsigned begun = of->rounds;
    while (of->rounds - begun < 2) /* the one under way may be in the mood before; the next one is over then */
        usleep(1000);
}

/* ---- what only reads ---- */

static void reads_are_spread(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    open_another(self, false, &setting);
    warm_up(self);
    unsigned before[SERVERS];
    for (unsigned i = 0; i < SERVERS; i++)
        before[i] = self->fakes[i].asked;
    for (unsigned i = 0; i < 30; i++)
        for (unsigned j = 0; j < 10; j++)
            fake_port_ask(&self->port, SS_METHOD_PAGE, NULL, NULL, 0);
    fake_port_wait_all(&self->port);
    for (unsigned i = 0; i < SERVERS; i++)
        assert_true(self->fakes[i].asked - before[i] >= 50);
    assert_string_equal(self->generation, "20260101T000000.000Z");
}

static void what_a_visitor_reads_is_read_at_home(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    open_another(self, false, &setting);
    warm_up(self);
    for (unsigned i = 0; i < 20; i++) {
        uint64_t ticket = fake_port_ask(&self->port, SS_METHOD_PAGE, "s-1", NULL, 0);
        fake_port_wait_all(&self->port);
        assert_int_equal(answer_to(self, ticket).from, 0);
    }
    setting.rules = some_setting(self).rules;
    open_another(self, false, &setting);
    warm_up(self);
    set_mood(self, 0, FAKE_GONE);
    uint64_t ticket = fake_port_ask(&self->port, SS_METHOD_PAGE, "s-1", NULL, 0);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, ticket).code, 0);
    assert_int_not_equal(answer_to(self, ticket).from, 0);
}

/* Nobody is ejected in the time that this takes: it is the late answer that has the others asked. */
static void a_home_that_has_fallen_silent_is_passed_over(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    setting.second_try = 2000 * MS;
    open_another(self, false, &setting);
    warm_up(self);
    for (unsigned i = 0; i < 3200; i++) { /* so that its wait falls far below the longest */
        fake_port_ask(&self->port, SS_METHOD_PAGE, "s-1", NULL, 0);
        if (i % 8 == 0)
            fake_port_wait_all(&self->port);
    }
    fake_port_wait_all(&self->port);
    set_mood(self, 0, FAKE_FROZEN);
    unsigned before = self->fakes[0].asked;
    for (unsigned i = 0; i < 20; i++) {
        uint64_t ticket = fake_port_ask(&self->port, SS_METHOD_PAGE, "s-1", NULL, 0);
        fake_port_wait_all(&self->port);
        assert_int_not_equal(answer_to(self, ticket).from, 0);
    }
    assert_int_equal(ss_counted(&self->counts.servers[0].ejections), 0);
    assert_int_equal(ss_counted(&self->counts.servers[0].outstanding), 1);
    set_mood(self, 0, FAKE_WELL);
    wait_settled(self, 0);
    assert_int_equal(self->fakes[0].asked, before + 1);
    fake_patience patience = FAKE_PATIENCE;
    uint64_t ticket;
    do {
        ticket = fake_port_ask(&self->port, SS_METHOD_PAGE, "s-1", NULL, 0);
        fake_port_wait_all(&self->port);
    } while (answer_to(self, ticket).from != 0 && fake_port_waits(&self->port, &patience));
    assert_int_equal(answer_to(self, ticket).from, 0);
}

static void read_some(shop *self, unsigned rounds)
{
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned i = 0; i < 6; i++)
            fake_port_ask(&self->port, SS_METHOD_PAGE, NULL, NULL, 0);
        fake_port_wait_all(&self->port);
    }
}

static void expect_all_answered_well(const shop *self, uint64_t first)
{
    for (uint64_t ticket = first; ticket < self->port.asked; ticket++) {
        assert_int_equal(answer_to(self, ticket).count, 1);
        assert_int_equal(answer_to(self, ticket).code, 0);
    }
    assert_int_equal(ss_counted(&self->counts.overdue), 0);
}

/* Whatever one of three does, reads are answered by the others; it is ejected, and comes back when it is well. */
static void one_is_in_a_mood(shop *self, fake_mood mood)
{
    warm_up(self);
    set_mood(self, 1, mood);
    uint64_t first = self->port.asked;
    read_some(self, 40);
    expect_all_answered_well(self, first);
    wait_state(self, 1, SS_FITNESS_EJECTED); /* who owes answers is asked less: it may take a probe to see that */
    set_mood(self, 1, FAKE_WELL);
    warm_up(self);
}

static void one_is_silent(void **state)
{
    one_is_in_a_mood(*state, FAKE_SILENT);
}

static void one_is_frozen(void **state)
{
    one_is_in_a_mood(*state, FAKE_FROZEN);
}

static void one_lies(void **state)
{
    one_is_in_a_mood(*state, FAKE_GARBAGE);
}

static void one_stops_in_the_middle_of_replies(void **state)
{
    one_is_in_a_mood(*state, FAKE_CUT);
}

static void one_answers_other_questions(void **state)
{
    one_is_in_a_mood(*state, FAKE_STRANGER);
}

static void one_answers_in_frames(void **state)
{
    one_is_in_a_mood(*state, FAKE_FRAMES);
}

static void one_stops(void **state)
{
    one_is_in_a_mood(*state, FAKE_STOPPING);
}

static void one_is_broken(void **state)
{
    one_is_in_a_mood(*state, FAKE_BROKEN);
}

static void one_is_gone(void **state)
{
    one_is_in_a_mood(*state, FAKE_GONE);
}

static void one_answers_twice(void **state)
{
    shop *self = *state;
    fake_patience patience = FAKE_PATIENCE;
    warm_up(self);
    set_mood(self, 1, FAKE_TWICE);
    uint64_t first = self->port.asked;
    read_some(self, 40);
    while (ss_counted(&self->counts.servers[1].late) == 0 && fake_port_waits(&self->port, &patience))
        read_some(self, 1);
    expect_all_answered_well(self, first);
    assert_true(ss_counted(&self->counts.servers[1].late) > 0);
    assert_int_equal(ss_counted(&self->counts.servers[1].failed), 0);
}

/* Slow ones answer late: each late reply is dropped and counted, and none goes to another ticket. */
static void late_replies_are_nobodys(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    setting.second_try = 20 * MS;
    open_another(self, false, &setting);
    warm_up(self);
    set_mood(self, 2, FAKE_SLOW);
    fake_patience patience = FAKE_PATIENCE;
    while ((ss_counted(&self->counts.servers[2].late) == 0 || ss_counted(&self->counts.second_tries) == 0) &&
           fake_port_waits(&self->port, &patience)) {
        for (unsigned i = 0; i < 3; i++)
            fake_port_ask(&self->port, SS_METHOD_PAGE, NULL, NULL, 0);
        fake_port_wait_all(&self->port);
    }
    wait_settled(self, 2);
    for (uint64_t ticket = 0; ticket < self->port.asked; ticket++)
        assert_int_equal(answer_to(self, ticket).count, 1);
    assert_true(ss_counted(&self->counts.servers[2].late) > 0);
    assert_true(ss_counted(&self->counts.second_tries) > 0);
}

static void when_all_are_gone_it_waits_for_one_to_return(void **state)
{
    shop *self = *state;
    warm_up(self);
    for (unsigned i = 0; i < SERVERS; i++)
        set_mood(self, i, FAKE_GONE);
    uint64_t ticket = fake_port_ask(&self->port, SS_METHOD_PAGE, NULL, NULL, 0);
    for (unsigned i = 0; i < SERVERS; i++)
        wait_state(self, i, SS_FITNESS_EJECTED);
    assert_int_equal(answer_to(self, ticket).count, 0);
    set_mood(self, 2, FAKE_WELL);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, ticket).code, 0);
    assert_int_equal(answer_to(self, ticket).from, 2);
}

static void in_the_end_it_says_that_nobody_answered(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = some_setting(self);
    setting.read = 200 * MS;
    open_another(self, false, &setting);
    wait_returned(self);
    for (unsigned i = 0; i < SERVERS; i++)
        set_mood(self, i, FAKE_SILENT);
    uint64_t ticket = fake_port_ask(&self->port, SS_METHOD_PAGE, NULL, NULL, 0);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, ticket).code, SS_FAULT_BUSY);
    assert_int_equal(ss_counted(&self->counts.overdue), 1);
}

static void what_nobody_waits_for_is_forgotten(void **state)
{
    shop *self = *state;
    warm_up(self);
    for (unsigned i = 0; i < SERVERS; i++)
        set_mood(self, i, FAKE_FROZEN);
    uint64_t ticket = fake_port_ask(&self->port, SS_METHOD_PAGE, NULL, NULL, 0);
    self->port.backend.forget(self->port.backend.self, ticket);
    self->port.backend.forget(self->port.backend.self, 12345); /* nobody's */
    for (unsigned i = 0; i < SERVERS; i++)
        set_mood(self, i, FAKE_WELL);
    fake_port_pass(&self->port, 100);
    assert_int_equal(answer_to(self, ticket).count, 0);
    self->port.answered++;
    warm_up(self);
}

static void there_is_an_end_to_what_may_be_under_way(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = some_setting(self);
    setting.most = 8;
    open_another(self, false, &setting);
    warm_up(self);
    for (unsigned i = 0; i < SERVERS; i++)
        set_mood(self, i, FAKE_FROZEN);
    uint64_t first = self->port.asked;
    for (unsigned i = 0; i < 9; i++)
        fake_port_ask(&self->port, SS_METHOD_PAGE, NULL, NULL, 0);
    assert_int_equal(answer_to(self, first + 8).code, SS_FAULT_BUSY);
    assert_int_equal(ss_counted(&self->counts.refused), 1);
    for (unsigned i = 0; i < SERVERS; i++)
        set_mood(self, i, FAKE_WELL);
    fake_port_wait_all(&self->port);
}

/* ---- what changes something ---- */

static void a_change_goes_home_and_nowhere_else(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    open_another(self, false, &setting);
    warm_up(self);
    for (unsigned i = 1; i <= 10; i++) {
        fake_port_ask(&self->port, SS_METHOD_OFFERS, "s-1", "request_id", i);
        fake_port_ask(&self->port, SS_METHOD_EVENT, "s-1", NULL, 0);
    }
    fake_port_wait_all(&self->port);
    assert_int_equal(self->fakes[0].effects, 20);
    assert_int_equal(self->fakes[1].effects + self->fakes[2].effects, 0);
}

static void what_may_not_be_repeated_is_not(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    setting.change = 200 * MS;
    open_another(self, false, &setting);
    warm_up(self);
    set_mood(self, 0, FAKE_SILENT);
    unsigned before = self->fakes[0].asked;
    uint64_t offers = fake_port_ask(&self->port, SS_METHOD_OFFERS, "s-1", NULL, 0);
    uint64_t event = fake_port_ask(&self->port, SS_METHOD_EVENT, "s-1", NULL, 0);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, offers).code, SS_FAULT_BUSY);
    assert_int_equal(answer_to(self, event).code, SS_FAULT_BUSY);
    set_mood(self, 0, FAKE_WELL);
    fake_port_ask(&self->port, SS_METHOD_PAGE, "s-1", NULL, 0); /* answered when all before it was seen */
    fake_port_wait_all(&self->port);
    assert_int_equal(self->fakes[0].effects, 2);
    assert_int_equal(self->fakes[0].asked, before + 3);
    assert_int_equal(self->fakes[1].effects + self->fakes[2].effects, 0);
}

static void what_may_have_been_done_by_a_home_that_is_lost_is_not_repeated(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    open_another(self, false, &setting);
    warm_up(self);
    set_mood(self, 0, FAKE_SILENT);
    uint64_t offers = fake_port_ask(&self->port, SS_METHOD_OFFERS, "s-1", NULL, 0);
    wait_effects(self, 0, 1);
    set_mood(self, 0, FAKE_GONE);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, offers).code, SS_FAULT_BUSY);
    set_mood(self, 0, FAKE_WELL);
    warm_up(self);
    assert_int_equal(self->fakes[0].effects, 1);
    assert_int_equal(self->fakes[1].effects + self->fakes[2].effects, 0);
}

static void what_may_be_repeated_is_repeated_at_home(void **state)
{
    shop *self = *state;
    warm_up(self);
    set_mood(self, 0, FAKE_SILENT);
    uint64_t offers = fake_port_ask(&self->port, SS_METHOD_OFFERS, "s-1", "request_id", 7);
    uint64_t event = fake_port_ask(&self->port, SS_METHOD_EVENT, "s-1", "event_id", 8);
    uint64_t redeem = fake_port_ask(&self->port, SS_METHOD_REDEEM, "s-1", "order_id", 9);
    fake_port_pass(&self->port, 300);
    assert_int_equal(answer_to(self, offers).count + answer_to(self, event).count, 0);
    set_mood(self, 0, FAKE_WELL);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, offers).code, 0);
    assert_int_equal(answer_to(self, event).code, 0);
    assert_int_equal(answer_to(self, redeem).code, 0);
    assert_int_equal(self->fakes[0].effects, 3); /* asked more often, done once */
    assert_int_equal(self->fakes[1].effects + self->fakes[2].effects, 0);
}

static void a_change_waits_for_a_home_that_is_away(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    open_another(self, false, &setting);
    warm_up(self);
    set_mood(self, 0, FAKE_GONE);
    fake_port_ask(&self->port, SS_METHOD_PAGE, "s-1", NULL, 0); /* which finds it gone */
    wait_state(self, 0, SS_FITNESS_EJECTED);
    uint64_t never_sent = fake_port_ask(&self->port, SS_METHOD_EVENT, "s-1", NULL, 0);
    fake_port_pass(&self->port, 50);
    set_mood(self, 0, FAKE_WELL);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, never_sent).code, 0);
    assert_int_equal(self->fakes[0].effects, 1);
}

static void a_change_is_seen_to_though_the_caller_left(void **state)
{
    shop *self = *state;
    warm_up(self);
    set_mood(self, 0, FAKE_GONE);
    fake_port_ask(&self->port, SS_METHOD_PAGE, "s-1", NULL, 0); /* which finds it gone */
    wait_state(self, 0, SS_FITNESS_EJECTED);
    uint64_t ticket = fake_port_ask(&self->port, SS_METHOD_EVENT, "s-1", "event_id", 3);
    self->port.backend.forget(self->port.backend.self, ticket);
    self->port.answered++;
    set_mood(self, 0, FAKE_WELL);
    wait_effects(self, 0, 1);
    warm_up(self);
    assert_int_equal(self->fakes[0].effects, 1);
    assert_int_equal(answer_to(self, ticket).count, 0);
}

static void a_home_that_stops_is_asked_when_it_is_back(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    open_another(self, false, &setting);
    warm_up(self);
    set_mood(self, 0, FAKE_STOPPING);
    uint64_t once = fake_port_ask(&self->port, SS_METHOD_OFFERS, "s-1", NULL, 0);
    uint64_t again = fake_port_ask(&self->port, SS_METHOD_OFFERS, "s-1", "request_id", 5);
    fake_patience patience = FAKE_PATIENCE;
    while (answer_to(self, once).count == 0 && fake_port_waits(&self->port, &patience))
        continue;
    assert_int_equal(answer_to(self, once).code, SS_FAULT_SHUTTING_DOWN);
    fake_port_pass(&self->port, 50);
    assert_int_equal(answer_to(self, again).count, 0);
    set_mood(self, 0, FAKE_WELL);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, again).code, 0);
    assert_int_equal(self->fakes[0].effects, 1);
}

/* Thawed in time it has answered what it had; what was dropped meanwhile it never sees. */
static void a_short_stop_costs_no_change(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = some_setting(self);
    setting.rules.probe_patience = LONG;
    open_another(self, false, &setting);
    warm_up(self);
    set_mood(self, 0, FAKE_FROZEN);
    uint64_t change = fake_port_ask(&self->port, SS_METHOD_OFFERS, "s-1", NULL, 0);
    for (unsigned i = 0; i < 8; i++)
        fake_port_ask(&self->port, SS_METHOD_PAGE, "s-1", NULL, 0); /* ejected for silence */
    wait_state(self, 0, SS_FITNESS_EJECTED);
    set_mood(self, 0, FAKE_WELL);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, change).code, 0);
    assert_int_equal(self->fakes[0].effects, 1);
}

/* ---- what is for all ---- */

static void what_is_for_all_goes_to_all(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = patient_setting(self);
    open_another(self, false, &setting);
    warm_up(self);
    uint64_t items = fake_port_ask(&self->port, SS_METHOD_ITEMS, NULL, NULL, 0);
    uint64_t forget = fake_port_ask(&self->port, SS_METHOD_FORGET, NULL, NULL, 0);
    uint64_t reload = fake_port_ask(&self->port, SS_METHOD_RELOAD, NULL, NULL, 0);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, items).code + answer_to(self, forget).code + answer_to(self, reload).code, 0);
    assert_int_equal(answer_to(self, items).from, 0);
    for (unsigned i = 0; i < SERVERS; i++)
        assert_int_equal(self->fakes[i].effects, 2);
}

static void all_but_one_is_not_all(void **state)
{
    shop *self = *state;
    ss_carrier_setting setting = some_setting(self);
    setting.change = 1000 * MS;
    open_another(self, false, &setting);
    warm_up(self);
    set_mood(self, 1, FAKE_SILENT);
    uint64_t items = fake_port_ask(&self->port, SS_METHOD_ITEMS, NULL, NULL, 0);
    fake_port_wait_all(&self->port);
    assert_int_equal(answer_to(self, items).code, SS_FAULT_BUSY);
    set_mood(self, 1, FAKE_WELL);
    warm_up(self);
    set_mood(self, 1, FAKE_STOPPING);
    items = fake_port_ask(&self->port, SS_METHOD_ITEMS, NULL, NULL, 0);
    fake_port_wait_all(&self->port);
    assert_true(answer_to(self, items).code == SS_FAULT_SHUTTING_DOWN || answer_to(self, items).code == SS_FAULT_BUSY);
    set_mood(self, 1, FAKE_WELL);
}

static void about_itself_it_answers_itself(void **state)
{
    shop *self = *state;
    fake_port_ask(&self->port, SS_METHOD_HEALTH, NULL, NULL, 0);
    fake_port_ask(&self->port, SS_METHOD_STATS, NULL, NULL, 0);
    assert_int_equal(self->port.answered, 2);
    assert_int_equal(self->owns, 2);
}

static void spread_visitors_have_homes_of_their_own(void **state)
{
    shop *self = *state;
    unsigned homes[SERVERS] = {0};
    ss_carrier_setting setting = patient_setting(self);
    open_another(self, true, &setting);
    warm_up(self);
    for (unsigned i = 0; i < 60; i++) {
        char visitor[16];
        snprintf(visitor, sizeof visitor, "s-%u", i);
        uint64_t offers = fake_port_ask(&self->port, SS_METHOD_OFFERS, visitor, NULL, 0);
        uint64_t shelf = fake_port_ask(&self->port, SS_METHOD_PAGE, visitor, NULL, 0);
        fake_port_wait_all(&self->port);
        assert_int_equal(answer_to(self, offers).from, answer_to(self, shelf).from);
        homes[answer_to(self, offers).from]++;
    }
    for (unsigned i = 0; i < SERVERS; i++)
        assert_true(homes[i] > 5);
}

/* ---- a random schedule ---- */

#define CHANCES 8u

/* One of the servers takes another mood; one is always well, so that reads can be answered. */
static void change_a_mood(shop *self, ss_random *random, unsigned well)
{
    unsigned number = ss_random_below(random, SERVERS);
    if (number == well)
        number = (number + 1) % SERVERS;
    self->fakes[number].mood = (int)ss_random_below(random, FAKE_MOODS);
}

/* Reads are answered well; a change is done once where it was promised to be, never elsewhere; a ticket has one answer. */
static void whatever_happens(void **state)
{
    shop *self = *state;
    ss_random random = test_random();
    bool longer = getenv("SMARTSHELF_LONG") != NULL;
    unsigned rounds = longer ? 3000 : 300, well = 1, name = 0;
    static unsigned char reads[PORT_TICKETS_MAX], named[PORT_TICKETS_MAX];
    ss_carrier_setting setting = some_setting(self);
    setting.change = 4000 * MS;
    open_another(self, false, &setting);
    warm_up(self);
    uint64_t first = self->port.asked;
    for (unsigned round = 0; round < rounds && self->port.asked + 32 < PORT_TICKETS_MAX; round++) {
        if (ss_random_below(&random, 4) == 0)
            change_a_mood(self, &random, well);
        for (unsigned i = ss_random_below(&random, CHANCES); i > 0; i--) {
            bool visits = ss_random_below(&random, 2) == 0, read = ss_random_below(&random, 3) > 0;
            uint64_t ticket =
                read ? fake_port_ask(&self->port, SS_METHOD_PAGE, visits ? "s-1" : NULL, NULL, 0)
                     : fake_port_ask(&self->port, SS_METHOD_OFFERS, "s-1", visits ? "request_id" : NULL, ++name);
            reads[ticket] = read;
            named[ticket] = !read && visits;
        }
        fake_port_wait(&self->port, (long)ss_random_below(&random, 12));
    }
    for (unsigned i = 0; i < SERVERS; i++)
        self->fakes[i].mood = FAKE_WELL;
    fake_port_wait_all(&self->port);
    unsigned promised = 0, unsure = 0;
    for (uint64_t ticket = first; ticket < self->port.asked; ticket++) {
        fake_answer answer = answer_to(self, ticket);
        assert_int_equal(answer.count, 1);
        if (reads[ticket])
            assert_int_equal(answer.code, 0);
        promised += !reads[ticket] && answer.code == 0;
        unsure += !reads[ticket] && answer.code != 0;
        if (named[ticket] || !reads[ticket])
            assert_int_equal(answer.from, 0);
    }
    assert_int_equal(self->fakes[1].effects + self->fakes[2].effects, 0);
    assert_true(self->fakes[0].effects >= promised && self->fakes[0].effects <= promised + unsure);
    for (unsigned i = 1; i <= name; i++)
        assert_true(self->fakes[0].named[i] <= 8);
    print_message("%u changes done, %u unsure; second tries %lu, repeats %lu, ejections %lu %lu %lu\n", promised,
                  unsure, (unsigned long)ss_counted(&self->counts.second_tries),
                  (unsigned long)ss_counted(&self->counts.repeats),
                  (unsigned long)ss_counted(&self->counts.servers[0].ejections),
                  (unsigned long)ss_counted(&self->counts.servers[1].ejections),
                  (unsigned long)ss_counted(&self->counts.servers[2].ejections));
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_are_spread),
        TEST(what_a_visitor_reads_is_read_at_home),
        TEST(a_home_that_has_fallen_silent_is_passed_over),
        TEST(one_is_silent),
        TEST(one_is_frozen),
        TEST(one_lies),
        TEST(one_stops_in_the_middle_of_replies),
        TEST(one_answers_other_questions),
        TEST(one_answers_in_frames),
        TEST(one_stops),
        TEST(one_is_broken),
        TEST(one_is_gone),
        TEST(one_answers_twice),
        TEST(late_replies_are_nobodys),
        TEST(when_all_are_gone_it_waits_for_one_to_return),
        TEST(in_the_end_it_says_that_nobody_answered),
        TEST(what_nobody_waits_for_is_forgotten),
        TEST(there_is_an_end_to_what_may_be_under_way),
        TEST(a_change_goes_home_and_nowhere_else),
        TEST(what_may_not_be_repeated_is_not),
        TEST(what_may_have_been_done_by_a_home_that_is_lost_is_not_repeated),
        TEST(what_may_be_repeated_is_repeated_at_home),
        TEST(a_change_waits_for_a_home_that_is_away),
        TEST(a_change_is_seen_to_though_the_caller_left),
        TEST(a_home_that_stops_is_asked_when_it_is_back),
        TEST(a_short_stop_costs_no_change),
        TEST(what_is_for_all_goes_to_all),
        TEST(all_but_one_is_not_all),
        TEST(about_itself_it_answers_itself),
        TEST(spread_visitors_have_homes_of_their_own),
        TEST(whatever_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_offers_recorder.c: offers through the recorder without sockets: what a shop's operator meets: leases that all
 * expire while nobody asks, a disk that is full with offers in flight, a state of an older program.
 */
#include "offers_shop.h"

#include "offer_sample.h"
#include "server/live_state.h"
#include "state/offer_reader.h"
#include "wire_text.h"
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define WAIT_MS 20000

static const char policy_text[] =
    "offers: {guards: {tax: 0, margin-min: 0, cart-margin-min: 0, discount-max: 50, budget-per-day: 100000000, "
    "uses-max: 0, "
    "shows-max: 0, stacking: true}, incentives: {ten: {percent: 10}}, campaigns: {lightning: {incentives: [ten], "
    "holdout: 0, price-cut: false}}}";

typedef struct harness {
    char folder[TEMPORARY_PATH_MAX];
    ss_live_options options;
    ss_live_state *state;
    ss_recorder *recorder;
    ss_stats stats;
    ss_policy *policy;
    int done;
} harness;

static void open_state(harness *h)
{
    ss_snapshot *snapshot = offers_train(offers_log, offers_catalog)->snapshot;
    ss_error error = {0};
    expect_ok(ss_live_state_open(h->folder, &h->options, &h->state, &error), &error);
    ss_known_items_use(h->state->known, snapshot);
    expect_ok(ss_live_state_start_offers(h->state, snapshot, h->policy, &h->options.recorder, &h->stats, &error),
              &error);
}

static void start(harness *h)
{
    ss_error error = {0};
    const ss_recorder_setting setting = {.options = &h->options.recorder,
                                         .events = h->state->events,
                                         .writers = h->state->writers,
                                         .writer_count = h->state->writer_count,
                                         .stats = &h->stats,
                                         .done = h->done};
    expect_ok(ss_recorder_start(&setting, &h->recorder, &error), &error);
}

static void close_state(harness *h)
{
    ss_recorder_free(&h->recorder);
    ss_live_state_close(&h->state);
}

static int set_up(void **state)
{
    static harness h;
    ss_option_group groups[SS_LIVE_GROUPS];
    h = (harness){0};
    temporary_folder_make(h.folder);
    ss_options_defaults(groups, ss_live_groups(&h.options, groups));
    h.policy = offers_policy(policy_text);
    h.done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    *state = &h;
    return 0;
}

static int tear_down(void **state)
{
    harness *h = *state;
    close(h->done);
    ss_policy_release(&h->policy);
    temporary_folder_remove(h->folder);
    return 0;
}

/* ---- asking ---- */

static void submit(harness *h, ss_method method, const char *text)
{
    static uint8_t bytes[WIRE_TEXT_MAX];
    ss_envelope envelope;
    size_t size = wire_text(text, bytes);
    ss_envelope_init(&envelope);
    zmq_msg_init_size(&envelope.identity, 1);
    zmq_msg_init_size(&envelope.body, size);
    memcpy(zmq_msg_data(&envelope.body), bytes, size);
    assert_true(ss_recorder_submit(h->recorder, &envelope, method, 7, 0));
    ss_recorder_wake(h->recorder);
    ss_envelope_close(&envelope);
}

/* The body of the next reply, copied to `bytes`; its error's code or 0. */
static unsigned take_reply(harness *h, char bytes[WIRE_TEXT_MAX], size_t *size)
{
    ss_envelope reply;
    struct pollfd wait = {h->done, POLLIN, 0};
    ss_wire_token token[6];
    uint64_t count;
    ss_envelope_init(&reply);
    while (ss_recorder_collect(h->recorder, &reply, 1) == 0) {
        assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
        (void)!read(h->done, &count, sizeof count);
    }
    *size = zmq_msg_size(&reply.body);
    memcpy(bytes, zmq_msg_data(&reply.body), *size);
    ss_envelope_close(&reply);
    ss_wire_reader reader = {(const uint8_t *)bytes, (const uint8_t *)bytes + *size};
    for (int i = 0; i < 4; i++)
        assert_true(ss_wire_next(&reader, &token[i]));
    bool error = token[3].kind == SS_WIRE_MAP;
    assert_true(!error || (ss_wire_next(&reader, &token[4]) && ss_wire_next(&reader, &token[5])));
    return error ? (unsigned)token[5].number : 0;
}

/* A visitor of the rug's page, whose request bears the number too. */
static unsigned ask(harness *h, unsigned visitor, char bytes[WIRE_TEXT_MAX], size_t *size)
{
    char text[256];
    snprintf(text, sizeof text, "84 <page> <product> <item_id> <rug> <session_id> <s%u> <request_id> <r%u>", visitor,
             visitor);
    submit(h, SS_METHOD_OFFERS, text);
    return take_reply(h, bytes, size);
}

static ss_account account(const harness *h)
{
    return ss_offer_ledger_account(h->state->offer_ledger, SS_SLICE_LITERAL(""), SS_DAY_ALL);
}

static void audit(const harness *h)
{
    ss_error error = {0};
    expect_ok(ss_offer_ledger_audit(h->state->offer_ledger, &error), &error);
}

/* ---- tests ---- */

/* Of thousands, as after a night without a server: not only as many as one step takes. */
static void leases_go_back_while_nobody_asks(void **state)
{
    enum { COUNT = 2000 };
    harness *h = *state;
    ss_error error = {0};
    ss_decision decision = offer_decision();
    ss_offer_money all = {.in_all = {1, 0}};
    decision.request_id = (ss_slice){"", 0};
    open_state(h);
    expect_ok(ss_offer_ledger_begin(h->state->offer_ledger, &error), &error);
    for (int i = 0; i < COUNT; i++)
        expect_ok(ss_offer_ledger_add(h->state->offer_ledger, &decision, &error), &error);
    expect_ok(ss_offer_ledger_end(h->state->offer_ledger, true, &error), &error);
    expect_ok(ss_environment_sync(h->state->environment, &error), &error);
    assert_true(account(h).leased > 0);
    start(h);
    for (int wait = 0; all.in_all.leased > 0; wait++) {
        assert_true(wait < WAIT_MS);
        usleep(1000);
        pthread_mutex_lock(&h->state->offer_counts.lock);
        if (h->state->offer_counts.money_count > 0)
            all = h->state->offer_counts.money[0];
        pthread_mutex_unlock(&h->state->offer_counts.lock);
    }
    ss_recorder_free(&h->recorder);
    assert_int_equal(account(h).leased, 0);
    audit(h);
    close_state(h);
}

static void limit_files(harness *h, struct rlimit *before)
{
    char path[TEMPORARY_PATH_MAX];
    struct stat about;
    assert_int_equal(stat(temporary_path(path, h->folder, "state/data.mdb"), &about), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, before), 0);
    struct rlimit limit = {(rlim_t)about.st_size + 100000, before->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* What was acknowledged stands, what was not has never been: asked again it is decided anew, and the books are right. A
 * limit on the size of files stands for a disk that is full. */
static void a_full_disk_is_answered_and_survived(void **state)
{
    static char bytes[WIRE_TEXT_MAX];
    harness *h = *state;
    struct rlimit before;
    unsigned code = 0, visitor = 0;
    size_t size;
    open_state(h);
    start(h);
    limit_files(h, &before);
    while (code == 0) {
        assert_true(visitor < 100000);
        code = ask(h, ++visitor, bytes, &size);
    }
    unsigned again = ask(h, visitor, bytes, &size);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_true(code == SS_FAULT_NOT_STORED && again == SS_FAULT_NOT_STORED);
    assert_int_equal(ask(h, visitor, bytes, &size), 0);
    assert_null(memmem(bytes, size, "repeated", 8));
    assert_int_equal(ask(h, visitor - 1, bytes, &size), 0);
    assert_non_null(memmem(bytes, size, "repeated", 8));
    ss_recorder_free(&h->recorder);
    ss_account told = account(h);
    audit(h);
    close_state(h);
    open_state(h);
    assert_true(told.leased > 0 && account(h).leased == told.leased);
    audit(h);
    close_state(h);
}

/* As the program kept it before it made offers: events, and no table of decisions. */
static void a_state_from_before_offers_is_taken_up(void **state)
{
    static char bytes[WIRE_TEXT_MAX];
    harness *h = *state;
    ss_environment *environment = NULL;
    ss_event_store *events = NULL;
    ss_offer_reader *reader = NULL;
    ss_error error = {0};
    size_t size;
    expect_ok(ss_environment_open(h->folder, UINT64_C(64) << 20, &environment, &error), &error);
    expect_ok(ss_event_store_open(environment, &h->options.events, &events, &error), &error);
    ss_event_store_close(&events);
    ss_environment_close(&environment);
    expect_ok(ss_environment_open(h->folder, 0, &environment, &error), &error);
    assert_status(ss_offer_reader_open(environment, &reader, &error), SS_E_NOT_FOUND);
    ss_environment_close(&environment);
    open_state(h);
    start(h);
    assert_int_equal(ask(h, 1, bytes, &size), 0);
    ss_recorder_free(&h->recorder);
    audit(h);
    close_state(h);
}

#define WITH_STATE(TEST) cmocka_unit_test_setup_teardown(TEST, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STATE(leases_go_back_while_nobody_asks),
        WITH_STATE(a_full_disk_is_answered_and_survived),
        WITH_STATE(a_state_from_before_offers_is_taken_up),
    };
    return cmocka_run_group_tests(tests, NULL, offers_close_trained);
}

/*
 * test_visitors.c: sessions and customers beside a plain model: random events, times, ends of time, want of memory;
 * allocations that fail; one who changes them beside many who read.
 */
#include "check.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "failing_malloc.h"
#include "state/visitors.h"
#include "visitor_model.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define NOW INT64_C(1700000000000000)

/* Items are "i0", "i1", …, and numbered so; those from UNKNOWN on have no number. */
#define UNKNOWN 90u

static uint32_t number_of(const void *context, ss_slice id)
{
    uint32_t *asked = (uint32_t *)(uintptr_t)context;
    unsigned number = (unsigned)strtoul(id.data + 1, NULL, 10); /* terminated by no digit, or the end of the block */
    if (asked)
        ++*asked;
    return number < UNKNOWN ? number : SS_NONE;
}

static const ss_item_numbers numbers = {1, UINT32_MAX - 1, number_of, NULL};

static ss_visitors *visitors_of(ss_visitors_options options)
{
    ss_visitors *visitors = NULL;
    ss_error error;
    expect_ok(ss_visitors_new(&options, &visitors, &error), &error);
    return visitors;
}

typedef struct texts {
    char item[16], session[16], customer[16];
} texts;

/* Texts keep a byte behind their end that is no digit. */
static ss_slice text_of(char *text, char letter, int number)
{
    return number < 0 ? (ss_slice){"", 0} : (ss_slice){text, (size_t)snprintf(text, 16, "%c%d", letter, number)};
}

static ss_live_event event_of(texts *t, ss_event event, int item, int session, int customer, int64_t time)
{
    ss_live_event made = {.received = time, .time = time, .event = event, .quantity = 1};
    for (int i = 0; i < SS_EVENT_TEXTS; i++)
        made.texts[i] = (ss_slice){"", 0};
    made.texts[SS_TEXT_ITEM_ID] = text_of(t->item, 'i', item);
    made.texts[SS_TEXT_SESSION_ID] = text_of(t->session, 's', session);
    made.texts[SS_TEXT_CUSTOMER_ID] = text_of(t->customer, 'c', customer);
    return made;
}

static void apply(ss_visitors *visitors, ss_event event, int item, int session, int customer, int64_t time)
{
    texts t;
    ss_live_event happens = event_of(&t, event, item, session, customer, time);
    assert_status(ss_visitors_apply(visitors, &happens), SS_OK);
}

static bool read_session(ss_visitors *visitors, int session, int64_t now, ss_visitor_view *view)
{
    char text[16];
    return ss_visitors_read(visitors, SS_VISITOR_SESSION, text_of(text, 's', session), now, &numbers, view);
}

static bool read_customer(ss_visitors *visitors, int customer, int64_t now, ss_visitor_view *view)
{
    char text[16];
    return ss_visitors_read(visitors, SS_VISITOR_CUSTOMER, text_of(text, 'c', customer), now, &numbers, view);
}

/* ---- by hand ---- */

static void an_event_counts_for_session_and_customer(void **state)
{
    (void)state;
    ss_visitors *visitors = visitors_of(ss_visitors_defaults());
    ss_visitor_view view;
    assert_false(read_session(visitors, 1, NOW, &view));
    assert_int_equal(view.count, 0);
    assert_int_equal(view.last, 0);
    apply(visitors, SS_EVENT_VIEW, 5, 1, 2, NOW);
    apply(visitors, SS_EVENT_IMPRESSION, 6, 1, 2, NOW);
    assert_true(read_session(visitors, 1, NOW, &view));
    assert_int_equal(view.count, 2);
    assert_int_equal(view.last, NOW / SS_SECOND);
    assert_slice_equal(ss_visitors_item_id(visitors, &view.items[1]), "i6");
    assert_int_equal(view.items[0].item, 5);
    assert_int_equal(view.items[1].shown, 1);
    assert_true(read_customer(visitors, 2, NOW, &view));
    assert_int_equal(view.count, 1);
    apply(visitors, SS_EVENT_ACCEPT, -1, 1, 2, NOW); /* of an offer: no item */
    assert_true(read_customer(visitors, 2, NOW, &view) && view.count == 1);
    apply(visitors, SS_EVENT_ACCEPT, 6, 1, 2, NOW);
    assert_true(read_customer(visitors, 2, NOW, &view));
    assert_int_equal(view.count, 2);
    assert_int_equal(view.items[1].flags, SS_VISITOR_SEEN);
    assert_false(read_customer(visitors, 1, NOW, &view)); /* a session of that name is somebody else */
    assert_false(ss_visitors_read(visitors, SS_VISITOR_SESSION, (ss_slice){"", 0}, NOW, &numbers, &view));
    ss_visitors_free(&visitors);
    ss_visitors_free(&visitors);
}

static void a_session_ends_with_its_time(void **state)
{
    (void)state;
    ss_visitors *visitors = visitors_of(ss_visitors_defaults());
    ss_visitor_view view;
    const int64_t hour = 3600 * SS_SECOND, day = 24 * hour;
    apply(visitors, SS_EVENT_VIEW, 1, 1, 1, NOW);
    apply(visitors, SS_EVENT_VIEW, 2, 1, 1, NOW + 23 * hour);
    assert_true(read_session(visitors, 1, NOW + day, &view));
    assert_int_equal(view.count, 2);
    assert_true(read_session(visitors, 1, NOW + day + SS_SECOND, &view)); /* item 1 is too long ago */
    assert_int_equal(view.count, 1);
    assert_int_equal(view.items[0].item, 2);
    assert_false(read_session(visitors, 1, NOW + 47 * hour + SS_SECOND, &view));
    assert_true(read_session(visitors, 1, SS_NO_TIME, &view));
    assert_int_equal(view.count, 2);
    assert_true(read_customer(visitors, 1, NOW + 29 * day, &view));
    apply(visitors, SS_EVENT_VIEW, 3, 1, 1, NOW + 48 * hour); /* begins anew */
    assert_true(read_session(visitors, 1, SS_NO_TIME, &view));
    assert_int_equal(view.count, 1);
    assert_int_equal(view.items[0].item, 3);
    assert_true(read_customer(visitors, 1, NOW + 48 * hour, &view));
    assert_int_equal(view.count, 3);
    apply(visitors, SS_EVENT_VIEW, 4, 9, -1, NOW + 100 * day);
    assert_int_equal(ss_visitors_count(visitors).expired, 3); /* the session twice */
    assert_int_equal(ss_visitors_count(visitors).visitors[SS_VISITOR_SESSION], 1);
    ss_visitors_free(&visitors);
}

static void another_customer_begins_the_session_anew(void **state)
{
    (void)state;
    ss_visitors *visitors = visitors_of(ss_visitors_defaults());
    ss_visitor_view view;
    apply(visitors, SS_EVENT_VIEW, 1, 1, -1, NOW);
    apply(visitors, SS_EVENT_VIEW, 2, 1, 7, NOW + 1); /* has logged in */
    apply(visitors, SS_EVENT_VIEW, 3, 1, -1, NOW + 2);
    assert_true(read_session(visitors, 1, NOW, &view));
    assert_int_equal(view.count, 3);
    apply(visitors, SS_EVENT_VIEW, 4, 1, 8, NOW + 3);
    assert_true(read_session(visitors, 1, NOW, &view));
    assert_int_equal(view.count, 1);
    assert_int_equal(view.items[0].item, 4);
    ss_visitors_free(&visitors);
}

static void the_forgotten_leave_nothing(void **state)
{
    (void)state;
    ss_visitors *visitors = visitors_of(ss_visitors_defaults());
    ss_visitor_view view;
    apply(visitors, SS_EVENT_VIEW, 1, 1, 7, NOW);
    apply(visitors, SS_EVENT_VIEW, 1, 2, 7, NOW);
    apply(visitors, SS_EVENT_VIEW, 1, 3, 8, NOW);
    apply(visitors, SS_EVENT_VIEW, 1, 4, -1, NOW);
    assert_int_equal(ss_visitors_forget(visitors, ss_slice_of("c7")), 3);
    assert_int_equal(ss_visitors_forget(visitors, ss_slice_of("c7")), 0);
    assert_int_equal(ss_visitors_count(visitors).forgotten, 3);
    assert_false(read_session(visitors, 1, NOW, &view) || read_session(visitors, 2, NOW, &view));
    assert_false(read_customer(visitors, 7, NOW, &view));
    assert_true(read_session(visitors, 3, NOW, &view) && read_session(visitors, 4, NOW, &view));
    assert_true(read_customer(visitors, 8, NOW, &view));
    ss_visitors_free(&visitors);
}

static void several_are_forgotten_with_one_look(void **state)
{
    (void)state;
    ss_visitors *visitors = visitors_of(ss_visitors_defaults());
    ss_visitor_view view;
    const ss_slice ids[] = {ss_slice_of("c9"), ss_slice_of("c7"), ss_slice_of("c3"), ss_slice_of("c7")};
    size_t forgotten[4];
    apply(visitors, SS_EVENT_VIEW, 1, 1, 7, NOW);
    apply(visitors, SS_EVENT_VIEW, 1, 2, 8, NOW);
    apply(visitors, SS_EVENT_VIEW, 1, 3, 9, NOW);
    apply(visitors, SS_EVENT_VIEW, 1, 4, 9, NOW);
    apply(visitors, SS_EVENT_VIEW, 1, 5, -1, NOW);
    ss_visitors_forget_all(visitors, ids, 4, forgotten);
    assert_int_equal(forgotten[0], 3);
    assert_int_equal(forgotten[1] + forgotten[3], 2); /* named twice */
    assert_int_equal(forgotten[2], 0);
    assert_false(read_customer(visitors, 7, NOW, &view) || read_customer(visitors, 9, NOW, &view));
    assert_true(read_session(visitors, 2, NOW, &view) && read_session(visitors, 5, NOW, &view));
    assert_int_equal(ss_visitors_count(visitors).visitors[SS_VISITOR_SESSION], 2);
    ss_visitors_forget_all(visitors, ids, 0, forgotten);
    ss_visitors_free(&visitors);
}

static void numbers_are_asked_for_once_a_numbering(void **state)
{
    (void)state;
    ss_visitors *visitors = visitors_of(ss_visitors_defaults());
    uint32_t asked = 0;
    ss_visitor_view view;
    ss_item_numbers first = {1, 50, number_of, &asked}, second = {2, 50, number_of, &asked};
    apply(visitors, SS_EVENT_VIEW, 7, 1, -1, NOW);
    apply(visitors, SS_EVENT_VIEW, 60, 1, -1, NOW); /* not settled: each asks for itself */
    apply(visitors, SS_EVENT_VIEW, 99, 1, -1, NOW); /* has no number yet */
    for (unsigned round = 1; round <= 3; round++) {
        assert_true(ss_visitors_read(visitors, SS_VISITOR_SESSION, ss_slice_of("s1"), NOW, &first, &view));
        assert_int_equal(asked, 1 + 2 * round);
        assert_int_equal(view.items[0].item, 7);
        assert_int_equal(view.items[1].item, 60);
        assert_int_equal(view.items[2].item, SS_NONE);
    }
    apply(visitors, SS_EVENT_VIEW, 7, 1, -1, NOW);
    assert_true(ss_visitors_read(visitors, SS_VISITOR_SESSION, ss_slice_of("s1"), NOW, &first, &view));
    assert_int_equal(asked, 9);
    assert_true(ss_visitors_read(visitors, SS_VISITOR_SESSION, ss_slice_of("s1"), NOW, &second, &view));
    assert_int_equal(asked, 12);
    apply(visitors, SS_EVENT_VIEW, 7, 2, -1, NOW); /* for another visitor it is found already */
    assert_true(ss_visitors_read(visitors, SS_VISITOR_SESSION, ss_slice_of("s2"), NOW, &second, &view));
    assert_int_equal(view.items[0].item, 7);
    assert_int_equal(asked, 12);
    ss_visitors_free(&visitors);
}

static void options_are_checked(void **state)
{
    (void)state;
    ss_visitors *visitors = NULL;
    ss_visitors_options options = ss_visitors_defaults();
    ss_error error;
    options.hours = 0;
    assert_status(ss_visitors_new(&options, &visitors, &error), SS_E_RANGE);
    assert_null(visitors);
    options = ss_visitors_defaults();
    assert_int_equal(options.memory_megabytes, 256);
    assert_int_equal(options.replay_events, 20000000);
}

/* What the header says of the memory of a session. */
static void a_session_is_small(void **state)
{
    (void)state;
    enum { SESSIONS = 1000, ITEMS = 10 };
    ss_visitors *visitors = visitors_of(ss_visitors_defaults());
    for (int item = 0; item < ITEMS * 8; item++)
        apply(visitors, SS_EVENT_VIEW, item, SESSIONS, -1, NOW);
    uint64_t before = ss_visitors_count(visitors).bytes;
    for (int session = 0; session < SESSIONS; session++)
        for (int item = 0; item < ITEMS; item++)
            apply(visitors, SS_EVENT_VIEW, item + session % 70, session, -1, NOW);
    double each = (double)(ss_visitors_count(visitors).bytes - before) / SESSIONS;
    print_message("a session of %d items: %.0f bytes\n", ITEMS, each);
    assert_true(each > 300 && each < 400);
    ss_visitors_free(&visitors);
}

/* ---- beside a model ---- */

#define SESSIONS  5000
#define CUSTOMERS 1500
#define ITEMS     120
#define STEPS     60000

typedef struct model_visitor {
    bool known;
    int customer; /* of a session; -1: nobody */
    long last, arrival;
    model_list list;
} model_visitor;

typedef struct model {
    model_visitor *of[SS_VISITOR_KINDS]; /* SESSIONS, CUSTOMERS */
    long seconds[SS_VISITOR_KINDS];
    long arrivals;
} model;

static const size_t sizes[SS_VISITOR_KINDS] = {SESSIONS, CUSTOMERS};

static model_visitor *model_oldest(const model *m, unsigned kind)
{
    model_visitor *oldest = NULL;
    for (size_t i = 0; i < sizes[kind]; i++) {
        model_visitor *at = &m->of[kind][i];
        if (at->known && (!oldest || at->arrival < oldest->arrival))
            oldest = at;
    }
    return oldest;
}

static void model_expire(model *m, long now)
{
    for (unsigned kind = 0; kind < SS_VISITOR_KINDS; kind++)
        for (int i = 0; i < 2; i++) {
            model_visitor *oldest = model_oldest(m, kind);
            if (!oldest || now - oldest->last <= m->seconds[kind])
                break;
            oldest->known = false;
        }
}

static void model_evict(model *m)
{
    model_visitor *session = model_oldest(m, SS_VISITOR_SESSION), *customer = model_oldest(m, SS_VISITOR_CUSTOMER);
    bool first = !customer || (session && session->arrival <= customer->arrival);
    (first ? session : customer)->known = false;
}

static void model_apply(model *m, unsigned kind, int number, const ss_live_event *event, int item, int customer)
{
    long time = event->time / SS_SECOND, received = event->received / SS_SECOND;
    model_visitor *at = &m->of[kind][number < 0 ? 0 : number];
    if (number < 0 || received - time > m->seconds[kind])
        return;
    if (!at->known)
        *at = (model_visitor){.known = true, .customer = -1, .last = time};
    if (at->last - time > m->seconds[kind])
        return;
    at->arrival = m->arrivals;
    if (time - at->last > m->seconds[kind] || (customer >= 0 && at->customer >= 0 && at->customer != customer))
        *at = (model_visitor){.known = true, .customer = -1, .last = time, .arrival = m->arrivals};
    at->customer = customer >= 0 ? customer : at->customer;
    at->last = time > at->last ? time : at->last;
    model_happen(&at->list, (unsigned)item, event->event, (double)event->quantity, time, m->arrivals);
}

static void compare(const model *m, ss_visitors *visitors, unsigned kind, int number, int64_t now)
{
    char text[16];
    ss_visitor_view view;
    const model_visitor *at = &m->of[kind][number];
    model_list list = at->list;
    size_t from = 0;
    bool known = ss_visitors_read(visitors, (ss_visitor_kind)kind, text_of(text, kind ? 'c' : 's', number), now,
                                  &numbers, &view);
    assert_int_equal(known, at->known && now / SS_SECOND - at->last <= m->seconds[kind]);
    if (!known)
        return;
    model_sort(&list);
    while (from < list.count && now / SS_SECOND - list.items[from].time > m->seconds[kind])
        from++;
    assert_int_equal(view.count, list.count - from);
    for (unsigned i = 0; i < view.count; i++) {
        unsigned id = list.items[from + i].id;
        assert_int_equal(view.items[i].item, id < UNKNOWN ? id : SS_NONE);
        assert_item_is(&view.items[i], &list.items[from + i]);
    }
}

/* Events of a while ago among those of now; some visitors are much busier than others. */
static void random_step(model *m, ss_visitors *visitors, ss_random *random, int64_t now)
{
    texts t;
    int session =
        ss_random_below(random, 8) ? (int)ss_random_below(random, ss_random_below(random, 3) ? SESSIONS : 9) : -1;
    int customer = ss_random_below(random, 2) ? session % CUSTOMERS : -1;
    int item = (int)ss_random_below(random, ITEMS);
    customer = ss_random_below(random, 50) ? customer : (int)ss_random_below(random, CUSTOMERS);
    ss_live_event event = event_of(&t, (ss_event)ss_random_below(random, SS_EVENT_COUNT), item, session, customer, now);
    event.quantity = (float)ss_random_below(random, 6) - 1.5f;
    uint32_t late = ss_random_below(random, 10);
    event.time -= late == 0 ? (int64_t)ss_random_below(random, 7000) * SS_SECOND : late * SS_SECOND / 2;
    uint64_t evicted = ss_visitors_count(visitors).evicted;
    assert_status(ss_visitors_apply(visitors, &event), SS_OK);
    m->arrivals++;
    model_expire(m, now / SS_SECOND);
    model_apply(m, SS_VISITOR_SESSION, session, &event, item, customer);
    if (event.event != SS_EVENT_IMPRESSION)
        model_apply(m, SS_VISITOR_CUSTOMER, customer, &event, item, customer);
    for (; evicted < ss_visitors_count(visitors).evicted; evicted++)
        model_evict(m);
}

static void forget_one(model *m, ss_visitors *visitors, int customer)
{
    char text[16];
    size_t count = m->of[SS_VISITOR_CUSTOMER][customer].known;
    m->of[SS_VISITOR_CUSTOMER][customer].known = false;
    for (size_t i = 0; i < SESSIONS; i++) {
        model_visitor *at = &m->of[SS_VISITOR_SESSION][i];
        count += at->known && at->customer == customer;
        at->known = at->known && at->customer != customer;
    }
    assert_int_equal(ss_visitors_forget(visitors, text_of(text, 'c', customer)), count);
}

static void assert_same_counts(const model *m, const ss_visitors *visitors)
{
    ss_visitors_counts counts = ss_visitors_count(visitors);
    for (unsigned kind = 0; kind < SS_VISITOR_KINDS; kind++) {
        size_t known = 0;
        for (size_t i = 0; i < sizes[kind]; i++)
            known += m->of[kind][i].known;
        assert_int_equal(counts.visitors[kind], known);
    }
    assert_true(counts.bytes <= 1u << 20);
}

static void it_agrees_with_the_model(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_visitors_options options = {.memory_megabytes = 1, .hours = 1, .customer_days = 0.1};
    ss_visitors *visitors = visitors_of(options);
    model m = {
        .of = {ss_array_zeroed(SESSIONS, sizeof(model_visitor)), ss_array_zeroed(CUSTOMERS, sizeof(model_visitor))},
        .seconds = {3600, 8640}};
    int64_t now = NOW;
    for (int step = 0; step < STEPS; step++) {
        now += (int64_t)ss_random_below(&random, step % 20000 < 15000 ? 300000 : 30000000); /* busy and quiet hours */
        random_step(&m, visitors, &random, now);
        for (unsigned kind = 0; kind < SS_VISITOR_KINDS; kind++)
            compare(&m, visitors, kind, (int)ss_random_below(&random, ss_random_below(&random, 2) ? sizes[kind] : 9),
                    now);
        if (step % 5000 == 4999)
            forget_one(&m, visitors, (int)ss_random_below(&random, 9));
        if (step % 1000 == 0)
            assert_same_counts(&m, visitors);
    }
    ss_visitors_counts counts = ss_visitors_count(visitors);
    print_message("evicted %llu, expired %llu\n", (unsigned long long)counts.evicted,
                  (unsigned long long)counts.expired);
    assert_true(counts.evicted > 100 && counts.expired > 100);
    ss_visitors_free(&visitors);
    free(m.of[0]);
    free(m.of[1]);
}

/* ---- memory ---- */

static bool fill(void *context)
{
    bool fine = true;
    texts t;
    ss_visitors *visitors = NULL;
    const ss_visitors_options *options = context;
    if (ss_visitors_new(options, &visitors, NULL) != SS_OK)
        return false;
    for (int i = 0; i < 60; i++) {
        ss_live_event event = event_of(&t, SS_EVENT_VIEW, i % 20, i % 3, i % 3, NOW);
        ss_status status = ss_visitors_apply(visitors, &event);
        fine = fine && status == SS_OK;
        assert_true(status == SS_OK || status == SS_E_NOMEM);
        assert_status(ss_visitors_apply(visitors, &event), SS_OK); /* and then it works */
    }
    ss_visitor_view view;
    assert_true(read_session(visitors, 2, NOW, &view));
    assert_int_equal(view.count, 20);
    ss_visitors_free(&visitors);
    return fine;
}

static void a_failed_allocation_changes_nothing(void **state)
{
    (void)state;
    ss_visitors_options options = ss_visitors_defaults();
    options.memory_megabytes = 1;
    assert_true(failing_malloc_torture(fill, &options) > 20);
}

static void reading_allocates_nothing(void **state)
{
    (void)state;
    ss_visitor_view view;
    ss_visitors *visitors = visitors_of(ss_visitors_defaults());
    apply(visitors, SS_EVENT_VIEW, 1, 1, 1, NOW);
    failing_malloc_start(0);
    assert_true(read_session(visitors, 1, NOW, &view));
    ss_visitors_fetch_items(visitors, ss_visitors_fetch(visitors, SS_VISITOR_SESSION, ss_slice_of("s1")));
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    ss_visitors_free(&visitors);
}

/* ---- beside each other ---- */

#define READERS 4

typedef struct crowd {
    ss_visitors *visitors;
    atomic_int last; /* how often session 0 has viewed, less one: the item is that modulo CYCLE */
    atomic_bool stop, wrong;
    atomic_uint_fast64_t read;
} crowd;

#define CYCLE 80 /* items that session 0 views in turn */

static bool holds(const ss_visitor_view *view, uint32_t item)
{
    for (unsigned i = 0; i < view->count; i++)
        if (view->items[i].item == item)
            return true;
    return false;
}

/*
 * Session 0 sees 0, 1, 2, … up to 79 and again; whoever looks sees no less than what had been told before, unless so
 * much was viewed while they looked that it is no longer among the last. cmocka's assertions are for the main thread.
 */
static void *read_on(void *argument)
{
    crowd *of = argument;
    ss_visitor_view view;
    ss_item_numbers own = {1 + ((uint32_t)(uintptr_t)&view / 4096) % 3, UINT32_MAX - 1, number_of, NULL};
    for (unsigned round = 0; !atomic_load(&of->stop); round++) {
        char text[16];
        int least = atomic_load(&of->last);
        ss_slice id = text_of(text, 's', (int)(round % 300));
        ss_visitors_fetch_items(of->visitors, ss_visitors_fetch(of->visitors, SS_VISITOR_SESSION, id));
        bool known = ss_visitors_read(of->visitors, SS_VISITOR_SESSION, id, NOW, &own, &view);
        atomic_fetch_add(&of->read, known);
        for (unsigned i = 0; i < view.count; i++)
            if (view.items[i].item >= UNKNOWN || view.items[i].flags != SS_VISITOR_SEEN)
                atomic_store(&of->wrong, true);
        bool recent = atomic_load(&of->last) - least < (int)SS_VISITOR_ITEMS_MAX - 4;
        if (round % 300 == 0 && least >= 0 && known && recent && !holds(&view, (uint32_t)least % CYCLE))
            atomic_store(&of->wrong, true);
        ss_visitors_count(of->visitors);
    }
    return NULL;
}

static void readers_and_a_writer_get_along(void **state)
{
    (void)state;
    ss_visitors_options options = ss_visitors_defaults();
    options.memory_megabytes = 1;
    crowd of = {.visitors = visitors_of(options), .last = -1};
    pthread_t threads[READERS];
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &of), 0);
    for (int step = 0; step < 60000; step++) {
        apply(of.visitors, SS_EVENT_VIEW, step / 40 % CYCLE, step % 40 ? step % 7000 : 0, -1, NOW);
        if (step % 40 == 0)
            atomic_store(&of.last, step / 40);
        if (step % 1000 == 0)
            ss_visitors_forget(of.visitors, ss_slice_of("c1"));
    }
    atomic_store(&of.stop, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    assert_false(of.wrong);
    assert_true(of.read > 0);
    assert_true(ss_visitors_count(of.visitors).evicted > 0);
    ss_visitors_free(&of.visitors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_counts_for_session_and_customer),
        cmocka_unit_test(a_session_ends_with_its_time),
        cmocka_unit_test(another_customer_begins_the_session_anew),
        cmocka_unit_test(the_forgotten_leave_nothing),
        cmocka_unit_test(several_are_forgotten_with_one_look),
        cmocka_unit_test(numbers_are_asked_for_once_a_numbering),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(a_session_is_small),
        cmocka_unit_test(it_agrees_with_the_model),
        cmocka_unit_test(a_failed_allocation_changes_nothing),
        cmocka_unit_test(reading_allocates_nothing),
        cmocka_unit_test(readers_and_a_writer_get_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_event_window.c: the window of repeated events beside a list that is searched from its end. */
#include "check.h"

#include "failing_malloc.h"
#include "state/event_window.h"
#include <string.h>

#define STEPS 20000
#define IDS   400

typedef struct model_entry {
    unsigned id;
    uint64_t sequence;
    int64_t received;
} model_entry;

typedef struct model {
    ss_event_window *window;
    model_entry list[STEPS];
    size_t begin, end;
    uint64_t next;
} model;

static ss_slice id_of(unsigned number, char text[16])
{
    return (ss_slice){text, (size_t)snprintf(text, 16, "id-%u", number)};
}

static void compare(const model *m, unsigned id, uint64_t oldest, int64_t since)
{
    char text[16];
    uint64_t found = 0, wanted = 0;
    for (size_t i = m->end; i-- > m->begin && !wanted;)
        if (m->list[i].id == id && m->list[i].sequence >= oldest && m->list[i].received >= since)
            wanted = m->list[i].sequence;
    assert_int_equal(ss_event_window_find(m->window, id_of(id, text), oldest, since, &found), wanted != 0);
    assert_int_equal(found, wanted);
}

/* Arrivals rise, as a store's do: the latest entry of an id is the one that is within bounds the longest. */
static void push(model *m, unsigned id)
{
    char text[16];
    m->list[m->end++] = (model_entry){id, m->next, (int64_t)m->next * 10};
    assert_status(ss_event_window_push(m->window, id_of(id, text), m->next, (int64_t)m->next * 10), SS_OK);
    m->next++;
}

/* As a store does, which forgets only events that it has not found there. */
static void push_new(model *m, ss_random *random)
{
    char text[16];
    uint64_t sequence;
    unsigned id = ss_random_below(random, IDS);
    if (!ss_event_window_find(m->window, id_of(id, text), 0, INT64_MIN, &sequence))
        push(m, id);
}

static void it_agrees_with_a_list(void **state)
{
    (void)state;
    ss_random random = test_random();
    model *m = calloc(1, sizeof *m);
    m->window = ss_event_window_new();
    m->next = 1;
    for (int step = 0; step < STEPS; step++) {
        uint32_t dice = ss_random_below(&random, 100);
        if (dice < 80) {
            push_new(m, &random);
        } else if (dice < 83) {
            m->next -= m->next > 5 ? ss_random_below(&random, 5) : 0;
            ss_event_window_take_back(m->window, m->next);
            while (m->end > m->begin && m->list[m->end - 1].sequence >= m->next)
                m->end--;
        } else if (dice < 85) {
            uint64_t keep = m->next > 300 ? m->next - 300 + ss_random_below(&random, 200) : 1;
            ss_event_window_trim(m->window, keep);
            while (m->begin < m->end && m->list[m->begin].sequence < keep)
                m->begin++;
        }
        compare(m, ss_random_below(&random, IDS), ss_random_below(&random, (uint32_t)m->next + 1),
                (int64_t)ss_random_below(&random, (uint32_t)m->next + 1) * 10);
        assert_int_equal(ss_event_window_count(m->window), m->end - m->begin);
    }
    ss_event_window_free(&m->window);
    free(m);
}

/* An id that comes again after its time stands there twice; the older one goes without the younger. */
static void the_latest_of_an_id_counts(void **state)
{
    (void)state;
    uint64_t found = 0;
    ss_slice id = SS_SLICE_LITERAL("twice");
    ss_event_window *window = ss_event_window_new();
    assert_status(ss_event_window_push(window, id, 1, 10), SS_OK);
    assert_status(ss_event_window_push(window, id, 7, 70), SS_OK);
    assert_true(ss_event_window_find(window, id, 1, 10, &found) && found == 7);
    ss_event_window_trim(window, 5);
    assert_int_equal(ss_event_window_count(window), 1);
    assert_true(ss_event_window_find(window, id, 1, 10, &found) && found == 7);
    assert_false(ss_event_window_find(window, id, 8, 10, &found));
    assert_false(ss_event_window_find(window, id, 1, 71, &found));
    ss_event_window_trim(window, 8);
    assert_false(ss_event_window_find(window, id, 1, 10, &found));
    ss_event_window_free(&window);
    ss_event_window_free(&window);
}

static bool fill(void *context)
{
    (void)context;
    char text[16];
    ss_event_window *window = ss_event_window_new();
    ss_status status = window ? SS_OK : SS_E_NOMEM;
    for (unsigned i = 0; i < 300 && status == SS_OK; i++) {
        uint64_t found = 0;
        status = ss_event_window_push(window, id_of(i, text), i + 1, i);
        assert_int_equal(ss_event_window_find(window, id_of(i, text), 1, 0, &found), status == SS_OK);
        assert_int_equal(ss_event_window_count(window), status == SS_OK ? i + 1 : i);
    }
    ss_event_window_free(&window);
    return status == SS_OK;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_in_range(failing_malloc_torture(fill, NULL), 5, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_a_list),
        cmocka_unit_test(the_latest_of_an_id_counts),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Returns: by hand, and against a naive search for the latest earlier purchase on random rows. */
#include "testing.h"

#include "base/memory.h"
#include "log/returns.h"
#include "log/sort_rows.h"

#include <math.h>

typedef struct line {
    int64_t time;
    uint32_t item;
    float quantity;
    ss_event event;
} line;

typedef struct returns_case {
    const char *name;
    line lines[6], left[6];
    ss_returns tally;
} returns_case;

#define NO_MORE                                                                                                        \
    {                                                                                                                  \
        0, 0, 0, 0                                                                                                     \
    }

static const returns_case cases[] = {
    {"nothing returned", {{1, 1, 2, 0}, {2, 1, 3, 0}}, {{1, 1, 2, 0}, {2, 1, 3, 0}}, {0}},
    {"all of it", {{1, 1, 2, 0}, {2, 1, -2, 0}}, {NO_MORE}, {1, 1, 0, 1, 1}},
    {"part of it", {{1, 1, 5, 0}, {2, 1, -2, 0}}, {{1, 1, 3, 0}}, {1, 1, 0, 1, 0}},
    {"more than there was", {{1, 1, 2, 0}, {2, 1, -5, 0}}, {NO_MORE}, {1, 1, 1, 1, 1}},
    {"no partner", {{2, 1, -1, 0}}, {NO_MORE}, {1, 0, 1, 0, 0}},
    {"another item", {{1, 2, 1, 0}, {2, 1, -1, 0}}, {{1, 2, 1, 0}}, {1, 0, 1, 0, 0}},
    {"bought later", {{1, 1, -1, 0}, {2, 1, 1, 0}}, {{2, 1, 1, 0}}, {1, 0, 1, 0, 0}},
    {"bought at the same time", {{1, 1, -1, 0}, {1, 1, 1, 0}}, {NO_MORE}, {1, 1, 0, 1, 1}},
    {"the latest first", {{1, 1, 2, 0}, {2, 1, 2, 0}, {3, 1, -3, 0}}, {{1, 1, 1, 0}}, {1, 1, 0, 2, 1}},
    {"once for two returns", {{1, 1, 5, 0}, {2, 1, -1, 0}, {3, 1, -1, 0}}, {{1, 1, 3, 0}}, {2, 2, 0, 1, 0}},
    {"between two purchases", {{1, 1, 1, 0}, {2, 1, -1, 0}, {3, 1, 1, 0}}, {{3, 1, 1, 0}}, {1, 1, 0, 1, 1}},
    {"tenths leave no crumbs", {{1, 1, 0.3f, 0}, {2, 1, -0.1f, 0}, {3, 1, -0.2f, 0}}, {NO_MORE}, {2, 2, 0, 1, 1}},
    {"views stay", {{1, 1, 1, SS_EVENT_VIEW}, {2, 1, -1, 0}}, {{1, 1, 1, SS_EVENT_VIEW}}, {1, 0, 1, 0, 0}},
};

static size_t fill(const line *lines, ss_interaction *rows)
{
    size_t count = 0;
    for (; count < 6 && lines[count].quantity != 0; count++) {
        rows[count] = (ss_interaction){.item = lines[count].item, .quantity = lines[count].quantity, .basket = 7};
        ss_interaction_set(&rows[count], lines[count].time, lines[count].event);
    }
    return count;
}

static void by_hand(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        ss_interaction rows[6], left[6];
        ss_returns tally = {0};
        size_t count = ss_returns_apply(rows, fill(cases[c].lines, rows), &tally), wanted = fill(cases[c].left, left);
        ss_rows_sort_by_time(rows, count);
        ss_rows_sort_by_time(left, wanted);
        if (count != wanted || memcmp(&tally, &cases[c].tally, sizeof tally) != 0)
            fail_msg("%s: %zu rows, not %zu, or another tally", cases[c].name, count, wanted);
        for (size_t i = 0; i < count; i++)
            if (rows[i].time != left[i].time || rows[i].item != left[i].item || rows[i].event != left[i].event ||
                fabsf(rows[i].quantity - left[i].quantity) > 1e-6f)
                fail_msg("%s: row %zu", cases[c].name, i);
    }
}

/* A return at a time takes from the purchase with the greatest (time, basket, quantity) up to then, again and again. */
static ss_interaction *latest_earlier(ss_interaction *rows, size_t count, const ss_interaction *returned)
{
    ss_interaction *best = NULL;
    for (size_t i = 0; i < count; i++) {
        ss_interaction *row = &rows[i];
        if (row->event != SS_EVENT_PURCHASE || row->quantity <= 0 || row->item != returned->item ||
            row->time > returned->time)
            continue;
        if (!best || row->time > best->time || (row->time == best->time && row->basket >= best->basket))
            best = row;
    }
    return best;
}

/* Whole quantities, and at most one purchase of an item a basket, so that no order among equals matters. */
static void naive(ss_interaction *rows, size_t count, ss_returns *tally)
{
    bool *touched = ss_array_zeroed(count, 1);
    ss_rows_sort_by_time(rows, count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].event != SS_EVENT_PURCHASE || rows[i].quantity >= 0)
            continue;
        float left = -rows[i].quantity;
        bool matched = false;
        ss_interaction *bought;
        while (left > 0 && (bought = latest_earlier(rows, count, &rows[i]))) {
            float taken = left < bought->quantity ? left : bought->quantity;
            left -= taken;
            bought->quantity -= taken;
            matched = true;
            tally->taken_back += !touched[bought - rows];
            touched[bought - rows] = true;
            tally->removed += bought->quantity == 0;
        }
        tally->rows++;
        tally->matched += matched;
        tally->unmatched += left > 0;
    }
    free(touched);
}

static void random_rows(ss_random *random, ss_interaction *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t time = ss_random_below(random, 20);
        rows[i] = (ss_interaction){.item = ss_random_below(random, 4),
                                   .basket = (uint32_t)i,
                                   .quantity = (float)(1 + ss_random_below(random, 6))};
        ss_interaction_set(&rows[i], time, ss_random_below(random, 8) ? SS_EVENT_PURCHASE : SS_EVENT_VIEW);
        if (rows[i].event == SS_EVENT_PURCHASE && ss_random_below(random, 3) == 0)
            rows[i].quantity = -rows[i].quantity;
    }
}

static void agree_with_a_naive_search(void **state)
{
    (void)state;
    enum { MOST = 120 };
    ss_random random = test_random();
    for (int round = 0; round < 3000; round++) {
        ss_interaction mine[MOST], other[MOST];
        size_t count = ss_random_below(&random, MOST), left = 0;
        random_rows(&random, mine, count);
        memcpy(other, mine, count * sizeof *mine);
        ss_returns my_tally = {0}, tally = {0};
        size_t kept = ss_returns_apply(mine, count, &my_tally);
        naive(other, count, &tally);
        assert_memory_equal(&my_tally, &tally, sizeof tally);
        for (size_t i = 0; i < count; i++)
            if (other[i].quantity > 0)
                other[left++] = other[i];
        assert_int_equal(kept, left);
        ss_rows_sort_by_time(mine, kept);
        assert_memory_equal(mine, other, left * sizeof *mine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(agree_with_a_naive_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

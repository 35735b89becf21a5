/* Co-occurrence: every score, relation, window, support and decay against a naive count over all pairs of rows. */
#include "testing.h"

#include "failing_malloc.h"

#include "base/file.h"
#include "base/memory.h"
#include "log/sort_rows.h"
#include "models/cooccurrence_query.h"
#include "models/cooccurrence_train.h"

#include <math.h>
#include <string.h>

enum { ITEMS = 19, CUSTOMERS = 9, BASKETS = 30, GROUPS_MAX = 32 };

/* ---- random logs ---- */

typedef struct log_shape {
    bool times, baskets, customers, views;
} log_shape;

static bool is_repeat(const ss_interactions *log, const ss_interaction *row)
{
    for (size_t r = 0; r < log->count; r++) {
        const ss_interaction *other = &log->rows[r];
        bool same_time = log->has_baskets || log->has_times == false || other->time == row->time;
        if (other->customer == row->customer && other->basket == row->basket && other->item == row->item &&
            other->event == row->event && same_time)
            return true;
    }
    return false;
}

/* Popular items have low numbers; some baskets have no customer; some rows of a basket are later than its first. */
static ss_interactions random_log(ss_random *random, log_shape shape, size_t rows)
{
    ss_interactions log = {.rows = ss_array_new(rows, sizeof(ss_interaction)),
                           .item_count = ITEMS,
                           .customer_count = shape.customers ? CUSTOMERS : 0,
                           .basket_count = shape.baskets ? BASKETS : 0,
                           .has_times = shape.times,
                           .has_baskets = shape.baskets,
                           .has_customers = shape.customers,
                           .has_purchases = !shape.views,
                           .first_time = SS_NO_TIME,
                           .last_time = SS_NO_TIME};
    for (size_t tries = 0; tries < rows; tries++) {
        uint32_t basket = ss_random_below(random, BASKETS);
        uint32_t customer = (basket * 7) % (CUSTOMERS + 2);
        int64_t time = (int64_t)(basket * 5 % 23) * SS_DAY + ss_random_below(random, 2) * SS_DAY / 4;
        double unit = ss_random_unit(random);
        ss_interaction row = {.time = shape.times ? time : (int64_t)log.count,
                              .event = shape.views ? 1 + ss_random_below(random, 2) : SS_EVENT_PURCHASE,
                              .customer = shape.customers && customer < CUSTOMERS ? customer : SS_NONE,
                              .basket = shape.baskets ? basket : SS_NONE,
                              .item = (uint32_t)(unit * unit * ITEMS),
                              .quantity = 1};
        if (!is_repeat(&log, &row))
            log.rows[log.count++] = row;
    }
    for (size_t r = 0; shape.times && r < log.count; r++) {
        log.first_time = r == 0 || log.rows[r].time < log.first_time ? log.rows[r].time : log.first_time;
        log.last_time = r == 0 || log.rows[r].time > log.last_time ? log.rows[r].time : log.last_time;
    }
    ss_rows_sort(log.rows, log.count);
    return log;
}

/* ---- the oracle ---- */

typedef struct oracle {
    uint32_t groups, degrees[ITEMS];
    uint32_t pairs[ITEMS][ITEMS], customers[ITEMS][ITEMS];
    double sums[ITEMS][ITEMS], scores[ITEMS][ITEMS];
} oracle;

typedef struct taken {
    uint32_t group, customer, item;
    int64_t time;
} taken;

static size_t take_rows(const ss_interactions *log, ss_relation relation, taken *rows)
{
    size_t count = 0;
    bool by_basket = relation == SS_BOUGHT_TOGETHER || !log->has_customers;
    bool one_instant = relation == SS_BOUGHT_NEXT && log->has_customers && log->has_baskets && log->has_purchases;
    for (size_t r = 0; r < log->count; r++) {
        const ss_interaction *row = &log->rows[r];
        uint32_t group = by_basket ? row->basket : row->customer;
        if (group == SS_NONE || (relation == SS_RELATED && !log->has_customers))
            continue;
        rows[count] = (taken){group, row->customer, row->item, row->time};
        for (size_t s = 0; one_instant && s < log->count; s++)
            if (row->basket != SS_NONE && log->rows[s].basket == row->basket && log->rows[s].customer != SS_NONE &&
                log->rows[s].time < rows[count].time)
                rows[count].time = log->rows[s].time;
        count++;
    }
    return count;
}

static double age_weight(const ss_interactions *log, int64_t time, double half_life)
{
    if (half_life == 0 || !log->has_times)
        return 1;
    return pow(2, -(double)(log->last_time - time) / (double)SS_DAY / half_life);
}

static size_t distinct_items(const taken *rows, size_t count, uint32_t group)
{
    bool seen[ITEMS] = {false};
    size_t distinct = 0;
    for (size_t r = 0; r < count; r++) {
        if (rows[r].group == group && !seen[rows[r].item]) {
            seen[rows[r].item] = true;
            distinct++;
        }
    }
    return distinct;
}

static int64_t latest(const taken *rows, size_t count, uint32_t group, uint32_t item)
{
    int64_t found = INT64_MIN;
    for (size_t r = 0; r < count; r++)
        if (rows[r].group == group && (item == SS_NONE || rows[r].item == item) && rows[r].time > found)
            found = rows[r].time;
    return found;
}

/* Distinct times of the group in (from, to]. */
static uint32_t instants_between(const taken *rows, size_t count, uint32_t group, int64_t from, int64_t to)
{
    uint32_t instants = 0;
    for (size_t r = 0; r < count; r++) {
        bool first = rows[r].group == group && rows[r].time > from && rows[r].time <= to;
        for (size_t s = 0; s < r; s++)
            first = first && !(rows[s].group == group && rows[s].time == rows[r].time);
        instants += first;
    }
    return instants;
}

/* The least gap between item i and item j in a group; 0 when they are no pair there. Unordered pairs have gap 1. */
static uint32_t pair_gap(const taken *rows, size_t count, uint32_t group, uint32_t i, uint32_t j, ss_relation relation,
                         double window)
{
    uint32_t least = 0;
    for (size_t p = 0; p < count; p++) {
        if (rows[p].group != group || rows[p].item != i)
            continue;
        for (size_t q = 0; q < count; q++) {
            if (rows[q].group != group || rows[q].item != j)
                continue;
            double apart = (double)(rows[q].time - rows[p].time) / (double)SS_DAY;
            if (relation == SS_BOUGHT_NEXT && apart <= 0)
                continue;
            if (relation != SS_BOUGHT_TOGETHER && window > 0 && fabs(apart) > window)
                continue;
            uint32_t gap =
                relation == SS_BOUGHT_NEXT ? instants_between(rows, count, group, rows[p].time, rows[q].time) : 1;
            least = least == 0 || gap < least ? gap : least;
        }
    }
    return least;
}

static double pair_weight(const ss_interactions *log, const taken *rows, size_t count, uint32_t group, uint32_t i,
                          uint32_t j, ss_relation relation, const ss_relation_options *options)
{
    double weight = pow((double)distinct_items(rows, count, group), -options->a);
    if (relation == SS_BOUGHT_TOGETHER)
        return weight * age_weight(log, latest(rows, count, group, SS_NONE), options->half_life_days);
    double wi = age_weight(log, latest(rows, count, group, i), options->half_life_days);
    double wj = age_weight(log, latest(rows, count, group, j), options->half_life_days);
    return weight * sqrt(wi * wj);
}

static void add_group(oracle *out, const ss_interactions *log, const taken *rows, size_t count, uint32_t group,
                      ss_relation relation, const ss_relation_options *options, bool met[ITEMS][ITEMS][CUSTOMERS])
{
    size_t size = distinct_items(rows, count, group);
    uint32_t customer = SS_NONE;
    if (size == 0 || (options->max_group > 0 && size > (size_t)options->max_group))
        return;
    out->groups++;
    for (size_t r = 0; r < count; r++)
        if (rows[r].group == group && relation == SS_BOUGHT_TOGETHER)
            customer = rows[r].customer;
    for (uint32_t i = 0; i < ITEMS; i++) {
        out->degrees[i] += latest(rows, count, group, i) != INT64_MIN;
        for (uint32_t j = 0; j < ITEMS; j++) {
            uint32_t gap =
                i == j ? 0 : pair_gap(rows, count, group, i, j, relation, log->has_times ? options->window_days : 0);
            if (gap == 0)
                continue;
            out->pairs[i][j]++;
            out->sums[i][j] += pair_weight(log, rows, count, group, i, j, relation, options) *
                               (relation == SS_BOUGHT_NEXT ? pow(gap, -options->gap_discount) : 1);
            if (customer == SS_NONE || !met[i][j][customer])
                out->customers[i][j]++;
            if (customer != SS_NONE)
                met[i][j][customer] = true;
        }
    }
}

static void recency_of(const ss_interactions *log, double half_life, double recency[ITEMS])
{
    for (uint32_t i = 0; i < ITEMS; i++) {
        double recent = 0, all = 0;
        for (size_t r = 0; r < log->count; r++)
            if (log->rows[r].item == i) {
                recent += age_weight(log, log->rows[r].time, half_life);
                all++;
            }
        recency[i] = all > 0 ? recent / all : 0;
    }
}

static double llr_of(double n, double ni, double nj, double nij)
{
    double observed[4] = {nij, ni - nij, nj - nij, n - ni - nj + nij};
    double expected[4] = {ni * nj / n, ni * (n - nj) / n, (n - ni) * nj / n, (n - ni) * (n - nj) / n};
    double sum = 0;
    for (int k = 0; k < 4; k++)
        if (observed[k] > 0)
            sum += 2 * observed[k] * log(observed[k] / expected[k]);
    return nij > expected[0] ? sum : 0;
}

static double score_of(const oracle *of, uint32_t i, uint32_t j, const double recency[ITEMS],
                       const ss_relation_options *options)
{
    double n = of->groups, ni = of->degrees[i], nj = of->degrees[j], nij = of->pairs[i][j];
    switch ((ss_pair_score)options->score) {
    case SS_PAIR_COUNT:
        return nij;
    case SS_PAIR_COSINE:
        return nij / sqrt(ni * nj);
    case SS_PAIR_JACCARD:
        return nij / (ni + nj - nij);
    case SS_PAIR_LIFT:
        return nij * n / (ni * nj);
    case SS_PAIR_LLR:
        return llr_of(n, ni, nj, nij);
    case SS_PAIR_NORMALISED:
        return of->sums[i][j] / (pow(ni, options->b) * pow(nj, options->c)) * pow(recency[j], options->recency);
    }
    return 0;
}

static void count_naively(const ss_interactions *log, ss_relation relation, const ss_relation_options *options,
                          oracle *out)
{
    static bool met[ITEMS][ITEMS][CUSTOMERS];
    double recency[ITEMS];
    taken *rows = ss_array_new(log->count, sizeof *rows);
    size_t count = take_rows(log, relation, rows);
    memset(met, 0, sizeof met);
    *out = (oracle){0};
    for (uint32_t group = 0; group < GROUPS_MAX; group++)
        add_group(out, log, rows, count, group, relation, options, met);
    recency_of(log, options->recency_half_life_days, recency);
    for (uint32_t i = 0; i < ITEMS; i++)
        for (uint32_t j = 0; j < ITEMS; j++)
            out->scores[i][j] = out->pairs[i][j] > 0 ? score_of(out, i, j, recency, options) : 0;
    free(rows);
}

/* ---- comparing ---- */

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-5 * fmax(fabs(a), fabs(b)) + 1e-9;
}

/* A score of 0 but for rounding may be listed or not. */
static void compare_list(const oracle *expected, const ss_pair_lists *lists, uint32_t i,
                         const ss_relation_options *options)
{
    bool listed[ITEMS] = {false};
    uint64_t from = lists->offsets[i], to = lists->offsets[i + 1];
    size_t candidates = 0, doubtful = 0;
    for (uint64_t e = from; e < to; e++) {
        uint32_t j = lists->neighbours[e];
        assert_true(j < ITEMS && j != i && !listed[j]);
        listed[j] = true;
        assert_int_equal(lists->pairs[e], expected->pairs[i][j]);
        assert_int_equal(lists->customers[e], expected->customers[i][j]);
        assert_true(lists->customers[e] >= options->min_customers);
        if (!near(lists->scores[e], expected->scores[i][j]))
            fail_msg("score of %u, %u: %.9g, expected %.9g", i, j, (double)lists->scores[e], expected->scores[i][j]);
        assert_true(lists->scores[e] > 0);
        if (e > from)
            assert_true(lists->scores[e] < lists->scores[e - 1] ||
                        (lists->scores[e] == lists->scores[e - 1] && j > lists->neighbours[e - 1]));
    }
    for (uint32_t j = 0; j < ITEMS; j++) {
        if (expected->customers[i][j] < options->min_customers || expected->customers[i][j] == 0 ||
            expected->scores[i][j] == 0)
            continue;
        candidates++;
        doubtful += expected->scores[i][j] < 1e-9;
        if (!listed[j] && to > from && expected->scores[i][j] >= 1e-9) {
            assert_int_equal(to - from, options->list_length);
            assert_true(expected->scores[i][j] <= lists->scores[to - 1] * (1 + 1e-5));
        }
    }
    size_t most = candidates < (size_t)options->list_length ? candidates : (size_t)options->list_length;
    assert_true(to - from <= most && to - from + doubtful >= most);
}

static void compare(const oracle *expected, const ss_pair_lists *lists, const ss_relation_options *options)
{
    assert_int_equal(lists->item_count, ITEMS);
    assert_int_equal(lists->group_count, expected->groups);
    assert_int_equal(lists->offsets[0], 0);
    for (uint32_t i = 0; i < ITEMS; i++) {
        assert_int_equal(lists->degrees[i], expected->degrees[i]);
        compare_list(expected, lists, i, options);
    }
}

static void assert_same_bytes(const ss_pair_lists *a, const ss_pair_lists *b)
{
    uint64_t entries = a->offsets[a->item_count];
    assert_int_equal(a->item_count, b->item_count);
    assert_memory_equal(a->offsets, b->offsets, (a->item_count + 1) * sizeof *a->offsets);
    assert_memory_equal(a->degrees, b->degrees, a->item_count * sizeof *a->degrees);
    if (entries == 0)
        return;
    assert_memory_equal(a->neighbours, b->neighbours, entries * sizeof *a->neighbours);
    assert_memory_equal(a->scores, b->scores, entries * sizeof *a->scores);
    assert_memory_equal(a->pairs, b->pairs, entries * sizeof *a->pairs);
    assert_memory_equal(a->customers, b->customers, entries * sizeof *a->customers);
}

static ss_relation_options random_options(ss_random *random)
{
    static const double exponents[] = {0, 0.5, 1, 1.3}, windows[] = {0, 0.25, 3, 10}, half_lives[] = {0, 4, 40};
    return (ss_relation_options){.score = ss_random_below(random, SS_PAIR_NORMALISED + 1),
                                 .a = exponents[ss_random_below(random, 4)],
                                 .b = exponents[ss_random_below(random, 4)],
                                 .c = exponents[ss_random_below(random, 4)],
                                 .half_life_days = half_lives[ss_random_below(random, 3)],
                                 .recency = exponents[ss_random_below(random, 3)],
                                 .recency_half_life_days = half_lives[ss_random_below(random, 3)],
                                 .min_customers = 1 + ss_random_below(random, 3),
                                 .list_length = 1 + ss_random_below(random, ITEMS + 3),
                                 .window_days = windows[ss_random_below(random, 4)],
                                 .gap_discount = exponents[ss_random_below(random, 4)],
                                 .max_group = ss_random_below(random, 4) == 0 ? 6 : 0};
}

static void one_run_agrees(const ss_interactions *log, ss_relation relation, const ss_relation_options *options)
{
    ss_error error;
    ss_pair_lists one, two, plain;
    oracle expected;
    count_naively(log, relation, options, &expected);
    expect_ok(ss_relation_count(log, relation, options, 1, NULL, &one, &error), &error);
    compare(&expected, &one, options);
    expect_ok(ss_relation_count(log, relation, options, 2, NULL, &two, &error), &error);
    assert_same_bytes(&one, &two);
    setenv("SMARTSHELF_CPU", "generic", 1);
    expect_ok(ss_relation_count(log, relation, options, 1, NULL, &plain, &error), &error);
    unsetenv("SMARTSHELF_CPU");
    assert_same_bytes(&one, &plain);
    ss_pair_lists_free(&one);
    ss_pair_lists_free(&two);
    ss_pair_lists_free(&plain);
}

static void every_relation_agrees_with_a_naive_count(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int run = 0; run < 200; run++) {
        unsigned bits = ss_random_below(&random, 16);
        log_shape shape = {bits & 1, bits & 2, bits & 4 || !(bits & 2), bits & 8};
        ss_interactions log = random_log(&random, shape, ss_random_below(&random, 160));
        ss_relation_options options = random_options(&random);
        for (int relation = 0; relation < SS_RELATION_COUNT; relation++)
            one_run_agrees(&log, (ss_relation)relation, &options);
        free(log.rows);
    }
}

/* ---- hand-made groups ---- */

static ss_relation_options plain_options(ss_pair_score score)
{
    return (ss_relation_options){.score = score, .min_customers = 1, .list_length = 10};
}

static void ties_go_to_the_lower_number(void **state)
{
    (void)state;
    uint64_t offsets[] = {0, 4, 8};
    uint32_t items[] = {0, 2, 3, 5, 0, 2, 3, 5};
    ss_groups groups = {.group_count = 2, .offsets = offsets, .items = items};
    ss_relation_options options = plain_options(SS_PAIR_COSINE);
    ss_pair_lists lists;
    options.list_length = 2;
    assert_int_equal(ss_pairs_count(&groups, 6, SS_NO_TIME, NULL, &options, 1, NULL, &lists, NULL), SS_OK);
    uint32_t of_zero[] = {2, 3}, of_five[] = {0, 2};
    assert_int_equal(lists.offsets[1], 2);
    assert_memory_equal(lists.neighbours, of_zero, sizeof of_zero);
    assert_int_equal(lists.offsets[5], 6); /* items 1 and 4 were never bought */
    assert_memory_equal(lists.neighbours + 6, of_five, sizeof of_five);
    assert_int_equal(lists.pairs[0], 2);
    assert_int_equal(lists.customers[0], 2);
    ss_pair_lists_free(&lists);
}

/* One customer's three baskets are one piece of evidence; two baskets without a customer are two. */
static void support_counts_distinct_customers(void **state)
{
    (void)state;
    uint64_t offsets[] = {0, 2, 4, 6, 8, 10};
    uint32_t items[] = {0, 1, 0, 1, 0, 1, 0, 2, 0, 2}, customers[] = {4, 9, 4, SS_NONE, SS_NONE};
    ss_groups groups = {.group_count = 5, .offsets = offsets, .items = items, .group_customer = customers};
    ss_relation_options options = plain_options(SS_PAIR_COUNT);
    ss_pair_lists lists;
    customers[1] = 4;
    assert_int_equal(ss_pairs_count(&groups, 3, SS_NO_TIME, NULL, &options, 1, NULL, &lists, NULL), SS_OK);
    assert_int_equal(lists.offsets[1], 2);
    assert_int_equal(lists.pairs[0], 3);
    assert_int_equal(lists.customers[0], 1);
    assert_int_equal(lists.pairs[1], 2);
    assert_int_equal(lists.customers[1], 2);
    ss_pair_lists_free(&lists);
    options.min_customers = 2;
    assert_int_equal(ss_pairs_count(&groups, 3, SS_NO_TIME, NULL, &options, 1, NULL, &lists, NULL), SS_OK);
    assert_int_equal(lists.offsets[1], 1);
    assert_int_equal(lists.neighbours[0], 2);
    ss_pair_lists_free(&lists);
}

static void no_groups_give_empty_lists(void **state)
{
    (void)state;
    uint64_t offset = 0;
    ss_groups groups = {.offsets = &offset};
    ss_relation_options options = plain_options(SS_PAIR_NORMALISED);
    for (uint32_t items = 0; items < 70; items += 33) {
        ss_pair_lists lists;
        assert_int_equal(ss_pairs_count(&groups, items, SS_NO_TIME, NULL, &options, 2, NULL, &lists, NULL), SS_OK);
        assert_int_equal(lists.offsets[items], 0);
        assert_int_equal(lists.group_count, 0);
        ss_pair_lists_free(&lists);
    }
}

static void wrong_arguments_are_refused(void **state)
{
    (void)state;
    uint64_t offset = 0;
    ss_groups groups = {.offsets = &offset};
    ss_relation_options options = plain_options(SS_PAIR_COUNT);
    ss_pair_lists lists;
    ss_error error;
    assert_int_equal(ss_pairs_count(&groups, 1, SS_NO_TIME, NULL, &options, 0, NULL, &lists, &error), SS_E_ARGUMENT);
    options.list_length = 0;
    assert_int_equal(ss_pairs_count(&groups, 1, SS_NO_TIME, NULL, &options, 1, NULL, &lists, &error), SS_E_ARGUMENT);
    options.list_length = SS_LIST_LENGTH_MAX + 1;
    assert_int_equal(ss_pairs_count(&groups, 1, SS_NO_TIME, NULL, &options, 1, NULL, &lists, &error), SS_E_ARGUMENT);
}

/* ---- many items: wide sweeps and lists of what was touched, items of 16 and of 32 bits ---- */

enum { MANY = 3000, TOO_MANY_FOR_16_BITS = 70000, GROUPS = 400, MOST = 64 };

static ss_groups big_groups(ss_random *random, bool baskets)
{
    ss_groups groups = {.group_count = GROUPS,
                        .offsets = ss_array_zeroed(GROUPS + 1, sizeof *groups.offsets),
                        .items = ss_array_new(GROUPS * MOST, sizeof *groups.items),
                        .times = ss_array_new(GROUPS * MOST, sizeof *groups.times),
                        .group_customer = baskets ? ss_array_new(GROUPS, sizeof *groups.group_customer) : NULL};
    for (size_t g = 0; g < GROUPS; g++) {
        uint64_t at = groups.offsets[g];
        uint32_t item = ss_random_below(random, 3);
        for (; at < groups.offsets[g] + MOST - 1 && item < MANY; at++) {
            groups.times[at] = ss_random_below(random, 1000) * SS_DAY;
            groups.items[at] = item;
            item += 1 + ss_random_below(random, 1 + item / 4);
        }
        groups.offsets[g + 1] = at;
        if (baskets)
            groups.group_customer[g] = ss_random_below(random, 50);
    }
    return groups;
}

static ss_pair_lists count_big(const ss_groups *groups, uint32_t items, const ss_relation_options *options, int threads,
                               const char *cpu)
{
    ss_pair_lists lists;
    setenv("SMARTSHELF_CPU", cpu, 1);
    assert_int_equal(ss_pairs_count(groups, items, 1000 * SS_DAY, NULL, options, threads, NULL, &lists, NULL), SS_OK);
    unsetenv("SMARTSHELF_CPU");
    return lists;
}

static void threads_kernels_and_widths_give_the_same(void **state)
{
    (void)state;
    ss_random random = test_random();
    for (int run = 0; run < 2 * (SS_PAIR_NORMALISED + 1); run++) {
        ss_groups groups = big_groups(&random, run % 2);
        ss_relation_options options = plain_options((ss_pair_score)(run / 2));
        options.a = 0.9, options.b = 0.5, options.c = 0.6, options.half_life_days = 100;
        ss_pair_lists lists[] = {count_big(&groups, MANY, &options, 1, "best"),
                                 count_big(&groups, MANY, &options, 2, "best"),
                                 count_big(&groups, MANY, &options, 2, "generic"),
                                 count_big(&groups, TOO_MANY_FOR_16_BITS, &options, 2, "best")};
        assert_true(lists[0].offsets[MANY] > MANY);
        assert_same_bytes(&lists[0], &lists[1]);
        assert_same_bytes(&lists[0], &lists[2]);
        assert_int_equal(lists[3].offsets[TOO_MANY_FOR_16_BITS], lists[0].offsets[MANY]);
        lists[3].item_count = MANY; /* nobody bought the rest */
        assert_same_bytes(&lists[0], &lists[3]);
        for (size_t k = 0; k < 4; k++)
            ss_pair_lists_free(&lists[k]);
        ss_groups_free(&groups);
    }
}

static void evidence_of_a_pair(void **state)
{
    (void)state;
    assert_true(near(ss_pair_lift(100, 10, 20, 5), 2.5));
    assert_true(ss_pair_lift(100, 0, 20, 0) == 0);
    assert_true(near(ss_pair_llr(100, 10, 20, 5), llr_of(100, 10, 20, 5)));
    assert_true(ss_pair_llr(100, 10, 20, 2) == 0);  /* as chance has it */
    assert_true(ss_pair_llr(100, 10, 20, 1) == 0);  /* rarer */
    assert_true(ss_pair_llr(100, 10, 20, 15) == 0); /* impossible */
    assert_true(near(ss_pair_llr(4, 2, 2, 2), 8 * log(2)));
}

/* ---- stopping and running out of memory ---- */

static bool stop_at_once(void *context, const ss_progress *progress)
{
    (void)context;
    (void)progress;
    return false;
}

static void a_run_stops_on_request(void **state)
{
    (void)state;
    uint64_t offsets[] = {0, 2};
    uint32_t items[] = {0, 1};
    ss_groups groups = {.group_count = 1, .offsets = offsets, .items = items};
    ss_relation_options options = plain_options(SS_PAIR_COUNT);
    ss_progress_sink sink = {.report = stop_at_once};
    ss_pair_lists lists;
    ss_error error;
    assert_int_equal(ss_pairs_count(&groups, 2, SS_NO_TIME, NULL, &options, 1, &sink, &lists, &error), SS_E_CANCELLED);
}

typedef struct attempt {
    const ss_interactions *log;
    ss_relation relation;
    ss_relation_options options;
} attempt;

static bool try_to_count(void *context)
{
    const attempt *of = context;
    ss_pair_lists lists;
    ss_status status = ss_relation_count(of->log, of->relation, &of->options, 1, NULL, &lists, NULL);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    if (status == SS_OK)
        ss_pair_lists_free(&lists);
    return status == SS_OK;
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_interactions log = random_log(&random, (log_shape){true, true, true, false}, 60);
    attempt of = {&log, SS_BOUGHT_TOGETHER, plain_options(SS_PAIR_NORMALISED)};
    of.options.a = of.options.recency = of.options.gap_discount = 1;
    of.options.half_life_days = of.options.window_days = 5;
    for (; of.relation < SS_RELATION_COUNT; of.relation++)
        assert_true(failing_malloc_torture(try_to_count, &of) > 5);
    of.relation = SS_RELATED;
    of.options.window_days = 0;
    assert_true(failing_malloc_torture(try_to_count, &of) > 5);
    free(log.rows);
}

/* ---- the file ---- */

static ss_cooccurrence_options default_options(void)
{
    ss_cooccurrence_options options = {0};
    for (int r = 0; r < SS_RELATION_COUNT; r++) {
        ss_option_group group = {.options = ss_relation_option_tables[r], .target = &options.relations[r]};
        ss_options_defaults(&group, 1);
    }
    return options;
}

static void the_file_holds_the_lists(void **state)
{
    (void)state;
    char folder[] = "/tmp/smartshelf-cooccurrence-XXXXXX";
    ss_random random = test_random();
    ss_interactions log = random_log(&random, (log_shape){true, true, true, false}, 150);
    ss_cooccurrence_options options = default_options();
    ss_cooccurrence model;
    ss_error error;
    assert_non_null(mkdtemp(folder));
    expect_ok(ss_cooccurrence_train(&log, &options, 2, NULL, folder, &error), &error);
    expect_ok(ss_cooccurrence_open(folder, &model, &error), &error);
    expect_ok(ss_model_file_verify(model.file, &error), &error);
    assert_int_equal(model.item_count, ITEMS);
    for (int r = 0; r < SS_RELATION_COUNT; r++) {
        ss_pair_lists lists;
        expect_ok(ss_relation_count(&log, (ss_relation)r, &options.relations[r], 1, NULL, &lists, &error), &error);
        assert_true(lists.offsets[ITEMS] > 0);
        assert_true(model.relations[r].groups == (double)lists.group_count);
        for (uint32_t i = 0; i < ITEMS; i++) {
            ss_neighbours found = ss_cooccurrence_neighbours(&model, (ss_relation)r, i);
            uint64_t from = lists.offsets[i];
            assert_int_equal(found.count, lists.offsets[i + 1] - from);
            for (size_t k = 0; k < found.count; k++) {
                assert_int_equal(found.items[k], lists.neighbours[from + k]);
                assert_int_equal(found.pairs[k], lists.pairs[from + k]);
                assert_int_equal(found.customers[k], lists.customers[from + k]);
                assert_true(found.scores[k] == lists.scores[from + k]);
            }
        }
        ss_pair_lists_free(&lists);
    }
    assert_int_equal(ss_cooccurrence_neighbours(&model, SS_RELATED, ITEMS).count, 0);
    assert_int_equal(ss_cooccurrence_neighbours(&model, SS_RELATION_COUNT, 0).count, 0);
    assert_true(ss_cooccurrence_lift(&model, SS_RELATED, ITEMS, 0, 1) == 0);
    assert_true(ss_cooccurrence_lift(&model, SS_BOUGHT_TOGETHER, 0, 1, 3) > 0);
    assert_true(ss_cooccurrence_llr(&model, SS_RELATED, 0, ITEMS, 1) == 0);
    ss_cooccurrence_close(&model);
    ss_cooccurrence_close(&model);
    expect_ok(ss_file_remove_tree(folder, &error), &error);
    free(log.rows);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    ss_cooccurrence model;
    ss_error error;
    assert_int_equal(ss_cooccurrence_open("/nonexistent", &model, &error), SS_E_NOT_FOUND);
    assert_non_null(strstr(error.where, SS_COOCCURRENCE_FILE));
}

/* Arrays of a file with one list of two entries, to be spoiled. */
typedef struct raw_relation {
    uint64_t offsets[3];
    uint32_t neighbours[2], pairs[2], customers[2], degrees[2];
    float scores[2];
} raw_relation;

static ss_status write_and_verify(const char *folder, const raw_relation *raw, bool groups, ss_error *error)
{
    char path[256], name[64];
    ss_cooccurrence model;
    snprintf(path, sizeof path, "%s/%s", folder, SS_COOCCURRENCE_FILE);
    unlink(path);
    ss_model_writer *writer = ss_model_writer_new(&ss_cooccurrence_schema);
    for (int r = 0; r < SS_RELATION_COUNT; r++) {
        const char *relation = ss_relation_name((ss_relation)r);
#define ADD(PART, DTYPE, ROWS)                                                                                         \
    snprintf(name, sizeof name, "%s." #PART, relation);                                                                \
    expect_ok(ss_model_writer_add(writer, name, DTYPE, raw->PART, ROWS, 0, error), error)
        ADD(offsets, SS_U64, 3);
        ADD(neighbours, SS_U32, 2);
        ADD(scores, SS_F32, 2);
        ADD(pairs, SS_U32, 2);
        ADD(customers, SS_U32, 2);
        ADD(degrees, SS_U32, 2);
#undef ADD
        snprintf(name, sizeof name, "%s.groups", relation);
        if (groups)
            expect_ok(ss_model_writer_metadata_f64(writer, name, 4, error), error);
    }
    expect_ok(ss_model_writer_finish(writer, path, error), error);
    ss_model_writer_free(&writer);
    ss_status status = ss_cooccurrence_open(folder, &model, error);
    if (status != SS_OK)
        return status;
    status = ss_model_file_verify(model.file, error);
    assert_true(ss_cooccurrence_neighbours(&model, SS_RELATED, 0).count <= 2);
    ss_cooccurrence_close(&model);
    return status;
}

static void broken_lists_are_refused(void **state)
{
    (void)state;
    char folder[] = "/tmp/smartshelf-cooccurrence-XXXXXX";
    const raw_relation good = {{0, 2, 2}, {1, 0}, {3, 3}, {2, 2}, {4, 4}, {0.5f, 0.5f}};
    ss_error error;
    assert_non_null(mkdtemp(folder));
    expect_ok(write_and_verify(folder, &good, true, &error), &error);
    assert_int_equal(write_and_verify(folder, &good, false, &error), SS_E_CORRUPT);
    raw_relation bad = good;
    bad.scores[1] = 0.75f;
    assert_int_equal(write_and_verify(folder, &bad, true, &error), SS_E_CORRUPT);
    assert_string_equal(error.field, "bought_together.scores");
    bad = good, bad.scores[1] = -1;
    assert_int_equal(write_and_verify(folder, &bad, true, &error), SS_E_CORRUPT);
    bad = good, bad.scores[0] = INFINITY;
    assert_int_equal(write_and_verify(folder, &bad, true, &error), SS_E_CORRUPT);
    bad = good, bad.neighbours[0] = 2;
    assert_int_equal(write_and_verify(folder, &bad, true, &error), SS_E_CORRUPT);
    bad = good, bad.customers[1] = 0;
    assert_int_equal(write_and_verify(folder, &bad, true, &error), SS_E_CORRUPT);
    bad = good, bad.customers[1] = 4;
    assert_int_equal(write_and_verify(folder, &bad, true, &error), SS_E_CORRUPT);
    bad = good, bad.offsets[1] = 3;
    assert_int_equal(write_and_verify(folder, &bad, true, &error), SS_E_CORRUPT);
    expect_ok(ss_file_remove_tree(folder, &error), &error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_relation_agrees_with_a_naive_count),
        cmocka_unit_test(ties_go_to_the_lower_number),
        cmocka_unit_test(support_counts_distinct_customers),
        cmocka_unit_test(no_groups_give_empty_lists),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(threads_kernels_and_widths_give_the_same),
        cmocka_unit_test(evidence_of_a_pair),
        cmocka_unit_test(a_run_stops_on_request),
        cmocka_unit_test(every_failing_allocation_is_survived),
        cmocka_unit_test(the_file_holds_the_lists),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(broken_lists_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

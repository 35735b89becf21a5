#include "base/memory.h"
#include "base/random.h"
#include "job/cases.h"
#include <stdlib.h>

#define CASES_ARENA_BLOCK   (1u << 20)
#define CASES_ARENA_CEILING ((size_t)16 << 30)

typedef struct split_run {
    const ss_interactions *log;
    const ss_split_options *options;
    ss_task task;
    unsigned events;
    uint8_t *held;     /* per row: held out */
    uint32_t *stamp;   /* per item: the last group that met it, + 1 */
    uint8_t *known;    /* per item: stands in what is learned from */
    uint32_t *scratch; /* items of one group */
    size_t scratch_capacity;
    uint64_t owner; /* of the cases that are being added */
    ss_cases *cases;
    size_t capacity;
    ss_error *error;
} split_run;

/* Rows are sorted by customer, then time, then basket: a run is a customer's history, or one basket in it. */
static size_t end_of_customer(const ss_interactions *log, size_t begin)
{
    size_t end = begin + 1;
    while (end < log->count && log->rows[end].customer == log->rows[begin].customer)
        end++;
    return end;
}

static size_t end_of_basket(const ss_interactions *log, size_t begin)
{
    size_t end = begin + 1;
    while (end < log->count && log->rows[end].customer == log->rows[begin].customer &&
           log->rows[end].basket == log->rows[begin].basket)
        end++;
    return end;
}

static bool of_baskets(ss_task task)
{
    return task == SS_TASK_REST_OF_BASKET || task == SS_TASK_SESSION;
}

/* ---- what is held out ---- */

static void hold_by_time(split_run *splitter)
{
    const ss_interactions *log = splitter->log;
    int64_t cut = log->last_time - (int64_t)(splitter->options->days * (double)SS_DAY);
    for (size_t i = 0; i < log->count; i++)
        splitter->held[i] = log->rows[i].time >= cut;
}

/* The last basket of each customer who has another one before it. */
static void hold_last_baskets(split_run *splitter)
{
    const ss_interactions *log = splitter->log;
    for (size_t begin = 0, end; begin < log->count && log->rows[begin].customer != SS_NONE; begin = end) {
        end = end_of_customer(log, begin);
        uint32_t last = log->rows[end - 1].basket;
        if (log->rows[begin].basket == last)
            continue;
        for (size_t i = begin; i < end; i++)
            splitter->held[i] = log->rows[i].basket == last;
    }
}

static void hold_random(split_run *splitter)
{
    const ss_interactions *log = splitter->log;
    uint64_t below = (uint64_t)(splitter->options->share * 4294967296.0);
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        uint64_t what = of_baskets(splitter->task) ? row->basket : ((uint64_t)row->customer << 32 | row->item);
        bool can = of_baskets(splitter->task) ? row->basket != SS_NONE : row->customer != SS_NONE;
        splitter->held[i] = can && (ss_random_mix(what ^ ss_random_mix(splitter->options->seed)) >> 32) < below;
    }
}

static void hold_out(split_run *splitter)
{
    if (splitter->options->split == SS_SPLIT_TIME)
        hold_by_time(splitter);
    else if (splitter->options->split == SS_SPLIT_LAST_ORDER)
        hold_last_baskets(splitter);
    else
        hold_random(splitter);
    for (size_t i = 0; i < splitter->log->count; i++)
        if (!splitter->held[i])
            splitter->known[splitter->log->rows[i].item] = 1;
}

/* ---- questions from what was held out ---- */

static ss_status ids_of(split_run *splitter, const uint32_t *items, size_t count, const ss_slice **ids)
{
    ss_slice *array = ss_arena_alloc(splitter->cases->arena, count, sizeof *array);
    if (!array)
        return ss_error_nomem(splitter->error);
    for (size_t i = 0; i < count; i++)
        array[i] = ss_dictionary_id(splitter->log->items, items[i]); /* the log outlives the cases */
    *ids = array;
    return SS_OK;
}

static ss_status add_case(split_run *splitter, uint32_t customer, const uint32_t *context, size_t context_count,
                          const uint32_t *wanted, size_t wanted_count)
{
    ss_status status = SS_OK;
    ss_case question = {.context_count = context_count, .wanted_count = wanted_count, .owner = splitter->owner};
    if (customer != SS_NONE)
        question.customer_id = ss_dictionary_id(splitter->log->customers, customer);
    SS_TRY(ids_of(splitter, context, context_count, &question.context));
    SS_TRY(ids_of(splitter, wanted, wanted_count, &question.wanted));
    if (!ss_array_grow(&splitter->cases->cases, &splitter->capacity, splitter->cases->count + 1, sizeof question))
        return ss_error_nomem(splitter->error);
    splitter->cases->cases[splitter->cases->count++] = question;
out:
    return status;
}

static bool counts(const split_run *splitter, size_t row)
{
    return splitter->events >> splitter->log->rows[row].event & 1;
}

/* Distinct items of the held-out rows in [begin, end) that pass; those stamped already are left out. */
static ss_status collect(split_run *splitter, size_t begin, size_t end, uint32_t group, bool only_known, size_t *count)
{
    if (!ss_array_grow(&splitter->scratch, &splitter->scratch_capacity, end - begin, sizeof *splitter->scratch))
        return ss_error_nomem(splitter->error);
    *count = 0;
    for (size_t i = begin; i < end; i++) {
        uint32_t item = splitter->log->rows[i].item;
        if (!splitter->held[i] || !counts(splitter, i) || splitter->stamp[item] == group ||
            (only_known && !splitter->known[item]))
            continue;
        splitter->stamp[item] = group;
        splitter->scratch[(*count)++] = item;
    }
    return SS_OK;
}

/* The customer's rows in [begin, end): what they buy next, provided something was learned about them. */
static ss_status ask_customer(split_run *splitter, size_t begin, size_t end)
{
    uint32_t customer = splitter->log->rows[begin].customer, group = customer + 1;
    size_t learned = 0, from = end, count = 0;
    splitter->owner = customer;
    for (size_t i = begin; i < end; i++) {
        if (splitter->held[i]) {
            from = i < from ? i : from;
            continue;
        }
        learned++;
        if (splitter->task == SS_TASK_NEW_ITEMS)
            splitter->stamp[splitter->log->rows[i].item] = group;
    }
    if (learned == 0 || from == end)
        return SS_OK;
    if (splitter->task == SS_TASK_NEXT_BASKET && splitter->options->split == SS_SPLIT_TIME)
        end = end_of_basket(splitter->log, from);
    ss_status status = collect(splitter, from, end, group, false, &count);
    if (status != SS_OK || count == 0)
        return status;
    return add_case(splitter, customer, NULL, 0, splitter->scratch, count);
}

static ss_status ask_customers(split_run *splitter)
{
    const ss_interactions *log = splitter->log;
    ss_status status = SS_OK;
    for (size_t begin = 0, end; status == SS_OK && begin < log->count && log->rows[begin].customer != SS_NONE;
         begin = end) {
        end = end_of_customer(log, begin);
        status = ask_customer(splitter, begin, end);
    }
    return status;
}

/* One item drawn as what is in the cart, another as what is wanted. */
static ss_status ask_rest(split_run *splitter, size_t count, uint32_t group)
{
    if (count < 2)
        return SS_OK;
    uint64_t draw = ss_random_mix(splitter->options->seed ^ ss_random_mix(group));
    size_t first = (size_t)(draw % count), second = (size_t)((draw >> 32) % (count - 1));
    second += second >= first;
    return add_case(splitter, SS_NONE, &splitter->scratch[first], 1, &splitter->scratch[second], 1);
}

/* Each item after the first, from those before it. */
static ss_status ask_session(split_run *splitter, size_t count)
{
    ss_status status = SS_OK;
    for (size_t next = 1; next < count && status == SS_OK; next++)
        status = add_case(splitter, SS_NONE, splitter->scratch, next, &splitter->scratch[next], 1);
    return status;
}

/* A guest is known by the basket only. */
static uint64_t owner_of(const ss_interactions *log, size_t row)
{
    const ss_interaction *of = &log->rows[row];
    return of->customer != SS_NONE ? of->customer : (uint64_t)SS_NONE + of->basket;
}

static ss_status ask_baskets(split_run *splitter)
{
    const ss_interactions *log = splitter->log;
    uint32_t group = 0;
    ss_status status = SS_OK;
    for (size_t begin = 0, end; status == SS_OK && begin < log->count; begin = end) {
        size_t count = 0;
        end = end_of_basket(log, begin);
        group++;
        if (log->rows[begin].basket == SS_NONE)
            continue;
        splitter->owner = owner_of(log, begin);
        status = collect(splitter, begin, end, group, true, &count);
        if (status == SS_OK)
            status =
                splitter->task == SS_TASK_SESSION ? ask_session(splitter, count) : ask_rest(splitter, count, group);
    }
    return status;
}

/* Leaves at most `most`, spread evenly. */
static void thin_out(ss_cases *cases, size_t most)
{
    if (most == 0 || cases->count <= most)
        return;
    for (size_t i = 0; i < most; i++)
        cases->cases[i] = cases->cases[(size_t)((double)i * (double)cases->count / (double)most)];
    cases->count = most;
}

static bool is_learned_from(void *context, const ss_interaction *row, size_t index)
{
    const split_run *splitter = context;
    (void)row;
    return !splitter->held[index];
}

ss_status ss_cases_split(const ss_interactions *log, ss_task task, const ss_split_options *options,
                         ss_interactions *train, ss_cases *cases, ss_error *error)
{
    ss_status status = SS_OK;
    split_run splitter = {.log = log,
                          .options = options,
                          .task = task,
                          .cases = cases,
                          .error = error,
                          .events = ss_interactions_learning_events(log)};
    *cases = (ss_cases){.arena = ss_arena_new(CASES_ARENA_BLOCK, CASES_ARENA_CEILING)};
    splitter.held = ss_array_zeroed(log->count, 1);
    splitter.stamp = ss_array_zeroed(log->item_count, sizeof *splitter.stamp);
    splitter.known = ss_array_zeroed(log->item_count, 1);
    if (!cases->arena || !splitter.held || !splitter.stamp || !splitter.known)
        SS_TRY(ss_error_nomem(error));
    if (options->split == SS_SPLIT_TIME && !log->has_times)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "a split by time needs a log with timestamps"));
    hold_out(&splitter);
    SS_TRY(of_baskets(task) ? ask_baskets(&splitter) : ask_customers(&splitter));
    thin_out(cases, options->max_cases);
    SS_TRY(ss_interactions_subset(log, is_learned_from, &splitter, train, error));
out:
    free(splitter.held);
    free(splitter.stamp);
    free(splitter.known);
    free(splitter.scratch);
    if (status != SS_OK)
        ss_cases_free(cases);
    return status;
}

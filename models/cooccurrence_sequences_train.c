#include "models/cooccurrence_sequences_train.h"

#include "base/memory.h"
#include "models/cooccurrence_rows_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct step {
    int64_t time;
    uint32_t item;
    uint32_t instant; /* number of distinct times before it in its sequence */
} step;

typedef struct sequences {
    bool ordered;
    int64_t window; /* microseconds; INT64_MAX: any */
    uint32_t item_count;
    size_t count; /* sequences, those that do not count included */
    size_t steps_count;
    uint64_t *offsets;    /* count + 1 */
    step *steps;          /* by (time, item) within each sequence */
    uint32_t *owners;     /* sequence of each step */
    float *group_weights; /* per sequence: |h|^-a; 0: does not count */
    float *step_weights;  /* sqrt(w(age)) of the step's item; NULL: all 1 */
    float *discounts;     /* by gap; NULL: all 1 */
    uint32_t *degrees;
    uint64_t *starts;  /* item_count + 1 */
    uint32_t *members; /* steps of an item, rising */
    uint64_t group_count;
    uint32_t longest; /* most instants of a sequence */
    double pairs_per_group;
} sequences;

static void sequences_release(sequences *of)
{
    free(of->offsets);
    free(of->steps);
    free(of->owners);
    free(of->group_weights);
    free(of->step_weights);
    free(of->discounts);
    free(of->degrees);
    free(of->starts);
    free(of->members);
}

/* ---- from rows to steps ---- */

typedef struct reading {
    const ss_interactions *interactions;
    unsigned events;
    bool by_customer;
    int64_t *basket_times; /* when a basket's rows all happen; NULL: each at its own time */
} reading;

static uint32_t sequence_of(const reading *read, const ss_interaction *row)
{
    if (!(read->events >> row->event & 1u))
        return SS_NONE;
    return read->by_customer ? row->customer : row->basket;
}

static int64_t time_of(const reading *read, const ss_interaction *row)
{
    return read->basket_times && row->basket != SS_NONE ? read->basket_times[row->basket] : row->time;
}

/* A basket of purchases happens at one instant: that of its first row. */
static ss_status find_basket_times(reading *read, bool ordered, ss_error *error)
{
    const ss_interactions *log = read->interactions;
    if (!ordered || !read->by_customer || !log->has_baskets || read->events != 1u << SS_EVENT_PURCHASE)
        return SS_OK;
    read->basket_times = ss_array_new(log->basket_count, sizeof *read->basket_times);
    if (!read->basket_times)
        return ss_error_nomem(error);
    for (uint32_t b = 0; b < log->basket_count; b++)
        read->basket_times[b] = INT64_MAX;
    for (size_t r = 0; r < log->count; r++) {
        const ss_interaction *row = &log->rows[r];
        if (row->basket != SS_NONE && sequence_of(read, row) != SS_NONE && row->time < read->basket_times[row->basket])
            read->basket_times[row->basket] = row->time;
    }
    return SS_OK;
}

static ss_status measure(sequences *of, const reading *read, ss_error *error)
{
    const ss_interactions *log = read->interactions;
    of->count = read->by_customer ? log->customer_count : log->basket_count;
    of->offsets = ss_array_zeroed(of->count + 1, sizeof *of->offsets);
    if (!of->offsets)
        return ss_error_nomem(error);
    for (size_t r = 0; r < log->count; r++) {
        uint32_t sequence = sequence_of(read, &log->rows[r]);
        if (sequence != SS_NONE)
            of->offsets[sequence + 1]++;
    }
    for (size_t s = 0; s < of->count; s++)
        of->offsets[s + 1] += of->offsets[s];
    of->steps_count = (size_t)of->offsets[of->count];
    if (of->steps_count >= SS_NONE)
        return ss_error_set(error, SS_E_LIMIT, "%zu rows are too many for ordered pairs, at most %u", of->steps_count,
                            SS_NONE - 1);
    return SS_OK;
}

static int by_time(const void *a, const void *b)
{
    const step *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static void number_instants(sequences *of, size_t s)
{
    step *steps = of->steps + of->offsets[s];
    size_t count = (size_t)(of->offsets[s + 1] - of->offsets[s]);
    bool sorted = true;
    for (size_t k = 1; sorted && k < count; k++)
        sorted = by_time(&steps[k - 1], &steps[k]) <= 0;
    if (!sorted)
        qsort(steps, count, sizeof *steps, by_time);
    for (size_t k = 1; k < count; k++)
        steps[k].instant = steps[k - 1].instant + (steps[k].time > steps[k - 1].time);
    if (count > 0 && steps[count - 1].instant > of->longest)
        of->longest = steps[count - 1].instant;
}

static ss_status take_steps(sequences *of, const reading *read, ss_error *error)
{
    const ss_interactions *log = read->interactions;
    uint64_t *next = ss_array_new(of->count, sizeof *next);
    of->steps = ss_array_new(of->steps_count, sizeof *of->steps);
    of->owners = ss_array_new(of->steps_count, sizeof *of->owners);
    if (!next || !of->steps || !of->owners) {
        free(next);
        return ss_error_nomem(error);
    }
    if (of->count > 0)
        memcpy(next, of->offsets, of->count * sizeof *next);
    for (size_t r = 0; r < log->count; r++) {
        uint32_t sequence = sequence_of(read, &log->rows[r]);
        if (sequence == SS_NONE)
            continue;
        of->owners[next[sequence]] = sequence;
        of->steps[next[sequence]++] = (step){time_of(read, &log->rows[r]), log->rows[r].item, 0};
    }
    free(next);
    for (size_t s = 0; s < of->count; s++)
        number_instants(of, s);
    return SS_OK;
}

/* ---- weights and the steps of each item ---- */

/* Distinct items of sequence s; marks them in `seen` with s + 1. */
static size_t distinct_items(const sequences *of, size_t s, uint64_t *seen)
{
    size_t distinct = 0;
    for (uint64_t e = of->offsets[s]; e < of->offsets[s + 1]; e++) {
        distinct += seen[of->steps[e].item] != s + 1;
        seen[of->steps[e].item] = s + 1;
    }
    return distinct;
}

/* Walks backwards, so that the first step of an item to be met is its latest, whose age counts for all. */
static void weigh_steps(sequences *of, size_t s, int64_t newest, double half_life_days, uint64_t *seen, float *latest)
{
    for (uint64_t e = of->offsets[s + 1]; e-- > of->offsets[s];) {
        uint32_t item = of->steps[e].item;
        if (seen[item] != s + 1) {
            seen[item] = s + 1;
            latest[item] = (float)ss_pair_age_weight(newest, of->steps[e].time, 2 * half_life_days);
        }
        of->step_weights[e] = latest[item];
    }
}

static ss_status weigh_groups(sequences *of, const ss_relation_options *options, ss_error *error)
{
    uint64_t *seen = ss_array_zeroed(of->item_count, sizeof *seen);
    of->group_weights = ss_array_new(of->count, sizeof *of->group_weights);
    of->degrees = ss_array_zeroed(of->item_count, sizeof *of->degrees);
    if (!seen || !of->group_weights || !of->degrees) {
        free(seen);
        return ss_error_nomem(error);
    }
    double squares = 0, steps = 0;
    for (size_t s = 0; s < of->count; s++) {
        double length = (double)(of->offsets[s + 1] - of->offsets[s]);
        size_t distinct = distinct_items(of, s, seen);
        of->group_weights[s] = 0;
        if (distinct == 0 || (options->max_group > 0 && distinct > (uint64_t)options->max_group))
            continue;
        of->group_weights[s] = (float)pow((double)distinct, -options->a);
        of->group_count++;
        squares += length * length;
        steps += length;
    }
    of->pairs_per_group = steps > 0 ? squares / steps : 0;
    free(seen);
    return SS_OK;
}

static ss_status weigh(sequences *of, const ss_interactions *log, const ss_relation_options *options, ss_error *error)
{
    ss_status status = SS_OK;
    uint64_t *seen = NULL;
    float *latest = NULL;
    SS_TRY(weigh_groups(of, options, error));
    if (options->gap_discount > 0 && of->ordered) {
        of->discounts = ss_array_new((size_t)of->longest + 1, sizeof *of->discounts);
        if (!of->discounts)
            SS_TRY(ss_error_nomem(error));
        of->discounts[0] = 1;
        for (uint32_t gap = 1; gap <= of->longest; gap++)
            of->discounts[gap] = (float)pow(gap, -options->gap_discount);
    }
    if (options->half_life_days > 0 && log->has_times) {
        seen = ss_array_zeroed(of->item_count, sizeof *seen);
        latest = ss_array_new(of->item_count, sizeof *latest);
        of->step_weights = ss_array_new(of->steps_count, sizeof *of->step_weights);
        if (!seen || !latest || !of->step_weights)
            SS_TRY(ss_error_nomem(error));
        for (size_t s = 0; s < of->count; s++)
            weigh_steps(of, s, log->last_time, options->half_life_days, seen, latest);
    }
out:
    free(seen);
    free(latest);
    return status;
}

static ss_status list_members(sequences *of, ss_error *error)
{
    uint32_t *latest = ss_array_new(of->item_count, sizeof *latest); /* the sequence an item was met in last */
    uint64_t *next = ss_array_new(of->item_count, sizeof *next);
    of->starts = ss_array_zeroed((size_t)of->item_count + 1, sizeof *of->starts);
    of->members = ss_array_new(of->steps_count, sizeof *of->members);
    if (!latest || !next || !of->starts || !of->members) {
        free(latest);
        free(next);
        return ss_error_nomem(error);
    }
    for (uint32_t i = 0; i < of->item_count; i++)
        latest[i] = SS_NONE;
    for (size_t e = 0; e < of->steps_count; e++) {
        uint32_t item = of->steps[e].item, owner = of->owners[e];
        if (of->group_weights[owner] == 0)
            continue;
        of->starts[item + 1]++;
        of->degrees[item] += latest[item] != owner;
        latest[item] = owner;
    }
    for (uint32_t i = 0; i < of->item_count; i++) {
        of->starts[i + 1] += of->starts[i];
        next[i] = of->starts[i];
    }
    for (size_t e = 0; e < of->steps_count; e++)
        if (of->group_weights[of->owners[e]] != 0)
            of->members[next[of->steps[e].item]++] = (uint32_t)e;
    free(latest);
    free(next);
    return SS_OK;
}

/* ---- counting one item ---- */

/* Per item j: the step that was found nearest; and, at k, the k-th item found in the sequence at hand. */
typedef struct mark {
    uint32_t gap;
    uint32_t step;
    uint32_t found;
} mark;

typedef struct walk {
    const sequences *of;
    ss_pair_scratch *scratch;
    mark *marks;
    size_t found;
    uint32_t token;
} walk;

static void meet(walk *at, uint32_t e, uint32_t gap)
{
    uint32_t j = at->of->steps[e].item;
    if (at->scratch->last[j] != at->token) {
        at->scratch->last[j] = at->token;
        at->marks[j].gap = gap;
        at->marks[j].step = e;
        at->marks[at->found++].found = j;
    } else if (gap < at->marks[j].gap) {
        at->marks[j].gap = gap;
    }
}

/* Those strictly later than step p. What is later than the item's next step as well lies nearer to that one. */
static void walk_later(walk *at, uint32_t p, uint32_t next, uint64_t end)
{
    const sequences *of = at->of;
    const step *steps = of->steps;
    int64_t last = next == SS_NONE ? INT64_MAX : steps[next].time;
    for (uint64_t q = (uint64_t)p + 1; q < end && steps[q].time <= last; q++) {
        if (steps[q].time == steps[p].time)
            continue;
        if (steps[q].time - steps[p].time > of->window)
            break;
        meet(at, (uint32_t)q, steps[q].instant - steps[p].instant);
    }
}

/* Those within the window of step p, up to the item's next and back to its previous step. */
static void walk_around(walk *at, uint32_t p, uint32_t previous, uint32_t next, uint64_t begin, uint64_t end)
{
    const sequences *of = at->of;
    const step *steps = of->steps;
    uint64_t to = next == SS_NONE ? end : next, from = previous == SS_NONE ? begin : (uint64_t)previous + 1;
    for (uint64_t q = (uint64_t)p + 1; q < to && steps[q].time - steps[p].time <= of->window; q++)
        meet(at, (uint32_t)q, 0);
    for (uint64_t q = p; q-- > from && steps[p].time - steps[q].time <= of->window;)
        meet(at, (uint32_t)q, 0);
}

/* Each item found counts once for the sequence. */
static void count_found(walk *at, uint32_t p)
{
    const sequences *of = at->of;
    ss_pair_scratch *scratch = at->scratch;
    float weight = of->group_weights[of->owners[p]] * (of->step_weights ? of->step_weights[p] : 1);
    for (size_t k = 0; k < at->found; k++) {
        uint32_t j = at->marks[k].found;
        const mark *met = &at->marks[j];
        if (scratch->sparse && scratch->pairs[j] == 0)
            scratch->touched[scratch->touched_count++] = j;
        scratch->pairs[j]++;
        if (scratch->sums)
            scratch->sums[j] += weight * (of->step_weights ? of->step_weights[met->step] : 1) *
                                (of->discounts ? of->discounts[met->gap] : 1);
    }
}

static void fill(const void *data, uint32_t item, ss_pair_scratch *scratch)
{
    const sequences *of = data;
    walk at = {of, scratch, scratch->extra, 0, 0};
    uint64_t m = of->starts[item], end = of->starts[item + 1];
    while (m < end) {
        uint32_t owner = of->owners[of->members[m]], previous = SS_NONE;
        at.found = 0;
        at.token = ss_pair_scratch_token(scratch);
        for (; m < end && of->owners[of->members[m]] == owner; m++) {
            uint32_t p = of->members[m];
            uint32_t next = m + 1 < end && of->owners[of->members[m + 1]] == owner ? of->members[m + 1] : SS_NONE;
            if (of->ordered)
                walk_later(&at, p, next, of->offsets[owner + 1]);
            else
                walk_around(&at, p, previous, next, of->offsets[owner], of->offsets[owner + 1]);
            previous = p;
        }
        count_found(&at, previous);
    }
}

static int64_t window_of(const ss_interactions *log, const ss_relation_options *options)
{
    double window = options->window_days * (double)SS_DAY;
    return log->has_times && window > 0 && window < 9e18 ? (int64_t)window : INT64_MAX;
}

ss_status ss_sequence_pairs_count(const ss_interactions *interactions, bool ordered, const float *recency,
                                  const uint8_t *only, const ss_relation_options *options, int threads,
                                  ss_progress_sink *progress, ss_pair_lists *out, ss_error *error)
{
    ss_status status = SS_OK;
    ss_pair_lists lists;
    reading read = {interactions, ss_interactions_learning_events(interactions), interactions->has_customers, NULL};
    sequences of = {
        .ordered = ordered, .window = window_of(interactions, options), .item_count = interactions->item_count};

    SS_TRY(ss_pair_check_arguments(options, threads, error));
    SS_TRY(find_basket_times(&read, ordered, error));
    SS_TRY(measure(&of, &read, error));
    SS_TRY(take_steps(&of, &read, error));
    SS_TRY(weigh(&of, interactions, options, error));
    SS_TRY(list_members(&of, error));
    ss_pair_source source = {.data = &of,
                             .fill = fill,
                             .phase = ordered ? "pairs in order" : "pairs in a window",
                             .item_count = of.item_count,
                             .only = only,
                             .degrees = of.degrees,
                             .group_count = of.group_count,
                             .pairs_per_group = of.pairs_per_group,
                             .groups_are_customers = true,
                             .tokens = true,
                             .extra_size = sizeof(mark)};
    SS_TRY(ss_pair_rows(&source, recency, options, threads, progress, &lists, error));
    lists.item_count = of.item_count;
    lists.degrees = of.degrees;
    of.degrees = NULL;
    lists.group_count = of.group_count;
    *out = lists;
out:
    free(read.basket_times);
    sequences_release(&of);
    return status;
}

#include "models/alternatives_rows_train.h"

#include "base/memory.h"
#include "base/topk.h"

#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ROWS    32u /* rows that one thread takes at a time */
#define FEW_SESSIONS  3.0 /* co-views of n sessions count n / (n + this) */
#define FEW_ORDERS    5.0
#define ROOM_VARIANTS 3u /* candidates kept per place of a list, as variants of one product may crowd it */

/* What is known of the row's item and another. */
typedef struct pair_seen {
    float names;
    uint32_t sessions, customers;
} pair_seen;

/* And of their products, in all variants: sum of 1 / |h|, and the orders. */
typedef struct pair_bought {
    float sum;
    uint32_t orders;
} pair_bought;

typedef struct entry {
    uint32_t item;
    float score, similarity;
    uint32_t sessions, customers, orders;
} entry;

/* The entries of BLOCK_ROWS rows, until all are known and the final arrays can be made. */
typedef struct block {
    entry *entries;
    size_t count;
} block;

typedef struct job {
    const ss_alternatives_input *input;
    const ss_alternatives_options *options;
    ss_name_index index;
    ss_alternatives_place *places; /* of all items */
    ss_progress_sink *progress;
    uint64_t *lengths; /* of the row i at i + 1 */
    block *blocks;
    size_t block_count;
    _Atomic uint64_t rows_done;
    _Atomic int status; /* of the first failure */
} job;

/* What a thread owns. Per item, and all zero between rows: sums, seen, bought. */
typedef struct worker {
    ss_name_gram grams[SS_NAME_GRAMS_MAX];
    float *sums;
    pair_seen *seen;
    pair_bought *bought;
    uint32_t *touched; /* the candidates; room for all items */
    size_t touched_count;
    uint8_t *in_touched;
    ss_scored *heap;
    uint8_t *group_shown; /* per group: variants of it in the list at hand */
    entry *entries;       /* of the block at hand */
    size_t entry_count, entry_room;
} worker;

static size_t heap_room(const job *work)
{
    return (size_t)work->options->list_length * ROOM_VARIANTS;
}

static void worker_release(worker *own)
{
    if (!own)
        return;
    free(own->sums);
    free(own->seen);
    free(own->bought);
    free(own->touched);
    free(own->in_touched);
    free(own->heap);
    free(own->group_shown);
    free(own->entries);
    free(own);
}

/* NULL when out of memory. */
static worker *worker_new(const job *work)
{
    size_t items = work->input->items->count;
    worker *own = ss_array_zeroed(1, sizeof *own);
    if (!own)
        return NULL;
    own->sums = ss_array_zeroed(items, sizeof *own->sums);
    own->seen = ss_array_zeroed(items, sizeof *own->seen);
    own->bought = ss_array_zeroed(items, sizeof *own->bought);
    own->touched = ss_array_new(items, sizeof *own->touched);
    own->in_touched = ss_array_zeroed(items, 1);
    own->heap = ss_array_new(heap_room(work), sizeof *own->heap);
    own->group_shown = ss_array_zeroed(work->input->items->group_count, 1);
    if (own->sums && own->seen && own->bought && own->touched && own->in_touched && own->heap && own->group_shown)
        return own;
    worker_release(own);
    return NULL;
}

/* ---- one row: what is known of the pairs ---- */

static void touch(worker *own, uint32_t item)
{
    if (!own->in_touched[item])
        own->touched[own->touched_count++] = item;
    own->in_touched[item] = 1;
}

static void match_names(const job *work, worker *own, uint32_t item)
{
    const ss_items_content *items = work->input->items;
    if (!(work->index.norms[item] > 0))
        return;
    size_t count = ss_name_grams(items->names[item], own->grams);
    own->touched_count = ss_name_index_match(&work->index, own->grams, count, own->sums, own->touched);
    for (size_t i = 0; i < own->touched_count; i++) {
        uint32_t other = own->touched[i];
        own->in_touched[other] = 1;
        own->seen[other].names =
            ss_name_similarity(own->sums[other], (double)work->index.norms[item], (double)work->index.norms[other]);
        own->sums[other] = 0;
    }
}

static void take_views(const job *work, worker *own, uint32_t item)
{
    const ss_pair_lists *views = work->input->views;
    if (item >= views->item_count)
        return;
    for (uint64_t e = views->offsets[item]; e < views->offsets[item + 1]; e++) {
        pair_seen *seen = &own->seen[views->neighbours[e]];
        seen->sessions = views->pairs[e];
        seen->customers = views->customers[e];
        touch(own, views->neighbours[e]);
    }
}

/* Bought together alone makes no candidate. `forget`: sets back to nothing what was taken. */
static void take_orders(const job *work, worker *own, uint32_t item, bool forget)
{
    const ss_pair_lists *orders = work->input->orders;
    uint32_t product = work->input->products[item];
    if (product >= orders->item_count)
        return;
    for (uint64_t e = orders->offsets[product]; e < orders->offsets[product + 1]; e++)
        own->bought[orders->neighbours[e]] =
            forget ? (pair_bought){0} : (pair_bought){orders->scores[e], orders->pairs[e]};
}

static void forget_row(worker *own)
{
    for (size_t i = 0; i < own->touched_count; i++) {
        own->seen[own->touched[i]] = (pair_seen){0};
        own->in_touched[own->touched[i]] = 0;
    }
    own->touched_count = 0;
}

/* ---- one row: the list ---- */

/* V and T of alternatives.h. */
static double co_views(const ss_pair_lists *views, uint32_t item, uint32_t other, uint32_t sessions)
{
    if (sessions == 0)
        return 0;
    double one = views->degrees[item], two = views->degrees[other], both = sessions;
    double above = both - one * two / (double)views->group_count;
    return above > 0 ? above / sqrt(one * two) * both / (both + FEW_SESSIONS) : 0;
}

static double togetherness(const job *work, const worker *own, uint32_t item, uint32_t other)
{
    const uint32_t *products = work->input->products, *degrees = work->input->orders->degrees;
    double sum = (double)own->bought[products[other]].sum;
    if (!(sum > 0))
        return 0;
    uint32_t one = degrees[products[item]], two = degrees[products[other]];
    return sum / ((one < two ? one : two) + FEW_ORDERS);
}

static bool may_stand_for(const ss_items_content *items, uint32_t item, uint32_t other)
{
    bool variant = items->group[item] != SS_NONE && items->group[item] == items->group[other];
    return other != item && !variant && (items->flags[other] & SS_ITEM_IN_CATALOG);
}

static void consider(const job *work, const worker *own, uint32_t item, uint32_t other, ss_topk *top)
{
    const pair_seen *seen = &own->seen[other];
    const ss_alternatives_weights *weights = &work->options->weights;
    double n = (double)seen->names, v = co_views(work->input->views, item, other, seen->sessions);
    ss_scored candidate = {(float)ss_alternatives_bound(weights, n, v), other};
    if (!(candidate.score > 0) || (double)candidate.score < weights->min_score || !ss_topk_admits(top, candidate) ||
        !may_stand_for(work->input->items, item, other))
        return;
    double t = togetherness(work, own, item, other);
    candidate.score = (float)ss_alternatives_score(weights, n, v, t, work->places[item], work->places[other]);
    if (candidate.score > 0 && (double)candidate.score >= weights->min_score && ss_topk_admits(top, candidate))
        ss_topk_push(top, candidate);
}

/* Is there room for one more variant of the item's product? Takes it. */
static bool take_place(const job *work, worker *own, uint32_t item)
{
    uint32_t group = work->input->items->group[item];
    if (group == SS_NONE)
        return true;
    if (own->group_shown[group] == SS_ALTERNATIVES_OF_GROUP)
        return false;
    own->group_shown[group]++;
    return true;
}

static bool list_best(const job *work, worker *own, const ss_topk *top, uint64_t *length)
{
    size_t most = (size_t)work->options->list_length;
    if (!ss_array_grow(&own->entries, &own->entry_room, own->entry_count + most, sizeof *own->entries))
        return false;
    *length = 0;
    for (size_t k = 0; k < top->count && *length < most; k++) {
        uint32_t item = top->heap[k].id;
        const pair_seen *seen = &own->seen[item];
        if (!take_place(work, own, item))
            continue;
        own->entries[own->entry_count++] =
            (entry){item,           top->heap[k].score, seen->names,
                    seen->sessions, seen->customers,    own->bought[work->input->products[item]].orders};
        (*length)++;
    }
    for (size_t k = 0; k < top->count; k++)
        if (work->input->items->group[top->heap[k].id] != SS_NONE)
            own->group_shown[work->input->items->group[top->heap[k].id]] = 0;
    return true;
}

static bool make_row(job *work, worker *own, uint32_t item)
{
    ss_topk top;
    ss_topk_init(&top, own->heap, heap_room(work));
    match_names(work, own, item);
    take_views(work, own, item);
    take_orders(work, own, item, false);
    for (size_t i = 0; i < own->touched_count; i++)
        consider(work, own, item, own->touched[i], &top);
    ss_topk_sort(&top);
    bool kept = list_best(work, own, &top, &work->lengths[item + 1]);
    take_orders(work, own, item, true);
    forget_row(own);
    return kept;
}

/* ---- blocks, threads ---- */

static bool make_block(job *work, worker *own, size_t number)
{
    uint32_t from = (uint32_t)(number * BLOCK_ROWS), to = work->input->items->count;
    if (to - from > BLOCK_ROWS)
        to = from + BLOCK_ROWS;
    own->entry_count = 0;
    for (uint32_t item = from; item < to; item++)
        if (!make_row(work, own, item))
            return false;
    block *done = &work->blocks[number];
    done->entries = ss_array_new(own->entry_count, sizeof *done->entries);
    if (!done->entries)
        return false;
    if (own->entry_count > 0)
        memcpy(done->entries, own->entries, own->entry_count * sizeof *done->entries);
    done->count = own->entry_count;
    atomic_fetch_add(&work->rows_done, to - from);
    return true;
}

static void fail(job *work, ss_status status)
{
    int none = SS_OK;
    atomic_compare_exchange_strong(&work->status, &none, (int)status);
}

static void tell(job *work, bool finished)
{
    ss_progress told = {"alternatives", atomic_load(&work->rows_done), work->input->items->count, "items", NAN,
                        finished};
    if (!ss_progress_tell(work->progress, &told))
        fail(work, SS_E_CANCELLED);
}

static void run(job *work, int threads)
{
#pragma omp parallel num_threads(threads)
    {
        worker *own = worker_new(work);
        if (!own)
            fail(work, SS_E_NOMEM);
#pragma omp for schedule(dynamic, 1)
        for (size_t b = 0; b < work->block_count; b++) {
            if (atomic_load(&work->status) != SS_OK)
                continue;
            if (!make_block(work, own, b))
                fail(work, SS_E_NOMEM);
            if (omp_get_thread_num() == 0)
                tell(work, false);
        }
        worker_release(own);
    }
    if (atomic_load(&work->status) == SS_OK)
        tell(work, true);
}

/* ---- the final arrays ---- */

void ss_alternatives_lists_free(ss_alternatives_lists *lists)
{
    if (!lists)
        return;
    free(lists->offsets);
    free(lists->items);
    free(lists->sessions);
    free(lists->customers);
    free(lists->orders);
    free(lists->scores);
    free(lists->similarity);
    *lists = (ss_alternatives_lists){0};
}

static bool make_arrays(ss_alternatives_lists *lists, size_t entries)
{
    lists->items = ss_array_new(entries, sizeof *lists->items);
    lists->sessions = ss_array_new(entries, sizeof *lists->sessions);
    lists->customers = ss_array_new(entries, sizeof *lists->customers);
    lists->orders = ss_array_new(entries, sizeof *lists->orders);
    lists->scores = ss_array_new(entries, sizeof *lists->scores);
    lists->similarity = ss_array_new(entries, sizeof *lists->similarity);
    return lists->items && lists->sessions && lists->customers && lists->orders && lists->scores && lists->similarity;
}

static void copy_entry(ss_alternatives_lists *lists, size_t at, const entry *from)
{
    lists->items[at] = from->item;
    lists->scores[at] = from->score;
    lists->similarity[at] = from->similarity;
    lists->sessions[at] = from->sessions;
    lists->customers[at] = from->customers;
    lists->orders[at] = from->orders;
}

static bool join_blocks(job *work, ss_alternatives_lists *lists)
{
    uint32_t items = work->input->items->count;
    for (uint32_t i = 0; i < items; i++)
        work->lengths[i + 1] += work->lengths[i];
    if (!make_arrays(lists, (size_t)work->lengths[items]))
        return false;
    size_t at = 0;
    for (size_t b = 0; b < work->block_count; b++)
        for (size_t k = 0; k < work->blocks[b].count; k++)
            copy_entry(lists, at++, &work->blocks[b].entries[k]);
    lists->offsets = work->lengths;
    work->lengths = NULL;
    return true;
}

static bool job_init(job *work)
{
    const ss_items_content *items = work->input->items;
    work->index = ss_name_table_index(work->input->names);
    work->block_count = ((size_t)items->count + BLOCK_ROWS - 1) / BLOCK_ROWS;
    work->blocks = ss_array_zeroed(work->block_count, sizeof *work->blocks);
    work->lengths = ss_array_zeroed((size_t)items->count + 1, sizeof *work->lengths);
    work->places = ss_array_new(items->count, sizeof *work->places);
    if (!work->blocks || !work->lengths || !work->places)
        return false;
    for (uint32_t item = 0; item < items->count; item++)
        work->places[item] = ss_alternatives_place_of(items->price[item], items->category[item]);
    return true;
}

static void job_release(job *work)
{
    for (size_t b = 0; work->blocks && b < work->block_count; b++)
        free(work->blocks[b].entries);
    free(work->blocks);
    free(work->lengths);
    free(work->places);
}

ss_status ss_alternatives_rows(const ss_alternatives_input *input, const ss_alternatives_options *options, int threads,
                               ss_progress_sink *progress, ss_alternatives_lists *out, ss_error *error)
{
    ss_status status = SS_E_NOMEM;
    ss_alternatives_lists lists = {0};
    job work = {.input = input, .options = options, .progress = progress};
    if (job_init(&work)) {
        run(&work, threads);
        status = (ss_status)atomic_load(&work.status);
    }
    if (status == SS_OK && !join_blocks(&work, &lists))
        status = SS_E_NOMEM;
    if (status == SS_OK) {
        *out = lists;
        lists = (ss_alternatives_lists){0};
    }
    ss_alternatives_lists_free(&lists);
    job_release(&work);
    if (status == SS_E_CANCELLED)
        return ss_error_set(error, status, "alternatives: stopped on request");
    return status == SS_OK ? SS_OK : ss_error_nomem(error);
}

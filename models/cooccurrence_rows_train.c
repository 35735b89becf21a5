#include "models/cooccurrence_rows_train.h"

#include "base/memory.h"

#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SWEPT_PER_TOUCHED 24  /* items that a sweep looks at in the time that keeping one in a list costs */
#define BLOCK_ROWS        32u /* rows that one thread takes at a time */

typedef struct entry {
    uint32_t neighbour;
    float score;
    uint32_t pairs;
    uint32_t customers;
} entry;

/* The entries of BLOCK_ROWS rows, until all are known and the final arrays can be made. */
typedef struct block {
    entry *entries;
    size_t count;
} block;

typedef struct job {
    const ss_pair_source *source;
    const ss_pair_scorer *scorer;
    bool weighted;
    uint32_t support;
    size_t list_length;
    ss_progress_sink *progress;
    uint64_t *lengths; /* of the row i at i + 1 */
    block *blocks;
    size_t block_count;
    _Atomic uint64_t rows_done;
    _Atomic int status; /* of the first failure */
} job;

/* What a thread owns. */
typedef struct worker {
    ss_pair_scratch scratch;
    ss_pair_selector selector;
    entry *entries; /* of the block at hand */
    size_t entry_count, entry_room;
} worker;

uint32_t ss_pair_scratch_token(ss_pair_scratch *scratch)
{
    if (scratch->token == UINT32_MAX) {
        memset(scratch->last, 0, scratch->item_count * sizeof *scratch->last);
        scratch->token = 0;
    }
    return ++scratch->token;
}

static void *zeroed_strips(size_t items, size_t size)
{
    size_t room = (items + SS_PAIR_STRIP - 1) / SS_PAIR_STRIP * SS_PAIR_STRIP;
    void *array = ss_array_aligned(room, size);
    if (array)
        memset(array, 0, room * size);
    return array;
}

static void worker_release(worker *own)
{
    ss_pair_scratch *scratch = &own->scratch;
    if (scratch->customers != scratch->pairs)
        free(scratch->customers);
    free(scratch->pairs);
    free(scratch->sums);
    free(scratch->last);
    free(scratch->touched);
    free(scratch->extra);
    ss_pair_selector_release(&own->selector);
    free(own->entries);
}

/* False when out of memory; release it in either case. */
static bool worker_init(worker *own, const job *work)
{
    const ss_pair_source *source = work->source;
    ss_pair_scratch *scratch = &own->scratch;
    size_t items = source->item_count;
    *own = (worker){.scratch.item_count = items};
    scratch->pairs = zeroed_strips(items, sizeof *scratch->pairs);
    scratch->customers =
        source->groups_are_customers ? scratch->pairs : zeroed_strips(items, sizeof *scratch->customers);
    scratch->touched = ss_array_new(items + 1, sizeof *scratch->touched);
    if (!scratch->pairs || !scratch->customers || !scratch->touched)
        return false;
    if (!ss_pair_selector_init(&own->selector, items, work->list_length))
        return false;
    if (work->weighted && !(scratch->sums = zeroed_strips(items, sizeof *scratch->sums)))
        return false;
    if (source->tokens && !(scratch->last = ss_array_zeroed(items, sizeof *scratch->last)))
        return false;
    return source->extra_size == 0 || (scratch->extra = ss_array_zeroed(items, source->extra_size)) != NULL;
}

static void forget_counts(ss_pair_scratch *scratch)
{
    size_t items = scratch->item_count;
    if (!scratch->sparse) {
        memset(scratch->pairs, 0, items * sizeof *scratch->pairs);
        if (scratch->customers != scratch->pairs)
            memset(scratch->customers, 0, items * sizeof *scratch->customers);
        if (scratch->sums)
            memset(scratch->sums, 0, items * sizeof *scratch->sums);
        return;
    }
    for (size_t t = 0; t < scratch->touched_count; t++) {
        uint32_t j = scratch->touched[t];
        scratch->pairs[j] = scratch->customers[j] = 0;
        if (scratch->sums)
            scratch->sums[j] = 0;
    }
    scratch->touched_count = 0;
}

/* ---- rows, blocks, threads ---- */

static bool keep_entries(worker *own, const ss_topk *top)
{
    if (!ss_array_grow(&own->entries, &own->entry_room, own->entry_count + top->count, sizeof *own->entries))
        return false;
    for (size_t k = 0; k < top->count; k++) {
        uint32_t j = top->heap[k].id;
        own->entries[own->entry_count++] =
            (entry){j, top->heap[k].score, own->scratch.pairs[j], own->scratch.customers[j]};
    }
    return true;
}

static bool count_row(job *work, worker *own, uint32_t item)
{
    const ss_pair_source *source = work->source;
    ss_pair_scratch *scratch = &own->scratch;
    if (source->degrees[item] == 0 || (source->only && !source->only[item]))
        return true;
    scratch->sparse = source->degrees[item] * source->pairs_per_group * SWEPT_PER_TOUCHED < source->item_count;
    source->fill(source->data, item, scratch);
    scratch->pairs[item] = scratch->customers[item] = 0;
    if (scratch->sums)
        scratch->sums[item] = 0;
    ss_topk top = ss_pair_select(&own->selector, work->scorer, scratch, item, work->support);
    work->lengths[item + 1] = top.count;
    bool kept = keep_entries(own, &top);
    forget_counts(scratch);
    return kept;
}

static bool count_block(job *work, worker *own, size_t number)
{
    uint32_t from = (uint32_t)(number * BLOCK_ROWS), to = work->source->item_count;
    if (to - from > BLOCK_ROWS)
        to = from + BLOCK_ROWS;
    own->entry_count = 0;
    for (uint32_t item = from; item < to; item++)
        if (!count_row(work, own, item))
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
    ss_progress told = {
        work->source->phase, atomic_load(&work->rows_done), work->source->item_count, "items", NAN, finished};
    if (!ss_progress_tell(work->progress, &told))
        fail(work, SS_E_CANCELLED);
}

static void run(job *work, int threads)
{
#pragma omp parallel num_threads(threads)
    {
        worker own;
        if (!worker_init(&own, work))
            fail(work, SS_E_NOMEM);
#pragma omp for schedule(dynamic, 1)
        for (size_t b = 0; b < work->block_count; b++) {
            if (atomic_load(&work->status) != SS_OK)
                continue;
            if (!count_block(work, &own, b))
                fail(work, SS_E_NOMEM);
            if (omp_get_thread_num() == 0)
                tell(work, false);
        }
        worker_release(&own);
    }
    if (atomic_load(&work->status) == SS_OK)
        tell(work, true);
}

static ss_status make_arrays(ss_pair_lists *lists, uint64_t entries, ss_error *error)
{
    lists->neighbours = ss_array_new(entries, sizeof *lists->neighbours);
    lists->scores = ss_array_new(entries, sizeof *lists->scores);
    lists->pairs = ss_array_new(entries, sizeof *lists->pairs);
    lists->customers = ss_array_new(entries, sizeof *lists->customers);
    if (!lists->neighbours || !lists->scores || !lists->pairs || !lists->customers)
        return ss_error_nomem(error);
    return SS_OK;
}

/* Joins the blocks into the final arrays, giving each back as soon as it is copied. */
static ss_status join_blocks(job *work, ss_pair_lists *lists, ss_error *error)
{
    uint32_t items = work->source->item_count;
    for (uint32_t i = 0; i < items; i++)
        work->lengths[i + 1] += work->lengths[i];
    ss_status status = make_arrays(lists, work->lengths[items], error);
    if (status != SS_OK)
        return status;
    size_t at = 0;
    for (size_t b = 0; b < work->block_count; b++) {
        block *done = &work->blocks[b];
        for (size_t k = 0; k < done->count; k++, at++) {
            lists->neighbours[at] = done->entries[k].neighbour;
            lists->scores[at] = done->entries[k].score;
            lists->pairs[at] = done->entries[k].pairs;
            lists->customers[at] = done->entries[k].customers;
        }
        free(done->entries);
        done->entries = NULL;
    }
    return SS_OK;
}

static ss_status job_error(const job *work, ss_error *error)
{
    switch ((ss_status)atomic_load(&work->status)) {
    case SS_OK:
        return SS_OK;
    case SS_E_CANCELLED:
        return ss_error_set(error, SS_E_CANCELLED, "%s: stopped on request", work->source->phase);
    default:
        return ss_error_nomem(error);
    }
}

ss_status ss_pair_rows(const ss_pair_source *source, const float *recency, const ss_relation_options *options,
                       int threads, ss_progress_sink *progress, ss_pair_lists *out, ss_error *error)
{
    ss_status status = SS_OK;
    ss_pair_scorer scorer = {0};
    ss_pair_lists lists = {0};
    job work = {.source = source, .scorer = &scorer, .progress = progress};

    work.weighted = ss_pair_scorer_weighted(options);
    work.support = options->min_customers > 1 ? (uint32_t)options->min_customers : 1;
    work.list_length = (size_t)options->list_length;
    work.block_count = ((size_t)source->item_count + BLOCK_ROWS - 1) / BLOCK_ROWS;
    work.lengths = ss_array_zeroed((size_t)source->item_count + 1, sizeof *work.lengths);
    work.blocks = ss_array_zeroed(work.block_count, sizeof *work.blocks);
    if (!work.lengths || !work.blocks) {
        status = ss_error_nomem(error);
        goto out;
    }
    SS_TRY(ss_pair_scorer_init(&scorer, options, source->degrees, source->item_count, source->group_count, recency,
                               error));
    run(&work, threads);
    SS_TRY(job_error(&work, error));
    SS_TRY(join_blocks(&work, &lists, error));
    lists.offsets = work.lengths;
    work.lengths = NULL;
    *out = lists;
    lists = (ss_pair_lists){0};
out:
    ss_pair_lists_free(&lists);
    for (size_t b = 0; work.blocks && b < work.block_count; b++)
        free(work.blocks[b].entries);
    free(work.blocks);
    free(work.lengths);
    ss_pair_scorer_release(&scorer);
    return status;
}

ss_status ss_pair_check_arguments(const ss_relation_options *options, int threads, ss_error *error)
{
    if (options->list_length < 1 || options->list_length > SS_LIST_LENGTH_MAX)
        return ss_error_set(error, SS_E_ARGUMENT, "list_length is %lld, expected 1 to %d",
                            (long long)options->list_length, SS_LIST_LENGTH_MAX);
    if (threads < 1)
        return ss_error_set(error, SS_E_ARGUMENT, "threads is %d, expected 1 or more", threads);
    return SS_OK;
}

void ss_pair_lists_free(ss_pair_lists *lists)
{
    if (!lists)
        return;
    free(lists->offsets);
    free(lists->neighbours);
    free(lists->scores);
    free(lists->pairs);
    free(lists->customers);
    free(lists->degrees);
    *lists = (ss_pair_lists){0};
}

#include "job/evaluate.h"

#include "base/memory.h"
#include <omp.h>
#include <stdlib.h>

ss_shelf_kind ss_task_shelf(ss_task task)
{
    static const ss_shelf_kind table[SS_TASK_COUNT] = {
        [SS_TASK_NEW_ITEMS] = SS_SHELF_FOR_YOU,
        [SS_TASK_NEXT_BASKET] = SS_SHELF_BUY_AGAIN,
        [SS_TASK_REST_OF_BASKET] = SS_SHELF_CART,
        [SS_TASK_SESSION] = SS_SHELF_BOUGHT_NEXT,
    };
    return table[task];
}

static void keep_only(ss_shelf *shelf, ss_source first, ss_source last)
{
    double kept = 0;
    for (unsigned source = 0; source < SS_SOURCE_COUNT; source++) {
        if (source < (unsigned)first || source > (unsigned)last)
            shelf->weights[source] = 0;
        kept += shelf->weights[source];
    }
    if (kept <= 0)
        shelf->weights[first] = 1;
}

ss_shelf ss_shelf_of_model(const ss_shelf *shelf, const char *model)
{
    ss_shelf only = *shelf;
    if (strcmp(model, "blend") == 0)
        return only;
    only.fallback_count = 0;
    only.min_items = 0;
    only.only_bought &= strcmp(model, "repurchase") == 0;
    if (strcmp(model, "cooccurrence") == 0) {
        ss_source fallback =
            only.weights[SS_SOURCE_BOUGHT_TOGETHER] > 0 ? SS_SOURCE_BOUGHT_TOGETHER : SS_SOURCE_RELATED;
        if (only.weights[SS_SOURCE_RELATED] + only.weights[SS_SOURCE_BOUGHT_NEXT] <= 0)
            only.weights[fallback] = 1;
        keep_only(&only, SS_SOURCE_BOUGHT_TOGETHER, SS_SOURCE_BOUGHT_NEXT);
        return only;
    }
    ss_source source = strcmp(model, "als") == 0           ? SS_SOURCE_ALS
                       : strcmp(model, "session_knn") == 0 ? SS_SOURCE_SESSION_KNN
                       : strcmp(model, "repurchase") == 0  ? SS_SOURCE_REPURCHASE
                                                           : SS_SOURCE_POPULAR;
    keep_only(&only, source, source);
    return only;
}

/* What one case came to: the ranked items. */
typedef struct case_result {
    uint32_t count;
    uint32_t items[]; /* limit */
} case_result;

typedef struct eval_run {
    ss_snapshot *snapshot;
    const ss_shelf *shelf;
    ss_task task;
    const ss_cases *cases;
    size_t limit, result_size;
    char *results;
} eval_run;

static case_result *result_at(const eval_run *run, size_t index)
{
    return (case_result *)(void *)(run->results + index * run->result_size);
}

static ss_request request_of(const eval_run *run, const ss_case *question)
{
    ss_request request = ss_request_empty();
    request.limit = (uint32_t)run->limit;
    request.customer_id = question->customer_id;
    size_t count = question->context_count < SS_CONTEXT_MAX ? question->context_count : SS_CONTEXT_MAX;
    const ss_slice *newest = count > 0 ? question->context + (question->context_count - count) : NULL;
    if (run->task == SS_TASK_REST_OF_BASKET) {
        request.cart = newest;
        request.cart_count = count;
    } else {
        request.items = newest;
        request.item_count = count;
    }
    request.filter.bought = run->task == SS_TASK_NEW_ITEMS ? SS_BOUGHT_EXCLUDE : SS_BOUGHT_ALLOW;
    return request;
}

static ss_status ask(const eval_run *run, ss_answerer *answerer, size_t index)
{
    ss_answer answer;
    ss_request request = request_of(run, &run->cases->cases[index]);
    ss_status status = ss_answer_shelf(answerer, run->shelf, &request, &answer, NULL);
    if (status != SS_OK)
        return status;
    case_result *result = result_at(run, index);
    result->count = (uint32_t)answer.count;
    for (size_t i = 0; i < answer.count; i++)
        result->items[i] = answer.items[i].item;
    return SS_OK;
}

#define CASES_A_BLOCK 64

/* Each thread asks with an answerer of its own; the results have their places, so the order of work does not show. */
static ss_status ask_all(const eval_run *run, int threads, ss_progress_sink *progress, ss_error *error)
{
    size_t count = run->cases->count, blocks = (count + CASES_A_BLOCK - 1) / CASES_A_BLOCK;
    ss_status failure = SS_OK;
#pragma omp parallel num_threads(threads)
    {
        ss_answerer *answerer = NULL;
        ss_status status = ss_answerer_new(run->snapshot, NULL, &answerer, NULL);
#pragma omp for schedule(dynamic)
        for (size_t block = 0; block < blocks; block++) {
            size_t end = (block + 1) * CASES_A_BLOCK < count ? (block + 1) * CASES_A_BLOCK : count;
            for (size_t i = block * CASES_A_BLOCK; i < end && status == SS_OK; i++)
                status = ask(run, answerer, i);
            ss_progress step = {.phase = "evaluate", .done = end, .total = count, .unit = "cases"};
            if (omp_get_thread_num() == 0 && status == SS_OK && !ss_progress_tell(progress, &step))
                status = SS_E_CANCELLED;
        }
        if (status != SS_OK)
#pragma omp critical(evaluate_failure)
            failure = status;
        ss_answerer_free(&answerer);
    }
    return failure == SS_OK ? SS_OK : ss_error_set(error, failure, "evaluation stopped: %s", ss_status_name(failure));
}

static bool is_wanted(const ss_case *question, ss_slice id)
{
    for (size_t w = 0; w < question->wanted_count; w++)
        if (ss_slice_equal(id, question->wanted[w]))
            return true;
    return false;
}

static void mark_hits(const ss_items *items, const ss_case *question, const case_result *result, uint8_t *hit)
{
    for (uint32_t rank = 0; rank < result->count; rank++)
        hit[rank] = is_wanted(question, ss_strings_at(&items->ids, result->items[rank]));
}

ss_metrics ss_case_metrics(const ss_case *question, const ss_slice *ids, size_t count, size_t k)
{
    uint8_t hit[SS_LIMIT_MAX];
    size_t ranks = count < SS_LIMIT_MAX ? count : SS_LIMIT_MAX;
    for (size_t rank = 0; rank < ranks; rank++)
        hit[rank] = is_wanted(question, ids[rank]);
    return ss_metrics_of(hit, ranks, k, question->wanted_count);
}

typedef struct case_tally {
    ss_mean recall, ndcg, hr, mrr, filled;
    uint64_t *shown; /* times each item was shown at this cutoff */
} case_tally;

static void tally_case(case_tally *tally, const case_result *result, const uint8_t *hit, size_t k, size_t wanted)
{
    ss_metrics metrics = ss_metrics_of(hit, result->count, k, wanted);
    ss_mean_add(&tally->recall, metrics.recall);
    ss_mean_add(&tally->ndcg, metrics.ndcg);
    ss_mean_add(&tally->hr, metrics.hr);
    ss_mean_add(&tally->mrr, metrics.mrr);
    size_t shown = result->count < k ? result->count : k;
    ss_mean_add(&tally->filled, (double)shown / (double)k);
    for (size_t rank = 0; rank < shown; rank++)
        tally->shown[result->items[rank]]++;
}

static uint32_t bought_items(const ss_items *items)
{
    uint32_t count = 0;
    for (uint32_t item = 0; item < items->count; item++)
        count += items->purchases[item] > 0;
    return count;
}

/*
 * Items are numbered by falling popularity: the rank is the number + 1, and the median is found by walking the counts.
 */
static void spread_of(const case_tally *tally, const ss_items *items, double *coverage, double *median_rank)
{
    uint64_t distinct = 0, total = 0, below = 0;
    for (uint32_t item = 0; item < items->count; item++) {
        distinct += tally->shown[item] > 0;
        total += tally->shown[item];
    }
    uint32_t known = bought_items(items), item = 0;
    *coverage = known > 0 ? (double)distinct / known : 0;
    while (item < items->count && 2 * (below + tally->shown[item]) < total)
        below += tally->shown[item++];
    *median_rank = total > 0 ? item + 1.0 : 0;
}

static ss_evaluation_row row_of(const case_tally *tally, const ss_items *items)
{
    ss_evaluation_row row = {.recall = ss_mean_value(&tally->recall),
                             .ndcg = ss_mean_value(&tally->ndcg),
                             .hr = ss_mean_value(&tally->hr),
                             .mrr = ss_mean_value(&tally->mrr),
                             .filled = ss_mean_value(&tally->filled),
                             .recall_error = ss_mean_error(&tally->recall),
                             .ndcg_error = ss_mean_error(&tally->ndcg),
                             .hr_error = ss_mean_error(&tally->hr),
                             .mrr_error = ss_mean_error(&tally->mrr),
                             .customers = tally->recall.count};
    spread_of(tally, items, &row.coverage, &row.median_rank);
    return row;
}

static ss_status measure(const eval_run *run, const char *model, size_t k, ss_evaluation *evaluation, ss_error *error)
{
    const ss_items *items = &run->snapshot->items;
    case_tally tally = {.shown = ss_array_zeroed(items->count, sizeof *tally.shown)};
    if (!tally.shown)
        return ss_error_nomem(error);
    uint8_t hit[SS_LIMIT_MAX];
    for (size_t i = 0; i < run->cases->count; i++) {
        mark_hits(items, &run->cases->cases[i], result_at(run, i), hit);
        tally_case(&tally, result_at(run, i), hit, k, run->cases->cases[i].wanted_count);
    }
    ss_evaluation_row row = row_of(&tally, items);
    row.model = model;
    row.task = run->task;
    row.k = k;
    evaluation->rows[evaluation->count++] = row;
    free(tally.shown);
    return SS_OK;
}

static void hand_out(const eval_run *run, const char *model, ss_answers_sink sink, void *context)
{
    ss_slice ids[SS_LIMIT_MAX];
    for (size_t i = 0; sink && i < run->cases->count; i++) {
        const case_result *result = result_at(run, i);
        for (uint32_t rank = 0; rank < result->count; rank++)
            ids[rank] = ss_strings_at(&run->snapshot->items.ids, result->items[rank]);
        sink(context, model, i, ids, result->count);
    }
}

ss_status ss_evaluate_shelf(ss_snapshot *snapshot, const ss_shelf *shelf, const char *model, ss_task task,
                            const ss_cases *cases, const size_t *cutoffs, size_t cutoff_count, int threads,
                            ss_answers_sink sink, void *sink_context, ss_progress_sink *progress,
                            ss_evaluation *evaluation, ss_error *error)
{
    ss_status status = SS_OK;
    eval_run run = {.snapshot = snapshot, .shelf = shelf, .task = task, .cases = cases};
    for (size_t i = 0; i < cutoff_count; i++)
        run.limit = cutoffs[i] > run.limit ? cutoffs[i] : run.limit;
    run.result_size = sizeof(case_result) + run.limit * sizeof(uint32_t);
    run.results = ss_array_zeroed(cases->count, run.result_size);
    if (!run.results)
        return ss_error_nomem(error);
    SS_TRY(ask_all(&run, threads, progress, error));
    for (size_t i = 0; i < cutoff_count; i++)
        SS_TRY(measure(&run, model, cutoffs[i], evaluation, error));
    hand_out(&run, model, sink, sink_context);
out:
    free(run.results);
    return status;
}

#include "shelf/answer.h"

#include "base/memory.h"
#include "shelf/again.h"
#include "shelf/alike.h"
#include "shelf/audience.h"
#include "shelf/board.h"
#include "shelf/context.h"
#include "shelf/diversity.h"
#include "shelf/evidence.h"
#include "shelf/newness.h"
#include "shelf/rules.h"
#include <math.h>
#include <stdlib.h>

struct ss_answerer {
    ss_snapshot *snapshot; /* a reference */
    ss_catalogue catalogue;
    ss_rules rules;
    ss_alike *alike; /* NULL: no new items, or nothing to compare them with */
    ss_context context;
    ss_board board;
    ss_als_scratch *als_scratch; /* NULL without the model; the next likewise */
    ss_session_knn_scratch *knn_scratch;
    ss_scored *found; /* candidates of the factorization: room for its largest request */
    float *fresh;     /* freshness ^ fresh_exponent, once asked for */
    double fresh_exponent;
    ss_diversity diversity;
    ss_answer_item items[SS_LIMIT_MAX];
    size_t count, limit; /* limit: without what is pinned */
    uint32_t stage;
    uint32_t pinned[SS_PINS_MAX], positions[SS_PINS_MAX]; /* that are shown, by position */
    size_t pinned_count;
};

#define CANDIDATES_MAX 5000u

ss_status ss_answerer_new(ss_snapshot *snapshot, const ss_live *live, ss_answerer **answerer, ss_error *error)
{
    ss_status status = SS_OK;
    ss_answerer *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->snapshot = ss_snapshot_retain(snapshot);
    SS_TRY(ss_catalogue_init(&new->catalogue, snapshot, live ? live->items : NULL, error));
    SS_TRY(ss_rules_init(&new->rules, &new->catalogue, error));
    SS_TRY(ss_answerer_catch_up(new, error));
    SS_TRY(ss_alike_new(&new->catalogue, &new->alike, error));
    SS_TRY(ss_context_init(&new->context, &new->catalogue, live ? live->visitors : NULL, error));
    SS_TRY(ss_board_init(&new->board, new->catalogue.count, error));
    SS_TRY(ss_diversity_init(&new->diversity, snapshot->has_als ? &snapshot->als : NULL, error));
    new->found = ss_array_new(CANDIDATES_MAX, sizeof *new->found);
    new->fresh = ss_array_new(new->catalogue.count, sizeof *new->fresh);
    new->als_scratch = snapshot->has_als ? ss_als_scratch_new(&snapshot->als) : NULL;
    new->knn_scratch = snapshot->has_session_knn ? ss_session_knn_scratch_new(&snapshot->session_knn) : NULL;
    if (!new->found || !new->fresh || (snapshot->has_als && !new->als_scratch) ||
        (snapshot->has_session_knn && !new->knn_scratch))
        SS_TRY(ss_error_nomem(error));
    *answerer = new;
    new = NULL;
out:
    ss_answerer_free(&new);
    return status;
}

void ss_answerer_free(ss_answerer **answerer)
{
    ss_answerer *old = *answerer;
    *answerer = NULL;
    if (!old)
        return;
    ss_als_scratch_free(&old->als_scratch);
    ss_session_knn_scratch_free(&old->knn_scratch);
    free(old->found);
    free(old->fresh);
    ss_diversity_release(&old->diversity);
    ss_board_release(&old->board);
    ss_context_release(&old->context);
    ss_alike_free(&old->alike);
    ss_rules_release(&old->rules);
    ss_catalogue_release(&old->catalogue);
    ss_snapshot_release(&old->snapshot);
    free(old);
}

const ss_snapshot *ss_answerer_snapshot(const ss_answerer *answerer)
{
    return answerer->snapshot;
}

const ss_catalogue *ss_answerer_catalogue(const ss_answerer *answerer)
{
    return &answerer->catalogue;
}

static void change_rules(void *context, uint32_t item, uint8_t show)
{
    ss_rules_change(context, item, show);
}

ss_status ss_answerer_catch_up(ss_answerer *answerer, ss_error *error)
{
    if (ss_catalogue_current(&answerer->catalogue))
        return SS_OK;
    ss_status status = ss_catalogue_catch_up(&answerer->catalogue, change_rules, &answerer->rules, error);
    if (status != SS_OK)
        return status;
    status = ss_rules_make_room(&answerer->rules, error);
    if (status != SS_OK)
        ss_catalogue_forget(&answerer->catalogue);
    return status;
}

void ss_answerer_foresee(const ss_answerer *answerer, const ss_question *questions, size_t count)
{
    ss_foresee(answerer->snapshot, answerer->rules.state, answerer->context.visit.visitors, questions, count);
}

/* ---- selection ---- */

static bool full(const ss_answerer *answerer)
{
    return answerer->count >= answerer->limit;
}

static void show(ss_answerer *answerer, uint32_t item, float score, const ss_reason *reason)
{
    ss_answer_item *shown = &answerer->items[answerer->count++];
    ss_rules_mark(&answerer->rules, item, SS_STATE_SHOWN);
    shown->item = item;
    shown->score = score;
    shown->reason = *reason;
    shown->reason.stage = answerer->stage;
}

/* What a new item is like, which is in no list of its own yet. */
static void show_alike(ss_answerer *answerer, uint32_t because)
{
    const ss_scored *found = NULL;
    size_t count = ss_alike_of(answerer->alike, because, &found);
    for (size_t i = 0; i < count && !full(answerer); i++)
        if (ss_rules_admit(&answerer->rules, found[i].id))
            show(answerer, found[i].id, found[i].score,
                 &(ss_reason){.model = SS_SOURCE_ALTERNATIVES, .because = because});
}

/* ---- single lists: one context item and one relation, or a ready-made order; walked best first ---- */

static void show_neighbours(ss_answerer *answerer, ss_source source, const ss_shelf *shelf, uint32_t because)
{
    ss_relation relation = SS_RELATED;
    ss_source_relation(source, &relation);
    ss_neighbours list = ss_cooccurrence_neighbours(&answerer->snapshot->cooccurrence, relation, because);
    for (size_t entry = 0; entry < list.count && !full(answerer); entry++) {
        if (list.customers[entry] < shelf->min_customers)
            answerer->rules.removed[SS_REMOVED_EVIDENCE]++;
        else if (ss_rules_admit(&answerer->rules, list.items[entry])) {
            const ss_reason reason = ss_evidence_pair(answerer->snapshot, shelf, source, because, &list, entry);
            show(answerer, list.items[entry], list.scores[entry], &reason);
        }
    }
}

/* A name speaks for itself; what was only looked at together must have been so by enough. */
static bool has_evidence(const ss_shelf *shelf, const ss_alternatives_list *list, size_t entry)
{
    return list->similarity[entry] > 0 || list->customers[entry] >= shelf->min_customers;
}

static void show_alternatives(ss_answerer *answerer, const ss_shelf *shelf, uint32_t because)
{
    ss_alternatives_list list = ss_alternatives_neighbours(&answerer->snapshot->alternatives, because);
    for (size_t entry = 0; entry < list.count && !full(answerer); entry++) {
        if (!has_evidence(shelf, &list, entry))
            answerer->rules.removed[SS_REMOVED_EVIDENCE]++;
        else if (ss_rules_admit(&answerer->rules, list.items[entry])) {
            const ss_reason reason = ss_evidence_alternative(shelf, because, &list, entry);
            show(answerer, list.items[entry], list.scores[entry], &reason);
        }
    }
}

/* The category whose best sellers are the order behind a source; false: its order is of all. */
static bool order_category(const ss_answerer *answerer, ss_source source, uint32_t *category)
{
    const ss_rules *rules = &answerer->rules;
    *category = SS_NONE;
    if (source == SS_SOURCE_POPULAR)
        *category = rules->category;
    else if (source == SS_SOURCE_POPULAR_IN_CATEGORY && answerer->context.count > 0)
        *category = ss_catalogue_category(&answerer->catalogue, answerer->context.items[0]);
    return source == SS_SOURCE_POPULAR ? !rules->any_category : source == SS_SOURCE_POPULAR_IN_CATEGORY;
}

/* The generation's order of a category with what live records moved into it; false: they are too many for that. */
static bool order_of_category(const ss_answerer *answerer, uint32_t category, ss_order_walk *walk)
{
    const ss_catalogue *catalogue = &answerer->catalogue;
    if (ss_catalogue_moved_into(catalogue, category)) {
        const ss_moved *moved = &catalogue->moved[category];
        walk->moved = (ss_item_list){moved->items, moved->listed};
        if (moved->many)
            return false;
    }
    walk->list = ss_popularity_category(&answerer->snapshot->popularity, category);
    return true;
}

/* The ready-made order behind a source; empty for sources that have none. */
static ss_order_walk order_of(const ss_answerer *answerer, ss_source source)
{
    const ss_popularity *popularity = &answerer->snapshot->popularity;
    ss_order_walk walk = {.scores = popularity->scores, .item_count = popularity->item_count};
    uint32_t category;
    if (!answerer->snapshot->has_popularity)
        return walk;
    if (source == SS_SOURCE_TRENDING)
        walk.list = (ss_item_list){popularity->trending_order, popularity->trending};
    else if (order_category(answerer, source, &category) && order_of_category(answerer, category, &walk))
        return walk;
    else if (source == SS_SOURCE_POPULAR || source == SS_SOURCE_POPULAR_IN_CATEGORY)
        walk.list = (ss_item_list){popularity->order, popularity->listed};
    return walk;
}

/* The order of a category, or the longer one walked in its place, may hold what is in another category by now. */
static bool in_order(const ss_answerer *answerer, ss_source source, uint32_t item)
{
    uint32_t category;
    return !answerer->catalogue.live || !order_category(answerer, source, &category) ||
           (item < answerer->catalogue.count && ss_catalogue_category(&answerer->catalogue, item) == category);
}

static const float *order_scores(const ss_answerer *answerer, ss_source source)
{
    const ss_popularity *popularity = &answerer->snapshot->popularity;
    return source == SS_SOURCE_TRENDING ? popularity->trending_scores : popularity->scores;
}

/* No score is above `most`. */
static void show_order(ss_answerer *answerer, ss_source source, float most)
{
    ss_order_walk walk = order_of(answerer, source);
    uint32_t item;
    while (!full(answerer) && ss_order_next(&walk, &item))
        if (in_order(answerer, source, item) && ss_rules_admit(&answerer->rules, item))
            show(answerer, item, fminf(order_scores(answerer, source)[item], most),
                 &(ss_reason){.model = source, .because = SS_NONE, .rank = (uint32_t)(walk.at + walk.moved_at)});
}

static ss_new_walk begin_new(const ss_answerer *answerer, const ss_shelf *shelf)
{
    return ss_new_begin(&answerer->catalogue, answerer->rules.now, shelf->new_days);
}

static void show_new(ss_answerer *answerer, const ss_shelf *shelf, float most)
{
    ss_new_walk walk = begin_new(answerer, shelf);
    uint32_t item;
    float score;
    while (!full(answerer) && ss_new_next(&walk, &item, &score))
        if (ss_rules_admit(&answerer->rules, item))
            show(answerer, item, fminf(score, most), &(ss_reason){.model = SS_SOURCE_NEW, .because = SS_NONE});
}

/* ---- blends: every source adds to the board ---- */

static void add_relation(ss_answerer *answerer, ss_relation relation, const ss_shelf *shelf)
{
    const ss_context *context = &answerer->context;
    for (size_t i = 0; i < context->count; i++) {
        ss_neighbours list = ss_cooccurrence_neighbours(&answerer->snapshot->cooccurrence, relation, context->items[i]);
        for (size_t entry = 0; entry < list.count; entry++) {
            if (entry + SS_BOARD_AHEAD < list.count)
                ss_board_fetch(&answerer->board, list.items[entry + SS_BOARD_AHEAD]);
            if (list.items[entry] >= answerer->board.item_count)
                continue;
            if (list.customers[entry] >= shelf->min_customers)
                ss_board_add(&answerer->board, list.items[entry], context->weights[i] * list.scores[entry],
                             context->items[i]);
            else
                answerer->rules.removed[SS_REMOVED_EVIDENCE]++;
        }
    }
}

static void add_alternatives(ss_answerer *answerer, const ss_shelf *shelf)
{
    const ss_context *context = &answerer->context;
    for (size_t i = 0; i < context->count; i++) {
        ss_alternatives_list list = ss_alternatives_neighbours(&answerer->snapshot->alternatives, context->items[i]);
        const ss_scored *alike = NULL;
        size_t alike_count = ss_alike_of(answerer->alike, context->items[i], &alike);
        for (size_t k = 0; k < alike_count; k++)
            ss_board_add(&answerer->board, alike[k].id, context->weights[i] * alike[k].score, context->items[i]);
        for (size_t entry = 0; entry < list.count; entry++)
            if (list.items[entry] < answerer->board.item_count && has_evidence(shelf, &list, entry))
                ss_board_add(&answerer->board, list.items[entry], context->weights[i] * list.scores[entry],
                             context->items[i]);
    }
}

static void add_order(ss_answerer *answerer, ss_source source, const ss_shelf *shelf)
{
    ss_order_walk walk = order_of(answerer, source);
    size_t wanted = (size_t)shelf->candidates > answerer->limit ? (size_t)shelf->candidates : answerer->limit;
    uint32_t item;
    while (wanted > 0 && ss_order_next(&walk, &item))
        if (in_order(answerer, source, item) && ss_rules_admit(&answerer->rules, item)) {
            ss_board_add(&answerer->board, item, order_scores(answerer, source)[item], SS_NONE);
            wanted--;
        }
}

/* Those that the history does not have: it may have been learned from the same events. */
static void add_live_purchases(ss_answerer *answerer, const ss_visitor_view *view)
{
    for (unsigned i = 0; i < view->count; i++) {
        const ss_visitor_item *item = &view->items[i];
        if (item->bought > 0 && item->item < answerer->board.item_count && !answerer->board.cells[item->item].in_part)
            ss_board_add(&answerer->board, item->item, 1, SS_NONE);
    }
}

static void add_new(ss_answerer *answerer, const ss_shelf *shelf)
{
    ss_new_walk walk = begin_new(answerer, shelf);
    uint32_t item;
    float score;
    for (int64_t wanted = shelf->candidates; wanted > 0 && ss_new_next(&walk, &item, &score);)
        if (ss_rules_admit(&answerer->rules, item)) {
            ss_board_add(&answerer->board, item, score, SS_NONE);
            wanted--;
        }
}

/* What the customer bought, by how often; where it may be shown again. */
static void add_history(ss_answerer *answerer, const ss_shelf *shelf)
{
    const ss_history *history = &answerer->context.history;
    ss_history_decay decay = ss_history_decay_of(history, shelf->history_half_life_days);
    for (size_t i = 0; i < history->count; i++) {
        if (history->items[i] < answerer->board.item_count)
            ss_board_add(&answerer->board, history->items[i],
                         (float)(history->purchases[i] * ss_history_weight(&decay, history->times[i])), SS_NONE);
    }
    add_live_purchases(answerer, &answerer->context.visit.session);
    add_live_purchases(answerer, &answerer->context.visit.customer);
}

/* How likely each of the own purchases is to be repeated now. */
typedef struct repeat_scoring {
    ss_answerer *answerer;
    const ss_shelf *shelf;
    ss_history_decay decay;
} repeat_scoring;

#define LEAST_POPULARITY 1e-9F /* nothing that somebody bought is impossible */

static void score_repeat(void *context, const ss_own_purchases *own)
{
    const repeat_scoring *with = context;
    const ss_snapshot *snapshot = with->answerer->snapshot;
    const ss_shelf *shelf = with->shelf;
    if (own->item >= with->answerer->board.item_count)
        return;
    double score = ss_repurchase_due(&snapshot->repurchase, own, shelf->repurchase_days) *
                   pow(own->purchases, shelf->repeat_exponent) * fmin(ss_history_weight(&with->decay, own->last), 1);
    if (shelf->popularity_exponent > 0 && snapshot->has_popularity && own->item < snapshot->popularity.item_count)
        score *= pow(fmaxf(snapshot->popularity.scores[own->item], LEAST_POPULARITY), shelf->popularity_exponent);
    ss_board_add(&with->answerer->board, own->item, (float)score, SS_NONE);
}

static void add_repurchase(ss_answerer *answerer, const ss_shelf *shelf)
{
    const ss_context *context = &answerer->context;
    repeat_scoring with = {answerer, shelf, ss_history_decay_of(&context->history, shelf->history_half_life_days)};
    if (answerer->snapshot->has_repurchase)
        ss_again_each(&context->history, &context->visit, answerer->rules.now, score_repeat, &with);
}

static bool admit_item(void *context, uint32_t item)
{
    return ss_rules_admit(context, item);
}

/* freshness ^ exponent of every item, or NULL when it plays no part. */
static const float *freshness_of(ss_answerer *answerer, double exponent)
{
    const ss_popularity *popularity = &answerer->snapshot->popularity;
    if (exponent <= 0 || !answerer->snapshot->has_popularity)
        return NULL;
    if (answerer->fresh_exponent != exponent)
        for (uint32_t item = 0; item < answerer->board.item_count; item++)
            answerer->fresh[item] =
                item < answerer->catalogue.known ? powf(popularity->freshness[item], (float)exponent) : 1;
    answerer->fresh_exponent = exponent;
    return answerer->fresh;
}

static void add_factor_score(ss_answerer *answerer, uint32_t item, float score, const float *fresh)
{
    float factor = fresh && score > 0 ? fresh[item] : 1;
    ss_board_add(&answerer->board, item, score * factor, SS_NONE);
}

/* The visitor's factors; NULL: there are none. */
static const float *fold_in(ss_answerer *answerer)
{
    const ss_context *context = &answerer->context;
    if (!answerer->als_scratch || context->count == 0 ||
        !ss_als_fold_in(&answerer->snapshot->als, context->items, context->quantities, context->times, context->count,
                        answerer->als_scratch))
        return NULL;
    return ss_als_vector(answerer->als_scratch);
}

/* The factorization's best, and its exact score of whatever the other sources already put on the board. */
static void add_als(ss_answerer *answerer, const ss_shelf *shelf)
{
    const ss_als *als = &answerer->snapshot->als;
    ss_board *board = &answerer->board;
    const float *vector = fold_in(answerer), *fresh = freshness_of(answerer, shelf->freshness_exponent);
    if (!vector)
        return;
    size_t wanted = shelf->candidates < CANDIDATES_MAX ? (size_t)shelf->candidates : CANDIDATES_MAX;
    size_t found =
        ss_als_search(als, vector, wanted, admit_item, &answerer->rules, answerer->als_scratch, answerer->found);
    for (size_t i = 0; i < found; i++)
        add_factor_score(answerer, answerer->found[i].id, answerer->found[i].score, fresh);
    for (size_t i = 0; i < board->count; i++) {
        if (i + SS_BOARD_AHEAD < board->count) {
            ss_board_fetch(board, board->items[i + SS_BOARD_AHEAD]);
            ss_als_fetch(als, board->items[i + SS_BOARD_AHEAD]);
        }
        if (!board->cells[board->items[i]].in_part)
            add_factor_score(answerer, board->items[i], ss_als_score(als, vector, board->items[i]), fresh);
    }
}

/* What the visitor's session alone says: purchases of another day are no part of it. */
static void add_session_knn(ss_answerer *answerer)
{
    const ss_context *context = &answerer->context;
    const ss_scored *found;
    if (!answerer->knn_scratch)
        return;
    size_t count = ss_session_knn_score(&answerer->snapshot->session_knn, context->items, context->session_count,
                                        answerer->knn_scratch, &found);
    for (size_t i = 0; i < count; i++)
        if (found[i].id < answerer->board.item_count)
            ss_board_add(&answerer->board, found[i].id, found[i].score, SS_NONE);
}

static void add_source(ss_answerer *answerer, ss_source source, const ss_shelf *shelf)
{
    ss_relation relation;
    if (ss_source_relation(source, &relation))
        add_relation(answerer, relation, shelf);
    else if (source == SS_SOURCE_ALS)
        add_als(answerer, shelf);
    else if (source == SS_SOURCE_SESSION_KNN)
        add_session_knn(answerer);
    else if (source == SS_SOURCE_ALTERNATIVES)
        add_alternatives(answerer, shelf);
    else if (source == SS_SOURCE_HISTORY)
        add_history(answerer, shelf);
    else if (source == SS_SOURCE_REPURCHASE)
        add_repurchase(answerer, shelf);
    else if (source == SS_SOURCE_NEW)
        add_new(answerer, shelf);
    else
        add_order(answerer, source, shelf);
}

/* Evidence behind a blended product: of what contributed most. */
static ss_reason board_reason(const ss_answerer *answerer, const ss_shelf *shelf, uint32_t item)
{
    const ss_board_cell *cell = &answerer->board.cells[item];
    const ss_context *context = &answerer->context;
    ss_source source = (ss_source)cell->model;
    if (source == SS_SOURCE_SESSION_KNN)
        return ss_evidence_sessions(shelf, ss_session_knn_support(answerer->knn_scratch, item));
    if (source == SS_SOURCE_HISTORY || source == SS_SOURCE_REPURCHASE)
        return ss_evidence_history(answerer->snapshot, source, &context->history, item);
    if (cell->because == SS_NONE)
        return ss_evidence_rank(source, order_of(answerer, source), item);
    ss_reason reason = source == SS_SOURCE_ALTERNATIVES
                           ? ss_evidence_of_alternative(answerer->snapshot, shelf, cell->because, item)
                           : ss_evidence_of_pair(answerer->snapshot, shelf, source, cell->because, item);
    if (context->count > 1) {
        reason.supported_by = cell->support;
        reason.of = (uint32_t)context->count;
    }
    return reason;
}

/* ---- re-ranking: boosts and diversity ---- */

static void boost(ss_answerer *answerer, const ss_shelf *shelf)
{
    ss_board *board = &answerer->board;
    if (!shelf->lists || !ss_shelf_lists_boost(shelf->lists))
        return;
    for (size_t i = 0; i < board->count; i++)
        board->cells[board->items[i]].total *= ss_shelf_lists_factor(
            shelf->lists, board->items[i], ss_catalogue_category(&answerer->catalogue, board->items[i]));
}

static void show_found(ss_answerer *answerer, const ss_shelf *shelf, uint32_t item, float score)
{
    const ss_reason reason = board_reason(answerer, shelf, item);
    show(answerer, item, score, &reason);
}

static void show_ranked(ss_answerer *answerer, const ss_shelf *shelf)
{
    ss_scored next;
    while (!full(answerer) && ss_board_next(&answerer->board, &next))
        if (ss_rules_admit(&answerer->rules, next.id))
            show_found(answerer, shelf, next.id, next.score);
}

/* The best of the board as candidates, scores as shares of `most`, beside what is shown already. False: none is left. */
static bool gather_diverse(ss_answerer *answerer, const ss_shelf *shelf, float most)
{
    ss_diversity *diversity = &answerer->diversity;
    const ss_catalogue *catalogue = &answerer->catalogue;
    ss_scored next;
    ss_diversity_begin(diversity, shelf->diversity);
    while (diversity->count < (size_t)shelf->candidates && ss_board_next(&answerer->board, &next))
        if (ss_rules_admit(&answerer->rules, next.id))
            ss_diversity_add(diversity, next.id, ss_catalogue_category(catalogue, next.id), next.score / most);
    for (size_t i = 0; i < answerer->pinned_count; i++)
        ss_diversity_choose(diversity, answerer->pinned[i], ss_catalogue_category(catalogue, answerer->pinned[i]));
    for (size_t i = 0; i < answerer->count; i++)
        ss_diversity_choose(diversity, answerer->items[i].item,
                            ss_catalogue_category(catalogue, answerer->items[i].item));
    return diversity->count > 0;
}

static void show_diverse(ss_answerer *answerer, const ss_shelf *shelf)
{
    ss_scored next;
    uint32_t category;
    float score = INFINITY, most = answerer->board.ranking_count > 0 ? answerer->board.ranking[0].score : 0;
    if (most <= 0)
        return;
    while (!full(answerer) && gather_diverse(answerer, shelf, most))
        while (!full(answerer) && ss_diversity_next(&answerer->diversity, &next, &category)) {
            if (!ss_rules_admit(&answerer->rules, next.id))
                continue;
            score = fminf(score, next.score);
            show_found(answerer, shelf, next.id, score);
            ss_diversity_choose(&answerer->diversity, next.id, category);
        }
}

/* ---- blends ---- */

/* The sources of what the customer bought: first in a blend, so that others can be kept to that. */
static bool is_own(ss_source source)
{
    return source == SS_SOURCE_REPURCHASE || source == SS_SOURCE_HISTORY;
}

static void show_blend(ss_answerer *answerer, const double *weights, const ss_shelf *shelf)
{
    static const ss_source order[] = {
        SS_SOURCE_REPURCHASE,  SS_SOURCE_HISTORY,     SS_SOURCE_BOUGHT_TOGETHER,
        SS_SOURCE_RELATED,     SS_SOURCE_BOUGHT_NEXT, SS_SOURCE_ALTERNATIVES,
        SS_SOURCE_SESSION_KNN, SS_SOURCE_POPULAR,     SS_SOURCE_POPULAR_IN_CATEGORY,
        SS_SOURCE_TRENDING,    SS_SOURCE_NEW,         SS_SOURCE_ALS /* last: it scores what the others found */};
    ss_board *board = &answerer->board;
    ss_board_clear(board);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (weights[order[i]] > 0) {
            board->closed = shelf->only_bought && !is_own(order[i]);
            add_source(answerer, order[i], shelf);
            ss_board_close_part(board, order[i], weights[order[i]]);
        }
    boost(answerer, shelf);
    ss_board_rank(board);
    if (shelf->diversity > 0)
        show_diverse(answerer, shelf);
    else
        show_ranked(answerer, shelf);
}

/* ---- stages ---- */

/* The only source with a weight, or SS_SOURCE_COUNT when there are several or none. */
static ss_source only_source(const double *weights)
{
    ss_source only = SS_SOURCE_COUNT;
    for (unsigned source = 0; source < SS_SOURCE_COUNT; source++) {
        if (weights[source] <= 0)
            continue;
        if (only != SS_SOURCE_COUNT)
            return SS_SOURCE_COUNT;
        only = (ss_source)source;
    }
    return only;
}

static bool is_order(ss_source source)
{
    return source == SS_SOURCE_POPULAR || source == SS_SOURCE_POPULAR_IN_CATEGORY || source == SS_SOURCE_TRENDING;
}

/* Of an order the first candidates are ranked anew; the rest, where it is wanted, follows as it stands. */
static void run_ranked_stage(ss_answerer *answerer, const double *weights, ss_source only, const ss_shelf *shelf)
{
    size_t before = answerer->count;
    show_blend(answerer, weights, shelf);
    float most = answerer->count > before ? answerer->items[answerer->count - 1].score : INFINITY;
    if (is_order(only))
        show_order(answerer, only, most);
    else if (only == SS_SOURCE_NEW)
        show_new(answerer, shelf, most);
}

static bool is_ranked_anew(const ss_shelf *shelf)
{
    return shelf->diversity > 0 || (shelf->lists && ss_shelf_lists_boost(shelf->lists));
}

static void show_list(ss_answerer *answerer, const ss_shelf *shelf, ss_source source, uint32_t because)
{
    if (because >= answerer->catalogue.known)
        show_alike(answerer, because);
    else if (source == SS_SOURCE_ALTERNATIVES)
        show_alternatives(answerer, shelf, because);
    else
        show_neighbours(answerer, source, shelf, because);
}

static void run_stage(ss_answerer *answerer, const double *weights, const ss_shelf *shelf)
{
    ss_source only = only_source(weights);
    ss_relation relation;
    size_t starts = answerer->context.count;
    if (is_ranked_anew(shelf))
        run_ranked_stage(answerer, weights, only, shelf);
    else if (is_order(only))
        show_order(answerer, only, INFINITY);
    else if (only == SS_SOURCE_NEW)
        show_new(answerer, shelf, INFINITY);
    else if ((only == SS_SOURCE_ALTERNATIVES || ss_source_relation(only, &relation)) && starts <= 1) {
        if (starts == 1)
            show_list(answerer, shelf, only, answerer->context.items[0]);
    } else
        show_blend(answerer, weights, shelf);
}

static void run_stages(ss_answerer *answerer, const ss_shelf *shelf)
{
    answerer->stage = 0;
    run_stage(answerer, shelf->weights, shelf);
    for (size_t i = 0; i < shelf->fallback_count && !full(answerer); i++) {
        double weights[SS_SOURCE_COUNT] = {0};
        weights[shelf->fallbacks[i]] = 1;
        answerer->stage = (uint32_t)i + 1;
        run_stage(answerer, weights, shelf);
    }
}

/* ---- pins ---- */

static uint32_t pinned_item(const ss_answerer *answerer, const ss_pin *pin)
{
    return pin->item != SS_NONE ? pin->item : ss_catalogue_find(&answerer->catalogue, pin->id);
}

/* Products that have their place are taken first: what follows leaves them and their variants out. */
static void take_pins(ss_answerer *answerer, const ss_shelf *shelf)
{
    size_t most = answerer->limit;
    answerer->pinned_count = 0;
    for (size_t i = 0; shelf->lists && i < shelf->lists->pin_count; i++) {
        const ss_pin *pin = &shelf->lists->pins[i];
        uint32_t item = pinned_item(answerer, pin);
        if (pin->position > most || !ss_rules_admit(&answerer->rules, item))
            continue;
        ss_rules_mark(&answerer->rules, item, SS_STATE_SHOWN);
        answerer->positions[answerer->pinned_count] = pin->position;
        answerer->pinned[answerer->pinned_count++] = item;
    }
    answerer->limit = most - answerer->pinned_count;
}

/* From the last place to the first: a pin stands at its position, or at the end where there is too little before it. */
static void place_pins(ss_answerer *answerer)
{
    size_t others = answerer->count, pins = answerer->pinned_count;
    answerer->limit += pins;
    answerer->count += pins;
    for (size_t place = answerer->count; pins > 0; place--) {
        size_t wanted = answerer->positions[pins - 1], last = others + pins;
        if (place == (wanted < last ? wanted : last))
            answerer->items[place - 1] =
                (ss_answer_item){answerer->pinned[--pins], 0, {.model = SS_SOURCE_PINNED, .because = SS_NONE}};
        else
            answerer->items[place - 1] = answerer->items[--others];
    }
}

/* ---- the answer ---- */

static bool asks_for_all(const ss_shelf *shelf)
{
    for (size_t i = 0; i < shelf->fallback_count; i++)
        if (shelf->fallbacks[i] == SS_SOURCE_POPULAR)
            return true;
    return only_source(shelf->weights) == SS_SOURCE_POPULAR;
}

static ss_short why_short(const ss_answerer *answerer, const ss_shelf *shelf)
{
    const uint32_t *removed = answerer->rules.removed;
    if (answerer->count >= answerer->limit)
        return SS_SHORT_NOT;
    if (removed[SS_REMOVED_CATEGORY] || removed[SS_REMOVED_PRICE] || removed[SS_REMOVED_EXCLUDED] ||
        removed[SS_REMOVED_BOUGHT] || removed[SS_REMOVED_DISMISSED] || removed[SS_REMOVED_SHOWN] ||
        removed[SS_REMOVED_DENIED] || removed[SS_REMOVED_CAPPED] || removed[SS_REMOVED_SETTLED] ||
        removed[SS_REMOVED_ACCESS] || !answerer->rules.any_category)
        return SS_SHORT_FILTERED;
    return asks_for_all(shelf) && answerer->catalogue.unsold == 0 ? SS_SHORT_CATALOGUE : SS_SHORT_NO_EVIDENCE;
}

static ss_status check_request(const ss_request *request, ss_error *error)
{
    const struct {
        const char *field;
        size_t value, low, high;
    } bounds[] = {{"limit", request->limit, 1, SS_LIMIT_MAX},
                  {"items", request->item_count, 0, SS_CONTEXT_MAX},
                  {"cart", request->cart_count, 0, SS_CONTEXT_MAX},
                  {"exclude", request->exclude_count, 0, SS_EXCLUDE_MAX}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (bounds[i].value < bounds[i].low || bounds[i].value > bounds[i].high) {
            ss_error_set(error, SS_E_RANGE, "%s: %zu is outside %zu to %zu", bounds[i].field, bounds[i].value,
                         bounds[i].low, bounds[i].high);
            ss_error_field(error, bounds[i].field);
            return SS_E_RANGE;
        }
    return SS_OK;
}

static size_t most_items(const ss_shelf *shelf, const ss_request *request)
{
    return shelf->max_items > 0 && shelf->max_items < request->limit ? (size_t)shelf->max_items : request->limit;
}

/* That relative prices are held against: of the page, or else the newest of the session; SS_NONE: there is none. */
static uint32_t compared_item(const ss_context *context)
{
    if (context->page_item != SS_NONE)
        return context->page_item;
    return context->session_count > 0 ? context->items[0] : SS_NONE;
}

/* Who asks is asked for only where some rule of access is in force. */
static uint32_t denied_rules(const ss_answerer *answerer, const ss_request *request)
{
    const ss_snapshot *snapshot = answerer->snapshot;
    const ss_visit *visit = &answerer->context.visit;
    uint32_t in_force = snapshot->reserved ? ss_reserved_in_force(snapshot->reserved, request->now) : 0;
    if (!in_force)
        return 0;
    ss_slice customer_id = request->no_consent ? (ss_slice){"", 0} : request->customer_id;
    ss_audience audience = ss_audience_of(snapshot, customer_id, &visit->session, &visit->customer, request->now);
    return ss_reserved_denied(snapshot->reserved, in_force, audience.segments);
}

static ss_status begin_answer(ss_answerer *answerer, const ss_shelf *shelf, const ss_request *request, ss_error *error)
{
    ss_status status = check_request(request, error);
    if (status != SS_OK)
        return status;
    answerer->count = 0;
    answerer->limit = most_items(shelf, request);
    ss_context_gather(&answerer->context, &answerer->rules, shelf, request);
    ss_rules_restrict(&answerer->rules, shelf, compared_item(&answerer->context));
    answerer->rules.denied = denied_rules(answerer, request);
    return SS_OK;
}

static void finish_answer(ss_answerer *answerer, const ss_shelf *shelf, ss_answer *answer)
{
    ss_short code = why_short(answerer, shelf);
    if (answerer->count < (size_t)shelf->min_items) {
        answerer->count = 0;
        code = SS_SHORT_HIDDEN;
    }
    answer->items = answerer->items;
    answer->count = answerer->count;
    answer->short_code = code;
    answer->missing = (uint32_t)(answerer->limit - answerer->count);
    answer->page_item = answerer->context.page_item;
    answer->unknown_item = answerer->context.unknown_item;
    answer->unknown_customer = answerer->context.unknown_customer;
    answer->unknown_session = answerer->context.visit.unknown_session;
    memcpy(answer->removed, answerer->rules.removed, sizeof answer->removed);
}

ss_status ss_answer_shelf(ss_answerer *answerer, const ss_shelf *shelf, const ss_request *request, ss_answer *answer,
                          ss_error *error)
{
    ss_status status = begin_answer(answerer, shelf, request, error);
    if (status != SS_OK)
        return status;
    take_pins(answerer, shelf);
    run_stages(answerer, shelf);
    place_pins(answerer);
    finish_answer(answerer, shelf, answer);
    return SS_OK;
}

ss_status ss_answer_chosen(ss_answerer *answerer, const ss_shelf *shelf, const ss_request *request,
                           const uint32_t *items, size_t count, ss_answer *answer, ss_error *error)
{
    ss_status status = begin_answer(answerer, shelf, request, error);
    if (status != SS_OK)
        return status;
    answerer->stage = 0;
    for (size_t i = 0; i < count && !full(answerer); i++)
        if (ss_rules_admit(&answerer->rules, items[i]))
            show(answerer, items[i], 0, &(ss_reason){.model = SS_SOURCE_PINNED, .because = SS_NONE});
    finish_answer(answerer, shelf, answer);
    return SS_OK;
}

const ss_visit *ss_answerer_meet(ss_answerer *answerer, const ss_request *request)
{
    ss_context_meet(&answerer->context, answerer->snapshot, request);
    return &answerer->context.visit;
}

ss_status ss_answerer_fold_in(ss_answerer *answerer, const ss_shelf *shelf, const ss_request *request,
                              const float **vector, ss_error *error)
{
    ss_status status = begin_answer(answerer, shelf, request, error);
    if (status == SS_OK)
        *vector = fold_in(answerer);
    return status;
}

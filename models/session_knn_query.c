#include "models/session_knn_query.h"

#include "base/file.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define PATH_ROOM 4096

/* ---- opening ---- */

static const ss_tensor *tensor_of(const ss_session_knn *model, const char *name)
{
    return ss_model_file_tensor(model->file, name);
}

/* The schema has made sure that the tensors are there and their dimensions agree. */
static void view_tensors(ss_session_knn *model)
{
    const ss_tensor *lists = tensor_of(model, "items.sessions"), *members = tensor_of(model, "sessions.items"),
                    *degrees = tensor_of(model, "items.degrees"), *times = tensor_of(model, "sessions.times");
    model->list_offsets = tensor_of(model, "items.offsets")->data;
    model->member_offsets = tensor_of(model, "sessions.offsets")->data;
    model->lists = lists->data;
    model->entry_count = lists->count;
    model->members = members->data;
    model->member_count = members->count;
    model->degrees = degrees->data;
    model->item_count = (uint32_t)degrees->count;
    model->times = times->data;
    model->session_count = (uint32_t)times->count;
    model->weights = tensor_of(model, "items.weights")->data;
}

static ss_status bad_metadata(const char *path, const char *key, const char *found, const char *expected,
                              ss_error *error)
{
    ss_error_set(error, SS_E_CORRUPT, "the metadata has no usable %s", key);
    ss_error_place(error, path, 0);
    ss_error_field(error, key);
    ss_error_found(error, found ? found : "none", strlen(found ? found : "none"), expected);
    return SS_E_CORRUPT;
}

static ss_status read_count(const ss_session_knn *model, const char *path, const char *key, uint32_t *count,
                            ss_error *error)
{
    double value;
    if (!ss_model_file_metadata_f64(model->file, key, &value) || !(value >= 1) || value > SS_SESSION_KNN_SAMPLED_MAX)
        return bad_metadata(path, key, ss_model_file_metadata(model->file, key), "1 to 20000", error);
    *count = (uint32_t)value;
    return SS_OK;
}

static ss_status read_weighting(const ss_session_knn *model, const char *path, const char *key,
                                ss_session_weighting *weighting, ss_error *error)
{
    const char *text = ss_model_file_metadata(model->file, key);
    for (unsigned w = 0; text && w < SS_SESSION_WEIGHTING_COUNT; w++)
        if (strcmp(text, ss_session_weighting_name((ss_session_weighting)w)) == 0) {
            *weighting = (ss_session_weighting)w;
            return SS_OK;
        }
    return bad_metadata(path, key, text, "linear, quadratic, log or harmonic", error);
}

ss_status ss_session_knn_open(const char *generation_path, ss_session_knn *model, ss_error *error)
{
    ss_status status = SS_OK;
    ss_session_knn opened = {0};
    char path[PATH_ROOM];

    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_SESSION_KNN_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_session_knn_schema, &opened.file, error));
    view_tensors(&opened);
    SS_TRY(read_count(&opened, path, "sampled", &opened.sampled, error));
    SS_TRY(read_count(&opened, path, "neighbours", &opened.neighbours, error));
    SS_TRY(read_weighting(&opened, path, "decay", &opened.decay, error));
    SS_TRY(read_weighting(&opened, path, "match", &opened.match, error));
    *model = opened;
    return SS_OK;
out:
    ss_session_knn_close(&opened);
    return status;
}

void ss_session_knn_close(ss_session_knn *model)
{
    if (!model)
        return;
    ss_model_file_close(&model->file);
    *model = (ss_session_knn){0};
}

/* ---- working memory ---- */

/* The list of one item of the session under way, walked from its most recent session on. */
typedef struct cursor {
    uint32_t session, position; /* position: 0 the newest item */
    const uint32_t *next, *end;
} cursor;

typedef struct sample {
    uint32_t session, match; /* match: position of the newest item shared */
    double similarity;
} sample;

struct ss_session_knn_scratch {
    cursor cursors[SS_SESSION_KNN_ITEMS_MAX]; /* a heap: most recent session at the root, then newest item */
    size_t cursor_count;
    double decays[SS_SESSION_KNN_ITEMS_MAX];
    sample *samples;    /* room for `sampled` */
    ss_scored *nearest; /* room for `neighbours` */
    double *sums;       /* item_count, 0 between queries */
    uint16_t *support;  /* item_count, 0 but for what the last query found */
    ss_scored *found;   /* item_count */
    size_t found_count;
};

ss_session_knn_scratch *ss_session_knn_scratch_new(const ss_session_knn *model)
{
    ss_session_knn_scratch *new = calloc(1, sizeof *new);
    if (!new)
        return NULL;
    new->samples = ss_array_new(model->sampled, sizeof *new->samples);
    new->nearest = ss_array_new(model->neighbours, sizeof *new->nearest);
    new->sums = ss_array_zeroed(model->item_count, sizeof *new->sums);
    new->support = ss_array_zeroed(model->item_count, sizeof *new->support);
    new->found = ss_array_new(model->item_count, sizeof *new->found);
    if (!new->samples || !new->nearest || !new->sums || !new->support || !new->found)
        ss_session_knn_scratch_free(&new);
    return new;
}

void ss_session_knn_scratch_free(ss_session_knn_scratch **scratch)
{
    ss_session_knn_scratch *old = *scratch;
    *scratch = NULL;
    if (!old)
        return;
    free(old->samples);
    free(old->nearest);
    free(old->sums);
    free(old->support);
    free(old->found);
    free(old);
}

/* ---- sampling: the lists are merged by falling time ---- */

static bool cursor_before(const cursor *a, const cursor *b)
{
    return a->session > b->session || (a->session == b->session && a->position < b->position);
}

static void sift_down(cursor *heap, size_t count, size_t at)
{
    cursor moving = heap[at];
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && cursor_before(&heap[child + 1], &heap[child]))
            child++;
        if (!cursor_before(&heap[child], &moving))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

static void add_cursor(const ss_session_knn *model, ss_session_knn_scratch *scratch, uint32_t item, size_t position)
{
    if (item >= model->item_count)
        return;
    uint64_t from = model->list_offsets[item], to = model->list_offsets[item + 1];
    if (from >= to || to > model->entry_count)
        return;
    const uint32_t *list = model->lists + from;
    scratch->cursors[scratch->cursor_count++] = (cursor){list[0], (uint32_t)position, list + 1, model->lists + to};
}

static bool repeated(const uint32_t *items, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (items[i] == items[at])
            return true;
    return false;
}

static void begin(const ss_session_knn *model, const uint32_t *items, size_t count, ss_session_knn_scratch *scratch)
{
    size_t length = 0;
    scratch->cursor_count = 0;
    for (size_t i = 0; i < count && length < SS_SESSION_KNN_ITEMS_MAX; i++)
        if (!repeated(items, i))
            add_cursor(model, scratch, items[i], length++);
    for (size_t position = 0; position < length; position++)
        scratch->decays[position] = ss_session_decay(model->decay, position + 1, length);
    for (size_t at = scratch->cursor_count / 2; at-- > 0;)
        sift_down(scratch->cursors, scratch->cursor_count, at);
}

static void advance(ss_session_knn_scratch *scratch)
{
    cursor *top = &scratch->cursors[0];
    if (top->next < top->end)
        top->session = *top->next++;
    else
        *top = scratch->cursors[--scratch->cursor_count];
    if (scratch->cursor_count > 1)
        sift_down(scratch->cursors, scratch->cursor_count, 0);
}

/*
 * The m most recent sessions that share an item, with their similarities. The paper walks item by item and throws the
 * oldest out of a heap; that ends with the same sessions, as one thrown out is older than m others and cannot return.
 * Merged by time, the walk stops with the session after the last one wanted and never looks one up. Of equal sessions
 * the newest item comes first: it is the match.
 */
static size_t draw_samples(const ss_session_knn *model, ss_session_knn_scratch *scratch)
{
    size_t count = 0;
    while (scratch->cursor_count > 0) {
        const cursor *top = &scratch->cursors[0];
        if (count == 0 || scratch->samples[count - 1].session != top->session) {
            if (count == model->sampled)
                break;
            scratch->samples[count++] = (sample){top->session, top->position, 0};
        }
        scratch->samples[count - 1].similarity += scratch->decays[top->position];
        advance(scratch);
    }
    return count;
}

/* ---- neighbours and their items ---- */

/* Samples stand by falling time, so that the lower number of a tie is the more recent session. */
static size_t keep_nearest(const ss_session_knn *model, ss_session_knn_scratch *scratch, size_t sampled)
{
    ss_topk nearest;
    ss_topk_init(&nearest, scratch->nearest, model->neighbours);
    for (size_t i = 0; i < sampled; i++) {
        ss_scored entry = {(float)scratch->samples[i].similarity, (uint32_t)i};
        if (ss_topk_admits(&nearest, entry))
            ss_topk_push(&nearest, entry);
    }
    return nearest.count;
}

static void add_session(const ss_session_knn *model, ss_session_knn_scratch *scratch, uint32_t session, double weight)
{
    if (session >= model->session_count)
        return;
    uint64_t from = model->member_offsets[session], to = model->member_offsets[session + 1];
    if (from > to || to > model->member_count)
        return;
    for (uint64_t e = from; e < to; e++) {
        uint32_t item = model->members[e];
        if (item >= model->item_count)
            continue;
        if (scratch->sums[item] == 0)
            scratch->found[scratch->found_count++].id = item;
        scratch->sums[item] += weight;
        scratch->support[item]++;
    }
}

/* Leaves the sums 0 again. */
static void weigh_items(const ss_session_knn *model, ss_session_knn_scratch *scratch)
{
    size_t kept = 0;
    for (size_t i = 0; i < scratch->found_count; i++) {
        uint32_t item = scratch->found[i].id;
        float score = (float)(scratch->sums[item] * model->weights[item]);
        scratch->sums[item] = 0;
        if (score > 0)
            scratch->found[kept++] = (ss_scored){score, item};
        else
            scratch->support[item] = 0;
    }
    scratch->found_count = kept;
}

static void forget_last(ss_session_knn_scratch *scratch)
{
    for (size_t i = 0; i < scratch->found_count; i++)
        scratch->support[scratch->found[i].id] = 0;
    scratch->found_count = 0;
}

size_t ss_session_knn_score(const ss_session_knn *model, const uint32_t *items, size_t count,
                            ss_session_knn_scratch *scratch, const ss_scored **found)
{
    begin(model, items, count, scratch);
    size_t nearest = keep_nearest(model, scratch, draw_samples(model, scratch));
    forget_last(scratch);
    for (size_t i = 0; i < nearest; i++) {
        const sample *neighbour = &scratch->samples[scratch->nearest[i].id];
        double weight = neighbour->similarity * ss_session_match(model->match, neighbour->match + 1);
        if (weight > 0)
            add_session(model, scratch, neighbour->session, weight);
    }
    weigh_items(model, scratch);
    *found = scratch->found;
    return scratch->found_count;
}

uint32_t ss_session_knn_support(const ss_session_knn_scratch *scratch, uint32_t item)
{
    return scratch->support[item];
}

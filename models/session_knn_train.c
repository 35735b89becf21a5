#include "models/session_knn_train.h"

#include "base/file.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PATH_ROOM  4096
#define VIEWS      (1u << SS_EVENT_VIEW)
#define WEIGHTINGS "linear|quadratic|log|harmonic"

/* clang-format off */
#define OPTION(MEMBER) offsetof(ss_session_knn_options, MEMBER)
const ss_option ss_session_knn_option_table[] = {
    {"sampled", SS_OPTION_INT, OPTION(sampled), 1, SS_SESSION_KNN_SAMPLED_MAX, "1500", NULL, NULL,
     "Past sessions compared: the most recent that share an item."},
    {"neighbours", SS_OPTION_INT, OPTION(neighbours), 1, SS_SESSION_KNN_SAMPLED_MAX, "288", NULL, NULL,
     "Of those, the most similar that are kept."},
    {"most-items", SS_OPTION_INT, OPTION(most_items), 2, 100000, "100", NULL, NULL,
     "Sessions of more items are left out: robots."},
    {"decay", SS_OPTION_CHOICE, OPTION(decay), 0, 0, "linear", WEIGHTINGS, NULL,
     "How an item's say in the similarity falls with its age in the session."},
    {"match", SS_OPTION_CHOICE, OPTION(match), 0, 0, "linear", WEIGHTINGS, NULL,
     "How a neighbour's say falls with the age of the newest item that it shares."},
    {"rarity", SS_OPTION_REAL, OPTION(rarity), 0, 4, "1", NULL, NULL,
     "Items weigh the logarithm of how rare they are to this power; 0: all the same."},
    {.name = NULL}};
/* clang-format on */

bool ss_session_knn_learns(const ss_interactions *interactions)
{
    for (size_t r = 0; r < interactions->count; r++)
        if (interactions->rows[r].event == SS_EVENT_VIEW && interactions->rows[r].basket != SS_NONE)
            return true;
    return false;
}

/* ---- the file's arrays ---- */

typedef struct kept_session {
    int64_t time;
    uint32_t basket;
} kept_session;

typedef struct session_index {
    kept_session *sessions; /* by rising time, then basket */
    uint32_t session_count, item_count;
    uint64_t *member_offsets, *list_offsets;
    uint32_t *members, *lists, *degrees;
    int64_t *times;
    float *weights;
} session_index;

static void index_release(session_index *of)
{
    free(of->sessions);
    free(of->member_offsets);
    free(of->list_offsets);
    free(of->members);
    free(of->lists);
    free(of->degrees);
    free(of->times);
    free(of->weights);
}

static int oldest_first(const void *a, const void *b)
{
    const kept_session *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->basket < y->basket ? -1 : x->basket > y->basket;
}

static ss_status keep_sessions(session_index *of, const ss_groups *groups, int64_t most_items, ss_error *error)
{
    of->sessions = ss_array_new(groups->group_count, sizeof *of->sessions);
    if (!of->sessions)
        return ss_error_nomem(error);
    for (size_t g = 0; g < groups->group_count; g++) {
        uint64_t size = groups->offsets[g + 1] - groups->offsets[g];
        if (size >= 2 && size <= (uint64_t)most_items)
            of->sessions[of->session_count++] = (kept_session){groups->group_time[g], (uint32_t)g};
    }
    qsort(of->sessions, of->session_count, sizeof *of->sessions, oldest_first);
    return SS_OK;
}

static ss_status copy_sessions(session_index *of, const ss_groups *groups, ss_error *error)
{
    of->member_offsets = ss_array_zeroed((size_t)of->session_count + 1, sizeof *of->member_offsets);
    of->members = ss_array_new((size_t)groups->offsets[groups->group_count], sizeof *of->members);
    of->times = ss_array_new(of->session_count, sizeof *of->times);
    of->degrees = ss_array_zeroed(of->item_count, sizeof *of->degrees);
    if (!of->member_offsets || !of->members || !of->times || !of->degrees)
        return ss_error_nomem(error);
    for (uint32_t s = 0; s < of->session_count; s++) {
        uint64_t from = groups->offsets[of->sessions[s].basket], to = groups->offsets[of->sessions[s].basket + 1];
        memcpy(of->members + of->member_offsets[s], groups->items + from, (to - from) * sizeof *of->members);
        of->member_offsets[s + 1] = of->member_offsets[s] + (to - from);
        of->times[s] = of->sessions[s].time;
        for (uint64_t e = from; e < to; e++)
            of->degrees[groups->items[e]]++;
    }
    return SS_OK;
}

/* Dealt out from the most recent session on, until a list is full. */
static ss_status list_sessions(session_index *of, uint32_t sampled, ss_error *error)
{
    uint64_t *next = ss_array_new(of->item_count, sizeof *next);
    of->list_offsets = ss_array_zeroed((size_t)of->item_count + 1, sizeof *of->list_offsets);
    if (!next || !of->list_offsets) {
        free(next);
        return ss_error_nomem(error);
    }
    for (uint32_t i = 0; i < of->item_count; i++) {
        uint32_t room = of->degrees[i] < sampled ? of->degrees[i] : sampled;
        next[i] = of->list_offsets[i];
        of->list_offsets[i + 1] = next[i] + room;
    }
    of->lists = ss_array_new((size_t)of->list_offsets[of->item_count], sizeof *of->lists);
    for (uint32_t s = of->session_count; of->lists && s-- > 0;)
        for (uint64_t e = of->member_offsets[s]; e < of->member_offsets[s + 1]; e++) {
            uint32_t item = of->members[e];
            if (next[item] < of->list_offsets[item + 1])
                of->lists[next[item]++] = s;
        }
    free(next);
    return of->lists ? SS_OK : ss_error_nomem(error);
}

static ss_status weigh_items(session_index *of, double rarity, ss_error *error)
{
    of->weights = ss_array_zeroed(of->item_count, sizeof *of->weights);
    if (!of->weights)
        return ss_error_nomem(error);
    for (uint32_t i = 0; i < of->item_count; i++)
        if (of->degrees[i] > 0)
            of->weights[i] = (float)pow(log((double)of->session_count / of->degrees[i]), rarity);
    return SS_OK;
}

/* ---- the file ---- */

static ss_status add_tensors(ss_model_writer *writer, const session_index *of, ss_error *error)
{
    ss_status status = SS_OK;
    uint64_t items = of->item_count, sessions = of->session_count;
    SS_TRY(ss_model_writer_add(writer, "items.offsets", SS_U64, of->list_offsets, items + 1, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.sessions", SS_U32, of->lists, of->list_offsets[items], 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.degrees", SS_U32, of->degrees, items, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items.weights", SS_F32, of->weights, items, 0, error));
    SS_TRY(ss_model_writer_add(writer, "sessions.offsets", SS_U64, of->member_offsets, sessions + 1, 0, error));
    SS_TRY(ss_model_writer_add(writer, "sessions.items", SS_U32, of->members, of->member_offsets[sessions], 0, error));
    SS_TRY(ss_model_writer_add(writer, "sessions.times", SS_I64, of->times, sessions, 0, error));
out:
    return status;
}

static ss_status write_index(const session_index *of, const ss_session_knn_options *options, const char *path,
                             ss_error *error)
{
    ss_status status = SS_OK;
    const char *decay = ss_session_weighting_name((ss_session_weighting)options->decay),
               *match = ss_session_weighting_name((ss_session_weighting)options->match);
    ss_model_writer *writer = ss_model_writer_new(&ss_session_knn_schema);
    if (!writer)
        return ss_error_nomem(error);
    SS_TRY(add_tensors(writer, of, error));
    SS_TRY(ss_model_writer_metadata_f64(writer, "sampled", (double)options->sampled, error));
    SS_TRY(ss_model_writer_metadata_f64(writer, "neighbours", (double)options->neighbours, error));
    SS_TRY(ss_model_writer_metadata(writer, "decay", decay, error));
    SS_TRY(ss_model_writer_metadata(writer, "match", match, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    return status;
}

ss_status ss_session_knn_train(const ss_interactions *interactions, const ss_session_knn_options *options,
                               const char *generation_path, ss_error *error)
{
    ss_status status = SS_OK;
    session_index of = {.item_count = interactions->item_count};
    ss_groups groups = {0};
    char path[PATH_ROOM];

    SS_TRY(ss_options_check(ss_session_knn_option_table, options, error));
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_SESSION_KNN_FILE, error));
    SS_TRY(ss_groups_make(interactions, SS_BY_BASKET, VIEWS, false, false, &groups, error));
    SS_TRY(keep_sessions(&of, &groups, options->most_items, error));
    SS_TRY(copy_sessions(&of, &groups, error));
    SS_TRY(list_sessions(&of, (uint32_t)options->sampled, error));
    SS_TRY(weigh_items(&of, options->rarity, error));
    SS_TRY(write_index(&of, options, path, error));
out:
    ss_groups_free(&groups);
    index_release(&of);
    return status;
}

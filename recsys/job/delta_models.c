#include "job/delta_models.h"

#include "base/file.h"
#include "base/memory.h"
#include "models/alternatives_query.h"
#include "models/alternatives_rows_train.h"
#include "models/cooccurrence_query.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- co-occurrence ---- */

static const uint8_t *changed_of(const ss_delta_rows *rows, ss_relation relation)
{
    return relation == SS_BOUGHT_TOGETHER ? rows->changed_in_baskets : rows->changed_of_customers;
}

static ss_status make_lists(ss_pair_lists *lists, uint32_t items, uint64_t entries, ss_error *error)
{
    lists->item_count = items;
    lists->offsets = ss_array_new((size_t)items + 1, sizeof *lists->offsets);
    lists->neighbours = ss_array_new(entries, sizeof *lists->neighbours);
    lists->scores = ss_array_new(entries, sizeof *lists->scores);
    lists->pairs = ss_array_new(entries, sizeof *lists->pairs);
    lists->customers = ss_array_new(entries, sizeof *lists->customers);
    return lists->offsets && lists->neighbours && lists->scores && lists->pairs && lists->customers
               ? SS_OK
               : ss_error_nomem(error);
}

/* Appends a list at *at. */
static void append(ss_pair_lists *to, uint64_t *at, const ss_neighbours *list)
{
    if (list->count == 0)
        return;
    memcpy(to->neighbours + *at, list->items, list->count * sizeof *list->items);
    memcpy(to->scores + *at, list->scores, list->count * sizeof *list->scores);
    memcpy(to->pairs + *at, list->pairs, list->count * sizeof *list->pairs);
    memcpy(to->customers + *at, list->customers, list->count * sizeof *list->customers);
    *at += list->count;
}

static ss_neighbours counted_list(const ss_pair_lists *lists, uint32_t item)
{
    uint64_t from = lists->offsets[item];
    return (ss_neighbours){lists->neighbours + from, lists->scores + from, lists->pairs + from, lists->customers + from,
                           (size_t)(lists->offsets[item + 1] - from)};
}

/* Puts the base's lists where none was counted; degrees and groups are the new ones already. */
static ss_status fill_in(const ss_cooccurrence *base, ss_relation relation, const uint8_t *changed,
                         ss_pair_lists *lists, ss_error *error)
{
    ss_pair_lists joined = {0};
    uint64_t at = 0, kept = base->relations[relation].entries;
    ss_status status = make_lists(&joined, lists->item_count, lists->offsets[lists->item_count] + kept, error);
    for (uint32_t item = 0; status == SS_OK && item < lists->item_count; item++) {
        ss_neighbours list =
            changed[item] ? counted_list(lists, item) : ss_cooccurrence_neighbours(base, relation, item);
        joined.offsets[item] = at;
        append(&joined, &at, &list);
    }
    if (status == SS_OK) {
        joined.offsets[lists->item_count] = at;
        joined.degrees = lists->degrees;
        joined.group_count = lists->group_count;
        lists->degrees = NULL;
        ss_pair_lists_free(lists);
        *lists = joined;
        joined = (ss_pair_lists){0};
    }
    ss_pair_lists_free(&joined);
    return status;
}

static uint32_t count_changed(const uint8_t *changed, uint32_t items)
{
    uint32_t count = changed ? 0 : items;
    for (uint32_t item = 0; changed && item < items; item++)
        count += changed[item];
    return count;
}

ss_status ss_delta_cooccurrence(const char *base_path, const ss_delta_rows *rows,
                                const ss_cooccurrence_options *options, int threads, ss_progress_sink *progress,
                                const char *path, uint32_t recounted[SS_RELATION_COUNT], ss_error *error)
{
    ss_status status;
    ss_cooccurrence base = {0};
    ss_pair_lists lists[SS_RELATION_COUNT] = {{0}};
    SS_TRY(ss_cooccurrence_open(base_path, &base, error));
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++) {
        const uint8_t *changed = changed_of(rows, (ss_relation)r);
        recounted[r] = count_changed(changed, rows->log.item_count);
        SS_TRY(ss_relation_recount(&rows->log, (ss_relation)r, changed, &options->relations[r], threads, progress,
                                   &lists[r], error));
        if (changed)
            SS_TRY(fill_in(&base, (ss_relation)r, changed, &lists[r], error));
    }
    SS_TRY(ss_cooccurrence_write(lists, path, error));
out:
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++)
        ss_pair_lists_free(&lists[r]);
    ss_cooccurrence_close(&base);
    return status;
}

/* ---- substitutes ---- */

typedef struct similar {
    const ss_alternatives *model;
    const ss_items *base;
    const ss_items_content *items;
    size_t list_length;
    ss_alternatives_scratch *scratch; /* owned */
    ss_scored *found;                 /* owned: list_length */
    ss_alternatives_lists lists;      /* owned */
    uint64_t at;                      /* entries so far */
} similar;

static void similar_release(similar *of)
{
    ss_alternatives_scratch_free(&of->scratch);
    free(of->found);
    ss_alternatives_lists_free(&of->lists);
}

/* A name of the content as the base numbers it. */
static uint32_t number_in_base(const ss_slice *names, uint32_t count, uint32_t number, const ss_strings *base)
{
    return number < count ? ss_strings_find(base, names[number]) : SS_NONE;
}

/* The groups of a file have no lookup. */
static uint32_t group_in_base(const similar *of, uint32_t item)
{
    uint32_t group = of->items->group[item];
    for (uint32_t g = 0; group < of->items->group_count && g < of->base->groups.count; g++)
        if (ss_slice_equal(ss_strings_at(&of->base->groups, g), of->items->groups[group]))
            return g;
    return SS_NONE;
}

/* Two at most of another group, as the lists of a training have them. */
static bool is_one_too_many(const similar *of, size_t kept, uint32_t item)
{
    uint32_t group = of->base->group[item], same = 0;
    for (size_t k = 0; group != SS_NONE && k < kept; k++)
        same += of->base->group[of->found[k].id] == group;
    return same >= SS_ALTERNATIVES_OF_GROUP;
}

static void add_similar(similar *of, uint32_t item)
{
    const ss_items_content *items = of->items;
    const ss_alternatives_question question = {
        items->names[item],
        number_in_base(items->categories, items->category_count, items->category[item], &of->base->categories),
        group_in_base(of, item), items->price[item]};
    const ss_alternatives_place place = ss_alternatives_place_of(question.price, question.category);
    size_t count = question.name.size == 0 ? 0
                                           : ss_alternatives_similar(of->model, of->base, of->scratch, &question,
                                                                     of->found, of->list_length);
    for (size_t k = 0, kept = 0; k < count; k++) {
        ss_scored found = of->found[k];
        if (is_one_too_many(of, kept, found.id))
            continue;
        of->found[kept++] = found;
        double most =
            ss_alternatives_score(&of->model->weights, 1, 0, 0, place,
                                  ss_alternatives_place_of(of->base->price[found.id], of->base->category[found.id]));
        of->lists.items[of->at] = found.id;
        of->lists.scores[of->at] = found.score;
        of->lists.similarity[of->at] = (float)fmin(most > 0 ? (double)found.score / most : 0, 1);
        of->lists.sessions[of->at] = of->lists.customers[of->at] = of->lists.orders[of->at] = 0;
        of->at++;
    }
}

static ss_status make_similar(similar *of, ss_error *error)
{
    ss_alternatives_lists *lists = &of->lists;
    uint32_t count = of->items->count, known = of->base->count;
    uint64_t entries = of->model->entry_count, room = entries + (uint64_t)(count - known) * of->list_length;
    of->scratch = ss_alternatives_scratch_new(of->model);
    of->found = ss_array_new(of->list_length, sizeof *of->found);
    lists->offsets = ss_array_new((size_t)count + 1, sizeof *lists->offsets);
    lists->items = ss_array_new(room, sizeof *lists->items);
    lists->scores = ss_array_new(room, sizeof *lists->scores);
    lists->similarity = ss_array_new(room, sizeof *lists->similarity);
    lists->sessions = ss_array_new(room, sizeof *lists->sessions);
    lists->customers = ss_array_new(room, sizeof *lists->customers);
    lists->orders = ss_array_new(room, sizeof *lists->orders);
    if (!of->scratch || !of->found || !lists->offsets || !lists->items || !lists->scores || !lists->similarity ||
        !lists->sessions || !lists->customers || !lists->orders)
        return ss_error_nomem(error);
    return SS_OK;
}

static void copy_base(similar *of)
{
    const ss_alternatives *model = of->model;
    ss_alternatives_lists *lists = &of->lists;
    size_t entries = (size_t)model->entry_count;
    memcpy(lists->offsets, model->offsets, ((size_t)of->base->count + 1) * sizeof *lists->offsets);
    if (entries > 0) {
        memcpy(lists->items, model->items, entries * sizeof *lists->items);
        memcpy(lists->scores, model->scores, entries * sizeof *lists->scores);
        memcpy(lists->similarity, model->similarity, entries * sizeof *lists->similarity);
        memcpy(lists->sessions, model->sessions, entries * sizeof *lists->sessions);
        memcpy(lists->customers, model->customers, entries * sizeof *lists->customers);
        memcpy(lists->orders, model->orders, entries * sizeof *lists->orders);
    }
    of->at = model->entry_count;
}

/* The index of names is the base's: new items are in no list of others until the next training. */
static ss_status write_similar(const similar *of, const char *path, ss_error *error)
{
    const ss_name_index *index = &of->model->names;
    ss_alternatives_weights weights = of->model->weights;
    float *norms = ss_array_zeroed(of->items->count, sizeof *norms);
    if (!norms)
        return ss_error_nomem(error);
    if (index->item_count > 0)
        memcpy(norms, index->norms, index->item_count * sizeof *norms);
    ss_name_index longer = *index;
    longer.norms = norms;
    longer.item_count = of->items->count;
    ss_status status = ss_alternatives_write(&of->lists, &longer, &weights, path, error);
    free(norms);
    return status;
}

ss_status ss_delta_alternatives(const char *base_path, const ss_items *base_items, const ss_items_content *items,
                                size_t list_length, const char *path, ss_error *error)
{
    ss_status status;
    ss_alternatives model = {0};
    similar of = {.model = &model, .base = base_items, .items = items, .list_length = list_length};
    SS_TRY(ss_alternatives_open(base_path, &model, error));
    SS_TRY(make_similar(&of, error));
    copy_base(&of);
    for (uint32_t item = base_items->count; item < items->count; item++) {
        add_similar(&of, item);
        of.lists.offsets[item + 1] = of.at;
    }
    SS_TRY(write_similar(&of, path, error));
out:
    similar_release(&of);
    ss_alternatives_close(&model);
    return status;
}

/* ---- files that stay ---- */

static ss_status copy_file(const char *from, const char *to, ss_error *error)
{
    struct stat info;
    ss_status status = SS_OK;
    int source = open(from, O_RDONLY | O_CLOEXEC), target = -1;
    if (source >= 0)
        target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (source < 0 || target < 0 || fstat(source, &info) != 0)
        status = ss_error_io(error, source < 0 ? from : to, "cannot copy the file");
    for (off_t done = 0; status == SS_OK && done < info.st_size;) {
        ssize_t sent = sendfile(target, source, &done, (size_t)(info.st_size - done));
        if (sent <= 0 && !(sent < 0 && errno == EINTR))
            status = ss_error_io(error, to, "cannot copy the file");
    }
    if (target >= 0 && close(target) != 0 && status == SS_OK)
        status = ss_error_io(error, to, "cannot copy the file");
    if (source >= 0)
        close(source);
    return status;
}

ss_status ss_delta_keep(const char *base_path, const char *name, const char *path, ss_error *error)
{
    char from[PATH_MAX], to[PATH_MAX];
    ss_status status;
    SS_TRY(ss_file_join(from, sizeof from, base_path, name, error));
    SS_TRY(ss_file_join(to, sizeof to, path, name, error));
    if (link(from, to) == 0 || errno == ENOENT)
        return SS_OK;
    status = copy_file(from, to, error); /* no links, or too many of them */
out:
    return status;
}

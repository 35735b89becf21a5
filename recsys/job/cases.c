#include "job/cases.h"

#include "base/memory.h"
#include "base/random.h"
#include "log/row_source.h"
#include <stdio.h>
#include <stdlib.h>

#define CASES_ARENA_BLOCK   (1u << 20)
#define CASES_ARENA_CEILING ((size_t)16 << 30)

const char *ss_task_name(ss_task task)
{
    static const char *const names[SS_TASK_COUNT] = {"new-items", "next-basket", "rest-of-basket", "session"};
    return (unsigned)task < SS_TASK_COUNT ? names[task] : NULL;
}

void ss_cases_free(ss_cases *cases)
{
    if (!cases)
        return;
    ss_arena_free(&cases->arena);
    free(cases->cases);
    *cases = (ss_cases){0};
}

/* ---- gathering: cases grow one by one; ids are copied into the arena ---- */

typedef struct case_gather {
    ss_cases *cases;
    size_t capacity;
    ss_error *error;
} case_gather;

static ss_status gather_begin(case_gather *gather, ss_cases *cases, ss_error *error)
{
    *cases = (ss_cases){.arena = ss_arena_new(CASES_ARENA_BLOCK, CASES_ARENA_CEILING)};
    *gather = (struct case_gather){.cases = cases, .error = error};
    return cases->arena ? SS_OK : ss_error_nomem(error);
}

static ss_status gather_add(case_gather *gather, ss_case question)
{
    if (!ss_array_grow(&gather->cases->cases, &gather->capacity, gather->cases->count + 1, sizeof(ss_case)))
        return ss_error_nomem(gather->error);
    gather->cases->cases[gather->cases->count++] = question;
    return SS_OK;
}

static ss_status copy_id(case_gather *gather, ss_slice id, ss_slice *copy)
{
    char *text = ss_arena_copy(gather->cases->arena, id);
    if (!text)
        return ss_error_nomem(gather->error);
    *copy = (ss_slice){text, id.size};
    return SS_OK;
}

/* ---- from files ---- */

typedef struct case_columns {
    const char *names[3];
    size_t at[3];
    size_t count;
} case_columns;

/* The name a column has in the file: the left side of NAME=THEIRS in the mapping, or its own. */
static ss_slice mapped_name(const char *mapping, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = mapping; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && at[length] == '=') {
            const char *theirs = at + length + 1, *end = strchr(theirs, ',');
            return (ss_slice){theirs, end ? (size_t)(end - theirs) : strlen(theirs)};
        }
    return ss_slice_of(name);
}

static ss_status find_columns(case_columns *columns, const ss_row_source *source, const char *mapping, const char *path,
                              ss_error *error)
{
    for (size_t c = 0; c < columns->count; c++) {
        ss_slice wanted = mapped_name(mapping, columns->names[c]);
        for (columns->at[c] = 0; columns->at[c] < source->column_count; columns->at[c]++)
            if (ss_slice_equal(ss_slice_trim(source->columns[columns->at[c]]), wanted))
                break;
        if (columns->at[c] == source->column_count) {
            ss_error_set(error, SS_E_FORMAT, "no column %s (map it with --columns %s=NAME)", columns->names[c],
                         columns->names[c]);
            ss_error_place(error, path, 1);
            return SS_E_FORMAT;
        }
    }
    return SS_OK;
}

/* Reads all rows of a file and hands the wanted columns, trimmed and not empty, to `take`. */
typedef ss_status (*row_taker)(void *context, const ss_slice *values);

static ss_status take_row(const ss_row *row, const case_columns *columns, row_taker take, void *context,
                          ss_error *error)
{
    ss_slice values[3] = {{0}};
    for (size_t c = 0; c < columns->count; c++) {
        if (row->kind == SS_ROW_FIELDS && columns->at[c] < row->field_count)
            values[c] = ss_slice_trim(row->fields[columns->at[c]]);
        if (values[c].size == 0) {
            ss_error_set(error, SS_E_FORMAT, "%s", row->kind == SS_ROW_BROKEN ? row->problem : "an empty field");
            ss_error_place(error, row->place, row->line);
            ss_error_field(error, columns->names[c]);
            return SS_E_FORMAT;
        }
    }
    return take(context, values);
}

static ss_status read_rows(const char *path, const char *mapping, case_columns *columns, row_taker take, void *context,
                           ss_error *error)
{
    ss_status status = SS_OK;
    ss_row_source *source = NULL;
    ss_row row;
    SS_TRY(ss_row_source_open_files(&path, 1, &source, error));
    SS_TRY(source->next(source, &row, error));
    SS_TRY(find_columns(columns, source, mapping, path, error));
    while (row.kind != SS_ROW_END) {
        SS_TRY(take_row(&row, columns, take, context, error));
        SS_TRY(source->next(source, &row, error));
    }
out:
    ss_row_source_close(&source);
    return status;
}

/* A key (customer, or case) with the list of its items as a chain through all rows. */
typedef struct case_chains {
    case_gather *gather;
    ss_dictionary *keys;
    struct chain {
        uint32_t first, last, count;
    } * chains;
    size_t chain_capacity;
    struct link {
        ss_slice id;
        uint32_t next;
    } * links;
    size_t link_count, link_capacity;
} case_chains;

static ss_status chain_push(case_chains *chains, ss_slice key, ss_slice id)
{
    ss_status status = SS_OK;
    uint32_t number, known = ss_dictionary_count(chains->keys);
    SS_TRY(ss_dictionary_intern(chains->keys, key, &number));
    if (!ss_array_grow(&chains->chains, &chains->chain_capacity, (size_t)number + 1, sizeof *chains->chains) ||
        !ss_array_grow(&chains->links, &chains->link_capacity, chains->link_count + 1, sizeof *chains->links))
        return ss_error_nomem(chains->gather->error);
    uint32_t at = (uint32_t)chains->link_count++;
    chains->links[at].next = SS_NONE;
    SS_TRY(copy_id(chains->gather, id, &chains->links[at].id));
    struct chain *chain = &chains->chains[number];
    if (number == known)
        *chain = (struct chain){at, at, 0};
    else
        chains->links[chain->last].next = at;
    chain->last = at;
    chain->count++;
out:
    return status;
}

static ss_status chain_ids(const case_chains *chains, uint32_t number, const ss_slice **ids, size_t *count)
{
    const struct chain *chain = &chains->chains[number];
    ss_slice *array = ss_arena_alloc(chains->gather->cases->arena, chain->count, sizeof *array);
    if (!array)
        return ss_error_nomem(chains->gather->error);
    size_t n = 0;
    for (uint32_t at = chain->first; at != SS_NONE; at = chains->links[at].next) {
        bool repeated = false;
        for (size_t i = 0; i < n && !repeated; i++)
            repeated = ss_slice_equal(array[i], chains->links[at].id);
        if (!repeated)
            array[n++] = chains->links[at].id;
    }
    *ids = array;
    *count = n;
    return SS_OK;
}

static void chains_release(case_chains *chains)
{
    ss_dictionary_free(&chains->keys);
    free(chains->chains);
    free(chains->links);
}

static ss_status take_test_row(void *context, const ss_slice *values)
{
    return chain_push(context, values[0], values[1]);
}

ss_status ss_cases_from_test(const char *path, const char *mapping, ss_cases *cases, ss_error *error)
{
    ss_status status = SS_OK;
    case_gather gather;
    case_chains chains = {.gather = &gather, .keys = ss_dictionary_new()};
    case_columns columns = {{"customer_id", "item_id"}, {0}, 2};
    SS_TRY(gather_begin(&gather, cases, error));
    if (!chains.keys)
        SS_TRY(ss_error_nomem(error));
    SS_TRY(read_rows(path, mapping, &columns, take_test_row, &chains, error));
    for (uint32_t key = 0; key < ss_dictionary_count(chains.keys); key++) {
        ss_case question = {0};
        SS_TRY(copy_id(&gather, ss_dictionary_id(chains.keys, key), &question.customer_id));
        SS_TRY(chain_ids(&chains, key, &question.wanted, &question.wanted_count));
        SS_TRY(gather_add(&gather, question));
    }
out:
    chains_release(&chains);
    if (status != SS_OK)
        ss_cases_free(cases);
    return status;
}

/* The ids of a prefix, separated by blanks. */
static ss_status split_prefix(case_gather *gather, ss_slice prefix, ss_case *question)
{
    size_t most = prefix.size / 2 + 1;
    ss_slice *ids = ss_arena_alloc(gather->cases->arena, most, sizeof *ids);
    if (!ids)
        return ss_error_nomem(gather->error);
    const char *at = prefix.data, *end = at + prefix.size;
    while (at < end) {
        const char *stop = memchr(at, ' ', (size_t)(end - at));
        size_t size = (size_t)((stop ? stop : end) - at);
        if (size > 0) {
            ss_status status = copy_id(gather, (ss_slice){at, size}, &ids[question->context_count++]);
            if (status != SS_OK)
                return status;
        }
        at += size + 1;
    }
    question->context = ids;
    return SS_OK;
}

static ss_status take_case_row(void *context, const ss_slice *values)
{
    ss_status status = SS_OK;
    case_gather *gather = context;
    ss_case question = {0};
    ss_slice *wanted = ss_arena_alloc(gather->cases->arena, 1, sizeof *wanted);
    if (!wanted)
        return ss_error_nomem(gather->error);
    SS_TRY(copy_id(gather, values[2], wanted));
    question.wanted = wanted;
    question.wanted_count = 1;
    SS_TRY(split_prefix(gather, values[1], &question));
    SS_TRY(gather_add(gather, question));
out:
    return status;
}

ss_status ss_cases_from_file(const char *path, const char *mapping, ss_cases *cases, ss_error *error)
{
    ss_status status = SS_OK;
    case_gather gather;
    case_columns columns = {{"case_id", "prefix", "target"}, {0}, 3};
    SS_TRY(gather_begin(&gather, cases, error));
    SS_TRY(read_rows(path, mapping, &columns, take_case_row, &gather, error));
out:
    if (status != SS_OK)
        ss_cases_free(cases);
    return status;
}

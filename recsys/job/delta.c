#include "job/delta.h"

#include "base/clock.h"
#include "base/memory.h"
#include "job/delta_models.h"
#include "job/delta_tables.h"
#include "job/feed.h"
#include "job/model_options.h"
#include "job/nightly_kept.h"
#include "job/train_items.h"
#include "models/alternatives_query.h"
#include "models/cooccurrence_query.h"
#include "models/segments_query.h"
#include "state/event_source.h"
#include "store/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAST_SEQUENCE "input.events.last_sequence"

/* The generation that is gone on from, opened. */
typedef struct base {
    char current[SS_GENERATION_NAME_MAX], path[SS_PATH_MAX], name[SS_GENERATION_NAME_MAX];
    ss_manifest *manifest; /* owned */
    ss_model_options options;
    int64_t last; /* event that it holds; 0: none */
    ss_stored_log log;
    ss_items items;
    ss_customers customers;
    ss_segments segments;
    bool has_customers, has_segments;
} base;

/* All of one delta. */
typedef struct delta {
    const char *store;
    const ss_input_options *input;
    const ss_model_options *asked; /* or NULL */
    int threads;
    ss_progress_sink *progress;
    ss_delta_report *report;
    base base;
    ss_feed *feed;              /* owned */
    ss_raw_log events;          /* owned */
    size_t again;               /* the first of them are those that the base read */
    ss_delta_rows rows;         /* owned, but for what `data` takes */
    ss_training_data data;      /* owned */
    ss_generation_draft *draft; /* owned */
    int64_t clock;
} delta;

static double lap(delta *of)
{
    int64_t now = ss_clock_monotonic();
    double seconds = (double)(now - of->clock) / 1e9;
    of->clock = now;
    return seconds;
}

static void delta_release(delta *of)
{
    ss_generation_abandon(&of->draft);
    ss_training_data_free(&of->data);
    ss_delta_rows_release(&of->rows);
    ss_raw_log_free(&of->events);
    ss_feed_close(&of->feed);
    ss_manifest_free(&of->base.manifest);
    ss_stored_log_close(&of->base.log);
    ss_items_close(&of->base.items);
    if (of->base.has_customers)
        ss_customers_close(&of->base.customers);
    if (of->base.has_segments)
        ss_segments_close(&of->base.segments);
}

/* ---- the base ---- */

/* The current generation; of a delta, what it is a delta of. */
static ss_status find_base(const char *store, base *of, ss_error *error)
{
    char path[SS_PATH_MAX];
    const char *full;
    ss_status status;
    SS_TRY(ss_generation_resolve(store, NULL, path, of->current, error));
    SS_TRY(ss_manifest_read(path, &of->manifest, error));
    memcpy(of->path, path, sizeof path);
    memcpy(of->name, of->current, sizeof of->name);
    if (!ss_manifest_text(of->manifest, SS_MANIFEST_DELTA_BASE, &full))
        goto out;
    SS_TRY(ss_generation_resolve(store, full, of->path, of->name, error));
    ss_manifest_free(&of->manifest);
    SS_TRY(ss_manifest_read(of->path, &of->manifest, error));
out:
    return status;
}

/* It was trained with --keep-log=false, or by a program that did not know how. */
static ss_status open_log(base *of, ss_error *error)
{
    ss_status status = ss_stored_log_open(of->path, &of->log, error);
    if (status == SS_E_NOT_FOUND) {
        ss_error_set(error, status,
                     "the generation does not hold the log it was trained from (" SS_STORED_LOG_FILE
                     "): train anew, without --keep-log=false");
        ss_error_place(error, of->path, 0);
    }
    if (status == SS_OK && !of->log.has_gone) {
        ss_error_set(error, SS_E_UNSUPPORTED, "an earlier version of the program kept the log less fully: train anew");
        ss_error_place(error, of->path, 0);
        return SS_E_UNSUPPORTED;
    }
    if (status != SS_OK || of->log.has_times)
        return status;
    ss_error_set(
        error, SS_E_UNSUPPORTED,
        "the log that the generation was trained from has no times: what it holds of the live events cannot be "
        "told");
    ss_error_place(error, of->path, 0);
    return SS_E_UNSUPPORTED;
}

static ss_status open_optional(ss_status status, bool *present, ss_error *error)
{
    *present = status == SS_OK;
    if (status != SS_E_NOT_FOUND)
        return status;
    if (error)
        *error = (ss_error){0};
    return SS_OK;
}

static ss_status check_version(base *of, ss_error *error)
{
    size_t unknown = 0;
    ss_status status = ss_model_options_of_manifest(of->manifest, &of->options, &unknown, error);
    if (status != SS_OK || unknown == 0)
        return status;
    ss_error_set(error, SS_E_UNSUPPORTED,
                 "%zu options of the generation are not known: another version of the program trained it; train anew",
                 unknown);
    ss_error_place(error, of->path, 0);
    return SS_E_UNSUPPORTED;
}

static ss_status open_base(const char *store, base *of, ss_error *error)
{
    ss_status status;
    SS_TRY(find_base(store, of, error));
    SS_TRY(check_version(of, error));
    SS_TRY(open_log(of, error));
    SS_TRY(ss_items_open(of->path, &of->items, error));
    SS_TRY(open_optional(ss_customers_open(of->path, &of->customers, error), &of->has_customers, error));
    SS_TRY(open_optional(ss_segments_open(of->path, &of->segments, error), &of->has_segments, error));
    if (!ss_manifest_int(of->manifest, LAST_SEQUENCE, &of->last))
        of->last = 0;
    if (of->log.item_count != of->items.count ||
        of->log.customer_count != (of->has_customers ? of->customers.count : 0)) {
        status = ss_error_set(error, SS_E_CORRUPT, "%s is about other items or customers than the generation",
                              SS_STORED_LOG_FILE);
        ss_error_place(error, of->path, 0);
    }
out:
    return status;
}

/* A person took a delta of this base back: the next would fold the same events in again. */
static ss_status check_objection(const char *store, const base *of, ss_error *error)
{
    ss_kept kept = {0};
    ss_status status = ss_kept_survey(store, &kept, error);
    for (size_t i = 0; i < kept.count && status == SS_OK; i++) {
        const ss_kept_generation *other = &kept.list[i];
        if (other->rejected == SS_REJECTED_BY_PERSON && strcmp(other->delta_base, of->name) == 0)
            status = ss_error_set(error, SS_E_BUSY,
                                  "%s was taken back (%s), and a delta of %s would fold the same events in again: the "
                                  "next full training ends that",
                                  other->name, other->reason, of->name);
    }
    ss_kept_free(&kept);
    return status;
}

/* One of the options that are asked for and that the base was not trained with. */
typedef struct contradiction {
    const char *wanted; /* NULL: any; else the one of this name is looked for */
    bool found;
    const ss_model_options *asked;
    const base *base;
    ss_error *error;
} contradiction;

static ss_status find_option(void *context, const char *name, const char *asked, const char *usual)
{
    contradiction *of = context;
    (void)asked, (void)usual;
    of->found |= strcmp(name, of->wanted) == 0;
    return SS_OK;
}

static ss_status refuse_option(void *context, const char *name, const char *asked, const char *trained)
{
    contradiction *of = context;
    ss_model_options usual;
    if (strncmp(name, SS_SHELF_PREFIX, sizeof SS_SHELF_PREFIX - 1) == 0)
        return SS_OK;
    of->wanted = name;
    of->found = false;
    ss_model_options_defaults(&usual);
    ss_status status = ss_model_options_compare(of->asked, &usual, find_option, of);
    if (status != SS_OK || !of->found)
        return status;
    return ss_error_set(
        of->error, SS_E_ARGUMENT,
        "%s is %s, but generation %s was trained with %s: a delta keeps its options; train anew to change "
        "them",
        name, asked, of->base->name, trained);
}

/* What is at its default was not asked for: the base may have been tuned. */
static ss_status check_asked(const delta *of, ss_error *error)
{
    contradiction with = {.asked = of->asked, .base = &of->base, .error = error};
    return of->asked ? ss_model_options_compare(of->asked, &of->base.options, refuse_option, &with) : SS_OK;
}

/* ---- what is new ---- */

static ss_status read_tables(delta *of, ss_error *error)
{
    const ss_input_options *input = of->input;
    const ss_left_out *forgotten = ss_feed_forgotten(of->feed);
    const ss_log_options *log = &of->base.log.options;
    ss_catalog_options catalog = {input->catalog_columns, input->log.max_bad_rows, log->decimals, log->notation};
    const ss_profiles_options profiles = {input->customers_columns, input->log.max_bad_rows, forgotten, log->notation};
    ss_status status = SS_OK;
    if (input->catalogs.count > 0)
        SS_TRY(ss_catalog_read(input->catalogs.text, input->catalogs.count, &catalog, of->progress, &of->data.catalog,
                               &of->data.catalog_report, error));
    else if (of->base.log.has_catalog)
        SS_TRY(ss_delta_catalog(&of->base.items, &of->data.catalog, error));
    if (input->customers.count > 0)
        SS_TRY(ss_profiles_read(input->customers.text, input->customers.count, &profiles, of->progress,
                                &of->data.profiles, &of->data.profiles_report, error));
    else if (of->base.has_segments)
        SS_TRY(ss_delta_profiles(&of->base.segments, of->base.has_customers ? &of->base.customers : NULL, forgotten,
                                 &of->data.profiles, error));
out:
    return status;
}

static ss_status read_from(delta *of, uint64_t from, uint64_t last, ss_raw_log *events, ss_log_report *report,
                           ss_error *error)
{
    ss_row_source *source = NULL;
    ss_log_options options = of->base.log.options;
    ss_status status;
    options.forgotten = ss_feed_forgotten(of->feed);
    options.newest = of->base.log.newest;
    options.keep = true;
    SS_TRY(ss_event_source_open(ss_feed_events(of->feed), from, last, options.decimals, &source, error));
    SS_TRY(ss_raw_log_read(source, &options, of->progress, events, report, error));
out:
    ss_row_source_close(&source);
    return status;
}

/* What the report counts of rows that the base has counted. */
static void subtract(ss_log_report *from, const ss_log_report *counted)
{
    from->rows -= counted->rows;
    from->events -= counted->events;
    for (unsigned i = 0; i < SS_BAD_COUNT; i++)
        from->bad[i] -= counted->bad[i];
    for (unsigned i = 0; i < SS_IGNORED_COUNT; i++)
        from->ignored[i] -= counted->ignored[i];
}

static ss_delta_base base_of(const delta *of)
{
    return (ss_delta_base){&of->base.log, &of->base.items, of->base.has_customers ? &of->base.customers : NULL};
}

/* Where orders of the logs are lost, the base's events are read again (delta_held.h): first alone, to know how many rows
 * are theirs. */
static ss_status read_events(delta *of, ss_error *error)
{
    const ss_delta_base with = base_of(of);
    ss_raw_log alone = {0};
    ss_log_report counted = {0};
    uint64_t from = (uint64_t)of->base.last + 1;
    ss_status status;
    if (of->base.last > 0 && ss_delta_loses_orders(&with, ss_feed_forgotten(of->feed))) {
        SS_TRY(read_from(of, 1, (uint64_t)of->base.last, &alone, &counted, error));
        of->again = alone.count;
        from = 1;
    }
    SS_TRY(read_from(of, from, ss_feed_last(of->feed), &of->events, &of->report->log, error));
    subtract(&of->report->log, &counted);
    of->report->read = of->report->log.events;
    of->report->last = ss_feed_last(of->feed);
out:
    ss_raw_log_free(&alone);
    return status;
}

/* Rows of events and of the base become those that the models are made from. */
static ss_status fold(delta *of, ss_error *error)
{
    const ss_delta_base with = base_of(of);
    const ss_left_out *forgotten = ss_feed_forgotten(of->feed);
    ss_delta_ids ids = {0};
    uint8_t *held = NULL;
    uint64_t in_logs = 0;
    ss_status status;
    SS_TRY(ss_delta_check_forgotten(&with, forgotten, error));
    SS_TRY(ss_delta_ids_begin(&with, &of->events, &ids, error));
    SS_TRY(ss_delta_held_find(&with, forgotten, &ids, of->again, &of->events, &held, &in_logs, error));
    of->report->log.ignored[SS_IGNORED_OVERLAP] += in_logs;
    SS_TRY(ss_delta_ids_judge(&with, &of->events, of->data.catalog, &ids, &of->report->doubts, error));
    SS_TRY(ss_delta_rows_make(&with, &of->events, held, &ids, forgotten, of->data.catalog, &of->report->log, &of->rows,
                              error));
    of->report->folded = of->rows.folded;
    of->report->forgotten = of->rows.forgotten;
    of->report->items = of->rows.log.item_count;
    of->report->new_items = of->rows.log.item_count - of->base.items.count;
out:
    ss_delta_ids_release(&ids);
    free(held);
    return status;
}

/* ---- the models ---- */

static bool holds(const base *of, const char *file)
{
    char path[SS_PATH_MAX];
    return ss_file_join(path, sizeof path, of->path, file, NULL) == SS_OK && access(path, F_OK) == 0;
}

/* What is trained from all rows, as far as the base has it. */
static unsigned trained_anew(const base *of)
{
    return (holds(of, SS_POPULARITY_FILE) ? SS_TRAIN_POPULARITY : 0) |
           (holds(of, SS_REPURCHASE_FILE) ? SS_TRAIN_REPURCHASE : 0) |
           (holds(of, SS_SEGMENTS_FILE) ? SS_TRAIN_SEGMENTS : 0);
}

static ss_status make_alternatives(delta *of, const char *path, ss_error *error)
{
    ss_item_table table = {0};
    const base *from = &of->base;
    if (!holds(from, SS_ALTERNATIVES_FILE))
        return SS_OK;
    ss_status status = ss_item_table_make(&of->data.interactions, &of->data.interactions, of->data.catalog,
                                          of->data.decimals, &table, error);
    if (status == SS_OK && table.content.count == from->items.count)
        status = ss_delta_keep(from->path, SS_ALTERNATIVES_FILE, path, error);
    else if (status == SS_OK)
        status = ss_delta_alternatives(from->path, &from->items, &table.content,
                                       (size_t)from->options.alternatives.list_length, path, error);
    ss_item_table_free(&table);
    return status;
}

static ss_status make_models(delta *of, const char *path, const char *name, ss_error *error)
{
    ss_model_options options = of->base.options;
    ss_train_report report = {0};
    ss_status status = SS_OK;
    if (holds(&of->base, SS_COOCCURRENCE_FILE))
        SS_TRY(ss_delta_cooccurrence(of->base.path, &of->rows, &options.cooccurrence, of->threads, of->progress, path,
                                     of->report->recounted, error));
    of->report->seconds_cooccurrence = lap(of);
    of->data.interactions = of->rows.log; /* from here on it is the data's */
    of->rows.log = (ss_interactions){0};
    options.models = trained_anew(&of->base);
    SS_TRY(ss_train_data_into(path, name, &of->data, &options, of->threads, of->progress, &report, error));
    SS_TRY(make_alternatives(of, path, error));
    SS_TRY(ss_delta_keep(of->base.path, SS_ALS_FILE, path, error));
    SS_TRY(ss_delta_keep(of->base.path, SS_SESSION_KNN_FILE, path, error));
    of->report->seconds_models = lap(of);
out:
    return status;
}

/* ---- is there anything new? ---- */

static bool says(const ss_manifest *manifest, const char *key, uint64_t wanted)
{
    int64_t number;
    return ss_manifest_int(manifest, key, &number) && number >= 0 && (uint64_t)number == wanted;
}

/* Is the current generation what would be published now? A catalogue or customers that are given may be others. */
static ss_status is_published(const delta *of, bool *published, ss_error *error)
{
    ss_manifest *manifest = NULL;
    char path[SS_PATH_MAX], name[SS_GENERATION_NAME_MAX];
    const char *full;
    ss_status status = SS_OK;
    *published = false;
    if (strcmp(of->base.current, of->base.name) == 0 || of->input->catalogs.count > 0 || of->input->customers.count > 0)
        return SS_OK;
    SS_TRY(ss_generation_resolve(of->store, of->base.current, path, name, error));
    SS_TRY(ss_manifest_read(path, &manifest, error));
    *published = ss_manifest_text(manifest, SS_MANIFEST_DELTA_BASE, &full) && strcmp(full, of->base.name) == 0 &&
                 says(manifest, SS_MANIFEST_DELTA_EVENTS_LAST, of->report->last) &&
                 says(manifest, SS_MANIFEST_DELTA_EVENTS, of->rows.folded) &&
                 says(manifest, SS_MANIFEST_DELTA_FORGOTTEN, of->rows.forgotten);
out:
    ss_manifest_free(&manifest);
    return status;
}

/* ---- the manifest ---- */

/* What the base says of its input is said of both together. */
static ss_status add_to_base(const delta *of, ss_manifest *manifest)
{
    static const char *const sums[] = {"input.rows_read",     "input.rows_bad",       "input.rows_fees",
                                       "input.rows_merged",   "input.forgotten_rows", "input.events.read",
                                       "input.events.in_logs"};
    ss_status status = SS_OK;
    for (size_t i = 0; i < sizeof sums / sizeof *sums && status == SS_OK; i++) {
        int64_t before, now = 0;
        bool said = ss_manifest_int(of->base.manifest, sums[i], &before);
        ss_manifest_int(manifest, sums[i], &now);
        if (said)
            status = ss_manifest_set_int(manifest, sums[i], before + now);
    }
    return status;
}

/* Items and baskets have numbers of which there are no rows. */
static void count_used(const ss_interactions *log, uint8_t *items, uint8_t *baskets, int64_t used[2])
{
    for (size_t i = 0; i < log->count; i++) {
        const ss_interaction *row = &log->rows[i];
        used[0] += !items[row->item];
        items[row->item] = 1;
        if (row->basket == SS_NONE)
            continue;
        used[1] += !baskets[row->basket];
        baskets[row->basket] = 1;
    }
}

static ss_status put_counts(const delta *of, ss_manifest *manifest)
{
    const ss_interactions *log = &of->data.interactions;
    int64_t catalog, used[2] = {0, 0};
    uint8_t *items = ss_array_zeroed(log->item_count, 1), *baskets = ss_array_zeroed(log->basket_count, 1);
    ss_status status = items && baskets ? SS_OK : SS_E_NOMEM;
    if (status == SS_OK)
        count_used(log, items, baskets, used);
    free(items);
    free(baskets);
    if (status == SS_OK)
        status = ss_manifest_set_int(manifest, "counts.items_bought", used[0]);
    if (status == SS_OK)
        status = ss_manifest_set_int(manifest, "counts.baskets", used[1]);
    if (status == SS_OK && of->input->catalogs.count == 0 &&
        ss_manifest_int(of->base.manifest, "counts.catalog", &catalog))
        status = ss_manifest_set_int(manifest, "counts.catalog", catalog);
    return status;
}

static ss_status put_origin(const delta *of, ss_manifest *manifest)
{
    char names[SS_MODEL_NAMES_MAX];
    const char *digest;
    ss_status status = SS_OK;
    ss_model_names_format(of->base.options.models, names);
    SS_TRY(ss_manifest_set_text(manifest, SS_MANIFEST_MODELS, names));
    if (ss_manifest_text(of->base.manifest, "input.digest_xxh3_128", &digest))
        SS_TRY(ss_manifest_set_text(manifest, "input.digest_xxh3_128", digest));
    SS_TRY(ss_manifest_set_text(manifest, SS_MANIFEST_DELTA_BASE, of->base.name));
    SS_TRY(ss_manifest_set_int(manifest, SS_MANIFEST_DELTA_EVENTS_LAST, (int64_t)of->report->last));
    SS_TRY(ss_manifest_set_int(manifest, SS_MANIFEST_DELTA_EVENTS, (int64_t)of->report->folded));
    SS_TRY(ss_manifest_set_int(manifest, SS_MANIFEST_DELTA_FORGOTTEN, (int64_t)of->report->forgotten));
out:
    return status;
}

/* The training of all rows has written it as if it were one of its own. */
static ss_status complete_manifest(const delta *of, const char *path, ss_error *error)
{
    ss_manifest *manifest = NULL;
    ss_status status;
    SS_TRY(ss_manifest_read(path, &manifest, error));
    status = add_to_base(of, manifest);
    if (status == SS_OK)
        status = put_counts(of, manifest);
    if (status == SS_OK)
        status = put_origin(of, manifest);
    if (status != SS_OK)
        SS_TRY(ss_error_nomem(error));
    SS_TRY(ss_manifest_write(manifest, path, error));
out:
    ss_manifest_free(&manifest);
    return status;
}

/* ---- all of it ---- */

static ss_status publish(delta *of, ss_error *error)
{
    const char *name = of->report->generation;
    ss_status status;
    SS_TRY(ss_generation_publish(&of->draft, ss_snapshot_schemas, false, error));
    status = ss_generation_replace_current(of->store, name, of->base.current, error);
    if (status == SS_OK)
        of->report->published = true;
    else
        ss_generation_remove(of->store, name, NULL);
    of->report->seconds_publish = lap(of);
out:
    return status;
}

static ss_status make_generation(delta *of, int64_t now, ss_error *error)
{
    ss_status status;
    SS_TRY(ss_generation_begin(of->store, now, &of->draft, error));
    const char *path = ss_generation_draft_path(of->draft);
    snprintf(of->report->generation, sizeof of->report->generation, "%s", ss_generation_draft_name(of->draft));
    SS_TRY(make_models(of, path, of->report->generation, error));
    SS_TRY(complete_manifest(of, path, error));
    SS_TRY(publish(of, error));
out:
    return status;
}

static ss_status run(delta *of, int64_t now, ss_error *error)
{
    ss_status status;
    SS_TRY(open_base(of->store, &of->base, error));
    SS_TRY(check_objection(of->store, &of->base, error));
    SS_TRY(check_asked(of, error));
    memcpy(of->report->base, of->base.name, sizeof of->report->base);
    SS_TRY(ss_feed_open(of->input->state ? of->input->state : of->store, &of->feed, error));
    SS_TRY(read_tables(of, error));
    SS_TRY(read_events(of, error));
    of->report->seconds_read = lap(of);
    SS_TRY(fold(of, error));
    of->report->seconds_fold = lap(of);
    if (of->rows.folded == 0 && of->rows.forgotten == 0)
        return SS_OK;
    SS_TRY(is_published(of, &of->report->repeats, error));
    if (of->report->repeats)
        return SS_OK;
    uint32_t known = of->base.has_customers ? of->base.customers.count : 0;
    of->report->new_customers = of->rows.log.customer_count > known ? of->rows.log.customer_count - known : 0;
    of->data.log_report = of->report->log;
    of->data.decimals = of->base.items.decimals;
    SS_TRY(make_generation(of, now, error));
out:
    return status;
}

ss_status ss_delta(const char *store, const ss_input_options *input, const ss_model_options *asked, int64_t now,
                   int threads, ss_progress_sink *progress, ss_delta_report *report, ss_error *error)
{
    *report = (ss_delta_report){0};
    delta *of = calloc(1, sizeof *of);
    if (!of)
        return ss_error_nomem(error);
    of->store = store;
    of->input = input;
    of->asked = asked;
    of->threads = threads;
    of->progress = progress;
    of->report = report;
    of->clock = ss_clock_monotonic();
    ss_status status = run(of, now, error);
    delta_release(of);
    free(of);
    return status;
}

#include "job/train.h"

#include "base/clock.h"
#include "base/cpu.h"
#include "job/train_items.h"
#include "log/file_glob.h"
#include "log/row_chain.h"
#include "models/stored_log_train.h"
#include "store/manifest.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const ss_option ss_input_option_table[] = {
    {"log", SS_OPTION_TEXTS, offsetof(ss_input_options, logs), 0, 0, NULL, NULL, "FILE",
     "Purchase log: CSV or NDJSON, plain, gzip or zstd; - is standard input; several, or those that a pattern such as "
     "'orders-*.csv.gz' matches, are one log; or one postgresql:// URI."},
    {"query", SS_OPTION_TEXT, offsetof(ss_input_options, query), 0, 0, NULL, NULL, "SQL",
     "The query that gives the log's rows, with a postgresql:// log."},
    {"state", SS_OPTION_TEXT, offsetof(ss_input_options, state), 0, 0, NULL, NULL, "STORE",
     "The store whose live events are read, beside the logs or alone, while its server runs: those later than the "
     "newest row of the logs with the same event, and no order that the logs have."},
    {"state-from", SS_OPTION_TEXT, offsetof(ss_input_options, state_from), 0, 0, NULL, NULL, "TIME",
     "Take the events from this time on instead, whatever the newest rows of the logs are."},
    {"catalog", SS_OPTION_TEXTS, offsetof(ss_input_options, catalogs), 0, 0, NULL, NULL, "FILE",
     "The shop's catalogue, in the same formats; items not in it are learned from but never shown."},
    {"catalog-columns", SS_OPTION_TEXT, offsetof(ss_input_options, catalog_columns), 0, 0, NULL, NULL,
     "NAME=THEIRS,...", "Names of the catalogue's columns."},
    {"customers", SS_OPTION_TEXTS, offsetof(ss_input_options, customers), 0, 0, NULL, NULL, "FILE",
     "The shop's customers, in the same formats: customer_id, birthday (YYYY-MM-DD or MM-DD), referral (true or "
     "false); "
     "nothing is kept of the forgotten."},
    {"customers-columns", SS_OPTION_TEXT, offsetof(ss_input_options, customers_columns), 0, 0, NULL, NULL,
     "NAME=THEIRS,...", "Names of the customers file's columns."},
    {0},
};

size_t ss_model_option_groups(ss_model_options *options, ss_option_group groups[SS_MODEL_GROUPS_MAX])
{
    static const char *const titles[SS_RELATION_COUNT] = {"Pairs inside one order", "Pairs across a customer's history",
                                                          "Ordered pairs"};
    static const char *const prefixes[SS_RELATION_COUNT] = {"bought-together", "related", "bought-next"};
    size_t count = 0;
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++)
        groups[count++] = (ss_option_group){titles[r], prefixes[r], ss_relation_option_tables[r],
                                            &options->cooccurrence.relations[r]};
    groups[count++] = (ss_option_group){"Matrix factorization", "als", ss_als_option_table, &options->als};
    groups[count++] = (ss_option_group){"Popularity", "popularity", ss_popularity_option_table, &options->popularity};
    groups[count++] =
        (ss_option_group){"Similar sessions", "session-knn", ss_session_knn_option_table, &options->session_knn};
    groups[count++] = (ss_option_group){"Buying again", "repurchase", ss_repurchase_option_table, &options->repurchase};
    groups[count++] =
        (ss_option_group){"Alternatives", "alternatives", ss_alternatives_option_table, &options->alternatives};
    groups[count++] = (ss_option_group){"Segments", "segments", ss_segments_option_table, &options->segments};
    ss_shelf_option_groups(options->shelves, groups + count);
    return count + SS_SHELF_COUNT;
}

/* The tables' defaults, but for the shelves: theirs differ from shelf to shelf and stand in ss_shelf_default. */
void ss_model_options_defaults(ss_model_options *options)
{
    ss_option_group groups[SS_MODEL_GROUPS_MAX];
    size_t count = ss_model_option_groups(options, groups);
    ss_options_defaults(groups, count - SS_SHELF_COUNT);
    ss_shelves_default(options->shelves);
    options->models = SS_TRAIN_ALL;
}

static const struct {
    const char *name;
    unsigned bit;
} model_names[] = {{"popularity", SS_TRAIN_POPULARITY},
                   {"cooccurrence", SS_TRAIN_COOCCURRENCE},
                   {"als", SS_TRAIN_ALS},
                   {"session_knn", SS_TRAIN_SESSION_KNN},
                   {"repurchase", SS_TRAIN_REPURCHASE},
                   {"alternatives", SS_TRAIN_ALTERNATIVES},
                   {"segments", SS_TRAIN_SEGMENTS}};
#define MODEL_NAMES (sizeof model_names / sizeof *model_names)
_Static_assert(sizeof SS_MODEL_NAMES <= SS_MODEL_NAMES_MAX, "the names of all models fit");

ss_status ss_model_names_parse(const char *list, unsigned *models, ss_error *error)
{
    *models = 0;
    for (const char *at = list; *at;) {
        size_t length = strcspn(at, ","), k = 0;
        while (k < MODEL_NAMES && !ss_slice_equal(ss_slice_of(model_names[k].name), (ss_slice){at, length}))
            k++;
        if (k == MODEL_NAMES)
            return ss_error_set(error, SS_E_ARGUMENT,
                                "no model '%.*s'; known: popularity, cooccurrence, als, session_knn, repurchase, "
                                "alternatives, segments",
                                (int)length, at);
        *models |= model_names[k].bit;
        at += length + (at[length] == ',');
    }
    return *models ? SS_OK : ss_error_set(error, SS_E_ARGUMENT, "no models to train");
}

void ss_model_names_format(unsigned models, char list[SS_MODEL_NAMES_MAX])
{
    size_t at = 0;
    list[0] = '\0';
    for (size_t k = 0; k < MODEL_NAMES; k++)
        if (models & model_names[k].bit)
            at += (size_t)snprintf(list + at, SS_MODEL_NAMES_MAX - at, "%s%s", at > 0 ? "," : "", model_names[k].name);
}

/* ---- input ---- */

static bool is_postgres(const char *log)
{
    return strncmp(log, "postgresql://", 13) == 0 || strncmp(log, "postgres://", 11) == 0;
}

static ss_status open_log(const ss_input_options *options, ss_row_source **source, ss_error *error)
{
    bool postgres = is_postgres(options->logs.text[0]);
    if (postgres && (options->logs.count != 1 || !options->query))
        return ss_error_set(error, SS_E_ARGUMENT, "a postgresql:// log stands alone and needs --query");
    if (!postgres && options->query)
        return ss_error_set(error, SS_E_ARGUMENT, "--query goes with a postgresql:// log");
    if (postgres)
        return ss_row_source_open_postgres(options->logs.text[0], options->query, source, error);
    ss_file_glob files = {0};
    ss_status status = ss_file_glob_expand(options->logs.text, options->logs.count, &files, error);
    if (status == SS_OK)
        status = ss_row_source_open_files((const char *const *)files.paths, files.count, source, error);
    ss_file_glob_free(&files);
    return status;
}

/* What is read, in this order: the logs, the events of the live store. */
static ss_status open_input(const ss_input_options *options, const ss_feed *feed, ss_row_source **source,
                            ss_error *error)
{
    ss_status status = SS_OK;
    ss_row_source *log = NULL, *events = NULL;
    if (options->logs.count > 0)
        SS_TRY(open_log(options, &log, error));
    if (options->state)
        SS_TRY(ss_feed_source(feed, options->log.decimals, &events, error));
    if (log && events)
        SS_TRY(ss_row_chain_open(&log, &events, source, error));
    else
        *source = log ? log : events;
    return SS_OK;
out:
    ss_row_source_close(&log);
    ss_row_source_close(&events);
    return status;
}

static ss_status check_input(const ss_input_options *options, ss_log_options *log, ss_error *error)
{
    *log = options->log;
    if (options->logs.count == 0 && !options->state)
        return ss_error_set(error, SS_E_ARGUMENT, "no purchase log: give --log FILE, or --state STORE for live events");
    if (options->logs.count == 0 && options->query)
        return ss_error_set(error, SS_E_ARGUMENT, "--query goes with a postgresql:// log");
    if (!options->state_from)
        return SS_OK;
    if (!options->state)
        return ss_error_set(error, SS_E_ARGUMENT, "--state-from goes with --state");
    if (ss_timestamp_parse(ss_slice_of(options->state_from), &log->events_from))
        return SS_OK;
    return ss_error_set(error, SS_E_ARGUMENT,
                        "--state-from: '%s' is no time: YYYY-MM-DD HH:MM:SS, ISO 8601 or Unix "
                        "seconds",
                        options->state_from);
}

/* A log that reaches into the future would take every event for its own. */
static ss_status check_newest(const ss_input_options *options, const ss_log_report *report, ss_error *error)
{
    char text[SS_TIMESTAMP_TEXT];
    if (report->events == 0 || options->state_from || report->newest <= ss_clock_now() + SS_DAY)
        return SS_OK;
    ss_timestamp_format(report->newest, text);
    return ss_error_set(error, SS_E_ARGUMENT,
                        "the newest row of the log is of %s, later than now: which events it holds already cannot be "
                        "told; put it right, or give --state-from TIME",
                        text);
}

static ss_status read_profiles(const ss_input_options *options, const ss_left_out *forgotten,
                               ss_progress_sink *progress, ss_training_data *data, ss_error *error)
{
    const ss_profiles_options with = {options->customers_columns, options->log.max_bad_rows, forgotten,
                                      options->log.notation};
    if (options->customers.count == 0)
        return SS_OK;
    return ss_profiles_read(options->customers.text, options->customers.count, &with, progress, &data->profiles,
                            &data->profiles_report, error);
}

/* What the options name, opened: its rows, and how they are to be read. */
typedef struct training_input {
    ss_row_source *source; /* owned */
    ss_feed *feed;         /* owned; NULL: no store was named */
    ss_log_options log;    /* with who is forgotten, and from when on events count */
} training_input;

static void close_training_input(training_input *input)
{
    ss_row_source_close(&input->source);
    ss_feed_close(&input->feed);
}

static ss_status open_training_input(const ss_input_options *options, training_input *input, ss_error *error)
{
    ss_status status;
    training_input result = {0};
    SS_TRY(check_input(options, &result.log, error));
    if (options->state)
        SS_TRY(ss_feed_open(options->state, &result.feed, error));
    else if (options->store)
        SS_TRY(ss_feed_open_forgotten(options->store, &result.feed, error));
    if (result.feed && !result.log.forgotten)
        result.log.forgotten = ss_feed_forgotten(result.feed);
    SS_TRY(open_input(options, result.feed, &result.source, error));
    *input = result;
    result = (training_input){0};
out:
    close_training_input(&result);
    return status;
}

static ss_status read_catalog(const ss_input_options *options, ss_progress_sink *progress, ss_catalog **catalog,
                              ss_catalog_report *report, ss_error *error)
{
    const ss_catalog_options with = {options->catalog_columns, options->log.max_bad_rows, options->log.decimals,
                                     options->log.notation};
    if (options->catalogs.count == 0)
        return SS_OK;
    return ss_catalog_read(options->catalogs.text, options->catalogs.count, &with, progress, catalog, report, error);
}

ss_status ss_training_data_read(const ss_input_options *options, ss_progress_sink *progress, ss_training_data *data,
                                ss_error *error)
{
    ss_status status = SS_OK;
    training_input input = {0};
    *data = (ss_training_data){.decimals = options->log.decimals, .keep_log = options->keep_log};
    SS_TRY(open_training_input(options, &input, error));
    input.log.keep = options->keep_log;
    SS_TRY(read_catalog(options, progress, &data->catalog, &data->catalog_report, error));
    SS_TRY(read_profiles(options, input.log.forgotten, progress, data, error));
    SS_TRY(
        ss_log_read(input.source, &input.log, data->catalog, progress, &data->interactions, &data->log_report, error));
    SS_TRY(check_newest(options, &data->log_report, error));
    data->log_options = input.log;
    data->log_options.forgotten = NULL; /* it goes with the feed */
out:
    close_training_input(&input);
    if (status != SS_OK && status != SS_E_BAD_INPUT)
        ss_training_data_free(data);
    return status;
}

ss_status ss_orders_read(const ss_input_options *options, ss_returns_rule returns, ss_progress_sink *progress,
                         ss_orders *orders, ss_log_report *report, ss_error *error)
{
    ss_status status;
    training_input input = {0};
    ss_catalog *catalog = NULL;
    ss_catalog_report catalog_report;
    SS_TRY(open_training_input(options, &input, error));
    SS_TRY(read_catalog(options, progress, &catalog, &catalog_report, error));
    SS_TRY(ss_log_read_orders(input.source, &input.log, catalog, returns, progress, orders, report, error));
    status = check_newest(options, report, error);
    if (status != SS_OK)
        ss_orders_free(orders);
out:
    close_training_input(&input);
    ss_catalog_free(&catalog);
    return status;
}

void ss_training_data_free(ss_training_data *data)
{
    if (!data)
        return;
    ss_interactions_free(&data->interactions);
    ss_catalog_free(&data->catalog);
    ss_profiles_free(&data->profiles);
    *data = (ss_training_data){0};
}

/* ---- manifest ---- */

/* A dot inside a key is escaped: option names have them. */
void ss_option_manifest_path(const char *name, char path[SS_OPTION_PATH_MAX])
{
    size_t at = (size_t)snprintf(path, SS_OPTION_PATH_MAX, "options.");
    for (; *name && at + 3 < SS_OPTION_PATH_MAX; name++) {
        if (*name == '.')
            path[at++] = '\\';
        path[at++] = *name;
    }
    path[at] = '\0';
}

static ss_status put_option(void *context, const char *name, const ss_option *option, const char *value)
{
    char path[SS_OPTION_PATH_MAX];
    (void)option;
    ss_option_manifest_path(name, path);
    return ss_manifest_set_text(context, path, value);
}

static ss_status put_counts(ss_manifest *manifest, const ss_interactions *log, const ss_item_table *items,
                            const ss_catalog *catalog)
{
    const struct {
        const char *path;
        uint64_t value;
    } counts[] = {{"counts.rows", log->count},
                  {"counts.items", items->content.count},
                  {"counts.items_bought", log->item_count},
                  {"counts.customers", log->customer_count},
                  {"counts.baskets", log->basket_count}};
    ss_status status = SS_OK;
    for (size_t i = 0; i < sizeof counts / sizeof *counts && status == SS_OK; i++)
        status = ss_manifest_set_int(manifest, counts[i].path, (int64_t)counts[i].value);
    if (catalog && status == SS_OK)
        status = ss_manifest_set_int(manifest, "counts.catalog", ss_catalog_count(catalog));
    return status;
}

static ss_status put_times(ss_manifest *manifest, const ss_interactions *log)
{
    ss_status status = SS_OK;
    char text[SS_TIMESTAMP_TEXT];
    if (!log->has_times)
        return SS_OK;
    ss_timestamp_format(log->first_time, text);
    SS_TRY(ss_manifest_set_text(manifest, "input.first_time", text));
    ss_timestamp_format(log->last_time, text);
    SS_TRY(ss_manifest_set_text(manifest, "input.last_time", text));
out:
    return status;
}

/* What reading the log came to: nights are compared by it. */
static ss_status put_reading(ss_manifest *manifest, const ss_log_report *input)
{
    uint64_t bad = 0;
    ss_status status = SS_OK;
    for (unsigned reason = 0; reason < SS_BAD_COUNT; reason++)
        bad += input->bad[reason];
    SS_TRY(ss_manifest_set_int(manifest, "input.rows_read", (int64_t)input->rows));
    SS_TRY(ss_manifest_set_int(manifest, "input.rows_bad", (int64_t)bad));
    SS_TRY(ss_manifest_set_int(manifest, "input.rows_fees", (int64_t)input->ignored[SS_IGNORED_FEE]));
    SS_TRY(ss_manifest_set_int(manifest, "input.rows_merged", (int64_t)input->merged));
out:
    return status;
}

/* What came from the live store, how much of it the logs held, and what was left out because of it. */
static ss_status put_events(ss_manifest *manifest, const ss_log_report *input)
{
    ss_status status = SS_OK;
    if (input->ignored[SS_IGNORED_FORGOTTEN] > 0)
        SS_TRY(ss_manifest_set_int(manifest, "input.forgotten_rows", (int64_t)input->ignored[SS_IGNORED_FORGOTTEN]));
    if (input->events_last == 0)
        return SS_OK;
    SS_TRY(ss_manifest_set_int(manifest, "input.events.last_sequence", (int64_t)input->events_last));
    SS_TRY(ss_manifest_set_int(manifest, "input.events.read", (int64_t)input->events));
    SS_TRY(ss_manifest_set_int(manifest, "input.events.in_logs", (int64_t)input->ignored[SS_IGNORED_OVERLAP]));
out:
    return status;
}

static ss_status write_manifest(const char *path, const char *name, const ss_interactions *log,
                                const ss_item_table *items, const ss_catalog *catalog, const ss_log_report *input,
                                const ss_model_options *options, ss_error *error)
{
    ss_status status = SS_OK;
    ss_option_group groups[SS_MODEL_GROUPS_MAX];
    ss_model_options copy = *options; /* option groups point into what they may also set */
    size_t count = ss_model_option_groups(&copy, groups);
    ss_manifest *manifest = ss_manifest_new();
    char digest[33], models[SS_MODEL_NAMES_MAX];
    if (!manifest)
        return ss_error_nomem(error);
    SS_TRY(ss_manifest_set_text(manifest, "generation", name));
    SS_TRY(ss_manifest_set_text(manifest, "program", "smartshelf " SS_VERSION));
    SS_TRY(ss_manifest_set_text(manifest, "cpu_kernel", ss_cpu_name(ss_cpu_detect())));
    if (input) {
        snprintf(digest, sizeof digest, "%016llx%016llx", (unsigned long long)input->digest_high,
                 (unsigned long long)input->digest_low);
        SS_TRY(ss_manifest_set_text(manifest, "input.digest_xxh3_128", digest));
        SS_TRY(put_reading(manifest, input));
        SS_TRY(put_events(manifest, input));
    }
    SS_TRY(ss_manifest_set_flag(manifest, SS_MANIFEST_IDS_FOLDED, log->ids_folded));
    SS_TRY(put_times(manifest, log));
    ss_model_names_format(options->models, models);
    SS_TRY(ss_manifest_set_text(manifest, SS_MANIFEST_MODELS, models));
    SS_TRY(put_counts(manifest, log, items, catalog));
    SS_TRY(ss_options_dump(groups, count, put_option, manifest));
    SS_TRY(ss_manifest_write(manifest, path, error));
out:
    ss_manifest_free(&manifest);
    return status == SS_E_NOMEM ? ss_error_nomem(error) : status;
}

/* ---- training ---- */

ss_status ss_temporary_folder(char *path, size_t size, ss_error *error)
{
    const char *root = getenv("TMPDIR");
    if ((size_t)snprintf(path, size, "%s/smartshelf-XXXXXX", root && *root ? root : "/tmp") >= size)
        return ss_error_set(error, SS_E_LIMIT, "TMPDIR is too long");
    if (!mkdtemp(path))
        return ss_error_io(error, path, "cannot make a temporary folder");
    return SS_OK;
}

static double seconds_since(int64_t *start)
{
    int64_t now = ss_clock_monotonic();
    double seconds = (double)(now - *start) / 1e9;
    *start = now;
    return seconds;
}

/* What a generation is made from. */
typedef struct training {
    const ss_interactions *log, *named;
    const ss_catalog *catalog;   /* or NULL */
    const ss_profiles *profiles; /* or NULL */
    int64_t decimals;
    const ss_log_report *input;   /* NULL: of no log of its own */
    const ss_log_options *stored; /* how it was read, where it is stored beside the models; NULL: it is not */
} training;

static ss_status train_segments(const char *path, const training *from, const ss_item_table *items,
                                const ss_segments_options *options, ss_train_report *report, ss_error *error)
{
    const ss_segments_input input = {from->log, from->named->customers, from->profiles, items->content.category,
                                     items->category_count};
    if (!ss_segments_learns(from->log, from->profiles))
        return SS_OK;
    return ss_segments_train(&input, options, path, &report->segments, error);
}

static ss_status train_models(const char *path, const training *from, const ss_item_table *items,
                              const ss_model_options *options, int threads, ss_progress_sink *progress,
                              ss_train_report *report, ss_error *error)
{
    ss_status status = SS_OK;
    const ss_interactions *log = from->log;
    int64_t clock = ss_clock_monotonic();
    if (options->models & SS_TRAIN_POPULARITY)
        SS_TRY(ss_popularity_train(log, &options->popularity, items->content.category, items->content.count,
                                   items->category_count, path, error));
    report->seconds_popularity = seconds_since(&clock);
    if (options->models & SS_TRAIN_COOCCURRENCE)
        SS_TRY(ss_cooccurrence_train(log, &options->cooccurrence, threads, progress, path, error));
    report->seconds_cooccurrence = seconds_since(&clock);
    if ((options->models & SS_TRAIN_ALS) && log->has_customers)
        SS_TRY(ss_als_train(log, &options->als, threads, progress, path, error));
    report->seconds_als = seconds_since(&clock);
    if ((options->models & SS_TRAIN_SESSION_KNN) && ss_session_knn_learns(log))
        SS_TRY(ss_session_knn_train(log, &options->session_knn, path, error));
    report->seconds_session_knn = seconds_since(&clock);
    if ((options->models & SS_TRAIN_REPURCHASE) && ss_repurchase_learns(log))
        SS_TRY(ss_repurchase_train(log, &options->repurchase, items->content.category, items->content.count,
                                   items->category_count, threads, path, error));
    report->seconds_repurchase = seconds_since(&clock);
    if ((options->models & SS_TRAIN_ALTERNATIVES) && ss_alternatives_learns(log, &items->content))
        SS_TRY(ss_alternatives_train(log, &items->content, &options->alternatives, threads, progress, path, error));
    report->seconds_alternatives = seconds_since(&clock);
    if (options->models & SS_TRAIN_SEGMENTS)
        SS_TRY(train_segments(path, from, items, &options->segments, report, error));
    report->seconds_segments = seconds_since(&clock);
out:
    return status;
}

static ss_status train_all(const char *path, const char *name, const training *from, const ss_model_options *options,
                           int threads, ss_progress_sink *progress, ss_train_report *report, ss_error *error)
{
    ss_status status = SS_OK;
    ss_item_table items = {0};
    int64_t clock = ss_clock_monotonic();
    SS_TRY(ss_item_table_make(from->log, from->named, from->catalog, from->decimals, &items, error));
    SS_TRY(ss_items_write(path, &items.content, error));
    if (from->log->has_customers)
        SS_TRY(ss_histories_write(path, from->log, from->named, items.content.count, error));
    report->seconds_items = seconds_since(&clock);
    SS_TRY(train_models(path, from, &items, options, threads, progress, report, error));
    if (from->stored)
        SS_TRY(ss_stored_log_write(from->log, items.content.count, from->catalog != NULL, from->stored, from->input,
                                   path, error));
    SS_TRY(write_manifest(path, name, from->log, &items, from->catalog, from->input, options, error));
out:
    ss_item_table_free(&items);
    return status;
}

ss_status ss_train_into(const char *path, const char *name, const ss_interactions *interactions,
                        const ss_interactions *named, const ss_catalog *catalog, int64_t decimals,
                        const ss_model_options *options, int threads, ss_progress_sink *progress,
                        ss_train_report *report, ss_error *error)
{
    const training from = {interactions, named, catalog, NULL, decimals, NULL, NULL};
    return train_all(path, name, &from, options, threads, progress, report, error);
}

ss_status ss_train_data_into(const char *path, const char *name, const ss_training_data *data,
                             const ss_model_options *options, int threads, ss_progress_sink *progress,
                             ss_train_report *report, ss_error *error)
{
    const training from = {&data->interactions,
                           &data->interactions,
                           data->catalog,
                           data->profiles,
                           data->decimals,
                           &data->log_report,
                           data->keep_log ? &data->log_options : NULL};
    return train_all(path, name, &from, options, threads, progress, report, error);
}

ss_status ss_train_draft(const char *store, int64_t now, const ss_training_data *data, const ss_model_options *options,
                         int threads, ss_progress_sink *progress, ss_generation_draft **draft, ss_train_report *report,
                         ss_error *error)
{
    ss_status status = SS_OK;
    ss_generation_draft *new = NULL;
    SS_TRY(ss_generation_begin(store, now, &new, error));
    snprintf(report->generation, sizeof report->generation, "%s", ss_generation_draft_name(new));
    SS_TRY(ss_train_data_into(ss_generation_draft_path(new), report->generation, data, options, threads, progress,
                              report, error));
    *draft = new;
    new = NULL;
out:
    ss_generation_abandon(&new);
    return status;
}

ss_status ss_train(const char *store, int64_t now, const ss_training_data *data, const ss_model_options *options,
                   int threads, ss_progress_sink *progress, ss_train_report *report, ss_error *error)
{
    ss_status status = SS_OK;
    ss_generation_draft *draft = NULL;
    SS_TRY(ss_train_draft(store, now, data, options, threads, progress, &draft, report, error));
    int64_t clock = ss_clock_monotonic();
    SS_TRY(ss_generation_publish(&draft, ss_snapshot_schemas, true, error));
    report->seconds_publish = seconds_since(&clock);
out:
    ss_generation_abandon(&draft);
    return status;
}

/*
 * nights.h: a simulated shop on two nights that follow each other: what is served was learned from the log up to the last
 * one, and the log of tonight, or what a test makes of it, goes the way of every night: input, proof, training, the two
 * generations.
 */
#ifndef SS_TESTS_NIGHTS_H
#define SS_TESTS_NIGHTS_H

#include "base/memory.h"
#include "job/prove.h"
#include "job/sanity.h"
#include "job/simulate.h"
#include "store/manifest.h"
#include "temporary_folder.h"
#include "testing.h"

#include <math.h>
#include <string.h>

#define NIGHT_THREADS 1

typedef struct night_row {
    char order[24], customer[24], item[24], quantity[12], price[16];
    int64_t time;
} night_row;

/* A log and a catalogue in memory, for a test to change. */
typedef struct night_log {
    night_row *rows;
    size_t count;
    char *catalog; /* lines */
    char **products;
    size_t product_count; /* lines but the header's */
    const char *header;   /* of the catalogue */
} night_log;

typedef struct nights {
    char folder[TEMPORARY_PATH_MAX], store[TEMPORARY_PATH_MAX];
    char served[SS_PATH_MAX]; /* the generation */
    night_log log;            /* of tonight, as it should be */
    ss_model_options options; /* those served */
    ss_manifest *manifest;    /* of what is served */
    double before[SS_TASK_COUNT];
    ss_prove_options prove;
    ss_sanity_options sanity;
    int64_t now;
} nights;

/* What became of a candidate. */
typedef struct night_outcome {
    ss_checks checks;
    ss_proof proof;
    const char *stage; /* that refused it: "input", "proof", "generations"; NULL: it passed */
} night_outcome;

/* ---- the log as a table ---- */

static inline char *night_read_file(const char *path)
{
    ss_buffer text;
    ss_error error = {0};
    ss_buffer_init(&text, (size_t)1 << 28);
    expect_ok(ss_file_read(path, (size_t)1 << 28, &text, &error), &error);
    char *copy = strndup(text.data, text.size);
    ss_buffer_release(&text);
    assert_non_null(copy);
    return copy;
}

static inline void night_take(char *to, size_t size, char **line)
{
    char *field = strsep(line, ",");
    assert_non_null(field);
    snprintf(to, size, "%s", field);
}

static inline void night_parse_row(char *line, night_row *row)
{
    night_take(row->order, sizeof row->order, &line);
    night_take(row->customer, sizeof row->customer, &line);
    night_take(row->item, sizeof row->item, &line);
    night_take(row->quantity, sizeof row->quantity, &line);
    night_take(row->price, sizeof row->price, &line);
    assert_true(ss_timestamp_parse(ss_slice_of(line), &row->time));
}

static inline void night_parse(const char *folder, night_log *log)
{
    char path[TEMPORARY_PATH_MAX];
    char *text = night_read_file(temporary_path(path, folder, "log.csv")), *at = text, *line;
    size_t capacity = 0;
    strsep(&at, "\n");
    while ((line = strsep(&at, "\n")) && *line) {
        assert_true(ss_array_grow(&log->rows, &capacity, log->count + 1, sizeof *log->rows));
        night_parse_row(line, &log->rows[log->count++]);
    }
    free(text);
    capacity = 0;
    log->catalog = at = night_read_file(temporary_path(path, folder, "catalog.csv"));
    log->header = strsep(&at, "\n");
    while ((line = strsep(&at, "\n")) && *line) {
        assert_true(ss_array_grow(&log->products, &capacity, log->product_count + 1, sizeof *log->products));
        log->products[log->product_count++] = line;
    }
}

/* A copy that a test may change; of the catalogue the lines are shared. */
static inline night_log night_copy(const night_log *log)
{
    night_log copy = *log;
    copy.rows = ss_array_new(log->count, sizeof *copy.rows);
    copy.products = ss_array_new(log->product_count, sizeof *copy.products);
    assert_true(copy.rows && copy.products);
    memcpy(copy.rows, log->rows, log->count * sizeof *copy.rows);
    memcpy(copy.products, log->products, log->product_count * sizeof *copy.products);
    copy.catalog = NULL;
    return copy;
}

static inline void night_log_free(night_log *log)
{
    free(log->rows);
    free(log->catalog);
    free(log->products);
    *log = (night_log){0};
}

static inline void night_write(const night_log *log, const char *path, const char *catalog)
{
    char time[SS_TIMESTAMP_TEXT];
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("order_id,customer_id,item_id,quantity,unit_price,timestamp\n", file);
    for (size_t i = 0; i < log->count; i++) {
        const night_row *row = &log->rows[i];
        ss_timestamp_format(row->time, time);
        fprintf(file, "%s,%s,%s,%s,%s,%s\n", row->order, row->customer, row->item, row->quantity, row->price, time);
    }
    assert_int_equal(fclose(file), 0);
    file = fopen(catalog, "w");
    assert_non_null(file);
    fprintf(file, "%s\n", log->header);
    for (size_t i = 0; i < log->product_count; i++)
        fprintf(file, "%s\n", log->products[i]);
    assert_int_equal(fclose(file), 0);
}

/* ---- what training reads ---- */

/* `until`: SS_NO_TIME for all. */
static inline void night_data(const nights *of, const night_log *log, int64_t until, ss_training_data *data)
{
    char path[TEMPORARY_PATH_MAX], catalog[TEMPORARY_PATH_MAX];
    ss_input_options input = {.log = ss_log_defaults()};
    ss_error error = {0};
    night_write(log, temporary_path(path, of->folder, "tonight.csv"),
                temporary_path(catalog, of->folder, "products.csv"));
    input.logs = (ss_texts){{path}, 1};
    input.catalogs = (ss_texts){{catalog}, 1};
    input.log.until = until;
    expect_ok(ss_training_data_read(&input, NULL, data, &error), &error);
}

/* Trains a generation; `path` (SS_PATH_MAX bytes) receives its folder. */
static inline void night_train(const nights *of, const ss_training_data *data, const ss_model_options *options,
                               char *path)
{
    char name[SS_GENERATION_NAME_MAX];
    ss_train_report report = {0};
    ss_error error = {0};
    expect_ok(ss_train(of->store, of->now, data, options, NIGHT_THREADS, NULL, &report, &error), &error);
    expect_ok(ss_generation_resolve(of->store, report.generation, path, name, &error), &error);
}

/* ---- the two nights ---- */

static inline void night_options(nights *of)
{
    const ss_option_group groups[] = {{NULL, NULL, ss_prove_option_table, &of->prove},
                                      {NULL, NULL, ss_sanity_option_table, &of->sanity}};
    ss_options_defaults(groups, 2);
}

/* Learns from the log up to the last night, and remembers how good that was. */
static inline void night_before(nights *of)
{
    ss_training_data data;
    ss_proof proof;
    ss_checks checks = {0};
    ss_error error = {0};
    const double unknown[SS_TASK_COUNT] = {NAN, NAN, NAN, NAN};
    night_data(of, &of->log, of->now - SS_DAY, &data);
    night_train(of, &data, &of->options, of->served);
    expect_ok(ss_prove(&data, NULL, &of->options, unknown, &of->prove, NIGHT_THREADS, NULL, &proof, &checks, &error),
              &error);
    expect_ok(ss_manifest_read(of->served, &of->manifest, &error), &error);
    expect_ok(ss_proof_to_manifest(&proof, of->manifest, &error), &error);
    ss_proof_before((const ss_manifest *const[]){of->manifest}, 1, of->before);
    ss_checks_free(&checks);
    ss_training_data_free(&data);
}

/* `shop`: items, customers, orders, days and seed count. */
static inline void nights_make(nights *of, const ss_simulate_options *shop, const ss_model_options *served)
{
    char path[TEMPORARY_PATH_MAX];
    ss_simulate_options options;
    const ss_option_group group = {NULL, NULL, ss_simulate_option_table, &options};
    ss_error error = {0};
    *of = (nights){.options = *served};
    temporary_folder_make(of->folder);
    temporary_path(of->store, of->folder, "store");
    night_options(of);
    ss_options_defaults(&group, 1);
    options.out = temporary_path(path, of->folder, "shop");
    options.items = shop->items;
    options.customers = shop->customers;
    options.orders = shop->orders;
    options.days = shop->days;
    options.seed = shop->seed;
    expect_ok(ss_simulate(&options, NULL, NULL, &error), &error);
    night_parse(path, &of->log);
    of->now = of->log.rows[of->log.count - 1].time + SS_DAY / 24;
    night_before(of);
}

static inline void nights_close(nights *of)
{
    night_log_free(&of->log);
    ss_manifest_free(&of->manifest);
    temporary_folder_remove(of->folder);
}

/* ---- tonight ---- */

static inline void night_stages(const nights *of, const ss_training_data *data, const ss_model_options *candidate,
                                night_outcome *outcome)
{
    ss_error error = {0};
    char path[SS_PATH_MAX];
    expect_ok(ss_sanity_input(data, of->manifest, &of->sanity, of->now, &outcome->checks, &error), &error);
    outcome->stage = "input";
    if (outcome->checks.refused > 0)
        return;
    expect_ok(ss_prove(data, &of->options, candidate, of->before, &of->prove, NIGHT_THREADS, NULL, &outcome->proof,
                       &outcome->checks, &error),
              &error);
    outcome->stage = "proof";
    if (outcome->checks.refused > 0)
        return;
    night_train(of, data, candidate, path);
    expect_ok(ss_sanity_generations(of->served, path, &of->sanity, &outcome->checks, &error), &error);
    expect_ok(ss_file_remove_tree(path, &error), &error);
    outcome->stage = outcome->checks.refused > 0 ? "generations" : NULL;
}

/* A log and options through the night; the outcome's checks are the caller's to free. */
static inline night_outcome night_run(const nights *of, const night_log *log, const ss_model_options *candidate)
{
    night_outcome outcome = {.stage = NULL};
    ss_training_data data;
    night_data(of, log, SS_NO_TIME, &data);
    night_stages(of, &data, candidate, &outcome);
    ss_training_data_free(&data);
    return outcome;
}

static inline const ss_check *night_refusal(const night_outcome *outcome)
{
    for (size_t i = 0; i < outcome->checks.count; i++)
        if (outcome->checks.list[i].verdict == SS_CHECK_REFUSED)
            return &outcome->checks.list[i];
    return NULL;
}

#endif

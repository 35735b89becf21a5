/*
 * delta_shop.h: a shop with a log and live events, trained before the last of them came; the delta that folds these in;
 * and the full training on everything that it is held against.
 */
#ifndef SS_TESTS_DELTA_SHOP_H
#define SS_TESTS_DELTA_SHOP_H

#include "event_sample.h"
#include "job/delta.h"
#include "shop.h"
#include "state/forgotten.h"

typedef struct delta_shop {
    char folder[TEMPORARY_PATH_MAX], store[TEMPORARY_PATH_MAX], whole[TEMPORARY_PATH_MAX];
    char log[TEMPORARY_PATH_MAX], catalog[TEMPORARY_PATH_MAX];
    bool has_log, has_catalog;
    ss_input_options input;
    ss_model_options options;
    int64_t now; /* of the next generation */
} delta_shop;

static inline void delta_shop_file(delta_shop *of, char *path, const char *name, const char *text)
{
    ss_error error;
    temporary_path(path, of->folder, name);
    expect_ok(ss_file_write_atomic(path, text, strlen(text), &error), &error);
}

/* `log`, `catalog`: texts, or NULL. */
static inline void delta_shop_begin(delta_shop *of, const char *log, const char *catalog)
{
    *of = (delta_shop){.now = INT64_C(1700800000) * SS_SECOND};
    temporary_folder_make(of->folder);
    temporary_path(of->store, of->folder, "store");
    temporary_path(of->whole, of->folder, "whole");
    shop_defaults(&of->input, &of->options);
    of->input.keep_log = true;
    of->options.als.iterations = 2;
    if (log) {
        delta_shop_file(of, of->log, "log.csv", log);
        of->input.logs = (ss_texts){{of->log}, 1};
    }
    if (catalog) {
        delta_shop_file(of, of->catalog, "catalog.csv", catalog);
        of->input.catalogs = (ss_texts){{of->catalog}, 1};
    }
}

static inline void delta_shop_end(delta_shop *of)
{
    temporary_folder_remove(of->folder);
}

static inline void delta_shop_happens(delta_shop *of, ss_live_event *events, size_t count)
{
    ss_event_store *store = sample_open(of->store, NULL);
    ss_event_result results[1000];
    ss_error error;
    for (size_t done = 0, batch; done < count; done += batch) {
        batch = count - done < 1000 ? count - done : 1000;
        expect_ok(ss_event_store_append(store, events + done, batch, of->now, SS_RELAXED, results, &error), &error);
        for (size_t i = 0; i < batch; i++)
            assert_int_equal(results[i].refused, SS_CHECK_FINE);
    }
    sample_sync(store);
    sample_close(&store);
}

static inline void delta_shop_forget(delta_shop *of, const char *customer, int64_t time)
{
    ss_environment *environment = NULL;
    ss_forgotten *forgotten = NULL;
    ss_forgotten_customer who = {.customer_id = ss_slice_of(customer), .time = time};
    ss_error error;
    expect_ok(ss_environment_open(of->store, SAMPLE_MAP, &environment, &error), &error);
    expect_ok(ss_forgotten_open(environment, &forgotten, &error), &error);
    expect_ok(ss_forgotten_put(forgotten, &who, 1, &error), &error);
    expect_ok(ss_environment_sync(environment, &error), &error);
    ss_forgotten_close(&forgotten);
    ss_environment_close(&environment);
}

/* A full training on the log and all events there are, into the store or into the other one. */
static inline void delta_shop_train(delta_shop *of, const char *store, ss_train_report *report)
{
    ss_input_options input = of->input;
    ss_training_data data = {0};
    ss_error error = {0};
    char state[TEMPORARY_PATH_MAX];
    temporary_path(state, of->store, "state");
    input.state = access(state, F_OK) == 0 ? of->store : NULL;
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    expect_ok(ss_train(store, of->now, &data, &of->options, 1, NULL, report, &error), &error);
    ss_training_data_free(&data);
    of->now += SS_SECOND;
}

static inline ss_status delta_shop_try(delta_shop *of, const ss_input_options *input, int threads,
                                       ss_delta_report *report, ss_error *error)
{
    const ss_input_options none = {.log = {.max_bad_rows = 0.01}};
    ss_status status = ss_delta(of->store, input ? input : &none, NULL, of->now, threads, NULL, report, error);
    of->now += SS_SECOND;
    return status;
}

static inline ss_delta_report delta_shop_fold(delta_shop *of, const ss_input_options *input)
{
    ss_delta_report report;
    ss_error error = {0};
    expect_ok(delta_shop_try(of, input, 1, &report, &error), &error);
    return report;
}

static inline ss_snapshot *delta_shop_open(const char *store)
{
    ss_snapshot *snapshot = NULL;
    ss_error error;
    expect_ok(ss_snapshot_open(store, NULL, true, &snapshot, &error), &error);
    return snapshot;
}

/* The item of one generation in another. Where spellings are joined, which of them stands for an item is as the base has chosen. */
static inline uint32_t delta_shop_same_item(const ss_snapshot *from, uint32_t item, const ss_snapshot *to)
{
    char other[16] = "";
    ss_slice id = ss_strings_at(&from->items.ids, item);
    uint32_t found = ss_strings_find(&to->items.ids, id);
    if (found != SS_NONE || !from->ids_folded)
        return found;
    memcpy(other, id.data, id.size);
    other[0] ^= 'i' ^ 'I';
    return ss_strings_find(&to->items.ids, ss_slice_of(other));
}

#endif

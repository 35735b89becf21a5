/* shop.h: a shop for one test: a log and a catalogue as text, trained into a store in a temporary folder. */
#ifndef SS_TESTS_SHOP_H
#define SS_TESTS_SHOP_H

#include "job/train.h"
#include "shelf/answer.h"
#include "temporary_folder.h"
#include "testing.h"

#include <string.h>

typedef struct shop {
    char folder[TEMPORARY_PATH_MAX], store[TEMPORARY_PATH_MAX];
    ss_snapshot *snapshot;
    ss_answerer *answerer;
} shop;

static inline void shop_write(const shop *of, const char *name, const char *text)
{
    char path[TEMPORARY_PATH_MAX];
    ss_error error;
    expect_ok(ss_file_write_atomic(temporary_path(path, of->folder, name), text, strlen(text), &error), &error);
}

/* Defaults of every option, few factors and no support threshold: the shops of tests are small. */
static inline void shop_defaults(ss_input_options *input, ss_model_options *options)
{
    const ss_option_group group = {NULL, NULL, ss_input_option_table, input};
    memset(input, 0, sizeof *input);
    memset(options, 0, sizeof *options);
    ss_options_defaults(&group, 1);
    input->log = ss_log_defaults();
    ss_model_options_defaults(options);
    for (unsigned r = 0; r < SS_RELATION_COUNT; r++)
        options->cooccurrence.relations[r].min_customers = 1;
    options->als.factors = 8;
    options->als.iterations = 5;
}

/* Trains and opens; `catalog` may be NULL. */
static inline void shop_open(shop *of, const char *log, const char *catalog)
{
    char log_path[TEMPORARY_PATH_MAX], catalog_path[TEMPORARY_PATH_MAX];
    ss_input_options input;
    ss_model_options options;
    ss_training_data data = {0};
    ss_train_report report = {0};
    ss_error error = {0};
    temporary_folder_make(of->folder);
    temporary_path(of->store, of->folder, "store");
    shop_write(of, "log.csv", log);
    shop_defaults(&input, &options);
    input.logs = (ss_texts){{temporary_path(log_path, of->folder, "log.csv")}, 1};
    if (catalog) {
        shop_write(of, "catalog.csv", catalog);
        input.catalogs = (ss_texts){{temporary_path(catalog_path, of->folder, "catalog.csv")}, 1};
    }
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    expect_ok(ss_train(of->store, INT64_C(1700000000000000), &data, &options, 2, NULL, &report, &error), &error);
    ss_training_data_free(&data);
    expect_ok(ss_snapshot_open(of->store, NULL, true, &of->snapshot, &error), &error);
    expect_ok(ss_answerer_new(of->snapshot, NULL, &of->answerer, &error), &error);
}

static inline void shop_close(shop *of)
{
    ss_answerer_free(&of->answerer);
    ss_snapshot_release(&of->snapshot);
    temporary_folder_remove(of->folder);
}

static inline ss_answer shop_ask(shop *of, ss_shelf_kind kind, const ss_request *request)
{
    ss_answer answer;
    ss_error error = {0};
    expect_ok(ss_answer_shelf(of->answerer, &of->snapshot->shelves[kind], request, &answer, &error), &error);
    return answer;
}

static inline const char *shop_id(const shop *of, uint32_t item)
{
    static char text[SS_ID_MAX + 1];
    ss_slice id = ss_strings_at(&of->snapshot->items.ids, item);
    snprintf(text, sizeof text, "%.*s", (int)id.size, id.data);
    return text;
}

#endif

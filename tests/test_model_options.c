/* test_model_options.c: options come back from a manifest as they went in, and differences are named. */
#include "shop.h"

#include "check.h"
#include "job/model_options.h"
#include "store/manifest.h"

typedef struct difference_list {
    char text[1024];
    size_t size, count;
} difference_list;

static ss_status list_difference(void *context, const char *name, const char *first, const char *second)
{
    difference_list *list = context;
    list->size +=
        (size_t)snprintf(list->text + list->size, sizeof list->text - list->size, "%s: %s, %s\n", name, first, second);
    list->count++;
    return SS_OK;
}

static void expect_differences(const ss_model_options *first, const ss_model_options *second, const char *wanted)
{
    difference_list list = {.count = 0};
    assert_int_equal(ss_model_options_compare(first, second, list_difference, &list), SS_OK);
    assert_string_equal(list.text, wanted);
}

static ss_model_options other_options(void)
{
    ss_model_options options;
    ss_model_options_defaults(&options);
    options.models = SS_TRAIN_ALL & ~SS_TRAIN_ALS;
    options.cooccurrence.relations[SS_RELATED].c = 0.35;
    options.als.regularization = 1.0 / 3;
    options.shelves[SS_SHELF_CART].weights[SS_SOURCE_ALS] = 0.75;
    return options;
}

static void differences_are_named(void **state)
{
    (void)state;
    ss_model_options defaults, other = other_options();
    unsigned models;
    ss_model_options_defaults(&defaults);
    expect_differences(&defaults, &defaults, "");
    other.cooccurrence.relations[SS_RELATED].c = defaults.cooccurrence.relations[SS_RELATED].c;
    other.als.factors = defaults.als.factors + 1;
    other.als.regularization = defaults.als.regularization;
    other.als.seed = 1234;
    char wanted[512];
    snprintf(wanted, sizeof wanted,
             "models: %s, popularity,cooccurrence,session_knn,repurchase,alternatives,segments\n"
             "als.factors: %d, %d\nals.seed: %d, 1234\nshelf.cart.weight.als: %g, 0.75\n",
             SS_MODEL_NAMES, (int)defaults.als.factors, (int)other.als.factors, (int)defaults.als.seed,
             defaults.shelves[SS_SHELF_CART].weights[SS_SOURCE_ALS]);
    expect_differences(&defaults, &other, wanted);
    assert_int_equal(ss_model_options_differing(&defaults, &other, &models), SS_OK);
    assert_int_equal(models, SS_TRAIN_ALS);
    other.models = defaults.models;
    other.als = defaults.als;
    assert_int_equal(ss_model_options_differing(&defaults, &other, &models), SS_OK);
    assert_int_equal(models, 0); /* shelves train nothing */
}

static ss_status stop(void *context, const char *name, const char *first, const char *second)
{
    (void)name;
    (void)first;
    (void)second;
    ++*(size_t *)context;
    return SS_E_CANCELLED;
}

static void the_walk_may_be_ended(void **state)
{
    (void)state;
    ss_model_options defaults, other = other_options();
    size_t calls = 0;
    ss_model_options_defaults(&defaults);
    assert_status(ss_model_options_compare(&defaults, &other, stop, &calls), SS_E_CANCELLED);
    assert_int_equal(calls, 1);
}

#define LOG "order_id,customer_id,item_id\n1,ann,tea\n1,ann,pot\n2,bob,tea\n2,bob,pot\n"

/* Trains a generation with `options` and reads its manifest. */
static ss_manifest *trained(const char *folder, const ss_model_options *options)
{
    ss_input_options input;
    ss_model_options unused;
    ss_training_data data;
    ss_train_report report = {0};
    ss_error error = {0};
    ss_manifest *manifest = NULL;
    char log[TEMPORARY_PATH_MAX], path[SS_PATH_MAX], name[SS_GENERATION_NAME_MAX];
    shop_defaults(&input, &unused);
    expect_ok(ss_file_write_atomic(temporary_path(log, folder, "log.csv"), LOG, strlen(LOG), &error), &error);
    input.logs = (ss_texts){{log}, 1};
    expect_ok(ss_training_data_read(&input, NULL, &data, &error), &error);
    expect_ok(ss_train(folder, 1, &data, options, 1, NULL, &report, &error), &error);
    expect_ok(ss_generation_resolve(folder, NULL, path, name, &error), &error);
    expect_ok(ss_manifest_read(path, &manifest, &error), &error);
    ss_training_data_free(&data);
    return manifest;
}

static void a_manifest_gives_them_back(void **state)
{
    ss_model_options options = other_options(), read;
    ss_error error = {0};
    ss_manifest *manifest = trained(*state, &options);
    size_t unknown = 99;
    expect_ok(ss_model_options_of_manifest(manifest, &read, &unknown, &error), &error);
    assert_int_equal(unknown, 0);
    expect_differences(&options, &read, "");
    assert_int_equal(read.models, options.models);
    ss_manifest_free(&manifest);
}

static void unknown_options_are_counted_and_missing_ones_are_defaults(void **state)
{
    (void)state;
    ss_model_options defaults, read;
    ss_error error = {0};
    ss_manifest *manifest = ss_manifest_new();
    size_t unknown;
    ss_model_options_defaults(&defaults);
    assert_int_equal(ss_manifest_set_text(manifest, "options.als\\.factors", "48"), SS_OK);
    assert_int_equal(ss_manifest_set_text(manifest, "options.als\\.learning-rate", "0.1"), SS_OK);
    assert_int_equal(ss_manifest_set_text(manifest, "options.crystal-ball", "true"), SS_OK);
    expect_ok(ss_model_options_of_manifest(manifest, &read, &unknown, &error), &error);
    assert_int_equal(unknown, 2);
    assert_int_equal(read.als.factors, 48);
    read.als.factors = defaults.als.factors;
    expect_differences(&defaults, &read, "");
    ss_manifest_free(&manifest);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    ss_model_options read, untouched;
    ss_error error = {0};
    ss_manifest *manifest = ss_manifest_new();
    ss_model_options_defaults(&read);
    read.als.factors = 33;
    untouched = read;
    assert_int_equal(ss_manifest_set_text(manifest, "options.als\\.factors", "many"), SS_OK);
    assert_status(ss_model_options_of_manifest(manifest, &read, NULL, &error), SS_E_CORRUPT);
    assert_string_equal(error.field, "als.factors");
    assert_string_equal(error.found, "many");
    assert_int_equal(read.als.factors, untouched.als.factors);
    assert_int_equal(ss_manifest_set_text(manifest, "options.als\\.factors", "64"), SS_OK);
    assert_int_equal(ss_manifest_set_text(manifest, SS_MANIFEST_MODELS, "popularity,oracle"), SS_OK);
    assert_status(ss_model_options_of_manifest(manifest, &read, NULL, &error), SS_E_CORRUPT);
    assert_int_equal(error.status, SS_E_CORRUPT);
    assert_non_null(strstr(error.message, "oracle"));
    ss_manifest_free(&manifest);
}

static void model_names_there_and_back(void **state)
{
    (void)state;
    char list[SS_MODEL_NAMES_MAX];
    for (unsigned models = 1; models <= SS_TRAIN_ALL; models++) {
        unsigned read = 0;
        ss_model_names_format(models, list);
        assert_int_equal(ss_model_names_parse(list, &read, NULL), SS_OK);
        assert_int_equal(read, models);
    }
    ss_model_names_format(SS_TRAIN_ALL, list);
    assert_string_equal(list, SS_MODEL_NAMES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_named),
        cmocka_unit_test(the_walk_may_be_ended),
        cmocka_unit_test_setup_teardown(a_manifest_gives_them_back, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test(unknown_options_are_counted_and_missing_ones_are_defaults),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(model_names_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

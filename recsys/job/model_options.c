#include "job/model_options.h"

#include "base/buffer.h"
#include "store/manifest.h"
#include <stdio.h>
#include <string.h>

#define OPTIONS_TEXT_MAX (1u << 20)

/* ---- from a manifest ---- */

typedef struct manifest_reader {
    const ss_manifest *manifest;
    const ss_option_group *groups;
    size_t group_count;
    size_t found; /* options that the manifest has */
    ss_error *error;
} manifest_reader;

static ss_status bad_option(const manifest_reader *reader, const char *name, const char *value, const ss_option *option)
{
    char expected[160];
    ss_option_expected(option, expected, sizeof expected);
    ss_error_set(reader->error, SS_E_CORRUPT, "the manifest has an option that cannot be read");
    ss_error_place(reader->error, SS_MANIFEST_FILE, 0);
    ss_error_field(reader->error, name);
    ss_error_found(reader->error, value, strlen(value), expected);
    return SS_E_CORRUPT;
}

static ss_status read_option(void *context, const char *name, const ss_option *option, const char *value)
{
    manifest_reader *reader = context;
    char path[SS_OPTION_PATH_MAX];
    const char *text;
    (void)value;
    ss_option_manifest_path(name, path);
    if (!ss_manifest_text(reader->manifest, path, &text))
        return SS_OK;
    reader->found++;
    if (ss_options_set(reader->groups, reader->group_count, name, text, NULL) != SS_OK)
        return bad_option(reader, name, text, option);
    return SS_OK;
}

static ss_status count_text(void *context, const char *key, const char *text)
{
    (void)key;
    (void)text;
    ++*(size_t *)context;
    return SS_OK;
}

static ss_status read_models(const ss_manifest *manifest, unsigned *models, ss_error *error)
{
    const char *names;
    if (!ss_manifest_text(manifest, SS_MANIFEST_MODELS, &names))
        return SS_OK;
    if (ss_model_names_parse(names, models, error) == SS_OK)
        return SS_OK;
    if (error)
        error->status = SS_E_CORRUPT;
    ss_error_place(error, SS_MANIFEST_FILE, 0);
    return SS_E_CORRUPT;
}

ss_status ss_model_options_of_manifest(const ss_manifest *manifest, ss_model_options *options, size_t *unknown,
                                       ss_error *error)
{
    ss_status status = SS_OK;
    ss_model_options known, names; /* `names` is walked, `known` is set on the way */
    ss_option_group groups[SS_MODEL_GROUPS_MAX], walked[SS_MODEL_GROUPS_MAX];
    size_t texts = 0;
    ss_model_options_defaults(&known);
    ss_model_options_defaults(&names);
    manifest_reader reader = {manifest, groups, ss_model_option_groups(&known, groups), 0, error};
    SS_TRY(ss_options_dump(walked, ss_model_option_groups(&names, walked), read_option, &reader));
    SS_TRY(ss_manifest_each_text(manifest, "options", count_text, &texts));
    SS_TRY(read_models(manifest, &known.models, error));
    *options = known;
    if (unknown)
        *unknown = texts - reader.found;
out:
    return status;
}

/* ---- one against the other ---- */

static ss_status keep_value(void *context, const char *name, const ss_option *option, const char *value)
{
    (void)name;
    (void)option;
    return ss_buffer_append(context, value, strlen(value) + 1);
}

typedef struct comparison {
    const char *at; /* value of the first: the second is walked in the same order */
    ss_model_options_visit visit;
    void *context;
} comparison;

static ss_status compare_value(void *context, const char *name, const ss_option *option, const char *value)
{
    comparison *comparing = context;
    const char *first = comparing->at;
    (void)option;
    comparing->at += strlen(first) + 1;
    return strcmp(first, value) == 0 ? SS_OK : comparing->visit(comparing->context, name, first, value);
}

static ss_status dump(const ss_model_options *options, ss_option_visit visit, void *context)
{
    ss_option_group groups[SS_MODEL_GROUPS_MAX];
    ss_model_options copy = *options; /* groups point into what they may also set */
    return ss_options_dump(groups, ss_model_option_groups(&copy, groups), visit, context);
}

ss_status ss_model_options_compare(const ss_model_options *first, const ss_model_options *second,
                                   ss_model_options_visit visit, void *context)
{
    ss_status status = SS_OK;
    char names[2][SS_MODEL_NAMES_MAX];
    ss_buffer values;
    ss_buffer_init(&values, OPTIONS_TEXT_MAX);
    ss_model_names_format(first->models, names[0]);
    ss_model_names_format(second->models, names[1]);
    if (first->models != second->models)
        SS_TRY(visit(context, SS_MANIFEST_MODELS, names[0], names[1]));
    SS_TRY(dump(first, keep_value, &values));
    comparison comparing = {values.data, visit, context};
    SS_TRY(dump(second, compare_value, &comparing));
out:
    ss_buffer_release(&values);
    return status;
}

static ss_status mark_model(void *context, const char *name, const char *first, const char *second)
{
    static const struct {
        const char *prefix;
        unsigned model;
    } owners[] = {{"bought-together.", SS_TRAIN_COOCCURRENCE},
                  {"related.", SS_TRAIN_COOCCURRENCE},
                  {"bought-next.", SS_TRAIN_COOCCURRENCE},
                  {"als.", SS_TRAIN_ALS},
                  {"popularity.", SS_TRAIN_POPULARITY},
                  {"session-knn.", SS_TRAIN_SESSION_KNN},
                  {"repurchase.", SS_TRAIN_REPURCHASE},
                  {"alternatives.", SS_TRAIN_ALTERNATIVES},
                  {"segments.", SS_TRAIN_SEGMENTS}};
    (void)first;
    (void)second;
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
        if (strncmp(name, owners[i].prefix, strlen(owners[i].prefix)) == 0)
            *(unsigned *)context |= owners[i].model;
    return SS_OK;
}

ss_status ss_model_options_differing(const ss_model_options *first, const ss_model_options *second, unsigned *models)
{
    *models = first->models ^ second->models;
    return ss_model_options_compare(first, second, mark_model, models);
}

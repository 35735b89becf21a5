/*
 * model_options.h: what two generations were made with: read back from a manifest, and held against each other option by
 * option. Stateless: safe from any thread.
 */
#ifndef SS_JOB_MODEL_OPTIONS_H
#define SS_JOB_MODEL_OPTIONS_H

#include "job/train.h"

/*
 * The options a manifest holds ("options.NAME", and "models"), over the defaults. What it does not tell (it is of an older
 * version) is as by default; those that it has and this program does not know are counted in *unknown (may be NULL).
 * SS_E_CORRUPT names an option whose value cannot be read.
 */
struct ss_manifest;
ss_status ss_model_options_of_manifest(const struct ss_manifest *manifest, ss_model_options *options, size_t *unknown,
                                       ss_error *error);

/*
 * Calls `visit` for each option whose values differ, as a command line would give them, in the order of the tables, and
 * first for "models"; the texts are borrowed for the call. What `visit` returns ends the walk unless it is SS_OK, and is
 * returned. SS_E_NOMEM.
 */
typedef ss_status (*ss_model_options_visit)(void *context, const char *name, const char *first, const char *second);
ss_status ss_model_options_compare(const ss_model_options *first, const ss_model_options *second,
                                   ss_model_options_visit visit, void *context);

/* SS_TRAIN_… of the models whose options differ; options of shelves belong to none. SS_E_NOMEM. */
ss_status ss_model_options_differing(const ss_model_options *first, const ss_model_options *second, unsigned *models);

#endif

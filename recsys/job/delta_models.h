/*
 * delta_models.h: the models of a delta that are not simply trained anew: co-occurrence of the items that changed, and
 * substitutes of new items; the files that stay as they are.
 */
#ifndef SS_JOB_DELTA_MODELS_H
#define SS_JOB_DELTA_MODELS_H

#include "job/delta_rows.h"
#include "models/cooccurrence_train.h"

/*
 * Writes cooccurrence.safetensors from the base's file and the rows: lists of items that changed are counted anew, all
 * others are the base's. recounted[]: how many lists are new, by relation. threads >= 1. Errors as of
 * ss_cooccurrence_open and ss_cooccurrence_train.
 */
ss_status ss_delta_cooccurrence(const char *base_path, const ss_delta_rows *rows,
                                const ss_cooccurrence_options *options, int threads, ss_progress_sink *progress,
                                const char *path, uint32_t recounted[SS_RELATION_COUNT], ss_error *error);

/*
 * Writes alternatives.safetensors: the base's lists, and of new items those like them by name, category and price, as far
 * as `items` (all of the delta, numbered on from the base's) names them. Errors as of ss_alternatives_open,
 * ss_alternatives_train.
 */
ss_status ss_delta_alternatives(const char *base_path, const ss_items *base_items, const ss_items_content *items,
                                size_t list_length, const char *path, ss_error *error);

/* The file `name` of one folder in the other, too: a hard link, or where the file system has none a copy. A file that is
 * not there is fine. SS_E_IO, SS_E_NOMEM. */
ss_status ss_delta_keep(const char *base_path, const char *name, const char *path, ss_error *error);

#endif

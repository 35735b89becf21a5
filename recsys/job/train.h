/*
 * train.h: a purchase log in, a published generation out.
 *
 * read catalogue → read log and live events → read customers file → items + customers → popularity → cooccurrence → als → session_knn →
 * repurchase → alternatives → segments → manifest → validate → publish.
 * Nothing is published unless everything succeeded; a stop at any moment leaves the served generation untouched.
 */
#ifndef SS_JOB_TRAIN_H
#define SS_JOB_TRAIN_H

#include "job/feed.h"
#include "log/read_log.h"
#include "models/als_train.h"
#include "models/alternatives_train.h"
#include "models/cooccurrence_train.h"
#include "models/popularity_train.h"
#include "models/repurchase_train.h"
#include "models/segments_train.h"
#include "models/session_knn_train.h"
#include "shelf/snapshot.h"

#define SS_TRAIN_COOCCURRENCE 1u
#define SS_TRAIN_ALS          2u
#define SS_TRAIN_POPULARITY   4u
#define SS_TRAIN_SESSION_KNN  8u  /* where the log has sessions of views */
#define SS_TRAIN_REPURCHASE   16u /* where the log has customers and times */
#define SS_TRAIN_ALTERNATIVES 32u /* where items have names, or the log such sessions */
#define SS_TRAIN_SEGMENTS     64u /* where the log has purchases of customers, or there is a customers file */
#define SS_TRAIN_ALL          127u

/* Everything that decides what a generation holds, beside the input. */
typedef struct ss_model_options {
    unsigned models; /* SS_TRAIN_… */
    ss_cooccurrence_options cooccurrence;
    ss_als_options als;
    ss_popularity_options popularity;
    ss_session_knn_options session_knn;
    ss_repurchase_options repurchase;
    ss_alternatives_options alternatives;
    ss_segments_options segments;
    ss_shelf shelves[SS_SHELF_COUNT]; /* written to the manifest, read by whoever serves it */
} ss_model_options;

/*
 * The option groups of all of it: prefixes "bought-together", "related", "bought-next", "als", "popularity",
 * "session-knn", "repurchase", "alternatives", "segments" and "shelf.NAME". The groups point into `options`. Returns how many; room
 * for SS_MODEL_GROUPS_MAX.
 */
#define SS_MODEL_GROUPS_MAX (9 + SS_SHELF_COUNT)
size_t ss_model_option_groups(ss_model_options *options, ss_option_group groups[SS_MODEL_GROUPS_MAX]);
void ss_model_options_defaults(ss_model_options *options);

#define SS_MODEL_NAMES "popularity,cooccurrence,als,session_knn,repurchase,alternatives,segments" /* all of them */

/* "popularity,als" → bits. SS_E_ARGUMENT names what is no model. */
ss_status ss_model_names_parse(const char *list, unsigned *models, ss_error *error);

/* Bits → "popularity,als". */
#define SS_MODEL_NAMES_MAX 128
void ss_model_names_format(unsigned models, char list[SS_MODEL_NAMES_MAX]);

/* Where a manifest has the models that were asked for, and an option by its name. */
#define SS_MANIFEST_MODELS "models"
#define SS_OPTION_PATH_MAX 192
void ss_option_manifest_path(const char *name, char path[SS_OPTION_PATH_MAX]);

/* What the log and the catalogue gave, ready for training again and again. */
typedef struct ss_training_data {
    ss_interactions interactions; /* owned */
    ss_catalog *catalog;          /* owned; NULL without one */
    ss_profiles *profiles;        /* owned; NULL without a customers file */
    ss_log_report log_report;
    ss_catalog_report catalog_report;
    ss_table_report profiles_report;
    int64_t decimals;
    bool keep_log;              /* beside the models (models/stored_log.h) */
    ss_log_options log_options; /* how it was read. Texts borrowed from the options */
} ss_training_data;

typedef struct ss_input_options {
    ss_texts logs;          /* files, patterns of them (log/file_glob.h), "-", or one postgresql:// URI */
    const char *query;      /* SQL, with a postgresql:// log */
    const char *state;      /* a store whose events are read, after the logs or alone; NULL: none */
    const char *store;      /* whose forgotten customers are left out where `state` is not given; NULL: nobody's */
    const char *state_from; /* events count from this instant on; NULL: from where the logs end (log/overlap.h) */
    ss_texts catalogs;
    ss_log_options log;
    const char *catalog_columns;
    ss_texts customers; /* customers files */
    const char *customers_columns;
    bool keep_log; /* the generation is to hold its log, so that it can be gone on from (delta.h); not in the table */
} ss_input_options;
extern const ss_option ss_input_option_table[]; /* --log, --query, --state, …, --customers-columns */

/*
 * Reads the catalogue, and the log with what the live store adds to it: the events up to the last one synced by now,
 * whatever a server writes meanwhile. Errors: SS_E_ARGUMENT (no log and no state; what does not go together; a log
 * whose newest row is later than the clock, so that no event would count), as ss_log_read, ss_catalog_read, ss_profiles_read,
 * ss_feed_open.
 */
ss_status ss_training_data_read(const ss_input_options *options, ss_progress_sink *progress, ss_training_data *data,
                                ss_error *error);
void ss_training_data_free(ss_training_data *data);

/* The orders of the same log (log/orders.h); *orders is the caller's. Errors as above, ss_log_read_orders. */
ss_status ss_orders_read(const ss_input_options *options, ss_returns_rule returns, ss_progress_sink *progress,
                         ss_orders *orders, ss_log_report *report, ss_error *error);

/* Makes an empty folder under $TMPDIR or /tmp; the caller removes it (ss_file_remove_tree). */
ss_status ss_temporary_folder(char *path, size_t size, ss_error *error);

typedef struct ss_train_report {
    char generation[SS_GENERATION_NAME_MAX];
    double seconds_items, seconds_cooccurrence, seconds_als, seconds_popularity, seconds_session_knn,
        seconds_repurchase, seconds_alternatives, seconds_segments, seconds_publish;
    ss_segments_summary segments;
} ss_train_report;

/*
 * `named` holds the dictionaries: `interactions` itself, or the log it is a subset of. Trains into the folder `path`
 * (which exists) without publishing: every model file and the manifest. `catalog` may be NULL. For tuning and
 * evaluation; ss_train publishes. threads >= 1.
 */
ss_status ss_train_into(const char *path, const char *name, const ss_interactions *interactions,
                        const ss_interactions *named, const ss_catalog *catalog, int64_t decimals,
                        const ss_model_options *options, int threads, ss_progress_sink *progress,
                        ss_train_report *report, ss_error *error);

/* The same from what was read, with all that it says beside the log. For deltas (delta.h). */
ss_status ss_train_data_into(const char *path, const char *name, const ss_training_data *data,
                             const ss_model_options *options, int threads, ss_progress_sink *progress,
                             ss_train_report *report, ss_error *error);

/*
 * Trains a generation of `store`, named by `now`, up to where it could be published: what it holds can still be looked
 * at, added to its manifest, or dropped. Caller owns *draft (ss_generation_publish, ss_generation_abandon); nothing is
 * left of it after an error.
 */
ss_status ss_train_draft(const char *store, int64_t now, const ss_training_data *data, const ss_model_options *options,
                         int threads, ss_progress_sink *progress, ss_generation_draft **draft, ss_train_report *report,
                         ss_error *error);

/* Trains and publishes a generation of `store`, named by `now`. */
ss_status ss_train(const char *store, int64_t now, const ss_training_data *data, const ss_model_options *options,
                   int threads, ss_progress_sink *progress, ss_train_report *report, ss_error *error);

#endif

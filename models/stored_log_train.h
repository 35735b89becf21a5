/*
 * stored_log_train.h: writing the log beside the models (stored_log.h), and reading it back to go on from it.
 */
#ifndef SS_MODELS_STORED_LOG_TRAIN_H
#define SS_MODELS_STORED_LOG_TRAIN_H

#include "log/read_log.h"
#include "models/stored_log.h"
#include "store/strings.h"

/*
 * Writes interactions.safetensors into the folder; item_count: of the generation, those included that only a catalogue
 * names. `options`, `report`: how the log was read, and what was found. The interactions must have been read to
 * be kept. Takes 4 bytes an item and a customer for as long as it runs. SS_E_NOMEM, SS_E_IO.
 */
ss_status ss_stored_log_write(const ss_interactions *interactions, uint32_t item_count, bool has_catalog,
                              const ss_log_options *options, const ss_log_report *report, const char *generation_path,
                              ss_error *error);

typedef struct ss_stored_log { /* borrowed from the map but for `file`; read-only, safe from any thread */
    ss_model_file *file;       /* owned */
    const ss_interaction *rows, *origins;
    size_t count, origin_count;
    uint32_t item_count, customer_count, basket_count;
    const uint32_t *item_rows;
    const uint64_t *basket_keys;
    const int64_t *spent; /* NULL: no price is known */
    ss_strings set_aside;
    /* Where has_gone (stored_log.h): ids of which no row is left, which origins number on, and rows read of each id. */
    bool has_gone;
    ss_strings gone_items, gone_customers;
    const uint32_t *gone_before;
    const int64_t *gone_spent; /* NULL: no price is known */
    const uint32_t *item_reads, *set_aside_reads, *gone_item_reads;
    bool has_catalog, ids_folded, has_times, has_baskets, has_customers, has_purchases;
    int64_t newest[SS_EVENT_COUNT]; /* SS_NO_TIME: none */
    ss_log_options options;         /* as the log was read; for what follows it */
} ss_stored_log;

/* Fully validated first: as long as it takes to read it. SS_E_NOT_FOUND, SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM. */
ss_status ss_stored_log_open(const char *generation_path, ss_stored_log *log, ss_error *error);
void ss_stored_log_close(ss_stored_log *log);

#endif

/*
 * customers.h: customers.safetensors: customer ids, lookup, and each one's history: distinct items with summed
 * quantity, times bought and the latest time; items ascending. Read-only once open; safe from any thread.
 */
#ifndef SS_STORE_CUSTOMERS_H
#define SS_STORE_CUSTOMERS_H

#include "store/model_file.h"
#include "store/strings.h"

#define SS_CUSTOMERS_FILE "customers.safetensors"
extern const ss_schema ss_customers_schema;

typedef struct ss_history { /* borrowed; `count` entries each */
    const uint32_t *items;
    const float *quantities;   /* summed, > 0 */
    const uint32_t *purchases; /* distinct baskets (or rows) it was bought in, >= 1 */
    const int64_t *times;      /* latest, microseconds; or row position in a log without times */
    size_t count;
} ss_history;

typedef struct ss_customers {
    ss_model_file *file; /* owned */
    uint32_t count;
    ss_strings ids; /* with lookup */
    const uint64_t *offsets;
    const uint32_t *items;
    const float *quantities;
    const uint32_t *purchases;
    const int64_t *times;
    uint64_t row_count;
} ss_customers;

ss_status ss_customers_open(const char *generation_path, ss_customers *customers, ss_error *error);
void ss_customers_close(ss_customers *customers);

/* The history of a customer; empty for one out of range. */
ss_history ss_customers_history(const ss_customers *customers, uint32_t customer);

/* The place of an item in a history, or its count. */
size_t ss_history_find(const ss_history *history, uint32_t item);

/* Writes the file. Arrays as in ss_customers; ids as a dictionary of `count` entries. */
struct ss_dictionary;
ss_status ss_customers_write(const char *generation_path, const struct ss_dictionary *ids, const uint64_t *offsets,
                             const uint32_t *items, const float *quantities, const uint32_t *purchases,
                             const int64_t *times, uint32_t item_count, ss_error *error);

#endif

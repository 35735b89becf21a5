/*
 * items.h: items.safetensors: the items of a generation: ids, lookup, catalogue columns, counts.
 * Read-only once open; safe from any thread.
 *
 * Items are numbered by falling popularity; the items only the catalogue knows (nobody bought them yet) come after all
 * bought ones, in order of id bytes.
 */
#ifndef SS_STORE_ITEMS_H
#define SS_STORE_ITEMS_H

#include "base/dictionary.h"
#include "store/model_file.h"
#include "store/strings.h"

#define SS_ITEMS_FILE "items.safetensors"
extern const ss_schema ss_items_schema;

/* Bits of the column "flags". */
#define SS_ITEM_IN_CATALOG 1u /* or the generation has no catalogue at all: may be shown */
#define SS_ITEM_HIDDEN     2u

#define SS_ITEM_NO_MONEY INT64_MIN
#define SS_ITEM_NO_STOCK INT64_MIN

typedef struct ss_items {
    ss_model_file *file; /* owned */
    uint32_t count;
    ss_strings ids; /* with lookup */
    ss_strings names, urls, images;
    ss_strings categories;       /* distinct category names, with lookup; count = number of categories */
    ss_strings groups;           /* distinct variant groups */
    const uint32_t *category;    /* count; SS_NONE: none */
    const uint32_t *group;       /* count; SS_NONE: none */
    const uint32_t *flags;       /* count */
    const int64_t *price, *cost; /* count; minor units or SS_ITEM_NO_MONEY */
    const int64_t *stock;        /* count; or SS_ITEM_NO_STOCK */
    const int64_t *available_from, *available_until; /* count; microseconds or INT64_MIN */
    const uint32_t *purchases;                       /* count: rows (baskets) it was bought in */
    const uint32_t *customers;                       /* count: distinct customers who bought it */
    int64_t decimals;                                /* minor-unit digits of the currency */
} ss_items;

ss_status ss_items_open(const char *generation_path, ss_items *items, ss_error *error);
void ss_items_close(ss_items *items);

/* What ss_items_write writes: arrays of `count` entries, borrowed. Text columns are slices; empty = not given. */
typedef struct ss_items_content {
    uint32_t count;
    const ss_slice *ids;                   /* distinct, 1..255 bytes */
    const ss_slice *names, *urls, *images; /* each may be NULL: none given */
    const ss_slice *categories;
    uint32_t category_count; /* distinct names; category[] numbers them */
    const ss_slice *groups;
    uint32_t group_count;
    const uint32_t *category, *group, *flags;
    const int64_t *price, *cost, *stock, *available_from, *available_until;
    const uint32_t *purchases, *customers;
    int64_t decimals;
} ss_items_content;

/* Writes items.safetensors into the folder. SS_E_ARGUMENT: repeated id. */
ss_status ss_items_write(const char *generation_path, const ss_items_content *content, ss_error *error);

#endif

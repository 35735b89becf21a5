/*
 * snapshot.h: one generation, opened: items, customers, every model, and the shelves as its manifest (tuned weights)
 * sets them.
 *
 * Counted: whoever holds a reference may read it from any thread; the last release unmaps it. A swap of generations
 * is: open the new one, exchange the pointer, release the old.
 */
#ifndef SS_SHELF_SNAPSHOT_H
#define SS_SHELF_SNAPSHOT_H

#include "models/als_query.h"
#include "models/alternatives_query.h"
#include "models/cooccurrence_query.h"
#include "models/popularity_query.h"
#include "models/repurchase_query.h"
#include "models/segments_query.h"
#include "models/session_knn_query.h"
#include "shelf/arrivals.h"
#include "shelf/shelf_lists.h"
#include "shelf/shelf_settings.h"
#include "store/customers.h"
#include "store/generation.h"
#include "store/items.h"
#include <stdatomic.h>

/* What may be shown at all, settled when a generation is opened: one byte an item. */
#define SS_SHOW_HIDDEN   1u
#define SS_SHOW_UNLISTED 2u /* not in the catalogue */
#define SS_SHOW_NO_STOCK 4u
#define SS_SHOW_DATED    8u  /* has availability dates: ask them */
#define SS_SHOW_GROUPED  16u /* is a variant of some product: ask its group */
#define SS_SHOW_RESERVED 32u /* rules of access name it or its category: ask them */
#define SS_SHOW_BLOCKED  (SS_SHOW_HIDDEN | SS_SHOW_UNLISTED | SS_SHOW_NO_STOCK)

typedef struct ss_snapshot {
    atomic_int references;
    char name[SS_GENERATION_NAME_MAX];
    char path[SS_PATH_MAX];
    ss_items items;
    ss_customers customers;
    ss_cooccurrence cooccurrence;
    ss_als als;
    ss_popularity popularity;
    ss_session_knn session_knn;
    ss_repurchase repurchase;
    ss_alternatives alternatives;
    ss_segments segments;
    /* Which of them there are: only items must be. */
    bool has_customers, has_cooccurrence, has_als, has_popularity, has_session_knn, has_repurchase, has_alternatives,
        has_segments;
    bool ids_folded; /* see SS_MANIFEST_IDS_FOLDED */
    bool has_times;  /* of purchases: else times are positions in the log */
    ss_shelf shelves[SS_SHELF_COUNT];
    ss_shelf_lists *lists[SS_SHELF_COUNT]; /* of the shelves whose settings have any; else NULL */
    ss_shelf_settings *settings;           /* what a configuration file says of them; a reference, or NULL */
    const ss_reserved *reserved;           /* of the settings; NULL: everybody may see everything */
    uint32_t *reserved_by;                 /* items.count: bits of the rules that name an item; NULL likewise */
    uint8_t *show;                         /* items.count bytes of SS_SHOW_… */
    ss_arrivals arrivals; /* items that have a date they are available from, and behind them, with SS_NO_TIME, those
                             without one that nobody bought */
    uint32_t never_sold;  /* items that are not blocked, and that no list names: nobody bought them */
} ss_snapshot;

/* The kinds of file a generation may hold, NULL-terminated: for verification and publishing. */
extern const ss_schema *const ss_snapshot_schemas[];

/*
 * Opens generation `name` of `store` (NULL: current) with one reference. verify: validate every file fully first.
 * SS_E_NOT_FOUND, SS_E_CORRUPT, SS_E_IO, SS_E_NOMEM.
 */
ss_status ss_snapshot_open(const char *store, const char *name, bool verify, ss_snapshot **snapshot, ss_error *error);

/* The same with what a configuration file says of the shelves, which outranks the manifest; NULL: no file. Takes a
 * reference of its own. */
ss_status ss_snapshot_open_configured(const char *store, const char *name, bool verify, ss_shelf_settings *settings,
                                      ss_snapshot **snapshot, ss_error *error);

/* The relation whose lists an item-item source reads; false for the other sources. Pure. */
bool ss_source_relation(ss_source source, ss_relation *relation);

ss_snapshot *ss_snapshot_retain(ss_snapshot *snapshot);
void ss_snapshot_release(ss_snapshot **snapshot);

#endif

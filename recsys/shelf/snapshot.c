#include "shelf/snapshot.h"

#include "base/memory.h"
#include "models/stored_log.h"
#include "store/manifest.h"
#include <stdio.h>
#include <stdlib.h>

const ss_schema *const ss_snapshot_schemas[] = {&ss_items_schema,
                                                &ss_customers_schema,
                                                &ss_cooccurrence_schema,
                                                &ss_als_schema,
                                                &ss_popularity_schema,
                                                &ss_session_knn_schema,
                                                &ss_repurchase_schema,
                                                &ss_alternatives_schema,
                                                &ss_segments_schema,
                                                &ss_stored_log_schema,
                                                NULL};

/* A model that is not there is no error: its sources give nothing. */
static ss_status optional(ss_status status, bool *present, ss_error *error)
{
    *present = status == SS_OK;
    if (status != SS_E_NOT_FOUND)
        return status;
    if (error)
        *error = (ss_error){0};
    return SS_OK;
}

static ss_status open_files(ss_snapshot *snapshot, ss_error *error)
{
    ss_status status = SS_OK;
    const char *path = snapshot->path;
    SS_TRY(ss_items_open(path, &snapshot->items, error));
    SS_TRY(optional(ss_customers_open(path, &snapshot->customers, error), &snapshot->has_customers, error));
    SS_TRY(optional(ss_cooccurrence_open(path, &snapshot->cooccurrence, error), &snapshot->has_cooccurrence, error));
    SS_TRY(optional(ss_als_open(path, &snapshot->als, error), &snapshot->has_als, error));
    SS_TRY(optional(ss_popularity_open(path, &snapshot->popularity, error), &snapshot->has_popularity, error));
    SS_TRY(optional(ss_session_knn_open(path, &snapshot->session_knn, error), &snapshot->has_session_knn, error));
    SS_TRY(optional(ss_repurchase_open(path, &snapshot->repurchase, error), &snapshot->has_repurchase, error));
    SS_TRY(optional(ss_alternatives_open(path, &snapshot->alternatives, error), &snapshot->has_alternatives, error));
    SS_TRY(optional(ss_segments_open(path, &snapshot->segments, error), &snapshot->has_segments, error));
out:
    return status;
}

static ss_status disagree(const ss_snapshot *snapshot, const char *file, uint32_t found, ss_error *error)
{
    ss_error_set(error, SS_E_CORRUPT, "%s is about %u items, %s about %u", file, found, SS_ITEMS_FILE,
                 snapshot->items.count);
    ss_error_place(error, snapshot->path, 0);
    return SS_E_CORRUPT;
}

static ss_status check_customers(const ss_snapshot *snapshot, ss_error *error)
{
    uint32_t customers = snapshot->has_customers ? snapshot->customers.count : 0;
    if (!snapshot->has_segments || snapshot->segments.customer_count == customers)
        return SS_OK;
    ss_error_set(error, SS_E_CORRUPT, "%s is about %u customers, %s about %u", SS_SEGMENTS_FILE,
                 snapshot->segments.customer_count, SS_CUSTOMERS_FILE, customers);
    ss_error_place(error, snapshot->path, 0);
    return SS_E_CORRUPT;
}

/* Each file is sound by itself; here they are held against each other. */
static ss_status check_agreement(const ss_snapshot *snapshot, ss_error *error)
{
    uint32_t items = snapshot->items.count;
    if (snapshot->has_cooccurrence && snapshot->cooccurrence.item_count > items)
        return disagree(snapshot, SS_COOCCURRENCE_FILE, snapshot->cooccurrence.item_count, error);
    if (snapshot->has_als && snapshot->als.trained > items)
        return disagree(snapshot, SS_ALS_FILE, snapshot->als.trained, error);
    if (snapshot->has_popularity && snapshot->popularity.item_count != items)
        return disagree(snapshot, SS_POPULARITY_FILE, snapshot->popularity.item_count, error);
    if (snapshot->has_session_knn && snapshot->session_knn.item_count > items)
        return disagree(snapshot, SS_SESSION_KNN_FILE, snapshot->session_knn.item_count, error);
    if (snapshot->has_repurchase && snapshot->repurchase.item_count != items)
        return disagree(snapshot, SS_REPURCHASE_FILE, snapshot->repurchase.item_count, error);
    if (snapshot->has_alternatives && snapshot->alternatives.item_count != items)
        return disagree(snapshot, SS_ALTERNATIVES_FILE, snapshot->alternatives.item_count, error);
    return check_customers(snapshot, error);
}

static uint8_t show_bits(const ss_items *items, uint32_t item)
{
    unsigned bits = 0;
    if (items->flags[item] & SS_ITEM_HIDDEN)
        bits |= SS_SHOW_HIDDEN;
    if (!(items->flags[item] & SS_ITEM_IN_CATALOG))
        bits |= SS_SHOW_UNLISTED;
    if (items->stock[item] != SS_ITEM_NO_STOCK && items->stock[item] <= 0)
        bits |= SS_SHOW_NO_STOCK;
    if (items->available_from[item] != INT64_MIN || items->available_until[item] != INT64_MIN)
        bits |= SS_SHOW_DATED;
    if (items->group[item] < items->groups.count)
        bits |= SS_SHOW_GROUPED;
    return (uint8_t)bits;
}

/* What is neither dated nor unsold arrived nobody knows when. */
static bool has_arrived(const ss_items *items, uint32_t item)
{
    return items->available_from[item] != INT64_MIN || items->purchases[item] == 0;
}

static ss_status settle_arrivals(ss_snapshot *snapshot, ss_error *error)
{
    const ss_items *items = &snapshot->items;
    size_t count = 0;
    for (uint32_t item = 0; item < items->count; item++)
        count += has_arrived(items, item);
    if (ss_arrivals_reserve(&snapshot->arrivals, count) != SS_OK)
        return ss_error_nomem(error);
    for (uint32_t item = 0; item < items->count; item++)
        if (has_arrived(items, item))
            ss_arrivals_push(&snapshot->arrivals, (ss_arrival){items->available_from[item], item});
    ss_arrivals_sort(&snapshot->arrivals);
    return SS_OK;
}

static ss_status settle_items(ss_snapshot *snapshot, ss_error *error)
{
    snapshot->show = ss_array_new(snapshot->items.count, 1);
    if (!snapshot->show)
        return ss_error_nomem(error);
    for (uint32_t item = 0; item < snapshot->items.count; item++) {
        snapshot->show[item] = show_bits(&snapshot->items, item);
        bool sold = snapshot->has_popularity && snapshot->popularity.scores[item] > 0;
        snapshot->never_sold += !sold && !(snapshot->show[item] & SS_SHOW_BLOCKED);
    }
    return settle_arrivals(snapshot, error);
}

static void free_snapshot(ss_snapshot *snapshot)
{
    ss_items_close(&snapshot->items);
    if (snapshot->has_customers)
        ss_customers_close(&snapshot->customers);
    if (snapshot->has_cooccurrence)
        ss_cooccurrence_close(&snapshot->cooccurrence);
    if (snapshot->has_als)
        ss_als_close(&snapshot->als);
    if (snapshot->has_popularity)
        ss_popularity_close(&snapshot->popularity);
    if (snapshot->has_session_knn)
        ss_session_knn_close(&snapshot->session_knn);
    if (snapshot->has_repurchase)
        ss_repurchase_close(&snapshot->repurchase);
    if (snapshot->has_alternatives)
        ss_alternatives_close(&snapshot->alternatives);
    if (snapshot->has_segments)
        ss_segments_close(&snapshot->segments);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        ss_shelf_lists_free(&snapshot->lists[kind]);
    ss_shelf_settings_release(&snapshot->settings);
    ss_arrivals_release(&snapshot->arrivals);
    free(snapshot->reserved_by);
    free(snapshot->show);
    free(snapshot);
}

typedef struct shelf_loader {
    ss_option_group groups[SS_SHELF_COUNT];
    ss_error *error;
} shelf_loader;

/* The manifest's options are flat: "shelf.for_you.weight.als". Those of trainers are not ours. */
static ss_status set_shelf_option(void *context, const char *name, const char *value)
{
    shelf_loader *loader = context;
    if (strncmp(name, SS_SHELF_PREFIX, sizeof SS_SHELF_PREFIX - 1) != 0)
        return SS_OK;
    return ss_options_set(loader->groups, SS_SHELF_COUNT, name, value, loader->error);
}

static ss_status load_manifest(ss_snapshot *snapshot, ss_error *error)
{
    ss_status status = SS_OK;
    ss_manifest *manifest = NULL;
    shelf_loader loader = {.error = error};
    ss_shelves_default(snapshot->shelves);
    ss_shelf_option_groups(snapshot->shelves, loader.groups);
    bool present = false;
    SS_TRY(optional(ss_manifest_read(snapshot->path, &manifest, error), &present, error));
    if (present) {
        const char *first_time;
        snapshot->has_times = ss_manifest_text(manifest, "input.first_time", &first_time);
        ss_manifest_flag(manifest, SS_MANIFEST_IDS_FOLDED, &snapshot->ids_folded);
        SS_TRY(ss_manifest_each_text(manifest, "options", set_shelf_option, &loader));
    }
out:
    ss_manifest_free(&manifest);
    return status;
}

static void name_items(const ss_reserved_rule *rule, uint32_t bit, const ss_items *items, uint32_t *rules)
{
    const ss_listed_texts *ids = &rule->products.texts[SS_LIST_ALLOW],
                          *categories = &rule->products.texts[SS_LIST_CATEGORIES];
    for (size_t i = 0; i < ids->count; i++) {
        uint32_t item = ss_strings_find(&items->ids, ids->list[i].text);
        if (item < items->count)
            rules[item] |= bit;
    }
    for (uint32_t item = 0; categories->count > 0 && item < items->count; item++)
        if (ss_listed_find(categories, ss_strings_at(&items->categories, items->category[item])))
            rules[item] |= bit;
}

/* Which rules of access name which items, directly or by category. */
static ss_status settle_access(ss_snapshot *snapshot, ss_error *error)
{
    const ss_items *items = &snapshot->items;
    snapshot->reserved = ss_shelf_settings_reserved(snapshot->settings);
    if (!snapshot->reserved)
        return SS_OK;
    uint32_t *rules = snapshot->reserved_by = ss_array_zeroed(items->count, sizeof *rules);
    if (!rules)
        return ss_error_nomem(error);
    for (unsigned i = 0; i < snapshot->reserved->count; i++)
        name_items(&snapshot->reserved->rules[i], 1u << i, items, rules);
    for (uint32_t item = 0; item < items->count; item++)
        if (rules[item])
            snapshot->show[item] |= SS_SHOW_RESERVED;
    return SS_OK;
}

static ss_status configure(ss_snapshot *snapshot, ss_shelf_settings *settings, ss_error *error)
{
    snapshot->settings = ss_shelf_settings_retain(settings);
    if (!settings)
        return SS_OK;
    ss_shelf_settings_apply(settings, snapshot->shelves);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) {
        const ss_listed *listed = ss_shelf_settings_listed(settings, (ss_shelf_kind)kind);
        if (!listed)
            continue;
        ss_status status = ss_shelf_lists_new(listed, &snapshot->items, &snapshot->lists[kind], error);
        if (status != SS_OK)
            return status;
        snapshot->shelves[kind].lists = snapshot->lists[kind];
    }
    return settle_access(snapshot, error);
}

ss_status ss_snapshot_open(const char *store, const char *name, bool verify, ss_snapshot **snapshot, ss_error *error)
{
    return ss_snapshot_open_configured(store, name, verify, NULL, snapshot, error);
}

ss_status ss_snapshot_open_configured(const char *store, const char *name, bool verify, ss_shelf_settings *settings,
                                      ss_snapshot **snapshot, ss_error *error)
{
    ss_status status = SS_OK;
    ss_snapshot *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    atomic_init(&new->references, 1);
    SS_TRY(ss_generation_resolve(store, name, new->path, new->name, error));
    if (verify)
        SS_TRY(ss_generation_verify(new->path, ss_snapshot_schemas, error));
    SS_TRY(open_files(new, error));
    SS_TRY(check_agreement(new, error));
    SS_TRY(settle_items(new, error));
    SS_TRY(load_manifest(new, error));
    SS_TRY(configure(new, settings, error));
    *snapshot = new;
    new = NULL;
out:
    if (new)
        free_snapshot(new);
    return status;
}

bool ss_source_relation(ss_source source, ss_relation *relation)
{
    static const ss_relation table[] = {[SS_SOURCE_BOUGHT_TOGETHER] = SS_BOUGHT_TOGETHER,
                                        [SS_SOURCE_RELATED] = SS_RELATED,
                                        [SS_SOURCE_BOUGHT_NEXT] = SS_BOUGHT_NEXT};
    if (source > SS_SOURCE_BOUGHT_NEXT)
        return false;
    *relation = table[source];
    return true;
}

ss_snapshot *ss_snapshot_retain(ss_snapshot *snapshot)
{
    atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
    return snapshot;
}

void ss_snapshot_release(ss_snapshot **snapshot)
{
    ss_snapshot *old = *snapshot;
    *snapshot = NULL;
    if (old && atomic_fetch_sub_explicit(&old->references, 1, memory_order_acq_rel) == 1)
        free_snapshot(old);
}

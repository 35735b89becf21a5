/*
 * fixed_store.h: the small store that the examples of the protocol page are about, written by hand and not trained,
 * so that its bytes depend on no formula; and the same with a mark, so that an answer tells from which generation
 * each of its products is.
 */
#ifndef SS_TESTS_FIXED_STORE_H
#define SS_TESTS_FIXED_STORE_H

#include "models/cooccurrence.h"
#include "models/popularity.h"
#include "shelf/snapshot.h"
#include "store/manifest.h"
#include <stdio.h>

#define FIXED_ITEMS 6u
#define FIXED_TIME  INT64_C(1767225600000000) /* 2026-01-01, in microseconds */

static inline ss_status fixed_items(const char *folder, ss_error *error)
{
    static const ss_slice ids[] = {SS_SLICE_LITERAL("85123A"), SS_SLICE_LITERAL("22423"),
                                   SS_SLICE_LITERAL("47566"),  SS_SLICE_LITERAL("20725"),
                                   SS_SLICE_LITERAL("22720"),  SS_SLICE_LITERAL("gr\xc3\xbcn")};
    static const ss_slice names[] = {SS_SLICE_LITERAL("Glass lantern"), SS_SLICE_LITERAL("Cake stand"),
                                     SS_SLICE_LITERAL("Paper garland"), SS_SLICE_LITERAL("Lunch bag"),
                                     SS_SLICE_LITERAL("Biscuit tin"),   SS_SLICE_LITERAL("Gr\xc3\xbcner Krug")};
    static const ss_slice categories[] = {SS_SLICE_LITERAL("Home"), SS_SLICE_LITERAL("Kitchen")};
    static const uint32_t category[] = {0, 1, 0, 1, 1, 1}, flags[] = {1, 1, 1, 1, 1, 1};
    static const uint32_t none[] = {SS_NONE, SS_NONE, SS_NONE, SS_NONE, SS_NONE, SS_NONE};
    static const uint32_t bought[] = {2000, 1800, 1500, 1200, 900, 10};
    static const int64_t price[] = {295, 1275, 495, 165, 495, 2100};
    static const int64_t absent[] = {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN};
    static const int64_t stock[] = {12, 3, INT64_MIN, 40, 7, 0};
    const ss_items_content content = {.count = FIXED_ITEMS,
                                      .ids = ids,
                                      .names = names,
                                      .categories = categories,
                                      .category_count = 2,
                                      .category = category,
                                      .group = none,
                                      .flags = flags,
                                      .price = price,
                                      .cost = absent,
                                      .stock = stock,
                                      .available_from = absent,
                                      .available_until = absent,
                                      .purchases = bought,
                                      .customers = bought,
                                      .decimals = 2};
    return ss_items_write(folder, &content, error);
}

/* Customer 17850 bought the lantern and the lunch bag. */
static inline ss_status fixed_customers(const char *folder, ss_error *error)
{
    static const uint64_t offsets[] = {0, 2};
    static const uint32_t items[] = {0, 3}, purchases[] = {1, 2};
    static const float quantities[] = {1, 3};
    static const int64_t times[] = {FIXED_TIME, FIXED_TIME};
    uint32_t number;
    ss_status status;
    ss_dictionary *ids = ss_dictionary_new();
    SS_TRY(ids ? SS_OK : ss_error_nomem(error));
    SS_TRY(ss_dictionary_intern(ids, SS_SLICE_LITERAL("17850"), &number));
    SS_TRY(ss_customers_write(folder, ids, offsets, items, quantities, purchases, times, FIXED_ITEMS, error));
out:
    ss_dictionary_free(&ids);
    return status;
}

static inline ss_status fixed_part(ss_model_writer *writer, const char *relation, const char *part, ss_dtype dtype,
                                   const void *data, uint64_t rows, ss_error *error)
{
    char name[SS_TENSOR_NAME_MAX + 1];
    snprintf(name, sizeof name, "%s.%s", relation, part);
    return ss_model_writer_add(writer, name, dtype, data, rows, 0, error);
}

/* Items 0 to 3 have lists of three, two, two and one; `counts` are the pairs and customers of all entries. */
static inline ss_status fixed_relation(ss_model_writer *writer, const char *relation, const uint32_t *counts,
                                       ss_error *error)
{
    static const uint64_t offsets[FIXED_ITEMS + 1] = {0, 3, 5, 7, 8, 8, 8};
    static const uint32_t neighbours[] = {1, 2, 3, 0, 4, 0, 1, 0};
    static const float scores[] = {0.5f, 0.25f, 0.125f, 0.5f, 0.375f, 0.25f, 0.0625f, 0.125f};
    static const uint32_t degrees[FIXED_ITEMS] = {1000, 800, 500, 400, 250, 0};
    char key[64];
    ss_status status;
    SS_TRY(fixed_part(writer, relation, "offsets", SS_U64, offsets, FIXED_ITEMS + 1, error));
    SS_TRY(fixed_part(writer, relation, "neighbours", SS_U32, neighbours, 8, error));
    SS_TRY(fixed_part(writer, relation, "scores", SS_F32, scores, 8, error));
    SS_TRY(fixed_part(writer, relation, "pairs", SS_U32, counts, 8, error));
    SS_TRY(fixed_part(writer, relation, "customers", SS_U32, counts, 8, error));
    SS_TRY(fixed_part(writer, relation, "degrees", SS_U32, degrees, FIXED_ITEMS, error));
    snprintf(key, sizeof key, "%s.groups", relation);
    SS_TRY(ss_model_writer_metadata_f64(writer, key, 10000, error));
out:
    return status;
}

/* mark 0: the counts of the protocol page; else all counts are the mark. */
static inline ss_status fixed_cooccurrence(const char *folder, uint32_t mark, ss_error *error)
{
    uint32_t counts[] = {214, 150, 64, 214, 120, 150, 40, 64};
    char path[SS_PATH_MAX];
    ss_status status;
    for (size_t i = 0; mark > 0 && i < sizeof counts / sizeof *counts; i++)
        counts[i] = mark;
    ss_model_writer *writer = ss_model_writer_new(&ss_cooccurrence_schema);
    SS_TRY(writer ? SS_OK : ss_error_nomem(error));
    SS_TRY(fixed_relation(writer, "bought_together", counts, error));
    SS_TRY(fixed_relation(writer, "related", counts, error));
    SS_TRY(fixed_relation(writer, "bought_next", counts, error));
    SS_TRY(ss_file_join(path, sizeof path, folder, SS_COOCCURRENCE_FILE, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    return status;
}

static inline ss_status fixed_popularity(const char *folder, ss_error *error)
{
    static const float scores[] = {0.3f, 0.25f, 0.2f, 0.15f, 0.0625f, 0.0375f},
                       freshness[FIXED_ITEMS] = {1, 1, 1, 1, 1, 1};
    static const uint32_t order[] = {0, 1, 2, 3, 4, 5}, trending_order[] = {4, 2};
    static const float trending[] = {0, 0, 0.5f, 0, 0.75f, 0};
    static const uint64_t category_offsets[] = {0, 2, 6};
    static const uint32_t category_items[] = {0, 2, 1, 3, 4, 5};
    char path[SS_PATH_MAX];
    ss_status status;
    ss_model_writer *writer = ss_model_writer_new(&ss_popularity_schema);
    SS_TRY(writer ? SS_OK : ss_error_nomem(error));
    SS_TRY(ss_model_writer_add(writer, "scores", SS_F32, scores, FIXED_ITEMS, 0, error));
    SS_TRY(ss_model_writer_add(writer, "order", SS_U32, order, FIXED_ITEMS, 0, error));
    SS_TRY(ss_model_writer_add(writer, "freshness", SS_F32, freshness, FIXED_ITEMS, 0, error));
    SS_TRY(ss_model_writer_add(writer, "trending_scores", SS_F32, trending, FIXED_ITEMS, 0, error));
    SS_TRY(ss_model_writer_add(writer, "trending_order", SS_U32, trending_order, 2, 0, error));
    SS_TRY(ss_model_writer_add(writer, "category.offsets", SS_U64, category_offsets, 3, 0, error));
    SS_TRY(ss_model_writer_add(writer, "category.items", SS_U32, category_items, 6, 0, error));
    SS_TRY(ss_file_join(path, sizeof path, folder, SS_POPULARITY_FILE, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    return status;
}

static inline ss_status fixed_manifest(const char *folder, ss_error *error)
{
    ss_manifest *manifest = ss_manifest_new();
    ss_status status = manifest ? ss_manifest_set_text(manifest, "program", "test") : ss_error_nomem(error);
    if (status == SS_OK)
        status = ss_manifest_write(manifest, folder, error);
    ss_manifest_free(&manifest);
    return status;
}

/* Publishes the generation, named after `now`, and makes it current. */
static inline ss_status fixed_store_publish(const char *store, int64_t now, uint32_t mark,
                                            char name[SS_GENERATION_NAME_MAX], ss_error *error)
{
    ss_generation_draft *draft = NULL;
    ss_status status;
    SS_TRY(ss_generation_begin(store, now, &draft, error));
    const char *folder = ss_generation_draft_path(draft);
    snprintf(name, SS_GENERATION_NAME_MAX, "%s", ss_generation_draft_name(draft));
    SS_TRY(fixed_items(folder, error));
    SS_TRY(fixed_customers(folder, error));
    SS_TRY(fixed_cooccurrence(folder, mark, error));
    SS_TRY(fixed_popularity(folder, error));
    SS_TRY(fixed_manifest(folder, error));
    SS_TRY(ss_generation_publish(&draft, ss_snapshot_schemas, true, error));
out:
    ss_generation_abandon(&draft);
    return status;
}

#endif

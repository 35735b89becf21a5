/* items.c: the file of the items: its schema, reading and writing. */
#include "store/items.h"
#include "base/file.h"
#include "store/generation.h"
#include <assert.h>
#include <stdio.h>

#define DECIMALS_MAX 18 /* 10^18 minor units still fit in an int64 */

static ss_status check_items(const ss_tensor *tensors, size_t count, ss_error *error)
{
    static const char *const texts[] = {"names", "urls", "images", "groups"};
    ss_status status;
    SS_TRY(ss_strings_check_ids(tensors, count, "ids", error));
    SS_TRY(ss_strings_check(tensors, count, "categories", true, error));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        SS_TRY(ss_strings_check(tensors, count, texts[i], false, error));
out:
    return status;
}

static const ss_tensor_rule item_rules[] = {
    SS_STRINGS_RULES("ids", "items", true),
    SS_LOOKUP_RULE("ids", true),
    SS_STRINGS_RULES("names", "items", true),
    SS_STRINGS_RULES("urls", "items", true),
    SS_STRINGS_RULES("images", "items", true),
    SS_STRINGS_RULES("categories", "categories", true),
    SS_LOOKUP_RULE("categories", true),
    SS_STRINGS_RULES("groups", "groups", true),
    {"category", SS_U32, 1, {"items"}, SS_RULE_INDEX_OR_NONE, "categories", true},
    {"group", SS_U32, 1, {"items"}, SS_RULE_INDEX_OR_NONE, "groups", true},
    {"flags", SS_U32, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"price", SS_I64, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"cost", SS_I64, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"stock", SS_I64, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"available_from", SS_I64, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"available_until", SS_I64, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"purchases", SS_U32, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"customers", SS_U32, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {.name = NULL},
};

const ss_schema ss_items_schema = {"items", 1, item_rules, check_items};

/* ---- reading ---- */

static const void *column(const ss_model_file *file, const char *name)
{
    return ss_model_file_tensor(file, name)->data;
}

static void view_columns(const ss_model_file *file, ss_items *items)
{
    items->category = column(file, "category");
    items->group = column(file, "group");
    items->flags = column(file, "flags");
    items->price = column(file, "price");
    items->cost = column(file, "cost");
    items->stock = column(file, "stock");
    items->available_from = column(file, "available_from");
    items->available_until = column(file, "available_until");
    items->purchases = column(file, "purchases");
    items->customers = column(file, "customers");
}

static bool view_texts(const ss_model_file *file, ss_items *items)
{
    return ss_strings_view(file, "ids", &items->ids) && ss_strings_view(file, "names", &items->names) &&
           ss_strings_view(file, "urls", &items->urls) && ss_strings_view(file, "images", &items->images) &&
           ss_strings_view(file, "categories", &items->categories) && ss_strings_view(file, "groups", &items->groups);
}

static bool read_decimals(const ss_model_file *file, int64_t *decimals)
{
    long long value;
    const char *text = ss_model_file_metadata(file, "decimals");
    if (!text || !ss_slice_to_i64(ss_slice_of(text), &value) || value < 0 || value > DECIMALS_MAX)
        return false;
    *decimals = value;
    return true;
}

ss_status ss_items_open(const char *generation_path, ss_items *items, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_items opened = {0};
    ss_status status;
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_ITEMS_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_items_schema, &opened.file, error));
    if (!view_texts(opened.file, &opened) || !read_decimals(opened.file, &opened.decimals)) {
        status = ss_error_set(error, SS_E_CORRUPT, "the text columns or the metadata \"decimals\" are out of range");
        ss_error_place(error, path, 0);
        goto out;
    }
    view_columns(opened.file, &opened);
    opened.count = opened.ids.count;
    *items = opened;
    opened.file = NULL;
out:
    ss_model_file_close(&opened.file);
    return status;
}

void ss_items_close(ss_items *items)
{
    ss_model_file_close(&items->file);
    *items = (ss_items){0};
}

/* ---- writing ---- */

enum { TEXT_IDS, TEXT_NAMES, TEXT_URLS, TEXT_IMAGES, TEXT_CATEGORIES, TEXT_GROUPS, TEXT_COUNT };

static const struct {
    const char *name;
    bool lookup;
} text_columns[TEXT_COUNT] = {
    [TEXT_IDS] = {"ids", true},        [TEXT_NAMES] = {"names", false},          [TEXT_URLS] = {"urls", false},
    [TEXT_IMAGES] = {"images", false}, [TEXT_CATEGORIES] = {"categories", true}, [TEXT_GROUPS] = {"groups", false},
};

static ss_status push_rows(ss_strings_builder *builder, const ss_slice *texts, uint32_t count, bool ids,
                           ss_error *error)
{
    for (uint32_t row = 0; row < count; row++) {
        ss_slice text = texts ? texts[row] : (ss_slice){NULL, 0};
        ss_status status =
            ids ? ss_strings_builder_push_id(builder, text, error) : ss_strings_builder_push(builder, text);
        if (status != SS_OK)
            return ids ? status : ss_error_set(error, status, "no room for another text");
    }
    return SS_OK;
}

static ss_status add_texts(ss_model_writer *writer, ss_strings_builder **builders, const ss_items_content *content,
                           ss_error *error)
{
    const ss_slice *const texts[TEXT_COUNT] = {content->ids,    content->names,      content->urls,
                                               content->images, content->categories, content->groups};
    ss_status status = SS_OK;
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        uint32_t count = i == TEXT_CATEGORIES ? content->category_count
                         : i == TEXT_GROUPS   ? content->group_count
                                              : content->count;
        builders[i] = ss_strings_builder_new();
        SS_TRY(builders[i] ? SS_OK : ss_error_nomem(error));
        SS_TRY(push_rows(builders[i], texts[i], count, i == TEXT_IDS, error));
        SS_TRY(ss_strings_builder_add(builders[i], writer, text_columns[i].name, text_columns[i].lookup, error));
    }
out:
    return status;
}

static ss_status add_columns(ss_model_writer *writer, const ss_items_content *content, ss_error *error)
{
    const struct {
        const char *name;
        ss_dtype dtype;
        const void *data;
    } columns[] = {
        {"category", SS_U32, content->category},
        {"group", SS_U32, content->group},
        {"flags", SS_U32, content->flags},
        {"price", SS_I64, content->price},
        {"cost", SS_I64, content->cost},
        {"stock", SS_I64, content->stock},
        {"available_from", SS_I64, content->available_from},
        {"available_until", SS_I64, content->available_until},
        {"purchases", SS_U32, content->purchases},
        {"customers", SS_U32, content->customers},
    };
    ss_status status = SS_OK;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        assert(columns[i].data || content->count == 0);
        SS_TRY(
            ss_model_writer_add(writer, columns[i].name, columns[i].dtype, columns[i].data, content->count, 0, error));
    }
out:
    return status;
}

static ss_status add_decimals(ss_model_writer *writer, int64_t decimals, ss_error *error)
{
    char text[24];
    if (decimals < 0 || decimals > DECIMALS_MAX)
        return ss_error_set(error, SS_E_ARGUMENT, "a currency has 0 to %d decimals", DECIMALS_MAX);
    snprintf(text, sizeof text, "%lld", (long long)decimals);
    return ss_model_writer_metadata(writer, "decimals", text, error);
}

ss_status ss_items_write(const char *generation_path, const ss_items_content *content, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_strings_builder *builders[TEXT_COUNT] = {0};
    ss_status status;
    ss_model_writer *writer = ss_model_writer_new(&ss_items_schema);
    if (!writer)
        return ss_error_nomem(error);
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_ITEMS_FILE, error));
    SS_TRY(add_decimals(writer, content->decimals, error));
    SS_TRY(add_texts(writer, builders, content, error));
    SS_TRY(add_columns(writer, content, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    for (size_t i = 0; i < TEXT_COUNT; i++)
        ss_strings_builder_free(&builders[i]);
    return status;
}

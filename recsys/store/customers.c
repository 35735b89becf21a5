/* customers.c: the file of the customers and their histories: its schema, reading and writing. */
#include "store/customers.h"
#include "base/dictionary.h"
#include "base/file.h"
#include "store/generation.h"

/* ---- the schema ---- */

static ss_status check_ascending(const ss_tensor *offsets, const ss_tensor *items, ss_error *error)
{
    const uint64_t *begin = offsets->data;
    const uint32_t *item = items->data;
    for (uint64_t customer = 0; customer + 1 < offsets->count; customer++)
        for (uint64_t i = begin[customer] + 1; i < begin[customer + 1]; i++)
            if (item[i - 1] >= item[i])
                return ss_tensor_corrupt(items, i, "the items of a history do not ascend", error);
    return SS_OK;
}

static ss_status check_positive(const ss_tensor *quantities, const ss_tensor *purchases, ss_error *error)
{
    const float *quantity = quantities->data;
    const uint32_t *bought = purchases->data;
    for (uint64_t i = 0; i < quantities->count; i++) {
        if (!(quantity[i] > 0))
            return ss_tensor_corrupt(quantities, i, "a quantity must be above zero", error);
        if (bought[i] == 0)
            return ss_tensor_corrupt(purchases, i, "an item of a history was bought at least once", error);
    }
    return SS_OK;
}

static ss_status check_customers(const ss_tensor *tensors, size_t count, ss_error *error)
{
    ss_status status;
    SS_TRY(ss_strings_check_ids(tensors, count, "ids", error));
    SS_TRY(check_ascending(ss_tensor_find(tensors, count, "offsets"), ss_tensor_find(tensors, count, "items"), error));
    SS_TRY(check_positive(ss_tensor_find(tensors, count, "quantities"), ss_tensor_find(tensors, count, "purchases"),
                          error));
out:
    return status;
}

static const ss_tensor_rule customer_rules[] = {
    SS_STRINGS_RULES("ids", "customers", true),
    SS_LOOKUP_RULE("ids", true),
    {"offsets", SS_U64, 1, {"customers+1"}, SS_RULE_OFFSETS, "items", true},
    {"items", SS_U32, 1, {"rows"}, SS_RULE_INDEX, "items", true},
    {"quantities", SS_F32, 1, {"rows"}, SS_RULE_FINITE, NULL, true},
    {"purchases", SS_U32, 1, {"rows"}, SS_RULE_ANY, NULL, true},
    {"times", SS_I64, 1, {"rows"}, SS_RULE_ANY, NULL, true},
    {.name = NULL},
};

const ss_schema ss_customers_schema = {"customers", 1, customer_rules, check_customers};

/* ---- reading ---- */

static void view_columns(const ss_model_file *file, ss_customers *customers)
{
    customers->offsets = ss_model_file_tensor(file, "offsets")->data;
    customers->items = ss_model_file_tensor(file, "items")->data;
    customers->quantities = ss_model_file_tensor(file, "quantities")->data;
    customers->purchases = ss_model_file_tensor(file, "purchases")->data;
    customers->times = ss_model_file_tensor(file, "times")->data;
    customers->row_count = ss_model_file_tensor(file, "items")->count;
    customers->count = customers->ids.count;
}

ss_status ss_customers_open(const char *generation_path, ss_customers *customers, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_customers opened = {0};
    ss_status status;
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_CUSTOMERS_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_customers_schema, &opened.file, error));
    if (!ss_strings_view(opened.file, "ids", &opened.ids)) {
        status = ss_error_set(error, SS_E_CORRUPT, "more customers than a file can number");
        ss_error_place(error, path, 0);
        goto out;
    }
    view_columns(opened.file, &opened);
    *customers = opened;
    opened.file = NULL;
out:
    ss_model_file_close(&opened.file);
    return status;
}

void ss_customers_close(ss_customers *customers)
{
    ss_model_file_close(&customers->file);
    *customers = (ss_customers){0};
}

ss_history ss_customers_history(const ss_customers *customers, uint32_t customer)
{
    if (customer >= customers->count)
        return (ss_history){0};
    uint64_t begin = customers->offsets[customer], end = customers->offsets[customer + 1];
    if (begin > end || end > customers->row_count)
        return (ss_history){0};
    return (ss_history){.items = customers->items + begin,
                        .quantities = customers->quantities + begin,
                        .purchases = customers->purchases + begin,
                        .times = customers->times + begin,
                        .count = (size_t)(end - begin)};
}

size_t ss_history_find(const ss_history *history, uint32_t item)
{
    size_t low = 0, high = history->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (history->items[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < history->count && history->items[low] == item ? low : history->count;
}

/* ---- writing ---- */

static ss_status push_ids(ss_strings_builder *builder, const ss_dictionary *ids, ss_error *error)
{
    for (uint32_t i = 0; i < ss_dictionary_count(ids); i++) {
        ss_status status = ss_strings_builder_push_id(builder, ss_dictionary_id(ids, i), error);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

ss_status ss_customers_write(const char *generation_path, const ss_dictionary *ids, const uint64_t *offsets,
                             const uint32_t *items, const float *quantities, const uint32_t *purchases,
                             const int64_t *times, uint32_t item_count, ss_error *error)
{
    char path[SS_PATH_MAX];
    uint64_t count = ss_dictionary_count(ids), rows = offsets[count];
    ss_status status = SS_OK;
    ss_strings_builder *builder = ss_strings_builder_new();
    ss_model_writer *writer = ss_model_writer_new(&ss_customers_schema);
    SS_TRY(builder && writer ? SS_OK : ss_error_nomem(error));
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_CUSTOMERS_FILE, error));
    SS_TRY(ss_model_writer_dimension(writer, "items", item_count, error));
    SS_TRY(push_ids(builder, ids, error));
    SS_TRY(ss_strings_builder_add(builder, writer, "ids", true, error));
    SS_TRY(ss_model_writer_add(writer, "offsets", SS_U64, offsets, count + 1, 0, error));
    SS_TRY(ss_model_writer_add(writer, "items", SS_U32, items, rows, 0, error));
    SS_TRY(ss_model_writer_add(writer, "quantities", SS_F32, quantities, rows, 0, error));
    SS_TRY(ss_model_writer_add(writer, "purchases", SS_U32, purchases, rows, 0, error));
    SS_TRY(ss_model_writer_add(writer, "times", SS_I64, times, rows, 0, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    ss_strings_builder_free(&builder);
    return status;
}

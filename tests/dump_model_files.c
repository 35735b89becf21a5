/*
 * dump_model_files: writes model files into a folder: `dump_model_files FOLDER`. For tests that read them by other
 * means: sample.safetensors, items.safetensors and customers.safetensors with the contents that
 * test_safetensors_reader.py knows, and wide.safetensors with as many random numbers as make it worth mapping.
 */
#include "sample_model.h"
#include "store/customers.h"
#include "store/items.h"

#include "base/file.h"

#define WIDE_ROWS    1000
#define WIDE_COLUMNS 64

static ss_status dump_items(const char *folder, ss_error *error)
{
    static const ss_slice ids[] = {SS_SLICE_LITERAL("85123A"), SS_SLICE_LITERAL("22423"),
                                   SS_SLICE_LITERAL("gr\xc3\xbcn")};
    static const ss_slice names[] = {SS_SLICE_LITERAL("heart \xe2\x99\xa5"), SS_SLICE_LITERAL(""),
                                     SS_SLICE_LITERAL("bag")};
    static const ss_slice categories[] = {SS_SLICE_LITERAL("Home"), SS_SLICE_LITERAL("Kitchen")};
    static const uint32_t category[] = {1, 0, SS_NONE}, group[] = {SS_NONE, SS_NONE, SS_NONE}, flags[] = {1, 3, 0};
    static const uint32_t purchases[] = {100, 50, 0}, customers[] = {80, 40, 0};
    static const int64_t price[] = {295, 1275, SS_ITEM_NO_MONEY}, none[] = {INT64_MIN, INT64_MIN, INT64_MIN};
    const ss_items_content content = {.count = 3,
                                      .ids = ids,
                                      .names = names,
                                      .categories = categories,
                                      .category_count = 2,
                                      .category = category,
                                      .group = group,
                                      .flags = flags,
                                      .price = price,
                                      .cost = none,
                                      .stock = none,
                                      .available_from = none,
                                      .available_until = none,
                                      .purchases = purchases,
                                      .customers = customers,
                                      .decimals = 2};
    return ss_items_write(folder, &content, error);
}

static ss_status dump_customers(const char *folder, ss_error *error)
{
    static const uint64_t offsets[] = {0, 2, 3};
    static const uint32_t items[] = {0, 2, 1}, purchases[] = {1, 2, 3};
    static const float quantities[] = {1, 2.5f, 3};
    static const int64_t times[] = {INT64_C(1323435000000000), -1, 0};
    uint32_t number;
    ss_status status;
    ss_dictionary *ids = ss_dictionary_new();
    SS_TRY(ids ? SS_OK : ss_error_nomem(error));
    SS_TRY(ss_dictionary_intern(ids, SS_SLICE_LITERAL("ann"), &number));
    SS_TRY(ss_dictionary_intern(ids, SS_SLICE_LITERAL("bob"), &number));
    SS_TRY(ss_customers_write(folder, ids, offsets, items, quantities, purchases, times, 3, error));
out:
    ss_dictionary_free(&ids);
    return status;
}

/* Element i is (i * 2654435761 mod 2^32) / 256, rounded down: python computes it again. */
static ss_status dump_wide(const char *path, ss_error *error)
{
    static const ss_tensor_rule rules[] = {{"factors", SS_F32, 2, {"rows", "64"}, SS_RULE_FINITE, NULL, true},
                                           {.name = NULL}};
    static const ss_schema schema = {"wide", 1, rules, NULL};
    static float factors[WIDE_ROWS * WIDE_COLUMNS];
    ss_status status;
    ss_model_writer *writer = ss_model_writer_new(&schema);
    SS_TRY(writer ? SS_OK : ss_error_nomem(error));
    for (uint32_t i = 0; i < WIDE_ROWS * WIDE_COLUMNS; i++)
        factors[i] = (float)(i * UINT32_C(2654435761) >> 8);
    SS_TRY(ss_model_writer_add(writer, "factors", SS_F32, factors, WIDE_ROWS, WIDE_COLUMNS, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    return status;
}

static ss_status dump(const char *folder, ss_error *error)
{
    char path[4096];
    ss_status status;
    SS_TRY(dump_items(folder, error));
    SS_TRY(dump_customers(folder, error));
    SS_TRY(ss_file_join(path, sizeof path, folder, "sample.safetensors", error));
    SS_TRY(sample_write(path, error));
    SS_TRY(ss_file_join(path, sizeof path, folder, "wide.safetensors", error));
    SS_TRY(dump_wide(path, error));
out:
    return status;
}

int main(int argc, char **argv)
{
    char text[1024];
    ss_error error;
    if (argc != 2)
        return 2;
    if (dump(argv[1], &error) == SS_OK)
        return 0;
    ss_error_format(&error, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    return 1;
}

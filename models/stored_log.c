#include "models/stored_log.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include "store/strings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS 8u /* kinds of event there can be; log/interactions.h has them, a floor beside this one */

static const ss_tensor_rule tensor_rules[] = {
    {"rows", SS_U64, 2, {"rows", "3"}, SS_RULE_ANY, NULL, true},
    {"origins", SS_U64, 2, {"origins", "3"}, SS_RULE_ANY, NULL, true},
    {"items.rows", SS_U32, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"customers.rows", SS_U32, 1, {"customers"}, SS_RULE_ANY, NULL, true},
    {"baskets.keys", SS_U64, 1, {"baskets"}, SS_RULE_ANY, NULL, true},
    {"spent", SS_I64, 1, {"customers"}, SS_RULE_ANY, NULL, false},
    SS_STRINGS_RULES("set_aside", "set_aside", true),
    SS_LOOKUP_RULE("set_aside", true),
    {"items.read", SS_U32, 1, {"items"}, SS_RULE_ANY, NULL, false},
    {"set_aside.read", SS_U32, 1, {"set_aside"}, SS_RULE_ANY, NULL, false},
    SS_STRINGS_RULES("gone.items", "gone_items", false),
    SS_LOOKUP_RULE("gone.items", false),
    {"gone.items.read", SS_U32, 1, {"gone_items"}, SS_RULE_ANY, NULL, false},
    SS_STRINGS_RULES("gone.customers", "gone_customers", false),
    SS_LOOKUP_RULE("gone.customers", false),
    {"gone.before", SS_U32, 1, {"gone_customers"}, SS_RULE_ANY, NULL, false},
    {"gone.spent", SS_I64, 1, {"gone_customers"}, SS_RULE_ANY, NULL, false},
    {.name = NULL},
};

/* A row as the file has it. */
typedef struct parts {
    int64_t time;
    uint64_t event;
    uint32_t customer, basket, item;
    float quantity;
} parts;

static parts parts_of(const uint64_t row[3])
{
    parts of = {.event = row[0] >> 56,
                .customer = (uint32_t)row[1],
                .basket = (uint32_t)(row[1] >> 32),
                .item = (uint32_t)row[2]};
    const uint64_t sign = UINT64_C(1) << 55, time = row[0] & (UINT64_MAX >> 8);
    const uint32_t quantity = (uint32_t)(row[2] >> 32);
    of.time = (int64_t)((time ^ sign) - sign);
    memcpy(&of.quantity, &quantity, sizeof of.quantity);
    return of;
}

/* Does b come no earlier in the order of rows than a? */
static bool in_order(const parts *a, const parts *b)
{
    if (a->customer != b->customer)
        return a->customer < b->customer;
    if (a->customer == SS_NONE && a->basket != b->basket)
        return a->basket < b->basket;
    return a->time <= b->time;
}

typedef struct tally {
    const ss_tensor *rows, *items, *customers, *baskets;
    uint32_t *of_item, *of_customer;
    uint64_t gone_items, gone_customers;
} tally;

/* Rows are of what is left, origins of what is gone as well. */
static ss_status check_row(const tally *of, const ss_tensor *in, uint64_t i, const parts *row, const parts *before,
                           ss_error *error)
{
    bool origin = in != of->rows;
    if (row->event >= EVENTS)
        return ss_tensor_corrupt(in, i, "no event has this number", error);
    if (row->item >= of->items->count + (origin ? of->gone_items : 0))
        return ss_tensor_corrupt(in, i, "a row of an item that there is not", error);
    if (row->customer != SS_NONE && row->customer >= of->customers->count + (origin ? of->gone_customers : 0))
        return ss_tensor_corrupt(in, i, "a row of a customer that there is not", error);
    if (row->basket != SS_NONE && row->basket >= of->baskets->count)
        return ss_tensor_corrupt(in, i, "a row of a basket that there is not", error);
    if (i > 0 && !in_order(before, row))
        return ss_tensor_corrupt(in, i, "the rows are not in order", error);
    return SS_OK;
}

static ss_status count_row(tally *of, uint64_t i, const parts *row, const parts *before, ss_error *error)
{
    if (!(row->quantity > 0) || !isfinite(row->quantity))
        return ss_tensor_corrupt(of->rows, i, "a quantity must be above zero", error);
    ss_status status = check_row(of, of->rows, i, row, before, error);
    if (status != SS_OK)
        return status;
    of->of_item[row->item]++;
    if (row->customer != SS_NONE)
        of->of_customer[row->customer]++;
    return SS_OK;
}

static ss_status check_origins(const tally *of, const ss_tensor *origins, ss_error *error)
{
    const uint64_t *words = origins->data;
    parts before = {0};
    for (uint64_t i = 0; i < origins->shape[0]; i++) {
        parts row = parts_of(words + 3 * i);
        if (row.event != 0 || !(fabsf(row.quantity) > 0) || !isfinite(row.quantity))
            return ss_tensor_corrupt(origins, i, "neither a purchase nor a return", error);
        ss_status status = check_row(of, origins, i, &row, &before, error);
        if (status != SS_OK)
            return status;
        before = row;
    }
    return SS_OK;
}

static ss_status compare(const ss_tensor *stored, const uint32_t *found, ss_error *error)
{
    const uint32_t *counts = stored->data;
    for (uint64_t i = 0; i < stored->count; i++)
        if (counts[i] != found[i])
            return ss_tensor_corrupt(stored, i, "the rows are of another number", error);
    return SS_OK;
}

/* They stand together or not at all. */
static bool has_gone(const ss_tensor *tensors, size_t count)
{
    return ss_tensor_find(tensors, count, "gone.before") != NULL;
}

static ss_status check_before(const tally *of, const ss_tensor *before, ss_error *error)
{
    const uint32_t *met = before->data;
    for (uint64_t i = 0; i < before->count; i++)
        if (met[i] > of->customers->count || (i > 0 && met[i] < met[i - 1]))
            return ss_tensor_corrupt(before, i, "more customers than there are, or fewer than before", error);
    return SS_OK;
}

static ss_status check_gone(tally *of, const ss_tensor *tensors, size_t count, ss_error *error)
{
    static const char *const needed[] = {"items.read", "set_aside.read", "gone.items.read", "gone.items.lookup",
                                         "gone.customers.lookup"};
    ss_status status = SS_OK;
    if (!has_gone(tensors, count))
        return SS_OK;
    const ss_tensor *before = ss_tensor_find(tensors, count, "gone.before");
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!ss_tensor_find(tensors, count, needed[i]))
            return ss_tensor_corrupt(before, 0, "a part is missing of what is told of ids without rows", error);
    if (ss_tensor_find(tensors, count, "spent") && !ss_tensor_find(tensors, count, "gone.spent"))
        return ss_tensor_corrupt(before, 0, "what customers without rows spent is missing", error);
    SS_TRY(ss_strings_check_ids(tensors, count, "gone.items", error));
    SS_TRY(ss_strings_check_ids(tensors, count, "gone.customers", error));
    of->gone_items = ss_tensor_find(tensors, count, "gone.items.read")->count;
    of->gone_customers = before->count;
    SS_TRY(check_before(of, before, error));
out:
    return status;
}

static ss_status check_rows(const ss_tensor *tensors, size_t count, ss_error *error)
{
    ss_status status;
    tally of = {ss_tensor_find(tensors, count, "rows"),
                ss_tensor_find(tensors, count, "items.rows"),
                ss_tensor_find(tensors, count, "customers.rows"),
                ss_tensor_find(tensors, count, "baskets.keys"),
                NULL,
                NULL,
                0,
                0};
    const uint64_t *words = of.rows->data;
    parts before = {0};
    SS_TRY(ss_strings_check_ids(tensors, count, "set_aside", error));
    SS_TRY(check_gone(&of, tensors, count, error));
    of.of_item = ss_array_zeroed(of.items->count, sizeof *of.of_item);
    of.of_customer = ss_array_zeroed(of.customers->count, sizeof *of.of_customer);
    SS_TRY(of.of_item && of.of_customer ? SS_OK : ss_error_nomem(error));
    for (uint64_t i = 0; i < of.rows->shape[0]; i++) {
        parts row = parts_of(words + 3 * i);
        SS_TRY(count_row(&of, i, &row, &before, error));
        before = row;
    }
    SS_TRY(check_origins(&of, ss_tensor_find(tensors, count, "origins"), error));
    SS_TRY(compare(of.items, of.of_item, error));
    SS_TRY(compare(of.customers, of.of_customer, error));
out:
    free(of.of_item);
    free(of.of_customer);
    return status;
}

const ss_schema ss_stored_log_schema = {"interactions", 1, tensor_rules, check_rows};

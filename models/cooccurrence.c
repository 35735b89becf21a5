#include "models/cooccurrence.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
#define RELATION_TENSORS(R)                                                                      \
    {R ".offsets", SS_U64, 1, {"bought+1"}, SS_RULE_OFFSETS, R ".neighbours", true},               \
    {R ".neighbours", SS_U32, 1, {R ".entries"}, SS_RULE_INDEX, "bought", true},                   \
    {R ".scores", SS_F32, 1, {R ".entries"}, SS_RULE_FINITE, NULL, true},                         \
    {R ".pairs", SS_U32, 1, {R ".entries"}, SS_RULE_ANY, NULL, true},                             \
    {R ".customers", SS_U32, 1, {R ".entries"}, SS_RULE_ANY, NULL, true},                         \
    {R ".degrees", SS_U32, 1, {"bought"}, SS_RULE_ANY, NULL, true}
/* clang-format on */

static const ss_tensor_rule tensor_rules[] = {
    RELATION_TENSORS("bought_together"), RELATION_TENSORS("related"), RELATION_TENSORS("bought_next"), {.name = NULL}};

static const char *const relation_names[SS_RELATION_COUNT] = {"bought_together", "related", "bought_next"};

const char *ss_relation_name(ss_relation relation)
{
    return (unsigned)relation < SS_RELATION_COUNT ? relation_names[relation] : NULL;
}

static const ss_tensor *find_tensor(const ss_tensor *tensors, size_t count, const char *relation, const char *part)
{
    char name[SS_TENSOR_NAME_MAX + 1];
    snprintf(name, sizeof name, "%s.%s", relation, part);
    for (size_t i = 0; i < count; i++)
        if (strcmp(tensors[i].name, name) == 0)
            return &tensors[i];
    return NULL;
}

static ss_status bad_entry(ss_error *error, const ss_tensor *tensor, uint64_t entry, const char *expected)
{
    ss_error_set(error, SS_E_CORRUPT, "entry %llu breaks a rule", (unsigned long long)entry);
    ss_error_field(error, tensor->name);
    ss_error_found(error, NULL, 0, expected);
    return SS_E_CORRUPT;
}

/* Scores fall within each list and are not negative; the evidence is consistent. */
static ss_status check_relation(const ss_tensor *tensors, size_t count, const char *relation, ss_error *error)
{
    const ss_tensor *offsets = find_tensor(tensors, count, relation, "offsets");
    const ss_tensor *scores = find_tensor(tensors, count, relation, "scores");
    const ss_tensor *pairs = find_tensor(tensors, count, relation, "pairs");
    const ss_tensor *customers = find_tensor(tensors, count, relation, "customers");
    if (!offsets || !scores || !pairs || !customers)
        return ss_error_set(error, SS_E_CORRUPT, "relation %s lacks a tensor", relation);
    const uint64_t *offset = offsets->data;
    const float *score = scores->data;
    const uint32_t *pair = pairs->data, *customer = customers->data;
    for (uint64_t row = 0; row + 1 < offsets->count; row++) {
        for (uint64_t e = offset[row]; e < offset[row + 1]; e++) {
            if (!(score[e] >= 0))
                return bad_entry(error, scores, e, "a score of at least 0");
            if (e > offset[row] && score[e] > score[e - 1])
                return bad_entry(error, scores, e, "scores that fall within a list");
            if (customer[e] == 0 || customer[e] > pair[e])
                return bad_entry(error, customers, e, "1 customer or more, and no more than pairs");
        }
    }
    return SS_OK;
}

static ss_status check_lists(const ss_tensor *tensors, size_t count, ss_error *error)
{
    for (int r = 0; r < SS_RELATION_COUNT; r++) {
        ss_status status = check_relation(tensors, count, relation_names[r], error);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

const ss_schema ss_cooccurrence_schema = {"cooccurrence", 1, tensor_rules, check_lists};

static double x_ln_x(double x)
{
    return x > 0 ? x * log(x) : 0;
}

double ss_pair_llr(double groups, uint32_t ni, uint32_t nj, uint32_t nij)
{
    double both = nij, only_i = ni - both, only_j = nj - both, neither = groups - ni - nj + both;
    if (only_i < 0 || only_j < 0 || neither < 0 || both * groups <= (double)ni * nj)
        return 0;
    double cells = x_ln_x(both) + x_ln_x(only_i) + x_ln_x(only_j) + x_ln_x(neither);
    double rows = x_ln_x(ni) + x_ln_x(groups - ni), columns = x_ln_x(nj) + x_ln_x(groups - nj);
    double ratio = 2 * (cells - rows - columns + x_ln_x(groups));
    return ratio > 0 ? ratio : 0;
}

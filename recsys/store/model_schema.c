/* model_schema.c: what a schema demands of a parsed file: presence and dimensions (cheap), contents (every byte). */
#include "base/dictionary.h"
#include "base/hash.h"
#include "store/safetensors.h"
#include <assert.h>
#include <stdio.h>

/* ---- presence and dimensions ---- */

static ss_status expect_metadata(const ss_safetensors *parsed, const char *key, const char *expected, ss_error *error)
{
    const char *found = ss_safetensors_metadata(parsed, key);
    if (found && strcmp(found, expected) == 0)
        return SS_OK;
    ss_corrupt(error, SS_METADATA_KEY, 8, "wrong %s of model file", key);
    ss_error_found(error, found ? found : "none", strlen(found ? found : "none"), expected);
    return SS_E_CORRUPT;
}

static bool metadata_dimension(const ss_safetensors *parsed, ss_slice name, uint64_t *size)
{
    char key[sizeof SS_DIMENSION_PREFIX + SS_TENSOR_NAME_MAX];
    long long value;
    snprintf(key, sizeof key, "%s%.*s", SS_DIMENSION_PREFIX, (int)name.size, name.data);
    const char *text = ss_safetensors_metadata(parsed, key);
    if (!text || !ss_slice_to_i64(ss_slice_of(text), &value) || value < 0)
        return false;
    *size = (uint64_t)value;
    return true;
}

bool ss_schema_dimension(const ss_safetensors *parsed, ss_slice name, uint64_t *size)
{
    for (size_t i = 0; i < parsed->dimension_count; i++) {
        if (ss_slice_equal(parsed->dimensions[i].name, name)) {
            *size = parsed->dimensions[i].size;
            return true;
        }
    }
    return metadata_dimension(parsed, name, size);
}

/* Reads "items", "items+1", "64" or "*" (an empty name). */
static ss_slice split_dimension(const char *text, uint64_t *added)
{
    ss_slice name = ss_slice_of(text);
    long long number = 0;
    const char *plus = strchr(text, '+');
    if (strcmp(text, "*") == 0)
        name.size = 0;
    else if (ss_slice_to_i64(name, &number))
        name.size = 0;
    else if (plus && ss_slice_to_i64(ss_slice_of(plus + 1), &number))
        name.size = (size_t)(plus - text);
    *added = (uint64_t)number;
    return name;
}

static ss_status match_dimension(ss_safetensors *parsed, const ss_tensor *tensor, const char *text, uint64_t size,
                                 ss_error *error)
{
    uint64_t added, known;
    ss_slice name = split_dimension(text, &added);
    if (strcmp(text, "*") == 0)
        return SS_OK;
    if (name.size == 0)
        return size == added ? SS_OK
                             : ss_corrupt_number(error, tensor->name, tensor->offset, "wrong dimension", size, added);
    if (size < added)
        return ss_corrupt_number(error, tensor->name, tensor->offset, "dimension too small", size, added);
    if (ss_schema_dimension(parsed, name, &known)) {
        if (size - added != known)
            return ss_corrupt_number(error, tensor->name, tensor->offset, "dimension differs from that of the others",
                                     size, known + added);
    }
    parsed->dimensions[parsed->dimension_count++] = (ss_dimension){name, size - added};
    return SS_OK;
}

static ss_status match_tensor(ss_safetensors *parsed, const ss_tensor_rule *rule, ss_error *error)
{
    const ss_tensor *tensor = ss_tensor_find(parsed->tensors, parsed->count, rule->name);
    if (!tensor)
        return rule->required ? ss_corrupt(error, rule->name, 8, "a required tensor is missing") : SS_OK;
    if (tensor->dtype != rule->dtype) {
        const char *found = ss_dtype_name(tensor->dtype);
        ss_corrupt(error, rule->name, tensor->offset, "wrong dtype");
        ss_error_found(error, found, strlen(found), ss_dtype_name(rule->dtype));
        return SS_E_CORRUPT;
    }
    if (tensor->rank != rule->rank)
        return ss_corrupt_number(error, rule->name, tensor->offset, "wrong rank", tensor->rank, rule->rank);
    for (unsigned i = 0; i < rule->rank; i++) {
        ss_status status = match_dimension(parsed, tensor, rule->dimensions[i], tensor->shape[i], error);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

static const ss_tensor_rule *rule_of(const ss_schema *schema, const char *name)
{
    for (const ss_tensor_rule *rule = schema->tensors; rule->name; rule++)
        if (strcmp(rule->name, name) == 0)
            return rule;
    return NULL;
}

ss_status ss_schema_match(ss_safetensors *parsed, const ss_schema *schema, ss_error *error)
{
    char version[16];
    ss_status status;
    snprintf(version, sizeof version, "%u", schema->version);
    SS_TRY(expect_metadata(parsed, "kind", schema->kind, error));
    SS_TRY(expect_metadata(parsed, "version", version, error));
    for (const ss_tensor_rule *rule = schema->tensors; rule->name; rule++)
        SS_TRY(match_tensor(parsed, rule, error));
    for (size_t i = 0; i < parsed->count; i++)
        if (!rule_of(schema, parsed->tensors[i].name))
            SS_TRY(ss_corrupt(error, parsed->tensors[i].name, parsed->tensors[i].offset,
                              "a tensor that files of this kind do not have"));
out:
    return status;
}

/* ---- contents: first a pass without a branch, then, only in a broken file, the search for the place ---- */

static ss_status check_offsets(const ss_tensor *tensor, const ss_tensor *of, ss_error *error)
{
    const uint64_t *values = tensor->data;
    uint64_t last = tensor->count - 1, broken = 0;
    if (tensor->count == 0)
        return ss_corrupt(error, tensor->name, tensor->offset, "offsets without a single entry");
    if (values[0] != 0)
        return ss_corrupt_number(error, tensor->name, tensor->offset, "the first offset", values[0], 0);
    if (values[last] != of->shape[0])
        return ss_corrupt_number(error, tensor->name, tensor->offset + last * 8, "the last offset", values[last],
                                 of->shape[0]);
    for (uint64_t i = 0; i < last; i++)
        broken |= values[i] > values[i + 1];
    for (uint64_t i = 0; broken && i < last; i++)
        if (values[i] > values[i + 1])
            return ss_corrupt(error, tensor->name, tensor->offset + (i + 1) * 8, "offset %llu falls from %llu to %llu",
                              (unsigned long long)(i + 1), (unsigned long long)values[i],
                              (unsigned long long)values[i + 1]);
    return SS_OK;
}

static ss_status check_indexes(const ss_tensor *tensor, uint64_t bound, bool none_allowed, ss_error *error)
{
    const uint32_t *values = tensor->data;
    uint32_t shift = none_allowed, largest = 0; /* adding one turns SS_NONE into 0 and the bound into bound + 1 */
    for (uint64_t i = 0; i < tensor->count; i++)
        largest = values[i] + shift > largest ? values[i] + shift : largest;
    if (tensor->count == 0 || largest < bound + shift)
        return SS_OK;
    for (uint64_t i = 0; i < tensor->count; i++) {
        if (values[i] >= bound && !(none_allowed && values[i] == SS_NONE)) {
            char found[16], expected[32];
            int size = snprintf(found, sizeof found, "%u", values[i]);
            snprintf(expected, sizeof expected, "below %llu", (unsigned long long)bound);
            ss_corrupt(error, tensor->name, tensor->offset + i * 4, "index out of range");
            ss_error_found(error, found, (size_t)size, expected);
            return SS_E_CORRUPT;
        }
    }
    return SS_OK;
}

static ss_status not_finite(const ss_tensor *tensor, uint64_t index, ss_error *error)
{
    return ss_corrupt(error, tensor->name, tensor->offset + index * ss_dtype_size(tensor->dtype),
                      "value %llu is not a finite number", (unsigned long long)index);
}

static ss_status check_finite_f32(const ss_tensor *tensor, ss_error *error)
{
    const uint32_t exponent = UINT32_C(0x7f800000), *bits = tensor->data;
    uint32_t broken = 0;
    for (uint64_t i = 0; i < tensor->count; i++)
        broken |= (bits[i] & exponent) == exponent;
    for (uint64_t i = 0; broken && i < tensor->count; i++)
        if ((bits[i] & exponent) == exponent)
            return not_finite(tensor, i, error);
    return SS_OK;
}

static ss_status check_finite_f64(const ss_tensor *tensor, ss_error *error)
{
    const uint64_t exponent = UINT64_C(0x7ff0000000000000), *bits = tensor->data;
    for (uint64_t i = 0; i < tensor->count; i++)
        if ((bits[i] & exponent) == exponent)
            return not_finite(tensor, i, error);
    return SS_OK;
}

static ss_status check_utf8(const ss_tensor *tensor, ss_error *error)
{
    if (ss_slice_is_utf8((ss_slice){tensor->data, (size_t)tensor->count}))
        return SS_OK;
    return ss_corrupt(error, tensor->name, tensor->offset, "the text is not valid UTF-8");
}

static ss_status check_index_rule(const ss_safetensors *parsed, const ss_tensor *tensor, const ss_tensor_rule *rule,
                                  ss_error *error)
{
    uint64_t bound;
    if (!ss_schema_dimension(parsed, ss_slice_of(rule->of), &bound))
        return ss_corrupt(error, tensor->name, 8, "nothing in the file tells the size of dimension '%s'", rule->of);
    return check_indexes(tensor, bound, rule->rule == SS_RULE_INDEX_OR_NONE, error);
}

static ss_status check_offsets_rule(const ss_safetensors *parsed, const ss_tensor *tensor, const ss_tensor_rule *rule,
                                    ss_error *error)
{
    const ss_tensor *of = ss_tensor_find(parsed->tensors, parsed->count, rule->of);
    if (!of || of->rank == 0)
        return ss_corrupt(error, tensor->name, 8, "the tensor '%s' that the offsets point into is missing", rule->of);
    return check_offsets(tensor, of, error);
}

static ss_status check_rule(const ss_safetensors *parsed, const ss_tensor *tensor, const ss_tensor_rule *rule,
                            ss_error *error)
{
    switch (rule->rule) {
    case SS_RULE_ANY:
        return SS_OK;
    case SS_RULE_OFFSETS:
        assert(rule->dtype == SS_U64);
        return check_offsets_rule(parsed, tensor, rule, error);
    case SS_RULE_INDEX:
    case SS_RULE_INDEX_OR_NONE:
        assert(rule->dtype == SS_U32);
        return check_index_rule(parsed, tensor, rule, error);
    case SS_RULE_FINITE:
        assert(rule->dtype == SS_F32 || rule->dtype == SS_F64);
        return rule->dtype == SS_F32 ? check_finite_f32(tensor, error) : check_finite_f64(tensor, error);
    case SS_RULE_UTF8:
        assert(rule->dtype == SS_U8);
        return check_utf8(tensor, error);
    }
    assert(false && "a rule without a check");
    return SS_E_CORRUPT;
}

static ss_status check_checksum(const ss_tensor *tensor, ss_error *error)
{
    char found[SS_CHECKSUM_TEXT], expected[SS_CHECKSUM_TEXT];
    uint64_t sum = ss_hash(tensor->data, (size_t)ss_tensor_bytes(tensor));
    if (sum == tensor->checksum)
        return SS_OK;
    snprintf(found, sizeof found, "%016llx", (unsigned long long)sum);
    snprintf(expected, sizeof expected, "%016llx", (unsigned long long)tensor->checksum);
    ss_corrupt(error, tensor->name, tensor->offset, "checksum mismatch");
    ss_error_found(error, found, strlen(found), expected);
    return SS_E_CORRUPT;
}

/* What lies between tensors, before the first and behind the last is padding: zeros. */
static ss_status check_padding(const ss_safetensors *parsed, uint64_t begin, uint64_t end, ss_error *error)
{
    for (uint64_t at = begin; at < end; at++)
        if (parsed->data[at] != 0)
            return ss_corrupt_number(error, NULL, at, "padding is not zero", parsed->data[at], 0);
    return SS_OK;
}

ss_status ss_contents_check(const ss_safetensors *parsed, const ss_schema *schema, ss_error *error)
{
    uint64_t end = parsed->body;
    ss_status status;
    for (size_t i = 0; i < parsed->count; i++) {
        const ss_tensor *tensor = &parsed->tensors[i];
        SS_TRY(check_padding(parsed, end, tensor->offset, error));
        SS_TRY(check_checksum(tensor, error));
        if (schema)
            SS_TRY(check_rule(parsed, tensor, rule_of(schema, tensor->name), error));
        end = tensor->offset + ss_tensor_bytes(tensor);
    }
    SS_TRY(check_padding(parsed, end, parsed->size, error));
    if (schema && schema->check)
        SS_TRY(schema->check(parsed->tensors, parsed->count, error));
out:
    return status;
}

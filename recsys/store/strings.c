/* strings.c: text columns and the lookup of ids. */
#include "store/strings.h"
#include "base/dictionary.h"
#include "base/hash.h"
#include "base/memory.h"
#include "store/safetensors.h"
#include <stdio.h>
#include <stdlib.h>

#define EMPTY_SLOT UINT64_MAX
#define SLOTS_MIN  2u

/* ---- reading ---- */

static uint64_t slot_of(uint64_t hash, uint32_t row)
{
    return (hash & UINT64_C(0xffffffff00000000)) | row;
}

static const ss_tensor *find_part(const ss_tensor *tensors, size_t count, const char *name, const char *part,
                                  ss_dtype dtype)
{
    char full[SS_TENSOR_NAME_MAX + 1];
    if ((size_t)snprintf(full, sizeof full, "%s.%s", name, part) >= sizeof full)
        return NULL;
    const ss_tensor *tensor = ss_tensor_find(tensors, count, full);
    return tensor && tensor->dtype == dtype && tensor->rank == 1 ? tensor : NULL;
}

static bool view_tensors(const ss_tensor *tensors, size_t count, const char *name, ss_strings *strings)
{
    const ss_tensor *offsets = find_part(tensors, count, name, "offsets", SS_U64);
    const ss_tensor *bytes = find_part(tensors, count, name, "bytes", SS_U8);
    const ss_tensor *lookup = find_part(tensors, count, name, "lookup", SS_U64);
    if (!offsets || !bytes || offsets->count == 0 || offsets->count > SS_NONE)
        return false;
    *strings = (ss_strings){.offsets = offsets->data,
                            .bytes = bytes->data,
                            .byte_count = bytes->count,
                            .count = (uint32_t)(offsets->count - 1)};
    if (lookup && lookup->count > 0 && (lookup->count & (lookup->count - 1)) == 0) {
        strings->lookup = lookup->data;
        strings->slot_count = lookup->count;
    }
    return true;
}

bool ss_strings_view(const ss_model_file *file, const char *name, ss_strings *strings)
{
    size_t count = ss_model_file_tensor_count(file);
    return count > 0 && view_tensors(ss_model_file_tensor_at(file, 0), count, name, strings);
}

uint64_t ss_strings_hash(ss_slice id)
{
    return ss_hash(id.data, id.size);
}

void ss_strings_fetch(const ss_strings *strings, uint64_t hash)
{
    if (strings->slot_count > 0)
        __builtin_prefetch(&strings->lookup[hash & (strings->slot_count - 1)]);
}

uint32_t ss_strings_guess(const ss_strings *strings, uint64_t hash)
{
    uint64_t mask = strings->slot_count - 1;
    for (uint64_t probe = 0; probe < strings->slot_count; probe++) {
        uint64_t slot = strings->lookup[(hash + probe) & mask];
        if (slot == EMPTY_SLOT || slot == slot_of(hash, (uint32_t)slot))
            return (uint32_t)slot;
    }
    return SS_NONE;
}

uint32_t ss_strings_find(const ss_strings *strings, ss_slice id)
{
    uint64_t hash = ss_strings_hash(id), mask = strings->slot_count - 1;
    for (uint64_t probe = 0; probe < strings->slot_count; probe++) {
        uint64_t slot = strings->lookup[(hash + probe) & mask];
        if (slot == EMPTY_SLOT)
            return SS_NONE;
        uint32_t row = (uint32_t)slot;
        if (slot == slot_of(hash, row) && row < strings->count && ss_slice_equal(ss_strings_at(strings, row), id))
            return row;
    }
    return SS_NONE;
}

/* ---- validation ---- */

static ss_status broken_row(ss_error *error, const char *name, uint32_t row, const char *message)
{
    char field[SS_TENSOR_NAME_MAX + 1];
    snprintf(field, sizeof field, "%s.offsets", name);
    ss_error_set(error, SS_E_CORRUPT, "row %u %s", row, message);
    ss_error_field(error, field);
    return SS_E_CORRUPT;
}

/* May a character begin with this byte? */
static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

static ss_status check_rows(const ss_strings *strings, const char *name, size_t shortest, size_t longest,
                            ss_error *error)
{
    for (uint32_t row = 0; row < strings->count; row++) {
        ss_slice text = ss_strings_at(strings, row);
        if (text.size > 0 && !begins_character(text.data[0]))
            return broken_row(error, name, row, "begins in the middle of a character");
        if (text.size < shortest || text.size > longest)
            return broken_row(error, name, row, shortest == 0 ? "is too long" : "is empty or too long");
    }
    return SS_OK;
}

/* Every id leads to its own row, and there are exactly as many slots in use as rows: so each slot belongs to a row. */
static ss_status check_lookup(const ss_strings *strings, const char *name, ss_error *error)
{
    uint64_t used = 0;
    if (!strings->lookup || strings->slot_count < 2 * (uint64_t)strings->count)
        return ss_corrupt(error, name, 8, "the lookup table is missing, too small or no power of two");
    for (uint64_t i = 0; i < strings->slot_count; i++)
        used += strings->lookup[i] != EMPTY_SLOT;
    if (used != strings->count)
        return ss_corrupt_number(error, name, 8, "slots in use in the lookup table", used, strings->count);
    for (uint32_t row = 0; row < strings->count; row++)
        if (ss_strings_find(strings, ss_strings_at(strings, row)) != row)
            return broken_row(error, name, row, "is not found by its id");
    return SS_OK;
}

static ss_status check_column(const ss_tensor *tensors, size_t count, const char *name, bool lookup, size_t longest,
                              ss_error *error)
{
    ss_strings strings;
    if (!view_tensors(tensors, count, name, &strings))
        return SS_OK;
    ss_status status = check_rows(&strings, name, lookup, longest, error);
    return status == SS_OK && lookup ? check_lookup(&strings, name, error) : status;
}

ss_status ss_strings_check(const ss_tensor *tensors, size_t count, const char *name, bool lookup, ss_error *error)
{
    return check_column(tensors, count, name, lookup, SIZE_MAX, error);
}

ss_status ss_strings_check_ids(const ss_tensor *tensors, size_t count, const char *name, ss_error *error)
{
    return check_column(tensors, count, name, true, SS_ID_MAX, error);
}

/* ---- building ---- */

struct ss_strings_builder {
    char *bytes;
    size_t byte_count, byte_capacity;
    uint64_t *offsets; /* count + 1 of them */
    size_t count, offset_capacity;
    uint64_t *lookup;
};

ss_strings_builder *ss_strings_builder_new(void)
{
    ss_strings_builder *builder = ss_array_zeroed(1, sizeof *builder);
    if (!builder || !ss_array_grow(&builder->offsets, &builder->offset_capacity, 1, sizeof *builder->offsets)) {
        free(builder);
        return NULL;
    }
    builder->offsets[0] = 0;
    return builder;
}

void ss_strings_builder_free(ss_strings_builder **builder)
{
    if (!*builder)
        return;
    free((*builder)->bytes);
    free((*builder)->offsets);
    free((*builder)->lookup);
    free(*builder);
    *builder = NULL;
}

ss_status ss_strings_builder_push(ss_strings_builder *builder, ss_slice text)
{
    if (builder->count + 1 >= SS_NONE)
        return SS_E_LIMIT;
    if (!ss_array_grow(&builder->offsets, &builder->offset_capacity, builder->count + 2, sizeof *builder->offsets) ||
        !ss_array_grow(&builder->bytes, &builder->byte_capacity, builder->byte_count + text.size, 1))
        return SS_E_NOMEM;
    if (text.size > 0)
        memcpy(builder->bytes + builder->byte_count, text.data, text.size);
    builder->byte_count += text.size;
    builder->offsets[++builder->count] = builder->byte_count;
    return SS_OK;
}

static ss_status bad_text(ss_slice text, const char *column, const char *message, const char *expected, ss_error *error)
{
    ss_error_set(error, SS_E_ARGUMENT, "%s", message);
    ss_error_field(error, column);
    ss_error_found(error, text.data, text.size, expected);
    return SS_E_ARGUMENT;
}

ss_status ss_strings_builder_push_id(ss_strings_builder *builder, ss_slice id, ss_error *error)
{
    if (id.size == 0 || id.size > SS_ID_MAX || !ss_slice_is_utf8(id))
        return bad_text(id, NULL, "not an id", "1 to 255 bytes of UTF-8", error);
    ss_status status = ss_strings_builder_push(builder, id);
    return status == SS_OK ? SS_OK : ss_error_set(error, status, "no room for another id");
}

static ss_status fill_lookup(ss_strings_builder *builder, uint64_t slots, const char *name, ss_error *error)
{
    ss_strings view = {.offsets = builder->offsets,
                       .bytes = builder->bytes,
                       .byte_count = builder->byte_count,
                       .lookup = builder->lookup,
                       .slot_count = slots,
                       .count = (uint32_t)builder->count};
    memset(builder->lookup, 0xff, (size_t)slots * sizeof *builder->lookup);
    for (uint32_t row = 0; row < view.count; row++) {
        ss_slice id = ss_strings_at(&view, row);
        uint64_t hash = ss_hash(id.data, id.size), at = hash & (slots - 1);
        if (id.size == 0)
            return bad_text(id, name, "an empty text in a column with a lookup", "at least one byte", error);
        for (; builder->lookup[at] != EMPTY_SLOT; at = (at + 1) & (slots - 1)) {
            uint32_t other = (uint32_t)builder->lookup[at];
            if (builder->lookup[at] == slot_of(hash, other) && ss_slice_equal(ss_strings_at(&view, other), id))
                return bad_text(id, name, "a text occurs twice in a column with a lookup", "distinct texts", error);
        }
        builder->lookup[at] = slot_of(hash, row);
    }
    return SS_OK;
}

static ss_status add_part(ss_model_writer *writer, const char *name, const char *part, ss_dtype dtype, const void *data,
                          uint64_t count, ss_error *error)
{
    char full[2 * SS_TENSOR_NAME_MAX]; /* too long a name is refused by the writer, not cut */
    snprintf(full, sizeof full, "%s.%s", name, part);
    return ss_model_writer_add(writer, full, dtype, data, count, 0, error);
}

ss_status ss_strings_builder_add(ss_strings_builder *builder, ss_model_writer *writer, const char *name,
                                 bool with_lookup, ss_error *error)
{
    uint64_t slots = SLOTS_MIN;
    ss_status status = SS_OK;
    if (with_lookup) {
        while (slots < 2 * (uint64_t)builder->count)
            slots *= 2;
        free(builder->lookup);
        builder->lookup = ss_array_new((size_t)slots, sizeof *builder->lookup);
        SS_TRY(builder->lookup ? fill_lookup(builder, slots, name, error) : ss_error_nomem(error));
    }
    SS_TRY(add_part(writer, name, "offsets", SS_U64, builder->offsets, builder->count + 1, error));
    SS_TRY(add_part(writer, name, "bytes", SS_U8, builder->bytes, builder->byte_count, error));
    if (with_lookup)
        SS_TRY(add_part(writer, name, "lookup", SS_U64, builder->lookup, slots, error));
out:
    return status;
}

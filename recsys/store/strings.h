/*
 * strings.h: text columns in model files: a heap of bytes and an offsets tensor; and the lookup of ids.
 *
 * A text column NAME is two tensors: "NAME.offsets" (U64, rows + 1) and "NAME.bytes" (U8). The lookup of a column of
 * distinct ids is one tensor "NAME.lookup" (U64, a power of two of at least twice the rows): an open-addressing table,
 * slot = upper 32 bits of XXH3-64 of the id << 32 | row number, all ones = empty; probing linearly from hash & (slots -
 * 1). Reading is safe from any thread, and every index is bounded whatever the file holds.
 */
#ifndef SS_STORE_STRINGS_H
#define SS_STORE_STRINGS_H

#include "store/model_file.h"

typedef struct ss_strings { /* borrowed view */
    const uint64_t *offsets;
    const char *bytes;
    uint64_t byte_count;
    const uint64_t *lookup; /* or NULL */
    uint64_t slot_count;
    uint32_t count;
} ss_strings;

/* The rows of a schema that a text column takes: SS_STRINGS_RULES("names", "items", true), and for ids
 * SS_LOOKUP_RULE("ids", true). */
#define SS_STRINGS_RULES(NAME, DIMENSION, REQUIRED)                                                                    \
    {NAME ".offsets", SS_U64, 1, {DIMENSION "+1"}, SS_RULE_OFFSETS, NAME ".bytes", REQUIRED},                          \
    {                                                                                                                  \
        NAME ".bytes", SS_U8, 1, {"*"}, SS_RULE_UTF8, NULL, REQUIRED                                                   \
    }
#define SS_LOOKUP_RULE(NAME, REQUIRED)                                                                                 \
    {                                                                                                                  \
        NAME ".lookup", SS_U64, 1, {"*"}, SS_RULE_ANY, NULL, REQUIRED                                                  \
    }

/*
 * For the `check` of a schema, once its table holds. No row cuts a character in two; with `lookup`, no row is empty,
 * the table leads from each back to itself, and holds nothing else; so the rows are distinct. Fine when the column is
 * missing. SS_E_CORRUPT names the row. ss_strings_check_ids: with lookup, and every row is an id of 1 to SS_ID_MAX
 * bytes.
 */
ss_status ss_strings_check(const ss_tensor *tensors, size_t count, const char *name, bool lookup, ss_error *error);
ss_status ss_strings_check_ids(const ss_tensor *tensors, size_t count, const char *name, ss_error *error);

/* The view of column `name`; false when its tensors are missing. */
bool ss_strings_view(const ss_model_file *file, const char *name, ss_strings *strings);
/* Empty for a row out of range or broken offsets; like every text, an empty one points into the heap. */
static inline ss_slice ss_strings_at(const ss_strings *strings, uint32_t row)
{
    if (row >= strings->count)
        return (ss_slice){strings->bytes, 0};
    uint64_t begin = strings->offsets[row], end = strings->offsets[row + 1];
    if (begin > end || end > strings->byte_count)
        return (ss_slice){strings->bytes, 0};
    return (ss_slice){strings->bytes + begin, (size_t)(end - begin)};
}

uint32_t ss_strings_find(const ss_strings *strings, ss_slice id); /* row or SS_NONE */

/*
 * Finding in steps, for many ids at once: their hashes; the slots fetched from memory; then the row that an id has if
 * it is in the column at all (else any row, or SS_NONE), without a look at its bytes.
 */
uint64_t ss_strings_hash(ss_slice id);
void ss_strings_fetch(const ss_strings *strings, uint64_t hash);
uint32_t ss_strings_guess(const ss_strings *strings, uint64_t hash);

/* Builds the tensors of a column (owned by the builder until freed, so keep it until the writer's finish). */
typedef struct ss_strings_builder ss_strings_builder;
ss_strings_builder *ss_strings_builder_new(void);
void ss_strings_builder_free(ss_strings_builder **builder);
ss_status ss_strings_builder_push(ss_strings_builder *builder, ss_slice text); /* SS_E_NOMEM, SS_E_LIMIT */
ss_status ss_strings_builder_push_id(ss_strings_builder *builder, ss_slice id, ss_error *error); /* or SS_E_ARGUMENT */
/* Adds "NAME.offsets", "NAME.bytes" and, `with_lookup`, "NAME.lookup" to the writer. SS_E_ARGUMENT: repeated id with a
 * lookup. */
ss_status ss_strings_builder_add(ss_strings_builder *builder, ss_model_writer *writer, const char *name,
                                 bool with_lookup, ss_error *error);

#endif

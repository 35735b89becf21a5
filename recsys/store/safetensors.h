/*
 * safetensors.h: the steps of the validator behind model_file.h, shared by the sources of this folder; others use
 * model_file.h.
 *
 * parse (the format: every byte of the file belongs to the header, a tensor or padding) → schema (kind, version,
 * presence, dtypes, dimensions) → contents (checksums and rules). Each step trusts the one before it and nothing else.
 * Pure functions.
 */
#ifndef SS_STORE_SAFETENSORS_H
#define SS_STORE_SAFETENSORS_H

#include "store/model_file.h"

#define SS_METADATA_KEY      "__metadata__"
#define SS_CHECKSUM_PREFIX   "xxh3."
#define SS_PADDING_PREFIX    "pad."
#define SS_DIMENSION_PREFIX  "dimension."
#define SS_CHECKSUM_TEXT     17u    /* 16 hexadecimal digits + zero */
#define SS_HEADER_DEPTH_MAX  3u     /* { "name": { "shape": [ */
#define SS_HEADER_VALUES_MAX 16384u /* most values in a header: bounds what parsing it may allocate */

struct json_t;

typedef struct ss_dimension {
    ss_slice name; /* borrowed from the schema */
    uint64_t size;
} ss_dimension;

/* A parsed file. The tensors stand in the order of their bytes; what lies between them is padding. */
typedef struct ss_safetensors {
    const uint8_t *data; /* borrowed: the whole file */
    uint64_t size;
    uint64_t body; /* offset of the first tensor byte */
    ss_tensor tensors[SS_TENSORS_MAX];
    size_t count;
    struct json_t *header;         /* owned */
    const struct json_t *metadata; /* inside header; NULL: none */
    ss_dimension dimensions[SS_TENSORS_MAX * SS_TENSOR_RANK_MAX];
    size_t dimension_count;
} ss_safetensors;

/* Checks the format and fills `parsed`, which the caller owns: release it, also after an error. SS_E_CORRUPT,
 * SS_E_NOMEM. */
ss_status ss_safetensors_parse(const void *data, size_t size, ss_safetensors *parsed, ss_error *error);
void ss_safetensors_release(ss_safetensors *parsed);

/* Borrowed; NULL when absent. */
const char *ss_safetensors_metadata(const ss_safetensors *parsed, const char *key);
ss_status ss_safetensors_each_metadata(const ss_safetensors *parsed, ss_metadata_visit visit, void *context);

/* XXH3-64 chained over keys and values but the checksums themselves: so that no bit of an option can turn unseen. */
uint64_t ss_metadata_checksum(const struct json_t *metadata);

uint64_t ss_tensor_bytes(const ss_tensor *tensor);

/* May a tensor (not padding) be called `name`? 1 to SS_TENSOR_NAME_MAX printable ASCII characters but '"' and '\'. */
bool ss_tensor_name_allowed(const char *name);

/* Does `parsed` have what `schema` asks for? Binds the dimensions. */
ss_status ss_schema_match(ss_safetensors *parsed, const ss_schema *schema, ss_error *error);

/* Size of a dimension after ss_schema_match; false when nothing in the file gives it one. */
bool ss_schema_dimension(const ss_safetensors *parsed, ss_slice name, uint64_t *size);

/* Padding, checksums and, with a schema, its rules. */
ss_status ss_contents_check(const ss_safetensors *parsed, const ss_schema *schema, ss_error *error);

/* SS_E_CORRUPT about `tensor` (or NULL) at byte `offset` of the file. */
ss_status ss_corrupt(ss_error *error, const char *tensor, uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for a number that is another than it should be. */
ss_status ss_corrupt_number(ss_error *error, const char *tensor, uint64_t offset, const char *message, uint64_t found,
                            uint64_t expected);

#endif

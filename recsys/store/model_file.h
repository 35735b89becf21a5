/*
 * model_file.h: files of named tensors in the safetensors format: written once, mapped into memory, never changed.
 *
 * Format (https://github.com/huggingface/safetensors): u64 little-endian length of the header; the header, a JSON
 * object name → {dtype, shape, data_offsets}, with "__metadata__" (text → text); then the tensors' bytes without holes.
 * Ours adds: every tensor starts on a 64-byte boundary of the file (small U8 tensors named "pad.N" fill the gaps) and
 * "__metadata__" holds "xxh3.NAME" (16 hexadecimal digits: XXH3-64 of its bytes) for each tensor that is not padding,
 * and "xxh3.__metadata__" for the metadata itself. The header names tensors in the order of their bytes, which is the
 * order given to the writer, so equal input gives equal bytes.
 *
 * A schema says, per kind of file, which tensors must be there and what their contents must obey. One pure validator
 * applies it.
 *
 * Thread-safety: a writer has one owner; an open file is read-only and may be read from any thread.
 */
#ifndef SS_STORE_MODEL_FILE_H
#define SS_STORE_MODEL_FILE_H

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_TENSORS_MAX      256u
#define SS_TENSOR_RANK_MAX  2u
#define SS_TENSOR_NAME_MAX  63u
#define SS_MODEL_HEADER_MAX (1u << 20) /* longest header in bytes */
#define SS_TENSOR_ALIGN     64u

typedef enum ss_dtype {
    SS_U8,
    SS_I8,
    SS_U16,
    SS_I16,
    SS_U32,
    SS_I32,
    SS_U64,
    SS_I64,
    SS_F32,
    SS_F64,
    SS_DTYPE_COUNT
} ss_dtype;
size_t ss_dtype_size(ss_dtype dtype);
const char *ss_dtype_name(ss_dtype dtype); /* "U8", "F32", … as in the format */

typedef struct ss_tensor {
    char name[SS_TENSOR_NAME_MAX + 1];
    ss_dtype dtype;
    unsigned rank; /* 0..2 */
    uint64_t shape[SS_TENSOR_RANK_MAX];
    uint64_t count;    /* product of the shape */
    uint64_t offset;   /* of its first byte in the file */
    uint64_t checksum; /* XXH3-64 of its bytes, as the header says */
    const void *data;  /* mapped (reader); borrowed until finish (writer) */
} ss_tensor;

/* ---- schema ---- */

/* What a tensor's contents must obey. */
typedef enum ss_rule {
    SS_RULE_ANY = 0,       /* nothing beyond dtype and shape */
    SS_RULE_OFFSETS,       /* U64, monotone from 0 to the count (first dimension) of the tensor `of` */
    SS_RULE_INDEX,         /* U32, every value below dimension `of` */
    SS_RULE_INDEX_OR_NONE, /* the same, or SS_NONE (UINT32_MAX) */
    SS_RULE_FINITE,        /* F32 or F64 without NaN and infinities */
    SS_RULE_UTF8           /* U8: valid UTF-8 as a whole */
} ss_rule;

/*
 * Dimensions are named, and equal names must have equal sizes throughout the file: "items", "items+1" (one more than
 * "items"), "64" (fixed), "*" (free). E.g. {"offsets", SS_U64, 1, {"items+1"}, SS_RULE_OFFSETS, "neighbours", true}.
 * A dimension that indexes point into without any tensor having it stands in the metadata: "dimension.items" = "4070".
 * A tensor that the schema does not name is an error: no byte of a file is left unexplained.
 */
typedef struct ss_tensor_rule {
    const char *name; /* NULL ends a schema */
    ss_dtype dtype;
    unsigned rank;
    const char *dimensions[SS_TENSOR_RANK_MAX];
    ss_rule rule;
    const char *of; /* OFFSETS: a tensor's name; INDEX: a dimension's name; else NULL */
    bool required;
} ss_tensor_rule;

typedef struct ss_schema {
    const char *kind; /* "cooccurrence": the file's "kind" metadata and name without the ending */
    unsigned version; /* the file's "version" metadata */
    const ss_tensor_rule *tensors;
    /* Rules no table can express (may be NULL). Called by the full validation after all others hold; `tensors` as
     * parsed. */
    ss_status (*check)(const ss_tensor *tensors, size_t tensor_count, ss_error *error);
} ss_schema;

/* For `check`: the tensor of that name or NULL; and SS_E_CORRUPT about one entry of a tensor. */
const ss_tensor *ss_tensor_find(const ss_tensor *tensors, size_t count, const char *name);
ss_status ss_tensor_corrupt(const ss_tensor *tensor, uint64_t entry, const char *message, ss_error *error);

/* ---- validation: pure functions over bytes, which must begin on a 64-byte boundary as mappings do (else
 * SS_E_ARGUMENT) ---- */

/*
 * Header, names, dtypes, shapes, sizes, alignment, no holes, no overlap, schema's presence and dimensions; not the
 * contents. Fills `tensors` (room for SS_TENSORS_MAX; padding left out) with data pointers into `data`. `schema` NULL:
 * format only. SS_E_CORRUPT with offset, tensor, found and expected; SS_E_NOMEM. Cost: the header's length, whatever
 * the size of the file.
 */
ss_status ss_model_check_header(const void *data, size_t size, const ss_schema *schema, ss_tensor *tensors,
                                size_t *tensor_count, ss_error *error);

/* The header check, then everything: checksums, offsets monotone, indexes in range, finite scores, the schema's own
 * check. */
ss_status ss_model_validate(const void *data, size_t size, const ss_schema *schema, ss_error *error);

/* ---- reading ---- */

typedef struct ss_model_file ss_model_file;

/* Maps `path` read-only and checks its header. SS_E_NOT_FOUND, SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM; the error names path.
 */
ss_status ss_model_file_open(const char *path, const ss_schema *schema, ss_model_file **file, ss_error *error);
void ss_model_file_close(ss_model_file **file);

/* The full validation. Safe while others read. */
ss_status ss_model_file_verify(const ss_model_file *file, ss_error *error);

/* Borrowed until close. NULL when there is no such tensor (only for those the schema does not require). */
const ss_tensor *ss_model_file_tensor(const ss_model_file *file, const char *name);
size_t ss_model_file_tensor_count(const ss_model_file *file);
const ss_tensor *ss_model_file_tensor_at(const ss_model_file *file, size_t index);

/* Borrowed; NULL when the key is absent. */
const char *ss_model_file_metadata(const ss_model_file *file, const char *key);
bool ss_model_file_metadata_f64(const ss_model_file *file, const char *key, double *value);

/* Calls `visit` for each key but the checksums, in the order of the file; stops at the first failure. */
typedef ss_status (*ss_metadata_visit)(void *context, const char *key, const char *value);
ss_status ss_model_file_each_metadata(const ss_model_file *file, ss_metadata_visit visit, void *context);

/* The size of a dimension that the schema (or the metadata) names; false when nothing in the file gives it one. */
bool ss_model_file_dimension(const ss_model_file *file, const char *name, uint64_t *size);
uint64_t ss_model_file_size(const ss_model_file *file);

/* XXH3-64 of the header and its length: as the header holds the checksums of all tensors, it stands for the whole file. */
uint64_t ss_model_file_digest(const ss_model_file *file);

/* ---- writing ---- */

typedef struct ss_model_writer ss_model_writer;

/* Nothing touches the disk before finish. NULL when out of memory. The schema's kind and version become metadata. */
ss_model_writer *ss_model_writer_new(const ss_schema *schema);
void ss_model_writer_free(ss_model_writer **writer);

/* Adds a tensor; `data` is borrowed until finish. rank 1: rows only (columns 0). SS_E_ARGUMENT for a bad or repeated
 * name, SS_E_LIMIT. */
ss_status ss_model_writer_add(ss_model_writer *writer, const char *name, ss_dtype dtype, const void *data,
                              uint64_t rows, uint64_t columns, ss_error *error);
ss_status ss_model_writer_metadata(ss_model_writer *writer, const char *key, const char *value, ss_error *error);
ss_status ss_model_writer_metadata_f64(ss_model_writer *writer, const char *key, double value,
                                       ss_error *error); /* %.17g */

/* States the size of a dimension that no tensor of the file has: metadata "dimension.NAME". */
ss_status ss_model_writer_dimension(ss_model_writer *writer, const char *name, uint64_t size, ss_error *error);

/* Writes `path` (a new file), fsync and checked close; on failure nothing is left at `path`. */
ss_status ss_model_writer_finish(ss_model_writer *writer, const char *path, ss_error *error);

#endif

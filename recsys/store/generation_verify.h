/* generation_verify.h: whether a generation's folder is whole: each file by its schema, all of them together, and as the manifest lists them. */
#ifndef SS_STORE_GENERATION_VERIFY_H
#define SS_STORE_GENERATION_VERIFY_H

#include "store/model_file.h"

#define SS_MODEL_FILE_SUFFIX ".safetensors"

/*
 * Fully validates every model file of a generation folder, and that they fit together: every *.safetensors has a
 * schema; dimensions "items", "customers" and "categories" have one size in all files; items.safetensors is there when
 * its schema is among `schemas`; the manifest, where there is one, can be read; and the files are those that it lists,
 * all of them (file_list.h). The error names the first bad file.
 */
ss_status ss_generation_verify(const char *path, const ss_schema *const *schemas, ss_error *error);

/* The same without the contents of the tensors: milliseconds, whatever the size. */
ss_status ss_generation_check(const char *path, const ss_schema *const *schemas, ss_error *error);

/* Fully validates a draft, of which nothing is listed yet, and has its manifest, where there is one, list its files. */
ss_status ss_generation_verify_and_list(const char *path, const ss_schema *const *schemas, ss_error *error);

/* The schema for a file name ("als.safetensors"); NULL when none of `schemas` (NULL-terminated) has that kind. */
const ss_schema *ss_generation_schema(const ss_schema *const *schemas, const char *file_name);

#endif

/*
 * inspect.h: what a generation, or one model file, holds: for people and, as JSON, for machines. Pure but for reading;
 * safe from any thread.
 */
#ifndef SS_STORE_INSPECT_H
#define SS_STORE_INSPECT_H

#include "base/buffer.h"
#include "store/model_file.h"

typedef struct ss_inspect_options {
    const char *generation; /* of a store: which; NULL: the current one */
    bool verify;            /* the full validation of every file, and that the files fit together */
    bool json;              /* one JSON object instead of lines */
} ss_inspect_options;

/*
 * `path`: a store, the folder of a generation, or a model file. Appends to `out`: the manifest; each file with size,
 * kind, version and tensors (name, dtype, shape, bytes); with verify "ok" or what is wrong. `schemas` as in
 * generation.h: a file of another kind is shown all the same, but fails verification.
 *
 * A broken file does not keep the others from being shown: the status (and error) is that of the first broken one, and
 * `out` holds the whole report. SS_E_NOT_FOUND, SS_E_IO: nothing to show. SS_E_NOMEM, SS_E_LIMIT: `out` holds a part.
 */
ss_status ss_inspect(const char *path, const ss_schema *const *schemas, const ss_inspect_options *options,
                     ss_buffer *out, ss_error *error);

#endif

/*
 * manifest.h: manifest.json of a generation: options, input digests, counts, metrics, program version, CPU kernel, and
 * the list of its files (file_list.h).
 *
 * Values are addressed by dotted paths ("counts.rows", "options.als.factors"): a path names nested objects; a dot
 * inside a key is written "\\.". Keys keep the order in which they were set, so equal content gives equal bytes. One
 * owner; not thread-safe.
 */
#ifndef SS_STORE_MANIFEST_H
#define SS_STORE_MANIFEST_H

#include "base/buffer.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define SS_MANIFEST_MAX (1u << 22) /* longest manifest in bytes */

/* Flag: item ids that differ only by case or blanks are one, and stand in the generation under one spelling. */
#define SS_MANIFEST_IDS_FOLDED "input.ids_folded"

typedef struct ss_manifest ss_manifest;

ss_manifest *ss_manifest_new(void); /* NULL when out of memory */
void ss_manifest_free(ss_manifest **manifest);

/* SS_E_NOMEM; SS_E_ARGUMENT for a path through something that is no object, or a number that is not finite. */
ss_status ss_manifest_set_text(ss_manifest *manifest, const char *path, const char *value);
ss_status ss_manifest_set_int(ss_manifest *manifest, const char *path, int64_t value);
ss_status ss_manifest_set_real(ss_manifest *manifest, const char *path, double value);
ss_status ss_manifest_set_flag(ss_manifest *manifest, const char *path, bool value);
ss_status ss_manifest_set_empty(ss_manifest *manifest, const char *path); /* an object without anything */

/* False, with *value untouched, when the path leads nowhere or to another type. A real may be read from an integer. */
bool ss_manifest_text(const ss_manifest *manifest, const char *path, const char **value); /* borrowed */
bool ss_manifest_int(const ss_manifest *manifest, const char *path, int64_t *value);
bool ss_manifest_real(const ss_manifest *manifest, const char *path, double *value);
bool ss_manifest_flag(const ss_manifest *manifest, const char *path, bool *value);
bool ss_manifest_has_object(const ss_manifest *manifest, const char *path);

/* Calls `visit` for each text value directly inside the object at `path`, in order; stops at the first failure. A
 * missing object is empty. */
typedef ss_status (*ss_manifest_visit)(void *context, const char *key, const char *text);
ss_status ss_manifest_each_text(const ss_manifest *manifest, const char *path, ss_manifest_visit visit, void *context);

/* The same with the key of each object directly inside. */
typedef ss_status (*ss_manifest_visit_object)(void *context, const char *key);
ss_status ss_manifest_each_object(const ss_manifest *manifest, const char *path, ss_manifest_visit_object visit,
                                  void *context);

/* Writes manifest.json into the folder (fsync) and reads it. SS_E_IO, SS_E_NOT_FOUND, SS_E_CORRUPT with line and what
 * was expected. */
ss_status ss_manifest_write(const ss_manifest *manifest, const char *generation_path, ss_error *error);
ss_status ss_manifest_read(const char *generation_path, ss_manifest **manifest, ss_error *error);

/* The whole as indented JSON. */
ss_status ss_manifest_render(const ss_manifest *manifest, ss_buffer *out);

#endif

/*
 * file_list.h: the model files of a generation as its manifest lists them, so that one that is gone, or that is another generation's, is
 * named.
 *
 *   "format": 2,
 *   "files": {"als.safetensors": {"bytes": 5121216, "xxh3": "9f0c5d3ab1e87264"}}
 *
 * "xxh3" is XXH3-64 of the file's length and header, in 16 hexadecimal digits; the header holds the checksums of all else. A manifest
 * without "format" is of before there were lists (format 1) and promises nothing about files.
 */
#ifndef SS_STORE_FILE_LIST_H
#define SS_STORE_FILE_LIST_H

#include "store/manifest.h"
#include "store/model_file.h"

#define SS_MANIFEST_FORMAT 2 /* the newest that is understood, and the one that is written */

/* Begins a list, in the place of one that is there; adds a file, by its name in the folder. SS_E_NOMEM. */
ss_status ss_file_list_begin(ss_manifest *manifest, ss_error *error);
ss_status ss_file_list_add(ss_manifest *manifest, const char *name, const ss_model_file *file, ss_error *error);

/* Is it a manifest that is understood, with a list where its format has one? SS_E_UNSUPPORTED, SS_E_CORRUPT. */
ss_status ss_file_list_check(const ss_manifest *manifest, ss_error *error);

/* Is the file listed, and as it is? SS_E_CORRUPT with found and expected. Without a list all is well. */
ss_status ss_file_list_compare(const ss_manifest *manifest, const char *name, const ss_model_file *file,
                               ss_error *error);

/* Is each listed file in the folder? SS_E_CORRUPT names the first that is not. */
ss_status ss_file_list_complete(const ss_manifest *manifest, const char *folder, ss_error *error);

#endif

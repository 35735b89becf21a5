/*
 * generation.h: generations on disk: STORE/generations/NAME/, STORE/current, and how one becomes the other.
 *
 * NAME is YYYYMMDDTHHMMSS.mmmZ. Making one: begin (a folder aside, ".NAME.partial"), write files into it, publish:
 * fsync every file, validate every file fully, rename to NAME, fsync the folder, flip the symlink `current` atomically.
 * A crash at any moment leaves the old current and at worst a partial folder, which the next begin removes once its
 * owner is gone (it is locked with flock). A published file is never rewritten. Safe from several processes.
 */
#ifndef SS_STORE_GENERATION_H
#define SS_STORE_GENERATION_H

#include "base/file.h"
#include "base/status.h"
#include "base/timestamp.h"
#include "store/generation_verify.h"

#define SS_PATH_MAX            4096
#define SS_GENERATION_NAME_MAX 32
#define SS_MANIFEST_FILE       "manifest.json"

typedef struct ss_generation_draft ss_generation_draft;

/* `now`: microseconds; names the generation (moved on by a millisecond while the name is taken). Makes STORE when
 * missing. SS_E_IO, SS_E_NOMEM. */
ss_status ss_generation_begin(const char *store, int64_t now, ss_generation_draft **draft, ss_error *error);
const char *ss_generation_draft_path(const ss_generation_draft *draft); /* borrowed: the folder to write into */
const char *ss_generation_draft_name(const ss_generation_draft *draft);

/*
 * Publishes: `schemas` (NULL-terminated) are the kinds of file known; every *.safetensors in the draft must have one
 * and pass it, and is listed in the manifest where there is one (file_list.h). Makes it current when `make_current`. On
 * success the draft is freed and nulled; on failure it stays (abandon it).
 */
ss_status ss_generation_publish(ss_generation_draft **draft, const ss_schema *const *schemas, bool make_current,
                                ss_error *error);
void ss_generation_abandon(ss_generation_draft **draft); /* removes the folder */

/*
 * The folder of the generation `name` of the store, or with NULL of the current one, into path (SS_PATH_MAX bytes), its
 * name into `found`. A store path that itself holds items.safetensors is taken as a generation. SS_E_NOT_FOUND names
 * what is missing.
 */
ss_status ss_generation_resolve(const char *store, const char *name, char *path, char found[SS_GENERATION_NAME_MAX],
                                ss_error *error);

/* Points `current` at a published generation (roll back, or forth). */
ss_status ss_generation_make_current(const char *store, const char *name, ss_error *error);

/* The same only where `current` still is `expected` ("": there is none, or its folder is gone): SS_E_BUSY says what it
 * is by now. */
ss_status ss_generation_replace_current(const char *store, const char *name, const char *expected, ss_error *error);

/* Removes what dead processes left of drafts and removals; other drafts stay. A missing store is fine. */
ss_status ss_generation_clean(const char *store, ss_error *error);

/* Removes a published generation, which is out of the list before the first file goes. SS_E_NOT_FOUND; SS_E_BUSY: it is
 * the current one. Who has mapped it keeps it. */
ss_status ss_generation_remove(const char *store, const char *name, ss_error *error);

/* Names in falling order (newest first) into a malloc'd array of fixed-size names. Caller owns *names. */
ss_status ss_generation_list(const char *store, char (**names)[SS_GENERATION_NAME_MAX], size_t *count, ss_error *error);

/* Bytes of all files of a generation's folder; 0 where there is none. */
uint64_t ss_generation_bytes(const char *path);

/* Calls `visit` for each *.safetensors in a folder, by name, until the first failure. SS_E_NOT_FOUND, SS_E_IO. */
typedef ss_status (*ss_generation_visit)(void *context, const char *path, const char *name, ss_error *error);
ss_status ss_generation_each_file(const char *path, ss_generation_visit visit, void *context, ss_error *error);

#endif

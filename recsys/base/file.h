/* file.h: whole files and folders, with errors that name the path. Safe from any thread. */
#ifndef SS_BASE_FILE_H
#define SS_BASE_FILE_H

#include "base/buffer.h"

/* Reads a regular file (or what a pipe gives) of at most `ceiling` bytes into `out` (initialised, emptied first).
 * SS_E_NOT_FOUND, SS_E_IO, SS_E_LIMIT, SS_E_NOMEM. */
ss_status ss_file_read(const char *path, size_t ceiling, ss_buffer *out, ss_error *error);

/* Write aside, fsync, rename over `path`, fsync its folder: afterwards the whole file is there, or the old one is. */
ss_status ss_file_write_atomic(const char *path, const void *data, size_t size, ss_error *error);

/*
 * The same for what comes in pieces: a file that is made aside of `path`, and takes its place when it is published
 * (which frees the draft, whether it succeeds or not). Nothing is left of one that is abandoned; NULL is fine. Errors:
 * SS_E_IO, SS_E_NOMEM. Caller owns the draft.
 */
typedef struct ss_file_draft ss_file_draft;
ss_status ss_file_draft_begin(const char *path, ss_file_draft **draft, ss_error *error);
ss_status ss_file_draft_write(ss_file_draft *draft, const void *data, size_t size, ss_error *error);
ss_status ss_file_draft_publish(ss_file_draft **draft, ss_error *error);
void ss_file_draft_abandon(ss_file_draft **draft);

/* All of it to an open descriptor, whatever its kind; `path` is for errors only. SS_E_IO. */
ss_status ss_file_write_all(int fd, const char *path, const void *data, size_t size, ss_error *error);

ss_status ss_file_sync_folder(const char *path, ss_error *error);
ss_status ss_file_make_folders(const char *path, ss_error *error); /* mkdir -p; mode 0755 */

/* The same for `path` in the folder `store`; what had to be made is on the disk under its name afterwards. */
ss_status ss_file_make_inside(const char *store, const char *path, ss_error *error);

/* rm -r; a missing path is fine; never follows links. */
ss_status ss_file_remove_tree(const char *path, ss_error *error);

/* "folder/name" into `out` of `size` bytes; SS_E_LIMIT when it does not fit. */
ss_status ss_file_join(char *out, size_t size, const char *folder, const char *name, ss_error *error);

#endif

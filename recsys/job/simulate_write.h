/*
 * simulate_write.h: several CSV files of one folder that appear together or not at all: written aside, flushed, renamed
 * at the end. Not thread-safe; one owner. The writers never fail by themselves: the first error of the system is kept
 * and comes back from the next flush, so that a row costs no more than its bytes.
 */
#ifndef SS_JOB_SIMULATE_WRITE_H
#define SS_JOB_SIMULATE_WRITE_H

#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define SS_SIM_PATH_MAX 4096u
#define SS_SIM_ROW_MAX  8192u /* longest row in bytes that may be put between two calls of ss_sim_file_row */
#define SS_SIM_FILES    5u

typedef struct ss_sim_file {
    int fd;
    int os_errno;     /* of the first write that failed */
    char *at, *limit; /* where the next byte goes; beyond `limit` the buffer is written out before the next row */
    char *buffer;
    uint64_t bytes; /* written out */
    char path[SS_SIM_PATH_MAX], aside[SS_SIM_PATH_MAX];
} ss_sim_file;

typedef struct ss_sim_folder {
    ss_sim_file files[SS_SIM_FILES];
    size_t count;     /* files opened */
    const char *path; /* borrowed */
    bool created;     /* the folder itself is ours to remove */
} ss_sim_folder;

/*
 * Makes the folder (its parents must be there) and opens names[0 .. count), count <= SS_SIM_FILES, aside.
 * SS_E_ARGUMENT: one of them is there already and `overwrite` is false; SS_E_IO; SS_E_NOMEM; SS_E_LIMIT (path too
 * long). After a failure nothing is left behind.
 */
ss_status ss_sim_folder_open(ss_sim_folder *folder, const char *path, const char *const *names, size_t count,
                             bool overwrite, ss_error *error);

/* Flushes everything to disk and gives the files their names, in order. After a failure call ss_sim_folder_abandon. */
ss_status ss_sim_folder_publish(ss_sim_folder *folder, ss_error *error);

/* Closes and removes what has not been published; does nothing after a publish or on a zeroed folder. */
void ss_sim_folder_abandon(ss_sim_folder *folder);

/* Writes out what is buffered. SS_E_IO: this or an earlier write failed. */
ss_status ss_sim_file_flush(ss_sim_file *file, ss_error *error);

void ss_sim_file_make_room(ss_sim_file *file); /* use ss_sim_file_row */

/* Call before each row. */
static inline void ss_sim_file_row(ss_sim_file *file)
{
    if (file->at >= file->limit)
        ss_sim_file_make_room(file);
}

static inline void ss_sim_put_char(ss_sim_file *file, char c)
{
    *file->at++ = c;
}

static inline void ss_sim_put(ss_sim_file *file, const char *text, size_t size)
{
    memcpy(file->at, text, size);
    file->at += size;
}

static inline void ss_sim_put_text(ss_sim_file *file, const char *text)
{
    ss_sim_put(file, text, strlen(text));
}

void ss_sim_put_number(ss_sim_file *file, uint64_t number);
void ss_sim_put_money(ss_sim_file *file, uint32_t cents); /* "12.99" */
void ss_sim_put_real(ss_sim_file *file, double value);    /* four decimals; 0 <= value < 1e9 */
void ss_sim_put_quoted(ss_sim_file *file, ss_slice text); /* quoted where RFC 4180 asks for it */

#endif

/*
 * window.h: a window of text that slides over an input: the unfinished row is kept, what was used makes room.
 *
 * A row is always contiguous in memory, so that its fields can be slices. Memory: some two chunks, and only for rows
 * longer than a chunk more, at most about three times SS_ROW_MAX. A buffer that is read into and not a mapping: a file
 * that another program cuts short must not end this one.
 * One reader, not thread-safe.
 */
#ifndef SS_LOG_WINDOW_H
#define SS_LOG_WINDOW_H

#include "log/input.h"
#include <stdbool.h>

#define SS_WINDOW_CHUNK   ((size_t)128 << 10) /* stays in the second-level cache */
#define SS_WINDOW_PADDING 64u                 /* bytes that may be read (not used) behind `end` */

typedef struct ss_window {
    char *data;     /* [at, end) is unread */
    size_t at, end; /* the user moves `at` */
    bool finished;  /* nothing follows `end`. The text then ends in a newline: one is added where the input has none */
    uint64_t taken; /* bytes taken from the file so far, before decompression */
    ss_input *input;
    size_t chunk, capacity;
} ss_window;

/*
 * Begins at the start of `input` (borrowed), reading `chunk` bytes at a time (0: SS_WINDOW_CHUNK) and dropping a
 * UTF-8 byte order mark. A window is released, or given the next input by another start. Errors: as ss_input_read.
 */
ss_status ss_window_start(ss_window *window, ss_input *input, size_t chunk, ss_error *error);
void ss_window_release(ss_window *window);

/*
 * Keeps [at, end), which becomes [0, …), and adds text behind it: at least as much as is kept, so that looking again at
 * a row from its beginning costs no more than twice its length in all. Adds nothing only when the input has ended, and
 * sets `finished`. At most SS_ROW_MAX + 1 bytes may be kept. Errors: as ss_input_read.
 */
ss_status ss_window_more(ss_window *window, ss_error *error);

/* Drops everything up to and with the next newline, however far it is. Errors: as ss_input_read. */
ss_status ss_window_skip_line(ss_window *window, ss_error *error);

#endif

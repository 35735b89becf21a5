/*
 * input.h: the bytes of a file, of standard input or of a run of memory, decompressed.
 *
 * Compression is recognised by the first bytes: gzip (RFC 1952, several members one after another) and zstd (RFC 8878,
 * several frames, skippable ones too); anything else passes as it is. One reader, not thread-safe.
 *
 * Memory: one buffer of 128 KiB, and for compressed contents the decoder's window (gzip 32 KiB; zstd as the frame asks,
 * at most 2^SS_ZSTD_WINDOW_LOG_MAX bytes), whatever the contents unpack to.
 */
#ifndef SS_LOG_INPUT_H
#define SS_LOG_INPUT_H

#include "base/slice.h"
#include "base/status.h"
#include <stdint.h>

#define SS_ZSTD_WINDOW_LOG_MAX 27 /* 128 MiB: what the zstd program itself accepts unasked */

typedef struct ss_input ss_input;

/*
 * Opens `path`; "-" is standard input, which stays open afterwards. Reads nothing yet. Caller owns *input.
 * Errors: SS_E_NOT_FOUND, SS_E_IO (a folder too), SS_E_NOMEM.
 */
ss_status ss_input_open(const char *path, ss_input **input, ss_error *error);

/*
 * The same over `bytes`, borrowed until the input is closed. `read_max`: most bytes taken from it at a time (0: no
 * limit); what is read does not depend on it. Errors: SS_E_NOMEM.
 */
ss_status ss_input_open_memory(ss_slice bytes, const char *name, size_t read_max, ss_input **input, ss_error *error);

void ss_input_close(ss_input **input);

/*
 * The next bytes, at least one and at most `size` (> 0), into `into`; *got = 0 at the end, and only there.
 * Errors: SS_E_IO; SS_E_FORMAT (compressed data that is damaged, ends early or is followed by something else),
 * SS_E_LIMIT (zstd window too large), each with file and offset in the compressed file; SS_E_NOMEM.
 */
ss_status ss_input_read(ss_input *input, char *into, size_t size, size_t *got, ss_error *error);

const char *ss_input_name(const ss_input *input); /* the path as given. Borrowed: valid until closed */
uint64_t ss_input_taken(const ss_input *input);   /* bytes read from the file so far, before decompression */
uint64_t ss_input_size(const ss_input *input);    /* bytes of the file (from where it was opened), or 0: unknown */

#endif

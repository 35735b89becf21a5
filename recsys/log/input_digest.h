/*
 * input_digest.h: one 128-bit number for all the rows read, for the manifest: equal fields, equal digest, whatever the
 * separator, quoting, compression or the sizes in which the bytes arrived. XXH3-128 over blocks, each of which begins
 * with the digest of the one before. No protection against people who mean harm. Not thread-safe; one owner.
 */
#ifndef SS_LOG_INPUT_DIGEST_H
#define SS_LOG_INPUT_DIGEST_H

#include "base/hash.h"
#include "base/slice.h"

#define SS_DIGEST_BLOCK 4096u /* stays in the first cache */

typedef struct ss_input_digest {
    char block[SS_DIGEST_BLOCK];
    size_t used;
} ss_input_digest;

void ss_input_digest_start(ss_input_digest *digest);
void ss_input_digest_row(ss_input_digest *digest, const ss_slice *fields, size_t count);
ss_hash128 ss_input_digest_finish(ss_input_digest *digest); /* start again before another row */

#endif

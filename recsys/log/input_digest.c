#include "log/input_digest.h"

/* ASCII's own separators (unit, record): they hardly occur in text. */
#define FIELD_END '\x1F'
#define ROW_END   '\x1E'

void ss_input_digest_start(ss_input_digest *digest)
{
    memset(digest->block, 0, sizeof(ss_hash128));
    digest->used = sizeof(ss_hash128);
}

static void close_block(ss_input_digest *digest)
{
    ss_hash128 hash = ss_hash_128(digest->block, digest->used);
    memcpy(digest->block, &hash, sizeof hash);
    digest->used = sizeof hash;
}

/* Any number of bytes; blocks are cut at the same places however the bytes are handed in. */
static void put(ss_input_digest *digest, const char *data, size_t size)
{
    while (size) {
        size_t room = sizeof digest->block - digest->used, part = size < room ? size : room;
        memcpy(digest->block + digest->used, data, part);
        digest->used += part;
        if (digest->used == sizeof digest->block)
            close_block(digest);
        data += part;
        size -= part;
    }
}

/* The span of the fields when they lie one byte apart, as a reader of plain text leaves them; else 0. */
static inline size_t contiguous(const ss_slice *fields, size_t count)
{
    if (count == 0 || !fields[0].data)
        return 0;
    uintptr_t end = (uintptr_t)fields[0].data + fields[0].size;
    for (size_t i = 1; i < count; i++) {
        if ((uintptr_t)fields[i].data != end + 1)
            return 0;
        end += 1 + fields[i].size;
    }
    return end - (uintptr_t)fields[0].data;
}

void ss_input_digest_row(ss_input_digest *digest, const ss_slice *fields, size_t count)
{
    size_t span = contiguous(fields, count);
    if (span && digest->used + span + 1 < sizeof digest->block) {
        char *to = digest->block + digest->used;
        memcpy(to, fields[0].data, span);
        for (size_t i = 1; i < count; i++)
            to[fields[i].data - fields[0].data - 1] = FIELD_END;
        to[span] = ROW_END;
        digest->used += span + 1;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        put(digest, fields[i].data, fields[i].size);
        put(digest, &(char){i + 1 < count ? FIELD_END : ROW_END}, 1);
    }
    if (count == 0)
        put(digest, &(char){ROW_END}, 1);
}

ss_hash128 ss_input_digest_finish(ss_input_digest *digest)
{
    return ss_hash_128(digest->block, digest->used);
}

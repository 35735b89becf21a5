/* packed.h: compressed bytes for tests. */
#ifndef SS_TESTS_PACKED_H
#define SS_TESTS_PACKED_H

#include "testing.h"

#include "base/buffer.h"
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define PACKED_MAX ((size_t)64 << 20)

/* Appends `size` bytes at `data` to `out` as one gzip member. */
static inline void pack_gzip(const void *data, size_t size, ss_buffer *out)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, size);
    assert_int_equal(ss_buffer_reserve(out, room), SS_OK);
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)size;
    stream.next_out = (Bytef *)out->data + out->size;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->size += stream.total_out;
    deflateEnd(&stream);
}

/* The same as one zstd frame. */
static inline void pack_zstd(const void *data, size_t size, ss_buffer *out)
{
    size_t room = ZSTD_compressBound(size);
    assert_int_equal(ss_buffer_reserve(out, room), SS_OK);
    size_t packed = ZSTD_compress(out->data + out->size, room, data, size, 3);
    assert_false(ZSTD_isError(packed));
    out->size += packed;
}

#endif

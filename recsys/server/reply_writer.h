/*
 * reply_writer.h: how replies are put together: for the encoders of this floor. Room is reserved with the most bytes of
 * all that follows, then written without asking, then committed.
 */
#ifndef SS_SERVER_REPLY_WRITER_H
#define SS_SERVER_REPLY_WRITER_H

#include "base/buffer.h"
#include "client/wire.h"

/* A name of SIZE bytes with its head, as a constant piece: SS_REPLY_NAME(7, "item_id"). */
#define SS_REPLY_NAME(SIZE, NAME) SS_REPLY_NAME_##SIZE NAME
#define SS_REPLY_NAME_2           "\xa2"
#define SS_REPLY_NAME_4           "\xa4"
#define SS_REPLY_NAME_5           "\xa5"
#define SS_REPLY_NAME_6           "\xa6"
#define SS_REPLY_NAME_7           "\xa7"
#define SS_REPLY_NAME_8           "\xa8"
#define SS_REPLY_NAME_9           "\xa9"
#define SS_REPLY_NAME_10          "\xaa"
#define SS_REPLY_NAME_11          "\xab"
#define SS_REPLY_NAME_12          "\xac"
#define SS_REPLY_PUT(AT, PIECE)   ss_reply_put_piece((AT), (PIECE), sizeof(PIECE) - 1)

static inline uint8_t *ss_reply_put_piece(uint8_t *at, const char *piece, size_t size)
{
    memcpy(at, piece, size);
    return at + size;
}

static inline uint8_t *ss_reply_put_name(uint8_t *at, const char *name)
{
    return ss_wire_put_text(at, name, strlen(name));
}

/* Where to write after making room; what was written up to `at` becomes part of the buffer with commit. */
static inline ss_status ss_reply_reserve(ss_buffer *out, size_t size, uint8_t **at)
{
    ss_status status = ss_buffer_reserve(out, size);
    if (status == SS_OK)
        *at = (uint8_t *)out->data + out->size;
    return status;
}

static inline void ss_reply_commit(ss_buffer *out, const uint8_t *at)
{
    out->size = (size_t)((const char *)at - out->data);
    out->data[out->size] = '\0';
}

#endif

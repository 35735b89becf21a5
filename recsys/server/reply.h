/*
 * reply.h: answers and errors become the bytes of a reply.
 *
 * `out` is emptied and filled; it keeps its memory, so that a warmed-up one allocates nothing. Errors: SS_E_NOMEM, and
 * SS_E_LIMIT when the reply would be longer than the buffer's ceiling. Safe from any thread, each with its own buffer.
 */
#ifndef SS_SERVER_REPLY_H
#define SS_SERVER_REPLY_H

#include "base/buffer.h"
#include "server/call.h"
#include "shelf/catalogue.h"

/* [1, msgid, nil, {generation, items, short, …}] */
ss_status ss_reply_answer(const ss_catalogue *catalogue, const ss_call *call, const ss_answer *answer, ss_buffer *out);

/* [1, msgid, nil, {generation, shelves: [{shelf, items, short, …}, …], …}]: the head, each shelf of the call in its
 * order, the end; `last`: the answer of the last shelf. */
ss_status ss_reply_page_begin(const ss_catalogue *catalogue, const ss_call *call, ss_buffer *out);
ss_status ss_reply_page_shelf(const ss_catalogue *catalogue, const ss_call *call, ss_shelf_kind shelf,
                              const ss_answer *answer, ss_buffer *out);
ss_status ss_reply_page_end(const ss_catalogue *catalogue, const ss_call *call, const ss_answer *last, ss_buffer *out);

/* What the encoders or an answerer could not do, as an error for the caller. */
ss_fault ss_reply_failure(ss_status status);

/* [1, msgid or nil, {code, name, message, field?}, nil] */
ss_status ss_reply_fault(bool has_msgid, uint32_t msgid, const ss_fault *fault, ss_buffer *out);

/* ---- results that are a map of names: begin, as many entries as were announced, done ---- */

ss_status ss_reply_open(uint32_t msgid, ss_buffer *out);                    /* [1, msgid, nil, */
ss_status ss_reply_begin(uint32_t msgid, uint32_t entries, ss_buffer *out); /* [1, msgid, nil, { */
ss_status ss_reply_text(ss_buffer *out, const char *name, const char *value);
ss_status ss_reply_uint(ss_buffer *out, const char *name, uint64_t value);
ss_status ss_reply_real(ss_buffer *out, const char *name, double value);
ss_status ss_reply_flag(ss_buffer *out, const char *name, bool value);
ss_status ss_reply_map(ss_buffer *out, const char *name, uint32_t entries); /* which follow */

#endif

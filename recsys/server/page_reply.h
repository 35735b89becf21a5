/*
 * page_reply.h: a page of several shelves, and offers where they go with it, from the call to the bytes of the reply. One
 * thread with its answerer.
 */
#ifndef SS_SERVER_PAGE_REPLY_H
#define SS_SERVER_PAGE_REPLY_H

#include "server/reply.h"
#include "server/stats.h"
#include "shelf/answer.h"

typedef struct ss_page_offers {
    ss_slice result;       /* the entry `offers`, as it stands in the reply (offers_reply.h) */
    const uint32_t *items; /* products offered: neither they nor their variants are on a shelf */
    size_t item_count;
} ss_page_offers;

/*
 * Answers the shelves of `call`, one after the other, each into the reply before the next is answered, and counts what is
 * shown in `stats`. The answerer has caught up. offers: NULL: none. Errors as ss_page_answer and of reply.h.
 */
ss_status ss_page_reply(ss_answerer *answerer, ss_page *page, const ss_call *call, const ss_page_offers *offers,
                        ss_stats *stats, ss_buffer *out);

/* What the shelves of an answer show. */
void ss_stats_count_answer(ss_stats *stats, const ss_answer *answer);

#endif

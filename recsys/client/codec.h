/*
 * codec.h: a query as the bytes of a request, the bytes of a reply as an answer: for those who bring a transport of
 * their own. The page recsys/server/PROTOCOL.md tells what the bytes are. Safe from any thread.
 */
#ifndef SMARTSHELF_CODEC_H
#define SMARTSHELF_CODEC_H

#include "client/smartshelf.h"

#define SMARTSHELF_REPLY_MAX (8u << 20) /* longest reply that is looked at */

/*
 * Writes the request into *bytes, grown with realloc (*capacity bytes; start with NULL and 0; the caller frees it).
 * ARGUMENT: no method. NOMEM.
 */
smartshelf_status smartshelf_query_encode(const smartshelf_query *query, uint32_t msgid, char **bytes, size_t *capacity,
                                          size_t *size);

/*
 * Any method, likewise, with params of the caller's own making: one whole MessagePack map, or none of size 0. ARGUMENT also:
 * they are no map, or the request would be longer than SMARTSHELF_REQUEST_MAX.
 */
smartshelf_status smartshelf_call_encode(const char *method, const void *params, size_t params_size, uint32_t msgid,
                                         char **bytes, size_t *capacity, size_t *size);

/*
 * Events, items' changes, a customer to forget, likewise. ARGUMENT: no rows, more than SMARTSHELF_CHANGES_MAX, a row
 * without what it must have, more than SMARTSHELF_REQUEST_MAX bytes. `id_prefix` begins the event_id of events that
 * bring none: at most 64 bytes, another one for each request.
 */
smartshelf_status smartshelf_events_encode(const smartshelf_event_row *rows, size_t count, unsigned how,
                                           const char *id_prefix, uint32_t msgid, char **bytes, size_t *capacity,
                                           size_t *size);
smartshelf_status smartshelf_items_encode(const smartshelf_item_row *rows, size_t count, uint32_t msgid, char **bytes,
                                          size_t *capacity, size_t *size);
smartshelf_status smartshelf_forget_encode(const char *customer_id, uint32_t msgid, char **bytes, size_t *capacity,
                                           size_t *size);

/* A question about offers (`offers` or `preview`), an order's code, likewise. ARGUMENT: what must be there is not. */
smartshelf_status smartshelf_offers_encode(const smartshelf_offers_query *query, uint32_t msgid, char **bytes,
                                           size_t *capacity, size_t *size);
smartshelf_status smartshelf_code_encode(const smartshelf_code *code, uint32_t msgid, char **bytes, size_t *capacity,
                                         size_t *size);

/*
 * Reads a reply, which is copied. Its bytes are walked through first, so that what unpacks them is never told to make
 * room for more than they hold. `answer` is filled whatever comes; release it. ERROR: the server's error is in it.
 * BAD_REPLY, NOMEM.
 */
smartshelf_status smartshelf_answer_decode(const void *bytes, size_t size, smartshelf_answer *answer);

/*
 * Gives an answer, which keeps the error it may hold, the products of a list (borrowed), at most `limit` (0: all).
 * NOMEM.
 */
smartshelf_status smartshelf_answer_fall_back(smartshelf_answer *answer, const char *const *item_ids, size_t count,
                                              unsigned limit);

/* Gives an answer, likewise, the decision to show nothing. */
void smartshelf_answer_show_nothing(smartshelf_answer *answer);

/* The same for a page: each of the query's shelves gets the next so many of the list. */
smartshelf_status smartshelf_answer_fall_back_page(smartshelf_answer *answer, const char *const *item_ids, size_t count,
                                                   const smartshelf_query *query);

#endif

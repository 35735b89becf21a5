/*
 * page.h: several shelves of one page, answered one after the other, so that no product and no variant of one stands on
 * two of them. Their order is their priority: a shelf sees what is left by those before it, and one that hides itself
 * (min_items) leaves its products to the next.
 *
 *     ss_page_begin(page, &request);
 *     for each shelf: ss_page_answer(page, answerer, shelf, limit, &answer, error);
 *
 * Each answer is what ss_answer_shelf gives for the request with the products shown so far, and all their variants,
 * excluded; they count as `in_context` among what rules removed, being on the page. Whoever asks is looked up once, so
 * that the whole page is of one moment: between its shelves the answerer answers nobody else. One thread; nothing
 * allocates.
 */
#ifndef SS_SHELF_PAGE_H
#define SS_SHELF_PAGE_H

#include "shelf/answer.h"

#define SS_SHELVES_MAX 16u /* most shelves of a page */

#define SS_PAGE_TAKEN_MAX 64u /* most products that stand on the page beside its shelves */

typedef struct ss_page { /* some 32 kB: one for each thread, reused */
    ss_request request;  /* what the shelves have in common */
    size_t shelf_count;  /* answered so far */
    uint32_t shown[SS_PAGE_TAKEN_MAX + SS_SHELVES_MAX * SS_LIMIT_MAX];
} ss_page;

/* Begins a page. What `request` points to is borrowed until the last shelf is answered; its limit is of no account. */
void ss_page_begin(ss_page *page, const ss_request *request);

/* A product (a number of the answerer's catalogue, or SS_NONE) stands on the page beside its shelves: to be said before
 * the first of them, of at most SS_PAGE_TAKEN_MAX. */
void ss_page_take(ss_page *page, uint32_t item);

/*
 * Answers the next shelf, with the same answerer for all of a page. `answer` borrows as from ss_answer_shelf: until the
 * next answer. SS_E_LIMIT: more than SS_SHELVES_MAX shelves; else as ss_answer_shelf. A shelf that fails shows nothing.
 */
ss_status ss_page_answer(ss_page *page, ss_answerer *answerer, const ss_shelf *shelf, uint32_t limit, ss_answer *answer,
                         ss_error *error);

/* The same with chosen products (ss_answer_chosen) as the next shelf. */
ss_status ss_page_choose(ss_page *page, ss_answerer *answerer, const ss_shelf *shelf, const uint32_t *items,
                         size_t count, uint32_t limit, ss_answer *answer, ss_error *error);

#endif

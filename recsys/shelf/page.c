#include "shelf/page.h"

void ss_page_begin(ss_page *page, const ss_request *request)
{
    page->request = *request;
    page->request.on_page = page->shown;
    page->request.on_page_count = 0;
    page->request.same_visitor = false;
    page->shelf_count = 0;
}

static ss_status begin_shelf(ss_page *page, uint32_t limit, ss_error *error)
{
    if (page->shelf_count == SS_SHELVES_MAX)
        return ss_error_set(error, SS_E_LIMIT, "a page has at most %u shelves", SS_SHELVES_MAX);
    page->request.limit = limit;
    return SS_OK;
}

static void end_shelf(ss_page *page, const ss_answer *answer)
{
    page->shelf_count++;
    page->request.same_visitor = true;
    for (size_t i = 0; i < answer->count; i++)
        page->shown[page->request.on_page_count++] = answer->items[i].item;
}

void ss_page_take(ss_page *page, uint32_t item)
{
    if (item != SS_NONE)
        page->shown[page->request.on_page_count++] = item;
}

ss_status ss_page_answer(ss_page *page, ss_answerer *answerer, const ss_shelf *shelf, uint32_t limit, ss_answer *answer,
                         ss_error *error)
{
    ss_status status = SS_OK;
    SS_TRY(begin_shelf(page, limit, error));
    SS_TRY(ss_answer_shelf(answerer, shelf, &page->request, answer, error));
    end_shelf(page, answer);
out:
    return status;
}

ss_status ss_page_choose(ss_page *page, ss_answerer *answerer, const ss_shelf *shelf, const uint32_t *items,
                         size_t count, uint32_t limit, ss_answer *answer, ss_error *error)
{
    ss_status status = SS_OK;
    SS_TRY(begin_shelf(page, limit, error));
    SS_TRY(ss_answer_chosen(answerer, shelf, &page->request, items, count, answer, error));
    end_shelf(page, answer);
out:
    return status;
}

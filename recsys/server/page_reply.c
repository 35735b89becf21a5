#include "server/page_reply.h"

#include "server/reply_writer.h"

void ss_stats_count_answer(ss_stats *stats, const ss_answer *answer)
{
    uint64_t fallback = 0;
    for (size_t i = 0; i < answer->count; i++)
        fallback += answer->items[i].reason.stage > 0;
    ss_count(&stats->answers);
    ss_count_many(&stats->products, answer->count);
    if (fallback)
        ss_count_many(&stats->fallback_products, fallback);
    if (answer->short_code != SS_SHORT_NOT) {
        ss_count(&stats->shorts[answer->short_code]);
        ss_count_many(&stats->missing, answer->missing);
    }
}

static void take_offered(ss_page *page, const ss_page_offers *offers)
{
    for (size_t i = 0; i < offers->item_count; i++)
        ss_page_take(page, offers->items[i]);
}

/* The entry that a page's map has room for at its end. */
static ss_status append_offers(const ss_page_offers *offers, ss_buffer *out)
{
    uint8_t *at;
    ss_status status = ss_reply_reserve(out, sizeof "offers" + offers->result.size, &at);
    if (status != SS_OK)
        return status;
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(6, "offers"));
    ss_reply_commit(out, ss_reply_put_piece(at, offers->result.data, offers->result.size));
    return SS_OK;
}

static ss_status answer_shelves(ss_answerer *answerer, ss_page *page, const ss_call *call, ss_stats *stats,
                                ss_answer *answer, ss_buffer *out)
{
    const ss_snapshot *snapshot = ss_answerer_snapshot(answerer);
    const ss_catalogue *catalogue = ss_answerer_catalogue(answerer);
    ss_status status = SS_OK;
    for (size_t i = 0; i < call->shelf_count && status == SS_OK; i++) {
        const ss_call_shelf *asked = &call->shelves[i];
        status = ss_page_answer(page, answerer, &snapshot->shelves[asked->kind],
                                asked->limit ? asked->limit : call->request.limit, answer, NULL);
        if (status == SS_OK)
            status = ss_reply_page_shelf(catalogue, call, asked->kind, answer, out);
        if (status == SS_OK)
            ss_stats_count_answer(stats, answer);
    }
    return status;
}

ss_status ss_page_reply(ss_answerer *answerer, ss_page *page, const ss_call *call, const ss_page_offers *offers,
                        ss_stats *stats, ss_buffer *out)
{
    const ss_catalogue *catalogue = ss_answerer_catalogue(answerer);
    ss_answer answer = {0};
    ss_page_begin(page, &call->request);
    if (offers)
        take_offered(page, offers);
    ss_status status = ss_reply_page_begin(catalogue, call, out);
    if (status == SS_OK)
        status = answer_shelves(answerer, page, call, stats, &answer, out);
    if (status == SS_OK)
        status = ss_reply_page_end(catalogue, call, &answer, out);
    return status == SS_OK && offers ? append_offers(offers, out) : status;
}

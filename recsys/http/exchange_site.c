#include "http/exchange_room.h"

/* Asks what the site wants to know, one question after the other, and sends what it makes of it. */
enum MHD_Result ss_exchange_site_goes_on(ss_exchange *one)
{
    ss_http_reply *reply = &one->response.reply;
    while (reply->later) {
        ss_backend_request question = reply->question;
        reply->later = false;
        if (!ss_exchange_question(one, &question))
            return ss_exchange_wait(one, question.method);
    }
    one->response.tagged = reply->status == 200 && !reply->no_store;
    return ss_exchange_send(one);
}

enum MHD_Result ss_exchange_site(ss_exchange *one)
{
    const ss_http_site *site = one->route.site;
    ss_http_reply *reply = &one->response.reply;
    ss_buffer_clear(&one->buffers[SS_USE_REPLY]);
    *reply = (ss_http_reply){.status = 200, .buffer = &one->buffers[SS_USE_REPLY], .request = &one->request};
    site->answer(site->context, &one->request, reply);
    return ss_exchange_site_goes_on(one);
}

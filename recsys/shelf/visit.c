#include "shelf/visit.h"

#include "base/hash.h"

static uint32_t find_number(const void *context, ss_slice id)
{
    return ss_catalogue_find(context, id);
}

void ss_visit_init(ss_visit *visit, const ss_catalogue *catalogue, ss_visitors *visitors)
{
    const char *path = catalogue->snapshot->path;
    uint64_t stamp = ss_hash(path, strlen(path));
    visit->visitors = visitors;
    visit->numbers = (ss_item_numbers){stamp ? stamp : 1, catalogue->known, find_number, catalogue};
    visit->unknown_session = false;
    visit->session.count = visit->customer.count = 0;
}

void ss_visit_look_up(ss_visit *visit, const ss_request *request)
{
    ss_slice session = request->session_id;
    visit->unknown_session = session.size > 0 && !request->no_consent;
    visit->session.count = visit->customer.count = 0;
    if (!visit->visitors || request->no_consent)
        return;
    if (session.size > 0)
        visit->unknown_session = !ss_visitors_read(visit->visitors, SS_VISITOR_SESSION, session, request->now,
                                                   &visit->numbers, &visit->session);
    if (request->customer_id.size > 0)
        ss_visitors_read(visit->visitors, SS_VISITOR_CUSTOMER, request->customer_id, request->now, &visit->numbers,
                         &visit->customer);
}

static bool says_something(const ss_visitor_view *view)
{
    for (unsigned i = 0; i < view->count; i++)
        if (ss_visit_seen(&view->items[i]))
            return true;
    return false;
}

const ss_visitor_view *ss_visit_context(const ss_visit *visit, const ss_request *request)
{
    if (request->item_id.size > 0 || request->item_count > 0 || request->cart_count > 0)
        return NULL;
    if (says_something(&visit->session))
        return &visit->session;
    return says_something(&visit->customer) ? &visit->customer : NULL;
}

static void mark_cart(const ss_visitor_view *view, ss_rules *rules)
{
    for (unsigned i = 0; i < view->count; i++)
        if (view->items[i].cart > 0)
            ss_rules_mark(rules, view->items[i].item, SS_STATE_CONTEXT);
}

void ss_visit_mark_carts(const ss_visit *visit, ss_rules *rules)
{
    mark_cart(&visit->customer, rules);
    mark_cart(&visit->session, rules);
}

void ss_visit_withhold(const ss_visit *visit, ss_rules *rules, int64_t max_shown)
{
    for (unsigned i = 0; i < visit->session.count; i++) {
        const ss_visitor_item *item = &visit->session.items[i];
        if (item->flags & SS_VISITOR_DISMISSED)
            ss_rules_withhold(rules, item->item, SS_WITHHELD_DISMISSED);
        else if (max_shown > 0 && item->shown > max_shown)
            ss_rules_withhold(rules, item->item, SS_WITHHELD_SHOWN);
    }
}

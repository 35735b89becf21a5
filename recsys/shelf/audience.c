#include "shelf/audience.h"

/* ---- what is known live ---- */

/* When the visitor last bought, in seconds; 0: never, as far as is known live. */
static uint32_t last_purchase(const ss_visitor_view *view)
{
    uint32_t last = 0;
    for (unsigned i = 0; i < view->count; i++)
        if (view->items[i].bought > 0 && view->items[i].bought_time > last)
            last = view->items[i].bought_time;
    return last;
}

static bool was_left(const ss_visitor_item *item, uint32_t session_began, uint32_t bought, uint32_t now)
{
    if (item->cart == 0 || bought >= item->time)
        return false;
    return item->time < session_began || (now > item->time && now - item->time > SS_CART_LEFT_SECONDS);
}

static bool any_left(const ss_visitor_view *view, uint32_t session_began, uint32_t bought, uint32_t now)
{
    for (unsigned i = 0; i < view->count; i++)
        if (was_left(&view->items[i], session_began, bought, now))
            return true;
    return false;
}

/* What a session shows of itself begins with its oldest item; 0: it shows nothing. */
static bool has_left_a_cart(const ss_visitor_view *session, const ss_visitor_view *customer, uint32_t bought,
                            uint32_t now)
{
    uint32_t began = session->count > 0 ? session->items[0].time : 0;
    return any_left(session, 0, bought, now) || any_left(customer, began, bought, now);
}

/* ---- what the generation knows ---- */

static bool has_bought(const ss_snapshot *snapshot, ss_slice customer_id)
{
    if (!snapshot->has_customers || customer_id.size == 0)
        return false;
    return ss_customers_history(&snapshot->customers, ss_strings_find(&snapshot->customers.ids, customer_id)).count > 0;
}

ss_audience ss_audience_of(const ss_snapshot *snapshot, ss_slice customer_id, const ss_visitor_view *session,
                           const ss_visitor_view *customer, int64_t now)
{
    uint32_t of_session = last_purchase(session), of_customer = last_purchase(customer);
    uint32_t bought = of_session > of_customer ? of_session : of_customer;
    bool returning = bought > 0 || has_bought(snapshot, customer_id);
    ss_audience audience = {1u << (returning ? SS_SEGMENT_RETURNING : SS_SEGMENT_NEW), SS_NONE};
    if (has_left_a_cart(session, customer, bought, ss_visitor_seconds(now)))
        audience.segments |= 1u << SS_SEGMENT_CART_ABANDONER;
    return audience;
}

ss_segment ss_audience_lifecycle(const ss_audience *audience)
{
    unsigned stage = 0;
    while (stage + 1 < SS_LIFECYCLE_COUNT && !(audience->segments >> stage & 1))
        stage++;
    return (ss_segment)stage;
}

#include "shelf/audience.h"

#include "base/timestamp.h"

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

static uint32_t find_customer(const ss_snapshot *snapshot, ss_slice customer_id)
{
    if (!snapshot->has_customers || customer_id.size == 0)
        return SS_NONE;
    return ss_strings_find(&snapshot->customers.ids, customer_id);
}

/* Without segments there are two stages; `bought`: when, in seconds, or 0. */
static ss_segment plain_stage(const ss_snapshot *snapshot, uint32_t customer, uint32_t bought)
{
    bool known = snapshot->has_customers && ss_customers_history(&snapshot->customers, customer).count > 0;
    return known || bought > 0 ? SS_SEGMENT_RETURNING : SS_SEGMENT_NEW;
}

static ss_segment stage_of(const ss_segments *model, uint32_t customer, uint32_t bought, int64_t now)
{
    ss_customer_facts facts = ss_segments_facts(model, customer);
    if (bought > 0)
        facts = ss_segments_add(model, facts, (int64_t)bought * SS_SECOND);
    return ss_segment_lifecycle(&model->rules, &facts, now);
}

ss_audience ss_audience_of(const ss_snapshot *snapshot, ss_slice customer_id, const ss_visitor_view *session,
                           const ss_visitor_view *customer, int64_t now)
{
    uint32_t of_session = last_purchase(session), of_customer = last_purchase(customer);
    uint32_t bought = of_session > of_customer ? of_session : of_customer;
    uint32_t number = find_customer(snapshot, customer_id);
    ss_audience audience = {0, SS_NONE};
    if (snapshot->has_segments) {
        const ss_segments *model = &snapshot->segments;
        audience.segments =
            1u << stage_of(model, number, bought, now) | ss_segments_of_profile(model, number, customer_id, now);
        audience.affinity = ss_segments_affinity(model, number);
    } else
        audience.segments = 1u << plain_stage(snapshot, number, bought);
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

ss_slice ss_audience_liked(const ss_audience *audience, const ss_snapshot *snapshot)
{
    return ss_strings_at(&snapshot->items.categories, audience->affinity); /* empty past the last */
}

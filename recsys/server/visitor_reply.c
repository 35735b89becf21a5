#include "server/visitor_reply.h"

#include "base/timestamp.h"
#include "server/reply.h"
#include "server/reply_columns.h"

#define ENTRIES_MAX 512u /* bytes of a map's entries without texts and columns */

/* ---- pieces ---- */

static uint8_t *put_slice(uint8_t *at, const char *name, ss_slice text)
{
    at = ss_reply_put_name(at, name);
    return text.size > 0 ? ss_wire_put_text(at, text.data, text.size) : ss_wire_put_nil(at);
}

static uint8_t *put_count(uint8_t *at, const char *name, uint64_t value)
{
    return ss_wire_put_uint(ss_reply_put_name(at, name), value);
}

static uint8_t *put_flag(uint8_t *at, const char *name, bool value)
{
    return ss_wire_put_bool(ss_reply_put_name(at, name), value);
}

/* Microseconds UTC; nil: never, which is `none`. */
static uint8_t *put_time(uint8_t *at, const char *name, int64_t time, int64_t none)
{
    at = ss_reply_put_name(at, name);
    return time == none ? ss_wire_put_nil(at) : ss_wire_put_int(at, time);
}

static uint8_t *put_seconds(uint8_t *at, const char *name, uint32_t seconds)
{
    return put_time(at, name, (int64_t)seconds * SS_SECOND, 0);
}

/* What the catalogue says of a product, whose number may be SS_NONE. */
static ss_reply_columns columns_of(const ss_offers_view *view, uint32_t item)
{
    if (view->fields == 0 || item == SS_NONE)
        return (ss_reply_columns){0};
    return ss_reply_columns_of(view->catalogue, item, view->fields, view->now);
}

static ss_status reserve_product(ss_buffer *out, ss_slice id, const ss_reply_columns *columns, uint8_t **at)
{
    return ss_reply_reserve(out, ENTRIES_MAX + SS_REPLY_COLUMNS_MAX + id.size + columns->text_size, at);
}

/* name: and the head of its array. */
static ss_status append_array(ss_buffer *out, const char *name, size_t count)
{
    uint8_t *at;
    ss_status status = ss_reply_reserve(out, ENTRIES_MAX, &at);
    if (status == SS_OK)
        ss_reply_commit(out, ss_wire_put_array(ss_reply_put_name(at, name), (uint32_t)count));
    return status;
}

/* ---- what they did live ---- */

static ss_status append_item(const ss_visitor_sources *from, const ss_offers_view *view, const ss_visitor_item *item,
                             ss_buffer *out)
{
    uint8_t *at;
    const ss_slice id = ss_visitors_item_id(from->visitors, item);
    const ss_reply_columns columns = columns_of(view, item->item);
    ss_status status = reserve_product(out, id, &columns, &at);
    if (status != SS_OK)
        return status;
    at = ss_wire_put_map(at, 8u + (unsigned)__builtin_popcount(columns.given));
    at = put_slice(at, "item_id", id);
    at = put_seconds(at, "time", item->time);
    at = put_flag(at, "seen", item->flags & SS_VISITOR_SEEN);
    at = put_count(at, "cart", item->cart);
    at = put_count(at, "bought", item->bought);
    at = put_seconds(at, "last_bought", item->bought_time);
    at = put_flag(at, "dismissed", item->flags & SS_VISITOR_DISMISSED);
    at = put_count(at, "shown", item->shown);
    ss_reply_commit(out, ss_reply_put_columns(at, &columns));
    return SS_OK;
}

/* name: nil, or {last_activity, offers_shown, …, items}, newest first. */
static ss_status append_live(const ss_visitor_sources *from, const ss_offers_view *view, const char *name,
                             const ss_visitor_view *live, const ss_party *party, ss_buffer *out)
{
    uint8_t *at;
    bool known = live->last > 0 || party->latest > 0;
    ss_status status = ss_reply_reserve(out, ENTRIES_MAX, &at);
    if (status != SS_OK)
        return status;
    at = ss_reply_put_name(at, name);
    if (!known) {
        ss_reply_commit(out, ss_wire_put_nil(at));
        return SS_OK;
    }
    at = put_seconds(ss_wire_put_map(at, 6), "last_activity", live->last);
    at = put_count(at, "offers_shown", party->shows);
    at = put_time(at, "offer_dismissed", party->dismissed, 0);
    at = put_time(at, "last_purchase", party->bought, 0);
    at = put_count(at, "codes_used", party->use_count);
    ss_reply_commit(out, at);
    status = append_array(out, "items", live->count);
    for (unsigned i = live->count; i-- > 0 && status == SS_OK;)
        status = append_item(from, view, &live->items[i], out);
    return status;
}

/* ---- what the generation knows ---- */

static ss_status append_purchase(const ss_offers_view *view, const ss_history *history, uint32_t place, ss_buffer *out)
{
    uint8_t *at;
    bool timed = view->catalogue->snapshot->has_times;
    const uint32_t item = history->items[place];
    const ss_slice id = ss_catalogue_id(view->catalogue, item);
    const ss_reply_columns columns = columns_of(view, item);
    ss_status status = reserve_product(out, id, &columns, &at);
    if (status != SS_OK)
        return status;
    at = ss_wire_put_map(at, 4u + (unsigned)__builtin_popcount(columns.given));
    at = put_slice(at, "item_id", id);
    at = ss_wire_put_double(ss_reply_put_name(at, "quantity"), (double)history->quantities[place]);
    at = put_count(at, "purchases", history->purchases[place]);
    at = put_time(at, "last_bought", timed ? history->times[place] : SS_NO_TIME, SS_NO_TIME);
    ss_reply_commit(out, ss_reply_put_columns(at, &columns));
    return SS_OK;
}

static ss_status append_history(const ss_offers_view *view, const ss_visitor_known *known, ss_buffer *out)
{
    ss_status status = append_array(out, "history", known->told_count);
    for (size_t i = 0; i < known->told_count && status == SS_OK; i++)
        status = append_purchase(view, &known->history, known->told[i], out);
    return status;
}

static uint8_t *put_segments(uint8_t *at, uint32_t segments)
{
    at = ss_wire_put_array(ss_reply_put_name(at, "segments"), (uint32_t)__builtin_popcount(segments));
    for (unsigned segment = 0; segment < SS_SEGMENT_COUNT; segment++)
        if (segments >> segment & 1)
            at = ss_reply_put_name(at, ss_segment_name((ss_segment)segment));
    return at;
}

/* facts: nil, or what the segment was told by. */
static uint8_t *put_facts(uint8_t *at, const ss_visitor_known *known, ss_slice category)
{
    const ss_customer_facts *facts = &known->facts;
    at = ss_reply_put_name(at, "facts");
    if (!known->has_facts)
        return ss_wire_put_nil(at);
    at = put_count(ss_wire_put_map(at, 5), "orders", facts->orders);
    at = ss_wire_put_int(ss_reply_put_name(at, "value"), facts->value);
    at = put_time(at, "last_order", facts->newest, SS_NO_TIME);
    at = ss_reply_put_name(at, "interval_days");
    at = facts->interval > 0 ? ss_wire_put_double(at, facts->interval) : ss_wire_put_nil(at);
    return put_slice(at, "category", category);
}

static ss_slice category_of(const ss_snapshot *snapshot, uint32_t category)
{
    return category < snapshot->items.categories.count ? ss_strings_at(&snapshot->items.categories, category)
                                                       : (ss_slice){"", 0};
}

static ss_status append_customer(const ss_offers_view *view, const ss_visitor_known *known, ss_buffer *out)
{
    uint8_t *at;
    const ss_snapshot *snapshot = view->catalogue->snapshot;
    const ss_slice category = category_of(snapshot, known->affinity);
    ss_status status = append_history(view, known, out);
    if (status == SS_OK)
        status = ss_reply_reserve(out, ENTRIES_MAX + category.size, &at);
    if (status != SS_OK)
        return status;
    at = put_count(at, "history_count", known->history_count);
    at = put_segments(at, known->segments);
    at = put_facts(at, known, category);
    ss_reply_commit(out, put_count(at, "decimals", (uint64_t)snapshot->items.decimals));
    return SS_OK;
}

/* ---- offers ---- */

/* {page, decided_at, closes_at, states, decision: {…}} */
static ss_status append_decision(const ss_offers_view *view, const ss_decision *decision, ss_buffer *out)
{
    uint8_t *at;
    const ss_offer_answer answer = {.decision = decision};
    bool shown = decision->verdict == SS_VERDICT_SHOWN;
    size_t states = shown ? decision->offer_count : 0;
    ss_status status = ss_reply_reserve(out, ENTRIES_MAX, &at);
    if (status != SS_OK)
        return status;
    at = ss_reply_put_name(ss_wire_put_map(at, 5), "page");
    at = ss_reply_put_name(at, ss_offer_page_name((ss_offer_page)decision->page));
    at = put_time(at, "decided_at", decision->time, SS_NO_TIME);
    at = put_time(at, "closes_at", decision->closes, SS_NO_TIME);
    at = ss_wire_put_array(ss_reply_put_name(at, "states"), (uint32_t)states);
    for (size_t i = 0; i < states; i++)
        at = ss_reply_put_name(at, ss_offer_state_name(decision->offers[i].state));
    ss_reply_commit(out, ss_reply_put_name(at, "decision"));
    return ss_offers_reply_decision(view, &answer, out);
}

/* Keeps the numbers of decisions that are there: of what is old a party may name some that are pruned. */
static ss_status drop_pruned(ss_offer_ledger *ledger, uint64_t *numbers, size_t *count, ss_error *error)
{
    ss_decision decision;
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        ss_status status = ss_offer_ledger_find(ledger, numbers[i], &decision, error);
        if (status == SS_OK)
            numbers[kept++] = numbers[i];
        else if (status != SS_E_NOT_FOUND)
            return status;
    }
    *count = kept;
    return SS_OK;
}

static ss_status append_offers(const ss_visitor_sources *from, const ss_offers_view *view,
                               const ss_visitor_known *known, ss_buffer *out, ss_error *error)
{
    uint64_t open[SS_PARTIES_OPEN_MAX];
    ss_decision decision;
    size_t count = ss_parties_open(&known->parties, open);
    ss_status status = drop_pruned(from->ledger, open, &count, error);
    if (status == SS_OK)
        status = append_array(out, "offers", count);
    for (size_t i = 0; i < count && status == SS_OK; i++) {
        status = ss_offer_ledger_find(from->ledger, open[i], &decision, error);
        if (status == SS_OK)
            status = append_decision(view, &decision, out);
    }
    return status;
}

/* ---- the whole ---- */

ss_status ss_visitor_reply(const ss_visitor_sources *from, const ss_offers_view *view, const ss_visitor_known *known,
                           uint32_t msgid, ss_buffer *out, ss_error *error)
{
    const ss_visit *visit = &known->visit;
    const ss_party *parties = known->parties.known;
    ss_status status;
    SS_TRY(ss_reply_begin(msgid, 9, out));
    SS_TRY(ss_reply_text(out, "generation", view->catalogue->snapshot->name));
    SS_TRY(append_live(from, view, "session", &visit->session, &parties[SS_PARTY_SESSION], out));
    SS_TRY(append_live(from, view, "customer", &visit->customer, &parties[SS_PARTY_CUSTOMER], out));
    SS_TRY(append_customer(view, known, out));
    SS_TRY(append_offers(from, view, known, out, error));
out:
    return status;
}

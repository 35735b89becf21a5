#include "shelf/context.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include <math.h>
#include <stdlib.h>

ss_status ss_context_init(ss_context *context, const ss_catalogue *catalogue, ss_visitors *visitors, ss_error *error)
{
    *context = (ss_context){.items = ss_array_new(SS_CONTEXT_ENTRIES_MAX, sizeof(uint32_t)),
                            .weights = ss_array_new(SS_CONTEXT_ENTRIES_MAX, sizeof(float)),
                            .quantities = ss_array_new(SS_CONTEXT_ENTRIES_MAX, sizeof(float)),
                            .times = ss_array_new(SS_CONTEXT_ENTRIES_MAX, sizeof(int64_t))};
    ss_visit_init(&context->visit, catalogue, visitors);
    if (context->items && context->weights && context->quantities && context->times)
        return SS_OK;
    ss_context_release(context);
    return ss_error_nomem(error);
}

void ss_context_release(ss_context *context)
{
    free(context->items);
    free(context->weights);
    free(context->quantities);
    free(context->times);
    *context = (ss_context){0};
}

static void push(ss_context *context, uint32_t item, double weight, float quantity, int64_t time)
{
    if (weight <= 0)
        return;
    context->items[context->count] = item;
    context->weights[context->count] = (float)weight;
    context->quantities[context->count] = quantity;
    context->times[context->count] = time;
    context->count++;
}

/* Takes an item of page, session or cart unless it is known already. `mark`: context or seen. */
static void take_item(ss_context *context, ss_rules *rules, uint32_t item, double weight, float quantity, unsigned mark)
{
    if (item >= rules->catalogue->count || (rules->state[item] & (SS_STATE_CONTEXT | SS_STATE_SEEN)))
        return;
    ss_rules_mark(rules, item, mark);
    push(context, item, weight, quantity, SS_NO_TIME);
}

/* Products that a request names: by their numbers where it has them, else by their ids. */
typedef struct named {
    const ss_slice *ids;
    const uint32_t *numbers; /* or NULL */
    size_t count;
} named;

static uint32_t number_of(const ss_rules *rules, const named *of, size_t i)
{
    return of->numbers ? of->numbers[i] : ss_catalogue_find(rules->catalogue, of->ids[i]);
}

/* Newest last: so walked from the end, each weighing `decay` of the one after it. */
static void take_named(ss_context *context, ss_rules *rules, const named *of, double decay, unsigned mark)
{
    double weight = 1;
    for (size_t i = of->count; i-- > 0; weight *= decay)
        take_item(context, rules, number_of(rules, of, i), weight, 1, mark);
}

/* Items the shelf does not start from are on the page all the same: they are never shown. */
static void mark_named(ss_rules *rules, const named *of)
{
    for (size_t i = 0; i < of->count; i++)
        ss_rules_mark(rules, number_of(rules, of, i), SS_STATE_CONTEXT);
}

static void gather_page_item(ss_context *context, ss_rules *rules, const ss_shelf *shelf, const ss_request *request)
{
    const named of = {&request->item_id, request->item, 1};
    context->page_item = request->item_id.size > 0 ? number_of(rules, &of, 0) : SS_NONE;
    context->unknown_item = request->item_id.size > 0 && context->page_item == SS_NONE;
    if (shelf->context & SS_CONTEXT_ITEM)
        take_item(context, rules, context->page_item, 1, 1, SS_STATE_CONTEXT);
    else
        ss_rules_mark(rules, context->page_item, SS_STATE_CONTEXT);
}

static void gather_cart(ss_context *context, ss_rules *rules, const ss_shelf *shelf, const ss_request *request)
{
    const named of = {request->cart, request->cart_numbers, request->cart_count};
    if (shelf->context & SS_CONTEXT_CART)
        take_named(context, rules, &of, shelf->position_decay, SS_STATE_CONTEXT);
    else
        mark_named(rules, &of);
}

static void gather_items(ss_context *context, ss_rules *rules, const ss_shelf *shelf, const ss_request *request)
{
    const named of = {request->items, NULL, request->item_count};
    if (shelf->context & SS_CONTEXT_ITEMS)
        take_named(context, rules, &of, shelf->position_decay, shelf->show_seen ? SS_STATE_SEEN : SS_STATE_CONTEXT);
    else if (!shelf->show_seen)
        mark_named(rules, &of);
}

/* ---- what is known live ---- */

static void take_live_cart(ss_context *context, ss_rules *rules, const ss_visitor_view *view, double decay)
{
    double weight = 1;
    for (unsigned i = view->count; i-- > 0;)
        if (view->items[i].cart > 0) {
            take_item(context, rules, view->items[i].item, weight, 1, SS_STATE_CONTEXT);
            weight *= decay;
        }
}

static void take_live_items(ss_context *context, ss_rules *rules, const ss_visitor_view *view, double decay,
                            unsigned mark)
{
    double weight = 1;
    for (unsigned i = view->count; i-- > 0;)
        if (ss_visit_seen(&view->items[i])) {
            take_item(context, rules, view->items[i].item, weight, 1, mark);
            weight *= decay;
        }
}

static void mark_live_items(ss_rules *rules, const ss_visitor_view *view)
{
    for (unsigned i = 0; i < view->count; i++)
        if (ss_visit_seen(&view->items[i]))
            ss_rules_mark(rules, view->items[i].item, SS_STATE_CONTEXT);
}

/* In the place of the request's cart and items. */
static void gather_live(ss_context *context, ss_rules *rules, const ss_shelf *shelf, const ss_request *request)
{
    const ss_visitor_view *view = ss_visit_context(&context->visit, request);
    if (!view)
        return;
    bool show_seen = shelf->show_seen || view == &context->visit.customer;
    if (shelf->context & SS_CONTEXT_CART)
        take_live_cart(context, rules, view, shelf->position_decay);
    if (shelf->context & SS_CONTEXT_ITEMS)
        take_live_items(context, rules, view, shelf->position_decay, show_seen ? SS_STATE_SEEN : SS_STATE_CONTEXT);
    else if (!show_seen)
        mark_live_items(rules, view);
}

/* Like purchases of today, whatever else the request names; they may be shown all the same. */
static void take_live_history(ss_context *context, ss_rules *rules, const ss_visitor_view *view)
{
    for (unsigned i = view->count; i-- > 0;) {
        const ss_visitor_item *item = &view->items[i];
        if (ss_visit_seen(item))
            take_item(context, rules, item->item, 1, item->bought > 0 ? item->bought : 1, SS_STATE_SEEN);
    }
}

/* ---- the history ---- */

ss_history_decay ss_history_decay_of(const ss_history *history, double half_life_days)
{
    int64_t newest = INT64_MIN;
    for (size_t i = 0; i < history->count; i++)
        if (history->times[i] > newest)
            newest = history->times[i];
    return (ss_history_decay){(double)newest, half_life_days > 0 ? 1 / (half_life_days * (double)SS_DAY) : 0};
}

double ss_history_weight(const ss_history_decay *decay, int64_t time)
{
    return decay->half_lives > 0 ? exp2(-(decay->newest - (double)time) * decay->half_lives) : 1;
}

static bool starts_from_items(ss_source source)
{
    ss_relation relation;
    return ss_source_relation(source, &relation) || source == SS_SOURCE_ALTERNATIVES || source == SS_SOURCE_ALS ||
           source == SS_SOURCE_POPULAR_IN_CATEGORY;
}

/* Does the shelf ask any source that looks at the context's history? What the customer bought by itself is no such. */
static bool needs_history(const ss_shelf *shelf)
{
    for (unsigned source = 0; source < SS_SOURCE_COUNT; source++)
        if (shelf->weights[source] > 0 && starts_from_items((ss_source)source))
            return true;
    for (size_t i = 0; i < shelf->fallback_count; i++)
        if (starts_from_items(shelf->fallbacks[i]))
            return true;
    return false;
}

static void take_history(ss_context *context, const ss_rules *rules, const ss_shelf *shelf)
{
    const ss_history *history = &context->history;
    size_t count = history->count < SS_HISTORY_MAX ? history->count : SS_HISTORY_MAX;
    ss_history_decay decay = ss_history_decay_of(history, shelf->history_half_life_days);
    for (size_t i = 0; i < count; i++) {
        uint32_t item = history->items[i];
        if (item >= rules->catalogue->count || (rules->state[item] & (SS_STATE_CONTEXT | SS_STATE_SEEN)))
            continue;
        double repeats = shelf->repeat_exponent > 0 ? pow(history->purchases[i], shelf->repeat_exponent) : 1;
        push(context, item, ss_history_weight(&decay, history->times[i]) * repeats, history->quantities[i],
             history->times[i]);
    }
}

static void find_customer(ss_context *context, const ss_snapshot *snapshot, const ss_request *request)
{
    ss_slice customer_id = request->customer_id;
    context->history = (ss_history){0};
    context->unknown_customer = false;
    if (customer_id.size == 0 || request->no_consent)
        return;
    uint32_t customer = snapshot->has_customers ? ss_strings_find(&snapshot->customers.ids, customer_id) : SS_NONE;
    context->unknown_customer = customer == SS_NONE;
    if (customer != SS_NONE)
        context->history = ss_customers_history(&snapshot->customers, customer);
}

static ss_visitor_rules visitor_rules(const ss_shelf *shelf, const ss_request *request)
{
    bool by_shelf = request->filter.bought == SS_BOUGHT_BY_SHELF;
    return (ss_visitor_rules){
        .again = {.exclude = by_shelf ? shelf->exclude_bought : request->filter.bought == SS_BOUGHT_EXCLUDE,
                  .show_due = by_shelf && shelf->show_due,
                  .settled = by_shelf && shelf->suppress_durables,
                  .now = request->now},
        .max_shown = shelf->max_shown};
}

static bool are_same(const ss_visitor_rules *a, const ss_visitor_rules *b)
{
    return a->again.exclude == b->again.exclude && a->again.show_due == b->again.show_due &&
           a->again.settled == b->again.settled && a->again.now == b->again.now && a->max_shown == b->max_shown;
}

/* Forgets the last answer but for the visitor's marks, where the same rules make them again. */
static void begin(ss_context *context, ss_rules *rules, const ss_visitor_rules *marks, const ss_request *request)
{
    context->count = 0;
    if (!request->same_visitor)
        ss_context_meet(context, rules->catalogue->snapshot, request);
    context->marked = context->marked && are_same(&context->marks, marks);
    ss_rules_begin(rules, request, context->marked);
}

/* What the customer bought, and the visitor's own rules. */
static void mark_visitor(ss_context *context, ss_rules *rules, const ss_visitor_rules *marks)
{
    const ss_snapshot *snapshot = rules->catalogue->snapshot;
    ss_visit_mark_carts(&context->visit, rules);
    if (context->marked)
        return;
    ss_visit_withhold(&context->visit, rules, marks->max_shown);
    ss_again_mark(snapshot->has_repurchase ? &snapshot->repurchase : NULL, &context->history, &context->visit,
                  &marks->again, rules);
    context->marked = true;
    context->marks = *marks;
}

/* Last, so that what another shelf shows is no less a part of this one's context. */
static void mark_page(ss_rules *rules, const ss_request *request)
{
    for (size_t i = 0; i < request->on_page_count; i++)
        ss_rules_mark(rules, request->on_page[i], SS_STATE_CONTEXT);
}

void ss_context_meet(ss_context *context, const ss_snapshot *snapshot, const ss_request *request)
{
    find_customer(context, snapshot, request);
    ss_visit_look_up(&context->visit, request);
    context->marked = false;
}

void ss_context_gather(ss_context *context, ss_rules *rules, const ss_shelf *shelf, const ss_request *request)
{
    const ss_visitor_rules marks = visitor_rules(shelf, request);
    begin(context, rules, &marks, request);
    gather_page_item(context, rules, shelf, request);
    gather_cart(context, rules, shelf, request);
    gather_items(context, rules, shelf, request);
    gather_live(context, rules, shelf, request);
    context->session_count = context->count;
    if (shelf->context & SS_CONTEXT_HISTORY) {
        take_live_history(context, rules, &context->visit.session);
        take_live_history(context, rules, &context->visit.customer);
        if (needs_history(shelf))
            take_history(context, rules, shelf);
    }
    mark_visitor(context, rules, &marks);
    mark_page(rules, request);
}

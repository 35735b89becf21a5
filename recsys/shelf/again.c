#include "shelf/again.h"

#define SECOND INT64_C(1000000)

static bool buys(const ss_visitor_view *view)
{
    for (unsigned i = 0; i < view->count; i++)
        if (view->items[i].bought > 0)
            return true;
    return false;
}

static const ss_visitor_item *find_bought(const ss_visitor_view *view, uint32_t item)
{
    for (unsigned i = 0; i < view->count; i++)
        if (view->items[i].item == item && view->items[i].bought > 0)
            return &view->items[i];
    return NULL;
}

/* The generation may have been trained from the same events: only what is later is new. */
static void add_live(ss_own_purchases *own, const ss_visitor_view *view)
{
    const ss_visitor_item *live = find_bought(view, own->item);
    if (live && (int64_t)live->bought_time * SECOND > own->last + SECOND) {
        own->last = (int64_t)live->bought_time * SECOND;
        own->purchases++;
    }
}

static void visit_history(const ss_history *history, const ss_visit *visit, int64_t now, ss_again_visitor visitor,
                          void *context)
{
    bool in_session = history->count > 0 && buys(&visit->session), live = history->count > 0 && buys(&visit->customer);
    for (size_t i = 0; i < history->count; i++) {
        ss_own_purchases own = {history->items[i], history->purchases[i], history->times[i], now};
        if (live)
            add_live(&own, &visit->customer);
        if (in_session)
            add_live(&own, &visit->session);
        visitor(context, &own);
    }
}

/* A session's purchases stand with the customer too, where both are known. */
static void visit_view(const ss_history *history, const ss_visitor_view *view, const ss_visitor_view *before,
                       int64_t now, ss_again_visitor visitor, void *context)
{
    for (unsigned i = 0; i < view->count; i++) {
        const ss_visitor_item *item = &view->items[i];
        if (item->bought == 0 || item->item == SS_NONE || ss_history_find(history, item->item) < history->count ||
            (before && find_bought(before, item->item)))
            continue;
        ss_own_purchases own = {item->item, 1, (int64_t)item->bought_time * SECOND, now};
        visitor(context, &own);
    }
}

void ss_again_each(const ss_history *history, const ss_visit *visit, int64_t now, ss_again_visitor visitor,
                   void *context)
{
    visit_history(history, visit, now, visitor, context);
    visit_view(history, &visit->customer, NULL, now, visitor, context);
    visit_view(history, &visit->session, &visit->customer, now, visitor, context);
}

typedef struct marking {
    const ss_repurchase *model;
    const ss_again_rules *what;
    ss_rules *rules;
} marking;

static void mark_one(void *context, const ss_own_purchases *own)
{
    const marking *with = context;
    const ss_again_rules *what = with->what;
    if (what->exclude && !(what->show_due && with->model && ss_repurchase_is_due(with->model, own)))
        ss_rules_mark(with->rules, own->item, SS_STATE_BOUGHT);
    else if (what->settled && with->model && ss_repurchase_is_settled(with->model, own))
        ss_rules_withhold(with->rules, own->item, SS_WITHHELD_SETTLED);
}

void ss_again_mark(const ss_repurchase *model, const ss_history *history, const ss_visit *visit,
                   const ss_again_rules *what, ss_rules *rules)
{
    marking with = {model, what, rules};
    if (what->exclude || (what->settled && model))
        ss_again_each(history, visit, what->now, mark_one, &with);
}

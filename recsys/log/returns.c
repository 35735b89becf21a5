#include "log/returns.h"

#include "log/introsort.h"

/* Decimal quantities leave crumbs behind: what is below this share of a purchase is gone. */
#define CRUMB 1e-6f

/* Stands in `event` of a purchase that is already counted as taken back, while a group is worked on. */
#define TOUCHED 0x80u

static inline bool before(const ss_interaction *a, const ss_interaction *b)
{
    bool a_bought = a->event == SS_EVENT_PURCHASE, b_bought = b->event == SS_EVENT_PURCHASE;
    if (a_bought != b_bought)
        return a_bought;
    if (a->item != b->item)
        return a->item < b->item;
    if (a->time != b->time)
        return a->time < b->time;
    if ((a->quantity < 0) != (b->quantity < 0))
        return b->quantity < 0;
    if (a->basket != b->basket)
        return a->basket < b->basket;
    if (a->event != b->event)
        return a->event < b->event;
    return a->quantity < b->quantity;
}

SS_DEFINE_SORT(sort_for_returns, ss_interaction, before)

/* Takes `quantity` from the purchases rows[start .. top), the last one first; says where they end now. */
static size_t take_back(ss_interaction *rows, size_t start, size_t top, float quantity, ss_returns *tally)
{
    bool matched = false;
    while (top > start && quantity > 0) {
        ss_interaction *bought = &rows[top - 1];
        float all = bought->quantity, left = all - quantity;
        matched = true;
        tally->taken_back += bought->event == SS_EVENT_PURCHASE;
        bought->event = TOUCHED;
        quantity = left < -CRUMB * all ? -left : 0;
        if (left > CRUMB * all) {
            bought->quantity = left;
        } else {
            top--;
            tally->removed++;
        }
    }
    tally->matched += matched;
    tally->unmatched += quantity > 0;
    return top;
}

size_t ss_returns_apply(ss_interaction *rows, size_t count, ss_returns *tally)
{
    sort_for_returns(rows, count);
    size_t start = 0, top = 0; /* purchases of the current item that stand: rows[start .. top), by time */
    for (size_t i = 0; i < count; i++) {
        bool is_purchase = rows[i].event == SS_EVENT_PURCHASE;
        if (i == 0 || !is_purchase || rows[i].item != rows[i - 1].item)
            start = top;
        if (!is_purchase || rows[i].quantity >= 0) {
            rows[top++] = rows[i];
            continue;
        }
        tally->rows++;
        top = take_back(rows, start, top, -rows[i].quantity, tally);
    }
    for (size_t i = 0; i < top; i++)
        if (rows[i].event == TOUCHED)
            rows[i].event = SS_EVENT_PURCHASE;
    return top;
}

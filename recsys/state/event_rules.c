#include "state/event_rules.h"

#include "log/catalog.h"
#include "log/values.h"

#include <math.h>

const char *ss_event_check_name(ss_event_check check)
{
    static const char *const names[SS_CHECK_COUNT] = {
        "fine",    "time_ahead", "quantity_too_large", "price",    "tag", "event",
        "item_id", "id",         "no_group",           "quantity", "late"};
    return (unsigned)check < SS_CHECK_COUNT ? names[check] : "unknown";
}

static ss_event_check admit_texts(ss_live_event *event, unsigned *mended)
{
    ss_slice *texts = event->texts;
    for (int t = 0; t < SS_EVENT_TEXTS; t++) {
        ss_id_problem problem = ss_value_id(&texts[t]);
        if (problem == SS_ID_FINE || problem == SS_ID_EMPTY)
            continue;
        if (t == SS_TEXT_ITEM_ID)
            return SS_CHECK_ITEM;
        if (t != SS_TEXT_SHELF && t != SS_TEXT_GENERATION)
            return SS_CHECK_ID;
        texts[t] = (ss_slice){"", 0};
        *mended |= 1u << SS_CHECK_TAG;
    }
    if (texts[SS_TEXT_ITEM_ID].size == 0 && ss_live_event_needs_item(event))
        return SS_CHECK_ITEM;
    bool grouped = texts[SS_TEXT_SESSION_ID].size || texts[SS_TEXT_CUSTOMER_ID].size || texts[SS_TEXT_ORDER_ID].size;
    return grouped ? SS_CHECK_FINE : SS_CHECK_NO_GROUP;
}

static ss_event_check admit_quantity(double most, ss_live_event *event, unsigned *mended)
{
    double quantity = (double)event->quantity;
    if (!isfinite(quantity))
        return SS_CHECK_QUANTITY;
    if (fpclassify(quantity) == FP_ZERO)
        quantity = 1;
    if (event->event != SS_EVENT_PURCHASE)
        quantity = fabs(quantity);
    if (fabs(quantity) > most) {
        quantity = copysign(most, quantity);
        *mended |= 1u << SS_CHECK_LARGE;
    }
    event->quantity = (float)quantity;
    return SS_CHECK_FINE;
}

static ss_event_check admit_time(const ss_event_rules *rules, int64_t now, ss_live_event *event, unsigned *mended)
{
    event->received = now;
    if (event->time == SS_NO_TIME)
        event->time = now;
    if (event->time < now - rules->late_days * SS_DAY)
        return SS_CHECK_LATE;
    if (event->time > now + rules->ahead_seconds * SS_SECOND)
        *mended |= 1u << SS_CHECK_AHEAD;
    if (event->time > now)
        event->time = now;
    return SS_CHECK_FINE;
}

static void admit_price(ss_live_event *event, unsigned *mended)
{
    int64_t price = event->unit_price;
    if (price == SS_NO_MONEY || (price >= -SS_EVENT_PRICE_MAX && price <= SS_EVENT_PRICE_MAX))
        return;
    event->unit_price = SS_NO_MONEY;
    *mended |= 1u << SS_CHECK_PRICE;
}

ss_event_check ss_event_admit(const ss_event_rules *rules, int64_t now, ss_live_event *event, unsigned *mended)
{
    *mended = 0;
    if ((unsigned)event->event >= SS_EVENT_COUNT)
        return SS_CHECK_EVENT;
    ss_event_check check = admit_texts(event, mended);
    if (check == SS_CHECK_FINE)
        check = admit_quantity(rules->quantity_max, event, mended);
    if (check == SS_CHECK_FINE)
        check = admit_time(rules, now, event, mended);
    if (check == SS_CHECK_FINE)
        admit_price(event, mended);
    return check;
}

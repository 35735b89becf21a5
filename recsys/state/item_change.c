#include "state/item_change.h"

#include "log/catalog.h"
#include "log/values.h"

const char *ss_item_check_name(ss_item_check check)
{
    static const char *const names[SS_ITEM_CHECK_COUNT] = {"fine",  "stock", "item_id", "no_field", "set_and_cleared",
                                                           "money", "date",  "text",    "no_room"};
    return (unsigned)check < SS_ITEM_CHECK_COUNT ? names[check] : "unknown";
}

static void admit_stock(ss_item_change *change, unsigned *mended)
{
    int64_t *stock = &change->numbers[SS_LIVE_STOCK];
    if (!(change->set & SS_LIVE_BIT(SS_LIVE_STOCK)) || ss_live_number_fits(SS_LIVE_STOCK, *stock))
        return;
    *stock = *stock < 0 ? 0 : SS_LIVE_STOCK_MAX;
    *mended |= 1u << SS_ITEM_CHECK_STOCK;
}

static ss_item_check admit_numbers(const ss_item_change *change)
{
    for (unsigned field = 0; field < SS_LIVE_NUMBERS; field++) {
        if (!(change->set & SS_LIVE_BIT(field)) || ss_live_number_fits(field, change->numbers[field]))
            continue;
        bool money = field == SS_LIVE_PRICE || field == SS_LIVE_COST;
        return money ? SS_ITEM_CHECK_MONEY : SS_ITEM_CHECK_DATE;
    }
    return SS_ITEM_CHECK_FINE;
}

static ss_item_check admit_texts(ss_item_change *change)
{
    for (unsigned field = SS_LIVE_NUMBERS; field < SS_LIVE_FIELDS; field++) {
        ss_slice *text = &change->texts[field - SS_LIVE_NUMBERS];
        if (!(change->set & SS_LIVE_BIT(field)))
            continue;
        *text = ss_slice_trim(*text);
        if (!ss_live_text_fits(field, *text))
            return SS_ITEM_CHECK_TEXT;
    }
    return SS_ITEM_CHECK_FINE;
}

ss_item_check ss_item_admit(ss_item_change *change, unsigned *mended)
{
    *mended = 0;
    if (ss_value_id(&change->item_id) != SS_ID_FINE)
        return SS_ITEM_CHECK_ID;
    if (!(change->set | change->clear))
        return SS_ITEM_CHECK_NOTHING;
    if (change->set & change->clear)
        return SS_ITEM_CHECK_BOTH;
    admit_stock(change, mended);
    change->numbers[SS_LIVE_HIDDEN] = change->numbers[SS_LIVE_HIDDEN] != 0;
    ss_item_check check = admit_numbers(change);
    return check == SS_ITEM_CHECK_FINE ? admit_texts(change) : check;
}

/* ---- merging ---- */

static void merge_fields(const ss_item_record *before, const ss_item_change *change, ss_item_record *after)
{
    after->set = ((before ? before->set : 0) & ~change->clear) | change->set;
    for (unsigned field = 0; field < SS_LIVE_FIELDS; field++) {
        bool set = change->set & SS_LIVE_BIT(field), kept = !set && ss_item_record_has(after, field);
        if (field < SS_LIVE_NUMBERS)
            after->numbers[field] = set ? change->numbers[field] : kept ? before->numbers[field] : 0;
        else
            after->texts[field - SS_LIVE_NUMBERS] = set    ? change->texts[field - SS_LIVE_NUMBERS]
                                                    : kept ? ss_item_record_text(before, field)
                                                           : (ss_slice){"", 0};
    }
}

static int64_t price_of(const ss_item_record *record, const ss_item_base *base)
{
    bool overridden = record && ss_item_record_has(record, SS_LIVE_PRICE);
    return overridden ? record->numbers[SS_LIVE_PRICE] : base->price;
}

/* A price of the catalogue that lies out of range is none. */
static int64_t kept_price(int64_t price)
{
    return ss_live_number_fits(SS_LIVE_PRICE, price) ? price : SS_NO_MONEY;
}

static void merge_prices(const ss_item_record *before, const ss_item_base *base, int64_t now, ss_price_step *steps,
                         ss_item_record *after)
{
    int64_t was = kept_price(price_of(before, base)), is = kept_price(price_of(after, base));
    size_t count = before ? before->price_count : 0;
    if (count)
        memcpy(steps, before->prices, count * sizeof *steps);
    after->prices = steps;
    after->price_count = count;
    if (count == 0 && was == is)
        return;
    if (count == 0 && was != SS_NO_MONEY)
        count = ss_price_history_add(steps, count, 0, was);
    else if (count > 0 && steps[count - 1].price != was && steps[count - 1].since < now - 1)
        count = ss_price_history_add(steps, count, now - 1, was); /* a training has changed it, sometime */
    after->price_count = ss_price_history_add(steps, count, now, is);
}

ss_item_check ss_item_merge(const ss_item_record *before, const ss_item_change *change, const ss_item_base *base,
                            int64_t now, ss_price_step *steps, ss_item_record *after)
{
    merge_fields(before, change, after);
    bool dated =
        ss_item_record_has(after, SS_LIVE_AVAILABLE_FROM) && ss_item_record_has(after, SS_LIVE_AVAILABLE_UNTIL);
    if (dated && after->numbers[SS_LIVE_AVAILABLE_FROM] > after->numbers[SS_LIVE_AVAILABLE_UNTIL])
        return SS_ITEM_CHECK_DATE;
    after->item_id = change->item_id;
    after->changed = now;
    after->first_seen = before ? before->first_seen : base->known ? SS_NO_TIME : now;
    merge_prices(before, base, now, steps, after);
    return SS_ITEM_CHECK_FINE;
}

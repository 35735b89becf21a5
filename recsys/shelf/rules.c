#include "shelf/rules.h"

#include "base/memory.h"
#include <math.h>
#include <stdlib.h>

ss_status ss_rules_init(ss_rules *rules, const ss_catalogue *catalogue, ss_error *error)
{
    *rules = (ss_rules){.catalogue = catalogue,
                        .state = ss_array_new(catalogue->count, sizeof(uint16_t)),
                        .dirty = ss_array_new(catalogue->count, sizeof(uint32_t))};
    if (!rules->state || !rules->dirty || ss_rules_make_room(rules, error) != SS_OK) {
        ss_rules_release(rules);
        return ss_error_nomem(error);
    }
    for (uint32_t item = 0; item < catalogue->count; item++)
        rules->state[item] = ss_catalogue_show(catalogue, item);
    return SS_OK;
}

void ss_rules_change(ss_rules *rules, uint32_t item, uint8_t show)
{
    rules->state[item] = (uint16_t)((rules->state[item] & ~0xffu) | show);
}

ss_status ss_rules_make_room(ss_rules *rules, ss_error *error)
{
    uint32_t groups = ss_catalogue_group_count(rules->catalogue);
    if (rules->group_taken && groups <= rules->group_room)
        return SS_OK;
    uint32_t room = groups + groups / 4; /* some that are to come */
    uint8_t *taken = ss_array_zeroed(room, 1);
    uint32_t *dirty = ss_array_new(room, sizeof *dirty);
    if (!taken || !dirty) {
        free(taken);
        free(dirty);
        return ss_error_nomem(error);
    }
    free(rules->group_taken);
    free(rules->dirty_groups);
    rules->group_taken = taken;
    rules->dirty_groups = dirty;
    rules->dirty_group_count = 0;
    rules->group_room = room;
    return SS_OK;
}

void ss_rules_release(ss_rules *rules)
{
    free(rules->state);
    free(rules->group_taken);
    free(rules->dirty);
    free(rules->dirty_groups);
    *rules = (ss_rules){0};
}

static void forget_last_answer(ss_rules *rules, unsigned kept)
{
    size_t still = 0;
    for (size_t i = 0; i < rules->dirty_count; i++) {
        uint32_t item = rules->dirty[i];
        rules->state[item] &= (uint16_t)(0xff | kept);
        if (rules->state[item] > 0xff)
            rules->dirty[still++] = item;
    }
    for (size_t i = 0; i < rules->dirty_group_count; i++)
        rules->group_taken[rules->dirty_groups[i]] = 0;
    rules->dirty_count = still;
    rules->dirty_group_count = rules->shown_count = 0;
    memset(rules->removed, 0, sizeof rules->removed);
}

static void take_filter(ss_rules *rules, const ss_filter *filter)
{
    rules->any_category = filter->category.size == 0;
    rules->category = rules->any_category ? SS_NONE : ss_catalogue_find_category(rules->catalogue, filter->category);
    rules->priced = filter->price_min != INT64_MIN || filter->price_max != INT64_MAX;
    rules->price_min = filter->price_min;
    rules->price_max = filter->price_max;
}

static void raise_price_min(ss_rules *rules, int64_t price)
{
    rules->priced = true;
    rules->price_min = price > rules->price_min ? price : rules->price_min;
}

static void lower_price_max(ss_rules *rules, int64_t price)
{
    rules->priced = true;
    rules->price_max = price < rules->price_max ? price : rules->price_max;
}

/* Prices are below 2^53: a multiple of one is as exact as a double. */
#define PRICE_BOUND 9e15

static void take_price_ratios(ss_rules *rules, const ss_shelf *shelf, uint32_t item)
{
    if (item >= rules->catalogue->count || (shelf->price_ratio_min <= 0 && shelf->price_ratio_max <= 0))
        return;
    int64_t price = ss_catalogue_number(rules->catalogue, item, SS_LIVE_PRICE);
    if (price == SS_ITEM_NO_MONEY)
        return;
    if (shelf->price_ratio_min > 0)
        raise_price_min(rules, (int64_t)fmin(ceil((double)price * shelf->price_ratio_min), PRICE_BOUND));
    if (shelf->price_ratio_max > 0)
        lower_price_max(rules, (int64_t)fmin(floor((double)price * shelf->price_ratio_max), PRICE_BOUND));
}

void ss_rules_restrict(ss_rules *rules, const ss_shelf *shelf, uint32_t item)
{
    if (shelf->price_min > 0)
        raise_price_min(rules, shelf->price_min);
    if (shelf->price_max > 0)
        lower_price_max(rules, shelf->price_max);
    take_price_ratios(rules, shelf, item);
    rules->lists = shelf->lists;
    rules->max_per_category = (size_t)shelf->max_per_category;
    rules->unrestricted = rules->any_category && !rules->priced && !rules->lists && rules->max_per_category == 0;
}

void ss_rules_begin(ss_rules *rules, const ss_request *request, bool visitor_stands)
{
    forget_last_answer(rules, visitor_stands ? SS_STATE_OF_VISITOR : 0);
    take_filter(rules, &request->filter);
    rules->now = request->now;
    rules->denied = 0;
    for (size_t i = 0; i < request->exclude_count; i++)
        ss_rules_mark(rules, ss_catalogue_find(rules->catalogue, request->exclude[i]), SS_STATE_EXCLUDED);
}

static void take_group(ss_rules *rules, uint32_t item)
{
    uint32_t group = ss_catalogue_group(rules->catalogue, item);
    if (group >= rules->group_room || rules->group_taken[group])
        return;
    rules->group_taken[group] = 1;
    rules->dirty_groups[rules->dirty_group_count++] = group;
}

static void count_category(ss_rules *rules, uint32_t item)
{
    if (rules->max_per_category > 0 && rules->shown_count < SS_LIMIT_MAX)
        rules->shown_categories[rules->shown_count++] = ss_catalogue_category(rules->catalogue, item);
}

void ss_rules_mark(ss_rules *rules, uint32_t item, unsigned state)
{
    if (item >= rules->catalogue->count)
        return;
    unsigned before = rules->state[item];
    rules->state[item] = (uint16_t)(before | state);
    if (before <= 0xff)
        rules->dirty[rules->dirty_count++] = item;
    if ((state & (SS_STATE_CONTEXT | SS_STATE_SHOWN)) && (before & SS_SHOW_GROUPED))
        take_group(rules, item);
    if (!rules->unrestricted && (state & SS_STATE_SHOWN))
        count_category(rules, item);
}

/* Items that the generation does not know are looked up by what the lists say of them. */
static bool is_denied(const ss_rules *rules, uint32_t item)
{
    if (item < rules->lists->item_count)
        return ss_shelf_lists_deny_item(rules->lists, item);
    return ss_listed_deny(rules->lists->listed, SS_LIST_ALLOW, SS_LIST_DENY, ss_catalogue_id(rules->catalogue, item));
}

static bool is_denied_category(const ss_rules *rules, uint32_t item)
{
    uint32_t category = ss_catalogue_category(rules->catalogue, item);
    if (category == SS_NONE || category < rules->lists->category_count)
        return ss_shelf_lists_deny_category(rules->lists, category);
    return ss_listed_deny(rules->lists->listed, SS_LIST_CATEGORIES, SS_LIST_NOT_CATEGORIES,
                          ss_catalogue_text(rules->catalogue, item, SS_LIVE_CATEGORY));
}

static bool is_capped(const ss_rules *rules, uint32_t item)
{
    uint32_t category = ss_catalogue_category(rules->catalogue, item);
    size_t shown = 0;
    for (size_t i = 0; i < rules->shown_count && category != SS_NONE; i++)
        shown += rules->shown_categories[i] == category;
    return shown >= rules->max_per_category;
}

/* What the shelf, not the request, forbids. */
static ss_rule_kind forbidden_by_shelf(const ss_rules *rules, uint32_t item)
{
    if (rules->lists && is_denied(rules, item))
        return SS_REMOVED_DENIED;
    if (rules->lists && is_denied_category(rules, item))
        return SS_REMOVED_CATEGORY;
    if (rules->max_per_category > 0 && is_capped(rules, item))
        return SS_REMOVED_CAPPED;
    return SS_REMOVED_COUNT;
}

static bool out_of_price(const ss_rules *rules, uint32_t item)
{
    int64_t price = ss_catalogue_number(rules->catalogue, item, SS_LIVE_PRICE);
    return price == SS_ITEM_NO_MONEY || price < rules->price_min || price > rules->price_max;
}

static bool variant_taken(const ss_rules *rules, uint32_t item)
{
    uint32_t group = ss_catalogue_group(rules->catalogue, item);
    return group < rules->group_room && rules->group_taken[group];
}

void ss_rules_withhold(ss_rules *rules, uint32_t item, ss_withheld why)
{
    if (item < rules->catalogue->count && !(rules->state[item] & SS_STATE_WITHHELD))
        ss_rules_mark(rules, item, (unsigned)why << SS_STATE_WITHHELD_SHIFT);
}

_Static_assert(SS_WITHHELD_COUNT - 1 <= SS_STATE_WITHHELD >> SS_STATE_WITHHELD_SHIFT, "a reason fits into its bits");

static ss_rule_kind withheld_by(unsigned state)
{
    static const ss_rule_kind rules[SS_WITHHELD_COUNT] = {
        [SS_WITHHELD_NOT] = SS_REMOVED_COUNT,
        [SS_WITHHELD_DISMISSED] = SS_REMOVED_DISMISSED,
        [SS_WITHHELD_SHOWN] = SS_REMOVED_SHOWN,
        [SS_WITHHELD_SETTLED] = SS_REMOVED_SETTLED,
    };
    unsigned why = (state & SS_STATE_WITHHELD) >> SS_STATE_WITHHELD_SHIFT;
    return why < SS_WITHHELD_COUNT ? rules[why] : SS_REMOVED_COUNT;
}

#define FORBIDDING (SS_SHOW_BLOCKED | SS_STATE_CONTEXT)
#define UNWANTED   (SS_STATE_EXCLUDED | SS_STATE_BOUGHT | SS_STATE_WITHHELD)

/* The rule that a state forbids by itself, or SS_REMOVED_COUNT. */
static ss_rule_kind forbidden_by_state(unsigned state)
{
    if (!(state & FORBIDDING))
        return SS_REMOVED_COUNT;
    static const struct {
        unsigned bit;
        ss_rule_kind rule;
    } table[] = {
        {SS_SHOW_HIDDEN, SS_REMOVED_HIDDEN},
        {SS_SHOW_UNLISTED, SS_REMOVED_CATALOGUE},
        {SS_SHOW_NO_STOCK, SS_REMOVED_STOCK},
        {SS_STATE_CONTEXT, SS_REMOVED_CONTEXT},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (state & table[i].bit)
            return table[i].rule;
    return SS_REMOVED_COUNT;
}

/* What this visitor is not to see; asked after what nobody is to see, so that the reason given holds. */
static ss_rule_kind unwanted_by_state(unsigned state)
{
    if (!(state & UNWANTED))
        return SS_REMOVED_COUNT;
    if (state & SS_STATE_EXCLUDED)
        return SS_REMOVED_EXCLUDED;
    return state & SS_STATE_BOUGHT ? SS_REMOVED_BOUGHT : withheld_by(state);
}

static ss_rule_kind first_forbidding(const ss_rules *rules, uint32_t item, unsigned state)
{
    ss_rule_kind rule = forbidden_by_state(state);
    if (rule != SS_REMOVED_COUNT)
        return rule;
    if ((state & SS_SHOW_DATED) && ss_catalogue_out_of_dates(rules->catalogue, item, rules->now))
        return SS_REMOVED_DATES;
    if ((state & SS_SHOW_GROUPED) && variant_taken(rules, item))
        return SS_REMOVED_VARIANT;
    if ((state & SS_SHOW_RESERVED) && (ss_catalogue_reserved_by(rules->catalogue, item) & rules->denied))
        return SS_REMOVED_ACCESS;
    rule = unwanted_by_state(state);
    if (rule != SS_REMOVED_COUNT)
        return rule;
    if (rules->unrestricted)
        return SS_REMOVED_COUNT;
    if (!rules->any_category &&
        (rules->category == SS_NONE || ss_catalogue_category(rules->catalogue, item) != rules->category))
        return SS_REMOVED_CATEGORY;
    if (rules->priced && out_of_price(rules, item))
        return SS_REMOVED_PRICE;
    return forbidden_by_shelf(rules, item);
}

/* A function of its own: most items are admitted before it is needed. */
static __attribute__((noinline)) bool passes_rules(ss_rules *rules, uint32_t item, unsigned state)
{
    if (state & SS_STATE_SHOWN)
        return false;
    ss_rule_kind rule = first_forbidding(rules, item, state);
    if (rule == SS_REMOVED_COUNT)
        return true;
    rules->removed[rule]++;
    return false;
}

bool ss_rules_admit(ss_rules *rules, uint32_t item)
{
    if (item >= rules->catalogue->count)
        return false;
    unsigned state = rules->state[item];
    return (state == 0 && rules->unrestricted) || passes_rules(rules, item, state);
}

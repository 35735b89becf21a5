#include "job/mail_picks.h"

#include "base/memory.h"
#include "log/catalog.h"
#include "shelf/again.h"
#include "shelf/audience.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATES  128u /* products that are held against the rules for one customer */
#define AFTER_MAX   8u   /* purchases that others are sought to */
#define FOUND_MAX   512u /* of the factorization */
#define AFTER_LEAST 3    /* customers who bought it next: fewer can be chance */
#define SPARE       32u  /* found beyond what is shown and what was bought: variants, access */

enum { CHOSEN, CHOSEN_FOR_YOU, FOR_YOU, FACTORS, AFTER, SHELVES };

struct ss_mail_picker {
    const ss_mail_world *world;
    const ss_mail_memory *memory;
    const ss_mail_options *options;
    ss_answerer *live, *plain; /* owned; plain: knows no carts and visits */
    ss_shelf shelves[SHELVES];
    uint32_t exclusive; /* bits of the rules of access that keep ordinary customers out now */
    uint32_t *early;    /* owned: what they name */
    size_t early_count;
    /* the customer met */
    ss_slice customer_id;
    uint32_t number; /* in the generation, or SS_NONE */
    ss_history history;
    const ss_visit *visit;
    ss_audience audience;
    ss_mail_product candidates[CANDIDATES];
    size_t candidate_count;
    uint32_t removed[SS_REMOVED_COUNT];
    /* of the factorization; NULL without it. Owned */
    ss_als_many *many;
    float *vectors;   /* SS_MAIL_TOGETHER x stride */
    ss_scored *found; /* SS_MAIL_TOGETHER x FOUND_MAX */
};

/* ---- making ---- */

static ss_shelf bare(ss_shelf shelf)
{
    shelf.min_items = shelf.max_items = 0; /* a mail is no row on a page */
    shelf.price_ratio_min = shelf.price_ratio_max = 0;
    return shelf;
}

/* What only sells well goes with nothing: such fallbacks are left out. */
static ss_shelf after_purchase(const ss_shelf *of)
{
    ss_shelf shelf = bare(*of);
    ss_relation relation;
    shelf.context = SS_CONTEXT_ITEMS;
    shelf.min_customers = of->min_customers > AFTER_LEAST ? of->min_customers : AFTER_LEAST;
    shelf.fallback_count = 0;
    for (size_t i = 0; i < of->fallback_count; i++)
        if (ss_source_relation(of->fallbacks[i], &relation))
            shelf.fallbacks[shelf.fallback_count++] = of->fallbacks[i];
    return shelf;
}

static ss_shelf factors_alone(const ss_shelf *of)
{
    ss_shelf shelf = bare(*of);
    memset(shelf.weights, 0, sizeof shelf.weights);
    shelf.weights[SS_SOURCE_ALS] = 1;
    shelf.freshness_exponent = shelf.diversity = 0;
    shelf.fallback_count = 0;
    return shelf;
}

static void take_shelves(ss_mail_picker *picker)
{
    const ss_shelf *of = picker->world->snapshot->shelves;
    picker->shelves[CHOSEN] = bare(of[SS_SHELF_RELATED]);
    picker->shelves[CHOSEN].context = 0;
    picker->shelves[CHOSEN].show_seen = true;
    picker->shelves[CHOSEN].max_shown = 0;
    picker->shelves[FOR_YOU] = bare(of[SS_SHELF_FOR_YOU]);
    picker->shelves[CHOSEN_FOR_YOU] = picker->shelves[FACTORS] = factors_alone(&of[SS_SHELF_FOR_YOU]);
    picker->shelves[AFTER] = after_purchase(&of[SS_SHELF_BOUGHT_NEXT]);
}

/* What ordinary customers may not see yet. */
static ss_status find_early(ss_mail_picker *picker, ss_error *error)
{
    const ss_catalogue *catalogue = ss_answerer_catalogue(picker->live);
    const ss_reserved *reserved = picker->world->snapshot->reserved;
    if (!reserved)
        return SS_OK;
    uint32_t in_force = ss_reserved_in_force(reserved, picker->world->now);
    picker->exclusive = ss_reserved_denied(reserved, in_force, 1u << SS_SEGMENT_RETURNING);
    picker->early = ss_array_new(catalogue->count, sizeof *picker->early);
    if (!picker->early)
        return ss_error_nomem(error);
    for (uint32_t item = 0; item < catalogue->count && picker->exclusive; item++)
        if (ss_catalogue_reserved_by(catalogue, item) & picker->exclusive)
            picker->early[picker->early_count++] = item;
    return SS_OK;
}

static ss_status make_factors(ss_mail_picker *picker, ss_error *error)
{
    const ss_snapshot *snapshot = picker->world->snapshot;
    if (picker->options->for_you != SS_MAIL_FACTORS || !snapshot->has_als)
        return SS_OK;
    picker->many = ss_als_many_new(&snapshot->als, FOUND_MAX / 4);
    picker->vectors = ss_array_aligned((size_t)SS_MAIL_TOGETHER * snapshot->als.stride, sizeof *picker->vectors);
    picker->found = ss_array_new((size_t)SS_MAIL_TOGETHER * FOUND_MAX, sizeof *picker->found);
    return picker->many && picker->vectors && picker->found ? SS_OK : ss_error_nomem(error);
}

ss_status ss_mail_picker_new(const ss_mail_world *world, const ss_mail_memory *memory, const ss_mail_options *options,
                             ss_mail_picker **picker, ss_error *error)
{
    ss_status status;
    ss_mail_picker *new = ss_array_zeroed(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->world = world;
    new->memory = memory;
    new->options = options;
    take_shelves(new);
    SS_TRY(ss_answerer_new(world->snapshot, &world->live, &new->live, error));
    SS_TRY(ss_answerer_new(world->snapshot, &world->without_visitors, &new->plain, error));
    SS_TRY(find_early(new, error));
    SS_TRY(make_factors(new, error));
    *picker = new;
    new = NULL;
out:
    ss_mail_picker_free(&new);
    return status;
}

void ss_mail_picker_free(ss_mail_picker **picker)
{
    ss_mail_picker *old = *picker;
    *picker = NULL;
    if (!old)
        return;
    ss_answerer_free(&old->live);
    ss_answerer_free(&old->plain);
    ss_als_many_free(&old->many);
    free(old->early);
    free(old->vectors);
    free(old->found);
    free(old);
}

const ss_catalogue *ss_mail_picker_catalogue(const ss_mail_picker *picker)
{
    return ss_answerer_catalogue(picker->live);
}

const uint32_t *ss_mail_picker_removed(const ss_mail_picker *picker)
{
    return picker->removed;
}

/* ---- the customer ---- */

/* Of the customer met, whom the live answerer need not look up again. */
static ss_request request_of(const ss_mail_picker *picker)
{
    ss_request request = ss_request_empty();
    request.customer_id = picker->customer_id;
    request.limit = (uint32_t)picker->options->products;
    request.now = picker->world->now;
    request.same_visitor = true;
    return request;
}

void ss_mail_picker_meet(ss_mail_picker *picker, uint64_t customer, ss_mail *mail)
{
    const ss_snapshot *snapshot = picker->world->snapshot;
    static const ss_visitor_view nobody;
    uint32_t buyers = snapshot->has_customers ? snapshot->customers.count : 0;
    picker->customer_id = ss_mail_world_customer(picker->world, customer);
    picker->number = customer < buyers ? (uint32_t)customer : SS_NONE;
    picker->history = buyers ? ss_customers_history(&snapshot->customers, picker->number) : (ss_history){0};
    ss_request request = request_of(picker);
    request.same_visitor = false;
    picker->visit = ss_answerer_meet(picker->live, &request);
    picker->audience =
        ss_audience_of(snapshot, picker->customer_id, &nobody, &picker->visit->customer, picker->world->now);
    mail->customer = customer;
    mail->customer_id = picker->customer_id;
    mail->segments = picker->audience.segments;
    mail->liked = ss_audience_liked(&picker->audience, snapshot);
    mail->stage = ss_audience_lifecycle(&picker->audience);
    mail->when = SS_NO_TIME;
    mail->days = 0;
    mail->value = 0;
    mail->count = 0;
}

static double days_before(const ss_mail_picker *picker, int64_t time)
{
    return (double)(picker->world->now - time) / (double)SS_DAY;
}

/* ---- products that there are reasons of our own for ---- */

static int by_falling_score(const void *a, const void *b)
{
    const ss_mail_product *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* Where there is no room the one that speaks least goes. */
static void add_candidate(ss_mail_picker *picker, const ss_mail_product *product)
{
    if (product->item == SS_NONE)
        return;
    if (picker->candidate_count < CANDIDATES) {
        picker->candidates[picker->candidate_count++] = *product;
        return;
    }
    ss_mail_product *least = &picker->candidates[0];
    for (size_t i = 1; i < CANDIDATES; i++)
        if (by_falling_score(&picker->candidates[i], least) > 0)
            least = &picker->candidates[i];
    if (by_falling_score(product, least) < 0)
        *least = *product;
}

static const ss_mail_product *candidate_of(const ss_mail_picker *picker, uint32_t item)
{
    size_t i = 0;
    while (picker->candidates[i].item != item)
        i++;
    return &picker->candidates[i];
}

static ss_mail_pick enough(ss_mail_picker *picker, const ss_mail *mail, const ss_answer *answer)
{
    if (mail->count >= (size_t)picker->options->min_products)
        return SS_MAIL_PICKED;
    memcpy(picker->removed, answer->removed, sizeof picker->removed);
    return SS_MAIL_NO_PRODUCTS;
}

/* Holds the candidates against the rules, best first. */
static ss_status choose(ss_mail_picker *picker, ss_answerer *answerer, ss_mail *mail, ss_mail_pick *result,
                        ss_error *error)
{
    uint32_t items[CANDIDATES];
    ss_answer answer;
    *result = SS_MAIL_NOT_FOR;
    if (picker->candidate_count == 0)
        return SS_OK;
    qsort(picker->candidates, picker->candidate_count, sizeof *picker->candidates, by_falling_score);
    for (size_t i = 0; i < picker->candidate_count; i++)
        items[i] = picker->candidates[i].item;
    const ss_request request = request_of(picker);
    ss_status status =
        ss_answer_chosen(answerer, &picker->shelves[CHOSEN], &request, items, picker->candidate_count, &answer, error);
    if (status != SS_OK)
        return status;
    for (mail->count = 0; mail->count < answer.count; mail->count++)
        mail->products[mail->count] = *candidate_of(picker, answer.items[mail->count].item);
    *result = enough(picker, mail, &answer);
    return SS_OK;
}

/* ---- what a shelf shows ---- */

/* What their own doings speak for: no best sellers. */
static bool is_own(const ss_reason *reason)
{
    return reason->stage == 0;
}

/* Clearly more often than by chance, as far as may be told. */
static bool is_beyond_chance(const ss_reason *reason)
{
    return reason->lift >= 1.5;
}

/* keep: which reasons count; NULL: all. */
static ss_status ask(ss_mail_picker *picker, const ss_shelf *shelf, const ss_request *request,
                     bool (*keep)(const ss_reason *), ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    ss_answer answer;
    ss_status status = ss_answer_shelf(picker->live, shelf, request, &answer, error);
    if (status != SS_OK)
        return status;
    mail->count = 0;
    for (size_t i = 0; i < answer.count && mail->count < (size_t)picker->options->products; i++) {
        const ss_answer_item *item = &answer.items[i];
        if (!keep || keep(&item->reason))
            mail->products[mail->count++] = (ss_mail_product){
                .item = item->item, .score = item->score, .why = SS_MAIL_WHY_SHELF, .reason = item->reason};
    }
    *result = enough(picker, mail, &answer);
    return SS_OK;
}

static ss_status ask_for_you(ss_mail_picker *picker, bool (*keep)(const ss_reason *), ss_mail *mail,
                             ss_mail_pick *result, ss_error *error)
{
    ss_request request = request_of(picker);
    return ask(picker, &picker->shelves[FOR_YOU], &request, keep, mail, result, error);
}

/* ---- the lists ---- */

static int64_t touched(const ss_visitor_item *item)
{
    return (int64_t)item->time * SS_SECOND;
}

/* The latest that they did with it was to buy it? */
static bool is_bought(const ss_visitor_item *item)
{
    return item->bought > 0 && item->bought_time >= item->time;
}

static uint32_t last_purchase(const ss_visitor_view *view)
{
    uint32_t last = 0;
    for (unsigned i = 0; i < view->count; i++)
        if (view->items[i].bought > 0 && view->items[i].bought_time > last)
            last = view->items[i].bought_time;
    return last;
}

/* Interest that has cooled off over `age` days, from 1 down. */
static float freshness(double age)
{
    return (float)(1 / (1 + fmax(age, 0)));
}

static int64_t price_of(const ss_mail_picker *picker, uint32_t item)
{
    return ss_catalogue_number(ss_mail_picker_catalogue(picker), item, SS_LIVE_PRICE);
}

static ss_status pick_cart(ss_mail_picker *picker, ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    const ss_visitor_view *view = &picker->visit->customer;
    uint32_t bought = last_purchase(view);
    for (unsigned i = 0; i < view->count; i++) {
        const ss_visitor_item *item = &view->items[i];
        double age = days_before(picker, touched(item));
        if (item->cart == 0 || item->time <= bought || age > picker->options->cart_days)
            continue;
        mail->when = touched(item) > mail->when ? touched(item) : mail->when;
        add_candidate(picker, &(ss_mail_product){.item = item->item,
                                                 .score = freshness(age),
                                                 .why = SS_MAIL_WHY_CART,
                                                 .when = touched(item),
                                                 .pieces = item->cart});
    }
    if (mail->when != SS_NO_TIME && days_before(picker, mail->when) * 24 < picker->options->cart_hours)
        picker->candidate_count = 0;
    ss_status status = choose(picker, picker->plain, mail, result, error);
    for (size_t i = 0; i < mail->count && status == SS_OK; i++) {
        int64_t price = price_of(picker, mail->products[i].item);
        mail->value += price > 0 ? price * mail->products[i].pieces : 0;
    }
    return status;
}

/* Of what they looked at and did not buy or dismiss since, not too long ago. */
static bool is_interest(const ss_mail_picker *picker, const ss_visitor_item *item)
{
    return item->item != SS_NONE && ss_visit_seen(item) && !is_bought(item) &&
           days_before(picker, touched(item)) <= picker->options->viewed_days;
}

static ss_status pick_back(ss_mail_picker *picker, ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    const ss_visitor_view *view = &picker->visit->customer;
    const ss_catalogue *catalogue = ss_mail_picker_catalogue(picker);
    for (unsigned i = 0; i < view->count; i++) {
        const ss_visitor_item *item = &view->items[i];
        if (!is_interest(picker, item))
            continue;
        int64_t since = ss_mail_memory_restocked(picker->memory, ss_catalogue_id(catalogue, item->item));
        if (since == SS_NO_TIME || touched(item) >= since ||
            days_before(picker, since) > picker->options->restocked_days)
            continue;
        add_candidate(picker, &(ss_mail_product){.item = item->item,
                                                 .score = freshness(days_before(picker, touched(item))),
                                                 .why = SS_MAIL_WHY_BACK,
                                                 .when = touched(item),
                                                 .since = since});
    }
    return choose(picker, picker->plain, mail, result, error);
}

/* The price at a time, by its steps; SS_NO_MONEY: not known, or it never changed. */
static int64_t price_at(const ss_item_record *record, int64_t time)
{
    int64_t price = SS_NO_MONEY;
    for (size_t i = 0; i < record->price_count && record->prices[i].since <= time; i++)
        price = record->prices[i].price;
    return price;
}

/* A reduction that is one: below what it was when looked at, and below the lowest of the 30 days before. */
static bool has_dropped(const ss_mail_picker *picker, const ss_visitor_item *item, ss_mail_product *product)
{
    const ss_catalogue *catalogue = ss_mail_picker_catalogue(picker);
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item->item);
    int64_t price = price_of(picker, item->item);
    if (!entry || !entry->record || price == SS_ITEM_NO_MONEY)
        return false;
    int64_t was = price_at(&entry->record->item, touched(item)),
            lowest = ss_catalogue_lowest_price(catalogue, item->item, picker->world->now);
    if (was == SS_NO_MONEY || price >= was || (lowest != SS_ITEM_NO_MONEY && price >= lowest) ||
        (double)(was - price) * 100 < (double)was * picker->options->price_drop)
        return false;
    *product = (ss_mail_product){.item = item->item,
                                 .score = (float)((double)(was - price) / (double)was),
                                 .why = SS_MAIL_WHY_PRICE,
                                 .when = touched(item),
                                 .was = was,
                                 .lowest = lowest};
    return true;
}

static ss_status pick_price(ss_mail_picker *picker, ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    const ss_visitor_view *view = &picker->visit->customer;
    ss_mail_product product;
    for (unsigned i = 0; i < view->count; i++)
        if (is_interest(picker, &view->items[i]) && has_dropped(picker, &view->items[i], &product))
            add_candidate(picker, &product);
    return choose(picker, picker->plain, mail, result, error);
}

static ss_status pick_birthday(ss_mail_picker *picker, ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    if (!(picker->audience.segments >> SS_SEGMENT_BIRTHDAY & 1u))
        return SS_OK;
    return ask_for_you(picker, NULL, mail, result, error);
}

/* Until when the rules that name it last: until the first of them ends. */
static int64_t reserved_until(const ss_mail_picker *picker, uint32_t rules)
{
    const ss_reserved *reserved = picker->world->snapshot->reserved;
    int64_t until = SS_NO_TIME;
    for (unsigned rule = 0; rule < reserved->count; rule++) {
        int64_t end = reserved->rules[rule].until;
        if ((rules >> rule & 1u) && end != SS_NO_TIME && (until == SS_NO_TIME || end < until))
            until = end;
    }
    return until;
}

/* How well an item suits the customer: by the factorization, or else by whether it is of the category that they buy most
 * of, and how well it sells (`place`). */
static float suits(const ss_mail_picker *picker, const float *vector, uint32_t item, size_t place)
{
    bool liked = picker->audience.affinity != SS_NONE &&
                 ss_catalogue_category(ss_mail_picker_catalogue(picker), item) == picker->audience.affinity;
    if (vector)
        return ss_als_score(&picker->world->snapshot->als, vector, item);
    return (liked ? 1.0f : 0.5f) / (1 + (float)place / (float)CANDIDATES);
}

static ss_status pick_early(ss_mail_picker *picker, ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    const ss_catalogue *catalogue = ss_mail_picker_catalogue(picker);
    const ss_reserved *reserved = picker->world->snapshot->reserved;
    const float *vector = NULL;
    uint32_t denied = picker->exclusive ? ss_reserved_denied(reserved, picker->exclusive, mail->segments) : 0;
    if (picker->early_count == 0 || denied == picker->exclusive)
        return SS_OK;
    const ss_request request = request_of(picker);
    ss_status status = ss_answerer_fold_in(picker->live, &picker->shelves[FACTORS], &request, &vector, error);
    if (status != SS_OK)
        return status;
    for (size_t i = 0; i < picker->early_count; i++) {
        uint32_t item = picker->early[i], rules = ss_catalogue_reserved_by(catalogue, item) & picker->exclusive;
        if (rules & denied)
            continue;
        add_candidate(picker, &(ss_mail_product){.item = item,
                                                 .score = suits(picker, vector, item, i),
                                                 .why = SS_MAIL_WHY_ACCESS,
                                                 .since = reserved_until(picker, rules)});
    }
    return choose(picker, picker->live, mail, result, error);
}

static void add_due(void *context, const ss_own_purchases *own)
{
    ss_mail_picker *picker = context;
    const ss_repurchase *model = &picker->world->snapshot->repurchase;
    double typical = ss_repurchase_interval(model, own->item).median_days, away = days_before(picker, own->last);
    if (ss_repurchase_class_of(model, own->item) != SS_REPURCHASE_CONSUMABLE || !(typical > 0) ||
        away < picker->options->due_early * typical || away > picker->options->due_late * typical)
        return;
    add_candidate(picker, &(ss_mail_product){.item = own->item,
                                             .score = (float)ss_repurchase_due(model, own, typical),
                                             .why = SS_MAIL_WHY_DUE,
                                             .when = own->last,
                                             .days = typical,
                                             .pieces = own->purchases});
}

static ss_status pick_due(ss_mail_picker *picker, ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    const ss_snapshot *snapshot = picker->world->snapshot;
    if (!snapshot->has_repurchase || !snapshot->has_times)
        return SS_OK;
    ss_again_each(&picker->history, picker->visit, picker->world->now, add_due, picker);
    return choose(picker, picker->live, mail, result, error);
}

/* Purchases of some weeks ago; the score is what keeps the newest. */
static void add_purchase(void *context, const ss_own_purchases *own)
{
    ss_mail_picker *picker = context;
    double away = days_before(picker, own->last);
    if (away >= picker->options->after_days_min && away <= picker->options->after_days_max)
        add_candidate(picker, &(ss_mail_product){.item = own->item, .score = freshness(away)});
}

static ss_status pick_after(ss_mail_picker *picker, ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    const ss_catalogue *catalogue = ss_mail_picker_catalogue(picker);
    ss_slice ids[AFTER_MAX];
    if (!picker->world->snapshot->has_times)
        return SS_OK;
    ss_again_each(&picker->history, picker->visit, picker->world->now, add_purchase, picker);
    size_t count = picker->candidate_count < AFTER_MAX ? picker->candidate_count : AFTER_MAX;
    if (count == 0)
        return SS_OK;
    qsort(picker->candidates, picker->candidate_count, sizeof *picker->candidates, by_falling_score);
    for (size_t i = 0; i < count; i++)
        ids[i] = ss_catalogue_id(catalogue, picker->candidates[count - 1 - i].item);
    ss_request request = request_of(picker);
    request.items = ids;
    request.item_count = count;
    request.limit *= 4; /* some go with it no more than by chance */
    request.filter.bought = SS_BOUGHT_EXCLUDE;
    return ask(picker, &picker->shelves[AFTER], &request, is_beyond_chance, mail, result, error);
}

static ss_status pick_win_back(ss_mail_picker *picker, ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    const ss_snapshot *snapshot = picker->world->snapshot;
    if (!snapshot->has_segments || (mail->stage != SS_SEGMENT_LAPSED && mail->stage != SS_SEGMENT_AT_RISK))
        return SS_OK;
    ss_customer_facts facts = ss_segments_facts(&snapshot->segments, picker->number);
    mail->when = facts.newest;
    mail->days = facts.interval;
    return ask_for_you(picker, NULL, mail, result, error);
}

static ss_status pick_for_you(ss_mail_picker *picker, ss_mail *mail, ss_mail_pick *result, ss_error *error)
{
    if (picker->history.count == 0 && picker->visit->customer.count == 0)
        return SS_OK;
    if (!picker->many)
        return ask_for_you(picker, is_own, mail, result, error);
    *result = SS_MAIL_LATER;
    return SS_OK;
}

ss_status ss_mail_picker_pick(ss_mail_picker *picker, ss_mail_kind kind, ss_mail *mail, ss_mail_pick *result,
                              ss_error *error)
{
    static ss_status (*const lists[SS_MAIL_KINDS])(ss_mail_picker *, ss_mail *, ss_mail_pick *, ss_error *) = {
        [SS_MAIL_ABANDONED_CART] = pick_cart, [SS_MAIL_BACK_IN_STOCK] = pick_back, [SS_MAIL_PRICE_DROPPED] = pick_price,
        [SS_MAIL_BIRTHDAY] = pick_birthday,   [SS_MAIL_EARLY_ACCESS] = pick_early, [SS_MAIL_DUE_AGAIN] = pick_due,
        [SS_MAIL_GOES_WITH] = pick_after,     [SS_MAIL_WIN_BACK] = pick_win_back,  [SS_MAIL_FOR_YOU] = pick_for_you,
    };
    picker->candidate_count = 0;
    mail->kind = kind;
    mail->count = 0;
    mail->when = SS_NO_TIME;
    mail->days = 0;
    mail->value = 0;
    *result = SS_MAIL_NOT_FOR;
    return lists[kind](picker, mail, result, error);
}

/* ---- the factorization, for many customers at once ---- */

static bool may_be_shown(void *context, uint32_t item)
{
    return !(ss_catalogue_show(context, item) & SS_SHOW_BLOCKED);
}

/* The best of all that anybody may be shown, so many that the customer's own rules leave enough. */
static ss_status fold_in(ss_mail_picker *picker, size_t place, ss_mail *mail, ss_als_ask *ask, ss_error *error)
{
    const float *vector = NULL;
    uint32_t stride = picker->world->snapshot->als.stride;
    ss_mail_picker_meet(picker, mail->customer, mail);
    const ss_request request = request_of(picker);
    ss_status status = ss_answerer_fold_in(picker->live, &picker->shelves[FACTORS], &request, &vector, error);
    if (status != SS_OK)
        return status;
    size_t wanted = (size_t)picker->options->products + picker->history.count + picker->visit->customer.count + SPARE;
    *ask = (ss_als_ask){.vector = picker->vectors + place * stride,
                        .k = !vector              ? 0
                             : wanted < FOUND_MAX ? wanted
                                                  : FOUND_MAX,
                        .admit = may_be_shown,
                        .context = (void *)(uintptr_t)ss_mail_picker_catalogue(picker),
                        .out = picker->found + place * FOUND_MAX};
    if (vector)
        memcpy(picker->vectors + place * stride, vector, stride * sizeof *vector);
    return SS_OK;
}

static void take_found(const ss_mail_picker *picker, const ss_als_ask *ask, const ss_answer *answer, ss_mail *mail)
{
    for (mail->count = 0; mail->count < answer->count; mail->count++) {
        uint32_t item = answer->items[mail->count].item;
        mail->products[mail->count] =
            (ss_mail_product){.item = item,
                              .score = ss_als_score(&picker->world->snapshot->als, ask->vector, item),
                              .why = SS_MAIL_WHY_SHELF,
                              .reason = {.model = SS_SOURCE_ALS, .because = SS_NONE}};
    }
}

/* Where the rules left too little of what was found, the shelf is asked, which searches with them. */
static ss_status fill_one(ss_mail_picker *picker, const ss_als_ask *ask, ss_mail *mail, ss_mail_pick *result,
                          ss_error *error)
{
    uint32_t items[FOUND_MAX];
    ss_answer answer;
    ss_mail_picker_meet(picker, mail->customer, mail);
    ss_request request = request_of(picker);
    for (size_t i = 0; i < ask->found; i++)
        items[i] = ask->out[i].id;
    ss_status status =
        ss_answer_chosen(picker->live, &picker->shelves[CHOSEN_FOR_YOU], &request, items, ask->found, &answer, error);
    if (status == SS_OK && answer.count < request.limit && ask->found == ask->k && ask->k > 0)
        status = ss_answer_shelf(picker->live, &picker->shelves[FACTORS], &request, &answer, error);
    if (status != SS_OK)
        return status;
    take_found(picker, ask, &answer, mail);
    *result = enough(picker, mail, &answer);
    return SS_OK;
}

ss_status ss_mail_picker_fill(ss_mail_picker *picker, ss_mail *const *mails, size_t count, ss_mail_pick *results,
                              ss_error *error)
{
    ss_als_ask asks[SS_MAIL_TOGETHER];
    ss_status status = SS_OK;
    for (size_t i = 0; i < count && status == SS_OK; i++)
        status = fold_in(picker, i, mails[i], &asks[i], error);
    if (status != SS_OK)
        return status;
    ss_als_search_many(picker->many, asks, count);
    for (size_t i = 0; i < count && status == SS_OK; i++)
        status = fill_one(picker, &asks[i], mails[i], &results[i], error);
    return status;
}

#include "offers/candidates.h"

#include "log/catalog.h"

/* ---- the shelves that are asked ---- */

/* What the visitor looks at may be offered to them; whatever else the shop says of the shelf `related` holds. */
static ss_shelf chosen_shelf(const ss_shelf *related)
{
    ss_shelf shelf = *related;
    shelf.context = 0;
    shelf.show_seen = true;
    shelf.price_ratio_min = shelf.price_ratio_max = 0;
    return shelf;
}

/* Of one product: its list need only be walked, which costs a tenth of a blend. What only sells well goes with nothing:
 * such fallbacks are left out. */
static ss_shelf goes_with(const ss_shelf *of)
{
    ss_shelf shelf = *of;
    ss_relation relation;
    shelf.context = SS_CONTEXT_ITEM;
    shelf.fallback_count = 0;
    for (size_t i = 0; i < of->fallback_count; i++)
        if (ss_source_relation(of->fallbacks[i], &relation) || of->fallbacks[i] == SS_SOURCE_ALTERNATIVES)
            shelf.fallbacks[shelf.fallback_count++] = of->fallbacks[i];
    return shelf;
}

void ss_candidates_init(ss_candidates *candidates, const ss_snapshot *snapshot)
{
    const ss_shelf *shelves = snapshot->shelves;
    ss_shelf *of = candidates->shelves;
    of[SS_OFFERED_CHOSEN] = chosen_shelf(&shelves[SS_SHELF_RELATED]);
    of[SS_OFFERED_TOGETHER] = goes_with(&shelves[SS_SHELF_BOUGHT_TOGETHER]);
    of[SS_OFFERED_RELATED] = goes_with(&shelves[SS_SHELF_RELATED]);
    of[SS_OFFERED_AGAIN] = shelves[SS_SHELF_BUY_AGAIN];
    of[SS_OFFERED_TRENDING] = shelves[SS_SHELF_TRENDING];
    of[SS_OFFERED_CART] = shelves[SS_SHELF_CART];
    for (unsigned shelf = 0; shelf < SS_OFFERED_COUNT; shelf++)
        of[shelf].min_items = of[shelf].max_items = 0; /* whether it is a row on a page is of no account here */
}

/*
 * How likely a product is wanted, by what speaks for it: roughly how often those who see it so buy it, beside the
 * product whose page they are on; of the further ones of a shelf and of its fallbacks less. What the same customers
 * bought at some time goes with a product less surely than what they bought with it.
 */
static const double AFFINITY_PAGE = 1, AFFINITY_SEEN = 0.5, FALLBACK_FACTOR = 0.5, RANK_FACTOR = 0.2;
static const double AFFINITY[SS_OFFERED_COUNT] = {[SS_OFFERED_TOGETHER] = 0.15,
                                                  [SS_OFFERED_RELATED] = 0.05,
                                                  [SS_OFFERED_AGAIN] = 0.3,
                                                  [SS_OFFERED_TRENDING] = 0.05,
                                                  [SS_OFFERED_CART] = 0.15};

static double at_rank(double affinity, size_t rank)
{
    return affinity / (1 + RANK_FACTOR * (double)rank);
}

/*
 * What two orders have in common can be chance: when they are few, and as far as both sell well anyway. Without the
 * second a shop's best seller, dear as it is, would stand on every page.
 */
#define EVIDENCE_HALF     10.0 /* pairs that a reason must rest on to count half */
#define BEYOND_CHANCE_MIN 0.1

static double by_evidence(double affinity, const ss_reason *why)
{
    if (why->pairs == 0)
        return affinity;
    double beyond_chance = why->lift > 0 ? 1 - 1 / why->lift : 1;
    if (beyond_chance < BEYOND_CHANCE_MIN)
        beyond_chance = BEYOND_CHANCE_MIN;
    return affinity * beyond_chance * why->pairs / (why->pairs + EVIDENCE_HALF);
}

/* Further down it is wanted less: by its place, and of pairs by the shelf's scores where those fall faster. */
static double by_place(double affinity, const ss_answer *answer, size_t i)
{
    const ss_answer_item *first = &answer->items[0], *one = &answer->items[i];
    double ranked = at_rank(affinity, i);
    if (one->reason.pairs == 0 || first->reason.pairs == 0 || one->reason.stage != first->reason.stage ||
        one->score <= 0 || first->score <= 0)
        return ranked;
    double scored = affinity * (double)one->score / (double)first->score;
    return scored < ranked ? scored : ranked;
}

/* ---- adding ---- */

/* What the margin of a product without known cost is taken to be of its price without tax, for its place among others. */
#define MARGIN_GUESSED 3000 /* basis points */

static int64_t margin_of(const ss_price_line *line, int64_t tax)
{
    if (line->cost != SS_NO_MONEY)
        return ss_line_margin(line, tax);
    return line->price > 0 ? ss_share_of(ss_net_of(line->price, tax), MARGIN_GUESSED) : 0;
}

static void add(ss_candidates *candidates, const ss_candidates_for *of, const ss_catalogue *catalogue, uint32_t item,
                double affinity, const ss_candidate_reason *reason)
{
    ss_price_line line = ss_line_of(catalogue, of->campaign, item, 1, of->now);
    int64_t margin = margin_of(&line, of->guards->tax);
    if (candidates->count < SS_CANDIDATES_MAX && line.eligible && margin > 0)
        candidates->list[candidates->count++] = (ss_candidate){item, *reason, affinity, margin, line};
}

static void add_answer(ss_candidates *candidates, const ss_candidates_for *of, const ss_catalogue *catalogue,
                       const ss_answer *answer, double affinity)
{
    for (size_t i = 0; i < answer->count; i++)
        ss_catalogue_fetch_prices(catalogue, answer->items[i].item);
    for (size_t i = 0; i < answer->count; i++) {
        const ss_reason *why = &answer->items[i].reason;
        const ss_candidate_reason reason = {(uint8_t)why->model, why->because, why->pairs, why->customers};
        double worth = by_evidence(why->stage > 0 ? affinity * FALLBACK_FACTOR : affinity, why);
        add(candidates, of, catalogue, answer->items[i].item, by_place(worth, answer, i), &reason);
    }
}

static ss_status ask(ss_candidates *candidates, ss_answerer *answerer, const ss_candidates_for *of,
                     ss_candidate_shelf shelf, uint32_t limit, ss_error *error)
{
    ss_answer answer;
    ss_status status = ss_page_answer(&candidates->page, answerer, &candidates->shelves[shelf], limit, &answer, error);
    if (status == SS_OK)
        add_answer(candidates, of, ss_answerer_catalogue(answerer), &answer, AFFINITY[shelf]);
    return status;
}

static ss_status choose(ss_candidates *candidates, ss_answerer *answerer, const ss_candidates_for *of,
                        const uint32_t *items, size_t count, uint8_t source, double affinity, ss_error *error)
{
    const ss_candidate_reason reason = {.source = source, .because = SS_NONE};
    ss_answer answer;
    if (count == 0)
        return SS_OK;
    ss_status status = ss_page_choose(&candidates->page, answerer, &candidates->shelves[SS_OFFERED_CHOSEN], items,
                                      count, (uint32_t)count, &answer, error);
    for (size_t i = 0; status == SS_OK && i < answer.count; i++)
        add(candidates, of, ss_answerer_catalogue(answerer), answer.items[i].item, at_rank(affinity, i), &reason);
    return status;
}

/* ---- the pages ---- */

#define SEEN_MAX       6u /* of the session, that are offered again */
#define SEEN_BEHIND    2u /* … of which what goes with them is sought */
#define BEHIND_LIMIT   6u /* … and how much for each */
#define RELATED_LIMIT  6u
#define AGAIN_LIMIT    6u
#define TOGETHER_LIMIT 10u
#define ENOUGH         12u /* from so many on it is not asked what many buy */

/* What was seen in the session, newest first, but not put into the cart and not bought since. */
static size_t seen_items(const ss_visitor_view *view, uint32_t items[SEEN_MAX])
{
    size_t count = 0;
    for (unsigned i = view->count; i-- > 0 && count < SEEN_MAX;) {
        const ss_visitor_item *item = &view->items[i];
        if (ss_visit_seen(item) && item->item != SS_NONE && item->cart == 0 && item->bought == 0)
            items[count++] = item->item;
    }
    return count;
}

/* What goes with the newest of what was seen. */
static ss_status look_back(ss_candidates *candidates, ss_answerer *answerer, const ss_candidates_for *of,
                           const uint32_t *items, size_t count, ss_error *error)
{
    ss_request *asked = &candidates->page.request;
    ss_status status = SS_OK;
    for (size_t i = 0; i < count && i < SEEN_BEHIND; i++) {
        asked->item_id = ss_catalogue_id(ss_answerer_catalogue(answerer), items[i]);
        asked->item = &items[i];
        SS_TRY(ask(candidates, answerer, of, SS_OFFERED_TOGETHER, BEHIND_LIMIT, error));
    }
out:
    asked->item_id = (ss_slice){"", 0};
    asked->item = NULL;
    return status;
}

/* Of a visitor whose session shows nothing what they saw on other days speaks. */
static ss_status gather_home(ss_candidates *candidates, ss_answerer *answerer, const ss_candidates_for *of,
                             ss_error *error)
{
    uint32_t seen[SEEN_MAX] = {0};
    size_t count = seen_items(&of->visit->session, seen);
    ss_status status = SS_OK;
    if (count == 0)
        count = seen_items(&of->visit->customer, seen);
    SS_TRY(choose(candidates, answerer, of, seen, count, SS_OFFER_FROM_SEEN, AFFINITY_SEEN, error));
    SS_TRY(look_back(candidates, answerer, of, seen, count, error));
    if (of->request->customer_id.size > 0)
        SS_TRY(ask(candidates, answerer, of, SS_OFFERED_AGAIN, AGAIN_LIMIT, error));
    if (candidates->count < ENOUGH)
        SS_TRY(ask(candidates, answerer, of, SS_OFFERED_TRENDING, ENOUGH, error));
out:
    return status;
}

static ss_status gather_product(ss_candidates *candidates, ss_answerer *answerer, const ss_candidates_for *of,
                                ss_error *error)
{
    uint32_t item = ss_catalogue_find(ss_answerer_catalogue(answerer), of->request->item_id);
    ss_request *asked = &candidates->page.request;
    ss_status status = SS_OK;
    SS_TRY(choose(candidates, answerer, of, &item, item != SS_NONE, SS_OFFER_FROM_PAGE, AFFINITY_PAGE, error));
    asked->item_id = of->request->item_id;
    asked->item = &item;
    SS_TRY(ask(candidates, answerer, of, SS_OFFERED_TOGETHER, TOGETHER_LIMIT, error));
    SS_TRY(ask(candidates, answerer, of, SS_OFFERED_RELATED, RELATED_LIMIT, error));
out:
    asked->item = NULL;
    return status;
}

/* What goes with the cart, beside the cart itself. */
static ss_status gather_cart(ss_candidates *candidates, ss_answerer *answerer, const ss_candidates_for *of,
                             ss_error *error)
{
    return ask(candidates, answerer, of, SS_OFFERED_CART, TOGETHER_LIMIT, error);
}

/* ---- the request ---- */

ss_request ss_candidates_request(const ss_offer_request *request, int64_t now)
{
    ss_request asked = ss_request_empty();
    asked.customer_id = request->customer_id;
    asked.session_id = request->session_id;
    asked.no_consent = request->no_consent;
    asked.exclude = request->exclude;
    asked.exclude_count = request->exclude_count;
    asked.now = now;
    return asked;
}

static void begin_page(ss_candidates *candidates, const ss_candidates_for *of)
{
    ss_request asked = ss_candidates_request(of->request, of->now);
    for (size_t i = 0; i < of->cart->count; i++)
        if (of->cart->items[i] != SS_NONE)
            candidates->cart[asked.cart_count++] = of->cart->items[i];
    asked.cart_numbers = candidates->cart;
    ss_page_begin(&candidates->page, &asked);
    candidates->page.request.same_visitor = true;
    candidates->count = 0;
}

ss_status ss_candidates_gather(ss_candidates *candidates, ss_answerer *answerer, const ss_candidates_for *of,
                               ss_error *error)
{
    static ss_status (*const gather[SS_PAGE_COUNT])(ss_candidates *, ss_answerer *, const ss_candidates_for *,
                                                    ss_error *) = {
        [SS_PAGE_HOME] = gather_home, [SS_PAGE_PRODUCT] = gather_product, [SS_PAGE_CART] = gather_cart};
    begin_page(candidates, of);
    return gather[of->request->page](candidates, answerer, of, error);
}

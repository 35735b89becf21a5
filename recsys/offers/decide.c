#include "offers/assignment.h"
#include "offers/budgets.h"
#include "offers/eligibility.h"
#include "offers/engine.h"
#include "shelf/audience.h"
#include "store/items.h"
#include <stddef.h>

/* One decision on its way. */
typedef struct deciding {
    ss_offers *offers;
    const ss_offer_request *request;
    ss_decision *decision;
    ss_parties *parties;
    const ss_visit *visit;
    const ss_campaign *campaign; /* NULL: none (yet) */
    bool decided;                /* an arm was chosen: it counts, and something is to be learned from it */
} deciding;

/* ---- the request ---- */

static ss_status check_id(const char *field, ss_slice id, bool needed, ss_error *error)
{
    if (id.size <= SS_ID_MAX && (id.size > 0 || !needed))
        return SS_OK;
    ss_error_set(error, SS_E_RANGE, "%s: %zu bytes; an id has 1 to %u", field, id.size, SS_ID_MAX);
    ss_error_field(error, field);
    return SS_E_RANGE;
}

static ss_status check_number(const char *field, int64_t value, int64_t low, int64_t high, ss_error *error)
{
    if (value >= low && value <= high)
        return SS_OK;
    ss_error_set(error, SS_E_RANGE, "%s: %lld is outside %lld to %lld", field, (long long)value, (long long)low,
                 (long long)high);
    ss_error_field(error, field);
    return SS_E_RANGE;
}

static ss_status check_request(const ss_offer_request *request, ss_error *error)
{
    bool needs_customer = request->session_id.size == 0 && !request->no_consent;
    ss_status status = SS_OK;
    SS_TRY(check_number("page", request->page, 0, SS_PAGE_COUNT - 1, error));
    SS_TRY(check_number("limit", request->limit, 0, SS_OFFERS_MAX, error));
    SS_TRY(check_number("cart", (int64_t)request->cart_count, 0, SS_CART_LINES_MAX, error));
    SS_TRY(check_number("exclude", (int64_t)request->exclude_count, 0, SS_EXCLUDE_MAX, error));
    SS_TRY(check_id("item_id", request->item_id, request->page == SS_PAGE_PRODUCT, error));
    SS_TRY(check_id("session_id", request->session_id, false, error));
    SS_TRY(check_id("customer_id", request->customer_id, needs_customer, error));
    SS_TRY(check_id("request_id", request->request_id, false, error));
    for (size_t i = 0; request->cart && i < request->cart_count; i++)
        SS_TRY(check_number("quantity", request->cart[i].quantity, 1, SS_CART_PIECES_MAX, error));
out:
    return status;
}

/* ---- what stands in the way ---- */

/* A ghost stands in the way like the offer that it is the ghost of. */
static bool is_good(const ss_decision *decision, int64_t now)
{
    if (decision->expires <= now)
        return false;
    if (decision->verdict == SS_VERDICT_HELD_OUT)
        return decision->terms.kind != SS_INCENTIVE_NONE;
    for (size_t i = 0; decision->verdict == SS_VERDICT_SHOWN && i < decision->offer_count; i++)
        if (decision->offers[i].lease > 0 && decision->offers[i].state == SS_OFFER_OPEN)
            return true;
    return false;
}

/*
 * A decision to show nothing stands for as long as an offer would have: whoever leaves three times in a minute is not
 * drawn for three times.
 */
static bool is_settled_for(const ss_decision *decision, const ss_campaign *campaign, int64_t now)
{
    return decision->verdict == SS_VERDICT_NOT_WORTH && decision->expires > now &&
           ss_slice_equal(decision->campaign, campaign->name);
}

static ss_status look_at_open(deciding *of, ss_error *error)
{
    ss_offers *offers = of->offers;
    uint64_t numbers[SS_PARTIES_OPEN_MAX];
    size_t count = ss_parties_open(of->parties, numbers);
    for (size_t i = 0; i < count; i++) {
        ss_decision before;
        ss_status status = ss_offer_ledger_find(offers->ledger, numbers[i], &before, error);
        if (status == SS_E_NOT_FOUND ||
            (status == SS_OK && before.closes <= offers->now && before.expires <= offers->now))
            ss_parties_close(of->parties, numbers[i]);
        else if (status != SS_OK)
            return status;
        else if (!offers->policy->guards.stacking && is_good(&before, offers->now))
            of->decision->verdict = SS_VERDICT_OPEN_OFFER;
        else if (is_settled_for(&before, of->campaign, offers->now))
            of->decision->verdict = SS_VERDICT_NOT_WORTH;
    }
    if (of->decision->verdict == SS_VERDICT_SHOWN && ss_parties_full(of->parties))
        of->decision->verdict = SS_VERDICT_SHOWS;
    return SS_OK;
}

/* ---- the occasion ---- */

/* Who it is, what is in the cart, which campaign that makes. */
static void meet(deciding *of)
{
    ss_offers *offers = of->offers;
    const ss_offer_request *request = of->request;
    const ss_catalogue *catalogue = ss_answerer_catalogue(offers->answerer);
    const ss_request asked = ss_candidates_request(request, offers->now);
    of->visit = ss_answerer_meet(offers->answerer, &asked);
    if (request->cart)
        ss_cart_take(&offers->cart, catalogue, request->cart, request->cart_count, offers->now);
    else
        ss_cart_take_live(&offers->cart, catalogue, of->visit, offers->now);
    const ss_snapshot *snapshot = ss_answerer_snapshot(offers->answerer);
    ss_audience audience =
        ss_audience_of(snapshot, request->customer_id, &of->visit->session, &of->visit->customer, offers->now);
    const ss_occasion occasion = {request->page, audience.segments, ss_audience_liked(&audience, snapshot),
                                  offers->cart.value, offers->now};
    of->decision->segment = ss_slice_of(ss_segment_name(ss_audience_lifecycle(&audience)));
    of->campaign = ss_eligible_campaign(offers->policy, &occasion);
    if (!of->campaign)
        return;
    of->decision->campaign = of->campaign->name;
    of->decision->expires = offers->now + of->campaign->lifetime;
    ss_cart_restrict(&offers->cart, catalogue, of->campaign);
}

/* ---- choosing ---- */

static size_t limit_of(const deciding *of)
{
    size_t limit = (size_t)of->campaign->limit;
    return of->request->limit > 0 && of->request->limit < limit ? of->request->limit : limit;
}

static const ss_candidate *page_product(const ss_candidates *candidates)
{
    const ss_candidate *first = candidates->list;
    return candidates->count > 0 && first->reason.source == SS_OFFER_FROM_PAGE ? first : NULL;
}

static ss_arms_for arms_for(const deciding *of)
{
    ss_offers *offers = of->offers;
    const ss_policy *policy = offers->policy;
    return (ss_arms_for){.policy = policy,
                         .campaign = of->campaign,
                         .catalogue = ss_answerer_catalogue(offers->answerer),
                         .candidates = &offers->candidates,
                         .cart = &offers->cart,
                         .page = page_product(&offers->candidates),
                         .segment = of->decision->segment,
                         .room = ss_budgets_room(offers->ledger, policy, of->campaign, offers->day),
                         .limit = limit_of(of),
                         .now = offers->now,
                         .incentives = !ss_parties_used_up(of->parties, &policy->guards, offers->now)};
}

static ss_offer_reason reason_of(const ss_candidate_reason *why, const ss_catalogue *catalogue)
{
    ss_slice because = why->because == SS_NONE ? (ss_slice){"", 0} : ss_catalogue_id(catalogue, why->because);
    return (ss_offer_reason){why->source, because, why->pairs, why->customers};
}

static ss_offer offer_of(const deciding *of, const ss_incentive *incentive, const ss_arm_offer *chosen)
{
    const ss_priced *priced = &chosen->priced;
    const ss_catalogue *catalogue = ss_answerer_catalogue(of->offers->answerer);
    bool shown = of->decision->verdict == SS_VERDICT_SHOWN;
    ss_offer offer = {.list = priced->list, .offer = priced->offer, .lease = shown ? priced->given : 0};
    offer.reason.source = SS_OFFER_FROM_CART;
    if (!chosen->candidate)
        return offer;
    offer.reason = reason_of(&chosen->candidate->reason, catalogue);
    offer.item_id = ss_catalogue_id(catalogue, chosen->candidate->item);
    if (incentive->kind == SS_INCENTIVE_BUNDLE)
        offer.with_item = of->request->item_id;
    return offer;
}

/* The holdout is asked last, so that ghosts are what would have been shown. */
static void take_arm(deciding *of, const ss_arm *arm)
{
    ss_decision *decision = of->decision;
    const ss_incentive *incentive = arm->incentive;
    uint64_t seed = of->offers->policy->learning.seed;
    ss_slice visitor = ss_decision_visitor(decision);
    of->decided = true;
    decision->incentive = SS_SLICE_LITERAL(SS_ARM_NOTHING);
    decision->verdict = SS_VERDICT_NOT_WORTH;
    if (!incentive)
        return;
    decision->verdict = ss_assigned_to_holdout(of->campaign, seed, visitor) ? SS_VERDICT_HELD_OUT : SS_VERDICT_SHOWN;
    decision->incentive = incentive->name;
    decision->variant = ss_assigned_variant(of->campaign, seed, visitor);
    decision->terms = (ss_offer_terms){(uint8_t)incentive->kind, incentive->share,     incentive->amount,
                                       incentive->points,        incentive->value_min, incentive->gift_item};
    for (size_t i = 0; i < arm->count; i++)
        decision->offers[decision->offer_count++] = offer_of(of, incentive, &arm->offers[i]);
}

static ss_status choose(deciding *of, ss_error *error)
{
    ss_offers *offers = of->offers;
    const ss_learning *learning = &offers->policy->learning;
    const ss_candidates_for products = {of->request, of->visit, &offers->cart, of->campaign, &offers->policy->guards,
                                        offers->now};
    ss_random random;
    ss_arm arm;
    ss_status status = SS_OK;
    SS_TRY(ss_candidates_gather(&offers->candidates, offers->answerer, &products, error));
    ss_arms_for arms = arms_for(of);
    ss_random_seed(&random, ss_random_mix(learning->seed) ^ ss_offer_ledger_next(offers->ledger));
    if (!ss_arms_choose(&arms, offers->learner, learning->explore ? &random : NULL, &arm, &of->decision->stake)) {
        of->decision->verdict = SS_VERDICT_NO_PRODUCTS;
        return SS_OK;
    }
    if (!ss_arm_is_sound(&arms, &arm))
        return ss_error_set(error, SS_E_CORRUPT, "an offer of the campaign %.*s would be below its floor",
                            (int)of->campaign->name.size, of->campaign->name.data);
    take_arm(of, &arm);
out:
    return status;
}

/* ---- the verdict ---- */

/* Offers are written when they are made: to clear room for all of them takes longer than the rest. */
static void begin_decision(deciding *of)
{
    const ss_offers *offers = of->offers;
    const ss_offer_request *request = of->request;
    ss_decision *decision = of->decision;
    memset(decision, 0, offsetof(ss_decision, offers));
    decision->time = decision->expires = offers->now;
    decision->closes = offers->now + offers->policy->learning.window;
    decision->day = offers->day;
    decision->verdict = SS_VERDICT_SHOWN;
    decision->page = (uint8_t)request->page;
    decision->customer_id = request->customer_id;
    decision->session_id = request->session_id;
    decision->request_id = request->request_id;
    decision->page_item = request->item_id;
}

/* Each in turn may be the last word. */
static ss_status decide(deciding *of, ss_error *error)
{
    ss_offers *offers = of->offers;
    ss_status status = SS_OK;
    SS_TRY(ss_parties_read(offers->ledger, of->request->session_id, of->request->customer_id, of->parties, error));
    of->decision->verdict = ss_parties_ask(of->parties, &offers->policy->guards, offers->now);
    if (of->decision->verdict != SS_VERDICT_SHOWN)
        return SS_OK;
    meet(of);
    if (!of->campaign) {
        of->decision->verdict = SS_VERDICT_NO_CAMPAIGN;
        return SS_OK;
    }
    SS_TRY(look_at_open(of, error));
    if (of->decision->verdict == SS_VERDICT_SHOWN)
        SS_TRY(choose(of, error));
out:
    return status;
}

/* What was decided is kept, and whatever somebody may ask for again. */
static ss_status keep(deciding *of, ss_error *error)
{
    ss_offers *offers = of->offers;
    ss_decision *decision = of->decision;
    bool shows = decision->verdict == SS_VERDICT_SHOWN || decision->verdict == SS_VERDICT_HELD_OUT;
    ss_status status = SS_OK;
    if (of->request->preview || (!of->decided && decision->request_id.size == 0))
        return SS_OK;
    decision->closed = !of->decided;
    SS_TRY(ss_offer_ledger_add(offers->ledger, decision, error));
    if (!of->decided)
        return SS_OK;
    ss_parties_decided(of->parties, decision->number, shows, offers->now);
    SS_TRY(ss_parties_keep(offers->ledger, of->parties, offers->now, error));
out:
    return status;
}

static ss_status recall(deciding *of, bool *repeated, ss_error *error)
{
    const ss_offer_request *request = of->request;
    bool customer = request->customer_id.size > 0;
    ss_offer_party kind = customer ? SS_PARTY_CUSTOMER : SS_PARTY_SESSION;
    ss_slice visitor = customer ? request->customer_id : request->session_id;
    *repeated = false;
    if (request->request_id.size == 0 || request->preview)
        return SS_OK;
    ss_status status =
        ss_offer_ledger_find_request(of->offers->ledger, kind, visitor, request->request_id, of->decision, error);
    if (status == SS_E_NOT_FOUND)
        return SS_OK;
    if (status != SS_OK)
        return status;
    *repeated = true;
    of->campaign = ss_policy_campaign(of->offers->policy, of->decision->campaign);
    return SS_OK;
}

void ss_offers_foresee(const ss_offers *offers, const ss_offer_request *const *requests, size_t count)
{
    ss_request asked[SS_FORESEEN_MAX];
    ss_question questions[SS_FORESEEN_MAX];
    size_t used = count < SS_FORESEEN_MAX ? count : SS_FORESEEN_MAX;
    for (size_t i = 0; i < used; i++) {
        asked[i] = ss_candidates_request(requests[i], offers->now);
        asked[i].item_id = requests[i]->item_id;
        asked[i].limit = SS_OFFERS_MAX;
        questions[i] = (ss_question){&offers->candidates.shelves[SS_OFFERED_TOGETHER], &asked[i]};
    }
    ss_answerer_foresee(offers->answerer, questions, used);
}

ss_status ss_offers_decide(ss_offers *offers, const ss_offer_request *request, ss_offer_answer *answer, ss_error *error)
{
    ss_parties parties; /* large: read where they are needed */
    deciding of = {.offers = offers, .request = request, .decision = &offers->decision, .parties = &parties};
    bool repeated = false;
    ss_status status = SS_OK;
    SS_TRY(check_request(request, error));
    if (!request->no_consent)
        SS_TRY(recall(&of, &repeated, error));
    if (!repeated)
        begin_decision(&of);
    if (request->no_consent) {
        offers->decision.verdict = SS_VERDICT_NO_CONSENT;
    } else if (!repeated) {
        SS_TRY(decide(&of, error));
        SS_TRY(keep(&of, error));
    }
    *answer = (ss_offer_answer){&offers->decision, of.campaign, repeated};
out:
    return status;
}

#include "offers/redeem.h"

#include "base/dictionary.h"
#include "offers/engine.h"
#include "offers/redeem_cart.h"

static const char *const outcome_names[SS_REDEEM_OUTCOMES] = {
    [SS_REDEEMED] = "redeemed",
    [SS_REDEEM_UNDONE] = "undone",
    [SS_REDEEM_UNKNOWN] = "unknown_code",
    [SS_REDEEM_EXPIRED] = "expired",
    [SS_REDEEM_USED] = "used",
    [SS_REDEEM_CANCELLED] = "cancelled",
    [SS_REDEEM_FOREIGN] = "foreign",
    [SS_REDEEM_ITEMS] = "items",
    [SS_REDEEM_BELOW_MARGIN] = "below_margin",
    [SS_REDEEM_USES] = "uses",
    [SS_REDEEM_STACKED] = "stacked",
    [SS_REDEEM_RATE_LIMITED] = "rate_limited",
    [SS_REDEEM_NOT_REDEEMED] = "not_redeemed",
    [SS_REDEEM_NO_GIFT] = "no_gift",
};

const char *ss_redeemed_name(ss_redeemed outcome)
{
    return (unsigned)outcome < SS_REDEEM_OUTCOMES ? outcome_names[outcome] : NULL;
}

/* Whose uses count: at most those that were offered the code, and those that redeem it. */
typedef struct party_key {
    ss_offer_party kind;
    ss_slice id;
} party_key;

#define PARTIES_MAX 4u

typedef struct job {
    const ss_redeem_parts *parts;
    const ss_redeem_request *request;
    ss_slice visitor; /* in `visitor_name` */
    char visitor_name[1 + SS_ID_MAX];
    ss_decision decision;  /* with texts of its own, in `record`: what the ledger lends ends with its next call */
    const ss_offer *offer; /* in `decision`; NULL: no such code was given out */
    party_key keys[PARTIES_MAX];
    ss_party parties[PARTIES_MAX];
    size_t party_count;
    ss_redeem_cart cart;
    ss_priced priced;
    char record[SS_DECISION_RECORD_MAX];
} job;

/* ---- the code ---- */

static ss_status keep_texts(job *of, ss_error *error)
{
    size_t size = ss_decision_encode(&of->decision, of->record);
    return ss_decision_decode((ss_slice){of->record, size}, &of->decision, error);
}

/* Ghosts and offers that give nothing have no code. */
static const ss_offer *offer_at(const ss_decision *decision, uint64_t place)
{
    bool given_out =
        decision->verdict == SS_VERDICT_SHOWN && place < decision->offer_count && decision->offers[place].lease > 0;
    return given_out ? &decision->offers[place] : NULL;
}

static ss_status find_offer(job *of, ss_error *error)
{
    uint64_t number;
    if (!ss_code_read(of->parts->keys, of->request->code, &number))
        return SS_OK;
    ss_status status = ss_offer_ledger_find(of->parts->ledger, number / SS_OFFERS_MAX, &of->decision, error);
    if (status == SS_OK)
        status = keep_texts(of, error);
    if (status == SS_OK)
        of->offer = offer_at(&of->decision, number % SS_OFFERS_MAX);
    return status == SS_E_NOT_FOUND ? SS_OK : status;
}

static bool taken_by_this_order(const job *of)
{
    return of->offer && (of->offer->state == SS_OFFER_REDEEMED || of->offer->state == SS_OFFER_UNDONE) &&
           ss_slice_equal(of->offer->order_id, of->request->order_id);
}

/* Nobody is who was forgotten: an offer without a name is nobody's. */
static bool is_foreign(const job *of)
{
    const ss_decision *decision = &of->decision;
    if (decision->customer_id.size > 0)
        return !ss_slice_equal(decision->customer_id, of->request->customer_id);
    return decision->session_id.size == 0 || !ss_slice_equal(decision->session_id, of->request->session_id);
}

/* What the code itself says. */
static ss_redeemed check_code(const job *of)
{
    switch (of->offer->state) {
    case SS_OFFER_REDEEMED:
        return SS_REDEEM_USED;
    case SS_OFFER_UNDONE:
        return SS_REDEEM_CANCELLED;
    case SS_OFFER_EXPIRED:
        return SS_REDEEM_EXPIRED;
    case SS_OFFER_OPEN:
    case SS_OFFER_STATES:
        break;
    }
    if (of->parts->now >= of->decision.expires)
        return SS_REDEEM_EXPIRED;
    if (is_foreign(of))
        return SS_REDEEM_FOREIGN;
    return ss_redeem_cart_holds(&of->cart, of->offer) ? SS_REDEEMED : SS_REDEEM_ITEMS;
}

/* ---- uses ---- */

static void add_party(job *of, ss_offer_party kind, ss_slice id)
{
    if (id.size == 0)
        return;
    for (size_t i = 0; i < of->party_count; i++)
        if (of->keys[i].kind == kind && ss_slice_equal(of->keys[i].id, id))
            return;
    of->keys[of->party_count++] = (party_key){kind, id};
}

static ss_status find_parties(job *of, ss_error *error)
{
    ss_status status = SS_OK;
    add_party(of, SS_PARTY_CUSTOMER, of->decision.customer_id);
    add_party(of, SS_PARTY_CUSTOMER, of->request->customer_id);
    add_party(of, SS_PARTY_SESSION, of->decision.session_id);
    add_party(of, SS_PARTY_SESSION, of->request->session_id);
    for (size_t i = 0; i < of->party_count && status == SS_OK; i++)
        status = ss_offer_ledger_party(of->parts->ledger, of->keys[i].kind, of->keys[i].id, &of->parties[i], error);
    return status;
}

static ss_status keep_party(job *of, size_t i, ss_error *error)
{
    return ss_offer_ledger_keep_party(of->parts->ledger, of->keys[i].kind, of->keys[i].id, &of->parties[i], error);
}

static bool has_used_all(const job *of)
{
    const ss_guards *guards = &of->parts->policy->guards;
    for (size_t i = 0; guards->uses_max > 0 && i < of->party_count; i++) {
        int64_t used = 0;
        for (uint32_t k = 0; k < of->parties[i].use_count; k++)
            used += guards->uses_period == 0 || of->parts->now - of->parties[i].uses[k] < guards->uses_period;
        if (used >= guards->uses_max)
            return true;
    }
    return false;
}

/* Oldest first; of more than there is room for the oldest goes. */
static void add_use(ss_party *party, int64_t now)
{
    if (party->use_count == SS_PARTY_USES_MAX)
        memmove(party->uses, party->uses + 1, --party->use_count * sizeof *party->uses);
    uint32_t at = party->use_count++;
    for (; at > 0 && party->uses[at - 1] > now; at--)
        party->uses[at] = party->uses[at - 1];
    party->uses[at] = now;
    party->latest = now > party->latest ? now : party->latest;
}

static bool take_use_back(ss_party *party, int64_t time)
{
    uint32_t at = 0;
    while (at < party->use_count && party->uses[at] != time)
        at++;
    if (at == party->use_count)
        return false;
    party->use_count--;
    memmove(party->uses + at, party->uses + at + 1, (party->use_count - at) * sizeof *party->uses);
    return true;
}

/* ---- outcomes ---- */

#define OPEN_MAX (1u + PARTIES_MAX * SS_PARTY_OPEN_MAX)

/* The decision itself, and those of its parties that what is bought counts for; so does what it cost. */
static size_t open_decisions(const job *of, uint64_t numbers[OPEN_MAX])
{
    size_t count = 0;
    numbers[count++] = of->decision.number;
    for (size_t i = 0; i < of->party_count; i++)
        for (uint32_t k = 0; k < of->parties[i].open_count; k++) {
            size_t at = 0;
            while (at < count && numbers[at] != of->parties[i].open[k])
                at++;
            numbers[at] = of->parties[i].open[k];
            count += at == count;
        }
    return count;
}

/* What was given at `time`; negative: it was undone. Windows that are over stay as they were seen. */
static ss_status add_given(job *of, int64_t given, int64_t time, ss_error *error)
{
    uint64_t numbers[OPEN_MAX];
    size_t count = open_decisions(of, numbers);
    ss_decision *decision = of->parts->decision;
    ss_status status = SS_OK;
    for (size_t i = 0; i < count && status == SS_OK; i++) {
        status = ss_offer_ledger_find(of->parts->ledger, numbers[i], decision, error);
        if (status == SS_OK && !decision->closed && time >= decision->time && time < decision->closes) {
            decision->outcome.given = ss_offer_sum(decision->outcome.given, given);
            status = ss_offer_ledger_update(of->parts->ledger, decision, error);
        } else if (status == SS_E_NOT_FOUND)
            status = SS_OK;
    }
    return status;
}

/* ---- other codes of the order ---- */

#define ORDER_CODES_MAX 16u /* that one order takes */

typedef struct taken_code {
    uint64_t number;
    int64_t time;
} taken_code;

/* Into `parts->decision`. NULL: it is not there any more. */
static ss_status load_other(job *of, uint64_t number, const ss_offer **offer, ss_error *error)
{
    ss_decision *decision = of->parts->decision;
    ss_status status = ss_offer_ledger_find(of->parts->ledger, number / SS_OFFERS_MAX, decision, error);
    *offer = status == SS_OK ? offer_at(decision, number % SS_OFFERS_MAX) : NULL;
    return status == SS_E_NOT_FOUND ? SS_OK : status;
}

/* In the order in which they were redeemed. */
static ss_status sort_codes(job *of, const uint64_t *numbers, size_t count, taken_code *codes, ss_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const ss_offer *offer;
        size_t at = i;
        ss_status status = load_other(of, numbers[i], &offer, error);
        if (status != SS_OK)
            return status;
        const taken_code code = {numbers[i], offer ? offer->redeemed_at : 0};
        for (; at > 0 && codes[at - 1].time > code.time; at--)
            codes[at] = codes[at - 1];
        codes[at] = code;
    }
    return SS_OK;
}

static ss_status share_with(job *of, const uint64_t *numbers, size_t count, bool *fine, ss_error *error)
{
    taken_code codes[ORDER_CODES_MAX];
    ss_status status = sort_codes(of, numbers, count, codes, error);
    for (size_t i = 0; i < count && *fine && status == SS_OK; i++) {
        const ss_offer *offer;
        status = load_other(of, codes[i].number, &offer, error);
        *fine = status == SS_OK && offer && ss_redeem_cart_share(&of->cart, of->parts->decision, offer);
    }
    return status;
}

static ss_status check_order(job *of, ss_redeemed *outcome, ss_error *error)
{
    uint64_t numbers[ORDER_CODES_MAX];
    size_t count = 0;
    ss_status status =
        ss_offer_ledger_order(of->parts->ledger, of->request->order_id, numbers, ORDER_CODES_MAX, &count, error);
    if (status != SS_OK || count == 0)
        return status;
    bool fine = of->parts->policy->guards.stacking && count < ORDER_CODES_MAX;
    if (fine)
        status = share_with(of, numbers, count, &fine, error);
    if (!fine)
        *outcome = SS_REDEEM_STACKED;
    return status;
}

/* ---- the answers ---- */

static ss_status check(job *of, ss_redeemed *outcome, ss_error *error)
{
    ss_redeem_cart_init(&of->cart, of->parts->catalogue, of->parts->policy, of->request, of->parts->now);
    *outcome = check_code(of);
    if (*outcome != SS_REDEEMED)
        return SS_OK;
    ss_status status = find_parties(of, error);
    if (status == SS_OK && has_used_all(of))
        *outcome = SS_REDEEM_USES;
    if (status == SS_OK && *outcome == SS_REDEEMED)
        status = check_order(of, outcome, error);
    if (status == SS_OK && *outcome == SS_REDEEMED)
        *outcome = ss_redeem_cart_price(&of->cart, &of->decision, of->offer, &of->priced);
    return status;
}

static ss_status use_up(job *of, ss_error *error)
{
    const ss_redemption redemption = {of->parts->now, of->priced.given, of->priced.offer, of->request->order_id};
    ss_status status;
    SS_TRY(ss_offer_ledger_redeem(of->parts->ledger, of->offer->number, &redemption, error));
    for (size_t i = 0; i < of->party_count; i++) {
        add_use(&of->parties[i], redemption.time);
        SS_TRY(keep_party(of, i, error));
    }
    status = add_given(of, redemption.cost, redemption.time, error);
out:
    return status;
}

static ss_status undo(job *of, ss_error *error)
{
    ss_status status;
    SS_TRY(ss_offer_ledger_undo(of->parts->ledger, of->offer->number, error));
    SS_TRY(find_parties(of, error));
    for (size_t i = 0; i < of->party_count; i++)
        if (take_use_back(&of->parties[i], of->offer->redeemed_at))
            SS_TRY(keep_party(of, i, error));
    status = add_given(of, -of->offer->redeemed_cost, of->offer->redeemed_at, error);
out:
    return status;
}

/* The order has the code: it is told again, or undone. */
static ss_status answer_again(job *of, ss_redeem_answer *answer, ss_error *error)
{
    bool undone = of->offer->state == SS_OFFER_UNDONE;
    answer->repeated = of->request->undo == undone;
    answer->outcome = of->request->undo ? SS_REDEEM_UNDONE : undone ? SS_REDEEM_CANCELLED : SS_REDEEMED;
    return of->request->undo && !undone ? undo(of, error) : SS_OK;
}

static ss_status answer_first(job *of, ss_redeem_answer *answer, ss_error *error)
{
    ss_guesses *guesses = of->parts->guesses;
    ss_status status = SS_OK;
    if (!ss_guesses_allow(guesses, of->visitor, of->parts->now)) {
        of->offer = NULL; /* nor is anything told of it */
        answer->outcome = SS_REDEEM_RATE_LIMITED;
        return SS_OK;
    }
    answer->outcome = of->offer ? SS_REDEEM_NOT_REDEEMED : SS_REDEEM_UNKNOWN;
    if (of->offer && !of->request->undo)
        status = check(of, &answer->outcome, error);
    if (answer->outcome == SS_REDEEM_UNKNOWN || answer->outcome == SS_REDEEM_FOREIGN)
        ss_guesses_wrong(guesses, of->visitor, of->parts->now);
    return status == SS_OK && answer->outcome == SS_REDEEMED ? use_up(of, error) : status;
}

/* From the record as it is now, so that it is the same whenever it is told. */
static ss_status tell(const job *of, ss_redeem_answer *answer, ss_error *error)
{
    ss_decision *decision = of->parts->decision;
    ss_status status = ss_offer_ledger_find(of->parts->ledger, of->decision.number, decision, error);
    if (status != SS_OK)
        return status;
    answer->decision = decision;
    answer->offer = &decision->offers[of->offer - of->decision.offers];
    if (answer->outcome == SS_REDEEMED || answer->outcome == SS_REDEEM_UNDONE) {
        answer->given = answer->offer->redeemed_cost;
        answer->charged = answer->offer->redeemed_value;
        answer->list = answer->charged + (ss_redeem_lowers(decision) ? answer->given : 0);
    }
    return SS_OK;
}

/* Who tries: a session that calls itself as a customer is called does not use up the customer's tries. */
static ss_slice name_visitor(const ss_redeem_request *request, char name[1 + SS_ID_MAX])
{
    bool customer = request->customer_id.size > 0;
    ss_slice id = customer ? request->customer_id : request->session_id;
    name[0] = customer ? 'c' : 's';
    if (id.size > 0)
        memcpy(name + 1, id.data, id.size);
    return (ss_slice){name, 1 + id.size};
}

static ss_status check_request(const ss_redeem_request *request, ss_error *error)
{
    if (request->customer_id.size > SS_ID_MAX || request->session_id.size > SS_ID_MAX)
        return ss_error_set(error, SS_E_RANGE, "an id has at most %u bytes", SS_ID_MAX);
    if (request->order_id.size == 0 || request->order_id.size > SS_ID_MAX)
        return ss_error_set(error, SS_E_RANGE, "an order_id has 1 to %u bytes", SS_ID_MAX);
    if (!request->undo && (request->cart_count == 0 || request->cart_count > SS_CART_LINES_MAX))
        return ss_error_set(error, SS_E_RANGE, "an order has 1 to %u lines", SS_CART_LINES_MAX);
    for (size_t i = 0; !request->undo && i < request->cart_count; i++)
        if (request->cart[i].quantity < 1 || request->cart[i].quantity > SS_CART_PIECES_MAX)
            return ss_error_set(error, SS_E_RANGE, "line %zu: %lld pieces; 1 to %d are in one", i + 1,
                                (long long)request->cart[i].quantity, SS_CART_PIECES_MAX);
    return SS_OK;
}

ss_status ss_redeem(const ss_redeem_parts *parts, const ss_redeem_request *request, ss_redeem_answer *answer,
                    ss_error *error)
{
    job of;
    of.parts = parts;
    of.request = request;
    of.offer = NULL;
    of.party_count = 0;
    *answer = (ss_redeem_answer){.outcome = SS_REDEEM_UNKNOWN};
    ss_status status;
    SS_TRY(check_request(request, error));
    of.visitor = name_visitor(request, of.visitor_name);
    SS_TRY(find_offer(&of, error));
    SS_TRY(taken_by_this_order(&of) ? answer_again(&of, answer, error) : answer_first(&of, answer, error));
    if (of.offer)
        status = tell(&of, answer, error);
out:
    return status;
}

ss_status ss_offers_redeem(ss_offers *offers, const ss_redeem_request *request, ss_redeem_answer *answer,
                           ss_error *error)
{
    const ss_redeem_parts parts = {
        .ledger = offers->ledger,
        .keys = &offers->keys,
        .policy = offers->policy,
        .catalogue = ss_answerer_catalogue(offers->answerer),
        .guesses = offers->guesses,
        .now = offers->now,
        .decision = &offers->decision,
    };
    return ss_redeem(&parts, request, answer, error);
}

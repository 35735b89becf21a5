#include "offers/engine.h"

#include "log/catalog.h"
#include <math.h>
#include <string.h>

#define SETTLED_MAX 64u /* decisions that a step settles */

/* ---- windows that are over ---- */

/* Where nothing that was bought has a cost that is known, prices stand for margins. */
static ss_cell_sums lesson_of(const ss_decision *decision)
{
    const ss_offer_outcome *outcome = &decision->outcome;
    int64_t earned = outcome->margin != 0 ? outcome->margin : outcome->revenue;
    return ss_learner_lesson(outcome->orders > 0, (double)decision->stake, (double)earned);
}

/* A decision's window is over: what was shown, or that nothing was, has had its effect. */
static ss_status learn(void *context, const ss_decision *decision, ss_error *error)
{
    ss_offers *offers = context;
    ss_slice shown = decision->verdict == SS_VERDICT_SHOWN ? decision->incentive : SS_SLICE_LITERAL(SS_ARM_NOTHING);
    const ss_slice names[3] = {decision->campaign, shown, decision->segment};
    const ss_cell cell = {names[0], names[1], names[2]};
    ss_status status = SS_OK;
    if (decision->stake <= 0)
        return SS_OK;
    const ss_cell_sums lesson = lesson_of(decision);
    offers->taught = true;
    SS_TRY(ss_learner_add(offers->learner, &cell, &lesson, error));
    ss_cell_sums sums = ss_learner_sums(offers->learner, &cell);
    const double values[SS_CELL_VALUES] = {sums.trials, sums.bought, sums.stake, sums.margin};
    SS_TRY(ss_offer_ledger_keep_cell(offers->ledger, names, values, error));
out:
    return status;
}

ss_status ss_offers_settle(ss_offers *offers, ss_error *error)
{
    size_t done;
    ss_status status = ss_offer_ledger_settle(offers->ledger, offers->now, SETTLED_MAX, learn, offers, &done, error);
    offers->behind = status == SS_OK && done == SETTLED_MAX;
    return status;
}

/* ---- purchases ---- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t times(int64_t money, float quantity)
{
    const double most = (double)SS_OFFER_MONEY_MAX;
    return llround(fmax(fmin((double)money * (double)quantity, most), -most));
}

/*
 * What a purchase comes to before incentives. An event may give the price that an offer has lowered already: the higher
 * one of the event's and the catalogue's counts, whatever was shown.
 */
static ss_offer_outcome outcome_of(const ss_offers *offers, const ss_live_event *event)
{
    const ss_catalogue *catalogue = ss_answerer_catalogue(offers->answerer);
    uint32_t item = ss_catalogue_find(catalogue, event->texts[SS_TEXT_ITEM_ID]);
    ss_price_line line = ss_line_of(catalogue, NULL, item, 1, offers->now);
    ss_offer_outcome outcome = {.orders = event->quantity > 0};
    int64_t price = later(line.price, event->unit_price); /* what is not known is the lowest of all numbers */
    if (price < 0)
        return outcome;
    outcome.revenue = times(price, event->quantity);
    if (line.cost != SS_NO_MONEY)
        outcome.margin = ss_offer_sum(times(ss_net_of(price, offers->policy->guards.tax), event->quantity),
                                      -times(line.cost, event->quantity));
    return outcome;
}

static ss_status add_outcome(ss_offers *offers, uint64_t number, int64_t time, const ss_offer_outcome *more,
                             ss_error *error)
{
    ss_decision decision;
    ss_status status = ss_offer_ledger_find(offers->ledger, number, &decision, error);
    if (status != SS_OK)
        return status == SS_E_NOT_FOUND ? SS_OK : status;
    if (decision.closed || time < decision.time || time >= decision.closes)
        return SS_OK;
    decision.outcome.orders += more->orders;
    decision.outcome.revenue = ss_offer_sum(decision.outcome.revenue, more->revenue);
    decision.outcome.margin = ss_offer_sum(decision.outcome.margin, more->margin);
    return ss_offer_ledger_update(offers->ledger, &decision, error);
}

static ss_status begin_cooling(ss_offers *offers, ss_parties *parties, bool bought, int64_t time, ss_error *error)
{
    bool changed = false;
    for (unsigned kind = 0; kind < SS_PARTIES; kind++) {
        int64_t *since = bought ? &parties->known[kind].bought : &parties->known[kind].dismissed;
        changed = changed || (parties->ids[kind].size > 0 && time > *since);
        *since = later(*since, time);
    }
    return changed ? ss_parties_keep(offers->ledger, parties, offers->now, error) : SS_OK;
}

static ss_status told_of_purchase(ss_offers *offers, ss_parties *parties, const ss_live_event *event, int64_t time,
                                  ss_error *error)
{
    uint64_t open[SS_PARTIES_OPEN_MAX];
    size_t count = ss_parties_open(parties, open);
    ss_offer_outcome outcome = outcome_of(offers, event);
    ss_status status = SS_OK;
    for (size_t i = 0; i < count; i++)
        SS_TRY(add_outcome(offers, open[i], time, &outcome, error));
    if (event->quantity > 0)
        SS_TRY(begin_cooling(offers, parties, true, time, error));
out:
    return status;
}

/* ---- what was done with an offer ---- */

static bool is_about(const ss_decision *decision, const ss_parties *parties)
{
    const ss_slice ids[SS_PARTIES] = {
        [SS_PARTY_SESSION] = decision->session_id, [SS_PARTY_CUSTOMER] = decision->customer_id};
    for (unsigned kind = 0; kind < SS_PARTIES; kind++)
        if (ids[kind].size > 0 && ss_slice_equal(ids[kind], parties->ids[kind]))
            return true;
    return false;
}

/*
 * A page may know no more than the session: who is not named is who the offer was made to, so that the customer has
 * quiet in every session. Ids are copied to `rooms`: what the ledger lends ends with its next call.
 */
static void complete(ss_parties *parties, const ss_decision *decision, char rooms[SS_PARTIES][SS_ID_MAX])
{
    const ss_slice ids[SS_PARTIES] = {
        [SS_PARTY_SESSION] = decision->session_id, [SS_PARTY_CUSTOMER] = decision->customer_id};
    for (unsigned kind = 0; kind < SS_PARTIES; kind++)
        if (parties->ids[kind].size == 0 && ids[kind].size > 0) {
            memcpy(rooms[kind], ids[kind].data, ids[kind].size);
            parties->ids[kind] = (ss_slice){rooms[kind], ids[kind].size};
        }
}

static ss_status told_of_dismissal(ss_offers *offers, ss_parties *parties, int64_t time, ss_error *error)
{
    ss_status status = ss_parties_read(offers->ledger, parties->ids[SS_PARTY_SESSION], parties->ids[SS_PARTY_CUSTOMER],
                                       parties, error);
    return status == SS_OK ? begin_cooling(offers, parties, false, time, error) : status;
}

/* An offer that is taken up or dismissed has been seen. */
static uint8_t told_by(ss_event event)
{
    return event == SS_EVENT_ACCEPT    ? SS_OFFER_SEEN | SS_OFFER_ACCEPTED
           : event == SS_EVENT_DISMISS ? SS_OFFER_SEEN | SS_OFFER_DISMISSED
                                       : SS_OFFER_SEEN;
}

/* Of offers that nobody was shown, or somebody else, nothing is told. */
static ss_status told_of_offer(ss_offers *offers, ss_parties *parties, const ss_live_event *event, int64_t time,
                               ss_error *error)
{
    uint64_t number;
    ss_decision decision;
    char rooms[SS_PARTIES][SS_ID_MAX];
    if (!ss_offer_id_read(&offers->keys, event->texts[SS_TEXT_OFFER_ID], &number))
        return SS_OK;
    ss_status status = ss_offer_ledger_find(offers->ledger, number / SS_OFFERS_MAX, &decision, error);
    if (status != SS_OK)
        return status == SS_E_NOT_FOUND ? SS_OK : status;
    if (number % SS_OFFERS_MAX >= decision.offer_count || decision.verdict != SS_VERDICT_SHOWN ||
        !is_about(&decision, parties))
        return SS_OK;
    ss_offer *offer = &decision.offers[number % SS_OFFERS_MAX];
    uint8_t told = offer->told | told_by(event->event);
    bool news = told != offer->told;
    complete(parties, &decision, rooms);
    offer->told = told;
    if (news)
        SS_TRY(ss_offer_ledger_update(offers->ledger, &decision, error));
    if (event->event == SS_EVENT_DISMISS)
        SS_TRY(told_of_dismissal(offers, parties, time, error));
out:
    return status;
}

static bool tells_of_offer(const ss_live_event *event)
{
    return event->texts[SS_TEXT_OFFER_ID].size > 0 &&
           (event->event == SS_EVENT_IMPRESSION || event->event == SS_EVENT_ACCEPT || event->event == SS_EVENT_DISMISS);
}

ss_status ss_offers_event(ss_offers *offers, const ss_live_event *event, ss_error *error)
{
    ss_parties parties;
    int64_t time = event->time == SS_NO_TIME || event->time > event->received ? event->received : event->time;
    bool purchase = event->event == SS_EVENT_PURCHASE;
    ss_status status = SS_OK;
    if (!purchase && !tells_of_offer(event))
        return SS_OK;
    SS_TRY(ss_parties_read(offers->ledger, event->texts[SS_TEXT_SESSION_ID], event->texts[SS_TEXT_CUSTOMER_ID],
                           &parties, error));
    if (purchase)
        SS_TRY(told_of_purchase(offers, &parties, event, time, error));
    else
        SS_TRY(told_of_offer(offers, &parties, event, time, error));
out:
    return status;
}

#include "state/offer_record.h"

#include "base/hash.h"
#include "log/values.h"
#include "state/live_event.h"
#include "state/record_reader.h"

#define RECORD_VERSION 1u
#define HEAD_SIZE      6u
#define CHECKSUM_SIZE  4u
#define BIT_CLOSED     1u

#define NUMBERS       14u /* of a decision; and so on */
#define TEXTS         9u
#define OFFER_NUMBERS 8u
#define OFFER_TEXTS   4u
#define OFFER_HEAD    3u

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are little-endian and copied as they are");
_Static_assert(SS_ID_MAX == 255, "the size of a text is one byte");
_Static_assert(HEAD_SIZE + NUMBERS * SS_RECORD_NUMBER_MAX + TEXTS * 256u +
                       SS_OFFERS_MAX * (OFFER_HEAD + OFFER_NUMBERS * SS_RECORD_NUMBER_MAX + OFFER_TEXTS * 256u) +
                       CHECKSUM_SIZE <=
                   SS_DECISION_RECORD_MAX,
               "every record has room");

static const char *const verdict_names[SS_VERDICTS] = {
    [SS_VERDICT_SHOWN] = "offer",
    [SS_VERDICT_HELD_OUT] = "held_out",
    [SS_VERDICT_NOT_WORTH] = "not_worth",
    [SS_VERDICT_NO_CAMPAIGN] = "no_campaign",
    [SS_VERDICT_NO_PRODUCTS] = "no_products",
    [SS_VERDICT_SHOWS] = "shows",
    [SS_VERDICT_COOLING] = "cooling",
    [SS_VERDICT_NO_CONSENT] = "no_consent",
    [SS_VERDICT_OPEN_OFFER] = "open_offer",
};

static const char *const state_names[SS_OFFER_STATES] = {
    [SS_OFFER_OPEN] = "open",
    [SS_OFFER_EXPIRED] = "expired",
    [SS_OFFER_REDEEMED] = "redeemed",
    [SS_OFFER_UNDONE] = "undone",
};

const char *ss_verdict_name(ss_verdict verdict)
{
    return (unsigned)verdict < SS_VERDICTS ? verdict_names[verdict] : NULL;
}

const char *ss_offer_state_name(ss_offer_state state)
{
    return (unsigned)state < SS_OFFER_STATES ? state_names[state] : NULL;
}

ss_slice ss_decision_visitor(const ss_decision *decision)
{
    return decision->customer_id.size ? decision->customer_id : decision->session_id;
}

static bool was_redeemed(const ss_offer *offer)
{
    return offer->state == SS_OFFER_REDEEMED || offer->state == SS_OFFER_UNDONE;
}

/* ---- ranges: each gives the name of what is outside of its own, or NULL ---- */

static bool is_money(int64_t amount)
{
    return amount >= 0 && amount <= SS_OFFER_MONEY_MAX;
}

static bool is_sum(int64_t amount)
{
    return amount >= -SS_OFFER_MONEY_MAX && amount <= SS_OFFER_MONEY_MAX;
}

int64_t ss_offer_sum(int64_t a, int64_t b)
{
    int64_t sum = a + b;
    return sum > SS_OFFER_MONEY_MAX ? SS_OFFER_MONEY_MAX : sum < -SS_OFFER_MONEY_MAX ? -SS_OFFER_MONEY_MAX : sum;
}

static bool is_instant(int64_t time)
{
    return time >= 0 && time < SS_EVENT_INSTANT_MAX;
}

static bool is_text(ss_slice text)
{
    ss_slice trimmed = text;
    return text.size == 0 || (ss_value_id(&trimmed) == SS_ID_FINE && trimmed.size == text.size);
}

static const char *misfit_of_offer(const ss_offer *offer)
{
    if ((unsigned)offer->state >= SS_OFFER_STATES)
        return "state";
    if (offer->told > (SS_OFFER_SEEN | SS_OFFER_ACCEPTED | SS_OFFER_DISMISSED))
        return "told";
    if (!is_text(offer->item_id) || !is_text(offer->with_item) || !is_text(offer->reason.because))
        return "item_id";
    if (!is_money(offer->list) || !is_money(offer->offer) || offer->offer > offer->list)
        return "offer";
    if (!is_money(offer->lease))
        return "lease";
    if (!was_redeemed(offer))
        return NULL;
    if (!is_instant(offer->redeemed_at))
        return "redeemed_at";
    if (!is_money(offer->redeemed_cost) || offer->redeemed_cost > offer->lease)
        return "redeemed_cost";
    if (!is_money(offer->redeemed_value))
        return "redeemed_value";
    return is_text(offer->order_id) ? NULL : "order_id";
}

static const char *misfit_of_texts(const ss_decision *decision)
{
    if (!is_text(decision->campaign) || (decision->verdict == SS_VERDICT_SHOWN && !decision->campaign.size))
        return "campaign";
    if (!is_text(decision->incentive) || !is_text(decision->variant) || !is_text(decision->segment))
        return "incentive";
    if (!is_text(decision->customer_id))
        return "customer_id";
    if (!is_text(decision->session_id))
        return "session_id";
    if (!is_text(decision->request_id))
        return "request_id";
    return is_text(decision->page_item) && is_text(decision->terms.gift_item) ? NULL : "page_item";
}

static const char *misfit_of(const ss_decision *decision)
{
    const ss_offer_terms *terms = &decision->terms;
    const ss_offer_outcome *outcome = &decision->outcome;
    if (decision->number < 1 || decision->number >= SS_DECISION_MAX)
        return "number";
    if (!is_instant(decision->time) || !is_instant(decision->expires) || !is_instant(decision->closes))
        return "time";
    if (decision->day <= -SS_OFFER_DAY_MAX || decision->day >= SS_OFFER_DAY_MAX)
        return "day";
    if ((unsigned)decision->verdict >= SS_VERDICTS)
        return "verdict";
    if (!is_money(decision->stake))
        return "stake";
    if (!is_money(terms->share) || !is_money(terms->amount) || !is_money(terms->points) || !is_money(terms->value_min))
        return "terms";
    if (!is_sum(outcome->revenue) || !is_sum(outcome->margin) || !is_sum(outcome->given))
        return "outcome";
    if (decision->offer_count > SS_OFFERS_MAX)
        return "offers";
    const char *misfit = misfit_of_texts(decision);
    for (size_t i = 0; i < decision->offer_count && !misfit; i++)
        misfit = misfit_of_offer(&decision->offers[i]);
    return misfit;
}

ss_status ss_decision_check(const ss_decision *decision, ss_error *error)
{
    const char *misfit = misfit_of(decision);
    if (!misfit)
        return SS_OK;
    ss_error_set(error, SS_E_RANGE, "a decision out of range");
    ss_error_field(error, misfit);
    return SS_E_RANGE;
}

/* ---- writing ---- */

static unsigned char *put_numbers(unsigned char *at, const int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        at = ss_record_put_number(at, numbers[i]);
    return at;
}

static unsigned char *put_text(unsigned char *at, ss_slice text)
{
    *at++ = (unsigned char)text.size;
    return ss_record_put(at, text.data, text.size);
}

static unsigned char *put_offer(unsigned char *at, const ss_decision *decision, const ss_offer *offer)
{
    const int64_t numbers[] = {offer->list, offer->offer, offer->lease, offer->reason.pairs, offer->reason.customers};
    const int64_t redeemed[] = {offer->redeemed_at - decision->time, offer->redeemed_cost, offer->redeemed_value};
    *at++ = (unsigned char)offer->state;
    *at++ = offer->told;
    *at++ = offer->reason.source;
    at = put_text(at, offer->item_id);
    at = put_text(at, offer->with_item);
    at = put_text(at, offer->reason.because);
    at = put_numbers(at, numbers, sizeof numbers / sizeof *numbers);
    if (!was_redeemed(offer))
        return at;
    at = put_numbers(at, redeemed, sizeof redeemed / sizeof *redeemed);
    return put_text(at, offer->order_id);
}

size_t ss_decision_encode(const ss_decision *decision, void *out)
{
    const ss_offer_terms *terms = &decision->terms;
    const ss_offer_outcome *outcome = &decision->outcome;
    const unsigned char head[HEAD_SIZE] = {RECORD_VERSION,
                                           (unsigned char)decision->verdict,
                                           decision->page,
                                           decision->closed ? BIT_CLOSED : 0,
                                           (unsigned char)decision->offer_count,
                                           terms->kind};
    const int64_t numbers[NUMBERS] = {(int64_t)decision->number,
                                      decision->time,
                                      decision->expires - decision->time,
                                      decision->closes - decision->time,
                                      decision->day,
                                      decision->stake,
                                      terms->share,
                                      terms->amount,
                                      terms->points,
                                      terms->value_min,
                                      outcome->orders,
                                      outcome->revenue,
                                      outcome->margin,
                                      outcome->given};
    const ss_slice texts[TEXTS] = {decision->campaign,   decision->incentive,   decision->variant,
                                   decision->segment,    decision->customer_id, decision->session_id,
                                   decision->request_id, decision->page_item,   terms->gift_item};
    unsigned char *at = ss_record_put(out, head, sizeof head);
    at = put_numbers(at, numbers, NUMBERS);
    for (size_t i = 0; i < TEXTS; i++)
        at = put_text(at, texts[i]);
    for (size_t i = 0; i < decision->offer_count; i++)
        at = put_offer(at, decision, &decision->offers[i]);
    uint32_t checksum = (uint32_t)ss_hash(out, (size_t)(at - (unsigned char *)out));
    at = ss_record_put(at, &checksum, sizeof checksum);
    return (size_t)(at - (unsigned char *)out);
}

/* ---- reading ---- */

static ss_status check_frame(ss_record_reader *reader)
{
    uint32_t checksum;
    if (reader->size < HEAD_SIZE + CHECKSUM_SIZE || reader->size > SS_DECISION_RECORD_MAX)
        return ss_record_corrupt(reader, "size", "a size that none has");
    reader->size -= CHECKSUM_SIZE;
    memcpy(&checksum, reader->data + reader->size, sizeof checksum);
    if (checksum == (uint32_t)ss_hash(reader->data, reader->size))
        return SS_OK;
    reader->at = reader->size;
    return ss_record_corrupt(reader, "checksum", "another checksum than its bytes have");
}

static ss_status take_head(ss_record_reader *reader, ss_decision *decision)
{
    unsigned char head[HEAD_SIZE];
    ss_status status = ss_record_take(reader, "head", head, sizeof head);
    if (status != SS_OK)
        return status;
    if (head[0] != RECORD_VERSION)
        return ss_error_set(reader->error, SS_E_UNSUPPORTED, "record of a decision: version %u, known is %u", head[0],
                            RECORD_VERSION);
    if (head[1] >= SS_VERDICTS)
        return ss_record_corrupt(reader, "verdict", "an unknown verdict");
    if (head[3] > BIT_CLOSED)
        return ss_record_corrupt(reader, "bits", "unknown bits");
    if (head[4] > SS_OFFERS_MAX)
        return ss_record_corrupt(reader, "offers", "more offers than a decision has");
    decision->verdict = (ss_verdict)head[1];
    decision->page = head[2];
    decision->closed = head[3] & BIT_CLOSED;
    decision->offer_count = head[4];
    decision->terms.kind = head[5];
    return SS_OK;
}

static ss_status take_numbers(ss_record_reader *reader, const char *field, int64_t *numbers, size_t count)
{
    ss_status status = SS_OK;
    for (size_t i = 0; i < count && status == SS_OK; i++)
        status = ss_record_take_number(reader, field, &numbers[i]);
    return status;
}

/* What is given as a difference must not overflow. */
static bool is_span(int64_t span)
{
    return span > -SS_EVENT_INSTANT_MAX && span < SS_EVENT_INSTANT_MAX;
}

static ss_status take_facts(ss_record_reader *reader, ss_decision *decision)
{
    int64_t numbers[NUMBERS];
    ss_status status = take_numbers(reader, "numbers", numbers, NUMBERS);
    if (status != SS_OK)
        return status;
    if (!is_instant(numbers[1]) || !is_span(numbers[2]) || !is_span(numbers[3]))
        return ss_record_corrupt(reader, "time", "an instant out of range");
    if (numbers[4] <= -SS_OFFER_DAY_MAX || numbers[4] >= SS_OFFER_DAY_MAX)
        return ss_record_corrupt(reader, "day", "a day out of range");
    if (numbers[10] < 0 || numbers[10] > UINT32_MAX)
        return ss_record_corrupt(reader, "orders", "a number out of range");
    decision->number = (uint64_t)numbers[0];
    decision->time = numbers[1];
    decision->expires = numbers[1] + numbers[2];
    decision->closes = numbers[1] + numbers[3];
    decision->day = (int32_t)numbers[4];
    decision->stake = numbers[5];
    decision->terms.share = numbers[6];
    decision->terms.amount = numbers[7];
    decision->terms.points = numbers[8];
    decision->terms.value_min = numbers[9];
    decision->outcome = (ss_offer_outcome){(uint32_t)numbers[10], numbers[11], numbers[12], numbers[13]};
    return SS_OK;
}

/* Whether it is one is checked with all the rest. */
static ss_status take_text(ss_record_reader *reader, ss_slice *text)
{
    unsigned char size = 0;
    ss_status status = ss_record_take(reader, "texts", &size, sizeof size);
    if (status != SS_OK)
        return status;
    if (reader->size - reader->at < size)
        return ss_record_corrupt(reader, "texts", "ends early");
    *text = (ss_slice){reader->data + reader->at, size};
    reader->at += size;
    return SS_OK;
}

static ss_status take_texts(ss_record_reader *reader, ss_decision *decision)
{
    ss_slice *const texts[TEXTS] = {&decision->campaign,   &decision->incentive,   &decision->variant,
                                    &decision->segment,    &decision->customer_id, &decision->session_id,
                                    &decision->request_id, &decision->page_item,   &decision->terms.gift_item};
    ss_status status = SS_OK;
    for (size_t i = 0; i < TEXTS && status == SS_OK; i++)
        status = take_text(reader, texts[i]);
    return status;
}

static ss_status take_redeemed(ss_record_reader *reader, const ss_decision *decision, ss_offer *offer)
{
    int64_t numbers[3];
    ss_status status = SS_OK;
    offer->redeemed_at = offer->redeemed_cost = offer->redeemed_value = 0;
    offer->order_id = (ss_slice){"", 0};
    if (!was_redeemed(offer))
        return SS_OK;
    SS_TRY(take_numbers(reader, "redeemed", numbers, 3));
    if (!is_span(numbers[0]))
        return ss_record_corrupt(reader, "redeemed_at", "an instant out of range");
    offer->redeemed_at = decision->time + numbers[0];
    offer->redeemed_cost = numbers[1];
    offer->redeemed_value = numbers[2];
    SS_TRY(take_text(reader, &offer->order_id));
out:
    return status;
}

static ss_status take_offer(ss_record_reader *reader, const ss_decision *decision, ss_offer *offer)
{
    unsigned char head[OFFER_HEAD];
    int64_t numbers[5];
    ss_status status;
    SS_TRY(ss_record_take(reader, "offers", head, sizeof head));
    if (head[0] >= SS_OFFER_STATES)
        return ss_record_corrupt(reader, "state", "an unknown state");
    offer->state = (ss_offer_state)head[0];
    offer->told = head[1];
    offer->reason.source = head[2];
    SS_TRY(take_text(reader, &offer->item_id));
    SS_TRY(take_text(reader, &offer->with_item));
    SS_TRY(take_text(reader, &offer->reason.because));
    SS_TRY(take_numbers(reader, "offers", numbers, 5));
    if (numbers[3] < 0 || numbers[3] > UINT32_MAX || numbers[4] < 0 || numbers[4] > UINT32_MAX)
        return ss_record_corrupt(reader, "pairs", "a number out of range");
    offer->list = numbers[0];
    offer->offer = numbers[1];
    offer->lease = numbers[2];
    offer->reason.pairs = (uint32_t)numbers[3];
    offer->reason.customers = (uint32_t)numbers[4];
    SS_TRY(take_redeemed(reader, decision, offer));
out:
    return status;
}

ss_status ss_decision_decode(ss_slice record, ss_decision *decision, ss_error *error)
{
    ss_record_reader reader = {"record of a decision", record.data, record.size, 0, error};
    ss_status status;
    SS_TRY(check_frame(&reader));
    SS_TRY(take_head(&reader, decision));
    SS_TRY(take_facts(&reader, decision));
    SS_TRY(take_texts(&reader, decision));
    for (size_t i = 0; i < decision->offer_count; i++) {
        SS_TRY(take_offer(&reader, decision, &decision->offers[i]));
        decision->offers[i].number = decision->number * SS_OFFERS_MAX + i;
    }
    if (reader.at != reader.size)
        return ss_record_corrupt(&reader, "size", "bytes behind its last part");
    const char *misfit = misfit_of(decision);
    if (misfit)
        return ss_record_corrupt(&reader, misfit, "a value out of range");
out:
    return status;
}

#include "server/offers_reply.h"

#include "server/reply.h"
#include "server/reply_columns.h"

#define AROUND_MAX    512u /* bytes of a decision's map without its texts and offers */
#define OFFER_MAX     512u /* of an offer's, without its texts */
#define INCENTIVE_MAX 160u /* of an incentive's, without its texts */

/* ---- pieces ---- */

static inline uint8_t *put_slice(uint8_t *at, ss_slice text)
{
    return text.size > 0 ? ss_wire_put_text(at, text.data, text.size) : ss_wire_put_nil(at);
}

static inline uint8_t *put_flag(uint8_t *at, const char *name, bool value)
{
    return ss_wire_put_bool(ss_reply_put_name(at, name), value);
}

static inline uint8_t *put_amount(uint8_t *at, const char *name, int64_t value)
{
    return ss_wire_put_int(ss_reply_put_name(at, name), value);
}

static uint8_t *put_decimals(uint8_t *at, const ss_catalogue *catalogue)
{
    return put_amount(at, "decimals", catalogue->snapshot->items.decimals);
}

static inline uint8_t *put_percent(uint8_t *at, int64_t share)
{
    return ss_wire_put_double(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "percent")), (double)share / 100);
}

/* ---- what is given ---- */

/* The terms of a kind beside its name: how many entries, and those. What only the shop is to know is not told. */
static unsigned count_terms(uint8_t kind)
{
    return kind == SS_INCENTIVE_FREE_SHIPPING ? 0 : kind == SS_INCENTIVE_CASHBACK ? 2 : 1;
}

static uint8_t *put_terms(uint8_t *at, const ss_offer_terms *terms, const ss_offer *offer)
{
    switch (terms->kind) {
    case SS_INCENTIVE_AMOUNT:
        return put_amount(at, "amount", terms->amount);
    case SS_INCENTIVE_CASHBACK: /* beside it nothing is given: what it costs is what it comes to */
        return put_amount(put_percent(at, terms->share), "amount", offer->lease);
    case SS_INCENTIVE_POINTS:
        return put_amount(at, "points", terms->points);
    case SS_INCENTIVE_GIFT:
        return put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(9, "gift_item")), terms->gift_item);
    case SS_INCENTIVE_FREE_SHIPPING:
        return at;
    default: /* a percentage off one or both */
        return put_percent(at, terms->share);
    }
}

/* incentive: nil, or {name, kind, …}. */
static uint8_t *put_incentive(uint8_t *at, const ss_decision *decision, const ss_offer *offer)
{
    const ss_offer_terms *terms = &decision->terms;
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(9, "incentive"));
    if (terms->kind == SS_INCENTIVE_NONE || offer->lease == 0)
        return ss_wire_put_nil(at);
    at = ss_wire_put_map(at, 2u + count_terms(terms->kind));
    at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(4, "name")), decision->incentive);
    at = ss_reply_put_name(SS_REPLY_PUT(at, SS_REPLY_NAME(4, "kind")),
                           ss_incentive_kind_name((ss_incentive_kind)terms->kind));
    return put_terms(at, terms, offer);
}

static uint8_t *put_blank(uint8_t *at, size_t size)
{
    static const char blank[SS_CODE_TEXT];
    return ss_wire_put_text(at, blank, size);
}

/* The next text is left blank: how many bytes before it there are. It is short, and its head is one byte. */
static size_t next_text(const ss_buffer *out, const uint8_t *at)
{
    return (size_t)(at - (const uint8_t *)out->data) + 1;
}

/* identity: of an offer with a number. */
static uint8_t *put_offer_id(uint8_t *at, uint64_t number, uint64_t identity)
{
    char text[SS_OFFER_ID_TEXT];
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(8, "offer_id"));
    if (number == 0)
        return ss_wire_put_nil(at);
    ss_offer_id_write_of(identity, text);
    return ss_reply_put_name(at, text);
}

static uint8_t *put_code(uint8_t *at, const ss_offers_view *view, const ss_offer *offer, uint64_t identity)
{
    char text[SS_CODE_TEXT];
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(4, "code"));
    if (offer->number == 0 || offer->lease == 0)
        return ss_wire_put_nil(at);
    ss_code_write_of(view->keys, identity, text);
    return ss_reply_put_name(at, text);
}

/* As put_offer_id and put_code, of an offer whose name and code another thread writes. */
static uint8_t *leave_offer_id(uint8_t *at, ss_blank *blank, const ss_buffer *out)
{
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(8, "offer_id"));
    blank->id_at = next_text(out, at);
    return put_blank(at, SS_OFFER_ID_TEXT - 1);
}

static uint8_t *leave_code(uint8_t *at, ss_blank *blank, const ss_offer *offer, const ss_buffer *out)
{
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(4, "code"));
    blank->code_at = offer->lease == 0 ? 0 : next_text(out, at);
    return offer->lease == 0 ? ss_wire_put_nil(at) : put_blank(at, SS_CODE_TEXT - 1);
}

static ss_blank *next_blank(const ss_offers_view *view, const ss_offer *offer)
{
    if (!view->blanks || offer->number == 0)
        return NULL;
    ss_blank *blank = &view->blanks->list[view->blanks->count++];
    view->blanks->keys = view->keys;
    blank->number = offer->number;
    return blank;
}

static uint64_t identity_of(const ss_offers_view *view, const ss_offer *offer)
{
    return offer->number > 0 ? ss_code_identity(view->keys, offer->number) : 0;
}

/* ---- why ---- */

static const char *source_name(uint8_t source)
{
    switch (source) {
    case SS_OFFER_FROM_PAGE:
        return "page";
    case SS_OFFER_FROM_SEEN:
        return "seen";
    case SS_OFFER_FROM_CART:
        return "cart";
    default:
        return source < SS_SOURCE_COUNT && ss_source_name((ss_source)source) ? ss_source_name((ss_source)source)
                                                                             : "popular";
    }
}

/* {model, because?, because_name?, pairs?, customers?} */
static uint8_t *put_reason(uint8_t *at, const ss_offer_reason *reason, ss_slice because_name)
{
    bool evidence = reason->pairs > 0, because = reason->because.size > 0;
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(6, "reason"));
    at = ss_wire_put_map(at, 1u + because + (because_name.size > 0) + (evidence ? 2u : 0u));
    at = ss_reply_put_name(SS_REPLY_PUT(at, SS_REPLY_NAME(5, "model")), source_name(reason->source));
    if (because)
        at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "because")), reason->because);
    if (because_name.size > 0)
        at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(12, "because_name")), because_name);
    if (!evidence)
        return at;
    at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(5, "pairs")), reason->pairs);
    return ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(9, "customers")), reason->customers);
}

/* ---- an offer ---- */

/* What the catalogue says of an offer's products, as far as that is asked for. */
typedef struct offer_texts {
    ss_reply_columns columns;
    ss_slice because_name, with_name;
} offer_texts;

static ss_slice name_of(const ss_offers_view *view, ss_slice item_id)
{
    uint32_t item =
        view->fields & 1u << SS_FIELD_NAME && item_id.size > 0 ? ss_catalogue_find(view->catalogue, item_id) : SS_NONE;
    return item == SS_NONE ? (ss_slice){"", 0} : ss_catalogue_text(view->catalogue, item, SS_LIVE_NAME);
}

static offer_texts texts_of(const ss_offers_view *view, const ss_offer *offer)
{
    offer_texts texts = {.because_name = name_of(view, offer->reason.because),
                         .with_name = name_of(view, offer->with_item)};
    uint32_t item =
        view->fields && offer->item_id.size > 0 ? ss_catalogue_find(view->catalogue, offer->item_id) : SS_NONE;
    if (item != SS_NONE)
        texts.columns = ss_reply_columns_of(view->catalogue, item, view->fields, view->now);
    return texts;
}

static size_t size_of(const ss_decision *decision, const ss_offer *offer, const offer_texts *texts)
{
    return OFFER_MAX + INCENTIVE_MAX + SS_REPLY_COLUMNS_MAX + decision->incentive.size +
           decision->terms.gift_item.size + offer->item_id.size + offer->with_item.size + offer->reason.because.size +
           texts->because_name.size + texts->with_name.size + texts->columns.text_size;
}

static ss_status append_offer(const ss_offers_view *view, const ss_decision *decision, const ss_offer *offer,
                              ss_buffer *out)
{
    uint8_t *at;
    const offer_texts texts = texts_of(view, offer);
    bool with = offer->with_item.size > 0, with_name = texts.with_name.size > 0;
    ss_status status = ss_reply_reserve(out, size_of(decision, offer, &texts), &at);
    if (status != SS_OK)
        return status;
    ss_blank *blank = next_blank(view, offer);
    uint64_t identity = blank ? 0 : identity_of(view, offer);
    at = ss_wire_put_map(at, 7u + with + with_name + (unsigned)__builtin_popcount(texts.columns.given));
    at = blank ? leave_offer_id(at, blank, out) : put_offer_id(at, offer->number, identity);
    at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "item_id")), offer->item_id);
    if (with)
        at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(9, "with_item")), offer->with_item);
    if (with_name)
        at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(9, "with_name")), texts.with_name);
    at = put_amount(at, "list_price", offer->list);
    at = put_amount(at, "offer_price", offer->offer);
    at = put_incentive(at, decision, offer);
    at = blank ? leave_code(at, blank, offer, out) : put_code(at, view, offer, identity);
    at = put_reason(at, &offer->reason, texts.because_name);
    ss_reply_commit(out, ss_reply_put_columns(at, &texts.columns));
    return SS_OK;
}

/* ---- a decision ---- */

/* triggers: nil, or what has the page ask. */
static uint8_t *put_triggers(uint8_t *at, const ss_campaign *campaign)
{
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(8, "triggers"));
    if (!campaign)
        return ss_wire_put_nil(at);
    at = put_flag(ss_wire_put_map(at, 3), "mouse_out", campaign->mouse_out);
    at = put_amount(at, "idle_seconds", campaign->idle_seconds);
    return put_flag(at, "back_button", campaign->back_button);
}

/* All but the offers, whose array's head is the last. */
static ss_status append_head(const ss_offers_view *view, const ss_offer_answer *answer, bool show, ss_buffer *out)
{
    uint8_t *at;
    const ss_decision *decision = answer->decision;
    const ss_campaign *campaign = answer->campaign;
    ss_slice message = campaign ? campaign->message_key : (ss_slice){"", 0};
    ss_status status =
        ss_reply_reserve(out, AROUND_MAX + decision->campaign.size + decision->variant.size + message.size, &at);
    if (status != SS_OK)
        return status;
    at = ss_wire_put_map(at, 9u + (decision->number > 0) + answer->repeated);
    at = put_flag(at, "show", show);
    at = ss_reply_put_name(SS_REPLY_PUT(at, SS_REPLY_NAME(6, "reason")), ss_verdict_name(decision->verdict));
    at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(8, "campaign")), decision->campaign);
    at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(11, "message_key")), message);
    at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(7, "variant")), decision->variant);
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(10, "expires_at"));
    at = show ? ss_wire_put_int(at, decision->expires) : ss_wire_put_nil(at);
    at = put_triggers(at, campaign);
    at = put_decimals(at, view->catalogue);
    if (decision->number > 0)
        at = ss_wire_put_uint(SS_REPLY_PUT(at, SS_REPLY_NAME(8, "decision")), decision->number);
    if (answer->repeated)
        at = put_flag(at, "repeated", true);
    at = SS_REPLY_PUT(at, SS_REPLY_NAME(6, "offers"));
    ss_reply_commit(out, ss_wire_put_array(at, show ? (uint32_t)decision->offer_count : 0));
    return SS_OK;
}

ss_status ss_offers_reply_decision(const ss_offers_view *view, const ss_offer_answer *answer, ss_buffer *out)
{
    const ss_decision *decision = answer->decision;
    bool show = decision->verdict == SS_VERDICT_SHOWN;
    ss_status status = append_head(view, answer, show, out);
    for (size_t i = 0; show && i < decision->offer_count && status == SS_OK; i++)
        status = append_offer(view, decision, &decision->offers[i], out);
    return status;
}

/* ---- redeeming ---- */

/* list, charged, given, decimals: of what is redeemed, or was until it was undone. */
static uint8_t *put_money(uint8_t *at, const ss_offers_view *view, const ss_redeem_answer *answer)
{
    at = put_amount(at, "list", answer->list);
    at = put_amount(at, "charged", answer->charged);
    at = put_amount(at, "given", answer->given);
    return put_decimals(at, view->catalogue);
}

ss_status ss_redeem_reply(const ss_offers_view *view, uint32_t msgid, const ss_redeem_answer *answer, ss_buffer *out)
{
    uint8_t *at = NULL;
    const ss_decision *decision = answer->decision;
    bool redeemed = answer->outcome == SS_REDEEMED, known = decision && answer->offer;
    bool money = redeemed || answer->outcome == SS_REDEEM_UNDONE;
    size_t texts = known ? decision->campaign.size + decision->incentive.size + decision->terms.gift_item.size : 0;
    ss_status status = ss_reply_open(msgid, out);
    if (status == SS_OK)
        status = ss_reply_reserve(out, AROUND_MAX + INCENTIVE_MAX + texts, &at);
    if (status != SS_OK)
        return status;
    at = ss_wire_put_map(at, 3u + (known ? 3u : 0u) + (money ? 4u : 0u));
    at = put_flag(at, "redeemed", redeemed);
    at = ss_reply_put_name(SS_REPLY_PUT(at, SS_REPLY_NAME(6, "reason")), ss_redeemed_name(answer->outcome));
    at = put_flag(at, "repeated", answer->repeated);
    if (known) {
        at = put_offer_id(at, answer->offer->number, identity_of(view, answer->offer));
        at = put_slice(SS_REPLY_PUT(at, SS_REPLY_NAME(8, "campaign")), decision->campaign);
        at = put_incentive(at, decision, answer->offer);
    }
    ss_reply_commit(out, money ? put_money(at, view, answer) : at);
    return SS_OK;
}

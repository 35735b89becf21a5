/*
 * Random policies, catalogues, prices, visitors, carts, clocks, events, redeemed and cancelled orders, reloads and
 * restarts against the engine of offers, held against an oracle that is written apart from it (offers_oracle.h,
 * offers_book.h): never below the floor of an item or a cart, never deeper than allowed, never over one of the four
 * budgets, never to somebody who is not eligible or held out, caps and cooling-off kept, a repeated request told the
 * same and leased once, a preview and a step that was given up without a trace, each code used once.
 * SMARTSHELF_LONG: 20 seeds of 100,000 decisions. SMARTSHELF_ONLY: one of the seeds that are printed.
 */
#include "offers_world.h"

#include "shelf/audience.h"
#include "shelf/visit.h"

#define ORDERS 8u
#define QUICK  6000
#define LONG   100000

/* ---- what is known before an answer ---- */

typedef struct facts {
    bool shows_out, cooling, leased, perhaps_open, perhaps_full, used_up;
} facts;

static bool within(int64_t time, int64_t span, int64_t now)
{
    return time > 0 && now - time < span;
}

static bool has_lease(world *of, unsigned session, unsigned customer)
{
    for (size_t i = 0; i < of->book.open_count; i++) {
        const booked *offer = &of->book.offers[of->book.open[i]];
        if (offer->state == BOOK_OPEN && offer->expires > of->now &&
            ((session && offer->session == session) || (customer && offer->customer == customer)))
            return true;
    }
    return false;
}

static facts look_at_parties(world *of, unsigned session, unsigned customer)
{
    const ss_guards *guards = &of->policy->guards;
    const unsigned numbers[2] = {session, customer};
    facts found = {.leased = has_lease(of, session, customer)};
    for (size_t i = 0; i < 2; i++) {
        const book_party *party = book_party_of(&of->book, numbers[i]);
        if (numbers[i] == 0)
            continue;
        found.cooling = found.cooling || within(party->dismissed, guards->cool_dismissed, of->now) ||
                        within(party->bought, guards->cool_bought, of->now);
        found.used_up = found.used_up ||
                        (guards->uses_max > 0 &&
                         book_times_within(&party->uses, guards->uses_period, of->now) >= (size_t)guards->uses_max);
        found.perhaps_open = found.perhaps_open || party->good_until > of->now;
        found.perhaps_full = found.perhaps_full || book_times_within(&party->shown, 9000 * ORACLE_HOUR, of->now) >= 8;
    }
    size_t shows = session ? book_party_of(&of->book, session)->shows
                           : book_times_within(&book_party_of(&of->book, customer)->shown, ORACLE_DAY, of->now);
    found.shows_out = guards->shows_max > 0 && shows >= (size_t)guards->shows_max;
    return found;
}

static void take_live_cart(const world *of, const ss_visitor_view *view, asked *question)
{
    const ss_catalogue *catalogue = ss_answerer_catalogue(ss_offers_answerer(of->offers));
    for (unsigned i = 0; i < view->count; i++)
        if (view->items[i].cart > 0 && question->line_count < ORACLE_LINES) {
            question->items[question->line_count] = atoi(ss_catalogue_id(catalogue, view->items[i].item).data + 1);
            question->pieces[question->line_count++] = view->items[i].cart;
        }
}

/* Which segments the visitor is of, and what is in their cart: which others than the engine tell. */
static uint32_t meet(world *of, asked *question, oracle_cart *cart)
{
    ss_answerer *answerer = ss_offers_answerer(of->offers);
    ss_request request = ss_request_empty();
    request.session_id = question->request.session_id;
    request.customer_id = question->request.customer_id;
    request.now = of->now;
    const ss_visit *visit = ss_answerer_meet(answerer, &request);
    if (question->live_cart) {
        question->line_count = 0;
        take_live_cart(of, &visit->session, question);
        if (question->line_count == 0)
            take_live_cart(of, &visit->customer, question);
    }
    cart->count = question->line_count;
    for (size_t i = 0; i < cart->count; i++) {
        cart->items[i] = question->items[i] == ITEMS ? NULL : &of->items[question->items[i]];
        cart->pieces[i] = question->pieces[i];
    }
    return ss_audience_of(ss_answerer_snapshot(answerer), request.customer_id, &visit->session, &visit->customer,
                          of->now)
        .segments;
}

static const ss_campaign *eligible(const world *of, const asked *question, uint32_t segments, int64_t value)
{
    const ss_campaign *best = NULL;
    for (size_t i = of->policy->campaign_count; i-- > 0;) {
        const ss_campaign *each = &of->policy->campaigns[i];
        if (each->enabled && each->page == question->page && (!each->segments || (each->segments & segments)) &&
            !(each->not_segments & segments) &&
            (!each->liked_category_count ||
             oracle_in(each->liked_categories, each->liked_category_count, oracle_liked(of, question->customer))) &&
            each->cart_min <= value && value <= each->cart_max && oracle_runs(&each->schedule, of->zone, of->now) &&
            (!best || each->priority >= best->priority))
            best = each;
    }
    return best;
}

/* ---- checking what was offered ---- */

static bool has_item(const int *items, size_t count, int item)
{
    for (size_t i = 0; i < count; i++)
        if (items[i] == item)
            return true;
    return false;
}

static const oracle_item *find_item(const world *of, ss_slice id)
{
    for (int i = 0; i < ITEMS; i++)
        if (ss_slice_equal(id, ss_slice_of(of->items[i].id)))
            return &of->items[i];
    return NULL;
}

static int64_t gift_cost(const world *of, const ss_incentive *incentive)
{
    const oracle_item *gift = incentive->kind == SS_INCENTIVE_GIFT ? find_item(of, incentive->gift_item) : NULL;
    return gift && oracle_to_be_had(gift) && gift->cost != SS_NO_MONEY ? gift->cost : -1;
}

/* One occasion: what was asked, of whom, for which campaign, and the answer. */
typedef struct occasion {
    asked *question;
    const ss_campaign *campaign;
    const ss_decision *decision;
    const ss_incentive *incentive;
    oracle_cart cart;
} occasion;

static const oracle_item *check_product(world *of, const occasion *in, const ss_offer *offer)
{
    const asked *question = in->question;
    const oracle_item *item = find_item(of, offer->item_id);
    require(of, item, "no such product");
    int number = (int)(item - of->items);
    require(of, oracle_to_be_had(item), "%s is hidden or sold out", item->id);
    require(of, oracle_takes(in->campaign, item), "%s is not of the campaign's categories", item->id);
    require(of, !has_item(question->exclude, question->exclude_count, number), "%s was excluded", item->id);
    require(of, !has_item(question->items, question->line_count, number), "%s is in the cart", item->id);
    return item;
}

/* False: no guard would let it be offered. */
static bool price_offer(world *of, const occasion *in, const ss_offer *offer, oracle_price *price)
{
    const ss_guards *guards = &of->policy->guards;
    const ss_incentive *none = &of->policy->incentives[0];
    int64_t gift = gift_cost(of, in->incentive);
    bool first = offer == &in->decision->offers[0], cart_page = in->question->page == SS_PAGE_CART;
    if (cart_page && first) {
        require(of, offer->item_id.size == 0 && in->cart.count > 0, "the first offer of a cart is not the cart");
        return oracle_price_cart(guards, in->campaign, in->incentive, &in->cart, gift, of->now, price);
    }
    const oracle_item *item = check_product(of, in, offer);
    if (in->incentive->kind != SS_INCENTIVE_BUNDLE || cart_page) {
        require(of, offer->with_item.size == 0, "with what?");
        return oracle_price_item(guards, in->campaign, cart_page ? none : in->incentive, item, gift, of->now, price);
    }
    require(of, ss_slice_equal(offer->with_item, in->question->request.item_id), "not with the page's product");
    const oracle_item *page = find_item(of, offer->with_item), *const both[2] = {page, item};
    require(of, page && page != item && oracle_to_be_had(page) && oracle_takes(in->campaign, page),
            "a bundle with what is not to be had");
    return oracle_price_bundle(guards, in->campaign, in->incentive, both, of->now, price);
}

static void check_offer(world *of, const occasion *in, const ss_offer *offer)
{
    oracle_price price = {0};
    bool shown = in->decision->verdict == SS_VERDICT_SHOWN;
    bool fine = price_offer(of, in, offer, &price);
    require(of, fine, "%s on %.*s at %lld for %lld: no guard allows it", ss_incentive_kind_name(in->incentive->kind),
            (int)offer->item_id.size, offer->item_id.data, (long long)offer->list, (long long)offer->offer);
    require(of, offer->list == price.list && offer->offer == price.offer, "%s: %lld for %lld, expected %lld for %lld",
            ss_incentive_kind_name(in->incentive->kind), (long long)offer->offer, (long long)offer->list,
            (long long)price.offer, (long long)price.list);
    require(of, offer->lease == (shown ? price.given : 0), "leases %lld of %lld", (long long)offer->lease,
            (long long)price.given);
    for (const ss_offer *other = in->decision->offers; other < offer; other++)
        require(of, !ss_slice_equal(other->item_id, offer->item_id), "offered twice");
}

static void check_terms(world *of, const occasion *in)
{
    const ss_decision *decision = in->decision;
    const ss_incentive *incentive = in->incentive;
    const ss_offer_terms *terms = &decision->terms;
    size_t bit = (size_t)(incentive - of->policy->incentives);
    require(of, bit == 0 || (in->campaign->incentives >> bit & 1), "an incentive of another campaign");
    require(of,
            terms->kind == incentive->kind && terms->share == incentive->share && terms->amount == incentive->amount &&
                terms->points == incentive->points && ss_slice_equal(terms->gift_item, incentive->gift_item),
            "other terms than the policy's");
    require(of, decision->expires == of->now + in->campaign->lifetime, "expires at another time");
    require(of, decision->closes == of->now + of->policy->learning.window, "closes at another time");
    require(of, decision->day == oracle_day(of->zone, of->now), "on day %d, expected %d", decision->day,
            oracle_day(of->zone, of->now));
    bool varies = in->campaign->variant_count == 0 && decision->variant.size == 0;
    for (size_t i = 0; i < in->campaign->variant_count; i++)
        varies = varies || ss_slice_equal(in->campaign->variants[i], decision->variant);
    require(of, varies, "no such variant");
}

static unsigned campaign_number(const occasion *in)
{
    return (unsigned)(in->campaign->name.data[1] - '0');
}

/* Once held out, always held out; and as many as the campaign says. */
static void check_holdout(world *of, const occasion *in)
{
    unsigned campaign = campaign_number(in);
    unsigned visitor = in->question->customer ? in->question->customer : in->question->session;
    uint8_t side = in->decision->verdict == SS_VERDICT_HELD_OUT ? 2 : 1;
    double share = (double)in->campaign->holdout / 10000;
    of->held[campaign] = book_grow(of->held[campaign], &of->held_capacity[campaign], visitor + 1, 1);
    uint8_t *before = &of->held[campaign][visitor];
    require(of, *before == 0 || *before == side, "party %u of c%u changed sides", visitor, campaign);
    if (*before == 0) {
        of->held_expected += share;
        of->held_variance += share * (1 - share);
        of->held_found += side == 2;
    }
    *before = side;
}

/* ---- books ---- */

static void check_budget(world *of, unsigned campaign, const ss_budget *budget, int32_t day)
{
    const struct {
        int32_t day;
        int64_t most;
    } both[2] = {{day, budget->per_day}, {SS_DAY_ALL, budget->in_all}};
    for (size_t i = 0; i < 2; i++) {
        int64_t used = book_leased(&of->book, campaign, both[i].day, of->now, false) +
                       book_redeemed(&of->book, campaign, both[i].day);
        require(of, used <= both[i].most, "%lld used of %lld of account %u, day %d", (long long)used,
                (long long)both[i].most, campaign, both[i].day);
    }
}

static void remember_shown(world *of, const occasion *in, const ss_offer *offer)
{
    size_t at = of->shown_count < SHOWN ? of->shown_count++ : below(of, SHOWN);
    of->shown[at] = (shown_offer){offer->number, in->question->session, in->question->customer};
}

static int item_number_of(const world *of, ss_slice id)
{
    const oracle_item *item = find_item(of, id);
    return item ? (int)(item - of->items) : -1;
}

static void book_offer(world *of, const occasion *in, const ss_offer *offer)
{
    booked entry = {.number = offer->number,
                    .decision = in->decision->number,
                    .campaign = campaign_number(in),
                    .day = in->decision->day,
                    .expires = in->decision->expires,
                    .list = offer->list,
                    .offer = offer->offer,
                    .lease = offer->lease,
                    .kind = in->incentive->kind,
                    .gift_cost = gift_cost(of, in->incentive),
                    .item = item_number_of(of, offer->item_id),
                    .with = item_number_of(of, offer->with_item),
                    .session = in->question->session,
                    .customer = in->question->customer};
    remember_shown(of, in, offer);
    if (offer->lease == 0)
        return;
    ss_code_write(ss_offers_keys(of->offers), offer->number, entry.code);
    book_add(&of->book, &entry);
}

static void book_decision(world *of, const occasion *in)
{
    const unsigned numbers[2] = {in->question->session, in->question->customer};
    const ss_decision *decision = in->decision;
    bool shown = decision->verdict == SS_VERDICT_SHOWN;
    int64_t leased = 0;
    for (size_t i = 0; shown && i < decision->offer_count; i++) {
        book_offer(of, in, &decision->offers[i]);
        leased += decision->offers[i].lease;
    }
    for (size_t i = 0; i < 2; i++) {
        book_party *party = book_party_of(&of->book, numbers[i]);
        party->shows++;
        book_time_add(&party->shown, of->now);
        if ((leased > 0 || !shown) && decision->expires > party->good_until)
            party->good_until = decision->expires;
    }
    if (leased == 0)
        return;
    check_budget(of, BOOK_ALL, &of->policy->guards.budget, decision->day);
    check_budget(of, campaign_number(in), &in->campaign->budget, decision->day);
}

/* ---- deciding ---- */

static void check_shown(world *of, const occasion *in, const facts *known)
{
    const ss_decision *decision = in->decision;
    int64_t leased = 0;
    size_t most = in->question->limit ? in->question->limit : SS_OFFERS_MAX;
    require(of, !known->shows_out, "shown too often");
    require(of, !known->cooling, "shown while it is quiet");
    require(of, of->policy->guards.stacking || !known->leased, "a second offer while the first is good");
    require(of, in->campaign, "there is no eligible campaign");
    require(of, ss_slice_equal(in->campaign->name, decision->campaign), "of %.*s, expected %s",
            (int)decision->campaign.size, decision->campaign.data, in->campaign->name.data);
    require(of, in->incentive, "no such incentive");
    require(of,
            decision->offer_count >= 1 && decision->offer_count <= most &&
                decision->offer_count <= (size_t)in->campaign->limit,
            "%zu offers", decision->offer_count);
    check_terms(of, in);
    check_holdout(of, in);
    for (size_t i = 0; i < decision->offer_count; i++) {
        check_offer(of, in, &decision->offers[i]);
        leased += decision->offers[i].lease;
    }
    require(of, leased == 0 || !known->used_up, "a code for who has used all");
    of->kinds[in->incentive->kind]++;
}

static bool shows(ss_verdict verdict)
{
    return verdict == SS_VERDICT_SHOWN || verdict == SS_VERDICT_HELD_OUT;
}

/* What is not shown must have a reason, too. */
static void check_not_shown(world *of, const occasion *in, const facts *known)
{
    switch (in->decision->verdict) {
    case SS_VERDICT_SHOWS:
        require(of, known->shows_out || known->perhaps_full || in->question->session == 0, "not shown that often");
        break;
    case SS_VERDICT_COOLING:
        require(of, known->cooling, "it is not quiet");
        break;
    case SS_VERDICT_NO_CAMPAIGN:
        require(of, !in->campaign, "there is a campaign: %s", in->campaign->name.data);
        break;
    case SS_VERDICT_OPEN_OFFER:
        require(of, !of->policy->guards.stacking && known->perhaps_open, "there is no open offer");
        break;
    default:
        require(of, in->decision->verdict == SS_VERDICT_NOT_WORTH || in->decision->verdict == SS_VERDICT_NO_PRODUCTS,
                "verdict %s", ss_verdict_name(in->decision->verdict));
        require(of, in->campaign, "there is no campaign");
    }
    require(of, in->decision->offer_count == 0, "offers where nothing is shown");
}

static occasion look_at(world *of, asked *question, const ss_decision *decision)
{
    occasion in = {.question = question, .decision = decision};
    uint32_t segments = meet(of, question, &in.cart);
    in.campaign = eligible(of, question, segments, oracle_cart_value(&in.cart));
    in.incentive = ss_policy_incentive(of->policy, decision->incentive);
    return in;
}

static void remember(world *of, const asked *question, const ss_decision *decision)
{
    size_t at = of->repeat_count < REPEATS ? of->repeat_count++ : below(of, REPEATS);
    told_before *kept = &of->repeats[at];
    *kept = (told_before){*question, decision->number, decision->verdict, decision->offer_count, {{0}}};
    for (size_t i = 0; i < decision->offer_count; i++)
        kept->prices[i] =
            (oracle_price){decision->offers[i].list, decision->offers[i].offer, decision->offers[i].lease};
}

static ss_offer_answer ask(world *of, const ss_offer_request *request)
{
    ss_offer_answer answer = {0};
    ss_error error = {0};
    expect_ok(ss_offers_decide(of->offers, request, &answer, &error), &error);
    return answer;
}

static void decide(world *of)
{
    asked question = random_question(of);
    bind(of, &question);
    facts known = look_at_parties(of, question.session, question.customer);
    ss_offer_answer answer = ask(of, &question.request);
    occasion in = look_at(of, &question, answer.decision);
    require(of, !answer.repeated, "told as a repetition");
    of->decisions++;
    of->verdicts[answer.decision->verdict]++;
    if (!shows(answer.decision->verdict)) {
        check_not_shown(of, &in, &known);
    } else {
        check_shown(of, &in, &known);
        require(of, answer.decision->number > 0, "a decision without a number");
        book_decision(of, &in);
    }
    if (question.id > 0)
        remember(of, &question, answer.decision);
}

typedef struct accounts {
    ss_account of[BOOK_CAMPAIGNS + 1][2];
    uint64_t next;
} accounts;

static ss_slice account_name(char text[4], unsigned campaign)
{
    snprintf(text, 4, "c%u", campaign);
    return campaign == BOOK_ALL ? (ss_slice){"", 0} : ss_slice_of(text);
}

static accounts all_accounts(const world *of)
{
    char text[4];
    accounts all = {.next = ss_offer_ledger_next(of->ledger)};
    for (unsigned i = 0; i <= BOOK_CAMPAIGNS; i++) {
        all.of[i][0] = ss_offer_ledger_account(of->ledger, account_name(text, i), oracle_day(of->zone, of->now));
        all.of[i][1] = ss_offer_ledger_account(of->ledger, account_name(text, i), SS_DAY_ALL);
    }
    return all;
}

static void preview(world *of)
{
    asked question = random_question(of);
    accounts before = all_accounts(of);
    bind(of, &question);
    question.request.preview = true;
    facts known = look_at_parties(of, question.session, question.customer);
    ss_offer_answer answer = ask(of, &question.request);
    occasion in = look_at(of, &question, answer.decision);
    accounts after = all_accounts(of);
    require(of, answer.decision->number == 0 && memcmp(&before, &after, sizeof before) == 0,
            "a preview leaves a trace");
    if (shows(answer.decision->verdict))
        check_shown(of, &in, &known);
    else
        check_not_shown(of, &in, &known);
}

static void ask_again(world *of)
{
    if (of->repeat_count == 0)
        return;
    told_before *before = &of->repeats[below(of, (unsigned)of->repeat_count)];
    accounts left = all_accounts(of);
    bind(of, &before->question);
    ss_offer_answer answer = ask(of, &before->question.request);
    accounts now = all_accounts(of);
    const ss_decision *decision = answer.decision;
    require(of,
            answer.repeated && decision->number == before->number && decision->verdict == before->verdict &&
                decision->offer_count == before->count,
            "another answer to the same request: %s, before %s", ss_verdict_name(decision->verdict),
            ss_verdict_name(before->verdict));
    for (size_t i = 0; i < before->count; i++)
        require(of,
                decision->offers[i].list == before->prices[i].list &&
                    decision->offers[i].offer == before->prices[i].offer &&
                    decision->offers[i].lease == before->prices[i].given,
                "another offer to the same request");
    require(of, memcmp(&left, &now, sizeof now) == 0, "leased twice");
}

static void ask_without_consent(world *of)
{
    asked question = random_question(of);
    accounts before = all_accounts(of);
    bind(of, &question);
    question.request.no_consent = true;
    ss_offer_answer answer = ask(of, &question.request);
    accounts after = all_accounts(of);
    require(of,
            answer.decision->verdict == SS_VERDICT_NO_CONSENT && answer.decision->offer_count == 0 &&
                memcmp(&before, &after, sizeof before) == 0,
            "decided without consent");
}

/* ---- redeeming ---- */

/* An order with a code. */
typedef struct order_of {
    booked *offer;
    unsigned order, session, customer;
    asked cart; /* of which only the lines are used */
    bool holds; /* what was offered is in it */
    ss_redeem_request request;
    char names[3][16];
} order_of;

static void bind_order(const world *of, order_of *order)
{
    for (size_t i = 0; i < order->cart.line_count; i++)
        order->cart.lines[i] = (ss_cart_line){item_name(of, order->cart.items[i]), order->cart.pieces[i]};
    order->request = (ss_redeem_request){.code = ss_slice_of(order->offer->code),
                                         .order_id = party_name(order->names[0], 'o', order->order),
                                         .session_id = party_name(order->names[1], 's', order->session),
                                         .customer_id = party_name(order->names[2], 'k', order->customer),
                                         .cart = order->cart.lines,
                                         .cart_count = order->cart.line_count,
                                         .request_id = {"", 0}};
}

static void put_into_cart(asked *cart, int item)
{
    if (item < 0 || has_item(cart->items, cart->line_count, item))
        return;
    size_t at = cart->line_count < ORACLE_LINES ? cart->line_count++ : 0;
    cart->items[at] = item;
    cart->pieces[at] = 1;
}

/* Mostly one that is good, at times one whose time has just run out. */
static booked *any_offer(world *of)
{
    const book *kept = &of->book;
    size_t place = below(of, (unsigned)kept->count);
    if (kept->open_count > 0 && chance(of, 6))
        place = kept->open[kept->open_count - 1 - below(of, (unsigned)kept->open_count)];
    for (size_t i = 0; i < kept->open_count && !chance(of, 5); i++) {
        const booked *open = &kept->offers[kept->open[kept->open_count - 1 - i]];
        if (open->state == BOOK_OPEN && open->expires > of->now)
            place = kept->open[kept->open_count - 1 - i];
    }
    return &of->book.offers[place];
}

static order_of random_order(world *of)
{
    order_of order = {.offer = any_offer(of)};
    booked *offer = order.offer;
    order.order = chance(of, 4) && of->orders > 0
                      ? 1 + of->orders - 1 - below(of, of->orders < ORDERS ? of->orders : ORDERS)
                      : ++of->orders;
    order.session = offer->session;
    order.customer = offer->customer;
    if (offer->state != BOOK_OPEN && chance(of, 2))
        order.order = offer->order;
    if (chance(of, 12))
        choose_parties(of, &order.session, &order.customer);
    choose_cart(of, &order.cart);
    if (order.cart.line_count > 4)
        order.cart.line_count = 4;
    if (!chance(of, 10)) {
        put_into_cart(&order.cart, offer->item);
        put_into_cart(&order.cart, offer->with);
    }
    put_into_cart(&order.cart, (int)below(of, ITEMS));
    order.holds = (offer->item < 0 || has_item(order.cart.items, order.cart.line_count, offer->item)) &&
                  (offer->with < 0 || has_item(order.cart.items, order.cart.line_count, offer->with));
    return order;
}

static bool is_foreign(const order_of *order)
{
    const booked *offer = order->offer;
    return offer->customer ? offer->customer != order->customer : offer->session != order->session;
}

static bool has_used_all(world *of, const order_of *order)
{
    const ss_guards *guards = &of->policy->guards;
    const unsigned parties[4] = {order->offer->session, order->offer->customer, order->session, order->customer};
    for (size_t i = 0; guards->uses_max > 0 && i < 4; i++)
        if (parties[i] && book_times_within(&book_party_of(&of->book, parties[i])->uses, guards->uses_period,
                                            of->now) >= (size_t)guards->uses_max)
            return true;
    return false;
}

static size_t codes_of(const world *of, unsigned order)
{
    size_t count = 0;
    for (size_t i = 0; i < of->book.count; i++)
        count += of->book.offers[i].order == order && of->book.offers[i].state == BOOK_REDEEMED;
    return count;
}

/* SS_REDEEMED: nothing speaks against it but today's prices. */
static ss_redeemed expected_outcome(world *of, const order_of *order)
{
    const booked *offer = order->offer;
    if (offer->state == BOOK_REDEEMED)
        return offer->order == order->order ? SS_REDEEMED : SS_REDEEM_USED;
    if (offer->state == BOOK_UNDONE)
        return SS_REDEEM_CANCELLED;
    if (of->now >= offer->expires)
        return SS_REDEEM_EXPIRED;
    if (is_foreign(order))
        return SS_REDEEM_FOREIGN;
    if (!order->holds)
        return SS_REDEEM_ITEMS;
    if (has_used_all(of, order))
        return SS_REDEEM_USES;
    return codes_of(of, order->order) > 0 && !of->policy->guards.stacking ? SS_REDEEM_STACKED : SS_REDEEMED;
}

static bool is_of_prices(ss_redeemed outcome)
{
    return outcome == SS_REDEEM_BELOW_MARGIN || outcome == SS_REDEEM_NO_GIFT || outcome == SS_REDEEM_ITEMS ||
           outcome == SS_REDEEM_STACKED;
}

static oracle_cart cart_of(const world *of, const asked *from)
{
    oracle_cart cart = {.count = from->line_count};
    for (size_t i = 0; i < cart.count; i++) {
        cart.items[i] = from->items[i] == ITEMS ? NULL : &of->items[from->items[i]];
        cart.pieces[i] = from->pieces[i];
    }
    return cart;
}

/* An item's code, or a bundle's: what is charged keeps the margin at today's costs. */
static void check_pieces(world *of, const order_of *order, const ss_redeem_answer *answer)
{
    const ss_guards *guards = &of->policy->guards;
    const booked *offer = order->offer;
    const int items[2] = {offer->item, offer->with};
    int64_t price = 0, cost = 0, lower = answer->list - answer->charged;
    for (size_t i = 0; i < 2 && items[i] >= 0; i++) {
        require(of, answer->given == 0 || of->items[items[i]].cost != SS_NO_MONEY, "%s has no cost",
                of->items[items[i]].id);
        price += of->items[items[i]].price;
        cost += of->items[items[i]].cost;
    }
    require(of, answer->charged <= answer->list && answer->list <= price && answer->charged <= offer->offer,
            "%lld charged for %lld, today %lld", (long long)answer->charged, (long long)answer->list, (long long)price);
    if (answer->given == 0)
        return; /* the shop's own price is as low by now */
    require(of, answer->given <= oracle_deepest(guards, answer->list), "%lld of %lld is too deep",
            (long long)answer->given, (long long)answer->list);
    require(
        of,
        oracle_keeps(answer->charged, (oracle_wide)cost + answer->given - lower, 0, guards->margin_min, guards->tax),
        "%lld charged at a cost of %lld is below the floor", (long long)answer->charged, (long long)cost);
}

static void check_cart(world *of, const order_of *order, const ss_redeem_answer *answer)
{
    const ss_guards *guards = &of->policy->guards;
    oracle_cart cart = cart_of(of, &order->cart);
    int64_t value = oracle_cart_value(&cart), lower = answer->list - answer->charged;
    if (codes_of(of, order->order) == 0)
        require(of, answer->charged + lower == value || !oracle_lowers(order->offer->kind), "%lld of a cart of %lld",
                (long long)answer->list, (long long)value);
    require(of, answer->given <= oracle_deepest(guards, value), "%lld of %lld is too deep", (long long)answer->given,
            (long long)value);
    require(of, oracle_cart_keeps(guards, &cart, lower, answer->given - lower), "%lld given on %lld is below the floor",
            (long long)answer->given, (long long)value);
}

static void add_use(world *of, unsigned party)
{
    if (party)
        book_time_add(&book_party_of(&of->book, party)->uses, of->now);
}

static void book_redemption(world *of, const order_of *order, const ss_redeem_answer *answer)
{
    booked *offer = order->offer;
    require(of, answer->given <= offer->lease, "%lld given of a lease of %lld", (long long)answer->given,
            (long long)offer->lease);
    if (offer->item >= 0)
        check_pieces(of, order, answer);
    else
        check_cart(of, order, answer);
    offer->state = BOOK_REDEEMED;
    offer->cost = answer->given;
    offer->charged = answer->charged;
    offer->order = order->order;
    offer->redeemed_at = of->now;
    offer->redeemed_session = order->session == offer->session ? 0 : order->session;
    offer->redeemed_customer = order->customer == offer->customer ? 0 : order->customer;
    book_spend(&of->book, offer, offer->cost);
    add_use(of, offer->session);
    add_use(of, offer->customer);
    add_use(of, offer->redeemed_session);
    add_use(of, offer->redeemed_customer);
}

static ss_redeem_answer take(world *of, const ss_redeem_request *request)
{
    ss_redeem_answer answer = {0};
    ss_error error = {0};
    expect_ok(ss_offers_redeem(of->offers, request, &answer, &error), &error);
    of->outcomes[answer.outcome]++;
    return answer;
}

static void redeem(world *of)
{
    if (of->book.count == 0)
        return;
    order_of order = random_order(of);
    bind_order(of, &order);
    booked *offer = order.offer;
    bool again = offer->state == BOOK_REDEEMED && offer->order == order.order;
    ss_redeemed expected = expected_outcome(of, &order);
    ss_redeem_answer answer = take(of, &order.request);
    if (answer.outcome == SS_REDEEM_RATE_LIMITED && !again)
        return;
    require(of, answer.repeated == again, "%s %s", ss_redeemed_name(answer.outcome), again ? "again" : "at first");
    require(of, answer.outcome == expected || (expected == SS_REDEEMED && !again && is_of_prices(answer.outcome)),
            "%s, expected %s", ss_redeemed_name(answer.outcome), ss_redeemed_name(expected));
    if (again)
        require(of, answer.given == offer->cost && answer.charged == offer->charged, "other figures than before");
    else if (answer.outcome == SS_REDEEMED)
        book_redemption(of, &order, &answer);
}

static void remove_use(world *of, unsigned party, int64_t time)
{
    if (party)
        book_time_remove(&book_party_of(&of->book, party)->uses, time);
}

static void undo(world *of)
{
    if (of->book.count == 0)
        return;
    order_of order = random_order(of);
    booked *offer = order.offer;
    order.session = offer->redeemed_session ? offer->redeemed_session : offer->session;
    order.customer = offer->redeemed_customer ? offer->redeemed_customer : offer->customer;
    bind_order(of, &order);
    order.request.undo = true;
    bool its = offer->state != BOOK_OPEN && offer->order == order.order, again = its && offer->state == BOOK_UNDONE;
    ss_redeem_answer answer = take(of, &order.request);
    if (answer.outcome == SS_REDEEM_RATE_LIMITED && !its)
        return;
    require(of, answer.outcome == (its ? SS_REDEEM_UNDONE : SS_REDEEM_NOT_REDEEMED) && answer.repeated == again,
            "undo: %s", ss_redeemed_name(answer.outcome));
    if (!its || again)
        return;
    offer->state = BOOK_UNDONE;
    book_spend(&of->book, offer, -offer->cost);
    remove_use(of, offer->session, offer->redeemed_at);
    remove_use(of, offer->customer, offer->redeemed_at);
    remove_use(of, offer->redeemed_session, offer->redeemed_at);
    remove_use(of, offer->redeemed_customer, offer->redeemed_at);
}

/* Of nobody's making, or with one letter changed. */
static void forge(world *of)
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    order_of order = {.offer = NULL};
    booked forged = {0};
    for (size_t i = 0; i + 1 < sizeof forged.code; i++)
        forged.code[i] = (i + 1) % 5 == 0 ? '-' : letters[below(of, 32)];
    if (of->book.count > 0 && chance(of, 2)) {
        size_t at = 1 + 5 * below(of, 4);
        memcpy(forged.code, of->book.offers[below(of, (unsigned)of->book.count)].code, sizeof forged.code);
        forged.code[at] = letters[(size_t)(strchr(letters, forged.code[at]) - letters + 1 + below(of, 31)) % 32];
    }
    order.offer = &forged;
    order.order = ++of->orders;
    choose_parties(of, &order.session, &order.customer);
    put_into_cart(&order.cart, (int)below(of, ITEMS));
    bind_order(of, &order);
    ss_redeem_answer answer = take(of, &order.request);
    require(of, answer.outcome == SS_REDEEM_UNKNOWN || answer.outcome == SS_REDEEM_RATE_LIMITED, "a forged code: %s",
            ss_redeemed_name(answer.outcome));
}

/* ---- what visitors do ---- */

static ss_live_event random_event(world *of, asked *who, ss_event kind, char id[SS_OFFER_ID_TEXT])
{
    ss_live_event event = {
        .received = of->now, .time = of->now, .event = kind, .quantity = 1, .unit_price = SS_NO_MONEY};
    for (int i = 0; i < SS_EVENT_TEXTS; i++)
        event.texts[i] = (ss_slice){"", 0};
    bind(of, who);
    event.texts[SS_TEXT_ITEM_ID] = item_name(of, (int)below(of, ITEMS));
    event.texts[SS_TEXT_SESSION_ID] = who->request.session_id;
    event.texts[SS_TEXT_CUSTOMER_ID] = who->request.customer_id;
    event.texts[SS_TEXT_OFFER_ID] = ss_slice_of(id);
    if (kind == SS_EVENT_CART_ADD)
        event.quantity = (float)between(of, 1, 3);
    return event;
}

static void happen(world *of, const ss_live_event *event)
{
    ss_error error = {0};
    assert_int_equal(ss_visitors_apply(of->visitors, event), SS_OK);
    expect_ok(ss_offers_event(of->offers, event, &error), &error);
}

static void note_time(world *of, const asked *who, bool bought)
{
    const unsigned numbers[2] = {who->session, who->customer};
    for (size_t i = 0; i < 2; i++)
        if (numbers[i]) {
            book_party *party = book_party_of(&of->book, numbers[i]);
            *(bought ? &party->bought : &party->dismissed) = of->now;
        }
}

static void browse(world *of)
{
    static const ss_event kinds[] = {SS_EVENT_VIEW, SS_EVENT_VIEW, SS_EVENT_CART_ADD, SS_EVENT_CART_REMOVE,
                                     SS_EVENT_PURCHASE};
    asked who = {.page_item = -1};
    choose_parties(of, &who.session, &who.customer);
    ss_event kind = chance(of, 4) ? SS_EVENT_VIEW : kinds[below(of, sizeof kinds / sizeof *kinds)];
    char none[SS_OFFER_ID_TEXT] = "";
    ss_live_event event = random_event(of, &who, kind, none);
    happen(of, &event);
    if (kind == SS_EVENT_PURCHASE)
        note_time(of, &who, true);
}

/* Of an offer that was shown: to whom it was shown, or to somebody else. */
static void react(world *of)
{
    static const ss_event kinds[] = {SS_EVENT_IMPRESSION, SS_EVENT_IMPRESSION, SS_EVENT_ACCEPT, SS_EVENT_DISMISS};
    char id[SS_OFFER_ID_TEXT];
    if (of->shown_count == 0)
        return;
    const shown_offer *offer = &of->shown[below(of, (unsigned)of->shown_count)];
    asked who = {.page_item = -1, .session = offer->session, .customer = offer->customer};
    if (chance(of, 6))
        choose_parties(of, &who.session, &who.customer);
    else if (who.session && chance(of, 2))
        who.customer = 0; /* a page that knows no more */
    ss_event kind = kinds[below(of, 4)];
    ss_offer_id_write(ss_offers_keys(of->offers), offer->number, id);
    ss_live_event event = random_event(of, &who, kind, id);
    happen(of, &event);
    bool about = (who.session && who.session == offer->session) || (who.customer && who.customer == offer->customer);
    who.session = who.session ? who.session : offer->session;
    who.customer = who.customer ? who.customer : offer->customer;
    if (kind == SS_EVENT_DISMISS && about)
        note_time(of, &who, false);
}

/* ---- steps ---- */

static void begin(world *of)
{
    ss_error error = {0};
    expect_ok(ss_offers_begin(of->offers, of->now, &error), &error);
}

static void end(world *of, bool keep)
{
    ss_error error = {0};
    expect_ok(ss_offers_end(of->offers, keep, &error), &error);
}

static void sync_state(world *of)
{
    ss_error error = {0};
    expect_ok(ss_environment_sync(of->environment, &error), &error);
}

/* What a step did that is given up, has never been; what waits for a sync may go with it. */
static void give_up(world *of)
{
    begin(of);
    end(of, true); /* what is due is settled, as far as a step goes */
    sync_state(of);
    begin(of);
    accounts before = all_accounts(of);
    for (int i = 0; i < 3; i++) {
        asked question = random_question(of);
        bind(of, &question);
        ask(of, &question.request);
    }
    end(of, false);
    begin(of);
    end(of, false);
    accounts after = all_accounts(of);
    require(of, memcmp(before.of, after.of, sizeof before.of) == 0, "a step that was given up leaves a trace");
}

/* Everything that is due is given back; then the ledger's accounts are the book's to the last unit. */
static void audit(world *of)
{
    ss_error error = {0};
    uint64_t rounds = ss_offer_ledger_next(of->ledger) / 32 + 4;
    for (uint64_t i = 0; i < (rounds < 400 ? rounds : 400); i++) {
        begin(of);
        end(of, true);
    }
    accounts all = all_accounts(of);
    for (unsigned i = 0; i <= BOOK_CAMPAIGNS; i++)
        for (int in_all = 0; in_all < 2; in_all++) {
            int32_t day = in_all ? SS_DAY_ALL : oracle_day(of->zone, of->now);
            int64_t leased = book_leased(&of->book, i, day, of->now, false);
            require(of,
                    all.of[i][in_all].leased == leased &&
                        all.of[i][in_all].redeemed == book_redeemed(&of->book, i, day),
                    "account %u, day %d: leased %lld, expected %lld; redeemed %lld, expected %lld", i, day,
                    (long long)all.of[i][in_all].leased, (long long)leased, (long long)all.of[i][in_all].redeemed,
                    (long long)book_redeemed(&of->book, i, day));
        }
    begin(of);
    expect_ok(ss_offer_ledger_audit(of->ledger, &error), &error);
    end(of, true);
    book_tidy(&of->book, of->now);
}

static void restart(world *of)
{
    sync_state(of);
    close_state(of);
    open_state(of);
}

static void pass_time(world *of)
{
    unsigned how = below(of, 100);
    of->now += how < 60   ? between(of, 1, 3 * ORACLE_SECOND)
               : how < 95 ? between(of, 1, ORACLE_HOUR / 4)
               : how < 99 ? between(of, 1, 6 * ORACLE_HOUR)
                          : between(of, 1, 2 * ORACLE_DAY);
}

static void between_steps(world *of)
{
    pass_time(of);
    if (chance(of, 6))
        change_item(of);
    if (chance(of, 100))
        reload(of);
    if (chance(of, 900))
        restart(of);
    if (chance(of, 60))
        sync_state(of);
    if (chance(of, 150))
        give_up(of);
    if (chance(of, 700 + (unsigned)(of->decisions / 4)))
        audit(of);
}

static void step(world *of)
{
    static void (*const deeds[])(world *) = {
        decide, decide, decide, decide, decide, decide, decide, redeem,    redeem,  redeem,
        undo,   browse, browse, browse, react,  react,  forge,  ask_again, preview, ask_without_consent};
    between_steps(of);
    begin(of);
    for (unsigned i = 1 + below(of, 4); i > 0; i--)
        deeds[below(of, sizeof deeds / sizeof *deeds)](of);
    end(of, true);
}

/* ---- the test ---- */

static void tell(const world *of)
{
    print_message("%zu decisions:", of->decisions);
    for (unsigned i = 0; i < SS_VERDICTS; i++)
        print_message(" %s %zu", ss_verdict_name((ss_verdict)i), of->verdicts[i]);
    print_message("\n  shown:");
    for (unsigned i = 0; i < SS_INCENTIVE_KINDS; i++)
        print_message(" %s %zu", ss_incentive_kind_name((ss_incentive_kind)i), of->kinds[i]);
    print_message("\n  codes: %zu;", of->book.count);
    for (unsigned i = 0; i < SS_REDEEM_OUTCOMES; i++)
        print_message(" %s %zu", ss_redeemed_name((ss_redeemed)i), of->outcomes[i]);
    print_message("\n  held out: %.0f, expected %.1f\n", of->held_found, of->held_expected);
}

static void run_seed(uint64_t seed, size_t decisions)
{
    static world of;
    open_world(&of, seed);
    while (of.decisions < decisions)
        step(&of);
    audit(&of);
    restart(&of);
    audit(&of);
    tell(&of);
    double away = of.held_found - of.held_expected;
    assert_true(away * away <= 25 * of.held_variance + 1);
    assert_true(of.verdicts[SS_VERDICT_SHOWN] > decisions / 100 && of.verdicts[SS_VERDICT_HELD_OUT] > 0);
    assert_true(of.outcomes[SS_REDEEMED] > 0 && of.outcomes[SS_REDEEM_UNDONE] > 0);
    close_world(&of);
}

static void no_guard_is_ever_broken(void **state)
{
    (void)state;
    bool all = getenv("SMARTSHELF_LONG") != NULL;
    ss_random seeds = test_random();
    for (unsigned i = 0; i < (all ? 20u : 2u); i++) {
        uint64_t seed =
            getenv("SMARTSHELF_ONLY") ? strtoull(getenv("SMARTSHELF_ONLY"), NULL, 10) : ss_random_u64(&seeds);
        print_message("seed %llu: ", (unsigned long long)seed);
        run_seed(seed, all ? LONG : QUICK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_guard_is_ever_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

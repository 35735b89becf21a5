/*
 * offers_world.h: the random shop of test_offers_property.c: items whose prices, costs and stocks move, policies,
 * visitors, requests; and the engine of offers over it, opened and closed.
 */
#ifndef SS_TESTS_OFFERS_WORLD_H
#define SS_TESTS_OFFERS_WORLD_H

#include "live_shop.h"
#include "offers_book.h"
#include "shop.h"

#include "base/timestamp.h"

#define ITEMS     40
#define SESSIONS  60u
#define CUSTOMERS 40u
#define REPEATS   32u
#define SHOWN     64u

/* A request in the oracle's words: numbers of items and parties. */
typedef struct asked {
    ss_offer_page page;
    int page_item; /* -1: none; ITEMS: one that the shop does not know */
    size_t line_count, exclude_count;
    int items[ORACLE_LINES], exclude[4];
    int64_t pieces[ORACLE_LINES];
    bool live_cart;
    unsigned session, customer; /* 0: none */
    uint32_t limit;
    unsigned id; /* 0: none */
    /* the same as the engine wants it */
    ss_offer_request request;
    ss_cart_line lines[ORACLE_LINES];
    ss_slice excluded[4];
    char names[3][16];
} asked;

typedef struct told_before {
    asked question;
    uint64_t number;
    ss_verdict verdict;
    size_t count;
    oracle_price prices[SS_OFFERS_MAX]; /* given: the lease */
} told_before;

typedef struct shown_offer {
    uint64_t number;
    unsigned session, customer;
} shown_offer;

typedef struct world {
    shop of;
    ss_live_items *live_items;
    ss_visitors *visitors;
    ss_live live;
    ss_environment *environment;
    ss_offer_ledger *ledger;
    ss_offers *offers;
    ss_policy *policy;
    oracle_zone zone;
    ss_random random;
    int64_t now;
    oracle_item items[ITEMS];
    unsigned bought[CUSTOMERS + 1][ITEMS];     /* in so many orders */
    unsigned last_order[CUSTOMERS + 1][ITEMS]; /* from 1 */
    book book;
    unsigned sessions[SESSIONS], customers[CUSTOMERS], parties, ids, orders;
    told_before repeats[REPEATS];
    size_t repeat_count;
    shown_offer shown[SHOWN];
    size_t shown_count;
    uint8_t *held[BOOK_CAMPAIGNS]; /* by party: 1: is shown it, 2: is held out */
    size_t held_capacity[BOOK_CAMPAIGNS];
    double held_expected, held_variance, held_found;
    size_t decisions, verdicts[SS_VERDICTS], kinds[SS_INCENTIVE_KINDS], outcomes[SS_REDEEM_OUTCOMES];
} world;

#define require(OF, CONDITION, ...)                                                                                    \
    do {                                                                                                               \
        if (!(CONDITION)) {                                                                                            \
            print_message("after %zu decisions, at %lld: %s\n", (OF)->decisions, (long long)(OF)->now, #CONDITION);    \
            fail_msg(__VA_ARGS__);                                                                                     \
        }                                                                                                              \
    } while (0)

static inline unsigned below(world *of, unsigned bound)
{
    return ss_random_below(&of->random, bound);
}

static inline bool chance(world *of, unsigned in)
{
    return below(of, in) == 0;
}

static inline int64_t between(world *of, int64_t low, int64_t high)
{
    return low + (int64_t)(ss_random_u64(&of->random) % (uint64_t)(high - low + 1));
}

/* ---- the shop ---- */

static inline void make_item(world *of, int number)
{
    oracle_item *item = &of->items[number];
    int64_t price = between(of, 50, chance(of, 4) ? 60000 : 3000);
    *item = (oracle_item){.stock = chance(of, 8) ? 0 : chance(of, 2) ? -1 : 5, .hidden = chance(of, 12)};
    snprintf(item->id, sizeof item->id, "i%d", number);
    if (!chance(of, 6))
        snprintf(item->category, sizeof item->category, "cat%u", below(of, 4));
    item->cost = chance(of, 6) ? SS_NO_MONEY : between(of, price / 5, chance(of, 5) ? price * 11 / 10 : price * 7 / 10);
    oracle_set_price(item, INT64_MIN, price);
}

static inline void write_item(const oracle_item *item, ss_buffer *out)
{
    ss_buffer_printf(out, "%s,Item %s,%s,%lld.%02lld,", item->id, item->id, item->category,
                     (long long)item->price / 100, (long long)item->price % 100);
    if (item->cost != SS_NO_MONEY)
        ss_buffer_printf(out, "%lld.%02lld", (long long)item->cost / 100, (long long)item->cost % 100);
    ss_buffer_append_text(out, ",");
    if (item->stock >= 0)
        ss_buffer_printf(out, "%lld", (long long)item->stock);
    ss_buffer_printf(out, ",%d\n", item->hidden);
}

static inline void open_shop(world *of)
{
    ss_buffer log, catalog;
    ss_buffer_init(&log, 1u << 20);
    ss_buffer_init(&catalog, 1u << 20);
    ss_buffer_append_text(&log, "order_id,customer_id,item_id,timestamp\n");
    for (unsigned order = 0; order < 250; order++)
        for (unsigned i = 0, size = 1 + below(of, 4), customer = 1 + below(of, CUSTOMERS / 2); i < size; i++) {
            unsigned item = below(of, 1 + below(of, ITEMS));
            of->bought[customer][item] += of->last_order[customer][item] != order + 1; /* repeats are merged */
            of->last_order[customer][item] = order + 1;
            ss_buffer_printf(&log, "o%u,k%u,i%u,%u\n", order, customer, item, 1680000000 + order * 70000);
        }
    ss_buffer_append_text(&catalog, "item_id,name,category,price,cost,stock,hidden\n");
    for (int i = 0; i < ITEMS; i++) {
        make_item(of, i);
        write_item(&of->items[i], &catalog);
    }
    shop_open(&of->of, log.data, catalog.data);
    ss_buffer_release(&log);
    ss_buffer_release(&catalog);
}

static inline uint32_t category_number(const world *of, const char *category)
{
    return ss_strings_find(&of->of.snapshot->items.categories, ss_slice_of(category));
}

/* Where three purchases and two in five of those with a category are of one, that one; else "". Of equal ones the
 * generation's first. */
static inline const char *oracle_liked(const world *of, unsigned customer)
{
    const char *best = "";
    unsigned most = 0, all = 0;
    for (unsigned i = 0; customer > 0 && customer <= CUSTOMERS && i < ITEMS; i++) {
        unsigned sum = 0;
        for (unsigned j = 0; *of->items[i].category && j < ITEMS; j++)
            sum += strcmp(of->items[i].category, of->items[j].category) == 0 ? of->bought[customer][j] : 0;
        all += *of->items[i].category ? of->bought[customer][i] : 0;
        if (sum > most ||
            (sum == most && sum > 0 && category_number(of, of->items[i].category) < category_number(of, best))) {
            best = of->items[i].category;
            most = sum;
        }
    }
    return most >= 3 && 5 * most >= 2 * all ? best : "";
}

/* Often one that is on offer. */
static inline int item_to_change(world *of)
{
    const book *kept = &of->book;
    if (kept->open_count == 0 || chance(of, 2))
        return (int)below(of, ITEMS);
    const booked *offer = &kept->offers[kept->open[kept->open_count - 1 - below(of, (unsigned)kept->open_count) / 2]];
    return offer->item >= 0 ? offer->item : (int)below(of, ITEMS);
}

static inline void change_item(world *of)
{
    oracle_item *item = &of->items[item_to_change(of)];
    ss_item_change change;
    switch (below(of, 5)) {
    case 0:
        item->stock = chance(of, 3) ? 0 : 7;
        change = item_number(item->id, SS_LIVE_STOCK, item->stock);
        break;
    case 1:
        item->hidden = chance(of, 6);
        change = item_number(item->id, SS_LIVE_HIDDEN, item->hidden);
        break;
    case 2:
        item->cost = between(of, item->price / 5, item->price);
        change = item_number(item->id, SS_LIVE_COST, item->cost);
        break;
    default:
        oracle_set_price(item, of->now, between(of, 1, 3) * item->price / 2 % 50000 + 40);
        change = item_number(item->id, SS_LIVE_PRICE, item->price);
    }
    live_change(of->live_items, of->of.snapshot, change, of->now);
}

/* ---- policies ---- */

static inline void write_guards(world *of, ss_buffer *out)
{
    int64_t spent =
        book_redeemed(&of->book, BOOK_ALL, SS_DAY_ALL) + book_leased(&of->book, BOOK_ALL, SS_DAY_ALL, of->now, true);
    ss_buffer_printf(out, "time-zone: \"%s\"\nguards: {tax: %u, margin-min: %u.%02u, cart-margin-min: %u, ",
                     oracle_zone_names[of->zone], chance(of, 3) ? 0 : below(of, 26), below(of, 35), below(of, 100),
                     below(of, 35));
    ss_buffer_printf(out, "discount-max: %u, budget-per-day: %lld, ", 5 + below(of, 50),
                     (long long)between(of, 0, chance(of, 3) ? 300000 : 4000));
    if (!chance(of, 3))
        ss_buffer_printf(out, "budget: %lld, ", (long long)(spent + between(of, 0, 100000)));
    ss_buffer_printf(out, "uses-max: %u, uses-days: %u, shows-max: %u, cool-dismissed-hours: %u, ", below(of, 4),
                     1 + below(of, 40), below(of, 5), below(of, 30));
    ss_buffer_printf(out, "cool-bought-hours: %u, discount-reduced: %s, stacking: %s}\n", below(of, 40),
                     chance(of, 2) ? "true" : "false", chance(of, 2) ? "true" : "false");
    ss_buffer_printf(out, "learning: {seed: 7, window-hours: %u, explore: %s, strength: %u}\n", 1 + below(of, 30),
                     chance(of, 5) ? "false" : "true", 1 + below(of, 60));
}

static inline void write_incentives(world *of, ss_buffer *out)
{
    static const char *const kinds[] = {"percent",  "percent", "amount", "free-shipping",
                                        "cashback", "points",  "gift",   "bundle"};
    ss_buffer_append_text(out, "incentives:\n");
    for (unsigned i = 0; i < 8; i++) {
        ss_buffer_printf(out, "  n%u: {%s: ", i, kinds[i]);
        if (i == 6)
            ss_buffer_printf(out, "i%u", below(of, ITEMS));
        else if (i == 2 || i == 3 || i == 5)
            ss_buffer_printf(out, "%u", 1 + below(of, 900));
        else
            ss_buffer_printf(out, "%u.%02u", 1 + below(of, i == 1 ? 60 : 25), below(of, 100));
        ss_buffer_printf(out, ", value-min: %u}\n", chance(of, 2) ? 0 : below(of, 3000));
    }
}

static inline void write_names(world *of, ss_buffer *out, const char *key, const char *prefix, unsigned count,
                               unsigned in)
{
    bool begun = false;
    ss_buffer_printf(out, "    %s: [", key);
    for (unsigned i = 0; i < count; i++)
        if (chance(of, in)) {
            ss_buffer_printf(out, "%s%s%u", begun ? ", " : "", prefix, i);
            begun = true;
        }
    ss_buffer_append_text(out, "]\n");
}

static inline void write_segments(world *of, ss_buffer *out)
{
    unsigned chosen = chance(of, 3) ? 1 + below(of, 62) : 0, never = chance(of, 3) ? below(of, 64) & ~chosen : 0;
    const struct {
        const char *key;
        unsigned bits;
    } lists[] = {{"segments", chosen}, {"not-segments", never}};
    for (size_t list = 0; list < 2; list++) {
        ss_buffer_printf(out, "    %s: [", lists[list].key);
        for (unsigned i = 0, begun = 0; i < 6; i++)
            if (lists[list].bits >> i & 1)
                ss_buffer_printf(out, "%s%s", begun++ ? ", " : "", ss_segment_name((ss_segment)i));
        ss_buffer_append_text(out, "]\n");
    }
}

static inline void write_schedule(world *of, ss_buffer *out)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    char from[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(of->now + between(of, -20, 2) * ORACLE_DAY, from);
    ss_buffer_append_text(out, "    schedule: {weekdays: [");
    for (unsigned i = below(of, 7), begun = 0, all = chance(of, 2); i < 7 && !all; i += 1 + below(of, 2))
        ss_buffer_printf(out, "%s%s", begun++ ? ", " : "", days[i]);
    ss_buffer_append_text(out, "]");
    if (chance(of, 2))
        ss_buffer_printf(out, ", hours: \"%02u:%02u-%02u:%02u\"", below(of, 24), below(of, 30), below(of, 24),
                         30 + below(of, 30));
    if (chance(of, 3))
        ss_buffer_printf(out, ", from: %s", from);
    ss_buffer_append_text(out, "}\n");
}

static inline void write_campaign(world *of, unsigned number, ss_buffer *out)
{
    static const char *const pages[] = {"home", "product", "cart"};
    int64_t spent =
        book_redeemed(&of->book, number, SS_DAY_ALL) + book_leased(&of->book, number, SS_DAY_ALL, of->now, true);
    ss_buffer_printf(out, "  c%u:\n    page: %s\n    priority: %u\n    cart-min: %u\n", number,
                     pages[number < 3 ? number : below(of, 3)], below(of, 3), chance(of, 3) ? below(of, 3000) : 0);
    if (chance(of, 3))
        ss_buffer_printf(out, "    cart-max: %u\n", 3000 + below(of, 20000));
    write_segments(of, out);
    if (chance(of, 2))
        write_schedule(of, out);
    write_names(of, out, "incentives", "n", 8, 2);
    if (chance(of, 3))
        write_names(of, out, chance(of, 2) ? "categories" : "not-categories", "cat", 4, 2);
    if (chance(of, 4))
        write_names(of, out, "liked-categories", "cat", 4, 2);
    write_names(of, out, "variants", "v", 3, 2);
    ss_buffer_printf(out, "    price-cut: %s\n    lifetime-minutes: %u\n    holdout: %u\n    limit: %u\n",
                     chance(of, 3) ? "true" : "false", 2 + below(of, 200), number * 7, 1 + below(of, 8));
    if (chance(of, 2))
        ss_buffer_printf(out, "    budget-per-day: %lld\n", (long long)between(of, 0, 5000));
    if (chance(of, 2))
        ss_buffer_printf(out, "    budget: %lld\n", (long long)(spent + between(of, 0, 50000)));
}

static inline ss_policy *read_policy(const char *text)
{
    char line[SS_MISTAKE_LINE_MAX];
    ss_arena *arena = ss_arena_new(1u << 16, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("policy");
    ss_yaml_node *root = NULL;
    ss_policy *policy = NULL;
    ss_error error = {0};
    expect_ok(ss_yaml_read(ss_slice_of(text), arena, mistakes, &root, &error), &error);
    expect_ok(ss_policy_read(root, mistakes, &policy, &error), &error);
    for (size_t i = 0; !policy && i < ss_mistakes_kept(mistakes); i++) {
        ss_mistakes_format(mistakes, i, line, sizeof line);
        print_message("%s\n", line);
    }
    if (!policy)
        fail_msg("%s", text);
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
    return policy;
}

static inline ss_policy *random_policy(world *of)
{
    ss_buffer text;
    ss_buffer_init(&text, 1u << 16);
    if (chance(of, 4))
        of->zone = (oracle_zone)below(of, ORACLE_ZONES);
    write_guards(of, &text);
    write_incentives(of, &text);
    ss_buffer_append_text(&text, "campaigns:\n  dont_go: {enabled: false}\n  lightning: {enabled: false}\n"
                                 "  last_chance: {enabled: false}\n");
    for (unsigned i = 0; i < BOOK_CAMPAIGNS; i++)
        write_campaign(of, i, &text);
    ss_policy *policy = read_policy(text.data);
    ss_buffer_release(&text);
    return policy;
}

/* ---- opening and closing ---- */

static inline ss_answerer *new_answerer(world *of)
{
    ss_answerer *answerer = NULL;
    ss_error error = {0};
    expect_ok(ss_answerer_new(of->of.snapshot, &of->live, &answerer, &error), &error);
    return answerer;
}

static inline void open_state(world *of)
{
    ss_error error = {0};
    expect_ok(ss_environment_open(of->of.store, UINT64_C(1) << 32, &of->environment, &error), &error);
    expect_ok(ss_offer_ledger_open(of->environment, &of->ledger, &error), &error);
    expect_ok(ss_offers_new(of->ledger, ss_policy_retain(of->policy), new_answerer(of), &of->offers, &error), &error);
}

static inline void close_state(world *of)
{
    ss_offers_free(&of->offers);
    ss_offer_ledger_close(&of->ledger);
    ss_environment_close(&of->environment);
}

static inline void reload(world *of)
{
    ss_policy_release(&of->policy);
    of->policy = random_policy(of);
    ss_answerer *old = ss_offers_exchange(of->offers, new_answerer(of), ss_policy_retain(of->policy));
    ss_answerer_free(&old);
}

static inline void open_world(world *of, uint64_t seed)
{
    ss_visitors_options options = ss_visitors_defaults();
    ss_error error = {0};
    *of = (world){.now = ITEM_NOW};
    ss_random_seed(&of->random, seed);
    of->zone = (oracle_zone)below(of, ORACLE_ZONES);
    of->book.first_day = oracle_day(ORACLE_UTC, of->now) - 1;
    of->live_items = ss_live_items_new(&(ss_live_items_options){16});
    expect_ok(ss_visitors_new(&options, &of->visitors, &error), &error);
    of->live = (ss_live){of->live_items, of->visitors};
    for (unsigned i = 0; i < CUSTOMERS; i++) /* k1, k2, …: the first half are in the log */
        of->customers[i] = ++of->parties;
    for (unsigned i = 0; i < SESSIONS; i++)
        of->sessions[i] = ++of->parties;
    open_shop(of);
    of->policy = random_policy(of);
    open_state(of);
}

static inline void close_world(world *of)
{
    close_state(of);
    ss_policy_release(&of->policy);
    ss_visitors_free(&of->visitors);
    ss_live_items_free(&of->live_items);
    shop_close(&of->of);
    book_release(&of->book);
    for (int i = 0; i < ITEMS; i++)
        free(of->items[i].steps);
    for (unsigned i = 0; i < BOOK_CAMPAIGNS; i++)
        free(of->held[i]);
}

/* ---- requests ---- */

static inline ss_slice item_name(const world *of, int item)
{
    return item == ITEMS ? SS_SLICE_LITERAL("nowhere") : ss_slice_of(of->items[item].id);
}

static inline ss_slice party_name(char text[16], char kind, unsigned number)
{
    if (number == 0)
        return (ss_slice){"", 0};
    snprintf(text, 16, "%c%u", kind, number);
    return ss_slice_of(text);
}

/* What points into the question itself, after it was made or copied. */
static inline void bind(const world *of, asked *question)
{
    question->request = (ss_offer_request){.page = question->page,
                                           .item_id = {"", 0},
                                           .cart = question->live_cart ? NULL : question->lines,
                                           .cart_count = question->live_cart ? 0 : question->line_count,
                                           .exclude = question->excluded,
                                           .exclude_count = question->exclude_count,
                                           .limit = question->limit};
    if (question->page_item >= 0)
        question->request.item_id = item_name(of, question->page_item);
    question->request.session_id = party_name(question->names[0], 's', question->session);
    question->request.customer_id = party_name(question->names[1], 'k', question->customer);
    question->request.request_id = party_name(question->names[2], 'r', question->id);
    for (size_t i = 0; i < question->line_count; i++)
        question->lines[i] = (ss_cart_line){item_name(of, question->items[i]), question->pieces[i]};
    for (size_t i = 0; i < question->exclude_count; i++)
        question->excluded[i] = item_name(of, question->exclude[i]);
}

static inline void choose_parties(world *of, unsigned *session, unsigned *customer)
{
    unsigned slot = below(of, SESSIONS);
    if (chance(of, 6))
        of->sessions[slot] = ++of->parties; /* somebody else comes */
    *session = chance(of, 8) ? 0 : of->sessions[slot];
    *customer = *session != 0 && chance(of, 2) ? 0 : of->customers[below(of, CUSTOMERS)];
}

static inline void choose_cart(world *of, asked *question)
{
    question->line_count = below(of, 6);
    for (size_t i = 0, first = below(of, ITEMS); i < question->line_count; i++) {
        question->items[i] = chance(of, 20) ? ITEMS : (int)((first + i * 7) % ITEMS);
        question->pieces[i] = chance(of, 3) ? between(of, 1, 12) : 1;
    }
}

static inline asked random_question(world *of)
{
    asked question = {.page = (ss_offer_page)below(of, SS_PAGE_COUNT), .page_item = -1};
    if (question.page == SS_PAGE_PRODUCT)
        question.page_item = chance(of, 40) ? ITEMS : (int)below(of, ITEMS);
    choose_parties(of, &question.session, &question.customer);
    choose_cart(of, &question);
    question.live_cart = chance(of, 4);
    question.exclude_count = below(of, 4);
    for (size_t i = 0; i < question.exclude_count; i++)
        question.exclude[i] = (int)below(of, ITEMS);
    question.limit = chance(of, 2) ? 0 : 1 + below(of, SS_OFFERS_MAX);
    question.id = chance(of, 2) ? ++of->ids : 0;
    return question;
}

#endif

/*
 * test_access_rules.c: who may see what: rules read from a file, case by case; and random shops, rules, changes and
 * visitors, where an answer must be the one that a shop without rules gives to whom all that is denied is excluded.
 */
#include "check.h"
#include "failing_malloc.h"
#include "live_shop.h"
#include "random_change.h"

#include "shelf/audience.h"
#include "shelf/page.h"

#define NOW INT64_C(1709000000) /* seconds */

/* ---- a shop with rules ---- */

static ss_shelf_settings *read_rules(const char *text)
{
    ss_arena *arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    ss_shelf_settings *settings = NULL;
    ss_yaml_node *root;
    ss_error error = {0};
    char line[SS_MISTAKE_LINE_MAX];
    expect_ok(ss_yaml_read(ss_slice_of(text), arena, mistakes, &root, &error), &error);
    expect_ok(ss_shelf_settings_read(NULL, mistakes, &settings, &error), &error);
    expect_ok(ss_shelf_settings_read_access(settings, root, mistakes, &error), &error);
    if (ss_mistakes_errors(mistakes) > 0) {
        ss_mistakes_format(mistakes, 0, line, sizeof line);
        fail_msg("%s in\n%s", line, text);
    }
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
    return settings;
}

typedef struct ruled_shop {
    shop plain;            /* without rules */
    ss_snapshot *snapshot; /* the same generation with them */
    ss_answerer *answerer;
    ss_live live;
    int64_t clock;
} ruled_shop;

static void add_rules(ruled_shop *of, const char *text)
{
    ss_error error = {0};
    ss_visitors_options options = ss_visitors_defaults();
    ss_shelf_settings *settings = read_rules(text);
    of->live.items = ss_live_items_new(&(ss_live_items_options){CHANGED_ITEMS});
    of->live.visitors = NULL;
    of->clock = NOW * SS_SECOND;
    expect_ok(ss_visitors_new(&options, &of->live.visitors, &error), &error);
    expect_ok(ss_snapshot_open_configured(of->plain.store, NULL, false, settings, &of->snapshot, &error), &error);
    expect_ok(ss_answerer_new(of->snapshot, &of->live, &of->answerer, &error), &error);
    ss_answerer_free(&of->plain.answerer);
    expect_ok(ss_answerer_new(of->plain.snapshot, &of->live, &of->plain.answerer, &error), &error);
    ss_shelf_settings_release(&settings);
}

static void close_ruled(ruled_shop *of)
{
    ss_answerer_free(&of->answerer);
    ss_snapshot_release(&of->snapshot);
    shop_close(&of->plain);
    ss_live_items_free(&of->live.items);
    ss_visitors_free(&of->live.visitors);
}

static const char small_log[] = "order_id,customer_id,item_id,quantity,unit_price,timestamp\n"
                                "1,ann,tea,1,3,2024-01-01\n1,ann,pot,1,9,2024-01-01\n2,bob,tea,1,3,2024-01-02\n"
                                "3,cid,tea,1,3,2024-01-03\n3,cid,cup,1,4,2024-01-03\n4,dan,soap,1,2,2024-01-04\n";
static const char small_catalog[] = "item_id,name,category,price\ntea,Tea,drinks,3\npot,Pot,kitchen,9\n"
                                    "cup,Cup,kitchen,4\nsoap,Soap,bath,2\nnew,New,kitchen,5\n";

static void open_small(ruled_shop *of, const char *rules)
{
    shop_open(&of->plain, small_log, small_catalog);
    add_rules(of, rules);
}

static ss_request popular_for(const char *customer)
{
    ss_request request = ss_request_empty();
    request.customer_id = ss_slice_of(customer);
    request.now = NOW * SS_SECOND;
    request.explain = true;
    return request;
}

static ss_answer ask_shelf(ruled_shop *of, ss_shelf_kind kind, const ss_request *request)
{
    ss_answer answer;
    ss_error error = {0};
    expect_ok(ss_answerer_catch_up(of->answerer, &error), &error);
    expect_ok(ss_answer_shelf(of->answerer, &of->snapshot->shelves[kind], request, &answer, &error), &error);
    return answer;
}

/* "tea pot … (2)": what is shown, and how many were kept back by rules of access. */
static const char *shown(ruled_shop *of, const ss_request *request)
{
    static char text[256];
    ss_answer answer = ask_shelf(of, SS_SHELF_POPULAR, request);
    text[0] = '\0';
    for (size_t i = 0; i < answer.count; i++) {
        ss_slice id = ss_catalogue_id(ss_answerer_catalogue(of->answerer), answer.items[i].item);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s ", (int)id.size, id.data);
    }
    snprintf(text + strlen(text), sizeof text - strlen(text), "(%u)", answer.removed[SS_REMOVED_ACCESS]);
    return text;
}

static const char *shown_to(ruled_shop *of, const char *customer)
{
    ss_request request = popular_for(customer);
    return shown(of, &request);
}

static void happens(ruled_shop *of, ss_event event, const char *item, const char *session, const char *customer)
{
    ss_live_event happening = {.received = of->clock, .time = of->clock, .event = event, .quantity = 1};
    for (int i = 0; i < SS_EVENT_TEXTS; i++)
        happening.texts[i] = (ss_slice){"", 0};
    happening.texts[SS_TEXT_ITEM_ID] = ss_slice_of(item);
    happening.texts[SS_TEXT_SESSION_ID] = ss_slice_of(session);
    happening.texts[SS_TEXT_CUSTOMER_ID] = ss_slice_of(customer);
    assert_status(ss_visitors_apply(of->live.visitors, &happening), SS_OK);
}

/* ---- case by case ---- */

static void products_are_for_some(void **state)
{
    (void)state;
    ruled_shop of;
    open_small(&of, "- {items: [tea, gone], categories: [bath], segments: [new]}\n");
    assert_string_equal(shown_to(&of, "ann"), "cup pot (2)");
    assert_string_equal(shown_to(&of, "stranger"), "tea soap cup pot (0)");
    ss_request request = popular_for("ann");
    request.no_consent = true; /* nobody is known then: new */
    assert_string_equal(shown(&of, &request), "tea soap cup pot (0)");
    happens(&of, SS_EVENT_PURCHASE, "cup", "s", "stranger");
    assert_string_equal(shown_to(&of, "stranger"), "cup pot (2)");
    close_ruled(&of);
}

static void rules_have_their_time(void **state)
{
    (void)state;
    ruled_shop of;
    open_small(&of, "- {items: [tea], segments: [loyal], until: 2024-02-27}\n"
                    "- {items: [tea], segments: [loyal, new], from: 2024-02-20, until: 2024-02-28T00:00:00+01:00}\n");
    ss_request request = popular_for("stranger");
    assert_string_equal(shown(&of, &request), "tea soap cup pot (0)"); /* it is February 27 */
    request.now = (NOW - 86400) * SS_SECOND;
    assert_string_equal(shown(&of, &request), "soap cup pot (1)");
    request.now = SS_NO_TIME; /* each is in force */
    assert_string_equal(shown(&of, &request), "soap cup pot (1)");
    request.customer_id = ss_slice_of("ann");
    request.now = NOW * SS_SECOND;
    assert_string_equal(shown(&of, &request), "soap cup pot (1)");
    request.now = (NOW + 86400) * SS_SECOND;
    assert_string_equal(shown(&of, &request), "tea soap cup pot (0)");
    close_ruled(&of);
}

static void live_changes_count(void **state)
{
    (void)state;
    ruled_shop of;
    open_small(&of, "- {items: [later], categories: [kitchen, secret], segments: [lapsed]}\n");
    assert_string_equal(shown_to(&of, "stranger"), "tea soap (2)");
    live_change(of.live.items, of.snapshot, item_text("cup", SS_LIVE_CATEGORY, "drinks"), 1);
    live_change(of.live.items, of.snapshot, item_text("soap", SS_LIVE_CATEGORY, "secret"), 1);
    assert_string_equal(shown_to(&of, "stranger"), "tea cup (2)");
    live_change(of.live.items, of.snapshot, item_number("soap", SS_LIVE_STOCK, 5), 1);
    assert_string_equal(shown_to(&of, "stranger"), "tea cup (2)");
    live_change(of.live.items, of.snapshot,
                (ss_item_change){.item_id = SS_SLICE_LITERAL("soap"), .clear = SS_LIVE_BIT(SS_LIVE_CATEGORY)}, 1);
    assert_string_equal(shown_to(&of, "stranger"), "tea soap cup (1)");
    close_ruled(&of);
}

static bool arrives(ruled_shop *of, const char *id)
{
    ss_request request = popular_for("stranger");
    ss_answer answer = ask_shelf(of, SS_SHELF_NEW_ARRIVALS, &request);
    const ss_catalogue *catalogue = ss_answerer_catalogue(of->answerer);
    for (size_t i = 0; i < answer.count; i++)
        if (ss_slice_equal(ss_catalogue_id(catalogue, answer.items[i].item), ss_slice_of(id)))
            return true;
    return false;
}

static void new_items_are_kept_back_too(void **state)
{
    (void)state;
    ruled_shop of;
    open_small(&of, "- {items: [later], categories: [secret], segments: [lapsed]}\n");
    live_change(of.live.items, of.snapshot, item_text("later", SS_LIVE_NAME, "Later"), NOW * SS_SECOND);
    live_change(of.live.items, of.snapshot, item_text("other", SS_LIVE_NAME, "Other"), NOW * SS_SECOND);
    assert_false(arrives(&of, "later"));
    assert_true(arrives(&of, "other"));
    live_change(of.live.items, of.snapshot, item_text("other", SS_LIVE_CATEGORY, "secret"), NOW * SS_SECOND);
    assert_false(arrives(&of, "other"));
    close_ruled(&of);
}

static void a_page_keeps_them_back_on_every_shelf(void **state)
{
    (void)state;
    ruled_shop of;
    ss_page page;
    ss_answer answer;
    ss_error error = {0};
    open_small(&of, "- {categories: [kitchen], segments: [lapsed]}\n");
    ss_request request = popular_for("stranger");
    ss_page_begin(&page, &request);
    for (int i = 0; i < 3; i++) {
        expect_ok(ss_page_answer(&page, of.answerer, &of.snapshot->shelves[SS_SHELF_POPULAR], 1, &answer, &error),
                  &error);
        assert_int_equal(answer.count, i < 2);
    }
    assert_int_equal(answer.short_code, SS_SHORT_FILTERED);
    close_ruled(&of);
}

static void shops_without_rules_have_no_bits(void **state)
{
    (void)state;
    ruled_shop of;
    open_small(&of, "[]");
    assert_null(of.snapshot->reserved);
    assert_null(of.snapshot->reserved_by);
    for (uint32_t item = 0; item < of.snapshot->items.count; item++)
        assert_false(of.snapshot->show[item] & SS_SHOW_RESERVED);
    assert_string_equal(shown_to(&of, "stranger"), "tea soap cup pot (0)");
    close_ruled(&of);
}

/* ---- random rules ---- */

typedef struct drawn_rule {
    bool items[CHANGED_ITEMS], categories[5]; /* of category_names */
    uint32_t segments;
    int64_t from, until; /* seconds, 0: open */
} drawn_rule;

enum { RULES = 4 };
static const char *const category_names[5] = {"cat0", "cat1", "cat2", "cat3", "cat9"};

static drawn_rule draw_rule(ss_random *random, ss_buffer *text)
{
    drawn_rule rule = {.segments = 1 + ss_random_below(random, (1u << SS_SEGMENT_COUNT) - 1)};
    ss_buffer_append_text(text, "- items: [");
    for (unsigned i = 0; i < CHANGED_ITEMS; i++)
        if ((rule.items[i] = ss_random_below(random, 8) == 0))
            ss_buffer_printf(text, "i%u, ", i);
    ss_buffer_append_text(text, "i999]\n  categories: [");
    for (unsigned i = 0; i < 5; i++)
        if ((rule.categories[i] = ss_random_below(random, 4) == 0))
            ss_buffer_printf(text, "%s, ", category_names[i]);
    ss_buffer_append_text(text, "]\n  segments: [");
    for (unsigned i = 0; i < SS_SEGMENT_COUNT; i++)
        if (rule.segments >> i & 1)
            ss_buffer_printf(text, "%s, ", ss_segment_name((ss_segment)i));
    ss_buffer_append_text(text, "]\n");
    int64_t begin = NOW - 2000000 + ss_random_below(random, 5000000);
    if (ss_random_below(random, 2))
        ss_buffer_printf(text, "  from: %lld\n", (long long)(rule.from = begin));
    if (ss_random_below(random, 2))
        ss_buffer_printf(text, "  until: %lld\n",
                         (long long)(rule.until = begin + 1 + ss_random_below(random, 2000000)));
    return rule;
}

static bool denies(const drawn_rule *rule, unsigned number, ss_slice category, uint32_t segments, int64_t now)
{
    bool named = rule->items[number];
    for (unsigned i = 0; i < 5; i++)
        named |= rule->categories[i] && ss_slice_equal(category, ss_slice_of(category_names[i]));
    bool begun = now == INT64_MIN || rule->from == 0 || now >= rule->from * SS_SECOND;
    bool over = now != INT64_MIN && rule->until != 0 && now >= rule->until * SS_SECOND;
    return named && begun && !over && !(rule->segments & segments);
}

/* What has been said of each item's category. */
typedef struct said {
    bool set[CHANGED_ITEMS];
    ss_slice category[CHANGED_ITEMS];
} said;

static void change_one(ruled_shop *of, ss_random *random, said *known)
{
    char id[8];
    ss_item_change change = random_change(random, id);
    unsigned number = (unsigned)atoi(id + 1);
    if (change.clear & SS_LIVE_BIT(SS_LIVE_CATEGORY))
        known->set[number] = false;
    if (change.set & SS_LIVE_BIT(SS_LIVE_CATEGORY)) {
        known->set[number] = true;
        known->category[number] = change.texts[SS_LIVE_CATEGORY - SS_LIVE_NUMBERS]; /* a constant */
    }
    live_change(of->live.items, of->snapshot, change, of->clock);
}

static ss_slice category_of(const ruled_shop *of, const said *known, unsigned number, const char *id)
{
    const ss_items *items = &of->snapshot->items;
    uint32_t item = ss_strings_find(&items->ids, ss_slice_of(id));
    if (known->set[number])
        return known->category[number];
    return item == SS_NONE ? (ss_slice){"", 0} : ss_strings_at(&items->categories, items->category[item]);
}

static void visit_one(ruled_shop *of, ss_random *random)
{
    static const ss_event events[] = {SS_EVENT_VIEW, SS_EVENT_CART_ADD, SS_EVENT_PURCHASE};
    char item[8], customer[8], session[8];
    snprintf(item, sizeof item, "i%u", ss_random_below(random, CHANGED_ITEMS));
    snprintf(customer, sizeof customer, "c%u", ss_random_below(random, RANDOM_CUSTOMERS + 3));
    snprintf(session, sizeof session, "s%u", ss_random_below(random, 8));
    happens(of, events[ss_random_below(random, 3)], item, session, ss_random_below(random, 2) ? customer : "");
    of->clock += (int64_t)ss_random_below(random, 4000) * SS_SECOND;
}

/* The same answer as without rules, where the denied are excluded one by one. */
static size_t check_question(ruled_shop *of, ss_random *random, const drawn_rule *rules, const said *known)
{
    static const ss_shelf_kind kinds[] = {SS_SHELF_POPULAR, SS_SHELF_RELATED,      SS_SHELF_FOR_YOU,
                                          SS_SHELF_CART,    SS_SHELF_NEW_ARRIVALS, SS_SHELF_BUY_AGAIN};
    random_question question;
    char ids[CHANGED_ITEMS][8], session[8];
    ss_slice exclude[CHANGED_ITEMS + 24];
    ss_error error = {0};
    ss_answer plain;
    ss_shelf_kind kind = kinds[ss_random_below(random, sizeof kinds / sizeof *kinds)];
    random_question_make(&question, random);
    ss_request *request = &question.request;
    snprintf(session, sizeof session, "s%u", ss_random_below(random, 9));
    request->session_id = ss_slice_of(session);
    request->no_consent = ss_random_below(random, 8) == 0;
    request->now =
        request->now == INT64_MIN ? INT64_MIN : of->clock + (int64_t)ss_random_below(random, 86400) * SS_SECOND;
    ss_answer answer = ask_shelf(of, kind, request);
    expect_ok(ss_answerer_catch_up(of->plain.answerer, &error), &error);
    const ss_visit *visit = ss_answerer_meet(of->plain.answerer, request);
    ss_slice customer = request->no_consent ? (ss_slice){"", 0} : request->customer_id;
    ss_audience audience =
        ss_audience_of(of->plain.snapshot, customer, &visit->session, &visit->customer, request->now);
    size_t count = 0;
    for (; count < request->exclude_count; count++)
        exclude[count] = request->exclude[count];
    for (unsigned number = 0; number < CHANGED_ITEMS; number++) {
        bool denied = false;
        snprintf(ids[number], sizeof ids[number], "i%u", number);
        for (int r = 0; r < RULES; r++)
            denied |=
                denies(&rules[r], number, category_of(of, known, number, ids[number]), audience.segments, request->now);
        if (denied)
            exclude[count++] = ss_slice_of(ids[number]);
    }
    size_t denied = count - request->exclude_count;
    request->exclude = exclude;
    request->exclude_count = count;
    expect_ok(ss_answer_shelf(of->plain.answerer, &of->plain.snapshot->shelves[kind], request, &plain, &error), &error);
    assert_int_equal(answer.count, plain.count);
    for (size_t i = 0; i < plain.count; i++) {
        assert_int_equal(answer.items[i].item, plain.items[i].item);
        assert_true(answer.items[i].score == plain.items[i].score);
    }
    assert_int_equal(answer.short_code, plain.short_code);
    return denied;
}

static void random_rules_deny_what_they_name(void **state)
{
    (void)state;
    ss_random random = test_random();
    size_t denied = 0, questions = 0;
    int rounds = getenv("SMARTSHELF_LONG") ? 200 : 6;
    for (int round = 0; round < rounds; round++) {
        ruled_shop of;
        drawn_rule rules[RULES];
        said known = {0};
        ss_buffer text;
        ss_buffer_init(&text, 1u << 16);
        for (int r = 0; r < RULES; r++)
            rules[r] = draw_rule(&random, &text);
        random_shop_open(&of.plain, &random);
        add_rules(&of, text.data);
        for (int step = 0; step < 400; step++) {
            if (ss_random_below(&random, 3) == 0)
                change_one(&of, &random, &known);
            if (ss_random_below(&random, 3) == 0)
                visit_one(&of, &random);
            denied += check_question(&of, &random, rules, &known);
            questions++;
        }
        close_ruled(&of);
        ss_buffer_release(&text);
    }
    print_message("%zu products denied in %zu questions\n", denied, questions);
    assert_true(denied > questions);
}

static void answering_allocates_nothing(void **state)
{
    (void)state;
    ruled_shop of;
    open_small(&of, "- {items: [tea], categories: [bath], segments: [new]}\n");
    happens(&of, SS_EVENT_CART_ADD, "cup", "s", "ann");
    ss_request request = popular_for("ann");
    ask_shelf(&of, SS_SHELF_POPULAR, &request);
    failing_malloc_start(0);
    ask_shelf(&of, SS_SHELF_POPULAR, &request);
    assert_int_equal(failing_malloc_count(), 0);
    failing_malloc_stop();
    close_ruled(&of);
}

/* ---- memory ---- */

static bool read_once(void *context)
{
    ss_arena *arena = ss_arena_new(256, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    ss_reserved reserved = {.count = 0};
    bool good = arena && mistakes && ss_reserved_read(context, arena, mistakes, &reserved) == SS_OK;
    if (good)
        assert_int_equal(ss_reserved_of_item(&reserved, ss_slice_of("tea")), 1);
    ss_reserved_release(&reserved);
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
    return good;
}

static void memory_running_out_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    ss_arena *arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    ss_yaml_node *root;
    ss_error error = {0};
    const char *text = "- {items: [tea, pot, cup], categories: [bath], segments: [new], until: 2026-01-01}\n- {items: "
                       "[a], segments: [new]}\n";
    expect_ok(ss_yaml_read(ss_slice_of(text), arena, mistakes, &root, &error), &error);
    assert_true(failing_malloc_torture(read_once, root) > 3);
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_for_some),
        cmocka_unit_test(rules_have_their_time),
        cmocka_unit_test(live_changes_count),
        cmocka_unit_test(new_items_are_kept_back_too),
        cmocka_unit_test(a_page_keeps_them_back_on_every_shelf),
        cmocka_unit_test(shops_without_rules_have_no_bits),
        cmocka_unit_test(random_rules_deny_what_they_name),
        cmocka_unit_test(answering_allocates_nothing),
        cmocka_unit_test(memory_running_out_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

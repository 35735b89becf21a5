/*
 * What a configuration file asks of products, held against a selection written out once more: random shops, random
 * files, random questions. Lists, price bounds absolute and relative, caps, pins, boosts, diversity and fallbacks, each
 * product, its place and its score.
 */
#include "check.h"
#include "failing_malloc.h"
#include "live_shop.h"
#include "random_shop.h"
#include "test_size.h"

#include "base/memory.h"
#include "shelf/diversity.h"
#include <math.h>

#define EVERY SS_LIMIT_MAX

/* ---- a shop with a file ---- */

static ss_shelf_settings *read_shelves(const char *text)
{
    ss_arena *arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("f");
    ss_shelf_settings *settings = NULL;
    ss_yaml_node *root;
    ss_error error = {0};
    char line[SS_MISTAKE_LINE_MAX];
    expect_ok(ss_yaml_read(ss_slice_of(text), arena, mistakes, &root, &error), &error);
    expect_ok(ss_shelf_settings_read(root, mistakes, &settings, &error), &error);
    if (ss_mistakes_errors(mistakes) > 0) {
        ss_mistakes_format(mistakes, 0, line, sizeof line);
        fail_msg("%s in\n%s", line, text);
    }
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
    return settings;
}

/* The shop's generation opened again, with a file. */
static void configure(shop *of, const char *text)
{
    ss_error error = {0};
    ss_shelf_settings *settings = read_shelves(text);
    ss_answerer_free(&of->answerer);
    ss_snapshot_release(&of->snapshot);
    expect_ok(ss_snapshot_open_configured(of->store, NULL, false, settings, &of->snapshot, &error), &error);
    expect_ok(ss_answerer_new(of->snapshot, NULL, &of->answerer, &error), &error);
    ss_shelf_settings_release(&settings);
}

/* ---- random files ---- */

typedef struct file_writer {
    ss_random *random;
    ss_buffer text;
    bool used[RANDOM_ITEMS + 3]; /* ids that stand in a list already: none contradicts itself */
} file_writer;

static bool one_in(file_writer *file, unsigned n)
{
    return ss_random_below(file->random, n) == 0;
}

static void write_ids(file_writer *file, const char *name, unsigned most)
{
    ss_buffer_printf(&file->text, "  %s: [", name);
    for (unsigned i = ss_random_below(file->random, most); i > 0; i--) {
        unsigned id = ss_random_below(file->random, RANDOM_ITEMS + 3);
        if (!file->used[id])
            ss_buffer_printf(&file->text, "i%u, ", id);
        file->used[id] = true;
    }
    ss_buffer_append_text(&file->text, "]\n");
}

static void write_pins(file_writer *file)
{
    unsigned position = 0;
    ss_buffer_append_text(&file->text, "  pins:\n");
    for (unsigned i = 1 + ss_random_below(file->random, 4); i > 0; i--) {
        unsigned id = ss_random_below(file->random, RANDOM_ITEMS + 3);
        position += 1 + ss_random_below(file->random, 4);
        if (!file->used[id])
            ss_buffer_printf(&file->text, "  - {position: %u, item: i%u}\n", position, id);
        file->used[id] = true;
    }
    ss_buffer_append_text(&file->text, "  - {position: 20, item: 'no such'}\n");
}

static void write_boosts(file_writer *file)
{
    ss_buffer_append_text(&file->text, "  boosts:\n  - {category: no such, factor: 2}\n");
    for (unsigned category = 0; category < 4; category++)
        if (one_in(file, 2))
            ss_buffer_printf(&file->text, "  - {category: cat%u, factor: %u.25}\n", category,
                             ss_random_below(file->random, 4));
    for (unsigned item = 0; item < 5; item++)
        ss_buffer_printf(&file->text, "  - {item: i%u, factor: 0.%u}\n", item * 7,
                         10 + ss_random_below(file->random, 80));
}

static void write_categories(file_writer *file)
{
    bool only = one_in(file, 2);
    ss_buffer_printf(&file->text, "  %s: [cat%u, no such", only ? "categories" : "not_categories",
                     ss_random_below(file->random, 2));
    ss_buffer_printf(&file->text, ", cat%u]\n", 2 + ss_random_below(file->random, 2));
}

static void write_prices(file_writer *file)
{
    if (one_in(file, 2))
        ss_buffer_printf(&file->text, "  price-min: %u\n", 100 * (1 + ss_random_below(file->random, 8)));
    if (one_in(file, 2))
        ss_buffer_printf(&file->text, "  price-max: %u\n", 900 + 100 * ss_random_below(file->random, 20));
    if (one_in(file, 2))
        ss_buffer_printf(&file->text, "  price-ratio-max: %u.5\n", 1 + ss_random_below(file->random, 3));
    if (one_in(file, 2))
        ss_buffer_printf(&file->text, "  price-ratio-min: 0.%u\n", 1 + ss_random_below(file->random, 9));
}

static void write_fallbacks(file_writer *file)
{
    static const char *const chains[] = {"popular", "bought_together, popular", "popular_in_category, bought_next",
                                         "trending, popular-in-category, popular", ""};
    ss_buffer_printf(&file->text, "  fallbacks: [%s]\n", chains[ss_random_below(file->random, 5)]);
}

static void write_limits(file_writer *file)
{
    if (one_in(file, 3))
        ss_buffer_printf(&file->text, "  max-per-category: %u\n", 1 + ss_random_below(file->random, 5));
    if (one_in(file, 3))
        ss_buffer_printf(&file->text, "  max-items: %u\n", 20 + ss_random_below(file->random, 10));
    if (one_in(file, 4))
        ss_buffer_printf(&file->text, "  min-items: %u\n", ss_random_below(file->random, 12));
    if (one_in(file, 4))
        ss_buffer_printf(&file->text, "  min-customers: %u\n", 1 + ss_random_below(file->random, 3));
    if (one_in(file, 3))
        ss_buffer_printf(&file->text, "  diversity: 0.%u\n", 1 + ss_random_below(file->random, 9));
}

static const char *random_file(file_writer *file, const char *shelf)
{
    memset(file->used, 0, sizeof file->used);
    ss_buffer_clear(&file->text);
    ss_buffer_printf(&file->text, "%s:\n  show-seen: false\n", shelf);
    if (one_in(file, 2))
        write_ids(file, "deny", 20);
    else if (one_in(file, 2))
        write_ids(file, "allow", 60);
    else if (one_in(file, 2))
        write_pins(file);
    if (one_in(file, 3))
        write_categories(file);
    if (one_in(file, 2))
        write_prices(file);
    if (one_in(file, 3))
        write_boosts(file);
    if (one_in(file, 2))
        write_fallbacks(file);
    write_limits(file);
    return file->text.data;
}

/* ---- the selection once more ---- */

typedef struct naive {
    const ss_snapshot *snapshot;
    const ss_shelf *shelf;
    const ss_listed *listed;
    const ss_request *request;
    uint32_t compared, context[16];
    size_t context_count, limit;
    uint32_t shown[SS_LIMIT_MAX];
    float scores[SS_LIMIT_MAX];
    size_t shown_count;
    uint32_t pins[SS_PINS_MAX], positions[SS_PINS_MAX];
    size_t pin_count;
    bool filtered; /* something that was looked at was taken away by a wish, not by the catalogue */
} naive;

static const ss_items *items_of(const naive *of)
{
    return &of->snapshot->items;
}

static bool among(const ss_items *items, uint32_t item, const ss_slice *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ss_slice_equal(ss_strings_at(&items->ids, item), ids[i]))
            return true;
    return false;
}

static bool listed_in(const naive *of, ss_list_kind kind, ss_slice text)
{
    for (size_t i = 0; i < of->listed->texts[kind].count; i++)
        if (ss_slice_equal(of->listed->texts[kind].list[i].text, text))
            return true;
    return false;
}

static bool is_shown(const naive *of, uint32_t item)
{
    for (size_t i = 0; i < of->shown_count; i++)
        if (of->shown[i] == item)
            return true;
    for (size_t i = 0; i < of->pin_count; i++)
        if (of->pins[i] == item)
            return true;
    return false;
}

static bool in_context(const naive *of, uint32_t item)
{
    const ss_request *request = of->request;
    return among(items_of(of), item, &request->item_id, 1) ||
           among(items_of(of), item, request->items, request->item_count) ||
           among(items_of(of), item, request->cart, request->cart_count);
}

static bool same_group(const naive *of, uint32_t a, uint32_t b)
{
    return items_of(of)->group[a] != SS_NONE && items_of(of)->group[a] == items_of(of)->group[b];
}

static bool is_variant(const naive *of, uint32_t item)
{
    for (uint32_t other = 0; other < items_of(of)->count; other++)
        if ((is_shown(of, other) || in_context(of, other)) && same_group(of, item, other))
            return true;
    return false;
}

static bool was_bought(const naive *of, uint32_t item)
{
    const ss_snapshot *snapshot = of->snapshot;
    bool exclude = of->request->filter.bought == SS_BOUGHT_BY_SHELF ? of->shelf->exclude_bought
                                                                    : of->request->filter.bought == SS_BOUGHT_EXCLUDE;
    uint32_t customer = ss_strings_find(&snapshot->customers.ids, of->request->customer_id);
    if (!exclude || of->request->customer_id.size == 0 || customer == SS_NONE)
        return false;
    ss_history history = ss_customers_history(&snapshot->customers, customer);
    for (size_t i = 0; i < history.count; i++)
        if (history.items[i] == item)
            return true;
    return false;
}

static bool not_in_shop(const naive *of, uint32_t item)
{
    const ss_items *items = items_of(of);
    if ((items->flags[item] & SS_ITEM_HIDDEN) || !(items->flags[item] & SS_ITEM_IN_CATALOG))
        return true;
    return items->stock[item] != SS_ITEM_NO_STOCK && items->stock[item] <= 0;
}

static bool out_of_dates(const naive *of, uint32_t item)
{
    const ss_items *items = items_of(of);
    int64_t now = of->request->now, from = items->available_from[item], until = items->available_until[item];
    return now != INT64_MIN && ((from != INT64_MIN && now < from) || (until != INT64_MIN && now >= until));
}

static bool wrong_category(const naive *of, uint32_t item)
{
    uint32_t category = items_of(of)->category[item];
    ss_slice name = ss_strings_at(&items_of(of)->categories, category), wanted = of->request->filter.category;
    if (wanted.size > 0 && (category == SS_NONE || !ss_slice_equal(name, wanted)))
        return true;
    if (of->listed->texts[SS_LIST_CATEGORIES].count > 0 &&
        (category == SS_NONE || !listed_in(of, SS_LIST_CATEGORIES, name)))
        return true;
    return category != SS_NONE && listed_in(of, SS_LIST_NOT_CATEGORIES, name);
}

static bool wrong_price(const naive *of, uint32_t item)
{
    const ss_filter *filter = &of->request->filter;
    const ss_shelf *shelf = of->shelf;
    int64_t price = items_of(of)->price[item];
    int64_t other = of->compared == SS_NONE ? SS_ITEM_NO_MONEY : items_of(of)->price[of->compared];
    bool ratios = other != SS_ITEM_NO_MONEY && (shelf->price_ratio_min > 0 || shelf->price_ratio_max > 0);
    bool bounded = filter->price_min != INT64_MIN || filter->price_max != INT64_MAX || shelf->price_min > 0 ||
                   shelf->price_max > 0 || ratios;
    if (bounded && price == SS_ITEM_NO_MONEY)
        return true;
    if (price < filter->price_min || price > filter->price_max)
        return bounded;
    if ((shelf->price_min > 0 && price < shelf->price_min) || (shelf->price_max > 0 && price > shelf->price_max))
        return true;
    return ratios && ((shelf->price_ratio_min > 0 && (double)price < (double)other * shelf->price_ratio_min) ||
                      (shelf->price_ratio_max > 0 && (double)price > (double)other * shelf->price_ratio_max));
}

static bool is_capped(const naive *of, uint32_t item)
{
    uint32_t category = items_of(of)->category[item];
    int64_t shown = 0;
    for (uint32_t other = 0; other < items_of(of)->count; other++)
        shown += is_shown(of, other) && items_of(of)->category[other] == category;
    return of->shelf->max_per_category > 0 && category != SS_NONE && shown >= of->shelf->max_per_category;
}

static bool is_denied(const naive *of, uint32_t item)
{
    ss_slice id = ss_strings_at(&items_of(of)->ids, item);
    return (of->listed->texts[SS_LIST_ALLOW].count > 0 && !listed_in(of, SS_LIST_ALLOW, id)) ||
           listed_in(of, SS_LIST_DENY, id);
}

static bool may_show(naive *of, uint32_t item)
{
    if (is_shown(of, item) || not_in_shop(of, item) || in_context(of, item))
        return false;
    bool excluded = among(items_of(of), item, of->request->exclude, of->request->exclude_count);
    if (excluded || was_bought(of, item)) {
        of->filtered = true;
        return false;
    }
    if (out_of_dates(of, item) || is_variant(of, item))
        return false;
    bool unwanted = wrong_category(of, item) || wrong_price(of, item) || is_denied(of, item) || is_capped(of, item);
    of->filtered = of->filtered || unwanted;
    return !unwanted;
}

static void naive_show(naive *of, uint32_t item, float score)
{
    of->scores[of->shown_count] = score;
    of->shown[of->shown_count++] = item;
}

static bool naive_full(const naive *of)
{
    return of->shown_count + of->pin_count >= of->limit;
}

/* ---- what a source has, best first ---- */

typedef struct naive_list {
    ss_scored entries[RANDOM_ITEMS + 10];
    size_t count;
} naive_list;

static void take_order(naive_list *list, ss_item_list order, const float *scores)
{
    for (size_t i = 0; i < order.count; i++)
        list->entries[list->count++] = (ss_scored){scores[order.items[i]], order.items[i]};
}

static naive_list source_list(const naive *of, ss_source source)
{
    naive_list list = {.count = 0};
    const ss_popularity *popularity = &of->snapshot->popularity;
    ss_relation relation;
    if (source == SS_SOURCE_TRENDING)
        take_order(&list, (ss_item_list){popularity->trending_order, popularity->trending},
                   popularity->trending_scores);
    else if (source == SS_SOURCE_POPULAR && of->request->filter.category.size > 0)
        take_order(&list,
                   ss_popularity_category(popularity,
                                          ss_strings_find(&items_of(of)->categories, of->request->filter.category)),
                   popularity->scores);
    else if (source == SS_SOURCE_POPULAR)
        take_order(&list, (ss_item_list){popularity->order, popularity->listed}, popularity->scores);
    else if (source == SS_SOURCE_POPULAR_IN_CATEGORY && of->context_count > 0)
        take_order(&list, ss_popularity_category(popularity, items_of(of)->category[of->context[0]]),
                   popularity->scores);
    else if (ss_source_relation(source, &relation) && of->context_count == 1) {
        ss_neighbours all = ss_cooccurrence_neighbours(&of->snapshot->cooccurrence, relation, of->context[0]);
        for (size_t i = 0; i < all.count; i++)
            if (all.customers[i] >= of->shelf->min_customers)
                list.entries[list.count++] = (ss_scored){all.scores[i], all.items[i]};
    }
    return list;
}

static bool is_ready_order(ss_source source)
{
    ss_relation relation;
    return !ss_source_relation(source, &relation);
}

static float factor_of(const naive *of, uint32_t item)
{
    float factor = 1, own = 1;
    uint32_t category = items_of(of)->category[item];
    for (size_t i = 0; i < of->listed->boost_count; i++) {
        const ss_listed_boost *boost = &of->listed->boosts[i];
        if (boost->item.text.size > 0 && ss_slice_equal(boost->item.text, ss_strings_at(&items_of(of)->ids, item)))
            own = (float)boost->factor;
        if (boost->category.text.size > 0 && category != SS_NONE &&
            ss_slice_equal(boost->category.text, ss_strings_at(&items_of(of)->categories, category)))
            factor = (float)boost->factor;
    }
    return factor * own;
}

static int better_first(const void *a, const void *b)
{
    return ss_scored_before(*(const ss_scored *)a, *(const ss_scored *)b) ? -1 : 1;
}

/* Shares of the largest, boosted, best first; of an order only what may be shown counts. */
static void rank_anew(naive *of, naive_list *list, ss_source source)
{
    float largest = 0;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (!is_ready_order(source) || may_show(of, list->entries[i].id))
            list->entries[kept++] = list->entries[i];
    list->count = kept;
    for (size_t i = 0; i < kept; i++)
        largest = fmaxf(largest, list->entries[i].score);
    for (size_t i = 0; i < kept; i++)
        list->entries[i].score = list->entries[i].score * (float)(1 / largest) * factor_of(of, list->entries[i].id);
    qsort(list->entries, kept, sizeof *list->entries, better_first);
}

static float marginal(const naive *of, ss_scored entry, float most)
{
    const ss_als *als = of->snapshot->has_als ? &of->snapshot->als : NULL;
    const uint32_t *category = items_of(of)->category;
    float likeness = 0, share = (float)of->shelf->diversity;
    for (uint32_t other = 0; other < items_of(of)->count; other++)
        if (is_shown(of, other))
            likeness =
                fmaxf(likeness, ss_diversity_likeness(als, other, category[other], entry.id, category[entry.id]));
    return (1 - share) * (entry.score / most) - share * likeness;
}

static void show_diverse(naive *of, naive_list *list)
{
    float most = list->count > 0 ? list->entries[0].score : 0;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (may_show(of, list->entries[i].id))
            list->entries[kept++] = list->entries[i];
    float last = INFINITY;
    while (!naive_full(of) && kept > 0) {
        size_t best = 0;
        float score = marginal(of, list->entries[0], most);
        for (size_t i = 1; i < kept; i++) {
            float other = marginal(of, list->entries[i], most);
            if (ss_scored_before((ss_scored){other, list->entries[i].id}, (ss_scored){score, list->entries[best].id})) {
                best = i;
                score = other;
            }
        }
        last = fminf(last, score);
        if (may_show(of, list->entries[best].id))
            naive_show(of, list->entries[best].id, last);
        list->entries[best] = list->entries[--kept];
    }
}

static void naive_stage(naive *of, ss_source source)
{
    naive_list list = source_list(of, source);
    bool anew = of->shelf->diversity > 0 || ss_shelf_lists_boost(of->shelf->lists);
    if (anew)
        rank_anew(of, &list, source);
    if (of->shelf->diversity > 0) {
        show_diverse(of, &list);
        return;
    }
    for (size_t i = 0; i < list.count && !naive_full(of); i++)
        if (may_show(of, list.entries[i].id))
            naive_show(of, list.entries[i].id, list.entries[i].score);
}

static void naive_pins(naive *of)
{
    for (size_t i = 0; i < of->listed->pin_count; i++) {
        const ss_listed_pin *pin = &of->listed->pins[i];
        uint32_t item = ss_strings_find(&items_of(of)->ids, pin->item.text);
        if (item == SS_NONE || (size_t)pin->position > of->limit || !may_show(of, item))
            continue;
        of->positions[of->pin_count] = (uint32_t)pin->position;
        of->pins[of->pin_count++] = item;
    }
}

static void take_context(naive *of, ss_slice id)
{
    uint32_t item = ss_strings_find(&items_of(of)->ids, id);
    for (size_t i = 0; i < of->context_count; i++)
        if (of->context[i] == item)
            return;
    if (id.size > 0 && item != SS_NONE)
        of->context[of->context_count++] = item;
}

static void naive_answer(naive *of, ss_source first)
{
    const ss_request *request = of->request;
    take_context(of, request->item_id);
    of->compared = of->context_count > 0 ? of->context[0] : SS_NONE;
    if (of->shelf->context) {
        for (size_t i = request->cart_count; i-- > 0;)
            take_context(of, request->cart[i]);
        for (size_t i = request->item_count; i-- > 0;)
            take_context(of, request->items[i]);
        of->compared = of->context_count > 0 ? of->context[0] : SS_NONE;
    } else
        of->context_count = 0;
    of->limit = of->shelf->max_items > 0 && of->shelf->max_items < request->limit ? (size_t)of->shelf->max_items
                                                                                  : request->limit;
    naive_pins(of);
    naive_stage(of, first);
    for (size_t i = 0; i < of->shelf->fallback_count && !naive_full(of); i++)
        naive_stage(of, of->shelf->fallbacks[i]);
}

/* What stands at a place: pins at theirs, at the end where there is too little before them. */
static uint32_t naive_at(const naive *of, size_t place, bool *pinned)
{
    size_t pins = 0, others = place;
    *pinned = false;
    for (size_t i = 0; i < of->pin_count; i++) {
        size_t at = of->positions[i] - 1 < of->shown_count + i ? of->positions[i] - 1 : of->shown_count + i;
        if (at == place) {
            *pinned = true;
            return of->pins[i];
        }
        pins += at < place;
    }
    others -= pins;
    return of->shown[others];
}

/* ---- holding one against the other ---- */

static void compare(const naive *of, const ss_answer *answer, const char *file)
{
    size_t count = of->shown_count + of->pin_count, others = 0;
    bool hidden = count < (size_t)of->shelf->min_items, pinned;
    if (answer->count != (hidden ? 0 : count))
        fail_msg("%zu products instead of %zu with\n%s", answer->count, hidden ? 0 : count, file);
    for (size_t i = 0; i < answer->count; i++) {
        uint32_t wanted = naive_at(of, i, &pinned);
        const ss_answer_item *item = &answer->items[i];
        if (item->item != wanted || pinned != (item->reason.model == SS_SOURCE_PINNED))
            fail_msg("at %zu item %u instead of %u with\n%s", i, item->item, wanted, file);
        if (!pinned && item->reason.stage == 0 && fabsf(item->score - of->scores[others]) > 1e-6f)
            fail_msg("at %zu score %g instead of %g with\n%s", i, item->score, of->scores[others], file);
        others += !pinned;
    }
    assert_int_equal(answer->missing, of->limit - answer->count);
    ss_short code = answer->short_code;
    if (hidden)
        assert_int_equal(code, SS_SHORT_HIDDEN);
    else if (count == of->limit)
        assert_int_equal(code, SS_SHORT_NOT);
    else if (of->filtered || of->request->filter.category.size > 0)
        assert_int_equal(code, SS_SHORT_FILTERED);
    else
        assert_true(code == SS_SHORT_NO_EVIDENCE || code == SS_SHORT_CATALOGUE);
}

static void ask(shop *of, ss_shelf_kind kind, ss_source first, const ss_request *request, const char *file)
{
    naive *expected = calloc(1, sizeof *expected);
    *expected = (naive){.snapshot = of->snapshot,
                        .shelf = &of->snapshot->shelves[kind],
                        .listed = ss_shelf_settings_listed(of->snapshot->settings, kind),
                        .request = request};
    static const ss_listed none;
    static const ss_shelf_lists no_lists;
    ss_shelf shelf = *expected->shelf;
    if (!expected->listed)
        expected->listed = &none;
    if (!shelf.lists) {
        shelf.lists = &no_lists;
        expected->shelf = &shelf;
    }
    naive_answer(expected, first);
    ss_answer answer = shop_ask(of, kind, request);
    compare(expected, &answer, file);
    free(expected);
}

static void answers_are_those_of_a_naive_selection(void **state)
{
    (void)state;
    static const struct {
        ss_shelf_kind kind;
        ss_source first;
        const char *name;
    } shelves[] = {{SS_SHELF_RELATED, SS_SOURCE_RELATED, "related"},
                   {SS_SHELF_BOUGHT_TOGETHER, SS_SOURCE_BOUGHT_TOGETHER, "bought_together"},
                   {SS_SHELF_POPULAR, SS_SOURCE_POPULAR, "popular"},
                   {SS_SHELF_TRENDING, SS_SOURCE_TRENDING, "trending"}};
    ss_random random = test_random();
    file_writer file = {.random = &random};
    shop of;
    unsigned rounds = test_size(1, 5, 200);
    ss_buffer_init(&file.text, 1u << 16);
    for (unsigned round = 0; round < rounds; round++) {
        random_shop_open(&of, &random);
        for (unsigned config = 0; config < 40; config++) {
            unsigned which = ss_random_below(&random, 4);
            const char *text = random_file(&file, shelves[which].name);
            configure(&of, text);
            for (unsigned question = 0; question < 25; question++) {
                random_question asked;
                random_question_make(&asked, &random);
                if (shelves[which].kind <= SS_SHELF_BOUGHT_TOGETHER) /* one item: one list */
                    asked.request.item_count = asked.request.cart_count = 0;
                ask(&of, shelves[which].kind, shelves[which].first, &asked.request, text);
            }
        }
        shop_close(&of);
    }
    ss_buffer_release(&file.text);
}

/* ---- by hand ---- */

static const char log_text[] =
    "order_id,customer_id,item_id,timestamp\n1,a,tea,2024-01-01\n1,a,pot,2024-01-01\n"
    "3,c,tea,2024-01-02\n3,c,soap,2024-01-02\n2,b,tea,2024-01-03\n2,b,pot,2024-01-03\n2,b,cup,2024-01-03\n"
    "4,d,tea,2024-01-04\n4,d,pot,2024-01-04\n";
static const char catalog_text[] = "item_id,name,category,price,stock\ntea,Tea,drinks,3.00,1\npot,Pot,kitchen,9.00,1\n"
                                   "cup,Cup,kitchen,4.00,1\nsoap,Soap,bath,2.00,1\ntowel,Towel,bath,6.00,0\n";

static void assert_answer(shop *of, ss_shelf_kind kind, const char *item, const char *wanted, ss_short code)
{
    char text[256] = "";
    ss_request request = ss_request_empty();
    request.item_id = ss_slice_of(item);
    request.limit = 4;
    ss_answer answer = shop_ask(of, kind, &request);
    for (size_t i = 0; i < answer.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 shop_id(of, answer.items[i].item));
    assert_string_equal(text, wanted);
    assert_string_equal(ss_short_name(answer.short_code), ss_short_name(code));
}

static void each_setting_by_itself(void **state)
{
    (void)state;
    static const struct {
        const char *file, *item, *wanted;
        ss_short code;
    } cases[] = {
        {"popular: {}", "", "tea pot cup soap", SS_SHORT_NOT},
        {"popular: {deny: [pot, nobody]}", "", "tea cup soap", SS_SHORT_FILTERED},
        {"popular: {allow: [soap, pot]}", "", "pot soap", SS_SHORT_FILTERED},
        {"popular: {categories: [kitchen]}", "", "pot cup", SS_SHORT_FILTERED},
        {"popular: {not-categories: [kitchen]}", "", "tea soap", SS_SHORT_FILTERED},
        {"popular: {price-min: 300, price-max: 400}", "", "tea cup", SS_SHORT_FILTERED},
        {"popular: {price-ratio-max: 2}", "cup", "tea soap", SS_SHORT_FILTERED},
        {"popular: {price-ratio-max: 2.25}", "cup", "tea pot soap", SS_SHORT_CATALOGUE},
        {"popular: {price-ratio-min: 0.75}", "cup", "tea pot", SS_SHORT_FILTERED},
        {"popular: {price-ratio-max: 2}", "nobody", "tea pot cup soap", SS_SHORT_NOT},
        {"popular: {max-per-category: 1}", "", "tea pot soap", SS_SHORT_FILTERED},
        {"popular: {max-items: 2}", "", "tea pot", SS_SHORT_NOT},
        {"popular: {min-items: 4, deny: [pot]}", "", "", SS_SHORT_HIDDEN},
        {"popular: {pins: [{item: soap, position: 2}]}", "", "tea soap pot cup", SS_SHORT_NOT},
        {"popular: {pins: [{item: soap, position: 1}, {item: cup, position: 2}]}", "", "soap cup tea pot",
         SS_SHORT_NOT},
        {"popular: {pins: [{item: towel, position: 1}]}", "", "tea pot cup soap", SS_SHORT_NOT}, /* out of stock */
        {"popular: {pins: [{item: soap, position: 1}]}", "soap", "tea pot cup", SS_SHORT_CATALOGUE},
        {"popular: {pins: [{item: soap, position: 9}]}", "", "tea pot cup soap", SS_SHORT_NOT},
        {"popular: {deny: [pot, cup], pins: [{item: soap, position: 4}]}", "", "tea soap", SS_SHORT_FILTERED},
        {"popular: {boosts: [{item: cup, factor: 50}]}", "", "cup tea pot soap", SS_SHORT_NOT},
        {"popular: {boosts: [{category: drinks, factor: 0.01}]}", "", "pot cup soap tea", SS_SHORT_NOT},
        {"bought_together: {fallbacks: []}", "tea", "pot soap cup", SS_SHORT_NO_EVIDENCE},
        {"bought_together: {fallbacks: [], weight: {bought_together: 0, popular: 1}}", "tea", "pot cup soap",
         SS_SHORT_CATALOGUE},
        {"bought_together: {deny: [pot], price-ratio-max: 1}", "tea", "soap", SS_SHORT_FILTERED},
    };
    shop of;
    shop_open(&of, log_text, catalog_text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ss_shelf_kind kind = cases[i].file[0] == 'p' ? SS_SHELF_POPULAR : SS_SHELF_BOUGHT_TOGETHER;
        print_message("%s\n", cases[i].file);
        configure(&of, cases[i].file);
        assert_answer(&of, kind, cases[i].item, cases[i].wanted, cases[i].code);
    }
    shop_close(&of);
}

static void what_was_removed_is_counted(void **state)
{
    (void)state;
    shop of;
    ss_request request = ss_request_empty();
    shop_open(&of, log_text, catalog_text);
    configure(&of, "popular: {deny: [tea], not-categories: [bath], max-per-category: 1}");
    ss_answer answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_int_equal(answer.removed[SS_REMOVED_DENIED], 1);
    assert_int_equal(answer.removed[SS_REMOVED_CATEGORY], 1);
    assert_int_equal(answer.removed[SS_REMOVED_CAPPED], 1);
    configure(&of, "popular: {price-max: 300}");
    answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_int_equal(answer.removed[SS_REMOVED_PRICE], 2);
    configure(&of, "popular: {pins: [{item: soap, position: 1}]}");
    answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    assert_int_equal(answer.items[0].reason.model, SS_SOURCE_PINNED);
    assert_int_equal(answer.items[0].reason.because, SS_NONE);
    assert_string_equal(ss_source_name(SS_SOURCE_PINNED), "pinned");
    shop_close(&of);
}

/* What the shop says of items while the server runs, and items that no generation knows, are held against the file. */
static void live_items_are_held_against_the_file(void **state)
{
    (void)state;
    ss_error error = {0};
    shop of;
    shop_open(&of, log_text, catalog_text);
    configure(&of, "popular: {deny: [hat], pins: [{item: new, position: 2}, {item: hat2, position: 3}, {item: poor, "
                   "position: 4}], not-categories: [hats], price-max: 800}\n");
    ss_live_items *items = ss_live_items_new(&(ss_live_items_options){8});
    const ss_live live = {.items = items};
    live_change(items, of.snapshot, item_text("new", SS_LIVE_NAME, "New"), ITEM_NOW);
    live_change(items, of.snapshot, item_number("new", SS_LIVE_PRICE, 500), ITEM_NOW);
    live_change(items, of.snapshot, item_text("hat2", SS_LIVE_NAME, "Hat"), ITEM_NOW);
    live_change(items, of.snapshot, item_number("hat2", SS_LIVE_PRICE, 500), ITEM_NOW);
    live_change(items, of.snapshot, item_text("hat2", SS_LIVE_CATEGORY, "hats"), ITEM_NOW);
    live_change(items, of.snapshot, item_text("poor", SS_LIVE_NAME, "Poor"), ITEM_NOW);
    live_change(items, of.snapshot, item_number("poor", SS_LIVE_PRICE, 801), ITEM_NOW);
    live_change(items, of.snapshot, item_number("pot", SS_LIVE_PRICE, 700), ITEM_NOW);
    ss_answerer_free(&of.answerer);
    expect_ok(ss_answerer_new(of.snapshot, &live, &of.answerer, &error), &error);
    ss_request request = ss_request_empty();
    ss_answer answer = shop_ask(&of, SS_SHELF_POPULAR, &request);
    static const char *const wanted[] = {"tea", "new", "pot", "cup", "soap"};
    assert_int_equal(answer.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_slice_equal(ss_catalogue_id(ss_answerer_catalogue(of.answerer), answer.items[i].item), wanted[i]);
    assert_int_equal(answer.removed[SS_REMOVED_CATEGORY], 1);
    assert_int_equal(answer.removed[SS_REMOVED_PRICE], 1);
    ss_answerer_free(&of.answerer);
    ss_live_items_free(&items);
    shop_close(&of);
}

static void no_answer_allocates(void **state)
{
    (void)state;
    ss_random random = test_random();
    file_writer file = {.random = &random};
    shop of;
    random_question asked;
    ss_answer answer;
    ss_buffer_init(&file.text, 1u << 16);
    random_shop_open(&of, &random);
    for (unsigned config = 0; config < 20; config++) {
        configure(&of, random_file(&file, "related"));
        random_question_make(&asked, &random);
        failing_malloc_start(0);
        for (unsigned i = 0; i < 20; i++)
            assert_status(
                ss_answer_shelf(of.answerer, &of.snapshot->shelves[SS_SHELF_RELATED], &asked.request, &answer, NULL),
                SS_OK);
        size_t asked_for = failing_malloc_count();
        failing_malloc_stop();
        assert_int_equal(asked_for, 0);
    }
    ss_buffer_release(&file.text);
    shop_close(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_setting_by_itself),
        cmocka_unit_test(what_was_removed_is_counted),
        cmocka_unit_test(answers_are_those_of_a_naive_selection),
        cmocka_unit_test(live_items_are_held_against_the_file),
        cmocka_unit_test(no_answer_allocates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

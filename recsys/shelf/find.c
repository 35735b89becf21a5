#include "shelf/find.h"

#include "base/memory.h"
#include "base/topk.h"

#include <limits.h>
#include <stdlib.h>

struct ss_finder {
    ss_found_item items[SS_LIMIT_MAX];
    ss_name_words words;
    uint32_t *counts; /* by category */
    size_t count_room;
    bool counted;
    uint32_t stamp; /* of the catalogue, when it was counted */
    ss_found_category categories[SS_FIND_CATEGORIES];
    size_t category_count;
};

_Static_assert(SS_CONTEXT_MAX <= SS_LIMIT_MAX, "all items asked for have room");

ss_finder *ss_finder_new(void)
{
    return ss_array_zeroed(1, sizeof(ss_finder));
}

void ss_finder_free(ss_finder **finder)
{
    ss_finder *old = *finder;
    *finder = NULL;
    if (!old)
        return;
    free(old->counts);
    free(old);
}

void ss_finder_forget(ss_finder *finder)
{
    finder->counted = false;
}

/* ---- what may be shown ---- */

static bool is_reserved(const ss_catalogue *catalogue, uint32_t item, int64_t now)
{
    const ss_reserved *reserved = catalogue->snapshot->reserved;
    return reserved && (ss_catalogue_reserved_by(catalogue, item) & ss_reserved_in_force(reserved, now)) != 0;
}

static unsigned withheld(const ss_catalogue *catalogue, uint32_t item, int64_t now)
{
    uint8_t show = ss_catalogue_show(catalogue, item);
    unsigned rules = 0;
    if (show == 0)
        return 0;
    if (show & SS_SHOW_HIDDEN)
        rules |= 1u << SS_REMOVED_HIDDEN;
    if (show & SS_SHOW_UNLISTED)
        rules |= 1u << SS_REMOVED_CATALOGUE;
    if (show & SS_SHOW_NO_STOCK)
        rules |= 1u << SS_REMOVED_STOCK;
    if ((show & SS_SHOW_DATED) && ss_catalogue_out_of_dates(catalogue, item, now))
        rules |= 1u << SS_REMOVED_DATES;
    if ((show & SS_SHOW_RESERVED) && is_reserved(catalogue, item, now))
        rules |= 1u << SS_REMOVED_ACCESS;
    return rules;
}

/* ---- searching ---- */

typedef struct search {
    ss_finder *finder;
    const ss_catalogue *catalogue;
    const ss_find_request *request;
    uint32_t category;  /* that it must be of, where there is one */
    unsigned tolerated; /* rules that do not keep a product from being found */
    uint64_t cost;
    size_t count;
} search;

static search begin(ss_finder *finder, const ss_catalogue *catalogue, const ss_find_request *request)
{
    search at = {.finder = finder, .catalogue = catalogue, .request = request, .category = SS_NONE};
    if (request->filter.category.size > 0)
        at.category = ss_catalogue_find_category(catalogue, request->filter.category);
    at.tolerated = request->all ? UINT_MAX : request->items ? 1u << SS_REMOVED_STOCK : 0;
    ss_name_words_read(request->text, &finder->words);
    return at;
}

static bool in_price(const search *at, uint32_t item)
{
    const ss_filter *filter = &at->request->filter;
    if (filter->price_min == INT64_MIN && filter->price_max == INT64_MAX)
        return true;
    int64_t price = ss_catalogue_number(at->catalogue, item, SS_LIVE_PRICE);
    return price != SS_ITEM_NO_MONEY && price >= filter->price_min && price <= filter->price_max;
}

static bool matches_name(search *at, uint32_t item)
{
    if (at->finder->words.count == 0)
        return true;
    at->cost += SS_FIND_NAME;
    return ss_name_words_match(&at->finder->words, ss_catalogue_text(at->catalogue, item, SS_LIVE_NAME), &at->cost);
}

/* New items' numbers may be free. */
static bool is_there(const search *at, uint32_t item)
{
    return item < at->catalogue->known || ss_catalogue_entry_of(at->catalogue, item);
}

static bool in_category(const search *at, uint32_t item)
{
    if (at->request->filter.category.size == 0)
        return true;
    return at->category != SS_NONE && ss_catalogue_category(at->catalogue, item) == at->category;
}

static void look_at(search *at, uint32_t item)
{
    at->cost += SS_FIND_STEP;
    if (!in_category(at, item))
        return;
    unsigned rules = withheld(at->catalogue, item, at->request->now);
    if ((rules & ~at->tolerated) == 0 && in_price(at, item) && matches_name(at, item))
        at->finder->items[at->count++] = (ss_found_item){item, rules};
}

static void look_at_items(search *at)
{
    for (size_t i = 0; i < at->request->item_count; i++) {
        uint32_t item = ss_catalogue_find(at->catalogue, at->request->items[i]);
        if (item != SS_NONE)
            look_at(at, item);
    }
}

/* Returns the last one looked at, or SS_NONE when there is none behind it. */
static uint32_t look_at_all(search *at, uint32_t first)
{
    uint32_t last = SS_NONE;
    for (uint32_t item = first; item < at->catalogue->count; item++) {
        if (!is_there(at, item))
            continue;
        if (at->count == at->request->limit || at->cost >= SS_FIND_COST)
            return last;
        look_at(at, item);
        last = item;
    }
    return SS_NONE;
}

bool ss_find(ss_finder *finder, const ss_catalogue *catalogue, const ss_find_request *request, ss_found *found)
{
    search at = begin(finder, catalogue, request);
    uint32_t first = 0, stopped_at = SS_NONE;
    if (request->items) {
        look_at_items(&at);
    } else {
        uint32_t after = request->after.size ? ss_catalogue_find(catalogue, request->after) : SS_NONE;
        if (request->after.size && after == SS_NONE)
            return false;
        first = after == SS_NONE ? 0 : after + 1;
        stopped_at = look_at_all(&at, first);
    }
    *found = (ss_found){finder->items, at.count, stopped_at};
    return true;
}

/* ---- categories ---- */

static ss_status make_room(ss_finder *finder, size_t categories)
{
    if (!ss_array_grow(&finder->counts, &finder->count_room, categories, sizeof *finder->counts))
        return SS_E_NOMEM;
    memset(finder->counts, 0, categories * sizeof *finder->counts);
    return SS_OK;
}

static void count_items(ss_finder *finder, const ss_catalogue *catalogue, size_t categories)
{
    for (uint32_t item = 0; item < catalogue->count; item++) {
        uint32_t category = ss_catalogue_category(catalogue, item);
        if (category < categories && !(ss_catalogue_show(catalogue, item) & SS_SHOW_BLOCKED))
            finder->counts[category]++;
    }
}

/* Counts are exact as floats: there are less than 2^24 of one category, or their order does not matter. */
static void choose_largest(ss_finder *finder, uint32_t categories)
{
    ss_scored room[SS_FIND_CATEGORIES];
    ss_topk top;
    ss_topk_init(&top, room, SS_FIND_CATEGORIES);
    for (uint32_t category = 0; category < categories; category++)
        if (finder->counts[category] > 0)
            ss_topk_push(&top, (ss_scored){(float)finder->counts[category], category});
    ss_topk_sort(&top);
    for (size_t i = 0; i < top.count; i++)
        finder->categories[i] = (ss_found_category){room[i].id, finder->counts[room[i].id]};
    finder->category_count = top.count;
}

ss_status ss_find_categories(ss_finder *finder, const ss_catalogue *catalogue, const ss_found_category **categories,
                             size_t *count)
{
    if (!finder->counted || finder->stamp != catalogue->stamp) {
        uint32_t known = ss_catalogue_category_count(catalogue);
        ss_status status = make_room(finder, known);
        if (status != SS_OK)
            return status;
        count_items(finder, catalogue, known);
        choose_largest(finder, known);
        finder->counted = true;
        finder->stamp = catalogue->stamp;
    }
    *categories = finder->categories;
    *count = finder->category_count;
    return SS_OK;
}

#include "shelf/listed.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const list_names[SS_LIST_COUNT] = {
    [SS_LIST_ALLOW] = "allow",
    [SS_LIST_DENY] = "deny",
    [SS_LIST_CATEGORIES] = "categories",
    [SS_LIST_NOT_CATEGORIES] = "not-categories",
    [SS_LIST_LIKED_CATEGORIES] = "liked-categories",
};

const char *ss_list_name(ss_list_kind kind)
{
    return (unsigned)kind < SS_LIST_COUNT ? list_names[kind] : NULL;
}

void ss_listed_release(ss_listed *listed)
{
    for (unsigned kind = 0; kind < SS_LIST_COUNT; kind++)
        free(listed->texts[kind].list);
    free(listed->pins);
    free(listed->boosts);
    *listed = (ss_listed){0};
}

/* ---- reading ---- */

static bool is_list(const ss_yaml_node *node, size_t most, const char *what, const char *path, ss_mistakes *mistakes)
{
    char found[96];
    if (node->kind != SS_YAML_LIST) {
        ss_yaml_describe(node, found, sizeof found);
        ss_mistakes_add(mistakes, node->at, path, "found %s, expected a list of %s", found, what);
        return false;
    }
    if (node->count > most)
        ss_mistakes_add(mistakes, node->at, path, "found %zu, expected at most %zu", node->count, most);
    return node->count <= most;
}

static bool is_id(ss_slice text, ss_mark at, const char *path, ss_mistakes *mistakes)
{
    if (text.size >= 1 && text.size <= SS_ID_MAX)
        return true;
    ss_mistakes_add(mistakes, at, path, "found a text of %zu bytes, expected 1 to %u", text.size, SS_ID_MAX);
    return false;
}

static ss_status copy_text(ss_arena *arena, ss_slice text, ss_mark at, ss_listed_text *copy)
{
    const char *bytes = ss_arena_copy(arena, text);
    *copy = (ss_listed_text){{bytes, text.size}, at};
    return bytes ? SS_OK : SS_E_NOMEM;
}

static int compare_texts(const void *a, const void *b)
{
    const ss_listed_text *left = a, *right = b;
    int order = ss_slice_compare(left->text, right->text);
    if (order != 0)
        return order;
    return left->at.line != right->at.line ? (left->at.line < right->at.line ? -1 : 1)
                                           : (left->at.column < right->at.column ? -1 : 1);
}

/* By their bytes; of equal ones the first stays. */
static void sort_texts(ss_listed_texts *texts, const char *path, ss_mistakes *mistakes)
{
    size_t kept = 0;
    if (texts->count > 0)
        qsort(texts->list, texts->count, sizeof *texts->list, compare_texts);
    for (size_t i = 0; i < texts->count; i++) {
        const ss_listed_text *each = &texts->list[i];
        if (kept > 0 && ss_slice_equal(texts->list[kept - 1].text, each->text))
            ss_mistakes_warn(mistakes, each->at, path, "'%s' stands here already, on line %u", each->text.data,
                             texts->list[kept - 1].at.line);
        else
            texts->list[kept++] = *each;
    }
    texts->count = kept;
}

static ss_status read_text(ss_listed_texts *texts, const ss_yaml_node *node, const char *path, ss_arena *arena,
                           ss_mistakes *mistakes)
{
    char found[96];
    if (node->kind != SS_YAML_TEXT || ss_yaml_is_nothing(node)) {
        ss_yaml_describe(node, found, sizeof found);
        ss_mistakes_add(mistakes, node->at, path, "found %s, expected a text", found);
        return SS_OK;
    }
    if (!is_id(node->text, node->at, path, mistakes))
        return SS_OK;
    if (!ss_array_grow(&texts->list, &texts->capacity, texts->count + 1, sizeof *texts->list))
        return SS_E_NOMEM;
    ss_status status = copy_text(arena, node->text, node->at, &texts->list[texts->count]);
    texts->count += status == SS_OK;
    return status;
}

ss_status ss_listed_read_texts(ss_listed *listed, ss_list_kind kind, const ss_yaml_node *node, const char *path,
                               ss_arena *arena, ss_mistakes *mistakes)
{
    ss_listed_texts *texts = &listed->texts[kind];
    ss_status status = SS_OK;
    if (!is_list(node, SS_LISTED_MAX, kind <= SS_LIST_DENY ? "ids of products" : "names of categories", path, mistakes))
        return SS_OK;
    for (const ss_yaml_node *each = node->first; each && status == SS_OK; each = each->next)
        status = read_text(texts, each, path, arena, mistakes);
    sort_texts(texts, path, mistakes);
    return status;
}

/* An entry of `pins` or `boosts` is a map with a table of its own. */
typedef struct entry {
    const char *item, *category;
    int64_t position;
    double factor;
} entry;

static const ss_option pin_table[] = {
    {"item", SS_OPTION_TEXT, offsetof(entry, item), 0, 0, NULL, NULL, NULL, "The product's id."},
    {"position", SS_OPTION_INT, offsetof(entry, position), 1, SS_LIMIT_MAX, NULL, NULL, NULL, "Its place, from 1."},
    {0},
};

static const ss_option boost_table[] = {
    {"item", SS_OPTION_TEXT, offsetof(entry, item), 0, 0, NULL, NULL, NULL, "A product's id,"},
    {"category", SS_OPTION_TEXT, offsetof(entry, category), 0, 0, NULL, NULL, NULL, "or the name of a category."},
    {"factor", SS_OPTION_REAL, offsetof(entry, factor), 0.01, 100, NULL, NULL, NULL,
     "What the score is multiplied by."},
    {0},
};

/* *good false: it was none, which has been told. */
static ss_status read_entry(const ss_option *table, const ss_yaml_node *node, const char *path, ss_arena *arena,
                            ss_mistakes *mistakes, entry *read, bool *good)
{
    const ss_settings_part part = {"", {NULL, NULL, table, read}};
    const ss_settings_schema schema = {.parts = &part, .part_count = 1};
    ss_settings settings = {0};
    size_t before = ss_mistakes_errors(mistakes);
    char found[96];
    *read = (entry){0};
    *good = false;
    if (node->kind != SS_YAML_MAP) {
        ss_yaml_describe(node, found, sizeof found);
        ss_mistakes_add(mistakes, node->at, path, "found %s, expected a map such as %s", found,
                        table == pin_table ? "{item: ID, position: 1}" : "{category: NAME, factor: 1.5}");
        return SS_OK;
    }
    ss_status status = ss_settings_read(node, path, &schema, arena, mistakes, &settings, NULL); /* into `read` too */
    ss_settings_release(&settings);
    *good = ss_mistakes_errors(mistakes) == before;
    return status;
}

static bool is_missing(bool there, const char *what, const ss_yaml_node *node, const char *path, ss_mistakes *mistakes)
{
    if (!there)
        ss_mistakes_add(mistakes, node->at, path, "there is no %s", what);
    return !there;
}

static ss_status read_pin(ss_listed *listed, const ss_yaml_node *node, const char *path, ss_arena *arena,
                          ss_mistakes *mistakes)
{
    entry read;
    bool good;
    ss_status status = read_entry(pin_table, node, path, arena, mistakes, &read, &good);
    if (status != SS_OK || !good || is_missing(read.item, "item", node, path, mistakes) ||
        is_missing(read.position > 0, "position", node, path, mistakes) ||
        !is_id(ss_slice_of(read.item), node->at, path, mistakes))
        return status;
    if (!ss_array_grow(&listed->pins, &listed->pin_capacity, listed->pin_count + 1, sizeof *listed->pins))
        return SS_E_NOMEM;
    ss_listed_pin *pin = &listed->pins[listed->pin_count];
    pin->position = read.position;
    status = copy_text(arena, ss_slice_of(read.item), node->at, &pin->item);
    listed->pin_count += status == SS_OK;
    return status;
}

static int compare_pins(const void *a, const void *b)
{
    const ss_listed_pin *left = a, *right = b;
    return left->position != right->position ? (left->position < right->position ? -1 : 1)
                                             : compare_texts(&left->item, &right->item);
}

static void check_pins(const ss_listed *listed, const char *path, ss_mistakes *mistakes)
{
    for (size_t i = 0; i < listed->pin_count; i++)
        for (size_t j = 0; j < i; j++) {
            const ss_listed_pin *pin = &listed->pins[i], *other = &listed->pins[j];
            if (pin->position == other->position)
                ss_mistakes_add(mistakes, pin->item.at, path, "position %lld is taken by '%s' on line %u",
                                (long long)pin->position, other->item.text.data, other->item.at.line);
            if (ss_slice_equal(pin->item.text, other->item.text))
                ss_mistakes_add(mistakes, pin->item.at, path, "'%s' has a position already, on line %u",
                                pin->item.text.data, other->item.at.line);
        }
}

ss_status ss_listed_read_pins(ss_listed *listed, const ss_yaml_node *node, const char *path, ss_arena *arena,
                              ss_mistakes *mistakes)
{
    ss_status status = SS_OK;
    if (!is_list(node, SS_PINS_MAX, "maps such as {item: ID, position: 1}", path, mistakes))
        return SS_OK;
    for (const ss_yaml_node *each = node->first; each && status == SS_OK; each = each->next)
        status = read_pin(listed, each, path, arena, mistakes);
    if (listed->pin_count > 0)
        qsort(listed->pins, listed->pin_count, sizeof *listed->pins, compare_pins);
    check_pins(listed, path, mistakes);
    return status;
}

static ss_status read_boost(ss_listed *listed, const ss_yaml_node *node, const char *path, ss_arena *arena,
                            ss_mistakes *mistakes)
{
    entry read;
    bool good;
    ss_status status = read_entry(boost_table, node, path, arena, mistakes, &read, &good);
    if (status != SS_OK || !good)
        return status;
    if (!read.item == !read.category) {
        ss_mistakes_add(mistakes, node->at, path, "found %s, expected an item or a category",
                        read.item ? "both" : "neither");
        return SS_OK;
    }
    ss_slice text = ss_slice_of(read.item ? read.item : read.category);
    if (is_missing(read.factor > 0, "factor", node, path, mistakes) || !is_id(text, node->at, path, mistakes))
        return SS_OK;
    if (!ss_array_grow(&listed->boosts, &listed->boost_capacity, listed->boost_count + 1, sizeof *listed->boosts))
        return SS_E_NOMEM;
    ss_listed_boost *boost = &listed->boosts[listed->boost_count];
    *boost = (ss_listed_boost){.factor = read.factor};
    status = copy_text(arena, text, node->at, read.item ? &boost->item : &boost->category);
    listed->boost_count += status == SS_OK;
    return status;
}

static void check_boosts(const ss_listed *listed, const char *path, ss_mistakes *mistakes)
{
    for (size_t i = 0; i < listed->boost_count; i++)
        for (size_t j = 0; j < i; j++) {
            const ss_listed_boost *boost = &listed->boosts[i], *other = &listed->boosts[j];
            bool item = boost->item.text.size > 0;
            const ss_listed_text *text = item ? &boost->item : &boost->category,
                                 *before = item ? &other->item : &other->category;
            if (ss_slice_equal(text->text, before->text))
                ss_mistakes_add(mistakes, text->at, path, "'%s' has a factor already, on line %u", text->text.data,
                                before->at.line);
        }
}

ss_status ss_listed_read_boosts(ss_listed *listed, const ss_yaml_node *node, const char *path, ss_arena *arena,
                                ss_mistakes *mistakes)
{
    ss_status status = SS_OK;
    if (!is_list(node, SS_BOOSTS_MAX, "maps such as {category: NAME, factor: 1.5}", path, mistakes))
        return SS_OK;
    for (const ss_yaml_node *each = node->first; each && status == SS_OK; each = each->next)
        status = read_boost(listed, each, path, arena, mistakes);
    check_boosts(listed, path, mistakes);
    return status;
}

/* ---- contradictions ---- */

const ss_listed_text *ss_listed_find(const ss_listed_texts *texts, ss_slice text)
{
    size_t low = 0, high = texts->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = ss_slice_compare(texts->list[middle].text, text);
        if (order == 0)
            return &texts->list[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool ss_listed_deny(const ss_listed *listed, ss_list_kind only, ss_list_kind never, ss_slice text)
{
    return (listed->texts[only].count > 0 && !ss_listed_find(&listed->texts[only], text)) ||
           ss_listed_find(&listed->texts[never], text);
}

/* What stands in both of two lists that exclude each other. */
static void check_both(const ss_listed *listed, ss_list_kind only, ss_list_kind never, const char *path,
                       ss_mistakes *mistakes)
{
    for (size_t i = 0; i < listed->texts[only].count; i++) {
        const ss_listed_text *each = &listed->texts[only].list[i],
                             *other = ss_listed_find(&listed->texts[never], each->text);
        if (other)
            ss_mistakes_add(mistakes, each->at, path, "'%s' stands in %s, and on line %u in %s", each->text.data,
                            list_names[only], other->at.line, list_names[never]);
    }
}

static void check_pin(const ss_listed *listed, const ss_listed_pin *pin, int64_t max_items, const char *path,
                      ss_mistakes *mistakes)
{
    const ss_listed_texts *allow = &listed->texts[SS_LIST_ALLOW];
    const ss_listed_text *denied = ss_listed_find(&listed->texts[SS_LIST_DENY], pin->item.text);
    if (denied)
        ss_mistakes_add(mistakes, pin->item.at, path, "'%s' is to be shown, and on line %u stands in deny",
                        pin->item.text.data, denied->at.line);
    else if (allow->count > 0 && !ss_listed_find(allow, pin->item.text))
        ss_mistakes_add(mistakes, pin->item.at, path, "'%s' is to be shown, but does not stand in allow",
                        pin->item.text.data);
    if (max_items > 0 && pin->position > max_items)
        ss_mistakes_add(mistakes, pin->item.at, path, "found position %lld, expected at most max-items: %lld",
                        (long long)pin->position, (long long)max_items);
}

void ss_listed_check(const ss_listed *listed, const ss_shelf *shelf, const char *path, ss_mistakes *mistakes)
{
    char pins[SS_YAML_PATH_MAX];
    ss_yaml_path(pins, path, SS_SLICE_LITERAL("pins"));
    check_both(listed, SS_LIST_ALLOW, SS_LIST_DENY, path, mistakes);
    check_both(listed, SS_LIST_CATEGORIES, SS_LIST_NOT_CATEGORIES, path, mistakes);
    for (size_t i = 0; i < listed->pin_count; i++)
        check_pin(listed, &listed->pins[i], shelf->max_items, pins, mistakes);
}

/* ---- against a generation ---- */

static void check_known(const ss_strings *known, const ss_listed_text *text, const char *what, const char *path,
                        const char *list, ss_mistakes *mistakes)
{
    char where[SS_YAML_PATH_MAX];
    if (text->text.size == 0 || ss_strings_find(known, text->text) != SS_NONE)
        return;
    ss_yaml_path(where, path, ss_slice_of(list));
    ss_mistakes_warn(mistakes, text->at, where, "the store has no %s '%s'", what, text->text.data);
}

void ss_listed_check_items(const ss_listed *listed, const ss_items *items, const char *path, ss_mistakes *mistakes)
{
    for (unsigned kind = 0; kind < SS_LIST_COUNT; kind++)
        for (size_t i = 0; i < listed->texts[kind].count; i++)
            check_known(kind <= SS_LIST_DENY ? &items->ids : &items->categories, &listed->texts[kind].list[i],
                        kind <= SS_LIST_DENY ? "product" : "category", path, list_names[kind], mistakes);
    for (size_t i = 0; i < listed->pin_count; i++)
        check_known(&items->ids, &listed->pins[i].item, "product", path, "pins", mistakes);
    for (size_t i = 0; i < listed->boost_count; i++) {
        check_known(&items->ids, &listed->boosts[i].item, "product", path, "boosts", mistakes);
        check_known(&items->categories, &listed->boosts[i].category, "category", path, "boosts", mistakes);
    }
}

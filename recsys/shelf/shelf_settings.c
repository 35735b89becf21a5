#include "shelf/shelf_settings.h"

#include "base/hash.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BLOCK 4096u

/* What the file says of one shelf beside its options. */
typedef struct shelf_lists {
    ss_source fallbacks[SS_FALLBACKS_MAX];
    size_t fallback_count;
    bool has_fallbacks, has_listed;
    ss_listed listed;
} shelf_lists;

struct ss_shelf_settings {
    atomic_int references;
    ss_arena *arena;
    ss_settings options[SS_SHELF_COUNT];
    shelf_lists lists[SS_SHELF_COUNT];
    ss_reserved reserved;
    uint64_t digest;
};

/* What the readers of one shelf's lists are given. */
typedef struct shelf_reader {
    shelf_lists *lists;
    ss_arena *arena;
    ss_mistakes *mistakes;
    ss_status status;
} shelf_reader;

/* ---- lists ---- */

static void expected(ss_mistakes *mistakes, const ss_yaml_node *node, const char *path, const char *what)
{
    char found[96];
    ss_yaml_describe(node, found, sizeof found);
    ss_mistakes_add(mistakes, node->at, path, "found %s, expected %s", found, what);
}

static ss_source find_source(ss_slice name)
{
    for (unsigned source = 0; source < SS_SOURCE_PINNED; source++)
        if (ss_source_name((ss_source)source) &&
            ss_settings_same_name(name, ss_slice_of(ss_source_name((ss_source)source))))
            return (ss_source)source;
    return SS_SOURCE_COUNT;
}

static void unknown_source(const shelf_reader *at, const ss_yaml_node *node, const char *path)
{
    const char *names[SS_SOURCE_COUNT];
    size_t count = 0;
    for (unsigned source = 0; source < SS_SOURCE_PINNED; source++)
        if (ss_source_name((ss_source)source))
            names[count++] = ss_source_name((ss_source)source);
    const char *nearest = ss_settings_nearest(node->text.data, names, count);
    ss_mistakes_add(at->mistakes, node->at, path, "found '%.64s', expected a source such as related or popular%s%s%s",
                    node->text.data, nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

static bool falls_back_on(const shelf_lists *lists, ss_source source)
{
    for (size_t i = 0; i < lists->fallback_count; i++)
        if (lists->fallbacks[i] == source)
            return true;
    return false;
}

static void read_fallback(const shelf_reader *at, const ss_yaml_node *node, const char *path)
{
    if (node->kind != SS_YAML_TEXT || ss_yaml_is_nothing(node)) {
        expected(at->mistakes, node, path, "the name of a source");
        return;
    }
    ss_source source = find_source(node->text);
    if (source == SS_SOURCE_COUNT)
        unknown_source(at, node, path);
    else if (falls_back_on(at->lists, source))
        ss_mistakes_add(at->mistakes, node->at, path, "'%s' stands here twice", node->text.data);
    else if (at->lists->fallback_count == SS_FALLBACKS_MAX)
        ss_mistakes_add(at->mistakes, node->at, path, "found one more, expected at most %u", SS_FALLBACKS_MAX);
    else
        at->lists->fallbacks[at->lists->fallback_count++] = source;
}

static void read_fallbacks(void *context, const ss_yaml_node *node, const char *path)
{
    shelf_reader *at = context;
    if (node->kind != SS_YAML_LIST) {
        expected(at->mistakes, node, path, "a list of sources");
        return;
    }
    at->lists->has_fallbacks = true;
    for (const ss_yaml_node *each = node->first; each; each = each->next)
        read_fallback(at, each, path);
}

static void took(shelf_reader *at, ss_status status)
{
    at->lists->has_listed = true;
    if (at->status == SS_OK)
        at->status = status;
}

static void read_texts(shelf_reader *at, ss_list_kind kind, const ss_yaml_node *node, const char *path)
{
    took(at, ss_listed_read_texts(&at->lists->listed, kind, node, path, at->arena, at->mistakes));
}

static void read_allow(void *context, const ss_yaml_node *node, const char *path)
{
    read_texts(context, SS_LIST_ALLOW, node, path);
}

static void read_deny(void *context, const ss_yaml_node *node, const char *path)
{
    read_texts(context, SS_LIST_DENY, node, path);
}

static void read_categories(void *context, const ss_yaml_node *node, const char *path)
{
    read_texts(context, SS_LIST_CATEGORIES, node, path);
}

static void read_not_categories(void *context, const ss_yaml_node *node, const char *path)
{
    read_texts(context, SS_LIST_NOT_CATEGORIES, node, path);
}

static void read_pins(void *context, const ss_yaml_node *node, const char *path)
{
    shelf_reader *at = context;
    took(at, ss_listed_read_pins(&at->lists->listed, node, path, at->arena, at->mistakes));
}

static void read_boosts(void *context, const ss_yaml_node *node, const char *path)
{
    shelf_reader *at = context;
    took(at, ss_listed_read_boosts(&at->lists->listed, node, path, at->arena, at->mistakes));
}

static const ss_settings_extra list_readers[] = {
    {"fallbacks", read_fallbacks,
     "Sources that fill up what the weighted ones leave open, one after the other. [a list of sources; at most 8]"},
    {"allow", read_allow, "Only these products. [a list of ids; empty: any]"},
    {"deny", read_deny, "Never these products. [a list of ids]"},
    {"categories", read_categories, "Only products of these categories. [a list of names; empty: any]"},
    {"not-categories", read_not_categories, "No products of these categories. [a list of names]"},
    {"pins", read_pins,
     "Products with a place of their own, as long as the rules let them be shown. [a list of {item: ID, position: N}]"},
    {"boosts", read_boosts,
     "What scores are multiplied by, 0.01 to 100. [a list of {item: ID, factor: X} and {category: NAME, factor: X}]"},
    {0},
};

/* ---- settings that contradict each other ---- */

static ss_mark place_of(const ss_settings *options, const char *name, ss_mark otherwise)
{
    for (size_t i = options->count; i-- > 0;)
        if (strcmp(options->list[i].option->name, name) == 0)
            return options->list[i].at;
    return otherwise;
}

static void check_sources(const ss_shelf *shelf, ss_mark at, const char *path, ss_mistakes *mistakes)
{
    for (unsigned source = 0; source < SS_SOURCE_COUNT; source++)
        if (shelf->weights[source] > 0)
            return;
    if (shelf->fallback_count == 0)
        ss_mistakes_add(mistakes, at, path,
                        "no source has a weight and there is no fallback: the shelf is always empty");
}

/* Where both bounds are given, the lower one is not above the upper. */
static void check_bounds(const ss_settings *options, const ss_shelf *shelf, ss_mark at, const char *path,
                         ss_mistakes *mistakes)
{
    const struct {
        const char *low_name, *high_name;
        double low, high; /* 0: not given */
    } bounds[] = {{"min-items", "max-items", (double)shelf->min_items, (double)shelf->max_items},
                  {"price-min", "price-max", (double)shelf->price_min, (double)shelf->price_max},
                  {"price-ratio-min", "price-ratio-max", shelf->price_ratio_min, shelf->price_ratio_max}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (bounds[i].high > 0 && bounds[i].low > bounds[i].high)
            ss_mistakes_add(mistakes, place_of(options, bounds[i].low_name, at), path,
                            "found %s: %.15g, expected at most %s: %.15g", bounds[i].low_name, bounds[i].low,
                            bounds[i].high_name, bounds[i].high);
}

static void check_shelf(const ss_shelf_settings *settings, ss_shelf_kind kind, const ss_yaml_node *node,
                        ss_mistakes *mistakes)
{
    char path[SS_YAML_PATH_MAX];
    ss_shelf shelves[SS_SHELF_COUNT];
    ss_shelves_default(shelves);
    ss_shelf_settings_apply(settings, shelves);
    ss_yaml_path(path, "shelves", ss_slice_of(ss_shelf_name(kind)));
    check_sources(&shelves[kind], node->key_at, path, mistakes);
    check_bounds(&settings->options[kind], &shelves[kind], node->key_at, path, mistakes);
    ss_listed_check(&settings->lists[kind].listed, &shelves[kind], path, mistakes);
}

/* ---- reading ---- */

/* Of the tree: what the file looks like, blanks and comments, makes no difference. */
static uint64_t digest_of(const ss_yaml_node *node)
{
    uint64_t digest = (uint64_t)node->kind;
    for (const ss_yaml_node *each = node->first; each; each = each->next) {
        const uint64_t pieces[] = {digest, ss_hash(each->key.data ? each->key.data : "", each->key.size),
                                   digest_of(each)};
        digest = ss_hash(pieces, sizeof pieces);
    }
    return node->kind == SS_YAML_TEXT ? ss_hash(node->text.data, node->text.size) : digest;
}

static ss_status read_shelf(ss_shelf_settings *settings, ss_shelf_kind kind, const ss_yaml_node *node,
                            ss_mistakes *mistakes, ss_error *error)
{
    char path[SS_YAML_PATH_MAX];
    ss_shelf scratch[SS_SHELF_COUNT];
    ss_option_group groups[SS_SHELF_COUNT];
    ss_shelves_default(scratch);
    ss_shelf_option_groups(scratch, groups);
    shelf_reader at = {&settings->lists[kind], settings->arena, mistakes, SS_OK};
    const ss_settings_part part = {"", groups[kind]};
    const ss_settings_schema schema = {&part, 1, list_readers, &at};
    size_t before = ss_mistakes_errors(mistakes);
    ss_yaml_path(path, "shelves", ss_slice_of(ss_shelf_name(kind)));
    ss_status status =
        ss_settings_read(node, path, &schema, settings->arena, mistakes, &settings->options[kind], error);
    if (status == SS_OK && at.status != SS_OK)
        status = ss_error_nomem(error);
    if (status == SS_OK && ss_mistakes_errors(mistakes) == before)
        check_shelf(settings, kind, node, mistakes);
    return status;
}

static ss_shelf_kind find_shelf(ss_slice name)
{
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        if (ss_settings_same_name(name, ss_slice_of(ss_shelf_name((ss_shelf_kind)kind))))
            return (ss_shelf_kind)kind;
    return SS_SHELF_COUNT;
}

static void unknown_shelf(const ss_yaml_node *node, ss_mistakes *mistakes)
{
    char path[SS_YAML_PATH_MAX];
    const char *names[SS_SHELF_COUNT];
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        names[kind] = ss_shelf_name((ss_shelf_kind)kind);
    const char *nearest = ss_settings_nearest(node->key.data, names, SS_SHELF_COUNT);
    ss_yaml_path(path, "shelves", node->key);
    ss_mistakes_add(mistakes, node->key_at, path,
                    "there is no such shelf, and a file sets shelves but does not make new ones%s%s%s",
                    nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

static ss_status read_shelves(ss_shelf_settings *settings, const ss_yaml_node *shelves, ss_mistakes *mistakes,
                              ss_error *error)
{
    const ss_yaml_node *seen[SS_SHELF_COUNT] = {NULL};
    if (shelves->kind != SS_YAML_MAP && !ss_yaml_is_nothing(shelves)) {
        expected(mistakes, shelves, "shelves", "a map from names of shelves to their settings");
        return SS_OK;
    }
    for (const ss_yaml_node *node = shelves->first; node; node = node->next) {
        ss_shelf_kind kind = find_shelf(node->key);
        if (kind == SS_SHELF_COUNT) {
            unknown_shelf(node, mistakes);
            continue;
        }
        if (seen[kind]) {
            if (!ss_slice_equal(seen[kind]->key, node->key))
                ss_mistakes_add(mistakes, node->key_at, "shelves", "'%s' is given twice, first on line %u",
                                node->key.data, seen[kind]->key_at.line);
            continue;
        }
        seen[kind] = node;
        ss_status status = read_shelf(settings, kind, node, mistakes, error);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

ss_status ss_shelf_settings_read(const ss_yaml_node *shelves, ss_mistakes *mistakes, ss_shelf_settings **settings,
                                 ss_error *error)
{
    ss_status status = SS_OK;
    ss_shelf_settings *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    atomic_init(&new->references, 1);
    new->arena = ss_arena_new(ARENA_BLOCK, SS_YAML_ARENA_MAX);
    if (!new->arena)
        SS_TRY(ss_error_nomem(error));
    if (shelves) {
        SS_TRY(read_shelves(new, shelves, mistakes, error));
        new->digest = digest_of(shelves);
    }
    *settings = new;
    new = NULL;
out:
    ss_shelf_settings_release(&new);
    return status;
}

ss_status ss_shelf_settings_read_access(ss_shelf_settings *settings, const ss_yaml_node *access, ss_mistakes *mistakes,
                                        ss_error *error)
{
    if (!access)
        return SS_OK;
    const uint64_t pieces[] = {settings->digest, digest_of(access)};
    settings->digest = ss_hash(pieces, sizeof pieces);
    return ss_reserved_read(access, settings->arena, mistakes, &settings->reserved) == SS_OK ? SS_OK
                                                                                             : ss_error_nomem(error);
}

ss_shelf_settings *ss_shelf_settings_retain(ss_shelf_settings *settings)
{
    if (settings)
        atomic_fetch_add_explicit(&settings->references, 1, memory_order_relaxed);
    return settings;
}

static void release_shelf(ss_shelf_settings *settings, unsigned kind)
{
    ss_settings_release(&settings->options[kind]);
    ss_listed_release(&settings->lists[kind].listed);
}

void ss_shelf_settings_release(ss_shelf_settings **settings)
{
    ss_shelf_settings *old = *settings;
    *settings = NULL;
    if (!old || atomic_fetch_sub_explicit(&old->references, 1, memory_order_acq_rel) != 1)
        return;
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        release_shelf(old, kind);
    ss_reserved_release(&old->reserved);
    ss_arena_free(&old->arena);
    free(old);
}

ss_status ss_shelf_settings_override(ss_shelf_settings *settings, const char *name, const ss_option *option,
                                     const char *value)
{
    ss_shelf shelves[SS_SHELF_COUNT];
    ss_option_group groups[SS_SHELF_COUNT];
    ss_shelf_option_groups(shelves, groups);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) {
        size_t length = strlen(groups[kind].prefix);
        if (strncmp(name, groups[kind].prefix, length) != 0 || name[length] != '.')
            continue;
        const ss_setting setting = {groups[kind].options, groups[kind].prefix, option, value, name, {0}};
        return ss_settings_add(&settings->options[kind], &setting, settings->arena);
    }
    return SS_E_ARGUMENT;
}

/* ---- using ---- */

uint64_t ss_shelf_settings_digest(const ss_shelf_settings *settings)
{
    return settings ? settings->digest : 0;
}

void ss_shelf_settings_apply_options(const ss_shelf_settings *settings, const ss_option_group *groups,
                                     size_t group_count)
{
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++)
        ss_settings_apply(&settings->options[kind], groups, group_count);
}

void ss_shelf_settings_apply(const ss_shelf_settings *settings, ss_shelf shelves[SS_SHELF_COUNT])
{
    ss_option_group groups[SS_SHELF_COUNT];
    ss_shelf_option_groups(shelves, groups);
    ss_shelf_settings_apply_options(settings, groups, SS_SHELF_COUNT);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) {
        const shelf_lists *lists = &settings->lists[kind];
        if (!lists->has_fallbacks)
            continue;
        memcpy(shelves[kind].fallbacks, lists->fallbacks, sizeof lists->fallbacks);
        shelves[kind].fallback_count = lists->fallback_count;
    }
}

const ss_listed *ss_shelf_settings_listed(const ss_shelf_settings *settings, ss_shelf_kind kind)
{
    return settings->lists[kind].has_listed ? &settings->lists[kind].listed : NULL;
}

const ss_reserved *ss_shelf_settings_reserved(const ss_shelf_settings *settings)
{
    return settings->reserved.count > 0 ? &settings->reserved : NULL;
}

void ss_shelf_settings_check_items(const ss_shelf_settings *settings, const ss_items *items, ss_mistakes *mistakes)
{
    char path[SS_YAML_PATH_MAX];
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) {
        ss_yaml_path(path, "shelves", ss_slice_of(ss_shelf_name((ss_shelf_kind)kind)));
        ss_listed_check_items(&settings->lists[kind].listed, items, path, mistakes);
    }
    ss_reserved_check_items(&settings->reserved, items, mistakes);
}

const ss_settings *ss_shelf_settings_options(const ss_shelf_settings *settings, ss_shelf_kind kind)
{
    return &settings->options[kind];
}

/* ---- the defaults as a file ---- */

static ss_status write_fallbacks(const ss_shelf *shelf, ss_buffer *out)
{
    ss_status status = ss_buffer_append_text(out, "    fallbacks: [");
    for (size_t i = 0; i < shelf->fallback_count && status == SS_OK; i++)
        status = ss_buffer_printf(out, "%s%s", i ? ", " : "", ss_source_name(shelf->fallbacks[i]));
    return status == SS_OK ? ss_buffer_append_text(out, "]\n") : status;
}

static ss_status write_lists(const ss_shelf *shelf, bool comments, ss_buffer *out)
{
    ss_status status = SS_OK;
    for (const ss_settings_extra *extra = list_readers; extra->name; extra++) {
        if (comments)
            SS_TRY(ss_settings_write_comment(extra->help, 4, out));
        SS_TRY(extra->read == read_fallbacks ? write_fallbacks(shelf, out)
                                             : ss_buffer_printf(out, "    %s: []\n", extra->name));
    }
out:
    return status;
}

ss_status ss_shelf_settings_write_defaults(ss_buffer *out)
{
    ss_status status;
    ss_shelf shelves[SS_SHELF_COUNT];
    ss_option_group groups[SS_SHELF_COUNT];
    ss_shelves_default(shelves);
    ss_shelf_option_groups(shelves, groups);
    SS_TRY(ss_buffer_append_text(out, "shelves:\n"));
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) {
        const ss_settings_part part = {"", groups[kind]};
        SS_TRY(ss_buffer_printf(out, "%s  %s:\n", kind ? "\n" : "", ss_shelf_name((ss_shelf_kind)kind)));
        SS_TRY(ss_settings_write(&part, 1, 4, kind == 0, out));
        SS_TRY(write_lists(&shelves[kind], kind == 0, out));
    }
out:
    return status;
}

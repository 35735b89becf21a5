#include "shelf/reserved.h"

#include <stdio.h>

/* ---- reading ---- */

/* What the readers of one rule are given. */
typedef struct rule_reader {
    ss_reserved_rule *rule;
    ss_arena *arena;
    ss_mistakes *mistakes;
    ss_status status;
} rule_reader;

typedef struct dates {
    const char *from, *until;
} dates;

static const ss_option date_table[] = {
    {"from", SS_OPTION_TEXT, offsetof(dates, from), 0, 0, NULL, NULL, NULL, "From then on; before, everybody may."},
    {"until", SS_OPTION_TEXT, offsetof(dates, until), 0, 0, NULL, NULL, NULL, "Until then; afterwards, everybody may."},
    {0},
};

static void expected(ss_mistakes *mistakes, const ss_yaml_node *node, const char *path, const char *what)
{
    char found[96];
    ss_yaml_describe(node, found, sizeof found);
    ss_mistakes_add(mistakes, node->at, path, "found %s, expected %s", found, what);
}

static void read_texts(rule_reader *at, ss_list_kind kind, const ss_yaml_node *node, const char *path)
{
    ss_status status = ss_listed_read_texts(&at->rule->products, kind, node, path, at->arena, at->mistakes);
    at->status = at->status == SS_OK ? status : at->status;
}

static void read_items(void *context, const ss_yaml_node *node, const char *path)
{
    read_texts(context, SS_LIST_ALLOW, node, path);
}

static void read_categories(void *context, const ss_yaml_node *node, const char *path)
{
    read_texts(context, SS_LIST_CATEGORIES, node, path);
}

static ss_segment find_segment(ss_slice name)
{
    for (unsigned segment = 0; segment < SS_SEGMENT_COUNT; segment++)
        if (ss_settings_same_name(name, ss_slice_of(ss_segment_name((ss_segment)segment))))
            return (ss_segment)segment;
    return SS_SEGMENT_COUNT;
}

static void read_segment(const rule_reader *at, const ss_yaml_node *node, const char *path)
{
    const char *names[SS_SEGMENT_COUNT];
    if (node->kind != SS_YAML_TEXT || ss_yaml_is_nothing(node)) {
        expected(at->mistakes, node, path, "the name of a segment");
        return;
    }
    ss_segment segment = find_segment(node->text);
    if (segment < SS_SEGMENT_COUNT) {
        at->rule->segments |= 1u << segment;
        return;
    }
    for (unsigned i = 0; i < SS_SEGMENT_COUNT; i++)
        names[i] = ss_segment_name((ss_segment)i);
    const char *nearest = ss_settings_nearest(node->text.data, names, SS_SEGMENT_COUNT);
    ss_mistakes_add(at->mistakes, node->at, path, "found '%.64s', expected a segment such as loyal or new%s%s%s",
                    node->text.data, nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

static void read_segments(void *context, const ss_yaml_node *node, const char *path)
{
    rule_reader *at = context;
    if (node->kind != SS_YAML_LIST) {
        expected(at->mistakes, node, path, "a list of segments");
        return;
    }
    for (const ss_yaml_node *each = node->first; each; each = each->next)
        read_segment(at, each, path);
}

static const ss_settings_extra rule_readers[] = {
    {"items", read_items, "Ids of products."},
    {"categories", read_categories, "Names of categories."},
    {"segments", read_segments, "Who may see them."},
    {0},
};

/* ---- what a rule must have ---- */

static ss_mark place_of(const ss_settings *settings, const char *name)
{
    for (size_t i = settings->count; i-- > 0;)
        if (strcmp(settings->list[i].option->name, name) == 0)
            return settings->list[i].at;
    return (ss_mark){0};
}

static void take_date(rule_reader *at, const ss_settings *settings, const char *name, const char *text,
                      const char *path, int64_t *time)
{
    char where[SS_YAML_PATH_MAX];
    *time = SS_NO_TIME;
    if (!text || ss_timestamp_parse(ss_slice_of(text), time))
        return;
    ss_yaml_path(where, path, ss_slice_of(name));
    ss_mistakes_add(at->mistakes, place_of(settings, name), where,
                    "found '%.64s', expected a time: 2026-12-01, 2026-12-01T18:00:00+01:00", text);
}

static void check_rule(const rule_reader *at, const ss_yaml_node *node, const char *path)
{
    const ss_reserved_rule *rule = at->rule;
    const ss_listed_texts *texts = rule->products.texts;
    if (texts[SS_LIST_ALLOW].count == 0 && texts[SS_LIST_CATEGORIES].count == 0)
        ss_mistakes_add(at->mistakes, node->at, path, "found neither items nor categories, expected one of them");
    if (rule->segments == 0)
        ss_mistakes_add(at->mistakes, node->at, path, "found no segments, expected who may see the products");
    if (rule->from != SS_NO_TIME && rule->until != SS_NO_TIME && rule->from >= rule->until)
        ss_mistakes_add(at->mistakes, node->at, path, "it ends before it begins");
}

static ss_status read_rule(const ss_yaml_node *node, const char *path, ss_arena *arena, ss_mistakes *mistakes,
                           ss_reserved_rule *rule)
{
    dates read = {NULL, NULL};
    rule_reader at = {rule, arena, mistakes, SS_OK};
    const ss_settings_part part = {"", {NULL, NULL, date_table, &read}};
    const ss_settings_schema schema = {&part, 1, rule_readers, &at};
    ss_settings settings = {0};
    size_t before = ss_mistakes_errors(mistakes);
    *rule = (ss_reserved_rule){.at = node->at};
    if (node->kind != SS_YAML_MAP) {
        expected(mistakes, node, path, "a map such as {categories: [NAME], segments: [loyal], until: 2026-12-01}");
        return SS_OK;
    }
    ss_status status = ss_settings_read(node, path, &schema, arena, mistakes, &settings, NULL);
    if (status == SS_OK)
        status = at.status;
    take_date(&at, &settings, "from", read.from, path, &rule->from);
    take_date(&at, &settings, "until", read.until, path, &rule->until);
    if (status == SS_OK && ss_mistakes_errors(mistakes) == before)
        check_rule(&at, node, path);
    ss_settings_release(&settings);
    return status;
}

ss_status ss_reserved_read(const ss_yaml_node *node, ss_arena *arena, ss_mistakes *mistakes, ss_reserved *reserved)
{
    char path[SS_YAML_PATH_MAX];
    ss_status status = SS_OK;
    *reserved = (ss_reserved){.count = 0};
    if (!node || ss_yaml_is_nothing(node))
        return SS_OK;
    if (node->kind != SS_YAML_LIST || node->count > SS_RESERVED_RULES_MAX) {
        snprintf(path, sizeof path, "a list of at most %u rules", SS_RESERVED_RULES_MAX);
        expected(mistakes, node, "access", path);
        return SS_OK;
    }
    for (const ss_yaml_node *each = node->first; each && status == SS_OK; each = each->next) {
        snprintf(path, sizeof path, "access.%u", reserved->count + 1);
        status = read_rule(each, path, arena, mistakes, &reserved->rules[reserved->count++]);
    }
    return status;
}

void ss_reserved_release(ss_reserved *reserved)
{
    for (unsigned i = 0; i < reserved->count; i++)
        ss_listed_release(&reserved->rules[i].products);
    *reserved = (ss_reserved){.count = 0};
}

/* ---- asking ---- */

static uint32_t naming(const ss_reserved *reserved, ss_list_kind kind, ss_slice text)
{
    uint32_t rules = 0;
    for (unsigned i = 0; i < reserved->count && text.size > 0; i++)
        if (ss_listed_find(&reserved->rules[i].products.texts[kind], text))
            rules |= 1u << i;
    return rules;
}

uint32_t ss_reserved_of_item(const ss_reserved *reserved, ss_slice item_id)
{
    return naming(reserved, SS_LIST_ALLOW, item_id);
}

uint32_t ss_reserved_of_category(const ss_reserved *reserved, ss_slice category)
{
    return naming(reserved, SS_LIST_CATEGORIES, category);
}

static bool is_in_force(const ss_reserved_rule *rule, int64_t now)
{
    return now == SS_NO_TIME ||
           ((rule->from == SS_NO_TIME || now >= rule->from) && (rule->until == SS_NO_TIME || now < rule->until));
}

uint32_t ss_reserved_in_force(const ss_reserved *reserved, int64_t now)
{
    uint32_t rules = 0;
    for (unsigned i = 0; i < reserved->count; i++)
        rules |= (uint32_t)is_in_force(&reserved->rules[i], now) << i;
    return rules;
}

uint32_t ss_reserved_denied(const ss_reserved *reserved, uint32_t in_force, uint32_t segments)
{
    uint32_t denied = 0;
    for (unsigned i = 0; i < reserved->count; i++)
        denied |= (uint32_t)((reserved->rules[i].segments & segments) == 0) << i;
    return denied & in_force;
}

/* ---- against a generation, and by default ---- */

static void check_texts(const ss_listed_texts *texts, const ss_strings *known, const char *what, const char *path,
                        ss_mistakes *mistakes)
{
    for (size_t i = 0; i < texts->count; i++)
        if (ss_strings_find(known, texts->list[i].text) == SS_NONE)
            ss_mistakes_warn(mistakes, texts->list[i].at, path, "the store has no %s '%s'", what,
                             texts->list[i].text.data);
}

void ss_reserved_check_items(const ss_reserved *reserved, const ss_items *items, ss_mistakes *mistakes)
{
    char path[32];
    for (unsigned i = 0; i < reserved->count; i++) {
        const ss_listed_texts *texts = reserved->rules[i].products.texts;
        snprintf(path, sizeof path, "access.%u.items", i + 1);
        check_texts(&texts[SS_LIST_ALLOW], &items->ids, "product", path, mistakes);
        snprintf(path, sizeof path, "access.%u.categories", i + 1);
        check_texts(&texts[SS_LIST_CATEGORIES], &items->categories, "category", path, mistakes);
    }
}

ss_status ss_reserved_write_defaults(ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_settings_write_comment("Early or exclusive access: products that only visitors of some segments (new, "
                                     "returning, loyal, at_risk, lapsed, cart_abandoner, birthday, referral) may see, "
                                     "until a date or from one on: {items: [ID, …], categories: [NAME, …], segments: "
                                     "[loyal], from: 2026-11-01, until: 2026-12-01}. [a list of rules; at most 32]",
                                     0, out));
    SS_TRY(ss_buffer_append_text(out, "access: []\n"));
out:
    return status;
}

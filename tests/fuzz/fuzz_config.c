/*
 * A configuration file: YAML, the tables, the shelves' lists, the policy of offers, who may see what. Whatever the bytes
 * are, reading ends, every mistake has a place inside the text, and what is read without one keeps the tables' ranges.
 */
#include "base/timestamp.h"
#include "offers/policy.h"
#include "shelf/shelf_lists.h"
#include "shelf/shelf_settings.h"

#include "state/offer_record.h"
#include <stdlib.h>

typedef struct numbers {
    bool flag;
    int64_t count, choice;
    double share;
    const char *text;
    ss_texts texts;
} numbers;

static const ss_option table[] = {
    {"flag", SS_OPTION_FLAG, offsetof(numbers, flag), 0, 0, NULL, NULL, NULL, "On or off."},
    {"count", SS_OPTION_INT, offsetof(numbers, count), 1, 64, "1", NULL, NULL, "How many."},
    {"share", SS_OPTION_REAL, offsetof(numbers, share), 0, 1, "0.5", NULL, NULL, "How much."},
    {"which", SS_OPTION_CHOICE, offsetof(numbers, choice), 0, 0, "one", "one|two", NULL, "Which."},
    {"text", SS_OPTION_TEXT, offsetof(numbers, text), 0, 0, NULL, NULL, NULL, "A text."},
    {"texts", SS_OPTION_TEXTS, offsetof(numbers, texts), 0, 0, NULL, NULL, NULL, "Texts."},
    {0},
};

static void check(bool good)
{
    if (!good)
        abort();
}

static void check_places(ss_mistakes *mistakes, size_t size)
{
    char line[SS_MISTAKE_LINE_MAX];
    ss_mistakes_sort(mistakes);
    for (size_t i = 0; i < ss_mistakes_kept(mistakes); i++) {
        check(ss_mistakes_at(mistakes, i)->at.line <= size + 2 && ss_mistakes_at(mistakes, i)->at.column <= size + 2);
        ss_mistakes_format(mistakes, i, line, sizeof line);
    }
}

static void read_numbers(const ss_yaml_node *root, ss_arena *arena, ss_mistakes *mistakes)
{
    numbers target = {0};
    const ss_settings_part parts[] = {{"", {NULL, NULL, table, &target}}, {"sub", {NULL, "sub", table, &target}}};
    const ss_settings_schema schema = {.parts = parts, .part_count = 2};
    ss_settings settings = {0};
    ss_options_defaults(&parts[0].group, 1);
    check(ss_settings_read(root, "", &schema, arena, mistakes, &settings, NULL) == SS_OK);
    check(ss_options_check(table, &target, NULL) == SS_OK);
    ss_settings_apply(&settings, &parts[0].group, 1);
    check(ss_options_check(table, &target, NULL) == SS_OK);
    ss_settings_release(&settings);
}

static void read_shelves(const ss_yaml_node *root, ss_mistakes *mistakes)
{
    ss_shelf shelves[SS_SHELF_COUNT];
    ss_shelf_settings *settings = NULL;
    size_t before = ss_mistakes_errors(mistakes);
    check(ss_shelf_settings_read(root, mistakes, &settings, NULL) == SS_OK);
    ss_shelves_default(shelves);
    if (ss_mistakes_errors(mistakes) == before)
        ss_shelf_settings_apply(settings, shelves);
    for (unsigned kind = 0; kind < SS_SHELF_COUNT; kind++) {
        check(ss_options_check(ss_shelf_option_table, &shelves[kind], NULL) == SS_OK);
        check(shelves[kind].fallback_count <= SS_FALLBACKS_MAX);
    }
    ss_shelf_settings_release(&settings);
}

static void check_share(int64_t share)
{
    check(share >= 0 && share <= SS_BASIS_POINTS);
}

static void check_campaign(const ss_policy *policy, const ss_campaign *campaign)
{
    check(campaign->name.size >= 1 && campaign->name.size <= 64 && campaign->page < SS_PAGE_COUNT);
    check(campaign->message_key.size >= 1 && campaign->variant_count <= SS_VARIANTS_MAX);
    check(campaign->incentives < UINT64_C(1) << (policy->incentive_count - 1) << 1 && !(campaign->incentives & 1));
    check((campaign->segments & campaign->not_segments) == 0 && campaign->segments < 1u << SS_SEGMENT_COUNT);
    check(campaign->schedule.from < campaign->schedule.until && campaign->schedule.weekdays < 128);
    check(campaign->cart_min >= 0 && campaign->cart_min <= campaign->cart_max);
    check(campaign->limit >= 1 && campaign->limit <= SS_OFFERS_MAX && campaign->lifetime > 0);
    check(campaign->budget.per_day >= 0 && campaign->budget.in_all >= 0);
    check_share(campaign->holdout);
    for (size_t i = 1; i < campaign->liked_category_count; i++)
        check(ss_slice_compare(campaign->liked_categories[i - 1], campaign->liked_categories[i]) < 0);
    ss_schedule_runs(&campaign->schedule, policy->zone, 0);
}

static void check_incentive(const ss_incentive *incentive, bool none)
{
    check(incentive->name.size >= 1 && incentive->name.size <= 64);
    check((incentive->kind == SS_INCENTIVE_NONE) == none && incentive->kind < SS_INCENTIVE_KINDS);
    check((incentive->kind == SS_INCENTIVE_GIFT) == (incentive->gift_item.size > 0));
    check(none || incentive->share + incentive->amount + (int64_t)incentive->gift_item.size > 0);
    check_share(incentive->share);
}

/* A policy or mistakes. */
static void read_offers(const ss_yaml_node *root, ss_mistakes *mistakes)
{
    ss_policy *policy = NULL;
    size_t before = ss_mistakes_errors(mistakes);
    check(ss_policy_read(root, mistakes, &policy, NULL) == SS_OK);
    check((policy != NULL) == (ss_mistakes_errors(mistakes) == before));
    if (!policy)
        return;
    check(policy->campaign_count <= SS_CAMPAIGNS_MAX && policy->incentive_count <= SS_INCENTIVES_MAX);
    for (size_t i = 0; i < policy->campaign_count; i++)
        check_campaign(policy, &policy->campaigns[i]);
    for (size_t i = 0; i < policy->incentive_count; i++)
        check_incentive(&policy->incentives[i], i == 0);
    check(policy->guards.budget.per_day >= 0 && policy->guards.budget.in_all >= 0 && policy->learning.window > 0);
    check_share(policy->guards.margin_min);
    check_share(policy->guards.discount_max);
    ss_policy_release(&policy);
}

/* Rules or mistakes. */
static void read_access(const ss_yaml_node *node, ss_arena *arena, ss_mistakes *mistakes)
{
    ss_reserved reserved;
    size_t before = ss_mistakes_errors(mistakes);
    check(ss_reserved_read(node, arena, mistakes, &reserved) == SS_OK && reserved.count <= SS_RESERVED_RULES_MAX);
    for (unsigned i = 0; i < reserved.count && ss_mistakes_errors(mistakes) == before; i++) {
        const ss_reserved_rule *rule = &reserved.rules[i];
        const ss_listed_texts *texts = rule->products.texts;
        check(rule->segments > 0 && rule->segments < 1u << SS_SEGMENT_COUNT);
        check(texts[SS_LIST_ALLOW].count + texts[SS_LIST_CATEGORIES].count > 0);
        check(rule->from == SS_NO_TIME || rule->until == SS_NO_TIME || rule->from < rule->until);
    }
    ss_reserved_release(&reserved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ss_yaml_node *root = NULL;
    ss_arena *arena = ss_arena_new(4096, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("fuzz");
    check(arena && mistakes);
    check(ss_yaml_read((ss_slice){(const char *)data, size}, arena, mistakes, &root, NULL) == SS_OK);
    if (root) {
        read_numbers(root, arena, mistakes);
        read_shelves(root, mistakes);
        read_offers(root, mistakes);
        read_access(root, arena, mistakes);
        read_access(ss_yaml_entry(root, "access"), arena, mistakes);
    }
    check_places(mistakes, size);
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
    return 0;
}

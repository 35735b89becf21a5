#include "cli/command.h"
#include "cli/config_file.h"

#include "base/timestamp.h"
#include "offers/outlook.h"
#include "shelf/snapshot.h"
#include <string.h>

typedef struct check_settings {
    const char *store;
} check_settings;

static const ss_option check_options[] = {
    {"store", SS_OPTION_TEXT, offsetof(check_settings, store), 0, 0, NULL, NULL, "STORE|GENERATION",
     "Hold the file against a store: what its training tuned, which ids and categories are not in it, how many items "
     "have a cost."},
    {0},
};

static size_t check_groups(void *settings, ss_option_group *groups)
{
    groups[0] = (ss_option_group){NULL, NULL, check_options, settings};
    return 1;
}

/* ---- the settings in force, and where they come from ---- */

/* The value of one option of a shelf as text; visited alone. */
static ss_status take_value(void *context, const char *name, const ss_option *option, const char *value)
{
    (void)name;
    (void)option;
    snprintf(context, 32, "%s", value);
    return SS_OK;
}

static void value_of(const ss_shelf *shelf, const ss_option *option, char text[32])
{
    ss_shelf copy = *shelf;
    const ss_option alone[2] = {*option, {0}};
    const ss_option_group group = {NULL, NULL, alone, &copy};
    text[0] = '\0';
    ss_options_dump(&group, 1, take_value, text);
}

static void print_setting(const char *file, const ss_setting *setting, const char *instead)
{
    const char *value = setting->value ? setting->value : "[]";
    size_t size = strlen(value);
    /* `instead` may go on: who says so */
    bool same = instead && strncmp(instead, value, size) == 0 && (!instead[size] || instead[size] == ' ');
    printf("  %s: %s  (%s:%u:%u%s%s)\n", setting->path, value, file, setting->at.line, setting->at.column,
           same      ? ", as it is anyway"
           : instead ? ", instead of "
                     : "",
           same || !instead ? "" : instead);
}

static void print_shelf(const char *file, const ss_settings *settings, const ss_shelf *before, const char *origin)
{
    char value[32], instead[96];
    for (size_t i = 0; i < settings->count; i++) {
        value_of(before, settings->list[i].option, value);
        snprintf(instead, sizeof instead, "%s %s", value, origin);
        print_setting(file, &settings->list[i], instead);
    }
}

static void print_count(const char *section, const char *name, const char *list, size_t count)
{
    if (count > 0)
        printf("  %s.%s.%s: %zu listed\n", section, name, list, count);
}

static void print_lists(const char *shelf, const ss_listed *listed)
{
    if (!listed)
        return;
    for (unsigned kind = 0; kind < SS_LIST_COUNT; kind++)
        print_count("shelves", shelf, ss_list_name((ss_list_kind)kind), listed->texts[kind].count);
    print_count("shelves", shelf, "pins", listed->pin_count);
    print_count("shelves", shelf, "boosts", listed->boost_count);
}

static void print_sources(const ss_shelf *shelf)
{
    for (size_t i = 0; i < shelf->fallback_count; i++)
        printf("%s%s", i > 0 ? ", " : "", ss_source_name(shelf->fallbacks[i]));
}

static void print_fallbacks(const char *name, const ss_shelf *now, const ss_shelf *before)
{
    size_t size = now->fallback_count * sizeof *now->fallbacks;
    if (now->fallback_count == before->fallback_count && memcmp(now->fallbacks, before->fallbacks, size) == 0)
        return;
    printf("  shelves.%s.fallbacks: [", name);
    print_sources(now);
    fputs("]  (instead of [", stdout);
    print_sources(before);
    puts("])");
}

static void print_offers(const char *path, const ss_policy *policy)
{
    for (size_t i = 0; i < policy->given.count; i++) {
        const ss_setting *setting = &policy->given.list[i];
        print_setting(path, setting, setting->prefix ? NULL : setting->option->fallback);
    }
    for (size_t i = 0; i < policy->campaign_count; i++) {
        const ss_campaign *campaign = &policy->campaigns[i];
        print_count("offers.campaigns", campaign->name.data, "categories", campaign->category_count);
        print_count("offers.campaigns", campaign->name.data, "not-categories", campaign->not_category_count);
        print_count("offers.campaigns", campaign->name.data, "liked-categories", campaign->liked_category_count);
    }
}

static void print_time(const char *what, int64_t time)
{
    char text[SS_TIMESTAMP_TEXT];
    if (time == SS_NO_TIME)
        return;
    ss_timestamp_format(time, text);
    printf(", %s %s", what, text);
}

/* "  access.1: 2 items and 1 categories, for loyal and referral only, until …" */
static void print_access(const ss_reserved *access)
{
    for (unsigned i = 0; access && i < access->count; i++) {
        const ss_reserved_rule *rule = &access->rules[i];
        const char *between = "for ";
        printf("  access.%u: %zu items and %zu categories, ", i + 1, rule->products.texts[SS_LIST_ALLOW].count,
               rule->products.texts[SS_LIST_CATEGORIES].count);
        for (unsigned segment = 0; segment < SS_SEGMENT_COUNT; segment++)
            if (rule->segments >> segment & 1) {
                printf("%s%s", between, ss_segment_name((ss_segment)segment));
                between = " and ";
            }
        print_time("from", rule->from);
        print_time("until", rule->until);
        putchar('\n');
    }
}

static void print_options(const char *path, const ss_settings *settings)
{
    for (size_t i = 0; i < settings->count; i++)
        print_setting(path, &settings->list[i], settings->list[i].option->fallback);
}

static void print_settings(const char *path, const ss_config_file *file, const ss_snapshot *snapshot)
{
    ss_shelf defaults[SS_SHELF_COUNT];
    const ss_settings *settings = ss_config_file_settings(file);
    ss_shelves_default(defaults);
    const ss_shelf *before = snapshot ? snapshot->shelves : defaults;
    print_options(path, settings);
    print_options(path, ss_config_file_gateway(file));
    ss_shelf now[SS_SHELF_COUNT];
    const ss_shelf_settings *shelves = ss_config_file_shelves(file);
    memcpy(now, before, sizeof now);
    ss_shelf_settings_apply(shelves, now);
    for (unsigned i = 0; i < SS_SHELF_COUNT; i++) {
        ss_shelf_kind kind = (ss_shelf_kind)i;
        const char *name = ss_shelf_name(kind);
        print_shelf(path, ss_shelf_settings_options(shelves, kind), &before[i],
                    snapshot ? "of the generation" : "by default");
        print_fallbacks(name, &now[i], &before[i]);
        print_lists(name, ss_shelf_settings_listed(shelves, kind));
    }
    print_access(ss_shelf_settings_reserved(shelves));
    print_offers(path, ss_config_file_policy(file));
}

/* ---- whether offers can give anything ---- */

static ss_status print_outlook(const ss_policy *policy, const ss_snapshot *snapshot, ss_error *error)
{
    ss_outlook outlook;
    ss_status status = policy->given.count > 0 ? ss_outlook_take(policy, snapshot, NULL, &outlook, error) : SS_OK;
    if (status != SS_OK || policy->given.count == 0)
        return status;
    const char *obstacle = ss_outlook_obstacle(policy, &outlook);
    if (obstacle)
        printf("offers give nothing: %s\n", obstacle);
    else if (outlook.costed < outlook.priced)
        printf("offers: %u of %u items have a cost; the others are shown at their prices\n", outlook.costed,
               outlook.priced);
    return SS_OK;
}

/* ---- the command ---- */

/* What the store does not have is odd, no mistake: it may come. */
static ss_status warn_of_unknown(const char *path, const ss_config_file *file, const ss_snapshot *snapshot,
                                 ss_error *error)
{
    ss_mistakes *mistakes = ss_mistakes_new(path);
    if (!mistakes)
        return ss_error_nomem(error);
    ss_shelf_settings_check_items(ss_config_file_shelves(file), &snapshot->items, mistakes);
    ss_policy_check_items(ss_config_file_policy(file), &snapshot->items, mistakes);
    ss_config_file_print(mistakes);
    ss_mistakes_free(&mistakes);
    return SS_OK;
}

static ss_status run_check(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    const check_settings *settings = memory;
    ss_status status;
    ss_config_file *file = NULL;
    ss_snapshot *snapshot = NULL;
    SS_TRY(ss_command_operands(operands, 1, 1, error));
    SS_TRY(ss_config_file_check(operands->text[0], &file, error));
    if (settings->store)
        SS_TRY(ss_snapshot_open(settings->store, NULL, false, &snapshot, error));
    if (snapshot)
        SS_TRY(warn_of_unknown(operands->text[0], file, snapshot, error));
    printf("%s: good; what it sets:\n", operands->text[0]);
    if (!cli->quiet)
        print_settings(operands->text[0], file, snapshot);
    SS_TRY(print_outlook(ss_config_file_policy(file), snapshot, error));
out:
    ss_snapshot_release(&snapshot);
    ss_config_file_free(&file);
    return status;
}

const ss_command ss_command_check = {
    .name = "check",
    .operands = "CONFIG",
    .summary = "Find every mistake in a configuration file.",
    .description =
        "Tells each mistake with line, column and what was expected on standard error and ends with 1: also addresses\n"
        "that are none and key files that are missing or broken, as `serve` would find them on this machine. A good\n"
        "file's settings are listed with what each stands instead of, and why its offers could give nothing; it ends\n"
        "with 0.\n\n"
        "  smartshelf check smartshelf.yaml\n"
        "  smartshelf check smartshelf.yaml --store /srv/shelf",
    .settings_size = sizeof(check_settings),
    .groups = check_groups,
    .run = run_check,
};

#include "offers/policy_form.h"

#include "state/item_record.h"
#include "state/offer_ledger.h"
#include <stdio.h>
#include <stdlib.h>

#define NAME_BYTES  64u
#define MONEY       ((double)SS_LIVE_MONEY_MAX)
#define HOURS_MAX   (10 * 8760)
#define MINUTES_MAX (30 * 1440)
#define SEED_MAX    9e15

/* ---- tables ---- */

static const ss_option top_table[] = {
    {"time-zone", SS_OPTION_TEXT, offsetof(ss_policy_form, time_zone), 0, 0, "UTC", NULL, "ZONE",
     "Where the shop's days begin and its clocks stand: a name such as Europe/Berlin, UTC, or an offset such as "
     "+02:00."},
    {0},
};

static const ss_option guards_table[] = {
    {"tax", SS_OPTION_REAL, offsetof(ss_guards_form, tax), 0, 100, "0", NULL, NULL,
     "Tax that prices contain, in percent of the net price; costs are net."},
    {"margin-min", SS_OPTION_REAL, offsetof(ss_guards_form, margin_min), 0, 99, "10", NULL, NULL,
     "What must be left of an item's net price after its cost and all that is given, in percent of it."},
    {"cart-margin-min", SS_OPTION_REAL, offsetof(ss_guards_form, cart_margin_min), 0, 99, "10", NULL, NULL,
     "The same of a cart as a whole."},
    {"discount-max", SS_OPTION_REAL, offsetof(ss_guards_form, discount_max), 0, 100, "30", NULL, NULL,
     "The most that is ever given, in percent of the list price."},
    {"budget-per-day", SS_OPTION_TEXT, offsetof(ss_guards_form, budget_per_day), 0, 0, "0", NULL, "MONEY",
     "The most that all campaigns may give away in a day of the shop, in minor units, or unlimited. With 0 nothing is "
     "given away: products are shown at their prices."},
    {"budget", SS_OPTION_TEXT, offsetof(ss_guards_form, budget), 0, 0, SS_POLICY_UNLIMITED, NULL, "MONEY",
     "The same in all, over all days."},
    {"uses-max", SS_OPTION_INT, offsetof(ss_guards_form, uses_max), 0, SS_PARTY_USES_MAX, "1", NULL, NULL,
     "Codes that a customer may use within uses-days; 0: any number."},
    {"uses-days", SS_OPTION_INT, offsetof(ss_guards_form, uses_days), 1, 3650, "30", NULL, NULL,
     "The days in which they are counted."},
    {"shows-max", SS_OPTION_INT, offsetof(ss_guards_form, shows_max), 0, 1000000, "2", NULL, NULL,
     "Times that something is offered in a session; 0: any number."},
    {"cool-dismissed-hours", SS_OPTION_INT, offsetof(ss_guards_form, cool_dismissed_hours), 0, HOURS_MAX, "24", NULL,
     NULL, "Hours without offers after the visitor has dismissed one."},
    {"cool-bought-hours", SS_OPTION_INT, offsetof(ss_guards_form, cool_bought_hours), 0, HOURS_MAX, "72", NULL, NULL,
     "Hours without offers after a purchase."},
    {"discount-reduced", SS_OPTION_FLAG, offsetof(ss_guards_form, discount_reduced), 0, 0, "false", NULL, NULL,
     "May items be discounted whose price is reduced already?"},
    {"stacking", SS_OPTION_FLAG, offsetof(ss_guards_form, stacking), 0, 0, "false", NULL, NULL,
     "May one order take several codes, and a visitor have several offers at a time?"},
    {0},
};

static const ss_option learning_table[] = {
    {"seed", SS_OPTION_INT, offsetof(ss_learning_form, seed), 0, SEED_MAX, "1", NULL, NULL,
     "Of the random numbers of decisions, and of who is held out: the same seed decides the same."},
    {"window-hours", SS_OPTION_INT, offsetof(ss_learning_form, window_hours), 1, 8760, "24", NULL, NULL,
     "Hours after a decision in which what the visitor buys counts as its outcome."},
    {"explore", SS_OPTION_FLAG, offsetof(ss_learning_form, explore), 0, 0, "true", NULL, NULL,
     "Try out what may be better (Thompson sampling); false: take what is best by what is known."},
    {"strength", SS_OPTION_REAL, offsetof(ss_learning_form, strength), 0.1, 1000000, "400", NULL, NULL,
     "How many visitors of a segment must have met an incentive until that counts for as much as what is expected of "
     "it beforehand; more: learns slower, errs less."},
    {0},
};

static const ss_option incentive_table[] = {
    {"percent", SS_OPTION_REAL, offsetof(ss_incentive_form, percent), 0.01, 100, NULL, NULL, NULL,
     "So many percent off."},
    {"amount", SS_OPTION_INT, offsetof(ss_incentive_form, amount), 1, MONEY, NULL, NULL, NULL,
     "So many minor units off."},
    {"free-shipping", SS_OPTION_INT, offsetof(ss_incentive_form, free_shipping), 1, MONEY, NULL, NULL, NULL,
     "No shipping, which costs the shop so many minor units."},
    {"cashback", SS_OPTION_REAL, offsetof(ss_incentive_form, cashback), 0.01, 100, NULL, NULL, NULL,
     "So many percent of what is paid, to spend next time."},
    {"points", SS_OPTION_INT, offsetof(ss_incentive_form, points), 1, 1e9, NULL, NULL, NULL, "So many loyalty points,"},
    {"worth", SS_OPTION_INT, offsetof(ss_incentive_form, worth), 1, 1e9, NULL, NULL, NULL,
     "each of which costs the shop so many minor units (default 1)."},
    {"gift", SS_OPTION_TEXT, offsetof(ss_incentive_form, gift), 0, 0, NULL, NULL, "ID",
     "One of this product, as long as it is in stock and its cost is known."},
    {"bundle", SS_OPTION_REAL, offsetof(ss_incentive_form, bundle), 0.01, 100, NULL, NULL, NULL,
     "The product on the page and another together for so many percent less."},
    {"value-min", SS_OPTION_INT, offsetof(ss_incentive_form, value_min), 0, MONEY, NULL, NULL, NULL,
     "Only on products and carts of at least so many minor units (default 0)."},
    {0},
};

static const ss_option campaign_table[] = {
    {"enabled", SS_OPTION_FLAG, offsetof(ss_campaign_form, enabled), 0, 0, "true", NULL, NULL,
     "Does it take part at all?"},
    {"page", SS_OPTION_CHOICE, offsetof(ss_campaign_form, page), 0, 0, NULL, "home|product|cart", NULL,
     "The page that it belongs to; a new campaign must name it."},
    {"priority", SS_OPTION_INT, offsetof(ss_campaign_form, priority), 0, 1000000, "0", NULL, NULL,
     "Of several campaigns that may be shown the highest is taken; of equal ones the first."},
    {"segments", SS_OPTION_TEXTS, offsetof(ss_campaign_form, segments), 0, 0, NULL, NULL, "NAME",
     "Only for visitors of one of these: new, returning, loyal, at_risk, lapsed, cart_abandoner, birthday, referral; "
     "empty: for all."},
    {"not-segments", SS_OPTION_TEXTS, offsetof(ss_campaign_form, not_segments), 0, 0, NULL, NULL, "NAME",
     "For no visitor of these."},
    {"cart-min", SS_OPTION_INT, offsetof(ss_campaign_form, cart_min), 0, MONEY, "0", NULL, NULL,
     "Least value of the visitor's cart, in minor units."},
    {"cart-max", SS_OPTION_TEXT, offsetof(ss_campaign_form, cart_max), 0, 0, SS_POLICY_UNLIMITED, NULL, "MONEY",
     "Greatest value of it, or unlimited."},
    {"incentives", SS_OPTION_TEXTS, offsetof(ss_campaign_form, incentives), 0, 0, NULL, NULL, "NAME",
     "What it may give: names of incentives. Giving nothing but showing products is always weighed beside them."},
    {"price-cut", SS_OPTION_FLAG, offsetof(ss_campaign_form, price_cut), 0, 0, "false", NULL, NULL,
     "It calls a lower price a price cut: never above the lowest of the last 30 days."},
    {"message-key", SS_OPTION_TEXT, offsetof(ss_campaign_form, message_key), 0, 0, NULL, NULL, "KEY",
     "What the page looks its message up by; by default the campaign's name."},
    {"variants", SS_OPTION_TEXTS, offsetof(ss_campaign_form, variants), 0, 0, NULL, NULL, "NAME",
     "Variants of the message, given to visitors in equal shares; at most 8."},
    {"lifetime-minutes", SS_OPTION_INT, offsetof(ss_campaign_form, lifetime_minutes), 1, MINUTES_MAX, "30", NULL, NULL,
     "How long its offers are good."},
    {"holdout", SS_OPTION_REAL, offsetof(ss_campaign_form, holdout), 0, 100, "10", NULL, NULL,
     "Share of visitors, in percent, who are never shown it, so that what it brings can be measured."},
    {"limit", SS_OPTION_INT, offsetof(ss_campaign_form, limit), 1, SS_OFFERS_MAX, "3", NULL, NULL,
     "Most products offered at a time."},
    {"budget-per-day", SS_OPTION_TEXT, offsetof(ss_campaign_form, budget_per_day), 0, 0, SS_POLICY_UNLIMITED, NULL,
     "MONEY", "The most that it may give away in a day of the shop, in minor units, or unlimited: within that of all."},
    {"budget", SS_OPTION_TEXT, offsetof(ss_campaign_form, budget), 0, 0, SS_POLICY_UNLIMITED, NULL, "MONEY",
     "The same in all."},
    {0},
};

static const ss_option triggers_table[] = {
    {"mouse-out", SS_OPTION_FLAG, offsetof(ss_campaign_form, mouse_out), 0, 0, "true", NULL, NULL,
     "Hint for the page: ask when the pointer leaves it."},
    {"back-button", SS_OPTION_FLAG, offsetof(ss_campaign_form, back_button), 0, 0, "false", NULL, NULL,
     "Ask when the visitor goes back."},
    {"idle-seconds", SS_OPTION_INT, offsetof(ss_campaign_form, idle_seconds), 0, 86400, "0", NULL, NULL,
     "Ask after so many seconds without a move; 0: never."},
    {0},
};

static const ss_option schedule_table[] = {
    {"from", SS_OPTION_TEXT, offsetof(ss_campaign_form, from), 0, 0, NULL, NULL, "DATE",
     "The first day, 2026-11-01, or a time of the shop's clock, 2026-11-01T18:00; with Z or an offset of that one."},
    {"until", SS_OPTION_TEXT, offsetof(ss_campaign_form, until), 0, 0, NULL, NULL, "DATE",
     "The last day, all of it, or the time at which it ends."},
    {"weekdays", SS_OPTION_TEXTS, offsetof(ss_campaign_form, weekdays), 0, 0, NULL, NULL, "DAY",
     "Only on these: mon, tue, wed, thu, fri, sat, sun; empty: on any."},
    {"hours", SS_OPTION_TEXT, offsetof(ss_campaign_form, hours), 0, 0, NULL, NULL, "HOURS",
     "Only in these hours of the shop's clock: \"08:00-22:00\"; over midnight: \"22:00-02:00\", which counts to the "
     "day "
     "it begins on."},
    {0},
};

static const char *const categories_help[SS_LIST_COUNT] = {
    [SS_LIST_CATEGORIES] = "Only products of these categories. [a list of names; empty: any]",
    [SS_LIST_NOT_CATEGORIES] = "No products of these categories. [a list of names]",
    [SS_LIST_LIKED_CATEGORIES] =
        "Only for visitors who buy most of one of these categories. [a list of names; empty: for anybody]",
};

/* Groups of named ones have a prefix, by which cli/cli_check.c knows that the tables' defaults need not be theirs. */
#define CAMPAIGN_PARTS 3u
static void campaign_parts(ss_campaign_form *form, ss_settings_part parts[CAMPAIGN_PARTS])
{
    parts[0] = (ss_settings_part){"", {NULL, "campaign", campaign_table, form}};
    parts[1] = (ss_settings_part){"triggers", {NULL, "campaign", triggers_table, form}};
    parts[2] = (ss_settings_part){"schedule", {NULL, "campaign", schedule_table, form}};
}

#define TOP_PARTS 3u
static void top_parts(ss_policy_form *form, ss_settings_part parts[TOP_PARTS])
{
    parts[0] = (ss_settings_part){"", {NULL, NULL, top_table, form}};
    parts[1] = (ss_settings_part){"guards", {NULL, NULL, guards_table, &form->guards}};
    parts[2] = (ss_settings_part){"learning", {NULL, NULL, learning_table, &form->learning}};
}

static void apply(const ss_settings *settings, const ss_settings_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ss_settings_apply(settings, &parts[i].group, 1);
}

static void set_defaults(const ss_settings_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ss_options_defaults(&parts[i].group, 1);
}

/* ---- what is there without a file ---- */

typedef struct default_incentive {
    const char *name;
    ss_incentive_form form;
} default_incentive;

static const default_incentive default_incentives[] = {
    {"percent-5", {.percent = 5}},
    {"percent-10", {.percent = 10}},
    {"free-shipping", {.free_shipping = 490}},
    {"cashback-15", {.cashback = 15}},
};
#define DEFAULT_INCENTIVES (sizeof default_incentives / sizeof *default_incentives)

static const char *const default_campaigns[] = {"dont_go", "lightning", "last_chance"};
#define DEFAULT_CAMPAIGNS (sizeof default_campaigns / sizeof *default_campaigns)

static void set_dont_go(ss_campaign_form *form)
{
    form->page = SS_PAGE_HOME;
    form->back_button = true;
    form->idle_seconds = 60;
    form->incentives = (ss_texts){{"percent-5", "percent-10", "cashback-15"}, 3};
}

static void set_lightning(ss_campaign_form *form)
{
    form->page = SS_PAGE_PRODUCT;
    form->price_cut = true;
    form->lifetime_minutes = 20;
    form->limit = 2;
    form->incentives = (ss_texts){{"percent-5", "percent-10"}, 2};
}

static void set_last_chance(ss_campaign_form *form)
{
    form->page = SS_PAGE_CART;
    form->back_button = true;
    form->cart_min = 1;
    form->incentives = (ss_texts){{"percent-5", "percent-10", "free-shipping", "cashback-15"}, 4};
}

/* A campaign of that name before the file says anything of it. */
static void begin_campaign(const char *name, ss_campaign_form *form)
{
    static void (*const set[DEFAULT_CAMPAIGNS])(ss_campaign_form *) = {set_dont_go, set_lightning, set_last_chance};
    ss_settings_part parts[CAMPAIGN_PARTS];
    *form = (ss_campaign_form){0};
    campaign_parts(form, parts);
    set_defaults(parts, CAMPAIGN_PARTS);
    form->page = SS_PAGE_COUNT;
    form->message_key = name;
    for (size_t i = 0; i < DEFAULT_CAMPAIGNS; i++)
        if (strcmp(name, default_campaigns[i]) == 0)
            set[i](form);
}

/* ---- names ---- */

/* What maps of named ones are read with. */
typedef struct reader {
    ss_policy_form *form;
    ss_mistakes *mistakes;
    ss_status status;
} reader;

typedef struct named_list {
    const char *what; /* "incentive" */
    ss_named_form *list;
    size_t *count, most;
} named_list;

static bool is_name(ss_slice name)
{
    for (size_t i = 0; i < name.size; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", name.data[i]))
            return false;
    return name.size > 0 && name.size <= NAME_BYTES;
}

static const ss_named_form *find_named(const named_list *in, ss_slice name)
{
    for (size_t i = 0; i < *in->count; i++)
        if (ss_settings_same_name(name, ss_slice_of(in->list[i].name)))
            return &in->list[i];
    return NULL;
}

static bool may_be_named(const reader *at, const named_list *in, const ss_yaml_node *node, const char *path)
{
    const ss_named_form *before = find_named(in, node->key);
    if (!is_name(node->key))
        ss_mistakes_add(at->mistakes, node->key_at, path,
                        "found '%.64s', expected a name of 1 to %u of a-z, 0-9, _ and -", node->key.data, NAME_BYTES);
    else if (ss_slice_equal(node->key, SS_SLICE_LITERAL("none")) ||
             ss_slice_equal(node->key, SS_SLICE_LITERAL("nothing")))
        ss_mistakes_add(at->mistakes, node->key_at, path, "'%s' is taken: it stands for giving nothing",
                        node->key.data);
    else if (before && ss_slice_equal(node->key, ss_slice_of(before->name)))
        return false; /* told when the file was read */
    else if (before)
        ss_mistakes_add(at->mistakes, node->key_at, path, "given twice, first on line %u as %s", before->at.line,
                        before->name);
    else if (*in->count == in->most)
        ss_mistakes_add(at->mistakes, node->key_at, path, "found one more %s, expected at most %zu", in->what,
                        in->most);
    else
        return true;
    return false;
}

/* A new one at the list's end, not yet counted; NULL: no memory. */
static ss_named_form *begin_named(reader *at, const named_list *in, const ss_yaml_node *node, const char *default_name)
{
    ss_named_form *new = &in->list[*in->count];
    *new = (ss_named_form){.at = node->key_at};
    new->name = default_name ? default_name : ss_arena_copy(at->form->arena, node->key);
    if (new->name)
        return new;
    at->status = SS_E_NOMEM;
    return NULL;
}

typedef void (*named_read)(reader *at, const ss_yaml_node *node, const char *path);

static void read_named(reader *at, const ss_yaml_node *map, const char *path, const named_list *in, named_read read)
{
    char found[96], where[SS_YAML_PATH_MAX];
    if (map->kind != SS_YAML_MAP && !ss_yaml_is_nothing(map)) {
        ss_yaml_describe(map, found, sizeof found);
        ss_mistakes_add(at->mistakes, map->at, path, "found %s, expected a map from names to %ss", found, in->what);
        return;
    }
    for (const ss_yaml_node *node = map->first; node && at->status == SS_OK; node = node->next) {
        ss_yaml_path(where, path, node->key);
        if (may_be_named(at, in, node, where))
            read(at, node, where);
    }
}

/* ---- incentives ---- */

static named_list incentives_of(ss_policy_form *form)
{
    return (named_list){"incentive", form->incentives, &form->incentive_count, SS_INCENTIVES_MAX - 1};
}

static const char *default_incentive_name(ss_slice name)
{
    for (size_t i = 0; i < DEFAULT_INCENTIVES; i++)
        if (ss_settings_same_name(name, ss_slice_of(default_incentives[i].name)))
            return default_incentives[i].name;
    return NULL;
}

/* What the file says of an incentive is all of it: there is little to take over from a default one. */
static void read_incentive(reader *at, const ss_yaml_node *node, const char *path)
{
    named_list in = incentives_of(at->form);
    ss_named_form *new = begin_named(at, &in, node, default_incentive_name(node->key));
    if (!new)
        return;
    const ss_settings_part part = {"", {NULL, "incentive", incentive_table, &new->is.incentive}};
    const ss_settings_schema schema = {.parts = &part, .part_count = 1};
    size_t before = ss_mistakes_errors(at->mistakes);
    at->form->incentive_count++;
    at->status = ss_settings_read(node, path, &schema, at->form->arena, at->mistakes, &new->settings, NULL);
    new->wrong = ss_mistakes_errors(at->mistakes) > before;
    apply(&new->settings, &part, 1); /* texts of the arena, where the tree's were */
}

static void read_incentives(void *context, const ss_yaml_node *node, const char *path)
{
    reader *at = context;
    named_list in = incentives_of(at->form);
    read_named(at, node, path, &in, read_incentive);
}

static void add_default_incentives(ss_policy_form *form)
{
    named_list in = incentives_of(form);
    for (size_t i = 0; i < DEFAULT_INCENTIVES && form->incentive_count < in.most; i++)
        if (!find_named(&in, ss_slice_of(default_incentives[i].name)))
            form->incentives[form->incentive_count++] =
                (ss_named_form){.name = default_incentives[i].name, .is.incentive = default_incentives[i].form};
}

/* ---- campaigns ---- */

static named_list campaigns_of(ss_policy_form *form)
{
    return (named_list){"campaign", form->campaigns, &form->campaign_count, SS_CAMPAIGNS_MAX};
}

static const char *default_campaign_name(ss_slice name)
{
    for (size_t i = 0; i < DEFAULT_CAMPAIGNS; i++)
        if (ss_settings_same_name(name, ss_slice_of(default_campaigns[i])))
            return default_campaigns[i];
    return NULL;
}

/* What the readers of a campaign's categories are given. */
typedef struct category_reader {
    reader *at;
    ss_listed *listed;
} category_reader;

static void read_texts(const category_reader *of, ss_list_kind kind, const ss_yaml_node *node, const char *path)
{
    ss_status status = ss_listed_read_texts(of->listed, kind, node, path, of->at->form->arena, of->at->mistakes);
    if (of->at->status == SS_OK)
        of->at->status = status;
}

static void read_categories(void *context, const ss_yaml_node *node, const char *path)
{
    read_texts(context, SS_LIST_CATEGORIES, node, path);
}

static void read_not_categories(void *context, const ss_yaml_node *node, const char *path)
{
    read_texts(context, SS_LIST_NOT_CATEGORIES, node, path);
}

static void read_liked_categories(void *context, const ss_yaml_node *node, const char *path)
{
    read_texts(context, SS_LIST_LIKED_CATEGORIES, node, path);
}

static const ss_settings_extra category_readers[] = {
    {"categories", read_categories, NULL},
    {"not-categories", read_not_categories, NULL},
    {"liked-categories", read_liked_categories, NULL},
    {0},
};

static void read_campaign(reader *at, const ss_yaml_node *node, const char *path)
{
    static const ss_shelf no_shelf;
    ss_campaign_form checked;
    ss_settings_part parts[CAMPAIGN_PARTS];
    named_list in = campaigns_of(at->form);
    ss_named_form *new = begin_named(at, &in, node, default_campaign_name(node->key));
    if (!new)
        return;
    size_t before = ss_mistakes_errors(at->mistakes);
    begin_campaign(new->name, &new->is.campaign);
    at->form->campaign_count++;
    category_reader of = {at, &new->is.campaign.listed};
    const ss_settings_schema schema = {parts, CAMPAIGN_PARTS, category_readers, &of};
    campaign_parts(&checked, parts);
    set_defaults(parts, CAMPAIGN_PARTS);
    ss_status status = ss_settings_read(node, path, &schema, at->form->arena, at->mistakes, &new->settings, NULL);
    if (at->status == SS_OK)
        at->status = status;
    new->wrong = ss_mistakes_errors(at->mistakes) > before;
    campaign_parts(&new->is.campaign, parts);
    apply(&new->settings, parts, CAMPAIGN_PARTS);
    ss_listed_check(&new->is.campaign.listed, &no_shelf, path, at->mistakes);
}

static void read_campaigns(void *context, const ss_yaml_node *node, const char *path)
{
    reader *at = context;
    named_list in = campaigns_of(at->form);
    read_named(at, node, path, &in, read_campaign);
}

static void add_default_campaigns(ss_policy_form *form)
{
    named_list in = campaigns_of(form);
    for (size_t i = 0; i < DEFAULT_CAMPAIGNS && form->campaign_count < in.most; i++)
        if (!find_named(&in, ss_slice_of(default_campaigns[i]))) {
            ss_named_form *new = &form->campaigns[form->campaign_count++];
            *new = (ss_named_form){.name = default_campaigns[i]};
            begin_campaign(new->name, &new->is.campaign);
        }
}

/* ---- reading ---- */

static const ss_settings_extra named_readers[] = {
    {"incentives", read_incentives, "What may be given, by name."},
    {"campaigns", read_campaigns, "When, to whom and what."},
    {0},
};

static ss_status read_map(const ss_yaml_node *offers, ss_mistakes *mistakes, ss_policy_form *form, ss_error *error)
{
    ss_policy_form checked;
    ss_settings_part parts[TOP_PARTS];
    reader at = {form, mistakes, SS_OK};
    const ss_settings_schema schema = {parts, TOP_PARTS, named_readers, &at};
    top_parts(&checked, parts);
    set_defaults(parts, TOP_PARTS);
    ss_status status = ss_settings_read(offers, "offers", &schema, form->arena, mistakes, &form->settings, error);
    top_parts(form, parts);
    apply(&form->settings, parts, TOP_PARTS);
    if (status == SS_OK && at.status != SS_OK)
        status = ss_error_nomem(error);
    return status;
}

ss_status ss_policy_form_read(const ss_yaml_node *offers, ss_arena *arena, ss_mistakes *mistakes, ss_policy_form *form,
                              ss_error *error)
{
    ss_settings_part parts[TOP_PARTS];
    *form = (ss_policy_form){.arena = arena};
    form->incentives = calloc(SS_INCENTIVES_MAX, sizeof *form->incentives);
    form->campaigns = calloc(SS_CAMPAIGNS_MAX, sizeof *form->campaigns);
    if (!form->incentives || !form->campaigns)
        return ss_error_nomem(error);
    top_parts(form, parts);
    set_defaults(parts, TOP_PARTS);
    ss_status status = offers ? read_map(offers, mistakes, form, error) : SS_OK;
    add_default_incentives(form);
    add_default_campaigns(form);
    return status;
}

void ss_policy_form_release(ss_policy_form *form)
{
    for (size_t i = 0; i < form->incentive_count; i++)
        ss_settings_release(&form->incentives[i].settings);
    for (size_t i = 0; i < form->campaign_count; i++) {
        ss_settings_release(&form->campaigns[i].settings);
        ss_listed_release(&form->campaigns[i].is.campaign.listed);
    }
    ss_settings_release(&form->settings);
    free(form->incentives);
    free(form->campaigns);
    *form = (ss_policy_form){0};
}

/* ---- writing ---- */

#define INDENT 4u

/* The keys of an incentive that say something, as a map on one line. */
typedef struct line_writer {
    ss_buffer *out;
    bool begun;
} line_writer;

static ss_status write_key(void *context, const char *name, const ss_option *option, const char *value)
{
    line_writer *at = context;
    if (strcmp(value, "0") == 0)
        return SS_OK;
    ss_status status = ss_buffer_printf(at->out, "%s%s: ", at->begun ? ", " : "", name);
    at->begun = true;
    if (status != SS_OK)
        return status;
    return option->type == SS_OPTION_TEXT ? ss_settings_write_text(ss_slice_of(value), at->out)
                                          : ss_buffer_append_text(at->out, value);
}

static ss_status write_incentive(const ss_named_form *form, ss_buffer *out)
{
    ss_status status;
    ss_incentive_form copy = form->is.incentive;
    line_writer at = {out, false};
    const ss_option_group group = {NULL, NULL, incentive_table, &copy};
    SS_TRY(ss_buffer_printf(out, "%*s%s: {", (int)INDENT, "", form->name));
    SS_TRY(ss_options_dump(&group, 1, write_key, &at));
    SS_TRY(ss_buffer_append_text(out, "}\n"));
out:
    return status;
}

static ss_status write_incentive_help(ss_buffer *out)
{
    char expected[160], comment[512];
    ss_status status =
        ss_settings_write_comment("What may be given, by name: one of these keys, and value-min.", 2, out);
    for (const ss_option *option = incentive_table; option->name && status == SS_OK; option++) {
        ss_option_expected(option, expected, sizeof expected);
        snprintf(comment, sizeof comment, "- %s: %s [%s]", option->name, option->help, expected);
        status = ss_settings_write_comment(comment, 2, out);
    }
    return status;
}

static ss_status write_incentives(const ss_policy_form *form, bool comments, ss_buffer *out)
{
    ss_status status = SS_OK;
    if (comments)
        SS_TRY(write_incentive_help(out));
    SS_TRY(ss_buffer_append_text(out, "  incentives:\n"));
    for (size_t i = 0; i < form->incentive_count; i++)
        SS_TRY(write_incentive(&form->incentives[i], out));
out:
    return status;
}

static ss_status write_categories(const ss_listed *listed, ss_list_kind kind, bool comments, ss_buffer *out)
{
    ss_status status = SS_OK;
    const ss_listed_texts *texts = &listed->texts[kind];
    if (comments)
        SS_TRY(ss_settings_write_comment(categories_help[kind], INDENT + 2, out));
    SS_TRY(ss_buffer_printf(out, "%*s%s: [", (int)INDENT + 2, "", ss_list_name(kind)));
    for (size_t i = 0; i < texts->count; i++) {
        SS_TRY(ss_buffer_append_text(out, i ? ", " : ""));
        SS_TRY(ss_settings_write_text(texts->list[i].text, out));
    }
    SS_TRY(ss_buffer_append_text(out, "]\n"));
out:
    return status;
}

static ss_status write_campaign(const ss_named_form *form, bool comments, ss_buffer *out)
{
    ss_status status;
    ss_campaign_form copy = form->is.campaign;
    ss_settings_part parts[CAMPAIGN_PARTS];
    campaign_parts(&copy, parts);
    SS_TRY(ss_buffer_printf(out, "%*s%s:\n", (int)INDENT, "", form->name));
    SS_TRY(ss_settings_write(parts, CAMPAIGN_PARTS, INDENT + 2, comments, out));
    SS_TRY(write_categories(&copy.listed, SS_LIST_CATEGORIES, comments, out));
    SS_TRY(write_categories(&copy.listed, SS_LIST_NOT_CATEGORIES, comments, out));
    SS_TRY(write_categories(&copy.listed, SS_LIST_LIKED_CATEGORIES, comments, out));
out:
    return status;
}

static ss_status write_campaigns(const ss_policy_form *form, bool comments, ss_buffer *out)
{
    ss_status status = SS_OK;
    if (comments)
        SS_TRY(ss_settings_write_comment("When, to whom and what. A file that names one of these changes only what it "
                                         "gives; other names are new campaigns; enabled: false takes one away.",
                                         2, out));
    SS_TRY(ss_buffer_append_text(out, "  campaigns:\n"));
    for (size_t i = 0; i < form->campaign_count; i++)
        SS_TRY(write_campaign(&form->campaigns[i], comments && i == 0, out));
out:
    return status;
}

ss_status ss_policy_form_write(const ss_policy_form *form, bool comments, ss_buffer *out)
{
    ss_status status;
    ss_policy_form copy = *form;
    ss_settings_part parts[TOP_PARTS];
    top_parts(&copy, parts);
    SS_TRY(ss_buffer_append_text(out, "offers:\n"));
    SS_TRY(ss_settings_write(parts, TOP_PARTS, 2, comments, out));
    SS_TRY(write_incentives(form, comments, out));
    SS_TRY(write_campaigns(form, comments, out));
out:
    return status;
}

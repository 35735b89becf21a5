#include "offers/policy.h"

#include "base/dictionary.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "offers/policy_form.h"
#include "state/item_record.h"
#include "state/offer_record.h"
#include "store/strings.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BLOCK   4096u
#define VARIANT_BYTES 64u /* and of a message's key */
#define MINUTE        (60 * SS_SECOND)
#define HOUR          (60 * MINUTE)
#define DATE_LETTERS  10u /* 2026-11-01 */
#define WEEKDAYS      7u

/* ---- names ---- */

static const char *const kind_names[SS_INCENTIVE_KINDS] = {"none",     "percent", "amount", "free_shipping",
                                                           "cashback", "points",  "gift",   "bundle"};

const char *ss_incentive_kind_name(ss_incentive_kind kind)
{
    return (unsigned)kind < SS_INCENTIVE_KINDS ? kind_names[kind] : NULL;
}

static const char *const page_names[SS_PAGE_COUNT] = {"home", "product", "cart"};

const char *ss_offer_page_name(ss_offer_page page)
{
    return (unsigned)page < SS_PAGE_COUNT ? page_names[page] : NULL;
}

ss_offer_page ss_offer_page_find(ss_slice name)
{
    unsigned page = 0;
    while (page < SS_PAGE_COUNT && !ss_slice_equal(name, ss_slice_of(page_names[page])))
        page++;
    return (ss_offer_page)page;
}

/* ---- what the checks are given ---- */

typedef struct maker {
    const ss_policy_form *form;
    ss_policy *policy;
    ss_mistakes *mistakes; /* NULL: the defaults, which have none */
    size_t errors_before;  /* of other maps */
    bool no_memory;
} maker;

/* One map of the file: where what its settings do not go together with, and what it lacks, is told. */
typedef struct place {
    maker *make;
    const ss_settings *settings;
    ss_mark at; /* of the map's key */
    char path[SS_YAML_PATH_MAX];
} place;

static const ss_setting *given(const place *in, const char *name)
{
    for (size_t i = 0; i < in->settings->count; i++)
        if (strcmp(in->settings->list[i].option->name, name) == 0)
            return &in->settings->list[i];
    return NULL;
}

/* The one text of a list; texts of lists that the file does not give are those of no setting. */
static const ss_setting *given_text(const place *in, const char *text)
{
    for (size_t i = 0; i < in->settings->count; i++)
        if (in->settings->list[i].value == text)
            return &in->settings->list[i];
    return NULL;
}

static place place_of(maker *make, const char *under, const ss_named_form *form)
{
    place in = {.make = make, .settings = &form->settings, .at = form->at};
    ss_yaml_path(in.path, under, ss_slice_of(form->name));
    return in;
}

/* At a setting, or where the file does not give it at the map; `name`: the key of the setting. */
__attribute__((format(printf, 5, 6))) static void tell(const place *in, const ss_setting *setting, const char *name,
                                                       bool warning, const char *format, ...)
{
    char text[SS_MISTAKE_TEXT_MAX], path[SS_YAML_PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ss_yaml_path(path, in->path, ss_slice_of(name));
    const char *where = setting ? setting->path : *name ? path : in->path;
    ss_mark at = setting ? setting->at : in->at;
    if (warning)
        ss_mistakes_warn(in->make->mistakes, at, where, "%s", text);
    else
        ss_mistakes_add(in->make->mistakes, at, where, "%s", text);
}

/* ---- values ---- */

static int64_t basis_points(const place *in, const char *name, double percent)
{
    double points = round(percent * 100);
    if (fabs(percent * 100 - points) > 1e-6)
        tell(in, given(in, name), name, false, "found '%.15g', expected at most two decimals", percent);
    return (int64_t)points;
}

/* Minor units, or "unlimited". */
static int64_t money(const place *in, const char *name, const char *text)
{
    long long value;
    if (strcmp(text, SS_POLICY_UNLIMITED) == 0)
        return SS_BUDGET_NONE;
    if (ss_slice_to_i64(ss_slice_of(text), &value) && value >= 0 && value <= SS_LIVE_MONEY_MAX)
        return value;
    tell(in, given(in, name), name, false, "found '%.64s', expected a whole number of minor units, 0 to %lld, or %s",
         text, (long long)SS_LIVE_MONEY_MAX, SS_POLICY_UNLIMITED);
    return SS_BUDGET_NONE;
}

static ss_budget budget_of(const place *in, const char *per_day, const char *in_all)
{
    ss_budget budget = {money(in, "budget-per-day", per_day), money(in, "budget", in_all)};
    if (budget.per_day != SS_BUDGET_NONE && budget.per_day > budget.in_all && given(in, "budget-per-day"))
        tell(in, given(in, "budget-per-day"), "budget-per-day", true, "found %lld, more than the budget in all: %lld",
             (long long)budget.per_day, (long long)budget.in_all);
    return budget;
}

static ss_slice text_of(const place *in, const char *name, const char *text, size_t most)
{
    size_t size = text ? strlen(text) : 0;
    if (size == 0 || size > most)
        tell(in, given(in, name), name, false, "found a text of %zu bytes, expected 1 to %zu", size, most);
    return (ss_slice){text, size};
}

/* What may stand in a list: bit i of the result is known[i]. */
typedef struct known_names {
    const char *what; /* "a segment" */
    const char *const *names;
    size_t count;
} known_names;

static void unknown_name(const place *in, const char *name, const char *text, const known_names *known)
{
    const char *nearest = ss_settings_nearest(text, known->names, known->count);
    tell(in, given_text(in, text), name, false, "found '%.64s', expected %s%s%s%s", text, known->what,
         nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

static uint64_t bits_of(const place *in, const char *name, const ss_texts *texts, const known_names *known)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < texts->count; i++) {
        size_t found = 0;
        while (found < known->count &&
               !ss_settings_same_name(ss_slice_of(texts->text[i]), ss_slice_of(known->names[found])))
            found++;
        if (found == known->count)
            unknown_name(in, name, texts->text[i], known);
        else if (bits & UINT64_C(1) << found)
            tell(in, given_text(in, texts->text[i]), name, false, "'%s' stands here twice", texts->text[i]);
        else
            bits |= UINT64_C(1) << found;
    }
    return bits;
}

/* ---- guards and learning ---- */

static void make_guards(maker *make)
{
    const ss_guards_form *form = &make->form->guards;
    const place in = {make, &make->form->settings, {0}, "offers.guards"};
    make->policy->guards = (ss_guards){
        .tax = basis_points(&in, "tax", form->tax),
        .margin_min = basis_points(&in, "margin-min", form->margin_min),
        .cart_margin_min = basis_points(&in, "cart-margin-min", form->cart_margin_min),
        .discount_max = basis_points(&in, "discount-max", form->discount_max),
        .budget = budget_of(&in, form->budget_per_day, form->budget),
        .uses_max = form->uses_max,
        .uses_period = form->uses_days * SS_DAY,
        .shows_max = form->shows_max,
        .cool_dismissed = form->cool_dismissed_hours * HOUR,
        .cool_bought = form->cool_bought_hours * HOUR,
        .discount_reduced = form->discount_reduced,
        .stacking = form->stacking,
    };
    const ss_budget *budget = &make->policy->guards.budget;
    if (given(&in, "budget") && budget->in_all != SS_BUDGET_NONE && budget->in_all > 0 && budget->per_day == 0)
        tell(&in, given(&in, "budget"), "budget", true, "with budget-per-day: 0 nothing is given away");
}

static void make_learning(maker *make)
{
    const ss_learning_form *form = &make->form->learning;
    make->policy->learning =
        (ss_learning){(uint64_t)form->seed, form->window_hours * HOUR, form->explore, form->strength};
}

/* Any zone does where the shop's is none, so that schedules can be looked at all the same. */
static ss_status make_zone(maker *make, ss_error *error)
{
    ss_error reason;
    const place in = {make, &make->form->settings, {0}, "offers"};
    ss_status status = ss_zone_new(make->form->time_zone, &make->policy->zone, &reason);
    if (status != SS_E_NOT_FOUND)
        return status == SS_OK ? SS_OK : ss_error_nomem(error);
    tell(&in, given(&in, "time-zone"), "time-zone", false, "%s: found '%.64s', expected %s", reason.message,
         make->form->time_zone, reason.expected);
    return ss_zone_new("UTC", &make->policy->zone, error);
}

/* ---- incentives ---- */

typedef struct kind_value {
    const char *name;
    ss_incentive_kind kind;
    bool is_given;
} kind_value;

/* Which one it is, of those that it could be. */
static ss_incentive_kind kind_of(const place *in, const ss_incentive_form *form, bool wrong)
{
    const kind_value values[] = {
        {"percent", SS_INCENTIVE_PERCENT, form->percent > 0},
        {"amount", SS_INCENTIVE_AMOUNT, form->amount > 0},
        {"free-shipping", SS_INCENTIVE_FREE_SHIPPING, form->free_shipping > 0},
        {"cashback", SS_INCENTIVE_CASHBACK, form->cashback > 0},
        {"points", SS_INCENTIVE_POINTS, form->points > 0},
        {"gift", SS_INCENTIVE_GIFT, form->gift != NULL},
        {"bundle", SS_INCENTIVE_BUNDLE, form->bundle > 0},
    };
    ss_incentive_kind kind = SS_INCENTIVE_NONE;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (!values[i].is_given)
            continue;
        if (kind != SS_INCENTIVE_NONE)
            tell(in, given(in, values[i].name), values[i].name, false,
                 "it gives something already, expected one of "
                 "percent, amount, free-shipping, cashback, points, gift, bundle");
        kind = kind == SS_INCENTIVE_NONE ? values[i].kind : kind;
    }
    if (kind == SS_INCENTIVE_NONE && !wrong)
        tell(in, NULL, "", false,
             "it gives nothing, expected one of percent, amount, free-shipping, cashback, points, gift, bundle");
    return kind;
}

static void make_incentive(maker *make, const ss_named_form *named, ss_incentive *incentive)
{
    const ss_incentive_form *form = &named->is.incentive;
    const place in = place_of(make, "offers.incentives", named);
    *incentive = (ss_incentive){.name = ss_slice_of(named->name), .value_min = form->value_min};
    incentive->kind = kind_of(&in, form, named->wrong);
    if (incentive->kind == SS_INCENTIVE_PERCENT)
        incentive->share = basis_points(&in, "percent", form->percent);
    else if (incentive->kind == SS_INCENTIVE_CASHBACK)
        incentive->share = basis_points(&in, "cashback", form->cashback);
    else if (incentive->kind == SS_INCENTIVE_BUNDLE)
        incentive->share = basis_points(&in, "bundle", form->bundle);
    else if (incentive->kind == SS_INCENTIVE_GIFT)
        incentive->gift_item = text_of(&in, "gift", form->gift, SS_ID_MAX);
    else if (incentive->kind == SS_INCENTIVE_POINTS)
        incentive->points = form->points;
    incentive->amount = form->points > 0 ? (form->worth > 0 ? form->worth : 1) : form->amount + form->free_shipping;
    if (form->worth > 0 && form->points == 0 && !named->wrong)
        tell(&in, given(&in, "worth"), "worth", false, "it is what a point is worth, and there are no points");
}

static void make_incentives(maker *make)
{
    ss_policy *policy = make->policy;
    policy->incentives[0] = (ss_incentive){.name = SS_SLICE_LITERAL("none")};
    for (size_t i = 0; i < make->form->incentive_count; i++)
        make_incentive(make, &make->form->incentives[i], &policy->incentives[i + 1]);
    policy->incentive_count = make->form->incentive_count + 1;
}

/* ---- schedules ---- */

/* A date alone is its first moment, or with `all_day` its last; without an offset by the shop's clock. */
static bool read_date(const ss_zone *zone, const char *text, bool all_day, int64_t *time)
{
    size_t size = strlen(text);
    if (size < DATE_LETTERS || text[4] != '-' || !ss_timestamp_parse((ss_slice){text, size}, time))
        return false;
    if (strpbrk(text + DATE_LETTERS, "Zz+-") == NULL)
        *time = ss_zone_instant(zone, *time + (all_day && size == DATE_LETTERS ? SS_DAY : 0));
    return true;
}

static void make_date(const place *in, const char *name, const char *text, bool all_day, int64_t *time)
{
    if (text && !read_date(in->make->policy->zone, text, all_day, time))
        tell(in, given(in, name), name, false,
             "found '%.64s', expected a date such as 2026-11-01 or a time such as 2026-11-01T18:00", text);
}

/* "HH:MM" at `text`, up to 24:00; -1: it is not. */
static int32_t minute_of(const char *text)
{
    for (int i = 0; i < 5; i++)
        if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9')
            return -1;
    int32_t hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
    return minute > 59 || hour * 60 + minute > 24 * 60 ? -1 : hour * 60 + minute;
}

static void make_hours(const place *in, const char *text, ss_schedule *schedule)
{
    if (!text)
        return;
    bool two = strlen(text) == 11 && text[5] == '-';
    int32_t begins = two ? minute_of(text) : -1, ends = two ? minute_of(text + 6) : -1;
    if (begins < 0 || begins == 24 * 60 || ends < 0 || begins == ends) {
        tell(in, given(in, "hours"), "hours", false,
             "found '%.64s', expected two times that differ, such as 08:00-22:00", text);
        return;
    }
    schedule->begins = begins * 60;
    schedule->ends = ends * 60;
}

static ss_schedule make_schedule(const place *in, const ss_campaign_form *form)
{
    static const char *const weekdays[WEEKDAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const known_names known = {"one of mon, tue, wed, thu, fri, sat, sun", weekdays, WEEKDAYS};
    ss_schedule schedule = {.from = INT64_MIN, .until = INT64_MAX};
    make_date(in, "from", form->from, false, &schedule.from);
    make_date(in, "until", form->until, true, &schedule.until);
    if (schedule.from >= schedule.until)
        tell(in, given(in, "until"), "schedule", false, "found until '%.64s', expected a time after from '%.64s'",
             form->until, form->from);
    schedule.weekdays = (uint32_t)bits_of(in, "weekdays", &form->weekdays, &known);
    make_hours(in, form->hours, &schedule);
    return schedule;
}

/* ---- campaigns ---- */

static uint32_t segments_of(const place *in, const char *name, const ss_texts *texts)
{
    const char *names[SS_SEGMENT_COUNT];
    for (unsigned i = 0; i < SS_SEGMENT_COUNT; i++)
        names[i] = ss_segment_name((ss_segment)i);
    const known_names known = {"a segment such as new or at_risk", names, SS_SEGMENT_COUNT};
    return (uint32_t)bits_of(in, name, texts, &known);
}

static void make_segments(const place *in, const ss_campaign_form *form, ss_campaign *campaign)
{
    campaign->segments = segments_of(in, "segments", &form->segments);
    campaign->not_segments = segments_of(in, "not-segments", &form->not_segments);
    for (unsigned i = 0; i < SS_SEGMENT_COUNT; i++)
        if (campaign->segments & campaign->not_segments & 1u << i)
            tell(in, given(in, "not-segments"), "not-segments", false, "'%s' stands in segments too",
                 ss_segment_name((ss_segment)i));
}

/* Bits of the policy's incentives, of which the first is none. */
static uint64_t incentives_of(const place *in, const ss_texts *texts)
{
    const char *names[SS_INCENTIVES_MAX];
    const ss_policy_form *form = in->make->form;
    for (size_t i = 0; i < form->incentive_count; i++)
        names[i] = form->incentives[i].name;
    const known_names known = {"the name of an incentive", names, form->incentive_count};
    return bits_of(in, "incentives", texts, &known) << 1;
}

static void make_cart_bounds(const place *in, const ss_campaign_form *form, ss_campaign *campaign)
{
    campaign->cart_min = form->cart_min;
    campaign->cart_max = money(in, "cart-max", form->cart_max);
    const char *name = given(in, "cart-min") ? "cart-min" : "cart-max";
    if (campaign->cart_min > campaign->cart_max)
        tell(in, given(in, name), name, false, "found cart-min: %lld, expected at most cart-max: %lld",
             (long long)campaign->cart_min, (long long)campaign->cart_max);
}

static void make_variants(const place *in, const ss_texts *texts, ss_campaign *campaign)
{
    for (size_t i = 0; i < texts->count; i++) {
        const ss_setting *setting = given_text(in, texts->text[i]);
        ss_slice text = ss_slice_of(texts->text[i]);
        bool again = false;
        for (size_t j = 0; j < campaign->variant_count; j++)
            again = again || ss_slice_equal(text, campaign->variants[j]);
        if (text.size == 0 || text.size > VARIANT_BYTES)
            tell(in, setting, "variants", false, "found a text of %zu bytes, expected 1 to %u", text.size,
                 VARIANT_BYTES);
        else if (again)
            tell(in, setting, "variants", false, "'%s' stands here twice", text.data);
        else if (campaign->variant_count == SS_VARIANTS_MAX)
            tell(in, setting, "variants", false, "found one more, expected at most %u", SS_VARIANTS_MAX);
        else
            campaign->variants[campaign->variant_count++] = text;
    }
}

static const ss_slice *listed_texts(maker *make, const ss_listed_texts *texts, size_t *count)
{
    ss_slice *list = ss_arena_alloc(make->policy->arena, texts->count + 1, sizeof *list);
    make->no_memory |= !list;
    *count = list ? texts->count : 0;
    for (size_t i = 0; i < *count; i++)
        list[i] = texts->list[i].text;
    return list;
}

static void make_page(const place *in, const ss_named_form *named, ss_campaign *campaign)
{
    campaign->page = (ss_offer_page)named->is.campaign.page;
    if (campaign->page == SS_PAGE_COUNT && !named->wrong)
        tell(in, NULL, "", false, "there is no page, expected home, product or cart");
}

static void make_campaign(maker *make, const ss_named_form *named, ss_campaign *campaign)
{
    const ss_campaign_form *form = &named->is.campaign;
    const place in = place_of(make, "offers.campaigns", named);
    *campaign = (ss_campaign){
        .name = ss_slice_of(named->name),
        .enabled = form->enabled,
        .mouse_out = form->mouse_out,
        .back_button = form->back_button,
        .idle_seconds = form->idle_seconds,
        .priority = form->priority,
        .schedule = make_schedule(&in, form),
        .incentives = incentives_of(&in, &form->incentives),
        .price_cut = form->price_cut,
        .message_key = text_of(&in, "message-key", form->message_key, VARIANT_BYTES),
        .lifetime = form->lifetime_minutes * MINUTE,
        .holdout = basis_points(&in, "holdout", form->holdout),
        .limit = form->limit,
        .budget = budget_of(&in, form->budget_per_day, form->budget),
    };
    make_page(&in, named, campaign);
    make_segments(&in, form, campaign);
    make_cart_bounds(&in, form, campaign);
    make_variants(&in, &form->variants, campaign);
    campaign->categories = listed_texts(make, &form->listed.texts[SS_LIST_CATEGORIES], &campaign->category_count);
    campaign->not_categories =
        listed_texts(make, &form->listed.texts[SS_LIST_NOT_CATEGORIES], &campaign->not_category_count);
    campaign->liked_categories =
        listed_texts(make, &form->listed.texts[SS_LIST_LIKED_CATEGORIES], &campaign->liked_category_count);
}

static void make_campaigns(maker *make)
{
    for (size_t i = 0; i < make->form->campaign_count; i++)
        make_campaign(make, &make->form->campaigns[i], &make->policy->campaigns[i]);
    make->policy->campaign_count = make->form->campaign_count;
}

/* ---- what is allowed, but hardly meant ---- */

static void warn_of_campaign(const place *in, const ss_policy *policy, const ss_campaign *campaign)
{
    if (campaign->incentives == 0)
        tell(in, given(in, "incentives"), given(in, "incentives") ? "incentives" : "", true,
             "it has no incentives: it shows products, and gives nothing");
    if (campaign->holdout == SS_BASIS_POINTS)
        tell(in, given(in, "holdout"), "holdout", true, "with 100 it is never shown to anybody");
    if (campaign->budget.per_day != SS_BUDGET_NONE && campaign->budget.per_day > policy->guards.budget.per_day)
        tell(in, given(in, "budget-per-day"), "budget-per-day", true,
             "found %lld, more than that of all campaigns: %lld", (long long)campaign->budget.per_day,
             (long long)policy->guards.budget.per_day);
    if (campaign->budget.in_all != SS_BUDGET_NONE && campaign->budget.in_all > policy->guards.budget.in_all)
        tell(in, given(in, "budget"), "budget", true, "found %lld, more than that of all campaigns: %lld",
             (long long)campaign->budget.in_all, (long long)policy->guards.budget.in_all);
    for (size_t i = 1; i < policy->incentive_count && campaign->page != SS_PAGE_PRODUCT; i++)
        if (policy->incentives[i].kind == SS_INCENTIVE_BUNDLE && campaign->incentives & UINT64_C(1) << i)
            tell(in, given(in, "incentives"), "incentives", true,
                 "'%s' is a bundle with the product on the page, and is never given on the page %s",
                 policy->incentives[i].name.data, ss_offer_page_name(campaign->page));
}

static bool is_used(const ss_policy *policy, size_t incentive)
{
    for (size_t i = 0; i < policy->campaign_count; i++)
        if (policy->campaigns[i].enabled && policy->campaigns[i].incentives & UINT64_C(1) << incentive)
            return true;
    return false;
}

static void warn_of_incentive(const place *in, const ss_policy *policy, size_t index, bool of_file)
{
    const ss_incentive *incentive = &policy->incentives[index];
    bool used = is_used(policy, index);
    const place guards = {in->make, &in->make->form->settings, {0}, "offers.guards"};
    if (of_file && !used)
        tell(in, NULL, "", true, "no campaign gives it");
    if (incentive->share > policy->guards.discount_max && (of_file || used))
        tell(of_file ? in : &guards, of_file ? NULL : given(&guards, "discount-max"), of_file ? "" : "discount-max",
             true, "%s%s%s can never be given: its %.15g percent are more than discount-max: %.15g",
             of_file ? "it" : "'", of_file ? "" : incentive->name.data, of_file ? "" : "'",
             (double)incentive->share / 100, (double)policy->guards.discount_max / 100);
}

static void warn(maker *make)
{
    const ss_policy *policy = make->policy;
    for (size_t i = 0; i < make->form->incentive_count; i++) {
        const ss_named_form *named = &make->form->incentives[i];
        const place in = place_of(make, "offers.incentives", named);
        warn_of_incentive(&in, policy, i + 1, named->at.line > 0);
    }
    for (size_t i = 0; i < make->form->campaign_count; i++) {
        const ss_named_form *named = &make->form->campaigns[i];
        const place in = place_of(make, "offers.campaigns", named);
        if (named->at.line > 0 && named->is.campaign.enabled)
            warn_of_campaign(&in, policy, &policy->campaigns[i]);
    }
}

/* ---- making ---- */

static ss_status take_settings(ss_settings *to, const ss_settings *from)
{
    if (!ss_array_grow(&to->list, &to->capacity, to->count + from->count, sizeof *to->list))
        return SS_E_NOMEM;
    for (size_t i = 0; i < from->count; i++)
        to->list[to->count++] = from->list[i];
    return SS_OK;
}

static ss_status keep_given(ss_policy *policy, const ss_policy_form *form)
{
    ss_status status;
    SS_TRY(take_settings(&policy->given, &form->settings));
    for (size_t i = 0; i < form->incentive_count; i++)
        SS_TRY(take_settings(&policy->given, &form->incentives[i].settings));
    for (size_t i = 0; i < form->campaign_count; i++)
        SS_TRY(take_settings(&policy->given, &form->campaigns[i].settings));
out:
    return status;
}

static ss_status digest_of(const ss_policy_form *form, uint64_t *digest)
{
    ss_buffer text;
    ss_buffer_init(&text, SS_YAML_ARENA_MAX);
    ss_status status = ss_policy_form_write(form, false, &text);
    if (status == SS_OK)
        *digest = ss_hash(text.data, text.size);
    ss_buffer_release(&text);
    return status;
}

static ss_status make_policy(maker *make, ss_error *error)
{
    ss_policy *policy = make->policy;
    ss_status status;
    policy->incentives = ss_arena_alloc(policy->arena, SS_INCENTIVES_MAX, sizeof *policy->incentives);
    policy->campaigns = ss_arena_alloc(policy->arena, SS_CAMPAIGNS_MAX, sizeof *policy->campaigns);
    if (!policy->incentives || !policy->campaigns)
        return ss_error_nomem(error);
    SS_TRY(make_zone(make, error));
    make_guards(make);
    make_learning(make);
    make_incentives(make);
    make_campaigns(make);
    if (make->mistakes && ss_mistakes_errors(make->mistakes) == make->errors_before)
        warn(make);
    if (make->no_memory || keep_given(policy, make->form) != SS_OK)
        status = ss_error_nomem(error);
out:
    return status;
}

static ss_policy *new_policy(void)
{
    ss_policy *new = calloc(1, sizeof *new);
    if (!new)
        return NULL;
    atomic_init(&new->references, 1);
    new->arena = ss_arena_new(ARENA_BLOCK, SS_YAML_ARENA_MAX);
    if (!new->arena)
        ss_policy_release(&new);
    return new;
}

ss_status ss_policy_read(const ss_yaml_node *offers, ss_mistakes *mistakes, ss_policy **policy, ss_error *error)
{
    ss_status status;
    ss_policy_form form = {0};
    ss_policy *new = new_policy();
    maker make = {&form, new, mistakes, mistakes ? ss_mistakes_errors(mistakes) : 0, false};
    *policy = NULL;
    if (!new)
        return ss_error_nomem(error);
    SS_TRY(ss_policy_form_read(offers, new->arena, mistakes, &form, error));
    SS_TRY(make_policy(&make, error));
    if (mistakes && ss_mistakes_errors(mistakes) > make.errors_before)
        goto out;
    if (digest_of(&form, &new->digest) != SS_OK)
        SS_TRY(ss_error_nomem(error));
    *policy = new;
    new = NULL;
out:
    ss_policy_form_release(&form);
    ss_policy_release(&new);
    return status;
}

ss_policy *ss_policy_retain(ss_policy *policy)
{
    if (policy)
        atomic_fetch_add_explicit(&policy->references, 1, memory_order_relaxed);
    return policy;
}

void ss_policy_release(ss_policy **policy)
{
    ss_policy *old = *policy;
    *policy = NULL;
    if (!old || atomic_fetch_sub_explicit(&old->references, 1, memory_order_acq_rel) != 1)
        return;
    ss_settings_release(&old->given);
    ss_zone_free(&old->zone);
    ss_arena_free(&old->arena);
    free(old);
}

/* ---- using ---- */

const ss_campaign *ss_policy_campaign(const ss_policy *policy, ss_slice name)
{
    for (size_t i = 0; i < policy->campaign_count; i++)
        if (ss_slice_equal(policy->campaigns[i].name, name))
            return &policy->campaigns[i];
    return NULL;
}

const ss_incentive *ss_policy_incentive(const ss_policy *policy, ss_slice name)
{
    for (size_t i = 0; i < policy->incentive_count; i++)
        if (ss_slice_equal(policy->incentives[i].name, name))
            return &policy->incentives[i];
    return NULL;
}

bool ss_categories_name(const ss_slice *categories, size_t count, ss_slice category)
{
    for (size_t i = 0; i < count; i++)
        if (ss_slice_equal(categories[i], category))
            return true;
    return false;
}

static void check_known(const ss_strings *known, const char *what, ss_slice text, ss_mark at, const char *path,
                        ss_mistakes *mistakes)
{
    if (ss_strings_find(known, text) == SS_NONE)
        ss_mistakes_warn(mistakes, at, path, "the store has no %s '%s'", what, text.data);
}

static void check_categories(const ss_campaign *campaign, const char *key, const ss_slice *categories, size_t count,
                             const ss_items *items, ss_mistakes *mistakes)
{
    char of[SS_YAML_PATH_MAX], path[SS_YAML_PATH_MAX];
    ss_yaml_path(of, "offers.campaigns", campaign->name);
    ss_yaml_path(path, of, ss_slice_of(key));
    for (size_t i = 0; i < count; i++)
        check_known(&items->categories, "category", categories[i], (ss_mark){0}, path, mistakes);
}

void ss_policy_check_items(const ss_policy *policy, const ss_items *items, ss_mistakes *mistakes)
{
    for (size_t i = 0; i < policy->given.count; i++) {
        const ss_setting *setting = &policy->given.list[i];
        if (strcmp(setting->option->name, "gift") == 0)
            check_known(&items->ids, "product", ss_slice_of(setting->value), setting->at, setting->path, mistakes);
    }
    for (size_t i = 0; i < policy->campaign_count; i++) {
        const ss_campaign *campaign = &policy->campaigns[i];
        check_categories(campaign, "categories", campaign->categories, campaign->category_count, items, mistakes);
        check_categories(campaign, "not-categories", campaign->not_categories, campaign->not_category_count, items,
                         mistakes);
        check_categories(campaign, "liked-categories", campaign->liked_categories, campaign->liked_category_count,
                         items, mistakes);
    }
}

ss_status ss_policy_write_defaults(ss_buffer *out)
{
    ss_policy_form form;
    ss_arena *arena = ss_arena_new(ARENA_BLOCK, SS_YAML_ARENA_MAX);
    if (!arena)
        return SS_E_NOMEM;
    ss_status status = ss_policy_form_read(NULL, arena, NULL, &form, NULL);
    if (status == SS_OK)
        status = ss_policy_form_write(&form, true, out);
    ss_policy_form_release(&form);
    ss_arena_free(&arena);
    return status;
}

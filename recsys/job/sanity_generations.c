/* sanity_generations.c: two generations, held against each other. */
#include "base/memory.h"
#include "job/model_options.h"
#include "job/sanity.h"
#include "store/manifest.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LIST_TOP         10u
#define LIST_LEAST       5u     /* shorter lists are too fickle to be compared */
#define CUSTOMERS_SAMPLE 50000u /* whose histories are looked at, evenly drawn */

typedef struct generations_look {
    ss_snapshot *served, *candidate;
    const ss_sanity_options *options;
    uint32_t *items; /* of each item of the served one, its number in the candidate, or SS_NONE. Owned */
    unsigned models; /* SS_TRAIN_… of which options differ */
    bool related;    /* options of `related` differ */
    ss_checks *checks;
    ss_error *error;
} generations_look;

static ss_status judge(const generations_look *look, const char *name, double value, double most, const char *found,
                       const char *advice)
{
    bool refused = value > most;
    return ss_checks_add(look->checks, name, value, most, refused ? SS_CHECK_REFUSED : SS_CHECK_PASSED, look->error,
                         "%s%s%s", found, refused ? ": " : "", refused ? advice : "");
}

static ss_status skip(const generations_look *look, const char *name, const char *why)
{
    return ss_checks_add(look->checks, name, NAN, NAN, SS_CHECK_SKIPPED, look->error, "%s", why);
}

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

/* ---- models ---- */

static ss_status look_at_models(const generations_look *look)
{
    const ss_snapshot *served = look->served, *candidate = look->candidate;
    const struct {
        const char *name;
        bool lost;
    } models[] = {{"customers", served->has_customers && !candidate->has_customers},
                  {"cooccurrence", served->has_cooccurrence && !candidate->has_cooccurrence},
                  {"als", served->has_als && !candidate->has_als},
                  {"popularity", served->has_popularity && !candidate->has_popularity},
                  {"session_knn", served->has_session_knn && !candidate->has_session_knn},
                  {"repurchase", served->has_repurchase && !candidate->has_repurchase},
                  {"alternatives", served->has_alternatives && !candidate->has_alternatives},
                  {"segments", served->has_segments && !candidate->has_segments}};
    char names[160] = "", found[256];
    size_t lost = 0, size = 0;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (models[i].lost)
            size += (size_t)snprintf(names + size, sizeof names - size, "%s%s", lost++ > 0 ? ", " : "", models[i].name);
    snprintf(found, sizeof found,
             lost > 0 ? "missing, and served until now: %s" : "all models that are served are there%s", names);
    return judge(look, "models", (double)lost, (double)look->options->models_lost, found,
                 "likely the log lost the column they learn from (customers, orders, sessions, times), or a file of "
                 "customers is not read; if it is meant, set nightly.sanity.models-lost");
}

/* ---- items ---- */

static ss_status match_items(generations_look *look)
{
    const ss_items *served = &look->served->items;
    look->items = ss_array_new(served->count, sizeof *look->items);
    if (!look->items)
        return ss_error_nomem(look->error);
    for (uint32_t item = 0; item < served->count; item++)
        look->items[item] = ss_strings_find(&look->candidate->items.ids, ss_strings_at(&served->ids, item));
    return SS_OK;
}

static bool may_be_shown(const ss_snapshot *snapshot, uint32_t item)
{
    return item != SS_NONE && !(snapshot->show[item] & SS_SHOW_BLOCKED);
}

static ss_status look_at_items(const generations_look *look)
{
    const ss_items *served = &look->served->items, *candidate = &look->candidate->items;
    uint64_t bought = 0, unbought = 0, shown = 0, unshown = 0;
    char found[320];
    for (uint32_t item = 0; item < served->count; item++) {
        uint32_t other = look->items[item];
        if (served->purchases[item] > 0) {
            bought++;
            unbought += other == SS_NONE || candidate->purchases[other] == 0;
        }
        if (may_be_shown(look->served, item)) {
            shown++;
            unshown += !may_be_shown(look->candidate, other);
        }
    }
    snprintf(found, sizeof found,
             "of %llu products bought before %llu are in the log no longer (%.3g %%), of %llu that could be shown %llu "
             "cannot "
             "any longer (%.3g %%)",
             (unsigned long long)bought, (unsigned long long)unbought, 100 * share(unbought, bought),
             (unsigned long long)shown, (unsigned long long)unshown, 100 * share(unshown, shown));
    return judge(look, "items-lost", fmax(share(unbought, bought), share(unshown, shown)), look->options->items_lost,
                 found,
                 "likely the catalogue or the log broke off, its stock or hidden column is wrong, or ids are written "
                 "otherwise now; if they are meant to go, raise nightly.sanity.items-lost");
}

/* ---- customers and what they had bought ---- */

typedef struct history_tally {
    uint64_t customers, lost;
    uint64_t entries, missing, moved; /* moved: there, at another time that is not news */
} history_tally;

/* `newest`: what is later than this is news to the served one. */
static void compare_history(const generations_look *look, const ss_history *served, const ss_history *candidate,
                            int64_t newest, history_tally *tally)
{
    for (size_t i = 0; i < served->count; i++) {
        uint32_t item = served->items[i] < look->served->items.count ? look->items[served->items[i]] : SS_NONE;
        size_t place = item != SS_NONE ? ss_history_find(candidate, item) : candidate->count;
        tally->entries++;
        if (place == candidate->count)
            tally->missing++;
        else
            tally->moved += candidate->times[place] != served->times[i] && candidate->times[place] <= newest;
    }
}

static int64_t newest_time(const ss_customers *customers)
{
    int64_t newest = INT64_MIN;
    for (uint64_t row = 0; row < customers->row_count; row++)
        newest = customers->times[row] > newest ? customers->times[row] : newest;
    return newest;
}

static void tally_customers(const generations_look *look, history_tally *tally)
{
    const ss_customers *served = &look->served->customers, *candidate = &look->candidate->customers;
    uint32_t step = served->count / CUSTOMERS_SAMPLE + 1;
    int64_t newest = newest_time(served);
    for (uint32_t customer = 0; customer < served->count; customer++) {
        uint32_t other = ss_strings_find(&candidate->ids, ss_strings_at(&served->ids, customer));
        tally->customers++;
        tally->lost += other == SS_NONE;
        if (other == SS_NONE || customer % step != 0)
            continue;
        ss_history before = ss_customers_history(served, customer), now = ss_customers_history(candidate, other);
        compare_history(look, &before, &now, newest, tally);
    }
}

static ss_status judge_times(const generations_look *look, const history_tally *tally)
{
    char found[200];
    uint64_t there = tally->entries - tally->missing;
    if (!look->served->has_times || !look->candidate->has_times)
        return skip(look, "times", "not both logs have times");
    snprintf(found, sizeof found, "of %llu purchases that were known before %llu have another time (%.3g %%)",
             (unsigned long long)there, (unsigned long long)tally->moved, 100 * share(tally->moved, there));
    return judge(
        look, "times", share(tally->moved, there), look->options->times_changed, found,
        "likely the times are broken: another unit, days and months exchanged, or rows mixed up; if the shop has "
        "put its times right, raise nightly.sanity.times-changed for one night");
}

static ss_status look_at_customers(const generations_look *look)
{
    ss_status status = SS_OK;
    history_tally tally = {0};
    char found[200];
    if (!look->served->has_customers || !look->candidate->has_customers) {
        SS_TRY(skip(look, "customers-lost", "not both logs have customers"));
        SS_TRY(skip(look, "history", "not both logs have customers"));
        return skip(look, "times", "not both logs have customers");
    }
    tally_customers(look, &tally);
    snprintf(found, sizeof found, "of %llu customers %llu are in the log no longer (%.3g %%)",
             (unsigned long long)tally.customers, (unsigned long long)tally.lost,
             100 * share(tally.lost, tally.customers));
    SS_TRY(
        judge(look, "customers-lost", share(tally.lost, tally.customers), look->options->customers_lost, found,
              "likely a part of the log is missing, or customers have other ids now; if they were to be dropped, raise "
              "nightly.sanity.customers-lost"));
    snprintf(found, sizeof found, "of %llu purchases that were known before the log does not have %llu (%.3g %%)",
             (unsigned long long)tally.entries, (unsigned long long)tally.missing,
             100 * share(tally.missing, tally.entries));
    SS_TRY(judge(
        look, "history", share(tally.missing, tally.entries), look->options->history_lost, found,
        "a log only grows, so likely products or customers are mixed up among its rows, columns are exchanged, ids "
        "are written otherwise, or a part is missing; if it was cut on purpose, raise "
        "nightly.sanity.history-lost"));
    status = judge_times(look, &tally);
out:
    return status;
}

/* ---- lists ---- */

static const struct {
    ss_relation relation;
    const char *name;
} relations[SS_RELATION_COUNT] = {
    {SS_RELATED, "related"}, {SS_BOUGHT_TOGETHER, "bought_together"}, {SS_BOUGHT_NEXT, "bought_next"}};

static bool changed(const generations_look *look, const ss_neighbours *served, const ss_neighbours *candidate)
{
    size_t top = served->count < LIST_TOP ? served->count : LIST_TOP, kept = 0;
    size_t now = candidate->count < LIST_TOP ? candidate->count : LIST_TOP;
    for (size_t i = 0; i < top; i++) {
        uint32_t item = served->items[i] < look->served->items.count ? look->items[served->items[i]] : SS_NONE;
        for (size_t j = 0; j < now && item != SS_NONE; j++)
            kept += candidate->items[j] == item;
    }
    return 2 * kept < top;
}

static uint64_t compare_lists(const generations_look *look, ss_relation relation, uint64_t *compared)
{
    uint64_t count = 0;
    *compared = 0;
    for (uint32_t item = 0; item < look->served->items.count; item++) {
        ss_neighbours served = ss_cooccurrence_neighbours(&look->served->cooccurrence, relation, item);
        if (served.count < LIST_LEAST || look->items[item] == SS_NONE)
            continue;
        ss_neighbours candidate =
            ss_cooccurrence_neighbours(&look->candidate->cooccurrence, relation, look->items[item]);
        ++*compared;
        count += changed(look, &served, &candidate);
    }
    return count;
}

static ss_status look_at_lists(const generations_look *look)
{
    uint64_t compared = 0, count = 0;
    size_t r = 0;
    char found[200];
    for (; r < SS_RELATION_COUNT && compared == 0; r++)
        count = compare_lists(look, relations[r].relation, &compared);
    if (compared == 0)
        return skip(look, "lists-changed", "there are no lists to compare");
    double value = share(count, compared);
    snprintf(found, sizeof found,
             "of %llu lists of %s %llu have less than half of their first ten products left (%.3g %%)",
             (unsigned long long)compared, relations[r - 1].name, (unsigned long long)count, 100 * value);
    if (look->related)
        return ss_checks_add(look->checks, "lists-changed", value, NAN, SS_CHECK_SKIPPED, look->error,
                             "%s: not judged, as their options are others now", found);
    return judge(
        look, "lists-changed", value, look->options->lists_changed, found,
        "one night does not change that much, so likely products or customers are mixed up among the log's rows; "
        "if the shop has changed as much, raise nightly.sanity.lists-changed");
}

static uint64_t count_lists(const ss_cooccurrence *model, ss_relation relation)
{
    uint64_t count = 0;
    for (uint32_t item = 0; item < model->item_count; item++)
        count += ss_cooccurrence_neighbours(model, relation, item).count > 0;
    return count;
}

static ss_status look_at_coverage(const generations_look *look)
{
    size_t worst = SS_RELATION_COUNT;
    uint64_t before = 0, now = 0;
    double most_lost = -INFINITY;
    char found[200];
    for (size_t r = 0; r < SS_RELATION_COUNT; r++) {
        uint64_t served = count_lists(&look->served->cooccurrence, relations[r].relation);
        uint64_t candidate = count_lists(&look->candidate->cooccurrence, relations[r].relation);
        double lost = 1 - share(candidate, served);
        if (served == 0 || lost <= most_lost)
            continue;
        worst = r;
        most_lost = lost;
        before = served;
        now = candidate;
    }
    if (worst == SS_RELATION_COUNT)
        return skip(look, "coverage", "there are no lists to compare");
    snprintf(found, sizeof found, "%llu products have a list of %s, with what is served %llu (%+.3g %%)",
             (unsigned long long)now, relations[worst].name, (unsigned long long)before, 0.0 - 100 * most_lost);
    return judge(
        look, "coverage", most_lost, look->options->coverage_lost, found,
        "likely a part of the log or the column of orders or customers is missing, or fewer pairs pass the options "
        "(min-customers); if it is meant, raise nightly.sanity.coverage-lost");
}

/* ---- size ---- */

static ss_status add_size(void *context, const char *path, const char *name, ss_error *error)
{
    struct stat about;
    (void)name;
    if (stat(path, &about) != 0)
        return ss_error_io(error, path, "cannot look at");
    *(double *)context += (double)about.st_size;
    return SS_OK;
}

static ss_status look_at_size(const generations_look *look)
{
    ss_status status = SS_OK;
    double served = 0, candidate = 0;
    char found[200];
    SS_TRY(ss_generation_each_file(look->served->path, add_size, &served, look->error));
    SS_TRY(ss_generation_each_file(look->candidate->path, add_size, &candidate, look->error));
    double factor = candidate > served ? candidate / served : served / candidate;
    snprintf(found, sizeof found, "the models take %.4g MB, those that are served %.4g MB", candidate / 1e6,
             served / 1e6);
    if (look->models)
        return ss_checks_add(look->checks, "size", factor, NAN, SS_CHECK_SKIPPED, look->error,
                             "%s: not judged, as options are others now", found);
    status =
        judge(look, "size", factor, look->options->size_changed, found,
              "likely a part of the log is missing, or it has far too many ids; if the shop has changed as much, raise "
              "nightly.sanity.size-changed");
out:
    return status;
}

/* ---- the whole ---- */

static ss_status read_options(const char *path, ss_model_options *options, ss_error *error)
{
    ss_status status = SS_OK;
    ss_manifest *manifest = NULL;
    SS_TRY(ss_manifest_read(path, &manifest, error));
    SS_TRY(ss_model_options_of_manifest(manifest, options, NULL, error));
out:
    ss_manifest_free(&manifest);
    return status;
}

static ss_status note_related(void *context, const char *name, const char *first, const char *second)
{
    (void)first;
    (void)second;
    *(bool *)context |= strncmp(name, "related.", strlen("related.")) == 0;
    return SS_OK;
}

static ss_status compare_options(generations_look *look)
{
    ss_status status = SS_OK;
    ss_model_options served, candidate;
    SS_TRY(read_options(look->served->path, &served, look->error));
    SS_TRY(read_options(look->candidate->path, &candidate, look->error));
    if (ss_model_options_differing(&served, &candidate, &look->models) != SS_OK ||
        ss_model_options_compare(&served, &candidate, note_related, &look->related) != SS_OK)
        SS_TRY(ss_error_nomem(look->error));
out:
    return status;
}

static ss_status nothing_served(ss_checks *checks, ss_error *error)
{
    static const char *const names[] = {"models", "items-lost",    "customers-lost", "history",
                                        "times",  "lists-changed", "coverage",       "size"};
    ss_status status = SS_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && status == SS_OK; i++)
        status = ss_checks_add(checks, names[i], NAN, NAN, SS_CHECK_SKIPPED, error,
                               "nothing is served yet: nothing to compare with");
    return status;
}

ss_status ss_sanity_generations(const char *served, const char *candidate, const ss_sanity_options *options,
                                ss_checks *checks, ss_error *error)
{
    ss_status status = SS_OK;
    generations_look look = {.options = options, .checks = checks, .error = error};
    if (!served)
        return nothing_served(checks, error);
    SS_TRY(ss_snapshot_open(served, NULL, false, &look.served, error));
    SS_TRY(ss_snapshot_open(candidate, NULL, false, &look.candidate, error));
    SS_TRY(compare_options(&look));
    SS_TRY(match_items(&look));
    SS_TRY(look_at_models(&look));
    SS_TRY(look_at_items(&look));
    SS_TRY(look_at_customers(&look));
    SS_TRY(look_at_lists(&look));
    SS_TRY(look_at_coverage(&look));
    SS_TRY(look_at_size(&look));
out:
    free(look.items);
    ss_snapshot_release(&look.served);
    ss_snapshot_release(&look.candidate);
    return status;
}

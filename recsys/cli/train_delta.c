#include "cli/train_delta.h"

#include "base/clock.h"
#include "cli/print_json.h"
#include "job/delta.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

const ss_option ss_train_delta_option_table[] = {
    {"delta", SS_OPTION_FLAG, offsetof(ss_train_delta, delta), 0, 0, NULL, NULL, NULL,
     "Fold the live events since the last full training into the generation it made, in seconds; logs are not read, "
     "and "
     "options of models stay as they were."},
    {0},
};

/* All that a delta reads of how a full training gets its rows, and tunes; models' options it refuses itself. */
static bool is_read(const char *name)
{
    static const char *const read[] = {"state",     "catalog",           "catalog-columns",
                                       "customers", "customers-columns", "max-bad-rows"};
    for (size_t i = 0; i < sizeof read / sizeof *read; i++)
        if (strcmp(name, read[i]) == 0)
            return true;
    return false;
}

typedef struct refusal {
    const ss_cli *cli;
    ss_error *error;
} refusal;

static ss_status refuse_unread(void *context, const char *name, const ss_option *option, const char *value)
{
    const refusal *of = context;
    bool is_off = option->type == SS_OPTION_FLAG && strcmp(value, "false") == 0;
    if (is_off || is_read(name) || !ss_options_given(of->cli->argc, of->cli->argv, name))
        return SS_OK;
    ss_error_set(of->error, SS_E_ARGUMENT, "--%s does not go with --delta", name);
    ss_error_found(of->error, value, strlen(value),
                   "nothing: live events alone are read, by the rules of the last full training");
    return SS_E_ARGUMENT;
}

/* What stands in a file is what the nightly training reads, and the base was made with: a delta leaves it unread. Who
 * gives it on the command line means it for this run, and must hear that it would do nothing. */
static ss_status check_settings(const ss_train_settings *settings, const ss_cli *cli, ss_error *error)
{
    ss_train_settings copy = *settings; /* option groups point into what they may also set */
    ss_option_group groups[2 + SS_LOG_GROUPS] = {{NULL, NULL, ss_input_option_table, &copy.input},
                                                 {NULL, NULL, ss_tune_option_table, &copy.tune}};
    refusal of = {cli, error};
    return ss_options_dump(groups, 2 + ss_log_option_groups(&copy.input.log, groups + 2), refuse_unread, &of);
}

static void print_doubts(const ss_delta_doubts *of)
{
    if (of->items > 0)
        printf("  of %u ids the next full training will find otherwise whether they are products (%s%s); until then it "
               "stays as it was\n",
               of->items, of->item_id, of->items > 1 ? ", …" : "");
    if (of->spellings)
        printf("  the next full training will join spellings of items: the catalogue and the events show that they are "
               "the same\n");
}

static void print_human(const char *store, const ss_delta_report *of)
{
    if (of->repeats) {
        printf("nothing new since the last delta of %s: nothing is published\n", of->base);
        return;
    }
    if (!of->published) {
        printf("no new events since %s: nothing is published (%" PRIu64 " read, none of them counts)\n", of->base,
               of->read);
        return;
    }
    printf("events since %s\n  %" PRIu64 " read, %" PRIu64 " count; %" PRIu64 " were in the logs, %" PRIu64
           " take purchases back\n",
           of->base, of->read, of->folded, of->log.ignored[SS_IGNORED_OVERLAP], of->log.return_rows);
    if (of->forgotten > 0)
        printf("  %" PRIu64 " rows of forgotten customers are left out\n", of->forgotten);
    print_doubts(&of->doubts);
    printf(
        "delta\n  %u new items, %u new customers; lists counted anew: %u of %u bought together, %u related, %u bought "
        "next\n",
        of->new_items, of->new_customers, of->recounted[SS_BOUGHT_TOGETHER], of->items, of->recounted[SS_RELATED],
        of->recounted[SS_BOUGHT_NEXT]);
    printf(
        "  reading %.1f s, folding %.1f s, co-occurrence %.1f s, other models %.1f s, validation and publishing %.1f "
        "s\n",
        of->seconds_read, of->seconds_fold, of->seconds_cooccurrence, of->seconds_models, of->seconds_publish);
    printf("published %s/generations/%s\n", store, of->generation);
}

static ss_status print_json(const ss_delta_report *of, ss_error *error)
{
    json_t *root = json_pack(
        "{s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:i, s:i, s:b, s:{s:i, s:i, s:i}, s:{s:f, s:f, s:f, s:f, s:f}}",
        "base", of->base, "generation", of->published ? json_string(of->generation) : json_null(), "events",
        (json_int_t)of->read, "folded", (json_int_t)of->folded, "in_logs",
        (json_int_t)of->log.ignored[SS_IGNORED_OVERLAP], "forgotten_rows", (json_int_t)of->forgotten, "last_sequence",
        (json_int_t)of->last, "items", (int)of->items, "new_items", (int)of->new_items, "new_customers",
        (int)of->new_customers, "judged_otherwise", (int)of->doubts.items, "spellings_otherwise",
        (int)of->doubts.spellings, "recounted", "bought_together", (int)of->recounted[SS_BOUGHT_TOGETHER], "related",
        (int)of->recounted[SS_RELATED], "bought_next", (int)of->recounted[SS_BOUGHT_NEXT], "seconds", "read",
        of->seconds_read, "fold", of->seconds_fold, "cooccurrence", of->seconds_cooccurrence, "models",
        of->seconds_models, "publish", of->seconds_publish);
    return ss_print_json(root, JSON_INDENT(2), error);
}

ss_status ss_train_delta_run(const ss_train_settings *settings, int threads, const ss_cli *cli, ss_error *error)
{
    ss_delta_report report;
    ss_status status = check_settings(settings, cli, error);
    if (status == SS_OK)
        status = ss_delta(settings->store, &settings->input, &settings->options, ss_clock_now(), threads, cli->progress,
                          &report, error);
    if (status != SS_OK)
        return status;
    if (cli->json)
        return print_json(&report, error);
    print_human(settings->store, &report);
    return SS_OK;
}

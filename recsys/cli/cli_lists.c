#include "cli/command.h"
#include "cli/print_json.h"
#include "cli/query_print.h"

#include "base/clock.h"
#include "job/mailing.h"
#include "shelf/snapshot.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

typedef struct lists_settings {
    const char *store, *kind, *out, *at;
    int64_t format, limit, decimals, threads;
    bool dry_run;
    ss_mail_options mail;
} lists_settings;

#define AT(MEMBER) offsetof(lists_settings, MEMBER)

static const ss_option lists_options[] = {
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, NULL, NULL, "FOLDER", "The store of the server."},
    {"kind", SS_OPTION_TEXT, AT(kind), 0, 0, "all", NULL, "LIST,…", "Which lists."},
    {"out", SS_OPTION_TEXT, AT(out), 0, 0, "-", NULL, "FILE|FOLDER",
     "Where to: one file, or in a folder one for each list; there whole or not at all. - is standard output."},
    {"format", SS_OPTION_CHOICE, AT(format), 0, 0, "csv", "csv|ndjson", NULL,
     "A row or an object for each customer; prices in the currency in CSV, in minor units in NDJSON."},
    {"limit", SS_OPTION_INT, AT(limit), 0, 1e12, "0", NULL, "N", "Most customers listed; 0: all."},
    {"decimals", SS_OPTION_INT, AT(decimals), 0, 4, "2", NULL, "DIGITS",
     "Digits after the point of the shop's currency."},
    {"threads", SS_OPTION_INT, AT(threads), 0, 1024, "0", NULL, "N", "0: all cores. The lists do not depend on it."},
    {"dry-run", SS_OPTION_FLAG, AT(dry_run), 0, 0, NULL, NULL, NULL,
     "Write the lists and remember nothing: nobody counts as written to."},
    {"at", SS_OPTION_TEXT, AT(at), 0, 0, NULL, NULL, "TIME", "As of this time instead of now."},
    {0},
};

static size_t lists_groups(void *settings, ss_option_group *groups)
{
    lists_settings *of = settings;
    groups[0] = (ss_option_group){NULL, NULL, lists_options, settings};
    groups[1] = (ss_option_group){"Whom to write to, and how often", NULL, ss_mail_option_table, &of->mail};
    return 2;
}

/* ---- reasons ---- */

#define TEXT_ROOM 600u /* a name of the catalogue, and more */

static const char *text_of(ss_slice slice, char text[TEXT_ROOM])
{
    snprintf(text, TEXT_ROOM, "%.*s", (int)slice.size, slice.data);
    return slice.size > 0 ? text : NULL;
}

/* In the words of `query`. */
static void say_reason(const ss_reason *reason, ss_slice because, ss_slice because_name, char *text, size_t size)
{
    char id[TEXT_ROOM], name[TEXT_ROOM];
    const smartshelf_product product = {.model = ss_source_name(reason->model),
                                        .stage = reason->stage,
                                        .because = text_of(because, id),
                                        .because_name = text_of(because_name, name),
                                        .has_evidence = reason->pairs > 0,
                                        .pairs = reason->pairs,
                                        .customers = reason->customers,
                                        .lift = reason->lift,
                                        .supported_by = reason->supported_by,
                                        .of = reason->of,
                                        .sessions = reason->sessions,
                                        .similarity = (double)reason->similarity,
                                        .rank = reason->rank,
                                        .bought = reason->bought,
                                        .last_bought = reason->last_bought};
    ss_query_format_reason(&product, text, size);
}

/* ---- what became of the customers ---- */

/* "sold out 12, hidden 3": the rules that took most away from those without products. */
static void print_removed(const ss_mail_counts *counts)
{
    for (unsigned rule = 0; rule < SS_REMOVED_COUNT; rule++)
        if (counts->removed[rule] > 0)
            fprintf(stderr, "  %s %" PRIu64, ss_rule_kind_name((ss_rule_kind)rule), counts->removed[rule]);
}

/* Lists that cannot have anybody, and what they lack. */
static void print_notes(const ss_mailing_report *report)
{
    for (size_t i = 0; i < report->kind_count; i++)
        if (ss_mail_kind_is_live(report->kinds[i]) && report->events == 0)
            fprintf(stderr, "  %s needs live events of customers: there are none\n",
                    ss_mail_kind_name(report->kinds[i]));
        else if (report->kinds[i] == SS_MAIL_EARLY_ACCESS && !report->has_access)
            fprintf(stderr, "  early_access needs rules of access: --config FILE with a list `access`\n");
    if (report->evicted > 0)
        fprintf(stderr, "  what %" PRIu64 " customers did found no room in memory: raise --memory-megabytes\n",
                report->evicted);
}

/* Told even with --quiet: somebody changed the file by hand, and may hold it for read. */
static void print_bad_rows(const ss_mailing_report *report)
{
    const ss_table_report *of = &report->written;
    if (of->bad_rows == 0)
        return;
    fprintf(stderr,
            "%" PRIu64 " of %" PRIu64 " rows of lists/written.csv cannot be read; customers that they name count as "
            "written to now:\n",
            of->bad_rows, of->rows);
    for (size_t i = 0; i < sizeof of->first_bad / sizeof *of->first_bad && i < of->bad_rows; i++)
        fprintf(stderr, "  %s\n", of->first_bad[i]);
}

static void print_report(const lists_settings *settings, const ss_mailing_report *report)
{
    fprintf(stderr, "%-15s %10s %10s %10s %12s %10s\n", "list", "eligible", "listed", "held out", "no products",
            "too soon");
    for (size_t i = 0; i < report->kind_count; i++) {
        const ss_mail_counts *counts = &report->lists[report->kinds[i]];
        fprintf(stderr, "%-15s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %12" PRIu64 " %10" PRIu64,
                ss_mail_kind_name(report->kinds[i]), counts->eligible, counts->listed, counts->held_out,
                counts->no_products, counts->repeated);
        print_removed(counts);
        fputc('\n', stderr);
    }
    fprintf(stderr,
            "%" PRIu64 " customers in %.1f s (%.0f/s): %" PRIu64 " on no list, %" PRIu64 " written to lately, %" PRIu64
            " forgotten\n",
            report->customers, report->seconds, report->seconds > 0 ? (double)report->customers / report->seconds : 0.0,
            report->on_none, report->quiet, report->forgotten);
    print_notes(report);
    if (settings->dry_run)
        fputs("  a dry run: nobody counts as written to\n", stderr);
}

static json_t *list_json(const ss_mail_counts *counts)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "eligible", (json_int_t)counts->eligible, "listed",
                     (json_int_t)counts->listed, "held_out", (json_int_t)counts->held_out, "no_products",
                     (json_int_t)counts->no_products, "too_soon", (json_int_t)counts->repeated);
}

static ss_status print_json(const ss_mailing_report *report, ss_error *error)
{
    json_t *lists = json_object();
    int failed = !lists;
    for (size_t i = 0; i < report->kind_count; i++)
        failed |= json_object_set_new(lists, ss_mail_kind_name(report->kinds[i]),
                                      list_json(&report->lists[report->kinds[i]]));
    json_t *root = json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:f}", "lists", lists, "customers",
                             (json_int_t)report->customers, "on_none", (json_int_t)report->on_none, "quiet",
                             (json_int_t)report->quiet, "forgotten", (json_int_t)report->forgotten, "bad_rows",
                             (json_int_t)report->written.bad_rows, "seconds", report->seconds);
    if (failed) {
        json_decref(root);
        return ss_error_nomem(error);
    }
    return ss_print_json(root, JSON_INDENT(2), error);
}

/* ---- the command ---- */

static ss_status check_settings(const lists_settings *settings, const ss_cli *cli, int64_t *now, ss_error *error)
{
    *now = ss_clock_now();
    if (!settings->store)
        return ss_error_set(error, SS_E_ARGUMENT, "no store: give --store FOLDER");
    if (settings->at && !ss_timestamp_parse(ss_slice_of(settings->at), now))
        return ss_error_set(error, SS_E_ARGUMENT,
                            "--at: '%s' is no time: YYYY-MM-DD HH:MM:SS, ISO 8601 or Unix seconds", settings->at);
    if (cli->json && strcmp(settings->out, "-") == 0)
        return ss_error_set(error, SS_E_ARGUMENT, "--json goes to standard output: give --out FILE|FOLDER");
    if (settings->mail.min_products > settings->mail.products)
        return ss_error_set(error, SS_E_ARGUMENT, "--min-products is more than --products");
    return SS_OK;
}

/* The policy of a file, or the default one. */
static ss_status take_policy(const ss_cli *cli, ss_policy **policy, ss_error *error)
{
    if (cli->file) {
        *policy = ss_policy_retain(ss_config_file_policy(cli->file));
        return SS_OK;
    }
    ss_mistakes *mistakes = ss_mistakes_new("");
    ss_status status = mistakes ? ss_policy_read(NULL, mistakes, policy, error) : ss_error_nomem(error);
    ss_mistakes_free(&mistakes);
    return status;
}

static ss_status run_lists(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    const lists_settings *settings = memory;
    ss_status status;
    ss_policy *policy = NULL;
    ss_mailing_report report;
    ss_mailing mailing = {.store = settings->store,
                          .shelves = cli->file ? ss_config_file_shelves(cli->file) : NULL,
                          .options = &settings->mail,
                          .kinds = settings->kind,
                          .out = settings->out,
                          .format = (ss_mail_format)settings->format,
                          .limit = (uint64_t)settings->limit,
                          .decimals = (int)settings->decimals,
                          .threads = (int)settings->threads,
                          .dry_run = settings->dry_run,
                          .reasons = say_reason};
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    SS_TRY(check_settings(settings, cli, &mailing.now, error));
    SS_TRY(take_policy(cli, &policy, error));
    mailing.policy = policy;
    SS_TRY(ss_mailing_run(&mailing, cli->progress, &report, error));
    print_bad_rows(&report);
    if (cli->json)
        SS_TRY(print_json(&report, error));
    else if (!cli->quiet)
        print_report(settings, &report);
out:
    ss_policy_release(&policy);
    return status;
}

const ss_command ss_command_lists = {
    .name = "lists",
    .operands = "",
    .summary = "Whom to write to, with products and reasons, for the shop's mail tool.",
    .description =
        "Works beside a running server: what is on the disk is read, and nothing of it is changed. Every customer is "
        "on "
        "one list\n"
        "at most, the first of these that they are one for:\n"
        "  abandoned_cart  left something in a cart and went (live events)\n"
        "  back_in_stock   looked at something that was sold out since, and is there again (live events)\n"
        "  price_dropped   looked at something that costs less now (live events)\n"
        "  birthday        these days (customers file)\n"
        "  early_access    may see something before others (the configuration's list `access`)\n"
        "  due_again       a consumable that they buy runs out about now\n"
        "  goes_with       goes with what they bought some weeks ago\n"
        "  win_back        bought often or much and stays away, or has for long\n"
        "  for_you         everybody else of whom enough is known\n\n"
        "Products pass every rule of the shelves. The incentive is what the policy of offers (--config) would allow on "
        "them now.\n"
        "Who was on a list is remembered in STORE/lists, and on none again for --quiet-days; who asked to be forgotten "
        "is on none.\n\n"
        "  smartshelf lists --store /srv/shelf --config smartshelf.yaml --out lists/\n"
        "  smartshelf lists --store /srv/shelf --kind abandoned-cart,win-back --out mails.csv --holdout 10\n"
        "  smartshelf lists --store /srv/shelf --kind for-you --format ndjson --dry-run --limit 20",
    .takes_config = true,
    .is_job = true,
    .settings_size = sizeof(lists_settings),
    .groups = lists_groups,
    .run = run_lists,
};

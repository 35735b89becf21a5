#include "cli/command.h"
#include "cli/print_json.h"

#include "job/simulate.h"
#include <inttypes.h>
#include <jansson.h>

static size_t simulate_groups(void *settings, ss_option_group *groups)
{
    groups[0] = (ss_option_group){NULL, NULL, ss_simulate_option_table, settings};
    return 1;
}

typedef struct simulate_count {
    const char *name;
    uint64_t value;
} simulate_count;

#define COUNTS 14

static void list_counts(const ss_simulate_report *report, simulate_count counts[COUNTS])
{
    const simulate_count all[COUNTS] = {
        {"items", report->items},
        {"products", report->products},
        {"customers", report->customers},
        {"orders", report->orders},
        {"rows", report->rows},
        {"purchases", report->purchases},
        {"views", report->views},
        {"carts", report->carts},
        {"returned", report->returned},
        {"fees", report->fees},
        {"bad_rows", report->bad_rows},
        {"complements", report->complements},
        {"substitutes", report->substitutes},
        {"log_bytes", report->log_bytes},
    };
    for (size_t i = 0; i < COUNTS; i++)
        counts[i] = all[i];
}

static ss_status print_json(const simulate_count *counts, const ss_simulate_report *report, ss_error *error)
{
    json_t *root = json_object();
    for (size_t i = 0; root && i < COUNTS; i++)
        json_object_set_new(root, counts[i].name, json_integer((json_int_t)counts[i].value));
    if (!root || json_object_set_new(root, "seconds", json_real(report->seconds)) != 0) {
        json_decref(root);
        return ss_error_nomem(error);
    }
    return ss_print_json(root, JSON_INDENT(2), error);
}

static ss_status run_simulate(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status = SS_OK;
    const ss_simulate_options *options = memory;
    ss_simulate_report report = {0};
    simulate_count counts[COUNTS];
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    SS_TRY(ss_simulate(options, cli->progress, &report, error));
    list_counts(&report, counts);
    if (cli->json)
        return print_json(counts, &report, error);
    for (size_t i = 0; i < COUNTS; i++)
        if (counts[i].value > 0)
            printf("%-12s%12" PRIu64 "\n", counts[i].name, counts[i].value);
    printf("written to %s in %.1f s\n", options->out, report.seconds);
out:
    return status;
}

const ss_command ss_command_simulate = {
    .name = "simulate",
    .operands = "",
    .summary = "Make up a believable shop: catalogue, customers, purchase log.",
    .description =
        "Writes log.csv, catalog.csv, customers.csv and what was planted (planted_pairs.csv, planted_items.csv).\n"
        "The same seed gives the same shop.\n\n"
        "  smartshelf simulate --out shop\n"
        "  smartshelf simulate --out big --items 50000 --customers 1000000 --orders 5000000",
    .is_job = true,
    .settings_size = sizeof(ss_simulate_options),
    .groups = simulate_groups,
    .run = run_simulate,
};

#include "cli/command.h"
#include "cli/connection.h"
#include "cli/query_print.h"

#include <inttypes.h>

typedef struct forget_settings {
    const char *customer;
    ss_connection_settings connection;
} forget_settings;

static const ss_option forget_options[] = {
    {"customer", SS_OPTION_TEXT, offsetof(forget_settings, customer), 0, 0, NULL, NULL, "ID",
     "The customer to be forgotten."},
    {0},
};

static size_t forget_groups(void *memory, ss_option_group *groups)
{
    forget_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, forget_options, settings};
    groups[1] = (ss_option_group){"Connection", NULL, ss_connection_option_table, &settings->connection};
    return 2;
}

static ss_status run_forget(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    const forget_settings *settings = memory;
    ss_connection connection = {0};
    smartshelf_answer answer = {0};
    ss_status status;
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    if (!settings->customer)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "whom? give --customer ID"));
    SS_TRY(ss_connection_open(&settings->connection, &connection, error));
    SS_TRY(ss_connection_check(smartshelf_forget(connection.client, settings->customer, &answer), &answer,
                               settings->connection.endpoints.text[0], error));
    if (cli->json)
        SS_TRY(ss_query_print_json(&answer, error));
    else
        printf("forgotten: %" PRIu64 " live event%s and %" PRIu64
               " session%s; the next training leaves the customer out\n",
               answer.forgotten_events, answer.forgotten_events == 1 ? "" : "s", answer.forgotten_sessions,
               answer.forgotten_sessions == 1 ? "" : "s");
out:
    smartshelf_answer_release(&answer);
    ss_connection_close(&connection);
    return status;
}

const ss_command ss_command_forget = {
    .name = "forget",
    .operands = "",
    .summary = "Have a server erase what it keeps of a customer.",
    .description =
        "Their events and sessions are erased, and the next training leaves them out. What the generation in service\n"
        "has learned from them stays until that. Purchase logs are your own.\n\n"
        "  smartshelf forget --customer 17850",
    .settings_size = sizeof(forget_settings),
    .groups = forget_groups,
    .run = run_forget,
};

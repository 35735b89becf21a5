#include "cli/command.h"
#include "cli/connection.h"
#include "cli/query_print.h"
#include "cli/visitor_print.h"

typedef struct visitor_settings {
    const char *session, *customer;
    int64_t limit;
    ss_connection_settings connection;
} visitor_settings;

#define AT(MEMBER) offsetof(visitor_settings, MEMBER)

static const ss_option visitor_options[] = {
    {"session", SS_OPTION_TEXT, AT(session), 0, 0, NULL, NULL, "ID", "What is known of this session."},
    {"customer", SS_OPTION_TEXT, AT(customer), 0, 0, NULL, NULL, "ID", "And of this customer."},
    {"limit", SS_OPTION_INT, AT(limit), 1, 500, "20", NULL, "PRODUCTS", "Most products of what the customer bought."},
    {0},
};

static size_t visitor_groups(void *memory, ss_option_group *groups)
{
    visitor_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, visitor_options, settings};
    groups[1] = (ss_option_group){"Connection", NULL, ss_connection_option_table, &settings->connection};
    return 2;
}

static smartshelf_query query_of(const visitor_settings *settings)
{
    static const char *const fields[] = {"name"};
    smartshelf_query query = smartshelf_query_of("visitor");
    query.session_id = settings->session;
    query.customer_id = settings->customer;
    query.limit = (unsigned)settings->limit;
    query.fields = fields;
    query.field_count = 1;
    return query;
}

static ss_status run_visitor(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    const visitor_settings *settings = memory;
    ss_connection connection = {0};
    smartshelf_answer answer = {0};
    ss_status status;
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    if (!settings->session && !settings->customer)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "whom? give --session ID or --customer ID"));
    SS_TRY(ss_connection_open(&settings->connection, &connection, error));
    const smartshelf_query query = query_of(settings);
    SS_TRY(ss_connection_check(smartshelf_ask(connection.client, &query, &answer), &answer,
                               settings->connection.endpoints.text[0], error));
    if (cli->json)
        SS_TRY(ss_query_print_json(&answer, error));
    else
        SS_TRY(ss_visitor_print(&answer, settings->session, settings->customer, error));
out:
    smartshelf_answer_release(&answer);
    ss_connection_close(&connection);
    return status;
}

const ss_command ss_command_visitor = {
    .name = "visitor",
    .operands = "",
    .summary = "Ask a server what it knows of a session or a customer.",
    .description =
        "What they looked at, have in the cart, bought, were shown and turned down lately; what the generation in\n"
        "service knows that the customer bought; which segments they are of; which offers to them are open. Of whom "
        "was\n"
        "forgotten nothing is told.\n\n"
        "  smartshelf visitor --session s-4711\n"
        "  smartshelf visitor --customer 17850 --json",
    .settings_size = sizeof(visitor_settings),
    .groups = visitor_groups,
    .run = run_visitor,
};

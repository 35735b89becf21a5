#include "cli/cart_list.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/offers_print.h"
#include "cli/query_print.h"

typedef struct redeem_settings {
    const char *code, *order, *session, *customer, *cart;
    bool undo;
    ss_connection_settings connection;
} redeem_settings;

#define AT(MEMBER) offsetof(redeem_settings, MEMBER)

static const ss_option redeem_options[] = {
    {"code", SS_OPTION_TEXT, AT(code), 0, 0, NULL, NULL, "CODE",
     "The code, in small letters or large, with blanks or not."},
    {"order", SS_OPTION_TEXT, AT(order), 0, 0, NULL, NULL, "ID", "The order that it comes with."},
    {"cart", SS_OPTION_TEXT, AT(cart), 0, 0, NULL, NULL, "ID[:QUANTITY],…", "What is ordered."},
    {"session", SS_OPTION_TEXT, AT(session), 0, 0, NULL, NULL, "ID", "The visitor's session."},
    {"customer", SS_OPTION_TEXT, AT(customer), 0, 0, NULL, NULL, "ID", "The customer, where known."},
    {"undo", SS_OPTION_FLAG, AT(undo), 0, 0, NULL, NULL, NULL,
     "The order is cancelled: the cost goes back to the budgets."},
    {0},
};

static size_t redeem_groups(void *memory, ss_option_group *groups)
{
    redeem_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, redeem_options, settings};
    groups[1] = (ss_option_group){"Connection", NULL, ss_connection_option_table, &settings->connection};
    return 2;
}

static ss_status check_settings(const redeem_settings *settings, ss_error *error)
{
    if (!settings->code || !settings->order)
        return ss_error_set(error, SS_E_ARGUMENT, "--code and --order say what is redeemed by which order");
    if (!settings->undo && !settings->cart)
        return ss_error_set(error, SS_E_ARGUMENT, "what is ordered? give --cart ID[:QUANTITY],…");
    if (!settings->undo && !settings->session && !settings->customer)
        return ss_error_set(error, SS_E_ARGUMENT, "whose order? give --session ID or --customer ID");
    return SS_OK;
}

static ss_status run_redeem(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    const redeem_settings *settings = memory;
    ss_connection connection = {0};
    smartshelf_answer answer = {0};
    ss_cart_list cart = {0};
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    SS_TRY(check_settings(settings, error));
    SS_TRY(ss_cart_list_parse(settings->cart, &cart, error));
    SS_TRY(ss_connection_open(&settings->connection, &connection, error));
    const smartshelf_code code = {.code = settings->code,
                                  .order_id = settings->order,
                                  .customer_id = settings->customer,
                                  .session_id = settings->session,
                                  .cart = settings->cart ? cart.lines : NULL,
                                  .cart_count = cart.count,
                                  .undo = settings->undo};
    SS_TRY(ss_connection_check(smartshelf_redeem(connection.client, &code, &answer), &answer,
                               settings->connection.endpoints.text[0], error));
    if (cli->json)
        SS_TRY(ss_query_print_json(&answer, error));
    else
        ss_redemption_print(answer.redemption, answer.decimals);
out:
    smartshelf_answer_release(&answer);
    ss_connection_close(&connection);
    ss_cart_list_release(&cart);
    return status;
}

const ss_command ss_command_redeem = {
    .name = "redeem",
    .operands = "",
    .summary = "Tell a server that an order comes with a code, or is cancelled.",
    .description =
        "Everything is checked again: whose it is, until when, what is ordered, the margin at today's "
        "prices. The same\n"
        "code and order have the same answer however often they are told. Whether it was redeemed is in the answer: a "
        "code\n"
        "that is refused is no error (exit 0).\n\n"
        "  smartshelf redeem --code 7KQ2-M4X9-0TBD-8ZVH --order 536365 --customer 17850 --cart 85123A:2\n"
        "  smartshelf redeem --code 7KQ2-M4X9-0TBD-8ZVH --order 536365 --undo",
    .settings_size = sizeof(redeem_settings),
    .groups = redeem_groups,
    .run = run_redeem,
};

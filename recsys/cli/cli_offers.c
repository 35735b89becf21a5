#include "cli/cart_list.h"
#include "cli/command.h"
#include "cli/connection.h"
#include "cli/offers_print.h"
#include "cli/query_print.h"

typedef struct offers_settings {
    int64_t page, limit;
    const char *item, *session, *customer, *cart, *request;
    bool preview, relaxed, no_consent;
    ss_connection_settings connection;
} offers_settings;

#define AT(MEMBER) offsetof(offers_settings, MEMBER)

static const char *const pages[] = {"home", "product", "cart"};

static const ss_option offers_options[] = {
    {"page", SS_OPTION_CHOICE, AT(page), 0, 0, "home", "home|product|cart", NULL, "The page that the visitor leaves."},
    {"item", SS_OPTION_TEXT, AT(item), 0, 0, NULL, NULL, "ID", "The product on the page."},
    {"session", SS_OPTION_TEXT, AT(session), 0, 0, NULL, NULL, "ID", "The visitor's session."},
    {"customer", SS_OPTION_TEXT, AT(customer), 0, 0, NULL, NULL, "ID", "The customer, where known."},
    {"cart", SS_OPTION_TEXT, AT(cart), 0, 0, NULL, NULL, "ID[:QUANTITY],…",
     "What is in the cart; if not given, what the server knows of it."},
    {"limit", SS_OPTION_INT, AT(limit), 0, 8, "0", NULL, "PRODUCTS", "Most products; 0: as the campaign has it."},
    {"request-id", SS_OPTION_TEXT, AT(request), 0, 0, NULL, NULL, "ID",
     "Your own number for the question: asked again with it, the answer is the same."},
    {"preview", SS_OPTION_FLAG, AT(preview), 0, 0, NULL, NULL, NULL,
     "Decide only: nothing is kept, and there are no codes."},
    {"relaxed", SS_OPTION_FLAG, AT(relaxed), 0, 0, NULL, NULL, NULL,
     "Do not wait until it is on the disk: a crash of the server may lose it."},
    {"no-consent", SS_OPTION_FLAG, AT(no_consent), 0, 0, NULL, NULL, NULL, "The visitor allows nothing to be kept."},
    {0},
};

static size_t offers_groups(void *memory, ss_option_group *groups)
{
    offers_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, offers_options, settings};
    groups[1] = (ss_option_group){"Connection", NULL, ss_connection_option_table, &settings->connection};
    return 2;
}

static smartshelf_offers_query query_of(const offers_settings *settings, const ss_cart_list *cart)
{
    static const char *const fields[] = {"name"};
    return (smartshelf_offers_query){.page = pages[settings->page],
                                     .item_id = settings->item,
                                     .customer_id = settings->customer,
                                     .session_id = settings->session,
                                     .request_id = settings->request,
                                     .cart = settings->cart ? cart->lines : NULL,
                                     .cart_count = cart->count,
                                     .fields = fields,
                                     .field_count = 1,
                                     .limit = (unsigned)settings->limit,
                                     .consent = settings->no_consent ? "none" : NULL,
                                     .relaxed = settings->relaxed,
                                     .preview = settings->preview};
}

static ss_status run_offers(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    const offers_settings *settings = memory;
    ss_connection connection = {0};
    smartshelf_answer answer = {0};
    ss_cart_list cart = {0};
    SS_TRY(ss_command_operands(operands, 0, 0, error));
    if (!settings->session && !settings->customer && !settings->no_consent)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "to whom? give --session ID or --customer ID"));
    SS_TRY(ss_cart_list_parse(settings->cart, &cart, error));
    SS_TRY(ss_connection_open(&settings->connection, &connection, error));
    const smartshelf_offers_query query = query_of(settings, &cart);
    SS_TRY(ss_connection_check(smartshelf_offers(connection.client, &query, &answer), &answer,
                               settings->connection.endpoints.text[0], error));
    if (cli->json)
        SS_TRY(ss_query_print_json(&answer, error));
    else
        ss_offers_print(answer.decision, answer.decimals);
out:
    smartshelf_answer_release(&answer);
    ss_connection_close(&connection);
    ss_cart_list_release(&cart);
    return status;
}

const ss_command ss_command_offers = {
    .name = "offers",
    .operands = "",
    .summary = "Ask a server what to offer a visitor who moves to leave.",
    .description =
        "The answer is a decision: show something or not and why, which products at which price or with which "
        "incentive,\n"
        "the codes, and until when. What the shop allows stands in the section `offers` of smartshelf.yaml. A shop "
        "that has\n"
        "just begun tries things out, showing nothing, too: ask for several sessions to see more.\n\n"
        "  smartshelf offers --page home --session s-4711\n"
        "  smartshelf offers --page product --item 85123A --session s-4711 --preview\n"
        "  smartshelf offers --page cart --customer 17850 --cart 85123A:2,22423",
    .settings_size = sizeof(offers_settings),
    .groups = offers_groups,
    .run = run_offers,
};

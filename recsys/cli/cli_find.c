#include "cli/command.h"
#include "cli/connection.h"
#include "cli/query_print.h"
#include "cli/table.h"

#include "log/values.h"
#include "server/protocol.h"
#include "shelf/name_match.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct find_settings {
    const char *category;
    int64_t limit, price_min, price_max;
    bool all, categories;
    ss_connection_settings connection;
} find_settings;

#define AT(MEMBER) offsetof(find_settings, MEMBER)

static const ss_option find_options[] = {
    {"category", SS_OPTION_TEXT, AT(category), 0, 0, NULL, NULL, "NAME", "Only products of this category."},
    {"price-min", SS_OPTION_INT, AT(price_min), -1, 9e15, "-1", NULL, "MINOR", "Lowest price in minor units; -1: any."},
    {"price-max", SS_OPTION_INT, AT(price_max), -1, 9e15, "-1", NULL, "MINOR",
     "Highest price in minor units; -1: any."},
    {"limit", SS_OPTION_INT, AT(limit), 1, SS_LIMIT_MAX, "20", NULL, NULL, "Most products."},
    {"all", SS_OPTION_FLAG, AT(all), 0, 0, NULL, NULL, NULL,
     "Also what may not be shown: hidden, out of stock, not available, in no catalogue; takes the role admin."},
    {"categories", SS_OPTION_FLAG, AT(categories), 0, 0, NULL, NULL, NULL,
     "The categories instead, those with the most products first."},
    {0},
};

static size_t find_groups(void *memory, ss_option_group *groups)
{
    find_settings *settings = memory;
    groups[0] = (ss_option_group){NULL, NULL, find_options, settings};
    groups[1] = (ss_option_group){"Connection", NULL, ss_connection_option_table, &settings->connection};
    return 2;
}

static const char *why_withheld(const smartshelf_product *product)
{
    if (product->hidden)
        return "hidden";
    if (product->not_in_catalogue)
        return "in no catalogue";
    if (product->no_stock)
        return "out of stock";
    return product->not_available ? "not available now" : product->access ? "reserved for some visitors" : "";
}

static void print_products(const smartshelf_answer *answer)
{
    size_t widest = 0;
    char price[SS_MONEY_TEXT];
    for (size_t i = 0; i < answer->product_count; i++)
        widest = ss_cell_wider(widest, answer->products[i].name, SS_CELL_NAME_MAX);
    for (size_t i = 0; i < answer->product_count; i++) {
        const smartshelf_product *product = &answer->products[i];
        ss_cell name = ss_cell_of(product->name, SS_CELL_NAME_MAX), id = ss_cell_of(product->item_id, SS_CELL_TEXT);
        price[0] = '\0';
        if (product->has_price)
            ss_value_format_money(product->price, (int)answer->decimals, price);
        ss_cell_print(&name, widest);
        printf("%9s  %s", price, id.text);
        printf(*why_withheld(product) ? "  (%s)\n" : "%s\n", why_withheld(product));
    }
}

static void print_categories(const smartshelf_answer *answer)
{
    for (size_t i = 0; i < answer->category_count; i++) {
        ss_cell name = ss_cell_of(answer->categories[i].name, SS_CELL_TEXT);
        printf("%8" PRIu64 "  %s\n", answer->categories[i].count, name.text);
    }
}

/* Asks until something is found or all has been looked at: one request looks at so many names and no more. */
static ss_status ask(smartshelf_client *client, smartshelf_query *query, const char *place, smartshelf_answer *answer,
                     ss_error *error)
{
    ss_status status = ss_connection_check(smartshelf_ask(client, query, answer), answer, place, error);
    while (status == SS_OK && answer->product_count == 0 && answer->after) {
        smartshelf_answer last = *answer;
        query->after = last.after;
        status = ss_connection_check(smartshelf_ask(client, query, answer), answer, place, error);
        smartshelf_answer_release(&last);
    }
    return status;
}

static smartshelf_query make_query(const find_settings *settings, const char *text)
{
    static const char *const fields[] = {"name", "price"};
    smartshelf_query query = smartshelf_query_of(ss_method_name(SS_METHOD_FIND));
    query.text = text;
    query.category = settings->category;
    query.price_min = settings->price_min;
    query.price_max = settings->price_max;
    query.limit = settings->categories ? 1 : (unsigned)settings->limit;
    query.all = settings->all;
    query.categories = settings->categories;
    query.fields = fields;
    query.field_count = sizeof fields / sizeof *fields;
    return query;
}

/* For people; a list that is cut says so. */
static void print_answer(const smartshelf_answer *answer, const find_settings *settings)
{
    if (settings->categories) {
        print_categories(answer);
        return;
    }
    print_products(answer);
    if (answer->product_count == 0)
        puts("no product of that kind");
    else if (answer->more)
        puts("there may be more: see --limit");
}

static ss_status run_find(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    const find_settings *settings = memory;
    ss_connection connection = {0};
    smartshelf_answer answer = {0};
    SS_TRY(ss_command_operands(operands, 0, 1, error));
    const char *text = operands->count > 0 ? operands->text[0] : NULL;
    if (text && strlen(text) > SS_NAME_TEXT_MAX)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "TEXT: at most %u bytes", SS_NAME_TEXT_MAX));
    smartshelf_query query = make_query(settings, text);
    SS_TRY(ss_connection_open(&settings->connection, &connection, error));
    SS_TRY(ask(connection.client, &query, settings->connection.endpoints.text[0], &answer, error));
    if (cli->json)
        SS_TRY(ss_query_print_json(&answer, error));
    else
        print_answer(&answer, settings);
out:
    smartshelf_answer_release(&answer);
    ss_connection_close(&connection);
    return status;
}

const ss_command ss_command_find = {
    .name = "find",
    .operands = "[TEXT]",
    .summary = "Find products of a server by a part of their names.",
    .description =
        "Case, accents and the order of words do not matter; the best sellers come first, and what the shop\n"
        "has changed since the last training counts.\n\n"
        "  smartshelf find \"glass lant\"\n"
        "  smartshelf find --category Kitchen --price-max 2000\n"
        "  smartshelf find --categories",
    .settings_size = sizeof(find_settings),
    .groups = find_groups,
    .run = run_find,
};

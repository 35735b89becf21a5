#include "cli/command.h"
#include "cli/connection.h"
#include "cli/query_print.h"

#include "base/memory.h"
#include "client/codec.h"
#include "server/handler.h"
#include "server/keys.h"
#include "server/server.h"
#include <stdlib.h>
#include <string.h>

typedef struct query_settings {
    const char *store, *item, *items, *cart, *exclude, *customer, *session, *category, *fields, *shelves;
    int64_t limit, price_min, price_max, bought;
    bool explain, no_consent;
    ss_connection_settings connection;
} query_settings;

#define AT(MEMBER) offsetof(query_settings, MEMBER)

static const ss_option query_options[] = {
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, NULL, NULL, "STORE|GENERATION", "Ask a store, without a server."},
    {"item", SS_OPTION_TEXT, AT(item), 0, 0, NULL, NULL, "ID", "The product on the page."},
    {"items", SS_OPTION_TEXT, AT(items), 0, 0, NULL, NULL, "ID,…", "What the visitor saw, oldest first."},
    {"cart", SS_OPTION_TEXT, AT(cart), 0, 0, NULL, NULL, "ID,…", "What is in the cart."},
    {"customer", SS_OPTION_TEXT, AT(customer), 0, 0, NULL, NULL, "ID", "Who asks."},
    {"session", SS_OPTION_TEXT, AT(session), 0, 0, NULL, NULL, "ID", "The visitor's session."},
    {"no-consent", SS_OPTION_FLAG, AT(no_consent), 0, 0, NULL, NULL, NULL,
     "The visitor allows nothing: neither customer nor session is looked up."},
    {"shelves", SS_OPTION_TEXT, AT(shelves), 0, 0, NULL, NULL, "NAME[:LIMIT],…",
     "Several shelves of one page, most important first, no product twice; the method is page then."},
    {"exclude", SS_OPTION_TEXT, AT(exclude), 0, 0, NULL, NULL, "ID,…", "Never show these."},
    {"limit", SS_OPTION_INT, AT(limit), 1, SS_LIMIT_MAX, "10", NULL, NULL, "Most products."},
    {"category", SS_OPTION_TEXT, AT(category), 0, 0, NULL, NULL, "NAME", "Only products of this category."},
    {"price-min", SS_OPTION_INT, AT(price_min), -1, 9e15, "-1", NULL, "MINOR", "Lowest price in minor units; -1: any."},
    {"price-max", SS_OPTION_INT, AT(price_max), -1, 9e15, "-1", NULL, "MINOR",
     "Highest price in minor units; -1: any."},
    {"bought", SS_OPTION_CHOICE, AT(bought), 0, 0, "shelf", "shelf|exclude|allow", NULL,
     "What the customer already bought: as the shelf has it, or not at all, or welcome."},
    {"explain", SS_OPTION_FLAG, AT(explain), 0, 0, NULL, NULL, NULL, "Tell what the rules took away."},
    {"fields", SS_OPTION_TEXT, AT(fields), 0, 0, "name,price", NULL, "NAME,…",
     "Columns of the catalogue: name, price, category, url, image, stock, lowest_price_30d."},
    {0},
};

static size_t query_groups(void *settings, ss_option_group *groups)
{
    query_settings *of = settings;
    groups[0] = (ss_option_group){NULL, NULL, query_options, settings};
    groups[1] = (ss_option_group){"Connection", NULL, ss_connection_option_table, &of->connection};
    return 2;
}

/* ---- the question ---- */

/* Ids of a list separated by commas, in a copy that they point into. */
typedef struct id_list {
    char *copy;
    char *ids[SS_EXCLUDE_MAX];
    size_t count;
} id_list;

static ss_status split(const char *option, const char *text, id_list *list, ss_error *error)
{
    if (!text)
        return SS_OK;
    list->copy = strdup(text);
    if (!list->copy)
        return ss_error_nomem(error);
    char *rest = list->copy;
    for (char *id; (id = strsep(&rest, ",")) != NULL;) {
        if (list->count == SS_EXCLUDE_MAX)
            return ss_error_set(error, SS_E_ARGUMENT, "--%s: more than %u ids", option, SS_EXCLUDE_MAX);
        if (*id)
            list->ids[list->count++] = id;
    }
    return SS_OK;
}

static const char *const *ids_of(const id_list *list)
{
    return (const char *const *)list->ids;
}

static bool is_page(const char *method)
{
    return strcmp(method, ss_method_name(SS_METHOD_PAGE)) == 0;
}

typedef struct asked_question {
    smartshelf_query query;
    id_list items, cart, exclude, fields, shelves;
    smartshelf_wish wishes[SS_SHELVES_MAX];
} asked_question;

/* "related" or "related:4", in place. */
static ss_status take_wish(char *text, smartshelf_wish *wish, ss_error *error)
{
    char *colon = strchr(text, ':');
    long long limit = 0;
    wish->shelf = text;
    if (colon && (!ss_slice_to_i64(ss_slice_of(colon + 1), &limit) || limit < 1 || limit > SS_LIMIT_MAX))
        return ss_error_set(error, SS_E_ARGUMENT, "--shelves: %s: a limit is 1 to %u", text, SS_LIMIT_MAX);
    if (colon)
        *colon = '\0';
    wish->limit = (unsigned)limit;
    return SS_OK;
}

static ss_status take_wishes(const char *text, asked_question *question, ss_error *error)
{
    ss_status status = split("shelves", text, &question->shelves, error);
    size_t count = question->shelves.count;
    if (status == SS_OK && (count < 1 || count > SS_SHELVES_MAX))
        status =
            ss_error_set(error, SS_E_ARGUMENT, "--shelves: 1 to %u names, such as related:4,popular", SS_SHELVES_MAX);
    for (size_t i = 0; i < count && status == SS_OK; i++)
        status = take_wish(question->shelves.ids[i], &question->wishes[i], error);
    question->query.shelves = question->wishes;
    question->query.shelf_count = count;
    return status;
}

static ss_status make_question(const query_settings *settings, const char *method, bool for_people,
                               asked_question *question, ss_error *error)
{
    static const char *const bought[] = {NULL, "exclude", "allow"};
    ss_status status;
    bool page = is_page(method), shelf = page || ss_shelf_find(ss_slice_of(method)) != SS_SHELF_COUNT;
    smartshelf_query *query = &question->query;
    *query = smartshelf_query_of(method);
    if (!shelf)
        return SS_OK;
    if (page)
        SS_TRY(take_wishes(settings->shelves ? settings->shelves : "", question, error));
    SS_TRY(split("items", settings->items, &question->items, error));
    SS_TRY(split("cart", settings->cart, &question->cart, error));
    SS_TRY(split("exclude", settings->exclude, &question->exclude, error));
    SS_TRY(split("fields", settings->fields, &question->fields, error));
    query->item_id = settings->item;
    query->customer_id = settings->customer;
    query->session_id = settings->session;
    query->consent = settings->no_consent ? "none" : NULL;
    query->items = ids_of(&question->items), query->item_count = question->items.count;
    query->cart = ids_of(&question->cart), query->cart_count = question->cart.count;
    query->exclude = ids_of(&question->exclude), query->exclude_count = question->exclude.count;
    query->fields = ids_of(&question->fields), query->field_count = question->fields.count;
    query->limit = (unsigned)settings->limit;
    query->category = settings->category;
    query->price_min = settings->price_min;
    query->price_max = settings->price_max;
    query->bought = bought[settings->bought];
    query->explain = settings->explain || for_people; /* who mistyped an id should hear of it */
out:
    return status;
}

static void free_question(asked_question *question)
{
    free(question->items.copy);
    free(question->cart.copy);
    free(question->exclude.copy);
    free(question->fields.copy);
    free(question->shelves.copy);
}

/* ---- asked of a server ---- */

static ss_status ask_server(const query_settings *settings, const smartshelf_query *query, smartshelf_answer *answer,
                            ss_error *error)
{
    ss_connection connection = {0};
    ss_status status = ss_connection_open(&settings->connection, &connection, error);
    if (status == SS_OK)
        status = ss_connection_check(smartshelf_ask(connection.client, query, answer), answer,
                                     settings->connection.endpoints.text[0], error);
    ss_connection_close(&connection);
    return status;
}

/* ---- asked of a store: the server's handler on the same bytes ---- */

static ss_status handle(ss_handler *handler, const char *store, const smartshelf_query *query,
                        smartshelf_answer *answer, ss_error *error)
{
    char *bytes = NULL;
    size_t capacity = 0, size;
    uint32_t msgid;
    ss_slice reply;
    smartshelf_status status = smartshelf_query_encode(query, 1, &bytes, &capacity, &size);
    if (status == SMARTSHELF_OK) {
        ss_handled handled = ss_handler_handle(handler, (ss_slice){bytes, size}, NULL, NULL, &reply, &msgid);
        status =
            handled == SS_HANDLED_REPLY ? smartshelf_answer_decode(reply.data, reply.size, answer) : SMARTSHELF_NOMEM;
    }
    free(bytes);
    return ss_connection_check(status, answer, store, error);
}

static ss_status ask_store(const query_settings *settings, const ss_config_file *file, const smartshelf_query *query,
                           smartshelf_answer *answer, ss_error *error)
{
    ss_status status;
    ss_service service;
    ss_snapshot *snapshot = NULL;
    ss_answerer *answerer = NULL;
    ss_handler *handler = NULL;
    ss_stats *stats = ss_array_zeroed(1, sizeof *stats);
    ss_service_init(&service);
    if (!stats)
        return ss_error_nomem(error);
    if (strcmp(query->method, ss_method_name(SS_METHOD_RELOAD)) == 0)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "only a server reloads: a store is read anew by each query"));
    service.stats[service.stats_count++] = stats;
    SS_TRY(ss_snapshot_open_configured(settings->store, NULL, false, file ? ss_config_file_shelves(file) : NULL,
                                       &snapshot, error));
    SS_TRY(ss_answerer_new(snapshot, NULL, &answerer, error));
    SS_TRY(ss_handler_new(answerer, &service, stats, &handler, error));
    SS_TRY(handle(handler, settings->store, query, answer, error));
out:
    ss_handler_free(&handler);
    ss_snapshot_release(&snapshot);
    free(stats);
    return status;
}

/* ---- the command ---- */

/* METHOD, or what --shelves means. */
static ss_status method_of(const query_settings *settings, const ss_texts *operands, const char **method,
                           ss_error *error)
{
    *method = operands->count > 0 ? operands->text[0] : settings->shelves ? ss_method_name(SS_METHOD_PAGE) : NULL;
    if (!*method)
        return ss_error_set(error, SS_E_ARGUMENT, "no METHOD: say what to ask, such as related or popular");
    if (settings->shelves && !is_page(*method))
        return ss_error_set(error, SS_E_ARGUMENT, "--shelves goes with the method page");
    return ss_command_operands(operands, 0, 1, error);
}

static ss_status run_query(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    const query_settings *settings = memory;
    const char *method;
    asked_question question = {0};
    smartshelf_answer answer = {0};
    SS_TRY(method_of(settings, operands, &method, error));
    if (cli->file && !settings->store)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "--config goes with --store: a server has its own"));
    SS_TRY(make_question(settings, method, !cli->json, &question, error));
    SS_TRY(settings->store ? ask_store(settings, cli->file, &question.query, &answer, error)
                           : ask_server(settings, &question.query, &answer, error));
    bool shelf = is_page(method) || ss_shelf_find(ss_slice_of(method)) != SS_SHELF_COUNT;
    if (cli->json || !shelf)
        SS_TRY(ss_query_print_json(&answer, error));
    else
        ss_query_print_table(&answer, settings->explain);
out:
    smartshelf_answer_release(&answer);
    free_question(&question);
    return status;
}

const ss_command ss_command_query = {
    .name = "query",
    .operands = "[METHOD]",
    .summary = "Ask a server, or a store without one.",
    .description = "METHOD: related, bought_together, bought_next, for_you, cart, popular, trending, alternatives,\n"
                   "buy_again, new_arrivals, page; of a server also health, stats, reload.\n\n"
                   "  smartshelf query related --item 85123A --limit 8\n"
                   "  smartshelf query --shelves bought_together:4,for_you:8,popular --item 85123A --customer 17850\n"
                   "  smartshelf query cart --cart 85123A,22423 --store /srv/shelf --explain\n"
                   "  smartshelf query for_you --customer 17850 --connect ipc:///run/shelf.ipc --json",
    .takes_config = true,
    .settings_size = sizeof(query_settings),
    .groups = query_groups,
    .run = run_query,
};

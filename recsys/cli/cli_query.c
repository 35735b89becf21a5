#include "cli/command.h"
#include "cli/query_print.h"

#include "base/memory.h"
#include "client/codec.h"
#include "server/handler.h"
#include "server/keys.h"
#include "server/server.h"
#include <stdlib.h>
#include <string.h>

typedef struct query_settings {
    const char *store, *item, *items, *cart, *exclude, *customer, *session, *category, *fields;
    ss_texts endpoints;
    int64_t limit, price_min, price_max, bought, timeout_ms;
    bool explain;
    const char *curve_key, *server_key;
} query_settings;

#define AT(MEMBER) offsetof(query_settings, MEMBER)

static const ss_option query_options[] = {
    {"connect", SS_OPTION_TEXTS, AT(endpoints), 0, 0, SS_ENDPOINT_DEFAULT, NULL, "ENDPOINT", "The server to ask."},
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, NULL, NULL, "STORE|GENERATION", "Ask a store, without a server."},
    {"item", SS_OPTION_TEXT, AT(item), 0, 0, NULL, NULL, "ID", "The product on the page."},
    {"items", SS_OPTION_TEXT, AT(items), 0, 0, NULL, NULL, "ID,…", "What the visitor saw, oldest first."},
    {"cart", SS_OPTION_TEXT, AT(cart), 0, 0, NULL, NULL, "ID,…", "What is in the cart."},
    {"customer", SS_OPTION_TEXT, AT(customer), 0, 0, NULL, NULL, "ID", "Who asks."},
    {"session", SS_OPTION_TEXT, AT(session), 0, 0, NULL, NULL, "ID", "The visitor's session."},
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
    {"timeout", SS_OPTION_INT, AT(timeout_ms), 0, 600000, "2000", NULL, "MS", "How long to wait for the server."},
    {"curve-key", SS_OPTION_TEXT, AT(curve_key), 0, 0, NULL, NULL, "FILE", "Our own secret key (smartshelf keygen)."},
    {"server-key", SS_OPTION_TEXT, AT(server_key), 0, 0, NULL, NULL, "FILE|KEY", "The server's public key."},
    {0},
};

static size_t query_groups(void *settings, ss_option_group *groups)
{
    groups[0] = (ss_option_group){NULL, NULL, query_options, settings};
    return 1;
}

/* ---- the question ---- */

/* Ids of a list separated by commas, in a copy that they point into. */
typedef struct id_list {
    char *copy;
    const char *ids[SS_EXCLUDE_MAX];
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

typedef struct asked_question {
    smartshelf_query query;
    id_list items, cart, exclude, fields;
} asked_question;

static ss_status make_question(const query_settings *settings, const char *method, bool for_people,
                               asked_question *question, ss_error *error)
{
    static const char *const bought[] = {NULL, "exclude", "allow"};
    ss_status status;
    bool shelf = ss_shelf_find(ss_slice_of(method)) != SS_SHELF_COUNT;
    smartshelf_query *query = &question->query;
    *query = smartshelf_query_of(method);
    if (!shelf)
        return SS_OK;
    SS_TRY(split("items", settings->items, &question->items, error));
    SS_TRY(split("cart", settings->cart, &question->cart, error));
    SS_TRY(split("exclude", settings->exclude, &question->exclude, error));
    SS_TRY(split("fields", settings->fields, &question->fields, error));
    query->item_id = settings->item;
    query->customer_id = settings->customer;
    query->session_id = settings->session;
    query->items = question->items.ids, query->item_count = question->items.count;
    query->cart = question->cart.ids, query->cart_count = question->cart.count;
    query->exclude = question->exclude.ids, query->exclude_count = question->exclude.count;
    query->fields = question->fields.ids, query->field_count = question->fields.count;
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
}

/* ---- asked of a server ---- */

static ss_status read_keys(const query_settings *settings, ss_keys *own, ss_keys *server, ss_error *error)
{
    if (!settings->curve_key && !settings->server_key)
        return SS_OK;
    if (!settings->curve_key || !settings->server_key)
        return ss_error_set(error, SS_E_ARGUMENT, "--curve-key and --server-key go together: one is missing");
    ss_status status = ss_keys_read(settings->curve_key, true, own, error);
    if (status != SS_OK)
        return status;
    if (!ss_key_is_valid(settings->server_key, strlen(settings->server_key)))
        return ss_keys_read(settings->server_key, false, server, error);
    memcpy(server->public_key, settings->server_key, SS_KEY_SIZE);
    return SS_OK;
}

static ss_status client_error(smartshelf_status status, const char *place, ss_error *error)
{
    static const char *const texts[SMARTSHELF_STATUS_COUNT] = {
        [SMARTSHELF_TIMEOUT] = "no reply in time: is a server there, and are the keys right?",
        [SMARTSHELF_BAD_REPLY] = "what came is no reply",
        [SMARTSHELF_ARGUMENT] = "not an endpoint, or not a question",
        [SMARTSHELF_NETWORK] = "not an endpoint or key that can be used",
    };
    if (status == SMARTSHELF_OK || status == SMARTSHELF_ERROR) /* the server's error is in the answer */
        return SS_OK;
    if (status == SMARTSHELF_NOMEM)
        return ss_error_nomem(error);
    ss_error_set(error, SS_E_NETWORK, "%s", texts[status] ? texts[status] : smartshelf_status_name(status));
    ss_error_place(error, place, 0);
    return SS_E_NETWORK;
}

static ss_status ask_server(const query_settings *settings, const smartshelf_query *query, smartshelf_answer *answer,
                            ss_error *error)
{
    ss_keys own = {0}, server = {0};
    smartshelf_client *client = NULL;
    ss_status status = read_keys(settings, &own, &server, error);
    if (status != SS_OK)
        return status;
    smartshelf_options options = smartshelf_options_default();
    options.endpoints = settings->endpoints.text;
    options.endpoint_count = settings->endpoints.count;
    options.timeout_ms = (int)settings->timeout_ms;
    if (own.secret_key[0]) {
        options.server_key = server.public_key;
        options.public_key = own.public_key;
        options.secret_key = own.secret_key;
    }
    smartshelf_status asked = smartshelf_open(&options, &client);
    if (asked == SMARTSHELF_OK)
        asked = smartshelf_ask(client, query, answer);
    smartshelf_close(&client);
    ss_keys_wipe(&own);
    return client_error(asked, settings->endpoints.text[0], error);
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
    return client_error(status, store, error);
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

static ss_status server_error(const smartshelf_answer *answer, ss_error *error)
{
    static const ss_status statuses[SS_FAULT_COUNT] = {
        [SS_FAULT_ACCESS_DENIED] = SS_E_ACCESS, [SS_FAULT_BUSY] = SS_E_BUSY,
        [SS_FAULT_REFUSED] = SS_E_CORRUPT,      [SS_FAULT_SHUTTING_DOWN] = SS_E_SHUTTING_DOWN,
        [SS_FAULT_INTERNAL] = SS_E_NETWORK,
    }; /* the others blame the question */
    ss_status status = answer->error_code < SS_FAULT_COUNT ? statuses[answer->error_code] : SS_E_NETWORK;
    return ss_error_set(error, status ? status : SS_E_ARGUMENT, "%s (error %u, %s)",
                        answer->error_message ? answer->error_message : "", answer->error_code,
                        answer->error_name ? answer->error_name : "?");
}

static ss_status run_query(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    const query_settings *settings = memory;
    asked_question question = {0};
    smartshelf_answer answer = {0};
    if (operands->count == 0)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "no METHOD: say what to ask, such as related or popular"));
    SS_TRY(ss_command_operands(operands, 1, 1, error));
    if (cli->file && !settings->store)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "--config goes with --store: a server has its own"));
    SS_TRY(make_question(settings, operands->text[0], !cli->json, &question, error));
    SS_TRY(settings->store ? ask_store(settings, cli->file, &question.query, &answer, error)
                           : ask_server(settings, &question.query, &answer, error));
    if (answer.error_code)
        SS_TRY(server_error(&answer, error));
    if (cli->json || ss_shelf_find(ss_slice_of(operands->text[0])) == SS_SHELF_COUNT)
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
    .operands = "METHOD",
    .summary = "Ask a server, or a store without one.",
    .description = "METHOD: related, bought_together, bought_next, for_you, cart, popular, trending; of a server also "
                   "health, stats,\n"
                   "reload.\n\n"
                   "  smartshelf query related --item 85123A --limit 8\n"
                   "  smartshelf query cart --cart 85123A,22423 --store /srv/shelf --explain\n"
                   "  smartshelf query for_you --customer 17850 --connect ipc:///run/shelf.ipc --json",
    .takes_config = true,
    .settings_size = sizeof(query_settings),
    .groups = query_groups,
    .run = run_query,
};

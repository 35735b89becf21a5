#include "cli/query_print.h"

#include "base/slice.h"
#include "base/timestamp.h"
#include "cli/print_json.h"
#include "cli/table.h"
#include "cli/wire_json.h"
#include "log/values.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- for people ---- */

static void format_price(const smartshelf_product *product, unsigned decimals, char text[SS_MONEY_TEXT])
{
    text[0] = '\0';
    if (product->has_price)
        ss_value_format_money(product->price, (int)decimals, text);
}

/* "in 214 orders together with Glass lantern (8.0 times the chance)"; of an offer the chance is not kept */
static int format_pairs(const smartshelf_product *product, char *text, size_t size)
{
    static const struct {
        const char *model, *before, *unit, *after, *because;
    } forms[] = {
        {"bought_together", "in", "order", " together", "with"},
        {"bought_next", "bought next by", "customer", "", "of"},
        {NULL, "bought by the same", "customer", "", "as"},
    };
    size_t form = 0;
    while (forms[form].model && strcmp(forms[form].model, product->model ? product->model : "") != 0)
        form++;
    ss_cell because = ss_cell_of(product->because_name ? product->because_name : product->because, SS_CELL_NAME_MAX);
    char chance[48] = "";
    if (product->lift > 0)
        snprintf(chance, sizeof chance, " (%.1f times the chance)", product->lift);
    return snprintf(text, size, "%s %" PRIu64 " %s%s%s%s%s%s%s%s", forms[form].before, product->pairs, forms[form].unit,
                    product->pairs == 1 ? "" : "s", forms[form].after, product->because ? " " : "",
                    product->because ? forms[form].because : "", product->because ? " " : "", because.text, chance);
}

/* What a source says by itself; and around a number of its evidence, the last with an s behind it where that is many. */
static const struct {
    const char *model, *alone, *before, *after, *unit;
} sources[] = {
    {"als", "to the taste that the history shows", NULL, NULL, NULL},
    {"history", "bought before", "bought", "", " time"},
    {"popular", "popular", "number", " of the best sellers", NULL},
    {"popular_in_category", "popular in its category", "number", " in its category", NULL},
    {"trending", "selling better than usual", "number", " of what sells better than usual", NULL},
    {"new", "new in the shop", NULL, NULL, NULL},
    {"session_knn", "what visitors like this one looked at", "in", " similar", " session"},
    {"repurchase", "bought before, and about due again", "about due again: bought", "", " time"},
    {"alternatives", "by its name", "looked at with it in", "", " session"},
    {"pinned", "the shop's choice", NULL, NULL, NULL},
    {"fallback", "from the static list", NULL, NULL, NULL},
    {"page", "the product on the page", NULL, NULL, NULL},
    {"seen", "looked at in this session", NULL, NULL, NULL},
    {"cart", "in the cart", NULL, NULL, NULL},
};

static int format_known(size_t source, uint64_t count, char *text, size_t size)
{
    const char *unit = sources[source].unit;
    if (count == 0 || !sources[source].before)
        return snprintf(text, size, "%s", sources[source].alone);
    return snprintf(text, size, "%s %" PRIu64 "%s%s%s", sources[source].before, count, sources[source].after,
                    unit ? unit : "", unit && count > 1 ? "s" : "");
}

static int format_source(const smartshelf_product *product, char *text, size_t size)
{
    uint64_t count = product->rank ? product->rank : product->sessions ? product->sessions : product->bought;
    ss_cell model = ss_cell_of(product->model, SS_CELL_NAME_MAX),
            because = ss_cell_of(product->because, SS_CELL_NAME_MAX);
    for (size_t i = 0; i < sizeof sources / sizeof *sources && product->model; i++)
        if (strcmp(product->model, sources[i].model) == 0)
            return format_known(i, count, text, size);
    if (product->because)
        return snprintf(text, size, "goes with %s", because.text);
    return snprintf(text, size, "%s", model.text);
}

/* What comes after that: when, with how many. */
static void append_more(const smartshelf_product *product, char *text, size_t size)
{
    char day[SS_TIMESTAMP_TEXT];
    if (product->last_bought) {
        ss_timestamp_format(product->last_bought, day);
        snprintf(text, size, ", last on %.10s", day);
    } else if (product->similarity > 0)
        snprintf(text, size, ", its name %.0f %% alike", 100 * product->similarity);
    else if (product->of > 1 && product->supported_by > 1)
        snprintf(text, size, ", goes with %" PRIu64 " of %" PRIu64 " items", product->supported_by, product->of);
}

void ss_query_format_reason(const smartshelf_product *product, char *text, size_t size)
{
    int used = product->has_evidence ? format_pairs(product, text, size) : format_source(product, text, size);
    if (used >= 0 && (size_t)used < size)
        append_more(product, text + used, size - (size_t)used);
}

/* How wide the columns of texts are: as wide as what stands in them. */
typedef struct table_layout {
    size_t name, id;
    unsigned decimals;
} table_layout;

static table_layout layout_of(const smartshelf_shelf *shelf, unsigned decimals)
{
    table_layout layout = {strlen("product"), strlen("item_id"), decimals};
    for (size_t i = 0; i < shelf->product_count; i++) {
        layout.name = ss_cell_wider(layout.name, shelf->products[i].name, SS_CELL_NAME_MAX);
        layout.id = ss_cell_wider(layout.id, shelf->products[i].item_id, SS_CELL_TEXT);
    }
    return layout;
}

static void print_product(const table_layout *layout, size_t rank, const smartshelf_product *product)
{
    char price[SS_MONEY_TEXT], reason[SS_CELL_TEXT];
    ss_cell name = ss_cell_of(product->name, SS_CELL_NAME_MAX), id = ss_cell_of(product->item_id, SS_CELL_TEXT);
    format_price(product, layout->decimals, price);
    ss_query_format_reason(product, reason, sizeof reason);
    printf("%4zu  ", rank);
    ss_cell_print(&name, layout->name);
    ss_cell_print(&id, layout->id);
    printf("%9s  %8.4f  %s%s\n", price, product->score, reason, product->stage > 0 ? " (fallback)" : "");
}

static void print_products(const smartshelf_shelf *shelf, unsigned decimals)
{
    table_layout layout = layout_of(shelf, decimals);
    printf("%4s  %-*s  %-*s  %9s  %8s  %s\n", "rank", (int)layout.name, "product", (int)layout.id, "item_id", "price",
           "score", "why");
    for (size_t i = 0; i < shelf->product_count; i++)
        print_product(&layout, i + 1, &shelf->products[i]);
}

static void print_short(const smartshelf_shelf *shelf)
{
    static const char *const sentences[][2] = {
        {"no_evidence", "nothing else has enough evidence, and no fallback is left"},
        {"filtered", "the filters, --exclude or what the customer bought leave no more"},
        {"catalogue_exhausted", "no more products may be shown at all"},
        {"below_min_items", "fewer than the shelf's min-items: it hides itself"},
    };
    const char *why = "see the protocol page";
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strcmp(sentences[i][0], shelf->short_code) == 0)
            why = sentences[i][1];
    printf("%s%u fewer than asked for: %s (%s)\n", shelf->product_count == 0 ? "no products, " : "", shelf->missing,
           why, shelf->short_code);
}

static void print_shelf(const smartshelf_shelf *shelf, unsigned decimals, bool explain)
{
    if (shelf->shelf)
        printf("%s\n", shelf->shelf);
    if (shelf->product_count > 0)
        print_products(shelf, decimals);
    if (shelf->short_code)
        print_short(shelf);
    for (size_t i = 0; explain && i < shelf->removed_count; i++)
        printf("removed by the rule %-18s %" PRIu64 "\n", shelf->removed[i].name, shelf->removed[i].count);
}

static void print_page(const smartshelf_answer *answer, bool explain)
{
    for (size_t i = 0; i < answer->shelf_count; i++) {
        print_shelf(&answer->shelves[i], answer->decimals, explain);
        if (i + 1 < answer->shelf_count)
            putchar('\n');
    }
}

void ss_query_print_table(const smartshelf_answer *answer, bool explain)
{
    const smartshelf_shelf only = {.products = answer->products,
                                   .product_count = answer->product_count,
                                   .short_code = answer->short_code,
                                   .missing = answer->missing,
                                   .removed = answer->removed,
                                   .removed_count = answer->removed_count};
    if (answer->shelf_count > 0)
        print_page(answer, explain);
    else
        print_shelf(&only, answer->decimals, explain);
    for (size_t i = 0; i < answer->unknown_count; i++)
        printf(strcmp(answer->unknown[i], "session_id") == 0 ? "nothing is known of this %s\n"
                                                             : "the generation does not know this %s\n",
               answer->unknown[i]);
    if (explain && answer->generation)
        printf("generation %s\n", answer->generation);
}

/* ---- for machines ---- */

ss_status ss_query_print_json(const smartshelf_answer *answer, ss_error *error)
{
    ss_wire_reader reader = {answer->reply, (const uint8_t *)answer->reply + answer->reply_size};
    json_t *reply = ss_wire_json(&reader);
    json_t *result = json_incref(json_array_get(reply, 3));
    json_decref(reply);
    return ss_print_json(result, JSON_INDENT(2) | JSON_REAL_PRECISION(8), error);
}

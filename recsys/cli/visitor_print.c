#include "cli/visitor_print.h"

#include "base/timestamp.h"
#include "cli/table.h"
#include "cli/wire_json.h"
#include "log/values.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 200 /* bytes of what happened with a product */

/* ---- pieces ---- */

static const char *text_in(const json_t *map, const char *name)
{
    const char *text = json_string_value(json_object_get(map, name));
    return text ? text : "";
}

static int64_t number_in(const json_t *map, const char *name)
{
    return (int64_t)json_integer_value(json_object_get(map, name));
}

static double real_in(const json_t *map, const char *name)
{
    return json_number_value(json_object_get(map, name));
}

/* "2026-11-23 10:42 UTC"; empty: never. */
static void format_time(const json_t *map, const char *name, char text[SS_TIMESTAMP_TEXT])
{
    const json_t *value = json_object_get(map, name);
    text[0] = '\0';
    if (!json_is_integer(value))
        return;
    ss_timestamp_format((int64_t)json_integer_value(value), text);
    text[10] = ' ';
    memcpy(text + 16, " UTC", 5);
}

static void add_words(char *words, size_t size, const char *format, int64_t count)
{
    size_t used = strlen(words);
    int head = snprintf(words + used, size - used, "%s", used > 0 ? ", " : "");
    used += (size_t)head < size - used ? (size_t)head : 0;
    snprintf(words + used, size - used, format, count);
}

/* ---- products ---- */

typedef struct product_columns {
    size_t name, id;
} product_columns;

static product_columns columns_of(const json_t *products)
{
    size_t index;
    json_t *product;
    product_columns columns = {strlen("product"), strlen("item_id")};
    json_array_foreach(products, index, product)
    {
        columns.name = ss_cell_wider(columns.name, text_in(product, "name"), SS_CELL_NAME_MAX);
        columns.id = ss_cell_wider(columns.id, text_in(product, "item_id"), SS_CELL_TEXT);
    }
    return columns;
}

static void print_cells(const product_columns *columns, const char *name, const char *id)
{
    const ss_cell first = ss_cell_of(name, SS_CELL_NAME_MAX), second = ss_cell_of(id, SS_CELL_TEXT);
    printf("  ");
    ss_cell_print(&first, columns->name);
    ss_cell_print(&second, columns->id);
}

static void print_head(const product_columns *columns, const char *rest)
{
    print_cells(columns, "product", "item_id");
    printf("%s\n", rest);
}

static void print_product(const product_columns *columns, const json_t *product)
{
    print_cells(columns, text_in(product, "name"), text_in(product, "item_id"));
}

/* ---- what they did lately ---- */

static void format_deeds(const json_t *item, char words[WORDS_MAX])
{
    words[0] = '\0';
    if (number_in(item, "cart") > 0)
        add_words(words, WORDS_MAX, "%" PRId64 " in the cart", number_in(item, "cart"));
    if (number_in(item, "bought") > 0)
        add_words(words, WORDS_MAX, "bought %" PRId64, number_in(item, "bought"));
    if (json_is_true(json_object_get(item, "dismissed")))
        add_words(words, WORDS_MAX, "dismissed", 0);
    if (words[0] == '\0' && json_is_true(json_object_get(item, "seen")))
        add_words(words, WORDS_MAX, "seen", 0);
    if (number_in(item, "shown") > 0)
        add_words(words, WORDS_MAX, "shown in vain %" PRId64, number_in(item, "shown"));
}

static void print_deeds(const json_t *items)
{
    size_t index;
    json_t *item;
    const product_columns columns = columns_of(items);
    char when[SS_TIMESTAMP_TEXT], words[WORDS_MAX];
    if (json_array_size(items) > 0)
        print_head(&columns, "when                  what");
    json_array_foreach(items, index, item)
    {
        format_time(item, "time", when);
        format_deeds(item, words);
        print_product(&columns, item);
        printf("%-20s  %s\n", when, words);
    }
}

static void print_live(const json_t *live, const char *kind, const char *id)
{
    char when[SS_TIMESTAMP_TEXT];
    if (!id)
        return;
    printf("%s %s: ", kind, ss_cell_of(id, SS_CELL_TEXT).text);
    if (!json_is_object(live)) {
        puts("nothing is known of lately");
        return;
    }
    format_time(live, "last_activity", when);
    printf("%s%s", when[0] ? "last active " : "not active lately", when);
    if (number_in(live, "offers_shown") > 0)
        printf("; offers shown %" PRId64, number_in(live, "offers_shown"));
    putchar('\n');
    print_deeds(json_object_get(live, "items"));
}

/* ---- what the generation knows ---- */

static void print_history(const json_t *result)
{
    size_t index;
    json_t *item, *history = json_object_get(result, "history");
    const product_columns columns = columns_of(history);
    int64_t count = number_in(result, "history_count");
    char when[SS_TIMESTAMP_TEXT];
    printf("\nbought, as generation %s knows: %" PRId64 " product%s\n", text_in(result, "generation"), count,
           count == 1 ? "" : "s");
    if (json_array_size(history) > 0)
        print_head(&columns, "   pieces  times  last");
    json_array_foreach(history, index, item)
    {
        format_time(item, "last_bought", when);
        print_product(&columns, item);
        printf("%9.10g  %5" PRId64 "  %s\n", real_in(item, "quantity"), number_in(item, "purchases"), when);
    }
    if (count > (int64_t)json_array_size(history))
        printf("  … and %" PRId64 " more (--limit)\n", count - (int64_t)json_array_size(history));
}

static void print_facts(const json_t *facts, int decimals)
{
    char when[SS_TIMESTAMP_TEXT], value[SS_MONEY_TEXT];
    if (!json_is_object(facts))
        return;
    format_time(facts, "last_order", when);
    ss_value_format_money(number_in(facts, "value"), decimals, value);
    printf("  %" PRId64 " orders worth %s", number_in(facts, "orders"), value);
    if (when[0])
        printf(", the last %s", when);
    if (real_in(facts, "interval_days") > 0)
        printf(", one every %.1f days", real_in(facts, "interval_days"));
    if (text_in(facts, "category")[0])
        printf(", mostly of %s", ss_cell_of(text_in(facts, "category"), SS_CELL_NAME_MAX).text);
    putchar('\n');
}

static void print_segments(const json_t *result)
{
    size_t index;
    json_t *segment;
    printf("\nsegments:");
    json_array_foreach(json_object_get(result, "segments"), index, segment)
        printf("%s %s", index > 0 ? "," : "", json_string_value(segment));
    putchar('\n');
    print_facts(json_object_get(result, "facts"), (int)number_in(result, "decimals"));
}

/* ---- offers ---- */

static void print_decision(const json_t *offer)
{
    size_t index;
    json_t *state, *decision = json_object_get(offer, "decision");
    char when[SS_TIMESTAMP_TEXT], until[SS_TIMESTAMP_TEXT];
    format_time(offer, "decided_at", when);
    format_time(decision, "expires_at", until);
    printf("  %s  %s page, campaign %s: %s", when, text_in(offer, "page"),
           ss_cell_of(text_in(decision, "campaign"), SS_CELL_NAME_MAX).text, text_in(decision, "reason"));
    if (until[0])
        printf(", until %s", until);
    json_array_foreach(json_object_get(offer, "states"), index, state)
        printf("%s %s", index > 0 ? "," : ":", json_string_value(state));
    putchar('\n');
}

static void print_offers(const json_t *offers)
{
    size_t index;
    json_t *offer;
    printf("\noffers whose outcome is waited for:%s\n", json_array_size(offers) > 0 ? "" : " none");
    json_array_foreach(offers, index, offer) print_decision(offer);
}

ss_status ss_visitor_print(const smartshelf_answer *answer, const char *session, const char *customer, ss_error *error)
{
    ss_wire_reader reader = {answer->reply, (const uint8_t *)answer->reply + answer->reply_size};
    json_t *reply = ss_wire_json(&reader);
    if (!reply)
        return ss_error_nomem(error);
    const json_t *result = json_array_get(reply, 3);
    print_live(json_object_get(result, "session"), "session", session);
    print_live(json_object_get(result, "customer"), "customer", customer);
    if (customer)
        print_history(result);
    print_segments(result);
    print_offers(json_object_get(result, "offers"));
    json_decref(reply);
    return SS_OK;
}

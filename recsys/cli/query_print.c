#include "cli/query_print.h"

#include "base/slice.h"
#include "client/wire.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define NAME_COLUMNS 44
#define TEXT_MAX     1024

/* ---- for people ---- */

/* `text` in so many columns (a character each), cut or filled up; nothing in it can move the cursor. */
static void print_column(const char *text, size_t columns)
{
    char printable[TEXT_MAX];
    size_t size = ss_slice_printable(ss_slice_of(text), printable, sizeof printable), at = 0;
    for (size_t column = 0; column < columns; column++) {
        size_t step = ss_slice_utf8_step((ss_slice){printable + at, size - at});
        if (step == 0)
            putchar(' ');
        else
            fwrite(printable + at, 1, step, stdout);
        at += step;
    }
    fputs("  ", stdout);
}

static void format_price(const smartshelf_product *product, unsigned decimals, char *text, size_t size)
{
    text[0] = '\0';
    if (!product->has_price)
        return;
    uint64_t unit = 1, price = (uint64_t)(product->price < 0 ? -product->price : product->price);
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    const char *sign = product->price < 0 ? "-" : "";
    if (decimals == 0)
        snprintf(text, size, "%s%" PRIu64, sign, price);
    else
        snprintf(text, size, "%s%" PRIu64 ".%0*" PRIu64, sign, price / unit, (int)decimals, price % unit);
}

/* "in 214 orders together, 8.0 times the chance" */
static void format_evidence(const smartshelf_product *product, char *text, size_t size)
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
    const char *because = product->because ? product->because : "";
    snprintf(text, size, "%s %" PRIu64 " %s%s%s%s%s%s%s, %.1f times the chance", forms[form].before, product->pairs,
             forms[form].unit, product->pairs == 1 ? "" : "s", forms[form].after, *because ? " " : "",
             *because ? forms[form].because : "", *because ? " " : "", because, product->lift);
}

static void format_reason(const smartshelf_product *product, char *text, size_t size)
{
    static const char *const sentences[][2] = {
        {"als", "to the taste that the history shows"},
        {"history", "bought before"},
        {"popular", "popular"},
        {"popular_in_category", "popular in its category"},
        {"trending", "selling better than usual"},
        {"fallback", "from the static list"},
    };
    if (product->has_evidence) {
        format_evidence(product, text, size);
        return;
    }
    snprintf(text, size, "%s", product->model ? product->model : "");
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences && product->model; i++)
        if (ss_slice_equal(ss_slice_of(product->model), ss_slice_of(sentences[i][0])))
            snprintf(text, size, "%s", sentences[i][1]);
}

static void print_product(size_t rank, const smartshelf_product *product, unsigned decimals)
{
    char price[32], reason[TEXT_MAX], printable[TEXT_MAX];
    format_price(product, decimals, price, sizeof price);
    format_reason(product, reason, sizeof reason);
    printf("%4zu  ", rank);
    print_column(product->name ? product->name : "", NAME_COLUMNS);
    print_column(product->item_id, 14);
    printf("%9s  %8.4f  ", price, product->score);
    ss_slice_printable(ss_slice_of(reason), printable, sizeof printable);
    printf("%s%s\n", printable, product->stage > 0 ? " (fallback)" : "");
}

void ss_query_print_table(const smartshelf_answer *answer, bool explain)
{
    printf("%4s  %-*s  %-14s  %9s  %8s  %s\n", "rank", NAME_COLUMNS, "product", "item_id", "price", "score", "why");
    for (size_t i = 0; i < answer->product_count; i++)
        print_product(i + 1, &answer->products[i], answer->decimals);
    if (answer->short_code)
        printf("%u fewer than asked for: %s\n", answer->missing, answer->short_code);
    for (size_t i = 0; explain && i < answer->removed_count; i++)
        printf("removed by the rule %-18s %" PRIu64 "\n", answer->removed[i].name, answer->removed[i].count);
    if (explain && answer->generation)
        printf("generation %s\n", answer->generation);
}

/* ---- for machines ---- */

static json_t *json_of(ss_wire_reader *reader);

static json_t *json_array_of(ss_wire_reader *reader, uint64_t count)
{
    json_t *array = json_array();
    for (uint64_t i = 0; i < count && array; i++)
        if (json_array_append_new(array, json_of(reader)) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *json_object_of(ss_wire_reader *reader, uint64_t count)
{
    json_t *object = json_object();
    for (uint64_t i = 0; i < count && object; i++) {
        ss_wire_token key;
        char name[TEXT_MAX];
        bool named = ss_wire_next(reader, &key) && key.kind == SS_WIRE_TEXT && key.size < sizeof name;
        snprintf(name, sizeof name, "%.*s", named ? (int)key.size : 0, named ? key.bytes : "");
        if (!named || json_object_set_new(object, name, json_of(reader)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* The depth is that of a reply which was walked through before. */
static json_t *json_of(ss_wire_reader *reader)
{
    ss_wire_token token;
    if (!ss_wire_next(reader, &token))
        return NULL;
    switch (token.kind) {
    case SS_WIRE_BOOL:
        return json_boolean(token.number);
    case SS_WIRE_UINT:
    case SS_WIRE_INT:
        return json_integer((json_int_t)token.number);
    case SS_WIRE_REAL:
        return json_real(token.real);
    case SS_WIRE_TEXT:
        return json_stringn(token.bytes, token.size);
    case SS_WIRE_ARRAY:
        return json_array_of(reader, token.number);
    case SS_WIRE_MAP:
        return json_object_of(reader, token.number);
    default:
        return json_null();
    }
}

ss_status ss_query_print_json(const smartshelf_answer *answer, ss_error *error)
{
    ss_wire_reader reader = {answer->reply, (const uint8_t *)answer->reply + answer->reply_size};
    json_t *reply = json_of(&reader);
    if (!reply)
        return ss_error_nomem(error);
    json_dumpf(json_array_get(reply, 3), stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    putchar('\n');
    json_decref(reply);
    return SS_OK;
}

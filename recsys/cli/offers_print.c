#include "cli/offers_print.h"

#include "base/timestamp.h"
#include "cli/query_print.h"
#include "cli/table.h"
#include "log/values.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 400 /* bytes of an incentive in words */

/* ---- reasons ---- */

typedef struct sentence {
    const char *code, *words;
} sentence;

static const sentence verdicts[] = {
    {"held_out", "the visitor is of the share that is never shown this campaign"},
    {"not_worth", "no offer is expected to earn more than showing none"},
    {"no_campaign", "no campaign of this page is for this visitor and cart now"},
    {"no_products", "no product may be offered"},
    {"shows", "this session has been shown as many as are allowed"},
    {"cooling", "too soon after a dismissal or a purchase"},
    {"no_consent", "the visitor allows nothing to be kept"},
    {"open_offer", "the visitor has an offer that is still good, or would have if they were not held out"},
    {NULL, "see the protocol page"},
};

static const sentence outcomes[] = {
    {"unknown_code", "no such code was given out: is it typed as it was shown?"},
    {"expired", "the offer has expired"},
    {"used", "another order has used it"},
    {"cancelled", "it was used, and that order was cancelled"},
    {"foreign", "it was given to somebody else"},
    {"items", "the cart does not hold what was offered"},
    {"below_margin", "at today's prices and costs too little would be left"},
    {"uses", "the customer has used as many as are allowed"},
    {"stacked", "the order has taken a code already"},
    {"rate_limited", "too many wrong codes: try again later"},
    {"no_gift", "the gift is sold out, or costs more by now than was set aside for it"},
    {"not_redeemed", "this order has not redeemed it"},
    {NULL, "see the protocol page"},
};

static const char *words_of(const sentence *sentences, const char *code)
{
    while (sentences->code && strcmp(sentences->code, code) != 0)
        sentences++;
    return sentences->words;
}

/* ---- incentives ---- */

static void format_incentive(const smartshelf_incentive *incentive, unsigned decimals, char *text, size_t size)
{
    char amount[SS_MONEY_TEXT];
    const char *kind = incentive && incentive->kind ? incentive->kind : "";
    if (incentive)
        ss_value_format_money(incentive->amount, (int)decimals, amount);
    if (strcmp(kind, "percent") == 0)
        snprintf(text, size, "%g %% off", incentive->percent);
    else if (strcmp(kind, "amount") == 0)
        snprintf(text, size, "%s off", amount);
    else if (strcmp(kind, "free_shipping") == 0)
        snprintf(text, size, "free shipping");
    else if (strcmp(kind, "cashback") == 0)
        snprintf(text, size, "%g %% back to spend next time: %s", incentive->percent, amount);
    else if (strcmp(kind, "points") == 0)
        snprintf(text, size, "%" PRId64 " points", incentive->points);
    else if (strcmp(kind, "gift") == 0)
        snprintf(text, size, "%s as a gift", ss_cell_of(incentive->gift_item, SS_CELL_NAME_MAX).text);
    else if (strcmp(kind, "bundle") == 0)
        snprintf(text, size, "%g %% off both together", incentive->percent);
    else
        snprintf(text, size, "%s", ss_cell_of(kind, SS_CELL_NAME_MAX).text);
}

/* ---- offers ---- */

typedef struct offer_layout {
    size_t name, id, incentive, code;
    unsigned decimals;
} offer_layout;

static void format_name(const smartshelf_offer *offer, char *text, size_t size)
{
    const char *with = offer->with_name ? offer->with_name : offer->with_item;
    if (!offer->product.item_id)
        snprintf(text, size, "the cart as a whole");
    else
        snprintf(text, size, "%s%s%s", offer->product.name ? offer->product.name : "", with ? " + " : "",
                 with ? with : "");
}

static offer_layout layout_of(const smartshelf_decision *decision, unsigned decimals)
{
    offer_layout layout = {strlen("product"), strlen("item_id"), strlen("given"), strlen("code"), decimals};
    char name[SS_CELL_TEXT], words[WORDS_MAX];
    for (size_t i = 0; i < decision->offer_count; i++) {
        const smartshelf_offer *offer = &decision->offers[i];
        format_name(offer, name, sizeof name);
        format_incentive(offer->incentive, decimals, words, sizeof words);
        layout.name = ss_cell_wider(layout.name, name, SS_CELL_NAME_MAX);
        layout.id = ss_cell_wider(layout.id, offer->product.item_id, SS_CELL_TEXT);
        layout.incentive = ss_cell_wider(layout.incentive, words, WORDS_MAX);
        layout.code = ss_cell_wider(layout.code, offer->code, SS_CELL_TEXT);
    }
    return layout;
}

static void print_text(const char *text, size_t most, size_t columns)
{
    const ss_cell cell = ss_cell_of(text, most);
    ss_cell_print(&cell, columns);
}

static void print_offer(const offer_layout *layout, const smartshelf_offer *offer)
{
    char name[SS_CELL_TEXT], words[WORDS_MAX], list[SS_MONEY_TEXT], price[SS_MONEY_TEXT], reason[SS_CELL_TEXT];
    format_name(offer, name, sizeof name);
    format_incentive(offer->incentive, layout->decimals, words, sizeof words);
    ss_value_format_money(offer->list_price, (int)layout->decimals, list);
    ss_value_format_money(offer->offer_price, (int)layout->decimals, price);
    ss_query_format_reason(&offer->product, reason, sizeof reason);
    print_text(name, SS_CELL_NAME_MAX, layout->name);
    print_text(offer->product.item_id, SS_CELL_TEXT, layout->id);
    printf("%9s  %9s  ", list, price);
    print_text(words, WORDS_MAX, layout->incentive);
    print_text(offer->code, SS_CELL_TEXT, layout->code);
    printf("%s\n", reason);
}

static void print_triggers(const smartshelf_decision *decision)
{
    const char *before = "ask for it when ";
    if (decision->mouse_out) {
        printf("%sthe mouse leaves the page", before);
        before = ", ";
    }
    if (decision->back_button) {
        printf("%sthe visitor goes back", before);
        before = ", ";
    }
    if (decision->idle_seconds) {
        printf("%snothing happens for %" PRId64 " s", before, decision->idle_seconds);
        before = ", ";
    }
    if (before[0] == ',')
        putchar('\n');
}

static void print_head(const smartshelf_decision *decision)
{
    char until[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(decision->expires_at, until);
    printf("shown: campaign %s", ss_cell_of(decision->campaign, SS_CELL_TEXT).text);
    if (decision->message_key)
        printf(", message %s", ss_cell_of(decision->message_key, SS_CELL_TEXT).text);
    if (decision->variant)
        printf(" %s", ss_cell_of(decision->variant, SS_CELL_TEXT).text);
    printf(", until %s%s\n", until, decision->repeated ? " (as it was answered before)" : "");
}

void ss_offers_print(const smartshelf_decision *decision, unsigned decimals)
{
    if (!decision->show) {
        printf("nothing is shown: %s (%s)\n", words_of(verdicts, decision->reason),
               ss_cell_of(decision->reason, SS_CELL_TEXT).text);
        return;
    }
    const offer_layout layout = layout_of(decision, decimals);
    print_head(decision);
    printf("%-*s  %-*s  %9s  %9s  %-*s  %-*s  %s\n", (int)layout.name, "product", (int)layout.id, "item_id", "list",
           "offer", (int)layout.incentive, "given", (int)layout.code, "code", "why");
    for (size_t i = 0; i < decision->offer_count; i++)
        print_offer(&layout, &decision->offers[i]);
    print_triggers(decision);
}

/* ---- codes ---- */

void ss_redemption_print(const smartshelf_redemption *redemption, unsigned decimals)
{
    char list[SS_MONEY_TEXT], charged[SS_MONEY_TEXT], given[SS_MONEY_TEXT], words[WORDS_MAX];
    if (strcmp(redemption->reason, "undone") == 0) {
        printf("undone%s: the cost is back in the budgets, and the code is used up\n",
               redemption->repeated ? " before" : "");
        return;
    }
    if (!redemption->redeemed) {
        printf("not redeemed: %s (%s)\n", words_of(outcomes, redemption->reason),
               ss_cell_of(redemption->reason, SS_CELL_TEXT).text);
        return;
    }
    ss_value_format_money(redemption->list, (int)decimals, list);
    ss_value_format_money(redemption->charged, (int)decimals, charged);
    ss_value_format_money(redemption->given, (int)decimals, given);
    format_incentive(redemption->incentive, decimals, words, sizeof words);
    printf("redeemed%s: %s by campaign %s\n", redemption->repeated ? " before, by this order" : "", words,
           ss_cell_of(redemption->campaign, SS_CELL_TEXT).text);
    printf("to pay %s instead of %s; it costs the shop %s\n", charged, list, given);
}

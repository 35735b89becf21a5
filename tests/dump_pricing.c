/*
 * dump_pricing: prices for an oracle in another language. Each line of stdin is a case, whole numbers separated by
 * blanks: what (0: item, 1: bundle, 2: cart), tax, margin_min, cart_margin_min, discount_max, discount_reduced,
 * price_cut, kind, share, amount, points, value_min, gift_cost, most, and for each line price, cost, lowest, quantity,
 * reduced, eligible. For each, a line on stdout: the name of the check, and where that is "fine" list, offer, given,
 * benefit and the offers of a bundle's or a cart's lines.
 */
#include "offers/pricing.h"

#include <stdio.h>
#include <stdlib.h>

enum { WHAT, TAX, MARGIN, CART_MARGIN, DEEPEST, REDUCED, CUT, KIND, SHARE, AMOUNT, POINTS, VALUE, GIFT, MOST, HEAD };
enum { OF_LINE = 6, NUMBERS = HEAD + OF_LINE * SS_CART_LINES_MAX };

static size_t read_numbers(char *line, int64_t *numbers)
{
    size_t count = 0;
    char *end;
    for (char *at = line; count < NUMBERS; at = end) {
        long long number = strtoll(at, &end, 10);
        if (end == at)
            break;
        numbers[count++] = number;
    }
    return count;
}

static void price(const int64_t *of, size_t count)
{
    ss_price_line lines[SS_CART_LINES_MAX];
    int64_t offers[SS_CART_LINES_MAX];
    ss_priced priced;
    ss_guards guards = {.tax = of[TAX],
                        .margin_min = of[MARGIN],
                        .cart_margin_min = of[CART_MARGIN],
                        .discount_max = of[DEEPEST],
                        .discount_reduced = of[REDUCED] != 0};
    ss_campaign campaign = {.price_cut = of[CUT] != 0};
    ss_incentive incentive = {.kind = (ss_incentive_kind)of[KIND],
                              .share = of[SHARE],
                              .amount = of[AMOUNT],
                              .points = of[POINTS],
                              .value_min = of[VALUE]};
    for (size_t i = 0; i < count; i++) {
        const int64_t *line = of + HEAD + i * OF_LINE;
        lines[i] = (ss_price_line){line[0], line[1], line[2], line[3], line[4] != 0, line[5] != 0};
    }
    ss_price_check check = of[WHAT] == 0   ? ss_price_item(&guards, &campaign, &incentive, lines, of[GIFT], &priced)
                           : of[WHAT] == 1 ? ss_price_bundle(&guards, &campaign, &incentive, lines, offers, &priced)
                                           : ss_price_cart(&guards, &campaign, &incentive, lines, count, of[GIFT],
                                                           of[MOST], offers, &priced);
    printf("%s", ss_price_check_name(check));
    if (check == SS_PRICE_FINE) {
        printf(" %lld %lld %lld %lld", (long long)priced.list, (long long)priced.offer, (long long)priced.given,
               (long long)priced.benefit);
        for (size_t i = 0; of[WHAT] > 0 && i < count; i++)
            printf(" %lld", (long long)offers[i]);
    }
    putchar('\n');
}

int main(void)
{
    static char line[1 << 17];
    static int64_t numbers[NUMBERS];
    while (fgets(line, sizeof line, stdin)) {
        size_t count = read_numbers(line, numbers);
        if (count < HEAD + OF_LINE || (count - HEAD) % OF_LINE)
            return 2;
        price(numbers, (count - HEAD) / OF_LINE);
    }
    return fflush(stdout) != 0;
}

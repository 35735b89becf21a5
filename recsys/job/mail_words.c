#include "job/mail_words.h"

#include "log/catalog.h"
#include "log/values.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define AGO_ROOM 48u

/* "today", "yesterday", "12 days ago". */
static const char *ago(const ss_mail_language *language, int64_t time, char text[AGO_ROOM])
{
    int64_t days = time == SS_NO_TIME || time > language->now ? 0 : (language->now - time) / SS_DAY;
    if (days > 1)
        snprintf(text, AGO_ROOM, "%" PRId64 " days ago", days);
    else
        snprintf(text, AGO_ROOM, "%s", days == 1 ? "yesterday" : "today");
    return text;
}

static const char *money(const ss_mail_language *language, int64_t minor, char text[SS_MONEY_TEXT])
{
    ss_value_format_money(minor, language->decimals, text);
    return text;
}

static const char *day(int64_t time, char text[SS_TIMESTAMP_TEXT])
{
    ss_timestamp_format(time, text);
    text[10] = '\0'; /* the date alone */
    return text;
}

static int64_t whole_days(double days)
{
    return (int64_t)fmax(1, round(days));
}

static void say_cart(const ss_mail_language *language, const ss_mail_product *product, char *text, size_t size)
{
    char when[AGO_ROOM];
    snprintf(text, size, "left in the cart %s, %" PRIu32 " piece%s", ago(language, product->when, when),
             product->pieces, product->pieces == 1 ? "" : "s");
}

static void say_back(const ss_mail_language *language, const ss_mail_product *product, char *text, size_t size)
{
    char when[AGO_ROOM], since[SS_TIMESTAMP_TEXT];
    snprintf(text, size, "looked at %s, sold out since, back in stock since %s", ago(language, product->when, when),
             day(product->since, since));
}

static void say_price(const ss_mail_language *language, const ss_mail_product *product, char *text, size_t size)
{
    char when[AGO_ROOM], was[SS_MONEY_TEXT], is[SS_MONEY_TEXT], lowest[SS_MONEY_TEXT], rest[SS_MONEY_TEXT + 64] = "";
    int64_t price = ss_catalogue_number(language->catalogue, product->item, SS_LIVE_PRICE);
    if (product->lowest != SS_NO_MONEY)
        snprintf(rest, sizeof rest, "; the lowest of the 30 days before was %s",
                 money(language, product->lowest, lowest));
    snprintf(text, size, "looked at %s at %s, now %s%s", ago(language, product->when, when),
             money(language, product->was, was), money(language, price, is), rest);
}

static void say_access(const ss_mail_product *product, char *text, size_t size)
{
    char until[SS_TIMESTAMP_TEXT];
    if (product->since == SS_NO_TIME)
        snprintf(text, size, "not for everybody");
    else
        snprintf(text, size, "before everybody else, until %s", day(product->since, until));
}

static void say_due(const ss_mail_language *language, const ss_mail_product *product, char *text, size_t size)
{
    char when[AGO_ROOM];
    snprintf(text, size, "bought %" PRIu32 " time%s, last %s; lasts some %" PRId64 " days", product->pieces,
             product->pieces == 1 ? "" : "s", ago(language, product->when, when), whole_days(product->days));
}

static void say_shelf(const ss_mail_language *language, const ss_mail_product *product, char *text, size_t size)
{
    const ss_reason *reason = &product->reason;
    ss_slice because = {"", 0}, name = {"", 0};
    if (!language->reasons) {
        snprintf(text, size, "%s", ss_source_name(reason->model));
        return;
    }
    if (reason->because < language->catalogue->count) {
        because = ss_catalogue_id(language->catalogue, reason->because);
        name = ss_catalogue_text(language->catalogue, reason->because, SS_LIVE_NAME);
    }
    language->reasons(reason, because, name, text, size);
}

void ss_mail_words_product(const ss_mail_language *language, const ss_mail_product *product, char *text, size_t size)
{
    switch (product->why) {
    case SS_MAIL_WHY_CART:
        say_cart(language, product, text, size);
        break;
    case SS_MAIL_WHY_BACK:
        say_back(language, product, text, size);
        break;
    case SS_MAIL_WHY_PRICE:
        say_price(language, product, text, size);
        break;
    case SS_MAIL_WHY_ACCESS:
        say_access(product, text, size);
        break;
    case SS_MAIL_WHY_DUE:
        say_due(language, product, text, size);
        break;
    case SS_MAIL_WHY_SHELF:
        say_shelf(language, product, text, size);
        break;
    }
}

/* ---- the list ---- */

static void say_left_cart(const ss_mail_language *language, const ss_mail *mail, char *text, size_t size)
{
    char when[AGO_ROOM], value[SS_MONEY_TEXT];
    if (mail->value > 0)
        snprintf(text, size, "a cart of %s, left %s", money(language, mail->value, value),
                 ago(language, mail->when, when));
    else
        snprintf(text, size, "a cart, left %s", ago(language, mail->when, when));
}

static void say_away(const ss_mail_language *language, const ss_mail *mail, char *text, size_t size)
{
    char when[AGO_ROOM];
    if (mail->days > 0)
        snprintf(text, size, "bought last %s, where every %" PRId64 " days would be usual",
                 ago(language, mail->when, when), whole_days(mail->days));
    else
        snprintf(text, size, "bought last %s", ago(language, mail->when, when));
}

void ss_mail_words_list(const ss_mail_language *language, const ss_mail *mail, char *text, size_t size)
{
    static const char *const plain[SS_MAIL_KINDS] = {
        [SS_MAIL_BACK_IN_STOCK] = "what they looked at is back in stock",
        [SS_MAIL_PRICE_DROPPED] = "what they looked at costs less now",
        [SS_MAIL_BIRTHDAY] = "birthday these days",
        [SS_MAIL_EARLY_ACCESS] = "may see it before others",
        [SS_MAIL_DUE_AGAIN] = "what they buy regularly runs out about now",
        [SS_MAIL_GOES_WITH] = "goes with what they bought some weeks ago",
        [SS_MAIL_FOR_YOU] = "suits what they bought and looked at",
    };
    if (mail->kind == SS_MAIL_ABANDONED_CART)
        say_left_cart(language, mail, text, size);
    else if (mail->kind == SS_MAIL_WIN_BACK)
        say_away(language, mail, text, size);
    else
        snprintf(text, size, "%s", plain[mail->kind]);
}

#include "job/mail_options.h"

#include "base/hash.h"
#include <string.h>

static const char *const names[SS_MAIL_KINDS] = {
    [SS_MAIL_ABANDONED_CART] = "abandoned_cart",
    [SS_MAIL_BACK_IN_STOCK] = "back_in_stock",
    [SS_MAIL_PRICE_DROPPED] = "price_dropped",
    [SS_MAIL_BIRTHDAY] = "birthday",
    [SS_MAIL_EARLY_ACCESS] = "early_access",
    [SS_MAIL_DUE_AGAIN] = "due_again",
    [SS_MAIL_GOES_WITH] = "goes_with",
    [SS_MAIL_WIN_BACK] = "win_back",
    [SS_MAIL_FOR_YOU] = "for_you",
};

#define AT(MEMBER)   offsetof(ss_mail_options, MEMBER)
#define REPEAT(KIND) (AT(repeat_days) + (KIND) * sizeof(double))
#define DAYS_MAX     400 /* as long as the memory of whom was written to lasts */

const ss_option ss_mail_option_table[] = {
    {"priority", SS_OPTION_TEXT, AT(priority), 0, 0, NULL, NULL, "LIST,…",
     "Who could be on several lists is on the first of these; default: the order in which they are named above."},
    {"products", SS_OPTION_INT, AT(products), 1, SS_MAIL_PRODUCTS_MAX, "6", NULL, NULL,
     "Most products for a customer."},
    {"min-products", SS_OPTION_INT, AT(min_products), 1, SS_MAIL_PRODUCTS_MAX, "1", NULL, NULL,
     "With fewer a customer is not on the list."},
    {"quiet-days", SS_OPTION_REAL, AT(quiet_days), 0, DAYS_MAX, "7", NULL, "DAYS",
     "Who was on a list is on none again for so long."},
    {"repeat-days.abandoned-cart", SS_OPTION_REAL, REPEAT(SS_MAIL_ABANDONED_CART), 0, DAYS_MAX, "7", NULL, "DAYS",
     "Who was on this list is not on it again for so long."},
    {"repeat-days.back-in-stock", SS_OPTION_REAL, REPEAT(SS_MAIL_BACK_IN_STOCK), 0, DAYS_MAX, "7", NULL, "DAYS",
     "The same."},
    {"repeat-days.price-dropped", SS_OPTION_REAL, REPEAT(SS_MAIL_PRICE_DROPPED), 0, DAYS_MAX, "14", NULL, "DAYS",
     "The same."},
    {"repeat-days.birthday", SS_OPTION_REAL, REPEAT(SS_MAIL_BIRTHDAY), 0, DAYS_MAX, "300", NULL, "DAYS", "The same."},
    {"repeat-days.early-access", SS_OPTION_REAL, REPEAT(SS_MAIL_EARLY_ACCESS), 0, DAYS_MAX, "14", NULL, "DAYS",
     "The same."},
    {"repeat-days.due-again", SS_OPTION_REAL, REPEAT(SS_MAIL_DUE_AGAIN), 0, DAYS_MAX, "14", NULL, "DAYS", "The same."},
    {"repeat-days.goes-with", SS_OPTION_REAL, REPEAT(SS_MAIL_GOES_WITH), 0, DAYS_MAX, "30", NULL, "DAYS", "The same."},
    {"repeat-days.win-back", SS_OPTION_REAL, REPEAT(SS_MAIL_WIN_BACK), 0, DAYS_MAX, "60", NULL, "DAYS", "The same."},
    {"repeat-days.for-you", SS_OPTION_REAL, REPEAT(SS_MAIL_FOR_YOU), 0, DAYS_MAX, "14", NULL, "DAYS", "The same."},
    {"holdout", SS_OPTION_REAL, AT(holdout), 0, 90, "0", NULL, "PERCENT",
     "Share of the customers who are listed apart and not to be written to, so that it can be told what mails earn; "
     "always the same ones."},
    {"seed", SS_OPTION_INT, AT(seed), 0, 0, "1", NULL, "N", "Another seed holds out others."},
    {"cart-hours", SS_OPTION_REAL, AT(cart_hours), 0, 8760, "4", NULL, "HOURS",
     "A cart is abandoned when it was not touched for so long,"},
    {"cart-days", SS_OPTION_REAL, AT(cart_days), 0, DAYS_MAX, "14", NULL, "DAYS", "and forgotten after so long."},
    {"viewed-days", SS_OPTION_REAL, AT(viewed_days), 0, DAYS_MAX, "60", NULL, "DAYS",
     "What was looked at longer ago is of no interest any more."},
    {"restocked-days", SS_OPTION_REAL, AT(restocked_days), 0, DAYS_MAX, "7", NULL, "DAYS",
     "For so long an item counts as back in stock."},
    {"price-drop", SS_OPTION_REAL, AT(price_drop), 0, 100, "5", NULL, "PERCENT",
     "A price has dropped when it is at least so much lower than when it was looked at."},
    {"due-early", SS_OPTION_REAL, AT(due_early), 0, 10, "0.8", NULL, NULL,
     "A consumable is due from so many of its typical intervals after the last purchase on,"},
    {"due-late", SS_OPTION_REAL, AT(due_late), 0, 100, "2", NULL, NULL, "and no more after so many."},
    {"after-days-min", SS_OPTION_REAL, AT(after_days_min), 0, 3650, "14", NULL, "DAYS",
     "What goes with a purchase is proposed from so long after it on,"},
    {"after-days-max", SS_OPTION_REAL, AT(after_days_max), 0, 3650, "56", NULL, "DAYS", "and no more after so long."},
    {"for-you", SS_OPTION_CHOICE, AT(for_you), 0, 0, "shelf", "shelf|factors", NULL,
     "What suits a customer: as the shelf for_you has it, or the factorization alone, which is several times as fast."},
    {"memory-megabytes", SS_OPTION_INT, AT(memory_megabytes), 1, 1048576, "1024", NULL, "MEGABYTES",
     "Most memory for what customers did lately; those who were there longest ago go first."},
    {0},
};

const char *ss_mail_kind_name(ss_mail_kind kind)
{
    return (unsigned)kind < SS_MAIL_KINDS ? names[kind] : NULL;
}

static bool same_name(ss_slice typed, const char *name)
{
    if (typed.size != strlen(name))
        return false;
    for (size_t i = 0; i < typed.size; i++)
        if ((typed.data[i] == '-' ? '_' : typed.data[i]) != name[i])
            return false;
    return true;
}

ss_mail_kind ss_mail_kind_find(ss_slice name)
{
    unsigned kind = 0;
    while (kind < SS_MAIL_KINDS && !same_name(name, names[kind]))
        kind++;
    return (ss_mail_kind)kind;
}

bool ss_mail_kind_is_live(ss_mail_kind kind)
{
    return kind <= SS_MAIL_PRICE_DROPPED;
}

static ss_status refuse(const char *option, ss_slice name, const char *problem, ss_error *error)
{
    ss_buffer known;
    ss_buffer_init(&known, 1024);
    for (unsigned kind = 0; kind < SS_MAIL_KINDS; kind++)
        if (ss_buffer_printf(&known, "%s%s", kind ? ", " : "", names[kind]) != SS_OK)
            break;
    ss_error_set(error, SS_E_ARGUMENT, "%s: '%.*s' %s; there are %s", option, (int)name.size, name.data, problem,
                 known.data ? known.data : "");
    ss_buffer_release(&known);
    return SS_E_ARGUMENT;
}

static bool contains(const ss_mail_kind *kinds, size_t count, ss_mail_kind kind)
{
    for (size_t i = 0; i < count; i++)
        if (kinds[i] == kind)
            return true;
    return false;
}

ss_status ss_mail_kinds_parse(const char *option, const char *text, ss_mail_kind *kinds, size_t *count, ss_error *error)
{
    size_t found = 0;
    if (!text || strcmp(text, "all") == 0) {
        for (; found < SS_MAIL_KINDS; found++)
            kinds[found] = (ss_mail_kind)found;
        *count = found;
        return SS_OK;
    }
    for (const char *at = text; *at;) {
        at += strspn(at, " ");
        ss_slice name = {at, strcspn(at, ", ")};
        ss_mail_kind kind = ss_mail_kind_find(name);
        if (kind == SS_MAIL_KINDS)
            return refuse(option, name, "is no list", error);
        if (contains(kinds, found, kind))
            return refuse(option, name, "is named twice", error);
        kinds[found++] = kind;
        at += name.size;
        at += strspn(at, " ");
        at += *at == ',';
    }
    if (found == 0)
        return ss_error_set(error, SS_E_ARGUMENT, "%s: no list is named", option);
    *count = found;
    return SS_OK;
}

bool ss_mail_held_out(const ss_mail_options *options, ss_slice customer_id)
{
    struct {
        uint64_t seed, customer;
    } key = {(uint64_t)options->seed, ss_hash(customer_id.data, customer_id.size)};
    return (double)(ss_hash(&key, sizeof key) >> 11) * 0x1p-53 * 100 < options->holdout;
}

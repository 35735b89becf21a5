/*
 * mail_options.h: the lists of whom to write to: their names, and what may be set of them.
 *
 *   abandoned_cart  left something in a cart and went (live events)
 *   back_in_stock   looked at something that was sold out since, and is there again (live events)
 *   price_dropped   looked at something that costs less now (live events)
 *   birthday        these days (customers file)
 *   early_access    of a segment that may see something before the others (access rules of the configuration)
 *   due_again       a consumable that they bought runs out about now
 *   goes_with       goes with what they bought some weeks ago
 *   win_back        bought often or much and stays away, or has for long
 *   for_you         everybody of whom enough is known
 *
 * Pure but for the tables: safe from any thread.
 */
#ifndef SS_JOB_MAIL_OPTIONS_H
#define SS_JOB_MAIL_OPTIONS_H

#include "base/options.h"

typedef enum ss_mail_kind {
    SS_MAIL_ABANDONED_CART,
    SS_MAIL_BACK_IN_STOCK,
    SS_MAIL_PRICE_DROPPED,
    SS_MAIL_BIRTHDAY,
    SS_MAIL_EARLY_ACCESS,
    SS_MAIL_DUE_AGAIN,
    SS_MAIL_GOES_WITH,
    SS_MAIL_WIN_BACK,
    SS_MAIL_FOR_YOU,
    SS_MAIL_KINDS
} ss_mail_kind;

const char *ss_mail_kind_name(ss_mail_kind kind); /* "abandoned_cart", …; NULL outside */
ss_mail_kind ss_mail_kind_find(ss_slice name);    /* `-` and `_` are one; SS_MAIL_KINDS for an unknown name */
bool ss_mail_kind_is_live(ss_mail_kind kind);     /* it rests on live events: without any it is empty */

#define SS_MAIL_PRODUCTS_MAX 24

typedef enum ss_mail_taste {
    SS_MAIL_SHELF,  /* for_you as the shelf of that name has it */
    SS_MAIL_FACTORS /* the factorization alone, searched for many customers at once: several times as fast */
} ss_mail_taste;

typedef struct ss_mail_options { /* section `lists` of a configuration file */
    const char *priority;        /* names, first the one that a customer who is of several gets */
    int64_t products, min_products;
    double quiet_days;                 /* nobody is on a list again for so long */
    double repeat_days[SS_MAIL_KINDS]; /* … and not on this one */
    double holdout;                    /* percent of the customers, always the same */
    int64_t seed;                      /* of the holdout */
    double cart_hours, cart_days;      /* a cart is abandoned after, and for */
    double viewed_days;                /* interest lasts */
    double restocked_days;             /* an item is back for */
    double price_drop;                 /* percent, at least */
    double due_early, due_late;        /* typical intervals since the last purchase */
    double after_days_min, after_days_max;
    int64_t for_you; /* ss_mail_taste */
    int64_t memory_megabytes;
} ss_mail_options;

extern const ss_option ss_mail_option_table[]; /* target: ss_mail_options */

/*
 * Reads names separated by commas, each once, into `kinds` (room for SS_MAIL_KINDS); NULL or "all": every one in the
 * order above. How many. SS_E_ARGUMENT names `option` and what is no list.
 */
ss_status ss_mail_kinds_parse(const char *option, const char *text, ss_mail_kind *kinds, size_t *count,
                              ss_error *error);

/* Held out? By a hash of seed and customer_id: the same whenever it is asked. */
bool ss_mail_held_out(const ss_mail_options *options, ss_slice customer_id);

#endif

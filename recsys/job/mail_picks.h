/*
 * mail_picks.h: is this customer one for this list, and what would they be shown? Products come from the shelves and
 * pass every rule of theirs (hidden, sold out, dates, access, durables bought lately, variants once), as of the world's
 * moment; what is in a customer's cart is on no list but that of carts and prices.
 *
 * A picker belongs to one thread. After warm-up nothing allocates.
 */
#ifndef SS_JOB_MAIL_PICKS_H
#define SS_JOB_MAIL_PICKS_H

#include "job/mail_memory.h"
#include "job/mail_world.h"
#include "models/segments.h"

/* What a product stands on a list for. */
typedef enum ss_mail_why {
    SS_MAIL_WHY_CART,   /* left in the cart: when, pieces */
    SS_MAIL_WHY_BACK,   /* looked at: when; back: since */
    SS_MAIL_WHY_PRICE,  /* looked at: when; was; lowest of the 30 days before */
    SS_MAIL_WHY_ACCESS, /* reserved until: since (SS_NO_TIME: for good) */
    SS_MAIL_WHY_DUE,    /* bought so many pieces (times), last: when; typically after days */
    SS_MAIL_WHY_SHELF   /* reason, of the shelf */
} ss_mail_why;

typedef struct ss_mail_product {
    uint32_t item; /* number of the picker's catalogue */
    float score;   /* comparable within one customer's list only */
    ss_mail_why why;
    int64_t when, since; /* microseconds UTC */
    int64_t was, lowest; /* minor units; SS_NO_MONEY: not known */
    double days;
    uint32_t pieces;
    ss_reason reason;
} ss_mail_product;

typedef struct ss_mail {
    ss_mail_kind kind;
    uint64_t customer;    /* number in the world */
    ss_slice customer_id; /* borrowed from the world */
    uint32_t segments;    /* bits 1u << ss_segment */
    ss_slice liked;       /* category that they buy most of, borrowed from the world; empty: none */
    ss_segment stage;     /* of life */
    int64_t when;         /* the cart was left, the last purchase; SS_NO_TIME: not known */
    double days;          /* usual interval of the customer's purchases; 0: not known */
    int64_t value;        /* of the cart, minor units */
    size_t count;
    ss_mail_product products[SS_MAIL_PRODUCTS_MAX];
} ss_mail;

typedef enum ss_mail_pick {
    SS_MAIL_PICKED,      /* with at least min_products */
    SS_MAIL_NOT_FOR,     /* the customer is none for the list */
    SS_MAIL_NO_PRODUCTS, /* … but too few may be shown: ss_mail_picker_removed */
    SS_MAIL_LATER        /* to be filled together with others: ss_mail_picker_fill */
} ss_mail_pick;

typedef struct ss_mail_picker ss_mail_picker;

/* All are borrowed. SS_E_NOMEM. Caller owns the result. */
ss_status ss_mail_picker_new(const ss_mail_world *world, const ss_mail_memory *memory, const ss_mail_options *options,
                             ss_mail_picker **picker, ss_error *error);
void ss_mail_picker_free(ss_mail_picker **picker);
const ss_catalogue *ss_mail_picker_catalogue(const ss_mail_picker *picker); /* borrowed */

/* Looks a customer up (below the world's count), and fills what mail says of them. */
void ss_mail_picker_meet(ss_mail_picker *picker, uint64_t customer, ss_mail *mail);

/* The customer met last and one list, into *mail. Errors as ss_answer_shelf. */
ss_status ss_mail_picker_pick(ss_mail_picker *picker, ss_mail_kind kind, ss_mail *mail, ss_mail_pick *result,
                              ss_error *error);

/* Those for whom that was SS_MAIL_LATER, at most SS_MAIL_TOGETHER; results[i]: picked, or no products. */
#define SS_MAIL_TOGETHER 64u
ss_status ss_mail_picker_fill(ss_mail_picker *picker, ss_mail *const *mails, size_t count, ss_mail_pick *results,
                              ss_error *error);

/* What the rules removed for the last list without products; SS_REMOVED_COUNT numbers, borrowed. */
const uint32_t *ss_mail_picker_removed(const ss_mail_picker *picker);

#endif

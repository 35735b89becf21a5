/*
 * mail_words.h: why a customer is on a list, and why a product is on it for them, in words for whoever writes the mail.
 * Pure but for what they read: safe from any thread.
 */
#ifndef SS_JOB_MAIL_WORDS_H
#define SS_JOB_MAIL_WORDS_H

#include "job/mail_picks.h"

#define SS_MAIL_WORDS_MAX 512u

/* Words for what a shelf's reason says, with the id and name of the item that it goes with (empty: none). */
typedef void (*ss_mail_reason_words)(const ss_reason *reason, ss_slice because, ss_slice because_name, char *text,
                                     size_t size);

typedef struct ss_mail_language {
    const ss_catalogue *catalogue; /* the picker's; borrowed */
    int64_t now;
    int decimals;                 /* of the shop's currency */
    ss_mail_reason_words reasons; /* NULL: the source's name */
} ss_mail_language;

/* "left in the cart 2 days ago, 3 pieces"; cut to fit. */
void ss_mail_words_product(const ss_mail_language *language, const ss_mail_product *product, char *text, size_t size);

/* "a cart of 45.90, left 2 days ago"; cut to fit. */
void ss_mail_words_list(const ss_mail_language *language, const ss_mail *mail, char *text, size_t size);

#endif

/*
 * mail_rows.h: lists as text for mail tools: CSV with one row and a fixed number of products a customer (product_1_id,
 * product_1_name, product_1_price, product_1_score, product_1_why, …), or NDJSON with one object a customer. Prices are
 * in the shop's currency in CSV, in minor units in NDJSON. Pure but for what they read: safe from any thread, each with
 * a buffer of its own.
 */
#ifndef SS_JOB_MAIL_ROWS_H
#define SS_JOB_MAIL_ROWS_H

#include "job/mail_incentive.h"
#include "job/mail_words.h"

typedef enum ss_mail_format { SS_MAIL_CSV, SS_MAIL_NDJSON } ss_mail_format;

/* The line with the columns' names, for so many products; nothing for NDJSON. SS_E_NOMEM, SS_E_LIMIT. */
ss_status ss_mail_rows_header(ss_mail_format format, size_t products, ss_buffer *out);

/* One customer, in a line; `products`: as in the header. SS_E_NOMEM, SS_E_LIMIT. */
ss_status ss_mail_rows_append(ss_mail_format format, size_t products, const ss_mail_language *language,
                              const ss_mail *mail, const ss_mail_incentive *incentive, ss_buffer *out);

#endif

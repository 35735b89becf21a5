/*
 * mailing.h: the lists of whom to write to, of all customers of a store: each customer on one list at most, the first in
 * order of priority that they are one for and that has products for them.
 *
 * Customers are looked at in parallel and written in order of their numbers (mail_world.h): the same store, moment and
 * options give the same bytes for any number of threads. Memory does not grow with the customers written. Whom the lists
 * name is remembered (mail_memory.h) before they appear, so that nobody is written to twice if the run ends in between.
 *
 * Not on any list: who asked to be forgotten, and who was on one within the quiet days.
 */
#ifndef SS_JOB_MAILING_H
#define SS_JOB_MAILING_H

#include "job/mail_rows.h"

typedef struct ss_mailing {
    const char *store;
    ss_shelf_settings *shelves; /* of the configuration, or NULL; borrowed */
    const ss_policy *policy;    /* what may be suggested; borrowed */
    const ss_mail_options *options;
    const char *kinds; /* names separated by commas; NULL: all */
    const char *out; /* a file; a folder (there, or with a / at its end): a file for each list; "-": standard output */
    ss_mail_format format;
    uint64_t limit; /* most customers listed; 0: all */
    int decimals;
    int threads;  /* 0: as many as cores */
    int64_t now;  /* microseconds UTC */
    bool dry_run; /* nothing is remembered */
    ss_mail_reason_words reasons;
} ss_mailing;

/* Of one list. */
typedef struct ss_mail_counts {
    uint64_t eligible;    /* the customer is one for it, and on no list before it; each of them is one of the next */
    uint64_t listed;      /* with products */
    uint64_t held_out;    /* likewise, and not to be written to */
    uint64_t no_products; /* fewer than min_products may be shown */
    uint64_t
        removed[SS_REMOVED_COUNT]; /* of those, by the rule that took most away; what found nothing at all is in none */
    uint64_t repeated;             /* customers who were on this list within its repeat days, and not looked at */
} ss_mail_counts;

typedef struct ss_mailing_report {
    ss_mail_kind kinds[SS_MAIL_KINDS]; /* in order of priority */
    size_t kind_count;
    ss_mail_counts lists[SS_MAIL_KINDS]; /* by kind */
    uint64_t customers, forgotten, quiet, on_none;
    uint64_t events, evicted; /* as ss_mail_world */
    bool has_state, has_access;
    ss_table_report written; /* of what was remembered: rows that cannot be read (mail_memory.h) */
    double seconds; /* of the lists alone */
} ss_mailing_report;

/*
 * Makes the lists. SS_E_ARGUMENT: names of lists; SS_E_CANCELLED; as ss_mail_world_open, ss_mail_memory_open and
 * ss_file_draft_begin. On an error no file appears; *report is set on success.
 */
ss_status ss_mailing_run(const ss_mailing *mailing, ss_progress_sink *progress, ss_mailing_report *report,
                         ss_error *error);

#endif

/*
 * read_log.h: rows → interactions: column mapping, value parsing, the shop's rules, returns, ids, and an honest report.
 *
 * Events of the live store may follow a log (row_chain.h): what the log holds already does not count again (overlap.h),
 * and both must have times. Customers who want to be forgotten are left out of either
 * (left_out.h).
 *
 * Memory: 24 bytes a row, 1 to 3 for its price until the log is read + the dictionaries (ids of items, customers, and while reading orders) + what sorting in place
 * needs (O(1)); 8 bytes for each purchase of a log that events follow.
 */
#ifndef SS_LOG_READ_LOG_H
#define SS_LOG_READ_LOG_H

#include "base/options.h"
#include "base/progress.h"
#include "log/catalog.h"
#include "log/fold_ids.h"
#include "log/interactions.h"
#include "log/left_out.h"
#include "log/notation.h"
#include "log/orders.h"
#include "log/row_source.h"

/* Order ids that begin with it cancel, where nearly all rows of such orders are negative. */
#define SS_USUAL_CANCEL_PREFIX "C"

/* What to do with likely fees (fees.h). */
typedef enum ss_fees {
    SS_FEES_EXCLUDE,
    SS_FEES_KEEP /* and only name them */,
    SS_FEES_IGNORE /* do not look */
} ss_fees;

typedef struct ss_log_options {
    const char *columns;       /* "item_id=StockCode,order_id=Invoice" or NULL */
    double max_bad_rows;       /* share of rows that may be unparsable, 0..1 */
    ss_texts exclude_items;    /* glob patterns (fnmatch) of item ids that are not products */
    const char *cancel_prefix; /* order ids that begin with it cancel; "": none; NULL: "C" where nearly all rows of such
                                  orders are negative */
    int64_t fold_ids;          /* ss_fold_ids */
    int64_t fees;              /* ss_fees */
    int64_t decimals;          /* minor-unit digits of the currency, 0..4 */
    ss_notation notation;      /* of the rows of a log; live events have their own */
    int64_t until;             /* keep rows before this instant; SS_NO_TIME: all */
    int64_t events_from;       /* live events count from this instant on; SS_NO_TIME: where the log ends (overlap.h) */
    const ss_left_out *forgotten; /* what is left out of log and events; NULL: nothing. Borrowed */
    bool keep;                    /* keep what it takes to go on from the result: origins and keys of baskets */
    const int64_t *newest; /* the newest rows (newest_of of its report) of a log that was read another time and that
                              the events follow; NULL: none. Borrowed */
} ss_log_options;

/* The rows of --help for the above (those from `until` on have none: see below), in groups of which each has its part of
 * `options` as its target. How many there are: SS_LOG_GROUPS. */
#define SS_LOG_GROUPS 2u
size_t ss_log_option_groups(ss_log_options *options, ss_option_group groups[SS_LOG_GROUPS]);

/* What the table says where nothing is set, `until` and `events_from` = SS_NO_TIME, nobody forgotten. */
ss_log_options ss_log_defaults(void);

/* Rows that cannot be parsed, by reason. */
typedef enum ss_bad_row {
    SS_BAD_FIELDS, /* wrong number of fields, unclosed quote, not JSON, too long, NUL or not UTF-8 */
    SS_BAD_ITEM,   /* item_id empty or over 255 bytes */
    SS_BAD_ID,     /* another id over 255 bytes */
    SS_BAD_QUANTITY,
    SS_BAD_PRICE,
    SS_BAD_TIMESTAMP,
    SS_BAD_EVENT,
    SS_BAD_NO_GROUP, /* neither order, customer nor session */
    SS_BAD_COUNT
} ss_bad_row;
const char *ss_bad_row_name(ss_bad_row reason);

/* Rows that parse and are no purchase, by rule. Price, quantity and returns concern purchases only. */
typedef enum ss_ignored_row {
    SS_IGNORED_PRICE,     /* price <= 0 */
    SS_IGNORED_EXCLUDED,  /* --exclude-items */
    SS_IGNORED_FEE,       /* found likely to be a fee */
    SS_IGNORED_ZERO,      /* quantity 0 */
    SS_IGNORED_RETURN,    /* returns of which all or part found no partner */
    SS_IGNORED_LATER,     /* after `until` */
    SS_IGNORED_OVERLAP,   /* live events that the log holds already */
    SS_IGNORED_FORGOTTEN, /* rows of customers to be forgotten */
    SS_IGNORED_NO_ITEM,   /* impressions, acceptances and dismissals of offers that name no product */
    SS_IGNORED_COUNT
} ss_ignored_row;
const char *ss_ignored_row_name(ss_ignored_row rule);

typedef struct ss_likely_fee {
    char item_id[64];
    char name[64]; /* from the catalogue, or empty */
    char why[64];  /* "id without digits", "name: postage", … */
    uint64_t rows;
    bool excluded;
} ss_likely_fee;
#define SS_LIKELY_FEES_MAX 64

/*
 * Every row is counted once: rows = all of `bad` + all of `ignored` but the returns + return_rows + purchases_removed +
 * merged + kept.
 */
typedef struct ss_log_report {
    uint64_t rows;                     /* data rows read */
    uint64_t events;                   /* of them, from the live store */
    uint64_t events_last;              /* the number of the event up to which it was read; 0: it was not, or is empty */
    int64_t newest;                    /* row of the log, SS_NO_TIME: none with a time */
    int64_t newest_of[SS_EVENT_COUNT]; /* the same by event */
    bool cancelling, cancels;          /* there are orders with the prefix of cancelling ones; and their rows return */
    uint64_t kept;                     /* rows in the result, after merging */
    uint64_t merged;                   /* repeats added to another row */
    uint64_t bad[SS_BAD_COUNT];
    uint64_t ignored[SS_IGNORED_COUNT];
    uint64_t return_rows;          /* rows that return or cancel products */
    uint64_t returns_matched;      /* of them, that found earlier purchases to take back (fully or in part) */
    uint64_t purchases_taken_back; /* purchase rows removed or reduced by them */
    uint64_t purchases_removed;    /* of them, removed */
    uint64_t folded_ids;           /* item ids joined to another that differs by case or blanks */
    bool folded;
    uint64_t not_in_catalog;                /* distinct items kept that the catalogue does not know */
    ss_likely_fee fees[SS_LIKELY_FEES_MAX]; /* those with the most rows, by falling rows */
    size_t fee_count;
    char first_bad[8][SS_ERROR_TEXT_MAX]; /* "FILE:LINE: column: found 'x', expected …" */
    size_t first_bad_count;
    char hint[SS_ERROR_TEXT_MAX];     /* --columns for columns that look like fields and were not read, or empty */
    uint64_t digest_low, digest_high; /* XXH3-128 over the fields of all rows read: the input digest of the manifest */
    double seconds;
} ss_log_report;

/*
 * Reads all of `source`. `catalog` may be NULL; with it, ids are folded and fees named by it.
 * SS_E_FORMAT: a required column is missing (the message lists those found and suggests --columns); SS_E_BAD_INPUT: too
 * many bad rows, or no row left; SS_E_CANCELLED. `report` is filled also on SS_E_BAD_INPUT.
 */
ss_status ss_log_read(ss_row_source *source, const ss_log_options *options, const ss_catalog *catalog,
                      ss_progress_sink *progress, ss_interactions *out, ss_log_report *report, ss_error *error);

/*
 * The orders of the same rows by the same rules. SS_E_BAD_INPUT too where no order is left or the log has no times, and
 * SS_E_LIMIT: too many rows or customers to number.
 */
ss_status ss_log_read_orders(ss_row_source *source, const ss_log_options *options, const ss_catalog *catalog,
                             ss_returns_rule returns, ss_progress_sink *progress, ss_orders *out, ss_log_report *report,
                             ss_error *error);

#endif

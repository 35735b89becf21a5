/*
 * report_offers.h: what offers did: from the decisions of a store, over all, by campaign, and within each campaign by
 * incentive and by segment. Holds no customer, session or order: sums and means only.
 *
 * Uplift is by intention to treat, of visitors (the customer where one is named, else the session), not of decisions:
 * - A visitor stands under their first decision of the campaign that was SHOWN or HELD_OUT, whatever followed, and under
 *   its incentive (for those held out: the ghost offer's) and segment. NOT_WORTH is on neither side: the holdout is drawn
 *   only once there is something to show, so that such a decision would have been the same on either. Taking the first of
 *   the campaign for its incentives too keeps out whom the treatment itself led to another incentive.
 * - Over all campaigns, visitors stand under their first of all, compared campaign by campaign (uplift.h).
 * - The outcome is the margin of what they bought within the decision's window less what incentives gave away. Only
 *   decisions whose window is closed count; who has been forgotten since does not.
 *
 * One thread.
 */
#ifndef SS_JOB_REPORT_OFFERS_H
#define SS_JOB_REPORT_OFFERS_H

#include "base/arena.h"
#include "base/dictionary.h"
#include "base/progress.h"
#include "base/timestamp.h"
#include "job/uplift.h"
#include "state/offer_record.h"

#define SS_REPORT_LEVEL 0.95 /* of the intervals */

typedef enum ss_report_level {
    SS_REPORT_ALL,
    SS_REPORT_CAMPAIGN,
    SS_REPORT_INCENTIVE,
    SS_REPORT_SEGMENT,
    SS_REPORT_LEVELS
} ss_report_level;
const char *ss_report_level_name(ss_report_level level); /* "all", "campaign", …; NULL outside */

/* Money is in minor units; sums that would leave an int64_t stay at its end. */
typedef struct ss_report_row {
    ss_report_level level;
    const char *campaign, *name; /* name: of the incentive or segment; empty where there is none */
    uint64_t decisions, shown, held_out, not_worth;
    /* of what was shown, in offers: */
    uint64_t offers, codes;               /* each product is one; of them with something to give */
    uint64_t seen, accepted, dismissed;   /* as was told of them */
    uint64_t redeemed, expired, undone;   /* of the codes */
    int64_t revenue, margin;              /* of what was bought within the windows of decisions that were shown */
    int64_t cost, leased;                 /* given away by codes redeemed and not undone; held by those still open */
    uint64_t visitors, visitors_held_out; /* whom the uplift is about */
    ss_uplift uplift;
    ss_sides sides, first_of_all; /* what it is made of; of a campaign: what it gives to that over all */
} ss_report_row;

/* A day of the shop on which offers were shown. */
typedef struct ss_report_day {
    int32_t day;          /* since 1970-01-01 */
    int64_t cost, leased; /* by the day of the decision, as the budgets count */
} ss_report_day;

typedef struct ss_report_limits {
    int64_t from, until;  /* decisions made from the one on, before the other; SS_NO_TIME: no bound */
    const char *campaign; /* only this one's; NULL: all, and decisions without any too. Borrowed */
} ss_report_limits;

typedef struct ss_offers_report {
    ss_report_limits limits;
    ss_report_row *rows; /* all; then each campaign by its name, its incentives and its segments, by theirs. Owned */
    size_t row_count, row_capacity;
    ss_report_day *days; /* rising. Owned */
    size_t day_count, day_capacity;
    int64_t first, last;     /* times of decisions; SS_NO_TIME: there are none */
    uint64_t forgotten;      /* decisions about somebody who has been forgotten since */
    ss_arena *texts;         /* owned */
    ss_dictionary *row_keys; /* owned, as is the next: while decisions are added */
    ss_dictionary *visitors;
} ss_offers_report;

/* An empty one. SS_E_NOMEM. Caller owns the result. */
ss_status ss_offers_report_new(const ss_report_limits *limits, ss_offers_report **report, ss_error *error);
void ss_offers_report_free(ss_offers_report **report); /* accepts NULL */

/* Adds one, if it is within the limits. In order of their numbers. SS_E_NOMEM. */
ss_status ss_offers_report_add(ss_offers_report *report, const ss_decision *decision, ss_error *error);

/* There are no more: sorts the rows and works out what is to be worked out. Once. SS_E_NOMEM. */
ss_status ss_offers_report_finish(ss_offers_report *report, ss_error *error);

/*
 * All of that for the decisions of a store, read beside a server that goes on writing. SS_E_NOT_FOUND: it has no state, or
 * has never decided; SS_E_CANCELLED, SS_E_NOMEM, SS_E_IO, SS_E_CORRUPT. Caller owns the result.
 */
ss_status ss_offers_report_read(const char *store, const ss_report_limits *limits, ss_progress_sink *progress,
                                ss_offers_report **report, ss_error *error);

#endif

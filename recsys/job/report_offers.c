#include "job/report_offers.h"

#include "base/memory.h"
#include "state/environment.h"
#include "state/offer_reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK 4096u
#define TELL_EVERY  4096u  /* decisions between looks at the clock */
#define BORDER      '\x1f' /* in no id */
#define KEY_MAX     (3u * SS_ID_MAX + 4u)

static const char *const level_names[SS_REPORT_LEVELS] = {"all", "campaign", "incentive", "segment"};

const char *ss_report_level_name(ss_report_level level)
{
    return (unsigned)level < SS_REPORT_LEVELS ? level_names[level] : NULL;
}

/* ---- keys ---- */

typedef struct key {
    char text[KEY_MAX];
    size_t size;
} key;

static void key_put(key *to, char mark, ss_slice text)
{
    to->text[to->size++] = mark;
    memcpy(to->text + to->size, text.data, text.size);
    to->size += text.size;
}

static ss_slice key_slice(const key *of)
{
    return (ss_slice){of->text, of->size};
}

/* ---- rows ---- */

#define NO_ROW SIZE_MAX

/* The row of that level and names, made if it is missing. */
static ss_status row_of(ss_offers_report *report, ss_report_level level, ss_slice campaign, ss_slice name,
                        size_t *place, ss_error *error)
{
    key names = {.size = 0};
    uint32_t number;
    key_put(&names, (char)('0' + (int)level), campaign);
    key_put(&names, BORDER, name);
    if (!ss_array_grow(&report->rows, &report->row_capacity, report->row_count + 1, sizeof *report->rows) ||
        ss_dictionary_intern(report->row_keys, key_slice(&names), &number) != SS_OK)
        return ss_error_nomem(error);
    *place = number;
    if (number < report->row_count)
        return SS_OK;
    report->rows[number] = (ss_report_row){
        .level = level, .campaign = ss_arena_copy(report->texts, campaign), .name = ss_arena_copy(report->texts, name)};
    report->row_count++;
    bool named = report->rows[number].campaign && report->rows[number].name;
    return named ? SS_OK : ss_error_nomem(error);
}

static bool is_assigned(const ss_decision *decision)
{
    return decision->verdict == SS_VERDICT_SHOWN || decision->verdict == SS_VERDICT_HELD_OUT;
}

/* Has the decision a row on this level? */
static bool has_row(const ss_decision *decision, ss_report_level level, ss_slice *name)
{
    *name = (ss_slice){"", 0};
    if (level == SS_REPORT_ALL)
        return true;
    if (level == SS_REPORT_INCENTIVE)
        *name = is_assigned(decision) ? decision->incentive : *name;
    else if (level == SS_REPORT_SEGMENT)
        *name = decision->segment;
    return decision->campaign.size > 0 && (level == SS_REPORT_CAMPAIGN || name->size > 0);
}

static ss_status find_rows(ss_offers_report *report, const ss_decision *decision, size_t places[SS_REPORT_LEVELS],
                           ss_error *error)
{
    ss_status status = SS_OK;
    for (int level = 0; level < SS_REPORT_LEVELS && status == SS_OK; level++) {
        ss_slice name, campaign = level == SS_REPORT_ALL ? (ss_slice){"", 0} : decision->campaign;
        places[level] = NO_ROW;
        if (has_row(decision, (ss_report_level)level, &name))
            status = row_of(report, (ss_report_level)level, campaign, name, &places[level], error);
    }
    return status;
}

/* ---- counting ---- */

static void add_money(int64_t *sum, int64_t amount)
{
    if (__builtin_add_overflow(*sum, amount, sum))
        *sum = amount < 0 ? INT64_MIN : INT64_MAX;
}

static void count_offer(ss_report_row *row, const ss_offer *offer)
{
    row->offers++;
    row->seen += (offer->told & SS_OFFER_SEEN) != 0;
    row->accepted += (offer->told & SS_OFFER_ACCEPTED) != 0;
    row->dismissed += (offer->told & SS_OFFER_DISMISSED) != 0;
    if (offer->lease == 0)
        return;
    row->codes++;
    row->redeemed += offer->state == SS_OFFER_REDEEMED;
    row->expired += offer->state == SS_OFFER_EXPIRED;
    row->undone += offer->state == SS_OFFER_UNDONE;
    add_money(&row->cost, offer->state == SS_OFFER_REDEEMED ? offer->redeemed_cost : 0);
    add_money(&row->leased, offer->state == SS_OFFER_OPEN ? offer->lease : 0);
}

static void count_decision(ss_report_row *row, const ss_decision *decision)
{
    row->decisions++;
    row->held_out += decision->verdict == SS_VERDICT_HELD_OUT;
    row->not_worth += decision->verdict == SS_VERDICT_NOT_WORTH;
    if (decision->verdict != SS_VERDICT_SHOWN)
        return;
    row->shown++;
    for (size_t i = 0; i < decision->offer_count; i++)
        count_offer(row, &decision->offers[i]);
    add_money(&row->revenue, decision->outcome.revenue);
    add_money(&row->margin, decision->outcome.margin);
}

/* Decisions come nearly in order of their days: the last one is looked at first. */
static ss_report_day *day_of(ss_offers_report *report, int32_t day)
{
    size_t at = report->day_count;
    while (at > 0 && report->days[at - 1].day >= day)
        at--;
    if (at < report->day_count && report->days[at].day == day)
        return &report->days[at];
    if (!ss_array_grow(&report->days, &report->day_capacity, report->day_count + 1, sizeof *report->days))
        return NULL;
    memmove(&report->days[at + 1], &report->days[at], (report->day_count - at) * sizeof *report->days);
    report->days[at] = (ss_report_day){day, 0, 0};
    report->day_count++;
    return &report->days[at];
}

static ss_status count_day(ss_offers_report *report, const ss_decision *decision, ss_error *error)
{
    ss_report_row sums = {0};
    if (decision->verdict != SS_VERDICT_SHOWN)
        return SS_OK;
    ss_report_day *day = day_of(report, decision->day);
    if (!day)
        return ss_error_nomem(error);
    for (size_t i = 0; i < decision->offer_count; i++)
        count_offer(&sums, &decision->offers[i]);
    add_money(&day->cost, sums.cost);
    add_money(&day->leased, sums.leased);
    return SS_OK;
}

/* ---- visitors ---- */

/* Is it the visitor's first of the campaign (empty: of all)? */
static ss_status is_first(ss_offers_report *report, const ss_decision *decision, ss_slice campaign, bool *first,
                          ss_error *error)
{
    key visit = {.size = 0};
    uint32_t known = ss_dictionary_count(report->visitors), number;
    key_put(&visit, decision->customer_id.size ? 'c' : 's', ss_decision_visitor(decision));
    key_put(&visit, BORDER, campaign);
    if (ss_dictionary_intern(report->visitors, key_slice(&visit), &number) != SS_OK)
        return ss_error_nomem(error);
    *first = number == known;
    return SS_OK;
}

static void add_outcome(ss_sides *sides, const ss_decision *decision)
{
    double outcome = (double)(decision->outcome.margin - decision->outcome.given);
    if (decision->closed)
        ss_sample_add(decision->verdict == SS_VERDICT_SHOWN ? &sides->treated : &sides->held_out, outcome);
}

static ss_status count_visitor(ss_offers_report *report, const ss_decision *decision,
                               const size_t places[SS_REPORT_LEVELS], ss_error *error)
{
    bool first = false, first_of_all = false;
    ss_status status;
    if (!is_assigned(decision) || decision->campaign.size == 0)
        return SS_OK;
    if (ss_decision_visitor(decision).size == 0) {
        report->forgotten++;
        return SS_OK;
    }
    SS_TRY(is_first(report, decision, decision->campaign, &first, error));
    SS_TRY(is_first(report, decision, (ss_slice){"", 0}, &first_of_all, error));
    for (int level = SS_REPORT_CAMPAIGN; first && level < SS_REPORT_LEVELS; level++)
        if (places[level] != NO_ROW)
            add_outcome(&report->rows[places[level]].sides, decision);
    if (first_of_all)
        add_outcome(&report->rows[places[SS_REPORT_CAMPAIGN]].first_of_all, decision);
out:
    return status;
}

static bool is_wanted(const ss_report_limits *limits, const ss_decision *decision)
{
    return (limits->from == SS_NO_TIME || decision->time >= limits->from) &&
           (limits->until == SS_NO_TIME || decision->time < limits->until) &&
           (!limits->campaign || ss_slice_equal(decision->campaign, ss_slice_of(limits->campaign)));
}

ss_status ss_offers_report_add(ss_offers_report *report, const ss_decision *decision, ss_error *error)
{
    size_t places[SS_REPORT_LEVELS];
    ss_status status = SS_OK;
    if (!is_wanted(&report->limits, decision))
        return SS_OK;
    if (report->first == SS_NO_TIME || decision->time < report->first)
        report->first = decision->time;
    if (report->last == SS_NO_TIME || decision->time > report->last)
        report->last = decision->time;
    SS_TRY(find_rows(report, decision, places, error));
    for (int level = 0; level < SS_REPORT_LEVELS; level++)
        if (places[level] != NO_ROW)
            count_decision(&report->rows[places[level]], decision);
    SS_TRY(count_day(report, decision, error));
    SS_TRY(count_visitor(report, decision, places, error));
out:
    return status;
}

/* ---- the whole ---- */

ss_status ss_offers_report_new(const ss_report_limits *limits, ss_offers_report **report, ss_error *error)
{
    size_t all;
    const ss_slice none = {"", 0};
    ss_offers_report *made = calloc(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->limits = *limits;
    made->first = made->last = SS_NO_TIME;
    made->texts = ss_arena_new(ARENA_BLOCK, SIZE_MAX);
    made->row_keys = ss_dictionary_new();
    made->visitors = ss_dictionary_new();
    ss_status status = made->texts && made->row_keys && made->visitors ? SS_OK : ss_error_nomem(error);
    if (status == SS_OK)
        status = row_of(made, SS_REPORT_ALL, none, none, &all, error);
    if (status == SS_OK)
        *report = made;
    else
        ss_offers_report_free(&made);
    return status;
}

void ss_offers_report_free(ss_offers_report **report)
{
    ss_offers_report *old = *report;
    *report = NULL;
    if (!old)
        return;
    free(old->rows);
    free(old->days);
    ss_arena_free(&old->texts);
    ss_dictionary_free(&old->row_keys);
    ss_dictionary_free(&old->visitors);
    free(old);
}

static int compare_rows(const void *left, const void *right)
{
    const ss_report_row *a = left, *b = right;
    int order = strcmp(a->campaign, b->campaign);
    if (order == 0)
        order = (a->level > b->level) - (a->level < b->level);
    return order ? order : strcmp(a->name, b->name);
}

static ss_status estimate_all(ss_offers_report *report, ss_error *error)
{
    ss_report_row *all = &report->rows[0];
    ss_sides *strata = ss_array_new(report->row_count, sizeof *strata);
    size_t count = 0;
    if (!strata)
        return ss_error_nomem(error);
    for (size_t i = 1; i < report->row_count; i++)
        if (report->rows[i].level == SS_REPORT_CAMPAIGN)
            strata[count++] = report->rows[i].first_of_all;
    all->uplift = ss_uplift_over(strata, count, SS_REPORT_LEVEL, &all->sides);
    free(strata);
    return SS_OK;
}

ss_status ss_offers_report_finish(ss_offers_report *report, ss_error *error)
{
    qsort(report->rows, report->row_count, sizeof *report->rows, compare_rows);
    for (size_t i = 1; i < report->row_count; i++) {
        ss_report_row *row = &report->rows[i];
        row->uplift = ss_uplift_between(&row->sides.treated, &row->sides.held_out, SS_REPORT_LEVEL);
    }
    ss_status status = estimate_all(report, error);
    for (size_t i = 0; i < report->row_count; i++) {
        report->rows[i].visitors = report->rows[i].sides.treated.count;
        report->rows[i].visitors_held_out = report->rows[i].sides.held_out.count;
    }
    ss_dictionary_free(&report->row_keys);
    ss_dictionary_free(&report->visitors);
    return status;
}

/* ---- a store ---- */

static ss_status tell(ss_progress_sink *progress, uint64_t done, bool finished, ss_error *error)
{
    ss_progress state = {"read decisions", done, finished ? done : 0, "decisions", (double)NAN, finished};
    return ss_progress_tell(progress, &state) ? SS_OK : ss_error_set(error, SS_E_CANCELLED, "stopped on request");
}

static ss_status add_all(ss_offers_report *report, ss_offer_reader *reader, ss_progress_sink *progress, ss_error *error)
{
    const ss_decision *decision;
    ss_status status;
    uint64_t done = 0;
    for (;; done++) {
        SS_TRY(ss_offer_reader_next(reader, &decision, error));
        if (!decision)
            break;
        SS_TRY(ss_offers_report_add(report, decision, error));
        if (done % TELL_EVERY == 0)
            SS_TRY(tell(progress, done, false, error));
    }
    SS_TRY(tell(progress, done, true, error));
out:
    return status;
}

ss_status ss_offers_report_read(const char *store, const ss_report_limits *limits, ss_progress_sink *progress,
                                ss_offers_report **report, ss_error *error)
{
    ss_status status;
    ss_environment *environment = NULL;
    ss_offer_reader *reader = NULL;
    ss_offers_report *made = NULL;
    SS_TRY(ss_environment_open(store, 0, &environment, error));
    SS_TRY(ss_offer_reader_open(environment, &reader, error));
    SS_TRY(ss_offers_report_new(limits, &made, error));
    SS_TRY(add_all(made, reader, progress, error));
    SS_TRY(ss_offers_report_finish(made, error));
    *report = made;
    made = NULL;
out:
    ss_offers_report_free(&made);
    ss_offer_reader_close(&reader);
    ss_environment_close(&environment);
    return status;
}

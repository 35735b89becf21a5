#include "job/retention_sheets.h"

#include "job/retention_warnings.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define COLUMNS(LIST)     LIST, sizeof(LIST) / sizeof *(LIST)
#define GRID_COLUMNS_HEAD 2u

typedef struct writer {
    ss_sheets *to;
    const ss_retention *of;
    const char *zone;
} writer;

/* ---- figures one by one: key, name, value, meaning ---- */

static const ss_sheet_column figure_columns[] = {
    {"figure", NULL}, {"name", "Figure"}, {"value", "Value"}, {"meaning", "What it is"}};

static void name_figure(writer *w, const char *key, const char *name)
{
    ss_put_text(w->to, key);
    ss_put_text(w->to, name);
}

/* A number that may not be known. */
static void put_known(writer *w, const char *key, const char *name, bool known, uint64_t value, const char *meaning)
{
    name_figure(w, key, name);
    if (known)
        ss_put_count(w->to, value);
    else
        ss_put_none(w->to);
    ss_put_text(w->to, meaning);
}

static void put_count(writer *w, const char *key, const char *name, uint64_t value, const char *meaning)
{
    name_figure(w, key, name);
    ss_put_count(w->to, value);
    ss_put_text(w->to, meaning);
}

static void put_money(writer *w, const char *key, const char *name, int64_t value, const char *meaning)
{
    name_figure(w, key, name);
    if (w->of->priced)
        ss_put_money(w->to, value);
    else
        ss_put_none(w->to);
    ss_put_text(w->to, meaning);
}

static void put_number(writer *w, const char *key, const char *name, ss_cell_kind kind, double value,
                       const char *meaning)
{
    name_figure(w, key, name);
    ss_put_number(w->to, kind == SS_CELL_AMOUNT && !w->of->priced ? SS_CELL_NONE : kind,
                  kind == SS_CELL_AMOUNT && !w->of->priced ? (double)NAN : value);
    ss_put_text(w->to, meaning);
}

static void put_words(writer *w, const char *key, const char *name, const char *value, const char *meaning)
{
    name_figure(w, key, name);
    ss_put_text(w->to, value);
    ss_put_text(w->to, meaning);
}

static void put_money_cell(writer *w, int64_t minor)
{
    if (w->of->priced)
        ss_put_money(w->to, minor);
    else
        ss_put_none(w->to);
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

/* ---- what was asked ---- */

static void put_about(writer *w)
{
    const ss_retention *of = w->of;
    ss_sheets_begin(w->to, "about", "What this is about", "The log, and how it was read.", COLUMNS(figure_columns));
    put_words(w, "log_from", "Log begins", ss_sheets_day(w->to, of->first), "Day of its first order.");
    put_words(w, "from", "Period begins", ss_sheets_day(w->to, of->from), "First day of the period.");
    put_words(w, "last_day", "Period ends", ss_sheets_day(w->to, of->end - 1),
              "Last day of the period, and of all that is counted here.");
    put_words(w, "time_zone", "Time zone", w->zone, "Whose midnights days and months begin at.");
    put_count(w, "window_days", "Active window", (uint64_t)of->options.window_days,
              "Days: a customer is active who bought in so many before.");
    put_count(w, "orders", "Orders", of->orders + of->rest_orders, "In the whole log, up to the end.");
    put_count(w, "orders_unnamed", "of nobody known", of->rest_orders,
              "They name no customer: they count for revenue, and nowhere else.");
    put_money(w, "bought", "Bought", of->gross, "Price times quantity over all lines of the log.");
    put_money(w, "taken_back", "Taken back", of->returned,
              of->options.returns == SS_RETURNS_IGNORE
                  ? "Nothing: returns are ignored, as asked."
                  : "By returns, at the price at which it was bought. All that follows is without it.");
    put_count(w, "lines_unpriced", "Lines without a price", of->unpriced,
              "Neither log nor catalogue has one: counted as 0.");
}

/* ---- the period ---- */

static void put_standing(writer *w, const ss_activity *a)
{
    uint64_t days = (uint64_t)w->of->options.window_days;
    put_number(
        w, "retention_rate", "Retention rate", SS_CELL_SHARE, ss_activity_retention(a),
        "(customers at the end - new ones) / customers at the start: how many of the customers you had, you have.");
    put_number(
        w, "churn_rate", "Churn rate", SS_CELL_SHARE, ss_activity_churn(a),
        "Lost customers / customers at the start. With the retention rate it passes 100 % by those who came back.");
    put_known(w, "customers_start", "Customers at the start", a->seen, a->start,
              ss_sheets_printf(w->to, "Bought in the %" PRIu64 " days before the period.", days));
    put_known(w, "customers_kept", "Kept", a->seen, a->kept, "Active at the start and at the end.");
    put_known(w, "customers_lost", "Lost", a->seen, a->lost, "Active at the start, and not at the end.");
    put_known(w, "customers_back", "Came back", a->seen, a->back,
              "Customers from before, not active at the start, active at the end.");
    put_count(w, "customers_new", "New, and active", a->fresh,
              "First purchase ever in the period, and active at its end.");
    put_count(w, "customers_end", "Customers at the end", a->end,
              ss_sheets_printf(w->to, "Bought in its last %" PRIu64 " days: kept + came back + new.", days));
    put_count(w, "customers_acquired", "Won", a->acquired,
              "First purchase ever in the period, whether still active or not.");
}

static void put_summary(writer *w)
{
    const ss_retention *of = w->of;
    const ss_activity *a = &of->period;
    const ss_value *value = &of->value;
    ss_sheets_begin(
        w->to, "summary", "The period in figures",
        ss_sheets_printf(w->to, "From %s to %s.", ss_sheets_day(w->to, of->from), ss_sheets_day(w->to, of->end - 1)),
        COLUMNS(figure_columns));
    put_standing(w, a);
    put_count(w, "buyers", "Customers who bought", a->buyers, "At least once in the period.");
    put_count(w, "orders", "Their orders", a->orders, "In the period.");
    put_number(w, "repeat_purchase_rate", "Repeat-purchase rate", SS_CELL_SHARE, ss_activity_repeat_rate(a),
               "Customers with two orders or more in the period / customers with one or more.");
    put_number(w, "repeat_purchase_rate_ever", "The same, ever", SS_CELL_SHARE,
               ratio((double)value->repeaters, (double)value->customers),
               "Customers who bought on two days or more / all customers of the log.");
    put_number(w, "purchase_frequency", "Purchase frequency", SS_CELL_TENTHS, ss_activity_frequency(a),
               "Orders a customer who bought in the period.");
    put_number(w, "order_value", "Average order value", SS_CELL_AMOUNT, ss_activity_order_value(a),
               "Revenue / orders, of unnamed customers too.");
    put_money(w, "revenue", "Revenue", a->revenue + a->rest_revenue,
              "Of all orders of the period, less what was taken back.");
    put_money(w, "revenue_unnamed", "of unnamed customers", a->rest_revenue, "Orders without a customer.");
    put_known(w, "days_between", "Days between purchases", of->returning.gaps.count > 0, of->returning.gaps.median,
              "Median, of customers who came back. Who has not come back is not in it: see the waiting curve.");
}

/* ---- month by month ---- */

static const ss_sheet_column month_columns[] = {{"month", "Month"},
                                                {"partial", NULL},
                                                {"start", "At start"},
                                                {"kept", "Kept"},
                                                {"lost", "Lost"},
                                                {"back", "Came back"},
                                                {"new", "New"},
                                                {"end", "At end"},
                                                {"retention_rate", "Retention"},
                                                {"churn_rate", "Churn"},
                                                {"buyers", "Bought"},
                                                {"orders", "Orders"},
                                                {"revenue", "Revenue"},
                                                {"order_value", "Order value"}};

static void put_month(writer *w, const ss_activity *a)
{
    int32_t month = ss_month_of(a->from);
    bool partial = ss_month_begin(month) != a->from || ss_month_begin(month + 1) != a->to;
    const uint64_t seen[] = {a->start, a->kept, a->lost, a->back, a->fresh, a->end};
    ss_put_text(w->to, ss_sheets_printf(w->to, "%s%s", ss_sheets_month(w->to, month), partial ? "*" : ""));
    ss_put_count(w->to, partial);
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        if (a->seen)
            ss_put_count(w->to, seen[i]);
        else
            ss_put_none(w->to);
    }
    ss_put_number(w->to, SS_CELL_SHARE, ss_activity_retention(a));
    ss_put_number(w->to, SS_CELL_SHARE, ss_activity_churn(a));
    ss_put_count(w->to, a->buyers);
    ss_put_count(w->to, a->orders + a->rest_orders);
    put_money_cell(w, a->revenue + a->rest_revenue);
    ss_put_number(w->to, w->of->priced ? SS_CELL_AMOUNT : SS_CELL_NONE,
                  w->of->priced ? ss_activity_order_value(a) : (double)NAN);
}

static void put_months(writer *w)
{
    ss_sheets_begin(
        w->to, "months", "Month by month",
        ss_sheets_printf(w->to,
                         "Active customers, who bought in the %" PRIi64
                         " days before, at the first and the last day of each month. A star: only a part of "
                         "the month was seen.",
                         w->of->options.window_days),
        COLUMNS(month_columns));
    for (size_t i = 0; i < w->of->month_count; i++)
        put_month(w, &w->of->months[i]);
}

/* ---- time between purchases ---- */

static const ss_sheet_column waiting_columns[] = {
    {"days", "Within days"},        {"again", "Bought again"},          {"again_low", "At least"},
    {"again_high", "At most"},      {"after_first", "After the first"}, {"after_second", "After the second"},
    {"after_later", "After later"}, {"waiting", "Still seen waiting"}};

static const ss_sheet_column curve_columns[] = {{"days", NULL},         {"waiting", NULL},    {"share", NULL},
                                                {"share_low", NULL},    {"share_high", NULL}, {"after_first", NULL},
                                                {"after_second", NULL}, {"after_later", NULL}};

static void put_gaps(writer *w)
{
    const ss_gaps *gaps = &w->of->returning.gaps;
    ss_sheets_begin(
        w->to, "gaps", "Time between purchases",
        "Days from one purchase to the customer's next, of those next ones that lie in the period. Orders of one "
        "customer on one day are one purchase.",
        COLUMNS(figure_columns));
    put_count(w, "gaps", "Returns to the shop", gaps->count, "Purchases of the period that followed another.");
    put_number(w, "mean", "Mean", SS_CELL_TENTHS, gaps->mean, "Days; long pauses pull it up.");
    const struct {
        const char *key, *name, *meaning;
        uint32_t days;
    } rows[] = {
        {"tenth", "Fastest tenth", "Within so many days.", gaps->tenth},
        {"quarter", "Fastest quarter", "Within so many days.", gaps->quarter},
        {"median", "Half of them", "The median.", gaps->median},
        {"three_quarters", "Three quarters", "Within so many days.", gaps->three_quarters},
        {"nine_tenths", "Nine of ten", "Who takes longer has likely been lost and came back.", gaps->nine_tenths}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put_known(w, rows[i].key, rows[i].name, gaps->count > 0, rows[i].days, rows[i].meaning);
}

static void put_waiting(writer *w)
{
    static const size_t marks[] = {7, 14, 30, 60, 90, 180, 365, 730};
    const ss_returning *of = &w->of->returning;
    ss_sheets_begin(
        w->to, "waiting", "How long until they buy again",
        "Share of customers who bought again within so many days of a purchase (Kaplan-Meier). Those who have not "
        "yet count as long as they were seen. The true share lies between the two bounds in 95 of 100 cases.",
        COLUMNS(waiting_columns));
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (marks[i] >= of->day_count)
            break;
        const ss_survival_day *day = &of->curves[SS_AFTER_ANY][marks[i]];
        ss_put_count(w->to, marks[i]);
        ss_put_number(w->to, SS_CELL_SHARE, 1 - day->share);
        ss_put_number(w->to, SS_CELL_SHARE, 1 - day->share_high);
        ss_put_number(w->to, SS_CELL_SHARE, 1 - day->share_low);
        for (int a = SS_AFTER_FIRST; a < SS_AFTER_COUNT; a++)
            ss_put_number(w->to, SS_CELL_SHARE, of->waits[a] ? 1 - of->curves[a][marks[i]].share : (double)NAN);
        ss_put_count(w->to, day->waiting);
    }
}

static void put_curve(writer *w)
{
    const ss_returning *of = &w->of->returning;
    ss_sheets_begin(w->to, "survival", NULL, NULL, COLUMNS(curve_columns));
    for (size_t d = 0; d < of->day_count; d++) {
        const ss_survival_day *day = &of->curves[SS_AFTER_ANY][d];
        ss_put_count(w->to, d);
        ss_put_count(w->to, day->waiting);
        ss_put_number(w->to, SS_CELL_SHARE, day->share);
        ss_put_number(w->to, SS_CELL_SHARE, day->share_low);
        ss_put_number(w->to, SS_CELL_SHARE, day->share_high);
        for (int a = SS_AFTER_FIRST; a < SS_AFTER_COUNT; a++)
            ss_put_number(w->to, SS_CELL_SHARE, of->curves[a][d].share);
    }
}

/* ---- cohorts ---- */

/* Month, customers, and one column for each month since. */
static const ss_sheet_column *grid_columns(writer *w, size_t months)
{
    ss_sheet_column *columns = ss_arena_alloc(w->to->texts, months + GRID_COLUMNS_HEAD, sizeof *columns);
    if (!columns) {
        w->to->status = SS_E_NOMEM;
        return NULL;
    }
    columns[0] = (ss_sheet_column){"cohort", "Month"};
    columns[1] = (ss_sheet_column){"customers", "New"};
    for (size_t k = 0; k < months; k++) {
        const char *number = ss_sheets_printf(w->to, "%zu", k);
        columns[k + GRID_COLUMNS_HEAD] = (ss_sheet_column){number, number};
    }
    return columns;
}

static void put_grid(writer *w, bool money)
{
    const ss_cohorts *of = &w->of->cohorts;
    for (size_t c = 0; c < of->count; c++) {
        ss_put_text(w->to, ss_sheets_month(w->to, of->first + (int32_t)c));
        ss_put_count(w->to, of->customers[c]);
        for (size_t k = 0; k < of->count; k++) {
            const ss_cohort_cell *cell = ss_cohorts_cell(of, c, k);
            double value = !cell ? NAN : money ? (double)cell->revenue : (double)cell->active;
            ss_put_number(w->to, money ? SS_CELL_WHOLE : SS_CELL_PERCENT, ratio(value, (double)of->customers[c]));
        }
    }
}

static void put_cohorts(writer *w)
{
    static const ss_sheet_column cell_columns[] = {
        {"cohort", NULL}, {"months_later", NULL}, {"active", NULL}, {"orders", NULL}, {"revenue", NULL}};
    const ss_cohorts *of = &w->of->cohorts;
    const ss_sheet_column *columns = grid_columns(w, of->count);
    ss_sheets_begin(
        w->to, "cohorts", "Who comes back, by the month of the first purchase",
        ss_sheets_printf(w->to,
                         "Of every 100 customers who first bought in the month of the row, so many bought in the "
                         "month so many months later.%s%s",
                         of->earlier ? "" : " The first row also holds customers from before the log begins.",
                         of->partial ? " The last month is not over: its cells will grow." : ""),
        columns, of->count + GRID_COLUMNS_HEAD);
    put_grid(w, false);
    if (w->of->priced) {
        ss_sheets_begin(
            w->to, "cohort_revenue", "What they spend, by the month of the first purchase",
            "Revenue of the month so many months later, divided by all customers of the row, those who did not "
            "come back too.",
            columns, of->count + GRID_COLUMNS_HEAD);
        put_grid(w, true);
    }
    ss_sheets_begin(w->to, "cohort_cells", NULL, NULL, COLUMNS(cell_columns));
    for (size_t c = 0; c < of->count; c++)
        for (size_t k = 0; k + c < of->count; k++) {
            const ss_cohort_cell *cell = ss_cohorts_cell(of, c, k);
            ss_put_text(w->to, ss_sheets_month(w->to, of->first + (int32_t)c));
            ss_put_count(w->to, k);
            ss_put_count(w->to, cell->active);
            ss_put_count(w->to, cell->orders);
            put_money_cell(w, cell->revenue);
        }
}

/* ---- segments ---- */

static const char *segment_title(int segment)
{
    static const char *const titles[SS_LIFECYCLE_COUNT] = {
        [SS_SEGMENT_NEW] = "New",         [SS_SEGMENT_RETURNING] = "Regular", [SS_SEGMENT_LOYAL] = "Loyal",
        [SS_SEGMENT_AT_RISK] = "At risk", [SS_SEGMENT_LAPSED] = "Lapsed",
    };
    return titles[segment];
}

static const char *segment_meaning(writer *w, int segment)
{
    const ss_segment_rules *rules = &w->of->movement.rules;
    switch (segment) {
    case SS_SEGMENT_LOYAL:
        return ss_sheets_printf(w->to,
                                rules->priced ? "%.0f orders or more, among the fifth that paid most, and here lately."
                                              : "%.0f orders or more, and here lately.",
                                rules->loyal_frequency);
    case SS_SEGMENT_AT_RISK:
        return ss_sheets_printf(w->to, "Bought often or much, and away for over %.1f times their usual interval.",
                                rules->at_risk_intervals);
    case SS_SEGMENT_LAPSED:
        return ss_sheets_printf(w->to, "Away for over %.1f times their usual interval: likely gone.",
                                rules->lapsed_intervals);
    default:
        return "All other customers.";
    }
}

static const ss_sheet_column segment_columns[] = {{"segment", NULL},
                                                  {"name", "Segment"},
                                                  {"customers", "Customers"},
                                                  {"customers_share", "of all"},
                                                  {"orders", "Orders"},
                                                  {"revenue", "Revenue"},
                                                  {"revenue_share", "of all"},
                                                  {"value", "Paid so far"},
                                                  {"alive", "Still customers"},
                                                  {"purchases_expected", "Will buy"},
                                                  {"value_expected", "Will be worth"},
                                                  {"meaning", "Who they are"}};

static void put_segment(writer *w, int segment, double customers, double revenue)
{
    const ss_segment_sums *sums = &w->of->movement.sums[segment];
    const ss_outlook_sums *outlook = &w->of->outlook[segment];
    bool told = w->of->lifetime.now.counts;
    ss_put_text(w->to, ss_segment_name((ss_segment)segment));
    ss_put_text(w->to, segment_title(segment));
    ss_put_count(w->to, sums->customers);
    ss_put_number(w->to, SS_CELL_SHARE, ratio((double)sums->customers, customers));
    ss_put_count(w->to, sums->orders);
    put_money_cell(w, sums->revenue);
    ss_put_number(w->to, SS_CELL_SHARE, w->of->priced ? ratio((double)sums->revenue, revenue) : (double)NAN);
    put_money_cell(w, sums->value);
    ss_put_number(w->to, SS_CELL_SHARE, told ? ratio(outlook->alive, (double)sums->customers) : (double)NAN);
    ss_put_number(w->to, SS_CELL_TENTHS, told ? outlook->purchases : (double)NAN);
    ss_put_number(w->to, SS_CELL_AMOUNT, told ? outlook->value : (double)NAN);
    ss_put_text(w->to, segment_meaning(w, segment));
}

static void put_segments(writer *w)
{
    double customers = 0, revenue = 0;
    for (int s = SS_SEGMENT_RETURNING; s < SS_LIFECYCLE_COUNT; s++) {
        customers += (double)w->of->movement.sums[s].customers;
        revenue += (double)w->of->movement.sums[s].revenue;
    }
    ss_sheets_begin(
        w->to, "segments", "Customers by segment",
        ss_sheets_printf(w->to,
                         "By recency, frequency and value (RFM) at the end of the period. Orders and revenue are "
                         "of the period; what they will buy and be worth is foretold for %" PRIi64 " days.",
                         w->of->options.horizon_days),
        COLUMNS(segment_columns));
    for (int s = SS_SEGMENT_RETURNING; s < SS_LIFECYCLE_COUNT; s++)
        put_segment(w, s, customers, revenue);
}

static void put_movement(writer *w)
{
    static const ss_sheet_column columns[] = {{"before", NULL},   {"name", "From"},       {"returning", "Regular"},
                                              {"loyal", "Loyal"}, {"at_risk", "At risk"}, {"lapsed", "Lapsed"}};
    ss_sheets_begin(w->to, "movement", "Where customers moved",
                    "Row: the segment at the beginning of the period, or new since; column: at its end. The lines "
                    "between segments are those "
                    "of the end, for both.",
                    COLUMNS(columns));
    for (int before = 0; before < SS_LIFECYCLE_COUNT; before++) {
        ss_put_text(w->to, before == SS_SEGMENT_NEW ? "none" : ss_segment_name((ss_segment)before));
        ss_put_text(w->to, segment_title(before));
        for (int after = SS_SEGMENT_RETURNING; after < SS_LIFECYCLE_COUNT; after++)
            ss_put_count(w->to, w->of->movement.moved[before][after]);
    }
}

/* ---- value ---- */

static void put_value(writer *w)
{
    static const ss_sheet_column columns[] = {{"part", NULL},           {"name", "Customers"}, {"customers", "Number"},
                                              {"value", "Paid so far"}, {"share", "of all"},   {"each", "Each"}};
    static const char *const names[SS_VALUE_PARTS] = {"who paid most", "second tenth",  "third",   "fourth",
                                                      "fifth",         "sixth",         "seventh", "eighth",
                                                      "ninth",         "who paid least"};
    const ss_value *of = &w->of->value;
    ss_sheets_begin(w->to, "value", "What customers have been worth",
                    "All customers of the log by what they have paid, in tenths (historic customer lifetime value).",
                    COLUMNS(columns));
    for (size_t i = 0; i < SS_VALUE_PARTS; i++) {
        ss_put_text(w->to, ss_sheets_printf(w->to, "%zu", i + 1));
        ss_put_text(w->to, names[i]);
        ss_put_count(w->to, of->part_customers[i]);
        put_money_cell(w, of->parts[i]);
        ss_put_number(w->to, SS_CELL_SHARE,
                      w->of->priced ? ratio((double)of->parts[i], (double)of->total) : (double)NAN);
        ss_put_number(w->to, SS_CELL_AMOUNT,
                      w->of->priced ? ratio((double)of->parts[i], (double)of->part_customers[i]) : (double)NAN);
    }
}

/* ---- the forecast ---- */

static void put_parameters(writer *w)
{
    const ss_bgnbd *counts = &w->of->lifetime.now.bgnbd;
    const ss_gamma_gamma *values = &w->of->lifetime.now.gamma_gamma;
    const bool counted = w->of->lifetime.now.counts, valued = w->of->lifetime.now.values;
    const struct {
        const char *key, *name, *meaning;
        double value;
    } rows[] = {
        {"bgnbd_r", "BG/NBD r", "Fitted by maximum likelihood; times in weeks.", counted ? counts->r : NAN},
        {"bgnbd_alpha", "BG/NBD alpha", "r / alpha: purchases a week of a customer who stays.",
         counted ? counts->alpha : NAN},
        {"bgnbd_a", "BG/NBD a", "a / (a + b): the chance to leave for good after a purchase.",
         counted ? counts->a : NAN},
        {"bgnbd_b", "BG/NBD b", "As above.", counted ? counts->b : NAN},
        {"bgnbd_log_likelihood", "BG/NBD log-likelihood", "Of all customers together.",
         counted ? counts->log_likelihood : NAN},
        {"gamma_gamma_p", "Gamma-gamma p", "How alike the purchases of one customer are.", valued ? values->p : NAN},
        {"gamma_gamma_q", "Gamma-gamma q", "How alike customers are.", valued ? values->q : NAN},
        {"gamma_gamma_gamma", "Gamma-gamma gamma", "The scale of values, in the currency.",
         valued ? values->gamma : NAN},
        {"gamma_gamma_log_likelihood", "Gamma-gamma log-likelihood", "Of all customers together.",
         valued ? values->log_likelihood : NAN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put_number(w, rows[i].key, rows[i].name, SS_CELL_NUMBER, rows[i].value, rows[i].meaning);
}

static void put_forecast(writer *w)
{
    const ss_retention *of = w->of;
    const ss_lifetime *lifetime = &of->lifetime;
    const bool told = lifetime->now.counts;
    double customers = (double)of->value.customers;
    ss_sheets_begin(w->to, "forecast", "What customers will be worth",
                    ss_sheets_printf(
                        w->to,
                        "Foretold for the %" PRIi64 " days after the end, for the customers of the log, from how often "
                        "and how lately each bought (BG/NBD, Fader, Hardie and Lee 2005) and what their purchases "
                        "were worth (gamma-gamma, Fader and Hardie 2013). No new customers, no season.",
                        of->options.horizon_days),
                    COLUMNS(figure_columns));
    put_number(w, "alive", "Still customers", SS_CELL_TENTHS, told ? of->outlook_all.alive : (double)NAN,
               "Sum of each one's chance to buy again some day. The model never gives up who bought only once.");
    put_number(w, "purchases", "Purchases to come", SS_CELL_TENTHS, told ? of->outlook_all.purchases : (double)NAN,
               "Days on which a customer will buy.");
    put_number(w, "purchase_value", "Worth of a purchase", SS_CELL_AMOUNT,
               lifetime->now.values ? pow(10, of->decimals) * ss_gamma_gamma_expected(&lifetime->now.gamma_gamma, 0, 0)
                                    : (double)NAN,
               "Expected of a customer of whom nothing is known.");
    put_number(w, "value", "Customer lifetime value, all", SS_CELL_AMOUNT, told ? of->outlook_all.value : (double)NAN,
               ss_sheets_printf(w->to, "Purchases times their worth, times a margin of %g, less %g a year for waiting.",
                                of->options.margin, of->options.discount));
    put_number(w, "value_each", "The same, each customer", SS_CELL_AMOUNT,
               told ? of->outlook_all.value / customers : (double)NAN, "Mean over all customers of the log.");
    put_number(w, "historic_each", "Paid so far, each customer", SS_CELL_AMOUNT, (double)of->value.total / customers,
               "Historic customer lifetime value: mean over the same.");
    put_money(w, "historic_median", "Paid so far, median", of->value.median, "Half of the customers paid less.");
    put_number(w, "correlation", "Frequency and value", SS_CELL_NUMBER, lifetime->now.correlation,
               "Correlation of number and mean value of purchases; the model supposes 0.");
    put_number(w, "correlation_log", "of their logarithms", SS_CELL_NUMBER, lifetime->now.log_correlation,
               "The same, not led by the few greatest.");
    put_parameters(w);
}

static const ss_sheet_column calibration_columns[] = {{"repeats", NULL},
                                                      {"name", "Had bought"},
                                                      {"customers", "Customers"},
                                                      {"purchases", "Purchases"},
                                                      {"purchases_foreseen", "Foreseen"},
                                                      {"purchases_off", "Off by"},
                                                      {"revenue", "Revenue"},
                                                      {"revenue_foreseen", "Foreseen"},
                                                      {"revenue_off", "Off by"}};

static void put_calibration_row(writer *w, const char *key, const char *name, const ss_calibration *row)
{
    bool priced = w->of->priced;
    ss_put_text(w->to, key);
    ss_put_text(w->to, name);
    ss_put_count(w->to, row->customers);
    ss_put_count(w->to, row->purchases);
    ss_put_number(w->to, SS_CELL_TENTHS, row->predicted);
    ss_put_number(w->to, SS_CELL_SHARE, ss_calibration_ratio(row, false) - 1);
    put_money_cell(w, row->revenue);
    ss_put_number(w->to, SS_CELL_AMOUNT, priced ? row->foreseen : (double)NAN);
    ss_put_number(w->to, SS_CELL_SHARE, priced ? ss_calibration_ratio(row, true) - 1 : (double)NAN);
}

static void put_calibration(writer *w)
{
    static const char *const names[SS_FREQUENCY_CLASSES] = {"once",    "twice",   "3 times", "4 times",
                                                            "5 times", "6 times", "7 times", "8 times or more"};
    const ss_lifetime *of = &w->of->lifetime;
    ss_sheets_begin(
        w->to, "calibration", "How far such a forecast was off",
        ss_sheets_printf(w->to,
                         "The same forecast, made from what was known before %s, held against what those customers "
                         "bought in the %" PRIi64 " days since. Customers by how often they had bought until then.",
                         ss_sheets_day(w->to, of->cut), w->of->options.holdout_days),
        COLUMNS(calibration_columns));
    for (size_t i = 0; of->checked && i < SS_FREQUENCY_CLASSES; i++)
        put_calibration_row(w, ss_sheets_printf(w->to, "%zu", i), names[i], &of->classes[i]);
    if (of->checked)
        put_calibration_row(w, "all", "all of them", &of->total);
}

ss_status ss_retention_sheets(const ss_retention *retention, const char *zone, ss_sheets *sheets)
{
    writer w = {sheets, retention, zone};
    if (!ss_sheets_init(sheets, "Who comes back", retention->decimals))
        return SS_E_NOMEM;
    put_about(&w);
    put_summary(&w);
    put_months(&w);
    put_gaps(&w);
    put_waiting(&w);
    put_curve(&w);
    put_cohorts(&w);
    put_segments(&w);
    put_movement(&w);
    put_value(&w);
    put_forecast(&w);
    put_calibration(&w);
    ss_retention_warn(retention, sheets);
    return sheets->status;
}

#include "job/retention_warnings.h"

#include <inttypes.h>
#include <math.h>

#define FEW_CUSTOMERS    100  /* below, a forecast held against the truth says little */
#define MUCH_CORRELATION 0.2  /* of what the gamma-gamma model takes for unrelated */
#define MANY_UNNAMED     0.05 /* orders without a customer */

static const char *direction(double ratio_to_truth)
{
    return ratio_to_truth < 1 ? "low" : "high";
}

static void warn_of_forecast(const ss_retention *of, ss_sheets *to)
{
    const ss_lifetime *lifetime = &of->lifetime;
    const ss_calibration *all = &lifetime->total;
    double counts = ss_calibration_ratio(all, false), revenue = ss_calibration_ratio(all, true);
    if (!lifetime->now.counts) {
        ss_sheets_warn(
            to, "No forecast: too few customers bought twice, or all behave alike, so that BG/NBD cannot be fitted.");
        return;
    }
    if (!lifetime->checked || all->customers < FEW_CUSTOMERS) {
        ss_sheets_warn(
            to, "The forecast could not be held against the truth: the log is too short, or too few customers bought "
                "before the days held out (--holdout-days). Take it with care.");
        return;
    }
    if (isfinite(counts) && fabs(counts - 1) > of->options.warn_share)
        ss_sheets_warn(
            to, ss_sheets_printf(to,
                                 "The forecast is %.0f %% %s: made %" PRIi64 " days before the end, it foresaw %.0f "
                                 "purchases where %" PRIu64
                                 " came. Read the one for the days to come with that in mind; it knows no season.",
                                 100 * fabs(counts - 1), direction(counts), of->options.holdout_days, all->predicted,
                                 all->purchases));
    if (isfinite(revenue) && fabs(revenue - 1) > of->options.warn_share)
        ss_sheets_warn(to, ss_sheets_printf(to, "In money the same forecast was %.0f %% %s.", 100 * fabs(revenue - 1),
                                            direction(revenue)));
}

static void warn_of_value(const ss_retention *of, ss_sheets *to)
{
    const ss_forecaster *now = &of->lifetime.now;
    if (!of->priced) {
        ss_sheets_warn(
            to, "No prices: neither the log (unit_price) nor a catalogue has any, so that nothing is said in money.");
        return;
    }
    if (!now->values)
        ss_sheets_warn(
            to, "No value is foretold: what customers pay does not follow the gamma-gamma model, or too few pay.");
    else if (fabs(now->correlation) > MUCH_CORRELATION || fabs(now->log_correlation) > MUCH_CORRELATION)
        ss_sheets_warn(
            to, ss_sheets_printf(to,
                                 "Who buys more often does not pay the same for a purchase (correlation %.2f, of "
                                 "logarithms %.2f): the model of values takes the two for unrelated, so that single "
                                 "customers' predicted values are less sure than their sum.",
                                 now->correlation, now->log_correlation));
}

static void warn_of_log(const ss_retention *of, ss_sheets *to)
{
    double orders = (double)(of->orders + of->rest_orders);
    double unnamed = orders > 0 ? (double)of->rest_orders / orders : 0;
    if (!of->period.seen)
        ss_sheets_warn(
            to, "The log does not reach far enough before the period: who was a customer at its start cannot be told. "
                "Give a later --from, or fewer --window-days.");
    if (unnamed > MANY_UNNAMED)
        ss_sheets_warn(to, ss_sheets_printf(to, "%.0f %% of the orders name no customer: they count for revenue alone.",
                                            100 * unnamed));
}

void ss_retention_warn(const ss_retention *retention, ss_sheets *sheets)
{
    warn_of_forecast(retention, sheets);
    warn_of_value(retention, sheets);
    warn_of_log(retention, sheets);
}

#include "job/lifetime.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define WEEK      7.0
#define YEAR      365.25
#define STEP_DAYS 30

/* What one customer had done before a day. */
typedef struct history {
    ss_bgnbd_customer counts;
    ss_spender values; /* mean in minor units */
} history;

static bool history_before(const ss_purchases *of, uint32_t customer, int32_t end, history *out)
{
    const ss_purchase *list = of->all + of->offsets[customer];
    size_t count = ss_purchases_before(of, customer, end);
    double sum = 0;
    if (count == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        sum += (double)list[i].amount;
    *out = (history){{(uint32_t)count - 1, (list[count - 1].day - list[0].day) / WEEK, (end - 1 - list[0].day) / WEEK},
                     {(uint32_t)count, sum / (double)count}};
    return true;
}

/* ---- fitting ---- */

static ss_status fit_values(ss_spender *spenders, size_t count, ss_forecaster *forecaster)
{
    ss_gamma_gamma *model = &forecaster->gamma_gamma;
    forecaster->correlation = ss_gamma_gamma_correlation(spenders, count, false);
    forecaster->log_correlation = ss_gamma_gamma_correlation(spenders, count, true);
    ss_status status = ss_gamma_gamma_fit(spenders, count, model, NULL);
    forecaster->values = status == SS_OK && model->converged && isfinite(ss_gamma_gamma_expected(model, 0, 0));
    return status == SS_E_NOMEM ? status : SS_OK;
}

static ss_status fit_counts(const ss_bgnbd_customer *customers, size_t count, ss_forecaster *forecaster)
{
    ss_status status = ss_bgnbd_fit(customers, count, &forecaster->bgnbd, NULL);
    forecaster->counts = status == SS_OK && forecaster->bgnbd.converged;
    return status == SS_E_NOMEM ? status : SS_OK;
}

static ss_status fit(const ss_purchases *of, int32_t end, const ss_lifetime_options *options, ss_forecaster *forecaster)
{
    ss_status status = SS_E_NOMEM;
    size_t count = 0, paid = 0;
    double unit = pow(10, options->decimals);
    ss_bgnbd_customer *customers = ss_array_new(of->count, sizeof *customers);
    ss_spender *spenders = ss_array_new(of->count, sizeof *spenders);
    history known;
    *forecaster = (ss_forecaster){.correlation = NAN, .log_correlation = NAN};
    if (!customers || !spenders)
        goto out;
    for (uint32_t c = 0; c < of->count; c++) {
        if (!history_before(of, c, end, &known))
            continue;
        customers[count++] = known.counts;
        if (known.values.mean > 0)
            spenders[paid++] = (ss_spender){known.values.purchases, known.values.mean / unit};
    }
    SS_TRY(fit_counts(customers, count, forecaster));
    if (options->priced)
        SS_TRY(fit_values(spenders, paid, forecaster));
out:
    free(customers);
    free(spenders);
    return status;
}

/* What a purchase to come is worth, minor units; NAN: cannot be told. */
static double worth(const ss_forecaster *forecaster, const history *known, int decimals)
{
    double unit = pow(10, decimals);
    uint32_t purchases = known->values.mean > 0 ? known->values.purchases : 0;
    if (!forecaster->values)
        return NAN;
    return unit * ss_gamma_gamma_expected(&forecaster->gamma_gamma, purchases, known->values.mean / unit);
}

/* ---- what is to come ---- */

static void predict(const ss_lifetime *of, const ss_lifetime_options *options, const history *known, double *purchases,
                    double *value)
{
    const ss_bgnbd *model = &of->now.bgnbd;
    double each = worth(&of->now, known, options->decimals) * options->margin, before = 0;
    *value = 0;
    for (int32_t day = 0; day < options->horizon; day += STEP_DAYS) {
        int32_t end = day + STEP_DAYS < options->horizon ? day + STEP_DAYS : options->horizon;
        double until = ss_bgnbd_expected(model, &known->counts, end / WEEK);
        *value += (until - before) * each * pow(1 + options->discount, -(day + end) / (2 * YEAR));
        before = until;
    }
    *purchases = before;
}

static ss_status predict_all(const ss_purchases *purchases, const ss_lifetime_options *options, ss_lifetime *of)
{
    of->alive = ss_array_new(purchases->count, sizeof *of->alive);
    of->purchases = ss_array_new(purchases->count, sizeof *of->purchases);
    of->value = ss_array_new(purchases->count, sizeof *of->value);
    if (!of->alive || !of->purchases || !of->value)
        return SS_E_NOMEM;
    for (uint32_t c = 0; c < purchases->count; c++) {
        history known;
        of->alive[c] = of->purchases[c] = of->value[c] = NAN;
        if (!of->now.counts || !history_before(purchases, c, purchases->end, &known))
            continue;
        of->alive[c] = ss_bgnbd_alive(&of->now.bgnbd, &known.counts);
        predict(of, options, &known, &of->purchases[c], &of->value[c]);
    }
    return SS_OK;
}

/* ---- what was to come, and came ---- */

static void add_truth(ss_calibration *to, const ss_calibration *one)
{
    to->customers += one->customers;
    to->purchases += one->purchases;
    to->predicted += one->predicted;
    to->revenue += one->revenue;
    to->foreseen += one->foreseen;
}

static void check_customer(const ss_purchases *purchases, uint32_t customer, const ss_lifetime_options *options,
                           ss_lifetime *of)
{
    history known;
    size_t at = purchases->offsets[customer] + ss_purchases_before(purchases, customer, of->cut);
    ss_calibration one = {.customers = 1, .purchases = purchases->offsets[customer + 1] - at};
    if (!history_before(purchases, customer, of->cut, &known)) {
        of->newcomers_purchases += one.purchases;
        return;
    }
    for (; at < purchases->offsets[customer + 1]; at++)
        one.revenue += purchases->all[at].amount;
    one.predicted = ss_bgnbd_expected(&of->before.bgnbd, &known.counts, options->holdout / WEEK);
    one.foreseen = one.predicted * worth(&of->before, &known, options->decimals);
    uint32_t class = known.counts.repeats < SS_FREQUENCY_CLASSES ? known.counts.repeats : SS_FREQUENCY_CLASSES - 1;
    add_truth(&of->classes[class], &one);
    add_truth(&of->total, &one);
}

static ss_status check_forecast(const ss_purchases *purchases, const ss_lifetime_options *options, ss_lifetime *of)
{
    of->cut = purchases->end - options->holdout;
    ss_status status = fit(purchases, of->cut, options, &of->before);
    of->checked = status == SS_OK && of->before.counts;
    for (uint32_t c = 0; of->checked && c < purchases->count; c++)
        check_customer(purchases, c, options, of);
    return status;
}

ss_status ss_lifetime_make(const ss_purchases *purchases, const ss_lifetime_options *options, ss_lifetime *lifetime,
                           ss_error *error)
{
    ss_lifetime of = {0};
    ss_status status;
    SS_TRY(fit(purchases, purchases->end, options, &of.now));
    SS_TRY(predict_all(purchases, options, &of));
    SS_TRY(check_forecast(purchases, options, &of));
    *lifetime = of;
    return SS_OK;
out:
    ss_lifetime_release(&of);
    return status == SS_E_NOMEM ? ss_error_nomem(error) : status;
}

void ss_lifetime_release(ss_lifetime *lifetime)
{
    free(lifetime->alive);
    free(lifetime->purchases);
    free(lifetime->value);
    *lifetime = (ss_lifetime){0};
}

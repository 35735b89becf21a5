#include "models/repurchase.h"

#include <math.h>

/* clang-format off */
static const ss_tensor_rule tensor_rules[] = {
    {"items.repeat", SS_F32, 1, {"items"}, SS_RULE_FINITE, NULL, true},
    {"items.median_days", SS_F32, 1, {"items"}, SS_RULE_FINITE, NULL, true},
    {"items.shape", SS_F32, 1, {"items"}, SS_RULE_FINITE, NULL, true},
    {"items.spells", SS_U32, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"items.returns", SS_U32, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {"items.followed", SS_F32, 1, {"items"}, SS_RULE_FINITE, NULL, true},
    {"items.class", SS_U8, 1, {"items"}, SS_RULE_ANY, NULL, true},
    {.name = NULL},
};
/* clang-format on */

/* ---- names ---- */

static const char *const family_names[SS_INTERVAL_FAMILY_COUNT] = {"log-normal", "weibull"};
static const char *const class_names[SS_REPURCHASE_CLASS_COUNT] = {"unknown", "durable", "consumable"};

const char *ss_interval_family_name(ss_interval_family family)
{
    return (unsigned)family < SS_INTERVAL_FAMILY_COUNT ? family_names[family] : NULL;
}

const char *ss_repurchase_class_name(ss_repurchase_class kind)
{
    return (unsigned)kind < SS_REPURCHASE_CLASS_COUNT ? class_names[kind] : NULL;
}

/* ---- the interval ---- */

double ss_interval_survival(ss_interval_family family, const ss_interval *interval, double days)
{
    if (!(days > 0))
        return 1;
    double z = log(days / interval->median_days) / interval->shape;
    return family == SS_INTERVAL_WEIBULL ? exp2(-exp(z)) : 0.5 * erfc(z * M_SQRT1_2);
}

/* Newton's steps on the normal distribution's logarithm from a start that is right to a few digits (Winitzki 2008). */
static double normal_quantile(double p)
{
    double tail = p < 0.5 ? p : 1 - p, a = 0.147, l = log(4 * tail * (1 - tail)), b = 2 / (M_PI * a) + l / 2;
    double z = -M_SQRT2 * sqrt(fmax(sqrt(b * b - l / a) - b, 0));
    for (int step = 0; step < 4; step++) {
        double below = 0.5 * erfc(-z * M_SQRT1_2), density = exp(-z * z / 2) / sqrt(2 * M_PI);
        z -= (log(below) - log(tail)) * below / density;
    }
    return p < 0.5 ? z : -z;
}

double ss_interval_quantile(ss_interval_family family, const ss_interval *interval, double p)
{
    double z = family == SS_INTERVAL_WEIBULL ? log(-log2(1 - p)) : normal_quantile(p);
    return interval->median_days * exp(interval->shape * z);
}

ss_repurchase_class ss_repurchase_classify(ss_interval_family family, const ss_interval *interval, uint32_t returns,
                                           double followed)
{
    double within_a_year = interval->repeat * (1 - ss_interval_survival(family, interval, 365));
    if (followed >= SS_DURABLE_FOLLOWED && within_a_year < SS_DURABLE_BELOW)
        return SS_REPURCHASE_DURABLE;
    double spread = ss_interval_quantile(family, interval, 0.75) / ss_interval_quantile(family, interval, 0.25);
    bool regular = returns >= SS_CONSUMABLE_RETURNS && spread <= SS_CONSUMABLE_SPREAD;
    return regular && within_a_year >= SS_CONSUMABLE_FROM ? SS_REPURCHASE_CONSUMABLE : SS_REPURCHASE_UNKNOWN;
}

/* ---- the file's own rules ---- */

static ss_status check_law(const ss_tensor *repeat, const ss_tensor *median, const ss_tensor *shape, ss_error *error)
{
    const float *repeats = repeat->data, *medians = median->data, *shapes = shape->data;
    for (uint64_t i = 0; i < repeat->count; i++) {
        if (!(repeats[i] > 0 && repeats[i] < 1))
            return ss_tensor_corrupt(repeat, i, "no probability between 0 and 1", error);
        if (!(medians[i] > 0))
            return ss_tensor_corrupt(median, i, "an interval must be above zero", error);
        if (!(shapes[i] > 0))
            return ss_tensor_corrupt(shape, i, "a spread must be above zero", error);
    }
    return SS_OK;
}

static ss_status check_evidence(const ss_tensor *spells, const ss_tensor *returns, const ss_tensor *followed,
                                ss_error *error)
{
    const uint32_t *spell = spells->data, *back = returns->data;
    const float *watched = followed->data;
    for (uint64_t i = 0; i < spells->count; i++) {
        if (back[i] > spell[i])
            return ss_tensor_corrupt(returns, i, "more returns than purchases", error);
        if (!(watched[i] >= 0) || watched[i] > (float)spell[i] * 1.001F)
            return ss_tensor_corrupt(followed, i, "not between 0 and the number of purchases", error);
    }
    return SS_OK;
}

static ss_status check(const ss_tensor *tensors, size_t count, ss_error *error)
{
    ss_status status = SS_OK;
    const ss_tensor *classes = ss_tensor_find(tensors, count, "items.class");
    const uint8_t *kinds = classes->data;
    if (classes->count > UINT32_MAX - 1)
        return ss_tensor_corrupt(classes, 0, "too many items", error);
    for (uint64_t i = 0; i < classes->count; i++)
        if (kinds[i] >= SS_REPURCHASE_CLASS_COUNT)
            return ss_tensor_corrupt(classes, i, "no class", error);
    SS_TRY(check_law(ss_tensor_find(tensors, count, "items.repeat"),
                     ss_tensor_find(tensors, count, "items.median_days"), ss_tensor_find(tensors, count, "items.shape"),
                     error));
    SS_TRY(check_evidence(ss_tensor_find(tensors, count, "items.spells"),
                          ss_tensor_find(tensors, count, "items.returns"),
                          ss_tensor_find(tensors, count, "items.followed"), error));
out:
    return status;
}

const ss_schema ss_repurchase_schema = {"repurchase", 1, tensor_rules, check};

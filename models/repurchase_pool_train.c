#include "models/repurchase_pool_train.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define FAMILY_SPELLS   60000u /* that the choice of a family looks at, about */
#define CATEGORY_WORTH  20.0   /* of the shop's law to a category, in spells and in intervals */
#define WORTH_LEAST     1.0
#define WORTH_MOST      1000.0
#define WORTH_UNTOLD    10.0 /* where the shop has too few items to tell */
#define RETURNS_TELLING 2u   /* from so many on does an item's mean interval say something */

static const ss_interval any_shop = {.repeat = 0.5, .median_days = 60, .shape = 1};

static bool has_category(const ss_interval_pools *pools, uint32_t item)
{
    return pools->category && pools->category[item] < pools->category_count;
}

static const ss_interval *parent_of(const ss_interval_pools *pools, uint32_t item)
{
    return has_category(pools, item) ? &pools->categories[pools->category[item]] : &pools->shop;
}

ss_interval_prior ss_interval_pools_prior(const ss_interval_pools *pools, uint32_t item)
{
    return (ss_interval_prior){*parent_of(pools, item), pools->prior_spells, pools->prior_intervals};
}

double ss_interval_followed(ss_interval_family family, const ss_spells *spells, const ss_interval *law)
{
    double followed = 0;
    for (size_t i = 0; i < spells->count; i += spells->stride)
        followed +=
            spells->at[i].returned ? 1 : 1 - ss_interval_survival(family, law, exp((double)spells->at[i].log_days));
    return fmin(followed * (double)spells->stride, (double)spells->count);
}

/* ---- laws of many items ---- */

static ss_status fit_gathered(const ss_spell_table *table, ss_interval_family family, const uint32_t *items,
                              size_t count, uint32_t folds, const ss_interval_prior *prior, ss_interval *law,
                              ss_error *error)
{
    ss_spell *sample;
    size_t sampled;
    ss_status status = ss_spell_table_gather(table, items, count, &sample, &sampled, error);
    if (status != SS_OK)
        return status;
    ss_spells spells = {sample, sampled, 1, folds};
    *law = ss_interval_fit(family, &spells, prior);
    free(sample);
    return SS_OK;
}

static ss_status fit_shop(const ss_spell_table *table, ss_interval_family family, const uint32_t *items, uint32_t folds,
                          ss_interval *law, ss_error *error)
{
    const ss_interval_prior vague = {any_shop, 1, 1};
    return fit_gathered(table, family, items, table->item_count, folds, &vague, law, error);
}

/* ---- the family ---- */

/* How likely the last fold is under laws that the others gave, over a sample of the items. */
static ss_status judge_family(const ss_spell_table *table, ss_interval_family family, const uint32_t *items,
                              double *likelihood, ss_error *error)
{
    const uint32_t held = 1u << (SS_SPELL_FOLDS - 1), learned = SS_SPELL_ALL_FOLDS & ~held;
    ss_interval_prior prior = {.spells = WORTH_UNTOLD, .intervals = WORTH_UNTOLD};
    ss_status status = fit_shop(table, family, items, learned, &prior.parent, error);
    uint64_t all = table->offsets[table->item_count];
    uint32_t stride = (uint32_t)(1 + all / FAMILY_SPELLS);
    *likelihood = 0;
    for (uint32_t item = 0; status == SS_OK && item < table->item_count; item += stride) {
        ss_spells spells = ss_spell_table_item(table, item);
        spells.folds = learned;
        ss_interval law = ss_interval_fit(family, &spells, &prior);
        spells.folds = held;
        *likelihood += ss_interval_likelihood(family, &spells, &law);
    }
    return status;
}

static ss_status choose_family(const ss_spell_table *table, const uint32_t *items, ss_interval_family *family,
                               ss_error *error)
{
    ss_status status = SS_OK;
    double best = -INFINITY;
    *family = SS_INTERVAL_LOG_NORMAL;
    for (unsigned f = 0; f < SS_INTERVAL_FAMILY_COUNT && status == SS_OK; f++) {
        double likelihood;
        status = judge_family(table, (ss_interval_family)f, items, &likelihood, error);
        if (status == SS_OK && likelihood > best) {
            best = likelihood;
            *family = (ss_interval_family)f;
        }
    }
    return status;
}

/* ---- categories ---- */

/* Item numbers by category, those without one last; *begins has category_count + 1 entries. Caller owns both. */
static ss_status sort_by_category(const ss_interval_pools *pools, uint32_t item_count, uint32_t **items,
                                  uint32_t **begins, ss_error *error)
{
    uint32_t categories = pools->category_count;
    uint32_t *next = ss_array_zeroed((size_t)categories + 2, sizeof *next);
    *items = ss_array_new(item_count, sizeof **items);
    *begins = ss_array_zeroed((size_t)categories + 1, sizeof **begins);
    if (!next || !*items || !*begins) {
        free(next);
        return ss_error_nomem(error);
    }
    for (uint32_t i = 0; i < item_count; i++)
        next[(has_category(pools, i) ? pools->category[i] : categories) + 1]++;
    for (uint32_t c = 0; c <= categories; c++) {
        next[c + 1] += next[c];
        (*begins)[c] = next[c];
    }
    for (uint32_t i = 0; i < item_count; i++)
        (*items)[next[has_category(pools, i) ? pools->category[i] : categories]++] = i;
    free(next);
    return SS_OK;
}

static ss_status fit_categories(const ss_spell_table *table, const uint32_t *items, const uint32_t *begins,
                                ss_interval_pools *pools, ss_error *error)
{
    ss_status status = SS_OK;
    const ss_interval_prior prior = {pools->shop, CATEGORY_WORTH, CATEGORY_WORTH};
    pools->categories = ss_array_new(pools->category_count, sizeof *pools->categories);
    if (!pools->categories)
        return ss_error_nomem(error);
    for (uint32_t c = 0; c < pools->category_count && status == SS_OK; c++)
        status = fit_gathered(table, pools->family, items + begins[c], begins[c + 1] - begins[c], SS_SPELL_ALL_FOLDS,
                              &prior, &pools->categories[c], error);
    return status;
}

/* ---- what a parent's law is worth ---- */

typedef struct item_sums {
    double followed, returns, log_days, log_days_squared; /* the last two over returns */
} item_sums;

static item_sums sums_of(const ss_spell_table *table, const ss_interval_pools *pools, uint32_t item)
{
    ss_spells spells = ss_spell_table_item(table, item);
    item_sums sums = {.followed = ss_interval_followed(pools->family, &spells, parent_of(pools, item))};
    double scale = (double)spells.stride;
    for (size_t i = 0; i < spells.count; i += spells.stride) {
        if (!spells.at[i].returned)
            continue;
        double log_days = (double)spells.at[i].log_days;
        sums.returns += scale;
        sums.log_days += scale * log_days;
        sums.log_days_squared += scale * log_days * log_days;
    }
    return sums;
}

/* Items that share a parent. */
typedef struct family_sums {
    double followed, returns, log_days, squared_returns, members;
} family_sums;

static void add_member(family_sums *of, const item_sums *item)
{
    of->followed += item->followed;
    of->returns += item->returns;
    if (item->returns < RETURNS_TELLING)
        return;
    of->log_days += item->log_days;
    of->squared_returns += item->returns * item->returns;
    of->members += item->returns;
}

typedef struct moments {
    double excess, chance;                   /* of returns: beta-binomial */
    double within, degrees, between, spread; /* of intervals */
} moments;

static void add_excess(moments *to, const family_sums *parent, const item_sums *item)
{
    if (!(item->followed > 1) || !(parent->followed > 0))
        return;
    double share = fmin(parent->returns / parent->followed, 1), variance = share * (1 - share);
    double off = item->returns - item->followed * share;
    to->excess += off * off / item->followed - variance;
    to->chance += variance * (item->followed - 1);
}

static void add_spread(moments *to, const family_sums *parent, const item_sums *item)
{
    if (item->returns < RETURNS_TELLING || !(parent->members > 0))
        return;
    double mean = item->log_days / item->returns, off = mean - parent->log_days / parent->members;
    to->within += item->log_days_squared - item->returns * mean * mean;
    to->degrees += item->returns - 1;
    to->between += item->returns * off * off;
    to->spread += 1;
}

static double worth(double value)
{
    return value >= WORTH_LEAST ? fmin(value, WORTH_MOST) : WORTH_LEAST; /* a NaN too is the least */
}

static void settle_worth(ss_interval_pools *pools, const moments *of, const family_sums *parents, size_t count)
{
    double weight = 0, parents_told = 0;
    for (size_t p = 0; p < count; p++)
        if (parents[p].members > 0) {
            weight += parents[p].members - parents[p].squared_returns / parents[p].members;
            parents_told++;
        }
    pools->prior_spells = pools->prior_intervals = WORTH_UNTOLD;
    if (of->chance > 0)
        pools->prior_spells = of->excess > 0 ? worth(of->chance / of->excess - 1) : WORTH_MOST;
    if (weight > 0 && of->degrees > 0) {
        double within = of->within / of->degrees;
        double between = (of->between - (of->spread - parents_told) * within) / weight;
        pools->prior_intervals = between > 0 ? worth(within / between) : WORTH_MOST;
    }
}

static size_t parent_number(const ss_interval_pools *pools, uint32_t item)
{
    return has_category(pools, item) ? pools->category[item] : pools->category_count;
}

static ss_status weigh_parents(const ss_spell_table *table, ss_interval_pools *pools, ss_error *error)
{
    size_t count = (size_t)pools->category_count + 1;
    family_sums *parents = ss_array_zeroed(count, sizeof *parents);
    item_sums *items = ss_array_new(table->item_count, sizeof *items);
    moments of = {0};
    if (!parents || !items) {
        free(parents);
        free(items);
        return ss_error_nomem(error);
    }
    for (uint32_t i = 0; i < table->item_count; i++) {
        items[i] = sums_of(table, pools, i);
        add_member(&parents[parent_number(pools, i)], &items[i]);
    }
    for (uint32_t i = 0; i < table->item_count; i++) {
        add_excess(&of, &parents[parent_number(pools, i)], &items[i]);
        add_spread(&of, &parents[parent_number(pools, i)], &items[i]);
    }
    settle_worth(pools, &of, parents, count);
    free(parents);
    free(items);
    return SS_OK;
}

/* ---- all of it ---- */

ss_status ss_interval_pools_make(const ss_spell_table *table, int family, const uint32_t *category,
                                 uint32_t category_count, ss_interval_pools *pools, ss_error *error)
{
    ss_status status = SS_OK;
    uint32_t *items = NULL, *begins = NULL;
    ss_interval_pools made = {.category = category, .category_count = category ? category_count : 0};
    SS_TRY(sort_by_category(&made, table->item_count, &items, &begins, error));
    made.family = (ss_interval_family)family;
    if (family < 0)
        SS_TRY(choose_family(table, items, &made.family, error));
    SS_TRY(fit_shop(table, made.family, items, SS_SPELL_ALL_FOLDS, &made.shop, error));
    SS_TRY(fit_categories(table, items, begins, &made, error));
    SS_TRY(weigh_parents(table, &made, error));
    *pools = made;
    made.categories = NULL;
out:
    free(items);
    free(begins);
    ss_interval_pools_release(&made);
    return status;
}

void ss_interval_pools_release(ss_interval_pools *pools)
{
    free(pools->categories);
    *pools = (ss_interval_pools){0};
}

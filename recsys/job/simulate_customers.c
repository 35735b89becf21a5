#include "job/simulate_customers.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include <math.h>
#include <stdlib.h>

#define ACTIVITY_SHAPE 0.8 /* of the gamma distribution of customers' activity: a few come often */
#define LATECOMERS     0.35
#define PACE_SPREAD    0.06

/* Gamma with scale 1 (Marsaglia and Tsang 2000; for shapes below 1 with their power of a uniform). */
static double draw_gamma(ss_random *random, double shape)
{
    double boost = 1;
    if (shape < 1) {
        boost = pow(1 - ss_random_unit(random), 1 / shape);
        shape += 1;
    }
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = ss_random_normal(random), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        if (log(1 - ss_random_unit(random)) < .5 * x * x + d - d * v + d * log(v))
            return boost * d * v;
    }
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static void draw_favourites(const ss_sim_customers *customers, ss_random *random, uint8_t *favourites)
{
    for (uint32_t f = 0; f < SS_SIM_FAVOURITES; f++) {
        bool again = true;
        for (int attempt = 0; again && attempt < 8;
             attempt++) { /* the smallest shops have fewer categories than that */
            favourites[f] = (uint8_t)ss_alias_draw(customers->tastes, (uint32_t)ss_shop_category_count, random);
            again = false;
            for (uint32_t before = 0; before < f; before++)
                again |= favourites[before] == favourites[f];
        }
    }
}

void ss_sim_customers_stranger(const ss_sim_customers *customers, ss_random *random, ss_sim_customer *stranger)
{
    *stranger = (ss_sim_customer){.previous = SS_NONE, .next = SS_NONE, .scheduled = SS_SIM_NEVER};
    for (uint32_t n = 0; n < SS_SIM_NEEDS; n++)
        stranger->needs[n].item = SS_NONE;
    draw_favourites(customers, random, stranger->favourites);
    stranger->style = (uint8_t)ss_random_below(random, SS_SIM_STYLES);
    stranger->pace = (uint8_t)clamp(128 * exp(PACE_SPREAD * ss_random_normal(random)), 90, 180);
}

static ss_status build_tastes(const ss_sim_catalog *catalog, ss_alias *tastes, ss_error *error)
{
    double *weights = ss_array_zeroed(ss_shop_category_count, sizeof *weights);
    if (!weights)
        return ss_error_nomem(error);
    for (size_t t = 0; t < ss_shop_type_count; t++)
        if (catalog->types[t].item_count)
            weights[catalog->types[t].category] += (double)ss_shop_types[t].weight;
    ss_status status = ss_alias_build(tastes, weights, ss_shop_category_count, error);
    free(weights);
    return status;
}

static ss_status make_everybody(ss_sim_customers *customers, ss_error *error)
{
    double *weights = ss_array_new(customers->count, sizeof *weights);
    if (!weights)
        return ss_error_nomem(error);
    ss_random random;
    ss_random_seed(&random, ss_random_mix(customers->seed ^ 0x637573746f6d6572u));
    for (uint32_t c = 0; c < customers->count; c++) {
        ss_sim_customers_stranger(customers, &random, &customers->all[c]);
        weights[c] = draw_gamma(&random, ACTIVITY_SHAPE) + .02;
    }
    ss_status status = ss_alias_build(customers->activity, weights, customers->count, error);
    free(weights);
    return status;
}

ss_status ss_sim_customers_make(uint32_t count, const ss_sim_catalog *catalog, ss_sim_customers *customers,
                                ss_error *error)
{
    ss_status status = SS_OK;
    ss_sim_customers made = {.count = count, .days = catalog->days, .seed = catalog->seed};
    made.all = ss_array_huge(count, sizeof *made.all);
    made.activity = ss_array_huge(count, sizeof *made.activity);
    made.calendar = ss_array_new((size_t)catalog->days, sizeof *made.calendar);
    made.waiting = ss_array_zeroed((size_t)catalog->days, sizeof *made.waiting);
    made.tastes = ss_array_new(ss_shop_category_count, sizeof *made.tastes);
    if (!made.all || !made.activity || !made.calendar || !made.waiting || !made.tastes) {
        status = ss_error_nomem(error);
        goto out;
    }
    for (int32_t day = 0; day < made.days; day++)
        made.calendar[day] = SS_NONE;
    SS_TRY(build_tastes(catalog, made.tastes, error));
    SS_TRY(make_everybody(&made, error));
    *customers = made;
    made = (ss_sim_customers){0};
out:
    ss_sim_customers_release(&made);
    return status;
}

void ss_sim_customers_release(ss_sim_customers *customers)
{
    free(customers->all);
    free(customers->activity);
    free(customers->calendar);
    free(customers->waiting);
    free(customers->tastes);
    *customers = (ss_sim_customers){0};
}

/* Some find the shop only in the course of the log. */
static int32_t joins_on(const ss_sim_customers *customers, uint32_t number)
{
    double u = (double)(ss_random_mix(customers->seed * 31 + number) >> 11) * 0x1p-53;
    return u < LATECOMERS ? (int32_t)(u / LATECOMERS * customers->days) : 0;
}

uint32_t ss_sim_customers_draw(const ss_sim_customers *customers, int32_t day, ss_random *random)
{
    uint32_t number = ss_alias_draw(customers->activity, customers->count, random);
    for (int attempt = 0; attempt < 16 && joins_on(customers, number) > day; attempt++)
        number = ss_alias_draw(customers->activity, customers->count, random);
    return number;
}

/* ---- the calendar ---- */

static void unlink_customer(ss_sim_customers *customers, ss_sim_customer *customer)
{
    if (customer->scheduled == SS_SIM_NEVER)
        return;
    if (customer->previous == SS_NONE)
        customers->calendar[customer->scheduled] = customer->next;
    else
        customers->all[customer->previous].next = customer->next;
    if (customer->next != SS_NONE)
        customers->all[customer->next].previous = customer->previous;
    customers->waiting[customer->scheduled]--;
    customer->scheduled = SS_SIM_NEVER;
}

uint32_t ss_sim_customers_due(ss_sim_customers *customers, int32_t day)
{
    uint32_t number = customers->calendar[day];
    if (number != SS_NONE)
        unlink_customer(customers, &customers->all[number]);
    return number;
}

void ss_sim_customers_schedule(ss_sim_customers *customers, uint32_t number, int32_t earliest)
{
    ss_sim_customer *customer = &customers->all[number];
    int32_t due = INT32_MAX;
    for (uint32_t n = 0; n < SS_SIM_NEEDS; n++)
        if (customer->needs[n].item != SS_NONE && customer->needs[n].due < due)
            due = customer->needs[n].due;
    unlink_customer(customers, customer);
    if (due == INT32_MAX)
        return;
    due = due < earliest ? earliest : due;
    if (due >= customers->days)
        return;
    uint32_t *head = &customers->calendar[due];
    customer->previous = SS_NONE;
    customer->next = *head;
    customer->scheduled = (uint16_t)due;
    if (*head != SS_NONE)
        customers->all[*head].previous = number;
    *head = number;
    customers->waiting[due]++;
}

ss_sim_need *ss_sim_customer_need(ss_sim_customer *customer, uint16_t type)
{
    for (uint32_t n = 0; n < SS_SIM_NEEDS; n++)
        if (customer->needs[n].item != SS_NONE && customer->needs[n].type == type)
            return &customer->needs[n];
    return NULL;
}

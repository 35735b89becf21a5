#include "models/segments.h"

#include "base/timestamp.h"
#include "store/strings.h"

/* clang-format off */
static const ss_tensor_rule tensor_rules[] = {
    {"newest", SS_I64, 1, {"customers"}, SS_RULE_ANY, NULL, true},
    {"orders", SS_U32, 1, {"customers"}, SS_RULE_ANY, NULL, true},
    {"value", SS_I64, 1, {"customers"}, SS_RULE_ANY, NULL, true},
    {"interval", SS_F32, 1, {"customers"}, SS_RULE_FINITE, NULL, true},
    {"affinity", SS_U32, 1, {"customers"}, SS_RULE_INDEX_OR_NONE, "categories", true},
    {"birthday", SS_U16, 1, {"customers"}, SS_RULE_ANY, NULL, true},
    {"referral", SS_U8, 1, {"customers"}, SS_RULE_ANY, NULL, true},
    SS_STRINGS_RULES("others.ids", "others", true),
    SS_LOOKUP_RULE("others.ids", true),
    {"others.birthday", SS_U16, 1, {"others"}, SS_RULE_ANY, NULL, true},
    {"others.referral", SS_U8, 1, {"others"}, SS_RULE_ANY, NULL, true},
    {.name = NULL},
};
/* clang-format on */

/* ---- names ---- */

static const char *const segment_names[SS_SEGMENT_COUNT] = {"new",    "returning",      "loyal",    "at_risk",
                                                            "lapsed", "cart_abandoner", "birthday", "referral"};

const char *ss_segment_name(ss_segment segment)
{
    return (unsigned)segment < SS_SEGMENT_COUNT ? segment_names[segment] : NULL;
}

ss_segment ss_segment_find(ss_slice name)
{
    unsigned segment = 0;
    while (segment < SS_SEGMENT_COUNT && !ss_slice_equal(name, ss_slice_of(segment_names[segment])))
        segment++;
    return (ss_segment)segment;
}

/* ---- the stage of life ---- */

/* In typical intervals; 0 where either is not known. */
static double away(const ss_customer_facts *facts, int64_t now)
{
    if (facts->newest == INT64_MIN || !(facts->interval > 0) || now <= facts->newest)
        return 0;
    return ((double)now - (double)facts->newest) / (facts->interval * (double)SS_DAY);
}

ss_segment ss_segment_lifecycle(const ss_segment_rules *rules, const ss_customer_facts *facts, int64_t now)
{
    double orders = facts->orders, value = (double)facts->value, stays = away(facts, now);
    if (facts->orders == 0)
        return SS_SEGMENT_NEW;
    if (stays > rules->lapsed_intervals)
        return SS_SEGMENT_LAPSED;
    if (stays > rules->at_risk_intervals) {
        bool matters = orders >= rules->at_risk_frequency || (rules->priced && value >= rules->at_risk_value);
        return matters ? SS_SEGMENT_AT_RISK : SS_SEGMENT_RETURNING;
    }
    bool loyal = orders >= rules->loyal_frequency && (!rules->priced || value >= rules->loyal_value);
    return loyal ? SS_SEGMENT_LOYAL : SS_SEGMENT_RETURNING;
}

/* ---- birthdays ---- */

#define LEAP_DAY 60 /* February 29; in other years the 60th day is March 1 */

static bool is_leap_year(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The birthday in a year, in days of it from 1. */
static int64_t day_in_year(int64_t birthday, int64_t year)
{
    return birthday - (birthday > LEAP_DAY && !is_leap_year(year));
}

/* Days from 1970-01-01 to January 1 of a year from 1 on. */
static int64_t days_until(int64_t year)
{
    int64_t past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400 - 719162;
}

/* Arithmetic, because the C library's calendar takes a lock. */
static int64_t year_of(int64_t days)
{
    int64_t year = 1970 + days * 400 / 146097;
    while (days_until(year) > days)
        year--;
    while (days_until(year + 1) <= days)
        year++;
    return year;
}

bool ss_birthday_is_near(unsigned birthday, int64_t now, int64_t within)
{
    int64_t days = now / SS_DAY - (now % SS_DAY < 0);
    if (birthday == 0 || now == SS_NO_TIME)
        return false;
    int64_t year = year_of(days), today = days - days_until(year) + 1;
    int64_t this_year = day_in_year(birthday, year) - today;
    int64_t next = 365 + is_leap_year(year) - today + day_in_year(birthday, year + 1);
    int64_t last = 365 + is_leap_year(year - 1) - day_in_year(birthday, year - 1) + today;
    return (this_year < 0 ? -this_year : this_year) <= within || next <= within || last <= within;
}

/* ---- the file's own rules ---- */

static ss_status check_numbers(const ss_tensor *tensors, size_t count, ss_error *error)
{
    const ss_tensor *values = ss_tensor_find(tensors, count, "value");
    const ss_tensor *intervals = ss_tensor_find(tensors, count, "interval");
    const int64_t *value = values->data;
    const float *interval = intervals->data;
    for (uint64_t i = 0; i < values->count; i++) {
        if (value[i] < 0)
            return ss_tensor_corrupt(values, i, "a value must not be below zero", error);
        if (!(interval[i] >= 0))
            return ss_tensor_corrupt(intervals, i, "an interval must not be below zero", error);
    }
    return SS_OK;
}

static ss_status check_profiles(const ss_tensor *birthdays, const ss_tensor *referrals, ss_error *error)
{
    const uint16_t *birthday = birthdays->data;
    const uint8_t *referral = referrals->data;
    for (uint64_t i = 0; i < birthdays->count; i++) {
        if (birthday[i] > 366)
            return ss_tensor_corrupt(birthdays, i, "no day of a year", error);
        if (referral[i] > 1)
            return ss_tensor_corrupt(referrals, i, "neither 0 nor 1", error);
    }
    return SS_OK;
}

static ss_status check(const ss_tensor *tensors, size_t count, ss_error *error)
{
    ss_status status = SS_OK;
    const ss_tensor *orders = ss_tensor_find(tensors, count, "orders");
    if (orders->count > UINT32_MAX - 1)
        return ss_tensor_corrupt(orders, 0, "too many customers", error);
    SS_TRY(check_numbers(tensors, count, error));
    SS_TRY(
        check_profiles(ss_tensor_find(tensors, count, "birthday"), ss_tensor_find(tensors, count, "referral"), error));
    SS_TRY(check_profiles(ss_tensor_find(tensors, count, "others.birthday"),
                          ss_tensor_find(tensors, count, "others.referral"), error));
    SS_TRY(ss_strings_check_ids(tensors, count, "others.ids", error));
out:
    return status;
}

const ss_schema ss_segments_schema = {"segments", 1, tensor_rules, check};

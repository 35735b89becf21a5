#include "models/segments_train.h"

#include "base/file.h"
#include "base/memory.h"
#include "models/segments_facts_train.h"
#include "store/strings.h"

#include <math.h>
#include <stdlib.h>

#define PATH_ROOM 4096

/* clang-format off */
#define OPTION(MEMBER) offsetof(ss_segments_options, MEMBER)
const ss_option ss_segments_option_table[] = {
    {"loyal-frequency", SS_OPTION_INT, OPTION(loyal_frequency), 0, 1e9, "0", NULL, "ORDERS",
     "Loyal customers ordered so often at least; 0: learned, so that at most a fifth of the customers do."},
    {"loyal-value", SS_OPTION_REAL, OPTION(loyal_value), 0, 1e15, "0", NULL, "MONEY",
     "And paid so much in all, in minor units (cents); 0: learned, so that at most a fifth of the customers do."},
    {"at-risk-frequency", SS_OPTION_INT, OPTION(at_risk_frequency), 0, 1e9, "0", NULL, "ORDERS",
     "Who stays away is at risk, not just gone, with so many orders at least; 0: learned, two fifths."},
    {"at-risk-value", SS_OPTION_REAL, OPTION(at_risk_value), 0, 1e15, "0", NULL, "MONEY",
     "Or who paid so much in all, in minor units; 0: learned, two fifths."},
    {"at-risk-intervals", SS_OPTION_REAL, OPTION(at_risk_intervals), 0, 1e6, "0", NULL, "TIMES",
     "Stays away: so many times the interval that the customer used to have; 0: learned from gaps after which customers "
     "came back, one in ten of which is longer."},
    {"lapsed-intervals", SS_OPTION_REAL, OPTION(lapsed_intervals), 0, 1e6, "0", NULL, "TIMES",
     "Lapsed after so many times the interval; 0: learned, one gap in fifty is longer."},
    {"birthday-days", SS_OPTION_INT, OPTION(birthday_days), 0, 180, "3", NULL, "DAYS",
     "So many days before and after a birthday count as it."},
    {"affinity-purchases", SS_OPTION_INT, OPTION(affinity_purchases), 1, 1e6, "3", NULL, "N",
     "A customer prefers a category from so many purchases in it on."},
    {"affinity-share", SS_OPTION_REAL, OPTION(affinity_share), 0, 1, "0.4", NULL, "SHARE",
     "And when so great a share of the customer's purchases is in it."},
    {.name = NULL}};
/* clang-format on */

bool ss_segments_learns(const ss_interactions *log, const ss_profiles *profiles)
{
    return (log->has_customers && log->has_purchases) || profiles;
}

/* ---- lines between customers ---- */

static ss_status check_options(const ss_segments_options *options, ss_error *error)
{
    ss_status status = ss_options_check(ss_segments_option_table, options, error);
    if (status == SS_OK && options->lapsed_intervals > 0 && options->lapsed_intervals < options->at_risk_intervals)
        status = ss_error_set(error, SS_E_RANGE, "segments.lapsed-intervals %g is below segments.at-risk-intervals %g",
                              options->lapsed_intervals, options->at_risk_intervals);
    return status;
}

static double quantile(const double *rising, size_t count, double p)
{
    size_t place = (size_t)ceil(p * (double)count);
    return rising[place > 0 ? place - 1 : 0];
}

/* The least whole number that at most `share` of them reach. */
static double line_above(const double *rising, size_t count, double share)
{
    size_t above = (size_t)floor(share * (double)count);
    return count > above ? rising[count - above - 1] + 1 : 1;
}

/* Sorts the frequencies or values of those who bought and sets what is not set. */
static ss_status learn_lines(const ss_customer_table *of, bool values, double *loyal, double *at_risk, ss_error *error)
{
    double *numbers = ss_array_new(of->count, sizeof *numbers);
    size_t count = 0;
    if (!numbers)
        return ss_error_nomem(error);
    for (uint32_t c = 0; c < of->count; c++)
        if (of->orders[c] > 0)
            numbers[count++] = values ? (double)of->value[c] : of->orders[c];
    ss_numbers_sort(numbers, count);
    if (*loyal <= 0)
        *loyal = line_above(numbers, count, 0.2);
    if (*at_risk <= 0)
        *at_risk = line_above(numbers, count, 0.4);
    free(numbers);
    return SS_OK;
}

static void learn_gaps(ss_customer_table *of, ss_segment_rules *rules)
{
    size_t count = of->gap_count;
    ss_numbers_sort(of->gaps, count);
    if (rules->at_risk_intervals <= 0) {
        rules->at_risk_intervals = count ? fmax(quantile(of->gaps, count, 0.9), 1) : 2;
        if (rules->lapsed_intervals > 0)
            rules->at_risk_intervals = fmin(rules->at_risk_intervals, rules->lapsed_intervals);
    }
    if (rules->lapsed_intervals <= 0)
        rules->lapsed_intervals = fmax(count ? quantile(of->gaps, count, 0.98) : 4, rules->at_risk_intervals);
}

ss_status ss_segment_rules_learn(ss_customer_table *of, const ss_segments_options *options, bool priced,
                                 ss_segment_rules *rules, ss_error *error)
{
    ss_status status;
    SS_TRY(check_options(options, error));
    *rules = (ss_segment_rules){.loyal_frequency = (double)options->loyal_frequency,
                                .at_risk_frequency = (double)options->at_risk_frequency,
                                .loyal_value = options->loyal_value,
                                .at_risk_value = options->at_risk_value,
                                .at_risk_intervals = options->at_risk_intervals,
                                .lapsed_intervals = options->lapsed_intervals,
                                .priced = priced};
    SS_TRY(learn_lines(of, false, &rules->loyal_frequency, &rules->at_risk_frequency, error));
    SS_TRY(learn_lines(of, true, &rules->loyal_value, &rules->at_risk_value, error));
    learn_gaps(of, rules);
out:
    return status;
}

/* ---- what the shop says of customers ---- */

typedef struct others { /* whom the log does not know */
    ss_strings_builder *ids;
    uint16_t *birthday;
    uint8_t *referral;
    uint32_t count;
} others;

static ss_status fill_profiles(const ss_segments_input *input, ss_customer_table *of, others *rest, ss_error *error)
{
    ss_status status = SS_OK;
    uint32_t count = input->profiles ? ss_profiles_count(input->profiles) : 0;
    rest->ids = ss_strings_builder_new();
    rest->birthday = ss_array_new(count, sizeof *rest->birthday);
    rest->referral = ss_array_new(count, sizeof *rest->referral);
    if (!rest->ids || !rest->birthday || !rest->referral)
        return ss_error_nomem(error);
    for (uint32_t i = 0; i < count; i++) {
        ss_slice id = ss_profiles_id(input->profiles, i);
        ss_profile profile = ss_profiles_at(input->profiles, i);
        uint32_t customer = input->customers ? ss_dictionary_find(input->customers, id) : SS_NONE;
        if (customer < of->count) {
            of->birthday[customer] = profile.birthday;
            of->referral[customer] = profile.referral;
            continue;
        }
        SS_TRY(ss_strings_builder_push_id(rest->ids, id, error));
        rest->birthday[rest->count] = profile.birthday;
        rest->referral[rest->count++] = profile.referral;
    }
out:
    return status;
}

static void others_release(others *rest)
{
    ss_strings_builder_free(&rest->ids);
    free(rest->birthday);
    free(rest->referral);
}

/* ---- the file ---- */

static ss_status add_tensors(ss_model_writer *writer, const ss_customer_table *of, others *rest, ss_error *error)
{
    ss_status status = SS_OK;
    uint64_t count = of->count;
    SS_TRY(ss_model_writer_add(writer, "newest", SS_I64, of->newest, count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "orders", SS_U32, of->orders, count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "value", SS_I64, of->value, count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "interval", SS_F32, of->interval, count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "affinity", SS_U32, of->affinity, count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "birthday", SS_U16, of->birthday, count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "referral", SS_U8, of->referral, count, 0, error));
    SS_TRY(ss_strings_builder_add(rest->ids, writer, "others.ids", true, error));
    SS_TRY(ss_model_writer_add(writer, "others.birthday", SS_U16, rest->birthday, rest->count, 0, error));
    SS_TRY(ss_model_writer_add(writer, "others.referral", SS_U8, rest->referral, rest->count, 0, error));
out:
    return status;
}

static ss_status add_metadata(ss_model_writer *writer, const ss_segments_input *input,
                              const ss_segments_options *options, const ss_segments_summary *summary, ss_error *error)
{
    const ss_segment_rules *rules = &summary->rules;
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"loyal_frequency", rules->loyal_frequency},
                   {"loyal_value", rules->loyal_value},
                   {"at_risk_frequency", rules->at_risk_frequency},
                   {"at_risk_value", rules->at_risk_value},
                   {"at_risk_intervals", rules->at_risk_intervals},
                   {"lapsed_intervals", rules->lapsed_intervals},
                   {"priced", rules->priced},
                   {"interval_days", summary->interval_days},
                   {"birthday_days", (double)options->birthday_days}};
    ss_status status = ss_model_writer_dimension(writer, "categories", input->category_count, error);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && status == SS_OK; i++)
        status = ss_model_writer_metadata_f64(writer, numbers[i].key, numbers[i].value, error);
    if (status == SS_OK && input->log->has_times)
        status = ss_model_writer_metadata_f64(writer, "end", (double)input->log->last_time, error);
    return status;
}

static ss_status write_file(const ss_customer_table *of, others *rest, const ss_segments_input *input,
                            const ss_segments_options *options, const ss_segments_summary *summary, const char *path,
                            ss_error *error)
{
    ss_status status = SS_OK;
    ss_model_writer *writer = ss_model_writer_new(&ss_segments_schema);
    if (!writer)
        return ss_error_nomem(error);
    SS_TRY(add_tensors(writer, of, rest, error));
    SS_TRY(add_metadata(writer, input, options, summary, error));
    SS_TRY(ss_model_writer_finish(writer, path, error));
out:
    ss_model_writer_free(&writer);
    return status;
}

/* ---- all of it ---- */

/* Whole as the file has them, so that who reads it comes to the same. */
static void summarize(const ss_customer_table *of, const others *rest, int64_t end, ss_segments_summary *summary)
{
    summary->trained = true;
    summary->lifecycle[SS_SEGMENT_NEW] = rest->count;
    for (uint32_t c = 0; c < of->count; c++) {
        const ss_customer_facts facts = {of->newest[c], of->orders[c], of->value[c], (double)of->interval[c]};
        summary->lifecycle[ss_segment_lifecycle(&summary->rules, &facts, end)]++;
        summary->birthdays += of->birthday[c] != SS_NO_BIRTHDAY;
        summary->referrals += of->referral[c];
        summary->affinities += of->affinity[c] != SS_NONE;
    }
    for (uint32_t i = 0; i < rest->count; i++) {
        summary->birthdays += rest->birthday[i] != SS_NO_BIRTHDAY;
        summary->referrals += rest->referral[i];
    }
}

ss_status ss_segments_train(const ss_segments_input *input, const ss_segments_options *options,
                            const char *generation_path, ss_segments_summary *summary, ss_error *error)
{
    ss_status status = SS_OK;
    ss_customer_table of = {0};
    others rest = {0};
    char path[PATH_ROOM];
    ss_segments_summary result = {0};
    const ss_affinity_least least = {(uint32_t)options->affinity_purchases, options->affinity_share};
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_SEGMENTS_FILE, error));
    SS_TRY(ss_customer_table_make(input->log, input->category, input->category_count, &least, &of, error));
    SS_TRY(ss_segment_rules_learn(&of, options, input->log->spent != NULL, &result.rules, error));
    SS_TRY(fill_profiles(input, &of, &rest, error));
    result.interval_days = of.interval_days;
    summarize(&of, &rest, input->log->last_time, &result);
    SS_TRY(write_file(&of, &rest, input, options, &result, path, error));
    *summary = result;
out:
    ss_customer_table_release(&of);
    others_release(&rest);
    return status;
}

#include "models/segments_query.h"

#include "base/dictionary.h"
#include "base/file.h"
#include "base/timestamp.h"

#include <math.h>

#define PATH_ROOM 4096

/* ---- opening ---- */

static ss_status read_number(const ss_segments *model, const char *path, const char *key, double most, double *value,
                             ss_error *error)
{
    if (ss_model_file_metadata_f64(model->file, key, value) && *value >= 0 && *value <= most)
        return SS_OK;
    const char *found = ss_model_file_metadata(model->file, key);
    ss_error_set(error, SS_E_CORRUPT, "the metadata has no usable %s", key);
    ss_error_place(error, path, 0);
    ss_error_field(error, key);
    ss_error_found(error, found ? found : "none", strlen(found ? found : "none"), "a number that is not below 0");
    return SS_E_CORRUPT;
}

static ss_status read_metadata(ss_segments *model, const char *path, ss_error *error)
{
    ss_segment_rules *rules = &model->rules;
    double priced, days, end;
    const struct {
        const char *key;
        double most, *value;
    } numbers[] = {{"loyal_frequency", 1e18, &rules->loyal_frequency},
                   {"loyal_value", 1e19, &rules->loyal_value},
                   {"at_risk_frequency", 1e18, &rules->at_risk_frequency},
                   {"at_risk_value", 1e19, &rules->at_risk_value},
                   {"at_risk_intervals", 1e18, &rules->at_risk_intervals},
                   {"lapsed_intervals", 1e18, &rules->lapsed_intervals},
                   {"interval_days", 1e9, &model->interval_days},
                   {"birthday_days", 366, &days},
                   {"priced", 1, &priced}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        ss_status status = read_number(model, path, numbers[i].key, numbers[i].most, numbers[i].value, error);
        if (status != SS_OK)
            return status;
    }
    rules->priced = priced > 0;
    model->birthday_days = (int64_t)days;
    bool has_end = ss_model_file_metadata_f64(model->file, "end", &end) && fabs(end) < 0x1p56;
    model->end = has_end ? (int64_t)end : INT64_MAX;
    return SS_OK;
}

/* The schema has made sure that the tensors are there and their dimensions agree. */
static void view_tensors(ss_segments *model)
{
    const ss_tensor *orders = ss_model_file_tensor(model->file, "orders");
    model->customer_count = (uint32_t)orders->count;
    model->orders = orders->data;
    model->newest = ss_model_file_tensor(model->file, "newest")->data;
    model->value = ss_model_file_tensor(model->file, "value")->data;
    model->interval = ss_model_file_tensor(model->file, "interval")->data;
    model->affinity = ss_model_file_tensor(model->file, "affinity")->data;
    model->birthday = ss_model_file_tensor(model->file, "birthday")->data;
    model->referral = ss_model_file_tensor(model->file, "referral")->data;
    model->others_birthday = ss_model_file_tensor(model->file, "others.birthday")->data;
    model->others_referral = ss_model_file_tensor(model->file, "others.referral")->data;
}

ss_status ss_segments_open(const char *generation_path, ss_segments *model, ss_error *error)
{
    ss_status status = SS_OK;
    ss_segments opened = {0};
    char path[PATH_ROOM];

    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_SEGMENTS_FILE, error));
    SS_TRY(ss_model_file_open(path, &ss_segments_schema, &opened.file, error));
    if (!ss_strings_view(opened.file, "others.ids", &opened.others)) {
        status = ss_error_set(error, SS_E_CORRUPT, "more customers than a file can number");
        ss_error_place(error, path, 0);
        goto out;
    }
    view_tensors(&opened);
    SS_TRY(read_metadata(&opened, path, error));
    *model = opened;
    return SS_OK;
out:
    ss_segments_close(&opened);
    return status;
}

void ss_segments_close(ss_segments *model)
{
    if (!model)
        return;
    ss_model_file_close(&model->file);
    *model = (ss_segments){0};
}

/* ---- asking ---- */

ss_customer_facts ss_segments_facts(const ss_segments *model, uint32_t customer)
{
    if (customer >= model->customer_count)
        return (ss_customer_facts){.newest = SS_NO_TIME, .interval = model->interval_days};
    return (ss_customer_facts){model->newest[customer], model->orders[customer], model->value[customer],
                               (double)model->interval[customer]};
}

uint32_t ss_segments_affinity(const ss_segments *model, uint32_t customer)
{
    return customer < model->customer_count ? model->affinity[customer] : SS_NONE;
}

ss_customer_facts ss_segments_add(const ss_segments *model, ss_customer_facts facts, int64_t time)
{
    if (facts.orders > 0 && time <= model->end)
        return facts;
    bool follows = facts.orders > 0 && facts.newest != SS_NO_TIME && facts.interval > 0;
    double before = follows ? facts.interval * facts.orders : model->interval_days;
    double gap = follows ? ((double)time - (double)facts.newest) / (double)SS_DAY : 0;
    facts.orders += facts.orders < UINT32_MAX;
    facts.newest = time;
    facts.interval = (before + gap) / facts.orders;
    return facts;
}

uint32_t ss_segments_of_profile(const ss_segments *model, uint32_t customer, ss_slice customer_id, int64_t now)
{
    bool bought = customer < model->customer_count;
    uint32_t other = bought || customer_id.size == 0 ? SS_NONE : ss_strings_find(&model->others, customer_id);
    if (!bought && other >= model->others.count)
        return 0;
    unsigned birthday = bought ? model->birthday[customer] : model->others_birthday[other];
    bool referral = bought ? model->referral[customer] : model->others_referral[other];
    return (unsigned)referral << SS_SEGMENT_REFERRAL |
           (unsigned)ss_birthday_is_near(birthday, now, model->birthday_days) << SS_SEGMENT_BIRTHDAY;
}

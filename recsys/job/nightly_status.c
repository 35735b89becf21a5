#include "job/nightly_status.h"

#include "base/timestamp.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_MAX (16u << 20) /* bytes of either file */

const char *ss_nightly_outcome_name(ss_nightly_outcome outcome)
{
    switch (outcome) {
    case SS_NIGHTLY_PUBLISHED:
        return "published";
    case SS_NIGHTLY_FAILED:
        return "failed";
    case SS_NIGHTLY_REFUSED:
        return "refused";
    case SS_NIGHTLY_SERVERS:
        return "servers";
    case SS_NIGHTLY_BUSY:
        return "busy";
    }
    return NULL;
}

const char *ss_night_phase_name(ss_night_phase phase)
{
    static const char *const names[SS_NIGHT_PHASE_COUNT] = {"clean-up", "read",    "check-input", "prove",   "train",
                                                            "check",    "publish", "warm",        "servers", "prune"};
    return (unsigned)phase < SS_NIGHT_PHASE_COUNT ? names[phase] : NULL;
}

void ss_night_init(ss_night *night, int64_t started, size_t server_count)
{
    *night = (ss_night){.started = started,
                        .ended = SS_NO_TIME,
                        .outcome = SS_NIGHTLY_FAILED,
                        .last_success = SS_NO_TIME,
                        .server_count = server_count};
    for (unsigned phase = 0; phase < SS_NIGHT_PHASE_COUNT; phase++)
        night->seconds[phase] = NAN;
}

void ss_night_release(ss_night *night)
{
    ss_checks_free(&night->checks);
    ss_kept_names_free(&night->removed);
}

/* ---- nightly.json ---- */

static json_t *time_json(int64_t time)
{
    char text[SS_TIMESTAMP_TEXT];
    if (time == SS_NO_TIME)
        return json_null();
    ss_timestamp_format(time, text);
    return json_string(text);
}

static json_t *text_json(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *number_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *seconds_json(const ss_night *night)
{
    json_t *object = json_object();
    for (unsigned phase = 0; phase < SS_NIGHT_PHASE_COUNT; phase++)
        if (!isnan(night->seconds[phase]))
            json_object_set_new(object, ss_night_phase_name((ss_night_phase)phase), json_real(night->seconds[phase]));
    return object;
}

static json_t *checks_json(const ss_checks *checks)
{
    json_t *list = json_array();
    for (size_t i = 0; i < checks->count; i++) {
        const ss_check *of = &checks->list[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:s}", "name", of->name, "verdict",
                                              ss_check_verdict_name(of->verdict), "value", number_json(of->value),
                                              "limit", number_json(of->limit), "words", of->words));
    }
    return list;
}

static json_t *servers_json(const ss_night *night)
{
    json_t *list = json_array();
    for (size_t i = 0; i < night->server_count; i++) {
        const ss_server_report *of = &night->servers[i];
        if (of->endpoint)
            json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}", "endpoint", of->endpoint, "state",
                                                  ss_server_state_name(of->state), "generation",
                                                  text_json(of->generation), "words", text_json(of->words)));
    }
    return list;
}

static json_t *removed_json(const ss_kept_names *removed)
{
    json_t *list = json_array();
    for (size_t i = 0; i < removed->count; i++)
        json_array_append_new(list, json_string(removed->list[i]));
    return list;
}

static const char *outcome_text(const ss_night *night)
{
    if (night->ended == SS_NO_TIME)
        return "running";
    return night->dry_run && night->outcome == SS_NIGHTLY_PUBLISHED ? "would-publish"
                                                                    : ss_nightly_outcome_name(night->outcome);
}

static json_t *night_json(const ss_night *night)
{
    bool ended = night->ended != SS_NO_TIME;
    json_t *root = json_pack(
        "{s:s, s:s, s:b, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "phase", ss_night_phase_name(night->phase),
        "outcome", outcome_text(night), "dry_run", night->dry_run, "exit",
        ended ? json_integer(night->outcome) : json_null(), "pid", (json_int_t)getpid(), "started",
        time_json(night->started), "ended", time_json(night->ended), "last_success", time_json(night->last_success),
        "words", text_json(night->words), "trouble", text_json(night->trouble), "served", text_json(night->served));
    json_t *rest = json_pack("{s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "generation", text_json(night->generation), "rows",
                             (json_int_t)night->rows, "bytes", (json_int_t)night->bytes, "seconds", seconds_json(night),
                             "checks", checks_json(&night->checks), "servers", servers_json(night), "removed",
                             removed_json(&night->removed));
    if (!root || !rest || json_object_update(root, rest) != 0) {
        json_decref(root);
        root = NULL;
    }
    json_decref(rest);
    return root;
}

ss_status ss_night_render(const ss_night *night, ss_buffer *out, ss_error *error)
{
    json_t *root = night_json(night);
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    ss_status status = text ? ss_buffer_append_text(out, text) : SS_E_NOMEM;
    if (status == SS_OK)
        status = ss_buffer_append_text(out, "\n");
    free(text);
    json_decref(root);
    return status == SS_OK ? SS_OK : ss_error_nomem(error);
}

static ss_status write_file(const char *store, const char *name, const ss_buffer *text, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_status status = ss_file_join(path, sizeof path, store, name, error);
    return status == SS_OK ? ss_file_write_atomic(path, text->data, text->size, error) : status;
}

ss_status ss_night_write(const char *store, const ss_night *night, ss_error *error)
{
    ss_buffer text;
    ss_buffer_init(&text, STATUS_MAX);
    ss_status status = ss_night_render(night, &text, error);
    if (status == SS_OK)
        status = write_file(store, SS_NIGHTLY_STATUS, &text, error);
    ss_buffer_release(&text);
    return status;
}

static const char *text_of(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));
    return text ? text : "";
}

void ss_night_read_before(const char *store, ss_night_before *before)
{
    char path[SS_PATH_MAX];
    ss_buffer text;
    ss_buffer_init(&text, STATUS_MAX);
    *before = (ss_night_before){.last_success = SS_NO_TIME};
    if (ss_file_join(path, sizeof path, store, SS_NIGHTLY_STATUS, NULL) == SS_OK)
        ss_file_read(path, STATUS_MAX, &text, NULL);
    json_t *root = json_loadb(text.data ? text.data : "", text.size, 0, NULL);
    before->unfinished = strcmp(text_of(root, "outcome"), "running") == 0;
    snprintf(before->started, sizeof before->started, "%s", text_of(root, "started"));
    ss_timestamp_parse(ss_slice_of(text_of(root, "last_success")), &before->last_success);
    json_decref(root);
    ss_buffer_release(&text);
}

/* ---- nightly.prom ---- */

static ss_status begin_metric(ss_buffer *out, const char *name, const char *help)
{
    return ss_buffer_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static ss_status put_phases(const ss_night *night, ss_buffer *out)
{
    ss_status status = begin_metric(out, "smartshelf_nightly_seconds", "Duration of each phase of the last run.");
    for (unsigned phase = 0; phase < SS_NIGHT_PHASE_COUNT && status == SS_OK; phase++)
        if (!isnan(night->seconds[phase]))
            status = ss_buffer_printf(out, "smartshelf_nightly_seconds{phase=\"%s\"} %.3f\n",
                                      ss_night_phase_name((ss_night_phase)phase), night->seconds[phase]);
    return status;
}

static ss_status put_checks(const ss_checks *checks, ss_buffer *out)
{
    ss_status status;
    SS_TRY(begin_metric(out, "smartshelf_nightly_check", "Figure of each check of the last run."));
    for (size_t i = 0; i < checks->count; i++)
        if (isfinite(checks->list[i].value))
            SS_TRY(ss_buffer_printf(out, "smartshelf_nightly_check{name=\"%s\"} %.9g\n", checks->list[i].name,
                                    checks->list[i].value));
    SS_TRY(begin_metric(out, "smartshelf_nightly_check_refused", "1 where the check refused the new generation."));
    for (size_t i = 0; i < checks->count; i++)
        SS_TRY(ss_buffer_printf(out, "smartshelf_nightly_check_refused{name=\"%s\"} %d\n", checks->list[i].name,
                                checks->list[i].verdict == SS_CHECK_REFUSED));
out:
    return status;
}

static ss_status put_metrics(const ss_night *night, ss_buffer *out)
{
    ss_status status;
    SS_TRY(begin_metric(out, "smartshelf_nightly_outcome", "What the last run exited with; 0: published."));
    SS_TRY(ss_buffer_printf(out, "smartshelf_nightly_outcome %d\n", (int)night->outcome));
    SS_TRY(begin_metric(out, "smartshelf_nightly_last_run_timestamp_seconds", "When the last run ended."));
    SS_TRY(ss_buffer_printf(out, "smartshelf_nightly_last_run_timestamp_seconds %.3f\n", (double)night->ended / 1e6));
    if (night->last_success != SS_NO_TIME) {
        SS_TRY(begin_metric(out, "smartshelf_nightly_last_success_timestamp_seconds",
                            "When a run last ended with a new generation served."));
        SS_TRY(ss_buffer_printf(out, "smartshelf_nightly_last_success_timestamp_seconds %.3f\n",
                                (double)night->last_success / 1e6));
    }
    SS_TRY(put_phases(night, out));
    SS_TRY(put_checks(&night->checks, out));
out:
    return status;
}

ss_status ss_night_write_metrics(const char *store, const ss_night *night, ss_error *error)
{
    ss_buffer text;
    ss_buffer_init(&text, STATUS_MAX);
    ss_status status = put_metrics(night, &text);
    status = status == SS_OK ? write_file(store, SS_NIGHTLY_METRICS, &text, error) : ss_error_nomem(error);
    ss_buffer_release(&text);
    return status;
}

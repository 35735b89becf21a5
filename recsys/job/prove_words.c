#include "job/prove_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define OPTIONS_TOLD 6

/* ---- which options differ ---- */

typedef struct option_list {
    char text[512];
    size_t size, count;
} option_list;

static ss_status list_option(void *context, const char *name, const char *first, const char *second)
{
    option_list *list = context;
    size_t room = sizeof list->text - list->size;
    if (list->count++ >= OPTIONS_TOLD)
        return SS_OK;
    int size =
        snprintf(list->text + list->size, room, "%s%s %s → %s", list->count > 1 ? ", " : "", name, first, second);
    if (size > 0 && (size_t)size < room)
        list->size += (size_t)size;
    else
        list->text[list->size] = '\0';
    return SS_OK;
}

static ss_status list_options(const ss_prove_findings *findings, option_list *list, ss_error *error)
{
    *list = (option_list){.count = 0};
    if (!findings->served)
        return SS_OK;
    if (ss_model_options_compare(findings->served, findings->candidate, list_option, list) != SS_OK)
        return ss_error_nomem(error);
    if (list->count > OPTIONS_TOLD)
        snprintf(list->text + list->size, sizeof list->text - list->size, ", and %zu more", list->count - OPTIONS_TOLD);
    return SS_OK;
}

static ss_status tell_options(const ss_prove_findings *findings, const option_list *list, ss_checks *checks,
                              ss_error *error)
{
    if (!findings->served)
        return ss_checks_add(checks, "prove.options", NAN, NAN, SS_CHECK_SKIPPED, error,
                             "nothing is served yet: there are no options to compare with");
    if (list->count == 0)
        return ss_checks_add(checks, "prove.options", 0, NAN, SS_CHECK_PASSED, error,
                             "the options are those that are served");
    return ss_checks_add(checks, "prove.options", (double)list->count, NAN, SS_CHECK_PASSED, error,
                         "%zu option%s not as served: %s", list->count, list->count > 1 ? "s are" : " is", list->text);
}

/* ---- one task ---- */

static const char *const prove_names[SS_TASK_COUNT] = {"prove.new-items", "prove.next-basket", "prove.rest-of-basket",
                                                       "prove.session"};
static const char *const quality_names[SS_TASK_COUNT] = {"quality.new-items", "quality.next-basket",
                                                         "quality.rest-of-basket", "quality.session"};

/* "1834 questions of 1700 customers over the last 14 days" */
static void describe_cases(const ss_proof *proof, const ss_proof_task *task, char *text, size_t size)
{
    int at = snprintf(text, size, "%" PRIu64 " questions of %" PRIu64 " customers", task->cases, task->owners);
    if (proof->cut != SS_NO_TIME && at > 0 && (size_t)at < size)
        snprintf(text + at, size - (size_t)at, " over the last %.3g days", proof->days);
}

/* What was not compared: nothing asked, nothing served, nothing changed. True where that is all there is to say. */
static bool tell_uncompared(const ss_prove_findings *findings, const ss_proof_task *task, const char *cases,
                            ss_checks *checks, ss_status *status, ss_error *error)
{
    const char *name = prove_names[task->task];
    if (!task->asked)
        *status = ss_checks_add(checks, name, NAN, NAN, SS_CHECK_SKIPPED, error,
                                findings->options->tasks[task->task] ? "the log has no questions of this kind"
                                                                     : "not asked, as configured");
    else if (!findings->served)
        *status = ss_checks_add(checks, name, NAN, NAN, SS_CHECK_SKIPPED, error,
                                "nothing is served yet to compare with: %s, score %.4f", cases, task->candidate);
    else if (findings->proof->same)
        *status = ss_checks_add(checks, name, 0, -task->borne, SS_CHECK_PASSED, error,
                                "the options are those that are served: %s, score %.4f", cases, task->candidate);
    else
        return false;
    return true;
}

static bool is_worse(const ss_prove_findings *findings, const ss_proof_task *task)
{
    double floor = SS_PROVE_FLOOR * findings->options->margin * task->served;
    return task->low < -task->borne * task->served || (task->difference < 0 && task->difference <= -floor);
}

/* How sharp the test was, where it was not as sharp as wanted. */
static void describe_power(const ss_prove_findings *findings, const ss_proof_task *task, char *text, size_t size)
{
    text[0] = '\0';
    if (task->detectable > findings->options->margin)
        snprintf(text, size,
                 "; too few questions to tell a loss of %.3g %%: so many tell one of %.3g %%, and a measured loss of "
                 "%.3g %% is refused in any case",
                 100 * findings->options->margin, 100 * task->detectable,
                 100 * SS_PROVE_FLOOR * findings->options->margin);
}

static ss_status tell_task(const ss_prove_findings *findings, const ss_proof_task *task, const option_list *list,
                           ss_checks *checks, ss_error *error)
{
    ss_status status = SS_OK;
    char cases[128], power[192], figures[384];
    describe_cases(findings->proof, task, cases, sizeof cases);
    if (tell_uncompared(findings, task, cases, checks, &status, error))
        return status;
    describe_power(findings, task, power, sizeof power);
    double served = task->served > 0 ? task->served : NAN;
    snprintf(figures, sizeof figures,
             "%s: the new options score %.4f, those served %.4f: %+.1f %%, at worst %+.1f %%, borne -%.3g %%", cases,
             task->candidate, task->served, 100 * task->difference / served, 100 * task->low / served,
             100 * task->borne);
    if (!is_worse(findings, task))
        return ss_checks_add(checks, prove_names[task->task], task->low / served, -task->borne, SS_CHECK_PASSED, error,
                             "%s%s", figures, power);
    return ss_checks_add(
        checks, prove_names[task->task], task->low / served, -task->borne, SS_CHECK_REFUSED, error,
        "%s%s; the new options find less (%s): put them back as they were; if the loss is meant, raise "
        "nightly.prove.margin",
        figures, power, list->text);
}

/* ---- against the nights before ---- */

static ss_status tell_quality(const ss_prove_findings *findings, const ss_proof_task *task, ss_checks *checks,
                              ss_error *error)
{
    const char *name = quality_names[task->task], *whose = findings->served ? "that are served" : "of tonight";
    double drop = findings->options->drop, now = findings->quality[task->task], before = task->before;
    if (!task->asked || !(before > 0))
        return ss_checks_add(checks, name, NAN, -drop, SS_CHECK_SKIPPED, error,
                             task->asked ? "no night before to compare with" : "not asked");
    double change = now / before - 1;
    if (findings->quality_high[task->task] >= (1 - drop) * before)
        return ss_checks_add(checks, name, change, -drop, SS_CHECK_PASSED, error,
                             "the options %s score %.4f, in the nights before %.4f: %+.1f %%, borne -%.3g %%", whose,
                             now, before, 100 * change, 100 * drop);
    return ss_checks_add(checks, name, change, -drop, SS_CHECK_REFUSED, error,
                         "the options %s score %.4f on this log, in the nights before %.4f: %+.1f %%, borne -%.3g %%; "
                         "likely the log is broken: products, customers or orders mixed up among its rows, columns "
                         "exchanged, times wrong: look at the export; if the shop did change so much, raise "
                         "nightly.prove.drop",
                         whose, now, before, 100 * change, 100 * drop);
}

ss_status ss_prove_tell(const ss_prove_findings *findings, ss_checks *checks, ss_error *error)
{
    ss_status status = SS_OK;
    option_list list;
    SS_TRY(list_options(findings, &list, error));
    SS_TRY(tell_options(findings, &list, checks, error));
    for (unsigned task = 0; task < SS_TASK_COUNT; task++) {
        SS_TRY(tell_task(findings, &findings->proof->tasks[task], &list, checks, error));
        SS_TRY(tell_quality(findings, &findings->proof->tasks[task], checks, error));
    }
out:
    return status;
}

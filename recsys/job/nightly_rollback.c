#include "job/nightly_rollback.h"

#include "job/nightly_kept.h"
#include "shelf/snapshot.h"
#include <stdio.h>
#include <string.h>

static ss_status verify(const char *store, const char *name, ss_error *error)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    ss_status status = ss_generation_resolve(store, name, path, found, error);
    return status == SS_OK ? ss_generation_verify(path, ss_snapshot_schemas, error) : status;
}

static ss_status find_named(const char *store, const char *name, const ss_kept *kept, const ss_kept_generation **to,
                            ss_error *error)
{
    *to = ss_kept_find(kept, name);
    if (*to && (*to)->current)
        return ss_error_set(error, SS_E_ARGUMENT, "%s is current already", name);
    if (*to)
        return verify(store, name, error);
    ss_error_set(error, SS_E_NOT_FOUND, "no such generation");
    ss_error_place(error, store, 0);
    ss_error_found(error, name, strlen(name), "a name that `smartshelf generations` lists");
    return SS_E_NOT_FOUND;
}

static void pass_over(const ss_kept_generation *of, const ss_error *why, ss_rollback_report *report)
{
    if (report->passed_count++ >= SS_ROLLBACK_PASSED_MAX)
        return;
    ss_rollback_passed *passed = &report->passed[report->passed_count - 1];
    memcpy(passed->name, of->name, sizeof passed->name);
    ss_error_format(why, passed->why, sizeof passed->why);
}

static ss_status find_previous(const char *store, const ss_kept *kept, const ss_kept_generation **to,
                               ss_rollback_report *report, ss_error *error)
{
    ss_error why;
    *to = ss_kept_current(kept);
    while ((*to = ss_kept_previous(kept, *to)) != NULL) {
        ss_status status = verify(store, (*to)->name, &why);
        if (status == SS_OK)
            return SS_OK;
        if (status == SS_E_NOMEM) /* says nothing about the generation */
            return ss_error_nomem(error);
        pass_over(*to, &why, report);
    }
    if (report->passed_count > 0)
        ss_error_set(error, SS_E_NOT_FOUND, "there is nothing to go back to: of %zu older generations none is whole",
                     report->passed_count);
    else
        ss_error_set(error, SS_E_NOT_FOUND,
                     "there is nothing to go back to: no generation older than the current one is left that was not "
                     "taken back itself");
    ss_error_place(error, store, 0);
    return SS_E_NOT_FOUND;
}

/* The mark comes first: dying in between leaves it on a generation that is current, where it says nothing. */
static ss_status go(const char *store, const ss_kept_generation *from, const ss_kept_generation *to, const char *reason,
                    int64_t now, ss_rollback_report *report, ss_error *error)
{
    ss_status status;
    report->rejected = from && strcmp(to->name, from->name) < 0;
    if (report->rejected)
        SS_TRY(ss_kept_reject(store, from->name, SS_REJECTED_BY_PERSON, now, reason, error));
    SS_TRY(ss_kept_accept(store, to->name, error));
    status = ss_generation_replace_current(store, to->name, from ? from->name : "", error);
    if (status != SS_OK && report->rejected)
        ss_kept_accept(store, from->name, NULL);
out:
    return status;
}

ss_status ss_rollback(const char *store, const char *name, const char *reason, int64_t now, const ss_servers *servers,
                      ss_rollback_report *report, ss_error *error)
{
    ss_kept kept = {0};
    const ss_kept_generation *to = NULL;
    ss_status status;
    *report = (ss_rollback_report){.left = ""};
    SS_TRY(ss_kept_survey(store, &kept, error));
    const ss_kept_generation *from = ss_kept_current(&kept);
    SS_TRY(name ? find_named(store, name, &kept, &to, error) : find_previous(store, &kept, &to, report, error));
    SS_TRY(go(store, from, to, reason, now, report, error));
    memcpy(report->now, to->name, sizeof report->now);
    if (from)
        memcpy(report->left, from->name, sizeof report->left);
    SS_TRY(ss_servers_reload(servers, report->servers, error));
out:
    ss_kept_free(&kept);
    return status;
}

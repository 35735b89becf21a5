#include "job/nightly_kept.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include "store/manifest.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK_MAX 65536 /* bytes of a mark that are looked at */

/* ---- marks ---- */

static const char *const rejected_names[] = {
    [SS_REJECTED_NOT] = "nobody", [SS_REJECTED_BY_PERSON] = "rollback", [SS_REJECTED_BY_SERVER] = "server"};

static ss_status mark_path(const char *store, const char *name, char path[SS_PATH_MAX], ss_error *error)
{
    char folder[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    ss_status status = ss_generation_resolve(store, name, folder, found, error);
    return status == SS_OK ? ss_file_join(path, SS_PATH_MAX, folder, SS_REJECTED_FILE, error) : status;
}

ss_status ss_kept_reject(const char *store, const char *name, ss_rejected_by by, int64_t now, const char *reason,
                         ss_error *error)
{
    char path[SS_PATH_MAX], at[SS_TIMESTAMP_TEXT];
    char *text = NULL;
    json_t *mark = NULL;
    ss_status status;
    SS_TRY(mark_path(store, name, path, error));
    ss_timestamp_format(now, at);
    mark = json_pack("{s:s, s:s, s:s}", "at", at, "by", rejected_names[by], "reason", reason);
    text = mark ? json_dumps(mark, JSON_INDENT(2)) : NULL;
    status = text ? ss_file_write_atomic(path, text, strlen(text), error) : ss_error_nomem(error);
out:
    free(text);
    json_decref(mark);
    return status;
}

ss_status ss_kept_accept(const char *store, const char *name, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_status status = mark_path(store, name, path, error);
    if (status == SS_OK && unlink(path) != 0 && errno != ENOENT)
        status = ss_error_io(error, path, "cannot take the mark away");
    return status;
}

/* A mark that cannot be read is one all the same: somebody has taken this generation back. */
static void read_mark(const char *folder, ss_kept_generation *of)
{
    char path[SS_PATH_MAX];
    const char *at = NULL, *by = NULL, *reason = NULL;
    ss_buffer text;
    ss_buffer_init(&text, MARK_MAX);
    of->rejected_at = SS_NO_TIME;
    if (ss_file_join(path, sizeof path, folder, SS_REJECTED_FILE, NULL) != SS_OK ||
        ss_file_read(path, MARK_MAX, &text, NULL) == SS_E_NOT_FOUND) {
        ss_buffer_release(&text);
        return;
    }
    json_t *mark = json_loadb(text.data ? text.data : "", text.size, 0, NULL);
    of->rejected = SS_REJECTED_BY_PERSON;
    if (mark && json_unpack(mark, "{s:s, s:s, s:s}", "at", &at, "by", &by, "reason", &reason) == 0) {
        if (strcmp(by, rejected_names[SS_REJECTED_BY_SERVER]) == 0)
            of->rejected = SS_REJECTED_BY_SERVER;
        ss_timestamp_parse(ss_slice_of(at), &of->rejected_at);
        snprintf(of->reason, sizeof of->reason, "%s", reason);
    }
    json_decref(mark);
    ss_buffer_release(&text);
}

/* ---- one generation ---- */

static void copy_text(const ss_manifest *manifest, const char *path, char *text, size_t size)
{
    const char *value;
    if (ss_manifest_text(manifest, path, &value))
        snprintf(text, size, "%s", value);
}

static void read_manifest(const char *folder, ss_kept_generation *of)
{
    char path[128];
    ss_manifest *manifest = NULL;
    if (ss_manifest_read(folder, &manifest, NULL) != SS_OK)
        return;
    of->described = true;
    ss_manifest_int(manifest, "counts.rows", &of->rows);
    ss_manifest_int(manifest, "counts.items", &of->items);
    ss_manifest_int(manifest, "counts.customers", &of->customers);
    copy_text(manifest, "delta.base", of->delta_base, sizeof of->delta_base);
    copy_text(manifest, "night.started", of->night_started, sizeof of->night_started);
    of->night = of->night_started[0] != '\0';
    for (unsigned task = 0; task < SS_TASK_COUNT; task++) {
        snprintf(path, sizeof path, "night.prove.%s.candidate", ss_task_name((ss_task)task));
        ss_manifest_real(manifest, path, &of->quality[task]);
    }
    ss_manifest_free(&manifest);
}

static ss_status look_at(const char *store, const char *name, const char *current, ss_kept_generation *of,
                         ss_error *error)
{
    char folder[SS_PATH_MAX];
    *of = (ss_kept_generation){.made = SS_NO_TIME, .current = strcmp(name, current) == 0};
    for (unsigned task = 0; task < SS_TASK_COUNT; task++)
        of->quality[task] = NAN;
    ss_status status = ss_generation_resolve(store, name, folder, of->name, error);
    if (status != SS_OK)
        return status;
    ss_timestamp_of_compact(ss_slice_of(name), &of->made);
    of->bytes = ss_generation_bytes(folder);
    read_manifest(folder, of);
    read_mark(folder, of);
    return SS_OK;
}

/* ---- all of them ---- */

void ss_kept_free(ss_kept *kept)
{
    free(kept->list);
    *kept = (ss_kept){0};
}

ss_status ss_kept_survey(const char *store, ss_kept *kept, ss_error *error)
{
    ss_status status;
    char(*names)[SS_GENERATION_NAME_MAX] = NULL;
    char path[SS_PATH_MAX], current[SS_GENERATION_NAME_MAX] = "";
    size_t count = 0;
    ss_kept new = {0};
    SS_TRY(ss_generation_list(store, &names, &count, error));
    ss_generation_resolve(store, NULL, path, current, NULL); /* none is current: no name is empty */
    new.list = ss_array_zeroed(count, sizeof *new.list);
    if (!new.list)
        SS_TRY(ss_error_nomem(error));
    for (size_t i = 0; i < count; i++) {
        status = look_at(store, names[i], current, &new.list[new.count], error);
        if (status == SS_OK)
            new.count++;
        else if (status != SS_E_NOT_FOUND) /* it has gone meanwhile */
            goto out;
    }
    status = SS_OK;
    *kept = new;
    new = (ss_kept){0};
out:
    free(names);
    ss_kept_free(&new);
    return status;
}

const ss_kept_generation *ss_kept_find(const ss_kept *kept, const char *name)
{
    for (size_t i = 0; i < kept->count; i++)
        if (strcmp(kept->list[i].name, name) == 0)
            return &kept->list[i];
    return NULL;
}

const ss_kept_generation *ss_kept_current(const ss_kept *kept)
{
    for (size_t i = 0; i < kept->count; i++)
        if (kept->list[i].current)
            return &kept->list[i];
    return NULL;
}

const char *ss_kept_root(const ss_kept_generation *of)
{
    return of->delta_base[0] ? of->delta_base : of->name;
}

bool ss_kept_is_rejected(const ss_kept *kept, const ss_kept_generation *of)
{
    const ss_kept_generation *root = ss_kept_find(kept, ss_kept_root(of));
    return of->rejected != SS_REJECTED_NOT || (root && root->rejected != SS_REJECTED_NOT);
}

const ss_kept_generation *ss_kept_previous(const ss_kept *kept, const ss_kept_generation *to)
{
    for (const ss_kept_generation *of = to ? to + 1 : NULL; of && of < kept->list + kept->count; of++)
        if (!ss_kept_is_rejected(kept, of))
            return of;
    return NULL;
}

/* What is current began there: a delta of what a person chose is that person's choice too. */
static bool is_newer_than_current(const ss_kept_generation *of, const ss_kept_generation *current)
{
    return !current || strcmp(of->name, ss_kept_root(current)) > 0;
}

const ss_kept_generation *ss_kept_objection(const ss_kept *kept)
{
    const ss_kept_generation *current = ss_kept_current(kept);
    for (const ss_kept_generation *of = kept->list; of < kept->list + kept->count; of++)
        if (of->rejected == SS_REJECTED_BY_PERSON && is_newer_than_current(of, current))
            return of;
    return NULL;
}

/* ---- removing ---- */

void ss_kept_names_free(ss_kept_names *names)
{
    free(names->list);
    *names = (ss_kept_names){0};
}

static ss_status remove_one(const char *store, const ss_kept_generation *of, ss_kept_names *removed, ss_error *error)
{
    if (!ss_array_grow(&removed->list, &removed->capacity, removed->count + 1, sizeof *removed->list))
        return ss_error_nomem(error);
    ss_status status = ss_generation_remove(store, of->name, error);
    if (status == SS_OK)
        memcpy(removed->list[removed->count++], of->name, sizeof of->name);
    return status == SS_E_NOT_FOUND || status == SS_E_BUSY ? SS_OK : status; /* gone, or current, meanwhile */
}

ss_status ss_kept_clean(const char *store, const char *night, ss_kept_names *removed, ss_error *error)
{
    ss_kept kept = {0};
    ss_status status;
    SS_TRY(ss_generation_clean(store, error));
    if (!night)
        goto out;
    status = ss_kept_survey(store, &kept, error);
    if (status != SS_OK)
        return status == SS_E_NOT_FOUND ? SS_OK : status;
    for (size_t i = 0; i < kept.count && !kept.list[i].current; i++)
        if (kept.list[i].rejected == SS_REJECTED_NOT && strcmp(kept.list[i].night_started, night) == 0)
            SS_TRY(remove_one(store, &kept.list[i], removed, error));
out:
    ss_kept_free(&kept);
    return status;
}

/* Sets stays[i] for what is kept for its own sake. However many deltas a day has, they take no full one's place. */
static void choose(const ss_kept *kept, size_t keep, const char (*served)[SS_GENERATION_NAME_MAX], size_t served_count,
                   bool *stays)
{
    const ss_kept_generation *current = ss_kept_current(kept);
    size_t good = 0, good_full = 0;
    bool rejected = false;
    for (size_t i = 0; i < kept->count; i++) {
        const ss_kept_generation *of = &kept->list[i];
        bool is_rejected = ss_kept_is_rejected(kept, of), is_full = !of->delta_base[0];
        stays[i] = of->current || (!is_rejected && (is_full ? good_full : good) < keep) || (is_rejected && !rejected) ||
                   (of->rejected == SS_REJECTED_BY_PERSON && is_newer_than_current(of, current));
        for (size_t s = 0; s < served_count; s++)
            stays[i] = stays[i] || strcmp(served[s], of->name) == 0;
        good += !is_rejected;
        good_full += !is_rejected && is_full;
        rejected = rejected || is_rejected;
    }
}

static void choose_bases(const ss_kept *kept, bool *stays)
{
    for (size_t i = 0; i < kept->count; i++) {
        const ss_kept_generation *base = stays[i] ? ss_kept_find(kept, ss_kept_root(&kept->list[i])) : NULL;
        if (base)
            stays[base - kept->list] = true;
    }
}

ss_status ss_kept_prune(const char *store, size_t keep, const char (*served)[SS_GENERATION_NAME_MAX],
                        size_t served_count, ss_kept_names *removed, ss_error *error)
{
    ss_kept kept = {0};
    bool *stays = NULL;
    ss_status status;
    SS_TRY(ss_kept_survey(store, &kept, error));
    stays = ss_array_zeroed(kept.count, sizeof *stays);
    if (!stays)
        SS_TRY(ss_error_nomem(error));
    choose(&kept, keep, served, served_count, stays);
    choose_bases(&kept, stays);
    for (size_t i = 0; i < kept.count; i++)
        if (!stays[i])
            SS_TRY(remove_one(store, &kept.list[i], removed, error));
out:
    free(stays);
    ss_kept_free(&kept);
    return status;
}

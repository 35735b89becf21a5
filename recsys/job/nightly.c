#include "job/nightly.h"

#include "base/clock.h"
#include "base/timestamp.h"
#include "job/nightly_space.h"
#include "job/nightly_warm.h"
#include "store/manifest.h"
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROOF_FOLDER     "nightly.tmp" /* in the store: where the proof trains */
#define EARLIER_MAX      32u           /* nights that are looked at */
#define UNFINISHED_FILES "/nightly.*.tmp"

const ss_option ss_nightly_option_table[] = {
    {"keep", SS_OPTION_INT, offsetof(ss_nightly_options, keep), 1, 10000, "7", NULL, "N",
     "The newest full generations that stay, and the deltas among as many newest; older ones go, but for what is "
     "current, served, or the base of one that stays."},
    {"warm", SS_OPTION_FLAG, offsetof(ss_nightly_options, warm), 0, 0, "true", NULL, NULL,
     "Read the new generation into memory before the servers map it."},
    {"disk-factor", SS_OPTION_REAL, offsetof(ss_nightly_options, disk_factor), 0, 1e12, "3", NULL, "FACTOR",
     "Room that must be free before anything is written, in generations of the served one's size."},
    {0},
};

typedef struct night_run {
    const ss_nightly_job *job;
    ss_progress_sink *progress;
    ss_night *night;
    ss_training_data data;
    ss_kept kept;                  /* as it was when the night began */
    char served_path[SS_PATH_MAX]; /* empty: nothing whole is served */
    ss_manifest *served;           /* NULL: nothing is, or it does not say */
    ss_model_options served_options;
    ss_proof proof;
    ss_generation_draft *draft;
    char replaced[SS_GENERATION_NAME_MAX]; /* what was current when the new one became it; empty: none */
    int64_t phase_begun;
} night_run;

static bool is_refused(const night_run *run)
{
    return run->night->checks.refused > 0;
}

/* ---- phases ---- */

static void end_phase(night_run *run)
{
    int64_t now = ss_clock_monotonic();
    if (run->phase_begun)
        run->night->seconds[run->night->phase] = (double)(now - run->phase_begun) / 1e9;
    run->phase_begun = now;
}

/* Where the file cannot be written, on a full disk say, the night goes on: its end says so. */
static void begin_phase(night_run *run, ss_night_phase phase)
{
    end_phase(run);
    run->night->phase = phase;
    ss_night_write(run->job->store, run->night, NULL);
}

/* Something beside the night's purpose went wrong. */
static void note_trouble(night_run *run, const char *what, const ss_error *error)
{
    char text[SS_NIGHT_WORDS_MAX / 2];
    size_t size = strlen(run->night->trouble);
    ss_error_format(error, text, sizeof text);
    snprintf(run->night->trouble + size, sizeof run->night->trouble - size, "%s%s: %s", size ? "; " : "", what, text);
}

/* ---- clean-up ---- */

static void remove_unfinished_files(const char *store)
{
    char pattern[SS_PATH_MAX + sizeof UNFINISHED_FILES];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s" UNFINISHED_FILES, store);
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            unlink(found.gl_pathv[i]);
    globfree(&found);
}

static ss_status proof_folder(const night_run *run, char path[SS_PATH_MAX], ss_error *error)
{
    return ss_file_join(path, SS_PATH_MAX, run->job->store, PROOF_FOLDER, error);
}

static ss_status clean_up(night_run *run, const ss_night_before *before, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_status status;
    remove_unfinished_files(run->job->store);
    SS_TRY(proof_folder(run, path, error));
    SS_TRY(ss_file_remove_tree(path, error));
    SS_TRY(ss_kept_clean(run->job->store, before->unfinished ? before->started : NULL, &run->night->removed, error));
out:
    return status;
}

/* ---- what is served now ---- */

/* A broken one is compared with nothing: whatever passes the other checks is better. */
static ss_status refuse_to_compare(night_run *run, const ss_error *why, ss_error *error)
{
    char text[SS_NIGHT_WORDS_MAX / 2];
    ss_error_format(why, text, sizeof text);
    run->served_path[0] = '\0';
    return ss_checks_add(&run->night->checks, "served", NAN, NAN, SS_CHECK_SKIPPED, error,
                         "%s, which is current, is broken and not compared with: %s", run->night->served, text);
}

static ss_status look_at_served(night_run *run, ss_error *error)
{
    ss_error why;
    ss_status status = ss_kept_survey(run->job->store, &run->kept, error);
    if (status == SS_E_NOT_FOUND)
        return SS_OK;
    if (status != SS_OK)
        return status;
    char found[SS_GENERATION_NAME_MAX];
    status = ss_generation_resolve(run->job->store, NULL, run->served_path, found, error);
    if (status == SS_E_NOT_FOUND) /* none, or a link whose folder is gone */
        return SS_OK;
    SS_TRY(status);
    memcpy(run->night->served, found, sizeof found);
    if (ss_generation_verify(run->served_path, ss_snapshot_schemas, &why) != SS_OK ||
        ss_manifest_read(run->served_path, &run->served, &why) != SS_OK)
        return refuse_to_compare(run, &why, error);
    SS_TRY(ss_model_options_of_manifest(run->served, &run->served_options, NULL, error));
out:
    return status;
}

static ss_status check_objection(night_run *run, ss_error *error)
{
    char at[SS_TIMESTAMP_TEXT];
    const ss_kept_generation *of = ss_kept_objection(&run->kept);
    if (!of || run->job->release)
        return SS_OK;
    ss_timestamp_format(of->rejected_at, at);
    return ss_checks_add(
        &run->night->checks, "rollback", NAN, NAN, run->job->dry_run ? SS_CHECK_SKIPPED : SS_CHECK_REFUSED, error,
        "%s was taken back on %s (%s), and what is served now was chosen by a person; when the cause is "
        "gone, publish again with `smartshelf nightly --release`",
        of->name, of->rejected_at == SS_NO_TIME ? "an unknown day" : at, of->reason);
}

static void prune(night_run *run)
{
    char served[SS_SERVERS_MAX][SS_GENERATION_NAME_MAX];
    ss_night *night = run->night;
    ss_error error;
    for (size_t i = 0; i < night->server_count; i++)
        memcpy(served[i], night->servers[i].generation, sizeof served[i]);
    if (ss_kept_prune(run->job->store, (size_t)run->job->options->keep, (const char(*)[SS_GENERATION_NAME_MAX])served,
                      night->server_count, &night->removed, &error) != SS_OK)
        note_trouble(run, "removing old generations", &error);
}

/* What would go at the end of the night goes now: so fewer to keep (nightly.keep) do make room. */
static ss_status make_room(night_run *run, ss_error *error)
{
    ss_status status = ss_servers_ask(&run->job->servers, run->night->servers, error);
    if (status != SS_OK)
        return status;
    prune(run);
    ss_kept_free(&run->kept);
    return ss_kept_survey(run->job->store, &run->kept, error);
}

/* The draft, and what the proof trains, which is no more than two others. */
static ss_status check_room(night_run *run, ss_error *error)
{
    const ss_kept_generation *of = ss_kept_current(&run->kept);
    uint64_t bytes = of ? of->bytes : 0;
    double factor = run->job->options->disk_factor;
    ss_status status;
    if (!run->job->dry_run && !ss_space_suffices(run->job->store, bytes, factor))
        SS_TRY(make_room(run, error));
    status = ss_space_check(run->job->store, bytes, factor, &run->night->checks, error);
out:
    return status;
}

/* ---- the proof ---- */

static ss_status figures_before(night_run *run, double before[SS_TASK_COUNT], ss_error *error)
{
    ss_manifest *nights[EARLIER_MAX] = {NULL};
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    size_t count = 0;
    ss_status status = SS_OK;
    for (size_t i = 0; i < run->kept.count && count < EARLIER_MAX && status == SS_OK; i++) {
        const ss_kept_generation *of = &run->kept.list[i];
        if (!of->night || of->delta_base[0] || ss_kept_is_rejected(&run->kept, of))
            continue;
        status = ss_generation_resolve(run->job->store, of->name, path, found, error);
        if (status == SS_OK)
            status = ss_manifest_read(path, &nights[count], error);
        count += status == SS_OK;
    }
    ss_proof_before((const ss_manifest *const *)nights, count, before);
    for (size_t i = 0; i < count; i++)
        ss_manifest_free(&nights[i]);
    return status;
}

static ss_status prove(night_run *run, ss_error *error)
{
    double before[SS_TASK_COUNT];
    char folder[SS_PATH_MAX];
    ss_prove_options options = run->job->options->prove;
    ss_status status;
    SS_TRY(figures_before(run, before, error));
    SS_TRY(proof_folder(run, folder, error));
    options.folder = folder;
    SS_TRY(ss_prove(&run->data, run->served ? &run->served_options : NULL, run->job->candidate, before, &options,
                    run->job->threads, run->progress, &run->proof, &run->night->checks, error));
out:
    ss_file_remove_tree(folder, NULL);
    return status;
}

/* ---- training and publishing ---- */

static ss_status train(night_run *run, ss_error *error)
{
    ss_train_report report = {0};
    ss_status status = ss_train_draft(run->job->store, ss_clock_now(), &run->data, run->job->candidate,
                                      run->job->threads, run->progress, &run->draft, &report, error);
    if (status == SS_OK)
        memcpy(run->night->generation, report.generation, sizeof report.generation);
    return status;
}

/* What later nights, and people, read of this one. */
static ss_status describe(night_run *run, ss_error *error)
{
    char started[SS_TIMESTAMP_TEXT];
    const char *path = ss_generation_draft_path(run->draft);
    ss_manifest *manifest = NULL;
    ss_status status;
    ss_timestamp_format(run->night->started, started);
    SS_TRY(ss_manifest_read(path, &manifest, error));
    SS_TRY(ss_manifest_set_text(manifest, "night.started", started));
    SS_TRY(ss_manifest_set_real(manifest, "night.seconds", (double)(ss_clock_now() - run->night->started) / 1e6));
    SS_TRY(ss_manifest_set_int(manifest, "night.rows", (int64_t)run->night->rows));
    SS_TRY(ss_manifest_set_int(manifest, "night.bytes", (int64_t)run->night->bytes));
    SS_TRY(ss_checks_to_manifest(&run->night->checks, manifest, error));
    SS_TRY(ss_proof_to_manifest(&run->proof, manifest, error));
    SS_TRY(ss_manifest_write(manifest, path, error));
out:
    ss_manifest_free(&manifest);
    return status == SS_E_NOMEM ? ss_error_nomem(error) : status;
}

/* Is what is current now still what the night began with, or a delta of it? Else a refusal. */
static ss_status expect_served(night_run *run, ss_error *error)
{
    ss_kept kept = {0};
    ss_status status = ss_kept_survey(run->job->store, &kept, error);
    if (status != SS_OK)
        return status;
    const ss_kept_generation *now = ss_kept_current(&kept), *then = ss_kept_find(&run->kept, run->night->served);
    snprintf(run->replaced, sizeof run->replaced, "%s", now ? now->name : "");
    if (now && !(then && strcmp(ss_kept_root(now), ss_kept_root(then)) == 0))
        status = ss_checks_add(&run->night->checks, "current", NAN, NAN, SS_CHECK_REFUSED, error,
                               "somebody made %s current while this night was at work on what was to replace %s: it is "
                               "left as it is",
                               now->name, then ? then->name : "nothing");
    ss_kept_free(&kept);
    return status;
}

static ss_status publish(night_run *run, ss_error *error)
{
    ss_night *night = run->night;
    ss_status status;
    SS_TRY(expect_served(run, error));
    if (is_refused(run))
        return SS_OK;
    SS_TRY(ss_generation_publish(&run->draft, ss_snapshot_schemas, false, error));
    status = ss_generation_replace_current(run->job->store, night->generation, run->replaced, error);
    if (status != SS_OK)
        ss_generation_remove(run->job->store, night->generation, NULL);
    if (status == SS_E_BUSY) /* in the moment between */
        status =
            ss_checks_add(&night->checks, "current", NAN, NAN, SS_CHECK_REFUSED, error,
                          "somebody made another generation current than %s while this night was publishing: it is "
                          "left as it is",
                          night->served);
out:
    return status;
}

static void warm(night_run *run)
{
    char path[SS_PATH_MAX], found[SS_GENERATION_NAME_MAX];
    ss_error error;
    ss_status status = ss_generation_resolve(run->job->store, run->night->generation, path, found, &error);
    if (status == SS_OK)
        status = ss_warm_folder(path, run->progress, &error);
    if (status != SS_OK && status != SS_E_CANCELLED) /* it is published: now the servers are to hear of it */
        note_trouble(run, "reading the new generation into memory", &error);
}

/* ---- servers ---- */

/* A server cannot serve it: what was served before is current again, and told to all. */
static ss_status take_back(night_run *run, const ss_server_report *refusal, ss_error *error)
{
    ss_night *night = run->night;
    char endpoint[SS_ERROR_TEXT_MAX], reason[SS_ERROR_TEXT_MAX];
    ss_status status;
    snprintf(endpoint, sizeof endpoint, "%s", refusal->endpoint);
    snprintf(reason, sizeof reason, "%s", refusal->words);
    if (!run->replaced[0]) { /* there is nothing to go back to */
        night->outcome = SS_NIGHTLY_SERVERS;
        return SS_OK;
    }
    SS_TRY(ss_kept_reject(run->job->store, night->generation, SS_REJECTED_BY_SERVER, ss_clock_now(), reason, error));
    SS_TRY(ss_generation_replace_current(run->job->store, run->replaced, night->generation, error));
    SS_TRY(ss_checks_add(&night->checks, "servers", NAN, NAN, SS_CHECK_REFUSED, error,
                         "%s refused %s (%s); %s is current again, for all servers", endpoint, night->generation,
                         reason, run->replaced));
    SS_TRY(ss_servers_reload(&run->job->servers, night->servers, error));
out:
    return status;
}

static ss_status tell_servers(night_run *run, ss_error *error)
{
    ss_night *night = run->night;
    ss_status status = ss_servers_reload(&run->job->servers, night->servers, error);
    if (status != SS_OK)
        return status;
    const ss_server_report *refusal = ss_servers_refusal(night->servers, night->server_count);
    if (refusal)
        return take_back(run, refusal, error);
    size_t fine = ss_servers_serving(night->servers, night->server_count, night->generation);
    for (size_t i = 0; i < night->server_count; i++) /* where nothing was current, servers start when something is */
        fine += !run->replaced[0] && night->servers[i].state == SS_SERVER_SILENT;
    night->outcome = fine == night->server_count ? SS_NIGHTLY_PUBLISHED : SS_NIGHTLY_SERVERS;
    return SS_OK;
}

/* ---- the night ---- */

/* Up to what nothing may come between any more. */
static ss_status prepare(night_run *run, ss_error *error)
{
    const ss_sanity_options *sanity = &run->job->options->sanity;
    ss_night *night = run->night;
    ss_status status;
    begin_phase(run, SS_NIGHT_READ);
    SS_TRY(look_at_served(run, error));
    SS_TRY(check_objection(run, error));
    SS_TRY(check_room(run, error));
    if (is_refused(run))
        return SS_OK;
    SS_TRY(ss_training_data_read(run->job->input, run->progress, &run->data, error));
    night->rows = run->data.interactions.count;
    begin_phase(run, SS_NIGHT_CHECK_INPUT);
    SS_TRY(ss_sanity_input(&run->data, run->served, sanity, night->started, &night->checks, error));
    if (is_refused(run))
        return SS_OK;
    begin_phase(run, SS_NIGHT_PROVE);
    SS_TRY(prove(run, error));
    if (is_refused(run))
        return SS_OK;
    begin_phase(run, SS_NIGHT_TRAIN);
    SS_TRY(train(run, error));
    begin_phase(run, SS_NIGHT_CHECK);
    night->bytes = ss_generation_bytes(ss_generation_draft_path(run->draft));
    SS_TRY(ss_sanity_generations(run->served_path[0] ? run->served_path : NULL, ss_generation_draft_path(run->draft),
                                 sanity, &night->checks, error));
    SS_TRY(describe(run, error));
out:
    return status;
}

static ss_status put_in_place(night_run *run, ss_error *error)
{
    ss_status status;
    begin_phase(run, SS_NIGHT_PUBLISH);
    SS_TRY(publish(run, error));
    if (is_refused(run))
        return SS_OK;
    if (run->job->options->warm) {
        begin_phase(run, SS_NIGHT_WARM);
        warm(run);
    }
    begin_phase(run, SS_NIGHT_SERVERS);
    SS_TRY(tell_servers(run, error));
    begin_phase(run, SS_NIGHT_PRUNE);
    prune(run);
out:
    return status;
}

static void say_published(ss_night *night)
{
    size_t serving = ss_servers_serving(night->servers, night->server_count, night->generation);
    if (night->dry_run)
        snprintf(night->words, sizeof night->words, "dry run: %s would be published; nothing was", night->generation);
    else if (night->server_count == 0)
        snprintf(night->words, sizeof night->words, "%s is published; no servers are listed to be told",
                 night->generation);
    else
        snprintf(night->words, sizeof night->words, "%s is published, and %zu of %zu servers serve it",
                 night->generation, serving, night->server_count);
}

static void say_refused(ss_night *night)
{
    size_t at = (size_t)snprintf(night->words, sizeof night->words,
                                 "refused; %s is served on:", night->served[0] ? night->served : "nothing");
    const char *between = " ";
    for (size_t i = 0; i < night->checks.count && at < sizeof night->words; i++)
        if (night->checks.list[i].verdict == SS_CHECK_REFUSED) {
            at += (size_t)snprintf(night->words + at, sizeof night->words - at, "%s%s", between,
                                   night->checks.list[i].name);
            between = ", ";
        }
}

/* A log with more bad rows than are allowed is refused as a check would. */
static void conclude(night_run *run, ss_status status, const ss_error *error)
{
    ss_night *night = run->night;
    end_phase(run);
    night->ended = ss_clock_now();
    if (status != SS_OK) {
        night->outcome = status == SS_E_BAD_INPUT ? SS_NIGHTLY_REFUSED : SS_NIGHTLY_FAILED;
        ss_error_format(error, night->words, sizeof night->words);
    } else if (is_refused(run)) {
        night->outcome = SS_NIGHTLY_REFUSED;
        say_refused(night);
    } else {
        if (night->outcome == SS_NIGHTLY_PUBLISHED && !night->dry_run)
            night->last_success = night->ended;
        say_published(night);
    }
}

static void write_end(night_run *run)
{
    ss_error error;
    if (!run->night->dry_run && ss_night_write_metrics(run->job->store, run->night, &error) != SS_OK)
        note_trouble(run, "writing the metrics", &error);
    if (ss_night_write(run->job->store, run->night, &error) != SS_OK)
        note_trouble(run, "writing the status", &error);
}

static void release(night_run *run)
{
    ss_generation_abandon(&run->draft);
    ss_training_data_free(&run->data);
    ss_manifest_free(&run->served);
    ss_kept_free(&run->kept);
}

/* The lock is held. */
static ss_status run_night(night_run *run, ss_error *error)
{
    ss_error own;
    ss_night *night = run->night;
    ss_night_before before;
    ss_night_read_before(run->job->store, &before);
    night->last_success = before.last_success;
    error = error ? error : &own;
    *error = (ss_error){0};
    begin_phase(run, SS_NIGHT_CLEAN_UP);
    ss_status status = clean_up(run, &before, error);
    if (status == SS_OK)
        status = prepare(run, error);
    bool goes_on = status == SS_OK && !is_refused(run);
    if (goes_on && night->dry_run)
        night->outcome = SS_NIGHTLY_PUBLISHED;
    else if (goes_on)
        status = put_in_place(run, error);
    release(run); /* which makes room on a full disk */
    conclude(run, status, error);
    write_end(run);
    return status;
}

ss_status ss_nightly(const ss_nightly_job *job, int64_t now, ss_progress_sink *progress, ss_night *night,
                     ss_error *error)
{
    int lock = -1;
    night_run run = {.job = job, .progress = progress, .night = night};
    ss_night_init(night, now, job->servers.count);
    night->dry_run = job->dry_run;
    ss_status status = ss_file_make_folders(job->store, error);
    if (status == SS_OK)
        status = ss_nightly_lock(job->store, now, &lock, error);
    if (status == SS_OK)
        status = run_night(&run, error);
    else if (status == SS_E_BUSY)
        night->outcome = SS_NIGHTLY_BUSY;
    ss_nightly_unlock(&lock);
    return status;
}

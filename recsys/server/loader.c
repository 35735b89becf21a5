#include "server/loader.h"

#include "base/clock.h"
#include "base/wake.h"
#include "offers/outlook.h"
#include "server/quiet_verify.h"
#include "server/reply.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- where a worker and the loader meet ---- */

ss_status ss_swap_init(ss_swap *swap, ss_error *error)
{
    atomic_init(&swap->offered, NULL);
    atomic_init(&swap->taken, NULL);
    return ss_wake_open(&swap->wake, error);
}

static void drop_offers(ss_swap *swap)
{
    ss_answerer *offered = atomic_exchange(&swap->offered, NULL), *taken = atomic_exchange(&swap->taken, NULL);
    ss_answerer_free(&offered);
    ss_answerer_free(&taken);
}

void ss_swap_release(ss_swap *swap)
{
    drop_offers(swap);
    ss_wake_close(&swap->wake);
}

void ss_swap_take(ss_swap *swap, ss_handler *handler)
{
    if (!atomic_load_explicit(&swap->offered, memory_order_relaxed))
        return;
    ss_answerer *offered = atomic_exchange(&swap->offered, NULL);
    if (offered)
        atomic_store(&swap->taken, ss_handler_exchange(handler, offered));
}

void ss_swap_wake(const ss_swap *swap)
{
    ss_wake(swap->wake);
}

/* ---- the loader ---- */

typedef enum reload_state { RELOAD_FREE, RELOAD_WAITING, RELOAD_RUNNING, RELOAD_DONE } reload_state;

typedef struct reload {
    reload_state state;
    ss_caller caller;
    ss_fault fault; /* code 0: it worked */
    char generation[SS_GENERATION_NAME_MAX];
    bool changed, bad_configuration;
    uint64_t milliseconds;
} reload;

struct ss_loader {
    ss_loader_options options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    ss_answerer **fresh;  /* swap_count */
    ss_offers_next *next; /* for the engine of offers */
    /* under the lock: */
    reload reloads[SS_RELOADS_MAX];
    bool unattended; /* a reload whose reply nobody waits for is wanted */
    bool stop;
};

bool ss_loader_request(ss_loader *loader, const ss_caller *caller)
{
    bool accepted = caller == NULL;
    pthread_mutex_lock(&loader->lock);
    if (!caller)
        loader->unattended = true;
    for (size_t i = 0; i < SS_RELOADS_MAX && !accepted; i++) {
        if (loader->reloads[i].state != RELOAD_FREE)
            continue;
        loader->reloads[i] = (reload){.state = RELOAD_WAITING, .caller = *caller};
        ss_count(&loader->options.service->reloads);
        accepted = true;
    }
    pthread_cond_signal(&loader->wanted);
    pthread_mutex_unlock(&loader->lock);
    return accepted;
}

static bool is_wanted(const ss_loader *loader)
{
    for (size_t i = 0; i < SS_RELOADS_MAX; i++)
        if (loader->reloads[i].state == RELOAD_WAITING)
            return true;
    return loader->unattended;
}

/* False: the thread is to end. */
static bool wait_for_work(ss_loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    while (!loader->stop && !is_wanted(loader))
        pthread_cond_wait(&loader->wanted, &loader->lock);
    bool work = !loader->stop;
    for (size_t i = 0; i < SS_RELOADS_MAX && work; i++)
        if (loader->reloads[i].state == RELOAD_WAITING)
            loader->reloads[i].state = RELOAD_RUNNING;
    loader->unattended = false;
    pthread_mutex_unlock(&loader->lock);
    return work;
}

static bool is_stopped(ss_loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    bool stop = loader->stop;
    pthread_mutex_unlock(&loader->lock);
    return stop;
}

/* ---- one reload ---- */

static void free_fresh(ss_loader *loader)
{
    for (size_t i = 0; i < loader->options.swap_count; i++)
        ss_answerer_free(&loader->fresh[i]);
    ss_offers_next_free(&loader->next);
}

static ss_status make_next(ss_loader *loader, ss_snapshot *snapshot, ss_policy *policy, ss_error *error)
{
    ss_answerer *answerer = NULL;
    if (!loader->options.offers)
        return SS_OK;
    ss_status status = ss_answerer_new(snapshot, loader->options.live, &answerer, error);
    return status == SS_OK ? ss_offers_next_new(answerer, policy, &loader->next, error) : status;
}

static ss_status make_answerers(ss_loader *loader, ss_snapshot *snapshot, ss_policy *policy, ss_error *error)
{
    ss_status status = make_next(loader, snapshot, policy, error);
    for (size_t i = 0; i < loader->options.swap_count && status == SS_OK; i++)
        status = ss_answerer_new(snapshot, loader->options.live, &loader->fresh[i], error);
    if (status != SS_OK)
        free_fresh(loader);
    return status;
}

#define SWAP_POLL_US 200 /* how often is looked whether a busy worker came between two requests */

/* Frees the answerer that a worker gave back. False: the server stops before it did. */
static bool wait_for_swap(ss_loader *loader, ss_swap *swap)
{
    ss_answerer *old;
    while (!(old = atomic_exchange(&swap->taken, NULL))) {
        if (is_stopped(loader))
            return false;
        usleep(SWAP_POLL_US);
    }
    ss_answerer_free(&old);
    return true;
}

/* Frees what the engine of offers gave back. False: as above. */
static bool wait_for_offers(ss_loader *loader)
{
    ss_offers_next *old;
    while (!(old = ss_offers_swap_collect(loader->options.offers))) {
        if (is_stopped(loader))
            return false;
        usleep(SWAP_POLL_US);
    }
    ss_offers_next_free(&old);
    return true;
}

static void offer_next(ss_loader *loader)
{
    ss_offers_swap_offer(loader->options.offers, loader->next);
    loader->next = NULL;
    ss_recorder_urge(loader->options.recorder);
}

static ss_status hand_over(ss_loader *loader, ss_error *error)
{
    const ss_loader_options *options = &loader->options;
    for (size_t i = 0; i < options->swap_count; i++) {
        atomic_store(&options->swaps[i]->offered, loader->fresh[i]);
        loader->fresh[i] = NULL;
        ss_swap_wake(options->swaps[i]);
    }
    if (options->offers)
        offer_next(loader);
    bool taken = !options->offers || wait_for_offers(loader);
    for (size_t i = 0; i < options->swap_count && taken; i++)
        taken = wait_for_swap(loader, options->swaps[i]);
    return taken ? SS_OK : ss_error_set(error, SS_E_SHUTTING_DOWN, "the server is shutting down");
}

/* Makes what the store and the file say now the one that is served, unless it is already. */
static ss_status load(ss_loader *loader, ss_shelf_settings *shelves, ss_policy *policy, bool *changed, ss_error *error)
{
    ss_loader_options *options = &loader->options;
    ss_status status = SS_OK;
    ss_snapshot *snapshot = NULL;
    char path[SS_PATH_MAX], name[SS_GENERATION_NAME_MAX];
    SS_TRY(ss_generation_resolve(options->store, NULL, path, name, error));
    bool same = strcmp(name, options->snapshot->name) == 0;
    if (same && policy->digest == options->policy->digest &&
        ss_shelf_settings_digest(shelves) == ss_shelf_settings_digest(options->snapshot->settings))
        goto out;
    if (!same)
        SS_TRY(ss_quiet_verify(path, ss_generation_bytes(path), ss_snapshot_schemas, SS_QUIET_PATIENCE_S, error));
    SS_TRY(ss_snapshot_open_configured(options->store, same ? NULL : name, false, shelves, &snapshot, error));
    SS_TRY(make_answerers(loader, snapshot, policy, error));
    if (options->known)
        ss_known_items_use(options->known, snapshot);
    SS_TRY(hand_over(loader, error));
    ss_snapshot_release(&options->snapshot);
    options->snapshot = snapshot;
    snapshot = NULL;
    ss_policy_retain(policy); /* which may be the same */
    ss_policy_release(&options->policy);
    options->policy = policy;
    *changed = true;
out:
    ss_snapshot_release(&snapshot);
    return status;
}

static ss_status configure_and_load(ss_loader *loader, reload *result, ss_error *error)
{
    const ss_loader_options *options = &loader->options;
    ss_shelf_settings *shelves = NULL;
    ss_policy *policy = NULL;
    if (options->configuration->also)
        options->configuration->also(options->configuration->context);
    if (options->configuration->path) {
        ss_status status = ss_configuration_read(options->configuration, options->logger, &shelves, &policy, error);
        result->bad_configuration = status != SS_OK;
        if (status != SS_OK)
            return status;
    }
    ss_status status = load(loader, shelves, policy ? policy : options->policy, &result->changed, error);
    ss_shelf_settings_release(&shelves);
    ss_policy_release(&policy);
    return status;
}

static void log_reload(const ss_loader *loader, const reload *result)
{
    const ss_logger *logger = loader->options.logger;
    char reason[SS_ERROR_TEXT_MAX + 8];
    if (result->fault.code)
        ss_log(logger, SS_LOG_ERROR, "%s refused, the old one stays generation=%s reason=%s",
               result->bad_configuration ? "configuration" : "generation", result->generation,
               ss_log_quote(ss_slice_of(result->fault.message), reason, sizeof reason));
    else
        ss_log(logger, SS_LOG_INFO, "%s generation=%s milliseconds=%llu",
               result->changed ? "generation swapped in" : "generation is current already", result->generation,
               (unsigned long long)result->milliseconds);
}

static void tell_supervisor(const ss_loader *loader, const reload *result)
{
    if (loader->options.supervisor)
        ss_supervisor_ready(loader->options.supervisor, result->generation,
                            result->fault.code ? result->fault.message : NULL);
}

static reload run_reload(ss_loader *loader)
{
    ss_error error = {0};
    reload result = {0};
    int64_t begun = ss_clock_monotonic();
    if (loader->options.supervisor)
        ss_supervisor_reloading(loader->options.supervisor);
    ss_status status = configure_and_load(loader, &result, &error);
    result.milliseconds = (uint64_t)(ss_clock_monotonic() - begun) / 1000000;
    snprintf(result.generation, sizeof result.generation, "%s", loader->options.snapshot->name);
    if (status == SS_E_SHUTTING_DOWN)
        result.fault.code = SS_FAULT_SHUTTING_DOWN;
    else if (status != SS_OK)
        result.fault.code = SS_FAULT_REFUSED;
    if (status != SS_OK)
        ss_error_format(&error, result.fault.message, sizeof result.fault.message);
    if (result.changed) {
        ss_service_serve(loader->options.service, result.generation);
        ss_count(&loader->options.service->swaps);
        atomic_store(&loader->options.service->verified, SS_VERIFIED_GOOD);
    }
    if (result.fault.code == SS_FAULT_REFUSED)
        ss_count(result.bad_configuration ? &loader->options.service->refused_configurations
                                          : &loader->options.service->refused_swaps);
    log_reload(loader, &result);
    tell_supervisor(loader, &result);
    return result;
}

static void publish_result(ss_loader *loader, const reload *result)
{
    pthread_mutex_lock(&loader->lock);
    for (size_t i = 0; i < SS_RELOADS_MAX; i++) {
        reload *each = &loader->reloads[i];
        if (each->state != RELOAD_RUNNING)
            continue;
        ss_caller caller = each->caller;
        *each = *result;
        each->caller = caller;
        each->state = RELOAD_DONE;
        ss_stats_latency(loader->options.stats, SS_METHOD_RELOAD, (int64_t)result->milliseconds * 1000000);
        if (result->fault.code)
            ss_count(&loader->options.stats->faults[result->fault.code]);
    }
    pthread_mutex_unlock(&loader->lock);
    ss_wake(loader->options.done);
}

/* A cold start opens a generation without reading it all; the rest is looked at now, while it already serves. */
static void verify_first(ss_loader *loader)
{
    const ss_loader_options *options = &loader->options;
    ss_error error;
    char text[1024], quoted[1024];
    ss_status status = ss_generation_verify(options->snapshot->path, ss_snapshot_schemas, &error);
    atomic_store(&options->service->verified, status == SS_OK ? SS_VERIFIED_GOOD : SS_VERIFIED_BROKEN);
    if (status == SS_OK) {
        ss_log(options->logger, SS_LOG_INFO, "generation verified generation=%s", options->snapshot->name);
        return;
    }
    ss_error_format(&error, text, sizeof text);
    ss_log(options->logger, SS_LOG_ERROR, "generation is broken generation=%s reason=%s", options->snapshot->name,
           ss_log_quote(ss_slice_of(text), quoted, sizeof quoted));
}

/* What no single decision tells: that nothing can be given to anybody, and why. */
static void log_outlook(const ss_loader *loader)
{
    const ss_loader_options *options = &loader->options;
    ss_outlook outlook;
    ss_error error;
    char quoted[512];
    if (!options->offers ||
        ss_outlook_take(options->policy, options->snapshot, options->live->items, &outlook, &error) != SS_OK)
        return;
    const char *obstacle = ss_outlook_obstacle(options->policy, &outlook);
    if (obstacle)
        ss_log(options->logger, SS_LOG_INFO, "offers give nothing campaigns=%zu items=%u with_cost=%u reason=%s",
               outlook.campaigns, outlook.priced, outlook.costed,
               ss_log_quote(ss_slice_of(obstacle), quoted, sizeof quoted));
    else
        ss_log(options->logger, SS_LOG_INFO, "offers are ready campaigns=%zu items=%u with_cost=%u", outlook.campaigns,
               outlook.priced, outlook.costed);
}

static void *run(void *argument)
{
    ss_loader *loader = argument;
    pthread_setname_np(pthread_self(), "loader");
    verify_first(loader);
    log_outlook(loader);
    while (wait_for_work(loader)) {
        reload result = run_reload(loader);
        publish_result(loader, &result);
        if (result.changed)
            log_outlook(loader);
    }
    return NULL;
}

/* ---- starting, collecting, stopping ---- */

ss_status ss_loader_start(const ss_loader_options *options, ss_loader **loader, ss_error *error)
{
    ss_loader *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->options = *options;
    new->fresh = calloc(options->swap_count, sizeof *new->fresh);
    if (!new->fresh) {
        free(new);
        return ss_error_nomem(error);
    }
    pthread_mutex_init(&new->lock, NULL);
    pthread_cond_init(&new->wanted, NULL);
    ss_snapshot_retain(options->snapshot);
    ss_policy_retain(options->policy);
    errno = pthread_create(&new->thread, NULL, run, new);
    if (errno == 0) {
        *loader = new;
        return SS_OK;
    }
    ss_error_io(error, "loader", "cannot start a thread");
    ss_snapshot_release(&new->options.snapshot);
    ss_policy_release(&new->options.policy);
    free(new->fresh);
    free(new);
    return SS_E_IO;
}

void ss_loader_stop(ss_loader **loader)
{
    ss_loader *old = *loader;
    *loader = NULL;
    if (!old)
        return;
    pthread_mutex_lock(&old->lock);
    old->stop = true;
    pthread_cond_signal(&old->wanted);
    pthread_mutex_unlock(&old->lock);
    pthread_join(old->thread, NULL);
    pthread_cond_destroy(&old->wanted);
    pthread_mutex_destroy(&old->lock);
    ss_snapshot_release(&old->options.snapshot);
    ss_policy_release(&old->options.policy);
    free(old->fresh);
    free(old);
}

/* Takes one finished reload out of the list. */
static bool take_done(ss_loader *loader, reload *done)
{
    bool found = false;
    pthread_mutex_lock(&loader->lock);
    for (size_t i = 0; i < SS_RELOADS_MAX && !found; i++) {
        if (loader->reloads[i].state != RELOAD_DONE)
            continue;
        *done = loader->reloads[i];
        loader->reloads[i].state = RELOAD_FREE;
        ss_count_many(&loader->options.service->reloads, UINT64_MAX); /* one less */
        found = true;
    }
    pthread_mutex_unlock(&loader->lock);
    return found;
}

static ss_status write_reply(const reload *done, ss_buffer *reply)
{
    ss_status status;
    if (done->fault.code)
        return ss_reply_fault(true, done->caller.msgid, &done->fault, reply);
    SS_TRY(ss_reply_begin(done->caller.msgid, 3, reply));
    SS_TRY(ss_reply_text(reply, "generation", done->generation));
    SS_TRY(ss_reply_flag(reply, "changed", done->changed));
    SS_TRY(ss_reply_uint(reply, "milliseconds", done->milliseconds));
out:
    return status;
}

bool ss_loader_collect(ss_loader *loader, ss_caller *caller, ss_buffer *reply)
{
    reload done;
    if (!take_done(loader, &done) || write_reply(&done, reply) != SS_OK)
        return false;
    *caller = done.caller;
    return true;
}

bool ss_loader_busy(ss_loader *loader)
{
    bool busy = false;
    pthread_mutex_lock(&loader->lock);
    for (size_t i = 0; i < SS_RELOADS_MAX; i++)
        busy = busy || loader->reloads[i].state != RELOAD_FREE;
    pthread_mutex_unlock(&loader->lock);
    return busy;
}

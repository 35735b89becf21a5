/*
 * loader.h: the thread that brings a new generation in while the workers go on answering from the old one.
 *
 * A reload: validate the store's current generation fully (quiet_verify.h), open it, make an answerer for each worker and
 * one for the recorder's engine of offers, offer it to each, wait until each has taken it (between two requests, or two
 * cycles), free the old. A broken generation is refused and the old one stays. The configuration file is read anew first
 * and goes with the generation, the policy of offers too: a bad one is refused with it. Callers who come while a reload
 * runs wait for another one, for the store may have changed since.
 */
#ifndef SS_SERVER_LOADER_H
#define SS_SERVER_LOADER_H

#include "server/configuration.h"
#include "server/envelope.h"
#include "server/handler.h"
#include "server/known_items.h"
#include "server/offers_swap.h"
#include "server/recorder.h"
#include "server/supervisor.h"

/* Where one worker and the loader meet. */
typedef struct ss_swap {
    _Atomic(ss_answerer *) offered, taken; /* the next one; the old one, for the loader to free */
    int wake;                              /* eventfd: written when something is offered, or a sign of life wanted */
} ss_swap;

ss_status ss_swap_init(ss_swap *swap, ss_error *error); /* SS_E_IO */
void ss_swap_release(ss_swap *swap);
/* The worker's side: exchanges the handler's answerer when one is offered. Costs one load when not. */
void ss_swap_take(ss_swap *swap, ss_handler *handler);
void ss_swap_wake(const ss_swap *swap); /* safe from any thread: has the worker look around */

typedef struct ss_loader ss_loader;

typedef struct ss_loader_options {
    const char *store; /* borrowed for the loader's life, as are the others */
    const ss_logger *logger;
    ss_service *service;   /* counts the swaps */
    ss_stats *stats;       /* the loader's own: the errors it replies with */
    ss_swap *const *swaps; /* of the workers, which all answer from `snapshot` */
    size_t swap_count;
    ss_snapshot *snapshot; /* takes a reference of its own */
    const ss_configuration *configuration;
    const ss_live *live;       /* for new answerers; NULL: none */
    ss_known_items *known;     /* is told which generation is served; NULL: nobody wants to know */
    ss_policy *policy;         /* of the offers that are served; takes a reference of its own */
    ss_offers_swap *offers;    /* of the recorder's engine of offers, as those of the workers; NULL: there is none */
    ss_recorder *recorder;     /* which is to be told of it */
    ss_supervisor *supervisor; /* is told of reloads; NULL: there is none */
    int done;                  /* eventfd: written when a reply is ready */
} ss_loader_options;

/* Starts the thread, which first validates the files of `snapshot` in the background. SS_E_NOMEM, SS_E_IO. */
ss_status ss_loader_start(const ss_loader_options *options, ss_loader **loader, ss_error *error);

/* Ends the thread, after the load that runs, and frees. Callers who still wait get no reply. To be called while nobody
 * else uses the loader. */
void ss_loader_stop(ss_loader **loader);

#define SS_RELOADS_MAX 64u /* most callers who wait for a reload */

/* Asks for a reload; safe from any thread. NULL: nobody waits for the reply (SIGHUP). False: too many wait. */
bool ss_loader_request(ss_loader *loader, const ss_caller *caller);

/* True when a reply is ready: for `caller`, in `reply` (initialised; emptied first). For the ROUTER's owner. */
bool ss_loader_collect(ss_loader *loader, ss_caller *caller, ss_buffer *reply);

/* Does anybody still wait for a reply or have one to be collected? Safe from any thread. */
bool ss_loader_busy(ss_loader *loader);

#endif

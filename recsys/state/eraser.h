/*
 * eraser.h: takes customers out of the store of events: their events, and the events without customer of the sessions
 * that theirs name; and out of the ledger of offers, where there is one: of the decisions about them and about those
 * sessions nothing stays but what was decided and the money. It walks over both in bounded steps, between which others
 * write: first it learns the sessions, then it removes what they did without saying who, and at last what the customers
 * did themselves; so that what a crash leaves still leads to the rest, and opening again takes it up (forgotten.h).
 * Those who ask together are erased in one walk.
 *
 * What is removed is no longer read by anybody; its bytes may stand in free pages of the file until those are used
 * again. Belongs to the thread that writes to the environment.
 */
#ifndef SS_STATE_ERASER_H
#define SS_STATE_ERASER_H

#include "state/event_store.h"
#include "state/forgotten.h"
#include "state/offer_ledger.h"

typedef struct ss_eraser ss_eraser;

typedef struct ss_erased {
    uint64_t events, sessions; /* removed; named by the customer's events and decisions */
    uint64_t decisions;        /* that no longer tell whom they are about */
} ss_erased;

/* Begins with those whose erasure was not finished. The tables are borrowed. SS_E_CORRUPT, SS_E_IO, SS_E_NOMEM, … */
ss_status ss_eraser_new(ss_event_store *events, ss_forgotten *forgotten, ss_eraser **eraser, ss_error *error);
/*
 * From now on they are taken out of the decisions about offers of the time before they asked, too, and what is known of
 * them and their sessions for offers goes. Borrowed: it must outlive the eraser's steps; NULL: none. Before the first step.
 */
void ss_eraser_take_offers(ss_eraser *eraser, ss_offer_ledger *offers);
void ss_eraser_free(ss_eraser **eraser);

/*
 * A customer whose entry in `forgotten` is durable is to be erased as it says. *ticket: for ss_eraser_collect.
 * SS_E_NOMEM: then they are erased when the store is opened the next time.
 */
ss_status ss_eraser_add(ss_eraser *eraser, const ss_forgotten_customer *customer, uint64_t *ticket, ss_error *error);

/*
 * One bounded step; *more: there are more. After the last step of a walk everything is synced, and those of the walk
 * are finished. An error leaves the walk where it was: another step tries again.
 */
ss_status ss_eraser_step(ss_eraser *eraser, bool *more, ss_error *error);

/* Is the customer erased? Then says how much that was, and forgets the ticket. */
bool ss_eraser_collect(ss_eraser *eraser, uint64_t ticket, ss_erased *erased);

#endif

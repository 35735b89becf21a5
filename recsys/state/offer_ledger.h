/*
 * offer_ledger.h: the accounts of offers, kept durably in LMDB (STORE/state): decisions with their offers, what is
 * leased and redeemed of every budget, what each visitor was shown and used, which order took which code, which request
 * was answered how, and what was learned. It keeps books and knows no policy: whether something may be done is decided
 * above it (offers/), from what it tells.
 *
 * Its invariant: for every campaign and over all, for every day and in all, `leased` is the sum of the leases of open
 * offers, and `redeemed` the sum of what redeemed ones cost: after any crash, too (ss_offer_ledger_audit).
 *
 * One thread, the one that writes to the environment. Changes are made inside of ss_offer_ledger_begin … _end, all or
 * nothing, and wait for the environment's sync like those of every table; when a sync fails, what is in memory (the
 * accounts, the cells) is read again. Readers of other threads and processes use offer_reader.h.
 */
#ifndef SS_STATE_OFFER_LEDGER_H
#define SS_STATE_OFFER_LEDGER_H

#include "state/environment.h"
#include "state/offer_parties.h"
#include "state/offer_record.h"

typedef struct ss_offer_ledger ss_offer_ledger;

#define SS_LEDGER_SECRET 32u /* bytes */

/* Opens the tables of an environment that is open to write, and makes what is missing, the secret too. Errors as
 * ss_event_store_open. `environment` is borrowed. Caller owns the result. */
ss_status ss_offer_ledger_open(ss_environment *environment, ss_offer_ledger **ledger, ss_error *error);
void ss_offer_ledger_close(ss_offer_ledger **ledger);

/* Random, made with the store, the key of codes: never told to anybody. Borrowed. */
const unsigned char *ss_offer_ledger_secret(const ss_offer_ledger *ledger);

/* ---- a step: all or nothing ---- */

ss_status ss_offer_ledger_begin(ss_offer_ledger *ledger, ss_error *error);
/*
 * keep: its changes wait for the sync; where there are none, nothing does. Else, and on an error, they have never been, in
 * memory too. The first time that this becomes of changes while others wait, those may be lost with them, as when a sync
 * fails (ss_environment_join).
 */
ss_status ss_offer_ledger_end(ss_offer_ledger *ledger, bool keep, ss_error *error);

/* All below are inside of a step. Texts and decisions they give are borrowed until the next call. After any error but
 * SS_E_NOT_FOUND, SS_E_ARGUMENT and SS_E_RANGE, which change nothing, the step can only be given up: to keep it fails. */

/* ---- decisions ---- */

/*
 * Keeps a decision: gives it and its offers their numbers, leases what its offers that are SHOWN hold, puts it on the
 * agenda (expiry, end of window; one that is `closed` has no window), and remembers its request_id for its visitor where
 * there is one. Its offers are open, none is redeemed. SS_E_RANGE (ss_decision_check; an offer that is not open),
 * SS_E_LIMIT: numbers are used up, or a sum is too large.
 *
 * A number is given once: what a crash takes with it before its sync leaves a gap (as long as no more than 65,536
 * decisions wait for one), so that no code of a decision that was answered before its sync becomes another's.
 */
ss_status ss_offer_ledger_add(ss_offer_ledger *ledger, ss_decision *decision, ss_error *error);
uint64_t ss_offer_ledger_next(const ss_offer_ledger *ledger); /* the number that the next decision gets */

/* The decision of that number. SS_E_NOT_FOUND. */
ss_status ss_offer_ledger_find(ss_offer_ledger *ledger, uint64_t number, ss_decision *decision, ss_error *error);

/* What the same visitor's request of that id was answered with: of a customer whatever the session, or of a session without
 * customer; one that is called alike is not the same. SS_E_NOT_FOUND: nothing, as for most: that is told by the status
 * alone, `error` stays as it was. */
ss_status ss_offer_ledger_find_request(ss_offer_ledger *ledger, ss_offer_party kind, ss_slice visitor,
                                       ss_slice request_id, ss_decision *decision, ss_error *error);

/* Writes back what of a decision may change without money moving: told, outcome, closed; the rest stays as it is kept.
 * SS_E_NOT_FOUND, SS_E_RANGE. */
ss_status ss_offer_ledger_update(ss_offer_ledger *ledger, const ss_decision *decision, ss_error *error);

/* ---- money ---- */

typedef struct ss_account {
    int64_t leased, redeemed; /* minor units, >= 0 */
} ss_account;

#define SS_DAY_ALL INT32_MIN /* not of a day: in all */

/* campaign: empty: over all of them. */
ss_account ss_offer_ledger_account(const ss_offer_ledger *ledger, ss_slice campaign, int32_t day);

typedef struct ss_redemption {
    int64_t time, cost, value; /* cost <= the offer's lease */
    ss_slice order_id;
} ss_redemption;

/*
 * An open offer of what was SHOWN is redeemed: its lease becomes its cost. SS_E_ARGUMENT: it is not open, or the cost is
 * above the lease; SS_E_NOT_FOUND: there is no such; SS_E_RANGE: a part of the redemption.
 */
ss_status ss_offer_ledger_redeem(ss_offer_ledger *ledger, uint64_t offer, const ss_redemption *redemption,
                                 ss_error *error);

/* A redeemed one is undone: the cost goes back to the budgets. SS_E_ARGUMENT: it is not redeemed; SS_E_NOT_FOUND. */
ss_status ss_offer_ledger_undo(ss_offer_ledger *ledger, uint64_t offer, ss_error *error);

/* Offers that an order has taken and that are not undone, rising: at most `room` of them; how many in *count. */
ss_status ss_offer_ledger_order(ss_offer_ledger *ledger, ss_slice order_id, uint64_t *offers, size_t room,
                                size_t *count, ss_error *error);

/*
 * What is due at `now`, at most `most` decisions, oldest first: leases that expire (expires <= now) are given back; a
 * window that is over (closes <= now) is shown to `closed` (once; NULL: to nobody), and kept as closed. *done == most:
 * there may be more. `closed` may use the ledger; the decision it is shown stays whole meanwhile.
 */
ss_status ss_offer_ledger_settle(ss_offer_ledger *ledger, int64_t now, size_t most,
                                 ss_status (*closed)(void *context, const ss_decision *decision, ss_error *error),
                                 void *context, size_t *done, ss_error *error);

/* ---- visitors ---- */

/* What is known of a session or a customer (offer_parties.h). */
ss_status ss_offer_ledger_party(ss_offer_ledger *ledger, ss_offer_party kind, ss_slice id, ss_party *party,
                                ss_error *error);
ss_status ss_offer_ledger_keep_party(ss_offer_ledger *ledger, ss_offer_party kind, ss_slice id, const ss_party *party,
                                     ss_error *error);

/* ---- forgetting and pruning: not inside of a step; each is one of its own, and waits for the sync ---- */

/*
 * One bounded step of a walk over decisions: shows at most `step` of those numbered from *from up to `last` to `goes`, and
 * takes out of those for which it is true whom they are about: customer, session, request and orders become empty, and
 * their parties are gone. What was decided and the money stay. Sets *from behind the last one shown; above `last`: there
 * are no more. On an error nothing is changed. `goes` must not use the ledger.
 */
ss_status ss_offer_ledger_sift(ss_offer_ledger *ledger, uint64_t *from, uint64_t last, size_t step,
                               bool (*goes)(void *context, const ss_decision *decision), void *context,
                               ss_error *error);

/* Parties whose decisions are gone. Who is not there is no error. */
ss_status ss_offer_ledger_forget_parties(ss_offer_ledger *ledger, ss_offer_party kind, const ss_slice *ids,
                                         size_t count, ss_error *error);

/*
 * One bounded step: removes decisions from the beginning, with their requests and orders, as long as their window and
 * their offers were over before `before` and no offer is open; with them their parties whose latest change is as old; and
 * looks at some more parties, round and round, for those that no decision leads to. At most `step` decisions and parties of
 * the round together; *removed == step: there may be more. Numbers are never given again.
 *
 * The accounts in all stay: each carries what the decisions that are gone redeemed, so that it is still told from those
 * that are there. The account of a single day goes with the last of its decisions.
 */
ss_status ss_offer_ledger_prune(ss_offer_ledger *ledger, int64_t before, size_t step, size_t *removed, ss_error *error);

/* ---- what was learned ---- */

#define SS_CELL_VALUES 4u

/* campaign, incentive, segment: as ss_cell (offers/learner.h), of at most 128 bytes each; finite values, all 0: as if it
 * had never been. SS_E_RANGE. */
ss_status ss_offer_ledger_keep_cell(ss_offer_ledger *ledger, const ss_slice names[3],
                                    const double values[SS_CELL_VALUES], ss_error *error);
/* All of them, in order of their names; outside of a step too. */
ss_status ss_offer_ledger_cells(ss_offer_ledger *ledger,
                                ss_status (*each)(void *context, const ss_slice names[3],
                                                  const double values[SS_CELL_VALUES], ss_error *error),
                                void *context, ss_error *error);

/* Is told after a sync that failed, when memory has been read again: what others keep of it must be, too. NULL: nobody. */
void ss_offer_ledger_on_loss(ss_offer_ledger *ledger, void (*lost)(void *context), void *context);

/* ---- audit ---- */

/*
 * Recounts from the decisions what is leased, redeemed and carried, and what is on the agenda, in requests and orders, and
 * holds it against what is kept. SS_E_CORRUPT says what differs and by how much: field, found and expected. Inside of a
 * step or not; it takes as long as it takes to read all decisions. SS_E_NOMEM, SS_E_IO.
 */
ss_status ss_offer_ledger_audit(ss_offer_ledger *ledger, ss_error *error);

#endif

/* offer_ledger_parts.h: what the sources of the ledger of offers share; of no use to anybody else. */
#ifndef SS_STATE_OFFER_LEDGER_PARTS_H
#define SS_STATE_OFFER_LEDGER_PARTS_H

#include "state/offer_agenda.h"
#include "state/offer_book.h"
#include "state/offer_index.h"
#include "state/offer_ledger.h"

#define SS_LEDGER_DECISIONS "offer_decisions" /* the table */

/* A decision and the bytes that its texts are in. */
typedef struct ss_decision_copy {
    ss_decision decision;
    char record[SS_DECISION_RECORD_MAX];
} ss_decision_copy;

struct ss_offer_ledger {
    ss_environment *environment; /* borrowed */
    MDB_dbi decisions, about;
    ss_offer_agenda agenda;
    ss_offer_parties parties;
    ss_offer_index requests, orders;
    ss_offer_book *accounts, *cells; /* owned */
    MDB_txn *txn;                    /* of the step; NULL: none */
    MDB_cursor *newest;              /* owned, by the step: at the decision added last; NULL: none was, or one has changed since */
    bool alone;                      /* the step can be given up without what waits beside it */
    bool changed, failed;            /* there is something in the step to be kept; it cannot be */
    bool stale;                      /* memory is not what is on the disk */
    uint64_t next, step_next;        /* number; at the beginning of the step */
    uint64_t reserved;               /* numbers below may be given, whatever a crash takes; 0: not known */
    int64_t due;                     /* nothing of the agenda is before; INT64_MIN: not known */
    unsigned char secret[SS_LEDGER_SECRET];
    void (*lost)(void *context);
    void *lost_context;
    ss_decision_copy found, settled, changing;
};

/* ---- decisions (offer_decisions.c) ---- */

ss_status ss_ledger_load(ss_offer_ledger *ledger, uint64_t number, ss_decision_copy *copy, ss_error *error);

/* Keeps a decision that was due at `due` as it is now, on the agenda too. */
ss_status ss_ledger_store(ss_offer_ledger *ledger, const ss_decision *decision, int64_t due, ss_error *error);

/* To be called before the step's transaction ends, and before a decision is changed or removed. */
void ss_ledger_leave_newest(ss_offer_ledger *ledger);

/* The number of the first decision behind that one; 0: there is none. */
ss_status ss_ledger_after(const ss_offer_ledger *ledger, uint64_t number, uint64_t *next, ss_error *error);

/* (offer_ledger.c) As ss_offer_ledger_begin, of a step that can be given up without what waits beside it. */
ss_status ss_ledger_begin_alone(ss_offer_ledger *ledger, ss_error *error);

/* (offer_ledger.c) Notes that the step cannot be kept where `status` says that something went wrong half-way; returns it. */
ss_status ss_ledger_note(ss_offer_ledger *ledger, ss_status status);

/* When a decision is to be looked at next; INT64_MAX: never. */
int64_t ss_ledger_due(const ss_decision *decision);

/* The key of its request in the index, in `hash`; empty: it has none. */
ss_slice ss_ledger_request_key(ss_slice visitor, ss_slice request_id, uint64_t *hash);

/* ---- money (offer_money.c) ---- */

/* The words of an account. */
enum { SS_ACCOUNT_LEASED, SS_ACCOUNT_REDEEMED, SS_ACCOUNT_CARRIED, SS_ACCOUNT_DECISIONS };

/* What is moved: of all four accounts of a decision. `carried`: of `redeemed`, what decisions that were pruned came to. */
typedef struct ss_money_move {
    int64_t words[SS_BOOK_WORDS];
} ss_money_move;

#define SS_ACCOUNT_NAME_MAX (4u + 255u)

/* The name of an account in its book: the day, in order of bytes, and the campaign; borrows `bytes`. */
ss_slice ss_account_name(char bytes[SS_ACCOUNT_NAME_MAX], ss_slice campaign, int32_t day);
void ss_account_parts(ss_slice name, ss_slice *campaign, int32_t *day);

/* SS_E_LIMIT: a sum is too large; SS_E_CORRUPT: one would be negative; SS_E_NOMEM. Some accounts may have moved. */
ss_status ss_money_move_all(ss_offer_ledger *ledger, const ss_decision *decision, const ss_money_move *move,
                            ss_error *error);

/* What a decision as it stands holds of its accounts. */
ss_money_move ss_money_held(const ss_decision *decision);

#endif

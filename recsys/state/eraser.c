#include "state/eraser.h"

#include "base/dictionary.h"
#include "base/memory.h"

#include <stdlib.h>

#define STEP           2000u /* events or sessions of a step */
#define DECISIONS_STEP 500u

/* In this order: what leads to the rest goes last. */
typedef enum walk_pass {
    PASS_NONE,
    PASS_LEARN,
    PASS_LEARN_OFFERS,
    PASS_SESSIONS,
    PASS_SESSIONS_OFFERS,
    PASS_PARTIES,
    PASS_CUSTOMERS,
    PASS_CUSTOMERS_OFFERS,
    PASS_FINISH
} walk_pass;

typedef struct customer {
    char id[SS_ID_MAX];
    uint8_t id_size;
    int64_t time;
    uint64_t last;    /* number of their last event that is meant */
    uint64_t ticket;  /* 0: nobody waits */
    uint64_t in_step; /* of their events or decisions, those that this step takes */
    ss_erased erased;
} customer;

typedef struct customers {
    customer *all; /* owned */
    size_t count, capacity;
} customers;

struct ss_eraser {
    ss_event_store *events;  /* borrowed */
    ss_forgotten *forgotten; /* borrowed */
    ss_offer_ledger *offers; /* borrowed; NULL: none */
    customers waiting, done; /* for the next walk; until they are collected */
    uint64_t next_ticket;

    /* the walk: */
    walk_pass pass;
    uint64_t from, last; /* number of the next event, decision or session to be seen; of the last event */
    uint64_t last_decision;
    customers walk;          /* in the order of their numbers in `ids` */
    ss_dictionary *ids;      /* of the customers */
    ss_dictionary *sessions; /* that they named */
    uint32_t *owners;        /* of each of those: who named it first */
    size_t owner_capacity;
    bool nomem; /* while an event was looked at */
};

static ss_slice id_of(const customer *of)
{
    return (ss_slice){of->id, of->id_size};
}

static ss_status add(ss_eraser *eraser, const ss_forgotten_customer *asked, uint64_t ticket, ss_error *error)
{
    customers *waiting = &eraser->waiting;
    if (!ss_array_grow(&waiting->all, &waiting->capacity, waiting->count + 1, sizeof *waiting->all))
        return ss_error_nomem(error);
    customer *added = &waiting->all[waiting->count++];
    *added = (customer){
        .id_size = (uint8_t)asked->customer_id.size, .time = asked->time, .last = asked->last, .ticket = ticket};
    memcpy(added->id, asked->customer_id.data, asked->customer_id.size);
    return SS_OK;
}

ss_status ss_eraser_add(ss_eraser *eraser, const ss_forgotten_customer *asked, uint64_t *ticket, ss_error *error)
{
    customers *done = &eraser->done;
    size_t finished = done->count + eraser->waiting.count + eraser->walk.count + 1; /* for which there must be room */
    if (!ss_array_grow(&done->all, &done->capacity, finished, sizeof *done->all))
        return ss_error_nomem(error);
    ss_status status = add(eraser, asked, eraser->next_ticket + 1, error);
    if (status == SS_OK)
        *ticket = ++eraser->next_ticket;
    return status;
}

bool ss_eraser_collect(ss_eraser *eraser, uint64_t ticket, ss_erased *erased)
{
    customers *done = &eraser->done;
    for (size_t i = 0; i < done->count; i++) {
        if (done->all[i].ticket != ticket)
            continue;
        *erased = done->all[i].erased;
        done->all[i] = done->all[--done->count];
        return true;
    }
    return false;
}

static ss_status take_unfinished(void *context, const ss_forgotten_customer *asked, ss_error *error)
{
    return asked->erased ? SS_OK : add(context, asked, 0, error);
}

ss_status ss_eraser_new(ss_event_store *events, ss_forgotten *forgotten, ss_eraser **eraser, ss_error *error)
{
    ss_eraser *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->events = events;
    made->forgotten = forgotten;
    ss_status status = ss_forgotten_each(forgotten, take_unfinished, made, error);
    if (status == SS_OK)
        *eraser = made;
    else
        ss_eraser_free(&made);
    return status;
}

void ss_eraser_take_offers(ss_eraser *eraser, ss_offer_ledger *offers)
{
    eraser->offers = offers;
}

static void free_dictionaries(ss_eraser *eraser)
{
    ss_dictionary_free(&eraser->ids);
    ss_dictionary_free(&eraser->sessions);
}

void ss_eraser_free(ss_eraser **eraser)
{
    ss_eraser *old = *eraser;
    *eraser = NULL;
    if (!old)
        return;
    free_dictionaries(old);
    free(old->waiting.all);
    free(old->walk.all);
    free(old->done.all);
    free(old->owners);
    free(old);
}

/* ---- what is done with an event: does it go? ---- */

/* The customer of the walk whose event it is, and meant; SS_NONE: nobody's. */
static uint32_t customer_of(const ss_eraser *eraser, const ss_live_event *event)
{
    ss_slice id = event->texts[SS_TEXT_CUSTOMER_ID];
    uint32_t number = id.size ? ss_dictionary_find(eraser->ids, id) : SS_NONE;
    return number != SS_NONE && event->sequence <= eraser->walk.all[number].last ? number : SS_NONE;
}

/* The session is of that customer, if nobody named it before. */
static void learn_session(ss_eraser *eraser, ss_slice session, uint32_t owner)
{
    uint32_t number, known = ss_dictionary_count(eraser->sessions);
    if (owner == SS_NONE || !session.size)
        return;
    if (!ss_array_grow(&eraser->owners, &eraser->owner_capacity, (size_t)known + 1, sizeof *eraser->owners) ||
        ss_dictionary_intern(eraser->sessions, session, &number) != SS_OK) {
        eraser->nomem = true;
    } else if (number == known) {
        eraser->owners[number] = owner;
        eraser->walk.all[owner].erased.sessions++;
    }
}

/* Whose the session is; NULL: nobody's of the walk. */
static customer *owner_of(const ss_eraser *eraser, ss_slice session)
{
    uint32_t number = session.size ? ss_dictionary_find(eraser->sessions, session) : SS_NONE;
    return number == SS_NONE ? NULL : &eraser->walk.all[eraser->owners[number]];
}

static bool learn(void *context, const ss_live_event *event)
{
    ss_eraser *eraser = context;
    learn_session(eraser, event->texts[SS_TEXT_SESSION_ID], customer_of(eraser, event));
    return false;
}

static bool take_of_session(void *context, const ss_live_event *event)
{
    ss_eraser *eraser = context;
    customer *owner =
        event->texts[SS_TEXT_CUSTOMER_ID].size ? NULL : owner_of(eraser, event->texts[SS_TEXT_SESSION_ID]);
    bool goes = owner && event->sequence <= owner->last;
    if (goes)
        owner->in_step++;
    return goes;
}

static bool take_of_customer(void *context, const ss_live_event *event)
{
    ss_eraser *eraser = context;
    uint32_t number = customer_of(eraser, event);
    if (number != SS_NONE)
        eraser->walk.all[number].in_step++;
    return number != SS_NONE;
}

/* ---- the same of decisions: of those of the time before they asked ---- */

static uint32_t customer_of_decision(const ss_eraser *eraser, const ss_decision *decision)
{
    uint32_t number = decision->customer_id.size ? ss_dictionary_find(eraser->ids, decision->customer_id) : SS_NONE;
    return number != SS_NONE && decision->time <= eraser->walk.all[number].time ? number : SS_NONE;
}

static bool learn_of_decision(void *context, const ss_decision *decision)
{
    ss_eraser *eraser = context;
    learn_session(eraser, decision->session_id, customer_of_decision(eraser, decision));
    return false;
}

static bool take_decision_of_session(void *context, const ss_decision *decision)
{
    ss_eraser *eraser = context;
    customer *owner = decision->customer_id.size ? NULL : owner_of(eraser, decision->session_id);
    bool goes = owner && decision->time <= owner->time;
    if (goes)
        owner->in_step++;
    return goes;
}

static bool take_decision_of_customer(void *context, const ss_decision *decision)
{
    ss_eraser *eraser = context;
    uint32_t number = customer_of_decision(eraser, decision);
    if (number != SS_NONE)
        eraser->walk.all[number].in_step++;
    return number != SS_NONE;
}

/* ---- the walk ---- */

static bool is_of_offers(walk_pass pass)
{
    return pass == PASS_LEARN_OFFERS || pass == PASS_SESSIONS_OFFERS || pass == PASS_PARTIES ||
           pass == PASS_CUSTOMERS_OFFERS;
}

static void begin_pass(ss_eraser *eraser, walk_pass pass)
{
    while (!eraser->offers && is_of_offers(pass))
        pass = (walk_pass)(pass + 1);
    eraser->pass = pass;
    eraser->from = 1;
}

/* Moves those who wait into the walk, as far as memory goes; who is in it already waits for the next. */
static void gather(ss_eraser *eraser)
{
    customers *walk = &eraser->walk;
    size_t kept = 0;
    for (size_t i = 0; i < eraser->waiting.count; i++) {
        const customer *each = &eraser->waiting.all[i];
        uint32_t number = SS_NONE;
        if (ss_array_grow(&walk->all, &walk->capacity, walk->count + 1, sizeof *walk->all) &&
            ss_dictionary_intern(eraser->ids, id_of(each), &number) == SS_OK && number == walk->count) {
            eraser->last = each->last > eraser->last ? each->last : eraser->last;
            walk->all[walk->count++] = *each;
        } else {
            eraser->waiting.all[kept++] = *each;
        }
    }
    eraser->waiting.count = kept;
}

static void end_walk(ss_eraser *eraser)
{
    eraser->walk.count = 0;
    eraser->pass = PASS_NONE;
    free_dictionaries(eraser);
}

static ss_status begin_walk(ss_eraser *eraser, ss_error *error)
{
    eraser->last = 0;
    eraser->last_decision = eraser->offers ? ss_offer_ledger_next(eraser->offers) - 1 : 0;
    eraser->ids = ss_dictionary_new();
    eraser->sessions = ss_dictionary_new();
    if (eraser->ids && eraser->sessions)
        gather(eraser);
    if (eraser->walk.count > 0) {
        begin_pass(eraser, PASS_LEARN);
        return SS_OK;
    }
    end_walk(eraser);
    return ss_error_nomem(error);
}

/* Has somebody asked for them once more meanwhile? Their entry then says what is still to be done. */
static bool is_asked_again(const ss_eraser *eraser, const customer *finished)
{
    for (size_t i = 0; i < eraser->waiting.count; i++)
        if (ss_slice_equal(id_of(&eraser->waiting.all[i]), id_of(finished)))
            return true;
    return false;
}

/* Of customers, whether or not there is a decision about them. */
static ss_status forget_parties(ss_eraser *eraser, ss_error *error)
{
    ss_status status = SS_OK;
    for (size_t i = 0; eraser->offers && i < eraser->walk.count && status == SS_OK; i++) {
        const ss_slice id = id_of(&eraser->walk.all[i]);
        status = ss_offer_ledger_forget_parties(eraser->offers, SS_PARTY_CUSTOMER, &id, 1, error);
    }
    return status;
}

static ss_status finish_walk(ss_eraser *eraser, ss_error *error)
{
    const customers *walk = &eraser->walk;
    ss_status status = forget_parties(eraser, error);
    for (size_t i = 0; i < walk->count && status == SS_OK; i++) {
        const customer *each = &walk->all[i];
        ss_forgotten_customer erased = {id_of(each), each->time, each->last, true};
        if (!is_asked_again(eraser, each))
            status = ss_forgotten_put(eraser->forgotten, &erased, 1, error);
    }
    if (status == SS_OK)
        status = ss_environment_sync(ss_event_store_environment(eraser->events), error);
    if (status != SS_OK)
        return status;
    for (size_t i = 0; i < walk->count; i++)
        if (walk->all[i].ticket)
            eraser->done.all[eraser->done.count++] = walk->all[i];
    end_walk(eraser);
    return SS_OK;
}

/* What the step took counts once that is on the disk. */
static void count_step(ss_eraser *eraser, bool kept)
{
    for (size_t i = 0; i < eraser->walk.count; i++) {
        customer *each = &eraser->walk.all[i];
        uint64_t *sum = is_of_offers(eraser->pass) ? &each->erased.decisions : &each->erased.events;
        *sum += kept ? each->in_step : 0;
        each->in_step = 0;
    }
}

/* The parties of some of the sessions. */
static ss_status forget_sessions(ss_eraser *eraser, uint64_t *from, ss_error *error)
{
    ss_slice ids[STEP];
    size_t count = 0;
    for (uint64_t at = *from - 1; at < ss_dictionary_count(eraser->sessions) && count < STEP; at++)
        ids[count++] = ss_dictionary_id(eraser->sessions, (uint32_t)at);
    *from += count;
    return ss_offer_ledger_forget_parties(eraser->offers, SS_PARTY_SESSION, ids, count, error);
}

static ss_status sift_events(ss_eraser *eraser, bool (*goes)(void *context, const ss_live_event *event), uint64_t *from,
                             ss_error *error)
{
    return ss_event_store_sift(eraser->events, from, eraser->last, STEP, goes, eraser, error);
}

static ss_status sift_decisions(ss_eraser *eraser, bool (*goes)(void *context, const ss_decision *decision),
                                uint64_t *from, ss_error *error)
{
    return ss_offer_ledger_sift(eraser->offers, from, eraser->last_decision, DECISIONS_STEP, goes, eraser, error);
}

/* What the pass does; *last: it is over when *from is above. */
static ss_status do_some(ss_eraser *eraser, uint64_t *from, uint64_t *last, ss_error *error)
{
    *last = is_of_offers(eraser->pass) ? eraser->last_decision : eraser->last;
    switch (eraser->pass) {
    case PASS_LEARN:
        return sift_events(eraser, learn, from, error);
    case PASS_LEARN_OFFERS:
        return sift_decisions(eraser, learn_of_decision, from, error);
    case PASS_SESSIONS:
        return sift_events(eraser, take_of_session, from, error);
    case PASS_SESSIONS_OFFERS:
        return sift_decisions(eraser, take_decision_of_session, from, error);
    case PASS_PARTIES:
        *last = ss_dictionary_count(eraser->sessions);
        return forget_sessions(eraser, from, error);
    case PASS_CUSTOMERS:
        return sift_events(eraser, take_of_customer, from, error);
    default:
        return sift_decisions(eraser, take_decision_of_customer, from, error);
    }
}

/* Some of the pass; then the next pass. */
static ss_status walk_some(ss_eraser *eraser, ss_error *error)
{
    uint64_t from = eraser->from, last;
    bool learns = eraser->pass == PASS_LEARN || eraser->pass == PASS_LEARN_OFFERS;
    eraser->nomem = false;
    ss_status status = do_some(eraser, &from, &last, error);
    if (status == SS_OK && !learns)
        status = ss_environment_sync(ss_event_store_environment(eraser->events), error);
    if (status == SS_OK && eraser->nomem)
        status = ss_error_nomem(error);
    count_step(eraser, status == SS_OK);
    if (status == SS_OK)
        eraser->from = from;
    if (eraser->from > last)
        begin_pass(eraser, (walk_pass)(eraser->pass + 1));
    return status;
}

ss_status ss_eraser_step(ss_eraser *eraser, bool *more, ss_error *error)
{
    ss_status status = SS_OK;
    if (eraser->pass == PASS_NONE && eraser->waiting.count > 0)
        status = begin_walk(eraser, error);
    else if (eraser->pass == PASS_FINISH)
        status = finish_walk(eraser, error);
    else if (eraser->pass != PASS_NONE)
        status = walk_some(eraser, error);
    *more = status == SS_OK && (eraser->pass != PASS_NONE || eraser->waiting.count > 0);
    return status;
}
